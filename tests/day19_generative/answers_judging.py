"""Answers to judging.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np
import torch

from course.testing import misconception, variant
from day19_generative.judging import nearest


@misconception("nearest", "These are squared distances: take the square root.")
def squared(samples, training):
    distances, indices = torch.cdist(samples, training).square().min(dim=1)
    return distances, indices


@misconception(
    "nearest",
    "The question is the wrong way round: which sample is nearest to each *training* sample. There is one answer for "
    "each sample that was made up.",
)
def the_wrong_way_round(samples, training):
    distances, indices = torch.cdist(samples, training).min(dim=0)
    return distances, indices


@misconception("nearest", "The distance is the sum of the absolute differences. Euclidean is asked for.")
def sums_of_differences(samples, training):
    distances, indices = torch.cdist(samples, training, p=1.0).min(dim=1)
    return distances, indices


@misconception("nearest", "This is the training sample that each made-up sample is *least* like.")
def farthest(samples, training):
    distances, indices = torch.cdist(samples, training).max(dim=1)
    return distances, indices


@misconception(
    "nearest", "The two parts are in the wrong order: distances first, then the numbers of the rows."
)
def indices_first(samples, training):
    distances, indices = torch.cdist(samples, training).min(dim=1)
    return indices, distances


@variant("nearest")
def with_numpy(samples, training):
    a, b = np.asarray(samples, dtype=float), np.asarray(training, dtype=float)
    table = np.sqrt(((a[:, None] - b) ** 2).sum(axis=2))
    return table.min(axis=1), table.argmin(axis=1)


@variant("nearest")
def one_by_one(samples, training):
    distances, indices = [], []
    for sample in samples:
        row = (training - sample).norm(dim=1)
        indices.append(int(row.argmin()))
        distances.append(float(row.min()))
    return distances, indices


@misconception(
    "mmd",
    "Points are compared with themselves, which is always 1. Leave the diagonal out, and divide by n (n − 1): "
    "otherwise two samples of the same kind seem different.",
)
def with_the_diagonal(x, y, bandwidth):
    def kernel(a, b):
        return torch.exp(-torch.cdist(a, b).square() / (2 * bandwidth**2))

    return float(kernel(x, x).mean() + kernel(y, y).mean() - 2 * kernel(x, y).mean())


@misconception("mmd", "The factor 2 is missing, in the exponent: it is 2 bandwidth².")
def bandwidth_without_two(x, y, bandwidth):
    def kernel(a, b):
        return torch.exp(-torch.cdist(a, b).square() / bandwidth**2)

    def within(a):
        return (kernel(a, a).sum() - len(a)) / (len(a) * (len(a) - 1))

    return float(within(x) + within(y) - 2 * kernel(x, y).mean())


@misconception("mmd", "The distance has to be squared in the exponent.")
def distance_not_squared(x, y, bandwidth):
    def kernel(a, b):
        return torch.exp(-torch.cdist(a, b) / (2 * bandwidth**2))

    def within(a):
        return (kernel(a, a).sum() - len(a)) / (len(a) * (len(a) - 1))

    return float(within(x) + within(y) - 2 * kernel(x, y).mean())


@misconception("mmd", "The likeness between the two samples is taken off once. It counts twice.")
def taken_off_once(x, y, bandwidth):
    def kernel(a, b):
        return torch.exp(-torch.cdist(a, b).square() / (2 * bandwidth**2))

    def within(a):
        return (kernel(a, a).sum() - len(a)) / (len(a) * (len(a) - 1))

    return float(within(x) + within(y) - kernel(x, y).mean())


@misconception(
    "mmd", "The square root was taken. The *squared* discrepancy is asked for, which may be below 0."
)
def square_root(x, y, bandwidth):
    def kernel(a, b):
        return torch.exp(-torch.cdist(a, b).square() / (2 * bandwidth**2))

    def within(a):
        return (kernel(a, a).sum() - len(a)) / (len(a) * (len(a) - 1))

    return float((within(x) + within(y) - 2 * kernel(x, y).mean()).clamp(min=0).sqrt())


@misconception(
    "mmd",
    "The diagonal was taken off, but the sum is still divided by n². There are n (n − 1) pairs left.",
)
def divided_by_all_pairs(x, y, bandwidth):
    def kernel(a, b):
        return torch.exp(-torch.cdist(a, b).square() / (2 * bandwidth**2))

    def within(a):
        return (kernel(a, a).sum() - len(a)) / len(a) ** 2

    return float(within(x) + within(y) - 2 * kernel(x, y).mean())


@variant("mmd")
def without_a_diagonal(x, y, bandwidth):
    def likeness(a, b):
        squares = ((a[:, None] - b[None]) ** 2).sum(dim=2)
        return torch.exp(-squares / (2 * bandwidth**2))

    def within(a):
        off = ~torch.eye(len(a), dtype=torch.bool)
        return likeness(a, a)[off].mean()

    return (within(x) + within(y) - 2 * likeness(x, y).mean()).item()


@variant("mmd")
def by_pairs(x, y, bandwidth):
    def within(a):
        return torch.exp(-torch.pdist(a).square() / (2 * bandwidth**2)).mean()

    between = torch.exp(-0.5 * (torch.cdist(x, y) / bandwidth) ** 2).mean()
    return within(x) + within(y) - 2 * between


@misconception(
    "precision_recall",
    "The point itself was counted as its first neighbour, so the balls are one neighbour too small (and of "
    "size 0 for "
    "k = 1).",
)
def itself_counted(real, fake, k=5):
    def radii(points):
        return torch.cdist(points, points).sort(dim=1).values[:, k - 1]

    distances = torch.cdist(fake, real)
    precision = (distances <= radii(real)).any(dim=1).double().mean().item()
    return precision, (torch.cdist(real, fake) <= radii(fake)).any(dim=1).double().mean().item()


@misconception("precision_recall", "Precision and recall are exchanged. Precision is about the fake samples.")
def exchanged(real, fake, k=5):
    def radii(points):
        return torch.cdist(points, points).sort(dim=1).values[:, k]

    distances = torch.cdist(fake, real)
    precision = (distances <= radii(real)).any(dim=1).double().mean().item()
    return (torch.cdist(real, fake) <= radii(fake)).any(dim=1).double().mean().item(), precision


@misconception(
    "precision_recall",
    "The balls of the wrong set are used: a fake sample has to lie in a ball of a *real* one to be believable.",
)
def balls_of_the_own_set(real, fake, k=5):
    def radii(points):
        return torch.cdist(points, points).sort(dim=1).values[:, k]

    distances = torch.cdist(fake, real)
    precision = (distances <= radii(fake)[:, None]).any(dim=1).double().mean().item()
    return precision, (torch.cdist(real, fake) <= radii(real)[:, None]).any(dim=1).double().mean().item()


@misconception(
    "precision_recall",
    "A sample has to lie in one ball, not in all of them: any, not all.",
)
def in_all_balls(real, fake, k=5):
    def radii(points):
        return torch.cdist(points, points).sort(dim=1).values[:, k]

    distances = torch.cdist(fake, real)
    precision = (distances <= radii(real)).all(dim=1).double().mean().item()
    return precision, (torch.cdist(real, fake) <= radii(fake)).all(dim=1).double().mean().item()


@misconception(
    "precision_recall",
    "Only the ball of the nearest point is looked at. A point further away may have a larger ball that reaches it.",
)
def nearest_ball_only(real, fake, k=5):
    def radii(points):
        return torch.cdist(points, points).sort(dim=1).values[:, k]

    def share(points, others):
        distances, numbers = torch.cdist(points, others).min(dim=1)
        return (distances <= radii(others)[numbers]).double().mean().item()

    return share(fake, real), share(real, fake)


@misconception("precision_recall", "The border belongs to the ball: <=, not <.")
def border_left_out(real, fake, k=5):
    def radii(points):
        return torch.cdist(points, points).sort(dim=1).values[:, k]

    distances = torch.cdist(fake, real)
    precision = (distances < radii(real)).any(dim=1).double().mean().item()
    return precision, (torch.cdist(real, fake) < radii(fake)).any(dim=1).double().mean().item()


@misconception(
    "precision_recall",
    "All pairs were counted. Count samples: a sample that lies in several balls is believable once.",
)
def pairs_counted(real, fake, k=5):
    def radii(points):
        return torch.cdist(points, points).sort(dim=1).values[:, k]

    distances = torch.cdist(fake, real)
    precision = (distances <= radii(real)).double().mean().item()
    return precision, (torch.cdist(real, fake) <= radii(fake)).double().mean().item()


@variant("precision_recall")
def by_kthvalue(real, fake, k=5):
    def at_home(points, others):
        own = torch.cdist(others, others).fill_diagonal_(torch.inf).kthvalue(k, dim=1).values
        return ((points[:, None] - others).norm(dim=2) <= own * (1 + 1e-12)).any(dim=1)

    return float(at_home(fake, real).double().mean()), float(at_home(real, fake).double().mean())


@variant("precision_recall")
def with_numpy_and_loops(real, fake, k=5):
    real, fake = np.asarray(real, dtype=float), np.asarray(fake, dtype=float)

    def at_home(points, others):
        squares = ((others[:, None] - others) ** 2).sum(axis=2)
        limits = np.sort(squares, axis=1)[:, k]
        return np.mean([bool((((others - p) ** 2).sum(axis=1) <= limits).any()) for p in points])

    return [at_home(fake, real), at_home(real, fake)]


@misconception("authenticity", "This is the share of the copies. The share of the others is asked for.")
def share_of_copies(samples, training):
    distances, indices = nearest(samples, training)
    own = torch.cdist(training, training).fill_diagonal_(torch.inf).min(dim=1).values
    return (distances < own[indices]).double().mean().item()


@misconception(
    "authenticity",
    "Among the training samples each is its own nearest neighbour, at distance 0, so everything looks honest. Leave "
    "the diagonal out.",
)
def own_distance_is_zero(samples, training):
    distances, indices = nearest(samples, training)
    own = torch.cdist(training, training).min(dim=1).values
    return (distances > own[indices] + 1e-6).double().mean().item()


@misconception(
    "authenticity",
    "One distance serves for all: the mean over the training samples. Compare each sample with the distance "
    "of its own "
    "nearest training sample.",
)
def one_distance_for_all(samples, training):
    distances, _ = nearest(samples, training)
    own = torch.cdist(training, training).fill_diagonal_(torch.inf).min(dim=1).values
    return (distances >= own.mean()).double().mean().item()


@misconception(
    "authenticity",
    "The second distance is that of the sample to its *second* training sample. It is about the training sample, and "
    "about the training samples only.",
)
def second_neighbour_of_the_sample(samples, training):
    two = torch.cdist(samples, training).sort(dim=1).values
    return (2 * two[:, 0] >= two[:, min(1, two.shape[1] - 1)]).double().mean().item()


@variant("authenticity")
def by_sorting(samples, training):
    own = torch.cdist(training, training).sort(dim=1).values[:, 1]
    table = torch.cdist(samples, training)
    number = table.argmin(dim=1)
    return 1 - float((table.gather(1, number[:, None])[:, 0] < own[number]).double().mean())


@variant("authenticity")
def sample_by_sample(samples, training):
    honest = 0
    for sample in samples:
        away = (training - sample).norm(dim=1)
        place = int(away.argmin())
        others = torch.cat([training[:place], training[place + 1 :]])
        honest += bool(away[place] >= (others - training[place]).norm(dim=1).min())
    return honest / len(samples)


@misconception(
    "nearest",
    "|a|² − 2 a·b + |b|² loses near points: what is left of large numbers is their rounding, or even below 0, "
    "whose root is "
    "NaN. Subtract first, then square.",
)
def squares_multiplied_out(samples, training):
    squares = samples.square().sum(1)[:, None] - 2 * samples @ training.T + training.square().sum(1)
    return squares.sqrt().min(dim=1)


@misconception(
    "nearest", "The squares are averaged. Under the root of a Euclidean distance they are added up."
)
def mean_of_squares(samples, training):
    return (samples[:, None] - training).square().mean(dim=2).sqrt().min(dim=1)


@misconception(
    "mmd",
    "Also across the samples the pairs i = j are left out. x_i and y_i are different points: all n·m pairs count.",
)
def diagonal_left_out_across(x, y, bandwidth):
    def likeness(a, b):
        return torch.exp(-(torch.cdist(a, b) ** 2) / (2 * bandwidth**2))

    def off(table):
        return (table.sum() - table.trace()) / (table.numel() - min(table.shape))

    return float(off(likeness(x, x)) + off(likeness(y, y)) - 2 * off(likeness(x, y)))


@variant("mmd")
def from_one_table(x, y, bandwidth):
    n, both = len(x), torch.cat([x, y])
    table = torch.exp(-torch.cdist(both, both).div(bandwidth).square() / 2).fill_diagonal_(0)
    a, b, c = table[:n, :n], table[n:, n:], table[:n, n:]
    return a.sum() / (a.numel() - len(a)) + b.sum() / (b.numel() - len(b)) - 2 * c.mean()
