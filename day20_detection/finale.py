"""A street of house numbers: trained with your loss, found with your boxes, judged with your average precision (given).

    python -m day20_detection.finale
    python -m day20_detection.finale --seeds 3

About twenty seconds for each seed. Streets of new digits, which the detector has not seen, are judged.
"""

import sys
import time

import numpy as np
import torch

from course.progress import finale
from day20_detection.data import Streets, make_streets, street_digits
from day20_detection.training import detect, judge_detector, train_detector

STREETS = 2500
EPOCHS = 10


def two_sets_of_streets(seed: int = 0, many: int = STREETS, new: int = 300) -> tuple[Streets, Streets]:
    """Streets to learn from, and streets of digits that stand in none of them."""
    chance = torch.Generator().manual_seed(seed)
    known, others = street_digits(seed)
    return make_streets(many, chance, *known), make_streets(new, chance, *others)


def tell(seeds: int) -> None:
    """Print a line for each detector."""
    torch.set_num_threads(1)
    print("seed   mAP at IoU 0.5   worst digit   training")
    for seed in range(seeds):
        streets, new = two_sets_of_streets(seed)
        begin = time.perf_counter()
        model, _ = train_detector(streets, EPOCHS, seed=seed)
        seconds = time.perf_counter() - begin
        areas = judge_detector(detect(model, new.x, threshold=0.1), new)
        worst = int(np.argmin(areas))
        print(f"{seed:4} {np.mean(areas):16.3f} {areas[worst]:9.3f} ({worst}) {seconds:8.1f} s")


if __name__ == "__main__":
    sys.exit(finale(tell, __doc__))
