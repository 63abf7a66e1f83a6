"""Signals of several channels over time: a real EEG to look at, and a task shaped like one to learn from."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from course.errors import CourseError

_CHANNELS = ("C3", "C4", "O1", "O2")
_CLASSES = ("rest", "10 Hz at O1, O2", "20 Hz at C3, C4")
_RATE = 64.0
_SAMPLES = 96


@dataclass(frozen=True)
class Recording:
    """One measurement of several channels.

    Attributes
    ----------
    signals : (channels, samples) float64 array; the file names no unit
    names : of the channels
    sampling_rate : samples per second
    """

    signals: NDArray[np.float64]
    names: tuple[str, ...]
    sampling_rate: float


def load_eeg(path: str | Path | None = None) -> Recording:
    """Ten seconds of a real electroencephalogram, four channels of 800 samples.

    Parameters
    ----------
    path : another file of the same form (800 × 4 little-endian doubles); by default the one inside Matplotlib

    Returns
    -------
    Recording
        signals of shape (4, 800), 80 samples per second

    Raises
    ------
    CourseError
        when the file is missing or damaged

    Notes
    -----
    Source: ``eeg.dat`` of Matplotlib's sample data; names of channels and duration are those of its gallery
    example "MRI with EEG". It is read from the installed package and not redistributed here; its licence is
    Matplotlib's (PSF-based).
    """
    file = Path(path).expanduser() if path is not None else _matplotlib_file()
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        raise CourseError(
            f"{file.name} is missing; install Matplotlib again, with its sample data."
        ) from None
    except OSError as error:
        raise CourseError(f"{file.name} cannot be read ({error}); install Matplotlib again.") from None
    if len(content) != 800 * 4 * 8:
        raise CourseError(f"{file.name} has {len(content)} bytes instead of 25600; install Matplotlib again.")
    signals = np.frombuffer(content, dtype="<f8").reshape(800, 4).T.astype(np.float64)
    if not np.isfinite(signals).all():
        raise CourseError(f"{file.name} holds something else than an EEG; install Matplotlib again.")
    return Recording(signals, ("PG3", "PG5", "PG7", "PG9"), 80.0)


@dataclass(frozen=True)
class Trials:
    """Short recordings of several people, each with what happened in it.

    Attributes
    ----------
    signals : (n, 4, 96) float32 array, microvolts
    labels : (n,) int64 array, index into ``classes``
    subjects : (n,) int64 array, who was recorded: 0, 1, …
    channels, classes : names of channels and classes
    sampling_rate : samples per second
    """

    signals: NDArray[np.float32]
    labels: NDArray[np.int64]
    subjects: NDArray[np.int64]
    channels: tuple[str, ...]
    classes: tuple[str, ...]
    sampling_rate: float


def make_trials(subjects: int = 12, per_subject: int = 60, amplitude: float = 12.0, seed: int = 13) -> Trials:
    """EEG-shaped trials of 1.5 seconds with a known signal: generated, the same for everyone.

    A burst of 10 Hz at the two occipital channels, a burst of 20 Hz at the two central ones, or nothing, on a
    background whose power falls with frequency, as that of the brain does. When the burst comes and with
    which phase is random, so that no single sample tells the class.

    Parameters
    ----------
    subjects : people; each has a gain per channel and a background of their own
    per_subject : trials of each person, a multiple of 3 for equally frequent classes
    amplitude : of the bursts in microvolts; the background has a standard deviation of about 10
    seed : of everything random

    Returns
    -------
    Trials
        ``subjects · per_subject`` trials, in random order

    Notes
    -----
    Generated here, hence without any licence to observe, and without any claim about brains.
    """
    rng = np.random.default_rng(seed)
    n = subjects * per_subject
    who = np.repeat(np.arange(subjects), per_subject)
    labels = np.tile(np.arange(n // subjects) % len(_CLASSES), subjects)

    offset = np.array([40.0, -25.0, 10.0, 60.0])[:, None]
    gain = np.array([0.6, 1.0, 1.6, 3.0]) * np.exp(0.2 * rng.normal(size=(subjects, 4)))
    slope = rng.uniform(0.8, 1.2, size=subjects)
    background = 10.0 * _background(rng, slope[who], 4)
    time = np.arange(_SAMPLES) / _RATE
    centre = rng.uniform(0.35, 1.15, size=(n, 1))
    phase = rng.uniform(0.0, 2.0 * np.pi, size=(n, 1))
    frequency = np.array([0.0, 10.0, 20.0])[labels][:, None]
    envelope = amplitude * np.exp(-(((time - centre) / 0.15) ** 2))
    burst = envelope * np.sin(2.0 * np.pi * frequency * (time - centre) + phase)
    place = np.array([[0, 0, 0, 0], [0, 0, 1, 1], [1, 1, 0, 0]])[labels]
    signals = gain[who][:, :, None] * (background + place[:, :, None] * burst[:, None, :]) + offset
    order = rng.permutation(n)
    return Trials(
        signals=signals[order].astype(np.float32),
        labels=labels[order].astype(np.int64),
        subjects=who[order].astype(np.int64),
        channels=_CHANNELS,
        classes=_CLASSES,
        sampling_rate=_RATE,
    )


def _background(rng: np.random.Generator, slope: NDArray[np.float64], channels: int) -> NDArray[np.float64]:
    """Noise of unit variance whose amplitude falls as 1 / f^slope, half of it common to all channels."""
    frequencies = np.fft.rfftfreq(_SAMPLES, 1.0 / _RATE)
    shape = np.where(frequencies > 0, np.maximum(frequencies, 1.0)[None, :] ** -slope[:, None], 0.0)
    spectrum = rng.normal(size=(len(slope), channels + 1, len(frequencies), 2)) @ np.array([1.0, 1.0j])
    noise = np.fft.irfft(spectrum * shape[:, None, :], n=_SAMPLES)
    mixed = (noise[:, :-1] + noise[:, -1:]) / np.sqrt(2.0)
    return np.asarray(mixed / mixed.std(axis=2, keepdims=True), dtype=np.float64)


def _matplotlib_file() -> Path:
    import matplotlib

    return Path(matplotlib.get_data_path()) / "sample_data" / "eeg.dat"
