"""Checks of dreams.py: sums written out, ascent step by step, and linear classifiers whose dream is known."""

import copy

import numpy as np
import torch
from torch import nn

from course.testing import (
    assert_between,
    assert_close,
    assert_equal,
    assert_parts,
    assert_unchanged,
    hidden,
    points,
)
from course.testing.networks import draw, fill, smooth_net


def price(x, l2, smoothness):
    """The penalty of one image, pair of neighbours by pair of neighbours."""
    x = np.asarray(x)
    loud = (x**2).sum()
    rough = sum(
        (image[i + di, j + dj] - image[i, j]) ** 2
        for image in x
        for di, dj in ((1, 0), (0, 1))
        for i in range(image.shape[0] - di)
        for j in range(image.shape[1] - dj)
    )
    return l2 / 2 * loud + smoothness / 2 * rough


@points(1)
def test_penalty_of_loud_and_rough_images(student, rng):
    for b, channels, size in [(3, 2, (4, 5)), (1, 1, (1, 4)), (4, 1, (3, 1))]:
        x = draw(rng, b, channels, *size) + 1
        for l2, smoothness in [(rng.uniform(0.5, 2), 0.0), (0.0, rng.uniform(0.5, 2)), (0.7, 1.9)]:
            with assert_unchanged(x):
                result = student.penalty(x, l2, smoothness)
            assert_close(result, [price(image, l2, smoothness) for image in x], name="list of prices")


def differentiate_penalty(module, x, l2, smoothness):
    """Gradient of the sum of the prices."""
    import torch

    x = x.clone().requires_grad_()
    return torch.autograd.grad(module.penalty(x, l2, smoothness).sum(), x)[0]


@points(1)
def test_penalty_can_be_differentiated(student, rng):
    x, l2, smoothness = draw(rng, 2, 2, 4, 5), rng.uniform(0.5, 2), rng.uniform(0.5, 2)
    result = student.run(differentiate_penalty, x, l2, smoothness)
    padded = np.pad(x.numpy(), ((0, 0), (0, 0), (1, 1), (1, 1)), mode="edge")
    inner = padded[:, :, 1:-1, 1:-1]
    neighbours = (
        padded[:, :, :-2, 1:-1] + padded[:, :, 2:, 1:-1] + padded[:, :, 1:-1, :-2] + padded[:, :, 1:-1, 2:]
    )
    expected = l2 * inner + smoothness * (4 * inner - neighbours)
    assert_close(result, expected, name="gradient of the penalty")


def climb(model, label, starts, steps, rate, l2, smoothness, low, high):
    """Every start on its own, with PyTorch's gradient; then sorted."""
    model, arrived = copy.deepcopy(model).eval(), []

    def objective(x):
        across, down = x[:, 1:] - x[:, :-1], x[:, :, 1:] - x[:, :, :-1]
        rough = (across**2).sum() + (down**2).sum()
        return model(x[None])[0, label] - l2 / 2 * (x**2).sum() - smoothness / 2 * rough

    for x in starts:
        for _ in range(steps):
            x = x.detach().requires_grad_()
            objective(x).backward()
            x = torch.clip(x.detach() + rate * x.grad, low, high)
        arrived.append((objective(x).item(), x))
    arrived.sort(key=lambda pair: -pair[0])
    return torch.stack([x for _, x in arrived]), np.array([value for value, _ in arrived])


def assert_dream(answer, expected, rtol=1e-6, atol=1e-8):
    images, objectives = assert_parts(answer, 2)
    assert_close(objectives, expected[1], rtol, atol, name="list of objectives (the largest first)")
    assert_close(images, expected[0], rtol, atol, name="array of images (the best first)")


def watch(module, model, label, starts):
    """The answer in training mode, whether it has a graph, and what is different from before."""
    import torch

    model.train()
    starts = starts.clone()
    for i, p in enumerate(model.parameters()):
        p.grad = torch.full_like(p, 1.0 + i)
    before = {key: value.clone() for key, value in model.state_dict().items()}
    answer = module.maximise_activation(model, label, starts, 5, 0.5, 0.3, 0.2)
    images, objectives = (torch.as_tensor(part) for part in answer)
    grads = [p.grad is not None and bool((p.grad == 1.0 + i).all()) for i, p in enumerate(model.parameters())]
    changes = {
        "grad of the parameters": not all(grads),
        "requires_grad of the starts": starts.requires_grad,
        "mode": not all(layer.training for layer in model.modules()),
        "parameters": any(not torch.equal(before[key], value) for key, value in model.state_dict().items()),
    }
    graph = images.requires_grad or objectives.requires_grad
    return images.detach(), objectives.detach(), graph, [key for key, changed in changes.items() if changed]


@points(1)
def test_maximise_activation_step_by_step(student, rng):
    for n, shape, steps in [(4, (1, 3, 4), 3), (1, (2, 2, 3), 1), (3, (1, 2, 5), 0)]:
        model, starts, label = smooth_net(rng, shape, 4), draw(rng, n, *shape), int(rng.integers(4))
        with assert_unchanged(starts):
            result = student.maximise_activation(model, label, starts, steps, 0.3, 0.4, 0.2)
        assert_dream(result, climb(model, label, starts, steps, 0.3, 0.4, 0.2, -99, 99))
    _, _, graph, changes = assert_parts(student.run(watch, model, label, starts), 4)
    assert_equal(graph, False, name="answer to whether the result has a graph")
    assert_equal(changes, [], name="list of what the call has changed")


@points(1)
def test_maximise_activation_of_a_linear_classifier(student, rng):
    model, l2 = fill(nn.Sequential(nn.Flatten(), nn.Linear(12, 3)), rng), rng.uniform(0.5, 2)
    for label in (0, 2):
        weight = model[1].weight.detach()[label].reshape(1, 3, 4)
        bias = model[1].bias.detach()[label]
        result = student.maximise_activation(model, label, draw(rng, 3, 1, 3, 4), 120, 0.4 / l2, l2)
        best, value = weight / l2, float((weight**2).sum() / (2 * l2) + bias)
        expected = best.expand(3, 1, 3, 4), np.full(3, value)
        assert_dream(result, expected, 1e-5, 1e-6)


@points(1)
def test_maximise_activation_within_the_range_of_pixels(student, rng):
    for low, high in [(-0.4, 0.7), (0.1, 0.9)]:
        model, label = smooth_net(rng, (1, 3, 5), 3), int(rng.integers(3))
        starts = torch.tensor(rng.uniform(low, high, size=(5, 1, 3, 5)))
        result = student.maximise_activation(model, label, starts, 8, 0.8, 0.1, 0.1, low, high)
        assert_dream(result, climb(model, label, starts, 8, 0.8, 0.1, 0.1, low, high))
        images = np.asarray(result[0])
        assert_between(float(images.min()), low, high, name="smallest pixel")
        assert_between(float(images.max()), low, high, name="largest pixel")


@hidden
@points(1)
def test_maximise_activation_leaves_nothing_behind(student, rng):
    model, starts = smooth_net(rng, (1, 3, 4), 4), draw(rng, 4, 1, 3, 4)
    images, objectives, graph, changes = assert_parts(student.run(watch, model, 2, starts), 4)
    assert_dream((images, objectives), climb(model, 2, starts, 5, 0.5, 0.3, 0.2, -99, 99))
    assert_equal(graph, False, name="answer to whether the result has a graph")
    assert_equal(changes, [], name="list of what the call has changed")
