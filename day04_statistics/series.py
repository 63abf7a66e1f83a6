# Write the parts marked TODO(day04). Made by `course sync` from the course's single source.
# skeleton 1696f473887ab015
"""Autocorrelation: how much a series resembles itself a little later.

Twice the same numbers: once by the definition, once by the Fourier transform, which needs n log n operations
for all lags instead of n². Arguments come back unchanged.
"""

import numpy as np


def log_returns(prices: np.ndarray) -> np.ndarray:
    """Relative changes from one price to the next, as differences of logarithms (given).

    Parameters
    ----------
    prices : (n,) float array of positive prices

    Returns
    -------
    (n − 1,) float array, without unit: 0.01 is about one per cent
    """
    return np.diff(np.log(prices))


def autocorrelation(x: np.ndarray, max_lag: int) -> np.ndarray:
    """Autocorrelation by sums.

    With the mean m of the *whole* series,

        r_k = Σ_{t=0}^{n−1−k} (x_t − m)(x_{t+k} − m) / Σ_{t=0}^{n−1} (x_t − m)² ,   k = 0, 1, …, max_lag .

    The sum above has n − k terms and is not divided by their number: large lags, where few pairs are left,
    are damped instead of being noisy. This is the usual definition (called "biased"), for which |r_k| <= 1.

    Parameters
    ----------
    x : (n,) array of numbers, not all equal
    max_lag : the largest lag, from 0 to n − 1

    Returns
    -------
    (max_lag + 1,) float array
        beginning with r_0 = 1

    Raises
    ------
    ValueError
        when ``max_lag`` is negative or more than n − 1

    Not allowed here: from ``numpy``: ``correlate``, ``convolve``; from ``numpy.fft``: ``fft``, ``rfft``;
    from ``scipy.fft``: ``fft``, ``rfft``; from ``scipy.signal``: ``correlate``, ``convolve``,
    ``fftconvolve``, ``oaconvolve``.

    References
    ----------
    Box, Jenkins, Reinsel and Ljung, Time Series Analysis, 5th ed., section 2.1
    """
    # TODO(day04): check max_lag; then one sum of products per lag, divided by the one of lag 0
    raise NotImplementedError("autocorrelation is not written yet")


def autocorrelation_fft(x: np.ndarray, max_lag: int) -> np.ndarray:
    """The same autocorrelation by the fast Fourier transform.

    By the theorem of Wiener and Khinchin the sums of products are the inverse transform of the power
    spectrum |F|² of the deviations from the mean. The transform takes the series as periodic, so that its
    end would meet its beginning: put n zeros behind it first.

    All lags of a series of 200,000 values take a fraction of a second, where sums take a minute.

    Parameters
    ----------
    x : (n,) array of numbers, not all equal
    max_lag : the largest lag, from 0 to n − 1

    Returns
    -------
    (max_lag + 1,) float array
        the same as `autocorrelation`, up to rounding

    Not allowed here: from ``numpy``: ``correlate``, ``convolve``; from ``scipy.signal``: ``correlate``,
    ``convolve``, ``fftconvolve``, ``oaconvolve``.

    References
    ----------
    Press, Teukolsky, Vetterling and Flannery, Numerical Recipes, 3rd ed., sections 13.1 and 13.2
    """
    # TODO(day04): deviations, zeros behind them, |F|², back, the first lags, divided by lag 0
    raise NotImplementedError("autocorrelation_fft is not written yet")
