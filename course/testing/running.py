"""Running checks: one function for every surface, so that the verdict is the same on all of them.

``run_check`` calls a test function with a student handle and a seeded generator and turns whatever
happens into a :class:`CheckResult`. pytest, ``course check``, ``course grade`` and ``course verify``
all end up here.
"""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import re
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from course.catalog import Check, Course, Day, Exercise, Selection
from course.catalog.needs import missing_package
from course.errors import CourseError
from course.packages import advice
from course.places import find_file, module_files
from course.testing.answers import Answer, read_answers
from course.testing.assertions import (
    ROOM,
    CheckFailed,
    current_transcript,
    looks_for_patterns,
    message_row,
)
from course.testing.calls import call_row
from course.testing.cascades import Cascades, Files, JudgeAgain, Reopen
from course.testing.crashes import crash_cause
from course.testing.describing import describe
from course.testing.detours import detours
from course.testing.fingerprints import Explainer, Known
from course.testing.recorded import FILE, read_recorded, skeleton_source
from course.testing.results import CheckResult, DayResult, ExerciseResult, RunResult
from course.testing.scanning import RefusedCall, Scanned, Siblings, look_ahead, scan
from course.testing.tasks import formula_of, raised_by, returned_by
from course.testing.uses import asked_by
from course.worker.far.refusals import refusal
from course.worker.memory import without_collecting
from course.worker.near.handle import Call, Link, Student, Transcript
from course.worker.near.local import LocalLink
from course.worker.outcomes import Budget, Outcome, StudentProblem
from course.worker.signatures import misused, signature

RAISED = re.compile(r"^      raise (?!NotImplementedError)\w", re.MULTILINE)
MAX_TIMEOUTS = 3  # of a module, after which the rest of it is not asked

_TOO_MUCH_MEMORY = (
    "What your code returned takes too much memory to be checked; is an array too large by far?"
)

TestFunction = FunctionType
LinkMaker = Callable[[str], Link]  # given the day, opens a way to the student's modules


def check_seed(seed: int, day: str, check: str) -> int:
    """The seed of one check: the same wherever and in whatever order it runs."""
    return int.from_bytes(hashlib.blake2b(f"{seed}/{day}/{check}".encode(), digest_size=8).digest())


def worker_seed(seed: int, day: str, check: str) -> int:
    """The seed of the generators that student code finds in a check. It tells neither the seed of the run nor that
    of the check, with which the inputs of tests could be drawn ahead.
    """
    key = str(seed).encode()
    return int.from_bytes(hashlib.blake2b(f"{day}/{check}".encode(), key=key, digest_size=8).digest())


def generator(seed: int, day: str, check: str) -> np.random.Generator:
    """The ``rng`` fixture of one check."""
    return np.random.default_rng(check_seed(seed, day, check))


@cache
def _asks_for_rng(function: TestFunction) -> bool:
    return "rng" in inspect.signature(function).parameters


class Suite:
    """The test functions of the course and its misconceptions and variants, read by the trusted side when they are
    first needed.
    """

    def __init__(self, course: Course) -> None:
        self._course = course
        self._modules: dict[tuple[str, str], ModuleType] = {}
        self._answers: dict[str, tuple[Answer, ...]] = {}

    def answers(self, day: Day) -> tuple[Answer, ...]:
        if day.name not in self._answers:
            self._answers[day.name] = read_answers(self._course, day)
        return self._answers[day.name]

    def function(self, day: Day, check: Check) -> TestFunction:
        function: TestFunction = getattr(self.module(day, check.module), check.name)
        return function

    def module(self, day: Day, module: str) -> ModuleType:
        key = (day.name, module)
        if key not in self._modules:
            self._modules[key] = _import_tests(
                self._course.tests(day) / f"test_{module}.py", day.name, module
            )
        return self._modules[key]


