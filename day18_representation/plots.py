"""The pictures of the day, drawn through your own functions (given).

Each function is one picture; the first line of its docstring is the caption. What is trained for them takes a few
seconds each, and is kept for the next picture.
"""

from functools import cache

import numpy as np
import torch
from matplotlib.animation import FuncAnimation
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from torch import Tensor, nn

from course.data import split_digits
from course.plots import BLUE, COLOURS, GREEN, GREY, ORANGE, RED, label, panels, show_image
from day18_representation.autoencoders import corrupt, transposed_conv2d
from day18_representation.codes import morph, nearest, precision_at_k
from day18_representation.data import FAMILIES, make_scenes, make_stories
from day18_representation.finale import CODERS, draw_map, few_labels
from day18_representation.linear import least_error
from day18_representation.networks import Autoencoder, ConvAutoencoder
from day18_representation.training import train_autoencoder, train_linear, train_words
from day18_representation.tsne import descend, joint_probabilities, row_probabilities, trustworthiness
from day18_representation.words import neighbours

HALO = [withStroke(linewidth=3, foreground="white")]
"""What keeps a word legible that stands on a line or a dot."""

NAME = {"fontweight": "bold", "ha": "center", "va": "center", "path_effects": HALO}
"""How the name of a digit is written on a map."""

SHORT = {"pixels": "pixels", "autoencoder": "autoencoder", "contrastive eye": "contrastive"}


def figure_bound() -> Figure:
    """Error against the numbers of a code: trained matrices reach the bound; hidden layers may go below it."""
    x = split_digits().x_train[:600]
    sizes = np.arange(1, 25)
    figure, (ax,) = panels(size=(6.2, 4.2))
    bounds = [float(least_error(x, int(k))) for k in sizes]
    ax.semilogy(sizes, bounds, color=GREY, label="bound for matrices")
    for tied, marker, colour in ((False, "o", BLUE), (True, "x", RED)):
        ends = [train_linear(x, k, tied, steps=200)[2][-1] for k in (2, 8, 16)]
        name = "trained, tied" if tied else "trained, two matrices"
        ax.semilogy((2, 8, 16), ends, marker, color=colour, markersize=8, label=name, fillstyle="none")
    ends = [_error(_autoencoder(k), x) for k in (2, 8, 16)]
    ax.semilogy((2, 8, 16), ends, "s", color=GREEN, label="with hidden layers")
    label(ax, "numbers of a code", "mean squared error", "600 digits of 64 pixels", legend=True)
    return figure


def figure_painted_again() -> Figure:
    """New digits out of eight numbers: by a matrix, by dense layers, by convolutions."""
    x = split_digits().x_test[_one_of_each()]
    rows = {
        "seen": x,
        "matrix": _by_matrix(x),
        "dense layers": _answers(_autoencoder(8), x),
        "convolutions": _answers(_convolutions(), x),
    }
    figure, axes = panels(4, 1, size=(6.6, 0.95))
    for ax, (name, pictures) in zip(axes, rows.items(), strict=True):
        error = (pictures - x).square().mean()
        title = name if name == "seen" else f"{name}: error {error:.3f}"
        show_image(ax, 1 - _tiled(pictures, 10), title)
    return figure


def figure_stamps() -> Figure:
    """Transposed convolution: one stamp, four of them, and the pattern when kernel and stride do not fit."""
    kernel = torch.tensor([1.0, 2.0, 1.0])
    brush = torch.outer(kernel, kernel)[None, None] / 4
    one, four = torch.zeros(1, 1, 3, 3), torch.zeros(1, 1, 3, 3)
    one[0, 0, 1, 1] = 1
    four[0, 0, ::2, ::2] = torch.tensor([[1.0, 0.5], [0.5, 1.0]])
    shown = {
        "one entry, stride 2": transposed_conv2d(one, brush, 2),
        "four entries": transposed_conv2d(four, brush, 2),
        "ones, kernel 3, stride 2": transposed_conv2d(torch.ones(1, 1, 7, 7), torch.ones(1, 1, 3, 3), 2),
        "ones, kernel 4, stride 2": transposed_conv2d(torch.ones(1, 1, 7, 7), torch.ones(1, 1, 4, 4), 2),
    }
    figure, axes = panels(1, 4, size=(2.3, 2.5))
    for ax, (name, picture) in zip(axes, shown.items(), strict=True):
        image = np.asarray(picture)[0, 0]
        show_image(ax, -image, name, low=-float(image.max()), high=0.0)
    return figure


