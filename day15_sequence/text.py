# Write the parts marked TODO(day15). Made by `course sync` from the course's single source.
# skeleton f606626eef539e61
"""From characters to numbers: vocabulary, batches of a stream, embeddings, and a baseline that only counts.

A language model never sees text. It sees a stream of integers and is asked, at every place, for the next one.
Arguments come back unchanged.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np


def build_vocabulary(text: str) -> str:
    """Every character of the text once, sorted (given). The position of a character in it is its id.

    Build it from the *training* text: what occurs only in the held-out part is unknown to the model.
    """
    return "".join(sorted(set(text)))


def encode(text: str, vocabulary: str) -> np.ndarray:
    """Text as ids: each character becomes its position in the vocabulary.

    Parameters
    ----------
    text : any text, possibly empty
    vocabulary : v different characters

    Returns
    -------
    (len(text),) int64 array
        from 0 to v − 1

    Raises
    ------
    ValueError
        when a character is not in the vocabulary; the message shows the first such character (its ``repr``) and its
        position in the text

    Not allowed here: from ``sklearn.preprocessing``: ``LabelEncoder``, ``OrdinalEncoder``.

    References
    ----------
    Jurafsky and Martin, Speech and Language Processing, 3rd ed. draft, chapter 2
    """
    # TODO(day15): a dict from character to id is faster than searching the vocabulary a million times
    raise NotImplementedError("encode is not written yet")


def decode(ids: np.ndarray, vocabulary: str) -> str:
    """Ids as text: the way back from `encode`.

    Parameters
    ----------
    ids : (n,) array of integers
    vocabulary : v different characters

    Returns
    -------
    str of n characters

    Raises
    ------
    ValueError
        when an id is below 0 or above v − 1: −1 is an error here, not the last character

    References
    ----------
    Jurafsky and Martin, Speech and Language Processing, 3rd ed. draft, chapter 2
    """
    # TODO(day15): check the range first, Python would count negative positions from the end
    raise NotImplementedError("decode is not written yet")


def stateful_batches(ids: np.ndarray, batch_size: int, steps: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Cut one long stream into batches that go on where the last one ended.

    The stream is cut into ``batch_size`` rows of equal length r = (n − 1) // batch_size; up to batch_size − 1 ids
    at the end find no place. A batch is the next ``steps`` columns of all rows, the last one what is left, so row i of
    a batch continues row i of the batch before: the state of a recurrent network can be carried over. The target
    at each place is the id that follows it in the stream, also at the end of a row.

    Example: ids 0 … 9, batch_size 2 and steps 3 give the rows 0 1 2 3 and 4 5 6 7 (r = 4; 8 is only a target) and
    two batches: inputs [[0, 1, 2], [4, 5, 6]] with targets [[1, 2, 3], [5, 6, 7]], then [[3], [7]] with [[4], [8]].

    Parameters
    ----------
    ids : (n,) array of integers
    batch_size : number of rows
    steps : columns of a batch

    Returns
    -------
    list of pairs (inputs, targets)
        both (batch_size, steps) integer arrays, those of the last pair possibly with fewer columns

    Raises
    ------
    ValueError
        when n <= batch_size, so that not even one column can be filled

    Not allowed here: ``torch.utils.data.DataLoader``.

    References
    ----------
    Merity, Keskar and Socher (2018), Regularizing and optimizing LSTM language models, section 5
    """
    # TODO(day15): arrange inputs and targets in rows (reshape), then cut both into columns
    raise NotImplementedError("stateful_batches is not written yet")


