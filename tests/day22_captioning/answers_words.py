"""Answers to words.py: wrong ones with what went wrong, and right ones in another style."""

import itertools
from collections import Counter

import numpy as np
import torch

from course.testing import misconception, variant
from day22_captioning.words import END, PAD, SPECIALS, START, UNKNOWN


@misconception("build_vocabulary", "The four SPECIALS are missing. They stand in front of all words.")
def without_specials(captions, min_count=1):
    counts = Counter(word for caption in captions for word in caption.split())
    return sorted((w for w in counts if counts[w] >= min_count), key=lambda w: (-counts[w], w))


@misconception(
    "build_vocabulary",
    "Words that occur equally often stand in the order in which they were met, so another order of the captions gives "
    "another vocabulary. Among equals the alphabet decides.",
)
def ties_as_they_come(captions, min_count=1):
    counts = Counter(word for caption in captions for word in caption.split())
    return [*SPECIALS, *(w for w, count in counts.most_common() if count >= min_count)]


@misconception("build_vocabulary", "The rarest words stand in front. The most frequent ones should.")
def rarest_first(captions, min_count=1):
    counts = Counter(word for caption in captions for word in caption.split())
    return [*SPECIALS, *sorted((w for w in counts if counts[w] >= min_count), key=lambda w: (counts[w], w))]


@misconception("build_vocabulary", "The alphabet alone decides. First comes how often a word occurs.")
def by_the_alphabet(captions, min_count=1):
    counts = Counter(word for caption in captions for word in caption.split())
    return [*SPECIALS, *sorted(w for w in counts if counts[w] >= min_count)]


@misconception(
    "build_vocabulary", "A word that occurs exactly min_count times is left out. It is frequent enough."
)
def more_than_the_minimum(captions, min_count=1):
    counts = Counter(word for caption in captions for word in caption.split())
    return [*SPECIALS, *sorted((w for w in counts if counts[w] > min_count), key=lambda w: (-counts[w], w))]


@misconception("build_vocabulary", "min_count is ignored: rare words are in the vocabulary too.")
def rare_ones_kept(captions, min_count=1):
    counts = Counter(word for caption in captions for word in caption.split())
    return [*SPECIALS, *sorted(counts, key=lambda w: (-counts[w], w))]


@misconception(
    "build_vocabulary",
    "Captions with the word were counted. A word that stands twice in a caption occurs twice.",
)
def once_in_a_caption(captions, min_count=1):
    counts = Counter(word for caption in captions for word in set(caption.split()))
    return [*SPECIALS, *sorted((w for w in counts if counts[w] >= min_count), key=lambda w: (-counts[w], w))]


@misconception(
    "build_vocabulary",
    'split(" ") makes a word of nothing where two spaces stand side by side. split() takes any space between words.',
)
def nothing_is_a_word(captions, min_count=1):
    counts = Counter(word for caption in captions for word in caption.split(" "))
    return [*SPECIALS, *sorted((w for w in counts if counts[w] >= min_count), key=lambda w: (-counts[w], w))]


@variant("build_vocabulary")
def with_two_sorts(captions, min_count=1):
    counts = {}
    for caption in captions:
        for word in caption.split():
            counts[word] = counts.get(word, 0) + 1
    words = sorted(counts)
    words.sort(key=counts.get, reverse=True)
    return list(SPECIALS) + [word for word in words if counts[word] >= min_count]


@variant("build_vocabulary")
def with_numpy(captions, min_count=1):
    words, counts = np.unique(" ".join(captions).split(), return_counts=True)
    order = np.argsort(-counts, kind="stable")
    return [*SPECIALS, *words[order][counts[order] >= min_count].tolist()]


@misconception("captions_to_matrix", "START is missing: then nobody asks for the first word.")
def no_start(captions, vocabulary, length=None):
    def numbers_of(captions, vocabulary):
        places = {word: number for number, word in enumerate(vocabulary)}
        return [[places.get(word, UNKNOWN) for word in caption.split()] for caption in captions]

    def filled(rows, length):
        return torch.tensor([row + [PAD] * (length - len(row)) for row in rows])

    rows = numbers_of(captions, vocabulary)
    length = length or max(map(len, rows)) + 2
    return filled([[*row[: length - 1], END] for row in rows], length)


