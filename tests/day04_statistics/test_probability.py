"""Checks of probability.py. References are loops over the definition, and SciPy's special functions."""

import numpy as np
from scipy import special

from course.testing import assert_close, assert_raises, assert_unchanged, hidden, points


@points(1)
def test_conditional_on_rows_and_on_columns(student, rng):
    for r, c in [(3, 4), (2, 2), (1, 3), (4, 1)]:
        table = rng.integers(5, 90, size=(r, c))
        with assert_unchanged(table):
            by_row, by_column = student.conditional(table, 0), student.conditional(table, 1)
        expected = np.array([[table[i, j] / sum(table[i]) for j in range(c)] for i in range(r)])
        assert_close(by_row, expected, name="table given the row")
        expected = np.array([[table[i, j] / sum(table[:, j]) for j in range(c)] for i in range(r)])
        assert_close(by_column, expected, name="table given the column")
    table = rng.integers(5, 90, size=(3, 5))
    table[1] = 0
    expected = np.array([[table[i, j] / sum(table[:, j]) for j in range(5)] for i in range(3)])
    assert_close(student.conditional(table, 1), expected, name="table given the column, one row empty")
    with assert_raises(ValueError, cause="the second row adds up to 0: it cannot be what is known"):
        student.conditional(table, 0)


@hidden
@points(1)
def test_conditional_of_probabilities_and_of_what_never_happened(student, rng):
    joint = rng.uniform(0.2, 1, size=(3, 4))
    joint[1, 2] = 0
    joint = (joint / joint.sum()).astype(np.float32)
    expected = joint / joint.astype(float).sum(axis=0)
    assert_close(student.conditional(joint, 1), expected, name="table given the column", rtol=1e-4)
    counts = rng.integers(1, 20, size=(3, 4))
    counts[:, 1] = 0
    expected = counts / counts.sum(axis=1, keepdims=True)
    assert_close(student.conditional(counts, 0), expected, name="table given the row")
    with assert_raises(ValueError, cause="the second column adds up to 0: it cannot be what is known"):
        student.conditional(counts, 1)


@points(1)
def test_bayes_for_several_hypotheses(student, rng):
    for h, e in [(2, 2), (3, 4), (4, 2), (1, 3)]:
        prior, likelihood = rng.dirichlet(np.full(h, 3.0)), rng.dirichlet(np.full(e, 3.0), size=h)
        with assert_unchanged(prior, likelihood):
            result = student.bayes(prior, likelihood)
        joint = np.array([[prior[i] * likelihood[i, j] for j in range(e)] for i in range(h)])
        expected = np.array([[joint[i, j] / sum(joint[:, j]) for j in range(e)] for i in range(h)])
        assert_close(result, expected, name="posterior")
        single = student.bayes(prior.astype(np.float32), likelihood.astype(np.float32))
        assert_close(single, expected, name="posterior", rtol=1e-3, atol=1e-4)


@points(1)
def test_bayes_of_a_rare_disease(student, rng):
    rate, sensitivity, false_alarms = rng.uniform([0.001, 0.9, 0.02], [0.01, 0.99, 0.08])
    prior = np.array([rate, 1 - rate])
    likelihood = np.array([[sensitivity, 1 - sensitivity], [false_alarms, 1 - false_alarms]])
    odds = rate / (1 - rate) * np.array([sensitivity / false_alarms, (1 - sensitivity) / (1 - false_alarms)])
    expected = np.array([odds / (1 + odds), 1 / (1 + odds)])
    cause = "a positive test of a rare disease is mostly a false alarm: the prior counts"
    assert_close(student.bayes(prior, likelihood), expected, name="posterior", cause=cause)


@points(1)
def test_entropy_of_several_distributions(student, rng):
    for shape, k in [((), 5), ((3,), 4), ((2, 3), 2), ((1,), 6)]:
        p = rng.dirichlet(np.full(k, 2.0), size=shape)
        with assert_unchanged(p):
            result = student.entropy(p)
        assert_close(result, special.entr(p).sum(axis=-1), name="entropy")
    single = p.astype(np.float32)
    assert_close(student.entropy(single), special.entr(p).sum(axis=-1), name="entropy", rtol=1e-4)


