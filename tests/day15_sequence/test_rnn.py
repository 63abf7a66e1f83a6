"""Checks of rnn.py: torch.nn.RNN with the same weights, gradients by autograd and by central differences."""

import numpy as np
import torch

from course.testing import assert_close, assert_dtype, assert_parts, assert_unchanged, hidden, points

SIZES = [(3, 5, 2, 4), (2, 7, 4, 3), (1, 1, 3, 2), (4, 2, 1, 1)]
PARTS = ("x", "h0", "W_ih", "W_hh", "b")


def draw(rng, batch, steps, inputs, units, dtype=np.float64):
    """x, h0 and weights that keep tanh in its curved part, neither linear nor saturated."""
    x = rng.normal(size=(batch, steps, inputs))
    h0 = rng.uniform(-0.8, 0.8, size=(batch, units))
    w_ih = rng.normal(size=(units, inputs)) * 0.8 / np.sqrt(inputs)
    w_hh = rng.normal(size=(units, units)) * 0.8 / np.sqrt(units)
    b = rng.uniform(0.1, 0.4, size=units)
    return [part.astype(dtype) for part in (x, h0, w_ih, w_hh, b)]


def torch_rnn(x, h0, w_ih, w_hh, b):
    """All states by torch.nn.RNN in double precision, with the tensors that the gradients are taken by."""
    leaves = [torch.tensor(part, dtype=torch.float64, requires_grad=True) for part in (x, h0, w_ih, w_hh, b)]
    x, h0, w_ih, w_hh, b = leaves
    rnn = torch.nn.RNN(x.shape[2], h0.shape[1], batch_first=True).double()
    weights = {"weight_ih_l0": w_ih, "weight_hh_l0": w_hh, "bias_ih_l0": b, "bias_hh_l0": torch.zeros_like(b)}
    hs, _ = torch.func.functional_call(rnn, weights, (x, h0[None]))
    return hs, leaves


@points(1)
def test_rnn_step_equals_the_torch_cell(student, rng):
    for batch, _, inputs, units in SIZES:
        x, h, w_ih, w_hh, b = draw(rng, batch, 1, inputs, units)
        with assert_unchanged(x, h, w_ih, w_hh, b):
            result = student.rnn_step(x[:, 0], h, w_ih, w_hh, b)
        expected, _ = torch_rnn(x, h, w_ih, w_hh, b)
        assert_close(result, expected.detach()[:, 0], rtol=1e-9, atol=1e-10, name="state after the step")
    x, h, w_ih, w_hh, b = draw(rng, 3, 1, 2, 4, dtype=np.float32)
    expected, _ = torch_rnn(x, h, w_ih, w_hh, b)
    result = student.rnn_step(x[:, 0], h, w_ih, w_hh, b)
    assert_close(result, expected.detach()[:, 0], rtol=1e-4, atol=1e-4, name="state after the step")


@points(1)
def test_rnn_forward_equals_torch(student, rng):
    for sizes in SIZES:
        arguments = draw(rng, *sizes)
        with assert_unchanged(*arguments):
            hs, h = assert_parts(student.rnn_forward(*arguments), 2)
        expected = torch_rnn(*arguments)[0].detach()
        assert_close(hs, expected, rtol=1e-9, atol=1e-10, name="array of all states")
        assert_close(h, expected[:, -1], rtol=1e-9, atol=1e-10, name="last state")


@points(2)
def test_rnn_backward_equals_autograd(student, rng):
    for sizes in SIZES:
        arguments = draw(rng, *sizes)
        hs, leaves = torch_rnn(*arguments)
        grad_hs = rng.normal(size=hs.shape) + 0.2
        expected = torch.autograd.grad(hs, leaves, torch.tensor(grad_hs))
        given = [grad_hs, arguments[0], arguments[1], hs.detach().numpy(), arguments[2], arguments[3]]
        with assert_unchanged(*given):
            grads = assert_parts(student.rnn_backward(*given), 5)
        for name, grad, want in zip(PARTS, grads, expected, strict=True):
            assert_close(grad, want, rtol=1e-9, atol=1e-10, name=f"gradient by {name}")


@hidden
@points(1)
def test_rnn_backward_against_central_differences(student, rng):
    arguments = draw(rng, 2, 4, 2, 3)
    hs = torch_rnn(*arguments)[0].detach().numpy()
    grad_hs = rng.normal(size=hs.shape)
    x, h0, w_ih, w_hh, _ = arguments
    grads = assert_parts(student.rnn_backward(grad_hs, x, h0, hs, w_ih, w_hh), 5)
    for number, (name, grad) in enumerate(zip(PARTS, grads, strict=True)):
        direction = rng.normal(size=arguments[number].shape)
        shifted = []
        for step in (1e-5, -1e-5):
            moved = [part + step * direction if i == number else part for i, part in enumerate(arguments)]
            shifted.append(float(np.sum(torch_rnn(*moved)[0].detach().numpy() * grad_hs)))
        expected = (shifted[0] - shifted[1]) / 2e-5
        slope = float(np.sum(np.asarray(grad) * direction))
        assert_close(slope, expected, rtol=1e-5, atol=1e-6, name=f"slope along a random direction of {name}")
    single = [part.astype(np.float32) for part in (grad_hs, x, h0, hs, w_ih, w_hh)]
    for grad, expected in zip(assert_parts(student.rnn_backward(*single), 5), grads, strict=True):
        assert_dtype(grad, np.float32)
        assert_close(grad, expected, rtol=1e-3, atol=1e-3)


@points(1)
def test_gradient_norms_equal_autograd(student, rng):
    for (batch, _, inputs, units), steps in zip(SIZES, (5, 9, 1, 3), strict=True):
        x, h0, w_ih, w_hh, b = draw(rng, batch, steps, inputs, units)
        w_hh = w_hh * rng.uniform(0.8, 1.6)
        grad = rng.normal(size=(batch, units))
        states = [torch.tensor(h0, requires_grad=True)]
        weights = [torch.tensor(part) for part in (w_ih, w_hh, b)]
        for t in range(steps):
            a = torch.tensor(x[:, t]) @ weights[0].T + states[-1] @ weights[1].T + weights[2]
            states.append(torch.tanh(a))
        slopes = torch.autograd.grad(states[-1], states[1:], torch.tensor(grad))
        expected = [float(slope.norm()) for slope in reversed(slopes)]
        hs = torch.stack(states[1:], dim=1).detach().numpy()
        with assert_unchanged(grad, hs, w_hh):
            result = student.gradient_norms(grad, hs, w_hh)
        assert_close(result, np.array(expected), rtol=1e-8, atol=1e-12, name="array of norms")
