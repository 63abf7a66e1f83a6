"""Checks of layers.py: values and gradients against PyTorch, shares and scales of what is drawn at random."""

import numpy as np
import torch
from scipy.stats import norm
from torch.nn import functional as F

from course.testing import (
    assert_between,
    assert_close,
    assert_dtype,
    assert_finite,
    assert_parts,
    assert_raises,
    assert_that,
    assert_unchanged,
    compare_by,
    hidden,
    points,
)


def normal(rng, *shapes, dtype=np.float64):
    return [(rng.normal(size=shape) + 0.3).astype(dtype) for shape in shapes]


def applied(module, name, arrays, seed, *settings):
    """A function of tensors: its array, and the gradients of the sum of seed times it."""
    from day17_library.engine import Tensor

    leaves = [Tensor(array) for array in arrays]
    y = getattr(module, name)(*leaves, *settings)
    if np.shape(y.data) != seed.shape:
        return y.data, []
    y.backward(seed)
    return y.data, [leaf.grad for leaf in leaves]


def layered(module, name, settings, parameters, x, seed, training=True, calls=1):
    """A layer with given parameters: its array, the gradients by x and by its parameters, and what it remembers."""
    from day17_library.engine import Tensor

    layer = getattr(module, name)(*[np.random.default_rng(1) if s == "rng" else s for s in settings])
    for key, value in parameters.items():
        getattr(layer, key).data = value
    layer.training = training
    for _ in range(calls):
        leaf = Tensor(x)
        y = layer(leaf)
    if np.shape(y.data) != seed.shape:
        return y.data, [], []
    y.backward(seed)
    remembered = [
        np.array(getattr(layer, key)) for key in ("running_mean", "running_var") if hasattr(layer, key)
    ]
    return y.data, [leaf.grad] + [getattr(layer, key).grad for key in parameters], remembered


def of_array(module, name, settings, parameters, x):
    """A layer that is judged, for an array in the place of a tensor."""
    layer = getattr(module, name)(*[np.random.default_rng(1) if s == "rng" else s for s in settings])
    for key, value in parameters.items():
        getattr(layer, key).data = value
    layer.training = False
    return layer(x).data


def by_torch(f, arrays, seed):
    """The same by autograd."""
    leaves = [torch.tensor(array, requires_grad=True) for array in arrays]
    y = f(*leaves)
    gradients = torch.autograd.grad(y, leaves, torch.tensor(seed))
    return y.detach().numpy(), [g.numpy() for g in gradients]


def shape_of(f, arrays):
    return tuple(f(*map(torch.tensor, arrays)).shape)


def assert_same(found, expected, names, cause="", rtol=1e-6, atol=1e-8):
    """The array, and the gradients by what has these names."""
    data, gradients = found[0], found[1]
    assert_close(data, expected[0], name="array of the result", cause=cause, rtol=rtol, atol=atol)
    for gradient, right, name in zip(assert_parts(gradients, len(names)), expected[1], names, strict=True):
        assert_close(gradient, right, name=f"gradient by {name}", cause=cause, rtol=rtol, atol=atol)


def assert_function(student, rng, name, f, arrays, settings=(), cause="", single=False):
    """A function of the module is f of PyTorch: values and gradients."""
    seed = np.asarray(rng.normal(size=shape_of(f, arrays)) + 0.3).astype(arrays[0].dtype)
    with assert_unchanged(*arrays):
        found = assert_parts(student.run(applied, name, arrays, seed, *settings), 2)
    rtol, atol = (1e-4, 1e-4) if single else (1e-6, 1e-8)
    assert_same(found, by_torch(f, arrays, seed), ["x", "y", "z"][: len(arrays)], cause, rtol, atol)
    if single:
        assert_dtype(found[0], np.float32, name="array of the result")
        assert_dtype(found[1][0], np.float32, name="gradient by x")


def assert_layer(student, rng, name, settings, f, x, parameters, cause="", training=True, single=False):
    """A layer is f of PyTorch, of x and its parameters."""
    arrays = [x, *parameters.values()]
    seed = np.asarray(rng.normal(size=shape_of(f, arrays)) + 0.3).astype(x.dtype)
    with assert_unchanged(x):
        found = student.run(layered, name, settings, parameters, x, seed, training)
    rtol, atol = (1e-4, 1e-4) if single else (1e-6, 1e-8)
    assert_same(assert_parts(found, 3), by_torch(f, arrays, seed), ["x", *parameters], cause, rtol, atol)
    if single:
        assert_dtype(found[0], np.float32, name="array of the result")
        assert_dtype(found[1][0], np.float32, name="gradient by x")


