"""Checks of losses.py: against PyTorch, by central differences, by invariants, with logits of ±1000."""

import numpy as np
import torch
from scipy import special
from torch.nn import functional

from course.testing import (
    assert_between,
    assert_close,
    assert_parts,
    assert_raises,
    assert_unchanged,
    hidden,
    points,
)

SIZES = [(6, 4), (1, 3), (5, 2), (3, 7)]


def batch(rng, n, classes):
    """Logits that are not centred, and labels of which the last class is not one."""
    return 2 * rng.normal(size=(n, classes)) + rng.normal(), rng.integers(0, classes - 1, size=n)


def with_autograd(loss, *arrays):
    """The value of a PyTorch loss and its gradient with respect to the first array."""
    first = torch.tensor(arrays[0], requires_grad=True)
    value = loss(first, *(torch.tensor(array) for array in arrays[1:]))
    value.backward()
    return value.item(), first.grad.numpy()


def central_differences(f, x, step=1e-6):
    """The gradient of a function of an array, entry by entry."""
    gradient = np.empty_like(x)
    for k in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[k] += step
        below[k] -= step
        gradient[k] = (f(above) - f(below)) / (2 * step)
    return gradient


def mean_cross_entropy(logits, labels):
    """By SciPy."""
    return -np.mean(special.log_softmax(logits, axis=1)[np.arange(len(labels)), labels])


@points(1)
def test_one_hot_of_labels(student, rng):
    for n, classes in [(5, 4), (1, 3), (7, 2), (3, 10)]:
        labels = rng.integers(0, classes - 1, size=n)  # the last class never occurs
        with assert_unchanged(labels):
            result = student.one_hot(labels, classes)
        expected = functional.one_hot(torch.tensor(labels), classes)
        assert_close(result, expected, name="array of rows")
    for wrong in (-1, 4, 7):
        labels = np.array([0, wrong, 3])
        with assert_raises(ValueError, cause="labels go from 0 to classes − 1: look at both ends first"):
            student.one_hot(labels, 4)


@points(1)
def test_cross_entropy_is_the_mean_over_the_batch(student, rng):
    for n, classes in SIZES:
        logits, labels = batch(rng, n, classes)
        with assert_unchanged(logits, labels):
            result = student.cross_entropy(logits, labels)
        expected, _ = with_autograd(functional.cross_entropy, logits, labels)
        assert_close(result, expected, name="mean cross-entropy")
        single = student.cross_entropy(logits.astype(np.float32), labels)
        assert_close(single, expected, rtol=1e-4, atol=1e-5, name="mean cross-entropy")
    unlikely = np.array([[22.0, 1.0, 0.0], [1.0, 2.0, 22.0]]) + rng.uniform(-0.5, 0.5, size=(2, 3))
    expected, _ = with_autograd(functional.cross_entropy, unlikely, np.array([1, 0]))
    assert_close(student.cross_entropy(unlikely, np.array([1, 0])), expected, name="loss of unlikely classes")
    equal = np.full((4, 5), rng.normal())
    assert_close(
        student.cross_entropy(equal, rng.integers(0, 5, size=4)), np.log(5), name="loss of equal logits"
    )


@points(1)
def test_cross_entropy_of_large_logits(student, rng):
    logits, labels = batch(rng, 4, 3)
    for offset in (1e3, -1e3):
        result = student.cross_entropy(logits + offset, labels)
        assert_close(result, mean_cross_entropy(logits, labels), name="loss of shifted logits")
    cause = "a wrong answer given with certainty costs 1000, not infinity, nor a number that was cut off"
    result = student.cross_entropy(np.array([[1000.0, 0.0, -1000.0], [0.0, 500.0, 0.0]]), np.array([1, 2]))
    assert_close(result, 750.0, name="mean cross-entropy", cause=cause)


