"""Fisher's irises: three species, four lengths, the classic for clustering."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from course.data.bundled import reading, scikit_learn_file


class Iris(NamedTuple):
    """One flower per row."""

    measurements: NDArray[np.float64]
    species: NDArray[np.int64]


IRIS_MEASUREMENTS = ("sepal length", "sepal width", "petal length", "petal width")
IRIS_SPECIES = ("setosa", "versicolor", "virginica")


def load_iris() -> Iris:
    """150 irises, 50 of each of three species.

    Returns
    -------
    measurements : (150, 4) float64 array
        in cm, columns as in `IRIS_MEASUREMENTS`
    species : (150,) int64 array
        0 to 2, as in `IRIS_SPECIES`

    Raises
    ------
    CourseError
        when the file inside scikit-learn is missing or damaged

    Notes
    -----
    Source: R. A. Fisher (1936), The use of multiple measurements in taxonomic problems, Annals of Eugenics 7,
    179-188, with measurements by E. Anderson. UCI Machine Learning Repository, doi:10.24432/C56C76, CC BY 4.0;
    read from the installed scikit-learn.
    """
    with reading("The irises"):
        table = np.loadtxt(scikit_learn_file("data", "iris.csv"), delimiter=",", skiprows=1)
        return Iris(table[:, :4].copy(), table[:, 4].astype(np.int64))
