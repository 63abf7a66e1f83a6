"""The student release: every file of it, made from the single source.

It decides what students get. How it is stored, and that nothing secret is in it, is the job of
``repository.py`` and ``leaks.py``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from course.catalog import Course, Day
from course.catalog.model import REPORT
from course.catalog.rubrics import FILE as RUBRIC
from course.catalog.rubrics import OF_PROJECTS
from course.errors import CourseError, UsageError
from course.projects.template import TEMPLATE
from course.release.changelog import read_changes
from course.release.engine import engine_files
from course.release.hiding import without_tests
from course.release.manifest import PLACE, Manifest, digest
from course.release.published import PLACE as PUBLISHED
from course.release.published import pack
from course.release.recording import record
from course.release.settings import course_settings, exercise_settings, project_settings
from course.release.skeletons import replace_points, skeleton
from course.release.tables import by_part
from course.testing.recorded import FILE
from course.testing.running import Runner

_PARTS = {
    "Makefile": "Makefile",
    "gitignore": ".gitignore",
    "gitattributes": ".gitattributes",
    "AGENTS.md": "AGENTS.md",
}
_CHECKED_BY_ITSELF = {"check.yml": ".github/workflows/check.yml"}
_CHECKED_BY_THE_RELEASE = {"grade.yml": ".github/workflows/grade.yml", "gitlab-ci.yml": ".gitlab-ci.yml"}
"""What checks a push: the clone's own tool, or, where the release has an address, that release."""
_BADGE = "\n\n[![grade](../../actions/workflows/grade.yml/badge.svg)](../../actions/workflows/grade.yml)"
_PUSHED = """On GitHub the workflow *{}* runs the same checks on what you have pushed, isolated, and puts the
result on the page of the run. It is advice: the grade is computed by your teachers, from what you have pushed by the
due date. A red cross means that points are missing, and nothing worse."""
_PROJECT = """A project is the work of a team, and one of you hands it in for all; its sheet says what with.
`course check {0}` judges the code and says what is still missing,
`python -m {1}.measure` writes the figures of the report.

"""
_VERSION = re.compile(r"\d+(\.\d+)*((a|b|rc)\d+)?(\.post\d+)?(\.dev\d+)?")
EXAMPLES = "docs/projects"
"""Reports of projects with filled rubrics, for teams to read."""
_TAKEN_OVER = ("conftest.py", "LICENSE", "constraints.txt")
_OTHER_SUFFIXES = {".md", ".png", ".jpg", ".gif", ".svg", ".csv", ".txt"}


def check_version(version: str) -> str:
    """The version, when pip can install it; raises UsageError otherwise."""
    if not _VERSION.fullmatch(version):
        raise UsageError(
            f"{version!r} is no version that pip understands; use numbers such as 1.2 or 2027.1."
        )
    return version


def build_release(
    course: Course,
    days: Sequence[Day],
    version: str,
    done: Callable[[Day], None] = lambda _: None,
    solved: Sequence[Day] = (),
) -> dict[str, bytes]:
    """Path and content of every file of the release. ``done`` hears of each day as it is made; of the days ``solved``
    it brings the solutions along, each of which opens once the student has passed it or the day is due.

    Raises CourseError for a day without points and for a source that does not hold together.
    """
    for day in days:
        if not day.max_score:
            raise CourseError(
                f"{day.name} has no points, so there is nothing to release; give its tests @points(n). "
                "Nothing was written."
            )
    names = {day.name for day in days}
    for day in days:
        if left := [name for name in day.needs if name not in names]:
            raise UsageError(
                f"{day.number} stands on {left[0]}; release that too, or leave the project out. Nothing was written."
            )
    files = engine_files()
    files["course.toml"] = course_settings(_read(course.root / "course.toml"), names).encode()
    files["pyproject.toml"] = project_settings(
        _read(course.root / "pyproject.toml"), course.title, version
    ).encode()
    for name in _TAKEN_OVER:
        files[name] = _read(course.root / name).encode()
    for part, place in _PARTS.items():
        files[place] = _part(part).encode()
    for part, place in _workflows(course).items():
        words = {"REPOSITORY": course.repository, "VERSION": version}
        files[place] = filled_part(part, words).encode()
    files["README.md"] = _readme(course, days, version).encode()
    work: dict[str, str] = {}
    recorded = record(course, days, Runner(course, course.seed), done)
    for day in days:
        files |= _day_files(course, day)
        work |= {f"{day.name}/{name}": text for name, text in _work(course, day)}
        files[f"tests/{day.name}/{FILE}"] = recorded[day.name].encode()
    files |= {place: text.encode() for place, text in work.items()}
    if solved:
        files[PUBLISHED] = pack(course, solved).encode()
    digests = {place: digest(content) for place, content in files.items()}
    manifest = Manifest(course.title, version, digests, work, read_changes(course.root / "CHANGELOG.md"))
    files[PLACE] = manifest.to_json().encode()
    return files


