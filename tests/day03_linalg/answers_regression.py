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


@misconception(
    "vandermonde",
    "The powers begin with x¹ and end one too high. They run from x⁰, which is 1, to x to the power of the degree.",
)
def one_power_too_high(x, degree):
    return np.asarray(x, dtype=float)[:, None] ** np.arange(1, degree + 2)


@misconception(
    "vandermonde",
    "The powers are right, but the array they are written into holds integers, as x does: make that one of floats, "
    "np.zeros(…) without dtype=x.dtype.",
)
def written_into_integers(x, degree):
    result = np.zeros((len(x), degree + 1), dtype=x.dtype)
    with np.errstate(all="ignore"):
        for j in range(degree + 1):
            result[:, j] = x.astype(float) ** j
    return result


@misconception(
    "vandermonde",
    "A logarithm exists only of what is positive: exp(j log x) loses all other x. Write the power, x ** j.",
)
def by_logarithms(x, degree):
    with np.errstate(all="ignore"):
        return np.exp(np.log(np.asarray(x, dtype=float))[:, None] * np.arange(degree + 1))


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


@misconception(
    "normal_equations",
    "A itself was given to solve or inv, which take square matrices: a tall system has no exact solution. "
    "The square system is AᵀA x = Aᵀb.",
    by=("solve", "inv"),
)
def system_not_square(a, b, *, by="solve"):
    return np.linalg.solve(a, b) if by == "solve" else np.linalg.inv(a) @ b


@misconception(
    "normal_equations",
    "The arguments are exchanged: np.linalg.solve(M, v) takes the matrix first, AᵀA, and then the right-hand side Aᵀb.",
)
def arguments_exchanged(a, b):
    return np.linalg.solve(a.T @ b, a.T @ a)


@misconception(
    "normal_equations",
    "a.T * a multiplies entry by entry, which these shapes do not allow. The product of matrices is a.T @ a.",
)
def entry_by_entry(a, b):
    return np.linalg.solve(a.T * a, a.T @ b)


@misconception(
    "normal_equations",
    "Aᵀb is multiplied by AᵀA. The system AᵀA x = Aᵀb has to be solved for x: np.linalg.solve(AᵀA, Aᵀb).",
)
def multiplied_instead_of_solved(a, b):
    return (a.T @ a) @ (a.T @ b)


@misconception(
    "normal_equations",
    "This is Aᵀ(b − A x), which is zero up to rounding at the minimum. The x at which it is zero is asked for.",
    sign=(1, -1),
)
def gradient_for_solution(a, b, *, sign=1):
    return sign * a.T @ (b - a @ np.linalg.solve(a.T @ a, a.T @ b))


@misconception(
    "normal_equations",
    "Something small was added to the diagonal of AᵀA: that is ridge, and another x. The columns of A are independent "
    "here, so AᵀA needs no help.",
    epsilon=(1e-8, 1e-4),
)
def a_little_ridge(a, b, *, epsilon=1e-8):
    return np.linalg.solve(a.T @ a + epsilon * np.eye(a.shape[1]), a.T @ b)


@misconception(
    "normal_equations",
    "The transposes are missing or stand behind: A Aᵀ is (m, m), and A b does not exist. The square system is "
    "AᵀA x = Aᵀb, a.T @ a and a.T @ b.",
)
def transposes_exchanged(a, b):
    return np.linalg.solve(a @ a.T, a @ b)


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


@misconception(
    "pseudo_inverse",
    "The singular values that do not count are left as they are. They must become 0: s⁺ is 1/s where s is large, and "
    "0 elsewhere.",
)
def small_ones_left_standing(a, rcond=1e-15):
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    large = s > rcond * s.max()
    return (vt.T * np.where(large, np.divide(1, s, out=np.zeros_like(s), where=large), s)) @ u.T


@misconception(
    "pseudo_inverse",
    "rcond is compared with eigenvalues of AᵀA (or of A Aᵀ). These are the squares of the singular values: take their "
    "roots first, or compare with rcond².",
)
def squares_compared(a, rcond=1e-15):
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    large = s**2 > rcond * s.max() ** 2
    return (vt[large].T / s[large]) @ u[:, large].T


