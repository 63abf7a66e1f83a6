"""Checks of gradients.py: closed forms of linear and rectified networks, central differences, traces left behind."""

import copy

import numpy as np
import torch
from torch import nn

from course.testing import (
    assert_between,
    assert_close,
    assert_dtype,
    assert_equal,
    assert_parts,
    assert_that,
    assert_unchanged,
    compare_by,
    hidden,
    points,
)
from course.testing.networks import draw, draw_classes, fill


class Probe(nn.Module):
    """A small smooth network in which the mode matters: batch normalisation and dropout."""

    def __init__(self, channels, classes):
        super().__init__()
        self.conv = nn.Conv2d(channels, 3, 3, padding=1)
        self.norm = nn.BatchNorm2d(3)
        self.drop = nn.Dropout(0.5)
        self.head = nn.Linear(12, classes)

    def forward(self, x):
        x = self.drop(torch.tanh(self.norm(self.conv(x))))
        return self.head(nn.functional.adaptive_avg_pool2d(x, 2).flatten(1))


def draw_probe(rng, channels, classes):
    """A probe with random parameters and running statistics, in training mode."""
    model = fill(Probe(channels, classes), rng)
    model.norm.running_mean.copy_(0.3 * draw(rng, 3))
    model.norm.running_var.copy_(torch.tensor(rng.uniform(0.5, 2, size=3)))
    return model.train()


def central_differences(model, x, target, h=1e-5):
    """Gradient of each image's score, one pixel at a time, in evaluation mode."""
    model, rows, result = copy.deepcopy(model).eval(), torch.arange(len(x)), torch.zeros_like(x)
    with torch.no_grad():
        for pixel in np.ndindex(*x.shape[1:]):
            shift = torch.zeros_like(x)
            shift[(slice(None), *pixel)] = h
            change = model(x + shift)[rows, target] - model(x - shift)[rows, target]
            result[(slice(None), *pixel)] = change / (2 * h)
    return result


@points(1)
def test_weight_images_on_the_scale_of_the_pixels(student, rng):
    for classes, h, w in [(4, 3, 5), (1, 6, 2), (3, 1, 4)]:
        weight, bias = draw(rng, classes, h * w), draw(rng, classes)
        mean, std = draw(rng, h, w) + 1, torch.tensor(rng.uniform(0.3, 3, size=(h, w)))
        with assert_unchanged(weight, bias, mean, std):
            result = student.weight_images(weight, bias, (h, w), mean, std)
        images, shifted = assert_parts(result, 2)
        expected = np.array(
            [[[weight[k, i * w + j] / std[i, j] for j in range(w)] for i in range(h)] for k in range(classes)]
        )
        assert_close(images, expected, name="array of images")
        black = -(mean / std).flatten()
        assert_close(shifted, weight @ black + bias, name="bias (the logits of a black image)")


@points(1)
def test_weight_images_give_the_logits_of_raw_images(student, rng):
    weight, bias, mean, std = draw(rng, 5, 12).float(), draw(rng, 5).float(), 0.3, 0.4
    images, shifted = assert_parts(student.weight_images(weight, bias, (3, 4), mean, std), 2)
    assert_close(images, weight.reshape(5, 3, 4) / std, name="array of images")
    x = torch.tensor(rng.uniform(size=(7, 3, 4)), dtype=torch.float32)
    logits = ((x - mean) / std).flatten(1) @ weight.T + bias
    result = np.einsum("nij,kij->nk", x.numpy(), np.asarray(images)) + np.asarray(shifted)
    assert_close(result, logits, rtol=1e-4, atol=1e-4, name="array of logits of raw images")


@points(1)
def test_class_scores_of_the_right_class(student, rng):
    for b, classes in [(6, 4), (1, 3), (5, 2)]:
        weight, x, target = draw(rng, classes, 7), draw(rng, b, 7), draw_classes(rng, b, classes)
        model = nn.Linear(7, classes, bias=False).double()
        model.weight.data.copy_(weight)
        with assert_unchanged(x, target):
            result = student.class_scores(model, x, target)
        assert_close(result, (weight[target] * x).sum(dim=1), name="list of scores")
    model, x, target = draw_probe(rng, 2, 4), draw(rng, 5, 2, 3, 4), draw_classes(rng, 5, 4)
    model.drop.p = 0.0
    expected = copy.deepcopy(model)(x).detach()[torch.arange(5), target]
    cause = "the model is used in the mode it is in"
    assert_close(
        student.class_scores(model, x, target), expected, name="list of scores in training mode", cause=cause
    )


