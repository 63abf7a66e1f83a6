"""Checks of pca.py. Clouds are built from known principal directions; the signs of columns do not count."""

import numpy as np

from course.testing import (
    assert_close,
    assert_parts,
    assert_shape,
    assert_unchanged,
    compare_by,
    hidden,
    points,
)


def orthonormal_columns(rng, m, n):
    """An (m, n) matrix with random orthonormal columns, m >= n."""
    return np.linalg.qr(rng.normal(size=(m, n)))[0]


def cloud(rng, n, d, k, directions=None):
    """n points in d dimensions that spread in k: points, mean, directions (d, k) and variances (k,)."""
    coordinates = rng.normal(size=(n, k))
    coordinates = np.linalg.qr(coordinates - coordinates.mean(axis=0))[0]
    s = np.cumprod(rng.uniform(0.4, 0.7, size=k)) * rng.uniform(10, 20)
    directions = orthonormal_columns(rng, d, k) if directions is None else directions
    mean = rng.uniform(3, 9, size=d)
    return (coordinates * s) @ directions.T + mean, mean, directions, s**2 / (n - 1)


def without_signs(*parts):
    """The shapes and sizes of all parts: the sign of a direction tells no mistake from another."""
    arrays = [np.asarray(part, dtype=float) for part in parts]
    return np.concatenate([[*array.shape, *np.abs(array).ravel()] for array in arrays])


@points(2)
def test_pca_finds_mean_directions_and_variances(student, rng):
    along_the_axes = np.eye(5)[:, ::-1]  # the last coordinate spreads most
    cases = [
        (20, 4, 4, 2, None),
        (6, 9, 3, 2, None),
        (15, 3, 3, 3, None),
        (8, 5, 2, 1, None),
        (9, 5, 5, 3, along_the_axes),
    ]
    for n, d, spread, k, axes in cases:
        x, mean, directions, variances = cloud(rng, n, d, spread, axes)
        with assert_unchanged(x):
            result = student.pca(x, k)
        found_mean, components, found_variances = assert_parts(result, 3)
        compare_by(without_signs, found_mean, components, found_variances, slack=1e-6)
        assert_close(found_mean, mean, name="mean")
        assert_shape(components, (d, k), name="matrix of components")
        directions = directions[:, :k]
        signs = np.sign(np.sum(np.asarray(components) * directions, axis=0))
        assert_close(
            np.asarray(components) * signs, directions, name="matrix of components up to sign", atol=1e-6
        )
        assert_close(found_variances, variances[:k], name="list of variances")


@points(1)
def test_pca_of_single_precision(student, rng):
    x, mean, directions, variances = cloud(rng, 12, 5, 3)
    found_mean, components, found_variances = assert_parts(student.pca(x.astype(np.float32), 2), 3)
    assert_close(found_mean, mean, rtol=1e-4, name="mean")
    assert_shape(components, (5, 2), name="matrix of components")
    components = np.asarray(components)
    projector = directions[:, :2] @ directions[:, :2].T
    assert_close(components @ components.T, projector, rtol=1e-3, atol=1e-3, name="product W Wᵀ")
    assert_close(found_variances, variances[:2], rtol=1e-3, name="list of variances")


@hidden
@points(1)
def test_pca_loses_the_variances_left_out(student, rng):
    x = rng.normal(size=(30, 6)) @ rng.normal(size=(6, 6)) + rng.uniform(2, 5, size=6)
    total = np.trace(np.cov(x.T))
    for k in (1, 3, 6):
        mean, components, variances = assert_parts(student.pca(x, k), 3)
        assert_shape(components, (6, k), name="matrix of components")
        assert_shape(variances, (k,), name="list of variances")
        w, centred = np.asarray(components), x - np.asarray(mean)
        assert_close(w.T @ w, np.eye(k), name="product WᵀW")
        lost = np.sum((centred - centred @ w @ w.T) ** 2) / 29
        name = "sum of the variances and of what is lost"
        assert_close(lost + np.sum(variances), total, rtol=1e-4, name=name)
        along = np.var(centred @ w, axis=0, ddof=1)
        assert_close(along, variances, rtol=1e-4, name="variance along the components")


@points(1)
def test_project_of_new_points(student, rng):
    for n, d, k in [(6, 4, 2), (1, 5, 3), (7, 3, 1), (4, 3, 3)]:
        x, mean, components = rng.normal(size=(n, d)), rng.normal(size=d) + 2, orthonormal_columns(rng, d, k)
        with assert_unchanged(x, mean, components):
            result = student.project(x, mean, components)
        assert_close(
            result, np.einsum("nd,dk->nk", x, components) - mean @ components, name="array of coordinates"
        )
        single = student.project(*(part.astype(np.float32) for part in (x, mean, components)))
        assert_close(single, (x - mean) @ components, rtol=1e-3, atol=1e-3, name="array of coordinates")


@points(1)
def test_reconstruct_from_coordinates(student, rng):
    for n, d, k in [(6, 4, 2), (1, 5, 3), (7, 3, 1), (4, 3, 3)]:
        z, mean, components = rng.normal(size=(n, k)), rng.normal(size=d) + 2, orthonormal_columns(rng, d, k)
        with assert_unchanged(z, mean, components):
            result = student.reconstruct(z, mean, components)
        expected = mean + np.einsum("nk,dk->nd", z, components)
        assert_close(result, expected, name="array of points")
        single = student.reconstruct(*(part.astype(np.float32) for part in (z, mean, components)))
        assert_close(single, expected, rtol=1e-3, atol=1e-3, name="array of points")
