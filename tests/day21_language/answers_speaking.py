"""Answers to speaking.py: wrong ones with what went wrong, and right ones in another style."""

import math

import numpy as np
import torch

from course.testing import misconception, variant
from day21_language.speaking import choose


@misconception(
    "shifted_pairs",
    "Inputs and targets are the same. The target at each place is what *follows*, or nothing is to be guessed.",
)
def not_shifted(words, begin, end, padding=0):
    x = torch.full((len(words), max(map(len, words)) + 1), padding)
    y, mask = x.clone(), torch.zeros(x.shape, dtype=torch.bool)
    for row, word in enumerate(words):
        n = len(word) + 1
        x[row, :n] = torch.tensor([begin, *word])
        y[row, :n] = torch.tensor([begin, *word])
        mask[row, :n] = True
    return x, y, mask


@misconception("shifted_pairs", "The end is no target: nobody learns when to stop.")
def end_forgotten(words, begin, end, padding=0):
    x = torch.full((len(words), max(map(len, words)) + 1), padding)
    y, mask = x.clone(), torch.zeros(x.shape, dtype=torch.bool)
    for row, word in enumerate(words):
        n = len(word) + 1
        x[row, :n] = torch.tensor([begin, *word])
        y[row, : n - 1] = torch.tensor(list(word), dtype=torch.int64)
        mask[row, : n - 1] = True
    return x, y, mask


@misconception(
    "shifted_pairs", "The beginning is missing in the inputs: the first id has to be guessed, too."
)
def begin_forgotten(words, begin, end, padding=0):
    x = torch.full((len(words), max(map(len, words)) + 1), padding)
    y, mask = x.clone(), torch.zeros(x.shape, dtype=torch.bool)
    for row, word in enumerate(words):
        n = len(word) + 1
        x[row, :n] = torch.tensor([*word, end])
        y[row, :n] = torch.tensor([*word, end])
        mask[row, :n] = True
    return x, y, mask


@misconception("shifted_pairs", "The mask is made of the ids: an id that is like the filling is hidden, too.")
def mask_from_the_ids(words, begin, end, padding=0):
    x = torch.full((len(words), max(map(len, words)) + 1), padding)
    y = x.clone()
    for row, word in enumerate(words):
        n = len(word) + 1
        x[row, :n] = torch.tensor([begin, *word])
        y[row, :n] = torch.tensor([*word, end])
    return x, y, y != padding


@misconception(
    "shifted_pairs", "The filling stands at the left. Words begin at the left, the rest is filled."
)
def filled_at_the_left(words, begin, end, padding=0):
    x = torch.full((len(words), max(map(len, words)) + 1), padding)
    y, mask = x.clone(), torch.zeros(x.shape, dtype=torch.bool)
    for row, word in enumerate(words):
        n = len(word) + 1
        x[row, -n:] = torch.tensor([begin, *word])
        y[row, -n:] = torch.tensor([*word, end])
        mask[row, -n:] = True
    return x, y, mask


@misconception("shifted_pairs", "`padding` is not used: it is always filled with 0.")
def always_zero(words, begin, end, padding=0):
    x = torch.full((len(words), max(map(len, words)) + 1), 0)
    y, mask = x.clone(), torch.zeros(x.shape, dtype=torch.bool)
    for row, word in enumerate(words):
        n = len(word) + 1
        x[row, :n] = torch.tensor([begin, *word])
        y[row, :n] = torch.tensor([*word, end])
        mask[row, :n] = True
    return x, y, mask


@misconception("shifted_pairs", "The mask leaves the end out. It is a target like the others.")
def end_masked(words, begin, end, padding=0):
    x = torch.full((len(words), max(map(len, words)) + 1), padding)
    y, mask = x.clone(), torch.zeros(x.shape, dtype=torch.bool)
    for row, word in enumerate(words):
        n = len(word) + 1
        x[row, :n] = torch.tensor([begin, *word])
        y[row, :n] = torch.tensor([*word, end])
        mask[row, : n - 1] = True
    return x, y, mask


@misconception(
    "shifted_pairs", "Inputs and targets are exchanged: begin is what the model sees, and end what it says."
)
def inputs_for_targets(words, begin, end, padding=0):
    x = torch.full((len(words), max(map(len, words)) + 1), padding)
    y, mask = x.clone(), torch.zeros(x.shape, dtype=torch.bool)
    for row, word in enumerate(words):
        n = len(word) + 1
        x[row, :n] = torch.tensor([begin, *word])
        y[row, :n] = torch.tensor([*word, end])
        mask[row, :n] = True
    return y, x, mask


