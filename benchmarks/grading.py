"""What grading costs: overhead and wall time per submission, against cold pytest, on a cluster, and memory.

python benchmarks/grading.py [--rounds N] [--sizes SMALL LARGE] [--only PART]…   (parts: cost, pytest, cluster, memory)

Costs per submission are slopes: the difference of two class sizes, so that the start of the command falls out.
Every layer of isolation of this machine is on; prints Markdown; ratios are taken within one round, then the median.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from plain_shell import ENVIRONMENT
from small_assignment import Assignment, hand_in, small_course

from course.catalog import Selection
from course.testing import running
from course.testing.running import Runner
from course.testing.scanning import Scanned
from course.threads import settle_threads
from course.worker.far import zygote
from course.worker.near.local import LocalLink


def usage(command: list[str], folder: Path, **environment: str) -> tuple[float, float]:
    """Wall and processor seconds of a command with all that it started."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        command, cwd=folder, env={**ENVIRONMENT, **environment}, check=True, stdout=subprocess.DEVNULL
    )
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def grade(assignment: Assignment, handed_in: Path, *words: str) -> tuple[float, float]:
    """``course grade`` from nothing."""
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-m", "course", "grade", str(handed_in), "--out", out, "--seed", "7"]
        return usage([*command, *words], assignment.course.root)


def in_test_cpu(assignment: Assignment, handed_in: Path) -> float:
    """Processor seconds per submission that the tests and the student's code need by themselves: the same checks
    in one process, a fork of a warm one as when they are graded, nothing scanned for refused calls. The fork and
    its end are not counted.
    """
    settle_threads()  # as every command does: this process is forked after it has computed
    course = assignment.course
    day = course.days[0]
    selections = [Selection(day, day.exercises)]
    runner = Runner(course, 7)
    zygote.warm(day.imports, [name for exercise in day.exercises for name in exercise.refused])
    runner.warm(selections)
    running.look_for_refused, scan = lambda *_: Scanned(), running.look_for_refused
    times = []
    for path in sorted(handed_in.iterdir()):
        read, write = os.pipe()
        if os.fork() == 0:
            started = time.process_time()
            runner.run(selections, path, lambda day, path=path: LocalLink(path, [day], course.limits))
            os.write(write, repr(time.process_time() - started).encode())
            os._exit(0)
        times.append(float(os.read(read, 100)))
        os.wait()
        os.close(read)
        os.close(write)
    running.look_for_refused = scan
    return statistics.mean(times)


def cost(assignment: Assignment, small: Path, large: Path, sizes: tuple[int, int], rounds: int) -> list[str]:
    """Rows: overhead, wall time at two jobs."""
    more = sizes[1] - sizes[0]
    inside, cpu, wall = [], [], []
    for _ in range(rounds):
        inside.append(in_test_cpu(assignment, small))
        few, many = grade(assignment, small, "--jobs", "2"), grade(assignment, large, "--jobs", "2")
        wall.append((many[0] - few[0]) / more)
        cpu.append((many[1] - few[1]) / more)
    test, total, each = (statistics.median(x) for x in (inside, cpu, wall))
    return [
        f"| {assignment.day} | {1e3 * test:.1f} ms | {1e3 * total:.1f} ms | **{1e3 * (total - test):.1f} ms** "
        f"| {1e3 * each:.1f} ms | {1e3 * (1.3 * test / 2 + 0.015):.1f} ms |"
    ]


def against_pytest(assignment: Assignment, large: Path, sizes: tuple[int, int], rounds: int) -> list[str]:
    """Rows: the same checks by a cold pytest per submission, tuned: one thread, no plugins but the course's."""
    course = assignment.course
    with tempfile.TemporaryDirectory() as folder:
        one = small_course(assignment.day, Path(folder) / "course").course.root
        student = next(path for path in sorted(large.iterdir()))
        for path in (student / assignment.day).iterdir():
            (one / assignment.day / path.name).write_bytes(path.read_bytes())
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"tests/{assignment.day}"]
        tuned: Callable[[], tuple[float, float]] = lambda: usage(  # noqa: E731
            command, one, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1"
        )
        ratios, colds, warms = [], [], []
        for _ in range(rounds):
            cold = statistics.median(tuned()[0] for _ in range(5))
            warm = grade(assignment, large, "--jobs", "2")[0] / sizes[1]
            ratios.append(cold / warm)
            colds.append(cold)
            warms.append(warm)
    assert course.root.is_dir()
    return [
        f"| {assignment.day} | {statistics.median(colds):.2f} s | {1e3 * statistics.median(warms):.1f} ms "
        f"| **{statistics.median(ratios):.0f} ×** |"
    ]


