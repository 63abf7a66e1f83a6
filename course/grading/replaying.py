"""``course replay``: a submission is graded again with the seed and the limits of its record, and what is not the
same is named.
"""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course.catalog import Course, Limits
from course.catalog.selecting import find_day
from course.errors import CourseError, UsageError
from course.grading.claims import is_work
from course.grading.classes import Graded, Manner, grade_class
from course.grading.intake import Intake, copy_work
from course.grading.merging import by_run, of_days
from course.grading.provenance import differences, provenance
from course.results.class_folder import SUFFIXES, is_archive
from course.results.names import shown
from course.results.reading import Record, is_missing, read_record, result_path, tests_of
from course.results.roster import Roster, canvas_files_beside, settled_roster


@dataclass(frozen=True)
class Replay:
    """What came of it: a sentence per difference, in the verdicts and in what they were computed from."""

    student: str
    tests: int
    verdicts: list[str] = field(default_factory=list)
    provenance: list[str] = field(default_factory=list)

    @property
    def equal(self) -> bool:
        return not self.verdicts


def replay(course: Course, path: Path, submission: Path | None = None) -> Replay:
    """Grade the submission of the record at ``path`` again.

    Parameters
    ----------
    submission : the student's folder or archive, or the folder of the class; without it the folder that
        the run noted is used

    Raises CourseError when the record or the submission cannot be found.
    """
    before = read_record(path)
    if submission is None and all(map(is_missing, before["days"])):
        raise CourseError(
            f"{shown(before['student'])} handed in nothing, so there is nothing to grade again."
        )
    replayed = Replay(before["student"], sum(1 for _ in tests_of(before)))
    for part in by_run(before):
        for source, days in _sources(course, path.parent, part, submission).items():
            then = of_days(part, [day for day in part["days"] if day["day"] in days])
            after = _again(course, then, source)
            replayed.verdicts.extend(_verdict_differences(then, after))
            replayed.provenance.extend(differences(then, after))
    return replayed


def _sources(course: Course, out: Path, before: Record, given: Path | None) -> dict[Path, list[str]]:
    """Where the work lies: the student's folder or archive, and the days for which it is that one. The days of a term
    may have been handed in into several folders.
    """
    student, days = before["student"], [day["day"] for day in before["days"]]
    if given is not None:
        return {_find(student, given, days): days}
    noted, roster = _noted(out), settled_roster(course, out)
    others = folders_of_runs(out) if roster is not None or len(days) > 1 else []
    found: dict[Path, list[str]] = {}
    for day in before["days"]:
        places = (_place(course, folder, day, student, roster) for folder in dict.fromkeys([noted, *others]))
        place = next(filter(None, places), None)
        if place is None and is_missing(day) and _lies_in(student, noted) is None:
            continue  # nothing then, and nothing now
        found.setdefault(place or _find(student, noted, days), []).append(day["day"])
    return found


def folders_of_runs(out: Path) -> list[Path]:
    """Every folder that was ever graded into the term, the last one first."""
    from course.results.store import Store, is_there

    if not is_there(out):
        return []
    with Store(out) as store:
        return [Path(run.submissions) for run in reversed(store.runs()) if run.submissions]


def _place(
    course: Course, folder: Path, day: dict[str, Any], student: str, roster: Roster | None
) -> Path | None:
    """The student's folder or archive in a folder of a class, if the work in it is that of the day's verdicts."""
    try:
        intake = Intake(course, folder, [find_day(course, day["day"])], roster=roster)
    except CourseError:
        return None
    with intake:
        place = intake.place(student)
        is_it = place is not None and intake.read(student).is_the_work(day["day"], day.get("submission", ""))
        return place if is_it else None


def _again(course: Course, before: Record, source: Path) -> Record:
    """The record that the same seed and limits give now."""
    days = [day["day"] for day in before["days"]]
    course = dataclasses.replace(course, limits=_limits(course.limits, before))
    with tempfile.TemporaryDirectory(prefix="course-replay-") as folder:
        handed_in, out = Path(folder, "class"), Path(folder, "out")
        _copy(source, handed_in, before["student"])
        grade_class(
            course, handed_in, out, days=days, seed=before["seed"], view=_Unseen(), manner=Manner(jobs=1)
        )
        return provenance(course) | read_record(result_path(out, before["student"]))


def _noted(out: Path) -> Path:
    """The folder of submissions that the run noted down."""
    try:
        noted = json.loads((out / "run.json").read_text(encoding="utf-8")).get("submissions")
    except (OSError, ValueError, AttributeError):
        noted = None
    if not noted:
        raise UsageError("Say where the work is: `course replay RECORD --submission FOLDER`.")
    return Path(noted)


def _limits(now: Limits, before: Record) -> Limits:
    """The limits of the record, as far as it names any that there still are."""
    known = {f.name for f in dataclasses.fields(Limits)}
    then = before.get("limits", {})
    return dataclasses.replace(now, **{name: value for name, value in then.items() if name in known})


class _Unseen:
    """Nobody is told: it is one submission."""

    def started(self, total: int, already: int) -> None:
        pass

    def graded(self, one: Graded) -> None:
        pass


def _find(student: str, place: Path, days: list[str]) -> Path:
    """The student's folder or archive, given as such or by the folder of the class."""
    found = _lies_in(student, place)
    if found is not None:
        return found
    is_it = is_archive(place.name) or is_work(place.name)
    if any((place / day).is_dir() for day in days) or (place.is_file() and is_it):
        return place
    raise CourseError(f"There is no submission at {place}; give the student's folder or archive.")


def _lies_in(student: str, folder: Path) -> Path | None:
    """The folder or archive of a student in the folder of a class."""
    names = [student, *(f"{student}{suffix}" for suffix in (*SUFFIXES, *map(str.upper, SUFFIXES)))]
    places = (*(folder / name for name in names), folder / "submitted" / student)
    return next(filter(os.path.exists, places), None)


def _copy(source: Path, handed_in: Path, student: str) -> None:
    """A class of one: the student's archive, the files in the folder that may be read, or those that Canvas has laid
    beside each other.
    """
    if source.is_file() and is_work(source.name):
        (handed_in / student).mkdir(parents=True)
        for path, called in canvas_files_beside(source):
            if not (target := handed_in / student / called).exists():
                shutil.copyfile(path, target)
        return
    if source.is_file():
        suffix = next(suffix for suffix in SUFFIXES if source.name.lower().endswith(suffix))
        handed_in.mkdir(parents=True)
        shutil.copyfile(source, handed_in / f"{student}{suffix}")
        return
    (handed_in / student).mkdir(parents=True)
    copy_work(source, handed_in / student)


def _verdict_differences(before: Record, after: Record) -> list[str]:
    old, new = _verdicts(before), _verdicts(after)
    said = []
    for name in dict.fromkeys([*old, *new]):
        if name not in new:
            said.append(f"{name}: {old[name]} then, the test is gone now")
        elif name not in old:
            said.append(f"{name}: a new test, {new[name]} now")
        elif old[name] != new[name]:
            said.append(f"{name}: {old[name]} then, {new[name]} now")
    return said


def _verdicts(record: Record) -> dict[str, str]:
    return {f"{day}/{exercise} · {test['test']}": _verdict(test) for day, exercise, test in tests_of(record)}


def _verdict(test: dict[str, Any]) -> str:
    named = f" ({test['misconception']})" if test.get("misconception") else ""
    return f"{test['outcome']}{named}, {test['points']} of {test['max_points']} points"
