import numpy as np

from course.testing import assert_close, assert_equal, assert_unchanged, hidden, points

HIDDEN_SHIFT = 73131.25  # no message to a student may hold it


@points(1)
def test_mean_of_vectors(student, rng):
    for n in (1, 2, 7):
        x = rng.normal(2, 3, size=n)
        with assert_unchanged(x):
            result = student.mean(x)
        assert_close(result, x.sum() / n)


@hidden
@points(1)
def test_mean_far_from_zero(student, rng):
    x = HIDDEN_SHIFT + rng.normal(size=5)
    assert_close(student.mean(x), x.sum() / 5, rtol=1e-9)


@points(2)
def test_standardize_of_vectors(student, rng):
    x = rng.normal(2, 3, size=9)
    with assert_unchanged(x):
        z = student.standardize(x)
    assert_close(z, (x - x.sum() / 9) / np.std(x))


@points(1)
def test_slope_of_a_cubic(student, rng):
    a, x = rng.uniform(1, 2, size=2)
    assert_close(student.slope(lambda t: a * t**3, float(x)), 3 * a * x**2, rtol=1e-6)


@points(1)
def test_account_deposit_twice(student, rng):
    start, first, second = (int(n) for n in rng.integers(2, 99, size=3))
    account = student.Account(start)
    assert_equal(account.deposit(first), start + first)
    assert_equal(account.deposit(second), start + first + second)
