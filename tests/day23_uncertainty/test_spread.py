"""Checks of spread.py: logarithms of densities number by number, steps by hand, and a line whose noise grows."""

import copy
import math
from statistics import NormalDist

import numpy as np
import torch
from torch import nn

from course.testing import (
    assert_between,
    assert_close,
    assert_parts,
    assert_unchanged,
    hidden,
    points,
    training,
)
from course.testing.networks import draw, fill


@points(1)
def test_softplus_number_by_number(student, rng):
    for shape in [(7,), (3, 4), (2, 1, 5), (1,)]:
        z = 4 * draw(rng, *shape)
        with assert_unchanged(z):
            result = student.softplus(z)
        expected = np.array([math.log(1 + math.exp(v)) for v in z.flatten().tolist()]).reshape(shape)
        assert_close(result, expected, name="positive number")


def slope_of_softplus(module, z):
    """The derivative of what the function gives, by autograd."""
    import torch

    z = z.clone().requires_grad_()
    return torch.autograd.grad(module.softplus(z).sum(), z)[0]


@points(1)
def test_softplus_of_large_numbers(student, rng):
    some, large, small = rng.normal(size=3), rng.uniform(500, 1500, size=5), -rng.uniform(40, 60, size=5)
    usual = np.log(1 + np.exp(some))
    result = student.softplus(torch.tensor(np.concatenate([some, large])))
    expected = np.concatenate([usual, large])
    assert_close(result, expected, name="positive number, of large z too,", cause="exp(z) overflows")
    result = student.softplus(torch.tensor(np.concatenate([some, small])))
    expected = np.concatenate([usual, np.exp(small)])
    cause = "1 + exp(z) is rounded to 1; torch.log1p knows better"
    name = "positive number, of very negative z too,"
    assert_close(result, expected, rtol=1e-6, atol=0, name=name, cause=cause)
    z = torch.tensor(np.concatenate([some, large, [-900.0, -800.0]]))
    expected = np.concatenate([1 / (1 + np.exp(-some)), np.ones(5), np.zeros(2)])
    assert_close(student.run(slope_of_softplus, z), expected, name="slope of softplus, of large z too,")


@hidden
@points(1)
def test_softplus_can_be_differentiated(student, rng):
    z = torch.cat([3 * draw(rng, 6), torch.tensor([-700.0, 700.0, 1200.0], dtype=torch.float64)])
    expected = [1 / (1 + math.exp(-v)) for v in z.tolist()]
    assert_close(student.run(slope_of_softplus, z), np.array(expected), name="slope of softplus")


def random_forecast(rng, n):
    return draw(rng, n) + 1, draw(rng, n), torch.tensor(rng.uniform(0.2, 3, size=n))


def slopes_of_nll(module, y, mean, std):
    """Derivatives of the loss by means and standard deviations, by autograd."""
    import torch

    mean, std = mean.clone().requires_grad_(), std.clone().requires_grad_()
    return list(torch.autograd.grad(module.gaussian_nll(y, mean, std), [mean, std]))


@points(2)
def test_gaussian_nll_value_by_value(student, rng):
    for n in (6, 1, 11):
        y, mean, std = random_forecast(rng, n)
        with assert_unchanged(y, mean, std):
            result = student.gaussian_nll(y, mean, std)
        densities = [
            NormalDist(m, s).pdf(v) for v, m, s in zip(y.tolist(), mean.tolist(), std.tolist(), strict=True)
        ]
        assert_close(result, -sum(map(math.log, densities)) / n, name="negative log-likelihood")
    by_mean, _ = assert_parts(student.run(slopes_of_nll, y, mean, std), 2)
    assert_close(by_mean, (mean - y) / std**2 / n, name="gradient by the means")


@points(1)
def test_gaussian_nll_of_what_is_far_off(student, rng):
    """Densities are 0 in floating point here; their logarithms are not."""
    y, mean, std = random_forecast(rng, 5)
    y = y + 1e4
    away = ((y - mean) / std).numpy()
    expected = np.mean(away**2 / 2 + np.log(std.numpy()) + math.log(2 * math.pi) / 2)
    cause = "write the logarithm of the density out; the density itself is 0 in floating point"
    assert_close(student.gaussian_nll(y, mean, std), expected, name="negative log-likelihood", cause=cause)


