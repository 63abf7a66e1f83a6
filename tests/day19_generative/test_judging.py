"""Checks of judging.py: everything once more with loops over pairs of points, and normal numbers."""

import math

import numpy as np
import torch

from course.testing import (
    assert_between,
    assert_close,
    assert_equal,
    assert_parts,
    assert_unchanged,
    hidden,
    points,
)
from course.testing.networks import draw


def to_tensor(array):
    return torch.tensor(np.asarray(array))


def distances_by_loops(a, b):
    return np.array([[math.dist(p, q) for q in b.tolist()] for p in a.tolist()])


@points(1)
def test_nearest_by_loops(student, rng):
    for n, m, d in [(5, 7, 3), (1, 4, 2), (6, 1, 1), (30, 40, 6)]:
        samples, known = draw(rng, n, d) + 0.5, draw(rng, m, d)
        with assert_unchanged(samples, known):
            distances, indices = assert_parts(student.nearest(samples, known), 2)
        table = distances_by_loops(samples, known)
        assert_close(distances, table.min(axis=1), name="array of distances")
        assert_equal(indices, table.argmin(axis=1), name="array of indices")
    known = draw(rng, 7, 3).float() + 5
    samples = known[rng.permutation(7)[:4]] + 1e-3 * draw(rng, 4, 3).float()
    distances, _ = assert_parts(student.nearest(samples, known), 2)
    table = distances_by_loops(samples, known)
    name = "array of distances of samples that are nearly copies"
    assert_close(distances, table.min(axis=1), rtol=1e-3, atol=1e-5, name=name)


@hidden
@points(1)
def test_nearest_finds_copies(student, rng):
    known = draw(rng, 9, 4).float() + 4
    places = rng.permutation(9)[:6]
    samples = known[places] + 1e-3 * draw(rng, 6, 4).float()
    distances, indices = assert_parts(student.nearest(samples, known), 2)
    assert_equal(indices, places, name="array of indices")
    table = distances_by_loops(samples, known)
    assert_close(distances, table.min(axis=1), rtol=1e-3, atol=1e-5, name="array of distances")


def mmd_by_loops(x, y, bandwidth):
    def kernel(a, b):
        return np.exp(-(distances_by_loops(a, b) ** 2) / (2 * bandwidth**2))

    def pairs(a):
        table = kernel(a, a)
        return np.mean([table[i, j] for i in range(len(a)) for j in range(len(a)) if i != j])

    return pairs(x) + pairs(y) - 2 * np.mean(kernel(x, y))


@points(2)
def test_mmd_pair_by_pair(student, rng):
    for n, m, d, bandwidth in [(6, 4, 3, 1.3), (2, 5, 1, 0.4), (7, 2, 2, 2.5), (3, 3, 5, 2.0)]:
        x, y = draw(rng, n, d) + 0.7, 1.4 * draw(rng, m, d)
        with assert_unchanged(x, y):
            result = student.mmd(x, y, bandwidth)
        assert_close(result, mmd_by_loops(x, y, bandwidth), name="squared discrepancy")
    cause = "without bias the value may lie below 0"
    assert_close(student.mmd(x, x, 1.0), mmd_by_loops(x, x, 1.0), name="squared discrepancy", cause=cause)


@hidden
@points(1)
def test_mmd_of_normal_numbers(student, rng):
    """Over 200 seeds the difference had a standard deviation of 0.016 and 0.018, and was 0.054 at most."""
    for spread, bandwidth in [(0.8, 1.0), (0.5, 0.6)]:
        shift = rng.uniform(0.6, 1.2, size=2)
        x, y = spread * draw(rng, 700, 2), spread * draw(rng, 700, 2) + torch.tensor(shift)
        width = bandwidth**2 + 2 * spread**2
        expected = 2 * bandwidth**2 / width * (1 - math.exp(-np.sum(shift**2) / (2 * width)))
        result = student.mmd(x, y, bandwidth)
        name = "squared discrepancy of two normal samples, less its expected value,"
        assert_between(float(result) - expected, -0.12, 0.12, name=name)


def at_home(points_, others, k):
    """Share of the points that lie in a ball of the others."""
    radii = [
        sorted(math.dist(p, q) for j, q in enumerate(others) if j != i)[k - 1] for i, p in enumerate(others)
    ]
    inside = [any(math.dist(p, q) <= r for q, r in zip(others, radii, strict=True)) for p in points_]
    return float(np.mean(inside))