@misconception(
    "pseudo_inverse",
    "The bound is not rcond times the largest singular value: something else stands in the place of the largest one, "
    "or beside it (the number of rows or columns, the norm of A, a sum).",
    of=("longer side", "norm", "sum", "mean"),
)
def bound_by_something_else(a, rcond=1e-15, *, of="norm"):
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    sizes = {
        "longer side": max(a.shape) * s.max(),
        "norm": np.linalg.norm(a),
        "sum": s.sum(),
        "mean": s.mean(),
    }
    large = s > rcond * sizes[of]
    return (vt[large].T / s[large]) @ u[:, large].T


@misconception(
    "pseudo_inverse",
    "U or Vᵀ is larger than the singular values need: np.linalg.svd(a) makes both square. Ask for "
    "np.linalg.svd(a, full_matrices=False).",
)
def full_matrices(a, rcond=1e-15):
    u, s, vt = np.linalg.svd(a)
    inverted = np.divide(1, s, out=np.zeros_like(s), where=s > rcond * s.max())
    return vt.T @ np.diag(inverted) @ u.T


@misconception(
    "pseudo_inverse",
    "Only s was cut, and U and Vᵀ have all their columns and rows. Cut all three alike, or keep s as long as it is "
    "and put zeros for what does not count.",
    product=("*", "@"),
)
def only_s_cut(a, rcond=1e-15, *, product="*"):
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    s = s[s > rcond * s.max()]
    return (vt.T / s) @ u.T if product == "*" else vt.T @ np.diag(1 / s) @ u.T


@misconception(
    "pseudo_inverse",
    "s is overwritten while its largest value is still asked for: after the first one has become 1/s, s.max() is "
    "another number. Take rcond * s.max() once, before the loop, or write into a new array.",
)
def largest_overwritten(a, rcond=1e-15):
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    for i in range(len(s)):
        s[i] = 1 / s[i] if s[i] > rcond * s.max() else 0
    return (vt.T * s) @ u.T


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


@misconception(
    "condition_number",
    "np.linalg.svd(a) gives three parts, U, s and Vᵀ, and here all of them are taken for s. Write u, s, vt = …, or ask "
    "for s alone with compute_uv=False.",
)
def three_parts_for_one(a):
    s = np.linalg.svd(a)
    return s[0] / s[-1]


@misconception(
    "condition_number",
    "Only a square matrix has eigenvalues or an inverse. Every matrix has singular values: the largest divided by the "
    "smallest.",
    by=("eigvals", "inv"),
)
def for_square_matrices_only(a, *, by="eigvals"):
    if by == "inv":
        return np.linalg.norm(a, 2) * np.linalg.norm(np.linalg.inv(a), 2)
    values = np.abs(np.linalg.eigvals(a))
    return values.max() / values.min()


@misconception(
    "condition_number",
    "AᵀA of a wide matrix has more eigenvalues than A has singular values, and the others are 0: only min(m, n) of "
    "them count.",
    below=("zero", "infinite"),
)
def too_many_eigenvalues(a, *, below="zero"):
    values = np.linalg.eigvalsh(a.T @ a)
    if a.shape[1] > a.shape[0] and below == "infinite":
        return np.inf
    with np.errstate(all="ignore"):
        return np.sqrt(values.max() / values.min())


@misconception(
    "condition_number",
    "The largest singular value is divided by the second. The smallest is the last one, s[-1].",
)
def second_for_smallest(a):
    s = np.linalg.svd(a, compute_uv=False)
    return s[0] / s[1]


@misconception(
    "condition_number",
    "These are the largest and the smallest entry of A. The singular values are asked for, which "
    "np.linalg.svd(a, compute_uv=False) gives.",
    absolute=(False, True),
)
def entries_for_singular_values(a, *, absolute=False):
    a = np.abs(a) if absolute else a
    with np.errstate(all="ignore"):
        return a.max() / a.min()


@misconception(
    "condition_number",
    "The norm of all entries stands above, the Frobenius norm. The largest singular value alone belongs there, "
    "np.linalg.norm(a, 2).",
)
def frobenius_over_smallest(a):
    s = np.linalg.svd(a, compute_uv=False)
    return np.linalg.norm(a) / s[-1] if s[-1] > 0 else np.inf


@misconception(
    "condition_number",
    "Small singular values are left out, whatever the unit of A is, and of a matrix of zeros none is left. "
    "The smallest counts however small it is.",
    bound=(1e-8, 1e-10, 1e-12, 1e-15),
)
def small_ones_left_out(a, *, bound=1e-12):
    s = np.linalg.svd(a, compute_uv=False)
    s = s[s > bound]
    return s[0] / s[-1]


