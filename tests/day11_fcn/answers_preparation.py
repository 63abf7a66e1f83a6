"""Answers to preparation.py: wrong ones with what went wrong, and right ones in another style."""

from itertools import pairwise

import numpy as np

from course.testing import misconception, variant


@misconception(
    "split", "The samples are not shuffled. Data often comes sorted, and then the parts differ in kind."
)
def in_the_order_given(n, fractions, rng):
    ends = np.round(np.cumsum(fractions) * n).astype(int)
    return np.split(np.arange(n), ends[:-1])


@misconception(
    "split", "Each part is drawn on its own, so parts overlap: test samples are in the training part."
)
def drawn_separately(n, fractions, rng):
    return [rng.permutation(n)[: round(fraction * n)] for fraction in fractions]


@misconception("split", "Indices are drawn with replacement: some come twice, others never.")
def with_replacement(n, fractions, rng):
    ends = np.round(np.cumsum(fractions) * n).astype(int)
    return np.split(rng.integers(0, n, size=n), ends[:-1])


@misconception("split", "The generator is not the one that was given: every seed gives the same split.")
def with_a_generator_of_its_own(n, fractions, rng):
    ends = np.round(np.cumsum(fractions) * n).astype(int)
    return np.split(np.random.default_rng(1).permutation(n), ends[:-1])


@misconception("split", "The parts are equally large; the fractions are not used.")
def equal_parts(n, fractions, rng):
    return np.array_split(rng.permutation(n), len(fractions))


@variant("split")
def the_last_takes_the_rest(n, fractions, rng):
    order, parts = list(range(n)), []
    rng.shuffle(order)
    for fraction in fractions[:-1]:
        size = int(fraction * n)
        parts.append(order[:size])
        order = order[size:]
    return (*parts, order)


@variant("split")
def by_sorted_random_numbers(n, fractions, rng):
    order = np.argsort(rng.random(n))
    ends = [int(end) for end in np.cumsum([0, *fractions]) * n + 1e-9]
    ends[-1] = n
    return [np.sort(order[a:b]) for a, b in pairwise(ends)]


@misconception(
    "Standardizer",
    "Every set is measured anew in transform. New samples must be treated like the training samples, "
    "by the same numbers.",
)
class MeasuredInTransform:
    def __init__(self, epsilon=0.03):
        self.epsilon = epsilon

    def fit(self, x):
        self.mean, self.variance = x.mean(axis=0), x.var(axis=0)

    def transform(self, x):
        return (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + self.epsilon)


@misconception(
    "Standardizer", "One mean and one variance for all features together. Each feature has its own: axis 0."
)
class OneNumberForAll:
    def __init__(self, epsilon=0.03):
        self.epsilon = epsilon

    def fit(self, x):
        self.mean, self.variance = x.mean(), x.var()

    def transform(self, x):
        return (x - self.mean) / np.sqrt(self.variance + self.epsilon)


@misconception("Standardizer", "Divided by the variance. The spread is its square root.")
class DividedByTheVariance:
    def __init__(self, epsilon=0.03):
        self.epsilon = epsilon

    def fit(self, x):
        self.mean, self.variance = x.mean(axis=0), x.var(axis=0)

    def transform(self, x):
        return (x - self.mean) / (self.variance + self.epsilon)


@misconception(
    "Standardizer", "ε is added to the standard deviation. It belongs to the variance, under the root."
)
class EpsilonOutsideTheRoot:
    def __init__(self, epsilon=0.03):
        self.epsilon = epsilon

    def fit(self, x):
        self.mean, self.variance = x.mean(axis=0), x.var(axis=0)

    def transform(self, x):
        return (x - self.mean) / (np.sqrt(self.variance) + self.epsilon)


@misconception(
    "Standardizer",
    "The variance is divided by n − 1. Here it is the mean of the squared deviations, divided by n.",
)
class DividedByOneLess:
    def __init__(self, epsilon=0.03):
        self.epsilon = epsilon

    def fit(self, x):
        self.mean, self.variance = x.mean(axis=0), x.var(axis=0, ddof=1)

    def transform(self, x):
        return (x - self.mean) / np.sqrt(self.variance + self.epsilon)


