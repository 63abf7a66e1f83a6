"""Checks of networks.py: losses and gradients against autograd, by central differences, by invariants."""

from itertools import pairwise

import numpy as np
import torch

from course.testing import (
    assert_between,
    assert_close,
    assert_parts,
    assert_that,
    assert_unchanged,
    compare_by,
    hidden,
    points,
)

TORCH = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}


def random_layers(rng, sizes):
    """Weights and biases, none of them zero or symmetric."""
    pairs = pairwise(sizes)
    return [(rng.normal(size=(i, o)) / np.sqrt(i), 0.5 * rng.normal(size=o)) for i, o in pairs]


def leaves_of(parameters):
    """The parameters as tensors that collect gradients."""
    return [tuple(torch.tensor(part, requires_grad=True) for part in pair) for pair in parameters]


def forward(leaves, x, activation):
    """The network in PyTorch."""
    for w, b in leaves[:-1]:
        x = TORCH[activation](x @ w + b)
    w, b = leaves[-1]
    return x @ w + b


def assert_gradients(result, leaves, rtol=1e-6, atol=1e-8):
    """Gradients of all layers, in their order."""
    layers = assert_parts(result, len(leaves), name="list of gradients")
    for number, (layer, pair) in enumerate(zip(layers, leaves, strict=True), start=1):
        parts = assert_parts(layer, 2, name=f"pair of gradients of layer {number}")
        for name, gradient, leaf in zip("wb", parts, pair, strict=True):
            assert_close(gradient, leaf.grad, rtol, atol, name=f"gradient of {name}{number}")


@points(1)
def test_softmax_regression_loss_and_gradients(student, rng):
    for n, d, classes in [(6, 4, 3), (1, 5, 2), (9, 2, 4)]:
        x, labels = rng.normal(size=(n, d)) + 0.5, rng.integers(0, classes, size=n)
        [(w, b)] = random_layers(rng, [d, classes])
        [(leaf_w, leaf_b)] = leaves_of([(w, b)])
        loss = torch.nn.functional.cross_entropy(torch.tensor(x) @ leaf_w + leaf_b, torch.tensor(labels))
        loss.backward()
        with assert_unchanged(x, labels, w, b):
            result = student.softmax_regression(x, labels, w, b)
        found, grad_w, grad_b = assert_parts(result, 3)
        assert_close(found, loss, name="loss")
        assert_close(grad_w, leaf_w.grad, name="gradient of w")
        assert_close(grad_b, leaf_b.grad, name="gradient of b")


@points(2)
def test_two_layer_loss_and_gradients(student, rng):
    for n, d, hidden_units, k in [(5, 4, 3, 2), (1, 3, 5, 4), (7, 2, 1, 3)]:
        parameters = random_layers(rng, [d, hidden_units, k])
        x, target = rng.normal(size=(n, d)) + 0.3, rng.normal(size=(n, k))
        leaves = leaves_of(parameters)
        expected = torch.nn.functional.mse_loss(
            forward(leaves, torch.tensor(x), "tanh"), torch.tensor(target)
        )
        expected.backward()
        with assert_unchanged(parameters, x, target):
            result = student.two_layer(parameters, x, target)
        loss, gradients = assert_parts(result, 2)
        assert_close(loss, expected, name="loss")
        assert_gradients(gradients, leaves)


@hidden
@points(1)
def test_two_layer_gradients_by_central_differences(student, rng):
    parameters = random_layers(rng, [3, 4, 2])
    x, target, step = rng.normal(size=(5, 3)), rng.normal(size=(5, 2)), 1e-5
    loss, gradients = assert_parts(student.two_layer(parameters, x, target), 2)
    output = forward(leaves_of(parameters), torch.tensor(x), "tanh")
    assert_close(loss, torch.nn.functional.mse_loss(output, torch.tensor(target)), name="loss")
    gradients = [assert_parts(pair, 2) for pair in assert_parts(gradients, 2)]
    for layer in range(2):
        for part in range(2):
            direction = rng.normal(size=parameters[layer][part].shape)
            losses = []
            for sign in (1, -1):
                moved = [list(pair) for pair in parameters]
                moved[layer][part] = moved[layer][part] + sign * step * direction
                losses.append(student.two_layer([tuple(pair) for pair in moved], x, target)[0])
            slope = (losses[0] - losses[1]) / (2 * step)
            along = np.sum(np.asarray(gradients[layer][part]) * direction)
            name = f"slope along a random direction of {'wb'[part]}{layer + 1}"
            assert_close(along, slope, rtol=1e-4, atol=1e-7, name=name)


