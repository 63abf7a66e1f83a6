"""Checks of transfer.py: pixels one by one, and what a step of an optimiser really changes."""

import math

import numpy as np
import torch
from torch import nn

from course.testing import (
    assert_close,
    assert_equal,
    assert_parts,
    assert_shape,
    assert_that,
    assert_unchanged,
    hidden,
    points,
)
from course.testing.networks import draw, fill


@points(2)
def test_preprocess_pixel_by_pixel(student, rng):
    for n, h, w, side in [(2, 5, 9, 4), (1, 6, 6, 4), (3, 4, 6, 3)]:
        images = torch.tensor(rng.integers(0, 256, size=(n, h, w, 3)), dtype=torch.uint8)
        mean, std = rng.uniform(0.3, 0.6, size=3).tolist(), rng.uniform(0.1, 0.4, size=3).tolist()
        with assert_unchanged(images):
            result = student.preprocess(images, side, mean, std)
        top, left = (h - side) // 2, (w - side) // 2
        expected = [
            [
                [
                    [(float(image[top + i, left + j, k]) / 255 - mean[k]) / std[k] for j in range(side)]
                    for i in range(side)
                ]
                for k in range(3)
            ]
            for image in images
        ]
        assert_close(result, np.array(expected), name="picture", rtol=1e-5, atol=1e-5)


@points(1)
def test_top_k_of_names(student, rng):
    for c, k in [(6, 3), (4, 4), (5, 1)]:
        logits = 2 * draw(rng, c)
        names = [
            f"{word}" for word in rng.permutation(["cat", "dog", "boat", "tree", "cup", "pen"])[:c].tolist()
        ]
        with assert_unchanged(logits, names):
            result = student.top_k(logits, names, k)
        total = sum(map(math.exp, logits.tolist()))
        expected = sorted(zip(logits.tolist(), names, strict=True), reverse=True)[:k]
        for (logit, name), row in zip(expected, assert_parts(result, k), strict=True):
            said, p = assert_parts(row, 2)
            assert_equal(said, name, name="name")
            assert_close(p, math.exp(logit) / total, name="probability")


def new_network(rng, classes=4):
    """A body with batch normalisation and dropout, and a head, all with random numbers."""
    layers = [nn.Linear(5, 7), nn.BatchNorm1d(7), nn.Tanh(), nn.Dropout(0.5), nn.Linear(7, 6), nn.Tanh()]
    network = fill(nn.Sequential(*layers, nn.Linear(6, classes)), rng)
    network[1].running_mean.copy_(draw(rng, 7))
    network[1].running_var.copy_(torch.tensor(rng.uniform(0.5, 2, size=7)))
    return network


def put_in(module, network, state):
    """What came back, the numbers afterwards by name, and which parameters require a gradient."""
    names = module.load_body(network, state)
    after = {name: value.detach() for name, value in network.state_dict().items()}
    return [list(names), after, [p.requires_grad for p in network.parameters()]]


def refuse(module, network, state):
    """The kind of error, and the numbers afterwards."""
    kind = ""
    try:
        module.load_body(network, state)
    except ValueError:
        kind = "ValueError"
    return [kind, [value.detach() for value in network.state_dict().values()]]


@points(2)
def test_load_body_of_another_head(student, rng):
    """Other classes; nothing to spare; a tensor of another shape in the middle, and names that nobody has."""
    for other, spoilt in ((4, ()), (7, ()), (2, ("1.running_mean", "5.weight", "0.bias"))):
        network, source = new_network(rng), new_network(rng, other)
        state = {name: value.clone() for name, value in source.state_dict().items()}
        state["1.num_batches_tracked"] += 3
        for name in spoilt:
            state[name] = draw(rng, 3, 2)
        before = {name: value.clone() for name, value in network.state_dict().items()}
        fits = [name for name, value in before.items() if value.shape == state[name].shape]
        with assert_unchanged(state):
            names, after, asked = assert_parts(student.run(put_in, network, state), 3)
        for name in before:
            kind = "that the file knows" if name in fits else "that does not fit"
            wanted = state[name] if name in fits else before[name]
            assert_close(after[name], wanted, name=f"tensor {name}, {kind},")
        assert_equal(
            names, [name for name in before if name not in fits], name="list of names that were kept"
        )
        assert_equal(asked, [True] * 8, name="list of which parameters ask for a gradient")
    network = new_network(rng)
    state = {f"body.{name}": value.clone() for name, value in network.state_dict().items()}
    kind, _ = assert_parts(student.run(refuse, network, state), 2)
    assert_equal(kind, "ValueError", name="kind of error for a file whose names are all others")


