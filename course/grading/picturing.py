"""Drawing the pictures of a class: the course's own ``plots.py`` with the functions of each submission.

Student code runs behind the walls of grading, with their limits, and gives nothing to points or records. What comes
back is an array of pixels in the exchange format, never a file: the PNG or GIF is made on this side, so that neither
the grader nor a browser reads a file of a student's making. A picture that cannot be drawn is left out.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, TypeGuard

import numpy as np
from numpy.typing import NDArray

from course import plots
from course.catalog import Course, Day
from course.errors import CourseError
from course.files import sweep, write_bytes_atomically, write_json
from course.grading.intake import Intake, Submission
from course.notebooks.outline import picture_functions
from course.results.names import shown, stem_in
from course.results.reading import Record, read_records
from course.results.roster import Roster, settled_roster
from course.worker.near.handle import Student
from course.worker.near.link import IsolatedLink, read_day
from course.worker.near.warm import WarmProcess, to_warm
from course.worker.outcomes import Budget, StudentProblem

LARGEST_PICTURE = 2 * 2**20
LONGEST_SIDE = 4000
MOST_TIMEOUTS = 3  # of a day; the rest of its pictures is left out then
MOST_FRAMES = 200
MOST_PIXELS = 50_000_000  # of all frames together
DPI = 100  # for a page; `course plot` draws larger
ANIMATION_DPI = 80
DRAWING = (
    "course.plots",
    "matplotlib.animation",
    "matplotlib.backends.backend_agg",
    "matplotlib.figure",
    "matplotlib.pyplot",
)
"""What is imported before the first fork, in a run that draws."""


class View(Protocol):
    """Who is told of the progress, picture by picture."""

    def started(self, total: int) -> None: ...

    def done(self, what: str) -> None: ...


@dataclass
class Pictured:
    """What was drawn; ``kept`` counts students whose work is the same as the last time, ``elsewhere`` those whose
    work is not there any more, or not as it was graded.
    """

    students: int = 0
    pictures: int = 0
    kept: int = 0
    elsewhere: int = 0


@dataclass(frozen=True)
class DayPictures:
    """The pictures of a day, and what a submission needs beside itself to draw them."""

    course: Course
    day: Day

    @cached_property
    def plots(self) -> bytes:
        """The course's ``plots.py``; empty for a day without pictures."""
        return self.course.sources(self.day).get("plots", "").encode()

    @cached_property
    def captions(self) -> dict[str, str]:
        """Caption by function, in the order of the file."""
        return dict(picture_functions(self.plots.decode("utf-8", "replace")))

    @cached_property
    def skeletons(self) -> dict[str, bytes]:
        """The files that students are given."""
        return read_day(self.course.root, self.day.name)

    def files(self, submission: Mapping[str, bytes]) -> dict[str, bytes]:
        """The submission's files of the day; the skeleton where one is missing, the course's ``plots.py`` always."""
        files = dict(self.skeletons)
        for name, data in submission.items():
            if name.startswith(f"{self.day.name}/"):
                files[name] = data + self.stand_ins.get(name, b"")
        return {**files, f"{self.day.name}/plots.py": self.plots}

    @cached_property
    def stand_ins(self) -> dict[str, bytes]:
        """Lines after each module that define what it may lack of its skeleton, so that a function with another name
        costs the pictures that call it and not the day.
        """
        kinds = ast.FunctionDef | ast.ClassDef
        found = {}
        for name, skeleton in self.skeletons.items():
            names = [node.name for node in ast.parse(skeleton).body if isinstance(node, kinds)]
            found[name] = _STAND_INS.format(names=names).encode()
        return found

    @property
    def by_file(self) -> dict[str, str]:
        """Caption by name of the file."""
        return {self.file_of(name): caption for name, caption in self.captions.items()}

    def file_of(self, name: str) -> str:
        """``day03_linalg-fits.png`` of ``figure_fits``."""
        return f"{self.day.name}-{plots.file_name(name)}"


_STAND_INS = """

def _not_there(*values, **named):
    raise NotImplementedError


for _name in {names}:
    globals().setdefault(_name, _not_there)
"""


def draw_class(course: Course, out: Path, submissions: Path | None, view: View) -> Pictured:
    """Draw into ``out/pictures``, a folder for each student, what has changed since the last time.

    ``submissions`` is the folder of the class; without it the one that ``course grade`` noted. One submission is
    drawn after the other. Raises CourseError when there are no results, or the submissions are gone.
    """
    noted = _noted(out)
    graded = {record["student"]: _works(record, noted["days"]) for record in read_records(out)}
    days = [DayPictures(course, day) for day in course.units if day.name in noted["days"]]
    roster = settled_roster(course, out)
    intake = _intake(course, submissions or Path(noted["submissions"]), [one.day for one in days], roster)
    drawing = _hash(course, days)
    here = frozenset(intake.students)
    pictured = Pictured()
    waiting: list[str] = []
    with intake:
        for student, work in graded.items():
            if student not in here or not _is_of(intake.read(student), work):
                pictured.elsewhere += 1
            elif _drawn(out, student) == {"submission": work, "drawing": drawing}:
                pictured.kept += 1
            else:
                waiting.append(student)
    view.started(len(waiting) * sum(len(one.captions) for one in days))
    if not waiting:
        return pictured
    imports, _ = to_warm([one.day for one in days])
    names = [day.name for day in course.units]
    with intake, WarmProcess(names, [*imports, *DRAWING], course.limits) as zygote:
        for student in waiting:
            submission = intake.read(student)
            made = dict(_draw_submission(zygote, course, days, submission, view))
            _write(picture_folder(out, student), names, made)
            write_json(_mark(out, student), {"submission": graded[student], "drawing": drawing})
            pictured.students += 1
            pictured.pictures += len(made)
    return pictured


