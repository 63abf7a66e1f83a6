# Write the parts marked TODO(day22). Made by `course sync` from the course's single source.
# skeleton b7d8d0305daf18fd
"""From probabilities to a sentence: the best word, a word by chance, or several sentences at once.

Models are from images (b, …) and ids (b, t) to logits (b, t, words). Arguments come back unchanged, but for the state
of a generator from which is drawn.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from day22_captioning.words import END, PAD, START


def pick(logits: Tensor, temperature: float = 0.0, generator: torch.Generator | None = None) -> Tensor:
    """One word for each row.

    At temperature 0 the word with the largest logit. Above, word k is drawn with probability

        p_k = exp(a_k / temperature) / Σ exp(a_j / temperature) ,

    with `generator` and no other source of chance: the same state of the generator gives the same words. Stable for
    temperatures of 0.001 and logits of ±1000.

    Parameters
    ----------
    logits : (b, words) float tensor, without ties
    temperature : 0 or more
    generator : needed above temperature 0

    Returns
    -------
    (b,) int64 tensor

    References
    ----------
    Ackley, Hinton and Sejnowski (1985), A learning algorithm for Boltzmann machines, section 2, for the temperature
    """
    # TODO(day22): argmax; or softmax of logits / temperature and torch.multinomial
    raise NotImplementedError("pick is not written yet")


def generate(
    model: nn.Module,
    images: Tensor,
    max_length: int,
    temperature: float = 0.0,
    generator: torch.Generator | None = None,
) -> Tensor:
    """A caption for each picture, word by word: each word is picked by `pick` from the logits of the last step.

    All rows begin with START, which is no part of the answer. A row that has said END is finished: whatever the model
    says there, PAD follows. No graph is built, and the model stays in the mode in which it is.

    Parameters
    ----------
    model : from images (b, …) and ids (b, t) to logits (b, t, words)
    images : (b, …) float tensor
    max_length : numbers in a row, 1 or more
    temperature, generator : of `pick`

    Returns
    -------
    (b, max_length) int64 tensor; a row that never says END has no END
    """
    # TODO(day22): a loop with torch.no_grad(): ids grow by a column, from START
    raise NotImplementedError("generate is not written yet")


def log_likelihood(model: nn.Module, images: Tensor, matrix: Tensor) -> Tensor:
    """How probable are whole captions, each for its picture?

    The sum of ln p(word | picture, words before it) over the words of a row, END included, PAD not. No graph is built,
    and the model stays in the mode in which it is.

    Parameters
    ----------
    model : from images (b, …) and ids (b, t) to logits (b, t, words)
    images : (b, …) float tensor
    matrix : (b, t) int64 tensor, START in the first column as `captions_to_matrix` gives it; t at least 2

    Returns
    -------
    (b,) float tensor, in nats, without a graph
    """
    # TODO(day22): as in the loss, but sums of rows
    raise NotImplementedError("log_likelihood is not written yet")


def beam_search(
    next_log_p: Callable[[Tensor], Tensor], width: int, max_length: int
) -> list[tuple[list[int], float]]:
    """Several sentences at once, and in the end the most probable of those that were found.

    A beam holds up to `width` sentences and begins with the empty one, which is START alone. In each of max_length
    rounds every sentence that is not finished is continued by *every* word of the vocabulary; a sentence that ends
    in END is finished and stays as it is. Of all these, finished and not, the `width` with the largest log probability
    are the next beam. It is over early when all sentences of the beam are finished.

    Width 1 takes the best word each time; a width that nothing falls out of finds the best sentence of all.

    Parameters
    ----------
    next_log_p : from prefixes (n, t), an int64 tensor of sentences that begin with START, to ln p (n, words) of the
        word that comes next; it may be −∞
    width : 1 or more
    max_length : words in a sentence, END included, 1 or more

    Returns
    -------
    list of pairs, the most probable first: a sentence as a list of ints without START, with its END where it has one,
        and its log probability, a float

    References
    ----------
    Graves (2012), Sequence transduction with recurrent neural networks, section 2.5; Vinyals et al. (2015), Show and
    tell, section 3.2
    """
    # TODO(day22): a list of (log p, words); open sentences have one length, so they are one tensor
    raise NotImplementedError("beam_search is not written yet")


def consensus(captions: Sequence[str], likeness: Callable[[str, str], float]) -> int:
    """Of several captions of one picture, the one that is most like all others (optional).

    Its mean likeness to the *others* is largest; of equally good ones it is the first.

    Parameters
    ----------
    captions : sequence of n strings, n at least 2; equal ones are allowed, each of them counts
    likeness : from a caption and another one it is compared with to a number; it need not be symmetric

    Returns
    -------
    int, the number of the caption, from 0

    References
    ----------
    Kumar and Byrne (2004), Minimum Bayes-risk decoding for statistical machine translation
    """
    # TODO(day22): Of several captions of one picture, the one that is most like all others (optional)
    raise NotImplementedError("consensus is not written yet")