@hidden
@points(1)
def test_load_body_of_another_network(student, rng):
    """One name in common is enough; none is an error; frozen parameters stay frozen, and float32 numbers go in."""
    network, other = new_network(rng), new_network(rng)
    network[0].requires_grad_(False)
    state = {"4.weight": draw(rng, 6, 7).float(), "module.4.bias": draw(rng, 6), "epoch": torch.tensor(7)}
    names, after, asked = assert_parts(student.run(put_in, network, state), 3)
    assert_close(after["4.weight"], state["4.weight"], name="tensor 4.weight")
    assert_close(after["0.weight"], network[0].weight.detach(), name="tensor 0.weight, which the file lacks,")
    own = list(network.state_dict())
    assert_equal(names, [name for name in own if name != "4.weight"], name="list of names that were kept")
    assert_equal(asked, [False] * 2 + [True] * 6, name="list of which parameters ask for a gradient")
    before = [value.clone() for value in other.state_dict().values()]
    for state in ({"body.0.weight": draw(rng, 7, 5)}, {"0.weight": draw(rng, 5, 7), "6.bias": draw(rng, 9)}):
        kind, after = assert_parts(student.run(refuse, other, state), 2)
        assert_equal(kind, "ValueError", name="kind of error for the file of another network")
        for found, wanted in zip(assert_parts(after, len(before)), before, strict=True):
            assert_close(found, wanted, name="tensor of the network, unchanged,")


def picture_network(rng, classes=3):
    """A smooth network of pictures with batch normalisation, in training mode."""
    layers = [nn.Conv2d(2, 4, 3), nn.BatchNorm2d(4), nn.Tanh(), nn.Dropout(0.5), nn.Flatten()]
    network = fill(nn.Sequential(*layers, nn.Linear(4 * 3 * 2, classes)), rng)
    network[1].running_mean.copy_(draw(rng, 4))
    network[1].running_var.copy_(torch.tensor(rng.uniform(0.5, 2, size=4)))
    return network


def try_to_fool(module, network, modes, *arguments):
    """The pictures, whether they have a graph, the modes, the statistics, and whether a gradient was left."""
    for part, mode in zip(network.modules(), modes, strict=True):
        part.training = mode
    x = module.fool(network, *arguments)
    graph = bool(getattr(x, "requires_grad", False))
    left = any(p.grad is not None for p in network.parameters())
    x = x.detach() if graph else x
    return [x, graph, [m.training for m in network.modules()], list(network.buffers()), left]


def fool_by_steps(network, images, targets, radius, steps, mean, std):
    """Bounds written as an interval, which is the same as two steps back."""
    low, high = (images - radius).clamp(min=0), (images + radius).clamp(max=1)
    centre, spread = (torch.tensor(v, dtype=torch.float64)[:, None, None] for v in (mean, std))
    x = images
    for _ in range(steps):
        start = x.detach().requires_grad_()
        p = network.eval()((start - centre) / spread).softmax(dim=1)
        (slope,) = torch.autograd.grad(p[torch.arange(len(x)), targets].log().sum(), start)
        x = torch.minimum(torch.maximum(x + 2.5 * radius / steps * slope.sign(), low), high)
    return x


