"""The pictures of the day, drawn through your own functions (given).

Each function is one picture; the first line of its docstring is the caption. What is trained for them takes a few
seconds each, and is kept for the next picture.
"""

from collections.abc import Callable
from functools import cache
from itertools import pairwise

import numpy as np
import torch
from matplotlib.animation import FuncAnimation
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from course.data import DigitSplit, split_digits
from course.plots import BLUE, COLOURS, GREEN, GREY, ORANGE, PURPLE, RED, label, panels, show_image
from day19_generative.data import (
    RING_SPREAD,
    load_content,
    make_ring,
    make_spiral,
    make_style,
    ring_centres,
)
from day19_generative.diffusion import (
    add_noise,
    cosine_schedule,
    ddim_step,
    guided_noise,
    perfect_noise,
)
from day19_generative.finale import (
    LARGEST_SHARE,
    NOISE_STEPS,
    PAINTERS,
    judge,
    painter_of,
    train_denoiser,
    train_reader,
)
from day19_generative.gan import discriminator_loss, generator_loss, mode_count
from day19_generative.judging import authenticity, mmd, nearest, precision_recall
from day19_generative.networks import VAE, Denoiser, RandomFeatures, expert, mlp
from day19_generative.style import transfer
from day19_generative.training import sample_vae, train_diffusion, train_gan, train_vae, walk_back
from day19_generative.vae import latent_grid

SPIRAL_STEPS = 40


def figure_style() -> Figure:
    """The photograph in the manner of a pattern: the less the content weighs, the more of it is painted over."""
    content, style, network = load_content(64), make_style(64), RandomFeatures()
    figure, axes = panels(1, 4, size=(3.4, 2.7))
    show_image(axes[0], content.permute(1, 2, 0), "content")
    show_image(axes[1], style.permute(1, 2, 0), "style")
    for ax, weight in zip(axes[2:], (0.01, 0.0), strict=True):
        image, _ = transfer(network, content, style, 60, 0.05, weight)
        show_image(ax, np.asarray(image).clip(0, 1).transpose(1, 2, 0), f"content weight {weight:g}")
    return figure


def figure_judges() -> Figure:
    """Five forgers of the ring, and what the judges say: each judge lets somebody pass."""
    chance = torch.Generator().manual_seed(0)
    known, new = make_ring(300, chance), make_ring(300, chance)
    forgers = {
        "honest": make_ring(300, chance),
        "one heap only": ring_centres()[2] + RING_SPREAD * torch.randn(300, 2, generator=chance),
        "too much noise": make_ring(300, chance) + 0.4 * torch.randn(300, 2, generator=chance),
        "heaps too small": ring_centres()[torch.randint(8, (300,), generator=chance)]
        + 0.02 * torch.randn(300, 2, generator=chance),
        "a photocopier": known[torch.randperm(300, generator=chance)]
        + 0.001 * torch.randn(300, 2, generator=chance),
    }
    figure, axes = panels(1, 5, size=(3.1, 3.7))
    for ax, (name, painted) in zip(axes, forgers.items(), strict=True):
        precision, recall = precision_recall(new, painted)
        distance = np.median(np.asarray(nearest(painted, known)[0]))
        ax.scatter(*new.T, s=3, color=GREY, label="real")
        ax.scatter(*painted.T, s=3, color=RED, label="made up")
        verdict = f"precision {precision:.2f}, recall {recall:.2f}\nMMD² {float(mmd(new, painted, 0.5)):.3f}"
        label(
            ax, "x", "y", f"{name}\n{verdict}\nto the nearest known {distance:.3f}", legend=name == "honest"
        )
        ax.set(xlim=(-3.4, 3.4), ylim=(-3.4, 3.4), aspect="equal")
    return figure


