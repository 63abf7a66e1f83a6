"""Answers to layers.py: wrong ones with what went wrong, and right ones in another style."""

import math

import numpy as np
from scipy.special import erf, expit
from scipy.stats import norm

from course.testing import misconception, variant
from day17_library.engine import Tensor, as_tensor
from day17_library.layers import im2col
from day17_library.modules import Module, Parameter


@misconception(
    "Linear",
    "The variance of the weights is 1 / inputs (Glorot's, for tanh). ReLU halves what passes: √(2 / inputs).",
)
class HalfTheVariance(Module):
    def __init__(self, inputs, outputs, rng):
        self.weight = Parameter(rng.normal(size=(inputs, outputs)) / np.sqrt(inputs))
        self.bias = Parameter(np.zeros(outputs))

    def forward(self, x):
        return as_tensor(x) @ self.weight + self.bias


@misconception("Linear", "2 / inputs is the variance of the weights; their standard deviation is its root.")
class VarianceAsDeviation(Module):
    def __init__(self, inputs, outputs, rng):
        self.weight = Parameter(rng.normal(size=(inputs, outputs)) * 2 / inputs)
        self.bias = Parameter(np.zeros(outputs))

    def forward(self, x):
        return as_tensor(x) @ self.weight + self.bias


@misconception(
    "Linear", "The weights are scaled by the number of outputs. What counts is how many numbers come in."
)
class ByTheOutputs(Module):
    def __init__(self, inputs, outputs, rng):
        self.weight = Parameter(rng.normal(size=(inputs, outputs)) * np.sqrt(2 / outputs))
        self.bias = Parameter(np.zeros(outputs))

    def forward(self, x):
        return as_tensor(x) @ self.weight + self.bias


@misconception("Linear", "The biases are drawn at random. They begin at 0.")
class RandomBiases(Module):
    def __init__(self, inputs, outputs, rng):
        self.weight = Parameter(rng.normal(size=(inputs, outputs)) * np.sqrt(2 / inputs))
        self.bias = Parameter(rng.normal(size=outputs) * np.sqrt(2 / inputs))

    def forward(self, x):
        return as_tensor(x) @ self.weight + self.bias


@misconception("Linear", "The bias is missing: forward has to add it to the product.")
class WithoutBias(Module):
    def __init__(self, inputs, outputs, rng):
        self.weight = Parameter(rng.normal(size=(inputs, outputs)) * np.sqrt(2 / inputs))
        self.bias = Parameter(np.zeros(outputs))

    def forward(self, x):
        return as_tensor(x) @ self.weight


@misconception(
    "Linear",
    "`np.random` is a generator that all programs share, and nobody can repeat what it drew. Draw from `rng`.",
)
class GlobalGenerator(Module):
    def __init__(self, inputs, outputs, rng):
        self.weight = Parameter(np.random.normal(size=(inputs, outputs)) * np.sqrt(2 / inputs))
        self.bias = Parameter(np.zeros(outputs))

    def forward(self, x):
        return as_tensor(x) @ self.weight + self.bias


@misconception(
    "Linear",
    "The result has no parents: it is made of arrays, so no gradient comes back. Compute with the tensors themselves.",
)
class WithoutParents(Module):
    def __init__(self, inputs, outputs, rng):
        self.weight = Parameter(rng.normal(size=(inputs, outputs)) * np.sqrt(2 / inputs))
        self.bias = Parameter(np.zeros(outputs))

    def forward(self, x):
        return Tensor(as_tensor(x).data @ self.weight.data + self.bias.data)


@variant("Linear")
class ByScale(Module):
    def __init__(self, inputs, outputs, rng):
        std = math.sqrt(2.0 / inputs)
        self.weight = Parameter(rng.normal(0.0, std, (inputs, outputs)))
        self.bias = Parameter([0.0] * outputs)

    def forward(self, x):
        if not isinstance(x, Tensor):
            x = Tensor(x)
        return self.bias + x @ self.weight


@variant("Linear")
class ByStandardNormal(Module):
    def __init__(self, inputs, outputs, rng):
        self.inputs, self.outputs = inputs, outputs
        self.weight = Parameter((2 / inputs) ** 0.5 * rng.standard_normal((inputs, outputs)))
        self.bias = Parameter(np.zeros((outputs,)))

    def forward(self, x):
        x = as_tensor(x)
        flat = x.reshape(-1, self.inputs)
        return (flat @ self.weight + self.bias).reshape(*x.shape[:-1], self.outputs)


@misconception(
    "Embedding.forward", "−1 is taken for the last row, as NumPy does it. Here it is an IndexError."
)
def last_row_for_minus_one(self, numbers):
    return self.weight[np.asarray(numbers)]


@misconception(
    "Embedding.forward", "The rows are constants: the table gets no gradient, and nothing is learnt."
)
def without_gradient(self, numbers):
    numbers = np.asarray(numbers)
    if numbers.min() < 0 or numbers.max() >= len(self.weight.data):
        raise IndexError("no such row")
    return Tensor(self.weight.data[numbers])


