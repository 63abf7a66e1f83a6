"""A sample class, made on the fly from the solutions of a day: right, wrong, accidental and hostile
submissions.

It shows what grading does (``course demo``) and is the corpus on which the tests hold all surfaces to
the same verdicts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from course.catalog import Course, Day, Exercise
from course.release.skeletons import find_regions, skeleton
from course.testing.answers import Answer, read_answers, with_answer


@dataclass(frozen=True)
class Sample:
    """One submission: the text of every module, and in a sentence what it shows."""

    name: str
    shows: str
    files: Mapping[str, str]

    def write(self, folder: Path, day: Day) -> None:
        """Write it as a student's folder below ``folder``."""
        target = folder / self.name / day.name
        target.mkdir(parents=True)
        for name, text in self.files.items():
            (target / name).write_text(text, encoding="utf-8")


def sample_class(course: Course, day: Day) -> list[Sample]:
    """At least twelve submissions for one day."""
    sources = {f"{module}.py": text for module, text in course.sources(day).items()}
    skeletons = {name: skeleton(text, day, name.removesuffix(".py")) for name, text in sources.items()}
    victim = _victim(day, sources)
    file = f"{victim.module}.py"

    def spoilt(name: str, shows: str, body: str, top: str = "") -> Sample:
        text = with_body(sources[file], victim, body)
        return Sample(name, shows, {**sources, file: _insert_top(text, top)})

    samples = [
        Sample("untouched", "nothing written yet", skeletons),
        Sample("complete", "everything right", sources),
        Sample("partial", "the first module done, the rest not started", {**skeletons, file: sources[file]}),
        *_answer_samples(course, day, sources),
        Sample(
            "syntax-error",
            "one file that Python cannot read",
            {**sources, file: sources[file] + "\ndef unfinished(:\n"},
        ),
        Sample(
            "crash-at-import",
            "one module raises when it is imported",
            {**sources, file: sources[file] + '\nraise RuntimeError("left over from an experiment")\n'},
        ),
        spoilt("endless-loop", "one function never returns", "while True:\n    pass"),
        spoilt(
            "memory-hog",
            "one function asks for ever more memory",
            "hoard = []\nwhile True:\n    hoard.append(bytes(2**26))",
        ),
        spoilt("early-exit", "one function ends the process with status 0", "import os\n\nos._exit(0)"),
        spoilt(
            "replaced-assertion",
            "NumPy's assertion is replaced, one function returns nothing",
            "return None",
            top="import numpy.testing\n\nnumpy.testing.assert_allclose = lambda *args, **kwargs: None",
        ),
        spoilt(
            "equal-to-everything",
            "one function returns an object that claims to equal anything",
            _CHAMELEON,
        ),
        spoilt("chatterbox", "right, but prints and warns", _chatty(sources[file], victim, file)),
    ]
    return samples


_CHAMELEON = """\
class Chameleon:
    shape = ()
    dtype = float

    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    def __bool__(self):
        return True

    def __float__(self):
        return 0.0

    __hash__ = None

return Chameleon()"""


def _chatty(source: str, exercise: Exercise, file: str) -> str:
    """The right body, with output around it."""
    region = next(r for r in find_regions(source, file) if r.qualname == exercise.qualname)
    lines = source.splitlines()[region.first : region.last - 1]
    indent = len(lines[0]) - len(lines[0].lstrip())
    noise = [
        "import sys",
        "import warnings",
        'print("working …")',
        'print("still working", file=sys.stderr)',
        'warnings.warn("just so", stacklevel=1)',
    ]
    return "\n".join([*noise, *(line[indent:] for line in lines)])


def _victim(day: Day, sources: Mapping[str, str]) -> Exercise:
    """The first exercise that is a function with one region: the hostile samples live in it."""
    for exercise in day.exercises:
        regions = find_regions(sources[f"{exercise.module}.py"], exercise.module)
        if sum(region.qualname == exercise.qualname for region in regions) == 1:
            return exercise
    raise ValueError(f"{day.name} has no exercise that is a plain function")


def with_body(source: str, exercise: Exercise, body: str) -> str:
    """The source with another body in the place of an exercise's first region."""
    region = next(r for r in find_regions(source, exercise.module) if r.qualname == exercise.qualname)
    lines = source.splitlines()
    marker = lines[region.first - 1]
    indent = marker[: len(marker) - len(marker.lstrip())]
    lines[region.first - 1 : region.last] = [indent + line if line else "" for line in body.splitlines()]
    return "\n".join(lines) + "\n"


def _insert_top(source: str, top: str) -> str:
    """Put code behind the last import of the file's head."""
    if not top:
        return source
    lines = source.splitlines()
    at = max(n for n, line in enumerate(lines, start=1) if line.startswith(("import ", "from ")))
    return "\n".join([*lines[:at], "", top, *lines[at:]]) + "\n"


def _answer_samples(course: Course, day: Day, sources: Mapping[str, str]) -> Iterator[Sample]:
    answers = read_answers(course, day)
    for kind, count in (("misconception", 3), ("variant", 2)):
        for answer in _spread([a for a in answers if a.kind == kind], count):
            file = f"{answer.module}.py"
            shows = (
                answer.says.split(". ")[0].rstrip(".")
                if answer.says
                else f"another right way to write {answer.exercise}"
            )
            name = f"{kind}-{answer.name.replace('_', '-')}"
            yield Sample(name, shows, {**sources, file: with_answer(sources[file], answer)})


def _spread(answers: list[Answer], count: int) -> list[Answer]:
    """Some answers, from different exercises."""
    first = list({answer.exercise: answer for answer in reversed(answers)}.values())[::-1]
    step = max(len(first) // count, 1)
    return first[::step][:count]
