"""What days, exercises and checks exist: read from ``course.toml`` and ``tests/``, never by importing them.

The catalogue is the manifest of a grading run: it is complete before student code is touched.
"""

from course.catalog.model import Check, Course, Day, Exercise, LatePolicy, Limits
from course.catalog.reading import find_root, load_course
from course.catalog.selecting import Selection, select

__all__ = [
    "Check",
    "Course",
    "Day",
    "Exercise",
    "LatePolicy",
    "Limits",
    "Selection",
    "find_root",
    "load_course",
    "select",
]
