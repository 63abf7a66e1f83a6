"""Answers to translating.py: wrong ones with what went wrong, and right ones in another style."""

import heapq
import math

import torch
from torch.nn.functional import scaled_dot_product_attention

from course.testing import misconception, variant
from day21_language.layers import attention, causal_mask, join_heads, split_heads


@misconception(
    "DecoderBlock.forward", "The text that is written is not masked: every place sees what comes later."
)
def looks_ahead(self, x, memory, mask):
    normed = self.norm1(x)
    q, k, v = (split_heads(layer(normed), self.heads) for layer in (self.query, self.key, self.value))
    x = x + self.out(join_heads(attention(q, k, v)[0]))
    q = split_heads(self.cross_query(self.norm2(x)), self.heads)
    k, v = (split_heads(layer(memory), self.heads) for layer in (self.cross_key, self.cross_value))
    found, weights = attention(q, k, v, mask[:, None, None])
    x = x + self.cross_out(join_heads(found))
    return x + self.contract(torch.relu(self.expand(self.norm3(x)))), weights


@misconception("DecoderBlock.forward", "The padding of the source is not masked.")
def padding_seen(self, x, memory, mask):
    normed = self.norm1(x)
    q, k, v = (split_heads(layer(normed), self.heads) for layer in (self.query, self.key, self.value))
    x = x + self.out(join_heads(attention(q, k, v, causal_mask(x.shape[1], x.shape[1]))[0]))
    q = split_heads(self.cross_query(self.norm2(x)), self.heads)
    k, v = (split_heads(layer(memory), self.heads) for layer in (self.cross_key, self.cross_value))
    found, weights = attention(q, k, v)
    x = x + self.cross_out(join_heads(found))
    return x + self.contract(torch.relu(self.expand(self.norm3(x)))), weights


@misconception(
    "DecoderBlock.forward",
    "The branches are not added to their input: x is replaced. Each branch is added.",
)
def not_added(self, x, memory, mask):
    normed = self.norm1(x)
    q, k, v = (split_heads(layer(normed), self.heads) for layer in (self.query, self.key, self.value))
    x = self.out(join_heads(attention(q, k, v, causal_mask(x.shape[1], x.shape[1]))[0]))
    q = split_heads(self.cross_query(self.norm2(x)), self.heads)
    k, v = (split_heads(layer(memory), self.heads) for layer in (self.cross_key, self.cross_value))
    found, weights = attention(q, k, v, mask[:, None, None])
    x = self.cross_out(join_heads(found))
    return self.contract(torch.relu(self.expand(self.norm3(x)))), weights


@misconception(
    "DecoderBlock.forward",
    "The norms stand behind the sums (post-norm). They stand at the beginning of each branch.",
)
def norms_behind(self, x, memory, mask):
    q, k, v = (split_heads(layer(x), self.heads) for layer in (self.query, self.key, self.value))
    seen, _ = attention(q, k, v, causal_mask(x.shape[1], x.shape[1]))
    x = self.norm1(x + self.out(join_heads(seen)))
    q = split_heads(self.cross_query(x), self.heads)
    k, v = (split_heads(layer(memory), self.heads) for layer in (self.cross_key, self.cross_value))
    found, weights = attention(q, k, v, mask[:, None, None])
    x = self.norm2(x + self.cross_out(join_heads(found)))
    return self.norm3(x + self.contract(torch.relu(self.expand(x)))), weights


@misconception("DecoderBlock.forward", "The memory is normalised. It is used as the encoder returns it.")
def memory_normalised(self, x, memory, mask):
    normed = self.norm1(x)
    q, k, v = (split_heads(layer(normed), self.heads) for layer in (self.query, self.key, self.value))
    x = x + self.out(join_heads(attention(q, k, v, causal_mask(x.shape[1], x.shape[1]))[0]))
    q = split_heads(self.cross_query(self.norm2(x)), self.heads)
    memory = self.norm2(memory)
    k, v = (split_heads(layer(memory), self.heads) for layer in (self.cross_key, self.cross_value))
    found, weights = attention(q, k, v, mask[:, None, None])
    x = x + self.cross_out(join_heads(found))
    return x + self.contract(torch.relu(self.expand(self.norm3(x)))), weights


