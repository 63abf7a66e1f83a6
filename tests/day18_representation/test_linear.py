"""Checks of linear.py: eigenvalues of a covariance, gradients in closed form, and digits in eight numbers."""

import numpy as np
import torch
from scipy.linalg import subspace_angles
from sklearn.datasets import load_digits

from course.testing import (
    assert_between,
    assert_close,
    assert_finite,
    assert_parts,
    assert_unchanged,
    hidden,
    points,
    training,
)
from course.testing.networks import draw


def thrown_away(x, k):
    """The eigenvalues of the covariance behind the first k, over the number of columns."""
    x = np.asarray(x, dtype=float)
    values = np.linalg.eigvalsh(np.cov(x, rowvar=False, ddof=0).reshape(x.shape[1], x.shape[1]))
    return float(values[::-1][k:].sum() / x.shape[1])


@points(1)
def test_least_error_by_eigenvalues(student, rng):
    for n, d, k in [(9, 4, 2), (30, 6, 1), (7, 5, 0), (8, 3, 2), (5, 11, 3)]:
        x = draw(rng, n, d) * torch.tensor(rng.uniform(0.5, 3, size=d)) + 2
        with assert_unchanged(x):
            result = student.least_error(x, k)
        assert_close(result, thrown_away(x, k), name="smallest error")


@hidden
@points(1)
def test_least_error_of_wide_data(student, rng):
    for n, d, k in [(4, 9, 2), (3, 20, 1)]:
        x = draw(rng, n, d) - 3
        assert_close(student.least_error(x, k), thrown_away(x, k), name="smallest error")
    x = draw(rng, 12, 5).float() + 1
    assert_close(student.least_error(x, 2), thrown_away(x, 2), rtol=1e-4, name="smallest error")
    cause = "with as many numbers as columns nothing is thrown away"
    assert_close(student.least_error(draw(rng, 9, 4), 4), 0, name="smallest error", cause=cause)
    assert_close(student.least_error(draw(rng, 6, 3), 5), 0, name="smallest error", cause=cause)


def squared_error(x, encoder, decoder):
    """Loss, and its gradients by encoder and decoder, with NumPy."""
    c, e, d = np.asarray(x - x.mean(dim=0)), np.asarray(encoder), np.asarray(decoder)
    rest = c @ e @ d - c
    return np.mean(rest**2), 2 * c.T @ rest @ d.T / c.size, 2 * (c @ e).T @ rest / c.size


def loss_and_slopes(module, x, *matrices):
    """The loss, and its gradients by the matrices."""
    import torch

    matrices = [matrix.clone().requires_grad_() for matrix in matrices]
    loss = module.linear_loss(x, *matrices)
    return loss.detach(), torch.autograd.grad(loss, matrices)


@points(1)
def test_linear_loss_of_two_matrices(student, rng):
    for n, d, k in [(6, 4, 2), (5, 3, 1), (2, 6, 3)]:
        x, encoder, decoder = draw(rng, n, d) + 2, draw(rng, d, k), draw(rng, k, d)
        with assert_unchanged(x, encoder, decoder):
            result = student.linear_loss(x, encoder, decoder)
        assert_close(result, squared_error(x, encoder, decoder)[0], name="loss")
        found = student.run(loss_and_slopes, x, encoder, decoder)
        by_encoder, by_decoder = assert_parts(assert_parts(found, 2)[1], 2)
        _, *expected = squared_error(x, encoder, decoder)
        assert_close(by_encoder, expected[0], name="gradient by the encoder")
        assert_close(by_decoder, expected[1], name="gradient by the decoder")


@points(1)
def test_linear_loss_of_tied_matrices(student, rng):
    for n, d, k in [(7, 4, 3), (5, 5, 2), (3, 2, 1)]:
        x, encoder = draw(rng, n, d) - 1, draw(rng, d, k)
        loss, by_encoder, by_decoder = squared_error(x, encoder, encoder.T)
        found, slopes = assert_parts(student.run(loss_and_slopes, x, encoder), 2)
        assert_close(found, loss, name="loss")
        cause = "the encoder occurs in two places, and the gradient comes from both"
        (slope,) = assert_parts(slopes, 1)
        assert_close(slope, by_encoder + by_decoder.T, name="gradient by the encoder", cause=cause)
    x, encoder = draw(rng, 6, 3).float() + 2, draw(rng, 3, 2).float()
    expected = squared_error(x.double(), encoder.double(), encoder.double().T)[0]
    assert_close(student.linear_loss(x, encoder), expected, name="loss")


def train_matrices(module, x, tied, seed):
    """Encoder and decoder after training through the given loop."""
    import torch

    from day18_representation.training import train_linear

    torch.set_num_threads(1)
    return train_linear(x, 8, tied, seed=seed)[:2]


@training
@points(1)
def test_linear_loss_trains_to_the_bound(student, rng):
    """Over 19 seeds: error 1.000 to 1.004 times the bound, tied and not; 0.9 s for both."""
    images = load_digits().data[rng.permutation(1797)[:1200]] / 16
    x, seed = torch.tensor(images, dtype=torch.float32), int(rng.integers(2**31))
    bound = thrown_away(x, 8)
    centred = images - images.mean(axis=0)
    for tied in (False, True):
        encoder, decoder = assert_parts(student.run(train_matrices, x, tied, seed), 2)
        error = np.mean((centred @ np.asarray(encoder) @ np.asarray(decoder) - centred) ** 2)
        name = f"error of {'tied' if tied else 'two'} matrices, in parts of the smallest"
        assert_between(error / bound, 0.9999, 1.02, name=name)


@points(0)
def test_subspace_angle_against_scipy(student, rng):
    for d, k in [(5, 2), (6, 3), (4, 1), (3, 2)]:
        a, b = draw(rng, d, k) + 0.5, 2 * draw(rng, d, k)
        with assert_unchanged(a, b):
            result = student.subspace_angle(a, b)
        assert_close(result, subspace_angles(a.numpy(), b.numpy()).max(), rtol=1e-5, name="angle")


@points(0)
def test_subspace_angle_of_the_same_subspace(student, rng):
    for d, k, angle in [(6, 2, 0.3), (5, 3, 1.2)]:
        basis, _ = np.linalg.qr(rng.normal(size=(d, d)))
        a = basis[:, :k] @ rng.normal(size=(k, k))
        turned = basis[:, :k].copy()
        turned[:, 0] = np.cos(angle) * basis[:, 0] + np.sin(angle) * basis[:, k]
        result = student.subspace_angle(torch.tensor(a), torch.tensor(turned @ rng.normal(size=(k, k))))
        cause = "which columns span a subspace does not matter"
        assert_close(result, angle, rtol=1e-5, name="angle", cause=cause)
    for k in [3] * 5 + [1] * 20:
        a = draw(rng, 7, k)
        result = student.subspace_angle(a, a @ draw(rng, k, k))
        assert_finite(result, name="angle of a subspace with itself")
        assert_close(result, 0, atol=1e-6, name="angle of a subspace with itself")