@points(2)
def test_precision_recall_by_loops(student, rng):
    for n, m, d, k in [(12, 17, 2, 2), (20, 9, 3, 1), (14, 11, 1, 3), (15, 15, 2, 5)]:
        real, fake = draw(rng, n, d), 0.7 * draw(rng, m, d) + 0.6
        with assert_unchanged(real, fake):
            result = student.precision_recall(real, fake, k)
        precision, recall = assert_parts(result, 2)
        assert_close(precision, at_home(fake.tolist(), real.tolist(), k), name="precision")
        assert_close(recall, at_home(real.tolist(), fake.tolist(), k), name="recall")
    real = to_tensor([[0.0], [2.0], [5.0]]) + float(rng.integers(-9, 9))
    fake = real[:1] + to_tensor([[-2.0], [4.0], [9.0]])
    expected = at_home(fake.tolist(), real.tolist(), 1), at_home(real.tolist(), fake.tolist(), 1)
    name = "pair of precision and recall, a sample lying on a border,"
    assert_close(student.precision_recall(real, fake, 1), np.array(expected), name=name)


@points(1)
def test_precision_recall_of_what_repeats_itself(student, rng):
    """Few heaps are reached: believable, and not everything. Then everything, among much that is not believable."""
    heap, far = draw(rng, 20, 2), draw(rng, 20, 2) + 40
    real, some = np.concatenate([heap, far]), draw(rng, 15, 2) * 0.5
    expected = at_home(some.tolist(), real.tolist(), 5), at_home(real.tolist(), some.tolist(), 5)
    result = student.precision_recall(to_tensor(real), some)
    assert_close(result, np.array(expected), name="pair of precision and recall, one heap of two reached,")
    wide = 8 * draw(rng, 30, 2)
    expected = at_home(wide.tolist(), heap.tolist(), 3), at_home(heap.tolist(), wide.tolist(), 3)
    result = student.precision_recall(heap, wide, 3)
    assert_close(result, np.array(expected), name="pair of precision and recall of scattered samples")


@hidden
@points(1)
def test_precision_recall_at_the_border(student, rng):
    offset = float(rng.integers(-9, 9))
    real = to_tensor([[0.0], [1.0], [3.0], [7.0]]) + offset
    fake = to_tensor([[5.0], [8.0], [11.0], [-1.0], [-2.0]]) + offset
    for k in (1, 2, 3):
        result = student.precision_recall(real, fake, k)
        expected = at_home(fake.tolist(), real.tolist(), k), at_home(real.tolist(), fake.tolist(), k)
        assert_close(result, np.array(expected), name=f"pair of precision and recall for k = {k}")


def authentic_by_loops(samples, known):
    honest = []
    for p in samples:
        place = min(range(len(known)), key=lambda j: math.dist(p, known[j]))
        own = min(math.dist(known[place], q) for j, q in enumerate(known) if j != place)
        honest.append(math.dist(p, known[place]) >= own)
    return float(np.mean(honest))


@points(0)
def test_authenticity_by_loops(student, rng):
    for n, m, d in [(25, 30, 2), (40, 12, 3), (30, 35, 1)]:
        samples, known = draw(rng, n, d), draw(rng, m, d)
        with assert_unchanged(samples, known):
            result = student.authenticity(samples, known)
        assert_close(
            result, authentic_by_loops(samples.tolist(), known.tolist()), name="share of honest samples"
        )


@points(0)
def test_authenticity_of_copies(student, rng):
    known, new = draw(rng, 30, 3), draw(rng, 20, 3)
    copies = known[rng.permutation(30)[:10]] + 1e-3 * draw(rng, 10, 3)
    mixed = to_tensor(np.concatenate([copies, new]))
    result = student.authenticity(mixed, known)
    expected = authentic_by_loops(mixed.tolist(), known.tolist())
    assert_close(result, expected, name="share of honest samples, of which a third are copies,")
    known = to_tensor([[0.0], [1.0], [3.0], [9.0]]) + float(rng.integers(-9, 9))
    samples = known[1:2] + to_tensor([[1.0], [0.5], [-0.25]])
    cause = "equally far is not nearer"
    assert_close(student.authenticity(samples, known), 1 / 3, name="share of honest samples", cause=cause)
