"""Skeletons: the student's version of a source file, with the marked regions replaced by a TODO.

A skeleton carries the digest of its own text in its first lines. Untouched, it may be written anew at
any time; once somebody has worked in it, it is only replaced on demand and after a backup.
"""

from __future__ import annotations

import ast
import difflib
import hashlib
import itertools
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from course.catalog import Course, Day
from course.catalog.model import REPORT
from course.errors import CourseError
from course.files import write_atomically
from course.places import SOLUTIONS
from course.projects.template import TEMPLATE
from course.release.announcing import announced, announced_in_sheet
from course.release.tables import documents_with_tables

BEGIN = "### BEGIN SOLUTION"
END = "### END SOLUTION"
_DIGEST = re.compile(r"^# skeleton ([0-9a-f]{16})$", re.MULTILINE)
_POINTS = re.compile(r"(<!-- points -->\n).*?(<!-- /points -->)", re.DOTALL)


@dataclass(frozen=True)
class Region:
    """Lines (1-based, markers included) that the student writes, and the function or method they stand in."""

    first: int
    last: int
    qualname: str
    text: str


@dataclass(frozen=True)
class Difference:
    """A file that is out of step with its source; ``wanted`` None means that it should not exist."""

    path: Path
    wanted: str | None
    found: str | None
    edited: bool


def find_regions(source: str, where: str) -> list[Region]:
    """The marked regions of a source, checked. Raises CourseError with file and line for anything
    misplaced.
    """
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise CourseError(f"{where}:{error.lineno}: {error.msg}; nothing was written.") from None
    functions = list(_functions(tree, ""))
    regions: list[Region] = []
    begun: tuple[int, str] | None = None
    for number, line in enumerate(source.splitlines(), start=1):
        stripped = line.strip()
        if stripped.startswith(BEGIN):
            if begun is not None:
                raise CourseError(
                    f"{where}:{number}: {BEGIN} inside the region begun in line {begun[0]}; close that one first."
                )
            begun = (number, stripped.removeprefix(BEGIN).strip(" :"))
        elif stripped.startswith(END):
            if begun is None:
                raise CourseError(f"{where}:{number}: {END} without a {BEGIN} above it.")
            regions.append(_region(begun, number, functions, where, line))
            begun = None
    if begun is not None:
        raise CourseError(f"{where}:{begun[0]}: {BEGIN} has no {END} below it.")
    return regions


def _region(
    begun: tuple[int, str], last: int, functions: Sequence[_Function], where: str, line: str
) -> Region:
    first, text = begun
    inside = [
        f for f in functions if f.body_first <= first and last <= f.last + 1 and line.startswith((" ", "\t"))
    ]
    if not inside:
        raise CourseError(
            f"{where}:{first}: the region is not inside the body of a function, below its docstring."
        )
    innermost = max(inside, key=lambda f: f.body_first)
    if any(
        first < f.body_first - 1 and f.last < last and f not in inside for f in functions if f.first < first
    ):
        raise CourseError(f"{where}:{first}: the region reaches over the end of a function.")
    owner = next((f for f in inside if f.depth == 0), innermost)
    return Region(first, last, owner.qualname, text or innermost.task)


@dataclass(frozen=True)
class _Function:
    qualname: str
    first: int
    body_first: int
    last: int
    task: str
    depth: int


def _functions(node: ast.AST, prefix: str, depth: int = 0) -> Iterator[_Function]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{prefix}{child.name}.", depth)
        elif isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            doc = ast.get_docstring(child) or ""
            has_doc = bool(doc)
            body_first = (child.body[0].end_lineno or child.lineno) + 1 if has_doc else child.lineno + 1
            task = _first_sentence(doc) or f"write {child.name}"
            yield _Function(
                f"{prefix}{child.name}",
                child.lineno,
                body_first,
                child.end_lineno or child.lineno,
                task,
                depth,
            )
            yield from _functions(child, f"{prefix}{child.name}.", depth + 1)


