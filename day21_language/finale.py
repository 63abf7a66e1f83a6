"""The transformer of day 15 grown up: your tokens, your positions, your cache, on the text of your choice (given).

    python -m day21_language.finale
    python -m day21_language.finale --text novel.txt --steps 3000
    python -m day21_language.finale --seeds 3

About a minute and a half of one processor for each seed. Without a text it reads the docstrings of NumPy.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import torch

from course.data import CourseError
from day21_language.data import read_text
from day21_language.networks import LanguageModel
from day21_language.remembering import generate
from day21_language.speaking import choose, keep_nucleus
from day21_language.tokens import decode, encode
from day21_language.training import Reader, train_language_model

MERGES = 512
STEPS = 800
NUCLEUS = 0.9


def continued(reader: Reader, prompt: str, length: int, seed: int = 0, temperature: float = 0.9) -> str:
    """A prompt, and how the model goes on with it."""
    ids = torch.tensor([int(number) for number in encode(prompt, reader.merges)])
    chance = torch.Generator().manual_seed(seed)
    keep = partial(keep_nucleus, p=NUCLEUS)
    written = torch.as_tensor(generate(reader.model, ids, length, temperature, keep, chance))
    return decode([*ids.tolist(), *written.tolist()], reader.merges)


@torch.no_grad()
def seconds_to_write(model: LanguageModel, length: int, cached: bool) -> Iterator[float]:
    """Seconds since the beginning, after each token that is written: with the cache, or reading everything again."""
    ids, caches, begin = torch.zeros(1, 1, dtype=torch.int64), None, time.perf_counter()
    for _ in range(length):
        if cached:
            logits, caches = model(ids[:, -1:], caches)
        else:
            logits, _ = model(ids)
        ids = torch.cat([ids, torch.as_tensor(choose(logits[:, -1], 0))[:, None]], dim=1)
        yield time.perf_counter() - begin


def tell(seeds: int, path: Path | None, steps: int) -> None:
    """Print how well each model predicts what it has not read, and what it writes."""
    torch.set_num_threads(1)
    text, held_out = read_text(path)
    held_out = held_out[:100_000]
    print(f"{len(text):,} characters to learn from, {len(held_out):,} held out, {steps} steps")
    print("seed  tokens       perplexity by token   by byte   training")
    for seed in range(seeds):
        for merges in (0, MERGES):
            begin = time.perf_counter()
            reader = train_language_model(text, held_out, seed, merges, steps)
            seconds = time.perf_counter() - begin
            name = f"{merges} merges" if merges else "bytes"
            print(f"{seed:4}  {name:<12}{reader.by_token:20.2f} {reader.by_byte:9.3f} {seconds:8.0f} s")
        print(f"\n{continued(reader, held_out[:40], 150, seed)}\n")
    took = {cached: list(seconds_to_write(reader.model, 400, cached))[-1] for cached in (True, False)}
    print(f"400 tokens: {took[True]:.1f} s with the cache, {took[False]:.1f} s without")


def main() -> int:
    """The command; 1 when an exercise is not written yet or the text cannot be read."""
    parser = argparse.ArgumentParser(description="Tokens, a transformer and a cache of your own, on a text.")
    parser.add_argument("--text", type=Path, help="a UTF-8 text file (default: the docstrings of NumPy)")
    parser.add_argument("--seeds", type=int, default=1, help="how many trainings of each (default: 1)")
    parser.add_argument("--steps", type=int, default=STEPS, help=f"of each training (default: {STEPS})")
    chosen = parser.parse_args()
    if chosen.seeds < 1 or chosen.steps < 20:
        parser.error("--seeds must be at least 1, --steps at least 20")
    try:
        tell(chosen.seeds, chosen.text, chosen.steps)
    except CourseError as error:
        print(error, file=sys.stderr)
        return 1
    except NotImplementedError as error:
        print(f"{error}. Write it first; `course status` says what is left.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
