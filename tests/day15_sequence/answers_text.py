"""Answers to text.py: wrong ones with what went wrong, and right ones in another style."""

import collections
import itertools

import numpy as np

from course.testing import misconception, variant


@misconception(
    "encode", "These are Unicode code points. An id is the position of the character in the vocabulary."
)
def code_points(text, vocabulary):
    for position, character in enumerate(text):
        if character not in vocabulary:
            raise ValueError(f"{character!r} at position {position} is unknown")
    return np.array([ord(character) for character in text], dtype=np.int64)


@misconception(
    "encode",
    "The vocabulary was built anew from this text. Then the same character has another id in every text; use the "
    "vocabulary that is given, in its order.",
)
def own_vocabulary(text, vocabulary):
    for position, character in enumerate(text):
        if character not in vocabulary:
            raise ValueError(f"{character!r} at position {position} is unknown")
    own = sorted(set(text))
    return np.array([own.index(character) for character in text], dtype=np.int64)


@misconception(
    "encode",
    "Unknown characters become −1, which is what str.find says. As an index −1 is the last row of the embedding: raise "
    "ValueError instead.",
)
def minus_one_for_the_unknown(text, vocabulary):
    return np.array([vocabulary.find(character) for character in text], dtype=np.int64)


@misconception(
    "encode", "Unknown characters are dropped without a word. Raise ValueError: the text would not come back."
)
def unknown_dropped(text, vocabulary):
    return np.array([vocabulary.index(c) for c in text if c in vocabulary], dtype=np.int64)


@misconception("encode", "The ids begin at 1. The first character of the vocabulary has the id 0.")
def counted_from_one(text, vocabulary):
    for position, character in enumerate(text):
        if character not in vocabulary:
            raise ValueError(f"{character!r} at position {position} is unknown")
    return np.array([vocabulary.index(character) + 1 for character in text], dtype=np.int64)


@misconception(
    "encode",
    "The vocabulary is sorted again. An id is the position in the vocabulary as it is given.",
)
def sorted_again(text, vocabulary):
    id_of = {character: number for number, character in enumerate(sorted(vocabulary))}
    for position, character in enumerate(text):
        if character not in id_of:
            raise ValueError(f"{character!r} at position {position} is not in the vocabulary")
    return np.array([id_of[character] for character in text], dtype=np.int64)


@misconception(
    "encode",
    "The error comes from a look-up (KeyError, or ValueError of str.index). It is to be a ValueError of "
    "your own that shows the first unknown character, by repr, and its position in the text.",
    how=("dict", "index"),
)
def error_of_the_look_up(text, vocabulary, *, how="dict"):
    if how == "index":
        return np.array([vocabulary.index(character) for character in text], dtype=np.int64)
    id_of = {character: number for number, character in enumerate(vocabulary)}
    return np.array([id_of[character] for character in text], dtype=np.int64)


@misconception(
    "encode",
    "An empty text gives an array of floats: np.array([]) has nothing to tell it the dtype. Give it: "
    "dtype=np.int64.",
)
def floats_when_empty(text, vocabulary):
    id_of = {character: number for number, character in enumerate(vocabulary)}
    for position, character in enumerate(text):
        if character not in id_of:
            raise ValueError(f"{character!r} at position {position} is not in the vocabulary")
    return np.array([id_of[character] for character in text])


@variant("encode")
def one_character_at_a_time(text, vocabulary):
    ids = np.empty(len(text), dtype=np.int64)
    for position, character in enumerate(text):
        ids[position] = vocabulary.find(character)
        if ids[position] < 0:
            raise ValueError(f"unknown character {character!r} (position {position})")
    return ids


@variant("encode")
def with_a_dict(text, vocabulary):
    table = dict(zip(vocabulary, range(len(vocabulary)), strict=True))
    ids = []
    for position in range(len(text)):
        if text[position] not in table:
            raise ValueError("position " + str(position) + ": " + repr(text[position]))
        ids.append(table[text[position]])
    return np.array(ids, dtype=np.int64)