def _first_sentence(doc: str) -> str:
    """The first line of a docstring, with those that it goes on in."""
    lines = list(itertools.takewhile(str.strip, doc.splitlines()))
    end = next((n for n, line in enumerate(lines, start=1) if line.endswith((".", ":"))), len(lines))
    return " ".join(line.strip() for line in lines[:end]).rstrip(".")


def skeleton(source: str, day: Day, module: str) -> str:
    """The student's version of one source file: with a header that has its digest, or as it is where it is given."""
    where = f"solutions/{day.name}/{module}.py"
    find_regions(source, where)  # what is misplaced is said with the lines of the source
    source = announced(source, day, module)
    lines = source.splitlines()
    regions = find_regions(source, where)
    out: list[str] = []
    position = 0
    for region in regions:
        out += lines[position : region.first - 1]
        marker = lines[region.first - 1]
        indent = marker[: len(marker) - len(marker.lstrip())]
        out += [
            *_comment(f"TODO({day.number}): {region.text}", indent),
            f'{indent}raise NotImplementedError("{region.qualname} is not written yet")',
        ]
        position = region.last
    out += lines[position:]
    body = "\n".join(out).rstrip() + "\n"
    if not regions:
        return body
    what = (
        f"Write the parts marked TODO({day.number}). Made by `course sync` from the course's single source."
    )
    return f"# {what}\n# skeleton {_digest(body)}\n{body}"


def _comment(text: str, indent: str) -> list[str]:
    first, *rest = textwrap.wrap(text, 106 - len(indent))
    return [f"{indent}# {first}", *(f"{indent}#   {line}" for line in rest)]


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode("utf-8")).hexdigest()[:16]


def is_skeleton(text: str) -> bool:
    """Whether a file was generated, whatever has become of it."""
    return _DIGEST.search(text[:400]) is not None


def is_untouched(text: str) -> bool:
    """Whether a skeleton is exactly as it was generated."""
    match = _DIGEST.search(text[:400])
    return match is not None and match.group(1) == _digest(text[match.end() + 1 :])


def differences(course: Course, days: Sequence[Day] | None = None) -> list[Difference]:
    """Every generated file that is not what its source says now. Reads and checks all sources before it
    returns.
    """
    found: list[Difference] = []
    for day in days or course.units:
        found += _day_differences(course, day)
    found += _table_differences(course)
    return found


def _day_differences(course: Course, day: Day) -> Iterator[Difference]:
    check_places(course, day)
    texts = course.sources(day)
    _check_coverage(day, texts)
    for module, source in course.source_files(day).items():
        target = course.root / day.name / f"{module}.py"
        text = target.read_text(encoding="utf-8") if target.is_file() else None
        if source != target:
            wanted = skeleton(texts[module], day, module)
            if text != wanted:
                yield Difference(target, wanted, text, edited=text is not None and not is_untouched(text))
        elif text is not None and is_skeleton(text):  # of a source that is not there any more
            yield Difference(target, None, text, edited=not is_untouched(text))
    if day.is_project:
        yield from _report_difference(course, day)
    yield from _sheet_difference(course, day)


def _report_difference(course: Course, day: Day) -> Iterator[Difference]:
    """The template of the report, which teams fill in."""
    path = course.root / day.name / REPORT
    text = path.read_text(encoding="utf-8") if path.is_file() else None
    if text != TEMPLATE:
        yield Difference(path, TEMPLATE, text, edited=text is not None)


def check_places(course: Course, day: Day) -> None:
    """What students write stands in ``solutions/``, what they are given in the day folder. Raises CourseError."""
    home, solutions = f"{day.name}/", f"{SOLUTIONS}/{day.name}/"
    if day.exercises and not (course.root / solutions).is_dir():
        raise CourseError(f"{solutions} is missing; restore it with `git checkout -- {solutions}`.")
    for path in course.source_files(day).values():
        where = str(path.relative_to(course.root))
        regions = find_regions(path.read_text(encoding="utf-8"), where)
        if where.startswith(solutions) and not regions:
            raise CourseError(
                f"{where} has no region, so it is given, and what is given has one copy, in the day folder: "
                f"`git mv -f {where} {home}`."
            )
        if where.startswith(home) and regions:
            raise CourseError(
                f"{where}:{regions[0].first}: what students write stands in solutions/: `git mv {where} {solutions}`."
            )


