# Write the parts marked TODO(day02). Made by `course sync` from the course's single source.
# skeleton c88e3e635efe2cd5
"""Optional: curved boundaries. Logistic regression in the plane, on products of the coordinates, with mini-batches.

What the hidden layers of Part 2 will find by themselves is put in by hand here. Arguments come back unchanged.
"""

import numpy as np

from day02_optimization.derivatives import sigmoid


def make_points(name: str, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Two classes that no straight line can tell apart (given).

    Parameters
    ----------
    name : ``"ring"``, a disc and what surrounds it, or ``"xor"``, opposite quadrants

    Returns
    -------
    x : (n, 2) float array in [−1, 1]
    labels : (n,) integer array of 0 and 1
    """
    x = rng.uniform(-1, 1, size=(n, 2))
    inside = np.hypot(x[:, 0], x[:, 1]) < 0.7 if name == "ring" else x[:, 0] * x[:, 1] > 0
    return x, inside.astype(int)


def polynomial_features(x: np.ndarray, degree: int) -> np.ndarray:
    """All products of powers of two coordinates up to a degree.

    The columns are x_0^i x_1^j with i + j <= degree: by growing i + j, and within the same i + j by growing j.
    For degree 2 they are 1, x_0, x_1, x_0², x_0 x_1, x_1².

    Parameters
    ----------
    x : (n, 2) array of numbers, integers of any width included
    degree : 0 or more

    Returns
    -------
    (n, (degree + 1)(degree + 2) / 2) float array

    Not allowed here: ``sklearn.preprocessing.PolynomialFeatures``,
    ``numpy.polynomial.polynomial.polyvander2d``.

    References
    ----------
    Bishop, Pattern Recognition and Machine Learning, sections 3.1 and 4.3.1
    """
    # TODO(day02): two loops, over the sum of the powers and over the power of x_1; in floats
    raise NotImplementedError("polynomial_features is not written yet")


def classifier_gradient(weights: np.ndarray, features: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Gradient of the mean negative log-likelihood by the weights, for any number of features.

    With p_i = σ(features_i · weights):   1/n · Σ_i (p_i − y_i) features_i

    Parameters
    ----------
    weights : (k,) float array
    features : (n, k) float array
    labels : (n,) array of 0 and 1

    Returns
    -------
    (k,) float array

    Not allowed here: ``torch.autograd.grad``, ``scipy.optimize.approx_fprime``; from ``torch.func``:
    ``grad``, ``vjp``, ``jacrev``, ``grad_and_value``, ``jvp``, ``jacfwd``, ``linearize``; from
    ``torch.autograd.functional``: ``vjp``, ``jvp``, ``jacobian``.

    References
    ----------
    Bishop, Pattern Recognition and Machine Learning, section 4.3.2
    """
    # TODO(day02): Gradient of the mean negative log-likelihood by the weights, for any number of features
    raise NotImplementedError("classifier_gradient is not written yet")


def train_classifier(
    features: np.ndarray,
    labels: np.ndarray,
    rng: np.random.Generator,
    learning_rate: float = 0.5,
    momentum: float = 0.9,
    batch: int = 16,
    steps: int = 600,
) -> np.ndarray:
    """Stochastic gradient descent with momentum: every step looks at a few random rows only.

    Start from weights 0. In each step draw ``batch`` different rows and move as in `momentum_descent`, with
    the gradient of these rows.

    Parameters
    ----------
    features : (n, k) float array
    labels : (n,) array of 0 and 1
    rng : generator that draws the rows
    learning_rate, momentum : η and μ
    batch : rows per step, at most n
    steps : number of steps

    Returns
    -------
    (k,) float array of weights

    Not allowed here: ``scipy.optimize.minimize``, ``torch.optim.SGD``; from ``sklearn.linear_model``:
    ``LogisticRegression``, ``SGDClassifier``.

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, sections 5.9 and 8.3.2
    """
    # TODO(day02): `rng.choice(n, batch, replace=False)` draws the rows
    raise NotImplementedError("train_classifier is not written yet")