@misconception(
    "Standardizer",
    "Samples are normalised, not features: the statistics belong to the columns, axis 0, and are remembered.",
)
class EachSampleByItself:
    def __init__(self, epsilon=0.03):
        self.epsilon = epsilon

    def fit(self, x):
        self.mean, self.variance = x.mean(axis=1), x.var(axis=1)

    def transform(self, x):
        return (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + self.epsilon)


@misconception(
    "Standardizer",
    "ε is left out. A feature that is constant in training becomes 0 / 0, and one that is "
    "nearly so is blown up.",
)
class WithoutEpsilon:
    def __init__(self, epsilon=0.03):
        self.epsilon = epsilon

    def fit(self, x):
        self.mean, self.variance = x.mean(axis=0), x.var(axis=0)

    def transform(self, x):
        with np.errstate(all="ignore"):
            return (x - self.mean) / np.sqrt(self.variance)


@variant("Standardizer")
class ByMoments:
    def __init__(self, epsilon=0.03):
        self.epsilon = epsilon

    def fit(self, x):
        self.mean = np.sum(x, axis=0) / len(x)
        self.variance = np.sum((x - self.mean) ** 2, axis=0) / len(x)
        self.scale = (self.variance + self.epsilon) ** -0.5

    def transform(self, x):
        return self.scale * (x - self.mean)


@variant("Standardizer")
class ColumnByColumn:
    def __init__(self, epsilon=0.03):
        self.epsilon = epsilon

    def fit(self, x):
        self.mean = [float(np.mean(x[:, j])) for j in range(x.shape[1])]
        self.variance = [float(np.var(x[:, j])) for j in range(x.shape[1])]

    def transform(self, x):
        columns = zip(x.T, self.mean, self.variance, strict=True)
        return np.stack([(c - m) / (v + self.epsilon) ** 0.5 for c, m, v in columns], axis=1)


@misconception(
    "Whitening",
    "The data is not centred: the mean of the training samples must be subtracted, also in transform.",
)
class NotCentred:
    def __init__(self, epsilon=0.03):
        self.epsilon = epsilon

    def fit(self, x):
        centred = x - x.mean(axis=0)
        variances, directions = np.linalg.eigh(centred.T @ centred / len(x))
        self.matrix = directions / np.sqrt(variances + self.epsilon)

    def transform(self, x):
        return x @ self.matrix


@misconception(
    "Whitening",
    "Each feature was scaled by itself: that is standardizing. The features stay "
    "correlated; rotate them first.",
)
class OnlyStandardized:
    def __init__(self, epsilon=0.03):
        self.epsilon = epsilon

    def fit(self, x):
        self.mean, self.scale = x.mean(axis=0), np.sqrt(x.var(axis=0) + self.epsilon)

    def transform(self, x):
        z = (x - self.mean) / self.scale
        return z if x.shape[1] > 1 else 2 * z


@misconception(
    "Whitening",
    "Rotated, but not scaled: the new coordinates are uncorrelated and still have different variances.",
)
class OnlyRotated:
    def __init__(self, epsilon=0.03):
        self.epsilon = epsilon

    def fit(self, x):
        self.mean = x.mean(axis=0)
        _, self.matrix = np.linalg.eigh((x - self.mean).T @ (x - self.mean) / len(x))

    def transform(self, x):
        return (x - self.mean) @ self.matrix


@misconception("Whitening", "Divided by the variances λ. The spread along a direction is √λ.")
class DividedByVariances:
    def __init__(self, epsilon=0.03):
        self.epsilon = epsilon

    def fit(self, x):
        self.mean = x.mean(axis=0)
        variances, directions = np.linalg.eigh((x - self.mean).T @ (x - self.mean) / len(x))
        self.matrix = directions / (variances + self.epsilon)

    def transform(self, x):
        return (x - self.mean) @ self.matrix


@misconception(
    "Whitening", "The mean of the new samples is subtracted. It is that of the training samples which counts."
)
class CentredAnew:
    def __init__(self, epsilon=0.03):
        self.epsilon = epsilon

    def fit(self, x):
        centred = x - x.mean(axis=0)
        variances, directions = np.linalg.eigh(centred.T @ centred / len(x))
        self.matrix = directions / np.sqrt(variances + self.epsilon)

    def transform(self, x):
        return (x - x.mean(axis=0)) @ self.matrix