@misconception("captions_to_matrix", "END is missing: a network that never reads it never stops.")
def no_end(captions, vocabulary, length=None):
    def numbers_of(captions, vocabulary):
        places = {word: number for number, word in enumerate(vocabulary)}
        return [[places.get(word, UNKNOWN) for word in caption.split()] for caption in captions]

    def filled(rows, length):
        return torch.tensor([row + [PAD] * (length - len(row)) for row in rows])

    rows = numbers_of(captions, vocabulary)
    length = length or max(map(len, rows)) + 2
    return filled([[START, *row[: length - 1]] for row in rows], length)


@misconception(
    "captions_to_matrix",
    "A caption that is too long has lost its END with its last words. Cut the words first, then put START and END "
    "around them.",
)
def end_cut_off(captions, vocabulary, length=None):
    def numbers_of(captions, vocabulary):
        places = {word: number for number, word in enumerate(vocabulary)}
        return [[places.get(word, UNKNOWN) for word in caption.split()] for caption in captions]

    def filled(rows, length):
        return torch.tensor([row + [PAD] * (length - len(row)) for row in rows])

    rows = numbers_of(captions, vocabulary)
    length = length or max(map(len, rows)) + 2
    return filled([[START, *row, END][:length] for row in rows], length)


@misconception(
    "captions_to_matrix", "Words that are not in the vocabulary were left out. They become UNKNOWN."
)
def unknown_left_out(captions, vocabulary, length=None):
    def numbers_of(captions, vocabulary):
        places = {word: number for number, word in enumerate(vocabulary)}
        return [[places.get(word, UNKNOWN) for word in caption.split()] for caption in captions]

    def filled(rows, length):
        return torch.tensor([row + [PAD] * (length - len(row)) for row in rows])

    rows = [[k for k in row if k != UNKNOWN] for row in numbers_of(captions, vocabulary)]
    length = length or max(len(caption.split()) for caption in captions) + 2
    return filled([[START, *row[: length - 2], END] for row in rows], length)


@misconception("captions_to_matrix", "Words that are not in the vocabulary became PAD. They become UNKNOWN.")
def unknown_as_pad(captions, vocabulary, length=None):
    def numbers_of(captions, vocabulary):
        places = {word: number for number, word in enumerate(vocabulary)}
        return [[places.get(word, UNKNOWN) for word in caption.split()] for caption in captions]

    def filled(rows, length):
        return torch.tensor([row + [PAD] * (length - len(row)) for row in rows])

    rows = [[PAD if k == UNKNOWN else k for k in row] for row in numbers_of(captions, vocabulary)]
    length = length or max(map(len, rows)) + 2
    return filled([[START, *row[: length - 2], END] for row in rows], length)


@misconception(
    "captions_to_matrix", "The PADs stand in front of the captions. They fill the rows up behind END."
)
def pad_in_front(captions, vocabulary, length=None):
    def numbers_of(captions, vocabulary):
        places = {word: number for number, word in enumerate(vocabulary)}
        return [[places.get(word, UNKNOWN) for word in caption.split()] for caption in captions]

    rows = [[START, *row, END] for row in numbers_of(captions, vocabulary)]
    length = length or max(map(len, rows))
    rows = [row if len(row) <= length else [*row[: length - 1], END] for row in rows]
    return torch.tensor([[PAD] * (length - len(row)) + row for row in rows])


@misconception(
    "captions_to_matrix",
    "END stands in the last column, behind the PADs. It stands right behind the last word.",
)
def end_behind_the_filling(captions, vocabulary, length=None):
    def numbers_of(captions, vocabulary):
        places = {word: number for number, word in enumerate(vocabulary)}
        return [[places.get(word, UNKNOWN) for word in caption.split()] for caption in captions]

    rows = numbers_of(captions, vocabulary)
    length = length or max(map(len, rows)) + 2
    return torch.tensor([[START, *row[: length - 2], *[PAD] * (length - 2 - len(row)), END] for row in rows])


@misconception("captions_to_matrix", "The length is ignored: rows are as long as the longest caption needs.")
def length_ignored(captions, vocabulary, length=None):
    def numbers_of(captions, vocabulary):
        places = {word: number for number, word in enumerate(vocabulary)}
        return [[places.get(word, UNKNOWN) for word in caption.split()] for caption in captions]

    def filled(rows, length):
        return torch.tensor([row + [PAD] * (length - len(row)) for row in rows])

    rows = [[START, *row, END] for row in numbers_of(captions, vocabulary)]
    return filled(rows, max(map(len, rows)))


