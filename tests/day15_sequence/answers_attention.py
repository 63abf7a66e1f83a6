"""Answers to attention.py: wrong ones with what went wrong, and right ones in another style."""

import math

import torch

from course.testing import misconception, variant
from day15_sequence.attention import attention


@misconception(
    "causal_mask", "The mask looks ahead: every query sees the keys from its own place on, not up to it."
)
def looks_ahead(queries, keys):
    place = torch.arange(keys - queries, keys)
    return torch.arange(keys) >= place[:, None]


@misconception("causal_mask", "True and False are exchanged: here True means that a key may be seen.")
def true_means_hidden(queries, keys):
    place = torch.arange(keys - queries, keys)
    return torch.arange(keys) > place[:, None]


@misconception(
    "causal_mask", "A query does not see its own place. It may: what it must not see is what comes after."
)
def without_its_own_place(queries, keys):
    place = torch.arange(keys - queries, keys)
    return torch.arange(keys) < place[:, None]


@misconception(
    "causal_mask",
    "Queries and keys are aligned at their beginning. With fewer queries than keys, the queries are the *last* places.",
)
def aligned_at_the_beginning(queries, keys):
    return torch.ones(queries, keys).tril().bool()


@misconception("causal_mask", "These are scores to be added, 0 and −∞. A mask of truth values is asked for.")
def scores_to_be_added(queries, keys):
    place = torch.arange(keys - queries, keys)
    return torch.where(torch.arange(keys) <= place[:, None], 0.0, -math.inf)


@variant("causal_mask")
def lower_triangle(queries, keys):
    return torch.ones(queries, keys, dtype=torch.bool).tril(keys - queries)


@variant("causal_mask")
def entry_by_entry(queries, keys):
    mask = torch.zeros(queries, keys, dtype=torch.bool)
    for i in range(queries):
        for j in range(keys):
            mask[i, j] = j - i <= keys - queries
    return mask


@misconception(
    "attention",
    "The scores are not divided by √d: for large d the softmax is nearly a maximum, and learns nothing.",
)
def not_scaled(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1)
    if mask is None:
        weights = torch.softmax(scores, dim=-1)
    else:
        weights = torch.softmax(scores.masked_fill(~mask, -math.inf), dim=-1).masked_fill(~mask, 0.0)
    return weights @ v, weights


