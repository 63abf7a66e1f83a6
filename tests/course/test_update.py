"""`course update`: the new release comes, and no byte that a student wrote is lost."""

from __future__ import annotations

import ast
import subprocess
import tarfile
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from course.catalog import load_course
from course.catalog.blocks import TOP, lines_of, split_blocks
from course.errors import CourseError
from course.release.manifest import PLACE, Manifest, read_manifest
from course.release.merging import merge
from course.release.repository import write_repository
from course.release.student import build_release
from course.release.updating import Update, carry_out, plan_update
from tests.course.conftest import EXERCISES, SHEET, SOLUTION, write, write_releasable_course
from tests.course.test_release_student import course

WORK = "day01_tiny/sums.py"
NEW_SOLUTION = SOLUTION.replace("Sum of all entries.", "Sum of all entries, of any shape.").replace(
    "\n\nclass Counter",
    '''

def largest(x: np.ndarray) -> float:
    """Largest entry."""
    ### BEGIN SOLUTION
    return float(np.max(x))
    ### END SOLUTION


class Counter''',
)
NEW_EXERCISE = (
    '[[exercise]]\nname = "sums.largest"\ntitle = "Largest"\nsheet = "total"\nhints = ["a", "b", "c"]\n'
)
NEW_TEST = """

@points(1)
def test_largest_of_a_vector(student, rng):
    x = rng.normal(size=5)
    assert_close(student.largest(x), x.max())
"""


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Version 1.0, and 1.1 with a better docstring, a new exercise, and a new sheet."""
    base = tmp_path_factory.mktemp("releases")
    root = write_releasable_course(base / "source")
    _release(root, base / "1.0", "1.0")
    write(root / "solutions" / WORK, NEW_SOLUTION)
    (root / "tests/day01_tiny/exercises.toml").write_text(EXERCISES + NEW_EXERCISE, encoding="utf-8")
    tests = root / "tests/day01_tiny/test_sums.py"
    tests.write_text(tests.read_text(encoding="utf-8") + NEW_TEST, encoding="utf-8")
    (root / "day01_tiny/README.md").write_text(SHEET + "\nBetter explained.\n", encoding="utf-8")
    (root / "day01_tiny/figure.svg").write_text("<svg/>", encoding="utf-8")
    _release(root, base / "1.1", "1.1")
    return base / "1.0", base / "1.1"


def _release(root: Path, target: Path, version: str) -> None:
    source = load_course(root)
    write_repository(target, build_release(source, source.days, version), version, 315532800, lambda _: None)


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture
def clone(releases: tuple[Path, Path], tmp_path: Path) -> Path:
    subprocess.run(["git", "clone", "--quiet", str(releases[0]), str(tmp_path / "clone")], check=True)
    return tmp_path / "clone"


def updated(clone: Path, release: Path) -> Update:
    update = plan_update(clone, release)
    carry_out(clone, update)
    return update


def edit(clone: Path, before: str, after: str, place: str = WORK) -> str:
    path = clone / place
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    return path.read_text(encoding="utf-8")


STUB = """    # TODO(day01): Sum of all entries
    raise NotImplementedError("total is not written yet")
