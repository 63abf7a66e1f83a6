# Write the parts marked TODO(day02). Made by `course sync` from the course's single source.
# skeleton ab565ce17d019220
"""The night before 28 January 1986: what did 23 earlier flights say about the O-rings at 31 °F?

Logistic regression: a line, bent by the sigmoid into a probability, and fitted by maximum likelihood. The
temperatures come from `course.data.load_challenger`. Arguments come back unchanged.
"""

import numpy as np

from day02_optimization.derivatives import sigmoid
from day02_optimization.descent import gradient_descent
from day02_optimization.line import predict, standardise, to_original_units


def probability(theta: np.ndarray, x: np.ndarray) -> np.ndarray:
    """P(y = 1) at x according to θ = (w, b): the sigmoid of the line w x + b (given)."""
    return sigmoid(predict(theta, x))


def negative_log_likelihood(theta: np.ndarray, x: np.ndarray, y: np.ndarray) -> float:
    """How surprised the model is by what happened, per observation.

    With z_i = w x_i + b and p_i = σ(z_i) it is the mean

        −1/n · Σ_i  y_i log p_i + (1 − y_i) log(1 − p_i)  =  1/n · Σ_i  log(1 + exp(z_i)) − y_i z_i .

    The left side takes the logarithm of 0 when the model is far off, and the right side overflows if it is
    typed as it stands. ``np.logaddexp(0, z)`` is log(1 + exp(z)) without either.

    Parameters
    ----------
    theta : (2,) array, (w, b)
    x : (n,) array of numbers
    y : (n,) array of what happened, 0 or 1

    Returns
    -------
    float
        0 or more; finite also where z is ±1000

    Not allowed here: ``sklearn.metrics.log_loss``; from ``torch.nn.functional``:
    ``binary_cross_entropy``, ``binary_cross_entropy_with_logits``; from ``torch.nn``: ``BCELoss``,
    ``BCEWithLogitsLoss``.

    References
    ----------
    Bishop, Pattern Recognition and Machine Learning, section 4.3.2
    """
    # TODO(day02): the right side of the formula
    raise NotImplementedError("negative_log_likelihood is not written yet")


def negative_log_likelihood_gradient(theta: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Gradient of the mean negative log-likelihood by w and b.

    Logarithm and sigmoid cancel, and what remains looks like the gradient of a straight line:

        ∂/∂w = 1/n · Σ_i (p_i − y_i) x_i ,   ∂/∂b = 1/n · Σ_i (p_i − y_i) .

    Parameters
    ----------
    theta : (2,) array, (w, b)
    x : (n,) array of numbers
    y : (n,) array of 0 and 1

    Returns
    -------
    (2,) float array
        in the order of ``theta``

    Not allowed here: ``torch.autograd.grad``, ``scipy.optimize.approx_fprime``, ``numpy.gradient``; from
    ``torch.func``: ``grad``, ``vjp``, ``jacrev``, ``grad_and_value``, ``jvp``, ``jacfwd``, ``linearize``;
    from ``torch.autograd.functional``: ``vjp``, ``jvp``, ``jacobian``.

    References
    ----------
    Bishop, Pattern Recognition and Machine Learning, section 4.3.2
    """
    # TODO(day02): Gradient of the mean negative log-likelihood by w and b
    raise NotImplementedError("negative_log_likelihood_gradient is not written yet")


def fit_logistic(x: np.ndarray, y: np.ndarray, learning_rate: float = 2.0, steps: int = 2000) -> np.ndarray:
    """Maximum likelihood by gradient descent, on standardised x, from θ = (0, 0).

    At 70 °F the raw temperatures allow a learning rate of 0.0016 and would need millions of steps.
    Standardised, the same descent takes some hundreds. The result is converted back.

    Parameters
    ----------
    x : (n,) array of numbers, in any unit; the 0s and 1s overlap on it
    y : (n,) array of 0 and 1
    learning_rate, steps : of the descent on standardised x

    Returns
    -------
    (2,) float array
        (w, b) for x in its own unit

    Not allowed here: from ``sklearn.linear_model``: ``LogisticRegression``, ``SGDClassifier``; from
    ``scipy.optimize``: ``minimize``, ``fmin_bfgs``, ``curve_fit``.

    References
    ----------
    Dalal, Fowlkes and Hoadley (1989), Risk analysis of the space shuttle: pre-Challenger prediction of
    failure, Journal of the American Statistical Association 84, 945-957
    """
    # TODO(day02): standardise, descend, and back to the original unit
    raise NotImplementedError("fit_logistic is not written yet")
