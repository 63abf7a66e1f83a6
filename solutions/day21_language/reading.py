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

    References
    ----------
    Jurafsky and Martin, Speech and Language Processing, 3rd ed. draft, chapter on naive Bayes and text classification
    """
    ### BEGIN SOLUTION `scatter_add_` adds the mask, as numbers, at the places that the ids name
    counts = torch.zeros(len(ids), size)
    return counts.scatter_add_(1, ids, mask.to(counts.dtype))
    ### END SOLUTION


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
    ### BEGIN SOLUTION zero the padding, `conv1d` with k // 2 zeros at both ends, hide the padding again, maximum
    words = (x * mask[..., None]).transpose(1, 2)
    y = conv1d(words, weight, bias, padding=weight.shape[-1] // 2).relu()
    return y.masked_fill(~mask[:, None], 0.0).amax(dim=-1)
    ### END SOLUTION


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

    References
    ----------
    Schuster and Paliwal (1997), Bidirectional recurrent neural networks; ``torch.nn.GRU(bidirectional=True)``
    """

    ### BEGIN SOLUTION where there is no word, the state stays 0: then the backward cell begins at the last word
    def states(cell: Callable[[Tensor, Tensor], Tensor], order: range) -> Tensor:
        h = x.new_zeros(len(x), units)
        seen: dict[int, Tensor] = {}
        for t in order:
            h = torch.where(mask[:, t, None], cell(x[:, t], h), torch.zeros_like(h))
            seen[t] = h
        return torch.stack([seen[t] for t in range(x.shape[1])], dim=1)

    steps = x.shape[1]
    there, back = states(forward_cell, range(steps)), states(backward_cell, range(steps - 1, -1, -1))
    return torch.cat([there, back], dim=-1)
    ### END SOLUTION


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
    ### BEGIN SOLUTION the mask picks words from logits (n, c) and targets (n,); then it is the usual loss
    return cross_entropy(logits[mask], targets[mask])
    ### END SOLUTION