@variant("shifted_pairs")
def in_numpy(words, begin, end, padding=0):
    width = max(len(word) for word in words) + 2
    whole = np.full((len(words), width), padding, dtype=np.int64)
    lengths = np.array([len(word) for word in words])
    for row, word in zip(whole, words, strict=True):
        row[0] = begin
        row[1 : len(word) + 1] = word
    y = whole[:, 1:].copy()
    y[np.arange(len(words)), lengths] = end
    return (
        torch.from_numpy(whole[:, :-1].copy()),
        torch.from_numpy(y),
        torch.from_numpy(np.arange(width - 1) <= lengths[:, None]),
    )


@variant("shifted_pairs")
def in_lists(words, begin, end, padding=0):
    width = max(map(len, words)) + 1
    x, y, mask = [], [], []
    for word in words:
        rest = width - len(word) - 1
        x.append([begin, *word] + rest * [padding])
        y.append([*word, end] + rest * [padding])
        mask.append([True] * (width - rest) + rest * [False])
    return torch.tensor(x, dtype=torch.long), torch.tensor(y, dtype=torch.long), torch.tensor(mask)


@misconception("keep_top_k", "What is left out becomes 0. The exponential of 0 is 1: write −∞.")
def zero_for_the_rest(logits, k):
    values, places = logits.topk(min(k, logits.shape[-1]), dim=-1)
    return torch.zeros_like(logits).scatter(-1, places, values)


@misconception("keep_top_k", "The k smallest logits stay.")
def the_smallest(logits, k):
    values, places = logits.topk(min(k, logits.shape[-1]), dim=-1, largest=False)
    return torch.full_like(logits, -math.inf).scatter(-1, places, values)


@misconception(
    "keep_top_k", "Logits that are equal to the k-th all stay, and then it is more than k. It is always k."
)
def all_of_equal_ones(logits, k):
    lowest = logits.topk(min(k, logits.shape[-1]), dim=-1).values[..., -1:]
    return logits.masked_fill(logits < lowest, -math.inf)


@misconception("keep_top_k", "The k-th logit itself is left out, too: k stay.")
def one_too_few(logits, k):
    lowest = logits.topk(min(k, logits.shape[-1]), dim=-1).values[..., -1:]
    return logits.masked_fill(logits <= lowest, -math.inf)


@misconception("keep_top_k", "These are probabilities. The logits themselves are to stay.")
def probabilities(logits, k):
    values, places = logits.softmax(dim=-1).topk(min(k, logits.shape[-1]), dim=-1)
    return torch.full_like(logits, -math.inf).scatter(-1, places, values)


@misconception("keep_top_k", "The k largest of the whole tensor stay. It is k of each row.")
def of_the_whole_tensor(logits, k):
    flat = logits.flatten()
    values, places = flat.topk(min(k, len(flat)))
    return torch.full_like(flat, -math.inf).scatter(0, places, values).reshape(logits.shape)


@misconception(
    "keep_top_k",
    "A large negative number stands in the place of −∞.",
    value=(-1e9, -1e4, -1e30),
)
def large_and_negative(logits, k, *, value=-1e9):
    values, places = logits.topk(min(k, logits.shape[-1]), dim=-1)
    return torch.full_like(logits, value).scatter(-1, places, values)


@misconception("keep_top_k", "The largest logits come back alone. The others stay in their places, as −∞.")
def kept_alone(logits, k):
    return logits.topk(min(k, logits.shape[-1]), dim=-1).values


@misconception("keep_top_k", "The largest of each column stay. It is k of each row: the last axis.")
def along_the_first_axis(logits, k):
    values, places = logits.topk(min(k, logits.shape[0]), dim=0)
    return torch.full_like(logits, -math.inf).scatter(0, places, values)


@variant("keep_top_k")
def by_ranks(logits, k):
    ranks = logits.argsort(dim=-1, descending=True, stable=True).argsort(dim=-1)
    return torch.where(ranks < k, logits, torch.tensor(-math.inf, dtype=logits.dtype))


@variant("keep_top_k")
def by_partition(logits, k):
    values = logits.numpy()
    v = values.shape[-1]
    kept = np.full_like(values, -np.inf)
    places = np.argsort(-values, axis=-1)[..., : min(k, v)]
    np.put_along_axis(kept, places, np.take_along_axis(values, places, axis=-1), axis=-1)
    return torch.from_numpy(kept)


