"""One source: skeletons are generated, checked, and never take a student's work away."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from course.catalog import Course, load_course
from course.errors import CourseError
from course.release.drafts import new_day
from course.release.skeletons import differences, find_regions, is_untouched, skeleton, write
from tests.course.conftest import SOLUTION


def test_a_skeleton_keeps_everything_but_the_regions(tiny: Course) -> None:
    text = skeleton(SOLUTION, tiny.days[0], "sums")
    assert "np.add.reduce" not in text
    assert "self.value += by" not in text
    assert "self.value = start" in text
    assert text.count("# TODO(day01): ") == 2
    assert (
        '    # TODO(day01): Sum of all entries\n    raise NotImplementedError("total is not written yet")'
        in text
    )
    ast.parse(text)


def test_words_behind_the_marker_become_the_todo(tiny: Course) -> None:
    source = SOLUTION.replace("### BEGIN SOLUTION", "### BEGIN SOLUTION: add them up", 1)
    assert "# TODO(day01): add them up" in skeleton(source, tiny.days[0], "sums")


FUNCTION = 'def f():\n    """Do."""\n'


@pytest.mark.parametrize(
    ("source", "line", "sentence"),
    [
        (FUNCTION + "    ### BEGIN SOLUTION\n    return 1\n", 3, "has no ### END SOLUTION"),
        (FUNCTION + "    return 1\n    ### END SOLUTION\n", 4, "without a ### BEGIN SOLUTION"),
        (
            FUNCTION + "    ### BEGIN SOLUTION\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n",
            4,
            "inside the region begun in line 3",
        ),
        ("### BEGIN SOLUTION\nx = 1\n### END SOLUTION\n", 1, "not inside the body of a function"),
        (
            "class A:\n    ### BEGIN SOLUTION\n    x = 1\n    ### END SOLUTION\n",
            2,
            "not inside the body of a function",
        ),
        ("def f():\n    ### BEGIN SOLUTION\n    return (1\n    ### END SOLUTION\n", 3, "nothing was written"),
        (
            FUNCTION
            + "    ### BEGIN SOLUTION\n    return 1\n\n\ndef g():\n    return 2\n    ### END SOLUTION\n",
            3,
            "the region",
        ),
    ],
)
def test_misplaced_markers_are_named_by_line(source: str, line: int, sentence: str) -> None:
    with pytest.raises(CourseError) as caught:
        find_regions(source, "file.py")
    assert str(caught.value).startswith(f"file.py:{line}:")
    assert sentence in str(caught.value)


def test_sync_writes_once_and_is_then_in_step(tiny: Course) -> None:
    write(tiny, differences(tiny), force=False)
    assert differences(tiny) == []
    assert is_untouched((tiny.root / "day01_tiny/sums.py").read_text(encoding="utf-8"))
    assert "| [Total](#total) | `total` in [sums.py](sums.py) | 3 |" in tiny.sheet(tiny.days[0]).read_text(
        encoding="utf-8"
    )


def test_a_changed_source_replaces_an_untouched_skeleton(tiny: Course) -> None:
    write(tiny, differences(tiny), force=False)
    source = tiny.solutions / "day01_tiny/sums.py"
    source.write_text(
        source.read_text(encoding="utf-8").replace("Sum of all", "Total of all"), encoding="utf-8"
    )
    write(tiny, differences(tiny), force=False)
    assert "Total of all" in (tiny.root / "day01_tiny/sums.py").read_text(encoding="utf-8")


def _edit(tiny: Course) -> Path:
    write(tiny, differences(tiny), force=False)
    file = tiny.root / "day01_tiny/sums.py"
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace('raise NotImplementedError("total is not written yet")', "return 0.0"), encoding="utf-8"
    )
    return file


def test_a_students_work_is_not_overwritten(tiny: Course) -> None:
    file = _edit(tiny)
    mine = file.read_text(encoding="utf-8")
    with pytest.raises(CourseError, match="was edited by hand"):
        write(tiny, differences(tiny), force=False)
    assert file.read_text(encoding="utf-8") == mine


def test_force_keeps_a_backup(tiny: Course) -> None:
    file = _edit(tiny)
    mine = file.read_text(encoding="utf-8")
    (backup,) = write(tiny, differences(tiny), force=True)
    assert backup.read_text(encoding="utf-8") == mine
    assert "not written yet" in file.read_text(encoding="utf-8")


def test_the_table_of_days_is_written_and_leaves_drafts_out(
    tiny: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    readme = tiny.root / "README.md"
    readme.write_text("# Tiny\n\n<!-- days -->\nold\n<!-- /days -->\n\nEnd.\n", encoding="utf-8")
    settings = tiny.root / "course.toml"
    settings.write_text(settings.read_text("utf-8") + '\n[parts]\n1 = "Sums"\n', encoding="utf-8")
    new_day(tiny, "day02_draft")
    monkeypatch.setenv("COURSE_DRAFTS", "1")
    course = load_course(tiny.root)
    assert len(course.days) == 2
    write(course, differences(course), force=False)
    table = (
        "| day | topic |\n|---|---|\n| **Part 1 · Sums** | |\n| [day01_tiny](day01_tiny/README.md) | Tiny |\n"
    )
    assert readme.read_text("utf-8") == f"# Tiny\n\n<!-- days -->\n{table}<!-- /days -->\n\nEnd.\n"
    assert differences(course) == []


def test_the_table_of_topics_is_written_and_says_what_has_no_exercise(tiny: Course) -> None:
    document, settings = tiny.root / "docs/topics.md", tiny.tests(tiny.days[0]) / "exercises.toml"
    document.parent.mkdir()
    document.write_text("<!-- topics -->\n<!-- /topics -->\n", encoding="utf-8")
    (tiny.root / "tests/topics.toml").write_text('T01 = "Sums"\nT02 = "Products"\n', encoding="utf-8")
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("\nhints", '\ntopics = ["T01"]\nhints', 1), encoding="utf-8")
    course = load_course(tiny.root)
    write(course, differences(course), force=False)
    assert document.read_text("utf-8").splitlines()[1:-1] == [
        "| topic | exercises |",
        "|---|---|",
        f"| T01 Sums | [day01](../day01_tiny/README.md): `{course.days[0].exercises[0].qualname}` |",
        "| T02 Products | – |",
        "",
        "1 of 2 topics have an exercise. None yet: T02 (Products).",
    ]
    assert differences(course) == []
    settings.write_text(text.replace("\nhints", '\ntopics = ["T03"]\nhints', 1), encoding="utf-8")
    with pytest.raises(CourseError, match=r"'T03', which tests/topics.toml does not list"):
        differences(load_course(tiny.root))


def test_one_broken_source_means_nothing_is_written(tiny: Course) -> None:
    source = tiny.solutions / "day01_tiny/sums.py"
    source.write_text(source.read_text(encoding="utf-8").replace("### END SOLUTION", "", 1), encoding="utf-8")
    with pytest.raises(CourseError):
        differences(tiny)
    assert not (tiny.root / "day01_tiny/sums.py").exists()


def test_a_region_without_an_exercise_is_named(tiny: Course) -> None:
    source = tiny.solutions / "day01_tiny/sums.py"
    extra = "\n\ndef more():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n"
    source.write_text(source.read_text(encoding="utf-8") + extra, encoding="utf-8")
    with pytest.raises(CourseError, match=r"sums\.more has a region but stands in no entry"):
        differences(tiny)


GIVEN = '"""Given."""\n\nfrom day01_tiny.sums import total\n\n\ndef twice(x):\n    return 2 * total(x)\n'


def test_what_is_given_has_one_copy_and_stays_as_it_is(tiny: Course) -> None:
    given = tiny.root / "day01_tiny/more.py"
    given.write_text(GIVEN, encoding="utf-8")
    write(tiny, differences(tiny), force=False)
    assert differences(tiny) == []
    assert given.read_text(encoding="utf-8") == GIVEN
    assert list(tiny.sources(tiny.days[0])) == ["more", "sums"]


def test_a_module_of_the_solutions_with_nothing_to_write_is_sent_home(tiny: Course) -> None:
    (tiny.solutions / "day01_tiny/more.py").write_text(GIVEN, encoding="utf-8")
    with pytest.raises(CourseError, match=r"`git mv -f solutions/day01_tiny/more\.py day01_tiny/`"):
        differences(tiny)


def test_a_region_in_a_day_folder_is_sent_to_the_solutions(tiny: Course) -> None:
    text = GIVEN.replace("    return", "    ### BEGIN SOLUTION\n    return") + "    ### END SOLUTION\n"
    (tiny.root / "day01_tiny/more.py").write_text(text, encoding="utf-8")
    with pytest.raises(
        CourseError, match=r"more\.py:7: .*`git mv day01_tiny/more\.py solutions/day01_tiny/`"
    ):
        differences(tiny)


def test_a_skeleton_whose_source_is_gone_goes_too(tiny: Course) -> None:
    source = (tiny.solutions / "day01_tiny/sums.py").read_text(encoding="utf-8")
    left = tiny.root / "day01_tiny/old.py"
    left.write_text(skeleton(source, tiny.days[0], "old"), encoding="utf-8")
    write(tiny, differences(tiny), force=False)
    assert not left.exists()
    left.write_text(skeleton(source, tiny.days[0], "old") + "\nmine = 1\n", encoding="utf-8")
    with pytest.raises(CourseError, match=r"old\.py was edited by hand"):
        write(tiny, differences(tiny), force=False)


def test_the_skeletons_of_this_repository_are_in_step(real: Course) -> None:
    assert [str(d.path) for d in differences(real)] == []
