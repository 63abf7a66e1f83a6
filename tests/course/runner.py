"""A small runner of GitHub's kind: every `run:` step of a workflow in a clean clone, in the environment and with the
files that GitHub gives it, and what its lines would have been carried out as.

Of `uses:` the checkout and what artefacts carry from job to job are done; the other actions bring nothing that a step
here needs.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

SECRET = "ghs-secret-of-the-runner"
_COMMAND = re.compile(r"^::([\w-]+)(?: ([^:]*))?::(.*)$")
_OLD_COMMAND = re.compile(r"##\[([\w-]+)[^\]]*\](.*)")


@dataclass
class Job:
    """What a job left behind."""

    good: bool = True
    outputs: dict[str, str] = field(default_factory=dict)
    commands: list[tuple[str, str, str]] = field(default_factory=list)
    environment: str = ""
    path: str = ""
    summary: str = ""
    log: str = ""


class Runner:
    """Runs a workflow that is found in ``fork`` for its last commit. ``tools`` is a folder of programs found first,
    ``given`` what expressions such as ``inputs.at`` stand for.
    """

    def __init__(self, place: Path, fork: Path, tools: Path, before: str = "", **given: str) -> None:
        self._place, self._fork, self._tools = place, fork, tools
        self._given = {"github.event.before": before, **{k.replace("__", "."): v for k, v in given.items()}}

    def run(self, workflow: str) -> dict[str, Job]:
        """Every job by name, in the order of the file."""
        jobs: dict[str, Job] = {}
        for name, said in yaml.safe_load(workflow)["jobs"].items():
            needs = [said["needs"]] if isinstance(said.get("needs"), str) else said.get("needs", [])
            if not all(_lets_on(jobs.get(other), said.get("if", "")) for other in needs):
                continue
            self.begins(name)
            jobs[name] = self._job(name, said, jobs)
        return jobs

    def begins(self, job: str) -> None:
        """For what happens elsewhere meanwhile."""

    def _job(self, name: str, said: Mapping[str, Any], jobs: Mapping[str, Job]) -> Job:
        job = Job()
        workspace = self._place / name / "workspace"
        workspace.mkdir(parents=True)
        outputs: dict[str, dict[str, str]] = {}
        for number, step in enumerate(said["steps"]):
            if step.get("uses", "").startswith("actions/checkout"):
                target = workspace / step["with"].get("path", "")
                subprocess.run(["git", "clone", "--quiet", str(self._fork), str(target)], check=True)
            if "artifact@" in step.get("uses", "") and job.good:
                self._carry(step, workspace)
            if "run" not in step or (not job.good and "if" not in step):
                continue
            files = self._place / name / f"files-{number}"
            files.mkdir()
            done = self._step(step, workspace, files, outputs, jobs)
            job.good &= done.returncode == 0
            job.log += done.stdout
            job.commands += commands(done.stdout)
            job.environment += read(files / "env")
            job.path += read(files / "path")
            job.summary += read(files / "summary")
            outputs[step.get("id", str(number))] = parse_outputs(read(files / "output"))
        for key, value in said.get("outputs", {}).items():
            job.outputs[key] = self._filled(value, outputs, jobs)
        return job

    def _carry(self, step: Mapping[str, Any], workspace: Path) -> None:
        """What a job leaves, below ``artefacts``, or what it gets of another one."""
        kept = self._place / "artefacts" / step["with"]["name"]
        if "download" in step["uses"]:
            shutil.copytree(kept, workspace, dirs_exist_ok=True)
        elif (what := workspace / step["with"]["path"]).is_file():
            kept.mkdir(parents=True)
            shutil.copy(what, kept)

    def _filled(self, text: str, outputs: Mapping[str, Mapping[str, str]], jobs: Mapping[str, Job]) -> str:
        """The few expressions that the workflows of a release use."""

        def value(match: re.Match[str]) -> str:
            words = match.group(1).strip().split(".")
            if words[0] == "steps":
                return outputs.get(words[1], {}).get(words[3], "")
            if words[0] == "needs":
                return jobs[words[1]].outputs[words[3]]
            known = {"github.token": SECRET, "vars.PIP_EXTRA_INDEX_URL": "", **self._given}
            return known[".".join(words)]

        return re.sub(r"\$\{\{(.*?)\}\}", value, text)

    def _step(
        self,
        step: Mapping[str, Any],
        workspace: Path,
        files: Path,
        outputs: Mapping[str, Mapping[str, str]],
        jobs: Mapping[str, Job],
    ) -> subprocess.CompletedProcess[str]:
        told = {f"GITHUB_{what.upper()}": str(files / what) for what in ("env", "path", "output")}
        environment = {
            "PATH": f"{self._tools}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self._place),
            "LANG": "C.UTF-8",
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_STEP_SUMMARY": str(files / "summary"),
            "GITHUB_WORKSPACE": str(workspace),
            "GITHUB_REPOSITORY": "ada/deep-learning",
            "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_RUN_ID": "7",
            "GITHUB_SHA": "c" * 40,
            "RUNNER_TEMP": str(files),
            "ACTIONS_RUNTIME_TOKEN": SECRET,
            **told,
            **{k: self._filled(str(v), outputs, jobs) for k, v in step.get("env", {}).items()},
        }
        script = files / "script.sh"
        script.write_text(step["run"])
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=workspace / step.get("working-directory", ""),
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )


def _lets_on(needed: Job | None, condition: str) -> bool:
    """Whether a job begins after one that it needs; the only condition that workflows here have is its outputs'."""
    if needed is None:
        return False
    return bool(needed.outputs.get("statuses")) if "outputs.statuses" in condition else needed.good


def commands(log: str) -> list[tuple[str, str, str]]:
    """What GitHub's runner would carry out: name, properties and message of each command in a log."""
    found, stopped = [], ""
    for line in log.splitlines():
        match = _COMMAND.match(line.strip())
        if stopped:
            stopped = "" if line.strip() == f"::{stopped}::" else stopped
        elif match and match[1] == "stop-commands":
            stopped = match[3]
        elif match:
            found.append((match[1], match[2] or "", match[3]))
        elif old := _OLD_COMMAND.search(line):
            found.append((old[1], "", old[2]))
    return found


def parse_outputs(text: str) -> dict[str, str]:
    """A file of outputs, each of one line or of several."""
    found = re.findall(r"(?s)^(\w+)<<(\w+)\n(.*?)\n\2$", text, re.MULTILINE)
    return dict(re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE)) | {name: value for name, _, value in found}


def read(path: Path) -> str:
    return path.read_text() if path.is_file() else ""


_START = "import sys; sys.path.insert(0, sys.argv.pop(1)); from course.cli import main; main()"


def write_tools(folder: Path) -> Path:
    """`make` that installs the course from where it lies instead of from a package index, and `gh` that notes what it
    is asked and says what ``gh-says`` holds.
    """
    folder.mkdir()
    _program(
        folder / "make",
        f"""
        test "$1" = -C && test "$3" = setup && mkdir -p "$2/.venv/bin"
        echo '#!/bin/sh
        exec {sys.executable} -c "{_START}" '"$PWD/$2"' "$@"' > "$2/.venv/bin/course"
        chmod +x "$2/.venv/bin/course"
        """,
    )
    _program(folder / "gh", f'echo "$@" >> {folder}/asked; cat {folder}/gh-says 2> /dev/null || true')
    return folder


def _program(path: Path, text: str) -> None:
    lines = "\n".join(line.strip() for line in text.strip().splitlines())
    path.write_text(f"#!/bin/sh\n{lines}\n")
    path.chmod(0o755)