@misconception(
    "keep_nucleus",
    "The token that reaches p is left out. Take tokens until the sum is *at least* p.",
)
def border_left_out(logits, p):
    ordered, places = logits.sort(dim=-1, descending=True)
    total = ordered.softmax(dim=-1).cumsum(dim=-1)
    total[..., 0] = 0.0
    kept = ordered.masked_fill(total >= p, -math.inf)
    return torch.full_like(logits, -math.inf).scatter(-1, places, kept)


@misconception(
    "keep_nucleus",
    "Where the first token alone has more than p, nothing is left. The most probable token always stays.",
)
def possibly_empty(logits, p):
    ordered, places = logits.sort(dim=-1, descending=True)
    total = ordered.softmax(dim=-1).cumsum(dim=-1)
    kept = ordered.masked_fill(total > p, -math.inf)
    return torch.full_like(logits, -math.inf).scatter(-1, places, kept)


@misconception(
    "keep_nucleus", "All tokens above the probability p stay. The nucleus is a sum of probabilities."
)
def above_p(logits, p):
    probabilities = logits.softmax(dim=-1)
    limit = torch.minimum(probabilities.amax(dim=-1, keepdim=True), torch.tensor(p, dtype=logits.dtype))
    return logits.masked_fill(probabilities < limit, -math.inf)


@misconception("keep_nucleus", "The least probable tokens are taken first. Sort in descending order.")
def from_below(logits, p):
    ordered, places = logits.sort(dim=-1)
    probabilities = ordered.softmax(dim=-1)
    before = probabilities.cumsum(dim=-1) - probabilities
    before[..., 0] = 0.0
    kept = ordered.masked_fill(before >= p, -math.inf)
    return torch.full_like(logits, -math.inf).scatter(-1, places, kept)


@misconception(
    "keep_nucleus",
    "The logits stand in the order of their probability. Put them back to where they were: scatter, or sort again.",
)
def left_sorted(logits, p):
    ordered, _ = logits.sort(dim=-1, descending=True)
    probabilities = ordered.softmax(dim=-1)
    before = probabilities.cumsum(dim=-1) - probabilities
    before[..., 0] = 0.0
    return ordered.masked_fill(before >= p, -math.inf)


@misconception("keep_nucleus", "What is left out becomes 0. The exponential of 0 is 1: write −∞.")
def nought_for_the_rest(logits, p):
    ordered, places = logits.sort(dim=-1, descending=True)
    probabilities = ordered.softmax(dim=-1)
    before = probabilities.cumsum(dim=-1) - probabilities
    before[..., 0] = 0.0
    return torch.zeros_like(logits).scatter(-1, places, ordered.masked_fill(before >= p, 0.0))


@misconception(
    "keep_nucleus", "A large negative number stands in the place of −∞.", value=(-1e9, -1e4, -1e30)
)
def large_negative_rest(logits, p, *, value=-1e9):
    ordered, places = logits.sort(dim=-1, descending=True)
    probabilities = ordered.softmax(dim=-1)
    before = probabilities.cumsum(dim=-1) - probabilities
    kept = ordered.masked_fill(before >= p, value)
    return torch.full_like(logits, value).scatter(-1, places, kept)


@misconception("keep_nucleus", "The sum runs over the tokens as they stand. Sort them by probability first.")
def not_sorted(logits, p):
    probabilities = logits.softmax(dim=-1)
    before = probabilities.cumsum(dim=-1) - probabilities
    return logits.masked_fill(before >= p, -math.inf)


@misconception("keep_nucleus", "The logits are summed. The nucleus is a sum of probabilities: softmax first.")
def logits_summed(logits, p):
    ordered, places = logits.sort(dim=-1, descending=True)
    before = ordered.cumsum(dim=-1) - ordered
    kept = ordered.masked_fill(before >= p, -math.inf)
    return torch.full_like(logits, -math.inf).scatter(-1, places, kept)


@misconception("keep_nucleus", "The probabilities of a row add up to 1: softmax over the last axis.")
def softmax_over_rows(logits, p):
    ordered, places = logits.sort(dim=-1, descending=True)
    probabilities = ordered.softmax(dim=0)
    before = probabilities.cumsum(dim=-1) - probabilities
    kept = ordered.masked_fill(before >= p, -math.inf)
    return torch.full_like(logits, -math.inf).scatter(-1, places, kept)


