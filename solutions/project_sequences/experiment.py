"""Your experiment: methods that learn from a text, and say how probable each character is to come next.

This file is yours: add functions, classes, modules beside it, and methods to ``METHODS``. What is asked of `fit` and
`predict` is asked of every method in it. Arguments come back unchanged.
"""

from typing import Any

import torch
from torch import Tensor

from day21_language.networks import Namer
from day21_language.reading import masked_loss
from day21_language.training import train_batches
from project_sequences.data import SIZE

METHODS = ("baseline", "own")
"""The baseline first, and last what your report recommends. Another name has a part of its own in `fit`."""


def fit(ids: Tensor, method: str, seed: int) -> Any:
    """Learn from a text.

    Whatever is drawn is drawn from ``seed``: the same call gives a model with the same answers. A check that trains
    gives up after 90 seconds; let `fit` and `predict` together take less than 30.

    Parameters
    ----------
    ids : (n,) int64 tensor, the characters of a text one after the other, from 0 to 95 (``ALPHABET`` in data.py); n is
        4,000 or more, and not every character need occur
    method : one of ``METHODS``
    seed : of everything that is drawn, 0 or more

    Returns
    -------
    what `predict` needs: a model of any kind

    Raises
    ------
    ValueError
        for a method that is not in ``METHODS``
    """
    ### BEGIN SOLUTION counts of what followed two characters, and the recurrent network of day 21
    if method not in METHODS:
        raise ValueError(f"there is no method {method!r}")
    if method == "baseline":
        counts = torch.zeros(SIZE, SIZE, SIZE)
        counts.index_put_((ids[:-2], ids[1:-1], ids[2:]), torch.ones(len(ids) - 2), accumulate=True)
        return counts
    torch.manual_seed(seed)
    model, context = Namer(SIZE, 32, 128), 64
    pieces = ids.unfold(0, context + 1, 1)

    def loss_of(starts: Tensor) -> Tensor:
        rows = pieces[starts]
        targets = rows[:, 1:]
        return masked_loss(model(rows[:, :-1]), targets, torch.ones_like(targets, dtype=torch.bool))

    steps = min(250, len(ids) // 50)
    train_batches(model, loss_of, len(ids) - context, steps, 32, 1e-2, seed)
    return model
    ### END SOLUTION


def predict(model: Any, ids: Tensor) -> Tensor:
    """How probable each character is to come next, at every place of some rows, as natural logarithms.

    At place t it is known what stands at the places 0 to t of this row, and nothing else: neither what comes later nor
    what the other rows hold.

    Parameters
    ----------
    model : what `fit` gave, whatever was trained after it
    ids : (b, t) int64 tensor, rows of a text, which may begin anywhere in it; b and t are 1 or more, t at most 128

    Returns
    -------
    (b, t, 96) float32 or float64 tensor or array
        ln p of the character that follows each place: finite, for no character is held impossible, and p adds up to 1
        over the characters. Without a graph.
    """
    ### BEGIN SOLUTION logits to log-probabilities; counts of two characters fall back on one, on none, on all alike
    if isinstance(model, Namer):
        with torch.no_grad():
            return model(ids).log_softmax(dim=-1)
    weight = 3.0
    alone, one, two = model.sum(dim=(0, 1)), model.sum(dim=0), model
    p = ((alone + weight / SIZE) / (alone.sum() + weight)).expand(*ids.shape, SIZE)
    n = one[ids]
    p = (n + weight * p) / (n.sum(dim=-1, keepdim=True) + weight)
    n = torch.zeros_like(n)
    n[:, 1:] = two[ids[:, :-1], ids[:, 1:]]
    return ((n + weight * p) / (n.sum(dim=-1, keepdim=True) + weight)).log()
    ### END SOLUTION
