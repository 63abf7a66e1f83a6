"""Checks of codes.py: sorting, loops and statistics of SciPy; and digits, where the codes are no better than pixels."""

import numpy as np
import torch
from scipy.spatial.distance import cdist
from scipy.stats import sem
from sklearn.datasets import load_digits

from course.testing import (
    assert_between,
    assert_close,
    assert_equal,
    assert_parts,
    assert_that,
    assert_unchanged,
    hidden,
    points,
    training,
)
from course.testing.networks import draw, draw_classes


@points(1)
def test_nearest_first(student, rng):
    for m, n, d, k in [(4, 9, 3, 2), (1, 6, 2, 6), (7, 5, 1, 3), (3, 8, 4, 1)]:
        queries, codes = draw(rng, m, d), draw(rng, n, d) + 0.3
        with assert_unchanged(queries, codes):
            result = student.nearest(queries, codes, k)
        expected = cdist(queries, codes).argsort(axis=1)[:, :k]
        assert_equal(result, torch.tensor(expected), name="array of rows")


@hidden
@points(1)
def test_nearest_of_codes_of_very_different_sizes(student, rng):
    queries = draw(rng, 5, 3)
    codes = draw(rng, 12, 3) * torch.logspace(-1, 1, 12, dtype=torch.float64)[:, None]
    expected = torch.tensor(cdist(queries, codes).argsort(axis=1)[:, :4])
    cause = "a scalar product or a cosine is no distance"
    assert_equal(student.nearest(queries, codes, 4), expected, name="array of rows", cause=cause)
    single = student.nearest(queries.float(), codes.float(), 2)
    assert_equal(single, expected[:, :2], name="array of rows")


def precision_by_loops(codes, labels, k):
    hits = []
    for i, code in enumerate(codes):
        others = sorted((np.linalg.norm(code - other), j) for j, other in enumerate(codes) if j != i)
        hits += [labels[j] == labels[i] for _, j in others[:k]]
    return float(np.mean(hits))


@points(2)
def test_precision_at_k_by_loops(student, rng):
    for n, d, k, classes in [(12, 3, 2, 3), (9, 1, 4, 2), (15, 2, 1, 2), (7, 2, 6, 3)]:
        labels = draw_classes(rng, n, classes)
        codes = draw(rng, n, d) + 0.7 * labels[:, None]
        with assert_unchanged(codes, labels):
            result = student.precision_at_k(codes, labels, k)
        expected = precision_by_loops(codes.numpy(), labels.numpy(), k)
        assert_close(result, expected, name="precision", cause="the sample itself is no neighbour of its own")
    codes = draw(rng, 4, 3).repeat_interleave(
        2, dim=0
    )  # four pairs of twins, of which two pairs have one label
    order = torch.tensor(rng.permutation(8))
    codes, labels = codes[order], torch.tensor([0, 0, 1, 1, 2, 3, 4, 5])[order]
    result = student.precision_at_k(codes, labels, 1)
    cause = "somebody else with the same code is a neighbour, though the distance is 0"
    assert_close(result, 0.5, name="precision, everybody having a twin,", cause=cause)


