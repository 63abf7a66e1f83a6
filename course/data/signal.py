"""A noisy signal whose law is known: the only kind of data on which a fit can be compared with the truth."""

from dataclasses import dataclass

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray

_CHEBYSHEV = (0.4, 0.9, -0.5, -0.6, 0.4, 0.2, 0.9)
_DURATION = 3.0


@dataclass(frozen=True)
class Signal:
    """Two independent noisy measurements of one signal, and the signal itself.

    Attributes
    ----------
    t_train, t_validation : (n,) float64 arrays, seconds in [0, 3], ascending
    y_train, y_validation : (n,) float64 arrays, volts
    t, y : (301,) float64 arrays, the signal without noise on a regular grid
    noise : standard deviation of the noise, volts
    """

    t_train: NDArray[np.float64]
    y_train: NDArray[np.float64]
    t_validation: NDArray[np.float64]
    y_validation: NDArray[np.float64]
    t: NDArray[np.float64]
    y: NDArray[np.float64]
    noise: float


def make_noisy_signal(n: int = 30, noise: float = 0.25, seed: int = 3) -> Signal:
    """A polynomial of degree 6 with normally distributed noise: generated, the same for everyone.

    Parameters
    ----------
    n : measurements for training, and as many for validation
    noise : standard deviation of the noise, volts
    seed : of the times of measurement and of the noise

    Returns
    -------
    Signal

    Notes
    -----
    The polynomial is a sum of Chebyshev polynomials in 2t/3 − 1; the weight of the sixth is large, so that
    a lower degree is visibly too stiff. Generated here, hence without any licence to observe.
    """
    rng = np.random.default_rng(seed)

    def measure(t: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(chebyshev.chebval(2.0 * t / _DURATION - 1.0, _CHEBYSHEV), dtype=np.float64)

    t_train, t_validation = np.sort(rng.uniform(0.0, _DURATION, size=(2, n)), axis=1)
    e_train, e_validation = rng.normal(scale=noise, size=(2, n))
    t = np.linspace(0.0, _DURATION, 301)
    return Signal(
        t_train=t_train,
        y_train=measure(t_train) + e_train,
        t_validation=t_validation,
        y_validation=measure(t_validation) + e_validation,
        t=t,
        y=measure(t),
        noise=noise,
    )