def _import_tests(path: Path, day: str, module: str) -> ModuleType:
    name = f"tests.{day}.test_{module}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise CourseError(f"tests/{day}/{path.name} cannot be imported.")
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[name] = loaded  # so that drivers and callables can be sent by value
    try:
        with without_collecting():
            spec.loader.exec_module(loaded)
    except Exception as error:
        del sys.modules[name]
        if package := missing_package(path):
            raise CourseError(f"tests/{day}/{path.name} needs {advice(package)}.") from error
        raise CourseError(
            f"tests/{day}/{path.name} cannot be imported: {type(error).__name__}: {error}."
        ) from error
    return loaded


@dataclass(frozen=True)
class Sitting:
    """One check, the module of a student that is to pass it, and those of the exercise that it has passed already."""

    day: Day
    exercise: Exercise
    check: Check
    link: Link
    student: Student
    passed: Sequence[Check] = ()

    @classmethod
    def of(
        cls, day: Day, exercise: Exercise, check: Check, link: Link, passed: Sequence[Check] = ()
    ) -> Sitting:
        """With a student of its own, who has not been asked anything yet."""
        return cls(day, exercise, check, link, Student(link, f"{day.name}.{exercise.module}"), passed)


class Runner:
    """Runs checks of one course with one seed against modules reached through links.

    ``root`` is the folder that holds the day folders of the submission, or holds its files in memory; the sources
    are read (never run) here for refused calls.
    """

    def __init__(
        self,
        course: Course,
        seed: int,
        suite: Suite | None = None,
        explainer: Explainer | None = None,
        *,
        patience: int = MAX_TIMEOUTS,
    ) -> None:
        """``patience`` is how many timeouts of a module are waited for, after which the rest of it is not asked."""
        self.course = course
        self.seed = seed
        self.patience = patience
        self.suite = suite or Suite(course)
        self.explainer = explainer or Explainer(course, self._replay, self._recorded, self.suite.answers)

    def warm(self, selections: Sequence[Selection]) -> None:
        """Import what the solutions need, which references need too, and every test, and look at what is refused: now,
        so that forks of this process need not.
        """
        for selection in selections:
            for name in selection.day.imports:
                with suppress(ImportError):  # a test that needs it says so in its own words
                    importlib.import_module(name)
            for part in selection.by_home(self.course):
                for exercise in part.exercises:
                    look_ahead(exercise.refused)
                    for check in exercise.checks:
                        self.suite.function(part.day, check)

    def run(
        self,
        selections: Sequence[Selection],
        root: Files,
        open_link: LinkMaker,
        done: Callable[[Day, Exercise, CheckResult], None] = lambda *_: None,
        begun: Callable[[Check], None] = lambda _: None,
        evidence: bool = True,
        reopen: Reopen | None = None,
        complete: Mapping[str, bool] | None = None,
    ) -> RunResult:
        """Every check of the selections; ``begun`` hears of each before it is run, ``done`` as it ends. Results come in
        the order of the course.

        When all checks of a day have run, failures that may be another exercise's are looked at once more (see
        `Cascades`), through ``reopen`` where the solutions are; ``complete`` knows of ``day/exercise`` that are not
        run now whether they were. ``done`` has been told by then: the verdict stays, the message may change.

        ``evidence=False`` keeps of each result what is written down, and not what the student's code gave, which may be
        half a gigabyte.
        """
        result = RunResult(self.seed)
        for selection in selections:
            day = selection.day
            link = open_link(day.name)
            exercises: list[ExerciseResult] = []
            try:
                for part in selection.by_home(self.course):
                    checked: dict[tuple[str, str], CheckResult] = {}
                    for exercise, one in self._run_day(part, root, link, begun):
                        checked[exercise.name, one.check.name] = one if evidence else one.without_evidence()
                        done(day, exercise, one)
                    self._settle_cascades(
                        part.day,
                        Cascades(self.course, part, root, checked, complete or {}),
                        reopen,
                        self._judging_again(part.day, begun, link.spent),
                    )
                    exercises += [
                        ExerciseResult(one, [checked[one.name, check.name] for check in one.checks])
                        for one in part.exercises
                    ]
            finally:
                link.close()
            result.days.append(DayResult(day, exercises))
        return result

    def _run_day(
        self, selection: Selection, root: Files, link: Link, begun: Callable[[Check], None]
    ) -> Iterator[tuple[Exercise, CheckResult]]:
        """First the public checks, then the hidden ones: what these have shown to a student's code cannot come out of
        the message of a public one any more.
        """
        day = selection.day
        scans = {exercise.name: _try_to_scan(root, day, exercise) for exercise in selection.exercises}
        notes = {name: one.note for name, one in scans.items() if isinstance(one, Scanned)}
        of_the_day = _detours(root, selection, self.course.root)
        timeouts: Counter[str] = Counter()  # by module
        passed: dict[str, list[Check]] = {exercise.name: [] for exercise in selection.exercises}
        checks = [(exercise, check) for exercise in selection.exercises for check in exercise.checks]
        for exercise, check in sorted(checks, key=lambda pair: pair[1].hidden):
            begun(check)
            sitting = Sitting.of(day, exercise, check, link, passed[exercise.name])
            result = self._run_one(sitting, scans[exercise.name], timeouts)
            timeouts[exercise.module] += result.outcome == "timeout"
            passed[exercise.name] += [check] if result.outcome == "passed" else []
            note, of_the_day = f"{of_the_day} {notes.pop(exercise.name, '')}".strip(), ""  # once is enough
            yield exercise, result.noting(note)

    def _run_one(
        self, sitting: Sitting, scanned: Scanned | Exception, timeouts: Mapping[str, int]
    ) -> CheckResult:
        day, exercise, check = sitting.day, sitting.exercise, sitting.check
        if isinstance(scanned, Exception):
            return _fault_of_ours(check, scanned)
        if scanned.finding is None and (why := self._why_not_asked(sitting, timeouts)):
            return CheckResult(check, "timeout", why + read_row(day, exercise))
        return self.run_check(self.suite.function(day, check), sitting, scanned.finding)

    def _why_not_asked(self, sitting: Sitting, timeouts: Mapping[str, int]) -> str:
        """The reason when the rest of a module, or of the day, is not asked any more; empty to go on."""
        day, exercise, link = sitting.day, sitting.exercise, sitting.link
        allowed = self.course.limits.submission_seconds
        if link.spent >= allowed:
            return (
                f"Not asked: the checks before this one took the {allowed:g} s that a whole submission of "
                f"{day.number} may take. Mend what has no end or is slow, then all are asked."
            )
        if timeouts[exercise.module] >= self.patience:
            several = f"{self.patience} checks" if self.patience > 1 else "a check"
            return (
                f"Not asked: {several} of {day.name}/{exercise.module}.py had no answer in time. "
                f"Mend {'these' if self.patience > 1 else 'that'}, then the others are asked."
            )
        return ""

    def asked(self, day: Day, exercise: Exercise) -> list[str]:
        """The other exercises that the checks of one use as well."""
        return asked_by(day, exercise, [self.suite.function(day, check) for check in exercise.checks])

    def _settle_cascades(
        self, day: Day, cascades: Cascades, reopen: Reopen | None, judge: JudgeAgain
    ) -> None:
        """A fault of ours in the second look leaves what the first one has found."""
        try:
            cascades.settle(reopen, judge, partial(self.asked, day))
        except Exception as error:
            traceback.print_exception(error)

    def _judging_again(self, day: Day, begun: Callable[[Check], None], spent: float) -> JudgeAgain:
        """What runs checks once more, within the time that a submission may take as a whole (``spent`` of it is gone)
        and while not too many had no answer in time.
        """
        timeouts = 0

        def judge(exercise: Exercise, checks: Sequence[Check], link: Link) -> dict[str, Outcome]:
            nonlocal spent, timeouts
            outcomes: dict[str, Outcome] = {}
            for check in checks:
                if spent + link.spent >= self.course.limits.submission_seconds or timeouts >= self.patience:
                    break
                begun(check)
                sitting = Sitting.of(day, exercise, check, link)
                again = self.run_check(
                    self.suite.function(day, check), sitting, explain=False, words=False
                ).outcome
                if again != "grader_fault":
                    outcomes[check.name] = again
                if again == "timeout":
                    timeouts += 1
                    break  # whatever the others say, it is not right
            spent += link.spent
            return outcomes

        return judge

    def run_check(
        self,
        function: TestFunction,
        sitting: Sitting,
        finding: RefusedCall | None = None,
        *,
        explain: bool = True,
        words: bool = True,
    ) -> CheckResult:
        """The verdict of one check. Never raises for anything that student code does.

        Without ``words`` the message is only as much as costs nothing to say, which begins as the whole one does: for
        whoever counts verdicts, since telling what is wrong can take longer than seeing that it is.
        """
        if finding is not None:
            message = _found_message(finding, sitting.day, sitting.exercise)
            return CheckResult(sitting.check, "failed", message, refused=True)
        return self.judge(lambda: self.call(function, sitting), sitting, explain=explain, words=words)

    def judge(
        self, body: Callable[[], Any], sitting: Sitting, *, explain: bool = True, words: bool = True
    ) -> CheckResult:
        """Run ``body``, a test with its fixtures filled in, and turn whatever happens into a verdict."""
        started = time.perf_counter()
        try:
            return self._judge(body, sitting, explain, words)
        except MemoryError as error:  # of the trusted side: while an answer was compared or described
            seconds = time.perf_counter() - started
            message = _TOO_MUCH_MEMORY + read_row(sitting.day, sitting.exercise)
            return CheckResult(sitting.check, "memory", message, seconds=seconds, error=error)
        except Exception as error:
            return _fault_of_ours(sitting.check, error)

    def _judge(self, body: Callable[[], Any], sitting: Sitting, explain: bool, words: bool) -> CheckResult:
        day, exercise, check, link = sitting.day, sitting.exercise, sitting.check, sitting.link
        started = time.perf_counter()
        outcome, error = self._verdict(body, sitting, words=words)
        if isinstance(error, StudentProblem) and outcome == "not_gradable":
            error = self._not_another_of_the_course(error)
        seconds = time.perf_counter() - started
        refused = isinstance(error, StudentProblem) and error.is_refusal
        named = None
        if explain and not refused and outcome in ("failed", "wrong_type", "error"):
            kinds = isinstance(error, CheckFailed) and error.kind_only
            transcript, passed = sitting.student.transcript, sitting.passed
            named = self.explainer.explain(day, exercise, check, transcript, kinds=kinds, passed=passed)
        if not words:
            said = _first_words(sitting, error)
            return CheckResult(check, outcome, said, seconds=seconds, refused=refused, error=error)
        asked = self._asked_signature(sitting, error)
        source = skeleton_source(self.course, day, exercise.module) if error and not named else ""
        say = partial(_message, sitting, outcome, error, named, asked, source)
        output = getattr(getattr(link, "output", None), "text", "") if outcome != "passed" else ""
        return CheckResult(
            check,
            outcome,
            say(full=True),
            named.name if named else None,
            seconds,
            output,
            refused=refused,
            error=error,
            in_brief=lambda: say(full=False),
            call=_shown_call(error, sitting.student.transcript),
        )

    def _not_another_of_the_course(self, problem: StudentProblem) -> StudentProblem:
        """Without the guess that a module was renamed, where the name is that of another one of the day."""
        guess = _RENAMED.match(problem.message)
        if guess is None:
            return problem
        folder, name = guess["folder"], guess["name"]
        known = {module for day in self.course.units if day.name == folder for module in day.modules}
        if self.course.solutions.is_dir():
            known |= module_files(self.course.solutions, folder).keys()
        if name not in known:
            return problem
        return replace(problem, message=f"{guess['missing']}; it is needed for these checks.")

    def _asked_signature(self, sitting: Sitting, error: BaseException | None) -> str:
        """The ``def`` in the skeleton of what was called with other arguments than it takes; empty for other errors."""
        name = misused(error.message) if isinstance(error, StudentProblem) else ""
        source = skeleton_source(self.course, sitting.day, sitting.exercise.module) if name else ""
        found = signature(source, name)
        return found[1] if found else ""

    def _verdict(
        self, body: Callable[[], Any], sitting: Sitting, *, words: bool
    ) -> tuple[Outcome, BaseException | None]:
        limits, exercise, check = self.course.limits, sitting.exercise, sitting.check
        seconds = limits.training_seconds if check.training else limits.test_seconds
        budget = Budget(seconds, seconds if check.training else limits.call_seconds)
        transcript = sitting.student.transcript
        token, looking = current_transcript.set(transcript), looks_for_patterns.set(words)
        try:
            seed = worker_seed(self.seed, sitting.day.name, check.name)
            sitting.link.begin(seed, exercise.refused, budget)
            body()
        except (CheckFailed, StudentProblem) as problem:
            return problem.outcome, problem
        except MemoryError:
            raise
        except AssertionError as error:
            return "failed", error
        except Exception as error:
            return "wrong_type" if transcript.calls else "grader_fault", error
        finally:
            looks_for_patterns.reset(looking)
            current_transcript.reset(token)
        return "passed", None

    def call(self, function: TestFunction, sitting: Sitting) -> None:
        """Call the test function with the fixtures it asks for."""
        fixtures: dict[str, Any] = {"student": sitting.student}
        if _asks_for_rng(function):
            fixtures["rng"] = generator(self.seed, sitting.day.name, sitting.check.name)
        function(**fixtures)

    def answers(self, link: Link, day: Day, exercise: Exercise, check: Check) -> tuple[Outcome, Transcript]:
        """How a check ends, and what the code behind the link answered: without a word about it.

        Raises MemoryError when an answer is too large to be looked at.
        """
        sitting = Sitting.of(day, exercise, check, link)
        function = self.suite.function(day, check)
        outcome, _ = self._verdict(lambda: self.call(function, sitting), sitting, words=False)
        return outcome, sitting.student.transcript

    def _replay(self, root: Path, day: Day, exercise: Exercise, check: Check) -> Transcript | None:
        """What this code answers in a check that it does not pass; None where it passes."""
        link = LocalLink(root, [d.name for d in self.course.units], self.course.limits)
        try:
            outcome, transcript = self.answers(link, day, exercise, check)
        finally:
            link.close()
        return None if outcome == "passed" else transcript

    def _recorded(self, day: Day) -> Mapping[str, Known]:
        return read_recorded(self.course.tests(day) / FILE, self.seed)


