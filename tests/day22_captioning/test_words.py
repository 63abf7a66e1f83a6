"""Checks of words.py: invented words counted one by one, rows written out, and the way there and back."""

import numpy as np
import torch

from course.testing import (
    assert_equal,
    assert_shape,
    assert_unchanged,
    hidden,
    points,
)

SPECIALS = ["<pad>", "<start>", "<end>", "<unk>"]
PAD, START, END, UNKNOWN = range(4)


def invent_words(rng, n):
    """n different words of a few letters."""
    words = set()
    while len(words) < n:
        words.add("".join(rng.choice(list("aeioubdklmnrst"), size=int(rng.integers(2, 6)))))
    return sorted(words)


def invent_captions(rng, words, lengths):
    return [" ".join(rng.choice(words, size=length)) for length in lengths]


def count_by_hand(captions, min_count):
    """Specials, then the words by falling count, equal ones in the order of the alphabet."""
    counts = {}
    for caption in captions:
        for word in caption.split():
            counts[word] = counts.get(word, 0) + 1
    order = []
    for count in sorted(set(counts.values()), reverse=True):
        order += sorted(word for word in counts if counts[word] == count)
    return SPECIALS + [word for word in order if counts[word] >= min_count]


@points(1)
def test_build_vocabulary_by_counts(student, rng):
    small = ["a red square", "a blue square", "a square above a circle"]
    small = [small[i] for i in rng.permutation(3)]
    assert_equal(student.build_vocabulary(small), count_by_hand(small, 1), name="vocabulary")
    words = invent_words(rng, 7)
    captions = invent_captions(rng, words, rng.integers(1, 9, size=12))
    with assert_unchanged(captions):
        result = student.build_vocabulary(captions)
    assert_equal(result, count_by_hand(captions, 1), name="vocabulary")
    a, b = sorted(words)[:2]
    result = student.build_vocabulary([f"{a} {b}  {b}"])
    assert_equal(result, [*SPECIALS, b, a], name="vocabulary of a caption with a word twice")


@points(1)
def test_build_vocabulary_of_frequent_words(student, rng):
    words = invent_words(rng, 5)
    captions = [" ".join(words[: i + 1]) for i in range(5)] + [words[4]]
    captions = [captions[i] for i in rng.permutation(6)]
    for min_count in (2, 3, 6):
        result = student.build_vocabulary(captions, min_count)
        name = f"vocabulary of words that occur {min_count} times or more"
        assert_equal(result, count_by_hand(captions, min_count), name=name)


@hidden
@points(1)
def test_build_vocabulary_of_other_captions(student, rng):
    words = invent_words(rng, 30)
    captions = invent_captions(rng, words, rng.integers(1, 12, size=25))
    captions[3] = f"  {words[0]}   {words[1]} "
    for min_count in (1, 4):
        result = student.build_vocabulary(tuple(captions), min_count)
        assert_equal(result, count_by_hand(captions, min_count), name="vocabulary")


def row_by_hand(caption, vocabulary, length):
    row = [START]
    for word in caption.split():
        if len(row) < length - 1:
            row.append(vocabulary.index(word) if word in vocabulary else UNKNOWN)
    row.append(END)
    return row + [PAD] * (length - len(row))


@points(2)
def test_captions_to_matrix_row_by_row(student, rng):
    words = invent_words(rng, 9)
    vocabulary = SPECIALS + [words[i] for i in rng.permutation(9)]
    for lengths in ([3], [2, 5, 1], [4, 4, 2, 6]):
        captions = invent_captions(rng, words, lengths)
        with assert_unchanged(captions, vocabulary):
            result = student.captions_to_matrix(captions, vocabulary)
        longest = max(lengths) + 2
        assert_shape(result, (len(captions), longest))
        expected = np.array([row_by_hand(caption, vocabulary, longest) for caption in captions])
        assert_equal(np.asarray(result), expected, name="matrix")


@points(1)
def test_captions_to_matrix_of_a_given_length(student, rng):
    words = invent_words(rng, 9)
    vocabulary = SPECIALS + [words[i] for i in rng.permutation(9)]
    captions = invent_captions(rng, words, [2, 5, 4, 7])
    for length in (9, 12, 6, 3):
        result = student.captions_to_matrix(captions, vocabulary, length)
        expected = np.array([row_by_hand(caption, vocabulary, length) for caption in captions])
        assert_equal(np.asarray(result), expected, name=f"matrix for length {length}")


@points(1)
def test_captions_to_matrix_with_unknown_words(student, rng):
    words = invent_words(rng, 12)
    vocabulary = SPECIALS + [words[i] for i in rng.permutation(12)[:5]]
    captions = [" ".join(words), *invent_captions(rng, words, [3, 6])]
    expected = np.array([row_by_hand(caption, vocabulary, 14) for caption in captions])
    result = student.captions_to_matrix(captions, vocabulary)
    assert_equal(np.asarray(result), expected, name="matrix")


@points(1)
def test_matrix_to_captions_written_out(student, rng):
    words = invent_words(rng, 8)
    vocabulary = SPECIALS + [words[i] for i in rng.permutation(8)]
    for lengths in ([4], [2, 5, 1, 3]):
        captions = invent_captions(rng, words, lengths)
        length = max(lengths) + 3
        matrix = torch.tensor([row_by_hand(caption, vocabulary, length) for caption in captions])
        with assert_unchanged(matrix, vocabulary):
            result = student.matrix_to_captions(matrix, vocabulary)
        assert_equal(result, captions, name="list of captions")


@points(1)
def test_matrix_to_captions_of_a_network(student, rng):
    """Without START, with words behind END, without any END, with unknown words."""
    words = invent_words(rng, 6)
    vocabulary = SPECIALS + words
    a, b, c, d = (int(k) + 4 for k in rng.permutation(6)[:4])
    rows = [[a, b, END, c, END, d], [c, d, a, b, c], [START, b, UNKNOWN, d, END], [a, PAD, c, END, d]]
    rows.append([END, d, a])
    w = vocabulary
    expected = [
        f"{w[a]} {w[b]}",
        f"{w[c]} {w[d]} {w[a]} {w[b]} {w[c]}",
        f"{w[b]} <unk> {w[d]}",
        f"{w[a]} {w[c]}",
        "",
    ]
    for row, caption in zip(rows, expected, strict=True):
        result = student.matrix_to_captions(torch.tensor([row]), vocabulary)
        assert_equal(result, [caption], name=f"list of captions for the row {row}")


@hidden
@points(1)
def test_matrix_to_captions_that_say_nothing(student, rng):
    words = invent_words(rng, 6)
    k = int(rng.integers(6)) + 4
    matrix = torch.tensor([[END, k, k], [k, END, k], [PAD, PAD, PAD], [START, END, PAD], [START, k, k]])
    said = words[k - 4]
    result = student.matrix_to_captions(matrix, SPECIALS + words)
    assert_equal(result, ["", said, "", "", f"{said} {said}"], name="list of captions")
