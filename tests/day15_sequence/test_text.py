"""Checks of text.py: vocabularies in any order, streams whose pieces must fit together again, gradients by autograd."""

from itertools import pairwise

import numpy as np
import torch

from course.testing import (
    assert_close,
    assert_dtype,
    assert_equal,
    assert_parts,
    assert_raises,
    assert_that,
    assert_unchanged,
    hidden,
    points,
)

ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGH .,\n'äéλ∂日"


def draw_vocabulary(rng, size):
    """Different characters in an order that is not that of the alphabet."""
    return "".join(rng.permutation(list(ALPHABET))[:size])


def draw_text(rng, vocabulary, length):
    return "".join(vocabulary[i] for i in rng.integers(len(vocabulary), size=length))


def message_of(module, text, vocabulary):
    """What the ValueError of encode says; nothing when there is none."""
    try:
        module.encode(text, vocabulary)
    except ValueError as error:
        return str(error)
    return ""


@points(1)
def test_encode_looks_up_positions(student, rng):
    for size, length in [(20, 6), (5, 9), (20, 40), (3, 1), (4, 0)]:
        vocabulary = draw_vocabulary(rng, size)
        text = draw_text(rng, vocabulary, length)
        ids = student.encode(text, vocabulary)
        assert_equal(ids, np.array([vocabulary.index(c) for c in text], dtype=np.int64), name="array of ids")
        assert_dtype(ids, np.int64, name="array of ids")


@points(1)
def test_encode_names_unknown_characters(student, rng):
    vocabulary = draw_vocabulary(rng, 12)
    position = int(rng.integers(12, 30))
    known = draw_text(rng, vocabulary, position)
    expected = np.array([vocabulary.index(c) for c in known], dtype=np.int64)
    assert_equal(student.encode(known, vocabulary), expected, name="array of ids of known characters")
    text = draw_text(rng, vocabulary, position) + "€" + draw_text(rng, vocabulary, 9) + "$€"
    with assert_raises(ValueError, cause="a character that is not in the vocabulary is to be a ValueError"):
        student.encode(text, vocabulary)
    message = student.run(message_of, text, vocabulary)
    assert_that(repr("€") in message, "The message does not show the first unknown character, by its repr.")
    assert_that(
        str(position) in message,
        f"The message does not name the position, {position}, of the first unknown character.",
    )


@points(1)
def test_decode_is_the_way_back(student, rng):
    for size, length in [(6, 8), (25, 40), (4, 1), (3, 0)]:
        vocabulary = draw_vocabulary(rng, size)
        text = draw_text(rng, vocabulary, length)
        ids = np.array([vocabulary.index(c) for c in text], dtype=np.int64)
        with assert_unchanged(ids):
            result = student.decode(ids, vocabulary)
        assert_equal(result, text, name="text")

    vocabulary = draw_vocabulary(rng, 7)
    for wrong in (-1, 7):
        ids = rng.integers(7, size=5)
        ids[2] = wrong
        with assert_raises(ValueError, cause=f"{wrong} is no id of 7 characters, and is to be a ValueError"):
            student.decode(ids, vocabulary)


@points(2)
def test_stateful_batches_of_several_sizes(student, rng):
    for n, rows, steps in [(22, 3, 4), (26, 5, 5), (9, 2, 10), (6, 1, 2), (4, 3, 1)]:
        ids = rng.integers(100, 999, size=n)
        with assert_unchanged(ids):
            batches = student.stateful_batches(ids, rows, steps)
        length = (n - 1) // rows
        starts = range(0, length, steps)
        batches = assert_parts(batches, len(starts), name="list of batches")
        for number, (start, batch) in enumerate(zip(starts, batches, strict=True)):
            x, y = assert_parts(batch, 2, name=f"pair (inputs, targets) of batch {number}")
            columns = range(start, min(start + steps, length))
            inputs = np.array([[ids[row * length + t] for t in columns] for row in range(rows)])
            targets = np.array([[ids[row * length + t + 1] for t in columns] for row in range(rows)])
            assert_equal(x, inputs, name=f"input of batch {number}")
            assert_equal(y, targets, name=f"target of batch {number}")
    with assert_raises(ValueError, cause="not even one column can be filled"):
        student.stateful_batches(ids[:3], 3, 2)


