"""The roster: whose a hand-in is, who handed in nothing, teams, extensions and days of grace."""

from __future__ import annotations

import csv
import io
import os
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from course.catalog import Course, LatePolicy, load_course
from course.cli import main
from course.errors import CourseError
from course.grading.intake import Intake
from course.grading.replaying import replay
from course.results.exports import export
from course.results.lateness import Handed, how_late
from course.results.roster import Roster, read_roster, settled_roster
from course.results.settling import LateRule
from tests.course.class_records import record
from tests.course.conftest import SOLUTION, write, write_tiny_course
from tests.course.test_changed_days import DAYS, Class, second_day
from tests.course.test_cli import run
from tests.course.test_grading import Quiet, hand_in, read
from tests.course.test_term import grade, unchecked  # noqa: F401

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="grading needs fork")
DUE = datetime(2026, 10, 12, 18, tzinfo=UTC)

ROSTER = """
id,name,e-mail,team,section,extensions,slip days
alovelace,Ada Lovelace,ada@example.org,Engines,A,day01=+2,
bbab,Charles Babbage,charles.babbage@example.org,Engines,A,,
turing,Alan Turing,alan@example.org,,B,,3
noether,Emmy Noether,emmy@example.org,,B,day01=2026-10-20T12:00,
zoe,Zoë Müller,zoe@example.org,,B,,
ada2,Ada King,ada@elsewhere.org,,C,,
adaking,Ada King,king@example.org,,C,,
"""


@pytest.fixture
def course(tmp_path: Path) -> Course:
    root = write_tiny_course(tmp_path / "tiny")
    text = (root / "course.toml").read_text(encoding="utf-8")
    text = text.replace("[[day]]", "[late]\npercent_per_day = 10\n\n[[day]]\ndue = 2026-10-12T18:00:00")
    (root / "course.toml").write_text(text, encoding="utf-8")
    return load_course(root)


@pytest.fixture
def roster(course: Course, tmp_path: Path) -> Roster:
    return read_roster(write(tmp_path / "roster.csv", ROSTER), course)


@pytest.mark.parametrize(
    ("handed_in", "student"),
    [
        ("alovelace", "alovelace"),
        ("ALovelace", "alovelace"),
        ("Ada Lovelace_123456_assignsubmission_file_", "alovelace"),
        ("Zoe Muller_99_assignsubmission_file", "zoe"),
        ("Lovelace Ada_7_assignsubmission_onlinetext_", "alovelace"),
        ("lovelaceada_12345_67890_work", "alovelace"),
        ("babbagecharles_LATE_12345_67890_my work (2)", "bbab"),
        ("turingalan_1_22_matrices-1.py", "turing"),
        ("Turing_Alan_turing_4711", "turing"),
        ("Noether_Emmy_someoneelse_4712", "noether"),
        ("emmy@example.org", "noether"),
        ("charles.babbage", "bbab"),
        ("zoe", "zoe"),
        ("Zoë_Müller", "zoe"),
    ],
)
def test_names_of_downloads_are_mapped(roster: Roster, handed_in: str, student: str) -> None:
    assert roster.owners(handed_in) == [student]


@pytest.mark.parametrize(
    ("handed_in", "asks"),
    [
        ("Participant_17_assignsubmission_file_", "nobody's on the roster: write the line"),
        ("Ada King_123456_assignsubmission_file_", "ada2 or adaking?"),
        ("Ada Lovelase_123456_assignsubmission_file_", "alovelace?"),
        ("ada", "ada2 or alovelace?"),
        ("nobody_12345_67890_zoe", "nobody's"),
    ],
)
def test_who_cannot_be_told_is_asked_for(roster: Roster, handed_in: str, asks: str) -> None:
    assert roster.owners(handed_in) == []
    said = roster.asks(handed_in)
    assert asks in said
    assert f"`{handed_in},ID` into names.csv" in said


