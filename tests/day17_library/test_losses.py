"""Checks of losses.py against PyTorch: values, gradients, and what is left when numbers are large."""

import numpy as np
import torch
from torch.nn import functional as F

from course.testing import (
    assert_close,
    assert_dtype,
    assert_finite,
    assert_parts,
    assert_raises,
    assert_unchanged,
    hidden,
    points,
)

FACTOR = 1.5


def lost(module, name, factor, logits, *settings, **more):
    """The loss, and the gradient of some multiple of it by the logits."""
    from day17_library.engine import Tensor

    leaf = Tensor(logits)
    loss = getattr(module, name)(leaf, *settings, **more)
    (loss * factor).backward()
    return loss.data, leaf.grad


def by_torch(f, logits):
    leaf = torch.tensor(logits, requires_grad=True)
    loss = f(leaf)
    (gradient,) = torch.autograd.grad(FACTOR * loss, leaf)
    return loss.detach().numpy(), gradient.numpy()


def assert_cross_entropy(student, rng, shape, cause="", dtype=np.float64, spread=2.0, **more):
    """Labels are drawn, and some are left out where that is asked for."""
    logits = (spread * rng.normal(size=shape) + 0.3).astype(dtype)
    labels = rng.integers(0, shape[-1], size=shape[:-1])
    ignored = more.get("ignore")
    if ignored is not None:
        labels[rng.random(labels.shape) < 0.4] = ignored
        labels.flat[0], labels.flat[-1] = ignored, shape[-1] - 1
    with assert_unchanged(logits, labels):
        loss, gradient = assert_parts(student.run(lost, "cross_entropy", FACTOR, logits, labels, **more), 2)

    def f(z):
        left_out = -100 if ignored is None else ignored
        flat, targets = z.reshape(-1, shape[-1]), torch.tensor(labels).reshape(-1)
        return F.cross_entropy(
            flat, targets, ignore_index=left_out, label_smoothing=more.get("smoothing", 0.0)
        )

    expected, right = by_torch(f, logits)
    single = dtype == np.float32
    assert_finite(loss, name="loss")
    assert_close(loss, expected, name="loss", cause=cause, rtol=1e-4 if single else 1e-6)
    assert_close(
        gradient,
        right,
        name="gradient of 1.5 · loss by the logits",
        cause=cause,
        atol=1e-5 if single else 1e-8,
    )
    if single:
        assert_dtype(loss, np.float32, name="loss")
        assert_dtype(gradient, np.float32, name="gradient of 1.5 · loss by the logits")


@points(1)
def test_cross_entropy_of_any_number_of_axes(student, rng):
    for shape in [(5, 3), (1, 4), (2, 3, 4), (2, 1, 3, 2)]:
        assert_cross_entropy(student, rng, shape, "the mean is over all places")
    assert_cross_entropy(student, rng, (4, 3), dtype=np.float32)
    for shape in [(4, 3), (2, 2, 5)]:
        assert_cross_entropy(student, rng, shape, "log softmax, not the logarithm of a softmax", spread=900.0)


@points(1)
def test_cross_entropy_with_smoothing(student, rng):
    for shape, smoothing in [((5, 3), 0.1), ((2, 3, 4), 0.3), ((3, 2), 0.6)]:
        assert_cross_entropy(
            student,
            rng,
            shape,
            "the share s is spread over all classes, the right one too",
            smoothing=smoothing,
        )


@points(1)
def test_cross_entropy_leaves_places_out(student, rng):
    for shape, ignore in [((6, 3), -1), ((2, 4, 3), 0), ((3, 3, 2), 99), ((7, 5), -100)]:
        assert_cross_entropy(student, rng, shape, "the mean is over the places that count", ignore=ignore)
    assert_cross_entropy(student, rng, (8, 4), "both at once", smoothing=0.3, ignore=-7)
    with assert_raises(ValueError):
        student.run(lost, "cross_entropy", FACTOR, rng.normal(size=(3, 2)), np.full(3, -1), ignore=-1)


@hidden
@points(1)
def test_cross_entropy_with_smoothing_and_padding(student, rng):
    for shape, smoothing, ignore in [((6, 3), 0.2, -1), ((2, 5, 4), 0.4, 2), ((4, 2, 3), 0.1, 17)]:
        assert_cross_entropy(student, rng, shape, smoothing=smoothing, ignore=ignore)


def binary(targets):
    return lambda z: F.binary_cross_entropy_with_logits(z, torch.tensor(targets))


@points(0)
def test_binary_cross_entropy_of_any_size(student, rng):
    for shape, spread in [((4,), 2.0), ((3, 2), 3.0), ((2, 2, 3), 1.0), ((6,), 900.0)]:
        logits, targets = spread * rng.normal(size=shape), rng.random(shape)
        targets[rng.random(shape) < 0.4] = 1.0
        with assert_unchanged(logits, targets):
            loss, gradient = assert_parts(
                student.run(lost, "binary_cross_entropy", FACTOR, logits, targets), 2
            )
        expected, right = by_torch(binary(targets), logits)
        assert_finite(loss, name="loss")
        assert_close(loss, expected, name="loss", cause="the mean is over all entries")
        assert_close(gradient, right, name="gradient of 1.5 · loss by the logits")
    logits, targets = rng.normal(size=(3, 2)).astype(np.float32), rng.random((3, 2))
    loss, gradient = assert_parts(student.run(lost, "binary_cross_entropy", FACTOR, logits, targets), 2)
    expected, _ = by_torch(binary(targets.astype(np.float32)), logits)
    assert_close(loss, expected, name="loss", rtol=1e-4)
    assert_dtype(loss, np.float32, name="loss")
    assert_dtype(gradient, np.float32, name="gradient of 1.5 · loss by the logits")
