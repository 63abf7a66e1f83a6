"""Answers to judging.py: wrong ones with what went wrong, and right ones in another style."""

import math
from collections import Counter

import numpy as np

from course.testing import misconception, variant
from day22_captioning.judging import brevity_penalty, clipped_matches


@misconception(
    "clipped_matches",
    "Nothing is clipped: every n-gram that stands somewhere in a reference counts, as often as it likes.",
)
def not_clipped(candidate, references, n):
    def grams(caption, n):
        words = caption.split()
        return [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]

    found = grams(candidate, n)
    known = {gram for reference in references for gram in grams(reference, n)}
    return sum(gram in known for gram in found), len(found)


@misconception(
    "clipped_matches",
    "The counts of an n-gram were added up over the references. It may count as often as in the *one* that has most.",
)
def references_added_up(candidate, references, n):
    def grams(caption, n):
        words = caption.split()
        return [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]

    most = Counter(gram for reference in references for gram in grams(reference, n))
    found = Counter(grams(candidate, n))
    return sum((found & most).values()), sum(found.values())


@misconception(
    "clipped_matches",
    "One reference was chosen for all n-grams. Each n-gram may look for the reference that has it most often.",
)
def best_reference(candidate, references, n):
    def grams(caption, n):
        words = caption.split()
        return [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]

    found = Counter(grams(candidate, n))
    matches = max(sum((found & Counter(grams(reference, n))).values()) for reference in references)
    return matches, sum(found.values())


@misconception("clipped_matches", "Only the first reference was looked at.")
def first_reference(candidate, references, n):
    def grams(caption, n):
        words = caption.split()
        return [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]

    found = Counter(grams(candidate, n))
    return sum((found & Counter(grams(references[0], n))).values()), sum(found.values())


@misconception(
    "clipped_matches", "Different n-grams were counted. One that stands twice counts twice, where it may."
)
def each_once(candidate, references, n):
    def grams(caption, n):
        words = caption.split()
        return [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]

    found = set(grams(candidate, n))
    known = {gram for reference in references for gram in grams(reference, n)}
    return len(found & known), len(found)


@misconception("clipped_matches", "The last n-gram is missing: w words have w − n + 1 of them.")
def last_one_missing(candidate, references, n):
    def cut(caption):
        words = caption.split()
        return Counter(tuple(words[i : i + n]) for i in range(len(words) - n))

    most = Counter()
    for reference in references:
        most |= cut(reference)
    found = cut(candidate)
    return sum((found & most).values()), sum(found.values())


@misconception(
    "clipped_matches", "The total is that of the references. It is the number of n-grams in the candidate."
)
def total_of_the_references(candidate, references, n):
    def grams(caption, n):
        words = caption.split()
        return [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]

    most = Counter()
    for reference in references:
        most |= Counter(grams(reference, n))
    return sum((Counter(grams(candidate, n)) & most).values()), sum(most.values())


@misconception(
    "clipped_matches",
    "The total of a caption with fewer than n words is 0, not w − n + 1, which is below 0 where w < n − 1.",
)
def fewer_than_none(candidate, references, n):
    def grams(caption):
        words = caption.split()
        return Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))

    most = Counter()
    for reference in references:
        most |= grams(reference)
    return sum((grams(candidate) & most).values()), len(candidate.split()) - n + 1


@misconception("clipped_matches", "Letters were counted. An n-gram is n words in a row.")
def letters(candidate, references, n):
    def cut(text):
        return Counter(text[i : i + n] for i in range(len(text) - n + 1))

    most = Counter()
    for reference in references:
        most |= cut(reference)
    found = cut(candidate)
    return sum((found & most).values()), sum(found.values())


@variant("clipped_matches")
def with_dictionaries(candidate, references, n):
    counts = {}
    words = candidate.split()
    total = max(0, len(words) - n + 1)
    for i in range(total):
        gram = " ".join(words[i : i + n])
        counts[gram] = counts.get(gram, 0) + 1
    matches = 0
    for gram, count in counts.items():
        allowed = 0
        for reference in references:
            own = reference.split()
            times = sum(" ".join(own[i : i + n]) == gram for i in range(len(own) - n + 1))
            allowed = max(allowed, times)
        matches += min(count, allowed)
    return matches, total


