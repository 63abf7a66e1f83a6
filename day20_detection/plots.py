"""The pictures of the day, drawn through your own functions (given).

Each function is one picture; the first line of its docstring is the caption. What is trained for them takes a few
seconds each, and is kept for the next picture.
"""

from copy import deepcopy
from functools import cache

import numpy as np
import torch
from matplotlib.animation import FuncAnimation
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import Tensor, nn
from torch.nn.functional import conv2d

from course.plots import BLACK, BLUE, GREEN, GREY, ORANGE, RED, label, panels, show_image
from day20_detection.boxes import iou, suppress, to_corners
from day20_detection.data import Crowd, Streets, crowded_digits, make_bars, make_identities
from day20_detection.finale import two_sets_of_streets
from day20_detection.grids import assign
from day20_detection.judging import average_precision, precision_recall
from day20_detection.models import Detector, dense_reader, small_resnet
from day20_detection.networks import face_reader, input_slope
from day20_detection.training import (
    accuracy,
    crowd_reader,
    detect,
    train_detector,
    train_one_kernel,
    train_reader,
    train_whole,
)
from day20_detection.transfer import fool, freeze_body, replace_head, top_k


def figure_one_kernel() -> Figure:
    """What a network of one kernel looks for, a picture with standing bars and one with lying ones, and its answers."""
    chance = torch.Generator().manual_seed(0)
    x, y = make_bars(400, chance)
    kernel, _, _, history = train_one_kernel(x, y)
    figure, axes = panels(1, 6, size=(2.3, 2.5))
    axes[0].plot(history, color=BLUE)
    label(axes[0], "epoch", "loss / nats")
    show_image(axes[1], _stretched(kernel), "the kernel")
    for place, standing in ((2, 1), (4, 0)):
        picture = x[int((y == standing).nonzero()[0])]
        show_image(axes[place], _stretched(picture), "standing" if standing else "lying")
        answers = conv2d(picture[None, None], kernel[None, None])[0, 0]
        show_image(axes[place + 1], _stretched(answers), f"largest answer {answers.max():.1f}")
    return figure


def figure_depth() -> Figure:
    """Mean size of the gradient that arrives at the beginning, against the number of layers."""
    chance = torch.Generator().manual_seed(0)
    depths = [1, 2, 5, 10, 20, 30]
    x, probe = (torch.randn(20, 16, generator=chance, dtype=torch.float64) for _ in range(2))
    weights = [0.7 * torch.randn(16, 16, generator=chance, dtype=torch.float64) / 4 for _ in range(30)]
    figure, (ax,) = panels()
    for skip, colour, name in (
        (False, RED, "one layer after the other"),
        (True, BLUE, "with a way around each"),
    ):
        slopes = [float(input_slope(x, weights[:depth], skip, probe)) for depth in depths]
        ax.semilogy(depths, slopes, marker="o", color=colour, label=name)
    label(ax, "layers", "mean size of the gradient", legend=True)
    return figure


def figure_identities() -> Figure:
    """Eight people who do not exist, and how many of their new pictures a dense network and yours know."""
    chance = torch.Generator().manual_seed(1)
    x, y = make_identities(600, chance)
    new, who = make_identities(400, chance)
    shares = []
    for make in (lambda: dense_reader(24 * 24, 8), lambda: face_reader(8)):
        torch.manual_seed(0)
        model = make().train()
        train_whole(model, x, y, 15)
        shares.append(accuracy(model, new, who))
    figure, axes = panels(1, 9, size=(1.35, 1.7))
    for person, ax in enumerate(axes[:8]):
        show_image(ax, x[int((y == person).nonzero()[0]), 0].numpy(), f"no. {person}")
    axes[8].bar(["dense", "yours"], shares, color=[RED, BLUE])
    label(axes[8], "", "", "known")
    axes[8].set_ylim(0, 1)
    return figure


def figure_fooled() -> Figure:
    """Digits, what was added to each (three times as strong), and what the network takes them for then."""
    crowd = crowded_digits()
    model = crowd_reader(crowd).eval()
    x, y = crowd.x_many[:4], crowd.y_many[:4]
    changed = torch.as_tensor(np.asarray(fool(model, x, (y + 1) % 5, 0.1, 20, [0.0], [1.0])))
    figure, axes = panels(3, 4, size=(1.7, 1.8))
    for i in range(4):
        for row, picture in ((0, x[i]), (2, changed[i])):
            with torch.no_grad():
                name, p = top_k(model(picture[None])[0], "01234", 1)[0]
            show_image(axes[row * 4 + i], 1 - picture[0].numpy(), f"{name} with {float(p):.0%}")
        show_image(axes[4 + i], (0.5 + 3 * (changed[i] - x[i])[0]).clamp(0, 1).numpy())
    return figure


