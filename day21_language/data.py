"""Languages that are generated from a generator of random numbers, and the texts at the end (given).

Words are text here; `Words` makes ids of them. Id 0 is padding, 1 begins a text, 2 ends it.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from course.data import CourseError, load_text

PADDING, BEGIN, END = 0, 1, 2

GOOD = ("good", "bright", "clever", "kind", "lovely", "fresh")
BAD = ("bad", "dull", "boring", "rude", "stale", "ugly")
THINGS = ("cage", "food", "song", "perch", "water", "company", "view", "mirror")

DOUBLE = ("light", "cold", "orange", "square", "flat", "round", "green", "wild")
"""Each is a noun or an adjective: what follows decides."""
PLAIN = ("box", "bird", "stone", "road", "seed", "tree")
VERBS = ("falls", "sings", "rolls", "waits", "turns")
ENDINGS = ("", "again", "in the morning")
TAGS = ("determiner", "adjective", "noun", "verb", "rest")

ONSETS = ("k", "l", "r", "p", "t", "m", "j", "ch", "z", "b")
VOWELS = ("a", "i", "o", "u")
CODAS = ("", "", "", "k", "r", "l")
LAST = ("ko", "ri", "la", "du", "mi")

DIGITS = (
    "",
    "ein",
    "zwei",
    "drei",
    "vier",
    "fünf",
    "sechs",
    "sieben",
    "acht",
    "neun",
    "zehn",
    "elf",
    "zwölf",
)
STEMS = {2: "zwan", 6: "sech", 7: "sieb"}

NAMES = ("koko", "rio", "jako", "lora", "polly", "zazu", "kiki", "mango")
OPENINGS = ("", "today", "in the morning", "early in the morning", "again and again")
DEEDS = ("feeds", "greets", "chases", "teaches", "follows")
PASSIVES = {
    "feeds": "fed",
    "greets": "greeted",
    "chases": "chased",
    "teaches": "taught",
    "follows": "followed",
}


class Words:
    """From words to ids and back; id 3 is the first word."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = ("<padding>", "<begin>", "<end>", *sorted(set(words)))
        self.ids = {word: number for number, word in enumerate(self.words)}

    def __len__(self) -> int:
        return len(self.words)

    def encode(self, words: Sequence[str]) -> list[int]:
        return [self.ids[word] for word in words]

    def decode(self, ids: Sequence[int]) -> list[str]:
        return [self.words[number] for number in ids]


