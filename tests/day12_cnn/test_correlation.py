"""Checks of correlation.py. References: SciPy, np.corrcoef, and positions counted one by one."""

import numpy as np
from scipy import ndimage, signal

from course.testing import (
    assert_between,
    assert_close,
    assert_equal,
    assert_parts,
    assert_raises,
    assert_unchanged,
    hidden,
    points,
)


def count_positions(n, kernel, stride, padding, dilation):
    """Starts of the kernel at which its last entry is still inside the padded axis."""
    starts = range(-padding, n + padding, stride)
    return sum(start + dilation * (kernel - 1) < n + padding for start in starts)


@points(1)
def test_output_size_counts_the_positions_of_the_kernel(student, rng):
    for kernel, stride, padding, dilation in [
        (3, 1, 0, 1),
        (3, 1, 2, 1),
        (4, 3, 0, 1),
        (4, 1, 0, 3),
        (4, 1, 3, 3),
        (3, 4, 2, 2),
        (5, 3, 0, 1),
        (2, 2, 1, 4),
        (1, 3, 2, 1),
    ]:
        start = int(rng.integers(12, 40))
        for n in range(start, start + 4):
            result = student.output_size(n, kernel, stride, padding, dilation)
            assert_equal(result, count_positions(n, kernel, stride, padding, dilation), name="output size")
    n = int(rng.integers(10, 50))
    assert_equal(student.output_size(n, 3), n - 2, name="output size with the default arguments")


@points(1)
def test_output_size_of_a_kernel_that_just_fits_or_does_not(student, rng):
    for _ in range(5):
        kernel, padding, dilation = (int(rng.integers(low, 5)) for low in (2, 0, 1))
        stride, n = int(rng.integers(1, 4)), dilation * (kernel - 1) + 1 - 2 * padding
        if n < 1:
            n, padding = dilation * (kernel - 1) + 1, 0
        assert_equal(student.output_size(n, kernel, stride, padding, dilation), 1, name="output size")
        steps = int(rng.integers(1, 5))
        larger = student.output_size(n + steps * stride, kernel, stride, padding, dilation)
        assert_equal(larger, 1 + steps, name=f"output size with room for {steps} more steps")
        if n > 1:
            with assert_raises(ValueError, cause="a kernel with no position at all is to be a ValueError"):
                student.output_size(n - 1, kernel, stride, padding, dilation)
    with assert_raises(
        ValueError, cause="a kernel longer than the axis has no position, whatever the stride"
    ):
        student.output_size(6, 7, 3)


@points(1)
def test_correlate_where_the_kernel_fits(student, rng):
    for size, kernel_size in [((3, 4), (2, 2)), ((6, 8), (3, 2)), ((9, 5), (2, 4)), ((5, 5), (3, 3))]:
        image, kernel = rng.normal(size=size) + 1, rng.normal(size=kernel_size)
        with assert_unchanged(image, kernel):
            result = student.correlate(image, kernel)
        assert_close(result, signal.correlate2d(image, kernel, "valid"))


@points(1)
def test_correlate_over_the_edge(student, rng):
    for mode in ("full", "same"):
        for size, kernel_size in [((6, 8), (3, 4)), ((7, 5), (2, 3)), ((3, 3), (5, 1))]:
            image, kernel = rng.normal(size=size) + 1, rng.normal(size=kernel_size)
            with assert_unchanged(image, kernel):
                result = student.correlate(image, kernel, mode)
            assert_close(result, signal.correlate2d(image, kernel, mode), name=f"result in mode {mode!r}")
    image = rng.normal(size=(6, 3))
    with assert_raises(ValueError, cause="in mode 'valid', a kernel that does not fit is to be a ValueError"):
        student.correlate(image, rng.normal(size=(3, 4)))
    with assert_raises(ValueError, cause="a mode of another name is to be a ValueError"):
        student.correlate(image, rng.normal(size=(3, 2)), "wrap")


@hidden
@points(1)
def test_correlate_at_the_limits(student, rng):
    for size, kernel_size in [((4, 6), (4, 6)), ((1, 7), (1, 3)), ((7, 1), (3, 1)), ((5, 4), (1, 1))]:
        image, kernel = rng.normal(size=size) + 1, rng.normal(size=kernel_size)
        assert_close(student.correlate(image, kernel, "valid"), signal.correlate2d(image, kernel, "valid"))
    image, kernel = rng.normal(size=(6, 7)).astype(np.float32), rng.normal(size=(3, 2)).astype(np.float32)
    expected = signal.correlate2d(image.astype(float), kernel.astype(float), "full")
    assert_close(student.correlate(image, kernel, "full"), expected, rtol=1e-3, atol=1e-4)
    with assert_raises(ValueError, cause="a mode of another name is to be a ValueError"):
        student.correlate(image, kernel, "circular")
    with assert_raises(ValueError, cause="in mode 'valid', a kernel that does not fit is to be a ValueError"):
        student.correlate(rng.normal(size=(5, 3)), rng.normal(size=(2, 4)), "valid")


