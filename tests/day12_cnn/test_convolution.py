"""Checks of convolution.py: against PyTorch, by central differences of plain loops, and by the adjoint identity."""

import numpy as np
import torch
from scipy import signal
from torch.nn import functional as F

from course.testing import (
    assert_close,
    assert_dtype,
    assert_parts,
    assert_shape,
    assert_unchanged,
    hidden,
    points,
)

# batch, channels, filters, image size, kernel size, stride, padding, dilation: one after the other, so that the first
# call that fails tells what is not minded, then all together
LAYERS = [
    (1, 1, 1, (3, 4), (2, 3), (1, 1), (0, 0), (1, 1)),
    (1, 3, 1, (4, 3), (2, 2), (1, 1), (0, 0), (1, 1)),
    (1, 2, 3, (3, 5), (2, 2), (1, 1), (0, 0), (1, 1)),
    (5, 2, 3, (7, 6), (2, 3), (1, 1), (0, 0), (1, 1)),
    (4, 2, 3, (8, 7), (3, 2), (2, 3), (0, 0), (1, 1)),
    (2, 3, 4, (5, 4), (2, 3), (1, 1), (1, 2), (1, 1)),
    (3, 2, 4, (7, 8), (2, 3), (1, 1), (0, 0), (3, 2)),
    (2, 3, 4, (9, 7), (3, 2), (2, 1), (2, 3), (1, 2)),
    (3, 2, 5, (6, 8), (2, 4), (1, 3), (0, 2), (2, 1)),
]
LIMITS = [
    (1, 1, 1, (4, 5), (4, 5), (1, 1), (0, 0), (1, 1)),
    (2, 3, 1, (1, 7), (1, 3), (1, 2), (0, 1), (1, 1)),
    (1, 2, 4, (5, 3), (1, 1), (3, 2), (2, 0), (1, 1)),
    (3, 1, 2, (3, 4), (2, 2), (3, 3), (0, 0), (1, 1)),
]


def told(b, c, f, *geometry):
    """What a layer has beyond the plain one of one image, one channel and one filter, for the name of a result."""
    plain = ("stride", (1, 1)), ("padding", (0, 0)), ("dilation", (1, 1))
    words = [word for (word, usual), pair in zip(plain, geometry, strict=False) if pair != usual]
    counts = [f"{n} {word}s" for n, word in ((b, "image"), (c, "channel"), (f, "filter")) if n > 1]
    of = f" of {' and '.join(counts)}" if counts else " of one image, channel and filter"
    return of + (f" with {' and '.join(words)}" if words else "")


def unfold(x, kernel_size, stride, padding, dilation):
    """Columns by PyTorch."""
    return F.unfold(torch.tensor(x), kernel_size, dilation, padding, stride).numpy()


def convolution(x, weight, bias, stride, padding, dilation):
    """A convolution by PyTorch, in double precision."""
    x, weight, bias = (None if a is None else torch.tensor(a, dtype=torch.float64) for a in (x, weight, bias))
    return F.conv2d(x, weight, bias, stride, padding, dilation).numpy()


def central_differences(f, x, h=1e-5):
    """Gradient of the number f(x) by every entry of x, the other entries staying as they are."""
    grad = np.empty_like(x)
    for index in np.ndindex(x.shape):
        plus, minus = x.copy(), x.copy()
        plus[index] += h
        minus[index] -= h
        grad[index] = (f(plus) - f(minus)) / (2 * h)
    return grad


