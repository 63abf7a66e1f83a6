# Write the parts marked TODO(day12). Made by `course sync` from the course's single source.
# skeleton cac88d4fbd4764a6
"""A small LeNet out of your own layers, trained on handwritten digits without any library for networks.

    (b, 1, 8, 8) ─ conv1 16@3×3 ─ ReLU ─ pool 2×2 ─ conv2 32@3×3 ─ ReLU ─ pool 2×2 ─ dense1 64 ─ ReLU ─ dense2 10

Both convolutions pad with one zero, both poolings take the maximum of disjoint windows. For larger images, such as
MNIST's, only dense1 grows. Parameters are a dict with the names and shapes of PyTorch, so that both can be compared.
Arguments come back unchanged.
"""

import numpy as np

from course.progress import watched
from day12_cnn.convolution import conv2d, conv2d_backward
from day12_cnn.pooling import max_pool2d, max_pool2d_backward

Arrays = dict[str, np.ndarray]


def initial_parameters(seed: int = 0, side: int = 8) -> Arrays:
    """Random weights of variance 2 / fan-in (He initialisation) and biases 0 (given).

    Parameters
    ----------
    seed : of the weights
    side : height and width of the images, in pixels; each pooling halves it, rounded down

    Returns
    -------
    dict of float64 arrays
        "conv1.weight" (16, 1, 3, 3), "conv1.bias" (16,), "conv2.weight" (32, 16, 3, 3), "conv2.bias" (32,),
        "dense1.weight" (64, 32 · (side // 4)²), which is (64, 128) for 8×8 pixels, "dense1.bias" (64,),
        "dense2.weight" (10, 64), "dense2.bias" (10,)
    """
    shapes = {
        "conv1": (16, 1, 3, 3),
        "conv2": (32, 16, 3, 3),
        "dense1": (64, 32 * (side // 4) ** 2),
        "dense2": (10, 64),
    }
    rng = np.random.default_rng(seed)
    parameters = {}
    for name, shape in shapes.items():
        fan_in = np.prod(shape[1:])
        parameters[f"{name}.weight"] = rng.normal(size=shape) * np.sqrt(2 / fan_in)
        parameters[f"{name}.bias"] = np.zeros(shape[0])
    return parameters


def cross_entropy(logits: np.ndarray, labels: np.ndarray) -> tuple[float, np.ndarray]:
    """Cross-entropy, mean over the batch, and its gradient by the logits (given).

    Parameters
    ----------
    logits : (b, k) float array
    labels : (b,) int array, 0 to k − 1

    Returns
    -------
    loss : float
    grad : (b, k) float array, (softmax − one-hot) / b
    """
    rows = np.arange(len(labels))
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probabilities = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    grad = np.exp(log_probabilities)
    grad[rows, labels] -= 1
    return -log_probabilities[rows, labels].mean(), grad / len(labels)


def forward(parameters: Arrays, images: np.ndarray) -> Arrays:
    """Forward pass: the logits, and everything on the way to them that the backward pass will need.

    Parameters
    ----------
    parameters : as made by `initial_parameters`
    images : (b, 1, h, w) float array; the shapes below are for 8×8 pixels

    Returns
    -------
    dict of float arrays
        "conv1" (b, 16, 8, 8), before the ReLU; "pool1" (b, 16, 4, 4), after ReLU and pooling;
        "conv2" (b, 32, 4, 4); "pool2" (b, 32, 2, 2); "flat" (b, 128), in the order channel, row, column;
        "dense1" (b, 64), before the ReLU; "logits" (b, 10).
        A dense layer is x Wᵀ + bias. You may keep more than these.

    Not allowed here: ``torch.conv2d``, ``torch.nn.Conv2d``; from ``torch.nn.functional``: ``conv2d``,
    ``max_pool2d``, ``linear``.

    References
    ----------
    LeCun, Bottou, Bengio and Haffner (1998), Gradient-based learning applied to document recognition,
    Proceedings of the IEEE 86, 2278-2324, section II
    """
    # TODO(day12): layer by layer, with your conv2d and max_pool2d
    raise NotImplementedError("forward is not written yet")


def backward(parameters: Arrays, images: np.ndarray, activations: Arrays, grad: np.ndarray) -> Arrays:
    """Backward pass: from the gradient by the logits to those by all parameters.

    The layers in reverse order. A ReLU lets the gradient through where its input was positive; a dense layer
    y = x Wᵀ + bias has dW = gᵀ x, dbias = Σ g over the batch and dx = g W.

    Parameters
    ----------
    parameters : as made by `initial_parameters`
    images : (b, 1, h, w) float array
    activations : what `forward(parameters, images)` returned
    grad : (b, 10) float array, ∂L/∂logits; already divided by b if the loss is a mean

    Returns
    -------
    dict of float arrays
        ∂L/∂parameter under the name of each parameter, in its shape

    Not allowed here: the method ``.backward``, ``torch.autograd.grad``, ``torch.nn.functional.conv2d``,
    ``torch.nn.Conv2d``; from ``torch.func``: ``grad``, ``vjp``, ``jacrev``, ``grad_and_value``, ``jvp``,
    ``jacfwd``, ``linearize``; from ``torch.autograd.functional``: ``vjp``, ``jvp``, ``jacobian``.

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, sections 6.5 and 9.5
    """
    # TODO(day12): from the last layer to the first, with your conv2d_backward and max_pool2d_backward
    raise NotImplementedError("backward is not written yet")


def train(
    parameters: Arrays,
    images: np.ndarray,
    labels: np.ndarray,
    epochs: int = 10,
    batch_size: int = 32,
    learning_rate: float = 0.02,
    momentum: float = 0.9,
    seed: int = 0,
) -> tuple[Arrays, list[float]]:
    """Mini-batch gradient descent with momentum and a falling learning rate.

    In every epoch the samples are shuffled anew and cut into batches; the last one may be smaller and is used as
    well. After each batch, for every parameter w with its gradient g and its velocity v (first 0),

        v ← momentum · v + g ,   w ← w − η_e · v ,   η_e = learning_rate · (1 − e / epochs)

    in the epochs e = 0, 1, 2, … The smaller steps towards the end take out the noise of the last batches.

    In a terminal a bar shows loss and remaining time; elsewhere it is quiet. Ctrl-C ends the training, not the
    program: what has been learned is kept. The check that trains on the digits gives up after 90 seconds; with
    layers that know no loop over pixels it takes a few.

    Parameters
    ----------
    parameters : where to start
    images : (n, 1, h, w) float array
    labels : (n,) int array
    epochs : how often every sample is used
    batch_size : samples per step
    learning_rate : of the first epoch
    momentum : as in the formula
    seed : of the shuffling

    Returns
    -------
    parameters : dict of float arrays, after training
    losses : list of ``epochs`` numbers: cross-entropy, mean over all samples of the epoch, each measured in the
        forward pass before its step

    Not allowed here: the method ``.backward``, ``torch.autograd.grad``,
    ``sklearn.neural_network.MLPClassifier``; from ``torch.optim``: ``SGD``, ``Adam``; from
    ``torch.func``: ``grad``, ``vjp``, ``jacrev``, ``grad_and_value``, ``jvp``, ``jacfwd``, ``linearize``;
    from ``torch.autograd.functional``: ``vjp``, ``jvp``, ``jacobian``.

    References
    ----------
    Sutskever, Martens, Dahl and Hinton (2013), On the importance of initialization and momentum in deep
    learning, ICML, section 2; ``torch.optim.SGD``
    """
    rng = np.random.default_rng(seed)
    parameters = {name: value.copy() for name, value in parameters.items()}
    losses: list[float] = []
    with watched(epochs) as progress:
        # TODO(day12): for each epoch of progress: shuffle; per batch: forward, loss, backward, step
        raise NotImplementedError("train is not written yet")
    return parameters, losses
