"""The project of the day (given): find bursts of two rhythms in the recordings of people never seen before.

    python -m day13_optim.eeg --epochs 30 --out report.json

trains a small network on some people, chooses the moment to stop on others and is tested, once, on the rest. It is made
of your own optimiser, schedule, dropout, augmentation, early stopping and training loop.
"""

import argparse
import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from course.data import make_trials
from day13_optim.optimizers import AdamW
from day13_optim.regularization import Dropout, augment
from day13_optim.schedules import Scheduled, one_cycle
from day13_optim.training import EarlyStopping, Samples, evaluate, parameters_of, train
from day13_optim.validation import standardize


class SignalNet(nn.Module):
    """Two convolutions over time, an average over what is left of it, a linear classifier.

    The average makes the network indifferent to *when* something happens.

    Parameters
    ----------
    channels, classes : of the recordings
    width : channels after the first convolution, twice as many after the second
    dropout : probability before the classifier
    """

    def __init__(self, channels: int = 4, classes: int = 3, width: int = 16, dropout: float = 0.0) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv1d(channels, width, kernel_size=9, padding=4),
            nn.ReLU(),
            nn.MaxPool1d(2),
            nn.Conv1d(width, 2 * width, kernel_size=9, padding=4),
            nn.ReLU(),
            nn.AdaptiveAvgPool1d(1),
            nn.Flatten(),
        )
        self.dropout = Dropout(dropout)
        self.classify = nn.Linear(2 * width, classes)

    def forward(self, x: Tensor) -> Tensor:
        """(n, channels, time) signals -> (n, classes) logits."""
        return self.classify(self.dropout(self.features(x)))


class Split(NamedTuple):
    """Training, validation and test samples; no person is in two of them."""

    training: Samples
    validation: Samples
    test: Samples


def prepare(seed: int = 0, people: tuple[int, int, int] = (6, 3, 3)) -> Split:
    """Trials of different people for training, validation and test, standardised once with the first.

    Parameters
    ----------
    seed : who is where
    people : how many for training, validation and test; 12 at most
    """
    trials = make_trials()
    names = np.random.default_rng(seed).permutation(12)
    parts = [np.isin(trials.subjects, part) for part in np.split(names, np.cumsum(people))[:3]]
    signals = standardize(*(trials.signals[part] for part in parts))
    labels = [trials.labels[part] for part in parts]
    return Split(*((_single(x), torch.tensor(y)) for x, y in zip(signals, labels, strict=True)))


def _single(signals: np.ndarray) -> Tensor:
    """What an exercise has made of the signals, in the precision of the network."""
    return torch.tensor(np.asarray(signals, dtype=np.float32))


def run(epochs: int = 30, seed: int = 0, dropout: float = 0.2, max_shift: int = 8) -> dict[str, float]:
    """One experiment; the same seed gives the same report.

    Returns
    -------
    dict
        settings, the epoch that was kept, and the accuracies on validation and test people next to that of always
        giving the answer that is most frequent in training
    """
    split = prepare(seed)
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    x, y = split.training
    copies = [x, *(_single(augment(x.numpy(), rng, max_shift, noise=0.1)) for _ in range(3))]
    training = torch.cat(copies), y.repeat(len(copies))

    model = SignalNet(dropout=dropout)
    steps = epochs * -(-len(training[0]) // 32)
    optimizer = Scheduled(AdamW(parameters_of(model)), lambda step: one_cycle(step, 0.01, steps))
    stopping = EarlyStopping(patience=10)
    history = train(
        model, optimizer, training, split.validation, epochs, max_norm=1.0, stopping=stopping, seed=seed
    )
    answer = torch.mode(y).values
    return {
        "seed": seed,
        "epochs": len(history["train_loss"]),
        "best_epoch": stopping.best_epoch,
        "baseline_accuracy": (split.test[1] == answer).double().mean().item(),
        "validation_accuracy": evaluate(model, *split.validation)[1],
        "test_accuracy": evaluate(model, *split.test)[1],
    }


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Train a network on EEG-shaped signals and write a report.")
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("report.json"), help="where the report goes")
    arguments = parser.parse_args()
    if arguments.epochs < 1:
        parser.error("--epochs must be 1 or more")
    report = run(arguments.epochs, arguments.seed)
    arguments.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    for name, value in report.items():
        print(f"{name:20} {value:.3f}" if isinstance(value, float) else f"{name:20} {value}")


if __name__ == "__main__":
    main()
