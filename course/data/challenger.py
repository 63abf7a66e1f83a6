"""The 23 shuttle flights before the Challenger accident: joint temperature and O-ring distress."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_FLIGHTS = (
    (66, 0), (70, 1), (69, 0), (68, 0), (67, 0), (72, 0), (73, 0), (70, 0), (57, 1), (63, 1), (70, 1), (78, 0),
    (67, 0), (53, 1), (67, 0), (75, 0), (70, 0), (81, 0), (76, 0), (79, 0), (75, 1), (76, 0), (58, 1),
)  # fmt: skip


class Challenger(NamedTuple):
    """Flights in the order of their launch."""

    temperature: NDArray[np.float64]
    distress: NDArray[np.int64]


def load_challenger() -> Challenger:
    """Temperature and O-ring distress of the 23 flights whose boosters were recovered.

    Returns
    -------
    temperature : (23,) float64 array
        of the joints at launch, °F; on 28 January 1986 it was about 31 °F
    distress : (23,) int64 array
        1 when at least one of the six primary O-rings showed thermal distress, else 0

    Notes
    -----
    Source: S. R. Dalal, E. B. Fowlkes and B. Hoadley (1989), Risk analysis of the space shuttle:
    pre-Challenger prediction of failure, Journal of the American Statistical Association 84, 945-957. Measured
    temperatures and counts are facts, which nobody owns.
    """
    temperature, distress = np.array(_FLIGHTS).T
    return Challenger(temperature.astype(np.float64), distress.astype(np.int64))
