"""Checks of spectrum.py. Singular vectors are compared through products in which their signs cancel."""

import numpy as np

from course.testing import assert_close, assert_parts, assert_shape, assert_unchanged, hidden, points


def orthonormal_columns(rng, m, n):
    """An (m, n) matrix with random orthonormal columns, m >= n."""
    return np.linalg.qr(rng.normal(size=(m, n)))[0]


def falling(rng, n):
    """n positive numbers between 0 and 4, each clearly smaller than the one before."""
    return np.cumprod(rng.uniform(0.3, 0.7, size=n)) * rng.uniform(3, 6)


@points(1)
def test_low_rank_keeps_the_largest_singular_values(student, rng):
    for m, n, rank in [(6, 4, 2), (3, 7, 1), (5, 5, 3)]:
        k = min(m, n)
        u, s, v = orthonormal_columns(rng, m, k), falling(rng, k), orthonormal_columns(rng, n, k)
        a = (u * s) @ v.T
        expected = (u[:, :rank] * s[:rank]) @ v[:, :rank].T
        with assert_unchanged(a):
            result = student.low_rank(a, rank)
        assert_close(result, expected)
        single = a.astype(np.float32)
        assert_close(student.low_rank(single, rank), expected, rtol=1e-3, atol=1e-3)


@points(1)
def test_low_rank_misses_what_eckart_and_young_say(student, rng):
    for m, n in [(7, 4), (3, 6)]:
        a = rng.normal(size=(m, n)) + 0.5
        s = np.linalg.svd(a, compute_uv=False)
        for rank in (1, 2):
            result = student.low_rank(a, rank)
            assert_shape(result, (m, n))
            missing = a - np.asarray(result)
            assert_close(np.linalg.norm(missing, 2), s[rank], name=f"spectral norm of A − A_{rank}")
            tail = np.sqrt(np.sum(s[rank:] ** 2))
            assert_close(np.linalg.norm(missing), tail, name=f"Frobenius norm of A − A_{rank}")
    for m, n in [(4, 3), (2, 5)]:
        a = rng.normal(size=(m, n)) + 1
        assert_close(student.low_rank(a, min(m, n)), a, name="approximation of full rank")
        assert_close(student.low_rank(a, min(m, n) + 2), a, name="approximation of more than full rank")
        assert_close(student.low_rank(a, 0), np.zeros((m, n)), name="approximation of rank 0")


@hidden
@points(1)
def test_low_rank_with_nothing_and_with_everything(student, rng):
    for m, n in [(5, 3), (2, 4), (1, 3)]:
        a = rng.normal(size=(m, n)) + 1
        u, s, vt = np.linalg.svd(a)
        assert_close(student.low_rank(a, 1), s[0] * np.outer(u[:, 0], vt[0]), name="approximation of rank 1")
        assert_close(student.low_rank(a, 0), np.zeros((m, n)), name="approximation of rank 0")
        assert_close(student.low_rank(a, min(m, n)), a, name="approximation of full rank")
        assert_close(student.low_rank(a, min(m, n) + 3), a, name="approximation of more than full rank")


def truncated(channel, rank):
    """Sum of the first pieces s_i u_i v_iᵀ of one channel, one after the other."""
    u, s, vt = np.linalg.svd(channel.astype(float))
    return sum(s[i] * np.outer(u[:, i], vt[i]) for i in range(rank))


@points(1)
def test_compress_grey_images(student, rng):
    for height, width, rank in [(8, 6, 2), (5, 9, 1), (4, 7, 3)]:
        image = rng.uniform(0.3, 0.7, size=(height, width))
        with assert_unchanged(image):
            result = student.compress(image, rank)
        assert_close(result, truncated(image, rank), name="compressed image")


@points(1)
def test_compress_colour_images(student, rng):
    for height, width, rank in [(7, 5, 2), (6, 8, 1), (3, 9, 2)]:
        image = rng.uniform(0.3, 0.7, size=(height, width, 3))
        expected = np.stack([truncated(image[:, :, i], rank) for i in range(3)], axis=2)
        with assert_unchanged(image):
            result = student.compress(image, rank)
        assert_close(result, expected, name="compressed image")
        single = image.astype(np.float32)
        assert_close(student.compress(single, rank), expected, rtol=1e-3, atol=1e-3, name="compressed image")