QUIET = {
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "10s",
}
"""Dask looks at itself fifty times a second; with two cores for everything that is felt (docs/capacity.md)."""


def cluster(assignment: Assignment, large: Path, sizes: tuple[int, int], rounds: int) -> list[str]:
    """Rows: one and two Dask workers over loopback. The same two cores carry the scheduler and `course grade`."""
    import dask
    from distributed import LocalCluster

    dask.config.set(QUIET)
    rates: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(rounds):
        for workers in rates:
            with LocalCluster(
                n_workers=workers, threads_per_worker=1, dashboard_address=None, silence_logs=50
            ) as local:
                small_and_large = []
                for size in sizes:
                    part = large.parent / f"part{size}"
                    _part(large, part, size)
                    seconds, _ = grade(assignment, part, "--scheduler", local.scheduler_address)
                    small_and_large.append(seconds)
                rates[workers].append((sizes[1] - sizes[0]) / (small_and_large[1] - small_and_large[0]))
    one, two = (statistics.median(rates[n]) for n in (1, 2))
    return [f"| {assignment.day} | {one:.0f} / s | {two:.0f} / s | **{two / one:.2f} ×** |"]


def _part(large: Path, part: Path, size: int) -> None:
    """The first submissions of a class, as a class of their own."""
    if not part.is_dir():
        for path in sorted(large.iterdir())[:size]:
            shutil.copytree(path, part / path.name, copy_function=os.link)


def memory(assignment: Assignment, folder: Path) -> list[str]:
    """Rows: the largest resident size of the grading process for classes of 100 and of 5,000."""
    sizes = {}
    for size in (100, 5000):
        handed_in = folder / f"memory{size}"
        hand_in(assignment, handed_in, size)
        script = (
            "import resource, runpy, sys\n"
            f"sys.argv = ['course', 'grade', {str(handed_in)!r}, '--out', {str(folder / f'out{size}')!r}]\n"
            "try:\n    runpy.run_module('course', run_name='__main__')\n"
            "except SystemExit:\n    pass\n"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", script],
            cwd=assignment.course.root,
            env=ENVIRONMENT,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        sizes[size] = int(done.stderr.split()[-1]) / 1024
    grown = sizes[5000] - sizes[100]
    return [f"| {assignment.day} | {sizes[100]:.0f} MiB | {sizes[5000]:.0f} MiB | **{grown:+.1f} MiB** |"]


HEADS = {
    "cost": "| day | tests and student code, CPU | all, CPU | overhead | wall, 2 jobs | asked of the wall |\n"
    "|---|---|---|---|---|---|",
    "pytest": "| day | cold pytest, tuned | `course grade`, 2 jobs | ratio |\n|---|---|---|---|",
    "cluster": "| day | one worker | two workers | ratio |\n|---|---|---|---|",
    "memory": "| day | class of 100 | class of 5,000 | growth |\n|---|---|---|---|",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sizes", type=int, nargs=2, default=(40, 140))
    parser.add_argument("--days", nargs="+", default=["day03_linalg", "day12_cnn"])
    parser.add_argument("--only", choices=HEADS, action="append")
    options = parser.parse_args()
    sizes = (options.sizes[0], options.sizes[1])
    for part in options.only or HEADS:
        print(f"\n{HEADS[part]}", flush=True)
        for day in options.days if part != "memory" else options.days[:1]:
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                assignment = small_course(day, folder / "course")
                small, large = folder / "small", folder / "large"
                hand_in(assignment, small, sizes[0])
                hand_in(assignment, large, sizes[1])
                rows = {
                    "cost": lambda a=assignment, s=small, g=large: cost(a, s, g, sizes, options.rounds),
                    "pytest": lambda a=assignment, g=large: against_pytest(a, g, sizes, options.rounds),
                    "cluster": lambda a=assignment, g=large: cluster(a, g, sizes, options.rounds),
                    "memory": lambda a=assignment, f=folder: memory(a, f),
                }[part]()
                print("\n".join(rows), flush=True)


if __name__ == "__main__":
    main()
