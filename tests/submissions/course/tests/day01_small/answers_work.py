import numpy as np

from course.testing import misconception


@misconception("mean", "This is the sum. A mean is divided by the number of entries.")
def no_division(x):
    return float(np.add.reduce(x))