@misconception("attention", "The scores are divided by d instead of √d.")
def divided_by_d(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / q.shape[-1]
    if mask is None:
        weights = torch.softmax(scores, dim=-1)
    else:
        weights = torch.softmax(scores.masked_fill(~mask, -math.inf), dim=-1).masked_fill(~mask, 0.0)
    return weights @ v, weights


@misconception(
    "attention",
    "The softmax runs over the queries. For every query, the weights of the keys must add up to 1.",
)
def softmax_over_the_queries(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is None:
        weights = torch.softmax(scores, dim=-2)
    else:
        weights = torch.softmax(scores.masked_fill(~mask, -math.inf), dim=-2).masked_fill(~mask, 0.0)
    return weights @ v, weights


@misconception(
    "attention",
    "The mask comes after the softmax: the hidden keys have taken their share already, and the visible weights do not "
    "add up to 1.",
)
def masked_after_the_softmax(q, k, v, mask=None):
    weights = torch.softmax(q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1]), dim=-1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    return weights @ v, weights


@misconception("attention", "The mask is the wrong way round: True means that a key may be seen.")
def mask_the_wrong_way_round(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is None:
        weights = torch.softmax(scores, dim=-1)
    else:
        weights = torch.softmax(scores.masked_fill(mask, -math.inf), dim=-1).masked_fill(mask, 0.0)
    return weights @ v, weights


@misconception("attention", "A hidden score was set to 0, and e⁰ is 1: it still gets a weight. Use −∞.")
def zero_for_hidden_scores(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, 0.0)
    weights = torch.softmax(scores, dim=-1)
    return weights @ v, weights


@misconception("attention", "The keys were used as values: the weighted mean is taken of V.")
def keys_for_values(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is None:
        weights = torch.softmax(scores, dim=-1)
    else:
        weights = torch.softmax(scores.masked_fill(~mask, -math.inf), dim=-1).masked_fill(~mask, 0.0)
    return weights @ k, weights


@misconception(
    "attention", "A query that sees nothing gets NaN, and NaN spreads over everything: its weights are 0."
)
def nan_when_nothing_is_seen(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf)
    weights = torch.softmax(scores, dim=-1)
    return weights @ v, weights


@variant("attention")
def exponentials_by_hand(q, k, v, mask=None):
    scores = torch.einsum("...td,...sd->...ts", q, k) / q.shape[-1] ** 0.5
    e = torch.exp(scores - scores.amax(dim=-1, keepdim=True).detach())
    if mask is not None:
        e = e * mask
    total = e.sum(dim=-1, keepdim=True)
    weights = e / torch.where(total == 0, torch.ones_like(total), total)
    return torch.einsum("...ts,...se->...te", weights, v), weights


@variant("attention")
def with_a_large_negative_score(q, k, v, mask=None):
    scores = (q / math.sqrt(q.shape[-1])) @ k.mT
    if mask is None:
        mask = torch.ones_like(scores, dtype=torch.bool)
    weights = torch.softmax(torch.where(mask, scores, -1e30), dim=-1) * mask
    return [weights @ v, weights]


@misconception("attention_backward", "The scale 1/√d is missing in the gradients by Q and K.")
def scale_forgotten(grad, q, k, v, weights):
    d_w = grad @ v.transpose(-2, -1)
    d_s = weights * (d_w - (d_w * weights).sum(dim=-1, keepdim=True))
    return d_s @ k, d_s.transpose(-2, -1) @ q, weights.transpose(-2, -1) @ grad


@misconception(
    "attention_backward",
    "The softmax is differentiated entry by entry, P (1 − P). Its entries depend on each other: subtract the row sum "
    "of δP ⊙ P.",
)
def softmax_entry_by_entry(grad, q, k, v, weights):
    scale = 1 / math.sqrt(q.shape[-1])
    d_s = weights * (1 - weights) * (grad @ v.transpose(-2, -1))
    return d_s @ k * scale, d_s.transpose(-2, -1) @ q * scale, weights.transpose(-2, -1) @ grad


@misconception("attention_backward", "The softmax was skipped: δP is not yet the gradient by the scores.")
def softmax_skipped(grad, q, k, v, weights):
    scale = 1 / math.sqrt(q.shape[-1])
    d_s = grad @ v.transpose(-2, -1)
    return d_s @ k * scale, d_s.transpose(-2, -1) @ q * scale, weights.transpose(-2, -1) @ grad


@misconception(
    "attention_backward",
    "The sum in the gradient of the softmax runs over the queries; it must run over the keys.",
)
def sum_over_the_queries(grad, q, k, v, weights):
    scale = 1 / math.sqrt(q.shape[-1])
    d_w = grad @ v.transpose(-2, -1)
    d_s = weights * (d_w - (d_w * weights).sum(dim=-2, keepdim=True))
    return d_s @ k * scale, d_s.transpose(-2, -1) @ q * scale, weights.transpose(-2, -1) @ grad


@misconception("attention_backward", "The gradients by Q and K are exchanged.")
def queries_and_keys_exchanged(grad, q, k, v, weights):
    scale = 1 / math.sqrt(q.shape[-1])
    d_w = grad @ v.transpose(-2, -1)
    d_s = weights * (d_w - (d_w * weights).sum(dim=-1, keepdim=True))
    return d_s.transpose(-2, -1) @ q * scale, d_s @ k * scale, weights.transpose(-2, -1) @ grad


@variant("attention_backward")
def by_einsum(grad, q, k, v, weights):
    p = weights
    d_p = torch.einsum("...te,...se->...ts", grad, v)
    d_s = p * d_p - p * torch.einsum("...ts,...ts->...t", p, d_p)[..., None]
    d_s = d_s / q.shape[-1] ** 0.5
    d_q = torch.einsum("...ts,...sd->...td", d_s, k)
    d_k = torch.einsum("...ts,...td->...sd", d_s, q)
    return d_q, d_k, torch.einsum("...ts,...te->...se", p, grad)


@variant("attention_backward")
def with_the_output(grad, q, k, v, weights):
    output = weights @ v
    delta = (grad * output).sum(dim=-1, keepdim=True)
    scores = weights * (grad @ v.mT - delta) / math.sqrt(q.shape[-1])
    return [scores @ k, scores.mT @ q, weights.mT @ grad]


@misconception(
    "multi_head_attention",
    "The heads are not split: this is one attention over all features, with one row of weights.",
)
def heads_not_split(x, memory, w_q, w_k, w_v, w_o, heads, mask=None):
    if x.shape[-1] % heads:
        raise ValueError
    mask = None if mask is None or mask.dim() == 2 else mask[:, 0]
    output, weights = attention(x @ w_q.T, memory @ w_k.T, memory @ w_v.T, mask)
    return output @ w_o.T, weights[:, None].expand(-1, heads, -1, -1)


@misconception(
    "multi_head_attention",
    "The split is only a reshape, so that heads get places instead of features: split the features, then exchange "
    "the axes.",
)
def places_split_for_features(x, memory, w_q, w_k, w_v, w_o, heads, mask=None):
    if x.shape[-1] % heads:
        raise ValueError
    b, t, d = x.shape
    q = (x @ w_q.T).reshape(b, heads, t, d // heads)
    k = (memory @ w_k.T).reshape(b, heads, -1, d // heads)
    v = (memory @ w_v.T).reshape(b, heads, -1, d // heads)
    output, weights = attention(q, k, v, mask)
    return output.transpose(1, 2).reshape(b, t, d) @ w_o.T, weights


@misconception("multi_head_attention", "The keys were used as values: memory W_vᵀ is not used.")
def keys_for_the_values(x, memory, w_q, w_k, w_v, w_o, heads, mask=None):
    if x.shape[-1] % heads:
        raise ValueError
    q, k = ((a @ w.T).unflatten(-1, (heads, -1)).transpose(1, 2) for a, w in ((x, w_q), (memory, w_k)))
    output, weights = attention(q, k, k, mask)
    return output.transpose(1, 2).flatten(-2) @ w_o.T, weights


@misconception(
    "multi_head_attention",
    "The mask comes after the softmax: the hidden keys have taken their share already, and the visible weights do not "
    "add up to 1.",
)
def mask_after_the_softmax(x, memory, w_q, w_k, w_v, w_o, heads, mask=None):
    if x.shape[-1] % heads:
        raise ValueError
    pairs = ((x, w_q), (memory, w_k), (memory, w_v))
    q, k, v = ((a @ w.T).unflatten(-1, (heads, -1)).transpose(1, 2) for a, w in pairs)
    weights = torch.softmax(q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1]), dim=-1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    return (weights @ v).transpose(1, 2).flatten(-2) @ w_o.T, weights


@misconception("multi_head_attention", "The scale is √d of all features; a head has only d/h of them.")
def scale_of_all_features(x, memory, w_q, w_k, w_v, w_o, heads, mask=None):
    if x.shape[-1] % heads:
        raise ValueError
    pairs = ((x / math.sqrt(heads), w_q), (memory, w_k), (memory, w_v))
    q, k, v = ((a @ w.T).unflatten(-1, (heads, -1)).transpose(1, 2) for a, w in pairs)
    output, weights = attention(q, k, v, mask)
    return output.transpose(1, 2).flatten(-2) @ w_o.T, weights


@misconception(
    "multi_head_attention",
    "The outputs of the heads are put together without exchanging the axes back first.",
)
def merged_without_exchanging(x, memory, w_q, w_k, w_v, w_o, heads, mask=None):
    if x.shape[-1] % heads:
        raise ValueError
    pairs = ((x, w_q), (memory, w_k), (memory, w_v))
    q, k, v = ((a @ w.T).unflatten(-1, (heads, -1)).transpose(1, 2) for a, w in pairs)
    output, weights = attention(q, k, v, mask)
    return output.reshape(x.shape) @ w_o.T, weights


@misconception("multi_head_attention", "W_o is missing: the heads lie side by side and are never mixed.")
def heads_never_mixed(x, memory, w_q, w_k, w_v, w_o, heads, mask=None):
    if x.shape[-1] % heads:
        raise ValueError
    pairs = ((x, w_q), (memory, w_k), (memory, w_v))
    q, k, v = ((a @ w.T).unflatten(-1, (heads, -1)).transpose(1, 2) for a, w in pairs)
    output, weights = attention(q, k, v, mask)
    return output.transpose(1, 2).flatten(-2), weights


@misconception("multi_head_attention", "The memory is not used: keys and values were computed from x.")
def memory_ignored(x, memory, w_q, w_k, w_v, w_o, heads, mask=None):
    if x.shape[-1] % heads:
        raise ValueError
    q, k, v = ((x @ w.T).unflatten(-1, (heads, -1)).transpose(1, 2) for w in (w_q, w_k, w_v))
    output, weights = attention(q, k, v, mask)
    return output.transpose(1, 2).flatten(-2) @ w_o.T, weights


@variant("multi_head_attention")
def head_by_head(x, memory, w_q, w_k, w_v, w_o, heads, mask=None):
    d = x.shape[-1]
    if d % heads != 0:
        raise ValueError("the heads do not divide the features")
    width = d // heads
    if mask is not None:
        mask = mask.expand(len(x), heads, x.shape[1], memory.shape[1])
    outputs, weights = [], []
    for j in range(heads):
        part = slice(j * width, (j + 1) * width)
        seen = None if mask is None else mask[:, j]
        output, w = attention(x @ w_q[part].T, memory @ w_k[part].T, memory @ w_v[part].T, seen)
        outputs.append(output)
        weights.append(w)
    return torch.cat(outputs, dim=-1) @ w_o.T, torch.stack(weights, dim=1)


@variant("multi_head_attention")
def with_einsum(x, memory, w_q, w_k, w_v, w_o, heads, mask=None):
    d = x.shape[-1]
    if d % heads:
        raise ValueError(f"{d} features, {heads} heads")
    w_q, w_k, w_v = (w.view(heads, d // heads, d) for w in (w_q, w_k, w_v))
    q = torch.einsum("btd,hed->bhte", x, w_q)
    k = torch.einsum("btd,hed->bhte", memory, w_k)
    v = torch.einsum("btd,hed->bhte", memory, w_v)
    output, weights = attention(q, k, v, mask)
    return [torch.einsum("bhte,che->btc", output, w_o.view(d, heads, d // heads)), weights]


@misconception(
    "sinusoidal_positions",
    "Sines stand in the first half, cosines in the second. Here they alternate: even, odd.",
)
def two_halves(length, width):
    if width % 2:
        raise ValueError
    angles = torch.arange(length)[:, None] / 10000 ** (torch.arange(0, width, 2) / width)
    return torch.cat([angles.sin(), angles.cos()], dim=-1)


@misconception("sinusoidal_positions", "The exponent is i/width; with i counting pairs it is 2i/width.")
def half_the_exponent(length, width):
    if width % 2:
        raise ValueError
    angles = torch.arange(length)[:, None] / 10000 ** (torch.arange(width // 2) / width)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(-2)


@misconception(
    "sinusoidal_positions", "Places are counted from 1. The first place is p = 0: sines 0, cosines 1."
)
def from_one(length, width):
    if width % 2:
        raise ValueError
    angles = (torch.arange(length) + 1)[:, None] / 10000 ** (torch.arange(0, width, 2) / width)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(-2)


@misconception(
    "sinusoidal_positions", "Even columns hold cosines and odd ones sines: it is the other way round."
)
def cosines_first(length, width):
    if width % 2:
        raise ValueError
    angles = torch.arange(length)[:, None] / 10000 ** (torch.arange(0, width, 2) / width)
    return torch.stack([angles.cos(), angles.sin()], dim=-1).flatten(-2)


@misconception(
    "sinusoidal_positions",
    "Each column has a frequency of its own. A sine and the cosine beside it share one.",
)
def frequency_per_column(length, width):
    if width % 2:
        raise ValueError
    angles = torch.arange(length)[:, None] / 10000 ** (torch.arange(width) / width)
    result = angles.sin()
    result[:, 1::2] = angles[:, 1::2].cos()
    return result


@variant("sinusoidal_positions")
def column_by_column(length, width):
    if width % 2 == 1:
        raise ValueError("odd width")
    result = torch.empty(length, width)
    places = torch.arange(length, dtype=torch.float64)
    for i in range(width // 2):
        frequency = math.exp(-math.log(10000.0) * 2 * i / width)
        result[:, 2 * i] = torch.sin(places * frequency)
        result[:, 2 * i + 1] = torch.cos(places * frequency)
    return result


@variant("sinusoidal_positions")
def entry_after_entry(length, width):
    if width % 2:
        raise ValueError("odd width")
    rows = []
    for p in range(length):
        angles = [p / 10000 ** (2 * (j // 2) / width) for j in range(width)]
        rows.append([math.cos(a) if j % 2 else math.sin(a) for j, a in enumerate(angles)])
    return torch.tensor(rows)
