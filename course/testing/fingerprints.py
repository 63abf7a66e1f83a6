"""Which misconception gives exactly the student's answers? Told by what came back in the failing check.

The misconceptions of the exercise are put through the same check with the same seed, so they see the
same inputs; their answers are compared with the student's, call by call. Only a unique match is
reported, and none that would fail a check which the student has passed. What is drawn at random is
compared by a statistic that the check names. A fingerprint is a few numbers per call (the shape and two
projections of the values), enough to recognise an answer and too little to rebuild one.
"""

from __future__ import annotations

import re
import tempfile
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from course.catalog import Check, Course, Day, Exercise
from course.testing.answers import Answer, write_answer
from course.testing.describing import as_array, is_tensor, spell
from course.worker.near.handle import Handle, Transcript
from course.worker.outcomes import StudentProblem

Entry = tuple[str, tuple[float, ...]]
Fingerprint = tuple[Entry, ...]
TOLERANCE = 1e-6
MOST_ENTRIES = 10_000
LARGEST_SUM = 20_000_000  # numbers of all calls together; no check of the course gets a tenth of that
LARGEST = 2_000_000  # entries of an array; of a larger one, which no answer gives, every so many-th counts


def fingerprint(transcript: Transcript) -> Fingerprint:
    """What came back, call by call."""
    entries: list[Entry] = []
    left = [LARGEST_SUM]
    for number, call in enumerate(transcript.calls):
        if number in transcript.statistics:
            entries.append(("statistic", transcript.statistics[number]))
        elif call.problem is not None:
            entries.append(
                (f"raised {call.problem.outcome} {call.problem.types[:1]} {_said(call.problem)}", ())
            )
        else:
            _summarise(call.result, entries, left)
    return tuple(entries)


def _said(problem: StudentProblem) -> int:
    """The message of an exception; none where a line of the student's raises it, in words that nobody else chooses."""
    lines = [line for line in problem.traceback.splitlines() if not line.lstrip().startswith("shapes there")]
    own = bool(lines) and re.match(r"\s*raise\b", lines[-1]) is not None
    return 0 if own else zlib.crc32(problem.message.encode("utf-8", "surrogatepass"))


def _summarise(value: Any, entries: list[Entry], left: list[int]) -> None:
    """Add the entries of a value; ``left`` holds how many numbers may still be looked at."""
    if len(entries) >= MOST_ENTRIES:
        return
    if isinstance(value, Handle):
        entries.append(("object", ()))
    elif isinstance(value, (tuple, list)) and not _is_numeric(value):
        entries.append((f"{len(value)} parts", ()))
        for part in value:
            _summarise(part, entries, left)
    elif isinstance(value, dict):
        entries.append((f"dict {sorted(map(_word, value))}", ()))
        for key in sorted(value, key=_word):
            _summarise(value[key], entries, left)
    elif _is_numeric(value):
        array = as_array(value)
        left[0] -= array.size
        entries.append(_project(array) if left[0] >= 0 else (f"{array.shape} too much", ()))
    else:
        entries.append((f"text {zlib.crc32(spell(value).encode('utf-8', 'surrogatepass'))}", ()))


def _word(key: Any) -> str:
    return key if isinstance(key, str) else spell(key)


def _is_numeric(value: Any) -> bool:
    if isinstance(value, (int, float, complex, np.number, np.ndarray)) or is_tensor(value):
        return getattr(value, "dtype", np.dtype(float)) is not None and _converts(value)
    return isinstance(value, list) and _converts(value)


def _converts(value: Any) -> bool:
    try:
        as_array(value)
    except (TypeError, ValueError, RuntimeError):
        return False
    return True


