"""Loads the course's plugin, so that plain `pytest`, an IDE and `pytest --pdb` all know it."""

pytest_plugins = ["course.testing.plugin"]