@misconception("decode", "−1 gives the last character and no error. Check that every id is at least 0.")
def negative_from_the_end(ids, vocabulary):
    if any(number >= len(vocabulary) for number in ids):
        raise ValueError("too large")
    return "".join(vocabulary[number] for number in ids)


@misconception("decode", 'A list of characters is returned. "".join makes one text of it.')
def list_of_characters(ids, vocabulary):
    if any(not 0 <= number < len(vocabulary) for number in ids):
        raise ValueError("outside")
    return [vocabulary[number] for number in ids]


@misconception(
    "decode", "There is a blank between the characters that was not in the text: join with the empty string."
)
def joined_with_blanks(ids, vocabulary):
    if any(not 0 <= number < len(vocabulary) for number in ids):
        raise ValueError("outside")
    return " ".join(vocabulary[number] for number in ids)


@misconception("decode", "Ids outside the vocabulary are left out without a word. Raise ValueError.")
def outside_left_out(ids, vocabulary):
    return "".join(vocabulary[number] for number in ids if 0 <= number < len(vocabulary))


@misconception(
    "decode",
    "An id that is too large raises the IndexError of the look-up. It is to be a ValueError: look at the "
    "range first.",
)
def index_error(ids, vocabulary):
    if any(number < 0 for number in ids):
        raise ValueError
    return "".join(vocabulary[number] for number in ids)


@variant("decode")
def step_by_step(ids, vocabulary):
    text = ""
    for number in ids:
        if number < 0 or number >= len(vocabulary):
            raise ValueError(f"{number} is no id")
        text += vocabulary[int(number)]
    return text


@variant("decode")
def as_an_array(ids, vocabulary):
    ids = np.asarray(ids, dtype=int)
    if ids.size and (ids.min() < 0 or ids.max() >= len(vocabulary)):
        raise ValueError("an id is outside the vocabulary")
    return "".join(np.array(list(vocabulary))[ids].tolist())


@misconception(
    "stateful_batches", "The target is the input itself. A model that copies would be perfect: shift by one."
)
def target_not_shifted(ids, batch_size, steps):
    length = (len(ids) - 1) // batch_size
    if length < 1:
        raise ValueError("too short")
    x = ids[: batch_size * length].reshape(batch_size, length)
    return [(x[:, s : s + steps], x[:, s : s + steps]) for s in range(0, length, steps)]


@misconception(
    "stateful_batches", "The target comes before the input: this shifts the wrong way and predicts the past."
)
def shifted_backwards(ids, batch_size, steps):
    length = (len(ids) - 1) // batch_size
    if length < 1:
        raise ValueError("too short")
    y = ids[: batch_size * length].reshape(batch_size, length)
    x = ids[1 : batch_size * length + 1].reshape(batch_size, length)
    return [(x[:, s : s + steps], y[:, s : s + steps]) for s in range(0, length, steps)]


@misconception(
    "stateful_batches",
    "Neighbouring pieces of the stream lie in the rows of one batch. Row i of the next batch then continues another "
    "row, and a carried state belongs to another place of the text.",
)
def pieces_side_by_side(ids, batch_size, steps):
    length = (len(ids) - 1) // batch_size
    if length < 1:
        raise ValueError("too short")
    x, y = ids[: batch_size * length], ids[1 : batch_size * length + 1]
    size = batch_size * steps
    cuts = [(x[s : s + size], y[s : s + size]) for s in range(0, len(x), size)]
    return [(a.reshape(batch_size, -1), b.reshape(batch_size, -1)) for a, b in cuts]


@misconception(
    "stateful_batches", "The last batch is dropped when it is shorter. It is part of the stream: keep it."
)
def short_batch_dropped(ids, batch_size, steps):
    length = (len(ids) - 1) // batch_size
    if length < 1:
        raise ValueError("too short")
    x = ids[: batch_size * length].reshape(batch_size, length)
    y = ids[1 : batch_size * length + 1].reshape(batch_size, length)
    return [(x[:, s : s + steps], y[:, s : s + steps]) for s in range(0, length - steps + 1, steps)]


