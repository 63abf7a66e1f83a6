"""Loads the course's plugin, so that plain `pytest`, an IDE and `pytest --pdb` all know it."""

from pathlib import Path

from course.strays import LIBRARIES, said_of, strays

HERE = Path(__file__).parent
for found in strays(HERE, LIBRARIES):  # with which the plugin cannot be imported
    raise SystemExit(said_of(found, HERE))

pytest_plugins = ["course.testing.plugin"]