def _table_differences(course: Course) -> Iterator[Difference]:
    for path, text, wanted in documents_with_tables(course):
        if wanted != text:
            yield Difference(path, wanted, text, edited=False)


def _check_coverage(day: Day, texts: Mapping[str, str]) -> None:
    """Every region belongs to an exercise, every exercise has a region."""
    covered: set[str] = set()
    for module, text in texts.items():
        where = f"solutions/{day.name}/{module}.py"
        for region in find_regions(text, where):
            name = f"{module}.{region.qualname}"
            owners = [e.name for e in day.exercises if name == e.name or name.startswith(f"{e.name}.")]
            if not owners:
                raise CourseError(
                    f"{where}:{region.first}: {name} has a region but stands in no entry of exercises.toml."
                )
            covered.add(max(owners, key=len))
    missing = [e.name for e in day.exercises if e.name not in covered]
    if missing:
        raise CourseError(
            f"exercises.toml of {day.name} lists {missing[0]}, but solutions/{day.name} has no such region."
        )


def _sheet_difference(course: Course, day: Day) -> Iterator[Difference]:
    sheet = course.sheet(day)
    if not sheet.is_file():
        raise CourseError(f"{day.name}/README.md is missing; every day has a sheet.")
    text = sheet.read_text(encoding="utf-8")
    if not _POINTS.search(text):
        raise CourseError(
            f"{day.name}/README.md has no points table; add the lines <!-- points --> and <!-- /points -->."
        )
    wanted = announced_in_sheet(replace_points(text, points_table(day)), day)
    if wanted != text:
        yield Difference(sheet, wanted, text, edited=False)


def replace_points(sheet: str, table: str) -> str:
    """The sheet with this points table."""
    return _POINTS.sub(lambda match: match.group(1) + table + match.group(2), sheet)


def points_table(day: Day) -> str:
    """The points of a day as a Markdown table."""
    rows = ["| exercise | write | points |", "|---|---|---|"]
    for exercise in day.exercises:
        points = "optional" if exercise.optional else str(exercise.max_score)
        link = f"[{exercise.title}](#{exercise.sheet})"
        rows.append(
            f"| {link} | `{exercise.qualname}` in [{exercise.module}.py]({exercise.module}.py) | {points} |"
        )
    rows.append(f"| | | **{day.max_score}** |")
    return "\n".join(rows) + "\n"


def diff_text(course: Course, difference: Difference) -> str:
    """A unified diff from the file as it is to what the source says."""
    name = str(difference.path.relative_to(course.root))
    before = (difference.found or "").splitlines(keepends=True)
    after = (difference.wanted or "").splitlines(keepends=True)
    return "".join(difflib.unified_diff(before, after, f"{name} (now)", f"{name} (from the source)"))


def write(course: Course, found: Sequence[Difference], *, force: bool) -> list[Path]:
    """Bring the files into step; backups of edited ones are returned. Nothing is written when one would be
    lost.
    """
    edited = [d for d in found if d.edited]
    if edited and not force:
        name = edited[0].path.relative_to(course.root)
        raise CourseError(
            f"{name} was edited by hand and would be overwritten; nothing was written. "
            "Move the change into solutions/, or repeat with --force to replace it (a backup is kept)."
        )
    backups = [_backup(course, difference) for difference in edited]
    for difference in found:
        if difference.wanted is None:
            difference.path.unlink()
        else:
            write_atomically(difference.path, difference.wanted)
    return backups


def _backup(course: Course, difference: Difference) -> Path:
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S-%f")
    relative = difference.path.relative_to(course.root)
    target = course.root / ".course" / "backup" / stamp / relative
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(difference.found or "", encoding="utf-8")
    return target
