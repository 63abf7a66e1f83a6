"""The pictures of the day, drawn through your own functions (given).

Each function is one picture; the first line of its docstring is the caption. What is trained for them takes some
seconds each, and is kept for the next picture.
"""

import itertools
from collections.abc import Callable, Sequence
from copy import deepcopy
from functools import cache, partial

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor
from torch.nn.functional import cross_entropy

from course.data import load_text
from course.plots import BLUE, COLOURS, GREEN, GREY, ORANGE, PURPLE, RED, label, panels
from day21_language.adapting import Adapter, add_lora, answer_loss
from day21_language.data import (
    BEGIN,
    END,
    FIGURES,
    GERMAN,
    SPEECH,
    TAGS,
    Numbers,
    Words,
    german,
    is_name,
    make_lesson,
    make_names,
    make_numbers,
    make_reviews,
    make_tagged,
    make_talk,
    pad,
    read_text,
)
from day21_language.finale import seconds_to_write
from day21_language.networks import Bag, LanguageModel, Namer, Tagger, Translator, Windows
from day21_language.reading import masked_loss
from day21_language.remembering import rotate
from day21_language.speaking import keep_nucleus, write
from day21_language.tokens import encode, token_bytes, train_bpe
from day21_language.training import (
    answered,
    train_batches,
    train_classifier,
    train_language_model,
    train_namer,
    train_speaker,
    train_tagger,
    train_translator,
)
from day21_language.translating import beam_search

EVERY_LAYER = ("query", "key", "value", "out", "expand", "contract")
RANK = 4


