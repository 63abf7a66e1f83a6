"""Answers to contrastive.py: wrong ones with what went wrong, and right ones in another style."""

import math

import numpy as np
import torch
from torch.nn import functional as F
from torch.nn.functional import cross_entropy, normalize

from course.testing import misconception, variant
from day18_representation.contrastive import nt_xent


@misconception(
    "nt_xent", "The codes were not brought to length 1: without that, long codes are alike to everything."
)
def not_normalised(first, second, temperature):
    z = torch.cat([first, second])
    scores = (z @ z.T / temperature).masked_fill(torch.eye(len(z), dtype=torch.bool), -torch.inf)
    return cross_entropy(scores, torch.arange(len(z)).roll(len(first)))


@misconception(
    "nt_xent",
    "Every row is compared with itself as well. It is always most alike to itself: −∞ on the diagonal.",
)
def itself_among_the_answers(first, second, temperature):
    z = normalize(torch.cat([first, second]), dim=1)
    return cross_entropy(z @ z.T / temperature, torch.arange(len(z)).roll(len(first)))


@misconception(
    "nt_xent",
    "The class of each row is its own number: it looks for itself. The class is the number of the partner.",
    left_out=(True, False),
)
def itself_as_the_target(first, second, temperature, *, left_out=True):
    z = normalize(torch.cat([first, second]), dim=1)
    scores = z @ z.T / temperature
    if left_out:
        scores = scores.masked_fill(torch.eye(len(z), dtype=torch.bool), -torch.inf)
    return cross_entropy(scores, torch.arange(len(z)))


@misconception("nt_xent", "0 on the diagonal is exp(0) = 1 in the sum: the row itself is left out with −∞.")
def zero_on_the_diagonal(first, second, temperature):
    z = normalize(torch.cat([first, second]), dim=1)
    scores = (z @ z.T / temperature).fill_diagonal_(0)
    return cross_entropy(scores, torch.arange(len(z)).roll(len(first)))


@misconception(
    "nt_xent",
    "The next row was taken for the partner. The two batches are below each other, so the partner is b rows away.",
)
def next_row_as_the_partner(first, second, temperature):
    z = normalize(torch.cat([first, second]), dim=1)
    scores = (z @ z.T / temperature).masked_fill(torch.eye(len(z), dtype=torch.bool), -torch.inf)
    return cross_entropy(scores, torch.arange(len(z)) ^ 1)


@misconception("nt_xent", "Multiplied by the temperature. Similarities are divided by it.")
def temperature_multiplied(first, second, temperature):
    z = normalize(torch.cat([first, second]), dim=1)
    scores = (z @ z.T * temperature).masked_fill(torch.eye(len(z), dtype=torch.bool), -torch.inf)
    return cross_entropy(scores, torch.arange(len(z)).roll(len(first)))


@misconception(
    "nt_xent",
    "The first views are only compared with the second ones. All 2b − 1 others are possible answers, "
    "also those of the same half.",
)
def across_only(first, second, temperature):
    a, b = normalize(first, dim=1), normalize(second, dim=1)
    scores = a @ b.T / temperature
    truth = torch.arange(len(a))
    return (cross_entropy(scores, truth) + cross_entropy(scores.T, truth)) / 2


@misconception(
    "nt_xent", "The losses of the first views only. The second views look for their partners, too."
)
def first_half_only(first, second, temperature):
    z = normalize(torch.cat([first, second]), dim=1)
    scores = (z @ z.T / temperature).masked_fill(torch.eye(len(z), dtype=torch.bool), -torch.inf)
    partners = torch.arange(len(z)).roll(len(first))
    return cross_entropy(scores[: len(first)], partners[: len(first)])


@misconception("nt_xent", "The losses were added up. Their mean over all 2b is asked for.")
def sum_of_losses(first, second, temperature):
    z = normalize(torch.cat([first, second]), dim=1)
    scores = (z @ z.T / temperature).masked_fill(torch.eye(len(z), dtype=torch.bool), -torch.inf)
    return cross_entropy(scores, torch.arange(len(z)).roll(len(first)), reduction="sum")


@misconception(
    "nt_xent",
    "exp(1/0.001) is infinite in the computer. Use cross_entropy or logsumexp on the similarities.",
)
def overflow(first, second, temperature):
    z = normalize(torch.cat([first, second]), dim=1)
    others = 1 - torch.eye(len(z), dtype=z.dtype)
    e = torch.exp(z @ z.T / temperature) * others
    right = e[torch.arange(len(z)), torch.arange(len(z)).roll(len(first))]
    return -torch.log(right / e.sum(dim=1)).mean()


@misconception(
    "nt_xent", "The gradient goes through one view only (a detach, a no_grad). It goes through both."
)
def one_view_detached(first, second, temperature):
    z = normalize(torch.cat([first, second.detach() + 0 * second]), dim=1)
    scores = (z @ z.T / temperature).masked_fill(torch.eye(len(z), dtype=torch.bool), -torch.inf)
    return cross_entropy(scores, torch.arange(len(z)).roll(len(first)))


@misconception(
    "nt_xent",
    "The partner is missing in the sum below: the fraction is no probability then, and the loss may be negative.",
)
def partner_not_in_the_sum(first, second, temperature):
    z = normalize(torch.cat([first, second]), dim=1)
    n, partners = len(z), torch.arange(len(z)).roll(len(first))
    scores = z @ z.T / temperature
    right = scores[torch.arange(n), partners]
    out = torch.eye(n, dtype=torch.bool)
    out[torch.arange(n), partners] = True
    return (torch.logsumexp(scores.masked_fill(out, -torch.inf), dim=1) - right).mean()