def figure_latent() -> Figure:
    """Where a VAE with two latent numbers puts digits that it has not seen, and what it makes of N(0, 1)."""
    model, digits = _plane()
    with torch.no_grad():
        mu = model.encode(digits.x_test)[0].numpy()
    figure, (plane, samples) = panels(1, 2, size=(5.2, 4.6))
    for k in range(10):
        place = digits.y_test.numpy() == k
        plane.scatter(*mu[place].T, s=8, color=_colour(k), label=str(k))
    label(plane, "first latent number", "second latent number", "mu of 500 new digits")
    plane.legend(fontsize=8, ncols=2, markerscale=1.5)
    show_image(samples, 1 - _tiled(np.asarray(sample_vae(model, 100, seed=1)), 10), "100 samples")
    return figure


def figure_manifold() -> Figure:
    """Optional: the map of the latent plane, all cells equally probable."""
    model, _ = _plane()
    points = torch.as_tensor(latent_grid(15), dtype=torch.float32)
    with torch.no_grad():
        pictures = torch.sigmoid(model.decode(points)).numpy()
    figure, (ax,) = panels(size=(6.0, 6.0))
    show_image(ax, 1 - _tiled(pictures, 15), "what the decoder paints, place by place")
    return figure


def figure_collapse() -> Figure:
    """Nats that pass from encoder to decoder while training: a deep decoder needs a warm-up, a shallow one does not."""
    digits = split_digits()
    figure, axes = panels(1, 3, size=(4.2, 3.5))
    settings = (
        ("decoder with 1 hidden layer", 1, 1.0, 12),
        ("with 4 hidden layers", 4, 1.0, 26),
        ("1 layer, beta = 5", 1, 5.0, 12),
    )
    for ax, (title, depth, beta, epochs) in zip(axes, settings, strict=True):
        for warming, colour, style in ((0.0, RED, "-"), (0.7, BLUE, "--")):
            torch.manual_seed(0)
            history = train_vae(VAE(depth=depth), digits.x_train, None, epochs, beta, warming)
            name = f"beta rises over {warming:.0%} of the time" if warming else "beta from the beginning"
            ax.semilogy(np.asarray(history)[:, 1].clip(1e-4), color=colour, linestyle=style, label=name)
        label(ax, "epoch", "KL / nats", title)
        ax.set_ylim(1e-4, 100)
    axes[0].legend(fontsize=8, loc="lower left")
    return figure


def figure_saturation() -> Figure:
    """Two losses with the same aim: what the forger's gradient is worth while the expert is sure that it is a fake."""
    logits = torch.linspace(-8, 4, 121)
    figure, (left, right) = panels(1, 2, size=(4.8, 3.5))
    fakes = logits.clone().requires_grad_()
    torch.stack([generator_loss(a[None]) for a in fakes]).sum().backward()
    shown = {
        "−log σ(a), as written": (torch.stack([generator_loss(a[None]) for a in logits]), fakes.grad),
        "log(1 − σ(a)), which saturates": (-torch.nn.functional.softplus(logits), -torch.sigmoid(logits)),
    }
    for (name, (loss, slope)), colour, style in zip(shown.items(), (BLUE, RED), ("-", "--"), strict=True):
        left.plot(logits, loss.detach(), color=colour, linestyle=style, label=name)
        right.plot(logits, slope, color=colour, linestyle=style, label=name)
    label(left, "logit a of a fake", "loss of the forger", legend=True)
    label(
        right, "logit a of a fake", "gradient of the loss by a", f"undecided expert pays {_undecided():.3f}"
    )
    return figure


def animation_ring() -> FuncAnimation:
    """The forger on the ring: with Adam's usual momentum it jumps from heap to heap, with 0.5 it finds all eight."""
    rounds = {"momentum 0.9": _ring(0.9), "momentum 0.5": _ring(0.5)}
    real = make_ring(500, torch.Generator().manual_seed(9))
    figure, axes = panels(1, 2, size=(4.2, 4.2))
    dots = []
    for ax in axes:
        ax.scatter(*real.T, s=4, color=GREY)
        dots.append(ax.scatter([], [], s=4, color=RED))
        label(ax, "x", "y")
        ax.set(xlim=(-3, 3), ylim=(-3, 3), aspect="equal")

    def draw(frame: int) -> None:
        for ax, dot, (name, shots) in zip(axes, dots, rounds.items(), strict=True):
            step, points = shots[frame]
            quality, modes = mode_count(points, ring_centres(), 4 * RING_SPREAD, 5)
            dot.set_offsets(points.numpy())
            ax.set_title(f"{name}, step {step}: {modes} of 8, {quality:.0%} good", fontsize=11)

    return FuncAnimation(figure, draw, frames=len(rounds["momentum 0.5"]), interval=120)


