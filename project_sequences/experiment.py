# Write the parts marked TODO(project/sequences). Made by `course sync` from the course's single source.
# skeleton d137b1c8b09698e5
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
    # TODO(project/sequences): counts of what followed two characters, and the recurrent network of day 21
    raise NotImplementedError("fit is not written yet")


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
    # TODO(project/sequences): logits to log-probabilities; counts of two characters fall back on one, on
    #   none, on all alike
    raise NotImplementedError("predict is not written yet")
