"""Answers to matching.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np
import torch
from torch.nn.functional import cross_entropy, normalize

from course.testing import misconception, variant


@misconception(
    "matching_loss",
    "Only the pictures look for their sentences. The sentences look for their pictures too: cross_entropy of the "
    "transpose.",
)
def pictures_only(pictures, sentences, temperature):
    def table(pictures, sentences, temperature):
        return normalize(pictures, dim=1) @ normalize(sentences, dim=1).T / temperature

    scores = table(pictures, sentences, temperature)
    return cross_entropy(scores, torch.arange(len(scores)))


@misconception(
    "matching_loss",
    "Only the sentences look for their pictures. The pictures look for their sentences too.",
)
def sentences_only(pictures, sentences, temperature):
    def table(pictures, sentences, temperature):
        return normalize(pictures, dim=1) @ normalize(sentences, dim=1).T / temperature

    scores = table(pictures, sentences, temperature)
    return cross_entropy(scores.T, torch.arange(len(scores)))


@misconception("matching_loss", "The two halves were added up. The loss is half of their sum.")
def sum_of_both(pictures, sentences, temperature):
    def table(pictures, sentences, temperature):
        return normalize(pictures, dim=1) @ normalize(sentences, dim=1).T / temperature

    scores = table(pictures, sentences, temperature)
    right = torch.arange(len(scores))
    return cross_entropy(scores, right) + cross_entropy(scores.T, right)


@misconception("matching_loss", "The codes were not brought to length 1: long codes shout.")
def not_normalised(pictures, sentences, temperature):
    scores = pictures @ sentences.T / temperature
    right = torch.arange(len(scores))
    return (cross_entropy(scores, right) + cross_entropy(scores.T, right)) / 2


@misconception("matching_loss", "The cosines were multiplied by the temperature. They are divided by it.")
def times_temperature(pictures, sentences, temperature):
    def table(pictures, sentences, temperature):
        return normalize(pictures, dim=1) @ normalize(sentences, dim=1).T / temperature

    scores = table(pictures, sentences, 1 / temperature)
    right = torch.arange(len(scores))
    return (cross_entropy(scores, right) + cross_entropy(scores.T, right)) / 2


@misconception("matching_loss", "The temperature is ignored.")
def temperature_ignored(pictures, sentences, temperature):
    def table(pictures, sentences, temperature):
        return normalize(pictures, dim=1) @ normalize(sentences, dim=1).T / temperature

    scores = table(pictures, sentences, 1.0)
    right = torch.arange(len(scores))
    return (cross_entropy(scores, right) + cross_entropy(scores.T, right)) / 2


@misconception(
    "matching_loss",
    "The partner is missing in the sum below the fraction: the softmax runs over all answers, the right one included.",
)
def partner_left_out(pictures, sentences, temperature):
    def table(pictures, sentences, temperature):
        return normalize(pictures, dim=1) @ normalize(sentences, dim=1).T / temperature

    scores = table(pictures, sentences, temperature)
    others = scores.masked_fill(torch.eye(len(scores), dtype=torch.bool), -torch.inf)
    right = scores.diagonal()
    return (others.logsumexp(dim=1) - right).mean() / 2 + (others.logsumexp(dim=0) - right).mean() / 2


@misconception(
    "matching_loss", "Every axis of the codes was brought to length 1. It is every code: normalize(…, dim=1)."
)
def columns_normalised(pictures, sentences, temperature):
    scores = normalize(pictures, dim=0) @ normalize(sentences, dim=0).T / temperature
    right = torch.arange(len(scores))
    return (cross_entropy(scores, right) + cross_entropy(scores.T, right)) / 2


@misconception(
    "matching_loss",
    "At a temperature of 0.001 a score is 1000, and its exponential is infinite: cross_entropy takes care of it.",
)
def exponentials_by_hand(pictures, sentences, temperature):
    table = (normalize(pictures, dim=1) @ normalize(sentences, dim=1).T / temperature).exp()
    right = table.diagonal()
    return -((right / table.sum(dim=1)).log() + (right / table.sum(dim=0)).log()).mean() / 2


@variant("matching_loss")
def with_logsumexp(pictures, sentences, temperature):
    a = pictures / pictures.norm(dim=1, keepdim=True)
    b = sentences / sentences.norm(dim=1, keepdim=True)
    scores = torch.einsum("id,jd->ij", a, b) / temperature
    losses = scores.logsumexp(dim=0) + scores.logsumexp(dim=1) - 2 * scores.diagonal()
    return 0.5 * losses.mean()


@variant("matching_loss")
def by_cosine_similarity(pictures, sentences, temperature):
    scores = torch.cosine_similarity(pictures[:, None], sentences[None], dim=-1) / temperature
    rows = -scores.log_softmax(dim=1).diag().mean()
    columns = -scores.log_softmax(dim=0).diag().mean()
    return torch.stack([rows, columns]).mean()


@misconception("recall_at_k", "The smallest scores were taken. Larger is better.")
def smallest(scores, right, k):
    best = scores.topk(k, dim=1, largest=False).indices
    return right.gather(1, best).any(dim=1).double().mean().item()


@misconception(
    "recall_at_k",
    "This is the share of the right answers that are found. Here a row counts as a whole: one right answer is enough.",
)
def share_of_the_right_ones(scores, right, k):
    best = scores.topk(k, dim=1).indices
    return (right.gather(1, best).sum() / right.sum()).item()


@misconception(
    "recall_at_k",
    "This is the precision: the share of the k best answers that are right. Asked for are rows with a right one.",
)
def precision_at_k(scores, right, k):
    best = scores.topk(k, dim=1).indices
    return right.gather(1, best).double().mean().item()


@misconception("recall_at_k", "Only the k-th best answer was looked at. It may be any of the k best.")
def kth_only(scores, right, k):
    best = scores.topk(k, dim=1).indices[:, -1:]
    return right.gather(1, best).any(dim=1).double().mean().item()


@misconception("recall_at_k", "k is ignored: only the best answer counts.")
def best_only(scores, right, k):
    best = scores.topk(1, dim=1).indices
    return right.gather(1, best).any(dim=1).double().mean().item()


@misconception("recall_at_k", "The number of rows comes back. Recall is their share.")
def number_of_rows(scores, right, k):
    best = scores.topk(k, dim=1).indices
    return float(right.gather(1, best).any(dim=1).sum())


@misconception("recall_at_k", "The best of each column were taken. Every row is a question.")
def columns_ask(scores, right, k):
    best = scores.topk(min(k, len(scores)), dim=0).indices
    return right.gather(0, best).any(dim=0).double().mean().item()


@variant("recall_at_k")
def by_ranks(scores, right, k):
    best = scores.masked_fill(~right, -torch.inf).max(dim=1, keepdim=True).values
    found = ((scores > best).sum(dim=1) < k) & right.any(dim=1)
    return found.float().mean()


@variant("recall_at_k")
def with_numpy(scores, right, k):
    order = np.argsort(-np.asarray(scores), axis=1)[:, :k]
    return float(np.take_along_axis(np.asarray(right), order, axis=1).max(axis=1).mean())


@misconception(
    "matching_loss_with_doubles",
    "The probabilities of the right answers were added up inside of the logarithm. The mean is outside.",
)
def one_is_enough(pictures, sentences, temperature, same):
    def table(pictures, sentences, temperature):
        return normalize(pictures, dim=1) @ normalize(sentences, dim=1).T / temperature

    scores = table(pictures, sentences, temperature)
    rows = scores.logsumexp(dim=1) - scores.masked_fill(~same, -torch.inf).logsumexp(dim=1)
    columns = scores.logsumexp(dim=0) - scores.masked_fill(~same, -torch.inf).logsumexp(dim=0)
    return (rows.mean() + columns.mean()) / 2


@misconception(
    "matching_loss_with_doubles",
    "The sum over the right answers was taken. Every row counts once: their mean.",
)
def sum_over_the_right_ones(pictures, sentences, temperature, same):
    def table(pictures, sentences, temperature):
        return normalize(pictures, dim=1) @ normalize(sentences, dim=1).T / temperature

    def halves(scores, first, second):
        return (cross_entropy(scores, first) + cross_entropy(scores.T, second)) / 2

    scores = table(pictures, sentences, temperature)
    return halves(scores, same.to(scores.dtype), same.T.to(scores.dtype))


@misconception("matching_loss_with_doubles", "The doubles are ignored: this is matching_loss.")
def doubles_ignored(pictures, sentences, temperature, same):
    def table(pictures, sentences, temperature):
        return normalize(pictures, dim=1) @ normalize(sentences, dim=1).T / temperature

    def halves(scores, first, second):
        return (cross_entropy(scores, first) + cross_entropy(scores.T, second)) / 2

    scores = table(pictures, sentences, temperature)
    right = torch.arange(len(scores))
    return halves(scores, right, right)


@misconception(
    "matching_loss_with_doubles",
    "For the sentences the rows of `same` were taken. Column j says which pictures belong to sentence j: transpose it.",
)
def rows_for_the_columns(pictures, sentences, temperature, same):
    def table(pictures, sentences, temperature):
        return normalize(pictures, dim=1) @ normalize(sentences, dim=1).T / temperature

    def halves(scores, first, second):
        return (cross_entropy(scores, first) + cross_entropy(scores.T, second)) / 2

    def shares(same):
        return same.double() / same.double().sum(dim=1, keepdim=True)

    scores = table(pictures, sentences, temperature)
    wanted = shares(same).to(scores.dtype)
    return halves(scores, wanted, wanted)


@misconception(
    "matching_loss_with_doubles",
    "The shares of the rows were transposed for the columns. Transpose first and divide by the sums then.",
)
def divided_before_transposing(pictures, sentences, temperature, same):
    def table(pictures, sentences, temperature):
        return normalize(pictures, dim=1) @ normalize(sentences, dim=1).T / temperature

    def halves(scores, first, second):
        return (cross_entropy(scores, first) + cross_entropy(scores.T, second)) / 2

    def shares(same):
        return same.double() / same.double().sum(dim=1, keepdim=True)

    scores = table(pictures, sentences, temperature)
    wanted = shares(same).to(scores.dtype)
    return halves(scores, wanted, wanted.T)


@variant("matching_loss_with_doubles")
def with_masks(pictures, sentences, temperature, same):
    def table(pictures, sentences, temperature):
        return normalize(pictures, dim=1) @ normalize(sentences, dim=1).T / temperature

    scores = table(pictures, sentences, temperature)
    mask = same.to(scores.dtype)
    rows = -(scores.log_softmax(dim=1) * mask).sum(dim=1) / mask.sum(dim=1)
    columns = -(scores.log_softmax(dim=0) * mask).sum(dim=0) / mask.sum(dim=0)
    return (rows.mean() + columns.mean()) / 2


@variant("matching_loss_with_doubles")
def row_by_row(pictures, sentences, temperature, same):
    def table(pictures, sentences, temperature):
        return normalize(pictures, dim=1) @ normalize(sentences, dim=1).T / temperature

    scores = table(pictures, sentences, temperature)
    total = 0
    for i in range(len(scores)):
        total = total + (scores[i].logsumexp(0) - scores[i][same[i]]).mean()
        total = total + (scores[:, i].logsumexp(0) - scores[:, i][same[:, i]]).mean()
    return total / (2 * len(scores))


@misconception(
    "zero_shot",
    "The codes of the sentences were averaged as they are. Each is brought to length 1 first, or long ones shout.",
)
def long_ones_shout(pictures, prompts):
    return (normalize(pictures, dim=1) @ normalize(prompts.mean(dim=1), dim=1).T).argmax(dim=1)


@misconception(
    "zero_shot",
    "The mean of a class was not brought to length 1. Classes whose sentences disagree have a shorter one, and lose.",
)
def mean_not_normalised(pictures, prompts):
    return (normalize(pictures, dim=1) @ normalize(prompts, dim=2).mean(dim=1).T).argmax(dim=1)


@misconception("zero_shot", "The single sentence that is most alike decides here. It is the mean of a class.")
def nearest_sentence(pictures, prompts):
    cosines = torch.einsum("nd,csd->ncs", normalize(pictures, dim=1), normalize(prompts, dim=2))
    return cosines.max(dim=2).values.argmax(dim=1)


@misconception("zero_shot", "Only the first sentence of each class was read.")
def first_sentence(pictures, prompts):
    return (normalize(pictures, dim=1) @ normalize(prompts[:, 0], dim=1).T).argmax(dim=1)


@misconception("zero_shot", "The class with the smallest cosine was taken.")
def least_alike(pictures, prompts):
    classes = normalize(normalize(prompts, dim=2).mean(dim=1), dim=1)
    return (normalize(pictures, dim=1) @ classes.T).argmin(dim=1)


@variant("zero_shot")
def without_the_length_of_the_picture(pictures, prompts):
    codes = prompts / prompts.norm(dim=2, keepdim=True)
    classes = codes.sum(dim=1)
    classes = classes / classes.norm(dim=1, keepdim=True)
    return torch.einsum("nd,cd->nc", pictures, classes).max(dim=1).indices


@variant("zero_shot")
def picture_by_picture(pictures, prompts):
    answers = []
    means = [torch.stack([s / s.norm() for s in own]).mean(dim=0) for own in prompts]
    for picture in pictures:
        cosines = [torch.cosine_similarity(picture, mean, dim=0) for mean in means]
        answers.append(int(torch.stack(cosines).argmax()))
    return torch.tensor(answers)
