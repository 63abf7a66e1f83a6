"""Answers to arrays.py: wrong ones with what went wrong, and right ones in another style."""

import math

import numpy as np

from course.testing import misconception, variant


@misconception(
    "crop", "Rows and columns are exchanged: the first axis of an image is its height, counted from the top."
)
def columns_first(image, top, left, height, width, step=1):
    if top < 0 or left < 0 or top + height > image.shape[0] or left + width > image.shape[1]:
        raise ValueError("over an edge")
    return image[left : left + width : step, top : top + height : step].copy()


@misconception(
    "crop",
    "Height and width are taken for the last row and column. A slice ends at top + height and left + width.",
)
def ends_at_the_height(image, top, left, height, width, step=1):
    if top < 0 or left < 0 or top + height > image.shape[0] or left + width > image.shape[1]:
        raise ValueError("over an edge")
    return image[top:height:step, left:width:step].copy()


@misconception(
    "crop",
    "A slice ends before its last number, so nothing is to be subtracted: one row and one column are missing.",
)
def one_row_short(image, top, left, height, width, step=1):
    if top < 0 or left < 0 or top + height > image.shape[0] or left + width > image.shape[1]:
        raise ValueError("over an edge")
    return image[top : top + height - 1 : step, left : left + width - 1 : step].copy()


@misconception(
    "crop", "A slice is a view: whoever writes into the part writes into the image. Return a copy of it."
)
def returns_a_view(image, top, left, height, width, step=1):
    if top < 0 or left < 0 or top + height > image.shape[0] or left + width > image.shape[1]:
        raise ValueError("over an edge")
    return image[top : top + height : step, left : left + width : step]


@misconception(
    "crop", "The step is not used: every pixel is taken. It is the third number of a slice, [start:end:step]."
)
def every_pixel(image, top, left, height, width, step=1):
    if top < 0 or left < 0 or top + height > image.shape[0] or left + width > image.shape[1]:
        raise ValueError("over an edge")
    return image[top : top + height, left : left + width].copy()


@misconception(
    "crop",
    "Nothing checks the edges. A slice beyond the edge is cut short and a negative start counts from the other "
    "end, both without an error. Compare with the shape of the image and raise ValueError.",
)
def never_refuses(image, top, left, height, width, step=1):
    return image[top : top + height : step, left : left + width : step].copy()


@misconception(
    "crop",
    "The step makes the part longer. height and width say how much of the image it spans, of which every step-th row "
    "and column is taken.",
)
def as_many_as_the_height(image, top, left, height, width, step=1):
    if top < 0 or left < 0 or top + height > image.shape[0] or left + width > image.shape[1]:
        raise ValueError("over an edge")
    return image[top : top + height * step : step, left : left + width * step : step].copy()


@misconception("crop", "The step is used for the rows only. Columns are thinned out in the same way.")
def every_column(image, top, left, height, width, step=1):
    if top < 0 or left < 0 or top + height > image.shape[0] or left + width > image.shape[1]:
        raise ValueError("over an edge")
    return image[top : top + height : step, left : left + width].copy()


@misconception(
    "crop",
    "The first row and column are left out: a slice with a step begins where it is told to, at top and left.",
)
def begins_one_step_later(image, top, left, height, width, step=1):
    if top < 0 or left < 0 or top + height > image.shape[0] or left + width > image.shape[1]:
        raise ValueError("over an edge")
    return image[top + step - 1 : top + height : step, left + step - 1 : left + width : step].copy()


@variant("crop")
def by_lists_of_indices(image, top, left, height, width, step=1):
    rows, columns = np.arange(top, top + height, step), np.arange(left, left + width, step)
    if min(top, left) < 0 or top + height > image.shape[0] or left + width > image.shape[1]:
        raise ValueError("the part is not inside the image")
    return image[rows][:, columns]


@variant("crop")
def by_comprehension(image, top, left, height, width, step=1):
    if top < 0 or left < 0 or top + height > len(image) or left + width > len(image[0]):
        raise ValueError("over an edge")
    return np.array(
        [[image[i, j] for j in range(left, left + width, step)] for i in range(top, top + height, step)]
    )


@misconception(
    "centre_columns",
    "The mean of each row is taken away. Axis 0 runs from row to row and leaves one mean per column.",
)
def centres_the_rows(x):
    return x - x.mean(axis=1, keepdims=True)


@misconception(
    "centre_columns", "One mean of the whole table is taken away. Every column has its own: mean(axis=0)."
)
def one_mean_for_all(x):
    return x - x.mean()


@misconception(
    "centre_columns", "The caller's table is changed: -= works in place. Make a new array, x - mean."
)
def in_place(x):
    x -= x.mean(axis=0)
    return x


@misconception(
    "centre_columns", "The columns are also divided by their spread. Only the mean is to be taken away."
)
def standardised(x):
    return (x - x.mean(axis=0)) / np.maximum(x.std(axis=0), 1e-3)


@misconception(
    "centre_columns",
    "The means are cut to integers when the table holds integers. Leave them floats, as mean gives them.",
)
def means_cut_to_integers(x):
    return x - x.mean(axis=0).astype(x.dtype)


@misconception("centre_columns", "The means are added. To take them away, subtract: x - mean.")
def means_added(x):
    return x + x.mean(axis=0)


