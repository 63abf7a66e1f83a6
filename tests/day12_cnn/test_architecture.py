"""Checks of architecture.py: the same networks built with PyTorch, run and counted."""

import numpy as np
import torch
from torch import nn

from course.testing import assert_equal, assert_raises, assert_unchanged, hidden, points


def build(layers, input_shape):
    """The network in PyTorch, layer by layer, with what it makes of an input: modules and shapes."""
    x, modules, shapes = torch.zeros(2, *input_shape), [], []
    for kind, *options in layers:
        channels = x.shape[1]
        if kind == "conv":
            module = nn.Conv2d(channels, *options)
        elif kind == "dense":
            module = nn.Linear(channels, *options)
        elif kind == "batch_norm":
            module = nn.BatchNorm2d(channels)
        else:
            module = {"max_pool": nn.MaxPool2d, "relu": nn.ReLU, "flatten": nn.Flatten}[kind](*options)
        x = module(x)
        modules.append(module)
        shapes.append(tuple(x.shape[1:]))
    return modules, shapes


def summary_by_torch(layers, input_shape):
    """Shapes and numbers of parameters as PyTorch counts them."""
    modules, shapes = build(layers, input_shape)
    counts = [sum(p.numel() for p in module.parameters()) for module in modules]
    return list(zip(shapes, counts, strict=True))


def draw_network(rng):
    """Two convolutions with everything different in both directions, then dense layers."""
    widths = [int(n) for n in rng.integers(5, 40, size=4)]
    return [
        ("conv", widths[0], (3, 2), (2, 1), (1, 0)),
        ("batch_norm",),
        ("relu",),
        ("max_pool", (2, 3), (2, 1)),
        ("conv", widths[1], (2, 5), (1, 2), (1, 2)),
        ("relu",),
        ("flatten",),
        ("dense", widths[2]),
        ("relu",),
        ("dense", widths[3]),
    ]


@points(1)
def test_summary_of_random_networks(student, rng):
    filters, features, channels, height, width = (int(n) for n in rng.permutation(np.arange(9, 16))[:5])
    for layer, input_shape in [  # each alone, so that the first that fails tells which is miscounted
        (("conv", filters, (3, 2), (1, 1), (0, 0)), (channels, height, width)),
        (("conv", filters, (3, 2), (2, 3), (0, 0)), (channels, height, width)),
        (("conv", filters, (2, 4), (1, 1), (3, 1)), (channels, height, width)),
        (("max_pool", (2, 3), (2, 1)), (channels, height, width)),
        (("batch_norm",), (channels, height, width)),
        (("relu",), (channels, height, width)),
        (("flatten",), (channels, height, width)),
        (("dense", features), (channels * height,)),
    ]:
        result = student.summary([layer], input_shape)
        name = f"summary of one layer, {layer}"
        assert_equal(result, summary_by_torch([layer], input_shape), name=name)
    for _ in range(3):
        layers = draw_network(rng)
        input_shape = tuple(int(n) for n in rng.integers([2, 17, 14], [6, 30, 30]))
        with assert_unchanged(layers):
            result = student.summary(layers, input_shape)
        assert_equal(result, summary_by_torch(layers, input_shape), name="summary")
    with assert_raises(ValueError, cause="a layer of a kind that does not exist is to be a ValueError"):
        student.summary([("relu",), ("avg_pool", (2, 2), (2, 2))], (3, 8, 10))


@hidden
@points(1)
def test_summary_of_a_classic(student, rng):
    classes = int(rng.integers(5, 50))
    layers = [
        ("conv", 6, (5, 5), (1, 1), (2, 2)),
        ("max_pool", (2, 2), (2, 2)),
        ("conv", 16, (5, 5), (1, 1), (0, 0)),
        ("max_pool", (2, 2), (2, 2)),
        ("flatten",),
        ("dense", 120),
        ("dense", 84),
        ("dense", classes),
    ]
    assert_equal(student.summary(layers, (1, 28, 28)), summary_by_torch(layers, (1, 28, 28)), name="summary")
    with assert_raises(ValueError, cause="a layer of a kind that does not exist is to be a ValueError"):
        student.summary([("softmax",)], (3, 8, 8))
    with assert_raises(ValueError, cause="a kernel that does not fit into its input is to be a ValueError"):
        student.summary([("relu",), ("conv", 4, (3, 7), (1, 1), (0, 1))], (2, 9, 4))


def field_by_torch(layers):
    """Height and width of the region of the input on which one number in the middle of the output depends."""
    modules, _ = build(layers, (1, 90, 90))
    x = torch.rand(1, 1, 90, 90, dtype=torch.float64, requires_grad=True)
    y = x
    for module in modules:
        if isinstance(module, nn.MaxPool2d):  # the mean depends on every pixel of its window
            y = nn.functional.avg_pool2d(y, module.kernel_size, module.stride)
        elif isinstance(module, nn.Conv2d):
            nn.init.constant_(module.weight, 1.0)
            y = module.double()(y)
    y[0, 0, y.shape[2] // 2, y.shape[3] // 2].backward()
    rows, columns = x.grad[0, 0].numpy().nonzero()
    return int(rows.max() - rows.min()) + 1, int(columns.max() - columns.min()) + 1


@points(1)
def test_receptive_field_is_where_the_gradient_is_not_zero(student, rng):
    tall, wide = (int(n) for n in rng.permutation([2, 3, 4, 5])[:2])
    conv, pool = ("conv", 2, (tall, wide), (2, 3), (0, 0)), ("max_pool", (wide, tall), (3, 2))
    for layers in ([conv], [conv, conv], [pool], [pool, conv], [conv, pool, conv]):
        name = f"receptive field of {' and '.join(layer[0] for layer in layers)}"
        assert_equal(student.receptive_field(layers), field_by_torch(layers), name=name)
    for _ in range(4):
        s = [int(n) for n in rng.permutation([2, 3])]
        k = [int(n) for n in rng.permutation([2, 3, 4, 5])]
        layers = [
            ("conv", 2, (k[0], k[1]), (s[0], s[1]), (1, 1)),
            ("relu",),
            ("max_pool", (k[3], k[0]), (2, 1)),
            ("batch_norm",),
            ("conv", 3, (k[2], k[3]), (1, 2), (0, 1)),
        ]
        with assert_unchanged(layers):
            result = student.receptive_field(layers)
        assert_equal(result, field_by_torch(layers), name="receptive field")


@hidden
@points(1)
def test_receptive_field_of_stacks(student, rng):
    depth = int(rng.integers(3, 12))
    layers = [("conv", 4, (3, 1), (1, 1), (1, 0))] * depth
    assert_equal(
        student.receptive_field(layers), (2 * depth + 1, 1), name="receptive field of a stack of 3×1"
    )
    assert_equal(
        student.receptive_field([("relu",), ("batch_norm",)]), (1, 1), name="receptive field without a kernel"
    )
    blocks = [("conv", 4, (3, 3), (1, 1), (1, 1)), ("relu",), ("max_pool", (2, 2), (2, 2))] * 3
    assert_equal(student.receptive_field(blocks), field_by_torch(blocks), name="receptive field")
