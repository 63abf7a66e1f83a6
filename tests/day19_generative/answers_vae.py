"""Answers to vae.py: wrong ones with what went wrong, and right ones in another style."""

import math

import numpy as np
import torch
from torch.nn import functional as F
from torch.nn.functional import binary_cross_entropy_with_logits

from course.testing import misconception, variant
from day19_generative.vae import gaussian_kl


@misconception(
    "reparameterise", "The noise is multiplied by the variance σ². It has to be the standard deviation σ."
)
def variance_for_deviation(mu, log_variance, noise):
    return mu + torch.exp(log_variance) * noise


@misconception("reparameterise", "The noise is multiplied by log σ² itself. σ = exp(log_variance / 2).")
def logarithm_for_deviation(mu, log_variance, noise):
    return mu + log_variance * noise


@misconception("reparameterise", "The noise is divided by σ instead of multiplied.")
def divided_by_deviation(mu, log_variance, noise):
    return mu + torch.exp(-log_variance / 2) * noise


@misconception(
    "reparameterise",
    "New noise is drawn. The noise is an argument, so that the same call gives the same sample.",
)
def noise_drawn_anew(mu, log_variance, noise):
    return mu + torch.exp(log_variance / 2) * torch.randn_like(mu)


@misconception("reparameterise", "mu is stretched as well: only the noise is multiplied by σ.")
def mu_stretched(mu, log_variance, noise):
    return (mu + noise) * torch.exp(log_variance / 2)


@misconception(
    "reparameterise",
    "The sample is cut off from its graph, so no gradient reaches the encoder. The whole trick is that it does.",
)
def without_a_graph(mu, log_variance, noise):
    return (mu + torch.exp(log_variance / 2) * noise).detach().requires_grad_()


@variant("reparameterise")
def by_the_square_root(mu, log_variance, noise):
    return torch.addcmul(mu, log_variance.exp().sqrt(), noise)


@variant("reparameterise")
def by_a_distribution(mu, log_variance, noise):
    deviation = math.e ** (0.5 * log_variance)
    return noise * deviation + mu


@misconception("gaussian_kl", "The factor 1/2 is missing.")
def without_a_half(mu, log_variance):
    return (mu.square() + log_variance.exp() - 1 - log_variance).sum(dim=1)


@misconception("gaussian_kl", "The sign is wrong: a divergence is never negative.")
def negative(mu, log_variance):
    return -0.5 * (mu.square() + log_variance.exp() - 1 - log_variance).sum(dim=1)


@misconception(
    "gaussian_kl", "The mean over the dimensions was taken. Every dimension costs: they are added up."
)
def mean_over_dimensions(mu, log_variance):
    return 0.5 * (mu.square() + log_variance.exp() - 1 - log_variance).mean(dim=1)


@misconception("gaussian_kl", "The sum runs over the batch as well. One number for each row is asked for.")
def sum_over_everything(mu, log_variance):
    return 0.5 * (mu.square() + log_variance.exp() - 1 - log_variance).sum()


@misconception("gaussian_kl", "σ was used for σ²: exp(log_variance) is the variance already.")
def deviation_for_variance(mu, log_variance):
    return 0.5 * (mu.square() + (log_variance / 2).exp() - 1 - log_variance).sum(dim=1)


@misconception(
    "gaussian_kl",
    "log_variance was taken for log σ and doubled. It is log σ² already.",
)
def logarithm_doubled(mu, log_variance):
    return 0.5 * (mu.square() + (2 * log_variance).exp() - 1 - 2 * log_variance).sum(dim=1)


@misconception(
    "gaussian_kl",
    "The divergence is the other way round, of N(0, 1) from N(mu, σ²). A divergence is not symmetric.",
)
def the_other_way_round(mu, log_variance):
    return 0.5 * ((1 + mu.square()) * (-log_variance).exp() - 1 + log_variance).sum(dim=1)