"""
MINE = "    answer = sum(float(entry) for entry in np.ravel(x))\n    return answer\n"


def test_an_untouched_clone_becomes_the_new_release(clone: Path, releases: tuple[Path, Path]) -> None:
    updated(clone, releases[1])
    tracked = git(releases[1], "ls-files").split()
    for place in tracked:
        assert (clone / place).read_bytes() == (releases[1] / place).read_bytes(), place
    assert read_manifest(clone) == read_manifest(releases[1])


def test_what_was_written_stays_and_the_rest_is_new(clone: Path, releases: tuple[Path, Path]) -> None:
    edit(clone, STUB, MINE)
    update = updated(clone, releases[1])
    text = (clone / WORK).read_text(encoding="utf-8")
    blocks = split_blocks(text)
    assert MINE in blocks["total"]
    assert "largest is not written yet" in blocks["largest"]
    assert "Better explained." in (clone / "day01_tiny/README.md").read_text(encoding="utf-8")
    assert "test_largest" in (clone / "tests/day01_tiny/test_sums.py").read_text(encoding="utf-8")
    assert (clone / "day01_tiny/figure.svg").is_file()
    work = next(change for change in update.changes if change.place == WORK)
    assert work.merge is not None
    assert "largest" in work.merge.renewed


def test_a_touched_region_takes_the_new_docstring_above_it() -> None:
    old = 'def f(x):\n    """Old task."""\n\n    # TODO\n    raise NotImplementedError\n'
    mine = 'def f(x):\n    """Old task."""\n\n    return x\n'
    new = old.replace("Old", "New")
    result = merge(old, mine, new)
    assert result.text == 'def f(x):\n    """New task."""\n\n    return x\n'
    assert (result.joined, result.disputed) == (["f"], [])


def test_neighbouring_changes_do_not_clash() -> None:
    old = 'def f(x):\n    """Old task."""\n    # TODO(day01): Old task\n    raise NotImplementedError("f")\n'
    mine = 'def f(x):\n    """Old task."""\n    return x\n'
    result = merge(old, mine, old.replace("Old", "New"))
    assert result.text == 'def f(x):\n    """New task."""\n    return x\n'
    assert not result.disputed


def test_where_both_changed_the_same_lines_the_students_stand(
    clone: Path, releases: tuple[Path, Path]
) -> None:
    edit(clone, '"""Sum of all entries.', '"""My own words.')
    edit(clone, STUB, MINE)
    update = updated(clone, releases[1])
    text = (clone / WORK).read_text(encoding="utf-8")
    assert "My own words." in text
    assert MINE in text
    assert (clone / f"{WORK}.new").read_bytes() == (releases[1] / WORK).read_bytes()
    assert any(change.merge and "total" in change.merge.disputed for change in update.changes)


def test_exercises_in_another_order_are_there_once() -> None:
    one, two = "def a():\n    # TODO\n    raise\n\n\n", "def b():\n    # TODO\n    raise\n\n\n"
    mine = one.replace("# TODO\n    raise", "return 1") + two + "def helper():\n    return 2\n"
    result = merge("import x\n" + one + two, "import x\n" + mine, "import x\n" + two + one)
    assert list(split_blocks(result.text)) == [TOP, "b", "helper", "a"]
    assert result.text.count("def a") == 1
    assert "return 1" in result.text


def test_imports_of_both_are_kept() -> None:
    result = merge("import a\n", "import a\nimport mine\n", "import a\nimport theirs\n")
    assert result.text == "import a\nimport mine\nimport theirs\n"
    assert not result.disputed


def test_an_exercise_that_left_the_course_stays_when_it_was_written() -> None:
    old = "def a():\n    raise\n\n\ndef b():\n    raise\n"
    new = "def b():\n    raise\n"
    assert merge(old, old, new).text == new
    mine = old.replace("def a():\n    raise", "def a():\n    return 1")
    assert "return 1" in merge(old, mine, new).text


def test_a_file_that_python_cannot_read_is_merged_all_the_same(
    clone: Path, releases: tuple[Path, Path]
) -> None:
    edit(clone, STUB, "    return sum((x\n")
    updated(clone, releases[1])
    text = (clone / WORK).read_text(encoding="utf-8")
    assert "    return sum((x\n" in text
    assert "largest is not written yet" in text


def test_windows_line_ends_stay(clone: Path, releases: tuple[Path, Path]) -> None:
    text = edit(clone, STUB, MINE)
    (clone / WORK).write_bytes(text.replace("\n", "\r\n").encode())
    updated(clone, releases[1])
    content = (clone / WORK).read_bytes()
    assert content.count(b"\n") == content.count(b"\r\n")
    assert b"largest is not written yet" in content
    assert not (clone / f"{WORK}.new").exists()


def test_bytes_that_are_no_text_stay(clone: Path, releases: tuple[Path, Path]) -> None:
    content = (clone / WORK).read_bytes().replace(STUB.encode(), b"    return '\xff\xfe\x00'\n")
    (clone / WORK).write_bytes(content)
    updated(clone, releases[1])
    assert b"    return '\xff\xfe\x00'\n" in (clone / WORK).read_bytes()


def test_files_of_the_students_own_are_left_alone(clone: Path, releases: tuple[Path, Path]) -> None:
    own = [write(clone / name, "mine") for name in ("notes.md", "day01_tiny/notes.md", "day01_tiny/try.py")]
    updated(clone, releases[1])
    assert [path.read_text(encoding="utf-8") for path in own] == ["mine"] * 3


def test_an_edited_sheet_is_replaced_and_kept_in_the_backup(clone: Path, releases: tuple[Path, Path]) -> None:
    mine = edit(clone, "# Tiny", "# Tiny, with my notes", "day01_tiny/README.md")
    update = updated(clone, releases[1])
    assert update.backup is not None
    assert (update.backup.folder / "day01_tiny/README.md").read_text(encoding="utf-8") == mine
    assert "my notes" not in (clone / "day01_tiny/README.md").read_text(encoding="utf-8")
    assert any(change.place == "day01_tiny/README.md" and change.edited for change in update.changes)


def test_what_the_release_no_longer_has_goes_unless_it_was_edited(
    clone: Path, releases: tuple[Path, Path]
) -> None:
    updated(clone, releases[1])
    git(clone, "add", "--all")
    edit(clone, "<svg/>", "<svg>mine</svg>", "day01_tiny/figure.svg")
    updated(clone, releases[0])
    assert (clone / "day01_tiny/figure.svg").read_text(encoding="utf-8") == "<svg>mine</svg>"
    edit(clone, "<svg>mine</svg>", "<svg/>", "day01_tiny/figure.svg")


def test_the_branch_and_the_index_are_not_touched(clone: Path, releases: tuple[Path, Path]) -> None:
    edit(clone, STUB, MINE)
    git(clone, "add", "--all")
    before = git(clone, "rev-parse", "HEAD"), git(clone, "diff", "--cached")
    update = updated(clone, releases[1])
    assert update.backup is not None
    assert update.backup.ref is not None
    assert (git(clone, "rev-parse", "HEAD"), git(clone, "diff", "--cached")) == before
    assert git(clone, "rev-parse", f"{update.backup.ref}^") == before[0]


def test_without_git_the_backup_folder_is_enough(
    releases: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone = tmp_path / "unpacked"
    subprocess.run(["git", "clone", "--quiet", str(releases[0]), str(clone)], check=True)
    (clone / ".git").rename(tmp_path / "git")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    mine = edit(clone, STUB, MINE)
    update = updated(clone, releases[1])
    assert update.backup is not None
    assert update.backup.ref is None
    assert (update.backup.folder / WORK).read_text(encoding="utf-8") == mine


OLD_TEXT = '''\
# Write the parts marked TODO.
# skeleton 0123456789abcdef
"""Sums."""

import numpy as np

LIMIT = 3


def total(x):
    """Sum of all entries."""
    # TODO(day01): add
    raise NotImplementedError("total")


class Counter:
    """Counts."""

    def step(self, by):
        """Go on."""
        # TODO(day01): step
        raise NotImplementedError("step")

    def value(self):
        return LIMIT
'''
NEW_TEXTS = [
    OLD_TEXT,
    OLD_TEXT.replace("Sum of", "The sum of"),
    OLD_TEXT.replace("TODO(day01): add", "TODO(day01): add all").replace("0123", "4567"),
    OLD_TEXT.replace("import numpy as np\n", "import math\n\nimport numpy as np\n").replace("= 3", "= 4"),
    OLD_TEXT.replace("class Counter", "def mean(x):\n    raise NotImplementedError\n\n\nclass Counter"),
    OLD_TEXT[: OLD_TEXT.index("def total")] + OLD_TEXT[OLD_TEXT.index("class") :],
    OLD_TEXT[: OLD_TEXT.index("def total")]
    + OLD_TEXT[OLD_TEXT.index("class") :]
    + "\n\n"
    + OLD_TEXT[OLD_TEXT.index("def total") : OLD_TEXT.index("class")],
]
PIECES = st.sampled_from(
    [
        "    return x\n",
        "import math\n",
        "\n",
        "def total(x):\n",
        "def helper():\n    return 1\n",
        "class Counter:\n",
        "    def step(self, by):\n        return by\n",
        "    @property\n",
        '"""\n',
        "        # TODO(day01): step\n",
        "    x = '\udcff'\n",
        "\r\n",
        "no newline",
        "x = (\n",
    ]
) | st.text(max_size=20).map(
    lambda text: text.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape")
)
EDITS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 4), PIECES), max_size=8)


