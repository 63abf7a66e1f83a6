"""Checks of diagnosis.py: prefixes counted in all rows, a model that reads and looks, and differences for gradients."""

import math

import numpy as np
import torch
from torch import nn

from course.testing import (
    assert_close,
    assert_dtype,
    assert_equal,
    assert_parts,
    assert_that,
    assert_unchanged,
    hidden,
    points,
)
from course.testing.networks import draw, fill

PAD, START, END = 0, 1, 2


def draw_matrix(rng, n, width, words=6):
    """Rows of a matrix of captions, of few words, so that many begin alike."""
    matrix = np.full((n, width), PAD)
    for row in matrix:
        length = int(rng.integers(1, width - 1))
        row[: length + 2] = [START, *rng.integers(3, words, size=length), END]
    return torch.tensor(matrix)


def blind_by_loops(matrix, seen=None):
    """For every word: of the rows that begin so, how many go on so."""
    rows = [tuple(k for k in row if k != PAD) for row in matrix.tolist()]
    seen = [0] * len(rows) if seen is None else seen.tolist()
    costs = []
    for row, what in zip(rows, seen, strict=True):
        mine = [other for other, known in zip(rows, seen, strict=True) if known == what]
        for t in range(1, len(row)):
            begun = sum(other[:t] == row[:t] for other in mine)
            costs.append(-math.log(sum(other[: t + 1] == row[: t + 1] for other in mine) / begun))
    return float(np.mean(costs))


@points(2)
def test_prefix_entropy_in_all_rows(student, rng):
    for n, width, words in [(5, 4, 5), (12, 6, 6), (40, 8, 5)]:
        matrix = draw_matrix(rng, n, width, words)
        with assert_unchanged(matrix):
            result = student.prefix_entropy(matrix)
        assert_close(result, blind_by_loops(matrix), name="entropy without pictures")


@points(1)
def test_prefix_entropy_of_who_sees(student, rng):
    for n, width, kinds in [(6, 4, 2), (30, 6, 3)]:
        matrix, seen = draw_matrix(rng, n, width, 5), torch.tensor(rng.integers(0, kinds, size=n))
        with assert_unchanged(matrix, seen):
            result = student.prefix_entropy(matrix, seen)
        assert_close(result, blind_by_loops(matrix, seen), name="entropy of who sees")


@hidden
@points(1)
def test_prefix_entropy_of_many_rows(student, rng):
    matrix = draw_matrix(rng, 150, 7, 6)
    seen = torch.tensor(rng.integers(100, 104, size=150))
    assert_close(student.prefix_entropy(matrix), blind_by_loops(matrix), name="entropy without pictures")
    assert_close(
        student.prefix_entropy(matrix, seen), blind_by_loops(matrix, seen), name="entropy of who sees"
    )


class Teller(nn.Module):
    """A small captioner: what is seen plus what was read, through tanh; in training mode it doubles its answer."""

    def __init__(self, words, pixels):
        super().__init__()
        self.seen = nn.Linear(pixels, 4)
        self.read = nn.Embedding(words, 4)
        self.out = nn.Linear(4, words)

    def forward(self, images, ids):
        logits = self.out(torch.tanh(self.seen(images.flatten(1))[:, None] + self.read(ids)))
        return 2 * logits if self.training else logits


def cost_by_loops(logits, targets):
    """The mean of −ln p over the words, one by one."""
    costs = []
    for row, wanted in zip(np.asarray(logits, dtype=float), targets.tolist(), strict=True):
        for scores, k in zip(row, wanted, strict=True):
            if k != PAD:
                costs.append(scores.max() + math.log(np.exp(scores - scores.max()).sum()) - scores[k])
    return float(np.mean(costs))


def compare(module, model, images, matrix, order, mode):
    """The two costs, and what has become of the model."""
    import torch

    model.train(mode)
    for p in model.parameters():
        p.grad = torch.full_like(p, 3.0)
    before = [p.detach().clone() for p in model.parameters()]
    own, others = module.shuffled_images(model, images, matrix, order)
    parameters = list(model.parameters())
    changed = {
        "mode": model.training is not mode,
        "parameters": any(not torch.equal(p, b) for p, b in zip(parameters, before, strict=True)),
        "grad of the parameters": any(not bool((p.grad == 3.0).all()) for p in parameters),
        "requires_grad of the parameters": not all(p.requires_grad for p in parameters),
    }
    return float(own), float(others), [name for name, is_so in changed.items() if is_so]


@points(2)
def test_shuffled_images_of_a_small_model(student, rng):
    for n, width, mode in [(5, 4, True), (3, 6, False), (7, 5, True)]:
        model, images = fill(Teller(8, 6), rng), 2 * draw(rng, n, 2, 3)
        matrix = draw_matrix(rng, n, width, 8)
        order = torch.tensor(np.roll(rng.permutation(n), 1))
        with assert_unchanged(images, matrix, order):
            result = student.run(compare, model, images, matrix, order, mode)
        own, others, changed = assert_parts(result, 3)
        model.eval()
        with torch.no_grad():
            expected = [
                cost_by_loops(model(pictures, matrix[:, :-1]), matrix[:, 1:])
                for pictures in (images, images[order])
            ]
        cause = "the model is measured in evaluation mode" if mode else None
        assert_close(own, expected[0], name="cross-entropy with the own pictures", cause=cause)
        assert_close(others, expected[1], name="cross-entropy with the pictures of others")
        assert_equal(changed, [], name="list of what the call has changed")


