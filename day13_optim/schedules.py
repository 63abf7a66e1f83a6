# Write the parts marked TODO(day13). Made by `course sync` from the course's single source.
# skeleton 8c5b60c7f4bfe811
"""Learning-rate schedules: how large the steps are, and when.

A schedule is a plain function from the number of the step (0, 1, 2, …) to a learning rate. It knows no optimiser;
`Scheduled` puts the two together.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np

from day13_optim.optimizers import Optimizer


class Scheduled:
    """An optimiser whose learning rate follows a schedule (given).

    Step number t is made with the learning rate ``schedule(t)``.

    Parameters
    ----------
    optimizer : any of ``optimizers.py``
    schedule : step 0, 1, … -> learning rate, such as ``lambda step: one_cycle(step, 0.01, 600)``
    """

    def __init__(self, optimizer: Optimizer, schedule: Callable[[int], float]) -> None:
        self.optimizer = optimizer
        self.schedule = schedule
        self.steps = 0
        self.learning_rate = schedule(0)

    def step(self, grads: Sequence[np.ndarray]) -> None:
        """Set the learning rate, let the optimiser make its step."""
        self.learning_rate = self.optimizer.learning_rate = self.schedule(self.steps)
        self.optimizer.step(grads)
        self.steps += 1


def step_decay(step: int, learning_rate: float, step_size: int, gamma: float) -> float:
    """Multiply the learning rate by γ after every ``step_size`` steps.

        η(t) = η₀ γ^⌊t / step_size⌋

    With ``step_size`` 1 this is exponential decay.

    Parameters
    ----------
    step : t, counted from 0
    learning_rate : η₀, used in the steps 0 … step_size − 1
    step_size : length of a stair, 1 or more
    gamma : γ, from 0 to 1

    Returns
    -------
    float

    Not allowed here: from ``torch.optim.lr_scheduler``: ``StepLR``, ``ExponentialLR``, ``MultiStepLR``.

    References
    ----------
    PyTorch's manual, ``torch.optim.lr_scheduler.StepLR`` and ``ExponentialLR``
    """
    # TODO(day13): how many stairs lie behind step t?
    raise NotImplementedError("step_decay is not written yet")


def cosine_annealing(step: int, learning_rate: float, steps: int, minimum: float = 0.0) -> float:
    """Half a cosine from the learning rate down to the minimum.

        η(t) = η_min + ½ (η₀ − η_min) (1 + cos(π t / steps)) ,   0 ≤ t ≤ steps

    Parameters
    ----------
    step : t, counted from 0
    learning_rate : η₀, reached at t = 0
    steps : t at which the minimum is reached
    minimum : η_min

    Returns
    -------
    float

    Not allowed here: from ``torch.optim.lr_scheduler``: ``CosineAnnealingLR``,
    ``CosineAnnealingWarmRestarts``.

    References
    ----------
    Loshchilov and Hutter (2017), SGDR: stochastic gradient descent with warm restarts, equation 5
    """
    # TODO(day13): Half a cosine from the learning rate down to the minimum
    raise NotImplementedError("cosine_annealing is not written yet")


def warmup_cosine(step: int, learning_rate: float, warmup: int, steps: int, start: float = 0.1) -> float:
    """Linear warm-up, then cosine annealing to zero.

        η(t) = η₀ (s + (1 − s) t / warmup)     for t < warmup,
        η(t) = cosine_annealing of step t − warmup, over the steps − warmup that are left.

    The first gradients of a fresh network are large and point nowhere in particular: small steps first.

    Parameters
    ----------
    step : t, counted from 0 to ``steps``
    learning_rate : η₀, the peak, reached at t = warmup
    warmup : steps of warm-up, 1 or more
    steps : t at which the learning rate is zero, more than ``warmup``
    start : s, learning rate of step 0 as a share of the peak

    Returns
    -------
    float

    Not allowed here: from ``torch.optim.lr_scheduler``: ``LinearLR``, ``SequentialLR``,
    ``CosineAnnealingLR``.

    References
    ----------
    Goyal et al. (2017), Accurate, large minibatch SGD: training ImageNet in 1 hour, section 2.2
    """
    # TODO(day13): two cases; `cosine_annealing` does the second
    raise NotImplementedError("warmup_cosine is not written yet")


def one_cycle(
    step: int, peak: float, steps: int, rise: float = 0.3, div: float = 25.0, final_div: float = 1e4
) -> float:
    """One cycle: up to a large learning rate and down to almost nothing, both along half a cosine.

    With ``start = peak / div``, ``end = start / final_div`` and ``top = rise · steps − 1`` (not rounded),

        η(t) = from start to peak,  at the fraction  t / top                          for t ≤ top,
        η(t) = from peak to end,    at the fraction  (t − top) / (steps − 1 − top)    for t > top,

    where "from a to b at the fraction f" means  b + ½ (a − b) (1 + cos π f).

    Parameters
    ----------
    step : t, from 0 to steps − 1, the last step
    peak : largest learning rate
    steps : number of steps in the cycle; rise · steps must be more than 1
    rise : share of the steps before the peak
    div, final_div : how much lower the start is than the peak, and the end than the start

    Returns
    -------
    float

    Not allowed here: from ``torch.optim.lr_scheduler``: ``OneCycleLR``, ``CyclicLR``.

    References
    ----------
    Smith and Topin (2019), Super-convergence: very fast training of neural networks using large learning rates;
    the form is that of ``torch.optim.lr_scheduler.OneCycleLR``
    """
    # TODO(day13): both halves are cosine_annealing, the first one between start and peak
    raise NotImplementedError("one_cycle is not written yet")


def range_test(
    train_step: Callable[[float], float], low: float, high: float, steps: int
) -> tuple[np.ndarray, np.ndarray]:
    """Learning-rate range test: raise the learning rate until training falls apart, and look at the losses.

    Try ``steps`` learning rates from ``low`` to ``high``, both included, each a constant *factor* above the one
    before. Stop after the first loss that is not finite, or larger than 4 times the smallest loss so far; that loss
    is still recorded.

    Parameters
    ----------
    train_step : makes one training step with the given learning rate and returns the loss
    low, high : smallest and largest learning rate, 0 < low < high
    steps : number of learning rates, 2 or more

    Returns
    -------
    rates, losses : float arrays of the same length, at most ``steps``
        a good learning rate is about a tenth of the one with the smallest loss

    References
    ----------
    Smith (2017), Cyclical learning rates for training neural networks, section 3.3
    """
    # TODO(day13): a geometric sequence of rates; one call of train_step for each, until it diverges
    raise NotImplementedError("range_test is not written yet")


class ReduceOnPlateau:
    """Lower the learning rate when the validation loss no longer falls (optional).

    An epoch is an improvement when its loss is below ``best − threshold``, where ``best`` is the loss of the last
    improvement (at first infinite). After more than ``patience`` epochs in a row without one, the learning rate is
    multiplied by ``factor``, but never falls below ``minimum``, and counting starts again.

    Parameters
    ----------
    learning_rate : at the start
    factor : between 0 and 1
    patience : epochs without improvement that are forgiven, 0 or more
    threshold : smallest fall of the loss that counts
    minimum : smallest learning rate

    References
    ----------
    PyTorch's manual, ``torch.optim.lr_scheduler.ReduceLROnPlateau`` with ``threshold_mode="abs"``
    """

    def __init__(
        self,
        learning_rate: float,
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        minimum: float = 0.0,
    ) -> None:
        self.learning_rate = learning_rate
        self.factor = factor
        self.patience = patience
        self.threshold = threshold
        self.minimum = minimum
        self.best = math.inf
        self.waited = 0

    def update(self, loss: float) -> float:
        """Take note of the loss of one epoch; the learning rate of the next.

        Not allowed here: ``torch.optim.lr_scheduler.ReduceLROnPlateau``.
        """
        # TODO(day13): count the epochs without improvement
        raise NotImplementedError("ReduceOnPlateau.update is not written yet")
