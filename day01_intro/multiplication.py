# Write the parts marked TODO(day01). Made by `course sync` from the course's single source.
# skeleton ad11ff6bc251c9ac
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

    Not allowed here: the operator ``@``, the method ``.dot``; from ``numpy``: ``dot``, ``matmul``,
    ``inner``, ``vdot``, ``einsum``, ``tensordot``, ``matvec``, ``vecmat``, ``vecdot``; from
    ``numpy.linalg``: ``vecdot``, ``matmul``, ``multi_dot``, ``tensordot``.

    References
    ----------
    Strang, Introduction to Linear Algebra, 5th ed., section 2.4
    """
    # TODO(day01): check the inner sizes, make an array of zeros of the right dtype, add up in three loops
    raise NotImplementedError("matmul_loops is not written yet")


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

    Not allowed here: the operator ``@``, the method ``.dot``; from ``numpy``: ``dot``, ``matmul``,
    ``inner``, ``vdot``, ``einsum``, ``tensordot``, ``matvec``, ``vecmat``, ``vecdot``, ``vectorize``,
    ``frompyfunc``; from ``numpy.linalg``: ``vecdot``, ``matmul``, ``multi_dot``, ``tensordot``.

    References
    ----------
    NumPy User Guide, Broadcasting, general broadcasting rules
    """
    # TODO(day01): check the inner sizes, multiply (n, d, 1) with (1, d, m), sum over the middle axis
    raise NotImplementedError("matmul_broadcast is not written yet")


def outer_add(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Table of all sums of an entry of one vector with an entry of another: entry (i, j) is a_i + b_j.

    Parameters
    ----------
    a : (n,) array of numbers
    b : (m,) array of numbers

    Returns
    -------
    (n, m) array

    Not allowed here: the method ``.outer``; from ``numpy.add``: ``outer``, ``at``.

    References
    ----------
    NumPy User Guide, Broadcasting, example of an outer addition
    """
    # TODO(day01): make a column of a and let broadcasting do the rest
    raise NotImplementedError("outer_add is not written yet")


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

    Not allowed here: the operator ``@``, the method ``.dot``, ``numpy.linalg.matmul``; from ``numpy``:
    ``matmul``, ``dot``.

    References
    ----------
    NumPy Reference, ``numpy.einsum``
    """
    # TODO(day01): write the formula as the first argument of np.einsum
    raise NotImplementedError("batch_matmul is not written yet")