@points(0)
def test_fool_step_by_step(student, rng):
    for n, radius, steps in [(3, 0.1, 1), (2, 0.3, 5), (1, 0.05, 4)]:
        network, images = picture_network(rng), torch.tensor(rng.uniform(size=(n, 2, 5, 4)))
        targets = torch.tensor(rng.integers(0, 3, size=n))
        mean, std = rng.uniform(0.3, 0.6, size=2).tolist(), rng.uniform(0.1, 0.4, size=2).tolist()
        modes = [bool(b) or n == 3 for b in rng.uniform(size=7) < 0.5]
        statistics = [b.clone() for b in network.buffers()]
        arguments = images, targets, radius, steps, mean, std
        with assert_unchanged(images, targets, mean, std):
            parts = assert_parts(student.run(try_to_fool, network, modes, *arguments), 5)
        x, graph, after, buffers, left = parts
        assert_close(x, fool_by_steps(network, *arguments), name="array of changed pictures")
        assert_equal(graph, False, name="question whether there is a graph")
        assert_equal(left, False, name="question whether a gradient is left behind")
        assert_equal(after, modes, name="list of the modes afterwards")
        for found, before in zip(assert_parts(buffers, 3), statistics, strict=True):
            assert_close(found, before, name="statistic of batch normalisation")


@hidden
@points(0)
def test_fool_one_line(student, rng):
    """Where the logits are lines, every pixel goes as far as it may, the way of the difference of two weights."""
    images = torch.tensor(rng.uniform(size=(5, 1, 3, 4)))
    network = fill(nn.Sequential(nn.Flatten(), nn.Linear(12, 2)), rng)
    with torch.no_grad():
        network[1].weight[:, int(rng.integers(12))] = 0  # a pixel that is not looked at stays
    targets = torch.tensor([0, 1, 1, 0, 1])
    x = student.fool(network, images, targets, 0.2, 7, [0.5], [0.25])
    weight = network[1].weight.detach().numpy()
    way = np.sign(weight[1] - weight[0]).reshape(1, 1, 3, 4)
    signs = np.where(targets.numpy() == 1, 1, -1)[:, None, None, None]
    expected = np.clip(images.numpy() + 0.2 * signs * way, 0, 1)
    assert_close(x, expected, name="array of changed pictures")


def leaves(network):
    """The modules that hold no others, in their order."""
    return [module for module in network.modules() if not list(module.children())]


def describe_head(module, network, classes, leaves):
    """Sizes of the new head, whether it has a bias, whether the body is the same, and whether the old one is."""
    import torch

    old, before = list(network), [p.detach().clone() for p in network.parameters()]
    new = module.replace_head(network, classes)
    weight, bias = new[-1].weight, new[-1].bias
    body = leaves(new)[:-1]
    same = len(body) == len(old) - 1 and all(a is b for a, b in zip(old[:-1], body, strict=True))
    kept = len(network) == len(old) and all(a is b for a, b in zip(old, network, strict=True))
    kept = kept and all(torch.equal(a, b) for a, b in zip(before, network.parameters(), strict=True))
    return [list(weight.shape), bias is not None, bool(same), bool(kept), weight.detach(), len(body)]


def say_with_new_head(module, network, classes, x):
    """What the new head says, by itself and by hand, and what the old network says."""
    import torch

    new = module.replace_head(network, classes)
    network.eval(), new.eval()
    with torch.no_grad():
        features = network[:-1](x).to(new[-1].weight.dtype)
        return [new[-1](features), features @ new[-1].weight.T + new[-1].bias, network(x)]


@points(2)
def test_replace_head_keeps_the_body(student, rng):
    heads = []
    for classes in (3, 9, 3):
        network, x = new_network(rng), draw(rng, 5, 5)
        parts = assert_parts(student.run(describe_head, network, classes, leaves), 6)
        shape, bias, same, kept, weight, body = parts
        assert_equal(body, 6, name="number of modules before the new head")
        assert_equal(shape, [classes, 6], name="shape of the weights of the new head")
        assert_that(bool(bias), "The new head has no bias.")
        assert_that(bool(kept), "The network that is given must keep its own parameters and its head.")
        assert_that(bool(same), "The body of the new network must be the same modules, in the same order.")
        said, by_hand, old = assert_parts(student.run(say_with_new_head, network, classes, x), 3)
        assert_shape(said, (5, classes), name="array of logits")
        assert_close(said, by_hand, name="array of logits of the new head", rtol=1e-4)
        with torch.no_grad():
            assert_close(old, network.eval()(x), name="array of logits of the old network")
        heads.append(np.asarray(weight).std())
    assert_that(min(heads) > 0.05, "The weights of a new head are random numbers, as PyTorch draws them.")