@misconception(
    "condition_number",
    "A small singular value is taken for 0. It has the unit of A: the condition number of 1e-20 times a matrix is the "
    "same as that of the matrix.",
    bound=(1e-8, 1e-10, 1e-12, 1e-15),
)
def small_means_zero(a, *, bound=1e-12):
    s = np.linalg.svd(a, compute_uv=False)
    return s[0] / s[-1] if s[-1] > bound else np.inf


@misconception(
    "condition_number",
    "The logarithm was taken, which tells how many digits are lost. The quotient itself is asked for.",
    base=(10, 2, None),
)
def digits_lost(a, *, base=10):
    s = np.linalg.svd(a, compute_uv=False)
    return np.log(s[0] / s[-1]) / (np.log(base) if base else 1) if s[-1] > 0 else np.inf


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


@misconception(
    "rescale",
    "Two ends that are near to each other are taken for equal. 730000 and 730005 are five days: only low == high is "
    "refused.",
)
def nearly_equal_ends(x, low, high):
    if np.isclose(low, high):
        raise ValueError("empty interval")
    return 2 * (x - low) / (high - low) - 1


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
    "x is sorted, and y is not, or apart from it: each y must stay with its x. The order of points does not "
    "matter.",
    y_too=(False, True),
)
def x_sorted_alone(x, y, degree, *, y_too=False):
    return pseudo_inverse(vandermonde(np.sort(x), degree)) @ (np.sort(y) if y_too else y)


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


@misconception(
    "fit_polynomial",
    "x is mapped onto [−1, 1] first: these are the coefficients of another polynomial, one of the new x. Whoever calls "
    "maps x, so take it as it comes.",
)
def rescaled_inside(x, y, degree):
    span = x.max() - x.min()
    inside = 2 * (x - x.min()) / (span if span else 1) - 1
    return pseudo_inverse(vandermonde(inside, degree)) @ y


@misconception(
    "fit_polynomial",
    "The factors are in the wrong order: V⁺ has one row for each coefficient and one column for each point, so it "
    "stands in front, V⁺ @ y.",
)
def factors_exchanged(x, y, degree):
    return y @ pseudo_inverse(vandermonde(x, degree))


@misconception(
    "fit_polynomial",
    "Before y stands a matrix with a row for each point, such as V itself or the pseudo-inverse of Vᵀ. V⁺, the "
    "pseudo-inverse of V, has a row for each coefficient.",
    of=("transpose", "none"),
)
def a_row_for_each_point(x, y, degree, *, of="transpose"):
    v = vandermonde(x, degree)
    return (pseudo_inverse(v.T) if of == "transpose" else v) @ y


@misconception(
    "fit_polynomial",
    "pseudo_inverse got the degree as its second argument, which is rcond: no singular value is that large, and all "
    "count as zero. The degree belongs to vandermonde.",
)
def degree_for_rcond(x, y, degree):
    return pseudo_inverse(vandermonde(x, degree), degree) @ y


@misconception(
    "fit_polynomial",
    "Another rcond than that of pseudo_inverse is used, and cuts off singular values that count. Leave its second "
    "argument out.",
    rcond=(1e-6, 1e-5, 1e-4, 1e-3),
)
def larger_cutoff(x, y, degree, *, rcond=1e-6):
    return pseudo_inverse(vandermonde(x, degree), rcond) @ y


@misconception(
    "fit_polynomial",
    "The normal equations need as many points as coefficients: with fewer, VᵀV has no inverse. The pseudo-inverse "
    "finds the shortest c then.",
)
def by_normal_equations(x, y, degree):
    v = vandermonde(x, degree)
    return np.linalg.solve(v.T @ v, v.T @ y)


@misconception(
    "fit_polynomial",
    "The mean was taken from y first, and is missing in c_0. The column of ones in V is there for it: take y as it is.",
)
def values_centred(x, y, degree):
    return pseudo_inverse(vandermonde(x, degree)) @ (y - y.mean())


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


@misconception(
    "select_degree",
    "The polynomials are fitted to the validation points, on which they are judged. Fit them to the training points.",
)
def fitted_to_validation(x_train, y_train, x_validation, y_validation, degrees):
    fits = [fit_polynomial(x_validation, y_validation, degree) for degree in degrees]
    errors = np.array([np.mean((evaluate_polynomial(c, x_validation) - y_validation) ** 2) for c in fits])
    return degrees[int(np.argmin(errors))], errors


