"""Checks of words.py: pairs by comparison of places, losses by SciPy, and a language whose analogies are known."""

import numpy as np
import torch
from scipy.special import log_softmax

from course.testing import (
    assert_between,
    assert_close,
    assert_equal,
    assert_finite,
    assert_parts,
    assert_that,
    assert_unchanged,
    hidden,
    points,
    training,
)
from course.testing.networks import draw


@points(1)
def test_context_pairs_of_a_sentence(student, rng):
    for length, window in [(6, 2), (4, 1), (7, 3), (2, 1)]:
        ids = (10 + rng.permutation(20)[:length]).tolist()
        with assert_unchanged(ids):
            result = student.context_pairs(ids, window)
        near = [(i, j) for i in range(length) for j in range(length) if 0 < abs(i - j) <= window]
        assert_equal(as_pairs(result), [(ids[i], ids[j]) for i, j in near], name="list of pairs")
    a, b = (rng.permutation(50)[:2] + 1).tolist()
    cause = "no place is paired with itself, but a word with an equal word is"
    expected = [(a, b), (b, a), (b, b), (b, b), (b, a), (a, b)]
    result = student.context_pairs([a, b, b, a], 1)
    assert_equal(as_pairs(result), expected, name="list of pairs, a word standing twice,", cause=cause)
    assert_equal(as_pairs(student.context_pairs([b], 3)), [], name="list of pairs of one word")


def as_pairs(result):
    """Pairs may come as tuples, as lists or as the rows of an array."""
    if isinstance(result, np.ndarray | torch.Tensor):
        result = result.tolist()
    if isinstance(result, list | tuple):
        return [tuple(pair) if isinstance(pair, list) else pair for pair in result]
    return result


@hidden
@points(1)
def test_context_pairs_of_short_and_repeated_sentences(student, rng):
    a, b = (rng.permutation(50)[:2] + 1).tolist()
    for ids, window, near in [
        ([a, b, a], 2, [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)]),
        ([a, a, b], 1, [(0, 1), (1, 0), (1, 2), (2, 1)]),
        ([b, a], 5, [(0, 1), (1, 0)]),
        ([a], 2, []),
    ]:
        cause = "no place is paired with itself, but a word with an equal word is"
        expected = [(ids[i], ids[j]) for i, j in near]
        result = student.context_pairs(ids, window)
        assert_equal(as_pairs(result), expected, name="list of pairs", cause=cause)


def draw_words(rng, v, *shape):
    return torch.tensor(rng.integers(v, size=shape))


def slopes(module, name, inputs, outputs, *words):
    """The gradients of a loss by both tables."""
    import torch

    tables = [inputs.clone().requires_grad_(), outputs.clone().requires_grad_()]
    return torch.autograd.grad(getattr(module, name)(*tables, *words), tables)


@points(1)
def test_cbow_loss_by_scipy(student, rng):
    for v, d, b, c in [(7, 3, 4, 2), (5, 2, 1, 4), (9, 4, 6, 1), (4, 1, 3, 3)]:
        inputs, outputs = draw(rng, v, d), 1.5 * draw(rng, v, d)
        contexts, centres = draw_words(rng, v, b, c), draw_words(rng, v, b)
        with assert_unchanged(inputs, outputs, contexts, centres):
            result = student.cbow_loss(inputs, outputs, contexts, centres)
        logits = np.stack([inputs.numpy()[row].mean(axis=0) @ outputs.numpy().T for row in contexts.numpy()])
        expected = -np.mean([log_softmax(row)[k] for row, k in zip(logits, centres, strict=True)])
        assert_close(result, expected, name="loss")


@hidden
@points(1)
def test_cbow_loss_can_be_differentiated(student, rng):
    for v, d, b, c in [(6, 3, 5, 2), (4, 2, 1, 3)]:
        inputs, outputs = draw(rng, v, d), draw(rng, v, d)
        contexts, centres = draw_words(rng, v, b, c), draw_words(rng, v, b)
        result = student.run(slopes, "cbow_loss", inputs, outputs, contexts, centres)
        by_inputs, by_outputs = assert_parts(result, 2)
        mean = torch.stack([inputs[row].sum(dim=0) / c for row in contexts])
        miss = (torch.softmax(mean @ outputs.T, dim=1) - torch.eye(v, dtype=torch.float64)[centres]) / b
        expected = torch.zeros(v, d, dtype=torch.float64)
        for row, pull in zip(contexts, miss @ outputs / c, strict=True):
            for word in row:
                expected[word] += pull
        assert_close(by_inputs, expected, name="gradient by the inputs")
        assert_close(by_outputs, miss.T @ mean, name="gradient by the outputs")


@points(1)
def test_noise_distribution_to_a_power(student, rng):
    for v, power in [(6, 0.5), (9, 1.0), (4, 0.3), (5, 2.0)]:
        counts = torch.tensor(rng.integers(1, 500, size=v))
        with assert_unchanged(counts):
            result = student.noise_distribution(counts, power)
        weights = np.array([float(count) ** power for count in counts])
        assert_close(result, weights / weights.sum(), name="distribution")