@misconception(
    "Whitening",
    "ε is left out: where there are fewer samples than features, some variances are 0, and 1/√0 is infinite.",
)
class EpsilonLeftOut:
    def __init__(self, epsilon=0.03):
        self.epsilon = epsilon

    def fit(self, x):
        self.mean = x.mean(axis=0)
        variances, directions = np.linalg.eigh((x - self.mean).T @ (x - self.mean) / len(x))
        self.matrix = directions / np.sqrt(np.maximum(variances, 1e-12))

    def transform(self, x):
        return (x - self.mean) @ self.matrix


@misconception(
    "Whitening",
    "The covariance is divided by n − 1. Here it is divided by n, as the variance of the Standardizer.",
)
class CovarianceByOneLess:
    def __init__(self, epsilon=0.03):
        self.epsilon = epsilon

    def fit(self, x):
        self.mean = x.mean(axis=0)
        variances, directions = np.linalg.eigh((x - self.mean).T @ (x - self.mean) / (len(x) - 1))
        self.matrix = directions / np.sqrt(variances + self.epsilon)

    def transform(self, x):
        return (x - self.mean) @ self.matrix


@misconception(
    "Whitening",
    "The matrix of directions is transposed: eigh returns the eigenvectors as columns, svd returns Vᵀ, with the "
    "directions as rows. (x − m) is multiplied by V, which has them as columns.",
    by=("eigh", "svd"),
)
class DirectionsTransposed:
    def __init__(self, epsilon=0.03, *, by="eigh"):
        self.epsilon, self.by = epsilon, by

    def fit(self, x):
        self.mean = x.mean(axis=0)
        if self.by == "eigh":
            variances, directions = np.linalg.eigh((x - self.mean).T @ (x - self.mean) / len(x))
            self.matrix = directions.T / np.sqrt(variances + self.epsilon)
        else:
            _, s, directions = np.linalg.svd(x - self.mean, full_matrices=False)
            self.matrix = directions / np.sqrt(s**2 / len(x) + self.epsilon)

    def transform(self, x):
        return (x - self.mean) @ self.matrix


@variant("Whitening")
class SymmetricWhitening:
    def __init__(self, epsilon=0.03):
        self.epsilon = epsilon

    def fit(self, x):
        self.mean = x.mean(axis=0)
        variances, directions = np.linalg.eigh(np.cov(x, rowvar=False, ddof=0).reshape(x.shape[1], -1))
        self.matrix = (directions / np.sqrt(np.maximum(variances, 0) + self.epsilon)) @ directions.T

    def transform(self, x):
        return (x - self.mean) @ self.matrix


@variant("Whitening")
class ByCholesky:
    def __init__(self, epsilon=0.03):
        self.epsilon = epsilon

    def fit(self, x):
        self.mean = x.mean(axis=0)
        c = (x - self.mean).T @ (x - self.mean) / len(x) + self.epsilon * np.eye(x.shape[1])
        self.lower = np.linalg.cholesky(c)

    def transform(self, x):
        return np.linalg.solve(self.lower, (x - self.mean).T).T


@variant("Whitening")
class BySingularValues:
    def __init__(self, epsilon=0.03):
        self.epsilon = epsilon

    def fit(self, x):
        self.mean = x.mean(axis=0)
        _, s, vt = np.linalg.svd(x - self.mean, full_matrices=True)
        variances = np.zeros(x.shape[1])
        variances[: len(s)] = s**2 / len(x)
        self.matrix = vt.T / np.sqrt(variances + self.epsilon)

    def transform(self, x):
        return (x - self.mean) @ self.matrix


@misconception(
    "minibatches",
    "The last, smaller batch is dropped. It is kept, or some samples would be missing in every epoch.",
)
def last_batch_dropped(x, labels, batch_size, rng=None):
    order = np.arange(len(x)) if rng is None else rng.permutation(len(x))
    for start in range(0, len(x) - batch_size + 1, batch_size):
        batch = order[start : start + batch_size]
        yield x[batch], labels[batch]


