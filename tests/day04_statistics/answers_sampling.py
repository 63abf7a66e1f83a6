"""Answers to sampling.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np

from course.testing import misconception, variant


@misconception(
    "sample_exponential",
    "−ln u / λ is exponentially distributed too, but it is not F⁻¹(u): it falls when u grows, and it is "
    "infinite for u = 0, which rng.random can return.",
)
def falling(u, rate):
    with np.errstate(divide="ignore"):
        return -np.log(u) / rate


@misconception(
    "sample_exponential", "The times are multiplied with the rate. More events mean shorter waits: divide."
)
def multiplied_with_the_rate(u, rate):
    return -np.log1p(-u) * rate


@misconception(
    "sample_exponential", "The minus sign is missing: ln(1 − u) is negative, a waiting time is not."
)
def negative_times(u, rate):
    return np.log1p(-u) / rate


@misconception(
    "sample_exponential", "This is F(u), the way forth. Inverse transform needs the way back, F⁻¹(u)."
)
def distribution_function(u, rate):
    return 1 - np.exp(-rate * u)


@variant("sample_exponential")
def plain_logarithm(u, rate):
    return np.log(1 / (1 - u)) * (1 / rate)


@variant("sample_exponential")
def number_after_number(u, rate):
    values = [float(-np.log(1 - value) / rate) for value in np.ravel(u)]
    return np.reshape(values, np.shape(u)).tolist()


@misconception(
    "sample_discrete",
    "The weights are not divided by their sum: they need not add up to 1.",
)
def weights_as_probabilities(u, weights):
    return np.minimum(np.searchsorted(np.cumsum(weights), u, side="right"), np.flatnonzero(weights)[-1])


@misconception(
    "sample_discrete",
    "A u on the border of two categories belongs to the upper one, since u < p_0 + … + p_k is strict "
    "(side='right'). Otherwise u = 0 draws the first category even when its weight is 0.",
)
def border_to_the_left(u, weights):
    cumulative = np.cumsum(weights)
    return np.searchsorted(cumulative / cumulative[-1], u, side="left")


@misconception(
    "sample_discrete",
    "The categories are counted from 1. Here they are from 0 to k − 1.",
)
def counted_from_one(u, weights):
    cumulative = np.cumsum(weights)
    return np.searchsorted(cumulative / cumulative[-1], u, side="right") + 1


@misconception(
    "sample_discrete",
    "All categories are equally likely here: u · k ignores the weights.",
)
def weights_ignored(u, weights):
    return np.floor(u * len(weights)).astype(int)


@misconception(
    "sample_discrete",
    "The probabilities are divided by their sum before they are added up, and rounding leaves a gap below 1. "
    "A u in that gap falls out of the range: divide the cumulative sums by the last of them.",
)
def gap_below_one(u, weights):
    return np.searchsorted(np.cumsum(weights / np.sum(weights)), u, side="right")


@misconception(
    "sample_discrete",
    "u is compared with the single probabilities. It is the sum of all up to k that must exceed it: np.cumsum.",
)
def not_added_up(u, weights):
    return np.argmax(u[:, None] < weights / np.sum(weights), axis=1)


@variant("sample_discrete")
def compare_with_all(u, weights):
    cumulative = np.cumsum(np.asarray(weights, dtype=float))
    cumulative /= cumulative[-1]
    return (u[:, None] >= cumulative).sum(axis=1)


@variant("sample_discrete")
def walk(u, weights):
    total = float(np.sum(weights))
    last = max(i for i, weight in enumerate(weights) if weight > 0)
    result = []
    for value in u:
        k, above = 0, float(weights[0]) / total
        while value >= above and k < last:
            k += 1
            above += float(weights[k]) / total
        result.append(k)
    return result


@misconception(
    "box_muller",
    "The factor 2 is missing under the root: r = √(−2 ln u1). Without it the variance is 1/2.",
)
def two_forgotten(u1, u2):
    r = np.sqrt(-np.log(u1))
    return r * np.cos(2 * np.pi * u2), r * np.sin(2 * np.pi * u2)


@misconception("box_muller", "Cosine and sine are exchanged: z1 belongs to the cosine.")
def sine_first(u1, u2):
    r = np.sqrt(-2 * np.log(u1))
    return r * np.sin(2 * np.pi * u2), r * np.cos(2 * np.pi * u2)


@misconception("box_muller", "The angle covers half a turn only: a whole one is 2π.")
def half_a_turn(u1, u2):
    r = np.sqrt(-2 * np.log(u1))
    return r * np.cos(np.pi * u2), r * np.sin(np.pi * u2)


@misconception(
    "box_muller",
    "The angle is not in radians: cos and sin take 2π for a whole turn, not 360, and not 1.",
    turn=(360.0, 1.0),
)
def angle_not_in_radians(u1, u2, *, turn=360.0):
    r = np.sqrt(-2 * np.log(u1))
    return r * np.cos(turn * u2), r * np.sin(turn * u2)


@misconception("box_muller", "u1 and u2 are exchanged: u1 makes the radius, u2 the angle.")
def arguments_exchanged(u1, u2):
    r = np.sqrt(-2 * np.log(u2))
    return r * np.cos(2 * np.pi * u1), r * np.sin(2 * np.pi * u1)


@misconception("box_muller", "The root of the radius is missing: −2 ln u1 is r².")
def squared_radius(u1, u2):
    r = -2 * np.log(u1)
    return r * np.cos(2 * np.pi * u2), r * np.sin(2 * np.pi * u2)


@variant("box_muller")
def complex_number(u1, u2):
    z = np.sqrt(-2 * np.log(u1)) * np.exp(2j * np.pi * u2)
    return [z.real, z.imag]


@variant("box_muller")
def two_rows(u1, u2):
    turns = 2 * np.pi * np.asarray(u2)
    return np.sqrt(-2 * np.log(u1)) * np.stack([np.cos(turns), np.sin(turns)])


@variant("box_muller")
def pair_by_pair(u1, u2):
    pairs = []
    for a, b in zip(u1.ravel(), u2.ravel(), strict=True):
        r, angle = (2 * np.log(1 / float(a))) ** 0.5, float(b) * 2 * np.pi
        pairs.append((r * np.cos(angle), r * np.sin(angle)))
    z1, z2 = zip(*pairs, strict=True)
    return np.array(z1).reshape(u1.shape), np.array(z2).reshape(u1.shape)


@misconception(
    "standardised_means",
    "√n is missing. The mean of n numbers has standard deviation σ/√n, not σ.",
)
def root_of_n_forgotten(samples, mu, sigma):
    return (np.mean(samples, axis=1) - mu) / sigma


@misconception(
    "standardised_means",
    "Each sample is divided by its own standard deviation. That is Student's t; here σ is known.",
)
def students_t(samples, mu, sigma):
    s = np.sqrt(np.mean((samples - samples.mean(axis=1, keepdims=True)) ** 2, axis=1))
    return np.sqrt(samples.shape[1]) * (np.mean(samples, axis=1) - mu) / np.where(s > 0, s, 1)


@misconception("standardised_means", "The mean runs over the samples. Each row is one sample: axis 1.")
def mean_over_samples(samples, mu, sigma):
    return np.sqrt(len(samples)) * (np.mean(samples, axis=0) - mu) / sigma


@misconception(
    "standardised_means",
    "The deviation is multiplied by n. The mean of n numbers spreads by σ/√n, so the factor is √n.",
)
def n_instead_of_its_root(samples, mu, sigma):
    return samples.shape[1] * (np.mean(samples, axis=1) - mu) / sigma


@misconception("standardised_means", "σ was taken for the variance: divide by σ itself, not by its root.")
def root_of_sigma(samples, mu, sigma):
    return np.sqrt(samples.shape[1]) * (np.mean(samples, axis=1) - mu) / np.sqrt(sigma)


@misconception(
    "standardised_means",
    "√n is taken of the number of samples. n is how many observations one sample has: samples.shape[1].",
)
def root_of_the_number_of_samples(samples, mu, sigma):
    return np.sqrt(len(samples)) * (np.mean(samples, axis=1) - mu) / sigma


@misconception(
    "standardised_means",
    "Mean and spread were taken from the samples. μ and σ of the distribution are given; use these.",
)
def standardised_by_themselves(samples, mu, sigma):
    n = samples.shape[1]
    return np.sqrt(n) * (np.mean(samples, axis=1) - np.mean(samples)) / np.std(samples)


@variant("standardised_means")
def sum_of_deviations(samples, mu, sigma):
    return ((samples - mu) / sigma).sum(axis=1) / np.sqrt(samples.shape[1])


@variant("standardised_means")
def sample_by_sample(samples, mu, sigma):
    return [(sum(map(float, row)) / len(row) - mu) / (sigma / len(row) ** 0.5) for row in samples]


@misconception(
    "bootstrap",
    "The quantiles 1 − level and level leave too much outside, twice 1 − level in all. Each side gets half of it.",
)
def all_of_it_on_each_side(x, statistic, level, indices):
    replicates = np.array([statistic(x[row]) for row in indices])
    low, high = np.quantile(replicates, sorted([1 - level, level]))
    return low, high, replicates


@misconception(
    "bootstrap",
    "The interval is mean ± z · standard deviation of the replicates. The percentile interval needs no normal "
    "distribution: it takes quantiles.",
)
def as_if_normal(x, statistic, level, indices):
    replicates = np.array([statistic(x[row]) for row in indices])
    half = 1.96 * replicates.std()
    return replicates.mean() - half, replicates.mean() + half, replicates


@misconception(
    "bootstrap",
    "This is the basic interval, mirrored at the estimate. The percentile interval is the quantiles themselves.",
)
def mirrored(x, statistic, level, indices):
    replicates = np.array([statistic(x[row]) for row in indices])
    low, high = np.quantile(replicates, [(1 - level) / 2, (1 + level) / 2])
    estimate = statistic(x)
    return 2 * estimate - high, 2 * estimate - low, replicates


@misconception(
    "bootstrap",
    "The quantiles are those of the data, not of the replicates: they say where the next observation may lie, "
    "not how sure the statistic is.",
)
def quantiles_of_the_data(x, statistic, level, indices):
    replicates = np.array([statistic(x[row]) for row in indices])
    low, high = np.quantile(x, [(1 - level) / 2, (1 + level) / 2])
    return low, high, replicates


@misconception(
    "bootstrap",
    "Each coordinate was drawn by itself. A pair belongs together: draw whole rows.",
)
def coordinates_torn_apart(x, statistic, level, indices):
    if x.ndim == 1:
        replicates = np.array([statistic(x[row]) for row in indices])
    else:
        replicates = np.array([statistic(np.column_stack([x[row, 0], x[row[::-1], 1]])) for row in indices])
    low, high = np.quantile(replicates, [(1 - level) / 2, (1 + level) / 2])
    return low, high, replicates


@misconception("bootstrap", "The replicates came back sorted. Keep them in the order of the indices.")
def sorted_replicates(x, statistic, level, indices):
    replicates = np.sort([statistic(x[row]) for row in indices])
    low, high = np.quantile(replicates, [(1 - level) / 2, (1 + level) / 2])
    return low, high, replicates


@misconception(
    "bootstrap",
    "np.percentile counts from 0 to 100. With shares between 0 and 1, take np.quantile.",
)
def shares_for_percentiles(x, statistic, level, indices):
    replicates = np.array([statistic(x[row]) for row in indices])
    low, high = np.percentile(replicates, [(1 - level) / 2, (1 + level) / 2])
    return low, high, replicates


@misconception("bootstrap", "The parts are in another order: the two ends come first, the replicates last.")
def replicates_first(x, statistic, level, indices):
    replicates = np.array([statistic(x[row]) for row in indices])
    low, high = np.quantile(replicates, [(1 - level) / 2, (1 + level) / 2])
    return replicates, low, high


@variant("bootstrap")
def percentiles(x, statistic, level, indices):
    replicates = [float(statistic(np.array([x[i] for i in row]))) for row in indices]
    outside = 100 * (1 - level) / 2
    return np.percentile(replicates, outside), np.percentile(replicates, 100 - outside), replicates


@variant("bootstrap")
def sorting_and_interpolating(x, statistic, level, indices):
    replicates = np.fromiter((statistic(sample) for sample in x[indices]), dtype=float)
    ordered = np.sort(replicates)

    def quantile(share):
        place = share * (len(ordered) - 1)
        below = int(place)
        above = min(below + 1, len(ordered) - 1)
        return ordered[below] + (place - below) * (ordered[above] - ordered[below])

    return quantile((1 - level) / 2), quantile((1 + level) / 2), replicates
