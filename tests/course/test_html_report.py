"""The report: right figures, nothing hidden shown, nothing a student wrote carried out, readable everywhere."""

from __future__ import annotations

import dataclasses
import os
import random
import re
import shutil
import tempfile
import tracemalloc
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from scipy import stats

from course.catalog import Course
from course.errors import CourseError
from tests.course.class_records import record, write_class, write_record
from tests.course.test_cli import run

pytest.importorskip("jinja2", reason="reports need Jinja (the extra 'instructor')")
pytest.importorskip("sqlalchemy", reason="reports look into the store (the extra 'instructor')")

from course.grading.picturing import LARGEST_PICTURE
from course.report.charts import histogram, seconds_histogram
from course.report.class_figures import NOT_STARTED, ClassFigures
from course.report.html_report import write_report
from course.report.staff_page import MOST_ROWS
from course.results.adjusting import give_points
from course.results.appeals import ask

pytestmark = pytest.mark.skipif(os.name == "nt", reason="such names cannot be files on Windows")
HOSTILE = "<img src=x onerror=\"document.title='owned'\"> & 'friends'"


def report(course: Course, out: Path) -> Path:
    return write_report(course, out, out / "report", None, Console(quiet=True)).index


class Elements(HTMLParser):
    """All elements with their attributes, and the visible text."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._inside = ""
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside not in ("script", "style"):
            self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A small class with everything a report may have to show."""
    folder = tmp_path / "results"
    hostile = record(HOSTILE, "fft", note=HOSTILE)
    for exercise in hostile["days"][0]["exercises"]:
        for test in exercise["tests"]:
            test |= {
                "message": f"{HOSTILE}\n  came back  </pre><script>alert(1)</script>",
                "note": "tamper " + HOSTILE,
            }
    first = hostile["days"][0]["exercises"][0]["tests"][0]
    first |= {"misconception": "mean", "test": "test_total_" + "of_a_very_long_name" * 5}
    write_record(folder, hostile)
    late = record("ada", "ppp")
    late["days"][0]["late"] = {"points": 0.5, "reason": "2 h 10 min late: 10 % of 5 points"}
    write_record(folder, late)
    write_record(folder, record("bob", "nnn"))
    return folder


def names_of_the_tiny_course(tiny: Course) -> Course:
    """The records' test names in the tiny course's suite, one of them hidden."""
    path = tiny.root / "tests/day01_tiny/test_sums.py"
    text = path.read_text(encoding="utf-8")
    text = text.replace("test_total_of_large_numbers", "test_total_large_numbers")
    path.write_text(text, encoding="utf-8")
    return tiny


def test_nothing_a_student_wrote_becomes_an_element(tiny: Course, out: Path) -> None:
    index = report(tiny, out)
    pages = [index, *(index.parent / "students").iterdir()]
    assert len(pages) == 4
    for page in pages:
        parsed = Elements(page)
        assert parsed.all("img") == []
        assert len(parsed.all("script")) == (page == index)
        assert not [name for _, attributes in parsed.elements for name in attributes if name.startswith("on")]
    assert HOSTILE in Elements(index).text
    assert "</pre><script>alert(1)</script>" in Elements(index.parent / "students" / f"{HOSTILE}.html").text


def test_a_mere_comment_has_no_points_before_it(tiny: Course, out: Path) -> None:
    give_points(tiny, out, "ada", "day01/total", 0, "look at axis", "me")
    index = report(tiny, out)
    text = " ".join(Elements(index.parent / "students/ada.html").text.split())
    assert "look at axis" in text
    assert "+0" not in text


def test_control_characters_of_whomever_are_shown_and_do_nothing(tiny: Course, out: Path) -> None:
    odd = "turned \u202e\x1b[31m naïve\u00a0\u200d\nand on"
    plain = record("eve", "fpp", note=odd, tamper=[odd])
    plain["days"][0]["exercises"][0]["tests"][0] |= {"message": odd, "note": odd}
    write_record(out, plain)
    give_points(tiny, out, "eve", "day01/total", -1, odd, odd)
    ask(tiny, out, "eve", "day01", odd, odd)
    index = report(tiny, out)
    student = index.parent / "students/eve.html"
    for page in (index, student):
        text = page.read_text(encoding="utf-8")
        assert [sign for sign in "\u202e\x1b" if sign in text] == []
        assert r"turned \u202e\x1b[31m naïve" in text
    assert (
        student.read_text(encoding="utf-8").count("naïve\u00a0\u200d\nand on") >= 2
    )  # letters and lines stay


