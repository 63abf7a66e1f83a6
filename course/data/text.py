"""Text for language models: the docstrings of the installed NumPy, a text file of yours, or a tiny language."""

import importlib
import inspect
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from course.errors import CourseError

_NAMESPACES = ("numpy", "numpy.linalg", "numpy.fft", "numpy.polynomial", "numpy.random")
_SHORTEST = 100
_ADJECTIVES = ("small", "deep", "noisy", "random", "stable")
_NOUNS = ("network", "gradient", "weight", "layer", "batch", "kernel")
_VERBS = ("learns", "forgets", "follows", "changes", "needs")


def load_text(path: str | Path | None = None) -> str:
    """Real technical English of about 1.4 million characters, or the text in a file.

    The default are the docstrings of NumPy's public functions, classes and methods: each one once, those with
    fewer than 100 characters or with letters beyond ASCII left out, in an order that is shuffled but always the
    same. So its last part, held out, is of the same kind as the rest.

    Parameters
    ----------
    path : a text file of yours in UTF-8, taken as it is; by default the docstrings

    Returns
    -------
    str
        lines end in ``"\\n"``; two empty lines stand between docstrings

    Raises
    ------
    CourseError
        when the file is missing, empty or not UTF-8, or Python runs without docstrings (``python -OO``)

    Notes
    -----
    Source: the NumPy on this machine, BSD 3-clause licence; nothing of it is redistributed here. Another version
    of NumPy has slightly other docstrings. Which packages have been imported before makes no difference.
    """
    if path is not None:
        return _read(Path(path).expanduser())
    docstrings = sorted(set(_docstrings()))
    if not docstrings:
        raise CourseError(
            "NumPy has no docstrings here; run Python without -OO, or give a text file of yours."
        )
    random.Random(15).shuffle(docstrings)
    return "\n\n\n".join(docstrings) + "\n"


def make_sentences(count: int, rng: np.random.Generator) -> str:
    """Sentences such as "the noisy gradient follows the small kernel.", one per line.

    A language so small that a network learns it in a second. Five words of each sentence are drawn from 5 or 6, all
    equally likely, so a sentence holds 2 log2(5 · 6) + log2(5) = 12.1 bits: about 0.28 bits per character, which no
    model can beat in the long run.

    Parameters
    ----------
    count : number of sentences
    rng : draws the words

    Returns
    -------
    str
        about 43 characters per sentence, 23 different ones
    """
    kinds = (_ADJECTIVES, _NOUNS, _VERBS, _ADJECTIVES, _NOUNS)
    drawn = zip(*(rng.choice(kind, size=count) for kind in kinds), strict=True)
    return "".join(f"the {a} {n} {verb} the {b} {m}.\n" for a, n, verb, b, m in drawn)


def _read(file: Path) -> str:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise CourseError(f"{file.name} is not UTF-8 text; save it as UTF-8.") from None
    except OSError as error:
        raise CourseError(
            f"{file.name} cannot be read ({error.strerror}); check the path and its rights."
        ) from None
    if not text.strip():
        raise CourseError(f"{file.name} is empty; give a text of at least some thousand characters.")
    return text


def _docstrings() -> Iterator[str]:
    """The docstrings of the public objects in the namespaces, with repetitions."""
    for thing in _public_objects():
        text = _docstring(thing)
        if isinstance(text, str) and len(text) >= _SHORTEST and text.isascii():
            yield inspect.cleandoc(text)


def _docstring(thing: Any) -> Any:
    """The docstring as NumPy has it: other packages write into the one in front, as SciPy does with `numpy.sinc`.

    Most functions of NumPy are wrappers around another one, which is not in reach of those who import the wrapper.
    """
    behind = inspect.unwrap(thing) if callable(thing) else thing
    return getattr(behind, "__doc__", None) or getattr(thing, "__doc__", None)


def _public_objects() -> Iterator[Any]:
    for namespace in _NAMESPACES:
        module = importlib.import_module(namespace)
        yield module
        for name in module.__all__:
            thing = getattr(module, name)
            if inspect.ismodule(thing):
                continue
            yield thing
            if isinstance(thing, type):
                yield from (member for key, member in vars(thing).items() if not key.startswith("_"))
