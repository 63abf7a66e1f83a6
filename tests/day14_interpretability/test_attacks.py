"""Checks of attacks.py: the rules of the ball, closed forms for linear classifiers, steps, and real digits."""

import copy

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from course.data import load_digits
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
from course.testing.networks import draw, draw_classes, fill, smooth_net


def draw_images(rng, low, high, *shape):
    """Images within the range, some of them at its ends."""
    return torch.tensor(
        np.clip(rng.uniform(1.3 * low - 0.3 * high, 1.3 * high - 0.3 * low, size=shape), low, high)
    )


def loss_gradient(model, x, y):
    """Gradient of each image's cross-entropy by its pixels, in evaluation mode, by the chain rule for softmax."""
    model = copy.deepcopy(model).eval()
    x = x.detach().clone().requires_grad_()
    logits = model(x)
    error = logits.detach().softmax(dim=1) - nn.functional.one_hot(y, logits.shape[1])
    return torch.autograd.grad(logits, x, error)[0]


def clip_twice(candidate, x, epsilon, low, high):
    """The rules, with NumPy."""
    return torch.tensor(
        np.clip(np.clip(candidate.numpy(), x.numpy() - epsilon, x.numpy() + epsilon), low, high)
    )


@points(1)
def test_project_keeps_the_rules(student, rng):
    for shape, low, high in [((4, 1, 3, 5), 0.0, 1.0), ((1, 2, 2, 3), -0.9, 2.1), ((6, 7), -2.0, -1.0)]:
        x = draw_images(rng, low, high, *shape)
        candidate = x + 0.5 * draw(rng, *shape)
        for epsilon in (0.3, 0.05):
            with assert_unchanged(candidate, x):
                result = student.project(candidate, x, epsilon, low, high)
            assert_close(result, clip_twice(candidate, x, epsilon, low, high), name="projected image")


@points(1)
def test_project_leaves_alone_what_is_allowed(student, rng):
    x = torch.tensor(rng.uniform(0.2, 0.8, size=(3, 1, 4, 5)), dtype=torch.float32)
    inside = x + 0.1 * torch.tensor(rng.uniform(-1, 1, size=x.shape), dtype=torch.float32)
    assert_close(student.project(inside, x, 0.11, 0.0, 1.0), inside, name="image that keeps the rules")
    far = x + 5 * draw(rng, *x.shape).float()
    assert_close(student.project(far, x, 0.0, 0.0, 1.0), x, name="image for epsilon 0")
    assert_close(student.project(far, x, 100.0, 0.0, 1.0), far.clamp(0, 1), name="image for a large epsilon")


@points(1)
def test_fgsm_of_a_linear_classifier(student, rng):
    for b, shape in [(12, (1, 3, 4)), (1, (2, 2, 3)), (5, (7,))]:
        model = fill(nn.Sequential(nn.Flatten(), nn.Linear(int(np.prod(shape)), 2)), rng)
        x, y = draw_images(rng, -3.0, 5.0, b, *shape), draw_classes(rng, b, 2)
        weight = model[1].weight.detach()
        weight[:, 2] = 0  # a pixel that does not count, and must not change
        direction = torch.sign(weight[1 - y] - weight[y]).reshape(x.shape)
        for epsilon in (0.1, 1.7, 0.0):
            with assert_unchanged(x, y):
                result = student.fgsm(model, x, y, epsilon, -3.0, 5.0)
            expected = clip_twice(x + epsilon * direction, x, epsilon, -3.0, 5.0)
            cause = "with two classes, each pixel moves by epsilon towards the other class's weights"
            assert_close(result, expected, name="adversarial image", cause=cause)


@points(1)
def test_fgsm_of_a_network(student, rng):
    for b, shape, classes in [(5, (1, 3, 4), 4), (1, (2, 2, 3), 6)]:
        model = smooth_net(rng, shape, classes)
        x, y = draw_images(rng, 0.0, 1.0, b, *shape), draw_classes(rng, b, classes)
        step = 0.2 * loss_gradient(model, x, y).sign()
        result = student.fgsm(model, x, y, 0.2, 0.0, 1.0)
        expected = clip_twice(x + step, x, 0.2, 0.0, 1.0)
        assert_close(result, expected, name="adversarial image")
        answer = student.run(watch, "fgsm", model, x, y, False, 0.2, 0.0, 1.0)
        assert_nothing_left_behind(answer, expected)


