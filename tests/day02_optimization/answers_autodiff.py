"""Answers to autodiff.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np
import torch

from course.testing import misconception, variant


@misconception(
    "autodiff_gradient",
    "x became a tensor in single precision, PyTorch's default: 7 of 16 digits are left. Say dtype=torch.float64.",
)
def single_precision(f, x):
    point = torch.tensor(np.asarray(x), dtype=torch.float32).double()
    return torch.func.grad(f)(point).float().numpy().astype(float)


@misconception(
    "autodiff_gradient",
    "These are central differences. Their error grows with the size of f; automatic differentiation needs no "
    "step at all.",
)
def differences(f, x):
    x = torch.tensor(np.asarray(x), dtype=torch.float64)
    steps = 1e-5 * torch.eye(len(x), dtype=torch.float64)
    return np.array([((f(x + step) - f(x - step)) / 2e-5).item() for step in steps])


@misconception(
    "autodiff_gradient",
    "This is the value of f, not its gradient: torch.func.grad(f) makes the function that gives it.",
)
def value_of_f(f, x):
    return f(torch.tensor(np.asarray(x), dtype=torch.float64)).numpy()


@misconception(
    "autodiff_gradient", "The sign is reversed. The gradient points uphill; the minus belongs to the descent."
)
def downhill(f, x):
    return -torch.func.grad(f)(torch.tensor(np.asarray(x), dtype=torch.float64)).numpy()


@misconception(
    "autodiff_gradient", "The partial derivatives were added up. A gradient has one entry per coordinate."
)
def summed(f, x):
    return torch.func.grad(f)(torch.tensor(np.asarray(x), dtype=torch.float64)).sum().numpy()


@variant("autodiff_gradient")
def by_backward(f, x):
    point = torch.tensor(np.asarray(x, dtype=float), requires_grad=True)
    f(point).backward()
    return point.grad.numpy()


@variant("autodiff_gradient")
def by_autograd_grad(f, x):
    point = torch.from_numpy(np.array(x, dtype=np.float64)).requires_grad_()
    (gradient,) = torch.autograd.grad(f(point), point)
    return gradient


@variant("autodiff_gradient")
def by_jacobian(f, x):
    return torch.func.jacrev(f)(torch.as_tensor(np.array(x, dtype=np.float64))).tolist()


@misconception("slopes_at", "Left and right are exchanged: the slope from the left uses f(x) and f(x − h).")
def sides_exchanged(f, x, h=1e-6):
    point = torch.tensor(x, dtype=torch.float64)
    left, right = (f(point) - f(point - h)) / h, (f(point + h) - f(point)) / h
    return right.item(), left.item(), torch.func.grad(f)(point).item()


@misconception(
    "slopes_at",
    "The slope from the left has the wrong sign: (f(x) − f(x − h)) / h is positive when f rises.",
)
def left_reversed(f, x, h=1e-6):
    point = torch.tensor(x, dtype=torch.float64)
    left, right = (f(point - h) - f(point)) / h, (f(point + h) - f(point)) / h
    return left.item(), right.item(), torch.func.grad(f)(point).item()


@misconception(
    "slopes_at",
    "The third number is the mean of both sides. PyTorch applies a rule of its own at a kink, and it is this "
    "number that training uses.",
)
def mean_of_both(f, x, h=1e-6):
    point = torch.tensor(x, dtype=torch.float64)
    left, right = ((f(point) - f(point - h)) / h).item(), ((f(point + h) - f(point)) / h).item()
    return left, right, (left + right) / 2


@misconception(
    "slopes_at",
    "x became a tensor in single precision, where a step of 1e-6 is mostly rounding. Give it dtype=torch.float64.",
)
def in_single_precision(f, x, h=1e-6):
    point = torch.tensor(x, dtype=torch.float32)
    left, right = (f(point) - f(point - h)) / h, (f(point + h) - f(point)) / h
    return float(left), float(right), float(torch.func.grad(f)(point))


@misconception(
    "slopes_at", "The slopes are taken over 2h, but divided by h: one side reaches as far as one step."
)
def two_steps_wide(f, x, h=1e-6):
    point = torch.tensor(x, dtype=torch.float64)
    left, right = (f(point) - f(point - 2 * h)) / h, (f(point + 2 * h) - f(point)) / h
    return left.item(), right.item(), torch.func.grad(f)(point).item()


@misconception("slopes_at", "The differences are not divided by h: a slope is rise over run.")
def differences_not_divided(f, x, h=1e-6):
    point = torch.tensor(x, dtype=torch.float64)
    left, right = f(point) - f(point - h), f(point + h) - f(point)
    return left.item(), right.item(), torch.func.grad(f)(point).item()


@variant("slopes_at")
def through_float(f, x, h=1e-6):
    def value(at):
        return float(f(torch.tensor(at, dtype=torch.float64)))

    point = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    f(point).backward()
    return (value(x) - value(x - h)) / h, (value(x + h) - value(x)) / h, float(point.grad)


@variant("slopes_at")
def as_tensors(f, x, h=1e-6):
    point = torch.tensor(x, dtype=torch.float64)
    below, here, above = (f(point + step) for step in (-h, 0.0, h))
    return [(here - below) / h, (above - here) / h, torch.func.grad(f)(point)]