@points(1)
def test_compress_clips_to_what_a_screen_can_show(student, rng):
    image = np.where(rng.uniform(size=(12, 10)) < 0.5, 0.01, 0.99) + rng.uniform(-0.01, 0.01, size=(12, 10))
    cause = "near an edge the approximation leaves the interval from 0 to 1"
    result = student.compress(image, 3)
    assert_close(result, np.clip(truncated(image, 3), 0, 1), name="compressed image", cause=cause)


@points(1)
def test_spectral_filter_of_several_strengths(student, rng):
    for n, epsilon in [(5, 0.3), (1, 2.5), (4, 1e-3)]:
        s = np.sort(rng.uniform(0.05, 3, size=n))[::-1].copy()
        with assert_unchanged(s):
            result = student.spectral_filter(s, epsilon)
        assert_close(result, 1 / (1 + epsilon / s**2), name="vector of filter factors")
    epsilon = rng.uniform(0.1, 5)
    s = np.array([1e4, np.sqrt(epsilon), 0.0])
    assert_close(
        student.spectral_filter(s, epsilon), [1.0, 0.5, 0.0], atol=1e-6, name="vector of filter factors"
    )
    s = rng.uniform(0.5, 3, size=4).astype(np.float32)
    expected = 1 / (1 + 0.7 / s.astype(float) ** 2)
    assert_close(student.spectral_filter(s, 0.7), expected, rtol=1e-4, name="vector of filter factors")


def ridge_reference(a, b, epsilon):
    """The x with the smallest ‖A x − b‖² + ε ‖x‖²: least squares with √ε I below A and zeros below b."""
    n = a.shape[1]
    below = np.sqrt(epsilon) * np.eye(n)
    return np.linalg.lstsq(np.vstack([a.astype(float), below]), np.append(b, np.zeros(n)))[0]


@points(1)
def test_filtered_least_squares_of_several_shapes(student, rng):
    for m, n in [(7, 3), (3, 6), (4, 4), (5, 1)]:
        k = min(m, n)
        s = falling(rng, k)
        a = (orthonormal_columns(rng, m, k) * s) @ orthonormal_columns(rng, n, k).T
        b, epsilon = rng.normal(size=m) + 1, 1.5 * s[-1] ** 2
        with assert_unchanged(a, b):
            result = student.filtered_least_squares(a, b, epsilon)
        assert_close(result, ridge_reference(a, b, epsilon))
    a, b = rng.normal(size=(5, 2)).astype(np.float32), rng.normal(size=5).astype(np.float32)
    result = student.filtered_least_squares(a, b, 0.5)
    assert_close(result, ridge_reference(a, b, 0.5), rtol=1e-3, atol=1e-3)


@points(1)
def test_filtered_least_squares_with_dependent_columns(student, rng):
    a, b = rng.normal(size=(6, 3)), rng.normal(size=6)
    a = np.column_stack([a, 2 * a[:, 0] - a[:, 1]])
    assert_close(student.filtered_least_squares(a, b, 0.3), ridge_reference(a, b, 0.3))
    a = np.column_stack([np.zeros(6), rng.normal(size=6)])
    cause = "0 / 0 where a singular value is exactly 0; s / (s² + ε) is the same factor without the division"
    assert_close(student.filtered_least_squares(a, b, 0.3), ridge_reference(a, b, 0.3), cause=cause)


@points(1)
def test_ridge_of_tall_matrices(student, rng):
    for m, n, epsilon in [(8, 3, 0.6), (5, 4, 2.2), (6, 1, 0.01), (3, 3, 1.5)]:
        a, b = rng.normal(size=(m, n)), rng.normal(size=m) + 1
        with assert_unchanged(a, b):
            result = student.ridge(a, b, epsilon)
        assert_close(result, ridge_reference(a, b, epsilon))
    a, b = rng.normal(size=(5, 2)).astype(np.float32), rng.normal(size=5).astype(np.float32)
    assert_close(student.ridge(a, b, 0.5), ridge_reference(a, b, 0.5), rtol=1e-3, atol=1e-3)