def _workflows(course: Course) -> Mapping[str, str]:
    if not course.checks_pushes:
        return {}
    return _CHECKED_BY_THE_RELEASE if course.repository else _CHECKED_BY_ITSELF


def _work(course: Course, day: Day) -> Iterator[tuple[str, str]]:
    """The modules of a day, as skeletons, and the report of a project as its template."""
    for module, text in course.sources(day).items():
        yield f"{module}.py", skeleton(text, day, module)
    if day.is_project:
        yield REPORT, TEMPLATE


def _day_files(course: Course, day: Day) -> dict[str, bytes]:
    """The sheet with its pictures, and the public tests."""
    files: dict[str, bytes] = {}
    for path in sorted((course.root / day.name).iterdir()):
        if path.suffix in _OTHER_SUFFIXES and not path.is_symlink():
            files[f"{day.name}/{path.name}"] = path.read_bytes()
    sheet = _read(course.sheet(day))
    files[f"{day.name}/README.md"] = replace_points(sheet, points_table(day)).encode()
    tests = course.tests(day)
    hidden = {check.name for exercise in day.exercises for check in exercise.checks if check.hidden}
    for module in day.modules:
        text = without_tests(_read(tests / f"test_{module}.py"), hidden)
        if text is not None:
            files[f"tests/{day.name}/test_{module}.py"] = text.encode()
    settings = exercise_settings(_read(tests / "exercises.toml"), day)
    files[f"tests/{day.name}/exercises.toml"] = settings.encode()
    rubrics = [f"tests/{day.name}/{RUBRIC}", *([f"tests/{OF_PROJECTS}"] if day.is_project else [])]
    examples = course.root / EXAMPLES
    rubrics += [f"{EXAMPLES}/{path.name}" for path in examples.glob("*.md")] if day.is_project else []
    for place in rubrics:
        if (course.root / place).is_file():  # by what a report is judged is no secret
            files[place] = (course.root / place).read_bytes()
    return files


def points_table(day: Day) -> str:
    """The points of a day: how many are given by the checks that are here, how many by hidden ones."""
    rows = ["| exercise | write | points | checked here | hidden |", "|---|---|---|---|---|"]
    hidden_sum = 0
    for exercise in day.exercises:
        hidden = sum(check.points for check in exercise.checks if check.hidden)
        hidden_sum += hidden
        counts = f"{exercise.max_score} | {exercise.max_score - hidden} | {hidden}"
        rows.append(
            f"| [{exercise.title}](#{exercise.sheet}) "
            f"| `{exercise.qualname}` in [{exercise.module}.py]({exercise.module}.py) "
            f"| {'optional | | ' if exercise.optional else counts} |"
        )
    rows.append(f"| | | **{day.max_score}** | {day.max_score - hidden_sum} | {hidden_sum} |")
    return "\n".join(rows) + "\n"


def _readme(course: Course, days: Sequence[Day], version: str) -> str:
    table = ["| day | topic | points |", "|---|---|---|"]
    for title, some in by_part(course, days):
        table += [f"| **{title}** | | |"] if title else []
        table += [f"| [{day.name}]({day.name}/README.md) | {day.title} | {day.max_score} |" for day in some]
    first = next(exercise for day in days for exercise in day.exercises)
    projects = [day for day in days if day.is_project]
    words = {
        "TITLE": course.title,
        "VERSION": version,
        "BADGE": _BADGE if course.repository and course.checks_pushes else "",
        "PUSHED": _PUSHED.format("grade" if course.repository else "check") if course.checks_pushes else "",
        "DAYS": "\n".join(table),
        "PROJECTS": "".join(_PROJECT.format(day.number, day.name) for day in projects[:1]),
        "DAY": days[0].number,
        "FOLDER": days[0].name,
        "EXERCISE": f"{days[0].number}/{first.qualname}",
        "NAME": first.qualname.rpartition(".")[2].strip("_"),
    }
    return filled_part("README.md", words)


def _part(name: str) -> str:
    return _read(Path(__file__).parent / "parts" / name)


def filled_part(name: str, words: Mapping[str, str]) -> str:
    """The text of a file in ``parts/``, with each ``@WORD@`` in it replaced."""
    return re.sub(r"@([A-Z]+)@", lambda match: words[match.group(1)], _part(name))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise CourseError(f"{path.name} is missing; a release needs it. Nothing was written.") from None
