"""The layers of a fully connected network: each forward pass with its backward pass, by hand.

A backward pass is given ``grad``, the gradient of the loss with respect to the layer's *output*, and returns the
gradients with respect to everything that went in. Rows are samples throughout. Arguments come back unchanged.
"""

from collections.abc import Callable
from itertools import pairwise

import numpy as np

Parameters = list[tuple[np.ndarray, np.ndarray]]
"""Weights and biases of a network, layer by layer: [(w, b), …] with w (inputs, outputs) and b (outputs,)."""


def dense(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> np.ndarray:
    """A dense layer: every output sees every input.

    Y = X W + b

    A training calls it thousands of times: write the product of matrices, not loops over their entries.

    Parameters
    ----------
    x : (n, inputs) float array, a sample per row
    w : (inputs, outputs) float array
    b : (outputs,) float array, added to every row

    Returns
    -------
    (n, outputs) float array

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 6.1
    """
    ### BEGIN SOLUTION one line
    return x @ w + b
    ### END SOLUTION


def dense_backward(
    grad: np.ndarray, x: np.ndarray, w: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Backward pass of a dense layer.

    From Y = X W + b and G = ∂L/∂Y follow

        ∂L/∂X = G Wᵀ ,   ∂L/∂W = Xᵀ G ,   ∂L/∂b = Σ_i G_i (the sum over the rows).

    Parameters
    ----------
    grad : (n, outputs) float array G
    x : (n, inputs) float array, the input of the forward pass
    w : (inputs, outputs) float array

    Returns
    -------
    grad_x : (n, inputs) float array
    grad_w : (inputs, outputs) float array
    grad_b : (outputs,) float array
        each of the shape of what it is the gradient of; nothing is divided by n: that n is in the loss already

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 6.5.6
    """
    ### BEGIN SOLUTION the shapes leave only one way to multiply
    return grad @ w.T, x.T @ grad, grad.sum(axis=0)
    ### END SOLUTION


def dropout(x: np.ndarray, rate: float, rng: np.random.Generator | None) -> tuple[np.ndarray, np.ndarray]:
    """Dropout: in training every entry is set to zero with probability ``rate``; in evaluation nothing happens.

    What is kept is divided by 1 − rate, so that the expected value stays what it was ("inverted dropout") and
    evaluation needs no correction. With the mask M of entries 0 and 1 / (1 − rate)

        Y = X ∘ M ,   and in the backward pass  ∂L/∂X = ∂L/∂Y ∘ M .

    Parameters
    ----------
    x : float array of any shape
    rate : probability of being dropped, at least 0 and less than 1
    rng : the generator to draw from in training; None in evaluation

    Returns
    -------
    y, mask : float arrays of the shape of ``x``
        a new mask for each call; in evaluation it is all ones

    Raises
    ------
    ValueError
        when ``rate`` is outside [0, 1)

    References
    ----------
    Srivastava et al. (2014), Dropout: a simple way to prevent neural networks from overfitting,
    Journal of Machine Learning Research 15, 1929-1958, sections 4 and 10
    """
    ### BEGIN SOLUTION check the rate; no generator, no dropping
    if not 0 <= rate < 1:
        raise ValueError(f"the rate must be at least 0 and less than 1, not {rate}")
    mask = np.ones_like(x) if rng is None else (rng.random(x.shape) >= rate) / (1 - rate)
    return x * mask, mask
    ### END SOLUTION


def initialise(fan_in: int, fan_out: int, scheme: str, rng: np.random.Generator) -> np.ndarray:
    """First weights of a dense layer: random, and of the size that keeps signals at their size.

    "glorot"   uniform between −a and a with a = √(6 / (fan_in + fan_out)), hence of variance 2 / (fan_in + fan_out)
    "he"       normal with mean 0 and variance 2 / fan_in: ReLU throws half of the signal away

    Parameters
    ----------
    fan_in, fan_out : number of inputs and outputs
    scheme : "glorot" (for sigmoid and tanh) or "he" (for ReLU)
    rng : the generator to draw from

    Returns
    -------
    (fan_in, fan_out) float array, single precision will do

    Raises
    ------
    ValueError
        when there is no scheme of that name

    References
    ----------
    Glorot and Bengio (2010), Understanding the difficulty of training deep feedforward neural networks, equation (16);
    He et al. (2015), Delving deep into rectifiers, arXiv:1502.01852, section 2.2
    """
    ### BEGIN SOLUTION mind variance and standard deviation
    if scheme == "glorot":
        bound = np.sqrt(6 / (fan_in + fan_out))
        return rng.uniform(-bound, bound, size=(fan_in, fan_out))
    if scheme == "he":
        return rng.normal(scale=np.sqrt(2 / fan_in), size=(fan_in, fan_out))
    raise ValueError(f"there is no scheme {scheme!r}; choose glorot or he")
    ### END SOLUTION


def initialise_layers(sizes: list[int], activation: str, rng: np.random.Generator) -> Parameters:
    """First weights and biases of a whole network (given).

    Parameters
    ----------
    sizes : number of inputs, of the units of each hidden layer, and of outputs
    activation : of the hidden layers; ReLU is given He's weights, everything else Glorot's
    rng : the generator to draw from

    Returns
    -------
    Parameters
        ``len(sizes) - 1`` layers; biases are 0
    """
    scheme = "he" if activation == "relu" else "glorot"
    return [
        (np.asarray(initialise(inputs, outputs, scheme, rng), dtype=float), np.zeros(outputs))
        for inputs, outputs in pairwise(sizes)
    ]


def gradient_error(
    f: Callable[[np.ndarray], float], gradient: np.ndarray, x: np.ndarray, step: float = 1e-5
) -> float:
    """How far a gradient is from what central differences say.

    The derivative of f along entry k, all other entries staying as they are, is near n_k, and the error of a gradient
    g is relative to the size of both:

        n_k = (f(x + h e_k) − f(x − h e_k)) / 2h ,
        error = ‖g − n‖ / (‖g‖ + ‖n‖) ,  0 if g and n are both zero.

    A right gradient gives 1e-7 or less, one that is wrong by a factor of 2 gives 1/3, one of the wrong sign 1.

    Parameters
    ----------
    f : takes an array like ``x`` and returns a number
    gradient : float array g of the shape of ``x``, to be checked
    x : float64 array of any shape, where the gradient was taken
    step : h

    Returns
    -------
    float
        between 0 and 1

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 11.5, "Compare back-propagated derivatives to numerical
    derivatives"
    """
    ### BEGIN SOLUTION move one entry of a copy at a time; np.ndindex(x.shape) visits all entries
    numerical = np.empty_like(x)
    for k in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[k] += step
        below[k] -= step
        numerical[k] = (f(above) - f(below)) / (2 * step)
    size = np.linalg.norm(gradient) + np.linalg.norm(numerical)
    return float(np.linalg.norm(gradient - numerical) / size) if size else 0.0
    ### END SOLUTION