@points(1)
def test_cross_entropy_gradient_agrees_with_autograd(student, rng):
    for n, classes in SIZES:
        logits, labels = batch(rng, n, classes)
        with assert_unchanged(logits, labels):
            result = student.cross_entropy_gradient(logits, labels)
        _, expected = with_autograd(functional.cross_entropy, logits, labels)
        assert_close(result, expected, name="gradient")
        single = student.cross_entropy_gradient(logits.astype(np.float32), labels)
        assert_close(single, expected, rtol=1e-3, atol=1e-4, name="gradient")


@hidden
@points(1)
def test_cross_entropy_gradient_by_central_differences_and_invariants(student, rng):
    for n, classes in [(4, 3), (1, 5)]:
        logits, labels = batch(rng, n, classes)
        result = student.cross_entropy_gradient(logits, labels)
        numerical = central_differences(lambda z, t=labels: mean_cross_entropy(z, t), logits)
        assert_close(result, numerical, rtol=1e-5, atol=1e-7, name="gradient")
        assert_close(np.asarray(result).sum(axis=1), np.zeros(n), name="sum of each row of the gradient")
        shifted = student.cross_entropy_gradient(logits + 1000, labels)
        assert_close(shifted, numerical, rtol=1e-5, atol=1e-7, name="gradient at logits plus 1000")


@points(1)
def test_squared_error_and_its_gradient(student, rng):
    for shape in [(5,), (4, 3), (1, 1), (2, 3, 2)]:
        prediction, target = rng.normal(size=shape) + 1, rng.normal(size=shape)
        with assert_unchanged(prediction, target):
            result = student.squared_error(prediction, target)
        loss, gradient = assert_parts(result, 2)
        expected, expected_gradient = with_autograd(functional.mse_loss, prediction, target)
        assert_close(loss, expected, name="loss")
        assert_close(gradient, expected_gradient, name="gradient")
        single = student.squared_error(prediction.astype(np.float32), target.astype(np.float32))
        assert_close(assert_parts(single, 2)[0], expected, rtol=1e-4, atol=1e-5, name="loss")
    for wrong in [(4,), (1, 4), (5, 1), (1,)]:
        with assert_raises(
            ValueError, cause="(4, 1) minus (4,) becomes (4, 4): compare the shapes, raise ValueError"
        ):
            student.squared_error(rng.normal(size=(4, 1)), rng.normal(size=wrong))


@points(0)
def test_binary_cross_entropy_and_its_gradient(student, rng):
    for n in (5, 1, 8):
        logits, targets = 2 * rng.normal(size=n) + 0.5, rng.uniform(0.1, 0.9, size=n)
        with assert_unchanged(logits, targets):
            result = student.binary_cross_entropy(logits, targets)
        loss, gradient = assert_parts(result, 2)
        expected = with_autograd(functional.binary_cross_entropy_with_logits, logits, targets)
        assert_close(loss, expected[0], name="loss")
        assert_close(gradient, expected[1], name="gradient")
    loss, gradient = assert_parts(
        student.binary_cross_entropy(np.array([1000.0, -800.0]), np.array([0.0, 1.0])), 2
    )
    assert_close(loss, 900.0, name="loss of logits that are certain and wrong")
    assert_close(gradient, [0.5, -0.5], name="gradient")


@points(0)
def test_weighted_cross_entropy_and_its_gradient(student, rng):
    for n, classes in [(6, 4), (1, 3), (5, 2), (9, 3)]:
        logits = 2 * rng.normal(size=(n, classes))
        labels, weights = rng.integers(0, classes, size=n), rng.uniform(0.2, 4, size=classes)
        with assert_unchanged(logits, labels, weights):
            result = student.weighted_cross_entropy(logits, labels, weights)
        loss, gradient = assert_parts(result, 2)
        expected = with_autograd(
            lambda z, t, w: functional.cross_entropy(z, t, weight=w), logits, labels, weights
        )
        assert_close(loss, expected[0], name="loss")
        assert_close(gradient, expected[1], name="gradient")
        equal = student.weighted_cross_entropy(logits, labels, np.full(classes, 7.0))
        assert_close(
            assert_parts(equal, 2)[0], mean_cross_entropy(logits, labels), name="loss with equal weights"
        )