@hidden
@points(1)
def test_stateful_batches_fit_together_again(student, rng):
    ids = rng.permutation(200)[:150]
    batches = assert_parts(student.stateful_batches(ids, 4, 7), 6)
    stream = np.concatenate([np.asarray(x) for x, _ in batches], axis=1).ravel()
    assert_equal(stream, ids[:148], name="stream put together from the inputs of all batches")
    following = np.concatenate([np.asarray(y) for _, y in batches], axis=1).ravel()
    assert_equal(following, ids[1:149], name="stream put together from the targets of all batches")
    for x, y in batches:
        assert_equal(np.asarray(y)[:, :-1], np.asarray(x)[:, 1:], name="target, which is the input one later")
    with assert_raises(ValueError):
        student.stateful_batches(ids[:4], 4, 7)


@points(1)
def test_pad_batch_of_several_lengths(student, rng):
    for lengths, padding in [((3, 5, 1, 5, 2), 0), ((2, 0, 4), 7), ((3,), 1), ((1, 1), 0)]:
        sequences = [rng.integers(0, 9, size=n) for n in lengths]
        sequences[0][0] = padding  # which is an id like others
        with assert_unchanged(*sequences):
            matrix, mask = assert_parts(student.pad_batch(sequences, padding), 2)
        longest = max(lengths)
        expected = [[*s.tolist(), *[padding] * (longest - len(s))] for s in sequences]
        assert_equal(matrix, np.array(expected, dtype=np.int64), name="matrix")
        assert_dtype(np.asarray(mask), bool, name="mask")
        real = [[t < n for t in range(longest)] for n in lengths]
        assert_equal(np.asarray(mask), np.array(real), name="mask", cause="True where an id is real")


@hidden
@points(1)
def test_pad_batch_when_the_padding_is_a_real_id(student, rng):
    padding = int(rng.integers(1, 5))
    sequences = [np.array([padding, padding]), np.array([padding, 9, padding, padding]), np.array([8])]
    _, mask = assert_parts(student.pad_batch(sequences, padding), 2)
    real = [[True, True, False, False], [True] * 4, [True, False, False, False]]
    assert_equal(np.asarray(mask), np.array(real), name="mask")


def embedding_gradient(grad, ids, size):
    """The reference, by PyTorch."""
    table = torch.zeros(size, grad.shape[-1], dtype=torch.float64, requires_grad=True)
    output = torch.nn.functional.embedding(torch.as_tensor(ids), table)
    output.backward(torch.as_tensor(grad, dtype=torch.float64))
    return table.grad.numpy()


@points(1)
def test_embed_backward_adds_up_repeated_ids(student, rng):
    for shape, size, width, used in [
        ((6,), 4, 3, 4),
        ((3, 5), 4, 2, 4),
        ((1,), 5, 4, 3),
        ((2, 2, 3), 20, 1, 20),
    ]:
        ids, grad = rng.integers(used, size=shape), rng.normal(size=(*shape, width)) + 0.3
        with assert_unchanged(ids, grad):
            result = student.embed_backward(grad, ids, size)
        assert_close(result, embedding_gradient(grad, ids, size))
    result = student.embed_backward(grad.astype(np.float32), ids, size)
    assert_dtype(result, np.float32)
    assert_close(result, embedding_gradient(grad, ids, size))


@points(0)
def test_bigram_probabilities_count_pairs(student, rng):
    for n, size, smoothing in [(50, 4, 1.0), (300, 6, 0.3), (2, 3, 2.0)]:
        ids = rng.integers(size, size=n)
        counts = np.zeros((size, size))
        for i, j in pairwise(ids):
            counts[i, j] += 1
        expected = (counts + smoothing) / (counts.sum(axis=1, keepdims=True) + size * smoothing)
        with assert_unchanged(ids):
            result = student.bigram_probabilities(ids, size, smoothing)
        assert_close(result, expected)


@points(0)
def test_learn_merges_of_small_texts(student, rng):
    words = ["low"] * 5 + ["lower"] * 2 + ["newest"] * 6 + ["widest"] * 3
    rng.shuffle(words)
    expected = [("e", "s"), ("es", "t"), ("l", "o"), ("lo", "w"), ("e", "w"), ("ew", "est"), ("n", "ewest")]
    assert_equal([tuple(pair) for pair in student.learn_merges(words, 7)], expected, name="list of merges")
    assert_equal(
        [tuple(pair) for pair in student.learn_merges(["aaab", "aa"], 9)],
        [("a", "a"), ("a", "b"), ("aa", "ab")],
        name="list of merges",
    )
    assert_equal(list(student.learn_merges(["x", "y"], 3)), [], name="list of merges")
