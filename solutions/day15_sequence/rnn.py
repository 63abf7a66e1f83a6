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

    References
    ----------
    Elman (1990), Finding structure in time; ``torch.nn.RNNCell``, whose two biases add up to this one
    """
    ### BEGIN SOLUTION
    return np.tanh(x @ w_ih.T + h @ w_hh.T + b)
    ### END SOLUTION


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

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 10.2
    """
    ### BEGIN SOLUTION a loop over time, `rnn_step` inside
    h, hs = h0, []
    for t in range(x.shape[1]):
        h = rnn_step(x[:, t], h, w_ih, w_hh, b)
        hs.append(h)
    return np.stack(hs, axis=1), h
    ### END SOLUTION


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

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 10.2.2; Werbos (1990), Backpropagation through time
    """
    ### BEGIN SOLUTION for t in reversed(range(steps)); the state before step 0 is h0
    grad_x, grad_w_ih, grad_w_hh = np.zeros_like(x), np.zeros_like(w_ih), np.zeros_like(w_hh)
    grad_b = np.zeros_like(w_hh[0])
    grad_h = np.zeros_like(h0)
    for t in reversed(range(x.shape[1])):
        before = hs[:, t - 1] if t > 0 else h0
        grad_a = (grad_hs[:, t] + grad_h) * (1 - hs[:, t] ** 2)
        grad_x[:, t] = grad_a @ w_ih
        grad_h = grad_a @ w_hh
        grad_w_ih += grad_a.T @ x[:, t]
        grad_w_hh += grad_a.T @ before
        grad_b += grad_a.sum(axis=0)
    return grad_x, grad_h, grad_w_ih, grad_w_hh, grad_b
    ### END SOLUTION


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

    References
    ----------
    Bengio, Simard and Frasconi (1994), Learning long-term dependencies with gradient descent is difficult;
    Pascanu, Mikolov and Bengio (2013), On the difficulty of training recurrent neural networks, section 2
    """
    ### BEGIN SOLUTION take the norm, then go one step back; t norms, t − 1 steps
    norms = [np.linalg.norm(grad)]
    for t in range(hs.shape[1] - 1, 0, -1):
        grad = (grad * (1 - hs[:, t] ** 2)) @ w_hh
        norms.append(np.linalg.norm(grad))
    return np.array(norms)
    ### END SOLUTION
