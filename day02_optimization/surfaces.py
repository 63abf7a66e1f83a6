# Write the parts marked TODO(day02). Made by `course sync` from the course's single source.
# skeleton 2c90ce179d321c9e
"""Landscapes to descend on: four functions (given) and their gradients (yours, from paper and pencil).

The functions sum over the last axis, so they take a single point and a whole grid of points alike. A gradient
is asked for at one point. Arguments come back unchanged.
"""

import numpy as np


def parabola(x: float | np.ndarray) -> float | np.ndarray:
    """(x − 3)² + 1, with its minimum 1 at x = 3 (given)."""
    return (x - 3) ** 2 + 1


def parabola_derivative(x: float | np.ndarray) -> float | np.ndarray:
    """Derivative of (x − 3)² + 1.

    Parameters
    ----------
    x : number, or array of numbers: then entry by entry

    Returns
    -------
    number or array
        of the shape of ``x``

    Not allowed here: ``torch.autograd.grad``, ``numpy.gradient``, ``scipy.optimize.approx_fprime``; from
    ``torch.func``: ``grad``, ``vjp``, ``jacrev``, ``grad_and_value``, ``jvp``, ``jacfwd``, ``linearize``;
    from ``torch.autograd.functional``: ``vjp``, ``jvp``, ``jacobian``.

    References
    ----------
    Strang, Calculus, section 2.2; the chain rule is in section 4.1
    """
    # TODO(day02): Derivative of (x − 3)² + 1
    raise NotImplementedError("parabola_derivative is not written yet")


def paraboloid(x: np.ndarray) -> float | np.ndarray:
    """x·x = Σ x_i² for points of shape (…, n), with its minimum 0 at the origin (given)."""
    return np.sum(x * x, axis=-1)


def paraboloid_gradient(x: np.ndarray) -> np.ndarray:
    """Gradient of x·x: the partial derivative by each coordinate.

    Parameters
    ----------
    x : (n,) array of numbers

    Returns
    -------
    (n,) array

    Not allowed here: ``torch.autograd.grad``, ``numpy.gradient``, ``scipy.optimize.approx_fprime``; from
    ``torch.func``: ``grad``, ``vjp``, ``jacrev``, ``grad_and_value``, ``jvp``, ``jacfwd``, ``linearize``;
    from ``torch.autograd.functional``: ``vjp``, ``jvp``, ``jacobian``.

    References
    ----------
    Strang, Calculus, section 13.4
    """
    # TODO(day02): Gradient of x·x: the partial derivative by each coordinate
    raise NotImplementedError("paraboloid_gradient is not written yet")


def bumpy_paraboloid(x: np.ndarray) -> float | np.ndarray:
    """x·x + cos 2πx_0 + sin 2πx_1 for points of shape (…, 2): two deepest valleys, many shallower (given)."""
    return np.sum(x * x, axis=-1) + np.cos(2 * np.pi * x[..., 0]) + np.sin(2 * np.pi * x[..., 1])


def bumpy_paraboloid_gradient(x: np.ndarray) -> np.ndarray:
    """Gradient of x·x + cos 2πx_0 + sin 2πx_1.

    Parameters
    ----------
    x : (2,) array of numbers

    Returns
    -------
    (2,) float array

    Not allowed here: ``torch.autograd.grad``, ``numpy.gradient``, ``scipy.optimize.approx_fprime``; from
    ``torch.func``: ``grad``, ``vjp``, ``jacrev``, ``grad_and_value``, ``jvp``, ``jacfwd``, ``linearize``;
    from ``torch.autograd.functional``: ``vjp``, ``jvp``, ``jacobian``.

    References
    ----------
    Strang, Calculus, sections 13.4 (gradient) and 4.1 (chain rule)
    """
    # TODO(day02): three terms, each with its inner derivative
    raise NotImplementedError("bumpy_paraboloid_gradient is not written yet")


def rosenbrock(x: np.ndarray) -> float | np.ndarray:
    """Rosenbrock's banana valley for points of shape (…, n), n >= 2, with its minimum 0 at (1, …, 1) (given).

    f(x) = Σ_i  100 (x_{i+1} − x_i²)² + (1 − x_i)²   over i = 0, …, n − 2
    """
    here, following = x[..., :-1], x[..., 1:]
    return np.sum(100 * (following - here**2) ** 2 + (1 - here) ** 2, axis=-1)


def rosenbrock_gradient(x: np.ndarray) -> np.ndarray:
    """Gradient of Rosenbrock's function in n dimensions.

        f(x) = Σ_i  100 (x_{i+1} − x_i²)² + (1 − x_i)²   over i = 0, …, n − 2

    All coordinates but the first and the last stand in *two* terms of the sum: as x_i and, one term earlier,
    as x_{i+1}. The gradient has a contribution from each.

    Parameters
    ----------
    x : (n,) array of numbers, n >= 2

    Returns
    -------
    (n,) float array

    Not allowed here: ``torch.autograd.grad``, ``numpy.gradient``; from ``scipy.optimize``: ``rosen_der``,
    ``approx_fprime``; from ``torch.func``: ``grad``, ``vjp``, ``jacrev``, ``grad_and_value``, ``jvp``,
    ``jacfwd``, ``linearize``; from ``torch.autograd.functional``: ``vjp``, ``jvp``, ``jacobian``.

    References
    ----------
    Rosenbrock (1960), An automatic method for finding the greatest or least value of a function, The
    Computer Journal 3, 175-184
    """
    # TODO(day02): what comes from x_i, then add what comes from x_{i+1}
    raise NotImplementedError("rosenbrock_gradient is not written yet")
