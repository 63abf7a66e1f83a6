"""Checks of style.py: sums over places, Adam by hand, and a photograph that is painted over."""

import numpy as np
import torch
from torch import nn
from torch.nn.functional import avg_pool2d, interpolate

from course.data import load_photograph
from course.testing import (
    assert_between,
    assert_close,
    assert_equal,
    assert_parts,
    assert_unchanged,
    hidden,
    points,
    training,
)
from course.testing.networks import draw, fill


def gram_by_places(features):
    """Place by place the products of all pairs of features, and their mean."""
    c, h, w = features.shape
    total = np.zeros((c, c))
    for row in range(h):
        for column in range(w):
            total += np.outer(features[:, row, column], features[:, row, column])
    return total / (h * w)


def slope_of_gram(module, features, weights):
    """The gradient of a weighted sum of the Gram matrix by the features."""
    features = features.clone().requires_grad_()
    (module.gram_matrix(features) * weights).sum().backward()
    return features.grad


@points(1)
def test_gram_matrix_place_by_place(student, rng):
    for shape in [(3, 4, 5), (1, 2, 6), (5, 1, 1), (4, 7, 2)]:
        features = draw(rng, *shape) + 0.4
        with assert_unchanged(features):
            result = student.gram_matrix(features)
        assert_close(result, gram_by_places(features.numpy()), name="Gram matrix")
    single = draw(rng, 3, 5, 4).float()
    assert_close(student.gram_matrix(single), gram_by_places(single.double().numpy()), name="Gram matrix")
    features, weights = draw(rng, 3, 2, 5), draw(rng, 3, 3)
    expected = torch.einsum("ij,jhw->ihw", weights + weights.T, features) / 10
    result = student.run(slope_of_gram, features, weights)
    assert_close(result, expected, name="gradient by the features")


@hidden
@points(1)
def test_gram_matrix_can_be_differentiated(student, rng):
    for c, h, w in [(3, 4, 2), (2, 1, 5)]:
        features, weights = draw(rng, c, h, w), draw(rng, c, c)
        expected = torch.einsum("ij,jhw->ihw", weights + weights.T, features) / (h * w)
        result = student.run(slope_of_gram, features, weights)
        assert_close(result, expected, name="gradient by the features")


