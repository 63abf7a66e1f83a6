"""Answers to convolution.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np
from numpy.lib.stride_tricks import as_strided

from course.testing import misconception, variant
from day12_cnn.convolution import col2im, conv2d, im2col, output_size, sliding_window_view


@misconception(
    "im2col",
    "The order within a column is another one: the channel comes first, then the row, then the column of the kernel.",
)
def channel_last(x, kernel_size, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    (kh, kw), (ph, pw), (dh, dw) = kernel_size, padding, dilation
    padded = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    windows = sliding_window_view(padded, (dh * (kh - 1) + 1, dw * (kw - 1) + 1), axis=(2, 3))
    windows = windows[:, :, :: stride[0], :: stride[1], ::dh, ::dw]
    b, c, oh, ow, _, _ = windows.shape
    return windows.transpose(0, 4, 5, 1, 2, 3).reshape(b, c * kh * kw, oh * ow)


@misconception(
    "im2col",
    "The axes were reshaped without being transposed first: the numbers are all there, in the wrong places.",
)
def reshaped_only(x, kernel_size, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    (kh, kw), (ph, pw), (dh, dw) = kernel_size, padding, dilation
    padded = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    windows = sliding_window_view(padded, (dh * (kh - 1) + 1, dw * (kw - 1) + 1), axis=(2, 3))
    windows = windows[:, :, :: stride[0], :: stride[1], ::dh, ::dw]
    b, c, oh, ow, _, _ = windows.shape
    return windows.reshape(b, c * kh * kw, oh * ow)


@misconception("im2col", "The stride is ignored: every position gets a column.")
def every_position(x, kernel_size, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    (kh, kw), (ph, pw), (dh, dw) = kernel_size, padding, dilation
    padded = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    windows = sliding_window_view(padded, (dh * (kh - 1) + 1, dw * (kw - 1) + 1), axis=(2, 3))[
        ..., ::dh, ::dw
    ]
    b, c, oh, ow, _, _ = windows.shape
    return windows.transpose(0, 1, 4, 5, 2, 3).reshape(b, c * kh * kw, oh * ow)


@misconception(
    "im2col",
    "Horizontal and vertical are exchanged: the first number of every pair is the vertical one.",
    pair=("all", "stride", "padding", "dilation"),
)
def pairs_exchanged(x, kernel_size, stride=(1, 1), padding=(0, 0), dilation=(1, 1), *, pair="all"):
    kh, kw = kernel_size
    ph, pw = padding[::-1] if pair in ("all", "padding") else padding
    dh, dw = dilation[::-1] if pair in ("all", "dilation") else dilation
    sh, sw = stride[::-1] if pair in ("all", "stride") else stride
    padded = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    windows = sliding_window_view(padded, (dh * (kh - 1) + 1, dw * (kw - 1) + 1), axis=(2, 3))
    windows = windows[:, :, ::sh, ::sw, ::dh, ::dw]
    b, c, oh, ow, _, _ = windows.shape
    return windows.transpose(0, 1, 4, 5, 2, 3).reshape(b, c * kh * kw, oh * ow)


@misconception(
    "im2col",
    "The padding is laid around with the axes exchanged, while the sizes are counted with it the right way round: its "
    "first number goes above and below, its second to the left and right.",
)
def padding_laid_exchanged(x, kernel_size, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    (kh, kw), (ph, pw), (dh, dw) = kernel_size, padding, dilation
    oh = output_size(x.shape[2], kh, stride[0], ph, dh)
    ow = output_size(x.shape[3], kw, stride[1], pw, dw)
    padded = np.pad(x, ((0, 0), (0, 0), (pw, pw), (ph, ph)))
    windows = sliding_window_view(padded, (dh * (kh - 1) + 1, dw * (kw - 1) + 1), axis=(2, 3))
    windows = windows[:, :, :: stride[0], :: stride[1], ::dh, ::dw]
    return windows.transpose(0, 1, 4, 5, 2, 3).reshape(len(x), -1, oh * ow)


@misconception(
    "im2col",
    "Images in float32 come back in float64: np.zeros and np.empty make double precision by themselves. Give them the "
    "dtype of x.",
)
def always_in_double_precision(x, kernel_size, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    (kh, kw), (ph, pw), (dh, dw) = kernel_size, padding, dilation
    padded = np.zeros((*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw))
    padded[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
    windows = sliding_window_view(padded, (dh * (kh - 1) + 1, dw * (kw - 1) + 1), axis=(2, 3))
    windows = windows[:, :, :: stride[0], :: stride[1], ::dh, ::dw]
    b, c, oh, ow, _, _ = windows.shape
    return windows.transpose(0, 1, 4, 5, 2, 3).reshape(b, c * kh * kw, oh * ow)


@misconception(
    "im2col",
    "One number of a pair serves both axes. The first is the vertical one, the second the horizontal one.",
    pair=("stride", "padding", "dilation"),
)
def one_number_for_both(x, kernel_size, stride=(1, 1), padding=(0, 0), dilation=(1, 1), *, pair="stride"):
    kh, kw = kernel_size
    ph, pw = (padding[0], padding[0]) if pair == "padding" else padding
    dh, dw = (dilation[0], dilation[0]) if pair == "dilation" else dilation
    sh, sw = (stride[0], stride[0]) if pair == "stride" else stride
    padded = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    windows = sliding_window_view(padded, (dh * (kh - 1) + 1, dw * (kw - 1) + 1), axis=(2, 3))
    windows = windows[:, :, ::sh, ::sw, ::dh, ::dw]
    b, c, oh, ow, _, _ = windows.shape
    return windows.transpose(0, 1, 4, 5, 2, 3).reshape(b, c * kh * kw, oh * ow)


@misconception(
    "im2col",
    "The dilated kernel is taken to span d · k pixels. It spans d (k − 1) + 1: there is no gap after its last entry.",
)
def gap_after_the_last(x, kernel_size, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    (kh, kw), (ph, pw), (dh, dw) = kernel_size, padding, dilation
    padded = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    windows = sliding_window_view(padded, (dh * kh, dw * kw), axis=(2, 3))
    windows = windows[:, :, :: stride[0], :: stride[1], ::dh, ::dw]
    b, c, oh, ow, _, _ = windows.shape
    return windows.transpose(0, 1, 4, 5, 2, 3).reshape(b, c * kh * kw, oh * ow)


@misconception("im2col", "The padding was forgotten.")
def without_padding(x, kernel_size, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    (kh, kw), (dh, dw) = kernel_size, dilation
    windows = sliding_window_view(x, (dh * (kh - 1) + 1, dw * (kw - 1) + 1), axis=(2, 3))
    windows = windows[:, :, :: stride[0], :: stride[1], ::dh, ::dw]
    b, c, oh, ow, _, _ = windows.shape
    return windows.transpose(0, 1, 4, 5, 2, 3).reshape(b, c * kh * kw, oh * ow)


@misconception("im2col", "One row per position: here a position is a column, the last axis.")
def positions_in_rows(x, kernel_size, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    (kh, kw), (ph, pw), (dh, dw) = kernel_size, padding, dilation
    padded = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    windows = sliding_window_view(padded, (dh * (kh - 1) + 1, dw * (kw - 1) + 1), axis=(2, 3))
    windows = windows[:, :, :: stride[0], :: stride[1], ::dh, ::dw]
    b, c, oh, ow, _, _ = windows.shape
    return windows.transpose(0, 2, 3, 1, 4, 5).reshape(b, oh * ow, c * kh * kw)


@misconception(
    "im2col",
    "The padding is added at one end of each axis only, or all of it is laid on one side. There are "
    "`padding` zeros at *both* ends.",
    before=(0, 1),
)
def padded_at_one_end(x, kernel_size, stride=(1, 1), padding=(0, 0), dilation=(1, 1), *, before=1):
    (kh, kw), (ph, pw), (dh, dw) = kernel_size, padding, dilation
    margins = [(ph, 0), (pw, 0)] if before else [(0, ph), (0, pw)]
    padded = np.pad(x, ((0, 0), (0, 0), *margins))
    windows = sliding_window_view(padded, (dh * (kh - 1) + 1, dw * (kw - 1) + 1), axis=(2, 3))
    windows = windows[:, :, :: stride[0], :: stride[1], ::dh, ::dw]
    b, c, oh, ow, _, _ = windows.shape
    return windows.transpose(0, 1, 4, 5, 2, 3).reshape(b, c * kh * kw, oh * ow)


@misconception(
    "im2col",
    "The dilation is ignored: neighbouring entries of the kernel lie d pixels apart.",
    sizes=("of the windows", "counted with it"),
)
def entries_side_by_side(
    x, kernel_size, stride=(1, 1), padding=(0, 0), dilation=(1, 1), *, sizes="of the windows"
):
    (kh, kw), (ph, pw) = kernel_size, padding
    padded = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    windows = sliding_window_view(padded, kernel_size, axis=(2, 3))[:, :, :: stride[0], :: stride[1]]
    b, c, oh, ow, _, _ = windows.shape
    if sizes == "counted with it":
        oh = output_size(x.shape[2], kh, stride[0], ph, dilation[0])
        ow = output_size(x.shape[3], kw, stride[1], pw, dilation[1])
    return windows.transpose(0, 1, 4, 5, 2, 3).reshape(b, c * kh * kw, oh * ow)


@misconception(
    "im2col",
    "np.pad takes a pair (before, after) for every axis, and `padding` is (vertical, horizontal): it was given as "
    "such a pair. The vertical number goes above and below, the horizontal one to the left and right.",
    sizes=("of the windows", "counted"),
)
def pair_taken_for_before_and_after(
    x, kernel_size, stride=(1, 1), padding=(0, 0), dilation=(1, 1), *, sizes="of the windows"
):
    (kh, kw), (dh, dw) = kernel_size, dilation
    padded = np.pad(x, ((0, 0), (0, 0), padding, padding))
    windows = sliding_window_view(padded, (dh * (kh - 1) + 1, dw * (kw - 1) + 1), axis=(2, 3))
    windows = windows[:, :, :: stride[0], :: stride[1], ::dh, ::dw]
    b, c, oh, ow, _, _ = windows.shape
    if sizes == "counted":
        oh = output_size(x.shape[2], kh, stride[0], padding[0], dh)
        ow = output_size(x.shape[3], kw, stride[1], padding[1], dw)
    return windows.transpose(0, 1, 4, 5, 2, 3).reshape(b, c * kh * kw, oh * ow)


@misconception(
    "im2col",
    "The batch and the channels are padded as well: np.pad with one number pads every axis. Give a pair "
    "for each of the four, (0, 0) for those two.",
)
def every_axis_padded(x, kernel_size, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    (kh, kw), (dh, dw) = kernel_size, dilation
    padded = np.pad(x, padding[0])
    windows = sliding_window_view(padded, (dh * (kh - 1) + 1, dw * (kw - 1) + 1), axis=(2, 3))
    windows = windows[:, :, :: stride[0], :: stride[1], ::dh, ::dw]
    b, c, oh, ow, _, _ = windows.shape
    return windows.transpose(0, 1, 4, 5, 2, 3).reshape(b, c * kh * kw, oh * ow)


@misconception(
    "im2col",
    "The image is continued by its border, or mirrored. Around it there are zeros.",
    how=("edge", "reflect"),
)
def border_for_zeros(x, kernel_size, stride=(1, 1), padding=(0, 0), dilation=(1, 1), *, how="edge"):
    (kh, kw), (ph, pw), (dh, dw) = kernel_size, padding, dilation
    padded = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)), mode=how)
    windows = sliding_window_view(padded, (dh * (kh - 1) + 1, dw * (kw - 1) + 1), axis=(2, 3))
    windows = windows[:, :, :: stride[0], :: stride[1], ::dh, ::dw]
    b, c, oh, ow, _, _ = windows.shape
    return windows.transpose(0, 1, 4, 5, 2, 3).reshape(b, c * kh * kw, oh * ow)


@misconception(
    "im2col",
    "Positions are counted column by column. They are counted row by row: the last axis runs fastest.",
)
def positions_by_columns(x, kernel_size, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    (kh, kw), (ph, pw), (dh, dw) = kernel_size, padding, dilation
    padded = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    windows = sliding_window_view(padded, (dh * (kh - 1) + 1, dw * (kw - 1) + 1), axis=(2, 3))
    windows = windows[:, :, :: stride[0], :: stride[1], ::dh, ::dw]
    b, c, oh, ow, _, _ = windows.shape
    return windows.transpose(0, 1, 4, 5, 3, 2).reshape(b, c * kh * kw, oh * ow)


@variant("im2col")
def position_by_position(x, kernel_size, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    (kh, kw), (sh, sw), (ph, pw), (dh, dw) = kernel_size, stride, padding, dilation
    x = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    height, width = dh * (kh - 1) + 1, dw * (kw - 1) + 1
    columns = []
    for i in range(0, x.shape[2] - height + 1, sh):
        for j in range(0, x.shape[3] - width + 1, sw):
            columns.append(x[:, :, i : i + height : dh, j : j + width : dw].reshape(len(x), -1))
    return np.stack(columns, axis=2)


@variant("im2col")
def entry_by_entry_of_the_kernel(x, kernel_size, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    (kh, kw), (sh, sw), (ph, pw), (dh, dw) = kernel_size, stride, padding, dilation
    b, c, h, w = x.shape
    oh, ow = output_size(h, kh, sh, ph, dh), output_size(w, kw, sw, pw, dw)
    padded = np.zeros((b, c, h + 2 * ph, w + 2 * pw), x.dtype)
    padded[:, :, ph : ph + h, pw : pw + w] = x
    columns = np.empty((b, c, kh, kw, oh, ow), x.dtype)
    for i in range(kh):
        for j in range(kw):
            columns[:, :, i, j] = padded[:, :, i * dh :, j * dw :][:, :, ::sh, ::sw][:, :, :oh, :ow]
    return columns.reshape(b, c * kh * kw, oh * ow)


@variant("im2col")
def by_stride_tricks(x, kernel_size, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    (kh, kw), (sh, sw), (ph, pw), (dh, dw) = kernel_size, stride, padding, dilation
    b, c, h, w = x.shape
    oh, ow = output_size(h, kh, sh, ph, dh), output_size(w, kw, sw, pw, dw)
    x = np.ascontiguousarray(np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw))))
    image, channel, row, column = x.strides
    strides = (image, channel, row * dh, column * dw, row * sh, column * sw)
    return as_strided(x, (b, c, kh, kw, oh, ow), strides).reshape(b, c * kh * kw, oh * ow).copy()


@misconception(
    "col2im",
    "Pixels that were read several times are overwritten: every entry must be added to what is there already.",
    along=("kernel", "positions"),
)
def overwritten(
    columns, image_size, kernel_size, stride=(1, 1), padding=(0, 0), dilation=(1, 1), *, along="kernel"
):
    (h, w), (kh, kw), (sh, sw), (ph, pw), (dh, dw) = image_size, kernel_size, stride, padding, dilation
    oh, ow = output_size(h, kh, sh, ph, dh), output_size(w, kw, sw, pw, dw)
    columns = columns.reshape(len(columns), -1, kh, kw, oh, ow)
    padded = np.zeros((*columns.shape[:2], h + 2 * ph, w + 2 * pw), columns.dtype)
    if along == "positions":
        for i, j in np.ndindex(oh, ow):
            rows = slice(i * sh, i * sh + dh * (kh - 1) + 1, dh)
            padded[:, :, rows, j * sw : j * sw + dw * (kw - 1) + 1 : dw] = columns[..., i, j]
        return padded[:, :, ph : ph + h, pw : pw + w]
    for i in range(kh):
        for j in range(kw):
            padded[:, :, i * dh : i * dh + sh * oh : sh, j * dw : j * dw + sw * ow : sw] = columns[:, :, i, j]
    return padded[:, :, ph : ph + h, pw : pw + w]


@misconception(
    "col2im",
    "The sums are divided by how often a pixel was read. That is an inverse of im2col; what is needed is its adjoint.",
)
def averaged(columns, image_size, kernel_size, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    (h, w), (kh, kw), (sh, sw), (ph, pw), (dh, dw) = image_size, kernel_size, stride, padding, dilation
    oh, ow = output_size(h, kh, sh, ph, dh), output_size(w, kw, sw, pw, dw)
    columns = columns.reshape(len(columns), -1, kh, kw, oh, ow)
    padded = np.zeros((*columns.shape[:2], h + 2 * ph, w + 2 * pw))
    count = np.zeros((h + 2 * ph, w + 2 * pw))
    for i in range(kh):
        for j in range(kw):
            rows, across = slice(i * dh, i * dh + sh * oh, sh), slice(j * dw, j * dw + sw * ow, sw)
            padded[:, :, rows, across] += columns[:, :, i, j]
            count[rows, across] += 1
    return (padded / np.maximum(count, 1))[:, :, ph : ph + h, pw : pw + w]


@misconception("col2im", "The padding is still there: cut it off, the images have the size image_size.")
def padding_left(columns, image_size, kernel_size, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    (h, w), (kh, kw), (sh, sw), (ph, pw), (dh, dw) = image_size, kernel_size, stride, padding, dilation
    oh, ow = output_size(h, kh, sh, ph, dh), output_size(w, kw, sw, pw, dw)
    columns = columns.reshape(len(columns), -1, kh, kw, oh, ow)
    padded = np.zeros((*columns.shape[:2], h + 2 * ph, w + 2 * pw), columns.dtype)
    for i in range(kh):
        for j in range(kw):
            padded[:, :, i * dh : i * dh + sh * oh : sh, j * dw : j * dw + sw * ow : sw] += columns[
                :, :, i, j
            ]
    return padded


@misconception("col2im", "The padding is cut off at one end only, so that the images are shifted.")
def cut_at_the_end(columns, image_size, kernel_size, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    (h, w), (kh, kw), (sh, sw), (ph, pw), (dh, dw) = image_size, kernel_size, stride, padding, dilation
    oh, ow = output_size(h, kh, sh, ph, dh), output_size(w, kw, sw, pw, dw)
    columns = columns.reshape(len(columns), -1, kh, kw, oh, ow)
    padded = np.zeros((*columns.shape[:2], h + 2 * ph, w + 2 * pw), columns.dtype)
    for i in range(kh):
        for j in range(kw):
            padded[:, :, i * dh : i * dh + sh * oh : sh, j * dw : j * dw + sw * ow : sw] += columns[
                :, :, i, j
            ]
    return padded[:, :, :h, :w]


@misconception("col2im", "The dilation is ignored: neighbouring entries of the kernel lie d pixels apart.")
def dilation_ignored(columns, image_size, kernel_size, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    (h, w), (kh, kw), (sh, sw), (ph, pw), (dh, dw) = image_size, kernel_size, stride, padding, dilation
    oh, ow = output_size(h, kh, sh, ph, dh), output_size(w, kw, sw, pw, dw)
    columns = columns.reshape(len(columns), -1, kh, kw, oh, ow)
    padded = np.zeros((*columns.shape[:2], h + 2 * ph, w + 2 * pw), columns.dtype)
    for i in range(kh):
        for j in range(kw):
            padded[:, :, i : i + sh * oh : sh, j : j + sw * ow : sw] += columns[:, :, i, j]
    return padded[:, :, ph : ph + h, pw : pw + w]


@misconception(
    "col2im",
    "The margin is cut off with [p:-p], which is empty when p is 0. Write [p : p + h].",
)
def cut_by_minus_zero(columns, image_size, kernel_size, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    (h, w), (kh, kw), (sh, sw), (ph, pw), (dh, dw) = image_size, kernel_size, stride, padding, dilation
    oh, ow = output_size(h, kh, sh, ph, dh), output_size(w, kw, sw, pw, dw)
    columns = columns.reshape(len(columns), -1, kh, kw, oh, ow)
    padded = np.zeros((*columns.shape[:2], h + 2 * ph, w + 2 * pw), columns.dtype)
    for i in range(kh):
        for j in range(kw):
            rows, across = slice(i * dh, i * dh + sh * oh, sh), slice(j * dw, j * dw + sw * ow, sw)
            padded[:, :, rows, across] += columns[:, :, i, j]
    return padded[:, :, ph:-ph, pw:-pw]


@misconception(
    "col2im",
    "Rows and columns of the padding are exchanged: the first number of every pair is the vertical one.",
)
def margins_exchanged(columns, image_size, kernel_size, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    (h, w), (kh, kw), (sh, sw), (ph, pw), (dh, dw) = image_size, kernel_size, stride, padding, dilation
    oh, ow = output_size(h, kh, sh, ph, dh), output_size(w, kw, sw, pw, dw)
    columns = columns.reshape(len(columns), -1, kh, kw, oh, ow)
    padded = np.zeros((*columns.shape[:2], h + 2 * ph, w + 2 * pw), columns.dtype)
    for i in range(kh):
        for j in range(kw):
            rows, across = slice(i * dh, i * dh + sh * oh, sh), slice(j * dw, j * dw + sw * ow, sw)
            padded[:, :, rows, across] += columns[:, :, i, j]
    return padded[:, :, pw : pw + h, ph : ph + w]


@misconception(
    "col2im",
    "Within a column the channel comes first, then the row and the column of the kernel. Here it was read"
    " the other way round.",
)
def read_channel_last(columns, image_size, kernel_size, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    b, entries, positions = columns.shape
    kh, kw = kernel_size
    turned = columns.reshape(b, kh * kw, -1, positions).transpose(0, 2, 1, 3).reshape(b, entries, positions)
    (h, w), (sh, sw), (ph, pw), (dh, dw) = image_size, stride, padding, dilation
    oh, ow = output_size(h, kh, sh, ph, dh), output_size(w, kw, sw, pw, dw)
    parts = turned.reshape(b, -1, kh, kw, oh, ow)
    padded = np.zeros((*parts.shape[:2], h + 2 * ph, w + 2 * pw), parts.dtype)
    for i in range(kh):
        for j in range(kw):
            rows, across = slice(i * dh, i * dh + sh * oh, sh), slice(j * dw, j * dw + sw * ow, sw)
            padded[:, :, rows, across] += parts[:, :, i, j]
    return padded[:, :, ph : ph + h, pw : pw + w]


@misconception(
    "col2im", "The stride is left out: neighbouring positions lie s pixels apart, also on the way back."
)
def positions_side_by_side(columns, image_size, kernel_size, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    (h, w), (kh, kw), (sh, sw), (ph, pw), (dh, dw) = image_size, kernel_size, stride, padding, dilation
    oh, ow = output_size(h, kh, sh, ph, dh), output_size(w, kw, sw, pw, dw)
    parts = columns.reshape(len(columns), -1, kh, kw, oh, ow)
    padded = np.zeros((*parts.shape[:2], h + 2 * ph, w + 2 * pw), parts.dtype)
    for i in range(kh):
        for j in range(kw):
            padded[:, :, i * dh : i * dh + oh, j * dw : j * dw + ow] += parts[:, :, i, j]
    return padded[:, :, ph : ph + h, pw : pw + w]


@misconception(
    "col2im",
    "Within a column the kernel is read column by column. Its entries follow one another row by row: (kh, kw).",
)
def read_by_columns(columns, image_size, kernel_size, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    (h, w), (kh, kw), (sh, sw), (ph, pw), (dh, dw) = image_size, kernel_size, stride, padding, dilation
    oh, ow = output_size(h, kh, sh, ph, dh), output_size(w, kw, sw, pw, dw)
    parts = columns.reshape(len(columns), -1, kw, kh, oh, ow)
    padded = np.zeros((*parts.shape[:2], h + 2 * ph, w + 2 * pw), parts.dtype)
    for i in range(kh):
        for j in range(kw):
            rows, across = slice(i * dh, i * dh + sh * oh, sh), slice(j * dw, j * dw + sw * ow, sw)
            padded[:, :, rows, across] += parts[:, :, j, i]
    return padded[:, :, ph : ph + h, pw : pw + w]


@variant("col2im")
def added_position_by_position(
    columns, image_size, kernel_size, stride=(1, 1), padding=(0, 0), dilation=(1, 1)
):
    (h, w), (kh, kw), (sh, sw), (ph, pw), (dh, dw) = image_size, kernel_size, stride, padding, dilation
    oh, ow = output_size(h, kh, sh, ph, dh), output_size(w, kw, sw, pw, dw)
    b, channels = len(columns), columns.shape[1] // (kh * kw)
    padded = np.zeros((b, channels, h + 2 * ph, w + 2 * pw))
    for position in range(oh * ow):
        i, j = position // ow * sh, position % ow * sw
        window = columns[:, :, position].reshape(b, channels, kh, kw)
        padded[:, :, i : i + dh * (kh - 1) + 1 : dh, j : j + dw * (kw - 1) + 1 : dw] += window
    return padded[:, :, ph : ph + h, pw : pw + w]


@variant("col2im")
def by_index(columns, image_size, kernel_size, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    (h, w), (kh, kw) = image_size, kernel_size
    b, channels = len(columns), columns.shape[1] // (kh * kw)
    number = np.arange(1, channels * h * w + 1).reshape(1, channels, h, w)
    where = im2col(number, kernel_size, stride, padding, dilation)[0]
    images = np.zeros((b, channels * h * w + 1))
    for n in range(b):
        np.add.at(images[n], where, columns[n])
    return images[:, 1:].reshape(b, channels, h, w)


@misconception(
    "conv2d",
    "The kernels are turned by 180 degrees. What deep learning calls a convolution is a correlation.",
)
def flipped_kernels(x, weight, bias=None, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    f, _, kh, kw = weight.shape
    columns = im2col(x, (kh, kw), stride, padding, dilation)
    oh = output_size(x.shape[2], kh, stride[0], padding[0], dilation[0])
    y = weight[:, :, ::-1, ::-1].reshape(f, -1) @ columns
    return (y if bias is None else y + bias[:, None]).reshape(len(x), f, oh, -1)


@misconception(
    "conv2d",
    "The bias is added along the last axis, the width. Each of its numbers belongs to a filter, the second axis.",
)
def bias_along_the_width(x, weight, bias=None, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    f, _, kh, kw = weight.shape
    oh = output_size(x.shape[2], kh, stride[0], padding[0], dilation[0])
    y = weight.reshape(f, -1) @ im2col(x, (kh, kw), stride, padding, dilation)
    y = y.reshape(len(x), f, oh, -1)
    return y if bias is None else y + bias


@misconception("conv2d", "The bias was forgotten.")
def bias_forgotten(x, weight, bias=None, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    f, _, kh, kw = weight.shape
    oh = output_size(x.shape[2], kh, stride[0], padding[0], dilation[0])
    return (weight.reshape(f, -1) @ im2col(x, (kh, kw), stride, padding, dilation)).reshape(len(x), f, oh, -1)


@misconception(
    "conv2d",
    "A reshape does not transpose: the first axis of the weights are the filters, so the matrix is "
    "weight.reshape(f, -1).",
)
def weights_reshaped_away(x, weight, bias=None, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    f, _, kh, kw = weight.shape
    oh = output_size(x.shape[2], kh, stride[0], padding[0], dilation[0])
    y = weight.reshape(-1, f).T @ im2col(x, (kh, kw), stride, padding, dilation)
    return (y if bias is None else y + bias[:, None]).reshape(len(x), f, oh, -1)


@misconception(
    "conv2d",
    "Images and filters are mixed up by a reshape: after the product the images come first, then the filters.",
)
def filters_first(x, weight, bias=None, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    f, _, kh, kw = weight.shape
    oh = output_size(x.shape[2], kh, stride[0], padding[0], dilation[0])
    y = weight.reshape(f, -1) @ im2col(x, (kh, kw), stride, padding, dilation)
    y = y if bias is None else y + bias[:, None]
    return y.reshape(f, len(x), oh, -1).transpose(1, 0, 2, 3)


@misconception(
    "conv2d",
    "Stride, padding and dilation count in the sizes of the result, but one of them is not handed to im2col.",
    forgotten=("stride", "padding", "dilation", "all"),
)
def not_handed_to_im2col(
    x, weight, bias=None, stride=(1, 1), padding=(0, 0), dilation=(1, 1), *, forgotten="all"
):
    f, _, kh, kw = weight.shape
    oh = output_size(x.shape[2], kh, stride[0], padding[0], dilation[0])
    ow = output_size(x.shape[3], kw, stride[1], padding[1], dilation[1])
    s, p, d = stride, padding, dilation
    s = (1, 1) if forgotten in ("stride", "all") else s
    p = (0, 0) if forgotten in ("padding", "all") else p
    d = (1, 1) if forgotten in ("dilation", "all") else d
    y = weight.reshape(f, -1) @ im2col(x, (kh, kw), s, p, d)
    return (y if bias is None else y + bias[:, None]).reshape(len(x), f, oh, ow)


@misconception(
    "conv2d",
    "`if bias:` asks an array of several numbers for one truth value. Whether there is one: `if bias is not None`.",
)
def truth_of_the_bias(x, weight, bias=None, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    f, _, kh, kw = weight.shape
    oh = output_size(x.shape[2], kh, stride[0], padding[0], dilation[0])
    y = weight.reshape(f, -1) @ im2col(x, (kh, kw), stride, padding, dilation)
    if bias:
        y = y + bias[:, None]
    return y.reshape(len(x), f, oh, -1)


@misconception("conv2d", "The stride is ignored.")
def stride_ignored(x, weight, bias=None, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    f, _, kh, kw = weight.shape
    columns = im2col(x, (kh, kw), (1, 1), padding, dilation)
    oh = output_size(x.shape[2], kh, 1, padding[0], dilation[0])
    y = weight.reshape(f, -1) @ columns
    return (y if bias is None else y + bias[:, None]).reshape(len(x), f, oh, -1)


@misconception(
    "conv2d",
    "Rows and columns of the kernels are exchanged. Nobody notices while everything is square and symmetric.",
)
def kernels_transposed(x, weight, bias=None, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    f, _, kh, kw = weight.shape
    columns = im2col(x, (kh, kw), stride, padding, dilation)
    oh = output_size(x.shape[2], kh, stride[0], padding[0], dilation[0])
    y = weight.transpose(0, 1, 3, 2).reshape(f, -1) @ columns
    return (y if bias is None else y + bias[:, None]).reshape(len(x), f, oh, -1)


@misconception(
    "conv2d", "Only the first channel is looked at. A filter has a kernel for every channel, and adds up."
)
def first_channel_only(x, weight, bias=None, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    f, _, kh, kw = weight.shape
    columns = im2col(x[:, :1], (kh, kw), stride, padding, dilation)
    oh = output_size(x.shape[2], kh, stride[0], padding[0], dilation[0])
    y = weight[:, 0].reshape(f, -1) @ columns
    return (y if bias is None else y + bias[:, None]).reshape(len(x), f, oh, -1)


@misconception("conv2d", "The dilation is ignored.")
def undilated(x, weight, bias=None, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    f, _, kh, kw = weight.shape
    columns = im2col(x, (kh, kw), stride, padding)
    oh = output_size(x.shape[2], kh, stride[0], padding[0])
    y = weight.reshape(f, -1) @ columns
    return (y if bias is None else y + bias[:, None]).reshape(len(x), f, oh, -1)


@misconception(
    "conv2d",
    "The padding is ignored.",
)
def padding_ignored(x, weight, bias=None, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    f, _, kh, kw = weight.shape
    oh = output_size(x.shape[2], kh, stride[0], 0, dilation[0])
    ow = output_size(x.shape[3], kw, stride[1], 0, dilation[1])
    y = weight.reshape(f, -1) @ im2col(x, (kh, kw), stride, (0, 0), dilation)
    if bias is not None:
        y += bias[:, np.newaxis]
    return y.reshape(len(x), f, oh, ow)


@misconception(
    "conv2d",
    "The axes were reshaped without being transposed: positions came before filters, and the numbers are "
    "all there in the wrong places.",
)
def positions_before_filters(x, weight, bias=None, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    f, _, kh, kw = weight.shape
    oh = output_size(x.shape[2], kh, stride[0], padding[0], dilation[0])
    ow = output_size(x.shape[3], kw, stride[1], padding[1], dilation[1])
    y = im2col(x, (kh, kw), stride, padding, dilation).transpose(0, 2, 1) @ weight.reshape(f, -1).T
    if bias is not None:
        y = y + bias
    return y.reshape(len(x), f, oh, ow)


@variant("conv2d")
def sum_of_shifted_products(x, weight, bias=None, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    f, _, kh, kw = weight.shape
    (sh, sw), (ph, pw), (dh, dw) = stride, padding, dilation
    oh, ow = output_size(x.shape[2], kh, sh, ph, dh), output_size(x.shape[3], kw, sw, pw, dw)
    padded = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    y = np.zeros((len(x), f, oh, ow))
    for i in range(kh):
        for j in range(kw):
            seen = padded[:, :, i * dh : i * dh + sh * oh : sh, j * dw : j * dw + sw * ow : sw]
            y += np.einsum("fc,bchw->bfhw", weight[:, :, i, j], seen)
    return y if bias is None else y + bias.reshape(1, -1, 1, 1)


@variant("conv2d")
def by_einsum_over_windows(x, weight, bias=None, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    (ph, pw), (dh, dw), (kh, kw) = padding, dilation, weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    windows = sliding_window_view(padded, (dh * (kh - 1) + 1, dw * (kw - 1) + 1), axis=(2, 3))
    windows = windows[:, :, :: stride[0], :: stride[1], ::dh, ::dw]
    y = np.einsum("bchwij,fcij->bfhw", windows, weight)
    return y if bias is None else y + bias[:, None, None]


@variant("conv2d")
def image_by_image(x, weight, bias=None, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    f, _, kh, kw = weight.shape
    oh = output_size(x.shape[2], kh, stride[0], padding[0], dilation[0])
    ow = output_size(x.shape[3], kw, stride[1], padding[1], dilation[1])
    offset = np.zeros(f) if bias is None else bias
    result = []
    for image in x:
        columns = np.asarray(im2col(image[None], (kh, kw), stride, padding, dilation))[0]
        result.append((np.dot(weight.reshape(f, -1), columns) + offset[:, None]).reshape(f, oh, ow))
    return np.array(result)


@misconception(
    "conv2d_backward", "The gradients by weight and bias are means over the batch; the chain rule adds up."
)
def mean_over_the_batch(grad, x, weight, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    flat = grad.reshape(*grad.shape[:2], -1)
    columns = im2col(x, weight.shape[2:], stride, padding, dilation)
    dweight = (flat @ columns.transpose(0, 2, 1)).mean(axis=0).reshape(weight.shape)
    dcolumns = weight.reshape(len(weight), -1).T @ flat
    dx = col2im(dcolumns, x.shape[2:], weight.shape[2:], stride, padding, dilation)
    return dx, dweight, flat.sum(axis=2).mean(axis=0)


@misconception(
    "conv2d_backward", "The bias is added at every position: its gradient is a sum over positions too."
)
def bias_of_one_position(grad, x, weight, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    flat = grad.reshape(*grad.shape[:2], -1)
    columns = im2col(x, weight.shape[2:], stride, padding, dilation)
    dweight = (flat @ columns.transpose(0, 2, 1)).sum(axis=0).reshape(weight.shape)
    dcolumns = weight.reshape(len(weight), -1).T @ flat
    dx = col2im(dcolumns, x.shape[2:], weight.shape[2:], stride, padding, dilation)
    return dx, dweight, flat.mean(axis=2).sum(axis=0)


@misconception(
    "conv2d_backward",
    "The kernels were turned by 180 degrees on the way back. col2im goes back the way by itself; turning belongs to "
    "the other form of the formula, a full convolution.",
)
def kernels_turned(grad, x, weight, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    flat = grad.reshape(*grad.shape[:2], -1)
    columns = im2col(x, weight.shape[2:], stride, padding, dilation)
    dweight = (flat @ columns.transpose(0, 2, 1)).sum(axis=0).reshape(weight.shape)
    dcolumns = weight[:, :, ::-1, ::-1].reshape(len(weight), -1).T @ flat
    dx = col2im(dcolumns, x.shape[2:], weight.shape[2:], stride, padding, dilation)
    return dx, dweight, flat.sum(axis=(0, 2))


@misconception(
    "conv2d_backward", "The gradient by the weights is that of the first image only; the batch is a sum."
)
def first_image_only(grad, x, weight, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    flat = grad.reshape(*grad.shape[:2], -1)
    columns = im2col(x, weight.shape[2:], stride, padding, dilation)
    dweight = (flat @ columns.transpose(0, 2, 1))[0].reshape(weight.shape)
    dcolumns = weight.reshape(len(weight), -1).T @ flat
    dx = col2im(dcolumns, x.shape[2:], weight.shape[2:], stride, padding, dilation)
    return dx, dweight, flat.sum(axis=(0, 2))


@misconception(
    "conv2d_backward",
    "Gradients by x that fell on the same pixel overwrite each other. Where windows overlap, they are added.",
)
def overlaps_overwritten(grad, x, weight, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    b, f, oh, ow = grad.shape
    (h, w), (kh, kw), (sh, sw), (ph, pw), (dh, dw) = x.shape[2:], weight.shape[2:], stride, padding, dilation
    flat = grad.reshape(b, f, -1)
    columns = im2col(x, (kh, kw), stride, padding, dilation)
    dweight = (flat @ columns.transpose(0, 2, 1)).sum(axis=0).reshape(weight.shape)
    pieces = (weight.reshape(f, -1).T @ flat).reshape(b, -1, kh, kw, oh, ow)
    padded = np.zeros((b, x.shape[1], h + 2 * ph, w + 2 * pw))
    for i in range(kh):
        for j in range(kw):
            padded[:, :, i * dh : i * dh + sh * oh : sh, j * dw : j * dw + sw * ow : sw] = pieces[:, :, i, j]
    return padded[:, :, ph : ph + h, pw : pw + w], dweight, flat.sum(axis=(0, 2))


@misconception("conv2d_backward", "The parts come in another order: dx, dweight, dbias are asked for.")
def weight_first(grad, x, weight, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    flat = grad.reshape(*grad.shape[:2], -1)
    columns = im2col(x, weight.shape[2:], stride, padding, dilation)
    dweight = (flat @ columns.transpose(0, 2, 1)).sum(axis=0).reshape(weight.shape)
    dcolumns = weight.reshape(len(weight), -1).T @ flat
    return (
        dweight,
        flat.sum(axis=(0, 2)),
        col2im(dcolumns, x.shape[2:], weight.shape[2:], stride, padding, dilation),
    )


@misconception(
    "conv2d_backward",
    "The gradient by the bias is left with an axis for the images: it is one number per filter, summed "
    "over the batch as well.",
)
def bias_per_image(grad, x, weight, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    b, f, _, _ = grad.shape
    kernel_size, flat = weight.shape[2:], grad.reshape(b, f, -1)
    columns = im2col(x, kernel_size, stride, padding, dilation)
    dweight = (flat @ columns.transpose(0, 2, 1)).sum(axis=0).reshape(weight.shape)
    dx = col2im(weight.reshape(f, -1).T @ flat, x.shape[2:], kernel_size, stride, padding, dilation)
    return dx, dweight, flat.sum(axis=2)


@misconception(
    "conv2d_backward",
    "The gradients of the weights are those of every image by itself. All images share the weights: add "
    "up over the batch.",
)
def weights_per_image(grad, x, weight, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    b, f, _, _ = grad.shape
    kernel_size, flat = weight.shape[2:], grad.reshape(b, f, -1)
    columns = im2col(x, kernel_size, stride, padding, dilation)
    dweight = (flat @ columns.transpose(0, 2, 1)).reshape(b, *weight.shape)
    dx = col2im(weight.reshape(f, -1).T @ flat, x.shape[2:], kernel_size, stride, padding, dilation)
    return dx, dweight, flat.sum(axis=(0, 2))


@misconception(
    "conv2d_backward",
    "Stride, padding or dilation are not handed to im2col and col2im, or to one of them, which then looks at other "
    "pixels than the forward pass did.",
    left_out=("stride", "padding", "dilation"),
    by=("both", "col2im", "im2col"),
)
def geometry_left_out(
    grad, x, weight, stride=(1, 1), padding=(0, 0), dilation=(1, 1), *, left_out="stride", by="both"
):
    b, f, _, _ = grad.shape
    whole = {"stride": stride, "padding": padding, "dilation": dilation}
    fewer = {name: pair for name, pair in whole.items() if name != left_out}
    kernel_size, flat = weight.shape[2:], grad.reshape(b, f, -1)
    columns = im2col(x, kernel_size, **(whole if by == "col2im" else fewer))
    dweight = (flat @ columns.transpose(0, 2, 1)).sum(axis=0).reshape(weight.shape)
    dcolumns = weight.reshape(f, -1).T @ flat
    dx = col2im(dcolumns, x.shape[2:], kernel_size, **(whole if by == "im2col" else fewer))
    return dx, dweight, flat.sum(axis=(0, 2))


@variant("conv2d_backward")
def shift_by_shift(grad, x, weight, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    _, _, oh, ow = grad.shape
    (h, w), (kh, kw), (sh, sw), (ph, pw), (dh, dw) = x.shape[2:], weight.shape[2:], stride, padding, dilation
    padded = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    dpadded, dweight = np.zeros_like(padded), np.zeros_like(weight)
    for i in range(kh):
        for j in range(kw):
            place = (..., slice(i * dh, i * dh + sh * oh, sh), slice(j * dw, j * dw + sw * ow, sw))
            dweight[:, :, i, j] = np.einsum("bfhw,bchw->fc", grad, padded[place])
            dpadded[place] += np.einsum("bfhw,fc->bchw", grad, weight[:, :, i, j])
    return dpadded[:, :, ph : ph + h, pw : pw + w], dweight, grad.sum(axis=(0, 2, 3))


@variant("conv2d_backward")
def by_tensordot(grad, x, weight, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    f, kernel_size = weight.shape[0], weight.shape[2:]
    flat = grad.reshape(len(grad), f, -1)
    columns = np.asarray(im2col(x, kernel_size, stride, padding, dilation))
    dweight = np.tensordot(flat, columns, axes=((0, 2), (0, 2))).reshape(weight.shape)
    dcolumns = np.einsum("fk,bfp->bkp", weight.reshape(f, -1), flat)
    dx = col2im(dcolumns, tuple(x.shape[2:]), kernel_size, stride, padding, dilation)
    return [dx, dweight, flat.sum(axis=2).sum(axis=0)]


@misconception("conv1d", "The kernel is reversed, as np.convolve does it. Here it is laid on as it is.")
def reversed_kernel(x, weight, bias=None, stride=1, padding=0, dilation=1):
    return conv2d(x[:, :, None], weight[:, :, None, ::-1], bias, (1, stride), (0, padding), (1, dilation))[
        :, :, 0
    ]


@misconception("conv1d", "Zeros are added above and below as well: the height of the series must stay 1.")
def padded_in_height(x, weight, bias=None, stride=1, padding=0, dilation=1):
    return conv2d(x[:, :, None], weight[:, :, None], bias, (1, stride), (padding, padding), (1, dilation))[
        :, :, 0
    ]


@misconception("conv1d", "Dilation is ignored.")
def dense_kernel(x, weight, bias=None, stride=1, padding=0, dilation=1):
    return conv2d(x[:, :, None], weight[:, :, None], bias, (1, stride), (0, padding))[:, :, 0]


@misconception("conv1d", "An axis of length 1 is left: the result is (b, f, samples).")
def height_left(x, weight, bias=None, stride=1, padding=0, dilation=1):
    return conv2d(x[:, :, None], weight[:, :, None], bias, (1, stride), (0, padding), (1, dilation))


@misconception("conv1d", "The stride is ignored, or it stands where the axis is one entry long.")
def every_sample(x, weight, bias=None, stride=1, padding=0, dilation=1):
    return conv2d(x[:, :, None], weight[:, :, None], bias, (1, 1), (0, padding), (1, dilation))[:, :, 0]


@variant("conv1d")
def as_columns_of_an_image(x, weight, bias=None, stride=1, padding=0, dilation=1):
    y = conv2d(x[..., None], weight[..., None], bias, (stride, 1), (padding, 0), (dilation, 1))
    return np.squeeze(y, axis=3)


@variant("conv1d")
def by_loops_over_time(x, weight, bias=None, stride=1, padding=0, dilation=1):
    k = weight.shape[2]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding)))
    span = dilation * (k - 1) + 1
    result = []
    for start in range(0, padded.shape[2] - span + 1, stride):
        result.append(np.einsum("bck,fck->bf", padded[:, :, start : start + span : dilation], weight))
    y = np.stack(result, axis=2)
    return y if bias is None else y + bias[None, :, None]


@misconception("conv_transpose2d", "The kernel is turned by 180 degrees: every pixel stamps it as it is.")
def stamped_turned(x, weight, bias=None, stride=(1, 1), padding=(0, 0)):
    f, _, kh, kw = weight.shape
    size = [
        (n - 1) * s - 2 * p + k for n, s, p, k in zip(x.shape[2:], stride, padding, (kh, kw), strict=True)
    ]
    columns = weight[:, :, ::-1, ::-1].reshape(f, -1).T @ x.reshape(len(x), f, -1)
    y = col2im(columns, size, (kh, kw), stride, padding)
    return y if bias is None else y + bias[:, None, None]


@misconception(
    "conv_transpose2d",
    "The size of the result is another one: it is (n − 1) · stride − 2 · padding + kernel, with the padding taken "
    "*away*.",
    slip=("padding added", "padding once", "n for n - 1"),
)
def of_another_size(x, weight, bias=None, stride=(1, 1), padding=(0, 0), *, slip="padding added"):
    f, _, kh, kw = weight.shape
    one, times = (0 if slip == "n for n - 1" else 1), {"padding added": 2, "padding once": -1}.get(slip, -2)
    size = [
        (n - one) * s + times * p + k
        for n, s, p, k in zip(x.shape[2:], stride, padding, (kh, kw), strict=True)
    ]
    y = col2im(weight.reshape(f, -1).T @ x.reshape(len(x), f, -1), size, (kh, kw), stride, padding)
    return y if bias is None else y + bias[:, None, None]


@misconception("conv_transpose2d", "The bias was forgotten.")
def no_bias(x, weight, bias=None, stride=(1, 1), padding=(0, 0)):
    f, _, kh, kw = weight.shape
    size = [
        (n - 1) * s - 2 * p + k for n, s, p, k in zip(x.shape[2:], stride, padding, (kh, kw), strict=True)
    ]
    return col2im(weight.reshape(f, -1).T @ x.reshape(len(x), f, -1), size, (kh, kw), stride, padding)


@misconception("conv_transpose2d", "Padding makes the result smaller here: the margin is cut off, not added.")
def margin_kept(x, weight, bias=None, stride=(1, 1), padding=(0, 0)):
    f, _, kh, kw = weight.shape
    size = [(n - 1) * s + k for n, s, k in zip(x.shape[2:], stride, (kh, kw), strict=True)]
    y = col2im(weight.reshape(f, -1).T @ x.reshape(len(x), f, -1), size, (kh, kw), stride)
    return y if bias is None else y + bias[:, None, None]


@variant("conv_transpose2d")
def pixel_by_pixel(x, weight, bias=None, stride=(1, 1), padding=(0, 0)):
    (b, _, oh, ow), (_, c, kh, kw), (sh, sw), (ph, pw) = x.shape, weight.shape, stride, padding
    y = np.zeros((b, c, (oh - 1) * sh + kh, (ow - 1) * sw + kw))
    for i in range(oh):
        for j in range(ow):
            y[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += np.einsum(
                "bf,fchw->bchw", x[:, :, i, j], weight
            )
    y = y[:, :, ph : y.shape[2] - ph, pw : y.shape[3] - pw]
    return y if bias is None else y + bias[:, None, None]


@variant("conv_transpose2d")
def convolution_of_spread_pixels(x, weight, bias=None, stride=(1, 1), padding=(0, 0)):
    (b, f, oh, ow), (_, _, kh, kw), (sh, sw), (ph, pw) = x.shape, weight.shape, stride, padding
    spread = np.zeros((b, f, (oh - 1) * sh + 1, (ow - 1) * sw + 1))
    spread[:, :, ::sh, ::sw] = x
    turned = np.ascontiguousarray(weight[:, :, ::-1, ::-1].transpose(1, 0, 2, 3))
    y = conv2d(spread, turned, bias, padding=(kh - 1, kw - 1))
    return y[:, :, ph : y.shape[2] - ph, pw : y.shape[3] - pw]
