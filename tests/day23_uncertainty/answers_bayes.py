"""Answers to bayes.py: wrong ones with what went wrong, and right ones in another style."""

import math

import numpy as np
import torch

from course.testing import misconception, variant
from day23_uncertainty.bayes import negative_elbo, posterior


@misconception(
    "posterior", "Variances are asked for in the precision: divide by noise_std² and prior_std², squared."
)
def not_squared(x, y, prior_std, noise_std):
    covariance = torch.linalg.inv(x.T @ x / noise_std + torch.eye(x.shape[1], dtype=x.dtype) / prior_std)
    return covariance @ (x.T @ y) / noise_std, covariance


@misconception("posterior", "That is the precision. Its inverse is the covariance.")
def the_precision(x, y, prior_std, noise_std):
    precision = x.T @ x / noise_std**2 + torch.eye(x.shape[1], dtype=x.dtype) / prior_std**2
    return torch.linalg.solve(precision, x.T @ y) / noise_std**2, precision


@misconception(
    "posterior", "The prior is missing: that is ordinary least squares, which fails where there are few data."
)
def without_a_prior(x, y, prior_std, noise_std):
    covariance = noise_std**2 * torch.linalg.pinv(x.T @ x)
    return covariance @ (x.T @ y) / noise_std**2, covariance


@misconception("posterior", "The mean has to be divided by noise_std², as xᵀx is.")
def mean_without_noise(x, y, prior_std, noise_std):
    precision = x.T @ x / noise_std**2 + torch.eye(x.shape[1], dtype=x.dtype) / prior_std**2
    covariance = torch.linalg.inv(precision)
    return covariance @ (x.T @ y), covariance


@misconception(
    "posterior",
    "The covariance lacks the factor noise_std²: (xᵀx + λI)⁻¹ of ridge regression is the covariance over noise_std².",
)
def as_in_ridge(x, y, prior_std, noise_std):
    inverse = torch.linalg.inv(x.T @ x + (noise_std / prior_std) ** 2 * torch.eye(x.shape[1], dtype=x.dtype))
    return inverse @ (x.T @ y), inverse


@misconception(
    "posterior", "The λ of ridge regression is turned upside down: it is (noise_std / prior_std)²."
)
def lambda_upside_down(x, y, prior_std, noise_std):
    inverse = torch.linalg.inv(x.T @ x + (prior_std / noise_std) ** 2 * torch.eye(x.shape[1], dtype=x.dtype))
    return inverse @ (x.T @ y), noise_std**2 * inverse


@misconception(
    "posterior", "prior_std and noise_std are exchanged: xᵀx is divided by noise_std², and I by prior_std²."
)
def exchanged(x, y, prior_std, noise_std):
    precision = x.T @ x / prior_std**2 + torch.eye(x.shape[1], dtype=x.dtype) / noise_std**2
    covariance = torch.linalg.inv(precision)
    return covariance @ (x.T @ y) / prior_std**2, covariance


@misconception("posterior", "The prior's precision is I / prior_std²; here it is multiplied by prior_std².")
def prior_upside_down(x, y, prior_std, noise_std):
    precision = x.T @ x / noise_std**2 + torch.eye(x.shape[1], dtype=x.dtype) * prior_std**2
    covariance = torch.linalg.inv(precision)
    return covariance @ (x.T @ y) / noise_std**2, covariance


@variant("posterior")
def one_value_at_a_time(x, y, prior_std, noise_std):
    mean = torch.zeros(x.shape[1], dtype=x.dtype)
    covariance = prior_std**2 * torch.eye(x.shape[1], dtype=x.dtype)
    for row, value in zip(x, y, strict=True):
        gain = covariance @ row / (row @ covariance @ row + noise_std**2)
        mean = mean + gain * (value - row @ mean)
        covariance = covariance - torch.outer(gain, row @ covariance)
    return mean, covariance