def test_every_page_needs_nothing_else(tiny: Course, out: Path) -> None:
    index = report(tiny, out)
    for page in (index, index.parent / "students/ada.html"):
        text = page.read_text(encoding="utf-8")
        assert Elements(page).all("link") == []
        assert re.findall(r"(?:src|href)\s*=\s*\"?https?:|url\(|@import|fetch\(", text) == []
        assert "default-src 'none'" in text
    for anchor in Elements(index).all("a"):
        where = anchor["href"] or ""
        assert where.startswith(("#", "students/"))


def test_links_lead_to_the_students_pages(tiny: Course, out: Path) -> None:
    from urllib.parse import unquote

    index = report(tiny, out)
    links = {a["href"] for a in Elements(index).all("a") if (a["href"] or "").startswith("students/")}
    assert {unquote(link or "") for link in links} == {
        f"students/{name}.html" for name in (HOSTILE, "ada", "bob")
    }
    assert all((index.parent / unquote(link or "")).is_file() for link in links)


def absent(student: str) -> dict[str, Any]:
    """The record of somebody on the roster who handed in nothing."""
    plain = record(student, "nnn")
    for exercise in plain["days"][0]["exercises"]:
        exercise["tests"] = [test | {"outcome": "not_gradable"} for test in exercise["tests"]]
    return plain


@pytest.mark.parametrize(("handed_in", "meters_with_a_mean"), [(2, 0), (9, 0), (10, 2)])
def test_a_mean_of_few_who_handed_in_is_shown_to_nobody(
    tiny: Course, tmp_path: Path, handed_in: int, meters_with_a_mean: int
) -> None:
    for number in range(31):
        student = f"student{number:02}"
        write_record(tmp_path / "results", record(student) if number < handed_in else absent(student))
    page = Elements(report(tiny, tmp_path / "results").parent / "students/student00.html")
    lines = [mark for mark in page.all("b") if (mark.get("style") or "").startswith("left:")]
    assert len(lines) == meters_with_a_mean
    assert ("the mean of those who handed in" in page.text) == bool(meters_with_a_mean)


@pytest.mark.parametrize(("handed_in", "rough"), [(29, True), (30, False)])
def test_a_discrimination_of_few_who_handed_in_is_called_rough(
    tiny: Course, tmp_path: Path, handed_in: int, rough: bool
) -> None:
    for number in range(40):
        student, outcomes = f"student{number:02}", "ppf" if number % 3 else "fpp"
        plain = record(student, outcomes) if number < handed_in else absent(student)
        write_record(tmp_path / "results", plain)
    page = Elements(report(tiny, tmp_path / "results"))
    assert ("it is rough" in page.text) == rough
    of_few = [one for one in page.all("td") if one.get("title") == f"of {handed_in} submissions"]
    assert [one["class"] for one in of_few] == ["n soft" if rough else "n flag"] * 2


def test_what_stands_out_is_counted_in_words_and_long_comments_are_cut(tiny: Course, tmp_path: Path) -> None:
    out = tmp_path / "results"
    write_record(out, record("ada", note="one"))
    write_record(out, record("bob", note="two", tamper=["conftest.py was ignored"]))
    give_points(tiny, out, "ada", "day01/total", -1, "word " * 4000, "me")
    text = Elements(report(tiny, out)).text
    assert "2 notes, 1 sign of tampering." in text
    assert text.count("word ") < 100


def test_notes_for_staff_stand_on_their_page_alone(tiny: Course, tmp_path: Path) -> None:
    write_record(tmp_path / "results", record("ada", "pfp", note="draft.py belongs to no exercise"))
    index = report(tiny, tmp_path / "results")
    assert "draft.py belongs to no exercise" in Elements(index).text
    assert "draft.py" not in (index.parent / "students/ada.html").read_text(encoding="utf-8")


