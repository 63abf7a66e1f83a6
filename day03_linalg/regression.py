# Write the parts marked TODO(day03). Made by `course sync` from the course's single source.
# skeleton 101f56afacfa18c2
"""Regression: the best approximate solution of A x = b, and how to choose a polynomial that predicts.

A linear system with more equations than unknowns has no solution; least squares takes the x with the smallest
‖A x − b‖. What you write here is used for every curve in the pictures of the day. Where an array may hold
integers, these are NumPy's own, of 64 bits. Arguments come back unchanged.
"""

from collections.abc import Sequence

import numpy as np


def vandermonde(x: np.ndarray, degree: int) -> np.ndarray:
    """Vandermonde matrix: the powers of x, one column per power.

    V_ij = x_i ** j  for j = 0, 1, …, degree, so that V @ c are the values of the polynomial
    c_0 + c_1 x + … + c_degree x^degree.

    Parameters
    ----------
    x : (n,) array of integers or floats; powers of integers must not overflow
    degree : highest power, 0 or more

    Returns
    -------
    (n, degree + 1) float array
        the first column is 1, the second is x

    Not allowed here: ``numpy.vander``, ``numpy.polynomial.polynomial.polyvander``,
    ``numpy.polynomial.Polynomial``.

    References
    ----------
    Golub and Van Loan, Matrix Computations, 4th ed., section 4.6
    """
    # TODO(day03): one row per entry of x, one column per power; powers of floats
    raise NotImplementedError("vandermonde is not written yet")


