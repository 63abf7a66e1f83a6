"""Answers to pca.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np

from course.testing import misconception, variant


@misconception(
    "pca",
    "The data is not centred. Then the first direction points from the origin to the cloud, not along it.",
)
def not_centred(x, k):
    _, s, vt = np.linalg.svd(x, full_matrices=False)
    return x.mean(axis=0), vt[:k].T, s[:k] ** 2 / (len(x) - 1)


@misconception(
    "pca",
    "The squares are divided by n. The variance of a sample with its own mean is divided by n − 1.",
)
def divided_by_n(x, k):
    mean = x.mean(axis=0)
    _, s, vt = np.linalg.svd(x - mean, full_matrices=False)
    return mean, vt[:k].T, s[:k] ** 2 / len(x)


@misconception("pca", "Singular values are no variances: square them and divide by n − 1.")
def singular_values_as_variances(x, k):
    mean = x.mean(axis=0)
    _, s, vt = np.linalg.svd(x - mean, full_matrices=False)
    return mean, vt[:k].T, s[:k]


@misconception("pca", "The components stand in rows. A principal direction is a column of the (d, k) matrix.")
def components_in_rows(x, k):
    mean = x.mean(axis=0)
    _, s, vt = np.linalg.svd(x - mean, full_matrices=False)
    return mean, vt[:k], s[:k] ** 2 / (len(x) - 1)


@misconception(
    "pca",
    "The directions with the smallest variance were taken: np.linalg.eigh sorts its eigenvalues in "
    "ascending order.",
)
def smallest_first(x, k):
    mean = x.mean(axis=0)
    variances, vectors = np.linalg.eigh((x - mean).T @ (x - mean) / (len(x) - 1))
    return mean, vectors[:, :k], variances[:k]


@misconception(
    "pca",
    "The mean was taken over the coordinates of each point. The centre of the cloud is the mean over the "
    "points: axis 0.",
)
def mean_of_each_point(x, k):
    mean = x.mean(axis=1)
    _, s, vt = np.linalg.svd(x - mean[:, None], full_matrices=False)
    return mean, vt[:k].T, s[:k] ** 2 / (len(x) - 1)


@misconception(
    "pca",
    "x -= mean changes the data of the caller, who does not know. Write x − mean, which is a new array.",
)
def centred_in_place(x, k):
    mean = x.mean(axis=0)
    x -= mean
    _, s, vt = np.linalg.svd(x, full_matrices=False)
    return mean, vt[:k].T, s[:k] ** 2 / (len(x) - 1)


@misconception(
    "pca",
    "vt[:, :k] are the first k numbers of every direction. np.linalg.svd gives Vᵀ, whose rows are the directions: "
    "take vt[:k] and transpose it.",
)
def columns_of_vt(x, k):
    mean = x.mean(axis=0)
    _, s, vt = np.linalg.svd(x - mean, full_matrices=False)
    return mean, vt[:, :k], s[:k] ** 2 / (len(x) - 1)


@misconception(
    "pca",
    "Every coordinate was divided by its standard deviation. That is another analysis, that of the correlations: here "
    "the data is only centred.",
    ddof=(0, 1),
)
def standardised(x, k, *, ddof=0):
    mean = x.mean(axis=0)
    _, s, vt = np.linalg.svd((x - mean) / x.std(axis=0, ddof=ddof), full_matrices=False)
    return mean, vt[:k].T, s[:k] ** 2 / (len(x) - 1)


@misconception(
    "pca",
    "These are shares of the whole variance. The variances themselves are asked for: s² / (n − 1).",
)
def shares_of_variance(x, k):
    mean = x.mean(axis=0)
    _, s, vt = np.linalg.svd(x - mean, full_matrices=False)
    return mean, vt[:k].T, s[:k] ** 2 / np.sum(s**2)


@misconception(
    "pca",
    "These are the squares of the variances. The singular values of the covariance matrix are the variances "
    "already; only those of the centred data are squared and divided by n − 1.",
)
def squared_twice(x, k):
    mean = x.mean(axis=0)
    _, s, vt = np.linalg.svd((x - mean).T @ (x - mean) / (len(x) - 1))
    return mean, vt[:k].T, s[:k] ** 2


@misconception(
    "pca",
    "This is the covariance of the points, not of the coordinates: np.cov takes each row for a variable, so give it "
    "the transpose, np.cov(x.T).",
)
def covariance_of_the_points(x, k):
    values, vectors = np.linalg.eigh(np.cov(x))
    return x.mean(axis=0), vectors[:, ::-1][:, :k], values[::-1][:k]


@variant("pca")
def by_covariance(x, k):
    values, vectors = np.linalg.eigh(np.cov(np.asarray(x, dtype=float).T))
    return np.mean(x, axis=0), -vectors[:, ::-1][:, :k], values[::-1][:k]


@variant("pca")
def by_svd_of_the_transpose(x, k):
    n = len(x)
    centre = sum(x) / n
    u, s, _ = np.linalg.svd((x - centre).T, full_matrices=False)
    return [centre, u[:, :k], (s**2 / (n - 1))[:k]]


@misconception(
    "project",
    "The points are centred at their own mean. Coordinates are measured from the mean of the data on "
    "which the components were found.",
)
def own_mean(x, mean, components):
    return (x - x.mean(axis=0)) @ components


@misconception(
    "project",
    "The mean is not subtracted: coordinates are measured from the centre of the cloud.",
)
def from_the_origin(x, mean, components):
    return x @ components


@misconception(
    "project",
    "The mean is added. On the way into the coordinates it is subtracted, on the way back it is added.",
)
def mean_added(x, mean, components):
    return (x + mean) @ components


@variant("project")
def coordinate_by_coordinate(x, mean, components):
    return np.column_stack([[(point - mean) @ w for point in x] for w in components.T])


@variant("project")
def difference_of_products(x, mean, components):
    return (x @ components - mean @ components).tolist()


@misconception(
    "reconstruct",
    "The mean is missing: the points lie around the origin instead of around their centre.",
)
def mean_forgotten(z, mean, components):
    return z @ components.T


@misconception(
    "reconstruct",
    "The mean is subtracted. It was subtracted on the way in, so it is added on the way back.",
)
def mean_subtracted(z, mean, components):
    return z @ components.T - mean


@misconception(
    "reconstruct",
    "The mean was sent through the components, too: only its part along them comes back. Add the whole "
    "mean, at the end.",
)
def projected_mean(z, mean, components):
    return (z + mean @ components) @ components.T


@variant("reconstruct")
def sum_of_directions(z, mean, components):
    n, k = z.shape
    result = np.tile(mean, (n, 1))
    for i in range(k):
        result = result + np.outer(z[:, i], components[:, i])
    return result


@variant("reconstruct")
def by_einsum(z, mean, components):
    return (np.einsum("nk,dk->nd", z, components) + mean[None, :]).tolist()
