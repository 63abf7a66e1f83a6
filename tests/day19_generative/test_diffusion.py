"""Checks of diffusion.py: small steps one after the other, Bayes' rule for normal numbers, and a spiral."""

import math
from itertools import pairwise

import numpy as np
import torch
from scipy.special import logsumexp
from torch import nn

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
from course.testing.networks import draw, fill

SHAPES = [(4, 2), (1, 5), (3, 2, 2, 3), (5, 1)]


def draw_schedule(rng, steps, dtype=torch.float64):
    """Shares that are replaced in each step, (steps,), and alpha_bar, both with entry t for time t."""
    betas = rng.uniform(0.05, 0.4, size=steps)
    left = [1.0]
    for beta in betas:
        left.append(left[-1] * (1 - beta))
    return np.array([np.nan, *betas]), torch.tensor(left, dtype=dtype)


@points(2)
def test_cosine_schedule_time_by_time(student, rng):
    for steps, most in [(10, 0.999), (int(rng.integers(20, 40)), 0.25), (1, 0.6), (7, 0.4)]:
        aim = [math.cos((t / steps + 0.008) / 1.008 * math.pi / 2) ** 2 for t in range(steps + 1)]
        expected = [1.0]
        for before, now in pairwise(aim):
            expected.append(expected[-1] * (1 - min(1 - now / before, most)))
        result = student.cosine_schedule(steps, most)
        assert_close(result, np.array(expected), rtol=1e-4, atol=1e-6, name=f"alpha_bar for T = {steps}")
    result = np.asarray(student.cosine_schedule(8), dtype=float)
    assert_close(result[8] / result[7], 0.001, rtol=1e-2, name="last factor with the usual largest share")


def after_small_steps(betas, t):
    """Weight of the picture, and variance of the noise, after t steps of the chain."""
    weight, variance = 1.0, 0.0
    for beta in betas[1 : t + 1]:
        weight, variance = math.sqrt(1 - beta) * weight, (1 - beta) * variance + beta
    return weight, variance


@points(2)
def test_add_noise_leaps_over_the_small_steps(student, rng):
    for shape in SHAPES:
        betas, alpha_bar = draw_schedule(rng, 6)
        x0, noise, t = (
            draw(rng, *shape) + 0.5,
            draw(rng, *shape),
            torch.tensor(rng.integers(0, 7, size=shape[0])),
        )
        with assert_unchanged(x0, t, noise, alpha_bar):
            result = student.add_noise(x0, t, noise, alpha_bar)
        rows = []
        for picture, time, own in zip(x0.numpy(), t.tolist(), noise.numpy(), strict=True):
            weight, variance = after_small_steps(betas, time)
            rows.append(weight * picture + math.sqrt(variance) * own)
        assert_close(result, np.stack(rows), name="batch of noisy pictures")
    betas, alpha_bar = draw_schedule(rng, 4, torch.float32)
    x0, noise = draw(rng, 2, 3).float(), draw(rng, 2, 3).float()
    weight, variance = after_small_steps(betas, 3)
    expected = weight * x0.double() + math.sqrt(variance) * noise.double()
    result = student.add_noise(x0, torch.tensor([3, 3]), noise, alpha_bar)
    assert_close(result, expected, name="batch of noisy pictures")


class Guess(nn.Module):
    """A model whose answer depends on the picture, the time and, if there is one, the label."""

    def __init__(self, inputs, labels=0):
        super().__init__()
        self.layer = nn.Linear(inputs, inputs)
        self.table = nn.Parameter(torch.zeros(max(labels, 1), inputs))

    def forward(self, x, t, *labels):
        hint = self.table[labels[0]] if labels else 0.0
        return torch.tanh(self.layer(x) + hint + 0.1 * t[:, None])


def loss_by_hand(model, x0, t, noise, alpha_bar, labels=None):
    left = alpha_bar[t][:, None]
    noisy = torch.sqrt(left) * x0 + torch.sqrt(1 - left) * noise
    guess = model(noisy, t) if labels is None else model(noisy, t, labels)
    return torch.sum((guess - noise) ** 2) / noise.numel()


