"""Answers to gated.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np

from course.testing import misconception, variant
from day15_sequence.gated import sigmoid


@misconception(
    "lstm_step",
    "The four blocks are read in another order, or two gates are exchanged. Here, as in PyTorch, it is i, f, g, o: "
    "input gate, forget gate, candidate, output gate. (Many books have i, f, o, g.)",
    order=("ifog", "figo", "fiog", "igfo"),
    returned=("ifgo", "as read"),
)
def another_order_of_gates(x, h, c, w_ih, w_hh, b_ih, b_hh, *, order="ifog", returned="ifgo"):
    blocks = np.split(x @ w_ih.T + h @ w_hh.T + b_ih + b_hh, 4, axis=1)
    a = dict(zip(order, blocks, strict=True))
    gates = {name: np.tanh(a[name]) if name == "g" else sigmoid(a[name]) for name in "ifgo"}
    c = gates["f"] * c + gates["i"] * gates["g"]
    shown = order if returned == "as read" else returned
    return gates["o"] * np.tanh(c), c, np.concatenate([gates[name] for name in shown], axis=1)


@misconception("lstm_step", "One of the two biases is missing: PyTorch's cell adds b_ih and b_hh.")
def one_bias(x, h, c, w_ih, w_hh, b_ih, b_hh):
    i, f, g, o = np.split(x @ w_ih.T + h @ w_hh.T + b_ih, 4, axis=1)
    i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
    c = f * c + i * g
    return o * np.tanh(c), c, np.concatenate([i, f, g, o], axis=1)


@misconception("lstm_step", "The candidate g went through σ like the gates. It is a value, not a gate: tanh.")
def candidate_through_sigmoid(x, h, c, w_ih, w_hh, b_ih, b_hh):
    i, f, g, o = np.split(sigmoid(x @ w_ih.T + h @ w_hh.T + b_ih + b_hh), 4, axis=1)
    c = f * c + i * g
    return o * np.tanh(c), c, np.concatenate([i, f, g, o], axis=1)


@misconception(
    "lstm_step", "The hidden state is o ⊙ c'. The cell state goes through tanh before it is shown."
)
def cell_state_shown_as_it_is(x, h, c, w_ih, w_hh, b_ih, b_hh):
    i, f, g, o = np.split(x @ w_ih.T + h @ w_hh.T + b_ih + b_hh, 4, axis=1)
    i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
    c = f * c + i * g
    return o * c, c, np.concatenate([i, f, g, o], axis=1)


@misconception("lstm_step", "The cell state is (1 − i) ⊙ c + i ⊙ g: the LSTM has a forget gate of its own.")
def coupled_gates(x, h, c, w_ih, w_hh, b_ih, b_hh):
    i, f, g, o = np.split(x @ w_ih.T + h @ w_hh.T + b_ih + b_hh, 4, axis=1)
    i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
    c = (1 - i) * c + i * g
    return o * np.tanh(c), c, np.concatenate([i, f, g, o], axis=1)


@misconception("lstm_step", "The gates come back before σ and tanh. The backward pass needs them after.")
def gates_before_the_sigmoid(x, h, c, w_ih, w_hh, b_ih, b_hh):
    a = x @ w_ih.T + h @ w_hh.T + b_ih + b_hh
    i, f, g, o = np.split(a, 4, axis=1)
    i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
    c = f * c + i * g
    return o * np.tanh(c), c, a


@misconception(
    "lstm_step",
    "The states are right; the gates come back in the order i, f, o, g. Asked for is i, f, g, o, as in the "
    "weights.",
)
def gates_in_another_order(x, h, c, w_ih, w_hh, b_ih, b_hh):
    a = x @ w_ih.T + h @ w_hh.T + b_ih + b_hh
    i, f, g, o = np.split(a, 4, axis=1)
    i, f, o, g = sigmoid(i), sigmoid(f), sigmoid(o), np.tanh(g)
    c = f * c + i * g
    return o * np.tanh(c), c, np.concatenate([i, f, o, g], axis=1)


@misconception(
    "lstm_step",
    "The gates come back as four arrays. Put them side by side into one, (b, 4n).",
)
def gates_not_joined(x, h, c, w_ih, w_hh, b_ih, b_hh):
    a = x @ w_ih.T + h @ w_hh.T + b_ih + b_hh
    i, f, g, o = np.split(a, 4, axis=1)
    i, f, o, g = sigmoid(i), sigmoid(f), sigmoid(o), np.tanh(g)
    c = f * c + i * g
    return o * np.tanh(c), c, (i, f, g, o)


@misconception(
    "lstm_step",
    "The hidden state shows the cell state before the step: h' = o ⊙ tanh(c'), with the new one.",
)
def old_cell_state_shown(x, h, c, w_ih, w_hh, b_ih, b_hh):
    a = x @ w_ih.T + h @ w_hh.T + b_ih + b_hh
    i, f, g, o = np.split(a, 4, axis=1)
    i, f, o, g = sigmoid(i), sigmoid(f), sigmoid(o), np.tanh(g)
    c2 = f * c + i * g
    return o * np.tanh(c), c2, np.concatenate([i, f, g, o], axis=1)


@misconception(
    "lstm_step",
    "Every fourth number was taken for a gate. The blocks stand one after the other: n numbers of i, then n of f, "
    "…",
)
def every_fourth_number(x, h, c, w_ih, w_hh, b_ih, b_hh):
    a = x @ w_ih.T + h @ w_hh.T + b_ih + b_hh
    i, f, g, o = (a[:, j::4] for j in range(4))
    i, f, o, g = sigmoid(i), sigmoid(f), sigmoid(o), np.tanh(g)
    c = f * c + i * g
    return o * np.tanh(c), c, np.concatenate([i, f, g, o], axis=1)


@misconception(
    "lstm_step",
    "The two states are returned in the wrong order: h first, then c.",
)
def states_exchanged(x, h, c, w_ih, w_hh, b_ih, b_hh):
    a = x @ w_ih.T + h @ w_hh.T + b_ih + b_hh
    i, f, g, o = np.split(a, 4, axis=1)
    i, f, o, g = sigmoid(i), sigmoid(f), sigmoid(o), np.tanh(g)
    c = f * c + i * g
    return c, o * np.tanh(c), np.concatenate([i, f, g, o], axis=1)


@misconception(
    "lstm_step",
    "The cell state went through σ before it is shown. It is tanh: h' = o ⊙ tanh(c').",
)
def cell_state_through_sigmoid(x, h, c, w_ih, w_hh, b_ih, b_hh):
    a = x @ w_ih.T + h @ w_hh.T + b_ih + b_hh
    i, f, g, o = np.split(a, 4, axis=1)
    i, f, o, g = sigmoid(i), sigmoid(f), sigmoid(o), np.tanh(g)
    c = f * c + i * g
    return o * sigmoid(c), c, np.concatenate([i, f, g, o], axis=1)


@misconception(
    "lstm_step",
    "Only h and c come back. Three things are asked for: h, c and the gates, [i, f, g, o] side by side "
    "after σ and tanh.",
)
def gates_missing(x, h, c, w_ih, w_hh, b_ih, b_hh):
    i, f, g, o = np.split(x @ w_ih.T + h @ w_hh.T + b_ih + b_hh, 4, axis=1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


@misconception(
    "lstm_step",
    "The cell state is f ⊙ c + g: the input gate i does not let the candidate in, it is i ⊙ g.",
)
def input_gate_forgotten(x, h, c, w_ih, w_hh, b_ih, b_hh):
    i, f, g, o = np.split(x @ w_ih.T + h @ w_hh.T + b_ih + b_hh, 4, axis=1)
    i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
    c = f * c + g
    return o * np.tanh(c), c, np.concatenate([i, f, g, o], axis=1)


@misconception(
    "lstm_step",
    "The old cell state is not multiplied with the forget gate: c' = f ⊙ c + i ⊙ g.",
)
def nothing_forgotten(x, h, c, w_ih, w_hh, b_ih, b_hh):
    i, f, g, o = np.split(x @ w_ih.T + h @ w_hh.T + b_ih + b_hh, 4, axis=1)
    i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
    c = c + i * g
    return o * np.tanh(c), c, np.concatenate([i, f, g, o], axis=1)


@misconception(
    "lstm_step",
    "The old hidden state h was taken for the old cell state c in c' = f ⊙ c + i ⊙ g.",
)
def hidden_for_cell_state(x, h, c, w_ih, w_hh, b_ih, b_hh):
    i, f, g, o = np.split(x @ w_ih.T + h @ w_hh.T + b_ih + b_hh, 4, axis=1)
    i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
    c = f * h + i * g
    return o * np.tanh(c), c, np.concatenate([i, f, g, o], axis=1)


@variant("lstm_step")
def gate_by_gate(x, h, c, w_ih, w_hh, b_ih, b_hh):
    n = h.shape[1]
    gates = np.empty((len(x), 4 * n), dtype=x.dtype)
    for block in range(4):
        rows = slice(block * n, (block + 1) * n)
        a = x @ w_ih[rows].T + b_ih[rows] + h @ w_hh[rows].T + b_hh[rows]
        gates[:, rows] = np.tanh(a) if block == 2 else 1 / (1 + np.exp(-a))
    i, f, g, o = (gates[:, block * n : (block + 1) * n] for block in range(4))
    c_next = c * f + g * i
    return np.tanh(c_next) * o, c_next, gates


@variant("lstm_step")
def one_product(x, h, c, w_ih, w_hh, b_ih, b_hh):
    a = np.hstack([x, h]) @ np.hstack([w_ih, w_hh]).T + b_ih + b_hh
    gates = sigmoid(a)
    n = h.shape[1]
    gates[:, 2 * n : 3 * n] = np.tanh(a[:, 2 * n : 3 * n])
    i, f, g, o = np.hsplit(gates, 4)
    c_next = f * c + i * g
    return [o * np.tanh(c_next), c_next, gates]


@variant("lstm_step")
def with_expit_loops(x, h, c, w_ih, w_hh, b_ih, b_hh):
    n = h.shape[1]
    both = np.hstack([x, h]) @ np.hstack([w_ih, w_hh]).T
    both = both + b_ih + b_hh
    gates = np.where(np.arange(4 * n) // n == 2, np.tanh(both), 0.5 * (1 + np.tanh(0.5 * both))).astype(
        x.dtype
    )
    new = gates[:, n : 2 * n] * c + gates[:, :n] * gates[:, 2 * n : 3 * n]
    return gates[:, 3 * n :] * np.tanh(new), new, gates


@misconception(
    "lstm_step_backward", "grad_c is not used: the cell state also acts on the loss through later steps."
)
def later_steps_forgotten(grad_h, grad_c, x, h, c, c_next, gates, w_ih, w_hh):
    i, f, g, o = np.split(gates, 4, axis=1)
    t = np.tanh(c_next)
    d = grad_h * o * (1 - t**2)
    blocks = [d * g * i * (1 - i), d * c * f * (1 - f), d * i * (1 - g**2), grad_h * t * o * (1 - o)]
    a = np.concatenate(blocks, axis=1)
    return a @ w_ih, a @ w_hh, d * f, a.T @ x, a.T @ h, a.sum(axis=0)


@misconception("lstm_step_backward", "The path from h' to c' is missing: h' = o ⊙ tanh c' depends on c' too.")
def hidden_path_forgotten(grad_h, grad_c, x, h, c, c_next, gates, w_ih, w_hh):
    i, f, g, o = np.split(gates, 4, axis=1)
    d = grad_c
    t = np.tanh(c_next)
    blocks = [d * g * i * (1 - i), d * c * f * (1 - f), d * i * (1 - g**2), grad_h * t * o * (1 - o)]
    a = np.concatenate(blocks, axis=1)
    return a @ w_ih, a @ w_hh, d * f, a.T @ x, a.T @ h, a.sum(axis=0)


@misconception(
    "lstm_step_backward",
    "The forget gate is multiplied with c', the state after the step. It acted on c, the state before it.",
)
def new_cell_state_for_old(grad_h, grad_c, x, h, c, c_next, gates, w_ih, w_hh):
    i, f, g, o = np.split(gates, 4, axis=1)
    t = np.tanh(c_next)
    d = grad_c + grad_h * o * (1 - t**2)
    blocks = [d * g * i * (1 - i), d * c_next * f * (1 - f), d * i * (1 - g**2), grad_h * t * o * (1 - o)]
    a = np.concatenate(blocks, axis=1)
    return a @ w_ih, a @ w_hh, d * f, a.T @ x, a.T @ h, a.sum(axis=0)


@misconception(
    "lstm_step_backward",
    "All four blocks got the derivative of σ. The candidate g went through tanh: 1 − g².",
)
def sigmoid_everywhere(grad_h, grad_c, x, h, c, c_next, gates, w_ih, w_hh):
    i, f, g, o = np.split(gates, 4, axis=1)
    t = np.tanh(c_next)
    d = grad_c + grad_h * o * (1 - t**2)
    blocks = [d * g * i * (1 - i), d * c * f * (1 - f), d * i * g * (1 - g), grad_h * t * o * (1 - o)]
    a = np.concatenate(blocks, axis=1)
    return a @ w_ih, a @ w_hh, d * f, a.T @ x, a.T @ h, a.sum(axis=0)


@misconception(
    "lstm_step_backward",
    "The derivatives of σ and tanh are missing: these are gradients by the gates, not by a.",
)
def gates_not_differentiated(grad_h, grad_c, x, h, c, c_next, gates, w_ih, w_hh):
    i, f, g, o = np.split(gates, 4, axis=1)
    t = np.tanh(c_next)
    d = grad_c + grad_h * o * (1 - t**2)
    a = np.concatenate([d * g, d * c, d * i, grad_h * t], axis=1)
    return a @ w_ih, a @ w_hh, d * f, a.T @ x, a.T @ h, a.sum(axis=0)


@misconception("lstm_step_backward", "The gradient by the old cell state lacks the forget gate: ∂c = δc ⊙ f.")
def forget_gate_skipped(grad_h, grad_c, x, h, c, c_next, gates, w_ih, w_hh):
    i, f, g, o = np.split(gates, 4, axis=1)
    t = np.tanh(c_next)
    d = grad_c + grad_h * o * (1 - t**2)
    blocks = [d * g * i * (1 - i), d * c * f * (1 - f), d * i * (1 - g**2), grad_h * t * o * (1 - o)]
    a = np.concatenate(blocks, axis=1)
    return a @ w_ih, a @ w_hh, d, a.T @ x, a.T @ h, a.sum(axis=0)


@misconception(
    "lstm_step_backward",
    "The derivative of tanh c' is 1 − tanh² c', not 1 − c'²: there the formula wants the output of tanh.",
)
def derivative_at_the_wrong_place(grad_h, grad_c, x, h, c, c_next, gates, w_ih, w_hh):
    i, f, g, o = np.split(gates, 4, axis=1)
    t = np.tanh(c_next)
    gc = grad_c + grad_h * o * (1 - c_next**2)
    ga = np.concatenate(
        [gc * g * i * (1 - i), gc * c * f * (1 - f), gc * i * (1 - g**2), grad_h * t * o * (1 - o)], axis=1
    )
    return ga @ w_ih, ga @ w_hh, gc * f, ga.T @ x, ga.T @ h, ga.sum(axis=0)


@misconception(
    "lstm_step_backward",
    "tanh is taken of c, the state before the step. h' = o ⊙ tanh c' shows the state after it, c_next.",
    everywhere=(False, True),
)
def old_cell_state_in_tanh(grad_h, grad_c, x, h, c, c_next, gates, w_ih, w_hh, *, everywhere=False):
    i, f, g, o = np.split(gates, 4, axis=1)
    gc = grad_c + grad_h * o * (1 - np.tanh(c) ** 2)
    shown = np.tanh(c) if everywhere else np.tanh(c_next)
    ga = np.concatenate(
        [gc * g * i * (1 - i), gc * c * f * (1 - f), gc * i * (1 - g**2), grad_h * shown * o * (1 - o)],
        axis=1,
    )
    return ga @ w_ih, ga @ w_hh, gc * f, ga.T @ x, ga.T @ h, ga.sum(axis=0)


@misconception(
    "lstm_step_backward",
    "h' = o ⊙ tanh c', so δo = grad_h ⊙ tanh c'. The tanh is missing.",
)
def output_gate_without_tanh(grad_h, grad_c, x, h, c, c_next, gates, w_ih, w_hh):
    i, f, g, o = np.split(gates, 4, axis=1)
    t = np.tanh(c_next)
    gc = grad_c + grad_h * o * (1 - t**2)
    ga = np.concatenate(
        [gc * g * i * (1 - i), gc * c * f * (1 - f), gc * i * (1 - g**2), grad_h * c_next * o * (1 - o)],
        axis=1,
    )
    return ga @ w_ih, ga @ w_hh, gc * f, ga.T @ x, ga.T @ h, ga.sum(axis=0)


@misconception(
    "lstm_step_backward",
    "The gradient of the bias is averaged over the batch. Gradients of samples add up.",
)
def bias_averaged(grad_h, grad_c, x, h, c, c_next, gates, w_ih, w_hh):
    i, f, g, o = np.split(gates, 4, axis=1)
    t = np.tanh(c_next)
    gc = grad_c + grad_h * o * (1 - t**2)
    ga = np.concatenate(
        [gc * g * i * (1 - i), gc * c * f * (1 - f), gc * i * (1 - g**2), grad_h * t * o * (1 - o)], axis=1
    )
    return ga @ w_ih, ga @ w_hh, gc * f, ga.T @ x, ga.T @ h, ga.mean(axis=0)


@misconception(
    "lstm_step_backward",
    "The gradients of the weights are divided by the batch. They add up; the 1/n of a mean is in the loss.",
)
def divided_by_the_batch(grad_h, grad_c, x, h, c, c_next, gates, w_ih, w_hh):
    i, f, g, o = np.split(gates, 4, axis=1)
    t = np.tanh(c_next)
    gc = grad_c + grad_h * o * (1 - t**2)
    ga = np.concatenate(
        [gc * g * i * (1 - i), gc * c * f * (1 - f), gc * i * (1 - g**2), grad_h * t * o * (1 - o)], axis=1
    )
    n = len(x)
    return ga @ w_ih, ga @ w_hh, gc * f, ga.T @ x / n, ga.T @ h / n, ga.sum(axis=0) / n


@misconception(
    "lstm_step_backward",
    "grad_c += … changes the argument itself, and whoever called still needs it. Write grad_c = grad_c + …",
)
def grad_c_overwritten(grad_h, grad_c, x, h, c, c_next, gates, w_ih, w_hh):
    i, f, g, o = np.split(gates, 4, axis=1)
    t = np.tanh(c_next)
    grad_c += grad_h * o * (1 - t**2)
    gc = grad_c
    ga = np.concatenate(
        [gc * g * i * (1 - i), gc * c * f * (1 - f), gc * i * (1 - g**2), grad_h * t * o * (1 - o)], axis=1
    )
    return ga @ w_ih, ga @ w_hh, gc * f, ga.T @ x, ga.T @ h, ga.sum(axis=0)


@misconception(
    "lstm_step_backward",
    "The blocks of δa stand in another order than those of the weights: i, f, g, o.",
    order=((0, 1, 3, 2), (1, 0, 2, 3), (1, 0, 3, 2), (0, 2, 1, 3)),
)
def blocks_in_another_order(grad_h, grad_c, x, h, c, c_next, gates, w_ih, w_hh, *, order=(0, 1, 3, 2)):
    i, f, g, o = np.split(gates, 4, axis=1)
    t = np.tanh(c_next)
    d = grad_c + grad_h * o * (1 - t**2)
    parts = [d * g * i * (1 - i), d * c * f * (1 - f), d * i * (1 - g**2), grad_h * t * o * (1 - o)]
    a = np.concatenate([parts[place] for place in order], axis=1)
    return a @ w_ih, a @ w_hh, d * f, a.T @ x, a.T @ h, a.sum(axis=0)


@misconception(
    "lstm_step_backward",
    "The gates are read in another order than `lstm_step` returns them, which is i, f, g, o.",
    order=("ifog", "figo", "fiog"),
)
def gates_misread(grad_h, grad_c, x, h, c, c_next, gates, w_ih, w_hh, *, order="ifog"):
    by_name = dict(zip(order, np.split(gates, 4, axis=1), strict=True))
    i, f, g, o = (by_name[name] for name in "ifgo")
    t = np.tanh(c_next)
    d = grad_c + grad_h * o * (1 - t**2)
    delta = {
        "i": d * g * i * (1 - i),
        "f": d * c * f * (1 - f),
        "g": d * i * (1 - g**2),
        "o": grad_h * t * o * (1 - o),
    }
    a = np.concatenate([delta[name] for name in order], axis=1)
    return a @ w_ih, a @ w_hh, d * f, a.T @ x, a.T @ h, a.sum(axis=0)


@misconception(
    "lstm_step_backward",
    "The derivative of tanh c' is missing in δc: it is 1 − tanh² c', times grad_h ⊙ o.",
)
def tanh_of_the_cell_skipped(grad_h, grad_c, x, h, c, c_next, gates, w_ih, w_hh):
    i, f, g, o = np.split(gates, 4, axis=1)
    t = np.tanh(c_next)
    d = grad_c + grad_h * o
    parts = [d * g * i * (1 - i), d * c * f * (1 - f), d * i * (1 - g**2), grad_h * t * o * (1 - o)]
    a = np.concatenate(parts, axis=1)
    return a @ w_ih, a @ w_hh, d * f, a.T @ x, a.T @ h, a.sum(axis=0)


@misconception(
    "lstm_step_backward",
    "σ and tanh were applied to the gates once more. They are kept after σ and tanh: use them as they are.",
)
def gates_activated_again(grad_h, grad_c, x, h, c, c_next, gates, w_ih, w_hh):
    i, f, g, o = np.split(gates, 4, axis=1)
    i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
    t = np.tanh(c_next)
    d = grad_c + grad_h * o * (1 - t**2)
    parts = [d * g * i * (1 - i), d * c * f * (1 - f), d * i * (1 - g**2), grad_h * t * o * (1 - o)]
    a = np.concatenate(parts, axis=1)
    return a @ w_ih, a @ w_hh, d * f, a.T @ x, a.T @ h, a.sum(axis=0)


@variant("lstm_step_backward")
def block_by_block(grad_h, grad_c, x, h, c, c_next, gates, w_ih, w_hh):
    n = h.shape[1]
    i, f, g, o = (gates[:, k * n : (k + 1) * n] for k in range(4))
    d = grad_c + grad_h * o / np.cosh(c_next) ** 2
    pieces = (
        d * g * (i - i * i),
        d * c * (f - f * f),
        d * i * (1 - g) * (1 + g),
        grad_h * np.tanh(c_next) * (o - o * o),
    )
    grad_x, grad_before = np.zeros_like(x), np.zeros_like(h)
    grad_w_ih, grad_w_hh, grad_b = np.zeros_like(w_ih), np.zeros_like(w_hh), np.zeros_like(w_ih[:, 0])
    for k, piece in enumerate(pieces):
        rows = slice(k * n, (k + 1) * n)
        grad_x += piece @ w_ih[rows]
        grad_before += piece @ w_hh[rows]
        grad_w_ih[rows], grad_w_hh[rows], grad_b[rows] = piece.T @ x, piece.T @ h, piece.sum(axis=0)
    return grad_x, grad_before, f * d, grad_w_ih, grad_w_hh, grad_b


@variant("lstm_step_backward")
def sample_by_sample(grad_h, grad_c, x, h, c, c_next, gates, w_ih, w_hh):
    i, f, g, o = np.hsplit(gates, 4)
    t = np.tanh(c_next)
    d = grad_c + grad_h * o * (1 - t * t)
    a = np.hstack([d * g * i * (1 - i), d * c * f * (1 - f), d * i * (1 - g * g), grad_h * t * o * (1 - o)])
    by_w_ih = sum(np.outer(a[s], x[s]) for s in range(len(x)))
    by_w_hh = sum(np.outer(a[s], h[s]) for s in range(len(x)))
    by_x = np.stack([w_ih.T @ a[s] for s in range(len(x))])
    by_h = np.stack([w_hh.T @ a[s] for s in range(len(x))])
    return [by_x, by_h, d * f, by_w_ih, by_w_hh, sum(a)]


@misconception(
    "gru_step", "The update gate is the wrong way round: z keeps the old state, 1 − z lets the candidate in."
)
def update_the_wrong_way_round(x, h, w_ih, w_hh, b_ih, b_hh):
    p_r, p_z, p_n = np.split(x @ w_ih.T + b_ih, 3, axis=1)
    q_r, q_z, q_n = np.split(h @ w_hh.T + b_hh, 3, axis=1)
    r, z = sigmoid(p_r + q_r), sigmoid(p_z + q_z)
    n = np.tanh(p_n + r * q_n)
    return z * n + (1 - z) * h, np.concatenate([r, z, n], axis=1)


@misconception(
    "gru_step",
    "The reset gate acts on h before the product (as in the paper of 2014). PyTorch, and the formula here, reset the "
    "product: r ⊙ (W_hn h + b_hn).",
)
def reset_before_the_product(x, h, w_ih, w_hh, b_ih, b_hh):
    p_r, p_z, p_n = np.split(x @ w_ih.T + b_ih, 3, axis=1)
    q_r, q_z, _ = np.split(h @ w_hh.T + b_hh, 3, axis=1)
    r, z = sigmoid(p_r + q_r), sigmoid(p_z + q_z)
    units = h.shape[1]
    n = np.tanh(p_n + (r * h) @ w_hh[2 * units :].T + b_hh[2 * units :])
    return (1 - z) * n + z * h, np.concatenate([r, z, n], axis=1)


@misconception(
    "gru_step", "The bias b_hn stands outside the reset gate: it belongs to q_n and is multiplied with r too."
)
def bias_outside_the_reset(x, h, w_ih, w_hh, b_ih, b_hh):
    p_r, p_z, p_n = np.split(x @ w_ih.T + b_ih + b_hh, 3, axis=1)
    q_r, q_z, q_n = np.split(h @ w_hh.T, 3, axis=1)
    r, z = sigmoid(p_r + q_r), sigmoid(p_z + q_z)
    n = np.tanh(p_n + r * q_n)
    return (1 - z) * n + z * h, np.concatenate([r, z, n], axis=1)


@misconception(
    "gru_step",
    "The first two blocks are exchanged: the order is r, z, n, the reset gate first.",
    as_read=(False, True),
)
def update_gate_first(x, h, w_ih, w_hh, b_ih, b_hh, *, as_read=False):
    p_z, p_r, p_n = np.split(x @ w_ih.T + b_ih, 3, axis=1)
    q_z, q_r, q_n = np.split(h @ w_hh.T + b_hh, 3, axis=1)
    r, z = sigmoid(p_r + q_r), sigmoid(p_z + q_z)
    n = np.tanh(p_n + r * q_n)
    return (1 - z) * n + z * h, np.concatenate([z, r, n] if as_read else [r, z, n], axis=1)


@misconception("gru_step", "The reset gate is not used: the candidate sees the whole old state.")
def without_reset(x, h, w_ih, w_hh, b_ih, b_hh):
    r, z, n = np.split(x @ w_ih.T + b_ih + h @ w_hh.T + b_hh, 3, axis=1)
    r, z, n = sigmoid(r), sigmoid(z), np.tanh(n)
    return (1 - z) * n + z * h, np.concatenate([r, z, n], axis=1)


@misconception("gru_step", "The gates come back before σ and tanh. The backward pass needs them after.")
def raw_gates(x, h, w_ih, w_hh, b_ih, b_hh):
    p_r, p_z, p_n = np.split(x @ w_ih.T + b_ih, 3, axis=1)
    q_r, q_z, q_n = np.split(h @ w_hh.T + b_hh, 3, axis=1)
    r, z = sigmoid(p_r + q_r), sigmoid(p_z + q_z)
    n = np.tanh(p_n + r * q_n)
    return (1 - z) * n + z * h, np.concatenate([p_r + q_r, p_z + q_z, p_n + r * q_n], axis=1)


@misconception(
    "gru_step",
    "The reset gate multiplies the whole candidate, also what comes from x. It is tanh(p_n + r ⊙ q_n): p and q "
    "must stay apart.",
)
def reset_of_everything(x, h, w_ih, w_hh, b_ih, b_hh):
    a = x @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    r, z, n = np.split(a, 3, axis=1)
    r, z = sigmoid(r), sigmoid(z)
    n = np.tanh(r * n)
    return (1 - z) * n + z * h, np.concatenate([r, z, n], axis=1)


@misconception(
    "gru_step",
    "The candidate n went through σ like the gates. It is a value: tanh.",
)
def candidate_as_a_gate(x, h, w_ih, w_hh, b_ih, b_hh):
    a_r, a_z, a_n = np.split(x @ w_ih.T + b_ih, 3, axis=1)
    q_r, q_z, q_n = np.split(h @ w_hh.T + b_hh, 3, axis=1)
    r, z = sigmoid(a_r + q_r), sigmoid(a_z + q_z)
    n = sigmoid(a_n + r * q_n)
    return (1 - z) * n + z * h, np.concatenate([r, z, n], axis=1)


@misconception(
    "gru_step",
    "The bias b_hn is missing in the candidate: n = tanh(W_in x + b_in + r ⊙ (W_hn h + b_hn)).",
)
def candidate_without_its_bias(x, h, w_ih, w_hh, b_ih, b_hh):
    p_r, p_z, p_n = np.split(x @ w_ih.T + b_ih, 3, axis=1)
    q_r, q_z, _ = np.split(h @ w_hh.T + b_hh, 3, axis=1)
    q_n = np.split(h @ w_hh.T, 3, axis=1)[2]
    r, z = sigmoid(p_r + q_r), sigmoid(p_z + q_z)
    n = np.tanh(p_n + r * q_n)
    return (1 - z) * n + z * h, np.concatenate([r, z, n], axis=1)


@misconception(
    "gru_step",
    "Only the new state comes back. Two things are asked for, the state and the gates [r, z, n].",
)
def gates_missing_in_the_gru(x, h, w_ih, w_hh, b_ih, b_hh):
    p_r, p_z, p_n = np.split(x @ w_ih.T + b_ih, 3, axis=1)
    q_r, q_z, q_n = np.split(h @ w_hh.T + b_hh, 3, axis=1)
    z = sigmoid(p_z + q_z)
    return (1 - z) * np.tanh(p_n + sigmoid(p_r + q_r) * q_n) + z * h


@variant("gru_step")
def from_old_to_new(x, h, w_ih, w_hh, b_ih, b_hh):
    units = h.shape[1]
    p, q = x @ w_ih.T + b_ih, h @ w_hh.T + b_hh
    r, z = np.hsplit(1 / (1 + np.exp(-(p + q)[:, : 2 * units])), 2)
    n = np.tanh(p[:, 2 * units :] + r * q[:, 2 * units :])
    return n + z * (h - n), np.hstack([r, z, n])


@variant("gru_step")
def gate_by_gate_gru(x, h, w_ih, w_hh, b_ih, b_hh):
    units = h.shape[1]
    first, second, third = (slice(k * units, (k + 1) * units) for k in range(3))
    r = sigmoid(x @ w_ih[first].T + b_ih[first] + h @ w_hh[first].T + b_hh[first])
    z = sigmoid(x @ w_ih[second].T + b_ih[second] + h @ w_hh[second].T + b_hh[second])
    n = np.tanh(x @ w_ih[third].T + b_ih[third] + r * (h @ w_hh[third].T + b_hh[third]))
    return [(1 - z) * n + z * h, np.concatenate([r, z, n], axis=1)]


@misconception(
    "gru_step_backward", "The direct path z ⊙ h from the old state to the new one is missing in ∂h."
)
def direct_path_forgotten(grad_h, x, h, gates, w_ih, w_hh, b_hh):
    r, z, n = np.split(gates, 3, axis=1)
    q_n = np.split(h @ w_hh.T + b_hh, 3, axis=1)[2]
    d_n = grad_h * (1 - z) * (1 - n**2)
    d_r, d_z = d_n * q_n * r * (1 - r), grad_h * (h - n) * z * (1 - z)
    p, q = np.concatenate([d_r, d_z, d_n], axis=1), np.concatenate([d_r, d_z, d_n * r], axis=1)
    return p @ w_ih, q @ w_hh, p.T @ x, q.T @ h, p.sum(axis=0), q.sum(axis=0)


@misconception("gru_step_backward", "The candidate's share of h lacks the reset gate: δq_n = δp_n ⊙ r.")
def reset_forgotten(grad_h, x, h, gates, w_ih, w_hh, b_hh):
    r, z, n = np.split(gates, 3, axis=1)
    q_n = np.split(h @ w_hh.T + b_hh, 3, axis=1)[2]
    d_n = grad_h * (1 - z) * (1 - n**2)
    d_r, d_z = d_n * q_n * r * (1 - r), grad_h * (h - n) * z * (1 - z)
    p = np.concatenate([d_r, d_z, d_n], axis=1)
    return p @ w_ih, p @ w_hh + grad_h * z, p.T @ x, p.T @ h, p.sum(axis=0), p.sum(axis=0)


@misconception(
    "gru_step_backward", "q_n was computed without its bias b_hn, which the reset gate multiplies as well."
)
def bias_of_q_forgotten(grad_h, x, h, gates, w_ih, w_hh, b_hh):
    r, z, n = np.split(gates, 3, axis=1)
    q_n = np.split(h @ w_hh.T, 3, axis=1)[2]
    d_n = grad_h * (1 - z) * (1 - n**2)
    d_r, d_z = d_n * q_n * r * (1 - r), grad_h * (h - n) * z * (1 - z)
    p, q = np.concatenate([d_r, d_z, d_n], axis=1), np.concatenate([d_r, d_z, d_n * r], axis=1)
    return p @ w_ih, q @ w_hh + grad_h * z, p.T @ x, q.T @ h, p.sum(axis=0), q.sum(axis=0)


@misconception(
    "gru_step_backward",
    "The sign of the update gate's gradient is wrong: h' grows with z where h is above n.",
)
def sign_of_the_update(grad_h, x, h, gates, w_ih, w_hh, b_hh):
    r, z, n = np.split(gates, 3, axis=1)
    q_n = np.split(h @ w_hh.T + b_hh, 3, axis=1)[2]
    d_n = grad_h * (1 - z) * (1 - n**2)
    d_r, d_z = d_n * q_n * r * (1 - r), grad_h * (n - h) * z * (1 - z)
    p, q = np.concatenate([d_r, d_z, d_n], axis=1), np.concatenate([d_r, d_z, d_n * r], axis=1)
    return p @ w_ih, q @ w_hh + grad_h * z, p.T @ x, q.T @ h, p.sum(axis=0), q.sum(axis=0)


@misconception(
    "gru_step_backward", "The derivative of the candidate is that of σ. It went through tanh: 1 − n²."
)
def candidate_like_a_gate(grad_h, x, h, gates, w_ih, w_hh, b_hh):
    r, z, n = np.split(gates, 3, axis=1)
    q_n = np.split(h @ w_hh.T + b_hh, 3, axis=1)[2]
    d_n = grad_h * (1 - z) * n * (1 - n)
    d_r, d_z = d_n * q_n * r * (1 - r), grad_h * (h - n) * z * (1 - z)
    p, q = np.concatenate([d_r, d_z, d_n], axis=1), np.concatenate([d_r, d_z, d_n * r], axis=1)
    return p @ w_ih, q @ w_hh + grad_h * z, p.T @ x, q.T @ h, p.sum(axis=0), q.sum(axis=0)


@misconception(
    "gru_step_backward",
    "δn lacks the factor 1 − z: h' = (1 − z) ⊙ n + …, so δn = grad_h ⊙ (1 − z).",
)
def update_gate_forgotten(grad_h, x, h, gates, w_ih, w_hh, b_hh):
    r, z, n = np.split(gates, 3, axis=1)
    q_n = np.split(h @ w_hh.T + b_hh, 3, axis=1)[2]
    d_n = grad_h * (1 - n**2)
    d_r, d_z = d_n * q_n * r * (1 - r), grad_h * (h - n) * z * (1 - z)
    p, q = np.concatenate([d_r, d_z, d_n], axis=1), np.concatenate([d_r, d_z, d_n * r], axis=1)
    return p @ w_ih, q @ w_hh + grad_h * z, p.T @ x, q.T @ h, p.sum(axis=0), q.sum(axis=0)


@misconception(
    "gru_step_backward",
    "The update gate is the wrong way round: here z keeps the old state, so δn = grad_h ⊙ (1 − z) and the"
    " direct path is grad_h ⊙ z.",
)
def update_gate_turned_round(grad_h, x, h, gates, w_ih, w_hh, b_hh):
    r, z, n = np.split(gates, 3, axis=1)
    q_n = np.split(h @ w_hh.T + b_hh, 3, axis=1)[2]
    d_n = grad_h * z * (1 - n**2)
    d_r, d_z = d_n * q_n * r * (1 - r), grad_h * (n - h) * z * (1 - z)
    p, q = np.concatenate([d_r, d_z, d_n], axis=1), np.concatenate([d_r, d_z, d_n * r], axis=1)
    return p @ w_ih, q @ w_hh + grad_h * (1 - z), p.T @ x, q.T @ h, p.sum(axis=0), q.sum(axis=0)


@misconception(
    "gru_step_backward",
    "The derivatives of σ are missing: δr and δz are gradients by the gates, times r (1 − r) and z (1 − "
    "z) they are those by p and q.",
)
def sigmoids_not_differentiated(grad_h, x, h, gates, w_ih, w_hh, b_hh):
    r, z, n = np.split(gates, 3, axis=1)
    q_n = np.split(h @ w_hh.T + b_hh, 3, axis=1)[2]
    d_n = grad_h * (1 - z) * (1 - n**2)
    d_r, d_z = d_n * q_n, grad_h * (h - n)
    p, q = np.concatenate([d_r, d_z, d_n], axis=1), np.concatenate([d_r, d_z, d_n * r], axis=1)
    return p @ w_ih, q @ w_hh + grad_h * z, p.T @ x, q.T @ h, p.sum(axis=0), q.sum(axis=0)


@misconception(
    "gru_step_backward",
    "h stands for q_n in the gradient of the reset gate. r multiplies q_n = W_hn h + b_hn: compute it again.",
)
def old_state_for_q(grad_h, x, h, gates, w_ih, w_hh, b_hh):
    r, z, n = np.split(gates, 3, axis=1)
    d_n = grad_h * (1 - z) * (1 - n**2)
    d_r, d_z = d_n * h * r * (1 - r), grad_h * (h - n) * z * (1 - z)
    p, q = np.concatenate([d_r, d_z, d_n], axis=1), np.concatenate([d_r, d_z, d_n * r], axis=1)
    return p @ w_ih, q @ w_hh + grad_h * z, p.T @ x, q.T @ h, p.sum(axis=0), q.sum(axis=0)


@misconception(
    "gru_step_backward",
    "δz is grad_h ⊙ h: z also takes the candidate away. From h' = (1 − z) ⊙ n + z ⊙ h comes grad_h ⊙ (h −"
    " n).",
)
def candidate_left_out_of_the_update(grad_h, x, h, gates, w_ih, w_hh, b_hh):
    r, z, n = np.split(gates, 3, axis=1)
    q_n = np.split(h @ w_hh.T + b_hh, 3, axis=1)[2]
    d_n = grad_h * (1 - z) * (1 - n**2)
    d_r, d_z = d_n * q_n * r * (1 - r), grad_h * h * z * (1 - z)
    p, q = np.concatenate([d_r, d_z, d_n], axis=1), np.concatenate([d_r, d_z, d_n * r], axis=1)
    return p @ w_ih, q @ w_hh + grad_h * z, p.T @ x, q.T @ h, p.sum(axis=0), q.sum(axis=0)


@variant("gru_step_backward")
def in_place_of_the_last_block(grad_h, x, h, gates, w_ih, w_hh, b_hh):
    units = h.shape[1]
    r, z, n = np.hsplit(gates, 3)
    q_n = h @ w_hh[2 * units :].T + b_hh[2 * units :]
    p = np.empty_like(gates)
    p[:, 2 * units :] = grad_h * (1 - z) * (1 - n * n)
    p[:, :units] = p[:, 2 * units :] * q_n * (r - r * r)
    p[:, units : 2 * units] = grad_h * (h - n) * (z - z * z)
    q = p.copy()
    q[:, 2 * units :] *= r
    return [p @ w_ih, grad_h * z + q @ w_hh, p.T @ x, q.T @ h, p.sum(axis=0), q.sum(axis=0)]


@variant("gru_step_backward")
def sample_by_sample_gru(grad_h, x, h, gates, w_ih, w_hh, b_hh):
    units = h.shape[1]
    by_x, by_h = [], []
    by_w_ih, by_w_hh, by_b_ih, by_b_hh = (np.zeros_like(w) for w in (w_ih, w_hh, b_hh, b_hh))
    for s in range(len(x)):
        r, z, n = gates[s, :units], gates[s, units : 2 * units], gates[s, 2 * units :]
        q_n = w_hh[2 * units :] @ h[s] + b_hh[2 * units :]
        d_n = grad_h[s] * (1 - z) * (1 - n**2)
        d_r, d_z = d_n * q_n * r * (1 - r), grad_h[s] * (h[s] - n) * z * (1 - z)
        p, q = np.concatenate([d_r, d_z, d_n]), np.concatenate([d_r, d_z, d_n * r])
        by_x.append(w_ih.T @ p)
        by_h.append(w_hh.T @ q + grad_h[s] * z)
        by_w_ih += np.outer(p, x[s])
        by_w_hh += np.outer(q, h[s])
        by_b_ih += p
        by_b_hh += q
    return np.array(by_x), np.array(by_h), by_w_ih, by_w_hh, by_b_ih, by_b_hh


@misconception("parameter_count", "One bias is counted per block. PyTorch has two, b_ih and b_hh.")
def one_bias_per_block(cell, inputs, units):
    return {"rnn": 1, "gru": 3, "lstm": 4}[cell] * units * (inputs + units + 1)


@misconception("parameter_count", "The recurrent weights W_hh are missing.")
def without_recurrence(cell, inputs, units):
    return {"rnn": 1, "gru": 3, "lstm": 4}[cell] * units * (inputs + 2)


@misconception(
    "parameter_count", "All cells are counted alike: a GRU has three blocks of weights, an LSTM four."
)
def one_block_for_all(cell, inputs, units):
    return units * (inputs + units + 2)


@misconception("parameter_count", "The biases are missing.")
def without_biases(cell, inputs, units):
    return {"rnn": 1, "gru": 3, "lstm": 4}[cell] * units * (inputs + units)


@misconception(
    "parameter_count",
    "A number comes back for an unknown cell too, or a KeyError. Anything but rnn, gru and lstm is to "
    "raise ValueError.",
    unknown=(0, 1),
)
def unknown_cells_counted(cell, inputs, units, *, unknown=0):
    return {"rnn": 1, "gru": 3, "lstm": 4}.get(cell, unknown) * units * (inputs + units + 2)


@misconception(
    "parameter_count",
    "The blocks of the two cells are exchanged: a GRU has three (r, z, n), an LSTM four (i, f, g, o).",
)
def cells_exchanged(cell, inputs, units):
    return {"rnn": 1, "gru": 4, "lstm": 3}[cell] * units * (inputs + units + 2)


@variant("parameter_count")
def piece_by_piece(cell, inputs, units):
    match cell:
        case "rnn":
            rows = units
        case "gru":
            rows = 3 * units
        case "lstm":
            rows = 4 * units
        case _:
            raise ValueError("no such cell")
    return rows * inputs + rows * units + rows + rows


@variant("parameter_count")
def from_shapes(cell, inputs, units):
    if cell not in ("rnn", "gru", "lstm"):
        raise ValueError(f"{cell} is no recurrent cell")
    rows = (1 + 2 * (cell == "gru") + 3 * (cell == "lstm")) * units
    return int(sum(np.prod(shape) for shape in ((rows, inputs), (rows, units), (rows,), (rows,))))
