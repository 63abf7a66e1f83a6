# Write the parts marked TODO(day02). Made by `course sync` from the course's single source.
# skeleton 893210a1c7f63170
"""Derivatives from function values alone: by definition, symmetrically, for many variables, and as a check.

Nothing here knows a formula for a derivative, except for the sigmoid at the end of the first half. That is
the point: differences of values are slow and not exact, but they are honest, so they are what every formula
of this course is checked against. Arguments come back unchanged. A function that moves one entry of a point moves it
in a copy.
"""

from collections.abc import Callable

import numpy as np

Function = Callable[[np.ndarray], float]
"""A function of n variables: takes an (n,) array, returns a number."""


def forward_difference(
    f: Callable[[np.ndarray], np.ndarray], x: float | np.ndarray, h: float = 1e-8
) -> float | np.ndarray:
    """Derivative by its definition, stopped before the limit.

        f'(x) ≈ (f(x + h) − f(x)) / h

    What is cut off is about h f''(x) / 2: of first order in h.

    Parameters
    ----------
    f : function of one variable that also takes arrays, entry by entry, such as ``np.sin``
    x : number or array of numbers
    h : step, more than 0, in the unit of x

    Returns
    -------
    number or array
        of the shape of ``x``

    Not allowed here: ``scipy.differentiate.derivative``, ``scipy.optimize.approx_fprime``,
    ``torch.autograd.grad``; from ``numpy``: ``gradient``, ``diff``; from ``torch.func``: ``grad``,
    ``vjp``, ``jacrev``, ``grad_and_value``, ``jvp``, ``jacfwd``, ``linearize``; from
    ``torch.autograd.functional``: ``vjp``, ``jvp``, ``jacobian``.

    References
    ----------
    Nocedal and Wright, Numerical Optimization, 2nd ed., section 8.1
    """
    # TODO(day02): the slope of the line through two points of the graph, h apart
    raise NotImplementedError("forward_difference is not written yet")


def central_difference(
    f: Callable[[np.ndarray], np.ndarray], x: float | np.ndarray, h: float = 1e-5
) -> float | np.ndarray:
    """Derivative by a step to both sides.

        f'(x) ≈ (f(x + h) − f(x − h)) / 2h

    By symmetry the error of first order cancels; about h² f'''(x) / 6 remains.

    Parameters
    ----------
    f : function of one variable that also takes arrays, entry by entry
    x : number or array of numbers
    h : step to either side, more than 0, in the unit of x

    Returns
    -------
    number or array
        of the shape of ``x``

    Not allowed here: ``scipy.differentiate.derivative``, ``scipy.optimize.approx_fprime``,
    ``torch.autograd.grad``; from ``numpy``: ``gradient``, ``diff``; from ``torch.func``: ``grad``,
    ``vjp``, ``jacrev``, ``grad_and_value``, ``jvp``, ``jacfwd``, ``linearize``; from
    ``torch.autograd.functional``: ``vjp``, ``jvp``, ``jacobian``.

    References
    ----------
    Nocedal and Wright, Numerical Optimization, 2nd ed., section 8.1
    """
    # TODO(day02): the two points are now 2h apart
    raise NotImplementedError("central_difference is not written yet")


def convergence_order(steps: np.ndarray, errors: np.ndarray) -> float:
    """With which power of the step size does the error fall?

    If error ≈ C hᵖ then log error ≈ log C + p log h: a straight line with slope p in a log-log plot. The
    order is the slope of the least-squares line through all the points (log h_i, log error_i),

        p = Σ (u_i − ū) v_i / Σ (u_i − ū)² ,   u = log h,  v = log error,

    where ū is the mean of u. (Subtracting the mean of v as well would change nothing.)

    Parameters
    ----------
    steps : (n,) float array of step sizes, n >= 2, more than 0, not all equal
    errors : (n,) float array of errors, more than 0

    Returns
    -------
    float
        1 for a method of first order, 2 for one of second order

    References
    ----------
    LeVeque, Finite Difference Methods for Ordinary and Partial Differential Equations, section A.6
    """
    # TODO(day02): take logarithms, then the slope of the least-squares line
    raise NotImplementedError("convergence_order is not written yet")