@hidden
@points(1)
def test_gaussian_nll_can_be_differentiated(student, rng):
    y, mean, std = random_forecast(rng, 7)
    by_mean, by_std = assert_parts(student.run(slopes_of_nll, y, mean, std), 2)
    assert_close(by_mean, (mean - y) / std**2 / 7, name="gradient by the means")
    assert_close(by_std, (1 / std - (y - mean) ** 2 / std**3) / 7, name="gradient by the standard deviations")


def new_network(rng, d):
    """Its spread begins between 0.8 and 2, so that no step of these checks takes it near 0."""
    net = fill(nn.Sequential(nn.Linear(d, 4), nn.Tanh(), nn.Linear(4, 2)), rng)
    with torch.no_grad():
        net[2].weight.mul_(0.3)
        net[2].bias.copy_(torch.tensor([rng.normal(), rng.uniform(0.8, 1.4)]))
    return net


def walk(module, network, batches, learning_rate, momentum):
    """A step for each batch: the losses and the parameters. Old gradients lie about."""
    import torch

    optimizer = torch.optim.SGD(network.parameters(), lr=learning_rate, momentum=momentum)
    for p in network.parameters():
        p.grad = torch.full_like(p, 3.0)
    losses = [float(module.nll_step(network, optimizer, x, y)) for x, y in batches]
    return losses, [p.detach() for p in network.parameters()]


def walk_by_hand(network, batches, learning_rate, momentum):
    """The same on a copy: the loss from its parts, gradients by autograd, steps written out."""
    network = copy.deepcopy(network)
    losses, speeds = [], {}
    for x, y in batches:
        out = network(x)
        std = torch.logaddexp(out[:, 1], torch.zeros_like(out[:, 1]))
        loss = sum(
            (v - m) ** 2 / (2 * s**2) + torch.log(s) + math.log(2 * math.pi) / 2
            for v, m, s in zip(y, out[:, 0], std, strict=True)
        ) / len(y)
        grads = torch.autograd.grad(loss, list(network.parameters()))
        with torch.no_grad():
            for p, g in zip(network.parameters(), grads, strict=True):
                speeds[p] = momentum * speeds.get(p, 0.0) + g
                p -= learning_rate * speeds[p]
        losses.append(loss.item())
    return losses, [p.detach() for p in network.parameters()]


NAMES = ("first weights", "first biases", "last weights", "last biases")


def assert_walked(result, expected, cause=""):
    losses, parameters = assert_parts(result, 2)
    assert_close(losses, expected[0], name="list of losses, each before its step", cause=cause)
    for name, found, want in zip(NAMES, assert_parts(parameters, 4), expected[1], strict=True):
        assert_close(found, want, name=f"array of the {name}", cause=cause)


@points(2)
def test_nll_step_by_hand(student, rng):
    for n, d, steps, momentum in [(5, 2, 1, 0.0), (4, 1, 3, 0.0), (1, 3, 2, 0.5)]:
        network = new_network(rng, d)
        batches = [(draw(rng, n, d), draw(rng, n) + 1) for _ in range(steps)]
        given = (network, batches, 0.02, momentum)
        with assert_unchanged(batches):
            result = student.run(walk, *given)
        assert_walked(result, walk_by_hand(*given))


@hidden
@points(1)
def test_nll_step_with_momentum(student, rng):
    batches = [(draw(rng, 6, 2), draw(rng, 6)) for _ in range(4)]
    given = (new_network(rng, 2), batches, 0.01, 0.9)
    assert_walked(
        student.run(walk, *given), walk_by_hand(*given), "the optimiser that is given takes the steps"
    )


def train_line(module, x, y, new, seed):
    """Mean and raw spread at new places after training through the given loop."""
    import torch

    from day23_uncertainty.training import train_spread

    torch.set_num_threads(1)
    model, _ = train_spread(x, y, 500, 0.02, seed)
    with torch.no_grad():
        return model(new)


@training
@points(1)
def test_nll_step_learns_where_noise_is_large(student, rng):
    """Over 40 seeds the correlation with the true spread was 0.93 to 1.00, the loss 1.44 to 1.66 on new points; one
    spread for all gives 1.8.
    """
    x = torch.tensor(rng.uniform(-5, 5, size=(800, 1)), dtype=torch.float32)
    spread = 0.1 + x[:, 0].abs() / 2
    y = x[:, 0] + 5 + spread * torch.tensor(rng.normal(size=800), dtype=torch.float32)
    out = student.run(train_line, x[:400], y[:400], x[400:], int(rng.integers(10**6)))
    mean, raw = assert_parts(np.asarray(out, dtype=float).T, 2)
    std = np.logaddexp(0, raw)
    away = (y[400:].numpy() - mean) / std
    loss = np.mean(away**2 / 2 + np.log(std) + math.log(2 * math.pi) / 2)
    assert_between(
        np.corrcoef(std, spread[400:])[0, 1], 0.85, 1, name="correlation of learnt and true spread"
    )
    assert_between(loss, 1.2, 1.75, name="loss on new points")


