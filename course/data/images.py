"""Image sets by name, behind one interface: what stands after ``--data``."""

from pathlib import Path

from course.data.digits import Digits, load_digits
from course.data.mnist import load_mnist
from course.errors import UsageError

IMAGE_SETS = ("digits", "mnist")
"""``digits``: 1,797 images of 8×8, always there. ``mnist``: the 10,000 images of 28×28 of MNIST's test part."""


def load_images(name: str = "digits", path: str | Path | None = None) -> Digits:
    """The images of a set with their labels.

    Parameters
    ----------
    name : one of `IMAGE_SETS`
    path : the folder with MNIST's files; by default they are looked for as `load_mnist` says

    Returns
    -------
    images : (n, h, w) float64 array
        in [0, 1], 0 is paper and 1 is ink: nothing is centred or scaled by statistics of the data
    labels : (n,) int64 array
        0 to 9

    Raises
    ------
    UsageError
        when there is no such set
    CourseError
        when its files are missing or damaged

    See Also
    --------
    load_digits, load_mnist : sources and licences
    """
    if name == "digits":
        return load_digits()
    if name == "mnist":
        return load_mnist(path)
    raise UsageError(f"There is no image set {name!r}; choose one of {', '.join(IMAGE_SETS)}.")
