# Write the parts marked TODO(day17). Made by `course sync` from the course's single source.
# skeleton f91006894ea01cd9
"""Attention: every place looks at others, and takes from them what it needs.

Arguments come back unchanged, results and gradients are finite, and it is float32 in, float32 out.
"""

from typing import Any

import numpy as np

from day17_library.engine import Tensor, softmax
from day17_library.layers import Linear
from day17_library.modules import Module


def causal_mask(length: int) -> np.ndarray:
    """(length, length) truth values (given): place i may look at the places 0 … i."""
    return np.arange(length)[:, None] >= np.arange(length)


def attention(q: Tensor, k: Tensor, v: Tensor, mask: np.ndarray | None = None) -> Tensor:
    """Scaled dot-product attention: softmax(q kᵀ / √d) v, with the softmax over the keys.

    A query gets no weight on a key where the mask is False, however large its score is. A query that may look at
    nothing at all (a row of padding) gets **zeros**, and neither it nor the gradients become NaN.

    Parameters
    ----------
    q : (…, tq, d) Tensor, the queries
    k : (…, tk, d) Tensor, the keys; tk may be another number than tq
    v : (…, tk, e) Tensor, the values
    mask : truth values, of the shape (…, tq, tk) or of one that broadcasts to it; None: all may look at all

    Returns
    -------
    (…, tq, e) Tensor

    Not allowed here: ``torch.nn.functional.scaled_dot_product_attention``.

    References
    ----------
    Vaswani et al. (2017), Attention is all you need, section 3.2.1
    """
    # TODO(day17): a large negative number is added before the softmax; rows without a key are multiplied by
    #   0
    raise NotImplementedError("attention is not written yet")


class MultiHeadAttention(Module):
    """Several attentions side by side, each on its own part of the features.

    Parameters
    ----------
    features : d, length of the vectors
    heads : h, a divisor of d
    rng : the generator for the weights

    Attributes
    ----------
    query, key, value, output : Linear, from d to d features

    References
    ----------
    Vaswani et al. (2017), Attention is all you need, section 3.2.2
    """

    def __init__(self, features: int, heads: int, rng: np.random.Generator) -> None:
        self.query, self.key, self.value, self.output = (Linear(features, features, rng) for _ in range(4))
        self.heads = heads

    def forward(self, x: Any, mask: np.ndarray | None = None) -> Tensor:
        """Self-attention of sequences.

        Queries, keys and values are made by the three layers. Head number i works with features i d/h … (i + 1) d/h −
        1 of all three, as `attention` does. The results of the heads are put side by side, in order, and go through
        ``output``.

        Parameters
        ----------
        x : (n, t, d) Tensor or array
        mask : truth values (t, t), or (n, t, t) with one mask for each sequence; all heads use the same

        Returns
        -------
        (n, t, d) Tensor

        Not allowed here: ``torch.nn.MultiheadAttention``,
        ``torch.nn.functional.multi_head_attention_forward``.
        """
        # TODO(day17): reshape to (n, t, h, d/h), transpose to (n, h, t, d/h), and all of it back
        raise NotImplementedError("MultiHeadAttention.forward is not written yet")