def differentiate_scores(module, model, x, target, factor):
    """Gradient by x of the weighted sum of the scores."""
    import torch

    x = x.clone().requires_grad_()
    scores = module.class_scores(model, x, target)
    if not scores.requires_grad:
        return "no graph"
    return torch.autograd.grad((factor * scores).sum(), x)[0]


@points(1)
def test_class_scores_can_be_differentiated(student, rng):
    model, x = fill(nn.Sequential(nn.Linear(5, 6), nn.Tanh(), nn.Linear(6, 4)), rng), draw(rng, 7, 5)
    target, factor = draw_classes(rng, 7, 4), torch.tensor(rng.uniform(1, 2, size=7))
    result = student.run(differentiate_scores, model, x, target, factor)
    cause = "detach(), item(), numpy() and no_grad() cut the graph"
    assert_that(not isinstance(result, str), "The scores have lost their graph.", cause=cause)
    expected = factor[:, None] * central_differences(model, x, target)
    assert_close(result, expected, rtol=1e-5, atol=1e-7, name="gradient by x of a weighted sum of the scores")


@points(1)
def test_input_gradient_of_a_linear_classifier(student, rng):
    for b, classes, shape in [(6, 4, (1, 3, 4)), (1, 5, (2, 2, 3)), (5, 2, (7,))]:
        model = fill(nn.Sequential(nn.Flatten(), nn.Linear(int(np.prod(shape)), classes)), rng)
        x, target = draw(rng, b, *shape), draw_classes(rng, b, classes)
        expected = model[1].weight.detach()[target].reshape(x.shape)
        with assert_unchanged(x, target):
            result = student.input_gradient(model, x, target)
        assert_close(result, expected, name="gradient")
        result = student.input_gradient(model.float(), x.float(), target)
        assert_dtype(result, np.float32)
        assert_close(result, expected, name="gradient in single precision")


@points(1)
def test_input_gradient_of_a_rectified_network(student, rng):
    for b, width, classes in [(5, 8, 3), (1, 4, 6)]:
        model = fill(nn.Sequential(nn.Linear(6, width), nn.ReLU(), nn.Linear(width, classes)), rng)
        x, target = draw(rng, b, 6), draw_classes(rng, b, classes)
        first, second = model[0].weight.detach(), model[2].weight.detach()
        active = (x @ first.T + model[0].bias.detach() > 0).double()
        result = student.input_gradient(model, x, target)
        assert_close(result, (second[target] * active) @ first, name="gradient")


@points(1)
def test_input_gradient_equals_central_differences(student, rng):
    for b, channels, size in [(4, 1, (4, 5)), (1, 3, (3, 3))]:
        model, x = draw_probe(rng, channels, 4).eval(), draw(rng, b, channels, *size) + 0.5
        target = draw_classes(rng, b, 4)
        result = student.input_gradient(model, x, target)
        expected = central_differences(model, x, target)
        assert_close(result, expected, rtol=1e-5, atol=1e-7, name="gradient")


def watch(module, name, model, x, target, train):
    """The result of a function, whether it has a graph, and what is different from before; x is tracked in training."""
    import torch

    model.train(train)
    x = x.clone().requires_grad_(train)
    if train:
        x.grad = torch.full_like(x, 7.0)
    for i, p in enumerate(model.parameters()):
        p.grad = torch.full_like(p, 1.0 + i)
    before = {key: value.clone() for key, value in model.state_dict().items()}
    result = torch.as_tensor(getattr(module, name)(model, x, target))
    grads = [p.grad is not None and bool((p.grad == 1.0 + i).all()) for i, p in enumerate(model.parameters())]
    gone = any(p.grad is None or not p.grad.any() for p in model.parameters())
    changes = {
        "grad of the parameters": not all(grads) and not gone,
        "grad of the parameters, which is gone": gone,
        "grad of x": x.grad is not None if not train else not bool((x.grad == 7.0).all()),
        "requires_grad of x": x.requires_grad != train,
        "mode": any(layer.training != train for layer in model.modules()),
        "parameters or running statistics": any(
            not torch.equal(before[key], value) for key, value in model.state_dict().items()
        ),
        "requires_grad of the parameters": not all(p.requires_grad for p in model.parameters()),
    }
    return result.detach(), result.requires_grad, [key for key, changed in changes.items() if changed]


WHAT_TO_DO = {
    "grad of": "torch.autograd.grad returns the gradient and stores nothing; backward() adds to every grad",
    "requires_grad of x": "x itself was marked: x.detach().requires_grad_() is another tensor",
    "requires_grad of the parameters": "what was frozen for the call is to be thawed; it need not be frozen at all",
    "mode": "`with evaluating(model):` puts every layer back into the mode it was in",
}
"""What helps against the first thing that the call has changed."""


