"""Real use: JupyterLab with nbgrader's extensions, a browser, a student who writes, an instructor who looks."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from course.catalog import Course, load_course
from course.grading.classes import grade_class
from course.release.nbgrader import release_nbgrader
from course.release.skeletons import differences, write
from course.results.nbgrader_scores import write_scores
from tests.course.conftest import LONGEST, write_tiny_course
from tests.course.notebooks import source_notebook
from tests.course.test_grading import Quiet

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
for package in ("jupyterlab", "nbgrader", "playwright"):
    pytest.importorskip(package, reason=f'needs {package}: pip install --editable ".[instructor,author]"')
if CHROMIUM is None or not hasattr(os, "fork"):
    pytest.skip("needs chromium: apt-get install chromium", allow_module_level=True)

DAY = "day01_tiny"
TOTAL = "def total(x):\n    result = 0.0\n    for entry in np.ravel(x):\n        result += entry\n    return result"
COUNTER = (
    "class Counter:\n    def __init__(self, start=0):\n        self.value = start\n\n"
    "    def step(self, by):\n        self.value += by\n        return self.value"
)
MINUTE = 60_000  # JupyterLab starts slowly on a busy machine


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("jupyter")


@pytest.fixture(scope="module")
def course(place: Path) -> Course:
    course = load_course(write_tiny_course(place / "tiny"))
    write(course, differences(course), force=False)
    return course


@pytest.fixture(scope="module")
def target(course: Course, place: Path) -> Path:
    """An nbgrader course with one graded submission."""
    import json

    target = place / "nbgrader"
    release_nbgrader(course, course.days, target)
    submitted = target / "submitted" / "ada" / DAY / f"{DAY}.ipynb"
    submitted.parent.mkdir(parents=True)
    plain = source_notebook(course, course.days[0])
    answer = next(cell for cell in plain["cells"] if cell["id"] == "sums-Counter")
    answer["source"] = (
        "class Counter:\n    def __init__(self, start):\n        raise ValueError('<b>not yet</b>')"
    )
    submitted.write_text(json.dumps(plain), encoding="utf-8")
    grade_class(course, target, place / "out", seed=1, view=Quiet())
    write_scores(course, place / "out", target)
    return target


@pytest.fixture(scope="module")
def server(target: Path, place: Path) -> Iterator[str]:
    """The address of a JupyterLab on loopback, in the course directory, with settings of its own."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    home = {f"JUPYTER_{name}_DIR": str(place / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    scripts = Path(sys.executable).parent
    environment = {
        **os.environ,
        **home,
        "HOME": str(place),
        "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
    }
    options = [
        "--no-browser",
        "--allow-root",
        "--ip=127.0.0.1",
        f"--port={port}",
        "--IdentityProvider.token=secret",
    ]
    command = [sys.executable, "-m", "jupyterlab", *options]
    with subprocess.Popen(command, cwd=target, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        said = []
        for line in process.stderr:
            said.append(line)
            if "is running at" in line:
                break
        assert process.poll() is None, "".join(said)
        yield f"http://127.0.0.1:{port}"
        process.terminate()
        process.communicate(timeout=LONGEST)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Any, place: Path, request: pytest.FixtureRequest) -> Iterator[Any]:
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    page.set_default_timeout(MINUTE)
    yield page
    page.screenshot(path=place / f"{request.node.name}.png")
    page.close()


def _write_cell(page: Any, begins: str, text: str) -> None:
    """Replace the text of the cell that begins with these words, as a person would."""
    cell = page.locator(".jp-CodeCell .cm-content").filter(has_text=begins).first
    cell.scroll_into_view_if_needed()
    cell.click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)


def _validate(page: Any) -> str:
    """Press *Validate*; what the dialog says."""
    page.get_by_role("button", name="Validate").click()
    dialog = page.locator(".jp-Dialog")
    dialog.get_by_text("Validation").first.wait_for()
    said: str = dialog.inner_text()
    dialog.get_by_role("button", name="OK").click()
    return said


def test_a_student_writes_validates_and_is_done(server: str, page: Any) -> None:
    page.goto(f"{server}/lab/tree/release/{DAY}/{DAY}.ipynb?token=secret")
    page.locator(".jp-CodeCell .cm-content").filter(has_text="def total").first.wait_for()

    _write_cell(page, "def total", TOTAL)
    half = _validate(page)
    _write_cell(page, "class Counter", COUNTER)
    done = _validate(page)

    assert "failed" in half
    assert "Counter.step is not written yet." in half
    assert "sums.total" not in half
    assert "Success! Your notebook passes all the tests." in done


def test_a_check_in_the_students_kernel_sees_what_was_run(server: str, page: Any) -> None:
    page.goto(f"{server}/lab/tree/release/{DAY}/{DAY}.ipynb?token=secret&reset")
    page.locator(".jp-CodeCell .cm-content").filter(has_text="def total").first.wait_for()
    _write_cell(page, "def total", "def total(x):\n    return float(np.mean(x))")
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    output = page.locator(".jp-OutputArea-output").filter(has_text="test_total_of_several_shapes").first
    output.wait_for()
    assert "The result is wrong." in output.inner_text()


def test_formgrader_shows_the_grade_that_course_grade_wrote(server: str, page: Any) -> None:
    page.goto(f"{server}/lab?token=secret")  # logs in
    page.goto(f"{server}/formgrader/manage_submissions/{DAY}")
    row = page.locator("tr").filter(has_text="ada")
    row.filter(has_text="3 / 5").wait_for()
    page.goto(f"{server}/formgrader/gradebook/{DAY}/{DAY}")
    page.get_by_role("link", name="Submission #1").click()
    page.get_by_text("test_counter_step_accumulates").first.wait_for()
    page.locator(
        'input.score[placeholder^="3"]'
    ).first.wait_for()  # the page fills them in when it has loaded
    scores = [box.input_value() for box in page.locator("input.score").all()]
    shown = [box.get_attribute("placeholder") for box in page.locator("input.score").all()]
    assert (scores, [float(score or 0) for score in shown]) == (["", ""], [3, 0])
    assert page.locator("b", has_text="not yet").count() == 0  # what a student wrote is text
