"""k-means: what is left of EM when the components become so narrow that every point belongs to one of them.

Arguments come back unchanged.
"""

import numpy as np

from day04_statistics.moments import class_statistics
from day04_statistics.sampling import sample_discrete


def squared_distances(x: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Squared distance of every point to every centre (given).

    Parameters
    ----------
    x : (n, d) float array
    centres : (k, d) float array

    Returns
    -------
    (n, k) float array
    """
    return np.sum((x[:, np.newaxis] - centres) ** 2, axis=2)


def k_means(x: np.ndarray, centres: np.ndarray, steps: int) -> tuple[np.ndarray, np.ndarray, float]:
    """k-means by Lloyd's algorithm, from given centres.

    In each step every point is given to its nearest centre, then every centre moves to the mean of its
    points. A centre that has no points stays where it is. When nothing moves any more, further steps change
    nothing, so you may stop early.

    Parameters
    ----------
    x : (n, d) float array, one point per row
    centres : (k, d) float array to start from
    steps : how often the centres move at most, 0 or more

    Returns
    -------
    labels : (n,) integer array
        number of the nearest of the centres returned
    centres : (k, d) float array, after the last step
    inertia : float
        Σ_n ‖x_n − centre of its label‖², which no step makes larger

    References
    ----------
    Lloyd (1982), Least squares quantization in PCM, IEEE Transactions on Information Theory 28, 129-137;
    Bishop, Pattern Recognition and Machine Learning, sections 9.1 and 9.3.2
    """
    ### BEGIN SOLUTION `class_statistics` counts and averages; the labels returned belong to the final centres
    for _ in range(steps):
        labels = np.argmin(squared_distances(x, centres), axis=1)
        counts, means = class_statistics(x, labels, len(centres))
        centres = np.where(counts[:, np.newaxis] > 0, means, centres)
    distances = squared_distances(x, centres)
    return np.argmin(distances, axis=1), centres, np.sum(np.min(distances, axis=1))
    ### END SOLUTION


def k_means_plus_plus(x: np.ndarray, u: np.ndarray) -> np.ndarray:
    """Centres to start from, far from each other but not only outliers ("k-means++").

    The first centre is a point drawn uniformly. Each further one is drawn from the points with probabilities
    proportional to D², the squared distance to the *nearest* of the centres so far. Every draw is by inverse
    transform, in the order of the points in x: draw number j uses u_j, as in `sample_discrete`.

    Parameters
    ----------
    x : (n, d) float array with at least k different points
    u : (k,) float array of uniform numbers in [0, 1): one per centre

    Returns
    -------
    (k, d) float array
        rows of x, in the order in which they were drawn

    References
    ----------
    Arthur and Vassilvitskii (2007), k-means++: the advantages of careful seeding,
    ACM-SIAM Symposium on Discrete Algorithms, 1027-1035
    """
    ### BEGIN SOLUTION `sample_discrete` with equal weights, then with D² as weights
    first = sample_discrete(u[:1], np.ones(len(x)))
    centres = x[first]
    for draw in u[1:]:
        weights = np.min(squared_distances(x, centres), axis=1)
        chosen = sample_discrete(np.array([draw]), weights)
        centres = np.concatenate([centres, x[chosen]])
    return centres
    ### END SOLUTION


def cluster(
    x: np.ndarray, k: int, rng: np.random.Generator, restarts: int = 20, steps: int = 100
) -> tuple[np.ndarray, np.ndarray, float]:
    """The best of several runs of k-means, each from centres of its own (given).

    One start may end in a poor minimum; twenty of them rarely all do. All randomness comes from ``rng``: the
    same seed gives the same clusters.

    Returns
    -------
    labels, centres, inertia : as of `k_means`, of the run with the smallest inertia
    """
    runs = (k_means(x, k_means_plus_plus(x, rng.random(k)), steps) for _ in range(restarts))
    return min(runs, key=lambda run: run[2])