def assert_nothing_left_behind(answer, expected, cause, name="gradient"):
    result, graph, changes = assert_parts(answer, 3)
    assert_close(result, expected, rtol=1e-5, atol=1e-7, name=name, cause=cause)
    assert_equal(graph, False, name="answer to whether the result has a graph")
    cause = next((said for what, said in WHAT_TO_DO.items() if f"'{what}" in str(changes)), "")
    assert_equal(changes, [], name="list of what the call has changed", cause=cause)


@points(1)
def test_input_gradient_leaves_nothing_behind(student, rng):
    for train in (False, True):
        model, x, target = draw_probe(rng, 2, 3), draw(rng, 4, 2, 3, 4), draw_classes(rng, 4, 3)
        expected = central_differences(model, x, target)
        answer = student.run(watch, "input_gradient", model, x, target, train)
        cause = "batch normalisation and dropout: use evaluation mode" if train else ""
        assert_nothing_left_behind(answer, expected, cause)


@hidden
@points(1)
def test_input_gradient_of_a_batch_is_that_of_its_images(student, rng):
    model, x, target = draw_probe(rng, 1, 4), draw(rng, 5, 1, 4, 3), draw_classes(rng, 5, 4)
    together = student.input_gradient(model, x, target)
    alone = [student.input_gradient(model, x[i : i + 1], target[i : i + 1]) for i in range(5)]
    expected = central_differences(model, x, target)
    assert_close(together, expected, rtol=1e-5, atol=1e-7, name="gradient of five images")
    for i, result in enumerate(alone):
        assert_close(result, expected[i : i + 1], rtol=1e-5, atol=1e-7, name=f"gradient of image {i} alone")


@points(1)
def test_saliency_of_a_linear_classifier(student, rng):
    for b, channels, size in [(5, 3, (4, 2)), (1, 1, (3, 5)), (4, 2, (1, 3))]:
        model = fill(nn.Sequential(nn.Flatten(), nn.Linear(channels * size[0] * size[1], 4)), rng)
        x, target = draw(rng, b, channels, *size), draw_classes(rng, b, 4)
        weight = model[1].weight.detach()[target].reshape(x.shape).numpy()
        with assert_unchanged(x, target):
            result = student.saliency(model, x, target)
        assert_close(result, np.abs(weight).max(axis=1), name="saliency map")


@points(1)
def test_saliency_of_a_network_in_training_mode(student, rng):
    model, x, target = draw_probe(rng, 3, 4), draw(rng, 4, 3, 3, 5), draw_classes(rng, 4, 4)
    expected = np.abs(central_differences(model, x, target).numpy()).max(axis=1)
    answer = student.run(watch, "saliency", model, x, target, True)
    assert_nothing_left_behind(answer, expected, "", name="saliency map")


@points(1)
def test_gradient_times_input_of_networks(student, rng):
    for b, channels, size in [(4, 2, (3, 4)), (1, 1, (2, 5))]:
        model, x = draw_probe(rng, channels, 3), draw(rng, b, channels, *size) + 0.5
        target = draw_classes(rng, b, 3)
        expected = x * central_differences(model, x, target)
        with assert_unchanged(x, target):
            result = student.gradient_times_input(model, x, target)
        assert_close(result, expected, rtol=1e-5, atol=1e-7, name="map of contributions")


@points(1)
def test_gradient_times_input_adds_up_without_biases(student, rng):
    layers = [nn.Linear(9, 12, bias=False), nn.ReLU(), nn.Linear(12, 8, bias=False), nn.ReLU()]
    model = fill(nn.Sequential(*layers, nn.Linear(8, 4, bias=False)), rng)
    x, target = draw(rng, 6, 9), draw_classes(rng, 6, 4)
    result = student.run(watch, "gradient_times_input", model, x, target, True)
    contributions, graph, changes = assert_parts(result, 3)
    scores = model(x).detach()[torch.arange(6), target]
    assert_close(np.asarray(contributions).sum(axis=1), scores, name="sum of the contributions of each image")
    assert_equal(graph, False, name="answer to whether the result has a graph")
    assert_equal(changes, [], name="list of what the call has changed")


class Quadratic(nn.Module):
    """Scores Σ a x² / 2, whose gradients a x show where they were taken."""

    def __init__(self, a):
        super().__init__()
        self.a = nn.Parameter(a)

    def forward(self, x):
        return (x.flatten(1) ** 2 / 2) @ self.a.T


def draw_quadratic(rng, classes, pixels):
    """A quadratic model whose coefficients have both signs and are not small."""
    size = (classes, pixels)
    return Quadratic(torch.tensor(rng.uniform(0.5, 2, size=size) * rng.choice([-1, 1], size=size)))


