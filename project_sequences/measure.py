"""Measure your methods, and write results.json (given).

python -m project_sequences.measure
python -m project_sequences.measure talk --seeds 5
"""

import math
import sys
from pathlib import Path

import torch

from course.projects.measuring import measure
from day21_language.remembering import perplexities
from project_sequences.data import ALPHABET, DATA, load
from project_sequences.experiment import METHODS, fit, predict


def figures(data: str, method: str, seed: int) -> dict[str, float]:
    """Bits per character of rows that were not learnt from: the logarithm of your perplexity by byte."""
    known, new = load(data, seed)
    log_p = torch.as_tensor(predict(fit(known, method, seed), new[:, :-1])).double()
    nats = -log_p.gather(2, new[:, 1:, None]).flatten()
    bytes_of = [character.encode() for character in ALPHABET]
    _, by_byte = perplexities(nats, new[:, 1:].flatten().tolist(), bytes_of)
    return {"bits": math.log2(float(by_byte))}


if __name__ == "__main__":
    sys.exit(measure(__doc__, Path(__file__).parent, DATA, METHODS, figures))
