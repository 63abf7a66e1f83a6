"""Checks of decoding.py: frequencies of draws, a model that is written down, and every sentence there is."""

import itertools
import math

import numpy as np
import torch
from torch import nn

from course.testing import (
    assert_between,
    assert_close,
    assert_equal,
    assert_parts,
    assert_that,
    assert_unchanged,
    compare_by,
    hidden,
    points,
)
from course.testing.networks import draw

PAD, START, END = 0, 1, 2


@points(1)
def test_pick_the_best(student, rng):
    for b, words in [(4, 6), (1, 3), (9, 20)]:
        logits = 3 * draw(rng, b, words) - 1
        with assert_unchanged(logits):
            result = student.pick(logits)
        assert_equal(np.asarray(result), logits.numpy().argmax(axis=1), name="array of words")
    logits = 900 * draw(rng, 6, 4)
    result = student.pick(logits, 0.001, torch.Generator().manual_seed(int(rng.integers(2**31))))
    name = "array of words at a temperature of 0.001"
    assert_equal(np.asarray(result), logits.numpy().argmax(axis=1), name=name)


def draw_many(module, logits, temperature, seed):
    """Words for 4000 copies of a row, those that follow from the same generator, and the first ones once more."""
    import torch

    rows = logits.expand(4000, -1)
    chance = torch.Generator().manual_seed(seed)
    first, second = (module.pick(rows, temperature, chance) for _ in range(2))
    torch.manual_seed(seed + 1)
    again = module.pick(rows, temperature, torch.Generator().manual_seed(seed))
    return first, second, again


def shares(words, size):
    """How often each word was drawn."""
    return np.bincount(np.asarray(words).astype(int).ravel(), minlength=size)[:size] / 4000


@points(2)
def test_pick_by_chance(student, rng):
    """Of 4000 draws a share is off by 0.03 once in more than ten thousand."""
    for temperature in (0.5, 2.0):
        logits = torch.tensor(rng.permutation([0.0, 0.7, 1.6, 2.2, -1.0]))
        seed = int(rng.integers(2**31))
        first, second, again = assert_parts(student.run(draw_many, logits, temperature, seed), 3)
        compare_by(shares, first, 5, slack=0.045)
        expected = np.exp(logits.numpy() / temperature)
        for share, want in zip(shares(first, 5), expected / expected.sum(), strict=True):
            assert_between(
                float(share), want - 0.04, want + 0.04, name=f"share of a word at temperature {temperature}"
            )
        same = bool(np.array_equal(np.asarray(first), np.asarray(again)))
        assert_that(same, "Generators in the same state do not give the same words.")
        other = not np.array_equal(np.asarray(first), np.asarray(second))
        assert_that(other, "One generator gives the same words twice in a row.")


@hidden
@points(1)
def test_pick_at_a_low_temperature(student, rng):
    logits = 1000 * draw(rng, 7, 5).float()
    for temperature in (0.001, 0.01):
        result = student.pick(logits, temperature, torch.Generator().manual_seed(int(rng.integers(2**31))))
        assert_equal(
            np.asarray(result), logits.numpy().argmax(axis=1), name="array of words at a low temperature"
        )


class Written(nn.Module):
    """A model whose logits are looked up by picture, step and last word; it wants START in front."""

    def __init__(self, table):
        super().__init__()
        self.table = nn.Parameter(table)

    def forward(self, images, ids):
        if not bool((ids[:, 0] == 1).all()):
            raise ValueError("the first column of the words that the model reads is START")
        rows = images[:, 0].long()[:, None]
        steps = torch.arange(ids.shape[1])[None]
        mode = 1.0 if self.training else -1.0
        return mode * self.table[rows, steps, ids]


def draw_table(rng, pictures, steps, words, quiet=()):
    """Logits for each picture, step and last word; END becomes likelier with time, for most pictures."""
    table = 2 * draw(rng, pictures, steps, words, words)
    table[:, :, :, START] -= 9
    table[:, :, :, PAD] -= 9
    table[:, :, :, END] += 1.5 * torch.arange(steps)[None, :, None] - 2
    for k in quiet:
        table[k, :, :, END] -= 40
    return table