def student_text(old: str, edits: list[tuple[int, int, str]], crlf: bool, ended: bool) -> str:
    """The old text after somebody has cut out lines and put in others, anywhere."""
    lines = lines_of(old)
    for at, cut, piece in edits:
        lines[at : at + cut] = [piece]
    text = "".join(lines)
    text = text.replace("\n", "\r\n") if crlf else text
    return text if ended else text.rstrip("\n")


def written(text: str, old: str) -> Counter[str]:
    """The lines that are not from the release."""
    return Counter(line.rstrip("\r\n") for line in lines_of(text)) - Counter(
        line.rstrip("\r\n") for line in lines_of(old)
    )


@settings(max_examples=600, deadline=None)
@given(EDITS, st.sampled_from(NEW_TEXTS), st.booleans(), st.booleans())
def test_no_line_of_a_student_is_ever_lost(
    edits: list[tuple[int, int, str]], new: str, crlf: bool, ended: bool
) -> None:
    mine = student_text(OLD_TEXT, edits, crlf, ended)
    result = merge(OLD_TEXT, mine, new)
    kept = Counter(line.rstrip("\r\n") for line in lines_of(result.text))
    assert written(mine, OLD_TEXT) <= kept
    again = merge(OLD_TEXT, result.text, new)  # after an update that was stopped half-way
    assert written(mine, OLD_TEXT) <= Counter(line.rstrip("\r\n") for line in lines_of(again.text))
    if _parses(mine):
        assert _parses(result.text)


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True


