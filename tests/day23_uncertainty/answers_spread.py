"""Answers to spread.py: wrong ones with what went wrong, and right ones in another style."""

import math
from statistics import NormalDist

import numpy as np
import torch

from course.testing import misconception, variant
from day23_uncertainty.spread import gaussian_nll, softplus


@misconception("softplus", "exp(z) of a large z is infinity. Take max(z, 0) out first.")
def as_it_is_written(z):
    return torch.log(1 + torch.exp(z))


@misconception(
    "softplus",
    "z is cut off before exp: all larger z give the same. Take max(z, 0) out first; what is left cannot overflow.",
    limit=(20.0, 30.0, 50.0, 80.0, 88.0, 100.0, 500.0, 700.0),
)
def cut_off_before_exp(z, *, limit=20.0):
    return torch.log1p(torch.exp(z.clamp(max=limit)))


@misconception(
    "softplus", "That is the ReLU, which is 0 for every negative z. Softplus is above 0 everywhere."
)
def a_relu(z):
    return z.clamp(min=0)


@misconception("softplus", "That is the sigmoid, the derivative of softplus.")
def the_sigmoid(z):
    return torch.sigmoid(z)


@misconception(
    "softplus",
    "For very negative z the 1 swallows exp(z), and the logarithm of 1 is 0. torch.log1p(x) is ln(1 + x), for small x, "
    "too.",
)
def log_of_one_and_little(z):
    return z.clamp(min=0) + torch.log(1 + torch.exp(-z.abs()))


@misconception("softplus", "max(z, 0) was taken out, but what is left is ln(1 + exp(−|z|)), with the minus.")
def plus_in_the_exponent(z):
    return z.clamp(min=0) + torch.log1p(torch.exp(z.abs()))


@misconception(
    "softplus", "That is exp(z): positive, but it grows far too fast. Add 1 and take the logarithm."
)
def just_exp(z):
    return torch.exp(z)


@misconception(
    "softplus",
    "The numbers are right, their slopes are not: autograd goes through both sides of ``torch.where``, and what"
    " overflows on the side that is not taken makes 0 · ∞, which is NaN. Nothing that overflows may be computed.",
)
def nan_slopes(z):
    small = torch.log1p(torch.exp(z))
    return torch.where(z > 30, z, small)


@variant("softplus")
def by_logaddexp(z):
    return torch.logaddexp(z, torch.zeros_like(z))


@variant("softplus")
def minus_logsigmoid(z):
    return -torch.nn.functional.logsigmoid(-z)


@variant("softplus")
def two_branches(z):
    small = torch.minimum(z, torch.zeros_like(z))
    large = torch.maximum(z, torch.zeros_like(z))
    return torch.where(z > 0, large + torch.log1p(torch.exp(-large)), torch.log1p(torch.exp(small)))


@misconception(
    "gaussian_nll", "The third argument is a standard deviation; here it is taken for a variance. Square it."
)
def std_taken_for_variance(y, mean, std):
    return ((y - mean).square() / (2 * std) + std.log() / 2 + 0.5 * math.log(2 * math.pi)).mean()


@misconception("gaussian_nll", "ln std is missing. Without it the widest spread is always the best.")
def without_the_logarithm(y, mean, std):
    return (((y - mean) / std).square() / 2 + 0.5 * math.log(2 * math.pi)).mean()


@misconception("gaussian_nll", "The constant ½ ln 2π is missing; the docstring asks for it.")
def without_the_constant(y, mean, std):
    return (((y - mean) / std).square() / 2 + std.log()).mean()


@misconception("gaussian_nll", "That is the sum over the values. The mean is asked for.")
def the_sum(y, mean, std):
    return (((y - mean) / std).square() / 2 + std.log() + 0.5 * math.log(2 * math.pi)).sum()


@misconception(
    "gaussian_nll", "The sign is wrong: that is the log-likelihood itself, and a loss is to become smaller."
)
def the_likelihood(y, mean, std):
    return -(((y - mean) / std).square() / 2 + std.log() + 0.5 * math.log(2 * math.pi)).mean()


@misconception("gaussian_nll", "The half of the squared distance is missing.")
def without_the_half(y, mean, std):
    return (((y - mean) / std).square() + std.log() + 0.5 * math.log(2 * math.pi)).mean()


@misconception(
    "gaussian_nll",
    "The logarithm of the variance is ln std², twice ln std: with a half before it, or without the square.",
)
def logarithm_of_the_variance(y, mean, std):
    return (((y - mean) / std).square() / 2 + (std**2).log() + 0.5 * math.log(2 * math.pi)).mean()


@misconception(
    "gaussian_nll",
    "The density becomes 0 for a value that is far off, and its logarithm minus infinity. Take the logarithm on paper.",
)
def logarithm_of_the_density(y, mean, std):
    density = torch.exp(-(((y - mean) / std) ** 2) / 2) / (std * math.sqrt(2 * math.pi))
    return -density.log().mean()


