"""Checks of networks.py: PyTorch's own layers as reference, gradient flow, protocol, and training results."""

import copy
import itertools

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from course.data import load_digits
from course.testing import (
    assert_between,
    assert_close,
    assert_equal,
    assert_parts,
    assert_shape,
    assert_that,
    assert_unchanged,
    hidden,
    points,
    training,
)


def draw_lenet(rng, side):
    """Random parameters of the LeNet for images of this side, single precision."""
    inputs = 32 * (side // 4) ** 2
    shapes = {"conv1": (16, 1, 3, 3), "conv2": (32, 16, 3, 3), "dense1": (64, inputs), "dense2": (10, 64)}
    parameters = {}
    for name, shape in shapes.items():
        weight = rng.normal(size=shape) * np.sqrt(2 / np.prod(shape[1:]))
        parameters[f"{name}.weight"] = torch.tensor(weight, dtype=torch.float32)
        parameters[f"{name}.bias"] = torch.tensor(0.3 * rng.normal(size=shape[0]), dtype=torch.float32)
    return parameters


def lenet_logits(p, images):
    """Logits by the functions of PyTorch."""
    x = F.max_pool2d(F.relu(F.conv2d(images, p["conv1.weight"], p["conv1.bias"], padding=1)), 2)
    x = F.max_pool2d(F.relu(F.conv2d(x, p["conv2.weight"], p["conv2.bias"], padding=1)), 2)
    x = F.relu(F.linear(x.flatten(1), p["dense1.weight"], p["dense1.bias"]))
    return F.linear(x, p["dense2.weight"], p["dense2.bias"])


def describe_lenet(module, side):
    """Names and shapes of the parameters of the LeNet."""
    return {key: list(value.shape) for key, value in module.LeNet(side).named_parameters()}


def run_lenet(module, parameters, images):
    """Logits of the LeNet with these parameters."""
    model = module.LeNet(images.shape[-1])
    model.load_state_dict(parameters)
    return model.eval()(images)


@points(1)
def test_le_net_has_the_layers_of_the_numpy_one(student, rng):
    for b, side in ((4, 8), (1, 8), (2, 15)):
        parameters = draw_lenet(rng, side)
        expected = {name: list(value.shape) for name, value in parameters.items()}
        result = student.run(describe_lenet, side)
        assert_equal(result, expected, name=f"dict of parameters and their shapes for {side}×{side} pixels")
        images = torch.tensor(rng.normal(size=(b, 1, side, side)), dtype=torch.float32)
        result = student.run(run_lenet, parameters, images)
        assert_close(result, lenet_logits(parameters, images), rtol=1e-4, atol=1e-4, name="array of logits")


def split_digits():
    """1,297 standardised digits for training and 500 for testing, as tensors."""
    digits = load_digits()
    order = np.random.default_rng(0).permutation(len(digits.images))
    rest, test = order[500:], order[:500]
    rest = rest[np.argsort(digits.labels[rest], kind="stable")]  # zeros first: shuffling matters
    images = (digits.images - digits.images[rest].mean()) / digits.images[rest].std()
    images = torch.tensor(images[:, np.newaxis], dtype=torch.float32)
    labels = torch.tensor(digits.labels)
    return images[rest], labels[rest], images[test], labels[test]


def inspect_digit_net(module, images):
    """What can be said of the network before training: parameters, convolutions, logits there and back."""
    import torch

    torch.manual_seed(0)
    model = module.DigitNet()
    convolutions = sum(isinstance(m, torch.nn.Conv2d) for m in model.modules())
    parameters = sum(p.numel() for p in model.parameters())
    model.eval()
    with torch.no_grad():
        return parameters, convolutions, model(images), model(images.flip(0))


@points(1)
def test_digit_net_keeps_to_the_budget(student, rng):
    images = torch.tensor(rng.normal(size=(7, 1, 8, 8)), dtype=torch.float32)
    result = student.run(inspect_digit_net, images)
    parameters, convolutions, logits, backwards = assert_parts(result, 4)
    assert_shape(logits, (7, 10), name="array of logits")
    name = "array of logits of the same images in reverse order"
    cause = "the logits of an image depend on this image only"
    assert_close(backwards, np.asarray(logits)[::-1], rtol=1e-4, atol=1e-5, name=name, cause=cause)
    assert_that(np.ptp(np.asarray(logits), axis=0).max() > 1e-6, "All images have the same logits.")
    assert_between(parameters, 100, 50_000, name="number of parameters")
    assert_between(convolutions, 2, 1000, name="number of nn.Conv2d layers")
    logits = np.asarray(logits)
    probabilities = np.allclose(logits.sum(axis=1), 1, atol=1e-3)
    cause = "the cross-entropy applies the softmax itself; a second one makes learning slow"
    assert_that(not probabilities, "The network returns probabilities instead of logits.", cause=cause)
    assert_that(
        logits.min() < 0, "No logit is negative.", cause="a ReLU after the last layer, or absolute values"
    )


def train_digit_nets(module, images, labels, test_images, seeds):
    """Predictions of networks of three seeds after ten epochs."""
    import torch

    torch.set_num_threads(1)
    results = []
    for seed in seeds:
        torch.manual_seed(seed)
        model = module.DigitNet()
        optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
        model.train()
        for _ in range(10):
            for batch in torch.randperm(len(images)).split(32):
                optimizer.zero_grad()
                torch.nn.functional.cross_entropy(model(images[batch]), labels[batch]).backward()
                optimizer.step()
        model.eval()
        with torch.no_grad():
            results.append(model(test_images).argmax(dim=1))
    return results


@training
@points(2)
def test_digit_net_reads_handwritten_digits(student, rng):
    images, labels, test_images, test_labels = split_digits()
    seeds = [int(n) for n in rng.integers(2**31, size=3)]
    predictions = assert_parts(student.run(train_digit_nets, images, labels, test_images, seeds), 3)
    accuracy = np.mean([np.mean(np.asarray(p) == test_labels.numpy()) for p in predictions])
    cause = "too few filters, pooling too early, or no batch normalisation"
    assert_between(
        accuracy, 0.982, 1.0, name="mean accuracy of three networks on 500 unseen digits", cause=cause
    )


def run_block(module, sizes, state, x, train):
    """Result, gradient by x of its sum weighted by a ramp, and the state, with these parameters."""
    import torch

    block = module.ResidualBlock(*sizes).double()
    inside = [name for name in block.state_dict() if name.startswith("shortcut.")]
    if "shortcut.weight" in state and len(inside) == 1:  # a Sequential around the convolution is fine
        state = {inside[0] if name == "shortcut.weight" else name: value for name, value in state.items()}
    missing = [name for name in state if name not in block.state_dict()]
    if missing:
        raise AttributeError(f"ResidualBlock{tuple(sizes)} has no {missing[0]}")
    block.load_state_dict(state, strict=False)  # modules may be there under a second name
    block.train(train)
    x = x.clone().requires_grad_()
    y = block(x)
    ramp = torch.linspace(-1, 1, y.numel(), dtype=y.dtype).reshape(y.shape)
    (grad,) = torch.autograd.grad((y * ramp).sum(), x)
    return y.detach(), grad


def draw_block(rng, in_channels, out_channels, stride):
    """A random state of a residual block, double precision."""
    shapes = {
        "conv1.weight": (out_channels, in_channels, 3, 3),
        "conv2.weight": (out_channels, out_channels, 3, 3),
    }
    if in_channels != out_channels or stride != 1:
        shapes["shortcut.weight"] = (out_channels, in_channels, 1, 1)
    state = {name: torch.tensor(0.3 * rng.normal(size=shape)) for name, shape in shapes.items()}
    for name, channels in (("norm1", in_channels), ("norm2", out_channels)):
        for key in ("bias", "running_mean"):
            state[f"{name}.{key}"] = torch.tensor(rng.normal(size=channels))
        for key in ("weight", "running_var"):
            state[f"{name}.{key}"] = torch.tensor(rng.uniform(0.5, 2, size=channels))
        state[f"{name}.num_batches_tracked"] = torch.tensor(0)
    return state


def block_by_torch(state, x, stride, train):
    """The block by the functions of PyTorch, and the gradient as in run_block."""

    def norm(x, name):
        statistics = (state[f"{name}.running_mean"].clone(), state[f"{name}.running_var"].clone())
        return F.batch_norm(x, *statistics, state[f"{name}.weight"], state[f"{name}.bias"], train)

    x = x.clone().requires_grad_()
    branch = F.conv2d(F.relu(norm(x, "norm1")), state["conv1.weight"], stride=stride, padding=1)
    branch = F.conv2d(F.relu(norm(branch, "norm2")), state["conv2.weight"], padding=1)
    y = branch + (F.conv2d(x, state["shortcut.weight"], stride=stride) if "shortcut.weight" in state else x)
    ramp = torch.linspace(-1, 1, y.numel(), dtype=y.dtype).reshape(y.shape)
    return y.detach(), torch.autograd.grad((y * ramp).sum(), x)[0]


BLOCKS = [(4, 4, 1), (2, 4, 1), (3, 3, 2), (3, 5, 2)]


@points(1)
def test_residual_block_of_several_shapes(student, rng):
    for sizes in BLOCKS:
        for train in (True, False):
            state, x = draw_block(rng, *sizes), torch.tensor(rng.normal(size=(2, sizes[0], 5, 6)) + 0.3)
            y, grad = assert_parts(student.run(run_block, sizes, state, x, train), 2)
            expected, expected_grad = block_by_torch(state, x, sizes[2], train)
            assert_close(y, expected, name=f"result of ResidualBlock{sizes}")
            assert_close(grad, expected_grad, name=f"gradient by x of ResidualBlock{sizes}")


def stack_blocks(module, channels, depth, x, seed):
    """Result and gradient of a deep stack whose branches were silenced."""
    import torch

    torch.manual_seed(seed)
    blocks = torch.nn.Sequential(*(module.ResidualBlock(channels, channels) for _ in range(depth))).double()
    for block in blocks:
        torch.nn.init.zeros_(block.conv2.weight)
    x = x.clone().requires_grad_()
    y = blocks(x)
    (grad,) = torch.autograd.grad((y * x.detach().flip(0, 2, 3)).sum(), x)
    return y.detach(), grad


@points(1)
def test_residual_block_lets_the_gradient_through(student, rng):
    x = torch.tensor(rng.normal(size=(3, 4, 5, 6)) - 0.5)
    y, grad = assert_parts(student.run(stack_blocks, 4, 12, x, int(rng.integers(2**31))), 2)
    cause = (
        "something stands in the way from input to output: nothing may act on the shortcut or after the sum"
    )
    assert_close(y, x, name="result of 12 blocks whose conv2 is zero", cause=cause)
    assert_close(grad, x.flip(0, 2, 3), name="gradient through 12 blocks whose conv2 is zero", cause=cause)


class Probe(nn.Module):
    """A small model in which it matters whether it trains: batch normalisation and dropout."""

    def __init__(self, channels, classes):
        super().__init__()
        self.first = nn.Conv2d(1, channels, 3, padding=1)
        self.norm = nn.BatchNorm2d(channels)
        self.drop = nn.Dropout(0.5)
        self.second = nn.Conv2d(channels, 2 * channels, (2, 3), stride=2)
        self.head = nn.Linear(2 * channels, classes)

    def forward(self, x):
        x = self.drop(F.relu(self.norm(self.first(x))))
        return self.head(F.relu(self.second(x)).mean(dim=(2, 3)))


def draw_probe(rng, channels=4, classes=5):
    """A probe with random weights and random running statistics."""
    torch.manual_seed(int(rng.integers(2**31)))
    model = Probe(channels, classes)
    model.norm.running_mean.normal_()
    model.norm.running_var.uniform_(0.5, 2)
    return model


def call_predict(module, model, images, train):
    """Labels, the mode afterwards, whether any layer's result has a graph behind it, and the running mean."""
    recorded = []
    model.train(train)
    # a copy of the model has these hooks too, and fills the same list
    hooks = [
        layer.register_forward_hook(lambda _, __, y: recorded.append(y.requires_grad))
        for layer in model.modules()
    ]
    labels = module.predict(model, images)
    for hook in hooks:
        hook.remove()
    return labels.detach(), model.training, any(recorded), model.norm.running_mean


def draw_told_apart(rng, b):
    """A probe, and images in which it sees more than one class."""
    while True:
        model, brightness = draw_probe(rng), rng.uniform(-6, 6, size=(b, 1, 1, 1))
        images = torch.tensor(rng.normal(size=(b, 1, 6, 7)) + brightness, dtype=torch.float32)
        expected = model.eval()(images).argmax(dim=1).numpy()
        if b == 1 or np.bincount(expected).max() < 0.8 * b:
            return model, images, expected


@points(1)
def test_predict_in_evaluation_mode(student, rng):
    for b in (40, 1):
        model, images, expected = draw_told_apart(rng, b)
        mean = model.norm.running_mean.clone()
        labels, _, recorded, after = assert_parts(student.run(call_predict, model, images, True), 4)
        cause = (
            "in training mode, dropout is on and batch normalisation uses the batch: call model.eval() first"
        )
        assert_equal(labels, expected, name="array of labels", cause=cause)
        assert_close(after, mean, name="running mean after predicting", cause=cause)
        cause = "evaluation mode does not switch it off: is the forward pass under torch.no_grad()?"
        name = "answer to whether gradients were being recorded"
        assert_equal(recorded, False, name=name, cause=cause)
    model, images = draw_probe(rng), torch.tensor(rng.normal(size=(9, 1, 6, 7)), dtype=torch.float32)
    for train in (True, False):
        labels, mode, _, _ = assert_parts(student.run(call_predict, model, images, train), 4)
        assert_equal(labels, model.eval()(images).argmax(dim=1).numpy(), name="array of labels")
        cause = "remember model.training before and restore it after"
        assert_equal(mode, train, name="mode of the model afterwards (True is training)", cause=cause)


def call_fit(module, model, images, labels, options):
    """Losses, the parameters after training, the running mean, and the mode."""
    import torch

    torch.manual_seed(options["seed"])
    losses = module.fit(model, images, labels, **options)
    state = {name: value.detach() for name, value in model.named_parameters()}
    buffers = {name: value for name, value in model.named_buffers() if value.is_floating_point()}
    free = not any(getattr(loss, "requires_grad", False) for loss in losses)
    return [float(loss) for loss in losses], state, buffers, free


@points(1)
def test_fit_takes_the_steps_of_adam(student, rng):
    model = draw_probe(rng).double()
    model.drop.p = 0.0
    images, labels = torch.tensor(rng.normal(size=(8, 1, 6, 7))), torch.tensor(rng.integers(0, 5, size=8))
    options = {"epochs": 3, "batch_size": 8, "learning_rate": 0.01, "seed": int(rng.integers(1000))}
    state = {name: value.clone() for name, value in model.state_dict().items()}
    model.eval()
    with assert_unchanged(images, labels):
        result = student.run(call_fit, model, images, labels, options)
    losses, parameters, buffers, free = assert_parts(result, 4)

    reference = Probe(4, 5).double()
    reference.drop.p = 0.0
    reference.load_state_dict(state)
    optimizer, expected_losses = torch.optim.Adam(reference.parameters(), lr=0.01), []
    for _ in range(3):
        optimizer.zero_grad()
        loss = F.cross_entropy(reference(images), labels)
        loss.backward()
        optimizer.step()
        expected_losses.append(loss.item())
    assert_close(losses, expected_losses, rtol=1e-4, name="list of losses")
    for name, value in reference.named_parameters():
        if name != "first.bias":  # batch normalisation takes it out again: its gradient is rounding
            assert_close(
                parameters[name], value.detach(), rtol=1e-4, atol=1e-5, name=f"parameter {name} after 3 steps"
            )
    cause = "loss.item() is the number alone; a sum of tensors keeps the graphs of all batches in memory"
    assert_that(free, "The losses carry the graphs that they were computed in.", cause=cause)
    cause = "in evaluation mode the running statistics do not learn: call model.train() first"
    assert_close(
        buffers["norm.running_mean"], reference.norm.running_mean, rtol=1e-4, name="running mean", cause=cause
    )

    model.norm, size = nn.Identity(), int(rng.integers(2, 4))
    options = {"epochs": 2, "batch_size": size, "learning_rate": 1e-9, "seed": int(rng.integers(1000))}
    losses, _ = assert_parts(student.run(call_fit_plain, model, images[:5], labels[:5], options, 0), 2)
    mean = F.cross_entropy(model(images[:5]), labels[:5]).item()
    cause = (
        f"5 samples in batches of {size}: each sample has the same weight in the mean, those of the last too"
    )
    assert_close(losses, [mean, mean], rtol=1e-5, name="list of losses of unequal batches", cause=cause)

    options |= {"learning_rate": 0.01, "batch_size": 2}
    (_, head), (_, again) = (
        assert_parts(student.run(call_fit_plain, model, images, labels, options, elsewhere), 2)
        for elsewhere in (1, 2)
    )
    cause = "the order of the samples comes from the seed alone, through a generator of its own"
    assert_close(again, head, name="weight of the head with the same seed again", cause=cause)

    options |= {"batch_size": 1}
    orders = [(first, second) for first in ((0, 1), (1, 0)) for second in ((0, 1), (1, 0))]
    ends, found = [fit_in_order(model, images, labels, each, 0.01) for each in orders], set()
    for seed in rng.integers(10**6, size=30).tolist():  # a right answer seldom needs more than a few of them
        options |= {"seed": seed}
        _, head = assert_parts(student.run(call_fit_plain, model, images[:2], labels[:2], options, 0), 2)
        head = np.asarray(head)
        nearest = min(range(4), key=lambda k: np.sum(np.abs(head - ends[k])))
        assert_close(
            head, ends[nearest], rtol=1e-5, name="weight of the head after two epochs of two samples"
        )
        found.add(nearest)
        if found & {1, 2}:
            break
    assert_that(
        found & {1, 2},
        "The second epoch takes the samples in the same order as the first, whatever the seed.",
        cause="draw a new permutation in every epoch, inside of the loop",
    )


def fit_in_order(model, images, labels, orders, learning_rate):
    """Weight of the head after one step of Adam on each sample, in these orders, an order per epoch."""
    model = copy.deepcopy(model).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    for i in itertools.chain(*orders):
        optimizer.zero_grad()
        F.cross_entropy(model(images[[i]]), labels[[i]]).backward()
        optimizer.step()
    return model.head.weight.detach().numpy()


@hidden
@points(1)
def test_fit_averages_over_samples(student, rng):
    model = draw_probe(rng).double()
    model.drop.p, model.norm.momentum = 0.0, 0.0
    model.norm = nn.Identity()
    images, labels = torch.tensor(rng.normal(size=(7, 1, 6, 7)) * 3), torch.tensor(rng.integers(0, 5, size=7))
    expected = F.cross_entropy(model(images), labels).item()
    options = {"epochs": 2, "batch_size": 3, "learning_rate": 1e-9, "seed": 1}
    losses, _ = assert_parts(student.run(call_fit_plain, model, images, labels, options, 0), 2)
    cause = "batches of 3, 3 and 1 sample: the last, smaller one counts too, but only with its own weight"
    assert_close(losses, [expected, expected], rtol=1e-5, name="list of losses", cause=cause)

    options |= {"learning_rate": 0.01}
    runs = [
        assert_parts(
            student.run(call_fit_plain, model, images, labels, options | {"seed": seed}, elsewhere), 2
        )
        for seed, elsewhere in ((1, 0), (1, 5), (2, 0), (3, 0), (4, 0))
    ]
    (losses, head), (again, same_head), *others = runs
    cause = "the order of the samples must come from the seed alone: torch.Generator().manual_seed(seed)"
    assert_close(again, losses, name="list of losses with the same seed", cause=cause)
    assert_close(same_head, head, name="head's weight with the same seed", cause=cause)
    differ = any(not np.allclose(other, losses, rtol=1e-6, atol=0) for other, _ in others)
    assert_that(
        differ, "Another seed does not change the order of the samples.", cause="shuffle in every epoch"
    )


def call_fit_plain(module, model, images, labels, options, elsewhere):
    """Losses of a copy of a model, and the weight of its head; PyTorch's own generator has a seed of its own."""
    import copy

    import torch

    model = copy.deepcopy(model)
    torch.manual_seed(elsewhere)
    losses = module.fit(model, images, labels, **options)
    return [float(loss) for loss in losses], model.head.weight.detach()


@training
@points(2)
def test_fit_reads_handwritten_digits(student, rng):
    images, labels, test_images, test_labels = split_digits()
    torch.manual_seed(int(rng.integers(2**31)))
    model = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding="same"),
        nn.BatchNorm2d(16),
        nn.ReLU(),
        nn.MaxPool2d(kernel_size=2),
        nn.Conv2d(16, 32, kernel_size=3, padding="same"),
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.MaxPool2d(kernel_size=2),
        nn.Flatten(),
        nn.Linear(128, 10),
    )
    predictions = student.run(fit_and_predict, model, images, labels, test_images, int(rng.integers(2**31)))
    accuracy = np.mean(np.asarray(predictions) == test_labels.numpy())
    cause = "are images and labels shuffled together, is zero_grad called, is the model in training mode?"
    assert_between(accuracy, 0.97, 1.0, name="accuracy on 500 unseen digits", cause=cause)


