"""Checks of diagnosis.py: units that are planted, norms by hand, ranks that are known."""

import numpy as np

from course.testing import assert_close, assert_equal, assert_unchanged, hidden, points


def relu_outputs(rng, shape, dead):
    """Outputs of ReLU, about half of them 0, where some units are 0 everywhere and all others at least once are not.

    The last unit says little, but it is not dead.
    """
    y = np.maximum(rng.normal(size=shape), 0)
    for unit in range(shape[1]):
        y[(0, unit, *(-1,) * (len(shape) - 2))] = rng.uniform(0.1, 1)
        if dead[unit]:
            y[:, unit] = 0
    y[:, -1] *= 1e-5
    return y


def truths(values):
    return [bool(value) for value in np.ravel(values)]


def assert_dead(student, rng, shape):
    dead = rng.random(shape[1]) < 0.4
    dead[0], dead[-1] = True, False
    y = relu_outputs(rng, shape, dead)
    with assert_unchanged(y):
        found = student.dead_units(y)
    assert_equal(truths(found), truths(dead), name="list of who is dead")


@points(1)
def test_dead_units_of_layers_and_of_channels(student, rng):
    for shape in [(6, 4), (2, 7), (5, 3, 2, 4), (3, 2, 4, 1)]:
        assert_dead(student, rng, shape)


@points(0)
def test_saturated_share_at_both_ends(student, rng):
    for n, units in [(8, 3), (20, 5), (1, 4)]:
        for limit in (0.97, 0.8):
            y = np.tanh(3 * rng.normal(size=(n, units)))
            y[0, 0], y[-1, -1] = limit, -limit
            with assert_unchanged(y):
                found = student.saturated_share(y) if limit == 0.97 else student.saturated_share(y, limit)
            right = [sum(abs(value) > limit for value in column) / n for column in y.T]
            assert_close(found, right, name="array of shares, one for each unit")


@points(1)
def test_update_ratios_of_every_parameter(student, rng):
    for shapes in ([(3, 2), (4,)], [(2, 3, 2, 2)], [(1,), (5, 1), (2, 2, 2)]):
        before = [rng.normal(size=shape) + 0.3 for shape in shapes]
        after = [array + 0.1 * rng.normal(size=array.shape) for array in before]
        with assert_unchanged(before, after):
            found = student.update_ratios(before, after)
        right = [
            np.sqrt(np.sum((new - old) ** 2)) / np.sqrt(np.sum(old**2))
            for old, new in zip(before, after, strict=True)
        ]
        assert_close(found, right, name="list of ratios")
    weight, moved = rng.normal(size=(3, 2)), 0.1 * rng.uniform(-1, 1, size=(2, 2))
    found = student.update_ratios(
        [np.zeros(4), weight, np.zeros((2, 2))], [np.zeros(4), 1.25 * weight, moved]
    )
    assert_close(found, [0.0, 0.25, np.inf], name="list of ratios, of parameters that were all zeros, too,")


@hidden
@points(1)
def test_update_ratios_of_zeros(student, rng):
    weight, moved = rng.normal(size=(2, 3)), 0.1 * rng.uniform(-1, 1, size=3)
    before = [weight, np.zeros(3), np.zeros((2, 2))]
    after = [weight * 1.5, moved, np.zeros((2, 2))]
    found = student.update_ratios(before, after)
    assert_close(found, [0.5, np.inf, 0.0], name="list of ratios of what was zero")


def with_singular_values(rng, n, values):
    """A matrix (n, units) with centred columns and these singular values."""
    units = len(values)
    u = rng.normal(size=(n, units))
    u, _ = np.linalg.qr(u - u.mean(axis=0))
    v, _ = np.linalg.qr(rng.normal(size=(units, units)))
    return (u * values) @ v.T


def rank_of(values):
    p = np.asarray(values) / np.sum(values)
    p = p[p > 0]
    return float(np.exp(-np.sum(p * np.log(p))))


@points(1)
def test_effective_rank_of_known_singular_values(student, rng):
    for n, units in [(8, 3), (12, 5), (30, 2)]:
        values = rng.uniform(0.2, 3, size=units)
        x = with_singular_values(rng, n, values)
        with assert_unchanged(x):
            found = student.effective_rank(x)
        assert_close(found, rank_of(values), name="effective rank")
        shifted = rng.uniform(0.01, 50) * x + 5 * rng.normal(size=units)
        cause = "the mean of the activations is no direction in which they vary"
        assert_close(student.effective_rank(shifted), rank_of(values), name="effective rank", cause=cause)


@points(1)
def test_effective_rank_of_few_directions(student, rng):
    for n, units, rank in [(9, 5, 1), (10, 6, 3), (3, 7, 2)]:
        values = np.zeros(units if n > units else n - 1)
        values[:rank] = rng.uniform(0.5, 2, size=rank)
        if n > units:
            x = with_singular_values(rng, n, values) + rng.normal(size=units)
        else:
            x = with_singular_values(rng, units + 1, np.pad(values, (0, units - len(values))))
            x = (
                np.linalg.qr(rng.normal(size=(n, 2)))[0]
                @ np.diag([2.0, 1.0])
                @ np.linalg.qr(rng.normal(size=(units, 2)))[0].T
            )
            values = np.linalg.svd(x - x.mean(axis=0), compute_uv=False)[:2]
        found = student.effective_rank(x)
        assert_close(found, rank_of(values), name="effective rank", cause="0 log 0 = 0", rtol=1e-5)
    for scale in (1e-6, 1e7):
        values = rng.uniform(0.5, 2, size=3)
        found = student.effective_rank(scale * with_singular_values(rng, 7, values))
        assert_close(found, rank_of(values), name="effective rank, which does not depend on the scale")
    row = -rng.uniform(1, 9, size=5) * 1e6
    row[0] = 0
    for x in (np.repeat(row[None], 7, axis=0), np.zeros((4, 3)), np.full((3, 2), 0.1)):
        assert_close(student.effective_rank(x), 0.0, name="effective rank where nothing varies", atol=1e-6)
