"""Nobody waits for a process of ours without a clock, and one that ends or falls silent costs no grade."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from course.catalog import Course, Selection
from course.errors import CourseError
from course.grading.classes import Graded, Manner, grade_class
from course.grading.intake import Submission
from course.grading.station import Station
from course.results.reading import Record
from course.testing.running import Runner
from course.worker.ending import wait_for_end
from course.worker.near.handle import Student
from course.worker.near.warm import WarmProcess
from course.worker.outcomes import Budget, StudentProblem
from tests.course.conftest import SOLUTION
from tests.course.test_grading import Quiet, _without_times, hand_in, outcomes, read

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="grading needs fork")


@pytest.fixture
def handed_in(tmp_path: Path) -> Path:
    for number in range(8):
        hand_in(tmp_path / "in", f"student{number}", SOLUTION + f"\n# {number}\n")
    return tmp_path / "in"


class Meddler(Quiet):
    """Sends a signal to the warm untrusted process when the second result is there."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, number: signal.Signals) -> None:
        super().__init__()
        self._signal = number
        self._warm: list[WarmProcess] = []
        start = WarmProcess._start

        def noted(warm: WarmProcess) -> None:
            start(warm)
            self._warm.append(warm)

        monkeypatch.setattr(WarmProcess, "_start", noted)

    @property
    def started_again(self) -> int:
        return len(self._warm) - 1

    def graded(self, one: Graded) -> None:
        super().graded(one)
        if len(self.students) == 2:
            os.kill(self._warm[0].number, self._signal)


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_the_warm_process_is_started_again(
    tiny: Course,
    handed_in: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    jobs: int,
    number: signal.Signals,
) -> None:
    monkeypatch.setattr("course.worker.near.child.FORK_SECONDS", 1)
    view = Meddler(monkeypatch, number)
    outcome = grade_class(tiny, handed_in, tmp_path / "out", seed=5, view=view, manner=Manner(jobs=jobs))
    assert outcome.complete
    assert view.started_again == 1
    grade_class(tiny, handed_in, tmp_path / "undisturbed", seed=5, view=Quiet())
    assert _without_times(tmp_path / "out") == _without_times(tmp_path / "undisturbed")


def test_in_this_process_too_the_warm_process_is_started_again(tiny: Course) -> None:
    with WarmProcess.for_days(tiny, list(tiny.days)) as warm:
        first = warm.number
        assert warm.layers
        os.kill(first, signal.SIGKILL)
        selection = Selection(tiny.days[0], tiny.days[0].exercises)
        result = Runner(tiny, 5).run([selection], tiny.solutions, lambda day: warm.open(tiny.solutions, day))
        assert warm.number != first
    assert result.score == result.max_score > 0


def test_a_submission_that_the_warm_process_took_along_is_tried_again(
    tiny: Course, handed_in: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = Meddler(monkeypatch, signal.SIGKILL)
    slow = SOLUTION.replace("self.value += by", "import time; time.sleep(0.3); self.value += by")
    for number in range(8):
        hand_in(handed_in, f"student{number}", slow + f"\n# {number}\n")
    grade_class(tiny, handed_in, tmp_path / "out", seed=5, view=view, manner=Manner(jobs=2))
    assert view.started_again == 1
    for number in range(8):
        assert set(outcomes(read(tmp_path / "out", f"student{number}"))) == {"passed"}


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc")
def test_in_this_process_a_check_whose_process_was_taken_along_is_no_ones_fault(tiny: Course) -> None:
    with WarmProcess.for_days(tiny, list(tiny.days)) as warm:
        link = warm.open(tiny.solutions, tiny.days[0].name)
        link.begin(5, (), Budget(3, 2))
        student = Student(link, "day01_tiny.sums")
        assert student.total(np.ones(3)) == 3
        assert link._worker is not None
        stat = Path(f"/proc/{link._worker.number}/stat")
        os.kill(warm.number, signal.SIGKILL)
        while stat.exists() and ") Z" not in stat.read_text():
            time.sleep(0.01)  # what it has forked ends with it
        with pytest.raises(StudentProblem) as raised:
            student.total(np.ones(3))
        assert raised.value.outcome == "grader_fault"
        link.begin(5, (), Budget(3, 2))
        assert Student(link, "day01_tiny.sums").total(np.ones(3)) == 3
        link.close()


def test_a_warm_process_that_ends_again_and_again_is_one_sentence(
    tiny: Course, handed_in: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise BrokenPipeError

    monkeypatch.setattr("course.worker.near.warm.socket.send_fds", broken)
    monkeypatch.setattr("course.worker.near.warm.REVIVALS", 2)
    with pytest.raises(CourseError, match=r"ended again and again.*what is graded is kept"):
        grade_class(tiny, handed_in, tmp_path / "out", seed=5, view=Quiet(), manner=Manner(jobs=1))


def hang_on(monkeypatch: pytest.MonkeyPatch, student: str, times: int, folder: Path) -> None:
    """Let the trusted process fall silent over the work of a student, so many times."""
    grade: Callable[..., Record] = Station.grade

    def hanging(station: Station, submission: Submission, *rest: Any) -> Record:
        mark = folder / f"hung {len(list(folder.glob('hung *')))}"
        if submission.student == student and int(mark.name.split()[1]) < times:
            mark.touch()
            time.sleep(1000)
        return grade(station, submission, *rest)

    monkeypatch.setattr(Station, "grade", hanging)
    monkeypatch.setattr("course.grading.station.SLACK_SECONDS", 3)


def test_a_silent_lane_is_ended_and_its_submission_tried_again(
    tiny: Course, handed_in: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hang_on(monkeypatch, "student3", 1, tmp_path)
    outcome = grade_class(tiny, handed_in, tmp_path / "out", view=Quiet(), manner=Manner(jobs=2))
    assert outcome.complete
    assert set(outcomes(read(tmp_path / "out", "student3"))) == {"passed"}


def test_a_lane_that_falls_silent_twice_is_a_fault_with_its_stack_in_the_log(
    tiny: Course,
    handed_in: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    hang_on(monkeypatch, "student3", 2, tmp_path)
    outcome = grade_class(tiny, handed_in, tmp_path / "out", view=Quiet(), manner=Manner(jobs=2))
    assert outcome.faults == 1
    assert set(outcomes(read(tmp_path / "out", "student3"))) == {"grader_fault"}
    assert "in hanging" in capfd.readouterr().err
    others = [read(tmp_path / "out", f"student{number}") for number in range(8) if number != 3]
    assert all(record["score"] == record["max_score"] for record in others)


def test_a_child_is_not_waited_for_without_a_clock() -> None:
    number = os.fork()
    if number == 0:
        time.sleep(1000)
        os._exit(0)
    started = time.monotonic()
    assert wait_for_end(number, 0.2) == -signal.SIGKILL
    assert time.monotonic() - started < 60  # one that hangs is seen by this, on a busy machine too
