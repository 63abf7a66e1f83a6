"""Answers to codes.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np
import torch

from course.testing import misconception, variant
from day18_representation.codes import nearest


@misconception(
    "nearest", "These are the codes that are furthest away: topk(…, largest=False), or argsort from below."
)
def furthest(queries, codes, k):
    return torch.cdist(queries, codes).topk(k).indices


@misconception(
    "nearest",
    "The largest scalar products. A long code has a large one with everybody; a distance is asked for.",
)
def scalar_products(queries, codes, k):
    return (queries @ codes.T).topk(k).indices


@misconception("nearest", "The distances came back. Asked for are the rows of the codes.")
def distances(queries, codes, k):
    return torch.cdist(queries, codes).topk(k, largest=False).values


@misconception("nearest", "For each code, the nearest queries. It is the other way round.")
def other_way_round(queries, codes, k):
    k = min(k, len(queries))
    return torch.cdist(codes, queries).topk(k, largest=False).indices


@misconception(
    "nearest",
    "The nearest one is left out, as if it were the query itself. The queries are not among the codes.",
)
def first_left_out(queries, codes, k):
    return torch.cdist(queries, codes).argsort(dim=1)[:, 1 : k + 1]


@variant("nearest")
def by_argsort(queries, codes, k):
    squares = ((queries[:, None] - codes[None]) ** 2).sum(-1)
    return squares.argsort(dim=1)[:, :k]


@variant("nearest")
def row_by_row(queries, codes, k):
    found = [np.argsort(np.linalg.norm(np.asarray(codes) - q, axis=1))[:k] for q in np.asarray(queries)]
    return np.stack(found)


@misconception(
    "precision_at_k", "The sample itself is counted among its neighbours, and it always has the right label."
)
def itself_counts(codes, labels, k):
    found = torch.cdist(codes, codes).topk(k, largest=False).indices
    return (labels[found] == labels[:, None]).double().mean().item()


@misconception(
    "precision_at_k",
    "Whoever has distance 0 was left out. A twin has distance 0, too; leave out the place, not the distance.",
)
def twins_left_out(codes, labels, k):
    distances = torch.cdist(codes, codes)
    distances = distances.masked_fill(distances == 0, torch.inf)
    found = distances.topk(k, largest=False).indices
    return (labels[found] == labels[:, None]).double().mean().item()


@misconception(
    "precision_at_k",
    "The first of the k + 1 nearest was dropped, as if it were the sample. It may be a twin; leave out the place.",
)
def first_dropped(codes, labels, k):
    found = torch.cdist(codes, codes).argsort(dim=1, stable=True)[:, 1 : k + 1]
    return (labels[found] == labels[:, None]).double().mean().item()


@misconception(
    "precision_at_k", "Counted is whether *any* of the k has the label. The share of them is asked for."
)
def any_of_them(codes, labels, k):
    distances = torch.cdist(codes, codes).fill_diagonal_(torch.inf)
    found = distances.topk(k, largest=False).indices
    return (labels[found] == labels[:, None]).any(dim=1).double().mean().item()


@misconception(
    "precision_at_k", "The most frequent label among the k was compared. The share of the k is asked for."
)
def by_vote(codes, labels, k):
    distances = torch.cdist(codes, codes).fill_diagonal_(torch.inf)
    found = labels[distances.topk(k, largest=False).indices]
    return (found.mode(dim=1).values == labels).double().mean().item()


@misconception("precision_at_k", "These are the neighbours that are furthest away.")
def furthest_others(codes, labels, k):
    distances = torch.cdist(codes, codes).fill_diagonal_(-torch.inf)
    found = distances.topk(k).indices
    return (labels[found] == labels[:, None]).double().mean().item()


@misconception("precision_at_k", "The number of hits came back. The share of the k is asked for.")
def hits(codes, labels, k):
    distances = torch.cdist(codes, codes).fill_diagonal_(torch.inf)
    found = distances.topk(k, largest=False).indices
    return (labels[found] == labels[:, None]).sum(dim=1).double().mean().item()


@variant("precision_at_k")
def sample_by_sample(codes, labels, k):
    shares = []
    for i in range(len(codes)):
        others = torch.cat([torch.arange(i), torch.arange(i + 1, len(codes))])
        order = (codes[others] - codes[i]).norm(dim=1).argsort()[:k]
        shares.append((labels[others[order]] == labels[i]).double().mean())
    return torch.stack(shares).mean()


@variant("precision_at_k")
def by_numpy(codes, labels, k):
    z, t = np.asarray(codes), np.asarray(labels)
    d = np.sqrt(((z[:, None] - z[None]) ** 2).sum(-1))
    d[np.diag_indices(len(z))] = np.inf
    return np.equal(t[np.argpartition(d, k - 1, axis=1)[:, :k]], t[:, None]).mean()


@misconception("morph", "The pictures were mixed, not the codes: a fade-over. Mix first, then decode.")
def pictures_mixed(decode, start, end, steps):
    share = torch.linspace(0, 1, steps, dtype=start.dtype)
    first, last = decode(torch.stack([start, end]))
    share = share.reshape(-1, *[1] * first.ndim)
    return (1 - share) * first + share * last


@misconception("morph", "The last picture is missing: linspace(0, 1, steps) has both ends.")
def end_missing(decode, start, end, steps):
    share = (torch.arange(steps) / steps).to(start)[:, None]
    return decode((1 - share) * start + share * end)


@misconception(
    "morph", "Both ends are missing: the first picture is that of `start`, the last that of `end`."
)
def both_ends_missing(decode, start, end, steps):
    share = torch.linspace(0, 1, steps + 2, dtype=start.dtype)[1:-1, None]
    return decode((1 - share) * start + share * end)


@misconception("morph", "It goes from the end to the start.")
def backwards(decode, start, end, steps):
    share = torch.linspace(0, 1, steps, dtype=start.dtype)[:, None]
    return decode(share * start + (1 - share) * end)


@misconception("morph", "The codes came back. They have to be decoded.")
def not_decoded(decode, start, end, steps):
    share = torch.linspace(0, 1, steps, dtype=start.dtype)[:, None]
    return (1 - share) * start + share * end


@misconception("morph", "One picture too many: `steps` is how many pictures there are, both ends included.")
def one_too_many(decode, start, end, steps):
    share = torch.linspace(0, 1, steps + 1, dtype=start.dtype)[:, None]
    return decode((1 - share) * start + share * end)


@variant("morph")
def one_by_one(decode, start, end, steps):
    codes = [start + (end - start) * i / (steps - 1) for i in range(steps)]
    return torch.cat([decode(code[None]) for code in codes])


@variant("morph")
def by_lerp(decode, start, end, steps):
    shares = torch.linspace(0.0, 1.0, steps).to(start).unsqueeze(1)
    return decode(torch.lerp(start.expand(steps, -1), end.expand(steps, -1), shares))


@misconception(
    "few_label_accuracy",
    "Those who were chosen were asked, too. Each is its own nearest, and right for certain.",
)
def chosen_are_asked(codes, labels, chosen):
    found = torch.cdist(codes, codes[chosen]).argmin(dim=1)
    return (labels[chosen][found] == labels).double().mean().item()


@misconception(
    "few_label_accuracy",
    "The nearest of *all others* gave its label. Only the labels of the chosen are known.",
)
def all_labels_known(codes, labels, chosen):
    others = torch.ones(len(codes), dtype=torch.bool)
    others[chosen] = False
    found = torch.cdist(codes, codes).fill_diagonal_(torch.inf).argmin(dim=1)
    return (labels[found] == labels)[others].double().mean().item()


@misconception(
    "few_label_accuracy",
    "The number of the nearest counts among the chosen: labels[chosen][number], not labels[number].",
)
def numbers_mixed_up(codes, labels, chosen):
    others = torch.ones(len(codes), dtype=torch.bool)
    others[chosen] = False
    found = torch.cdist(codes[others], codes[chosen]).argmin(dim=1)
    return (labels[found] == labels[others]).double().mean().item()


@misconception(
    "few_label_accuracy",
    "A column (n, 1) was compared with a row (n,): everybody's guess with everybody's label. Make both (n,) first.",
)
def everybody_with_everybody(codes, labels, chosen):
    others = torch.ones(len(codes), dtype=torch.bool)
    others[chosen] = False
    found = torch.cdist(codes[others], codes[chosen]).argmin(dim=1, keepdim=True)
    return (labels[chosen][found] == labels[others]).double().mean().item()


@misconception("few_label_accuracy", "This is the share of wrong labels.")
def share_of_errors(codes, labels, chosen):
    others = torch.ones(len(codes), dtype=torch.bool)
    others[chosen] = False
    found = torch.cdist(codes[others], codes[chosen]).argmin(dim=1)
    return (labels[chosen][found] != labels[others]).double().mean().item()


@misconception(
    "few_label_accuracy", "The chosen were not asked, but count as wrong: divide by the number of the others."
)
def divided_by_all(codes, labels, chosen):
    others = torch.ones(len(codes), dtype=torch.bool)
    others[chosen] = False
    found = torch.cdist(codes[others], codes[chosen]).argmin(dim=1)
    return float((labels[chosen][found] == labels[others]).sum() / len(codes))


@variant("few_label_accuracy")
def by_sets(codes, labels, chosen):
    known = set(chosen.tolist())
    asked = [i for i in range(len(codes)) if i not in known]
    teachers = sorted(known)
    right = 0
    for i in asked:
        teacher = teachers[int((codes[teachers] - codes[i]).square().sum(dim=1).argmin())]
        right += int(labels[teacher] == labels[i])
    return right / len(asked)


@variant("few_label_accuracy")
def by_deleting(codes, labels, chosen):
    z, t, few = np.asarray(codes), np.asarray(labels), np.asarray(chosen)
    rest = np.delete(np.arange(len(z)), few)
    found = np.asarray(nearest(torch.from_numpy(z[rest]), torch.from_numpy(z[few]), 1)).ravel()
    return np.mean(t[few[found]] == t[rest])


@misconception(
    "paired_gain",
    "The errors of the two means were added (in squares), as if the two had nothing to do with each other. They were "
    "tried under the same conditions: take the differences first.",
)
def unpaired(new, old):
    n = len(new)
    return (new - old).mean().item(), ((new.var() + old.var()) / n).sqrt().item()


@misconception(
    "paired_gain", "The standard deviation of one difference came back. That of the mean is √n smaller."
)
def deviation(new, old):
    difference = new - old
    return difference.mean().item(), difference.std().item()


@misconception("paired_gain", "Divided by n. The formula has n − 1 below the squares.")
def divided_by_n(new, old):
    difference = new - old
    return difference.mean().item(), (difference.std(correction=0) / len(difference) ** 0.5).item()


@misconception("paired_gain", "The sign is wrong: the gain is new − old.")
def old_minus_new(new, old):
    difference = old - new
    return difference.mean().item(), (difference.std() / len(difference) ** 0.5).item()


@misconception("paired_gain", "The variance over n is the square of the standard error.")
def squared_error(new, old):
    difference = new - old
    return difference.mean().item(), (difference.var() / len(difference)).item()


@misconception("paired_gain", "The deviation is divided by n instead of √n.")
def divided_by_n_at_the_end(new, old):
    difference = new - old
    return difference.mean().item(), (difference.std() / len(difference)).item()


@variant("paired_gain")
def by_hand(new, old):
    differences = [float(a) - float(b) for a, b in zip(new, old, strict=True)]
    n = len(differences)
    mean = sum(differences) / n
    return mean, (sum((d - mean) ** 2 for d in differences) / (n - 1) / n) ** 0.5


@variant("paired_gain")
def with_numpy(new, old):
    d = np.asarray(new) - np.asarray(old)
    return np.mean(d), np.std(d, ddof=1) / np.sqrt(d.size)
