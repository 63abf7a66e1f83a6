"""Checks of remembering.py: complex numbers for rotations, whole texts against texts in parts, counted calls."""

import cmath
import math

import numpy as np
import torch
from torch.nn.functional import scaled_dot_product_attention

from course.testing import (
    assert_between,
    assert_close,
    assert_dtype,
    assert_equal,
    assert_parts,
    assert_raises,
    assert_that,
    assert_unchanged,
    compare_by,
    hidden,
    points,
    training,
)
from course.testing.networks import draw


def turned(x, start):
    """Pairs of features as complex numbers, multiplied by e^(i p θ)."""
    x = np.asarray(x)
    t, d = x.shape[-2:]
    pairs = x[..., 0::2] + 1j * x[..., 1::2]
    for p in range(t):
        for i in range(d // 2):
            pairs[..., p, i] = pairs[..., p, i] * cmath.exp(1j * (start + p) * 10000.0 ** (-2 * i / d))
    result = np.empty(x.shape)
    result[..., 0::2], result[..., 1::2] = pairs.real, pairs.imag
    return result


@points(2)
def test_rotate_turns_pairs_of_features(student, rng):
    one = draw(rng, 1, 2)
    a, b = one[0].tolist()
    for p in (0, 1, 5):
        expected = [[a * math.cos(p) - b * math.sin(p), a * math.sin(p) + b * math.cos(p)]]
        assert_close(
            student.rotate(one, p),
            expected,
            1e-4,
            1e-4,
            name="vector of two features",
            cause=f"turned by the angle {p}",
        )
    for shape, start in [((5, 6), 0), ((2, 3, 4, 8), 0), ((1, 2, 1, 4), 7), ((3, 2), 100), ((2, 8), 3000)]:
        x = draw(rng, *shape)
        with assert_unchanged(x):
            result = student.rotate(x, start)
        assert_close(result, turned(x, start), 1e-3, 1e-3, name="array of turned vectors")
    single = student.rotate(x.float(), 20)
    assert_close(single, turned(x, 20), rtol=1e-3, atol=2e-3, name="array of turned vectors, of float32,")
    assert_dtype(single, torch.float32)
    with assert_raises(ValueError):
        student.rotate(draw(rng, 2, 7))


@points(1)
def test_rotate_knows_distances_only(student, rng):
    for m, n, shift in [(5, 2, 11), (0, 9, 30)]:
        here = there = 0.0
        while abs(here - there) < 0.2 * (1 + abs(here)):  # until the sign of the distance matters
            q, k = draw(rng, 1, 8), draw(rng, 1, 8)
            here, there = (float((turned(q, a) * turned(k, b)).sum()) for a, b in ((m, n), (n, m)))
        results = [np.asarray(student.rotate(x, p + shift)) for x, p in ((q, m), (k, n))]
        assert_that(results[0].shape == (1, 8), "A vector of 8 features has another shape after turning.")
        cause = "do all angles grow in proportion to the place?"
        assert_close(
            (results[0] * results[1]).sum(),
            here,
            1e-3,
            1e-3,
            name="product of two turned vectors",
            cause=cause,
        )


@hidden
@points(1)
def test_rotate_keeps_the_dtype_and_refuses_odd_widths(student, rng):
    x = draw(rng, 2, 4, 6).float()
    result = student.rotate(x, 200)
    assert_close(result, turned(x.double(), 200), rtol=1e-3, atol=2e-3, name="array of turned vectors")
    assert_dtype(result, torch.float32)
    with assert_raises(ValueError):
        student.rotate(draw(rng, 3, 5))


def attend(module, width, heads, weights, parts):
    """The outputs of the parts of a text, each read with the cache of those before; and the last cache.

    Beside it: how many places the layers have seen, and whether a cache that came in has changed.
    """
    import torch

    layer = module.CachedAttention(width, heads).double()
    names = ("query", "key", "value", "out")
    seen = dict.fromkeys(names, 0)

    def counting(name):
        def hook(module, inputs, output):
            seen[name] += inputs[0].shape[-2]

        return hook

    with torch.no_grad():
        for name, weight in zip(names, weights, strict=True):
            getattr(layer, name).weight.copy_(weight)
            getattr(layer, name).register_forward_hook(counting(name))
        outputs, cache, changed = [], None, False
        for part in parts:
            before = None if cache is None else [tensor.clone() for tensor in cache]
            output, following = layer(part, cache)
            if before is not None:
                changed = changed or any(not torch.equal(a, b) for a, b in zip(before, cache, strict=True))
            outputs.append(output)
            cache = following
    return outputs, [cache[0], cache[1]], [seen[name] for name in names], changed


def attended(x, weights, heads):
    """The whole text at once, with PyTorch's attention; and the cache."""
    b, t, width = x.shape
    q, k, v = ((x @ w.T).reshape(b, t, heads, width // heads).transpose(1, 2) for w in weights[:3])
    q, k = torch.tensor(turned(q, 0)), torch.tensor(turned(k, 0))
    output = scaled_dot_product_attention(q, k, v, is_causal=True)
    return output.transpose(1, 2).reshape(b, t, width) @ weights[3].T, k, v


def draw_weights(rng, width):
    return [draw(rng, width, width) / np.sqrt(width) for _ in range(4)]


@points(2)
def test_cached_attention_forward_of_a_whole_text(student, rng):
    for b, t, width, heads in [(2, 5, 8, 2), (1, 1, 4, 1), (3, 4, 12, 3)]:
        x, weights = draw(rng, b, t, width), draw_weights(rng, width)
        with assert_unchanged(x):
            result = student.run(attend, width, heads, weights, [x])
        outputs, cache, seen, _ = assert_parts(result, 4)
        output, k, v = attended(x, weights, heads)
        found = np.asarray(assert_parts(outputs, 1)[0])
        cause = "a place sees itself and what is before it"
        first = found[:, 0] if found.shape == tuple(output.shape) else found
        assert_close(first, output[:, 0], name="output at the first place", cause=cause)
        assert_close(
            found,
            output,
            1e-4,
            1e-4,
            name="output",
            cause="rotate queries and keys, head by head, not the values",
        )
        keys, values = assert_parts(cache, 2)
        assert_close(
            keys,
            k,
            1e-4,
            1e-4,
            name="array of keys in the cache",
            cause="keys are kept turned, one array per head",
        )
        assert_close(values, v, name="array of values in the cache")
        cause = "layers are called: adapters will stand in their places"
        assert_equal(
            seen, 4 * [t], name="list of places that query, key, value and out have seen", cause=cause
        )


@points(2)
def test_cached_attention_forward_in_parts(student, rng):
    for b, width, heads, lengths in [(2, 8, 2, (3, 1, 1)), (1, 4, 1, (1, 1, 1, 1)), (2, 12, 3, (2, 3))]:
        x, weights = draw(rng, b, sum(lengths), width), draw_weights(rng, width)
        with assert_unchanged(x):
            result = student.run(attend, width, heads, weights, list(x.split(lengths, dim=1)))
        outputs, cache, seen, changed = assert_parts(result, 4)
        output, k, v = attended(x, weights, heads)
        wanted = output.split(lengths, dim=1)
        for number, (found, want) in enumerate(zip(assert_parts(outputs, len(lengths)), wanted, strict=True)):
            cause = "new queries and keys are turned as far as their place in the whole text says"
            assert_close(found, want, 1e-4, 1e-4, name=f"output of part {number}", cause=cause)
        keys, values = assert_parts(cache, 2)
        assert_close(keys, k, 1e-4, 1e-4, name="array of keys in the last cache")
        assert_close(values, v, name="array of values in the last cache")
        assert_that(changed is False, "A cache that came in has changed.", "torch.cat makes a new tensor")
        cause = "only new places go through the layers; the cache holds the rest"
        name = "list of places that query, key, value and out have seen"
        assert_equal(seen, 4 * [sum(lengths)], name=name, cause=cause)


@hidden
@points(1)
def test_cached_attention_forward_reads_nothing_twice(student, rng):
    x, weights = draw(rng, 1, 9, 4), draw_weights(rng, 4)
    lengths = (4, 1, 3, 1)
    result = student.run(attend, 4, 2, weights, list(x.split(lengths, dim=1)))
    outputs, _, seen, _ = assert_parts(result, 4)
    assert_close(outputs[3], attended(x, weights, 2)[0][:, -1:], 1e-4, 1e-4, name="output of the last part")
    cause = "only new places go through the layers; the cache holds the rest"
    assert_equal(
        seen, [9, 9, 9, 9], name="list of places that query, key, value and out have seen", cause=cause
    )


def generate_by_table(module, table, prompt, length, temperature, keep, seed):
    """What is written by a model whose logits depend on the sum of all ids, and what the model was asked.

    A cache is the sum of all ids so far and how many there were.
    """
    import torch

    asked = []

    def model(ids, caches=None):
        before, many = caches[0] if caches else (0, 0)
        asked.append([int(ids.shape[0]), int(ids.shape[1]), int(many)])
        sums = before + ids.cumsum(dim=1)
        return table[sums % len(table)], [(int(sums[0, -1]), many + ids.shape[1])]

    chance = torch.Generator().manual_seed(seed)
    return module.generate(model, prompt, length, temperature, keep, chance), asked


@points(1)
def test_generate_goes_on_greedily(student, rng):
    for p, length in [(3, 6), (1, 4), (5, 1)]:
        table, prompt = draw(rng, 11, 7), torch.tensor(rng.integers(1, 7, size=p))
        with assert_unchanged(prompt):
            result = student.run(generate_by_table, table, prompt, length, 0, None, 0)
        written, asked = assert_parts(result, 2)
        total, expected = int(prompt.sum()), []
        for _ in range(length):
            expected.append(int(table[total % 11].argmax()))
            total += expected[-1]
        assert_equal(written, expected, name="tensor of tokens", cause="the logits of the last place count")
        questions = [[1, p, 0]] + [[1, 1, p + step] for step in range(length - 1)]
        cause = "the prompt once, then the last token alone, with the caches of the call before"
        assert_equal(
            asked, questions, name="list of (rows, new ids, ids in the cache) of all calls", cause=cause
        )


def only_two(logits):
    """−∞ for all but the two largest."""
    return logits.masked_fill(logits < logits.topk(2).values[..., -1:], -math.inf)


def generate_twice(module, table, prompt, length, temperature, keep, seed):
    """What is written, and whether it is written again from a generator that begins with the same seed."""
    import torch

    def model(ids, caches=None):
        return table[ids % len(table)], []

    def once():
        chance = torch.Generator().manual_seed(seed)
        return torch.as_tensor(module.generate(model, prompt, length, temperature, keep, chance))

    first = once()
    torch.rand(7)
    return first, bool(torch.equal(first, once()))


def shares_written(written, again):
    """The shares of the first five tokens, and whether the text can be repeated."""
    written = np.ravel(np.asarray(written))
    return *(float((written == token).mean()) for token in range(5)), float(bool(again))


@points(1)
def test_generate_draws(student, rng):
    table, prompt = draw(rng, 1, 5).expand(1, 5), torch.tensor([3, 1])
    result = student.run(generate_twice, table, prompt, 1500, 0.7, only_two, int(rng.integers(2**31)))
    written, again = assert_parts(result, 2)
    compare_by(shares_written, written, again, slack=0.06)
    expected = only_two(table[0] / 0.7).softmax(dim=0).numpy()
    assert_that(np.shape(written) == (1500,), "1500 tokens are asked for.")
    found = np.bincount(np.asarray(written), minlength=5) / 1500
    assert_that(len(found) == 5, "A token is not in the vocabulary.")
    far = float(np.abs(found - expected).max())
    assert_between(far, 0, 0.06, name="largest distance of the shares of tokens from the probabilities")
    assert_that(
        again is True,
        "From the same generator, begun with the same seed, it writes another text.",
        "is the generator handed on to choose?",
    )


@hidden
@points(1)
def test_generate_draws_from_its_generator(student, rng):
    table, prompt = draw(rng, 13, 9), torch.tensor(rng.integers(1, 9, size=4))
    texts = []
    for seed in (3, 3, 4):
        written, _ = assert_parts(student.run(generate_by_table, table, prompt, 40, 1.0, None, seed), 2)
        texts.append(np.asarray(written).tolist())
    assert_that(len(set(texts[0])) > 1 and len(texts[0]) == 40, "40 tokens, drawn at random, are asked for.")
    assert_equal(texts[1], texts[0], name="text from the same generator again")
    assert_that(texts[2] != texts[0], "Generators with different seeds write the same text.")


@points(2)
def test_perplexities_by_token_and_by_byte(student, rng):
    for n, size in [(6, 5), (1, 3), (20, 9)]:
        vocabulary = [bytes(rng.integers(256, size=int(rng.integers(1, 6))).tolist()) for _ in range(size)]
        vocabulary[0] = b"abcd"
        ids = [int(i) for i in rng.integers(size, size=n)]
        ids[0] = 0
        nats = 1.5 * torch.tensor(rng.gamma(2.0, size=n))
        with assert_unchanged(nats, ids, vocabulary):
            result = student.perplexities(nats, ids, vocabulary)
        by_token, by_byte = assert_parts(result, 2)
        mean = float(nats.sum()) / n
        assert_close(by_token, math.exp(mean), name="perplexity by token")
        lengths = [len(vocabulary[i]) for i in ids]
        expected = math.exp(mean * n / sum(lengths))
        assert_close(
            by_byte, expected, name="perplexity by byte", cause="bytes of the text, not of the vocabulary"
        )


def learn_text(module, text, held_out, seed):
    """Perplexity by byte of what was not read, before training and after it."""
    import torch

    from day21_language.training import train_language_model

    torch.set_num_threads(1)
    reader = train_language_model(
        text, held_out, seed, merges=60, steps=60, width=32, batch_size=16, context=32
    )
    return reader.by_token, reader.by_byte


@training
@points(1)
def test_cached_attention_forward_learns_to_read(student, rng):
    """Over 12 seeds: 1.28 to 1.30 by byte, 2.08 to 2.18 by token; 0.7 s."""
    from course.data import make_sentences

    text, held_out = make_sentences(900, rng), make_sentences(100, rng)
    result = student.run(learn_text, text, held_out, int(rng.integers(2**31)))
    by_token, by_byte = assert_parts(result, 2)
    assert_between(by_byte, 1.1, 1.5, name="perplexity by byte of sentences that were not read")
    assert_between(by_token, 1.2, 6, name="perplexity by token of sentences that were not read")


@points(0)
def test_grouped_attention_like_repeated_heads(student, rng):
    for b, h, g, t, s, d in [(2, 6, 2, 3, 5, 4), (1, 4, 1, 2, 2, 3), (2, 3, 3, 4, 4, 2)]:
        q, k, v = draw(rng, b, h, t, d), draw(rng, b, g, s, d), draw(rng, b, g, s, d)
        mask = torch.arange(s) <= torch.arange(s - t, s)[:, None] if s >= t else None
        for seen in (None, mask):
            with assert_unchanged(q, k, v):
                result = student.grouped_attention(q, k, v, seen)
            heads = []
            for number in range(h):
                group = number // (h // g)
                heads.append(
                    scaled_dot_product_attention(q[:, number], k[:, group], v[:, group], attn_mask=seen)
                )
            assert_close(
                result, torch.stack(heads, dim=1), name="output", cause="neighbouring heads share their keys"
            )
    with assert_raises(ValueError):
        student.grouped_attention(draw(rng, 1, 4, 2, 2), draw(rng, 1, 3, 2, 2), draw(rng, 1, 3, 2, 2))
