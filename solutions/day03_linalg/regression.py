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

    References
    ----------
    Golub and Van Loan, Matrix Computations, 4th ed., section 4.6
    """
    ### BEGIN SOLUTION one row per entry of x, one column per power; powers of floats
    return np.asarray(x, dtype=float)[:, np.newaxis] ** np.arange(degree + 1)
    ### END SOLUTION


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

    References
    ----------
    Golub and Van Loan, Matrix Computations, 4th ed., section 5.3
    """
    ### BEGIN SOLUTION solve the square system; `np.linalg.solve` is allowed
    return np.linalg.solve(a.T @ a, a.T @ b)
    ### END SOLUTION


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

    References
    ----------
    Golub and Van Loan, Matrix Computations, 4th ed., section 5.5
    """
    ### BEGIN SOLUTION decompose A, invert the singular values that count, multiply back in the other order
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    large = s > rcond * s.max()
    return (vt[large].T / s[large]) @ u[:, large].T
    ### END SOLUTION


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

    References
    ----------
    Trefethen and Bau, Numerical Linear Algebra, lecture 12
    """
    ### BEGIN SOLUTION of min(m, n) singular values
    s = np.linalg.svd(a, compute_uv=False)
    return s[0] / s[-1] if s[-1] > 0 else np.inf
    ### END SOLUTION


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

    References
    ----------
    NumPy's manual, ``numpy.polynomial``: "domain" and "window" of a fitted polynomial
    """
    ### BEGIN SOLUTION raise ValueError for an empty interval, else shift and stretch
    if low == high:
        raise ValueError(f"an interval needs two different ends, not {low} twice")
    return 2 * (x - low) / (high - low) - 1
    ### END SOLUTION


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

    References
    ----------
    Bishop, Pattern Recognition and Machine Learning, section 1.1
    """
    ### BEGIN SOLUTION with the two functions above
    return pseudo_inverse(vandermonde(x, degree)) @ y
    ### END SOLUTION


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
    ### BEGIN SOLUTION fit on the training points, measure on the validation points, take the smallest
    errors = np.empty(len(degrees))
    for i, degree in enumerate(degrees):
        coefficients = fit_polynomial(x_train, y_train, degree)
        residual = evaluate_polynomial(coefficients, x_validation) - y_validation
        errors[i] = np.mean(residual**2)
    return degrees[np.argmin(errors)], errors
    ### END SOLUTION