def evaluate_polynomial(coefficients: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Values of the polynomial c_0 + c_1 x + c_2 x² + … at x (given).

    Parameters
    ----------
    coefficients : (degree + 1,) float array, lowest power first
    x : (n,) array

    Returns
    -------
    (n,) float array
    """
    return np.asarray(vandermonde(x, len(coefficients) - 1)) @ np.asarray(coefficients)


def normal_equations(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Least squares by the normal equations.

    At the minimum of ‖A x − b‖² the residual is orthogonal to every column of A, Aᵀ (b − A x) = 0, hence

        AᵀA x = Aᵀb .

    Short, but AᵀA has the squared condition number of A, and it is singular when the columns of A depend on
    each other.

    Parameters
    ----------
    a : (m, n) float array with m >= n and linearly independent columns
    b : (m,) float array

    Returns
    -------
    (n,) float array
        the x with the smallest ‖A x − b‖

    Not allowed here: ``numpy.polyfit``; from ``numpy.linalg``: ``lstsq``, ``pinv``; from
    ``scipy.linalg``: ``lstsq``, ``pinv``; from ``scipy.optimize``: ``lsq_linear``, ``nnls``; from
    ``scipy.sparse.linalg``: ``lsqr``, ``lsmr``.

    References
    ----------
    Golub and Van Loan, Matrix Computations, 4th ed., section 5.3
    """
    # TODO(day03): solve the square system; `np.linalg.solve` is allowed
    raise NotImplementedError("normal_equations is not written yet")


def pseudo_inverse(a: np.ndarray, rcond: float = 1e-15) -> np.ndarray:
    """Moore-Penrose pseudo-inverse by the singular value decomposition.

    With A = U diag(s) Vᵀ it is

        A⁺ = V diag(s⁺) Uᵀ ,   s⁺ = 1/s if s > rcond · max(s), else 0 .

    A⁺b is a least-squares solution of A x = b for every shape and rank of A, and among all of them
    the shortest one.

    Parameters
    ----------
    a : (m, n) float array: tall, square or wide, of any rank
    rcond : singular values up to ``rcond`` times the largest one count as zero

    Returns
    -------
    (n, m) float array

    Not allowed here: ``torch.pinverse``; from ``numpy.linalg``: ``pinv``, ``lstsq``; from
    ``scipy.linalg``: ``pinv``, ``pinvh``, ``lstsq``; from ``torch.linalg``: ``pinv``, ``lstsq``.

    References
    ----------
    Golub and Van Loan, Matrix Computations, 4th ed., section 5.5
    """
    # TODO(day03): decompose A, invert the singular values that count, multiply back in the other order
    raise NotImplementedError("pseudo_inverse is not written yet")


def condition_number(a: np.ndarray) -> float:
    """Condition number: largest over smallest singular value.

    A relative error in b can come back in the solution of A x = b magnified by this factor.

    Parameters
    ----------
    a : (m, n) float array, of any shape

    Returns
    -------
    float
        at least 1; infinite when the smallest singular value is 0

    Not allowed here: ``numpy.linalg.cond``.

    References
    ----------
    Trefethen and Bau, Numerical Linear Algebra, lecture 12
    """
    # TODO(day03): of min(m, n) singular values
    raise NotImplementedError("condition_number is not written yet")


def rescale(x: np.ndarray, low: float, high: float) -> np.ndarray:
    """Map the interval [low, high] linearly onto [−1, 1].

    Powers of numbers within [−1, 1] stay of one size: the Vandermonde matrix keeps a small condition number.
    New x must be mapped with the ``low`` and ``high`` of the *training* data, or the polynomial means
    something else; they may then lie outside [−1, 1].

    Parameters
    ----------
    x : (n,) array of numbers
    low, high : what becomes −1 and what becomes 1; ``low`` is not above ``high``

    Returns
    -------
    (n,) float array

    Raises
    ------
    ValueError
        when ``low`` equals ``high``

    Not allowed here: ``numpy.interp``; from ``numpy.polynomial.polyutils``: ``mapdomain``, ``mapparms``.

    References
    ----------
    NumPy's manual, ``numpy.polynomial``: "domain" and "window" of a fitted polynomial
    """
    # TODO(day03): raise ValueError for an empty interval, else shift and stretch
    raise NotImplementedError("rescale is not written yet")


def fit_polynomial(x: np.ndarray, y: np.ndarray, degree: int) -> np.ndarray:
    """Coefficients of the polynomial that fits the points (x, y) best in the sense of least squares.

    c = V⁺ y  with the Vandermonde matrix V of x. When there are fewer points than coefficients, this is the
    shortest c that goes through all the points.

    Parameters
    ----------
    x, y : (n,) float arrays
    degree : of the polynomial, 0 or more

    Returns
    -------
    (degree + 1,) float array
        lowest power first

    Not allowed here: ``numpy.polyfit``, ``numpy.polynomial.polynomial.polyfit``,
    ``numpy.polynomial.Polynomial``; from ``numpy.linalg``: ``lstsq``, ``pinv``; from ``scipy.linalg``:
    ``lstsq``, ``pinv``; from ``scipy.optimize``: ``curve_fit``, ``lsq_linear``.

    References
    ----------
    Bishop, Pattern Recognition and Machine Learning, section 1.1
    """
    # TODO(day03): with the two functions above
    raise NotImplementedError("fit_polynomial is not written yet")


def select_degree(
    x_train: np.ndarray,
    y_train: np.ndarray,
    x_validation: np.ndarray,
    y_validation: np.ndarray,
    degrees: Sequence[int],
) -> tuple[int, np.ndarray]:
    """The degree whose polynomial predicts best what it has not seen.

    For each degree a polynomial is fitted to the training points and judged by its mean squared error

        MSE = 1/n · Σ_i (p(x_i) − y_i)²

    on the validation points. The error on the training points would always vote for the highest degree.

    Parameters
    ----------
    x_train, y_train : (n,) float arrays, what the polynomials are fitted to
    x_validation, y_validation : (m,) float arrays, held out: only for judging
    degrees : the candidates, in any order

    Returns
    -------
    degree : int
        the candidate with the smallest validation error; the first of them if there are several
    errors : (len(degrees),) float array
        validation MSE of every candidate

    References
    ----------
    Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd ed., section 7.2
    """
    # TODO(day03): fit on the training points, measure on the validation points, take the smallest
    raise NotImplementedError("select_degree is not written yet")
