"""The pictures of the day, drawn through your own functions (given).

Each function is one picture; the first line of its docstring is the caption. What is trained for them takes a few
seconds each, and is kept for the next picture.
"""

from functools import cache
from typing import Any

import numpy as np
import torch
from matplotlib.animation import FuncAnimation
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor
from torch.nn.functional import interpolate

from course.plots import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, RED, label, panels, show_image
from day22_captioning.attention import effective_places
from day22_captioning.decoding import beam_search, generate
from day22_captioning.diagnosis import image_gradient, loss_by_word, prefix_entropy, shuffled_images
from day22_captioning.finale import Said, describe
from day22_captioning.matching import recall_at_k, zero_shot
from day22_captioning.networks import Towers
from day22_captioning.scenes import COLOURS, SHAPES, SIDE, Scenes, make_scenes
from day22_captioning.training import LENGTH, NETWORKS, Captioner, numbered, train_captioner, train_towers
from day22_captioning.words import END, START, build_vocabulary, matrix_to_captions

STYLES = {"every step": (BLUE, "-"), "attention": (GREEN, "-."), "one look": (RED, "--")}


def figure_scenes() -> Figure:
    """Six scenes, and the two sentences that are right about each of them."""
    scenes = _new()
    figure, axes = panels(2, 3, size=(2.9, 2.5))
    for ax, image, ways in zip(axes, scenes.images, scenes.ways, strict=False):
        show_image(ax, _shown(image))
        ax.set_title("\n".join(ways), fontsize=8)
    return figure


def figure_diagnosis() -> Figure:
    """One captioner stays at what the blind pay. Shown the pictures of others, it does not even notice."""
    scenes = _new()
    figure, (left, right) = panels(1, 2, size=(5.0, 3.7))
    blind, floor = _bounds()
    for i, (kind, (colour, style)) in enumerate(STYLES.items()):
        captioner = _captioner(kind)
        matrix = numbered(scenes.captions, captioner.vocabulary)
        left.plot(
            range(1, len(captioner.losses) + 1), captioner.losses, color=colour, linestyle=style, label=kind
        )
        order = torch.arange(len(matrix)).roll(1)
        own, others = shuffled_images(captioner.model, scenes.images, matrix, order)
        right.bar(i - 0.2, own, 0.38, color=colour, label="with the own pictures" if i == 0 else None)
        right.bar(
            i + 0.2, others, 0.38, color=colour, alpha=0.4, label="with those of others" if i == 0 else None
        )
    for ax in (left, right):
        ax.axhline(blind, color=BLACK, linestyle=":", linewidth=1)
        ax.axhline(floor, color=GREY, linestyle=":", linewidth=1)
    left.text(1, blind + 0.03, "blind", fontsize=8, va="bottom")
    left.text(1, floor + 0.02, "floor", fontsize=8, va="bottom", color=GREY)
    label(left, "epoch", "training loss / nats per word", legend=True)
    left.set_ylim(0, 2.2)
    label(right, "captioner", "cross-entropy of new captions / nats per word", legend=True)
    right.set_xticks(range(len(STYLES)), list(STYLES))
    return figure


def figure_words() -> Figure:
    """What each word costs: grammar is free for both, and what has to be seen is not."""
    scenes = _new()
    figure, (ax,) = panels(size=(8.4, 3.6))
    for i, kind in enumerate(("every step", "one look")):
        captioner = _captioner(kind)
        matrix = numbered(scenes.captions, captioner.vocabulary)
        with torch.no_grad():
            logits = captioner.model(scenes.images, matrix[:, :-1])
        costs = dict(zip(captioner.vocabulary, np.asarray(loss_by_word(logits, matrix[:, 1:])), strict=True))
        words = [*COLOURS, *SHAPES, "left", "right", "above", "below", "a", "of", "<end>"]
        ax.bar(
            np.arange(len(words)) + 0.4 * i - 0.2,
            [costs[word] for word in words],
            0.38,
            color=STYLES[kind][0],
            label=kind,
        )
    for height, name in ((np.log(4), "ln 4"), (np.log(3), "ln 3")):
        ax.axhline(height, color=GREY, linestyle=":", linewidth=1)
        ax.text(len(words) - 0.4, height, name, fontsize=8, va="center")
    ax.set_xticks(range(len(words)), words, rotation=45)
    label(ax, "word", "cost where it is right / nats", legend=True)
    return figure


