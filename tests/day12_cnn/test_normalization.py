"""Checks of normalization.py: against PyTorch, by central differences, and by what normalising must not notice."""

import numpy as np
import torch
from torch.nn import functional as F

from course.testing import (
    assert_close,
    assert_parts,
    assert_raises,
    assert_shape,
    assert_unchanged,
    hidden,
    points,
)

SHAPES = [(7, 2), (4, 3, 2, 5), (2, 4, 3, 1), (1, 2, 3, 4), (3, 1, 2, 2)]
PARTS = ("result", "running mean", "running variance")


def told(shape):
    """What x is, for the name of a result."""
    return "features (b, c)" if len(shape) == 2 else "images (b, c, h, w)"


def draw_layer(rng, shape):
    """x with another mean and variance in every channel, γ and β, and running statistics."""
    c = shape[1]
    per_channel = (1, c, *(1 for _ in shape[2:]))
    x = rng.normal(size=shape) * rng.uniform(1, 3, size=per_channel) + 4 * rng.normal(size=per_channel)
    return x, rng.uniform(0.5, 2, size=c), rng.normal(size=c), rng.normal(size=c), rng.uniform(0.5, 2, size=c)


def by_torch(x, gamma, beta, mean, var, training, momentum=0.1, eps=1e-5):
    """Batch normalisation by PyTorch, in double precision: result, running mean, running variance."""
    x, gamma, beta, mean, var = (torch.tensor(a, dtype=torch.float64) for a in (x, gamma, beta, mean, var))
    y = F.batch_norm(x, mean, var, gamma, beta, training, momentum, eps)
    return [a.numpy() for a in (y, mean, var)]


def draw_plain_layer(rng, shape):
    """As draw_layer does, but with γ = 1 and β = 0."""
    x, _, _, mean, var = draw_layer(rng, shape)
    return x, np.ones(shape[1]), np.zeros(shape[1]), mean, var


@points(1)
def test_batch_norm_in_training(student, rng):
    for shape, eps, which in (
        ((5, 1), 1e-9, "of one channel with γ = 1, β = 0"),
        ((6, 2), 1e-9, "of two channels with γ = 1, β = 0"),
        ((6, 2), 0.3, "with γ = 1, β = 0 and ε = 0.3"),
    ):
        layer = draw_plain_layer(rng, shape)
        result, *_ = assert_parts(student.batch_norm(*layer, True, 0.3, eps), 3)
        expected, *_ = by_torch(*layer, True, 0.3, eps)
        assert_close(result, expected, name=f"result {which}")
    for shape in SHAPES:
        layer = draw_layer(rng, shape)
        momentum, eps = rng.uniform(0.2, 0.4), rng.uniform(0.05, 0.2)
        with assert_unchanged(*layer):
            result = student.batch_norm(*layer, True, momentum, eps)
        for name, got, expected in zip(
            PARTS, assert_parts(result, 3), by_torch(*layer, True, momentum, eps), strict=True
        ):
            assert_close(got, expected, name=f"{name} of {told(shape)}")
    with assert_raises(ValueError, cause="one value per channel has no variance: raise ValueError"):
        student.batch_norm(*draw_layer(rng, (1, 4)), True)


@points(1)
def test_batch_norm_in_evaluation(student, rng):
    for shape in [*SHAPES, (1, 3), (1, 2, 1, 1)]:
        layer = draw_layer(rng, shape)
        with assert_unchanged(*layer):
            result = student.batch_norm(*layer, False, 0.3)
        for name, got, expected in zip(
            PARTS, assert_parts(result, 3), by_torch(*layer, False, 0.3), strict=True
        ):
            assert_close(got, expected, name=f"{name} of {told(shape)} in evaluation")


@hidden
@points(1)
def test_batch_norm_does_not_notice_another_unit(student, rng):
    for shape in SHAPES[:3]:
        x, gamma, beta, mean, var = draw_layer(rng, shape)
        axes = (0, *range(2, x.ndim))
        a, b = rng.uniform(2, 5), rng.normal()
        here, _, _ = assert_parts(student.batch_norm(x, gamma, beta, mean, var, True, 0.1, 1e-12), 3)
        there, _, _ = assert_parts(student.batch_norm(a * x + b, gamma, beta, mean, var, True, 0.1, 1e-12), 3)
        assert_close(np.mean(np.asarray(here), axis=axes), beta, name="mean of the result per channel")
        assert_close(
            np.std(np.asarray(here), axis=axes), gamma, name="standard deviation of the result per channel"
        )
        assert_close(there, here, rtol=1e-5, atol=1e-6, name="result for a x + b")
    layer = [a.astype(np.float32) for a in draw_layer(rng, (2, 3, 1, 4))]
    parts = assert_parts(student.batch_norm(*layer, True, 0.4), 3)
    for name, got, expected in zip(PARTS, parts, by_torch(*layer, True, 0.4), strict=True):
        assert_close(got, expected, rtol=2e-4, atol=2e-4, name=f"{name} in single precision")
    for shape in [(1, 3), (1, 2, 1, 1)]:
        with assert_raises(ValueError, cause="one value per channel has no variance: raise ValueError"):
            student.batch_norm(*draw_layer(rng, shape), True)


def gradient_by_torch(grad, x, gamma, eps=1e-5):
    """Gradients of batch normalisation in training by PyTorch, in double precision."""
    x, gamma = (torch.tensor(a, dtype=torch.float64, requires_grad=True) for a in (x, gamma))
    beta = torch.zeros(len(gamma), dtype=torch.float64, requires_grad=True)
    y = F.batch_norm(x, None, None, gamma, beta, training=True, eps=eps)
    grads = torch.autograd.grad(y, (x, gamma, beta), torch.tensor(grad, dtype=torch.float64))
    return [g.numpy() for g in grads]


