"""Answers to regression.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np

from course.testing import misconception, variant
from day03_linalg.regression import evaluate_polynomial, fit_polynomial, pseudo_inverse, vandermonde


@misconception(
    "vandermonde",
    "x is not used: only its length is. Row i must hold the powers of x_i, not of i.",
)
def powers_of_the_index(x, degree):
    return np.arange(1.0, len(x) + 1)[:, None] ** np.arange(degree + 1)


@misconception(
    "vandermonde",
    "The powers fall from left to right. Here column j is x to the power of j, so the first column is 1.",
)
def falling_powers(x, degree):
    return np.asarray(x, dtype=float)[:, None] ** np.arange(degree, -1, -1)


@misconception(
    "vandermonde",
    "One column is missing: a polynomial of degree n has n + 1 coefficients, from x⁰ to xⁿ.",
)
def one_column_short(x, degree):
    return np.asarray(x, dtype=float)[:, None] ** np.arange(degree)


@misconception(
    "vandermonde",
    "The column of ones is missing: powers start with x⁰, or the polynomial always passes through zero.",
)
def without_the_constant(x, degree):
    return np.asarray(x, dtype=float)[:, None] ** np.arange(1, degree + 1)


@misconception(
    "vandermonde",
    "Integers to a high power overflow silently. Make x float before raising it to a power.",
)
def integer_overflow(x, degree):
    return x[:, None] ** np.arange(degree + 1)


@misconception("vandermonde", "Rows and columns are exchanged: one row per entry of x, one column per power.")
def powers_in_rows(x, degree):
    return np.asarray(x, dtype=float) ** np.arange(degree + 1)[:, None]


@misconception("vandermonde", "x is multiplied by j. Column j is x to the power of j: x ** j.")
def multiples_of_x(x, degree):
    return np.asarray(x, dtype=float)[:, None] * np.arange(degree + 1)


@misconception("vandermonde", "This is j ** x: base and exponent are exchanged. Column j is x ** j.")
def base_and_exponent_exchanged(x, degree):
    with np.errstate(all="ignore"):
        return np.arange(degree + 1.0) ** np.asarray(x, dtype=float)[:, None]


@variant("vandermonde")
def column_by_column(x, degree):
    result = np.ones((len(x), degree + 1))
    for j in range(1, degree + 1):
        result[:, j] = result[:, j - 1] * x
    return result


@variant("vandermonde")
def nested_lists(x, degree):
    return [[float(value) ** power for power in range(degree + 1)] for value in x]


@misconception(
    "normal_equations",
    "1 / (AᵀA), or (AᵀA) ** -1, inverts every entry. What is needed is the solution of a linear system: "
    "np.linalg.solve.",
)
def reciprocal_entries(a, b):
    return (1 / (a.T @ a)) @ a.T @ b


@misconception(
    "normal_equations",
    "Only the first n equations are solved and the others ignored. Least squares is a compromise between "
    "all of them.",
)
def first_equations_only(a, b):
    n = a.shape[1]
    return np.linalg.solve(a[:n], b[:n])


@misconception("normal_equations", "AᵀA is missing: Aᵀb is only the right-hand side of the normal equations.")
def right_hand_side(a, b):
    return a.T @ b


@misconception(
    "normal_equations",
    "Every column is fitted alone, as if the columns of A were orthogonal. AᵀA also couples them.",
)
def one_column_at_a_time(a, b):
    return (a.T @ b) / np.sum(a * a, axis=0)


@misconception(
    "normal_equations",
    "The mean was taken from b first. Then another problem is solved: A has no column that could give it "
    "back.",
)
def centred(a, b):
    return np.linalg.solve(a.T @ a, a.T @ (b - b.mean()))


@misconception(
    "normal_equations", "This is A x, the fitted values. The coefficients x themselves are asked for."
)
def fitted_values(a, b):
    return a @ np.linalg.solve(a.T @ a, a.T @ b)


@variant("normal_equations")
def by_inverse(a, b):
    return np.linalg.inv(a.T @ a) @ (a.T @ b)


@variant("normal_equations")
def by_cholesky(a, b):
    lower = np.linalg.cholesky(a.T @ a)
    return np.linalg.solve(lower.T, np.linalg.solve(lower, a.T @ b))


@variant("normal_equations")
def by_qr(a, b):
    q, r = np.linalg.qr(a)
    return list(np.linalg.solve(r, q.T @ b))


@misconception(
    "pseudo_inverse",
    "Small singular values are inverted too. Noise of 1e-16 becomes 1e16; values up to rcond · max(s) "
    "count as zero.",
)
def no_cutoff(a, rcond=1e-15):
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    with np.errstate(all="ignore"):
        return (vt.T / s) @ u.T


@misconception(
    "pseudo_inverse",
    "The cutoff is absolute: s is compared with rcond itself. A matrix in other units must give the same "
    "answer, so the bound is rcond times the largest singular value.",
)
def absolute_cutoff(a, rcond=1e-15):
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    large = s > rcond
    return (vt[large].T / s[large]) @ u[:, large].T


@misconception("pseudo_inverse", "The singular values are not inverted: V diag(s) Uᵀ is the transpose of A.")
def singular_values_kept(a, rcond=1e-15):
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    return (vt.T * s) @ u.T


@misconception(
    "pseudo_inverse",
    "This is the transpose of A⁺: the factors stand in the order of A. The inverse of a product reverses it, V first "
    "and Uᵀ last.",
)
def order_not_reversed(a, rcond=1e-15):
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    inverted = np.divide(1, s, out=np.zeros_like(s), where=s > rcond * s.max())
    return (u * inverted) @ vt


@misconception(
    "pseudo_inverse",
    "(AᵀA)⁻¹Aᵀ exists only when the columns of A are independent. For wide matrices and dependent "
    "columns, AᵀA has no inverse; the singular values show what can be inverted.",
)
def inverse_of_the_normal_matrix(a, rcond=1e-15):
    return np.linalg.inv(a.T @ a) @ a.T


@misconception(
    "pseudo_inverse",
    "rcond is not used: the bound is a number of your own. Singular values up to rcond times the largest count as "
    "zero, whatever rcond is.",
    cutoff=(1e-15, 1e-14, 1e-12, 1e-10, 1e-8),
    relative=(True, False),
)
def rcond_ignored(a, rcond=1e-15, *, cutoff=1e-15, relative=True):
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    large = s > cutoff * (s.max() if relative else 1)
    return (vt[large].T / s[large]) @ u[:, large].T


@misconception(
    "pseudo_inverse",
    "The third factor of np.linalg.svd is Vᵀ, not V: transpose it once more, vt.T.",
)
def vt_taken_for_v(a, rcond=1e-15):
    u, s, v = np.linalg.svd(a, full_matrices=False)
    inverted = np.divide(1, s, out=np.zeros_like(s), where=s > rcond * s.max())
    return (v * inverted) @ u.T


@misconception(
    "pseudo_inverse",
    "Small singular values are lifted to the bound and inverted there. They count as zero, and so does their part of "
    "the result: s⁺ is 0.",
)
def lifted_to_the_bound(a, rcond=1e-15):
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    with np.errstate(all="ignore"):
        return (vt.T / np.maximum(s, rcond * s.max())) @ u.T


@variant("pseudo_inverse")
def by_eigenvalues(a, rcond=1e-15):
    values, v = np.linalg.eigh(a.T @ a)
    large = values > max(rcond**2, 1e-14) * values.max()
    v, s = v[:, large], np.sqrt(values[large])
    return (v / s**2) @ v.T @ a.T


@variant("pseudo_inverse")
def piece_by_piece(a, rcond=1e-15):
    m, n = a.shape
    u, s, vt = np.linalg.svd(a)
    result = np.zeros((n, m))
    for i, value in enumerate(s):
        if value > rcond * s[0]:
            result += np.outer(vt[i], u[:, i]) / value
    return result


@variant("pseudo_inverse")
def with_a_full_sigma(a, rcond=1e-15):
    m, n = a.shape
    u, s, vt = np.linalg.svd(a, full_matrices=True)
    sigma = np.zeros((n, m))
    for i in range(min(m, n)):
        sigma[i, i] = 1 / s[i] if s[i] > rcond * max(s) else 0
    return vt.T @ sigma @ u.T


@misconception(
    "condition_number",
    "These are eigenvalues of AᵀA, the squares of the singular values: this is the condition number of "
    "the normal equations.",
)
def squared(a):
    s = np.linalg.svd(a, compute_uv=False)
    return (s[0] / s[-1]) ** 2 if s[-1] > 0 else np.inf


@misconception(
    "condition_number",
    "Upside down: the largest singular value is divided by the smallest, so that the result is at least 1.",
)
def upside_down(a):
    s = np.linalg.svd(a, compute_uv=False)
    return s[-1] / s[0]


@misconception(
    "condition_number",
    "The Frobenius norm adds up all singular values. The condition number compares only the largest with "
    "the smallest.",
)
def frobenius_norms(a):
    s = np.linalg.svd(a, compute_uv=False)
    return np.sqrt(np.sum(s**2) * np.sum(1 / s**2)) if s[-1] > 0 else np.inf


@misconception(
    "condition_number",
    "This is only the largest singular value, the norm of A: the smallest is missing.",
)
def norm_only(a):
    return np.linalg.svd(a, compute_uv=False)[0]


@misconception(
    "condition_number",
    "np.linalg.svd gives U, s, Vᵀ in this order: the singular values are the second of the three.",
)
def third_for_second(a):
    _, _, s = np.linalg.svd(a)
    with np.errstate(all="ignore"):
        return s[0] / s[-1]


@misconception(
    "condition_number",
    "Of a matrix of zeros, 0 / 0 is not a number. Look first whether the smallest singular value is 0: then the "
    "condition number is infinite.",
)
def zero_by_zero(a):
    s = np.linalg.svd(a, compute_uv=False)
    with np.errstate(all="ignore"):
        return s[0] / s[-1]


@variant("condition_number")
def by_norms(a):
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    if s.min() == 0:
        return float("inf")
    return float(np.linalg.norm(a, 2) * np.linalg.norm((vt.T / s) @ u.T, 2))


@variant("condition_number")
def from_sorted_values(a):
    values = sorted(np.linalg.svd(a)[1].tolist())
    return values[-1] / values[0] if values[0] else np.inf


@misconception(
    "rescale",
    "The extremes of x are used instead of low and high. New points would then be mapped differently from "
    "the training points.",
)
def own_extremes(x, low, high):
    if low == high:
        raise ValueError("empty interval")
    span = x.max() - x.min()
    return 2 * (x - x.min()) / (span if span else 1) - 1


@misconception("rescale", "This maps onto [0, 1]. Twice that, minus 1, is centred at zero.")
def onto_zero_one(x, low, high):
    if low == high:
        raise ValueError("empty interval")
    return (x - low) / (high - low)


@misconception(
    "rescale",
    "Points outside the interval are pushed to its ends, so nothing could ever be extrapolated.",
)
def clipped(x, low, high):
    if low == high:
        raise ValueError("empty interval")
    return np.clip(2 * (x - low) / (high - low) - 1, -1, 1)


@misconception(
    "rescale",
    "low is not subtracted: an interval that does not begin at 0 is stretched, but not shifted.",
)
def not_shifted(x, low, high):
    if low == high:
        raise ValueError("empty interval")
    return 2 * x / (high - low) - 1


@misconception("rescale", "An interval of length zero divides by zero; raise ValueError before.")
def no_check(x, low, high):
    with np.errstate(all="ignore"):
        return 2 * (x - low) / (np.float64(high) - low) - 1


@misconception(
    "rescale",
    "The brackets are missing: division comes before subtraction. Write (x − low) / (high − low).",
)
def without_brackets(x, low, high):
    if low == high:
        raise ValueError("empty interval")
    return 2 * x - low / (high - low) - 1


@variant("rescale")
def from_the_centre(x, low, high):
    if high == low:
        raise ValueError("empty interval")
    centre, half = (low + high) / 2, (high - low) / 2
    return (x - centre) / half


@variant("rescale")
def point_by_point(x, low, high):
    if not high > low:
        raise ValueError("empty interval")
    return [-1 + (float(value) - low) * (2 / (high - low)) for value in x]


@misconception(
    "fit_polynomial",
    "The pseudo-inverse is replaced by the transpose: Vᵀy is not a solution, unless the columns of V are "
    "orthonormal.",
)
def transpose_for_inverse(x, y, degree):
    return vandermonde(x, degree).T @ y


@misconception(
    "fit_polynomial",
    "The degree is one too low: a polynomial of degree n has n + 1 coefficients.",
)
def degree_too_low(x, y, degree):
    return pseudo_inverse(np.asarray(x, dtype=float)[:, None] ** np.arange(max(degree, 1))) @ y


@misconception(
    "fit_polynomial",
    "The highest power comes first. Everything here counts from the lowest: c_0 + c_1 x + …",
)
def highest_power_first(x, y, degree):
    return (pseudo_inverse(vandermonde(x, degree)) @ y)[::-1]


@misconception(
    "fit_polynomial",
    "The points are sorted by x, but their y are not: each y must stay with its x.",
)
def x_sorted_alone(x, y, degree):
    return pseudo_inverse(vandermonde(np.sort(x), degree)) @ y


@misconception("fit_polynomial", "x and y are exchanged: this fits x as a function of y.")
def axes_exchanged(x, y, degree):
    return pseudo_inverse(vandermonde(y, degree)) @ x


@misconception(
    "fit_polynomial",
    "These are the values of the polynomial at the points, V c. Its coefficients c are asked for.",
)
def values_for_coefficients(x, y, degree):
    v = vandermonde(x, degree)
    return v @ (pseudo_inverse(v) @ y)


@misconception(
    "fit_polynomial",
    "One coefficient too many: vandermonde(x, degree) has degree + 1 columns already.",
)
def degree_too_high(x, y, degree):
    return pseudo_inverse(vandermonde(x, degree + 1)) @ y


@variant("fit_polynomial")
def by_minimum_norm(x, y, degree):
    v = vandermonde(x, degree)
    if len(x) > degree:
        return np.linalg.solve(v.T @ v, v.T @ y)
    return v.T @ np.linalg.solve(v @ v.T, y)


@variant("fit_polynomial")
def as_a_list(x, y, degree):
    rows = pseudo_inverse(vandermonde(x, degree))
    return [float(np.sum(row * y)) for row in rows]


@misconception(
    "select_degree",
    "The error on the training points is judged. It falls with every degree and always votes for the "
    "highest: judge on the points that were held out.",
)
def by_training_error(x_train, y_train, x_validation, y_validation, degrees):
    fits = [fit_polynomial(x_train, y_train, degree) for degree in degrees]
    errors = np.array([np.mean((evaluate_polynomial(c, x_train) - y_train) ** 2) for c in fits])
    return degrees[int(np.argmin(errors))], errors


@misconception(
    "select_degree",
    "The validation points were used for fitting as well. What was seen cannot measure how well the "
    "unseen is predicted.",
)
def fitted_to_everything(x_train, y_train, x_validation, y_validation, degrees):
    x, y = np.append(x_train, x_validation), np.append(y_train, y_validation)
    fits = [fit_polynomial(x, y, degree) for degree in degrees]
    errors = np.array([np.mean((evaluate_polynomial(c, x_validation) - y_validation) ** 2) for c in fits])
    return degrees[int(np.argmin(errors))], errors


@misconception(
    "select_degree",
    "The position in the list is returned. np.argmin gives an index; the degree is degrees[index].",
)
def position_for_degree(x_train, y_train, x_validation, y_validation, degrees):
    fits = [fit_polynomial(x_train, y_train, degree) for degree in degrees]
    errors = np.array([np.mean((evaluate_polynomial(c, x_validation) - y_validation) ** 2) for c in fits])
    return int(np.argmin(errors)), errors


@misconception(
    "select_degree",
    "The squared errors are added up but not divided by the number of points: a mean is asked for.",
)
def sum_of_squares(x_train, y_train, x_validation, y_validation, degrees):
    fits = [fit_polynomial(x_train, y_train, degree) for degree in degrees]
    errors = np.array([np.sum((evaluate_polynomial(c, x_validation) - y_validation) ** 2) for c in fits])
    return degrees[int(np.argmin(errors))], errors


@misconception("select_degree", "The degree with the largest error is chosen: np.argmin, not np.argmax.")
def worst_degree(x_train, y_train, x_validation, y_validation, degrees):
    fits = [fit_polynomial(x_train, y_train, degree) for degree in degrees]
    errors = np.array([np.mean((evaluate_polynomial(c, x_validation) - y_validation) ** 2) for c in fits])
    return degrees[int(np.argmax(errors))], errors


@misconception(
    "select_degree",
    "The two sets have changed their roles: fit on the training points, judge on the validation points.",
)
def sets_exchanged(x_train, y_train, x_validation, y_validation, degrees):
    fits = [fit_polynomial(x_validation, y_validation, degree) for degree in degrees]
    errors = np.array([np.mean((evaluate_polynomial(c, x_train) - y_train) ** 2) for c in fits])
    return degrees[int(np.argmin(errors))], errors


@misconception(
    "select_degree",
    "The two parts are exchanged: first the degree, then the errors of all degrees.",
)
def parts_exchanged(x_train, y_train, x_validation, y_validation, degrees):
    fits = [fit_polynomial(x_train, y_train, degree) for degree in degrees]
    errors = np.array([np.mean((evaluate_polynomial(c, x_validation) - y_validation) ** 2) for c in fits])
    return errors, degrees[int(np.argmin(errors))]


@misconception(
    "select_degree",
    "Only the smallest error is returned. The second part holds the validation error of every candidate.",
)
def smallest_error_only(x_train, y_train, x_validation, y_validation, degrees):
    fits = [fit_polynomial(x_train, y_train, degree) for degree in degrees]
    errors = np.array([np.mean((evaluate_polynomial(c, x_validation) - y_validation) ** 2) for c in fits])
    return degrees[int(np.argmin(errors))], errors.min()


@misconception(
    "select_degree",
    "The errors are not squared: the mean of their absolute values is another measure.",
)
def absolute_errors(x_train, y_train, x_validation, y_validation, degrees):
    fits = [fit_polynomial(x_train, y_train, degree) for degree in degrees]
    errors = np.array([np.mean(np.abs(evaluate_polynomial(c, x_validation) - y_validation)) for c in fits])
    return degrees[int(np.argmin(errors))], errors


@misconception(
    "select_degree",
    "The root was taken: the mean of the squares itself is asked for.",
)
def root_of_the_mean(x_train, y_train, x_validation, y_validation, degrees):
    fits = [fit_polynomial(x_train, y_train, degree) for degree in degrees]
    errors = np.array([np.mean((evaluate_polynomial(c, x_validation) - y_validation) ** 2) for c in fits])
    return degrees[int(np.argmin(errors))], np.sqrt(errors)


@misconception(
    "select_degree",
    "The candidates were sorted, but the caller has them in another order: error number i belongs to degrees[i].",
)
def candidates_sorted(x_train, y_train, x_validation, y_validation, degrees):
    degrees = sorted(degrees)
    fits = [fit_polynomial(x_train, y_train, degree) for degree in degrees]
    errors = np.array([np.mean((evaluate_polynomial(c, x_validation) - y_validation) ** 2) for c in fits])
    return degrees[int(np.argmin(errors))], errors


@variant("select_degree")
def with_a_loop(x_train, y_train, x_validation, y_validation, degrees):
    best, smallest, errors = None, float("inf"), []
    for degree in degrees:
        c = fit_polynomial(x_train, y_train, degree)
        total = 0.0
        for x, y in zip(x_validation, y_validation, strict=True):
            total += (sum(c[j] * x**j for j in range(degree + 1)) - y) ** 2
        errors.append(total / len(x_validation))
        if errors[-1] < smallest:
            best, smallest = degree, errors[-1]
    return best, errors


@variant("select_degree")
def with_normal_equations(x_train, y_train, x_validation, y_validation, degrees):
    errors = {}
    for degree in degrees:
        v = vandermonde(x_train, degree)
        residual = vandermonde(x_validation, degree) @ np.linalg.solve(v.T @ v, v.T @ y_train) - y_validation
        errors[degree] = residual @ residual / len(residual)
    return min(errors, key=errors.get), np.array(list(errors.values()))
