"""Answers to remembering.py: wrong ones with what went wrong, and right ones in another style."""

import math

import numpy as np
import torch
from torch.nn.functional import scaled_dot_product_attention

from course.testing import misconception, variant
from day21_language.layers import attention, causal_mask, join_heads, split_heads
from day21_language.remembering import rotate
from day21_language.speaking import choose


@misconception(
    "rotate",
    "The first half of the features is paired with the second half. Here features 2i and 2i + 1 belong together.",
)
def halves_paired(x, start=0):
    width = x.shape[-1]
    if width % 2:
        raise ValueError("odd")
    places = torch.arange(start, start + x.shape[-2])
    angles = places[:, None] * 10000.0 ** (-torch.arange(0, width, 2, dtype=torch.float64) / width)
    cos, sin = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
    a, b = x[..., : width // 2], x[..., width // 2 :]
    return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1)


@misconception("rotate", "Turned the other way round: (a cos − b sin, a sin + b cos).")
def other_way_round(x, start=0):
    width = x.shape[-1]
    if width % 2:
        raise ValueError("odd")
    places = torch.arange(start, start + x.shape[-2])
    angles = places[:, None] * 10000.0 ** (-torch.arange(0, width, 2, dtype=torch.float64) / width)
    cos, sin = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack([a * cos + b * sin, b * cos - a * sin], dim=-1).flatten(-2)


@misconception("rotate", "`start` is not used: every part of a text seems to stand at its beginning.")
def start_not_used(x, start=0):
    width = x.shape[-1]
    if width % 2:
        raise ValueError("odd")
    places = torch.arange(x.shape[-2])
    angles = places[:, None] * 10000.0 ** (-torch.arange(0, width, 2, dtype=torch.float64) / width)
    cos, sin = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack([a * cos - b * sin, a * sin + b * cos], dim=-1).flatten(-2)


@misconception("rotate", "Places are counted from 1. The first vector stands at `start`.")
def counted_from_one(x, start=0):
    width = x.shape[-1]
    if width % 2:
        raise ValueError("odd")
    places = torch.arange(start + 1, start + 1 + x.shape[-2])
    angles = places[:, None] * 10000.0 ** (-torch.arange(0, width, 2, dtype=torch.float64) / width)
    cos, sin = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack([a * cos - b * sin, a * sin + b * cos], dim=-1).flatten(-2)


