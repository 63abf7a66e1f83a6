"""Checks of convolution.py (optional): PyTorch's convolution with zeros on the left, and what a change may reach."""

import numpy as np
import torch
from torch.nn import functional

from course.testing import assert_close, assert_equal, assert_unchanged, points


@points(0)
def test_causal_conv1d_equals_torch(student, rng):
    for b, c, t, o, k, dilation in [
        (1, 2, 7, 3, 3, 2),
        (2, 3, 9, 4, 2, 1),
        (3, 1, 4, 1, 2, 4),
        (1, 2, 5, 2, 1, 3),
        (2, 2, 2, 3, 4, 1),
    ]:
        x, weight = torch.tensor(rng.normal(size=(b, c, t))), torch.tensor(rng.normal(size=(o, c, k)))
        with assert_unchanged(x, weight):
            result = student.causal_conv1d(x, weight, dilation)
        padded = functional.pad(x, ((k - 1) * dilation, 0))
        expected = functional.conv1d(padded, weight, dilation=dilation)
        assert_close(result, expected, rtol=1e-9, atol=1e-10)


@points(0)
def test_causal_conv1d_never_looks_ahead(student, rng):
    x, weight = torch.tensor(rng.normal(size=(2, 3, 12))), torch.tensor(rng.normal(size=(4, 3, 3)))
    changed = x.clone()
    changed[:, :, 7] += 1.0
    before, after = (torch.as_tensor(student.causal_conv1d(each, weight, 2)) for each in (x, changed))
    moved = (after - before).abs().amax(dim=(0, 1)) > 1e-9
    assert_equal(
        moved.tolist(), [t in (7, 9, 11) for t in range(12)], name="list of places that a change at 7 reaches"
    )


@points(0)
def test_receptive_field_of_stacks(student, rng):
    for kernel_size, dilations in [(2, [1, 2, 4, 8]), (3, [1, 1, 1]), (5, []), (1, [3, 9])]:
        expected = 1 + (kernel_size - 1) * sum(dilations)
        assert_equal(student.receptive_field(kernel_size, dilations), expected, name="receptive field")
    kernel_size, dilations = int(rng.integers(2, 6)), rng.integers(1, 20, size=3).tolist()
    expected = 1 + sum((kernel_size - 1) * d for d in dilations)
    assert_equal(student.receptive_field(kernel_size, dilations), expected, name="receptive field")


@points(0)
def test_rollout_of_a_linear_model(student, rng):
    for b, n, steps in [(2, 4, 7), (1, 3, 1), (3, 1, 3)]:
        weight = torch.tensor(rng.uniform(-0.6, 0.6, size=n))
        x = torch.tensor(rng.normal(size=(b, n)))

        def predict(known, weight=weight):
            return known @ weight

        with assert_unchanged(x):
            result = student.rollout(predict, x, steps)
        rows = [list(row) for row in x.numpy()]
        for row in rows:
            for _ in range(steps):
                row.append(float(np.dot(row[-n:], weight.numpy())))
        assert_close(
            result, np.array([row[n:] for row in rows]), rtol=1e-9, atol=1e-12, name="array of predictions"
        )