def pad_batch(sequences: Sequence[np.ndarray], padding: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Sequences of different lengths as one matrix, and where in it they are.

    Each sequence begins at the left of its row; the rest of the row is filled with ``padding``. The mask tells
    real ids from filling even when ``padding`` is itself a real id. Attention will look only where it is True.

    Parameters
    ----------
    sequences : b integer arrays of any lengths, also of length 0; at least one sequence
    padding : id to fill with

    Returns
    -------
    matrix : (b, t) int64 array, where t is the length of the longest sequence
    mask : (b, t) bool array, True where ``matrix`` holds an id of the sequence

    Not allowed here: from ``torch.nn.utils.rnn``: ``pad_sequence``, ``pack_sequence``.

    References
    ----------
    Vaswani et al. (2017), Attention is all you need, section 3.2.3, on masks
    """
    # TODO(day15): the mask follows from the lengths alone
    raise NotImplementedError("pad_batch is not written yet")


def one_hot(ids: np.ndarray, size: int) -> np.ndarray:
    """Every id as a vector with a single 1 (given): (…,) integers to a (…, size) float array."""
    return np.eye(size)[ids]


def embed(ids: np.ndarray, table: np.ndarray) -> np.ndarray:
    """One row of the table per id (given): the product ``one_hot(ids, size) @ table`` without its zeros."""
    return table[ids]


def embed_backward(grad: np.ndarray, ids: np.ndarray, size: int) -> np.ndarray:
    """Gradient of an embedding by its table.

    `embed` is the product of a one-hot matrix with the table E, so

        ∂L/∂E = one_hot(ids)ᵀ grad :  row j is the sum of ``grad`` over all places where the id is j.

    Rows of ids that do not occur are 0. Do not build the one-hot matrix: with a real vocabulary it is huge.

    Parameters
    ----------
    grad : (…, d) float array, ∂L/∂output
    ids : (…) integer array of the same leading shape, from 0 to size − 1; an id may occur many times
    size : number of rows of the table

    Returns
    -------
    (size, d) float array
        of the dtype of ``grad``

    Not allowed here: the method ``.backward``, ``torch.nn.functional.embedding``, ``torch.nn.Embedding``,
    ``torch.autograd.grad``; from ``torch.func``: ``grad``, ``vjp``, ``jacrev``, ``grad_and_value``,
    ``jvp``, ``jacfwd``, ``linearize``; from ``torch.autograd.functional``: ``vjp``, ``jvp``,
    ``jacobian``.

    References
    ----------
    ``torch.nn.functional.embedding`` and its gradient
    """
    # TODO(day15): `table[ids] += grad` adds only the last of several equal ids; `np.add.at` adds all
    raise NotImplementedError("embed_backward is not written yet")


def bigram_probabilities(ids: np.ndarray, size: int, smoothing: float = 1.0) -> np.ndarray:
    """Optional: the language model that remembers one character, by counting.

    With n_ij, how often j follows i directly,

        p(j | i) = (n_ij + smoothing) / Σ_k (n_ik + smoothing) .

    Smoothing keeps pairs that were never seen possible. This is the baseline that a network has to beat.

    Parameters
    ----------
    ids : (n,) array of integers from 0 to size − 1
    size : length of the vocabulary
    smoothing : added to each count, more than 0

    Returns
    -------
    (size, size) float array
        row i holds the probabilities of what follows i, and adds up to 1

    Not allowed here: ``sklearn.feature_extraction.text.CountVectorizer``.

    References
    ----------
    Jurafsky and Martin, Speech and Language Processing, 3rd ed. draft, section 3.1 and on add-k smoothing
    """
    # TODO(day15): count pairs of neighbours, smooth, divide each row by its sum
    raise NotImplementedError("bigram_probabilities is not written yet")


def learn_merges(words: Sequence[str], count: int) -> list[tuple[str, str]]:
    """Optional: byte-pair encoding, the tokens between characters and words.

    At first every word is a list of characters. Then, ``count`` times, the pair of neighbouring tokens that occurs
    most often in all words is merged into one token, everywhere, from left to right. Among equally frequent pairs the
    first in alphabetical order is taken. It ends early when no word has two tokens left.

    Parameters
    ----------
    words : the training text, word by word; a word that occurs often is in the list often
    count : number of merges, 0 or more

    Returns
    -------
    list of pairs of strings
        the merges in the order in which they were made: ("t", "h"), then perhaps ("th", "e")

    References
    ----------
    Sennrich, Haddow and Birch (2016), Neural machine translation of rare words with subword units, section 3.2
    """
    # TODO(day15): count pairs over all words, merge the most frequent, again and again
    raise NotImplementedError("learn_merges is not written yet")
