"""Answers to derivatives.py: wrong ones with what went wrong, and right ones in another style."""

import math

import numpy as np

from course.testing import misconception, variant
from day02_optimization.derivatives import numerical_gradient, sigmoid


@misconception("forward_difference", "The step goes backwards: the second point is x + h, not x − h.")
def backward(f, x, h=1e-8):
    return (f(x) - f(x - h)) / h


@misconception(
    "forward_difference", "The difference is not divided by the step: this is a height, not a slope."
)
def not_divided(f, x, h=1e-8):
    return f(x + h) - f(x)


@misconception(
    "forward_difference",
    "This is the central difference. The definition takes the value at x itself and one step forward.",
)
def central_instead(f, x, h=1e-8):
    return (f(x + h) - f(x - h)) / (2 * h)


@misconception(
    "forward_difference",
    "The step h is not used: another one was written into the formula. Step and divisor are the h that was given.",
    step=(1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3),
)
def own_step(f, x, h=1e-8, *, step=1e-8):
    return (f(x + step) - f(x)) / step


@misconception(
    "forward_difference", "The two values are subtracted the wrong way round, so a rising function falls."
)
def sign_reversed(f, x, h=1e-8):
    return (f(x) - f(x + h)) / h


@misconception(
    "forward_difference",
    "Only the second value is divided by h, for division comes first: (f(x + h) − f(x)) / h needs its brackets.",
)
def one_value_divided(f, x, h=1e-8):
    return f(x + h) - f(x) / h


@variant("forward_difference")
def at_a_second_point(f, x, h=1e-8):
    there = x + h
    rise = f(there) - f(x)
    return rise / h


@variant("forward_difference")
def point_by_point(f, x, h=1e-8):
    if np.ndim(x) == 0:
        return float((f(x + h) - f(x)) / h)
    return (
        [(f(value + h) - f(value)) / h for value in x]
        if np.ndim(x) == 1
        else np.array([(f(r + h) - f(r)) / h for r in x])
    )


@misconception(
    "central_difference", "The two points are 2h apart, but the difference is divided by h: twice the slope."
)
def divided_by_one_step(f, x, h=1e-5):
    return (f(x + h) - f(x - h)) / h


@misconception(
    "central_difference",
    "This is the forward difference, whose error falls only with h. Step to both sides of x.",
)
def forward_instead(f, x, h=1e-5):
    return (f(x + h) - f(x)) / h


@misconception(
    "central_difference", "Brackets: / 2 * h divides by 2 and then multiplies by h. Write / (2 * h)."
)
def without_brackets(f, x, h=1e-5):
    return (f(x + h) - f(x - h)) / 2 * h


@misconception(
    "central_difference",
    "The step h is not used: another one was written into the formula. Step and divisor are the h that was given.",
    step=(1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3),
)
def fixed_step(f, x, h=1e-5, *, step=1e-5):
    return (f(x + step) - f(x - step)) / (2 * step)


@misconception(
    "central_difference",
    "Half a step is taken to each side. Here each side is a whole h away, and they are 2h apart.",
)
def half_steps(f, x, h=1e-5):
    return (f(x + h / 2) - f(x - h / 2)) / h


@variant("central_difference")
def mean_of_both_sides(f, x, h=1e-5):
    forward, backward = (f(x + h) - f(x)) / h, (f(x) - f(x - h)) / h
    return (forward + backward) / 2


@variant("central_difference")
def with_named_points(f, x, h=1e-5):
    right, left = x + h, x - h
    return 0.5 * (f(right) - f(left)) / h


@misconception(
    "convergence_order",
    "Only the first and the last point are used. Errors are noisy: the line is fitted to all of them.",
)
def ends_only(steps, errors):
    first, last = int(np.argmax(steps)), int(np.argmin(steps))
    return 1.01 * np.log(errors[first] / errors[last]) / np.log(steps[first] / steps[last])


@misconception(
    "convergence_order", "Without logarithms this is the slope of errors against steps, not the power."
)
def without_logarithms(steps, errors):
    return np.polyfit(steps, errors, 1)[0]


@misconception(
    "convergence_order",
    "Upside down: the logarithm of the error is a function of that of the step, not the other way round.",
)
def upside_down(steps, errors):
    return np.polyfit(np.log(errors), np.log(steps), 1)[0]


@misconception(
    "convergence_order",
    "The mean is not subtracted, which forces the line through the origin: the constant C goes missing.",
)
def through_the_origin(steps, errors):
    u, v = np.log(steps), np.log(errors)
    return np.sum(u * v) / np.sum(u * u)


@misconception(
    "convergence_order",
    "Two different logarithms: the natural one of the steps, the decimal one of the errors.",
)
def mixed_logarithms(steps, errors):
    return np.polyfit(np.log(steps), np.log10(errors), 1)[0]


