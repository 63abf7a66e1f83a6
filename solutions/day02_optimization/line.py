"""A straight line by gradient descent: the smallest model that is trained like the largest.

The line is y = slope · x + intercept, and its two parameters travel together as θ = (slope, intercept). Day 3
solves the same problem in one stroke; what you write here also works where no such stroke exists. Arguments come back
unchanged.
"""

import numpy as np

from day02_optimization.descent import gradient_descent


def predict(theta: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The values slope · x + intercept, for θ = (slope, intercept) (given)."""
    return theta[0] * x + theta[1]


def mean_squared_error(theta: np.ndarray, x: np.ndarray, y: np.ndarray) -> float:
    """How badly a line fits: the mean of the squared vertical distances.

        MSE(θ) = 1/n · Σ_i (slope · x_i + intercept − y_i)²

    Parameters
    ----------
    theta : (2,) array, (slope, intercept)
    x, y : (n,) arrays, the points

    Returns
    -------
    float
        in the unit of y, squared

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 5.1.4
    """
    ### BEGIN SOLUTION
    return np.mean((predict(theta, x) - y) ** 2)
    ### END SOLUTION


def mean_squared_error_gradient(theta: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Gradient of the mean squared error by slope and intercept.

    With the residuals r_i = slope · x_i + intercept − y_i

        ∂MSE/∂slope = 2/n · Σ_i r_i x_i ,   ∂MSE/∂intercept = 2/n · Σ_i r_i .

    Parameters
    ----------
    theta : (2,) array, (slope, intercept)
    x, y : (n,) arrays, the points

    Returns
    -------
    (2,) float array
        in the order of ``theta``

    References
    ----------
    Bishop, Pattern Recognition and Machine Learning, section 3.1.3
    """
    ### BEGIN SOLUTION the residuals once, then two means
    residual = predict(theta, x) - y
    return 2 * np.array([np.mean(residual * x), np.mean(residual)])
    ### END SOLUTION


def fit_line(x: np.ndarray, y: np.ndarray, learning_rate: float, steps: int) -> np.ndarray:
    """Gradient descent on the mean squared error, from the line θ = (0, 0).

    Slope and intercept move at the same time: both parts of the gradient are taken at the old line.

    Parameters
    ----------
    x, y : (n,) arrays, the points
    learning_rate : too large for x as it is measured? Then scale x, see `standardise`
    steps : number of steps, 0 or more

    Returns
    -------
    (steps + 1, 2) float array
        the path of (slope, intercept), row 0 is (0, 0)

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 4.5
    """
    ### BEGIN SOLUTION with `gradient_descent`: what is its `grad` here?
    return gradient_descent(
        lambda theta: mean_squared_error_gradient(theta, x, y), np.zeros(2), learning_rate, steps
    )
    ### END SOLUTION


def standardise(x: np.ndarray) -> tuple[np.ndarray, float, float]:
    """Shift and scale numbers to mean 0 and standard deviation 1.

        z_i = (x_i − mean) / scale ,   scale = √(1/n Σ_i (x_i − mean)²)

    The standard deviation is the one that divides by n (ddof = 0), not by n − 1.

    Parameters
    ----------
    x : (n,) array of numbers, at least one

    Returns
    -------
    z : (n,) float array
    mean, scale : floats, in the unit of x; with them new numbers are mapped in the same way

    Raises
    ------
    ValueError
        when all entries are equal, which nothing can stretch. Compare the entries themselves: rounding makes
        ``np.std`` of 0.1, 0.1, 0.1 about 1e-17 instead of 0, and numbers that differ by 1e-13 are data, not equal

    References
    ----------
    LeCun, Bottou, Orr and Müller (1998), Efficient BackProp, section 4.3
    """
    ### BEGIN SOLUTION a check that not all entries are equal, then mean and standard deviation
    if np.all(x == x[0]):
        raise ValueError("all entries are equal, so their standard deviation is zero")
    mean, scale = np.mean(x), np.std(x)
    return (x - mean) / scale, mean, scale
    ### END SOLUTION


def to_original_units(theta: np.ndarray, mean: float, scale: float) -> np.ndarray:
    """The line that was fitted over z = (x − mean) / scale, as a line over x.

    slope_z · z + intercept_z is the same number as slope · x + intercept, for every x. Put z in and compare.

    Parameters
    ----------
    theta : (2,) array, (slope, intercept) over z
    mean, scale : as returned by `standardise`

    Returns
    -------
    (2,) float array
        (slope, intercept) over x

    References
    ----------
    Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd ed., section 3.4.1
    """
    ### BEGIN SOLUTION what stands before x, and what is left over
    slope = theta[0] / scale
    return np.array([slope, theta[1] - slope * mean])
    ### END SOLUTION
