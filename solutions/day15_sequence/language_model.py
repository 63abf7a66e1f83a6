"""A language model of characters: trained by truncated backpropagation through time, measured in bits, asked to write.

From here on PyTorch computes the gradients and `torch.nn.LSTM` the steps: you have written both by hand. Apart from a
model that is trained, arguments come back unchanged.
"""

import math

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from course.progress import watched
from day15_sequence.text import stateful_batches

State = tuple[Tensor, ...]
"""What a model hands from one batch to the next: (h, c) of an LSTM, () of a model without memory."""


class CharLSTM(nn.Module):
    """Embedding, one LSTM layer, a linear layer (given).

    Parameters
    ----------
    size : length of the vocabulary
    width : length of an embedded character
    units : size of h and c
    dropout : share of the outputs of the LSTM that is dropped in training
    """

    def __init__(self, size: int, width: int = 64, units: int = 192, dropout: float = 0.0) -> None:
        super().__init__()
        self.embedding = nn.Embedding(size, width)
        self.lstm = nn.LSTM(width, units, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.out = nn.Linear(units, size)

    def forward(self, ids: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """(b, t) ids, and the state to start from (None: zeros), to (b, t, size) logits and the state at the end."""
        hs, state = self.lstm(self.embedding(ids), state)
        return self.out(self.dropout(hs)), state


def train_step(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    x: Tensor,
    y: Tensor,
    state: State | None,
    max_norm: float = 1.0,
) -> tuple[float, State]:
    """One step of truncated backpropagation through time.

    Put the model into training mode, run it from ``state``, take the mean cross-entropy over all places of the batch,
    compute the gradients (of this batch only), shorten them if they are longer than ``max_norm``, all parameters
    together, and let the optimiser take its step. The state at the end is handed on *detached*: the next batch starts
    from its values, but its gradients do not flow back into this one. The check that trains with it on sentences gives
    up after 90 seconds.

    Parameters
    ----------
    model : ``logits, state = model(x, state)`` with logits (b, t, v)
    optimizer : of the parameters of the model
    x, y : (b, t) int64 tensors, ids and the ids that follow them
    state : tuple of tensors from the batch before, or None to start from zeros
    max_norm : longest gradient that is let through

    Returns
    -------
    loss : float, in nats per character, before the step
    state : tuple of tensors that belong to no graph; it has as many as the model returned, possibly none

    References
    ----------
    Williams and Peng (1990), An efficient gradient-based algorithm for on-line training of recurrent network
    trajectories; Pascanu, Mikolov and Bengio (2013), On the difficulty of training recurrent neural networks,
    section 3.2, on clipping
    """
    ### BEGIN SOLUTION `flatten(0, 1)` joins batch and time; `torch.nn.utils.clip_grad_norm_` is allowed
    model.train()
    logits, state = model(x, state)
    loss = cross_entropy(logits.flatten(0, 1), y.flatten())
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), tuple(part.detach() for part in state)
    ### END SOLUTION


def train(
    model: nn.Module,
    ids: np.ndarray,
    epochs: float,
    batch_size: int = 32,
    steps: int = 64,
    learning_rate: float = 1e-2,
) -> list[float]:
    """Train with Adam on a stream of ids, the learning rate falling along a cosine to 0 (given).

    In a terminal a bar shows loss and remaining time; elsewhere it is quiet. Ctrl-C ends the training, not the
    program: what has been learned is kept.

    Parameters
    ----------
    model : changed in place
    ids : (n,) integer array
    epochs : passes over the stream, also a fraction; each starts from zero state
    batch_size, steps : shape of a batch, see `stateful_batches`
    learning_rate : of Adam, at the beginning

    Returns
    -------
    list of floats
        the loss in nats of each batch
    """
    batches = [(torch.as_tensor(x), torch.as_tensor(y)) for x, y in stateful_batches(ids, batch_size, steps)]
    total = round(epochs * len(batches))
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, total)
    losses: list[float] = []
    state: State | None = None
    with watched(total, "batch") as progress:
        for number in progress:
            place = number % len(batches)
            loss, state = train_step(model, optimizer, *batches[place], state if place else None)
            schedule.step()
            losses.append(loss)
            progress.set_postfix(loss=f"{loss:.3f}", refresh=False)
    return losses


