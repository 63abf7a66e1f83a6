"""Checks of gated.py: PyTorch's cells with the same weights, to 1e-10 in double precision, outputs and gradients."""

import numpy as np
import torch

from course.testing import (
    assert_close,
    assert_dtype,
    assert_equal,
    assert_parts,
    assert_raises,
    assert_unchanged,
    hidden,
    points,
)

SIZES = [(3, 2, 4), (2, 5, 3), (1, 3, 2), (4, 1, 1)]
TIGHT = {"rtol": 1e-10, "atol": 1e-10}


def draw(rng, blocks, states, batch, inputs, units, dtype=np.float64):
    """x, the states and w_ih, w_hh, b_ih, b_hh of a cell, large enough that no gate is near 1/2 everywhere."""
    x = rng.normal(size=(batch, inputs))
    before = [rng.uniform(-0.9, 0.9, size=(batch, units)) for _ in range(states)]
    w_ih = rng.normal(size=(blocks * units, inputs)) / np.sqrt(inputs)
    w_hh = rng.normal(size=(blocks * units, units)) / np.sqrt(units)
    b_ih, b_hh = rng.normal(size=(2, blocks * units)) * 0.5
    return [part.astype(dtype) for part in (x, *before, w_ih, w_hh, b_ih, b_hh)]


def leaves(parts):
    return [torch.tensor(part, dtype=torch.float64, requires_grad=True) for part in parts]


def torch_cell(cell, x, state, weights):
    """The cell of PyTorch with these weights: h and c, or h."""
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    layer = cell(x.shape[1], weights[1].shape[1]).double()
    return torch.func.functional_call(layer, dict(zip(names, weights, strict=True)), (x, state))


def torch_lstm(parts):
    x, h, c, *weights = parts
    return torch_cell(torch.nn.LSTMCell, x, (h, c), weights)


def torch_gru(parts):
    x, h, *weights = parts
    return torch_cell(torch.nn.GRUCell, x, h, weights)


def lstm_gates(x, h, w_ih, w_hh, b_ih, b_hh):
    """i, f, g, o side by side, by their definition in PyTorch."""
    x, h, w_ih, w_hh, b_ih, b_hh = (
        torch.tensor(p, dtype=torch.float64) for p in (x, h, w_ih, w_hh, b_ih, b_hh)
    )
    i, f, g, o = (
        torch.nn.functional.linear(x, w_ih, b_ih) + torch.nn.functional.linear(h, w_hh, b_hh)
    ).chunk(4, 1)
    return torch.cat([i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()], dim=1).numpy()


def gru_gates(x, h, w_ih, w_hh, b_ih, b_hh):
    """r, z, n side by side, by their definition in PyTorch."""
    x, h, w_ih, w_hh, b_ih, b_hh = (
        torch.tensor(p, dtype=torch.float64) for p in (x, h, w_ih, w_hh, b_ih, b_hh)
    )
    p, q = torch.nn.functional.linear(x, w_ih, b_ih), torch.nn.functional.linear(h, w_hh, b_hh)
    (p_r, p_z, p_n), (q_r, q_z, q_n) = p.chunk(3, 1), q.chunk(3, 1)
    r, z = (p_r + q_r).sigmoid(), (p_z + q_z).sigmoid()
    return torch.cat([r, z, (p_n + r * q_n).tanh()], dim=1).numpy()


@points(2)
def test_lstm_step_equals_the_torch_cell(student, rng):
    for sizes in SIZES:
        arguments = draw(rng, 4, 2, *sizes)
        with assert_unchanged(*arguments):
            h, c, _ = assert_parts(student.lstm_step(*arguments), 3)
        expected_h, expected_c = torch_lstm(leaves(arguments))
        assert_close(c, expected_c.detach(), **TIGHT, name="cell state")
        assert_close(h, expected_h.detach(), **TIGHT, name="hidden state")
    single = draw(rng, 4, 2, 3, 2, 4, dtype=np.float32)
    h, c, _ = assert_parts(student.lstm_step(*single), 3)
    expected_h, expected_c = torch_lstm(leaves(single))
    assert_dtype(h, np.float32, name="hidden state")
    assert_close(c, expected_c.detach(), name="cell state")
    assert_close(h, expected_h.detach(), name="hidden state")


@points(1)
def test_lstm_step_returns_its_gates(student, rng):
    for sizes in SIZES:
        arguments = draw(rng, 4, 2, *sizes)
        _, _, gates = assert_parts(student.lstm_step(*arguments), 3)
        x, h, _, *weights = arguments
        assert_close(gates, lstm_gates(x, h, *weights), **TIGHT, name="array of gates")


