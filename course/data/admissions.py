"""Graduate admissions at Berkeley in 1973: a contingency table that says two opposite things."""

import numpy as np
from numpy.typing import NDArray

DEPARTMENTS = ("A", "B", "C", "D", "E", "F")

_COUNTS = (
    ((512, 313), (89, 19)),
    ((353, 207), (17, 8)),
    ((120, 205), (202, 391)),
    ((138, 279), (131, 244)),
    ((53, 138), (94, 299)),
    ((22, 351), (24, 317)),
)


def load_admissions() -> NDArray[np.int64]:
    """4,526 applicants to the six largest departments.

    Returns
    -------
    (6, 2, 2) int64 array
        counts by department (`DEPARTMENTS`), sex (0 men, 1 women) and outcome (0 admitted, 1 rejected)

    Notes
    -----
    Source: P. J. Bickel, E. A. Hammel and J. W. O'Connell (1975), Sex bias in graduate admissions: data from
    Berkeley, Science 187, 398-404; the six departments as in D. Freedman, R. Pisani and R. Purves, Statistics,
    chapter 2. Counts are facts, which nobody owns.
    """
    return np.array(_COUNTS, dtype=np.int64)
