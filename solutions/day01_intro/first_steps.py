"""The first green test, and what is installed here: two functions to feel the loop of write, check, read, mend.

Nothing here is about deep learning yet. If `pytest tests/day01_intro -k hello` is green on your machine, so is
everything around it.
"""

import platform
from collections.abc import Sequence
from importlib import metadata


def hello(name: str) -> str:
    """A greeting: for ``"Ada"`` it is ``"Hello, Ada!"``.

    Parameters
    ----------
    name : any text

    Returns
    -------
    str
        returned, not printed

    References
    ----------
    The Python Tutorial, section 7.1.1, formatted string literals
    """
    ### BEGIN SOLUTION return the greeting; one line, an f-string, is enough
    return f"Hello, {name}!"
    ### END SOLUTION


def versions(packages: Sequence[str]) -> dict[str, str | None]:
    """Which Python and which packages run here: the first thing to write into a report of an experiment.

    Parameters
    ----------
    packages : names as ``pip install`` knows them, such as ``"scikit-learn"``

    Returns
    -------
    dict
        under ``"python"`` the version of the interpreter, such as ``"3.11.9"``; under the name of each
        package its version, or None when it is not installed

    References
    ----------
    The Python Standard Library, modules ``platform`` and ``importlib.metadata``
    """
    ### BEGIN SOLUTION start with the version of Python, then ask metadata.version for each package
    found: dict[str, str | None] = {"python": platform.python_version()}
    for package in packages:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = None
    return found
    ### END SOLUTION
