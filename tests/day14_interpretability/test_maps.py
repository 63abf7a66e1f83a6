"""Checks of maps.py: linear classifiers in closed form, networks taken apart by hand, and hooks that must be gone."""

import copy

import numpy as np
import torch
from torch import nn

from course.testing import (
    assert_close,
    assert_equal,
    assert_parts,
    assert_that,
    assert_unchanged,
    hidden,
    points,
)
from course.testing.networks import draw, draw_classes, fill


class ConvNet(nn.Module):
    """Feature maps, and a head behind them; dropout in between, so that the mode matters."""

    def __init__(self, features, head):
        super().__init__()
        self.features = features
        self.drop = nn.Dropout(0.5)
        self.head = head

    def forward(self, x):
        return self.head(self.drop(self.features(x)))


def pooled_net(rng, channels, classes):
    """Convolution, tanh, mean over the positions, dense layer."""
    features = nn.Sequential(nn.Conv2d(channels, 5, 3, padding=1), nn.Tanh())
    head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(5, classes))
    return fill(ConvNet(features, head), rng).train()


def deep_net(rng, channels, size, classes):
    """Feature maps of half the size, and two dense layers behind them."""
    h, w = size[0] // 2, size[1] // 2
    features = nn.Sequential(nn.Conv2d(channels, 4, 3, padding=1), nn.ReLU(), nn.AvgPool2d(2))
    head = nn.Sequential(nn.Flatten(), nn.Linear(4 * h * w, 6), nn.ReLU(), nn.Linear(6, classes))
    return fill(ConvNet(features, head), rng).train()


def scores_of(model, x, target):
    """Scores in evaluation mode, without a graph."""
    with torch.no_grad():
        return copy.deepcopy(model).eval()(x)[torch.arange(len(x)), target]


@points(1)
def test_occlusion_of_a_linear_classifier(student, rng):
    for b, channels, (h, w), size, stride in [
        (3, 2, (5, 4), 2, 1),
        (1, 1, (4, 6), 3, 2),
        (4, 1, (5, 7), 1, 3),
    ]:
        model = fill(nn.Sequential(nn.Flatten(), nn.Linear(channels * h * w, 4)), rng)
        x, target, fill_value = draw(rng, b, channels, h, w), draw_classes(rng, b, 4), rng.uniform(0.5, 2)
        share = (model[1].weight.detach()[target].reshape(x.shape) * (x - fill_value)).sum(dim=1).numpy()
        windows = np.lib.stride_tricks.sliding_window_view(share, (size, size), axis=(1, 2))
        expected = windows[:, ::stride, ::stride].sum(axis=(3, 4))
        with assert_unchanged(x, target):
            result = student.occlusion(model, x, target, size, stride, fill_value)
        assert_close(result, expected, name="occlusion map")


@points(1)
def test_occlusion_of_a_network(student, rng):
    model, x, target = deep_net(rng, 2, (4, 6), 3), draw(rng, 3, 2, 4, 6), draw_classes(rng, 3, 3)
    whole, expected = scores_of(model, x, target), np.empty((3, 3, 5))
    for i, j in np.ndindex(3, 5):
        mask = torch.zeros(4, 6, dtype=torch.float64)
        mask[i : i + 2, j : j + 2] = 1
        expected[:, i, j] = whole - scores_of(model, x * (1 - mask), target)
    cause = "one square at a time, on a fresh copy, in evaluation mode"
    assert_close(
        student.occlusion(model, x, target, 2), expected, name="occlusion map (stride 1, fill 0)", cause=cause
    )
    drops, graph, mode = assert_parts(student.run(watch_occlusion, model, x, target, 2, 0.0), 3)
    assert_close(drops, expected, name="occlusion map (stride 1, fill 0)", cause=cause)
    cause = "nothing is differentiated here: ask for the scores within torch.no_grad()"
    assert_equal(graph, False, name="answer to whether the map has a graph", cause=cause)
    assert_equal(mode, True, name="mode of the model afterwards (True is training)")


def watch_occlusion(module, model, x, target, size, fill):
    """The map, whether it has a graph, and whether the model is still training."""
    import torch

    model.train()
    drops = torch.as_tensor(module.occlusion(model, x, target, size, 1, fill))
    return drops.detach(), drops.requires_grad, all(layer.training for layer in model.modules())


