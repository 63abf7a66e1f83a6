"""Attention as you know it from day 15, in four small functions (given).

In a mask, True means "may be seen".
"""

import math

import torch
from torch import Tensor


def attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """softmax(q kᵀ / √d) v, and these weights: (…, t, d), (…, s, d), (…, s, e) to (…, t, e) and (…, t, s).

    The mask broadcasts to (…, t, s); every query sees at least one key.
    """
    likeness = torch.einsum("...td,...sd->...ts", q, k) * q.shape[-1] ** -0.5
    if mask is not None:
        likeness = torch.where(mask, likeness, -math.inf)
    weights = torch.softmax(likeness, dim=-1)
    return weights @ v, weights


def split_heads(x: Tensor, heads: int) -> Tensor:
    """(b, t, d) to (b, heads, t, d / heads): each head gets its own part of the features."""
    return x.unflatten(-1, (heads, -1)).transpose(1, 2)


def join_heads(x: Tensor) -> Tensor:
    """(b, heads, t, d) to (b, t, heads · d): the heads side by side again."""
    return x.transpose(1, 2).flatten(-2)


def causal_mask(queries: int, keys: int) -> Tensor:
    """(queries, keys) bool: both end at the same place, and nobody may look ahead."""
    return torch.ones(queries, keys, dtype=torch.bool).tril(diagonal=keys - queries)
