"""The loops around your functions (given).

Every loop draws from a generator of its own, made from ``seed``. In a terminal a bar shows what is left, and Ctrl-C
ends the training, not the program."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from course.data import train_once
from course.progress import watched
from day20_detection.boxes import iou, suppress, to_corners
from day20_detection.data import CELL, COLUMNS, ROWS, Crowd, Streets
from day20_detection.grids import from_grid, to_grid
from day20_detection.judging import average_precision, detection_loss, match_detections, precision_recall
from day20_detection.models import Detector, read_cells, small_resnet
from day20_detection.networks import one_kernel
from day20_detection.transfer import parameter_groups


def train_one_kernel(
    x: Tensor, y: Tensor, epochs: int = 40, side: int = 5, seed: int = 0
) -> tuple[Tensor, Tensor, Tensor, list[float]]:
    """Kernel, weight and bias of a network of one kernel, and the loss of each epoch."""
    chance = torch.Generator().manual_seed(seed)
    kernel = (0.3 * torch.randn(side, side, generator=chance)).requires_grad_()
    weight, bias = torch.ones((), requires_grad=True), torch.zeros((), requires_grad=True)
    optimizer = torch.optim.Adam([kernel, weight, bias], lr=0.02)
    history = []
    with watched(epochs) as progress:
        for _ in progress:
            total = 0.0
            for batch in torch.randperm(len(x), generator=chance).split(32):
                logits = one_kernel(x[batch], kernel, weight, bias)
                loss = binary_cross_entropy_with_logits(logits, y[batch])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                total += len(batch) * loss.item()
            history.append(total / len(x))
    return kernel.detach(), weight.detach(), bias.detach(), history


def train_reader(
    model: nn.Sequential,
    x: Tensor,
    y: Tensor,
    epochs: int,
    rates: tuple[float, float] = (3e-3, 3e-3),
    batch_size: int = 50,
    seed: int = 0,
) -> list[float]:
    """Train with Adam, in the modes in which the modules are; ``rates`` of body and head. The loss of each epoch."""
    chance = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(parameter_groups(model, *rates))
    history = []
    with watched(epochs) as progress:
        for _ in progress:
            total = 0.0
            for batch in torch.randperm(len(x), generator=chance).split(batch_size):
                optimizer.zero_grad()
                loss = cross_entropy(model(x[batch]), y[batch])
                loss.backward()
                optimizer.step()
                total += len(batch) * loss.item()
            history.append(total / len(x))
    return history


def train_whole(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    epochs: int,
    rate: float = 3e-3,
    batch_size: int = 50,
    seed: int = 0,
) -> None:
    """Train all of a network with Adam at one rate. Nothing of this is yours."""
    chance = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.train().parameters(), lr=rate)
    with watched(epochs) as progress:
        for _ in progress:
            for batch in torch.randperm(len(x), generator=chance).split(batch_size):
                optimizer.zero_grad()
                cross_entropy(model(x[batch]), y[batch]).backward()
                optimizer.step()


def crowd_reader(crowd: Crowd, epochs: int = 6, seed: int = 0) -> nn.Sequential:
    """The network that somebody else has trained: it reads the digits 0 to 4 in a crowd.

    It is trained once, in about ten seconds, and kept in the cache of the course.
    """
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = small_resnet(5)
    train_once(model, train_whole, crowd.x_many, crowd.y_many, epochs=epochs, seed=seed)
    return model


@torch.no_grad()
def accuracy(model: nn.Module, x: Tensor, y: Tensor) -> float:
    """Share of right answers, in evaluation mode."""
    return (model.eval()(x).argmax(dim=1) == y).double().mean().item()


def train_detector(
    streets: Streets,
    epochs: int = 10,
    box_weight: float = 2.0,
    seed: int = 0,
    after: Callable[[Detector], None] = lambda model: None,
) -> tuple[Detector, list[float]]:
    """A detector, trained with your loss on the grids of your making; the loss of each epoch.

    The learning rate rises to 0.01 and falls to nearly 0 (one cycle, day 13). ``after`` is called after each epoch.
    """
    wanted = torch.stack(
        [
            torch.as_tensor(np.asarray(to_grid(boxes, labels, ROWS, COLUMNS, CELL)), dtype=torch.float32)
            for boxes, labels in zip(streets.boxes, streets.labels, strict=True)
        ]
    )
    chance = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    model = Detector().train()
    optimizer = torch.optim.Adam(model.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.01, epochs * -(-len(wanted) // 16))
    history = []
    with watched(epochs) as progress:
        for _ in progress:
            total = 0.0
            for batch in torch.randperm(len(wanted), generator=chance).split(16):
                optimizer.zero_grad()
                loss = detection_loss(model(streets.x[batch]), wanted[batch], box_weight)
                loss.backward()
                optimizer.step()
                schedule.step()
                total += len(batch) * loss.item()
            history.append(total / len(wanted))
            after(model)
    return model, history


def detect(model: Detector, x: Tensor, threshold: float = 0.5) -> list[tuple[Tensor, Tensor, Tensor]]:
    """Boxes as corners, labels and scores of each picture: what the grid speaks of, each thing once."""
    found = []
    for grid in read_cells(model, x):
        boxes, labels, scores = (_numbers(part) for part in from_grid(grid, CELL, threshold))
        labels, corners = labels.long(), boxes.reshape(-1, 4)
        if len(corners):  # of nothing your functions are not asked
            corners = _numbers(to_corners(corners)).reshape(-1, 4)
            kept = _numbers(suppress(corners, scores, 0.5)).long()
            corners, labels, scores = corners[kept], labels[kept], scores[kept]
        found.append((corners, labels, scores))
    return found


def judge_detector(
    found: Sequence[tuple[Tensor, Tensor, Tensor]], streets: Streets, threshold: float = 0.5
) -> list[float]:
    """Average precision of each digit that occurs: a detection is right where IoU and label are."""
    areas = []
    for digit in range(10):
        scores, right, things = [], [], 0
        for (corners, labels, score), boxes, wanted in zip(found, streets.boxes, streets.labels, strict=True):
            mine, real = labels == digit, boxes[wanted == digit]
            good = torch.zeros(int(mine.sum()), dtype=torch.bool)
            if len(good) and len(real):
                overlap = _numbers(iou(corners[mine], _numbers(to_corners(real)).reshape(-1, 4)))
                good = _numbers(match_detections(overlap, score[mine], threshold)).bool()
            right.append(good)
            scores.append(score[mine])
            things += len(real)
        if things:
            ranks = torch.cat(scores).argsort(stable=True).argsort().double()
            areas.append(_area(ranks, torch.cat(right), things))
    return areas


def _area(scores: Tensor, right: Tensor, things: int) -> float:
    """The average precision, which is 0 where nothing was found."""
    if not len(scores):
        return 0.0
    precision, recall = (_numbers(part) for part in precision_recall(scores, right, things))
    return float(average_precision(precision, recall))


def _numbers(values: object) -> Tensor:
    """A tensor of what may be a list or an array."""
    return torch.as_tensor(np.asarray(values), dtype=torch.float32)