@points(1)
def test_im2col_of_several_layers(student, rng):
    for b, c, _, size, *geometry in LAYERS:
        x = rng.normal(size=(b, c, *size)) + 1
        with assert_unchanged(x):
            result = student.im2col(x, *geometry)
        assert_close(result, unfold(x, *geometry), name=f"matrix of columns{told(b, c, 1, *geometry[1:])}")
    for b, c, size, kernel_size in [(2, 3, (5, 4), (2, 3)), (1, 1, (3, 4), (3, 4)), (2, 2, (1, 5), (1, 2))]:
        x = (rng.normal(size=(b, c, *size)) + 1).astype(np.float32)
        expected = unfold(x, kernel_size, (1, 1), (0, 0), (1, 1))
        result = student.im2col(x, kernel_size)
        assert_close(result, expected, name="matrix of columns")
        assert_dtype(result, np.float32, name="matrix of columns")


@points(1)
def test_col2im_of_several_layers(student, rng):
    for b, c, _, size, *geometry in LAYERS:
        kernel_size, stride, padding, dilation = geometry
        columns = rng.normal(size=unfold(np.zeros((b, c, *size)), *geometry).shape) + 1
        with assert_unchanged(columns):
            result = student.col2im(columns, size, *geometry)
        expected = F.fold(torch.tensor(columns), size, kernel_size, dilation, padding, stride).numpy()
        assert_close(result, expected, name=f"result{told(b, c, 1, *geometry[1:])}")


@points(1)
def test_col2im_is_the_adjoint_of_im2col(student, rng):
    for b, c, _, size, *geometry in [*LAYERS, *LIMITS]:
        x = rng.normal(size=(b, c, *size))
        columns = unfold(x, *geometry)
        weights = rng.normal(size=columns.shape)
        images = student.col2im(weights, size, *geometry)
        assert_shape(images, x.shape, name="batch of images")
        cause = "every entry of the columns is added to exactly the pixel that im2col read it from"
        inner = np.sum(np.asarray(images) * x)
        assert_close(inner, np.sum(columns * weights), name="scalar product ⟨x, col2im(c)⟩", cause=cause)


@points(1)
def test_conv2d_of_several_layers(student, rng):
    for b, c, f, size, kernel_size, *geometry in LAYERS:
        x, weight = rng.normal(size=(b, c, *size)) + 1, rng.normal(size=(f, c, *kernel_size))
        bias = rng.normal(size=f)
        which = told(b, c, f, *geometry)
        if geometry == [(1, 1), (0, 0), (1, 1)]:
            plain = student.conv2d(x, weight)
            assert_close(
                plain, convolution(x, weight, None, *geometry), name=f"result{which}, without a bias"
            )
        with assert_unchanged(x, weight, bias):
            result = student.conv2d(x, weight, bias, *geometry)
        assert_close(result, convolution(x, weight, bias, *geometry), name=f"result{which}, with a bias")


@points(1)
def test_conv2d_of_one_filter_is_a_sum_of_correlations(student, rng):
    x, weight = rng.normal(size=(2, 3, 6, 5)), rng.normal(size=(1, 3, 2, 3))
    expected = [
        [sum(signal.correlate2d(a, k, "valid") for a, k in zip(image, weight[0], strict=True))] for image in x
    ]
    assert_close(student.conv2d(x, weight), np.array(expected))


@hidden
@points(1)
def test_conv2d_at_the_limits(student, rng):
    for b, c, f, size, kernel_size, *geometry in LIMITS:
        x, weight = rng.normal(size=(b, c, *size)) + 1, rng.normal(size=(f, c, *kernel_size))
        bias = rng.normal(size=f)
        assert_close(student.conv2d(x, weight, bias, *geometry), convolution(x, weight, bias, *geometry))
        assert_close(student.conv2d(x, weight, None, *geometry), convolution(x, weight, None, *geometry))
        single = [a.astype(np.float32) for a in (x, weight, bias)]
        expected = convolution(*single, *geometry)
        assert_close(student.conv2d(*single, *geometry), expected, rtol=1e-3, atol=1e-4)


