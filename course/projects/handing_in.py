"""What a project hands in beside its code: ``report.md`` and ``results.json``, read but not believed.

Figures of ``results.json`` are what a team says. The checks of a project compute them again; this module tells what is
still missing, on every surface in the same words.
"""

from __future__ import annotations

import codecs
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from course.catalog.model import REPORT, RESULTS, Day
from course.errors import CourseError
from course.places import find_file
from course.projects.template import TEMPLATE

SEEDS = 3
"""Seeds that every method of a project is to be measured with, at least."""
METHODS = 2
MOST_METHODS, MOST_SEEDS, MOST_FIGURES = 20, 100, 20
LONGEST = 2**20  # bytes
LARGEST = 1e300  # of a figure
FEWEST_WORDS = 20  # of a section
LONGEST_NAME = 60
_OTHER = re.compile(r"report(?![^\W\d_]).*\.(?:pdf|docx?|odt|rtf|html?|tex|txt)$", re.IGNORECASE)
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
        content = json.loads(text, object_pairs_hook=_once) if len(text) <= LONGEST else None
    except (ValueError, RecursionError):
        content = None
    except _TwiceError as error:
        raise CourseError(f"{RESULTS} says {str(error)!r} twice in one place; {again} anew.") from None
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
        if not re.fullmatch(r"0|[1-9][0-9]{0,8}", seed):
            raise CourseError(f"{where}: that is no seed; {again} anew.")
        if not isinstance(figures, dict) or not 0 < len(figures) <= MOST_FIGURES:
            raise CourseError(f"{where} has no figures, or more than {MOST_FIGURES}; {again} anew.")
        for name, value in figures.items():
            if not is_name(name):
                raise CourseError(f"{where}: {name[:20]!r} is no name of a figure; {again} anew.")
            if not _is_number(value):
                raise CourseError(f"{where}: {name!r} is {json.dumps(value)[:20]}, no number; {again} anew.")
            if not abs(value) <= LARGEST:
                said = "not finite" if value != value or abs(value) == math.inf else "too large for a figure"
                raise CourseError(
                    f"{where}: {name!r} is {said}. What went wrong in that training? {again} anew."
                )
        yield int(seed), {name: float(value) for name, value in figures.items()}


class _TwiceError(Exception):
    """A name stands twice where it may stand once; of the two Python would take the later."""


def _once(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise _TwiceError(name[:20])
        found[name] = value
    return found


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_no_report(name: str) -> bool:
    """Whether a file is called like a report and has a form in which none is read."""
    return _OTHER.match(name) is not None


def missing_below(root: Path, day: Day) -> list[str]:
    """The same of a project that lies below a root, and what lies there in a form that is not read."""
    found = {name: find_file(root, f"{day.name}/{name}") for name in day.texts}
    texts = {name: file.read_bytes() for name, file in found.items() if file is not None}
    others = sorted(path.name for path in (root / day.name).glob("*") if is_no_report(path.name))
    return [
        *missing(day, texts),
        *(f"{day.name}/{name} is not read: the report is {REPORT}, in Markdown." for name in others),
    ]


def missing(day: Day, texts: Mapping[str, bytes]) -> list[str]:
    """What is not there yet of a report and results, a sentence each; ``texts`` has what is, by name."""
    return [*_missing_of_report(texts.get(REPORT)), *_missing_of_results(texts.get(RESULTS), day)]


def as_text(content: bytes) -> str:
    """What stands in a report, whichever way an editor has kept it: UTF-8, UTF-16, or one byte a letter."""
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ["utf-16"] if wide else ["utf-8-sig", "cp1252"]:
        try:
            return content.decode(encoding).replace("\r\n", "\n")
        except UnicodeDecodeError:
            continue
    return content.decode("utf-16" if wide else "utf-8", "replace").replace("\r\n", "\n")


def _missing_of_report(text: bytes | None) -> Iterator[str]:
    back = f"`git checkout -- {REPORT}` in its folder brings the template back"
    if text is None:
        yield f"{REPORT} is not there; {back}."
        return
    read = _COMMENT.sub("", as_text(text))
    report, asked = _sections(read), _sections(_COMMENT.sub("", TEMPLATE))
    gone = [heading for heading in asked if heading not in report]
    if len(gone) == len(asked):
        yield f"{REPORT} has none of the sections of the template; keep what you wrote elsewhere, then {back}."
        return
    if gone:
        yield f"{REPORT} has no section {', '.join(map(repr, gone))}."
    short = [
        heading
        for heading, given in asked.items()
        if heading in report and not _BOX.search(given) and len(report[heading].split()) < FEWEST_WORDS
    ]
    if short:
        yield f"{REPORT}: fewer than {FEWEST_WORDS} words stand under {', '.join(map(repr, short))}."
    picture = _PICTURE.search(read)
    if picture is not None:
        yield (
            f"{REPORT} shows {(picture[1] or picture[2])[:LONGEST_NAME]!r}, and pictures are not handed in: put "
            "what it shows into a table or into words."
        )
    for heading, given in asked.items():
        boxes = [words for _, words in _BOX.findall(given)]
        ticked = [_start(words) for mark, words in _BOX.findall(report.get(heading, "")) if mark != " "]
        left = [words for words in boxes if _start(words) not in ticked]
        if left and heading in report:
            yield f"{REPORT}: {len(left)} of {len(boxes)} boxes are not ticked, the first: {left[0]}"


def _start(words: str) -> tuple[str, ...]:
    """By which a box of the checklist is known, wherever an editor has broken its line and whatever was added."""
    return tuple(re.findall(r"\w+", words.casefold())[:4])


def _sections(report: str) -> dict[str, str]:
    """What stands under each heading of the second level."""
    _, *parts = _HEADING.split(report)
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