@misconception(
    "stateful_batches", "Time runs down the columns. Here a row is a piece of text: (batch, time)."
)
def time_first(ids, batch_size, steps):
    length = (len(ids) - 1) // batch_size
    if length < 1:
        raise ValueError("too short")
    x = ids[: batch_size * length].reshape(batch_size, length)
    y = ids[1 : batch_size * length + 1].reshape(batch_size, length)
    return [(x[:, s : s + steps].T, y[:, s : s + steps].T) for s in range(0, length, steps)]


@misconception(
    "stateful_batches",
    "At the end of a row the target is the first id of the same row (np.roll). What follows there is the next row's "
    "first id.",
)
def wrapped_in_the_row(ids, batch_size, steps):
    length = (len(ids) - 1) // batch_size
    if length < 1:
        raise ValueError("too short")
    x = ids[: batch_size * length].reshape(batch_size, length)
    y = np.roll(x, -1, axis=1)
    return [(x[:, s : s + steps], y[:, s : s + steps]) for s in range(0, length, steps)]


@misconception(
    "stateful_batches",
    "The stream runs down the columns, so that neighbours in a row were never neighbours in the text. Each row is "
    "one long piece: reshape(batch_size, r), without a transpose.",
)
def dealt_to_the_columns(ids, batch_size, steps):
    length = (len(ids) - 1) // batch_size
    if length < 1:
        raise ValueError("few")
    used = batch_size * length
    x, y = ids[:used].reshape(length, batch_size).T, ids[1 : used + 1].reshape(length, batch_size).T
    return [(x[:, s : s + steps], y[:, s : s + steps]) for s in range(0, length, steps)]


@misconception(
    "stateful_batches",
    "The rows are cut from all n ids, and the target of a row's last id is lost. The last target comes from the "
    "next row, so n − 1 ids are inputs and r = (n − 1) // batch_size.",
)
def rows_without_a_target_behind(ids, batch_size, steps):
    length = len(ids) // batch_size
    if length < 1:
        raise ValueError("few")
    x = ids[: batch_size * length].reshape(batch_size, length)
    return [(x[:, s : s + steps], x[:, s + 1 : s + steps + 1]) for s in range(0, length - 1, steps)]


@misconception(
    "stateful_batches",
    "The batches hold windows that follow each other in the text, and what does not fill one is lost. Row i of a "
    "batch must continue row i of the batch before: cut the stream into long rows first.",
)
def windows_one_after_the_other(ids, batch_size, steps):
    starts = range(0, len(ids) - steps, steps)
    pieces = [(ids[s : s + steps], ids[s + 1 : s + steps + 1]) for s in starts]
    return [
        (
            np.array([p[0] for p in pieces[i : i + batch_size]]),
            np.array([p[1] for p in pieces[i : i + batch_size]]),
        )
        for i in range(0, len(pieces), batch_size)
    ]


@misconception(
    "stateful_batches",
    "With too few ids an empty list comes back. When not even one column can be filled, raise ValueError.",
)
def too_short_for_a_column(ids, batch_size, steps):
    length = (len(ids) - 1) // batch_size
    used = batch_size * length
    x, y = ids[:used].reshape(batch_size, length), ids[1 : used + 1].reshape(batch_size, length)
    return [(x[:, s : s + steps], y[:, s : s + steps]) for s in range(0, length, steps)]


@misconception(
    "stateful_batches",
    "There is one target per row. Every place has one, the id that follows it: (batch, steps), as the inputs.",
)
def one_target_per_row(ids, batch_size, steps):
    length = (len(ids) - 1) // batch_size
    if length < 1:
        raise ValueError("few")
    used = batch_size * length
    x, y = ids[:used].reshape(batch_size, length), ids[1 : used + 1].reshape(batch_size, length)
    return [(x[:, s : s + steps], y[:, s : s + steps][:, -1]) for s in range(0, length, steps)]