@points(2)
def test_batch_norm_backward_against_autograd(student, rng):
    for shape, eps, which in (
        ((5, 1), 1e-9, "with γ = 1"),
        ((5, 1), 0.3, "with γ = 1 and ε = 0.3"),
    ):
        x, gamma, *_ = draw_plain_layer(rng, shape)
        grad = rng.normal(size=shape) + 0.5
        parts = assert_parts(student.batch_norm_backward(grad, x, gamma, eps), 3)
        answers = zip(("x", "gamma", "beta"), parts, gradient_by_torch(grad, x, gamma, eps), strict=True)
        for name, got, expected in [*answers][::-1]:  # dx needs the sums that the others are
            assert_close(got, expected, name=f"gradient by {name} of one channel {which}")
    for shape in SHAPES:
        x, gamma, *_ = draw_layer(rng, shape)
        grad, eps = rng.normal(size=shape) + 0.5, rng.uniform(0.05, 0.2)
        with assert_unchanged(grad, x, gamma):
            result = student.batch_norm_backward(grad, x, gamma, eps)
        parts = assert_parts(result, 3)
        answers = zip(("x", "gamma", "beta"), parts, gradient_by_torch(grad, x, gamma, eps), strict=True)
        for name, got, expected in [*answers][::-1]:  # dx needs the sums that the others are
            assert_close(got, expected, name=f"gradient by {name} of {told(shape)}")


def normalise(x, gamma, beta):
    """Batch normalisation of (b, c), column by column."""
    columns = [
        g * (v - v.mean()) / np.sqrt(v.var() + 1e-5) + b for v, g, b in zip(x.T, gamma, beta, strict=True)
    ]
    return np.array(columns).T


@points(1)
def test_batch_norm_backward_by_central_differences(student, rng):
    x, gamma, beta, *_ = draw_layer(rng, (5, 3))
    grad, h = rng.normal(size=x.shape), 1e-5
    parts = assert_parts(student.batch_norm_backward(grad, x, gamma), 3)
    for name, at, got in zip(("x", "gamma", "beta"), (x, gamma, beta), parts, strict=True):
        expected = np.empty_like(at)
        for index in np.ndindex(at.shape):
            value = at[index]
            at[index] = value + h
            above = np.sum(grad * normalise(x, gamma, beta))
            at[index] = value - h
            expected[index] = (above - np.sum(grad * normalise(x, gamma, beta))) / (2 * h)
            at[index] = value
        assert_close(got, expected, rtol=1e-4, atol=1e-5, name=f"gradient by {name}")


@hidden
@points(1)
def test_batch_norm_backward_is_blind_to_shifts_and_scales(student, rng):
    for shape in [(6, 2, 3, 4), (9, 3), (1, 2, 5, 3)]:
        x, gamma, *_ = draw_layer(rng, shape)
        grad, axes = rng.normal(size=shape) + 1, (0, *range(2, x.ndim))
        dx, dgamma, dbeta = assert_parts(student.batch_norm_backward(grad, x, gamma, 1e-12), 3)
        assert_shape(dx, shape, name="gradient by x")
        cause = "adding a number to a channel, or multiplying it, does not change the result, so dx cannot point there"
        zeros = np.zeros(shape[1])
        assert_close(
            np.sum(np.asarray(dx), axis=axes), zeros, atol=1e-7, name="sum of dx per channel", cause=cause
        )
        product = np.sum(np.asarray(dx) * x, axis=axes)
        assert_close(product, zeros, atol=1e-6, name="scalar product ⟨dx, x⟩ per channel", cause=cause)
        expected = gradient_by_torch(grad, x, gamma, 1e-12)
        for name, got, want in zip(("x", "gamma", "beta"), (dx, dgamma, dbeta), expected, strict=True):
            assert_close(got, want, name=f"gradient by {name}")
        single = [a.astype(np.float32) for a in (grad, x, gamma)]
        parts = assert_parts(student.batch_norm_backward(*single), 3)
        for name, got, want in zip(("x", "gamma", "beta"), parts, gradient_by_torch(*single), strict=True):
            assert_close(got, want, rtol=1e-3, atol=1e-3, name=f"gradient by {name} in single precision")


@points(0)
def test_group_norm_of_several_groups(student, rng):
    for (b, c, h, w), groups in [((2, 6, 3, 4), 3), ((3, 4, 2, 3), 1), ((1, 3, 4, 2), 3), ((2, 4, 1, 5), 2)]:
        x, gamma, beta, *_ = draw_layer(rng, (b, c, h, w))
        eps = rng.uniform(0.05, 0.2)
        with assert_unchanged(x, gamma, beta):
            result = student.group_norm(x, groups, gamma, beta, eps)
        expected = F.group_norm(torch.tensor(x), groups, torch.tensor(gamma), torch.tensor(beta), eps).numpy()
        assert_close(result, expected)


@hidden
@points(0)
def test_group_norm_of_groups_that_do_not_divide(student, rng):
    x, gamma, beta, *_ = draw_layer(rng, (2, 6, 3, 2))
    one = F.layer_norm(torch.tensor(x), x.shape[1:]).numpy()
    result = student.group_norm(x, 1, np.ones(6), np.zeros(6))
    assert_close(result, one, name="result with one group, layer normalisation")
    for groups in (4, 5):
        with assert_raises(ValueError, cause="groups must be of one size: raise ValueError"):
            student.group_norm(x, groups, gamma, beta)
