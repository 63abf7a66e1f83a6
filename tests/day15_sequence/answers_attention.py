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


@misconception(
    "causal_mask",
    "These are the numbers 0 and 1. A mask of truth values is asked for: .bool(), or a comparison.",
)
def numbers_for_truth_values(queries, keys):
    return torch.tril(torch.ones(queries, keys), diagonal=keys - queries)


@misconception(
    "causal_mask",
    "There is a row for every key. Rows are queries: with fewer of them, only the last rows are left.",
)
def square_of_the_keys(queries, keys):
    return torch.tril(torch.ones(keys, keys)).bool()


@misconception(
    "causal_mask",
    "The triangle is moved the wrong way: query i stands at place keys − queries + i, so that the first one sees "
    "keys − queries + 1 keys.",
)
def aligned_the_wrong_way(queries, keys):
    return torch.tril(torch.ones(queries, keys), diagonal=queries - keys).bool()


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


@misconception(
    "attention",
    "The mask was multiplied by −∞, and 0 · ∞ is NaN where it is False. Use masked_fill.",
)
def zero_times_infinity(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores + (~mask) * -math.inf
    w = scores.softmax(-1)
    return w @ v, w


@misconception(
    "attention",
    "The truth values were added to the scores as 0 and 1, which hides nothing. Hidden scores become −∞.",
)
def truth_values_added(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores + mask
    w = scores.softmax(-1)
    return w @ v, w


@misconception(
    "attention",
    "Only the output comes back. The weights are the second part of the result.",
)
def weights_not_returned(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf)
    w = scores.softmax(-1)
    return w @ v


@misconception(
    "attention",
    "The scale is taken from the values. d is the length of a query and of a key.",
)
def scale_of_the_values(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(v.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf)
    w = scores.softmax(-1)
    if mask is not None:
        w = w.masked_fill(~mask, 0)
    return w @ v, w


@misconception(
    "attention",
    "The scores are multiplied by √d instead of divided.",
)
def multiplied_by_the_scale(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) * math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf)
    w = scores.softmax(-1)
    if mask is not None:
        w = w.masked_fill(~mask, 0)
    return w @ v, w


@misconception(
    "attention",
    "k.T reverses all axes, those of the batch as well. Exchange the last two: k.transpose(-2, -1).",
)
def all_axes_reversed(q, k, v, mask=None):
    scores = q @ k.T / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf)
    w = scores.softmax(-1)
    return w @ v, w


@misconception(
    "attention",
    "The scale is taken from the number of keys. d is the length of a query, q.shape[-1].",
)
def scale_of_the_length(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(k.shape[-2])
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf)
    w = scores.softmax(-1)
    return w @ v, w


@misconception(
    "attention",
    "A large negative number was used for −∞. A query that sees nothing then sees everything alike: its scores are "
    "equal, and softmax makes 1/s of them. Use −∞, and 0 after the softmax.",
    value=(-1e9, -1e4, -1e10, -3.4028234663852886e38),
)
def large_number_for_infinity(q, k, v, mask=None, *, value=-1e9):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, value)
    weights = torch.softmax(scores, dim=-1)
    return weights @ v, weights


@misconception(
    "attention",
    "A large negative number is added to hidden scores. For a query that sees nothing it is the same in all places, "
    "and the softmax does not notice: the query sees everything. Use −∞, and 0 after the softmax.",
    value=(-1e9, -1e4),
)
def large_number_added(q, k, v, mask=None, *, value=-1e9):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores + ~mask * value
    weights = torch.softmax(scores, dim=-1)
    return weights @ v, weights


@misconception(
    "attention",
    "The softmax was taken over all scores together. Each query has a softmax of its own, over the keys.",
)
def softmax_over_everything(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf)
    weights = torch.softmax(scores.flatten(-2), dim=-1).reshape(scores.shape)
    return weights @ v, weights