@hidden
@points(1)
def test_ridge_of_wide_matrices(student, rng):
    for m, n, epsilon in [(3, 6, 0.8), (1, 4, 2.5)]:
        a, b = rng.normal(size=(m, n)), rng.normal(size=m) - 2
        assert_close(student.ridge(a, b, epsilon), ridge_reference(a, b, epsilon))


def symmetric_with(rng, eigenvalues):
    """A random symmetric matrix with these eigenvalues, and its eigenvectors as columns."""
    vectors = orthonormal_columns(rng, len(eigenvalues), len(eigenvalues))
    a = (vectors * eigenvalues) @ vectors.T
    return (a + a.T) / 2, vectors


def assert_unit_vector(v, expected, cause=""):
    """v is ``expected`` (a unit vector) up to its sign."""
    assert_shape(v, expected.shape, name="eigenvector")
    v = np.asarray(v)
    assert_close(np.linalg.norm(v), 1.0, name="length of the eigenvector", rtol=1e-4)
    outer = np.outer(expected, expected)
    name = "product v vᵀ of the eigenvector"
    assert_close(np.outer(v, v), outer, rtol=1e-4, atol=1e-4, name=name, cause=cause)


@points(1)
def test_power_iteration_after_a_few_steps(student, rng):
    for n, steps in [(4, 1), (3, 2), (5, 4)]:
        a, _ = symmetric_with(rng, rng.uniform(0.5, 2, size=n) * rng.choice([-1, 1], size=n))
        start = rng.normal(size=n) * 3
        with assert_unchanged(a, start):
            result = student.power_iteration(a, start, steps)
        eigenvalue, eigenvector = assert_parts(result, 2)
        expected = np.linalg.matrix_power(a, steps) @ start
        expected /= np.linalg.norm(expected)
        cause = "does it begin at `start`, and end after just `steps` products?"
        assert_unit_vector(eigenvector, expected, cause)
        assert_close(eigenvalue, expected @ a @ expected, name="eigenvalue")


@points(1)
def test_power_iteration_converges_to_the_dominant_pair(student, rng):
    for sign in (1, -1):
        eigenvalues = np.array([sign * rng.uniform(5e3, 6e3), *rng.uniform(-2e3, 2e3, size=3)])
        a, vectors = symmetric_with(rng, eigenvalues)
        start = vectors @ rng.uniform(0.5, 1.5, size=4)
        eigenvalue, eigenvector = assert_parts(student.power_iteration(a, start, 100), 2)
        assert_close(eigenvalue, eigenvalues[0], name="eigenvalue")
        cause = "does the loop end before `steps` products are made?"
        assert_unit_vector(eigenvector, vectors[:, 0], cause)
    b, vectors = symmetric_with(rng, np.array([rng.uniform(2.5, 3), 1, -0.5]))
    _, eigenvector = assert_parts(student.power_iteration(b, vectors @ [1e-8, 1, 0], 60), 2)
    assert_unit_vector(eigenvector, vectors[:, 0], cause)
    single = a.astype(np.float32)
    eigenvalue, _ = assert_parts(student.power_iteration(single, start.astype(np.float32), 20), 2)
    assert_close(eigenvalue, eigenvalues[0], name="eigenvalue", rtol=1e-4)


@hidden
@points(1)
def test_power_iteration_of_small_and_large_matrices(student, rng):
    for scale in (1e-5, 1e5):
        eigenvalues = scale * np.array([rng.uniform(0.2, 1), 3.0, -1.0])
        a, vectors = symmetric_with(rng, eigenvalues)
        start = vectors @ rng.uniform(0.5, 1.5, size=3)
        eigenvalue, eigenvector = assert_parts(student.power_iteration(a, start, 80), 2)
        assert_close(eigenvalue, 3 * scale, atol=1e-8 * scale, name="eigenvalue")
        assert_unit_vector(eigenvector, vectors[:, 1])