@points(2)
def test_denoising_loss_of_a_guess(student, rng):
    for b, d, classes in [(5, 3, 0), (4, 2, 3), (1, 6, 0), (3, 1, 2)]:
        model, (_, alpha_bar) = fill(Guess(d, classes), rng), draw_schedule(rng, 5)
        x0, noise, t = draw(rng, b, d) + 1, draw(rng, b, d), torch.tensor(rng.integers(1, 6, size=b))
        labels = torch.tensor(rng.integers(classes, size=b)) if classes else None
        with assert_unchanged(x0, t, noise, alpha_bar):
            result = student.denoising_loss(model, x0, t, noise, alpha_bar, labels)
        expected = loss_by_hand(model, x0, t, noise, alpha_bar, labels).detach()
        assert_close(result, expected, name="loss")


class Plain(nn.Module):
    """Two arguments, not one more."""

    def __init__(self, inputs):
        super().__init__()
        self.layer = nn.Linear(inputs, inputs)

    def forward(self, x, t):
        return self.layer(x) * t[:, None]


def slopes_of_the_loss(module, model, *arguments):
    """The gradients of the loss by the weights and biases of the model's layer."""
    import torch

    return torch.autograd.grad(module.denoising_loss(model, *arguments), list(model.layer.parameters()))


@hidden
@points(1)
def test_denoising_loss_can_be_differentiated(student, rng):
    for model in (fill(Plain(3), rng), fill(Guess(3), rng)):
        _, alpha_bar = draw_schedule(rng, 5)
        x0, noise, t = draw(rng, 4, 3), draw(rng, 4, 3), torch.tensor(rng.integers(1, 6, size=4))
        grads = assert_parts(student.run(slopes_of_the_loss, model, x0, t, noise, alpha_bar), 2)
        loss = loss_by_hand(model, x0, t, noise, alpha_bar)
        expected = torch.autograd.grad(loss, list(model.layer.parameters()))
        for name, grad, want in zip(("weights", "biases"), grads, expected, strict=True):
            assert_close(grad, want, name=f"gradient by the {name}")


def make_spiral(rng, n):
    on_the_curve = spiral_at(rng.uniform(size=n))
    return torch.tensor(on_the_curve + 0.03 * rng.normal(size=(n, 2)), dtype=torch.float32)


def spiral_at(turn):
    """Points of a curve of one and a half turns, from 0 inside to 1 outside."""
    angle, radius = 3 * np.pi * turn, 0.3 + 1.4 * turn
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def squared_cosines(steps, most):
    """A schedule of the test's own."""
    aim = np.cos((np.arange(steps + 1) / steps + 0.008) / 1.008 * np.pi / 2) ** 2
    return torch.tensor(np.cumprod([1.0, *np.maximum(aim[1:] / aim[:-1], 1 - most)]), dtype=torch.float32)


def train_spiral(module, x, alpha_bar, noisy, t, samples, seed):
    """A model that has learned the spiral: what it says about noisy points, and points that it makes."""
    import torch

    from day19_generative.networks import Denoiser
    from day19_generative.training import sample_diffusion, train_diffusion

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    model = Denoiser(2, 64, len(alpha_bar) - 1, depth=2, waves=6)
    train_diffusion(model, x, alpha_bar, steps=700, batch_size=256, learning_rate=1e-2, seed=seed)
    with torch.no_grad():
        predicted = model(noisy, t)
    return predicted, sample_diffusion(model, samples, 2, alpha_bar, seed=seed) if samples else predicted[:0]