def figure_destroying() -> Figure:
    """The forward process: what is left of a digit at several times, and the schedule that says so."""
    digits, alpha_bar = split_digits(), _schedule(NOISE_STEPS)
    times = (0, 5, 10, 20, 30, 50)
    figure, axes = panels(1, 7, size=(1.9, 2.1))
    left = np.sqrt(np.asarray(alpha_bar))
    axes[0].plot(left, color=BLUE, label="picture")
    axes[0].plot(np.sqrt(1 - left**2), color=RED, linestyle="--", label="noise")
    label(axes[0], "time t", "weight", legend=True)
    x0 = 2 * digits.x_test[:1] - 1
    noise = torch.randn(1, 64, generator=torch.Generator().manual_seed(0))
    for ax, t in zip(axes[1:], times, strict=True):
        noisy = np.asarray(add_noise(x0, torch.tensor([t]), noise, alpha_bar))
        show_image(ax, -noisy.reshape(8, 8), f"t = {t}", low=-1.5, high=1.5)
    return figure


def animation_spiral() -> FuncAnimation:
    """Out of nothing but noise: two thousand points find their way to the spiral, and the arrows that lead them."""
    model, alpha_bar = _spiral()
    start = torch.randn(2000, 2, generator=torch.Generator().manual_seed(1))
    stations = [s.numpy() for s in walk_back(lambda x, t: model(x, _times(x, t)), start, alpha_bar, seed=2)]
    axis = torch.linspace(-2.4, 2.4, 17)
    grid = torch.cartesian_prod(axis, axis)
    figure, (ax,) = panels(size=(5.6, 5.6))
    arrows = ax.quiver(*grid.T, *grid.T, color="0.6", angles="xy", scale_units="xy", scale=9, width=0.003)
    dots = ax.scatter(*stations[0].T, s=4, c=np.hypot(*stations[-1].T), cmap="viridis")
    label(ax, "x", "y")
    ax.set(xlim=(-2.4, 2.4), ylim=(-2.4, 2.4), aspect="equal")

    def draw(frame: int) -> None:
        t = max(SPIRAL_STEPS - frame, 0)
        dots.set_offsets(stations[SPIRAL_STEPS - t])
        with torch.no_grad():
            noise = model(grid, _times(grid, max(t, 1))).numpy()
        arrows.set_UVC(*-noise.T)
        ax.set_title(f"t = {t}", fontsize=11)

    return FuncAnimation(figure, draw, frames=SPIRAL_STEPS + 11, interval=120)


def figure_from_noise() -> Figure:
    """Digits on their way out of the noise: every row is ordered by a label and begins as noise of its own."""
    (model, alpha_bar), labels = _denoiser(), torch.arange(10)
    start = torch.randn(10, 64, generator=torch.Generator().manual_seed(3))
    stations = walk_back(lambda x, t: model(x, _times(x, t), labels), start, alpha_bar, seed=4)
    shown = (50, 40, 30, 20, 15, 10, 5, 2, 0)
    figure, axes = panels(1, 9, size=(1.1, 9.6))
    for ax, t in zip(axes, shown, strict=True):
        show_image(ax, -_tiled(stations[NOISE_STEPS - t].numpy(), 1), f"t = {t}", low=-1.2, high=1.2)
    return figure