def test_the_line_that_is_asked_for_can_be_written(course: Course, roster: Roster, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    for name in ('King, "Ada"', "line\nbreak\x1b[31m"):
        hand_in(folder, name, SOLUTION)
    hand_in(folder, "zoe", SOLUTION)
    with Intake(course, folder, course.days, roster=roster) as intake:
        asked = intake.passed_over
    assert all(why.isprintable() for why in asked.values())
    assert "rename it to the id" in asked["line\nbreak\x1b[31m"]
    line = asked['King, "Ada"'].split("`")[1].replace("ID", "adaking")
    (folder / "names.csv").write_text(f"{line}\n", encoding="utf-8")
    with Intake(course, folder, course.days, roster=roster) as intake:
        assert intake.read("adaking").files != {}


def test_a_team_owns_what_has_its_name(roster: Roster) -> None:
    assert roster.owners("engines") == ["alovelace", "bbab"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name\nAda\n", "no column 'id'"),
        ("id,name\n", "names nobody"),
        ("id\nada\nada\n", "line 3: 'ada' is there twice"),
        ("id,name\n,Ada\n", "line 2: there is no id"),
        ("id,slip_days\nada,some\n", "line 2: 'some' is no number of slip days"),
        ("id,extensions\nada,day99=2026-10-10\n", "line 2: .*day99"),
        ("id,extensions\nada,day01=soon\n", "line 2: 'day01=soon' is no extension"),
        ("id,extensions\nada,day01=+soon\n", r"line 2: 'day01=\+soon' is no extension"),
    ],
)
def test_a_mistake_in_a_roster_names_the_line(
    course: Course, tmp_path: Path, text: str, sentence: str
) -> None:
    path = tmp_path / "roster.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CourseError, match=sentence):
        read_roster(path, course)