def _found_message(finding: RefusedCall, day: Day, exercise: Exercise) -> str:
    where = f"{day.name}/{finding.module or exercise.module}.py, line {finding.line}"
    said = refused_message(exercise, refusal(finding.name), where, finding.helper)
    return f"{said}{read_row(day, exercise)}"


def refused_message(exercise: Exercise, why: str, where: str, helper: str) -> str:
    """What is said of an answer that makes a refused call, itself or in a ``helper`` that it calls."""
    if not helper:
        return f"{where} makes a call that is refused here: {why}"
    return (
        f"{exercise.qualname} is fine so far as can be seen; "
        f"{helper}, which it calls, makes a call that is refused ({where}): {why}"
    )


def _fault_of_ours(check: Check, error: Exception) -> CheckResult:
    """The verdict where scanning or judging itself failed: on this check alone, with the traceback in the log."""
    traceback.print_exception(error)
    return CheckResult(
        check, "grader_fault", f"The grader failed on this check ({type(error).__name__}).", error=error
    )


def read_row(day: Day, exercise: Exercise) -> str:
    """Where on the sheet the idea is explained, as the last row of a message."""
    return f"\n  {'read':<13} {day.name}/README.md, section {exercise.sheet!r}"


def scan_exercise(root: Files, day: Day, exercise: Exercise) -> RefusedCall | None:
    """A refused call in the source of the submission; None when there is none or no readable source."""
    return look_for_refused(root, day, exercise).finding