def smooth_and_draw(module, model, x, target, seed):
    """The smoothed gradient, and whether PyTorch's global random numbers are where they were."""
    import torch

    state = torch.get_rng_state()
    result = torch.as_tensor(module.smoothgrad(model, x, target, 0.3, 2, seed))
    return result.detach(), torch.equal(state, torch.get_rng_state())


@points(1)
def test_smoothgrad_where_noise_does_not_matter(student, rng):
    for b, samples in [(4, 3), (1, 1)]:
        x, target = draw(rng, b, 1, 3, 4), draw_classes(rng, b, 3)
        linear = fill(nn.Sequential(nn.Flatten(), nn.Linear(12, 3)), rng)
        with assert_unchanged(x, target):
            result = student.smoothgrad(linear, x, target, 0.5, samples, 1)
        cause = "the gradient of a linear model is the same everywhere; gradients keep their signs"
        expected = linear[1].weight.detach()[target].reshape(x.shape)
        assert_close(result, expected, name="smoothed gradient", cause=cause)
        probe = draw_probe(rng, 1, 3)
        result = student.smoothgrad(probe, x, target, 0.0, samples, 1)
        expected = central_differences(probe, x, target)
        assert_close(
            result, expected, rtol=1e-5, atol=1e-7, name="smoothed gradient at noise level 0", cause=cause
        )
    result, untouched = assert_parts(student.run(smooth_and_draw, linear, x, target, 3), 2)
    assert_close(
        result, linear[1].weight.detach()[target].reshape(x.shape), name="smoothed gradient", cause=cause
    )
    cause = "a generator of its own, torch.Generator().manual_seed(seed), handed to torch.randn"
    name = "answer to whether PyTorch's global random numbers stay as they are"
    assert_equal(untouched, True, name=name, cause=cause)


def spread_and_mean(result, coefficients, x, sigma):
    """Of each image's noise: the logarithm of its spread, as it should be 0, and its mean in parts of the spread."""
    noise = np.asarray((torch.as_tensor(np.asarray(result)) / coefficients - x).flatten(1))
    return [*np.log(noise.std(axis=1) / sigma), *(noise.mean(axis=1) / noise.std(axis=1))]


@points(1)
def test_smoothgrad_draws_noise_of_the_right_width(student, rng):
    model, seed = draw_quadratic(rng, 2, 900), int(rng.integers(1000))
    x = torch.tensor([1.0, 20.0]).double()[:, None, None, None] * (
        torch.tensor(rng.uniform(size=(2, 1, 30, 30))) + 0.7
    )
    width = (x.amax(dim=(1, 2, 3)) - x.amin(dim=(1, 2, 3))).numpy()
    target = torch.tensor([1, 0])
    coefficients = model.a.detach()[target].reshape(x.shape)
    for samples, level in [(1, 0.2), (25, 0.5)]:
        result = student.smoothgrad(model, x, target, level, samples, seed)
        compare_by(spread_and_mean, result, coefficients, x, level / np.sqrt(samples) * width, slack=0.2)
        noise = ((torch.as_tensor(np.asarray(result)) / coefficients - x).flatten(1)).numpy()
        for i in range(2):
            relative = noise[i] / (level * width[i] / np.sqrt(samples))
            name = f"spread of the noise of image {i}, averaged over {samples} samples, in parts of what it should be"
            cause = "σ = noise_level · (max − min) of each image, and new noise for every copy"
            assert_between(float(relative.std()), 0.8, 1.2, name=name, cause=cause)
            assert_between(
                float(relative.mean()), -0.25, 0.25, name="mean of the noise", cause="normal, with mean 0"
            )
        assert_between(
            float(np.corrcoef(noise)[0, 1]), -0.25, 0.25, name="correlation of the noise of two images"
        )


@hidden
@points(1)
def test_smoothgrad_is_repeatable(student, rng):
    model, x, target = draw_quadratic(rng, 3, 12), draw(rng, 3, 1, 3, 4), draw_classes(rng, 3, 3)
    seed = int(rng.integers(1000))
    first, again, other = (student.smoothgrad(model, x, target, 0.3, 4, s) for s in (seed, seed, seed + 1))
    assert_close(again, np.asarray(first), name="smoothed gradient of a second call with the same seed")
    difference = np.abs(np.asarray(first) - np.asarray(other)).max()
    assert_that(difference > 1e-6, "Another seed gives the same noise.")
    copies = np.asarray(student.smoothgrad(model, x, target, 0.0, 4, seed))
    expected = model.a.detach()[target].reshape(x.shape) * x
    assert_close(copies, expected, name="smoothed gradient at noise level 0")
