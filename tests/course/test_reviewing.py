"""The review page, over loopback: what it shows, what it keeps, and whom it lets in."""

from __future__ import annotations

import html
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import urllib.parse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from course.catalog import Course
from course.errors import CourseError, UsageError
from course.files import write_json
from tests.course.class_records import record, write_record
from tests.course.conftest import SOLUTION, write
from tests.course.test_cli import run
from tests.course.test_rubrics import REPORT
from tests.course.test_store import postgres

pytest.importorskip("sqlalchemy", reason="decisions are kept in the store (the extra 'instructor')")
pytest.importorskip("jinja2", reason="the pages need Jinja (the extra 'instructor')")

from sqlalchemy import event

from course.grading.intake import Submission
from course.results.adjusting import give_points, list_points, note_points
from course.results.appeals import ask, list_appeals
from course.results.names import file_stem
from course.results.reviews import read_reviews
from course.results.store import Store
from course.review import saving
from course.review.desk import Desk
from course.review.handed_in import code_of
from course.review.opening import opened
from course.review.places import Place, read_place
from course.review.server import LARGEST_FORM, ReviewServer

__all__ = ["postgres"]

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="hand-ins are read in a fork")

DAY = "day01_tiny"
HOSTILE = "</pre><script>alert(1)</script>\u202e"
WORK = {"ada": SOLUTION.replace("self.value += by", f'"{HOSTILE}"'), "bob": SOLUTION, "cy": "def total(:\n"}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Ada with a wrong step and hostile words everywhere, Bob with all points, Cy with nothing that runs, Dora with
    nothing at all.
    """
    folder, class_ = tmp_path / "results", tmp_path / "class"
    plain = {
        "ada": record("ada", "fpf", note=f"note {HOSTILE}"),
        "bob": record("bob"),
        "cy": record("cy", "eee"),
    }
    plain["dora"] = record("dora", "nnn")
    for exercise in plain["dora"]["days"][0]["exercises"]:
        for test in exercise["tests"]:
            test["outcome"] = "not_gradable"
    tests = plain["ada"]["days"][0]["exercises"][0]["tests"]
    tests[0] |= {"message": f"Wrong {HOSTILE}\nmore {HOSTILE}", "misconception": "mean"}
    tests[1] |= {"hidden": True}
    for student, one in plain.items():
        if student in WORK:
            write(class_ / student / DAY / "sums.py", WORK[student])
        files = (
            {f"{DAY}/sums.py": (class_ / student / DAY / "sums.py").read_bytes()} if student in WORK else {}
        )
        one["days"][0]["submission"] = Submission(student, files).hash(DAY)
        write_record(folder, one)
        with Store(folder) as store:
            store.save(one)
    write_json(folder / "run.json", {"submissions": str(class_)})
    return folder


@dataclass
class Answered:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def words(self) -> str:
        """The text alone, on one line."""
        return " ".join(html.unescape(re.sub(r"<[^>]*>", "", self.text)).split())

    @property
    def forms(self) -> list[dict[str, str]]:
        """The fields of every form, as a browser would send them."""
        reader = _Forms()
        reader.feed(self.text)
        return reader.found


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append({})
        elif tag == "input" and known.get("type") == "hidden":
            self.found[-1][known["name"]] = known["value"]
        elif tag == "button":
            self.found[-1].setdefault("do", known["value"])


class Browser:
    """Asks a server as a browser on this machine would."""

    def __init__(self, server: ReviewServer) -> None:
        self.server = server

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def send(self, method: str, path: str, body: str | bytes | None = None, **headers: str) -> Answered:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.server_port, timeout=20)
        words = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, words)
        said = connection.getresponse()
        text = said.read().decode("utf-8")
        connection.close()
        return Answered(said.status, said.headers, text)

    def get(self, place: Place | None = None) -> Answered:
        return self.send("GET", f"/{self.server.token}{(place or Place()).path}")

    def post(self, place: Place, fields: Mapping[str, str], **headers: str) -> Answered:
        own = {"Origin": self.origin, "Content_Type": "application/x-www-form-urlencoded"} | headers
        path = f"/{self.server.token}{place.path}"
        return self.send("POST", path, urllib.parse.urlencode(fields), **own)

    def form(self, place: Place, do: str, exercise: str = "") -> dict[str, str]:
        """The form of a page with this button, about this exercise."""
        return next(
            one
            for one in self.get(place).forms
            if one["do"].removesuffix("_next") == do and one.get("exercise", "") == exercise
        )


@contextmanager
def reviewed(course: Course, out: Path, author: str = "grace", **more: Any) -> Iterator[Browser]:
    said: list[str] = []
    server = ReviewServer(Desk(course, out, author, **more), told=said.append)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield Browser(server)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        out.with_name("said").write_text("\n".join(said), encoding="utf-8")


@pytest.fixture
def browser(tiny: Course, out: Path) -> Iterator[Browser]:
    with reviewed(tiny, out) as one:
        yield one


@pytest.fixture(scope="module")
def browser_without_scripts() -> Iterator[Any]:
    """Headless Chromium in which no script runs."""
    api: Any = pytest.importorskip("playwright.sync_api", reason="the package playwright is not installed")
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium is installed")
    with api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield chromium.new_context(java_script_enabled=False)
        chromium.close()


ADA = Place("day", DAY, "ada")
TOTAL = "sums.total"
STEP = "sums.Counter.step"


def test_a_student_is_shown_with_code_verdicts_and_fields(browser: Browser) -> None:
    page = browser.get(ADA)
    assert page.status == 200
    assert "def total(x: np.ndarray) -> float:" in page.words
    assert "def step(self, by: int) -> int:" in page.words
    assert "This is the mean. The sum is not divided" in page.words
    assert "total_large_numbers 1/1 hidden" in page.words
    assert "the first one 1 of 4 bob →" in page.words
    assert {("save", TOTAL), ("save", STEP)} <= {(one["do"], one.get("exercise")) for one in page.forms}
    alone = browser.get(Place("day", DAY, "ada", exercise=STEP))
    assert "def total" not in alone.words
    assert ("save_next", STEP) in {(one["do"], one.get("exercise")) for one in alone.forms}


def test_lines_keep_their_numbers_in_the_module(browser: Browser) -> None:
    source = WORK["bob"].lstrip("\n")
    number = source.splitlines().index("    def step(self, by: int) -> int:") + 1
    page = browser.get(Place("day", DAY, "bob", exercise=STEP)).text
    assert f"<i>{number:4d}</i>" in page
    assert f"<i>{number - 4:4d}</i>" not in page


def test_what_a_student_wrote_stands_there_as_text(browser: Browser) -> None:
    for place in (ADA, Place("day", DAY, "ada", "sums"), Place("day", DAY), Place(), Place("questions")):
        page = browser.get(place).text
        assert "<script" not in page
        assert "\u202e" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in browser.get(ADA).text


def test_hostile_questions_and_comments_stand_there_as_text(
    tiny: Course, out: Path, browser: Browser
) -> None:
    ask(tiny, out, "ada", "day01", f"why? {HOSTILE}", HOSTILE)
    form = browser.form(ADA, "save", TOTAL)
    browser.post(ADA, form | {"points": "0", "comment": HOSTILE})
    assert "+0" not in browser.get(ADA).words
    refused = browser.post(ADA, form | {"points": HOSTILE, "comment": f'" autofocus {HOSTILE}'})
    assert refused.status == 422
    for page in (refused, browser.get(ADA), browser.get(Place("questions"))):
        assert "<script" not in page.text
        assert "&lt;script&gt;" in page.text


def test_hostile_names_stand_there_as_text_and_can_be_marked(out: Path, browser: Browser) -> None:
    name = '"><img src=x onerror=alert(1)>\u202e\n'
    plain = record(name, "ffp", person={"name": f"Eve {HOSTILE}"})
    write_json(out / f"{file_stem(name)}.json", plain)
    place = Place("day", DAY, file_stem(name))
    assert browser.post(place, {"do": "ask", "says": "why?"}).status == 303
    form = browser.form(place, "save", TOTAL)
    assert browser.post(place, form | {"points": "1", "comment": "nearly"}).status == 303
    for page in (browser.get(place), browser.get(Place("day", DAY)), browser.get(Place("questions"))):
        assert page.status == 200
        assert "<img" not in page.text
        assert "<script" not in page.text
        assert "\u202e" not in page.text
    assert [(one.student, one.points) for one in list_points(out)] == [(name, 1)]


def test_the_class_has_what_counts_after_lateness(out: Path, browser: Browser) -> None:
    late = record("zoe", "pfp")
    late["days"][0]["late"] = {"points": 1.5, "reason": "2 days late"}
    write_record(out, late)
    assert "zoe2.5/5" in browser.get(Place("day", DAY)).words


def test_code_that_python_cannot_read_and_code_that_is_not_there_are_shown(browser: Browser) -> None:
    broken = browser.get(Place("day", DAY, "cy")).words
    assert "def total(:" in broken
    assert "It is not in sums.py." in broken
    assert "There is no sums.py." in browser.get(Place("day", DAY, "dora")).words


def test_work_that_has_changed_since_is_said(out: Path, browser: Browser) -> None:
    assert "not what was graded" not in browser.get(ADA).text
    write(out.parent / "class/ada" / DAY / "sums.py", "mended = True\n")
    page = browser.get(Place("day", DAY, "ada", "sums")).text
    assert "not what was graded" in page
    assert "mended" in page


def test_what_was_never_there_has_not_moved(out: Path, browser: Browser) -> None:
    refused = record("eve", "nnn", note="eve.zip was refused: it is damaged")
    for exercise in refused["days"][0]["exercises"]:
        for test in exercise["tests"]:
            test["outcome"] = "rejected"
    write_record(out, refused)
    shutil.rmtree(out.parent / "class/bob")
    said = {who: browser.get(Place("day", DAY, who)).words for who in ("bob", "dora", "eve")}
    assert "Nothing of this day was handed in." in said["dora"]
    assert "What was handed in could not be read" in said["eve"]
    assert "eve.zip was refused" in said["eve"]
    assert [who for who, words in said.items() if "is not where it was" in words] == ["bob"]


def test_long_files_and_lines_are_cut_and_it_is_said() -> None:
    lines = code_of("x = 1\n" * 3000 + "y\n")
    assert (len(lines), lines[-1].number) == (2001, 2001)
    assert lines[-1].html == "… and 1001 lines more"
    assert "characters more)" in code_of(f"x = '{'a' * 1000}'\n")[0].html


def test_points_and_a_comment_land_in_the_book_and_it_is_looked_at(out: Path, browser: Browser) -> None:
    said = browser.post(
        ADA, browser.form(ADA, "save", STEP) | {"points": "1,5", "comment": "right idea", "do": "save"}
    )
    assert said.status == 303
    assert said.headers["Location"].endswith(f"{ADA.path}#day")  # what comes next on the page
    (one,) = list_points(out)
    assert (one.student, one.where, one.points, one.comment, one.author, one.score_then) == (
        "ada", f"{DAY}/{STEP}", 1.5, "right idea", "grace", 0,
    )  # fmt: skip
    with Store(out) as store:
        (seen,) = read_reviews(store)
    assert (seen.student, seen.exercise, seen.author) == ("ada", STEP, "grace")
    page = browser.get(ADA).words
    assert "+1.5 points. right idea grace, " in page
    assert "looked at by grace" in page
    assert (
        "grace has looked at 1 exercise of day01_tiny"
        in run(browser.server.desk.course.root, "history", str(out), "ada").stdout
    )
    taken = browser.form(ADA, "take_back", STEP)
    assert browser.post(ADA, taken).status == 303
    assert list_points(out) == []
    again = browser.post(ADA, taken)
    assert again.status == 409


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"points": "1"}, "add a comment, or force it (the tick beside the points)"),
        ({"points": "-99", "comment": "x"}, "-99 would be less than nothing"),
        (
            {"points": "9", "comment": "all of it"},
            "has 0 of 2 points for sums.Counter.step; +9 would be more",
        ),
        ({"points": "nan", "comment": "x"}, "Points are a number"),
        ({"points": "many", "comment": "x"}, "Points are a number"),
        ({"comment": "x" * 20_001}, "at most 20000 characters"),
    ],
)
def test_what_nobody_may_have_meant_is_refused_and_nothing_is_kept(
    out: Path, browser: Browser, fields: dict[str, str], sentence: str
) -> None:
    said = browser.post(ADA, browser.form(ADA, "save", STEP) | fields)
    assert said.status == 422
    assert sentence in said.text
    assert fields.get("comment", "") in said.text  # what was written stays in the form
    assert list_points(out) == []
    with Store(out) as store:
        assert read_reviews(store) == []


def test_force_gives_it_all_the_same(out: Path, browser: Browser) -> None:
    form = browser.form(ADA, "save", STEP) | {"points": "9", "force": "1"}
    assert browser.post(ADA, form).status == 303
    assert [(one.points, one.comment) for one in list_points(out)] == [(9, "")]


def test_who_is_not_looked_at_yet_is_gone_through(browser: Browser) -> None:
    waiting = Place("day", DAY, waiting=True)
    text = browser.get(waiting).text
    assert "3 of 4 students" in text  # dora handed in nothing
    said = browser.post(Place("day", DAY, "ada", waiting=True), {"do": "look_next"})
    assert said.headers["Location"].endswith(Place("day", DAY, "bob", waiting=True).path)
    one = Place("day", DAY, "bob", exercise=TOTAL, waiting=True)
    said = browser.post(one, browser.form(one, "save", TOTAL))
    assert said.headers["Location"].endswith(Place("day", DAY, "cy", exercise=TOTAL, waiting=True).path)
    last = Place("day", DAY, "cy", waiting=True)
    said = browser.post(last, {"do": "look_next"})
    assert said.headers["Location"].endswith(waiting.path)
    assert "1 of 4 students" in browser.get(waiting).text
    browser.post(Place("day", DAY, "bob"), browser.form(Place("day", DAY, "bob"), "save", STEP))
    assert "Everybody's work has been looked at." in browser.get(waiting).words


def test_new_work_is_to_be_looked_at_again(out: Path, browser: Browser) -> None:
    browser.post(ADA, {"do": "look_next"})
    assert "2 of 4 students" in browser.get(Place("day", DAY, waiting=True)).text
    new = record("ada")
    new["days"][0]["submission"] = "c" * 64
    write_record(out, new)
    assert "3 of 4 students" in browser.get(Place("day", DAY, waiting=True)).text


def test_two_people_at_once_do_not_give_the_same_twice(tiny: Course, out: Path, browser: Browser) -> None:
    form = browser.form(ADA, "save", STEP) | {"points": "1", "comment": "right idea"}
    with reviewed(tiny, out, "alan") as other:
        theirs = other.form(ADA, "save", STEP) | {"points": "1", "comment": "nearly"}
        assert browser.post(ADA, form).status == 303
        said = other.post(ADA, theirs)
        assert said.status == 409
        assert "grace has decided about it meanwhile" in said.text
        assert "nearly" in said.text
        assert "+1 points. right idea grace, " in said.words
        assert other.post(ADA, theirs | {"seen": other.form(ADA, "save", STEP)["seen"]}).status == 303
    assert [(one.points, one.author) for one in list_points(out)] == [(1, "grace"), (1, "alan")]
    assert browser.post(ADA, form).status == 409  # it no longer is what stands there last


def test_a_form_that_is_sent_twice_counts_once(out: Path, browser: Browser) -> None:
    form = browser.form(ADA, "save", STEP) | {"points": "1", "comment": "right idea"}
    assert [browser.post(ADA, form).status for _ in range(2)] == [303, 303]
    asked = browser.form(ADA, "ask", STEP) | {"says": "why?"}
    assert [browser.post(ADA, asked).status for _ in range(2)] == [303, 303]
    assert len(list_points(out)) == len(list_appeals(out)) == 1


@pytest.mark.slow
def test_the_last_point_is_given_once_on_a_server_too(tiny: Course, out: Path, postgres: str) -> None:
    moved = out.parent / "moved"
    moved.mkdir()
    write_record(moved, record("ada", "ppf"))
    write_json(moved / "run.json", {"book": "a" * 16, "store": postgres})
    course, ada = tiny, record("ada", "ppf")
    written, go_on, refused = threading.Event(), threading.Event(), []

    def first() -> None:
        with Store(moved) as store, store.at_once():
            note_points(store, ada, DAY, STEP, 1.5, "nearly", "grace")
            written.set()
            go_on.wait(60)

    def second() -> None:
        written.wait(60)
        try:
            give_points(course, moved, "ada", "day01/Counter.step", 1.5, "nearly", "alan")
        except UsageError as error:
            refused.append(str(error))

    with Store(moved) as store:
        store.start_run(7, [DAY])
    threads = [threading.Thread(target=one) for one in (first, second)]
    for thread in threads:
        thread.start()
    threads[1].join(2)  # it waits for the first one; where it did not, it would be through
    go_on.set()
    for thread in threads:
        thread.join()
    assert [one.author for one in list_points(moved)] == ["grace"]
    (said,) = refused
    assert "ada has 1.5 of 2 points for sums.Counter.step; +1.5 would be more than there are" in said


def test_many_at_once_lose_nothing(tiny: Course, out: Path, browser: Browser) -> None:
    with reviewed(tiny, out, "alan") as other:
        said: list[int] = []

        def save(who: Browser, number: int) -> None:
            place = Place("day", DAY, "bob")
            said.append(who.post(place, {"do": "ask", "exercise": TOTAL, "says": f"why {number}?"}).status)

        threads = [
            threading.Thread(target=save, args=((browser, other)[number % 2], number)) for number in range(20)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert said == [303] * 20
    assert {one.says for one in list_appeals(out)} == {f"why {number}?" for number in range(20)}
    assert {one.author for one in list_appeals(out)} == {"grace", "alan"}


def test_a_rubric_is_filled_in_on_the_page(tiny: Course, out: Path) -> None:
    for name in (DAY, "detection"):
        write(tiny.root / "tests" / name / "rubric.toml", REPORT)
    with reviewed(tiny, out) as browser:
        project = Place("rubric", "detection", "bob", waiting=True)
        assert "0 of 4" in browser.get().text
        form = browser.form(project, "mark") | {
            "level-0": "complete",
            "level-1": "none",
            "comment-1": "none at all",
        }
        said = browser.post(project, form | {"do": "mark_next"})
        assert said.headers["Location"].endswith(Place("rubric", "detection", "cy", waiting=True).path)
        assert "1 of 4" in browser.get().text
        page = browser.get(project).text
        assert re.findall(r'value="(\w+)" checked', page) == ["complete", "none"]
        assert (
            browser.post(ADA, browser.form(ADA, "mark") | {"level-0": "missing", "do": "mark"}).status == 303
        )
        incomplete = browser.post(ADA, browser.form(ADA, "mark") | {"comment-1": "which?"})
        assert incomplete.status == 422
        assert "Choose a level for &#39;Failure cases&#39;" in incomplete.text
        unknown = browser.post(ADA, browser.form(ADA, "mark") | {"level-0": "great"})
        assert "no level &#39;great&#39;" in unknown.text
        late = browser.post(project, form | {"level-1": "shown"})
        assert late.status == 409
    marks = {(one.student, one.where): (one.points, one.possible) for one in list_points(out)}
    assert marks == {
        ("bob", "detection/method"): (4, 4),
        ("bob", "detection/failures"): (0, 2.5),
        ("ada", f"{DAY}/method"): (0, 4),
    }


def test_a_team_is_judged_once(tiny: Course, out: Path) -> None:
    """What is chosen for one of a team holds for those who handed in the same; what one was given otherwise stays."""
    write(tiny.root / "tests" / DAY / "rubric.toml", REPORT)
    work = json.loads((out / "ada.json").read_text(encoding="utf-8"))["days"][0]["submission"]
    for student in ("ada", "bob", "cy", "dora"):
        one = json.loads((out / f"{student}.json").read_text(encoding="utf-8"))
        one["person"] = {"name": student.title(), "team": "" if student == "dora" else "curie"}
        if student == "bob":
            one["days"][0]["submission"] = work
        write_record(out, one)

    def marks() -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for one in list_points(out):
            if one.criterion:
                found.setdefault(one.student, {})[one.criterion] = one.level
        return found

    with reviewed(tiny, out) as browser:
        page = browser.get(ADA).text
        assert "the same for Bob, who handed in the same work" in page
        assert "the same for" not in browser.get(Place("day", DAY, "cy")).text
        assert "the same for" not in browser.get(Place("day", DAY, "dora")).text
        form = browser.form(ADA, "mark") | {"level-0": "missing", "do": "mark"}
        assert browser.post(ADA, form | {"team": "1"}).status == 303
        assert marks() == {"ada": {"method": "missing"}, "bob": {"method": "missing"}}
        bob = Place("day", DAY, "bob")
        alone = {name: value for name, value in browser.form(bob, "mark").items() if name != "team"}
        assert browser.post(bob, alone | {"level-0": "complete", "do": "mark"}).status == 303
        both = browser.form(ADA, "mark") | {
            "comment-0": "nothing of it",
            "level-0": "missing",
            "level-1": "shown",
            "do": "mark",
            "team": "1",
        }
        assert browser.post(ADA, both).status == 303
    assert marks() == {
        "ada": {"method": "missing", "failures": "shown"},
        "bob": {"method": "complete", "failures": "shown"},
    }


def test_a_question_is_noted_and_answered_on_the_page(out: Path, browser: Browser) -> None:
    assert browser.post(ADA, browser.form(ADA, "ask", STEP) | {"says": "why?"}).status == 303
    assert "1 open question" in browser.get().text
    assert "question" in browser.get(Place("day", DAY)).text
    form = browser.form(ADA, "answer", STEP)
    assert browser.post(ADA, form | {"says": " "}).status == 422
    assert browser.post(ADA, form | {"says": "It forgets."}).status == 303
    assert browser.post(ADA, form | {"says": "It does."}).status == 409
    (one,) = list_appeals(out)
    assert [(answer.says, answer.author) for answer in one.answers] == [("It forgets.", "grace")]
    assert "No open questions" in browser.get().text


def test_the_table_follows_when_nobody_saves_any_more(tiny: Course, out: Path) -> None:
    with reviewed(tiny, out) as browser:
        browser.post(ADA, browser.form(ADA, "save", STEP) | {"points": "1", "comment": "right idea"})
    assert "ada,1,1,5,0,1,2" in (out / "grades.csv").read_text(encoding="utf-8")
    (out / "grades.csv").unlink()
    with reviewed(tiny, out):  # a review was killed before it wrote the table
        pass
    assert "ada,1,1,5,0,1,2" in (out / "grades.csv").read_text(encoding="utf-8")


def test_a_table_that_cannot_be_written_costs_no_decision(tiny: Course, out: Path) -> None:
    (out / "grades.csv").mkdir()
    with reviewed(tiny, out) as browser:
        form = browser.form(ADA, "save", STEP) | {"points": "1", "comment": "right idea"}
        assert browser.post(ADA, form).status == 303
    assert len(list_points(out)) == 1
    said = out.with_name("said").read_text(encoding="utf-8")
    assert "grades.csv cannot be written" in said
    assert "What was decided is in the store." in said


@pytest.mark.parametrize(
    "path", ["/", "/wrong/", "/wrong/day/day01_tiny/ada", "//", "/%00/", "/../../etc/passwd"]
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_without_the_token_there_is_nothing(browser: Browser, method: str, path: str) -> None:
    said = browser.send(method, path, **({"Origin": browser.origin} if method == "POST" else {}))
    assert said.status == 403
    assert "ada" not in said.text
    assert browser.server.token not in said.text


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example", ""])
def test_another_name_for_this_machine_is_refused(browser: Browser, host: str) -> None:
    said = browser.send("GET", f"/{browser.server.token}/", Host=host)
    assert said.status == 403
    assert "called by another name" in said.text


def test_localhost_is_this_machine(browser: Browser) -> None:
    host = f"localhost:{browser.server.server_port}"
    assert browser.send("GET", f"/{browser.server.token}/", Host=host).status == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({"Sec_Fetch_Site": "cross-site"}, 403),
        ({"Sec_Fetch_Site": "same-site"}, 403),
        ({"Content_Type": "text/plain"}, 415),
        ({"Content_Type": "application/json"}, 415),
        ({"Content_Length": str(LARGEST_FORM + 1)}, 413),
        ({"Content_Length": "-1"}, 413),
    ],
)
def test_a_form_of_another_page_saves_nothing(
    out: Path, browser: Browser, headers: dict[str, str], status: int
) -> None:
    form = browser.form(ADA, "save", STEP) | {"points": "1", "comment": "mine"}
    assert browser.post(ADA, form, **headers).status == status
    assert list_points(out) == []


@pytest.mark.parametrize(
    "place",
    [
        Place("day", "day99"),
        Place("day", DAY, "nobody"),
        Place("day", DAY, "../run"),
        Place("day", DAY, "ada", "../../etc/passwd"),
        Place("rubric", "nothing"),
        Place("rubric", "nothing", "ada"),
        Place("secret"),
    ],
)
def test_a_page_that_there_is_not_is_one_sentence(browser: Browser, place: Place) -> None:
    said = browser.get(place)
    assert said.status == 404
    assert "go back to" in said.text
    assert browser.post(place, {"do": "look"}).status in (404, 422)


@pytest.mark.parametrize("exercise", ["nope", "sums.", HOSTILE])
def test_an_exercise_that_there_is_not_is_one_sentence(browser: Browser, exercise: str) -> None:
    for place in (Place("day", DAY, "ada", exercise=exercise), Place("day", DAY, exercise=exercise)):
        said = browser.get(place)
        assert said.status == 404
        assert "There is no result of" in said.words
        assert "go back to" in said.words


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"do": "save", "exercise": "nope", "points": "1", "comment": "x"}, "There is no result for it"),
        ({"do": "ask", "exercise": "nope", "says": "why?"}, "There is no result for it"),
        ({"do": "nothing"}, "This form asks for nothing"),
        ({"do": "answer", "number": "99", "says": "so"}, "There is no question 99 any more; load the page"),
        ({"do": "answer", "number": "99", "says": " "}, "There is nothing to note: write it into the field"),
        ({"do": "take_back", "number": "x"}, "This form names nothing that there is"),
    ],
)
def test_a_form_that_no_page_has_is_answered_in_a_sentence(
    out: Path, browser: Browser, fields: dict[str, str], sentence: str
) -> None:
    said = browser.post(ADA, fields)
    assert said.status == 422
    assert sentence in said.words
    assert "course appeal" not in said.words
    assert list_points(out) == list_appeals(out) == []


def test_a_method_that_there_is_not_is_refused(browser: Browser) -> None:
    assert browser.send("DELETE", f"/{browser.server.token}/").status == 501


def test_pages_may_load_nothing_and_are_kept_by_nobody(browser: Browser) -> None:
    said = browser.get(ADA)
    assert said.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in said.headers["Content-Security-Policy"]
    assert said.headers["Cache-Control"] == "no-store"
    assert said.headers["Referrer-Policy"] == "same-origin"
    assert "Python" not in said.headers["Server"]
    assert re.findall(r"(?:src|href)\s*=\s*\"?https?:|url\(|@import", said.text) == []
    head = browser.send("HEAD", f"/{browser.server.token}{ADA.path}")
    assert (head.status, head.text) == (200, "")


def test_somebody_who_only_connects_holds_up_nobody(browser: Browser) -> None:
    import socket

    with socket.create_connection(("127.0.0.1", browser.server.server_port)) as silent:
        silent.sendall(b"POST /")
        assert browser.get(ADA).status == 200


@pytest.mark.parametrize(
    "place",
    [
        Place(),
        Place("day", "day01_tiny"),
        Place("day", "day01_tiny", "a b/ü?&#%", exercise="sums.total", waiting=True),
        Place("day", "day01_tiny", "ada", "sums"),
        Place("rubric", "detection", "ada", waiting=True),
        Place("questions"),
    ],
)
def test_an_address_is_read_back_as_the_place(place: Place) -> None:
    assert read_place(place.path) == place


@pytest.mark.parametrize("address", ["/nothing", "/day", "/rubric", "/day/a/b/c/d", "/day//x/y/z/w"])
def test_what_is_no_address_is_no_place(address: str) -> None:
    assert read_place(address) is None


def test_a_full_disk_says_so_and_keeps_nothing(
    out: Path, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = browser.form(ADA, "save", STEP) | {"points": "1", "comment": "right idea " + "x" * 15_000}
    opened = Desk.store

    def small(desk: Desk) -> Store:
        store = opened(desk)
        event.listen(
            store._engine, "connect", lambda connection, _: connection.execute("PRAGMA max_page_count = 1")
        )
        store._engine.dispose()
        return store

    with monkeypatch.context() as patched:
        patched.setattr(Desk, "store", small)
        said = browser.post(ADA, form)
    assert said.status == 507
    assert "is full; free some space" in said.text
    assert "right idea" in said.text
    assert list_points(out) == []
    with Store(out) as store:
        assert read_reviews(store) == []
    assert browser.post(ADA, form).status == 303


def test_a_store_that_may_only_be_read_shows_and_keeps_nothing(tiny: Course, out: Path) -> None:
    url = f"sqlite:///{out / 'results.sqlite'}"
    moved = out.parent / "moved"
    moved.mkdir()
    for one in ("ada", "bob", "cy", "dora"):
        (moved / f"{one}.json").write_bytes((out / f"{one}.json").read_bytes())
    with Store(moved, url):
        pass
    with reviewed(
        tiny, moved, store_url=f"sqlite:///file:{out / 'results.sqlite'}?mode=ro&uri=true"
    ) as browser:
        form = browser.form(ADA, "save", STEP) | {"points": "1", "comment": "right idea"}
        said = browser.post(ADA, form)
    assert said.status == 507
    assert "check its address and permissions" in said.text
    assert "right idea" in said.text


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_a_kill_at_any_statement_keeps_all_of_a_form_or_nothing(tiny: Course, out: Path) -> None:
    form = {"do": "save", "exercise": STEP, "points": "1", "comment": "right idea", "seen": ""}
    statements = 0
    while _killed_while_saving(tiny, out, form, after := statements + 1):
        statements = after
        with Store(out) as store:
            assert (store.adjustments(), read_reviews(store)) == ([], [])
    assert statements >= 5
    with Store(out) as store:
        assert len(store.adjustments()) == len(read_reviews(store)) == 1


def _killed_while_saving(course: Course, out: Path, form: dict[str, str], statement: int) -> bool:
    """Save in a process that is killed after so many statements; whether it had as many."""
    number = os.fork()
    if number == 0:
        desk, seen, opened = Desk(course, out, "grace"), [], Desk.store

        def kill(*_: object) -> None:
            seen.append(1)
            if len(seen) == statement:
                os.kill(os.getpid(), signal.SIGKILL)

        def heard(desk: Desk) -> Store:
            store = opened(desk)
            event.listen(store._engine, "after_cursor_execute", kill)
            return store

        Desk.store = heard  # type: ignore[method-assign]
        saving.save(desk, ADA, form)
        os._exit(0)
    return os.waitpid(number, 0)[1] == signal.SIGKILL


def test_what_cannot_be_reviewed_is_one_sentence(tiny: Course, out: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(CourseError, match="There are no results in"):
        Desk(tiny, tmp_path / "empty", "grace")
    with (
        reviewed(tiny, out) as browser,
        pytest.raises(CourseError, match=r"cannot be listened on .*leave --port out"),
    ):
        ReviewServer(Desk(tiny, out, "alan"), browser.server.server_port)
    with pytest.raises(UsageError, match="asks for nothing"):
        saving.save(Desk(tiny, out, "grace"), ADA, {"do": "delete"})


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 390])
def test_it_works_without_javascript_and_fits(
    out: Path, browser: Browser, browser_without_scripts: Any, width: int
) -> None:
    page = browser_without_scripts.new_page()
    page.set_viewport_size({"width": width, "height": 800})
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"{browser.origin}/{browser.server.token}/")
    page.click("a:text-is('Tiny')")
    page.click("a:text-is('Counter')")
    page.fill("input[name=points]", "1")
    page.fill("textarea[name=comment]", HOSTILE)
    page.click("button:has-text('next student')")
    assert page.locator("h1").inner_text() == "bob"
    page.go_back()
    page.reload()
    assert page.locator(".comment .said").inner_text().startswith("</pre><script>")
    assert page.locator("main").bounding_box()["width"] <= width
    assert complaints == []
    page.close()
    assert [(one.student, one.points) for one in list_points(out)] == [("ada", 1)]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a screen")
def test_the_browser_is_given_a_file_that_only_its_owner_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str, int]] = []
    came = threading.Event()

    def show(address: str) -> None:
        path = Path(urllib.parse.urlsplit(address).path)
        asked.append((address, path.read_text(encoding="utf-8"), path.parent.stat().st_mode & 0o777))
        came.set()

    monkeypatch.setattr("webbrowser.open", show)
    monkeypatch.setenv("DISPLAY", ":0")
    with opened("http://127.0.0.1:1/to&ken/"):
        came.wait(20)
    ((address, text, mode),) = asked
    assert "ken" not in address
    assert 'url=http://127.0.0.1:1/to&amp;ken/"' in text
    assert mode == 0o700
    assert not Path(urllib.parse.urlsplit(address).path).exists()
    monkeypatch.delenv("DISPLAY")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with opened("http://127.0.0.1:1/token/"):
        pass
    assert len(asked) == 1


def test_the_command_serves_until_it_is_told_to_end(tiny: Course, out: Path) -> None:
    command = [sys.executable, "-m", "course", "review", str(out), "--no-browser", "--by", "alan"]
    with subprocess.Popen(command, cwd=tiny.root, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = next(found[0] for line in process.stdout if (found := re.findall(r"http://\S+", line)))
        place = urllib.parse.urlsplit(address)
        connection = http.client.HTTPConnection("127.0.0.1", place.port, timeout=20)
        connection.request("GET", place.path)
        assert "As alan." in connection.getresponse().read().decode()
        connection.close()
        process.send_signal(signal.SIGINT)
        said = process.stdout.read()
    assert process.returncode == 0
    assert "What was saved is in the book" in said


def test_the_command_says_what_is_wrong(tiny: Course, tmp_path: Path) -> None:
    said = run(tiny.root, "review", str(tmp_path), "--no-browser")
    assert said.returncode == 1
    assert said.stderr.startswith("course: There are no results in")
