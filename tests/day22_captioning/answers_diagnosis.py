"""Answers to diagnosis.py: wrong ones with what went wrong, and right ones in another style."""

import math
from collections import Counter

import torch

from course.testing import misconception, variant
from day22_captioning.captioner import masked_cross_entropy
from day22_captioning.words import END, PAD


@misconception(
    "prefix_entropy",
    "What stands before a word was ignored: this is what words cost by their frequencies alone.",
)
def by_frequency(matrix, seen=None):
    def words_of(matrix, seen):
        """Every word with what stands before it and what is seen."""
        known = [0] * len(matrix) if seen is None else seen.tolist()
        for what, row in zip(known, matrix.tolist(), strict=True):
            for t in range(1, len(row)):
                if row[t] != PAD:
                    yield what, tuple(row[:t]), row[t]

    def mean_cost(pairs):
        """The mean of −ln share over pairs of a condition and a word."""
        pairs = list(pairs)
        both, one = Counter(pairs), Counter(condition for condition, _ in pairs)
        return -sum(math.log(both[c, w] / one[c]) for c, w in pairs) / len(pairs)

    return mean_cost((what, word) for what, _, word in words_of(matrix, seen))


@misconception(
    "prefix_entropy",
    "Only the place of a word counts here, not the words before it.",
)
def by_place(matrix, seen=None):
    def words_of(matrix, seen):
        """Every word with what stands before it and what is seen."""
        known = [0] * len(matrix) if seen is None else seen.tolist()
        for what, row in zip(known, matrix.tolist(), strict=True):
            for t in range(1, len(row)):
                if row[t] != PAD:
                    yield what, tuple(row[:t]), row[t]

    def mean_cost(pairs):
        """The mean of −ln share over pairs of a condition and a word."""
        pairs = list(pairs)
        both, one = Counter(pairs), Counter(condition for condition, _ in pairs)
        return -sum(math.log(both[c, w] / one[c]) for c, w in pairs) / len(pairs)

    return mean_cost(((what, len(prefix)), word) for what, prefix, word in words_of(matrix, seen))


@misconception(
    "prefix_entropy",
    "Only the last word before counts here. The best captioner knows *all* words so far.",
)
def by_the_last_word(matrix, seen=None):
    def words_of(matrix, seen):
        """Every word with what stands before it and what is seen."""
        known = [0] * len(matrix) if seen is None else seen.tolist()
        for what, row in zip(known, matrix.tolist(), strict=True):
            for t in range(1, len(row)):
                if row[t] != PAD:
                    yield what, tuple(row[:t]), row[t]

    def mean_cost(pairs):
        """The mean of −ln share over pairs of a condition and a word."""
        pairs = list(pairs)
        both, one = Counter(pairs), Counter(condition for condition, _ in pairs)
        return -sum(math.log(both[c, w] / one[c]) for c, w in pairs) / len(pairs)

    return mean_cost(((what, prefix[-1]), word) for what, prefix, word in words_of(matrix, seen))


@misconception(
    "prefix_entropy", "The sum was divided by the number of captions. It is the mean over all words."
)
def by_caption(matrix, seen=None):
    def words_of(matrix, seen):
        """Every word with what stands before it and what is seen."""
        known = [0] * len(matrix) if seen is None else seen.tolist()
        for what, row in zip(known, matrix.tolist(), strict=True):
            for t in range(1, len(row)):
                if row[t] != PAD:
                    yield what, tuple(row[:t]), row[t]

    def mean_cost(pairs):
        """The mean of −ln share over pairs of a condition and a word."""
        pairs = list(pairs)
        both, one = Counter(pairs), Counter(condition for condition, _ in pairs)
        return -sum(math.log(both[c, w] / one[c]) for c, w in pairs) / len(pairs)

    words = [((what, prefix), word) for what, prefix, word in words_of(matrix, seen)]
    return mean_cost(words) * len(words) / len(matrix)


