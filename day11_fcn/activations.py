# Write the parts marked TODO(day11). Made by `course sync` from the course's single source.
# skeleton 9153a7a4931d1561
"""Activation functions, entry by entry and row by row, written so that no input makes them overflow.

Every one takes arrays of any shape. What ``exp`` is given is never positive: it may underflow to 0, which is right,
but it never overflows to infinity. Arguments come back unchanged.
"""

import numpy as np
from scipy.special import erf

ACTIVATIONS = ("sigmoid", "tanh", "relu")


def sigmoid(x: np.ndarray) -> np.ndarray:
    """Logistic sigmoid, for numbers of any size.

    σ(x) = 1 / (1 + exp(−x)) = exp(x) / (1 + exp(x))

    The first form overflows for large negative x, the second for large positive x. Each is good where the other is
    not, and with e = exp(−|x|) both have the denominator 1 + e.

    Parameters
    ----------
    x : float array of any shape

    Returns
    -------
    float array
        of the same shape, between 0 and 1; accurate also where it is tiny: σ(−50) is 2e-22, not 0

    Not allowed here: ``scipy.stats.logistic``, ``numpy.tanh``, ``torch.special.expit``,
    ``torch.nn.Sigmoid``; from ``scipy.special``: ``expit``, ``logit``, ``log_expit``, ``softmax``; from
    ``torch``: ``sigmoid``, ``tanh``, ``softmax``; from ``torch.nn.functional``: ``sigmoid``, ``softmax``.

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 3.10
    """
    # TODO(day11): one form where x >= 0, the other where x < 0; exp only of −|x|
    raise NotImplementedError("sigmoid is not written yet")


def activate(x: np.ndarray, activation: str) -> np.ndarray:
    """The activation of a layer, by name.

    "sigmoid"   σ(x)
    "tanh"      tanh x = 2 σ(2x) − 1
    "relu"      max(x, 0)

    Parameters
    ----------
    x : float array of any shape
    activation : one of `ACTIVATIONS`

    Returns
    -------
    float array
        of the same shape

    Raises
    ------
    ValueError
        when there is no activation of that name

    Not allowed here: ``math.tanh``, ``scipy.special.expit``; from ``numpy``: ``tanh``, ``sinh``,
    ``cosh``; from ``torch``: ``tanh``, ``relu``, ``sigmoid``; from ``torch.nn.functional``: ``relu``,
    ``tanh``; from ``torch.nn``: ``ReLU``, ``Tanh``.

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 6.3
    """
    # TODO(day11): three cases; an unknown name is an error
    raise NotImplementedError("activate is not written yet")


def activate_backward(x: np.ndarray, grad: np.ndarray, activation: str) -> np.ndarray:
    """Backward pass of an activation: from the gradient of its output to the gradient of its input.

    With y = f(x) entry by entry and a loss L, the chain rule says ∂L/∂x = f′(x) · ∂L/∂y, where

    "sigmoid"   f′ = y (1 − y)
    "tanh"      f′ = 1 − y²
    "relu"      f′ = 1 where x > 0, else 0 (at the kink both are subgradients; here it is 0, as in PyTorch)

    Parameters
    ----------
    x : float array of any shape, the input of the forward pass
    grad : float array of the same shape, ∂L/∂y
    activation : one of `ACTIVATIONS`

    Returns
    -------
    float array
        ∂L/∂x, of the same shape

    Raises
    ------
    ValueError
        when there is no activation of that name

    Not allowed here: the method ``.backward``, ``torch.autograd.grad``, ``numpy.gradient``; from
    ``torch.func``: ``grad``, ``vjp``, ``jacrev``, ``grad_and_value``, ``jvp``, ``jacfwd``, ``linearize``;
    from ``torch.autograd.functional``: ``vjp``, ``jvp``, ``jacobian``.

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 6.5
    """
    # TODO(day11): the output y is a good way to the derivative
    raise NotImplementedError("activate_backward is not written yet")


def log_sum_exp(z: np.ndarray) -> np.ndarray:
    """Logarithm of a sum of exponentials, over the last axis, without overflow.

    log Σ_c exp(z_c) = m + log Σ_c exp(z_c − m)  for every m,

    and with m = max z the largest term of the sum is exp(0) = 1.

    Parameters
    ----------
    z : (…, c) float array, of entries of any size

    Returns
    -------
    (…) float array
        one axis less than ``z``

    Not allowed here: ``numpy.logaddexp``; from ``scipy.special``: ``logsumexp``, ``log_softmax``; from
    ``torch``: ``logsumexp``, ``logaddexp``, ``log_softmax``.

    References
    ----------
    Blanchard, Higham and Higham (2021), Accurately computing the log-sum-exp and softmax functions,
    IMA Journal of Numerical Analysis 41, 2311-2330
    """
    # TODO(day11): take out the maximum of each row, put it back at the end
    raise NotImplementedError("log_sum_exp is not written yet")


def softmax(z: np.ndarray) -> np.ndarray:
    """Softmax over the last axis: scores of any size become probabilities.

    p_c = exp(z_c) / Σ_k exp(z_k) = exp(z_c − log Σ_k exp(z_k))

    Parameters
    ----------
    z : (…, c) float array of scores ("logits"), of any size

    Returns
    -------
    (…, c) float array
        not negative, with sum 1 along the last axis; adding a number to a whole row of ``z`` changes nothing

    Not allowed here: ``torch.nn.functional.softmax``, ``torch.nn.Softmax``,
    ``sklearn.utils.extmath.softmax``; from ``scipy.special``: ``softmax``, ``log_softmax``; from
    ``torch``: ``softmax``, ``log_softmax``.

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 4.1
    """
    # TODO(day11): with the function above it is one line
    raise NotImplementedError("softmax is not written yet")


def modern_activation(x: np.ndarray, activation: str) -> tuple[np.ndarray, np.ndarray]:
    """Four activations of later years, and their derivatives (optional).

    "leaky_relu"  x where x > 0, else 0.01 x
    "elu"         x where x > 0, else exp(x) − 1
    "silu"        x σ(x)
    "gelu"        x Φ(x), Φ the cumulative distribution of the standard normal: Φ(x) = (1 + erf(x/√2)) / 2,
                  with density φ(x) = exp(−x²/2) / √(2π)

    Parameters
    ----------
    x : float array of any shape, without zeros
    activation : one of the four names

    Returns
    -------
    y, derivative : float arrays of the same shape
        f(x), and f′(x) by the product rule; finite for every x

    Raises
    ------
    ValueError
        when there is no activation of that name

    Not allowed here: ``torch.autograd.grad``; from ``torch.nn.functional``: ``leaky_relu``, ``elu``,
    ``silu``, ``gelu``; from ``torch.nn``: ``LeakyReLU``, ``ELU``, ``SiLU``, ``GELU``; from
    ``torch.func``: ``grad``, ``vjp``, ``jacrev``, ``grad_and_value``, ``jvp``, ``jacfwd``, ``linearize``;
    from ``torch.autograd.functional``: ``vjp``, ``jvp``, ``jacobian``.

    References
    ----------
    Maas, Hannun and Ng (2013), Rectifier nonlinearities improve neural network acoustic models;
    Clevert, Unterthiner and Hochreiter (2016), arXiv:1511.07289, section 3;
    Hendrycks and Gimpel (2016), Gaussian error linear units, arXiv:1606.08415, section 2 (the exact form)
    """
    # TODO(day11): `scipy.special.erf` is allowed; exp only of numbers that are not positive
    raise NotImplementedError("modern_activation is not written yet")
