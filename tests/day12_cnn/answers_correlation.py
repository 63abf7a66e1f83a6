"""Answers to correlation.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np

from course.testing import misconception, variant
from day12_cnn.correlation import correlate, output_size


@misconception("output_size", "Padding is added at both ends of the axis, so it counts twice.")
def padding_at_one_end(n, kernel, stride=1, padding=0, dilation=1):
    free = n + padding - dilation * (kernel - 1) - 1
    if free < 0:
        raise ValueError("the kernel does not fit")
    return free // stride + 1


@misconception(
    "output_size", "Dilation is ignored: a dilated kernel of k entries spans d (k − 1) + 1 pixels."
)
def without_dilation(n, kernel, stride=1, padding=0, dilation=1):
    free = n + 2 * padding - kernel
    if free < 0:
        raise ValueError("the kernel does not fit")
    return free // stride + 1


@misconception(
    "output_size",
    "A kernel of k entries has k − 1 gaps, not k: dilated, it spans d (k − 1) + 1 pixels and not d · k.",
)
def dilation_times_entries(n, kernel, stride=1, padding=0, dilation=1):
    free = n + 2 * padding - dilation * kernel
    if free < 0:
        raise ValueError("the kernel does not fit")
    return free // stride + 1


@misconception(
    "output_size",
    "A position is missing: moving s pixels on f times gives f + 1 positions; or the kernel is taken for a pixel "
    "longer than it is.",
)
def fence_posts(n, kernel, stride=1, padding=0, dilation=1):
    free = n + 2 * padding - dilation * (kernel - 1) - 1
    if free < 0:
        raise ValueError("the kernel does not fit")
    return free // stride


@misconception(
    "output_size",
    "The number of steps was rounded up. A step that would carry the kernel over the end is not taken: round down.",
)
def rounded_up(n, kernel, stride=1, padding=0, dilation=1):
    free = n + 2 * padding - dilation * (kernel - 1) - 1
    if free < 0:
        raise ValueError("the kernel does not fit")
    return -(-free // stride) + 1


@misconception(
    "output_size",
    "int() rounds towards 0, so that −1/2 becomes 0 and a kernel that does not fit gets a position. Round down with "
    "//, or ask whether it fits before you divide.",
)
def rounded_towards_zero(n, kernel, stride=1, padding=0, dilation=1):
    size = int((n + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1
    if size < 1:
        raise ValueError("the kernel does not fit")
    return size


@misconception(
    "output_size",
    "A kernel that does not fit has no position: raise ValueError instead of returning 0 or less.",
)
def without_error(n, kernel, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1


@variant("output_size")
def counted(n, kernel, stride=1, padding=0, dilation=1):
    positions = len(range(0, n + 2 * padding - dilation * (kernel - 1), stride))
    if positions == 0:
        raise ValueError("no position")
    return positions


@variant("output_size")
def floor_of_a_float(n, kernel, stride=1, padding=0, dilation=1):
    size = np.floor((n + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1)
    if size < 1:
        raise ValueError("no position")
    return int(size)


@misconception(
    "correlate",
    "The kernel is turned by 180 degrees: that is a convolution. Correlation lays the kernel on as it is.",
)
def flipped_kernel(image, kernel, mode="valid"):
    margins = {
        "valid": [(0, 0), (0, 0)],
        "same": [((k - 1) // 2, k // 2) for k in kernel.shape],
        "full": [(k - 1, k - 1) for k in kernel.shape],
    }
    if mode not in margins:
        raise ValueError("no such mode")
    padded = np.pad(image, margins[mode])
    kh, kw = kernel.shape
    rows, columns = output_size(padded.shape[0], kh), output_size(padded.shape[1], kw)
    windows = [padded[i : i + kh, j : j + kw] for i in range(rows) for j in range(columns)]
    return np.array([np.sum(window * kernel[::-1, ::-1]) for window in windows]).reshape(rows, columns)


@misconception(
    "correlate",
    "The kernel is turned over its other diagonal. With an identity matrix as the test image nobody notices; with "
    "any other it is wrong: entry (u, v) of the kernel meets pixel (i + u, j + v).",
)
def anti_transposed(image, kernel, mode="valid"):
    kh, kw = kernel.shape
    turned = np.resize(kernel[::-1, ::-1].T, (kh, kw))
    before = {"valid": (0, 0), "same": ((kh - 1) // 2, (kw - 1) // 2), "full": (kh - 1, kw - 1)}[mode]
    after = {"valid": (0, 0), "same": (kh // 2, kw // 2), "full": (kh - 1, kw - 1)}[mode]
    padded = np.pad(image, list(zip(before, after, strict=True)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (kh, kw))
    return np.einsum("ijuv,uv->ij", windows, turned)


@misconception(
    "correlate", "One position is missing at the right and at the bottom: there are n − k + 1 of them."
)
def one_position_short(image, kernel, mode="valid"):
    margins = {
        "valid": [(0, 0), (0, 0)],
        "same": [((k - 1) // 2, k // 2) for k in kernel.shape],
        "full": [(k - 1, k - 1) for k in kernel.shape],
    }
    padded = np.pad(image, margins[mode])
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape)
    return np.einsum("ijuv,uv->ij", windows, kernel)[:-1, :-1]


@misconception("correlate", "The mode is ignored: 'same' and 'full' continue the image by zeros.")
def always_valid(image, kernel, mode="valid"):
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return np.einsum("ijuv,uv->ij", windows, kernel)


@misconception(
    "correlate",
    "The image is continued by its own border, or by itself, where zeros were asked for.",
)
def continued_by_the_border(image, kernel, mode="valid"):
    margins = {
        "valid": [(0, 0), (0, 0)],
        "same": [((k - 1) // 2, k // 2) for k in kernel.shape],
        "full": [(k - 1, k - 1) for k in kernel.shape],
    }
    padded = np.pad(image, margins[mode], mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape)
    return np.einsum("ijuv,uv->ij", windows, kernel)


@misconception(
    "correlate",
    "In mode 'same', k // 2 zeros before and after are one too many when k is even.",
)
def same_for_odd_kernels_only(image, kernel, mode="valid"):
    margins = {
        "valid": [(0, 0), (0, 0)],
        "same": [(k // 2, k // 2) for k in kernel.shape],
        "full": [(k - 1, k - 1) for k in kernel.shape],
    }
    padded = np.pad(image, margins[mode])
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape)
    return np.einsum("ijuv,uv->ij", windows, kernel)


@misconception(
    "correlate",
    "In mode 'same' the odd zero of an even kernel stands on the wrong side: (k − 1) // 2 zeros come "
    "before the image, k // 2 after it.",
)
def same_on_the_other_side(image, kernel, mode="valid"):
    margins = {
        "valid": [(0, 0) for _ in kernel.shape],
        "same": [(k // 2, (k - 1) // 2) for k in kernel.shape],
        "full": [(k - 1, k - 1) for k in kernel.shape],
    }
    if mode not in margins:
        raise ValueError
    padded, (kh, kw) = np.pad(image, margins[mode]), kernel.shape
    rows, columns = (output_size(n, k) for n, k in zip(padded.shape, kernel.shape, strict=True))
    result = np.empty((rows, columns))
    for i in range(rows):
        for j in range(columns):
            result[i, j] = np.sum(padded[i : i + kh, j : j + kw] * kernel)
    return result


@misconception(
    "correlate",
    "In mode 'full' the kernel hangs over by k // 2 only. It may overlap the image by a single pixel: k −"
    " 1 zeros on every side.",
)
def full_like_same(image, kernel, mode="valid"):
    margins = {
        "valid": [(0, 0) for _ in kernel.shape],
        "same": [((k - 1) // 2, k // 2) for k in kernel.shape],
        "full": [(k // 2, k // 2) for k in kernel.shape],
    }
    if mode not in margins:
        raise ValueError
    padded, (kh, kw) = np.pad(image, margins[mode]), kernel.shape
    rows, columns = (output_size(n, k) for n, k in zip(padded.shape, kernel.shape, strict=True))
    result = np.empty((rows, columns))
    for i in range(rows):
        for j in range(columns):
            result[i, j] = np.sum(padded[i : i + kh, j : j + kw] * kernel)
    return result


@misconception(
    "correlate",
    "A kernel that is larger than the image has no position. In mode 'valid' that is a ValueError, not an empty array.",
)
def empty_where_nothing_fits(image, kernel, mode="valid"):
    margins = {
        "valid": [(0, 0) for _ in kernel.shape],
        "same": [((k - 1) // 2, k // 2) for k in kernel.shape],
        "full": [(k - 1,) * 2 for k in kernel.shape],
    }
    if mode not in margins:
        raise ValueError
    padded, (kh, kw) = np.pad(image, margins[mode]), kernel.shape
    rows, columns = (max(n - k + 1, 0) for n, k in zip(padded.shape, kernel.shape, strict=True))
    result = np.empty((rows, columns))
    for i in range(rows):
        for j in range(columns):
            result[i, j] = np.sum(padded[i : i + kh, j : j + kw] * kernel)
    return result


@misconception(
    "correlate",
    "A mode of another name is taken for one of the three, by an `else` at the end: it is to be a ValueError.",
    taken_for=("valid", "same", "full"),
)
def any_other_mode(image, kernel, mode="valid", *, taken_for="valid"):
    margins = {
        "valid": [(0, 0) for _ in kernel.shape],
        "same": [((k - 1) // 2, k // 2) for k in kernel.shape],
        "full": [(k - 1, k - 1) for k in kernel.shape],
    }
    padded, (kh, kw) = np.pad(image, margins.get(mode, margins[taken_for])), kernel.shape
    rows, columns = (output_size(n, k) for n, k in zip(padded.shape, kernel.shape, strict=True))
    result = np.empty((rows, columns))
    for i in range(rows):
        for j in range(columns):
            result[i, j] = np.sum(padded[i : i + kh, j : j + kw] * kernel)
    return result


@misconception(
    "correlate",
    "The kernel was normalised, or a mean was taken: correlation is a plain sum of products.",
)
def mean_of_products(image, kernel, mode="valid"):
    margins = {
        "valid": [(0, 0) for _ in kernel.shape],
        "same": [((k - 1) // 2, k // 2) for k in kernel.shape],
        "full": [(k - 1, k - 1) for k in kernel.shape],
    }
    if mode not in margins:
        raise ValueError
    padded, (kh, kw) = np.pad(image, margins[mode]), kernel.shape
    rows, columns = (output_size(n, k) for n, k in zip(padded.shape, kernel.shape, strict=True))
    result = np.empty((rows, columns))
    for i in range(rows):
        for j in range(columns):
            result[i, j] = np.mean(padded[i : i + kh, j : j + kw] * kernel)
    return result


@variant("correlate")
def one_entry_of_the_kernel_after_the_other(image, kernel, mode="valid"):
    kh, kw = kernel.shape
    if mode == "full":
        image = np.pad(image, [(kh - 1, kh - 1), (kw - 1, kw - 1)])
    elif mode == "same":
        image = np.pad(image, [((kh - 1) // 2, kh // 2), ((kw - 1) // 2, kw // 2)])
    elif mode != "valid":
        raise ValueError("no such mode")
    h, w = image.shape[0] - kh + 1, image.shape[1] - kw + 1
    if min(h, w) < 1:
        raise ValueError("the kernel does not fit")
    return sum(kernel[u, v] * image[u : u + h, v : v + w] for u in range(kh) for v in range(kw))


@variant("correlate")
def four_loops_into_a_list(image, kernel, mode="valid"):
    (h, w), (kh, kw) = image.shape, kernel.shape
    tops = {"valid": (0, h - kh), "same": (-((kh - 1) // 2), h - 1 - (kh - 1) // 2), "full": (1 - kh, h - 1)}
    lefts = {"valid": (0, w - kw), "same": (-((kw - 1) // 2), w - 1 - (kw - 1) // 2), "full": (1 - kw, w - 1)}
    if mode not in tops or tops[mode][1] < tops[mode][0] or lefts[mode][1] < lefts[mode][0]:
        raise ValueError("no such mode, or no position")
    result = []
    for i in range(tops[mode][0], tops[mode][1] + 1):
        result.append([])
        for j in range(lefts[mode][0], lefts[mode][1] + 1):
            total = 0.0
            for u in range(kh):
                for v in range(kw):
                    if 0 <= i + u < h and 0 <= j + v < w:
                        total += float(image[i + u, j + v]) * float(kernel[u, v])
            result[-1].append(total)
    return result


@misconception("convolve", "The kernel is not turned: this is still the correlation.")
def not_turned(image, kernel, mode="valid"):
    return correlate(image, kernel, mode)


@misconception(
    "convolve", "Only the rows of the kernel are reversed. A turn by 180 degrees reverses both axes."
)
def rows_reversed(image, kernel, mode="valid"):
    return correlate(image, kernel[::-1], mode)


@misconception(
    "convolve", "Only the columns of the kernel are reversed. A turn by 180 degrees reverses both axes."
)
def columns_reversed(image, kernel, mode="valid"):
    return correlate(image, kernel[:, ::-1], mode)


@misconception(
    "convolve", "The transpose mirrors the kernel at its diagonal; a turn by 180 degrees is [::-1, ::-1]."
)
def transposed(image, kernel, mode="valid"):
    return correlate(image, kernel.T, mode)


@misconception(
    "convolve",
    "The kernel is turned by 90 degrees: np.rot90 makes a quarter turn. A half turn is np.rot90(kernel, 2), or "
    "kernel[::-1, ::-1].",
    quarters=(1, 3),
)
def quarter_turn(image, kernel, mode="valid", *, quarters=1):
    return correlate(image, np.rot90(kernel, quarters), mode)


@misconception("convolve", "The mode is not handed on to correlate, which then takes its own, 'valid'.")
def mode_not_handed_on(image, kernel, mode="valid"):
    return correlate(image, kernel[::-1, ::-1])


@misconception("convolve", "The result is turned, not the kernel: the picture comes out upside down.")
def result_turned(image, kernel, mode="valid"):
    return np.asarray(correlate(image, kernel, mode))[::-1, ::-1]


@misconception(
    "convolve",
    "Image and result are turned, not the kernel. For a kernel of even size that moves the result by a pixel.",
)
def image_and_result_turned(image, kernel, mode="valid"):
    return np.asarray(correlate(image[::-1, ::-1], kernel, mode))[::-1, ::-1]


@variant("convolve")
def by_rot90(image, kernel, mode="valid"):
    return correlate(image, np.rot90(kernel, 2), mode)


@variant("convolve")
def stamped(image, kernel, mode="valid"):
    (h, w), (kh, kw) = image.shape, kernel.shape
    full = np.zeros((h + kh - 1, w + kw - 1))
    for u in range(kh):
        for v in range(kw):
            full[u : u + h, v : v + w] += kernel[u, v] * image
    top, left, rows, columns = {
        "full": (0, 0, h + kh - 1, w + kw - 1),
        "same": (kh // 2, kw // 2, h, w),
        "valid": (kh - 1, kw - 1, h - kh + 1, w - kw + 1),
    }[mode]
    return full[top : top + rows, left : left + columns]


@misconception(
    "image_gradient",
    "To the right and downwards are exchanged: columns are counted by the second index.",
)
def directions_exchanged(image):
    kernel = np.outer([1, 2, 1], [-1, 0, 1]) / 8
    return correlate(image, kernel.T), correlate(image, kernel)


@misconception(
    "image_gradient",
    "The sign is wrong: brightness that grows to the right has a positive gradient. A convolution turns the kernel, a "
    "correlation does not.",
)
def wrong_sign(image):
    kernel = np.outer([1, 2, 1], [1, 0, -1]) / 8
    return correlate(image, kernel), correlate(image, kernel.T)


@misconception(
    "image_gradient",
    "The kernels are those of the textbooks, with entries 1 and 2, and eight times too large for brightness per pixel.",
)
def eight_times(image):
    kernel = np.outer([1.0, 2.0, 1.0], [-1.0, 0.0, 1.0])
    return correlate(image, kernel), correlate(image, kernel.T)


@misconception(
    "image_gradient", "The three rows count alike, 1/3 each. The filter of Sobel weighs them 1/4, 1/2, 1/4."
)
def equal_rows(image):
    kernel = np.outer([1, 1, 1], [-1, 0, 1]) / 6
    return correlate(image, kernel), correlate(image, kernel.T)


@misconception(
    "image_gradient", "The central difference is divided by 2: its two pixels are two steps apart."
)
def not_halved(image):
    kernel = np.outer([1, 2, 1], [-1, 0, 1]) / 4
    return correlate(image, kernel), correlate(image, kernel.T)


@variant("image_gradient")
def by_slices(image):
    image = np.asarray(image, dtype=float)
    across, down = (image[:, 2:] - image[:, :-2]) / 2, (image[2:] - image[:-2]) / 2
    right = (across[:-2] + 2 * across[1:-1] + across[2:]) / 4
    below = (down[:, :-2] + 2 * down[:, 1:-1] + down[:, 2:]) / 4
    return right, below


@variant("image_gradient")
def with_the_numbers_written_out(image):
    kernel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    return [correlate(image, kernel) / 8, correlate(image, kernel.transpose()) / 8]


@misconception(
    "match_template",
    "Means are not subtracted: bright windows score high whatever they show.",
)
def without_means(image, template):
    th, tw = template.shape
    windows = np.lib.stride_tricks.sliding_window_view(image, (th, tw))
    return np.sum(windows * template, axis=(2, 3)) / np.sqrt(
        np.sum(windows**2, axis=(2, 3)) * np.sum(template**2)
    )


@misconception(
    "match_template",
    "The mean of the template is not subtracted before its squares are summed under the root: Σ (t − t̄)².",
)
def template_not_centred(image, template):
    th, tw = template.shape
    windows = np.lib.stride_tricks.sliding_window_view(image, (th, tw))
    windows = windows - windows.mean(axis=(2, 3), keepdims=True)
    return np.sum(windows * template, axis=(2, 3)) / np.sqrt(
        np.sum(windows**2, axis=(2, 3)) * np.sum(template**2)
    )


@misconception(
    "match_template",
    "The mean of the window is not subtracted before its squares are summed under the root: Σ (w − w̄)².",
)
def window_not_centred(image, template):
    th, tw = template.shape
    windows = np.lib.stride_tricks.sliding_window_view(image, (th, tw))
    pattern = template - template.mean()
    return np.sum(windows * pattern, axis=(2, 3)) / np.sqrt(
        np.sum(windows**2, axis=(2, 3)) * np.sum(pattern**2)
    )


@misconception(
    "match_template",
    "The sum of products is divided by both standard deviations, and not by the number of pixels: under the root "
    "stand sums of squares, which are n times the variances.",
)
def divided_by_deviations(image, template):
    th, tw = template.shape
    windows = np.lib.stride_tricks.sliding_window_view(image, (th, tw))
    windows, pattern = windows - windows.mean(axis=(2, 3), keepdims=True), template - template.mean()
    return np.sum(windows * pattern, axis=(2, 3)) / (windows.std(axis=(2, 3)) * pattern.std())


@misconception(
    "match_template",
    "The mean of the whole image is subtracted from every window; each window needs its own.",
)
def one_mean_for_all(image, template):
    th, tw = template.shape
    windows = np.lib.stride_tricks.sliding_window_view(image - image.mean(), (th, tw))
    pattern = template - template.mean()
    return np.sum(windows * pattern, axis=(2, 3)) / np.sqrt(
        np.sum(windows**2, axis=(2, 3)) * np.sum(pattern**2)
    )


@misconception(
    "match_template", "The result is not normalised: windows of strong contrast win over better matches."
)
def not_normalised(image, template):
    return correlate(image, template - template.mean(), "valid")


@misconception(
    "match_template",
    "The square root is missing: a correlation coefficient divides by the root of the product of both sums of squares.",
)
def without_the_root(image, template):
    th, tw = template.shape
    windows = np.lib.stride_tricks.sliding_window_view(image, (th, tw))
    windows, pattern = windows - windows.mean(axis=(2, 3), keepdims=True), template - template.mean()
    return np.sum(windows * pattern, axis=(2, 3)) / (np.sum(windows**2, axis=(2, 3)) * np.sum(pattern**2))


@misconception(
    "match_template", "0 / 0 gives NaN where all pixels of a window are equal; the coefficient there is 0."
)
def nan_where_flat(image, template):
    th, tw = template.shape
    windows = np.lib.stride_tricks.sliding_window_view(image, (th, tw))
    windows, pattern = windows - windows.mean(axis=(2, 3), keepdims=True), template - template.mean()
    with np.errstate(all="ignore"):
        return np.sum(windows * pattern, axis=(2, 3)) / np.sqrt(
            np.sum(windows**2, axis=(2, 3)) * np.sum(pattern**2)
        )


@misconception(
    "match_template",
    "The template of one value gives no ValueError. Without a pattern there is nothing to look for, and "
    "the formula is 0 / 0.",
)
def flat_template_allowed(image, template):
    th, tw = template.shape
    pattern = template - template.mean()
    result = np.zeros((image.shape[0] - th + 1, image.shape[1] - tw + 1))
    for i in range(result.shape[0]):
        for j in range(result.shape[1]):
            window = image[i : i + th, j : j + tw]
            scale = np.sqrt(np.sum((window - window.mean()) ** 2) * np.sum(pattern**2))
            if scale > 0:
                result[i, j] = np.sum((window - window.mean()) * pattern) / scale
    return result


@misconception(
    "match_template",
    "Only the window, or only the template, is divided by its size: the root is taken over the product of"
    " both sums of squares.",
    of=("window", "template"),
)
def half_normalised(image, template, *, of="window"):
    if np.ptp(template) == 0:
        raise ValueError
    th, tw = template.shape
    pattern = template - template.mean()
    result = np.zeros((image.shape[0] - th + 1, image.shape[1] - tw + 1))
    for i in range(result.shape[0]):
        for j in range(result.shape[1]):
            window = image[i : i + th, j : j + tw]
            window = window - window.mean()
            scale = np.sqrt(np.sum((window if of == "window" else pattern) ** 2))
            result[i, j] = np.sum(window * pattern) / scale if scale else 0
    return result


@variant("match_template")
def all_windows_at_once(image, template):
    if template.max() == template.min():
        raise ValueError("flat template")
    windows = np.lib.stride_tricks.sliding_window_view(image, template.shape)
    windows = windows - windows.mean(axis=(2, 3), keepdims=True)
    pattern = template - template.mean()
    scale = np.sqrt(np.sum(windows**2, axis=(2, 3)) * np.sum(pattern**2))
    return np.divide(
        np.sum(windows * pattern, axis=(2, 3)), scale, out=np.zeros(scale.shape), where=scale > 1e-12
    )


@variant("match_template")
def by_sums_of_squares(image, template):
    if np.all(template == template.flat[0]):
        raise ValueError("flat template")
    ones, n = np.ones(template.shape), template.size
    mean = correlate(image, ones) / n
    variance = np.maximum(correlate(image**2, ones) / n - mean**2, 0)
    covariance = correlate(image, template) / n - mean * template.mean()
    scale = np.sqrt(variance) * template.std()
    return np.where(scale > 1e-9, covariance / np.where(scale > 1e-9, scale, 1), 0.0)