@points(0)
def test_jacobi_svd_of_two_columns_in_one_sweep(student, rng):
    for scale in (1.0, 0.9, 0.7, 0.5, 0.3, 1.1, 10.0, 30.0):
        a = (2 * rng.normal(size=(4, 1)) + rng.normal(size=(4, 2))) * [1, scale]
        u, s, _ = assert_parts(student.jacobi_svd(a, 1), 3)
        cause = "one rotation makes two columns orthogonal, exactly: look at the signs in ζ and t"
        assert_close(s, np.linalg.svd(a, compute_uv=False), name="list of singular values", cause=cause)
        assert_shape(u, (4, 2), name="matrix U")
        assert_close(np.asarray(u).T @ np.asarray(u), np.eye(2), name="product UᵀU", cause=cause)
    p, q = (
        rng.permutation(np.arange(8, 16))[:2] / 8
    )  # whose squares are exact: ζ is 0, however they are added
    _, s, _ = assert_parts(student.jacobi_svd(np.array([[p, -q], [-q, p]])), 3)
    cause = "columns of one length have ζ = 0, and are turned by 45 degrees"
    assert_close(s, [p + q, abs(p - q)], name="list of singular values", cause=cause)


def about_their_order(s):
    """What to ask about singular values that do not fall; empty for those that do."""
    s = np.asarray(s)
    return "are they sorted, the largest first?" if s.ndim == 1 and (np.diff(s) > 0).any() else ""


@points(0)
def test_jacobi_svd_of_several_shapes(student, rng):
    for m, n in [(5, 3), (7, 4), (3, 3), (4, 1)]:
        a = rng.normal(size=(m, n)) + 0.5
        with assert_unchanged(a):
            result = student.jacobi_svd(a)
        u, s, vt = assert_parts(result, 3)
        expected = np.linalg.svd(a, compute_uv=False)
        assert_close(s, expected, name="list of singular values", cause=about_their_order(s))
        assert_shape(u, (m, n), name="matrix U")
        assert_shape(vt, (n, n), name="matrix Vᵀ")
        u, s, vt = np.asarray(u), np.asarray(s), np.asarray(vt)
        assert_close((u * s) @ vt, a, name="product U diag(s) Vᵀ")
        assert_close(u.T @ u, np.eye(n), name="product UᵀU")
        assert_close(vt @ vt.T, np.eye(n), name="product VᵀV")


@hidden
@points(0)
def test_jacobi_svd_of_integers_and_unequal_columns(student, rng):
    integers = rng.integers(-9, 9, size=(7, 5)) + np.array([20, 15, -10, 12, -18])
    _, s, _ = assert_parts(student.jacobi_svd(integers), 3)
    assert_close(s, np.linalg.svd(integers.astype(float), compute_uv=False), name="list of singular values")
    a = rng.normal(size=(5, 3)) * [0.1, 10, 1]
    _, s, _ = assert_parts(student.jacobi_svd(a), 3)
    assert_close(s, np.linalg.svd(a, compute_uv=False), name="list of singular values")


@hidden
@points(0)
def test_jacobi_svd_of_columns_that_are_orthogonal(student, rng):
    cause = "a pair with γ = 0 is left alone, and the next pair follows"
    of_one_length = np.array([[1, 2], [2, 1], [2, -2], [0, 0], [0, 0], [0, 0]])
    a = np.hstack([of_one_length, rng.normal(size=(6, 3)) + 2])
    _, s, _ = assert_parts(student.jacobi_svd(a), 3)
    assert_close(s, np.linalg.svd(a, compute_uv=False), name="list of singular values", cause=cause)
    p, q = rng.uniform(1, 2, size=3), rng.uniform(1, 2, size=2)
    a = np.zeros((5, 3))
    a[:3, 0], a[3:, 1], a[:3, 2] = p, q, p[::-1] + 1
    _, s, _ = assert_parts(student.jacobi_svd(a), 3)
    assert_close(s, np.linalg.svd(a, compute_uv=False), name="list of singular values", cause=cause)


@hidden
@points(0)
def test_jacobi_svd_in_any_unit(student, rng):
    a = rng.normal(size=(5, 3)) + 1
    cause = "γ has the unit of A squared: compare it with the lengths of the two columns"
    for unit in (1e-17, 1e-8, 1e8):
        _, s, _ = assert_parts(student.jacobi_svd(unit * a), 3)
        expected = np.linalg.svd(a, compute_uv=False)
        assert_close(np.asarray(s) / unit, expected, name="list of singular values", cause=cause)
