"""Checks of contrastive.py: the loss row by row, steps written out, and an eye that finds digits in scenes."""

import copy

import numpy as np
import torch
from scipy.spatial.distance import cdist
from scipy.special import logsumexp
from sklearn.datasets import load_digits
from torch import nn

from course.testing import (
    assert_between,
    assert_close,
    assert_finite,
    assert_parts,
    assert_shape,
    assert_unchanged,
    hidden,
    points,
    training,
)
from course.testing.networks import draw, fill


def loss_by_rows(first, second, temperature):
    """The loss with NumPy and SciPy, row by row."""
    z = np.concatenate([np.asarray(first, dtype=float), np.asarray(second, dtype=float)])
    z = z / np.linalg.norm(z, axis=1, keepdims=True)
    b, losses = len(first), []
    for i, row in enumerate(z):
        scores = z @ row / temperature
        others = np.delete(scores, i)
        losses.append(logsumexp(others) - scores[(i + b) % (2 * b)])
    return float(np.mean(losses))


def slopes(module, first, second, temperature):
    """The gradients of the loss by both batches of codes."""
    import torch

    leaves = [first.clone().requires_grad_(), second.clone().requires_grad_()]
    return torch.autograd.grad(module.nt_xent(*leaves, temperature), leaves)


def slopes_by_hand(first, second, temperature):
    """The same in closed form: push away by probability, pull the partner, and nothing along the code itself."""
    z = np.concatenate([first.numpy(), second.numpy()])
    lengths = np.linalg.norm(z, axis=1, keepdims=True)
    unit, n, b = z / lengths, len(z), len(first)
    scores = unit @ unit.T / temperature
    np.fill_diagonal(scores, -np.inf)
    p = np.exp(scores - logsumexp(scores, axis=1, keepdims=True))
    p[np.arange(n), (np.arange(n) + b) % n] -= 1
    pull = (p + p.T) @ unit / (n * temperature)
    pull -= (pull * unit).sum(axis=1, keepdims=True) * unit
    return np.split(pull / lengths, 2)


@points(2)
def test_nt_xent_row_by_row(student, rng):
    for b, d, temperature in [(4, 3, 0.5), (2, 2, 1.0), (7, 5, 0.2), (3, 1, 2.0)]:
        first, second = 2 * draw(rng, b, d), draw(rng, b, d) + 0.5
        with assert_unchanged(first, second):
            result = student.nt_xent(first, second, temperature)
        assert_close(result, loss_by_rows(first, second, temperature), name="loss")
    first, second = draw(rng, 5, 3).float(), draw(rng, 5, 3).float()
    expected = loss_by_rows(first.double(), second.double(), 0.3)
    assert_close(student.nt_xent(first, second, 0.3), expected, name="loss")
    first, second = draw(rng, 3, 4), 2 * draw(rng, 3, 4)
    found = assert_parts(student.run(slopes, first, second, 0.4), 2)
    cause = "the gradient goes through both views, and through the division by the length"
    for which, slope, want in zip(
        ("first", "second"), found, slopes_by_hand(first, second, 0.4), strict=True
    ):
        assert_close(slope, want, name=f"gradient by the {which} codes", cause=cause)
    result = student.nt_xent(first, second, 0.001)
    assert_finite(result, name="loss at a temperature of 0.001")
    expected = loss_by_rows(first, second, 0.001)
    assert_close(result, expected, name="loss at a temperature of 0.001")


@hidden
@points(1)
def test_nt_xent_at_a_low_temperature(student, rng):
    first = draw(rng, 4, 3)
    second = draw(rng, 4, 3)
    for temperature in (0.001, 0.002):
        result = student.nt_xent(first, second, temperature)
        assert_finite(result, name="loss")
        assert_close(result, loss_by_rows(first, second, temperature), name="loss")


@hidden
@points(1)
def test_nt_xent_can_be_differentiated(student, rng):
    for b, d, temperature in [(4, 3, 0.5), (2, 5, 0.2)]:
        first, second = 2 * draw(rng, b, d), draw(rng, b, d)
        found = assert_parts(student.run(slopes, first, second, temperature), 2)
        for which, slope, want in zip(
            ("first", "second"), found, slopes_by_hand(first, second, temperature), strict=True
        ):
            cause = "the gradient goes through both views, and through the division by the length"
            assert_close(slope, want, name=f"gradient by the {which} codes", cause=cause)


def step_on(module, network, pairs, temperature, momentum):
    """A step for each pair of batches: the losses and the parameters. Old gradients lie about."""
    import torch

    optimizer = torch.optim.SGD(network.parameters(), lr=0.3, momentum=momentum)
    for p in network.parameters():
        p.grad = torch.full_like(p, 5.0)
    losses = [
        float(module.contrastive_step(network, optimizer, first, second, temperature))
        for first, second in pairs
    ]
    return losses, [p.detach() for p in network.parameters()]


