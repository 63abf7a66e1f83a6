"""Questions of students and their answers: with who and when, on every page, and never changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from course.catalog import Course
from course.errors import CourseError, UsageError
from tests.course.class_records import record, write_record
from tests.course.test_cli import run

pytest.importorskip("sqlalchemy", reason="questions are kept in the store (the extra 'instructor')")

from course.results.appeals import LONGEST, answer, appeals_by_student, ask, list_appeals
from course.results.book import check_book
from course.results.settings import STORE
from course.results.store import Store

HOSTILE = "</p><script>alert(1)</script>\x1b[2J"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "results"
    for plain in (record("ada", "fpp"), record("bob", "ppp")):
        write_record(folder, plain)
        with Store(folder) as store:
            store.save(plain)
    return folder


def test_a_question_and_its_answers_are_kept_with_who_and_when(tiny: Course, out: Path) -> None:
    asked = ask(tiny, out, "ada", "day01/total", " Is the\r\nsum wrong? ", "tutor")
    assert (asked.student, asked.where, asked.says) == ("ada", "day01_tiny/sums.total", "Is the\nsum wrong?")
    assert (asked.author, asked.answers) == ("tutor", ())
    answer(out, asked.number, "Yes.", "grace")
    told = answer(out, asked.number, "Along axis 1.", "alan")
    assert [(one.says, one.author) for one in told.answers] == [("Yes.", "grace"), ("Along axis 1.", "alan")]
    assert asked.made_at <= told.answers[0].made_at <= told.answers[1].made_at
    whole_day = ask(tiny, out, "bob", "day01", "May I hand in again?", "tutor")
    assert list_appeals(out) == [told, whole_day]
    assert list_appeals(out, "bob") == [whole_day]
    assert appeals_by_student(out) == {"ada": [told], "bob": [whole_day]}


@pytest.mark.parametrize(
    ("student", "where", "says", "sentence"),
    [
        ("adda", "day01", "why?", "did you mean 'ada'"),
        ("ada", "day01/totl", "why?", "did you mean 'total'"),
        ("ada", "day01", " \n", "A question has words"),
        ("ada", "day01", "why? " * LONGEST, "at most 20000 characters"),
    ],
)
def test_what_is_no_question_is_refused(
    tiny: Course, out: Path, student: str, where: str, says: str, sentence: str
) -> None:
    with pytest.raises(UsageError, match=sentence):
        ask(tiny, out, student, where, says, "tutor")
    assert list_appeals(out) == []


def test_an_answer_needs_its_question_and_words(tiny: Course, out: Path) -> None:
    asked = ask(tiny, out, "ada", "day01", "Why?", "tutor")
    with pytest.raises(UsageError, match=r"There is no question 9; `course appeal .*results` lists"):
        answer(out, 9, "So.", "grace")
    with pytest.raises(UsageError, match="An answer has words"):
        answer(out, asked.number, "", "grace")
    assert list_appeals(out) == [asked]


def test_no_store_is_made_by_looking(tiny: Course, tmp_path: Path) -> None:
    write_record(tmp_path, record("ada"))
    assert appeals_by_student(tmp_path) == {}
    with pytest.raises(CourseError, match="There is no store in"):
        list_appeals(tmp_path)
    assert not (tmp_path / STORE).exists()


def test_the_command_asks_answers_and_lists(tiny: Course, out: Path) -> None:
    words = ("appeal", str(out))
    assert "Nobody has asked anything." in run(tiny.root, *words).stdout
    said = run(tiny.root, *words, "ada", "day01/total", "--text", f"Why? {HOSTILE}", "--by", "tutor")
    assert said.returncode == 0
    assert "1  ada  day01_tiny/sums.total" in said.stdout
    assert f"`courseappeal{out}--answerNUMBER" in "".join(said.stdout.split())
    assert "\x1b" not in said.stdout
    said = run(tiny.root, *words, "--answer", "1", "--text", "It is the mean.", "--by", "grace")
    assert "grace, " in said.stdout
    assert "It is the mean." in said.stdout
    assert "All are answered." in said.stdout
    assert "Nobody has asked" in run(tiny.root, *words, "--open").stdout
    assert run(tiny.root, *words, "bob").stdout == "Nobody has asked anything.\n"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--text", "why?"], "Say whose it is, and about what"),
        (["ada", "--text", "why?"], "Say whose it is, and about what"),
        (["ada", "--answer", "1", "--text", "so"], "--answer takes the number of a question alone"),
        (["ada", "day01"], "A question has words: --text"),
    ],
)
def test_half_a_command_is_answered_with_a_whole_one(
    tiny: Course, out: Path, words: list[str], sentence: str
) -> None:
    said = run(tiny.root, "appeal", str(out), *words)
    assert said.returncode == 2
    assert sentence in said.stderr


def test_pages_and_feedback_tell_of_both(tiny: Course, out: Path) -> None:
    answer(out, ask(tiny, out, "ada", "day01/total", f"Why? {HOSTILE}", "tutor").number, "The mean.", "grace")
    ask(tiny, out, "bob", "day01", "And the other one?", "tutor")
    assert run(tiny.root, "report", str(out)).returncode == 0
    staff = (out / "report/index.html").read_text(encoding="utf-8")
    section = staff.partition('<section id="appeals">')[2].partition("</section>")[0]
    assert "1 of 2 without an answer" in section
    assert section.index("And the other one?") < section.index("The mean.")  # what is open comes first
    page = (out / "report/students/ada.html").read_text(encoding="utf-8")
    assert "Why? &lt;/p&gt;&lt;script&gt;" in page
    assert "<b>grace</b>" in page
    assert "And the other one?" not in page
    assert "<script>alert" not in page + staff
    assert run(tiny.root, "publish", str(out), "--as", "files").returncode == 0
    told = (out / "feedback/ada.md").read_text(encoding="utf-8")
    assert "answered: The mean." in told
    assert "<script>" not in told
    assert "not answered yet" in (out / "feedback/bob.md").read_text(encoding="utf-8")


def test_the_book_names_what_is_about_nobody(tiny: Course, out: Path) -> None:
    ask(tiny, out, "ada", "day01", "Why?", "tutor")
    with Store(out) as store:
        store.adjust("zoe", "day01_tiny", "", 1, "who?", "tutor", 0)
    said = [one.says for one in check_book(out) if "grades.csv" not in one.says]
    assert said == ["number 1 by hand is about zoe, of whom there is no result"]