@hidden
@points(1)
def test_precision_at_k_of_twins(student, rng):
    for pairs, k in ((12, 5), (6, 1), (9, 1)):
        codes = draw(rng, pairs, 2).repeat_interleave(2, dim=0)
        alike = torch.tensor(rng.permutation(np.arange(pairs) < pairs // 3))
        first = draw_classes(rng, pairs, 3)
        labels = torch.stack([first, torch.where(alike, first, (first + 1) % 3)], dim=1).flatten()
        order = torch.tensor(rng.permutation(2 * pairs))
        codes, labels = codes[order], labels[order]
        result = student.precision_at_k(codes, labels, k)
        expected = precision_by_loops(codes.numpy(), labels.numpy(), k)
        cause = "somebody else with the same code is a neighbour, though the distance is 0"
        assert_close(result, expected, name="precision", cause=cause)


class Decoder(torch.nn.Module):
    """From codes to pictures of two axes, bent so that mixing before and after it is not the same."""

    def __init__(self, weight):
        super().__init__()
        self.weight = torch.nn.Parameter(weight)

    def forward(self, codes):
        return torch.sinh(codes @ self.weight).reshape(len(codes), 2, -1)


@points(1)
def test_morph_in_equal_steps(student, rng):
    for k, steps in [(3, 4), (1, 2), (2, 7)]:
        decode, start, end = Decoder(draw(rng, k, 6)), draw(rng, k), draw(rng, k) + 1
        with assert_unchanged(start, end):
            result = student.morph(decode, start, end, steps)
        line = np.stack([start + i / (steps - 1) * (end - start) for i in range(steps)])
        expected = np.sinh(line @ decode.weight.detach().numpy()).reshape(steps, 2, 3)
        assert_close(result, expected, rtol=1e-3, atol=1e-5, name="array of pictures")


@hidden
@points(1)
def test_morph_of_single_precision(student, rng):
    decode, start, end = Decoder(draw(rng, 2, 8).float()), draw(rng, 2).float(), draw(rng, 2).float() - 1
    line = np.linspace(start.double().numpy(), end.double().numpy(), 5)
    expected = np.sinh(line @ decode.weight.detach().double().numpy()).reshape(5, 2, 4)
    assert_close(student.morph(decode, start, end, 5), expected, name="array of pictures")


def accuracy_by_loops(codes, labels, chosen):
    right = []
    for i, code in enumerate(codes):
        if i not in chosen:
            teacher = min(chosen, key=lambda j: np.linalg.norm(codes[j] - code))
            right.append(labels[teacher] == labels[i])
    return float(np.mean(right))


@points(1)
def test_few_label_accuracy_by_loops(student, rng):
    for n, d, m, classes in [(14, 2, 4, 3), (9, 1, 2, 2), (20, 3, 6, 2), (11, 2, 1, 2)]:
        labels = draw_classes(rng, n, classes)
        codes = draw(rng, n, d) + labels[:, None]
        chosen = torch.tensor(rng.permutation(n)[:m])
        with assert_unchanged(codes, labels, chosen):
            result = student.few_label_accuracy(codes, labels, chosen)
        expected = accuracy_by_loops(codes.numpy(), labels.numpy(), chosen.tolist())
        assert_close(result, expected, name="accuracy", cause="those who were chosen are not asked")


def train_codes(module, x, new, width, code, epochs, on_scenes, seed):
    """What is looked at, and codes of it by an autoencoder that learned from others, in a loop of its own."""
    import torch

    from day18_representation.data import make_scenes
    from day18_representation.networks import Autoencoder

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    if on_scenes:
        chance = torch.Generator().manual_seed(seed)
        x, new = (make_scenes(digits, chance).flatten(1) for digits in (x, new))
    model = Autoencoder(x.shape[1], code, width)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(epochs):
        for batch in torch.randperm(len(x)).split(64):
            optimizer.zero_grad()
            (model(x[batch]) - x[batch]).square().mean().backward()
            optimizer.step()
    with torch.no_grad():
        return new, model.encode(new)


@training
@points(2)
def test_few_label_accuracy_of_digits_and_scenes(student, rng):
    """Over 12 seeds, 5 labels of each digit: pixels 0.85 to 0.90, among other things 0.11 to 0.15; 1 s for both."""
    order = rng.permutation(1797)
    bunch = load_digits()
    x = torch.tensor(bunch.data[order] / 16, dtype=torch.float32)
    labels, seed = torch.tensor(bunch.target[order])[:400], int(rng.integers(2**31))
    few = [
        np.concatenate([rng.permutation(np.flatnonzero(labels == k))[:5] for k in range(10)])
        for _ in range(5)
    ]
    for on_scenes, code, epochs in ((False, 8, 12), (True, 16, 5)):
        found = student.run(train_codes, x[400:], x[:400], 128, code, epochs, on_scenes, seed)
        means = []
        for kind, codes in zip(("pixels", "codes"), assert_parts(found, 2), strict=True):
            codes = torch.as_tensor(codes).double()
            codes = codes + 1e-5 * draw(rng, *codes.shape)  # no two distances are equal
            results = [
                student.few_label_accuracy(codes, labels, torch.tensor(rng.permutation(f))) for f in few
            ]
            truth = [accuracy_quickly(codes.numpy(), labels.numpy(), f) for f in few]
            assert_close(results, truth, name=f"list of accuracies with {kind}")
            means.append(float(np.mean(results)))
        pixels, learned = means
        where = "of scenes" if on_scenes else "of digits"
        assert_between(pixels, *((0.08, 0.2) if on_scenes else (0.8, 0.93)), name=f"accuracy {where}")
        headline = f"The codes {where} seem better than the pixels. They are not, for this autoencoder."
        assert_that(learned < pixels + 0.01, headline)


def accuracy_quickly(codes, labels, chosen):
    others = np.setdiff1d(np.arange(len(codes)), chosen)
    teachers = cdist(codes[others], codes[chosen]).argmin(axis=1)
    return float(np.mean(labels[chosen][teachers] == labels[others]))


@points(1)
def test_paired_gain_by_scipy(student, rng):
    for n in (8, 2, 5, 30):
        common = draw(rng, n)
        new, old = common + 0.2 * draw(rng, n) + 0.4, common
        with assert_unchanged(new, old):
            result = student.paired_gain(new, old)
        gain, error = assert_parts(result, 2)
        assert_close(gain, float(np.mean(new.numpy() - old.numpy())), name="gain")
        cause = "the pairs have most of their luck in common: differences first"
        assert_close(error, float(sem(new.numpy() - old.numpy())), name="standard error", cause=cause)


@hidden
@points(1)
def test_paired_gain_of_shifted_lists(student, rng):
    for n in (4, 11):
        old, difference = 100 * draw(rng, n), draw(rng, n)
        gain, error = assert_parts(student.paired_gain(old + difference, old), 2)
        assert_close(gain, float(difference.mean()), name="gain")
        assert_close(error, float(sem(difference.numpy())), name="standard error")
    gain, error = assert_parts(student.paired_gain(draw(rng, 6).float(), draw(rng, 6).float() + 2), 2)
    assert_that(gain < 0 < error, "What became worse has a gain below 0.")
