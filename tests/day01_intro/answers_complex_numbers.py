"""Answers to complex_numbers.py: wrong ones with what went wrong, and right ones in another style."""

import math

from course.testing import misconception, variant
from day01_intro.complex_numbers import Complex


@misconception("Complex.__init__", "The two parts are exchanged: the first argument is the real part.")
def parts_exchanged(self, real, imag=0.0):
    self.real = imag
    self.imag = real


@misconception(
    "Complex.__init__", "Both attributes hold the real part; self.imag must be the second argument."
)
def real_part_twice(self, real, imag=0.0):
    self.real = real
    self.imag = real


@misconception(
    "Complex.__init__",
    "The values are given to names that end with the function. Only what is stored as self.real and self.imag stays.",
)
def forgets_self(self, real, imag=0.0):
    self.parts = (real, imag)


@misconception(
    "Complex.__init__", "The parts are cut to integers. int(2.7) is 2; keep the numbers as they are."
)
def cut_to_integers(self, real, imag=0.0):
    self.real = int(real)
    self.imag = int(imag)


@variant("Complex.__init__")
def as_floats(self, real, imag=0.0):
    self.real, self.imag = float(real), float(imag)


@variant("Complex.__init__")
def by_setattr(self, real, imag=0.0):
    for name, value in (("real", real), ("imag", imag)):
        setattr(self, name, value)


@misconception(
    "Complex.__repr__",
    "The digits are rounded. The text must give the very same number again; {value!r} writes all digits.",
)
def two_digits(self):
    return f"Complex({self.real:.2f}, {self.imag:.2f})"


@misconception(
    "Complex.__repr__",
    "This is how mathematics writes the number. repr shows how to make the object: the class and its arguments.",
)
def as_mathematics_writes_it(self):
    return f"{self.real!r} + {self.imag!r}i"


@misconception("Complex.__repr__", "The two parts are exchanged: the real part comes first.")
def imaginary_part_first(self):
    return f"Complex({self.imag!r}, {self.real!r})"


@misconception(
    "Complex.__repr__", "A space is missing after the comma; compare with the example in the docstring."
)
def no_space(self):
    return f"Complex({self.real!r},{self.imag!r})"


@variant("Complex.__repr__")
def by_joining(self):
    return "Complex(" + ", ".join([repr(self.real), repr(self.imag)]) + ")"


@variant("Complex.__repr__")
def with_the_name_of_the_class(self):
    return f"{type(self).__name__}{(self.real, self.imag)}"


@misconception(
    "Complex.add", "1 is added whatever the other number is. Both parts of `other` belong into the sum."
)
def always_adds_one(self, other):
    return Complex(self.real + 1, self.imag)


@misconception("Complex.add", "Only the real parts are added; the imaginary part of `other` is lost.")
def real_parts_only(self, other):
    return Complex(self.real + other.real, self.imag)


@misconception(
    "Complex.add",
    "The first number is changed instead of making a new one: after a + b, a is no longer what it was.",
)
def changes_the_first_number(self, other):
    self.real += other.real
    self.imag += other.imag
    return self


@misconception("Complex.add", "The other number is subtracted, not added.")
def subtracts(self, other):
    return Complex(self.real - other.real, self.imag - other.imag)


@misconception("Complex.add", "The sum is one of Python's own complex numbers. Return a Complex of yours.")
def sum_of_pythons_kind(self, other):
    return complex(self.real + other.real, self.imag + other.imag)


@variant("Complex.add")
def by_a_list_of_parts(self, other):
    parts = [x + y for x, y in ((self.real, other.real), (self.imag, other.imag))]
    return Complex(*parts)


@variant("Complex.add")
def from_a_copy(self, other):
    result = Complex(self.real, self.imag)
    result.real += other.real
    result.imag += other.imag
    return result


@misconception(
    "Complex.conjugate",
    "Both parts change their sign, which is −z, the point opposite. Only the imaginary part may.",
)
def negative(self):
    return Complex(-self.real, -self.imag)


@misconception(
    "Complex.conjugate", "This is the mirror image in the imaginary axis: the wrong part changes its sign."
)
def mirrored_in_the_other_axis(self):
    return Complex(-self.real, self.imag)


@misconception("Complex.conjugate", "The number itself is changed. Make a new one: return Complex(…, …).")
def changes_the_number(self):
    self.imag = -self.imag
    return self


@misconception("Complex.conjugate", "The parts are exchanged, which is the mirror image in the diagonal.")
def exchanges_the_parts(self):
    return Complex(self.imag, self.real)