@variant("posterior")
def by_cholesky(x, y, prior_std, noise_std):
    a, b = np.asarray(x), np.asarray(y)
    precision = a.T @ a / noise_std**2 + np.eye(a.shape[1]) / prior_std**2
    return np.linalg.solve(precision, a.T @ b / noise_std**2), np.linalg.inv(precision)


@misconception(
    "predictive", "The noise of the new value is missing: this is the spread of the line, and not of values."
)
def without_noise(x, mean, covariance, noise_std):
    return x @ mean, ((x @ covariance) * x).sum(dim=1).sqrt()


@misconception("predictive", "Variances add up, standard deviations do not.")
def deviations_added(x, mean, covariance, noise_std):
    return x @ mean, ((x @ covariance) * x).sum(dim=1).sqrt() + noise_std


@misconception("predictive", "That is the variance. Take the square root.")
def the_variance(x, mean, covariance, noise_std):
    return x @ mean, ((x @ covariance) * x).sum(dim=1) + noise_std**2


@misconception("predictive", "noise_std is a standard deviation: square it before it is added to a variance.")
def noise_not_squared(x, mean, covariance, noise_std):
    return x @ mean, (((x @ covariance) * x).sum(dim=1) + noise_std).sqrt()


@misconception(
    "predictive",
    "Only the variances of the weights are used. What two weights have in common counts as well: xᵀ S x, all of S.",
)
def diagonal_only(x, mean, covariance, noise_std):
    return x @ mean, (x.square() @ covariance.diagonal() + noise_std**2).sqrt()


@variant("predictive")
def by_einsum(x, mean, covariance, noise_std):
    variance = torch.einsum("ni,ij,nj->n", x, covariance, x)
    return torch.einsum("ni,i->n", x, mean), torch.sqrt(variance + noise_std**2)


@variant("predictive")
def by_a_root(x, mean, covariance, noise_std):
    values, vectors = np.linalg.eigh(np.asarray(covariance))
    along = np.asarray(x) @ vectors * np.sqrt(values.clip(0))
    return np.asarray(x) @ np.asarray(mean), np.hypot(np.linalg.norm(along, axis=1), noise_std)


@misconception(
    "negative_elbo",
    "The likelihood is that of the mean weights alone. The spread of q adds Σ x_j² std_j² to each square.",
)
def only_the_mean(x, y, mean, std, prior_std, noise_std):
    squares = (y - x @ mean).square()
    expected = (squares / (2 * noise_std**2) + 0.5 * math.log(2 * math.pi * noise_std**2)).sum()
    divergence = (
        0.5
        * ((std / prior_std).square() + (mean / prior_std).square() - 1 - 2 * (std / prior_std).log()).sum()
    )
    return expected + divergence


@misconception(
    "negative_elbo", "The divergence from the prior is missing: add KL(q ‖ prior), a sum over the weights."
)
def without_the_prior(x, y, mean, std, prior_std, noise_std):
    squares = (y - x @ mean).square() + x.square() @ std.square()
    return (squares / (2 * noise_std**2) + 0.5 * math.log(2 * math.pi * noise_std**2)).sum()


@misconception(
    "negative_elbo",
    "The likelihood is a mean over the values, the divergence a sum: so the prior counts n times too much. Sum both.",
)
def mean_over_values(x, y, mean, std, prior_std, noise_std):
    squares = (y - x @ mean).square() + x.square() @ std.square()
    expected = (squares / (2 * noise_std**2) + 0.5 * math.log(2 * math.pi * noise_std**2)).mean()
    divergence = (
        0.5
        * ((std / prior_std).square() + (mean / prior_std).square() - 1 - 2 * (std / prior_std).log()).sum()
    )
    return expected + divergence


@misconception(
    "negative_elbo", "The divergence is that from N(0, 1). The prior has a standard deviation of its own."
)
def standard_prior(x, y, mean, std, prior_std, noise_std):
    squares = (y - x @ mean).square() + x.square() @ std.square()
    expected = (squares / (2 * noise_std**2) + 0.5 * math.log(2 * math.pi * noise_std**2)).sum()
    return expected + 0.5 * (std.square() + mean.square() - 1 - 2 * std.log()).sum()


