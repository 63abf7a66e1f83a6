"""Downhill: gradient descent, the same with momentum, and how large a step may be.

Both loops know nothing of the function but its gradient, and return the whole path, start included, so that it
can be drawn and checked. Arguments come back unchanged. ``x -= …`` would move the starting point of the caller.
"""

from collections.abc import Callable

import numpy as np

Gradient = Callable[[np.ndarray], np.ndarray]
"""Takes a point, an (n,) array, and returns the gradient there, an (n,) array."""


def gradient_descent(grad: Gradient, x0: np.ndarray, learning_rate: float, steps: int) -> np.ndarray:
    """Follow the negative gradient.

        x_{t+1} = x_t − η ∇f(x_t)

    Parameters
    ----------
    grad : gradient of the function to be made small
    x0 : (n,) array of numbers, where to start; integers are welcome, the path is of floats
    learning_rate : η, more than 0
    steps : number of steps, 0 or more; exactly as many are taken, converged or not

    Returns
    -------
    (steps + 1, n) float array
        the path: row 0 is ``x0``, row t the point after t steps

    References
    ----------
    Cauchy (1847), Méthode générale pour la résolution des systèmes d'équations simultanées, Comptes rendus
    25, 536-538; Goodfellow, Bengio and Courville, Deep Learning, section 4.3
    """
    ### BEGIN SOLUTION an array for the path, its first row x0, then one row per step
    path = np.empty((steps + 1, len(x0)))
    path[0] = x0
    for t in range(steps):
        path[t + 1] = path[t] - learning_rate * grad(path[t])
    return path
    ### END SOLUTION


def momentum_descent(
    grad: Gradient, x0: np.ndarray, learning_rate: float, momentum: float, steps: int
) -> np.ndarray:
    """Gradient descent with a memory: a heavy ball rolling through the landscape.

        v_{t+1} = μ v_t − η ∇f(x_t) ,   v_0 = 0
        x_{t+1} = x_t + v_{t+1}

    Steps that agree add up, up to 1 / (1 − μ) times as long; steps that disagree cancel.

    Parameters
    ----------
    grad : gradient of the function to be made small
    x0 : (n,) array of numbers, where to start
    learning_rate : η, more than 0
    momentum : μ in [0, 1); 0 is plain gradient descent
    steps : number of steps, 0 or more

    Returns
    -------
    (steps + 1, n) float array
        the path: row 0 is ``x0``

    References
    ----------
    Polyak (1964), Some methods of speeding up the convergence of iteration methods, USSR Computational
    Mathematics and Mathematical Physics 4, 1-17; Goodfellow, Bengio and Courville, Deep Learning,
    section 8.3.2
    """
    ### BEGIN SOLUTION first the velocity, then the step with the new velocity
    path = np.empty((steps + 1, len(x0)))
    path[0] = x0
    velocity = np.zeros(len(x0))
    for t in range(steps):
        velocity = momentum * velocity - learning_rate * grad(path[t])
        path[t + 1] = path[t] + velocity
    return path
    ### END SOLUTION


def largest_stable_rate(hessian: np.ndarray) -> float:
    """The learning rate above which gradient descent diverges in a quadratic valley.

    Along an eigenvector of the Hessian with eigenvalue λ every step multiplies the distance to the minimum by
    1 − ηλ. It shrinks while |1 − ηλ| < 1, hence while η < 2/λ, and the largest curvature L is the first to
    object:

        η_max = 2 / L ,   L = λ_max(H)

    Parameters
    ----------
    hessian : (n, n) symmetric float array, the second derivatives

    Returns
    -------
    float

    Raises
    ------
    ValueError
        when no eigenvalue is positive: nothing curves upwards, there is no valley to stay in

    References
    ----------
    Boyd and Vandenberghe, Convex Optimization, section 9.3; LeCun, Bottou, Orr and Müller (1998), Efficient
    BackProp, section 5
    """
    ### BEGIN SOLUTION of a symmetric matrix, `np.linalg.eigvalsh` gives the eigenvalues in ascending order
    largest = np.linalg.eigvalsh(hessian)[-1]
    if largest <= 0:
        raise ValueError(f"the largest eigenvalue is {largest}: the function does not curve upwards")
    return 2 / largest
    ### END SOLUTION


def find_stable_rate(grad: Gradient, x0: np.ndarray, high: float, steps: int = 400) -> float:
    """The same limit found by trying, for when nobody knows the Hessian.

    A rate is *stable* if the gradient at the end of `gradient_descent` is at most as long as it was at the
    start. 0 is stable, ``high`` is not, and the limit lies between: halve the interval, keep the half whose
    lower end is stable and whose upper end is not, and repeat until it is narrower than ``high`` / 1000.

    A path that diverges soon overflows to inf and then to nan, and every comparison with nan is False. Silence
    the warnings with ``np.errstate(all="ignore")``, but mind in which direction you compare.

    Parameters
    ----------
    grad : gradient of the function
    x0 : (n,) float array, where every trial starts; not at the minimum
    high : a learning rate that is known to diverge
    steps : of gradient descent per trial

    Returns
    -------
    float
        the middle of the last interval

    References
    ----------
    LeCun, Bottou, Orr and Müller (1998), Efficient BackProp, section 5
    """
    ### BEGIN SOLUTION bisection between a stable and an unstable rate
    at_start = np.linalg.norm(grad(x0))
    low, width = 0.0, high / 1000
    while high - low > width:
        middle = (low + high) / 2
        with np.errstate(all="ignore"):
            end = gradient_descent(grad, x0, middle, steps)[-1]
            stable = np.linalg.norm(grad(end)) <= at_start
        low, high = (middle, high) if stable else (low, middle)
    return (low + high) / 2
    ### END SOLUTION
