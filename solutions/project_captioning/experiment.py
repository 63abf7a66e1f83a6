"""Your experiment: methods that learn from pictures with captions, and say what is on new ones.

This file is yours: add functions, classes, modules beside it, and methods to ``METHODS``. What is asked of `fit` and
`predict` is asked of every method in it. Arguments come back unchanged.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from day22_captioning.captioner import CaptionNet
from day22_captioning.decoding import generate
from day22_captioning.training import LENGTH
from day22_captioning.training import fit as train
from day22_captioning.words import build_vocabulary, captions_to_matrix, matrix_to_captions

METHODS = ("baseline", "own")
"""The baseline first, and last what your report recommends. Another name has a part of its own in `fit`."""


def fit(images: Tensor, captions: Sequence[str], method: str, seed: int) -> Any:
    """Learn from pictures that somebody has described.

    Whatever is drawn is drawn from ``seed``: the same call gives a model with the same answers. A check that trains
    gives up after 90 seconds; let `fit` and `predict` together take less than 30.

    Parameters
    ----------
    images : (n, 3, 16, 16) float32 tensor in [0, 1], n is 300 or more
    captions : n strings, what somebody has said of each picture; other words may be as right
    method : one of ``METHODS``
    seed : of everything that is drawn, 0 or more

    Returns
    -------
    what `predict` needs: a model of any kind

    Raises
    ------
    ValueError
        for a method that is not in ``METHODS``
    """
    ### BEGIN SOLUTION all pictures by heart, and the captioner of day 22 that sees the picture at every step
    if method not in METHODS:
        raise ValueError(f"there is no method {method!r}")
    if method == "baseline":
        return {"images": images.clone(), "captions": list(captions)}
    vocabulary = build_vocabulary(captions)
    matrix = torch.as_tensor(captions_to_matrix(captions, vocabulary, LENGTH))
    torch.manual_seed(seed)
    network = CaptionNet(len(vocabulary))
    train(network, images, matrix, epochs=18, learning_rate=1.5e-2, batch_size=64, seed=seed)
    return {"network": network, "vocabulary": vocabulary}
    ### END SOLUTION


def predict(model: Any, images: Tensor) -> list[str]:
    """A caption for each of some new pictures.

    What is said of a picture alone is said of it among others.

    Parameters
    ----------
    model : what `fit` gave, whatever was trained after it
    images : (n, 3, 16, 16) float32 tensor in [0, 1], n is 1 or more

    Returns
    -------
    list of n strings
        words with one space between them; "" where nothing is said
    """
    ### BEGIN SOLUTION the caption of the picture that is nearest; or word by word
    if "network" in model:
        ids = torch.as_tensor(generate(model["network"], images, LENGTH))
        return list(matrix_to_captions(ids, model["vocabulary"]))
    far = torch.cdist(images.flatten(1), model["images"].flatten(1))
    return [model["captions"][nearest] for nearest in far.argmin(dim=1).tolist()]
    ### END SOLUTION
