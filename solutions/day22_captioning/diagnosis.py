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
    ### BEGIN SOLUTION a Counter of prefixes, with what is seen; each word is a longer prefix divided by a shorter one
    known = [None] * len(matrix) if seen is None else seen.tolist()
    begins: Counter[tuple[object, tuple[int, ...]]] = Counter()
    words = []
    for what, row in zip(known, matrix.tolist(), strict=True):
        for t, number in enumerate(row):
            if number == PAD:
                break
            begins[what, tuple(row[: t + 1])] += 1
            if t > 0:
                words.append((what, tuple(row[: t + 1])))
    share = torch.tensor([begins[what, row] / begins[what, row[:-1]] for what, row in words])
    return -share.double().log().mean().item()
    ### END SOLUTION


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
    ### BEGIN SOLUTION model.eval() and torch.no_grad(); model.train(mode) in the end
    mode = model.training
    model.eval()
    with torch.no_grad():
        own, others = (
            masked_cross_entropy(model(pictures, matrix[:, :-1]), matrix[:, 1:]).item()
            for pictures in (images, images[order])
        )
    model.train(mode)
    return own, others
    ### END SOLUTION


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
    ### BEGIN SOLUTION log_softmax, gather; sums by torch.bincount with weights, divided by counts (0 / 0 is NaN)
    words = logits.shape[2]
    log_p = logits.detach().log_softmax(dim=2).gather(2, targets[:, :, None])[:, :, 0]
    real = targets != PAD
    counts = torch.bincount(targets[real], minlength=words)
    sums = torch.bincount(targets[real], weights=-log_p[real], minlength=words)
    return sums / counts
    ### END SOLUTION


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
    ### BEGIN SOLUTION a detached copy of the images that requires a gradient; torch.autograd.grad for each step
    pictures = images.detach().clone().requires_grad_()
    targets = matrix[:, 1:]
    log_p = model(pictures, matrix[:, :-1]).log_softmax(dim=2)
    costs = -log_p.gather(2, targets[:, :, None])[:, :, 0] * (targets != PAD)
    norms = []
    for cost in costs.sum(dim=0):
        (slope,) = torch.autograd.grad(cost, pictures, retain_graph=True)
        norms.append(slope.flatten(1).norm(dim=1).mean())
    return torch.stack(norms)
    ### END SOLUTION
