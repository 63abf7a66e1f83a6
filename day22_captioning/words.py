# Write the parts marked TODO(day22). Made by `course sync` from the course's single source.
# skeleton 8d0b6aba3ef0f162
"""Sentences as numbers: a vocabulary, a matrix with a row for each caption, and the way back.

A caption is a string of words with spaces between them. Four entries of every vocabulary are no words: PAD fills a row
up, START stands before a caption, END behind it, and UNKNOWN in the place of a word that the vocabulary does not hold.
Arguments come back unchanged.
"""

from collections import Counter
from collections.abc import Sequence

import torch
from torch import Tensor

SPECIALS = ("<pad>", "<start>", "<end>", "<unk>")
PAD, START, END, UNKNOWN = range(4)


def build_vocabulary(captions: Sequence[str], min_count: int = 1) -> list[str]:
    """The words of some captions; the place of a word in the list is its number.

    First the four SPECIALS, in their order. Then every word that occurs at least min_count times in all captions
    together, the most frequent first; words that occur equally often stand in alphabetical order (that of `sorted`).

    Parameters
    ----------
    captions : sequence of strings, words with spaces between them; none of the words is one of the SPECIALS
    min_count : int, 1 or more

    Returns
    -------
    list of str
    """
    # TODO(day22): Counter counts; sort by (-count, word)
    raise NotImplementedError("build_vocabulary is not written yet")


def captions_to_matrix(
    captions: Sequence[str], vocabulary: Sequence[str], length: int | None = None
) -> Tensor:
    """A row of numbers for each caption: START, its words, END, and PAD up to the length.

    A word that is not in the vocabulary becomes UNKNOWN. A caption that is too long loses its last words and keeps
    its END: whoever learns from rows without END never learns to stop.

    Parameters
    ----------
    captions : sequence of n strings, at least one
    vocabulary : as `build_vocabulary` gives it
    length : numbers in a row, 2 or more; None: as many as the longest caption needs, with START and END

    Returns
    -------
    (n, length) int64 tensor
    """
    # TODO(day22): A row of numbers for each caption: START, its words, END, and PAD up to the length
    raise NotImplementedError("captions_to_matrix is not written yet")


def matrix_to_captions(matrix: Tensor, vocabulary: Sequence[str]) -> list[str]:
    """What rows of numbers say.

    A row is read up to its first END, or to its end where it has none. START and PAD are left out wherever they stand;
    UNKNOWN is read as "<unk>". Between the words stands one space.

    Parameters
    ----------
    matrix : (n, t) int64 tensor, n and t at least 1; with START in front, or without
    vocabulary : as `build_vocabulary` gives it

    Returns
    -------
    list of n strings; "" for a row that says nothing
    """
    # TODO(day22): What rows of numbers say
    raise NotImplementedError("matrix_to_captions is not written yet")