@misconception(
    "prefix_entropy", "The answer is in bits. It is asked for in nats: with the natural logarithm."
)
def in_bits(matrix, seen=None):
    def words_of(matrix, seen):
        """Every word with what stands before it and what is seen."""
        known = [0] * len(matrix) if seen is None else seen.tolist()
        for what, row in zip(known, matrix.tolist(), strict=True):
            for t in range(1, len(row)):
                if row[t] != PAD:
                    yield what, tuple(row[:t]), row[t]

    def mean_cost(pairs):
        """The mean of −ln share over pairs of a condition and a word."""
        pairs = list(pairs)
        both, one = Counter(pairs), Counter(condition for condition, _ in pairs)
        return -sum(math.log(both[c, w] / one[c]) for c, w in pairs) / len(pairs)

    return mean_cost(((what, prefix), word) for what, prefix, word in words_of(matrix, seen)) / math.log(2)


@misconception("prefix_entropy", "`seen` is ignored: this is what the blind pay.")
def blind_all_the_same(matrix, seen=None):
    def words_of(matrix, seen):
        """Every word with what stands before it and what is seen."""
        known = [0] * len(matrix) if seen is None else seen.tolist()
        for what, row in zip(known, matrix.tolist(), strict=True):
            for t in range(1, len(row)):
                if row[t] != PAD:
                    yield what, tuple(row[:t]), row[t]

    def mean_cost(pairs):
        """The mean of −ln share over pairs of a condition and a word."""
        pairs = list(pairs)
        both, one = Counter(pairs), Counter(condition for condition, _ in pairs)
        return -sum(math.log(both[c, w] / one[c]) for c, w in pairs) / len(pairs)

    return mean_cost((prefix, word) for _, prefix, word in words_of(matrix, seen))


@misconception(
    "prefix_entropy",
    "The filling counts as words. It is easy to say after END, and makes the mean smaller than it is.",
)
def filling_counts(matrix, seen=None):
    def words_of(matrix, seen):
        """Every word with what stands before it and what is seen."""
        known = [0] * len(matrix) if seen is None else seen.tolist()
        for what, row in zip(known, matrix.tolist(), strict=True):
            for t in range(1, len(row)):
                if row[t] != PAD:
                    yield what, tuple(row[:t]), row[t]

    def mean_cost(pairs):
        """The mean of −ln share over pairs of a condition and a word."""
        pairs = list(pairs)
        both, one = Counter(pairs), Counter(condition for condition, _ in pairs)
        return -sum(math.log(both[c, w] / one[c]) for c, w in pairs) / len(pairs)

    words = [((what, prefix), word) for what, prefix, word in words_of(matrix, seen)]
    return mean_cost(words) * len(words) / (matrix.shape[0] * (matrix.shape[1] - 1))


@misconception(
    "prefix_entropy", "END was left out. To stop is a decision like every other, and it is paid for."
)
def end_left_out(matrix, seen=None):
    def words_of(matrix, seen):
        """Every word with what stands before it and what is seen."""
        known = [0] * len(matrix) if seen is None else seen.tolist()
        for what, row in zip(known, matrix.tolist(), strict=True):
            for t in range(1, len(row)):
                if row[t] != PAD:
                    yield what, tuple(row[:t]), row[t]

    words = [((what, prefix), word) for what, prefix, word in words_of(matrix, seen)]
    both, one = Counter(words), Counter(condition for condition, _ in words)
    costs = [-math.log(both[c, w] / one[c]) for c, w in words if w != END]
    return sum(costs) / len(costs)