@training
@points(1)
def test_denoising_loss_learns_the_noise_on_a_spiral(student, rng):
    """Over 16 seeds: 0.32 to 0.38 (1 for whoever always answers 0); 0.9 s."""
    alpha_bar, new = squared_cosines(40, 0.25), make_spiral(rng, 2000)
    t, noise = torch.tensor(rng.integers(1, 41, size=2000)), draw(rng, 2000, 2).float()
    left = alpha_bar[t][:, None]
    noisy = left.sqrt() * new + (1 - left).sqrt() * noise
    result = student.run(
        train_spiral, make_spiral(rng, 2000), alpha_bar, noisy, t, 0, int(rng.integers(2**31))
    )
    predicted = np.asarray(assert_parts(result, 2)[0])
    error = float(np.mean((predicted - noise.numpy()) ** 2))
    assert_between(error, 0.2, 0.45, name="mean squared error of the predicted noise, for new points,")


def by_bayes(x, t, x0, betas, alpha_bar):
    """Mean and variance of x_{t−1}, given x_t and x_0: the product of two normal densities."""
    if t == 1:
        return x0, 0.0
    before, beta = alpha_bar[t - 1], betas[t]
    precision = (1 - beta) / beta + 1 / (1 - before)
    mean = (math.sqrt(1 - beta) / beta * x + before.sqrt() / (1 - before) * x0) / precision
    return mean, 1 / precision


@points(2)
def test_ancestral_step_by_bayes(student, rng):
    for shape in SHAPES:
        betas, alpha_bar = draw_schedule(rng, 5)
        for t in (1, 2, 5):
            x0, true, noise = draw(rng, *shape) + 0.6, draw(rng, *shape), draw(rng, *shape)
            x = alpha_bar[t].sqrt() * x0 + (1 - alpha_bar[t]).sqrt() * true
            with assert_unchanged(x, true, noise, alpha_bar):
                result = student.ancestral_step(x, t, true, noise, alpha_bar)
            mean, variance = by_bayes(x, t, x0, betas, alpha_bar)
            cause = "at t = 1 nothing is drawn: the picture itself is left" if t == 1 else None
            assert_close(
                result, mean + math.sqrt(variance) * noise, name=f"sample at time {t - 1}", cause=cause
            )


def walk(module, x, means, spread, noises, alpha_bar):
    """All steps from T to 0, with the exact noise of normal data."""
    for t in range(len(alpha_bar) - 1, 0, -1):
        left = alpha_bar[t]
        predicted = (1 - left).sqrt() * (x - left.sqrt() * means) / (left * spread**2 + 1 - left)
        x = module.ancestral_step(x, t, predicted, noises[t], alpha_bar)
    return x


@hidden
@points(1)
def test_ancestral_step_all_the_way(student, rng):
    betas, alpha_bar = draw_schedule(rng, 9)
    spread, means = 0.7, torch.tensor(rng.normal(size=3))
    x, noises = draw(rng, 6, 3), draw(rng, 10, 6, 3)
    result = student.run(walk, x, means, spread, noises, alpha_bar)
    for t in range(9, 0, -1):
        left = alpha_bar[t]
        clean = means + left.sqrt() * spread**2 / (left * spread**2 + 1 - left) * (x - left.sqrt() * means)
        mean, variance = by_bayes(x, t, clean, betas, alpha_bar)
        x = mean + math.sqrt(variance) * noises[t]
    assert_close(result, x, name="array of samples at time 0")


@training
@points(1)
def test_ancestral_step_paints_a_spiral(student, rng):
    """Over 16 seeds: 92 to 96 % of the points near the spiral, all of it reached; 1.1 s."""
    alpha_bar = squared_cosines(40, 0.25)
    nothing = torch.zeros(1, 2), torch.ones(1, dtype=torch.int64)
    seed = int(rng.integers(2**31))
    result = student.run(train_spiral, make_spiral(rng, 2000), alpha_bar, *nothing, 1000, seed)
    made_up = np.asarray(assert_parts(result, 2)[1], dtype=float)
    curve = spiral_at(np.linspace(0, 1, 800))
    distances = np.linalg.norm(made_up[:, None] - curve, axis=2)
    near = float(np.mean(distances.min(axis=1) < 0.15))
    assert_between(near, 0.8, 1, name="share of the points within 0.15 of the spiral")
    reached = float(np.mean(distances[distances.min(axis=1) < 0.15].min(axis=0) < 0.1))
    assert_between(reached, 0.9, 1, name="share of the spiral that is reached")


