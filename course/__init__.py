"""The tooling of the course: an engine that could serve any course and knows nothing about deep learning.

A room per job, each importing only downwards:
cli > report > verify > release > practice > grading > results > notebooks > testing > worker > catalog > data >
plots, threads, files, errors.
"""

__version__ = "0.1.0"
