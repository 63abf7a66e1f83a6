"""Checks of integrated.py: models whose integral is known, the midpoint rule step by step, and completeness."""

import copy

import numpy as np
import torch
from torch import nn

from course.testing import (
    assert_between,
    assert_close,
    assert_decreasing,
    assert_dtype,
    assert_equal,
    assert_parts,
    assert_raises,
    assert_unchanged,
    hidden,
    points,
)
from course.testing.networks import draw, draw_classes, fill, smooth_net


def scores_of(model, x, target):
    """Scores in evaluation mode, without a graph."""
    with torch.no_grad():
        return copy.deepcopy(model).eval()(x)[torch.arange(len(x)), target]


class Quadratic(nn.Module):
    """Scores Σ a x² / 2, whose integrated gradients are a (x² − x'²) / 2."""

    def __init__(self, a):
        super().__init__()
        self.a = nn.Parameter(a)

    def forward(self, x):
        return (x.flatten(1) ** 2 / 2) @ self.a.T


@points(1)
def test_constant_baseline_on_the_scale_of_the_network(student, rng):
    """The pixel is not near the mean, where the digits of float32 would cancel."""
    for shape in [(1, 3, 4), (2, 5), (3, 2, 2)]:
        pixel, mean = rng.permutation([rng.uniform(0.2, 0.4), rng.uniform(0.6, 0.8)]).tolist()
        std = rng.uniform(0.2, 0.7)
        for value in (pixel, 0.0, 1.0, 0, 1):
            result = student.constant_baseline(value, mean, std, shape)
            assert_close(result, np.full(shape, (value - mean) / std), name="baseline")
    mean = torch.tensor(rng.uniform(size=shape[1:]), dtype=torch.float32)
    std = torch.tensor(rng.uniform(0.2, 0.7, size=shape[1:]), dtype=torch.float32)
    expected = np.broadcast_to(((pixel - mean) / std).numpy(), shape)
    assert_close(
        student.constant_baseline(pixel, mean, std, shape), expected, name="baseline with a mean per pixel"
    )
    assert_dtype(student.constant_baseline(pixel, mean, std, shape), np.float32, name="baseline")
    assert_dtype(student.constant_baseline(1, 0.5, 0.25, (2, 2)), np.float32, name="baseline of numbers")


@points(1)
def test_constant_baseline_refuses_what_is_not_a_pixel(student, rng):
    mean, std = rng.uniform(0.1, 0.9), rng.uniform(0.2, 0.7)
    result = student.constant_baseline(1.0, mean, std, (1, 2, 3))
    assert_close(result, np.full((1, 2, 3), (1 - mean) / std), name="baseline")
    for pixel in (-rng.uniform(0.01, 1), 1 + rng.uniform(0.01, 1)):
        with assert_raises(ValueError):
            student.constant_baseline(pixel, mean, std, (1, 2, 3))


@points(1)
def test_integrated_gradients_of_a_linear_classifier(student, rng):
    for b, shape in [(4, (1, 3, 4)), (1, (2, 2, 3)), (5, (6,))]:
        model = fill(nn.Sequential(nn.Flatten(), nn.Linear(int(np.prod(shape)), 3)), rng)
        x, target = draw(rng, b, *shape) + 1, draw_classes(rng, b, 3)
        weight = model[1].weight.detach()[target].reshape(x.shape)
        for baseline in (draw(rng, *shape), draw(rng, b, *shape)):
            with assert_unchanged(x, target, baseline):
                result = student.integrated_gradients(model, x, target, baseline, 4)
            assert_close(result, weight * (x - baseline), name="map of contributions")
    result = student.integrated_gradients(model.float(), x.float(), target, baseline.float(), 3)
    assert_close(
        result, weight * (x - baseline), rtol=1e-4, atol=1e-4, name="map of contributions in single precision"
    )


@points(1)
def test_integrated_gradients_of_a_quadratic_model(student, rng):
    for steps in (3, 1, 6):
        model = Quadratic(draw(rng, 3, 12))
        x, baseline, target = draw(rng, 4, 1, 3, 4), draw(rng, 1, 3, 4) + 1, draw_classes(rng, 4, 3)
        expected = model.a.detach()[target].reshape(x.shape) * (x**2 - baseline**2) / 2
        result = student.integrated_gradients(model, x, target, baseline, steps)
        cause = "the midpoint rule, α = (j + ½) / steps, is exact here, even with one step"
        assert_close(result, expected, rtol=1e-5, atol=1e-6, name="map of contributions", cause=cause)
    with assert_raises(ValueError):
        student.integrated_gradients(model, x, target, baseline, 0)


def by_midpoints(model, x, target, baseline, steps):
    """The mean of the gradients at the middle of each step, times the way, in evaluation mode."""
    network, gradients = copy.deepcopy(model).eval(), []
    for j in range(steps):
        alpha = (2 * j + 1) / (2 * steps)
        place = ((1 - alpha) * baseline + alpha * x).requires_grad_()
        network(place)[torch.arange(len(x)), target].sum().backward()
        gradients.append(place.grad)
    return (x - baseline) * torch.stack(gradients).mean(dim=0)