def figure_shortcuts() -> Figure:
    """Optional: the same noise with fewer and fewer DDIM steps. A model this small is better led by chance."""
    (model, alpha_bar), digits, labels = _denoiser(), split_digits(), torch.arange(300) % 10
    start = torch.randn(300, 64, generator=torch.Generator().manual_seed(5))
    ways = {"ancestral, 50": walk_back(lambda x, t: model(x, _times(x, t), labels), start, alpha_bar)[-1]}
    ways |= {f"DDIM, {n}": _leaps(model, start, labels, alpha_bar, n) for n in (50, 25, 10, 5)}
    figure, axes = panels(1, 5, size=(2.5, 1.9))
    for ax, (name, x) in zip(axes, ways.items(), strict=True):
        painted = ((torch.as_tensor(x) + 1) / 2).clamp(0, 1)
        precision, recall = precision_recall(digits.x_test, painted)
        title = f"{name}\nprecision {precision:.2f}, recall {recall:.2f}"
        show_image(ax, 1 - _tiled(painted[:50].numpy(), 10), title)
    return figure


def figure_guidance() -> Figure:
    """Optional: guidance makes digits clearer and more alike; 0 paints anything, too much paints caricatures."""
    (model, alpha_bar), digits, labels = _denoiser(), split_digits(), torch.arange(300) % 10
    read = _reader()
    start = torch.randn(300, 64, generator=torch.Generator().manual_seed(6))
    figure, axes = panels(1, 5, size=(2.5, 1.9))
    for ax, weight in zip(axes, (0.0, 1.0, 1.5, 2.0, 4.0), strict=True):

        def predict(x: Tensor, t: int, weight: float = weight) -> Tensor:
            return torch.as_tensor(guided_noise(model, x, _times(x, t), labels, weight, model.classes))

        painted = ((walk_back(predict, start, alpha_bar)[-1] + 1) / 2).clamp(0, 1)
        precision, recall = precision_recall(digits.x_test, painted)
        right = (read(painted) == labels).double().mean()
        title = f"weight {weight:g}: {right:.0%} as ordered\nprecision {precision:.2f}, recall {recall:.2f}"
        show_image(ax, 1 - _tiled(painted[:50].numpy(), 10), title)
        ax.title.set_fontsize(9)
    return figure


def figure_perfect_model() -> Figure:
    """Optional: what the perfect model of 1,297 digits paints, above the training digits that are nearest."""
    digits, alpha_bar = split_digits(), _schedule(NOISE_STEPS)
    data = 2 * digits.x_train - 1
    start = torch.randn(200, 64, generator=torch.Generator().manual_seed(7))

    def predict(x: Tensor, t: int) -> Tensor:
        return torch.as_tensor(perfect_noise(x, t, data, alpha_bar), dtype=torch.float32)

    perfect = walk_back(predict, start, alpha_bar)[-1]
    (model, _), labels = _denoiser(), torch.arange(200) % 10
    learned = walk_back(lambda x, t: model(x, _times(x, t), labels), start, alpha_bar)[-1]
    figure, axes = panels(2, 1, size=(7.5, 1.6))
    for ax, (name, x) in zip(axes, {"perfect": perfect, "learned": learned}.items(), strict=True):
        painted = ((x + 1) / 2).clamp(0, 1)
        indices = np.asarray(nearest(painted[:12], digits.x_train)[1])
        rows = np.concatenate([painted[:12].numpy(), digits.x_train[indices].numpy()])
        precision, recall = precision_recall(digits.x_test, painted)
        honest = authenticity(painted, digits.x_train)
        title = f"{name}: precision {precision:.2f}, recall {recall:.2f}, authentic {honest:.0%}"
        show_image(ax, 1 - _tiled(rows, 12), title)
    return figure


