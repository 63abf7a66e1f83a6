"""Checks of lenet.py: every activation and gradient against PyTorch, the steps of training, and its result."""

import numpy as np
import torch
from torch.nn import functional as F

from course.data import load_digits
from course.testing import (
    assert_between,
    assert_close,
    assert_equal,
    assert_parts,
    assert_that,
    assert_unchanged,
    hidden,
    points,
    training,
)

SHAPES = {"conv1": (16, 1, 3, 3), "conv2": (32, 16, 3, 3), "dense1": (64, 128), "dense2": (10, 64)}


def draw_parameters(rng, bias=0.3):
    """Weights of variance 2 / fan-in and biases of this standard deviation."""
    parameters = {}
    for name, shape in SHAPES.items():
        parameters[f"{name}.weight"] = rng.normal(size=shape) * np.sqrt(2 / np.prod(shape[1:]))
        parameters[f"{name}.bias"] = bias * rng.normal(size=shape[0])
    return parameters


def forward_by_torch(p, images):
    """Activations by PyTorch; p and images are tensors."""
    a = {"conv1": F.conv2d(images, p["conv1.weight"], p["conv1.bias"], padding=1)}
    a["pool1"] = F.max_pool2d(F.relu(a["conv1"]), 2)
    a["conv2"] = F.conv2d(a["pool1"], p["conv2.weight"], p["conv2.bias"], padding=1)
    a["pool2"] = F.max_pool2d(F.relu(a["conv2"]), 2)
    a["flat"] = a["pool2"].flatten(start_dim=1)
    a["dense1"] = F.linear(a["flat"], p["dense1.weight"], p["dense1.bias"])
    a["logits"] = F.linear(F.relu(a["dense1"]), p["dense2.weight"], p["dense2.bias"])
    return a


def tensors(parameters):
    """Parameters that PyTorch can train, in double precision."""
    return {name: torch.tensor(value, requires_grad=True) for name, value in parameters.items()}


@points(1)
def test_forward_against_pytorch(student, rng):
    for b in (3, 1):
        parameters, images = draw_parameters(rng), rng.normal(size=(b, 1, 8, 8)) + 0.3
        with assert_unchanged(parameters, images):
            result = student.forward(parameters, images)
        for name, expected in forward_by_torch(tensors(parameters), torch.tensor(images)).items():
            assert_close(result[name], expected, name=f"activation {name!r} (what comes before it is right)")


@hidden
@points(1)
def test_forward_treats_every_image_alone(student, rng):
    parameters, images = draw_parameters(rng), rng.normal(size=(5, 1, 8, 8)) - 0.2
    logits = student.forward(parameters, images)["logits"]
    assert_close(
        logits, forward_by_torch(tensors(parameters), torch.tensor(images))["logits"], name="array of logits"
    )
    order = rng.permutation(5)
    shuffled = student.forward(parameters, images[order])["logits"]
    assert_close(shuffled, np.asarray(logits)[order], name="array of logits of the shuffled batch")


def run_backward(module, parameters, images, grad):
    """Forward, then backward with what forward returned."""
    grads = module.backward(parameters, images, module.forward(parameters, images), grad)
    return {name: grads[name] for name in parameters}


@points(1)
def test_backward_against_autograd(student, rng):
    for b in (4, 1):
        parameters, images = draw_parameters(rng), rng.normal(size=(b, 1, 8, 8)) + 0.3
        grad = rng.normal(size=(b, 10))
        result = student.run(run_backward, parameters, images, grad)
        p = tensors(parameters)
        logits = forward_by_torch(p, torch.tensor(images))["logits"]
        expected = dict(
            zip(p, torch.autograd.grad(logits, list(p.values()), torch.tensor(grad)), strict=True)
        )
        for layer in ("dense2", "dense1", "conv2", "conv1"):
            for name in (f"{layer}.weight", f"{layer}.bias"):
                later = "" if layer == "dense2" else " (those of the layers after it are right)"
                assert_close(result[name], expected[name], name=f"gradient by {name}{later}")
    for lit in ([], ["dense1.bias"]):  # nothing in the image: the numbers before a ReLU are exactly 0
        parameters = draw_parameters(rng, bias=0.0)
        parameters |= {name: rng.normal(size=parameters[name].shape) for name in lit}
        images, grad = np.zeros((2, 1, 8, 8)), rng.normal(size=(2, 10))
        result = student.run(run_backward, parameters, images, grad)
        p = tensors(parameters)
        logits = forward_by_torch(p, torch.tensor(images))["logits"]
        for name in ("conv2.bias", "dense1.bias"):
            (expected,) = torch.autograd.grad(logits, p[name], torch.tensor(grad), retain_graph=True)
            cause = "a ReLU lets the gradient through where its input was positive: not where it was 0"
            assert_close(result[name], expected, name=f"gradient by {name} of an empty image", cause=cause)


