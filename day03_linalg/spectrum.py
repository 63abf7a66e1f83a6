# Write the parts marked TODO(day03). Made by `course sync` from the course's single source.
# skeleton 7670ca3ecfcac040
"""What singular values tell: what can be left out of a matrix, and what should be damped.

Every matrix is A = U diag(s) Vᵀ, a sum of simple pieces s_i u_i v_iᵀ. Small pieces cost a picture little and
a regression dearly, because it divides by them. Arguments come back unchanged.
"""

import numpy as np


def low_rank(a: np.ndarray, rank: int) -> np.ndarray:
    """The best approximation of a matrix by one of lower rank.

    A_r = Σ_{i<r} s_i u_i v_iᵀ keeps the r largest singular values. By the theorem of Eckart and Young no
    matrix of rank r is nearer to A. What is missing is, counting from s_0,

        ‖A − A_r‖ = s_r  in the spectral norm,  √(s_r² + s_{r+1}² + …)  in the Frobenius norm.

    Parameters
    ----------
    a : (m, n) float array
    rank : number of singular values to keep, 0 or more; from min(m, n) on the result is A itself

    Returns
    -------
    (m, n) float array

    Not allowed here: ``sklearn.utils.extmath.randomized_svd``, ``scipy.sparse.linalg.svds``; from
    ``sklearn.decomposition``: ``TruncatedSVD``, ``PCA``.

    References
    ----------
    Eckart and Young (1936), The approximation of one matrix by another of lower rank,
    Psychometrika 1, 211-218
    """
    # TODO(day03): decompose A and put the first `rank` pieces together again
    raise NotImplementedError("low_rank is not written yet")


def compress(image: np.ndarray, rank: int) -> np.ndarray:
    """An image from few numbers: every colour channel is replaced by its best approximation of low rank.

    A channel of h × w pixels then takes rank · (h + w + 1) numbers instead of h · w.

    Parameters
    ----------
    image : (h, w) grey or (h, w, 3) colour float array with values in [0, 1]
    rank : number of singular values kept per channel

    Returns
    -------
    float array
        of the shape of ``image``, clipped to [0, 1]: the approximation overshoots at edges

    Not allowed here: ``sklearn.utils.extmath.randomized_svd``, ``scipy.sparse.linalg.svds``; from
    ``sklearn.decomposition``: ``TruncatedSVD``, ``PCA``.

    References
    ----------
    Strang, Introduction to Linear Algebra, 5th ed., section 7.1
    """
    # TODO(day03): one channel after the other, each a matrix; clip at the end
    raise NotImplementedError("compress is not written yet")


def spectral_filter(s: np.ndarray, epsilon: float) -> np.ndarray:
    """Filter factors of Tikhonov regularisation: how much of each singular direction is let through.

    f_i = s_i² / (s_i² + ε)

    is nearly 1 where s_i² is far above ε, nearly 0 where it is far below, and 1/2 where both are equal.

    Parameters
    ----------
    s : (n,) float array of singular values, 0 or more
    epsilon : strength, more than 0; in the unit of s²

    Returns
    -------
    (n,) float array
        between 0 and 1

    References
    ----------
    Hansen, Discrete Inverse Problems, section 4.4
    """
    # TODO(day03): one line, for all entries of s at once
    raise NotImplementedError("spectral_filter is not written yet")


def filtered_least_squares(a: np.ndarray, b: np.ndarray, epsilon: float) -> np.ndarray:
    """Least squares in which small singular values are damped instead of inverted.

    With A = U diag(s) Vᵀ and the filter factors f_i,

        x = Σ_i f_i / s_i · (u_iᵀb) v_i ,   f_i / s_i = s_i / (s_i² + ε) .

    The right-hand form of the factor is also good when s_i is exactly 0.

    Parameters
    ----------
    a : (m, n) float array of any shape and rank
    b : (m,) float array
    epsilon : strength, more than 0; in the unit of s²

    Returns
    -------
    (n,) float array

    Not allowed here: ``sklearn.linear_model.Ridge``; from ``numpy.linalg``: ``lstsq``, ``pinv``; from
    ``scipy.linalg``: ``lstsq``, ``pinv``; from ``scipy.sparse.linalg``: ``lsqr``, ``lsmr``.

    References
    ----------
    Hansen, Discrete Inverse Problems, section 4.4
    """
    # TODO(day03): decompose A, damp, put x together; no division by s
    raise NotImplementedError("filtered_least_squares is not written yet")