def figure_noise() -> Figure:
    """Looking through noise: what a plain autoencoder makes of it, and one that was trained with noise."""
    digits = split_digits()
    x = digits.x_test[_one_of_each()]
    noise = torch.randn(500, 64, generator=torch.Generator().manual_seed(3))[:10]
    noisy = torch.as_tensor(corrupt(x, noise, 0.5), dtype=torch.float32)
    rows = {
        "clean": x,
        "noisy": noisy,
        "plain": _answers(_autoencoder(16), noisy),
        "denoising": _answers(_denoiser(), noisy),
    }
    figure, axes = panels(4, 1, size=(6.6, 0.95))
    for ax, (name, pictures) in zip(axes, rows.items(), strict=True):
        error = (pictures - x).square().mean()
        title = name if name == "clean" else f"{name}: error {error:.3f}"
        show_image(ax, 1 - _tiled(pictures, 10), title)
    return figure


def figure_neighbours() -> Figure:
    """Five new digits, and the five that are most alike by pixels and by codes: the codes find no more."""
    digits, asked = split_digits(), _one_of_each()[[2, 3, 5, 8, 9]]
    codes = _autoencoder(8).encode(digits.x_test).detach()
    figure, axes = panels(1, 2, size=(3.6, 3.4))
    for ax, (name, z) in zip(axes, {"pixels": digits.x_test, "codes": codes}.items(), strict=True):
        found = np.asarray(nearest(z[asked], z, 6))
        share = precision_at_k(z, digits.y_test, 5)
        show_image(ax, 1 - _tiled(digits.x_test[found.flatten()], 6), f"{name}: {share:.0%} of the same kind")
        ax.axvline(8.5, color=RED, linewidth=1)
    return figure


def figure_morph() -> Figure:
    """From a 0 to a 6 and from a 3 to a 5: pixels are faded over, codes walk through digits."""
    digits = split_digits()
    model = _autoencoder(8)
    figure, axes = panels(2, 1, size=(6.6, 1.7))
    strips: dict[str, list[np.ndarray]] = {"pixels": [], "codes": []}
    for a, b in ((0, 6), (3, 5)):
        start, end = (digits.x_test[digits.y_test == k][1] for k in (a, b))
        strips["pixels"].append(np.asarray(morph(lambda x: x, start, end, 9)))
        first, last = model.encode(torch.stack([start, end])).detach()
        walk = morph(lambda z: model.decode(z).detach(), first, last, 9)
        strips["codes"].append(np.asarray(walk))
    for ax, (name, strip) in zip(axes, strips.items(), strict=True):
        show_image(ax, 1 - _tiled(torch.tensor(np.concatenate(strip)), 9), name)
    return figure


def figure_scenes() -> Figure:
    """Ten digits and two views of each: elsewhere, and among other pieces of digits."""
    digits, chance = split_digits(), torch.Generator().manual_seed(0)
    x = digits.x_test[_one_of_each()]
    figure, axes = panels(3, 1, size=(8.0, 1.05))
    show_image(axes[0], 1 - _tiled(x, 10), "digits")
    for ax, title in zip(axes[1:], ("one view", "another view"), strict=True):
        show_image(ax, 1 - _tiled(make_scenes(x, chance), 10), title)
    return figure