@misconception(
    "attention",
    "The scores before the softmax come back for the weights. The second part of the result is what the "
    "values were weighted with.",
)
def scores_for_weights(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf)
    weights = torch.softmax(scores, dim=-1)
    return weights @ v, scores


@misconception(
    "attention",
    "The two parts are returned in the wrong order: the output first, then the weights.",
)
def weights_first(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf)
    weights = torch.softmax(scores, dim=-1)
    return weights, weights @ v


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


@variant("attention")
def exp_by_hand(q, k, v, mask=None):
    s = torch.einsum("...td,...sd->...ts", q, k) / q.shape[-1] ** 0.5
    m = torch.ones_like(s, dtype=torch.bool) if mask is None else mask.expand(s.shape)
    top = torch.where(m, s, torch.full_like(s, -torch.inf)).amax(-1, keepdim=True)
    top = torch.where(top.isinf(), torch.zeros_like(top), top).detach()
    e = torch.where(m, torch.exp(torch.where(m, s - top, torch.zeros_like(s))), torch.zeros_like(s))
    t = e.sum(-1, keepdim=True)
    w = e / torch.where(t == 0, torch.ones_like(t), t)
    return torch.einsum("...ts,...se->...te", w, v), w


@variant("attention")
def nan_to_zero(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf)
    weights = scores.softmax(-1).nan_to_num()
    return weights @ v, weights


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


@misconception(
    "attention_backward",
    "The gradient by V is grad itself. Every value was used by all queries, with their weights: Pᵀ grad.",
)
def grad_for_the_values(grad, q, k, v, weights):
    s = 1 / math.sqrt(q.shape[-1])
    gw = grad @ v.transpose(-2, -1)
    gs = weights * (gw - (gw * weights).sum(-1, keepdim=True))
    return gs @ k * s, gs.transpose(-2, -1) @ q * s, grad


@misconception(
    "attention_backward",
    "The scores were divided by √d, here it is d.",
)
def divided_by_d_on_the_way_back(grad, q, k, v, weights):
    s = 1 / q.shape[-1]
    gw = grad @ v.transpose(-2, -1)
    gs = weights * (gw - (gw * weights).sum(-1, keepdim=True))
    return gs @ k * s, gs.transpose(-2, -1) @ q * s, weights.transpose(-2, -1) @ grad


@misconception(
    "attention_backward",
    "The row sum lacks the weights: it is that of δP ⊙ P, a weighted mean of δP.",
)
def row_sum_without_the_weights(grad, q, k, v, weights):
    s = 1 / math.sqrt(q.shape[-1])
    gw = grad @ v.transpose(-2, -1)
    gs = weights * (gw - gw.sum(-1, keepdim=True))
    return gs @ k * s, gs.transpose(-2, -1) @ q * s, weights.transpose(-2, -1) @ grad


@misconception(
    "attention_backward",
    "Only one of the gradients by q and k is divided by √d. The scores were, so both are on the way back.",
    forgotten=("queries", "keys"),
)
def scale_forgotten_once(grad, q, k, v, weights, *, forgotten="keys"):
    scale = 1 / math.sqrt(q.shape[-1])
    d_w = grad @ v.transpose(-2, -1)
    d_s = weights * (d_w - (d_w * weights).sum(dim=-1, keepdim=True))
    d_q = d_s @ k * (1 if forgotten == "queries" else scale)
    d_k = d_s.transpose(-2, -1) @ q * (1 if forgotten == "keys" else scale)
    return d_q, d_k, weights.transpose(-2, -1) @ grad


@misconception(
    "attention_backward",
    "The row sum is not subtracted: δS is only P ⊙ δP. Raising one score lowers the other weights of its "
    "row, which the sum accounts for.",
)
def row_sum_missing(grad, q, k, v, weights):
    scale = 1 / math.sqrt(q.shape[-1])
    d_s = weights * (grad @ v.transpose(-2, -1))
    return d_s @ k * scale, d_s.transpose(-2, -1) @ q * scale, weights.transpose(-2, -1) @ grad


