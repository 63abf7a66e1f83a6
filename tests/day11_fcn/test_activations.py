"""Checks of activations.py: against SciPy and autograd, by central differences, by invariants, at ±1000."""

import numpy as np
import torch
from scipy import special
from torch.nn import functional

from course.testing import (
    assert_close,
    assert_raises,
    assert_that,
    assert_unchanged,
    compare_by,
    hidden,
    points,
)

SHAPES = [(4, 3), (1, 5), (6, 1), (2, 3, 4), (7,)]
REFERENCES = {"sigmoid": special.expit, "tanh": np.tanh, "relu": lambda x: np.maximum(x, 0)}


def away_from_zero(rng, shape):
    """Numbers of both signs and of size 0.1 to 2.5: no kink, no saturation."""
    return rng.choice([-1.0, 1.0], size=shape) * rng.uniform(0.1, 2.5, size=shape)


def loudly(module, name, *args):
    """Call a function with overflow and invalid operations as errors; a sentence comes back instead of a result."""
    import numpy as np

    try:
        with np.errstate(over="raise", invalid="raise", divide="raise"):
            return getattr(module, name)(*args)
    except FloatingPointError as error:
        return str(error)


def assert_quiet(result):
    """Nothing overflowed on the way to this result."""
    assert_that(
        not isinstance(result, str),
        f"A step on the way is out of range: {result}.",
        cause="exp of a large number, the logarithm of a zero, or 0 / 0 where everything that was added up underflowed",
    )


@points(1)
def test_sigmoid_of_several_shapes(student, rng):
    for shape in SHAPES:
        x = 2 * rng.normal(size=shape) + 0.5
        with assert_unchanged(x):
            result = student.sigmoid(x)
        assert_close(result, special.expit(x))
        single = x.astype(np.float32)
        assert_close(student.sigmoid(single), special.expit(single), rtol=1e-4)


def in_powers_of_ten(y):
    """The values, and their sizes as powers of ten: 1e-13 is not 1e-60."""
    y = np.asarray(y, dtype=float)
    return [*y, *np.log10(np.maximum(np.abs(y), 1e-320))]


@points(1)
def test_sigmoid_of_large_numbers(student, rng):
    low = np.array([20.0, 90.0, 160.0, 230.0])
    x = np.concatenate([rng.uniform(20, 300, size=4), -rng.uniform(low, low + 70)])
    result = student.sigmoid(x)
    compare_by(in_powers_of_ten, result, slack=0.5)
    cause = "far to the left the sigmoid is exp(x): tiny, but neither 0 nor cut off"
    assert_close(result, special.expit(x), atol=0, cause=cause)
    for far, limit in ((-1000.0, 0.0), (1000.0, 1.0)):
        result = student.run(loudly, "sigmoid", np.array([far, rng.uniform(-3, 3)]))
        assert_quiet(result)
        assert_close(result[0], limit, name=f"sigmoid of {far:.0f}")


@points(1)
def test_activate_by_name(student, rng):
    for shape in SHAPES:
        for name, reference in REFERENCES.items():
            x = away_from_zero(rng, shape)
            with assert_unchanged(x):
                result = student.activate(x, name)
            assert_close(result, reference(x), name=f"{name} of x")
            single = student.activate(x.astype(np.float32), name)
            assert_close(single, reference(x), rtol=1e-3, atol=1e-5, name=f"{name} of x")
    x = np.concatenate([-rng.uniform(720, 900, size=2), rng.uniform(720, 900, size=2)])
    for name, reference in REFERENCES.items():
        result = student.run(loudly, "activate", x, name)
        assert_quiet(result)
        assert_close(result, reference(x), name=f"{name} of numbers far from 0")
    with assert_raises(ValueError, cause="a name that is not known must not pass silently: raise ValueError"):
        student.activate(x, "softplus")


@hidden
@points(1)
def test_activate_large_numbers_and_unknown_names(student, rng):
    x = rng.uniform(800, 1000) * np.array([-1.0, 1.0])
    for name, reference in REFERENCES.items():
        result = student.run(loudly, "activate", x, name)
        assert_quiet(result)
        assert_close(result, reference(x), name=f"{name} of x")
    for name in ("Sigmoid", "linear", ""):
        with assert_raises(
            ValueError, cause="a name that is not known must not pass silently: raise ValueError"
        ):
            student.activate(x, name)


@points(1)
def test_activate_backward_agrees_with_autograd(student, rng):
    for shape in SHAPES:
        for name, function in (("sigmoid", torch.sigmoid), ("tanh", torch.tanh), ("relu", torch.relu)):
            x, grad = away_from_zero(rng, shape), rng.normal(size=shape) + 1
            leaf = torch.tensor(x, requires_grad=True)
            function(leaf).backward(torch.tensor(grad))
            with assert_unchanged(x, grad):
                result = student.activate_backward(x, grad, name)
            assert_close(result, leaf.grad, name=f"gradient through {name}")
            single = student.activate_backward(x.astype(np.float32), grad.astype(np.float32), name)
            assert_close(single, leaf.grad, rtol=1e-3, atol=1e-4, name=f"gradient through {name}")
    x, grad = np.array([[0.7, 0.0, -0.4], [0.0, 1.3, 0.0]]), rng.normal(size=(2, 3)) + 1
    cause = "at the kink of ReLU, x = 0, the derivative counts as 0"
    result = student.activate_backward(x, grad, "relu")
    assert_close(result, grad * (x > 0), name="gradient through relu, x being 0 at some places", cause=cause)
    with assert_raises(ValueError, cause="a name that is not known must not pass silently: raise ValueError"):
        student.activate_backward(x, grad, "softplus")


