import numpy as np
import torch

from course.testing import assert_close, points


@points(1)
def test_relu_of_matrices(student, rng):
    x = torch.tensor(rng.normal(size=(3, 4)))
    assert_close(student.relu(x), np.clip(x.numpy(), 0, None))


@points(1)
def test_relu_of_single_precision(student, rng):
    x = torch.tensor(rng.normal(size=6), dtype=torch.float32)
    assert_close(student.relu(x), np.clip(x.numpy(), 0, None))