def step_by_hand(network, pairs, temperature, momentum):
    """The same on a copy: the gradient by the codes in closed form, that of the network by autograd."""
    network = copy.deepcopy(network)
    losses, speeds = [], {}
    for first, second in pairs:
        a, b = network(first), network(second)
        losses.append(loss_by_rows(a.detach(), b.detach(), temperature))
        pulls = [torch.tensor(s) for s in slopes_by_hand(a.detach(), b.detach(), temperature)]
        grads = torch.autograd.grad([a, b], list(network.parameters()), pulls)
        with torch.no_grad():
            for p, g in zip(network.parameters(), grads, strict=True):
                speeds[p] = momentum * speeds.get(p, 0.0) + g
                p -= 0.3 * speeds[p]
    return losses, [p.detach() for p in network.parameters()]


NAMES = ("first weights", "first biases", "last weights", "last biases")


@points(1)
def test_contrastive_step_written_out(student, rng):
    for b, d, steps, momentum in [(4, 3, 1, 0.0), (3, 5, 3, 0.0), (2, 2, 3, 0.8)]:
        network = fill(nn.Sequential(nn.Linear(d, 4), nn.Tanh(), nn.Linear(4, 3)), rng)
        pairs = [(draw(rng, b, d), draw(rng, b, d) + 0.3) for _ in range(steps)]
        given = (network, pairs, 0.4, momentum)
        with assert_unchanged(pairs):
            result = student.run(step_on, *given)
        losses, parameters = assert_parts(result, 2)
        expected_losses, expected = step_by_hand(*given)
        assert_close(losses, expected_losses, name="list of losses, each before its step")
        for name, found, want in zip(NAMES, assert_parts(parameters, 4), expected, strict=True):
            assert_close(found, want, name=f"array of the {name}")


def train_on_scenes(module, x, new, seed):
    """Scenes of new digits, and their codes, after training through the given loop."""
    import torch

    from day18_representation.data import make_scenes
    from day18_representation.training import train_eye

    torch.set_num_threads(1)
    model, _ = train_eye(x, steps=120, seed=seed)
    scenes = make_scenes(new, torch.Generator().manual_seed(seed))
    with torch.no_grad():
        return scenes.flatten(1), model.encode(scenes)


def precision(codes, labels, k=5):
    distances = cdist(codes, codes)
    np.fill_diagonal(distances, np.inf)
    return float(np.mean(labels[distances.argsort(axis=1)[:, :k]] == labels[:, None]))


@training
@points(2)
def test_contrastive_step_finds_digits_in_scenes(student, rng):
    """Over 12 seeds: pixels 0.14 to 0.18, codes 0.43 to 0.56; 3 s."""
    bunch, order = load_digits(), rng.permutation(1797)
    x, labels = torch.tensor(bunch.data[order] / 16, dtype=torch.float32), bunch.target[order][:500]
    result = student.run(train_on_scenes, x[500:], x[:500], int(rng.integers(2**31)))
    scenes, codes = assert_parts(result, 2)
    assert_shape(scenes, (500, 256))
    assert_shape(codes, (500, 48))
    raw = precision(np.asarray(scenes, dtype=float), labels)
    found = precision(np.asarray(codes, dtype=float), labels)
    assert_between(raw, 0.1, 0.22, name="share of equal labels among the neighbours by pixels")
    assert_between(found, 0.33, 1, name="share of equal labels among the neighbours by codes")


def measures_by_pairs(first, second):
    a, b = (np.asarray(t, dtype=float) for t in (first, second))
    a, b = (t / np.linalg.norm(t, axis=1, keepdims=True) for t in (a, b))
    distances = cdist(a, a, "sqeuclidean")
    spread = [np.exp(-2 * distances[i, j]) for i in range(len(a)) for j in range(len(a)) if i != j]
    return float(np.mean(np.sum((a - b) ** 2, axis=1))), float(np.log(np.mean(spread)))


@points(0)
def test_alignment_and_uniformity_by_pairs(student, rng):
    for b, d in [(6, 3), (2, 2), (9, 5)]:
        first = 3 * draw(rng, b, d)
        second = first + draw(rng, b, d)
        with assert_unchanged(first, second):
            result = student.alignment_and_uniformity(first, second)
        alignment, uniformity = assert_parts(result, 2)
        expected = measures_by_pairs(first, second)
        assert_close(alignment, expected[0], name="alignment")
        assert_close(uniformity, expected[1], name="uniformity")


@points(0)
def test_alignment_and_uniformity_of_single_precision(student, rng):
    first, second = draw(rng, 7, 4).float() + 1, draw(rng, 7, 4).float() - 1
    result = student.alignment_and_uniformity(first, second)
    alignment, uniformity = assert_parts(result, 2)
    expected = measures_by_pairs(first, second)
    assert_close(alignment, expected[0], rtol=1e-4, name="alignment")
    assert_close(uniformity, expected[1], rtol=1e-4, name="uniformity")
