"""Checks of tokens.py: loops over strings as a reference, and the way there and back for texts in many scripts."""

from collections import Counter

import numpy as np

from course.testing import (
    assert_equal,
    assert_parts,
    assert_raises,
    assert_that,
    assert_unchanged,
    hidden,
    points,
)

SYLLABLES = ["ka", "lo", "ri", "ta", "mu", "po"]
SCRIPTS = "äöüß éèç ñ 東京 Ελλάδα мир 🦜🦜 👩‍👩‍👧 ﬁ \u0301 ½"


def draw_text(rng, words):
    """Words of syllables, some of them often, with signs and white space between them."""
    known = ["".join(rng.choice(SYLLABLES, size=int(rng.integers(1, 4)))) for _ in range(12)]
    gaps = [" ", " ", " ", ", ", ".\n", "  ", "!\n\n"]
    return "".join(
        str(known[min(int(rng.geometric(0.25)) - 1, 11)]) + str(rng.choice(gaps)) for _ in range(words)
    )


def draw_any(rng, length):
    """Characters of all kinds: letters, signs, white space, and any of Unicode's first 70,000 that UTF-8 can write."""
    text = []
    for _ in range(length):
        kind = rng.integers(4)
        if kind == 0:
            text.append(str(rng.choice(list("kaloritamupo"))))
        elif kind == 1:
            text.append(str(rng.choice(list(" \n\t.,!?'-_0123456789"))))
        elif kind == 2:
            text.append(str(rng.choice(list(SCRIPTS))))
        else:
            code = int(rng.integers(0xD7FF)) if rng.random() < 0.7 else int(rng.integers(0xE000, 0x11000))
            text.append(chr(code))
    return "".join(text)


def merged(ids, pair, new):
    """By replacing in a text of characters that stand for ids: `replace` goes from left to right, too."""
    return [ord(c) for c in "".join(map(chr, ids)).replace("".join(map(chr, pair)), chr(new))]