@misconception(
    "stateful_batches",
    "A batch is one array with an id more per row, or a row has steps + 1 ids. Asked for are pairs of two"
    " arrays of the same shape, the inputs and the targets.",
)
def one_array_per_batch(ids, batch_size, steps):
    length = (len(ids) - 1) // batch_size
    if length < 1:
        raise ValueError
    rows = np.stack([ids[row * length : (row + 1) * length + 1] for row in range(batch_size)])
    return [rows[:, start : min(start + steps, length) + 1] for start in range(0, length, steps)]


@misconception(
    "stateful_batches",
    "All inputs come in one list and all targets in another. Asked for is a list of pairs, one (inputs, "
    "targets) per batch.",
)
def two_lists(ids, batch_size, steps):
    length = (len(ids) - 1) // batch_size
    if length < 1:
        raise ValueError
    inputs = ids[: batch_size * length].reshape(batch_size, length)
    targets = ids[1 : batch_size * length + 1].reshape(batch_size, length)
    cuts = [slice(start, start + steps) for start in range(0, length, steps)]
    return [inputs[:, cut] for cut in cuts], [targets[:, cut] for cut in cuts]


@misconception(
    "stateful_batches",
    "Consecutive batches overlap: they begin one id after the other. Each begins where the last one "
    "ended, `steps` columns later.",
)
def sliding_windows(ids, batch_size, steps):
    length = (len(ids) - 1) // batch_size
    if length < 1:
        raise ValueError
    inputs = ids[: batch_size * length].reshape(batch_size, length)
    targets = ids[1 : batch_size * length + 1].reshape(batch_size, length)
    starts = range(max(length - steps + 1, 1))
    return [(inputs[:, s : s + steps], targets[:, s : s + steps]) for s in starts]


@misconception(
    "stateful_batches",
    "A generator comes back (`yield`), which can be gone through only once. A list is asked for: collect "
    "the pairs in one.",
)
def generator_of_batches(ids, batch_size, steps):
    length = (len(ids) - 1) // batch_size
    if length < 1:
        raise ValueError
    inputs = ids[: batch_size * length].reshape(batch_size, length)
    targets = ids[1 : batch_size * length + 1].reshape(batch_size, length)
    for start in range(0, length, steps):
        yield inputs[:, start : start + steps], targets[:, start : start + steps]


@variant("stateful_batches")
def by_indices(ids, batch_size, steps):
    length = (len(ids) - 1) // batch_size
    if length == 0:
        raise ValueError("the stream is too short")
    batches = []
    for start in range(0, length, steps):
        time = np.arange(start, min(start + steps, length))
        place = np.arange(batch_size)[:, None] * length + time
        batches.append([ids[place], ids[place + 1]])
    return batches


@variant("stateful_batches")
def with_lists(ids, batch_size, steps):
    if len(ids) <= batch_size:
        raise ValueError("the stream is too short")
    length = (len(ids) - 1) // batch_size
    rows = [ids[i * length : (i + 1) * length + 1] for i in range(batch_size)]
    return [
        (
            np.array([row[s : min(s + steps, length)] for row in rows]),
            np.array([row[s + 1 : min(s + steps, length) + 1] for row in rows]),
        )
        for s in range(0, length, steps)
    ]


@misconception("pad_batch", "The filling stands in front. Here every sequence begins at the left of its row.")
def filled_in_front(sequences, padding=0):
    longest = max(len(s) for s in sequences)
    matrix = np.full((len(sequences), longest), padding, dtype=np.int64)
    mask = np.zeros(matrix.shape, dtype=bool)
    for i, s in enumerate(sequences):
        matrix[i, longest - len(s) :] = s
        mask[i, longest - len(s) :] = True
    return matrix, mask


