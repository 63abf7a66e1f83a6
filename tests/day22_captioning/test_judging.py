"""Checks of judging.py: n-grams struck off one by one, and BLEU by fractions."""

import math
from fractions import Fraction

from course.testing import (
    assert_close,
    assert_equal,
    assert_parts,
    assert_unchanged,
    hidden,
    points,
)

WORDS = "a red blue green circle square above below left of there is".split()


def draw_caption(rng, length, words=6):
    return " ".join(rng.choice(WORDS[:words], size=length))


def grams(caption, n):
    words = caption.split()
    return list(zip(*(words[start:] for start in range(n)), strict=False))


def strike_off(candidate, references, n):
    """Matches one by one: an n-gram counts while it does not stand more often in the candidate so far."""
    used, matches = [], 0
    for gram in grams(candidate, n):
        used.append(gram)
        matches += any(grams(reference, n).count(gram) >= used.count(gram) for reference in references)
    return matches, len(used)


def assert_counts(result, expected, n):
    matches, total = assert_parts(result, 2)
    assert_equal(matches, expected[0], name=f"number of matching {n}-grams")
    assert_equal(total, expected[1], name=f"number of all {n}-grams")


@points(1)
def test_clipped_matches_of_one_reference(student, rng):
    for length in (3, 8, 6):
        candidate, references = draw_caption(rng, length, 4), [draw_caption(rng, 7, 4)]
        for n in (1, 2, 3):
            with assert_unchanged(references):
                result = student.clipped_matches(candidate, references, n)
            assert_counts(result, strike_off(candidate, references, n), n)
    for n in (2, 4):  # there are none, and not fewer than none
        result = student.clipped_matches("red", [draw_caption(rng, 4)], n)
        assert_counts(result, strike_off("red", [], n), n)


@points(2)
def test_clipped_matches_are_clipped(student, rng):
    one, two, three = (str(word) for word in rng.permutation(WORDS)[:3])
    cases = [
        (f"{one} {one} {one} {one}", [f"{one} {two}"], 1),
        (f"{one} {one} {one} {one}", [f"{one} {two}", f"{one} {three} {one}"], 1),
        (f"{one} {two} {one} {two} {one}", [f"{one} {two} {three}", f"{two} {one} {two}"], 2),
        (f"{one} {one} {two}", [f"{one} {two}", f"{one} {three}", f"{three} {one}"], 1),
    ]
    for candidate, references, n in cases:
        result = student.clipped_matches(candidate, references, n)
        assert_counts(result, strike_off(candidate, references, n), n)
    for _ in range(6):
        candidate = draw_caption(rng, 10, 3)
        references = [draw_caption(rng, int(length), 3) for length in rng.integers(1, 7, size=3)]
        for n in (1, 2):
            result = student.clipped_matches(candidate, references, n)
            assert_counts(result, strike_off(candidate, references, n), n)


@hidden
@points(1)
def test_clipped_matches_of_short_captions(student, rng):
    long = draw_caption(rng, 9)
    cases = [(long, [long], 2), (long, [long, "a"], 4), ("red", [long, "red"], 1)]
    cases += [("red blue", ["red blue red"], 3), ("", [long], 1), ("a", [long, ""], 2)]
    for candidate, references, n in cases:
        result = student.clipped_matches(candidate, tuple(references), n)
        assert_counts(result, strike_off(candidate, references, n), n)


@points(1)
def test_brevity_penalty_by_the_formula(student, rng):
    for _ in range(6):
        r = int(rng.integers(5, 40))
        c = int(rng.integers(1, r))
        assert_close(student.brevity_penalty(c, r), math.e ** float(1 - Fraction(r, c)), name="penalty")
        assert_close(
            student.brevity_penalty(r + int(rng.integers(0, 9)), r), 1.0, name="penalty of long captions"
        )
    assert_close(student.brevity_penalty(0, r), 0.0, name="penalty of captions without words")


@hidden
@points(1)
def test_brevity_penalty_of_nothing(student, rng):
    for _ in range(3):
        r = int(rng.integers(3, 9))
        assert_close(student.brevity_penalty(r, r), 1.0, name="penalty of captions of the same length")
        assert_close(student.brevity_penalty(1, r), math.exp(1 - r), name="penalty")
        assert_close(student.brevity_penalty(0, r), 0.0, name="penalty of captions without words")
        c = int(rng.integers(100, 200))
        assert_close(student.brevity_penalty(c, c + r), math.exp(-r / c), name="penalty")