def watch(module, name, model, x, y, tracked, *settings):
    """The result in training mode, whether it has a graph, and what is different from before."""
    import torch

    model.train()
    x = x.clone().requires_grad_(tracked)
    for i, p in enumerate(model.parameters()):
        p.grad = torch.full_like(p, 1.0 + i)
    before = {key: value.clone() for key, value in model.state_dict().items()}
    result = torch.as_tensor(getattr(module, name)(model, x, y, *settings))
    grads = [p.grad is not None and bool((p.grad == 1.0 + i).all()) for i, p in enumerate(model.parameters())]
    changes = {
        "grad of the parameters": not all(grads),
        "grad of x": x.grad is not None,
        "requires_grad of x": x.requires_grad != tracked,
        "mode": not all(layer.training for layer in model.modules()),
        "parameters": any(not torch.equal(before[key], value) for key, value in model.state_dict().items()),
    }
    return result.detach(), result.requires_grad, [key for key, changed in changes.items() if changed]


def assert_nothing_left_behind(answer, expected):
    result, graph, changes = assert_parts(answer, 3)
    assert_close(result, expected, name="adversarial image")
    assert_equal(graph, False, name="answer to whether the result has a graph")
    cause = "torch.autograd.grad returns the gradient and stores nothing; x.detach() at the beginning"
    assert_equal(changes, [], name="list of what the call has changed", cause=cause)


@hidden
@points(1)
def test_fgsm_leaves_nothing_behind(student, rng):
    model, x = smooth_net(rng, (1, 3, 4), 3), draw_images(rng, 0.0, 1.0, 4, 1, 3, 4)
    y = draw_classes(rng, 4, 3)
    expected = clip_twice(x + 0.3 * loss_gradient(model, x, y).sign(), x, 0.3, 0.0, 1.0)
    for tracked in (False, True):
        answer = student.run(watch, "fgsm", model, x, y, tracked, 0.3, 0.0, 1.0)
        assert_nothing_left_behind(answer, expected)


def small_steps(model, x, y, epsilon, step, steps, low, high, noise=None):
    """Step by step."""
    offset = torch.zeros_like(x) if noise is None else noise
    place = clip_twice(x + offset, x, epsilon, low, high)
    for _ in range(steps):
        place = clip_twice(place + step * loss_gradient(model, place, y).sign(), x, epsilon, low, high)
    return place


@points(1)
def test_pgd_step_by_step(student, rng):
    for b, shape, epsilon, step, steps in [
        (4, (1, 3, 4), 0.2, 0.3, 3),
        (1, (2, 2, 3), 0.2, 0.15, 6),
        (3, (1, 2, 5), 0.3, 0.1, 4),
        (3, (8,), 0.4, 0.3, 1),
    ]:
        model = smooth_net(rng, shape, 4)
        x, y = draw_images(rng, -1.0, 1.0, b, *shape), draw_classes(rng, b, 4)
        with assert_unchanged(x, y):
            result = student.pgd(model, x, y, epsilon, step, steps, -1.0, 1.0)
        cause = (
            "every step starts where the last one ended, and is projected to the ball around the original x"
        )
        expected = small_steps(model, x, y, epsilon, step, steps, -1.0, 1.0)
        assert_close(result, expected, name="adversarial image", cause=cause)


@points(1)
def test_pgd_from_a_random_place_in_the_ball(student, rng):
    model, x = smooth_net(rng, (1, 3, 4), 3), draw_images(rng, 0.0, 1.0, 5, 1, 3, 4)
    y, noise = draw_classes(rng, 5, 3), torch.tensor(rng.uniform(-0.5, 0.5, size=x.shape))
    for steps in (2, 4, 0):
        with assert_unchanged(x, y, noise):
            result = student.pgd(model, x, y, 0.25, 0.1, steps, 0.0, 1.0, noise)
        expected = small_steps(model, x, y, 0.25, 0.1, steps, 0.0, 1.0, noise)
        assert_close(result, expected, name="adversarial image")


@hidden
@points(1)
def test_pgd_leaves_nothing_behind(student, rng):
    model, x = smooth_net(rng, (1, 3, 4), 3), draw_images(rng, 0.0, 1.0, 4, 1, 3, 4)
    y = draw_classes(rng, 4, 3)
    for steps, tracked in [(3, True), (0, True), (2, False)]:
        expected = small_steps(model, x, y, 0.2, 0.1, steps, 0.0, 1.0)
        answer = student.run(watch, "pgd", model, x, y, tracked, 0.2, 0.1, steps, 0.0, 1.0)
        assert_nothing_left_behind(answer, expected)


