# Write the parts marked TODO(day13). Made by `course sync` from the course's single source.
# skeleton 9aa3c12e3d5dc8bc
"""Training a PyTorch network with your own optimiser: the loop, when to stop it, and what to check first.

PyTorch computes the gradients and nothing else. A tensor and a NumPy array can share their memory, so an optimiser
that changes its arrays in place changes the network.
"""

import copy
import math
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from tqdm import tqdm

from day13_optim.optimizers import Optimizer
from day13_optim.regularization import clip_by_norm

Samples = tuple[Tensor, Tensor]
"""Inputs (n, …) and labels (n,) int64."""


def parameters_of(model: nn.Module) -> list[np.ndarray]:
    """The parameters of a network as arrays that share its memory (given)."""
    return [p.detach().numpy() for p in model.parameters()]


def gradients_of(model: nn.Module) -> list[np.ndarray]:
    """The gradients that ``backward`` left, in the order of `parameters_of`; zeros where none arrived (given)."""
    return [
        np.zeros(p.shape, dtype=p.detach().numpy().dtype) if p.grad is None else p.grad.numpy()
        for p in model.parameters()
    ]


@torch.no_grad()
def evaluate(model: nn.Module, x: Tensor, y: Tensor) -> tuple[float, float]:
    """Mean cross-entropy and accuracy, with dropout off (given)."""
    model.eval()
    logits = model(x)
    return cross_entropy(logits, y).item(), (logits.argmax(dim=1) == y).double().mean().item()


def train_epoch(
    model: nn.Module,
    optimizer: Optimizer,
    x: Tensor,
    y: Tensor,
    batch_size: int,
    generator: torch.Generator,
    max_norm: float = math.inf,
) -> float:
    """One epoch of mini-batch training: every sample once, in random order.

    For each batch: logits, mean cross-entropy, gradients (of this batch only), clipping by norm, one step of
    the optimiser.

    Parameters
    ----------
    model : maps (b, …) to logits (b, classes); put into training mode here
    optimizer : works on `parameters_of` the model
    x, y : (n, …) inputs and (n,) int64 labels
    batch_size : samples per batch; the last batch holds what is left, possibly fewer
    generator : of the order, drawn anew in each call
    max_norm : gradients longer than this are shortened, all parameters together

    Returns
    -------
    float
        mean loss over all samples, each as it was when its batch was used

    Not allowed here: from ``torch.optim``: ``SGD``, ``Adam``, ``AdamW``.

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, sections 8.1.3 and 10.11.1
    """
    # TODO(day13): `torch.randperm(n, generator=generator).split(batch_size)` are the batches
    raise NotImplementedError("train_epoch is not written yet")


class EarlyStopping:
    """Stop when the validation loss no longer falls, and go back to where it was lowest.

    An epoch is an improvement when its loss is below ``best_loss − min_delta``; NaN never is. Then the loss, the epoch
    and a *copy* of the whole state of the model (``model.state_dict()``) are kept.

    Parameters
    ----------
    patience : so many epochs in a row without improvement, and ``update`` says stop; 1 or more
    min_delta : smallest fall of the loss that counts, 0 or more

    Attributes
    ----------
    best_loss : loss of the last improvement, at first infinite
    best_epoch : its epoch, the first call of ``update`` being epoch 0; at first −1
    best_state : copy of the state of the model at that time, at first None

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, algorithm 7.1
    """

    def __init__(self, patience: int, min_delta: float = 0.0) -> None:
        self.patience = patience
        self.min_delta = min_delta
        self.best_loss = math.inf
        self.best_epoch = -1
        self.best_state: dict[str, Tensor] | None = None
        self.epoch = -1

    def update(self, loss: float, model: nn.Module) -> bool:
        """Take note of the validation loss of one epoch; True when training should stop."""
        # TODO(day13): the tensors in state_dict() are the network's own: without a copy they go on changing
        raise NotImplementedError("EarlyStopping.update is not written yet")

    def restore(self, model: nn.Module) -> None:
        """Put the best state back into the tensors of the model, whose memory the optimiser shares, as often as asked;
        nothing happens when there is none.
        """
        # TODO(day13): Put the best state back into the tensors of the model, whose memory the optimiser
        #   shares, as often as asked; nothing happens when there is none
        raise NotImplementedError("EarlyStopping.restore is not written yet")