def test_a_roster_of_a_spreadsheet_is_read(course: Course, tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_bytes("\ufeffLogin;Name;Group\r\nada;Ada Lovelace;one\r\n;;\r\n".encode())
    (person,) = read_roster(path, course).people.values()
    assert (person.id, person.name, person.team) == ("ada", "Ada Lovelace", "one")


CLASSROOM_50 = """username,first_name,last_name,email,section,github_id,role
ada-l,Ada,Lovelace,ada@example.org,Lab 1,583231,student
bob99,,,,,67890,
teach,Emmy,Noether,emmy@example.org,,11111,teacher
helper,,,,,22222,ta
"""
CLASSROOMS_ROSTER = """"identifier","github_username","github_id","name"
"ada@example.org","ada-l","583231","Ada Lovelace"
"bob@example.org","","",""
"""
CLASSROOMS_GROUPS = """"identifier","github_username","github_id","name","group_name"
"ada","ada-l","583231","Ada Lovelace","engines"
"bob","bob99","67890","","engines"
"""
CLASSROOMS_GRADES = (
    '"assignment_name","assignment_url","starter_code_url","github_username","roster_identifier",'
    '"student_repository_name","student_repository_url","submission_timestamp","points_awarded","points_available"\n'
    '"Day 3","https://classroom.github.com/c/1","https://api.github.com/repos/school/dl","ada-l","ada",'
    '"day-3-ada-l","https://github.com/school/day-3-ada-l","2026-10-12 15:59:59 UTC","4","0"\n'
    '"Day 3","https://classroom.github.com/c/1","https://api.github.com/repos/school/dl","bob99","",'
    '"day-3-bob99","https://github.com/school/day-3-bob99","","0","0"\n'
)


@pytest.mark.parametrize(
    ("table", "people"),
    [
        (
            CLASSROOM_50,
            [
                ("ada-l", "ada-l", "Ada Lovelace", "ada@example.org", "Lab 1", ""),
                ("bob99", "bob99", "", "", "", ""),
            ],
        ),
        (
            CLASSROOMS_ROSTER,
            [
                ("ada@example.org", "ada-l", "Ada Lovelace", "", "", ""),
                ("bob@example.org", "bob@example.org", "", "", "", ""),
            ],
        ),
        (
            CLASSROOMS_GRADES,
            [
                ("ada", "ada-l", "", "", "", "https://github.com/school/day-3-ada-l"),
                ("bob99", "bob99", "", "", "", "https://github.com/school/day-3-bob99"),
            ],
        ),
    ],
    ids=["Classroom 50", "GitHub Classroom's roster", "GitHub Classroom's grades"],
)
def test_tables_of_classrooms_are_rosters(
    course: Course, tmp_path: Path, table: str, people: list[tuple[str, ...]]
) -> None:
    read = read_roster(write(tmp_path / "roster.csv", table), course).people.values()
    assert [(one.id, one.login, one.name, one.email, one.section, one.repository) for one in read] == people


def test_a_group_of_github_classroom_is_a_team(course: Course, tmp_path: Path) -> None:
    roster = read_roster(write(tmp_path / "roster.csv", CLASSROOMS_GROUPS), course)
    assert roster.team_of("bob") == ["ada", "bob"]
    assert roster.owners("ada-l") == ["ada"]  # as a folder of cloned repositories is called


def test_who_was_invited_by_mail_and_has_no_name_yet_is_asked_for(course: Course, tmp_path: Path) -> None:
    table = CLASSROOM_50 + ",Cy,Young,cy@example.org,,,student\n"
    with pytest.raises(CourseError, match="line 6: there is no id"):
        read_roster(write(tmp_path / "roster.csv", table), course)


def test_one_reader_knows_repositories_and_teams(course: Course, tmp_path: Path) -> None:
    (tmp_path / "forks/ada").mkdir(parents=True)
    table = "id,repository,branch,team,canvas\nada,forks/ada,handin,one,4711\nbob,https://x/bob,,one,\n"
    ada, bob = read_roster(write(tmp_path / "roster.csv", table), course).people.values()
    assert (ada.repository, ada.branch, ada.team) == ((tmp_path / "forks/ada").as_uri(), "handin", "one")
    assert (bob.repository, bob.branch, ada.get("canvas"), bob.get("canvas")) == (
        "https://x/bob",
        "",
        "4711",
        "",
    )


def archive(text: str, name: str = "day01_tiny/sums.py") -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        file.writestr(name, text)
    return data.getvalue()


@pytest.fixture
def downloads(tmp_path: Path) -> Path:
    """Hand-ins as Moodle, Canvas, Ilias and a student of a team leave them, and one that is nobody's."""
    folder = tmp_path / "in"
    moodle = folder / "Zoë Müller_123456_assignsubmission_file_"
    moodle.mkdir(parents=True)
    (moodle / "work.zip").write_bytes(archive(SOLUTION + "# zoe\n"))
    (folder / "turingalan_12345_100_work.zip").write_bytes(archive(SOLUTION + "# older\n"))
    (folder / "turingalan_12345_101_work.zip").write_bytes(archive(SOLUTION + "# alan\n"))
    (folder / "noetheremmy_12346_102_sums-1.py").write_text(SOLUTION + "# emmy\n", encoding="utf-8")
    hand_in(folder, "Lovelace_Ada_alovelace_4711", SOLUTION + "# ada\n")
    hand_in(folder, "Ada King_9_assignsubmission_file_", SOLUTION + "# which\n")
    return folder


def test_a_class_of_which_nobody_handed_in_is_hardly_the_right_folder(
    course: Course, roster: Roster, tmp_path: Path
) -> None:
    hand_in(tmp_path / "in", "stranger", SOLUTION)
    with pytest.raises(CourseError, match=r"There is no submission .*stranger is nobody's on the roster"):
        Intake(course, tmp_path / "in", course.days, roster=roster)


def last_line(intake: Intake, student: str) -> str:
    return intake.read(student).files["day01_tiny/sums.py"].decode().splitlines()[-1]


def test_downloads_go_to_whom_they_belong(course: Course, roster: Roster, downloads: Path) -> None:
    with Intake(course, downloads, course.days, roster=roster) as intake:
        assert intake.students == sorted(roster.people)
        assert [last_line(intake, who) for who in ("zoe", "turing", "noether", "alovelace", "bbab")] == [
            "# zoe",
            "# alan",
            "# emmy",
            "# ada",
            "# ada",
        ]
        assert intake.read("bbab").note == "handed in by alovelace for the team"
        assert "turingalan_12345_100_work.zip lies beside" in intake.read("turing").note
        assert intake.read("ada2").files == {}
        assert list(intake.passed_over) == ["Ada King_9_assignsubmission_file_"]
        assert "ada2 or adaking?" in intake.passed_over["Ada King_9_assignsubmission_file_"]


@pytest.mark.parametrize(
    ("others", "names", "taken", "passed_over"),
    [
        (["TURING"], "", "# turing", {"TURING": "like turing a hand-in of turing, which was taken"}),
        (
            ["Alan Turing_1_assignsubmission_file_", "turingalan_12345_100_work"],
            "",
            "# turing",
            {
                "Alan Turing_1_assignsubmission_file_": "like turing a hand-in of turing, which was taken",
                "turingalan_12345_100_work": "like turing a hand-in of turing, which was taken",
            },
        ),
        (
            ["TURING"],
            "TURING,turing\n",
            "# TURING",
            {"turing": "like TURING a hand-in of turing, which was taken"},
        ),
    ],
    ids=["other case", "of programs", "staff wrote"],
)
def test_the_very_name_goes_before_one_that_is_alike(
    course: Course,
    roster: Roster,
    tmp_path: Path,
    others: list[str],
    names: str,
    taken: str,
    passed_over: dict[str, str],
) -> None:
    for name in ("turing", *others):
        hand_in(tmp_path / "in", name, f"{SOLUTION}# {name}\n")
    write(tmp_path / "in/names.csv", names)
    with Intake(course, tmp_path / "in", course.days, roster=roster) as intake:
        assert last_line(intake, "turing") == taken
        assert {name: why.partition(":")[0] for name, why in intake.passed_over.items()} == passed_over


def test_of_two_that_are_alike_none_is_taken(course: Course, roster: Roster, tmp_path: Path) -> None:
    for name in ("Turing", "TURING", "zoe"):
        hand_in(tmp_path / "in", name, SOLUTION)
    with Intake(course, tmp_path / "in", course.days, roster=roster) as intake:
        assert intake.read("turing").files == {}
        assert intake.passed_over["Turing"] == (
            "like TURING a hand-in of turing, and none was taken: remove what does not count, or write the line "
            "`Turing,turing` into names.csv for the one that does"
        )
        assert list(intake.passed_over) == ["TURING", "Turing"]


def test_what_moodle_has_from_one_user_is_one_hand_in(course: Course, roster: Roster, tmp_path: Path) -> None:
    hand_in(tmp_path / "in", "Alan Turing_7_assignsubmission_file_", SOLUTION + "# file\n")
    write(tmp_path / "in/Alan Turing_7_assignsubmission_onlinetext_/onlinetext.html", "<p>done</p>")
    with Intake(course, tmp_path / "in", course.days, roster=roster) as intake:
        assert last_line(intake, "turing") == "# file"
        assert intake.passed_over == {}


def test_a_row_of_names_for_what_is_not_there_is_named(
    course: Course, roster: Roster, tmp_path: Path
) -> None:
    hand_in(tmp_path / "in", "T1", SOLUTION)
    write(tmp_path / "in/names.csv", "handed_in,student\nT1,turing\nT2,zoe\n")
    with Intake(course, tmp_path / "in", course.days, roster=roster) as intake:
        assert intake.read("turing").files != {}
        assert intake.passed_over == {"the row of T2 in names.csv": "nobody's: no hand-in has that name"}


def test_what_staff_wrote_down_is_believed(course: Course, roster: Roster, downloads: Path) -> None:
    lines = "handed_in,student\nAda King_9_assignsubmission_file_,adaking\n"
    (downloads / "names.csv").write_text(lines, encoding="utf-8")
    with Intake(course, downloads, course.days, roster=roster) as intake:
        assert last_line(intake, "adaking") == "# which"
        assert intake.passed_over == {}


def test_gradescopes_export_is_read(course: Course, roster: Roster, tmp_path: Path) -> None:
    pytest.importorskip("yaml")
    hand_in(tmp_path / "in", "submission_17", SOLUTION + "# emmy\n")
    said = "submission_17:\n  :submitters:\n  - :name: Emmy N.\n    :sid: '3'\n    :email: emmy@example.org\n"
    (tmp_path / "in/submission_metadata.yml").write_text(said, encoding="utf-8")
    with Intake(course, tmp_path / "in", course.days, roster=roster) as intake:
        assert last_line(intake, "noether") == "# emmy"
        assert intake.passed_over == {}
    (tmp_path / "in/submission_metadata.yml").write_text("- 1", encoding="utf-8")
    with pytest.raises(CourseError, match="is not what Gradescope exports"):
        Intake(course, tmp_path / "in", course.days, roster=roster)


@pytest.mark.usefixtures("unchecked")
def test_everybody_on_the_roster_has_a_row(tmp_path: Path) -> None:
    given = Class(tmp_path).write()
    path = write(tmp_path / "roster.csv", "id,name,section\nada,Ada L.,A\nbob,Bob,A\ncy,=Cy,B\ndan,Dan,B\n")
    grade(given, days=[DAYS[0]], manner=manner(path))
    given.folder = tmp_path / "second"
    hand_in_of(given.folder, "ada", DAYS[1])
    hand_in_of(given.folder, "stranger", DAYS[1])
    outcome = grade_with_outcome(given, days=[DAYS[1]])  # the folder knows its roster
    assert list(outcome.passed_over) == ["stranger"]
    assert list(outcome.students) == ["ada", "bob", "cy", "dan"]
    assert [line.remark for line in outcome.lines()][3] == "nothing handed in, 6 not_gradable"
    rows = list(csv.DictReader((given.out / "grades.csv").open(encoding="utf-8")))
    assert [(row["student"], row["name"], row["section"], row["missing"]) for row in rows] == [
        ("ada", "Ada L.", "A", ""),
        ("bob", "Bob", "A", "day02"),
        ("cy", "'=Cy", "B", "day02"),
        ("dan", "Dan", "B", "day01 day02"),
    ]
    assert [row["max_score"] for row in rows] == ["10"] * 4
    canvas = export(given.out, "canvas").read_text(encoding="utf-8").splitlines()
    assert canvas[2] == "Ada L.,,,ada,A,0,0"
    moodle = export(given.out, "moodle").read_text(encoding="utf-8")
    assert moodle.count("Nothing was handed in.") == 4
    grade(given, days=[DAYS[1]])
    assert read(given.out, "dan")["score"] == 0


def hand_in_of(folder: Path, student: str, day: str) -> None:
    (folder / student / day).mkdir(parents=True, exist_ok=True)
    (folder / student / day / "sums.py").write_text(SOLUTION, encoding="utf-8")


def manner(roster: Path, **more: Any) -> Any:
    from course.grading.classes import Manner

    return Manner(roster=roster, **more)


def grade_with_outcome(given: Class, **how: Any) -> Any:
    from course.grading.classes import grade_class

    return grade_class(load_course(given.root), given.folder, given.out, view=Quiet(), **how)


@pytest.mark.usefixtures("unchecked")
def test_a_day_that_was_not_handed_in_does_not_stop_the_replay_of_others(tmp_path: Path) -> None:
    given = Class(tmp_path).write()
    path = write(tmp_path / "roster.csv", "id\nada\nbob\ncy\n")
    grade(given, days=[DAYS[0]], manner=manner(path))
    given.folder = tmp_path / "second"
    hand_in_of(given.folder, "cy", DAYS[1])
    grade(given, days=[DAYS[1]], manner=manner(path))
    assert replay(load_course(given.root), given.out / "ada.json").verdicts == []


def test_work_of_several_folders_and_names_is_replayed(course: Course, tmp_path: Path) -> None:
    """Two days, each in a folder of its own, as Moodle calls it; the folder remembers roster and hand-ins."""
    second_day(course.root)
    given = Class(tmp_path)
    path = write(tmp_path / "roster.csv", "id,name\nada,Ada Lovelace\nbob,Bob\n")
    for day in DAYS:
        given.folder = tmp_path / f"of {day}"
        hand_in_of(given.folder, "Ada Lovelace_7_assignsubmission_file_", day)
        grade_with_outcome(given, days=[day], seed=3, manner=manner(path))
    assert read(given.out, "ada")["score"] == 10
    result = replay(load_course(course.root), given.out / "ada.json")
    assert (result.tests, result.verdicts, result.provenance) == (6, [], [])


def test_single_files_of_canvas_are_replayed(course: Course, tmp_path: Path) -> None:
    """Of two that she sent the later one counts, and her neighbour's is not hers."""
    given = Class(tmp_path)
    path = write(tmp_path / "roster.csv", "id,name\nada,Ada Lovelace\nbob,Bob Lovelace\n")
    write(given.folder / "lovelaceada_7_101_sums.py", "wrong\n")
    write(given.folder / "lovelaceada_LATE_7_102_sums-1.py", SOLUTION)
    write(given.folder / "lovelacebob_8_103_sums.py", "wrong\n")
    grade_with_outcome(given, seed=3, manner=manner(path))
    assert read(given.out, "ada")["score"] == 5
    course = load_course(given.root)
    assert replay(course, given.out / "ada.json").verdicts == []
    one = replay(course, given.out / "ada.json", given.folder / "lovelaceada_LATE_7_102_sums-1.py")
    assert (one.tests, one.verdicts) == (3, [])
    assert replay(course, given.out / "bob.json").verdicts == []


@pytest.mark.usefixtures("unchecked")
def test_two_classes_do_not_mix_unless_asked(tmp_path: Path) -> None:
    given = Class(tmp_path).write()
    grade(given)
    given.folder = tmp_path / "others"
    hand_in_of(given.folder, "eve", DAYS[0])
    with pytest.raises(CourseError, match=r"another class .*--mix when both are one class"):
        grade(given)
    grade(given, manner=manner(None, mix=True))  # type: ignore[arg-type]
    assert (given.out / "eve.json").is_file()


@pytest.mark.usefixtures("unchecked")
def test_another_classs_roster_is_refused_unless_asked(tmp_path: Path) -> None:
    """One name in common is no reason to take the one class for the other."""
    given = Class(tmp_path).write()
    grade(given, manner=manner(write(tmp_path / "roster.csv", "id\nada\nbob\ncy\n")))
    before = read(given.out, "bob")
    given.folder = tmp_path / "others"
    hand_in_of(given.folder, "bob", DAYS[0])
    other = write(tmp_path / "roster2.csv", "id\nanna\nben\nbob\n")
    with pytest.raises(CourseError, match=r"another class: of 3 students only 1 is on roster2.csv; .*--mix"):
        grade(given, manner=manner(other))
    assert (read(given.out, "bob"), (given.out / "anna.json").exists()) == (before, False)
    assert settled_roster(load_course(given.root), given.out).people.keys() == {"ada", "bob", "cy"}  # type: ignore[union-attr]
    grade(given, manner=manner(write(tmp_path / "fewer.csv", "id\nada\nbob\n")))  # somebody has left
    grade(given, manner=manner(other, mix=True))
    grade(given)
    assert (given.out / "anna.json").is_file()


def test_an_extension_needs_a_due_time_to_count_from(tmp_path: Path) -> None:
    course = load_course(write_tiny_course(tmp_path / "tiny"))
    path = write(tmp_path / "roster.csv", "id,extensions\nada,day01=+2\n")
    with pytest.raises(
        CourseError, match=r"line 2: 'day01=\+2' counts from the due time, and day01 has none"
    ):
        read_roster(path, course)


def test_intake_says_whose_is_what(course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(course.root)
    path = write(tmp_path / "roster.csv", "id,name\nada,Ada Lovelace\nbob,\ncy,\n")
    hand_in(tmp_path / "in", "Ada Lovelace_7_assignsubmission_file_", SOLUTION)
    hand_in(tmp_path / "in", "bob", SOLUTION)
    said = CliRunner().invoke(main, ["intake", str(tmp_path / "in"), "--roster", str(path)])
    lines = [line.split() for line in said.output.splitlines()]
    assert lines[0] == "ada day01 1/1 from Ada Lovelace_7_assignsubmission_file_".split()
    assert lines[1:3] == [["bob", "day01", "1/1"], ["cy", "nothing", "handed", "in"]]
    assert "2 hand-ins, none without anything that can be graded. 1 of the roster handed in" in said.output
    assert said.exit_code == 0


def test_a_roster_that_has_gone_is_one_sentence(course: Course, tmp_path: Path) -> None:
    hand_in(tmp_path / "in", "ada", SOLUTION)
    words = ["grade", str(tmp_path / "in"), "--out", str(tmp_path / "out"), "--roster", "gone.csv"]
    said = run(course.root, *words)
    assert said.returncode == 1
    assert said.stderr == "course: There is no roster gone.csv; say where it is now with --roster FILE.\n"


POLICY = LatePolicy(percent_per_day=10, cap_percent=50, closed_after_days=7)


@pytest.mark.parametrize(
    ("hours", "slip", "used", "points", "reason"),
    [
        (-1, 3, 0, 0, "in time"),
        (1, 3, 1, 0, "1 h late, 1 slip day used (2 left): no penalty"),
        (30, 3, 2, 0, "1 d 6 h late, 2 slip days used (1 left): no penalty"),
        (30, 1, 1, 4, "1 d 6 h late, 1 slip day used (0 left): 10 % of 40 points"),
        (30, 0, 0, 8, "1 d 6 h late, 2 started days: 20 % of 40 points"),
        (6 * 24 + 1, 1, 0, 20, "6 d 1 h late, 7 started days, at most 50 %: 50 % of 40 points"),
        (
            8 * 24,
            1,
            1,
            20,
            "8 d late, 1 slip day used (0 left), 7 started days, at most 50 %: 50 % of 40 points",
        ),
        (10 * 24, 2, 0, 40, "10 d late, not accepted after 7 d: 100 % of 40 points"),
    ],
)
def test_days_of_grace_are_used_where_they_save_points(
    hours: float, slip: int, used: int, points: float, reason: str
) -> None:
    handed = Handed(DUE + timedelta(hours=hours), "submitted.csv")
    late = how_late(40, DUE, handed, POLICY, slip_days=slip)
    assert late is not None
    assert (late.slip_days, late.points, late.reason) == (used, points, reason)
    assert late.to_plain().get("slip_days", 0) == used


def test_nothing_is_used_for_nothing() -> None:
    late = how_late(0, DUE, Handed(DUE + timedelta(days=1)), POLICY, slip_days=3)
    assert late is not None
    assert late.slip_days == 0


def test_the_budget_is_spent_in_the_order_of_due_dates(tmp_path: Path) -> None:
    root = write_tiny_course(tmp_path / "tiny")
    second_day(root)
    text = (root / "course.toml").read_text(encoding="utf-8")
    head, first, second = text.split("[[day]]")
    due = "[[day]]\ndue = 2026-10-{}T18:00:00"
    text = f"{head}[late]\npercent_per_day = 10\n\n{due.format(19)}{first}{due.format(12)}{second}"
    (root / "course.toml").write_text(text, encoding="utf-8")
    course = load_course(root)
    roster = read_roster(write(tmp_path / "roster.csv", "id,slip_days\nada,2\nbob,\n"), course)
    times = "student,day,submitted\nada,day01,2026-10-21T06:00\nada,day02,2026-10-13T06:00\n"
    write(tmp_path / "in/submitted.csv", times)
    plain = record("ada")
    plain["days"].append({**plain["days"][0], "day": DAYS[1]})
    first_day, second_due_first = LateRule(course, tmp_path / "in", roster).apply(plain)["days"]
    assert second_due_first["late"]["reason"] == "12 h late, 1 slip day used (1 left): no penalty"
    assert first_day["late"]["reason"] == "1 d 12 h late, 1 slip day used (0 left): 10 % of 5 points"


def test_extensions_of_the_roster_and_times_of_the_team_count(
    course: Course, roster: Roster, tmp_path: Path
) -> None:
    times = "student,day,submitted\nAda Lovelace,day01,2026-10-15T18:00Z\nnoether,day01,2026-10-20T11:00Z\n"
    write(tmp_path / "in/submitted.csv", times)
    rule = LateRule(course, tmp_path / "in", roster)
    reasons = [
        rule.apply(record(who))["days"][0]["late"]["reason"] for who in ("alovelace", "bbab", "noether")
    ]
    assert reasons == [
        "1 d late (extended): 10 % of 5 points",
        "3 d late, 3 started days: 30 % of 5 points",
        "in time (extended)",
    ]
    assert rule.unknown(list(roster.people)) == []