def _try_to_scan(root: Files, day: Day, exercise: Exercise) -> Scanned | Exception:
    try:
        return look_for_refused(root, day, exercise)
    except Exception as error:
        return error


def look_for_refused(root: Files, day: Day, exercise: Exercise) -> Scanned:
    """What the source of the submission says about refused calls of one exercise."""
    source = _read(root, f"{day.name}/{exercise.module}.py")
    if source is None:
        return Scanned()

    exercises = frozenset(f"{one.module}.{one.qualname.partition('.')[0]}" for one in day.exercises)
    siblings = Siblings(day.name, lambda module: _read(root, f"{day.name}/{module}.py"), exercises)
    return scan(source, exercise.qualname, exercise.refused, siblings)


def _detours(root: Files, selection: Selection, given: Path) -> str:
    """A note for staff on what could lead around refused calls, where there are any, in files that are not just as
    the course gave them.
    """
    if not any(exercise.refused for exercise in selection.exercises):
        return ""
    day = selection.day.name
    if isinstance(root, Path):
        names = [f"{day}/{module}.py" for module in module_files(root, day)]
    else:
        names = sorted(name for name in root if name.startswith(f"{day}/") and name.endswith(".py"))
    sources = {name: source for name in names if (source := _read(root, name)) is not None}
    return detours((name, source) for name, source in sources.items() if source != _read(given, name))


