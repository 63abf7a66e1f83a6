"""Measure your methods, and write results.json (given).

python -m project_backpropagation.measure
python -m project_backpropagation.measure wine --seeds 5
"""

import sys
from pathlib import Path

import numpy as np

from course.projects.measuring import measure
from project_backpropagation.data import DATA, load
from project_backpropagation.experiment import METHODS, fit, predict


def figures(data: str, method: str, seed: int) -> dict[str, float]:
    """Accuracy, and mean negative log-likelihood in nats, of samples that were not learnt from."""
    x, y, x_new, y_new = load(data, seed)
    p = np.asarray(predict(fit(x, y, method, seed), x_new))
    return {
        "accuracy": float(np.mean(p.argmax(axis=1) == y_new)),
        "nll": float(-np.mean(np.log(np.maximum(p[np.arange(len(p)), y_new], 1e-12)))),
    }


if __name__ == "__main__":
    sys.exit(measure(__doc__, Path(__file__).parent, DATA, METHODS, figures))