def figure_side_by_side() -> Figure:
    """Three generators, the same digits: five of each, and what the judges say of five hundred."""
    digits, labels = split_digits(), torch.arange(500) % 10
    read = _reader()
    rows = {"real, not seen": digits.x_test, **{name: _painted(name) for name in PAINTERS}}
    figure, axes = panels(1, 4, size=(3.3, 2.3))
    for ax, (name, painted) in zip(axes, rows.items(), strict=True):
        ordered = digits.y_test if painted is digits.x_test else labels
        chosen = torch.stack([painted[ordered == k][:5] for k in range(10)], dim=1)
        title = name
        if painted is not digits.x_test:
            v = judge(painted, labels, digits, read)
            title = f"{name}: precision {v.precision:.2f}, recall {v.recall:.2f}"
            title += f"\nread right {v.read:.0%}, MMD² {v.mmd:.3f}"
        show_image(ax, 1 - _tiled(chosen.flatten(0, 1).numpy(), 10), title)
        ax.title.set_fontsize(9)
    return figure


@cache
def _plane() -> tuple[VAE, DigitSplit]:
    """A VAE with two latent numbers, and the digits."""
    digits = split_digits()
    torch.manual_seed(0)
    model = VAE(latent=2)
    train_vae(model, digits.x_train, epochs=35)
    return model, digits


@cache
def _ring(momentum: float) -> list[tuple[int, Tensor]]:
    """Numbers of steps, and 500 points that the forger makes after each."""
    torch.manual_seed(1)
    forger, critic = mlp([2, 64, 64, 2]), expert(2, 64)
    eyes = torch.randn(500, 2, generator=torch.Generator().manual_seed(5))
    shots: list[tuple[int, Tensor]] = []

    def after(step: int) -> None:
        if step % 12 == 0:
            with torch.no_grad():
                shots.append((step, forger(eyes)))

    train_gan(
        forger,
        critic,
        lambda chance: make_ring(128, chance),
        lambda chance: torch.randn(128, 2, generator=chance),
        500,
        momentum=momentum,
        after=after,
    )
    return shots


@cache
def _spiral() -> tuple[Denoiser, Tensor]:
    """A model of the noise in a spiral, and its schedule."""
    alpha_bar = _schedule(SPIRAL_STEPS)
    torch.manual_seed(0)
    model = Denoiser(2, 64, SPIRAL_STEPS, depth=2, waves=6)
    x = make_spiral(3000, torch.Generator().manual_seed(0))
    train_diffusion(model, x, alpha_bar, steps=1000, batch_size=256, learning_rate=1e-2)
    return model, alpha_bar


@cache
def _denoiser() -> tuple[Denoiser, Tensor]:
    return train_denoiser(split_digits(), 0)


@cache
def _reader() -> Callable[[Tensor], Tensor]:
    return train_reader(split_digits())


@cache
def _painted(name: str) -> Tensor:
    """500 digits, 0 to 9 by turns."""
    paint = painter_of(*_denoiser()) if name == "diffusion" else PAINTERS[name](split_digits(), 0)
    return paint(torch.arange(500) % 10, 0)


def _schedule(steps: int) -> Tensor:
    return torch.as_tensor(cosine_schedule(steps, LARGEST_SHARE), dtype=torch.float32)


def _times(x: Tensor, t: int) -> Tensor:
    return torch.full((len(x),), t)


@torch.no_grad()
def _leaps(model: Denoiser, x: Tensor, labels: Tensor, alpha_bar: Tensor, count: int) -> Tensor:
    """From T to 0 in so many DDIM steps."""
    stops = torch.linspace(NOISE_STEPS, 0, count + 1).round().long().tolist()
    for t, s in pairwise(stops):
        x = torch.as_tensor(ddim_step(x, t, s, model(x, _times(x, t), labels), alpha_bar))
    return x


def _undecided() -> float:
    return float(discriminator_loss(torch.zeros(1), torch.zeros(1)))


def _tiled(pictures: np.ndarray, columns: int) -> np.ndarray:
    """Pictures of 64 pixels, (n, 64), as one image with so many in a row and a line of paper between them."""
    squares = np.pad(pictures.reshape(-1, columns, 8, 8), ((0, 0), (0, 0), (1, 0), (1, 0)))
    rows = len(squares)
    return squares.transpose(0, 2, 1, 3).reshape(9 * rows, 9 * columns)


def _colour(k: int) -> str:
    """A colour for each digit."""
    return (*COLOURS, GREY, "#8C564B", "#BCBD22")[k]