def images_of(order):
    return torch.stack([order.double(), torch.ones(len(order), dtype=torch.float64)], dim=1)


def greedy_by_hand(table, order, max_length):
    """The best word each time, picture by picture."""
    rows = []
    for k in order.tolist():
        last, row = START, []
        for t in range(max_length):
            last = int(np.argmax(table[k, t, last].numpy()))
            row.append(last)
            if last == END:
                break
        rows.append(row + [PAD] * (max_length - len(row)))
    return np.array(rows)


def speak(module, model, images, max_length, temperature, seed):
    """What is said, and whether it has a graph or the model another mode."""
    import torch

    chance = None if seed is None else torch.Generator().manual_seed(seed)
    ids = module.generate(model, images, max_length, temperature, chance)
    return ids, bool(getattr(ids, "requires_grad", False)) or not model.training


@points(2)
def test_generate_the_best_words(student, rng):
    for n, max_length in [(4, 5), (1, 3), (6, 8)]:
        table = draw_table(rng, 6, 8, 7, quiet=[0])
        order = torch.tensor(rng.permutation(6)[:n])
        images = images_of(order)
        with assert_unchanged(images):
            ids, odd = assert_parts(student.run(speak, Written(table), images, max_length, 0.0, None), 2)
        assert_equal(
            np.asarray(ids), greedy_by_hand(table, order, max_length), name=f"array of {max_length} words"
        )
        assert_that(odd is False, "The model is in another mode than before, or a graph was built.")


def sampled(ids):
    """Shares of the words of the second and the third column, of rows that go on."""
    ids = np.asarray(ids)
    return np.concatenate(
        [np.bincount(column.astype(int), minlength=6)[:6] / len(ids) for column in ids.T[:3]]
    )


@points(1)
def test_generate_by_chance(student, rng):
    """The shares of the words in the first three places, against the chain of probabilities.

    The model never says PAD itself, so that after the first place PAD is what follows END, and nothing else.
    """
    table = draw_table(rng, 1, 3, 6) / 2
    table[..., PAD] -= 60
    images = images_of(torch.zeros(4000, dtype=torch.int64))
    seed = int(rng.integers(2**31))
    ids, _ = assert_parts(student.run(speak, Written(table), images, 3, 1.5, seed), 2)
    compare_by(sampled, ids, slack=0.05)
    now, expected = np.zeros(6), []
    now[START] = 1.0
    for t in range(3):
        step = (table[0, t] / 1.5).softmax(dim=1).numpy().copy()
        if t:
            step[END], step[PAD] = np.eye(6)[PAD], np.eye(6)[PAD] if t > 1 else step[PAD]
        now = now @ step
        expected.append(now)
    for t, row in enumerate(expected):
        for share, want in zip(sampled(ids)[6 * t : 6 * t + 6], row, strict=True):
            assert_between(float(share), want - 0.04, want + 0.04, name=f"share of a word in place {t + 1}")
    again, _ = assert_parts(student.run(speak, Written(table), images, 3, 1.5, seed), 2)
    cause = "is the generator handed on?"
    name = "array of words of the same generator"
    assert_equal(np.asarray(again), np.asarray(ids), name=name, cause=cause)


@hidden
@points(1)
def test_generate_with_a_generator(student, rng):
    table = draw_table(rng, 3, 6, 9)
    images = images_of(torch.arange(3).repeat(20))
    seed = int(rng.integers(2**31))
    first, _ = assert_parts(student.run(speak, Written(table), images, 6, 0.8, seed), 2)
    again, _ = assert_parts(student.run(speak, Written(table), images, 6, 0.8, seed), 2)
    ids = np.asarray(first).astype(int)
    for row in ids:
        ended = np.flatnonzero(row == END)
        if len(ended):
            assert_equal(
                row[ended[0] + 1 :], np.zeros(5 - ended[0], dtype=int), name="rest of a row behind END"
            )
    assert_equal(np.asarray(again), np.asarray(first), name="array of words of the same generator")
    greedy = greedy_by_hand(table, torch.arange(3), 6)
    low, _ = assert_parts(student.run(speak, Written(table), images[:3], 6, 1e-3, seed), 2)
    assert_equal(np.asarray(low), greedy, name="array of words at a low temperature")


