"""Reading what other packages bring along: one sentence where it is missing or damaged."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from course.errors import CourseError


def scikit_learn_file(*parts: str) -> Path:
    """Where a file of scikit-learn's ``datasets`` lies; importing its loaders would take a second, reading takes none.

    Raises
    ------
    CourseError
        when scikit-learn is not installed
    """
    spec = find_spec("sklearn")
    if spec is None or spec.origin is None:
        raise CourseError(
            f"{parts[-1]} comes with scikit-learn, which is not installed: pip install scikit-learn"
        )
    return Path(spec.origin).parent.joinpath("datasets", *parts)


@contextmanager
def reading(what: str, package: str = "scikit-learn") -> Iterator[None]:
    """Raise CourseError in place of what goes wrong inside the block, which reads ``what`` from a package."""
    try:
        yield
    except (OSError, EOFError, ValueError, IndexError) as error:
        raise CourseError(f"{what} cannot be read ({error}); install {package} again.") from None