def fresh(module, inputs, outputs, seed):
    from day17_library.modules import Parameter

    layer = module.Linear(inputs, outputs, np.random.default_rng(seed))
    kinds = [isinstance(part, Parameter) for part in (layer.weight, layer.bias)]
    return layer.weight.data, layer.bias.data, kinds


def spread_of(weight):
    return float(np.mean(weight)) * np.sqrt(np.shape(weight)[0]), float(np.std(weight)) * np.sqrt(
        np.shape(weight)[0]
    )


def alike(first, again):
    """Whether two layers have the same weights, and how these are spread."""
    return float(np.array_equal(first, again)), spread_of(again)[1]


@points(1)
def test_linear_begins_like_he(student, rng):
    """Of 40,000 numbers the spread is known to 0.4 %."""
    for inputs, outputs in [(50, 800), (400, 100)]:
        weight, bias, kinds = assert_parts(student.run(fresh, inputs, outputs, int(rng.integers(10**6))), 3)
        compare_by(spread_of, weight, slack=0.05)
        assert_close(np.shape(weight), (inputs, outputs), name="shape of the weights")
        assert_between(
            float(np.std(weight)) * np.sqrt(inputs),
            1.38,
            1.45,
            name="spread of the weights, times √inputs",
        )
        assert_between(
            float(np.mean(weight)) * np.sqrt(inputs),
            -0.05,
            0.05,
            name="mean of the weights, times √inputs",
        )
        assert_close(bias, np.zeros(outputs), name="array of biases at the beginning")
        assert_that(list(kinds) == [True, True], "The weights or the biases are no Parameter.")
    first, again = (assert_parts(student.run(fresh, 60, 50, 7), 3)[0] for _ in range(2))
    compare_by(alike, first, again, slack=0.05)
    cause = "all that is drawn comes from the generator that the layer is given"
    assert_close(
        again, first, name="array of weights of a second layer, with an equal generator", cause=cause
    )


@points(1)
def test_linear_of_any_number_of_axes(student, rng):
    for front, inputs, outputs in [((4,), 3, 2), ((2, 5), 3, 4), ((2, 3, 2), 1, 3), ((1,), 4, 1)]:
        x, weight, bias = normal(rng, (*front, inputs), (inputs, outputs), (outputs,))
        parameters = {"weight": weight, "bias": bias}
        settings = (inputs, outputs, "rng")
        assert_layer(student, rng, "Linear", settings, lambda x, w, b: x @ w + b, x, parameters)
        y = student.run(of_array, "Linear", settings, parameters, x)
        assert_close(y, x @ weight + bias, name="array of the result for an array")
    x, weight, bias = normal(rng, (4, 3), (3, 2), (2,), dtype=np.float32)
    parameters = {"weight": weight, "bias": bias}
    assert_layer(student, rng, "Linear", (3, 2, "rng"), lambda x, w, b: x @ w + b, x, parameters, single=True)


def embedded(module, table, numbers, seed):
    layer = module.Embedding(*table.shape, np.random.default_rng(0))
    layer.weight.data = table
    y = layer.forward(numbers)
    y.backward(seed)
    return y.data, layer.weight.grad


def error_of(module, table, numbers):
    layer = module.Embedding(*table.shape, np.random.default_rng(0))
    layer.weight.data = table
    return layer.forward(numbers).data


@points(1)
def test_embedding_forward_looks_up(student, rng):
    for shape, count, features in [((4, 5), 6, 3), ((9,), 4, 2), ((2, 1, 3), 5, 1), ((1,), 3, 2)]:
        (table,) = normal(rng, (count, features))
        numbers = rng.integers(0, count, size=shape)
        (seed,) = normal(rng, (*shape, features))
        with assert_unchanged(table, numbers):
            y, gradient = assert_parts(student.run(embedded, table, numbers, seed), 2)
        assert_close(y, table[numbers], name="array of the result")
        right = np.zeros_like(table)
        np.add.at(right, numbers, seed)
        assert_close(
            gradient,
            right,
            name="gradient by the table",
            cause="a thing that stands there twice gets both gradients",
        )
    for wrong in (-1, count):
        with assert_raises(IndexError):
            student.run(error_of, table, np.array([0, wrong, 1]))


