"""Reading a hand-in in a process of its own: it ends, and takes nothing of the others with it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from course.catalog import Course
from course.grading import reading
from course.grading.classes import Manner, grade_class
from course.grading.intake import Intake
from course.grading.reading import NotReadError, Reader
from tests.course.conftest import SOLUTION
from tests.course.test_grading import Quiet, hand_in, outcomes, read

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="grading needs fork")


def _children() -> set[str]:
    """Numbers of the children of this process; empty where the system does not say."""
    listing = Path(f"/proc/self/task/{os.getpid()}/children")
    return set(listing.read_text().split()) if listing.exists() else set()


def never_end() -> None:
    while True:
        pass


def take_memory() -> None:
    bytearray(2 * reading.MEBIBYTES * 2**20)


@pytest.mark.parametrize(
    ("costly", "why"),
    [
        (never_end, "not within 1 s"),
        (lambda: time.sleep(1000), "not within 1 s"),
        (lambda: os._exit(0), "it ends the process that reads it"),
        (lambda: os.kill(os.getpid(), signal.SIGKILL), "it ends the process that reads it"),
        (take_memory, "MemoryError"),
    ],
    ids=["loop", "sleep", "exit", "killed", "memory"],
)
def test_what_is_costly_to_read_is_its_own_affair(
    tiny: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, costly: Callable[[], None], why: str
) -> None:
    before = _children()
    for student in ("ada", "bob", "cy"):
        hand_in(tmp_path / "in", student, SOLUTION)
    noted = Intake._noted

    def costly_for_bob(self: Intake, student: str, *rest: Any, **more: Any) -> Any:
        if student == "bob":
            costly()
        return noted(self, student, *rest, **more)

    monkeypatch.setattr(Intake, "_noted", costly_for_bob)
    monkeypatch.setattr(reading, "READ_SECONDS", 1.0)
    outcome = grade_class(tiny, tmp_path / "in", tmp_path / "out", view=Quiet(), manner=Manner(jobs=1))
    assert [read(tmp_path / "out", student)["score"] for student in ("ada", "bob", "cy")] == [5, 0, 5]
    assert outcomes(read(tmp_path / "out", "bob")) == ["grader_fault"] * 3
    assert read(tmp_path / "out", "bob")["note"] == f"it cannot be read ({why})"
    assert outcome.faults == 1
    assert _children() == before  # nothing is left


def test_one_process_reads_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    hoard: list[bytearray] = []

    def number(name: str) -> int:
        hoard.append(bytearray(int(name)))
        return os.getpid()

    reader = Reader(number)
    monkeypatch.setattr(reading, "WORN_MEBIBYTES", 64)
    numbers = [reader.read(size) for size in ("1", "1", str(2**27), "1")]
    assert numbers[0] == numbers[1] == numbers[2] != numbers[3]
    assert os.getpid() not in numbers
    assert hoard == []
    reader.close()
    reader.close()


def test_after_one_that_is_lost_the_next_is_read() -> None:
    reader = Reader(lambda name: os._exit(1) if name == "bad" else name)
    assert reader.read("a") == "a"
    with pytest.raises(NotReadError):
        reader.read("bad")
    assert reader.read("b") == "b"
    reader.close()
