"""Checks of gan.py: closed forms, spies on who is changed, and a ring of eight heaps."""

import math

import numpy as np
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits

from course.testing import (
    assert_between,
    assert_close,
    assert_equal,
    assert_finite,
    assert_parts,
    assert_that,
    assert_unchanged,
    hidden,
    points,
    training,
)
from course.testing.networks import draw, fill


def answer(logits, truth):
    """Binary cross-entropy with one answer for all."""
    logits = torch.as_tensor(logits)
    return binary_cross_entropy_with_logits(logits, torch.full_like(logits, truth))


@points(1)
def test_discriminator_loss_is_the_sum_of_two_means(student, rng):
    for real_shape, fake_shape in [((4,), (7,)), ((5, 1), (5, 1)), ((1, 1), (3, 1)), ((2, 3), (6,))]:
        real, fake = 2 * draw(rng, *real_shape) + 0.5, 2 * draw(rng, *fake_shape) - 0.3
        with assert_unchanged(real, fake):
            result = student.discriminator_loss(real, fake)
        assert_close(result, answer(real, 1.0) + answer(fake, 0.0), name="loss")
    undecided = torch.zeros(4, 1)
    assert_close(
        student.discriminator_loss(undecided, undecided), 2 * math.log(2), name="loss for logits of 0"
    )
    real, fake = -600 + draw(rng, 4).float(), 800 + draw(rng, 6).float()
    result = student.discriminator_loss(real, fake)
    assert_finite(result, name="loss when all are taken for what they are not")
    expected = float(fake.double().mean() - real.double().mean())
    assert_close(result, expected, name="loss when all are taken for what they are not")


@hidden
@points(1)
def test_discriminator_loss_of_sure_answers(student, rng):
    real, fake = 1000 + draw(rng, 5).float(), 1500 + draw(rng, 3).float()
    result = student.discriminator_loss(real, fake)
    assert_finite(result, name="loss for logits above 1000")
    assert_close(result, float(fake.double().mean()), name="loss when every fake is taken for real")
    real, fake = -1000 + draw(rng, 5).float(), -1500 + draw(rng, 3).float()
    result = student.discriminator_loss(real, fake)
    assert_close(result, -float(real.double().mean()), name="loss when nothing is taken for real")


def slopes(module, name, *leaves):
    """The gradients of a loss by the logits."""
    import torch

    leaves = [leaf.clone().requires_grad_() for leaf in leaves]
    return torch.autograd.grad(getattr(module, name)(*leaves), leaves)


@points(1)
def test_generator_loss_wants_to_be_called_real(student, rng):
    for shape in [(5, 1), (7,), (1, 1), (2, 3)]:
        logits = 2 * draw(rng, *shape) - 0.6
        with assert_unchanged(logits):
            result = student.generator_loss(logits)
        assert_close(result, answer(logits, 1.0), name="loss")


@points(1)
def test_generator_loss_has_a_gradient_while_the_expert_is_sure(student, rng):
    for logits in (draw(rng, 6, 1) - 9, -1000 + draw(rng, 4, 1)):
        (slope,) = assert_parts(student.run(slopes, "generator_loss", logits), 1)
        cause = "log(1 − σ(a)) is flat where a is very negative, and −log σ(a) is not"
        expected = (logits.sigmoid() - 1) / len(logits)
        assert_close(slope, expected, name="gradient by the logits", cause=cause)
    result = student.generator_loss(torch.tensor([[-1000.0], [-1001.0]]))
    assert_close(result, 1000.5, name="loss for logits of −1000")


def expert(rng, inputs):
    return fill(nn.Sequential(nn.Linear(inputs, 5), nn.Tanh(), nn.Linear(5, 1)), rng)


def squared_slopes(discriminator, real):
    """The mean squared length of the gradient, from the weights of two dense layers with tanh between them."""
    first, _, last = discriminator
    bend = 1 - torch.tanh(real @ first.weight.T + first.bias) ** 2
    return ((bend * last.weight[0]) @ first.weight).square().sum(dim=1).mean()


