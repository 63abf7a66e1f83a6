"""Grading a class: complete, resumable, and never lost to what one submission does."""

from __future__ import annotations

import csv
import json
import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest

from course.catalog import Check, Course, Day, Exercise, Selection, load_course
from course.errors import CourseError
from course.files import sweep
from course.grading import station
from course.grading.classes import Graded, Manner, grade_class
from course.grading.intake import Intake, Submission
from course.grading.lanes import own_processors, usable_processors
from course.grading.records import RecordWriter
from course.grading.station import Lane, Station
from course.release.skeletons import differences, write
from course.report.terminal import ClassView, console
from course.results.store import Store
from course.testing.fingerprints import Explainer
from course.testing.running import Runner, check_seed, worker_seed
from course.worker.near.local import LocalLink
from tests.course.conftest import SOLUTION

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="grading needs fork")


class Quiet:
    """A view that only counts."""

    def __init__(self) -> None:
        self.students: list[str] = []
        self.already = 0

    def started(self, total: int, already: int) -> None:
        self.already = already

    def graded(self, one: Graded) -> None:
        self.students.append(one.student)


def hand_in(folder: Path, student: str, text: str) -> None:
    target = folder / student / "day01_tiny"
    target.mkdir(parents=True, exist_ok=True)
    (target / "sums.py").write_text(text, encoding="utf-8")


def outcomes(record: dict[str, Any]) -> list[str]:
    return [
        test["outcome"]
        for day in record["days"]
        for exercise in day["exercises"]
        for test in exercise["tests"]
    ]


def read(out: Path, student: str) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((out / f"{student}.json").read_text(encoding="utf-8"))
    return record


@pytest.fixture
def handed_in(tmp_path: Path) -> Path:
    folder = tmp_path / "handed in"
    hand_in(folder, "ada", SOLUTION)
    hand_in(folder, "Bob; rm -rf x", SOLUTION.replace("self.value += by", "self.value = by"))
    hand_in(folder, "cara", "import os\nos._exit(0)\n")
    (folder / "dan").mkdir()
    return folder