@variant("clipped_matches")
def with_zip(candidate, references, n):
    def count(caption):
        words = caption.split()
        return Counter(zip(*(words[i:] for i in range(n)), strict=False))

    tables = [count(reference) for reference in references]
    found = count(candidate)
    matches = sum(min(times, max(table[gram] for table in tables)) for gram, times in found.items())
    return np.int64(matches), np.int64(sum(found.values()))


@misconception("brevity_penalty", "Captions that are long enough get more than 1 here. Only short ones pay.")
def reward_for_length(candidate_length, reference_length):
    if candidate_length == 0:
        return 0.0
    return math.exp(1 - reference_length / candidate_length)


@misconception("brevity_penalty", "This is the ratio of the lengths. The penalty is exp(1 − r/c).")
def ratio(candidate_length, reference_length):
    return min(1.0, candidate_length / reference_length)


@misconception("brevity_penalty", "The fraction is upside down: it is r/c, reference over candidate.")
def upside_down(candidate_length, reference_length):
    if candidate_length >= reference_length:
        return 1.0
    return math.exp(1 - candidate_length / reference_length)


@misconception("brevity_penalty", "The 1 is missing in the exponent, so that a little too short costs a lot.")
def without_the_one(candidate_length, reference_length):
    if candidate_length >= reference_length:
        return 1.0
    return math.exp(-reference_length / max(candidate_length, 1e-9))


@misconception("brevity_penalty", "Long captions pay, and short ones do not. It is the other way round.")
def long_ones_pay(candidate_length, reference_length):
    if candidate_length <= reference_length:
        return 1.0
    return math.exp(1 - candidate_length / reference_length)


@variant("brevity_penalty")
def with_cases(candidate_length, reference_length):
    if candidate_length >= reference_length:
        return 1
    if not candidate_length:
        return 0
    return np.exp((candidate_length - reference_length) / candidate_length)


@variant("brevity_penalty")
def as_a_power(candidate_length, reference_length):
    c, r = candidate_length, reference_length
    return 0.0 if c == 0 else min(1.0, math.e ** (1 - r / c))


@misconception(
    "bleu",
    "This is the mean over the BLEUs of single captions. Matches and totals are summed over all captions first.",
)
def mean_of_single_ones(candidates, references, order=2):
    def pieces(candidates, references, order):
        """Sums of matches and totals for each n, and the lengths."""
        sums = []
        for n in range(1, order + 1):
            pairs = [clipped_matches(c, own, n) for c, own in zip(candidates, references, strict=True)]
            sums.append((sum(m for m, _ in pairs), sum(t for _, t in pairs)))
        return sums, sum(len(c.split()) for c in candidates)

    def nearest(candidates, references):
        total = 0
        for candidate, own in zip(candidates, references, strict=True):
            length = len(candidate.split())
            total += min((len(r.split()) for r in own), key=lambda r: (abs(r - length), r))
        return total

    def geometric(sums):
        if any(m == 0 for m, _ in sums):
            return 0.0
        return math.exp(sum(math.log(m / t) for m, t in sums) / len(sums))

    scores = []
    for candidate, own in zip(candidates, references, strict=True):
        sums, c = pieces([candidate], [own], order)
        scores.append(brevity_penalty(c, nearest([candidate], [own])) * geometric(sums))
    return sum(scores) / len(scores)


@misconception("bleu", "The brevity penalty is missing: a caption of one sure word would be perfect.")
def without_penalty(candidates, references, order=2):
    def pieces(candidates, references, order):
        """Sums of matches and totals for each n, and the lengths."""
        sums = []
        for n in range(1, order + 1):
            pairs = [clipped_matches(c, own, n) for c, own in zip(candidates, references, strict=True)]
            sums.append((sum(m for m, _ in pairs), sum(t for _, t in pairs)))
        return sums, sum(len(c.split()) for c in candidates)

    def geometric(sums):
        if any(m == 0 for m, _ in sums):
            return 0.0
        return math.exp(sum(math.log(m / t) for m, t in sums) / len(sums))

    return geometric(pieces(candidates, references, order)[0])


