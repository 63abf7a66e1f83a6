"""Checks of translating.py: PyTorch's decoder layer, a search through all texts, and German numbers."""

import math

import numpy as np
import torch
from torch import nn

from course.testing import (
    assert_between,
    assert_close,
    assert_equal,
    assert_parts,
    assert_that,
    assert_unchanged,
    hidden,
    points,
    training,
)
from course.testing.networks import draw, fill

BEGIN, END = 1, 2


def draw_block(rng, width, heads):
    """PyTorch's layer with random weights, and the same weights under the names of the exercise."""
    layer = nn.TransformerDecoderLayer(
        width, heads, 4 * width, dropout=0.0, batch_first=True, norm_first=True
    )
    fill(layer, rng).eval()
    with torch.no_grad():
        for norm in (layer.norm1, layer.norm2, layer.norm3):
            norm.weight += 1.0
    weights = {}
    for ours, attention in (("", layer.self_attn), ("cross_", layer.multihead_attn)):
        parts = zip(attention.in_proj_weight.chunk(3), attention.in_proj_bias.chunk(3), strict=True)
        for name, (weight, bias) in zip(("query", "key", "value"), parts, strict=True):
            weights[f"{ours}{name}"] = (weight, bias)
        weights[f"{ours}out"] = (attention.out_proj.weight, attention.out_proj.bias)
    weights |= {
        name: (getattr(layer, name).weight, getattr(layer, name).bias) for name in ("norm1", "norm2", "norm3")
    }
    weights["expand"] = (layer.linear1.weight, layer.linear1.bias)
    weights["contract"] = (layer.linear2.weight, layer.linear2.bias)
    return layer, {name: [part.detach() for part in pair] for name, pair in weights.items()}


def decode(module, width, heads, weights, x, memory, mask):
    """What a block with these weights returns."""
    import torch

    block = module.DecoderBlock(width, heads).double()
    with torch.no_grad():
        for name, (weight, bias) in weights.items():
            getattr(block, name).weight.copy_(weight)
            getattr(block, name).bias.copy_(bias)
        return block(x, memory, mask)


def draw_source(rng, b, s, width):
    lengths = rng.integers(1, s + 1, size=b)
    lengths[int(rng.integers(b))] = s
    return draw(rng, b, s, width), torch.arange(s) < torch.tensor(lengths)[:, None]


def expected_output(layer, x, memory, mask):
    t = x.shape[1]
    hidden_places = torch.ones(t, t, dtype=torch.bool).triu(1)
    return layer(x, memory, tgt_mask=hidden_places, memory_key_padding_mask=~mask).detach()


def expected_weights(layer, x, memory, mask):
    """Of the second attention, asked by itself."""
    t = x.shape[1]
    with torch.no_grad():
        hidden_places = torch.ones(t, t, dtype=torch.bool).triu(1)
        x = x + layer._sa_block(layer.norm1(x), hidden_places, None)
        return layer.multihead_attn(
            layer.norm2(x), memory, memory, key_padding_mask=~mask, average_attn_weights=False
        )[1]


@points(1)
def test_decoder_block_forward_of_one_place(student, rng):
    for b, s, width, heads in [(2, 4, 6, 2), (1, 1, 4, 1)]:
        layer, weights = draw_block(rng, width, heads)
        x, memory = draw(rng, b, 1, width), draw(rng, b, s, width)
        mask = torch.ones(b, s, dtype=torch.bool)
        with assert_unchanged(x, memory, mask):
            result = student.run(decode, width, heads, weights, x, memory, mask)
        output, _ = assert_parts(result, 2)
        cause = "three branches, each with its own norm in front and its input added"
        assert_close(output, expected_output(layer, x, memory, mask), name="output", cause=cause)