@settings(max_examples=200, deadline=None)
@given(EDITS)
def test_blocks_put_together_are_the_text(edits: list[tuple[int, int, str]]) -> None:
    text = student_text(OLD_TEXT, edits, crlf=False, ended=True)
    assert "".join(split_blocks(text).values()) == text


@settings(max_examples=15, deadline=None, phases=[Phase.generate])  # each example makes a clone: no shrinking
@given(edits=EDITS, sheet=st.binary(max_size=40), own=st.binary(max_size=40), staged=st.booleans())
def test_every_byte_is_in_the_backup(
    releases: tuple[Path, Path],
    tmp_path_factory: pytest.TempPathFactory,
    edits: list[tuple[int, int, str]],
    sheet: bytes,
    own: bytes,
    staged: bool,
) -> None:
    clone = tmp_path_factory.mktemp("student") / "clone"
    subprocess.run(["git", "clone", "--quiet", str(releases[0]), str(clone)], check=True)
    old = (clone / WORK).read_text(encoding="utf-8")
    mine = student_text(old, edits, crlf=False, ended=True).encode("utf-8", "surrogateescape")
    # git turns line ends on the way in when .gitattributes says so; here every byte shall stay.
    (clone / ".git/info/attributes").write_text("* -text\n")
    before = {WORK: mine, "day01_tiny/README.md": sheet, "day01_tiny/own.py": own}
    for place, content in before.items():
        (clone / place).write_bytes(content)
    if staged:
        git(clone, "add", "--all")
    update = updated(clone, releases[1])
    assert update.backup is not None
    for place, content in before.items():
        shown = subprocess.run(
            ["git", "-C", str(clone), "show", f"{update.backup.ref}:{place}"], capture_output=True, check=True
        )
        assert shown.stdout == content
        copy = update.backup.folder / place
        assert (copy if copy.exists() else clone / place).read_bytes() == content
    result = (clone / WORK).read_bytes().decode("utf-8", "surrogateescape")
    assert written(mine.decode("utf-8", "surrogateescape"), old) <= Counter(
        line.rstrip("\r\n") for line in lines_of(result)
    )


