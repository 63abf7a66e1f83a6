"""The loops around your functions (given): matrices, autoencoders, words and an eye.

Every loop draws from a generator of its own, made from ``seed``. In a terminal a bar shows what is left, and Ctrl-C
ends the training, not the program.
"""

import torch
from torch import Tensor, nn

from course.progress import watched
from day18_representation.autoencoders import corrupt, train_step
from day18_representation.contrastive import contrastive_step
from day18_representation.data import make_scenes, vocabulary
from day18_representation.linear import linear_loss
from day18_representation.networks import Eye
from day18_representation.words import cbow_loss, context_pairs, negative_sampling_loss, noise_distribution


def train_linear(
    x: Tensor, k: int, tied: bool = False, steps: int = 400, learning_rate: float = 0.01, seed: int = 0
) -> tuple[Tensor, Tensor, list[float]]:
    """An encoder (d, k), a decoder (k, d) and the loss before each step of Adam, all samples at once."""
    chance = torch.Generator().manual_seed(seed)
    d = x.shape[1]
    encoder = (torch.randn(d, k, generator=chance) / d**0.5).requires_grad_()
    decoder = (torch.randn(k, d, generator=chance) / d**0.5).requires_grad_()
    parameters = [encoder] if tied else [encoder, decoder]
    optimizer = torch.optim.Adam(parameters, lr=learning_rate)
    losses = []
    with watched(steps, "step") as progress:
        for _ in progress:
            loss = linear_loss(x, *parameters)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    back = encoder.T if tied else decoder
    return encoder.detach(), back.detach(), losses


def train_autoencoder(
    model: nn.Module,
    x: Tensor,
    epochs: int = 30,
    sigma: float = 0.0,
    learning_rate: float = 3e-3,
    seed: int = 0,
) -> list[float]:
    """Train with Adam in batches of 64, with noise of deviation ``sigma`` on what is seen; the loss of each epoch."""
    chance = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    history = []
    with watched(epochs) as progress:
        for _ in progress:
            total = 0.0
            for batch in torch.randperm(len(x), generator=chance).split(64):
                clean = seen = x[batch]
                if sigma:
                    noise = torch.randn(clean.shape, generator=chance)
                    seen = torch.as_tensor(corrupt(clean, noise, sigma), dtype=x.dtype)
                total += len(batch) * float(train_step(model, optimizer, seen, clean))
            history.append(total / len(x))
    return history


def train_words(
    stories: list[list[str]],
    window: int = 2,
    dimensions: int = 16,
    epochs: int = 2,
    negatives: int = 5,
    cbow: bool = False,
    learning_rate: float = 0.02,
    seed: int = 0,
) -> tuple[Tensor, list[str]]:
    """Input vectors (v, dimensions) of all words of the stories, by skip-gram or by CBOW, and the words."""
    chance = torch.Generator().manual_seed(seed)
    words = vocabulary(stories)
    number = {word: i for i, word in enumerate(words)}
    sentences = [[number[word] for word in story] for story in stories]
    inputs = (torch.randn(len(words), dimensions, generator=chance) / dimensions**0.5).requires_grad_()
    outputs = torch.zeros(len(words), dimensions, requires_grad=True)
    optimizer = torch.optim.Adam([inputs, outputs], lr=learning_rate)
    loss_of = _cbow if cbow else _skip_gram
    batches = loss_of(sentences, window, negatives, len(words), chance)
    with watched(epochs * (3 if cbow else 1)) as progress:
        for _ in progress:
            for loss in batches(inputs, outputs):
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
    return inputs.detach(), words


def _skip_gram(sentences, window, negatives, size, chance):  # type: ignore[no-untyped-def]
    """From both tables to the losses of an epoch, batch by batch."""
    pairs = torch.tensor([pair for ids in sentences for pair in context_pairs(ids, window)])
    counts = torch.bincount(torch.tensor([i for ids in sentences for i in ids]), minlength=size)
    often = torch.as_tensor(noise_distribution(counts), dtype=torch.float64)

    def losses(inputs, outputs):  # type: ignore[no-untyped-def]
        for batch in torch.randperm(len(pairs), generator=chance).split(512):
            wrong = torch.multinomial(often, len(batch) * negatives, replacement=True, generator=chance)
            words, near = pairs[batch].T
            yield negative_sampling_loss(inputs, outputs, words, near, wrong.reshape(-1, negatives))

    return losses


def _cbow(sentences, window, negatives, size, chance):  # type: ignore[no-untyped-def]
    """The same for CBOW, at the places which have a whole window on both sides."""
    places = [(ids, i) for ids in sentences for i in range(window, len(ids) - window)]
    centres = torch.tensor([ids[i] for ids, i in places])
    offsets = [*range(-window, 0), *range(1, window + 1)]
    contexts = torch.tensor([[ids[i + offset] for offset in offsets] for ids, i in places])

    def losses(inputs, outputs):  # type: ignore[no-untyped-def]
        for batch in torch.randperm(len(places), generator=chance).split(256):
            yield cbow_loss(inputs, outputs, contexts[batch], centres[batch])

    return losses


def train_eye(
    x: Tensor, steps: int = 150, batch_size: int = 64, temperature: float = 0.2, seed: int = 0
) -> tuple[Eye, list[float]]:
    """Contrastive learning with two scenes of each digit of a batch; the eye, and the loss before each step."""
    chance = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    model = Eye()
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    losses = []
    with watched(steps, "step") as progress:
        for _ in progress:
            digits = x[torch.randint(len(x), (batch_size,), generator=chance)]
            views = make_scenes(digits, chance), make_scenes(digits, chance)
            losses.append(float(contrastive_step(model, optimizer, *views, temperature)))
    return model, losses
