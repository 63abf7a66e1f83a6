"""`course doctor`: whatever keeps the course from working is found, and said with the next step."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import subprocess
import sys
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from course.catalog import load_course
from course.cli import main
from course.release import doctor
from course.release.manifest import PLACE, Manifest, digest
from course.strays import LIBRARIES, strays
from tests.course.conftest import ROOT, write
from tests.course.test_reached import clone

__all__ = ["clone"]

WORK = "day01_tiny/sums.py"
Look = Callable[..., dict[str, doctor.Finding]]


@pytest.fixture
def look(clone: Path) -> Look:
    """Findings of one kind, or of all, by what was looked at: the worst of each."""

    def examined(*kinds: str, here: Path = clone) -> dict[str, doctor.Finding]:
        found = [one for kind in kinds for one in getattr(doctor, f"_{kind}")(here)]
        order = ["good", "look", "mend"]
        return {one.about: one for one in sorted(found, key=lambda one: order.index(one.state))}

    return examined


@pytest.mark.slow
def test_a_healthy_folder(clone: Path) -> None:
    result = CliRunner().invoke(main, ["doctor"], env={"COLUMNS": "60"})
    assert "The course can work here." in result.output, result.output
    assert result.exit_code == 0
    assert max(map(len, result.output.splitlines())) <= 60


def test_outside_a_folder_of_the_course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_torch", lambda: iter(()))
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["doctor"], env={"COLUMNS": "200"})
    assert "There is no course.toml" in result.output
    assert (result.exit_code, "One thing has to be mended." in result.output) == (1, True)


def test_a_python_that_is_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    version = namedtuple("version", "major minor micro")
    monkeypatch.setattr(sys, "version_info", version(3, 9, 7))
    (found,) = doctor._python()
    assert (found.state, "this is 3.9.7, and the course needs" in found.said) == ("mend", True)


def test_another_environment_than_that_of_the_folder(clone: Path, look: Look) -> None:
    (clone / "course").mkdir()
    assert "the installed course is that of" in look("environment")["environment"].said
    (clone / ".venv").mkdir()
    found = look("environment")["environment"]
    assert (found.state, "activate`" in found.said) == ("mend", True)


def test_an_environment_that_is_not_active(
    look: Look, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: str(tmp_path / name))
    assert "it is not active" in look("environment")["environment"].said


def test_packages_that_are_missing_or_old(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = ["numpy>=99", "nosuchthing>=1", "torch>=2; extra == 'torch'"]
    monkeypatch.setattr(importlib.metadata, "requires", lambda _: wanted)
    (found,) = doctor._packages()
    assert found.state == "mend"
    assert "numpy is" in found.said
    assert "nosuchthing is not installed" in found.said
    assert "torch" not in found.said


def test_pytorch_twice_missing_or_broken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for folder, version in (("one", "2.2.0"), ("two", "2.13.0")):
        metadata = f"Metadata-Version: 2.1\nName: torch\nVersion: {version}\n"
        write(tmp_path / folder / f"torch-{version}.dist-info/METADATA", metadata)
        monkeypatch.syspath_prepend(tmp_path / folder)
    (twice,) = doctor._torch()
    assert "2.13.0 in" in twice.said
    assert "2.2.0 in" in twice.said
    monkeypatch.setattr(importlib.metadata, "distributions", lambda **_: [])
    monkeypatch.setattr(doctor, "is_missing", lambda _: True)
    (missing,) = doctor._torch()
    assert (missing.state, "it is not installed" in missing.said) == ("look", True)
    monkeypatch.setattr(doctor, "is_missing", lambda _: False)
    failed = subprocess.CompletedProcess([], 1, "", "Traceback\nOSError: libcudart.so.12 is not there\n")
    monkeypatch.setattr(doctor.subprocess, "run", lambda *_, **__: failed)
    (broken,) = doctor._torch()
    assert (broken.state, "OSError: libcudart.so.12" in broken.said) == ("mend", True)


def test_files_called_like_a_library(clone: Path) -> None:
    for name in ("numpy.py", "random.py", "day01_tiny/types.py", "torch/__init__.py"):
        write(clone / name, "x = 1\n")
    found = {one.said.partition(" ")[0]: one.state for one in doctor._files(clone, clone)}
    assert found == {"numpy.py": "mend", "torch": "mend", "random.py": "look", "day01_tiny/types.py": "look"}


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions of POSIX")
def test_a_folder_that_cannot_be_written(clone: Path, look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(doctor.tempfile, "TemporaryFile", full)
    found = look("disk")["disk"]
    assert (found.state, "(no space left on device)" in found.said) == ("mend", True)
    monkeypatch.undo()
    usage = namedtuple("usage", "free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(5 * 2**20))
    assert look("disk")["disk"].said.startswith("only 5 MiB are free")


def test_changed_tests_and_other_versions(clone: Path, look: Look) -> None:
    places = ["tests/day01_tiny/test_sums.py", "tests/day01_tiny/exercises.toml", "course.toml"]
    digests = {place: digest((clone / place).read_bytes()) for place in places} | {WORK: "changed"}
    installed = importlib.metadata.version(doctor.NAME)
    write(clone / PLACE, Manifest("Tiny", installed, digests, {}).to_json())
    assert look("release")["release"].state == "good"
    (clone / places[0]).write_text("", encoding="utf-8")
    (clone / places[1]).unlink()
    said = look("release")["tests"].said
    assert said.startswith(
        "tests/day01_tiny/exercises.toml, tests/day01_tiny/test_sums.py changed since the release"
    )
    write(clone / PLACE, Manifest("Tiny", "99.1", digests, {}).to_json())
    found = look("release")["release"]
    assert (found.state, "this folder is 99.1, what is installed" in found.said) == ("mend", True)


def test_a_newer_release_upstream(clone: Path, look: Look, tmp_path: Path) -> None:
    installed = importlib.metadata.version(doctor.NAME)
    write(tmp_path / "new" / PLACE, Manifest("Tiny", "99.2", {}, {}).to_json())
    write(clone / PLACE, Manifest("Tiny", installed, {}, {}).to_json())
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C"]
    for words in (["init", "-q"], ["add", "-A", "-f"], ["commit", "-qm", "new"]):
        subprocess.run([*git, str(tmp_path / "new"), *words], check=True)
    subprocess.run([*git, str(clone), "init", "-q"], check=True)
    assert look("release")["release"].state == "good"
    subprocess.run([*git, str(clone), "remote", "add", "upstream", str(tmp_path / "new")], check=True)
    said = look("release")["release"].said
    assert said == f"this is {installed}, and 99.2 is there; `course update` takes it and keeps your work."


def test_a_terminal_without_signs_and_a_busy_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = namedtuple("stream", "encoding")
    monkeypatch.setattr(sys, "stdout", stream("cp437"))
    (found,) = doctor._terminal()
    assert (found.state, "its encoding is cp437" in found.said) == ("look", True)
    monkeypatch.setattr(os, "getloadavg", lambda: (999.0, 0.0, 0.0), raising=False)
    (busy,) = doctor._processors()
    assert (busy.state, "999 programs want to run" in busy.said) == ("look", True)


@pytest.mark.slow
def test_pytest_names_the_file_that_is_in_the_way(clone: Path) -> None:
    shutil.copy(ROOT / "conftest.py", clone)
    write(clone / "numpy.py", "x = 1\n")
    program = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]
    done = subprocess.run(program, cwd=clone, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "numpy.py has the name of a library and is imported in its place" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_what_is_imported_by_checks_is_known(tmp_path: Path) -> None:
    for name in LIBRARIES - {"course"}:
        write(tmp_path / f"{name}.py", "")
    assert len(strays(tmp_path, LIBRARIES)) == len(LIBRARIES) - 1
    assert load_course(ROOT).root.joinpath("course").is_dir()
    assert strays(ROOT, LIBRARIES) == []
