"""Answers to reading.py: wrong ones with what went wrong, and right ones in another style."""

import torch
from torch.nn import functional as F
from torch.nn.functional import conv1d, cross_entropy

from course.testing import misconception, variant


@misconception("bag_of_words", "Padding is counted as a word. The mask says where there is one.")
def padding_counted(ids, mask, size):
    return F.one_hot(ids, size).sum(dim=1)


@misconception("bag_of_words", "Words are only noted, not counted: how often does each of them occur?")
def noted_only(ids, mask, size):
    return (F.one_hot(ids, size) * mask[..., None]).amax(dim=1)


@misconception(
    "bag_of_words",
    "Everything with the id 0 is taken for padding. Id 0 may be a word; the mask says what is padding.",
)
def zero_is_padding(ids, mask, size):
    counts = (F.one_hot(ids, size) * mask[..., None]).sum(dim=1)
    counts[:, 0] = 0
    return counts


@misconception(
    "bag_of_words",
    "`counts[row, ids] += 1` adds 1 once for all equal ids. Use scatter_add_, bincount, or a loop over the places.",
)
def added_once(ids, mask, size):
    counts = torch.zeros(len(ids), size)
    for row in range(len(ids)):
        counts[row, ids[row]] += mask[row].float()
    return counts


@misconception("bag_of_words", "These are shares of the words of each text. Counts are asked for.")
def shares(ids, mask, size):
    counts = (F.one_hot(ids, size) * mask[..., None]).sum(dim=1).double()
    return counts / counts.sum(dim=1, keepdim=True)


@variant("bag_of_words")
def by_bincount(ids, mask, size):
    return torch.stack(
        [torch.bincount(row[keep], minlength=size) for row, keep in zip(ids, mask, strict=True)]
    )


@variant("bag_of_words")
def in_plain_lists(ids, mask, size):
    counts = [[0] * size for _ in range(len(ids))]
    for row, (words, keep) in enumerate(zip(ids.tolist(), mask.tolist(), strict=True)):
        for word, there in zip(words, keep, strict=True):
            counts[row][word] += there
    return torch.tensor(counts)


@variant("bag_of_words")
def by_an_identity(ids, mask, size):
    return torch.einsum("btv,bt->bv", torch.eye(size)[ids], mask.float())


