"""A laptop with a GPU earns what the grader gives: accelerators are hidden from student code on every surface."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
import torch

from course.catalog.model import Limits
from course.worker.near.handle import Student
from course.worker.near.local import LocalLink
from course.worker.outcomes import Budget, StudentProblem
from tests.course.conftest import ROOT, write, write_tiny_course

DAY = "day01_tiny"
LIMITS = Limits(test_seconds=5.0, call_seconds=5.0, memory_mib=512, output_kib=64)
CHOOSING = """
    import torch

    device = torch.device(
        "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    )
    newer = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else "cpu"

    def twice(x):
        return 2 * x.to(device).to(newer)

    def nowhere(x):
        return torch.ones(3, device="meta")

    def how_many():
        return torch.cuda.device_count()
"""
A_LAPTOP = """
    import sys
    import torch

    def pretend():
        torch.cuda.is_available = torch.backends.mps.is_available = lambda: True
        torch.accelerator.is_available = lambda: True
        torch.accelerator.current_accelerator = lambda *_, **__: torch.device("mps")
        torch.cuda.device_count = lambda: 2
"""


def twice(root: Path) -> np.ndarray:
    link = LocalLink(root, [DAY], LIMITS)
    link.begin(1, (), Budget(5.0, 5.0))
    student = Student(link, f"{DAY}.sums")
    assert student.how_many() == 0
    found: np.ndarray = student.twice(torch.ones(3)).numpy()
    link.close()
    return found


@pytest.fixture
def work(tmp_path: Path) -> Path:
    write(tmp_path / DAY / "sums.py", CHOOSING)
    return tmp_path


def test_what_is_there_is_not_seen_in_process(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in (torch.cuda, torch.backends.mps, torch.accelerator):
        monkeypatch.setattr(place, "is_available", lambda: True)
    monkeypatch.setattr(torch.accelerator, "current_accelerator", lambda: torch.device("mps"))
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert twice(work).tolist() == [2, 2, 2]


def test_a_tensor_on_another_device_is_named(work: Path) -> None:
    link = LocalLink(work, [DAY], LIMITS)
    link.begin(1, (), Budget(5.0, 5.0))
    with pytest.raises(StudentProblem, match="on the device 'meta', and checks run on the CPU"):
        Student(link, f"{DAY}.sums").nowhere(torch.ones(3))
    link.close()


SURFACES = {
    "the process that grading forks": "from course.worker.far.zygote import warm; warm(['torch'])",
    "a notebook": (
        "from IPython.core.interactiveshell import InteractiveShell; InteractiveShell.instance()\n"
        "from course.notebooks.kernel import start; start('day01_tiny', seed=1, exercises={})"
    ),
    "pictures": (
        "import pathlib, types\n"
        "from course.catalog import load_course; from course.report.pictures import draw_day\n"
        "course = load_course(pathlib.Path(sys.argv[1])); view = types.SimpleNamespace(begun=print, say=print)\n"
        "draw_day(course, course.days[0], course.root, course.root / 'out', view)"
    ),
    "a check": (
        "import pathlib; from course.worker.far.session import Session; Session(pathlib.Path('.').resolve(), [])"
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("surface", SURFACES)
def test_no_surface_sees_them(surface: str, tmp_path: Path) -> None:
    if surface == "a notebook":
        pytest.importorskip("IPython")
    root = write_tiny_course(tmp_path)
    write(root / "day01_tiny/plots.py", "import torch\n\ndef figure_none():\n    raise NotImplementedError\n")
    asked = "print([torch.cuda.is_available(), torch.backends.mps.is_available(), torch.cuda.device_count()])"
    program = "\n".join([textwrap.dedent(A_LAPTOP), "pretend()", SURFACES[surface], asked])
    assert last_line(program, root) == "[False, False, 0]"


@pytest.mark.slow
def test_pytorch_that_comes_later_sees_none_either(work: Path) -> None:
    program = textwrap.dedent(
        """
        import os, pathlib, sys, types
        from course.worker.far.session import Session
        Session(pathlib.Path(".").resolve(), [])
        assert "torch" not in sys.modules
        import torch
        print([isinstance(torch.cuda.is_available, types.FunctionType), os.environ["CUDA_VISIBLE_DEVICES"]])
        """
    )
    assert last_line(program, work) == "[False, '']"


def last_line(program: str, root: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program, str(root)],
        cwd=ROOT,
        env={"HOME": str(root), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


@pytest.mark.slow
def test_what_pytorch_imports_at_the_first_optimiser_passes_over_what_was_put_there() -> None:
    code = """
        import torch
        from course.worker.far.accelerators import hide_accelerators

        hide_accelerators()
        torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
        assert not torch.cuda.is_available()
        """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