@points(2)
def test_lstm_step_backward_equals_autograd(student, rng):
    names = ("x", "h", "c", "W_ih", "W_hh", "either bias")
    for sizes in SIZES:
        arguments = draw(rng, 4, 2, *sizes)
        parts = leaves(arguments)
        outputs = torch_lstm(parts)
        grad_h, grad_c = rng.normal(size=(2, *outputs[0].shape)) + 0.3
        expected = torch.autograd.grad(outputs, parts[:6], [torch.tensor(grad_h), torch.tensor(grad_c)])
        x, h, c, w_ih, w_hh, *biases = arguments
        gates = lstm_gates(x, h, w_ih, w_hh, *biases)
        given = [grad_h, grad_c, x, h, c, outputs[1].detach().numpy(), gates, w_ih, w_hh]
        with assert_unchanged(*given):
            grads = assert_parts(student.lstm_step_backward(*given), 6)
        for name, grad, want in zip(names, grads, expected, strict=True):
            assert_close(grad, want, **TIGHT, name=f"gradient by {name}")


@hidden
@points(1)
def test_lstm_step_backward_through_many_steps(student, rng):
    batch, steps, inputs, units = 2, 7, 3, 4
    _, h, c, *weights = draw(rng, 4, 2, batch, inputs, units)
    x = rng.normal(size=(batch, steps, inputs))
    parts = leaves([x, *weights])
    lstm = torch.nn.LSTM(inputs, units, batch_first=True).double()
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    start = (torch.tensor(h)[None], torch.tensor(c)[None])
    hs, _ = torch.func.functional_call(lstm, dict(zip(names, parts[1:], strict=True)), (parts[0], start))
    grad_hs = rng.normal(size=hs.shape)
    expected = torch.autograd.grad(hs, parts[:4], torch.tensor(grad_hs))
    states, grads = assert_parts(student.run(backward_through_time, grad_hs, x, h, c, weights), 2)
    assert_close(states, hs.detach(), **TIGHT, name="array of hidden states")
    for name, grad, want in zip(
        ("x", "W_ih", "W_hh", "a bias"), assert_parts(grads, 4), expected, strict=True
    ):
        assert_close(grad, want, **TIGHT, name=f"gradient by {name}")


def backward_through_time(module, grad_hs, x, h, c, weights):
    """All hidden states and the gradients of a whole sequence."""
    trace = module.lstm_forward(x, h, c, *weights)
    return trace.hs, tuple(module.lstm_backward(grad_hs, x, h, c, trace, weights[0], weights[1]))


@points(1)
def test_gru_step_equals_the_torch_cell(student, rng):
    for sizes in SIZES:
        arguments = draw(rng, 3, 1, *sizes)
        with assert_unchanged(*arguments):
            h, _ = assert_parts(student.gru_step(*arguments), 2)
        assert_close(h, torch_gru(leaves(arguments)).detach(), **TIGHT, name="hidden state")
    single = draw(rng, 3, 1, 3, 2, 4, dtype=np.float32)
    h, _ = assert_parts(student.gru_step(*single), 2)
    assert_close(h, torch_gru(leaves(single)).detach(), name="hidden state")


@points(1)
def test_gru_step_returns_its_gates(student, rng):
    for sizes in SIZES:
        arguments = draw(rng, 3, 1, *sizes)
        _, gates = assert_parts(student.gru_step(*arguments), 2)
        assert_close(gates, gru_gates(*arguments), **TIGHT, name="array of gates")


@points(2)
def test_gru_step_backward_equals_autograd(student, rng):
    names = ("x", "h", "W_ih", "W_hh", "b_ih", "b_hh")
    for sizes in SIZES:
        arguments = draw(rng, 3, 1, *sizes)
        parts = leaves(arguments)
        output = torch_gru(parts)
        grad_h = rng.normal(size=output.shape) + 0.3
        expected = torch.autograd.grad(output, parts, torch.tensor(grad_h))
        x, h, w_ih, w_hh, _, b_hh = arguments
        given = [grad_h, x, h, gru_gates(*arguments), w_ih, w_hh, b_hh]
        with assert_unchanged(*given):
            grads = assert_parts(student.gru_step_backward(*given), 6)
        for name, grad, want in zip(names, grads, expected, strict=True):
            assert_close(grad, want, **TIGHT, name=f"gradient by {name}")


@points(1)
def test_parameter_count_of_torch_layers(student, rng):
    layers = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}
    for cell, layer in layers.items():
        for inputs, units in [*(rng.integers(2, 40, size=(2, 2)).tolist()), (1, 1)]:
            expected = sum(p.numel() for p in layer(inputs, units).parameters())
            assert_equal(student.parameter_count(cell, inputs, units), expected, name="number of parameters")
    with assert_raises(ValueError):
        student.parameter_count("transformer", 3, 4)