@misconception(
    "attention_backward",
    "δS is not multiplied with P: P ⊙ (δP − rowsum(δP ⊙ P)).",
)
def weights_not_multiplied(grad, q, k, v, weights):
    scale = 1 / math.sqrt(q.shape[-1])
    d_w = grad @ v.transpose(-2, -1)
    d_s = d_w - (d_w * weights).sum(dim=-1, keepdim=True)
    return d_s @ k * scale, d_s.transpose(-2, -1) @ q * scale, weights.transpose(-2, -1) @ grad


@misconception(
    "attention_backward",
    "The three gradients come back in another order. It is that of the arguments: q, k, v.",
    order=("vqk", "vkq", "qvk", "kvq"),
)
def in_another_order(grad, q, k, v, weights, *, order="vqk"):
    scale = 1 / math.sqrt(q.shape[-1])
    d_w = grad @ v.transpose(-2, -1)
    d_s = weights * (d_w - (d_w * weights).sum(dim=-1, keepdim=True))
    found = {
        "q": d_s @ k * scale,
        "k": d_s.transpose(-2, -1) @ q * scale,
        "v": weights.transpose(-2, -1) @ grad,
    }
    return tuple(found[name] for name in order)


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


@misconception(
    "multi_head_attention",
    "Reshaping alone mixes places and features, on both ways. (b, t, d) becomes (b, t, h, d/h) by cutting the "
    "features; then exchange t and h, and exchange them back at the end.",
)
def features_and_places_mixed(x, memory, w_q, w_k, w_v, w_o, heads, mask=None):
    if x.shape[-1] % heads:
        raise ValueError("heads")
    b, t, d = x.shape
    s = memory.shape[1]
    q, k, v = (
        (x @ w_q.T).reshape(b, heads, t, d // heads),
        (memory @ w_k.T).reshape(b, heads, s, d // heads),
        (memory @ w_v.T).reshape(b, heads, s, d // heads),
    )
    o, w = attention(q, k, v, mask)
    return o.reshape(b, t, d) @ w_o.T, w


@misconception(
    "multi_head_attention",
    "Head j gets every h-th feature, because the axes of the split stand in the order d/h, h. It gets d/h "
    "neighbours: split into (h, d/h).",
    joined=("as split", "head by head"),
)
def every_hth_feature(x, memory, w_q, w_k, w_v, w_o, heads, mask=None, *, joined="as split"):
    if x.shape[-1] % heads:
        raise ValueError("heads")
    b, t, d = x.shape

    def split(z):
        return z.reshape(b, -1, d // heads, heads).permute(0, 3, 1, 2)

    o, w = attention(split(x @ w_q.T), split(memory @ w_k.T), split(memory @ w_v.T), mask)
    axes = (0, 2, 3, 1) if joined == "as split" else (0, 2, 1, 3)
    return o.permute(axes).reshape(b, t, d) @ w_o.T, w


@misconception(
    "multi_head_attention",
    "The weights are not transposed. As in torch.nn.Linear a row of W belongs to an output: x Wᵀ.",
)
def weights_not_transposed(x, memory, w_q, w_k, w_v, w_o, heads, mask=None):
    if x.shape[-1] % heads:
        raise ValueError("heads")
    b, t, d = x.shape

    def split(z):
        return z.reshape(b, -1, heads, d // heads).transpose(1, 2)

    o, w = attention(split(x @ w_q), split(memory @ w_k), split(memory @ w_v), mask)
    return o.transpose(1, 2).reshape(b, t, d) @ w_o, w


@misconception(
    "multi_head_attention",
    "The mask is not handed to the attention of the heads.",
)
def mask_not_used(x, memory, w_q, w_k, w_v, w_o, heads, mask=None):
    if x.shape[-1] % heads:
        raise ValueError("heads")
    b, t, d = x.shape

    def split(z):
        return z.reshape(b, -1, heads, d // heads).transpose(1, 2)

    o, w = attention(split(x @ w_q.T), split(memory @ w_k.T), split(memory @ w_v.T))
    return o.transpose(1, 2).reshape(b, t, d) @ w_o.T, w


@misconception(
    "multi_head_attention",
    "The weights are averaged over the heads, as PyTorch does unless told otherwise. Asked for are those of every "
    "head.",
)
def weights_averaged(x, memory, w_q, w_k, w_v, w_o, heads, mask=None):
    if x.shape[-1] % heads:
        raise ValueError("heads")
    b, t, d = x.shape

    def split(z):
        return z.reshape(b, -1, heads, d // heads).transpose(1, 2)

    o, w = attention(split(x @ w_q.T), split(memory @ w_k.T), split(memory @ w_v.T), mask)
    return o.transpose(1, 2).reshape(b, t, d) @ w_o.T, w.mean(1)


@misconception(
    "multi_head_attention",
    "When heads does not divide d, the features that are left over must not be dropped, or fail somewhere"
    " inside: raise ValueError first.",
)
def remainder_not_refused(x, memory, w_q, w_k, w_v, w_o, heads, mask=None):
    b, _, d = x.shape
    size = d // heads
    pairs = ((x, w_q), (memory, w_k), (memory, w_v))
    q, k, v = ((a @ w.T)[..., : heads * size].reshape(b, -1, heads, size).transpose(1, 2) for a, w in pairs)
    output, weights = attention(q, k, v, mask)
    return output.transpose(1, 2).flatten(-2) @ w_o.T[: heads * size], weights


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


@variant("multi_head_attention")
def head_by_head_loop(x, memory, w_q, w_k, w_v, w_o, heads, mask=None):
    d = x.shape[-1]
    if d % heads != 0:
        raise ValueError("no")
    dh = d // heads
    total, ws = 0, []
    full = torch.ones(x.shape[0], heads, x.shape[1], memory.shape[1], dtype=torch.bool)
    if mask is not None:
        full = full & mask
    for j in range(heads):
        r = range(j * dh, (j + 1) * dh)
        r = list(r)
        o, w = attention(x @ w_q[r].T, memory @ w_k[r].T, memory @ w_v[r].T, full[:, j])
        total = total + o @ w_o[:, r].T
        ws.append(w)
    return total, torch.stack(ws, dim=1)


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


@misconception(
    "sinusoidal_positions",
    "The place is multiplied by 10000^(2i/width); it is divided: the later the column, the slower the clock.",
)
def multiplied_frequencies(length, width):
    if width % 2:
        raise ValueError("odd")
    p = torch.zeros(length, width)
    a = torch.arange(length)[:, None] * 10000 ** (torch.arange(0, width, 2) / width)
    p[:, 0::2] = a.sin()
    p[:, 1::2] = a.cos()
    return p


@misconception(
    "sinusoidal_positions",
    "The exponent is 4i/width: 2i was taken twice, once by counting in twos and once more in the formula.",
)
def exponent_twice_two(length, width):
    if width % 2:
        raise ValueError
    angles = torch.arange(length)[:, None] / 10000 ** (2 * torch.arange(0, width, 2) / width)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(-2)


@misconception(
    "sinusoidal_positions",
    "Places and features are exchanged: a row belongs to a place, (length, width).",
)
def transposed(length, width):
    if width % 2:
        raise ValueError
    angles = torch.arange(length)[:, None] / 10000 ** (torch.arange(0, width, 2) / width)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(-2).T


@misconception(
    "sinusoidal_positions",
    "The place was divided by 10000 · 2i/width. It is 10000 *to the power* 2i/width.",
)
def product_for_power(length, width):
    if width % 2:
        raise ValueError
    angles = torch.arange(length)[:, None] / (10000 * torch.arange(0, width, 2) / width)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(-2)


@misconception(
    "sinusoidal_positions",
    "An odd width gives no ValueError. Sines and cosines come in pairs, so it must be even.",
)
def odd_width_allowed(length, width):
    angles = torch.arange(length)[:, None] / 10000 ** (torch.arange(0, width, 2) / width)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(-2)[:, :width]


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