def figure_few_labels() -> Figure:
    """Five labels of each digit: who gains from codes, and who does not. Ten draws of the labels."""
    digits = split_digits()
    plain = {"pixels": digits.x_test, "autoencoder": _autoencoder(8).encode(digits.x_test).detach()}
    both = {"digits": plain, "scenes": {SHORT[name]: _codes(name) for name in SHORT}}
    figure, axes = panels(1, 2, size=(4.4, 3.5))
    for ax, (title, codes) in zip(axes, both.items(), strict=True):
        for place, (name, z) in enumerate(codes.items()):
            found = few_labels(z, digits.y_test, 0)
            ax.bar(place, found.mean(), color=COLOURS[place], width=0.6)
            ax.plot([place] * len(found), found, ".", color="black", markersize=4)
            ax.text(place, found.max() + 0.03, f"{found.mean():.2f}", ha="center", fontsize=9)
        ax.axhline(0.1, color=GREY, linestyle="--", linewidth=1)
        ax.set_xticks(range(len(codes)), list(codes))
        label(ax, "", "accuracy on the others", title)
        ax.set(ylim=(0, 1), xlim=(-0.5, len(codes) - 0.5))
    return figure


def animation_map() -> FuncAnimation:
    """Three hundred digits find their places. Nobody has told them which digit they are; the colours are for you."""
    stations, labels = _unfolding()
    figure, (ax,) = panels(size=(4.8, 4.8))
    dots = ax.scatter(*stations[0][1].T, s=9, color=GREY)
    colours = [_colour(int(k)) for k in labels]
    ax.set_xticks([])
    ax.set_yticks([])
    names = [ax.text(0, 0, str(k), fontsize=18, visible=False, **NAME) for k in range(10)]
    last = len(stations)

    def draw(frame: int) -> None:
        step, places = stations[min(frame, last - 1)]
        reach = 1.08 * float(np.abs(places).max())
        ax.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
        dots.set_offsets(places)
        shown = frame >= last
        dots.set_color(colours if shown else GREY)
        for k, name in enumerate(names):
            name.set_visible(shown)
            name.set_position(_densest(places[labels == k]))
        ax.set_title(f"step {step}" + (", and what nobody had told" if shown else ""), fontsize=11)

    return FuncAnimation(figure, draw, frames=last + 10, interval=150)


def figure_perplexity() -> Figure:
    """The same digits with three perplexities, and pure noise: a map of nothing has islands as well."""
    digits = split_digits()
    x, labels = digits.x_test[:200], digits.y_test[:200]
    noise = torch.randn(200, 10, generator=torch.Generator().manual_seed(0))
    figure, axes = panels(1, 5, size=(2.6, 2.9))
    for ax, perplexity in zip(axes[:3], (3.0, 20.0, 100.0), strict=True):
        _scatter(ax, draw_map(x, 0, perplexity), labels, f"digits, perplexity {perplexity:g}")
    for ax, perplexity in zip(axes[3:], (3.0, 20.0), strict=True):
        _scatter(ax, draw_map(noise, 0, perplexity), None, f"noise, perplexity {perplexity:g}")
    return figure


def figure_trust() -> Figure:
    """Optional: how far two maps of the digits can be trusted, against the number of neighbours."""
    digits = split_digits()
    x = digits.x_test[:200].double()
    centred = x - x.mean(dim=0)
    axes_map = centred @ torch.linalg.svd(centred, full_matrices=False).Vh[:2].T
    counts = (2, 4, 8, 16, 32, 64)
    figure, (ax,) = panels(size=(5.4, 3.6))
    for name, y, colour in (("t-SNE", draw_map(x), BLUE), ("two principal axes", axes_map, RED)):
        for style, a, b in (("-", x, y), ("--", y, x)):
            values = [float(trustworthiness(a, b, k)) for k in counts]
            what = "lies on the map" if style == "-" else "torn apart"
            ax.semilogx(
                counts, values, style, color=colour, marker="o", markersize=4, label=f"{name}: {what}"
            )
    ax.minorticks_off()
    ax.set_xticks(counts, [str(k) for k in counts])
    label(ax, "neighbours k", "trustworthiness (1 is perfect)")
    ax.set_ylim(0.7, 1.01)
    ax.legend(fontsize=8, loc="lower left")
    return figure


