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

    References
    ----------
    Bishop, Pattern Recognition and Machine Learning, sections 3.1 and 4.3.1
    """
    ### BEGIN SOLUTION two loops, over the sum of the powers and over the power of x_1; in floats
    x0, x1 = np.asarray(x, dtype=float).T
    columns = [x0 ** (total - j) * x1**j for total in range(degree + 1) for j in range(total + 1)]
    return np.column_stack(columns)
    ### END SOLUTION


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

    References
    ----------
    Bishop, Pattern Recognition and Machine Learning, section 4.3.2
    """
    ### BEGIN SOLUTION
    residual = sigmoid(features @ weights) - labels
    return features.T @ residual / len(labels)
    ### END SOLUTION


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

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, sections 5.9 and 8.3.2
    """
    ### BEGIN SOLUTION `rng.choice(n, batch, replace=False)` draws the rows
    weights = np.zeros(features.shape[1])
    velocity = np.zeros_like(weights)
    for _ in range(steps):
        rows = rng.choice(len(labels), size=batch, replace=False)
        gradient = classifier_gradient(weights, features[rows], labels[rows])
        velocity = momentum * velocity - learning_rate * gradient
        weights = weights + velocity
    return weights
    ### END SOLUTION
