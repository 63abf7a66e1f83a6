"""Checks of spectra.py: Fourier transforms written out, waves of known power, autograd, and real patches."""

import numpy as np
import torch
from scipy.ndimage import convolve
from torch.nn.functional import binary_cross_entropy_with_logits

from course.data import load_photograph
from course.data.bundled import scikit_learn_file
from course.testing import (
    assert_between,
    assert_close,
    assert_dtype,
    assert_parts,
    assert_raises,
    assert_unchanged,
    hidden,
    points,
)


def spread(images, factor):
    """Zeros between the pixels, by a Kronecker product."""
    corner = np.zeros((factor, factor))
    corner[0, 0] = 1
    return np.stack([np.kron(image, corner) for image in images])


@points(1)
def test_insert_zeros_after_every_pixel(student, rng):
    for n, h, w, factor in [(3, 4, 5, 2), (1, 2, 3, 3), (2, 1, 6, 4), (2, 3, 2, 1)]:
        images = rng.normal(size=(n, h, w)) + 1
        with assert_unchanged(images):
            result = student.insert_zeros(images, factor)
        assert_close(result, spread(images, factor), name="array of larger images")
    result = student.insert_zeros(images.astype(np.float32), 2)
    assert_dtype(result, np.float32)


@points(1)
def test_insert_zeros_repeats_the_spectrum(student, rng):
    for h, w, factor in [(4, 6, 2), (5, 3, 3)]:
        images = rng.normal(size=(2, h, w)) + 1
        result = np.asarray(student.insert_zeros(images, factor))
        expected = np.tile(np.fft.fft2(images), (1, factor, factor))
        assert_close(np.fft.fft2(result), expected, name="Fourier transform of the larger images")


