"""The networks of the day (given): small enough to be trained while you wait, so none of them is a convolution.

Labels are optional everywhere. A network that was built with ``classes`` wants to be told what it sees or makes.
"""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, conv2d, one_hot, pad, silu


def mlp(sizes: Sequence[int], activation: Callable[[], nn.Module] = nn.ReLU) -> nn.Sequential:
    """Dense layers with an activation between any two of them."""
    *hidden, last = pairwise(sizes)
    layers = [layer for pair in hidden for layer in (nn.Linear(*pair), activation())]
    return nn.Sequential(*layers, nn.Linear(*last))


def expert(inputs: int, width: int) -> nn.Sequential:
    """A discriminator: three dense layers, one logit."""
    return mlp([inputs, width, width, 1], lambda: nn.LeakyReLU(0.2))


class RandomFeatures(nn.Module):
    """Convolutions with fixed random weights: what looks at a picture in style transfer.

    Four layers, each on pictures half as large as the one before. Every layer gives feature maps, of which the first
    three are the colours themselves.
    """

    def __init__(self, maps: int = 32, layers: int = 4, seed: int = 0) -> None:
        super().__init__()
        chance = torch.Generator().manual_seed(seed)
        for number in range(layers):
            weight = torch.randn(maps, 3, 5, 5, generator=chance)
            weight -= weight.mean(dim=(2, 3), keepdim=True)  # no answer to a plain surface
            self.register_buffer(
                f"weight{number}", weight / weight.flatten(1).norm(dim=1)[:, None, None, None]
            )

    def forward(self, image: Tensor) -> list[Tensor]:
        """From a (3, h, w) image to one (c, h', w') tensor for each layer."""
        maps = []
        for weight in self.buffers():
            seen = conv2d(pad(image[None], (2, 2, 2, 2), mode="reflect"), weight)[0]
            maps.append(torch.cat([image, torch.relu(seen)]))
            image = avg_pool2d(image, 2)
        return maps


class VAE(nn.Module):
    """Encoder and decoder of dense layers.

    Parameters
    ----------
    inputs : pixels of a picture
    latent : dimensions of z
    width : units of the hidden layers
    depth : hidden layers of the decoder
    classes : number of labels, 0 for none
    """

    def __init__(
        self, inputs: int = 64, latent: int = 8, width: int = 128, depth: int = 1, classes: int = 0
    ) -> None:
        super().__init__()
        self.latent, self.classes = latent, classes
        self.encoder = mlp([inputs + classes, width, 2 * latent])
        self.decoder = mlp([latent + classes, *[width] * depth, inputs])

    def encode(self, x: Tensor, labels: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """mu and log σ², both (b, latent), of pictures (b, inputs)."""
        mu, log_variance = self.encoder(with_labels(x, labels, self.classes)).chunk(2, dim=1)
        return mu, log_variance

    def decode(self, z: Tensor, labels: Tensor | None = None) -> Tensor:
        """Logits (b, inputs) of the pixels that belong to z, (b, latent)."""
        return self.decoder(with_labels(z, labels, self.classes))


class Forger(nn.Module):
    """A generator that paints digits by order.

    It is given noise beside the label as ten numbers, and gives the picture beside the same ten numbers: so the
    discriminator sees what was ordered, and a fine 3 is no success where a 5 was.
    """

    def __init__(self, latent: int = 16, width: int = 128, classes: int = 10) -> None:
        super().__init__()
        self.latent, self.classes = latent, classes
        self.layers = mlp([latent + classes, width, width, 64])

    def forward(self, order: Tensor) -> Tensor:
        """From (b, latent + classes) to (b, 64 + classes)."""
        return torch.cat([torch.sigmoid(self.layers(order)), order[:, self.latent :]], dim=1)


class Denoiser(nn.Module):
    """Dense layers that are told the time by sines and cosines, and the label by an embedding.

    Parameters
    ----------
    inputs : numbers of a sample
    width : units of the hidden layers
    steps : T, the last time
    depth : hidden layers
    classes : number of labels, 0 for none; the label ``classes`` means "no label"
    waves : how many sines and cosines of each coordinate are shown besides; what lies in the plane needs some
    """

    def __init__(
        self, inputs: int, width: int = 64, steps: int = 50, depth: int = 3, classes: int = 0, waves: int = 0
    ) -> None:
        super().__init__()
        self.steps, self.classes, self.waves = steps, classes, waves
        self.first = nn.Linear(inputs * (1 + 2 * waves), width)
        self.clock = nn.Linear(32, width)
        self.label = nn.Embedding(classes + 1, width) if classes else None
        self.middle = nn.ModuleList(nn.Linear(width, width) for _ in range(depth - 1))
        self.last = nn.Linear(width, inputs)

    def forward(self, x: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        """The noise in x, (b, inputs), at times t, (b,)."""
        speeds = torch.exp(torch.linspace(0, math.log(1000), 16))
        angles = t[:, None] / self.steps * speeds
        told = self.clock(torch.cat([angles.sin(), angles.cos()], dim=1))
        if self.label is not None and labels is not None:
            told = told + self.label(labels)
        hidden = silu(self.first(self._seen(x)) + told)
        for layer in self.middle:
            hidden = hidden + silu(layer(hidden) + told)
        return self.last(hidden)

    def _seen(self, x: Tensor) -> Tensor:
        angles = (x[..., None] * torch.arange(1, self.waves + 1)).flatten(1)
        return torch.cat([x, angles.sin(), angles.cos()], dim=1)


def with_labels(x: Tensor, labels: Tensor | None, classes: int) -> Tensor:
    """x, and beside it ``classes`` numbers of which the one of the label is 1."""
    if labels is None or not classes:
        return x
    return torch.cat([x, one_hot(labels, classes).to(x)], dim=1)