def trained_net(seed):
    """A small network that knows the digits, and 300 digits that it has not seen; pixels in [0, 1]."""
    digits = load_digits()
    order = np.random.default_rng(seed).permutation(len(digits.images))
    x = torch.tensor(digits.images[order].reshape(-1, 64), dtype=torch.float32)
    y = torch.tensor(digits.labels[order])
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(10):
        for batch in torch.randperm(len(x) - 300).split(64):
            optimizer.zero_grad()
            cross_entropy(model(x[300:][batch]), y[300:][batch]).backward()
            optimizer.step()
    return model.eval(), x[:300], y[:300]


@training
@points(1)
def test_pgd_fools_a_network_that_knows_the_digits(student, rng):
    model, x, y = trained_net(int(rng.integers(2**31)))

    def accuracy(images):
        with torch.no_grad():
            return (model(torch.tensor(np.asarray(images))).argmax(dim=1) == y).double().mean().item()

    epsilon = 0.15
    attacked = np.asarray(student.pgd(model, x, y, epsilon, 0.04, 10, 0.0, 1.0))
    noise = torch.tensor(rng.choice([-epsilon, epsilon], size=x.shape), dtype=torch.float32)
    harmless = accuracy((x + noise).clamp(0, 1))
    assert_between(
        float(np.abs(attacked - x.numpy()).max()), 0, epsilon + 1e-6, name="largest change of a pixel"
    )
    assert_between(float(attacked.min()), 0, 1, name="smallest pixel")
    assert_between(float(attacked.max()), 0, 1, name="largest pixel")
    name = "accuracy after the attack, over that after noise of the same size,"
    assert_between(accuracy(attacked) / harmless, 0, 0.5, name=name, cause="does the attack raise the loss?")


def draw_margins(rng, b, inputs, centre):
    """A linear classifier of two classes, images that it reads rightly, and the epsilons that tip its answers over."""
    model, x = fill(nn.Linear(inputs, 2), rng), draw(rng, b, inputs) + centre
    weight, bias = model.weight.detach(), model.bias.detach()
    bias -= centre * weight.sum(dim=1)
    y = model(x).argmax(dim=1)
    margin = ((weight[y] - weight[1 - y]) * x).sum(dim=1) + bias[y] - bias[1 - y]
    return model, x, y, (margin / (weight[y] - weight[1 - y]).abs().sum(dim=1)).numpy()


@points(0)
def test_smallest_epsilon_of_a_linear_classifier(student, rng):
    name = "list of smallest epsilons"
    for b, inputs, centre in [(6, 5, 20), (1, 9, -20), (7, 4, -20)]:
        model, x, y, exact = draw_margins(rng, b, inputs, centre)
        with assert_unchanged(x, y):
            result = student.smallest_epsilon(model, x, y, -99.0, 99.0, 10.0, 30)
        assert_close(result, exact, rtol=1e-4, atol=1e-6, name=name)
        images, network = x.reshape(b, inputs, 1, 1), nn.Sequential(nn.Flatten(), model)
        result = student.smallest_epsilon(network, images, y, -99.0, 99.0, 10.0, 30)
        cause = "x[i : i + 1] keeps the axis of the batch, which a network wants; x[i] has lost it"
        assert_close(result, exact, rtol=1e-4, atol=1e-6, name=f"{name} of images", cause=cause)
        for halvings in (3, 6):
            width = 12.0 / 2**halvings
            result = student.smallest_epsilon(model, x, y, -99.0, 99.0, 12.0, halvings)
            cause = f"the upper end of the last interval, after {halvings} halvings of [0, 12]"
            assert_close(result, np.ceil(exact / width) * width, name=name, cause=cause)


@points(0)
def test_smallest_epsilon_at_the_ends(student, rng):
    name = "list of smallest epsilons"
    for centre in (20, -20):
        model, x, y, exact = draw_margins(rng, 6, 6, centre)
        largest = float(np.sort(exact)[2:4].mean())
        expected = np.where(exact < largest, exact, np.inf)
        cause = "infinite where even the largest epsilon fails"
        result = student.smallest_epsilon(model, x, y, -99.0, 99.0, largest, 30)
        assert_close(result, expected, rtol=1e-4, atol=1e-6, name=name, cause=cause)
        wrong = int(rng.integers(6))
        y[wrong] = 1 - y[wrong]
        expected = np.ceil(expected / largest * 4) * largest / 4
        expected[wrong] = 0.0
        cause = "0 where the model is wrong already"
        result = student.smallest_epsilon(model, x, y, -99.0, 99.0, largest, 2)
        assert_close(result, expected, rtol=1e-4, atol=1e-6, name=name, cause=cause)