def autograd(grad, x, weight, stride, padding, dilation):
    """Gradients of a convolution by PyTorch, in double precision."""
    f = weight.shape[0]
    x, weight = (torch.tensor(a, dtype=torch.float64, requires_grad=True) for a in (x, weight))
    bias = torch.zeros(f, dtype=torch.float64, requires_grad=True)
    y = F.conv2d(x, weight, bias, stride, padding, dilation)
    grads = torch.autograd.grad(y, (x, weight, bias), torch.tensor(grad, dtype=torch.float64))
    return [g.numpy() for g in grads]


def draw_layer(rng, b, c, f, size, kernel_size, stride, padding, dilation):
    """Random images, weights and a gradient of the right shape."""
    x, weight = rng.normal(size=(b, c, *size)) + 0.5, rng.normal(size=(f, c, *kernel_size))
    y = convolution(x, weight, None, stride, padding, dilation)
    return rng.normal(size=y.shape) + 0.5, x, weight


@points(2)
def test_conv2d_backward_against_autograd(student, rng):
    for layer in LAYERS:
        geometry = layer[5:]
        arguments = draw_layer(rng, *layer)
        with assert_unchanged(*arguments):
            result = student.conv2d_backward(*arguments, *geometry)
        parts = assert_parts(result, 3)
        for name, got, expected in zip(
            ("x", "weight", "bias"), parts, autograd(*arguments, *geometry), strict=True
        ):
            assert_close(got, expected, name=f"gradient by {name}{told(*layer[:3], *geometry)}")