@hidden
@points(1)
def test_occlusion_by_a_square_as_large_as_the_image(student, rng):
    model, target = pooled_net(rng, 1, 3), torch.tensor([2, 0, 1])
    for h, w, shape in [(4, 4, (3, 1, 1)), (4, 6, (3, 1, 3)), (5, 4, (3, 2, 1))]:
        x = draw(rng, 3, 1, h, w)
        answer = student.run(watch_occlusion, model, x, target, 4, -0.5)
        drops, graph, mode = assert_parts(answer, 3)
        expected = np.empty(shape)
        for i, j in np.ndindex(shape[1:]):
            covered = x.clone()
            covered[:, :, i : i + 4, j : j + 4] = -0.5
            expected[:, i, j] = scores_of(model, x, target) - scores_of(model, covered, target)
        assert_close(drops, expected, name="occlusion map")
        assert_equal(graph, False, name="answer to whether the map has a graph")
        assert_equal(mode, True, name="mode of the model afterwards (True is training)")


@points(1)
def test_class_activation_map_of_random_features(student, rng):
    for b, channels, classes, size in [(4, 5, 3, (3, 4)), (1, 2, 6, (5, 1)), (6, 1, 2, (2, 2))]:
        features, weight = draw(rng, b, channels, *size), draw(rng, classes, channels)
        target = draw_classes(rng, b, classes)
        with assert_unchanged(features, weight, target):
            result = student.class_activation_map(features, weight, target)
        expected = [
            sum(float(weight[k, c]) * features[i, c].numpy() for c in range(channels))
            for i, k in enumerate(target.tolist())
        ]
        assert_close(result, np.array(expected), name="class activation map")


@points(1)
def test_class_activation_map_has_the_score_as_its_mean(student, rng):
    model, x, target = pooled_net(rng, 2, 4), draw(rng, 5, 2, 4, 3), draw_classes(rng, 5, 4)
    linear = model.head[2]
    result = student.class_activation_map(model.features(x).detach(), linear.weight.detach(), target)
    sums = np.asarray(result).mean(axis=(1, 2)) + linear.bias.detach().numpy()[target.numpy()]
    assert_close(sums, scores_of(model, x, target), name="mean of each map plus bias, which is the score,")


def grad_cam_of(module, model, name, x, target):
    """Grad-CAM of the layer of that name."""
    return module.grad_cam(model, dict(model.named_modules())[name], x, target)


@points(1)
def test_grad_cam_of_a_pooled_network_is_its_cam(student, rng):
    for b, channels, size in [(5, 2, (4, 3)), (1, 1, (3, 6))]:
        model, x = pooled_net(rng, channels, 4), draw(rng, b, channels, *size)
        target = draw_classes(rng, b, 4)
        features, weight = model.features(x).detach().numpy(), model.head[2].weight.detach().numpy()
        cam = np.einsum("bc,bchw->bhw", weight[target.numpy()], features)
        with assert_unchanged(x, target):
            result = student.run(grad_cam_of, model, "features", x, target)
        expected = np.maximum(cam, 0) / (size[0] * size[1])
        assert_close(
            result, expected, name="map", cause="the positive part of the CAM, divided by the positions"
        )


def grad_cam_by_hand(features, head, target):
    """The definition, for a network that was cut into features and head."""
    features = features.detach().requires_grad_()
    head(features)[torch.arange(len(target)), target].sum().backward()
    gradient = features.grad
    alpha = gradient.sum(dim=(2, 3), keepdim=True) / gradient[0, 0].numel()
    return (alpha * features).sum(dim=1).detach().clamp(min=0)


@points(1)
def test_grad_cam_of_any_layer(student, rng):
    for b, channels, size in [(4, 2, (6, 4)), (1, 1, (4, 8))]:
        model, x = deep_net(rng, channels, size, 5), draw(rng, b, channels, *size)
        target = draw_classes(rng, b, 5)
        network = copy.deepcopy(model).eval()
        expected = grad_cam_by_hand(network.features(x), network.head, target)
        result = student.run(grad_cam_of, model, "features", x, target)
        assert_close(result, expected, name="map of the last feature maps")
        expected = grad_cam_by_hand(
            network.features[0](x), nn.Sequential(*network.features[1:], network.head), target
        )
        result = student.run(grad_cam_of, model, "features.0", x, target)
        assert_close(result, expected, name="map of the first convolution")