def are_of(out: Path, record: Record) -> bool:
    """Whether the pictures that lie there were drawn with the work that the record is about."""
    drawn = _drawn(out, record["student"]).get("submission")
    return isinstance(drawn, dict) and bool(drawn) and _works(record, drawn) == drawn


def _works(record: Record, days: Collection[str]) -> dict[str, str]:
    """By day, the hash of the work that was graded."""
    return {day["day"]: day.get("submission", "") for day in record["days"] if day["day"] in days}


def _is_of(submission: Submission, work: Mapping[str, str]) -> bool:
    """Whether the work that is there is the one that was graded."""
    return all(submission.is_the_work(day, hashed) for day, hashed in work.items())


def _draw_submission(
    zygote: WarmProcess, course: Course, days: Sequence[DayPictures], submission: Submission, view: View
) -> Iterator[tuple[str, bytes]]:
    """Name and content of each picture that its functions can draw."""
    for one in days:
        handed_in = any(name.startswith(f"{one.day.name}/") for name in submission.files)
        timeouts = 0 if handed_in else MOST_TIMEOUTS
        with closing(zygote.open(one.files(submission.files), one.day.name)) as link:
            for name in one.captions:
                if timeouts < MOST_TIMEOUTS:
                    try:
                        content = _draw(link, course, one.day, name)
                    except StudentProblem as problem:
                        timeouts += problem.outcome == "timeout"
                    else:
                        if content is not None:
                            yield one.file_of(name), content
                view.done(f"{shown(submission.student)} {one.day.number}")


def _draw(link: IsolatedLink, course: Course, day: Day, name: str) -> bytes | None:
    """One picture; None when what came back is none. Raises StudentProblem when student code gives nothing."""
    dpi = ANIMATION_DPI if name.startswith("animation_") else DPI
    seconds = course.limits.training_seconds
    link.begin(course.seed, (), Budget(seconds, seconds))
    pixels = Student(link, f"{day.name}.plots").run(plots.draw, name, dpi)
    if not _is_picture(pixels):
        return None
    content = plots.file_content(name, pixels)
    return content if len(content) <= LARGEST_PICTURE else None


def _is_picture(pixels: Any) -> TypeGuard[NDArray[np.uint8]]:
    """Whether what came back has the form of ``plots.draw``'s result and a sane size. Nothing is believed: the
    function that ran over there may have been replaced.
    """
    if type(pixels) is not np.ndarray or pixels.dtype != np.uint8 or pixels.ndim != 4:
        return False
    frames, height, width, colours = pixels.shape
    if not (1 <= frames <= MOST_FRAMES and colours == 3 and frames * height * width <= MOST_PIXELS):
        return False
    return bool(1 <= height <= LONGEST_SIDE and 1 <= width <= LONGEST_SIDE)


def _write(folder: Path, days: Sequence[str], made: Mapping[str, bytes]) -> None:
    """Write the pictures and remove what an earlier run has drawn; files that people laid there stay."""
    sweep(folder)
    for name, content in made.items():
        write_bytes_atomically(folder / name, content)
    for path in [*folder.glob("*.png"), *folder.glob("*.gif")]:
        if path.name not in made and path.name.partition("-")[0] in days:
            path.unlink()


def _noted(out: Path) -> dict[str, Any]:
    """The days that the run noted down, and where the submissions were."""
    try:
        noted = json.loads((out / "run.json").read_text(encoding="utf-8"))
        return {"days": list(noted["days"]), "submissions": str(noted["submissions"])}
    except (OSError, ValueError, KeyError, TypeError):
        raise CourseError(
            f"{out / 'run.json'} does not say what was graded; run `course grade SUBMISSIONS --out {out}` again."
        ) from None


def _intake(course: Course, submissions: Path, days: Sequence[Day], roster: Roster | None) -> Intake:
    if not submissions.is_dir():
        raise CourseError(
            f"The submissions are not in {submissions} any more; say where they are with `--submissions DIR`."
        )
    return Intake(course, submissions, days, roster=roster)


def picture_folder(out: Path, student: str) -> Path:
    """Where the pictures of a student are."""
    return out / "pictures" / stem_in(out, student)


def _mark(out: Path, student: str) -> Path:
    return picture_folder(out, student) / "drawn.json"


def _drawn(out: Path, student: str) -> dict[str, Any]:
    """What the last drawing noted; nothing where there was none."""
    try:
        noted = json.loads(_mark(out, student).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return noted if isinstance(noted, dict) else {}


def _hash(course: Course, days: Sequence[DayPictures]) -> str:
    """One hash of what a picture depends on beside the submission."""
    digest = hashlib.sha256(Path(plots.__file__).read_bytes())
    digest.update(json.dumps([DPI, ANIMATION_DPI, course.seed, asdict(course.limits)]).encode())
    for one in days:
        for name, data in sorted(one.files({}).items()):
            digest.update(name.encode() + b"\0" + hashlib.sha256(data).digest())
    return digest.hexdigest()
