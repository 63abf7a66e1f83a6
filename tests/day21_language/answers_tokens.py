"""Answers to tokens.py: wrong ones with what went wrong, and right ones in another style."""

import codecs
import heapq
from collections import Counter
from functools import reduce
from itertools import pairwise

from course.testing import misconception, variant
from day21_language.tokens import BYTES, merge, split_words, token_bytes


@misconception("merge", "Only the first pair is merged. It is written anew wherever it stands.")
def first_pair_only(ids, pair, new):
    for place in range(len(ids) - 1):
        if (ids[place], ids[place + 1]) == tuple(pair):
            return [*ids[:place], new, *ids[place + 2 :]]
    return list(ids)


@misconception(
    "merge",
    "An id is used twice: after a pair the next step goes on behind *both* of its ids.",
)
def steps_over_one(ids, pair, new):
    merged, place = [], 0
    while place < len(ids):
        if tuple(ids[place : place + 2]) == tuple(pair):
            merged.append(new)
        else:
            merged.append(ids[place])
        place += 1
    return merged


@misconception("merge", "The last id is lost when it does not belong to a pair.")
def last_id_lost(ids, pair, new):
    merged, place = [], 0
    while place < len(ids) - 1:
        if (ids[place], ids[place + 1]) == tuple(pair):
            merged.append(new)
            place += 2
        else:
            merged.append(ids[place])
            place += 1
    return merged


@misconception("merge", "The order within the pair is ignored: (a, b) is not (b, a).")
def in_any_order(ids, pair, new):
    merged, place = [], 0
    while place < len(ids):
        if len(ids) > place + 1 and {ids[place], ids[place + 1]} == set(pair):
            merged.append(new)
            place += 2
        else:
            merged.append(ids[place])
            place += 1
    return merged


@misconception(
    "merge", "Pairs are looked for from the right. In 7 7 7 the first two make a pair, not the last two."
)
def from_the_right(ids, pair, new):
    merged, place = [], len(ids) - 1
    while place >= 0:
        if place > 0 and (ids[place - 1], ids[place]) == tuple(pair):
            merged.append(new)
            place -= 2
        else:
            merged.append(ids[place])
            place -= 1
    return merged[::-1]


@variant("merge")
def with_a_stack(ids, pair, new):
    left, right = pair
    stack = []
    free = False
    for number in ids:
        if free and stack[-1] == left and number == right:
            stack[-1] = new
            free = False
        else:
            stack.append(number)
            free = True
    return stack


@variant("merge")
def by_iterating(ids, pair, new):
    rest = list(reversed(ids))
    merged = []
    while rest:
        here = rest.pop()
        if rest and (here, rest[-1]) == (pair[0], pair[1]):
            rest.pop()
            here = new
        merged += [here]
    return merged


@misconception("train_bpe", "Every piece is counted once, however often it occurs in the text.")
def pieces_counted_once(text, count):
    pieces = [list(word.encode()) for word in sorted(set(split_words(text)))]
    merges = []
    for new in range(BYTES, BYTES + count):
        counts = Counter(pair for ids in pieces for pair in pairwise(ids))
        if not counts:
            break
        best = min(counts, key=lambda pair: (-counts[pair], pair))
        merges.append(best)
        pieces = [merge(ids, best, new) for ids in pieces]
    return merges


@misconception(
    "train_bpe",
    "Pairs across the borders of pieces are counted. Cut the text by split_words, and count within the pieces.",
)
def across_borders(text, count):
    ids = list(text.encode())
    merges = []
    for new in range(BYTES, BYTES + count):
        counts = Counter(pairwise(ids))
        if not counts:
            break
        best = min(counts, key=lambda pair: (-counts[pair], pair))
        merges.append(best)
        ids = merge(ids, best, new)
    return merges


@misconception(
    "train_bpe", "Of equally frequent pairs the first in the text is taken. The smallest one is asked for."
)
def first_of_equals(text, count):
    frequency = Counter(split_words(text))
    pieces = {word: list(word.encode()) for word in frequency}
    merges = []
    for new in range(BYTES, BYTES + count):
        counts = Counter()
        for word, ids in pieces.items():
            for pair in pairwise(ids):
                counts[pair] += frequency[word]
        if not counts:
            break
        best = max(counts, key=counts.get)
        merges.append(best)
        pieces = {word: merge(ids, best, new) for word, ids in pieces.items()}
    return merges