def sigmoid(z: float | np.ndarray) -> float | np.ndarray:
    """The logistic function, which turns any number into a probability.

        σ(z) = 1 / (1 + exp(−z)) = exp(z) / (1 + exp(z))

    Both forms are right and each overflows on one side: exp(800) is not a floating-point number. With
    e = exp(−|z|), which never exceeds 1, the first is 1 / (1 + e) for z >= 0 and the second e / (1 + e) for
    z < 0.

    Parameters
    ----------
    z : number or array of any shape; also ±1000

    Returns
    -------
    float or float array
        of the shape of ``z``, in [0, 1], computed without an overflow on the way (NumPy would warn of it)

    Not allowed here: ``torch.sigmoid``, ``torch.special.expit``, ``scipy.stats.logistic``; from
    ``scipy.special``: ``expit``, ``log_expit``.

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 3.10
    """
    # TODO(day02): one exponential, of −|z|, serves both cases
    raise NotImplementedError("sigmoid is not written yet")


def sigmoid_derivative(z: float | np.ndarray) -> float | np.ndarray:
    """Derivative of the logistic function, which can be told from its value.

        σ'(z) = σ(z) (1 − σ(z))

    It is 1/4 at z = 0 and falls to 0 on both sides.

    Parameters
    ----------
    z : number or array of any shape: the argument of σ, not its value

    Returns
    -------
    float or float array
        of the shape of ``z``

    Not allowed here: ``torch.autograd.grad``, ``scipy.special.expit``, ``scipy.stats.logistic``; from
    ``torch.func``: ``grad``, ``vjp``, ``jacrev``, ``grad_and_value``, ``jvp``, ``jacfwd``, ``linearize``;
    from ``torch.autograd.functional``: ``vjp``, ``jvp``, ``jacobian``.

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 3.10
    """
    # TODO(day02): through `sigmoid`
    raise NotImplementedError("sigmoid_derivative is not written yet")


def numerical_gradient(f: Function, x: np.ndarray, h: float = 1e-5) -> np.ndarray:
    """Gradient of a function of n variables by central differences.

        ∂f/∂x_i ≈ (f(x + h e_i) − f(x − h e_i)) / 2h ,   e_i = (0, …, 1, …, 0)

    One coordinate moves at a time, and all others stay **where x is**, not at zero: the slope of x·y along x
    depends on y. Everything is computed in double precision. In single precision 1 + 1e-8 is 1, and in an
    array of integers every step is lost.

    Parameters
    ----------
    f : function of an (n,) float64 array that returns a number
    x : (n,) array of floats of any precision, or of integers
    h : step to either side, more than 0

    Returns
    -------
    (n,) float64 array

    Not allowed here: ``numpy.gradient``, ``torch.autograd.grad``; from ``scipy.differentiate``:
    ``derivative``, ``jacobian``; from ``scipy.optimize``: ``approx_fprime``, ``check_grad``; from
    ``torch.func``: ``grad``, ``jacrev``, ``vjp``, ``jacfwd``, ``grad_and_value``, ``jvp``, ``linearize``;
    from ``torch.autograd.functional``: ``vjp``, ``jvp``, ``jacobian``.

    References
    ----------
    Nocedal and Wright, Numerical Optimization, 2nd ed., section 8.1
    """
    # TODO(day02): for each i, step to both sides along coordinate i only
    raise NotImplementedError("numerical_gradient is not written yet")


def gradient_check(
    f: Function, gradient: Callable[[np.ndarray], np.ndarray], x: np.ndarray, h: float = 1e-5
) -> float:
    """Is this formula the gradient of that function? The relative difference to `numerical_gradient`.

        ‖a − b‖ / (‖a‖ + ‖b‖) ,   a = gradient(x),  b = numerical gradient at x

    Relative, because an absolute difference of 0.01 is nothing for a gradient of 10⁶ and everything for one
    of 10⁻⁶. Below 10⁻⁷ the formula is right, 1/3 means a factor of two, 1 the wrong sign.

    Parameters
    ----------
    f : function of an (n,) array that returns a number
    gradient : the formula on trial, takes an (n,) array and returns one
    x : (n,) float array, where to compare; not at a kink
    h : step of the central differences

    Returns
    -------
    float
        between 0 and 1, and 0 when both gradients are exactly zero

    Not allowed here: ``torch.autograd.gradcheck``; from ``scipy.optimize``: ``check_grad``,
    ``approx_fprime``.

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 11.5
    """
    # TODO(day02): lengths by `np.linalg.norm`; mind 0 / 0
    raise NotImplementedError("gradient_check is not written yet")
