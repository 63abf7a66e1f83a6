"""How many workers does a day of submissions need? A simulated day with service times measured on this machine.

python benchmarks/capacity.py [--days DAY…] [--class-size N] [--results DIR] [--per-day N…] [--minutes M] [--check]

Grades a class of a real day once (or reads the records of a class that was graded, ``--results``), measures what a
record weighs, draws arrivals with a peak before the deadline, and sends them to c workers, first come, first served.
Prints the Markdown tables of docs/capacity.md and draws its picture. ``--check`` compares the simulation with the
closed form of Erlang.
"""

from __future__ import annotations

import argparse
import heapq
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from service_times import Measured, measure, read_class, scheduler_rate
from small_assignment import ROOT

HOURS = 24
PEAK_SHARE = 0.3  # of the submissions of a day come in the last hour before the deadline
PROMISE_SHARE = 0.95
PRICE = 0.05  # dollars per vCPU hour: an assumption, set it with --price
AT_ONCE = 0.1  # seconds: what is less is drawn like this
PICTURE = ROOT / "docs" / "capacity.svg"


@dataclass(frozen=True)
class Waiting:
    """Seconds between arrival and start of grading, and the busy share of the workers."""

    median: float
    most: float  # 95 %
    nearly_all: float  # 99 %
    utilisation: float


def simulate(arrivals: np.ndarray, services: np.ndarray, workers: int) -> np.ndarray:
    """The wait of every submission, first come, first served.

    Parameters
    ----------
    arrivals : (n,) seconds, ascending
    services : (n,) seconds of work
    workers : how many there are, all alike

    Returns
    -------
    (n,) seconds
    """
    free = [0.0] * workers  # when each worker is free again, a heap
    waits = np.empty(len(arrivals))
    for n, (arrival, service) in enumerate(zip(arrivals.tolist(), services.tolist(), strict=True)):
        start = max(arrival, free[0])
        heapq.heapreplace(free, start + service)
        waits[n] = start - arrival
    return waits


def erlang_wait(rate: float, service: float, workers: int) -> float:
    """Mean wait in an M/M/c queue by Erlang's C formula (Erlang 1917; Kleinrock, Queueing Systems I, 3.5)."""
    load = rate * service
    if load >= workers:
        return math.inf
    blocking = 1.0  # Erlang's B, by its recursion over the number of workers
    for n in range(1, workers + 1):
        blocking = load * blocking / (n + load * blocking)
    waiting = blocking / (1 - (load / workers) * (1 - blocking))
    return waiting * service / (workers - load)


def day_of_arrivals(per_day: int, rng: np.random.Generator, peak_share: float = PEAK_SHARE) -> np.ndarray:
    """A Poisson process over 24 hours that ends at the deadline; the last hour has ``peak_share`` of its mean."""
    before = rng.uniform(0, (HOURS - 1) * 3600, rng.poisson((1 - peak_share) * per_day))
    peak = rng.uniform((HOURS - 1) * 3600, HOURS * 3600, rng.poisson(peak_share * per_day))
    return np.sort(np.concatenate([before, peak]))


def waiting(arrivals: np.ndarray, services: np.ndarray, workers: int) -> Waiting:
    """Of those who hand in during the last hour, the only ones who may have to wait: before it the same workers have
    a tenth of that to do, so it is enough to begin an hour earlier.
    """
    near = arrivals >= (HOURS - 2) * 3600
    arrivals, services = arrivals[near], services[near]
    last = arrivals >= (HOURS - 1) * 3600
    waits = simulate(arrivals, services, workers)[last]
    median, most, nearly_all = np.quantile(waits, (0.5, PROMISE_SHARE, 0.99))
    return Waiting(median, most, nearly_all, min(1.0, services[last].sum() / (workers * 3600)))


def needed_workers(arrivals: np.ndarray, services: np.ndarray, promise: float) -> int:
    """The fewest workers with which 95 % of the last hour start within ``promise`` seconds (waits fall with c)."""
    busy = services[arrivals >= (HOURS - 1) * 3600].sum() / 3600
    low, high = 0, max(1, int(busy / 2))
    while waiting(arrivals, services, high).most > promise:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if waiting(arrivals, services, middle).most <= promise else (middle, high)
    return high


def measured_rows(found: dict[str, Measured]) -> list[str]:
    """A column per day; what the records of ``--results`` do not tell is left out."""
    rows = {
        "one submission on one worker, median": [span(np.median(one.services)) for one in found.values()],
        "mean": [span(one.services.mean()) for one in found.values()],
        "95 %": [span(np.quantile(one.services, 0.95)) for one in found.values()],
        "start of a station": [span(one.start_seconds) for one in found.values()],
        "memory of a station": [f"{one.memory / 2**20:.0f} MiB" for one in found.values()],
        "handed in": [f"{one.submission_bytes / 1024:.1f} KiB" for one in found.values()],
        "record, JSON": [f"{one.record_bytes / 1024:.1f} KiB" for one in found.values()],
        "record, SQLite": [f"{one.row_bytes / 1024:.1f} KiB" for one in found.values()],
        "to write a record into both": [f"{1000 * one.write_seconds:.1f} ms" for one in found.values()],
    }
    rows["to see that nothing has changed"] = [f"{1000 * one.look_seconds:.1f} ms" for one in found.values()]
    head = [f"| measured | {' | '.join(found)} |", "|---" * (len(found) + 1) + "|"]
    known = {name: values for name, values in rows.items() if not values[0].startswith("nan")}
    return head + [f"| {name} | {' | '.join(values)} |" for name, values in known.items()]