class Flat(nn.Module):
    """The same logits without an axis of length 1."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, x):
        return self.network(x)[:, 0]


@points(1)
def test_gradient_penalty_of_two_layers(student, rng):
    for b, d in [(4, 3), (1, 2), (6, 1)]:
        discriminator, real = expert(rng, d), draw(rng, b, d)
        for network in (discriminator, Flat(discriminator)):
            with assert_unchanged(real):
                result = student.gradient_penalty(network, real)
            expected = squared_slopes(discriminator, real).detach()
            assert_close(result, expected, name="mean squared length of the gradient")


def penalty_watched(module, discriminator, real, tracked):
    """The gradients of the penalty by the parameters, and what the call has changed."""
    import torch

    real = real.clone().requires_grad_(tracked)
    for p in discriminator.parameters():
        p.grad = torch.full_like(p, 3.0)
    penalty = module.gradient_penalty(discriminator, real)
    grads = torch.autograd.grad(penalty, list(discriminator.parameters()), allow_unused=True)
    changed = {
        "grad of the parameters": any(not bool((p.grad == 3.0).all()) for p in discriminator.parameters()),
        "grad of the samples": real.grad is not None,
        "requires_grad of the samples": real.requires_grad != tracked,
    }
    return grads[:3], [name for name, is_so in changed.items() if is_so]


@points(1)
def test_gradient_penalty_can_be_differentiated(student, rng):
    for tracked in (False, True):
        discriminator, real = expert(rng, 3), draw(rng, 5, 3)
        result = student.run(penalty_watched, discriminator, real, tracked)
        grads, changed = assert_parts(result, 2)
        names = ("first weights", "first biases", "last weights")
        parameters = list(discriminator.parameters())[:3]
        expected = torch.autograd.grad(squared_slopes(discriminator, real), parameters)
        for name, grad, want in zip(names, assert_parts(grads, 3), expected, strict=True):
            cause = "without create_graph=True the penalty is a number that nothing depends on"
            assert_close(grad, want, name=f"gradient by the {name}", cause=cause)
        assert_equal(changed, [], name="list of what the call has changed")


def draw_players(rng, noise, inputs):
    """A forger and an expert, both of tanh, in double precision."""
    forger = fill(nn.Sequential(nn.Linear(noise, 4), nn.Tanh(), nn.Linear(4, inputs)), rng)
    return forger, expert(rng, inputs)


def play(module, forger, judge, real, noise, penalty, turns, learning_rate, momentum=0.0):
    """A step for each letter of ``turns``: the losses, all parameters, whether steps of the discriminator have touched
    the grad of the generator, and whether its own parameters still learn.
    """
    import torch

    optimizers = {
        turn: torch.optim.SGD(network.parameters(), lr=learning_rate, momentum=momentum)
        for turn, network in (("g", forger), ("d", judge))
    }
    for network in (forger, judge):
        for p in network.parameters():
            p.grad = torch.full_like(p, 7.0)
    losses, touched = [], False
    for turn in turns:
        if turn == "g":
            losses.append(module.generator_step(forger, judge, optimizers["g"], noise))
            continue
        before = [p.grad.clone() for p in forger.parameters()]
        losses.append(module.discriminator_step(forger, judge, optimizers["d"], real, noise, penalty))
        after = [p.grad for p in forger.parameters()]
        same = all(b is not None and torch.equal(a, b) for a, b in zip(before, after, strict=True))
        touched = touched or not same
    parameters = [p.detach() for network in (forger, judge) for p in network.parameters()]
    return [float(loss) for loss in losses], parameters, touched, learns(judge, real)


def learns(network, x):
    """Whether gradients still reach all parameters of a network."""
    import torch

    try:
        torch.autograd.grad(network(x).sum(), list(network.parameters()))
    except RuntimeError:
        return False
    return True


def play_by_hand(forger, judge, real, noise, penalty, turns, learning_rate, momentum=0.0):
    """The same on copies: losses by cross-entropy, gradients by autograd, steps written out."""
    forger, judge = (fill_like(network) for network in (forger, judge))
    losses, speeds = [], {}
    for turn in turns:
        fake = forger(noise)
        if turn == "g":
            loss, moved = answer_with_graph(judge(fake), 1.0), forger
        else:
            loss, moved = answer_with_graph(judge(real), 1.0) + answer_with_graph(judge(fake), 0.0), judge
            loss = loss + penalty / 2 * squared_slopes(judge, real)
        grads = torch.autograd.grad(loss, list(moved.parameters()), allow_unused=True)
        with torch.no_grad():
            for p, g in zip(moved.parameters(), grads, strict=True):
                speeds[p] = momentum * speeds.get(p, 0.0) + (0.0 if g is None else g)
                p -= learning_rate * speeds[p]
        losses.append(loss.item())
    return losses, [p.detach() for network in (forger, judge) for p in network.parameters()]


def fill_like(network):
    import copy

    return copy.deepcopy(network)


def answer_with_graph(logits, truth):
    return binary_cross_entropy_with_logits(logits, torch.full_like(logits, truth))


NAMES = [
    f"{which} of the {who}"
    for who in ("generator", "discriminator")
    for which in ("first weights", "first biases", "last weights", "last biases")
]


def assert_played(result, expected, cause=None):
    losses, parameters, *_ = assert_parts(result, 4)
    expected_losses, expected_parameters = expected
    assert_close(losses, expected_losses, name="list of losses, each before its step")
    for name, found, want in zip(NAMES, assert_parts(parameters, 8), expected_parameters, strict=True):
        assert_close(found, want, name=f"array of {name}", cause=cause)


@points(2)
def test_discriminator_step_moves_the_expert_only(student, rng):
    for b, d, turns, momentum in [(5, 3, "d", 0.0), (1, 2, "ddd", 0.0), (4, 2, "dd", 0.5)]:
        forger, judge = draw_players(rng, 2, d)
        real, noise = draw(rng, b, d) + 1, draw(rng, b, 2)
        given = (forger, judge, real, noise, 0.0, turns, 0.3, momentum)
        with assert_unchanged(real, noise):
            result = student.run(play, *given)
        assert_played(result, play_by_hand(*given))
        cause = "forgeries without a graph: torch.no_grad(), or detach()"
        headline = "A step of the discriminator has changed the grad of the generator's parameters."
        assert_that(result[2] is False, headline, cause)


@points(1)
def test_discriminator_step_with_a_penalty(student, rng):
    for penalty in (1.7, 0.6):
        forger, judge = draw_players(rng, 3, 2)
        given = (forger, judge, draw(rng, 4, 2), draw(rng, 4, 3), penalty, "dd", 0.2)
        assert_played(student.run(play, *given), play_by_hand(*given))


@points(2)
def test_generator_step_moves_the_forger_only(student, rng):
    for b, d, turns, momentum in [(5, 3, "g", 0.0), (1, 2, "ggg", 0.0), (4, 2, "gg", 0.5)]:
        forger, judge = draw_players(rng, 2, d)
        real, noise = draw(rng, b, d) + 1, draw(rng, b, 2)
        given = (forger, judge, real, noise, 0.0, turns, 0.3, momentum)
        with assert_unchanged(noise):
            result = student.run(play, *given)
        assert_played(result, play_by_hand(*given))
        cause = "who switches requires_grad off switches it on again"
        headline = (
            "After a step of the generator the discriminator's parameters require no gradient any more."
        )
        assert_that(result[3] is True, headline, cause)


@hidden
@points(1)
def test_generator_step_with_momentum(student, rng):
    forger, judge = draw_players(rng, 4, 2)
    given = (forger, judge, draw(rng, 3, 2), draw(rng, 3, 4), 0.0, "ggg", 0.2, 0.8)
    cause = "the optimiser that is given takes the steps"
    assert_played(student.run(play, *given), play_by_hand(*given), cause)


@hidden
@points(1)
def test_discriminator_step_with_momentum(student, rng):
    forger, judge = draw_players(rng, 2, 2)
    given = (forger, judge, draw(rng, 6, 2) + 0.5, draw(rng, 6, 2), 0.9, "ddd", 0.2, 0.8)
    cause = "the optimiser that is given takes the steps"
    assert_played(student.run(play, *given), play_by_hand(*given), cause)


def train_ring(module, real, seed, noises):
    """A generator that has seen these points, and samples of it."""
    import torch

    from day19_generative.networks import expert, mlp
    from day19_generative.training import train_gan

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    forger, judge = mlp([2, 64, 64, 2]), expert(2, 64)

    def draw_real(chance):
        return real[torch.randint(len(real), (128,), generator=chance)]

    def draw_noise(chance):
        return torch.randn(128, 2, generator=chance)

    train_gan(forger, judge, draw_real, draw_noise, 900, seed=seed)
    with torch.no_grad():
        return forger(noises)


@training
@points(2)
def test_generator_step_finds_eight_heaps(student, rng):
    """Over 16 seeds: all 8 heaps, 80 to 90 % of the samples near one; 1.5 s."""
    angles = 2 * np.pi * np.arange(8) / 8
    centres = 2 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    real = centres[rng.integers(8, size=4000)] + 0.1 * rng.normal(size=(4000, 2))
    noise = draw(rng, 1000, 2).float()
    result = student.run(train_ring, torch.tensor(real, dtype=torch.float32), int(rng.integers(2**31)), noise)
    distances = np.linalg.norm(np.asarray(result)[:, None] - centres, axis=2)
    good = distances.min(axis=1) < 0.4
    counts = np.bincount(distances.argmin(axis=1)[good], minlength=8)
    assert_between(int(np.sum(counts >= 10)), 7, 8, name="number of heaps that are reached")
    assert_between(float(good.mean()), 0.6, 1, name="share of samples near a heap")


def count_by_loops(samples, centres, radius, minimum):
    counts = [0] * len(centres)
    for p in samples:
        place = min(range(len(centres)), key=lambda j: math.dist(p, centres[j]))
        counts[place] += math.dist(p, centres[place]) <= radius
    return sum(counts) / len(samples), sum(count >= minimum for count in counts)


def draw_heaps(rng, d):
    """Six centres in a row and heaps of which each asks for something: with at least three samples, two are found.

    Five samples near the first centre lie within the radius of the second, too; one is near the second; three, just
    enough, near the third; of the fourth two are near and three too far; of the last two, three each are too far.
    """
    axes, _ = np.linalg.qr(rng.normal(size=(d, d)))
    along, across = axes[:2]
    centres = rng.normal(size=d) + np.arange(6)[:, None] * along
    small = 0.05 * rng.uniform(-1, 1, size=(20, d))
    heaps = [(0, 0.4, 0.0)] * 5 + [(1, 0.0, 0.0)] + [(2, 0.0, 0.0)] * 3 + [(3, 0.0, 0.1)] * 2
    heaps += [(number, 0.0, 1.5) for number in (3, 4, 5) for _ in range(3)]
    samples = [centres[i] + a * along + b * across + s for (i, a, b), s in zip(heaps, small, strict=True)]
    order = rng.permutation(20)
    return torch.tensor(np.stack(samples)[order]), torch.tensor(centres)


@points(2)
def test_mode_count_by_loops(student, rng):
    for d in (2, 3):
        samples, centres = draw_heaps(rng, d)
        quality, modes = assert_parts(student.mode_count(samples, centres, 0.7, 3), 2)
        assert_close(quality, 11 / 20, name="quality")
        assert_equal(modes, 2, name="number of modes")
    for n, k, d, radius, minimum in [
        (30, 4, 2, 0.9, 1),
        (50, 6, 2, 0.8, 6),
        (25, 3, 3, 1.1, 4),
        (9, 1, 1, 0.5, 2),
    ]:
        samples, centres = draw(rng, n, d) * 1.2, 1.5 * draw(rng, k, d)
        centres[0] = samples[0] + 0.1
        with assert_unchanged(samples, centres):
            result = student.mode_count(samples, centres, radius, minimum)
        quality, modes = assert_parts(result, 2)
        expected = count_by_loops(samples.tolist(), centres.tolist(), radius, minimum)
        assert_close(quality, expected[0], name="quality")
        assert_equal(modes, expected[1], name="number of modes")
    centres = torch.tensor([[0.0, 0.0], [20.0, 0.0]]) + float(rng.integers(9))
    samples = centres[:1] + torch.tensor([[0.0, 5.0], [4.0, 3.0], [0.0, 6.0]])
    quality, modes = assert_parts(student.mode_count(samples, centres, 5.0, 2), 2)
    cause = "exactly at the radius is not further away"
    assert_close(quality, 2 / 3, name="quality, two of three exactly at the radius,", cause=cause)
    assert_equal(modes, 1, name="number of modes", cause=cause)


@hidden
@points(1)
def test_mode_count_of_a_collapsed_generator(student, rng):
    centres = 5 * torch.tensor(rng.permutation(np.stack([np.arange(7.0), np.zeros(7)], axis=1)))
    samples = centres[torch.tensor(rng.permutation([2, 2, 2, 2, 5, 5, 5, 1]))]
    samples = samples + torch.tensor(rng.uniform(-0.3, 0.3, size=(8, 2)))
    samples[0] += torch.tensor([0.0, 2.0])
    for minimum in (1, 3):
        quality, modes = assert_parts(student.mode_count(samples, centres, 1.0, minimum), 2)
        expected = count_by_loops(samples.tolist(), centres.tolist(), 1.0, minimum)
        assert_close(quality, expected[0], name="quality")
        assert_equal(modes, expected[1], name=f"number of modes with at least {minimum} samples")
    border = torch.tensor([[3.0, 4.0], [0.0, 5.0]]) + float(rng.integers(9))
    quality, modes = assert_parts(
        student.mode_count(border, border[:1] - torch.tensor([[3.0, 4.0]]), 5.0, 2), 2
    )
    cause = "exactly at the radius is not further away"
    assert_close(quality, 1.0, name="quality", cause=cause)
    assert_equal(modes, 1, name="number of modes", cause=cause)
    result = student.mode_count(samples, centres, 1.0)
    assert_equal(assert_parts(result, 2)[1], count_by_loops(samples.tolist(), centres.tolist(), 1.0, 1)[1])
