"""The loops around your functions (given).

Every loop draws from a generator of its own, made from ``seed``. In a terminal a bar shows what is left, and Ctrl-C
ends the training, not the program.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from course.progress import watched
from day21_language.adapting import answer_loss
from day21_language.data import BEGIN, END, FIGURES, GERMAN, Lesson, Numbers, pad
from day21_language.networks import LanguageModel, Namer, Translator
from day21_language.reading import masked_loss
from day21_language.remembering import perplexities
from day21_language.speaking import shifted_pairs, write
from day21_language.tokens import Pair, encode, token_bytes, train_bpe


def train_batches(
    model: nn.Module,
    loss_of: Callable[[Tensor], Tensor],
    count: int,
    steps: int,
    batch_size: int = 64,
    learning_rate: float = 1e-2,
    seed: int = 0,
) -> list[float]:
    """Adam on ``loss_of`` of the rows that are drawn from ``count``; the rate rises quickly and falls to 0."""
    chance = torch.Generator().manual_seed(seed)
    learning = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.Adam(learning, lr=learning_rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, learning_rate, total_steps=steps, pct_start=0.1)
    losses = []
    with watched(steps, "step") as progress:
        for _ in progress:
            loss = loss_of(torch.randint(count, (batch_size,), generator=chance))
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(learning, 1.0)
            optimizer.step()
            schedule.step()
            losses.append(loss.item())
    return losses


def train_classifier(model: nn.Module, ids: Tensor, mask: Tensor, labels: Tensor, seed: int = 0) -> None:
    """150 steps on texts (b, t) with a label each."""

    def loss_of(rows: Tensor) -> Tensor:
        return cross_entropy(model(ids[rows], mask[rows]), labels[rows])

    train_batches(model, loss_of, len(ids), 150, seed=seed)


def train_tagger(model: nn.Module, ids: Tensor, mask: Tensor, tags: Tensor, seed: int = 0) -> None:
    """100 steps on sentences (b, t) with a tag for each word."""

    def loss_of(rows: Tensor) -> Tensor:
        return masked_loss(model(ids[rows], mask[rows]), tags[rows], mask[rows])

    train_batches(model, loss_of, len(ids), 100, seed=seed)


def train_namer(names: Sequence[Sequence[int]], size: int, steps: int = 250, seed: int = 0) -> Namer:
    """A model of characters that has read names."""
    torch.manual_seed(seed)
    model = Namer(size)
    inputs, targets, mask = (torch.as_tensor(x) for x in shifted_pairs(names, BEGIN, END))

    def loss_of(rows: Tensor) -> Tensor:
        return masked_loss(model(inputs[rows]), targets[rows], mask[rows])

    train_batches(model, loss_of, len(names), steps, seed=seed)
    return model


def train_translator(numbers: Numbers, steps: int = 600, seed: int = 0) -> Translator:
    """A translator from figures to German, told at each place what should have been written before it."""
    torch.manual_seed(seed)
    model = Translator(len(FIGURES), len(GERMAN))
    source, mask = pad([FIGURES.encode(n) for n in numbers.figures])
    names = [GERMAN.encode(n) for n in numbers.names]
    inputs, targets, written = (torch.as_tensor(x) for x in shifted_pairs(names, BEGIN, END))

    def loss_of(rows: Tensor) -> Tensor:
        memory = model.encode(source[rows], mask[rows])
        return masked_loss(model.decode(inputs[rows], memory, mask[rows])[0], targets[rows], written[rows])

    train_batches(model, loss_of, len(source), steps, 64, 5e-3, seed)
    return model


@torch.no_grad()
def translate(model: Translator, figures: list[list[str]], longest: int = 20) -> list[list[str]]:
    """Greedy translations, all at once."""
    source, mask = pad([FIGURES.encode(n) for n in figures])
    memory = model.encode(source, mask)
    ids = write(
        lambda ids: model.decode(ids, memory, mask)[0][:, -1],
        len(figures),
        BEGIN,
        END,
        longest,
        temperature=0,
    )
    return [GERMAN.decode(row) for row in ids]


def train_speaker(talk: Sequence[Sequence[int]], size: int, steps: int = 400, seed: int = 0) -> LanguageModel:
    """A language model of words that has heard ``talk``, rows that begin and end."""
    torch.manual_seed(seed)
    model = LanguageModel(size, 48)
    ids, mask = pad(talk)

    def loss_of(rows: Tensor) -> Tensor:
        return masked_loss(model(ids[rows, :-1])[0], ids[rows, 1:], mask[rows, 1:])

    train_batches(model, loss_of, len(ids), steps, 32, 5e-3, seed)
    return model


def train_answers(
    model: LanguageModel,
    lesson: Lesson,
    steps: int = 300,
    learning_rate: float = 1e-2,
    seed: int = 0,
    of_answers: bool = True,
) -> list[float]:
    """Teach a model to answer, from the answers alone or, for comparison, from all tokens."""

    def loss_of(rows: Tensor) -> Tensor:
        ids, prompts, lengths = lesson.ids[rows], lesson.prompts[rows], lesson.lengths[rows]
        return answer_loss(model(ids)[0], ids, prompts if of_answers else torch.ones_like(prompts), lengths)

    return train_batches(model, loss_of, len(lesson.ids), steps, 32, learning_rate, seed)


@torch.no_grad()
def answered(model: LanguageModel, lesson: Lesson) -> float:
    """The share of questions to which the most probable first token is the answer."""
    rows = torch.arange(len(lesson.ids))
    logits, _ = model(lesson.ids)
    return float(
        (logits[rows, lesson.prompts - 1].argmax(-1) == lesson.ids[rows, lesson.prompts]).float().mean()
    )


class Reader(NamedTuple):
    """A language model of a text, and how well it predicts what it has not read."""

    model: LanguageModel
    merges: list[Pair]
    by_token: float
    """perplexity of the held-out text, by token"""
    by_byte: float
    """perplexity of the held-out text, by byte: to compare models with different tokens"""


@torch.no_grad()
def held_out_nats(model: LanguageModel, ids: Sequence[int], context: int = 128) -> Tensor:
    """(n − 1,) losses of all ids but the first, read in rows of ``context`` tokens, each row by itself."""
    losses = []
    for row in torch.tensor(ids).unfold(0, min(context + 1, len(ids)), context).split(64):
        logits, _ = model(row[:, :-1])
        losses.append(cross_entropy(logits.transpose(1, 2), row[:, 1:], reduction="none").flatten())
    return torch.cat(losses)


def train_language_model(
    text: str,
    held_out: str,
    seed: int = 0,
    merges: int = 256,
    steps: int = 400,
    width: int = 64,
    layers: int = 2,
    context: int = 64,
    batch_size: int = 32,
    learning_rate: float = 5e-3,
) -> Reader:
    """Learn tokens and a transformer from a text, and measure its perplexity on another one.

    Everything that is drawn comes from ``seed``: train with several, and say how far the results are apart. With
    ``merges`` 0 the tokens are the bytes. Tokens are learned from the first 200,000 characters.

    Returns
    -------
    Reader
        with the perplexity of ``held_out``, of which the first token and a rest shorter than a row are not predicted
    """
    torch.manual_seed(seed)
    learned = [(int(a), int(b)) for a, b in train_bpe(text[:200_000], merges)]
    ids = torch.tensor([int(number) for number in encode(text, learned)])
    vocabulary = token_bytes(learned)
    model = LanguageModel(len(vocabulary), width, layers=layers)
    offsets = torch.arange(context + 1)

    def loss_of(starts: Tensor) -> Tensor:
        rows = ids[starts[:, None] + offsets]
        logits, _ = model(rows[:, :-1])
        return cross_entropy(logits.flatten(0, 1), rows[:, 1:].flatten())

    train_batches(model, loss_of, len(ids) - context, steps, batch_size, learning_rate, seed)
    new = [int(number) for number in encode(held_out, learned)]
    nats = held_out_nats(model, new, context)
    by_token, by_byte = perplexities(nats, new[1 : len(nats) + 1], vocabulary)
    return Reader(model, learned, float(by_token), float(by_byte))