def correlate_by_loops(x, weight, bias, stride):
    """A convolution without padding, entry by entry."""
    (b, _, h, w), (f, _, kh, kw) = x.shape, weight.shape
    y = np.empty((b, f, (h - kh) // stride[0] + 1, (w - kw) // stride[1] + 1))
    for n, g, i, j in np.ndindex(y.shape):
        window = x[n, :, i * stride[0] : i * stride[0] + kh, j * stride[1] : j * stride[1] + kw]
        y[n, g, i, j] = np.sum(window * weight[g]) + bias[g]
    return y


@points(1)
def test_conv2d_backward_by_central_differences(student, rng):
    x, weight, bias = rng.normal(size=(2, 2, 4, 5)), rng.normal(size=(3, 2, 2, 3)), rng.normal(size=3)
    stride = (2, 1)
    grad = rng.normal(size=correlate_by_loops(x, weight, bias, stride).shape)
    parts = assert_parts(student.conv2d_backward(grad, x, weight, stride), 3)
    losses = {
        "x": lambda v: np.sum(grad * correlate_by_loops(v, weight, bias, stride)),
        "weight": lambda v: np.sum(grad * correlate_by_loops(x, v, bias, stride)),
        "bias": lambda v: np.sum(grad * correlate_by_loops(x, weight, v, stride)),
    }
    for (name, loss), at, got in zip(losses.items(), (x, weight, bias), parts, strict=True):
        expected = central_differences(loss, at)
        assert_close(got, expected, rtol=1e-5, atol=1e-6, name=f"gradient by {name}")


@hidden
@points(1)
def test_conv2d_backward_satisfies_the_adjoint_identity(student, rng):
    for layer in [*LIMITS, *LAYERS]:
        geometry = layer[5:]
        grad, x, weight = draw_layer(rng, *layer)
        dx, dweight, dbias = assert_parts(student.conv2d_backward(grad, x, weight, *geometry), 3)
        inner = np.sum(grad * convolution(x, weight, None, *geometry))
        assert_shape(dx, x.shape, name="gradient by x")
        assert_shape(dweight, weight.shape, name="gradient by weight")
        cause = (
            "y is linear in x and in the weights, so ⟨y, g⟩ = ⟨x, dx⟩ = ⟨weight, dweight⟩ without the bias"
        )
        assert_close(np.sum(np.asarray(dx) * x), inner, name="scalar product ⟨x, dx⟩", cause=cause)
        assert_close(
            np.sum(np.asarray(dweight) * weight), inner, name="scalar product ⟨weight, dweight⟩", cause=cause
        )
        assert_close(dbias, grad.sum(axis=(0, 2, 3)), name="gradient by bias")
        single = [a.astype(np.float32) for a in (grad, x, weight)]
        parts = assert_parts(student.conv2d_backward(*single, *geometry), 3)
        for name, got, expected in zip(
            ("x", "weight", "bias"), parts, autograd(*single, *geometry), strict=True
        ):
            assert_close(got, expected, rtol=1e-3, atol=1e-3, name=f"gradient by {name} in single precision")


@points(1)
def test_conv1d_of_several_layers(student, rng):
    for b, c, f, n, k, stride, padding, dilation in [
        (4, 3, 2, 9, 5, 1, 0, 1),
        (3, 2, 4, 11, 3, 3, 0, 1),
        (2, 4, 3, 7, 3, 1, 2, 1),
        (2, 3, 4, 11, 3, 2, 2, 3),
        (3, 1, 2, 8, 4, 1, 0, 1),
        (1, 2, 1, 5, 5, 3, 1, 1),
    ]:
        x, weight, bias = rng.normal(size=(b, c, n)) + 1, rng.normal(size=(f, c, k)), rng.normal(size=f)
        if (stride, padding, dilation) == (1, 0, 1):
            expected = F.conv1d(torch.tensor(x), torch.tensor(weight)).numpy()
            assert_close(student.conv1d(x, weight), expected, name="result without a bias")
        with assert_unchanged(x, weight, bias):
            result = student.conv1d(x, weight, bias, stride, padding, dilation)
        expected = F.conv1d(*(torch.tensor(a) for a in (x, weight, bias)), stride, padding, dilation).numpy()
        words = [
            word
            for word, n in (("stride", stride - 1), ("padding", padding), ("dilation", dilation - 1))
            if n
        ]
        assert_close(result, expected, name=f"result with {' and '.join(['bias', *words])}")
    for n, k in [(9, 4), (3, 3), (6, 1)]:
        x, kernel = rng.normal(size=n) + 1, rng.normal(size=k)
        result = student.conv1d(x[None, None], kernel[None, None])
        assert_close(result, np.correlate(x, kernel, "valid")[None, None])
        single = student.conv1d(x[None, None].astype(np.float32), kernel[None, None].astype(np.float32))
        assert_close(single, np.correlate(x, kernel, "valid")[None, None], rtol=1e-3, atol=1e-4)


@points(0)
def test_conv_transpose2d_of_several_layers(student, rng):
    for b, c, f, size, kernel_size, stride, padding, _ in LAYERS:
        x, weight, bias = (
            rng.normal(size=(b, f, *size)),
            rng.normal(size=(f, c, *kernel_size)),
            rng.normal(size=c),
        )
        with assert_unchanged(x, weight, bias):
            result = student.conv_transpose2d(x, weight, bias, stride, padding)
        tensors = [torch.tensor(a) for a in (x, weight, bias)]
        expected = F.conv_transpose2d(*tensors, stride, padding).numpy()
        assert_close(result, expected, name=f"result{told(b, c, f, stride, padding)}")


@hidden
@points(0)
def test_conv_transpose2d_is_the_adjoint_of_the_convolution(student, rng):
    for b, c, f, kernel_size, stride, padding in [
        (2, 3, 4, (3, 2), (2, 1), (1, 0)),
        (1, 1, 2, (2, 4), (1, 3), (0, 2)),
    ]:
        x, weight = rng.normal(size=(b, f, 4, 5)), rng.normal(size=(f, c, *kernel_size))
        result = student.conv_transpose2d(x, weight, None, stride, padding)
        z = rng.normal(size=np.shape(result))
        inner = np.sum(convolution(z, weight, None, stride, padding, (1, 1)) * x)
        assert_close(np.sum(np.asarray(result) * z), inner, name="scalar product ⟨z, conv_transpose2d(x)⟩")