def figure_words() -> Figure:
    """A language about animals: the arrow from parent to young is the same for all, and the window chooses likeness."""
    vectors, words = _words(2)
    place = {word: i for i, word in enumerate(words)}
    pairs = [(parent, child) for parent, (child, *_) in FAMILIES.items()]
    animals = torch.stack([vectors[place[word]] for pair in pairs for word in pair]).double()
    animals = animals / animals.norm(dim=1, keepdim=True)
    arrow = (animals[1::2] - animals[::2]).mean(dim=0)
    arrow = arrow / arrow.norm()
    rest = animals - animals.mean(dim=0)
    rest = rest - rest @ arrow[:, None] * arrow
    across = torch.linalg.svd(rest, full_matrices=False).Vh[0]
    spots = torch.stack([animals @ across, animals @ arrow], dim=1).numpy()
    ranks = spots.reshape(-1, 2, 2)[:, :, 0].argsort(axis=0).argsort(axis=0)
    figure, (left, right) = panels(1, 2, size=(5.2, 4.3))
    for number, (parent, child) in enumerate(pairs):
        (x0, y0), (x1, y1) = spots[2 * number], spots[2 * number + 1]
        colour = (*COLOURS, GREY)[number]
        left.annotate(
            "", (x1, y1), (x0, y0), arrowprops={"arrowstyle": "->", "color": colour, "linewidth": 1.5}
        )
        sides = ["left" if rank % 2 else "right" for rank in ranks[number]]
        style = {"color": colour, "fontsize": 9, "path_effects": HALO}
        left.text(x0, y0 - 0.03, parent, ha=sides[0], va="top", **style)
        left.text(x1, y1 + 0.03, child, ha=sides[1], va="bottom", **style)
    left.set(xlim=_margins(spots[:, 0]), ylim=_margins(spots[:, 1]))
    label(left, "direction in which families differ most", "direction from parent to young")
    windows = (1, 2, 4, 6)
    shares = np.array([_likeness(w) for w in windows])
    for column, (name, colour, style) in enumerate(
        (("another animal", BLUE, "o-"), ("of the same family", ORANGE, "s--"))
    ):
        right.plot(windows, shares[:, column], style, color=colour, label=name)
    right.set_xticks(windows)
    label(right, "window", "share of the 3 nearest words", "the neighbours of an animal are …", legend=True)
    right.set_ylim(0, 1.05)
    return figure


def figure_nobody_labelled() -> Figure:
    """The map of 300 scenes by pixels, by an autoencoder and by two views; the colours came last."""
    digits = split_digits()
    figure, axes = panels(1, 3, size=(4.0, 4.3))
    for ax, name in zip(axes, SHORT, strict=True):
        places = draw_map(_codes(name)[:300])
        share = precision_at_k(places, digits.y_test[:300], 6)
        _scatter(
            ax, places, digits.y_test[:300], f"{name}\n{share:.0%} of the neighbours hide the same digit"
        )
        if name == "contrastive eye":
            for k in range(10):
                spot = _densest(np.asarray(places[digits.y_test[:300] == k]))
                ax.text(*spot, str(k), fontsize=15, **NAME)
    return figure


def _one_of_each() -> Tensor:
    """The rows of ten new digits, 0 to 9."""
    labels = split_digits().y_test
    return torch.stack([torch.nonzero(labels == k)[3, 0] for k in range(10)])


@cache
def _autoencoder(code: int) -> Autoencoder:
    torch.manual_seed(0)
    model = Autoencoder(code=code)
    train_autoencoder(model, split_digits().x_train, 15, learning_rate=5e-3)
    return model


@cache
def _denoiser() -> Autoencoder:
    torch.manual_seed(0)
    model = Autoencoder(code=16)
    train_autoencoder(model, split_digits().x_train, 15, sigma=0.5, learning_rate=5e-3)
    return model


@cache
def _convolutions() -> ConvAutoencoder:
    torch.manual_seed(0)
    model = ConvAutoencoder(maps=12)
    train_autoencoder(model, split_digits().x_train, 12, learning_rate=1e-2)
    return model


