"""Train on the digits or on MNIST, with your NumPy LeNet or a PyTorch network, and say how good it is (given).

    python -m day12_cnn.train
    python -m day12_cnn.train --network digitnet --seeds 3
    python -m day12_cnn.train --network lenet --data mnist --pictures pictures/mnist

A few seconds for the digits, less than a minute for the 10,000 images of MNIST. A bar shows loss and remaining time.
Ctrl-C stops a training and goes on with what has been learned. MNIST is read from the folder that the environment
variable COURSE_DATA names, or downloaded once.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np

from course.data import IMAGE_SETS, CourseError
from day12_cnn.images import Sets, split_images
from day12_cnn.lenet import forward, initial_parameters, train

EPOCHS = {"digits": 10, "mnist": 4}
"""Passes over the training images, if nothing else is asked for."""


def train_numpy(sets: Sets, epochs: int, seed: int) -> float:
    """Test accuracy of the LeNet of your NumPy layers."""
    images, labels, test_images, test_labels = sets
    parameters = initial_parameters(seed, images.shape[-1])
    parameters, _ = train(parameters, images, labels, epochs, seed=seed)
    answers = np.concatenate(
        [forward(parameters, part)["logits"].argmax(axis=1) for part in np.array_split(test_images, 10)]
    )
    return float(np.mean(answers == test_labels))


def train_torch(network: str, sets: Sets, epochs: int, seed: int) -> float:
    """Test accuracy of `LeNet` or of `DigitNet`."""
    import torch

    from day12_cnn.networks import DigitNet, LeNet, fit, predict

    torch.set_num_threads(1)  # steps this small gain nothing from a second thread
    torch.manual_seed(seed)
    images, labels, test_images, test_labels = (torch.tensor(a) for a in sets)
    model = DigitNet() if network == "digitnet" else LeNet(images.shape[-1])
    fit(model, images.float(), labels, epochs, seed=seed)
    return (predict(model, test_images.float()).cpu() == test_labels).double().mean().item()


def draw(data: str, epochs: int, folder: Path) -> None:
    """Write the pictures that can be drawn for any image set into a folder."""
    from day12_cnn import plots

    folder.mkdir(parents=True, exist_ok=True)
    for name in ("training", "feature_maps"):
        file = folder / f"{name}.png"
        getattr(plots, f"figure_{name}")(data, epochs).savefig(file)
        print(f"drawn {file}")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Train a convolutional network to read digits.")
    parser.add_argument("--data", choices=IMAGE_SETS, default="digits", help="the images (default: digits)")
    parser.add_argument(
        "--network",
        choices=("numpy", "lenet", "digitnet"),
        default="numpy",
        help="your LeNet in NumPy, the same in PyTorch, or the network of your own (default: numpy)",
    )
    parser.add_argument(
        "--epochs", type=int, help="passes over the training images (default: 10, for MNIST 4)"
    )
    parser.add_argument(
        "--seeds", type=int, default=1, help="trainings with splits of their own (default: 1)"
    )
    parser.add_argument(
        "--pictures",
        type=Path,
        metavar="FOLDER",
        help="also draw pictures of the NumPy LeNet for these images",
    )
    chosen = parser.parse_args()
    epochs = EPOCHS[chosen.data] if chosen.epochs is None else chosen.epochs
    if epochs < 1 or chosen.seeds < 1:
        parser.error("--epochs and --seeds must be 1 or more")
    if chosen.network == "digitnet" and chosen.data != "digits":
        parser.error("DigitNet is made for the 8×8 pixels of the digits; choose --network lenet or numpy")

    accuracies = []
    for seed in range(chosen.seeds):
        try:
            sets = split_images(chosen.data, seed)
        except CourseError as error:
            sys.exit(str(error))
        started = time.perf_counter()
        if chosen.network == "numpy":
            accuracies.append(train_numpy(sets, epochs, seed))
        else:
            accuracies.append(train_torch(chosen.network, sets, epochs, seed))
        seconds = time.perf_counter() - started
        print(f"seed {seed}: {accuracies[-1]:.2%} of {len(sets[3])} test images read in {seconds:.1f} s")
    if chosen.seeds > 1:
        print(f"mean {np.mean(accuracies):.2%}, standard deviation {np.std(accuracies):.2%}")
    if chosen.pictures:
        draw(chosen.data, epochs, chosen.pictures)


if __name__ == "__main__":
    main()
