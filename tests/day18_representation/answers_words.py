"""Answers to words.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np
import torch
from torch.nn import functional as F
from torch.nn.functional import cross_entropy, logsigmoid, normalize

from course.testing import misconception, variant


@misconception("context_pairs", "Only the words to the right are paired. Company stands on both sides.")
def to_the_right_only(ids, window):
    pairs = []
    for i in range(len(ids)):
        for j in range(i + 1, min(len(ids), i + window + 1)):
            pairs.append((ids[i], ids[j]))
    return pairs


@misconception("context_pairs", "Every place is paired with itself as well.")
def with_itself(ids, window):
    pairs = []
    for i in range(len(ids)):
        for j in range(max(0, i - window), min(len(ids), i + window + 1)):
            pairs.append((ids[i], ids[j]))
    return pairs


@misconception(
    "context_pairs", "The window ends one place too early on the right: range stops before its end."
)
def one_short_on_the_right(ids, window):
    pairs = []
    for i in range(len(ids)):
        for j in range(max(0, i - window), min(len(ids), i + window)):
            if i != j:
                pairs.append((ids[i], ids[j]))
    return pairs


@misconception(
    "context_pairs",
    "On the left the index became negative, and Python counts from the end then. The sentence begins at 0.",
)
def round_the_corner(ids, window):
    pairs = []
    for i in range(len(ids)):
        for j in range(i - window, min(len(ids), i + window + 1)):
            if i != j and j >= -len(ids):
                pairs.append((ids[i], ids[j]))
    return pairs


@misconception(
    "context_pairs",
    "Only places with a whole window on both sides are used. The words at the ends count, too.",
)
def whole_windows_only(ids, window):
    pairs = []
    for i in range(window, len(ids) - window):
        for j in range(i - window, i + window + 1):
            if i != j:
                pairs.append((ids[i], ids[j]))
    return pairs


@misconception("context_pairs", "The pairs are the other way round: (word here, word there).")
def pairs_turned(ids, window):
    pairs = []
    for i in range(len(ids)):
        for j in range(max(0, i - window), min(len(ids), i + window + 1)):
            if i != j:
                pairs.append((ids[j], ids[i]))
    return pairs


@misconception(
    "context_pairs", "Words were compared instead of places: a word next to an equal word is company, too."
)
def equal_words_left_out(ids, window):
    pairs = []
    for i in range(len(ids)):
        for j in range(max(0, i - window), min(len(ids), i + window + 1)):
            if ids[i] != ids[j]:
                pairs.append((ids[i], ids[j]))
    return pairs


@variant("context_pairs")
def by_slices(ids, window):
    pairs = []
    for i, word in enumerate(ids):
        left, right = ids[max(i - window, 0) : i], ids[i + 1 : i + 1 + window]
        pairs.extend((word, other) for other in left + right)
    return pairs


@variant("context_pairs")
def by_comparison(ids, window):
    n = len(ids)
    return [[ids[i], ids[j]] for i in range(n) for j in range(n) if i != j and abs(i - j) <= window]


@misconception("cbow_loss", "The vectors of the context were added up. Their mean is asked for.")
def sum_of_the_context(inputs, outputs, contexts, centres):
    return cross_entropy(inputs[contexts].sum(dim=1) @ outputs.T, centres)


@misconception("cbow_loss", "The input vectors were used as output vectors, too. There are two tables.")
def one_table(inputs, outputs, contexts, centres):
    return cross_entropy(inputs[contexts].mean(dim=1) @ inputs.T, centres)


@misconception("cbow_loss", "The two tables are exchanged: the context is looked up in the inputs.")
def tables_exchanged(inputs, outputs, contexts, centres):
    return cross_entropy(outputs[contexts].mean(dim=1) @ inputs.T, centres)


@misconception("cbow_loss", "The losses of the batch were added up. Their mean is asked for.")
def sum_over_the_batch(inputs, outputs, contexts, centres):
    return cross_entropy(inputs[contexts].mean(dim=1) @ outputs.T, centres, reduction="sum")


@misconception(
    "cbow_loss", "cross_entropy takes logits. Here it was given probabilities: softmax was taken twice."
)
def softmax_twice(inputs, outputs, contexts, centres):
    return cross_entropy(torch.softmax(inputs[contexts].mean(dim=1) @ outputs.T, dim=1), centres)


@misconception(
    "cbow_loss",
    "The mean runs over the batch as well. Each row has a context of its own: the mean is over dim=1.",
)
def mean_over_the_batch(inputs, outputs, contexts, centres):
    mean = inputs[contexts].mean(dim=(0, 1)).expand(len(contexts), -1)
    return cross_entropy(mean @ outputs.T, centres)


@variant("cbow_loss")
def by_embedding_bag(inputs, outputs, contexts, centres):
    mean = F.embedding_bag(contexts, inputs, mode="mean")
    log_p = torch.log_softmax(F.linear(mean, outputs), dim=-1)
    return -log_p[torch.arange(len(centres)), centres].mean()


@variant("cbow_loss")
def by_logsumexp(inputs, outputs, contexts, centres):
    mean = F.embedding(contexts, inputs).sum(1) / contexts.shape[1]
    logits = torch.einsum("bd,vd->bv", mean, outputs)
    right = (mean * outputs[centres]).sum(1)
    return (torch.logsumexp(logits, 1) - right).mean()


@misconception("noise_distribution", "The power is ignored: words are drawn as they occur.")
def without_a_power(counts, power=0.75):
    return counts.double() / counts.sum()


@misconception(
    "noise_distribution",
    "The power was taken after the division by the sum, so the numbers no longer add up to 1.",
)
def power_last(counts, power=0.75):
    return (counts.double() / counts.sum()) ** power


@misconception("noise_distribution", "The powers came back without being divided by their sum.")
def not_divided(counts, power=0.75):
    return counts.double() ** power


@misconception("noise_distribution", "The power is always 0.75. It is an argument.")
def always_three_quarters(counts, power=0.75):
    weights = counts.double() ** 0.75
    return weights / weights.sum()


@misconception("noise_distribution", "A softmax of the counts. Powers of the counts are asked for.")
def by_softmax(counts, power=0.75):
    return torch.softmax(counts.double() * power, dim=0)


@misconception("noise_distribution", "1 was added to every count, so that words are drawn that never occur.")
def one_added(counts, power=0.75):
    weights = (counts.double() + 1) ** power
    return weights / weights.sum()


@variant("noise_distribution")
def by_logarithms(counts, power=0.75):
    return torch.softmax(power * torch.log(counts.double()), dim=0)


@variant("noise_distribution")
def by_numpy(counts, power=0.75):
    weights = np.power(np.asarray(counts, dtype=float), power)
    return weights / weights.sum()


@misconception(
    "negative_sampling_loss",
    "The mean over the wrong answers was taken. They are added up; the mean is over the pairs.",
)
def mean_over_the_wrong(inputs, outputs, words, near, wrong):
    u = inputs[words]
    right = (u * outputs[near]).sum(dim=1)
    others = torch.einsum("bd,bmd->bm", u, outputs[wrong])
    return -(logsigmoid(right) + logsigmoid(-others).mean(dim=1)).mean()


@misconception(
    "negative_sampling_loss", "The sign inside of the second σ is missing: of a wrong answer −u · v is asked."
)
def wrong_taken_for_right(inputs, outputs, words, near, wrong):
    u = inputs[words]
    right = (u * outputs[near]).sum(dim=1)
    others = torch.einsum("bd,bmd->bm", u, outputs[wrong])
    return -(logsigmoid(right) + logsigmoid(others).sum(dim=1)).mean()


@misconception(
    "negative_sampling_loss", "Input vectors were used for the answers as well. Answers have output vectors."
)
def one_table_for_both(inputs, outputs, words, near, wrong):
    u = inputs[words]
    right = (u * inputs[near]).sum(dim=1)
    others = torch.einsum("bd,bmd->bm", u, inputs[wrong])
    return -(logsigmoid(right) + logsigmoid(-others).sum(dim=1)).mean()


@misconception(
    "negative_sampling_loss",
    "The wrong answers were looked up in the inputs. They are answers: their row of outputs.",
)
def wrong_from_the_inputs(inputs, outputs, words, near, wrong):
    u = inputs[words]
    right = (u * outputs[near]).sum(dim=1)
    others = torch.einsum("bd,bmd->bm", u, inputs[wrong])
    return -(logsigmoid(right) + logsigmoid(-others).sum(dim=1)).mean()


@misconception("negative_sampling_loss", "The sign of the loss is wrong: it is positive.")
def negative(inputs, outputs, words, near, wrong):
    u = inputs[words]
    right = (u * outputs[near]).sum(dim=1)
    others = torch.einsum("bd,bmd->bm", u, outputs[wrong])
    return (logsigmoid(right) + logsigmoid(-others).sum(dim=1)).mean()


@misconception(
    "negative_sampling_loss",
    "The logarithm of a σ that has been rounded to 0 is −∞: use logsigmoid, or softplus.",
)
def logarithm_of_zero(inputs, outputs, words, near, wrong):
    u = inputs[words]
    right = torch.sigmoid((u * outputs[near]).sum(dim=1))
    others = torch.sigmoid(-torch.einsum("bd,bmd->bm", u, outputs[wrong]))
    return -(torch.log(right) + torch.log(others).sum(dim=1)).mean()


@misconception("negative_sampling_loss", "The losses of the pairs were added up. Their mean is asked for.")
def sum_over_the_pairs(inputs, outputs, words, near, wrong):
    u = inputs[words]
    right = (u * outputs[near]).sum(dim=1)
    others = torch.einsum("bd,bmd->bm", u, outputs[wrong])
    return -(logsigmoid(right) + logsigmoid(-others).sum(dim=1)).sum()


@misconception(
    "negative_sampling_loss",
    "The wrong answers are compared with the word that really stood near. They are compared with the word itself.",
)
def compared_with_the_context(inputs, outputs, words, near, wrong):
    right = (inputs[words] * outputs[near]).sum(dim=1)
    others = torch.einsum("bd,bmd->bm", outputs[near], outputs[wrong])
    return -(logsigmoid(right) + logsigmoid(-others).sum(dim=1)).mean()


@variant("negative_sampling_loss")
def by_softplus(inputs, outputs, words, near, wrong):
    u = F.embedding(words, inputs)[:, None]
    answers = F.embedding(torch.cat([near[:, None], wrong], dim=1), outputs)
    scores = (u * answers).sum(-1)
    signs = torch.ones_like(scores)
    signs[:, 0] = -1
    return F.softplus(signs * scores).sum(1).mean()


@variant("negative_sampling_loss")
def as_cross_entropy(inputs, outputs, words, near, wrong):
    u = inputs[words].unsqueeze(2)
    logits = torch.bmm(outputs[torch.cat([near.view(-1, 1), wrong], 1)], u).squeeze(2)
    truth = torch.zeros_like(logits)
    truth[:, 0] = 1.0
    return F.binary_cross_entropy_with_logits(logits, truth, reduction="sum") / len(words)


@misconception("neighbours", "The word itself is the first of its neighbours. It has to be left out.")
def with_itself_first(vectors, word, k):
    directions = normalize(vectors, dim=1)
    return (directions @ directions[word]).topk(k).indices.tolist()


@misconception(
    "neighbours",
    "Scalar products: long vectors win. Bring the vectors to length 1, only their direction counts.",
)
def scalar_products(vectors, word, k):
    scores = vectors @ vectors[word]
    scores[word] = -torch.inf
    return scores.topk(k).indices.tolist()


@misconception("neighbours", "Euclidean distances of vectors of different lengths. The cosine is asked for.")
def by_distance(vectors, word, k):
    distances = (vectors - vectors[word]).norm(dim=1)
    distances[word] = torch.inf
    return distances.topk(k, largest=False).indices.tolist()


@misconception("neighbours", "Smallest cosine first: these are the opposites.")
def opposites(vectors, word, k):
    directions = normalize(vectors, dim=1)
    cosines = directions @ directions[word]
    cosines[word] = torch.inf
    return cosines.topk(k, largest=False).indices.tolist()


@misconception("neighbours", "The right words in the wrong order: the largest cosine comes first.")
def nearest_last(vectors, word, k):
    directions = normalize(vectors, dim=1)
    cosines = directions @ directions[word]
    cosines[word] = -torch.inf
    return cosines.topk(k).indices.flip(0).tolist()


@misconception("neighbours", "The cosines came back. The words are asked for.")
def cosines_themselves(vectors, word, k):
    directions = normalize(vectors, dim=1)
    cosines = directions @ directions[word]
    cosines[word] = -torch.inf
    return cosines.topk(k).values.tolist()


@misconception("neighbours", "The columns were brought to length 1. It is the rows: dim=1.")
def columns_normalised(vectors, word, k):
    directions = normalize(vectors, dim=0)
    cosines = directions @ directions[word]
    cosines[word] = -torch.inf
    return cosines.topk(k).indices.tolist()


@variant("neighbours")
def by_cosine_similarity(vectors, word, k):
    cosines = F.cosine_similarity(vectors, vectors[word : word + 1], dim=1)
    order = cosines.argsort(descending=True).tolist()
    return [other for other in order if other != word][:k]


@variant("neighbours")
def with_numpy_cosines(vectors, word, k):
    v = np.asarray(vectors)
    cosines = v @ v[word] / np.linalg.norm(v, axis=1)
    order = np.argsort(-cosines)
    return order[order != word][:k]


@misconception("analogy", "The sum is a − b + c. From a to b is b − a.")
def arrow_turned(vectors, a, b, c, exclude=True):
    directions = normalize(vectors, dim=1)
    cosines = directions @ (directions[a] - directions[b] + directions[c])
    if exclude:
        cosines[[a, b, c]] = -torch.inf
    return int(cosines.argmax())


@misconception("analogy", "The words of the question are answers here, whatever `exclude` says.")
def question_always_answers(vectors, a, b, c, exclude=True):
    directions = normalize(vectors, dim=1)
    return int((directions @ (directions[b] - directions[a] + directions[c])).argmax())


@misconception("analogy", "The words of the question are left out, whatever `exclude` says.")
def question_never_answers(vectors, a, b, c, exclude=True):
    directions = normalize(vectors, dim=1)
    cosines = directions @ (directions[b] - directions[a] + directions[c])
    cosines[[a, b, c]] = -torch.inf
    return int(cosines.argmax())


@misconception(
    "analogy",
    "The cosines of the question became 0. Where all others are below 0 that is the largest: −∞ it is.",
)
def question_set_to_zero(vectors, a, b, c, exclude=True):
    directions = normalize(vectors, dim=1)
    cosines = directions @ (directions[b] - directions[a] + directions[c])
    if exclude:
        cosines[[a, b, c]] = 0.0
    return int(cosines.argmax())


@misconception("analogy", "Only c is left out. All three words of the question are.")
def only_one_left_out(vectors, a, b, c, exclude=True):
    directions = normalize(vectors, dim=1)
    cosines = directions @ (directions[b] - directions[a] + directions[c])
    if exclude:
        cosines[c] = -torch.inf
    return int(cosines.argmax())


@misconception("analogy", "The vectors were added with their own lengths. Bring them to length 1 first.")
def lengths_kept(vectors, a, b, c, exclude=True):
    cosines = normalize(vectors, dim=1) @ (vectors[b] - vectors[a] + vectors[c])
    if exclude:
        cosines[[a, b, c]] = -torch.inf
    return int(cosines.argmax())


@misconception(
    "analogy", "Scalar products with vectors of all lengths: a long one wins. The cosine is asked for."
)
def long_answers_win(vectors, a, b, c, exclude=True):
    directions = normalize(vectors, dim=1)
    scores = vectors @ (directions[b] - directions[a] + directions[c])
    if exclude:
        scores[[a, b, c]] = -torch.inf
    return int(scores.argmax())


@variant("analogy")
def by_cosine_similarity_and_order(vectors, a, b, c, exclude=True):
    unit = vectors / vectors.norm(dim=1, keepdim=True)
    aim = unit[b] - unit[a] + unit[c]
    order = F.cosine_similarity(unit, aim[None], dim=1).argsort(descending=True).tolist()
    left_out = {a, b, c} if exclude else set()
    return torch.tensor(next(word for word in order if word not in left_out))


@variant("analogy")
def by_sums_of_cosines(vectors, a, b, c, exclude=True):
    unit = np.asarray(vectors) / np.linalg.norm(np.asarray(vectors), axis=1)[:, None]
    table = unit @ unit.T
    scores = table[b] + table[c] - table[a]
    if exclude:
        for word in (a, b, c):
            scores[word] = -np.inf
    return int(np.argmax(scores))