@points(1)
def test_normal_interval_by_its_shares(student, rng):
    for n, level in [(5, 0.9), (1, 0.5), (8, 0.99), (3, float(rng.uniform(0.1, 0.9)))]:
        mean, std = draw(rng, n), torch.tensor(rng.uniform(0.3, 3, size=n))
        with assert_unchanged(mean, std):
            result = student.normal_interval(mean, std, level)
        lower, upper = assert_parts(result, 2)
        pairs = [NormalDist(m, s) for m, s in zip(mean.tolist(), std.tolist(), strict=True)]
        expected = [normal.inv_cdf((1 - level) / 2) for normal in pairs]
        near = {"rtol": 1e-4, "atol": 1e-4}  # a share in single precision is enough
        assert_close(lower, np.array(expected), **near, name=f"lower end for a level of {level:.3g}")
        expected = [normal.inv_cdf((1 + level) / 2) for normal in pairs]
        assert_close(upper, np.array(expected), **near, name=f"upper end for a level of {level:.3g}")


@points(1)
def test_coverage_by_counting(student, rng):
    for n in (12, 1, 40):
        y, lower = draw(rng, n), draw(rng, n) - 0.7
        upper = lower + torch.tensor(rng.uniform(0.1, 3, size=n))
        with assert_unchanged(y, lower, upper):
            result = student.coverage(y, lower, upper)
        inside = sum(a <= v <= b for v, a, b in zip(y.tolist(), lower.tolist(), upper.tolist(), strict=True))
        assert_close(result, inside / n, name="share of the values inside")
    y = torch.tensor(rng.integers(-9, 9, size=5), dtype=torch.float64)
    lower = y - torch.tensor([0, 1, 1, -1, 0.5], dtype=torch.float64)
    upper = y + torch.tensor([2, 0, 1, 3, 0.5], dtype=torch.float64)
    result = student.coverage(y, lower, upper)
    assert_close(result, 4 / 5, name="share of the values inside, two of five at an end,")


@hidden
@points(1)
def test_coverage_at_the_ends(student, rng):
    y = torch.tensor(rng.integers(-9, 9, size=9), dtype=torch.float64)
    lower = y - torch.tensor([0, 0, 1, 1, 2, 2, -1, 3, 0.5], dtype=torch.float64)
    upper = y + torch.tensor([0, 1, 0, 2, 1, -1, 3, 3, 0.5], dtype=torch.float64)
    assert_close(student.coverage(y, lower, upper), 7 / 9, name="share of the values inside")


@points(0)
def test_interval_score_value_by_value(student, rng):
    for n, level in [(12, 0.9), (1, 0.5), (30, float(rng.uniform(0.2, 0.95)))]:
        y, lower = draw(rng, n), draw(rng, n) - 0.7
        upper = lower + torch.tensor(rng.uniform(0.1, 3, size=n))
        with assert_unchanged(y, lower, upper):
            result = student.interval_score(y, lower, upper, level)
        costs = []
        for v, a, b in zip(y.tolist(), lower.tolist(), upper.tolist(), strict=True):
            outside = a - v if v < a else v - b if v > b else 0.0
            costs.append((b - a) + 2 * outside / (1 - level))
        assert_close(result, sum(costs) / n, name=f"score of intervals for a level of {level:.3g}")


@points(0)
def test_interval_score_of_one_miss(student, rng):
    """A value below, one above, one inside: alone, so that each of the three cases is seen."""
    low, width, off = float(rng.normal()), float(rng.uniform(1, 2)), float(rng.uniform(0.2, 0.8))
    cases = {"below": (low - off, off), "above": (low + width + off, off), "inside": (low + off, 0.0)}
    for where, (value, distance) in cases.items():
        y, lower, upper = (torch.tensor([v], dtype=torch.float64) for v in (value, low, low + width))
        result = student.interval_score(y, lower, upper, 0.8)
        assert_close(result, width + 10 * distance, name=f"score of an interval with the value {where}")
