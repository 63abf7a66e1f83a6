"""Answers to series.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np

from course.testing import misconception, variant


@misconception(
    "autocorrelation",
    "The mean is not subtracted. A series far from 0 then looks the same at every lag.",
)
def mean_kept(x, max_lag):
    n = len(x)
    sums = [np.sum(x[: n - k] * x[k:]) for k in range(max_lag + 1)]
    return np.array(sums) / sums[0]


@misconception(
    "autocorrelation",
    "Each sum is divided by its number of terms, n − k. That is another estimate, noisy at large lags; here "
    "the sum itself is compared with that of lag 0.",
)
def divided_by_terms(x, max_lag):
    n = len(x)
    d = x - np.mean(x)
    sums = [np.sum(d[: n - k] * d[k:]) / (n - k) for k in range(max_lag + 1)]
    return np.array(sums) / sums[0]


@misconception(
    "autocorrelation",
    "The series was shifted in a circle, so its end meets its beginning. np.roll brings back at the front "
    "what falls off at the end: only the overlap counts.",
)
def circular(x, max_lag):
    d = x - np.mean(x)
    sums = [np.sum(d * np.roll(d, -k)) for k in range(max_lag + 1)]
    return np.array(sums) / sums[0]


@misconception("autocorrelation", "The sums are not divided by that of lag 0: r_0 must be 1.")
def not_divided(x, max_lag):
    n = len(x)
    d = x - np.mean(x)
    return np.array([np.sum(d[: n - k] * d[k:]) for k in range(max_lag + 1)])


@misconception(
    "autocorrelation",
    "Lag 0 is missing: the result has max_lag + 1 entries, and the first of them is 1.",
)
def lag_zero_missing(x, max_lag):
    n = len(x)
    d = x - np.mean(x)
    return np.array([np.sum(d[: n - k] * d[k:]) for k in range(1, max_lag + 1)]) / np.sum(d * d)


@misconception(
    "autocorrelation",
    "The two overlapping parts are centred at means of their own. One mean of the whole series is used for all lags.",
)
def means_of_the_parts(x, max_lag):
    n = len(x)
    parts = [(x[: n - k], x[k:]) for k in range(max_lag + 1)]
    sums = [np.sum((a - np.mean(a)) * (b - np.mean(b))) for a, b in parts]
    return np.array(sums) / sums[0]


@misconception(
    "autocorrelation",
    "x[:-k] is empty for k = 0, since −0 is 0. Write x[: n − k].",
)
def minus_zero(x, max_lag):
    d = x - np.mean(x)
    sums = [np.sum(d[:-k] * d[k:]) if k else 0.0 for k in range(max_lag + 1)]
    return np.array(sums) / np.sum(d * d)


@misconception(
    "autocorrelation",
    "A lag that does not exist is answered instead of refused: raise ValueError unless 0 <= max_lag < n.",
)
def any_lag(x, max_lag):
    n = len(x)
    d = x - np.mean(x)
    sums = [np.sum(d[: max(n - k, 0)] * d[k:]) for k in range(max_lag + 1)]
    return np.array(sums) / np.sum(d * d)


@misconception(
    "autocorrelation",
    "Each lag has a mean and a divisor of its own. Take the "
    "mean of the whole series, and divide every sum by that of lag 0.",
)
def correlation_of_each_pair(x, max_lag):
    n = len(x)
    if not 0 <= max_lag < n:
        raise ValueError("no such lag")
    result = []
    for k in range(max_lag + 1):
        a, b = x[: n - k] - np.sum(x[: n - k]) / (n - k), x[k:] - np.sum(x[k:]) / (n - k)
        size = np.sqrt(np.sum(a * a) * np.sum(b * b))
        result.append(np.sum(a * b) / size if size > 0 else 0.0)
    return np.array(result)


@misconception("autocorrelation", "The last lag is missing: from 0 to max_lag there are max_lag + 1.")
def last_lag_missing(x, max_lag):
    n = len(x)
    if not 0 <= max_lag < n:
        raise ValueError("no such lag")
    deviations = x - np.sum(x) / n
    sums = [np.sum(deviations[: n - k] * deviations[k:]) for k in range(max_lag)]
    return np.array(sums) / np.sum(deviations**2)


@variant("autocorrelation")
def two_loops(x, max_lag):
    n = len(x)
    if max_lag < 0 or max_lag > n - 1:
        raise ValueError("no such lag")
    m = float(sum(x)) / n
    r = []
    for k in range(max_lag + 1):
        r.append(sum((float(x[t]) - m) * (float(x[t + k]) - m) for t in range(n - k)))
    return [value / r[0] for value in r]


@variant("autocorrelation")
def by_outer_product(x, max_lag):
    if not 0 <= max_lag <= len(x) - 1:
        raise ValueError("no such lag")
    d = np.asarray(x, dtype=float) - np.mean(x)
    products = np.outer(d, d)
    return np.array([np.trace(products, offset=k) for k in range(max_lag + 1)]) / np.trace(products)


@misconception(
    "autocorrelation_fft",
    "No zeros stand behind the series. The transform takes it as periodic, and the end is multiplied with "
    "the beginning: pad to at least 2n − 1.",
)
def without_zeros(x, max_lag):
    power = np.abs(np.fft.fft(x - np.mean(x))) ** 2
    sums = np.fft.ifft(power).real
    return sums[: max_lag + 1] / sums[0]


@misconception(
    "autocorrelation_fft",
    "The mean is not subtracted: zero frequency drowns everything else.",
)
def mean_left(x, max_lag):
    n = len(x)
    sums = np.fft.irfft(np.abs(np.fft.rfft(x, n=2 * n)) ** 2, n=2 * n)
    return sums[: max_lag + 1] / sums[0]


@misconception(
    "autocorrelation_fft",
    "The absolute value of the spectrum is transformed back. The theorem speaks of its square, the power.",
)
def amplitude(x, max_lag):
    n = len(x)
    sums = np.fft.irfft(np.abs(np.fft.rfft(x - np.mean(x), n=2 * n)), n=2 * n)
    return sums[: max_lag + 1] / sums[0]


@misconception(
    "autocorrelation_fft",
    "F² is not |F|². Without the complex conjugate this is the convolution of the series with itself.",
)
def square_without_conjugate(x, max_lag):
    n = len(x)
    sums = np.fft.irfft(np.fft.rfft(x - np.mean(x), n=2 * n) ** 2, n=2 * n)
    d = x - np.mean(x)
    return sums[: max_lag + 1] / np.sum(d * d)


@misconception(
    "autocorrelation_fft",
    "The mean is subtracted after the zeros were put behind the series, so the zeros are no longer zeros.",
)
def centred_after_padding(x, max_lag):
    n = len(x)
    padded = np.concatenate([x, np.zeros(n)])
    padded = padded - np.mean(padded)
    sums = np.fft.ifft(np.abs(np.fft.fft(padded)) ** 2).real
    return sums[: max_lag + 1] / sums[0]


@misconception(
    "autocorrelation_fft",
    "irfft was not told how long the series is, and takes the even length 2 (m − 1) of m frequencies. With zeros up to "
    "an odd length, such as 2n − 1, say it: np.fft.irfft(power, n=…).",
)
def odd_length_taken_for_even(x, max_lag):
    d = x - np.mean(x)
    sums = np.fft.irfft(np.abs(np.fft.rfft(d, n=2 * len(d) - 1)) ** 2)
    return sums[: max_lag + 1] / sums[0]


@misconception("autocorrelation_fft", "The sums are not divided by that of lag 0: r_0 must be 1.")
def left_as_sums(x, max_lag):
    n = len(x)
    power = np.abs(np.fft.rfft(x - np.mean(x), n=2 * n)) ** 2
    return np.fft.irfft(power, n=2 * n)[: max_lag + 1]


@misconception(
    "autocorrelation_fft",
    "The transform is squared as it is. The power spectrum is the square of its absolute value, np.abs(f) ** 2.",
)
def square_without_absolute(x, max_lag):
    n = len(x)
    spectrum = np.fft.fft(x - np.sum(x) / n, n=2 * n)
    sums = np.fft.ifft(spectrum**2)[: max_lag + 1]
    return np.real(sums / sums[0])


@variant("autocorrelation_fft")
def complex_transform(x, max_lag):
    d = np.concatenate([x - np.mean(x), np.zeros(len(x) - 1)])
    f = np.fft.fft(d)
    sums = np.fft.ifft(f * np.conj(f)).real
    return sums[: max_lag + 1] / sums[0]


@variant("autocorrelation_fft")
def power_of_two(x, max_lag):
    d = np.asarray(x, dtype=float)
    d = d - d.mean()
    size = 2 ** int(np.ceil(np.log2(2 * len(d))))
    f = np.fft.rfft(d, size)
    return np.fft.irfft(f.real**2 + f.imag**2, size)[: max_lag + 1] / (d @ d)