def test_hidden_tests_appear_only_by_the_kind_of_mistake(tiny: Course, out: Path) -> None:
    course = names_of_the_tiny_course(tiny)
    plain = record("eve", "fet")
    plain["days"][0]["exercises"][0]["tests"][1]["message"] = "expected 1234.5, came back 99.25"
    write_record(out, plain)
    text = Elements(report(course, out).parent / "students/eve.html").text
    assert "1 hidden test" in text
    assert "error" in text
    for secret in ("1234.5", "99.25", "large_numbers"):
        assert secret not in text
    assert "test_total_several_shapes" in text


def test_a_student_sees_what_became_of_the_points(tiny: Course, out: Path) -> None:
    give_points(tiny, out, "ada", "day01/total", -1, f"copied {HOSTILE}", "me")
    index = report(tiny, out)
    text = Elements(index.parent / "students/ada.html").text
    assert "2 h 10 min late: 10 % of 5 points" in text
    assert f"-1 points. copied {HOSTILE}" in text
    assert "3.5" in text
    assert "Given by hand" in Elements(index).text


def test_a_refused_call_is_called_refused_on_every_page(tiny: Course, tmp_path: Path) -> None:
    work = record("ada", "fff")
    for exercise in work["days"][0]["exercises"]:
        for test in exercise["tests"]:
            test |= {"refused": True, "message": "line 3 makes a call that is refused here"}
    write_record(tmp_path / "results", work)
    index = report(tiny, tmp_path / "results")
    labels = Elements(index.parent / "students/ada.html").text.split("line 3")[0]
    assert "refused" in labels
    assert "wrong" not in labels
    assert "refused (1)" in Elements(index).text


def test_misconceptions_are_counted_and_explained(tiny: Course, out: Path) -> None:
    assert "This is the mean." in Elements(report(tiny, out)).text


def test_a_class_without_incidents_says_none(tiny: Course, tmp_path: Path) -> None:
    write_record(tmp_path, record("ada"))
    text = Elements(report(tiny, tmp_path)).text
    assert text.count("None.") == 2


