"""Training: batches, an epoch, a fair look at what has been learnt. The loop that all networks share.

Arguments come back unchanged, apart from the network that is trained, its optimiser, and generators.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from day17_library.engine import Tensor
from day17_library.modules import Module
from day17_library.optimisers import Optimiser, clip_gradients

LossOf = Callable[..., Tensor]
"""From the arrays of a batch to the mean loss over its samples."""


class DataLoader:
    """Batches of samples: arrays that belong together, cut alike.

    Parameters
    ----------
    arrays : with the same length n
    batch_size : number of samples in a batch
    rng : the generator that shuffles, so that an equal one gives the same order; None: in the order of the arrays
    drop_last : whether a smaller batch at the end is left out

    References
    ----------
    PyTorch's manual, ``torch.utils.data.DataLoader``
    """

    def __init__(
        self,
        *arrays: np.ndarray,
        batch_size: int,
        rng: np.random.Generator | None = None,
        drop_last: bool = False,
    ) -> None:
        self.arrays, self.batch_size, self.rng, self.drop_last = arrays, batch_size, rng, drop_last

    def __len__(self) -> int:
        """Number of batches (given)."""
        n = len(self.arrays[0])
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)

    def __iter__(self) -> Iterator[tuple[np.ndarray, ...]]:
        """An epoch: every sample once, in batches, and in a **new** random order each time somebody begins to iterate.

        All arrays are cut by the same numbers, so that what belongs together stays together. The arrays themselves
        stay in their order.

        Returns
        -------
        iterator of tuples with one array for each of ``arrays``, of ``batch_size`` entries
            fewer in the last batch, which is left out if ``drop_last``
        """
        ### BEGIN SOLUTION rng.permutation here, not in __init__; then `yield` in a loop
        n = len(self.arrays[0])
        order = np.arange(n) if self.rng is None else self.rng.permutation(n)
        for number in range(len(self)):
            chosen = order[number * self.batch_size : (number + 1) * self.batch_size]
            yield tuple(array[chosen] for array in self.arrays)
        ### END SOLUTION


def train_epoch(
    model: Module,
    loader: DataLoader,
    loss_of: LossOf,
    optimiser: Optimiser,
    max_norm: float | None = None,
    rate: Callable[[], float] | None = None,
) -> float:
    """One pass over all batches.

    The model learns, so it is switched to training first. For every batch: the gradients of the batch before are
    forgotten (``optimiser.zero_grad()``), ``loss_of`` computes the loss, ``backward`` the gradients; these are
    clipped to ``max_norm``, if there is one; the optimiser gets the learning rate ``rate()``, if there is such a
    function, which is called once for each batch; and makes its step.

    A check that trains gives up after 90 seconds; it takes a few.

    Parameters
    ----------
    model : what is trained
    loader : gives the batches, tuples of arrays; something that can be iterated, with or without a length
    loss_of : called with the arrays of a batch, ``loss_of(*batch)``
    optimiser : with ``zero_grad()``, ``step()`` and ``learning_rate``
    max_norm : for `clip_gradients` of ``model.parameters()``, also of those that the optimiser does not hold; None: no
        clipping
    rate : the learning rate of the next step; None: that of the optimiser

    Returns
    -------
    float
        mean over all **samples** of the loss that each had before the step of its batch; a smaller batch counts less

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 8.1.3
    """
    ### BEGIN SOLUTION seven lines in the order of the docstring
    model.train()
    total, count = 0.0, 0
    for batch in loader:
        optimiser.zero_grad()
        loss = loss_of(*batch)
        loss.backward()
        if max_norm is not None:
            clip_gradients(model.parameters(), max_norm)
        if rate is not None:
            optimiser.learning_rate = rate()
        optimiser.step()
        total += float(loss.data) * len(batch[0])
        count += len(batch[0])
    return total / count
    ### END SOLUTION


def evaluate(model: Module, loader: DataLoader, measure: Callable[..., Any]) -> float:
    """How good a network is, on data that it does not learn from.

    The model is switched to judging, and back again to what it was, also when ``measure`` fails with an exception. No
    gradient is computed.

    Parameters
    ----------
    model : its attribute ``training`` says what it was
    loader : gives the batches, tuples of arrays
    measure : from the arrays of a batch to the mean over its samples of a number: a loss (a Tensor with one element),
        an accuracy (a number of Python or of NumPy)

    Returns
    -------
    float
        mean over all samples; a smaller batch counts less

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 5.3
    """
    ### BEGIN SOLUTION model.train(mode) sets any mode; try … finally puts it back
    before = model.training
    model.eval()
    try:
        total, count = 0.0, 0
        for batch in loader:
            value = measure(*batch)
            total += float(value.data if isinstance(value, Tensor) else value) * len(batch[0])
            count += len(batch[0])
        return total / count
    finally:
        model.train(before)
    ### END SOLUTION
