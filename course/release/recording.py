"""Recording what each misconception returns in the public checks, so that a student's clone can name it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from course.catalog import Check, Course, Day, Exercise
from course.testing.answers import Answer, read_answers, write_answer
from course.testing.fingerprints import Fingerprint, fingerprint
from course.testing.recorded import to_json
from course.testing.running import Runner, Sitting
from course.worker.near.local import LocalLink

_TELLING = ("failed", "wrong_type", "error")  # not time or memory, which another machine would change


def record(course: Course, day: Day, runner: Runner) -> str:
    """The text of ``tests/<day>/fingerprints.json``.

    A misconception is on file for the checks that it fails; where it passes, what it returns would be right.
    """
    found: dict[str, list[tuple[Answer, Fingerprint]]] = {}
    exercises = {exercise.name: exercise for exercise in day.exercises}
    for answer in read_answers(course, day):
        if answer.kind == "misconception":
            for check, theirs in _returned(course, day, exercises[answer.exercise], answer, runner):
                found.setdefault(check.name, []).append((answer, theirs))
    return to_json(runner.seed, found)


def _returned(
    course: Course, day: Day, exercise: Exercise, answer: Answer, runner: Runner
) -> Iterator[tuple[Check, Fingerprint]]:
    days = [d.name for d in course.days]
    with tempfile.TemporaryDirectory(prefix="course-") as place:
        write_answer(course, day, answer, Path(place))
        for check in exercise.checks:
            if check.hidden or check.training:
                continue
            link = LocalLink(Path(place), days, course.limits)
            sitting = Sitting.of(day, exercise, check, link)
            try:
                result = runner.run_check(runner.suite.function(day, check), sitting, explain=False)
            finally:
                link.close()
            transcript = sitting.student.transcript
            if result.outcome in _TELLING and transcript.calls:
                yield check, fingerprint(transcript)