def _read(root: Files, name: str) -> bytes | None:
    if not isinstance(root, Path):
        return root.get(name)
    file = find_file(root, name)
    try:
        return file.read_bytes() if file is not None else None
    except OSError:
        return None


def _first_words(sitting: Sitting, error: BaseException | None) -> str:
    """The beginning of what a student would be told."""
    match error:
        case None:
            return ""
        case CheckFailed():
            return error.headline
        case StudentProblem() if not error.is_refusal and error.outcome != "not_implemented":
            return error.message
    return _what_happened(sitting, error, None, "", full=False)


def _message(
    sitting: Sitting,
    outcome: Outcome,
    error: BaseException | None,
    named: Answer | None,
    asked: str,
    source: str,
    *,
    full: bool,
) -> str:
    """What a student is told: which mistake it is, when it is recognised, then what was asked, expected and came back,
    and where to read.

    What takes more than a look to read is left out when it is not to be ``full``.
    """
    if error is None:
        return ""
    what = partial(_what_happened, sitting, error, named, asked)
    message = what(full=full)
    if outcome in ("not_implemented", "grader_fault"):
        return message
    rows = [f"{named.says}\n\n{message}" if named else message]
    if isinstance(error, CheckFailed) and not named:
        rows += [message_row(*row) for row in _task_rows(error, source, _asked(sitting, error))]
    if not full and message != what(full=True):
        name = f"{sitting.day.number}/{sitting.exercise.qualname}"
        rows.append(message_row("more", f"`course check {name} --full` shows every value"))
    return "\n".join(rows) + read_row(sitting.day, sitting.exercise)


