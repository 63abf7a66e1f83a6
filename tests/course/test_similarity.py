"""`course similar`: copies are found whatever was done to them, and who worked alone is not named."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from course.catalog import Course, load_course
from course.cli import main
from course.grading.intake import Intake
from course.report.similar_page import WARNING
from course.similarity.comparing import Comparison, Pair, clusters, compare_class, runs, winnow
from course.similarity.tokens import functions
from tests.course.conftest import write, write_tiny_course

COPIED = '''
import numpy as np


def total(x):
    """Sum of all entries."""
    result, carry = 0.0, 0.0
    for entry in np.ravel(x):
        corrected = entry - carry          # Kahan
        new = result + corrected
        carry = (new - result) - corrected
        if abs(new) > 1e300:
            raise OverflowError("too large")
        result = new
    return float(result)


class Counter:
    def __init__(self, start=0):
        self.value = start

    def step(self, by):
        before = self.value
        while by > 0:
            self.value, by = self.value + 1, by - 1
        return self.value if self.value >= before else before
'''
# The same with other names, layout, comments, numbers, texts and order.
HIDDEN = """
import numpy as np


class Counter:
    def __init__(self, start=0):
        self.value = start

    def step(self, amount):
        "I did this myself."
        old = self.value
        while amount > 7:
            self.value, amount = (
                self.value + 1, amount - 1
            )
        return self.value if self.value >= old else old


# helper
def total(numbers):
    summe, rest = 1.0, 2.0

    for zahl in np.ravel(numbers):
        c = zahl - rest
        neu = summe + c  # my own idea
        rest = (neu - summe) - c
        if abs(neu) > 1e10:
            raise OverflowError("huge")
        summe = neu
    return float(summe)
"""
ALONE = """
import numpy as np


def total(x):
    entries = np.array(x).reshape(-1).tolist()
    while len(entries) > 1:
        half = [a + b for a, b in zip(entries[::2], entries[1::2])]
        entries = half + entries[len(entries) - len(entries) % 2:]
    return entries[0]


class Counter:
    def __init__(self, start=0):
        self.value = start

    def step(self, by):
        setattr(self, "value", sum((self.value, by)))
        return getattr(self, "value")
"""
OWN_WAY = """
def total(x):
    if hasattr(x, "__len__") and len(x) > 0:
        first, *rest = x
        return total(first) + (total(rest) if len(rest) else 0.0)
    return 0.0 if hasattr(x, "__len__") else float(x)
