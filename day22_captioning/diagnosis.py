# Write the parts marked TODO(day22). Made by `course sync` from the course's single source.
# skeleton 87bf4937fda482ff
"""What does a captioner know? Measures for one that has learnt something, and perhaps not what it should.

Models are from images (b, …) and ids (b, t) to logits (b, t, words). Apart from what is said of a model, arguments
come back unchanged.
"""

from collections import Counter

import torch
from torch import Tensor, nn

from day22_captioning.captioner import masked_cross_entropy
from day22_captioning.words import PAD


def prefix_entropy(matrix: Tensor, seen: Tensor | None = None) -> float:
    """What the best captioner of all would pay on these captions, who knows only the words so far, and what is `seen`.

    Without `seen` he is blind. For each number of the matrix behind the first column that is not PAD, look at all rows
    that begin with the same numbers (and have the same `seen`), and at how many of these go on with this number too:

        −ln( rows that go on with it / rows that begin so ) ,

    and take the mean over all these numbers. END counts as every other word.

    Parameters
    ----------
    matrix : (n, t) int64 tensor, as `captions_to_matrix` gives it: START, words, END, PAD
    seen : (n,) int64 tensor, a number for what is known of the picture, or None

    Returns
    -------
    float, in nats per word: what `masked_cross_entropy` is at best

    References
    ----------
    Cover and Thomas, Elements of Information Theory, 2nd ed., section 2.2: conditional entropy and the chain rule
    """
    # TODO(day22): a Counter of prefixes, with what is seen; each word is a longer prefix divided by a
    #   shorter one
    raise NotImplementedError("prefix_entropy is not written yet")


def shuffled_images(model: nn.Module, images: Tensor, matrix: Tensor, order: Tensor) -> tuple[float, float]:
    """The test that no blind captioner passes: what do captions cost with their own pictures, and with others?

    The model reads the rows of the matrix as in `caption_step`, in evaluation mode, once with the images as they are
    and once with `images[order]`. Afterwards it is in the mode in which it was, and nothing of it has changed,
    the ``grad`` of its parameters included.

    Parameters
    ----------
    model : from images (b, …) and ids (b, t) to logits (b, t, words)
    images : (n, …) float tensor
    matrix : (n, t + 1) int64 tensor, as `captions_to_matrix` gives it
    order : (n,) int64 tensor, a permutation

    Returns
    -------
    own, others : numbers without a graph: `masked_cross_entropy` with the own pictures, and with those of others
    """
    # TODO(day22): model.eval() and torch.no_grad(); model.train(mode) in the end
    raise NotImplementedError("shuffled_images is not written yet")


def loss_by_word(logits: Tensor, targets: Tensor) -> Tensor:
    """What each word of the vocabulary costs where it is the right one: which words can a captioner tell?

    Parameters
    ----------
    logits : (b, t, words) float tensor
    targets : (b, t) int64 tensor; PAD counts for nothing

    Returns
    -------
    (words,) tensor in the dtype of the logits, without a graph: the mean of −ln p(word) over all targets that are this
        word, in nats; NaN for PAD and for words that are no target
    """
    # TODO(day22): log_softmax, gather; sums by torch.bincount with weights, divided by counts (0 / 0 is
    #   NaN)
    raise NotImplementedError("loss_by_word is not written yet")


def image_gradient(model: nn.Module, images: Tensor, matrix: Tensor) -> Tensor:
    """How much does each step of the model depend on the picture (optional)?

    For step t, with ℓ_t the sum over all rows of −ln p(the right word of step t), 0 where that is PAD,

        mean over the rows of ‖∂ℓ_t / ∂ image‖ ,

    the Euclidean norm over all pixels of a picture. Row i of the logits depends on picture i only. The model stays in
    its mode, and the ``grad`` of its parameters stays as it was.

    Parameters
    ----------
    model : from images (b, …) and ids (b, t) to logits (b, t, words)
    images : (n, …) float tensor, which need not require a gradient; its ``requires_grad`` and ``grad`` stay as they are
    matrix : (n, t + 1) int64 tensor, as `captions_to_matrix` gives it; n and t at least 1

    Returns
    -------
    (t,) float tensor without a graph

    References
    ----------
    Pascanu, Mikolov and Bengio (2013), On the difficulty of training recurrent neural networks, section 2
    """
    # TODO(day22): a detached copy of the images that requires a gradient; torch.autograd.grad for each step
    raise NotImplementedError("image_gradient is not written yet")
