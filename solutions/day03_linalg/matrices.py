"""Matrices by hand: the product with a vector, the transpose, determinant and inverse of two by two.

Everything here is written with sums and products only. The library's own operators are used from the next
module on, when you know what they do. Where an array may hold integers, these are NumPy's own, of 64 bits.
Arguments come back unchanged.
"""

import numpy as np


def matrix_vector(a: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Product of a matrix with a vector.

    Entry i of the result is the sum of row i of A times x:  y_i = Σ_j a_ij x_j.

    Parameters
    ----------
    a : (m, n) array of numbers
    x : (n,) array of numbers

    Returns
    -------
    (m,) array
        of integers only when both A and x hold integers

    Raises
    ------
    ValueError
        when x does not have as many entries as A has columns

    References
    ----------
    Strang, Introduction to Linear Algebra, 5th ed., section 2.1
    """
    ### BEGIN SOLUTION check the length of x, then sum a_ij x_j over j
    _, n = a.shape
    if x.shape != (n,):
        raise ValueError(f"A has {n} columns, but x has shape {x.shape}")
    return np.sum(a * x, axis=1)
    ### END SOLUTION


def transpose(a: np.ndarray) -> np.ndarray:
    """Transpose of a matrix: rows become columns, (Aᵀ)_ij = a_ji.

    Parameters
    ----------
    a : (m, n) array

    Returns
    -------
    (n, m) array
        of the entries of A as they are: complex ones stay complex

    References
    ----------
    Strang, Introduction to Linear Algebra, 5th ed., section 2.7
    """
    ### BEGIN SOLUTION make an (n, m) array and write each row of A into a column of it
    m, n = a.shape
    result = np.empty((n, m), dtype=a.dtype)
    for i in range(m):
        result[:, i] = a[i]
    return result
    ### END SOLUTION


def determinant(a: np.ndarray) -> float:
    """Determinant of a 2×2 matrix.

    It is the area of the image of the unit square, negative if the matrix turns the plane over:

        det A = a_00 a_11 − a_01 a_10

    Parameters
    ----------
    a : (2, 2) array of numbers

    Returns
    -------
    float

    References
    ----------
    Strang, Introduction to Linear Algebra, 5th ed., section 5.1
    """
    ### BEGIN SOLUTION product of the main diagonal minus product of the other one
    return a[0, 0] * a[1, 1] - a[0, 1] * a[1, 0]
    ### END SOLUTION


def inverse(a: np.ndarray) -> np.ndarray:
    """Inverse of a 2×2 matrix.

        A⁻¹ = 1 / det A · [[ a_11, −a_01],
                           [−a_10,  a_00]]

    A small determinant alone does not make a matrix singular: the one of 10⁻⁶ times the identity is 10⁻¹².

    Parameters
    ----------
    a : (2, 2) array of numbers

    Returns
    -------
    (2, 2) float array

    Raises
    ------
    ValueError
        when the determinant is zero: the plane was squashed onto a line, and nothing brings it back

    References
    ----------
    Strang, Introduction to Linear Algebra, 5th ed., section 2.5
    """
    ### BEGIN SOLUTION raise ValueError when the determinant is zero, else use the formula
    det = determinant(a)
    if det == 0:
        raise ValueError("the matrix is singular: its determinant is zero")
    return np.array([[a[1, 1], -a[0, 1]], [-a[1, 0], a[0, 0]]]) / det
    ### END SOLUTION
