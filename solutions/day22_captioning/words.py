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
    ### BEGIN SOLUTION Counter counts; sort by (-count, word)
    counts = Counter(word for caption in captions for word in caption.split())
    kept = [word for word in counts if counts[word] >= min_count]
    return [*SPECIALS, *sorted(kept, key=lambda word: (-counts[word], word))]
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    numbers = {word: number for number, word in enumerate(vocabulary)}
    rows = [[numbers.get(word, UNKNOWN) for word in caption.split()] for caption in captions]
    if length is None:
        length = max(len(row) for row in rows) + 2
    matrix = torch.full((len(rows), length), PAD)
    for i, row in enumerate(rows):
        row = [START, *row[: length - 2], END]
        matrix[i, : len(row)] = torch.tensor(row)
    return matrix
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    captions = []
    for row in matrix.tolist():
        if END in row:
            row = row[: row.index(END)]
        captions.append(" ".join(vocabulary[number] for number in row if number not in (PAD, START)))
    return captions
    ### END SOLUTION
