"""Names of result files: the student's own where every system takes it, safe and different for any others."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.results.names import LONGEST, alike, file_stem, shown

ODD = [
    "",
    ".",
    "..",
    ".hidden",
    "-rf",
    " blank",
    "blank ",
    "dot.",
    "a/b",
    "a\\b",
    "a:b",
    "a*b",
    "what?",
    "<b>",
    "a|b",
    'quo"te',
    "a~b",
    "line\nbreak",
    "tab\there",
    "\x1b[2J",
    "\u202egnp",
    "\udcff\udcfebad",
    "x" * 250,
    "ü" * 120,
    "mu\u0308ller",
    "CON",
    "con.txt",
    "Lpt1",
    "run",
    "RUN",
]
FORBIDDEN = set('<>:"/\\|?*') | {chr(number) for number in range(32)}


@pytest.mark.parametrize(
    "name", ["ada", "Ada Lovelace", "müller", "o'brien", "ada.lovelace", "Иван", "a_b-c", "=1+1"]
)
def test_an_ordinary_name_is_the_name_of_the_file(name: str) -> None:
    assert file_stem(name) == name


@pytest.mark.parametrize("name", ODD)
def test_an_odd_name_is_safe_and_can_be_told_from_others(name: str) -> None:
    stem = file_stem(name)
    assert stem != name
    assert stem == file_stem(name, alone=False)
    assert "~" in stem


names = st.text(st.characters(exclude_characters="\0/"), max_size=255) | st.sampled_from(ODD)


def holds_everywhere(stem: str) -> bool:
    """What Windows, macOS and Linux ask of a file's name, with room for the ending."""
    return (
        not FORBIDDEN & set(stem)
        and stem.isprintable()
        and len(stem.encode()) <= LONGEST
        and not stem.startswith((".", "-", " "))
        and not stem.endswith((".", " "))
        and stem.casefold() not in ("run", "con", "nul", "aux", "prn")
        and unicodedata.normalize("NFC", stem) == stem
    )


@given(names)
def test_every_name_has_a_file_that_every_system_holds(name: str) -> None:
    assert holds_everywhere(file_stem(name))
    assert holds_everywhere(file_stem(name, alone=False))


@given(st.lists(names, unique=True, max_size=8))
def test_no_two_students_share_a_file_where_case_and_accents_do_not_count(students: list[str]) -> None:
    several = alike(students)
    stems = [file_stem(student, alone=student not in several) for student in students]
    assert len({unicodedata.normalize("NFKC", stem).casefold() for stem in stems}) == len(students)


def test_names_that_differ_in_case_or_accents_only_get_files_that_differ_in_more() -> None:
    students = ["Ada", "ada", "müller", "mu\u0308ller", "bob"]
    several = alike(students)
    assert several == set(students) - {"bob"}
    stems = [file_stem(student, alone=student not in several) for student in students]
    assert stems[0].startswith("Ada~")
    assert stems[1].startswith("ada~")
    assert stems[4] == "bob"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ada", "ada"),
        ("müller 😀", "müller 😀"),
        ("line\nbreak\r", "line\\nbreak\\r"),
        ("\x1b[2J", "\\x1b[2J"),
        ("\u202egnp", "\\u202egnp"),
        ("\udcff", "\\udcff"),
        ("\u2028", "\\u2028"),
    ],
)
def test_what_is_shown_is_one_line_and_does_nothing(name: str, text: str) -> None:
    assert shown(name) == text
