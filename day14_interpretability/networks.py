"""What is looked at today: three classifiers of digits, small enough to be trained while you wait (given).

`linear_net` is one dense layer, whose weights can be read directly. `dense_net` has three, and `DigitNet` three
convolutions, and nobody can read those. All take standardised images (b, 1, 8, 8) and return logits (b, 10).
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy


def linear_net() -> nn.Sequential:
    """One dense layer: a linear classifier with a weight per class and pixel."""
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 10))


def dense_net() -> nn.Sequential:
    """Three dense layers: every weight belongs to a place."""
    layers = (nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10))
    return nn.Sequential(nn.Flatten(), *layers)


class DigitNet(nn.Module):
    """Three convolutions that keep the size, the mean of each feature map, and one dense layer.

        (b, 1, 8, 8) ─ features ─ (b, 48, 8, 8) ─ mean over the pixels ─ (b, 48) ─ classifier ─ (b, 10)

    `features` and `classifier` are attributes, so that a hook can be put between them.
    """

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            *(nn.Conv2d(1, 24, 3, padding=1), nn.ReLU()),
            *(nn.Conv2d(24, 48, 3, padding=1), nn.ReLU()),
            *(nn.Conv2d(48, 48, 3, padding=1), nn.ReLU()),
        )
        self.classifier = nn.Linear(48, 10)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (b, 10) of images (b, 1, 8, 8)."""
        return self.classifier(self.features(x).mean(dim=(2, 3)))


def train(model: nn.Module, x: Tensor, y: Tensor, epochs: int = 15, seed: int = 0) -> None:
    """Adam and cross-entropy, batches of 32; changes the model in place."""
    shuffling = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    model.train()
    for _ in range(epochs):
        for batch in torch.randperm(len(x), generator=shuffling).split(32):
            optimizer.zero_grad()
            cross_entropy(model(x[batch]), y[batch]).backward()
            optimizer.step()


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """``with evaluating(model):`` evaluation mode inside; afterwards every layer is in the mode it was in.

    An explanation must not depend on the images that share the batch (batch normalisation) or on chance (dropout),
    and whoever asks for one in the middle of a training does not want to find the model changed.
    """
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, mode in modes:
            module.training = mode