@misconception(
    "DecoderBlock.forward",
    "The weights are those of the attention to the own text. Those to the source are asked for.",
)
def weights_of_the_own_text(self, x, memory, mask):
    normed = self.norm1(x)
    q, k, v = (split_heads(layer(normed), self.heads) for layer in (self.query, self.key, self.value))
    seen, weights = attention(q, k, v, causal_mask(x.shape[1], x.shape[1]))
    x = x + self.out(join_heads(seen))
    q = split_heads(self.cross_query(self.norm2(x)), self.heads)
    k, v = (split_heads(layer(memory), self.heads) for layer in (self.cross_key, self.cross_value))
    found, _ = attention(q, k, v, mask[:, None, None])
    x = x + self.cross_out(join_heads(found))
    return x + self.contract(torch.relu(self.expand(self.norm3(x)))), weights


@misconception(
    "DecoderBlock.forward",
    "In the second attention keys and values come from the memory, and only queries from the text.",
)
def asks_the_wrong_way(self, x, memory, mask):
    normed = self.norm1(x)
    q, k, v = (split_heads(layer(normed), self.heads) for layer in (self.query, self.key, self.value))
    x = x + self.out(join_heads(attention(q, k, v, causal_mask(x.shape[1], x.shape[1]))[0]))
    normed = self.norm2(x)
    q, k, v = (
        split_heads(layer(normed), self.heads)
        for layer in (self.cross_query, self.cross_key, self.cross_value)
    )
    found, weights = attention(q, k, v, causal_mask(x.shape[1], x.shape[1]))
    x = x + self.cross_out(join_heads(found))
    return x + self.contract(torch.relu(self.expand(self.norm3(x)))), weights


@misconception("DecoderBlock.forward", "The relu between expand and contract is missing.")
def relu_left_out(self, x, memory, mask):
    normed = self.norm1(x)
    q, k, v = (split_heads(layer(normed), self.heads) for layer in (self.query, self.key, self.value))
    x = x + self.out(join_heads(attention(q, k, v, causal_mask(x.shape[1], x.shape[1]))[0]))
    q = split_heads(self.cross_query(self.norm2(x)), self.heads)
    k, v = (split_heads(layer(memory), self.heads) for layer in (self.cross_key, self.cross_value))
    found, weights = attention(q, k, v, mask[:, None, None])
    x = x + self.cross_out(join_heads(found))
    return x + self.contract(self.expand(self.norm3(x))), weights


@misconception(
    "DecoderBlock.forward", "`out` or `cross_out` is left out: the heads are mixed before they are added."
)
def heads_not_mixed(self, x, memory, mask):
    normed = self.norm1(x)
    q, k, v = (split_heads(layer(normed), self.heads) for layer in (self.query, self.key, self.value))
    x = x + join_heads(attention(q, k, v, causal_mask(x.shape[1], x.shape[1]))[0])
    q = split_heads(self.cross_query(self.norm2(x)), self.heads)
    k, v = (split_heads(layer(memory), self.heads) for layer in (self.cross_key, self.cross_value))
    found, weights = attention(q, k, v, mask[:, None, None])
    x = x + join_heads(found)
    return x + self.contract(torch.relu(self.expand(self.norm3(x)))), weights