"""


def hand_in(folder: Path, **works: str) -> Path:
    for student, text in works.items():
        write(folder / student / "day01_tiny/sums.py", text)
    return folder


def compared(course: Course, folder: Path, least: float = 0.4) -> Comparison:
    day = course.days[0]
    with Intake(course, folder, [day]) as intake:
        return compare_class(course, day, intake, least=least)


def names(found: Comparison) -> list[tuple[str, str]]:
    return [(pair.left, pair.right) for pair in found.pairs]


def test_a_copy_is_found_whatever_was_done_to_it(tiny: Course, tmp_path: Path) -> None:
    folder = hand_in(tmp_path / "class", ada=COPIED, bob=HIDDEN, eve=ALONE, zoe=OWN_WAY)
    found = compared(tiny, folder)
    assert names(found) == [("ada", "bob")]
    (pair,) = found.pairs
    assert pair.share > 0.6  # less than all: brackets that say nothing are tokens
    together = {(one.left.name, one.right.name) for one in pair.alike}
    assert {("total", "total"), ("Counter.step", "Counter.step")} <= together


def test_the_lines_that_are_shared_are_marked_on_both_sides(tiny: Course, tmp_path: Path) -> None:
    found = compared(tiny, hand_in(tmp_path / "class", ada=COPIED, bob=HIDDEN, zoe=OWN_WAY))
    alike = next(one for one in found.pairs[0].alike if one.left.name == "total")
    marked = [COPIED.strip("\n").splitlines()[line - 1].strip() for line in sorted(alike.left_lines)]
    assert "carry = (new - result) - corrected" in marked
    other = [HIDDEN.strip("\n").splitlines()[line - 1].strip() for line in sorted(alike.right_lines)]
    assert "rest = (neu - summe) - c" in other


def test_what_the_course_has_itself_makes_nobody_alike(tiny: Course, tmp_path: Path) -> None:
    solution = (tiny.solutions / "day01_tiny/sums.py").read_text()
    loop = "    for entry in np.ravel(x):\n        result += entry\n"
    variant = f"def total(x):\n    result = 0.0\n{loop}    return result\n"
    works = {f"s{number}": solution for number in range(3)} | {f"v{number}": variant for number in range(3)}
    found = compared(tiny, hand_in(tmp_path / "class", **works))
    assert names(found) == []
    assert set(found.empty) == set(works)


def test_what_many_have_makes_nobody_alike(tiny: Course, tmp_path: Path) -> None:
    crowd = {f"s{number}": COPIED for number in range(6)}
    assert names(compared(tiny, hand_in(tmp_path / "many", **crowd, zoe=OWN_WAY))) == []
    few = {f"s{number}": COPIED for number in range(4)}
    found = compared(tiny, hand_in(tmp_path / "few", **few, zoe=OWN_WAY))
    assert len(found.pairs) == 6
    assert found.clusters == [["s0", "s1", "s2", "s3"]]


def test_a_file_that_python_cannot_read_is_compared_too(tiny: Course, tmp_path: Path) -> None:
    broken = COPIED.replace("class Counter:", "class Counter(:")
    found = compared(tiny, hand_in(tmp_path / "class", ada=broken, bob=broken, zoe=OWN_WAY))
    assert names(found) == [("ada", "bob")]


def test_names_numbers_texts_and_comments_do_not_count_and_libraries_do() -> None:
    def tokens(text: str) -> tuple[str, ...]:
        return functions("m", text)[0].tokens

    plain = tokens("def f(x):\n    return np.dot(x, 2)  # two\n")
    assert plain == tokens("def g(a):\n  'Text.'\n  return np.dot(a, 7)\n")
    assert plain != tokens("def f(x):\n    return np.sum(x, 2)\n")


def test_winnowing_misses_nothing_as_long_as_a_window_and_a_run() -> None:
    """What two share in a row of RUN + WINDOW - 1 tokens is kept in both (Schleimer et al., section 3)."""
    shared = [str(number % 7) + "ab"[number % 2] for number in range(19)]
    left = [*"qwertyuiopasdfgh", *shared, *"zxcvbnm"]
    right = [*"mnbvcxzl", *shared, *"poiuytrewqlkj"]
    kept = [{value for value, _ in winnow(runs(tokens))} for tokens in (left, right)]
    assert kept[0] & kept[1]
    assert list(winnow(runs(left))) == list(winnow(runs(left)))
    assert list(winnow([])) == []


def test_groups_are_what_pairs_connect() -> None:
    pairs = [Pair("a", "b", 1, 9), Pair("c", "d", 1, 9), Pair("b", "e", 1, 9), Pair("e", "f", 1, 9)]
    assert clusters(pairs) == [["a", "b", "e", "f"]]


def similar(course: Course, *words: str, monkeypatch: pytest.MonkeyPatch) -> Result:
    monkeypatch.chdir(course.root)
    return CliRunner().invoke(main, ["similar", *words])


def test_the_page_is_whole_and_says_that_likeness_proves_nothing(
    tiny: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evil = COPIED.replace("# Kahan", "# </pre><script>alert(1)</script>")
    folder = hand_in(tmp_path / "class", ada=evil, bob=HIDDEN, zoe=OWN_WAY)
    out = tmp_path / "page.html"
    done = similar(tiny, str(folder), "--day", "day01", "--out", str(out), monkeypatch=monkeypatch)
    assert done.exit_code == 0, done.output
    assert "3 hand-ins, 1 pair to look at." in done.output
    page = out.read_text()
    assert WARNING in page
    assert "<script>alert" not in page
    assert "neu = summe + c" in page
    assert re.search(r"<mark><i> +\d+</i> +neu = summe \+ c", page)
    with (tmp_path / "page.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["left"], row["right"]) == ("ada", "bob")


def test_nobody_is_named_where_nobody_is_alike(
    tiny: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = hand_in(tmp_path / "class", ada=COPIED, eve=ALONE, zoe=OWN_WAY)
    done = similar(
        tiny, str(folder), "--day", "1", "--out", str(tmp_path / "p.html"), monkeypatch=monkeypatch
    )
    assert "3 hand-ins, 0 pairs to look at." in done.output
    assert "No two hand-ins share enough" in (tmp_path / "p.html").read_text()


def test_the_same_class_gives_the_same_page(tmp_path: Path) -> None:
    course = load_course(write_tiny_course(tmp_path / "tiny"))
    folder = hand_in(tmp_path / "class", ada=COPIED, bob=HIDDEN, eve=COPIED, zoe=OWN_WAY)
    assert compared(course, folder) == compared(course, folder)