@misconception(
    "prefix_entropy",
    "Every different beginning counted once. A beginning that many captions have counts as often as they do.",
)
def every_beginning_once(matrix, seen=None):
    def words_of(matrix, seen):
        """Every word with what stands before it and what is seen."""
        known = [0] * len(matrix) if seen is None else seen.tolist()
        for what, row in zip(known, matrix.tolist(), strict=True):
            for t in range(1, len(row)):
                if row[t] != PAD:
                    yield what, tuple(row[:t]), row[t]

    words = {((what, prefix), word) for what, prefix, word in words_of(matrix, seen)}
    counts = Counter(((what, prefix), word) for what, prefix, word in words_of(matrix, seen))
    totals = Counter()
    for (condition, _), count in counts.items():
        totals[condition] += count
    entropies = Counter()
    for condition, word in words:
        p = counts[condition, word] / totals[condition]
        entropies[condition] -= p * math.log(p)
    return sum(entropies.values()) / len(entropies)


@variant("prefix_entropy")
def with_dictionaries(matrix, seen=None):
    following = {}
    rows = [[k for k in row if k != 0] for row in matrix.tolist()]
    marks = [0] * len(rows) if seen is None else [int(k) for k in seen]
    for mark, row in zip(marks, rows, strict=True):
        for t in range(1, len(row)):
            box = following.setdefault((mark, *row[:t]), {})
            box[row[t]] = box.get(row[t], 0) + 1
    total, words = 0.0, 0
    for box in following.values():
        begun = sum(box.values())
        words += begun
        total -= sum(count * math.log(count / begun) for count in box.values())
    return total / words


@variant("prefix_entropy")
def group_by_group(matrix, seen=None):
    """Columns from left to right; rows with the same beginning share a number."""
    group = torch.zeros(len(matrix), dtype=torch.int64) if seen is None else seen.clone()
    costs, words = 0.0, 0
    for column in matrix.T:
        _, group = torch.unique(group, return_inverse=True)
        later = group * (int(matrix.max()) + 1) + column
        real = column != PAD
        if not bool((column == 1).all()):
            counts, begun = torch.bincount(later), torch.bincount(group)
            share = counts[later[real]] / begun[group[real]]
            costs -= share.double().log().sum().item()
            words += int(real.sum())
        group = later
    return costs / words


@misconception(
    "shuffled_images",
    "The captions were shuffled with their pictures: then every caption still has its own.",
)
def captions_shuffled_too(model, images, matrix, order):
    def measured(model, images, matrix):
        with torch.no_grad():
            return masked_cross_entropy(model(images, matrix[:, :-1]), matrix[:, 1:]).item()

    mode = model.training
    model.eval()
    result = measured(model, images, matrix), measured(model, images[order], matrix[order])
    model.train(mode)
    return result


@misconception(
    "shuffled_images",
    "The model is measured in the mode in which it is. In training mode dropout and the like have their part in it.",
)
def mode_as_it_is(model, images, matrix, order):
    def measured(model, images, matrix):
        with torch.no_grad():
            return masked_cross_entropy(model(images, matrix[:, :-1]), matrix[:, 1:]).item()

    return measured(model, images, matrix), measured(model, images[order], matrix)


@misconception("shuffled_images", "Afterwards the model is in evaluation mode. It is to be left as it was.")
def left_in_evaluation(model, images, matrix, order):
    def measured(model, images, matrix):
        with torch.no_grad():
            return masked_cross_entropy(model(images, matrix[:, :-1]), matrix[:, 1:]).item()

    model.eval()
    return measured(model, images, matrix), measured(model, images[order], matrix)


@misconception("shuffled_images", "Afterwards the model is in training mode. It is to be left as it was.")
def left_in_training(model, images, matrix, order):
    def measured(model, images, matrix):
        with torch.no_grad():
            return masked_cross_entropy(model(images, matrix[:, :-1]), matrix[:, 1:]).item()

    model.eval()
    result = measured(model, images, matrix), measured(model, images[order], matrix)
    model.train()
    return result


