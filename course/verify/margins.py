"""How far the tolerances are from right answers and from wrong ones.

Every ``assert_close`` has a tolerance. Right answers, computed in other ways, differ from the expected value
by rounding; wrong ones by more. A tolerance is good when it lies far from both: ``spread`` is the largest
deviation of a right answer, ``nearest`` the smallest of a wrong one that only this tolerance caught, both in units of
the tolerance in effect. The margin is the smaller of the two factors.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from course.verify.evidence import Drawn
from course.verify.trials import Comparison, Trial

ENOUGH = 10.0


@dataclass
class Site:
    """One ``assert_close`` in one test."""

    test: str
    line: int
    spread: float = 0.0
    widest: str = ""  # whose answer deviated most
    nearest: float = math.inf
    wrong: str = ""  # the misconception that came nearest

    @property
    def to_right(self) -> float:
        """How many times further right answers could be off."""
        return math.inf if self.spread == 0 else 1 / self.spread

    @property
    def to_wrong(self) -> float:
        """How many times wider the tolerance could be."""
        return self.nearest

    def to_plain(self) -> dict[str, Any]:
        return {
            "test": self.test,
            "line": self.line,
            "to_right": _number(self.to_right),
            "widest": self.widest,
            "to_wrong": _number(self.to_wrong),
            "wrong": self.wrong,
        }


@dataclass
class Margins:
    """All sites of a day."""

    sites: dict[tuple[str, int], Site] = field(default_factory=dict)

    def right(self, trials: Iterable[Trial | Drawn], whose: str) -> None:
        """Take in what a right answer did."""
        for trial in trials:
            for comparison in trial.comparisons:
                site = self._site(trial, comparison)
                if comparison.deviation > site.spread:
                    site.spread, site.widest = comparison.deviation, whose

    def wrong(self, trials: Iterable[Trial], whose: str) -> None:
        """Take in what a wrong answer did in the tests where nothing but tolerances caught it.

        A test catches it by the comparison that is furthest off: that one decides how much wider tolerances could be.
        """
        for trial in trials:
            if not trial.close_only:
                continue
            furthest = max(trial.comparisons, key=lambda comparison: comparison.deviation)
            site = self._site(trial, furthest)
            if furthest.deviation < site.nearest:
                site.nearest, site.wrong = furthest.deviation, whose

    def _site(self, trial: Trial | Drawn, comparison: Comparison) -> Site:
        key = (trial.check, comparison.line)
        return self.sites.setdefault(key, Site(*key))

    @property
    def to_right(self) -> float:
        return min((site.to_right for site in self.sites.values()), default=math.inf)

    @property
    def to_wrong(self) -> float:
        return min((site.to_wrong for site in self.sites.values()), default=math.inf)

    def to_plain(self) -> dict[str, Any]:
        return {
            "to_right": _number(self.to_right),
            "to_wrong": _number(self.to_wrong),
            "sites": [site.to_plain() for site in self.sites.values()],
        }


def _number(factor: float) -> float | None:
    """JSON has no infinity: None says that nothing came near."""
    return None if math.isinf(factor) else float(f"{factor:.3g}")