def figure_tokens() -> Figure:
    """What byte-pair encoding learns from NumPy's docstrings, and how much shorter texts become."""
    text, other = load_text()[:60_000], load_text()[-8_000:]
    merges = [(int(a), int(b)) for a, b in train_bpe(text, 300)]
    names = [
        part.decode(errors="replace").replace(" ", "·").replace("\n", "↵") for part in token_bytes(merges)
    ]
    figure, (table, curve) = panels(1, 2, size=(5.2, 4.0))
    for number, name in enumerate(names[256 : 256 + 60]):
        table.text(
            number % 6, -(number // 6), name, fontsize=10, family="monospace", ha="center", va="center"
        )
    table.set(xlim=(-0.6, 5.6), ylim=(-9.6, 0.6), xticks=[], yticks=[])
    table.set_title("the first 60 merges, row by row (· is a blank)", fontsize=10)
    foreign = "Der Papagei plappert nach, was er gehört hat, und versteht davon kein einziges Wort. "
    counts = [0, 3, 10, 30, 60, 100, 200, 300]
    shown = {"docstrings that were not read": (other, BLUE), "a sentence in German": (foreign, RED)}
    for name, (sample, colour) in shown.items():
        lengths = [len(sample.encode()) / len(list(encode(sample, merges[:count]))) for count in counts]
        curve.plot(counts, lengths, "o-", color=colour, label=name)
    label(curve, "merges", "bytes per token", "how long a token is", legend=True)
    return figure


def figure_reviews() -> Figure:
    """Reviews with "not good" and "not bad": what a bag of words and what windows of three words make of them."""
    figure, (bars, words) = panels(1, 2, size=(4.8, 3.6))
    shares = np.array([_review_shares(seed) for seed in range(3)])
    for place, (name, colour) in enumerate((("bag of words", RED), ("windows of 3", BLUE))):
        bars.bar(place, shares[:, place].mean(), color=colour, alpha=0.5, width=0.6)
        bars.plot(np.full(len(shares), place), shares[:, place], "o", color=colour)
    bars.axhline(0.5, color=GREY, linestyle="--")
    bars.text(1.45, 0.51, "a coin", color=GREY, fontsize=8, ha="right")
    bars.set(xticks=[0, 1], ylim=(0, 1.05))
    bars.set_xticklabels(["bag of words", "windows of 3 words"])
    label(bars, "", "share of new reviews understood", "three seeds")
    review = "the food was not good but the song was bad".split()
    model, ids = _windows()
    windows = [review[i : i + 3] for i in range(len(review) - 2)]
    with torch.no_grad():
        logits = model(
            torch.tensor([ids.encode(window) for window in windows]), torch.ones(len(windows), 3) > 0
        )
    gains = (logits[:, 1] - logits[:, 0]).tolist()
    words.barh(range(len(windows)), gains, color=[BLUE if gain > 0 else RED for gain in gains])
    words.set_yticks(range(len(windows)), [" ".join(window) for window in windows])
    words.invert_yaxis()
    words.axvline(0, color=GREY, linewidth=0.8)
    label(words, "logit of content − logit of not content", "", "each window alone: content to the right")
    return figure


def figure_tags() -> Figure:
    """A noun or an adjective? Share of ambiguous words with the right tag, read from the front and from both sides."""
    figure, (left, right) = panels(1, 2, size=(4.6, 3.6))
    shares = np.array([_tag_shares(seed) for seed in range(3)])
    for place, colour in enumerate((RED, BLUE)):
        left.bar(place, shares[:, place].mean(), color=colour, alpha=0.5, width=0.6)
        left.plot(np.full(len(shares), place), shares[:, place], "o", color=colour)
    left.axhline(0.5, color=GREY, linestyle="--")
    left.set(xticks=[0, 1], ylim=(0, 1.05))
    left.set_xticklabels(["from the front", "from both sides"])
    label(left, "", "share of ambiguous words", "right tag, three seeds")
    model, words = _tagger()
    sentences = ["the light falls", "the light box falls"]
    for row, sentence in enumerate(sentences):
        ids, mask = pad([words.encode(sentence.split())])
        with torch.no_grad():
            p = model(ids, mask)[0].softmax(dim=-1).numpy()
        for i, word in enumerate(sentence.split()):
            kind = int(p[i].argmax())
            right.text(i, -row, word, ha="center", fontsize=12)
            right.text(
                i, -row - 0.18, f"{TAGS[kind]} {p[i, kind]:.2f}", ha="center", fontsize=8, color=COLOURS[kind]
            )
    right.set(xlim=(-0.6, 3.6), ylim=(-1.6, 0.5), xticks=[], yticks=[])
    right.set_title("the reader from both sides", fontsize=10)
    return figure


def figure_temperature() -> Figure:
    """500 names at each temperature: by the rules, new, and different ones; with and without nucleus."""
    names, letters, model = _namer()
    known = set(names)
    temperatures = [0.3, 0.5, 0.7, 1.0, 1.4, 2.0, 3.0]
    figure, axes = panels(1, 2, size=(4.6, 3.6))
    ways = (("all letters may be chosen", None), ("nucleus of 0.9", partial(keep_nucleus, p=0.9)))
    for ax, (title, keep) in zip(axes, ways, strict=True):
        rows = []
        for temperature in temperatures:
            made = _made_up(model, letters, temperature, keep)
            by_rule = np.mean([is_name(name) for name in made])
            rows.append((by_rule, np.mean([name not in known for name in made]), len(set(made)) / len(made)))
        for values, name, colour in zip(
            np.array(rows).T,
            ("follow the rules", "are new", "different names"),
            (BLUE, GREEN, ORANGE),
            strict=True,
        ):
            ax.semilogx(temperatures, values, "o-", color=colour, label=name)
        ax.set(ylim=(0, 1.05), xticks=temperatures)
        ax.set_xticklabels([f"{t:g}" for t in temperatures])
        ax.minorticks_off()
        label(ax, "temperature", "share of 500 names", title)
    axes[0].legend(fontsize=8)
    return figure


def figure_crossing() -> Figure:
    """Where the decoder looks while it says a number in German: units before tens, so the path crosses itself."""
    model, _ = _translator()
    shown = [4728, 342, 91583]
    figure, axes = panels(1, len(shown), size=(3.4, 4.6))
    for ax, number in zip(axes, shown, strict=True):
        figures, parts = list(str(number)), german(number)
        weights = _looking(model, figures, parts)
        ax.imshow(weights, cmap="Blues", vmin=0, vmax=1, aspect="auto")
        ax.set_xticks(range(len(figures)), figures)
        ax.set_yticks(range(len(parts)), parts)
        label(ax, "read", "written" if ax is axes[0] else "", f"{number:,}")
        ax.grid(visible=False)
    return figure


def figure_searching() -> Figure:
    """Wider beams: more probable names, which are short ones; for numbers hardly anything better."""
    widths = [1, 2, 4, 8, 16]
    _, letters, namer = _namer()
    figure, axes = panels(1, 3, size=(3.8, 3.5))
    best = [beam_search(_namer_steps(namer), BEGIN, END, width, 15)[0] for width in widths]
    axes[0].plot(widths, [score for _, score in best], "o-", color=BLUE)
    scores = [score for _, score in best]
    for width, (tokens, score), before, after in zip(
        widths, best, [None, *scores], [*scores[1:], None], strict=False
    ):
        text = "".join(letters.decode([int(i) for i in tokens if i != END]))
        _beside(axes[0], text, (width, score), before, after)
    axes[0].margins(0.2)
    label(axes[0], "width of the beam", "log-probability / nats", "the best name that is found")
    drawn = _made_up(namer, letters, 1.0, None)
    axes[1].hist([len(name) for name in drawn], bins=np.arange(0.5, 13), color=GREY, alpha=0.6, label="drawn")
    found = beam_search(_namer_steps(namer), BEGIN, END, 50, 15)
    lengths = [len([i for i in tokens if i != END]) for tokens, _ in found]
    weight = np.full(len(lengths), len(drawn) / len(lengths))
    axes[1].hist(
        lengths, bins=np.arange(0.5, 13), weights=weight, color=RED, alpha=0.6, label="50 best of a beam"
    )
    label(axes[1], "letters", "names, of 500", "how long they are", legend=True)
    translator, new = _translator()
    right = []
    for width in widths[:4]:
        results = [_search_number(translator, figures, width) for figures in new.figures[:25]]
        right.append(np.mean([r[0] == name for r, name in zip(results, new.names, strict=False)]))
    axes[2].plot(widths[:4], right, "o-", color=BLUE)
    axes[2].set_ylim(0, 1.05)
    label(axes[2], "width of the beam", "share of new numbers that are right", "numbers in German")
    for ax in (axes[0], axes[2]):
        ax.set_xscale("log", base=2)
        ax.set_xticks(widths if ax is axes[0] else widths[:4])
        ax.set_xticklabels([str(width) for width in (widths if ax is axes[0] else widths[:4])])
    return figure


def figure_distances() -> Figure:
    """Rotary positions: how alike a vector and its copy are, by the distance of their places."""
    figure, (one, many) = panels(1, 2, size=(4.8, 3.5))
    places = torch.arange(-60, 61)
    for pair, colour in zip((0, 4, 8, 12), (GREY, RED, GREEN, PURPLE), strict=True):
        x = torch.zeros(1, 32)
        x[0, 2 * pair] = 1.0
        one.plot(places, _alike(x, places), color=colour, label=f"features {2 * pair} and {2 * pair + 1}")
    label(one, "distance / tokens", "product", "each pair with its own speed")
    one.set_ylim(-1.9, 1.1)
    one.legend(fontsize=8, loc="lower center", ncols=2)
    x = torch.ones(1, 32) / 32**0.5
    for start, colour, style in ((0, BLUE, "-"), (1000, RED, "--")):
        many.plot(
            places, _alike(x, places, start + 60), color=colour, linestyle=style, label=f"from place {start}"
        )
    label(many, "distance / tokens", "product", "all 32 features together", legend=True)
    return figure


def figure_cache() -> Figure:
    """What it costs to write 200 tokens with the cache, and without."""
    torch.manual_seed(0)
    model = LanguageModel(300, 64)
    figure, (places, seconds) = panels(1, 2, size=(4.8, 3.5))
    length = 200
    steps = np.arange(1, length + 1)
    for cached, colour, name in ((False, RED, "everything again"), (True, BLUE, "with the cache")):
        read = _places_read(model, 60, cached)
        places.plot(np.arange(1, 61), read, color=colour, label=name)
        seconds.plot(steps, list(seconds_to_write(model, length, cached)), color=colour, label=name)
    label(places, "tokens written", "places that the layers have seen", "counted", legend=True)
    label(seconds, "tokens written", "time / s", "measured on this machine", legend=True)
    return figure


def figure_merges() -> Figure:
    """One transformer with more and more merges, from three seeds: by token it looks worse, by byte it is better."""
    text, held_out = read_text()
    counts, seeds = [0, 60, 250], range(3)
    readers = [
        [train_language_model(text[:60_000], held_out[:5_000], seed, count, 60, width=48) for count in counts]
        for seed in seeds
    ]
    figure, (by_token, by_byte) = panels(1, 2, size=(4.4, 3.5))
    for ax, figures, colour in (
        (by_token, [[reader.by_token for reader in row] for row in readers], RED),
        (by_byte, [[reader.by_byte for reader in row] for row in readers], BLUE),
    ):
        ax.plot(counts, np.mean(figures, axis=0), "-", color=colour, label="mean")
        ax.plot(
            np.tile(counts, len(seeds)), np.ravel(figures), "o", color=colour, alpha=0.6, label="each seed"
        )
        ax.set_ylim(0, None)
    label(by_token, "merges", "perplexity by token", "seems to become worse", legend=True)
    label(by_byte, "merges", "perplexity by byte", "and becomes better", legend=True)
    return figure


def figure_lesson() -> Figure:
    """A lesson of 200 examples, step by step: what adapters and all weights learn, and what becomes of the old talk."""
    figure, (right, forgotten) = panels(1, 2, size=(4.8, 3.6))
    ways = {f"adapters of rank {RANK}": (True, BLUE), "all weights": (False, RED)}
    for name, (adapted, colour) in ways.items():
        model, (steps, shares, nats) = _lesson(adapted)
        right.plot(steps, shares, "o-", color=colour, label=name)
        forgotten.plot(steps, nats, "o-", color=colour, label=name)
        if adapted:
            name = "adapters switched off again"
            forgotten.plot(
                steps[-1], _nats_without_adapters(model), "s", color=GREEN, label=name, clip_on=False
            )
    right.axhline(0.5, color=GREY, linestyle=":")
    right.text(60, 0.48, "guessing one of the two names", color=GREY, fontsize=8, ha="right", va="top")
    right.set(ylim=(0, 1.05))
    label(right, "steps of the lesson", "share of new questions answered", "what was learned", legend=True)
    forgotten.axhline(nats[0], color=GREY, linestyle=":")
    forgotten.text(60, nats[0] - 0.1, "before the lesson", color=GREY, fontsize=8, ha="right", va="top")
    forgotten.set(ylim=(0, None))
    label(forgotten, "steps of the lesson", "loss on the old talk / nats", "what was forgotten", legend=True)
    return figure


def _reviews(seed: int) -> tuple[Words, Tensor, Tensor, Tensor]:
    reviews, labels = make_reviews(1200, np.random.default_rng(seed))
    words = Words([word for review in reviews for word in review])
    return words, *pad([words.encode(review) for review in reviews]), torch.tensor(labels)


def _review_shares(seed: int) -> tuple[float, float]:
    torch.manual_seed(seed)
    words, ids, mask, labels = _reviews(seed)
    shares = []
    for model in (Bag(len(words)), Windows(len(words))):
        train_classifier(model, ids[:1000], mask[:1000], labels[:1000], seed)
        with torch.no_grad():
            found = model(ids[1000:], mask[1000:]).argmax(dim=1)
        shares.append(float((found == labels[1000:]).float().mean()))
    return shares[0], shares[1]


@cache
def _windows() -> tuple[Windows, Words]:
    torch.manual_seed(0)
    words, ids, mask, labels = _reviews(0)
    model = Windows(len(words))
    train_classifier(model, ids, mask, labels)
    return model, words


def _tagged(seed: int, both: bool) -> tuple[Tagger, Words, float]:
    torch.manual_seed(seed)
    sentences, tags = make_tagged(700, np.random.default_rng(seed))
    words = Words([word for sentence in sentences for word in sentence])
    (ids, mask), (truth, _) = pad([words.encode(sentence) for sentence in sentences]), pad(tags)
    model = Tagger(len(words), len(TAGS), both)
    train_tagger(model, ids[:500], mask[:500], truth[:500], seed)
    with torch.no_grad():
        found = model(ids[500:], mask[500:]).argmax(dim=-1)
    return model, words, float((found == truth[500:])[:, 1].float().mean())


def _tag_shares(seed: int) -> tuple[float, float]:
    return _tagged(seed, False)[2], _tagged(seed, True)[2]


@cache
def _tagger() -> tuple[Tagger, Words]:
    return _tagged(0, True)[:2]


@cache
def _namer() -> tuple[list[str], Words, Namer]:
    names = make_names(1500, np.random.default_rng(0))
    letters = Words([letter for name in names for letter in name])
    return names, letters, train_namer([letters.encode(name) for name in names], len(letters))


def _made_up(
    model: Namer, letters: Words, temperature: float, keep: Callable[[Tensor], Tensor] | None
) -> list[str]:
    chance = torch.Generator().manual_seed(0)
    rows = write(lambda ids: model(ids)[:, -1], 500, BEGIN, END, 15, temperature, keep, chance)
    return ["".join(letters.decode([int(i) for i in row])) for row in rows]


def _beside(ax: Axes, text: str, at: tuple[float, float], before: float | None, after: float | None) -> None:
    """Text at a point of a line, on the side where the line is not."""
    y = at[1]
    up = sum(neighbour is not None and neighbour > y for neighbour in (before, after))
    down = sum(neighbour is not None and neighbour < y for neighbour in (before, after))
    rises = up == down and after is not None and after > y
    where = (0, -12) if up > down else (0, 6) if down > up else (6, -10) if rises else (6, 4)
    ax.annotate(
        text, at, xytext=where, textcoords="offset points", fontsize=8, ha="left" if where[0] else "center"
    )


def _namer_steps(model: Namer) -> Callable[[Sequence[int]], Tensor]:
    @torch.no_grad()
    def step(ids: Sequence[int]) -> Tensor:
        return model(torch.tensor([list(ids)]))[0, -1].log_softmax(dim=0)

    return step


@cache
def _translator() -> tuple[Translator, Numbers]:
    known, new = make_numbers(np.random.default_rng(0), 2000, 100, 5)
    return train_translator(known, 300), new


@torch.no_grad()
def _looking(model: Translator, figures: list[str], parts: list[str]) -> np.ndarray:
    """Mean over the heads of the attention to the source, (parts, figures)."""
    source, mask = pad([FIGURES.encode(figures)])
    ids = torch.tensor([[BEGIN, *GERMAN.encode(parts)[:-1]]])
    _, weights = model.decode(ids, model.encode(source, mask), mask)
    return np.asarray(weights)[0].mean(axis=0)


@torch.no_grad()
def _search_number(model: Translator, figures: list[str], width: int) -> tuple[list[str], float]:
    source, mask = pad([FIGURES.encode(figures)])
    memory = model.encode(source, mask)

    def step(ids: Sequence[int]) -> Tensor:
        return model.decode(torch.tensor([list(ids)]), memory, mask)[0][0, -1].log_softmax(dim=0)

    tokens, score = beam_search(step, BEGIN, END, width, 20)[0]
    return GERMAN.decode([int(i) for i in tokens if i != END]), float(score)


def _alike(x: Tensor, places: Tensor, start: int = 60) -> list[float]:
    """Products of a vector at place ``start`` with its copies around it."""
    here = torch.as_tensor(rotate(x, start))
    return [float((here * torch.as_tensor(rotate(x, start + int(p)))).sum()) for p in places]


@torch.no_grad()
def _places_read(model: LanguageModel, length: int, cached: bool) -> list[int]:
    """How many places have gone through a layer when the first, second … token is written."""
    seen: list[int] = []
    hook = model.blocks[0].attention.key.register_forward_hook(
        lambda layer, given, output: seen.append(given[0].shape[1])
    )
    sums = [sum(seen) for _ in seconds_to_write(model, length, cached)]
    hook.remove()
    return sums


@cache
def _speaker() -> LanguageModel:
    return train_speaker(make_talk(600, np.random.default_rng(0)), len(SPEECH), 100)


@torch.no_grad()
def _nats_of_talk(model: LanguageModel) -> float:
    ids, mask = pad(make_talk(60, np.random.default_rng(1)))
    return float(masked_loss(model(ids[:, :-1])[0], ids[:, 1:], mask[:, 1:]))


def _nats_without_adapters(model: LanguageModel) -> float:
    for layer in model.modules():
        if isinstance(layer, Adapter):
            layer.scale = 0.0
    return _nats_of_talk(model)


def _lesson(adapted: bool) -> tuple[LanguageModel, np.ndarray]:
    """A model after a lesson. At some of its steps: share of new questions answered, and the loss on the old talk."""
    torch.manual_seed(0)
    model = deepcopy(_speaker())
    if adapted:
        add_lora(model, EVERY_LAYER, RANK, 2.0 * RANK)
    lesson, new = (make_lesson(count, np.random.default_rng(count)) for count in (200, 100))
    steps, found = itertools.count(), []

    def loss_of(rows: Tensor) -> Tensor:
        if (step := next(steps)) % 15 == 0:
            found.append((step, answered(model, new), _nats_of_talk(model)))
        ids = lesson.ids[rows]
        return answer_loss(model(ids)[0], ids, lesson.prompts[rows], lesson.lengths[rows])

    train_batches(model, loss_of, 200, 60, 32, 2e-2 if adapted else 5e-3)
    found.append((60, answered(model, new), _nats_of_talk(model)))
    return model, np.array(found).T
