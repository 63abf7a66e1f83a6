"""A photograph that ships with scikit-learn: structure, texture and sharp edges in one picture."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from course.data.bundled import scikit_learn_file
from course.errors import CourseError


def load_photograph(path: str | Path | None = None) -> NDArray[np.float64]:
    """A colour photograph as numbers between 0 (black) and 1 (full intensity).

    Parameters
    ----------
    path : an image file of yours (PNG, JPEG …); by default ``china.jpg`` inside scikit-learn

    Returns
    -------
    (height, width, 3) float64 array
        red, green and blue in [0, 1]; the default has shape (427, 640, 3)

    Raises
    ------
    CourseError
        when the file is missing or is not an image

    Notes
    -----
    ``china.jpg`` is by danielbuechele, CC BY 2.0, taken by scikit-learn from
    https://www.flickr.com/photos/danielbuechele/6061409035. It is read from the installed package.
    """
    from PIL import Image, UnidentifiedImageError

    file = Path(path).expanduser() if path is not None else scikit_learn_file("images", "china.jpg")
    try:
        with Image.open(file) as image:
            return np.asarray(image.convert("RGB"), dtype=np.float64) / 255.0
    except FileNotFoundError:
        raise CourseError(
            f"There is no image {file}; check the path, or install scikit-learn again."
        ) from None
    except UnidentifiedImageError:
        raise CourseError(
            f"{file.name} is not an image that Pillow can read; save it as PNG or JPEG."
        ) from None
    except OSError as error:
        raise CourseError(f"{file.name} cannot be read ({error}); save it again as PNG or JPEG.") from None