@misconception(
    "pad_batch", "The mask is upside down: it is True where an id is real and False on the filling."
)
def mask_upside_down(sequences, padding=0):
    longest = max(len(s) for s in sequences)
    matrix = np.full((len(sequences), longest), padding, dtype=np.int64)
    mask = np.ones(matrix.shape, dtype=bool)
    for i, s in enumerate(sequences):
        matrix[i, : len(s)] = s
        mask[i, : len(s)] = False
    return matrix, mask


@misconception(
    "pad_batch",
    "The mask is read off the matrix (matrix != padding). A real id that equals the padding is then hidden: the "
    "lengths decide.",
)
def mask_from_the_values(sequences, padding=0):
    longest = max(len(s) for s in sequences)
    matrix = np.full((len(sequences), longest), padding, dtype=np.int64)
    for i, s in enumerate(sequences):
        matrix[i, : len(s)] = s
    return matrix, matrix != padding


@misconception(
    "pad_batch", "All sequences were cut to the shortest one: their ends are lost. Fill up to the longest."
)
def cut_to_the_shortest(sequences, padding=0):
    shortest = min(len(s) for s in sequences)
    matrix = np.array([s[:shortest] for s in sequences], dtype=np.int64).reshape(len(sequences), shortest)
    return matrix, np.ones(matrix.shape, dtype=bool)


@misconception("pad_batch", "The rows are filled with 0 whatever ``padding`` says.")
def padding_ignored(sequences, padding=0):
    longest = max(len(s) for s in sequences)
    matrix = np.zeros((len(sequences), longest), dtype=np.int64)
    mask = np.zeros(matrix.shape, dtype=bool)
    for i, s in enumerate(sequences):
        matrix[i, : len(s)] = s
        mask[i, : len(s)] = True
    return matrix, mask


@misconception(
    "pad_batch",
    "The mask holds the numbers 0 and 1. Truth values are asked for, dtype bool.",
)
def numbers_for_truth_values(sequences, padding=0):
    longest = max(len(s) for s in sequences)
    matrix = np.full((len(sequences), longest), padding, dtype=np.int64)
    mask = np.zeros(matrix.shape)
    for row, sequence in enumerate(sequences):
        matrix[row, : len(sequence)] = sequence
        mask[row, : len(sequence)] = 1
    return matrix, mask


@misconception(
    "pad_batch",
    "The lengths come back in the place of the mask. The mask is (b, t), True where an id is real.",
)
def lengths_for_the_mask(sequences, padding=0):
    lengths = np.array([len(s) for s in sequences])
    matrix = np.full((len(sequences), lengths.max()), padding, dtype=np.int64)
    for row, sequence in enumerate(sequences):
        matrix[row, : len(sequence)] = sequence
    return matrix, lengths


@variant("pad_batch")
def row_by_row(sequences, padding=0):
    longest = max(len(s) for s in sequences)
    rows = [np.pad(s, (0, longest - len(s)), constant_values=padding) for s in sequences]
    mask = [[i < len(s) for i in range(longest)] for s in sequences]
    return np.array(rows, dtype=np.int64), np.array(mask)


@variant("pad_batch")
def as_lists(sequences, padding=0):
    longest = max(map(len, sequences))
    matrix = [[int(i) for i in s] + [padding] * (longest - len(s)) for s in sequences]
    mask = [[True] * len(s) + [False] * (longest - len(s)) for s in sequences]
    return matrix, mask


@misconception(
    "embed_backward",
    "table[ids] += grad adds once per id, however often it occurs. Repeated ids must add up: np.add.at.",
)
def only_the_last_occurrence(grad, ids, size):
    table = np.zeros((size, grad.shape[-1]), dtype=grad.dtype)
    table[ids] += grad
    return table


@misconception(
    "embed_backward", "The rows are averaged over their occurrences. A gradient of a sum is a sum."
)
def mean_of_the_occurrences(grad, ids, size):
    table = np.zeros((size, grad.shape[-1]), dtype=grad.dtype)
    np.add.at(table, ids, grad)
    counts = np.bincount(np.ravel(ids), minlength=size)[:, None].astype(grad.dtype)
    return table / np.maximum(counts, 1)