def test_only_real_pictures_are_taken_in(tiny: Course, out: Path) -> None:
    folder = out / "pictures/ada"
    folder.mkdir(parents=True)
    (folder / "low_rank.png").write_bytes(b"\x89PNG\r\n\x1a\n picture")
    (folder / "not_a_picture.png").write_bytes(b"<svg onload=alert(1)>")
    (folder / "drawing.svg").write_bytes(b"<svg onload=alert(1)>")
    (folder / "huge.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(LARGEST_PICTURE))
    images = Elements(report(tiny, out).parent / "students/ada.html").all("img")
    assert [(image["alt"], (image["src"] or "")[:22]) for image in images] == [
        ("low rank", "data:image/png;base64,")
    ]


def figures_of(records: list[dict[str, Any]]) -> ClassFigures:
    figures = ClassFigures()
    for one in records:
        figures.add(one, [])
    return figures


def test_discrimination_is_the_point_biserial_correlation() -> None:
    chance = random.Random(2)
    records = [record(f"s{n}", "".join(chance.choice("ppf") for _ in range(3))) for n in range(50)]
    figures = figures_of(records)
    for (_, exercise, name), test in figures.tests.items():
        entries = [
            next(
                t
                for e in one["days"][0]["exercises"]
                if e["exercise"] == exercise
                for t in e["tests"]
                if t["test"] == name
            )
            for one in records
        ]
        passed = [entry["outcome"] == "passed" for entry in entries]
        rest = [one["score"] - entry["points"] for one, entry in zip(records, entries, strict=True)]
        assert test.discrimination == pytest.approx(stats.pointbiserialr(passed, rest).statistic)
        assert test.share == sum(passed) / 50


@pytest.mark.parametrize("letters", ["ppp", "fff"])
def test_there_is_no_discrimination_where_all_are_alike(letters: str) -> None:
    figures = figures_of([record(f"s{n}", letters) for n in range(5)])
    assert {test.discrimination for test in figures.tests.values()} == {None}


def test_a_cell_is_empty_only_for_nothing_and_full_only_for_all() -> None:
    row = figures_of([record("a", "pfp"), record("b", "nnn"), record("c", "fpf")]).rows
    assert [one.shares for one in row] == [(6, 10), (NOT_STARTED, NOT_STARTED), (3, 0)]


def test_groups_hold_everybody_once() -> None:
    figures = figures_of([record(f"s{n}", "ppp" if n % 2 else "fff") for n in range(83)])
    bands = list(figures.bands(10))
    edges = [int(number) for name, _, _ in bands for number in name.split(" to ")]
    assert edges[0] == 1
    assert edges[-1] == 83
    assert edges[1:-1:2] == [edge - 1 for edge in edges[2::2]]
    assert bands[0][1] == [1, 1]
    assert bands[-1][2] == 0


def test_a_histogram_counts_everybody() -> None:
    chart = histogram([0, 0.1, 4.9, 5], 0, 5, 5, "points")
    assert [bar.count for bar in chart.bars] == [2, 0, 0, 0, 2]
    assert max(bar.height for bar in chart.bars) == 100
    times = seconds_histogram([0.1] * 99 + [17.0])
    assert sum(bar.count for bar in times.bars) == 100
    assert times.ticks[-1][1] == "0.10 or more"


def test_a_large_class_is_kept_as_short_rows() -> None:
    tracemalloc.start()
    figures = ClassFigures()
    for number in range(5000):
        figures.add(record(f"student{number:05}", "pfn", note="x" * 10), [])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert figures.students == 5000
    assert len(figures.incidents) < figures.incident_kinds.total() == 5000
    assert peak < 10 * 2**20


def test_no_results_is_one_sentence(tiny: Course, tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="There are no results"):
        report(tiny, tmp_path)


def test_the_command_says_what_was_written(tiny: Course, out: Path) -> None:
    said = run(tiny.root, "report", str(out))
    assert said.returncode == 0
    assert "index.html and 3 pages of students" in said.stdout
    only = run(tiny.root, "report", str(out), "--no-students", "--out", str(out / "staff"))
    assert only.returncode == 0
    assert [path.name for path in (out / "staff").iterdir()] == ["index.html"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Headless Chromium."""
    api: Any = pytest.importorskip("playwright.sync_api", reason="the package playwright is not installed")
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium is installed")
    with api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@dataclasses.dataclass
class Opened:
    """A page in the browser with everything it complained about."""

    page: Any
    complaints: list[str]


def open_page(browser: Any, path: Path, width: int = 1280, **settings: Any) -> Opened:
    page = browser.new_page(viewport={"width": width, "height": 800}, **settings)
    opened = Opened(page, [])
    page.on("console", lambda message: opened.complaints.append(message.text))
    page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    page.on(
        "request", lambda r: None if r.url.startswith(("file:", "data:")) else opened.complaints.append(r.url)
    )
    page.goto(path.as_uri())
    return opened


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_open_without_complaint_and_fit(
    tiny: Course, out: Path, browser: Any, width: int, scheme: str
) -> None:
    index = report(tiny, out)
    for path in (index, index.parent / "students/ada.html", index.parent / "students" / f"{HOSTILE}.html"):
        opened = open_page(browser, path, width, color_scheme=scheme)
        assert opened.page.title() != "owned"
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
        assert opened.complaints == []
        opened.page.close()


def test_a_click_sorts_by_a_column_and_back(tiny: Course, out: Path, browser: Any) -> None:
    page = open_page(browser, report(tiny, out)).page
    shown = []
    for _ in range(2):
        page.click("#students th:nth-child(2) [role=button]")
        shown.append(page.locator("#students tbody tr > :nth-child(2)").all_inner_texts())
    assert shown == [["4.5", "0", "0"], ["0", "0", "4.5"]]
    page.close()


@pytest.fixture
def small(tiny: Course, tmp_path: Path) -> Path:
    """The page of a class of four, one of whom is called like an element."""
    said = [
        record("ada", "ppp", person={"section": "A", "team": "one"}),
        record("Zoë", "ppf", person={"section": "<b>B</b>"}),
        record("bob", "fpf", person={"section": "A"}, note="look at this"),
        with_days("cy", "nothing"),
    ]
    said[1]["days"][0]["exercises"][0]["tests"][0]["misconception"] = "mean"
    for one in said:
        write_record(tmp_path / "out", one)
    return report(tiny, tmp_path / "out")


def in_sight(page: Any, section: str) -> list[str]:
    names = page.locator(f"{section} tbody tr:visible > :first-child").all_inner_texts()
    return [name.removeprefix("⚑ ") for name in names]


def test_a_small_class_can_be_searched_and_filtered(small: Path, browser: Any) -> None:
    opened = open_page(browser, small)
    page = opened.page
    field, only = page.locator("#students .bar input"), page.locator("#students .bar select")
    assert only.locator("option").all_inner_texts() == [
        "everybody", "with notes", "something missing", "all points", "section <b>B</b>", "section A", "team one",
    ]  # fmt: skip
    for text, kind, names in (
        ("ZOE", "", ["Zoë"]),
        ("", "section A", ["ada", "bob"]),
        ("b", "section A", ["bob"]),
        ("", "with notes", ["bob"]),
        ("", "something missing", ["cy"]),
        ("nobody", "", []),
        ("", "", ["Zoë", "ada", "bob", "cy"]),
    ):
        field.fill(text)
        only.select_option(kind)
        assert sorted(in_sight(page, "#students")) == names
        assert page.locator("#students output").inner_text() == f"{len(names)} of 4"
    page.fill("#tests .bar input", "accumulates")
    assert in_sight(page, "#tests") == ["counter_step_accumulates"]
    assert opened.complaints == []
    page.close()


def test_without_scripts_everybody_stands_there(small: Path, browser: Any) -> None:
    page = open_page(browser, small, java_script_enabled=False).page
    assert sorted(in_sight(page, "#students")) == ["Zoë", "ada", "bob", "cy"]
    assert page.locator("input").count() == 0
    assert page.locator("#misconceptions details a").get_attribute("href") == "students/Zo%C3%AB.html"
    assert page.locator("#tests thead").inner_text().split() == [
        "test", "exercise", "passed", "discrimination", "time", "else", "mostly", "outcomes",
    ]  # fmt: skip
    page.close()


def test_a_foreign_script_does_not_run(tiny: Course, out: Path, browser: Any) -> None:
    path = report(tiny, out)
    text = path.read_text(encoding="utf-8").replace(
        "</main>", "<script>document.title = 'owned'</script></main>"
    )
    path.write_text(text, encoding="utf-8")
    opened = open_page(browser, path)
    assert opened.page.title() != "owned"
    assert any("Content Security Policy" in complaint for complaint in opened.complaints)
    opened.page.close()


@pytest.fixture
def five_thousand() -> Iterator[Path]:
    """Results of a large class; removed at once, since pytest would keep three of them."""
    with tempfile.TemporaryDirectory() as folder:
        yield write_class(Path(folder), 5000)


@pytest.mark.slow
def test_five_thousand_students_open_and_can_be_searched(
    tiny: Course, five_thousand: Path, browser: Any
) -> None:
    assert MOST_ROWS < 5000
    target = five_thousand / "report"
    path = write_report(tiny, five_thousand, target, None, Console(quiet=True), pages=False).index
    assert path.stat().st_size < 2**20
    opened = open_page(browser, path)
    page = opened.page
    assert page.locator("#everyone output").inner_text() == "5000 of 5000"
    assert page.locator("#everyone .row").count() < 60
    page.fill("#everyone input", "student04321")
    assert page.locator("#everyone .row a").all_inner_texts() == ["student04321"]
    page.fill("#everyone input", "")
    page.locator("#everyone .find select").select_option("all points")
    found = int(page.locator("#everyone output").inner_text().partition(" ")[0])
    assert 0 < found < 5000
    assert (
        page.locator("#everyone .row span").all_inner_texts()
        == ["5"] * page.locator("#everyone .row").count()
    )
    page.locator("#everyone .find select").select_option("")
    page.select_option("#everyone .bar > label select", "name")
    page.evaluate("document.querySelector('#everyone .window').scrollTop = 1e9")
    page.locator("#everyone .row a", has_text="student04999").wait_for()
    assert opened.complaints == []
    page.close()


def test_print_is_light_and_shows_what_is_folded(tiny: Course, out: Path, browser: Any) -> None:
    path = report(tiny, out).parent / "students" / f"{HOSTILE}.html"
    page = open_page(browser, path).page
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    folded = page.locator("details:not([open]) p").first
    assert folded.evaluate("p => p.checkVisibility({contentVisibilityAuto: true})")
    page.emulate_media(media="screen")
    assert not folded.evaluate("p => p.checkVisibility({contentVisibilityAuto: true})")
    page.close()


def with_days(student: str, *outcomes: str) -> dict[str, Any]:
    """A record with a day for each: letters, ``nothing`` for nothing handed in, ``damaged`` for an archive refused."""
    plain = record(student)
    plain["days"] = []
    for number, said in enumerate(outcomes, 1):
        day = record(student, said if len(said) == 3 else "nnn")["days"][0] | {"day": f"day{number:02}_tiny"}
        for exercise in day["exercises"] if len(said) > 3 else ():
            for test in exercise["tests"]:
                test["outcome"] = {"nothing": "not_gradable", "damaged": "rejected"}[said]
        plain["days"].append(day)
    plain["score"] = sum(day["score"] for day in plain["days"])
    return plain


def test_what_is_missing_or_not_readable_is_counted_apart() -> None:
    records = [with_days("ada", "ppp", "ppf"), with_days("bob", "pff", "nothing")]
    records.append(with_days("cy", "damaged", "nothing"))
    figures = figures_of(records)
    first, second = figures.by_day.values()
    assert (list(first.shares), first.missing, first.unreadable) == ([1.0, 0.4], 0, 1)
    assert (list(second.shares), second.missing, second.unreadable) == ([0.6], 2, 0)
    assert (first.mean, second.quartiles) == (0.7, (0.6, 0.6, 0.6))
    assert [row.days for row in figures.rows] == [(10, 6), (4, NOT_STARTED), (None, NOT_STARTED)]
    assert [row.shares for row in figures.rows] == [
        (10, 10, 10, 0),
        (6, 0, NOT_STARTED, NOT_STARTED),
        (None, None, NOT_STARTED, NOT_STARTED),
    ]
    assert (figures.handed_in, figures.students) == (2, 3)
    assert (figures.mean, figures.mean_of_handed_in) == (10 / 3, 5)
    assert {one.students for one in figures.exercises.values() if one.day == "day01_tiny"} == {2}
    assert figures.tests["day02_tiny", "sums.total", "test_total_several_shapes"].students == 1


def test_the_term_and_who_has_a_misconception_stand_on_the_page(tiny: Course, tmp_path: Path) -> None:
    records = [with_days("ada", "ppp", "ppf"), with_days("bob", "fpp", "nothing")]
    records[1]["days"][0]["exercises"][0]["tests"][0]["misconception"] = "mean"
    for one in records:
        write_record(tmp_path / "out", one)
    write_report(tiny, tmp_path / "out", tmp_path / "pages", None, Console(quiet=True))
    page = (tmp_path / "pages/index.html").read_text(encoding="utf-8")
    term = page.partition('<section id="term">')[2].partition("</section>")[0]
    assert "day02_tiny" in term
    assert 'title="day02_tiny: nothing handed in"' in term
    assert "<polyline" in term
    assert '<details><summary>who</summary><a href="students/bob.html">bob</a></details>' in page
    for one in records:
        write_record(tmp_path / "one day", one | {"days": one["days"][:1]})
    write_report(tiny, tmp_path / "one day", tmp_path / "few", None, Console(quiet=True))
    assert 'id="term"' not in (tmp_path / "few/index.html").read_text(encoding="utf-8")


def test_a_student_of_the_roster_is_called_by_the_name(tiny: Course, tmp_path: Path) -> None:
    write_record(tmp_path / "out", record("ada", person={"name": "Ada <i>Lovelace</i>"}))
    write_report(tiny, tmp_path / "out", tmp_path / "pages", None, Console(quiet=True))
    page = (tmp_path / "pages/students/ada.html").read_text(encoding="utf-8")
    assert '<h1>Ada &lt;i&gt;Lovelace&lt;/i&gt; <small class="soft">ada</small></h1>' in page