@points(2)
def test_decoder_block_forward_like_pytorch(student, rng):
    for b, t, s, width, heads in [(2, 4, 5, 6, 3), (3, 5, 2, 8, 2), (1, 3, 3, 4, 1)]:
        layer, weights = draw_block(rng, width, heads)
        x, memory, mask = draw(rng, b, t, width), *draw_source(rng, b, s, width)
        result = student.run(decode, width, heads, weights, x, memory, mask)
        output, found = assert_parts(result, 2)
        first = expected_output(layer, x, memory, mask)
        cause = "the first place sees itself in the text that is written, and the source without its padding"
        assert_close(np.asarray(output)[:, 0], first[:, 0], name="output at the first place", cause=cause)
        assert_close(output, first, name="output", cause="nobody looks ahead in the text that is written")
        expected = expected_weights(layer, x, memory, mask)
        assert_close(found, expected, name="array of weights of the attention to the source")


@hidden
@points(1)
def test_decoder_block_forward_ignores_padding(student, rng):
    layer, weights = draw_block(rng, 6, 2)
    x, memory = draw(rng, 2, 3, 6), draw(rng, 2, 5, 6)
    mask = torch.tensor([[True] * 5, [True, True] + [False] * 3])
    other = memory.clone()
    other[1, 2:] = 50 * draw(rng, 3, 6)
    for source in (memory, other):
        output, found = assert_parts(student.run(decode, 6, 2, weights, x, source, mask), 2)
        assert_close(output, expected_output(layer, x, memory, mask), name="output")
        assert_close(np.asarray(found)[1, :, :, 2:], np.zeros((2, 3, 3)), name="array of weights at padding")


def learn_numbers(module, seed):
    """The share of new numbers of which the whole German name is right."""
    import numpy as np
    import torch

    from day21_language.data import make_numbers
    from day21_language.training import train_translator, translate

    torch.set_num_threads(1)
    known, new = make_numbers(np.random.default_rng(seed), 1500, 200, 4)
    model = train_translator(known, 200, seed)
    return float(np.mean([a == b for a, b in zip(translate(model, new.figures), new.names, strict=True)]))


@training
@points(1)
def test_decoder_block_forward_translates_numbers(student, rng):
    """Over 12 seeds: 0.97 to 1.0 of the new numbers are right from the first part to the last; 2.5 s."""
    share = student.run(learn_numbers, int(rng.integers(2**31)))
    assert_between(share, 0.8, 1, name="share of new numbers that are translated without a mistake")


class Language:
    """Log-probabilities that depend on the last two ids and on the place: a table of random logits."""

    def __init__(self, rng, v, spread=1.5):
        self.table = spread * rng.normal(size=(7, v, v, v))
        self.table[..., END] -= 1.0  # so that texts do not end at once

    def __call__(self, ids):
        ids = [int(i) for i in ids]
        before = ids[-2] if len(ids) > 1 else 0
        return torch.tensor(self.table[len(ids) % 7, before, ids[-1]]).log_softmax(dim=0)


def all_texts(language, longest, v):
    """Every text and its log-probability, length by length."""
    open_, complete = [((), 0.0)], []
    for _ in range(longest):
        grown = []
        for tokens, total in open_:
            following = language([BEGIN, *tokens]).tolist()
            for token in range(v):
                grown.append(((*tokens, token), total + following[token]))
        complete += [pair for pair in grown if pair[0][-1] == END]
        open_ = [pair for pair in grown if pair[0][-1] != END]
    return sorted(complete + open_, key=lambda pair: -pair[1])


def searched(language, width, longest, alpha, v):
    """Beam search with one heap per step, as the docstring says it."""
    open_, done = {(): 0.0}, {}
    for _ in range(longest):
        grown = {}
        for tokens, total in open_.items():
            following = language([BEGIN, *tokens]).tolist()
            grown |= {(*tokens, token): total + following[token] for token in range(v)}
        best = sorted(grown, key=grown.get, reverse=True)[:width]
        done |= {tokens: grown[tokens] for tokens in best if tokens[-1] == END}
        open_ = {tokens: grown[tokens] for tokens in best if tokens[-1] != END}
    done |= open_
    scored = [(tokens, total / len(tokens) ** alpha) for tokens, total in done.items()]
    return sorted(scored, key=lambda pair: -pair[1])[:width]