def draw_rows(rng, n, width, words):
    matrix = np.full((n, width), PAD)
    for row in matrix:
        length = int(rng.integers(1, width - 1))
        row[: length + 2] = [START, *rng.integers(3, words, size=length), END]
    return matrix


def weigh(module, model, images, matrix):
    """The log likelihoods, and whether there is a graph or another mode."""
    result = module.log_likelihood(model, images, matrix)
    tracked = bool(getattr(result, "requires_grad", False))
    return result.detach() if tracked else result, tracked or not model.training


@points(2)
def test_log_likelihood_word_by_word(student, rng):
    for n, width, words in [(4, 5, 7), (1, 3, 5), (6, 8, 9)]:
        table, order = draw_table(rng, 6, width, words), torch.tensor(rng.permutation(6)[:n])
        matrix = torch.tensor(draw_rows(rng, n, width, words))
        images = images_of(order)
        with assert_unchanged(images, matrix):
            result, odd = assert_parts(student.run(weigh, Written(table), images, matrix), 2)
        expected = []
        for k, row in zip(order.tolist(), matrix.tolist(), strict=True):
            parts = []
            for t, (last, word) in enumerate(itertools.pairwise(row)):
                if word != PAD:
                    scores = table[k, t, last].numpy()
                    parts.append(scores[word] - np.log(np.exp(scores - scores.max()).sum()) - scores.max())
            expected.append(sum(parts))
        assert_close(result, np.array(expected), name="log likelihood of each row")
        assert_that(odd is False, "The model is in another mode than before, or a graph has come back.")


def chain(log_p):
    """ln p of the next word, looked up by the number of words so far and the last one."""

    def next_log_p(prefixes):
        return log_p[prefixes.shape[1] - 1][prefixes[:, -1]]

    return next_log_p


def all_sentences(log_p, words, max_length):
    """Every sentence there is with its log probability, the most probable first."""
    found = []
    for length in range(1, max_length + 1):
        for sentence in itertools.product(range(words), repeat=length):
            ended = sentence[-1] == END
            if END in sentence[:-1] or (length < max_length and not ended):
                continue
            steps = zip((START, *sentence[:-1]), sentence, strict=True)
            total = sum(float(log_p[t, last, word]) for t, (last, word) in enumerate(steps))
            found.append((list(sentence), total))
    return sorted(found, key=lambda entry: -entry[1])


def beam_by_hand(log_p, words, width, max_length):
    """The same with a beam, as a list that is written anew in every round."""
    beam = [([], 0.0)]
    for t in range(max_length):
        following = []
        for sentence, total in beam:
            if sentence and sentence[-1] == END:
                following.append((sentence, total))
                continue
            last = sentence[-1] if sentence else START
            for word in range(words):
                following.append(([*sentence, word], total + float(log_p[t, last, word])))
        following.sort(key=lambda entry: entry[1])
        beam = following[-width:]
    return beam[::-1]


def assert_beam(result, expected):
    sentences = [assert_parts(entry, 2)[0] for entry in assert_parts(result, len(expected))]
    assert_equal(sentences[0], expected[0][0], name="first sentence of the beam")
    assert_equal(sentences, [sentence for sentence, _ in expected], name="list of the sentences of the beam")
    totals = [entry[1] for entry in result]
    assert_close(totals, [total for _, total in expected], name="list of log probabilities")


def draw_chain(rng, words, steps, end=0.0):
    """ln p by step and last word; `end` makes END likelier."""
    scores = 1.5 * draw(rng, steps, words, words)
    scores[:, :, END] += end
    return scores.log_softmax(dim=2)


@points(2)
def test_beam_search_among_all_sentences(student, rng):
    for words, max_length in [(4, 3), (3, 4), (5, 2), (6, 1)]:
        log_p = draw_chain(rng, words, max_length)
        expected = all_sentences(log_p, words, max_length)
        result = student.beam_search(chain(log_p), words**max_length, max_length)
        assert_beam(result, expected)


