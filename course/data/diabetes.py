"""Body mass index and the course of diabetes: real points, far from zero, for fitting a line."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from course.data.bundled import reading, scikit_learn_file


class Diabetes(NamedTuple):
    """One patient per entry."""

    bmi: NDArray[np.float64]
    progression: NDArray[np.float64]


def load_diabetes() -> Diabetes:
    """442 patients: body mass index, and how far their diabetes had progressed a year later.

    Returns
    -------
    bmi : (442,) float64 array
        body mass index, kg/m², 18 to 42.2
    progression : (442,) float64 array
        a quantitative measure of disease progression without unit, 25 to 346

    Raises
    ------
    CourseError
        when the file inside scikit-learn is missing or damaged

    Notes
    -----
    Source: B. Efron, T. Hastie, I. Johnstone and R. Tibshirani (2004), Least angle regression, Annals of
    Statistics 32, 407-499. It is read from the installed scikit-learn and not redistributed here.
    """
    with reading("The diabetes data"):
        bmi = np.loadtxt(scikit_learn_file("data", "diabetes_data_raw.csv.gz"), usecols=2)
        return Diabetes(bmi, np.loadtxt(scikit_learn_file("data", "diabetes_target.csv.gz")))
