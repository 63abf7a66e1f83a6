"""The loops around your functions (given).

Every loop draws from a generator of its own, made from ``seed``. In a terminal a bar shows what is left, and Ctrl-C
ends the training, not the program.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from course.progress import watched
from day23_uncertainty.networks import digit_net, spread_net
from day23_uncertainty.spread import nll_step


def train_spread(
    x: Tensor, y: Tensor, steps: int = 1000, learning_rate: float = 0.01, seed: int = 0
) -> tuple[nn.Module, list[float]]:
    """A network with a mean and a spread, trained on all points at once; the loss before each step."""
    torch.manual_seed(seed)
    model = spread_net()
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    with watched(steps, "step") as progress:
        for _ in progress:
            losses.append(float(nll_step(model, optimizer, x, y)))
    return model, losses


def train_digits(
    x: Tensor, y: Tensor, epochs: int = 60, dropout: float = 0.3, seed: int = 0, classes: int = 5
) -> nn.Module:
    """A network that reads digits, in evaluation mode."""
    chance = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    model = digit_net(classes, dropout=dropout).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    with watched(epochs) as progress:
        for _ in progress:
            for batch in torch.randperm(len(x), generator=chance).split(50):
                optimizer.zero_grad()
                cross_entropy(model(x[batch]), y[batch]).backward()
                optimizer.step()
    return model.eval()