def _asked(sitting: Sitting, failed: CheckFailed) -> str:
    """The exercise of which the task is quoted: in a project checks of `fit` ask `predict`, whose result is not that of
    `fit`.
    """
    called = failed.call.label if failed.call is not None else ""
    others = [one.qualname for one in sitting.day.exercises if one.module == sitting.exercise.module]
    if sitting.day.is_project and failed.quotes == "shape" and called in others:
        return called
    return sitting.exercise.qualname


def _task_rows(failed: CheckFailed, source: str, qualname: str) -> Iterator[tuple[str, str]]:
    """What the docstring says about what is not right, where nothing of it is plain to see already."""
    quote = {"values": formula_of, "shape": returned_by, "error": raised_by}.get(failed.quotes)
    text = quote(source, qualname) if quote else ""
    if text:
        yield "the task says", text


def _shown_call(error: BaseException | None, transcript: Transcript) -> Call | None:
    """The call that a message about ``error`` shows."""
    if isinstance(error, CheckFailed):
        return error.call
    return transcript.calls[-1] if error is not None and transcript.calls else None


def _what_happened(
    sitting: Sitting, error: BaseException, named: Answer | None, asked: str, *, full: bool
) -> str:
    transcript, lines = sitting.student.transcript, None if full else ROOM
    match error:
        case CheckFailed():  # beside a mistake that is recognised, a guess at the cause would only compete
            return (error.without_guesses() if named else error).text(full=full)
        case StudentProblem():
            return _problem_message(error, transcript, sitting.exercise, lines, asked, guess=named is None)
        case AssertionError():
            return str(error) or "The check failed."
    if not transcript.calls:
        what = f"{type(error).__name__}: {error}"
        return f"The check itself failed before it reached your code: {what}"
    return _unusable_message(error, transcript, lines)