def fit_and_predict(module, model, images, labels, test_images, seed):
    """Predictions after training with the default settings."""
    import torch

    torch.set_num_threads(1)
    module.fit(model, images, labels, seed=seed)
    model.eval()
    with torch.no_grad():
        return model(test_images).argmax(dim=1)


def call_feature_maps(module, model, images, train):
    """The maps in order, the mode, the number of hooks left, and whether anything carries a gradient."""
    model.train(train)
    maps = module.feature_maps(model, images)
    hooks = sum(len(m._forward_hooks) + len(m._forward_pre_hooks) for m in model.modules())
    found = [maps[name] for name in maps if maps[name] is not None]
    tracked = any(value.requires_grad for value in found)
    names = [
        name for name in maps if maps[name] is not None
    ]  # a key may have been laid out before, and stay empty
    return names, [value.detach() for value in found], model.training, hooks, tracked


def feature_maps_of_what_fails(module, model, images):
    """The number of hooks left and the mode, when the last layer of a model in training mode cannot take its input."""
    from contextlib import suppress

    import torch

    model = torch.nn.Sequential(model, torch.nn.Linear(1000, 2)).train()
    with suppress(RuntimeError):
        module.feature_maps(model, images)
    return sum(len(m._forward_hooks) for m in model.modules()), model.training


