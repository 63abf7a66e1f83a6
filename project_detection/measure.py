"""Measure your methods, and write results.json (given).

python -m project_detection.measure
python -m project_detection.measure night --seeds 5
"""

import sys
from pathlib import Path

import numpy as np

from course.projects.measuring import measure
from day20_detection.training import judge_detector
from project_detection.data import DATA, load
from project_detection.experiment import METHODS, fit, predict


def figures(data: str, method: str, seed: int) -> dict[str, float]:
    """Mean average precision at an overlap of a half, on streets of digits that were not learnt from."""
    known, new = load(data, seed)
    found = predict(fit(known.x, known.boxes, known.labels, method, seed), new.x)
    return {"mAP50": float(np.mean(judge_detector(found, new)))}


if __name__ == "__main__":
    sys.exit(measure(__doc__, Path(__file__).parent, DATA, METHODS, figures))
