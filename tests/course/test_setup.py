"""``make setup``: a Python that is too old or too new hears one sentence before anything is made."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.course.conftest import ROOT

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="needs make")


@pytest.mark.parametrize("makefile", ["Makefile", "course/release/parts/Makefile"])
@pytest.mark.parametrize("version", [(3, 10), (3, 15)])
def test_a_wrong_python_is_one_sentence_before_pip_starts(
    tmp_path: Path, makefile: str, version: tuple[int, int]
) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        f"import sys\nsys.version_info = ({version[0]}, {version[1]}, 0)\n"
    )
    shutil.copy(ROOT / makefile, tmp_path / "Makefile")
    for name in ("pyproject.toml", "constraints.txt"):
        (tmp_path / name).touch()
    python = f"PYTHON=env PYTHONPATH={tmp_path} {sys.executable}"
    done = subprocess.run(
        ["make", "setup", python], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert f"You have Python {version[0]}.{version[1]}; 3.11 to 3.14 is needed." in done.stderr
    assert not (tmp_path / ".venv").exists()
