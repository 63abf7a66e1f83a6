"""The results store: the same records back, one transaction per submission, safe at any moment."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from course.errors import CourseError
from course.files import write_json
from tests.course.class_records import record, write_class
from tests.course.conftest import ROOT

pytest.importorskip("sqlalchemy", reason="the store needs SQLAlchemy (the extra 'instructor')")

from sqlalchemy import Engine, MetaData, create_engine, event, func, inspect, select

from course.results import tables
from course.results.reading import Record, read_records
from course.results.settings import STORE as FILE
from course.results.settings import without_password
from course.results.store import Store, adjustments_by_student


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return write_class(tmp_path / "results", 4)


def hard_record() -> dict[str, Any]:
    """A record with everything that is awkward to keep."""
    plain = record("Zoë <b>; DROP TABLE runs;--", "fep", note="odd \0 \ud800 text", limits={"memory_mib": 1})
    plain["tool"] = "c" * 64
    plain["tamper"] = ["tests/test_sums.py was changed"]
    plain["seed"] = 2**31 - 1
    plain["something new"] = {"nested": [1, 2.5, None]}
    plain["days"][0]["late"] = {"points": 0.5, "reason": "late"}
    plain["days"][0]["exercises"][0]["title"] = "Total"
    plain["days"][0]["exercises"][0]["tests"][0] |= {
        "message": "null \0, lone \udc80",
        "note": "odd",
    }
    return plain


def test_what_was_saved_is_read_back_equal(out: Path) -> None:
    plain = hard_record()
    with Store(out) as store:
        assert store.save(plain)
        assert store.record(plain["student"]) == plain


def test_everybody_is_read_back_in_order(out: Path) -> None:
    with Store(out) as store:
        for one in reversed(list(read_records(out))):
            store.save(one)
        assert store.students() == [f"student{n:05}" for n in range(4)]
        assert list(store.records()) == list(read_records(out))


def test_what_is_there_already_is_left_alone(out: Path) -> None:
    with Store(out) as store:
        assert store.save(record("ada", "ppp"))
        assert not store.save(record("ada", "ppp"))
        assert store.save(record("ada", "ppp", seconds=0.6))


def rows(out: Path, query: Any) -> list[Any]:
    with create_engine(f"sqlite:///{out / FILE}").connect() as connection:
        return list(connection.execute(query))


def count(out: Path, table: Any) -> int:
    found: int = rows(out, select(func.count()).select_from(table))[0][0]
    return found


def test_a_regrade_adds_and_leaves_the_old(out: Path) -> None:
    versions = [record("ada", "fff", note="first"), record("ada", "ppp"), record("ada", "pfp", seed=8)]
    with Store(out) as store:
        for one in versions:
            store.start_run(one["seed"], ["day01_tiny"])
            store.save(one)
        assert [version.record for version in store.versions("ada")] == versions
        assert [store.record("ada", run) for run in (1, 2, 3, 99)] == [*versions, versions[-1]]
        assert store.record("ada") == versions[-1]
        assert store.students() == ["ada"]
    query = select(tables.submissions.c.score).where(tables.submissions.c.latest)
    assert rows(out, query) == [(4,)]
    assert rows(out, select(tables.days.c.score).where(tables.days.c.latest)) == [(4,)]


def test_a_day_that_stays_is_kept_once(out: Path) -> None:
    first, second = record("ada", "fff"), record("ada", "ppp")
    second["days"][0]["day"] = "day02_tiny"
    kept = {**first["days"][0], "seed": 7, "late": {"points": 1, "reason": "late"}}
    both = {**second, "seed": 8, "days": [kept, *second["days"]]}
    with Store(out) as store:
        store.save(first)
        store.start_run(8, ["day02_tiny"])
        store.save(both)
        assert [version.record for version in store.versions("ada")] == [first, both]
    assert count(out, tables.days) == 2
    assert count(out, tables.tests) == 6
    query = select(tables.tests.c.outcome).join(tables.days).where(tables.days.c.latest)
    assert len(rows(out, query)) == 6


def test_runs_say_when_they_began_and_whether_they_ended(out: Path) -> None:
    with Store(out) as store:
        assert store.start_run(3, ["day01_tiny"], "/in/one") == 1
        store.save(record("ada"))
        store.end_run()
        assert store.start_run(4, ["day01_tiny", "day02_tiny"], "/in/two") == 2
        first, second = store.runs()
    assert (first.number, first.seed, first.days, first.submissions) == (1, 3, ("day01_tiny",), "/in/one")
    assert (first.results, second.results) == (1, 0)
    assert first.ended_at is not None
    assert second.ended_at is None
    assert first.started_at <= second.started_at


def test_incidents_can_be_asked_for(out: Path) -> None:
    with Store(out) as store:
        store.save(hard_record())
    with create_engine(f"sqlite:///{out / FILE}").connect() as connection:
        kinds = connection.execute(select(tables.incidents.c.kind).order_by(tables.incidents.c.position))
        assert list(kinds.scalars()) == ["tamper", "note", "note"]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_a_kill_at_any_statement_leaves_the_old_result(out: Path) -> None:
    with Store(out) as store:
        store.save(record("ada", "fff"))
    statements = 0
    while _killed_while_saving(out, record("ada", "ppp"), after := statements + 1):
        statements = after
        with Store(out) as store:
            assert store.record("ada") == record("ada", "fff")
            assert len(store.versions("ada")) == 1
    assert statements >= 10
    with Store(out) as store:
        assert store.record("ada") == record("ada", "ppp")
        assert [version.record["score"] for version in store.versions("ada")] == [0, 5]


def _killed_while_saving(out: Path, plain: Record, statement: int) -> bool:
    """Save in a process that is killed after so many statements; whether it had as many."""
    number = os.fork()
    if number == 0:
        with Store(out) as store:
            store.start_run(7, ["day01_tiny"])
            seen: list[int] = []

            @event.listens_for(store._engine, "after_cursor_execute")
            def kill(*_: object) -> None:
                seen.append(1)
                if len(seen) == statement:
                    os.kill(os.getpid(), signal.SIGKILL)

            store.save(plain)
            os._exit(0)
    return os.waitpid(number, 0)[1] == signal.SIGKILL


def test_one_database_holds_several_classes(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'all.sqlite'}"
    spring, autumn = tmp_path / "spring", tmp_path / "autumn"
    with Store(spring, url) as store:
        store.save(record("ada", "ppp"))
        store.adjust("ada", "day01_tiny", "", 1, "", "me", 5)
    with Store(autumn, url) as store:
        store.save(record("ada", "fff"))
        assert store.record("ada")["score"] == 0
    assert adjustments_by_student(autumn, url) == {}
    assert len(adjustments_by_student(spring, url)["ada"]) == 1


def test_no_store_is_made_by_looking(out: Path) -> None:
    assert adjustments_by_student(out) == {}
    assert not (out / FILE).exists()


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("nonsense", "is not understood"),
        ("nosuchdatabase://x", "is not understood"),
        ("sqlite:////nowhere/at/all.sqlite", "cannot be used"),
    ],
)
def test_a_database_out_of_reach_is_one_sentence(out: Path, url: str, sentence: str) -> None:
    with pytest.raises(CourseError, match=sentence):
        Store(out, url)


def test_a_store_of_a_newer_version_is_refused(out: Path) -> None:
    with Store(out) as store:
        store.save(record("ada"))
    with create_engine(f"sqlite:///{out / FILE}").begin() as connection:
        connection.execute(tables.form.update().values(version_num="9999"))
    with pytest.raises(CourseError, match="newer version"):
        Store(out)
    with create_engine(f"sqlite:///{out / FILE}").begin() as connection:
        connection.execute(tables.form.update().values(version_num=tables.FORM))
    with Store(out) as store:
        assert store.students() == ["ada"]


OLD = Path(__file__).with_name("store_form_0001.sql")


def older_store(out: Path) -> None:
    with sqlite3.connect(out / FILE) as connection:
        connection.executescript(OLD.read_text(encoding="utf-8"))
    connection.close()


def schema(engine: Engine) -> dict[str, Any]:
    """Tables with their columns, keys and indexes."""
    there = inspect(engine)
    found: dict[str, Any] = {}
    for name in there.get_table_names():
        columns = [(c["name"], str(c["type"]), c["nullable"]) for c in there.get_columns(name)]
        indexes = sorted((i["name"] or "", tuple(i["column_names"])) for i in there.get_indexes(name))
        uniques = sorted(tuple(u["column_names"]) for u in there.get_unique_constraints(name))
        foreign = sorted(
            (f["constrained_columns"][0], f["referred_table"]) for f in there.get_foreign_keys(name)
        )
        found[name] = (
            columns,
            there.get_pk_constraint(name)["constrained_columns"],
            indexes,
            uniques,
            foreign,
        )
    return found


def test_an_older_store_is_brought_to_todays_form(out: Path, tmp_path: Path) -> None:
    older_store(out)
    with Store(out) as store:
        assert list(store.records()) == [hard_record(), record("ada", "ppp"), record("bob", "fep", seed=8)]
        assert {name: digest for name, digest in store.digests().items() if name == "ada"} == {
            "ada": Store.digest_of(record("ada", "ppp"))
        }
        assert [(one.student, one.points) for one in store.adjustments()] == [("bob", -1)]
        assert [(run.number, run.seed) for run in store.runs()] == [(1, 7), (2, 2**31 - 1), (3, 8)]
        assert not store.save(record("ada", "ppp"))  # known word for word
        store.start_run(9, ["day01_tiny"])
        assert store.save(record("ada", "ppp", seed=9))
        assert len(store.versions("ada")) == 2
    assert count(out, tables.days) == 3  # the days are known again as well
    (tmp_path / "new").mkdir()
    with Store(tmp_path / "new"):
        pass
    engines = [create_engine(f"sqlite:///{folder / FILE}") for folder in (out, tmp_path / "new")]
    migrated, new = map(schema, engines)
    assert migrated == new


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_a_kill_while_the_form_changes_leaves_the_older_store(out: Path) -> None:
    older_store(out)
    number = os.fork()
    if number == 0:
        from course.results import migrating

        upgrade = migrating.command.upgrade

        def killed(*args: Any) -> None:
            upgrade(*args)
            os.kill(os.getpid(), signal.SIGKILL)

        migrating.command.upgrade = killed
        Store(out)
        os._exit(0)
    assert os.waitpid(number, 0)[1] == signal.SIGKILL
    with sqlite3.connect(out / FILE) as connection:
        assert connection.execute("select version from about").fetchall() == [(1,)]
    connection.close()
    with Store(out) as store:
        assert store.record("ada") == record("ada", "ppp")


def test_a_table_that_is_gone_says_how_to_go_on(out: Path) -> None:
    with Store(out) as store:
        with create_engine(f"sqlite:///{out / FILE}").begin() as connection:
            tables.adjustments.drop(connection)
        with pytest.raises(CourseError, match=r"damaged \(no such table: adjustments\).*course book check"):
            store.adjustments()


def test_a_file_that_is_no_database_says_how_to_go_on(out: Path) -> None:
    (out / FILE).write_text("no database, but long enough to be read as the head of one" * 20)
    with pytest.raises(CourseError, match=r"damaged .*course book check"):
        Store(out)


def test_a_full_disk_says_how_to_go_on(out: Path) -> None:
    with Store(out) as store:
        store.save(record("ada"))

        @event.listens_for(store._engine, "connect")
        def small(connection: Any, _: object) -> None:
            connection.execute("PRAGMA max_page_count = 1")

        store._engine.dispose()
        with pytest.raises(CourseError, match=r"disk with the store .* is full; free some space"):
            store.save(record("bob", note="x" * 100_000))
        assert store.students() == ["ada"]


def test_a_driver_that_is_missing_says_how_to_go_on(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(CourseError, match=r"needs the driver psycopg; install it with `pip install 'psycopg"):
        Store(out, "postgresql+psycopg://grader:secret@nowhere/course")


def test_two_folders_of_one_name_do_not_mix_in_one_database(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'all.sqlite'}"
    for place, token in (("a/results", "1"), ("b/results", "2")):
        (tmp_path / place).mkdir(parents=True)
        write_json(tmp_path / place / "run.json", {"book": token, "store": url})
    with Store(tmp_path / "a/results", url) as store:
        store.save(record("ada"))
    with Store(tmp_path / "a/results") as store:  # the folder knows its store
        assert store.students() == ["ada"]
    with pytest.raises(CourseError, match="holds a class 'results' of another folder"):
        Store(tmp_path / "b/results")
    with pytest.raises(CourseError, match=r"is kept in sqlite:.*leave --store and COURSE_STORE out"):
        Store(tmp_path / "a/results", f"sqlite:///{tmp_path / 'other.sqlite'}")


def test_no_password_is_written_down() -> None:
    assert (
        without_password("postgresql+psycopg://me:secret@host/course")
        == "postgresql+psycopg://me@host/course"
    )


def test_checking_imports_no_sqlalchemy() -> None:
    code = "import sys, course.practice.checking, course.cli; sys.exit('sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_without_the_instructors_packages_a_sentence_says_so(out: Path) -> None:
    code = f"""
        import sys
        sys.modules["sqlalchemy"] = None
        from course.cli import main
        main(["export", {str(out)!r}, "--format", "csv"])
        """
    ended = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("course: this command needs sqlalchemy; install")


@pytest.fixture
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server of our own, on a socket in a temporary folder. It is none of pytest's: each
    session of pytest that starts shuts the folder of all of them to other users, and sweeps old ones away.
    """
    pytest.importorskip("psycopg", reason="the driver psycopg is not installed")
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs:
        pytest.skip("no PostgreSQL server is installed")
    if os.geteuid() == 0 and shutil.which("runuser") is None:
        pytest.skip("PostgreSQL does not run as root, and runuser is missing")
    base = programs[-1].parent
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(prefix="course-postgres-") as place:
        folder = Path(place)
        if user:
            shutil.chown(folder, "postgres")
        data = folder / "data"
        subprocess.run(
            [*user, base / "initdb", "-D", data, "-A", "trust", "-N"], check=True, capture_output=True
        )
        control = [*user, base / "pg_ctl", "-D", data, "-w", "-l", folder / "log"]
        subprocess.run([*control, "-o", f"-k {folder} -h ''", "start"], check=True, capture_output=True)
        owner = "postgres" if user else os.environ.get("USER", "postgres")
        try:
            yield f"postgresql+psycopg://{owner}@/postgres?host={folder}"
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], check=False, capture_output=True)