@variant("Complex.conjugate")
def by_subtraction(self):
    return Complex(self.real, 0 - self.imag)


@variant("Complex.conjugate")
def by_the_opposite_angle(self):
    r, phi = math.hypot(self.real, self.imag), math.atan2(self.imag, self.real)
    return Complex(r * math.cos(-phi), r * math.sin(-phi))


@misconception(
    "Complex.__eq__",
    "Only the real parts are compared: 1 + 2i and 1 + 3i would be equal. Compare both parts.",
)
def compares_real_parts(self, other):
    return isinstance(other, Complex) and self.real == other.real


@misconception(
    "Complex.__eq__", "One equal part is enough here; both must be: join the comparisons by `and`."
)
def one_part_is_enough(self, other):
    return isinstance(other, Complex) and (self.real == other.real or self.imag == other.imag)


@misconception(
    "Complex.__eq__", "The radii are compared. All points of a circle have the same one: compare both parts."
)
def compares_radii(self, other):
    if not isinstance(other, Complex):
        return False
    return math.hypot(self.real, self.imag) == math.hypot(other.real, other.imag)


@misconception(
    "Complex.__eq__",
    "Anything is taken for a Complex. A text has no real part: ask isinstance(other, Complex) first.",
)
def takes_anything_for_a_number(self, other):
    return self.real == other.real and self.imag == other.imag


@misconception(
    "Complex.__eq__",
    "Numbers that are merely close count as equal. == is exact; closeness is a question of its own.",
)
def nearly_equal(self, other):
    if not isinstance(other, Complex):
        return NotImplemented
    return abs(self.real - other.real) < 1e-6 and abs(self.imag - other.imag) < 1e-6


@variant("Complex.__eq__")
def compares_tuples(self, other):
    if type(other) is not type(self):
        return NotImplemented
    return (self.real, self.imag) == (other.real, other.imag)


@variant("Complex.__eq__")
def false_for_anything_else(self, other):
    return isinstance(other, Complex) and self.real == other.real and self.imag == other.imag


@misconception("Complex.radius", "The root is missing: this is the square of the radius.")
def without_the_root(self):
    return self.real**2 + self.imag**2


@misconception(
    "Complex.radius",
    "The parts are added without being squared: this is the way along the streets, not through the air.",
)
def along_the_streets(self):
    return abs(self.real) + abs(self.imag)


@misconception(
    "Complex.radius",
    "The square of the imaginary part is subtracted. i² = −1 does not enter here: the parts are lengths.",
)
def difference_of_squares(self):
    return math.sqrt(abs(self.real**2 - self.imag**2))


@misconception("Complex.radius", "The sum of the parts is squared, not each part: √(x + y)² is |x + y|.")
def square_of_the_sum(self):
    return math.sqrt((self.real + self.imag) ** 2)


@variant("Complex.radius")
def root_of_the_squares(self):
    return math.sqrt(self.real**2 + self.imag**2)


@variant("Complex.radius")
def by_the_power_one_half(self):
    return (self.real * self.real + self.imag * self.imag) ** 0.5


@misconception(
    "Complex.angle",
    "The quotient of the parts does not know the signs: −1 − i looks like 1 + i. Take atan2, which sees both parts.",
)
def arc_tangent_of_the_quotient(self):
    if self.real == 0:
        return math.copysign(math.pi / 2, self.imag) if self.imag else 0.0
    return math.atan(self.imag / self.real)


@misconception("Complex.angle", "The arguments of atan2 are exchanged: the imaginary part comes first.")
def arguments_exchanged(self):
    return math.atan2(self.real, self.imag)


@misconception("Complex.angle", "The angle is in degrees; it must be in radians, where half a turn is π.")
def in_degrees(self):
    return math.degrees(math.atan2(self.imag, self.real))


@misconception(
    "Complex.angle", "The angle runs from 0 to 2π. Below the real axis it must be negative, down to −π."
)
def from_zero_to_two_pi(self):
    return math.atan2(self.imag, self.real) % (2 * math.pi)


@misconception(
    "Complex.angle", "The arc cosine never is negative, so points below the real axis land above it."
)
def arc_cosine(self):
    r = math.hypot(self.real, self.imag)
    return math.acos(self.real / r) if r else 0.0