@misconception(
    "select_degree",
    "The sum of the squares is divided by the number of training points. There are len(x_validation) residuals.",
)
def divided_by_training_points(x_train, y_train, x_validation, y_validation, degrees):
    fits = [fit_polynomial(x_train, y_train, degree) for degree in degrees]
    errors = np.array([np.sum((evaluate_polynomial(c, x_validation) - y_validation) ** 2) for c in fits])
    errors = errors / len(x_train)
    return degrees[int(np.argmin(errors))], errors


@misconception(
    "select_degree",
    "The mean is taken before the square, so that errors of opposite sign cancel. Square each one first: "
    "np.mean(residual ** 2).",
)
def mean_before_square(x_train, y_train, x_validation, y_validation, degrees):
    fits = [fit_polynomial(x_train, y_train, degree) for degree in degrees]
    errors = np.array([np.mean(evaluate_polynomial(c, x_validation) - y_validation) ** 2 for c in fits])
    return degrees[int(np.argmin(errors))], errors


@misconception(
    "select_degree",
    "The positions 0, 1, 2, … were fitted as degrees. Go through the candidates themselves: for degree in degrees.",
)
def positions_fitted(x_train, y_train, x_validation, y_validation, degrees):
    fits = [fit_polynomial(x_train, y_train, degree) for degree in range(len(degrees))]
    errors = np.array([np.mean((evaluate_polynomial(c, x_validation) - y_validation) ** 2) for c in fits])
    return degrees[int(np.argmin(errors))], errors


@misconception(
    "select_degree",
    "The arguments of evaluate_polynomial are exchanged: first the coefficients, then x.",
)
def coefficients_for_x(x_train, y_train, x_validation, y_validation, degrees):
    fits = [fit_polynomial(x_train, y_train, degree) for degree in degrees]
    errors = np.array([np.mean((evaluate_polynomial(x_validation, c) - y_validation) ** 2) for c in fits])
    return degrees[int(np.argmin(errors))], errors


@misconception(
    "select_degree",
    "Each set is mapped onto [−1, 1] by its own extremes, so that one x means two things. Take x as it comes: whoever "
    "calls has mapped it.",
)
def each_set_rescaled(x_train, y_train, x_validation, y_validation, degrees):
    x, new = (2 * (x - x.min()) / (x.max() - x.min()) - 1 for x in (x_train, x_validation))
    fits = [fit_polynomial(x, y_train, degree) for degree in degrees]
    errors = np.array([np.mean((evaluate_polynomial(c, new) - y_validation) ** 2) for c in fits])
    return degrees[int(np.argmin(errors))], errors


@misconception(
    "select_degree",
    "Of several candidates with the smallest error the last one is returned; the first counts. Replace the best only "
    "where the error is smaller: <, not <=.",
)
def last_of_the_best(x_train, y_train, x_validation, y_validation, degrees):
    fits = [fit_polynomial(x_train, y_train, degree) for degree in degrees]
    errors = np.array([np.mean((evaluate_polynomial(c, x_validation) - y_validation) ** 2) for c in fits])
    return [d for d, error in zip(degrees, errors, strict=True) if error == errors.min()][-1], errors


@misconception(
    "select_degree",
    "x and y are exchanged in the call of fit_polynomial: first the points x, then their values y.",
)
def fitted_with_axes_exchanged(x_train, y_train, x_validation, y_validation, degrees):
    fits = [fit_polynomial(y_train, x_train, degree) for degree in degrees]
    errors = np.array([np.mean((evaluate_polynomial(c, x_validation) - y_validation) ** 2) for c in fits])
    return degrees[int(np.argmin(errors))], errors


@misconception(
    "select_degree",
    "The smallest degree is returned: min of a dict goes through its keys. Ask for that with the smallest error, "
    "min(errors, key=errors.get) or degrees[np.argmin(errors)].",
)
def smallest_degree(x_train, y_train, x_validation, y_validation, degrees):
    fits = [fit_polynomial(x_train, y_train, degree) for degree in degrees]
    errors = np.array([np.mean((evaluate_polynomial(c, x_validation) - y_validation) ** 2) for c in fits])
    return min(degrees), errors


@misconception(
    "select_degree",
    "The training points are mapped onto [−1, 1] and the validation points are not, so that one x means two things. "
    "Take x as it comes: whoever calls has mapped it.",
)
def training_rescaled(x_train, y_train, x_validation, y_validation, degrees):
    x = 2 * (x_train - x_train.min()) / (x_train.max() - x_train.min()) - 1
    fits = [fit_polynomial(x, y_train, degree) for degree in degrees]
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