@hidden
@points(1)
def test_activate_backward_by_central_differences_and_at_the_edges(student, rng):
    for name, reference in REFERENCES.items():
        x, grad, step = away_from_zero(rng, (3, 4)), rng.normal(size=(3, 4)) + 1, 1e-6
        slope = (reference(x + step) - reference(x - step)) / (2 * step)
        result = student.activate_backward(x, grad, name)
        assert_close(result, grad * slope, rtol=1e-5, atol=1e-7, name=f"gradient through {name}")
        scaled = student.activate_backward(x, -3 * grad, name)
        assert_close(
            scaled, -3 * np.asarray(result), name=f"gradient through {name}, of −3 times the gradient"
        )
        far = student.activate_backward(np.array([-800.0, 900.0]), np.ones(2), name)
        assert_close(far, [0.0, float(name == "relu")], name=f"gradient through {name} at −800 and 900")
    at_kink = student.activate_backward(np.array([0.0, 1.5]), np.array([2.0, 2.0]), "relu")
    assert_close(at_kink, [0.0, 2.0], name="gradient through relu at 0 and 1.5")
    with assert_raises(ValueError):
        student.activate_backward(x, grad, "linear")


@points(1)
def test_log_sum_exp_over_the_last_axis(student, rng):
    for shape in SHAPES:
        z = 2 * rng.normal(size=shape) + 1
        with assert_unchanged(z):
            result = student.log_sum_exp(z)
        assert_close(result, special.logsumexp(z, axis=-1))
        single = student.log_sum_exp(z.astype(np.float32))
        assert_close(single, special.logsumexp(z, axis=-1), rtol=1e-4, atol=1e-4)


@points(1)
def test_log_sum_exp_of_large_numbers(student, rng):
    for offset in (1e3, -1e3, 1e5):
        z = rng.normal(size=(3, 4))
        result = student.run(loudly, "log_sum_exp", z + offset)
        assert_quiet(result)
        assert_close(result, special.logsumexp(z, axis=-1) + offset, rtol=1e-9)
    uneven = rng.normal(size=(2, 3)) + np.array([[800.0], [-800.0]])
    cause = "each row has a maximum of its own: exp(z − m) is 0 everywhere in a row that lies far below m"
    result = student.log_sum_exp(uneven)
    assert_close(result, special.logsumexp(uneven, axis=-1), rtol=1e-9, cause=cause)
    wide = rng.normal(size=(2, 3)) + rng.permuted([[-900.0, 0.0, 900.0]] * 2, axis=1)
    cause = "exp(z − m) overflows unless m is the largest of the row"
    assert_close(student.log_sum_exp(wide), special.logsumexp(wide, axis=-1), rtol=1e-9, cause=cause)


@points(1)
def test_softmax_over_the_last_axis(student, rng):
    for shape in SHAPES:
        z = 2 * rng.normal(size=shape) + 1
        with assert_unchanged(z):
            result = student.softmax(z)
        assert_close(result, special.softmax(z, axis=-1), name="array of probabilities")
        single = student.softmax(z.astype(np.float32))
        assert_close(single, special.softmax(z, axis=-1), rtol=1e-3, name="array of probabilities")


@points(1)
def test_softmax_of_large_numbers_and_after_a_shift(student, rng):
    z = rng.normal(size=(4, 3))
    shifted = z + np.array([[1e3], [-1e3], [700.0], [rng.uniform(2, 5)]])
    result = student.run(loudly, "softmax", shifted)
    assert_quiet(result)
    cause = "adding a number to a whole row of logits changes no probability"
    assert_close(result, special.softmax(z, axis=-1), name="array of probabilities", cause=cause)
    assert_close(np.asarray(result).sum(axis=-1), np.ones(4), name="sum of each row")


@points(0)
def test_modern_activation_agrees_with_autograd(student, rng):
    references = {
        "leaky_relu": functional.leaky_relu,
        "elu": functional.elu,
        "silu": functional.silu,
        "gelu": functional.gelu,
    }
    for shape in SHAPES:
        for name, function in references.items():
            x = away_from_zero(rng, shape)
            leaf = torch.tensor(x, requires_grad=True)
            y = function(leaf)
            y.sum().backward()
            with assert_unchanged(x):
                values, derivative = student.modern_activation(x, name)
            assert_close(values, y, name=f"{name} of x")
            assert_close(derivative, leaf.grad, name=f"derivative of {name}")


@points(0)
def test_modern_activation_large_numbers_and_unknown_names(student, rng):
    x = rng.uniform(800, 1000) * np.array([-1.0, 1.0])
    for name, left in (("leaky_relu", 0.01 * x[0]), ("elu", -1.0), ("silu", 0.0), ("gelu", 0.0)):
        result = student.run(loudly, "modern_activation", x, name)
        assert_quiet(result)
        values, derivative = result
        assert_close(values, [left, x[1]], name=f"{name} of x")
        expected = [0.01 if name == "leaky_relu" else 0.0, 1.0]
        assert_close(derivative, expected, name=f"derivative of {name}")
    with assert_raises(ValueError):
        student.modern_activation(x, "swish-ish")
