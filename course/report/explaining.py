"""``course explain``: the section of the sheet that an exercise belongs to, on the screen."""

from __future__ import annotations

import re

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from course.catalog import Course, Day, Exercise
from course.errors import CourseError
from course.notebooks.sheets import sections
from course.report.mathematics import split_formulas
from course.report.terminal import console
from course.signs import fitting


def show_section(course: Course, day: Day, exercise: Exercise) -> None:
    """Print the section. Raises CourseError when the sheet or the section is not there."""
    show_markdown(console(), read_section(course, day, exercise))


def read_section(course: Course, day: Day, exercise: Exercise) -> str:
    """The section with its heading. Raises CourseError when the sheet or the section is not there."""
    sheet = course.sheet(day)
    place = f"{day.name}/README.md"
    bring_back = f"bring it back with `git checkout -- {place}`."
    try:
        text = sheet.read_text(encoding="utf-8")
    except OSError:
        raise CourseError(f"{place} cannot be read; {bring_back}") from None
    found = next((one for one in sections(text) if one.anchor == exercise.sheet), None)
    if found is None:
        raise CourseError(f"{place} has no section {exercise.sheet!r}; {bring_back}")
    return found.text


def show_markdown(out: Console, markdown: str) -> None:
    """Print a section, mathematics as it can be read in a terminal."""
    from rich.markdown import Markdown  # `course watch` must start at once

    heading, _, text = markdown.partition("\n")
    out.print(Text(fitting(heading.removeprefix("## "), out.encoding), style="bold"))
    unicode = out.encoding.lower().startswith("utf")
    for piece, is_formula in split_formulas(text, _escaped, plain=not unicode):
        if is_formula:
            out.print(Padding(Text(piece), (1, 0, 0, 4)))
        elif piece.strip():
            out.print()
            out.print(Markdown(fitting(_without_links(piece), out.encoding), hyperlinks=False))


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>|#~])", r"\\\1", text)


def _without_links(text: str) -> str:
    """Words instead of links to other sections; pictures, which a terminal has not, by what they show."""
    text = re.sub(r"!\[([^\]]*)\]\([^)\s]+\)", r"*(picture: \1)*", text)
    text = re.sub(r"\[([^\]]*)\]\(#[^)\s]+\)", r"\1", text)
    return re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