def train_frozen(module, network, frozen, batches, labels):
    """Freeze, take steps, and tell what has changed."""
    import torch
    from torch.nn.functional import cross_entropy

    for p, mode in zip(network.parameters(), frozen, strict=True):
        p.requires_grad_(not mode)
    network.eval()
    module.freeze_body(network)
    modes = [f"{name}: {type(m).__name__}" for name, m in network.named_modules() if name and not m.training]
    asked = [name for name, p in network.named_parameters() if p.requires_grad]
    learning = [p for p in network.parameters() if p.requires_grad]
    optimizer = torch.optim.SGD(learning, lr=0.5) if learning else None
    torch.manual_seed(0)
    for x, y in zip(batches, labels, strict=True) if learning else ():
        optimizer.zero_grad()
        cross_entropy(network(x), y).backward()
        optimizer.step()
    return [modes, asked, [p.detach() for p in network.parameters()], list(network.buffers())]


@points(3)
def test_freeze_body_and_train(student, rng):
    for frozen in ([False] * 8, [True] * 8):
        network = new_network(rng)
        batches = [draw(rng, 6, 5) for _ in range(3)]
        labels = [torch.tensor(rng.integers(0, 4, size=6)) for _ in range(3)]
        parts = assert_parts(student.run(train_frozen, network, frozen, batches, labels), 4)
        modes, asked, parameters, buffers = parts
        assert_equal(asked, ["6.weight", "6.bias"], name="list of the parameters that ask for a gradient")
        assert_equal(modes, ["1: BatchNorm1d"], name="list of the modules in evaluation mode")
        for found, before in zip(assert_parts(parameters, 8)[:6], network.parameters(), strict=False):
            assert_close(found, before.detach(), name="parameter of the body")
        for found, before in zip(assert_parts(buffers, 3), network.buffers(), strict=True):
            assert_close(found, before, name="statistic of batch normalisation")
        moved = np.abs(np.asarray(parameters[6]) - network[-1].weight.detach().numpy()).max()
        assert_that(bool(moved > 1e-4), "The head must learn: its weights have not changed.")
    block = nn.Sequential(nn.Linear(5, 7), nn.BatchNorm1d(7), nn.Tanh())
    network = fill(nn.Sequential(block, nn.Dropout(0.5), nn.Linear(7, 4)), rng)
    modes, *_ = assert_parts(student.run(train_frozen, network, [False] * 6, batches, labels), 4)
    inside = "list of the modules in evaluation mode, one inside of a block,"
    assert_equal(modes, ["0.1: BatchNorm1d"], name=inside)


@hidden
@points(1)
def test_freeze_body_of_pictures(student, rng):
    """Batch normalisation is found just before the head, and inside of a block."""
    block = nn.Sequential(nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.ReLU())
    network = fill(
        nn.Sequential(block, nn.Flatten(), nn.BatchNorm1d(3 * 4 * 4), nn.Linear(3 * 4 * 4, 4)), rng
    )
    batches = [draw(rng, 5, 1, 6, 6) + 1]
    labels = [torch.tensor(rng.integers(0, 4, size=5))]
    parts = assert_parts(student.run(train_frozen, network, [False] * 8, batches, labels), 4)
    modes, asked, parameters, buffers = parts
    assert_equal(asked, ["3.weight", "3.bias"], name="list of the parameters that ask for a gradient")
    expected = ["0.1: BatchNorm2d", "2: BatchNorm1d"]
    assert_equal(modes, expected, name="list of the modules in evaluation mode")
    for found, before in zip(assert_parts(buffers, 6), network.buffers(), strict=True):
        assert_close(found, before, name="statistic of batch normalisation")
    moved = np.abs(np.asarray(parameters[6]) - network[-1].weight.detach().numpy()).max()
    assert_that(bool(moved > 1e-4), "The head must learn: its weights have not changed.")


