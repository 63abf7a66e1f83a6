# Write the parts marked TODO(day15). Made by `course sync` from the course's single source.
# skeleton df0603daff13294d
"""Attention: every place looks at all the others and takes a weighted mean of what it finds.

Everything here is a function of tensors. In a mask, True means "may be seen". Arguments come back unchanged.
"""

import math

import torch
from torch import Tensor


def causal_mask(queries: int, keys: int) -> Tensor:
    """Who may see whom when nobody may look ahead.

    Both sequences end at the same place. So query i stands at place keys − queries + i and sees the keys up to this
    one, itself included. With queries = keys this is the lower triangle.

    Parameters
    ----------
    queries, keys : numbers of places, queries <= keys; fewer queries when earlier places are known already

    Returns
    -------
    (queries, keys) bool tensor
        True where the query may see the key

    Not allowed here: ``torch.nn.Transformer.generate_square_subsequent_mask``,
    ``torch.nn.functional.scaled_dot_product_attention``; from ``torch.nn.attention.bias``:
    ``causal_lower_right``, ``causal_upper_left``.

    References
    ----------
    Vaswani et al. (2017), Attention is all you need, section 3.2.3
    """
    # TODO(day15): compare the place of each query, a column, with the place of each key, a row
    raise NotImplementedError("causal_mask is not written yet")


def attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Scaled dot-product attention.

        weights = softmax(Q Kᵀ / √d) ,   output = weights V ,

    the softmax over the keys. What the mask hides gets the score −∞ *before* the softmax, so that the visible
    weights add up to 1. A query that sees no key at all gets weights 0 and output 0 (not NaN, and NaN in no gradient).

    Parameters
    ----------
    q : (…, t, d) float tensor of queries
    k : (…, s, d) float tensor of keys
    v : (…, s, e) float tensor of values; e need not be d
    mask : bool tensor that broadcasts to (…, t, s), True where the query may see the key; None: everywhere

    Returns
    -------
    output : (…, t, e) float tensor
    weights : (…, t, s) float tensor
        both in the dtype of q, k and v: float32 stays float32

    Not allowed here: ``torch.nn.MultiheadAttention``, ``torch._scaled_dot_product_attention_math``; from
    ``torch.nn.functional``: ``scaled_dot_product_attention``, ``multi_head_attention_forward``.

    References
    ----------
    Vaswani et al. (2017), Attention is all you need, section 3.2.1
    """
    # TODO(day15): `masked_fill(~mask, …)` twice: −∞ before the softmax, 0 after it for rows that see
    #   nothing
    raise NotImplementedError("attention is not written yet")


def attention_backward(
    grad: Tensor, q: Tensor, k: Tensor, v: Tensor, weights: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Backward pass of scaled dot-product attention, by hand.

    From output = P V with P = softmax(S), S = Q Kᵀ / √d:

        ∂V = Pᵀ grad ,   δP = grad Vᵀ ,   δS = P ⊙ (δP − rowsum(δP ⊙ P)) ,
        ∂Q = δS K / √d ,   ∂K = δSᵀ Q / √d .

    The mask is not needed: where it hides, P is 0, and so is δS.

    Parameters
    ----------
    grad : (…, t, e) float tensor, ∂L/∂output
    q, k, v : (…, t, d), (…, s, d) and (…, s, e) float tensors, what `attention` was given
    weights : (…, t, s) float tensor P that it returned

    Returns
    -------
    grad_q, grad_k, grad_v : float tensors of the shapes of q, k and v

    Not allowed here: the method ``.backward``, ``torch.nn.functional.scaled_dot_product_attention``; from
    ``torch.autograd``: ``grad``, ``backward``; from ``torch.func``: ``grad``, ``vjp``, ``jacrev``,
    ``grad_and_value``, ``jvp``, ``jacfwd``, ``linearize``; from ``torch.autograd.functional``: ``vjp``,
    ``jacobian``, ``jvp``.

    References
    ----------
    Dao, Fu, Ermon, Rudra and Ré (2022), FlashAttention, appendix B.2
    """
    # TODO(day15): five products and the gradient of the softmax
    raise NotImplementedError("attention_backward is not written yet")


def multi_head_attention(
    x: Tensor,
    memory: Tensor,
    w_q: Tensor,
    w_k: Tensor,
    w_v: Tensor,
    w_o: Tensor,
    heads: int,
    mask: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """Several attentions side by side, each on its own part of the features.

    Queries x W_qᵀ come from x, keys and values, memory W_kᵀ and memory W_vᵀ, from the memory (the same tensor in
    self-attention). Each of the three is *split*: head j gets the features from j d/h to (j + 1) d/h of all places, and
    the scale is √(d/h). The outputs of the heads are put side by side again, in the same order, and multiplied by W_oᵀ.

    Parameters
    ----------
    x : (b, t, d) float tensor
    memory : (b, s, d) float tensor
    w_q, w_k, w_v, w_o : (d, d) float tensors
    heads : h, which divides d
    mask : bool tensor that broadcasts to (b, heads, t, s), such as a causal (t, s) or a padding mask (b, 1, 1, s)

    Returns
    -------
    output : (b, t, d) float tensor
    weights : (b, heads, t, s) float tensor

    Raises
    ------
    ValueError
        when heads does not divide d

    Not allowed here: ``torch.nn.MultiheadAttention``; from ``torch.nn.functional``:
    ``multi_head_attention_forward``, ``scaled_dot_product_attention``.

    References
    ----------
    Vaswani et al. (2017), Attention is all you need, section 3.2.2; ``torch.nn.MultiheadAttention``
    """
    # TODO(day15): (b, t, d) → `unflatten` → (b, t, h, d/h) → `transpose` → (b, h, t, d/h), and back
    raise NotImplementedError("multi_head_attention is not written yet")


def sinusoidal_positions(length: int, width: int) -> Tensor:
    """A vector for every place of a sequence, to be added to what stands there.

    Attention by itself does not know the order. With the place p = 0, 1, … and i = 0, 1, …, width/2 − 1,

        P[p, 2i] = sin(p / 10000^(2i/width)) ,   P[p, 2i + 1] = cos(p / 10000^(2i/width)) :

    hands of many clocks, from fast to slow.

    Parameters
    ----------
    length : number of places
    width : even number of features

    Returns
    -------
    (length, width) float tensor

    Raises
    ------
    ValueError
        when width is odd

    References
    ----------
    Vaswani et al. (2017), Attention is all you need, section 3.5
    """
    # TODO(day15): angles (length, width/2); sines into the even columns, cosines into the odd ones
    raise NotImplementedError("sinusoidal_positions is not written yet")
