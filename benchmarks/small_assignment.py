"""A small assignment for benchmarks: a course of one day with a few of its exercises, and a class that hands it in.

The same submissions and the same checks are then given to every grader that is compared.
"""

from __future__ import annotations

import ast
import re
import shutil
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from course.catalog import Course, load_course
from course.release.skeletons import skeleton
from course.testing.answers import read_answers, with_answer

MARKER = re.compile(r"\s*### (BEGIN|END) SOLUTION")
ROOT = Path(__file__).resolve().parents[1]
EXERCISES = {
    "day03_linalg": (
        "matrices.matrix_vector",
        "matrices.transpose",
        "regression.vandermonde",
        "regression.pseudo_inverse",
        "regression.fit_polynomial",
    ),
    "day12_cnn": ("correlation.correlate", "convolution.conv2d", "pooling.max_pool2d"),
}


@dataclass(frozen=True)
class Assignment:
    """The course in its folder, and its only day."""

    course: Course
    day: str


def small_course(day: str, root: Path, exercises: tuple[str, ...] | None = None) -> Assignment:
    """Write a course with one day of the real one below ``root``; by default with a few of its exercises."""
    real = load_course(ROOT)
    entry = real.day(day)
    chosen = exercises or EXERCISES[day]
    names = {e.name for e in entry.exercises if e.name in chosen}
    missing = set(chosen) - names
    if missing:
        raise SystemExit(
            f"{day} has no {', '.join(sorted(missing))}; it has {[e.name for e in entry.exercises]}"
        )
    modules = {name.partition(".")[0] for name in names}
    texts = real.sources(entry)
    needed = _with_imported(day, texts, modules)
    owners = {name.partition(".")[2] for name in names}
    solutions, work = root / "solutions" / day, root / day
    solutions.mkdir(parents=True)
    work.mkdir()
    shutil.copy(real.sheet(entry), work)
    for module in sorted(needed):
        text = _given(texts[module], {owner.partition(".")[0] for owner in owners})
        (work / f"{module}.py").write_text(skeleton(text, entry, module), encoding="utf-8")
        if module in modules:
            (solutions / f"{module}.py").write_text(text, encoding="utf-8")
    tests = root / "tests" / day
    tests.mkdir(parents=True)
    checks = {check.name for e in entry.exercises if e.name in names for check in e.checks}
    for path in sorted(real.tests(entry).glob("*.py")):
        if path.stem.partition("_")[2] not in modules:
            continue
        keep = _is_answer(owners) if path.name.startswith("answers_") else _is_check(checks)
        (tests / path.name).write_text(_filtered(path.read_text(encoding="utf-8"), keep), encoding="utf-8")
    listed = tomllib.loads((real.tests(entry) / "exercises.toml").read_text(encoding="utf-8"))["exercise"]
    (tests / "exercises.toml").write_text(
        "\n".join(_toml(one) for one in listed if one["name"] in names), encoding="utf-8"
    )
    imports = ", ".join(f'"{name}"' for name in entry.imports)
    (root / "course.toml").write_text(
        f'[course]\ntitle = "small"\nseed = 5\n\n[[day]]\nname = "{day}"\ntitle = "{entry.title}"\npart = 1\n'
        f"imports = [{imports}]\n",
        encoding="utf-8",
    )
    for name in ("conftest.py", "pyproject.toml"):  # the second tells pytest where the course begins
        shutil.copy(ROOT / name, root)
    return Assignment(load_course(root), day)


def _with_imported(day: str, texts: Mapping[str, str], modules: set[str]) -> set[str]:
    """The modules and those of the day that they import: nobody hands in, or runs, what no check needs."""
    needed: set[str] = set()
    waiting = set(modules)
    while waiting:
        module = waiting.pop()
        needed.add(module)
        for node in ast.parse(texts[module]).body:
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{day}."):
                waiting.add((node.module or "").rpartition(".")[2])
        waiting -= needed
    return needed


def _given(text: str, owners: set[str]) -> str:
    """The text with the markers of every definition but the ``owners`` left out: those are given."""
    lines = text.splitlines()
    end = len(lines)  # a region may go on below the last statement of its function
    for node in reversed(ast.parse(text).body):
        start = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))]) - 1
        if getattr(node, "name", None) not in owners:
            lines[start:end] = [line for line in lines[start:end] if not MARKER.match(line)]
        end = start
    return "\n".join(lines) + "\n"


def _is_check(checks: set[str]) -> Callable[[ast.stmt], bool]:
    """Everything but the checks of exercises that are left out."""
    return lambda node: (
        not isinstance(node, ast.FunctionDef) or not node.name.startswith("test_") or node.name in checks
    )


def _is_answer(owners: set[str]) -> Callable[[ast.stmt], bool]:
    def keep(node: ast.stmt) -> bool:
        if not isinstance(node, (ast.FunctionDef, ast.ClassDef)) or not node.decorator_list:
            return True
        return any(
            ast.literal_eval(d.args[0]) in owners for d in node.decorator_list if isinstance(d, ast.Call)
        )

    return keep


def _filtered(text: str, keep: Callable[[ast.stmt], bool]) -> str:
    lines = text.splitlines()
    for node in reversed(ast.parse(text).body):
        if not keep(node):
            first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
            del lines[first - 1 : node.end_lineno]
    return "\n".join(lines) + "\n"


def _toml(entry: dict[str, object]) -> str:
    values = {key: value for key, value in entry.items() if not isinstance(value, dict)}
    return "[[exercise]]\n" + "\n".join(f"{key} = {_value(value)}" for key, value in values.items()) + "\n"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"' if isinstance(value, str) else str(value)


def hand_in(assignment: Assignment, folder: Path, size: int) -> None:
    """A class: three fifths right, one fifth with a misconception, one fifth with the first module only."""
    course, day = assignment.course, assignment.course.days[0]
    sources = {f"{module}.py": text for module, text in course.sources(day).items()}
    skeletons = {name: skeleton(text, day, name.removesuffix(".py")) for name, text in sources.items()}
    wrong = [answer for answer in read_answers(course, day) if answer.kind == "misconception"]
    for number in range(size):
        files = dict(sources)
        if number % 5 == 3:
            answer = wrong[number // 5 % len(wrong)]
            files[f"{answer.module}.py"] = with_answer(sources[f"{answer.module}.py"], answer)
        elif number % 5 == 4:
            first = f"{day.exercises[0].module}.py"
            files = {**skeletons, first: sources[first]}
        target = folder / f"student{number:05}" / day.name
        target.mkdir(parents=True)
        for name, text in files.items():
            (target / name).write_text(f"{text}\n# {number}\n", encoding="utf-8")