def figure_reach() -> Figure:
    """Optional: how much each step depends on the picture, before anything is learnt and afterwards."""
    scenes = _new()
    figure, axes = panels(1, 2, size=(4.6, 3.6))
    for ax, title in zip(axes, ("untrained", "trained"), strict=True):
        for kind, (colour, style) in STYLES.items():
            captioner = _captioner(kind)
            torch.manual_seed(0)
            model = captioner.model if title == "trained" else NETWORKS[kind](len(captioner.vocabulary))
            matrix = numbered(scenes.captions, captioner.vocabulary)
            slopes = np.asarray(image_gradient(model, scenes.images[:200], matrix[:200]))
            ax.semilogy(range(1, len(slopes) + 1), slopes, color=colour, linestyle=style, label=kind)
        label(ax, "step", "norm of the gradient by the picture", title)
    axes[0].legend(fontsize=8)
    return figure


def figure_looking() -> Figure:
    """Where the captioner with attention looks for each word of its sentence."""
    figure, axes = panels(3, 8, size=(1.5, 1.75))
    scenes, rows = _new(), _to_be_shown(3)
    for k, line in enumerate(rows):
        words, weights = _look(line)
        for ax, word, w in zip(axes[8 * k : 8 * k + 8], words, weights, strict=False):
            show_image(ax, _spotlight(scenes.images[line], w), word)
        for ax in axes[8 * k + len(words) : 8 * k + 8]:
            ax.set_axis_off()
    return figure


def figure_effective_places() -> Figure:
    """Optional: at how many of the sixteen places it looks for each word, over all new scenes."""
    captioner, scenes = _captioner("attention"), _new()
    matrix = numbered(scenes.captions, captioner.vocabulary)
    with torch.no_grad():
        weights = captioner.model.look(scenes.images, matrix[:, :-1])[2]  # type: ignore[operator]
    counts = np.asarray(effective_places(weights))
    targets = matrix[:, 1:].numpy()
    kinds = {
        "colour": list(COLOURS),
        "shape": list(SHAPES),
        "relation": ["left", "right", "above", "below"],
        "of": ["of"],
        "a": ["a"],
        "<end>": ["<end>"],
    }
    numbers = {
        name: [captioner.vocabulary.index(word) for word in words if word in captioner.vocabulary]
        for name, words in kinds.items()
    }
    figure, (ax,) = panels(size=(5.4, 3.5))
    ax.boxplot(
        [counts[np.isin(targets, own)] for own in numbers.values()],
        tick_labels=list(numbers),
        showfliers=False,
    )
    label(ax, "kind of word", "effective number of places")
    ax.set_ylim(1, None)
    return figure


def figure_temperature() -> Figure:
    """The warmer, the more variety and the more nonsense."""
    captioner, scenes = _captioner("every step"), _new()
    temperatures = [0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0]
    right, different = [], []
    for temperature in temperatures:
        said = []
        for k in range(4):
            chance = torch.Generator().manual_seed(k)
            ids = torch.as_tensor(generate(captioner.model, scenes.images, LENGTH, temperature, chance))
            said.append(matrix_to_captions(ids, captioner.vocabulary))
        columns = list(zip(*said, strict=True))
        right.append(
            np.mean(
                [caption in ways for own, ways in zip(columns, scenes.ways, strict=True) for caption in own]
            )
        )
        different.append(np.mean([len(set(own)) for own in columns]))
    figure, (left, other) = panels(1, 2)
    left.plot(temperatures, right, marker="o", color=BLUE)
    label(left, "temperature", "share of right sentences")
    left.set_ylim(0, 1)
    other.plot(temperatures, different, marker="o", color=PURPLE)
    label(other, "temperature", "different sentences out of four")
    other.set_ylim(1, 4)
    return figure


def figure_beam() -> Figure:
    """What a beam finds that the best word each time does not: sentences that are more probable."""
    captioner, scenes = _captioner("every step"), _new()
    widths = [1, 2, 3, 4]
    found = np.array(
        [[_beam(captioner, scenes.images[i : i + 1], w)[0][1] for w in widths] for i in range(120)]
    )
    figure, (ax, other) = panels(1, 2, size=(4.4, 4.0))
    low = found.min() - 0.1
    ax.plot([low, 0], [low, 0], color=GREY, linestyle=":")
    ax.scatter(found[:, 0], found[:, 1], s=12, color=ORANGE)
    better = np.mean(found[:, 1] > found[:, 0] + 1e-4)
    label(ax, "ln p of the best word each time", "ln p with a beam of 2", f"better for {better:.0%}")
    other.plot(widths, found.mean(axis=0), marker="o", color=ORANGE)
    label(other, "width of the beam", "mean ln p of the first sentence")
    other.set_xticks(widths)
    return figure