def plan(day: str, measured: Measured, per_day: int, promise: float, price: float, seed: int) -> list[str]:
    """Rows: the needed workers, and some more and fewer, with their waits and cost."""
    rng = np.random.default_rng(seed)
    arrivals = day_of_arrivals(per_day, rng)
    services = rng.choice(measured.services, len(arrivals))
    needed = needed_workers(arrivals, services, promise)
    kept = needed_workers(arrivals, services, 5.0)
    rows = []
    for workers in sorted({max(1, needed - max(1, needed // 5)), needed, kept}):
        one = waiting(arrivals, services, workers)
        fleet = 1000 * workers * HOURS * price / per_day
        used = 1000 * services.mean() / 3600 * price
        name = f"**{workers}**" if workers == needed else f"{workers}"
        rows.append(
            f"| {day} | {per_day:,} | {name} | {span(one.median)} | {span(one.most)} | {span(one.nearly_all)} "
            f"| {100 * one.utilisation:.0f} % | {100 * fleet:.1f} ¢ | {100 * used:.1f} ¢ |"
        )
    return rows


def span(seconds: float) -> str:
    if seconds < 1:
        return f"{1000 * seconds:.0f} ms"
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.3g} min"


def draw(curves: dict[str, tuple[list[int], list[float]]], promise: float, target: Path) -> None:
    """Waiting time of 95 % against the number of workers, a line per plan."""
    import matplotlib
    from matplotlib.figure import Figure

    matplotlib.rcParams["svg.hashsalt"] = target.name  # the same figures give the same file
    figure = Figure(figsize=(7.2, 4.0), layout="constrained")
    axes = figure.subplots()
    for name, (workers, waits) in curves.items():
        axes.plot(workers, np.maximum(waits, AT_ONCE), marker="o", markersize=3, label=name)
    axes.axhline(promise, color="grey", linestyle="--", linewidth=1)
    axes.annotate(
        f"the promise: {span(promise)}", (1, promise), (0, 3), textcoords="offset points", color="grey"
    )
    axes.set(xscale="log", yscale="log", xlabel="workers, one processor each")
    axes.set_ylabel("time until 95 % of the last hour are begun")
    axes.set_yticks([AT_ONCE, 1, 10, 60, 600, 3600], ["at once", "1 s", "10 s", "1 min", "10 min", "1 h"])
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.minorticks_off()
    axes.grid(alpha=0.3)
    figure.legend(frameon=False, loc="outside upper center", ncols=2)
    figure.savefig(target, metadata={"Date": None, "Creator": "benchmarks/capacity.py"})


def curve(services: np.ndarray, per_day: int, seed: int) -> tuple[list[int], list[float]]:
    rng = np.random.default_rng(seed)
    arrivals = day_of_arrivals(per_day, rng)
    drawn = rng.choice(services, len(arrivals))
    load = PEAK_SHARE * per_day * services.mean() / 3600  # busy workers in the last hour, on average
    factors = (0.5, 0.7, 0.85, 0.92, 0.97, 1, 1.03, 1.1, 1.3, 1.6)
    counts = sorted({max(1, round(load * factor)) for factor in factors} | ({1, 2, 3} if load < 2 else set()))
    return counts, [waiting(arrivals, drawn, workers).most for workers in counts]


def check(seed: int = 1) -> list[str]:
    """Rows: the mean wait of simulated M/M/c queues against the closed form."""
    rng = np.random.default_rng(seed)
    rows = []
    for workers, load in [(1, 0.5), (1, 0.8), (4, 0.7), (20, 0.9)]:
        count = 1_000_000
        arrivals = np.cumsum(rng.exponential(1 / (load * workers), count))
        simulated = simulate(arrivals, rng.exponential(1.0, count), workers).mean()
        expected = erlang_wait(load * workers, 1.0, workers)
        rows.append(
            f"| {workers} | {load} | {expected:.4f} | {simulated:.4f} | {simulated / expected - 1:+.1%} |"
        )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--days", nargs="+", default=["day03_linalg", "day12_cnn"])
    parser.add_argument("--class-size", type=int, default=60)
    parser.add_argument("--results", type=Path, help="take the records of this class instead")
    parser.add_argument("--per-day", type=int, nargs="+", default=[20_000, 1_000_000])
    parser.add_argument("--minutes", type=float, default=5, help="95 %% shall start within these")
    parser.add_argument("--price", type=float, default=PRICE, help="dollars per vCPU hour")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--picture", type=Path, default=PICTURE)
    parser.add_argument(
        "--check", action="store_true", help="only compare the simulation with the closed form"
    )
    words = parser.parse_args()
    if words.check:
        print("| workers | load | closed form | simulated | off |\n|---|---|---|---|---|")
        print("\n".join(check(words.seed)))
        return
    promise = 60 * words.minutes
    if words.results:
        found = {words.results.name: read_class(words.results)}
    else:
        found = {day: measure(day, words.class_size) for day in words.days}
    print("\n".join(measured_rows(found)))
    print(f"\nA scheduler with two workers: {scheduler_rate():.0f} tasks a second, there and back.")
    print("\n| day | submissions a day | workers | median wait | 95 % | 99 % | busy ", end="")
    print("| per 1,000, hired all day | per 1,000, paid while busy |\n" + "|---" * 9 + "|", flush=True)
    curves = {}
    for day, one in found.items():
        for per_day in words.per_day:
            print("\n".join(plan(day, one, per_day, promise, words.price, words.seed)), flush=True)
            curves[f"{day}, {per_day:,} a day"] = curve(one.services, per_day, words.seed)
    draw(curves, promise, words.picture)


if __name__ == "__main__":
    main()