@points(1)
def test_convolve_equals_scipy(student, rng):
    for mode, kernel_size in [("valid", (3, 2)), ("full", (2, 4)), ("same", (3, 5))]:
        image, kernel = rng.normal(size=(6, 8)) + 1, rng.normal(size=kernel_size)
        with assert_unchanged(image, kernel):
            result = student.convolve(image, kernel, mode)
        assert_close(result, signal.convolve2d(image, kernel, mode), name=f"result in mode {mode!r}")
    for kernel_size in [(2, 4), (3, 2)]:  # of even size: the zeros are those of `correlate`
        image, kernel = rng.normal(size=(6, 8)) + 1, rng.normal(size=kernel_size)
        result = student.convolve(image, kernel, "same")
        cause = "turn the kernel, and nothing else; (k − 1) // 2 zeros before the image, k // 2 after it"
        expected = signal.correlate2d(image, np.rot90(kernel, 2), "same")
        assert_close(result, expected, name="result in mode 'same'", cause=cause)


@points(1)
def test_convolve_is_commutative_and_associative(student, rng):
    a, b, c = rng.normal(size=(4, 5)), rng.normal(size=(2, 3)), rng.normal(size=(3, 2))
    ab = student.convolve(a, b, "full")
    cause = "turn the kernel by 180 degrees: both axes are reversed"
    assert_close(ab, signal.fftconvolve(a, b), name="convolution a * b", cause=cause)
    assert_close(student.convolve(b, a, "full"), ab, name="convolution b * a", cause=cause)
    left, right = student.convolve(ab, c, "full"), student.convolve(a, signal.fftconvolve(b, c), "full")
    assert_close(left, right, name="convolution (a * b) * c against a * (b * c)", cause=cause)


@points(1)
def test_image_gradient_of_textures(student, rng):
    for size in [(5, 8), (7, 4), (3, 3)]:
        image = rng.uniform(size=size)
        with assert_unchanged(image):
            result = student.image_gradient(image)
        to_the_right, downwards = assert_parts(result, 2)
        for got, axis, name in ((to_the_right, 1, "to the right"), (downwards, 0, "downwards")):
            expected = ndimage.sobel(image, axis)[1:-1, 1:-1] / 8
            assert_close(got, expected, name=f"gradient {name}")
    a, b, c = rng.normal(size=3)
    rows, columns = np.mgrid[0:5, 0:7]
    image = a * columns + b * rows + c
    to_the_right, downwards = assert_parts(student.image_gradient(image), 2)
    cause = "brightness per pixel: a central difference is divided by 2, an average by its weights"
    assert_close(to_the_right, np.full((3, 5), a), name="gradient to the right", cause=cause)
    assert_close(downwards, np.full((3, 5), b), name="gradient downwards", cause=cause)


def correlation_coefficients(image, template):
    """np.corrcoef of the template with every window."""
    h, w = template.shape
    windows = np.lib.stride_tricks.sliding_window_view(image, (h, w))
    flat = windows.reshape(-1, h * w)
    values = [np.corrcoef(window, template.ravel())[0, 1] for window in flat]
    return np.reshape(values, windows.shape[:2])


@points(1)
def test_match_template_against_correlation_coefficients(student, rng):
    for size, template_size in [((8, 11), (3, 4)), ((6, 5), (4, 2)), ((4, 4), (4, 4))]:
        image, template = rng.uniform(0.2, 1, size=size), rng.uniform(0.1, 1, size=template_size)
        with assert_unchanged(image, template):
            result = student.match_template(image, template)
        assert_close(result, correlation_coefficients(image, template))
    image, template = np.full((5, 7), float(rng.choice([0.25, 0.5, 0.75]))), rng.uniform(0.1, 1, size=(2, 4))
    image[:, 4:] = rng.uniform(0.2, 1, size=(5, 3))
    expected = np.zeros((4, 4))  # in the first column the windows are flat
    expected[:, 1:] = correlation_coefficients(image[:, 1:], template)
    cause = "0 / 0 where all pixels of a window are equal; the coefficient there is 0"
    result = student.match_template(image, template)
    assert_close(result, expected, name="result for an image with flat windows", cause=cause)
    with assert_raises(ValueError, cause="a template whose pixels are all equal is to be a ValueError"):
        student.match_template(image, np.full((2, 4), 0.5))


@points(1)
def test_match_template_finds_what_is_there(student, rng):
    image = rng.uniform(0, 0.3, size=(9, 12))
    template = rng.uniform(0, 1, size=(3, 4))
    row, column = int(rng.integers(0, 7)), int(rng.integers(0, 9))
    image[row : row + 3, column : column + 4] = 0.4 - 0.3 * template
    image[[0, 8], [11 * (column < 5), 11 * (column < 5)]] += 3.0
    result = np.asarray(student.match_template(image, template))
    assert_close(result, correlation_coefficients(image, template))
    assert_close(result[row, column], -1.0, name="coefficient where the negative of the template stands")


@hidden
@points(1)
def test_match_template_of_flat_windows(student, rng):
    image = np.full((6, 8), 0.5)
    image[:, 5:] = rng.uniform(size=(6, 3))
    template = rng.uniform(size=(3, 2))
    result = np.asarray(student.match_template(image, template))
    cause = "0 / 0 where all pixels of a window are equal; the coefficient there is 0"
    assert_close(result[:, :4], np.zeros((4, 4)), name="coefficient of flat windows", cause=cause)
    assert_close(result[:, 4:], correlation_coefficients(image[:, 4:], template))
    assert_between(np.abs(result).max(), 0, 1 + 1e-9, name="largest coefficient")
    with assert_raises(ValueError, cause="a template whose pixels are all equal is to be a ValueError"):
        student.match_template(image, np.full((3, 2), 0.25))
