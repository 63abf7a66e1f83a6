"""Answers to attention.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np

from course.testing import misconception, variant
from day17_library.attention import attention
from day17_library.engine import Tensor, as_tensor, softmax


@misconception(
    "attention",
    "The scores are not divided by √d, d the length of a query: they grow with it, and the softmax becomes a maximum.",
)
def not_scaled(q, k, v, mask=None):
    axes = list(range(k.data.ndim))
    scores = q @ k.transpose(*axes[:-2], axes[-1], axes[-2])
    if mask is None:
        return softmax(scores) @ v
    mask = np.broadcast_to(mask, scores.data.shape)
    return (softmax(scores + np.where(mask, 0, -1e9)) * mask) @ v


@misconception("attention", "The scores are divided by d. Divide by its root, √d.")
def divided_by_d(q, k, v, mask=None):
    axes = list(range(k.data.ndim))
    scores = q @ k.transpose(*axes[:-2], axes[-1], axes[-2]) * (1 / k.data.shape[-1])
    if mask is None:
        return softmax(scores) @ v
    mask = np.broadcast_to(mask, scores.data.shape)
    return (softmax(scores + np.where(mask, 0, -1e9)) * mask) @ v


@misconception(
    "attention",
    "The mask acts after the softmax only, so the weights that are left do not add up to 1.",
)
def masked_afterwards(q, k, v, mask=None):
    axes = list(range(k.data.ndim))
    scores = q @ k.transpose(*axes[:-2], axes[-1], axes[-2]) * k.data.shape[-1] ** -0.5
    weights = softmax(scores)
    return weights @ v if mask is None else (weights * np.broadcast_to(mask, scores.data.shape)) @ v


@misconception("attention", "The mask is read the wrong way round: True means that a key may be seen.")
def mask_turned_round(q, k, v, mask=None):
    axes = list(range(k.data.ndim))
    scores = q @ k.transpose(*axes[:-2], axes[-1], axes[-2]) * k.data.shape[-1] ** -0.5
    if mask is None:
        return softmax(scores) @ v
    mask = ~np.broadcast_to(mask, scores.data.shape)
    return (softmax(scores + np.where(mask, 0, -1e9)) * mask) @ v


@misconception("attention", "A query that may look at nothing gets the mean of all values. It gets zeros.")
def mean_for_the_blind(q, k, v, mask=None):
    axes = list(range(k.data.ndim))
    scores = q @ k.transpose(*axes[:-2], axes[-1], axes[-2]) * k.data.shape[-1] ** -0.5
    if mask is None:
        return softmax(scores) @ v
    return softmax(scores * mask + np.where(np.broadcast_to(mask, scores.data.shape), 0, -1e9)) @ v


@misconception(
    "attention",
    "A row of nothing but −∞ is NaN after the softmax. A query that may look at nothing gets zeros.",
)
def minus_infinity(q, k, v, mask=None):
    axes = list(range(k.data.ndim))
    scores = q @ k.transpose(*axes[:-2], axes[-1], axes[-2]) * k.data.shape[-1] ** -0.5
    if mask is None:
        return softmax(scores) @ v
    return softmax(scores + np.where(np.broadcast_to(mask, scores.data.shape), 0, -np.inf)) @ v


@misconception(
    "attention",
    "The softmax runs over the queries. It runs over the keys, so that the weights of a query add up to 1.",
)
def over_the_queries(q, k, v, mask=None):
    axes = list(range(k.data.ndim))
    turn = (*axes[:-2], axes[-1], axes[-2])
    scores = q @ k.transpose(*turn) * k.data.shape[-1] ** -0.5
    if mask is None:
        return softmax(scores.transpose(*turn)).transpose(*turn) @ v
    mask = np.broadcast_to(mask, scores.data.shape)
    return (softmax((scores + np.where(mask, 0, -1e9)).transpose(*turn)).transpose(*turn) * mask) @ v


@misconception(
    "attention",
    "What is added to the scores of masked keys is too small: a score of some hundreds outweighs it. Add −∞ or −1e9.",
    penalty=(100.0, 10.0, 1000.0),
)
def masked_a_little(q, k, v, mask=None, *, penalty=100.0):
    axes = list(range(k.data.ndim))
    scores = q @ k.transpose(*axes[:-2], axes[-1], axes[-2]) * k.data.shape[-1] ** -0.5
    if mask is None:
        return softmax(scores) @ v
    mask = np.broadcast_to(mask, scores.data.shape)
    return (softmax(scores + np.where(mask, 0, -penalty)) * mask) @ v


@variant("attention")
def with_minus_infinity(q, k, v, mask=None):
    front = tuple(range(k.data.ndim - 2))
    d = k.shape[-1]
    scores = (q / np.sqrt(d).astype(q.data.dtype)) @ k.transpose(*front, len(front) + 1, len(front))
    if mask is not None:
        mask = np.broadcast_to(mask, scores.shape)
        blind = ~mask.any(axis=-1, keepdims=True)
        scores = scores + np.where(mask | blind, 0.0, -np.inf)
        return (softmax(scores) * (~blind).astype(scores.data.dtype)) @ v
    return softmax(scores) @ v


@variant("attention")
def with_a_rule(q, k, v, mask=None):
    """The softmax of the masked scores as an operation of its own."""
    scale = q.data.dtype.type(q.shape[-1] ** -0.5)
    scores = np.einsum("...id,...jd->...ij", q.data, k.data) * scale
    seen = np.ones(scores.shape, bool) if mask is None else np.broadcast_to(mask, scores.shape)
    top = np.max(scores, axis=-1, keepdims=True, where=seen, initial=np.finfo(scores.dtype).min)
    e = np.where(seen, np.exp(np.where(seen, scores - top, 0)), 0)
    total = e.sum(-1, keepdims=True)
    w = e / np.where(total > 0, total, 1)

    def rule(g):
        by_w = np.einsum("...ie,...je->...ij", g, v.data)
        by_scores = w * (by_w - (by_w * w).sum(-1, keepdims=True)) * scale
        return (
            np.einsum("...ij,...jd->...id", by_scores, k.data),
            np.einsum("...ij,...id->...jd", by_scores, q.data),
            np.einsum("...ij,...ie->...je", w, g),
        )

    return Tensor(w @ v.data, (q, k, v), rule)


@misconception(
    "MultiHeadAttention.forward",
    "There is one head only: the features are not split. Each head has d / heads of them, and a softmax of its own.",
)
def one_head(self, x, mask=None):
    x = as_tensor(x)
    return self.output(attention(self.query(x), self.key(x), self.value(x), mask))


@misconception(
    "MultiHeadAttention.forward",
    "The features are split by a reshape alone, so that a head gets some of the places with all features.",
)
def reshape_without_transpose(self, x, mask=None):
    n, t, d = x.shape

    def split(y):
        return y.reshape(n, self.heads, t, d // self.heads)

    if mask is not None and np.ndim(mask) == 3:
        mask = np.expand_dims(mask, 1)
    x = as_tensor(x)
    mixed = attention(split(self.query(x)), split(self.key(x)), split(self.value(x)), mask)
    return self.output(mixed.reshape(n, t, d))


@misconception(
    "MultiHeadAttention.forward",
    "On the way back the heads are not put behind the places again: transpose before you reshape.",
)
def not_turned_back(self, x, mask=None):
    n, t, d = x.shape

    def split(y):
        return y.reshape(n, t, self.heads, d // self.heads).transpose(0, 2, 1, 3)

    if mask is not None and np.ndim(mask) == 3:
        mask = np.expand_dims(mask, 1)
    x = as_tensor(x)
    mixed = attention(split(self.query(x)), split(self.key(x)), split(self.value(x)), mask)
    return self.output(mixed.reshape(n, t, d))


@misconception(
    "MultiHeadAttention.forward",
    "The layer `output` is left out: it mixes what the heads have found, and comes last.",
)
def without_output(self, x, mask=None):
    n, t, d = x.shape

    def split(y):
        return y.reshape(n, t, self.heads, d // self.heads).transpose(0, 2, 1, 3)

    if mask is not None and np.ndim(mask) == 3:
        mask = np.expand_dims(mask, 1)
    x = as_tensor(x)
    mixed = attention(split(self.query(x)), split(self.key(x)), split(self.value(x)), mask)
    return mixed.transpose(0, 2, 1, 3).reshape(n, t, d)


@misconception(
    "MultiHeadAttention.forward", "The mask is not handed on: attention takes it as its last argument."
)
def mask_forgotten(self, x, mask=None):
    n, t, d = x.shape

    def split(y):
        return y.reshape(n, t, self.heads, d // self.heads).transpose(0, 2, 1, 3)

    x = as_tensor(x)
    mixed = attention(split(self.query(x)), split(self.key(x)), split(self.value(x)))
    return self.output(mixed.transpose(0, 2, 1, 3).reshape(n, t, d))


@misconception(
    "MultiHeadAttention.forward",
    "A head gets every h-th feature. Those of a head stand side by side: reshape to (n, t, h, d/h).",
)
def every_other_feature(self, x, mask=None):
    n, t, d = x.shape

    def split(y):
        return y.reshape(n, t, d // self.heads, self.heads).transpose(0, 3, 1, 2)

    if mask is not None and np.ndim(mask) == 3:
        mask = np.expand_dims(mask, 1)
    x = as_tensor(x)
    mixed = attention(split(self.query(x)), split(self.key(x)), split(self.value(x)), mask)
    return self.output(mixed.transpose(0, 2, 3, 1).reshape(n, t, d))


@variant("MultiHeadAttention.forward")
def head_by_head(self, x, mask=None):
    x = as_tensor(x)
    q, k, v = self.query(x), self.key(x), self.value(x)
    width = x.shape[-1] // self.heads
    total = self.output.bias
    for i in range(self.heads):
        part = slice(i * width, (i + 1) * width)
        head = attention(q[:, :, part], k[:, :, part], v[:, :, part], mask)
        total = head @ self.output.weight[part] + total
    return total


@variant("MultiHeadAttention.forward")
def heads_in_the_batch(self, x, mask=None):
    n, t, d = x.shape
    h = self.heads
    x = as_tensor(x)
    parts = []
    for layer in (self.query, self.key, self.value):
        parts.append(layer(x).reshape(n, t, h, d // h).transpose(0, 2, 1, 3).reshape(n * h, t, d // h))
    if mask is not None and mask.ndim == 3:
        mask = np.repeat(mask, h, axis=0)
    y = attention(*parts, mask).reshape(n, h, t, d // h)
    return self.output(y.transpose(0, 2, 1, 3).reshape(n, t, d))
