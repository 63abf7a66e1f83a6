"""The simulation behind docs/capacity.md: against queues worked out by hand and against Erlang's closed form."""

from __future__ import annotations

import sys
from types import ModuleType

import numpy as np
import pytest

from tests.course.conftest import ROOT


@pytest.fixture(scope="module")
def capacity() -> ModuleType:
    """benchmarks/capacity.py, which is a script beside others and in no package."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "benchmarks"))
        import capacity

        yield capacity
        for name in ("capacity", "service_times", "small_assignment"):
            sys.modules.pop(name, None)


def test_two_workers_take_submissions_in_the_order_of_arrival(capacity):
    arrivals, services = np.array([0.0, 1.0, 2.0, 3.0, 50.0]), np.array([5.0, 9.0, 1.0, 1.0, 1.0])

    waits = capacity.simulate(arrivals, services, workers=2)

    assert waits.tolist() == [0.0, 0.0, 3.0, 3.0, 0.0]


@pytest.mark.parametrize(("workers", "load"), [(1, 0.5), (3, 0.7), (8, 0.8)])
def test_mean_wait_is_the_one_of_erlang(capacity, workers, load):
    rng = np.random.default_rng(3)
    arrivals = np.cumsum(rng.exponential(2.0 / (load * workers), 300_000))
    services = rng.exponential(2.0, 300_000)

    waits = capacity.simulate(arrivals, services, workers)

    assert waits.mean() == pytest.approx(capacity.erlang_wait(load * workers / 2, 2.0, workers), rel=0.05)


def test_erlang_with_one_worker_and_with_two_is_as_in_the_books(capacity):
    assert capacity.erlang_wait(0.8, 1.0, 1) == pytest.approx(4.0)  # load / (1 − load)
    assert capacity.erlang_wait(1.0, 1.0, 2) == pytest.approx(1 / 3)  # load³ / (4 − load²)
    assert capacity.erlang_wait(2.0, 1.0, 2) == np.inf


def test_needed_workers_are_the_fewest_that_keep_the_promise(capacity):
    rng = np.random.default_rng(4)
    arrivals = capacity.day_of_arrivals(20_000, rng)
    services = rng.exponential(2.0, len(arrivals))

    needed = capacity.needed_workers(arrivals, services, promise=60.0)

    assert capacity.waiting(arrivals, services, needed).most <= 60
    assert capacity.waiting(arrivals, services, needed - 1).most > 60


def test_arrivals_fill_the_day_and_peak_in_its_last_hour(capacity):
    arrivals = capacity.day_of_arrivals(100_000, np.random.default_rng(5))

    assert len(arrivals) == pytest.approx(100_000, rel=0.02)
    assert np.all(np.diff(arrivals) >= 0)
    assert np.mean(arrivals > 23 * 3600) == pytest.approx(capacity.PEAK_SHARE, abs=0.01)
    assert arrivals.max() < 24 * 3600
