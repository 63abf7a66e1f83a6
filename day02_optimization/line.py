# Write the parts marked TODO(day02). Made by `course sync` from the course's single source.
# skeleton 6cb722fd67ac7ad1
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

    Not allowed here: ``sklearn.metrics.mean_squared_error``, ``torch.nn.functional.mse_loss``,
    ``torch.nn.MSELoss``.

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 5.1.4
    """
    # TODO(day02): How badly a line fits: the mean of the squared vertical distances
    raise NotImplementedError("mean_squared_error is not written yet")


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

    Not allowed here: ``torch.autograd.grad``, ``scipy.optimize.approx_fprime``, ``numpy.gradient``; from
    ``torch.func``: ``grad``, ``vjp``, ``jacrev``, ``grad_and_value``, ``jvp``, ``jacfwd``, ``linearize``;
    from ``torch.autograd.functional``: ``vjp``, ``jvp``, ``jacobian``.

    References
    ----------
    Bishop, Pattern Recognition and Machine Learning, section 3.1.3
    """
    # TODO(day02): the residuals once, then two means
    raise NotImplementedError("mean_squared_error_gradient is not written yet")


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

    Not allowed here: ``numpy.polyfit``, ``numpy.polynomial.polynomial.polyfit``,
    ``numpy.polynomial.Polynomial``, ``numpy.linalg.lstsq``, ``scipy.linalg.lstsq``,
    ``scipy.stats.linregress``; from ``scipy.optimize``: ``curve_fit``, ``minimize``, ``least_squares``;
    from ``sklearn.linear_model``: ``LinearRegression``, ``SGDRegressor``.

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 4.5
    """
    # TODO(day02): with `gradient_descent`: what is its `grad` here?
    raise NotImplementedError("fit_line is not written yet")


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

    Not allowed here: ``scipy.stats.zscore``; from ``sklearn.preprocessing``: ``StandardScaler``,
    ``scale``.

    References
    ----------
    LeCun, Bottou, Orr and Müller (1998), Efficient BackProp, section 4.3
    """
    # TODO(day02): a check that not all entries are equal, then mean and standard deviation
    raise NotImplementedError("standardise is not written yet")


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
    # TODO(day02): what stands before x, and what is left over
    raise NotImplementedError("to_original_units is not written yet")