@variant("gaussian_kl")
def term_by_term(mu, log_variance):
    variance = torch.exp(log_variance)
    return (mu**2).sum(1) / 2 + (variance - torch.log(variance)).sum(1) / 2 - mu.shape[1] / 2


@variant("gaussian_kl")
def by_deviations(mu, log_variance):
    sigma = torch.exp(0.5 * log_variance)
    squares = torch.linalg.vector_norm(torch.cat([mu, sigma], dim=1), dim=1) ** 2
    return 0.5 * (squares - mu.shape[1]) - torch.log(sigma).sum(dim=1)


@misconception(
    "negative_elbo",
    "The reconstruction is a mean over the pixels, the divergence a sum: the divergence then weighs 64 times "
    "too much, "
    "and the latent code collapses. Both are sums.",
)
def mean_over_pixels(logits, x, mu, log_variance, beta=1.0):
    reconstruction = binary_cross_entropy_with_logits(logits, x)
    kl = gaussian_kl(mu, log_variance).mean()
    return reconstruction + beta * kl, reconstruction, kl


@misconception("negative_elbo", "Sums over the batch: each of the two is the *mean* over the pictures.")
def sums_over_the_batch(logits, x, mu, log_variance, beta=1.0):
    reconstruction = binary_cross_entropy_with_logits(logits, x, reduction="sum")
    kl = gaussian_kl(mu, log_variance).sum()
    return reconstruction + beta * kl, reconstruction, kl


@misconception("negative_elbo", "The divergence is taken off. It is a price: it is added.")
def divergence_taken_off(logits, x, mu, log_variance, beta=1.0):
    reconstruction = binary_cross_entropy_with_logits(logits, x, reduction="sum") / len(x)
    kl = gaussian_kl(mu, log_variance).mean()
    return reconstruction - beta * kl, reconstruction, kl


@misconception("negative_elbo", "beta is ignored.")
def beta_ignored(logits, x, mu, log_variance, beta=1.0):
    reconstruction = binary_cross_entropy_with_logits(logits, x, reduction="sum") / len(x)
    kl = gaussian_kl(mu, log_variance).mean()
    return reconstruction + kl, reconstruction, kl


@misconception(
    "negative_elbo", "The third part of the result has been multiplied by beta. It is the plain divergence."
)
def divergence_with_beta(logits, x, mu, log_variance, beta=1.0):
    reconstruction = binary_cross_entropy_with_logits(logits, x, reduction="sum") / len(x)
    kl = beta * gaussian_kl(mu, log_variance).mean()
    return reconstruction + kl, reconstruction, kl


@misconception(
    "negative_elbo", "Squared errors of the probabilities. The decoder is asked for a cross-entropy."
)
def squared_error(logits, x, mu, log_variance, beta=1.0):
    reconstruction = (torch.sigmoid(logits) - x).square().sum() / len(x)
    kl = gaussian_kl(mu, log_variance).mean()
    return reconstruction + beta * kl, reconstruction, kl


@misconception(
    "negative_elbo",
    "The logarithm of a probability that has been rounded to 0 is −∞. Compute the cross-entropy from the logits.",
)
def logarithm_of_zero(logits, x, mu, log_variance, beta=1.0):
    p = torch.sigmoid(logits)
    reconstruction = -(x * torch.log(p) + (1 - x) * torch.log(1 - p)).sum() / len(x)
    kl = gaussian_kl(mu, log_variance).mean()
    return reconstruction + beta * kl, reconstruction, kl


@misconception(
    "negative_elbo", "Picture and answer are exchanged: x is the truth, the logits are the answer."
)
def roles_exchanged(logits, x, mu, log_variance, beta=1.0):
    reconstruction = binary_cross_entropy_with_logits(x, torch.sigmoid(logits), reduction="sum") / len(x)
    kl = gaussian_kl(mu, log_variance).mean()
    return reconstruction + beta * kl, reconstruction, kl


