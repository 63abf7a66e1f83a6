"""Which hand-ins of a class share more than chance and the course explain.

Of each function the tokens are cut into runs of twelve, and of every eight neighbouring runs one is kept ("winnowing":
Schleimer, Wilkerson and Aiken, SIGMOD 2003, section 3), so that what two share in a row of nineteen tokens is never
missed. Runs that the course itself has (what was given, solutions, right variants) and those that many have tell
nothing and are left out; of the others the rare ones weigh more.
"""

from __future__ import annotations

import math
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations

from course.catalog import Course, Day
from course.grading.intake import Intake
from course.places import module_texts
from course.similarity.tokens import Function, functions
from course.testing.answers import read_answers

RUN = 12  # tokens
WINDOW = 8  # runs
LEAST_SHARED = 3  # runs: less is chance
COMMON = 0.1  # of a class
FEW = 4  # hand-ins that may share something in any class
LEAST = 0.4
MOST_PAIRS = 200

Print = tuple[int, int]
"""A run that was kept: its hash, and the index of its first token in the function."""


@dataclass
class Work:
    """One hand-in, and the hashes of its runs that tell something, each with the functions it stands in."""

    student: str
    functions: Sequence[Function]
    prints: Mapping[int, Sequence[tuple[int, int]]] = field(default_factory=dict)
    """Hash → index of the function and of the token."""


@dataclass(frozen=True)
class Alike:
    """A function of each of two hand-ins, with the lines that they share."""

    left: Function
    right: Function
    left_lines: frozenset[int]
    right_lines: frozenset[int]


@dataclass(frozen=True)
class Pair:
    """Two hand-ins: ``share`` is how much of what is rare in the smaller one stands in the other too (0 to 1), by the
    weight of the runs, ``runs`` how many they are.
    """

    left: str
    right: str
    share: float
    runs: int
    alike: Sequence[Alike] = ()


@dataclass(frozen=True)
class Comparison:
    """A day of a class: pairs, the most alike first, groups of students that pairs connect, and who had nothing to
    compare.
    """

    day: Day
    students: int
    pairs: Sequence[Pair]
    clusters: Sequence[Sequence[str]]
    empty: Sequence[str]


def compare_class(
    course: Course,
    day: Day,
    intake: Intake,
    *,
    least: float = LEAST,
    done: Callable[[str], None] = lambda _: None,
) -> Comparison:
    """Compare all hand-ins of a day with each other."""
    ours = _own_runs(course, day)
    works: list[Work] = []
    empty: list[Work] = []
    for submission in intake:
        texts = {
            name: data.decode("utf-8", "replace")
            for name, data in submission.files.items()
            if name.startswith(f"{day.name}/") and name.endswith(".py")
        }
        work = _work(submission.student, texts, ours)
        (works if work.prints else empty).append(work)
        done(submission.student)
    pairs = _pairs(works, len(works), least)
    return Comparison(day, len(works) + len(empty), pairs, clusters(pairs), [work.student for work in empty])


def _own_runs(course: Course, day: Day) -> set[int]:
    """All runs, not only those kept, of what students were given and what the course holds for right."""
    texts = [*module_texts(course.root, day.name).values(), *course.sources(day).values()]
    texts += [answer.source for answer in read_answers(course, day) if answer.kind == "variant"]
    return {
        run
        for text in texts
        for function in functions("", text)
        for run in runs(function.tokens)
    }  # fmt: skip


def _work(student: str, texts: Mapping[str, str], ours: set[int]) -> Work:
    found = [function for name, text in sorted(texts.items()) for function in functions(name, text)]
    prints: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for index, function in enumerate(found):
        for value, place in _kept(function.tokens):
            if value not in ours:
                prints[value].append((index, place))
    return Work(student, found, prints)


@lru_cache(maxsize=4096)
def _kept(tokens: tuple[str, ...]) -> tuple[Print, ...]:
    return tuple(winnow(runs(tokens)))


def runs(tokens: Sequence[str]) -> list[int]:
    """A hash for each twelve neighbouring tokens; none of a function that is shorter."""
    words = [f"{token}\0".encode() for token in tokens]
    return [zlib.crc32(b"".join(words[i : i + RUN])) for i in range(len(words) - RUN + 1)]


def winnow(hashes: Sequence[int]) -> Iterator[Print]:
    """Of each window of neighbours the smallest hash, the last one of several; every one once."""
    last = -1
    for start in range(max(1, len(hashes) - WINDOW + 1) if hashes else 0):
        window = hashes[start : start + WINDOW]
        least = min(window)
        place = start + max(i for i, value in enumerate(window) if value == least)
        if place != last:
            last = place
            yield least, place


def _pairs(works: Sequence[Work], students: int, least: float) -> list[Pair]:
    holders: dict[int, list[int]] = defaultdict(list)
    for index, work in enumerate(works):
        for value in work.prints:
            holders[value].append(index)
    most = max(FEW, math.ceil(COMMON * students))
    rare = {value: owners for value, owners in holders.items() if len(owners) <= most}
    weights = {value: math.log((1 + students) / len(owners)) for value, owners in rare.items()}
    whole = [sum(weights[value] for value in work.prints if value in weights) for work in works]
    shared: dict[tuple[int, int], float] = defaultdict(float)
    count: Counter[tuple[int, int]] = Counter()
    for value, owners in rare.items():
        for two in combinations(owners, 2):
            shared[two] += weights[value]
            count[two] += 1
    found = []
    for (a, b), weight in shared.items():
        share = weight / min(whole[a], whole[b])
        if count[a, b] >= LEAST_SHARED and share >= least:
            found.append(((a, b), share))
    found.sort(
        key=lambda one: (-one[1] * shared[one[0]], one[0])
    )  # most to look at: much, and much of it alike
    return [
        Pair(works[a].student, works[b].student, share, count[a, b], _alike(works[a], works[b], weights))
        for (a, b), share in found[:MOST_PAIRS]
    ]


def _alike(left: Work, right: Work, rare: Iterable[int]) -> list[Alike]:
    """The functions in which the rare runs stand that both have, those with the most first."""
    met: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for value in left.prints.keys() & right.prints.keys() & set(rare):
        for index, place in left.prints[value][:2]:
            for other, there in right.prints[value][:2]:
                met[index, other].append((place, there))
    found, seen_left = [], set()
    for (index, other), places in sorted(met.items(), key=lambda one: -len(one[1])):
        if index in seen_left:
            continue
        seen_left.add(index)
        a, b = left.functions[index], right.functions[other]
        found.append(
            Alike(a, b, _lines(a, [place for place, _ in places]), _lines(b, [place for _, place in places]))
        )
    return found


def _lines(function: Function, places: Iterable[int]) -> frozenset[int]:
    return frozenset(line for place in places for line in function.lines[place : place + RUN])


def clusters(pairs: Sequence[Pair]) -> list[list[str]]:
    """Students whom pairs connect, over others too, where they are more than two; the largest group first."""
    group: dict[str, set[str]] = {}
    for pair in pairs:
        joined = group.get(pair.left, {pair.left}) | group.get(pair.right, {pair.right})
        for student in joined:
            group[student] = joined
    found = {tuple(sorted(members)) for members in group.values() if len(members) > 2}
    return [list(members) for members in sorted(found, key=lambda one: (-len(one), one))]