@misconception(
    "Embedding.forward",
    "A thing that stands there several times keeps one of its gradients only. They add up: np.add.at.",
)
def last_gradient_wins(self, numbers):
    numbers, table = np.asarray(numbers), self.weight.data
    if numbers.min() < 0 or numbers.max() >= len(table):
        raise IndexError("no such row")

    def rule(g):
        gradient = np.zeros_like(table)
        gradient[numbers] += g
        return (gradient,)

    return Tensor(table[numbers], (self.weight,), rule)


@misconception(
    "Embedding.forward",
    "Numbers are brought into the range with a remainder or a limit. One that stands for nothing is an "
    "IndexError.",
)
def brought_into_the_range(self, numbers):
    return self.weight[np.clip(numbers, 0, len(self.weight.data) - 1)]


@variant("Embedding.forward")
def by_one_hot(self, numbers):
    count = self.weight.shape[0]
    if np.any(np.asarray(numbers) < 0) or np.any(np.asarray(numbers) >= count):
        raise IndexError("number out of range")
    one_hot = np.eye(count, dtype=self.weight.data.dtype)[np.asarray(numbers)]
    return Tensor(one_hot, constant=True) @ self.weight


@variant("Embedding.forward")
def by_a_rule(self, numbers):
    table = self.weight.data
    for number in np.ravel(numbers):
        if not 0 <= number < len(table):
            raise IndexError(f"{number}")

    def rule(g):
        gradient = np.zeros_like(table)
        for number, row in zip(np.ravel(numbers), g.reshape(-1, table.shape[1]), strict=True):
            gradient[number] += row
        return [gradient]

    return Tensor(np.take(table, numbers, axis=0), [self.weight], rule)


@misconception(
    "im2col",
    "On the way back a pixel keeps the gradient of the last window that it lies in. It gets the sum of all "
    "of them.",
)
def overwritten(x, size, stride=1, padding=0):
    n, _, height, width = x.data.shape
    padded = np.pad(x.data, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (size, size), axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride].transpose(0, 2, 3, 1, 4, 5)
    rows, columns = windows.shape[1:3]

    def rule(g):
        g = g.reshape(windows.shape).transpose(0, 3, 4, 5, 1, 2)
        gradient = np.zeros_like(padded)
        for i in range(size):
            for j in range(size):
                gradient[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride] = g[
                    :, :, i, j
                ]
        return (gradient[:, :, padding : padding + height, padding : padding + width],)

    return Tensor(windows.reshape(n, rows, columns, -1), (x,), rule)


@misconception(
    "im2col",
    "Within a window the channel changes fastest. It has to change slowest, as in weight.reshape(outputs, -1).",
)
def channels_last(x, size, stride=1, padding=0):
    n, _, height, width = x.data.shape
    padded = np.pad(x.data, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (size, size), axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride].transpose(0, 2, 3, 4, 5, 1)
    rows, columns = windows.shape[1:3]

    def rule(g):
        g = g.reshape(windows.shape).transpose(0, 5, 3, 4, 1, 2)
        gradient = np.zeros_like(padded)
        for i in range(size):
            for j in range(size):
                gradient[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride] += g[
                    :, :, i, j
                ]
        return (gradient[:, :, padding : padding + height, padding : padding + width],)

    return Tensor(windows.reshape(n, rows, columns, -1), (x,), rule)


@misconception("im2col", "The gradient still has the padding: it has to have the shape of the images.")
def padding_left_on(x, size, stride=1, padding=0):
    n = x.data.shape[0]
    padded = np.pad(x.data, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (size, size), axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride].transpose(0, 2, 3, 1, 4, 5)
    rows, columns = windows.shape[1:3]

    def rule(g):
        g = g.reshape(windows.shape).transpose(0, 3, 4, 5, 1, 2)
        gradient = np.zeros_like(padded)
        for i in range(size):
            for j in range(size):
                gradient[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride] += g[
                    :, :, i, j
                ]
        return (gradient[:, :, : x.data.shape[2], : x.data.shape[3]],)

    return Tensor(windows.reshape(n, rows, columns, -1), (x,), rule)


@misconception(
    "im2col",
    "The stride is forgotten on the way there and back: here windows are 1 apart, they have to be `stride` apart.",
)
def stride_forgotten(x, size, stride=1, padding=0):
    n, _, height, width = x.data.shape
    padded = np.pad(x.data, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (size, size), axis=(2, 3))
    windows = windows.transpose(0, 2, 3, 1, 4, 5)
    rows, columns = windows.shape[1:3]

    def rule(g):
        g = g.reshape(windows.shape).transpose(0, 3, 4, 5, 1, 2)
        gradient = np.zeros_like(padded)
        for i in range(size):
            for j in range(size):
                gradient[:, :, i : i + rows, j : j + columns] += g[:, :, i, j]
        return (gradient[:, :, padding : padding + height, padding : padding + width],)

    return Tensor(windows.reshape(n, rows, columns, -1), (x,), rule)


