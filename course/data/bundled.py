"""Reading what other packages bring along: one sentence where it is missing or damaged."""

from collections.abc import Iterator
from contextlib import contextmanager

from course.errors import CourseError


@contextmanager
def reading(what: str, package: str = "scikit-learn") -> Iterator[None]:
    """Raise CourseError in place of what goes wrong inside the block, which reads ``what`` from a package."""
    try:
        yield
    except (OSError, ValueError, IndexError) as error:
        raise CourseError(f"{what} cannot be read ({error}); install {package} again.") from None