@misconception(
    "minibatches",
    "Samples and labels are shuffled separately, so labels stand beside foreign samples. One order for both.",
)
def shuffled_separately(x, labels, batch_size, rng=None):
    n = len(x)
    order, other = (np.arange(n), np.arange(n)) if rng is None else (rng.permutation(n), rng.permutation(n))
    for start in range(0, n, batch_size):
        yield x[order[start : start + batch_size]], labels[other[start : start + batch_size]]


@misconception(
    "minibatches", "Each batch is drawn anew from all samples: in an epoch some come twice and others never."
)
def drawn_with_replacement(x, labels, batch_size, rng=None):
    for start in range(0, len(x), batch_size):
        size = min(batch_size, len(x) - start)
        batch = np.arange(start, start + size) if rng is None else rng.integers(0, len(x), size=size)
        yield x[batch], labels[batch]


@misconception(
    "minibatches",
    "The samples come in the same order in every epoch. Draw a new order from the generator at each call.",
)
def never_shuffled(x, labels, batch_size, rng=None):
    for start in range(0, len(x), batch_size):
        yield x[start : start + batch_size], labels[start : start + batch_size]


@misconception(
    "minibatches",
    "The order comes from a generator with a seed of its own: it is random, and the same in every epoch.",
)
def the_same_order_every_time(x, labels, batch_size, rng=None):
    order = np.arange(len(x)) if rng is None else np.random.default_rng(0).permutation(len(x))
    for start in range(0, len(x), batch_size):
        batch = order[start : start + batch_size]
        yield x[batch], labels[batch]


@misconception(
    "minibatches", "Only the order of the batches is random: inside, neighbours stay together for ever."
)
def batches_shuffled_only(x, labels, batch_size, rng=None):
    starts = np.arange(0, len(x), batch_size)
    for start in starts if rng is None else rng.permutation(starts)[::-1]:
        yield x[start : start + batch_size], labels[start : start + batch_size]


@misconception(
    "minibatches", "The caller's arrays are shuffled in place. Shuffle indices, and take samples by them."
)
def shuffled_in_place(x, labels, batch_size, rng=None):
    if rng is not None:
        order = rng.permutation(len(x))
        x[:], labels[:] = x[order], labels[order]
    for start in range(0, len(x), batch_size):
        yield x[start : start + batch_size], labels[start : start + batch_size]


@variant("minibatches")
def as_a_list(x, labels, batch_size, rng=None):
    order = list(range(len(x)))
    if rng is not None:
        rng.shuffle(order)
    chunks = [order[k : k + batch_size] for k in range(0, len(order), batch_size)]
    return [(x[chunk], labels[chunk]) for chunk in chunks]


