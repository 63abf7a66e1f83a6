# Write the parts marked TODO(day11). Made by `course sync` from the course's single source.
# skeleton abc24372023a6d11
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

    Not allowed here: the method ``.backward``, ``torch.autograd.grad``,
    ``torch.nn.functional.cross_entropy``, ``sklearn.linear_model.LogisticRegression``; from
    ``torch.func``: ``grad``, ``vjp``, ``jacrev``, ``grad_and_value``, ``jvp``, ``jacfwd``, ``linearize``;
    from ``torch.autograd.functional``: ``vjp``, ``jvp``, ``jacobian``.

    References
    ----------
    Bishop, Pattern Recognition and Machine Learning, section 4.3.4
    """
    # TODO(day11): forward: dense, cross-entropy; backward: the same in the opposite order
    raise NotImplementedError("softmax_regression is not written yet")


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

    Not allowed here: the method ``.backward``, ``torch.autograd.grad``,
    ``sklearn.neural_network.MLPRegressor``; from ``torch.func``: ``grad``, ``vjp``, ``jacrev``,
    ``grad_and_value``, ``jvp``, ``jacfwd``, ``linearize``; from ``torch.autograd.functional``: ``vjp``,
    ``jvp``, ``jacobian``.

    References
    ----------
    Rumelhart, Hinton and Williams (1986), Learning representations by back-propagating errors, Nature 323, 533-536
    """
    # TODO(day11): write the forward pass line by line; the backward pass is its mirror image
    raise NotImplementedError("two_layer is not written yet")


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

    Not allowed here: ``sklearn.neural_network.MLPClassifier``; from ``torch.nn``: ``Sequential``,
    ``Linear``, ``Module``.

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, algorithm 6.3
    """
    # TODO(day11): keep for each layer its input, what the activation was given, and the mask of dropout
    raise NotImplementedError("mlp is not written yet")


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

    Not allowed here: the method ``.backward``, ``torch.autograd.grad``, ``torch.nn.Sequential``; from
    ``torch.func``: ``grad``, ``vjp``, ``jacrev``, ``grad_and_value``, ``jvp``, ``jacfwd``, ``linearize``;
    from ``torch.autograd.functional``: ``vjp``, ``jvp``, ``jacobian``.

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, algorithm 6.4
    """
    # TODO(day11): from the last layer to the first: dense; then mask and activation of the layer before it
    raise NotImplementedError("mlp_backward is not written yet")
