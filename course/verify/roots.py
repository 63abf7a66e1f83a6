"""Folders that look like a submission: a day's solutions with something in their place."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from course.catalog import Course, Day, Exercise
from course.release.skeletons import Region, find_regions, skeleton
from course.testing.answers import Answer, with_answer, write_modules


@dataclass(frozen=True)
class Sources:
    """The text of every module of a day's solutions, by name."""

    day: Day
    texts: Mapping[str, str]

    @classmethod
    def read(cls, course: Course, day: Day) -> Sources:
        """Read them."""
        return cls(day, course.sources(day))

    def skeletons(self) -> Mapping[str, str]:
        """What a student starts with."""
        return {module: skeleton(text, self.day, module) for module, text in self.texts.items()}

    def regions(self, exercise: Exercise) -> list[Region]:
        """What the student writes for one exercise."""
        return [region for owner, region in self._owned[exercise.module] if owner == exercise]

    @cached_property
    def _owned(self) -> Mapping[str, list[tuple[Exercise | None, Region]]]:
        """Every region and its exercise, by module."""
        return {
            module: [
                (owner(self.day, module, region), region)
                for region in find_regions(self.texts[module], f"solutions/{self.day.name}/{module}.py")
            ]
            for module in self.day.modules
        }

    def stubbed(self, exercise: Exercise) -> Mapping[str, str]:
        """The solutions with this one exercise not written: the tests of it must still fail."""
        lines = self.texts[exercise.module].splitlines()
        for region in reversed(self.regions(exercise)):
            marker = lines[region.first - 1]
            indent = marker[: len(marker) - len(marker.lstrip())]
            lines[region.first - 1 : region.last] = [f"{indent}raise NotImplementedError"]
        return {exercise.module: "\n".join(lines) + "\n"}

    def staged(self) -> Mapping[str, str]:
        """The solutions, where whatever a student writes stands on the stage of this process."""
        texts = dict(self.texts)
        for module in self.day.modules:
            own = [r.qualname for e, r in written(self.day, self) if e.module == module]
            enter = f"STAGE.enter(globals(), {own!r})"
            texts[module] += f"\n\nfrom course.verify.stage import STAGE  # noqa: E402\n\n{enter}\n"
        return texts

    def answered(self, answer: Answer) -> Mapping[str, str]:
        """The solutions with a misconception or variant in the place of its exercise."""
        return {answer.module: with_answer(self.texts[answer.module], answer)}

    @contextmanager
    def folder(self, replaced: Mapping[str, str]) -> Iterator[Path]:
        """A root with all modules, some of them replaced."""
        with tempfile.TemporaryDirectory(prefix="course-verify-") as name:
            root = Path(name).resolve()
            write_modules(root, self.day, {**self.texts, **replaced})
            yield root


def owner(day: Day, module: str, region: Region) -> Exercise | None:
    """The exercise that a region belongs to: the one with the longest name that fits."""
    name = f"{module}.{region.qualname}"
    fitting = [e for e in day.exercises if name == e.name or name.startswith(f"{e.name}.")]
    return max(fitting, key=lambda exercise: len(exercise.name), default=None)


def written(day: Day, sources: Sources) -> Sequence[tuple[Exercise, Region]]:
    """Every region of the day with its exercise, in the order of the sheet."""
    return [(exercise, region) for exercise in day.exercises for region in sources.regions(exercise)]