@variant("captions_to_matrix")
def with_pad_sequence(captions, vocabulary, length=None):
    rows = []
    for caption in captions:
        words = caption.split()
        if length is not None:
            words = words[: length - 2]
        known = [vocabulary.index(word) if word in vocabulary else UNKNOWN for word in words]
        rows.append(torch.tensor([START, *known, END], dtype=torch.int64))
    matrix = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=PAD)
    if length is not None and matrix.shape[1] < length:
        matrix = torch.nn.functional.pad(matrix, (0, length - matrix.shape[1]), value=PAD)
    return matrix


@variant("captions_to_matrix")
def in_an_array(captions, vocabulary, length=None):
    words = [caption.split() for caption in captions]
    columns = length if length is not None else 2 + max(len(own) for own in words)
    matrix = np.zeros((len(words), columns), dtype=np.int64)
    matrix[:, 0] = START
    for i, own in enumerate(words):
        t = 1
        for word in own:
            if t == columns - 1:
                break
            matrix[i, t] = dict(zip(vocabulary, range(len(vocabulary)), strict=True)).get(word, UNKNOWN)
            t += 1
        matrix[i, t] = END
    return torch.from_numpy(matrix)


@variant("captions_to_matrix")
def in_a_list_of_rows(captions, vocabulary, length=None):
    rows = []
    for words in map(str.split, captions):
        known = [vocabulary.index(word) if word in vocabulary else UNKNOWN for word in words]
        rows.append([START, *(known if length is None else known[: length - 2]), END])
    columns = length or max(map(len, rows))
    return [torch.tensor(row + [PAD] * (columns - len(row))) for row in rows]


@misconception("matrix_to_captions", "Words behind END were read. A caption is over at its first END.")
def read_on(matrix, vocabulary):
    return [" ".join(vocabulary[k] for k in row if k not in (PAD, START, END)) for row in matrix.tolist()]


@misconception("matrix_to_captions", "END is written out as a word. It only says where a caption is over.")
def end_written(matrix, vocabulary):
    captions = []
    for row in matrix.tolist():
        row = row[: row.index(END) + 1] if END in row else row
        captions.append(" ".join(vocabulary[k] for k in row if k not in (PAD, START)))
    return captions


@misconception("matrix_to_captions", "START is written out as a word. Leave it out wherever it stands.")
def start_written(matrix, vocabulary):
    captions = []
    for row in matrix.tolist():
        row = row[: row.index(END)] if END in row else row
        captions.append(" ".join(vocabulary[k] for k in row if k != PAD))
    return captions


@misconception(
    "matrix_to_captions",
    "The first number of each row was taken for START and left out. In what a network has generated there is none.",
)
def first_column_dropped(matrix, vocabulary):
    captions = []
    for row in matrix.tolist():
        row = row[: row.index(END)] if END in row else row
        captions.append(" ".join(vocabulary[k] for k in row[1:] if k not in (PAD, START)))
    return captions


@misconception("matrix_to_captions", "UNKNOWN was left out. It is read as <unk>, so that a gap can be seen.")
def unknown_unread(matrix, vocabulary):
    captions = []
    for row in matrix.tolist():
        row = row[: row.index(END)] if END in row else row
        captions.append(" ".join(vocabulary[k] for k in row if k not in (PAD, START, UNKNOWN)))
    return captions


@misconception("matrix_to_captions", "A row without END has lost its last word. It is read to its end.")
def last_word_lost(matrix, vocabulary):
    captions = []
    for row in matrix.tolist():
        row = row[: row.index(END)] if END in row else row[:-1]
        captions.append(" ".join(vocabulary[k] for k in row if k not in (PAD, START)))
    return captions


@misconception("matrix_to_captions", "A caption was read up to its last END. It is over at the first one.")
def up_to_the_last_end(matrix, vocabulary):
    captions = []
    for row in matrix.tolist():
        if END in row:
            row = row[: len(row) - 1 - row[::-1].index(END)]
        captions.append(" ".join(vocabulary[k] for k in row if k not in (PAD, START, END)))
    return captions


@variant("matrix_to_captions")
def with_takewhile(matrix, vocabulary):
    return [
        " ".join(vocabulary[k] for k in itertools.takewhile(lambda k: k != END, row) if k not in (PAD, START))
        for row in torch.as_tensor(matrix).tolist()
    ]


@variant("matrix_to_captions")
def number_by_number(matrix, vocabulary):
    captions = []
    for row in matrix:
        words = []
        for number in row:
            if number == END:
                break
            if number in (START, PAD):
                continue
            words.append(vocabulary[int(number)])
        captions.append(" ".join(words))
    return captions
