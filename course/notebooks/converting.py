"""Answers carried over between a day's modules and its notebook, both ways, without loss.

A notebook holds its modules in pieces: written into a notebook and back, a module is the same to the byte.
Cells that students added stay where they were when the modules go into a notebook that is there already.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from course.catalog import Course, Day
from course.errors import CourseError
from course.files import write_atomically
from course.notebooks.building import KEY, cell_id, day_notebook, unmarked
from course.notebooks.composing import Code, added_statements
from course.notebooks.pieces import Piece, join
from course.notebooks.reading import Cell, Notebook, UnreadableNotebookError, read_notebook

_BOM = "\ufeff"
