"""Answers to diagnosis.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np

from course.testing import misconception, variant


@misconception(
    "dead_units",
    "A unit counts as dead when it is 0 for one of the samples. It is dead when it is 0 for all.",
)
def silent_once(y):
    return np.any(y <= 0, axis=(0, *range(2, y.ndim)))


@misconception("dead_units", "These are samples for which all units are 0: the axes are exchanged.")
def silent_samples(y):
    return np.all(y <= 0, axis=tuple(range(1, y.ndim)))


@misconception(
    "dead_units", "This says who is alive. True is asked for where a unit is dead: 0 for every sample."
)
def who_lives(y):
    return np.any(y > 0, axis=(0, *range(2, y.ndim)))


@misconception("dead_units", "A channel is judged place by place. It is dead if it is 0 everywhere.")
def place_by_place(y):
    return np.all(y <= 0, axis=0).ravel()


@misconception(
    "dead_units",
    "Small outputs count as 0. A unit that says little still gets a gradient: it is dead only where all are exactly 0.",
    limit=(1e-3, 1e-4),
)
def nearly_zero(y, *, limit=1e-3):
    return np.all(np.abs(y) < limit, axis=(0, *range(2, y.ndim)))


@variant("dead_units")
def by_the_largest(y):
    flat = np.moveaxis(y, 1, 0).reshape(y.shape[1], -1)
    return flat.max(axis=1) <= 0


@variant("dead_units")
def by_counting(y):
    return [not (y[:, unit] > 0).any() for unit in range(y.shape[1])]


@misconception(
    "saturated_share", "Only the upper end is counted. A unit is saturated near −1 as well: compare |y|."
)
def upper_end(y, limit=0.97):
    return np.mean(y > limit, axis=0)


@misconception(
    "saturated_share",
    "One share for the whole layer comes back. Each unit has its own: the mean is over the samples.",
)
def of_the_layer(y, limit=0.97):
    return np.full(y.shape[1], np.mean(np.abs(y) > limit))


@misconception("saturated_share", "This is the number of samples. Their share is asked for.")
def counted(y, limit=0.97):
    return np.sum(np.abs(y) > limit, axis=0)


@misconception(
    "saturated_share", "This is the share of what is not saturated: the comparison points the other way."
)
def the_rest(y, limit=0.97):
    return np.mean(np.abs(y) <= limit, axis=0)


@variant("saturated_share")
def by_two_ends(y, limit=0.97):
    return ((y > limit).sum(axis=0) + (y < -limit).sum(axis=0)) / len(y)


@variant("saturated_share")
def column_by_column(y, limit=0.97):
    return [sum(1 for value in column if value > limit or -value > limit) / len(column) for column in y.T]


@misconception(
    "update_ratios", "This is the mean of the ratios of single entries. Take the norms of all entries first."
)
def mean_of_ratios(before, after):
    ratios = []
    for old, new in zip(before, after, strict=True):
        if np.any(old):
            ratios.append(float(np.mean(np.abs(new - old) / np.abs(old))))
        else:
            ratios.append(float("inf") if np.any(new) else 0.0)
    return ratios


@misconception(
    "update_ratios", "The step is divided by the norm after it. Divide by the norm before the step."
)
def by_the_norm_afterwards(before, after):
    ratios = []
    for old, new in zip(before, after, strict=True):
        moved, size = np.linalg.norm(np.ravel(new - old)), np.linalg.norm(np.ravel(new))
        ratios.append(float(moved / size) if np.any(old) else float("inf") if moved > 0 else 0.0)
    return ratios


@misconception(
    "update_ratios", "The difference of the norms is no step: a parameter may turn round and keep its norm."
)
def difference_of_norms(before, after):
    ratios = []
    for old, new in zip(before, after, strict=True):
        size = np.linalg.norm(np.ravel(old))
        moved = abs(np.linalg.norm(np.ravel(new)) - size)
        ratios.append(float(moved / size) if size > 0 else float("inf") if moved > 0 else 0.0)
    return ratios


@misconception(
    "update_ratios", "0 / 0 is NaN for what was zero and stayed zero. Such a parameter has the ratio 0."
)
def not_a_number(before, after):
    with np.errstate(all="ignore"):
        return [
            float(np.linalg.norm(np.ravel(new - old)) / np.linalg.norm(np.ravel(old)))
            for old, new in zip(before, after, strict=True)
        ]


@misconception(
    "update_ratios", "The means of the absolute values are divided. A norm is the root of the sum of squares."
)
def mean_absolute_values(before, after):
    ratios = []
    for old, new in zip(before, after, strict=True):
        moved, size = np.mean(np.abs(new - old)), np.mean(np.abs(old))
        ratios.append(float(moved / size) if size > 0 else float("inf") if moved > 0 else 0.0)
    return ratios


@variant("update_ratios")
def by_sums_of_squares(before, after):
    result = []
    for old, new in zip(before, after, strict=True):
        step, size = np.sum((new - old) ** 2), np.sum(old**2)
        if size == 0:
            result.append(0.0 if step == 0 else np.inf)
        else:
            result.append(np.sqrt(step / size))
    return result


@variant("update_ratios")
def with_errstate(before, after):
    steps = np.array([np.sqrt(((b - a) ** 2).sum()) for a, b in zip(before, after, strict=True)])
    sizes = np.array([np.sqrt((a**2).sum()) for a in before])
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(steps == 0, 0.0, steps / sizes)


@misconception(
    "effective_rank", "The columns are not centred: the mean of the activations counts as a direction."
)
def not_centred(x):
    s = np.linalg.svd(x, compute_uv=False)
    s = s[s > 1e-12 * max(np.max(np.abs(x)), 1e-300)]
    if s.size == 0 or np.allclose(x, x[0]):
        return 0.0
    p = s / np.sum(s)
    return float(np.exp(-np.sum(p * np.log(p))))


@misconception("effective_rank", "This is the entropy. Its exponential is a number of directions.")
def entropy(x):
    s = np.linalg.svd(x - np.mean(x, axis=0), compute_uv=False)
    s = s[s > 1e-12 * max(np.max(np.abs(x)), 1e-300)]
    if s.size == 0:
        return 0.0
    p = s / np.sum(s)
    return float(-np.sum(p * np.log(p)))


@misconception(
    "effective_rank",
    "The squares of the singular values were normalised. Here it is the singular values themselves.",
)
def squares(x):
    s = np.linalg.svd(x - np.mean(x, axis=0), compute_uv=False)
    s = s[s > 1e-12 * max(np.max(np.abs(x)), 1e-300)]
    if s.size == 0:
        return 0.0
    p = s**2 / np.sum(s**2)
    return float(np.exp(-np.sum(p * np.log(p))))


@misconception("effective_rank", "This is the rank, in which a direction of 1e-9 counts as much as one of 1.")
def plain_rank(x):
    return float(np.linalg.matrix_rank(x - np.mean(x, axis=0)))


@misconception(
    "effective_rank",
    "The entropy is in bits (log₂), and its exponential is of base e. Take the natural logarithm.",
)
def entropy_in_bits(x):
    s = np.linalg.svd(x - np.mean(x, axis=0), compute_uv=False)
    s = s[s > 1e-12 * max(np.max(np.abs(x)), 1e-300)]
    if s.size == 0:
        return 0.0
    p = s / np.sum(s)
    return float(np.exp(-np.sum(p * np.log2(p))))


@misconception(
    "effective_rank",
    "One mean of all entries is subtracted. Each column has its own: np.mean(x, axis=0).",
)
def centred_by_one_number(x):
    s = np.linalg.svd(x - np.mean(x), compute_uv=False)
    s = s[s > 1e-12 * max(np.max(np.abs(x)), 1e-300)]
    if s.size == 0:
        return 0.0
    p = s / np.sum(s)
    return float(np.exp(-np.sum(p * np.log(p))))


@misconception(
    "effective_rank",
    "The mean of each row is subtracted. It is that of each column, over the samples: np.mean(x, axis=0).",
)
def centred_by_rows(x):
    s = np.linalg.svd(x - np.mean(x, axis=1, keepdims=True), compute_uv=False)
    s = s[s > 1e-12 * max(np.max(np.abs(x)), 1e-300)]
    if s.size == 0:
        return 0.0
    p = s / np.sum(s)
    return float(np.exp(-np.sum(p * np.log(p))))


@variant("effective_rank")
def by_the_covariance(x):
    centred = x - x.mean(axis=0, keepdims=True)
    s = np.sqrt(np.clip(np.linalg.eigvalsh(centred.T @ centred), 0, None))
    s = s[s > 1e-7 * s.max()] if s.max() > 1e-9 * np.abs(x).max() else s[:0]
    if len(s) == 0:
        return 0.0
    p = s / s.sum()
    return np.exp(-(p * np.log(p)).sum())


@variant("effective_rank")
def by_a_product(x):
    s = np.linalg.svd(x - x.mean(axis=0), full_matrices=False)[1]
    if s[0] <= 1e-12 * np.abs(x).max():
        return 0.0
    p = s / s.sum()
    return 1 / np.prod(np.where(p > 1e-14, p, 1) ** p)