@misconception("bleu", "Only the longest n-grams count here. The precisions of all n from 1 to the order do.")
def longest_only(candidates, references, order=2):
    def pieces(candidates, references, order):
        """Sums of matches and totals for each n, and the lengths."""
        sums = []
        for n in range(1, order + 1):
            pairs = [clipped_matches(c, own, n) for c, own in zip(candidates, references, strict=True)]
            sums.append((sum(m for m, _ in pairs), sum(t for _, t in pairs)))
        return sums, sum(len(c.split()) for c in candidates)

    def nearest(candidates, references):
        total = 0
        for candidate, own in zip(candidates, references, strict=True):
            length = len(candidate.split())
            total += min((len(r.split()) for r in own), key=lambda r: (abs(r - length), r))
        return total

    def geometric(sums):
        if any(m == 0 for m, _ in sums):
            return 0.0
        return math.exp(sum(math.log(m / t) for m, t in sums) / len(sums))

    sums, c = pieces(candidates, references, order)
    return brevity_penalty(c, nearest(candidates, references)) * geometric(sums[-1:])


@misconception("bleu", "The arithmetic mean of the precisions was taken. It is the geometric one.")
def arithmetic_mean(candidates, references, order=2):
    def pieces(candidates, references, order):
        """Sums of matches and totals for each n, and the lengths."""
        sums = []
        for n in range(1, order + 1):
            pairs = [clipped_matches(c, own, n) for c, own in zip(candidates, references, strict=True)]
            sums.append((sum(m for m, _ in pairs), sum(t for _, t in pairs)))
        return sums, sum(len(c.split()) for c in candidates)

    def nearest(candidates, references):
        total = 0
        for candidate, own in zip(candidates, references, strict=True):
            length = len(candidate.split())
            total += min((len(r.split()) for r in own), key=lambda r: (abs(r - length), r))
        return total

    sums, c = pieces(candidates, references, order)
    mean = sum(m / t if t else 0.0 for m, t in sums) / order
    return brevity_penalty(c, nearest(candidates, references)) * mean


@misconception(
    "bleu", "The root is missing: this is the product of the precisions, not their geometric mean."
)
def product_without_root(candidates, references, order=2):
    def pieces(candidates, references, order):
        """Sums of matches and totals for each n, and the lengths."""
        sums = []
        for n in range(1, order + 1):
            pairs = [clipped_matches(c, own, n) for c, own in zip(candidates, references, strict=True)]
            sums.append((sum(m for m, _ in pairs), sum(t for _, t in pairs)))
        return sums, sum(len(c.split()) for c in candidates)

    def nearest(candidates, references):
        total = 0
        for candidate, own in zip(candidates, references, strict=True):
            length = len(candidate.split())
            total += min((len(r.split()) for r in own), key=lambda r: (abs(r - length), r))
        return total

    def geometric(sums):
        if any(m == 0 for m, _ in sums):
            return 0.0
        return math.exp(sum(math.log(m / t) for m, t in sums) / len(sums))

    sums, c = pieces(candidates, references, order)
    return brevity_penalty(c, nearest(candidates, references)) * geometric(sums) ** order


@misconception(
    "bleu", "The shortest reference counts for the brevity penalty. It is the one that is nearest in length."
)
def shortest_reference(candidates, references, order=2):
    def pieces(candidates, references, order):
        """Sums of matches and totals for each n, and the lengths."""
        sums = []
        for n in range(1, order + 1):
            pairs = [clipped_matches(c, own, n) for c, own in zip(candidates, references, strict=True)]
            sums.append((sum(m for m, _ in pairs), sum(t for _, t in pairs)))
        return sums, sum(len(c.split()) for c in candidates)

    def geometric(sums):
        if any(m == 0 for m, _ in sums):
            return 0.0
        return math.exp(sum(math.log(m / t) for m, t in sums) / len(sums))

    sums, c = pieces(candidates, references, order)
    return brevity_penalty(c, sum(min(len(r.split()) for r in own) for own in references)) * geometric(sums)