@variant("nt_xent")
def by_logsumexp(first, second, temperature):
    a = first / first.norm(dim=1, keepdim=True)
    b = second / second.norm(dim=1, keepdim=True)
    z = torch.cat((a, b), 0)
    n = z.shape[0]
    scores = (z @ z.t()) / temperature
    others = scores[~torch.eye(n, dtype=torch.bool)].view(n, n - 1)
    right = (a * b).sum(1).repeat(2) / temperature
    return torch.mean(torch.logsumexp(others, dim=1) - right)


@variant("nt_xent")
def by_cosine_similarity(first, second, temperature):
    z = torch.cat([first, second], dim=0)
    scores = F.cosine_similarity(z[:, None], z[None], dim=2) / temperature
    scores = scores - 1e9 * torch.eye(len(z), dtype=z.dtype)
    b = len(first)
    log_p = F.log_softmax(scores, dim=1)
    return -(torch.diagonal(log_p, b).sum() + torch.diagonal(log_p, -b).sum()) / (2 * b)


@misconception(
    "contrastive_step",
    "One of the views was given to the model without a graph. The gradient goes through both.",
)
def one_view_without_a_graph(model, optimizer, first, second, temperature):
    with torch.no_grad():
        aim = model(second)
    loss = nt_xent(model(first), aim, temperature)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


@misconception("contrastive_step", "Gradients of earlier steps were not cleared.")
def gradients_add_up(model, optimizer, first, second, temperature):
    loss = nt_xent(model(first), model(second), temperature)
    loss.backward()
    optimizer.step()
    return loss.item()


@misconception(
    "contrastive_step",
    "The first view was given twice. Everything is alike to itself, and there is nothing to learn.",
)
def the_same_view_twice(model, optimizer, first, second, temperature):
    loss = nt_xent(model(first), model(first), temperature)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


@misconception("contrastive_step", "The loss after the step came back. Asked for is the one before.")
def loss_after_the_step(model, optimizer, first, second, temperature):
    loss = nt_xent(model(first), model(second), temperature)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return nt_xent(model(first), model(second), temperature).item()


@misconception("contrastive_step", "The temperature is ignored.")
def temperature_ignored(model, optimizer, first, second, temperature):
    loss = nt_xent(model(first), model(second), 1.0)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


@misconception("contrastive_step", "The pictures themselves were compared. The model has to see them first.")
def without_the_model(model, optimizer, first, second, temperature):
    loss = nt_xent(first, second, temperature)
    optimizer.zero_grad()
    optimizer.step()
    return loss.item()


@variant("contrastive_step")
def both_at_once(model, optimizer, first, second, temperature):
    optimizer.zero_grad()
    a, b = model(torch.cat([first, second])).chunk(2)
    loss = nt_xent(a, b, temperature)
    loss.backward()
    optimizer.step()
    return float(loss.detach())


@variant("contrastive_step")
def second_view_first(model, optimizer, first, second, temperature):
    right = model(second)
    left = model(first)
    loss = nt_xent(right, left, temperature)
    for group in optimizer.param_groups:
        for p in group["params"]:
            p.grad = None
    loss.backward()
    optimizer.step()
    return loss.detach()


@misconception("alignment_and_uniformity", "The codes were not brought to length 1.")
def measures_not_normalised(first, second):
    alignment = (first - second).square().sum(dim=1).mean()
    pairs = torch.nn.functional.pdist(first).square()
    return alignment.item(), (-2 * pairs).exp().mean().log().item()


@misconception("alignment_and_uniformity", "Distances without the squares.")
def measures_not_squared(first, second):
    a, b = normalize(first, dim=1), normalize(second, dim=1)
    pairs = torch.nn.functional.pdist(a)
    return (a - b).norm(dim=1).mean().item(), (-2 * pairs).exp().mean().log().item()


@misconception(
    "alignment_and_uniformity", "Every code is compared with itself as well. The mean is over i ≠ j."
)
def measures_with_itself(first, second):
    a, b = normalize(first, dim=1), normalize(second, dim=1)
    pairs = torch.cdist(a, a).square()
    return (a - b).square().sum(dim=1).mean().item(), (-2 * pairs).exp().mean().log().item()


@misconception("alignment_and_uniformity", "The mean of the logarithms. It is the logarithm of the mean.")
def mean_of_logarithms(first, second):
    a, b = normalize(first, dim=1), normalize(second, dim=1)
    return (a - b).square().sum(dim=1).mean().item(), (
        -2 * torch.nn.functional.pdist(a).square()
    ).mean().item()


@misconception(
    "alignment_and_uniformity", "The mean over the dimensions was taken. A squared length is a sum."
)
def mean_over_dimensions(first, second):
    a, b = normalize(first, dim=1), normalize(second, dim=1)
    pairs = torch.nn.functional.pdist(a).square()
    return (a - b).square().mean().item(), (-2 * pairs).exp().mean().log().item()


@variant("alignment_and_uniformity")
def by_scalar_products(first, second):
    a, b = F.normalize(first, dim=1), F.normalize(second, dim=1)
    table = torch.exp(4 * (a @ a.T) - 4)
    n = len(a)
    uniformity = math.log((table.sum() - table.trace()).item() / (n * (n - 1)))
    return float((2 - 2 * (a * b).sum(1)).mean()), uniformity


@variant("alignment_and_uniformity")
def with_numpy(first, second):
    a, b = (np.asarray(t) / np.linalg.norm(np.asarray(t), axis=1)[:, None] for t in (first, second))
    i, j = np.triu_indices(len(a), 1)
    squares = ((a[i] - a[j]) ** 2).sum(axis=1)
    return np.mean(((a - b) ** 2).sum(axis=1)), np.log(np.mean(np.exp(-2 * squares)))