def train(
    model: nn.Module,
    optimizer: Optimizer,
    training: Samples,
    validation: Samples,
    epochs: int,
    batch_size: int = 32,
    max_norm: float = math.inf,
    stopping: EarlyStopping | None = None,
    seed: int = 0,
) -> dict[str, list[float]]:
    """Train for a number of epochs, or until early stopping or Ctrl-C ends it.

    After each epoch the network is evaluated on the validation samples, the history grows by one and the progress bar
    shows the two losses as ``train`` and ``validation``. With ``stopping``, the validation loss decides when to end,
    and the best weights are put back at the end, however it came. Ctrl-C (``KeyboardInterrupt``) ends training, not
    the program: what has been learned and recorded is kept, an unfinished epoch is not recorded.

    The checks that train with it, on digits and on signals, give up after 90 seconds each; they should take a few.

    Parameters
    ----------
    model, optimizer, batch_size, max_norm : as in `train_epoch`
    training, validation : pairs of inputs and labels
    epochs : at most so many
    stopping : None to train for all epochs and keep the last weights
    seed : of the order of the samples, one generator for the whole training

    Returns
    -------
    dict
        "train_loss", "validation_loss" and "validation_accuracy", each a list with one number per finished epoch

    Not allowed here: from ``torch.optim``: ``SGD``, ``Adam``, ``AdamW``.

    References
    ----------
    Prechelt (1998), Early stopping - but when? Neural Networks: Tricks of the Trade, section 1.2
    """
    generator = torch.Generator().manual_seed(seed)
    history: dict[str, list[float]] = {"train_loss": [], "validation_loss": [], "validation_accuracy": []}
    with tqdm(
        range(epochs), unit="epoch", disable=None
    ) as progress:  # None: quiet unless a terminal is there
        # TODO(day13): for each of progress: train, evaluate, record, show (`progress.set_postfix`), stop?
        raise NotImplementedError("train is not written yet")
    return history


def sanity_checks(
    model: nn.Module,
    make_optimizer: Callable[[list[np.ndarray]], Optimizer],
    x: Tensor,
    y: Tensor,
    steps: int = 100,
) -> dict[str, bool]:
    """What to check in the first minute, on one small batch, before a network is trained for hours.

    Returns
    -------
    dict with five answers
        "initial_loss" : the mean cross-entropy of the fresh network differs by less than 0.5 from ln C, the loss of a
        guess among C classes

        "uses_input" : not all samples have the same logits (``torch.allclose`` with the first one)

        "gradients" : after one backward pass every parameter has a gradient with an entry that is not 0

        "updates" : one step of training changes an entry of every parameter

        "overfits" : after ``steps`` steps of training on this batch, the loss is below 0.1 · ln C

    Parameters
    ----------
    model : fresh; all checks work on a copy and leave it as it is
    make_optimizer : arrays of parameters -> optimiser
    x, y : the batch: (b, …) inputs and (b,) int64 labels, the logits are (b, C)
    steps : how long overfitting is tried, the step of "updates" included

    Not allowed here: from ``torch.optim``: ``SGD``, ``Adam``, ``AdamW``.

    References
    ----------
    Karpathy (2019), A recipe for training neural networks
    """
    # TODO(day13): copy.deepcopy the model; an epoch with one batch is a step
    raise NotImplementedError("sanity_checks is not written yet")


def dead_relu_fraction(model: nn.Module, x: Tensor) -> list[float]:
    """Share of dead units in every ReLU layer of a network.

    A unit is dead when it is 0 for every sample in x (in a convolution, where a unit is a channel, also at every
    position): no gradient passes through it any more. The outputs are collected by forward hooks, which are
    removed again.

    Parameters
    ----------
    model : with layers of the class ``nn.ReLU``, anywhere inside; each is used once in a forward pass
    x : (n, …) inputs

    Returns
    -------
    list of floats from 0 to 1
        one per ReLU layer, in the order of ``model.modules()``; a layer's output is (n, units) or (n, units, …)

    References
    ----------
    Lu, Shin, Su and Karniadakis (2020), Dying ReLU and initialization: theory and numerical examples
    """
    # TODO(day13): `register_forward_hook` calls a function with (layer, inputs, output)
    raise NotImplementedError("dead_relu_fraction is not written yet")
