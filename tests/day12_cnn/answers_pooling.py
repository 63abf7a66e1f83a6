"""Answers to pooling.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np

from course.testing import misconception, variant
from day12_cnn.pooling import col2im, im2col, sliding_window_view


@misconception(
    "max_pool2d", "Windows are compared with 0, as if a ReLU came first: negative maxima are lost."
)
def never_negative(x, kernel_size, stride):
    windows = sliding_window_view(x, kernel_size, axis=(2, 3))[:, :, :: stride[0], :: stride[1]]
    return np.maximum(windows.max(axis=(4, 5)), 0)


@misconception("max_pool2d", "The stride is ignored: here the windows move on by one pixel only.")
def by_one_pixel(x, kernel_size, stride):
    return sliding_window_view(x, kernel_size, axis=(2, 3)).max(axis=(4, 5))


@misconception("max_pool2d", "The windows move on by their own size; the stride may be another number.")
def disjoint_windows(x, kernel_size, stride):
    windows = sliding_window_view(x, kernel_size, axis=(2, 3))
    return windows[:, :, :: kernel_size[0], :: kernel_size[1]].max(axis=(4, 5))


@misconception(
    "max_pool2d",
    "The maximum runs over the channels as well; every channel is pooled on its own.",
    times=("channels", 1),
)
def over_channels(x, kernel_size, stride, *, times="channels"):
    windows = sliding_window_view(x, kernel_size, axis=(2, 3))[:, :, :: stride[0], :: stride[1]]
    largest = windows.max(axis=(1, 4, 5))[:, None]
    return np.repeat(largest, x.shape[1] if times == "channels" else 1, axis=1)


@misconception("max_pool2d", "This is the mean of the window, not its largest pixel.")
def mean_of_the_window(x, kernel_size, stride):
    windows = sliding_window_view(x, kernel_size, axis=(2, 3))[:, :, :: stride[0], :: stride[1]]
    return windows.mean(axis=(4, 5))


@misconception(
    "max_pool2d",
    "Windows that hang over the edge are pooled too. Pixels that no whole window reaches are ignored.",
)
def windows_over_the_edge(x, kernel_size, stride):
    rows, columns = range(0, x.shape[2], stride[0]), range(0, x.shape[3], stride[1])
    parts = [
        [x[:, :, i : i + kernel_size[0], j : j + kernel_size[1]].max(axis=(2, 3)) for j in columns]
        for i in rows
    ]
    return np.array(parts).transpose(2, 3, 0, 1)


@misconception(
    "max_pool2d",
    "Rows and columns of the stride are exchanged: the first number is the vertical one.",
)
def rows_for_columns(x, kernel_size, stride):
    windows = sliding_window_view(x, kernel_size, axis=(2, 3))
    return windows[:, :, :: stride[1], :: stride[0]].max(axis=(4, 5))


@variant("max_pool2d")
def window_by_window(x, kernel_size, stride):
    (b, c, h, w), (kh, kw), (sh, sw) = x.shape, kernel_size, stride
    y = np.empty((b, c, (h - kh) // sh + 1, (w - kw) // sw + 1), x.dtype)
    for i in range(y.shape[2]):
        for j in range(y.shape[3]):
            y[:, :, i, j] = x[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw].max(axis=(2, 3))
    return y


@variant("max_pool2d")
def by_columns(x, kernel_size, stride):
    b, c, h, w = x.shape
    columns = np.asarray(im2col(x.reshape(b * c, 1, h, w), kernel_size, stride))
    return columns.max(axis=1).reshape(b, c, (h - kernel_size[0]) // stride[0] + 1, -1)


@misconception(
    "max_pool2d_backward",
    "A pixel that won several windows keeps only one of their gradients: they must be added.",
)
def last_window_wins(grad, x, kernel_size, stride):
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(grad.shape):
        rows, columns = i * stride[0], j * stride[1]
        window = x[n, c, rows : rows + kernel_size[0], columns : columns + kernel_size[1]]
        u, v = np.unravel_index(window.argmax(), window.shape)
        dx[n, c, rows + u, columns + v] = grad[n, c, i, j]
    return dx


@misconception(
    "max_pool2d_backward",
    "All channels share one winner. A channel is an image of its own, with a largest pixel of its own in every window.",
)
def one_winner_for_all_channels(grad, x, kernel_size, stride):
    dx = np.zeros(x.shape)
    for n, i, j in np.ndindex(len(grad), *grad.shape[2:]):
        rows, columns = i * stride[0], j * stride[1]
        window = x[n, :, rows : rows + kernel_size[0], columns : columns + kernel_size[1]]
        c, u, v = np.unravel_index(window.argmax(), window.shape)
        dx[n, c, rows + u, columns + v] += grad[n, c, i, j]
    return dx


@misconception(
    "max_pool2d_backward",
    "All pixels of the window receive the gradient; it belongs to the largest one alone.",
)
def everybody_wins(grad, x, kernel_size, stride):
    dx = np.zeros(x.shape)
    for i in range(grad.shape[2]):
        for j in range(grad.shape[3]):
            rows, columns = i * stride[0], j * stride[1]
            dx[:, :, rows : rows + kernel_size[0], columns : columns + kernel_size[1]] += grad[:, :, i, j][
                ..., None, None
            ]
    return dx


@misconception(
    "max_pool2d_backward",
    "Windows move on by their own size here: the stride is ignored where it differs from the window.",
)
def stride_is_the_window(grad, x, kernel_size, stride):
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(grad.shape):
        rows, columns = i * kernel_size[0], j * kernel_size[1]
        window = x[n, c, rows : rows + kernel_size[0], columns : columns + kernel_size[1]]
        if window.size:
            u, v = np.unravel_index(window.argmax(), window.shape)
            dx[n, c, rows + u, columns + v] += grad[n, c, i, j]
    return dx


@misconception(
    "max_pool2d_backward",
    "On a tie all pixels that are equally large receive the gradient, so it arrives several times. Only the first "
    "one does.",
)
def all_of_a_tie(grad, x, kernel_size, stride):
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(grad.shape):
        rows, columns = i * stride[0], j * stride[1]
        place = (n, c, slice(rows, rows + kernel_size[0]), slice(columns, columns + kernel_size[1]))
        dx[place] += grad[n, c, i, j] * (x[place] == x[place].max())
    return dx


@misconception(
    "max_pool2d_backward",
    "The largest pixel receives the value 1 (or itself); it is the gradient that goes there.",
)
def without_the_gradient(grad, x, kernel_size, stride):
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(grad.shape):
        rows, columns = i * stride[0], j * stride[1]
        window = x[n, c, rows : rows + kernel_size[0], columns : columns + kernel_size[1]]
        u, v = np.unravel_index(window.argmax(), window.shape)
        dx[n, c, rows + u, columns + v] += 1
    return dx


@misconception(
    "max_pool2d_backward",
    "The last of several equally large pixels receives the gradient. It is the first, row by row.",
)
def last_of_a_tie(grad, x, kernel_size, stride):
    dx = np.zeros(x.shape, grad.dtype)
    for n, c, i, j in np.ndindex(grad.shape):
        window = x[
            n,
            c,
            i * stride[0] : i * stride[0] + kernel_size[0],
            j * stride[1] : j * stride[1] + kernel_size[1],
        ]
        place = window.size - 1 - np.argmax(window.ravel()[::-1])
        u, v = np.unravel_index(place, window.shape)
        dx[n, c, i * stride[0] + u, j * stride[1] + v] += grad[n, c, i, j]
    return dx


@misconception(
    "max_pool2d_backward",
    "The place of the winner is counted within its window. Add where the window begins, i · stride, in "
    "both directions.",
    begins=("nowhere", "without the stride"),
)
def place_within_the_window(grad, x, kernel_size, stride, *, begins="nowhere"):
    dx = np.zeros(x.shape, grad.dtype)
    for n, c, i, j in np.ndindex(grad.shape):
        window = x[
            n,
            c,
            i * stride[0] : i * stride[0] + kernel_size[0],
            j * stride[1] : j * stride[1] + kernel_size[1],
        ]
        u, v = np.unravel_index(np.argmax(window), window.shape)
        if begins == "without the stride":
            u, v = u + i, v + j
        if u < x.shape[2] and v < x.shape[3]:
            dx[n, c, u, v] += grad[n, c, i, j]
    return dx


@variant("max_pool2d_backward")
def winner_by_winner(grad, x, kernel_size, stride):
    dx = np.zeros_like(x)
    for n, c, i, j in np.ndindex(grad.shape):
        rows, columns = i * stride[0], j * stride[1]
        window = x[n, c, rows : rows + kernel_size[0], columns : columns + kernel_size[1]]
        u, v = np.unravel_index(window.argmax(), window.shape)
        dx[n, c, rows + u, columns + v] += grad[n, c, i, j]
    return dx


@variant("max_pool2d_backward")
def position_by_position(grad, x, kernel_size, stride):
    (b, c), (kh, kw) = x.shape[:2], kernel_size
    dx = np.zeros(x.shape, grad.dtype)
    images, channels = np.meshgrid(np.arange(b), np.arange(c), indexing="ij")
    for i in range(grad.shape[2]):
        for j in range(grad.shape[3]):
            rows, columns = i * stride[0], j * stride[1]
            winner = x[:, :, rows : rows + kh, columns : columns + kw].reshape(b, c, -1).argmax(axis=2)
            dx[images, channels, rows + winner // kw, columns + winner % kw] += grad[:, :, i, j]
    return dx


@misconception("avg_pool2d", "This is the sum of the window: divide by the number of its pixels.")
def sum_of_the_window(x, kernel_size, stride):
    windows = sliding_window_view(x, kernel_size, axis=(2, 3))
    return windows[:, :, :: stride[0], :: stride[1]].sum(axis=(4, 5))


@misconception(
    "avg_pool2d",
    "The sum is divided by the square of one side. A window of kh rows and kw columns has kh · kw pixels.",
    side=(0, 1),
)
def square_of_one_side(x, kernel_size, stride, side=0):
    windows = sliding_window_view(x, kernel_size, axis=(2, 3))
    return windows[:, :, :: stride[0], :: stride[1]].sum(axis=(4, 5)) / kernel_size[side] ** 2


@misconception("avg_pool2d", "The stride is ignored.")
def every_window(x, kernel_size, stride):
    return sliding_window_view(x, kernel_size, axis=(2, 3)).mean(axis=(4, 5))


@misconception(
    "avg_pool2d", "Rows and columns of the stride are exchanged: the first number is the vertical one."
)
def stride_exchanged(x, kernel_size, stride):
    windows = sliding_window_view(x, kernel_size, axis=(2, 3))
    return windows[:, :, :: stride[1], :: stride[0]].mean(axis=(4, 5))


@misconception("avg_pool2d", "This is the largest pixel of the window, not its mean.")
def largest_of_the_window(x, kernel_size, stride):
    windows = sliding_window_view(x, kernel_size, axis=(2, 3))
    return windows[:, :, :: stride[0], :: stride[1]].max(axis=(4, 5))


@variant("avg_pool2d")
def mean_window_by_window(x, kernel_size, stride):
    (b, c, h, w), (kh, kw), (sh, sw) = x.shape, kernel_size, stride
    y = np.empty((b, c, (h - kh) // sh + 1, (w - kw) // sw + 1))
    for i in range(y.shape[2]):
        for j in range(y.shape[3]):
            y[:, :, i, j] = x[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw].mean(axis=(2, 3))
    return y


@variant("avg_pool2d")
def by_shifted_sums(x, kernel_size, stride):
    (h, w), (kh, kw), (sh, sw) = x.shape[2:], kernel_size, stride
    oh, ow = (h - kh) // sh + 1, (w - kw) // sw + 1
    total = 0
    for u in range(kh):
        for v in range(kw):
            total = total + x[:, :, u : u + sh * oh : sh, v : v + sw * ow : sw][:, :, :oh, :ow]
    return total / (kh * kw)


@misconception(
    "avg_pool2d_backward", "The gradient is not divided: each of n pixels has a share of 1/n in a mean."
)
def not_divided(grad, x, kernel_size, stride):
    b, c, h, w = x.shape
    dcolumns = np.repeat(grad.reshape(b * c, 1, -1), kernel_size[0] * kernel_size[1], axis=1)
    return np.asarray(col2im(dcolumns, (h, w), kernel_size, stride)).reshape(x.shape)


@misconception(
    "avg_pool2d_backward", "Shares of overlapping windows overwrite each other instead of being added."
)
def shares_overwritten(grad, x, kernel_size, stride):
    dx = np.zeros(x.shape)
    for i in range(grad.shape[2]):
        for j in range(grad.shape[3]):
            rows, columns = i * stride[0], j * stride[1]
            dx[:, :, rows : rows + kernel_size[0], columns : columns + kernel_size[1]] = grad[:, :, i, j][
                ..., None, None
            ] / (kernel_size[0] * kernel_size[1])
    return dx


@misconception("avg_pool2d_backward", "Only the first pixel of every window receives its share.")
def first_pixel_only(grad, x, kernel_size, stride):
    dx = np.zeros(x.shape)
    (oh, ow), pixels = grad.shape[2:], kernel_size[0] * kernel_size[1]
    dx[:, :, : stride[0] * oh : stride[0], : stride[1] * ow : stride[1]][:, :, :oh, :ow] = grad / pixels
    return dx


@misconception(
    "avg_pool2d_backward",
    "It is divided by kh and multiplied by kw: g / kh * kw is (g / kh) · kw. Put brackets around the product, kh * kw.",
)
def without_brackets(grad, x, kernel_size, stride):
    b, c, h, w = x.shape
    shares = grad.reshape(b * c, 1, -1) / kernel_size[0] * kernel_size[1]
    dcolumns = np.repeat(shares, kernel_size[0] * kernel_size[1], axis=1)
    return np.asarray(col2im(dcolumns, (h, w), kernel_size, stride)).reshape(x.shape)


@misconception(
    "avg_pool2d_backward", "The share is 1 / kh, as for a window of one column: divide by kh · kw."
)
def divided_by_the_height(grad, x, kernel_size, stride):
    b, c, h, w = x.shape
    dcolumns = np.repeat(grad.reshape(b * c, 1, -1) / kernel_size[0], kernel_size[0] * kernel_size[1], axis=1)
    return np.asarray(col2im(dcolumns, (h, w), kernel_size, stride)).reshape(x.shape)


@variant("avg_pool2d_backward")
def share_by_share(grad, x, kernel_size, stride):
    dx = np.zeros(x.shape)
    for i in range(grad.shape[2]):
        for j in range(grad.shape[3]):
            rows, columns = i * stride[0], j * stride[1]
            share = grad[:, :, i : i + 1, j : j + 1] / (kernel_size[0] * kernel_size[1])
            dx[:, :, rows : rows + kernel_size[0], columns : columns + kernel_size[1]] += share
    return dx


@variant("avg_pool2d_backward")
def by_shifts(grad, x, kernel_size, stride):
    dx = np.zeros_like(x)
    (oh, ow), (kh, kw), (sh, sw) = grad.shape[2:], kernel_size, stride
    for u in range(kh):
        for v in range(kw):
            dx[:, :, u : u + sh * (oh - 1) + 1 : sh, v : v + sw * (ow - 1) + 1 : sw] += grad / (kh * kw)
    return dx
