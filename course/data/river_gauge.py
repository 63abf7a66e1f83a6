"""Hourly water levels of a river gauge, read from a file of yours."""

import re
from datetime import datetime
from pathlib import Path

import numpy as np

from course.data.folder import data_folder
from course.data.time_series import TimeSeries
from course.errors import CourseError

_ROW = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}), (\d{2}):(\d{2}) Uhr\s*\t\s*(-?\d+(?:[.,]\d+)?) cm\s*")


def find_river_gauge(folder: Path) -> Path | None:
    """The first ``gauge/*.tab`` inside ``folder``, or None."""
    return min(folder.glob("gauge/*.tab"), default=None)


def load_river_gauge(path: str | Path | None = None) -> TimeSeries:
    """Water level of a river, hour by hour.

    The file is text with tabs: a heading, then lines such as ``1.8.2022, 00:00 Uhr<tab>120 cm``,
    in any order. Times are local; where the clock is put back, an hour comes twice and is kept twice.

    Parameters
    ----------
    path : the file, or a folder that holds ``gauge/*.tab``; by default the folder ``COURSE_DATA``

    Returns
    -------
    TimeSeries
        levels in cm above the zero of the gauge, ascending in time, one per line of the file

    Raises
    ------
    CourseError
        when there is no file, or a line of it cannot be understood

    Notes
    -----
    Source: yours. Many cities and waterway authorities publish their gauges; the licence is theirs,
    which is why no such file ships with the course.
    """
    file = _resolve(path)
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise CourseError(f"{file.name} is not a text file; save it as UTF-8 text with tabs.") from None
    except OSError as error:
        raise CourseError(
            f"{file.name} cannot be read ({error.strerror}); check the path and its rights."
        ) from None

    times, levels = [], []
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        match = _ROW.fullmatch(line)
        try:
            if match is None:
                raise ValueError
            day, month, year, hour, minute = (int(part) for part in match.groups()[:5])
            times.append(datetime(year, month, day, hour, minute))
            levels.append(float(match[6].replace(",", ".")))
        except ValueError:
            raise CourseError(
                f"{file.name}, line {number}: expected '1.8.2022, 00:00 Uhr<tab>120 cm', "
                f"found {line[:40]!r}; mend or delete the line."
            ) from None
    if not levels:
        raise CourseError(
            f"{file.name} holds no water level; expected lines '1.8.2022, 00:00 Uhr<tab>120 cm'."
        )

    order = np.argsort(np.array(times, dtype="datetime64[m]"), kind="stable")
    return TimeSeries(
        name=f"Water level, {file.stem.replace('_', ' ')}",
        unit="cm",
        times=np.array(times, dtype="datetime64[m]")[order],
        values=np.array(levels, dtype=np.float64)[order],
        source=file.name,
    )


def _resolve(path: str | Path | None) -> Path:
    """The gauge file that is meant by ``path``."""
    place = Path(path).expanduser() if path is not None else data_folder()
    if place is None:
        raise CourseError(
            "No river gauge is named; "
            "give the path of a file, or set COURSE_DATA to a folder with gauge/*.tab."
        )
    if not place.exists():
        raise CourseError(f"{place} does not exist; check the path of the river gauge.")
    file = find_river_gauge(place) if place.is_dir() else place
    if file is None:
        raise CourseError(f"{place} holds no gauge/*.tab; give the path of the file itself.")
    return file