@points(1)
def test_backward_by_central_differences(student, rng):
    parameters, images = draw_parameters(rng), rng.normal(size=(3, 1, 8, 8))
    grad, h = rng.normal(size=(3, 10)), 1e-6
    result = student.run(run_backward, parameters, images, grad)
    for name, value in parameters.items():
        direction = rng.normal(size=value.shape)
        direction /= np.linalg.norm(direction)
        ends = []
        for sign in (1, -1):
            moved = tensors(parameters | {name: value + sign * h * direction})
            ends.append(
                np.sum(grad * forward_by_torch(moved, torch.tensor(images))["logits"].detach().numpy())
            )
        slope = (ends[0] - ends[1]) / (2 * h)
        got = np.sum(np.asarray(result[name]) * direction)
        assert_close(got, slope, rtol=1e-4, atol=1e-5, name=f"slope along a direction of {name}")


def train_by_torch(parameters, images, labels, steps, learning_rate, momentum):
    """Full-batch steps by torch.optim.SGD with a falling rate: parameters and the loss before every step."""
    p, losses = tensors(parameters), []
    optimizer = torch.optim.SGD(p.values(), learning_rate, momentum)
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = learning_rate * (1 - step / steps)
        optimizer.zero_grad()
        loss = F.cross_entropy(forward_by_torch(p, torch.tensor(images))["logits"], torch.tensor(labels))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return {name: value.detach().numpy() for name, value in p.items()}, losses


def train_in_order(parameters, images, labels, orders, learning_rate):
    """dense2.bias after one step on each sample, in these orders, an order per epoch; the rate falls."""
    p = tensors(parameters)
    for epoch, order in enumerate(orders):
        for i in order:
            logits = forward_by_torch(p, torch.tensor(images[[i]]))["logits"]
            grads = torch.autograd.grad(F.cross_entropy(logits, torch.tensor(labels[[i]])), list(p.values()))
            rate = learning_rate * (1 - epoch / len(orders))
            with torch.no_grad():
                for value, grad in zip(p.values(), grads, strict=True):
                    value -= rate * grad
    return p["dense2.bias"].detach().numpy()


@points(1)
def test_train_takes_the_steps_of_sgd_with_momentum(student, rng):
    parameters, images = draw_parameters(rng), rng.normal(size=(6, 1, 8, 8))
    labels = rng.integers(0, 10, size=6)
    for n, epochs, momentum, which in (
        (1, 1, 0.0, "one step on one image"),
        (6, 1, 0.0, "one step on several images"),
        (6, 3, 0.0, "3 steps without momentum, the rate falling"),
        (6, 3, 0.7, "3 steps with momentum"),
    ):
        data = images[:n], labels[:n]
        with assert_unchanged(parameters, *data):
            result = student.train(parameters, *data, epochs, 6, 0.02, momentum, int(rng.integers(1000)))
        trained, losses = assert_parts(result, 2)
        assert_that(
            any(not np.array_equal(trained[name], value) for name, value in parameters.items()),
            f"No parameter has moved after {which}.",
            cause="a batch with fewer samples than batch_size counts too, and the first epoch has the whole rate",
        )
        expected, expected_losses = train_by_torch(parameters, *data, epochs, 0.02, momentum)
        for name, value in expected.items():
            cause = (
                "are images and labels picked by the same order?"
                if which == "one step on several images"
                else ""
            )
            named = f"parameter {name} after {which}"
            assert_close(trained[name], value, rtol=1e-5, atol=1e-7, name=named, cause=cause)
        assert_close(losses, expected_losses, rtol=1e-5, name=f"list of losses of {which}")

    size, rate = int(rng.integers(2, 4)), 1e-10  # too small a rate to change the loss
    _, losses = assert_parts(student.train(parameters, images[:5], labels[:5], 2, size, rate, 0.0, 3), 2)
    logits = forward_by_torch(tensors(parameters), torch.tensor(images[:5]))["logits"]
    mean = F.cross_entropy(logits, torch.tensor(labels[:5])).item()
    cause = (
        f"5 samples in batches of {size}: each sample has the same weight in the mean, those of the last too"
    )
    assert_close(losses, [mean, mean], rtol=1e-5, name="list of losses of unequal batches", cause=cause)

    orders = [(first, second) for first in ((0, 1), (1, 0)) for second in ((0, 1), (1, 0))]
    ends = [train_in_order(parameters, images[:2], labels[:2], each, 0.05) for each in orders]
    found = set()
    for seed in rng.integers(10**6, size=30).tolist():  # a right answer seldom needs more than a few of them
        trained, _ = assert_parts(student.train(parameters, images[:2], labels[:2], 2, 1, 0.05, 0.0, seed), 2)
        end = np.asarray(trained["dense2.bias"], dtype=float)
        nearest = min(range(4), key=lambda k: np.sum(np.abs(end - ends[k])) if end.shape == (10,) else 0)
        assert_close(
            end, ends[nearest], rtol=1e-5, name="parameter dense2.bias after two epochs of two samples"
        )
        found.add(nearest)
        if found & {1, 2}:
            break
    assert_that(
        found & {1, 2},
        "The second epoch takes the samples in the same order as the first, whatever the seed.",
        cause="draw a new permutation in every epoch, inside of the loop",
    )


