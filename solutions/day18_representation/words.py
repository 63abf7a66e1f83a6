"""Words as vectors, learned from nothing but the company they keep.

Words are numbers from 0 to v − 1. Every word has two vectors: its row of ``inputs`` when it is asked, its row of
``outputs`` when it is the answer; both tables are (v, d). Arguments come back unchanged.
"""

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, logsigmoid, normalize


def context_pairs(ids: list[int], window: int) -> list[tuple[int, int]]:
    """All pairs of a word of a sentence and one near it.

    For each place, from the first to the last, and for each other place not more than ``window`` away, from left to
    right: (word here, word there). The sentence ends where it ends; a word may be paired with an equal word, but no
    place with itself.

    Parameters
    ----------
    ids : the words of one sentence, ints
    window : how far to look on each side, 1 or more

    Returns
    -------
    list of pairs of ints

    References
    ----------
    Mikolov, Chen, Corrado and Dean (2013), Efficient estimation of word representations in vector space, section 3.2
    """
    ### BEGIN SOLUTION two loops over places, the inner one from max(0, i − window)
    pairs = []
    for i, here in enumerate(ids):
        for j in range(max(0, i - window), min(len(ids), i + window + 1)):
            if j != i:
                pairs.append((here, ids[j]))
    return pairs
    ### END SOLUTION


def cbow_loss(inputs: Tensor, outputs: Tensor, contexts: Tensor, centres: Tensor) -> Tensor:
    """Continuous bag of words: guess the word in the middle from the words around it.

    The *mean* of the input vectors of the context is compared, by scalar products, with the output vectors of all v
    words; the loss is the cross-entropy of the word that really stood there, the mean over the batch.

    Parameters
    ----------
    inputs, outputs : (v, d) float tensors
    contexts : (b, c) int64 tensor, the words around
    centres : (b,) int64 tensor, the words in the middle

    Returns
    -------
    float tensor of shape (), in nats, that can be differentiated by both tables

    References
    ----------
    Mikolov, Chen, Corrado and Dean (2013), Efficient estimation of word representations in vector space, section 3.1
    """
    ### BEGIN SOLUTION cross_entropy is allowed
    logits = inputs[contexts].mean(dim=1) @ outputs.T
    return cross_entropy(logits, centres)
    ### END SOLUTION


def noise_distribution(counts: Tensor, power: float = 0.75) -> Tensor:
    """From how often words occur to how often they are drawn as wrong answers: counts to a power, adding up to 1.

    A power of 1 draws words as they occur, 0 draws all alike; what is in between draws rare words more often than they
    occur, and frequent ones less often. A word that never occurs is never drawn.

    Parameters
    ----------
    counts : (v,) int64 tensor, 0 or more, not all 0
    power : more than 0

    Returns
    -------
    (v,) float tensor

    References
    ----------
    Mikolov, Sutskever, Chen, Corrado and Dean (2013), Distributed representations of words and phrases and their
    compositionality, section 2.2
    """
    ### BEGIN SOLUTION
    weights = counts.double() ** power
    return weights / weights.sum()
    ### END SOLUTION


def negative_sampling_loss(
    inputs: Tensor, outputs: Tensor, words: Tensor, near: Tensor, wrong: Tensor
) -> Tensor:
    """Skip-gram with negative sampling: which of these words really stood near?

    For a pair (w, c) from the text and the wrong answers n₁, …, n_m,

        −ln σ(u_w · v_c) − Σ_i ln σ(−u_w · v_{n_i}) ,

    u from ``inputs``, v from ``outputs``: the *sum* over the wrong answers, the mean over the pairs. Stable: finite
    for scalar products of ±1000. The check that learns words gives up after 90 seconds.

    Parameters
    ----------
    inputs, outputs : (v, d) float tensors
    words, near : (b,) int64 tensors, pairs of the text
    wrong : (b, m) int64 tensor, words drawn from `noise_distribution`

    Returns
    -------
    float tensor of shape (), that can be differentiated by both tables

    References
    ----------
    Mikolov, Sutskever, Chen, Corrado and Dean (2013), Distributed representations of words and phrases and their
    compositionality, equation 4
    """
    ### BEGIN SOLUTION scalar products (b,) and (b, m); logsigmoid
    u = inputs[words]
    right = (u * outputs[near]).sum(dim=1)
    others = torch.einsum("bd,bmd->bm", u, outputs[wrong])
    return -(logsigmoid(right) + logsigmoid(-others).sum(dim=1)).mean()
    ### END SOLUTION


def neighbours(vectors: Tensor, word: int, k: int) -> list[int]:
    """The k words whose vectors point most nearly in the same direction: largest cosine first, without the word itself.

    Parameters
    ----------
    vectors : (v, d) float tensor, no row is 0, no two cosines are equal
    word : whose neighbours
    k : from 1 to v − 1

    Returns
    -------
    list of k ints

    References
    ----------
    Jurafsky and Martin, Speech and Language Processing, 3rd ed., section 6.4
    """
    ### BEGIN SOLUTION
    directions = normalize(vectors, dim=1)
    cosines = directions @ directions[word]
    cosines[word] = -torch.inf
    return cosines.topk(k).indices.tolist()
    ### END SOLUTION


def analogy(vectors: Tensor, a: int, b: int, c: int, exclude: bool = True) -> int:
    """What is to c as b is to a? The word whose vector has the largest cosine with b − a + c.

    All vectors are brought to length 1 before they are added and subtracted. The three words of the question are no
    answers, unless ``exclude`` is False: then any word may be the answer, as it ought to be if the sum really ended
    near it.

    Parameters
    ----------
    vectors : (v, d) float tensor, no row is 0
    a, b, c : the words of the question
    exclude : leave the words of the question out

    Returns
    -------
    int

    References
    ----------
    Mikolov, Yih and Zweig (2013), Linguistic regularities in continuous space word representations; Linzen (2016),
    Issues in evaluating semantic spaces using word analogies: what is left without leaving them out
    """
    ### BEGIN SOLUTION
    directions = normalize(vectors, dim=1)
    cosines = directions @ (directions[b] - directions[a] + directions[c])
    if exclude:
        cosines[[a, b, c]] = -torch.inf
    return int(cosines.argmax())
    ### END SOLUTION