@misconception(
    "shuffled_images",
    "The two numbers are exchanged: first with the own pictures, then with those of others.",
)
def exchanged(model, images, matrix, order):
    def measured(model, images, matrix):
        with torch.no_grad():
            return masked_cross_entropy(model(images, matrix[:, :-1]), matrix[:, 1:]).item()

    mode = model.training
    model.eval()
    result = measured(model, images[order], matrix), measured(model, images, matrix)
    model.train(mode)
    return result


@misconception(
    "shuffled_images",
    "The captions were shuffled in the place of the pictures. The rows stay as they are, with images[order].",
)
def captions_instead(model, images, matrix, order):
    def measured(model, images, matrix):
        with torch.no_grad():
            return masked_cross_entropy(model(images, matrix[:, :-1]), matrix[:, 1:]).item()

    mode = model.training
    model.eval()
    result = measured(model, images, matrix), measured(model, images, matrix[order])
    model.train(mode)
    return result


@misconception("shuffled_images", "The difference comes back in the place of the second cost.")
def the_difference(model, images, matrix, order):
    def measured(model, images, matrix):
        with torch.no_grad():
            return masked_cross_entropy(model(images, matrix[:, :-1]), matrix[:, 1:]).item()

    mode = model.training
    model.eval()
    own, others = measured(model, images, matrix), measured(model, images[order], matrix)
    model.train(mode)
    return own, others - own


@variant("shuffled_images")
def in_one_batch(model, images, matrix, order):
    mode = model.training
    model.train(False)
    try:
        with torch.inference_mode():
            both = model(torch.cat([images, images[order]]), matrix[:, :-1].repeat(2, 1)).chunk(2)
            return tuple(float(masked_cross_entropy(logits, matrix[:, 1:])) for logits in both)
    finally:
        model.train(mode)


@variant("shuffled_images")
def one_after_the_other(model, images, matrix, order):
    before = model.training
    model.eval()
    read, wanted = matrix[:, :-1], matrix[:, 1:]
    own = masked_cross_entropy(model(images, read), wanted).detach()
    others = masked_cross_entropy(
        model(torch.stack([images[k] for k in order.tolist()]), read), wanted
    ).detach()
    if before:
        model.train()
    return [own, others]


@misconception("loss_by_word", "Words that are no target have 0. Nothing is known of them: NaN.")
def zero_for_absent_words(logits, targets):
    def costs_of(logits, targets):
        return -logits.detach().log_softmax(dim=2).gather(2, targets[:, :, None])[:, :, 0]

    costs, real, words = costs_of(logits, targets), targets != PAD, logits.shape[2]
    counts = torch.bincount(targets[real], minlength=words)
    return torch.bincount(targets[real], weights=costs[real], minlength=words) / counts.clamp(min=1)


@misconception(
    "loss_by_word", "The sum of the costs of each word comes back. Divide by how often it is the target."
)
def sums_of_costs(logits, targets):
    def costs_of(logits, targets):
        return -logits.detach().log_softmax(dim=2).gather(2, targets[:, :, None])[:, :, 0]

    costs, real, words = costs_of(logits, targets), targets != PAD, logits.shape[2]
    counts = torch.bincount(targets[real], minlength=words)
    sums = torch.bincount(targets[real], weights=costs[real], minlength=words)
    return torch.where(counts > 0, sums, torch.nan)


@misconception(
    "loss_by_word",
    "The costs of each word were divided by the number of all words. Then rare words seem to be easy.",
)
def divided_by_all(logits, targets):
    def costs_of(logits, targets):
        return -logits.detach().log_softmax(dim=2).gather(2, targets[:, :, None])[:, :, 0]

    costs, real, words = costs_of(logits, targets), targets != PAD, logits.shape[2]
    counts = torch.bincount(targets[real], minlength=words)
    sums = torch.bincount(targets[real], weights=costs[real], minlength=words)
    return torch.where(counts > 0, sums / counts.sum(), torch.nan)