def refilled(language, width, longest, v):
    """What a search finds in which texts that have ended keep no places: there are always `width` open ones."""
    open_, done = {(): 0.0}, {}
    for _ in range(longest):
        grown = {}
        for tokens, total in open_.items():
            following = language([BEGIN, *tokens]).tolist()
            grown |= {(*tokens, token): total + following[token] for token in range(v)}
        best = sorted(grown, key=grown.get, reverse=True)
        done |= {tokens: grown[tokens] for tokens in best if tokens[-1] == END}
        open_ = {tokens: grown[tokens] for tokens in [t for t in best if t[-1] != END][:width]}
    return sorted((done | open_).items(), key=lambda pair: -pair[1])[:width]


def assert_texts(result, expected, cause=None, name="text"):
    assert_that(
        hasattr(result, "__len__") and len(result) == len(expected),
        f"{len(expected)} texts are asked for; another number came back.",
        cause,
    )
    for number, (found, (tokens, score)) in enumerate(zip(result, expected, strict=True)):
        mine, value = assert_parts(found, 2)
        assert_equal(list(mine), list(tokens), name=f"{name} number {number} from the best on", cause=cause)
        assert_close(value, score, name=f"score of text number {number}", cause=cause)


@points(1)
def test_beam_search_of_width_one_is_greedy(student, rng):
    for v, longest in [(4, 6), (6, 4), (3, 1)]:
        language = Language(rng, v)
        tokens, total = [], 0.0
        while len(tokens) < longest and tokens[-1:] != [END]:
            following = language([BEGIN, *tokens])
            tokens.append(int(following.argmax()))
            total += float(following.max())
        assert_texts(student.beam_search(language, BEGIN, END, 1, longest), [(tokens, total)])


@points(1)
def test_beam_search_wide_enough_finds_everything(student, rng):
    for v, longest in [(3, 3), (4, 2)]:
        language = Language(rng, v)
        texts = all_texts(language, longest, v)
        result = student.beam_search(language, BEGIN, END, len(texts), longest)
        cause = "finished texts are kept until the end, and what is open after the last step counts as well"
        assert_texts(result, texts, cause)


def apart_by_places(language, width, longest, v):
    """Whether it matters here that texts that have ended keep places, and how many are kept when they do not."""
    found = (
        searched(language, width, longest, 0.0, v),
        *(refilled(language, n, longest, v) for n in (width, 99)),
    )
    return len({tuple(tokens for tokens, _ in texts[:width]) for texts in found}) == 3


@points(2)
def test_beam_search_keeps_the_best_beginnings(student, rng):
    for v, longest, width in [(4, 5, 2), (5, 4, 3), (6, 6, 2), (3, 7, 4), (7, 4, 3)]:
        language = Language(rng, v)
        while not apart_by_places(language, width, longest, v):
            language = Language(rng, v)
        result = student.beam_search(language, BEGIN, END, width, longest)
        cause = "all extensions of all open beginnings compete for the places, ended ones included"
        assert_texts(result, searched(language, width, longest, 0.0, v), cause)
    result = student.beam_search(language, BEGIN, END, 3, 4, 1.5)
    cause = "the sum is divided by the number of tokens to the power of alpha; end counts, begin does not"
    assert_texts(result, searched(language, 3, 4, 1.5, 7), cause)


@hidden
@points(1)
def test_beam_search_with_a_length_penalty(student, rng):
    for v, longest, width, alpha in [(4, 5, 3, 0.7), (3, 6, 4, 1.0), (5, 4, 20, 2.0)]:
        language = Language(rng, v)
        result = student.beam_search(language, BEGIN, END, width, longest, alpha)
        cause = "the length decides among finished texts, not among beginnings; end counts, begin does not"
        assert_texts(result, searched(language, width, longest, alpha, v), cause)


@points(0)
def test_exhaustive_search_finds_all_texts(student, rng):
    for v, longest in [(3, 3), (4, 2), (3, 1), (5, 3)]:
        language = Language(rng, v)
        result = student.exhaustive_search(language, BEGIN, END, longest)
        expected = all_texts(language, longest, v)
        assert_texts(result, expected)
        total = math.fsum(math.exp(assert_parts(pair, 2)[1]) for pair in result)
        assert_close(total, 1.0, name="sum of the probabilities of all texts")