def windows_by_torch(size, stride, padding):
    def f(x):
        n, _, height, width = x.shape
        rows, columns = ((length + 2 * padding - size) // stride + 1 for length in (height, width))
        return F.unfold(x, size, padding=padding, stride=stride).transpose(1, 2).reshape(n, rows, columns, -1)

    return f


IM2COL = [((2, 3, 5, 4), 2, 1, 0), ((1, 2, 6, 5), 3, 1, 0), ((3, 1, 4, 6), 1, 1, 0), ((2, 2, 3, 3), 3, 1, 0)]
STRIDED = [((2, 2, 5, 6), 3, 1, 1), ((2, 3, 7, 6), 2, 2, 0), ((1, 2, 6, 7), 3, 2, 1), ((2, 1, 8, 5), 2, 3, 0)]


@points(2)
def test_im2col_of_windows_side_by_side(student, rng):
    for shape, size, stride, padding in IM2COL:
        cause = "a pixel that lies in several windows gets the sum of their gradients"
        f = windows_by_torch(size, stride, padding)
        assert_function(student, rng, "im2col", f, normal(rng, shape), (size, stride, padding), cause)
    (x,) = normal(rng, (2, 2, 4, 5), dtype=np.float32)
    assert_function(student, rng, "im2col", windows_by_torch(2, 1, 0), [x], (2,), single=True)


@points(1)
def test_im2col_with_stride_and_padding(student, rng):
    for shape, size, stride, padding in STRIDED:
        f = windows_by_torch(size, stride, padding)
        assert_function(student, rng, "im2col", f, normal(rng, shape), (size, stride, padding))


@hidden
@points(1)
def test_im2col_of_random_sizes(student, rng):
    for _ in range(4):
        size, stride, padding = int(rng.integers(1, 4)), int(rng.integers(1, 4)), int(rng.integers(0, 3))
        shape = (
            int(rng.integers(1, 3)),
            int(rng.integers(1, 4)),
            *(int(n) for n in rng.integers(4, 9, size=2)),
        )
        f = windows_by_torch(size, stride, padding)
        assert_function(student, rng, "im2col", f, normal(rng, shape), (size, stride, padding))


def convolution(stride, padding):
    return lambda x, w, b: F.conv2d(x, w, b, stride=stride, padding=padding)


def assert_convolution(student, rng, shape, outputs, size, stride, padding, dtype=np.float64):
    x, weight, bias = normal(rng, shape, (outputs, shape[1], size, size), (outputs,), dtype=dtype)
    settings = (shape[1], outputs, size, "rng", stride, padding)
    parameters = {"weight": weight, "bias": bias}
    f = convolution(stride, padding)
    assert_layer(student, rng, "Conv2d", settings, f, x, parameters, single=dtype == np.float32)


@points(1)
def test_conv2d_forward_with_several_channels(student, rng):
    for shape, outputs, size in [
        ((2, 3, 5, 4), 4, 3),
        ((1, 1, 4, 6), 2, 2),
        ((3, 2, 3, 3), 1, 3),
        ((2, 4, 3, 5), 3, 1),
    ]:
        assert_convolution(student, rng, shape, outputs, size, 1, 0)
    assert_convolution(student, rng, (2, 2, 4, 5), 3, 2, 1, 0, np.float32)


@points(1)
def test_conv2d_forward_with_stride_and_padding(student, rng):
    for shape, outputs, size, stride, padding in [
        ((2, 3, 6, 5), 4, 3, 1, 1),
        ((2, 2, 7, 6), 3, 3, 2, 1),
        ((1, 3, 5, 8), 2, 2, 2, 0),
        ((1, 1, 4, 4), 2, 3, 3, 2),
    ]:
        assert_convolution(student, rng, shape, outputs, size, stride, padding)


@points(1)
def test_max_pool2d_of_whole_windows(student, rng):
    for shape, size in [((2, 3, 4, 6), 2), ((1, 2, 6, 3), 3), ((3, 1, 4, 4), 4), ((2, 2, 3, 5), 1)]:
        assert_function(
            student, rng, "max_pool2d", lambda x, s=size: F.max_pool2d(x, s), normal(rng, shape), (size,)
        )
    (x,) = normal(rng, (2, 2, 4, 4), dtype=np.float32)
    assert_function(student, rng, "max_pool2d", lambda x: F.max_pool2d(x, 2), [x - 5], (2,), single=True)


@points(1)
def test_max_pool2d_leaves_out_what_fills_no_window(student, rng):
    for shape, size in [((2, 3, 5, 7), 2), ((1, 2, 8, 4), 3), ((2, 1, 7, 5), 5)]:
        assert_function(
            student, rng, "max_pool2d", lambda x, s=size: F.max_pool2d(x, s), normal(rng, shape), (size,)
        )
    x = np.repeat(np.repeat(rng.normal(size=(2, 2, 3, 2)), 2, axis=2), 2, axis=3)
    seed = rng.uniform(0.5, 2, size=(2, 2, 3, 2))
    y, (gradient,) = assert_parts(student.run(applied, "max_pool2d", [x], seed, 2), 2)
    assert_close(y, x[:, :, ::2, ::2], name="array of the result, where all entries of a window are equal")
    windows = np.sort(
        np.reshape(gradient, (2, 2, 3, 2, 2, 2)).transpose(0, 1, 2, 4, 3, 5).reshape(2, 2, 3, 2, 4)
    )
    right = np.concatenate([np.zeros((2, 2, 3, 2, 3)), seed[..., None]], axis=-1)
    cause = "of entries that are equally large, one gets the gradient"
    assert_close(windows, right, name="array of the gradients of each window, sorted", cause=cause)


def batch_norm(x, weight, bias):
    return F.batch_norm(x, None, None, weight, bias, training=True)


BATCHES = [((5, 3), 1.0), ((2, 4), 3.0), ((6, 1), 0.4)]
IMAGES = [((2, 3, 4, 5), 2.0), ((1, 2, 3, 1), 1.0), ((4, 1, 1, 1), 0.6)]


def assert_batch_norm(student, rng, shape, scale, dtype=np.float64):
    x, weight, bias = normal(rng, shape, (shape[1],), (shape[1],), dtype=dtype)
    x, parameters = (x * dtype(scale)).astype(dtype), {"weight": weight, "bias": bias}
    cause = "the mean and the variance depend on x too, and the variance is divided by the count"
    single = dtype == np.float32
    assert_layer(student, rng, "BatchNorm", (shape[1],), batch_norm, x, parameters, cause, single=single)


@points(2)
def test_batch_norm_forward_in_training(student, rng):
    for shape, scale in BATCHES:
        assert_batch_norm(student, rng, shape, scale)
    assert_batch_norm(student, rng, (6, 3), 1.0, np.float32)


@points(1)
def test_batch_norm_forward_of_images(student, rng):
    for shape, scale in IMAGES:
        assert_batch_norm(student, rng, shape, scale)
    assert_raises_for_single(student, rng)


def assert_raises_for_single(student, rng):
    for shape in [(1, 3), (1, 2, 1, 1)]:
        x, weight, bias = normal(rng, shape, (shape[1],), (shape[1],))
        with assert_raises(ValueError):
            student.run(layered, "BatchNorm", (shape[1],), {"weight": weight, "bias": bias}, x, x)


def judged(module, shape, batches, x, seed):
    """A layer that has learnt on batches is judged: its array, the gradient by x, and what it remembers."""
    from day17_library.engine import Tensor

    layer = module.BatchNorm(shape, 0.3)
    layer.weight.data, layer.bias.data = np.linspace(0.5, 2, shape), np.linspace(-1, 1, shape)
    for batch in batches:
        layer.forward(batch)
    layer.training = False
    leaf = Tensor(x)
    y = layer.forward(leaf)
    y.backward(seed)
    return y.data, leaf.grad, layer.running_mean, layer.running_var


def assert_judged(student, rng, shape):
    """A layer that has seen two batches is judged: PyTorch's layer says the same."""
    features = shape[1]
    batches = normal(rng, (6, *shape[1:]), (5, *shape[1:]))
    x, seed = normal(rng, shape, shape)
    found = assert_parts(student.run(judged, features, batches, 2 * x, seed), 4)
    kind = torch.nn.BatchNorm1d if len(shape) == 2 else torch.nn.BatchNorm2d
    layer = kind(features, momentum=0.3, dtype=torch.float64)
    layer.weight.data = torch.linspace(0.5, 2, features, dtype=torch.float64)
    layer.bias.data = torch.linspace(-1, 1, features, dtype=torch.float64)
    for batch in batches:
        layer(torch.tensor(batch))
    layer.eval()
    leaf = torch.tensor(2 * x, requires_grad=True)
    y = layer(leaf)
    (gradient,) = torch.autograd.grad(y, leaf, torch.tensor(seed))
    expected = (y.detach().numpy(), gradient.numpy(), layer.running_mean.numpy(), layer.running_var.numpy())
    names = ("array of the result", "gradient by x", "running mean", "running variance")
    cause = "while training is False, the running mean and variance are used"
    for part, right, name in zip(found, expected, names, strict=True):
        assert_close(part, right, name=f"{name}, while it is judged,", cause=cause)


@points(1)
def test_batch_norm_forward_remembers(student, rng):
    for shape, momentum, calls in [((5, 3), 0.1, 1), ((2, 4), 0.3, 3), ((3, 2, 2, 4), 0.25, 2)]:
        x, weight, bias = normal(rng, shape, (shape[1],), (shape[1],))
        parameters = {"weight": weight, "bias": bias}
        found = student.run(layered, "BatchNorm", (shape[1], momentum), parameters, x, x, True, calls)
        layer = (
            torch.nn.BatchNorm1d(shape[1], momentum=momentum, dtype=torch.float64) if x.ndim == 2 else None
        )
        layer = layer or torch.nn.BatchNorm2d(shape[1], momentum=momentum, dtype=torch.float64)
        for _ in range(calls):
            layer(torch.tensor(x))
        y, _, remembered = assert_parts(found, 3)
        expected = batch_norm(*map(torch.tensor, (x, weight, bias))).numpy()
        assert_close(y, expected, name="array of the result")
        mean, variance = assert_parts(remembered, 2)
        assert_close(mean, layer.running_mean.numpy(), name=f"running mean after batch {calls}")
        cause = "the variance that is remembered is the unbiased one"
        assert_close(
            variance, layer.running_var.numpy(), name=f"running variance after batch {calls}", cause=cause
        )
    assert_judged(student, rng, (3, 4))


@hidden
@points(1)
def test_batch_norm_forward_while_it_is_judged(student, rng):
    for shape in [(4, 3), (1, 2), (2, 3, 3, 2)]:
        assert_judged(student, rng, shape)


def layer_norm(x, weight, bias):
    return F.layer_norm(x, x.shape[-1:], weight, bias)


@points(1)
def test_layer_norm_forward_of_vectors(student, rng):
    for shape, scale in [((4, 3), 1.0), ((1, 5), 2.0), ((6, 2), 0.5)]:
        x, weight, bias = normal(rng, shape, shape[-1:], shape[-1:])
        parameters = {"weight": weight, "bias": bias}
        assert_layer(student, rng, "LayerNorm", shape[-1:], layer_norm, scale * x, parameters)
    x, weight, bias = normal(rng, (5, 4), (4,), (4,), dtype=np.float32)
    parameters = {"weight": weight, "bias": bias}
    assert_layer(student, rng, "LayerNorm", (4,), layer_norm, x, parameters, single=True)


@points(1)
def test_layer_norm_forward_of_sequences(student, rng):
    for shape, training in [((2, 4, 3), True), ((2, 3, 2, 5), False), ((3, 1, 4), False)]:
        x, weight, bias = normal(rng, shape, shape[-1:], shape[-1:])
        parameters = {"weight": weight, "bias": bias}
        assert_layer(student, rng, "LayerNorm", shape[-1:], layer_norm, 3 * x, parameters, training=training)


def dropped(module, x, p, seed, training, calls):
    """The results of several calls of one layer, and the gradient of the last by x."""
    from day17_library.engine import Tensor

    layer = module.Dropout(p, np.random.default_rng(seed))
    layer.training = training
    results = []
    for _ in range(calls):
        leaf = Tensor(x)
        y = layer.forward(leaf)
        results.append(y.data)
    y.backward(np.full(x.shape, 2.0).astype(x.dtype))
    return results, leaf.grad


def fates(first, y, x):
    """Of two calls: the share of zeros, how it varies with rows, columns and calls; the factor of the rest."""
    kept = np.asarray(y) != 0
    factor = float(np.mean(np.asarray(y)[kept] / np.asarray(x)[kept])) if kept.any() else 0.0
    same = float(np.mean((np.asarray(first) != 0) == kept))
    rows, columns = (float(np.std(np.mean(kept, axis=axis))) for axis in (1, 0))
    return float(np.mean(~kept)), factor, rows, columns, same


@points(1)
def test_dropout_forward_in_training(student, rng):
    for p in (0.2, 0.5, 0.75):
        x = rng.uniform(0.5, 2, size=(100, 80))
        with assert_unchanged(x):
            results, gradient = assert_parts(student.run(dropped, x, p, int(rng.integers(10**6)), True, 2), 2)
        first, y = assert_parts(results, 2)
        compare_by(fates, first, y, x, slack=0.15)
        kept = np.asarray(y) != 0
        for axis, what in ((1, "row"), (0, "column")):
            shares = np.mean(~kept, axis=axis)
            cause = f"whole {what}s are forgotten together; each entry is drawn by itself"
            name = f"smallest share of zeros in a {what}"
            assert_between(float(np.min(shares)), 0.005, 0.995, name=name, cause=cause)
        assert_between(float(np.mean(~kept)), p - 0.03, p + 0.03, name="share of zeros")
        assert_close(
            y,
            np.where(kept, x / (1 - p), 0),
            name="array of the result",
            cause="what is kept is divided by 1 − p",
        )
        assert_close(gradient, np.where(kept, 2 / (1 - p), 0), name="gradient by x")
        same = float(np.mean((np.asarray(first) == 0) == ~kept))
        assert_between(same, 0.1, 0.9, name="share of entries with the same fate in two calls")
    first, again = (assert_parts(student.run(dropped, x, 0.5, 7, True, 1), 2)[0][0] for _ in range(2))
    compare_by(fates, first, again, x, slack=0.15)
    cause = "all that is drawn comes from the generator of the layer"
    assert_close(
        again, first, name="array of the result of a second layer, with an equal generator", cause=cause
    )


@points(1)
def test_dropout_forward_while_it_is_judged(student, rng):
    for shape, p in [((4, 3), 0.5), ((2, 3, 4), 0.9), ((7,), 0.1)]:
        (x,) = normal(rng, shape)
        results, gradient = assert_parts(student.run(dropped, x, p, 3, False, 1), 2)
        assert_close(results[0], x, name="array of the result while training is False")
        assert_close(gradient, np.full(shape, 2.0), name="gradient by x")
        assert_close(
            student.run(of_array, "Dropout", (p, "rng"), {}, x), x, name="array of the result for an array"
        )
    x = normal(rng, (40, 30), dtype=np.float32)[0] + np.float32(6)
    results, gradient = assert_parts(student.run(dropped, x, 0.5, int(rng.integers(10**6)), True, 1), 2)
    rows = np.mean(np.asarray(results[0]) == 0, axis=1)
    assert_between(float(np.min(rows)), 0.01, 0.5, name="smallest share of zeros in a row")
    assert_dtype(results[0], np.float32, name="array of the result")
    assert_dtype(gradient, np.float32, name="gradient by x")


@points(1)
def test_gelu_of_any_shape(student, rng):
    for shape in [(4, 3), (5,), (2, 3, 2)]:
        assert_function(student, rng, "gelu", F.gelu, [2 * x for x in normal(rng, shape)])
    (x,) = normal(rng, (3, 4), dtype=np.float32)
    assert_function(student, rng, "gelu", F.gelu, [x], single=True)


@points(1)
def test_gelu_of_large_numbers(student, rng):
    x = np.concatenate([rng.uniform(-6, -2, size=4), rng.uniform(2, 6, size=4), [-1000.0, 1000.0]])
    y, (slope,) = assert_parts(student.run(applied, "gelu", [x], np.ones(10)), 2)
    assert_finite(y, name="array of the result")
    assert_close(y, x * norm.cdf(x), rtol=1e-5, atol=1e-9, name="array of the result")
    assert_finite(slope, name="gradient by x")
    assert_close(slope, norm.cdf(x) + x * norm.pdf(x), rtol=1e-5, atol=1e-9, name="gradient by x")


@points(0)
def test_silu_of_any_shape_and_size(student, rng):
    for shape in [(4, 3), (5,), (2, 3, 2)]:
        assert_function(student, rng, "silu", F.silu, [2 * x for x in normal(rng, shape)])
    (x,) = normal(rng, (3, 4), dtype=np.float32)
    assert_function(student, rng, "silu", F.silu, [x], single=True)
    x = np.array([-1000.0, 1000.0, *rng.normal(size=3)])
    y, (slope,) = assert_parts(student.run(quietly, x), 2)
    assert_finite(y, name="array of the result for numbers as large as 1000")
    assert_close(y[:2], [0.0, 1000.0], name="result for −1000 and 1000")
    assert_close(slope[:2], [0.0, 1.0], name="gradient for −1000 and 1000")


def quietly(module, x):
    """The function where a warning is an error."""
    from day17_library.engine import Tensor

    leaf = Tensor(x)
    with np.errstate(all="raise", under="ignore"):
        y = module.silu(leaf)
        y.backward(np.ones(x.shape))
    return y.data, [leaf.grad]