@misconception(
    "negative_elbo",
    "The divergence is a mean over the dimensions. The dimensions are added up, only the pictures are averaged.",
)
def divergence_per_dimension(logits, x, mu, log_variance, beta=1.0):
    reconstruction = binary_cross_entropy_with_logits(logits, x, reduction="sum") / len(x)
    kl = gaussian_kl(mu, log_variance).mean() / mu.shape[1]
    return reconstruction + beta * kl, reconstruction, kl


@variant("negative_elbo")
def by_softplus(logits, x, mu, log_variance, beta=1.0):
    reconstruction = (F.softplus(logits) - x * logits).sum(dim=1).mean()
    kl = 0.5 * (mu**2 + torch.exp(log_variance) - log_variance - 1).sum(1).mean(0)
    return [reconstruction + beta * kl, reconstruction, kl]


@variant("negative_elbo")
def pictures_first(logits, x, mu, log_variance, beta=1.0):
    reconstruction = F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(dim=1).mean()
    kl = gaussian_kl(mu, log_variance).sum() / len(mu)
    return kl * beta + reconstruction, reconstruction, kl


@misconception("warm_up", "It goes on rising behind the end of the warm-up. From there on it is beta.")
def rises_for_ever(step, steps, beta=1.0):
    return beta * step / steps if steps else beta


@misconception("warm_up", "beta is ignored: it ends at 1.")
def ends_at_one(step, steps, beta=1.0):
    return 1.0 if step >= steps else step / steps


@misconception("warm_up", "The first step has number 0 and the price 0; here the line is one step ahead.")
def one_step_ahead(step, steps, beta=1.0):
    return beta if step + 1 >= steps else beta * (step + 1) / steps


@misconception("warm_up", "It falls. The price begins at 0, so that the decoder learns to listen first.")
def falls(step, steps, beta=1.0):
    return 0.0 if step >= steps else beta * (1 - step / steps)


@misconception(
    "warm_up", "It is 0 all the time, and then beta at once. It rises in a straight line (// is no division)."
)
def jumps(step, steps, beta=1.0):
    return beta if step >= steps else 0.0


@misconception(
    "warm_up", "Without a warm-up there is a division by 0. Look at steps = 0 first: beta from the beginning."
)
def divides_by_zero(step, steps, beta=1.0):
    return beta * min(1.0, step / steps)


@variant("warm_up")
def by_minimum(step, steps, beta=1.0):
    return beta * min(1.0, step / max(steps, 1)) if steps else beta


@variant("warm_up")
def by_interpolation(step, steps, beta=1.0):
    return float(np.interp(step, [0, steps], [0.0, beta])) if steps > 0 else float(beta)


@misconception("active_units", "The variance is divided by n − 1. The docstring asks for n.")
def divided_by_one_less(mu, threshold=0.01):
    return int((mu.var(dim=0) > threshold).sum())


@misconception("active_units", "Standard deviations are compared with the threshold of a variance.")
def deviations(mu, threshold=0.01):
    return int((mu.std(dim=0, correction=0) > threshold).sum())


@misconception(
    "active_units", "The variance runs over the dimensions. It has to run over the pictures: dim=0."
)
def over_the_dimensions(mu, threshold=0.01):
    return int((mu.var(dim=1, correction=0) > threshold).sum())


@misconception(
    "active_units",
    "The mean of the squares is compared. A dimension that says 3 for every picture says nothing: take the mean off.",
)
def squares_for_variance(mu, threshold=0.01):
    return int((mu.square().mean(dim=0) > threshold).sum())


@misconception("active_units", "These are the dimensions that have collapsed.")
def collapsed_units(mu, threshold=0.01):
    return int((mu.var(dim=0, correction=0) <= threshold).sum())


@misconception("active_units", "The variances come back. Their number above the threshold is asked for.")
def variances(mu, threshold=0.01):
    return mu.var(dim=0, correction=0)


