"""The clock of a call: it goes on whatever comes in, and a busy machine does not turn a pass into a timeout."""

from __future__ import annotations

import pytest

from course.worker.near import clock
from course.worker.near.clock import FRAME_SECONDS, HARD_CAP, Clock
from course.worker.outcomes import StudentProblem


class _Time:
    """Stands for the machine: seconds that have passed, in which the process ran or waited for its turn."""

    def __init__(self) -> None:
        self.now, self.ran, self.waited = 1000.0, 3.0, 7.0

    def monotonic(self) -> float:
        return self.now

    def turns(self, number: int) -> tuple[float, float]:
        return self.ran, self.waited

    def passes(self, ran: float = 0.0, waited: float = 0.0, asleep: float = 0.0) -> None:
        self.now += ran + waited + asleep
        self.ran += ran
        self.waited += waited


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> _Time:
    machine = _Time()
    monkeypatch.setattr(clock, "time", machine)
    monkeypatch.setattr(clock, "turns_of", machine.turns)
    return machine


def _looks(machine: _Time, count: int, **passed: float) -> Clock:
    seen = Clock(1, 8.0)
    seen.look()
    for _ in range(count):
        machine.passes(**passed)
        seen.look()
    return seen


def test_running_and_sleeping_count(machine: _Time) -> None:
    assert _looks(machine, 10, ran=0.1).used() == pytest.approx(1.0)
    assert _looks(machine, 10, asleep=0.1).used() == pytest.approx(1.0)
    assert _looks(machine, 10, ran=0.02, asleep=0.08).used() == pytest.approx(1.0)


def test_waiting_for_the_processor_does_not_count(machine: _Time) -> None:
    assert _looks(machine, 100, ran=0.01, waited=0.09).used() == pytest.approx(1.0)


def test_this_side_being_late_does_not_count(machine: _Time) -> None:
    assert _looks(machine, 3, asleep=5.0).used() == pytest.approx(0.3)
    assert _looks(machine, 3, ran=2.0).used() == pytest.approx(6.0)


def _trickle(machine: _Time, seen: Clock) -> None:
    """A byte every 20 ms, without end; the process runs for a moment whenever it is looked at."""
    seen.begin_frame()
    while True:
        machine.passes(ran=0.001, asleep=0.019)
        seen.begin_frame()
        if seen.until_look() <= 0:
            seen.look()


def test_bytes_that_come_in_are_no_reason_to_wait_on(machine: _Time) -> None:
    seen = Clock(1, 8.0)
    with pytest.raises(StudentProblem, match="No answer within 8 s"):
        _trickle(machine, seen)
    assert seen.used() < 8.3


def test_an_answer_that_has_begun_must_come_to_its_end(machine: _Time) -> None:
    seen = Clock(1, 90.0)
    with pytest.raises(StudentProblem, match="did not finish it") as caught:
        _trickle(machine, seen)
    assert caught.value.outcome == "timeout"
    assert seen.used() == pytest.approx(FRAME_SECONDS, abs=0.3)


def test_waiting_has_an_end_too(machine: _Time) -> None:
    with pytest.raises(StudentProblem, match=r"could run for 0\.0 s only") as caught:
        _looks(machine, 10_000, waited=0.1)
    assert caught.value.outcome == "grader_fault"  # nobody's points hang on how much else is going on
    assert machine.now - 1000 == pytest.approx(HARD_CAP * 8.0, abs=0.2)


def test_a_system_that_does_not_tell_counts_all_time(machine: _Time, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "turns_of", lambda number: None)
    assert _looks(machine, 10, asleep=0.1).used() == pytest.approx(1.0)