@torch.no_grad()
def evaluate(model: nn.Module, ids: np.ndarray, batch_size: int = 16, steps: int = 64) -> tuple[float, float]:
    """How well a text is predicted: bits per character, and perplexity.

    With the cross-entropy H in nats, the mean over *all* places of all batches of `stateful_batches`,

        bits = H / ln 2 ,   perplexity = e^H = 2^bits .

    The state is carried from batch to batch (the first starts from zeros), and dropout is off.

    Parameters
    ----------
    model : ``logits, state = model(x, state)``; put into evaluation mode here
    ids : (n,) integer array, the text
    batch_size, steps : see `stateful_batches`; its last batch may be shorter and counts for what it has

    Returns
    -------
    bits, perplexity : floats

    References
    ----------
    Jurafsky and Martin, Speech and Language Processing, 3rd ed. draft, section 3.7; Graves (2013), Generating
    sequences with recurrent neural networks, section 3.1
    """
    ### BEGIN SOLUTION add up the loss times the number of places, divide at the end
    model.eval()
    state: State | None = None
    total, count = 0.0, 0
    for x, y in stateful_batches(ids, batch_size, steps):
        logits, state = model(torch.as_tensor(x), state)
        total += cross_entropy(logits.flatten(0, 1), torch.as_tensor(y).flatten()).item() * y.size
        count += y.size
    nats = total / count
    return nats / math.log(2), math.exp(nats)
    ### END SOLUTION


def next_probabilities(logits: Tensor, temperature: float = 1.0, top_k: int | None = None) -> Tensor:
    """Probabilities to draw the next character from.

    p = softmax(logits / temperature): below 1 the likely becomes likelier, above 1 all becomes more equal. At 0 it
    is *greedy*: probability 1 for the largest logit (the first of them if there are several). With ``top_k`` only
    the k largest logits keep a probability, the others get 0.

    Parameters
    ----------
    logits : (v,) float tensor
    temperature : 0 or more
    top_k : None for all, else 1 or more; more than v means all

    Returns
    -------
    (v,) float tensor
        of the dtype of ``logits``; adds up to 1

    Raises
    ------
    ValueError
        when temperature is below 0 or top_k below 1

    References
    ----------
    Holtzman, Buys, Du, Forbes and Choi (2020), The curious case of neural text degeneration, section 4;
    Fan, Lewis and Dauphin (2018), Hierarchical neural story generation, section 5.4, on top-k
    """
    ### BEGIN SOLUTION errors, then greedy, then leave out (−∞) all but the top k, then softmax
    if temperature < 0 or (top_k is not None and top_k < 1):
        raise ValueError("temperature must be 0 or more, top_k 1 or more")
    if temperature == 0:
        return nn.functional.one_hot(logits.argmax(), len(logits)).to(logits.dtype)
    if top_k is not None and top_k < len(logits):
        kept = logits.topk(top_k).indices
        logits = torch.full_like(logits, -math.inf).index_copy(0, kept, logits[kept])
    return torch.softmax(logits / temperature, dim=0)
    ### END SOLUTION


@torch.no_grad()
def generate(
    model: nn.Module,
    prompt: Tensor,
    length: int,
    temperature: float = 1.0,
    top_k: int | None = None,
    seed: int = 0,
) -> Tensor:
    """Let a recurrent model go on with a text.

    The whole prompt is read first, from zero state; its last logits say what comes next. Every character that is
    drawn is then the only input of the next step, and the state remembers the rest. Dropout is off.

    Parameters
    ----------
    model : ``logits, state = model(ids, state)`` for (1, t) ids; put into evaluation mode here
    prompt : (p,) int64 tensor with at least one id
    length : number of characters to write, 0 or more
    temperature, top_k : see `next_probabilities`
    seed : of a generator of its own, used for nothing else

    Returns
    -------
    (length,) int64 tensor
        what was written, without the prompt

    References
    ----------
    Graves (2013), Generating sequences with recurrent neural networks, section 3
    """
    ### BEGIN SOLUTION `torch.multinomial(p, 1, generator=generator)` draws an id
    model.eval()
    generator = torch.Generator().manual_seed(seed)
    written: list[int] = []
    ids, state = prompt, None
    for _ in range(length):
        logits, state = model(ids[None], state)
        p = next_probabilities(logits[0, -1], temperature, top_k)
        ids = torch.multinomial(p, 1, generator=generator)
        written.append(int(ids))
    return torch.tensor(written, dtype=torch.int64)
    ### END SOLUTION