@variant("active_units")
def with_numpy(mu, threshold=0.01):
    return int(np.sum(np.var(np.asarray(mu), axis=0) > threshold))


@variant("active_units")
def column_by_column(mu, threshold=0.01):
    return sum(1 for column in mu.T if ((column - column.mean()) ** 2).mean() > threshold)


@misconception(
    "latent_grid",
    "The points are equally far apart. They have to be equally probable: quantiles of N(0, 1).",
)
def equally_far_apart(n):
    steps = 2 * (torch.arange(n) + 0.5) / n - 1
    return torch.cartesian_prod(2 * steps.flip(0), 2 * steps).flip(1)


@misconception("latent_grid", "Coordinates are exchanged: along a row it is the first one that grows.")
def coordinates_exchanged(n):
    quantiles = torch.special.ndtri((torch.arange(n) + 0.5) / n)
    return torch.cartesian_prod(quantiles.flip(0), quantiles)


@misconception(
    "latent_grid", "The page begins at the bottom. The first row is the top, where the second is largest."
)
def upside_down(n):
    quantiles = torch.special.ndtri((torch.arange(n) + 0.5) / n)
    return torch.cartesian_prod(quantiles, quantiles).flip(1)


@misconception("latent_grid", "Quantiles at 0 and 1 are infinite. The middles of the cells are (i + 1/2)/n.")
def ends_of_the_cells(n):
    quantiles = torch.special.ndtri(torch.linspace(0, 1, n))
    return torch.cartesian_prod(quantiles.flip(0), quantiles).flip(1)


@misconception(
    "latent_grid", "The probabilities come back. The numbers with these probabilities are asked for."
)
def probabilities(n):
    steps = (torch.arange(n) + 0.5) / n
    return torch.cartesian_prod(steps.flip(0), steps).flip(1)


@variant("latent_grid")
def two_loops(n):
    normal = torch.distributions.Normal(0.0, 1.0)
    values = [normal.icdf(torch.tensor((i + 0.5) / n)).item() for i in range(n)]
    return torch.tensor([[x, y] for y in reversed(values) for x in values])


@variant("latent_grid")
def by_meshgrid(n):
    places = (np.arange(n) + 0.5) / n
    values = math.sqrt(2) * torch.erfinv(torch.tensor(2 * places - 1))
    x, y = torch.meshgrid(values, -values, indexing="xy")
    return torch.stack([x.flatten(), y.flatten()], dim=1)


@misconception(
    "negative_elbo",
    "A small number is added inside of the logarithms, so that a sure and wrong answer costs 18 nats at most. "
    "Compute from the "
    "logits instead.",
    eps=(1e-8, 1e-9, 1e-10, 1e-12),
)
def logarithm_of_a_little_more(logits, x, mu, log_variance, beta=1.0, *, eps=1e-8):
    p = torch.sigmoid(logits)
    reconstruction = -(x * (p + eps).log() + (1 - x) * (1 - p + eps).log()).sum(dim=1).mean()
    kl = gaussian_kl(mu, log_variance).mean()
    return reconstruction + beta * kl, reconstruction, kl


@misconception(
    "negative_elbo", "binary_cross_entropy_with_logits wants the logits: it applies the sigmoid itself."
)
def sigmoid_twice(logits, x, mu, log_variance, beta=1.0):
    reconstruction = binary_cross_entropy_with_logits(torch.sigmoid(logits), x, reduction="sum") / len(x)
    kl = gaussian_kl(mu, log_variance).mean()
    return reconstruction + beta * kl, reconstruction, kl


@misconception(
    "latent_grid",
    "cartesian_prod(q, q) is no page yet: along a row its second entry grows, and it begins at the bottom. "
    "Exchange the "
    "entries, and turn the rows round.",
)
def plain_product(n):
    quantiles = torch.special.ndtri((torch.arange(n) + 0.5) / n)
    return torch.cartesian_prod(quantiles, quantiles)