def bleu_by_hand(candidates, references, order):
    """Products of fractions."""
    product = Fraction(1)
    for n in range(1, order + 1):
        counts = [strike_off(c, own, n) for c, own in zip(candidates, references, strict=True)]
        total = sum(b for _, b in counts)
        product *= Fraction(sum(a for a, _ in counts), total) if total else 0
    r = 0
    for candidate, own in zip(candidates, references, strict=True):
        lengths = sorted(len(reference.split()) for reference in own)
        away = [abs(length - len(candidate.split())) for length in lengths]
        r += lengths[away.index(min(away))]
    c = sum(len(candidate.split()) for candidate in candidates)
    penalty = 0.0 if c == 0 else math.exp(min(0.0, 1 - r / c))
    return penalty * float(product) ** (1 / order)


def draw_corpus(rng, n, lengths=(4, 10), words=5):
    """Captions, each with some references that are like it."""
    candidates, references = [], []
    for _ in range(n):
        said = draw_caption(rng, int(rng.integers(*lengths)), words).split()
        own = []
        for _ in range(int(rng.integers(1, 4))):
            other = [str(rng.choice(WORDS[:words])) if rng.random() < 0.3 else word for word in said]
            own.append(" ".join(other + list(rng.choice(WORDS[:words], size=int(rng.integers(0, 3))))))
        candidates.append(" ".join(said))
        references.append(own)
    return candidates, references


@points(1)
def test_bleu_of_one_caption(student, rng):
    """A word that nobody else has said, and references of three lengths, of which the last is the nearest."""
    for length in (5, 8):
        said = draw_caption(rng, length, 5)
        longer = [f"{said} {draw_caption(rng, more, 5)}" for more in (3, 5, 1)]
        candidates, references = [f"{said} is"], [[longer[0], longer[1], f"red {longer[2]}"]]
        for order in (1, 2):
            with assert_unchanged(candidates, references):
                result = student.bleu(candidates, references, order)
            assert_close(result, bleu_by_hand(candidates, references, order), name=f"BLEU-{order}")


@points(2)
def test_bleu_of_many_captions(student, rng):
    for n in (3, 8, 20):
        candidates, references = draw_corpus(rng, n)
        candidates[1] = f"{max(references[1], key=len)} {draw_caption(rng, 4)}"
        for order in (1, 2):
            result = student.bleu(candidates, references, order)
            assert_close(result, bleu_by_hand(candidates, references, order), name=f"BLEU-{order}")
    assert_close(student.bleu(candidates, references), bleu_by_hand(candidates, references, 2), name="BLEU-2")


@points(1)
def test_bleu_of_short_captions(student, rng):
    """Captions that stop early, and references of several lengths, two of which are equally near."""
    candidates, references = [], []
    for _ in range(6):
        whole = draw_caption(rng, 9).split()
        cut = int(rng.integers(3, 7))
        candidates.append(" ".join(whole[:cut]))
        references.append([" ".join(whole), " ".join(whole[: cut + 2]), " ".join(whole[: cut - 2])])
    for some in (slice(0, 6), slice(2, 3)):
        result = student.bleu(candidates[some], references[some], 1)
        assert_close(
            result, bleu_by_hand(candidates[some], references[some], 1), name="BLEU-1 of short captions"
        )
    near = [f"{candidate} {draw_caption(rng, 1)}" for candidate in candidates]
    short = [" ".join(candidate.split()[:-2]) for candidate in candidates]
    both = [[one, other] for one, other in zip(short, near, strict=True)]
    result = student.bleu(candidates, both, 1)
    assert_close(
        result, bleu_by_hand(candidates, both, 1), name="BLEU-1 of captions that are one word too short"
    )
    only = [own[:2] for own in references]
    result = student.bleu(candidates, only, 2)
    assert_close(result, bleu_by_hand(candidates, only, 2), name="BLEU-2 of captions that are too short")


@hidden
@points(1)
def test_bleu_of_longer_ngrams(student, rng):
    candidates, references = draw_corpus(rng, 12, (6, 12), 3)
    candidates[4] = f"{max(references[4], key=len)} {draw_caption(rng, 4, 3)}"
    for order in (3, 4):
        result = student.bleu(tuple(candidates), references, order)
        assert_close(result, bleu_by_hand(candidates, references, order), name=f"BLEU-{order}")
    said = ["above below", "circle", "a red"]
    truth = [["below above", "above"], ["circle"], ["red a"]]
    assert_close(student.bleu(said, truth, 1), bleu_by_hand(said, truth, 1), name="BLEU-1")
    assert_close(student.bleu(said, truth, 2), 0.0, name="BLEU-2 without a matching pair")
    assert_close(student.bleu(["circle"], [["circle"]], 2), 0.0, name="BLEU-2 of a single word")