def draw_short_one(rng):
    """A chain in which the most probable sentence is END alone, and longer ones have a larger mean of ln p."""
    p = torch.tensor(rng.uniform(0.01, 0.02, size=(3, 6, 6)))
    first, x, y = (int(k) + 3 for k in rng.permutation(3))
    p[0, :, END], p[0, :, first] = 0.3, 0.5
    p[1, first, x], p[1, first, y] = 0.5, 0.46
    p[2, :, END] = 2.0
    return (p / p.sum(dim=2, keepdim=True)).log()


@points(2)
def test_beam_search_with_a_narrow_beam(student, rng):
    for words, width, max_length, end in [(5, 1, 4, 0.5), (6, 3, 5, 1.0), (8, 2, 6, 0.0), (4, 5, 3, 2.0)]:
        log_p = draw_chain(rng, words, max_length, end)
        result = student.beam_search(chain(log_p), width, max_length)
        assert_beam(result, beam_by_hand(log_p, words, width, max_length))
    log_p = draw_short_one(rng)
    assert_beam(student.beam_search(chain(log_p), 2, 3), beam_by_hand(log_p, 6, 2, 3))


@hidden
@points(1)
def test_beam_search_where_the_best_word_is_a_trap(student, rng):
    """The best first word leads to nothing but even chances; some words are impossible."""
    a, b, *others = (int(k) + 3 for k in rng.permutation(5))
    p = torch.zeros(3, 8, 8, dtype=torch.float64)
    p[0, :, a], p[0, :, b] = 0.6, 0.4
    p[1, a, others], p[1, b, a] = 1 / 3, 1.0
    p[1, [k for k in range(8) if k not in (a, b)]] = 1 / 8
    p[2, :, END] = 1.0
    for width, first in [(1, None), (2, b), (4, b)]:
        result = student.beam_search(chain(p.log()), width, 3)
        sentence, total = assert_parts(result[0], 2)
        if first is None:
            assert_equal(sentence[0], a, name="first word of the sentence, for width 1")
            assert_close(total, math.log(0.2), name="log probability of the best sentence, for width 1")
            continue
        assert_equal(sentence, [b, a, END], name=f"best sentence, for width {width}")
        assert_close(total, math.log(0.4), name=f"log probability of the best sentence, for width {width}")


def likeness_of(table, captions):
    """Likeness looked up in a table by the numbers of two captions."""

    def likeness(one, other):
        return float(table[captions.index(one), captions.index(other)])

    return likeness


def draw_likeness(rng, n):
    """A table in which the caption w is most like the others, and five others would win by other rules.

    s is most like itself, o is least like the others, the others are most like x, and f is very like g alone.
    """
    w, s, o, x, f, g = (int(k) for k in rng.permutation(n)[:6])
    table = 0.1 * rng.normal(size=(n, n))
    table[w] += 1
    table[s, s] += 20
    table[o] -= 1
    table[:, x] += 1.2
    table[f, g] += 3
    return table, w


@points(0)
def test_consensus_by_the_table(student, rng):
    for n in (7, 9, 6):
        captions = [f"{k} words" for k in rng.permutation(n)]
        table, winner = draw_likeness(rng, n)
        with assert_unchanged(captions):
            result = student.consensus(captions, likeness_of(table, captions))
        assert_equal(result, winner, name="number of the caption")
    captions, table = ["a", "b"], np.array([[9.0, 0.2], [0.4, 3.0]]) + 0.1 * rng.uniform(size=(2, 2))
    assert_equal(student.consensus(captions, likeness_of(table, captions)), 1, name="number of the caption")


@points(0)
def test_consensus_with_doubles(student, rng):
    """A caption that was drawn twice is like its double; of the two the first is the answer.

    The two are equally good in whatever order numbers are added: all are sixty-fourths, and there are four others.
    """
    a, b, c = (f"caption {k}" for k in rng.permutation(9)[:3])
    names = [a, b, c, "another"]
    table = rng.integers(13, 26, size=(4, 4)) / 64
    table[0] += 0.3125
    table[1, 1], table[2, 2] = 3.0, 9.0
    for place in (int(k) for k in rng.permutation([1, 2, 3])):
        captions = [name for name in names if name != b]
        captions[place:place] = [b]
        captions.append(b)
        result = student.consensus(captions, likeness_of(table, names))
        assert_equal(result, place, name="number of the caption")
