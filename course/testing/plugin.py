"""The pytest plugin: plain ``pytest`` checks the student's work, ``pytest --solutions`` the solutions.

Every test function of a day is judged by the same :class:`~course.testing.running.Runner` as on all
other surfaces; pytest collects, selects, shows and debugs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from course.catalog import Check, Course, Day, Exercise, load_course
from course.catalog.model import PROJECT
from course.catalog.needs import missing_package
from course.catalog.selecting import Selection, find_day
from course.errors import CourseError
from course.packages import PACKAGES, advice
from course.reached import Checked, record
from course.signs import settle_streams
from course.testing.cascades import Cascades
from course.testing.results import CheckResult
from course.testing.running import Runner, Sitting, generator, scan_exercise
from course.testing.uses import asked_by
from course.threads import settle_threads
from course.worker.near.handle import Link, Student
from course.worker.near.local import LocalLink

SESSION = pytest.StashKey["CourseSession"]()
PLACE = pytest.StashKey[tuple[Day, Exercise, Check]]()
RESULT = pytest.StashKey[CheckResult]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("course", "checking the exercises of the course")
    group.addoption("--solutions", action="store_true", help="check the solutions instead of the day folders")
    group.addoption("--submission", metavar="DIR", type=Path, help="check the day folders below DIR")
    group.addoption("--isolated", action="store_true", help="run the exercises in a sandboxed process")
    group.addoption("--seed", type=int, help="seed of the random inputs (default: the one in course.toml)")


def pytest_configure(config: pytest.Config) -> None:
    settle_threads()
    settle_streams()
    if (config.rootpath / "course.toml").is_file():
        try:
            course = load_course(config.rootpath)
            for word in map(str, config.invocation_params.args):
                _refuse_a_draft(course, word)
            config.args[:] = [_tests_of(course, config.invocation_params.dir, word) for word in config.args]
            session = config.stash[SESSION] = CourseSession(course, config)
            if session.root == course.root and not hasattr(
                config, "workerinput"
            ):  # pytest-xdist's workers report
                config.pluginmanager.register(_Recorder(session))
        except CourseError as error:
            raise pytest.UsageError(str(error)) from None


class _Recorder:
    """Keeps what was found as the student's progress, whoever started the run: a shell, or the list of tests of an
    editor.
    """

    def __init__(self, session: CourseSession) -> None:
        self._session = session
        self._found: dict[tuple[str, str], dict[str, tuple[int, bool]]] = {}
        self._said = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for day, exercise, check, points, _, passed in _rows_of(report):
            self._found.setdefault((day, exercise), {})[check] = (points, passed)

    def pytest_sessionfinish(self) -> None:
        found = [
            Checked(day, exercise, self._found[day.name, exercise.name])
            for day in self._session.course.units
            if any(name == day.name for name, _ in self._found)
            for exercise in day.exercises
            if (day.name, exercise.name) in self._found
        ]
        if found:
            self._said = record(self._session.root, found)

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self._said:
            terminalreporter.write_line(self._said, yellow=True)


_Row = tuple[str, str, str, int, int, bool]


def _rows_of(report: Any) -> list[_Row]:
    """Day, exercise, check, points, the most there are, and whether it passed: of a check that has run."""
    return [tuple(value) for name, value in getattr(report, "user_properties", ()) if name == "course"]


def _refuse_a_draft(course: Course, word: str) -> None:
    """Where the tests of a draft are asked for by name, "no tests ran" would leave its author looking for a fault."""
    for name in course.left_out:
        if name in Path(word.partition("::")[0]).parts:
            find_day(course, name)


def _tests_of(course: Course, folder: Path, word: str) -> str:
    """The tests of the day, or of the module, that ``word`` names by the student's own file or folder."""
    path = (folder / word).resolve()
    for day in course.units:
        own, tests = course.root / day.name, course.tests(day)
        if path == own or own in path.parents:
            of_module = tests / f"test_{path.stem}.py"
            return str(of_module if path.suffix == ".py" and of_module.is_file() else tests)
    return word


def pytest_unconfigure(config: pytest.Config) -> None:
    session = config.stash.get(SESSION, None)
    if session is not None:
        session.close()


def pytest_report_header(config: pytest.Config) -> list[str]:
    session = config.stash.get(SESSION, None)
    if session is None:
        return []
    where = "in an isolated process" if config.getoption("isolated") else "in this process"
    return [f"course: checking {session.what} {where}, seed {session.runner.seed}"]


