"""Text for language models: the docstrings of the installed NumPy, or a text file of yours."""

import importlib
import inspect
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from course.errors import CourseError

_NAMESPACES = ("numpy", "numpy.linalg", "numpy.fft", "numpy.polynomial", "numpy.random")
_SHORTEST = 100


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
    of NumPy has slightly other docstrings.
    """
    if path is not None:
        return _read(Path(path).expanduser())
    docstrings = sorted(set(_docstrings()))
    if not docstrings:
        raise CourseError("NumPy has no docstrings here; run Python without -OO, or give a text file of yours.")
    random.Random(15).shuffle(docstrings)
    return "\n\n\n".join(docstrings) + "\n"


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
        text = getattr(thing, "__doc__", None)
        if isinstance(text, str) and len(text) >= _SHORTEST and text.isascii():
            yield inspect.cleandoc(text)


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