@cache
def _codes(name: str) -> Tensor:
    """Codes of 500 scenes, by a coder of the finale."""
    digits = split_digits()
    scenes = make_scenes(digits.x_test, torch.Generator().manual_seed(1000))
    return CODERS[name](digits, 0)(scenes)


@cache
def _words(window: int) -> tuple[Tensor, list[str]]:
    return train_words(make_stories(1000), window)


@cache
def _unfolding() -> tuple[list[tuple[int, np.ndarray]], np.ndarray]:
    """Numbers of steps and places on the map, and the labels."""
    digits = split_digits()
    x = digits.x_train[:300].double()
    rows = torch.as_tensor(row_probabilities(torch.cdist(x, x).square(), 20.0)).double()
    p = torch.as_tensor(joint_probabilities(rows)).double()
    y = 0.01 * torch.randn(300, 2, generator=torch.Generator().manual_seed(1)).double()
    stations = [(0, y.numpy())]
    for end in range(12, 301, 12):
        y = torch.as_tensor(descend(p, y, 12, 200.0, early=12 if end <= 60 else 0)).double()
        stations.append((end, y.numpy()))
    return stations, digits.y_train[:300].numpy()


def _likeness(window: int) -> tuple[float, float]:
    """Of the three nearest words of an animal, how many are animals, and how many belong to its family."""
    vectors, words = _words(window)
    place = {word: i for i, word in enumerate(words)}
    family = {word: parent for parent, others in FAMILIES.items() for word in (parent, *others)}
    animals = {word for parent, (child, *_) in FAMILIES.items() for word in (parent, child)}
    found = [(a, words[int(i)]) for a in sorted(animals) for i in neighbours(vectors, place[a], 3)]
    return (
        float(np.mean([b in animals for _, b in found])),
        float(np.mean([family.get(b) == family[a] for a, b in found])),
    )


def _by_matrix(x: Tensor) -> Tensor:
    """Digits out of eight numbers, by trained matrices."""
    known = split_digits().x_train
    encoder, decoder, _ = train_linear(known, 8)
    return (x - known.mean(dim=0)) @ encoder @ decoder + known.mean(dim=0)


@torch.no_grad()
def _answers(model: nn.Module, x: Tensor) -> Tensor:
    return model(x)


def _error(model: nn.Module, x: Tensor) -> float:
    return (_answers(model, x) - x).square().mean().item()


def _margins(values: np.ndarray) -> tuple[float, float]:
    room = 0.15 * float(np.ptp(values))
    return float(values.min()) - room, float(values.max()) + room


def _scatter(ax: Axes, places: Tensor, labels: Tensor | None, title: str) -> None:
    """A map, coloured by labels where there are any."""
    colours = [_colour(int(k)) for k in labels] if labels is not None else GREY
    ax.scatter(*np.asarray(places).T, s=7, c=colours)
    ax.set_title(title, fontsize=10)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.set_aspect("equal", adjustable="datalim")


def _densest(places: np.ndarray) -> tuple[float, float]:
    """Where a kind is at home: the one of its places that is nearest to six others."""
    distances = np.linalg.norm(places[:, None] - places, axis=2)
    x, y = places[np.sort(distances, axis=1)[:, :7].sum(axis=1).argmin()]
    return float(x), float(y)


def _tiled(pictures: Tensor, columns: int) -> np.ndarray:
    """Square pictures as one image with so many in a row and a line of paper between them."""
    flat = pictures.detach().reshape(len(pictures), -1)
    side = round(flat.shape[1] ** 0.5)
    squares = np.pad(flat.numpy().reshape(-1, columns, side, side), ((0, 0), (0, 0), (1, 0), (1, 0)))
    rows = len(squares)
    return squares.transpose(0, 2, 1, 3).reshape((side + 1) * rows, (side + 1) * columns)


def _colour(k: int) -> str:
    """A colour for each digit."""
    return (*COLOURS, GREY, "#8C564B", "#BCBD22")[k]