def figure_matching() -> Figure:
    """Pictures and sentences in one space: cosines of twelve pairs, and how often the right one is among the best k."""
    towers, scenes, matrix = _towers()
    scores = _cosines(towers, scenes.images, matrix)
    right = scenes.numbers[:, None] == scenes.numbers
    figure, (table, curve) = panels(1, 2, size=(5.4, 4.6))
    image = table.imshow(scores[:12, :12], cmap="RdBu_r", vmin=-1, vmax=1)
    figure.colorbar(image, ax=table, label="cosine", shrink=0.8)
    table.set_xticks(range(12))
    table.set_yticks(range(12), scenes.captions[:12], fontsize=7)
    table.set_xlabel("picture")
    table.set_ylabel("sentence")
    ks = [1, 2, 3, 5, 8, 12, 20]
    for name, way, truth, colour in (
        ("sentences for a picture", scores.T, right.T, BLUE),
        ("pictures for a sentence", scores, right, RED),
    ):
        curve.plot(ks, [recall_at_k(way, truth, k) for k in ks], marker="o", color=colour, label=name)
    curve.plot(ks, [k / len(scores) for k in ks], color=GREY, linestyle=":", label="by chance, about")
    label(curve, "k", f"recall at k, among {len(scores)}", legend=True)
    curve.set_ylim(0, 1.02)
    return figure


def figure_search() -> Figure:
    """Four sentences, and the five pictures that each of them finds."""
    towers, scenes, _ = _towers()
    questions = [
        "a red circle left of a blue square",
        "a yellow triangle above a green circle",
        "a blue square below a yellow square",
        "a green triangle right of a red triangle",
    ]
    matrix = numbered(questions, _vocabulary())
    best = _cosines(towers, scenes.images, matrix).topk(5, dim=1).indices
    figure, axes = panels(4, 5, size=(1.7, 1.75))
    for k, question in enumerate(questions):
        for rank, place in enumerate(best[k].tolist()):
            ax = axes[5 * k + rank]
            hit = question in scenes.ways[place]
            show_image(ax, _shown(scenes.images[place]))
            _frame(ax, GREEN if hit else RED)
            if rank == 2:
                ax.set_title(question, fontsize=10)
    return figure


def figure_zero_shot() -> Figure:
    """Optional: the colour of the thing on the left, read by sentences alone."""
    towers, scenes, _ = _towers()
    colours = list(COLOURS)
    prompts = []
    for colour in colours:
        said = [
            f"a {colour} {shape} left of a {other} {another}"
            for shape in SHAPES
            for other in colours
            for another in SHAPES
        ]
        prompts.append(_codes(towers, numbered(said, _vocabulary())))
    chosen = [i for i, ways in enumerate(scenes.ways) if " left of " in ways[0]]
    truth = [colours.index(scenes.ways[i][0].split()[1]) for i in chosen]
    with torch.no_grad():
        pictures = towers.encode_pictures(scenes.images[chosen])
    answers = np.asarray(zero_shot(pictures, torch.stack(prompts)))
    table = np.zeros((4, 4))
    for want, found in zip(truth, answers, strict=True):
        table[want, int(found)] += 1
    figure, (ax,) = panels(size=(4.8, 4.2))
    image = ax.imshow(table / table.sum(axis=1, keepdims=True), cmap="Blues", vmin=0, vmax=1)
    figure.colorbar(image, ax=ax, label="share of the row", shrink=0.8)
    for (i, j), count in np.ndenumerate(table):
        ax.text(j, i, int(count), ha="center", va="center", color=BLACK if i != j else "white")
    ax.set_xticks(range(4), colours)
    ax.set_yticks(range(4), colours)
    ax.set_xlabel("read by sentences")
    ax.set_ylabel("colour of the thing on the left")
    return figure


def figure_best_and_worst() -> Figure:
    """The ten best and the ten worst captions of new scenes, with what is right below the wrong ones."""
    captioner, scenes = _captioner("every step"), make_scenes(300, seed=10_000)
    rows = describe(captioner, scenes)
    figure, axes = panels(4, 5, size=(2.5, 2.35))
    for ax, row in zip(axes, rows[:10] + rows[-10:], strict=True):
        show_image(ax, _shown(scenes.images[row.place]))
        _frame(ax, GREEN if row.right else RED)
        ax.set_title(_title(row, scenes.ways[row.place]), fontsize=7)
    return figure


def animation_looking() -> FuncAnimation:
    """Word by word: the light falls on the place where the next word comes from."""
    scenes = _new()
    shots: list[tuple[int, list[str], Tensor | None]] = []
    for line in _to_be_shown(5):
        words, weights = _look(line)
        shots += [(line, words[: t + 1], w) for t, w in enumerate(weights)]
        shots += [(line, words, None)] * 2
    figure, (ax,) = panels(size=(4.4, 4.6))

    def draw(frame: int) -> list[Any]:
        ax.clear()
        line, words, w = shots[frame]
        picture = _shown(scenes.images[line]) if w is None else _spotlight(scenes.images[line], w)
        show_image(ax, picture)
        ax.set_xlabel(" ".join(word for word in words if word != "<end>"), fontsize=12)
        return []

    return FuncAnimation(figure, draw, frames=len(shots), interval=600)  # type: ignore[arg-type]