def ridge(a: np.ndarray, b: np.ndarray, epsilon: float) -> np.ndarray:
    """Ridge regression: the x with the smallest ‖A x − b‖² + ε ‖x‖².

    The gradient is zero where

        (AᵀA + ε I) x = Aᵀb .

    In the basis of singular vectors this is division by (s_i² + ε) / s_i: ridge *is* the spectral filter.

    Parameters
    ----------
    a : (m, n) float array of any shape and rank
    b : (m,) float array
    epsilon : price of a long x, more than 0; the sum of squares is not divided by m

    Returns
    -------
    (n,) float array

    Not allowed here: ``sklearn.linear_model.Ridge``; from ``numpy.linalg``: ``lstsq``, ``pinv``; from
    ``scipy.linalg``: ``lstsq``, ``pinv``; from ``scipy.sparse.linalg``: ``lsqr``, ``lsmr``.

    References
    ----------
    Hoerl and Kennard (1970), Ridge regression: biased estimation for nonorthogonal problems,
    Technometrics 12, 55-67
    """
    # TODO(day03): without a decomposition: solve the square system
    raise NotImplementedError("ridge is not written yet")


def power_iteration(a: np.ndarray, start: np.ndarray, steps: int) -> tuple[float, np.ndarray]:
    """Eigenvalue of largest magnitude, and its eigenvector, by nothing but products with A.

    Each step multiplies with A and divides by the length, v ← A v / ‖A v‖: the dominant direction grows
    fastest. The eigenvalue is the Rayleigh quotient of the last vector, λ = vᵀA v, and keeps its sign.

    Parameters
    ----------
    a : (n, n) symmetric float array
    start : (n,) float array, not orthogonal to the eigenvector sought, of any length
    steps : number of multiplications, 1 or more

    Returns
    -------
    eigenvalue : float
        Rayleigh quotient of the vector below
    eigenvector : (n,) float array
        after ``steps`` multiplications, of length 1; its sign is not fixed

    Not allowed here: from ``numpy.linalg``: ``eig``, ``eigh``, ``eigvals``, ``eigvalsh``, ``svd``; from
    ``scipy.linalg``: ``eig``, ``eigh``, ``eigvals``, ``eigvalsh``, ``svd``; from ``scipy.sparse.linalg``:
    ``eigs``, ``eigsh``.

    References
    ----------
    Golub and Van Loan, Matrix Computations, 4th ed., section 8.2
    """
    # TODO(day03): multiply and normalise in every step, then the Rayleigh quotient
    raise NotImplementedError("power_iteration is not written yet")


def jacobi_svd(a: np.ndarray, sweeps: int = 30) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Singular value decomposition by rotations (optional).

    One-sided Jacobi: turn two columns p, q of A in their plane until they are orthogonal, pair after pair,
    again and again, and collect the rotations in V. In the end A V has orthogonal columns: their lengths are
    the singular values, their directions are U. With α = p·p, β = q·q, γ = p·q the rotation is

        ζ = (β − α) / 2γ ,  t = sign(ζ) / (|ζ| + √(1 + ζ²)) ,  c = 1 / √(1 + t²) ,  s = c t ,
        p ← c p − s q ,  q ← s p + c q ,

    where sign(0) counts as 1, and a pair with γ = 0 is left alone.

    Parameters
    ----------
    a : (m, n) float array with m >= n and linearly independent columns
    sweeps : how often all pairs of columns are visited at most

    Returns
    -------
    u : (m, n) float array with orthonormal columns
    s : (n,) float array, largest first
    vt : (n, n) float array with orthonormal rows, such that U diag(s) Vᵀ = A; signs are not fixed

    Not allowed here: ``scipy.sparse.linalg.svds``; from ``numpy.linalg``: ``svd``, ``svdvals``, ``eig``,
    ``eigh``, ``eigvalsh``; from ``scipy.linalg``: ``svd``, ``svdvals``, ``eigh``, ``eig``, ``polar``.

    References
    ----------
    Golub and Van Loan, Matrix Computations, 4th ed., section 8.6
    """
    # TODO(day03): rotate pairs of columns of a copy of A, and the same columns of V
    raise NotImplementedError("jacobi_svd is not written yet")