@misconception(
    "embed_backward", "The gradients themselves come back, one row per place: sum them by id into the table."
)
def not_collected(grad, ids, size):
    return grad.copy()


@misconception(
    "embed_backward", "Id 0 gets no gradient, as if it were padding. Here it is a character like the others."
)
def zero_as_padding(grad, ids, size):
    table = np.zeros((size, grad.shape[-1]), dtype=grad.dtype)
    np.add.at(table, ids, grad)
    table[0] = 0
    return table


@misconception(
    "embed_backward",
    "The sum runs over all places, whatever their id: every row of the table gets the same. Row j adds up"
    " only where the id is j.",
)
def every_row_the_same(grad, ids, size):
    total = grad.reshape(-1, grad.shape[-1]).sum(axis=0)
    return np.tile(total, (size, 1))


@misconception(
    "embed_backward",
    "ids may have several axes, as in a batch. A loop over the first of them meets whole rows, and table[row] += … "
    "adds once per id: go through ids.ravel(), or use np.add.at.",
)
def loop_over_rows(grad, ids, size):
    table = np.zeros((size, grad.shape[-1]), dtype=grad.dtype)
    for row, part in zip(ids, grad, strict=True):
        table[row] += part
    return table


@misconception(
    "embed_backward",
    "The table has a row for every id that occurs. It has `size` rows; those of ids that do not occur are 0.",
)
def occurring_ids_only(grad, ids, size):
    table = np.zeros((ids.max() + 1, grad.shape[-1]), dtype=grad.dtype)
    np.add.at(table, ids, grad)
    return table


@misconception(
    "embed_backward",
    "The table is float64 also when grad is float32. Take the dtype of grad: np.zeros(…, dtype=grad.dtype).",
)
def always_float64(grad, ids, size):
    table = np.zeros((size, grad.shape[-1]))
    np.add.at(table, ids, grad)
    return table


@variant("embed_backward")
def by_one_hot(grad, ids, size):
    one_hot = np.eye(size, dtype=grad.dtype)[ids].reshape(-1, size)
    return one_hot.T @ grad.reshape(-1, grad.shape[-1])


@variant("embed_backward")
def place_by_place(grad, ids, size):
    table = np.zeros((size, grad.shape[-1]), dtype=grad.dtype)
    for number, row in zip(ids.ravel(), grad.reshape(ids.size, -1), strict=True):
        table[number] += row
    return table


@misconception(
    "bigram_probabilities",
    "The columns add up to 1, not the rows: this is what came before, not what follows.",
)
def what_came_before(ids, size, smoothing=1.0):
    counts = np.full((size, size), smoothing)
    np.add.at(counts, (ids[:-1], ids[1:]), 1)
    return counts / counts.sum(axis=0)


@misconception(
    "bigram_probabilities",
    "Row and column are exchanged: row i belongs to the first of the two ids, column j to the one that follows it.",
)
def exchanged(ids, size, smoothing=1.0):
    counts = np.full((size, size), smoothing)
    np.add.at(counts, (ids[1:], ids[:-1]), 1)
    return counts / counts.sum(axis=1, keepdims=True)


@misconception(
    "bigram_probabilities",
    "Repeated pairs are counted once: counts[i, j] += 1 with arrays forgets repetitions.",
)
def pairs_counted_once(ids, size, smoothing=1.0):
    counts = np.full((size, size), smoothing)
    counts[ids[:-1], ids[1:]] += 1
    return counts / counts.sum(axis=1, keepdims=True)


@misconception(
    "bigram_probabilities",
    "The whole table adds up to 1: these are probabilities of pairs, not of what follows.",
)
def probabilities_of_pairs(ids, size, smoothing=1.0):
    counts = np.full((size, size), smoothing)
    np.add.at(counts, (ids[:-1], ids[1:]), 1)
    return counts / counts.sum()


