"""Answers to fractals.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np

from course.testing import misconception, variant
from day01_intro.fractals import escape_time


@misconception(
    "complex_grid",
    "The last row and column do not reach `high`: both corners are points of the grid (linspace, not arange).",
)
def without_the_far_ends(low, high, height, width):
    x = np.linspace(low.real, high.real, width, endpoint=False)
    y = np.linspace(low.imag, high.imag, height, endpoint=False)
    return x + 1j * y[:, None]


@misconception(
    "complex_grid",
    "Height and width are exchanged: the real parts run along a row, so there are `width` of them.",
)
def height_and_width_exchanged(low, high, height, width):
    x = np.linspace(low.real, high.real, height)
    y = np.linspace(low.imag, high.imag, width)
    return x + 1j * y[:, None]


@misconception(
    "complex_grid",
    "The grid is upside down: the first row belongs to `low`. A picture is turned when it is drawn.",
)
def upside_down(low, high, height, width):
    x = np.linspace(low.real, high.real, width)
    y = np.linspace(high.imag, low.imag, height)
    return x + 1j * y[:, None]


@misconception(
    "complex_grid", "The imaginary parts are added as real numbers; they must be multiplied by 1j."
)
def without_i(low, high, height, width):
    x = np.linspace(low.real, high.real, width)
    y = np.linspace(low.imag, high.imag, height)
    return x + y[:, None]


@misconception(
    "complex_grid",
    "Real parts run down the columns here. The first axis are the rows, from bottom to top in the plane.",
)
def axes_exchanged(low, high, height, width):
    x = np.linspace(low.real, high.real, width)
    y = np.linspace(low.imag, high.imag, height)
    return x[:, None] + 1j * y


@variant("complex_grid")
def by_meshgrid(low, high, height, width):
    x, y = np.meshgrid(np.linspace(low.real, high.real, width), np.linspace(low.imag, high.imag, height))
    return x + 1j * y


@variant("complex_grid")
def in_two_loops(low, high, height, width):
    step_x, step_y = (high.real - low.real) / (width - 1), (high.imag - low.imag) / (height - 1)
    return [[low + j * step_x + 1j * i * step_y for j in range(width)] for i in range(height)]


@misconception(
    "escape_time",
    "The step is made before the first look, so the counts are one too low. Compare |z| with 2 first.",
)
def steps_before_looking(z, c, limit):
    for n in range(limit):
        z = z**2 + c
        if abs(z) > 2:
            return n
    return limit


@misconception(
    "escape_time",
    "The starting point itself is never looked at: a point that begins outside has escape time 0.",
)
def never_looks_at_the_start(z, c, limit):
    for n in range(limit):
        z = z**2 + c
        if abs(z) > 2:
            return n + 1
    return limit


@misconception(
    "escape_time", "A point that never escapes gets limit − 1: after the loop, return limit, not the last n."
)
def last_n_instead_of_the_limit(z, c, limit):
    n = 0
    for n in range(limit):
        if abs(z) > 2:
            return n
        z = z**2 + c
    return n


@misconception(
    "escape_time", "The square of the distance is compared with 2. It is the distance that must exceed 2."
)
def square_against_two(z, c, limit):
    for n in range(limit):
        if z.real**2 + z.imag**2 > 2:
            return n
        z = z**2 + c
    return limit


@misconception(
    "escape_time", "The parts are compared one by one, which tests a square. Distance from 0 is abs(z)."
)
def square_instead_of_circle(z, c, limit):
    for n in range(limit):
        if abs(z.real) > 2 or abs(z.imag) > 2:
            return n
        z = z**2 + c
    return limit


@misconception(
    "escape_time", "z and c are exchanged: the point is where the sequence starts, c is added in every step."
)
def point_and_constant_exchanged(z, c, limit):
    point, step = c, z
    for n in range(limit):
        if abs(point) > 2:
            return n
        point = point**2 + step
    return limit


@misconception(
    "escape_time",
    "The return for points that never escape stands inside the loop, so only the first look counts. It belongs behind "
    "the loop, with less indentation.",
)
def returns_after_the_first_look(z, c, limit):
    return 0 if abs(z) > 2 else limit


@misconception(
    "escape_time",
    "One look too many: of a point that never escapes just `limit` numbers are looked at, n < limit, not n <= limit.",
)
def one_look_too_many(z, c, limit):
    n = 0
    while abs(z) <= 2 and n <= limit:
        z = z**2 + c
        n += 1
    return n


@misconception(
    "escape_time",
    "A point at distance 2 counts as outside. It is out when |z| > 2: the distance must be exceeded.",
)
def outside_at_two(z, c, limit):
    for n in range(limit):
        if abs(z) >= 2:
            return n
        z = z**2 + c
    return limit


@variant("escape_time")
def while_inside(z, c, limit):
    n = 0
    while n < limit and abs(z) <= 2:
        z, n = z * z + c, n + 1
    return n


@variant("escape_time")
def with_real_numbers(z, c, limit):
    x, y = z.real, z.imag
    for n in range(limit):
        if x * x + y * y > 4:
            return n
        x, y = x * x - y * y + c.real, 2 * x * y + c.imag
    return limit


@misconception(
    "julia_loops", "Rows and columns of the result are exchanged: counts[i, j] belongs to grid[i, j]."
)
def result_transposed(grid, c, limit):
    return np.array([[escape_time(z, c, limit) for z in column] for column in grid.T])


@misconception("julia_loops", "The counts come as one long list; they must have the shape of the grid.")
def one_long_list(grid, c, limit):
    return np.array([escape_time(z, c, limit) for z in grid.ravel()])


@misconception(
    "julia_loops",
    "The counts are divided by the limit. Colours are scaled by the picture, the result holds integers.",
)
def divided_by_the_limit(grid, c, limit):
    return np.array([[escape_time(z, c, limit) / (limit + 1) for z in row] for row in grid])


@misconception(
    "julia_loops",
    "The point is added in each step and c is where it starts: this is the Mandelbrot set's way.",
)
def mandelbrots_way(grid, c, limit):
    return np.array([[escape_time(c, z, limit) for z in row] for row in grid])


@misconception(
    "julia_loops",
    "The function returns from inside the loop, so only the first row is counted. The return belongs behind the loops, "
    "with less indentation.",
    inner=(False, True),
)
def returned_after_one_row(grid, c, limit, *, inner=False):
    counts = np.zeros(grid.shape, dtype=int)
    for j in range(1 if inner else grid.shape[1]):
        counts[0, j] = escape_time(grid[0, j], c, limit)
    return counts


@variant("julia_loops")
def by_comprehension(grid, c, limit):
    return [[escape_time(z, c, limit) for z in row] for row in grid.tolist()]


@variant("julia_loops")
def by_enumeration(grid, c, limit):
    counts = np.full(grid.shape, limit)
    for index, z in np.ndenumerate(grid):
        for n in range(limit):
            if abs(z) > 2:
                counts[index] = n
                break
            z = z * z + c
    return counts


@misconception(
    "julia",
    "The points move before they are looked at, so the counts are one too low. Count first, then move.",
)
def moves_before_looking(grid, c, limit):
    z, counts = np.array(grid), np.zeros(grid.shape, dtype=int)
    for _ in range(limit):
        z = np.clip(z.real, -3, 3) + 1j * np.clip(z.imag, -3, 3)
        z = z**2 + c
        counts[np.abs(z) <= 2] += 1
    return counts


@misconception(
    "julia",
    "The loop ends as soon as the first point is out. The others may still be inside: go on for `limit` steps.",
)
def ends_with_the_first_escape(grid, c, limit):
    z, counts = np.array(grid), np.zeros(grid.shape, dtype=int)
    for _ in range(limit):
        if np.any(np.abs(z) > 2):
            break
        counts += 1
        z = z**2 + c
    return counts


@misconception(
    "julia", "The caller's grid is changed: z is the same array under another name. Begin with a copy."
)
def moves_the_grid_itself(grid, c, limit):
    z, counts = grid, np.zeros(grid.shape, dtype=int)
    for _ in range(limit):
        inside = np.abs(z) <= 2
        counts[inside] += 1
        z[inside] = z[inside] ** 2 + c
    return counts


@misconception(
    "julia",
    "There is still a loop over the rows. A comparison, a sum and a square work on the whole grid at once.",
)
def row_by_row(grid, c, limit):
    counts = np.zeros(grid.shape, dtype=int)
    for i in range(len(grid)):
        z = np.array(grid[i])
        for _ in range(limit):
            inside = np.abs(z) <= 2
            counts[i][inside] += 1
            z[inside] = z[inside] ** 2 + c
    return counts


@misconception(
    "julia", "The count of a point that is out is written again in every step. It must keep the first n."
)
def counts_those_outside(grid, c, limit):
    z, counts = np.array(grid), np.full(grid.shape, limit)
    for n in range(limit):
        outside = np.abs(z) > 2
        counts[outside] = n
        z[~outside] = z[~outside] ** 2 + c
    return counts


@misconception(
    "julia",
    "The steps outside are counted, not those inside: the escape time is how often |z| <= 2 was true.",
)
def counts_the_steps_outside(grid, c, limit):
    z, outside = np.array(grid), np.zeros(grid.shape, dtype=int)
    for _ in range(limit):
        inside = np.abs(z) <= 2
        outside[~inside] += 1
        z[inside] = z[inside] ** 2 + c
    return outside


@misconception(
    "julia",
    "One step is missing: the loop runs `limit` times, and each time the points inside count one more.",
)
def one_step_short(grid, c, limit):
    z, counts = np.array(grid), np.zeros(grid.shape, dtype=int)
    for _ in range(limit - 1):
        inside = np.abs(z) <= 2
        counts[inside] += 1
        z[inside] = z[inside] ** 2 + c
    return counts


@misconception(
    "julia",
    "These are truth values: which points are still inside at the end. Count in every step how long they have been.",
)
def inside_at_the_end(grid, c, limit):
    z = np.array(grid)
    for _ in range(limit):
        inside = np.abs(z) <= 2
        z[inside] = z[inside] ** 2 + c
    return np.abs(z) <= 2


@misconception(
    "julia", "A point at distance 2 counts as outside. It is out when |z| > 2, so |z| <= 2 is inside."
)
def out_at_distance_two(grid, c, limit):
    z = np.array(grid)
    counts = np.zeros(z.shape, dtype=int)
    for _ in range(limit):
        inside = np.abs(z) < 2
        counts[inside] += 1
        z[inside] = z[inside] ** 2 + c
    return counts


@variant("julia")
def by_where(grid, c, limit):
    z, counts = grid, np.zeros(grid.shape)
    for _ in range(limit):
        inside = abs(z) <= 2
        counts = counts + inside
        z = np.where(inside, z * z + c, z)
    return counts.astype(int)


@variant("julia")
def counted_backwards(grid, c, limit):
    x, y = np.real(grid).astype(float), np.imag(grid).astype(float)
    counts = np.full(grid.shape, limit)
    for n in range(limit):
        new = (x * x + y * y > 4) & (counts == limit)
        counts[new] = n
        x, y = np.clip(x * x - y * y + c.real, -9, 9), np.clip(2 * x * y + c.imag, -9, 9)
    return counts


@variant("julia")
def only_those_inside(grid, c, limit):
    z = grid.ravel().copy()
    counts = np.full(z.size, limit)
    alive = np.arange(z.size)
    for n in range(limit):
        out = np.abs(z) > 2
        counts[alive[out]] = n
        alive, z = alive[~out], z[~out] ** 2 + c
    return counts.reshape(grid.shape)


@misconception("mandelbrot", "The sequence starts at the point, so everybody is one step ahead: z_0 is 0.")
def starts_at_the_point(grid, limit):
    z, counts = np.array(grid), np.zeros(grid.shape, dtype=int)
    for _ in range(limit):
        inside = np.abs(z) <= 2
        counts[inside] += 1
        z[inside] = z[inside] ** 2 + grid[inside]
    return counts


@misconception(
    "mandelbrot",
    "The point is where the sequence starts, and nothing is added. Here z_0 is 0 and the point is added.",
)
def nothing_is_added(grid, limit):
    z, counts = np.array(grid), np.zeros(grid.shape, dtype=int)
    for _ in range(limit):
        inside = np.abs(z) <= 2
        counts[inside] += 1
        z[inside] = z[inside] ** 2
    return counts


@misconception(
    "mandelbrot", "The square of the distance is compared with 2. It is the distance that must exceed 2."
)
def square_within_two(grid, limit):
    z, counts = np.zeros_like(grid), np.zeros(grid.shape, dtype=int)
    for _ in range(limit):
        inside = np.abs(z) ** 2 <= 2
        counts[inside] += 1
        z[inside] = z[inside] ** 2 + grid[inside]
    return counts


@variant("mandelbrot")
def where_inside(grid, limit):
    z, counts = 0 * grid, 0
    for _ in range(limit):
        inside = abs(z) <= 2
        counts = counts + inside.astype(int)
        z = np.where(inside, z * z + grid, z)
    return counts


@variant("mandelbrot")
def from_the_first_step(grid, limit):
    z, counts = grid.copy(), np.ones(grid.shape, dtype=int)
    for _ in range(limit - 1):
        inside = np.abs(z) <= 2
        counts[inside] += 1
        z[inside] *= z[inside]
        z[inside] += grid[inside]
    return counts
