"""Train the LSTM on NumPy's docstrings or a text of yours, measure it on the held-out part, let it write (given).

    python -m day15_sequence.train_text
    python -m day15_sequence.train_text --text novel.txt --epochs 5

Half a minute on an idle core. In a terminal a bar shows the loss and the time that is left; Ctrl-C stops the training
and goes on with what has been learned.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import torch

from course.data import CourseError, load_text
from day15_sequence.language_model import CharLSTM, evaluate, generate, train
from day15_sequence.text import bigram_probabilities, build_vocabulary, decode, encode

SHORTEST = 5000
"""Characters of the shortest text that is worth a try; a good one has a hundred times as many."""


def split_text(text: str) -> tuple[np.ndarray, np.ndarray, str]:
    """The first nine tenths for training, the last tenth held out, and the vocabulary of the first.

    What is held out is cleaned of the characters that never occur in training: the model has no logit for them.
    """
    cut = len(text) * 9 // 10
    vocabulary = build_vocabulary(text[:cut])
    held_out = "".join(character for character in text[cut:] if character in vocabulary)
    return encode(text[:cut], vocabulary), encode(held_out, vocabulary), vocabulary


def bigram_bits(training: np.ndarray, held_out: np.ndarray, size: int) -> float:
    """Bits per character of the model that counts pairs."""
    p = bigram_probabilities(training, size)
    return float(-np.log2(np.asarray(p)[held_out[:-1], held_out[1:]]).mean())


def main() -> None:
    parser = argparse.ArgumentParser(description="Train a character LSTM and let it write.")
    parser.add_argument("--text", type=Path, help="a UTF-8 text file (default: the docstrings of NumPy)")
    parser.add_argument("--epochs", type=float, default=2.0, help="passes over the text (default: 2)")
    parser.add_argument("--units", type=int, default=192, help="size of the LSTM (default: 192)")
    parser.add_argument("--seed", type=int, default=0, help="of weights and samples (default: 0)")
    chosen = parser.parse_args()
    if chosen.epochs <= 0 or chosen.units < 1:
        parser.error("--epochs must be more than 0, --units 1 or more")

    try:
        text = load_text(chosen.text)
    except CourseError as error:
        sys.exit(str(error))
    if len(text) < SHORTEST:
        sys.exit(f"{chosen.text} has {len(text):,} characters; give a text of at least {SHORTEST:,}.")
    torch.set_num_threads(1)  # steps this small gain nothing from a second thread, and lose on a busy machine
    torch.manual_seed(chosen.seed)
    training, held_out, vocabulary = split_text(text)
    model = CharLSTM(len(vocabulary), units=chosen.units)
    started = time.perf_counter()
    train(model, training, chosen.epochs)
    seconds = time.perf_counter() - started
    bits, perplexity = evaluate(model, held_out)
    print(f"{seconds:.0f} s of training on {len(training):,} characters, {len(vocabulary)} different ones")
    print(f"held out: {bits:.3f} bits per character, perplexity {perplexity:.2f}")

    prompt = held_out[:30]
    for temperature in (0.5, 1.0, 1.5):
        written = generate(model, torch.as_tensor(prompt), 300, temperature, seed=chosen.seed)
        text = decode(np.concatenate([prompt, written]), vocabulary)
        print(f"\n--- temperature {temperature}, after the first {len(prompt)} characters\n{text}")


if __name__ == "__main__":
    main()