@variant("keep_nucleus")
def row_after_row(logits, p):
    rows = logits.reshape(-1, logits.shape[-1])
    kept = torch.full_like(rows, -math.inf)
    for row, out in zip(rows, kept, strict=True):
        probabilities, total = row.softmax(dim=0), 0.0
        for place in torch.argsort(row, descending=True).tolist():
            out[place] = row[place]
            total += probabilities[place].item()
            if total >= p:
                break
    return kept.reshape(logits.shape)


@variant("keep_nucleus")
def by_counting(logits, p):
    probabilities = torch.softmax(logits, -1)
    ordered, _ = torch.sort(probabilities, dim=-1, descending=True)
    needed = (torch.cumsum(ordered, -1) < p).sum(-1, keepdim=True)
    ranks = logits.argsort(dim=-1, descending=True).argsort(dim=-1)
    return logits.masked_fill(ranks > needed.clamp(max=logits.shape[-1] - 1), float("-inf"))


@misconception("choose", "The logits are multiplied by the temperature: a high one makes careful. Divide.")
def multiplied(logits, temperature, keep=None, generator=None):
    if temperature < 0:
        raise ValueError("below 0")
    if temperature == 0:
        return logits.argmax(dim=-1)
    logits = logits * temperature
    if keep is not None:
        logits = keep(logits)
    return torch.multinomial(logits.softmax(dim=-1), 1, generator=generator)[:, 0]


@misconception("choose", "The largest logit is always taken. Above temperature 0 it is drawn.")
def always_the_largest(logits, temperature, keep=None, generator=None):
    if temperature < 0:
        raise ValueError("below 0")
    return logits.argmax(dim=-1)


@misconception("choose", "The temperature changes nothing: divide the logits by it, not the probabilities.")
def divided_probabilities(logits, temperature, keep=None, generator=None):
    if temperature < 0:
        raise ValueError("below 0")
    if temperature == 0:
        return logits.argmax(dim=-1)
    if keep is not None:
        logits = keep(logits)
    return torch.multinomial(logits.softmax(dim=-1) / temperature, 1, generator=generator)[:, 0]


@misconception("choose", "`keep` is not called.")
def keep_not_called(logits, temperature, keep=None, generator=None):
    if temperature < 0:
        raise ValueError("below 0")
    if temperature == 0:
        return logits.argmax(dim=-1)
    return torch.multinomial((logits / temperature).softmax(dim=-1), 1, generator=generator)[:, 0]


@misconception(
    "choose",
    "`keep` is called before the division. It has to see the probabilities from which is drawn.",
)
def keep_too_early(logits, temperature, keep=None, generator=None):
    if temperature < 0:
        raise ValueError("below 0")
    if temperature == 0:
        return logits.argmax(dim=-1)
    if keep is not None:
        logits = keep(logits)
    return torch.multinomial((logits / temperature).softmax(dim=-1), 1, generator=generator)[:, 0]


@misconception("choose", "The generator is not used: what is drawn cannot be repeated.")
def generator_not_used(logits, temperature, keep=None, generator=None):
    if temperature < 0:
        raise ValueError("below 0")
    if temperature == 0:
        return logits.argmax(dim=-1)
    logits = logits / temperature
    if keep is not None:
        logits = keep(logits)
    return torch.multinomial(logits.softmax(dim=-1), 1)[:, 0]


@misconception("choose", "One token is drawn for all rows. Each row draws its own.")
def one_for_all(logits, temperature, keep=None, generator=None):
    if temperature < 0:
        raise ValueError("below 0")
    if temperature == 0:
        return logits.argmax(dim=-1)
    logits = logits / temperature
    if keep is not None:
        logits = keep(logits)
    chosen = torch.multinomial(logits[0].softmax(dim=-1), 1, generator=generator)
    return chosen.expand(len(logits)).clone()


@misconception("choose", "The temperature 0 is divided by. There nothing is drawn: the largest logit wins.")
def divided_by_zero(logits, temperature, keep=None, generator=None):
    if temperature < 0:
        raise ValueError(temperature)
    logits = logits / temperature
    if keep is not None:
        logits = keep(logits)
    return torch.multinomial(logits.softmax(dim=-1), 1, generator=generator)[:, 0]


@misconception("choose", "A temperature below 0 is an error.")
def below_zero_is_fine(logits, temperature, keep=None, generator=None):
    if temperature == 0:
        return logits.argmax(dim=-1)
    logits = logits / temperature
    if keep is not None:
        logits = keep(logits)
    return torch.multinomial(logits.softmax(dim=-1), 1, generator=generator)[:, 0]


