"""Answers to rnn.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np

from course.testing import misconception, variant
from day15_sequence.rnn import rnn_step


@misconception("rnn_step", "There is no tanh: without it all steps together are one linear map.")
def linear(x, h, w_ih, w_hh, b):
    return x @ w_ih.T + h @ w_hh.T + b


@misconception("rnn_step", "The old state is not used: this is a dense layer and has no memory.")
def without_memory(x, h, w_ih, w_hh, b):
    return np.tanh(x @ w_ih.T + b)


@misconception(
    "rnn_step", "W_hh is transposed. Row i of W_hh belongs to unit i of the *new* state: h @ w_hh.T."
)
def recurrent_weights_transposed(x, h, w_ih, w_hh, b):
    return np.tanh(x @ w_ih.T + h @ w_hh + b)


@misconception("rnn_step", "The old state is added once more, outside the tanh, as in a residual net.")
def residual(x, h, w_ih, w_hh, b):
    return h + np.tanh(x @ w_ih.T + h @ w_hh.T + b)


@misconception("rnn_step", "The bias is missing.")
def without_bias(x, h, w_ih, w_hh, b):
    return np.tanh(x @ w_ih.T + h @ w_hh.T)


@misconception(
    "rnn_step",
    "σ was used for tanh: the state lies between −1 and 1.",
)
def sigmoid_for_tanh(x, h, w_ih, w_hh, b):
    return 1 / (1 + np.exp(-(x @ w_ih.T + h @ w_hh.T + b)))


@misconception(
    "rnn_step",
    "ReLU was used for tanh: the state lies between −1 and 1.",
)
def relu_for_tanh(x, h, w_ih, w_hh, b):
    return np.maximum(0, x @ w_ih.T + h @ w_hh.T + b)


@misconception(
    "rnn_step",
    "The parts go through tanh one by one. It is one tanh of their sum.",
)
def tanh_of_each_part(x, h, w_ih, w_hh, b):
    return np.tanh(x @ w_ih.T) + np.tanh(h @ w_hh.T) + b


@misconception(
    "rnn_step",
    "x is multiplied with W_ih from the wrong side. The rows of x are the batch: x @ w_ih.T.",
)
def column_vectors(x, h, w_ih, w_hh, b):
    return np.tanh(w_ih @ x + w_hh @ h + b)


@variant("rnn_step")
def one_product(x, h, w_ih, w_hh, b):
    return np.tanh(np.concatenate([x, h], axis=1) @ np.concatenate([w_ih, w_hh], axis=1).T + b)


@variant("rnn_step")
def by_einsum(x, h, w_ih, w_hh, b):
    a = np.einsum("bd,nd->bn", x, w_ih) + np.einsum("bm,nm->bn", h, w_hh) + b
    return 1 - 2 / (np.exp(2 * a) + 1)


@misconception("rnn_forward", "Every step starts from h0: the state is not handed on.")
def always_from_the_start(x, h0, w_ih, w_hh, b):
    hs = np.stack([rnn_step(x[:, t], h0, w_ih, w_hh, b) for t in range(x.shape[1])], axis=1)
    return hs, hs[:, -1]


@misconception("rnn_forward", "The start state is ignored: zeros are used instead of h0.")
def start_from_zeros(x, h0, w_ih, w_hh, b):
    h, hs = np.zeros_like(h0), []
    for t in range(x.shape[1]):
        h = rnn_step(x[:, t], h, w_ih, w_hh, b)
        hs.append(h)
    return np.stack(hs, axis=1), h


@misconception("rnn_forward", "Batch and time are exchanged in the result: stack the states along axis 1.")
def time_first(x, h0, w_ih, w_hh, b):
    h, hs = h0, []
    for t in range(x.shape[1]):
        h = rnn_step(x[:, t], h, w_ih, w_hh, b)
        hs.append(h)
    return np.stack(hs), h


@misconception(
    "rnn_forward", "The states are one late: h0 stands where the state after the first step belongs."
)
def one_late(x, h0, w_ih, w_hh, b):
    h, hs = h0, []
    for t in range(x.shape[1]):
        hs.append(h)
        h = rnn_step(x[:, t], h, w_ih, w_hh, b)
    return np.stack(hs, axis=1), h


@misconception("rnn_forward", "The sequence is read from its end to its beginning.")
def backwards(x, h0, w_ih, w_hh, b):
    h, hs = h0, []
    for t in reversed(range(x.shape[1])):
        h = rnn_step(x[:, t], h, w_ih, w_hh, b)
        hs.append(h)
    return np.stack(hs, axis=1), h


@misconception(
    "rnn_forward",
    "Only the array of all states comes back. Two things are asked for: all states, and the last one.",
)
def last_state_missing(x, h0, w_ih, w_hh, b):
    h, hs = h0, []
    for t in range(x.shape[1]):
        h = rnn_step(x[:, t], h, w_ih, w_hh, b)
        hs.append(h)
    return np.stack(hs, axis=1)


@misconception(
    "rnn_forward",
    "h0 stands at the beginning of the array of states. It is given; asked for are the t states *after* "
    "each step.",
)
def first_state_too(x, h0, w_ih, w_hh, b):
    h, hs = h0, [h0]
    for t in range(x.shape[1]):
        h = rnn_step(x[:, t], h, w_ih, w_hh, b)
        hs.append(h)
    return np.stack(hs, axis=1), h


@misconception(
    "rnn_forward",
    "The loop runs over the rows of the batch. Time is the second axis: x[:, t] for t in range(x.shape[1]).",
)
def over_the_batch(x, h0, w_ih, w_hh, b):
    h, hs = h0, []
    for t in range(x.shape[0]):
        h = rnn_step(x[t], h, w_ih, w_hh, b)
        hs.append(h)
    return np.stack(hs, axis=1), h


@variant("rnn_forward")
def into_an_array(x, h0, w_ih, w_hh, b):
    batch, steps, _ = x.shape
    hs = np.empty((batch, steps, h0.shape[1]), dtype=x.dtype)
    inputs = x @ w_ih.T + b
    h = h0
    for t in range(steps):
        hs[:, t] = h = np.tanh(inputs[:, t] + h @ w_hh.T)
    return hs, h


@variant("rnn_forward")
def sample_by_sample(x, h0, w_ih, w_hh, b):
    rows = []
    for sequence, h in zip(x, h0, strict=True):
        row = []
        for value in sequence:
            h = rnn_step(value[None], h[None], w_ih, w_hh, b)[0]
            row.append(h)
        rows.append(row)
    return np.array(rows), [row[-1] for row in rows]


@misconception(
    "rnn_backward",
    "Nothing flows back through time: each step is treated alone. The gradient by h_t also comes from step t + 1, "
    "through W_hh.",
)
def steps_alone(grad_hs, x, h0, hs, w_ih, w_hh):
    before = np.concatenate([h0[:, None], hs[:, :-1]], axis=1)
    grad_a = grad_hs * (1 - hs**2)
    return (
        grad_a @ w_ih,
        grad_a[:, 0] @ w_hh,
        np.einsum("btn,btd->nd", grad_a, x),
        np.einsum("btn,btm->nm", grad_a, before),
        grad_a.sum(axis=(0, 1)),
    )


@misconception("rnn_backward", "The derivative of tanh is missing: multiply with 1 − h_t² before going on.")
def without_the_tanh(grad_hs, x, h0, hs, w_ih, w_hh):
    before = np.concatenate([h0[:, None], hs[:, :-1]], axis=1)
    grad_h, grad_a = np.zeros_like(h0), np.empty_like(hs)
    for t in reversed(range(x.shape[1])):
        grad_a[:, t] = grad_hs[:, t] + grad_h
        grad_h = grad_a[:, t] @ w_hh
    return (
        grad_a @ w_ih,
        grad_h,
        np.einsum("btn,btd->nd", grad_a, x),
        np.einsum("btn,btm->nm", grad_a, before),
        grad_a.sum(axis=(0, 1)),
    )


@misconception(
    "rnn_backward", "W_hh is transposed on the way back: δa W_hh, where the forward pass had h W_hhᵀ."
)
def transposed_on_the_way_back(grad_hs, x, h0, hs, w_ih, w_hh):
    before = np.concatenate([h0[:, None], hs[:, :-1]], axis=1)
    grad_h, grad_a = np.zeros_like(h0), np.empty_like(hs)
    for t in reversed(range(x.shape[1])):
        grad_a[:, t] = (grad_hs[:, t] + grad_h) * (1 - hs[:, t] ** 2)
        grad_h = grad_a[:, t] @ w_hh.T
    return (
        grad_a @ w_ih,
        grad_h,
        np.einsum("btn,btd->nd", grad_a, x),
        np.einsum("btn,btm->nm", grad_a, before),
        grad_a.sum(axis=(0, 1)),
    )


@misconception(
    "rnn_backward",
    "W_hh is multiplied with the state *before* the step; here the gradient is taken with the state after it.",
)
def state_after_the_step(grad_hs, x, h0, hs, w_ih, w_hh):
    grad_h, grad_a = np.zeros_like(h0), np.empty_like(hs)
    for t in reversed(range(x.shape[1])):
        grad_a[:, t] = (grad_hs[:, t] + grad_h) * (1 - hs[:, t] ** 2)
        grad_h = grad_a[:, t] @ w_hh
    return (
        grad_a @ w_ih,
        grad_h,
        np.einsum("btn,btd->nd", grad_a, x),
        np.einsum("btn,btm->nm", grad_a, hs),
        grad_a.sum(axis=(0, 1)),
    )


@misconception(
    "rnn_backward",
    "The gradients of the weights are those of one step only. All steps share the weights: add them up.",
)
def weights_of_one_step(grad_hs, x, h0, hs, w_ih, w_hh):
    grad_x, grad_h = np.zeros_like(x), np.zeros_like(h0)
    for t in reversed(range(x.shape[1])):
        before = hs[:, t - 1] if t > 0 else h0
        grad_a = (grad_hs[:, t] + grad_h) * (1 - hs[:, t] ** 2)
        grad_x[:, t] = grad_a @ w_ih
        grad_h = grad_a @ w_hh
        grad_w_ih, grad_w_hh, grad_b = grad_a.T @ x[:, t], grad_a.T @ before, grad_a.sum(axis=0)
    return grad_x, grad_h, grad_w_ih, grad_w_hh, grad_b


@misconception(
    "rnn_backward", "The gradients of the weights are divided by the batch: the loss has its mean already."
)
def divided_by_the_batch(grad_hs, x, h0, hs, w_ih, w_hh):
    before = np.concatenate([h0[:, None], hs[:, :-1]], axis=1)
    grad_h, grad_a = np.zeros_like(h0), np.empty_like(hs)
    for t in reversed(range(x.shape[1])):
        grad_a[:, t] = (grad_hs[:, t] + grad_h) * (1 - hs[:, t] ** 2)
        grad_h = grad_a[:, t] @ w_hh
    size = len(x)
    return (
        grad_a @ w_ih,
        grad_h,
        np.einsum("btn,btd->nd", grad_a, x) / size,
        np.einsum("btn,btm->nm", grad_a, before) / size,
        grad_a.sum(axis=(0, 1)) / size,
    )


@misconception(
    "rnn_backward",
    "The loop runs from the first step to the last. The gradient comes from the end: reversed(range(steps)).",
)
def forward_in_time(grad_hs, x, h0, hs, w_ih, w_hh):
    grad_x, grad_w_ih, grad_w_hh = np.zeros_like(x), np.zeros_like(w_ih), np.zeros_like(w_hh)
    grad_b, grad_h = np.zeros_like(w_hh[0]), np.zeros_like(h0)
    for t in range(x.shape[1]):
        before = hs[:, t - 1] if t > 0 else h0
        grad_a = (grad_hs[:, t] + grad_h) * (1 - hs[:, t] ** 2)
        grad_x[:, t] = grad_a @ w_ih
        grad_h = grad_a @ w_hh
        grad_w_ih += grad_a.T @ x[:, t]
        grad_w_hh += grad_a.T @ before
        grad_b += grad_a.sum(axis=0)
    return grad_x, grad_h, grad_w_ih, grad_w_hh, grad_b


@misconception(
    "rnn_backward",
    "δh_t is handed on instead of δa_t: the way back goes through the tanh too, and then through W_hh, δa_t W_hh.",
)
def handed_on_before_the_tanh(grad_hs, x, h0, hs, w_ih, w_hh):
    grad_x, grad_w_ih, grad_w_hh = np.zeros_like(x), np.zeros_like(w_ih), np.zeros_like(w_hh)
    grad_b, grad_h = np.zeros_like(w_hh[0]), np.zeros_like(h0)
    for t in reversed(range(x.shape[1])):
        before = hs[:, t - 1] if t > 0 else h0
        grad_h = grad_hs[:, t] + grad_h
        grad_a = grad_h * (1 - hs[:, t] ** 2)
        grad_x[:, t] = grad_a @ w_ih
        grad_h = grad_h @ w_hh
        grad_w_ih += grad_a.T @ x[:, t]
        grad_w_hh += grad_a.T @ before
        grad_b += grad_a.sum(axis=0)
    return grad_x, grad_h, grad_w_ih, grad_w_hh, grad_b


@misconception(
    "rnn_backward",
    "What flows back is δh, without the matrix: to get from a_t to h_{t−1} multiply by W_hh, δa_t W_hh.",
    of=("h", "a"),
)
def without_the_matrix(grad_hs, x, h0, hs, w_ih, w_hh, *, of="a"):
    grad_x, grad_w_ih, grad_w_hh = np.zeros_like(x), np.zeros_like(w_ih), np.zeros_like(w_hh)
    grad_b, grad_h = np.zeros_like(w_hh[0]), np.zeros_like(h0)
    for t in reversed(range(x.shape[1])):
        before = hs[:, t - 1] if t > 0 else h0
        grad_h = grad_hs[:, t] + grad_h
        grad_a = grad_h * (1 - hs[:, t] ** 2)
        grad_x[:, t] = grad_a @ w_ih
        grad_h = grad_a if of == "a" else grad_h
        grad_w_ih += grad_a.T @ x[:, t]
        grad_w_hh += grad_a.T @ before
        grad_b += grad_a.sum(axis=0)
    return grad_x, grad_h, grad_w_ih, grad_w_hh, grad_b


@misconception(
    "rnn_backward",
    "The derivative of tanh was taken at the state: 1 − tanh² h. The states are outputs of tanh already, "
    "so it is 1 − h².",
)
def tanh_once_more(grad_hs, x, h0, hs, w_ih, w_hh):
    grad_x, grad_w_ih, grad_w_hh = np.zeros_like(x), np.zeros_like(w_ih), np.zeros_like(w_hh)
    grad_b, grad_h = np.zeros_like(w_hh[0]), np.zeros_like(h0)
    for t in reversed(range(x.shape[1])):
        before = hs[:, t - 1] if t > 0 else h0
        grad_a = (grad_hs[:, t] + grad_h) * (1 - np.tanh(hs[:, t]) ** 2)
        grad_x[:, t] = grad_a @ w_ih
        grad_h = grad_a @ w_hh
        grad_w_ih += grad_a.T @ x[:, t]
        grad_w_hh += grad_a.T @ before
        grad_b += grad_a.sum(axis=0)
    return grad_x, grad_h, grad_w_ih, grad_w_hh, grad_b


@misconception(
    "rnn_backward",
    "In the first step the state before is taken from the end, hs[:, −1]. Before step 0 there is h0.",
)
def last_state_before_the_first(grad_hs, x, h0, hs, w_ih, w_hh):
    grad_x, grad_w_ih, grad_w_hh = np.zeros_like(x), np.zeros_like(w_ih), np.zeros_like(w_hh)
    grad_b, grad_h = np.zeros_like(w_hh[0]), np.zeros_like(h0)
    for t in reversed(range(x.shape[1])):
        grad_a = (grad_hs[:, t] + grad_h) * (1 - hs[:, t] ** 2)
        grad_x[:, t] = grad_a @ w_ih
        grad_h = grad_a @ w_hh
        grad_w_ih += grad_a.T @ x[:, t]
        grad_w_hh += grad_a.T @ hs[:, t - 1]
        grad_b += grad_a.sum(axis=0)
    return grad_x, grad_h, grad_w_ih, grad_w_hh, grad_b


@misconception(
    "rnn_backward",
    "The first step adds nothing to the gradient of W_hh. The state before it is h0, which need not be 0.",
)
def first_step_left_out(grad_hs, x, h0, hs, w_ih, w_hh):
    grad_x, grad_w_ih, grad_w_hh = np.zeros_like(x), np.zeros_like(w_ih), np.zeros_like(w_hh)
    grad_b, grad_h = np.zeros_like(w_hh[0]), np.zeros_like(h0)
    for t in reversed(range(x.shape[1])):
        grad_a = (grad_hs[:, t] + grad_h) * (1 - hs[:, t] ** 2)
        grad_x[:, t] = grad_a @ w_ih
        grad_h = grad_a @ w_hh
        grad_w_ih += grad_a.T @ x[:, t]
        if t > 0:
            grad_w_hh += grad_a.T @ hs[:, t - 1]
        grad_b += grad_a.sum(axis=0)
    return grad_x, grad_h, grad_w_ih, grad_w_hh, grad_b


@misconception(
    "rnn_backward",
    "What comes back for h0 is the gradient by the first state. h0 stands one step before it: ∂h_0 = δa_1"
    " W_hh.",
)
def gradient_of_the_first_state(grad_hs, x, h0, hs, w_ih, w_hh):
    grad_x, grad_w_ih, grad_w_hh = np.zeros_like(x), np.zeros_like(w_ih), np.zeros_like(w_hh)
    grad_b, flowing = np.zeros_like(w_hh[0]), np.zeros_like(h0)
    for t in reversed(range(x.shape[1])):
        before = hs[:, t - 1] if t > 0 else h0
        grad_h = grad_hs[:, t] + flowing
        grad_a = grad_h * (1 - hs[:, t] ** 2)
        grad_x[:, t] = grad_a @ w_ih
        flowing = grad_a @ w_hh
        grad_w_ih += grad_a.T @ x[:, t]
        grad_w_hh += grad_a.T @ before
        grad_b += grad_a.sum(axis=0)
    return grad_x, grad_h, grad_w_ih, grad_w_hh, grad_b


@misconception(
    "rnn_backward",
    "The gradients of the weights are transposed. Each has the shape of its weights, (n, d) and (n, n): "
    "δaᵀ x.",
)
def gradients_transposed(grad_hs, x, h0, hs, w_ih, w_hh):
    grad_x, grad_w_ih, grad_w_hh = np.zeros_like(x), np.zeros_like(w_ih.T), np.zeros_like(w_hh)
    grad_b, grad_h = np.zeros_like(w_hh[0]), np.zeros_like(h0)
    for t in reversed(range(x.shape[1])):
        before = hs[:, t - 1] if t > 0 else h0
        grad_a = (grad_hs[:, t] + grad_h) * (1 - hs[:, t] ** 2)
        grad_x[:, t] = grad_a @ w_ih
        grad_h = grad_a @ w_hh
        grad_w_ih += x[:, t].T @ grad_a
        grad_w_hh += before.T @ grad_a
        grad_b += grad_a.sum(axis=0)
    return grad_x, grad_h, grad_w_ih, grad_w_hh, grad_b


@variant("rnn_backward")
def collected_first(grad_hs, x, h0, hs, w_ih, w_hh):
    before = np.concatenate([h0[:, None], hs[:, :-1]], axis=1)
    grad_h, grad_a = np.zeros_like(h0), np.empty_like(hs)
    for t in range(x.shape[1] - 1, -1, -1):
        grad_a[:, t] = (grad_hs[:, t] + grad_h) * (1 - hs[:, t] ** 2)
        grad_h = grad_a[:, t] @ w_hh
    return (
        grad_a @ w_ih,
        grad_h,
        np.einsum("btn,btd->nd", grad_a, x),
        np.einsum("btn,btm->nm", grad_a, before),
        grad_a.sum(axis=(0, 1)),
    )


@variant("rnn_backward")
def with_lists(grad_hs, x, h0, hs, w_ih, w_hh):
    grad_h, grads_x, parts = np.zeros_like(h0), [], []
    for t in reversed(range(x.shape[1])):
        before = h0 if t == 0 else hs[:, t - 1]
        h = hs[:, t]
        grad_a = (grad_h + grad_hs[:, t]) * (1 - h) * (1 + h)
        grads_x.insert(0, grad_a @ w_ih)
        parts.append((grad_a.T @ x[:, t], grad_a.T @ before, grad_a.sum(axis=0)))
        grad_h = grad_a @ w_hh
    return [np.stack(grads_x, axis=1), grad_h, *(sum(part) for part in zip(*parts, strict=True))]


@misconception(
    "gradient_norms", "Without 1 − h_t² this is a power of W_hh: the tanh also makes gradients smaller."
)
def powers_of_the_matrix(grad, hs, w_hh):
    norms = [np.linalg.norm(grad)]
    for _ in range(hs.shape[1] - 1):
        grad = grad @ w_hh
        norms.append(np.linalg.norm(grad))
    return np.array(norms)


@misconception("gradient_norms", "The norms run from the first step to the last. Entry k is k steps *back*.")
def from_the_first_step(grad, hs, w_hh):
    norms = [np.linalg.norm(grad)]
    for t in range(hs.shape[1] - 1, 0, -1):
        grad = (grad * (1 - hs[:, t] ** 2)) @ w_hh
        norms.append(np.linalg.norm(grad))
    return np.array(norms[::-1])


@misconception(
    "gradient_norms", "W_hh is transposed on the way back: δa W_hh, where the forward pass had h W_hhᵀ."
)
def transposed_on_the_way(grad, hs, w_hh):
    norms = [np.linalg.norm(grad)]
    for t in range(hs.shape[1] - 1, 0, -1):
        grad = (grad * (1 - hs[:, t] ** 2)) @ w_hh.T
        norms.append(np.linalg.norm(grad))
    return np.array(norms)


@misconception(
    "gradient_norms", "One step too many was taken at once: the first norm is that of the gradient itself."
)
def one_step_ahead(grad, hs, w_hh):
    norms = []
    for t in range(hs.shape[1] - 1, -1, -1):
        grad = (grad * (1 - hs[:, t] ** 2)) @ w_hh
        norms.append(np.linalg.norm(grad))
    return np.array(norms)


@misconception(
    "gradient_norms", "The states are used in the order of time; on the way back the last comes first."
)
def states_in_the_order_of_time(grad, hs, w_hh):
    norms = [np.linalg.norm(grad)]
    for t in range(hs.shape[1] - 1):
        grad = (grad * (1 - hs[:, t] ** 2)) @ w_hh
        norms.append(np.linalg.norm(grad))
    return np.array(norms)


@misconception(
    "gradient_norms",
    "Every step starts from the same grad. What one step leaves is what the next one is given: grad = "
    "(grad ⊙ (1 − h²)) W_hh.",
)
def factors_alone(grad, hs, w_hh):
    norms = [np.linalg.norm(grad)]
    norms += [np.linalg.norm((grad * (1 - hs[:, t] ** 2)) @ w_hh) for t in range(hs.shape[1] - 1, 0, -1)]
    return np.array(norms)


@misconception(
    "gradient_norms",
    "The squares of the norms come back: take the root.",
)
def squared_norms(grad, hs, w_hh):
    norms = [np.sum(grad**2)]
    for t in range(hs.shape[1] - 1, 0, -1):
        grad = (grad * (1 - hs[:, t] ** 2)) @ w_hh
        norms.append(np.sum(grad**2))
    return np.array(norms)


@variant("gradient_norms")
def by_square_roots(grad, hs, w_hh):
    steps = hs.shape[1]
    norms = np.empty(steps)
    for k in range(steps):
        norms[k] = np.sqrt(np.sum(grad * grad))
        grad = (grad - grad * hs[:, steps - 1 - k] ** 2) @ w_hh
    return norms


@variant("gradient_norms")
def by_jacobians(grad, hs, w_hh):
    result = []
    for distance in range(hs.shape[1]):
        rows = []
        for sample in range(len(grad)):
            row = grad[sample]
            for t in range(hs.shape[1] - 1, hs.shape[1] - 1 - distance, -1):
                row = row @ (np.diag(1 - hs[sample, t] ** 2) @ w_hh)
            rows.append(row)
        result.append(float(np.linalg.norm(rows)))
    return result