def pad(rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Rows of ids as a matrix (b, t) int64, and a mask, True where there is an id."""
    lengths = torch.tensor([len(row) for row in rows])
    mask = torch.arange(int(lengths.max())) < lengths[:, None]
    ids = torch.full(mask.shape, PADDING)
    ids[mask] = torch.tensor([number for row in rows for number in row])
    return ids, mask


def make_reviews(count: int, rng: np.random.Generator) -> tuple[list[list[str]], list[int]]:
    """What parrots say about their home: 1 when they are content, 0 when not.

    Each review praises and blames with the same words: "the food was not good but the song was bad" (0) and "the food
    was good but the song was not bad" (1). Half of them say which of the two things comes first, at random.
    """
    reviews, labels = [], []
    for _ in range(count):
        content = int(rng.integers(2))
        first, second = rng.choice(THINGS, size=2, replace=False)
        good, bad = str(rng.choice(GOOD)), str(rng.choice(BAD))
        praise = [good] if content else ["not", good]
        blame = ["not", bad] if content else [bad]
        parts = [praise, blame] if rng.random() < 0.5 else [blame, praise]
        opening = ["well", ","] if rng.random() < 0.5 else []
        link = str(rng.choice(("and", "but")))
        reviews.append(
            [*opening, "the", str(first), "was", *parts[0], link, "the", str(second), "was", *parts[1]]
        )
        labels.append(content)
    return reviews, labels


def make_tagged(count: int, rng: np.random.Generator) -> tuple[list[list[str]], list[list[int]]]:
    """Sentences such as "the light falls" and "the light box falls in the morning", and a tag for each word.

    Half of the words of `DOUBLE` are nouns; the other half are adjectives, because a noun follows.
    """
    determiner, adjective, noun, verb, rest = range(len(TAGS))
    sentences, tags = [], []
    for _ in range(count):
        words, kinds = ["the"], [determiner]
        words.append(str(rng.choice(DOUBLE)))
        if rng.random() < 0.5:
            words.append(str(rng.choice(PLAIN)))
            kinds += [adjective, noun]
        else:
            kinds.append(noun)
        ending = str(rng.choice(ENDINGS)).split()
        words += [str(rng.choice(VERBS)), *ending]
        kinds += [verb, *[rest] * len(ending)]
        sentences.append(words)
        tags.append(kinds)
    return sentences, tags


def make_names(count: int, rng: np.random.Generator) -> list[str]:
    """Names of parrots: one or two syllables and an ending, such as "karko" and "pilachumi"; some come twice."""
    names = []
    for _ in range(count):
        syllables = [
            str(rng.choice(ONSETS)) + str(rng.choice(VOWELS)) + str(rng.choice(CODAS))
            for _ in range(int(rng.integers(1, 3)))
        ]
        names.append("".join(syllables) + str(rng.choice(LAST)))
    return names


def is_name(text: str) -> bool:
    """Whether the rules of `make_names` can make this name."""
    syllable = f"(?:{'|'.join(ONSETS)})[{''.join(VOWELS)}][krl]?"
    return re.fullmatch(f"(?:{syllable}){{1,2}}(?:{'|'.join(LAST)})", text) is not None


def german(number: int) -> list[str]:
    """A number from 1 to 999,999 in German, in parts: 342 is drei hundert zwei und vier zig.

    The unit stands *before* the ten: "two and forty".
    """
    if number >= 1000:
        rest = german(number % 1000) if number % 1000 else []
        return [*_below_1000(number // 1000), "tausend", *rest]
    words = _below_1000(number)
    return [*words[:-1], "eins"] if words[-1] == "ein" else words


def _below_1000(number: int) -> list[str]:
    hundreds, rest = divmod(number, 100)
    words = [DIGITS[hundreds], "hundert"] if hundreds else []
    if 0 < rest <= 12:
        words.append(DIGITS[rest])
    elif 12 < rest < 20:
        words += [STEMS.get(rest - 10, DIGITS[rest - 10]).replace("zwan", "zwei"), "zehn"]
    elif rest:
        tens, unit = divmod(rest, 10)
        words += [DIGITS[unit], "und"] if unit else []
        words += [STEMS.get(tens, DIGITS[tens]), "ßig" if tens == 3 else "zig"]
    return words


class Numbers(NamedTuple):
    """Numbers and their names."""

    figures: list[list[str]]
    names: list[list[str]]


def make_numbers(
    rng: np.random.Generator, known: int = 3000, new: int = 300, longest: int = 6
) -> tuple[Numbers, Numbers]:
    """Numbers to learn from and others, of three to ``longest`` digits, each length as often."""
    drawn: dict[int, None] = {}
    while len(drawn) < known + new:
        digits = int(rng.integers(3, longest + 1))
        drawn[int(rng.integers(10 ** (digits - 1), 10**digits))] = None
    numbers = list(drawn)

    def both(chosen: list[int]) -> Numbers:
        return Numbers([list(str(n)) for n in chosen], [german(n) for n in chosen])

    return both(numbers[new:]), both(numbers[:new])


FIGURES = Words("0123456789")
GERMAN = Words([*DIGITS[1:], *STEMS.values(), "eins", "hundert", "tausend", "und", "zig", "ßig"])
SPEECH = Words(
    [*NAMES, *DEEDS, *PASSIVES.values(), *"is by . who whom ?".split(), *" ".join(OPENINGS).split()]
)


def _deed(rng: np.random.Generator) -> tuple[str, str, str, list[str]]:
    """Who does what to whom, and the sentence that says so, with an opening or without."""
    who, whom = (str(name) for name in rng.choice(NAMES, size=2, replace=False))
    deed, opening = str(rng.choice(DEEDS)), str(rng.choice(OPENINGS)).split()
    return who, deed, whom, [*opening, who, deed, whom, "."]


def make_talk(count: int, rng: np.random.Generator) -> list[list[int]]:
    """What a parrot hears all day: "today koko feeds rio . rio is fed by koko .", as ids, begun and ended."""
    talk = []
    for _ in range(count):
        who, deed, whom, sentence = _deed(rng)
        words = [*sentence, whom, "is", PASSIVES[deed], "by", who, "."]
        talk.append([BEGIN, *SPEECH.encode(words), END])
    return talk


class Lesson(NamedTuple):
    """Questions with their answers, padded."""

    ids: Tensor
    """(b, t) int64: begin, sentence, question, answer, end, padding"""
    prompts: Tensor
    """(b,) tokens before the answer"""
    lengths: Tensor
    """(b,) tokens before the padding"""


def make_lesson(count: int, rng: np.random.Generator) -> Lesson:
    """Sentences with a question: "today koko feeds rio . who ?" wants "koko", and "whom ?" wants "rio"."""
    rows, prompts = [], []
    for _ in range(count):
        who, _, whom, sentence = _deed(rng)
        question, answer = [("who", who), ("whom", whom)][int(rng.integers(2))]
        rows.append([BEGIN, *SPEECH.encode([*sentence, question, "?", answer]), END])
        prompts.append(len(rows[-1]) - 2)
    ids, mask = pad(rows)
    return Lesson(ids, torch.tensor(prompts), mask.sum(dim=1))


def read_text(path: str | Path | None = None) -> tuple[str, str]:
    """A text to learn from and its last tenth, held out: a file of yours, or the docstrings of NumPy."""
    text = load_text(path)
    if len(text) < 5000:
        raise CourseError(f"{path} has {len(text):,} characters; give a text of at least 5,000.")
    cut = len(text) * 9 // 10
    return text[:cut], text[cut:]
