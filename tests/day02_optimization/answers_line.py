"""Answers to line.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np

from course.testing import misconception, variant
from day02_optimization.descent import gradient_descent
from day02_optimization.line import mean_squared_error_gradient, predict


@misconception(
    "mean_squared_error", "The squares are added up but not divided by the number of points: take their mean."
)
def sum_of_squares(theta, x, y):
    return np.sum((predict(theta, x) - y) ** 2)


@misconception("mean_squared_error", "The factor ½ of some textbooks is not part of this definition.")
def with_one_half(theta, x, y):
    return np.mean((predict(theta, x) - y) ** 2) / 2


@misconception("mean_squared_error", "This is the root of it: here the error stays squared.")
def root(theta, x, y):
    return np.sqrt(np.mean((predict(theta, x) - y) ** 2))


@misconception(
    "mean_squared_error",
    "The intercept is missing: θ has two entries, and the line need not pass through zero.",
)
def through_zero(theta, x, y):
    return np.mean((theta[0] * x - y) ** 2)


@misconception("mean_squared_error", "The two parts of θ are exchanged: the slope comes first.")
def intercept_first(theta, x, y):
    return np.mean((theta[1] * x + theta[0] - y) ** 2)


@misconception("mean_squared_error", "The mean was taken before the square: errors of opposite sign cancel.")
def square_of_the_mean(theta, x, y):
    return np.mean(predict(theta, x) - y) ** 2


@variant("mean_squared_error")
def by_scalar_product(theta, x, y):
    residual = y - predict(theta, x)
    return residual @ residual / len(y)


@variant("mean_squared_error")
def point_by_point(theta, x, y):
    slope, intercept = (float(part) for part in theta)
    return sum((slope * float(a) + intercept - float(b)) ** 2 for a, b in zip(x, y, strict=True)) / len(x)


@misconception(
    "mean_squared_error_gradient",
    "The gradient is summed over the points: the mean divides by n, and 2 stays.",
)
def summed_over_points(theta, x, y):
    residual = predict(theta, x) - y
    return 2 * np.array([np.sum(residual * x), np.sum(residual)])


@misconception("mean_squared_error_gradient", "The factor 2 from the square is missing: 2/n, not 1/n.")
def without_the_two(theta, x, y):
    residual = predict(theta, x) - y
    return np.array([np.mean(residual * x), np.mean(residual)])


@misconception(
    "mean_squared_error_gradient", "The residual has the wrong sign: the line minus y, not y minus the line."
)
def residual_reversed(theta, x, y):
    residual = y - predict(theta, x)
    return 2 * np.array([np.mean(residual * x), np.mean(residual)])


@misconception("mean_squared_error_gradient", "The two parts are exchanged: the slope comes first, as in θ.")
def parts_exchanged(theta, x, y):
    residual = predict(theta, x) - y
    return 2 * np.array([np.mean(residual), np.mean(residual * x)])


@misconception("mean_squared_error_gradient", "The inner derivative by the slope is missing: it is x_i.")
def inner_derivative_missing(theta, x, y):
    residual = predict(theta, x) - y
    return 2 * np.array([np.mean(residual), np.mean(residual)])


@misconception(
    "mean_squared_error_gradient",
    "The intercept is left out of the line: the residuals belong to one through zero.",
)
def intercept_missing(theta, x, y):
    residual = theta[0] * x - y
    return 2 * np.array([np.mean(residual * x), np.mean(residual)])


@misconception(
    "mean_squared_error_gradient",
    "The factor 2 is missing in the second part. Both partial derivatives have it.",
)
def two_in_the_first_part_only(theta, x, y):
    residual = predict(theta, x) - y
    return np.array([2 * np.mean(residual * x), np.mean(residual)])


@misconception(
    "mean_squared_error_gradient",
    "The mean of r times the mean of x is not the mean of r x. Multiply entry by entry, then take the mean.",
)
def product_of_the_means(theta, x, y):
    residual = predict(theta, x) - y
    return 2 * np.array([np.mean(residual) * np.mean(x), np.mean(residual)])


@variant("mean_squared_error_gradient")
def by_matrix(theta, x, y):
    a = np.column_stack([x, np.ones_like(x)])
    return 2 / len(y) * a.T @ (a @ theta - y)


@variant("mean_squared_error_gradient")
def with_a_loop(theta, x, y):
    slope = intercept = 0.0
    for a, b in zip(x, y, strict=True):
        r = float(theta[0]) * float(a) + float(theta[1]) - float(b)
        slope, intercept = slope + r * float(a), intercept + r
    return [2 * slope / len(x), 2 * intercept / len(x)]


@misconception(
    "fit_line",
    "The intercept never moves: a line through zero was fitted. Both entries of the gradient are needed.",
)
def only_the_slope(x, y, learning_rate, steps):
    def grad(theta):
        return mean_squared_error_gradient(theta, x, y) * np.array([1, 0])

    return gradient_descent(grad, np.zeros(2), learning_rate, steps)


@misconception(
    "fit_line",
    "The intercept uses the slope that was just changed. Take both parts of the gradient at the old line, "
    "then move.",
)
def one_after_the_other(x, y, learning_rate, steps):
    path = np.zeros((steps + 1, 2))
    theta = np.zeros(2)
    for t in range(steps):
        theta[0] -= learning_rate * mean_squared_error_gradient(theta, x, y)[0]
        theta[1] -= learning_rate * mean_squared_error_gradient(theta, x, y)[1]
        path[t + 1] = theta
    return path


@misconception("fit_line", "The descent starts elsewhere: the first line is slope 0, intercept 0.")
def start_at_one(x, y, learning_rate, steps):
    return gradient_descent(
        lambda theta: mean_squared_error_gradient(theta, x, y), np.ones(2), learning_rate, steps
    )


@misconception("fit_line", "x and y are exchanged: this fits x as a function of y.")
def axes_exchanged(x, y, learning_rate, steps):
    return gradient_descent(
        lambda theta: mean_squared_error_gradient(theta, y, x), np.zeros(2), learning_rate, steps
    )


@misconception("fit_line", "Only the last line is returned. The whole path is asked for, one row per step.")
def last_line_only(x, y, learning_rate, steps):
    return gradient_descent(
        lambda theta: mean_squared_error_gradient(theta, x, y), np.zeros(2), learning_rate, steps
    )[-1]


@variant("fit_line")
def own_loop(x, y, learning_rate, steps):
    slope, intercept, n = 0.0, 0.0, len(x)
    path = [(slope, intercept)]
    for _ in range(steps):
        r = slope * x + intercept - y
        slope, intercept = (
            slope - learning_rate * 2 / n * (r @ x),
            intercept - learning_rate * 2 / n * r.sum(),
        )
        path.append((float(slope), float(intercept)))
    return np.array(path)


@variant("fit_line")
def by_a_linear_recursion(x, y, learning_rate, steps):
    a = np.stack([x, np.ones(len(x))], axis=1)
    matrix = np.eye(2) - 2 * learning_rate / len(x) * (a.T @ a)
    shift = 2 * learning_rate / len(x) * (a.T @ y)
    path = [np.zeros(2)]
    for _ in range(steps):
        path.append(matrix @ path[-1] + shift)
    return path


@misconception(
    "standardise",
    "The standard deviation divides by n − 1 here. Asked for is the one that divides by n (ddof = 0).",
)
def divided_by_n_minus_one(x):
    if np.all(x == x[0]):
        raise ValueError("all equal")
    return (x - np.mean(x)) / np.std(x, ddof=1), np.mean(x), np.std(x, ddof=1)


@misconception("standardise", "This divides by the variance, which has the unit of x squared. Take its root.")
def divided_by_the_variance(x):
    if np.all(x == x[0]):
        raise ValueError("all equal")
    return (x - np.mean(x)) / np.var(x), np.mean(x), np.var(x)


@misconception("standardise", "x is stretched but not shifted: subtract the mean first.")
def not_centred(x):
    if np.all(x == x[0]):
        raise ValueError("all equal")
    return x / np.std(x), np.mean(x), np.std(x)


@misconception(
    "standardise",
    "This maps smallest and largest onto 0 and 1. Asked for are mean 0 and standard deviation 1.",
)
def between_zero_and_one(x):
    if np.all(x == x[0]):
        raise ValueError("all equal")
    return (x - x.min()) / (x.max() - x.min()), x.min(), x.max() - x.min()


@misconception(
    "standardise",
    "Equal entries have a standard deviation of 0, up to rounding, and cannot be stretched: raise ValueError.",
)
def no_check(x):
    with np.errstate(all="ignore"):
        return (x - np.mean(x)) / np.std(x), np.mean(x), np.std(x)


@misconception(
    "standardise",
    "Numbers that differ by 1e-13 are taken for equal: np.isclose(s, 0) compares with 1e-8. Compare the entries.",
)
def close_to_zero(x):
    scale = np.std(x)
    if np.isclose(scale, 0):
        raise ValueError("all equal")
    return (x - np.mean(x)) / scale, np.mean(x), scale


@misconception(
    "standardise",
    "np.std of 0.1, 0.1, 0.1 is 1e-17, not 0, so equal entries get through. Compare the entries, not their deviation.",
)
def exactly_zero(x):
    scale = np.std(x)
    if scale == 0:
        raise ValueError("all equal")
    return (x - np.mean(x)) / scale, np.mean(x), scale


@misconception(
    "standardise", "Only z is returned. Mean and scale come with it, for new numbers: return z, mean, scale."
)
def z_alone(x):
    if np.all(x == x[0]):
        raise ValueError("all entries are equal")
    return (x - np.mean(x)) / np.std(x)


@misconception("standardise", "Mean and scale are exchanged: the parts are z, mean, scale, in this order.")
def scale_before_mean(x):
    if np.all(x == x[0]):
        raise ValueError("all entries are equal")
    return (x - np.mean(x)) / np.std(x), np.std(x), np.mean(x)


@variant("standardise")
def by_hand(x):
    values = np.asarray(x, dtype=float)
    mean = values.sum() / len(values)
    centred = values - mean
    scale = np.sqrt(np.sum(centred**2) / len(values))
    if values.max() == values.min():
        raise ValueError("equal entries cannot be standardised")
    return centred / scale, mean, scale


@variant("standardise")
def as_lists(x):
    if len(set(x.tolist())) == 1:
        raise ValueError("equal entries cannot be standardised")
    mean, scale = float(np.average(x)), float(np.sqrt(np.var(x)))
    return [[(float(value) - mean) / scale for value in x], mean, scale]


@misconception(
    "to_original_units",
    "Only the slope was converted. The intercept changes too: z = 0 is x = mean, not x = 0.",
)
def intercept_unchanged(theta, mean, scale):
    return np.array([theta[0] / scale, theta[1]])


@misconception(
    "to_original_units",
    "The slope is multiplied by the scale. Over x, which is wider than z, a line is flatter.",
)
def slope_multiplied(theta, mean, scale):
    return np.array([theta[0] * scale, theta[1] - theta[0] * scale * mean])


@misconception(
    "to_original_units", "The intercept uses the slope over z: it must be slope · mean with the new slope."
)
def old_slope(theta, mean, scale):
    return np.array([theta[0] / scale, theta[1] - theta[0] * mean])


@misconception(
    "to_original_units", "The sign of the shift is wrong: z = (x − mean) / scale, so mean is subtracted."
)
def shifted_the_other_way(theta, mean, scale):
    return np.array([theta[0] / scale, theta[1] + theta[0] / scale * mean])


@misconception(
    "to_original_units",
    "This goes the other way, from x to z. Put z = (x − mean) / scale into the line and collect what stands before x: "
    "the slope is divided by the scale.",
)
def multiplied_by_the_scale(theta, mean, scale):
    return np.array([theta[0] * scale, theta[1] + mean])


@variant("to_original_units")
def through_two_points(theta, mean, scale):
    at_mean, at_zero = theta[1], theta[1] - theta[0] * mean / scale
    return [(at_mean - at_zero) / mean, at_zero]


@variant("to_original_units")
def by_matrix_product(theta, mean, scale):
    return np.array([[1 / scale, 0], [-mean / scale, 1]]) @ theta