def figure_crowd() -> Figure:
    """Digits in a crowd, and what ten pictures of each new digit are enough for: three ways to begin."""
    crowd, body = _crowd_and_body()
    shares = {
        "from scratch": _few(None, crowd),
        "head alone": _few(body, crowd, frozen=True),
        "head and body": _few(body, crowd),
    }
    figure, axes = panels(1, 6, size=(1.9, 2.2))
    for ax, picture, digit in zip(axes[:5], crowd.x_few[::10], range(5, 10), strict=True):
        show_image(ax, 1 - picture[0].numpy(), f"a {digit}")
    axes[5].barh(list(shares), list(shares.values()), color=[GREY, GREEN, BLUE])
    label(axes[5], "share that is right", "")
    axes[5].set_xlim(0, 1)
    return figure


def figure_overlap() -> Figure:
    """Boxes with different IoU: 0.5 is less than it looks."""
    first = torch.tensor([[0.0, 0.0, 10.0, 10.0]])
    figure, axes = panels(1, 5, size=(2.2, 2.3))
    for ax, shift in zip(axes, (0.3, 1.0, 1.85, 3.0, 5.0), strict=True):
        second = first + shift
        overlap = float(np.asarray(iou(first, second))[0, 0])
        for box, colour in ((first, BLUE), (second, RED)):
            _draw_box(ax, box[0], colour)
        ax.set(xlim=(-1, 16), ylim=(16, -1), aspect="equal", xticks=[], yticks=[], title=f"IoU {overlap:.2f}")
    return figure


def figure_suppression() -> Figure:
    """Many boxes for two things, and those that stay: grey boxes overlap a better one that has stayed."""
    chance = torch.Generator().manual_seed(3)
    middle = torch.tensor([[8.0, 8.0], [17.0, 11.0]]).repeat_interleave(6, dim=0)
    boxes = torch.cat(
        [middle + torch.randn(12, 2, generator=chance), 9 + torch.rand(12, 2, generator=chance)], dim=1
    )
    scores = torch.rand(12, generator=chance)
    corners = torch.as_tensor(to_corners(boxes))
    figure, axes = panels(1, 3, size=(3.2, 2.8))
    for ax, threshold in zip(axes, (0.8, 0.4, 0.0), strict=True):
        kept = set(np.asarray(suppress(corners, scores, threshold)).tolist())
        for i, box in enumerate(corners):
            _draw_box(ax, box, BLUE if i in kept else "0.8", 2 if i in kept else 1)
        title = f"threshold {threshold:g}: {len(kept)} stay"
        ax.set(xlim=(0, 26), ylim=(18, 0), aspect="equal", xticks=[], yticks=[], title=title)
    return figure


def figure_anchors() -> Figure:
    """Boxes that lie ready, and who is to find whom: green ones look for the thing, grey ones for nothing."""
    y, x = torch.meshgrid(torch.arange(4, 36, 8.0), torch.arange(4, 60, 8.0), indexing="ij")
    places = torch.stack([x.flatten(), y.flatten()], dim=1)
    anchors = torch.cat(
        [
            torch.cat([places, size.expand(len(places), 2)], dim=1)
            for size in torch.tensor([[10.0, 10.0], [8.0, 18.0]])
        ]
    )
    corners = torch.as_tensor(to_corners(anchors))
    things = torch.tensor([[8.0, 9.0, 19.0, 19.0], [36.0, 6.0, 45.0, 27.0], [50.0, 26.0, 55.0, 31.0]])
    which = np.asarray(assign(corners, things, 0.5, 0.3))
    figure, (ax,) = panels(size=(6.4, 4.0))
    for box, answer in sorted(
        zip(corners, which.tolist(), strict=True), key=lambda pair: (pair[1] != -1, pair[1])
    ):
        colour = {-1: "0.88", -2: ORANGE}.get(answer, GREEN)
        _draw_box(ax, box, colour, 1 if answer < 0 else 2)
    for thing in things:
        _draw_box(ax, thing, BLACK, 3)
    for colour, name in (
        (BLACK, "a thing"),
        (GREEN, "looks for it"),
        (ORANGE, "learns nothing"),
        ("0.88", "background"),
    ):
        ax.plot([], [], color=colour, label=name)
    ax.set(xlim=(-3, 63), ylim=(40, -3), aspect="equal", xticks=[], yticks=[])
    ax.legend(fontsize=8, loc="lower center", ncols=4)
    return figure


