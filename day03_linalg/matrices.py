# Write the parts marked TODO(day03). Made by `course sync` from the course's single source.
# skeleton e4d44a672a1bc3fa
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

    Not allowed here: the operator ``@``, the method ``.dot``; from ``numpy``: ``dot``, ``matmul``,
    ``inner``, ``vdot``, ``einsum``, ``tensordot``, ``matvec``, ``vecdot``; from ``numpy.linalg``:
    ``vecdot``, ``matmul``, ``multi_dot``, ``tensordot``.

    References
    ----------
    Strang, Introduction to Linear Algebra, 5th ed., section 2.1
    """
    # TODO(day03): check the length of x, then sum a_ij x_j over j
    raise NotImplementedError("matrix_vector is not written yet")


def transpose(a: np.ndarray) -> np.ndarray:
    """Transpose of a matrix: rows become columns, (Aᵀ)_ij = a_ji.

    Parameters
    ----------
    a : (m, n) array

    Returns
    -------
    (n, m) array
        of the entries of A as they are: complex ones stay complex

    Not allowed here: the methods ``.T``, ``.mT``, ``.transpose``, ``.swapaxes``,
    ``numpy.linalg.matrix_transpose``; from ``numpy``: ``transpose``, ``swapaxes``, ``moveaxis``,
    ``rollaxis``, ``permute_dims``, ``matrix_transpose``, ``einsum``.

    References
    ----------
    Strang, Introduction to Linear Algebra, 5th ed., section 2.7
    """
    # TODO(day03): make an (n, m) array and write each row of A into a column of it
    raise NotImplementedError("transpose is not written yet")


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

    Not allowed here: ``scipy.linalg.det``; from ``numpy.linalg``: ``det``, ``slogdet``.

    References
    ----------
    Strang, Introduction to Linear Algebra, 5th ed., section 5.1
    """
    # TODO(day03): product of the main diagonal minus product of the other one
    raise NotImplementedError("determinant is not written yet")


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

    Not allowed here: from ``numpy.linalg``: ``inv``, ``pinv``, ``solve``, ``matrix_power``,
    ``tensorinv``; from ``scipy.linalg``: ``inv``, ``pinv``, ``solve``.

    References
    ----------
    Strang, Introduction to Linear Algebra, 5th ed., section 2.5
    """
    # TODO(day03): raise ValueError when the determinant is zero, else use the formula
    raise NotImplementedError("inverse is not written yet")
