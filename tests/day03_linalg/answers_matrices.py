"""Answers to matrices.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np

from course.testing import misconception, variant
from day03_linalg.matrices import determinant


@misconception(
    "matrix_vector",
    "The products are added down the columns. Entry i of the result belongs to row i of A, so the sum "
    "runs along the row: over axis 1.",
)
def sum_over_rows(a, x):
    if x.shape != (a.shape[1],):
        raise ValueError("lengths do not match")
    return np.sum(a * x, axis=0)


@misconception(
    "matrix_vector",
    "A * x multiplies entry by entry. The product of a matrix with a vector also adds up each row.",
)
def elementwise_product(a, x):
    if x.shape != (a.shape[1],):
        raise ValueError("lengths do not match")
    return a * x


@misconception(
    "matrix_vector",
    "The result takes its dtype from x. When x holds integers, the fractions of A times x are cut off; "
    "make the result float.",
)
def result_of_the_dtype_of_x(a, x):
    m, n = a.shape
    if x.shape != (n,):
        raise ValueError("lengths do not match")
    result = np.zeros(m, dtype=x.dtype)
    for i in range(m):
        result[i] = sum(a[i, j] * x[j] for j in range(n))
    return result


@misconception(
    "matrix_vector",
    "The lengths are not compared. Broadcasting stretches an x of length 1 over all columns instead of "
    "failing.",
)
def stretched_by_broadcasting(a, x):
    return np.sum(a * x, axis=1)


@misconception(
    "matrix_vector",
    "The matrix is treated as square: the sum runs over as many columns as A has rows. The number of "
    "columns is a.shape[1].",
)
def square_only(a, x):
    m, n = a.shape
    if x.shape != (n,):
        raise ValueError("lengths do not match")
    return np.array([sum(a[i, j] * x[j] for j in range(m)) for i in range(m)])


@misconception(
    "matrix_vector",
    "Only the last product of each row is kept: result[i] = … forgets what was there, result[i] += … adds to it.",
)
def last_product_only(a, x):
    if x.shape != (a.shape[1],):
        raise ValueError("lengths do not match")
    return a[:, -1] * x[-1]


@misconception(
    "matrix_vector",
    "The sum goes on from row to row. Every entry of the result is a sum of its own and starts at 0: inside the loop "
    "over the rows.",
)
def sum_carried_on(a, x):
    if x.shape != (a.shape[1],):
        raise ValueError("lengths do not match")
    return np.cumsum(np.sum(a * x, axis=1))


@misconception(
    "matrix_vector",
    "The function returns from inside the loop, so the first row is all that was done. The return belongs behind the "
    "loops, with less indentation.",
    inner=(False, True),
)
def returned_too_early(a, x, *, inner=False):
    if x.shape != (a.shape[1],):
        raise ValueError("lengths do not match")
    result = np.zeros(len(a))
    result[0] = a[0, 0] * x[0] if inner else np.sum(a[0] * x)
    return result


@variant("matrix_vector")
def two_loops(a, x):
    if len(x) != a.shape[1]:
        raise ValueError("lengths do not match")
    result = []
    for row in a:
        total = 0
        for entry, factor in zip(row, x, strict=True):
            total += entry * factor
        result.append(total)
    return result


@variant("matrix_vector")
def combination_of_columns(a, x):
    if x.shape[0] != a.shape[1]:
        raise ValueError("lengths do not match")
    result = np.zeros(a.shape[0])
    for j in range(a.shape[1]):
        result = result + x[j] * a[:, j]
    return result


@misconception(
    "transpose",
    "reshape keeps the order in which the numbers lie in memory and only breaks the lines elsewhere; the "
    "transpose puts entry (i, j) at (j, i).",
)
def reshaped(a):
    return a.reshape(a.shape[1], a.shape[0])


@misconception("transpose", "This is A itself: entry (i, j) has to move to (j, i).")
def unchanged(a):
    return a.copy()


@misconception(
    "transpose",
    "The array for the result is made without the dtype of A, so complex entries lose their imaginary part.",
)
def real_result(a):
    m, n = a.shape
    result = np.zeros((n, m))
    for i in range(m):
        for j in range(n):
            result[j, i] = a[i, j].real
    return result


@misconception(
    "transpose",
    "The rows are also in reversed order: this is a rotation by 90 degrees. The transpose mirrors at the "
    "main diagonal.",
)
def rotated(a):
    return np.rot90(a)


@misconception(
    "transpose",
    "The order of the rows and that of the columns are reversed, too: this is the transpose, turned by 180 degrees. "
    "Entry (i, j) goes to (j, i), and no index is counted from the end.",
)
def turned_round(a):
    return np.array([[a[i, j] for i in range(a.shape[0])] for j in range(a.shape[1])])[::-1, ::-1]


@misconception(
    "transpose",
    "The complex conjugate was taken: that is the adjoint. The transpose leaves the entries as they are.",
)
def adjoint(a):
    return np.array([[a[i, j].conjugate() for i in range(a.shape[0])] for j in range(a.shape[1])])


@misconception(
    "transpose",
    "Entries are exchanged within an array of the shape of A. The transpose of an (m, n) matrix is (n, m): "
    "make a new array of that shape and fill it.",
)
def exchanged_in_place(a):
    m, n = a.shape
    result = a.copy()
    for i in range(m):
        for j in range(i + 1, n):
            result[i, j], result[j, i] = result[j, i], result[i, j]
    return result


@variant("transpose")
def list_comprehension(a):
    return np.array([[a[i, j] for i in range(a.shape[0])] for j in range(a.shape[1])])


@variant("transpose")
def rows_side_by_side(a):
    return np.column_stack(list(a))


@variant("transpose")
def zipped(a):
    return [list(column) for column in zip(*a, strict=True)]


@misconception(
    "determinant",
    "The two products are added. The other diagonal counts negative; only then is the determinant of "
    "dependent rows zero.",
)
def permanent(a):
    return a[0, 0] * a[1, 1] + a[0, 1] * a[1, 0]


@misconception(
    "determinant",
    "The absolute value is returned. The sign of the determinant tells whether the matrix turns the plane "
    "over.",
)
def unsigned_area(a):
    return abs(a[0, 0] * a[1, 1] - a[0, 1] * a[1, 0])


@misconception(
    "determinant",
    "The signs are exchanged: the product of the main diagonal comes first, the other is subtracted.",
)
def negated(a):
    return a[0, 1] * a[1, 0] - a[0, 0] * a[1, 1]


@misconception(
    "determinant",
    "Rows are multiplied, not diagonals: each product takes one entry from each row and each column.",
)
def products_of_rows(a):
    return a[0, 0] * a[0, 1] - a[1, 0] * a[1, 1]


@misconception(
    "determinant",
    "The products run down the columns, a_00 a_10 and a_01 a_11. Each product takes one entry from each column: "
    "a_00 a_11 and a_01 a_10.",
)
def products_of_columns(a):
    return a[0, 0] * a[1, 0] - a[0, 1] * a[1, 1]


@misconception(
    "determinant",
    "Only the main diagonal is multiplied. The product of the other two entries is subtracted.",
)
def main_diagonal_only(a):
    return a[0, 0] * a[1, 1]


@variant("determinant")
def unpacked(a):
    (p, q), (r, s) = a
    return float(p * s - q * r)


@variant("determinant")
def by_elimination(a):
    a = np.array(a, dtype=float)
    sign = 1.0
    if abs(a[0, 0]) < abs(a[1, 0]):
        a, sign = a[::-1], -1.0
    if a[0, 0] == 0:
        return 0.0
    return sign * a[0, 0] * (a[1, 1] - a[1, 0] / a[0, 0] * a[0, 1])


@misconception(
    "inverse",
    "The two entries off the diagonal have changed places as well. They stay where they are and change "
    "their sign.",
)
def transposed_adjugate(a):
    det = determinant(a)
    if det == 0:
        raise ValueError("singular")
    return np.array([[a[1, 1], -a[1, 0]], [-a[0, 1], a[0, 0]]]) / det


@misconception(
    "inverse",
    "1 / A inverts every entry. The inverse of a matrix is the matrix that gives the identity when "
    "multiplied with A.",
)
def reciprocal_entries(a):
    if determinant(a) == 0:
        raise ValueError("singular")
    return 1 / a


@misconception("inverse", "The division by the determinant is missing, so A⁻¹A is det A times the identity.")
def adjugate(a):
    if determinant(a) == 0:
        raise ValueError("singular")
    return np.array([[a[1, 1], -a[0, 1]], [-a[1, 0], a[0, 0]]])


@misconception(
    "inverse",
    "The result is written into a copy of A. When A holds integers, so does the copy, and the fractions "
    "are cut off.",
)
def written_into_integers(a):
    det = determinant(a)
    if det == 0:
        raise ValueError("singular")
    result = a.copy()
    result[0, 0], result[1, 1] = a[1, 1] / det, a[0, 0] / det
    result[0, 1], result[1, 0] = -a[0, 1] / det, -a[1, 0] / det
    return result


@misconception(
    "inverse",
    "A determinant of zero passes unnoticed. Division by it gives infinities; say clearly that there is "
    "no inverse.",
)
def no_check(a):
    with np.errstate(all="ignore"):
        return np.array([[a[1, 1], -a[0, 1]], [-a[1, 0], a[0, 0]]]) / np.float64(determinant(a))


@misconception(
    "inverse",
    "A small determinant is taken for zero. It has the unit of A squared: compare it with the size of A, "
    "or only with exact zero.",
    bound=(1e-8, 1e-10, 1e-12, 1e-15, 1e-20),
)
def small_means_singular(a, *, bound=1e-8):
    det = determinant(a)
    if abs(det) < bound:
        raise ValueError("singular")
    return np.array([[a[1, 1], -a[0, 1]], [-a[1, 0], a[0, 0]]]) / det


@misconception(
    "inverse",
    "The entries of the main diagonal have not changed places: a_11 goes to the top left, a_00 to the bottom right.",
)
def diagonal_left_alone(a):
    det = determinant(a)
    if det == 0:
        raise ValueError("singular")
    return np.array([[a[0, 0], -a[0, 1]], [-a[1, 0], a[1, 1]]]) / det


@misconception(
    "inverse",
    "The two entries off the diagonal have kept their sign: −a_01 and −a_10 belong there.",
)
def signs_forgotten(a):
    det = determinant(a)
    if det == 0:
        raise ValueError("singular")
    return np.array([[a[1, 1], a[0, 1]], [a[1, 0], a[0, 0]]]) / det


@misconception("inverse", "The matrix is multiplied by its determinant. It has to be divided by it.")
def times_the_determinant(a):
    det = determinant(a)
    if det == 0:
        raise ValueError("singular")
    return np.array([[a[1, 1], -a[0, 1]], [-a[1, 0], a[0, 0]]]) * det


@misconception(
    "inverse",
    "The absolute value of the determinant is used. Where the matrix turns the plane over, the determinant is "
    "negative, and so is 1 / det A.",
)
def absolute_determinant(a):
    det = abs(determinant(a))
    if det == 0:
        raise ValueError("singular")
    return np.array([[a[1, 1], -a[0, 1]], [-a[1, 0], a[0, 0]]]) / det


@misconception(
    "inverse",
    "A negative determinant is refused. It belongs to a matrix that turns the plane over, and that can be undone: "
    "only zero is refused.",
)
def negative_means_singular(a):
    det = determinant(a)
    if det <= 0:
        raise ValueError("singular")
    return np.array([[a[1, 1], -a[0, 1]], [-a[1, 0], a[0, 0]]]) / det


@misconception(
    "inverse",
    "A matrix with nearly dependent rows is refused, but it has an inverse: a bound beside the size of A is there "
    "for rounding only, 1e-14 or so.",
    share=(1e-3, 1e-4, 1e-5),
)
def nearly_singular(a, *, share=1e-3):
    det = determinant(a)
    if abs(det) <= share * np.abs(a).max() ** 2:
        raise ValueError("singular")
    return np.array([[a[1, 1], -a[0, 1]], [-a[1, 0], a[0, 0]]]) / det


@misconception("inverse", "// cuts off everything after the point, of floats as well. Divide with /.")
def floor_division(a):
    det = determinant(a)
    if det == 0:
        raise ValueError("singular")
    return np.array([[a[1, 1], -a[0, 1]], [-a[1, 0], a[0, 0]]]) // det


@variant("inverse")
def relative_tolerance(a):
    det = determinant(a)
    if abs(det) <= 1e-14 * np.abs(a).max() ** 2:
        raise ValueError("singular")
    return [[a[1, 1] / det, -a[0, 1] / det], [-a[1, 0] / det, a[0, 0] / det]]


@variant("inverse")
def filled_in(a):
    det = float(determinant(a))
    if det == 0.0:
        raise np.linalg.LinAlgError("singular")
    result = np.empty((2, 2))
    result[0, 0], result[1, 1] = a[1, 1], a[0, 0]
    result[0, 1], result[1, 0] = -a[0, 1], -a[1, 0]
    result /= det
    return result
