"""To speak: what comes next, and who is allowed to choose it.

Arguments come back unchanged. A check that trains gives up after 90 seconds. A function that is
given a generator draws from this one and from nothing else.
"""

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

Keep = Callable[[Tensor], Tensor]
"""From logits (…, v) to logits, −∞ where a token is not to be chosen."""


def shifted_pairs(
    words: Sequence[Sequence[int]], begin: int, end: int, padding: int = 0
) -> tuple[Tensor, Tensor, Tensor]:
    """What a language model sees, and what it is to say.

    From the word 5 6 7 come the inputs ``begin`` 5 6 7 and the targets 5 6 7 ``end``: at each place the target is what
    follows. Shorter words are filled up at the right.

    Parameters
    ----------
    words : sequences of ids, of different lengths, possibly 0; at least one sequence
    begin, end : ids that stand before the first and behind the last id
    padding : id to fill with

    Returns
    -------
    inputs, targets : (b, t) int64 tensors, t one more than the longest word has ids
    mask : (b, t) bool tensor, True where there is a target that is no filling

    References
    ----------
    Williams and Zipser (1989), A learning algorithm for continually running fully recurrent neural networks, on teacher
    forcing
    """
    ### BEGIN SOLUTION both are cut from begin + word + end: without the last, and without the first
    longest = max(len(word) for word in words) + 1
    inputs = torch.full((len(words), longest), padding)
    targets = inputs.clone()
    mask = torch.zeros(inputs.shape, dtype=torch.bool)
    for row, word in enumerate(words):
        whole = torch.tensor([begin, *word, end])
        inputs[row, : len(word) + 1] = whole[:-1]
        targets[row, : len(word) + 1] = whole[1:]
        mask[row, : len(word) + 1] = True
    return inputs, targets, mask
    ### END SOLUTION


def keep_top_k(logits: Tensor, k: int) -> Tensor:
    """Leave the k largest logits of each row, and write −∞ in the place of all others.

    Which of equal logits stay at the border is open; it is always k.

    Parameters
    ----------
    logits : (…, v) float tensor
    k : 1 or more; from v on everything stays

    Returns
    -------
    (…, v) float tensor
        in the dtype of ``logits``

    References
    ----------
    Fan, Lewis and Dauphin (2018), Hierarchical neural story generation, section 5.4
    """
    ### BEGIN SOLUTION `topk` gives values and places; `scatter` writes them into a tensor of −∞
    values, places = logits.topk(min(k, logits.shape[-1]), dim=-1)
    return torch.full_like(logits, -math.inf).scatter(-1, places, values)
    ### END SOLUTION


def keep_nucleus(logits: Tensor, p: float) -> Tensor:
    """Leave the nucleus of each row: the fewest tokens that hold the share p of the probability.

    Order the tokens by probability, the most probable first, and take one after the other until the sum of what has
    been taken is at least p. The token that reaches p is in. Everything else becomes −∞. With k fixed, a sure model
    is made to choose from tokens that it does not believe in, and an unsure one has to forget good ones; the nucleus
    is small in the first case and large in the second.

    Parameters
    ----------
    logits : (…, v) float tensor; some may be −∞ already, not all of a row
    p : above 0, below 1

    Returns
    -------
    (…, v) float tensor
        in the dtype of ``logits``; at least one logit of each row stays

    References
    ----------
    Holtzman, Buys, Du, Forbes and Choi (2020), The curious case of neural text degeneration, section 3.1
    """
    ### BEGIN SOLUTION a token is in when the sum of those *before* it is below p; `scatter` undoes the sorting
    ordered, places = logits.sort(dim=-1, descending=True)
    probabilities = ordered.softmax(dim=-1)
    before = probabilities.cumsum(dim=-1) - probabilities
    kept = ordered.masked_fill(before >= p, -math.inf)
    return torch.full_like(logits, -math.inf).scatter(-1, places, kept)
    ### END SOLUTION


def choose(
    logits: Tensor, temperature: float, keep: Keep | None = None, generator: torch.Generator | None = None
) -> Tensor:
    """Draw one token for each row.

    Divide by the temperature, let ``keep`` cross out what it will, and draw from the softmax of what is left, each row
    for itself. At temperature 0 nothing is drawn: the largest logit wins (the first of several).

    Parameters
    ----------
    logits : (b, v) float tensor
    temperature : 0 or more
    keep : `keep_top_k` or `keep_nucleus` with their second argument, or None for all tokens. It is called with the
        (b, v) logits *after* the division, so that it sees the probabilities that are drawn from
    generator : to draw from; None for PyTorch's own

    Returns
    -------
    (b,) int64 tensor

    Raises
    ------
    ValueError
        when the temperature is below 0

    References
    ----------
    Ackley, Hinton and Sejnowski (1985), A learning algorithm for Boltzmann machines, on temperature
    """
    ### BEGIN SOLUTION `torch.multinomial(p, 1, generator=generator)` draws a column
    if temperature < 0:
        raise ValueError(f"the temperature must be 0 or more, not {temperature}")
    if temperature == 0:
        return logits.argmax(dim=-1)
    logits = logits / temperature
    if keep is not None:
        logits = keep(logits)
    return torch.multinomial(logits.softmax(dim=-1), 1, generator=generator)[:, 0]
    ### END SOLUTION


@torch.no_grad()
def write(
    next_logits: Callable[[Tensor], Tensor],
    count: int,
    begin: int,
    end: int,
    longest: int,
    temperature: float = 1.0,
    keep: Keep | None = None,
    generator: torch.Generator | None = None,
) -> list[list[int]]:
    """Let a model write words, several at once, each until it ends.

    All rows begin with ``begin``. In each step `choose` draws a token for every row, and the row grows by it. A word is
    what stands before the first ``end`` in its row; one that has not ended after ``longest`` tokens is cut off there.
    When all have ended, the model is not asked any more.

    Parameters
    ----------
    next_logits : from (count, t) int64 ids, ``begin`` included, to the (count, v) logits of what comes next
    count : number of words, 1 or more
    begin, end : two different ids
    longest : most tokens of a word, 1 or more
    temperature, keep, generator : of `choose`

    Returns
    -------
    list of ``count`` lists of ints
        without ``begin`` and without ``end``; a word may be empty

    References
    ----------
    Sutskever, Martens and Hinton (2011), Generating text with recurrent neural networks
    """
    ### BEGIN SOLUTION let rows that have ended write on; what stands behind the first end is thrown away
    ids = torch.full((count, 1), begin)
    for _ in range(longest):
        chosen = choose(next_logits(ids), temperature, keep, generator)
        ids = torch.cat([ids, torch.as_tensor(chosen)[:, None]], dim=1)
        if (ids[:, 1:] == end).any(dim=1).all():
            break
    rows = ids[:, 1:].tolist()
    return [row[: row.index(end)] if end in row else row for row in rows]
    ### END SOLUTION
