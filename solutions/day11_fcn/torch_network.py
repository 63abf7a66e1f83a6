"""The same network in PyTorch: gradients come from autograd, and the loop looks as it does everywhere.

Four names to find again in every PyTorch program: a `Dataset` knows single samples, a `DataLoader` makes batches of
them, a `Module` holds parameters and the forward pass, an optimiser steps.
"""

from itertools import pairwise

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

from course.progress import watched


class ArrayDataset(Dataset):
    """Samples and labels from NumPy arrays.

    Parameters
    ----------
    x : (n, d) float array
    labels : (n,) integer array

    References
    ----------
    PyTorch's manual, ``torch.utils.data``, "Map-style datasets"
    """

    def __init__(self, x: np.ndarray, labels: np.ndarray) -> None:
        self.x = x
        self.labels = labels

    def __len__(self) -> int:
        """Number of samples, an int."""
        ### BEGIN SOLUTION
        return len(self.x)
        ### END SOLUTION

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        """One sample.

        Parameters
        ----------
        index : from 0 to n − 1

        Returns
        -------
        x : (d,) float32 tensor, whatever float the array holds
        label : int64 tensor without dimensions
        """
        ### BEGIN SOLUTION `torch.tensor(…, dtype=…)` copies and converts
        x = torch.tensor(self.x[index], dtype=torch.float32)
        return x, torch.tensor(self.labels[index], dtype=torch.int64)
        ### END SOLUTION


class MLP(nn.Module):
    """Multilayer perceptron: linear layers with ReLU and dropout between them, and nothing after the last.

    Parameters
    ----------
    sizes : number of inputs, of the units of each hidden layer, and of outputs
    rate : of dropout after every hidden layer

    References
    ----------
    PyTorch's manual, ``torch.nn.Module`` and ``torch.nn.Sequential``
    """

    def __init__(self, sizes: list[int], rate: float = 0.0) -> None:
        """Make the layers, in the order in which they are passed."""
        super().__init__()
        ### BEGIN SOLUTION nn.Linear, nn.ReLU, nn.Dropout; layers must be attributes of the module, not a plain list
        layers: list[nn.Module] = []
        for inputs, outputs in pairwise(sizes):
            layers += [nn.Linear(inputs, outputs), nn.ReLU(), nn.Dropout(rate)]
        self.layers = nn.Sequential(*layers[:-2])
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Logits.

        Parameters
        ----------
        x : (n, sizes[0]) float tensor

        Returns
        -------
        (n, sizes[-1]) float tensor
        """
        ### BEGIN SOLUTION no softmax: the loss takes logits
        return self.layers(x)
        ### END SOLUTION


def train_epoch(model: nn.Module, loader: DataLoader, optimizer: torch.optim.Optimizer) -> float:
    """One epoch of training with the mean cross-entropy of each batch.

    The check that trains with it on the digits gives up after 90 seconds; it should take a few.

    Parameters
    ----------
    model : takes a batch of inputs and returns logits; is put into training mode
    loader : yields batches of inputs and labels
    optimizer : of the model's parameters

    Returns
    -------
    float
        the mean loss over all *samples* of the epoch, each batch measured before its step

    References
    ----------
    PyTorch's tutorial "Optimizing Model Parameters"
    """
    ### BEGIN SOLUTION training mode; for each batch: gradients to zero, forward, backward, step
    model.train()
    total, count = 0.0, 0
    for x, labels in loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), labels)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(labels)
        count += len(labels)
    return total / count
    ### END SOLUTION


def evaluate(model: nn.Module, loader: DataLoader) -> tuple[float, float]:
    """Mean cross-entropy and accuracy over all samples, in evaluation mode and without a graph.

    Parameters
    ----------
    model : takes a batch of inputs and returns logits; is put into evaluation mode
    loader : yields batches of inputs and labels, the last one smaller perhaps

    Returns
    -------
    loss, accuracy : floats
        both are means over samples, not over batches

    References
    ----------
    PyTorch's tutorial "Optimizing Model Parameters"
    """
    ### BEGIN SOLUTION evaluation mode, torch.no_grad, sums over samples, one division at the end
    model.eval()
    total, right, count = 0.0, 0, 0
    with torch.no_grad():
        for x, labels in loader:
            logits = model(x)
            total += nn.functional.cross_entropy(logits, labels, reduction="sum").item()
            right += int((logits.argmax(dim=1) == labels).sum())
            count += len(labels)
    return total / count, right / count
    ### END SOLUTION


def fit_torch(
    model: nn.Module,
    train: tuple[np.ndarray, np.ndarray],
    validation: tuple[np.ndarray, np.ndarray],
    learning_rate: float,
    batch_size: int,
    epochs: int,
    seed: int,
) -> dict[str, list[float]]:
    """Train with plain stochastic gradient descent and keep the state that was best on the validation samples (given).

    Parameters
    ----------
    model : trained in place; ends in its best state
    train, validation : inputs (n, d) and labels (n,), prepared
    learning_rate, batch_size, epochs : of stochastic gradient descent
    seed : of the order of the samples

    Returns
    -------
    history : dict of lists with an entry for each epoch
        "train_loss" (during the epoch, with dropout), "validation_loss", "validation_accuracy"
    """
    order = torch.Generator().manual_seed(seed)
    train_loader = DataLoader(ArrayDataset(*train), batch_size, shuffle=True, generator=order)
    validation_loader = DataLoader(ArrayDataset(*validation), batch_size=500)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    history: dict[str, list[float]] = {"train_loss": [], "validation_loss": [], "validation_accuracy": []}
    best = model.state_dict()
    with watched(epochs) as progress:
        for _ in progress:
            history["train_loss"].append(train_epoch(model, train_loader, optimizer))
            loss, accuracy = evaluate(model, validation_loader)
            history["validation_loss"].append(loss)
            history["validation_accuracy"].append(accuracy)
            if loss == min(history["validation_loss"]):
                best = {name: value.clone() for name, value in model.state_dict().items()}
            progress.set_postfix(loss=f"{loss:.4f}")
    model.load_state_dict(best)
    return history
