"""The corpus of submissions (tests/submissions): reading its cases and writing them down as folders and archives."""

from __future__ import annotations

import io
import os
import pickle
import shutil
import tarfile
import tomllib
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course.catalog import Course, load_course
from course.release.skeletons import differences, write

FOLDER = Path(__file__).resolve().parents[1] / "submissions"
DAY = "day01_small"
MARK = f"corpus-{os.getpid()}"  # begins the name of each file that a submission of ours makes: others run beside us
FAMILIES = ("accidents", "fake_success", "tampering", "resources", "theft", "files")


@dataclass(frozen=True)
class Case:
    """One submission and what must become of it."""

    family: str
    name: str
    keys: Mapping[str, Any] = field(repr=False)

    def expected(self, exercise: str, off: frozenset[str] = frozenset()) -> tuple[str, ...] | None:
        """The outcomes that a check of this exercise may have; None when the case leaves it open."""
        verdicts: Any = self.keys.get("verdicts", {})
        for way in self.keys.get("got_through", ()):
            if set(way["without"]) <= off:
                verdicts = way["verdicts"]
        if verdicts == "any":
            return None
        found = verdicts.get("all", verdicts.get(exercise.rpartition(".")[2]))
        if found is None:
            return None if self.keys.get("others") == "any" else ("passed",)
        return (found,) if isinstance(found, str) else tuple(found)

    @property
    def is_attack(self) -> bool:
        return self.family in ("resources", "theft")


def read_cases() -> list[Case]:
    """Every case of every family; a name stands once."""
    cases = []
    for family in FAMILIES:
        content = tomllib.loads((FOLDER / f"{family}.toml").read_text(encoding="utf-8"))
        cases += [Case(family, keys["name"], keys) for keys in content["case"]]
    assert len({case.name for case in cases}) == len(cases)
    assert all("says" in case.keys for case in cases)
    return cases


def corpus_course(root: Path) -> Course:
    """The course of the corpus, ready to grade, in a folder of its own."""
    shutil.copytree(FOLDER / "course", root)
    course = load_course(root)
    write(course, differences(course), force=False)
    return load_course(root)


def write_case(case: Case, course: Course, folder: Path) -> None:
    """Write a submission below ``folder``, under the name of its case."""
    made: str | None = case.keys.get("made")
    target = folder / case.name
    sources = {path.name: path.read_bytes() for path in course.source_files(course.days[0]).values()}
    if made is not None:
        _BUILDERS[made](target, sources)
        return
    file = f"{case.keys.get('module', 'work')}.py"
    sources[file] = _changed(sources[file], case.keys)
    for name in case.keys.get("remove", ()):
        del sources[name]
    _plain(target, sources)
    for name, text in case.keys.get("files", {}).items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _changed(source: bytes, keys: Mapping[str, Any]) -> bytes:
    if "bytes" in keys:
        return str(keys["bytes"]).encode("ascii").decode("unicode_escape").encode("latin-1")
    text = keys.get("text", source.decode("utf-8"))
    text = f"{keys.get('before', '')}{text}{keys.get('append', '')}"
    return text.replace("corpus-mark", MARK).encode()


Sources = Mapping[str, bytes]


def _plain(target: Path, sources: Sources) -> None:
    (target / DAY).mkdir(parents=True)
    for name, data in sources.items():
        (target / DAY / name).write_bytes(data)


def _gigabytes(target: Path, sources: Sources) -> None:
    _plain(target, sources)
    (target / DAY / "data").mkdir()
    for path in (target / DAY / "weights.bin", target / DAY / "data" / "images.npy", target / "video.mp4"):
        with path.open("wb") as file:
            file.truncate(3 * 2**30)  # a hole: it takes no place


def _huge_source(target: Path, sources: Sources) -> None:
    _plain(target, sources)
    with (target / DAY / "net.py").open("ab") as file:
        file.truncate(2**30)


def _symlink_module(target: Path, sources: Sources) -> None:
    _plain(target, sources)
    elsewhere = target.parent.parent / "elsewhere"
    elsewhere.mkdir(exist_ok=True)
    (elsewhere / "net.py").write_bytes(sources["net.py"])
    (target / DAY / "net.py").unlink()
    (target / DAY / "net.py").symlink_to(elsewhere / "net.py")


def _symlink_day(target: Path, sources: Sources) -> None:
    elsewhere = target.parent.parent / "elsewhere-day"
    _plain(elsewhere, sources)
    target.mkdir()
    (target / DAY).symlink_to(elsewhere / DAY)


def _hard_link(target: Path, sources: Sources) -> None:
    _plain(target, sources)
    os.link(target / DAY / "net.py", target / "another-name")


def _fifo(target: Path, sources: Sources) -> None:
    _plain(target, {name: data for name, data in sources.items() if name != "net.py"})
    os.mkfifo(target / DAY / "net.py")


def _zip(target: Path, entries: Mapping[str, bytes]) -> None:
    with zipfile.ZipFile(target.with_name(f"{target.name}.zip"), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)


def _tar(target: Path, entries: Mapping[str, bytes], *odd: tarfile.TarInfo) -> None:
    with tarfile.open(target.with_name(f"{target.name}.tar.gz"), "w:gz") as archive:
        for name, data in entries.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for info in odd:
            archive.addfile(info)


def _inside(sources: Sources, around: str = "") -> dict[str, bytes]:
    return {f"{around}{DAY}/{name}": data for name, data in sources.items()}


def _odd(name: str, kind: bytes, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


def _half_zip(target: Path, sources: Sources) -> None:
    _zip(target, _inside(sources))
    path = target.with_name(f"{target.name}.zip")
    path.write_bytes(path.read_bytes()[:300])


class _Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return os._exit, (0,)


def _pickles(target: Path, sources: Sources) -> None:
    _plain(target, sources)
    for name in ("model.pt", "answers.pkl", "arrays.npy"):
        (target / DAY / name).write_bytes(pickle.dumps(_Evil()))


_BUILDERS: dict[str, Callable[[Path, Sources], None]] = {
    "plain": _plain,
    "gigabytes": _gigabytes,
    "huge_source": _huge_source,
    "symlink_module": _symlink_module,
    "symlink_day": _symlink_day,
    "hard_link": _hard_link,
    "fifo": _fifo,
    "good_zip": lambda target, sources: _zip(target, _inside(sources)),
    "good_tar": lambda target, sources: _tar(target, _inside(sources, "my-fork-main/")),
    "climbing_zip": lambda target, sources: _zip(target, {**_inside(sources), f"../../{DAY}/net.py": b"x"}),
    "absolute_tar": lambda target, sources: _tar(target, {**_inside(sources), f"/tmp/{DAY}/net.py": b"x"}),
    "link_tar": lambda target, sources: _tar(
        target, _inside(sources), _odd(f"{DAY}/more.py", tarfile.SYMTYPE, "/etc/passwd")
    ),
    "device_tar": lambda target, sources: _tar(target, _inside(sources), _odd("zero", tarfile.CHRTYPE)),
    "zip_bomb": lambda target, sources: _zip(target, {**_inside(sources), f"{DAY}/more.py": bytes(2**28)}),
    "half_zip": _half_zip,
    "pickles": _pickles,
}
