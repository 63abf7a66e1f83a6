"""Answers to spectrum.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np

from course.testing import misconception, variant
from day03_linalg.spectrum import low_rank


@misconception("low_rank", "This is A itself. Only the first `rank` singular values may take part.")
def everything_kept(a, rank):
    return a.copy()


@misconception(
    "low_rank",
    "The smallest singular values are kept and the largest left out. What matters comes first in s.",
)
def smallest_kept(a, rank):
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    k = len(s)
    first = k - min(rank, k)
    return (u[:, first:] * s[first:]) @ vt[first:]


@misconception("low_rank", "One piece too many: the first `rank` of them have the indices 0 to rank − 1.")
def one_too_many(a, rank):
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    return (u[:, : rank + 1] * s[: rank + 1]) @ vt[: rank + 1]


@misconception("low_rank", "The singular values are missing: U Vᵀ alone gives every piece the same weight.")
def without_singular_values(a, rank):
    u, _, vt = np.linalg.svd(a, full_matrices=False)
    return u[:, :rank] @ vt[:rank]


@misconception(
    "low_rank",
    "Entries of A were cut away instead of pieces of its decomposition: the rest of the matrix is zero.",
)
def corner_kept(a, rank):
    result = np.zeros_like(a)
    result[:rank, :rank] = a[:rank, :rank]
    return result


@misconception("low_rank", "The third factor of np.linalg.svd is Vᵀ, not V: take its first rows, vt[:rank].")
def vt_taken_for_v(a, rank):
    u, s, v = np.linalg.svd(a, full_matrices=False)
    return (u[:, :rank] * s[:rank]) @ v[:, :rank].T


@misconception(
    "low_rank",
    "The last singular values meet the first vectors. All three factors keep their beginning: u[:, :rank], s[:rank], "
    "vt[:rank].",
)
def last_values_with_first_vectors(a, rank):
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    rank = min(rank, len(s))
    return (u[:, :rank] * s[len(s) - rank :]) @ vt[:rank]


@misconception(
    "low_rank",
    "U or Vᵀ is larger than the singular values need: np.linalg.svd(a) makes both square. Ask for "
    "np.linalg.svd(a, full_matrices=False), or cut all three to the first `rank`.",
    product=("*", "@"),
)
def full_matrices(a, rank, *, product="*"):
    u, s, vt = np.linalg.svd(a)
    s = np.where(np.arange(len(s)) < rank, s, 0)
    return (u * s) @ vt if product == "*" else u @ np.diag(s) @ vt


@misconception(
    "low_rank",
    "Only s was cut, and U and Vᵀ have all their columns and rows. Cut all three: u[:, :rank], s[:rank], vt[:rank].",
    product=("*", "@"),
)
def only_s_cut(a, rank, *, product="*"):
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    return (u * s[:rank]) @ vt if product == "*" else u @ np.diag(s[:rank]) @ vt


@misconception(
    "low_rank",
    "The last `rank` singular values are set to 0, and all the others kept. It is the other way round: the first "
    "`rank` stay, s[rank:] = 0.",
)
def so_many_left_out(a, rank):
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    s[max(len(s) - rank, 0) :] = 0
    return (u * s) @ vt


@misconception(
    "low_rank", "The roots of the singular values were taken. Each piece is weighted with s itself."
)
def roots_of_singular_values(a, rank):
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    return (u[:, :rank] * np.sqrt(s[:rank])) @ vt[:rank]


@misconception(
    "low_rank",
    "The singular vectors on the left are the columns of U: take u[:, :rank], not its rows u[:rank].",
)
def rows_of_u(a, rank):
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    return (u[:rank].T * s[:rank]) @ vt[:rank]


@misconception(
    "low_rank",
    "The loop runs to `rank`, but there are only min(m, n) singular values: from there on the result is A itself.",
)
def loop_beyond_the_last(a, rank):
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    return sum((s[i] * np.outer(u[:, i], vt[i]) for i in range(rank)), np.zeros(a.shape))


@misconception(
    "low_rank",
    "s[-k:] with k = 0 is the whole of s, so at full rank everything becomes 0. Count from the front: s[rank:] = 0.",
)
def counted_from_the_end(a, rank):
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    s[-(len(s) - rank) :] = 0
    return (u * s) @ vt


@misconception("low_rank", "One piece is always kept. Of rank 0 the approximation is the matrix of zeros.")
def one_piece_at_least(a, rank):
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    rank = max(rank, 1)
    return (u[:, :rank] * s[:rank]) @ vt[:rank]


@misconception("low_rank", "The singular values are squared. Each piece is weighted with s itself.")
def singular_values_squared(a, rank):
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    return (u[:, :rank] * s[:rank] ** 2) @ vt[:rank]


@misconception(
    "low_rank",
    "This is one piece alone, number `rank`. The approximation is the sum of the first `rank` pieces.",
)
def one_piece_alone(a, rank):
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    place = min(rank, len(s)) - 1
    return s[place] * np.outer(u[:, place], vt[place])


@variant("low_rank")
def sum_of_outer_products(a, rank):
    u, s, vt = np.linalg.svd(a)
    result = np.zeros(a.shape)
    for i in range(min(rank, len(s))):
        result += s[i] * np.outer(u[:, i], vt[i])
    return result


@variant("low_rank")
def by_projection(a, rank):
    if a.shape[0] < a.shape[1]:
        _, u = np.linalg.eigh(a @ a.T)
        u = u[:, ::-1][:, :rank]
        return u @ (u.T @ a)
    _, v = np.linalg.eigh(a.T @ a)
    v = v[:, ::-1][:, :rank]
    return a @ v @ v.T


@misconception("compress", "The image comes back as it went in: every channel has to be approximated.")
def input_returned(image, rank):
    return np.clip(image, 0, 1)


@misconception(
    "compress",
    "The channels were put side by side into one matrix. Each channel has its own singular values and is "
    "approximated alone.",
)
def channels_side_by_side(image, rank):
    flat = image.reshape(image.shape[0], -1)
    return np.clip(low_rank(flat, rank), 0, 1).reshape(image.shape)


@misconception(
    "compress",
    "The approximation is not clipped. At edges it leaves the interval from 0 to 1, which a screen cannot "
    "show.",
)
def not_clipped(image, rank):
    if image.ndim == 2:
        return low_rank(image, rank)
    return np.stack([low_rank(image[:, :, i], rank) for i in range(image.shape[2])], axis=2)


@misconception(
    "compress",
    "All channels became the same grey image: approximate red, green and blue, not their mean.",
)
def grey_for_colour(image, rank):
    if image.ndim == 2:
        return np.clip(low_rank(image, rank), 0, 1)
    grey = np.clip(low_rank(image.mean(axis=2), rank), 0, 1)
    return np.stack([grey, grey, grey], axis=2)


@misconception(
    "compress",
    "The SVD of a three-dimensional array decomposes its last two axes, here width × 3 for each line of "
    "the image. A channel is image[:, :, i].",
)
def last_two_axes(image, rank):
    u, s, vt = np.linalg.svd(image, full_matrices=False)
    s = np.where(np.arange(s.shape[-1]) < rank, s, 0)
    return np.clip((u * s[..., None, :]) @ vt, 0, 1)


@misconception(
    "compress",
    "The values are stretched until they fill [0, 1]. What lies outside is clipped; all the rest stays as it is.",
)
def stretched_to_the_screen(image, rank):
    channels = [image] if image.ndim == 2 else np.moveaxis(image, 2, 0)
    found = [low_rank(channel, rank) for channel in channels]
    result = found[0] if image.ndim == 2 else np.stack(found, axis=2)
    return (result - result.min()) / (result.max() - result.min())


@misconception(
    "compress",
    "image[i] is a line of the picture, not a channel: the channels stand along the last axis, image[:, :, i].",
)
def lines_for_channels(image, rank):
    if image.ndim == 2:
        return np.clip(low_rank(image, rank), 0, 1)
    return np.stack([np.clip(low_rank(image[i], rank), 0, 1) for i in range(3)], axis=2)


@misconception(
    "compress",
    "% 1 keeps what stands after the point: 1.1 becomes 0.1, and a bright pixel dark. What lies outside of [0, 1] is "
    "set to its nearest end, np.clip.",
)
def wrapped_for_clipped(image, rank):
    if image.ndim == 2:
        return low_rank(image, rank) % 1
    return np.stack([low_rank(image[:, :, i], rank) % 1 for i in range(image.shape[2])], axis=2)


@misconception(
    "compress",
    "The rank is divided among the channels. Every channel keeps `rank` singular values.",
)
def rank_divided(image, rank):
    if image.ndim == 2:
        return np.clip(low_rank(image, rank), 0, 1)
    channels = [low_rank(image[:, :, i], rank // 3) for i in range(3)]
    return np.clip(np.stack(channels, axis=2), 0, 1)


@misconception(
    "compress",
    "A grey image has two axes, and no image.shape[2]: ask for image.ndim first, and take it for a single channel.",
)
def always_in_colour(image, rank):
    channels = [low_rank(image[:, :, i], rank) for i in range(image.shape[2])]
    return np.clip(np.stack(channels, axis=2), 0, 1)


@variant("compress")
def axes_moved(image, rank):
    if image.ndim == 2:
        return low_rank(image, rank).clip(0, 1)
    u, s, vt = np.linalg.svd(np.moveaxis(image, 2, 0), full_matrices=False)
    channels = (u[:, :, :rank] * s[:, None, :rank]) @ vt[:, :rank]
    return np.moveaxis(channels, 0, 2).clip(0, 1)


@variant("compress")
def written_into_a_copy(image, rank):
    result = np.array(image, dtype=float)
    if result.ndim == 2:
        result = result[:, :, None]
    for i in range(result.shape[2]):
        result[:, :, i] = low_rank(result[:, :, i], rank)
    result[result < 0] = 0
    result[result > 1] = 1
    return result.reshape(image.shape)


@misconception("spectral_filter", "s is not squared: ε has the unit of s², so only s² can be added to it.")
def not_squared(s, epsilon):
    return s / (s + epsilon)


@misconception(
    "spectral_filter",
    "ε is squared. Some books call the strength α and write α²; here ε itself is added to s².",
)
def strength_squared(s, epsilon):
    return s**2 / (s**2 + epsilon**2)


@misconception(
    "spectral_filter",
    "This is 1 − f: it keeps the small singular values and damps the large ones.",
)
def complement(s, epsilon):
    return epsilon / (s**2 + epsilon)


@misconception(
    "spectral_filter",
    "A hard cut: each direction is kept or dropped. The filter of Tikhonov passes smoothly from 1 to 0.",
)
def hard_cut(s, epsilon):
    return np.where(s**2 > epsilon, 1.0, 0.0)


@misconception(
    "spectral_filter",
    "This is f / s, the factor that multiplies uᵀb in the solution. The filter itself is a number between "
    "0 and 1.",
)
def divided_by_s(s, epsilon):
    return s / (s**2 + epsilon)


@misconception(
    "spectral_filter",
    "The brackets are missing: s² / s² + ε is 1 + ε. Divide by the whole sum, (s² + ε).",
)
def without_brackets(s, epsilon):
    with np.errstate(all="ignore"):
        return s**2 / s**2 + epsilon


@misconception(
    "spectral_filter", "This is the square root of the filter: s² stands above, s² + ε below, without a root."
)
def root_of_the_filter(s, epsilon):
    return s / np.sqrt(s**2 + epsilon)


@misconception("spectral_filter", "The root of ε stands there. ε has the unit of s² already: add ε itself.")
def root_of_epsilon(s, epsilon):
    return s**2 / (s**2 + np.sqrt(epsilon))


@variant("spectral_filter")
def one_minus(s, epsilon):
    return 1 - epsilon / (s * s + epsilon)


@variant("spectral_filter")
def value_by_value(s, epsilon):
    return [float(value) ** 2 / (float(value) ** 2 + epsilon) for value in s]


@misconception(
    "filtered_least_squares",
    "The filter is applied, but the division by s is missing: V diag(f) Uᵀ damps without solving anything.",
)
def filter_without_inverse(a, b, epsilon):
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    return vt.T @ (s**2 / (s**2 + epsilon) * (u.T @ b))


@misconception(
    "filtered_least_squares",
    "ε has no effect: this is the unfiltered solution, in which small singular values magnify the noise.",
)
def unfiltered(a, b, epsilon):
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    inverted = np.divide(1, s, out=np.zeros_like(s), where=s > 1e-12 * s.max())
    return vt.T @ (inverted * (u.T @ b))


@misconception(
    "filtered_least_squares",
    "ε is added to s instead of s²: the factor is s / (s² + ε), not 1 / (s + ε).",
)
def shifted_singular_values(a, b, epsilon):
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    return vt.T @ (u.T @ b / (s + epsilon))


@misconception(
    "filtered_least_squares",
    "A hard cut at s² = ε: directions are kept or dropped as in the pseudo-inverse, not damped.",
)
def hard_cut_of_directions(a, b, epsilon):
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    inverted = np.divide(1, s, out=np.zeros_like(s), where=s**2 > epsilon)
    return vt.T @ (inverted * (u.T @ b))


@misconception(
    "filtered_least_squares",
    "f is divided by s, which is 0 / 0 when a singular value is exactly 0. Written as s / (s² + ε) the "
    "factor has no such gap.",
)
def zero_by_zero(a, b, epsilon):
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    with np.errstate(all="ignore"):
        return vt.T @ (s**2 / (s**2 + epsilon) / s * (u.T @ b))


@misconception(
    "filtered_least_squares",
    "The third factor of np.linalg.svd is Vᵀ, not V: transpose it once more, vt.T.",
)
def vt_taken_for_v_here(a, b, epsilon):
    u, s, v = np.linalg.svd(a, full_matrices=False)
    factors = s / (s**2 + epsilon) * (u.T @ b)
    return v @ factors if v.shape[0] == v.shape[1] else v.T @ factors


@misconception(
    "filtered_least_squares",
    "ε is squared. Some books call the strength α and write α²; here ε itself is added to s².",
)
def strength_squared_here(a, b, epsilon):
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    return vt.T @ (s / (s**2 + epsilon**2) * (u.T @ b))


@misconception(
    "filtered_least_squares", "This is A x, the filtered b. The coefficients x themselves are asked for."
)
def filtered_values(a, b, epsilon):
    u, s, _ = np.linalg.svd(a, full_matrices=False)
    return u @ (s**2 / (s**2 + epsilon) * (u.T @ b))


@misconception(
    "filtered_least_squares",
    "The filter is divided by s², once too often: the factor is f / s = s / (s² + ε), and here it is 1 / (s² + ε).",
)
def divided_twice(a, b, epsilon):
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    return vt.T @ (u.T @ b / (s**2 + epsilon))


@misconception(
    "filtered_least_squares",
    "U or Vᵀ is larger than the singular values need: np.linalg.svd(a) makes both square. Ask for "
    "np.linalg.svd(a, full_matrices=False).",
    product=("*", "@"),
)
def full_matrices_here(a, b, epsilon, *, product="*"):
    u, s, vt = np.linalg.svd(a)
    factors = s / (s**2 + epsilon)
    return vt.T @ (factors * (u.T @ b)) if product == "*" else vt.T @ np.diag(factors) @ u.T @ b


@variant("filtered_least_squares")
def direction_by_direction(a, b, epsilon):
    u, s, vt = np.linalg.svd(a)
    x = np.zeros(a.shape[1])
    for i, value in enumerate(s):
        x += value / (value**2 + epsilon) * (u[:, i] @ b) * vt[i]
    return x


@variant("filtered_least_squares")
def by_eigenvectors(a, b, epsilon):
    values, v = np.linalg.eigh(a.T @ a)
    return list(v @ ((v.T @ (a.T @ b)) / (values + epsilon)))


@misconception(
    "ridge",
    "ε was added to every entry of AᵀA. It belongs on the diagonal only: ε times the identity matrix.",
)
def added_everywhere(a, b, epsilon):
    return np.linalg.solve(a.T @ a + epsilon, a.T @ b)


@misconception("ridge", "ε is squared on the way. The price of a long x is ε ‖x‖².")
def strength_squared_in_ridge(a, b, epsilon):
    return np.linalg.solve(a.T @ a + epsilon**2 * np.eye(a.shape[1]), a.T @ b)


@misconception(
    "ridge",
    "The sum of squares was divided by the number of rows, which makes ε m times as strong. Here it is a "
    "sum, not a mean.",
)
def mean_of_squares(a, b, epsilon):
    m, n = a.shape
    return np.linalg.solve(a.T @ a / m + epsilon * np.eye(n), a.T @ b / m)


@misconception("ridge", "The sign of the penalty is wrong: − ε rewards a long x.")
def negative_penalty(a, b, epsilon):
    return np.linalg.solve(a.T @ a - epsilon * np.eye(a.shape[1]), a.T @ b)


@misconception(
    "ridge",
    "ε stands on the right-hand side too. The penalty ε ‖x‖² has no part that does not depend on x.",
)
def added_on_both_sides(a, b, epsilon):
    return np.linalg.solve(a.T @ a + epsilon * np.eye(a.shape[1]), a.T @ b + epsilon)


@misconception("ridge", "The root of ε stands on the diagonal. ε itself is added to AᵀA.")
def root_of_the_strength(a, b, epsilon):
    return np.linalg.solve(a.T @ a + np.sqrt(epsilon) * np.eye(a.shape[1]), a.T @ b)


@misconception(
    "ridge",
    "ε has no effect: this is the plain least-squares solution. Add ε times the identity to AᵀA.",
)
def without_penalty(a, b, epsilon):
    return np.linalg.solve(a.T @ a, a.T @ b)


@misconception(
    "ridge",
    "The diagonal of AᵀA was replaced by ε. It is added to what stands there: AᵀA + ε I.",
)
def diagonal_replaced(a, b, epsilon):
    matrix = a.T @ a
    np.fill_diagonal(matrix, epsilon)
    return np.linalg.solve(matrix, a.T @ b)


@misconception(
    "ridge",
    "ε has a factor of its own. In the gradient both terms have the factor 2, which cancels: AᵀA + ε I.",
    factor=(2, 0.5),
)
def factor_at_the_strength(a, b, epsilon, *, factor=2):
    return np.linalg.solve(a.T @ a + factor * epsilon * np.eye(a.shape[1]), a.T @ b)


@misconception(
    "ridge",
    "One of the coefficients is left out of the penalty, as an intercept would be. Here all of x counts: ε times the "
    "whole identity.",
    place=(0, -1),
)
def one_coefficient_free(a, b, epsilon, *, place=0):
    penalty = epsilon * np.eye(a.shape[1])
    penalty[place, place] = 0
    return np.linalg.solve(a.T @ a + penalty, a.T @ b)


@misconception(
    "ridge",
    "The diagonal of AᵀA is multiplied by 1 + ε, which makes the penalty of each coefficient as strong as its column. "
    "ε is added.",
)
def diagonal_multiplied(a, b, epsilon):
    return np.linalg.solve(a.T @ a * (1 + epsilon * np.eye(a.shape[1])), a.T @ b)


@misconception(
    "ridge",
    "The identity has as many rows as A. AᵀA is (n, n), so n, the number of columns, belongs into np.eye.",
)
def identity_of_the_rows(a, b, epsilon):
    return np.linalg.solve(a.T @ a + epsilon * np.eye(a.shape[0]), a.T @ b)


@misconception(
    "ridge",
    "ε stands on the right-hand side only. It belongs on the left, on the diagonal of AᵀA.",
)
def added_on_the_right(a, b, epsilon):
    return np.linalg.solve(a.T @ a, a.T @ b + epsilon)


@variant("ridge")
def by_singular_values(a, b, epsilon):
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    return (u.T @ b * s / (s * s + epsilon)) @ vt


@variant("ridge")
def in_the_dual(a, b, epsilon):
    m = a.shape[0]
    return a.T @ np.linalg.solve(a @ a.T + epsilon * np.eye(m), b)


@variant("ridge")
def diagonal_in_place(a, b, epsilon):
    matrix = np.array(a.T @ a, dtype=float)
    for i in range(len(matrix)):
        matrix[i, i] += epsilon
    return np.linalg.inv(matrix) @ a.T @ b


@misconception(
    "power_iteration",
    "The vector is normalised only after the last step. Until then it grows like λ to the power of the "
    "steps and overflows.",
)
def normalised_at_the_end(a, start, steps):
    v = np.array(start, dtype=float)
    with np.errstate(all="ignore"):
        for _ in range(steps):
            v = a @ v
        v = v / np.linalg.norm(v)
        return v @ a @ v, v


@misconception(
    "power_iteration",
    "The length ‖A v‖ is returned as the eigenvalue. A length is never negative, and before convergence "
    "it is not the Rayleigh quotient vᵀA v.",
)
def length_as_eigenvalue(a, start, steps):
    v = start
    for _ in range(steps):
        v = a @ v
        v = v / np.linalg.norm(v)
    return np.linalg.norm(a @ v), v


@misconception(
    "power_iteration",
    "The vector is divided by its largest entry and has not the length 1, so vᵀA v is not the Rayleigh "
    "quotient either.",
)
def largest_entry_one(a, start, steps):
    v = start
    for _ in range(steps):
        v = a @ v
        v = v / np.max(np.abs(v))
    return v @ a @ v, v


@misconception(
    "power_iteration",
    "Solving with A instead of multiplying finds the eigenvalue of smallest magnitude: inverse iteration.",
)
def inverse_iteration(a, start, steps):
    v = start
    for _ in range(steps):
        v = np.linalg.solve(a, v)
        v = v / np.linalg.norm(v)
    return v @ a @ v, v


@misconception("power_iteration", "One multiplication too many: the loop runs `steps` times, no more.")
def one_step_too_many(a, start, steps):
    v = start
    for _ in range(steps + 1):
        v = a @ v
        v = v / np.linalg.norm(v)
    return v @ a @ v, v


@misconception(
    "power_iteration",
    "The length ‖A v‖ of the last step is returned as the eigenvalue. It belongs to the vector before and is never "
    "negative: compute vᵀA v of the vector that you return.",
)
def length_of_the_last_step(a, start, steps):
    v = start
    for _ in range(steps):
        v = a @ v
        length = np.linalg.norm(v)
        v = v / length
    return length, v


@misconception(
    "power_iteration",
    "The Rayleigh quotient is that of the vector before the last step. Compute it after the loop, of the vector that "
    "you return.",
)
def quotient_of_the_vector_before(a, start, steps):
    v = start / np.linalg.norm(start)
    for _ in range(steps):
        w = a @ v
        quotient = v @ w
        v = w / np.linalg.norm(w)
    return quotient, v


@misconception(
    "power_iteration",
    "The sign of the eigenvalue is wrong. Return vᵀA v as it is, without abs and without a minus.",
)
def wrong_sign(a, start, steps):
    v = start
    for _ in range(steps):
        v = a @ v
        v = v / np.linalg.norm(v)
    return abs(v @ a @ v), v


@misconception(
    "power_iteration",
    "One multiplication too few: the loop runs `steps` times, and the vector that is returned has been multiplied as "
    "often.",
)
def one_step_too_few(a, start, steps):
    v = start / np.linalg.norm(start)
    for _ in range(steps - 1):
        v = a @ v
        v = v / np.linalg.norm(v)
    return v @ a @ v, v


@misconception(
    "power_iteration",
    "The vector is normalised before the product, so the one that is returned has not the length 1: divide after "
    "the product, too.",
)
def not_normalised_in_the_end(a, start, steps):
    v = start
    for _ in range(steps):
        v = a @ (v / np.linalg.norm(v))
    return v @ a @ v, v


@misconception("power_iteration", "The two parts are exchanged: first the eigenvalue, then the eigenvector.")
def parts_exchanged(a, start, steps):
    v = start
    for _ in range(steps):
        v = a @ v
        v = v / np.linalg.norm(v)
    return v, v @ a @ v


@misconception(
    "power_iteration",
    "The eigenvalue is the ratio of one entry of A v to that of v. Before v has converged every entry gives another: "
    "take the Rayleigh quotient vᵀA v.",
    place=(0, -1),
)
def ratio_of_entries(a, start, steps, *, place=0):
    v = start
    for _ in range(steps):
        v = a @ v
        v = v / np.linalg.norm(v)
    return (a @ v)[place] / v[place], v


@misconception(
    "power_iteration",
    "The iteration does not begin at `start`, which is not used: v = start, then the products.",
    begun=("ones", "first axis"),
)
def own_start(a, start, steps, *, begun="ones"):
    v = np.ones(len(a)) if begun == "ones" else np.eye(len(a))[0]
    for _ in range(steps):
        v = a @ v
        v = v / np.linalg.norm(v)
    return v @ a @ v, v


@misconception(
    "power_iteration",
    "`steps` is not used: the iteration goes on until nothing changes, or a number of times of your own. The result "
    "after just `steps` multiplications is asked for.",
    times=(100, 1000),
)
def steps_ignored(a, start, steps, *, times=100):
    v = start
    for _ in range(times):
        v = a @ v
        v = v / np.linalg.norm(v)
    return v @ a @ v, v


@misconception(
    "power_iteration",
    "The loop ends before `steps`, as soon as the vector changes little. That may be long before it has arrived: a "
    "start near another eigenvector hardly moves at first.",
    least=(1e-4, 1e-5, 1e-6, 1e-7),
)
def stopped_early(a, start, steps, *, least=1e-6):
    v = start / np.linalg.norm(start)
    for _ in range(steps):
        before, v = v, a @ v
        v = v / np.linalg.norm(v)
        if np.linalg.norm(v - before) < least:
            break
    return v @ a @ v, v


@misconception(
    "power_iteration",
    "a * v multiplies every column of A by an entry of v, and adds nothing up. The product of a matrix with a vector "
    "is a @ v.",
)
def entry_by_entry(a, start, steps):
    v = start
    for _ in range(steps):
        v = a * v
        v = v / np.linalg.norm(v)
    return v @ a @ v, v


@variant("power_iteration")
def normalised_before(a, start, steps):
    v = start / np.sqrt(np.sum(np.asarray(start, dtype=float) ** 2))
    for _ in range(steps):
        w = a.dot(v)
        v = w / np.sqrt(w.dot(w))
    return float(v.dot(a).dot(v)), -v


@variant("power_iteration")
def scaled_by_the_largest_entry(a, start, steps):
    v = np.array(start)
    for _ in range(steps):
        v = a @ v
        v = v / np.abs(v).max()
    value = (v @ (a @ v)) / (v @ v)
    return [value, v / np.linalg.norm(v)]


@misconception(
    "jacobi_svd",
    "One sweep is not enough: a later rotation undoes a little of an earlier one. Repeat until nothing "
    "turns.",
    turned=("far", "little"),
)
def one_sweep(a, sweeps=30, *, turned="far"):
    u, v = a.astype(float), np.eye(a.shape[1])
    pairs = [(i, j) for j in range(len(v)) for i in range(j)]
    for i, j in pairs * 1:
        p, q = u[:, i], u[:, j]
        angle = 0.5 * np.arctan2(2 * (p @ q), p @ p - q @ q)
        if (
            turned == "little"
        ):  # the smaller of the two angles that make columns orthogonal, as in the docstring
            angle = (angle + np.pi / 4) % (np.pi / 2) - np.pi / 4
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        u[:, [i, j]], v[:, [i, j]] = u[:, [i, j]] @ turn, v[:, [i, j]] @ turn
    s = np.linalg.norm(u, axis=0)
    order = np.argsort(-s)
    return u[:, order] / s[order], s[order], v[:, order].T


@misconception(
    "jacobi_svd",
    "The singular values are not sorted: the largest comes first, and U and Vᵀ are put into the same order.",
    turned=("far", "little"),
)
def not_sorted(a, sweeps=30, *, turned="far"):
    u, v = a.astype(float), np.eye(a.shape[1])
    pairs = [(i, j) for j in range(len(v)) for i in range(j)]
    for i, j in pairs * sweeps:
        p, q = u[:, i], u[:, j]
        angle = 0.5 * np.arctan2(2 * (p @ q), p @ p - q @ q)
        if (
            turned == "little"
        ):  # the smaller of the two angles that make columns orthogonal, as in the docstring
            angle = (angle + np.pi / 4) % (np.pi / 2) - np.pi / 4
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        u[:, [i, j]], v[:, [i, j]] = u[:, [i, j]] @ turn, v[:, [i, j]] @ turn
    order = slice(None, None, -1 if turned == "far" else 1)
    s = np.linalg.norm(u, axis=0)[order]
    return u[:, order] / s, s, v[:, order].T


@misconception(
    "jacobi_svd",
    "The columns of A V are returned as U with their lengths still in them: divide each by its singular "
    "value.",
    turned=("far", "little"),
)
def lengths_left_in_u(a, sweeps=30, *, turned="far"):
    u, v = a.astype(float), np.eye(a.shape[1])
    pairs = [(i, j) for j in range(len(v)) for i in range(j)]
    for i, j in pairs * sweeps:
        p, q = u[:, i], u[:, j]
        angle = 0.5 * np.arctan2(2 * (p @ q), p @ p - q @ q)
        if (
            turned == "little"
        ):  # the smaller of the two angles that make columns orthogonal, as in the docstring
            angle = (angle + np.pi / 4) % (np.pi / 2) - np.pi / 4
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        u[:, [i, j]], v[:, [i, j]] = u[:, [i, j]] @ turn, v[:, [i, j]] @ turn
    s = np.linalg.norm(u, axis=0)
    order = np.argsort(-s)
    return u[:, order], s[order], v[:, order].T


@misconception(
    "jacobi_svd",
    "V is returned instead of Vᵀ: the rows of the third part are the right singular vectors.",
    turned=("far", "little"),
)
def v_for_vt(a, sweeps=30, *, turned="far"):
    u, v = a.astype(float), np.eye(a.shape[1])
    pairs = [(i, j) for j in range(len(v)) for i in range(j)]
    for i, j in pairs * sweeps:
        p, q = u[:, i], u[:, j]
        angle = 0.5 * np.arctan2(2 * (p @ q), p @ p - q @ q)
        if (
            turned == "little"
        ):  # the smaller of the two angles that make columns orthogonal, as in the docstring
            angle = (angle + np.pi / 4) % (np.pi / 2) - np.pi / 4
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        u[:, [i, j]], v[:, [i, j]] = u[:, [i, j]] @ turn, v[:, [i, j]] @ turn
    s = np.linalg.norm(u, axis=0)
    order = np.argsort(-s)
    return u[:, order] / s[order], s[order], v[:, order]


@misconception(
    "jacobi_svd",
    "The new p is used in the formula of the new q, where the old p belongs. Keep copies of both columns first, or "
    "compute both before you store one: a slice u[:, i] is a view and changes with u.",
)
def new_column_for_old(a, sweeps=30):
    u, v = a.astype(float), np.eye(a.shape[1])
    pairs = [(i, j) for i in range(len(v)) for j in range(i + 1, len(v))]
    for i, j in pairs * sweeps:
        alpha, beta, gamma = u[:, i] @ u[:, i], u[:, j] @ u[:, j], u[:, i] @ u[:, j]
        if gamma == 0:
            continue
        zeta = (beta - alpha) / (2 * gamma)
        t = (1 if zeta >= 0 else -1) / (abs(zeta) + np.hypot(1, zeta))
        c = 1 / np.hypot(1, t)
        for matrix in (u, v):
            matrix[:, i] = c * matrix[:, i] - c * t * matrix[:, j]
            matrix[:, j] = c * t * matrix[:, i] + c * matrix[:, j]
    s = np.linalg.norm(u, axis=0)
    order = np.argsort(-s)
    with np.errstate(all="ignore"):
        return u[:, order] / s[order], s[order], v[:, order].T


@misconception(
    "jacobi_svd",
    "ζ or t has the wrong sign, or α and β are exchanged: the pair is turned the other way and never becomes "
    "orthogonal. ζ = (β − α) / 2γ with α = p·p, and p becomes c p − s q.",
)
def turned_the_other_way(a, sweeps=30):
    u, v = a.astype(float), np.eye(a.shape[1])
    pairs = [(i, j) for i in range(len(v)) for j in range(i + 1, len(v))]
    for i, j in pairs * sweeps:
        alpha, beta, gamma = u[:, i] @ u[:, i], u[:, j] @ u[:, j], u[:, i] @ u[:, j]
        if gamma == 0:
            continue
        zeta = (alpha - beta) / (2 * gamma)
        t = (1 if zeta >= 0 else -1) / (abs(zeta) + np.hypot(1, zeta))
        rotation = np.array([[1, t], [-t, 1]]) / np.hypot(1, t)
        u[:, [i, j]], v[:, [i, j]] = u[:, [i, j]] @ rotation, v[:, [i, j]] @ rotation
    s = np.linalg.norm(u, axis=0)
    order = np.argsort(-s)
    return u[:, order] / s[order], s[order], v[:, order].T


@misconception(
    "jacobi_svd",
    "Columns of one length are not turned: np.sign(0) is 0, and so is t. sign(0) counts as 1 here, which turns them by "
    "45 degrees.",
)
def no_turn_at_equal_lengths(a, sweeps=30):
    u, v = a.astype(float), np.eye(a.shape[1])
    pairs = [(i, j) for i in range(len(v)) for j in range(i + 1, len(v))]
    for i, j in pairs * sweeps:
        alpha, beta, gamma = u[:, i] @ u[:, i], u[:, j] @ u[:, j], u[:, i] @ u[:, j]
        if gamma == 0:
            continue
        zeta = (beta - alpha) / (2 * gamma)
        t = np.sign(zeta) / (abs(zeta) + np.hypot(1, zeta))
        rotation = np.array([[1, t], [-t, 1]]) / np.hypot(1, t)
        u[:, [i, j]], v[:, [i, j]] = u[:, [i, j]] @ rotation, v[:, [i, j]] @ rotation
    s = np.linalg.norm(u, axis=0)
    order = np.argsort(-s)
    return u[:, order] / s[order], s[order], v[:, order].T


@misconception(
    "jacobi_svd",
    "Only U is turned. V collects the same rotations: turn its columns i and j as you turn those of A.",
)
def v_not_turned(a, sweeps=30):
    u, n = a.astype(float), a.shape[1]
    pairs = [(i, j) for i in range(n) for j in range(i + 1, n)]
    for i, j in pairs * sweeps:
        alpha, beta, gamma = u[:, i] @ u[:, i], u[:, j] @ u[:, j], u[:, i] @ u[:, j]
        if gamma == 0:
            continue
        zeta = (beta - alpha) / (2 * gamma)
        t = (1 if zeta >= 0 else -1) / (abs(zeta) + np.hypot(1, zeta))
        u[:, [i, j]] = u[:, [i, j]] @ np.array([[1, t], [-t, 1]]) / np.hypot(1, t)
    s = np.linalg.norm(u, axis=0)
    order = np.argsort(-s)
    return u[:, order] / s[order], s[order], np.eye(n)[:, order].T


@misconception(
    "jacobi_svd",
    "Only s was sorted. The columns of U and the rows of Vᵀ belong to their singular values: put all three into one "
    "order, with np.argsort.",
)
def only_s_sorted(a, sweeps=30):
    u, v = a.astype(float), np.eye(a.shape[1])
    pairs = [(i, j) for i in range(len(v)) for j in range(i + 1, len(v))]
    for i, j in pairs * sweeps:
        alpha, beta, gamma = u[:, i] @ u[:, i], u[:, j] @ u[:, j], u[:, i] @ u[:, j]
        if gamma == 0:
            continue
        zeta = (beta - alpha) / (2 * gamma)
        t = (1 if zeta >= 0 else -1) / (abs(zeta) + np.hypot(1, zeta))
        rotation = np.array([[1, t], [-t, 1]]) / np.hypot(1, t)
        u[:, [i, j]], v[:, [i, j]] = u[:, [i, j]] @ rotation, v[:, [i, j]] @ rotation
    s = np.linalg.norm(u, axis=0)
    return u / s, np.sort(s)[::-1], v.T


@variant("jacobi_svd")
def with_two_columns_at_a_time(a, sweeps=30):
    u, v = np.array(a, dtype=float), np.eye(a.shape[1])
    n = u.shape[1]
    for _ in range(sweeps):
        for i in range(n - 1):
            for j in range(i + 1, n):
                p, q = u[:, i].copy(), u[:, j].copy()
                gamma = p @ q
                if gamma == 0:
                    continue
                zeta = (q @ q - p @ p) / (2 * gamma)
                t = np.copysign(1, zeta) / (abs(zeta) + np.hypot(1, zeta))
                c = 1 / np.sqrt(1 + t**2)
                for matrix in (u, v):
                    p, q = matrix[:, i].copy(), matrix[:, j].copy()
                    matrix[:, i], matrix[:, j] = c * p - c * t * q, c * t * p + c * q
    s = np.sqrt(np.sum(u**2, axis=0))
    order = np.argsort(s)[::-1]
    return (u / s)[:, order], s[order], v[:, order].T


@variant("jacobi_svd")
def by_angles(a, sweeps=30):
    u, v = np.array(a, dtype=float), np.eye(a.shape[1])
    n = u.shape[1]
    for _ in range(sweeps):
        for i in range(n - 1):
            for j in range(i + 1, n):
                p, q = u[:, i], u[:, j]
                angle = 0.5 * np.arctan2(2 * (p @ q), p @ p - q @ q)
                c, s = np.cos(angle), np.sin(angle)
                turn = np.array([[c, -s], [s, c]])
                u[:, [i, j]] = u[:, [i, j]] @ turn
                v[:, [i, j]] = v[:, [i, j]] @ turn
    lengths = np.linalg.norm(u, axis=0)
    order = np.argsort(-lengths)
    return (u[:, order] / lengths[order]).tolist(), lengths[order].tolist(), v[:, order].T.tolist()