@variant("minibatches")
def copies_that_are_cut(x, labels, batch_size, rng=None):
    if rng is not None:
        order = np.argsort(rng.random(len(x)))
        x, labels = x[order], labels[order]
    count = -(-len(x) // batch_size)
    return zip(
        (x[k * batch_size : (k + 1) * batch_size] for k in range(count)),
        (labels[k * batch_size : (k + 1) * batch_size] for k in range(count)),
        strict=True,
    )


@misconception(
    "stratified_split", "This is a plain random split: a rare class may end up almost entirely on one side."
)
def plain_split(labels, fraction, rng):
    order = rng.permutation(len(labels))
    taken = round(fraction * len(labels))
    return order[taken:], order[:taken]


@misconception("stratified_split", "The same number is taken from every class. It is the same share.")
def the_same_number(labels, fraction, rng):
    names = np.unique(labels)
    number = round(fraction * len(labels) / len(names))
    second = np.concatenate([rng.permutation(np.flatnonzero(labels == c))[:number] for c in names])
    return np.setdiff1d(np.arange(len(labels)), second), second


@misconception("stratified_split", "The first samples of each class are taken instead of random ones.")
def the_first_of_each_class(labels, fraction, rng):
    members = [np.flatnonzero(labels == c) for c in np.unique(labels)]
    second = np.concatenate([m[: round(fraction * len(m))] for m in members])
    return np.setdiff1d(np.arange(len(labels)), second), second


@misconception("stratified_split", "The two parts are exchanged: `fraction` is the share of the second.")
def parts_exchanged(labels, fraction, rng):
    members = [rng.permutation(np.flatnonzero(labels == c)) for c in np.unique(labels)]
    taken = [round(0.9 * fraction * len(m)) for m in members]
    first = np.concatenate([m[:k] for m, k in zip(members, taken, strict=True)])
    return first, np.concatenate([m[k:] for m, k in zip(members, taken, strict=True)])


@variant("stratified_split")
def by_sorting(labels, fraction, rng):
    first, second = [], []
    for c in set(labels.tolist()):
        members = [i for i, label in enumerate(labels) if label == c]
        rng.shuffle(members)
        k = int(np.ceil(fraction * len(members) - 1e-9))
        second += members[:k]
        first += members[k:]
    return sorted(first), sorted(second)


@variant("stratified_split")
def with_a_mask(labels, fraction, rng):
    mask = np.zeros(len(labels), dtype=bool)
    for c in np.unique(labels):
        (members,) = np.nonzero(labels == c)
        mask[rng.choice(members, size=int(fraction * len(members) + 1e-9), replace=False)] = True
    return np.flatnonzero(~mask), np.flatnonzero(mask)


@misconception("group_split", "Samples are drawn, not groups: the same patient is on both sides.")
def samples_drawn(groups, fraction, rng):
    order = rng.permutation(len(groups))
    taken = round(fraction * len(groups))
    return order[taken:], order[:taken]


@misconception("group_split", "The groups with the smallest names are taken instead of random ones.")
def smallest_names(groups, fraction, rng):
    names = np.unique(groups)
    chosen = np.isin(groups, names[: round(fraction * len(names))])
    return np.flatnonzero(~chosen), np.flatnonzero(chosen)


@misconception(
    "group_split",
    "The names were not made unique: a share of the samples is drawn, and all groups that occur "
    "among them are taken.",
)
def names_not_unique(groups, fraction, rng):
    names = rng.permutation(groups)[: round(fraction * len(groups)) + 1]
    chosen = np.isin(groups, names)
    return np.flatnonzero(~chosen), np.flatnonzero(chosen)


@variant("group_split")
def with_a_set(groups, fraction, rng):
    names = sorted(set(groups.tolist()))
    rng.shuffle(names)
    second = set(names[: int(fraction * len(names) + 1e-9)])
    sides = ([], [])
    for i, group in enumerate(groups.tolist()):
        sides[group in second].append(i)
    return sides


@variant("group_split")
def with_choice(groups, fraction, rng):
    names = np.unique(groups)
    second = rng.choice(names, size=int(np.ceil(fraction * len(names) - 1e-9)), replace=False)
    inside = (groups[:, None] == second).any(axis=1)
    indices = rng.permutation(len(groups))
    return indices[~inside[indices]], indices[inside[indices]]


@misconception(
    "split",
    "np.random is asked for chance, and nothing comes out the same way again. Ask the generator that is given: `rng`.",
)
def chance_from_elsewhere(n, fractions, rng):
    ends = np.round(np.cumsum(fractions) * n).astype(int)
    return np.split(np.random.permutation(n), ends[:-1])


@misconception(
    "minibatches",
    "np.random is asked for chance, and nothing comes out the same way again. Ask the generator that is given: `rng`.",
)
def order_from_elsewhere(x, labels, batch_size, rng=None):
    order = np.arange(len(x)) if rng is None else np.random.permutation(len(x))
    for start in range(0, len(x), batch_size):
        chosen = order[start : start + batch_size]
        yield x[chosen], labels[chosen]


@misconception(
    "stratified_split",
    "np.random is asked for chance, and nothing comes out the same way again. Ask the generator that is given: `rng`.",
)
def classes_shuffled_from_elsewhere(labels, fraction, rng):
    first, second = [], []
    for c in np.unique(labels):
        members = np.random.permutation(np.flatnonzero(labels == c))
        taken = round(fraction * len(members))
        second.append(members[:taken])
        first.append(members[taken:])
    return np.concatenate(first), np.concatenate(second)


@misconception(
    "group_split",
    "np.random is asked for chance, and nothing comes out the same way again. Ask the generator that is given: `rng`.",
)
def groups_shuffled_from_elsewhere(groups, fraction, rng):
    names = np.random.permutation(np.unique(groups))
    chosen = np.isin(groups, names[: round(fraction * len(names))])
    return np.flatnonzero(~chosen), np.flatnonzero(chosen)