@hidden
@points(1)
def test_noise_distribution_with_the_usual_power(student, rng):
    counts = rng.integers(1, 10**6, size=7)
    counts[rng.permutation(7)[:2]] = 0
    weights = np.where(counts > 0, counts.astype(float) ** 0.75, 0.0)
    cause = "a word that never occurs is never drawn"
    result = student.noise_distribution(torch.tensor(counts))
    assert_close(result, weights / weights.sum(), name="distribution", cause=cause)


def sampling_loss(inputs, outputs, words, near, wrong):
    """The loss with NumPy, pair by pair."""
    inputs, outputs = np.asarray(inputs, dtype=float), np.asarray(outputs, dtype=float)
    losses = []
    for w, c, others in zip(words.tolist(), near.tolist(), wrong.tolist(), strict=True):
        losses.append(np.logaddexp(0, -inputs[w] @ outputs[c]))
        losses[-1] += sum(np.logaddexp(0, inputs[w] @ outputs[n]) for n in others)
    return float(np.mean(losses))


@points(1)
def test_negative_sampling_loss_pair_by_pair(student, rng):
    for v, d, b, m in [(8, 3, 4, 5), (5, 2, 1, 2), (6, 4, 7, 1), (4, 1, 3, 3)]:
        inputs, outputs = draw(rng, v, d), draw(rng, v, d) + 0.3
        words, near, wrong = draw_words(rng, v, b), draw_words(rng, v, b), draw_words(rng, v, b, m)
        with assert_unchanged(inputs, outputs, words, near, wrong):
            result = student.negative_sampling_loss(inputs, outputs, words, near, wrong)
        assert_close(result, sampling_loss(inputs, outputs, words, near, wrong), name="loss")
    inputs, outputs = 25 + draw(rng, 4, 2).float(), 20 + draw(rng, 4, 2).float()
    outputs[::2] *= -1
    words, near, wrong = draw_words(rng, 4, 2), torch.tensor([0, 1]), torch.tensor([[1, 3], [0, 2]])
    result = student.negative_sampling_loss(inputs, outputs, words, near, wrong)
    assert_finite(result, name="loss for scalar products of about ±1000")
    expected = sampling_loss(inputs, outputs, words, near, wrong)
    assert_close(result, expected, name="loss for scalar products of about ±1000")


@hidden
@points(1)
def test_negative_sampling_loss_of_sure_answers(student, rng):
    inputs, outputs = (
        30 + draw(rng, 6, 2).float(),
        (17 + draw(rng, 6, 2).float()) * (-1) ** torch.arange(6)[:, None],
    )
    words, near, wrong = draw_words(rng, 6, 4), torch.tensor([0, 1, 2, 3]), draw_words(rng, 6, 4, 3)
    result = student.negative_sampling_loss(inputs, outputs, words, near, wrong)
    assert_finite(result, name="loss for scalar products of about ±1000")
    assert_close(result, sampling_loss(inputs, outputs, words, near, wrong), name="loss")
    inputs, outputs, wrong = draw(rng, 5, 3), draw(rng, 5, 3), draw_words(rng, 5, 4, 2)
    words, near = draw_words(rng, 5, 4), draw_words(rng, 5, 4)
    found = student.run(slopes, "negative_sampling_loss", inputs, outputs, words, near, wrong)
    by_inputs, by_outputs = assert_parts(found, 2)
    tables = [torch.zeros(5, 3, dtype=torch.float64) for _ in range(2)]
    for w, c, others in zip(words, near, wrong, strict=True):
        for answer, truth in [(c, 1.0), *((n, 0.0) for n in others)]:
            miss = (torch.sigmoid(inputs[w] @ outputs[answer]) - truth) / 4
            tables[0][w] += miss * outputs[answer]
            tables[1][answer] += miss * inputs[w]
    assert_close(by_inputs, tables[0], name="gradient by the inputs")
    assert_close(by_outputs, tables[1], name="gradient by the outputs")


def learn_words(module, cbow, seed):
    """Vectors and words of a small language, through the given loop; the families of its animals."""
    import torch

    from day18_representation.data import FAMILIES, make_stories
    from day18_representation.training import train_words

    torch.set_num_threads(1)
    vectors, words = train_words(make_stories(2000, seed), cbow=cbow, seed=seed)
    return vectors, words, [[parent, child] for parent, (child, *_) in FAMILIES.items()]


def assert_analogies(result, low):
    """Of all questions "parent is to child as other parent is to …?", the share that is answered rightly."""
    vectors, words, families = assert_parts(result, 3)
    vectors = np.asarray(vectors, dtype=float)
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    place = {word: i for i, word in enumerate(words)}
    right = []
    for parent, child in families:
        for other, answer in families:
            if other != parent:
                a, b, c = place[parent], place[child], place[other]
                cosines = vectors @ (vectors[b] - vectors[a] + vectors[c])
                cosines[[a, b, c]] = -np.inf
                right.append(words[int(cosines.argmax())] == answer)
    assert_between(float(np.mean(right)), low, 1, name="share of analogies that are answered rightly")