class CourseSession:
    """What one pytest run knows of the course."""

    def __init__(self, course: Course, config: pytest.Config) -> None:
        self.course = course
        self.config = config
        seed = config.getoption("seed")
        self.runner = Runner(course, course.seed if seed is None else seed)
        if config.getoption("submission") is not None:
            self.root, self.what = (
                config.getoption("submission").resolve(),
                str(config.getoption("submission")),
            )
        elif config.getoption("solutions"):
            course.require_solutions()
            self.root, self.what = course.solutions, "the solutions"
        else:
            self.root, self.what = course.root, "your day folders"
        self._links: dict[str, Link] = {}
        self._zygote: Any = None
        self.days: dict[str, Day] = {}  # those with collected tests
        self.functions: dict[str, Any] = {}  # the tests that have run, by name
        self.results: dict[tuple[str, str], list[CheckResult]] = {}  # of these, by day and exercise

    def place(self, path: Path, name: str) -> tuple[Day, Exercise, Check] | None:
        """Where in the course a test function belongs; None for tests of the tooling."""
        for day in self.course.units:
            if path.parent == self.course.tests(day):
                for exercise in day.exercises:
                    for check in exercise.checks:
                        if check.name == name and path.name == f"test_{check.module}.py":
                            return day, exercise, check
        return None

    def is_of_a_day(self, path: Path) -> bool:
        return any(path.parent == self.course.tests(day) for day in self.course.units)

    def link(self, day: Day) -> Link:
        if day.name not in self._links:
            self._links[day.name] = self._open(day)
        return self._links[day.name]

    def _open(self, day: Day) -> Link:
        if not self.config.getoption("isolated"):
            days = [d.name for d in self.course.units]
            return LocalLink(self.root, days, self.course.limits, echo=True)
        from course.worker.near.warm import WarmProcess

        if self._zygote is None:
            self._zygote = WarmProcess.for_days(self.course, list(self.days.values()))
        link: Link = self._zygote.open(self.root, day.name)
        return link

    def close(self) -> None:
        for link in self._links.values():
            link.close()
        if self._zygote is not None:
            self._zygote.close()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the tests of days that ``course.toml`` does not list or marks as drafts."""
    session = config.stash.get(SESSION, None)
    tests = session.course.root / "tests" if session is not None else None
    if (
        session is None
        or tests is None
        or not collection_path.is_relative_to(tests)
        or collection_path == tests
    ):
        return None
    folder = collection_path.relative_to(tests).parts[0]
    return (
        True
        if folder.startswith(("day", PROJECT)) and folder not in {d.name for d in session.course.units}
        else None
    )


_NEEDS = "this file needs"


class _Waiting(pytest.Module):
    """Tests that cannot be imported here, for a package is not installed; the others are collected."""

    def collect(self) -> Iterator[pytest.Item]:
        raise pytest.skip.Exception(f"{_NEEDS} {advice(missing_package(self.path))}", allow_module_level=True)


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    session = parent.config.stash.get(SESSION, None)
    if session is None or not session.is_of_a_day(module_path) or not missing_package(module_path):
        return None
    return _Waiting.from_parent(parent, path=module_path)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    session = config.stash.get(SESSION, None)
    if session is None:
        return
    for item in items:
        try:
            place = session.place(item.path, item.name)
        except CourseError as error:
            raise pytest.UsageError(str(error)) from None
        if place is not None:
            item.stash[PLACE] = place
    # The order of the sheet, whatever the order of the files.
    session.days = {item.stash[PLACE][0].name: item.stash[PLACE][0] for item in items if PLACE in item.stash}
    checks = [
        check for day in session.days.values() for exercise in day.exercises for check in exercise.checks
    ]
    order = {id(check): number for number, check in enumerate(checks)}
    items.sort(key=lambda item: order[id(item.stash[PLACE][2])] if PLACE in item.stash else -1)


@pytest.fixture
def student(request: pytest.FixtureRequest) -> Student:
    """The module under test, in this process or in an isolated one."""
    session, place = request.config.stash.get(SESSION, None), request.node.stash.get(PLACE, None)
    if session is None or place is None:
        raise pytest.UsageError(
            "The student fixture is for tests in tests/<day>/test_<module>.py with @points."
        )
    day, exercise, _ = place
    return Student(session.link(day), f"{day.name}.{exercise.module}")


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    """A NumPy generator seeded by ``--seed`` and the name of the test."""
    session, place = request.config.stash.get(SESSION, None), request.node.stash.get(PLACE, None)
    if session is None or place is None:
        return np.random.default_rng(20261005)
    return generator(session.runner.seed, place[0].name, place[2].name)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    place = pyfuncitem.stash.get(PLACE, None)
    if place is None:
        return None
    session = pyfuncitem.config.stash[SESSION]
    day, exercise, check = place
    link = session.link(day)
    finding = scan_exercise(session.root, day, exercise)
    names = pyfuncitem._fixtureinfo.argnames
    fixtures: dict[str, Any] = {name: pyfuncitem.funcargs[name] for name in names}
    before = session.results.get((day.name, exercise.name), ())
    passed = [one.check for one in before if one.outcome == "passed"]
    sitting = Sitting(day, exercise, check, link, fixtures["student"], passed)
    if finding is not None:
        result = session.runner.run_check(pyfuncitem.obj, sitting, finding)
    else:
        result = session.runner.judge(lambda: pyfuncitem.obj(**fixtures), sitting)
    pyfuncitem.stash[RESULT] = result
    session.functions[check.name] = pyfuncitem.obj
    session.results.setdefault((day.name, exercise.name), []).append(result)
    if result.outcome == "passed":
        return True
    raise result.error if result.error is not None else AssertionError(result.message)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report: pytest.TestReport = yield  # type: ignore[assignment]
    result = item.stash.get(RESULT, None)
    if call.when == "call" and result is not None and not item.config.getoption("fulltrace", False):
        if report.failed:
            message = result.message if item.config.getoption("verbose", 0) > 0 else result.brief
            report.longrepr = f"{_LABELS.get(result.verdict, result.verdict)}: {message}"
        day, exercise, check = item.stash[PLACE]
        passed = result.outcome == "passed"
        row = [day.name, exercise.name, check.name, result.points, check.points, passed]
        report.user_properties.append(("course", row))  # plain, for it may come from a worker of pytest-xdist
    return report  # type: ignore[return-value]


_LABELS = {
    "not_implemented": "to do",
    "wrong_type": "wrong kind of value",
    "not_gradable": "missing",
    "grader_fault": "fault of the check, not yours",
}


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    rows: dict[tuple[str, str], list[tuple[int, int, bool]]] = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            for day_name, exercise_name, _, points, most, passed in _rows_of(report):
                rows.setdefault((day_name, exercise_name), []).append((points, most, passed))
    session = config.stash.get(SESSION, None)
    if not rows or session is None:
        _say_what_waits(terminalreporter)
        return
    terminalreporter.section("points")
    total = maximum = 0
    for day in session.course.units:
        for exercise in [e for e in day.exercises if (day.name, e.name) in rows]:
            results = rows[day.name, exercise.name]
            got, best, passed = (sum(column) for column in zip(*results, strict=True))
            total, maximum = total + got, maximum + best
            score = f"{got:>3}/{best:<3}" if not exercise.optional else "  opt. "
            terminalreporter.write_line(
                f"{score} {passed:>2} of {len(results):<2} {day.number} {exercise.name}"
            )
    terminalreporter.write_line(f"{total:>3}/{maximum:<3} points, seed {session.runner.seed}", bold=True)
    for day in session.days.values():
        for sentence in _whom_to_mend_first(session, day):
            terminalreporter.write_line(sentence)
    _say_what_waits(terminalreporter)


def _whom_to_mend_first(session: CourseSession, day: Day) -> list[str]:
    """A sentence for each exercise that uses another one that is not right yet, of those whose checks have all run
    in this process.
    """
    there = session.results
    whole = tuple(
        e for e in day.exercises if e.checks and len(there.get((day.name, e.name), ())) == len(e.checks)
    )
    results = {(e.name, r.check.name): r for e in whole for r in there[day.name, e.name]}
    cascades = Cascades(session.course, Selection(day, whole), session.root, results, {})
    cascades.settle(
        None, lambda *_: {}, lambda e: asked_by(day, e, [session.functions[c.name] for c in e.checks])
    )
    return list(dict.fromkeys(result.cascade for result in results.values() if result.cascade))


def _say_what_waits(terminalreporter: Any) -> None:
    """Of files that need a package that is not here: how many, and what to do."""
    reasons = [str(getattr(report, "longrepr", "")) for report in terminalreporter.stats.get("skipped", ())]
    waiting = Counter(reason for reason in reasons if _NEEDS in reason)
    for package in PACKAGES:
        files = sum(number for reason, number in waiting.items() if advice(package) in reason)
        if files:
            terminalreporter.write_line(
                f"Left out: {files} file{'s' * (files > 1)} of tests, for want of {advice(package)}.",
                yellow=True,
            )