@misconception(
    "negative_elbo", "The sign of the divergence is wrong: being far from the prior costs something."
)
def divergence_taken_off(x, y, mean, std, prior_std, noise_std):
    squares = (y - x @ mean).square() + x.square() @ std.square()
    expected = (squares / (2 * noise_std**2) + 0.5 * math.log(2 * math.pi * noise_std**2)).sum()
    divergence = (
        0.5
        * ((std / prior_std).square() + (mean / prior_std).square() - 1 - 2 * (std / prior_std).log()).sum()
    )
    return expected - divergence


@misconception(
    "negative_elbo", "The constant ½ ln(2π noise_std²) was added once. Each of the n values has one."
)
def one_constant(x, y, mean, std, prior_std, noise_std):
    squares = (y - x @ mean).square() + x.square() @ std.square()
    fit = (squares / (2 * noise_std**2)).sum() + 0.5 * math.log(2 * math.pi * noise_std**2)
    ratio = std / prior_std
    return fit + 0.5 * (ratio.square() + (mean / prior_std).square() - 1 - 2 * ratio.log()).sum()


@misconception("negative_elbo", "The constants ½ ln(2π noise_std²) of the values are missing.")
def without_constants(x, y, mean, std, prior_std, noise_std):
    squares = (y - x @ mean).square() + x.square() @ std.square()
    divergence = (
        0.5
        * ((std / prior_std).square() + (mean / prior_std).square() - 1 - 2 * (std / prior_std).log()).sum()
    )
    return (squares / (2 * noise_std**2)).sum() + divergence


@misconception("negative_elbo", "The variance of x w under q is Σ x_j² std_j²: both are squared.")
def spread_not_squared(x, y, mean, std, prior_std, noise_std):
    squares = (y - x @ mean).square() + x.square() @ std
    expected = (squares / (2 * noise_std**2) + 0.5 * math.log(2 * math.pi * noise_std**2)).sum()
    divergence = (
        0.5
        * ((std / prior_std).square() + (mean / prior_std).square() - 1 - 2 * (std / prior_std).log()).sum()
    )
    return expected + divergence


@misconception(
    "negative_elbo",
    "Here the divergence runs from the prior to q. It is KL(q ‖ prior), the expectation under q.",
)
def divergence_turned_round(x, y, mean, std, prior_std, noise_std):
    squares = (y - x @ mean).square() + x.square() @ std.square()
    expected = (squares / (2 * noise_std**2) + 0.5 * math.log(2 * math.pi * noise_std**2)).sum()
    return (
        expected + 0.5 * ((prior_std / std) ** 2 + (mean / std) ** 2 - 1 - 2 * (prior_std / std).log()).sum()
    )


@variant("negative_elbo")
def by_distributions(x, y, mean, std, prior_std, noise_std):
    normal = torch.distributions.Normal
    fit = -normal(x @ mean, noise_std).log_prob(y).sum() + (x.square() @ std.square()).sum() / (
        2 * noise_std**2
    )
    cross = 0.5 * ((std.square() + mean.square()) / prior_std**2 + math.log(2 * math.pi * prior_std**2)).sum()
    return fit + cross - normal(mean, std).entropy().sum()


@variant("negative_elbo")
def weight_by_weight(x, y, mean, std, prior_std, noise_std):
    total = 0.0
    for row, value in zip(x, y, strict=True):
        variance = sum(a * a * s * s for a, s in zip(row, std, strict=True))
        total = total + ((value - row @ mean) ** 2 + variance) / (2 * noise_std**2)
        total = total + math.log(noise_std) + 0.5 * math.log(2 * math.pi)
    for m, s in zip(mean, std, strict=True):
        total = total + math.log(prior_std) - torch.log(s) + (s * s + m * m) / (2 * prior_std**2) - 0.5
    return total


