"""Answers to moments.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np

from course.testing import misconception, variant
from day04_statistics.moments import covariance


@misconception("describe", "ddof is not used: the divisor of the variance is n − ddof, not always n.")
def ddof_ignored(x, ddof=0):
    mean = np.sum(x, axis=0) / len(x)
    variance = np.sum((x - mean) ** 2, axis=0) / len(x)
    return mean, variance, np.sqrt(variance)


@misconception(
    "describe",
    "The variance is divided by n − 1 although ddof is 0. n − 1 belongs to ddof = 1.",
)
def always_n_minus_one(x, ddof=0):
    mean = np.sum(x, axis=0) / len(x)
    variance = np.sum((x - mean) ** 2, axis=0) / (len(x) - 1)
    return mean, variance, np.sqrt(variance)


@misconception(
    "describe",
    "The variance is computed as the mean of the squares minus the square of the mean. On paper it is the "
    "same; with a large mean both are so large that their difference is rounding error.",
)
def squares_minus_square(x, ddof=0):
    if len(x) <= ddof:
        raise ValueError("too few observations")
    x = np.asarray(x, dtype=float)
    mean = np.sum(x, axis=0) / len(x)
    variance = (np.sum(x**2, axis=0) / len(x) - mean**2) * len(x) / (len(x) - ddof)
    return mean, variance, np.sqrt(np.abs(variance))


@misconception(
    "describe",
    "All numbers are thrown together. Rows are observations, columns are different quantities: sum over axis 0.",
)
def without_an_axis(x, ddof=0):
    mean = np.sum(x) / x.size
    variance = np.sum((x - mean) ** 2) / (x.size - ddof)
    return mean, variance, np.sqrt(variance)


@misconception("describe", "The root is missing: the standard deviation is the square root of the variance.")
def root_forgotten(x, ddof=0):
    mean = np.sum(x, axis=0) / len(x)
    variance = np.sum((x - mean) ** 2, axis=0) / (len(x) - ddof)
    return mean, variance, variance


@misconception(
    "describe",
    "The absolute deviations are averaged. The variance is the mean of their squares.",
)
def absolute_deviations(x, ddof=0):
    mean = np.sum(x, axis=0) / len(x)
    deviation = np.sum(np.abs(x - mean), axis=0) / (len(x) - ddof)
    return mean, deviation**2, deviation


@misconception(
    "describe",
    "Too few observations go unnoticed: with n = ddof the division is 0/0, with fewer the variance is negative.",
)
def unchecked(x, ddof=0):
    mean = np.sum(x, axis=0) / len(x)
    with np.errstate(all="ignore"):
        variance = np.sum((x - mean) ** 2, axis=0) / np.float64(len(x) - ddof)
        return mean, variance, np.sqrt(variance)


@misconception(
    "describe", "The mean is not subtracted before squaring: this is the mean square, not the variance."
)
def mean_square(x, ddof=0):
    n = len(x)
    if n <= ddof:
        raise ValueError("too few")
    variance = np.sum(x**2, axis=0) / (n - ddof)
    return np.sum(x, axis=0) / n, variance, np.sqrt(variance)


@misconception("describe", "ddof is added to n. It is subtracted: the divisor is n − ddof.")
def ddof_added(x, ddof=0):
    n = len(x)
    if n <= ddof:
        raise ValueError("too few")
    mean = np.sum(x, axis=0) / n
    variance = np.sum((x - mean) ** 2, axis=0) / (n + ddof)
    return mean, variance, np.sqrt(variance)


@misconception(
    "describe",
    "Variance and standard deviation are exchanged: the parts are mean, variance, standard deviation.",
)
def deviation_before_variance(x, ddof=0):
    n = len(x)
    if n <= ddof:
        raise ValueError("too few")
    mean = np.sum(x, axis=0) / n
    variance = np.sum((x - mean) ** 2, axis=0) / (n - ddof)
    return mean, np.sqrt(variance), variance


@variant("describe")
def welford(x, ddof=0):
    if len(x) - ddof < 1:
        raise ValueError("too few")
    x = np.asarray(x, dtype=float)
    mean = squares = 0.0
    for n, row in enumerate(x, start=1):
        change = row - mean
        mean = mean + change / n
        squares = squares + change * (row - mean)
    variance = squares / (len(x) - ddof)
    return mean, variance, variance**0.5


@variant("describe")
def column_by_column(x, ddof=0):
    n = len(x)
    if n <= ddof:
        raise ValueError("too few")
    columns = np.asarray(x, dtype=float).reshape(n, -1).T.tolist()
    means = [sum(column) / n for column in columns]
    variances = [
        sum((value - mean) ** 2 for value in column) / (n - ddof)
        for column, mean in zip(columns, means, strict=True)
    ]
    roots = [variance**0.5 for variance in variances]
    return [means, variances, roots] if np.ndim(x) > 1 else [means[0], variances[0], roots[0]]


@misconception("covariance", "ddof is not used: the divisor is always n. It is n − ddof.")
def divided_by_n(x, ddof=1):
    deviations = x - np.mean(x, axis=0)
    return deviations.T @ deviations / len(x)


@misconception(
    "covariance",
    "Every row was centred at its own mean. The columns are what is measured: subtract the mean of each column, "
    "axis 0.",
)
def rows_centred(x, ddof=1):
    deviations = x - np.mean(x, axis=1, keepdims=True)
    return deviations.T @ deviations / (len(x) - ddof)


@misconception("covariance", "ddof is not used: the divisor is always n − 1. It is n − ddof.")
def divided_by_n_minus_one(x, ddof=1):
    deviations = x - np.mean(x, axis=0)
    return deviations.T @ deviations / (len(x) - 1)


@misconception(
    "covariance",
    "The covariance of the rows was computed. Rows are observations, so the result is (d, d), not (n, n).",
)
def of_the_rows(x, ddof=1):
    deviations = x - np.mean(x, axis=1, keepdims=True)
    return deviations @ deviations.T / max(x.shape[1] - ddof, 1)


@misconception(
    "covariance", "The columns are not centred: subtract from each its own mean before you multiply."
)
def not_centred(x, ddof=1):
    return x.T @ x / (len(x) - ddof)


@misconception(
    "covariance",
    "One mean of all numbers is subtracted. Each column is a quantity of its own and has its own mean.",
)
def one_mean_for_all(x, ddof=1):
    deviations = x - np.mean(x)
    return deviations.T @ deviations / (len(x) - ddof)


@misconception(
    "covariance",
    "x −= mean changes the data of the caller, who does not know. Write x − mean, which is a new array.",
)
def centred_in_place(x, ddof=1):
    x -= np.mean(x, axis=0)
    return x.T @ x / (len(x) - ddof)


@misconception(
    "covariance",
    "This is a table of the observations, (n, n). "
    "For the columns the transpose comes first: deviations.T @ deviations.",
)
def table_of_the_observations(x, ddof=1):
    n = len(x)
    if n <= ddof:
        raise ValueError("too few")
    deviations = x - np.mean(x, axis=0)
    return deviations @ deviations.T / (n - ddof)


@misconception(
    "covariance",
    "Too few observations go unnoticed: with n = ddof the division is 0/0, with fewer a variance is negative. "
    "Raise ValueError.",
)
def too_few_unnoticed(x, ddof=1):
    deviations = x - np.mean(x, axis=0)
    with np.errstate(all="ignore"):
        return deviations.T @ deviations / np.float64(len(x) - ddof)


@variant("covariance")
def entry_by_entry(x, ddof=1):
    n, d = x.shape
    if n - ddof < 1:
        raise ValueError("too few observations")
    m = [float(np.mean(x[:, j])) for j in range(d)]
    result = [[0.0] * d for _ in range(d)]
    for j in range(d):
        for k in range(j + 1):
            total = sum((float(x[i, j]) - m[j]) * (float(x[i, k]) - m[k]) for i in range(n))
            result[j][k] = result[k][j] = total / (n - ddof)
    return result


@variant("covariance")
def mean_of_outer_products(x, ddof=1):
    deviations = x - x.mean(axis=0)
    if len(x) <= ddof:
        raise ValueError("n must be larger than ddof")
    return np.einsum("ni,nj->ij", deviations, deviations) / (len(x) - ddof)


@misconception(
    "correlation",
    "Two kinds of ddof are mixed: the covariance divides by n − 1, the standard deviations by n. The ones on "
    "the diagonal become n/(n − 1).",
)
def mixed_ddof(x):
    s = np.std(x, axis=0)
    return covariance(x) / np.outer(s, s)


@misconception(
    "correlation",
    "The covariance is divided by the product of the variances. It is that of the standard deviations: "
    "take the root.",
)
def divided_by_variances(x):
    c = covariance(x)
    return c / np.outer(np.diag(c), np.diag(c))


@misconception(
    "correlation",
    "Each row is divided by a variance only. Entry (j, k) is divided by s_j and by s_k, and is symmetric.",
)
def divided_by_one_variance(x):
    c = covariance(x)
    return c / np.diag(c)[:, None]


@misconception(
    "correlation",
    "This is the squared correlation: it has lost its sign. Divide the covariance by s_j s_k and leave it so.",
)
def squared(x):
    c = covariance(x)
    return c**2 / np.outer(np.diag(c), np.diag(c))


@misconception("correlation", "This is still the covariance: divide by the standard deviations.")
def covariance_itself(x):
    return covariance(x)


@misconception(
    "correlation",
    "Only one of the two standard deviations divides. Entry (j, k) is divided by both, s_j and s_k.",
    side=(0, 1),
)
def divided_by_one_of_two(x, *, side=0):
    c = covariance(x)
    return c / np.expand_dims(np.sqrt(np.diag(c)), side)


@variant("correlation")
def product_of_z_scores(x):
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    return z.T @ z / len(x)


@variant("correlation")
def cosines(x):
    deviations = x - np.mean(x, axis=0)
    directions = deviations / np.sqrt((deviations**2).sum(axis=0))
    return [[float(a @ b) for b in directions.T] for a in directions.T]


@misconception(
    "class_statistics",
    "counts[labels] += 1 counts every class once only: with repeated indices NumPy adds only one of them. "
    "Use np.bincount, or compare with each label.",
    means=("right", "by these counts", "of the last one"),
)
def repeated_indices(x, labels, k, *, means="right"):
    counts = np.zeros(k, dtype=int)
    counts[labels] += 1
    sums = np.array([x[labels == label].sum(axis=0) for label in range(k)])
    if means == "of the last one":  # sums[labels] += x, by the same slip
        sums = np.zeros((k, x.shape[1]))
        sums[labels] += x
    divisors = np.bincount(labels, minlength=k) if means == "right" else counts
    with np.errstate(invalid="ignore"):
        return counts, sums / divisors[:, np.newaxis]


@misconception(
    "class_statistics",
    "Only the classes that occur have a row. k says how many there are; the others have count 0.",
)
def only_those_that_occur(x, labels, k):
    found, counts = np.unique(labels, return_counts=True)
    return counts, np.array([x[labels == label].mean(axis=0) for label in found])


@misconception(
    "class_statistics",
    "A class without observations gets the mean 0, as if it had been measured there. Its row is NaN.",
)
def zero_for_the_missing(x, labels, k):
    counts = np.bincount(labels, minlength=k)
    sums = np.array([x[labels == label].sum(axis=0) for label in range(k)])
    return counts, sums / np.maximum(counts, 1)[:, None]


@misconception(
    "class_statistics",
    "The sums of the classes are divided by the number of all observations, not by that of the class.",
)
def divided_by_all(x, labels, k):
    counts = np.bincount(labels, minlength=k)
    means = np.array([x[labels == label].sum(axis=0) for label in range(k)]) / len(x)
    return counts, np.where(counts[:, None] > 0, means, np.nan)


@misconception(
    "class_statistics",
    "One number per class came out: the mean ran over all coordinates. Use axis=0, and each keeps its own.",
)
def mean_over_everything(x, labels, k):
    counts = np.bincount(labels, minlength=k)
    means = [x[labels == label].mean() if (labels == label).any() else np.nan for label in range(k)]
    return counts, np.repeat(np.array(means)[:, None], x.shape[1], axis=1)


@misconception("class_statistics", "These are sums, not means: divide the sum of each class by its count.")
def sums_for_means(x, labels, k):
    counts = np.bincount(labels, minlength=k)
    sums = np.full((k, x.shape[1]), np.nan)
    for label in np.flatnonzero(counts):
        sums[label] = x[labels == label].sum(axis=0)
    return counts, sums


@variant("class_statistics")
def by_one_hot(x, labels, k):
    one_hot = (labels[:, None] == np.arange(k)).astype(float)
    counts = one_hot.sum(axis=0).astype(int)
    with np.errstate(invalid="ignore"):
        return counts.tolist(), one_hot.T @ x / counts[:, None]


@variant("class_statistics")
def adding_up(x, labels, k):
    counts, sums = np.zeros(k, dtype=int), np.zeros((k, x.shape[1]))
    np.add.at(counts, labels, 1)
    np.add.at(sums, labels, x)
    means = [sums[i] / counts[i] if counts[i] else np.full(x.shape[1], np.nan) for i in range(k)]
    return counts, np.array(means)