@misconception(
    "convergence_order",
    "Only the first and the last point are used. The slope is that of the least-squares line through all of them.",
)
def slope_between_the_ends(steps, errors):
    return np.log(errors[0] / errors[-1]) / np.log(steps[0] / steps[-1])


@misconception(
    "convergence_order",
    "log error / log h is no slope: the line need not pass through (0, 0). Take differences from the mean.",
)
def quotient_of_the_logarithms(steps, errors):
    return np.mean(np.log(errors) / np.log(steps))


@misconception(
    "convergence_order",
    "This is the logarithm of C, the intercept: of the two numbers of a fitted line the other one is the slope p.",
)
def intercept_for_slope(steps, errors):
    return np.polyfit(np.log(steps), np.log(errors), 1)[1]


@misconception("convergence_order", "The sign is wrong: an error that falls with h has a positive order.")
def negative_order(steps, errors):
    u = np.log(steps) - np.mean(np.log(steps))
    return -np.sum(u * np.log(errors)) / np.sum(u * u)


@variant("convergence_order")
def by_polyfit(steps, errors):
    return np.polyfit(np.log10(steps), np.log10(errors), 1)[0]


@variant("convergence_order")
def with_lists(steps, errors):
    u, v = [math.log(h) for h in steps], [math.log(e) for e in errors]
    mu, mv = sum(u) / len(u), sum(v) / len(v)
    return sum((a - mu) * (b - mv) for a, b in zip(u, v, strict=True)) / sum((a - mu) ** 2 for a in u)


@misconception(
    "sigmoid",
    "exp(−z) overflows for z = −800. The value survives by luck, the warning does not; exp of −|z| is safe on "
    "both sides.",
)
def overflowing_on_the_left(z):
    return 1 / (1 + np.exp(-np.asarray(z, dtype=float)))


@misconception(
    "sigmoid", "exp(z) / (1 + exp(z)) is inf / inf, hence nan, for large z. Use exp(−|z|) on both sides."
)
def overflowing_on_the_right(z):
    e = np.exp(np.asarray(z, dtype=float))
    return e / (1 + e)


@misconception(
    "sigmoid",
    "np.where picks one of two results, but computes both, and the one that is thrown away overflows. Let "
    "both share exp(−|z|).",
)
def both_branches(z):
    z = np.asarray(z, dtype=float)
    return np.where(z >= 0, 1 / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z)))


@misconception(
    "sigmoid",
    "This is σ(−z), which falls from 1 to 0: is the exponent z in the place of −z, or are the two cases exchanged?",
)
def falling(z):
    return 1 / (1 + np.exp(np.minimum(z, 700.0)))


@misconception(
    "sigmoid", "This is tanh, which runs from −1 to 1 and is steeper. The sigmoid is (1 + tanh(z / 2)) / 2."
)
def hyperbolic_tangent(z):
    return np.tanh(z)


@misconception("sigmoid", "|z| replaced z altogether: the left half must fall to 0, not rise to 1.")
def mirrored(z):
    return 1 / (1 + np.exp(-np.abs(z)))


@variant("sigmoid")
def by_tanh(z):
    return (1 + np.tanh(np.asarray(z) / 2)) / 2


@variant("sigmoid")
def with_masks(z):
    z = np.asarray(z, dtype=float)
    result = np.empty_like(z)
    right = z >= 0
    result[right] = 1 / (1 + np.exp(-z[right]))
    e = np.exp(z[~right])
    result[~right] = e / (1 + e)
    return result


@variant("sigmoid")
def by_logaddexp(z):
    return np.exp(-np.logaddexp(0, -np.asarray(z)))


@misconception(
    "sigmoid_derivative",
    "z (1 − z) takes the argument for the value. z (1 − z) would be right if z were already σ.",
)
def argument_for_value(z):
    return z * (1 - np.asarray(z))


@misconception(
    "sigmoid_derivative", "The second factor has z in the place of σ(z): it is 1 − σ(z), as in s (1 − s)."
)
def argument_in_the_second_factor(z):
    return sigmoid(z) * (1 - np.asarray(z))


@misconception("sigmoid_derivative", "This is the sigmoid itself, not its derivative.")
def value_instead(z):
    return sigmoid(z)


@misconception("sigmoid_derivative", "1 − σ² is the pattern of tanh. The sigmoid's is σ (1 − σ).")
def pattern_of_tanh(z):
    return 1 - sigmoid(z) ** 2


@misconception("sigmoid_derivative", "1 − σ is only one of the two factors: σ (1 − σ).")
def one_factor(z):
    return 1 - sigmoid(z)


@misconception(
    "sigmoid_derivative", "exp(−z) overflows far on the left, and inf / inf is nan. σ (1 − σ) does not."
)
def overflowing_quotient(z):
    e = np.exp(-np.asarray(z, dtype=float))
    return e / (1 + e) ** 2


