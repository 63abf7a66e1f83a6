"""Reading ``course.toml``, ``exercises.toml`` and the checks (through their syntax tree, never by
importing).
"""

from __future__ import annotations

import ast
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import tzinfo
from pathlib import Path
from typing import Any, get_args

from course.catalog.deadlines import read_due, read_late, read_zone
from course.catalog.model import PROJECT, Check, Course, Day, Exercise, Helpers, Limits, snake_case
from course.errors import CourseError, UsageError


def find_root(start: Path | None = None) -> Path:
    """The folder with ``course.toml``: here or above.

    Raises UsageError when there is none.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "course.toml").is_file():
            return folder
    raise UsageError(
        f"There is no course.toml in {here} or above it; change into your clone of the course and try again."
    )


def load_course(root: Path, *, drafts: bool = False) -> Course:
    """Read the catalogue of the course at ``root``; exercises of a day are read when they are first needed.

    A day with ``draft = true`` is being written: it is left out unless ``COURSE_DRAFTS`` is set or ``drafts`` are
    wanted. It may still be without exercises.

    Raises CourseError when ``course.toml`` cannot be read or lacks something.
    """
    path = root / "course.toml"
    content = _read_toml(path)
    try:
        head, limits = content["course"], content.get("limits", {})
        unknown = set(limits) - {f.name for f in fields(Limits)}
        if unknown:
            raise CourseError(
                f"{path.name}: [limits] has no setting named {sorted(unknown)[0]!r}; see docs/authoring.md."
            )
        drafts = drafts or bool(os.environ.get("COURSE_DRAFTS"))
        zone = read_zone(head.get("timezone", "UTC"))
        days = tuple(_day(root, entry, zone) for entry in content.get("day", []))
        projects = tuple(_project(root, entry, zone, days) for entry in content.get("project", []))
        days = _chosen(days, head.get("days"))
        names = {day.name for day in days}
        projects = tuple(project for project in projects if names.issuperset(project.needs))
        return Course(
            root=root,
            title=head["title"],
            parts=_read_parts(content.get("parts", {})),
            seed=int(head["seed"]),
            limits=Limits(**limits),
            days=tuple(day for day in days if drafts or not day.draft),
            repository=_read_repository(head.get("repository", "")),
            checks_pushes=_read_switch("checks_pushes", head.get("checks_pushes", True)),
            projects=tuple(project for project in projects if drafts or not project.draft),
            left_out=tuple(one.name for one in (*days, *projects) if one.draft and not drafts),
            late=read_late(content.get("late")),
            zone=zone,
            helpers=_read_helpers(head.get("helpers", "own")),
        )
    except KeyError as missing:
        raise CourseError(
            f"{path.name} lacks the entry {missing}; docs/authoring.md shows a complete one."
        ) from None


def _day(root: Path, entry: Mapping[str, Any], zone: tzinfo) -> Day:
    if str(entry["name"]).startswith(PROJECT):
        raise CourseError(
            f"course.toml: the day {entry['name']} is called like a project; write [[project]] above it."
        )
    return Day(
        name=entry["name"],
        title=entry["title"],
        part=int(entry["part"]),
        imports=tuple(entry.get("imports", ["numpy"])),
        due=read_due(entry.get("due"), entry["name"], zone),
        read_exercises=_ExerciseReader(root, may_be_empty=entry.get("draft", False)).read,
        draft=entry.get("draft", False),
    )


def _project(root: Path, entry: Mapping[str, Any], zone: tzinfo, days: Sequence[Day]) -> Day:
    """A project belongs to the part of the days whose exercises count in it, and imports what they import."""
    name, counts = entry["name"], tuple(entry["exercises"])
    if not re.fullmatch(f"{PROJECT}[a-z][a-z0-9]*", name):
        raise CourseError(
            f"course.toml: the project {name!r} is called otherwise than its folder may be; write {PROJECT}…, "
            "small letters and digits."
        )
    homes = {day.number: day for day in days}
    needs = [homes.get(str(one).partition("/")[0]) for one in counts]
    if not counts or None in needs:
        raise CourseError(
            f"course.toml: {name} counts {[*counts, 'no exercise'][needs.index(None) if counts else 0]}; write its "
            'exercises as ["day20/boxes.iou", …].'
        )
    known = [day for day in days if day in needs]

    def read_counted() -> tuple[Exercise, ...]:
        found = {
            f"{day.number}/{one.name}": replace(one, home=day.name) for day in known for one in day.exercises
        }
        for count in counts:
            if count not in found:
                raise CourseError(f"course.toml: {name} counts {count}, which is no exercise of that day.")
        return tuple(found[count] for count in counts)

    return Day(
        name=name,
        title=entry["title"],
        part=max(day.part for day in known),
        imports=tuple(dict.fromkeys(word for day in known for word in day.imports)),
        due=read_due(entry.get("due"), name, zone),
        read_exercises=_ExerciseReader(root, may_be_empty=entry.get("draft", False)).read,
        draft=entry.get("draft", False) or any(day.draft for day in known),
        counts=counts,
        needs=tuple(day.name for day in known),
        read_counted=read_counted,
    )


def _chosen(days: tuple[Day, ...], words: Any) -> tuple[Day, ...]:
    """The days that belong to the course: all, or those of ``days = ["day12", "part 3"]``."""
    if words is None:
        return days
    known = {word for day in days for word in (day.name, day.number, f"part {day.part}")}
    unknown = [word for word in words if word not in known] if isinstance(words, list) else [words]
    if unknown or not words:
        raise CourseError(
            f"course.toml: days names {unknown[0]!r}, which is no day and no part; write them as "
            'days = ["day12", "part 3"], or leave the line out for all days.'
            if unknown
            else "course.toml: days is empty; leave the line out for all days."
        )
    return tuple(day for day in days if {day.name, day.number, f"part {day.part}"} & set(words))


def _read_parts(titles: Mapping[str, Any]) -> dict[int, str]:
    for number, title in titles.items():
        if not (number.isdecimal() and isinstance(title, str)):
            raise CourseError(f'course.toml: [parts] has {number} = {title!r}; write 3 = "Title of part 3".')
    return {int(number): title for number, title in titles.items()}


def _read_helpers(word: str) -> Helpers:
    for known in get_args(Helpers):
        if word == known:
            return known  # type: ignore[no-any-return]
    words = ", ".join(map(repr, get_args(Helpers)))
    raise CourseError(f"course.toml: helpers is {word!r}; write one of {words}.")


ADDRESS = re.compile(r"https?://[\w.:@/~-]+|ssh://[\w.:@/~-]+|git@[\w.-]+:[\w./~-]+|file:///[\w./~-]+")


def _read_repository(said: Any) -> str:
    if said and not (isinstance(said, str) and ADDRESS.fullmatch(said)):
        raise CourseError(
            f"course.toml: repository is {said!r}; write an address such as 'https://github.com/you/course'."
        )
    return str(said)


def _read_switch(name: str, said: Any) -> bool:
    if not isinstance(said, bool):
        raise CourseError(f"course.toml: {name} is {said!r}; write true or false.")
    return said


@dataclass(frozen=True)
class _ExerciseReader:
    root: Path
    may_be_empty: bool

    def read(self, day: str) -> tuple[Exercise, ...]:
        folder = self.root / "tests" / day
        path = folder / "exercises.toml"
        if not path.is_file():
            raise CourseError(
                f"tests/{day}/exercises.toml is missing; restore it with `git checkout -- tests/{day}`."
            )
        entries = _read_toml(path).get("exercise", [])
        if not entries and not self.may_be_empty:
            raise CourseError(f"tests/{day}/exercises.toml lists no exercise; add an [[exercise]] entry.")
        try:
            names = [entry["name"] for entry in entries]
        except KeyError:
            raise CourseError(f"tests/{day}/exercises.toml: an [[exercise]] entry has no name.") from None
        elsewhere = {entry["name"] for entry in entries if "hidden_points" in entry}
        checks = _read_checks(folder, names, elsewhere)
        return tuple(_exercise(entry, checks[entry["name"]], path) for entry in entries)


def _exercise(entry: dict[str, Any], checks: list[Check], path: Path) -> Exercise:
    try:
        return Exercise(
            name=entry["name"],
            title=entry["title"],
            sheet=entry["sheet"],
            refused=tuple(entry.get("refused", ())),
            hints=tuple(entry["hints"]),
            optional=bool(entry.get("optional", False)),
            checks=tuple(checks),
            hidden_points=int(entry.get("hidden_points", 0)),
            topics=tuple(entry.get("topics", ())),
            shown=str(entry.get("shown", "")),
        )
    except KeyError as missing:
        raise CourseError(
            f"{path.parent.name}/{path.name}: exercise {entry['name']} lacks the entry {missing}."
        ) from None


def _read_checks(folder: Path, exercises: list[str], elsewhere: set[str]) -> dict[str, list[Check]]:
    """The checks of every exercise, in the order of the test files.

    Exercises in ``elsewhere`` have hidden checks that a student release leaves out; they may have no others.
    """
    found: dict[str, list[Check]] = {name: [] for name in exercises}
    for module in dict.fromkeys(name.partition(".")[0] for name in exercises):
        path = folder / f"test_{module}.py"
        where = f"tests/{folder.name}/{path.name}"
        if not path.is_file() and all(n in elsewhere for n in exercises if n.startswith(f"{module}.")):
            continue
        if not path.is_file():
            raise CourseError(
                f"{where} is missing; restore it with `git checkout -- {where}`, or write it where the exercise is new."
            )
        try:
            tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
        except SyntaxError as error:
            raise CourseError(
                f"{where}:{error.lineno}: {error.msg}; a test file must be valid Python."
            ) from None
        prefixes = {
            name: snake_case(name.partition(".")[2]) for name in exercises if name.startswith(module + ".")
        }
        tests = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name.startswith("test_")]
        if not any(_decorator(test, "points") is not None for test in tests):
            raise CourseError(f"{where} has no test with points; write @points(n) above each test function.")
        for test in tests:
            check = read_check(test, module, where)
            owner = _owner(check.name, prefixes)
            if owner is None:
                raise CourseError(
                    f"{where}:{test.lineno}: {check.name} belongs to no exercise; its name must begin with test_ "
                    f"and the exercise, such as test_{next(iter(prefixes.values()))}_…"
                )
            found[owner].append(check)
    for name, checks in found.items():
        if not checks and name not in elsewhere:
            raise CourseError(
                f"tests/{folder.name}: exercise {name} has no test; "
                f"name one test_{snake_case(name.partition('.')[2])}_…"
            )
    return found


def read_check(test: ast.FunctionDef, module: str, where: str) -> Check:
    points = _decorator(test, "points")
    if not (
        isinstance(points, ast.Call)
        and len(points.args) == 1
        and isinstance(points.args[0], ast.Constant)
        and type(points.args[0].value) is int
        and points.args[0].value >= 0
    ):
        raise CourseError(
            f"{where}:{test.lineno}: {test.name} has no points; write @points(n) with a whole number above it."
        )
    arguments = [argument.arg for argument in test.args.args]
    if "student" not in arguments or set(arguments) - {"student", "rng"}:
        raise CourseError(
            f"{where}:{test.lineno}: {test.name} must take student, or student and rng, and nothing else."
        )
    return Check(
        name=test.name,
        points=points.args[0].value,
        module=module,
        line=test.lineno,
        hidden=_decorator(test, "hidden") is not None,
        training=_decorator(test, "training") is not None,
    )


def _decorator(test: ast.FunctionDef, name: str) -> ast.expr | None:
    for decorator in test.decorator_list:
        target = decorator.func if isinstance(decorator, ast.Call) else decorator
        if isinstance(target, ast.Name) and target.id == name:
            return decorator
    return None


def _owner(test: str, prefixes: dict[str, str]) -> str | None:
    matches = [name for name, prefix in prefixes.items() if f"{test}_".startswith(f"test_{prefix}_")]
    return max(matches, key=lambda name: len(prefixes[name]), default=None)


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CourseError(
            f"{path.name} is missing in {path.parent}; restore it with `git checkout -- {path.name}`."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CourseError(f"{path.parent.name}/{path.name} is not valid TOML: {error}.") from None
