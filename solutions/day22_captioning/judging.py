"""Is it a good sentence? BLEU: the share of n-grams that somebody who knows has said too.

A caption is a string of words with spaces between them. Arguments come back unchanged.
"""

import math
from collections import Counter
from collections.abc import Sequence


def clipped_matches(candidate: str, references: Sequence[str], n: int) -> tuple[int, int]:
    """How many n-grams of a caption stand in its references, none more often than it may.

    An n-gram is n words in a row. One that stands c times in the candidate, and at most r times in a single one of the
    references, counts min(c, r) times: "a a a a" has one match with "a cat", and two with "a cat and a dog".

    Parameters
    ----------
    candidate : string, words with spaces between them; may be ""
    references : sequence of at least one string
    n : 1 or more

    Returns
    -------
    matches : int
    total : int, the number of n-grams in the candidate, 0 when it has fewer than n words

    References
    ----------
    Papineni, Roukos, Ward and Zhu (2002), BLEU: a method for automatic evaluation of machine translation, section 2.1
    """

    ### BEGIN SOLUTION Counter & Counter keeps the smaller count, Counter | Counter the larger one
    def ngrams(caption: str) -> Counter[tuple[str, ...]]:
        words = caption.split()
        return Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))

    most: Counter[tuple[str, ...]] = Counter()
    for reference in references:
        most |= ngrams(reference)
    found = ngrams(candidate)
    return (found & most).total(), found.total()
    ### END SOLUTION


def brevity_penalty(candidate_length: int, reference_length: int) -> float:
    """What captions pay for being too short: 1 from the length of the references on, and exp(1 − r/c) below.

    Parameters
    ----------
    candidate_length : c, words of all candidates together; 0 or more
    reference_length : r, words of the references they are compared with; 1 or more

    Returns
    -------
    float; 0 for c = 0

    References
    ----------
    Papineni, Roukos, Ward and Zhu (2002), BLEU: a method for automatic evaluation of machine translation, section 2.2.2
    """
    ### BEGIN SOLUTION
    if candidate_length == 0:
        return 0.0
    return math.exp(min(0.0, 1 - reference_length / candidate_length))
    ### END SOLUTION


def bleu(candidates: Sequence[str], references: Sequence[Sequence[str]], order: int = 2) -> float:
    """BLEU of a whole set of captions.

    Matches and totals are those of `clipped_matches`, *summed over all captions* before they are divided:

        precision_n = Σ matches_n / Σ totals_n ,
        BLEU        = brevity_penalty(c, r) · (precision_1 · … · precision_order)^(1/order) ,

    where c is the number of words of all candidates, and r the sum, over the candidates, of the length of the reference
    that is nearest in length, of two that are equally near the shorter one. It is 0 when some precision is 0 or has
    nothing to divide by.

    Parameters
    ----------
    candidates : sequence of n strings, n at least 1
    references : n sequences of strings, each with at least one; no reference is ""
    order : length of the longest n-grams, 1 or more

    Returns
    -------
    float between 0 and 1

    References
    ----------
    Papineni, Roukos, Ward and Zhu (2002), BLEU: a method for automatic evaluation of machine translation, section 2.3
    """
    ### BEGIN SOLUTION the mean of the logarithms is the logarithm of the geometric mean
    logarithms = []
    for n in range(1, order + 1):
        pairs = [clipped_matches(c, r, n) for c, r in zip(candidates, references, strict=True)]
        matches, total = (sum(parts) for parts in zip(*pairs, strict=True))
        if matches == 0:
            return 0.0
        logarithms.append(math.log(matches / total))
    lengths = [len(candidate.split()) for candidate in candidates]
    nearest = [
        min((len(reference.split()) for reference in own), key=lambda r: (abs(r - length), r))
        for own, length in zip(references, lengths, strict=True)
    ]
    return brevity_penalty(sum(lengths), sum(nearest)) * math.exp(sum(logarithms) / order)
    ### END SOLUTION