@misconception(
    "bigram_probabilities",
    "The smoothing is added to the counts but not to their sum, so that rows add up to more than 1. "
    "Divide by the sum of what stands in the row.",
)
def sum_without_smoothing(ids, size, smoothing=1.0):
    counts = np.zeros((size, size))
    np.add.at(counts, (ids[:-1], ids[1:]), 1)
    return (counts + smoothing) / np.maximum(counts.sum(axis=1, keepdims=True), 1)


@misconception(
    "bigram_probabilities",
    "Every count is raised by 1, whatever `smoothing` is. Add smoothing itself.",
)
def always_one(ids, size, smoothing=1.0):
    counts = np.ones((size, size))
    np.add.at(counts, (ids[:-1], ids[1:]), 1)
    return counts / counts.sum(axis=1, keepdims=True)


@variant("bigram_probabilities")
def by_bincount(ids, size, smoothing=1.0):
    counts = np.bincount(ids[:-1] * size + ids[1:], minlength=size * size).reshape(size, size) + smoothing
    return counts / counts.sum(axis=1, keepdims=True)


@variant("bigram_probabilities")
def with_a_counter(ids, size, smoothing=1.0):
    counts = collections.Counter(zip(ids[:-1].tolist(), ids[1:].tolist(), strict=True))
    rows = []
    for i in range(size):
        row = [counts[i, j] + smoothing for j in range(size)]
        rows.append([value / sum(row) for value in row])
    return rows


@misconception(
    "learn_merges", "Among equally frequent pairs the last in the alphabet is taken: it should be the first."
)
def last_in_the_alphabet(words, count):
    tokenised = [list(word) for word in words]
    merges = []
    for _ in range(count):
        counts = collections.Counter(p for t in tokenised for p in itertools.pairwise(t))
        if not counts:
            break
        best = max(sorted(counts, reverse=True), key=counts.__getitem__)
        merges.append(best)
        for tokens in tokenised:
            i = 0
            while i < len(tokens) - 1:
                if (tokens[i], tokens[i + 1]) == best:
                    tokens[i : i + 2] = ["".join(best)]
                i += 1
    return merges


@misconception("learn_merges", "Every word counts once, however often it occurs in the text.")
def different_words_only(words, count):
    tokenised = [list(word) for word in set(words)]
    merges = []
    for _ in range(count):
        counts = collections.Counter(p for t in tokenised for p in itertools.pairwise(t))
        if not counts:
            break
        best = min(counts, key=lambda pair: (-counts[pair], pair))
        merges.append(best)
        for tokens in tokenised:
            i = 0
            while i < len(tokens) - 1:
                if (tokens[i], tokens[i + 1]) == best:
                    tokens[i : i + 2] = ["".join(best)]
                i += 1
    return merges


@misconception(
    "learn_merges", "Nothing was merged: the most frequent pairs of characters were counted once and listed."
)
def never_merged(words, count):
    counts = collections.Counter(p for word in words for p in itertools.pairwise(word))
    return sorted(counts, key=lambda pair: (-counts[pair], pair))[:count]


@misconception(
    "learn_merges",
    "Of several equally frequent pairs the one that was met first is taken (max and Counter.most_common "
    "do that). It is to be the first in alphabetical order.",
)
def first_met(words, count):
    tokenised = [list(word) for word in words]
    merges = []
    for _ in range(count):
        counts = collections.Counter(p for tokens in tokenised for p in itertools.pairwise(tokens))
        if not counts:
            break
        best = max(counts, key=counts.get)
        merges.append(best)
        for tokens in tokenised:
            i = 0
            while i < len(tokens) - 1:
                if (tokens[i], tokens[i + 1]) == best:
                    tokens[i : i + 2] = ["".join(best)]
                i += 1
    return merges