def figure_average_precision() -> Figure:
    """Precision over recall of ten detections of six things: the teeth, and the stairs over them."""
    right = torch.tensor([True, True, False, True, False, False, True, True, False, False])
    scores = torch.linspace(1, 0.1, 10, dtype=torch.float64)
    precision, recall = (torch.as_tensor(part) for part in precision_recall(scores, right, 6))
    ceiling = np.maximum.accumulate(np.asarray(precision)[::-1])[::-1]
    figure, (ax,) = panels()
    ax.plot(recall, precision, marker="o", color=BLUE, label="the curve")
    ax.fill_between(
        np.r_[0, recall], np.r_[ceiling[0], ceiling], step="pre", color=ORANGE, alpha=0.3, label="the stairs"
    )
    label(
        ax,
        "recall",
        "precision",
        f"average precision {float(average_precision(precision, recall)):.3f}",
        legend=True,
    )
    ax.set(xlim=(0, 1), ylim=(0, 1.05))
    return figure


def figure_street() -> Figure:
    """Six streets of new digits, and what the detector finds: the digit it reads, in green where it is right."""
    model, new = _detector()
    figure, axes = panels(2, 3, size=(4.2, 2.2))
    busy = sorted(range(len(new.x)), key=lambda i: -len(new.labels[i]))[:6]
    for ax, i in zip(axes, busy, strict=True):
        show_image(ax, 1 - new.x[i, 0].numpy())
        for boxes, labels, _ in detect(model, new.x[i : i + 1], 0.5):
            if not len(boxes):
                continue
            overlap = np.asarray(iou(boxes, torch.as_tensor(to_corners(new.boxes[i]))))
            for box, digit, row in zip(boxes, labels.tolist(), overlap, strict=True):
                good = row.max(initial=0) >= 0.5 and int(new.labels[i][int(row.argmax())]) == digit
                colour = GREEN if good else RED
                _draw_box(ax, box - 0.5, colour, 2)
                ax.text(float(box[0]) + 0.3, float(box[1]) - 1.2, str(digit), color=colour, fontsize=11)
    return figure


def animation_learning() -> FuncAnimation:
    """A detector learns: what it sees on one street after each epoch."""
    streets, new = two_sets_of_streets(0, 600, 40)
    i = max(range(len(new.x)), key=lambda k: len(new.labels[k]))
    states: list[Detector] = []
    train_detector(streets, 8, after=lambda model: states.append(deepcopy(model)))
    figure, (ax,) = panels(size=(6.0, 3.4))

    def draw(frame: int) -> list[object]:
        ax.clear()
        show_image(ax, 1 - new.x[i, 0].numpy(), f"epoch {frame + 1}")
        for boxes, labels, scores in detect(states[frame], new.x[i : i + 1], 0.2):
            for box, digit, score in zip(boxes, labels.tolist(), scores.tolist(), strict=True):
                _draw_box(ax, box - 0.5, BLUE, 3 * score)
                ax.text(float(box[0]), float(box[1]) - 1, str(digit), color=BLUE)
        return []

    return FuncAnimation(figure, draw, frames=len(states), interval=700)  # type: ignore[arg-type]


def _stretched(picture: Tensor) -> np.ndarray:
    """The same between 0 and 1, from the smallest number to the largest."""
    low, high = picture.min(), picture.max()
    return np.asarray((picture - low) / (high - low))


def _draw_box(ax: Axes, box: Tensor, colour: str, width: float = 2) -> None:
    left, top, right, bottom = box.tolist()
    ax.add_patch(
        Rectangle((left, top), right - left, bottom - top, fill=False, edgecolor=colour, linewidth=width)
    )


@cache
def _detector() -> tuple[Detector, Streets]:
    streets, new = two_sets_of_streets(0, 1500, 200)
    return train_detector(streets, 8)[0], new


@cache
def _crowd_and_body() -> tuple[Crowd, nn.Sequential]:
    crowd = crowded_digits()
    return crowd, crowd_reader(crowd)


def _few(body: nn.Sequential | None, crowd: Crowd, frozen: bool = False) -> float:
    """Share of right answers after learning from ten pictures of each new digit."""
    torch.manual_seed(0)
    if body is None:
        model = small_resnet(5).train()
        train_reader(model, crowd.x_few, crowd.y_few, 60, batch_size=25)
    else:
        model = replace_head(deepcopy(body), 5)
        freeze_body(model)
        if not frozen:
            for parameter in model.parameters():
                parameter.requires_grad_(True)
        train_reader(model, crowd.x_few, crowd.y_few, 60, (3e-4, 1e-2), 25)
    return accuracy(model, crowd.x_test, crowd.y_test)