@variant("gaussian_nll")
def by_the_variance(y, mean, std):
    variance = std * std
    return (0.5 * (torch.log(2 * math.pi * variance) + (y - mean) ** 2 / variance)).mean()


@variant("gaussian_nll")
def one_by_one(y, mean, std):
    total = 0.0
    for value, m, s in zip(y, mean, std, strict=True):
        total = total + (value - m) ** 2 / (2 * s**2) + torch.log(s) + 0.5 * math.log(2 * math.pi)
    return total / len(y)


@misconception("nll_step", "Gradients of the step before are still there. Call optimizer.zero_grad() first.")
def without_zero_grad(model, optimizer, x, y):
    mean, raw = model(x).unbind(dim=1)
    loss = gaussian_nll(y, mean, softplus(raw))
    loss.backward()
    optimizer.step()
    return loss.item()


@misconception(
    "nll_step",
    "The second column is not a standard deviation yet: it may be negative. softplus makes one of it.",
)
def raw_as_spread(model, optimizer, x, y):
    mean, raw = model(x).unbind(dim=1)
    loss = gaussian_nll(y, mean, raw.abs() + 1e-6)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


@misconception("nll_step", "The standard deviation is softplus of the second column, and not exp.")
def exp_for_softplus(model, optimizer, x, y):
    mean, raw = model(x).unbind(dim=1)
    loss = gaussian_nll(y, mean, raw.exp())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


@misconception("nll_step", "The columns are exchanged: the first one is the mean.")
def columns_exchanged(model, optimizer, x, y):
    raw, mean = model(x).unbind(dim=1)
    loss = gaussian_nll(y, mean, softplus(raw))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


@misconception("nll_step", "The loss of *before* the step is asked for; this is that of after it.")
def loss_of_after(model, optimizer, x, y):
    mean, raw = model(x).unbind(dim=1)
    loss = gaussian_nll(y, mean, softplus(raw))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    mean, raw = model(x).unbind(dim=1)
    return gaussian_nll(y, mean, softplus(raw)).item()


@misconception(
    "nll_step",
    "Nothing was learnt: optimizer.step() is missing, or zero_grad() stands between backward() and it and throws the "
    "gradients away.",
)
def without_a_step(model, optimizer, x, y):
    mean, raw = model(x).unbind(dim=1)
    loss = gaussian_nll(y, mean, softplus(raw))
    optimizer.zero_grad()
    loss.backward()
    return loss.item()


@misconception(
    "nll_step",
    "The columns are (n, 1) here and y is (n,): their difference is a table of all pairs, (n, n). Take the columns as "
    "(n,), with out[:, 0] or unbind.",
)
def columns_beside_a_row(model, optimizer, x, y):
    mean, raw = model(x).split(1, dim=1)
    loss = gaussian_nll(y, mean, softplus(raw))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


@misconception("nll_step", "That is the squared error of the mean. The spread is to be learnt too.")
def squared_error(model, optimizer, x, y):
    mean, _ = model(x).unbind(dim=1)
    loss = (mean - y).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


@variant("nll_step")
def columns_by_index(model, optimizer, x, y):
    optimizer.zero_grad()
    out = model(x)
    loss = gaussian_nll(y, out[:, 0], softplus(out[:, 1]))
    loss.backward()
    optimizer.step()
    return float(loss.detach())


@variant("nll_step")
def gradients_written_in(model, optimizer, x, y):
    loss = gaussian_nll(y, *(f(c) for f, c in zip((lambda c: c, softplus), model(x).T, strict=True)))
    parameters = list(model.parameters())
    for p, g in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
        p.grad = g
    optimizer.step()
    return loss.item()


@misconception(
    "normal_interval",
    "Both tails together hold what is outside, so only half of it lies above the upper end: the share below it is "
    "(1 + level) / 2.",
)
def one_sided(mean, std, level):
    reach = torch.special.ndtri(torch.tensor(level, dtype=torch.float64)).item()
    return mean - reach * std, mean + reach * std


@misconception(
    "normal_interval", "The interval always reaches 1.96 standard deviations. That is for a level of 0.95."
)
def always_two(mean, std, level):
    return mean - 1.96 * std, mean + 1.96 * std


@misconception(
    "normal_interval", "The spread has to be multiplied by how many standard deviations the level reaches."
)
def without_the_spread(mean, std, level):
    reach = torch.special.ndtri(torch.tensor((1 + level) / 2, dtype=torch.float64)).item()
    return mean - reach, mean + reach


@misconception(
    "normal_interval",
    "erfinv belongs to a variance of ½: the interval reaches √2 · erfinv(level) standard deviations to each side.",
)
def erfinv_without_the_root(mean, std, level):
    reach = float(torch.erfinv(torch.tensor(level, dtype=torch.float64)))
    return mean - reach * std, mean + reach * std


@misconception("normal_interval", "The ends are exchanged: the lower one comes first.")
def ends_exchanged(mean, std, level):
    reach = torch.special.ndtri(torch.tensor((1 + level) / 2, dtype=torch.float64)).item()
    return mean + reach * std, mean - reach * std