def _title(row: Said, ways: list[str]) -> str:
    said = f"{row.caption}\nln p {row.sure:.2f}"
    if row.right:
        return said
    nearest = max(
        ways, key=lambda way: sum(a == b for a, b in zip(way.split(), row.caption.split(), strict=False))
    )
    return f"{said}\n({nearest})"


def _frame(ax: Axes, colour: str) -> None:
    for spine in ax.spines.values():
        spine.set(color=colour, linewidth=3)


def _shown(image: Tensor) -> np.ndarray:
    """A picture with large pixels, (h, w, 3)."""
    return image.permute(1, 2, 0).numpy().clip(0, 1)


def _spotlight(image: Tensor, weights: Tensor) -> np.ndarray:
    """A picture under a light that falls where the weights are, (h, w, 3)."""
    light = interpolate(weights.reshape(1, 1, 4, 4), size=(SIDE, SIDE), mode="bilinear")[0]
    light = light / light.max()
    return (0.15 + 0.85 * image * light + 0.15 * image + 0.25 * light).permute(1, 2, 0).numpy().clip(0, 1)


def _look(line: int) -> tuple[list[str], Tensor]:
    """The words that are said of a new scene, END included, and the weights (t, 16) behind each of them."""
    captioner, scenes = _captioner("attention"), _new()
    image = scenes.images[line : line + 1]
    ids = torch.as_tensor(generate(captioner.model, image, LENGTH))
    read = torch.cat([torch.tensor([[START]]), ids[:, :-1]], dim=1)
    with torch.no_grad():
        weights = torch.as_tensor(captioner.model.look(image, read)[2])[0]  # type: ignore[operator]
    row = ids[0].tolist()
    length = row.index(END) + 1 if END in row else len(row)
    return [captioner.vocabulary[k] for k in row[:length]][:8], weights[: min(length, 8)]


def _to_be_shown(n: int) -> list[int]:
    """Scenes of both relations by turns, first those that the captioner with attention describes rightly."""
    scenes = _new()
    said = _captioner("attention").say(scenes.images)
    wrong = [caption not in ways for caption, ways in zip(said, scenes.ways, strict=True)]
    order = sorted(range(len(said)), key=wrong.__getitem__)
    beside = [i for i in order if " left of " in scenes.ways[i][0]]
    above = [i for i in order if " left of " not in scenes.ways[i][0]]
    return [i for pair in zip(beside, above, strict=False) for i in pair][:n]


def _beam(captioner: Captioner, image: Tensor, width: int) -> list[tuple[list[int], float]]:
    def next_log_p(prefixes: Tensor) -> Tensor:
        with torch.no_grad():
            logits = captioner.model(image.expand(len(prefixes), -1, -1, -1), prefixes)
        return torch.as_tensor(logits)[:, -1].log_softmax(dim=1)

    return beam_search(next_log_p, width, LENGTH)


@cache
def _new() -> Scenes:
    return make_scenes(400, seed=10_001)


@cache
def _bounds() -> tuple[float, float]:
    """What the blind pay, and what nobody can do without, from many captions."""
    many = make_scenes(8000, seed=10_002)
    matrix = numbered(many.captions, build_vocabulary(many.captions), None)
    return prefix_entropy(matrix), prefix_entropy(matrix, many.numbers)


@cache
def _captioner(kind: str) -> Captioner:
    return train_captioner(kind)


@cache
def _vocabulary() -> list[str]:
    return build_vocabulary(make_scenes(2000, seed=0).captions)


@cache
def _towers() -> tuple[Towers, Scenes, Tensor]:
    towers, _ = train_towers(make_scenes(2000, seed=0), _vocabulary())
    scenes = _new()
    return towers, scenes, numbered(scenes.captions, _vocabulary())


def _codes(towers: Towers, matrix: Tensor) -> Tensor:
    with torch.no_grad():
        return towers.encode_sentences(matrix)


def _cosines(towers: Towers, images: Tensor, matrix: Tensor) -> Tensor:
    """Cosines of sentences and pictures, (sentences, pictures)."""
    with torch.no_grad():
        pictures = towers.encode_pictures(images)
    sentences = _codes(towers, matrix)
    return torch.nn.functional.normalize(sentences, dim=1) @ torch.nn.functional.normalize(pictures, dim=1).T
