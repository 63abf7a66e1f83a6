"""Two groups of patients without labels: long, tilted clouds that only a full covariance describes."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_MEANS = ((360.0, 190.0), (1050.0, 95.0))
_SPREADS = ((45.0, 55.0), (240.0, 22.0))
_CORRELATIONS = (0.55, -0.6)
_SHARE_OF_FIRST = 0.7


class Clusters(NamedTuple):
    """One patient per row."""

    areas: NDArray[np.float64]
    groups: NDArray[np.int64]


def make_two_clusters(n: int = 200, seed: int = 4) -> Clusters:
    """Glucose and insulin after a drink of sugar, for healthy people and people with diabetes: generated.

    Parameters
    ----------
    n : number of patients
    seed : of groups and areas

    Returns
    -------
    areas : (n, 2) float64 array
        areas under the curves of glucose (mg/dl · h) and of insulin (µU/ml · h)
    groups : (n,) int64 array
        0 healthy (about 70 %), 1 diabetes; for colouring, not for fitting

    Notes
    -----
    In the style of G. M. Reaven and R. G. Miller (1979), An attempt to define the nature of chemical diabetes
    using a multidimensional analysis, Diabetologia 16, 17-24. No number of theirs is used: means, spreads and
    correlations stand above. Generated here, hence without any licence to observe.
    """
    rng = np.random.default_rng(seed)
    groups = (rng.random(n) >= _SHARE_OF_FIRST).astype(np.int64)
    z = rng.normal(size=(n, 2))
    rho = np.array(_CORRELATIONS)[groups]
    z[:, 1] = rho * z[:, 0] + np.sqrt(1 - rho**2) * z[:, 1]
    return Clusters(np.array(_MEANS)[groups] + np.array(_SPREADS)[groups] * z, groups)
