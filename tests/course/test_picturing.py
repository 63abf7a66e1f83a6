"""Pictures of a class: drawn with the students' functions behind walls, and nothing but pixels comes back."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from course.catalog import Course, Day, load_course
from course.errors import CourseError
from course.grading import picturing
from course.grading.intake import Intake
from course.grading.picturing import DPI, Pictured, draw_class
from course.release.skeletons import differences, write
from tests.course import conftest
from tests.course.class_records import record, write_record
from tests.course.test_cli import run
from tests.course.test_grading import hand_in

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="isolation needs fork")

PLOTS = '''
"""Pictures."""

import numpy as np
from matplotlib.animation import FuncAnimation

from course.plots import label, panels
from day01_tiny.sums import Counter, total


def figure_total():
    """The sum grows with the number of ones."""
    figure, (ax,) = panels(size=(2, 2))
    ax.plot([total(np.ones(n)) for n in range(1, 4)])
    label(ax, "ones", "sum")
    return figure


def figure_counter():
    """A counter goes on."""
    figure, (ax,) = panels(size=(2, 2))
    ax.bar([0], [Counter(1).step(2)])
    return figure


def animation_counter():
    """A counter goes on, step by step."""
    figure, (ax,) = panels(size=(2, 2))
    counter = Counter()
    return FuncAnimation(figure, lambda frame: ax.plot([counter.step(1)], "o"), frames=3)
'''
SOLUTION = conftest.SOLUTION
TOTAL = "return float(np.add.reduce(np.ravel(x)))"
FILES = ["day01_tiny-counter.gif", "day01_tiny-counter.png", "day01_tiny-total.png"]
COUNTERS = FILES[:2]
CAPTIONS = [
    "The sum grows with the number of ones.",
    "A counter goes on.",
    "A counter goes on, step by step.",
]


class Counting:
    """A view that only counts."""

    def __init__(self) -> None:
        self.total = self.count = 0

    def started(self, total: int) -> None:
        self.total = total

    def done(self, what: str) -> None:
        self.count += 1


class Class:
    """A class that was handed in and graded, without grading it."""

    def __init__(self, course: Course, folder: Path) -> None:
        self.course, self.submissions, self.out = course, folder / "handed in", folder / "results"

    def graded(self, **texts: str) -> None:
        for student, text in texts.items():
            hand_in(self.submissions, student, text)
        for submission in Intake(*self.handed_in):
            graded = record(submission.student)
            graded["days"][0]["submission"] = submission.hash("day01_tiny")
            write_record(self.out, graded)
        noted = {"seed": 7, "days": ["day01_tiny"], "submissions": str(self.submissions)}
        (self.out / "run.json").write_text(json.dumps(noted), encoding="utf-8")

    @property
    def handed_in(self) -> tuple[Course, Path, tuple[Day, ...]]:
        """What an intake needs."""
        return self.course, self.submissions, self.course.days

    def draw(self, submissions: Path | None = None) -> Pictured:
        view = Counting()
        pictured = draw_class(self.course, self.out, submissions, view)
        assert view.count == view.total
        return pictured

    def drawn(self, student: str) -> dict[str, bytes]:
        folder = self.out / "pictures" / student
        return {path.name: path.read_bytes() for path in sorted(folder.glob("*.*")) if path.suffix != ".json"}


@pytest.fixture
def given(tmp_path: Path) -> Class:
    root = conftest.write_tiny_course(tmp_path / "tiny")
    settings = (root / "course.toml").read_text(encoding="utf-8")
    (root / "course.toml").write_text(
        settings.replace("test_seconds", "training_seconds = 1.5\ntest_seconds"), encoding="utf-8"
    )
    conftest.write(root / "day01_tiny/plots.py", PLOTS)
    course = load_course(root)
    write(course, differences(course), force=False)
    return Class(course, tmp_path)


def with_total(lines: str) -> str:
    """The solution with other lines in ``total``."""
    return SOLUTION.replace(TOTAL, lines.replace("\n", "\n    "))


def test_a_right_submission_has_all_its_pictures(given: Class) -> None:
    given.graded(ada=SOLUTION)
    pictured = given.draw()
    found = given.drawn("ada")
    assert (pictured.students, pictured.pictures) == (1, 3)
    assert list(found) == FILES
    with Image.open(io.BytesIO(found["day01_tiny-total.png"])) as image:
        assert (image.format, image.size) == ("PNG", (2 * DPI, 2 * DPI))
        assert len(np.unique(np.asarray(image))) > 10
    with Image.open(io.BytesIO(found["day01_tiny-counter.gif"])) as image:
        assert (image.format, image.n_frames) == ("GIF", 3)
        first = np.asarray(image.convert("RGB"))
        image.seek(2)
        assert not np.array_equal(first, np.asarray(image.convert("RGB")))


def test_a_function_that_fails_costs_its_own_picture_only(given: Class) -> None:
    given.graded(
        raises=with_total("raise ValueError('no')"),
        loops=with_total("while True:\n    pass"),
        floods=with_total("print('x' * 10**6)\nreturn 1.0"),
        ends=with_total("import os\nos._exit(0)"),
        memory=with_total("return np.ones(2**40).sum()"),
        object=with_total("return object()"),
        renamed=SOLUTION.replace("def total", "def my_total"),
        right=SOLUTION,
    )
    assert given.draw().students == 8
    found = {student: list(given.drawn(student)) for student in Intake(*given.handed_in).students}
    assert found.pop("right") == FILES
    assert found == dict.fromkeys(found, COUNTERS)


def test_what_is_no_picture_is_not_taken(given: Class) -> None:
    """A submission may put its own function in place of the one that draws."""
    sent = {
        "bytes": "b'\\x89PNG\\r\\n\\x1a\\n' + bytes(100)",
        "floats": "np.zeros((1, 20, 20, 3))",
        "tall": "np.zeros((1, 5000, 20, 3), np.uint8)",
        "long": "np.zeros((500, 20, 20, 3), np.uint8)",
        "flat": "np.zeros((20, 20, 3), np.uint8)",
        "empty": "np.zeros((1, 0, 20, 3), np.uint8)",
        "noise": "np.random.default_rng(0).integers(0, 256, (1, 1500, 1500, 3), np.uint8)",
        "object": "[object()]",
    }
    replacing = "import course.plots\n{}\ncourse.plots.draw = lambda *_: {}\n"
    given.graded(**{name: replacing.format(SOLUTION, text) for name, text in sent.items()})
    assert given.draw().students == 8
    assert {name for name in sent if given.drawn(name)} == set()


def test_what_a_submission_sends_instead_is_a_picture_at_most(given: Class) -> None:
    red = "np.full((1, 20, 20, 3), [255, 0, 0], np.uint8)"
    given.graded(mal=f"import course.plots\n{SOLUTION}\ncourse.plots.draw = lambda *_: {red}\n")
    given.draw()
    with Image.open(io.BytesIO(given.drawn("mal")["day01_tiny-total.png"])) as image:
        assert image.getcolors() == [(400, (255, 0, 0))]


def test_the_pictures_of_a_submission_are_not_run(given: Class) -> None:
    given.graded(ada=SOLUTION, mal=SOLUTION)
    hostile = "def figure_total():\n    raise SystemExit\n\n\ndef figure_mine():\n    return 1\n"
    (given.submissions / "mal/day01_tiny/plots.py").write_text(hostile, encoding="utf-8")
    given.graded()
    given.draw()
    assert given.drawn("mal") == given.drawn("ada")


def test_a_module_that_was_not_handed_in_is_the_skeleton(given: Class) -> None:
    (given.submissions / "cy/day01_tiny").mkdir(parents=True)
    (given.submissions / "cy/day01_tiny/notes.py").write_text("", encoding="utf-8")
    (given.submissions / "dan").mkdir()
    given.graded()
    assert given.draw().students == 2
    assert given.drawn("cy") == given.drawn("dan") == {}


def test_only_what_has_changed_is_drawn_again(given: Class) -> None:
    given.graded(ada=SOLUTION, bob=SOLUTION)
    given.draw()
    own = given.out / "pictures/bob/own-drawing.png"
    own.write_bytes(b"laid there by hand")
    given.graded(bob=with_total("raise ValueError"))
    pictured = given.draw()
    assert (pictured.students, pictured.kept, pictured.pictures) == (1, 1, 2)
    assert list(given.drawn("bob")) == [*COUNTERS, "own-drawing.png"]
    again = given.draw()
    assert (again.students, again.kept) == (0, 2)


def test_new_pictures_of_the_course_are_drawn_for_all(given: Class) -> None:
    given.graded(ada=SOLUTION)
    given.draw()
    conftest.write(given.course.root / "day01_tiny/plots.py", PLOTS.replace("figure_total", "figure_sum"))
    given.draw()
    assert list(given.drawn("ada")) == [*COUNTERS, "day01_tiny-sum.png"]


def test_work_that_is_not_as_it_was_graded_is_not_drawn(given: Class) -> None:
    given.graded(ada=SOLUTION, bob=SOLUTION)
    hand_in(given.submissions, "ada", with_total("return 0.0"))
    pictured = given.draw()
    assert (pictured.students, pictured.elsewhere) == (1, 1)
    assert given.drawn("ada") == {}


def test_submissions_that_have_moved_can_be_named(given: Class) -> None:
    given.graded(ada=SOLUTION)
    elsewhere = given.submissions.rename(given.submissions.with_name("moved"))
    with pytest.raises(CourseError, match="--submissions DIR"):
        given.draw()
    assert given.draw(elsewhere).pictures == 3


def test_nothing_is_written_outside_the_pictures(given: Class, tmp_path: Path) -> None:
    lines = (
        "for place in ('.', '..', '/', '/tmp', %r):\n"
        "    try:\n"
        "        open(place + '/planted', 'w').close()\n"
        "    except OSError:\n"
        "        pass\n"
        "return 1.0"
    )
    given.graded(mal=with_total(lines % str(given.out)))
    before = set(tmp_path.rglob("*"))
    given.draw()
    new = {path.relative_to(given.out) for path in set(tmp_path.rglob("*")) - before}
    assert {path.parts[0] for path in new} == {"pictures"}
    assert sorted(path.name for path in new if path.suffix) == sorted([*FILES, "drawn.json"])


def test_the_report_shows_them_under_their_day_with_captions(given: Class) -> None:
    pytest.importorskip("jinja2", reason="reports need Jinja (the extra 'instructor')")
    pytest.importorskip("sqlalchemy", reason="reports look into the store (the extra 'instructor')")
    hand_in(given.submissions, "ada", SOLUTION)
    root = given.course.root
    assert run(root, "grade", str(given.submissions), "--out", str(given.out)).returncode == 0
    done = run(root, "report", str(given.out), "--pictures")
    page = (given.out / "report/students/ada.html").read_text(encoding="utf-8")
    assert "Drawn: 3 pictures of 1 student; 0 unchanged" in done.stdout, done.stderr
    captions = [page.index(f'alt="{text}"') for text in CAPTIONS]
    assert captions == sorted(captions)
    assert page.count("data:image/png") == 2
    assert page.count("data:image/gif") == 1
    assert "3 pictures, drawn with your functions" in page
    assert run(root, "report", str(given.out), "--submissions", "x").returncode == 2


def test_pictures_of_work_that_was_graded_before_are_not_shown(given: Class) -> None:
    pytest.importorskip("jinja2", reason="reports need Jinja (the extra 'instructor')")
    pytest.importorskip("sqlalchemy", reason="reports look into the store (the extra 'instructor')")
    from course.report.html_report import write_report

    given.graded(ada=SOLUTION, bob=SOLUTION)
    given.draw()
    given.graded(ada=with_total("return 0.0"))
    write_report(given.course, given.out, given.out / "report", None, Console(quiet=True))
    pages = [(given.out / f"report/students/{student}.html").read_text("utf-8") for student in ("ada", "bob")]
    assert [page.count("data:image") for page in pages] == [0, 3]


def test_a_day_that_only_loops_is_given_up(given: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picturing, "MOST_TIMEOUTS", 1)
    given.graded(bob=with_total("while True:\n    pass"))
    given.draw()
    assert given.drawn("bob") == {}  # the pictures after the first, which alone asks for the total
