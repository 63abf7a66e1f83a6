"""Whole networks from layers: softmax regression, one hidden layer, any number of them.

A forward pass keeps what its backward pass will need. The backward pass walks through the same layers in the
opposite order, each handing its gradient to the one before. Arguments come back unchanged.
"""

from typing import Any

import numpy as np

from day11_fcn.activations import activate, activate_backward
from day11_fcn.layers import Parameters, dense, dense_backward, dropout
from day11_fcn.losses import cross_entropy, cross_entropy_gradient, squared_error


def softmax_regression(
    x: np.ndarray, labels: np.ndarray, w: np.ndarray, b: np.ndarray
) -> tuple[float, np.ndarray, np.ndarray]:
    """Multinomial logistic regression: a network without hidden layer, its loss and its gradients.

    Z = X W + b are the logits, the loss is the mean cross-entropy.

    Parameters
    ----------
    x : (n, d) float array
    labels : (n,) integer array
    w : (d, c) float array
    b : (c,) float array

    Returns
    -------
    loss : float
    grad_w : (d, c) float array
    grad_b : (c,) float array

    References
    ----------
    Bishop, Pattern Recognition and Machine Learning, section 4.3.4
    """
    ### BEGIN SOLUTION forward: dense, cross-entropy; backward: the same in the opposite order
    logits = dense(x, w, b)
    _, grad_w, grad_b = dense_backward(cross_entropy_gradient(logits, labels), x, w)
    return cross_entropy(logits, labels), grad_w, grad_b
    ### END SOLUTION


def two_layer(parameters: Parameters, x: np.ndarray, target: np.ndarray) -> tuple[float, Parameters]:
    """One hidden layer of tanh units, linear outputs and squared error: the loss and all gradients.

    A = X W₁ + b₁ ,  H = tanh A ,  P = H W₂ + b₂ ,  L = mean (P − T)²

    Parameters
    ----------
    parameters : [(w1, b1), (w2, b2)] of shapes (d, h), (h,), (h, k), (k,)
    x : (n, d) float array
    target : (n, k) float array T

    Returns
    -------
    loss : float
    gradients : [(grad_w1, grad_b1), (grad_w2, grad_b2)]
        each of the shape of what it is the gradient of

    References
    ----------
    Rumelhart, Hinton and Williams (1986), Learning representations by back-propagating errors, Nature 323, 533-536
    """
    ### BEGIN SOLUTION write the forward pass line by line; the backward pass is its mirror image
    (w1, b1), (w2, b2) = parameters
    a = dense(x, w1, b1)
    h = activate(a, "tanh")
    loss, grad_p = squared_error(dense(h, w2, b2), target)
    grad_h, grad_w2, grad_b2 = dense_backward(grad_p, h, w2)
    grad_a = activate_backward(a, grad_h, "tanh")
    _, grad_w1, grad_b1 = dense_backward(grad_a, x, w1)
    return loss, [(grad_w1, grad_b1), (grad_w2, grad_b2)]
    ### END SOLUTION


def mlp(
    parameters: Parameters,
    x: np.ndarray,
    activation: str = "relu",
    rate: float = 0.0,
    rng: np.random.Generator | None = None,
) -> tuple[np.ndarray, list[Any]]:
    """Forward pass of a multilayer perceptron with any number of hidden layers.

    Each hidden layer is dense, then the activation, then dropout; the last layer is dense and nothing else.

    Parameters
    ----------
    parameters : [(w, b), …], one pair for each layer; a single pair is a network without hidden layer
    x : (n, d) float array
    activation : of the hidden layers, a name that `activate` knows
    rate : of dropout after every hidden layer
    rng : the generator for dropout in training; None in evaluation, where nothing is dropped

    Returns
    -------
    logits : (n, c) float array
        outputs of the last layer
    cache : list
        whatever `mlp_backward` needs: it is yours, its form is not checked

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, algorithm 6.3
    """
    ### BEGIN SOLUTION keep for each layer its input, what the activation was given, and the mask of dropout
    cache = []
    for w, b in parameters[:-1]:
        a = dense(x, w, b)
        y, mask = dropout(activate(a, activation), rate, rng)
        cache.append((x, a, mask))
        x = y
    cache.append((x, None, None))
    return dense(x, *parameters[-1]), cache
    ### END SOLUTION


def mlp_backward(
    parameters: Parameters, cache: list[Any], grad: np.ndarray, activation: str = "relu"
) -> Parameters:
    """Backward pass of the multilayer perceptron.

    Parameters
    ----------
    parameters : as in the forward pass
    cache : what `mlp` returned as its second part
    grad : (n, c) float array, the gradient of the loss with respect to the logits
    activation : as in the forward pass

    Returns
    -------
    [(grad_w, grad_b), …]
        in the order of ``parameters``, each of the shape of what it is the gradient of

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, algorithm 6.4
    """
    ### BEGIN SOLUTION from the last layer to the first: dense; then mask and activation of the layer before it
    gradients = []
    for (w, _), (x, a, mask) in zip(reversed(parameters), reversed(cache), strict=True):
        if a is not None:
            grad = activate_backward(a, grad * mask, activation)
        grad, grad_w, grad_b = dense_backward(grad, x, w)
        gradients.append((grad_w, grad_b))
    return gradients[::-1]
    ### END SOLUTION
