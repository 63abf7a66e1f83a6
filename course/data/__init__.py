"""Data sets that come with the course, and real ones read from a folder of yours.

What is here needs no network: it is generated from a seed or shipped inside NumPy, Matplotlib or
scikit-learn. Larger real data is read from a path or from the folder named by ``COURSE_DATA``. Every
loader says shapes, units, source and licence in its docstring, and raises `course.errors.CourseError`,
one sentence with the next step, when data is missing or damaged. Heavy packages are imported when a
loader is called.
"""

from course.data.admissions import DEPARTMENTS, load_admissions
from course.data.challenger import Challenger, load_challenger
from course.data.clusters import Clusters, make_two_clusters
from course.data.diabetes import Diabetes, load_diabetes
from course.data.digits import Digits, DigitSplit, load_digits, split_digits
from course.data.eeg import Recording, Trials, load_eeg, make_trials
from course.data.folder import data_folder
from course.data.images import IMAGE_SETS, load_images
from course.data.iris import IRIS_MEASUREMENTS, IRIS_SPECIES, Iris, load_iris
from course.data.mnist import load_mnist
from course.data.photograph import load_photograph
from course.data.resnet import imagenet_names, imagenet_numbers, load_resnet18, read_weights
from course.data.river_gauge import load_river_gauge
from course.data.signal import Signal, make_noisy_signal
from course.data.stocks import STOCK_SYMBOLS, load_stock
from course.data.text import load_text, make_sentences
from course.data.time_series import TimeSeries, load_time_series
from course.data.trained import train_once
from course.errors import CourseError

__all__ = [
    "DEPARTMENTS",
    "IMAGE_SETS",
    "IRIS_MEASUREMENTS",
    "IRIS_SPECIES",
    "STOCK_SYMBOLS",
    "Challenger",
    "Clusters",
    "CourseError",
    "Diabetes",
    "DigitSplit",
    "Digits",
    "Iris",
    "Recording",
    "Signal",
    "TimeSeries",
    "Trials",
    "data_folder",
    "imagenet_names",
    "imagenet_numbers",
    "load_admissions",
    "load_challenger",
    "load_diabetes",
    "load_digits",
    "load_eeg",
    "load_images",
    "load_iris",
    "load_mnist",
    "load_photograph",
    "load_resnet18",
    "load_river_gauge",
    "load_stock",
    "load_text",
    "load_time_series",
    "make_noisy_signal",
    "make_sentences",
    "make_trials",
    "make_two_clusters",
    "read_weights",
    "split_digits",
    "train_once",
]
