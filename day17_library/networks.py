"""Two networks and how they are trained (given): everything in them is yours.

`DigitNet` is a small convolutional network for the 8×8 digits, `SmallTransformer` a language model of letters.
"""

from typing import NamedTuple

import numpy as np

from course.data import load_digits
from course.data.text import make_sentences
from course.progress import watched
from day17_library.attention import MultiHeadAttention, causal_mask
from day17_library.engine import Tensor, as_tensor
from day17_library.layers import BatchNorm, Conv2d, Dropout, Embedding, LayerNorm, Linear, gelu, max_pool2d
from day17_library.losses import cross_entropy
from day17_library.modules import Module
from day17_library.optimisers import AdamW, warmup_stable_decay
from day17_library.training import DataLoader, evaluate, train_epoch


class DigitNet(Module):
    """Two convolutions with batch normalisation, a pooling after each, and a dense layer.

    Parameters
    ----------
    rng : the generator for weights and dropout
    channels : of the two convolutions
    """

    def __init__(self, rng: np.random.Generator, channels: tuple[int, int] = (8, 16)) -> None:
        first, second = channels
        self.convolutions = [Conv2d(1, first, 3, rng, padding=1), Conv2d(first, second, 3, rng, padding=1)]
        self.norms = {"first": BatchNorm(first), "second": BatchNorm(second)}
        self.dropout = Dropout(0.2, rng)
        self.last = Linear(second * 4, 10, rng)

    def forward(self, x: np.ndarray) -> Tensor:
        """Logits (n, 10) of images (n, 1, 8, 8)."""
        y = as_tensor(x)
        for convolution, norm in zip(self.convolutions, self.norms.values(), strict=True):
            y = max_pool2d(norm(convolution(y)).relu(), 2)
        return self.last(self.dropout(y.reshape(len(x), -1)))


class Block(Module):
    """A block of a transformer: attention and a small network, each behind a normalisation and beside a way around."""

    def __init__(self, features: int, heads: int, rng: np.random.Generator) -> None:
        self.before_attention, self.before_network = LayerNorm(features), LayerNorm(features)
        self.attention = MultiHeadAttention(features, heads, rng)
        self.network = [Linear(features, 2 * features, rng), Linear(2 * features, features, rng)]

    def forward(self, x: Tensor, mask: np.ndarray) -> Tensor:
        """From (n, t, features) to the same shape."""
        x = x + self.attention(self.before_attention(x), mask)
        wide, narrow = self.network
        return x + narrow(gelu(wide(self.before_network(x))))


class SmallTransformer(Module):
    """A language model: the logits of the next letter at every place.

    Parameters
    ----------
    letters : number of different letters
    length : the longest sequence
    rng : the generator for the weights
    features, heads, depth : length of the vectors, attentions side by side, blocks one behind the other
    """

    def __init__(
        self,
        letters: int,
        length: int,
        rng: np.random.Generator,
        features: int = 48,
        heads: int = 4,
        depth: int = 2,
    ) -> None:
        self.letters, self.places = Embedding(letters, features, rng), Embedding(length, features, rng)
        self.blocks = [Block(features, heads, rng) for _ in range(depth)]
        self.norm, self.last = LayerNorm(features), Linear(features, letters, rng)

    def forward(self, numbers: np.ndarray) -> Tensor:
        """Logits (n, t, letters) of sequences (n, t) of numbers of letters."""
        length = numbers.shape[1]
        x = self.letters(numbers) + self.places(np.arange(length))
        for block in self.blocks:
            x = block(x, causal_mask(length))
        return self.last(self.norm(x))


class Digits(NamedTuple):
    """The digits in two parts, as float32 images (n, 1, 8, 8), and their labels."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


def split_digits(rng: np.random.Generator) -> Digits:
    """1,297 digits for training and 500 for the test, in random order."""
    images, labels = load_digits()
    order = rng.permutation(len(labels))
    x, y = images[order, None].astype(np.float32), labels[order]
    return Digits(x[500:], y[500:], x[:500], y[:500])


def accuracy(logits: Tensor, labels: np.ndarray) -> float:
    """Share of samples whose largest logit is that of the label."""
    return float(np.mean(np.argmax(logits.data, axis=-1) == labels))


class Trained(NamedTuple):
    """A network, the mean loss of each epoch, and how good it is on data that it has not seen."""

    model: Module
    losses: list[float]
    score: float


def train_digits(seed: int, epochs: int = 8) -> Trained:
    """A `DigitNet`; its score is the accuracy on 500 digits."""
    rng = np.random.default_rng(seed)
    digits = split_digits(rng)
    model = DigitNet(rng).to(np.float32)
    loader = DataLoader(digits.x_train, digits.y_train, batch_size=32, rng=rng)
    optimiser = AdamW(model.parameters(), 3e-3)
    with watched(epochs) as progress:
        losses = [
            train_epoch(model, loader, lambda x, y: cross_entropy(model(x), y), optimiser) for _ in progress
        ]
    test = DataLoader(digits.x_test, digits.y_test, batch_size=100)
    return Trained(model, losses, evaluate(model, test, lambda x, y: accuracy(model(x), y)))


class Text(NamedTuple):
    """Sequences of numbers of letters, and the letters themselves."""

    train: np.ndarray
    test: np.ndarray
    letters: str


LENGTH = 32


def make_text(rng: np.random.Generator) -> Text:
    """Windows of 33 letters of two texts that a small language has made."""
    texts = [make_sentences(count, rng) for count in (1500, 200)]
    letters = "".join(sorted(set(texts[0])))
    number = {letter: i for i, letter in enumerate(letters)}
    train, test = (np.array([number[letter] for letter in text]) for text in texts)
    cut = np.arange(0, len(test) - LENGTH - 1, LENGTH)[:, None] + np.arange(LENGTH + 1)
    starts = rng.integers(len(train) - LENGTH - 1, size=(250 * 16, 1))
    return Text(train[starts + np.arange(LENGTH + 1)], test[cut], letters)


def train_transformer(seed: int, epochs: int = 1) -> Trained:
    """A `SmallTransformer`; its score is the bits per letter of new sentences, of which 0.28 cannot be spared."""
    rng = np.random.default_rng(seed)
    text = make_text(rng)
    model = SmallTransformer(len(text.letters), LENGTH, rng).to(np.float32)
    optimiser = AdamW(model.parameters())
    loader = DataLoader(text.train, batch_size=16, rng=rng)
    steps = epochs * len(loader)
    rates = (warmup_stable_decay(step, 3e-3, steps // 10, steps, steps // 2) for step in range(steps))

    def loss_of(sequences: np.ndarray) -> Tensor:
        return cross_entropy(model(sequences[:, :-1]), sequences[:, 1:])

    with watched(epochs) as progress:
        losses = [
            train_epoch(model, loader, loss_of, optimiser, max_norm=1.0, rate=lambda: next(rates))
            for _ in progress
        ]
    nats = evaluate(model, DataLoader(text.test, batch_size=50), loss_of)
    return Trained(model, losses, nats / np.log(2))
