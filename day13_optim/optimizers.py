# Write the parts marked TODO(day13). Made by `course sync` from the course's single source.
# skeleton afb73164558e3fcc
"""Optimisers: what to do with a gradient once you have it.

Every class keeps a list of arrays, the parameters θ, and its ``step`` changes them *in place*, because the network
holds the very same arrays (PyTorch's tensors can share them, see ``training.py``). Apart from them, arguments come
back unchanged: the gradients, above all. State that belongs to a parameter starts as an array of zeros of its shape.

All formulas are written for one array; η is ``learning_rate`` and may be changed between two steps, λ is
``weight_decay``. Products, squares, roots and quotients are taken entry by entry.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np


class Optimizer(Protocol):
    """What all classes below have in common (given)."""

    learning_rate: float

    def step(self, grads: Sequence[np.ndarray]) -> None:
        """Change the parameters in place by one step; ``grads[i]`` is the gradient of parameter i."""


class SGD:
    """Stochastic gradient descent with weight decay.

        g ← g + λ θ ,   θ ← θ − η g

    The first line is the gradient of the penalty λ/2 ‖θ‖²: for this optimiser, and only for it, weight decay and an
    L2 penalty in the loss are the same thing.

    Parameters
    ----------
    params : list of float arrays of any shapes; ``step`` changes them in place and keeps their dtype
    learning_rate, weight_decay : η and λ, 0 or more

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 8.3.1
    """

    def __init__(
        self, params: Sequence[np.ndarray], learning_rate: float = 1e-3, weight_decay: float = 0.0
    ) -> None:
        self.params = list(params)
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay

    def step(self, grads: Sequence[np.ndarray]) -> None:
        """One step; the arrays in ``grads`` have the shapes of ``params`` and stay unchanged.

        Not allowed here: ``torch.optim.SGD``.
        """
        # TODO(day13): for every parameter and its gradient; `p -= …` works in place, `p = p - …` does not
        raise NotImplementedError("SGD.step is not written yet")


class Momentum:
    """Gradient descent that remembers where it was going, in two versions.

        g ← g + λ θ ,   v ← μ v + g ,   θ ← θ − η v               (heavy ball)
                                        θ ← θ − η (g + μ v)       (Nesterov)

    η stands outside of v, so that a changed learning rate acts on the whole step at once.

    Parameters
    ----------
    params : list of float arrays of any shapes; ``step`` changes them in place and keeps their dtype
    learning_rate : η
    momentum : μ, from 0 (none) to below 1; past gradients count with weight μ, μ², μ³, …
    nesterov : whether the step looks ahead along the new velocity
    weight_decay : λ

    References
    ----------
    Polyak (1964), Some methods of speeding up the convergence of iteration methods;
    Sutskever, Martens, Dahl and Hinton (2013), On the importance of initialization and momentum in deep learning
    """

    def __init__(
        self,
        params: Sequence[np.ndarray],
        learning_rate: float = 1e-3,
        momentum: float = 0.9,
        nesterov: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        self.params = list(params)
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.nesterov = nesterov
        self.weight_decay = weight_decay
        self.velocities = [np.zeros_like(p) for p in self.params]

    def step(self, grads: Sequence[np.ndarray]) -> None:
        """One step; the arrays in ``grads`` have the shapes of ``params`` and stay unchanged.

        Not allowed here: ``torch.optim.SGD``.
        """
        # TODO(day13): velocities are kept from step to step: change them in place too
        raise NotImplementedError("Momentum.step is not written yet")


class AdaGrad:
    """A learning rate of its own for every number: small where gradients have been large.

        g ← g + λ θ ,   s ← s + g² ,   θ ← θ − η g / (√s + ε)

    s only grows, so the steps shrink as 1/√t even if nobody schedules them.

    Parameters
    ----------
    params : list of float arrays of any shapes; ``step`` changes them in place and keeps their dtype
    learning_rate : η
    epsilon : ε > 0, outside of the root
    weight_decay : λ

    References
    ----------
    Duchi, Hazan and Singer (2011), Adaptive subgradient methods for online learning and stochastic optimization,
    JMLR 12, 2121-2159
    """

    def __init__(
        self,
        params: Sequence[np.ndarray],
        learning_rate: float = 1e-2,
        epsilon: float = 1e-10,
        weight_decay: float = 0.0,
    ) -> None:
        self.params = list(params)
        self.learning_rate = learning_rate
        self.epsilon = epsilon
        self.weight_decay = weight_decay
        self.sums = [np.zeros_like(p) for p in self.params]

    def step(self, grads: Sequence[np.ndarray]) -> None:
        """One step; the arrays in ``grads`` have the shapes of ``params`` and stay unchanged.

        Not allowed here: ``torch.optim.Adagrad``.
        """
        # TODO(day13): add up the squared gradients, divide by the root of the sum
        raise NotImplementedError("AdaGrad.step is not written yet")


class RMSProp:
    """AdaGrad that forgets: a running average of squared gradients in place of their sum.

        g ← g + λ θ ,   s ← α s + (1 − α) g² ,   θ ← θ − η g / (√s + ε)

    Parameters
    ----------
    params : list of float arrays of any shapes; ``step`` changes them in place and keeps their dtype
    learning_rate : η
    alpha : α, share of the old average that is kept, from 0 to below 1
    epsilon : ε > 0, outside of the root
    weight_decay : λ

    References
    ----------
    Tieleman and Hinton (2012), Neural Networks for Machine Learning, lecture 6.5
    """

    def __init__(
        self,
        params: Sequence[np.ndarray],
        learning_rate: float = 1e-2,
        alpha: float = 0.99,
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        self.params = list(params)
        self.learning_rate = learning_rate
        self.alpha = alpha
        self.epsilon = epsilon
        self.weight_decay = weight_decay
        self.averages = [np.zeros_like(p) for p in self.params]

    def step(self, grads: Sequence[np.ndarray]) -> None:
        """One step; the arrays in ``grads`` have the shapes of ``params`` and stay unchanged.

        Not allowed here: ``torch.optim.RMSprop``.
        """
        # TODO(day13): update the running average, divide by its root
        raise NotImplementedError("RMSProp.step is not written yet")


class Adam:
    """Momentum and RMSProp in one, each freed from its bias towards the zeros it starts from.

        t ← t + 1                    (once per step, the same for all parameters)
        g ← g + λ θ
        m ← β₁ m + (1 − β₁) g  ,   v ← β₂ v + (1 − β₂) g²
        m̂ = m / (1 − β₁ᵗ)      ,   v̂ = v / (1 − β₂ᵗ)
        θ ← θ − η m̂ / (√v̂ + ε)

    Without the third row the first steps would be wrong by the factor (1 − β₁) / √(1 − β₂), about 3.

    Parameters
    ----------
    params : list of float arrays of any shapes; ``step`` changes them in place and keeps their dtype
    learning_rate : η, roughly the length of a step in every single number
    betas : β₁ and β₂, shares of the old averages that are kept, from 0 to below 1
    epsilon : ε > 0, outside of the root
    weight_decay : λ; as a part of g it is rescaled like the rest of the gradient (AdamW mends that)

    References
    ----------
    Kingma and Ba (2015), Adam: a method for stochastic optimization, algorithm 1
    """

    def __init__(
        self,
        params: Sequence[np.ndarray],
        learning_rate: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        self.params = list(params)
        self.learning_rate = learning_rate
        self.betas = betas
        self.epsilon = epsilon
        self.weight_decay = weight_decay
        self.first = [np.zeros_like(p) for p in self.params]
        self.second = [np.zeros_like(p) for p in self.params]
        self.t = 0

    def step(self, grads: Sequence[np.ndarray]) -> None:
        """One step; the arrays in ``grads`` have the shapes of ``params`` and stay unchanged.

        Not allowed here: from ``torch.optim``: ``Adam``, ``AdamW``, ``NAdam``, ``RAdam``.
        """
        # TODO(day13): count the step, then average, correct and divide for every parameter
        raise NotImplementedError("Adam.step is not written yet")


class AdamW:
    """Adam with decoupled weight decay: the weights shrink, and the averages never hear of it.

        θ ← θ − η λ θ ,   then a step of Adam with λ = 0

    In Adam, λ θ is divided by √v̂ like the gradient, so weights with large gradients are hardly decayed at all. Here
    all shrink by the same factor.

    Parameters
    ----------
    params : list of float arrays of any shapes; ``step`` changes them in place and keeps their dtype
    learning_rate : η; it also multiplies the decay
    betas, epsilon : as in Adam
    weight_decay : λ

    References
    ----------
    Loshchilov and Hutter (2019), Decoupled weight decay regularization, algorithm 2
    """

    def __init__(
        self,
        params: Sequence[np.ndarray],
        learning_rate: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
        weight_decay: float = 1e-2,
    ) -> None:
        self.params = list(params)
        self.learning_rate = learning_rate
        self.betas = betas
        self.epsilon = epsilon
        self.weight_decay = weight_decay
        self.first = [np.zeros_like(p) for p in self.params]
        self.second = [np.zeros_like(p) for p in self.params]
        self.t = 0

    def step(self, grads: Sequence[np.ndarray]) -> None:
        """One step; the arrays in ``grads`` have the shapes of ``params`` and stay unchanged.

        Not allowed here: from ``torch.optim``: ``Adam``, ``AdamW``, ``NAdam``, ``RAdam``.
        """
        # TODO(day13): as in Adam, but the decay acts on the parameter and not on the gradient
        raise NotImplementedError("AdamW.step is not written yet")


class Adadelta:
    """RMSProp whose steps have the unit of the parameter (optional).

        g ← g + λ θ
        s ← ρ s + (1 − ρ) g²
        Δ = √(u + ε) / √(s + ε) · g
        u ← ρ u + (1 − ρ) Δ²
        θ ← θ − η Δ

    u averages the squares of past steps. It starts at zero, so the first steps are of the size √ε: patience.

    Parameters
    ----------
    params : list of float arrays of any shapes; ``step`` changes them in place and keeps their dtype
    learning_rate : η, 1 in the paper
    rho : ρ, share of the old averages that is kept, from 0 to below 1
    epsilon : ε > 0, here inside both roots
    weight_decay : λ

    References
    ----------
    Zeiler (2012), ADADELTA: an adaptive learning rate method, algorithm 1
    """

    def __init__(
        self,
        params: Sequence[np.ndarray],
        learning_rate: float = 1.0,
        rho: float = 0.9,
        epsilon: float = 1e-6,
        weight_decay: float = 0.0,
    ) -> None:
        self.params = list(params)
        self.learning_rate = learning_rate
        self.rho = rho
        self.epsilon = epsilon
        self.weight_decay = weight_decay
        self.gradients = [np.zeros_like(p) for p in self.params]
        self.updates = [np.zeros_like(p) for p in self.params]

    def step(self, grads: Sequence[np.ndarray]) -> None:
        """One step; the arrays in ``grads`` have the shapes of ``params`` and stay unchanged.

        Not allowed here: ``torch.optim.Adadelta``.
        """
        # TODO(day13): two running averages per parameter, both of squares
        raise NotImplementedError("Adadelta.step is not written yet")
