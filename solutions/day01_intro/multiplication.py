"""Matrix multiplication four times: with loops, with broadcasting, its relative with a sum, and in batches.

NumPy writes it ``a @ b``, and after today so do you. Knowing what is behind the sign tells what it costs and which
axes must fit. Arguments come back unchanged.
"""

import numpy as np


def matmul_loops(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Product of two matrices with three loops.

        c_ij = Σ_k a_ik b_kj

    These are n · d · m multiplications and as many additions.

    Parameters
    ----------
    a : (n, d) array of numbers
    b : (d, m) array of numbers

    Returns
    -------
    (n, m) array
        of integers only when both A and B hold integers

    Raises
    ------
    ValueError
        when A does not have as many columns as B has rows

    References
    ----------
    Strang, Introduction to Linear Algebra, 5th ed., section 2.4
    """
    ### BEGIN SOLUTION check the inner sizes, make an array of zeros of the right dtype, add up in three loops
    (n, d), (rows, m) = a.shape, b.shape
    if d != rows:
        raise ValueError(f"A has {d} columns, but B has {rows} rows")
    product = np.zeros((n, m), dtype=np.result_type(a, b))
    for i in range(n):
        for j in range(m):
            for k in range(d):
                product[i, j] += a[i, k] * b[k, j]
    return product
    ### END SOLUTION


def matmul_broadcast(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Product of two matrices without a Python loop: all n · d · m products at once, then a sum over one axis.

    It needs memory for all these products, which is why ``@`` does it otherwise.

    Parameters
    ----------
    a : (n, d) array of numbers
    b : (d, m) array of numbers

    Returns
    -------
    (n, m) array
        of integers only when both A and B hold integers

    Raises
    ------
    ValueError
        when A does not have as many columns as B has rows

    References
    ----------
    NumPy User Guide, Broadcasting, general broadcasting rules
    """
    ### BEGIN SOLUTION check the inner sizes, multiply (n, d, 1) with (1, d, m), sum over the middle axis
    if a.shape[1] != b.shape[0]:
        raise ValueError(f"A has {a.shape[1]} columns, but B has {b.shape[0]} rows")
    return np.sum(a[:, :, None] * b[None, :, :], axis=1)
    ### END SOLUTION


def outer_add(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Table of all sums of an entry of one vector with an entry of another: entry (i, j) is a_i + b_j.

    Parameters
    ----------
    a : (n,) array of numbers
    b : (m,) array of numbers

    Returns
    -------
    (n, m) array

    References
    ----------
    NumPy User Guide, Broadcasting, example of an outer addition
    """
    ### BEGIN SOLUTION make a column of a and let broadcasting do the rest
    return a[:, None] + b
    ### END SOLUTION


def batch_matmul(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """One matrix product for each member of a batch, with ``np.einsum``.

        z_bik = Σ_j x_bij y_bjk

    An index that stands only on the left is summed over; one that stands on both sides is kept.

    Parameters
    ----------
    x : (batch, i, j) float array
    y : (batch, j, k) float array

    Returns
    -------
    (batch, i, k) float array

    References
    ----------
    NumPy Reference, ``numpy.einsum``
    """
    ### BEGIN SOLUTION write the formula as the first argument of np.einsum
    return np.einsum("bij,bjk->bik", x, y)
    ### END SOLUTION