@misconception("train_bpe", "Of equally frequent pairs the largest is taken. The smallest one is asked for.")
def largest_of_equals(text, count):
    frequency = Counter(split_words(text))
    pieces = {word: list(word.encode()) for word in frequency}
    merges = []
    for new in range(BYTES, BYTES + count):
        counts = Counter()
        for word, ids in pieces.items():
            for pair in pairwise(ids):
                counts[pair] += frequency[word]
        if not counts:
            break
        best = max(counts, key=lambda pair: (counts[pair], pair))
        merges.append(best)
        pieces = {word: merge(ids, best, new) for word, ids in pieces.items()}
    return merges


@misconception(
    "train_bpe",
    "The pairs are counted once, at the beginning. Each merge makes new pairs: count again after it.",
)
def counted_at_the_beginning(text, count):
    counts = Counter()
    for word, times in Counter(split_words(text)).items():
        for pair in pairwise(word.encode()):
            counts[pair] += times
    return sorted(counts, key=lambda pair: (-counts[pair], pair))[:count]


@misconception("train_bpe", "The ids of merges begin at 256: 0 to 255 are the bytes.", first=(1, 257))
def ids_begin_elsewhere(text, count, *, first=257):
    frequency = Counter(split_words(text))
    pieces = {word: list(word.encode()) for word in frequency}
    merges = []
    for new in range(first, first + count):
        counts = Counter()
        for word, ids in pieces.items():
            for pair in pairwise(ids):
                counts[pair] += frequency[word]
        if not counts:
            break
        best = min(counts, key=lambda pair: (-counts[pair], pair))
        merges.append(best)
        pieces = {word: merge(ids, best, new) for word, ids in pieces.items()}
    return merges


@misconception("train_bpe", "A pair is counted once per piece. In 7 8 9 7 8 the pair (7, 8) occurs twice.")
def once_per_piece(text, count):
    frequency = Counter(split_words(text))
    pieces = {word: list(word.encode()) for word in frequency}
    merges = []
    for new in range(BYTES, BYTES + count):
        counts = Counter()
        for word, ids in pieces.items():
            for pair in set(pairwise(ids)):
                counts[pair] += frequency[word]
        if not counts:
            break
        best = min(counts, key=lambda pair: (-counts[pair], pair))
        merges.append(best)
        pieces = {word: merge(ids, best, new) for word, ids in pieces.items()}
    return merges


@misconception(
    "train_bpe", "It ends when the best pair occurs only once. It ends when no piece has two ids left."
)
def ends_at_once(text, count):
    frequency = Counter(split_words(text))
    pieces = {word: list(word.encode()) for word in frequency}
    merges = []
    for new in range(BYTES, BYTES + count):
        counts = Counter()
        for word, ids in pieces.items():
            for pair in pairwise(ids):
                counts[pair] += frequency[word]
        if not counts or max(counts.values()) == 1:
            break
        best = min(counts, key=lambda pair: (-counts[pair], pair))
        merges.append(best)
        pieces = {word: merge(ids, best, new) for word, ids in pieces.items()}
    return merges


@misconception(
    "train_bpe", "Characters were taken for bytes. A character beyond ASCII has several: text.encode()."
)
def characters_for_bytes_in_training(text, count):
    pieces = [[ord(character) for character in word] for word in split_words(text)]
    merges = []
    for new in range(BYTES, BYTES + count):
        counts = Counter(pair for ids in pieces for pair in pairwise(ids))
        if not counts:
            break
        best = min(counts, key=lambda pair: (-counts[pair], pair))
        merges.append(best)
        pieces = [merge(ids, best, new) for ids in pieces]
    return merges


@variant("train_bpe")
def over_all_pieces(text, count):
    pieces = [list(word.encode("utf-8")) for word in split_words(text)]
    merges = []
    while len(merges) < count:
        counts = {}
        for ids in pieces:
            for place in range(len(ids) - 1):
                pair = (ids[place], ids[place + 1])
                counts[pair] = counts.get(pair, 0) + 1
        if not counts:
            return merges
        most = max(counts.values())
        best = min(pair for pair in counts if counts[pair] == most)
        for ids in pieces:
            ids[:] = merge(ids, best, 256 + len(merges))
        merges.append(best)
    return merges


@variant("train_bpe")
def with_a_heap(text, count):
    words = Counter(split_words(text))
    pieces = [(list(word.encode()), times) for word, times in words.items()]
    merges = []
    for number in range(count):
        counts = {}
        for ids, times in pieces:
            for left, right in pairwise(ids):
                counts[left, right] = counts.get((left, right), 0) + times
        heap = [(-times, pair) for pair, times in counts.items()]
        heapq.heapify(heap)
        if not heap:
            break
        _, best = heap[0]
        merges.append(best)
        pieces = [(merge(ids, best, 256 + number), times) for ids, times in pieces]
    return merges