@misconception(
    "fit_variational",
    "These are the deviations of the exact posterior, in which no weight is known. The best independent ones are "
    "smaller: let the descent find them.",
)
def deviations_of_the_exact_posterior(x, y, prior_std, noise_std):
    mean, covariance = (torch.as_tensor(part) for part in posterior(x, y, prior_std, noise_std))
    return mean, covariance.diagonal().sqrt()


@misconception(
    "fit_variational", "That is the logarithm of std, which was moved. Take exp of it before it is returned."
)
def the_logarithm(x, y, prior_std, noise_std):
    precision = x.T @ x / noise_std**2 + torch.eye(x.shape[1], dtype=x.dtype) / prior_std**2
    return torch.as_tensor(posterior(x, y, prior_std, noise_std)[0]), -precision.diagonal().log() / 2


@misconception("fit_variational", "These are the variances. The standard deviations are asked for.")
def the_variances(x, y, prior_std, noise_std):
    precision = x.T @ x / noise_std**2 + torch.eye(x.shape[1], dtype=x.dtype) / prior_std**2
    return torch.as_tensor(posterior(x, y, prior_std, noise_std)[0]), 1 / precision.diagonal()


@misconception(
    "fit_variational",
    "The deviations have stayed where they began. They are moved as the means are: give both to the optimiser.",
    begin=(1.0, 0.1, 0.01, 0.5),
)
def deviations_not_moved(x, y, prior_std, noise_std, *, begin=1.0):
    mean = torch.as_tensor(posterior(x, y, prior_std, noise_std)[0])
    return mean, torch.full_like(mean, begin)


@misconception(
    "fit_variational",
    "The means have stayed where they began. They are moved as the deviations are: give both to the optimiser.",
)
def means_not_moved(x, y, prior_std, noise_std):
    precision = x.T @ x / noise_std**2 + torch.eye(x.shape[1], dtype=x.dtype) / prior_std**2
    return torch.zeros(x.shape[1], dtype=x.dtype), precision.diagonal() ** -0.5


