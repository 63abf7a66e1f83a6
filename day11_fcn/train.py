"""Train on the digits or on MNIST, with your NumPy network or your PyTorch one, and say how good it is (given).

    python -m day11_fcn.train
    python -m day11_fcn.train --data mnist --pictures pictures/mnist
    python -m day11_fcn.train --framework torch --seeds 5

A second for the digits, half a minute for the 10,000 images of MNIST. Ctrl-C stops a training after the current epoch
and goes on with what has been learned. MNIST is read from the folder that the environment variable COURSE_DATA names,
or downloaded once.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np

from course.data import IMAGE_SETS, CourseError, load_images
from day11_fcn.preparation import Standardizer, split
from day11_fcn.training import Samples, experiment

FRACTIONS = (0.7, 0.1, 0.2)
"""Shares of training, validation and test samples: of the 10,000 images of MNIST, 2,000 are for the test."""


def three_sets(x: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> list[Samples]:
    """Training, validation and test samples, drawn at random."""
    return [(x[part], labels[part]) for part in split(len(x), FRACTIONS, rng)]


def train_numpy(sets: list[Samples], hidden: list[int], epochs: int, seed: int) -> float:
    """Test accuracy of the network of this day's NumPy functions."""
    _, _, accuracy = experiment(*sets, np.random.default_rng(seed), hidden=tuple(hidden), epochs=epochs)
    return accuracy


def train_torch(sets: list[Samples], hidden: list[int], epochs: int, seed: int) -> float:
    """Test accuracy of the same network in PyTorch, with the same preparation and settings."""
    import torch
    from torch.utils.data import DataLoader

    from day11_fcn.torch_network import MLP, ArrayDataset, evaluate, fit_torch

    torch.set_num_threads(1)  # steps this small gain nothing from a second thread
    torch.manual_seed(seed)
    standardizer = Standardizer()
    standardizer.fit(sets[0][0])
    train, validation, test = ((np.asarray(standardizer.transform(x)), labels) for x, labels in sets)
    model = MLP([len(train[0][0]), *hidden, 1 + int(np.max(train[1]))], rate=0.3)
    fit_torch(model, train, validation, learning_rate=0.1, batch_size=32, epochs=epochs, seed=seed)
    return evaluate(model, DataLoader(ArrayDataset(*test), batch_size=500))[1]


def draw(data: str, folder: Path) -> None:
    """Write the pictures that can be drawn for any image set into a folder."""
    from day11_fcn import plots

    folder.mkdir(parents=True, exist_ok=True)
    for name in ("weight_images", "learning_curves", "predictions", "confusion", "first_layer"):
        file = folder / f"{name}.png"
        getattr(plots, f"figure_{name}")(data).savefig(file)
        print(f"drawn {file}")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Train a fully connected network to read digits.")
    parser.add_argument("--data", choices=IMAGE_SETS, default="digits", help="the images (default: digits)")
    parser.add_argument("--framework", choices=("numpy", "torch"), default="numpy")
    parser.add_argument("--hidden", type=int, nargs="*", default=[128], help="units of the hidden layers")
    parser.add_argument(
        "--epochs", type=int, default=40, help="passes over the training samples (default: 40)"
    )
    parser.add_argument(
        "--seeds", type=int, default=1, help="trainings with splits of their own (default: 1)"
    )
    parser.add_argument("--pictures", type=Path, metavar="FOLDER", help="also draw pictures for these images")
    chosen = parser.parse_args()
    if chosen.epochs < 1 or chosen.seeds < 1:
        parser.error("--epochs and --seeds must be 1 or more")

    try:
        images, labels = load_images(chosen.data)
    except CourseError as error:
        sys.exit(str(error))
    x = images.reshape(len(images), -1)
    train = train_numpy if chosen.framework == "numpy" else train_torch
    accuracies = []
    for seed in range(chosen.seeds):
        sets = three_sets(x, labels, np.random.default_rng(seed))
        started = time.perf_counter()
        accuracies.append(train(sets, chosen.hidden, chosen.epochs, seed))
        seconds = time.perf_counter() - started
        print(f"seed {seed}: {accuracies[-1]:.2%} of {len(sets[2][0])} test images read in {seconds:.1f} s")
    if chosen.seeds > 1:
        print(f"mean {np.mean(accuracies):.2%}, standard deviation {np.std(accuracies):.2%}")
    if chosen.pictures:
        draw(chosen.data, chosen.pictures)


if __name__ == "__main__":
    main()