def watch(module, call, model, x, target):
    """The result of a call in training mode, whether it has a graph, and what is different from before."""
    import torch

    model.train()
    x = x.clone()
    for i, p in enumerate(model.parameters()):
        p.grad = torch.full_like(p, 1.0 + i)
    before = {key: value.clone() for key, value in model.state_dict().items()}
    result = torch.as_tensor(call(module, model, x, target))
    names = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
    grads = [p.grad is not None and bool((p.grad == 1.0 + i).all()) for i, p in enumerate(model.parameters())]
    changes = {
        "hooks on the model": any(len(getattr(m, name)) for m in model.modules() for name in names),
        "grad of the parameters": not all(grads),
        "requires_grad of x": x.requires_grad,
        "mode": not all(layer.training for layer in model.modules()),
        "parameters": any(not torch.equal(before[key], value) for key, value in model.state_dict().items()),
    }
    return result.detach(), result.requires_grad, [key for key, changed in changes.items() if changed]


def call_grad_cam(module, model, x, target):
    """Grad-CAM of the features."""
    return module.grad_cam(model, model.features, x, target)


def call_guided_gradient(module, model, x, target):
    """The guided gradient."""
    return module.guided_gradient(model, x, target)


def assert_nothing_left_behind(answer, expected, name):
    result, graph, changes = assert_parts(answer, 3)
    assert_close(result, expected, name=name)
    assert_equal(graph, False, name="answer to whether the result has a graph")
    cause = "remove() every hook; torch.autograd.grad stores nothing; the mode is as before"
    assert_equal(changes, [], name="list of what the call has changed", cause=cause)


class Failing(nn.Module):
    """A last layer that raises an error when it is told to."""

    def __init__(self):
        super().__init__()
        self.fail = False

    def forward(self, x):
        if self.fail:
            raise RuntimeError("out of order")
        return x


def fail_once(module, call, model, x, target):
    """An error and a normal call: did the error come through, the mode after it, the hooks after both, the result."""
    import torch

    names = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")

    def count_hooks():
        return sum(len(getattr(m, name)) for m in model.modules() for name in names)

    model.train()
    model.head[-1].fail, raised = True, False
    try:
        call(module, model, x, target)
    except RuntimeError as error:
        raised = "out of order" in str(error)
    training, hooks = all(layer.training for layer in model.modules()), count_hooks()
    model.head[-1].fail = False
    result = torch.as_tensor(call(module, model, x, target)).detach()
    return raised, training, [hooks, count_hooks()], result


def assert_survives(answer, expected, name):
    raised, training, hooks, result = assert_parts(answer, 4)
    assert_close(result, expected, name=f"{name} of the next call")
    assert_that(raised, "The error of the model was swallowed.")
    cause = "try: … finally: hook.remove() removes the hook whatever happens in between"
    assert_equal(
        hooks, [0, 0], name="number of hooks left after an error and after the next call", cause=cause
    )
    assert_equal(training, True, name="mode of the model after an error (True is training)")


@points(1)
def test_grad_cam_leaves_nothing_behind(student, rng):
    model, x, target = deep_net(rng, 1, (4, 6), 3), draw(rng, 3, 1, 4, 6), torch.tensor([1, 2, 0])
    network = copy.deepcopy(model).eval()
    expected = grad_cam_by_hand(network.features(x), network.head, target)
    answer = student.run(watch, call_grad_cam, model, x, target)
    assert_nothing_left_behind(answer, expected, "map")
    model.head.append(Failing())
    assert_survives(student.run(fail_once, call_grad_cam, model, x, target), expected, "map")


@hidden
@points(1)
def test_grad_cam_removes_its_hook_after_an_error(student, rng):
    model, x, target = deep_net(rng, 1, (4, 4), 3), draw(rng, 2, 1, 4, 4), torch.tensor([1, 2])
    network = copy.deepcopy(model).eval()
    expected = grad_cam_by_hand(network.features(x), network.head, target)
    model.head.append(Failing())
    assert_survives(student.run(fail_once, call_grad_cam, model, x, target), expected, "map")


