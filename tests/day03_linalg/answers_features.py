"""Answers to features.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np

from course.testing import misconception, variant


@misconception(
    "expand_quadratic",
    "The mixed product x0 x1 is missing. Without it no boundary can lie askew, and XOR stays out of reach.",
)
def no_mixed_product(x):
    x0, x1 = np.asarray(x, dtype=float).T
    return np.column_stack([x0, x1, x0**2, x1**2, np.ones(len(x0))])


@misconception(
    "expand_quadratic",
    "The column of ones is missing: without it every boundary passes through the origin.",
)
def no_constant(x):
    x0, x1 = np.asarray(x, dtype=float).T
    return np.column_stack([x0, x1, x0**2, x1**2, x0 * x1])


@misconception(
    "expand_quadratic",
    "The order of the columns differs from the docstring: x0, x1, x0², x1², x0 x1, 1.",
)
def constant_first(x):
    x0, x1 = np.asarray(x, dtype=float).T
    return np.column_stack([np.ones(len(x0)), x0, x1, x0**2, x1**2, x0 * x1])


@misconception(
    "expand_quadratic",
    "Products of small integers overflow: 200 · 200 does not fit into 8 bits. Make x float first.",
)
def overflow_of_small_integers(x):
    x0, x1 = x[:, 0], x[:, 1]
    return np.column_stack([x0, x1, x0 * x0, x1 * x1, x0 * x1, np.ones(len(x0))])


@misconception(
    "expand_quadratic",
    "The mixed product stands there twice, 2 x0 x1, as in the square of a sum. A feature is the product x0 x1.",
)
def doubled_product(x):
    x0, x1 = np.asarray(x, dtype=float).T
    return np.column_stack([x0, x1, x0**2, x1**2, 2 * x0 * x1, np.ones(len(x0))])


@variant("expand_quadratic")
def row_by_row(x):
    return [[float(p), float(q), float(p) ** 2, float(q) ** 2, float(p) * float(q), 1.0] for p, q in x]


@variant("expand_quadratic")
def filled_columns(x):
    x = x.astype(np.float64)
    result = np.ones((len(x), 6))
    result[:, :2] = x
    result[:, 2:4] = x * x
    result[:, 4] = np.prod(x, axis=1)
    return result


@misconception("classify", "The weighted sum itself is returned. The class is only its sign.")
def weighted_sum(features, weights):
    return features @ weights


@misconception("classify", "The classes are called −1 and 1 here, not 0 and 1.")
def zero_and_one(features, weights):
    return np.where(features @ weights >= 0, 1, 0)


@misconception("classify", "np.sign gives 0 for a point exactly on the boundary; it belongs to class 1.")
def undecided_on_the_boundary(features, weights):
    return np.sign(features @ weights)


@misconception(
    "classify",
    "The two classes are exchanged: 1 is the side on which the weighted sum is positive.",
)
def sides_exchanged(features, weights):
    return np.where(features @ weights >= 0, -1, 1)


@misconception(
    "classify",
    "The labels are floats, 1.0 and −1.0. A label is an integer: write 1 and −1, np.where(…, 1, -1).",
)
def float_labels(features, weights):
    return np.where(features @ weights >= 0, 1.0, -1.0)


@variant("classify")
def by_arithmetic(features, weights):
    return 2 * (features @ weights >= 0).astype(int) - 1


@variant("classify")
def point_by_point(features, weights):
    return [1 if np.sum(row * weights) >= 0 else -1 for row in features]