def look(module, network, x, modes):
    """Features, whether they have a graph, the modes afterwards, and the statistics."""
    for part, mode in zip(network.modules(), modes, strict=True):
        part.training = mode
    features = module.extract_features(network, x)
    graph = bool(getattr(features, "requires_grad", False))
    return [features, graph, [m.training for m in network.modules()], list(network.buffers())]


@points(2)
def test_extract_features_layer_by_layer(student, rng):
    for n in (6, 1, 3):
        network, x = new_network(rng), draw(rng, n, 5)
        statistics = [b.clone().numpy() for b in network.buffers()]
        modes = [bool(b) for b in rng.uniform(size=8) < 0.5]
        with assert_unchanged(x):
            parts = assert_parts(student.run(look, network, x, modes), 4)
        features, graph, after, buffers = parts
        numbers = [p.detach().numpy() for p in network.parameters()]
        hidden_ = x.numpy() @ numbers[0].T + numbers[1]
        hidden_ = (hidden_ - statistics[0]) / np.sqrt(statistics[1] + 1e-5) * numbers[2] + numbers[3]
        expected = np.tanh(np.tanh(hidden_) @ numbers[4].T + numbers[5])
        assert_close(features, expected, name="array of features")
        assert_equal(graph, False, name="question whether there is a graph")
        assert_equal(after, modes, name="list of the modes afterwards")
        for found, before in zip(assert_parts(buffers, 3), statistics, strict=True):
            assert_close(found, before, name="statistic of batch normalisation")


def step_in_groups(module, network, frozen, rates, x, y):
    """The sizes and rates of the groups, and all parameters after a step with them."""
    import torch
    from torch.nn.functional import cross_entropy

    network.eval()
    for p, mode in zip(network.parameters(), frozen, strict=True):
        p.requires_grad_(not mode)
    groups = module.parameter_groups(network, *rates)
    if any(iter(group["params"]) is group["params"] for group in groups):
        return [[], [], False]
    sizes = [[sum(p.numel() for p in group["params"]), float(group["lr"])] for group in groups]
    optimizer = torch.optim.SGD(groups, lr=100.0)
    cross_entropy(network(x), y).backward()
    optimizer.step()
    return [sizes, [p.detach() for p in network.parameters()], True]


@points(2)
def test_parameter_groups_take_steps_of_their_own(student, rng):
    for frozen in ([False] * 8, [True] * 4 + [False] * 4, [True] * 6 + [False] * 2, [False] * 6 + [True] * 2):
        network, x = new_network(rng), draw(rng, 7, 5)
        network = nn.Sequential(*network[:5], network[6])  # with parameters just before the head
        y, rates = torch.tensor(rng.integers(0, 4, size=7)), rng.uniform(0.01, 0.5, size=2).tolist()
        parts = assert_parts(student.run(step_in_groups, network, frozen, rates, x, y), 3)
        used_up = 'The "params" of a group are to be a list: what is read once only is empty the second time.'
        assert_that(bool(parts[2]), used_up)
        parameters = list(network.eval().parameters())
        loss = torch.nn.functional.cross_entropy(network(x), y)
        grads = torch.autograd.grad(loss, parameters)
        expected, sizes = [], []
        for i, (p, g) in enumerate(zip(parameters, grads, strict=True)):
            expected.append((p - (0 if frozen[i] else rates[i >= 6]) * g).detach().numpy())
        for part, rate in ((range(6), rates[0]), (range(6, 8), rates[1])):
            count = sum(parameters[i].numel() for i in part if not frozen[i])
            sizes += [[count, rate]] if count else []
        assert_close(np.array(parts[0]), np.array(sizes), name="table of the groups: numbers and rates")
        for found, want in zip(assert_parts(parts[1], 8), expected, strict=True):
            assert_close(found, want, name="parameter after a step")
