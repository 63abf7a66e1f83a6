"""Monthly stock closes that ship with Matplotlib: a real series on every machine."""

import csv
from datetime import date
from pathlib import Path

import numpy as np

from course.data.bundled import reading
from course.data.time_series import TimeSeries
from course.errors import CourseError

STOCK_SYMBOLS = ("IBM", "AAPL", "MSFT", "XRX", "AMZN", "DELL", "GOOGL", "ADBE", "^GSPC", "^IXIC")
"""Eight companies and two indices: S&P 500 (``^GSPC``) and NASDAQ Composite (``^IXIC``)."""


def load_stock(symbol: str = "^IXIC", path: str | Path | None = None) -> TimeSeries:
    """Closes of one share or index at the start of each month, from 1990 or the first listing to June 2022.

    Parameters
    ----------
    symbol : one of `STOCK_SYMBOLS`
    path : another CSV file of the same form; by default the one inside Matplotlib

    Returns
    -------
    TimeSeries
        up to 391 closes, adjusted for splits and dividends; in US dollars, for the two indices in points

    Raises
    ------
    CourseError
        when the symbol is unknown, or the file is missing or damaged

    Notes
    -----
    Source: ``Stocks.csv`` of Matplotlib's sample data, which names Yahoo Finance as its origin. It is read
    from the installed package and not redistributed here; its licence is Matplotlib's (PSF-based).
    The days on which only a dividend was paid have no close and are left out.
    """
    if symbol not in STOCK_SYMBOLS:
        raise CourseError(f"There is no stock {symbol!r}; choose one of {', '.join(STOCK_SYMBOLS)}.")
    file = Path(path) if path is not None else _matplotlib_file()
    if not file.is_file():
        raise CourseError(f"{file.name} is missing; install Matplotlib again, with its sample data.")
    with reading(file.name, "Matplotlib"):
        lines = file.read_text(encoding="utf-8").splitlines()
    times, values = [], []
    column: int | None = None
    for number, line in enumerate(lines, start=1):
        if not line or line.startswith("#"):
            continue
        cells = next(csv.reader([line]))
        try:
            if column is None:
                column = cells.index(symbol)
            elif cells[column]:
                times.append(date.fromisoformat(cells[0]))
                values.append(float(cells[column]))
        except (ValueError, IndexError):
            raise CourseError(
                f"{file.name}, line {number}: expected a date and closes with a column {symbol}, "
                f"found {line[:40]!r}; mend the line or install Matplotlib again."
            ) from None
    if not values:
        raise CourseError(f"{file.name} holds no close of {symbol}; install Matplotlib again.")
    return TimeSeries(
        name={"^GSPC": "S&P 500", "^IXIC": "NASDAQ Composite"}.get(symbol, symbol),
        unit="points" if symbol.startswith("^") else "US dollars",
        times=np.array(times, dtype="datetime64[D]"),
        values=np.array(values, dtype=np.float64),
        source="Yahoo Finance, as shipped with Matplotlib",
    )


def _matplotlib_file() -> Path:
    import matplotlib

    return Path(matplotlib.get_data_path()) / "sample_data" / "Stocks.csv"