@variant("im2col")
def by_loops(x, size, stride=1, padding=0):
    images = x.data
    n, c, height, width = images.shape
    rows = (height + 2 * padding - size) // stride + 1
    columns = (width + 2 * padding - size) // stride + 1
    padded = np.zeros((n, c, height + 2 * padding, width + 2 * padding), images.dtype)
    padded[:, :, padding : padding + height, padding : padding + width] = images
    out = np.zeros((n, rows, columns, c * size * size), images.dtype)
    for i in range(rows):
        for j in range(columns):
            a, b = i * stride, j * stride
            out[:, i, j] = padded[:, :, a : a + size, b : b + size].reshape(n, -1)

    def rule(g):
        back = np.zeros_like(padded)
        for i in range(rows):
            for j in range(columns):
                a, b = i * stride, j * stride
                back[:, :, a : a + size, b : b + size] += g[:, i, j].reshape(n, c, size, size)
        return [back[:, :, padding : padding + height, padding : padding + width]]

    return Tensor(out, [x], rule)


@variant("im2col")
def by_an_index(x, size, stride=1, padding=0):
    n, _, height, width = x.shape
    rows, columns = ((length + 2 * padding - size) // stride + 1 for length in (height, width))
    i = stride * np.arange(rows)[:, None, None, None] + np.arange(size)[None, None, :, None]
    j = stride * np.arange(columns)[None, :, None, None] + np.arange(size)[None, None, None, :]
    i, j = np.broadcast_arrays(i, j)
    padded = np.pad(x.data, ((0, 0), (0, 0), (padding,) * 2, (padding,) * 2))
    windows = np.moveaxis(padded[:, :, i, j], 1, 3)

    def rule(g):
        gradient = np.zeros_like(padded)
        np.add.at(gradient, (slice(None), slice(None), i, j), np.moveaxis(g.reshape(windows.shape), 3, 1))
        return (gradient[:, :, padding : padding + height, padding : padding + width],)

    return Tensor(windows.reshape(n, rows, columns, -1), (x,), rule)


@misconception(
    "Conv2d.forward", "The bias is missing: each output channel has a number that is added at every place."
)
def no_bias(self, x):
    outputs, _, _, size = self.weight.data.shape
    windows = im2col(as_tensor(x), size, self.stride, self.padding)
    return (windows @ self.weight.reshape(outputs, -1).transpose()).transpose(0, 3, 1, 2)


@misconception(
    "Conv2d.forward", "The kernels are flipped, as in mathematics. Deep learning does not flip them."
)
def flipped(self, x):
    outputs, _, _, size = self.weight.data.shape
    windows = im2col(as_tensor(x), size, self.stride, self.padding)
    kernels = self.weight[:, :, ::-1, ::-1].reshape(outputs, -1).transpose()
    return (windows @ kernels + self.bias).transpose(0, 3, 1, 2)


@misconception(
    "Conv2d.forward",
    "The output channels are left on the last axis. They belong on axis 1: (batch, channels, height, width).",
)
def channels_at_the_end(self, x):
    outputs, _, _, size = self.weight.data.shape
    windows = im2col(as_tensor(x), size, self.stride, self.padding)
    return windows @ self.weight.reshape(outputs, -1).transpose() + self.bias


@misconception(
    "Conv2d.forward", "Stride and padding are left out: the layer keeps both, and the windows depend on them."
)
def plain_windows(self, x):
    outputs, _, _, size = self.weight.data.shape
    windows = im2col(as_tensor(x), size)
    return (windows @ self.weight.reshape(outputs, -1).transpose() + self.bias).transpose(0, 3, 1, 2)


@misconception(
    "Conv2d.forward", "A reshape in the place of a transpose: the numbers are all there, at wrong places."
)
def reshaped_kernels(self, x):
    outputs, _, _, size = self.weight.data.shape
    windows = im2col(as_tensor(x), size, self.stride, self.padding)
    length = windows.shape[-1]
    y = windows @ self.weight.reshape(length, outputs) + self.bias
    return y.transpose(0, 3, 1, 2)


@misconception(
    "Conv2d.forward",
    "Rows and columns are exchanged: from (batch, rows, columns, channels) it is transpose(0, 3, 1, 2).",
)
def rows_for_columns(self, x):
    outputs, _, _, size = self.weight.data.shape
    windows = im2col(as_tensor(x), size, self.stride, self.padding)
    return (windows @ self.weight.reshape(outputs, -1).transpose() + self.bias).transpose(0, 3, 2, 1)


@variant("Conv2d.forward")
def kernels_on_the_left(self, x):
    outputs = self.weight.shape[0]
    windows = im2col(as_tensor(x), self.weight.shape[-1], self.stride, self.padding)
    n, rows, columns, length = windows.shape
    y = self.weight.reshape(outputs, length) @ windows.reshape(n, rows * columns, length).transpose(0, 2, 1)
    return y.reshape(n, outputs, rows, columns) + self.bias.reshape(1, outputs, 1, 1)


@variant("Conv2d.forward")
def kernel_by_kernel(self, x):
    windows = im2col(as_tensor(x), self.weight.shape[3], self.stride, self.padding)
    kernels = self.weight.reshape(self.weight.shape[0], windows.shape[-1])
    products = windows.reshape(*windows.shape[:3], 1, windows.shape[-1]) * kernels
    return (products.sum(axis=-1) + self.bias).transpose(0, 3, 1, 2)


@misconception("max_pool2d", "The mean of each window was taken. The largest entry is asked for.")
def means(x, size):
    n, channels, height, width = x.data.shape
    rows, columns = height // size, width // size
    whole = x[:, :, : rows * size, : columns * size]
    windows = whole.reshape(n, channels, rows, size, columns, size).transpose(0, 1, 2, 4, 3, 5)
    return windows.reshape(n, channels, rows, columns, size * size).mean(axis=-1)


@misconception(
    "max_pool2d",
    "Where several entries are equally large, all of them get the whole gradient. It goes to one of them.",
)
def all_that_are_equal(x, size):
    n, channels, height, width = x.data.shape
    rows, columns = height // size, width // size
    cut = x.data[:, :, : rows * size, : columns * size].reshape(n, channels, rows, size, columns, size)
    y = cut.max(axis=(3, 5))
    mask = cut == y[:, :, :, None, :, None]

    def rule(g):
        gradient = np.zeros_like(x.data)
        part = mask * g[:, :, :, None, :, None]
        gradient[:, :, : rows * size, : columns * size] = part.reshape(
            n, channels, rows * size, columns * size
        )
        return (gradient,)

    return Tensor(y, (x,), rule)


@misconception(
    "max_pool2d",
    "Rows and columns are not brought together: reshape without transpose takes entries of a row for a window.",
)
def without_transpose(x, size):
    n, channels, height, width = x.data.shape
    rows, columns = height // size, width // size
    whole = x[:, :, : rows * size, : columns * size]
    return whole.reshape(n, channels, rows, columns, size * size).max(axis=-1)


@misconception("max_pool2d", "Windows overlap: they begin 1 apart. Here they lie side by side, `size` apart.")
def overlapping(x, size):
    n, channels, height, width = x.data.shape
    windows = im2col(x.reshape(n * channels, 1, height, width), size)
    y = windows.max(axis=-1)
    return y.reshape(n, channels, *y.shape[1:])


@variant("max_pool2d")
def by_windows(x, size):
    n, channels, height, width = x.shape
    y = im2col(x.reshape(n * channels, 1, height, width), size, stride=size).max(axis=-1)
    return y.reshape(n, channels, height // size, width // size)


@variant("max_pool2d")
def by_its_own_rule(x, size):
    n, c, height, width = x.data.shape
    rows, columns = height // size, width // size
    y = np.empty((n, c, rows, columns), x.data.dtype)
    places = np.empty((n, c, rows, columns, 2), int)
    for i in range(rows):
        for j in range(columns):
            window = x.data[:, :, i * size : (i + 1) * size, j * size : (j + 1) * size].reshape(n, c, -1)
            y[:, :, i, j] = window.max(axis=-1)
            first = window.argmax(axis=-1)
            places[:, :, i, j, 0], places[:, :, i, j, 1] = i * size + first // size, j * size + first % size

    def rule(g):
        gradient = np.zeros_like(x.data)
        a, b = np.ogrid[:n, :c]
        gradient[a[..., None, None], b[..., None, None], places[..., 0], places[..., 1]] = g
        return (gradient,)

    return Tensor(y, (x,), rule)


@misconception(
    "BatchNorm.forward",
    "In training the variance is divided by the count minus one. That is for what is remembered.",
)
def normalised_by_unbiased(self, x):
    x = as_tensor(x)
    axes, shape = (0, *range(2, x.data.ndim)), (1, -1) + (1,) * (x.data.ndim - 2)
    if self.training:
        count = x.data.size // x.data.shape[1]
        if count == 1:
            raise ValueError("one number")
        mean = x.mean(axes, keepdims=True)
        variance = ((x - mean) ** 2).mean(axes, keepdims=True) * (count / (count - 1))
        self.running_mean[...] = (1 - self.momentum) * self.running_mean + self.momentum * mean.data.ravel()
        self.running_var[...] = (1 - self.momentum) * self.running_var + self.momentum * variance.data.ravel()
    else:
        mean, variance = x.like(self.running_mean.reshape(shape)), x.like(self.running_var.reshape(shape))
    return (x - mean) * (variance + self.eps) ** -0.5 * self.weight.reshape(*shape) + self.bias.reshape(
        *shape
    )


@misconception(
    "BatchNorm.forward",
    "The variance that is remembered is divided by the count. Remember the unbiased one, divided by the "
    "count minus one.",
)
def biased_is_remembered(self, x):
    x = as_tensor(x)
    axes, shape = (0, *range(2, x.data.ndim)), (1, -1) + (1,) * (x.data.ndim - 2)
    if self.training:
        if x.data.size == x.data.shape[1]:
            raise ValueError("one number")
        mean = x.mean(axes, keepdims=True)
        variance = ((x - mean) ** 2).mean(axes, keepdims=True)
        self.running_mean[...] = (1 - self.momentum) * self.running_mean + self.momentum * mean.data.ravel()
        self.running_var[...] = (1 - self.momentum) * self.running_var + self.momentum * variance.data.ravel()
    else:
        mean, variance = x.like(self.running_mean.reshape(shape)), x.like(self.running_var.reshape(shape))
    return (x - mean) * (variance + self.eps) ** -0.5 * self.weight.reshape(*shape) + self.bias.reshape(
        *shape
    )


@misconception(
    "BatchNorm.forward", "Mean and variance are taken for constants: no gradient flows through them."
)
def constants(self, x):
    x = as_tensor(x)
    axes, shape = (0, *range(2, x.data.ndim)), (1, -1) + (1,) * (x.data.ndim - 2)
    if self.training:
        count = x.data.size // x.data.shape[1]
        if count == 1:
            raise ValueError("one number")
        mean, variance = x.data.mean(axes), x.data.var(axes)
        self.running_mean[...] = (1 - self.momentum) * self.running_mean + self.momentum * mean
        self.running_var[...] = (1 - self.momentum) * self.running_var + self.momentum * variance * count / (
            count - 1
        )
    else:
        mean, variance = self.running_mean, self.running_var
    scale = x.like((variance + self.eps).reshape(shape) ** -0.5)
    return (x - x.like(mean.reshape(shape))) * scale * self.weight.reshape(*shape) + self.bias.reshape(*shape)


@misconception(
    "BatchNorm.forward",
    "While it is judged, it goes on normalising with the batch. The running mean and variance are for that.",
)
def never_judged(self, x):
    x = as_tensor(x)
    axes, shape = (0, *range(2, x.data.ndim)), (1, -1) + (1,) * (x.data.ndim - 2)
    count = x.data.size // x.data.shape[1]
    if count == 1 and self.training:
        raise ValueError("one number")
    mean = x.mean(axes, keepdims=True)
    variance = ((x - mean) ** 2).mean(axes, keepdims=True)
    if self.training:
        unbiased = variance.data.ravel() * count / (count - 1)
        self.running_mean[...] = (1 - self.momentum) * self.running_mean + self.momentum * mean.data.ravel()
        self.running_var[...] = (1 - self.momentum) * self.running_var + self.momentum * unbiased
    return (x - mean) * (variance + self.eps) ** -0.5 * self.weight.reshape(*shape) + self.bias.reshape(
        *shape
    )


@misconception(
    "BatchNorm.forward", "`momentum` is the weight of the newest batch, not that of what was there."
)
def momentum_turned_round(self, x):
    x = as_tensor(x)
    axes, shape = (0, *range(2, x.data.ndim)), (1, -1) + (1,) * (x.data.ndim - 2)
    if self.training:
        count = x.data.size // x.data.shape[1]
        if count == 1:
            raise ValueError("one number")
        mean = x.mean(axes, keepdims=True)
        variance = ((x - mean) ** 2).mean(axes, keepdims=True)
        unbiased = variance.data.ravel() * count / (count - 1)
        self.running_mean[...] = self.momentum * self.running_mean + (1 - self.momentum) * mean.data.ravel()
        self.running_var[...] = self.momentum * self.running_var + (1 - self.momentum) * unbiased
    else:
        mean, variance = x.like(self.running_mean.reshape(shape)), x.like(self.running_var.reshape(shape))
    return (x - mean) * (variance + self.eps) ** -0.5 * self.weight.reshape(*shape) + self.bias.reshape(
        *shape
    )


@misconception(
    "BatchNorm.forward", "ε is added to the root of the variance. It stands inside: √(variance + ε)."
)
def epsilon_outside(self, x):
    x = as_tensor(x)
    axes, shape = (0, *range(2, x.data.ndim)), (1, -1) + (1,) * (x.data.ndim - 2)
    if self.training:
        count = x.data.size // x.data.shape[1]
        if count == 1:
            raise ValueError("one number")
        mean = x.mean(axes, keepdims=True)
        variance = ((x - mean) ** 2).mean(axes, keepdims=True)
        unbiased = variance.data.ravel() * count / (count - 1)
        self.running_mean[...] = (1 - self.momentum) * self.running_mean + self.momentum * mean.data.ravel()
        self.running_var[...] = (1 - self.momentum) * self.running_var + self.momentum * unbiased
    else:
        mean, variance = x.like(self.running_mean.reshape(shape)), x.like(self.running_var.reshape(shape))
    return (x - mean) / (variance**0.5 + self.eps) * self.weight.reshape(*shape) + self.bias.reshape(*shape)


@misconception(
    "BatchNorm.forward",
    "m is the number of images. The places of an image count too: it is how many numbers of a feature there are.",
)
def places_not_counted(self, x):
    x = as_tensor(x)
    axes, shape = (0, *range(2, x.data.ndim)), (1, -1) + (1,) * (x.data.ndim - 2)
    if self.training:
        count = x.data.shape[0]
        if count == 1:
            raise ValueError("one image")
        mean = x.mean(axes, keepdims=True)
        variance = ((x - mean) ** 2).mean(axes, keepdims=True)
        unbiased = variance.data.ravel() * count / (count - 1)
        self.running_mean[...] = (1 - self.momentum) * self.running_mean + self.momentum * mean.data.ravel()
        self.running_var[...] = (1 - self.momentum) * self.running_var + self.momentum * unbiased
    else:
        mean, variance = x.like(self.running_mean.reshape(shape)), x.like(self.running_var.reshape(shape))
    return (x - mean) * (variance + self.eps) ** -0.5 * self.weight.reshape(*shape) + self.bias.reshape(
        *shape
    )


@variant("BatchNorm.forward")
def by_a_formula(self, x):
    """The gradient written out, as on day 12."""
    x = as_tensor(x)
    a = x.data
    axes = (0,) if a.ndim == 2 else (0, 2, 3)
    shape = (1, a.shape[1]) if a.ndim == 2 else (1, a.shape[1], 1, 1)
    m = a.size // a.shape[1]
    if self.training and m < 2:
        raise ValueError("a batch of one")
    mean, var = (a.mean(axes), a.var(axes)) if self.training else (self.running_mean, self.running_var)
    inverse = (1 / np.sqrt(var + self.eps)).reshape(shape).astype(a.dtype)
    normal = (a - mean.reshape(shape).astype(a.dtype)) * inverse
    if self.training:
        self.running_mean += self.momentum * (mean - self.running_mean)
        self.running_var += self.momentum * (a.var(axes, ddof=1) - self.running_var)
    gamma, training = self.weight.data.reshape(shape), self.training

    def rule(g):
        by_normal = g * gamma
        if not training:
            return (by_normal * inverse,)
        total, moment = by_normal.mean(axes, keepdims=True), (by_normal * normal).mean(axes, keepdims=True)
        return (inverse * (by_normal - total - normal * moment),)

    node = Tensor(normal, (x,), lambda g: rule(g / gamma))
    return node * self.weight.reshape(*shape) + self.bias.reshape(*shape)


@variant("BatchNorm.forward")
def images_as_vectors(self, x):
    x = as_tensor(x)
    if x.data.ndim == 4:
        n, c, h, w = x.shape
        flat = self.forward(x.transpose(0, 2, 3, 1).reshape(n * h * w, c))
        return flat.reshape(n, h, w, c).transpose(0, 3, 1, 2)
    if not self.training:
        scale = self.weight * x.like(1 / np.sqrt(self.running_var + self.eps))
        return (x - x.like(self.running_mean)) * scale + self.bias
    n = len(x.data)
    if n == 1:
        raise ValueError("too few")
    mean = x.sum(0) / n
    centred = x - mean
    variance = (centred * centred).sum(0) / n
    self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean.data
    self.running_var = (1 - self.momentum) * self.running_var + self.momentum * n / (n - 1) * variance.data
    return centred / (variance + self.eps) ** 0.5 * self.weight + self.bias


@misconception(
    "LayerNorm.forward",
    "Mean and variance run over the batch. That is batch normalisation; here each vector is by itself.",
)
def over_the_batch(self, x):
    x = as_tensor(x)
    centred = x - x.mean(0, keepdims=True)
    variance = (centred**2).mean(0, keepdims=True)
    return centred * (variance + self.eps) ** -0.5 * self.weight + self.bias


@misconception(
    "LayerNorm.forward", "The variance is divided by the length minus one. Here it is the biased one."
)
def unbiased_variance(self, x):
    x = as_tensor(x)
    centred = x - x.mean(-1, keepdims=True)
    variance = (centred**2).sum(-1, keepdims=True) / max(x.shape[-1] - 1, 1)
    return centred * (variance + self.eps) ** -0.5 * self.weight + self.bias


@misconception(
    "LayerNorm.forward", "Mean and variance are taken for constants: no gradient flows through them."
)
def constant_statistics(self, x):
    x = as_tensor(x)
    mean, variance = x.data.mean(-1, keepdims=True), x.data.var(-1, keepdims=True)
    return (x - x.like(mean)) * x.like((variance + self.eps) ** -0.5) * self.weight + self.bias


@misconception(
    "LayerNorm.forward", "γ and β are left out: what was normalised is multiplied by γ, and β is added."
)
def without_scale(self, x):
    x = as_tensor(x)
    centred = x - x.mean(-1, keepdims=True)
    return centred * ((centred**2).mean(-1, keepdims=True) + self.eps) ** -0.5


@misconception(
    "LayerNorm.forward",
    "The mean is not subtracted. (There is such a layer, RMSNorm, but it is another one.)",
)
def rms(self, x):
    x = as_tensor(x)
    return x * ((x**2).mean(-1, keepdims=True) + self.eps) ** -0.5 * self.weight + self.bias


@misconception(
    "LayerNorm.forward", "ε is added to the root of the variance. It stands inside: √(variance + ε)."
)
def epsilon_outside_of_the_root(self, x):
    x = as_tensor(x)
    centred = x - x.mean(-1, keepdims=True)
    return centred / ((centred**2).mean(-1, keepdims=True) ** 0.5 + self.eps) * self.weight + self.bias


@misconception(
    "LayerNorm.forward",
    "There is one mean and one variance for all vectors together. Each vector has its own: along the last axis.",
)
def of_everything(self, x):
    x = as_tensor(x)
    centred = x - x.mean()
    return centred * ((centred**2).mean() + self.eps) ** -0.5 * self.weight + self.bias


@misconception(
    "LayerNorm.forward",
    "Mean and variance run over axis 1, which is the last one of two, but not of three. The last axis is −1.",
)
def along_axis_one(self, x):
    x = as_tensor(x)
    centred = x - x.mean(1, keepdims=True)
    variance = (centred**2).mean(1, keepdims=True)
    return centred * (variance + self.eps) ** -0.5 * self.weight + self.bias


@variant("LayerNorm.forward")
def with_a_rule(self, x):
    x = as_tensor(x)
    inverse = 1 / np.sqrt(x.data.var(axis=-1, keepdims=True) + self.eps).astype(x.data.dtype)
    z = (x.data - x.data.mean(axis=-1, keepdims=True)) * inverse

    def rule(g):
        return [inverse * (g - g.mean(-1, keepdims=True) - z * (g * z).mean(-1, keepdims=True))]

    return Tensor(z, [x], rule) * self.weight + self.bias


@variant("LayerNorm.forward")
def by_square_root(self, x):
    x = as_tensor(x)
    d = x.shape[-1]
    mean = x.sum(-1, True) / d
    std = (((x - mean) * (x - mean)).sum(-1, True) / d + self.eps) ** 0.5
    return self.bias + self.weight * ((x - mean) / std)


@misconception("Dropout.forward", "p was taken for the share that is kept. It is the share that becomes 0.")
def keep_with_p(self, x):
    x = as_tensor(x)
    if not self.training:
        return x
    return x * ((self.rng.random(x.data.shape) < self.p) / self.p)


@misconception(
    "Dropout.forward",
    "What is kept is not multiplied by 1 / (1 − p), so the next layer gets less in training than later.",
)
def not_scaled(self, x):
    x = as_tensor(x)
    if not self.training:
        return x
    return x * (self.rng.random(x.data.shape) >= self.p).astype(float)


@misconception("Dropout.forward", "It goes on while the network is judged. Ask for `training`.")
def always_active(self, x):
    x = as_tensor(x)
    return x * ((self.rng.random(x.data.shape) >= self.p) / (1 - self.p))


@misconception(
    "Dropout.forward", "Whole samples are forgotten together: each entry has to be drawn by itself."
)
def whole_samples(self, x):
    x = as_tensor(x)
    if not self.training:
        return x
    kept = self.rng.random((x.data.shape[0],) + (1,) * (x.data.ndim - 1)) >= self.p
    return x * (np.broadcast_to(kept, x.data.shape) / (1 - self.p))


@misconception(
    "Dropout.forward",
    "Every call forgets the same entries. Draw anew, from the generator that the layer has.",
)
def the_same_each_time(self, x):
    x = as_tensor(x)
    if not self.training:
        return x
    return x * ((np.random.default_rng(0).random(x.data.shape) >= self.p) / (1 - self.p))


@misconception(
    "Dropout.forward",
    "One row is drawn for all samples, and whole columns are forgotten together: draw as many numbers as x has.",
)
def one_row_for_all(self, x):
    x = as_tensor(x)
    if not self.training:
        return x
    kept = self.rng.random(x.data.shape[-1]) >= self.p
    return x * (np.broadcast_to(kept, x.data.shape) / (1 - self.p))


@misconception(
    "Dropout.forward",
    "`np.random` is a generator that all programs share, and nobody can repeat what it drew. Draw from `self.rng`.",
)
def global_generator(self, x):
    x = as_tensor(x)
    if not self.training:
        return x
    return x * ((np.random.random(x.data.shape) >= self.p) / (1 - self.p))


@variant("Dropout.forward")
def by_binomial(self, x):
    x = as_tensor(x)
    if self.training:
        kept = self.rng.binomial(1, 1 - self.p, size=x.shape).astype(x.data.dtype)
        return x * kept / (1 - self.p)
    return x * 1.0


@variant("Dropout.forward")
def by_its_own_mask(self, x):
    x = as_tensor(x)
    if not self.training or self.p == 0:
        return x
    mask = np.where(self.rng.uniform(size=x.data.shape) < self.p, 0.0, 1 / (1 - self.p)).astype(x.data.dtype)
    return Tensor(x.data * mask, (x,), lambda g: (g * mask,))


@misconception("gelu", "This is the approximation with tanh. The exact form is asked for, with erf.")
def by_tanh(x):
    a = x.data
    inner = math.sqrt(2 / math.pi) * (a + 0.044715 * a**3)
    t = np.tanh(inner)
    slope = math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * a**2)
    return Tensor(a * (1 + t) / 2, (x,), lambda g: (g * ((1 + t) / 2 + a * (1 - t**2) / 2 * slope),))


@misconception("gelu", "This is x σ(1.702 x), an approximation. The exact form is asked for, with erf.")
def by_a_sigmoid(x):
    s = expit(1.702 * x.data)
    return Tensor(x.data * s, (x,), lambda g: (g * (s + 1.702 * x.data * s * (1 - s)),))


@misconception("gelu", "The derivative lacks the term x φ(x): both factors of x Φ(x) depend on x.")
def one_factor_only(x):
    a = x.data
    cdf = (1 + erf(a / math.sqrt(2))) / 2
    return Tensor(a * cdf, (x,), lambda g: (g * cdf,))


@misconception("gelu", "erf gets x itself. It has to get x / √2.")
def erf_of_x(x):
    a = x.data
    cdf = (1 + erf(a)) / 2
    density = np.exp(-(a**2)) / math.sqrt(math.pi)
    return Tensor(a * cdf, (x,), lambda g: (g * (cdf + a * density),))


@misconception(
    "gelu", "The rule leaves out g, the gradient that comes from behind: multiply the derivative by it."
)
def without_what_comes(x):
    a = x.data
    cdf = (1 + erf(a / math.sqrt(2))) / 2
    density = np.exp(-(a**2) / 2) / math.sqrt(2 * math.pi)
    return Tensor(a * cdf, (x,), lambda g: (cdf + a * density,))


@misconception("gelu", "The density φ lacks its factor 1 / √(2π).")
def density_without_its_factor(x):
    a = x.data
    cdf = (1 + erf(a / math.sqrt(2))) / 2
    return Tensor(a * cdf, (x,), lambda g: (g * (cdf + a * np.exp(-(a**2) / 2)),))


@variant("gelu")
def by_the_normal_distribution(x):
    a = x.data
    p, d = norm.cdf(a).astype(a.dtype), norm.pdf(a).astype(a.dtype)
    return Tensor(a * p, (x,), lambda g: (p * g + a * d * g,))


@variant("gelu")
def product_of_two_tensors(x):
    a = x.data
    density = np.exp(-0.5 * a * a) * a.dtype.type(1 / math.sqrt(2 * math.pi))
    phi = Tensor(0.5 + 0.5 * erf(a * a.dtype.type(0.7071067811865476)), [x], lambda g: [g * density])
    return x * phi


@misconception("silu", "This is the sigmoid alone. It has to be multiplied by x.")
def sigmoid_alone(x):
    s = expit(x.data)
    return Tensor(s, (x,), lambda g: (g * s * (1 - s),))


@misconception("silu", "The derivative lacks the term x σ'(x): both factors depend on x.")
def slope_of_one_factor(x):
    s = expit(x.data)
    return Tensor(x.data * s, (x,), lambda g: (g * s,))


@misconception(
    "silu",
    "exp(−x) overflows for x = −1000: an infinity that happens to vanish again, and a warning. "
    "scipy.special.expit is safe.",
)
def overflows(x):
    s = 1 / (1 + np.exp(-x.data))
    return Tensor(x.data * s, (x,), lambda g: (g * (s + x.data * s * (1 - s)),))


@misconception("silu", "This is GELU, in which Φ(x) multiplies x. In SiLU it is the sigmoid.")
def gelu_again(x):
    a = x.data
    cdf = ((1 + erf(a / math.sqrt(2))) / 2).astype(a.dtype)
    density = (np.exp(-(a**2) / 2) / math.sqrt(2 * math.pi)).astype(a.dtype)
    return Tensor(a * cdf, (x,), lambda g: (g * (cdf + a * density),))


@variant("silu")
def by_tanh_of_half(x):
    s = (1 + np.tanh(x.data / 2)) / 2
    return Tensor(x.data * s, (x,), lambda g: (g * s * (1 + x.data * (1 - s)),))


@variant("silu")
def with_the_engine(x):
    return x * ((x * 0.5).tanh() * 0.5 + 0.5)