def test_given_modules_need_not_be_handed_in(tiny: Course, tmp_path: Path) -> None:
    """Whoever hands in only what was written loses no point, and the given module is not taken for that work."""
    given = tiny.root / "day01_tiny/constants.py"
    given.write_text("ZERO = 0.0\n", encoding="utf-8")
    hand_in(tmp_path / "in", "ada", f"from day01_tiny.constants import ZERO\n{SOLUTION}\nassert ZERO == 0\n")
    with Intake(tiny, tmp_path / "in", tiny.days) as intake:
        before = intake.read("ada")
    assert list(before.files) == ["day01_tiny/sums.py"]
    grade_class(tiny, tmp_path / "in", tmp_path / "out", view=Quiet())
    assert read(tmp_path / "out", "ada")["score"] == read(tmp_path / "out", "ada")["max_score"]
    given.write_text("ZERO = 0\n", encoding="utf-8")
    with Intake(tiny, tmp_path / "in", tiny.days) as intake:
        after = intake.read("ada")
    assert after.hash("day01_tiny") == before.hash("day01_tiny")
    assert after.laid_out != before.laid_out


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="needs a system that binds to processors")
def test_a_lane_keeps_to_a_processor_when_there_is_one_for_each(
    tiny: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    usable = usable_processors()
    selections = [Selection(day, day.exercises) for day in tiny.days]
    with Station(tiny, selections, RecordWriter(tiny, selections, 3, {"day01_tiny": ""})) as station:
        opened: list[Lane] = []
        for _ in usable:
            opened.append(station.open_lane(opened, usable))
        opened.append(station.open_lane(opened))  # asked for no processor
        work = Submission("ada", {"day01_tiny/sums.py": SOLUTION.encode()})
        for lane in opened:
            lane.give(work)
            assert lane.take()
        bound = [os.sched_getaffinity(lane.number) for lane in opened]
        for lane in opened:
            lane.close()
    assert sorted(min(processors) for processors in bound[:-1]) == usable
    assert [len(processors) for processors in bound] == [1] * len(usable) + [len(usable)]
    assert own_processors(len(usable)) == usable
    assert own_processors(len(usable) + 1) == []
    monkeypatch.delattr(os, "sched_getaffinity")
    assert own_processors(1) == []


def test_every_check_of_the_manifest_appears_exactly_once(
    tiny: Course, handed_in: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    outcome = grade_class(tiny, handed_in, out, seed=3, view=Quiet())
    assert [(one.student, one.score) for one in list(outcome.lines())] == [
        ("Bob; rm -rf x", 3),
        ("ada", 5),
        ("cara", 0),
        ("dan", 0),
    ]
    names = [check.name for exercise in tiny.days[0].exercises for check in exercise.checks]
    for one in list(outcome.lines()):
        record = read(out, one.student)
        assert [t["test"] for e in record["days"][0]["exercises"] for t in e["tests"]] == names
        assert record["seed"] == 3
        assert record["isolation"][0] == "process"
        assert len(record["suite"]) == 64
    assert outcomes(read(out, "ada")) == ["passed"] * 3
    assert outcomes(read(out, "cara")) == ["error"] * 3
    assert outcomes(read(out, "dan")) == ["not_gradable"] * 3
    assert "no known file" in read(out, "dan")["note"]


def test_the_table_has_a_row_per_student(tiny: Course, handed_in: Path, tmp_path: Path) -> None:
    hand_in(handed_in, "=1+1", SOLUTION)
    grade_class(tiny, handed_in, tmp_path / "out", view=Quiet())
    rows = list(csv.DictReader((tmp_path / "out/grades.csv").open(encoding="utf-8")))
    assert [row["student"] for row in rows] == ["'=1+1", "Bob; rm -rf x", "ada", "cara", "dan"]
    assert rows[2] == {"student": "ada", "day01_tiny": "5", "score": "5", "max_score": "5"}


def test_hidden_checks_give_nothing_away(tiny: Course, tmp_path: Path) -> None:
    spying = SOLUTION.replace(
        "return float(np.add", 'raise ValueError(f"input {x}")\n    return float(np.add'
    )
    hand_in(tmp_path / "in", "eve", spying)
    grade_class(tiny, tmp_path / "in", tmp_path / "out", view=Quiet())
    public, hidden = read(tmp_path / "out", "eve")["days"][0]["exercises"][0]["tests"]
    assert "input [" in public["message"]
    assert hidden["message"] == "A hidden check of this exercise ended with: error."


def test_the_run_of_record_draws_its_own_seed_and_keeps_it(
    tiny: Course, handed_in: Path, tmp_path: Path
) -> None:
    first = grade_class(tiny, handed_in, tmp_path / "a", view=Quiet())
    again = grade_class(tiny, handed_in, tmp_path / "a", view=Quiet())
    other = grade_class(tiny, handed_in, tmp_path / "b", view=Quiet())
    assert first.seed == again.seed != tiny.seed
    assert other.seed != first.seed


def test_a_table_of_the_visible_inputs_earns_nothing(tiny: Course, tmp_path: Path) -> None:
    """Right answers for the default seed, written down, are wrong under the seed of the run of record."""
    from course.testing.running import generator

    values = []
    rng = generator(tiny.seed, "day01_tiny", "test_total_of_several_shapes")
    for shape in [(3,), (2, 4), (1, 1)]:
        values.append(float(rng.normal(size=shape).sum()))
    table = f"ANSWERS = iter({values!r})\n\ndef total(x):\n    return next(ANSWERS)\n"
    hand_in(tmp_path / "in", "eve", table)
    grade_class(tiny, tmp_path / "in", tmp_path / "default", seed=tiny.seed, view=Quiet())
    grade_class(tiny, tmp_path / "in", tmp_path / "record", seed=99, view=Quiet())
    assert outcomes(read(tmp_path / "default", "eve"))[0] == "passed"
    assert outcomes(read(tmp_path / "record", "eve"))[0] == "failed"


def test_only_what_changed_is_graded_again(tiny: Course, handed_in: Path, tmp_path: Path) -> None:
    grade_class(tiny, handed_in, tmp_path / "out", view=Quiet())
    hand_in(handed_in, "ada", SOLUTION.replace("np.add.reduce", "np.max"))
    view = Quiet()
    grade_class(tiny, handed_in, tmp_path / "out", view=view)
    assert view.students == ["ada"]
    assert view.already == 3
    (tiny.root / "tests/day01_tiny/test_sums.py").open("a").write("\n# a changed suite\n")
    view = Quiet()
    grade_class(load_course(tiny.root), handed_in, tmp_path / "out", view=view)
    assert len(view.students) == 4
    catalogue = tiny.root / "course.toml"
    catalogue.write_text(
        catalogue.read_text(encoding="utf-8").replace("[limits]\n", "[limits]\nprocesses = 50\n")
    )
    view = Quiet()
    grade_class(load_course(tiny.root), handed_in, tmp_path / "out", view=view)
    assert len(view.students) == 4


def test_a_new_lane_goes_on_where_a_worn_one_ended(
    tiny: Course, handed_in: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Lane] = []
    open_lane = Station.open_lane

    def counted(*args: Any) -> Lane:
        opened.append(open_lane(*args))
        return opened[-1]

    monkeypatch.setattr(Station, "open_lane", counted)
    grade_class(tiny, handed_in, tmp_path / "one", seed=3, view=Quiet(), manner=Manner(jobs=1))
    assert len(opened) == 1
    monkeypatch.setattr("course.grading.station.LANE_LENGTH", 2)
    grade_class(tiny, handed_in, tmp_path / "two", seed=3, view=Quiet(), manner=Manner(jobs=1))
    assert len(opened) == 1 + 2  # for four submissions
    assert _without_times(tmp_path / "one") == _without_times(tmp_path / "two")


def _without_times(out: Path) -> dict[str, Any]:
    records = {}
    for path in sorted(out.glob("*.json")):
        record = json.loads(path.read_text(encoding="utf-8"))
        record.pop("seconds", None)
        record.pop("book", None)
        for day in record["days"] if path.name != "run.json" else ():
            for exercise in day["exercises"]:
                for test in exercise["tests"]:
                    test.pop("seconds")
        records[path.name] = record
    return records


def _processes() -> set[int]:
    return {int(path.name) for path in Path("/proc").glob("[0-9]*")}


def _belongs_to(number: int, folder: Path) -> bool:
    try:
        return str(folder).encode() in Path(f"/proc/{number}/cmdline").read_bytes()
    except OSError:
        return False


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc")
def test_a_run_killed_ten_times_ends_with_the_same_files(tiny: Course, tmp_path: Path) -> None:
    chance = random.Random(11)
    for number in range(30):
        hand_in(tmp_path / "in", f"student{number:02}", SOLUTION + f"\n# {number}\n")
    out = tmp_path / "out"
    command = [sys.executable, "-m", "course", "grade", str(tmp_path / "in"), "--out", str(out)]
    command += ["--seed", "5", "--jobs", "2"]
    for kill in range(10):
        process = subprocess.Popen(command, cwd=tiny.root, stdout=subprocess.DEVNULL)
        before = len(list(out.glob("student*.json")))
        until = time.monotonic() + 60
        while len(list(out.glob("student*.json"))) < before + kill % 4 and time.monotonic() < until:
            if process.poll() is not None:
                break
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.05))
        process.send_signal(signal.SIGKILL)
        process.wait()
    until = time.monotonic() + 60
    while any(_belongs_to(number, tmp_path) for number in _processes()) and time.monotonic() < until:
        time.sleep(0.01)
    assert not [number for number in _processes() if _belongs_to(number, tmp_path)]
    view = Quiet()
    grade_class(tiny, tmp_path / "in", out, view=view)
    assert view.already > 10
    grade_class(tiny, tmp_path / "in", tmp_path / "fresh", seed=5, view=Quiet())
    assert _without_times(out) == _without_times(tmp_path / "fresh")
    assert (out / "grades.csv").read_bytes() == (tmp_path / "fresh/grades.csv").read_bytes()
    with Store(out) as killed, Store(tmp_path / "fresh") as fresh:
        assert killed.students() == fresh.students()
    assert {path.suffix for path in out.iterdir() if path.name != ".lock"} <= {".json", ".csv", ".sqlite"}