@misconception("loss_by_word", "PAD has a cost. It is no word, and counts for nothing: NaN.")
def filling_has_a_cost(logits, targets):
    def costs_of(logits, targets):
        return -logits.detach().log_softmax(dim=2).gather(2, targets[:, :, None])[:, :, 0]

    costs, words = costs_of(logits, targets), logits.shape[2]
    counts = torch.bincount(targets.flatten(), minlength=words)
    return torch.bincount(targets.flatten(), weights=costs.flatten(), minlength=words) / counts


@misconception(
    "loss_by_word",
    "The costs are sorted by the word that the model would have said. They belong to the word that is right.",
)
def by_the_word_said(logits, targets):
    def costs_of(logits, targets):
        return -logits.detach().log_softmax(dim=2).gather(2, targets[:, :, None])[:, :, 0]

    costs, real, words = costs_of(logits, targets), targets != PAD, logits.shape[2]
    said = logits.argmax(dim=2)
    counts = torch.bincount(said[real], minlength=words)
    return torch.bincount(said[real], weights=costs[real], minlength=words) / counts


@misconception("loss_by_word", "The mean probability of each word comes back. Its cost is −ln p.")
def mean_probability(logits, targets):
    def costs_of(logits, targets):
        return -logits.detach().log_softmax(dim=2).gather(2, targets[:, :, None])[:, :, 0]

    p, real, words = (-costs_of(logits, targets)).exp(), targets != PAD, logits.shape[2]
    counts = torch.bincount(targets[real], minlength=words)
    return torch.bincount(targets[real], weights=p[real], minlength=words) / counts


@variant("loss_by_word")
def box_by_box(logits, targets):
    log_p = torch.log_softmax(logits.detach(), dim=-1)
    result = []
    for word in range(logits.shape[-1]):
        places = targets == word
        if word == PAD or not bool(places.any()):
            result.append(torch.tensor(torch.nan, dtype=logits.dtype))
        else:
            result.append(-log_p[places][:, word].mean())
    return torch.stack(result)


@variant("loss_by_word")
def with_one_hot(logits, targets):
    with torch.no_grad():
        hot = torch.nn.functional.one_hot(targets, logits.shape[2]).to(logits.dtype)
        hot[:, :, PAD] = 0
        log_p = logits - logits.logsumexp(dim=2, keepdim=True)
        return -(hot * log_p).sum(dim=(0, 1)) / hot.sum(dim=(0, 1))


@misconception(
    "image_gradient", "The cost of a step is a mean over the rows here, so each norm is n times too small."
)
def mean_over_rows_first(model, images, matrix):
    def costs_with_a_graph(model, pictures, matrix):
        targets = matrix[:, 1:]
        log_p = model(pictures, matrix[:, :-1]).log_softmax(dim=2)
        return -log_p.gather(2, targets[:, :, None])[:, :, 0] * (targets != PAD)

    pictures = images.detach().clone().requires_grad_()
    costs = costs_with_a_graph(model, pictures, matrix).mean(dim=0)
    slopes = [torch.autograd.grad(cost, pictures, retain_graph=True)[0] for cost in costs]
    return torch.stack([slope.flatten(1).norm(dim=1).mean() for slope in slopes])


@misconception(
    "image_gradient", "One norm was taken over all pictures together. Each picture has a norm of its own."
)
def one_norm_for_all(model, images, matrix):
    def costs_with_a_graph(model, pictures, matrix):
        targets = matrix[:, 1:]
        log_p = model(pictures, matrix[:, :-1]).log_softmax(dim=2)
        return -log_p.gather(2, targets[:, :, None])[:, :, 0] * (targets != PAD)

    pictures = images.detach().clone().requires_grad_()
    costs = costs_with_a_graph(model, pictures, matrix).sum(dim=0)
    slopes = [torch.autograd.grad(cost, pictures, retain_graph=True)[0] for cost in costs]
    return torch.stack([slope.norm() for slope in slopes])


