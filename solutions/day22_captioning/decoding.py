"""From probabilities to a sentence: the best word, a word by chance, or several sentences at once.

Models are from images (b, …) and ids (b, t) to logits (b, t, words). Arguments come back unchanged, but for the state
of a generator from which is drawn.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from day22_captioning.words import END, PAD, START


def pick(logits: Tensor, temperature: float = 0.0, generator: torch.Generator | None = None) -> Tensor:
    """One word for each row.

    At temperature 0 the word with the largest logit. Above, word k is drawn with probability

        p_k = exp(a_k / temperature) / Σ exp(a_j / temperature) ,

    with `generator` and no other source of chance: the same state of the generator gives the same words. Stable for
    temperatures of 0.001 and logits of ±1000.

    Parameters
    ----------
    logits : (b, words) float tensor, without ties
    temperature : 0 or more
    generator : needed above temperature 0

    Returns
    -------
    (b,) int64 tensor

    References
    ----------
    Ackley, Hinton and Sejnowski (1985), A learning algorithm for Boltzmann machines, section 2, for the temperature
    """
    ### BEGIN SOLUTION argmax; or softmax of logits / temperature and torch.multinomial
    if temperature == 0:
        return logits.argmax(dim=1)
    p = (logits / temperature).softmax(dim=1)
    return torch.multinomial(p, 1, generator=generator)[:, 0]
    ### END SOLUTION


def generate(
    model: nn.Module,
    images: Tensor,
    max_length: int,
    temperature: float = 0.0,
    generator: torch.Generator | None = None,
) -> Tensor:
    """A caption for each picture, word by word: each word is picked by `pick` from the logits of the last step.

    All rows begin with START, which is no part of the answer. A row that has said END is finished: whatever the model
    says there, PAD follows. No graph is built, and the model stays in the mode in which it is.

    Parameters
    ----------
    model : from images (b, …) and ids (b, t) to logits (b, t, words)
    images : (b, …) float tensor
    max_length : numbers in a row, 1 or more
    temperature, generator : of `pick`

    Returns
    -------
    (b, max_length) int64 tensor; a row that never says END has no END
    """
    ### BEGIN SOLUTION a loop with torch.no_grad(): ids grow by a column, from START
    ids = torch.full((len(images), 1), START)
    finished = torch.zeros(len(images), dtype=torch.bool)
    with torch.no_grad():
        for _ in range(max_length):
            words = pick(model(images, ids)[:, -1], temperature, generator)
            words = words.masked_fill(finished, PAD)
            finished = finished | (words == END)
            ids = torch.cat([ids, words[:, None]], dim=1)
    return ids[:, 1:]
    ### END SOLUTION


def log_likelihood(model: nn.Module, images: Tensor, matrix: Tensor) -> Tensor:
    """How probable are whole captions, each for its picture?

    The sum of ln p(word | picture, words before it) over the words of a row, END included, PAD not. No graph is built,
    and the model stays in the mode in which it is.

    Parameters
    ----------
    model : from images (b, …) and ids (b, t) to logits (b, t, words)
    images : (b, …) float tensor
    matrix : (b, t) int64 tensor, START in the first column as `captions_to_matrix` gives it; t at least 2

    Returns
    -------
    (b,) float tensor, in nats, without a graph
    """
    ### BEGIN SOLUTION as in the loss, but sums of rows
    targets = matrix[:, 1:]
    with torch.no_grad():
        log_p = model(images, matrix[:, :-1]).log_softmax(dim=2)
    log_p = log_p.gather(2, targets[:, :, None])[:, :, 0]
    return log_p.masked_fill(targets == PAD, 0.0).sum(dim=1)
    ### END SOLUTION


def beam_search(
    next_log_p: Callable[[Tensor], Tensor], width: int, max_length: int
) -> list[tuple[list[int], float]]:
    """Several sentences at once, and in the end the most probable of those that were found.

    A beam holds up to `width` sentences and begins with the empty one, which is START alone. In each of max_length
    rounds every sentence that is not finished is continued by *every* word of the vocabulary; a sentence that ends
    in END is finished and stays as it is. Of all these, finished and not, the `width` with the largest log probability
    are the next beam. It is over early when all sentences of the beam are finished.

    Width 1 takes the best word each time; a width that nothing falls out of finds the best sentence of all.

    Parameters
    ----------
    next_log_p : from prefixes (n, t), an int64 tensor of sentences that begin with START, to ln p (n, words) of the
        word that comes next; it may be −∞
    width : 1 or more
    max_length : words in a sentence, END included, 1 or more

    Returns
    -------
    list of pairs, the most probable first: a sentence as a list of ints without START, with its END where it has one,
        and its log probability, a float

    References
    ----------
    Graves (2012), Sequence transduction with recurrent neural networks, section 2.5; Vinyals et al. (2015), Show and
    tell, section 3.2
    """
    ### BEGIN SOLUTION a list of (log p, words); open sentences have one length, so they are one tensor
    beam: list[tuple[float, list[int]]] = [(0.0, [START])]
    for _ in range(max_length):
        unfinished = [(score, words) for score, words in beam if words[-1] != END]
        if not unfinished:
            break
        candidates = [(score, words) for score, words in beam if words[-1] == END]
        log_p = next_log_p(torch.tensor([words for _, words in unfinished]))
        for (score, words), row in zip(unfinished, log_p.tolist(), strict=True):
            candidates += [(score + more, [*words, word]) for word, more in enumerate(row)]
        beam = sorted(candidates, key=lambda entry: -entry[0])[:width]
    return [(words[1:], score) for score, words in beam]
    ### END SOLUTION


def consensus(captions: Sequence[str], likeness: Callable[[str, str], float]) -> int:
    """Of several captions of one picture, the one that is most like all others (optional).

    Its mean likeness to the *others* is largest; of equally good ones it is the first.

    Parameters
    ----------
    captions : sequence of n strings, n at least 2; equal ones are allowed, each of them counts
    likeness : from a caption and another one it is compared with to a number; it need not be symmetric

    Returns
    -------
    int, the number of the caption, from 0

    References
    ----------
    Kumar and Byrne (2004), Minimum Bayes-risk decoding for statistical machine translation
    """
    ### BEGIN SOLUTION
    totals = [
        sum(likeness(caption, other) for j, other in enumerate(captions) if j != i)
        for i, caption in enumerate(captions)
    ]
    return totals.index(max(totals))
    ### END SOLUTION
