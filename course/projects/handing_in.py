"""What a project hands in beside its code: ``report.md`` and ``results.json``, read but not believed.

Figures of ``results.json`` are what a team says. The checks of a project compute them again; this module tells what is
still missing, on every surface in the same words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from course.catalog.model import REPORT, RESULTS, Day
from course.errors import CourseError
from course.projects.template import TEMPLATE

SEEDS = 3
"""Seeds that every method of a project is to be measured with, at least."""
METHODS = 2
MOST_METHODS, MOST_SEEDS, MOST_FIGURES = 20, 100, 20
LONGEST = 2**20  # bytes
LARGEST = 1e300  # of a figure
FEWEST_WORDS = 20  # of a section
LONGEST_NAME = 60
_HEADING = re.compile(r"^## +(.+?) *$", re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_PICTURE = re.compile(r"""!\[[^\]\n]*\]\(\s*([^)\s]+)|<img\s[^>]*src=["']?([^"'\s>]+)""")
_BOX = re.compile(r"^\s*[-*] \[( |x|X)\] +(.+?)\s*$", re.MULTILINE)

Figures = Mapping[str, float]


def is_name(text: object) -> bool:
    """Whether it can be shown anywhere as the name of a method, a figure or a data set."""
    return (
        isinstance(text, str)
        and 0 < len(text) <= LONGEST_NAME
        and text.isprintable()
        and text == text.strip()
    )


def wrong_with_methods(names: object) -> str:
    """What is wrong with ``METHODS`` of an experiment, in a sentence; empty when nothing is."""
    if not isinstance(names, (tuple, list)) or not all(isinstance(one, str) for one in names):
        return 'METHODS must be a tuple of strings such as ("baseline", "own").'
    odd = [one for one in names if not is_name(one)]
    if odd:
        return f"METHODS has {odd[0]!r}; a name has 1 to {LONGEST_NAME} characters that can be seen."
    if len(set(names)) < len(names):
        return f"METHODS has {max(names, key=names.count)!r} twice; each method needs a name of its own."
    if len(names) < METHODS:
        return "METHODS must name a baseline and at least one more method."
    if len(names) > MOST_METHODS:
        return f"METHODS names {len(names)} methods; {MOST_METHODS} are the most that {RESULTS} may hold."
    return ""


@dataclass(frozen=True)
class Results:
    """What ``results.json`` says: the data that was chosen, and by method and seed the figures by name."""

    data: str
    methods: Mapping[str, Mapping[int, Figures]]


def read_results(text: bytes | None, day: Day) -> Results:
    """Read ``results.json``. Raises CourseError that says what is wrong in it, and what to do."""
    again = f"`python -m {day.name}.measure` writes it"
    if text is None:
        raise CourseError(f"{RESULTS} is not there; {again}.")
    try:
        content = json.loads(text) if len(text) <= LONGEST else None
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise CourseError(f"{RESULTS} cannot be read as results; {again} anew.")
    data, methods = content.get("data"), content.get("methods")
    if not isinstance(data, str) or not is_name(data):
        raise CourseError(f'{RESULTS} does not say on which data: "data" is no name; {again} anew.')
    if not isinstance(methods, dict) or not 0 < len(methods) <= MOST_METHODS:
        raise CourseError(f'{RESULTS} has no "methods"; {again} anew.')
    return Results(data, {name: dict(_seeds(name, seeds, again)) for name, seeds in methods.items()})


def _seeds(method: str, seeds: object, again: str) -> Iterator[tuple[int, Figures]]:
    if not is_name(method):
        raise CourseError(f"{RESULTS}: {method[:20]!r} is no name of a method; {again} anew.")
    if not isinstance(seeds, dict) or not 0 < len(seeds) <= MOST_SEEDS:
        raise CourseError(f"{RESULTS}: {method!r} has no seeds, or more than {MOST_SEEDS}; {again} anew.")
    for seed, figures in seeds.items():
        where = f"{RESULTS}: {method!r} with seed {seed[:20]!r}"
        if not re.fullmatch(r"[0-9]{1,9}", seed):
            raise CourseError(f"{where}: that is no seed; {again} anew.")
        good = isinstance(figures, dict) and 0 < len(figures) <= MOST_FIGURES
        if not good or not all(is_name(name) and _is_number(value) for name, value in figures.items()):
            raise CourseError(f"{where} has no figures that are numbers; {again} anew.")
        for name, value in figures.items():
            if not abs(value) <= LARGEST:
                raise CourseError(
                    f"{where}: {name!r} is not finite. What went wrong in that training? {again} anew."
                )
        yield int(seed), {name: float(value) for name, value in figures.items()}


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def missing(day: Day, texts: Mapping[str, bytes]) -> list[str]:
    """What is not there yet of a report and results, a sentence each; ``texts`` has what is, by name."""
    return [*_missing_of_report(texts.get(REPORT)), *_missing_of_results(texts.get(RESULTS), day)]


def _missing_of_report(text: bytes | None) -> Iterator[str]:
    if text is None:
        yield f"{REPORT} is not there; `git checkout -- {REPORT}` in its folder brings the template back."
        return
    report, asked = _sections(text.decode("utf-8", "replace")), _sections(TEMPLATE)
    gone = [heading for heading in asked if heading not in report]
    if gone:
        yield f"{REPORT} has no section {', '.join(map(repr, gone))}."
    short = [
        heading
        for heading, given in asked.items()
        if heading in report and not _BOX.search(given) and len(report[heading].split()) < FEWEST_WORDS
    ]
    if short:
        yield f"{REPORT}: fewer than {FEWEST_WORDS} words stand under {', '.join(map(repr, short))}."
    picture = _PICTURE.search(_COMMENT.sub("", text.decode("utf-8", "replace")))
    if picture is not None:
        yield (
            f"{REPORT} shows {(picture[1] or picture[2])[:LONGEST_NAME]!r}, and pictures are not handed in: put "
            "what it shows into a table or into words."
        )
    for heading, given in asked.items():
        boxes = [words for _, words in _BOX.findall(given)]
        ticked = {words for mark, words in _BOX.findall(report.get(heading, "")) if mark != " "}
        left = [words for words in boxes if words not in ticked]
        if left and heading in report:
            yield f"{REPORT}: {len(left)} of {len(boxes)} boxes are not ticked, the first: {left[0]}"


def _sections(report: str) -> dict[str, str]:
    """What stands under each heading of the second level; notes in ``<!-- … -->`` are no text."""
    _, *parts = _HEADING.split(_COMMENT.sub("", report.replace("\r\n", "\n")))
    return dict(zip(parts[::2], map(str.strip, parts[1::2]), strict=True))


def _missing_of_results(text: bytes | None, day: Day) -> Iterator[str]:
    try:
        results = read_results(text, day)
    except CourseError as error:
        yield str(error)
        return
    if len(results.methods) < METHODS:
        yield f"{RESULTS} has one method; a baseline to compare it with is missing."
    for method, seeds in results.methods.items():
        if len(seeds) < SEEDS:
            yield f"{RESULTS}: {method!r} was measured with {len(seeds)} of at least {SEEDS} seeds."
