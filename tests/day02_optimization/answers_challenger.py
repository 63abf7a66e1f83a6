"""Answers to challenger.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np

from course.testing import misconception, variant
from day02_optimization.challenger import negative_log_likelihood_gradient, probability
from day02_optimization.descent import gradient_descent
from day02_optimization.line import predict, standardise, to_original_units


@misconception(
    "negative_log_likelihood",
    "0 and 1 are exchanged: this is the likelihood of everything that did not happen. p belongs to y = 1.",
)
def labels_exchanged(theta, x, y):
    z = predict(theta, x)
    return np.mean(np.logaddexp(0, z) - (1 - y) * z)


@misconception(
    "negative_log_likelihood",
    "The terms are added up. A mean is asked for, so that the size of the data does not matter.",
)
def sum_over_observations(theta, x, y):
    z = predict(theta, x)
    return np.sum(np.logaddexp(0, z) - y * z)


@misconception(
    "negative_log_likelihood",
    "The sign is missing: the likelihood itself grows towards the best fit, its negative falls.",
)
def not_negative(theta, x, y):
    z = predict(theta, x)
    return np.mean(y * z - np.logaddexp(0, z))


@misconception(
    "negative_log_likelihood", "Only the observations with y = 1 are counted; those with 0 say as much."
)
def only_the_ones(theta, x, y):
    return np.mean(y * np.logaddexp(0, -predict(theta, x)))


@misconception(
    "negative_log_likelihood",
    "The logarithm of a probability that rounded to 0 is −inf, and 0 · inf is nan. Use np.logaddexp(0, z).",
)
def logarithm_of_zero(theta, x, y):
    with np.errstate(all="ignore"):
        p = probability(theta, x)
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


@misconception(
    "negative_log_likelihood",
    "Probabilities are kept away from 0, by clipping or by a small number inside of the logarithm: a model that is far "
    "off is no longer told how far. np.logaddexp(0, z) needs no such help.",
    eps=(1e-15, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7),
    how=("clipped", "added"),
)
def kept_from_zero(theta, x, y, *, eps=1e-15, how="clipped"):
    p = probability(theta, x)
    if how == "clipped":
        p, eps = np.clip(p, eps, 1 - eps), 0.0
    return -np.mean(y * np.log(p + eps) + (1 - y) * np.log(1 - p + eps))


@misconception(
    "negative_log_likelihood",
    "exp(z) overflows for z = 800. np.logaddexp(0, z) is log(1 + exp(z)) without that.",
)
def exponential_overflow(theta, x, y):
    z = predict(theta, x)
    with np.errstate(all="ignore"):
        return np.mean(np.log(1 + np.exp(z)) - y * z)


@misconception(
    "negative_log_likelihood",
    "This is in bits: the logarithm to base 2 was taken. Take the natural one, np.log.",
)
def in_bits(theta, x, y):
    z = predict(theta, x)
    return np.mean(np.logaddexp(0, z) - y * z) / np.log(2)


@variant("negative_log_likelihood")
def by_signs(theta, x, y):
    signed = (1 - 2 * np.asarray(y)) * predict(theta, x)
    return np.logaddexp(0, signed).mean()


@variant("negative_log_likelihood")
def by_log1p(theta, x, y):
    z = predict(theta, x)
    return np.sum(np.maximum(z, 0) - y * z + np.log1p(np.exp(-np.abs(z)))) / len(z)


@misconception(
    "negative_log_likelihood_gradient",
    "Summed over the observations; the likelihood is a mean, and so is its gradient.",
)
def gradient_summed(theta, x, y):
    residual = probability(theta, x) - y
    return np.array([np.sum(residual * x), np.sum(residual)])


@misconception("negative_log_likelihood_gradient", "The residual has the wrong sign: p − y, not y − p.")
def wrong_sign(theta, x, y):
    residual = y - probability(theta, x)
    return np.array([np.mean(residual * x), np.mean(residual)])


@misconception(
    "negative_log_likelihood_gradient",
    "The factor p (1 − p) belongs to the squared error of a probability. In the likelihood it cancels.",
)
def slope_of_the_sigmoid_kept(theta, x, y):
    p = probability(theta, x)
    residual = (p - y) * p * (1 - p)
    return np.array([np.mean(residual * x), np.mean(residual)])


@misconception(
    "negative_log_likelihood_gradient", "The factor 2 belongs to the squared error; there is no square here."
)
def twice(theta, x, y):
    residual = probability(theta, x) - y
    return 2 * np.array([np.mean(residual * x), np.mean(residual)])


@misconception(
    "negative_log_likelihood_gradient",
    "The sigmoid is missing: z itself is compared with y, as for a straight line.",
)
def without_sigmoid(theta, x, y):
    residual = predict(theta, x) - y
    return np.array([np.mean(residual * x), np.mean(residual)])


@misconception("negative_log_likelihood_gradient", "The two parts are exchanged: w comes first, as in θ.")
def order_exchanged(theta, x, y):
    residual = probability(theta, x) - y
    return np.array([np.mean(residual), np.mean(residual * x)])


@variant("negative_log_likelihood_gradient")
def by_matrix(theta, x, y):
    a = np.column_stack([x, np.ones(len(x))])
    return a.T @ (probability(theta, x) - y) / len(y)


@variant("negative_log_likelihood_gradient")
def by_log_probabilities(theta, x, y):
    residual = np.exp(-np.logaddexp(0, -predict(theta, x))) - y
    return [float(residual @ x / len(x)), float(residual.mean())]


@misconception(
    "fit_logistic",
    "θ belongs to the standardised temperatures. Convert it back, or 31 °F is taken for 31 standard deviations.",
)
def still_standardised(x, y, learning_rate=2.0, steps=2000):
    z, _, _ = standardise(x)
    return gradient_descent(
        lambda theta: negative_log_likelihood_gradient(theta, z, y), np.zeros(2), learning_rate, steps
    )[-1]


@misconception(
    "fit_logistic",
    "The raw numbers are far from zero, so the valley is narrow: a rate that does not diverge hardly moves "
    "along it. Standardise first.",
    rate=(0.001, 2.0, 1.0, 0.5, 0.1, 0.01, 0.0016, 0.0001),
)
def raw_numbers(x, y, learning_rate=2.0, steps=2000, *, rate=0.001):
    return gradient_descent(
        lambda theta: negative_log_likelihood_gradient(theta, x, y), np.zeros(2), rate, steps
    )[-1]


@misconception("fit_logistic", "0 and 1 are exchanged: this is the probability that nothing happens.")
def other_event(x, y, learning_rate=2.0, steps=2000):
    z, mean, scale = standardise(x)
    path = gradient_descent(
        lambda theta: negative_log_likelihood_gradient(theta, z, 1 - y), np.zeros(2), learning_rate, steps
    )
    return to_original_units(path[-1], mean, scale)


@misconception(
    "fit_logistic", "The descent stops after a few steps, long before the minimum. Hand `steps` on to it."
)
def stopped_early(x, y, learning_rate=2.0, steps=2000):
    z, mean, scale = standardise(x)
    path = gradient_descent(lambda theta: negative_log_likelihood_gradient(theta, z, y), np.zeros(2), 0.5, 5)
    return to_original_units(path[-1], mean, scale)


@misconception(
    "fit_logistic",
    "A straight line was fitted to the 0s and 1s. It leaves [0, 1], and its θ is not that of the sigmoid.",
)
def straight_line(x, y, learning_rate=2.0, steps=2000):
    return np.polyfit(x, y, 1)


@misconception("fit_logistic", "The whole path is returned: asked for is its last row, converted back.")
def whole_path(x, y, learning_rate=2.0, steps=2000):
    z, mean, scale = standardise(x)
    path = gradient_descent(
        lambda theta: negative_log_likelihood_gradient(theta, z, y), np.zeros(2), learning_rate, steps
    )
    return np.array([to_original_units(theta, mean, scale) for theta in path])


@variant("fit_logistic")
def by_newton(x, y, learning_rate=2.0, steps=2000):
    a, theta = np.column_stack([x, np.ones(len(x))]), np.zeros(2)
    for _ in range(25):
        p = probability(theta, x)
        theta = theta - np.linalg.solve(a.T @ (a * (p * (1 - p))[:, None]), a.T @ (p - y))
    return theta


@variant("fit_logistic")
def centred_and_in_tens(x, y, learning_rate=2.0, steps=2000):
    centre = np.mean(x)
    z = (x - centre) / 10
    w, b = 0.0, 0.0
    for _ in range(steps):
        r = probability((w, b), z) - y
        w, b = w - np.mean(r * z), b - np.mean(r)
    return [w / 10, b - w * centre / 10]