@points(2)
def test_merge_finds_every_pair_once(student, rng):
    for length, symbols in [(12, 3), (30, 4), (9, 2), (1, 3)]:
        ids = [int(i) for i in rng.integers(1, 1 + symbols, size=length)]
        left, right = int(rng.integers(1, 1 + symbols)), int(rng.integers(1, 1 + symbols))
        for pair in [(left, right), (right, left), (left, left)]:
            if length > 2:
                ids[-2:] = pair
            with assert_unchanged(ids):
                result = student.merge(ids, pair, 300)
            assert_equal(result, merged(ids, pair, 300), name="list of ids")
    for length in (3, 4, 5):
        expected = [300] * (length // 2) + [7] * (length % 2)
        cause = "an id that has been used up is not used again"
        assert_equal(student.merge([7] * length, (7, 7), 300), expected, name="list of ids", cause=cause)
    assert_equal(student.merge([5, 6], (5, 6), 9), [9], name="list of ids")
    assert_equal(student.merge([], (5, 6), 9), [], name="list of ids")


def learned(text, count, split):
    """Merges by strings of characters that stand for ids, all pieces one by one."""
    pieces = ["".join(map(chr, word.encode())) for word in split(text)]
    merges = []
    for new in range(256, 256 + count):
        counts = Counter(piece[i : i + 2] for piece in pieces for i in range(len(piece) - 1))
        if not counts:
            break
        most = max(counts.values())
        pair = min((ord(p[0]), ord(p[1])) for p, n in counts.items() if n == most)
        merges.append(pair)
        pieces = [piece.replace(chr(pair[0]) + chr(pair[1]), chr(new)) for piece in pieces]
    return merges


def split(text):
    """Letters with the blank before them, signs with it, white space: as `split_words` does it."""
    import re

    return re.findall(r" ?\w+| ?[^\w\s]+|\s+", text)


def as_pairs(result):
    """Merges as tuples, whether they came as tuples or lists."""
    return [tuple(assert_parts(pair, 2)) for pair in assert_parts(result, len(result))]


def assert_merges(result, expected, cause=None):
    assert_that(
        hasattr(result, "__len__") and len(result) == len(expected),
        f"{len(expected)} merges are asked for, and what came back is not a list of {len(expected)}.",
        cause,
    )
    for number, (found, pair) in enumerate(zip(as_pairs(result), expected, strict=True)):
        assert_equal(found, pair, name=f"pair of merge {number}", cause=cause)


@points(1)
def test_train_bpe_of_one_word(student, rng):
    small, a, b, large = (chr(ord("a") + int(i)) for i in np.sort(rng.permutation(26)[:4]))
    cause = "of equally frequent pairs the smallest one, as Python orders tuples"
    assert_merges(student.train_bpe(a + large + small + b, 1), [(ord(small), ord(b))], cause)
    c = large
    word = a + b + a + b + c
    assert_merges(student.train_bpe(word, 1), [(ord(a), ord(b))], cause="ids of merges begin at 256")
    expected = [(ord(a), ord(b)), *sorted([(256, 256), (256, ord(c))])[:1]]
    assert_merges(student.train_bpe(word, 2), expected, cause)
    assert_merges(student.train_bpe(word, 0), [])
    high = str(rng.choice(list("äöüéñ")))
    cause = "a character beyond ASCII has several bytes: text.encode()"
    assert_merges(student.train_bpe(high + high, 1), [tuple(high.encode())], cause)
    cause = "when no piece has two ids left, it is over"
    assert_merges(student.train_bpe(a + b, 3), [(ord(a), ord(b))], cause)


@points(2)
def test_train_bpe_learns_the_merges(student, rng):
    for words, count in [(6, 4), (60, 20), (200, 40)]:
        text = draw_text(rng, words)
        expected = learned(text, count, split)
        cause = "pairs are counted within the pieces of split_words, as often as each piece occurs"
        assert_merges(student.train_bpe(text, count), expected, cause)


@hidden
@points(1)
def test_train_bpe_ends_early_and_takes_any_script(student, rng):
    text = draw_text(rng, 5)[:25] + " ßäß 🦜🦜🦜 lala" + draw_any(rng, 20)
    expected = learned(text, 400, split)
    assert_merges(student.train_bpe(text, 400), expected, cause="when no piece has two ids left, it is over")
    assert_merges(student.train_bpe("a b c", 4), learned("a b c", 4, split))
    long = draw_text(rng, 3000)
    assert_merges(student.train_bpe(long, 60), learned(long, 60, split))


def bytes_of(merges):
    """What each id stands for, taken apart again and again."""

    def apart(number):
        if number < 256:
            return [number]
        left, right = merges[number - 256]
        return apart(left) + apart(right)

    return [bytes(apart(number)) for number in range(256 + len(merges))]


def draw_merges(rng, count):
    """Merges of random ids: later ones use earlier ones."""
    merges = []
    while len(merges) < count:
        limit = 256 + len(merges)
        pair = tuple(int(i) for i in rng.integers(max(0, limit - 12), limit, size=2))
        if pair not in merges:
            merges.append(pair)
    return merges


@points(2)
def test_token_bytes_of_merges(student, rng):
    for count in (0, 1, 9):
        merges = draw_merges(rng, count)
        with assert_unchanged(merges):
            result = student.token_bytes(merges)
        lengths = "256 single bytes, and the bytes of each merge behind them"
        expected = bytes_of(merges)
        assert_that(
            hasattr(result, "__len__") and len(result) == len(expected),
            f"A list of {len(expected)} is asked for: {lengths}.",
        )
        for number in [0, 65, 255, *range(256, 256 + count)]:
            assert_equal(result[number], expected[number], name=f"value of id {number}")
        assert_equal(list(result), expected, name="list of bytes")


def encoded(text, merges):
    """Merge after merge over each piece, as strings."""
    ids = []
    for word in split(text):
        piece = "".join(map(chr, word.encode()))
        for number, (left, right) in enumerate(merges):
            piece = piece.replace(chr(left) + chr(right), chr(256 + number))
        ids += map(ord, piece)
    return ids


@points(2)
def test_encode_makes_the_merges_in_their_order(student, rng):
    a, b, c = (ord("a") + int(i) for i in rng.permutation(26)[:3])
    twice = "".join(map(chr, [a, b, a, a, b, a, a]))
    merges = [(a, a), (256, 256), (a, b), (b, a)]
    cause = "what was learned first is merged first, wherever it stands"
    assert_equal(student.encode(twice, merges), [258, 256, b, 256], name="list of ids", cause=cause)
    word = "".join(map(chr, [a, b, c]))
    for merges, expected in [
        ([(a, b)], [256, c]),
        ([(b, c)], [a, 256]),
        ([(b, c), (a, b)], [a, 256]),
        ([(b, c), (a, b), (a, 256)], [258]),
    ]:
        cause = "what was learned first is merged first, wherever it stands"
        assert_equal(student.encode(word, merges), expected, name="list of ids", cause=cause)
    for words, count in [(10, 0), (25, 12), (80, 30)]:
        merges = learned(draw_text(rng, 80), count, split)
        text = draw_text(rng, words)
        with assert_unchanged(merges):
            result = student.encode(text, merges)
        assert_equal(result, encoded(text, merges), name="list of ids")
    text = text[:9] + str(rng.choice(list("äöüéñ"))) + " 🦜 мир " + text[:5]
    cause = "a character beyond ASCII has several bytes, which are ids below 256"
    assert_equal(student.encode(text, merges), encoded(text, merges), name="list of ids", cause=cause)


@hidden
@points(1)
def test_encode_knows_every_character(student, rng):
    merges = learned(draw_text(rng, 80) + " ßäß 🦜🦜", 40, split)
    for text in ("", " ", draw_any(rng, 40), "🦜ß" + draw_any(rng, 10), draw_text(rng, 10)):
        cause = "bytes that were never seen in training are ids below 256"
        assert_equal(student.encode(text, merges), encoded(text, merges), name="list of ids", cause=cause)


@points(1)
def test_encode_cuts_into_pieces_first(student, rng):
    for _ in range(3):
        a, b = (str(syllable) for syllable in rng.choice(SYLLABLES, size=2, replace=False))
        text = f"{a} {b}\n"
        merges = [(ord(a[-1]), ord(" ")), (ord(" "), ord(b[0])), (ord(b[-1]), ord("\n"))]
        cause = "the last letter of a piece and the first of the next one are not merged"
        assert_equal(student.encode(text, merges), encoded(text, merges), name="list of ids", cause=cause)


@points(1)
def test_decode_of_ids(student, rng):
    for words in (1, 20, 60):
        merges = learned(draw_text(rng, 80), 25, split)
        text = draw_text(rng, words)
        ids = encoded(text, merges)
        with assert_unchanged(ids, merges):
            result = student.decode(ids, merges)
        assert_equal(result, text, name="text")
    text = "🦜" + str(rng.choice(list("äöüß"))) + "ß" + str(rng.choice(list("東京мир")))
    cause = "a character of several bytes lies across several ids: join the bytes first"
    assert_equal(student.decode(list(text.encode()), []), text, name="text", cause=cause)
    ends = [0, int(rng.integers(1, 127)), 127]
    cause = "0 is an id like the others"
    assert_equal(student.decode(ends, []), "".join(map(chr, ends)), name="text", cause=cause)
    broken = [int(rng.integers(ord("a"), ord("z"))), 0xC3, ord("k"), 0xFE]
    expected = bytes(broken).decode(errors="replace")
    assert_equal(student.decode(broken, merges), expected, name="text of bytes that are no UTF-8")
    with assert_raises(ValueError):
        student.decode([ord("k"), 256 + len(merges)], merges)
    with assert_raises(ValueError):
        student.decode([ord("k"), -1], merges)


@hidden
@points(1)
def test_decode_undoes_encode(student, rng):
    merges = learned(draw_text(rng, 60) + " ßäß 🦜🦜 мир мир", 40, split)
    for length in (1, 15, 80):
        text = draw_any(rng, length)
        result = student.decode(student.encode(text, merges), merges)
        assert_equal(result, text, name="text", cause="every text comes back as it was")
    broken = [0xC3, ord("k"), *"🦜".encode()[: int(rng.integers(1, 4))], 0xFF]
    expected = bytes(broken).decode(errors="replace")
    assert_equal(student.decode(broken, merges), expected, name="text of bytes that are no UTF-8")
    for outside in (-1, 256 + len(merges), 5000):
        with assert_raises(ValueError):
            student.decode([ord("k"), outside], merges)


def shown(tokens):
    """After each token, all characters that are complete, without those that were before."""
    texts, whole = [], b""
    for token in tokens:
        whole += token
        texts.append(whole.decode(errors="ignore"))
    return [text[len(before) :] for text, before in zip(texts, ["", *texts], strict=False)]


def cut(text, rng):
    """The bytes of a text in tokens of 1 to 5 bytes."""
    data, tokens = text.encode(), []
    while data:
        length = int(rng.integers(1, 6))
        tokens.append(data[:length])
        data = data[length:]
    return tokens


@points(0)
def test_stream_text_shows_whole_characters(student, rng):
    for length in (1, 8, 40):
        tokens = cut(draw_any(rng, length) + "ß🦜", rng)
        with assert_unchanged(tokens):
            result = student.stream_text(tokens)
        assert_equal(result, shown(tokens), name="list of texts")
    single = [bytes([byte]) for byte in ("k🦜ß" + draw_any(rng, 5)).encode()]
    cause = "a character is shown with the token that completes it"
    assert_equal(student.stream_text(single), shown(single), name="list of texts", cause=cause)