@misconception(
    "fit_variational", "There is a graph behind the result. Return mean.detach() and std.detach()."
)
def not_detached(x, y, prior_std, noise_std):
    mean = torch.zeros(x.shape[1], dtype=x.dtype, requires_grad=True)
    log_std = torch.zeros(x.shape[1], dtype=x.dtype, requires_grad=True)
    optimizer = torch.optim.LBFGS([mean, log_std], max_iter=300, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        loss = negative_elbo(x, y, mean, log_std.exp(), prior_std, noise_std)
        loss.backward()
        return loss

    optimizer.step(closure)
    return mean, log_std.exp()


@misconception(
    "fit_variational",
    "The descent has not arrived: a hundred small steps are too few. Go on until the loss falls no more.",
)
def a_hundred_steps(x, y, prior_std, noise_std):
    mean = torch.zeros(x.shape[1], dtype=x.dtype, requires_grad=True)
    log_std = torch.zeros(x.shape[1], dtype=x.dtype, requires_grad=True)
    optimizer = torch.optim.Adam([mean, log_std], lr=0.01)
    for _ in range(100):
        optimizer.zero_grad()
        negative_elbo(x, y, mean, log_std.exp(), prior_std, noise_std).backward()
        optimizer.step()
    return mean.detach(), log_std.exp().detach()


@variant("fit_variational")
def by_adam_and_softplus(x, y, prior_std, noise_std):
    mean = torch.nn.Parameter(torch.randn(x.shape[1], dtype=torch.float64))
    raw = torch.nn.Parameter(torch.zeros(x.shape[1], dtype=torch.float64))
    optimizer = torch.optim.Adam([mean, raw], lr=0.05)
    for _ in range(2500):
        optimizer.zero_grad()
        std = torch.nn.functional.softplus(raw)
        negative_elbo(x, y, mean, std, prior_std, noise_std).backward()
        optimizer.step()
    with torch.no_grad():
        return mean.data, torch.nn.functional.softplus(raw)


@variant("fit_variational")
def weight_after_weight(x, y, prior_std, noise_std):
    a, b = np.asarray(x), np.asarray(y)
    precision = (a**2).sum(axis=0) / noise_std**2 + 1 / prior_std**2
    mean = np.zeros(a.shape[1])
    for _ in range(4000):
        for j in range(len(mean)):
            rest = b - a @ mean + a[:, j] * mean[j]
            mean[j] = a[:, j] @ rest / noise_std**2 / precision[j]
    return mean.tolist(), np.sqrt(1 / precision).tolist()


@variant("fit_variational")
def by_the_exact_posterior(x, y, prior_std, noise_std):
    mean, covariance = (torch.as_tensor(part) for part in posterior(x, y, prior_std, noise_std))
    return mean, torch.linalg.inv(covariance).diagonal().rsqrt()


@misconception(
    "log_evidence", "That is how probable the data are under the *fitted* weights. Evidence knows no fit."
)
def likelihood_of_the_fit(x, y, prior_std, noise_std):
    mean, _ = posterior(x, y, prior_std, noise_std)
    squares = (y - x @ torch.as_tensor(mean)).square() / noise_std**2
    return float(-0.5 * (squares + math.log(2 * math.pi * noise_std**2)).sum())


@misconception(
    "log_evidence",
    "The determinant of many values is 0 in floating point, and its logarithm −∞. Add the logarithms of Cholesky's "
    "diagonal, or use slogdet.",
)
def logarithm_of_the_determinant(x, y, prior_std, noise_std):
    covariance = prior_std**2 * x @ x.T + noise_std**2 * torch.eye(len(x), dtype=x.dtype)
    squares = y @ torch.linalg.solve(covariance, y)
    return float(-0.5 * (squares + torch.log(torch.linalg.det(covariance)) + len(y) * math.log(2 * math.pi)))


@misconception("log_evidence", "The noise is missing on the diagonal of the covariance.")
def noise_forgotten(x, y, prior_std, noise_std):
    covariance = prior_std**2 * x @ x.T + 1e-6 * torch.eye(len(x), dtype=x.dtype)
    squares = y @ torch.linalg.solve(covariance, y)
    return float(-0.5 * (squares + torch.linalg.slogdet(covariance)[1] + len(y) * math.log(2 * math.pi)))


@misconception("log_evidence", "The constant n ln 2π is missing.")
def constant_forgotten(x, y, prior_std, noise_std):
    covariance = prior_std**2 * x @ x.T + noise_std**2 * torch.eye(len(x), dtype=x.dtype)
    return float(-0.5 * (y @ torch.linalg.solve(covariance, y) + torch.linalg.slogdet(covariance)[1]))


@variant("log_evidence")
def by_conditionals(x, y, prior_std, noise_std):
    total, mean = 0.0, np.zeros(x.shape[1])
    covariance = prior_std**2 * np.eye(x.shape[1])
    for row, value in zip(np.asarray(x), np.asarray(y), strict=True):
        variance = row @ covariance @ row + noise_std**2
        total -= 0.5 * ((value - row @ mean) ** 2 / variance + math.log(2 * math.pi * variance))
        gain = covariance @ row / variance
        mean = mean + gain * (value - row @ mean)
        covariance = covariance - np.outer(gain, row @ covariance)
    return float(total)


@variant("log_evidence")
def by_slogdet(x, y, prior_std, noise_std):
    covariance = prior_std**2 * x @ x.T + noise_std**2 * torch.eye(len(x), dtype=x.dtype)
    log_det = torch.linalg.slogdet(covariance).logabsdet
    return -0.5 * float(y @ torch.linalg.solve(covariance, y) + log_det + len(y) * math.log(2 * math.pi))
