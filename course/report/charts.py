"""Geometry of the report's charts: bars and ticks in the units of an SVG. How they look stands in the templates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Bar:
    """One bar of a histogram: where it stands (in percent of the width), how high (of the height), what it says."""

    x: float
    width: float
    height: float
    count: int
    label: str


@dataclass(frozen=True)
class Histogram:
    """Bars with the ticks below them; ``top`` is what the full height stands for."""

    bars: list[Bar]
    ticks: list[tuple[float, str]]
    top: int


def histogram(
    values: Sequence[float], low: float, high: float, bins: int, unit: str, digits: int = 0
) -> Histogram:
    """Counts of ``values`` in ``bins`` equal steps from ``low`` to ``high``; the last step includes its end."""
    step = (high - low) / bins or 1.0
    counts = [0] * bins
    for value in values:
        counts[min(max(int((value - low) / step), 0), bins - 1)] += 1
    top = max(max(counts, default=0), 1)
    width = 100 / bins
    bars = [
        Bar(
            at * width,
            width,
            100 * count / top,
            count,
            f"{low + at * step:.{digits}f} to {low + (at + 1) * step:.{digits}f} {unit}: {count}",
        )
        for at, count in enumerate(counts)
    ]
    ticks = [(100 * n / 4, f"{low + (high - low) * n / 4:.{digits}f}") for n in range(5)]
    return Histogram(bars, ticks, top)


def seconds_histogram(seconds: Sequence[float]) -> Histogram:
    """Seconds per submission, to a round number that 19 of 20 stay under; the last bar holds the rest too."""
    ordered = sorted(seconds)
    longest = ordered[math.ceil(0.95 * len(ordered)) - 1] if ordered else 0.0
    magnitude = 10 ** math.floor(math.log10(longest)) if longest > 0 else 1.0
    end = next(factor * magnitude for factor in (1, 2, 5, 10) if factor * magnitude >= longest)
    chart = histogram(seconds, 0, end, 20, "s", digits=0 if end >= 20 else 1 if end >= 2 else 2)
    more = sum(value > end for value in ordered)
    if not more:
        return chart
    last = chart.bars[-1]
    label = f"{last.label}, {more} of them longer"
    ticks = [*chart.ticks[:-1], (100.0, f"{chart.ticks[-1][1]} or more")]
    return Histogram([*chart.bars[:-1], replace(last, label=label)], ticks, chart.top)


@dataclass(frozen=True)
class Curve:
    """A line over the days of a term and the band around it, as points of an SVG polyline and polygon."""

    line: str
    band: str


def curve(middle: Sequence[float], low: Sequence[float], high: Sequence[float]) -> Curve:
    """``middle``, ``low`` and ``high`` are shares from 0 to 1, a value for each day."""
    places = [100 * (at + 0.5) / max(len(middle), 1) for at in range(len(middle))]
    there = list(zip(places, high, strict=True)) + list(zip(places, low, strict=True))[::-1]
    return Curve(_points(list(zip(places, middle, strict=True))), _points(there))


def _points(places: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.2f},{100 - 100 * share:.2f}" for x, share in places)
