"""Checks of pooling.py: against PyTorch, by central differences, and by what sums must be preserved."""

import numpy as np
import torch
from torch.nn import functional as F

from course.testing import assert_close, assert_unchanged, hidden, points

# batch, channels, image size, window, stride: step by step, disjoint, overlapping, with a remainder
POOLINGS = [
    (1, 1, (3, 5), (2, 3), (1, 1)),
    (4, 2, (5, 7), (2, 3), (1, 1)),
    (1, 4, (6, 6), (2, 2), (2, 2)),
    (2, 3, (7, 9), (3, 2), (2, 1)),
    (3, 2, (8, 5), (2, 3), (3, 1)),
]
LIMITS = [
    (2, 1, (3, 4), (3, 4), (1, 1)),
    (1, 2, (1, 5), (1, 2), (1, 3)),
    (2, 2, (4, 3), (1, 1), (2, 1)),
]


def distinct(rng, shape):
    """Numbers around −1 that are all at least 0.01 apart: no ties, and no kink within reach of a difference."""
    return rng.permutation(np.arange(np.prod(shape))).reshape(shape) * 0.01 + rng.uniform(-1.5, -1)


def told(b, c, kernel_size, stride):
    """How the windows lie, for the name of a result."""
    of = "" if b == c == 1 else " of several images and channels"
    steps = ", stride 1" if stride == (1, 1) else ", stride as large as the window"
    return of + (steps if stride in ((1, 1), kernel_size) else ", stride of its own")


def by_torch(function, x, kernel_size, stride):
    """Result of a pooling of PyTorch, in double precision."""
    return function(torch.tensor(x, dtype=torch.float64), kernel_size, stride).numpy()


def gradient_by_torch(function, grad, x, kernel_size, stride):
    """Gradient of a pooling by PyTorch, in double precision."""
    x = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    y = function(x, kernel_size, stride)
    return torch.autograd.grad(y, x, torch.tensor(grad, dtype=torch.float64))[0].numpy()


def draw_gradient(rng, x, kernel_size, stride):
    """A random gradient of the shape of the pooled x."""
    return rng.normal(size=by_torch(F.max_pool2d, x, kernel_size, stride).shape) + 0.5


def central_differences(f, x, h=1e-4):
    """Gradient of the number f(x) by every entry of x, the other entries staying as they are."""
    grad = np.empty_like(x)
    for index in np.ndindex(x.shape):
        plus, minus = x.copy(), x.copy()
        plus[index] += h
        minus[index] -= h
        grad[index] = (f(plus) - f(minus)) / (2 * h)
    return grad


