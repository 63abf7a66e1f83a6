"""Answers to surfaces.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np

from course.testing import misconception, variant
from day02_optimization.surfaces import bumpy_paraboloid, parabola, rosenbrock


@misconception(
    "parabola_derivative", "This is the derivative of x²: the minimum of (x − 3)² + 1 is at 3, not at 0."
)
def shift_forgotten(x):
    return 2 * x


@misconception("parabola_derivative", "The factor 2 from the exponent is missing.")
def factor_forgotten(x):
    return x - 3


@misconception(
    "parabola_derivative", "The constant 1 is still there. It does not change with x, so its derivative is 0."
)
def constant_kept(x):
    return 2 * (x - 3) + 1


@misconception("parabola_derivative", "This is the value of the parabola, not its slope.")
def value_instead(x):
    return parabola(x)


@misconception("parabola_derivative", "The bracket is missing: 2 (x − 3) is 2 x − 6.")
def bracket_forgotten(x):
    return 2 * x - 3


@variant("parabola_derivative")
def multiplied_out(x):
    return 2 * x - 6


@variant("parabola_derivative")
def from_the_left(x):
    return -2 * (3 - np.asarray(x))


@misconception("paraboloid_gradient", "The factor 2 is missing: x_i² has the derivative 2 x_i.")
def without_factor(x):
    return 1 * x


@misconception(
    "paraboloid_gradient",
    "The partial derivatives were added up. A gradient keeps them apart, one per coordinate.",
)
def added_up(x):
    return np.sum(2 * x)


@misconception(
    "paraboloid_gradient", "This is 2x divided by its length: the direction is right, the steepness is lost."
)
def direction_only(x):
    return x / np.linalg.norm(x)


@misconception("paraboloid_gradient", "These are the squares themselves, not their derivatives.")
def squares(x):
    return x**2


@variant("paraboloid_gradient")
def as_a_sum(x):
    return x + x


@variant("paraboloid_gradient")
def coordinate_by_coordinate(x):
    return [2.0 * float(value) for value in x]


@misconception(
    "bumpy_paraboloid_gradient",
    "The inner derivative is missing: the derivative of cos 2πx is −2π sin 2πx.",
)
def inner_derivative_forgotten(x):
    return 2 * x + np.array([-np.sin(2 * np.pi * x[0]), np.cos(2 * np.pi * x[1])])


@misconception("bumpy_paraboloid_gradient", "The derivative of the cosine is minus the sine.")
def sign_of_the_cosine(x):
    return 2 * x + 2 * np.pi * np.array([np.sin(2 * np.pi * x[0]), np.cos(2 * np.pi * x[1])])


@misconception(
    "bumpy_paraboloid_gradient", "The bumps have their slope, but that of the paraboloid, 2x, is missing."
)
def only_the_bumps(x):
    return 2 * np.pi * np.array([-np.sin(2 * np.pi * x[0]), np.cos(2 * np.pi * x[1])])


@misconception(
    "bumpy_paraboloid_gradient",
    "The two coordinates are exchanged: the cosine belongs to x_0, the sine to x_1.",
)
def waves_exchanged(x):
    return 2 * x + 2 * np.pi * np.array([np.cos(2 * np.pi * x[0]), -np.sin(2 * np.pi * x[1])])


@misconception(
    "bumpy_paraboloid_gradient",
    "Both waves were added to both coordinates. The cosine does not change with x_1, nor the sine with x_0.",
)
def waves_everywhere(x):
    return 2 * x + 2 * np.pi * (np.cos(2 * np.pi * x[1]) - np.sin(2 * np.pi * x[0]))


@variant("bumpy_paraboloid_gradient")
def in_two_numbers(x):
    tau = 2 * np.pi
    return [2 * x[0] - tau * np.sin(tau * x[0]), 2 * x[1] + tau * np.cos(tau * x[1])]


@variant("bumpy_paraboloid_gradient")
def by_complex_steps(x):
    steps = 1e-30j * np.eye(2)
    return np.array([bumpy_paraboloid(x + step).imag for step in steps]) / 1e-30


@misconception(
    "rosenbrock_gradient",
    "Only the terms in which a coordinate stands as x_i are counted. As x_{i+1} it stands in the term before "
    "as well.",
)
def own_terms_only(x):
    here, following = x[:-1], x[1:]
    gradient = np.zeros(len(x))
    gradient[:-1] = -400 * here * (following - here**2) - 2 * (1 - here)
    return gradient


@misconception(
    "rosenbrock_gradient",
    "This is the gradient in the plane, of two coordinates. The sum has a term for every pair of neighbours.",
)
def only_in_the_plane(x):
    inner = x[1] - x[0] ** 2
    return np.array([-400 * x[0] * inner - 2 * (1 - x[0]), 200 * inner])


@misconception(
    "rosenbrock_gradient",
    "The second contribution replaced the first one instead of being added to it: += where = stands.",
)
def overwritten(x):
    here, following = np.asarray(x, dtype=float)[:-1], np.asarray(x, dtype=float)[1:]
    gradient = np.zeros(len(x))
    gradient[:-1] = -400 * here * (following - here**2) - 2 * (1 - here)
    gradient[1:] = 200 * (following - here**2)
    return gradient


@misconception(
    "rosenbrock_gradient",
    "The inner derivative of x_i², which is 2 x_i, is missing: −200 (…) should be −400 x_i (…).",
)
def inner_square_forgotten(x):
    here, following = x[:-1], x[1:]
    gradient = np.zeros(len(x))
    gradient[:-1] += -200 * (following - here**2) - 2 * (1 - here)
    gradient[1:] += 200 * (following - here**2)
    return gradient


@misconception(
    "rosenbrock_gradient", "The derivative of (1 − x_i)² is −2 (1 − x_i): the inner −1 is missing."
)
def inner_sign_forgotten(x):
    here, following = x[:-1], x[1:]
    gradient = np.zeros(len(x))
    gradient[:-1] += -400 * here * (following - here**2) + 2 * (1 - here)
    gradient[1:] += 200 * (following - here**2)
    return gradient


@misconception(
    "rosenbrock_gradient", "Only the term with the factor 100 has a slope here; (1 − x_i)² has one too."
)
def second_term_forgotten(x):
    here, following = x[:-1], x[1:]
    gradient = np.zeros(len(x))
    gradient[:-1] += -400 * here * (following - here**2)
    gradient[1:] += 200 * (following - here**2)
    return gradient


@misconception(
    "rosenbrock_gradient",
    "The sign of the first term is wrong: the inner derivative of x_{i+1} − x_i² by x_i is −2 x_i.",
)
def inner_sign(x):
    here, following = x[:-1], x[1:]
    gradient = np.zeros(len(x))
    gradient[:-1] = 400 * here * (following - here**2) - 2 * (1 - here)
    gradient[1:] += 200 * (following - here**2)
    return gradient


@misconception(
    "rosenbrock_gradient",
    "200 stands where 400 belongs: the square gives a factor of 2, and its inside, x_i², another one.",
)
def one_factor_of_two(x):
    here, following = x[:-1], x[1:]
    gradient = np.zeros(len(x))
    gradient[:-1] = -200 * here * (following - here**2) - 2 * (1 - here)
    gradient[1:] += 200 * (following - here**2)
    return gradient


@variant("rosenbrock_gradient")
def term_by_term(x):
    gradient = [0.0] * len(x)
    for i in range(len(x) - 1):
        gap = x[i + 1] - x[i] ** 2
        gradient[i] += -400 * x[i] * gap - 2 * (1 - x[i])
        gradient[i + 1] += 200 * gap
    return gradient


@variant("rosenbrock_gradient")
def complex_steps(x):
    steps = 1e-30j * np.eye(len(x))
    return np.array([rosenbrock(x + step).imag for step in steps]) / 1e-30
