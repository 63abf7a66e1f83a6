"""MNIST, the digits that every course has seen: read from files of yours, or downloaded once."""

import gzip
import zlib
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from course.data.digits import Digits
from course.data.folder import cache_folder, data_folder
from course.data.vision import import_torchvision
from course.errors import CourseError

Part = Literal["train", "test"]

_FILES = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}
_UNSIGNED_BYTE = 8


def load_mnist(path: str | Path | None = None, part: Part = "test") -> Digits:
    """Handwritten digits of 28×28 pixels.

    The idx files may be compressed (``.gz``) or not. They are looked for in ``path``; without one in the folder
    ``COURSE_DATA`` and its subfolder ``mnist``, then in the cache of earlier downloads. Only then are they
    downloaded, through torchvision, which checks their digests.

    Parameters
    ----------
    path : the folder with the idx files; nothing is downloaded when it is given
    part : ``"train"`` for the 60,000 training images, ``"test"`` for the 10,000 test images

    Returns
    -------
    images : (60000, 28, 28) or (10000, 28, 28) float64 array
        in [0, 1], 0 is paper and 1 is ink, in steps of 1/255; 376 or 63 megabytes
    labels : (60000,) or (10000,) int64 array
        0 to 9

    Raises
    ------
    CourseError
        when a file is damaged, or missing and cannot be downloaded

    Notes
    -----
    Source: Y. LeCun, C. Cortes and C. J. C. Burges, The MNIST database of handwritten digits (1998),
    CC BY-SA 3.0. It is not redistributed here.
    """
    folder = _find_folder(path, part)
    images_file, labels_file = (_find_file(folder, name) for name in _FILES[part])
    if images_file is None or labels_file is None:
        raise CourseError(
            f"{folder} lacks {' or '.join(_FILES[part])} (plain or .gz); put both files there, "
            "or name their folder in COURSE_DATA."
        )
    images, labels = read_idx(images_file), read_idx(labels_file)
    if images.ndim != 3 or labels.shape != images.shape[:1] or labels.max(initial=0) > 9:
        raise CourseError(
            f"{images_file.name} and {labels_file.name} do not belong together: shapes {images.shape} and "
            f"{labels.shape}; copy both from the same source again."
        )
    return Digits(images / 255.0, labels.astype(np.int64))


def read_idx(file: Path) -> NDArray[np.uint8]:
    """The array in an idx file of unsigned bytes, plain or compressed with gzip.

    The format: two zero bytes, the type (8 for unsigned bytes), the number of dimensions, the length of each as a
    big-endian 32-bit integer, then the bytes.

    Raises
    ------
    CourseError
        when the file cannot be read or is not what the format says
    """
    try:
        content = file.read_bytes()
        if file.suffix == ".gz":
            content = gzip.decompress(content)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise CourseError(f"{file.name} is not a whole gzip file; copy or download it again.") from None
    except OSError as error:
        raise CourseError(
            f"{file.name} cannot be read ({error.strerror}); check its place and its rights."
        ) from None

    dimensions = content[3] if len(content) > 3 else 0
    data = 4 + 4 * dimensions
    if content[:3] != bytes([0, 0, _UNSIGNED_BYTE]) or len(content) < data:
        raise CourseError(f"{file.name} is not an idx file of unsigned bytes; copy or download it again.")
    shape = tuple(int(n) for n in np.frombuffer(content, ">u4", dimensions, offset=4))
    expected = data + int(np.prod(shape, dtype=object))
    if len(content) != expected:
        raise CourseError(
            f"{file.name} has {len(content)} bytes instead of {expected}; copy or download it again."
        )
    return np.frombuffer(content, np.uint8, offset=data).reshape(shape)


def _find_folder(path: str | Path | None, part: Part) -> Path:
    """Where the files of this part are; they are downloaded when nobody said where."""
    if path is not None:
        folder = Path(path).expanduser()
        if not folder.is_dir():
            raise CourseError(f"{folder} is not a folder; give the one that holds the idx files of MNIST.")
        return folder
    cache = cache_folder()
    named = data_folder()
    for folder in [*([named / "mnist", named] if named else []), cache / "MNIST" / "raw"]:
        if any(_find_file(folder, name) for name in _FILES[part]):
            return folder
    _download(cache)
    return cache / "MNIST" / "raw"


def _find_file(folder: Path, name: str) -> Path | None:
    """The file of this name, plain or compressed."""
    return next((file for file in (folder / name, folder / f"{name}.gz") if file.is_file()), None)


def _download(folder: Path) -> None:
    """Let torchvision fetch the four files into ``folder/MNIST/raw``."""
    try:
        import_torchvision("datasets").MNIST(folder, download=True)
    except (ImportError, OSError, RuntimeError) as error:
        raise CourseError(
            f"MNIST is not on this machine and cannot be downloaded ({_first_line(error)}); connect to the network, "
            "or put the idx files into a folder and name it in COURSE_DATA."
        ) from None


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(":. ")