@points(0)
def test_huber_and_its_gradient(student, rng):
    for shape, delta in [((7,), 0.8), ((4, 3), 1.5), ((1,), 0.3), ((9,), 1.0)]:
        prediction, target = 2 * rng.normal(size=shape), rng.normal(size=shape) + 0.5
        with assert_unchanged(prediction, target):
            result = student.huber(prediction, target, delta)
        loss, gradient = assert_parts(result, 2)
        expected = with_autograd(
            lambda p, t, d=delta: functional.huber_loss(p, t, delta=d), prediction, target
        )
        assert_close(loss, expected[0], name="loss")
        assert_close(gradient, expected[1], name="gradient")
    residual = np.array([-3.0, 0.25, 4.0])
    loss, gradient = assert_parts(student.huber(residual, np.zeros(3), 0.5), 2)
    assert_close(loss, (1.375 + 0.03125 + 1.875) / 3, name="loss")
    assert_close(gradient, np.array([-0.5, 0.25, 0.5]) / 3, name="gradient")


@points(0)
def test_hinge_and_its_gradient(student, rng):
    for n in (6, 1, 9):
        scores, labels = 2 * rng.normal(size=n), rng.choice([-1, 1], size=n)
        with assert_unchanged(scores, labels):
            result = student.hinge(scores, labels)
        loss, gradient = assert_parts(result, 2)
        expected = with_autograd(lambda s, t: torch.relu(1 - t * s).mean(), scores, labels)
        assert_close(loss, expected[0], name="loss")
        assert_close(gradient, expected[1], name="gradient")
    loss, gradient = assert_parts(student.hinge(np.array([0.5, -2.0, 3.0, -1.0]), np.array([1, 1, 1, -1])), 2)
    assert_close(loss, 3.5 / 4, name="loss")
    cause = "what is right by a margin of 1 costs nothing and pulls at nothing"
    assert_close(gradient, [-0.25, -0.25, 0.0, 0.0], name="gradient", cause=cause)


@points(0)
def test_kl_divergence_of_several_shapes(student, rng):
    for shape in [(4,), (3, 5), (1, 2), (2, 3, 4)]:
        p, q = special.softmax(rng.normal(size=(2, *shape)), axis=-1)
        with assert_unchanged(p, q):
            result = student.kl_divergence(p, q)
        assert_close(result, special.rel_entr(p, q).sum(axis=-1), name="divergence")
        assert_close(student.kl_divergence(p, p), np.zeros(shape[:-1]), name="divergence of p from itself")


@points(0)
def test_kl_divergence_with_zeros(student, rng):
    p, q = special.softmax(rng.normal(size=(2, 4)), axis=-1)
    assert_close(student.kl_divergence(p, q), special.rel_entr(p, q).sum(), name="divergence without zeros")
    certain = np.array([0.0, 1.0, 0.0, 0.0])
    cause = "0 · log 0 counts as 0 here"
    assert_close(
        student.kl_divergence(certain, q), -np.log(q[1]), name="divergence of one-hot p", cause=cause
    )
    p = np.array([0.0, 0.3, 0.7, 0.0])
    both = np.array([0.0, 0.6, 0.4, 0.0])
    expected = 0.3 * np.log(0.5) + 0.7 * np.log(1.75)
    assert_close(student.kl_divergence(p, both), expected, name="divergence where both are 0")
    impossible = np.array([0.5, 0.5, 0.0, 0.0])
    result = student.kl_divergence(p, impossible)
    cause = "what q holds for impossible happens: the divergence is infinite"
    assert_between(result, 1e300, np.inf, name="divergence where q alone is 0", cause=cause)
