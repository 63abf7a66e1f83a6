"""Answers to multiplication.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np

from course.testing import misconception, variant


@misconception(
    "matmul_loops",
    "The result always takes the dtype of A. When A holds integers, everything after the point is cut off.",
)
def dtype_of_the_first_factor(a, b):
    (n, d), (rows, m) = a.shape, b.shape
    if d != rows:
        raise ValueError("sizes do not fit")
    product = np.zeros((n, m), dtype=a.dtype)
    for i in range(n):
        for j in range(m):
            product[i, j] = sum(a[i, k] * b[k, j] for k in range(d))
    return product


@misconception(
    "matmul_loops",
    "The products overwrite one another, so only the last one is left. Add them up: +=, starting from 0.",
)
def last_product_only(a, b):
    (n, d), (rows, m) = a.shape, b.shape
    if d != rows:
        raise ValueError("sizes do not fit")
    product = np.zeros((n, m), dtype=np.result_type(a, b))
    for i in range(n):
        for j in range(m):
            for k in range(d):
                product[i, j] = a[i, k] * b[k, j]
    return product


@misconception(
    "matmul_loops",
    "The sum runs to the number of rows of A, which fits square matrices only. It runs over the columns of A.",
)
def square_only(a, b):
    (n, d), (rows, m) = a.shape, b.shape
    if d != rows:
        raise ValueError("sizes do not fit")
    product = np.zeros((n, m), dtype=np.result_type(a, b))
    for i in range(n):
        for j in range(m):
            for k in range(min(n, d)):
                product[i, j] += a[i, k] * b[k, j]
    return product


@misconception(
    "matmul_loops", "The result is B times A transposed: row and column are exchanged in the result."
)
def transposed_result(a, b):
    (n, d), (rows, m) = a.shape, b.shape
    if d != rows:
        raise ValueError("sizes do not fit")
    product = np.zeros((m, n), dtype=np.result_type(a, b))
    for i in range(n):
        for j in range(m):
            for k in range(d):
                product[j, i] += a[i, k] * b[k, j]
    return product


@misconception(
    "matmul_loops",
    "The inner sizes are not compared: rows of B that have no partner in A are left out without a word.",
)
def never_compares_the_sizes(a, b):
    (n, d), (rows, m) = a.shape, b.shape
    product = np.zeros((n, m), dtype=np.result_type(a, b))
    for i in range(n):
        for j in range(m):
            for k in range(min(d, rows)):
                product[i, j] += a[i, k] * b[k, j]
    return product


@misconception(
    "matmul_loops",
    "The sum goes on from entry to entry. Every entry of the product is a sum of its own and starts at 0: inside the "
    "loop over the columns.",
    over=("rows", "everything"),
)
def sum_carried_on(a, b, *, over="rows"):
    if a.shape[1] != b.shape[0]:
        raise ValueError("sizes do not match")
    product, total = np.zeros((a.shape[0], b.shape[1])), 0.0
    for i in range(a.shape[0]):
        if over == "rows":
            total = 0.0
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                total += a[i, k] * b[k, j]
            product[i, j] = total
    return product


@misconception(
    "matmul_loops",
    "The result always holds integers, so what stands after the point is cut off. Its dtype is np.result_type(a, b).",
)
def always_integers(a, b):
    if a.shape[1] != b.shape[0]:
        raise ValueError("sizes do not match")
    product = np.zeros((a.shape[0], b.shape[1]), dtype=int)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                product[i, j] = product[i, j] + a[i, k] * b[k, j]
    return product


@variant("matmul_loops")
def by_rows_and_columns(a, b):
    if a.shape[1] != len(b):
        raise ValueError("sizes do not fit")
    return [[sum(x * y for x, y in zip(row, column, strict=True)) for column in b.T] for row in a]


@variant("matmul_loops")
def by_outer_products(a, b):
    if a.shape[1] != b.shape[0]:
        raise ValueError("sizes do not fit")
    product = np.zeros((a.shape[0], b.shape[1]))
    for k in range(a.shape[1]):
        product = product + a[:, k : k + 1] * b[k : k + 1, :]
    return product


@variant("matmul_loops")
def rows_as_mixtures(a, b):
    if a.shape[1] != b.shape[0]:
        raise ValueError("sizes do not fit")
    rows = []
    for coefficients in a:
        row = 0 * b[0]
        for factor, other in zip(coefficients, b, strict=True):
            row = row + factor * other
        rows.append(row)
    return np.array(rows)


@misconception(
    "matmul_broadcast",
    "The inner sizes are not compared. Broadcasting stretches an axis of length 1 over any other without a word.",
)
def stretched_by_broadcasting(a, b):
    return np.sum(a[:, :, None] * b[None, :, :], axis=1)


@misconception(
    "matmul_broadcast",
    "There is a loop over the rows. Give A and B a third axis each and let broadcasting do it.",
)
def loop_over_the_rows(a, b):
    if a.shape[1] != b.shape[0]:
        raise ValueError("sizes do not fit")
    return np.array([np.sum(row[:, None] * b, axis=0) for row in a])


@misconception(
    "matmul_broadcast", "The sum runs over the wrong axis: the one that A and B share is axis 1 of the block."
)
def sum_over_the_last_axis(a, b):
    if a.shape[1] != b.shape[0]:
        raise ValueError("sizes do not fit")
    return np.sum(a[:, :, None] * b[None, :, :], axis=2)


@misconception(
    "matmul_broadcast", "The block of products comes back as it is; it has still to be summed over axis 1."
)
def block_of_products(a, b):
    if a.shape[1] != b.shape[0]:
        raise ValueError("sizes do not fit")
    return a[:, :, None] * b[None, :, :]


@misconception(
    "matmul_broadcast",
    "This is the product of B and A the other way round, transposed: the result must be (n, m).",
)
def result_transposed(a, b):
    if a.shape[1] != b.shape[0]:
        raise ValueError("sizes do not fit")
    return np.sum(b[:, :, None] * a.T[:, None, :], axis=0)


@variant("matmul_broadcast")
def inner_axis_last(a, b):
    if a.shape[1] != b.shape[0]:
        raise ValueError("sizes do not fit")
    return (a[:, np.newaxis, :] * b.T[np.newaxis, :, :]).sum(axis=-1)


@variant("matmul_broadcast")
def inner_axis_first(a, b):
    (_, d), (rows, _) = a.shape, b.shape
    if d != rows:
        raise ValueError("sizes do not fit")
    block = np.expand_dims(a.T, 2) * np.expand_dims(b, 1)
    return np.add.reduce(block, axis=0)


@misconception("outer_add", "These are products. The table holds sums: a[:, None] + b.")
def table_of_products(a, b):
    return a[:, None] * b


@misconception("outer_add", "Rows and columns are exchanged: a runs down the rows, so a must be the column.")
def second_vector_down_the_rows(a, b):
    return a + b[:, None]


@misconception(
    "outer_add",
    "The vectors are added entry by entry, which needs equal lengths. Make a column of a: a[:, None].",
)
def entry_by_entry(a, b):
    shorter = min(len(a), len(b))
    return a[:shorter] + b[:shorter]


@misconception("outer_add", "The table has the dtype of a, so integers in a cut off the fractions of b.")
def dtype_of_the_first_vector(a, b):
    table = np.zeros((len(a), len(b)), dtype=a.dtype)
    table[:] = a[:, None]
    np.add(table, b, out=table, casting="unsafe")
    return table


@misconception("outer_add", "These are differences. The table holds sums: a[:, None] + b.")
def table_of_differences(a, b):
    return a[:, None] - b


@misconception(
    "outer_add", "The sums are right, but in one long row. The table has a row for each entry of a."
)
def in_one_row(a, b):
    return (a[:, None] + b).ravel()


@variant("outer_add")
def by_repeating(a, b):
    return np.repeat(a.reshape(-1, 1), len(b), axis=1) + np.tile(b, (len(a), 1))


@variant("outer_add")
def in_two_loops(a, b):
    return [[x + y for y in b] for x in a]


@misconception(
    "batch_matmul",
    "The batch index is missing on the right, so all members are added up: write it on both sides.",
)
def sums_over_the_batch(x, y):
    return np.einsum("bij,bjk->ik", x, y)


@misconception(
    "batch_matmul",
    "The members have different letters, so each meets each. The same letter b on both sides pairs them.",
)
def each_with_each(x, y):
    return np.einsum("bij,cjk->bcik", x, y)


@misconception(
    "batch_matmul", "j stands on the right, so nothing is summed over: what stands on both sides is kept."
)
def nothing_summed(x, y):
    return np.einsum("bij,bjk->bijk", x, y)


@misconception(
    "batch_matmul", "The result is transposed: its letters are in the order of the axes, so bik, not bki."
)
def letters_in_the_wrong_order(x, y):
    return np.einsum("bij,bjk->bki", x, y)


@variant("batch_matmul")
def by_broadcasting(x, y):
    return np.sum(x[:, :, :, None] * y[:, None, :, :], axis=2)


@variant("batch_matmul")
def with_the_batch_as_dots(x, y):
    return np.einsum("...ij,...jk", x, y)


@variant("batch_matmul")
def one_after_the_other(x, y):
    return [np.einsum("ij,jk->ik", left, right) for left, right in zip(x, y, strict=True)]