@misconception("token_bytes", "The 256 single bytes are missing at the beginning.")
def merges_only(merges):
    vocabulary = [bytes([byte]) for byte in range(BYTES)]
    for left, right in merges:
        vocabulary.append(vocabulary[left] + vocabulary[right])
    return vocabulary[BYTES:]


@misconception("token_bytes", "The two parts of a merge stand in the wrong order.")
def parts_exchanged(merges):
    vocabulary = [bytes([byte]) for byte in range(BYTES)]
    for left, right in merges:
        vocabulary.append(vocabulary[right] + vocabulary[left])
    return vocabulary


@misconception(
    "token_bytes",
    "These are characters of Unicode and no bytes: chr(200).encode() has two bytes, bytes([200]) has one.",
)
def encoded_characters(merges):
    vocabulary = [chr(byte).encode() for byte in range(BYTES)]
    for left, right in merges:
        vocabulary.append(vocabulary[left] + vocabulary[right])
    return vocabulary


@misconception("token_bytes", "These are texts. Bytes are asked for: a token may be a part of a character.")
def texts(merges):
    vocabulary = [chr(byte) for byte in range(BYTES)]
    for left, right in merges:
        vocabulary.append(vocabulary[left] + vocabulary[right])
    return vocabulary


@misconception("token_bytes", "bytes(65) is 65 zeros. bytes([65]) is the byte 65.")
def many_zeros(merges):
    vocabulary = [bytes(byte) for byte in range(BYTES)]
    for left, right in merges:
        vocabulary.append(vocabulary[left] + vocabulary[right])
    return vocabulary


@variant("token_bytes")
def by_recursion(merges):
    def apart(number):
        if number < 256:
            return number.to_bytes(1, "big")
        return b"".join(apart(part) for part in merges[number - 256])

    return [apart(number) for number in range(256 + len(merges))]


@variant("token_bytes")
def by_reduction(merges):
    start = tuple(bytes((byte,)) for byte in range(256))
    return list(reduce(lambda known, pair: (*known, known[pair[0]] + known[pair[1]]), merges, start))


@misconception(
    "encode",
    "The leftmost pair that is in the list is merged first. First comes what was learned first, wherever it stands.",
)
def leftmost_first(text, merges):
    rank = {tuple(pair): number for number, pair in enumerate(merges)}
    ids = []
    for word in split_words(text):
        piece = list(word.encode())
        while possible := [pair for pair in pairwise(piece) if pair in rank]:
            piece = merge(piece, possible[0], BYTES + rank[possible[0]])
        ids += piece
    return ids


@misconception(
    "encode", "The longest tokens are taken from left to right. The merges have to be made in their order."
)
def longest_token(text, merges):
    numbers = {}
    for number, token in enumerate(token_bytes(merges)):
        numbers.setdefault(token, number)
    ids = []
    for word in split_words(text):
        data = word.encode()
        while data:
            length = max(n for n in range(1, len(data) + 1) if data[:n] in numbers)
            ids.append(numbers[data[:length]])
            data = data[length:]
    return ids


@misconception("encode", "The text is not cut into pieces: merges are made across the borders of words.")
def not_cut(text, merges):
    ids = list(text.encode())
    for number, pair in enumerate(merges):
        ids = merge(ids, tuple(pair), BYTES + number)
    return ids


@misconception(
    "encode", "Characters were taken for bytes. A character beyond ASCII has several bytes: text.encode()."
)
def characters_for_bytes(text, merges):
    ids = []
    for word in split_words(text):
        piece = [ord(character) for character in word]
        for number, pair in enumerate(merges):
            piece = merge(piece, tuple(pair), BYTES + number)
        ids += piece
    return ids


@misconception(
    "encode", "The merges are made from the last to the first. They build on each other, in their order."
)
def last_first(text, merges):
    ids = []
    for word in split_words(text):
        piece = list(word.encode())
        for number, pair in reversed(list(enumerate(merges))):
            piece = merge(piece, tuple(pair), BYTES + number)
        ids += piece
    return ids


@misconception("encode", "The k-th merge makes the id 256 + k: below are the bytes.")
def numbers_of_merges(text, merges):
    rank = {tuple(pair): number for number, pair in enumerate(merges)}
    ids = []
    for word in split_words(text):
        piece = list(word.encode())
        while possible := [pair for pair in pairwise(piece) if pair in rank]:
            first = min(possible, key=rank.__getitem__)
            piece = merge(piece, first, BYTES + rank[first])
        ids += piece
    return [number if number < BYTES else number - BYTES for number in ids]


@variant("encode")
def merge_after_merge(text, merges):
    pieces = [list(word.encode("utf-8")) for word in split_words(text)]
    for number, (left, right) in enumerate(merges):
        pieces = [merge(piece, (left, right), 256 + number) for piece in pieces]
    return [number for piece in pieces for number in piece]