def expected_maps(model, images):
    """What the two convolutions of the probe make of the images in evaluation mode."""
    with torch.no_grad():
        first = model.first(images)
        return [first, model.second(F.relu(model.norm.eval()(first)))]


@points(1)
def test_feature_maps_of_every_convolution(student, rng):
    model = draw_probe(rng)
    images = torch.tensor(rng.normal(size=(3, 1, 6, 7)) + 1, dtype=torch.float32)
    expected = expected_maps(model, images)
    result = student.run(call_feature_maps, model, images, True)
    names, maps, _, _, _ = assert_parts(result, 5)
    assert_equal(names, ["first", "second"], name="list of names")
    for name, got, want in zip(names, maps, expected, strict=True):
        assert_close(got, want, rtol=1e-4, atol=1e-5, name=f"array of feature maps of {name!r}")


@points(1)
def test_feature_maps_leave_nothing_behind(student, rng):
    model = nn.Sequential(draw_probe(rng), nn.Flatten())
    images = torch.tensor(rng.normal(size=(2, 1, 6, 7)), dtype=torch.float32)
    for train in (True, False):
        expected = expected_maps(model[0], images)
        result = student.run(call_feature_maps, model, images, train)
        names, maps, mode, hooks, tracked = assert_parts(result, 5)
        assert_equal(names, ["0.first", "0.second"], name="list of names inside a larger model")
        for name, got, want in zip(names, maps, expected, strict=True):
            assert_close(got, want, rtol=1e-4, atol=1e-5, name=f"array of feature maps of {name!r}")
        assert_equal(
            hooks, 0, name="number of hooks left on the model", cause="remove() every hook at the end"
        )
        assert_equal(mode, train, name="mode of the model afterwards (True is training)")
        assert_equal(
            tracked,
            False,
            name="answer to whether the maps carry a gradient",
            cause="is the forward pass under torch.no_grad()?",
        )
    hooks, mode = assert_parts(student.run(feature_maps_of_what_fails, draw_probe(rng), images), 2)
    cause = "what stands in a `finally` happens even then"
    assert_equal(hooks, 0, name="number of hooks left when the forward pass has failed", cause=cause)
    assert_equal(mode, True, name="mode of the model when the forward pass has failed", cause=cause)