@points(1)
def test_integrated_gradients_follow_the_midpoint_rule(student, rng):
    for steps in (1, 3, 6):
        model = smooth_net(rng, (2, 2, 3), 4)
        x, baseline, target = 2 * draw(rng, 3, 2, 2, 3), draw(rng, 2, 2, 3), draw_classes(rng, 3, 4)
        result = student.integrated_gradients(model, x, target, baseline, steps)
        expected = by_midpoints(model, x, target, baseline, steps)
        cause = "the midpoints of the steps are at α = (j + ½) / steps"
        assert_close(result, expected, rtol=1e-5, atol=1e-6, name="map of contributions", cause=cause)


@points(1)
def test_integrated_gradients_are_complete(student, rng):
    model = smooth_net(rng, (1, 3, 4), 4)
    x, baseline, target = draw(rng, 12, 1, 3, 4), draw(rng, 1, 3, 4), draw_classes(rng, 12, 4)
    change = (scores_of(model, x, target) - scores_of(model, baseline.expand_as(x), target)).numpy()
    errors = []
    for steps in (4, 16, 64):
        result = np.asarray(student.integrated_gradients(model, x, target, baseline, steps))
        errors.append(float(np.abs(result.sum(axis=(1, 2, 3)) - change).max()))
    cause = "the contributions must add up to s(x) − s(baseline), ever better with more steps"
    assert_between(errors[-1], 0, 0.003, name="largest error of completeness at 64 steps", cause=cause)
    assert_decreasing(errors)
    name, cause = "error at 64 steps over that at 4 steps", "it falls with 1/steps²"
    assert_between(errors[-1] / errors[0], 0, 1 / 10, name=name, cause=cause)


def watch(module, model, x, target, baseline):
    """The result, whether it has a graph, and what is different from before; the model is in training mode."""
    import torch

    model.train()
    x, baseline = x.clone().requires_grad_(), baseline.clone().requires_grad_()
    result = torch.as_tensor(module.integrated_gradients(model, x, target, baseline, 5))
    changes = {
        "grad of the parameters": any(p.grad is not None for p in model.parameters()),
        "grad of x or of the baseline": x.grad is not None or baseline.grad is not None,
        "mode": not all(layer.training for layer in model.modules()),
    }
    return (
        result.detach(),
        result.requires_grad,
        [key for key, value in changes.items() if value],
    )


@hidden
@points(1)
def test_integrated_gradients_leave_nothing_behind(student, rng):
    model = smooth_net(rng, (1, 2, 3), 3)
    x, baseline, target = draw(rng, 2, 1, 2, 3), draw(rng, 1, 2, 3), torch.tensor([2, 0])
    result, graph, changes = assert_parts(student.run(watch, model, x, target, baseline), 3)
    expected = by_midpoints(model, x, target, baseline, 5)
    assert_close(result, expected, rtol=1e-5, atol=1e-6, name="map of contributions")
    assert_equal(graph, False, name="answer to whether the result has a graph")
    assert_equal(changes, [], name="list of what the call has changed")


@points(1)
def test_completeness_error_of_any_attributions(student, rng):
    for b, shape in [(4, (1, 3, 4)), (1, (2, 2, 3)), (5, (6,))]:
        model = smooth_net(rng, shape, 3)
        x, target, attributions = draw(rng, b, *shape), draw_classes(rng, b, 3), draw(rng, b, *shape)
        for baseline in (draw(rng, *shape), draw(rng, b, *shape)):
            change = scores_of(model, x, target) - scores_of(model, baseline.expand_as(x), target)
            with assert_unchanged(x, target, baseline, attributions):
                result = student.completeness_error(model, x, target, baseline, attributions)
            total = attributions.numpy().reshape(b, -1).sum(axis=1)
            assert_close(result, np.abs(total - change.numpy()), name="list of errors")


def watch_error(module, model, x, target, baseline, attributions):
    """The errors, whether they have a graph, and whether the model is still training."""
    import torch

    model.train()
    errors = torch.as_tensor(module.completeness_error(model, x, target, baseline, attributions))
    return errors.detach(), errors.requires_grad, all(layer.training for layer in model.modules())


@points(1)
def test_completeness_error_vanishes_for_a_linear_classifier(student, rng):
    layers = [nn.Flatten(), nn.Dropout(0.5), nn.Linear(12, 3)]
    model = fill(nn.Sequential(*layers), rng)
    x, baseline, target = draw(rng, 4, 1, 3, 4), draw(rng, 1, 3, 4), draw_classes(rng, 4, 3)
    exact = model[2].weight.detach()[target].reshape(x.shape) * (x - baseline)
    wrong = torch.tensor(rng.uniform(1, 3, size=4) * np.array([1, -1, 1, -1]))
    attributions = exact.clone()
    attributions[:, 0, 1, 2] += wrong
    answer = student.run(watch_error, model, x, target, baseline, attributions)
    errors, graph, mode = assert_parts(answer, 3)
    assert_close(errors, wrong.abs(), name="list of errors")
    assert_equal(graph, False, name="answer to whether the errors have a graph")
    assert_equal(mode, True, name="mode of the model afterwards (True is training)")
