"""Answers to clustering.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np

from course.testing import misconception, variant
from day04_statistics.clustering import sample_discrete, squared_distances


@misconception(
    "k_means",
    "The labels were chosen before the centres moved for the last time. They must say which of the centres "
    "*returned* is nearest.",
)
def stale_labels(x, centres, steps):
    distances = squared_distances(x, centres)
    for _ in range(steps):
        distances = squared_distances(x, centres)
        labels = np.argmin(distances, axis=1)
        groups = [x[labels == label] for label in range(len(centres))]
        centres = np.array([g.mean(axis=0) if len(g) else c for g, c in zip(groups, centres, strict=True)])
    return np.argmin(distances, axis=1), centres, np.sum(np.min(distances, axis=1))


@misconception(
    "k_means",
    "A centre without points became NaN, the mean of nothing. It stays where it is.",
)
def mean_of_nothing(x, centres, steps):
    with np.errstate(invalid="ignore"):
        for _ in range(steps):
            labels = np.argmin(squared_distances(x, centres), axis=1)
            one_hot = np.eye(len(centres))[labels]
            centres = one_hot.T @ x / one_hot.sum(axis=0)[:, None]
        distances = squared_distances(x, centres)
        return np.argmin(distances, axis=1), centres, np.sum(np.min(distances, axis=1))


@misconception(
    "k_means",
    "The inertia adds up distances. It is the sum of their squares, which is what the means make small.",
)
def sum_of_distances(x, centres, steps):
    for _ in range(steps):
        labels = np.argmin(squared_distances(x, centres), axis=1)
        groups = [x[labels == label] for label in range(len(centres))]
        centres = np.array([g.mean(axis=0) if len(g) else c for g, c in zip(groups, centres, strict=True)])
    distances = squared_distances(x, centres)
    return np.argmin(distances, axis=1), centres, np.sum(np.sqrt(np.min(distances, axis=1)))


@misconception("k_means", "The inertia was divided by the number of points: it is the sum over them.")
def mean_inertia(x, centres, steps):
    for _ in range(steps):
        labels = np.argmin(squared_distances(x, centres), axis=1)
        groups = [x[labels == label] for label in range(len(centres))]
        centres = np.array([g.mean(axis=0) if len(g) else c for g, c in zip(groups, centres, strict=True)])
    distances = squared_distances(x, centres)
    return np.argmin(distances, axis=1), centres, np.mean(np.min(distances, axis=1))


@misconception(
    "k_means",
    "One step too many was taken: the centres move exactly `steps` times.",
)
def one_step_too_many(x, centres, steps):
    for _ in range(steps + 1):
        labels = np.argmin(squared_distances(x, centres), axis=1)
        groups = [x[labels == label] for label in range(len(centres))]
        centres = np.array([g.mean(axis=0) if len(g) else c for g, c in zip(groups, centres, strict=True)])
    distances = squared_distances(x, centres)
    return np.argmin(distances, axis=1), centres, np.sum(np.min(distances, axis=1))


@misconception(
    "k_means",
    "The centres moved to medians. The squared distances are smallest from the mean.",
)
def medians(x, centres, steps):
    for _ in range(steps):
        labels = np.argmin(squared_distances(x, centres), axis=1)
        groups = [x[labels == label] for label in range(len(centres))]
        centres = np.array(
            [np.median(g, axis=0) if len(g) else c for g, c in zip(groups, centres, strict=True)]
        )
    distances = squared_distances(x, centres)
    return np.argmin(distances, axis=1), centres, np.sum(np.min(distances, axis=1))


@variant("k_means")
def stops_early(x, centres, steps):
    centres, labels = np.array(centres, dtype=float), None
    for _ in range(steps):
        previous = labels
        labels = squared_distances(x, centres).argmin(axis=1)
        if previous is not None and (labels == previous).all():
            break
        for label in range(len(centres)):
            if (labels == label).any():
                centres[label] = x[labels == label].mean(axis=0)
    labels = squared_distances(x, centres).argmin(axis=1)
    return labels.tolist(), centres, float(((x - centres[labels]) ** 2).sum())


@variant("k_means")
def with_plain_loops(x, centres, steps):
    def nearest(point, places):
        distances = [float(np.sum((point - place) ** 2)) for place in places]
        return distances.index(min(distances))

    places = [np.asarray(centre, dtype=float) for centre in centres]
    for _ in range(steps):
        groups = [[] for _ in places]
        for point in x:
            groups[nearest(point, places)].append(point)
        places = [sum(g) / len(g) if g else place for g, place in zip(groups, places, strict=True)]
    labels = [nearest(point, places) for point in x]
    return labels, places, sum(np.sum((p - places[i]) ** 2) for p, i in zip(x, labels, strict=True))


@misconception(
    "k_means_plus_plus",
    "The points are drawn in proportion to D. It is D²: k-means minimises squares.",
)
def distance_not_squared(x, u):
    centres = x[sample_discrete(u[:1], np.ones(len(x)))]
    for draw in u[1:]:
        weights = np.sqrt(np.min(squared_distances(x, centres), axis=1))
        centres = np.vstack([centres, x[sample_discrete(np.array([draw]), weights)]])
    return centres


@misconception(
    "k_means_plus_plus",
    "Only the centre drawn last counts. D is the distance to the nearest of *all* centres so far.",
)
def only_the_last_centre(x, u):
    centres = x[sample_discrete(u[:1], np.ones(len(x)))]
    for draw in u[1:]:
        weights = squared_distances(x, centres[-1:])[:, 0]
        centres = np.vstack([centres, x[sample_discrete(np.array([draw]), weights)]])
    return centres


@misconception(
    "k_means_plus_plus",
    "The distances to all centres were added up. D is the distance to the nearest one: np.min.",
)
def sum_over_the_centres(x, u):
    centres = x[sample_discrete(u[:1], np.ones(len(x)))]
    for draw in u[1:]:
        weights = np.sum(squared_distances(x, centres), axis=1)
        centres = np.vstack([centres, x[sample_discrete(np.array([draw]), weights)]])
    return centres


@misconception(
    "k_means_plus_plus",
    "The farthest point is always taken, which is an outlier more often than not. It is drawn, with "
    "probabilities proportional to D².",
)
def farthest_point(x, u):
    centres = x[sample_discrete(u[:1], np.ones(len(x)))]
    for _ in u[1:]:
        farthest = np.argmax(np.min(squared_distances(x, centres), axis=1))
        centres = np.vstack([centres, x[farthest]])
    return centres


@misconception(
    "k_means_plus_plus",
    "All centres are drawn uniformly: two may lie side by side, or be the same point.",
)
def all_uniform(x, u):
    return x[sample_discrete(u, np.ones(len(x)))]


@variant("k_means_plus_plus")
def keeping_the_nearest(x, u):
    chosen = [int(u[0] * len(x))]
    nearest = np.full(len(x), np.inf)
    for draw in u[1:]:
        nearest = np.minimum(nearest, ((x - x[chosen[-1]]) ** 2).sum(axis=1))
        chosen.append(int(np.searchsorted(np.cumsum(nearest), draw * nearest.sum(), side="right")))
    return x[chosen]


@variant("k_means_plus_plus")
def list_of_rows(x, u):
    rows = [x[int(np.floor(u[0] * len(x)))]]
    for draw in u[1:]:
        squares = [min(float(((point - row) ** 2).sum()) for row in rows) for point in x]
        target, total, i = float(draw) * sum(squares), squares[0], 0
        while total <= target:
            i += 1
            total += squares[i]
        rows.append(x[i])
    return rows