@points(1)
def test_entropy_between_certain_and_uniform(student, rng):
    k = int(rng.integers(3, 9))
    p = rng.dirichlet(np.full(k, 2.0))
    p[0] = 0
    rows = np.stack([np.full(k, 1 / k), np.eye(k)[1], p / p.sum()])
    cause = "0 · ln 0 is NaN in floating point; as the limit of p ln p it counts as 0"
    assert_close(student.entropy(rows), special.entr(rows).sum(axis=-1), name="entropy", cause=cause)


@points(1)
def test_kl_divergence_of_several_distributions(student, rng):
    for shape, k in [((), 5), ((3,), 4), ((2, 3), 2), ((1,), 6)]:
        p, q = rng.dirichlet(np.full(k, 3.0), size=(2, *shape))
        with assert_unchanged(p, q):
            result = student.kl_divergence(p, q)
        expected = special.rel_entr(p, q).sum(axis=-1)
        assert_close(result, expected, name="divergence")
    single = student.kl_divergence(p.astype(np.float32), q.astype(np.float32))
    assert_close(single, expected, name="divergence", rtol=1e-3, atol=1e-4)
    assert_close(student.kl_divergence(p, p), np.zeros(shape), name="divergence of p from itself")


@points(1)
def test_kl_divergence_with_zeros(student, rng):
    p, q = rng.dirichlet(np.full(5, 3.0), size=(2, 4))
    p[0, 2] = 0
    q[1, 3] = p[1, 3] = 0
    q[2, 1] = 0
    p, q = p / p.sum(axis=1, keepdims=True), q / q.sum(axis=1, keepdims=True)
    cause = "a term is 0 where p is 0, whatever q is, and infinite where only q is 0"
    assert_close(
        student.kl_divergence(p, q), special.rel_entr(p, q).sum(axis=-1), name="divergence", cause=cause
    )


@points(1)
def test_log_sum_exp_along_any_axis(student, rng):
    for shape, axis in [((3, 5), 1), ((4, 3), 0), ((2, 3, 4), 1), ((4, 1), 1), ((3, 1, 2), 2)]:
        a = rng.uniform(-4, 4, size=shape)
        with assert_unchanged(a):
            result = student.log_sum_exp(a, axis)
        assert_close(result, special.logsumexp(a, axis=axis), name="logarithm of the sum")
    a = rng.uniform(-4, 4, size=6)
    assert_close(student.log_sum_exp(a), special.logsumexp(a), name="logarithm of the sum")


@points(1)
def test_log_sum_exp_of_large_and_small_numbers(student, rng):
    for high, low in [(1000, -1000), (-2000, -40_000), (1e5, 3e3)]:
        a = np.stack([high + rng.normal(size=4), low + rng.normal(size=4)])
        cause = "exp overflows above 709 and is 0 below −745; each row needs a maximum of its own"
        expected = special.logsumexp(a, axis=1)
        assert_close(
            student.log_sum_exp(a, 1), expected, name="logarithm of the sum", rtol=1e-12, cause=cause
        )
    single = np.array([[90.0, 91.5], [-300.0, -301.5]], dtype=np.float32)
    expected = special.logsumexp(single.astype(float), axis=1)
    assert_close(student.log_sum_exp(single, 1), expected, name="logarithm of the sum", rtol=1e-4)
    a = rng.uniform(-3, 3, size=(3, 4))
    a[0, 1] = -np.inf
    a[2] = -np.inf
    expected = np.append(special.logsumexp(a[:2], axis=1), -np.inf)
    cause = "−inf is the logarithm of 0, and so is that of a sum of zeros; −inf − (−inf) is NaN"
    name = "logarithm of the sum, with zeros and of zeros alone"
    assert_close(student.log_sum_exp(a, 1), expected, name=name, cause=cause)


@hidden
@points(1)
def test_log_sum_exp_of_the_logarithm_of_zero(student, rng):
    a = rng.uniform(-3, 3, size=(3, 4)) + np.array([0, 1000, -2000, 5])
    a[1, 0] = a[0, 2] = a[2, 2] = -np.inf
    expected = special.logsumexp(a, axis=0)
    assert_close(student.log_sum_exp(a, 0), expected, name="logarithm of the sum")
    a[:, 3] = -np.inf
    expected[3] = -np.inf
    cause = "a sum of zeros has the logarithm −inf; −inf − (−inf) is NaN"
    assert_close(student.log_sum_exp(a, 0), expected, name="logarithm of the sum", cause=cause)