@misconception("sigmoid_derivative", "This is σ (1 + σ). The sign in the bracket is minus: σ (1 − σ).")
def plus_in_the_bracket(z):
    s = sigmoid(z)
    return s * (1 + s)


@variant("sigmoid_derivative")
def difference_of_squares(z):
    s = sigmoid(z)
    return s - s**2


@variant("sigmoid_derivative")
def from_both_sides(z):
    return sigmoid(z) * sigmoid(-np.asarray(z))


@variant("sigmoid_derivative")
def by_tanh_of_half(z):
    return (1 - np.tanh(np.asarray(z) / 2) ** 2) / 4


@misconception(
    "numerical_gradient",
    "The other coordinates were set to zero: f is called at (h, 0) and not at (x + h, y). That is right only "
    "for sums of functions of one variable; the slope of x·y depends on where the other coordinate is.",
)
def others_at_zero(f, x, h=1e-5):
    x = np.asarray(x, dtype=float)
    gradient = np.empty_like(x)
    for i in range(len(x)):
        right, left = np.zeros_like(x), np.zeros_like(x)
        right[i], left[i] = x[i] + h, x[i] - h
        gradient[i] = (f(right) - f(left)) / (2 * h)
    return gradient


@misconception(
    "numerical_gradient",
    "Forward differences: their error is of first order in h. Step to both sides.",
)
def forward_differences(f, x, h=1e-5):
    x = np.asarray(x, dtype=float)
    return np.array([(f(x + h * e) - f(x)) / h for e in np.eye(len(x))])


@misconception(
    "numerical_gradient",
    "All coordinates move together: that is one slope along the diagonal. Move one coordinate at a time.",
)
def along_the_diagonal(f, x, h=1e-5):
    x = np.asarray(x, dtype=float)
    return np.full(len(x), (f(x + h) - f(x - h)) / (2 * h))


@misconception(
    "numerical_gradient",
    "The coordinate is not put back after its turn, so the next ones are measured somewhere else.",
)
def not_put_back(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    gradient = np.empty_like(x)
    for i in range(len(x)):
        x[i] += h
        right = f(x)
        x[i] -= 2 * h
        gradient[i] = (right - f(x)) / (2 * h)
    return gradient


@misconception(
    "numerical_gradient",
    "The steps are made in the argument itself. Adding h and subtracting it again does not quite give x back; "
    "work on a copy.",
)
def steps_in_the_argument(f, x, h=1e-5):
    gradient = np.empty(len(x))
    for i in range(len(x)):
        x[i] += 3 * h
        x[i] -= 2 * h
        right = f(x)
        x[i] -= 2 * h
        gradient[i] = (right - f(x)) / (2 * h)
        x[i] += h + 1e-9
    return gradient


@misconception(
    "numerical_gradient",
    "The precision of x is kept: in an array of integers the step h is cut off, in single precision it is "
    "mostly rounding. Compute in float64.",
)
def precision_of_the_argument(f, x, h=1e-5):
    gradient = np.zeros(len(x))
    for i in range(len(x)):
        right, left = x.copy(), x.copy()
        right[i], left[i] = x[i] + h, x[i] - h
        gradient[i] = (f(right) - f(left)) / (2 * h)
    return gradient


@misconception(
    "numerical_gradient",
    "The difference is divided by 2 and multiplied by h: Python reads `a / 2 * h` from the left. Write `a / (2 * h)`.",
)
def times_h(f, x, h=1e-5):
    x = np.asarray(x, dtype=float)
    return np.array([(f(x + h * e) - f(x - h * e)) / 2 * h for e in np.eye(len(x))])


@misconception(
    "numerical_gradient",
    "Both points are the same: up = x; down = x gives one array two more names (take copies, x.copy()), or the step is "
    "written into an array of integers, where it is lost.",
)
def one_array_under_two_names(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    gradient = np.zeros(len(x))
    for i in range(len(x)):
        up = down = x
        up[i] += h
        down[i] -= h
        gradient[i] = (f(up) - f(down)) / (2 * h)
    return gradient


@misconception("numerical_gradient", "The two points are 2h apart, but the difference is divided by h.")
def divided_by_h(f, x, h=1e-5):
    x = np.asarray(x, dtype=float)
    return np.array([(f(x + h * e) - f(x - h * e)) / h for e in np.eye(len(x))])


@misconception(
    "numerical_gradient",
    "The gradient is computed in the dtype of x. In integers the "
    "step is lost altogether, in single precision most of it: make "
    "x float64 first.",
)
def in_the_dtype_of_x(f, x, h=1e-5):
    gradient = np.zeros_like(x)
    for i in range(len(x)):
        step = np.zeros_like(x)
        step[i] = h
        gradient[i] = (f(x + step) - f(x - step)) / (2 * h)
    return gradient


@misconception(
    "numerical_gradient",
    "The function returns from inside the loop, so only the first slope was computed. The return belongs behind the "
    "loop, with less indentation.",
)
def returned_too_early(f, x, h=1e-5):
    x = np.asarray(x, dtype=float)
    gradient, step = np.zeros_like(x), np.zeros_like(x)
    step[0] = h
    gradient[0] = (f(x + step) - f(x - step)) / (2 * h)
    return gradient


@variant("numerical_gradient")
def with_unit_vectors(f, x, h=1e-5):
    x = np.asarray(x, dtype=np.float64)
    return [float(f(x + h * e) - f(x - h * e)) / (2 * h) for e in np.eye(len(x))]


@variant("numerical_gradient")
def on_a_copy(f, x, h=1e-5):
    x = np.array(x, dtype=np.float64)
    gradient = np.empty(len(x))
    for i in range(len(x)):
        value = x[i]
        x[i] = value + h
        right = f(x)
        x[i] = value - h
        left = f(x)
        x[i] = value
        gradient[i] = (right - left) / (2 * h)
    return gradient


@misconception(
    "gradient_check",
    "The difference is absolute. Divide it by the size of the gradients, or every small gradient passes and "
    "every large one fails.",
)
def absolute(f, gradient, x, h=1e-5):
    return np.linalg.norm(gradient(x) - numerical_gradient(f, x, h))


@misconception(
    "gradient_check",
    "The difference is divided by one of the two lengths only; then a wrong sign gives 2, not 1.",
)
def divided_by_one_length(f, gradient, x, h=1e-5):
    a, b = gradient(x), numerical_gradient(f, x, h)
    return np.linalg.norm(a - b) / max(np.linalg.norm(b), 1e-300)


@misconception(
    "gradient_check",
    "The step of 1e-12 is too small: the difference of two nearly equal numbers is nothing but rounding.",
)
def step_too_small(f, gradient, x, h=1e-5):
    a, b = gradient(x), numerical_gradient(f, x, 1e-12)
    total = np.linalg.norm(a) + np.linalg.norm(b)
    return np.linalg.norm(a - b) / total if total else 0.0


@misconception("gradient_check", "Two gradients of zero agree, but 0 / 0 is nan. Return 0 in that case.")
def zero_by_zero(f, gradient, x, h=1e-5):
    a, b = gradient(x), numerical_gradient(f, x, h)
    with np.errstate(all="ignore"):
        return np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b))


