# Write the parts marked TODO(day15). Made by `course sync` from the course's single source.
# skeleton e997eaefb2a30e93
"""Gated cells: LSTM and GRU, forward and backward, equal to PyTorch's when they are given its weights.

A gate is a number between 0 and 1 that says how much passes. The LSTM keeps a second state c, to which a step *adds*:
a gradient can travel along it without being multiplied by a matrix. Weights have PyTorch's shapes: the gates lie below
each other, for the LSTM in the order i, f, g, o, for the GRU r, z, n, each with n rows. Arguments come back
unchanged. A backward pass adds to a gradient in a new array: ``grad_c += …`` would change the caller's.
"""

from typing import NamedTuple

import numpy as np


def sigmoid(a: np.ndarray) -> np.ndarray:
    """1 / (1 + e^−a) without overflow, as half of a shifted tanh (given)."""
    return 0.5 * (np.tanh(0.5 * a) + 1)


def lstm_step(
    x: np.ndarray,
    h: np.ndarray,
    c: np.ndarray,
    w_ih: np.ndarray,
    w_hh: np.ndarray,
    b_ih: np.ndarray,
    b_hh: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One step of a long short-term memory.

    With a = W_ih x + b_ih + W_hh h + b_hh, four blocks of n numbers,

        i = σ(a_i) ,  f = σ(a_f) ,  g = tanh(a_g) ,  o = σ(a_o) ,
        c' = f ⊙ c + i ⊙ g ,   h' = o ⊙ tanh(c') :

    the forget gate f keeps, the input gate i lets the candidate g in, the output gate o shows.

    Parameters
    ----------
    x : (b, d) float array, input of this step
    h, c : (b, n) float arrays, hidden state and cell state before it
    w_ih : (4n, d) float array
    w_hh : (4n, n) float array
    b_ih, b_hh : (4n,) float arrays

    Returns
    -------
    h, c : (b, n) float arrays, the states after the step
    gates : (b, 4n) float array, [i, f, g, o] side by side, *after* σ and tanh
        all three in the dtype of the arguments: float32 in, float32 out

    Not allowed here: from ``torch.nn``: ``LSTMCell``, ``LSTM``; from ``torch``: ``lstm_cell``, ``lstm``.

    References
    ----------
    Hochreiter and Schmidhuber (1997), Long short-term memory; Gers, Schmidhuber and Cummins (2000), Learning to
    forget; ``torch.nn.LSTMCell``
    """
    # TODO(day15): one product for all four blocks, then split them
    raise NotImplementedError("lstm_step is not written yet")


def lstm_step_backward(
    grad_h: np.ndarray,
    grad_c: np.ndarray,
    x: np.ndarray,
    h: np.ndarray,
    c: np.ndarray,
    c_next: np.ndarray,
    gates: np.ndarray,
    w_ih: np.ndarray,
    w_hh: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Backward pass of one LSTM step.

    The new cell state acts on the loss twice, through the new hidden state and by itself:

        δc = grad_c + grad_h ⊙ o ⊙ (1 − tanh² c') .

    From there to the gates, and through their σ (derivative σ (1 − σ)) and tanh (1 − tanh²) to δa, four blocks:

        δi = δc ⊙ g ,  δf = δc ⊙ c ,  δg = δc ⊙ i ,  δo = grad_h ⊙ tanh c' .

    Then, as in every layer with a = W_ih x + b_ih + W_hh h + b_hh,

        ∂x = δa W_ih ,  ∂h = δa W_hh ,  ∂c = δc ⊙ f ,  ∂W_ih = δaᵀ x ,  ∂W_hh = δaᵀ h ,  ∂b = Σ_batch δa .

    Parameters
    ----------
    grad_h, grad_c : (b, n) float arrays, ∂L/∂h' and ∂L/∂c' (of c' by itself, not through h')
    x, h, c, w_ih, w_hh : what `lstm_step` was given
    c_next, gates : c' and the gates that it returned, (b, n) and (b, 4n)

    Returns
    -------
    grad_x, grad_h, grad_c, grad_w_ih, grad_w_hh, grad_b
        float arrays of the shapes of x, h, c, w_ih, w_hh and (4n,); the last is the gradient by either bias

    Not allowed here: the method ``.backward``; from ``torch.nn``: ``LSTMCell``, ``LSTM``; from
    ``torch.autograd``: ``grad``, ``backward``; from ``torch.func``: ``grad``, ``vjp``, ``jacrev``,
    ``grad_and_value``, ``jvp``, ``jacfwd``, ``linearize``; from ``torch.autograd.functional``: ``vjp``,
    ``jvp``, ``jacobian``.

    References
    ----------
    Greff, Srivastava, Koutník, Steunebrink and Schmidhuber (2017), LSTM: a search space odyssey, section II
    """
    # TODO(day15): from h' to c', from c' to the gates, through the gates to a
    raise NotImplementedError("lstm_step_backward is not written yet")


class Trace(NamedTuple):
    """What `lstm_forward` keeps of a sequence (given): for the backward pass, and for looking at."""

    hs: np.ndarray
    """(b, t, n), the hidden states after each step"""
    cs: list[np.ndarray]
    """t arrays (b, n), the cell states after each step"""
    gates: list[np.ndarray]
    """t arrays (b, 4n), i, f, g, o of each step"""


def lstm_forward(
    x: np.ndarray,
    h: np.ndarray,
    c: np.ndarray,
    w_ih: np.ndarray,
    w_hh: np.ndarray,
    b_ih: np.ndarray,
    b_hh: np.ndarray,
) -> Trace:
    """An LSTM over a whole sequence x, (b, t, d), through your `lstm_step` (given)."""
    w_ih, w_hh = np.asfortranarray(w_ih), np.asfortranarray(w_hh)  # so that w.T is read row by row: faster
    hs, cs, gates = [], [], []
    for t in range(x.shape[1]):
        h, c, opened = lstm_step(x[:, t], h, c, w_ih, w_hh, b_ih, b_hh)
        hs.append(h)
        cs.append(c)
        gates.append(opened)
    return Trace(np.stack(hs, axis=1), cs, gates)


def lstm_backward(
    grad_hs: np.ndarray,
    x: np.ndarray,
    h0: np.ndarray,
    c0: np.ndarray,
    trace: Trace,
    w_ih: np.ndarray,
    w_hh: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Backpropagation through time of an LSTM, through your `lstm_step_backward` (given).

    Returns the gradients by x, w_ih, w_hh and a bias, when the loss depends on the states hs by grad_hs, (b, t, n).
    """
    grad_h, grad_c, grad_x = np.zeros_like(h0), np.zeros_like(c0), np.empty_like(x)
    grad_w_ih, grad_w_hh, grad_b = np.zeros_like(w_ih), np.zeros_like(w_hh), np.zeros_like(w_ih[:, 0])
    for t in reversed(range(x.shape[1])):
        h, c = (trace.hs[:, t - 1], trace.cs[t - 1]) if t > 0 else (h0, c0)
        grad_x[:, t], grad_h, grad_c, *grads = lstm_step_backward(
            grad_hs[:, t] + grad_h, grad_c, x[:, t], h, c, trace.cs[t], trace.gates[t], w_ih, w_hh
        )
        for total, grad in zip((grad_w_ih, grad_w_hh, grad_b), grads, strict=True):
            total += grad
    return grad_x, grad_w_ih, grad_w_hh, grad_b


def gru_step(
    x: np.ndarray, h: np.ndarray, w_ih: np.ndarray, w_hh: np.ndarray, b_ih: np.ndarray, b_hh: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """One step of a gated recurrent unit.

    The two products are kept apart, p = W_ih x + b_ih and q = W_hh h + b_hh, three blocks of n numbers each, because
    the reset gate r acts on the second one only, its bias included:

        r = σ(p_r + q_r) ,  z = σ(p_z + q_z) ,  n = tanh(p_n + r ⊙ q_n) ,
        h' = (1 − z) ⊙ n + z ⊙ h .

    Parameters
    ----------
    x : (b, d) float array, input of this step
    h : (b, n) float array, state before it
    w_ih : (3n, d) float array
    w_hh : (3n, n) float array
    b_ih, b_hh : (3n,) float arrays

    Returns
    -------
    h : (b, n) float array, the state after the step
    gates : (b, 3n) float array, [r, z, n] side by side, after σ and tanh

    Not allowed here: from ``torch.nn``: ``GRUCell``, ``GRU``; from ``torch``: ``gru_cell``, ``gru``.

    References
    ----------
    Cho et al. (2014), Learning phrase representations using RNN encoder-decoder; ``torch.nn.GRUCell``, which
    resets after the product and keeps by z, as here
    """
    # TODO(day15): two products, split each into three
    raise NotImplementedError("gru_step is not written yet")


def gru_step_backward(
    grad_h: np.ndarray,
    x: np.ndarray,
    h: np.ndarray,
    gates: np.ndarray,
    w_ih: np.ndarray,
    w_hh: np.ndarray,
    b_hh: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Backward pass of one GRU step.

    From h' = (1 − z) ⊙ n + z ⊙ h come δn = grad_h ⊙ (1 − z) and δz = grad_h ⊙ (h − n); from n = tanh(p_n + r ⊙ q_n)

        δp_n = δn ⊙ (1 − n²) ,  δq_n = δp_n ⊙ r ,  δr = δp_n ⊙ q_n ,

    and through their σ, δp_r = δq_r = δr ⊙ r (1 − r) and δp_z = δq_z = δz ⊙ z (1 − z). So δp and δq differ in
    the last block, and with them the gradients of the two biases. The old state acts twice, through q and directly:

        ∂h = δq W_hh + grad_h ⊙ z .

    Parameters
    ----------
    grad_h : (b, n) float array, ∂L/∂h'
    x, h, w_ih, w_hh, b_hh : what `gru_step` was given
    gates : (b, 3n) float array that it returned

    Returns
    -------
    grad_x, grad_h, grad_w_ih, grad_w_hh, grad_b_ih, grad_b_hh
        float arrays of the shapes of x, h, w_ih, w_hh, (3n,) and (3n,)

    Not allowed here: the method ``.backward``; from ``torch.nn``: ``GRUCell``, ``GRU``; from
    ``torch.autograd``: ``grad``, ``backward``; from ``torch.func``: ``grad``, ``vjp``, ``jacrev``,
    ``grad_and_value``, ``jvp``, ``jacfwd``, ``linearize``; from ``torch.autograd.functional``: ``vjp``,
    ``jvp``, ``jacobian``.

    References
    ----------
    Cho et al. (2014), Learning phrase representations using RNN encoder-decoder, appendix A
    """
    # TODO(day15): q_n is computed again; then block by block as above
    raise NotImplementedError("gru_step_backward is not written yet")


def parameter_count(cell: str, inputs: int, units: int) -> int:
    """Number of weights and biases in one recurrent layer of PyTorch, which has two biases per block.

    A plain cell has one block of W_ih, W_hh, b_ih and b_hh, a GRU has three, an LSTM four. (Other libraries add the
    two biases into one and count fewer.)

    Parameters
    ----------
    cell : ``"rnn"``, ``"gru"`` or ``"lstm"``
    inputs : size of x
    units : size of h

    Returns
    -------
    int

    Raises
    ------
    ValueError
        for any other cell

    Not allowed here: from ``torch.nn``: ``LSTM``, ``GRU``, ``RNN``, ``LSTMCell``, ``GRUCell``,
    ``RNNCell``.

    References
    ----------
    ``torch.nn.RNN``, ``torch.nn.GRU`` and ``torch.nn.LSTM``, section "Variables" of their documentation
    """
    # TODO(day15): Number of weights and biases in one recurrent layer of PyTorch, which has two biases per
    #   block
    raise NotImplementedError("parameter_count is not written yet")