def test_postgresql_works_the_same(out: Path, postgres: str) -> None:
    plain = hard_record()
    with Store(out, postgres) as store:
        for one in read_records(out):
            store.save(one)
        assert store.save(plain)
        assert not store.save(plain)
        assert store.record(plain["student"]) == plain
        store.adjust("student00001", "day01_tiny", "", 1.5, "null \0", "me", 3)
        assert [one.points for one in store.adjustments("student00001")] == [1.5]
        store.save(record("student00001", "ppp"))
        assert len(store.adjustments()) == 1
        assert len(store.versions("student00001")) == 2


def test_postgresql_is_brought_to_todays_form_too(out: Path, postgres: str) -> None:
    older_store(out)
    older, there = MetaData(), create_engine(f"sqlite:///{out / FILE}")
    older.reflect(there)
    with there.connect() as source, create_engine(postgres).begin() as target:
        older.create_all(target)
        for table in older.sorted_tables:
            for row in source.execute(select(table)).mappings():
                own = {"class_name": out.name} if "class_name" in row else {}
                target.execute(table.insert(), {**row, **own})
    with Store(out, postgres) as store:
        assert list(store.records()) == [hard_record(), record("ada", "ppp"), record("bob", "fep", seed=8)]
        assert store.start_run(9, ["day01_tiny"]) == 4
        assert store.save(record("ada", "pfp", seed=9))
        assert [version.run for version in store.versions("ada")] == [1, 4]