@misconception("centre_columns", "These are the means alone. Take them from every row: x - mean.")
def means_alone(x):
    return x.mean(axis=0)


@misconception(
    "centre_columns",
    "The median is taken away. The mean is asked for: add up and divide by the number of rows.",
)
def median_for_mean(x):
    return x - np.median(x, axis=0)


@variant("centre_columns")
def column_by_column(x):
    result = np.empty(x.shape)
    for j in range(x.shape[1]):
        result[:, j] = x[:, j] - sum(x[:, j]) / len(x)
    return result


@variant("centre_columns")
def by_plain_lists(x):
    columns = [[value - sum(column) / len(column) for value in column] for column in x.T.tolist()]
    return [list(row) for row in zip(*columns, strict=True)]


@misconception("fraction_above", "Entries equal to the threshold are counted: the comparison is >, not >=.")
def counts_ties(x, threshold):
    return np.mean(x >= threshold, axis=1)


@misconception("fraction_above", "This is one fraction per column. Along a row runs axis 1.")
def along_the_columns(x, threshold):
    return np.mean(x > threshold, axis=0)


@misconception(
    "fraction_above", "These are counts. A fraction is the count divided by the length of the row."
)
def counts_only(x, threshold):
    return np.sum(x > threshold, axis=1)


@misconception("fraction_above", "The whole table gives one number; without axis=1, mean runs over all axes.")
def one_number(x, threshold):
    return np.mean(x > threshold)


@misconception(
    "fraction_above",
    "The entries above the threshold are averaged, not counted: compare first, then take the mean of the comparison.",
)
def mean_of_the_entries(x, threshold):
    return np.mean(np.where(x > threshold, x, 0), axis=1)


@misconception(
    "fraction_above", "The counts are divided by the number of rows. A row has x.shape[1] entries."
)
def divided_by_the_rows(x, threshold):
    return np.sum(x > threshold, axis=1) / len(x)


@misconception("fraction_above", "The other side is counted: above the threshold means x > threshold.")
def fraction_below(x, threshold):
    return np.mean(x < threshold, axis=1)


@misconception("fraction_above", "// rounds down, so every fraction below 1 becomes 0. Divide with /.")
def rounded_down(x, threshold):
    return np.sum(x > threshold, axis=1) // x.shape[1]


@variant("fraction_above")
def count_and_divide(x, threshold):
    return np.count_nonzero(x > threshold, axis=1) / x.shape[1]


@variant("fraction_above")
def row_by_row(x, threshold):
    return [len([entry for entry in row if entry > threshold]) / len(row) for row in x]


@misconception("pairwise_distances", "The root is missing: these are squared distances.")
def squared_distances(a, b):
    return np.sum((a[:, None, :] - b[None, :, :]) ** 2, axis=2)


@misconception(
    "pairwise_distances",
    "The absolute differences are added, which is the distance along streets. Square, add, take the root.",
)
def distances_along_streets(a, b):
    return np.sum(np.abs(a[:, None, :] - b[None, :, :]), axis=2)


@misconception(
    "pairwise_distances", "Rows and columns are exchanged: entry (i, j) belongs to point i of the first set."
)
def second_set_first(a, b):
    return np.sqrt(np.sum((b[:, None, :] - a[None, :, :]) ** 2, axis=2))


@misconception(
    "pairwise_distances",
    "The sum runs over the points of the second set. The coordinates are the last axis, axis 2.",
)
def sum_over_the_points(a, b):
    return np.sqrt(np.sum((a[:, None, :] - b[None, :, :]) ** 2, axis=1))


@misconception(
    "pairwise_distances",
    "The mean over the coordinates is taken where their sum belongs: distances come out too short by √d.",
)
def mean_over_the_coordinates(a, b):
    return np.sqrt(np.mean((a[:, None, :] - b[None, :, :]) ** 2, axis=2))


@misconception(
    "pairwise_distances",
    "|a − b|² is |a|² + |b|² − 2 a·b, with a factor of 2 before the product.",
)
def factor_two_forgotten(a, b):
    return np.sqrt(np.abs(np.sum(a**2, axis=1)[:, None] + np.sum(b**2, axis=1) - a @ b.T))


@misconception(
    "pairwise_distances",
    "The differences are added as they are, with their signs. Square them before they are added.",
)
def differences_added(a, b):
    return np.sum(a[:, None, :] - b[None, :, :], axis=2)


@misconception(
    "pairwise_distances",
    "Only the largest difference counts here. The Euclidean distance adds the squares of all of them.",
)
def largest_difference(a, b):
    return np.max(np.abs(a[:, None, :] - b[None, :, :]), axis=2)


@variant("pairwise_distances")
def by_loops(a, b):
    return [[math.sqrt(sum((x - y) ** 2 for x, y in zip(p, q, strict=True))) for q in b] for p in a]


@variant("pairwise_distances")
def by_scalar_products(a, b):
    squares = np.sum(a * a, axis=1)[:, None] + np.sum(b * b, axis=1) - 2 * a @ b.T
    return np.sqrt(np.maximum(squares, 0))


@variant("pairwise_distances")
def by_norms(a, b):
    return np.linalg.norm(a[:, np.newaxis] - b, axis=-1)
