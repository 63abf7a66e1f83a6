# Write the parts marked TODO(day11). Made by `course sync` from the course's single source.
# skeleton a24718c194af1773
"""Training: a step, a first loop, the real loop with mini-batches, and the protocol around it.

Three sets, three jobs. The training samples move the weights. The validation samples choose among the states on the
way. The test samples are looked at once, when everything is decided. Arguments come back unchanged. A step returns
new parameters, and the old ones can be kept.
"""

import numpy as np

from course.progress import watched
from day11_fcn.evaluation import accuracy
from day11_fcn.layers import Parameters, initialise_layers
from day11_fcn.losses import cross_entropy, cross_entropy_gradient
from day11_fcn.networks import mlp, mlp_backward, two_layer
from day11_fcn.preparation import Standardizer, minibatches

Samples = tuple[np.ndarray, np.ndarray]
"""Inputs (n, d) and labels (n,)."""

History = dict[str, list[float]]
"""What a loop has measured, epoch by epoch: lists of equal length under the names of what was measured."""


def sgd_step(parameters: Parameters, gradients: Parameters, learning_rate: float) -> Parameters:
    """One step of gradient descent: θ − η g for every weight and bias.

    Parameters
    ----------
    parameters : [(w, b), …]
    gradients : [(grad_w, grad_b), …] of the same shapes
    learning_rate : η

    Returns
    -------
    [(w, b), …]
        new arrays; the old ones stay as they are, so that an earlier state can be kept

    Not allowed here: ``torch.optim.SGD``.

    References
    ----------
    Robbins and Monro (1951), A stochastic approximation method, Annals of Mathematical Statistics 22, 400-407
    """
    # TODO(day11): a new list of new pairs
    raise NotImplementedError("sgd_step is not written yet")


def train_denoiser(
    parameters: Parameters, noisy: np.ndarray, clean: np.ndarray, learning_rate: float, steps: int
) -> tuple[Parameters, list[float]]:
    """The first training loop: a network with one hidden layer learns to take noise away.

    Every step takes all samples: loss and gradients by `two_layer` with the noisy signals as inputs and the clean ones
    as targets, then one `sgd_step`. A check that trains with it gives up after 90 seconds; it should take a few.

    Parameters
    ----------
    parameters : [(w1, b1), (w2, b2)] to begin with
    noisy, clean : (n, t) float arrays, a signal per row
    learning_rate : of gradient descent
    steps : how many

    Returns
    -------
    parameters : after the last step
    losses : list of ``steps`` floats
        the loss *before* each step: the first is that of the initial parameters

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 8.3.1
    """
    # TODO(day11): a loop with two calls
    raise NotImplementedError("train_denoiser is not written yet")


def noisy_cosines(
    n: int, length: int, noise: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Cosines of two periods with random phases, with and without noise (given).

    Parameters
    ----------
    n : number of signals
    length : number of points of each
    noise : standard deviation of the normal noise; the cosine has amplitude 1

    Returns
    -------
    noisy, clean : (n, length) float arrays
    """
    phases = rng.uniform(0, 2 * np.pi, size=(n, 1))
    clean = np.cos(np.linspace(0, 4 * np.pi, length, endpoint=False) + phases)
    return clean + noise * rng.normal(size=clean.shape), clean


def fit(
    parameters: Parameters,
    train: Samples,
    validation: Samples,
    learning_rate: float,
    batch_size: int,
    epochs: int,
    rng: np.random.Generator,
    rate: float = 0.0,
) -> tuple[Parameters, History]:
    """Train a ReLU network on mini-batches, and return the state that was best on the validation samples.

    An epoch is one pass over the training samples in a new random order. For every batch: forward pass with dropout,
    gradient of the mean cross-entropy, backward pass, step. At the end of an epoch, without dropout: the mean
    cross-entropy on the whole training set, and cross-entropy and accuracy on the whole validation set.

    Parameters
    ----------
    parameters : [(w, b), …] to begin with
    train, validation : inputs (n, d) and labels (n,), prepared
    learning_rate, batch_size, epochs : of stochastic gradient descent
    rng : the generator for the order of the samples and for dropout
    rate : of dropout

    Returns
    -------
    parameters : of the end of the epoch with the smallest validation cross-entropy
    history : dict of lists with ``epochs`` entries
        "train_loss", "validation_loss", "validation_accuracy"

    Not allowed here: ``sklearn.neural_network.MLPClassifier``, ``torch.optim.SGD``.

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, sections 7.8 and 8.3.1
    """
    history: History = {"train_loss": [], "validation_loss": [], "validation_accuracy": []}
    best = parameters
    with watched(epochs) as progress:
        for _ in progress:
            # TODO(day11): one epoch of steps; measure without dropout; keep the best state
            raise NotImplementedError("fit is not written yet")
            progress.set_postfix(loss=f"{history['train_loss'][-1]:.4f}")
    return best, history


def experiment(
    train: Samples,
    validation: Samples,
    test: Samples,
    rng: np.random.Generator,
    hidden: tuple[int, ...] = (128,),
    learning_rate: float = 0.1,
    batch_size: int = 32,
    epochs: int = 40,
    rate: float = 0.3,
) -> tuple[Parameters, History, float]:
    """The whole protocol, without leakage: prepare, initialise, fit, and test once.

    A `Standardizer` is fitted to the training inputs and applied to all three sets. The network has ReLU layers of
    the sizes ``hidden`` and an output for each label from 0 to the largest training label; its first weights are those
    of `initialise_layers` for "relu", He's. `fit` chooses its state by the validation set. Only then, and only for its
    accuracy, is the test set used. The check on the digits trains five times and gives up after 90 seconds for all of
    them together; each should take a second or two.

    Parameters
    ----------
    train, validation, test : inputs (n, d), not yet standardised, and labels (n,)
    rng : the generator for first weights, order of the samples and dropout
    hidden : units of the hidden layers
    learning_rate, batch_size, epochs, rate : as for `fit`

    Returns
    -------
    parameters : the chosen state, for standardised inputs
    history : of `fit`
    test_accuracy : float
        of the chosen state, without dropout

    Not allowed here: ``sklearn.neural_network.MLPClassifier``, ``sklearn.preprocessing.StandardScaler``.

    References
    ----------
    Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd ed., sections 7.2 and 7.10.2
    """
    # TODO(day11): in the order of the description; `initialise_layers` makes the first weights
    raise NotImplementedError("experiment is not written yet")
