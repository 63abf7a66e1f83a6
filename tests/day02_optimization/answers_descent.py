"""Answers to descent.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np

from course.testing import misconception, variant
from day02_optimization.descent import gradient_descent


@misconception("gradient_descent", "The step goes up the gradient. The gradient points uphill; subtract it.")
def uphill(grad, x0, learning_rate, steps):
    path = np.empty((steps + 1, len(x0)))
    path[0] = x0
    for t in range(steps):
        path[t + 1] = path[t] + learning_rate * grad(path[t])
    return path


@misconception(
    "gradient_descent",
    "All rows are the same array: x -= … changes the point that is already in the path. Write x = x − …, or "
    "store copies.",
)
def one_array_many_names(grad, x0, learning_rate, steps):
    x = np.array(x0, dtype=float)
    path = [x]
    for _ in range(steps):
        x -= learning_rate * grad(x)
        path.append(x)
    return np.array(path)


@misconception("gradient_descent", "The start is missing: row 0 of the path is x0, so it has steps + 1 rows.")
def start_missing(grad, x0, learning_rate, steps):
    x = np.array(x0, dtype=float)
    path = np.empty((steps, len(x0)))
    for t in range(steps):
        x = x - learning_rate * grad(x)
        path[t] = x
    return path


@misconception(
    "gradient_descent",
    "Only the last point is returned. The whole path is asked for: x0 and every point after it, one in a row.",
)
def only_the_last_point(grad, x0, learning_rate, steps):
    x = np.array(x0, dtype=float)
    for _ in range(steps):
        x = x - learning_rate * grad(x)
    return x


@misconception(
    "gradient_descent",
    "The gradient is always taken at the start. It changes along the way: ask for it at the current point.",
)
def gradient_at_the_start(grad, x0, learning_rate, steps):
    path = np.empty((steps + 1, len(x0)))
    path[0] = x0
    for t in range(steps):
        path[t + 1] = path[t] - learning_rate * grad(path[0])
    return path


@misconception(
    "gradient_descent",
    "The gradient was scaled to length 1. Its length belongs to the step: steep means far, flat means near.",
)
def unit_steps(grad, x0, learning_rate, steps):
    path = np.empty((steps + 1, len(x0)))
    path[0] = x0
    for t in range(steps):
        slope = grad(path[t])
        path[t + 1] = path[t] - learning_rate * slope / max(np.linalg.norm(slope), 1e-300)
    return path


@misconception(
    "gradient_descent",
    "The path has the dtype of the start. With integers every step is cut off after the point: make it float.",
)
def path_of_integers(grad, x0, learning_rate, steps):
    path = np.empty((steps + 1, len(x0)), dtype=x0.dtype)
    path[0] = x0
    for t in range(steps):
        path[t + 1] = path[t] - learning_rate * grad(path[t])
    return path


@misconception(
    "gradient_descent", "The start itself was moved: x0 -= … changes the caller's array. Work on a copy."
)
def start_moved(grad, x0, learning_rate, steps):
    path = [np.array(x0, dtype=float)]
    for _ in range(steps):
        x0 -= learning_rate * grad(x0)
        path.append(np.array(x0))
    return np.array(path)


@misconception(
    "gradient_descent",
    "The last step is missing: the path has the start and one point for each of the steps.",
)
def one_step_short(grad, x0, learning_rate, steps):
    path = [np.array(x0, dtype=float)]
    for _ in range(steps - 1):
        path.append(path[-1] - learning_rate * grad(path[-1]))
    return np.array(path)


@variant("gradient_descent")
def with_a_list(grad, x0, learning_rate, steps):
    path = [np.asarray(x0, dtype=float)]
    while len(path) <= steps:
        path.append(path[-1] - learning_rate * np.asarray(grad(path[-1])))
    return path


@variant("gradient_descent")
def with_copies(grad, x0, learning_rate, steps):
    x = np.array(x0, dtype=np.float64)
    path = [x.copy()]
    for _ in range(steps):
        x -= learning_rate * grad(x)
        path.append(x.copy())
    return np.stack(path)


@misconception(
    "momentum_descent",
    "All rows are the same array: x += … changes the point that is already in the path. Write x = x + …, or "
    "store copies.",
)
def one_array_for_the_whole_path(grad, x0, learning_rate, momentum, steps):
    x = np.array(x0, dtype=float)
    velocity = np.zeros_like(x)
    path = [x]
    for _ in range(steps):
        velocity = momentum * velocity - learning_rate * grad(x)
        x += velocity
        path.append(x)
    return np.array(path)


@misconception(
    "momentum_descent",
    "The velocity is not carried over: every step starts from rest. This is plain gradient descent.",
)
def always_from_rest(grad, x0, learning_rate, momentum, steps):
    return gradient_descent(grad, x0, learning_rate, steps)


@misconception(
    "momentum_descent",
    "Only the last point is returned. The whole path is asked for: x0 and every point after it, one in a row.",
)
def only_where_it_ends(grad, x0, learning_rate, momentum, steps):
    x, velocity = np.array(x0, dtype=float), np.zeros(len(x0))
    for _ in range(steps):
        velocity = momentum * velocity - learning_rate * grad(x)
        x = x + velocity
    return x


@misconception(
    "momentum_descent",
    "The gradient is weighted with 1 − μ, as in a running mean. Here it enters with the full learning rate.",
)
def running_mean(grad, x0, learning_rate, momentum, steps):
    path = np.empty((steps + 1, len(x0)))
    path[0] = x0
    velocity = np.zeros(len(x0))
    for t in range(steps):
        velocity = momentum * velocity - (1 - momentum) * learning_rate * grad(path[t])
        path[t + 1] = path[t] + velocity
    return path


@misconception(
    "momentum_descent",
    "The position moves by the old velocity: compute the new velocity first, then step with it.",
)
def step_before_velocity(grad, x0, learning_rate, momentum, steps):
    path = np.empty((steps + 1, len(x0)))
    path[0] = x0
    velocity = np.zeros(len(x0))
    for t in range(steps):
        path[t + 1] = path[t] + velocity
        velocity = momentum * velocity - learning_rate * grad(path[t])
    return path


@misconception(
    "momentum_descent",
    "The gradient is taken at the point ahead, x + μv: this is Nesterov's method, which comes on day 13.",
)
def looking_ahead(grad, x0, learning_rate, momentum, steps):
    path = np.empty((steps + 1, len(x0)))
    path[0] = x0
    velocity = np.zeros(len(x0))
    for t in range(steps):
        velocity = momentum * velocity - learning_rate * grad(path[t] + momentum * velocity)
        path[t + 1] = path[t] + velocity
    return path


@misconception(
    "momentum_descent",
    "The old velocity is kept whole and never fades: it must be multiplied by μ in every step.",
)
def no_friction(grad, x0, learning_rate, momentum, steps):
    path = np.empty((steps + 1, len(x0)))
    path[0] = x0
    velocity = np.zeros(len(x0))
    for t in range(steps):
        velocity = velocity - learning_rate * grad(path[t])
        path[t + 1] = path[t] + velocity
    return path


@misconception(
    "momentum_descent",
    "The path has the dtype of the start. With integers every step is cut off after the point.",
)
def ball_on_integers(grad, x0, learning_rate, momentum, steps):
    path = np.empty((steps + 1, len(x0)), dtype=x0.dtype)
    path[0] = x0
    velocity = np.zeros(len(x0))
    for t in range(steps):
        velocity = momentum * velocity - learning_rate * grad(path[t])
        path[t + 1] = path[t] + velocity
    return path


@misconception(
    "momentum_descent",
    "The ball rolls uphill: a minus too many or too few. Either v = μ v − η ∇f and x + v, or both signs the other way.",
)
def velocity_subtracted(grad, x0, learning_rate, momentum, steps):
    path, velocity = [np.array(x0, dtype=float)], np.zeros(len(x0))
    with np.errstate(all="ignore"):
        for _ in range(steps):
            velocity = momentum * velocity - learning_rate * grad(path[-1])
            path.append(path[-1] - velocity)
    return np.array(path)


@misconception(
    "momentum_descent",
    "The ball is pushed before it starts: the velocity begins with a gradient. v_0 is 0.",
)
def pushed_at_the_start(grad, x0, learning_rate, momentum, steps):
    path = [np.array(x0, dtype=float)]
    velocity = -learning_rate * grad(path[0])
    for _ in range(steps):
        velocity = momentum * velocity - learning_rate * grad(path[-1])
        path.append(path[-1] + velocity)
    return np.array(path)


@variant("momentum_descent")
def from_two_positions(grad, x0, learning_rate, momentum, steps):
    path = [np.asarray(x0, dtype=float)]
    for t in range(steps):
        inertia = path[t] - path[t - 1] if t else 0.0
        path.append(path[t] - learning_rate * grad(path[t]) + momentum * inertia)
    return path


@variant("momentum_descent")
def summed_gradients(grad, x0, learning_rate, momentum, steps):
    x, total = np.array(x0, dtype=float), np.zeros(len(x0))
    path = [x]
    for _ in range(steps):
        total = momentum * total + grad(x)
        x = x - learning_rate * total
        path.append(x)
    return np.array(path)


@misconception(
    "largest_stable_rate",
    "The smallest eigenvalue belongs to the flattest direction. The most curved one diverges first.",
)
def flattest_direction(hessian):
    values = np.linalg.eigvalsh(hessian)
    if values[-1] <= 0:
        raise ValueError("no valley")
    return 2 / values[0]


@misconception(
    "largest_stable_rate", "1 / L is the rate that arrives in one step; it diverges only above 2 / L."
)
def one_over_the_curvature(hessian):
    largest = np.linalg.eigvalsh(hessian)[-1]
    if largest <= 0:
        raise ValueError("no valley")
    return 1 / largest


@misconception(
    "largest_stable_rate",
    "Curvatures are added up, as by the trace. Directions do not interfere: only the largest counts.",
)
def by_the_trace(hessian):
    if np.linalg.eigvalsh(hessian)[-1] <= 0:
        raise ValueError("no valley")
    return 2 / np.trace(hessian)


@misconception(
    "largest_stable_rate",
    "The eigenvalue of largest size may be negative; only curvature upwards limits the step.",
)
def by_size(hessian):
    values = np.linalg.eigvalsh(hessian)
    if values[-1] <= 0:
        raise ValueError("no valley")
    return 2 / np.max(np.abs(values))


@misconception(
    "largest_stable_rate",
    "On a hill there is no valley to stay in: raise ValueError when no eigenvalue is positive.",
)
def hills_accepted(hessian):
    with np.errstate(all="ignore"):
        return 2 / np.float64(np.linalg.eigvalsh(hessian)[-1])


@misconception(
    "largest_stable_rate",
    "The diagonal holds the curvatures along the axes. The steepest direction may lie between them.",
)
def largest_on_the_diagonal(hessian):
    if np.linalg.eigvalsh(hessian)[-1] <= 0:
        raise ValueError("no valley")
    return 2 / np.max(np.diag(hessian))


@variant("largest_stable_rate")
def by_general_eigenvalues(hessian):
    largest = max(np.linalg.eigvals(hessian).real)
    if not largest > 0:
        raise ValueError("the function does not curve upwards")
    return float(2 / largest)


@variant("largest_stable_rate")
def by_eigenvectors(hessian):
    values, vectors = np.linalg.eigh(np.asarray(hessian, dtype=float))
    if values.max() <= 0:
        raise ValueError("the function does not curve upwards")
    steepest = vectors[:, np.argmax(values)]
    return 2 / (steepest @ hessian @ steepest)


@misconception(
    "find_stable_rate",
    "The length of x was measured, as if the minimum were at zero. The gradient is zero at every minimum, "
    "wherever it is.",
)
def length_of_the_point(grad, x0, high, steps=400):
    low, width = 0.0, high / 1000
    while high - low > width:
        middle = (low + high) / 2
        with np.errstate(all="ignore"):
            end = gradient_descent(grad, x0, middle, steps)[-1]
            stable = np.linalg.norm(end) <= np.linalg.norm(x0)
        low, high = (middle, high) if stable else (low, middle)
    return (low + high) / 2


@misconception(
    "find_stable_rate",
    "A path that overflowed counts as stable, because every comparison with nan is False. Ask for <= and not "
    "for the absence of >.",
)
def nan_is_not_larger(grad, x0, high, steps=400):
    at_start = np.linalg.norm(grad(x0))
    low, width = 0.0, high / 1000
    while high - low > width:
        middle = (low + high) / 2
        with np.errstate(all="ignore"):
            end = gradient_descent(grad, x0, middle, steps)[-1]
            unstable = np.linalg.norm(grad(end)) > at_start
        low, high = (low, middle) if unstable else (middle, high)
    return (low + high) / 2


@misconception(
    "find_stable_rate", "The wrong half was kept: when the middle is stable, the limit lies above it."
)
def wrong_half(grad, x0, high, steps=400):
    at_start = np.linalg.norm(grad(x0))
    low, width = 0.0, high / 1000
    while high - low > width:
        middle = (low + high) / 2
        with np.errstate(all="ignore"):
            stable = np.linalg.norm(grad(gradient_descent(grad, x0, middle, steps)[-1])) <= at_start
        low, high = (low, middle) if stable else (middle, high)
    return (low + high) / 2


@misconception(
    "find_stable_rate",
    "The interval was halved once only: the limit is somewhere in a half that is still wide.",
)
def halved_once(grad, x0, high, steps=400):
    middle = high / 2
    with np.errstate(all="ignore"):
        end = gradient_descent(grad, x0, middle, steps)[-1]
        stable = np.linalg.norm(grad(end)) <= np.linalg.norm(grad(x0))
    return (middle + high) / 2 if stable else middle / 2


@misconception(
    "find_stable_rate",
    "The largest rate is asked for, and this is half of it: 1 / L, where the descent is fastest.",
)
def fastest_rate(grad, x0, high, steps=400):
    at_start = np.linalg.norm(grad(x0))
    low, width = 0.0, high / 1000
    while high - low > width:
        middle = (low + high) / 2
        with np.errstate(all="ignore"):
            stable = np.linalg.norm(grad(gradient_descent(grad, x0, middle, steps)[-1])) <= at_start
        low, high = (middle, high) if stable else (low, middle)
    return (low + high) / 4


@misconception(
    "find_stable_rate",
    "The halving ends at a width that is fixed: in another unit that is everything, or nothing. It ends below "
    "high / 1000.",
    width=(1e-3, 1e-4, 1e-6),
)
def fixed_width(grad, x0, high, steps=400, width=1e-3):
    at_start = np.linalg.norm(grad(x0))
    low = 0.0
    while high - low > width:
        middle = (low + high) / 2
        with np.errstate(all="ignore"):
            end = np.asarray(gradient_descent(grad, x0, middle, steps))[-1]
            stable = np.linalg.norm(grad(end)) <= at_start
        low, high = (middle, high) if stable else (low, middle)
    return (low + high) / 2


@misconception(
    "find_stable_rate",
    "The trials start at 0 and not at x0. Where the minimum is at 0, nothing ever moves, and every rate looks stable.",
)
def trials_from_zero(grad, x0, high, steps=400):
    at_start = np.linalg.norm(grad(x0))
    low, width = 0.0, high / 1000
    while high - low > width:
        middle = (low + high) / 2
        with np.errstate(all="ignore"):
            end = np.asarray(gradient_descent(grad, np.zeros(len(x0)), middle, steps))[-1]
            stable = np.linalg.norm(grad(end)) <= at_start
        low, high = (middle, high) if stable else (low, middle)
    return (low + high) / 2


@variant("find_stable_rate")
def thirty_halvings(grad, x0, high, steps=400):
    low = 0.0
    start = np.linalg.norm(grad(x0))
    for _ in range(30):
        middle = low + (high - low) / 2
        x = np.array(x0, dtype=float)
        with np.errstate(all="ignore"):
            for _ in range(steps):
                x = x - middle * grad(x)
        if np.all(np.isfinite(x)) and np.linalg.norm(grad(x)) <= start:
            low = middle
        else:
            high = middle
    return low


@variant("find_stable_rate")
def tenths_of_tenths(grad, x0, high, steps=400):
    def stable(rate):
        with np.errstate(all="ignore"):
            end = gradient_descent(grad, x0, rate, steps)[-1]
            return bool(np.linalg.norm(grad(end)) <= np.linalg.norm(grad(x0)))

    low = 0.0
    for _ in range(3):
        width = (high - low) / 10
        while stable(low + width):
            low += width
        high = low + width
    return (low + high) / 2