@points(1)
def test_mlp_forward_of_several_depths(student, rng):
    for sizes in ([4, 3], [5, 6, 2], [3, 4, 5, 2], [2, 3, 1, 4, 3]):
        for activation in TORCH:
            parameters, x = random_layers(rng, sizes), rng.normal(size=(6, sizes[0])) + 0.3
            expected = forward(leaves_of(parameters), torch.tensor(x), activation)
            with assert_unchanged(parameters, x):
                result = student.mlp(parameters, x, activation)
            logits, _ = assert_parts(result, 2)
            assert_close(logits, expected, name=f"array of logits ({activation})")
    single = student.mlp(parameters, x[:1], "sigmoid")
    assert_close(assert_parts(single, 2)[0], expected[:1], name="array of logits of one sample")
    assert_drops_hidden_units(student, rng, [3, 20, 2], 0.3)


def logits_with_dropout(module, parameters, x, rate, seed):
    """Logits of training, and of evaluation at the same rate."""
    import numpy as np

    trained, _ = module.mlp(parameters, x, "tanh", rate, np.random.default_rng(seed))
    evaluated, _ = module.mlp(parameters, x, "tanh", rate, None)
    return trained, evaluated


def assert_drops_hidden_units(student, rng, sizes, rate):
    """Logits of many copies of one sample: their mean and deviation in training, and all of them in evaluation."""
    parameters, seed = random_layers(rng, sizes), int(rng.integers(2**32))
    x = np.repeat(rng.normal(size=(1, sizes[0])), 20_000, axis=0)
    (w1, b1), (w2, b2) = parameters
    hidden_units = np.tanh(x[:1] @ w1 + b1)
    expected = (hidden_units @ w2 + b2)[0]
    deviation = np.sqrt(rate / (1 - rate) * (hidden_units**2) @ w2**2)[0]

    trained, evaluated = assert_parts(student.run(logits_with_dropout, parameters, x, rate, seed), 2)
    compare_by(lambda *both: in_deviations(both, expected, deviation), trained, evaluated)
    name, cause = "array of logits in evaluation", "without a generator nothing is dropped"
    assert_close(evaluated, np.tile(expected, (len(x), 1)), name=name, cause=cause)
    trained, error = np.asarray(trained), 6 * deviation / np.sqrt(len(x))
    cause = "kept units are divided by 1 − rate; inputs and logits are never dropped"
    for k, (centre, width, slack) in enumerate(zip(expected, deviation, error, strict=True)):
        mean, spread = trained[:, k].mean(), trained[:, k].std()
        assert_between(mean, centre - slack, centre + slack, name="mean logit in training", cause=cause)
        name = "standard deviation of a logit in training"
        assert_between(spread, 0.94 * width, 1.06 * width, name=name, cause=cause)


def in_deviations(parts, expected, deviation):
    """Mean and deviation of each column, for an expected mean of 0 and a deviation of 1."""
    parts = [(np.asarray(part) - expected) / deviation for part in parts]
    return np.concatenate([statistic(axis=0) for part in parts for statistic in (part.mean, part.std)])


@hidden
@points(1)
def test_mlp_drops_hidden_units_in_training_only(student, rng):
    assert_drops_hidden_units(student, rng, [4, 30, 3], 0.4)


def forward_and_backward(module, parameters, x, grad, activation):
    """Gradients of sum(grad · logits)."""
    _, cache = module.mlp(parameters, x, activation)
    return module.mlp_backward(parameters, cache, grad, activation)