def test_stopped_half_way_it_can_be_repeated(
    clone: Path, releases: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(clone, STUB, MINE)
    update = plan_update(clone, releases[1])
    update.changes = update.changes[: len(update.changes) // 2]
    carry_out(clone, update)
    assert read_manifest(clone) == read_manifest(releases[0])
    updated(clone, releases[1])
    assert read_manifest(clone) == read_manifest(releases[1])
    assert MINE in (clone / WORK).read_text(encoding="utf-8")
    assert plan_update(clone, releases[1]).touched == []


@pytest.mark.parametrize("kind", ["folder", "repository", "bare", "zip", "tar.gz", "remote", "upstream"])
def test_the_new_release_may_come_from(
    kind: str, clone: Path, releases: tuple[Path, Path], tmp_path: Path
) -> None:
    new = releases[1]
    source = [str(new)]
    if kind in ("repository", "remote", "upstream"):
        source = [f"file://{new}"]
    if kind == "bare":
        source = [str(tmp_path / "bare.git")]
        subprocess.run(["git", "clone", "--quiet", "--bare", str(new), source[0]], check=True)
    if kind in ("zip", "tar.gz"):
        source = [str(tmp_path / f"release.{kind}")]
        git(new, "archive", f"--format={kind}", "--prefix=student-1.1/", f"--output={source[0]}", "HEAD")
    if kind in ("remote", "upstream"):
        git(clone, "remote", "add", kind, source[0])
        source = [] if kind == "upstream" else [kind]
    done = course(clone, "update", *source)
    assert done.returncode == 0, done.stderr
    assert "Updated from 1.0 to 1.1." in done.stdout
    assert read_manifest(clone) == read_manifest(new)


def test_it_says_what_changed_why_and_where_the_copy_is(clone: Path, releases: tuple[Path, Path]) -> None:
    edit(clone, '"""Sum of all entries.', '"""My own words.')
    edit(clone, "# Tiny", "# Tiny, with my notes", "day01_tiny/README.md")
    text = course(clone, "update", str(releases[1])).stdout
    assert "New in 1.1\n- The total is explained better." in text
    assert "The first release" not in text
    assert "total: yours; the course changed the same lines, see sums.py.new" in text
    assert "day01_tiny/README.md: you had changed it; replaced." in text
    assert "refs/course/backup/" in text
    assert "make setup" in text
    assert "You have version 1.1 already" in course(clone, "update", str(releases[1])).stdout


@pytest.mark.parametrize(
    ("have", "get", "told"),
    [("1.0", "1.2", ["1.2", "1.1"]), ("0.5", "1.1", ["1.1"]), ("1.2", "1.1", []), ("1.0", "9", [])],
)
def test_what_is_new_are_the_sections_in_between(have: str, get: str, told: list[str]) -> None:
    changes = tuple((version, "text") for version in ("Unreleased", "1.2", "1.1", "1.0"))
    manifest = Manifest("A course", get, {}, {}, changes)
    assert [version for version, _ in manifest.changes_since(have)] == told


def test_a_dry_run_changes_nothing(clone: Path, releases: tuple[Path, Path]) -> None:
    text = course(clone, "update", "--dry-run", str(releases[1])).stdout
    assert "This would update from 1.0 to 1.1." in text
    assert git(clone, "status", "--porcelain") == ""
    assert git(clone, "for-each-ref", "refs/course") == ""


def test_a_narrow_terminal_cuts_nothing_off(clone: Path, releases: tuple[Path, Path]) -> None:
    edit(clone, '"""Sum of all entries.', '"""My own words.')
    text = course(clone, "update", str(releases[1]), COLUMNS="60").stdout
    assert max(map(len, text.splitlines())) <= 60


def test_a_notebook_in_step_with_the_modules_is_left_and_named(
    clone: Path, releases: tuple[Path, Path]
) -> None:
    pytest.importorskip("nbformat")
    edit(clone, STUB, MINE)
    assert course(clone, "convert", "day01").returncode == 0
    notebook = clone / "day01_tiny/day01_tiny.ipynb"
    before = notebook.read_bytes()
    text = course(clone, "update", str(releases[1])).stdout
    assert "day01_tiny/day01_tiny.ipynb is as it was: `course convert day01` brings" in text
    assert notebook.read_bytes() == before
    assert course(clone, "convert", "day01").returncode == 0
    assert "of any shape" in notebook.read_text(encoding="utf-8")


def test_answers_in_a_notebook_alone_are_carried_over_first(clone: Path, releases: tuple[Path, Path]) -> None:
    pytest.importorskip("nbformat")
    assert course(clone, "convert", "day01").returncode == 0
    place = "day01_tiny/day01_tiny.ipynb"
    edit(clone, r"raise NotImplementedError(\"total is not written yet\")", "return sum(x)", place)
    done = course(clone, "update", str(releases[1]))
    assert done.returncode == 1
    assert f"More is written in {place} than in the modules beside it" in done.stderr
    assert git(clone, "status", "--porcelain") == f"?? {place}\n"
    assert course(clone, "convert", place).returncode == 0
    assert course(clone, "update", str(releases[1])).returncode == 0
    text = (clone / WORK).read_text(encoding="utf-8")
    assert "return sum(x)" in text
    assert "of any shape" in text


def spoil_record(clone: Path, release: Path) -> str:
    (clone / PLACE).write_text("{", encoding="utf-8")
    return str(release)


def take_record_away(clone: Path, release: Path) -> str:
    (clone / PLACE).unlink()
    return str(release)


def plain_folder(clone: Path, release: Path) -> str:
    return str(write(clone.parent / "folder/x.txt", "").parent)


def broken_archive(clone: Path, release: Path) -> str:
    return str(write(clone.parent / "release.zip", "no archive"))


def archive_that_climbs(clone: Path, release: Path) -> str:
    target = clone.parent / "evil.tar"
    with tarfile.open(target, "w") as archive:
        archive.add(release / "README.md", arcname="../../evil.txt")
    return str(target)


def archive_of_something_else(clone: Path, release: Path) -> str:
    target = clone.parent / "other.zip"
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("x/readme.txt", "hello")
    return str(target)


def something_in_the_way(clone: Path, release: Path) -> str:
    (clone / "day01_tiny/figure.svg").mkdir()
    return str(release)


def a_link_to_the_outside(clone: Path, release: Path) -> str:
    (clone / "day01_tiny/README.md").unlink()
    (clone / "day01_tiny/README.md").symlink_to(clone.parent / "elsewhere.md")
    return str(release)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (spoil_record, "release.json cannot be read"),
        (take_record_away, "release.json is missing"),
        (plain_folder, "git cannot fetch it"),
        (broken_archive, "cannot be unpacked"),
        (archive_that_climbs, "cannot be unpacked"),
        (archive_of_something_else, "is no student release"),
        (something_in_the_way, "Something else is in the place of day01_tiny/figure.svg"),
        (a_link_to_the_outside, "leads out of the folder by a link"),
    ],
)
def test_what_cannot_be_taken_is_refused_in_a_sentence(
    spoil, sentence: str, clone: Path, releases: tuple[Path, Path]
) -> None:
    edit(clone, STUB, MINE)
    source = spoil(clone, releases[1])
    before = git(clone, "status", "--porcelain")
    done = course(clone, "update", source)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert git(clone, "status", "--porcelain") == before
    assert MINE in (clone / WORK).read_text(encoding="utf-8")


