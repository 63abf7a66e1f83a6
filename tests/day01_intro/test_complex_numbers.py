"""Checks of complex_numbers.py. Python's own complex numbers say what is right."""

import cmath
import math

from course.testing import assert_close, assert_equal, assert_object, hidden, points

QUADRANTS = [
    (-1, 1),
    (1, 1),
    (-1, -1),
    (1, -1),
]  # first one in which the signs differ: there, few mistakes look alike


def draw(rng, quadrant=(1, 1), low=0.3, high=3.0):
    """A random number of a quadrant, neither part near 0 and the parts not equal."""
    real, imag = rng.uniform(low, high), rng.uniform(low, high)
    return complex(quadrant[0] * real, quadrant[1] * (imag + 0.2))


def make(student, z):
    """The student's Complex for a number of Python's."""
    number = student.Complex(z.real, z.imag)
    assert_object(number, name="number")
    return number


def assert_complex(actual, expected, name):
    """``actual`` is a Complex of the student with the two parts of ``expected``."""
    assert_object(actual, name=name, cause="a number of Python's, NumPy's or PyTorch's instead of a Complex")
    real, imag = actual.real, actual.imag
    assert_close(real, expected.real, name=f"real part of the {name}")
    assert_close(imag, expected.imag, name=f"imaginary part of the {name}")


@points(1)
def test_complex_init_keeps_both_parts(student, rng):
    for quadrant in QUADRANTS:
        z = draw(rng, quadrant)
        assert_complex(make(student, z), z, f"number Complex({z.real:.4g}, {z.imag:.4g})")
    real = draw(rng).real
    assert_complex(student.Complex(real), complex(real), f"number Complex({real:.4g})")


@points(1)
def test_complex_repr_gives_the_number_again(student, rng):
    for quadrant in QUADRANTS:
        z = draw(rng, quadrant)
        assert_equal(repr(make(student, z)), f"Complex({z.real!r}, {z.imag!r})", name="text")
    assert_equal(repr(student.Complex(-1e-9, 2.5e12)), "Complex(-1e-09, 2500000000000.0)", name="text")


@points(1)
def test_complex_add_part_by_part(student, rng):
    for quadrant in QUADRANTS:
        a, b = draw(rng, quadrant), draw(rng, (-1, 1))
        assert_complex(make(student, a).add(make(student, b)), a + b, f"sum of {a:.4g} and {b:.4g}")


@points(1)
def test_complex_add_leaves_both_numbers_alone(student, rng):
    a, b = draw(rng, (1, -1)), draw(rng)
    first, second = make(student, a), make(student, b)
    assert_complex(first + second, a + b, f"sum of {a:.4g} and {b:.4g} by +")
    assert_complex(first, a, "first number after adding")
    assert_complex(second, b, "second number after adding")


@points(1)
def test_complex_conjugate_is_the_mirror_image(student, rng):
    for quadrant in QUADRANTS:
        z = draw(rng, quadrant)
        number = make(student, z)
        assert_complex(number.conjugate(), z.conjugate(), f"conjugate of {z:.4g}")
        assert_complex(number, z, "number after its conjugate was taken")


@points(1)
def test_complex_eq_compares_both_parts(student, rng):
    z, other = draw(rng), draw(rng, (-1, -1))
    number = make(student, z)
    cases = {
        "with its double": (make(student, z), True),
        "with one of the same real part": (student.Complex(z.real, other.imag), False),
        "with one of the same imaginary part": (student.Complex(other.real, z.imag), False),
        "with one whose parts are exchanged": (student.Complex(z.imag, z.real), False),
        "with its conjugate": (student.Complex(z.real, -z.imag), False),
    }
    answers = {case: number == second for case, (second, _) in cases.items()}
    for case, (_, expected) in cases.items():
        assert_equal(answers[case], expected, name=f"comparison of {z:.4g} {case}")
    for thing in (None, "3 + 4i"):
        assert_equal(number == thing, False, name=f"comparison with {thing!r}")
    near = student.Complex(z.real - 1e-10, z.imag + 1e-10)
    assert_equal(number == near, False, name="comparison with a number that differs by 1e-10")


