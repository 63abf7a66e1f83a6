"""A small transformer that writes: attention instead of recurrence.

    ids ─ embedding + positions ─ dropout ─ block ─ … ─ block ─ LayerNorm ─ linear ─ logits

No state is carried from step to step. Every place sees all earlier ones directly, up to the length of the context.
Arguments come back unchanged.
"""

import torch
from torch import Tensor, nn

from day15_sequence.attention import causal_mask, multi_head_attention, sinusoidal_positions
from day15_sequence.language_model import State, next_probabilities


class Block(nn.Module):
    """A pre-norm transformer block: attention to mix the places, an MLP to think about each (layers given).

    Parameters
    ----------
    width : features of each place
    heads : of the attention, divides width
    dropout : share dropped from what each of the two branches adds
    """

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(width)
        self.query = nn.Linear(width, width, bias=False)
        self.key = nn.Linear(width, width, bias=False)
        self.value = nn.Linear(width, width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        self.norm2 = nn.LayerNorm(width)
        self.expand = nn.Linear(width, 4 * width)
        self.contract = nn.Linear(4 * width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Two branches, each normalised at its *beginning*, dropped out at its end and added to its input:

            x ← x + dropout(attention(norm1(x))) ,   x ← x + dropout(contract(relu(expand(norm2(x))))) .

        Parameters
        ----------
        x : (b, t, width) float tensor
        mask : as in `multi_head_attention`, which is used with the weights of ``query``, ``key``, ``value``, ``out``

        Returns
        -------
        (b, t, width) float tensor

        References
        ----------
        Xiong et al. (2020), On layer normalization in the transformer architecture, section 3; dropout as in
        Vaswani et al. (2017), section 5.4
        """
        ### BEGIN SOLUTION queries, keys and values all come from the normalised x
        normed = self.norm1(x)
        weights = (layer.weight for layer in (self.query, self.key, self.value, self.out))
        attended, _ = multi_head_attention(normed, normed, *weights, self.heads, mask)
        x = x + self.dropout(attended)
        return x + self.dropout(self.contract(torch.relu(self.expand(self.norm2(x)))))
        ### END SOLUTION


class Transformer(nn.Module):
    """A causal language model (layers given).

    Parameters
    ----------
    size : length of the vocabulary
    width, heads, dropout : of the blocks
    layers : number of blocks
    context : longest sequence it can be given
    """

    def __init__(
        self,
        size: int,
        width: int = 64,
        heads: int = 4,
        layers: int = 2,
        context: int = 64,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.context = context
        self.embedding = nn.Embedding(size, width)
        self.dropout = nn.Dropout(dropout)
        self.blocks = nn.ModuleList(Block(width, heads, dropout) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.out = nn.Linear(width, size)

    def forward(self, ids: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Logits of what follows each place, from this place and those before it.

        Embedding plus `sinusoidal_positions`, dropout, the blocks with a causal mask, ``norm``, ``out``. The check that
        trains the model on sentences gives up after 90 seconds.

        Parameters
        ----------
        ids : (b, t) int64 tensor
        state : not used: a transformer remembers nothing, it looks again. So `train_step`, `train` and `evaluate`
            work for this model too

        Returns
        -------
        logits : (b, t, size) float tensor
        state : ()

        Raises
        ------
        ValueError
            when t is larger than ``context``

        References
        ----------
        Radford, Wu, Child, Luan, Amodei and Sutskever (2019), Language models are unsupervised multitask learners,
        section 2.3
        """
        ### BEGIN SOLUTION give the positions the dtype of the embedding: `.to(x)`
        length = ids.shape[1]
        if length > self.context:
            raise ValueError(f"{length} places do not fit into a context of {self.context}")
        x = self.embedding(ids)
        x = self.dropout(x + sinusoidal_positions(length, x.shape[-1]).to(x))
        mask = causal_mask(length, length)
        for block in self.blocks:
            x = block(x, mask)
        return self.out(self.norm(x)), ()
        ### END SOLUTION


@torch.no_grad()
def continue_prompt(
    model: Transformer,
    prompt: Tensor,
    length: int,
    temperature: float = 1.0,
    top_k: int | None = None,
    seed: int = 0,
) -> Tensor:
    """Let a transformer go on with a text.

    For each new character the model reads again what stands there so far, the prompt and its own characters, of which
    the last ``model.context`` fit in. Dropout is off.

    Parameters
    ----------
    model : put into evaluation mode here
    prompt : (p,) int64 tensor with at least one id, possibly more than ``model.context``
    length : number of characters to write, 0 or more
    temperature, top_k : see `next_probabilities`
    seed : of a generator of its own, used for nothing else

    Returns
    -------
    (p + length,) int64 tensor
        the prompt and what was written after it

    References
    ----------
    Radford, Wu, Child, Luan, Amodei and Sutskever (2019), Language models are unsupervised multitask learners,
    section 3.6
    """
    ### BEGIN SOLUTION the last logits of the last `context` ids
    model.eval()
    generator = torch.Generator().manual_seed(seed)
    ids = prompt
    for _ in range(length):
        logits, _ = model(ids[None, -model.context :])
        p = next_probabilities(logits[0, -1], temperature, top_k)
        ids = torch.cat([ids, torch.multinomial(p, 1, generator=generator)])
    return ids
    ### END SOLUTION