@points(0)
def test_ddim_step_keeps_the_noise(student, rng):
    for shape in SHAPES:
        _, alpha_bar = draw_schedule(rng, 8)
        for t, s in [(8, 3), (5, 4), (2, 0), (8, 0)]:
            x0, true = draw(rng, *shape) + 0.6, draw(rng, *shape)
            x = alpha_bar[t].sqrt() * x0 + (1 - alpha_bar[t]).sqrt() * true
            with assert_unchanged(x, true, alpha_bar):
                result = student.ddim_step(x, t, s, true, alpha_bar)
            expected = alpha_bar[s].sqrt() * x0 + (1 - alpha_bar[s]).sqrt() * true
            assert_close(result, expected, name=f"sample at time {s}, from time {t},")


@points(0)
def test_ddim_step_with_a_wrong_prediction(student, rng):
    _, alpha_bar = draw_schedule(rng, 6)
    now, then = alpha_bar[5].item(), alpha_bar[2].item()
    x, predicted = draw(rng, 3, 4), draw(rng, 3, 4)
    factor = math.sqrt(then / now)
    expected = factor * x + (math.sqrt(1 - then) - factor * math.sqrt(1 - now)) * predicted
    assert_close(student.ddim_step(x, 5, 2, predicted, alpha_bar), expected, name="sample at time 2")


@points(0)
def test_guided_noise_between_and_beyond(student, rng):
    for b, d, classes in [(4, 3, 5), (1, 2, 3), (6, 1, 2)]:
        model = fill(Guess(d, classes + 1), rng)
        x, t = draw(rng, b, d), torch.tensor(rng.integers(1, 9, size=b))
        labels = torch.tensor(rng.integers(classes, size=b))
        nobody = torch.full_like(labels, classes)
        with torch.no_grad():
            told, untold = model(x, t, labels), model(x, t, nobody)
        for weight in (2.5, 0.0, 1.0, 0.4):
            with assert_unchanged(x, t, labels):
                result = student.guided_noise(model, x, t, labels, weight, classes)
            expected = (1 - weight) * untold + weight * told
            assert_close(result, expected, name=f"predicted noise with weight {weight}")


def noise_by_loops(x, t, data, alpha_bar):
    left = alpha_bar[t].item()
    rows = []
    for point in x.numpy():
        candidates = (point - math.sqrt(left) * data.numpy()) / math.sqrt(1 - left)
        logs = -0.5 * np.sum(candidates**2, axis=1)
        rows.append(np.exp(logs - logsumexp(logs)) @ candidates)
    return np.stack(rows)


@points(0)
def test_perfect_noise_by_loops(student, rng):
    for b, n, d in [(4, 6, 2), (1, 3, 4), (5, 2, 1), (3, 1, 3)]:
        _, alpha_bar = draw_schedule(rng, 6)
        data = draw(rng, n, d)
        for t in (1, 3, 6):
            x = draw(rng, b, d)
            with assert_unchanged(x, data, alpha_bar):
                result = student.perfect_noise(x, t, data, alpha_bar)
            assert_close(result, noise_by_loops(x, t, data, alpha_bar), name=f"noise at time {t}")


@points(0)
def test_perfect_noise_when_little_is_there(student, rng):
    alpha_bar = torch.tensor([1.0, 1 - 1e-5, 0.5], dtype=torch.float64)
    data = 3 * draw(rng, 5, 3)
    x = draw(rng, 4, 3)
    result = student.perfect_noise(x, 1, data, alpha_bar)
    assert_finite(result, name="noise when alpha_bar[t] is nearly 1")
    assert_close(result, noise_by_loops(x, 1, data, alpha_bar), name="noise when alpha_bar[t] is nearly 1")
