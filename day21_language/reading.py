# Write the parts marked TODO(day21). Made by `course sync` from the course's single source.
# skeleton ff192cca2cc128d4
"""To read: which words there are, which stand side by side, and what stands before and behind each.

Sentences of different lengths stand in one matrix, from the left, and a mask says where there is a word: True is a
word, False is padding. What stands at padding must count for nothing. Arguments come back unchanged. A
check that trains gives up after 90 seconds.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import conv1d, cross_entropy


def bag_of_words(ids: Tensor, mask: Tensor, size: int) -> Tensor:
    """How often each word of the vocabulary occurs in each text: the order is forgotten.

    Parameters
    ----------
    ids : (b, t) int64 tensor, from 0 to size − 1
    mask : (b, t) bool tensor, True where there is a word; id 0 may be a word as well as padding
    size : number of words in the vocabulary

    Returns
    -------
    (b, size) tensor of counts, of integers, float32 or float64

    Not allowed here: ``sklearn.feature_extraction.text.CountVectorizer``.

    References
    ----------
    Jurafsky and Martin, Speech and Language Processing, 3rd ed. draft, chapter on naive Bayes and text classification
    """
    # TODO(day21): `scatter_add_` adds the mask, as numbers, at the places that the ids name
    raise NotImplementedError("bag_of_words is not written yet")


def window_features(x: Tensor, mask: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """For each pattern of a few neighbouring words: how clearly does it occur anywhere in the text?

        y[b, o, i] = relu(bias[o] + Σ_c Σ_j weight[o, c, j] · x[b, i + j − (k − 1)/2, c]) ,
        feature[b, o] = the maximum of y[b, o, i] over all i where there is a word .

    A window reaches over both ends of the text; x is 0 there and at padding, whatever the tensor holds. Places of
    padding do not take part in the maximum.

    Parameters
    ----------
    x : (b, t, c) float tensor, a vector for each word
    mask : (b, t) bool tensor, True where there is a word, at least once in each row
    weight : (o, c, k) float tensor, k odd
    bias : (o,) float tensor

    Returns
    -------
    (b, o) float tensor
        float32 in, float32 out

    References
    ----------
    Kim (2014), Convolutional neural networks for sentence classification, section 2
    """
    # TODO(day21): zero the padding, `conv1d` with k // 2 zeros at both ends, hide the padding again,
    #   maximum
    raise NotImplementedError("window_features is not written yet")


def bidirectional(
    x: Tensor,
    mask: Tensor,
    forward_cell: Callable[[Tensor, Tensor], Tensor],
    backward_cell: Callable[[Tensor, Tensor], Tensor],
    units: int,
) -> Tensor:
    """Read each sentence twice, from the first word to the last and from the last to the first.

    Both cells begin with the state 0, before the first word and behind *the last word of the sentence* (behind which
    there may be padding). At each word the two states, each with this word read, are put side by side.

    Parameters
    ----------
    x : (b, t, d) float tensor
    mask : (b, t) bool tensor, True where there is a word; in each row the words come first, at least one
    forward_cell, backward_cell : from (b, d) words and (b, units) states to (b, units) new states; each row by itself
    units : length of a state

    Returns
    -------
    (b, t, 2 · units) float tensor
        the forward state first, then the backward state; 0 at padding

    Not allowed here: ``torch.gru``, ``torch.nn.utils.rnn.pack_padded_sequence``; from ``torch.nn``:
    ``GRU``, ``LSTM``, ``RNN``.

    References
    ----------
    Schuster and Paliwal (1997), Bidirectional recurrent neural networks; ``torch.nn.GRU(bidirectional=True)``
    """

    # TODO(day21): where there is no word, the state stays 0: then the backward cell begins at the last word
    raise NotImplementedError("bidirectional is not written yet")


def masked_loss(logits: Tensor, targets: Tensor, mask: Tensor) -> Tensor:
    """Mean cross-entropy of all words of a batch, in nats: padding counts neither above nor below the fraction.

    Parameters
    ----------
    logits : (b, t, c) float tensor
    targets : (b, t) int64 tensor, from 0 to c − 1, at padding too
    mask : (b, t) bool tensor, True where there is a word, at least once

    Returns
    -------
    () float tensor, differentiable, finite for logits of any size

    References
    ----------
    ``torch.nn.functional.cross_entropy`` and its ``ignore_index``
    """
    # TODO(day21): the mask picks words from logits (n, c) and targets (n,); then it is the usual loss
    raise NotImplementedError("masked_loss is not written yet")
