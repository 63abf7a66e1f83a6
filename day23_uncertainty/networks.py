"""The networks of the day (given): one that answers with a spread, and one that reads digits with dropout."""

from torch import nn


def spread_net(width: int = 32) -> nn.Sequential:
    """From (n, 1) to (n, 2): a mean, and what softplus makes a standard deviation of."""
    return nn.Sequential(
        nn.Linear(1, width), nn.Tanh(), nn.Linear(width, width), nn.Tanh(), nn.Linear(width, 2)
    )


def digit_net(classes: int = 5, width: int = 128, dropout: float = 0.3) -> nn.Sequential:
    """From digits (n, 64) to logits (n, classes), with batch normalisation and dropout."""
    return nn.Sequential(
        nn.Linear(64, width),
        nn.BatchNorm1d(width),
        nn.ReLU(),
        nn.Dropout(dropout),
        nn.Linear(width, width),
        nn.ReLU(),
        nn.Dropout(dropout),
        nn.Linear(width, classes),
    )