@points(2)
def test_mlp_backward_agrees_with_autograd(student, rng):
    for sizes in ([4, 3], [5, 6, 2], [3, 4, 5, 2], [2, 3, 1, 4, 3]):
        for activation in TORCH:
            n = int(rng.integers(1, 7))
            parameters, x = random_layers(rng, sizes), rng.normal(size=(n, sizes[0])) + 0.3
            grad = rng.normal(size=(n, sizes[-1]))
            leaves = leaves_of(parameters)
            forward(leaves, torch.tensor(x), activation).backward(torch.tensor(grad))
            with assert_unchanged(parameters, x, grad):
                result = student.run(forward_and_backward, parameters, x, grad, activation)
            assert_gradients(result, leaves)


def slopes_with_dropout(module, parameters, x, grad, seed, directions, step):
    """Along each direction: the slope by the gradients, and by central differences with the same mask."""
    import numpy as np

    def loss(layers):
        logits, cache = module.mlp(layers, x, "tanh", 0.4, np.random.default_rng(seed))
        return np.sum(grad * np.asarray(logits)), cache

    _, cache = loss(parameters)
    gradients = module.mlp_backward(parameters, cache, grad, "tanh")
    slopes = []
    for direction in directions:
        along = sum(
            np.sum(np.asarray(g) * d)
            for pair, moves in zip(gradients, direction, strict=True)
            for g, d in zip(pair, moves, strict=True)
        )
        losses = []
        for sign in (1, -1):
            moved = [
                tuple(part + sign * step * d for part, d in zip(pair, moves, strict=True))
                for pair, moves in zip(parameters, direction, strict=True)
            ]
            losses.append(loss(moved)[0])
        slopes.append((float(along), float((losses[0] - losses[1]) / (2 * step))))
    return slopes


@points(1)
def test_mlp_backward_passes_through_dropout(student, rng):
    sizes = [3, 6, 5, 2]
    parameters, x = random_layers(rng, sizes), rng.normal(size=(4, 3))
    grad, seed = rng.normal(size=(4, 2)) + 0.5, int(rng.integers(2**32))
    leaves = leaves_of(parameters)
    forward(leaves, torch.tensor(x), "tanh").backward(torch.tensor(grad))
    assert_gradients(student.run(forward_and_backward, parameters, x, grad, "tanh"), leaves)
    directions = []
    for layer in range(3):  # one direction moves the weights and the bias of one layer
        scale = [float(layer == k) for k in range(3)]
        directions.append(
            [
                (s * rng.normal(size=w.shape), s * rng.normal(size=b.shape))
                for s, (w, b) in zip(scale, parameters, strict=True)
            ]
        )
    slopes = student.run(slopes_with_dropout, parameters, x, grad, seed, directions, 1e-5)
    cause = "the way back passes the same mask as the way forward: what was dropped gets no gradient"
    for layer, (along, slope) in enumerate(slopes, start=1):
        name = f"slope along a random direction of layer {layer}"
        assert_close(along, slope, rtol=1e-5, atol=1e-7, name=name, cause=cause)


@hidden
@points(1)
def test_mlp_backward_of_dead_and_of_repeated_samples(student, rng):
    parameters, x = random_layers(rng, [3, 5, 4, 2]), rng.normal(size=(4, 3))
    grad = rng.normal(size=(4, 2)) + 0.5
    once = student.run(forward_and_backward, parameters, x, grad, "tanh")
    twice = student.run(forward_and_backward, parameters, np.tile(x, (2, 1)), np.tile(grad, (2, 1)), "tanh")
    leaves = leaves_of(parameters)
    forward(leaves, torch.tensor(x), "tanh").backward(torch.tensor(grad))
    assert_gradients(once, leaves)
    for pair, doubled in zip(once, twice, strict=True):
        for part, double in zip(pair, doubled, strict=True):
            cause = "gradients of samples add up; nothing is divided by n, that is done in the loss"
            assert_close(double, 2 * np.asarray(part), name="gradient of the batch taken twice", cause=cause)
    dead = [(parameters[0][0], parameters[0][1] - 100), *parameters[1:]]
    result = student.run(forward_and_backward, dead, x, grad, "relu")
    first = assert_parts(assert_parts(result, 3)[0], 2)
    assert_close(first[0], np.zeros((3, 5)), name="gradient of w1 when all units of the first layer are off")
    assert_that(np.any(np.asarray(result[2][1]) != 0), "The bias of the last layer gets no gradient.")