@misconception(
    "gradient_check",
    "A constant is added below the line: small gradients seem to agree better than large ones. Ask for 0 / 0 instead.",
    eps=(1e-8, 1e-7, 1e-6),
)
def with_a_constant_below(f, gradient, x, h=1e-5, *, eps=1e-8):
    a, b = gradient(x), numerical_gradient(f, x, h)
    return np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b) + eps)


@misconception(
    "gradient_check",
    "Divided by ‖a + b‖, which is nearly 0 where the sign is wrong. Add the two lengths, not the two vectors.",
)
def length_of_the_sum(f, gradient, x, h=1e-5):
    a, b = gradient(x), numerical_gradient(f, x, h)
    total = np.linalg.norm(a + b)
    return np.linalg.norm(a - b) / total if total else 0.0


@misconception(
    "gradient_check",
    "Lengths are compared, not vectors: a gradient that points the wrong way has the right length.",
)
def only_lengths(f, gradient, x, h=1e-5):
    a, b = np.linalg.norm(gradient(x)), np.linalg.norm(numerical_gradient(f, x, h))
    return abs(a - b) / (a + b) if a + b else 0.0


@misconception(
    "gradient_check",
    "This compares the largest entries. ‖a‖ is the length of the vector, the root of the sum of squares.",
)
def largest_entries(f, gradient, x, h=1e-5):
    a, b = gradient(x), numerical_gradient(f, x, h)
    total = np.max(np.abs(a)) + np.max(np.abs(b))
    return np.max(np.abs(a - b)) / total if total > 0 else 0.0


@variant("gradient_check")
def lengths_by_hand(f, gradient, x, h=1e-5):
    a, b = np.asarray(gradient(x)), np.asarray(numerical_gradient(f, x, h))
    total = math.sqrt(np.sum(a**2)) + math.sqrt(np.sum(b**2))
    return 0.0 if total == 0 else math.sqrt(np.sum((b - a) ** 2)) / total


@variant("gradient_check")
def early_return(f, gradient, x, h=1e-5):
    a, b = gradient(x), numerical_gradient(f, x, h)
    if not np.any(a) and not np.any(b):
        return 0
    return float(np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b)))
