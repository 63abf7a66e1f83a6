"""docs/messages holds what the screen says: every misconception is there, and a sample is made again."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from course.catalog import Course
from course.report.gallery import CRASHES, SHAPES, Gallery, section, write_pages
from course.report.picture_gallery import DPI, WIDTH, small, write_pictures
from course.testing.answers import read_answers
from tests.course.conftest import ROOT, write
from tests.course.test_picturing import CAPTIONS, PLOTS

MESSAGES = ROOT / "docs/messages"
SAMPLE = [
    ("day01_intro", "first_steps.hello"),
    ("day03_linalg", "matrices.transpose"),
    ("day04_statistics", None),
]


def entries(text: str) -> set[tuple[str, str]]:
    """Exercise and mistake of every message on a page."""
    found, exercise = set(), ""
    for marks, title in re.findall(r"^(##+) (.*)$", text, re.MULTILINE):
        if marks == "##":
            exercise = title
        else:
            found.add((exercise, title))
    return found


def test_the_misconceptions_of_a_day_are_on_its_page(real: Course) -> None:
    """All of them, of every day that is open, and none that are there no more."""
    for day in real.days:
        page = MESSAGES / f"{day.name}.md"
        there = entries(page.read_text(encoding="utf-8")) if page.is_file() else set()
        known = {(one.exercise, one.name) for one in read_answers(real, day) if one.kind == "misconception"}
        told = {entry for entry in there if entry[0] not in ("Crashes", "Shapes")}
        assert told == known, f"run `course gallery {day.number}`"


def test_the_pictures_of_a_day_are_in_the_gallery(real: Course) -> None:
    """Each is on the page, under the first line of its docstring, and the files are small."""
    page = (ROOT / "docs/gallery.md").read_text(encoding="utf-8")
    drawn = re.findall(r"^!\[(.+)\]\(gallery/(\w+)/(\w+\.png)\)$", page, re.MULTILINE)
    for day in real.days:
        text = (ROOT / day.name / "plots.py").read_text(encoding="utf-8")
        known = re.findall(r'^def (?:figure|animation)_\w+\(.*\n    """(.+?)(?:"""|$)', text, re.MULTILINE)
        there = [caption for caption, name, _ in drawn if name == day.name]
        assert there == known, f"run `course gallery --pictures {day.number}`"
    files = [ROOT / "docs/gallery" / name / file for _, name, file in drawn]
    assert sum(file.stat().st_size for file in files) < 3_000_000
    assert sorted(files) == sorted((ROOT / "docs/gallery").rglob("*.png"))


@pytest.mark.slow
@pytest.mark.parametrize(("day", "name"), SAMPLE)
def test_a_sample_says_what_the_page_says(real: Course, day: str, name: str | None) -> None:
    chosen = real.day(day)
    exercise = next(one for one in chosen.exercises if name in (one.name, None))
    page = (MESSAGES / f"{day}.md").read_text(encoding="utf-8")
    assert section(Gallery(real, chosen), exercise) in page, f"run `course gallery {chosen.number}`"


def test_a_page_is_written(tiny: Course) -> None:
    written = list(write_pages(tiny, tiny.days))
    assert [path.relative_to(tiny.root) for path in written] == [
        Path("docs/messages/day01_tiny.md"),
        Path("docs/messages.md"),
    ]
    text = written[0].read_text(encoding="utf-8")
    assert "This is the mean. The sum is not divided by the number of entries." in text
    assert "Did you mean: 'result'?" in text
    assert sum(f"sums.total: {mistake}" in text for mistake in CRASHES) == len(CRASHES)
    assert not any(f": {mistake}" in text for mistake in SHAPES)  # a sum has no shape
    assert "[Tiny](messages/day01_tiny.md)" in written[1].read_text(encoding="utf-8")


def test_pictures_are_drawn_small_and_stand_on_one_page(tiny: Course) -> None:
    write(tiny.root / "day01_tiny/plots.py", PLOTS)
    write(tiny.root / "docs/gallery/day01_tiny/of_old.png", "")
    written = list(write_pictures(tiny, tiny.days))
    names = ["day01_tiny/total.png", "day01_tiny/counter.png", "day01_tiny/counter_moving.png"]
    assert [path.relative_to(tiny.root / "docs") for path in written] == [
        *(Path("gallery") / name for name in names),
        Path("gallery.md"),
    ]
    page = written[-1].read_text(encoding="utf-8")
    assert re.findall(r"^!\[(.+)\]\(gallery/(.+)\)$", page, re.MULTILINE) == list(
        zip(CAPTIONS, names, strict=True)
    )
    assert not (tiny.root / "docs/gallery/day01_tiny/of_old.png").exists()
    with Image.open(written[0]) as image:
        assert image.format == "PNG"
        assert image.size == (2 * DPI, 2 * DPI)
    large = np.zeros((2, 2000, 3000, 3), dtype=np.uint8)
    with Image.open(io.BytesIO(small(large))) as image:
        assert image.width == WIDTH


def test_a_course_without_pictures_has_an_empty_gallery(tiny: Course) -> None:
    assert list(write_pictures(tiny, tiny.days)) == [tiny.root / "docs/gallery.md"]