@variant("DecoderBlock.forward")
def by_scaled_dot_products(self, x, memory, mask):
    b, t, width = x.shape

    def heads_of(features):
        return features.view(b, -1, self.heads, width // self.heads).permute(0, 2, 1, 3)

    normed = self.norm1(x)
    seen = scaled_dot_product_attention(
        heads_of(self.query(normed)), heads_of(self.key(normed)), heads_of(self.value(normed)), is_causal=True
    )
    x = x + self.out(seen.permute(0, 2, 1, 3).reshape(b, t, width))
    q, k = heads_of(self.cross_query(self.norm2(x))), heads_of(self.cross_key(memory))
    scores = torch.einsum("bhtd,bhsd->bhts", q, k) * (width // self.heads) ** -0.5
    weights = torch.where(mask[:, None, None, :], scores, -math.inf).softmax(-1)
    found = torch.einsum("bhts,bhsd->bthd", weights, heads_of(self.cross_value(memory))).reshape(b, t, width)
    x = x + self.cross_out(found)
    return x + self.contract(self.expand(self.norm3(x)).clamp(min=0)), weights


@variant("DecoderBlock.forward")
def head_by_head(self, x, memory, mask):
    def ask(asking, asked, layers, visible):
        q, k, v = (layer(z) for layer, z in zip(layers[:3], (asking, asked, asked), strict=True))
        outputs, weights = [], []
        for a, b, c in zip(*(z.chunk(self.heads, dim=-1) for z in (q, k, v)), strict=True):
            scores = a @ b.mT / a.shape[-1] ** 0.5
            w = scores.masked_fill(~visible, -1e30).softmax(dim=-1)
            weights.append(w)
            outputs.append(w @ c)
        return layers[3](torch.cat(outputs, dim=-1)), torch.stack(weights, dim=1)

    t = x.shape[1]
    normed = self.norm1(x)
    before = torch.ones(t, t).tril().bool()
    x = x + ask(normed, normed, (self.query, self.key, self.value, self.out), before)[0]
    layers = (self.cross_query, self.cross_key, self.cross_value, self.cross_out)
    found, weights = ask(self.norm2(x), memory, layers, mask.unsqueeze(1))
    x = x + found
    thought = self.contract(torch.relu(self.expand(self.norm3(x))))
    return x + thought, weights


@misconception("beam_search", "Texts that have ended are forgotten: only what is open at the end comes back.")
def finished_forgotten(next_log_probabilities, begin, end, width, longest, alpha=0.0):
    open_ = [([], 0.0)]
    for _ in range(longest):
        extensions = []
        for tokens, total in open_:
            following = torch.as_tensor(next_log_probabilities([begin, *tokens])).tolist()
            extensions += [([*tokens, token], total + value) for token, value in enumerate(following)]
        best = sorted(extensions, key=lambda scored: -scored[1])[:width]
        if all(tokens[-1] == end for tokens, _ in best):
            open_ = best
            break
        open_ = [scored for scored in best if scored[0][-1] != end]
    ranked = [(tokens, total / len(tokens) ** alpha) for tokens, total in open_]
    return sorted(ranked, key=lambda scored: -scored[1])[:width]


@misconception("beam_search", "Texts that have ended are extended further. They are finished.")
def goes_on_behind_the_end(next_log_probabilities, begin, end, width, longest, alpha=0.0):
    open_ = [([], 0.0)]
    for _ in range(longest):
        extensions = []
        for tokens, total in open_:
            following = torch.as_tensor(next_log_probabilities([begin, *tokens])).tolist()
            extensions += [([*tokens, token], total + value) for token, value in enumerate(following)]
        open_ = sorted(extensions, key=lambda scored: -scored[1])[:width]
    ranked = [(tokens, total / len(tokens) ** alpha) for tokens, total in open_]
    return sorted(ranked, key=lambda scored: -scored[1])[:width]


@misconception(
    "beam_search", "What is open after the last step is thrown away. It counts as finished, as it is."
)
def open_ones_thrown_away(next_log_probabilities, begin, end, width, longest, alpha=0.0):
    open_, finished = [([], 0.0)], []
    for _ in range(longest):
        extensions = []
        for tokens, total in open_:
            following = torch.as_tensor(next_log_probabilities([begin, *tokens])).tolist()
            extensions += [([*tokens, token], total + value) for token, value in enumerate(following)]
        best = sorted(extensions, key=lambda scored: -scored[1])[:width]
        finished += [scored for scored in best if scored[0][-1] == end]
        open_ = [scored for scored in best if scored[0][-1] != end]
    ranked = [(tokens, total / len(tokens) ** alpha) for tokens, total in finished]
    return sorted(ranked, key=lambda scored: -scored[1])[:width]


@misconception(
    "beam_search",
    "Each beginning keeps its own `width` best extensions. Those of all beginnings compete for the places.",
)
def each_for_itself(next_log_probabilities, begin, end, width, longest, alpha=0.0):
    open_, finished = [([], 0.0)], []
    for _ in range(longest):
        best = []
        for tokens, total in open_:
            following = torch.as_tensor(next_log_probabilities([begin, *tokens])).tolist()
            extensions = [([*tokens, token], total + value) for token, value in enumerate(following)]
            best += sorted(extensions, key=lambda scored: -scored[1])[:width]
        finished += [scored for scored in best if scored[0][-1] == end]
        open_ = [scored for scored in best if scored[0][-1] != end]
        if not open_:
            break
    ranked = [(tokens, total / len(tokens) ** alpha) for tokens, total in finished + open_]
    return sorted(ranked, key=lambda scored: -scored[1])[:width]


@misconception(
    "beam_search", "The last token alone decides. What counts is the sum over all tokens of a beginning."
)
def last_token_alone(next_log_probabilities, begin, end, width, longest, alpha=0.0):
    open_, finished = [([], 0.0, 0.0)], []
    for _ in range(longest):
        extensions = []
        for tokens, total, _ in open_:
            following = torch.as_tensor(next_log_probabilities([begin, *tokens])).tolist()
            extensions += [([*tokens, token], total + value, value) for token, value in enumerate(following)]
        best = sorted(extensions, key=lambda scored: -scored[2])[:width]
        finished += [scored for scored in best if scored[0][-1] == end]
        open_ = [scored for scored in best if scored[0][-1] != end]
        if not open_:
            break
    ranked = [(tokens, total / len(tokens) ** alpha) for tokens, total, _ in finished + open_]
    return sorted(ranked, key=lambda scored: -scored[1])[:width]


@misconception(
    "beam_search",
    "A text that has ended keeps nobody's place: an open beginning too many goes on. Ended ones compete as well.",
)
def ended_ones_take_no_place(next_log_probabilities, begin, end, width, longest, alpha=0.0):
    open_, finished = [([], 0.0)], []
    for _ in range(longest):
        extensions = []
        for tokens, total in open_:
            following = torch.as_tensor(next_log_probabilities([begin, *tokens])).tolist()
            extensions += [([*tokens, token], total + value) for token, value in enumerate(following)]
        finished += [scored for scored in extensions if scored[0][-1] == end]
        rest = [scored for scored in extensions if scored[0][-1] != end]
        open_ = sorted(rest, key=lambda scored: -scored[1])[:width]
        if not open_:
            break
    ranked = [(tokens, total / len(tokens) ** alpha) for tokens, total in finished + open_]
    return sorted(ranked, key=lambda scored: -scored[1])[:width]


@misconception("beam_search", "The length is not used in the score.")
def length_not_used(next_log_probabilities, begin, end, width, longest, alpha=0.0):
    open_, finished = [([], 0.0)], []
    for _ in range(longest):
        extensions = []
        for tokens, total in open_:
            following = torch.as_tensor(next_log_probabilities([begin, *tokens])).tolist()
            extensions += [([*tokens, token], total + value) for token, value in enumerate(following)]
        best = sorted(extensions, key=lambda scored: -scored[1])[:width]
        finished += [scored for scored in best if scored[0][-1] == end]
        open_ = [scored for scored in best if scored[0][-1] != end]
        if not open_:
            break
    return sorted(finished + open_, key=lambda scored: -scored[1])[:width]


@misconception("beam_search", "begin is counted as a token in the length. end is one, begin is none.")
def begin_counted(next_log_probabilities, begin, end, width, longest, alpha=0.0):
    open_, finished = [([], 0.0)], []
    for _ in range(longest):
        extensions = []
        for tokens, total in open_:
            following = torch.as_tensor(next_log_probabilities([begin, *tokens])).tolist()
            extensions += [([*tokens, token], total + value) for token, value in enumerate(following)]
        best = sorted(extensions, key=lambda scored: -scored[1])[:width]
        finished += [scored for scored in best if scored[0][-1] == end]
        open_ = [scored for scored in best if scored[0][-1] != end]
        if not open_:
            break
    ranked = [(tokens, total / (1 + len(tokens)) ** alpha) for tokens, total in finished + open_]
    return sorted(ranked, key=lambda scored: -scored[1])[:width]


@misconception(
    "beam_search", "The tokens come back with begin in front. It is given, and left out of the result."
)
def begin_in_front(next_log_probabilities, begin, end, width, longest, alpha=0.0):
    open_, finished = [([begin], 0.0)], []
    for _ in range(longest):
        extensions = []
        for tokens, total in open_:
            following = torch.as_tensor(next_log_probabilities(tokens)).tolist()
            extensions += [([*tokens, token], total + value) for token, value in enumerate(following)]
        best = sorted(extensions, key=lambda scored: -scored[1])[:width]
        finished += [scored for scored in best if scored[0][-1] == end]
        open_ = [scored for scored in best if scored[0][-1] != end]
        if not open_:
            break
    ranked = [(tokens, total / (len(tokens) - 1) ** alpha) for tokens, total in finished + open_]
    return sorted(ranked, key=lambda scored: -scored[1])[:width]


@misconception(
    "beam_search",
    "Finished texts keep places in the beam and compete with what is longer. In a step only its extensions compete.",
)
def finished_ones_compete(next_log_probabilities, begin, end, width, longest, alpha=0.0):
    open_, finished = [([], 0.0)], []
    for _ in range(longest):
        extensions = list(finished)
        for tokens, total in open_:
            following = torch.as_tensor(next_log_probabilities([begin, *tokens])).tolist()
            extensions += [([*tokens, token], total + value) for token, value in enumerate(following)]
        best = sorted(extensions, key=lambda scored: -scored[1])[:width]
        finished = [scored for scored in best if scored[0][-1] == end]
        open_ = [scored for scored in best if scored[0][-1] != end]
    ranked = [(tokens, total / len(tokens) ** alpha) for tokens, total in finished + open_]
    return sorted(ranked, key=lambda scored: -scored[1])[:width]


@misconception("beam_search", "The worst text stands first. Order them by their score, the best first.")
def worst_first(next_log_probabilities, begin, end, width, longest, alpha=0.0):
    open_, finished = [([], 0.0)], []
    for _ in range(longest):
        extensions = []
        for tokens, total in open_:
            following = torch.as_tensor(next_log_probabilities([begin, *tokens])).tolist()
            extensions += [([*tokens, token], total + value) for token, value in enumerate(following)]
        best = sorted(extensions, key=lambda scored: -scored[1])[:width]
        finished += [scored for scored in best if scored[0][-1] == end]
        open_ = [scored for scored in best if scored[0][-1] != end]
    ranked = [(tokens, total / len(tokens) ** alpha) for tokens, total in finished + open_]
    return sorted(ranked, key=lambda scored: -scored[1])[:width][::-1]


@variant("beam_search")
def with_topk(next_log_probabilities, begin, end, width, longest, alpha=0.0):
    rows, totals = [[begin]], torch.zeros(1, dtype=torch.float64)
    done = []
    for _ in range(longest):
        following = torch.stack([torch.as_tensor(next_log_probabilities(row)).double() for row in rows])
        v = following.shape[1]
        values, places = (totals[:, None] + following).flatten().topk(min(width, len(rows) * v))
        grown = [
            (rows[place // v] + [place % v], value)
            for place, value in zip(places.tolist(), values, strict=True)
        ]
        done += [(row[1:], float(value)) for row, value in grown if row[-1] == end]
        still = [(row, value) for row, value in grown if row[-1] != end]
        rows = [row for row, _ in still]
        if not rows:
            break
        totals = torch.stack([value for _, value in still])
    done += [(row[1:], float(value)) for row, value in zip(rows, totals, strict=False)]
    done = [(tokens, value / len(tokens) ** alpha) for tokens, value in done]
    done.sort(key=lambda pair: pair[1], reverse=True)
    return done[:width]


@variant("beam_search")
def with_a_heap(next_log_probabilities, begin, end, width, longest, alpha=0.0):
    beams = {(): 0.0}
    texts = []
    for _ in range(longest):
        candidates = (
            (total + float(value), (*prefix, token))
            for prefix, total in beams.items()
            for token, value in enumerate(next_log_probabilities([begin, *prefix]))
        )
        beams = {}
        for total, prefix in heapq.nlargest(width, candidates):
            if prefix[-1] == end:
                texts.append((total, prefix))
            else:
                beams[prefix] = total
    texts += [(total, prefix) for prefix, total in beams.items()]
    scored = [(list(prefix), total / len(prefix) ** alpha) for total, prefix in texts]
    return heapq.nlargest(width, scored, key=lambda pair: pair[1])


@misconception(
    "exhaustive_search",
    "Texts that do not end are missing: those of `longest` tokens without end count as well.",
)
def ended_ones_only(next_log_probabilities, begin, end, longest):
    open_, found = [([], 0.0)], []
    for _ in range(longest):
        grown = []
        for tokens, total in open_:
            following = torch.as_tensor(next_log_probabilities([begin, *tokens])).tolist()
            grown += [([*tokens, token], total + value) for token, value in enumerate(following)]
        found += [pair for pair in grown if pair[0][-1] == end]
        open_ = [pair for pair in grown if pair[0][-1] != end]
    return sorted(found, key=lambda pair: -pair[1])


@misconception("exhaustive_search", "Texts go on behind their end: the end is the last token of a text.")
def on_behind_the_end(next_log_probabilities, begin, end, longest):
    open_ = [([], 0.0)]
    for _ in range(longest):
        grown = []
        for tokens, total in open_:
            following = torch.as_tensor(next_log_probabilities([begin, *tokens])).tolist()
            grown += [([*tokens, token], total + value) for token, value in enumerate(following)]
        open_ = grown
    return sorted(open_, key=lambda pair: -pair[1])


@misconception("exhaustive_search", "The texts are not ordered by their probability.")
def not_ordered(next_log_probabilities, begin, end, longest):
    open_, found = [([], 0.0)], []
    for _ in range(longest):
        grown = []
        for tokens, total in open_:
            following = torch.as_tensor(next_log_probabilities([begin, *tokens])).tolist()
            grown += [([*tokens, token], total + value) for token, value in enumerate(following)]
        found += [pair for pair in grown if pair[0][-1] == end]
        open_ = [pair for pair in grown if pair[0][-1] != end]
    return found + open_


@variant("exhaustive_search")
def worked_off(next_log_probabilities, begin, end, longest):
    waiting, found = [((), 0.0)], []
    while waiting:
        tokens, total = waiting.pop()
        if len(tokens) == longest or (tokens and tokens[-1] == end):
            found.append((list(tokens), total))
            continue
        for token, value in enumerate(next_log_probabilities([begin, *tokens])):
            waiting.append(((*tokens, token), total + float(value)))
    found.sort(key=lambda pair: pair[1], reverse=True)
    return found


@variant("exhaustive_search")
def by_a_generator(next_log_probabilities, begin, end, longest):
    def texts(prefix, total):
        if (prefix[-1] == end and len(prefix) > 1) or len(prefix) > longest:
            yield prefix[1:], total
        else:
            for token, value in enumerate(next_log_probabilities(prefix).tolist()):
                yield from texts([*prefix, token], total + value)

    return sorted(texts([begin], 0.0), key=lambda pair: pair[1])[::-1]