@training
@points(1)
def test_negative_sampling_loss_learns_analogies(student, rng):
    """Over 19 seeds: all 56 of 56; 0.5 s."""
    assert_analogies(student.run(learn_words, False, int(rng.integers(2**31))), 0.85)


@points(1)
def test_neighbours_by_cosine(student, rng):
    for v, d, k in [(9, 3, 4), (6, 2, 1), (5, 4, 4), (12, 3, 3)]:
        vectors = draw(rng, v, d) * torch.tensor(rng.uniform(0.2, 4, size=(v, 1)))
        word = int(rng.integers(v))
        with assert_unchanged(vectors):
            result = student.neighbours(vectors, word, k)
        directions = vectors.numpy() / np.linalg.norm(vectors.numpy(), axis=1)[:, None]
        order = [int(i) for i in np.argsort(-directions @ directions[word]) if i != word]
        assert_equal(result, order[:k], name="list of words")


@hidden
@points(1)
def test_neighbours_of_a_long_word(student, rng):
    for word in rng.permutation(7)[:3].tolist():
        vectors = draw(rng, 7, 3)
        vectors[(word + 1) % 7] = 0.1 * vectors[word] + 0.001 * draw(rng, 3)
        vectors[(word + 2) % 7] = (
            2 * vectors[word] + 1.2 * vectors[word].norm() * torch.tensor([1.0, 0, 0]) / 2
        )
        directions = vectors.numpy() / np.linalg.norm(vectors.numpy(), axis=1)[:, None]
        order = [int(i) for i in np.argsort(-directions @ directions[word]) if i != word]
        cause = "only the direction counts: a short vector can be the nearest"
        assert_equal(student.neighbours(vectors, word, 6), order, name="list of words", cause=cause)


def analogy_by_numpy(vectors, a, b, c, exclude):
    directions = vectors.numpy() / np.linalg.norm(vectors.numpy(), axis=1)[:, None]
    aim = directions[b] - directions[a] + directions[c]
    ranking = np.argsort(-directions @ aim / np.linalg.norm(aim))
    return next(int(i) for i in ranking if not exclude or i not in (a, b, c))


def draw_analogies(rng, v, d):
    """Pairs of words that differ by nearly the same arrow, with lengths that mislead."""
    arrow = 0.8 * draw(rng, d)
    first = draw(rng, v // 2, d)
    vectors = torch.cat([first, first + arrow + 0.05 * draw(rng, v // 2, d)])
    order = torch.tensor(rng.permutation(len(vectors)))
    lengths = torch.tensor(rng.uniform(0.3, 3, size=(len(vectors), 1)))
    places = order.argsort().tolist()
    return (vectors * lengths)[order], places[0], places[v // 2], places[1]


SIGNS = torch.tensor([[-1.0], [1.0], [1.0]])


@points(1)
def test_analogy_without_the_question(student, rng):
    for v, d in [(10, 4), (14, 3), (8, 6), (20, 5)]:
        vectors, a, b, c = draw_analogies(rng, v, d)
        with assert_unchanged(vectors):
            result = student.analogy(vectors, a, b, c)
        assert_equal(result, analogy_by_numpy(vectors, a, b, c, True), name="answer")
    for _ in range(6):
        vectors = draw(rng, 9, 2) * torch.tensor(rng.uniform(0.2, 5, size=(9, 1)))
        a, b, c = rng.permutation(9)[:3].tolist()
        expected = analogy_by_numpy(vectors, a, b, c, True)
        assert_equal(student.analogy(vectors, a, b, c), expected, name="answer")
    vectors, question = draw(rng, 8, 3), rng.permutation(8)[:3].tolist()
    aim = torch.stack([vectors[i] / vectors[i].norm() for i in question]).mul(SIGNS).sum(dim=0)
    away = -torch.sign(vectors @ aim)
    away[question] = 1.0
    vectors = vectors * away[:, None]
    expected = analogy_by_numpy(vectors, *question, True)
    cause = "all others may point away from the sum, and one of them is the answer all the same"
    assert_equal(student.analogy(vectors, *question), expected, name="answer", cause=cause)


@points(1)
def test_analogy_with_the_question(student, rng):
    for _ in range(8):
        vectors = draw(rng, 11, 3)
        a, b, c = rng.permutation(11)[:3].tolist()
        vectors[b] = vectors[a] * 1.7 + 0.02 * draw(rng, 3)
        result = student.analogy(vectors, a, b, c, False)
        cause = "with exclude=False any word may be the answer, also one of the question"
        assert_equal(result, analogy_by_numpy(vectors, a, b, c, False), name="answer", cause=cause)
        result = student.analogy(vectors, a, b, c, True)
        assert_equal(result, analogy_by_numpy(vectors, a, b, c, True), name="answer")
        assert_that(result not in (a, b, c), "A word of the question is the answer.")