def test_without_an_address_it_says_what_to_give(clone: Path) -> None:
    done = course(clone, "update")
    assert done.returncode == 2
    assert "git remote add upstream ADDRESS" in done.stderr


def test_a_release_of_another_course_is_refused(
    clone: Path, releases: tuple[Path, Path], tmp_path: Path
) -> None:
    other = tmp_path / "other"
    subprocess.run(["git", "clone", "--quiet", str(releases[1]), str(other)], check=True)
    edit(other, "A tiny course", "Another course", PLACE)
    with pytest.raises(CourseError, match="release of 'Another course', and this is 'A tiny course'"):
        plan_update(clone, other)


def test_a_manifest_that_names_a_place_outside_is_refused(
    clone: Path, releases: tuple[Path, Path], tmp_path: Path
) -> None:
    other = tmp_path / "other"
    subprocess.run(["git", "clone", "--quiet", str(releases[1]), str(other)], check=True)
    edit(other, '"README.md"', '"../README.md"', PLACE)
    with pytest.raises(CourseError, match="cannot be read"):
        plan_update(clone, other)


def test_a_damaged_release_is_refused(clone: Path, releases: tuple[Path, Path], tmp_path: Path) -> None:
    other = tmp_path / "other"
    subprocess.run(["git", "clone", "--quiet", str(releases[1]), str(other)], check=True)
    edit(other, "Counts.", "Cou", WORK)
    with pytest.raises(CourseError, match="is damaged"):
        plan_update(clone, other)