def apply_convolution(module, x, weight, bias, grad):
    """Result and gradients of the student's operation."""
    import torch

    x, weight, bias = (t.clone().requires_grad_() for t in (x, weight, bias))
    y = module.Convolution.apply(x, weight, bias)
    return y.detach(), *torch.autograd.grad(y, (x, weight, bias), grad)


@points(0)
def test_convolution_equals_pytorch(student, rng):
    for b, c, f, size, kernel_size in [(2, 3, 4, (6, 5), (3, 2)), (1, 1, 2, (4, 7), (4, 3))]:
        shapes = ((b, c, *size), (f, c, *kernel_size), (f,))
        tensors = [torch.tensor(rng.normal(size=shape), requires_grad=True) for shape in shapes]
        y = F.conv2d(*tensors)
        grad = torch.tensor(rng.normal(size=y.shape))
        inputs = [t.detach() for t in tensors]
        result = assert_parts(student.run(apply_convolution, *inputs, grad), 4)
        expected = (y.detach(), *torch.autograd.grad(y, tensors, grad))
        names = ("result", "gradient by x", "gradient by weight", "gradient by bias")
        for name, got, want in zip(names, result, expected, strict=True):
            assert_close(got, want, name=name)


def train_twin(module, images, labels, weight, bias, steps):
    """Losses of a layer of the student's operation, trained by gradient descent."""
    import torch

    weight, bias = weight.clone().requires_grad_(), bias.clone().requires_grad_()
    optimizer, losses = torch.optim.SGD([weight, bias], lr=0.1), []
    for _ in range(steps):
        optimizer.zero_grad()
        logits = module.Convolution.apply(images, weight, bias).amax(dim=(2, 3))
        loss = torch.nn.functional.cross_entropy(logits, labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses, weight.detach(), bias.detach()


@hidden
@points(0)
def test_convolution_trains_like_its_twin(student, rng):
    images, labels = torch.tensor(rng.normal(size=(8, 2, 6, 5))), torch.tensor(rng.integers(0, 4, size=8))
    layer = nn.Conv2d(2, 4, (3, 2)).double()
    nn.init.normal_(layer.weight, std=0.5, generator=torch.Generator().manual_seed(int(rng.integers(2**31))))
    nn.init.zeros_(layer.bias)
    start = layer.weight.detach().clone(), layer.bias.detach().clone()
    losses, weight, bias = assert_parts(student.run(train_twin, images, labels, *start, 8), 3)
    optimizer, expected = torch.optim.SGD(layer.parameters(), lr=0.1), []
    for _ in range(8):
        optimizer.zero_grad()
        loss = F.cross_entropy(layer(images).amax(dim=(2, 3)), labels)
        loss.backward()
        optimizer.step()
        expected.append(loss.item())
    assert_close(losses, expected, rtol=1e-9, name="list of losses")
    assert_close(weight, layer.weight.detach(), rtol=1e-9, name="weight after training")
    assert_close(bias, layer.bias.detach(), rtol=1e-9, name="bias after training")
