"""The results store: the same records back, one transaction per submission, safe at any moment."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from course.errors import CourseError
from tests.course.class_records import record, write_class
from tests.course.conftest import ROOT

pytest.importorskip("sqlalchemy", reason="the store needs SQLAlchemy (the extra 'instructor')")

from sqlalchemy import create_engine, func, select

from course.results import tables
from course.results.reading import read_records
from course.results.store import FILE, Store, adjustments_by_student


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


def count(out: Path, table: Any) -> int:
    with create_engine(f"sqlite:///{out / FILE}").connect() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_a_regrade_replaces_and_leaves_nothing_of_the_old(out: Path) -> None:
    with Store(out) as store:
        store.save(record("ada", "fff", note="first"))
        store.save(record("ada", "ppp"))
        store.save(record("ada", "ppp", seed=8))
    assert count(out, tables.submissions) == 1
    assert count(out, tables.tests) == 3
    assert count(out, tables.incidents) == 0
    assert count(out, tables.runs) == 2


def test_incidents_can_be_asked_for(out: Path) -> None:
    with Store(out) as store:
        store.save(hard_record())
    with create_engine(f"sqlite:///{out / FILE}").connect() as connection:
        kinds = connection.execute(select(tables.incidents.c.kind).order_by(tables.incidents.c.position))
        assert list(kinds.scalars()) == ["tamper", "note", "note"]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
@pytest.mark.parametrize("statement", range(1, 9))
def test_a_kill_at_any_statement_leaves_the_old_result(out: Path, statement: int) -> None:
    with Store(out) as store:
        store.save(record("ada", "fff"))
    code = f"""
        import os, signal, sys
        from pathlib import Path
        from sqlalchemy import event
        from course.results.store import Store
        from tests.course.class_records import record

        store, seen = Store(Path(sys.argv[1])), []

        @event.listens_for(store._engine, "after_cursor_execute")
        def kill(*_):
            seen.append(1)
            if len(seen) == {statement}:
                os.kill(os.getpid(), signal.SIGKILL)

        store.save(record("ada", "ppp"))
        """
    script = textwrap.dedent(code)
    ended = subprocess.run([sys.executable, "-c", script, str(out)], cwd=ROOT, check=False)
    assert ended.returncode == -signal.SIGKILL
    with Store(out) as store:
        assert store.record("ada") == record("ada", "fff")
        assert store.save(record("ada", "ppp"))
        assert store.record("ada") == record("ada", "ppp")


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


def test_a_store_of_another_version_is_refused(out: Path) -> None:
    with Store(out) as store:
        store.save(record("ada"))
    with create_engine(f"sqlite:///{out / FILE}").begin() as connection:
        connection.execute(tables.about.update().values(version=99))
    with pytest.raises(CourseError, match="another version"):
        Store(out)


def test_a_table_that_is_gone_is_one_sentence(out: Path) -> None:
    with Store(out) as store:
        with create_engine(f"sqlite:///{out / FILE}").begin() as connection:
            tables.adjustments.drop(connection)
        with pytest.raises(CourseError, match="no such table: adjustments"):
            store.adjustments()


def test_a_file_that_is_no_database_is_refused(out: Path) -> None:
    (out / FILE).write_text("no database, but long enough to be read as the head of one" * 20)
    with pytest.raises(CourseError, match="cannot be used"):
        Store(out)


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
def postgres(tmp_path: Path) -> Iterator[str]:
    """The address of a PostgreSQL server of our own, on a socket in a temporary folder."""
    pytest.importorskip("psycopg", reason="the driver psycopg is not installed")
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs:
        pytest.skip("no PostgreSQL server is installed")
    if os.geteuid() == 0 and shutil.which("runuser") is None:
        pytest.skip("PostgreSQL does not run as root, and runuser is missing")
    base = programs[-1].parent
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    folder = tmp_path / "pg"
    folder.mkdir()
    os.chmod(folder, 0o777)
    ours = [place for place in folder.parents if Path(tempfile.gettempdir()) in place.parents]
    for place in ours:  # pytest's own folders, which another user may then pass
        os.chmod(place, 0o711)
    data = folder / "data"
    subprocess.run([*user, base / "initdb", "-D", data, "-A", "trust", "-N"], check=True, capture_output=True)
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