@misconception(
    "bleu", "The longest reference counts for the brevity penalty. It is the one that is nearest in length."
)
def longest_reference(candidates, references, order=2):
    def pieces(candidates, references, order):
        """Sums of matches and totals for each n, and the lengths."""
        sums = []
        for n in range(1, order + 1):
            pairs = [clipped_matches(c, own, n) for c, own in zip(candidates, references, strict=True)]
            sums.append((sum(m for m, _ in pairs), sum(t for _, t in pairs)))
        return sums, sum(len(c.split()) for c in candidates)

    def geometric(sums):
        if any(m == 0 for m, _ in sums):
            return 0.0
        return math.exp(sum(math.log(m / t) for m, t in sums) / len(sums))

    sums, c = pieces(candidates, references, order)
    return brevity_penalty(c, sum(max(len(r.split()) for r in own) for own in references)) * geometric(sums)


@misconception(
    "bleu", "The first reference counts for the brevity penalty. It is the one that is nearest in length."
)
def length_of_the_first(candidates, references, order=2):
    def pieces(candidates, references, order):
        """Sums of matches and totals for each n, and the lengths."""
        sums = []
        for n in range(1, order + 1):
            pairs = [clipped_matches(c, own, n) for c, own in zip(candidates, references, strict=True)]
            sums.append((sum(m for m, _ in pairs), sum(t for _, t in pairs)))
        return sums, sum(len(c.split()) for c in candidates)

    def geometric(sums):
        if any(m == 0 for m, _ in sums):
            return 0.0
        return math.exp(sum(math.log(m / t) for m, t in sums) / len(sums))

    sums, c = pieces(candidates, references, order)
    return brevity_penalty(c, sum(len(own[0].split()) for own in references)) * geometric(sums)


@misconception(
    "bleu",
    "Of two references that are equally near in length the longer one was taken. It is the shorter one.",
)
def longer_of_two(candidates, references, order=2):
    def pieces(candidates, references, order):
        """Sums of matches and totals for each n, and the lengths."""
        sums = []
        for n in range(1, order + 1):
            pairs = [clipped_matches(c, own, n) for c, own in zip(candidates, references, strict=True)]
            sums.append((sum(m for m, _ in pairs), sum(t for _, t in pairs)))
        return sums, sum(len(c.split()) for c in candidates)

    def geometric(sums):
        if any(m == 0 for m, _ in sums):
            return 0.0
        return math.exp(sum(math.log(m / t) for m, t in sums) / len(sums))

    sums, c = pieces(candidates, references, order)
    total = 0
    for candidate, own in zip(candidates, references, strict=True):
        length = len(candidate.split())
        total += min((len(r.split()) for r in own), key=lambda r: (abs(r - length), -r))
    return brevity_penalty(c, total) * geometric(sums)


@variant("bleu")
def with_numpy(candidates, references, order=2):
    counts = np.zeros((order, 2))
    c = r = 0
    for candidate, own in zip(candidates, references, strict=True):
        for n in range(order):
            counts[n] += clipped_matches(candidate, own, n + 1)
        length = len(candidate.split())
        lengths = np.array(sorted(len(reference.split()) for reference in own))
        c, r = c + length, r + int(lengths[np.abs(lengths - length).argmin()])
    if (counts[:, 0] == 0).any():
        return 0
    return float(brevity_penalty(c, r) * np.prod(counts[:, 0] / counts[:, 1]) ** (1 / order))


@variant("bleu")
def all_by_itself(candidates, references, order=2):
    def grams(caption, n):
        words = caption.split()
        return [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]

    def nearest(candidates, references):
        total = 0
        for candidate, own in zip(candidates, references, strict=True):
            length = len(candidate.split())
            total += min((len(r.split()) for r in own), key=lambda r: (abs(r - length), r))
        return total

    precision = 1.0
    for n in range(1, order + 1):
        matches = total = 0
        for candidate, own in zip(candidates, references, strict=True):
            found = Counter(grams(candidate, n))
            for gram, count in found.items():
                matches += min(count, max(grams(reference, n).count(gram) for reference in own))
            total += sum(found.values())
        precision *= matches / total if total else 0.0
    c = sum(len(candidate.split()) for candidate in candidates)
    r = nearest(candidates, references)
    penalty = 1.0 if c >= r else math.exp(1 - r / c) if c else 0.0
    return penalty * precision ** (1.0 / order)