@misconception(
    "image_gradient", "The squares of the norms were averaged. The norm is the root of the sum of squares."
)
def squared_norms(model, images, matrix):
    def costs_with_a_graph(model, pictures, matrix):
        targets = matrix[:, 1:]
        log_p = model(pictures, matrix[:, :-1]).log_softmax(dim=2)
        return -log_p.gather(2, targets[:, :, None])[:, :, 0] * (targets != PAD)

    pictures = images.detach().clone().requires_grad_()
    costs = costs_with_a_graph(model, pictures, matrix).sum(dim=0)
    slopes = [torch.autograd.grad(cost, pictures, retain_graph=True)[0] for cost in costs]
    return torch.stack([slope.flatten(1).square().sum(dim=1).mean() for slope in slopes])


@misconception("image_gradient", "The filling has a part in it. The cost of a step is 0 where PAD is wanted.")
def filling_has_a_part(model, images, matrix):
    pictures = images.detach().clone().requires_grad_()
    log_p = model(pictures, matrix[:, :-1]).log_softmax(dim=2)
    costs = -log_p.gather(2, matrix[:, 1:, None])[:, :, 0].sum(dim=0)
    slopes = [torch.autograd.grad(cost, pictures, retain_graph=True)[0] for cost in costs]
    return torch.stack([slope.flatten(1).norm(dim=1).mean() for slope in slopes])


@misconception(
    "image_gradient",
    "backward() adds up: the gradients of earlier steps are still there, and the parameters have got some too. "
    "torch.autograd.grad does neither.",
)
def added_up(model, images, matrix):
    def costs_with_a_graph(model, pictures, matrix):
        targets = matrix[:, 1:]
        log_p = model(pictures, matrix[:, :-1]).log_softmax(dim=2)
        return -log_p.gather(2, targets[:, :, None])[:, :, 0] * (targets != PAD)

    pictures = images.detach().clone().requires_grad_()
    norms = []
    for cost in costs_with_a_graph(model, pictures, matrix).sum(dim=0):
        cost.backward(retain_graph=True)
        norms.append(pictures.grad.flatten(1).norm(dim=1).mean())
    return torch.stack(norms).detach()


@variant("image_gradient")
def by_the_jacobian(model, images, matrix):
    def costs_with_a_graph(model, pictures, matrix):
        targets = matrix[:, 1:]
        log_p = model(pictures, matrix[:, :-1]).log_softmax(dim=2)
        return -log_p.gather(2, targets[:, :, None])[:, :, 0] * (targets != PAD)

    def costs(pictures):
        return costs_with_a_graph(model, pictures, matrix).sum(dim=0)

    table = torch.autograd.functional.jacobian(costs, images.detach())
    return table.flatten(2).square().sum(dim=2).sqrt().mean(dim=1)


@variant("image_gradient")
def by_vjp(model, images, matrix):
    def costs_with_a_graph(model, pictures, matrix):
        targets = matrix[:, 1:]
        log_p = model(pictures, matrix[:, :-1]).log_softmax(dim=2)
        return -log_p.gather(2, targets[:, :, None])[:, :, 0] * (targets != PAD)

    costs, pull = torch.func.vjp(
        lambda pictures: costs_with_a_graph(model, pictures, matrix).sum(dim=0), images.detach()
    )
    rows = torch.eye(len(costs), dtype=costs.dtype)
    slopes = torch.stack([pull(row)[0] for row in rows]).detach()
    return torch.linalg.vector_norm(slopes.flatten(2), dim=2).mean(dim=1)


@variant("loss_by_word")
def numbers_in_a_list(logits, targets):
    found = {}
    for a, k in zip(logits.detach().flatten(0, 1).double().tolist(), targets.flatten().tolist(), strict=True):
        top = max(a)
        found.setdefault(k, []).append(top + math.log(sum(math.exp(x - top) for x in a)) - a[k])
    found[PAD] = []
    return [sum(found[k]) / len(found[k]) if found.get(k) else math.nan for k in range(logits.shape[-1])]
