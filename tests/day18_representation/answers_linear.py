"""Answers to linear.py: wrong ones with what went wrong, and right ones in another style."""

import math

import numpy as np
import torch

from course.testing import misconception, variant


@misconception(
    "least_error", "The mean was not taken off. The autoencoder does it, so the bound has to do it."
)
def not_centred(x, k):
    values = torch.linalg.svdvals(x)
    return float(values[k:].square().sum() / x.numel())


@misconception("least_error", "This is what the k numbers keep. The error is what they throw away.")
def what_is_kept(x, k):
    values = torch.linalg.svdvals(x - x.mean(dim=0))
    return float(values[:k].square().sum() / x.numel())


@misconception("least_error", "Singular values were added up. An error is a sum of their squares.")
def without_squares(x, k):
    values = torch.linalg.svdvals(x - x.mean(dim=0))
    return float(values[k:].sum() / x.numel())


@misconception(
    "least_error",
    "Divided by the samples only: that is the error of a whole sample. The mean is over all entries.",
)
def per_sample(x, k):
    values = torch.linalg.svdvals(x - x.mean(dim=0))
    return float(values[k:].square().sum() / len(x))


@misconception("least_error", "One direction too many is thrown away: s[k - 1] is the k-th, and it is kept.")
def off_by_one(x, k):
    values = torch.linalg.svdvals(x - x.mean(dim=0))
    return float(values[max(k - 1, 0) :].square().sum() / x.numel())


@misconception(
    "least_error",
    "One direction too few is thrown away: Python counts from 0, so s_{k+1} of the formula is s[k].",
)
def one_too_few(x, k):
    values = torch.linalg.svdvals(x - x.mean(dim=0))
    return float(values[k + 1 :].square().sum() / x.numel())


@misconception("least_error", "One mean of all entries was taken off. Each column has its own: dim=0.")
def one_mean_for_all(x, k):
    values = torch.linalg.svdvals(x - x.mean())
    return float(values[k:].square().sum() / x.numel())


@misconception("least_error", "The mean of each sample was taken off. It is the mean of all samples, dim=0.")
def centred_by_rows(x, k):
    values = torch.linalg.svdvals(x - x.mean(dim=1, keepdim=True))
    return float(values[k:].square().sum() / x.numel())


@variant("least_error")
def by_reconstruction(x, k):
    c = x - x.mean(0)
    u, s, vt = torch.linalg.svd(c, full_matrices=False)
    back = (u[:, :k] * s[:k]) @ vt[:k]
    return ((back - c) ** 2).mean().item()


@variant("least_error")
def by_eigenvalues(x, k):
    a = np.asarray(x, dtype=float)
    cov = np.cov(a.T, bias=True).reshape(a.shape[1], a.shape[1])
    values = np.sort(np.linalg.eigvalsh(cov))[::-1]
    return float(values[k:].sum() / a.shape[1])


@misconception("linear_loss", "The mean was not taken off: the autoencoder works on x minus its mean.")
def loss_not_centred(x, encoder, decoder=None):
    back = encoder.T if decoder is None else decoder
    return (x @ encoder @ back - x).square().mean()


@misconception(
    "linear_loss",
    "The code was centred, but compared with x as it is: the mean has to be added again, or be off on both sides.",
)
def mean_not_added_again(x, encoder, decoder=None):
    back = encoder.T if decoder is None else decoder
    return ((x - x.mean(dim=0)) @ encoder @ back - x).square().mean()


@misconception("linear_loss", "The sum of the squares. The loss is their mean over all entries.")
def sum_of_squares(x, encoder, decoder=None):
    c = x - x.mean(dim=0)
    back = encoder.T if decoder is None else decoder
    return (c @ encoder @ back - c).square().sum()


@misconception(
    "linear_loss", "The squares are added up within a sample. The loss is the mean over all entries."
)
def mean_over_samples(x, encoder, decoder=None):
    c = x - x.mean(dim=0)
    back = encoder.T if decoder is None else decoder
    return (c @ encoder @ back - c).square().sum(dim=1).mean()


@misconception(
    "linear_loss",
    "The tied decoder was cut off from the encoder (detach, or .data). Its gradient is missing: E occurs twice.",
)
def decoder_detached(x, encoder, decoder=None):
    c = x - x.mean(dim=0)
    back = encoder.detach().T if decoder is None else decoder
    return (c @ encoder @ back - c).square().mean()


@misconception("linear_loss", "The decoder is ignored: with one given, the two are not tied.")
def always_tied(x, encoder, decoder=None):
    c = x - x.mean(dim=0)
    return (c @ encoder @ encoder.T - c).square().mean()


@variant("linear_loss")
def by_mse_loss(x, encoder, decoder=None):
    if decoder is None:
        decoder = encoder.transpose(0, 1)
    mean = x.mean(0, keepdim=True)
    z = torch.mm(x - mean, encoder)
    return torch.nn.functional.mse_loss(torch.addmm(mean.expand(len(x), -1), z, decoder), x)


@variant("linear_loss")
def by_residuals(x, encoder, decoder=None):
    c = x - torch.sum(x, dim=0) / x.shape[0]
    out = torch.einsum("nd,dk,ke->ne", c, encoder, encoder.t() if decoder is None else decoder)
    return torch.pow(c - out, 2).sum() / c.numel()


@misconception(
    "subspace_angle",
    "The columns were not made orthonormal. Without that the singular values of AᵀB are no cosines.",
)
def without_orthonormal_bases(a, b):
    a, b = a / a.norm(dim=0), b / b.norm(dim=0)
    return float(torch.arccos(torch.linalg.svdvals(a.T @ b).min().clamp(max=1)))


@misconception(
    "subspace_angle", "This is the smallest angle: the largest cosine. The largest angle is asked for."
)
def smallest_angle(a, b):
    cosines = torch.linalg.svdvals(torch.linalg.qr(a).Q.T @ torch.linalg.qr(b).Q)
    return float(torch.arccos(cosines.max().clamp(max=1)))


@misconception("subspace_angle", "The cosine of the angle came back. The angle is asked for, in radians.")
def cosine(a, b):
    return float(torch.linalg.svdvals(torch.linalg.qr(a).Q.T @ torch.linalg.qr(b).Q).min())


@misconception("subspace_angle", "The angle is in degrees. Radians are asked for.")
def in_degrees(a, b):
    cosines = torch.linalg.svdvals(torch.linalg.qr(a).Q.T @ torch.linalg.qr(b).Q)
    return math.degrees(float(torch.arccos(cosines.min().clamp(max=1))))


@misconception(
    "subspace_angle",
    "Rounding made a cosine larger than 1, and arccos of it is NaN: clamp it at 1.",
)
def not_clamped(a, b):
    cosines = torch.linalg.svdvals(torch.linalg.qr(a).Q.T @ torch.linalg.qr(b).Q)
    return float(torch.arccos(cosines.min() + 1e-15))


@variant("subspace_angle")
def by_sines(a, b):
    p, q = torch.linalg.qr(a).Q, torch.linalg.qr(b).Q
    sine = torch.linalg.matrix_norm(q - p @ (p.T @ q), 2)
    return math.asin(min(1.0, sine.item()))


@variant("subspace_angle")
def by_numpy_and_svd(a, b):
    u = np.linalg.svd(np.asarray(a), full_matrices=False)[0]
    v = np.linalg.svd(np.asarray(b), full_matrices=False)[0]
    cosines = np.linalg.svd(u.T @ v, compute_uv=False)
    return float(np.arccos(np.clip(cosines, -1, 1)).max())