@points(1)
def test_guided_gradient_of_dense_layers(student, rng):
    for b, inputs, classes in [(5, 6, 3), (1, 4, 5)]:
        layers = [nn.Linear(inputs, 12), nn.ReLU(), nn.Linear(12, 10), nn.ReLU(), nn.Linear(10, classes)]
        model, x, target = (
            fill(nn.Sequential(*layers), rng),
            draw(rng, b, inputs),
            draw_classes(rng, b, classes),
        )
        first, second, third = (model[i].weight.detach().numpy() for i in (0, 2, 4))
        low = x.numpy() @ first.T + model[0].bias.detach().numpy()
        high = np.maximum(low, 0) @ second.T + model[2].bias.detach().numpy()
        expected = np.maximum(third[target.numpy()], 0) * (high > 0)
        expected = np.maximum(expected @ second, 0) * (low > 0) @ first
        with assert_unchanged(x, target):
            result = student.guided_gradient(model, x, target)
        assert_close(result, expected, name="guided gradient")


class GuidedRelu(torch.autograd.Function):
    """The rule of guided backpropagation as an operation."""

    @staticmethod
    def forward(context, x):
        context.save_for_backward(x)
        return x.clamp(min=0)

    @staticmethod
    def backward(context, grad):
        (x,) = context.saved_tensors
        return grad * (x > 0) * (grad > 0)


@points(1)
def test_guided_gradient_of_convolutions(student, rng):
    for b, channels in [(4, 2), (1, 1)]:
        inner = nn.Sequential(nn.Conv2d(3, 5, 3), nn.ReLU(), nn.Dropout(0.5))
        first, head = (
            nn.Conv2d(channels, 3, 3, padding=1),
            [nn.Linear(5 * 2 * 3, 7), nn.ReLU(), nn.Linear(7, 4)],
        )
        model = fill(nn.Sequential(first, nn.ReLU(), inner, nn.Flatten(), *head), rng).train()
        x, target = draw(rng, b, channels, 4, 5), draw_classes(rng, b, 4)
        place = x.clone().requires_grad_()
        y = GuidedRelu.apply(inner[0](GuidedRelu.apply(first(place))))
        logits = head[2](GuidedRelu.apply(head[0](y.flatten(1))))
        (expected,) = torch.autograd.grad(logits[torch.arange(b), target].sum(), place)
        assert_close(student.guided_gradient(model, x, target), expected, name="guided gradient")
    smooth = pooled_net(rng, 1, 3)
    x, target = draw(rng, 2, 1, 3, 4).requires_grad_(), torch.tensor([2, 1])
    scores = copy.deepcopy(smooth).eval()(x)[torch.arange(2), target]
    (expected,) = torch.autograd.grad(scores.sum(), x)
    result = student.guided_gradient(smooth, x.detach(), target)
    assert_close(result, expected, name="guided gradient of a network without ReLUs (the gradient)")


def call_twice(module, model, x, target):
    """The ordinary gradient after a guided one."""
    module.guided_gradient(model, x, target)
    return module.input_gradient(model, x, target)


def guided_by_hand(network, x, target):
    """The guided gradient of a deep_net in evaluation mode."""
    place = x.clone().requires_grad_()
    y = network.features[2](GuidedRelu.apply(network.features[0](place))).flatten(1)
    logits = network.head[3](GuidedRelu.apply(network.head[1](y)))
    return torch.autograd.grad(logits[torch.arange(len(x)), target].sum(), place)[0]


@points(1)
def test_guided_gradient_leaves_nothing_behind(student, rng):
    model, x, target = deep_net(rng, 1, (4, 6), 3), draw(rng, 3, 1, 4, 6), torch.tensor([1, 2, 0])
    network, place = copy.deepcopy(model).eval(), x.clone().requires_grad_()
    answer = student.run(watch, call_guided_gradient, model, x, target)
    assert_nothing_left_behind(answer, guided_by_hand(network, x, target), "guided gradient")
    (expected,) = torch.autograd.grad(network(place)[torch.arange(3), target].sum(), place)
    result = student.run(call_twice, model, x, target)
    assert_close(result, expected, name="ordinary gradient after a guided one", cause="remove the hooks")
    model.head.append(Failing())
    answer = student.run(fail_once, call_guided_gradient, model, x, target)
    assert_survives(answer, guided_by_hand(network, x, target), "guided gradient")


@hidden
@points(1)
def test_guided_gradient_removes_its_hooks_after_an_error(student, rng):
    model, x, target = deep_net(rng, 1, (4, 4), 3), draw(rng, 2, 1, 4, 4), torch.tensor([1, 2])
    expected = guided_by_hand(copy.deepcopy(model).eval(), x, target)
    model.head.append(Failing())
    answer = student.run(fail_once, call_guided_gradient, model, x, target)
    assert_survives(answer, expected, "guided gradient")
