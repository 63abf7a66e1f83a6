"""Byte-pair encoding: from text to ids and back, for every text there is.

A text is a sequence of bytes (UTF-8), and a byte is an id from 0 to 255. What often stands together gets an id
of its own, from 256 on. So nothing is unknown: what was never seen falls apart into bytes. Arguments come
back unchanged.
"""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

Pair = tuple[int, int]

BYTES = 256
"""Ids below are bytes; the first merge makes this id, the next one the id after it."""


def split_words(text: str) -> list[str]:
    """Words with the blank before them, runs of signs, runs of white space (given). Together they are the text."""
    return re.findall(r" ?\w+| ?[^\w\s]+|\s+", text)


def merge(ids: Sequence[int], pair: Pair, new: int) -> list[int]:
    """Write one id in the place of a pair, wherever the two stand side by side.

    From left to right, and an id that has been used up is not used again: in 7 7 7 the pair (7, 7) is found once, and
    9 7 is what becomes of it.

    Parameters
    ----------
    ids : sequence of ints, possibly empty
    pair : two ids, possibly twice the same
    new : id that takes their place

    Returns
    -------
    list of ints

    References
    ----------
    Gage (1994), A new algorithm for data compression
    """
    ### BEGIN SOLUTION look at two ids, and step over both when they are the pair
    merged: list[int] = []
    place = 0
    while place < len(ids):
        if tuple(ids[place : place + 2]) == pair:
            merged.append(new)
            place += 2
        else:
            merged.append(ids[place])
            place += 1
    return merged
    ### END SOLUTION


def train_bpe(text: str, count: int) -> list[Pair]:
    """Learn which pairs of ids deserve an id of their own.

    Cut the text into pieces by `split_words`, and each piece into its bytes. Then, ``count`` times: count all pairs of
    neighbours in all pieces (of neighbours *within* a piece; 7 7 7 has the pair (7, 7) twice), take the most frequent
    pair, the smallest one of several (as Python orders tuples of ints), and merge it in all pieces. The k-th merge,
    from 0, makes the id 256 + k. It ends early when no piece has two ids left.

    Equal pieces need to be treated only once, when it is counted how often they occur. A text of 20,000 characters
    with 100 merges has to be done within 5 seconds.

    Parameters
    ----------
    text : to learn from
    count : number of merges, 0 or more

    Returns
    -------
    list of pairs of ints
        in the order of the merges, at most ``count``

    References
    ----------
    Sennrich, Haddow and Birch (2016), Neural machine translation of rare words with subword units, section 3.2; Radford
    et al. (2019), Language models are unsupervised multitask learners, section 2.2, on bytes
    """
    ### BEGIN SOLUTION `Counter(split_words(text))` says how often each piece occurs; count, choose, merge, again
    frequency = Counter(split_words(text))
    pieces = {word: list(word.encode()) for word in frequency}
    merges: list[Pair] = []
    for new in range(BYTES, BYTES + count):
        counts: Counter[Pair] = Counter()
        for word, ids in pieces.items():
            for pair in pairwise(ids):
                counts[pair] += frequency[word]
        if not counts:
            break
        best = min(counts, key=lambda pair: (-counts[pair], pair))
        merges.append(best)
        pieces = {word: merge(ids, best, new) for word, ids in pieces.items()}
    return merges
    ### END SOLUTION


def token_bytes(merges: Sequence[Pair]) -> list[bytes]:
    """What each id stands for.

    Parameters
    ----------
    merges : as `train_bpe` returns them

    Returns
    -------
    list of bytes
        256 + len(merges) of them: the 256 single bytes, then for each merge the bytes of its two ids, one after the
        other

    References
    ----------
    Sennrich, Haddow and Birch (2016), section 3.2
    """
    ### BEGIN SOLUTION a merge only ever joins ids that are in the list already
    vocabulary = [bytes([byte]) for byte in range(BYTES)]
    for left, right in merges:
        vocabulary.append(vocabulary[left] + vocabulary[right])
    return vocabulary
    ### END SOLUTION


def encode(text: str, merges: Sequence[Pair]) -> list[int]:
    """The ids of a text.

    Every piece of `split_words` by itself: begin with its bytes, and make the merges in the order in which they were
    learned, each wherever it is possible.

    Parameters
    ----------
    text : any text, with any characters, also such as were never seen in training; possibly empty
    merges : as `train_bpe` returns them

    Returns
    -------
    list of ints
        from 0 to 255 + len(merges)

    References
    ----------
    Sennrich, Haddow and Birch (2016), section 3.2
    """
    ### BEGIN SOLUTION of the pairs in a piece, the one that was learned first is merged first
    rank = {pair: number for number, pair in enumerate(merges)}
    known: dict[str, list[int]] = {}
    ids: list[int] = []
    for word in split_words(text):
        if word not in known:
            piece = list(word.encode())
            while possible := [pair for pair in pairwise(piece) if pair in rank]:
                first = min(possible, key=rank.__getitem__)
                piece = merge(piece, first, BYTES + rank[first])
            known[word] = piece
        ids += known[word]
    return ids
    ### END SOLUTION


def decode(ids: Sequence[int], merges: Sequence[Pair]) -> str:
    """The text of ids, and for every text: ``decode(encode(text, merges), merges) == text``.

    A model may write bytes that are no UTF-8. They become "\\ufffd", as ``bytes.decode(errors="replace")`` does it.

    Parameters
    ----------
    ids : sequence of ints
    merges : as `train_bpe` returns them

    Returns
    -------
    str

    Raises
    ------
    ValueError
        when an id is below 0 or above 255 + len(merges)

    References
    ----------
    Radford et al. (2019), Language models are unsupervised multitask learners, section 2.2
    """
    ### BEGIN SOLUTION join the bytes of all ids first, decode once: a character may lie across two ids
    vocabulary = token_bytes(merges)
    if any(not 0 <= number < len(vocabulary) for number in ids):
        raise ValueError(f"ids must be from 0 to {len(vocabulary) - 1}")
    return b"".join(vocabulary[number] for number in ids).decode(errors="replace")
    ### END SOLUTION


def stream_text(tokens: Sequence[bytes]) -> list[str]:
    """Optional: what may be shown after each token, while a model is still writing.

    A character may lie across two tokens: "ß" has two bytes, most emoji have four. What is shown cannot be taken back.
    So a character is shown with the token that completes it, and not before. In this exercise the bytes of all tokens
    together are UTF-8.

    Parameters
    ----------
    tokens : bytes of each token, in the order in which they were written

    Returns
    -------
    list of str
        one per token, "" where it completes no character; together they are the text

    References
    ----------
    The Unicode Standard, section 3.9, on UTF-8
    """
    ### BEGIN SOLUTION keep the bytes that are not shown yet, and try to decode as many of them as possible
    shown: list[str] = []
    waiting = b""
    for token in tokens:
        waiting += token
        text = waiting.decode(errors="ignore")
        waiting = waiting[len(text.encode()) :]
        shown.append(text)
    return shown
    ### END SOLUTION