@misconception("normal_interval", "The interval holds a share of 1 − level. Level is what is to lie inside.")
def level_outside(mean, std, level):
    reach = torch.special.ndtri(torch.tensor(1 - level / 2, dtype=torch.float64)).item()
    return mean - reach * std, mean + reach * std


@variant("normal_interval")
def by_the_standard_library(mean, std, level):
    reach = NormalDist().inv_cdf(0.5 + level / 2)
    return mean - reach * std, mean + reach * std


@variant("normal_interval")
def by_erfinv(mean, std, level):
    reach = math.sqrt(2) * float(torch.erfinv(torch.tensor(level, dtype=torch.float64)))
    ends = np.asarray(mean)[None] + reach * np.array([[-1.0], [1.0]]) * np.asarray(std)
    return tuple(ends)


@variant("normal_interval")
def a_share_in_single_precision(mean, std, level):
    reach = torch.special.ndtri(torch.tensor((1 + level) / 2))
    return mean - reach * std, mean + reach * std


@misconception("coverage", "The ends belong to the interval: <=, not <.")
def without_the_ends(y, lower, upper):
    return ((lower < y) & (y < upper)).double().mean().item()


@misconception("coverage", "That is how *many* lie inside. The share is asked for: divide by n.")
def how_many(y, lower, upper):
    return float(((lower <= y) & (y <= upper)).sum())


@misconception("coverage", "That is the share outside. Count those for which lower <= y and y <= upper.")
def outside(y, lower, upper):
    return ((lower > y) | (y > upper)).double().mean().item()


@misconception(
    "coverage", "Inside means above the lower end *and* below the upper one; or is true of nearly everything."
)
def either(y, lower, upper):
    return ((lower <= y) | (y <= upper)).double().mean().item()


@variant("coverage")
def one_after_the_other(y, lower, upper):
    inside = [bool(a <= v <= b) for v, a, b in zip(y, lower, upper, strict=True)]
    return sum(inside) / len(inside)


@variant("coverage")
def by_clamping(y, lower, upper):
    values = np.asarray(y)
    kept = np.minimum(np.maximum(values, np.asarray(lower)), np.asarray(upper)) == values
    return float((kept & (np.asarray(lower) <= np.asarray(upper))).mean())


@misconception(
    "interval_score", "The misses cost nothing here: that is the mean width, and the best interval is none."
)
def width_alone(y, lower, upper, level):
    return (upper - lower).mean().item()


@misconception(
    "interval_score", "The width costs nothing here: then the widest interval is the best. Add upper − lower."
)
def misses_alone(y, lower, upper, level):
    outside = (lower - y).clamp(min=0) + (y - upper).clamp(min=0)
    return (2 / (1 - level) * outside).mean().item()


@misconception(
    "interval_score",
    "The factor is 2 / (1 − level), where 1 − level is what may lie outside; here level itself stands there.",
)
def divided_by_the_level(y, lower, upper, level):
    outside = (lower - y).clamp(min=0) + (y - upper).clamp(min=0)
    return (upper - lower + 2 / level * outside).mean().item()


@misconception("interval_score", "The factor is 2 / (1 − level), with the 2.")
def without_the_two(y, lower, upper, level):
    outside = (lower - y).clamp(min=0) + (y - upper).clamp(min=0)
    return (upper - lower + outside / (1 - level)).mean().item()


@misconception(
    "interval_score",
    "Values inside are charged, or rewarded, as well: the distance to an end counts for those outside alone.",
)
def inside_counts_too(y, lower, upper, level):
    return (upper - lower + 2 / (1 - level) * ((lower - y) + (y - upper))).mean().item()


@misconception("interval_score", "The distance was measured to the middle. It is measured to the nearer end.")
def from_the_middle(y, lower, upper, level):
    missed = (y < lower) | (y > upper)
    away = (y - (lower + upper) / 2).abs() * missed
    return (upper - lower + 2 / (1 - level) * away).mean().item()


@misconception("interval_score", "That is the sum over the values. The mean is asked for.")
def sum_of_the_scores(y, lower, upper, level):
    outside = (lower - y).clamp(min=0) + (y - upper).clamp(min=0)
    return (upper - lower + 2 / (1 - level) * outside).sum().item()


@variant("interval_score")
def by_the_distance_to_the_interval(y, lower, upper, level):
    v, a, b = (np.asarray(part, dtype=float) for part in (y, lower, upper))
    return float(np.mean(b - a + 2 * np.abs(v - np.clip(v, a, b)) / (1 - level)))


@variant("interval_score")
def by_two_quantile_losses(y, lower, upper, level):
    share = (1 - level) / 2
    below = torch.where(y < lower, (share - 1) * (y - lower), share * (y - lower))
    above = torch.where(y < upper, -share * (y - upper), (1 - share) * (y - upper))
    return ((below + above) / share).mean()
