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


@misconception(
    "pca",
    "The singular values are divided, but not squared: a variance is s² / (n − 1).",
    root=(False, True),
)
def not_squared(x, k, *, root=False):
    mean = x.mean(axis=0)
    _, s, vt = np.linalg.svd(x - mean, full_matrices=False)
    return mean, vt[:k].T, s[:k] / (np.sqrt(len(x) - 1) if root else len(x) - 1)


@misconception(
    "pca",
    "The brackets are missing: s² / n − 1 divides first and then takes 1 away. Divide by (n − 1).",
)
def without_brackets(x, k):
    mean = x.mean(axis=0)
    _, s, vt = np.linalg.svd(x - mean, full_matrices=False)
    return mean, vt[:k].T, s[:k] ** 2 / len(x) - 1


@misconception(
    "pca",
    "The squares are divided by d − 1, the number of coordinates. n is the number of points, len(x).",
)
def divided_by_the_coordinates(x, k):
    mean = x.mean(axis=0)
    _, s, vt = np.linalg.svd(x - mean, full_matrices=False)
    with np.errstate(all="ignore"):
        return mean, vt[:k].T, s[:k] ** 2 / (x.shape[1] - 1)


@misconception(
    "pca",
    "The directions have not the length 1: they were multiplied by the singular values. A component is a column of V "
    "as it is.",
)
def scaled_directions(x, k):
    mean = x.mean(axis=0)
    _, s, vt = np.linalg.svd(x - mean, full_matrices=False)
    return mean, vt[:k].T * s[:k], s[:k] ** 2 / (len(x) - 1)


@misconception(
    "pca",
    "U has one row for each point. The directions live among the coordinates: they are the rows of Vᵀ, the third "
    "part of np.linalg.svd.",
)
def left_for_right(x, k):
    mean = x.mean(axis=0)
    u, s, _ = np.linalg.svd(x - mean, full_matrices=False)
    return mean, u[:, :k], s[:k] ** 2 / (len(x) - 1)


@misconception(
    "pca",
    "These are the coordinates of the points along the directions, what `project` gives. The directions themselves "
    "are asked for, a (d, k) matrix.",
)
def coordinates_for_directions(x, k):
    mean = x.mean(axis=0)
    _, s, vt = np.linalg.svd(x - mean, full_matrices=False)
    return mean, (x - mean) @ vt[:k].T, s[:k] ** 2 / (len(x) - 1)


@misconception(
    "pca",
    "np.linalg.eig gives its eigenvalues in no order. Sort them, the largest first, and put the vectors into the same "
    "order; or take the singular values, which are sorted.",
)
def eigenvalues_unsorted(x, k):
    values, vectors = np.linalg.eig(np.cov(x.T))
    return x.mean(axis=0), vectors[:, :k], values[:k]


@misconception(
    "pca",
    "These are the variances along the coordinate axes. Along the principal directions they are s² / (n − 1).",
    ddof=(0, 1),
)
def variances_of_the_coordinates(x, k, *, ddof=0):
    mean = x.mean(axis=0)
    _, _, vt = np.linalg.svd(x - mean, full_matrices=False)
    return mean, vt[:k].T, x.var(axis=0, ddof=ddof)[:k]


@misconception(
    "pca",
    "The directions stand in rising order of their variance, as np.linalg.eigh gives them. The largest comes first: "
    "turn the order round, [:, ::-1].",
)
def rising_order(x, k):
    values, vectors = np.linalg.eigh(np.cov(x.T))
    return x.mean(axis=0), vectors[:, -k:], values[-k:]


@misconception(
    "pca",
    "Rows of the matrix of eigenvectors were taken. np.linalg.eigh has them as columns, vectors[:, i]; only "
    "np.linalg.svd gives Vᵀ, with directions in rows.",
)
def rows_of_eigenvectors(x, k):
    values, vectors = np.linalg.eigh(np.cov(x.T))
    return x.mean(axis=0), vectors[::-1][:k].T, values[::-1][:k]


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


@misconception("project", "The mean is subtracted twice: once is enough, from the points.")
def mean_subtracted_twice(x, mean, components):
    return (x - mean - mean) @ components


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
