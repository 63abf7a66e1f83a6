# Write the parts marked TODO(day01). Made by `course sync` from the course's single source.
# skeleton a428ce99c13117e2
"""Julia sets: the same picture with Python loops and with whole arrays.

A number is squared and moved, again and again. Some stay near 0 for ever, some run away, and how soon they do is the
colour. Numbers are Python's and NumPy's own complex ones. Arguments come back unchanged.
"""

import numpy as np


def complex_grid(low: complex, high: complex, height: int, width: int) -> np.ndarray:
    """The points of a rectangle of the complex plane, as a grid.

    Real parts go from that of ``low`` in the first column to that of ``high`` in the last, imaginary parts from that
    of ``low`` in the first row to that of ``high`` in the last, all in equal steps.

    Parameters
    ----------
    low, high : opposite corners, both of them points of the grid
    height, width : number of rows and columns, at least 2

    Returns
    -------
    (height, width) complex array

    References
    ----------
    NumPy Reference, ``numpy.linspace``
    """
    # TODO(day01): two times np.linspace; a column of imaginary parts times 1j plus a row of real parts
    raise NotImplementedError("complex_grid is not written yet")


def escape_time(z: complex, c: complex, limit: int) -> int:
    """How long a point stays within distance 2 of 0.

    From z_0 = z the sequence goes on with  z_{n+1} = z_n² + c.  The escape time is the smallest n with |z_n| > 2, and
    ``limit`` when none of z_0, …, z_{limit−1} is that far out. Whoever is out never comes back.

    Parameters
    ----------
    z : the starting point
    c : the number that is added, |c| <= 2
    limit : at least 1

    Returns
    -------
    int
        from 0 to ``limit``

    References
    ----------
    Peitgen, Jürgens and Saupe, Chaos and Fractals, chapter 13
    """
    # TODO(day01): loop over n; return n as soon as |z| > 2, limit after the loop
    raise NotImplementedError("escape_time is not written yet")


def julia_loops(grid: np.ndarray, c: complex, limit: int) -> np.ndarray:
    """Escape time of every point of a grid, one point after the other.

    Parameters
    ----------
    grid : (height, width) complex array
    c : the number that is added, |c| <= 2
    limit : at least 1

    Returns
    -------
    (height, width) array of integers

    References
    ----------
    Peitgen, Jürgens and Saupe, Chaos and Fractals, chapter 13
    """
    # TODO(day01): two loops around escape_time
    raise NotImplementedError("julia_loops is not written yet")


def julia(grid: np.ndarray, c: complex, limit: int) -> np.ndarray:
    """Escape time of every point of a grid, all points at once.

    The only loop is that over the steps. In each, the points still within distance 2 count one more and move on; the
    others stay where they are.

    Parameters
    ----------
    grid : (height, width) complex array
    c : the number that is added, |c| <= 2
    limit : at least 1

    Returns
    -------
    (height, width) array of integers
        the same as from ``julia_loops``

    Not allowed here: from ``numpy``: ``vectorize``, ``frompyfunc``, ``fromiter``, ``apply_along_axis``,
    ``ndenumerate``.

    References
    ----------
    NumPy User Guide, Boolean array indexing
    """
    # TODO(day01): copy the grid; in each step find the points inside, count them and move only them
    raise NotImplementedError("julia is not written yet")


def mandelbrot(grid: np.ndarray, limit: int) -> np.ndarray:
    """Escape time of 0 when each point of a grid is the number that is added. Optional.

    From z_0 = 0 the sequence goes on with  z_{n+1} = z_n² + c,  where c is the point. Counting is as in
    ``escape_time``, and as in ``julia`` the only loop is that over the steps.

    Parameters
    ----------
    grid : (height, width) complex array
    limit : at least 1

    Returns
    -------
    (height, width) array of integers

    Not allowed here: from ``numpy``: ``vectorize``, ``frompyfunc``, ``fromiter``, ``apply_along_axis``,
    ``ndenumerate``.

    References
    ----------
    Peitgen, Jürgens and Saupe, Chaos and Fractals, chapter 14
    """
    # TODO(day01): as in julia, but begin with zeros and add to each point its own number
    raise NotImplementedError("mandelbrot is not written yet")