@misconception(
    "rotate", "All pairs turn at the same speed. θ_i = 10000^(−2i/d) becomes smaller from pair to pair."
)
def one_speed(x, start=0):
    width = x.shape[-1]
    if width % 2:
        raise ValueError("odd")
    places = torch.arange(start, start + x.shape[-2])
    angles = places[:, None] * torch.ones(width // 2, dtype=torch.float64)
    cos, sin = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack([a * cos - b * sin, a * sin + b * cos], dim=-1).flatten(-2)


@misconception("rotate", "The exponent is −i/d: θ_i = 10000^(−2i/d), where i counts the pairs.")
def half_the_exponent(x, start=0):
    width = x.shape[-1]
    if width % 2:
        raise ValueError("odd")
    places = torch.arange(start, start + x.shape[-2])
    angles = places[:, None] * 10000.0 ** (-torch.arange(width // 2, dtype=torch.float64) / width)
    cos, sin = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack([a * cos - b * sin, a * sin + b * cos], dim=-1).flatten(-2)


@misconception("rotate", "Sines and cosines are added, as on day 15. Here the vectors are turned.")
def added_as_on_day_15(x, start=0):
    width = x.shape[-1]
    if width % 2:
        raise ValueError("odd")
    places = torch.arange(start, start + x.shape[-2])
    angles = places[:, None] * 10000.0 ** (-torch.arange(0, width, 2, dtype=torch.float64) / width)
    return x + torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(-2).to(x.dtype)


@misconception("rotate", "An odd width is taken as it comes. The last feature has no partner: ValueError.")
def no_error_for_odd_widths(x, start=0):
    d = x.shape[-1]
    places = torch.arange(start, start + x.shape[-2], dtype=torch.float64)[:, None]
    pairs = x[..., : d - d % 2].double()
    angles = places * 10000.0 ** (-torch.arange(0, d - d % 2, 2) / d)
    a, b = pairs[..., 0::2], pairs[..., 1::2]
    cos, sin = angles.cos(), angles.sin()
    turned = torch.stack([a * cos - b * sin, a * sin + b * cos], dim=-1).flatten(-2)
    return torch.cat([turned.to(x.dtype), x[..., d - d % 2 :]], dim=-1)


@misconception("rotate", "The angles are float64, and so is what comes back. The dtype of x is asked for.")
def always_double(x, start=0):
    d = x.shape[-1]
    if d % 2:
        raise ValueError("odd")
    places = torch.arange(start, start + x.shape[-2], dtype=torch.float64)[:, None]
    angles = places * 10000.0 ** (-torch.arange(0, d, 2) / d)
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack(
        [a * angles.cos() - b * angles.sin(), a * angles.sin() + b * angles.cos()], dim=-1
    ).flatten(-2)


@variant("rotate")
def by_complex_numbers(x, start=0):
    if x.shape[-1] % 2:
        raise ValueError("an even number of features is needed")
    pairs = torch.view_as_complex(x.reshape(*x.shape[:-1], -1, 2).double().contiguous())
    speeds = 1.0 / 10000 ** (torch.arange(0, x.shape[-1], 2).double() / x.shape[-1])
    angles = torch.outer(torch.arange(start, start + x.shape[-2]).double(), speeds)
    turned = pairs * torch.polar(torch.ones_like(angles), angles)
    return torch.view_as_real(turned).flatten(-2).to(x.dtype)


@variant("rotate")
def by_matrices(x, start=0):
    t, d = x.shape[-2:]
    if d % 2 == 1:
        raise ValueError(d)
    rows = []
    for p in range(t):
        turn = torch.zeros(d, d, dtype=torch.float64)
        for i in range(d // 2):
            angle = (start + p) * 10000 ** (-2 * i / d)
            c, s = math.cos(angle), math.sin(angle)
            turn[2 * i : 2 * i + 2, 2 * i : 2 * i + 2] = torch.tensor([[c, -s], [s, c]])
        rows.append((x[..., p, :].double() @ turn.T).to(x.dtype))
    return torch.stack(rows, dim=-2)


@misconception(
    "CachedAttention.forward",
    "New places are turned as if the text began with them. They stand behind what is in the cache: start = its length.",
)
def always_from_zero(self, x, cache=None):
    q, k, v = (split_heads(layer(x), self.heads) for layer in (self.query, self.key, self.value))
    q, k = rotate(q), rotate(k)
    if cache is not None:
        k, v = torch.cat([cache[0], k], dim=-2), torch.cat([cache[1], v], dim=-2)
    seen, _ = attention(q, k, v, causal_mask(q.shape[-2], k.shape[-2]))
    return self.out(join_heads(seen)), (k, v)


@misconception("CachedAttention.forward", "The cache is not used: new places do not see earlier ones.")
def cache_not_used(self, x, cache=None):
    q, k, v = (split_heads(layer(x), self.heads) for layer in (self.query, self.key, self.value))
    start = 0 if cache is None else cache[0].shape[-2]
    q, k = rotate(q, start), rotate(k, start)
    seen, _ = attention(q, k, v, causal_mask(q.shape[-2], k.shape[-2]))
    if cache is not None:
        k, v = torch.cat([cache[0], k], dim=-2), torch.cat([cache[1], v], dim=-2)
    return self.out(join_heads(seen)), (k, v)


@misconception(
    "CachedAttention.forward", "Keys are turned again that were turned already: only the new ones are turned."
)
def turned_twice(self, x, cache=None):
    q, k, v = (split_heads(layer(x), self.heads) for layer in (self.query, self.key, self.value))
    start = 0 if cache is None else cache[0].shape[-2]
    if cache is not None:
        k, v = torch.cat([cache[0], k], dim=-2), torch.cat([cache[1], v], dim=-2)
    q, k = rotate(q, start), rotate(k)
    seen, _ = attention(q, k, v, causal_mask(q.shape[-2], k.shape[-2]))
    return self.out(join_heads(seen)), (k, v)


@misconception("CachedAttention.forward", "Values are turned, too. Only queries and keys are.")
def values_turned(self, x, cache=None):
    q, k, v = (split_heads(layer(x), self.heads) for layer in (self.query, self.key, self.value))
    start = 0 if cache is None else cache[0].shape[-2]
    q, k, v = rotate(q, start), rotate(k, start), rotate(v, start)
    if cache is not None:
        k, v = torch.cat([cache[0], k], dim=-2), torch.cat([cache[1], v], dim=-2)
    seen, _ = attention(q, k, v, causal_mask(q.shape[-2], k.shape[-2]))
    return self.out(join_heads(seen)), (k, v)


@misconception(
    "CachedAttention.forward",
    "The features are turned before they are split into heads. Each head is turned by itself.",
)
def turned_before_splitting(self, x, cache=None):
    start = 0 if cache is None else cache[0].shape[-2]
    q, k = (split_heads(rotate(layer(x), start), self.heads) for layer in (self.query, self.key))
    v = split_heads(self.value(x), self.heads)
    if cache is not None:
        k, v = torch.cat([cache[0], k], dim=-2), torch.cat([cache[1], v], dim=-2)
    seen, _ = attention(q, k, v, causal_mask(q.shape[-2], k.shape[-2]))
    return self.out(join_heads(seen)), (k, v)


@misconception(
    "CachedAttention.forward", "New places see each other without a mask, also what comes behind them."
)
def no_mask(self, x, cache=None):
    q, k, v = (split_heads(layer(x), self.heads) for layer in (self.query, self.key, self.value))
    start = 0 if cache is None else cache[0].shape[-2]
    q, k = rotate(q, start), rotate(k, start)
    if cache is not None:
        k, v = torch.cat([cache[0], k], dim=-2), torch.cat([cache[1], v], dim=-2)
    seen, _ = attention(q, k, v)
    return self.out(join_heads(seen)), (k, v)


@misconception(
    "CachedAttention.forward", "The cache that comes back holds the new places only. It holds all of them."
)
def new_places_only(self, x, cache=None):
    q, k, v = (split_heads(layer(x), self.heads) for layer in (self.query, self.key, self.value))
    start = 0 if cache is None else cache[0].shape[-2]
    q, k = rotate(q, start), rotate(k, start)
    new = k, v
    if cache is not None:
        k, v = torch.cat([cache[0], k], dim=-2), torch.cat([cache[1], v], dim=-2)
    seen, _ = attention(q, k, v, causal_mask(q.shape[-2], k.shape[-2]))
    return self.out(join_heads(seen)), new


@misconception(
    "CachedAttention.forward", "New keys and values stand in front of those of the cache. They belong behind."
)
def new_ones_in_front(self, x, cache=None):
    q, k, v = (split_heads(layer(x), self.heads) for layer in (self.query, self.key, self.value))
    start = 0 if cache is None else cache[0].shape[-2]
    q, k = rotate(q, start), rotate(k, start)
    if cache is not None:
        k, v = torch.cat([k, cache[0]], dim=-2), torch.cat([v, cache[1]], dim=-2)
    seen, _ = attention(q, k, v, causal_mask(q.shape[-2], k.shape[-2]))
    return self.out(join_heads(seen)), (k, v)


@misconception(
    "CachedAttention.forward",
    "The weights of the layers are taken, and the layers are not called: adapters in their places would not be heard.",
)
def weights_taken(self, x, cache=None):
    weights = torch.cat([self.query.weight, self.key.weight, self.value.weight])
    q, k, v = (split_heads(part, self.heads) for part in (x @ weights.T).chunk(3, dim=-1))
    start = 0 if cache is None else cache[0].shape[-2]
    q, k = rotate(q, start), rotate(k, start)
    if cache is not None:
        k, v = torch.cat([cache[0], k], dim=-2), torch.cat([cache[1], v], dim=-2)
    seen, _ = attention(q, k, v, causal_mask(q.shape[-2], k.shape[-2]))
    return join_heads(seen) @ self.out.weight.T, (k, v)


@misconception(
    "CachedAttention.forward",
    "The mask treats new places as the first ones of the text. They are the last ones: the diagonal moves.",
)
def mask_from_the_first_place(self, x, cache=None):
    q, k, v = (split_heads(layer(x), self.heads) for layer in (self.query, self.key, self.value))
    start = 0 if cache is None else cache[0].shape[-2]
    q, k = rotate(q, start), rotate(k, start)
    if cache is not None:
        k, v = torch.cat([cache[0], k], dim=-2), torch.cat([cache[1], v], dim=-2)
    mask = torch.ones(q.shape[-2], k.shape[-2], dtype=torch.bool).tril()
    seen, _ = attention(q, k, v, mask)
    return self.out(join_heads(seen)), (k, v)


@misconception(
    "CachedAttention.forward", "`out` is left out. It comes last, when the heads are side by side."
)
def out_left_out(self, x, cache=None):
    q, k, v = (split_heads(layer(x), self.heads) for layer in (self.query, self.key, self.value))
    start = 0 if cache is None else cache[0].shape[-2]
    q, k = rotate(q, start), rotate(k, start)
    if cache is not None:
        k, v = torch.cat([cache[0], k], dim=-2), torch.cat([cache[1], v], dim=-2)
    seen, _ = attention(q, k, v, causal_mask(q.shape[-2], k.shape[-2]))
    return join_heads(seen), (k, v)


@misconception(
    "CachedAttention.forward",
    "A reshape to (b, heads, t, d) mixes places. Split the features first and then transpose, as split_heads does.",
)
def reshaped_into_heads(self, x, cache=None):
    b, t, width = x.shape
    q, k, v = (
        layer(x).reshape(b, self.heads, t, width // self.heads)
        for layer in (self.query, self.key, self.value)
    )
    start = 0 if cache is None else cache[0].shape[-2]
    q, k = rotate(q, start), rotate(k, start)
    if cache is not None:
        k, v = torch.cat([cache[0], k], dim=-2), torch.cat([cache[1], v], dim=-2)
    seen, _ = attention(q, k, v, causal_mask(q.shape[-2], k.shape[-2]))
    return self.out(join_heads(seen)), (k, v)


@variant("CachedAttention.forward")
def by_the_library(self, x, cache=None):
    b, t, width = x.shape
    before = cache[0].shape[2] if cache else 0

    def heads_of(layer):
        return layer(x).reshape(b, t, self.heads, width // self.heads).transpose(1, 2)

    q, k, v = rotate(heads_of(self.query), before), rotate(heads_of(self.key), before), heads_of(self.value)
    if cache:
        k, v = (torch.cat(pair, dim=2) for pair in zip(cache, (k, v), strict=True))
    mask = torch.ones(t, before + t, dtype=torch.bool).tril(diagonal=before)
    seen = scaled_dot_product_attention(q, k, v, attn_mask=mask)
    return self.out(seen.transpose(1, 2).reshape(b, t, width)), (k, v)


@variant("CachedAttention.forward")
def place_by_place(self, x, cache=None):
    outputs = []
    keys, values = cache if cache is not None else (None, None)
    for place in range(x.shape[1]):
        one = x[:, place : place + 1]
        start = 0 if keys is None else keys.shape[-2]
        q, k, v = (split_heads(layer(one), self.heads) for layer in (self.query, self.key, self.value))
        q, k = rotate(q, start), rotate(k, start)
        keys = k if keys is None else torch.cat([keys, k], dim=2)
        values = v if values is None else torch.cat([values, v], dim=2)
        weights = torch.softmax(q @ keys.mT / q.shape[-1] ** 0.5, dim=-1)
        outputs.append(self.out(join_heads(weights @ values)))
    return torch.cat(outputs, dim=1), (keys, values)


@misconception("generate", "Everything is read again for each token: the cache knows it twice.")
def everything_again(model, prompt, length, temperature=1.0, keep=None, generator=None):
    ids, caches = prompt[None], None
    with torch.no_grad():
        for _ in range(length):
            logits, caches = model(ids, caches)
            chosen = torch.as_tensor(choose(logits[:, -1], temperature, keep, generator))
            ids = torch.cat([ids, chosen[:, None]], dim=1)
    return ids[0, len(prompt) :]


@misconception("generate", "The caches are not handed on: the model knows nothing but the last token.")
def caches_not_handed_on(model, prompt, length, temperature=1.0, keep=None, generator=None):
    ids, written = prompt[None], []
    with torch.no_grad():
        for _ in range(length):
            logits, _ = model(ids, None)
            chosen = torch.as_tensor(choose(logits[:, -1], temperature, keep, generator))
            written.append(chosen)
            ids = chosen[:, None]
    return torch.cat(written)


@misconception(
    "generate", "The whole text is read anew for each token, without caches. It is right, and not spared."
)
def without_caches(model, prompt, length, temperature=1.0, keep=None, generator=None):
    ids = prompt[None]
    with torch.no_grad():
        for _ in range(length):
            logits, _ = model(ids, None)
            chosen = torch.as_tensor(choose(logits[:, -1], temperature, keep, generator))
            ids = torch.cat([ids, chosen[:, None]], dim=1)
    return ids[0, len(prompt) :]


@misconception(
    "generate", "The logits of the first place were taken. What comes next is said at the last one."
)
def logits_of_the_first_place(model, prompt, length, temperature=1.0, keep=None, generator=None):
    ids, caches, written = prompt[None], None, []
    with torch.no_grad():
        for _ in range(length):
            logits, caches = model(ids, caches)
            chosen = torch.as_tensor(choose(logits[:, 0], temperature, keep, generator))
            written.append(chosen)
            ids = chosen[:, None]
    return torch.cat(written)


@misconception("generate", "The prompt is part of the result. Only what was written after it is asked for.")
def with_the_prompt(model, prompt, length, temperature=1.0, keep=None, generator=None):
    ids, caches, written = prompt[None], None, [prompt]
    with torch.no_grad():
        for _ in range(length):
            logits, caches = model(ids, caches)
            chosen = torch.as_tensor(choose(logits[:, -1], temperature, keep, generator))
            written.append(chosen)
            ids = chosen[:, None]
    return torch.cat(written)


@misconception("generate", "The prompt is read token by token. The first call gets all of it.")
def prompt_token_by_token(model, prompt, length, temperature=1.0, keep=None, generator=None):
    caches, written = None, []
    with torch.no_grad():
        for number in prompt[:-1]:
            _, caches = model(number[None, None], caches)
        ids = prompt[None, -1:]
        for _ in range(length):
            logits, caches = model(ids, caches)
            chosen = torch.as_tensor(choose(logits[:, -1], temperature, keep, generator))
            written.append(chosen)
            ids = chosen[:, None]
    return torch.cat(written)


@misconception("generate", "The model is asked once more after the last token.")
def asked_once_more(model, prompt, length, temperature=1.0, keep=None, generator=None):
    written = []
    with torch.no_grad():
        logits, caches = model(prompt[None], None)
        for _ in range(length):
            chosen = torch.as_tensor(choose(logits[:, -1], temperature, keep, generator))
            written.append(chosen)
            logits, caches = model(chosen[:, None], caches)
    return torch.cat(written)


@misconception("generate", "The generator is not handed on to choose.")
def generator_not_handed_on(model, prompt, length, temperature=1.0, keep=None, generator=None):
    ids, caches, written = prompt[None], None, []
    with torch.no_grad():
        for _ in range(length):
            logits, caches = model(ids, caches)
            chosen = torch.as_tensor(choose(logits[:, -1], temperature, keep))
            written.append(chosen)
            ids = chosen[:, None]
    return torch.cat(written)


@misconception("generate", "`keep` is not handed on to choose.")
def keep_not_handed_on(model, prompt, length, temperature=1.0, keep=None, generator=None):
    ids, caches, written = prompt[None], None, []
    with torch.no_grad():
        for _ in range(length):
            logits, caches = model(ids, caches)
            chosen = torch.as_tensor(choose(logits[:, -1], temperature, None, generator))
            written.append(chosen)
            ids = chosen[:, None]
    return torch.cat(written)


@misconception("generate", "The temperature is not handed on to choose.")
def temperature_not_handed_on(model, prompt, length, temperature=1.0, keep=None, generator=None):
    ids, caches, written = prompt[None], None, []
    with torch.no_grad():
        for _ in range(length):
            logits, caches = model(ids, caches)
            chosen = torch.as_tensor(choose(logits[:, -1], 1.0, keep, generator))
            written.append(chosen)
            ids = chosen[:, None]
    return torch.cat(written)


@variant("generate")
def in_a_list(model, prompt, length, temperature=1.0, keep=None, generator=None):
    with torch.no_grad():
        logits, caches = model(prompt.reshape(1, -1), None)
        text = [int(choose(logits[0, -1:], temperature, keep, generator)[0])]
        while len(text) < length:
            logits, caches = model(torch.tensor([[text[-1]]]), caches)
            text.append(int(choose(logits[0, -1:], temperature, keep, generator)[0]))
    return torch.tensor(text)


@variant("generate")
def into_a_tensor(model, prompt, length, temperature=1.0, keep=None, generator=None):
    text = torch.empty(length, dtype=torch.int64)
    new, caches = prompt.unsqueeze(0), None
    for place in range(length):
        with torch.inference_mode():
            logits, caches = model(new, caches)
        token = torch.as_tensor(choose(logits[:, logits.shape[1] - 1, :], temperature, keep, generator))
        text[place] = token.item()
        new = text[place].reshape(1, 1)
    return text


@misconception(
    "perplexities", "The vocabulary is counted: the bytes of all its tokens. Count those of the text."
)
def bytes_of_the_vocabulary(nats, ids, vocabulary):
    total = float(nats.sum())
    return math.exp(total / len(ids)), math.exp(total / sum(map(len, vocabulary)))


@misconception(
    "perplexities",
    "The mean of the losses per byte of each token. A long token counts for more: one sum, divided by one number.",
)
def mean_of_ratios(nats, ids, vocabulary):
    lengths = torch.tensor([len(vocabulary[number]) for number in ids])
    return math.exp(float(nats.mean())), math.exp(float((nats / lengths).mean()))


@misconception("perplexities", "These are losses, in nats. The perplexity is e to their power.")
def losses(nats, ids, vocabulary):
    length = sum(len(vocabulary[number]) for number in ids)
    return float(nats.sum()) / len(ids), float(nats.sum()) / length


@misconception("perplexities", "The losses are in nats, so the base is e and not 2.")
def base_two(nats, ids, vocabulary):
    length = sum(len(vocabulary[number]) for number in ids)
    return 2 ** (float(nats.sum()) / len(ids)), 2 ** (float(nats.sum()) / length)


@misconception(
    "perplexities",
    "The mean of the perplexities of the tokens. First the mean of the losses, then e to its power.",
)
def mean_of_exponentials(nats, ids, vocabulary):
    lengths = torch.tensor([len(vocabulary[number]) for number in ids])
    return float(nats.exp().mean()), float((nats / lengths).exp().mean())


@misconception(
    "perplexities",
    "The perplexity by token is divided by the length of a token. The length divides the loss.",
)
def divided_perplexity(nats, ids, vocabulary):
    length = sum(len(vocabulary[number]) for number in ids)
    by_token = math.exp(float(nats.sum()) / len(ids))
    return by_token, by_token * len(ids) / length


@misconception("perplexities", "The mean of the losses is divided by the bytes. Their sum is.")
def mean_by_bytes(nats, ids, vocabulary):
    mean = float(nats.mean())
    return math.exp(mean), math.exp(mean / sum(len(vocabulary[number]) for number in ids))


@variant("perplexities")
def in_numpy(nats, ids, vocabulary):
    losses = np.asarray(nats, dtype=float)
    lengths = np.array([len(vocabulary[number]) for number in ids])
    return np.exp(losses.mean()), np.exp(losses.sum() / lengths.sum())


@variant("perplexities")
def from_the_whole_text(nats, ids, vocabulary):
    text = b"".join(vocabulary[number] for number in ids)
    probability = nats.double().sum().neg()
    return tuple(math.exp(-probability.item() / n) for n in (len(nats), len(text)))


@misconception(
    "grouped_attention", "Heads share their keys in turn. It is neighbouring heads that share one."
)
def in_turn(q, k, v, mask=None):
    heads, groups = q.shape[1], k.shape[1]
    if heads % groups:
        raise ValueError("groups do not divide heads")
    k, v = (x.repeat(1, heads // groups, 1, 1) for x in (k, v))
    return attention(q, k, v, mask)[0]


@misconception("grouped_attention", "All heads look at the first head of keys.")
def first_head_only(q, k, v, mask=None):
    if q.shape[1] % k.shape[1]:
        raise ValueError("groups do not divide heads")
    return attention(q, k[:, :1], v[:, :1], mask)[0]


@misconception("grouped_attention", "The mask is not used.")
def mask_not_used(q, k, v, mask=None):
    heads, groups = q.shape[1], k.shape[1]
    if heads % groups:
        raise ValueError("groups do not divide heads")
    k, v = (x.repeat_interleave(heads // groups, dim=1) for x in (k, v))
    return attention(q, k, v)[0]


@variant("grouped_attention")
def by_one_more_axis(q, k, v, mask=None):
    heads, groups = q.shape[1], k.shape[1]
    if heads % groups != 0:
        raise ValueError("groups do not divide heads")
    grouped = q.unflatten(1, (groups, heads // groups))
    return attention(grouped, k[:, :, None], v[:, :, None], mask)[0].flatten(1, 2)


@variant("grouped_attention")
def head_after_head(q, k, v, mask=None):
    share, rest = divmod(q.shape[1], k.shape[1])
    if rest:
        raise ValueError("groups do not divide heads")
    outputs = [attention(q[:, h], k[:, h // share], v[:, h // share], mask)[0] for h in range(q.shape[1])]
    return torch.stack(outputs, dim=1)