@misconception("window_features", "Padding takes part in the maximum.")
def padding_in_the_maximum(x, mask, weight, bias):
    words = (x * mask[..., None]).transpose(1, 2)
    return conv1d(words, weight, bias, padding=weight.shape[-1] // 2).relu().amax(dim=-1)


@misconception(
    "window_features",
    "What stands at padding gets into the windows of the last words: set x to 0 there, before the convolution.",
)
def padding_in_the_windows(x, mask, weight, bias):
    y = conv1d(x.transpose(1, 2), weight, bias, padding=weight.shape[-1] // 2).relu()
    return y.masked_fill(~mask[:, None], 0.0).amax(dim=-1)


@misconception("window_features", "The mask is not used: padding is in the windows and in the maximum.")
def without_mask(x, mask, weight, bias):
    return conv1d(x.transpose(1, 2), weight, bias, padding=weight.shape[-1] // 2).relu().amax(dim=-1)


@misconception(
    "window_features", "A window reaches over both ends of the text: (k − 1)/2 zeros on each side."
)
def no_windows_at_the_ends(x, mask, weight, bias):
    k = weight.shape[-1]
    words = (x * mask[..., None]).transpose(1, 2)
    if words.shape[-1] < k:
        words = F.pad(words, (0, k - words.shape[-1]))
    y = conv1d(words, weight, bias).relu()
    keep = mask[:, : y.shape[-1]]
    return y.masked_fill(~keep[:, None], 0.0).amax(dim=-1)


@misconception("window_features", "The windows reach into the past only: the zeros belong at both ends.")
def causal_windows(x, mask, weight, bias):
    words = (x * mask[..., None]).transpose(1, 2)
    y = conv1d(F.pad(words, (weight.shape[-1] - 1, 0)), weight, bias).relu()
    return y.masked_fill(~mask[:, None], 0.0).amax(dim=-1)


@misconception(
    "window_features", "The mean over the places was taken. The maximum asks whether it occurs *anywhere*."
)
def mean_over_places(x, mask, weight, bias):
    words = (x * mask[..., None]).transpose(1, 2)
    y = conv1d(words, weight, bias, padding=weight.shape[-1] // 2).relu() * mask[:, None]
    return y.sum(dim=-1) / mask.sum(dim=1, keepdim=True)


@misconception("window_features", "The relu is missing: a feature is never below 0.")
def relu_forgotten(x, mask, weight, bias):
    words = (x * mask[..., None]).transpose(1, 2)
    y = conv1d(words, weight, bias, padding=weight.shape[-1] // 2)
    return y.masked_fill(~mask[:, None], -torch.inf).amax(dim=-1)


@variant("window_features")
def by_unfolding(x, mask, weight, bias):
    k = weight.shape[-1]
    clean = torch.where(mask[..., None], x, 0.0)
    padded = F.pad(clean, (0, 0, k // 2, k // 2))
    windows = padded.unfold(1, k, 1)  # (b, t, c, k)
    y = torch.einsum("btck,ock->bto", windows, weight) + bias
    return y.masked_fill(~mask[..., None], -torch.inf).max(dim=1).values.clamp(min=0)


@variant("window_features")
def sentence_by_sentence(x, mask, weight, bias):
    rows = []
    for row, keep in zip(x, mask, strict=True):
        words = row[keep].T[None]
        rows.append(conv1d(words, weight, bias, padding="same")[0].max(dim=1).values.relu())
    return torch.stack(rows)


@misconception(
    "bidirectional",
    "The second reader begins in the padding. It has to begin with 0 at the last word of each sentence.",
)
def begins_in_the_padding(x, mask, forward_cell, backward_cell, units):
    def run(cell, order):
        h = x.new_zeros(len(x), units)
        seen = [h] * x.shape[1]
        for t in order:
            h = cell(x[:, t], h)
            seen[t] = h
        return torch.stack(seen, dim=1)

    steps = x.shape[1]
    both = [run(forward_cell, range(steps)), run(backward_cell, range(steps - 1, -1, -1))]
    return torch.cat(both, dim=-1) * mask[..., None]


@misconception(
    "bidirectional",
    "The states of the second reader stand in the order in which it has read. Put them into the order of the words.",
)
def not_put_back(x, mask, forward_cell, backward_cell, units):
    def run(cell, order):
        h = x.new_zeros(len(x), units)
        seen = []
        for t in order:
            h = torch.where(mask[:, t, None], cell(x[:, t], h), torch.zeros_like(h))
            seen.append(h)
        return torch.stack(seen, dim=1)

    steps = x.shape[1]
    both = [run(forward_cell, range(steps)), run(backward_cell, range(steps - 1, -1, -1))]
    return torch.cat(both, dim=-1)


@misconception("bidirectional", "The second reader reads from the front, too.")
def both_from_the_front(x, mask, forward_cell, backward_cell, units):
    def run(cell):
        h = x.new_zeros(len(x), units)
        seen = []
        for t in range(x.shape[1]):
            h = torch.where(mask[:, t, None], cell(x[:, t], h), torch.zeros_like(h))
            seen.append(h)
        return torch.stack(seen, dim=1)

    return torch.cat([run(forward_cell), run(backward_cell)], dim=-1)


@misconception("bidirectional", "The two states are added. They are to be put side by side.")
def states_added(x, mask, forward_cell, backward_cell, units):
    def run(cell, order):
        h = x.new_zeros(len(x), units)
        seen = [h] * x.shape[1]
        for t in order:
            h = torch.where(mask[:, t, None], cell(x[:, t], h), torch.zeros_like(h))
            seen[t] = h
        return torch.stack(seen, dim=1)

    steps = x.shape[1]
    return run(forward_cell, range(steps)) + run(backward_cell, range(steps - 1, -1, -1))


@misconception(
    "bidirectional",
    "Each state is that *before* its word is read. At each word both states have read this word.",
)
def before_the_word(x, mask, forward_cell, backward_cell, units):
    def run(cell, order):
        h = x.new_zeros(len(x), units)
        seen = [h] * x.shape[1]
        for t in order:
            seen[t] = h * mask[:, t, None]
            h = torch.where(mask[:, t, None], cell(x[:, t], h), torch.zeros_like(h))
        return torch.stack(seen, dim=1)

    steps = x.shape[1]
    both = [run(forward_cell, range(steps)), run(backward_cell, range(steps - 1, -1, -1))]
    return torch.cat(both, dim=-1)


@misconception("bidirectional", "At padding the last state goes on. It should be 0 there.")
def last_state_goes_on(x, mask, forward_cell, backward_cell, units):
    def run(cell, order):
        h = x.new_zeros(len(x), units)
        seen = [h] * x.shape[1]
        for t in order:
            h = torch.where(mask[:, t, None], cell(x[:, t], h), h)
            seen[t] = h
        return torch.stack(seen, dim=1)

    steps = x.shape[1]
    both = [run(forward_cell, range(steps)), run(backward_cell, range(steps - 1, -1, -1))]
    return torch.cat(both, dim=-1)


@misconception("bidirectional", "The backward state stands first. The forward state comes first.")
def backward_first(x, mask, forward_cell, backward_cell, units):
    def run(cell, order):
        h = x.new_zeros(len(x), units)
        seen = [h] * x.shape[1]
        for t in order:
            h = torch.where(mask[:, t, None], cell(x[:, t], h), torch.zeros_like(h))
            seen[t] = h
        return torch.stack(seen, dim=1)

    steps = x.shape[1]
    both = [run(backward_cell, range(steps - 1, -1, -1)), run(forward_cell, range(steps))]
    return torch.cat(both, dim=-1)


@misconception(
    "bidirectional", "The second reader goes on with the last state of the first. Both begin with 0."
)
def state_not_reset(x, mask, forward_cell, backward_cell, units):
    def run(cell, order, h):
        seen = [h] * x.shape[1]
        for t in order:
            h = torch.where(mask[:, t, None], cell(x[:, t], h), h)
            seen[t] = h
        return torch.stack(seen, dim=1), h

    steps, zero = x.shape[1], x.new_zeros(len(x), units)
    there, last = run(forward_cell, range(steps), zero)
    back, _ = run(backward_cell, range(steps - 1, -1, -1), last)
    return torch.cat([there, back], dim=-1) * mask[..., None]


@misconception("bidirectional", "The forward cell reads both ways. Each direction has a cell of its own.")
def one_cell_for_both(x, mask, forward_cell, backward_cell, units):
    def run(order):
        h = x.new_zeros(len(x), units)
        seen = [h] * x.shape[1]
        for t in order:
            h = torch.where(mask[:, t, None], forward_cell(x[:, t], h), torch.zeros_like(h))
            seen[t] = h
        return torch.stack(seen, dim=1)

    steps = x.shape[1]
    return torch.cat([run(range(steps)), run(range(steps - 1, -1, -1))], dim=-1)


@variant("bidirectional")
def row_by_row(x, mask, forward_cell, backward_cell, units):
    result = x.new_zeros(*mask.shape, 2 * units)
    for row, length in enumerate(mask.sum(dim=1).tolist()):
        for cell, order, place in (
            (forward_cell, range(length), slice(None, units)),
            (backward_cell, reversed(range(length)), slice(units, None)),
        ):
            h = x.new_zeros(1, units)
            for t in order:
                h = cell(x[row : row + 1, t], h)
                result[row, t, place] = h[0]
    return result


@variant("bidirectional")
def by_reversing_the_words(x, mask, forward_cell, backward_cell, units):
    b, t = mask.shape
    lengths = mask.sum(dim=1, keepdim=True)
    places = torch.arange(t).expand(b, t)
    mirrored = torch.where(mask, lengths - 1 - places, places)
    rows = torch.arange(b)[:, None]

    def read(words, cell):
        h = words.new_zeros(b, units)
        states = []
        for step in range(t):
            h = cell(words[:, step], h)
            states.append(h)
        return torch.stack(states, 1)

    there = read(x, forward_cell)
    back = read(x[rows, mirrored], backward_cell)[rows, mirrored]
    return torch.cat((there, back), -1) * mask.unsqueeze(-1).to(x.dtype)


@misconception("masked_loss", "Padding counts in the mean: the mask is not used.")
def mask_not_used(logits, targets, mask):
    return cross_entropy(logits.flatten(0, 1), targets.flatten())


@misconception("masked_loss", "The sum is divided by all places. Divide by the number of words.")
def divided_by_all_places(logits, targets, mask):
    losses = cross_entropy(logits.transpose(1, 2), targets, reduction="none")
    return (losses * mask).mean()


@misconception("masked_loss", "The sum over all words. The mean is asked for.")
def sum_over_words(logits, targets, mask):
    return cross_entropy(logits[mask], targets[mask], reduction="sum")


@misconception(
    "masked_loss",
    "The mean of the means of the sentences: words of short sentences weigh more. All words weigh the same.",
)
def mean_of_sentences(logits, targets, mask):
    losses = cross_entropy(logits.transpose(1, 2), targets, reduction="none")
    return ((losses * mask).sum(dim=1) / mask.sum(dim=1)).mean()


@misconception("masked_loss", "The mask is turned round: True is a word.")
def mask_turned_round(logits, targets, mask):
    losses = cross_entropy(logits.transpose(1, 2), targets, reduction="none")
    return (losses * ~mask).sum() / (~mask).sum().clamp(min=1)


@misconception("masked_loss", "The exponentials overflow: use log_softmax or cross_entropy on the logits.")
def logarithm_of_softmax(logits, targets, mask):
    e = logits.exp()
    p = e / e.sum(dim=-1, keepdim=True)
    losses = -p.gather(-1, targets[..., None])[..., 0].log()
    return losses[mask].mean()


@misconception(
    "masked_loss", "cross_entropy takes logits and makes the softmax itself. Here it was made twice."
)
def softmax_twice(logits, targets, mask):
    return cross_entropy(logits[mask].softmax(dim=-1), targets[mask])


@misconception(
    "masked_loss", "The target 0 is taken for padding. It may be a word; the mask says what is padding."
)
def zero_ignored(logits, targets, mask):
    hidden = targets.masked_fill(~mask | (targets == 0), -100)
    return cross_entropy(logits.transpose(1, 2), hidden)


@variant("masked_loss")
def by_ignoring(logits, targets, mask):
    return cross_entropy(logits.flatten(0, 1), targets.masked_fill(~mask, -100).flatten())


@variant("masked_loss")
def by_hand(logits, targets, mask):
    chosen = logits.gather(2, targets.unsqueeze(2)).squeeze(2)
    losses = torch.logsumexp(logits, dim=2) - chosen
    weights = mask.to(logits.dtype)
    return (losses * weights).sum() / weights.sum()
