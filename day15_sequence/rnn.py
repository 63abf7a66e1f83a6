# Write the parts marked TODO(day15). Made by `course sync` from the course's single source.
# skeleton 6cdb883a7d5ba639
"""The plain recurrent network, forward and backward through time.

    h_t = tanh(W_ih x_t + W_hh h_{t−1} + b)

The same weights at every step: a network as deep as the sequence is long, with all its layers shared. Weights have
PyTorch's shapes, so a product is ``x @ w_ih.T``; batches come first, (b, t, d) is batch, time, features. Arguments
come back unchanged.
"""

import numpy as np


def rnn_step(x: np.ndarray, h: np.ndarray, w_ih: np.ndarray, w_hh: np.ndarray, b: np.ndarray) -> np.ndarray:
    """One step of a recurrent network:  h' = tanh(W_ih x + W_hh h + b), for every row of a batch.

    Parameters
    ----------
    x : (b, d) float array, input of this step
    h : (b, n) float array, state before it
    w_ih : (n, d) float array
    w_hh : (n, n) float array
    b : (n,) float array

    Returns
    -------
    (b, n) float array
        the state after the step

    Not allowed here: from ``torch.nn``: ``RNNCell``, ``RNN``; from ``torch``: ``rnn_tanh_cell``,
    ``rnn_tanh``.

    References
    ----------
    Elman (1990), Finding structure in time; ``torch.nn.RNNCell``, whose two biases add up to this one
    """
    # TODO(day15): One step of a recurrent network:  h' = tanh(W_ih x + W_hh h + b), for every row of a
    #   batch
    raise NotImplementedError("rnn_step is not written yet")


def rnn_forward(
    x: np.ndarray, h0: np.ndarray, w_ih: np.ndarray, w_hh: np.ndarray, b: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """A recurrent network over a whole sequence: the same step again and again, the state handed on.

    Parameters
    ----------
    x : (b, t, d) float array, at least one step
    h0 : (b, n) float array, state before the first step
    w_ih, w_hh, b : as in `rnn_step`

    Returns
    -------
    hs : (b, t, n) float array, the states after each step
    h : (b, n) float array, the state after the last step

    Not allowed here: from ``torch.nn``: ``RNNCell``, ``RNN``; from ``torch``: ``rnn_tanh_cell``,
    ``rnn_tanh``.

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 10.2
    """
    # TODO(day15): a loop over time, `rnn_step` inside
    raise NotImplementedError("rnn_forward is not written yet")


def rnn_backward(
    grad_hs: np.ndarray,
    x: np.ndarray,
    h0: np.ndarray,
    hs: np.ndarray,
    w_ih: np.ndarray,
    w_hh: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Backpropagation through time.

    From the last step to the first. The gradient by h_t has two parts, one directly from the loss and one through
    the next step; a_t is what the tanh was taken of, so ∂h_t/∂a_t = 1 − h_t²:

        δh_t = grad_hs_t + δa_{t+1} W_hh ,   δa_t = δh_t ⊙ (1 − h_t²) ,

    with nothing coming from beyond the last step. All steps share their weights, so the gradients of all steps add up:

        ∂W_ih = Σ_t δa_tᵀ x_t ,  ∂W_hh = Σ_t δa_tᵀ h_{t−1} ,  ∂b = Σ_t Σ_batch δa_t ,
        ∂x_t = δa_t W_ih ,  ∂h_0 = δa_1 W_hh .

    Parameters
    ----------
    grad_hs : (b, t, n) float array, how the loss depends on each state *directly*
    x, h0 : what `rnn_forward` was given, (b, t, d) and (b, n)
    hs : (b, t, n) float array, the states that it returned
    w_ih, w_hh : (n, d) and (n, n) float arrays

    Returns
    -------
    grad_x, grad_h0, grad_w_ih, grad_w_hh, grad_b
        float arrays of the shapes of x, h0, w_ih, w_hh and (n,), and of their dtype: float32 in, float32 out

    Not allowed here: the method ``.backward``; from ``torch.autograd``: ``grad``, ``backward``; from
    ``torch.func``: ``grad``, ``vjp``, ``jacrev``, ``grad_and_value``, ``jvp``, ``jacfwd``, ``linearize``;
    from ``torch.autograd.functional``: ``vjp``, ``jvp``, ``jacobian``; from ``torch.nn``: ``RNN``,
    ``RNNCell``.

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 10.2.2; Werbos (1990), Backpropagation through time
    """
    # TODO(day15): for t in reversed(range(steps)); the state before step 0 is h0
    raise NotImplementedError("rnn_backward is not written yet")


def gradient_norms(grad: np.ndarray, hs: np.ndarray, w_hh: np.ndarray) -> np.ndarray:
    """How much of a gradient is left after k steps back in time.

    The loss depends on the last state h_T only. Each step back multiplies the gradient with the Jacobian of one
    step,

        ∂L/∂h_{t−1} = (∂L/∂h_t ⊙ (1 − h_t²)) W_hh ,

    and a product of many matrices vanishes or explodes.

    Parameters
    ----------
    grad : (b, n) float array, ∂L/∂h_T
    hs : (b, t, n) float array, the states after each of t steps
    w_hh : (n, n) float array

    Returns
    -------
    (t,) float array
        entry k is the Frobenius norm of the (b, n) array ∂L/∂h_{T−k}; the first is that of ``grad`` itself

    Not allowed here: the method ``.backward``; from ``torch.autograd``: ``grad``, ``backward``; from
    ``torch.func``: ``grad``, ``vjp``, ``jacrev``, ``grad_and_value``, ``jvp``, ``jacfwd``, ``linearize``;
    from ``torch.autograd.functional``: ``vjp``, ``jacobian``, ``jvp``.

    References
    ----------
    Bengio, Simard and Frasconi (1994), Learning long-term dependencies with gradient descent is difficult;
    Pascanu, Mikolov and Bengio (2013), On the difficulty of training recurrent neural networks, section 2
    """
    # TODO(day15): take the norm, then go one step back; t norms, t − 1 steps
    raise NotImplementedError("gradient_norms is not written yet")