@misconception(
    "learn_merges",
    "When no pair is left, max of nothing is an error. It ends early instead, with the merges made so far.",
)
def does_not_end_early(words, count):
    tokenised = [list(word) for word in words]
    merges = []
    for _ in range(count):
        counts = collections.Counter(p for tokens in tokenised for p in itertools.pairwise(tokens))
        best = min(counts, key=lambda pair: (-counts[pair], pair))
        merges.append(best)
        for tokens in tokenised:
            i = 0
            while i < len(tokens) - 1:
                if (tokens[i], tokens[i + 1]) == best:
                    tokens[i : i + 2] = ["".join(best)]
                i += 1
    return merges


@misconception(
    "learn_merges",
    'The merged tokens come back. Asked for are the pairs: ("t", "h"), not "th".',
)
def merged_tokens(words, count):
    tokenised = [list(word) for word in words]
    merges = []
    for _ in range(count):
        counts = collections.Counter(p for tokens in tokenised for p in itertools.pairwise(tokens))
        if not counts:
            break
        best = min(counts, key=lambda pair: (-counts[pair], pair))
        merges.append("".join(best))
        for tokens in tokenised:
            i = 0
            while i < len(tokens) - 1:
                if (tokens[i], tokens[i + 1]) == best:
                    tokens[i : i + 2] = ["".join(best)]
                i += 1
    return merges


@misconception(
    "learn_merges",
    "Pairs are counted across the ends of words. A word is a piece of its own: its last token and the "
    "first of the next are no neighbours.",
)
def across_words(words, count):
    tokens = list("".join(words))
    merges = []
    for _ in range(count):
        counts = collections.Counter(itertools.pairwise(tokens))
        if not counts:
            break
        best = min(counts, key=lambda pair: (-counts[pair], pair))
        merges.append(best)
        i = 0
        while i < len(tokens) - 1:
            if (tokens[i], tokens[i + 1]) == best:
                tokens[i : i + 2] = ["".join(best)]
            i += 1
    return merges


@misconception(
    "learn_merges",
    "The rarest pair is merged. It is the most frequent one.",
)
def rarest_pair(words, count):
    tokenised = [list(word) for word in words]
    merges = []
    for _ in range(count):
        counts = collections.Counter(p for tokens in tokenised for p in itertools.pairwise(tokens))
        if not counts:
            break
        best = min(counts, key=lambda pair: (counts[pair], pair))
        merges.append(best)
        for tokens in tokenised:
            i = 0
            while i < len(tokens) - 1:
                if (tokens[i], tokens[i + 1]) == best:
                    tokens[i : i + 2] = ["".join(best)]
                i += 1
    return merges


@variant("learn_merges")
def merged_into_new_lists(words, count):
    vocabulary = collections.Counter(tuple(word) for word in words)
    merges = []
    while len(merges) < count:
        pairs = collections.Counter()
        for tokens, often in vocabulary.items():
            for i in range(len(tokens) - 1):
                pairs[tokens[i], tokens[i + 1]] += often
        if not pairs:
            break
        highest = max(pairs.values())
        best = min(pair for pair, often in pairs.items() if often == highest)
        merges.append(best)
        merged = collections.Counter()
        for tokens, often in vocabulary.items():
            new = []
            for token in tokens:
                if new and (new[-1], token) == best:
                    new[-1] += token
                else:
                    new.append(token)
            merged[tuple(new)] += often
        vocabulary = merged
    return merges


@variant("learn_merges")
def pairs_as_lists(words, count):
    tokenised = [list(word) for word in words]
    merges = []
    for _ in range(count):
        counts = {}
        for tokens in tokenised:
            for i in range(1, len(tokens)):
                pair = tokens[i - 1], tokens[i]
                counts[pair] = counts.get(pair, 0) + 1
        if not counts:
            return merges
        best = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[0][0]
        merges.append(list(best))
        for tokens in tokenised:
            i = len(tokens) and 1
            while i < len(tokens):
                if tokens[i - 1] == best[0] and tokens[i] == best[1]:
                    tokens[i - 1 : i + 1] = [best[0] + best[1]]
                i += 1
    return merges
