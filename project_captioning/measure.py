"""Measure your methods, and write results.json (given).

python -m project_captioning.measure
python -m project_captioning.measure habits --seeds 5
"""

import sys
from pathlib import Path

import numpy as np

from course.projects.measuring import measure
from day22_captioning.judging import bleu
from project_captioning.data import DATA, load
from project_captioning.experiment import METHODS, fit, predict


def figures(data: str, method: str, seed: int) -> dict[str, float]:
    """Share of captions that are right word for word, and BLEU-2, of pictures that were not learnt from."""
    known, new = load(data, seed)
    said = list(predict(fit(known.images, known.captions, method, seed), new.images))
    right = [caption in ways for caption, ways in zip(said, new.ways, strict=True)]
    return {"exact": float(np.mean(right)), "BLEU-2": float(bleu(said, new.ways, 2))}


if __name__ == "__main__":
    sys.exit(measure(__doc__, Path(__file__).parent, DATA, METHODS, figures))
