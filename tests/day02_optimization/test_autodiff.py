"""Checks of autodiff.py: functions written in PyTorch whose gradients are known in closed form."""

import numpy as np
import torch
import torch._dynamo  # torch.func imports it when first used, which takes seconds: not on the student's clock
from scipy.special import softmax

from course.testing import assert_close, assert_parts, assert_unchanged, points


def soft_maximum(rng, n, offset=0.0):
    """A random function log Σ exp(a x + b), in PyTorch, and its gradient, in NumPy."""
    a, b = rng.normal(size=(n + 2, n)), rng.normal(size=n + 2)
    ta, tb = torch.from_numpy(a), torch.from_numpy(b)

    def f(x):
        return torch.logsumexp(ta @ x + tb, 0) + offset

    return f, lambda x: softmax(a @ x + b) @ a


@points(1)
def test_autodiff_gradient_of_several_sizes(student, rng):
    for n in (3, 1, 6):
        f, gradient = soft_maximum(rng, n)
        x = rng.normal(size=n)
        with assert_unchanged(x):
            result = student.autodiff_gradient(f, x)
        assert_close(result, gradient(x))
    integers, single = rng.integers(1, 4, size=6), rng.normal(size=6).astype(np.float32)
    assert_close(student.autodiff_gradient(f, integers), gradient(integers))
    assert_close(student.autodiff_gradient(f, single), gradient(single.astype(float)), rtol=1e-4, atol=1e-5)


@points(1)
def test_autodiff_gradient_is_exact(student, rng):
    cause = "differences of large numbers, or single precision; torch.func.grad on a float64 tensor is exact"
    for offset in (-1e9, 1e8):
        f, gradient = soft_maximum(rng, 4, offset)
        x = rng.normal(size=4)
        assert_close(student.autodiff_gradient(f, x), gradient(x), rtol=1e-10, atol=1e-12, cause=cause)


@points(1)
def test_slopes_at_smooth_points(student, rng):
    for h in (0.1, 1e-3):
        c, d = (float(value) for value in rng.uniform(1, 3, size=2))
        x = float(rng.uniform(0.5, 2))
        slopes = assert_parts(student.slopes_at(lambda x, c=c, d=d: c * x**2 + d * x**3, x, h), 3)
        left = c * (2 * x - h) + d * (3 * x**2 - 3 * x * h + h**2)
        right = c * (2 * x + h) + d * (3 * x**2 + 3 * x * h + h**2)
        for name, slope, expected in zip(
            ("slope from the left", "slope from the right", "automatic slope"),
            slopes,
            (left, right, 2 * c * x + 3 * d * x**2),
            strict=True,
        ):
            close = np.size(slope) == 1 and abs(float(slope) - expected) < 0.02 * abs(expected)
            cause = "is x a tensor in double precision, dtype=torch.float64? In single precision h is lost in rounding"
            assert_close(slope, expected, name=name, cause=cause if close else "")


@points(1)
def test_slopes_at_kinks(student, rng):
    kink, a = float(rng.uniform(1, 3)), float(rng.uniform(2, 4))
    cases = [
        (lambda x: a * torch.relu(x - kink), (0, a, 0)),
        (lambda x: a * torch.abs(x - kink), (-a, a, 0)),
        (lambda x: torch.nn.functional.leaky_relu(x - kink, 0.1), (0.1, 1, 0.1)),
        (lambda x: torch.maximum(a * (x - kink), kink - x), (-1, a, (a - 1) / 2)),
    ]
    for f, expected in cases:
        slopes = assert_parts(student.slopes_at(f, kink), 3)
        for name, slope, wanted in zip(("left", "right", "automatic"), slopes, expected, strict=True):
            assert_close(slope, float(wanted), atol=1e-6, name=f"{name} slope at the kink")