def test_what_a_killed_run_was_writing_is_swept_away(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left = tmp_path / f".ada.json.{gone.pid}.k3jd9x2a.half"
    others = [tmp_path / f".bob.json.{os.getpid()}.k3jd9x2a.half", tmp_path / ".half", tmp_path / "ada.json"]
    for path in (left, *others):
        path.touch()
    sweep(tmp_path)
    sweep(tmp_path / "not there")
    assert not left.exists()
    assert all(path.exists() for path in others)


def test_nbgraders_layout_is_read(tiny: Course, handed_in: Path, tmp_path: Path) -> None:
    (tmp_path / "course" / "release").mkdir(parents=True)
    handed_in.rename(tmp_path / "course" / "submitted")
    assert [s.student for s in Intake(tiny, tmp_path / "course", tiny.days)] == [
        "Bob; rm -rf x",
        "ada",
        "cara",
        "dan",
    ]


@pytest.mark.parametrize("what", ["nothing there", "a file", "empty"])
def test_submissions_that_cannot_be_read_are_one_sentence(tiny: Course, tmp_path: Path, what: str) -> None:
    folder = tmp_path / "in"
    if what == "a file":
        folder.write_text("x", encoding="utf-8")
    elif what == "empty":
        folder.mkdir()
    with pytest.raises(CourseError, match=r"There is no (folder|submission)"):
        Intake(tiny, folder, tiny.days)


def test_results_that_cannot_be_written_are_one_sentence(
    tiny: Course, handed_in: Path, tmp_path: Path
) -> None:
    (tmp_path / "out").write_text("a file in the way", encoding="utf-8")
    with pytest.raises(CourseError, match="cannot be written"):
        grade_class(tiny, handed_in, tmp_path / "out", view=Quiet())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_one_sentence_and_keeps_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from course.files import write_atomically

    path = tmp_path / "result.json"
    path.write_text("old", encoding="utf-8")
    opened = os.fdopen

    def full(handle: int, *args: Any, **kwargs: Any) -> Any:
        os.close(handle)
        return opened(os.open("/dev/full", os.O_WRONLY), *args, **kwargs)

    monkeypatch.setattr(os, "fdopen", full)
    with pytest.raises(CourseError, match="No space left on device"):
        write_atomically(path, "new" * 100000)
    assert path.read_text(encoding="utf-8") == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["result.json"]


def test_a_fault_of_a_check_is_shown_and_fails_the_run(tiny: Course, handed_in: Path, tmp_path: Path) -> None:
    tests = tiny.root / "tests/day01_tiny/test_sums.py"
    tests.write_text(
        tests.read_text(encoding="utf-8").replace("x = 1e3 + rng", "x = 1e3 + undefined"), encoding="utf-8"
    )
    outcome = grade_class(load_course(tiny.root), handed_in, tmp_path / "out", view=Quiet())
    assert not outcome.complete
    assert outcomes(read(tmp_path / "out", "ada")) == ["passed", "grader_fault", "passed"]


@pytest.mark.skipif(sys.platform != "linux", reason="the bound needs /proc")
def test_an_answer_that_a_lane_has_no_memory_for_is_that_checks_verdict(
    tiny: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(station, "LANE_MEBIBYTES", 150)
    large = SOLUTION.replace("return float(np.add", "return np.zeros(60_000_000)\n    return float(np.add")
    hand_in(tmp_path / "in", "ada", large)
    hand_in(tmp_path / "in", "bob", SOLUTION)
    outcome = grade_class(tiny, tmp_path / "in", tmp_path / "out", view=Quiet(), manner=Manner(jobs=1))
    assert outcome.complete
    assert outcomes(read(tmp_path / "out", "ada")) == ["memory", "memory", "passed"]
    assert outcomes(read(tmp_path / "out", "bob")) == ["passed", "passed", "passed"]


def test_the_untouched_skeleton_earns_nothing(tiny: Course, tmp_path: Path) -> None:
    write(tiny, differences(tiny), force=False)
    hand_in(tmp_path / "in", "new", (tiny.root / "day01_tiny/sums.py").read_text(encoding="utf-8"))
    grade_class(tiny, tmp_path / "in", tmp_path / "out", view=Quiet())
    assert outcomes(read(tmp_path / "out", "new")) == ["not_implemented"] * 3


REPLAYING = """
import random

import numpy as np

SEED = None


def seeds():
    state = np.random.get_state()[1]
    yield from (int(n) for n in state[:4])
    yield int(np.random.get_state()[1][0])
    yield SEED


def total(x):
    for seed in seeds():
        rng = np.random.default_rng(seed)
        for shape in [(3,), (2, 4), (1, 1)]:
            if np.array_equal(rng.normal(size=shape), x):
                return float(np.add.reduce(np.ravel(x)))
    return 0.0


class Counter:
    def __init__(self, start=0):
        pass
"""


def test_nothing_in_the_worker_tells_the_seed_of_a_check(tiny: Course, tmp_path: Path) -> None:
    seed = 17
    known = check_seed(seed, "day01_tiny", "test_total_of_several_shapes")
    hand_in(tmp_path / "in", "told", REPLAYING.replace("SEED = None", f"SEED = {known}"))
    hand_in(tmp_path / "in", "searching", REPLAYING.replace("SEED = None", f"SEED = {seed}"))
    grade_class(tiny, tmp_path / "in", tmp_path / "out", seed=seed, view=Quiet())
    assert outcomes(read(tmp_path / "out", "told"))[0] == "passed"  # so the replay itself works
    assert outcomes(read(tmp_path / "out", "searching"))[0] == "failed"


def test_seeds_of_checks_and_of_workers_have_nothing_in_common() -> None:
    names = [f"test_{number}" for number in range(200)]
    seeds = [check_seed(seed, "day", name) for seed in range(5) for name in names]
    others = [worker_seed(seed, "day", name) for seed in range(5) for name in names]
    assert len({*seeds, *others}) == 2000
    assert max(others) < 2**64


def test_a_line_stands_on_the_screen_before_anything_heavy_is_imported(
    tiny: Course, handed_in: Path, tmp_path: Path
) -> None:
    code = f"""
        import sys
        sys.modules["numpy"] = sys.modules["rich"] = None  # an import of these fails
        from course.cli import main
        main(["grade", {str(handed_in)!r}, "--out", {str(tmp_path / "out")!r}])
        """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    ended = subprocess.run(command, cwd=tiny.root, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stdout == f"Grading {handed_in}: reading, and warming up …\n"


def test_no_fingerprint_is_made_before_a_check_fails(
    tiny: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    explainer = Explainer._made

    def noted(self: Explainer, day: Day, exercise: Exercise, check: Check) -> Any:
        made.append(check.name)
        return explainer(self, day, exercise, check)

    monkeypatch.setattr(Explainer, "_made", noted)
    selections = [Selection(day, day.exercises) for day in tiny.days]
    runner = Runner(tiny, 3)
    runner.warm(selections)
    assert made == []
    folder = tmp_path / "in/ada"
    hand_in(folder.parent, "ada", SOLUTION.replace("self.value += by", "return self.value + by"))
    result = runner.run(selections, folder, lambda _: LocalLink(folder, ["day01_tiny"], tiny.limits))
    assert made == ["test_counter_step_accumulates"]
    assert [check.misconception for check in result.all_checks] == [None, None, "forgets"]


def test_a_log_says_how_long_the_rest_will_take(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([100.0, 110.0, 124.0])  # started, then each result
    monkeypatch.setattr("course.report.terminal.time.monotonic", lambda: next(clock))
    view = ClassView(console())
    view.started(13, 10)
    for student in ("ada", "bob"):
        view.graded(Graded(student, 3, 5, "", fault=False))
    said = capsys.readouterr().out.splitlines()
    assert said[1:] == ["11/13 ada: 3 of 5, about 20 s left", "12/13 bob: 3 of 5, about 12 s left"]
