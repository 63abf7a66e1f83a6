"""The tooling of the course: an engine that could serve any course and knows nothing about deep learning.

A room per job, each importing only downwards:
cli > report > verify > release > grading > testing > worker > catalog > data > files, errors.
"""

__version__ = "0.1.0"