def spectrum_by_sums(image):
    """The definition: sums over all pixels for each wave, mean over each ring."""
    n = len(image)
    place = np.arange(n)
    totals, counts = np.zeros(n), np.zeros(n)
    for k in range(-((n - 1) // 2), n // 2 + 1):
        for column in range(-((n - 1) // 2), n // 2 + 1):
            wave = np.exp(-2j * np.pi * (k * place[:, None] + column * place) / n)
            ring = round((k**2 + column**2) ** 0.5)
            totals[ring] += abs((image * wave).sum()) ** 2 / n**2
            counts[ring] += 1
    used = n // 2 + 1
    return np.log10(totals[:used] / counts[:used] + 1e-12)


@points(1)
def test_radial_spectrum_by_sums(student, rng):
    for b, n in [(2, 8), (3, 7), (1, 4), (2, 3)]:
        images = rng.normal(size=(b, n, n)) + rng.uniform(0.5, 2)
        with assert_unchanged(images):
            result = student.radial_spectrum(images)
        assert_close(result, np.array([spectrum_by_sums(image) for image in images]), name="spectrum")
    single = images.astype(np.float32)
    assert_close(
        student.radial_spectrum(single),
        [spectrum_by_sums(image) for image in single.astype(float)],
        rtol=1e-3,
        atol=1e-3,
        name="spectrum in single precision",
    )


@points(1)
def test_radial_spectrum_of_waves(student, rng):
    n, place = 24, np.arange(24)
    waves = [(int(rng.integers(2, 11)), 0), (0, int(rng.integers(2, 11))), (3, 4), (5, -6)]
    for k, column in waves:
        amplitude, phase = rng.uniform(1, 4), rng.uniform(0, 6)
        angle = 2 * np.pi * (k * place[:, None] + column * place) / n + phase
        result = np.asarray(student.radial_spectrum((0.3 + amplitude * np.cos(angle))[np.newaxis]))
        numbers = np.fft.fftfreq(n, 1 / n)
        rings = np.rint(np.hypot(numbers[:, None], numbers))
        expected = np.full((1, 13), -12.0)
        expected[0, 0] = np.log10((0.3 * n) ** 2)
        ring = round(np.hypot(k, column))
        expected[0, ring] = np.log10(2 * (amplitude * n / 2) ** 2 / (rings == ring).sum())
        cause = f"a wave of {k} and {column} periods belongs to ring {ring}, and all other rings are empty"
        assert_close(result, expected, atol=1e-6, rtol=1e-6, name="spectrum", cause=cause)


@hidden
@points(1)
def test_radial_spectrum_does_not_depend_on_direction(student, rng):
    images = rng.normal(size=(3, 9, 9)).cumsum(axis=1)
    result = np.asarray(student.radial_spectrum(images))
    assert_close(result, np.array([spectrum_by_sums(image) for image in images]), name="spectrum")
    turned = np.rot90(images, axes=(1, 2)).copy()
    assert_close(student.radial_spectrum(turned), result, name="spectrum of the images turned by 90 degrees")
    moved = np.roll(images, (2, 5), axis=(1, 2))
    assert_close(student.radial_spectrum(moved), result, name="spectrum of the images moved round the edge")
    with assert_raises(ValueError):
        student.radial_spectrum(images[:, :, :6])


def detector_by_autograd(features, labels, steps, rate, l2):
    """The same descent with PyTorch's loss and gradients."""
    mean, scale = features.mean(axis=0), np.where(np.ptp(features, axis=0) > 0, features.std(axis=0), 1.0)
    z, y = torch.tensor((features - mean) / scale), torch.tensor(labels).double()
    v = torch.zeros(z.shape[1], dtype=torch.float64, requires_grad=True)
    c = torch.zeros((), dtype=torch.float64, requires_grad=True)
    for _ in range(steps):
        loss = binary_cross_entropy_with_logits(z @ v + c, y) + l2 / 2 * (v**2).sum()
        dv, dc = torch.autograd.grad(loss, (v, c))
        with torch.no_grad():
            v -= rate * dv
            c -= rate * dc
    weight = v.detach().numpy() / scale
    return weight, c.item() - weight @ mean


@points(1)
def test_train_detector_makes_the_steps_of_gradient_descent(student, rng):
    for n, d, steps, rate, l2 in [(12, 4, 1, 0.5, 0.1), (30, 6, 40, 0.8, 0.0), (9, 1, 15, 0.3, 0.5)]:
        features = rng.normal(size=(n, d)) * rng.uniform(0.3, 4, size=d) + 3 * rng.normal(size=d)
        labels = rng.permutation((np.arange(n) % 3 == 0).astype(int))
        with assert_unchanged(features, labels):
            result = student.train_detector(features, labels, steps, rate, l2)
        weight, bias = assert_parts(result, 2)
        expected_weight, expected_bias = detector_by_autograd(features, labels, steps, rate, l2)
        assert_close(
            weight, expected_weight, name="vector of weights, for features that are not standardised,"
        )
        assert_close(bias, expected_bias, name="bias, for features that are not standardised,")


@points(1)
def test_train_detector_copes_with_a_constant_feature(student, rng):
    features = rng.normal(size=(15, 3)) * 2 + 1
    features[:, 1] = rng.integers(1, 4)
    labels = (np.arange(15) % 2).astype(float)
    weight, bias = assert_parts(student.train_detector(features, labels, 6, 0.5, 0.01), 2)
    expected_weight, expected_bias = detector_by_autograd(features, labels, 6, 0.5, 0.01)
    assert_close(weight, expected_weight, name="vector of weights")
    assert_close(bias, expected_bias, name="bias")


def spectra(images):
    """Radial spectra, all rings at once by a histogram."""
    n = images.shape[-1]
    numbers = np.fft.fftfreq(n, 1 / n)
    rings = np.rint(np.hypot(numbers[:, None], numbers)).astype(int).ravel()
    power = (np.abs(np.fft.fft2(images)) ** 2 / n**2).reshape(len(images), -1)
    sums = np.stack([np.bincount(rings, weights=p) for p in power])
    return np.log10(sums / np.bincount(rings) + 1e-12)[:, : n // 2 + 1]


def draw_patches(rng, grey, count, side):
    """Spectra of patches of an image, every second one made by up-sampling."""
    patches, labels = [], np.arange(count) % 2
    for label in labels:
        row, column = (int(rng.integers(0, length - 2 * side)) for length in grey.shape)
        patch = grey[row : row + 2 * side, column : column + 2 * side]
        if label:
            small = patch.reshape(side, 2, side, 2).mean(axis=(1, 3))
            kernel = np.outer([1, 3, 3, 1], [1, 3, 3, 1]) / 16 * rng.uniform(0.9, 1.1, size=(4, 4))
            patch = convolve(spread(small[np.newaxis], 2)[0], kernel, mode="wrap")
        patches.append(patch[side // 2 : side // 2 + side, side // 2 : side // 2 + side])
    return spectra(np.stack(patches)), labels


@hidden
@points(1)
def test_train_detector_tells_real_from_synthetic_patches(student, rng):
    grey = load_photograph(scikit_learn_file("images", "flower.jpg")).mean(axis=2)
    features, labels = draw_patches(rng, grey[:, :320], 120, 32)
    weight, bias = assert_parts(student.train_detector(features, labels), 2)
    unseen, truth = draw_patches(rng, grey[:, 320:], 120, 32)
    accuracy = float(((unseen @ np.asarray(weight) + np.asarray(bias) > 0) == truth).mean())
    assert_between(accuracy, 0.75, 1.0, name="accuracy on patches of another part of the photograph")
