"""Checks of arrays.py: no table is square, no mean is 0."""

import math

import numpy as np

from course.testing import (
    assert_close,
    assert_equal,
    assert_raises,
    assert_that,
    assert_unchanged,
    hidden,
    points,
)


@points(1)
def test_crop_of_grey_and_of_colour(student, rng):
    for shape, (top, left, height, width) in [
        ((9, 12), (2, 3, 4, 7)),
        ((12, 9, 3), (5, 1, 6, 3)),
        ((6, 8), (0, 0, 6, 8)),
        ((7, 5), (6, 4, 1, 1)),
    ]:
        image = rng.normal(size=shape).astype(rng.choice([np.float32, np.float64]))
        with assert_unchanged(image):
            result = student.crop(image, top, left, height, width)
        rows, columns = np.arange(top, top + height), np.arange(left, left + width)
        assert_equal(result, image[np.ix_(rows, columns)], name="part of the image")


@points(1)
def test_crop_takes_every_second_or_third_pixel(student, rng):
    image = rng.integers(0, 255, size=(14, 11))
    for step in (2, 3):
        result = student.crop(image, 3, 2, 8, 7, step)
        rows, columns = np.arange(3, 11, step), np.arange(2, 9, step)
        assert_equal(result, image[np.ix_(rows, columns)], name=f"part of the image with step {step}")


def shares_memory(module, image):
    """Whether writing into a part of the image would write into the image."""
    import numpy as np

    return bool(np.shares_memory(np.asarray(module.crop(image, 1, 2, 3, 2)), image))


@points(1)
def test_crop_is_a_copy(student, rng):
    image = rng.normal(size=(6, 7))
    assert_equal(student.crop(image, 1, 2, 3, 2), image[1:4, 2:4], name="part of the image")
    assert_that(
        not student.run(shares_memory, image),
        "The part is a view: writing into it changes the image.",
        cause="slicing copies nothing; .copy() does",
    )
    cause = "slicing cuts short at an edge and counts from the end for a negative start, without a word"
    for top, left, height, width in [(4, 0, 3, 2), (0, 5, 2, 3), (-1, 1, 3, 2), (1, -1, 2, 4)]:
        with assert_raises(ValueError, cause=cause):
            student.crop(image, top, left, height, width)


@hidden
@points(1)
def test_crop_refuses_to_reach_over_an_edge(student, rng):
    image = rng.normal(size=(6, 9))
    assert_equal(student.crop(image, 2, 3, 4, 6), image[2:, 3:], name="part that just fits")
    cause = "slicing cuts short at an edge and counts from the end for a negative start, without a word"
    for top, left, height, width in [(3, 0, 4, 2), (0, 5, 2, 5), (-1, 1, 2, 3), (1, -1, 3, 3)]:
        with assert_raises(ValueError, cause=cause):
            student.crop(image, top, left, height, width)


@points(1)
def test_centre_columns_by_their_own_means(student, rng):
    for n, d in [(5, 3), (3, 5), (1, 4), (6, 1), (4, 4)]:
        x = rng.normal(size=(n, d)) * rng.uniform(1, 3, size=d) + rng.uniform(2, 9, size=d)
        with assert_unchanged(x):
            result = student.centre_columns(x)
        expected = np.column_stack([column - sum(column) / n for column in x.T])
        assert_close(result, expected, name="centred table")


@points(1)
def test_centre_columns_of_integers_and_of_single_precision(student, rng):
    integers = rng.integers(1, 99, size=(4, 3))
    integers[0] += 4 - integers.sum(axis=0) % 4 + 1
    expected = integers - np.add.reduce(integers, axis=0) / 4
    with assert_unchanged(integers):
        result = student.centre_columns(integers)
    assert_close(
        result,
        expected,
        name="centred table",
        cause="the means of integers are fractions: the result must be float",
    )
    single = rng.uniform(1, 5, size=(6, 2)).astype(np.float32)
    expected = single - single.astype(float).mean(axis=0)
    assert_close(student.centre_columns(single), expected, rtol=1e-3, atol=1e-4, name="centred table")


@points(1)
def test_fraction_above_of_each_row(student, rng):
    for n, d in [(4, 7), (7, 4), (1, 9), (5, 1), (6, 6)]:
        x = rng.normal(size=(n, d)) + 1
        threshold = float(rng.uniform(0.7, 1.3))
        with assert_unchanged(x):
            result = student.fraction_above(x, threshold)
        expected = [sum(entry > threshold for entry in row) / d for row in x.tolist()]
        assert_close(result, expected, name="list of fractions")
    x = rng.integers(1, 5, size=(4, 6)).astype(float)
    x[:, 3] = 2
    expected = [sum(entry > 2 for entry in row) / 6 for row in x.tolist()]
    cause = "entries equal to the threshold are not above it"
    assert_close(student.fraction_above(x, 2.0), expected, name="list of fractions with ties", cause=cause)


@hidden
@points(1)
def test_fraction_above_does_not_count_ties(student, rng):
    for dtype in (np.float64, np.float32, np.int64):
        x = rng.integers(1, 6, size=(6, 5)).astype(dtype)
        x[:, 2] = 3
        expected = [sum(entry > 3 for entry in row) / 5 for row in x.tolist()]
        assert_close(student.fraction_above(x, 3), expected, name="list of fractions")


def distances(a, b):
    """Every distance by itself."""
    return [[math.dist(p, q) for q in b] for p in a]


@points(2)
def test_pairwise_distances_of_all_pairs(student, rng):
    for n, m, d in [(4, 3, 2), (2, 5, 3), (1, 4, 5), (6, 1, 2), (3, 4, 1), (3, 3, 3)]:
        a, b = rng.normal(size=(n, d)) + 1, rng.normal(size=(m, d))
        with assert_unchanged(a, b):
            result = student.pairwise_distances(a, b)
        assert_close(result, distances(a, b), atol=1e-6, name="table of distances")


@hidden
@points(1)
def test_pairwise_distances_in_single_precision_and_far_from_zero(student, rng):
    a, b = rng.normal(size=(5, 3)), rng.normal(size=(4, 3)) + 2
    single = student.pairwise_distances(a.astype(np.float32), b.astype(np.float32))
    assert_close(single, distances(a, b), rtol=1e-3, atol=1e-3, name="table of distances")
    shift = rng.uniform(20, 50, size=3)
    assert_close(
        student.pairwise_distances(a + shift, b + shift),
        distances(a, b),
        atol=1e-6,
        name="table after moving all points",
    )
