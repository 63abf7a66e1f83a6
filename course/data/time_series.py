"""Values measured at points in time: what the regression exercises are fitted to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from course.data.folder import data_folder


@dataclass(frozen=True)
class TimeSeries:
    """A real series in the order of time.

    Attributes
    ----------
    name : what was measured, for titles
    unit : unit of the values, for axes
    times : (n,) datetime64 array, ascending
    values : (n,) float64 array, in ``unit``
    source : where the values come from
    """

    name: str
    unit: str
    times: NDArray[np.datetime64]
    values: NDArray[np.float64]
    source: str

    @property
    def days(self) -> NDArray[np.float64]:
        """Time in days since 1970-01-01, as an (n,) float64 array: numbers one can calculate with."""
        return self.times.astype("datetime64[s]").astype(np.float64) / 86_400.0

    def between(self, start: str, end: str) -> TimeSeries:
        """The part from ``start`` (included) to ``end`` (excluded), both dates as ``"2000-01-31"``."""
        inside = (self.times >= np.datetime64(start)) & (self.times < np.datetime64(end))
        return TimeSeries(self.name, self.unit, self.times[inside], self.values[inside], self.source)


def load_time_series() -> TimeSeries:
    """A falling real series: your river gauge if ``COURSE_DATA`` holds one, else the NASDAQ 2000 to 2002.

    Returns
    -------
    TimeSeries
        36 monthly closes in index points, or the water level in cm at every hour of the gauge file

    See Also
    --------
    load_stock, load_river_gauge : sources and licences
    """
    from course.data.river_gauge import find_river_gauge, load_river_gauge
    from course.data.stocks import load_stock

    folder = data_folder()
    gauge = find_river_gauge(folder) if folder else None
    if gauge:
        return load_river_gauge(gauge)
    return load_stock("^IXIC").between("2000-01-01", "2003-01-01")