@misconception("choose", "This is a column, (b, 1). One number for each row is asked for, (b,).")
def as_a_column(logits, temperature, keep=None, generator=None):
    if temperature < 0:
        raise ValueError(temperature)
    if temperature == 0:
        return logits.argmax(dim=-1, keepdim=True)
    logits = logits / temperature
    if keep is not None:
        logits = keep(logits)
    return torch.multinomial(logits.softmax(dim=-1), 1, generator=generator)


@misconception("choose", "The softmax runs over the rows. Each row is a distribution: the last axis.")
def softmax_over_the_rows(logits, temperature, keep=None, generator=None):
    if temperature < 0:
        raise ValueError("below 0")
    if temperature == 0:
        return logits.argmax(dim=-1)
    logits = logits / temperature
    if keep is not None:
        logits = keep(logits)
    return torch.multinomial(logits.softmax(dim=0), 1, generator=generator)[:, 0]


@variant("choose")
def by_gumbel_noise(logits, temperature, keep=None, generator=None):
    if temperature < 0:
        raise ValueError("a temperature is never below 0")
    if temperature == 0:
        return torch.stack([row.argmax() for row in logits])
    scaled = logits / temperature
    scaled = scaled if keep is None else keep(scaled)
    uniform = torch.rand(scaled.shape, generator=generator, dtype=torch.float64)
    return (scaled - torch.log(-torch.log(uniform))).argmax(dim=1)


@variant("choose")
def by_the_inverse(logits, temperature, keep=None, generator=None):
    if temperature < 0:
        raise ValueError(temperature)
    if not temperature:
        return logits.max(dim=1).indices
    scaled = logits.double() / temperature
    if keep:
        scaled = keep(scaled)
    sums = scaled.softmax(dim=1).cumsum(dim=1)
    thrown = torch.rand(len(logits), 1, generator=generator, dtype=torch.float64) * sums[:, -1:]
    return (sums <= thrown).sum(dim=1)


@misconception("write", "Words are not cut at their end: what stands behind it is no part of the word.")
def not_cut_at_the_end(next_logits, count, begin, end, longest, temperature=1.0, keep=None, generator=None):
    ids = torch.full((count, 1), begin)
    for _ in range(longest):
        chosen = choose(next_logits(ids), temperature, keep, generator)
        ids = torch.cat([ids, torch.as_tensor(chosen)[:, None]], dim=1)
        if (ids[:, 1:] == end).any(dim=1).all():
            break
    return ids[:, 1:].tolist()


@misconception("write", "The beginning is part of the words. It is given, and not written.")
def begin_in_the_words(next_logits, count, begin, end, longest, temperature=1.0, keep=None, generator=None):
    ids = torch.full((count, 1), begin)
    for _ in range(longest):
        chosen = choose(next_logits(ids), temperature, keep, generator)
        ids = torch.cat([ids, torch.as_tensor(chosen)[:, None]], dim=1)
        if (ids[:, 1:] == end).any(dim=1).all():
            break
    rows = ids.tolist()
    return [row[: row.index(end)] if end in row else row for row in rows]


@misconception("write", "It is over for all when *one* word has ended. Go on until all have.")
def over_for_all(next_logits, count, begin, end, longest, temperature=1.0, keep=None, generator=None):
    ids = torch.full((count, 1), begin)
    for _ in range(longest):
        chosen = choose(next_logits(ids), temperature, keep, generator)
        ids = torch.cat([ids, torch.as_tensor(chosen)[:, None]], dim=1)
        if (ids[:, 1:] == end).any():
            break
    rows = ids[:, 1:].tolist()
    return [row[: row.index(end)] if end in row else row for row in rows]


@misconception("write", "The model is asked on although every word has ended, some earlier and some later.")
def always_to_the_longest(
    next_logits, count, begin, end, longest, temperature=1.0, keep=None, generator=None
):
    ids = torch.full((count, 1), begin)
    for _ in range(longest):
        chosen = choose(next_logits(ids), temperature, keep, generator)
        ids = torch.cat([ids, torch.as_tensor(chosen)[:, None]], dim=1)
    rows = ids[:, 1:].tolist()
    return [row[: row.index(end)] if end in row else row for row in rows]


@misconception("write", "The model gets the last id only. It wants all ids so far, begin in front.")
def last_id_only(next_logits, count, begin, end, longest, temperature=1.0, keep=None, generator=None):
    ids = torch.full((count, 1), begin)
    for _ in range(longest):
        chosen = choose(next_logits(ids[:, -1:]), temperature, keep, generator)
        ids = torch.cat([ids, torch.as_tensor(chosen)[:, None]], dim=1)
        if (ids[:, 1:] == end).any(dim=1).all():
            break
    rows = ids[:, 1:].tolist()
    return [row[: row.index(end)] if end in row else row for row in rows]