@variant("Complex.angle")
def arc_tangent_case_by_case(self):
    x, y = self.real, self.imag
    if x > 0:
        return math.atan(y / x)
    if x < 0:
        return math.atan(y / x) + (math.pi if y >= 0 else -math.pi)
    return 0.0 if y == 0 else math.copysign(math.pi / 2, y)


@variant("Complex.angle")
def arc_cosine_with_the_sign(self):
    r = math.sqrt(self.real**2 + self.imag**2)
    if r == 0:
        return 0.0
    positive = math.acos(self.real / r)
    return positive if self.imag >= 0 else -positive


@misconception("Complex.from_polar", "Sine and cosine are exchanged: angle 0 must point along the real axis.")
@staticmethod
def sine_first(radius, angle):
    return Complex(radius * math.sin(angle), radius * math.cos(angle))


@misconception(
    "Complex.from_polar", "The angle is taken for degrees. math.cos works in radians, and so does the course."
)
@staticmethod
def from_degrees(radius, angle):
    angle = math.radians(angle)
    return Complex(radius * math.cos(angle), radius * math.sin(angle))


@misconception("Complex.from_polar", "The radius is left out: every number lands on the unit circle.")
@staticmethod
def on_the_unit_circle(radius, angle):
    return Complex(math.cos(angle), math.sin(angle))


@misconception("Complex.from_polar", "Only the real part is multiplied by the radius.")
@staticmethod
def radius_for_the_real_part_only(radius, angle):
    return Complex(radius * math.cos(angle), math.sin(angle))


@misconception(
    "Complex.from_polar", "Radius and angle are stored as if they were the real and the imaginary part."
)
@staticmethod
def stored_as_they_are(radius, angle):
    return Complex(radius, angle)


@variant("Complex.from_polar")
@classmethod
def as_a_class_method(cls, radius, angle):
    return cls(radius * math.cos(angle), radius * math.sin(angle))


@variant("Complex.from_polar")
@staticmethod
def by_half_the_angle(radius, angle):
    c, s = math.cos(angle / 2), math.sin(angle / 2)
    return Complex(radius * (c * c - s * s), 2 * radius * c * s)


@misconception(
    "Complex.multiply",
    "The product is always that with 1 + i. The radius and the angle of `other` have to be asked for.",
)
def always_by_one_plus_i(self, other):
    return Complex(self.real - self.imag, self.real + self.imag)


@misconception(
    "Complex.multiply",
    "The parts are multiplied one by one. Real times real and i times i both end in the real part.",
)
def part_by_part(self, other):
    return Complex(self.real * other.real, self.imag * other.imag)


@misconception(
    "Complex.multiply",
    "i² = −1 was forgotten: in the real part, the product of the imaginary parts is subtracted.",
)
def i_squared_is_one(self, other):
    return Complex(
        self.real * other.real + self.imag * other.imag,
        self.real * other.imag + self.imag * other.real,
    )


@misconception(
    "Complex.multiply", "The angles are multiplied. Turning by φ and then by ψ is turning by φ + ψ."
)
def angles_multiplied(self, other):
    return Complex.from_polar(self.radius() * other.radius(), self.angle() * other.angle())


@misconception(
    "Complex.multiply",
    "The radii are added. Twice as long and then three times as long is six times as long.",
)
def radii_added(self, other):
    return Complex.from_polar(self.radius() + other.radius(), self.angle() + other.angle())


@misconception(
    "Complex.multiply",
    "The angles come from atan of the quotient, which does not know the signs of the parts: the product "
    "of −1 + i and 1 + i has the wrong sign.",
)
def angles_in_two_quadrants(self, other):
    def half(z):
        return math.atan(z.imag / z.real) if z.real else math.copysign(math.pi / 2, z.imag)

    return Complex.from_polar(self.radius() * other.radius(), half(self) + half(other))


@variant("Complex.multiply")
def multiplied_out(self, other):
    return Complex(
        self.real * other.real - self.imag * other.imag,
        self.real * other.imag + self.imag * other.real,
    )


@variant("Complex.multiply")
def with_three_products(self, other):
    first, second = self.real * other.real, self.imag * other.imag
    mixed = (self.real + self.imag) * (other.real + other.imag)
    return Complex(first - second, mixed - first - second)


@variant("Complex.multiply")
def by_sine_and_cosine(self, other):
    r = math.hypot(self.real, self.imag) * math.hypot(other.real, other.imag)
    phi = math.atan2(self.imag, self.real) + math.atan2(other.imag, other.real)
    return Complex(r * math.cos(phi), r * math.sin(phi))