def _project(array: np.ndarray) -> Entry:
    flat = array.reshape(-1)[:: 1 + array.size // LARGEST].astype(complex)
    finite = np.where(np.isfinite(flat), flat, 0.0)
    index = np.arange(1, flat.size + 1)
    with np.errstate(all="ignore"):
        one, two = (finite * np.cos(index)).sum(), (finite * np.sin(1.7 * index + 0.3)).sum()
        size = float(np.abs(finite).sum())
    wild = float((~np.isfinite(flat)).sum())
    kind = "integers" if array.dtype.kind in "iu" else "numbers"
    return f"{array.shape} {kind}", (size, wild, one.real, one.imag, two.real, two.imag)


def same(a: Fingerprint, b: Fingerprint, *, kinds: bool = False) -> bool:
    """Equal up to the rounding that two ways of computing differ by; with ``kinds`` no float is an integer."""
    return len(a) == len(b) and all(_same_entry(x, y, kinds) for x, y in zip(a, b, strict=True))


def _same_entry(a: Entry, b: Entry, kinds: bool) -> bool:
    if len(a[1]) != len(b[1]) or (a[0] != b[0] if kinds or not a[1] else _shape(a) != _shape(b)):
        return False
    if not a[1]:
        return True
    if a[0] == "statistic":  # how far two of them may be apart stands first
        return all(abs(x - y) <= a[1][0] for x, y in zip(a[1], b[1], strict=True))
    slack = TOLERANCE * max(a[1][0], b[1][0]) + 1e-12
    return a[1][1] == b[1][1] and all(abs(x - y) <= slack for x, y in zip(a[1], b[1], strict=True))


def _shape(numbers: Entry) -> str:
    return numbers[0].rpartition(" ")[0]


Known = list[tuple[Answer, Fingerprint]]


class Explainer:
    """Names the misconception behind a failed check. Fingerprints are made once per check and seed, when the check
    first fails: to make those of a whole day takes seconds, and a class needs a part of them.

    ``answers`` gives the answers of a day; ``recorded`` reads the fingerprints of a day from its file, for a
    student's clone, where there is no solution to make them from.
    """

    def __init__(
        self,
        course: Course,
        replay: Callable[[Path, Day, Exercise, Check], Transcript | None],
        recorded: Callable[[Day], Mapping[str, Known]],
        answers: Callable[[Day], Sequence[Answer]],
    ) -> None:
        self._course = course
        self._replay = replay
        self._recorded = cache(recorded)
        self._answers = answers
        self._known: dict[tuple[str, str], Known] = {}
        self._failing: dict[tuple[str, str, int], bool] = {}

    def explain(
        self,
        day: Day,
        exercise: Exercise,
        check: Check,
        transcript: Transcript,
        *,
        kinds: bool = False,
        passed: Iterable[Check] = (),
    ) -> Answer | None:
        """The one misconception that answers as the student did; None without a unique match. Which
        of its parameters' values gave the match does not matter. ``passed`` are checks of the exercise that the student
        has passed: a misconception that fails one of them is not the student's.

        With ``kinds`` also in floats where the student gave floats: when nothing else is wrong, a misconception that
        gives the right integers is not the student's.
        """
        found = self.matches(day, exercise, check, transcript, kinds=kinds)
        for other in passed if found else ():
            found = [answer for answer in found if not self._fails(day, exercise, other, answer)]
        return found[0] if len({answer.name for answer in found}) == 1 else None

    def matches(
        self, day: Day, exercise: Exercise, check: Check, transcript: Transcript, *, kinds: bool = False
    ) -> list[Answer]:
        """Every misconception that answers as the student did."""
        if check.training or not transcript.calls:
            return []
        last = transcript.calls[-1].problem
        if last is not None and (last.outcome != "error" or not last.types):
            return []
        mine = fingerprint(transcript)
        return [
            answer for answer, theirs in self.known(day, exercise, check) if same(mine, theirs, kinds=kinds)
        ]

    def known(self, day: Day, exercise: Exercise, check: Check) -> Known:
        """The misconceptions of an exercise with what they return in this check; those that pass it explain nothing."""
        key = (day.name, check.name)
        if key not in self._known:
            self._known[key] = self._made(day, exercise, check)
        return self._known[key]

    def _fails(self, day: Day, exercise: Exercise, check: Check, answer: Answer) -> bool:
        """Whether a misconception fails a check, with these values of its parameters: found out for this one alone,
        unless all are known already.
        """
        if check.training:
            return False
        known = self._known.get((day.name, check.name))
        if known is not None or not self._course.solutions.is_dir():
            return answer.label in {one.label for one, _ in self.known(day, exercise, check)}
        key = (day.name, check.name, id(answer))
        if key not in self._failing:
            self._failing[key] = self._given(day, exercise, check, answer) is not None
        return self._failing[key]

    def _made(self, day: Day, exercise: Exercise, check: Check) -> Known:
        if not self._course.solutions.is_dir():
            return self._recorded(day).get(check.name, [])
        made: Known = []
        for answer in self._answers(day):
            if answer.kind == "misconception" and answer.exercise == exercise.name:
                transcript = self._given(day, exercise, check, answer)
                if transcript is not None:
                    made.append((answer, fingerprint(transcript)))
        return made

    def _given(self, day: Day, exercise: Exercise, check: Check, answer: Answer) -> Transcript | None:
        """What a misconception gives in a check that it does not pass."""
        with tempfile.TemporaryDirectory(prefix="course-") as folder:
            write_answer(self._course, day, answer, Path(folder))
            return self._replay(Path(folder), day, exercise, check)