@misconception("write", "One token too few: a word may have `longest` tokens.")
def one_token_too_few(next_logits, count, begin, end, longest, temperature=1.0, keep=None, generator=None):
    ids = torch.full((count, 1), begin)
    for _ in range(longest - 1):
        chosen = choose(next_logits(ids), temperature, keep, generator)
        ids = torch.cat([ids, torch.as_tensor(chosen)[:, None]], dim=1)
        if (ids[:, 1:] == end).any(dim=1).all():
            break
    rows = ids[:, 1:].tolist()
    return [row[: row.index(end)] if end in row else row for row in rows]


@misconception("write", "The generator is not handed on to choose.")
def generator_not_handed_on(
    next_logits, count, begin, end, longest, temperature=1.0, keep=None, generator=None
):
    ids = torch.full((count, 1), begin)
    for _ in range(longest):
        chosen = choose(next_logits(ids), temperature, keep)
        ids = torch.cat([ids, torch.as_tensor(chosen)[:, None]], dim=1)
        if (ids[:, 1:] == end).any(dim=1).all():
            break
    rows = ids[:, 1:].tolist()
    return [row[: row.index(end)] if end in row else row for row in rows]


@misconception("write", "The first word decides when it is over. Go on until all have ended.")
def first_word_decides(next_logits, count, begin, end, longest, temperature=1.0, keep=None, generator=None):
    ids = torch.full((count, 1), begin)
    for _ in range(longest):
        chosen = torch.as_tensor(choose(next_logits(ids), temperature, keep, generator))
        ids = torch.cat([ids, chosen[:, None]], dim=1)
        if chosen[0] == end:
            break
    rows = ids[:, 1:].tolist()
    return [row[: row.index(end)] if end in row else row for row in rows]


@misconception("write", "The end is part of the words. It ends them, and is left out.")
def end_in_the_words(next_logits, count, begin, end, longest, temperature=1.0, keep=None, generator=None):
    ids = torch.full((count, 1), begin)
    for _ in range(longest):
        chosen = choose(next_logits(ids), temperature, keep, generator)
        ids = torch.cat([ids, torch.as_tensor(chosen)[:, None]], dim=1)
        if (ids[:, 1:] == end).any(dim=1).all():
            break
    rows = ids[:, 1:].tolist()
    return [row[: row.index(end) + 1] if end in row else row for row in rows]


@misconception("write", "`keep` is not handed on to choose.")
def keep_not_handed_on(next_logits, count, begin, end, longest, temperature=1.0, keep=None, generator=None):
    ids = torch.full((count, 1), begin)
    for _ in range(longest):
        chosen = choose(next_logits(ids), temperature, None, generator)
        ids = torch.cat([ids, torch.as_tensor(chosen)[:, None]], dim=1)
        if (ids[:, 1:] == end).any(dim=1).all():
            break
    rows = ids[:, 1:].tolist()
    return [row[: row.index(end)] if end in row else row for row in rows]


@variant("write")
def with_a_list_of_columns(
    next_logits, count, begin, end, longest, temperature=1.0, keep=None, generator=None
):
    columns = [torch.full((count,), begin, dtype=torch.long)]
    done = torch.zeros(count, dtype=torch.bool)
    with torch.no_grad():
        while len(columns) <= longest and not done.all():
            logits = next_logits(torch.stack(columns, dim=1))
            columns.append(torch.as_tensor(choose(logits, temperature, keep, generator)))
            done |= columns[-1] == end
    words = []
    for row in zip(*(column.tolist() for column in columns[1:]), strict=True):
        word = []
        for number in row:
            if number == end:
                break
            word.append(number)
        words.append(word)
    return words


@variant("write")
def growing_words(next_logits, count, begin, end, longest, temperature=1.0, keep=None, generator=None):
    words, open_ = [[] for _ in range(count)], [True] * count
    ids = torch.full((count, 1), begin)
    step = 0
    while any(open_) and step < longest:
        with torch.no_grad():
            chosen = [int(number) for number in choose(next_logits(ids), temperature, keep, generator)]
        for row, number in enumerate(chosen):
            open_[row] = open_[row] and number != end
            if open_[row]:
                words[row].append(number)
        ids = torch.hstack([ids, torch.tensor(chosen).reshape(-1, 1)])
        step += 1
    return words