class Eyes(nn.Module):
    """Two layers of feature maps, of different numbers and sizes."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 4, 3, padding=1)
        self.second = nn.Conv2d(4, 5, 2, stride=2)

    def forward(self, image):
        near = torch.tanh(self.first(image))
        return [near, torch.tanh(self.second(near))]


def painting_by_hand(network, content, style, steps, learning_rate, content_weight):
    """Adam written out, on a loss of einsums."""

    def grams(image):
        return [torch.einsum("ihw,jhw->ij", f, f) / (f.shape[1] * f.shape[2]) for f in network(image)]

    aims, places = [g.detach() for g in grams(style)], network(content)[-1].detach()
    image, m, v, losses = content.clone(), 0.0, 0.0, []
    for step in range(1, steps + 1):
        leaf = image.clone().requires_grad_()
        loss = sum(torch.mean((g - aim) ** 2) for g, aim in zip(grams(leaf), aims, strict=True))
        loss = loss + content_weight * torch.mean((network(leaf)[-1] - places) ** 2)
        (gradient,) = torch.autograd.grad(loss, leaf)
        m, v = 0.9 * m + 0.1 * gradient, 0.999 * v + 0.001 * gradient**2
        image = image - learning_rate * (m / (1 - 0.9**step)) / ((v / (1 - 0.999**step)).sqrt() + 1e-8)
        losses.append(loss.item())
    return image, losses


def painting_watched(module, network, content, style):
    """The image and the number of losses; and what the call has changed."""
    import torch

    for i, p in enumerate(network.parameters()):
        p.grad = torch.full_like(p, 1.0 + i)
    before = [p.detach().clone() for p in network.parameters()]
    image, losses = module.transfer(network, content, style, 2, 0.05, 1.0)
    changed = {
        "weights": any(not torch.equal(a, b) for a, b in zip(before, network.parameters(), strict=True)),
        "grad of the weights": not all(
            bool((p.grad == 1.0 + i).all()) for i, p in enumerate(network.parameters())
        ),
    }
    still, nothing = module.transfer(network, content, style, 0, 0.05, 1.0)
    listed = [name for name, is_so in changed.items() if is_so]
    return image.detach(), image.requires_grad, listed, still.detach(), len(losses), len(nothing)


@points(2)
def test_transfer_step_by_step(student, rng):
    for size, style_size, steps, weight in [((6, 8), (4, 10), 4, 2.0), ((4, 4), (6, 6), 3, 0.0)]:
        network = fill(Eyes(), rng)
        content, style = draw(rng, 3, *size), 1.5 * draw(rng, 3, *style_size) + 0.3
        with assert_unchanged(content, style):
            result = student.transfer(network, content, style, steps, 0.05, weight)
        image, losses = assert_parts(result, 2)
        expected, expected_losses = painting_by_hand(network, content, style, steps, 0.05, weight)
        assert_close(losses, expected_losses, name="list of losses, each before its step")
        assert_close(image, expected, name="image")
    answer = student.run(painting_watched, network, content, style)
    _, graph, changed, *_ = assert_parts(answer, 6)
    cause = "backward() fills the grad of the weights as well: use torch.autograd.grad for the image alone"
    assert_equal(changed, [], name="list of what the call has changed", cause=cause)
    assert_equal(graph, False, name="answer to whether the image has a graph")


@hidden
@points(1)
def test_transfer_changes_the_pixels_only(student, rng):
    network, content, style = fill(Eyes(), rng), draw(rng, 3, 6, 4), draw(rng, 3, 4, 8)
    answer = student.run(painting_watched, network, content, style)
    image, graph, changed, still, count, none = assert_parts(answer, 6)
    assert_close(image, painting_by_hand(network, content, style, 2, 0.05, 1.0)[0], name="image")
    assert_equal(graph, False, name="answer to whether the image has a graph")
    cause = "backward() fills the grad of the weights as well: use torch.autograd.grad for the image alone"
    assert_equal(changed, [], name="list of what the call has changed", cause=cause)
    assert_close(still, content, name="image after no steps")
    assert_equal([count, none], [2, 0], name="pair of numbers of losses")


class Glances(nn.Module):
    """Three scales of a picture, seen through fixed random filters."""

    def __init__(self, chance):
        super().__init__()
        weight = torch.randn(24, 3, 5, 5, generator=chance)
        weight -= weight.mean(dim=(2, 3), keepdim=True)
        self.register_buffer("weight", weight / 8)

    def forward(self, image):
        maps = []
        for _ in range(3):
            maps.append(torch.relu(nn.functional.conv2d(image[None], self.weight, padding=2)[0]))
            image = avg_pool2d(image, 2)
        return maps


@training
@points(1)
def test_transfer_paints_a_photograph(student, rng):
    """Over 16 seeds: difference from the style 0.009 to 0.015 of what it was, correlation 0.75 to 0.87; 0.4 s."""
    photograph = torch.tensor(load_photograph().transpose(2, 0, 1), dtype=torch.float32)
    content = interpolate(photograph[None], size=(48, 72), mode="area")[0]
    network = Glances(torch.Generator().manual_seed(int(rng.integers(2**31))))
    y, x = torch.meshgrid(torch.linspace(0, 1, 48), torch.linspace(0, 1, 48), indexing="ij")
    waves = torch.sin(30 * (y + 0.3 * torch.sin(6 * x + float(rng.uniform(0, 6)))))
    style = torch.stack([0.5 + 0.5 * waves, 0.5 + 0.2 * waves, 0.5 - 0.4 * waves])
    result = student.transfer(network, content, style, 100, 0.03, 1e-3)
    image = torch.as_tensor(np.asarray(assert_parts(result, 2)[0]))

    def distance(picture):
        pairs = zip(network(picture), network(style), strict=True)
        grams = [[torch.einsum("ihw,jhw->ij", f, f) / f[0].numel() for f in pair] for pair in pairs]
        return float(sum(torch.mean((a - b) ** 2) for a, b in grams))

    likeness = np.corrcoef(image.mean(dim=0).flatten(), content.mean(dim=0).flatten())[0, 1]
    name = "difference from the style, in parts of what it was before,"
    assert_between(distance(image) / distance(content), 0, 0.1, name=name)
    assert_between(float(likeness), 0.5, 0.9999, name="correlation with the brightness of the photograph")
