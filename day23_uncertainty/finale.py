"""The network that says "I don't know": trained on half of the digits, asked about all of them (given).

    python -m day23_uncertainty.finale
    python -m day23_uncertainty.finale --seeds 3

About ten seconds for each seed. A committee of five networks knows the digits 0 to 4. Digits of all ten kinds come in.
"""

import sys
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from course.progress import finale
from day23_uncertainty.committee import combine, mc_probabilities, mutual_information, predictive_entropy
from day23_uncertainty.data import Digits, known_and_unknown
from day23_uncertainty.training import train_digits
from day23_uncertainty.unknown import auroc, energy, refuse

MEMBERS = 5
PASSES = 40
SHARE = 0.05


def train_committee(digits: Digits, seed: int, members: int = MEMBERS) -> list[nn.Module]:
    """Networks that differ by nothing but their seeds."""
    return [train_digits(digits.x_train, digits.y_train, seed=100 * seed + k) for k in range(members)]


@torch.no_grad()
def logits_of(models: Sequence[nn.Module], x: Tensor) -> Tensor:
    """What all members say, (m, n, c)."""
    return torch.stack([model(x) for model in models])


def score_strangeness(models: Sequence[nn.Module], x: Tensor) -> dict[str, Tensor]:
    """Several scores of strangeness of the same samples, each (n,); the first member stands for one network."""
    logits = logits_of(models, x)
    single = logits[0].softmax(dim=1)
    passes = torch.as_tensor(mc_probabilities(models[0], x, PASSES))
    said = passes.mean(dim=0).argmax(dim=1)
    scores = {
        "one network, 1 − largest p": 1 - single.max(dim=1).values,
        "one network, entropy": predictive_entropy(single),
        "one network, energy": energy(logits[0]),
        "dropout, spread of the largest p": passes.std(dim=0)[torch.arange(len(x)), said],
        "dropout, entropy of the mean": predictive_entropy(passes.mean(dim=0)),
        "dropout, disagreement": mutual_information(passes),
        "committee, entropy": predictive_entropy(torch.as_tensor(combine(logits))),
        "committee, disagreement": mutual_information(logits.softmax(dim=2)),
    }
    return {name: torch.as_tensor(score) for name, score in scores.items()}


def judge(
    models: Sequence[nn.Module], digits: Digits, unknown: Tensor
) -> dict[str, tuple[float, float, float]]:
    """For each score: AUROC, and the shares of known and of unknown digits that are refused."""
    known = score_strangeness(models, digits.x_test)
    calibration = score_strangeness(models, digits.x_calibration)
    strange = score_strangeness(models, unknown)
    return {
        name: (
            float(auroc(known[name], strange[name])),
            _share(refuse(known[name], calibration[name], SHARE)),
            _share(refuse(strange[name], calibration[name], SHARE)),
        )
        for name in known
    }


def _share(refused: Tensor) -> float:
    return float(np.mean(np.asarray(refused)))


def tell(seeds: int) -> None:
    """Print a table for each committee."""
    torch.set_num_threads(1)
    print(f"{'score':<33} AUROC  known refused  unknown refused")
    for seed in range(seeds):
        digits, unknown = known_and_unknown(seed)
        models = train_committee(digits, seed)
        for name, (area, lost, caught) in judge(models, digits, unknown).items():
            print(f"{name:<33} {area:5.3f} {lost:14.1%} {caught:16.1%}")
        said = torch.as_tensor(combine(logits_of(models, digits.x_test))).argmax(dim=1)
        print(f"{'of known digits read right':<33} {(said == digits.y_test).double().mean().item():5.1%}\n")


if __name__ == "__main__":
    sys.exit(finale(tell, __doc__))