def _problem_message(
    problem: StudentProblem,
    transcript: Transcript,
    exercise: Exercise,
    lines: int | None,
    asked: str,
    *,
    guess: bool,
) -> str:
    if problem.outcome == "not_implemented":
        return f"{exercise.qualname} is not written yet."
    if problem.is_refusal:
        return f"{_met_message(problem, exercise)}\n{problem.traceback}".rstrip()
    rows = [problem.message]
    if transcript.calls and transcript.calls[-1].verb != "import":
        rows.append(message_row(*call_row(transcript.calls[-1], lines)))
    rows += [problem.traceback] if problem.traceback else []
    rows += [message_row("the skeleton", asked)] if asked and asked not in problem.traceback else []
    last = problem.traceback.rpartition("\n")[2]
    if problem.types and not transcript.is_importing and RAISED.search(problem.traceback):
        text = "a result: the error is raised on purpose, by code that takes these arguments for wrong ones"
        rows.append(message_row("expected", text))
    known = last if misused(problem.message) or last.lstrip().startswith("shapes there") else ""
    if guess and problem.types and (cause := crash_cause(problem.message, known)):
        rows.append(message_row("perhaps this?", cause))
    return "\n".join(rows)


_RENAMED = re.compile(
    r"(?P<missing>(?P<folder>\w+)/\w+\.py is missing); did you rename it to '(?P<name>\w+)\.py'\?"
)
_FRAME = re.compile(r"^  (.+, line \d+), in (.+)$", re.MULTILINE)


def _met_message(problem: StudentProblem, exercise: Exercise) -> str:
    """The same as for a call found in the source, from the frames in which it was met."""
    frames: list[tuple[str, str]] = _FRAME.findall(problem.traceback)
    if not frames:
        return refused_message(exercise, problem.message, "The module", "")
    where, function = frames[-1]
    own = exercise.qualname.rpartition(".")[2]
    helper = function if function.isidentifier() and own in [name for _, name in frames[:-1]] else ""
    return refused_message(exercise, problem.message, where, helper if helper != own else "")


_WANTED = (
    (r"values to unpack|cannot unpack", "as many parts as the docstring names under Returns"),
    (r"only integers, slices|indices must be integers", "a dict, in which each thing stands by its name"),
)
"""What a check wanted to have, by the error that it got when it took apart what came back."""


def _unusable_message(error: BaseException, transcript: Transcript, lines: int | None) -> str:
    call, said = transcript.calls[-1], f"{type(error).__name__}: {error}"
    wanted = next((words for sign, words in _WANTED if re.search(sign, said)), "")
    rows = [message_row(*call_row(call, lines)), message_row("came back", describe(call.result))]
    if wanted:
        rows.insert(1, message_row("expected", wanted))
    why = "" if wanted else f" ({said})"
    return "\n".join([f"The check could not use what your code returned{why}.", *rows])