@variant("encode")
def by_ranks_in_place(text, merges):
    numbers = {(left, right): 256 + number for number, (left, right) in enumerate(merges)}
    result = []
    for word in split_words(text):
        piece = [*word.encode()]
        while len(piece) > 1:
            candidates = [numbers.get(pair, float("inf")) for pair in pairwise(piece)]
            lowest = min(candidates)
            if lowest == float("inf"):
                break
            place = candidates.index(lowest)
            piece[place : place + 2] = [lowest]
        result.extend(piece)
    return result


@misconception(
    "decode",
    "Each id is decoded by itself. A character of several bytes may lie across two ids: join the bytes first.",
)
def id_by_id(ids, merges):
    vocabulary = token_bytes(merges)
    if any(not 0 <= number < len(vocabulary) for number in ids):
        raise ValueError("outside of the vocabulary")
    return "".join(vocabulary[number].decode(errors="replace") for number in ids)


@misconception(
    "decode", "Bytes that are no UTF-8 are left out. Each such place becomes \\ufffd: errors='replace'."
)
def broken_bytes_left_out(ids, merges):
    vocabulary = token_bytes(merges)
    if any(not 0 <= number < len(vocabulary) for number in ids):
        raise ValueError("outside of the vocabulary")
    return b"".join(vocabulary[number] for number in ids).decode(errors="ignore")


@misconception("decode", "−1 is taken for the last token. Ids below 0 are an error.")
def minus_one_is_the_last(ids, merges):
    vocabulary = token_bytes(merges)
    try:
        return b"".join(vocabulary[number] for number in ids).decode(errors="replace")
    except IndexError:
        raise ValueError("outside of the vocabulary") from None


@misconception("decode", "Bytes were taken for characters (Latin-1). A text is made of bytes by UTF-8.")
def latin(ids, merges):
    vocabulary = token_bytes(merges)
    if any(not 0 <= number < len(vocabulary) for number in ids):
        raise ValueError("outside of the vocabulary")
    return b"".join(vocabulary[number] for number in ids).decode("latin-1")


@misconception(
    "decode", "Ids above the last token are an error, ValueError, and not what a list says to them."
)
def above_the_last_token(ids, merges):
    vocabulary = token_bytes(merges)
    if any(number < 0 for number in ids):
        raise ValueError("below 0")
    return b"".join(vocabulary[number] for number in ids).decode(errors="replace")


@variant("decode")
def undoing_merges(ids, merges):
    data = bytearray()
    stack = list(ids)[::-1]
    while stack:
        number = stack.pop()
        if not 0 <= number < 256 + len(merges):
            raise ValueError(f"no token has the id {number}")
        if number < 256:
            data.append(number)
        else:
            left, right = merges[number - 256]
            stack += [right, left]
    return data.decode("utf-8", "replace")


@variant("decode")
def by_a_dictionary(ids, merges):
    known = dict(enumerate(token_bytes(merges)))
    try:
        data = b"".join([known[int(number)] for number in ids])
    except KeyError as error:
        raise ValueError("an id is in no vocabulary") from error
    return str(data, "utf-8", errors="replace")


@misconception(
    "stream_text",
    "Each token is decoded by itself: characters across two tokens are lost.",
    errors=("replace", "ignore"),
)
def token_by_token(tokens, *, errors="replace"):
    return [token.decode(errors=errors) for token in tokens]


@misconception("stream_text", "After each token the whole text comes again. Only what is new may be shown.")
def the_whole_text(tokens):
    return [b"".join(tokens[: number + 1]).decode(errors="ignore") for number in range(len(tokens))]


@misconception(
    "stream_text",
    "A token with an unfinished character waits as a whole. What is complete in it is to be shown at once.",
)
def waits_as_a_whole(tokens):
    shown, waiting = [], b""
    for token in tokens:
        waiting += token
        try:
            shown.append(waiting.decode())
            waiting = b""
        except UnicodeDecodeError:
            shown.append("")
    return shown


@variant("stream_text")
def by_an_incremental_decoder(tokens):
    decoder = codecs.getincrementaldecoder("utf-8")()
    return [decoder.decode(token) for token in tokens]


@variant("stream_text")
def by_counting_leading_bytes(tokens):
    shown, waiting = [], b""
    for token in tokens:
        waiting += token
        place = 0
        while place < len(waiting):
            first = waiting[place]
            length = 1 if first < 0x80 else 2 if first < 0xE0 else 3 if first < 0xF0 else 4
            if place + length > len(waiting):
                break
            place += length
        shown.append(waiting[:place].decode())
        waiting = waiting[place:]
    return shown