@hidden
@points(1)
def test_train_shuffles_and_uses_every_sample(student, rng):
    parameters, images = draw_parameters(rng, bias=0.0), rng.normal(size=(7, 1, 8, 8)) * 2
    labels, rate = rng.integers(0, 10, size=7), 1e-10  # too small to change the loss
    logits = forward_by_torch(tensors(parameters), torch.tensor(images))["logits"]
    mean = F.cross_entropy(logits, torch.tensor(labels)).item()
    cause = (
        "batches of 3, 3 and 1 sample: the last, smaller one counts too, and the loss is a mean over samples"
    )
    _, losses = assert_parts(student.train(parameters, images, labels, 2, 3, rate, 0.0, 5), 2)
    assert_close(losses, [mean, mean], rtol=1e-5, name="list of losses", cause=cause)

    images, labels = np.repeat(images[:1], 7, axis=0), np.repeat(labels[:1], 7)
    trained, _ = assert_parts(student.train(parameters, images, labels, 1, 3, rate, 0.0, 5), 2)
    p = tensors(parameters)
    loss = F.cross_entropy(forward_by_torch(p, torch.tensor(images))["logits"], torch.tensor(labels))
    (grad,) = torch.autograd.grad(loss, p["dense2.bias"])
    moved = np.asarray(trained["dense2.bias"]) / rate
    assert_close(moved, -3 * grad.numpy(), rtol=1e-3, atol=1e-4, name="sum of the three steps", cause=cause)

    parameters, images = draw_parameters(rng), rng.normal(size=(5, 1, 8, 8))
    labels = rng.integers(0, 10, size=5)
    ends = []
    for seed in (1, 2, 3, 4, 1):
        trained, _ = assert_parts(student.train(parameters, images, labels, 1, 2, 0.05, 0.5, seed), 2)
        ends.append(np.asarray(trained["dense2.bias"]))
    assert_close(ends[4], ends[0], name="parameter dense2.bias with the same seed again")
    spread = max(np.abs(end - ends[0]).max() for end in ends[1:4])
    assert_that(
        spread > 1e-6,
        "Another seed does not change the order of the samples.",
        cause="shuffle in every epoch",
    )


@training
@points(2)
def test_train_reads_handwritten_digits(student, rng):
    digits = load_digits()
    order = np.random.default_rng(0).permutation(len(digits.images))
    rest, test = order[500:], order[:500]
    rest = rest[np.argsort(digits.labels[rest], kind="stable")]  # zeros first: shuffling matters
    images = (digits.images - digits.images[rest].mean()) / digits.images[rest].std()
    images = images[:, np.newaxis]
    accuracies = []
    for seed in rng.integers(2**31, size=3):
        start = draw_parameters(rng, bias=0.0)
        trained, losses = assert_parts(
            student.train(start, images[rest], digits.labels[rest], seed=int(seed)), 2
        )
        assert_equal(len(losses), 10, name="number of losses")
        logits = forward_by_torch(tensors(trained), torch.tensor(images[test]))["logits"].detach().numpy()
        accuracies.append(np.mean(logits.argmax(axis=1) == digits.labels[test]))
    cause = "are the samples shuffled in every epoch, together with their labels?"
    name = "mean accuracy of three networks on 500 unseen digits"
    assert_between(np.mean(accuracies), 0.97, 1.0, name=name, cause=cause)
