"""How good are a VAE, a GAN and diffusion on the same digits, and how far do they vary from seed to seed?

    python benchmarks/generators.py [--seeds 10] [--only digits|ring|collapse]

The generators are those of the finale of the day about generative models, judged as there: 500 made-up digits against
500 that were not trained with, precision and recall with five neighbours, squared MMD with bandwidth 1, the share that
a classifier reads as what was ordered, and the median distance to the nearest training digit over that of real new
ones. Each seed draws its own split, weights, order and noise. Then what the sheet says about two trainings: the ring of
eight heaps with Adam's usual momentum and with 0.5, and the divergence of a VAE with a deep decoder with and without a
warm-up. Prints Markdown tables: median, lowest and highest, median seconds of processor for a training. Exits with 1
when one of the sheet's claims does not hold in every seed.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Sequence

import side_by_side  # noqa: F401 settles one thread and finds the solutions; isort: skip

import torch

from course.data import DigitSplit, split_digits
from day19_generative.data import RING_SPREAD, make_ring, ring_centres
from day19_generative.finale import PAINTERS, Verdict, judge, train_reader
from day19_generative.gan import mode_count
from day19_generative.networks import VAE, expert, mlp
from day19_generative.training import train_gan, train_vae

LABELS = torch.arange(500) % 10
DEEP, WARMING = 4, 0.7


def spread(values: Sequence[float]) -> str:
    """Median, and lowest to highest."""
    return f"{statistics.median(values):.3g} ({min(values):.3g} to {max(values):.3g})"


def real_digits(digits: DigitSplit) -> Verdict:
    """The verdict on training digits: what a generator could reach at best, but for the distance."""
    order = torch.randperm(len(digits.x_train), generator=torch.Generator().manual_seed(0))[:500]
    return judge(digits.x_train[order], digits.y_train[order], digits, train_reader(digits))


def digits_table(seeds: int) -> bool:
    """One row for each generator; whether the sheet's order of recalls and precisions holds in every seed."""
    verdicts: dict[str, list[Verdict]] = {name: [] for name in PAINTERS}
    seconds: dict[str, list[float]] = {name: [] for name in PAINTERS}
    for seed in range(seeds):
        digits = split_digits(seed)
        read = train_reader(digits)
        for name, train in PAINTERS.items():
            begin = time.process_time()
            paint = train(digits, seed)
            seconds[name].append(time.process_time() - begin)
            verdicts[name].append(judge(paint(LABELS, seed), LABELS, digits, read))
    print("| digits | precision | recall | MMD² | read as ordered | distance | s |")
    print("|---|---|---|---|---|---|---|")
    for name, found in verdicts.items():
        cells = " | ".join(spread(column) for column in zip(*found, strict=True))
        print(f"| {name} | {cells} | {statistics.median(seconds[name]):.1f} |")
    best = real_digits(split_digits(0))
    print(f"| training digits themselves | {' | '.join(f'{v:.3g}' for v in best)} | |\n")
    rows = zip(*verdicts.values(), strict=True)
    return all(
        vae.recall < diffusion.recall > gan.recall and vae.precision > 0.9 for vae, gan, diffusion in rows
    )


def heaps(momentum: float, penalty: float, seed: int) -> tuple[float, int]:
    """Quality and number of heaps after 900 steps on the ring."""
    torch.manual_seed(seed)
    forger = mlp([2, 64, 64, 2])
    train_gan(
        forger,
        expert(2, 64),
        lambda chance: make_ring(128, chance),
        lambda chance: torch.randn(128, 2, generator=chance),
        900,
        momentum=momentum,
        penalty=penalty,
        seed=seed,
    )
    with torch.no_grad():
        points = forger(torch.randn(1000, 2, generator=torch.Generator().manual_seed(seed)))
    return mode_count(points, ring_centres(), 4 * RING_SPREAD, 10)


def ring_table(seeds: int) -> bool:
    """Whether most samples are near a heap, and all heaps found, with momentum 0.5, and few are with 0.9."""
    print("| ring of eight heaps | heaps | share near a heap |")
    print("|---|---|---|")
    found = {}
    for momentum, penalty in ((0.9, 0.0), (0.9, 1.0), (0.5, 0.0)):
        found[momentum, penalty] = [heaps(momentum, penalty, seed) for seed in range(seeds)]
        quality, modes = zip(*found[momentum, penalty], strict=True)
        print(f"| momentum {momentum:g}, penalty {penalty:g} | {spread(modes)} | {spread(quality)} |")
    print()
    pairs = zip(found[0.9, 0.0], found[0.5, 0.0], strict=True)
    return all(halved[1] == 8 and usual[0] < 0.5 < halved[0] for usual, halved in pairs)


def divergence(depth: int, warming: float, beta: float, seed: int) -> float:
    """Nats that pass in the last of 30 epochs."""
    torch.manual_seed(seed)
    x = split_digits(seed).x_train
    return train_vae(VAE(depth=depth), x, beta=beta, warming=warming, seed=seed)[-1].kl


def collapse_table(seeds: int) -> bool:
    """Whether a warm-up cures the collapse of a deep decoder, and changes nothing for a shallow one."""
    print("| decoder | KL without | KL with a warm-up |")
    print("|---|---|---|")
    found = {}
    for depth, beta in ((1, 1.0), (DEEP, 1.0), (1, 5.0)):
        columns = [[divergence(depth, w, beta, seed) for seed in range(seeds)] for w in (0.0, WARMING)]
        found[depth, beta] = columns
        print(f"| {depth} hidden, beta {beta:g} | {spread(columns[0])} | {spread(columns[1])} |")
    print()
    return max(found[DEEP, 1.0][0]) < 0.6 < min(found[DEEP, 1.0][1]) and max(found[1, 5.0][1]) < 0.1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10)
    tables = {"digits": digits_table, "ring": ring_table, "collapse": collapse_table}
    parser.add_argument("--only", choices=tables)
    options = parser.parse_args()
    held = [table(options.seeds) for name, table in tables.items() if options.only in (None, name)]
    return int(not all(held))


if __name__ == "__main__":
    sys.exit(main())
