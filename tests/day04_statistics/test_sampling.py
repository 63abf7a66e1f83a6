"""Checks of sampling.py. Random numbers are arguments, so every result is known beforehand."""

import numpy as np

from course.testing import (
    assert_close,
    assert_equal,
    assert_parts,
    assert_shape,
    assert_unchanged,
    hidden,
    points,
)


@points(1)
def test_sample_exponential_inverts_the_distribution_function(student, rng):
    for shape in [(6,), (2, 3), (1,)]:
        rate, t = rng.choice([rng.uniform(0.1, 0.4), rng.uniform(3, 9)]), rng.uniform(0.1, 4, size=shape)
        u = -np.expm1(-t)
        with assert_unchanged(u):
            result = student.sample_exponential(u, rate)
        assert_close(result, t / rate, name="sample")
    u = np.array([0.0, 0.25, 0.75], dtype=np.float32)
    expected = np.array([0, np.log(4 / 3), np.log(4)]) / rate
    assert_close(student.sample_exponential(u, rate), expected, name="sample", rtol=1e-4)


def category(u, weights):
    """The definition, one comparison after the other."""
    total = 0.0
    for k, p in enumerate(weights / np.sum(weights)):
        total += p
        if u < total:
            return k
    return int(np.flatnonzero(weights)[-1])


@points(1)
def test_sample_discrete_with_random_weights(student, rng):
    for n, k in [(30, 4), (20, 2), (1, 3), (5, 1)]:
        u, weights = rng.random(n), rng.uniform(0.5, 3, size=k)
        with assert_unchanged(u, weights):
            result = student.sample_discrete(u, weights / weights.sum())
        expected = np.array([category(value, weights) for value in u])
        assert_equal(result, expected, name="array of categories")
        cause = "the weights need not add up to 1"
        assert_equal(student.sample_discrete(u, weights), expected, name="array of categories", cause=cause)


@points(1)
def test_sample_discrete_on_the_borders(student, rng):
    scale = 2.0 ** int(rng.integers(-2, 3))
    weights = scale * np.array([0.0, 0.25, 0.0, 0.5, 0.25, 0.0])
    u = np.array([0.0, 0.25, 0.75, 0.125, 0.5, np.nextafter(1, 0)])
    cause = "the category is the smallest k with u < p_0 + … + p_k; one of weight 0 never comes"
    order = rng.permutation(6)
    expected = np.array([1, 3, 4, 1, 3, 4])[order]
    assert_equal(student.sample_discrete(u[order], weights), expected, "array of categories", cause)
    weights = np.append(np.full(10, 0.1), 0.0)
    cause = "the ten weights add up to 0.9999999999999999 in floating point"
    result = student.sample_discrete(np.array([rng.uniform(0.91, 0.99), np.nextafter(1, 0)]), weights)
    assert_equal(result, [9, 9], name="array of categories", cause=cause)


@points(1)
def test_box_muller_radius_and_angle(student, rng):
    for shape in [(6,), (2, 3), (1,)]:
        u1, u2 = rng.uniform(0.05, 0.95, size=shape), rng.uniform(size=shape)
        with assert_unchanged(u1, u2):
            result = student.box_muller(u1, u2)
        z1, z2 = assert_parts(result, 2)
        expected = np.sqrt(-2 * np.log(u1)) * np.exp(2j * np.pi * u2)
        assert_close(z1, expected.real, name="first number z1")
        assert_close(z2, expected.imag, name="second number z2")
        z1, z2 = assert_parts(student.box_muller(u1.astype(np.float32), u2.astype(np.float32)), 2)
        assert_close(z1, expected.real, name="first number z1", rtol=1e-3, atol=1e-4)
        assert_close(z2, expected.imag, name="second number z2", rtol=1e-3, atol=1e-4)


@hidden
@points(1)
def test_box_muller_gives_the_normal_distribution(student, rng):
    n = 4000
    u1 = (np.arange(n) + 0.5) / n
    u2 = (np.arange(n) * (np.sqrt(5) - 1) / 2 + rng.uniform()) % 1  # evenly spread, and unrelated to u1
    z1, z2 = assert_parts(student.box_muller(u1, u2), 2)
    for z, name in [(z1, "first"), (z2, "second")]:
        assert_shape(z, (n,), name=f"{name} number")
        z = np.asarray(z)
        assert_close(np.mean(z), 0.0, name=f"mean of the {name} number", atol=0.02)
        assert_close(np.mean(z**2), 1.0, name=f"mean square of the {name} number", atol=0.02)
        assert_close(np.mean(np.abs(z)), 0.797885, name=f"mean size of the {name} number", atol=0.02)
    assert_close(np.mean(np.asarray(z1) * z2), 0.0, name="mean product of the two numbers", atol=0.02)


@points(1)
def test_standardised_means_of_several_shapes(student, rng):
    for r, n in [(5, 4), (3, 9), (1, 6), (4, 1)]:
        mu, sigma = rng.uniform(2, 5), rng.choice([rng.uniform(0.2, 0.5), rng.uniform(2, 4)])
        z = rng.normal(size=r)
        noise = rng.normal(size=(r, n))
        samples = mu + sigma * ((z / np.sqrt(n))[:, np.newaxis] + noise - noise.mean(axis=1, keepdims=True))
        with assert_unchanged(samples):
            result = student.standardised_means(samples, mu, sigma)
        assert_close(result, z, name="array of standardised means")
    single = student.standardised_means(samples.astype(np.float32), mu, sigma)
    assert_close(single, z, name="array of standardised means", rtol=1e-3, atol=1e-3)


def mean_of_squares(values):
    return (values**2).mean()


def slope(pairs):
    """Slope of the second coordinate over the first."""
    deviations = pairs - pairs.mean(axis=0)
    return (deviations[:, 0] * deviations[:, 1]).sum() / (deviations[:, 0] ** 2).sum()


def assert_bootstrap(result, x, statistic, level, indices):
    """Ends and replicates are what sorting by hand and interpolating between two of them gives."""
    low, high, replicates = assert_parts(result, 3)
    expected = np.array([statistic(np.array([x[i] for i in row])) for row in indices])
    assert_close(replicates, expected, name="array of replicates")
    grid = np.linspace(0, 1, len(expected))
    ends = np.interp([(1 - level) / 2, 1 - (1 - level) / 2], grid, np.sort(expected))
    assert_close(
        low,
        ends[0],
        name="lower end",
        cause="is the share outside, 1 − level, split in two? One half of it lies below the lower end",
    )
    assert_close(
        high,
        ends[1],
        name="upper end",
        cause="is the share outside, 1 − level, split in two? One half of it lies above the upper end",
    )


@points(1)
def test_bootstrap_of_numbers(student, rng):
    for n, level, b in [(8, 0.9, 25), (12, 0.95, 60), (5, 0.5, 16)]:
        x, indices = rng.gamma(2.0, 3.0, size=n), rng.integers(n, size=(b, n))
        with assert_unchanged(x, indices):
            result = student.bootstrap(x, mean_of_squares, level, indices)
        assert_bootstrap(result, x, mean_of_squares, level, indices)


@points(1)
def test_bootstrap_of_pairs(student, rng):
    for n, level in [(12, 0.8), (15, 0.9)]:
        x = rng.normal(size=(n, 2)) @ np.array([[1.0, 1.5], [0.0, 1.0]]) + 3
        indices = rng.integers(n, size=(30, n))
        indices[:, :3] = [0, 1, 2]
        result = student.bootstrap(x, slope, level, indices)
        assert_bootstrap(result, x, slope, level, indices)