@hidden
@points(1)
def test_complex_eq_with_other_things(student, rng):
    z = draw(rng)
    number = make(student, z)
    assert_equal(number == make(student, z), True, name=f"comparison of {z:.4g} with its double")
    for thing in ("a text", None, [z.real, z.imag]):
        assert_equal(number == thing, False, name=f"comparison with {thing!r}")
    near = student.Complex(z.real + 1e-9, z.imag - 1e-9)
    assert_equal(number == near, False, name="comparison with a number that differs by 1e-9")


@points(1)
def test_complex_radius_by_pythagoras(student, rng):
    for quadrant in QUADRANTS:
        z = draw(rng, quadrant)
        assert_close(make(student, z).radius(), abs(z), name=f"radius of {z:.4g}")


@hidden
@points(1)
def test_complex_radius_on_the_axes_and_of_zero(student, rng):
    r = rng.uniform(0.5, 3)
    for z in (complex(r, 0), complex(0, r), complex(-r, 0), complex(0, -r), complex(0, 0)):
        assert_close(make(student, z).radius(), abs(z), name=f"radius of {z:.4g}")


@points(2)
def test_complex_angle_in_all_quadrants(student, rng):
    for quadrant in QUADRANTS:
        z = draw(rng, quadrant)
        assert_close(make(student, z).angle(), cmath.phase(z), name=f"angle of {z:.4g}")


@points(1)
def test_complex_angle_on_the_axes_and_of_zero(student, rng):
    r = rng.uniform(0.5, 3)
    for z in (complex(r, 0), complex(0, r), complex(-r, 0), complex(0, -r), complex(0, 0)):
        assert_close(make(student, z).angle(), cmath.phase(z), name=f"angle of {z:.4g}")


@points(1)
def test_complex_from_polar_in_all_directions(student, rng):
    for turn in range(-3, 5):
        radius, angle = rng.uniform(0.5, 3), (turn + rng.uniform(0.1, 0.9)) * math.pi / 2
        name = f"number with radius {radius:.4g} and angle {angle:.4g}"
        assert_complex(student.Complex.from_polar(radius, angle), cmath.rect(radius, angle), name)


@hidden
@points(1)
def test_complex_from_polar_undoes_radius_and_angle(student, rng):
    for quadrant in QUADRANTS:
        z = draw(rng, quadrant)
        number = make(student, z)
        assert_complex(
            student.Complex.from_polar(number.radius(), number.angle()), z, f"way there and back of {z:.4g}"
        )
    zero = student.Complex.from_polar(0.0, rng.uniform(-3, 3))
    assert_complex(zero, 0j, "number with radius 0")


@points(2)
def test_complex_multiply_in_all_quadrants(student, rng):
    for quadrant in QUADRANTS:
        for other in QUADRANTS:
            a, b = draw(rng, quadrant), draw(rng, other)
            product = make(student, a).multiply(make(student, b))
            assert_complex(product, a * b, f"product of {a:.4g} and {b:.4g}")


@points(1)
def test_complex_multiply_on_the_axes(student, rng):
    z = draw(rng, (-1, 1))
    for factor in (1, 1j, -1, -1j, rng.uniform(1.5, 3), 0):
        factor = complex(factor)
        assert_complex(
            make(student, factor) * make(student, z), factor * z, f"product of {factor:.4g} and {z:.4g}"
        )


@hidden
@points(1)
def test_complex_multiply_obeys_the_laws(student, rng):
    x, y, z = (draw(rng, quadrant) for quadrant in QUADRANTS[1:])
    a, b, c = (make(student, number) for number in (x, y, z))
    assert_complex(a * b, x * y, f"product of {x:.4g} and {y:.4g}")
    left, right = a * (b + c), a * b + a * c
    assert_complex(left, complex(right.real, right.imag), "product a·(b + c), against a·b + a·c,")
    assert_complex(a * a.conjugate(), complex(a.radius() ** 2), "product of a number and its conjugate")
    swapped = b * a
    assert_complex(a * b, complex(swapped.real, swapped.imag), "product a·b, against b·a,")