def pool_by_loops(reduce, x, kernel_size, stride):
    """Pooling, window by window."""
    (b, c, h, w), (kh, kw), (sh, sw) = x.shape, kernel_size, stride
    y = np.empty((b, c, (h - kh) // sh + 1, (w - kw) // sw + 1))
    for n, channel, i, j in np.ndindex(y.shape):
        y[n, channel, i, j] = reduce(x[n, channel, i * sh : i * sh + kh, j * sw : j * sw + kw])
    return y


@points(1)
def test_max_pool2d_of_several_windows(student, rng):
    for b, c, size, *window in POOLINGS:
        x = rng.normal(size=(b, c, *size)) - 1
        with assert_unchanged(x):
            result = student.max_pool2d(x, *window)
        assert_close(result, by_torch(F.max_pool2d, x, *window), name=f"result{told(b, c, *window)}")


@hidden
@points(1)
def test_max_pool2d_at_the_limits(student, rng):
    for b, c, size, *window in LIMITS:
        x = -rng.uniform(1, 2, size=(b, c, *size))
        assert_close(student.max_pool2d(x, *window), by_torch(F.max_pool2d, x, *window))
        single = x.astype(np.float32)
        assert_close(student.max_pool2d(single, *window), by_torch(F.max_pool2d, single, *window))


@points(1)
def test_max_pool2d_backward_against_autograd(student, rng):
    for b, c, size, *window in [*POOLINGS, *LIMITS]:
        x = distinct(rng, (b, c, *size))
        grad = draw_gradient(rng, x, *window)
        with assert_unchanged(grad, x):
            result = student.max_pool2d_backward(grad, x, *window)
        name = f"gradient by x{told(b, c, *window)}"
        assert_close(result, gradient_by_torch(F.max_pool2d, grad, x, *window), name=name)
        single = grad.astype(np.float32), x.astype(np.float32)
        expected = gradient_by_torch(F.max_pool2d, *single, *window)
        assert_close(
            student.max_pool2d_backward(*single, *window),
            expected,
            rtol=1e-4,
            atol=1e-5,
            name="gradient by x",
        )
    x = np.full((1, 2, 4, 5), rng.uniform(-2, -1))  # what is left after a ReLU has such ties
    x[:, :, 2, 1] += 1
    grad = draw_gradient(rng, x, (2, 3), (2, 1))
    cause = "when several pixels of a window are largest, only the first of them receives the gradient"
    expected = gradient_by_torch(F.max_pool2d, grad, x, (2, 3), (2, 1))
    result = student.max_pool2d_backward(grad, x, (2, 3), (2, 1))
    assert_close(result, expected, name="gradient by x where pixels of a window are equal", cause=cause)


@points(1)
def test_max_pool2d_backward_by_central_differences(student, rng):
    x, window = distinct(rng, (2, 2, 5, 4)), ((3, 2), (1, 1))
    grad = draw_gradient(rng, x, *window)
    expected = central_differences(lambda v: np.sum(grad * pool_by_loops(np.max, v, *window)), x)
    assert_close(
        student.max_pool2d_backward(grad, x, *window), expected, rtol=1e-5, atol=1e-6, name="gradient by x"
    )


@hidden
@points(1)
def test_max_pool2d_backward_with_ties(student, rng):
    x = np.full((2, 2, 4, 6), rng.uniform(-2, -1))
    x[:, :, 1, 2] = x[:, :, 3, 1] = 1.5
    grad = rng.normal(size=(2, 2, 2, 3)) + 0.5
    result = student.max_pool2d_backward(grad, x, (2, 2), (2, 2))
    cause = "when several pixels of a window are largest, only the first of them receives the gradient"
    expected = gradient_by_torch(F.max_pool2d, grad, x, (2, 2), (2, 2))
    assert_close(result, expected, name="gradient by x", cause=cause)
    assert_close(np.sum(np.asarray(result)), grad.sum(), name="sum of the gradient by x", cause=cause)


@points(1)
def test_avg_pool2d_of_several_windows(student, rng):
    for b, c, size, *window in [*POOLINGS, *LIMITS]:
        x = rng.normal(size=(b, c, *size)) + 1
        with assert_unchanged(x):
            result = student.avg_pool2d(x, *window)
        assert_close(result, by_torch(F.avg_pool2d, x, *window), name=f"result{told(b, c, *window)}")
        single = x.astype(np.float32)
        assert_close(
            student.avg_pool2d(single, *window), by_torch(F.avg_pool2d, single, *window), rtol=1e-3, atol=1e-4
        )


@points(1)
def test_avg_pool2d_of_the_whole_image_is_the_mean_per_channel(student, rng):
    for b, c, h, w in [(2, 3, 4, 6), (1, 1, 3, 5), (3, 2, 1, 4)]:
        x = rng.normal(size=(b, c, h, w)) + 1
        result = student.avg_pool2d(x, (h, w), (1, 1))
        assert_close(result, x.mean(axis=(2, 3), keepdims=True), name="global average")


@points(1)
def test_avg_pool2d_backward_against_autograd(student, rng):
    for b, c, size, *window in [*POOLINGS, *LIMITS]:
        x = rng.normal(size=(b, c, *size))
        grad = draw_gradient(rng, x, *window)
        with assert_unchanged(grad, x):
            result = student.avg_pool2d_backward(grad, x, *window)
        name = f"gradient by x{told(b, c, *window)}"
        assert_close(result, gradient_by_torch(F.avg_pool2d, grad, x, *window), name=name)
        single = grad.astype(np.float32), x.astype(np.float32)
        expected = gradient_by_torch(F.avg_pool2d, *single, *window)
        assert_close(
            student.avg_pool2d_backward(*single, *window),
            expected,
            rtol=1e-3,
            atol=1e-4,
            name="gradient by x",
        )


@points(1)
def test_avg_pool2d_backward_is_the_adjoint(student, rng):
    x, window = rng.normal(size=(2, 2, 5, 4)) + 1, ((2, 3), (2, 1))
    grad = draw_gradient(rng, x, *window)
    result = np.asarray(student.avg_pool2d_backward(grad, x, *window))
    expected = central_differences(lambda v: np.sum(grad * pool_by_loops(np.mean, v, *window)), x)
    assert_close(result, expected, rtol=1e-5, atol=1e-6, name="gradient by x")
    inner = np.sum(pool_by_loops(np.mean, x, *window) * grad)
    assert_close(np.sum(result * x), inner, name="scalar product ⟨x, avg_pool2d_backward(g)⟩")