@hidden
@points(1)
def test_shuffled_images_of_many(student, rng):
    model, images, matrix = fill(Teller(9, 4), rng).float(), draw(rng, 40, 1, 2, 2).float(), None
    matrix = draw_matrix(rng, 40, 6, 9)
    order = torch.tensor(rng.permutation(40))
    own, others, changed = assert_parts(student.run(compare, model, images, matrix, order, True), 3)
    model.eval()
    with torch.no_grad():
        expected = [cost_by_loops(model(p, matrix[:, :-1]), matrix[:, 1:]) for p in (images, images[order])]
    assert_close(own, expected[0], rtol=1e-5, name="cross-entropy with the own pictures")
    assert_close(others, expected[1], rtol=1e-5, name="cross-entropy with the pictures of others")
    assert_equal(changed, [], name="list of what the call has changed")


def costs_by_word(logits, targets):
    """The mean cost of every word, and NaN for words that are no target."""
    boxes = [[] for _ in range(logits.shape[2])]
    for row, wanted in zip(logits.double(), targets.tolist(), strict=True):
        for scores, k in zip(row, wanted, strict=True):
            if k != PAD:
                boxes[k].append(float(scores.logsumexp(0) - scores[k]))
    return np.array([np.mean(box) if box else np.nan for box in boxes])


@points(2)
def test_loss_by_word_box_by_box(student, rng):
    for n, width, words in [(2, 4, 7), (6, 5, 8), (1, 3, 6)]:
        targets = draw_matrix(rng, n, width, words - 1)[:, 1:]
        logits = 2 * draw(rng, *targets.shape, words)
        with assert_unchanged(logits, targets):
            result = student.loss_by_word(logits, targets)
        expected = costs_by_word(logits, targets)
        there = np.flatnonzero(~np.isnan(expected))
        assert_close(
            np.asarray(result)[there], expected[there], name="array of the costs of words that are there"
        )
        assert_close(result, expected, nan=True, name="array of costs by word")


def with_a_graph(module, logits, targets):
    """The costs for logits that require a gradient, whether a graph has come back, and whether they are in a list."""
    result = module.loss_by_word(logits.clone().requires_grad_(), targets)
    tracked = bool(getattr(result, "requires_grad", False))
    return result.detach() if tracked else result, tracked, isinstance(result, list | tuple)


@hidden
@points(1)
def test_loss_by_word_of_logits_with_a_graph(student, rng):
    targets = draw_matrix(rng, 5, 6, 7)[:, 1:]
    logits = draw(rng, *targets.shape, 9).float()
    result, tracked, listed = assert_parts(student.run(with_a_graph, logits, targets), 3)
    assert_close(result, costs_by_word(logits, targets), nan=True, name="array of costs by word")
    if listed is not True:  # a list, which the sheet allows, has no dtype
        assert_dtype(result, "float32")
    assert_that(tracked is False, "The costs of the words have a graph; detach the logits.")


def reach(module, model, images, matrix, tracked):
    """The slopes, and what the call has changed."""
    import torch

    images = images.clone().requires_grad_(tracked)
    for p in model.parameters():
        p.grad = torch.full_like(p, 3.0)
    slopes = module.image_gradient(model, images, matrix)
    changed = {
        "grad of the parameters": any(not bool((p.grad == 3.0).all()) for p in model.parameters()),
        "grad of the images": images.grad is not None,
        "requires_grad of the images": images.requires_grad is not tracked,
        "mode of the model": model.training is not True,
    }
    graph = bool(getattr(slopes, "requires_grad", False))
    slopes = slopes.detach() if graph else slopes
    return slopes, [name for name, is_so in changed.items() if is_so], graph


def reach_by_differences(model, images, matrix):
    """The norms of the slopes by the pixels, by central differences."""

    def costs(pictures):
        with torch.no_grad():
            log_p = model(pictures, matrix[:, :-1]).log_softmax(dim=2)
        found = log_p.gather(2, matrix[:, 1:, None])[:, :, 0]
        return -found * (matrix[:, 1:] != PAD)

    flat = images.flatten(1)
    slopes = []
    for j in range(flat.shape[1]):
        step = torch.zeros_like(flat)
        step[:, j] = 1e-5
        ends = [costs((flat + sign * step).reshape(images.shape)) for sign in (1, -1)]
        slopes.append((ends[0] - ends[1]) / 2e-5)
    return torch.stack(slopes).square().sum(dim=0).sqrt().mean(dim=0)


@points(0)
def test_image_gradient_by_differences(student, rng):
    for n, width, tracked in [(3, 4, False), (1, 5, True), (6, 6, False)]:
        model, images = fill(Teller(8, 6), rng).train(), draw(rng, n, 2, 3)
        matrix = draw_matrix(rng, n, width, 8)
        with assert_unchanged(images, matrix):
            result = student.run(reach, model, images, matrix, tracked)
        slopes, changed, graph = assert_parts(result, 3)
        expected = reach_by_differences(model, images, matrix)
        assert_close(slopes, expected, rtol=1e-5, atol=1e-7, name="array of mean norms, one for each step")
        assert_equal(changed, [], name="list of what the call has changed")
        assert_that(graph is False, "The norms have a graph; they are numbers to look at.")
