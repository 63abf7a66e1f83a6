"""The networks of the day (given). All of them have ``encode``, from pictures to codes."""

from collections.abc import Sequence
from itertools import pairwise

from torch import Tensor, nn

from day18_representation.data import SIDE


def mlp(sizes: Sequence[int]) -> nn.Sequential:
    """Dense layers with a ReLU between any two of them."""
    *hidden, last = pairwise(sizes)
    layers = [layer for pair in hidden for layer in (nn.Linear(*pair), nn.ReLU())]
    return nn.Sequential(*layers, nn.Linear(*last))


class Autoencoder(nn.Module):
    """Dense layers from ``inputs`` numbers to ``code`` and back; pictures come back between 0 and 1.

    Parameters
    ----------
    inputs : pixels of a picture
    code : numbers of a code
    width : units of the first hidden layer; the second has half as many
    """

    def __init__(self, inputs: int = 64, code: int = 8, width: int = 128) -> None:
        super().__init__()
        self.encode = mlp([inputs, width, width // 2, code])
        self.decode = nn.Sequential(*mlp([code, width // 2, width, inputs]), nn.Sigmoid())

    def forward(self, x: Tensor) -> Tensor:
        return self.decode(self.encode(x))


class ConvAutoencoder(nn.Module):
    """The same by convolutions with stride 2, and transposed ones: digits (b, 64) to codes and back."""

    def __init__(self, code: int = 8, maps: int = 8) -> None:
        super().__init__()
        self.encode = nn.Sequential(
            nn.Unflatten(1, (1, 8, 8)),
            nn.Conv2d(1, maps, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(maps, 2 * maps, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(8 * maps, code),
        )
        self.decode = nn.Sequential(
            nn.Linear(code, 8 * maps),
            nn.ReLU(),
            nn.Unflatten(1, (2 * maps, 2, 2)),
            nn.ConvTranspose2d(2 * maps, maps, 4, stride=2, padding=1),
            nn.ReLU(),
            nn.ConvTranspose2d(maps, 1, 4, stride=2, padding=1),
            nn.Flatten(),
            nn.Sigmoid(),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.decode(self.encode(x))


class Eye(nn.Module):
    """What looks at scenes (b, 16, 16): convolutions, of each map only its largest value, and a head for training.

    The codes for use are those of ``encode``, before the head: what the head throws away to please the loss is in them
    still.
    """

    def __init__(self, maps: int = 12) -> None:
        super().__init__()
        self.encode = nn.Sequential(
            nn.Unflatten(1, (1, SIDE)),
            nn.Conv2d(1, maps, 4, stride=2, padding=2),
            nn.ReLU(),
            nn.Conv2d(maps, 2 * maps, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(2 * maps, 4 * maps, 3, padding=1),
            nn.ReLU(),
            nn.AdaptiveMaxPool2d(1),
            nn.Flatten(),
        )
        self.head = mlp([4 * maps, 64, 32])

    def forward(self, scenes: Tensor) -> Tensor:
        return self.head(self.encode(scenes))
