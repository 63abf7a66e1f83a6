"""Optimisers: from gradients to steps.

Each holds a list of parameters, and its ``step`` reads their ``grad`` and changes their ``data``. The formulas are
for one parameter θ with the gradient g, entry by entry; η is ``learning_rate``, which may be changed between two
steps. What an optimiser remembers begins with zeros. A parameter stays float32 where it is float32: float32 in,
float32 out. Apart from the parameters, arguments come back unchanged: no gradient is changed in place.
"""

import math
from collections.abc import Sequence

import numpy as np

from day17_library.modules import Parameter


class Optimiser:
    """What all optimisers have in common (given).

    Parameters
    ----------
    parameters : what is to be moved
    learning_rate : η
    """

    def __init__(self, parameters: Sequence[Parameter], learning_rate: float) -> None:
        self.parameters = list(parameters)
        self.learning_rate = learning_rate

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters."""
        for p in self.parameters:
            p.zero_grad()

    def step(self) -> None:
        """Move all parameters."""
        raise TypeError(f"{type(self).__name__} has no method step")

    def zeros(self) -> list[np.ndarray]:
        """Zeros in the shape and dtype of every parameter."""
        return [np.zeros_like(p.data) for p in self.parameters]


class SGD(Optimiser):
    """Gradient descent with momentum: v ← μ v + g , θ ← θ − η v.

    Parameters
    ----------
    parameters, learning_rate : as for all
    momentum : μ; with 0 it is plain gradient descent

    Attributes
    ----------
    velocities : list of arrays: v of every parameter

    References
    ----------
    Sutskever, Martens, Dahl and Hinton (2013), On the importance of initialization and momentum in deep learning
    """

    def __init__(self, parameters: Sequence[Parameter], learning_rate: float, momentum: float = 0.0) -> None:
        super().__init__(parameters, learning_rate)
        self.momentum = momentum
        self.velocities = self.zeros()

    def step(self) -> None:
        """One step of all parameters."""
        ### BEGIN SOLUTION by number: self.velocities[i] belongs to self.parameters[i]
        for i, p in enumerate(self.parameters):
            self.velocities[i] = self.momentum * self.velocities[i] + p.grad
            p.data = p.data - self.learning_rate * self.velocities[i]
        ### END SOLUTION


class Adam(Optimiser):
    """Adam: momentum, divided by the size that gradients usually have.

        t ← t + 1 ,   m ← β₁ m + (1 − β₁) g ,   v ← β₂ v + (1 − β₂) g²
        θ ← θ − η m̂ / (√v̂ + ε) ,   with m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ)

    Parameters
    ----------
    parameters, learning_rate : as for all
    betas : β₁ and β₂
    eps : ε

    Attributes
    ----------
    t : number of steps that have been made
    means, squares : lists of arrays: m and v of every parameter

    References
    ----------
    Kingma and Ba (2015), Adam: a method for stochastic optimization, algorithm 1
    """

    def __init__(
        self,
        parameters: Sequence[Parameter],
        learning_rate: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        super().__init__(parameters, learning_rate)
        self.betas, self.eps, self.t = betas, eps, 0
        self.means, self.squares = self.zeros(), self.zeros()

    def step(self) -> None:
        """One step of all parameters."""
        ### BEGIN SOLUTION t counts steps, not parameters
        first, second = self.betas
        self.t += 1
        for i, p in enumerate(self.parameters):
            self.means[i] = first * self.means[i] + (1 - first) * p.grad
            self.squares[i] = second * self.squares[i] + (1 - second) * p.grad**2
            mean = self.means[i] / (1 - first**self.t)
            square = self.squares[i] / (1 - second**self.t)
            p.data = p.data - self.learning_rate * mean / (np.sqrt(square) + self.eps)
        ### END SOLUTION


class AdamW(Adam):
    """Adam with decoupled weight decay: θ ← θ − η λ θ, and then the step of Adam; the decay is no part of m and v.

    Vectors (biases, scales: parameters with fewer than two axes) do not decay.

    Parameters
    ----------
    parameters, learning_rate : as for all
    weight_decay : λ
    betas, eps : as for Adam

    References
    ----------
    Loshchilov and Hutter (2019), Decoupled weight decay regularization, algorithm 2
    """

    def __init__(
        self,
        parameters: Sequence[Parameter],
        learning_rate: float = 1e-3,
        weight_decay: float = 0.01,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        super().__init__(parameters, learning_rate, betas, eps)
        self.weight_decay = weight_decay

    def step(self) -> None:
        """One step of all parameters."""
        ### BEGIN SOLUTION shrink the matrices, then super().step()
        for p in self.parameters:
            if p.data.ndim >= 2:
                p.data = p.data * (1 - self.learning_rate * self.weight_decay)
        super().step()
        ### END SOLUTION


def clip_gradients(parameters: Sequence[Parameter], max_norm: float) -> float:
    """Shorten the gradients of all parameters **together** to a largest norm, and say how long they were.

    The norm is that of all entries of all gradients in one vector. If it is larger than ``max_norm``, every ``grad``
    is replaced by a new array, grad · max_norm / norm; the direction stays, and the new norm is ``max_norm``, however
    small. Otherwise all stay as they are.

    Parameters
    ----------
    parameters : each with a ``grad``
    max_norm : above 0

    Returns
    -------
    float
        the norm before

    References
    ----------
    Pascanu, Mikolov and Bengio (2013), On the difficulty of training recurrent neural networks, section 3.2
    """
    ### BEGIN SOLUTION first the norm of all, then one factor for all
    norm = math.sqrt(sum(float(np.sum(p.grad**2)) for p in parameters))
    if norm > max_norm:
        for p in parameters:
            p.grad = p.grad * (max_norm / norm)
    return norm
    ### END SOLUTION


def warmup_stable_decay(step: int, peak: float, warmup: int, steps: int, decay: int) -> float:
    """A learning rate that rises, stays, and falls: along straight lines, in the shape of a trapezium.

    In the first ``warmup`` steps it is peak · (step + 1) / warmup, so that step 0 already moves something. In the last
    ``decay`` of all steps it is peak · (steps − step) / (decay + 1), and in those between it is the peak. Behind the
    end it is 0.

    Parameters
    ----------
    step : number of the step, from 0
    peak : the largest learning rate
    warmup, decay : numbers of steps, 0 or more, together at most ``steps``
    steps : number of all steps

    Returns
    -------
    float

    References
    ----------
    Hu et al. (2024), MiniCPM, section 4.2; Zhai, Kolesnikov, Houlsby and Beyer (2022), Scaling vision transformers
    """
    ### BEGIN SOLUTION three cases, and nothing below 0
    if step < warmup:
        return peak * (step + 1) / warmup
    if step >= steps - decay:
        return peak * max(0, steps - step) / (decay + 1)
    return peak
    ### END SOLUTION
