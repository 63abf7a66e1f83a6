"""The ten best and the ten worst captions of a captioner that you have trained, and what it is worth (given).

    python -m day22_captioning.finale
    python -m day22_captioning.finale --seeds 3

About ten seconds for each seed. `course plot day22` draws the captions below their pictures.
"""

import sys
import time
from typing import NamedTuple

import torch

from course.progress import finale
from day22_captioning.decoding import log_likelihood
from day22_captioning.judging import bleu
from day22_captioning.scenes import Scenes, make_scenes
from day22_captioning.training import Captioner, numbered, train_captioner


class Said(NamedTuple):
    """A caption and what is to be said of it."""

    place: int
    """the number of the picture"""
    caption: str
    sure: float
    """ln p of the caption, for its picture"""
    score: float
    """BLEU-2 of this caption alone"""
    right: bool


def describe(captioner: Captioner, scenes: Scenes) -> list[Said]:
    """What a captioner says of each picture; the best first, of equally good ones the one it is surer of."""
    said = captioner.say(scenes.images)
    matrix = numbered(said, captioner.vocabulary)
    sure = torch.as_tensor(log_likelihood(captioner.model, scenes.images, matrix)).tolist()
    rows = [
        Said(i, caption, ln_p, float(bleu([caption], [ways], 2)), caption in ways)
        for i, (caption, ln_p, ways) in enumerate(zip(said, sure, scenes.ways, strict=True))
    ]
    return sorted(rows, key=lambda row: (row.score, row.sure), reverse=True)


def tell(seeds: int) -> None:
    """What captioners of both kinds are worth on new scenes, and the best and worst captions of the first of each."""
    torch.set_num_threads(1)
    first = {}
    print(f"{'captioner':<12} seed   cross-entropy   exact   BLEU-1   BLEU-2   training")
    for kind in ("every step", "attention"):
        for seed in range(seeds):
            begin = time.perf_counter()
            captioner = train_captioner(kind, seed)
            seconds = time.perf_counter() - begin
            first.setdefault(kind, captioner)
            f = captioner.figures
            print(
                f"{kind:<12} {seed:4} {f.cross_entropy:15.3f} {f.exact:7.1%} {f.bleu1:8.3f} {f.bleu2:8.3f} "
                f"{seconds:8.1f} s"
            )
    scenes = make_scenes(300, seed=10_000)
    for kind, captioner in first.items():
        rows = describe(captioner, scenes)
        for title, some in (("the ten best", rows[:10]), ("the ten worst", rows[-10:])):
            print(f"\n{kind}, {title}\n")
            for row in some:
                truth = "right" if row.right else f"wrong: {scenes.ways[row.place][0]}"
                print(f"  ln p {row.sure:6.2f}   BLEU-2 {row.score:.2f}   {row.caption:<42} {truth}")


if __name__ == "__main__":
    sys.exit(finale(tell, __doc__))
