# Write the parts marked TODO(day01). Made by `course sync` from the course's single source.
# skeleton 1350b5ef7992f520
"""A class for complex numbers: points of the plane that can be added and multiplied.

Python has them built in (``1 + 2j``), and from the next module on you use those. Here they are written once, with
``math`` alone, because a class with data, methods and operators is what every layer and optimiser will be.
"""

from __future__ import annotations

import math


class Complex:
    """The number ``real + i · imag``, with i² = −1.

    No method changes the numbers it works on; results are new ones.
    """

    real: float
    imag: float

    def __init__(self, real: float, imag: float = 0.0) -> None:
        """Keep both parts in the attributes ``real`` and ``imag``; ``Complex(3.0)`` is a real number.

        Parameters
        ----------
        real : real part
        imag : imaginary part

        References
        ----------
        The Python Tutorial, section 9.3.2, class objects
        """
        # TODO(day01): set self.real and self.imag
        raise NotImplementedError("Complex.__init__ is not written yet")

    @staticmethod
    def from_polar(radius: float, angle: float) -> Complex:
        """The number at a distance and in a direction: ``r cos φ + i · r sin φ``.

        Parameters
        ----------
        radius : distance r from 0, not negative
        angle : φ in radians, counted from the positive real axis against the clock; any real number

        Returns
        -------
        Complex

        Not allowed here: from ``cmath``: ``rect``, ``exp``.

        References
        ----------
        Needham, Visual Complex Analysis, chapter 1, part I
        """
        # TODO(day01): real part from the cosine, imaginary part from the sine, both times the radius
        raise NotImplementedError("Complex.from_polar is not written yet")

    def add(self, other: Complex) -> Complex:
        """Sum, part by part: ``(a + ib) + (c + id) = (a + c) + i(b + d)``.

        Returns
        -------
        Complex
            a new number

        References
        ----------
        Needham, Visual Complex Analysis, chapter 1, part I
        """
        # TODO(day01): return a new Complex; add the real parts and the imaginary parts
        raise NotImplementedError("Complex.add is not written yet")

    def radius(self) -> float:
        """Distance from 0: ``r = √(real² + imag²)``.

        Returns
        -------
        float
            not negative

        Not allowed here: ``cmath.polar``, ``numpy.linalg.norm``; from ``numpy``: ``abs``, ``absolute``.

        References
        ----------
        Needham, Visual Complex Analysis, chapter 1, part I
        """
        # TODO(day01): the theorem of Pythagoras; math.hypot knows it
        raise NotImplementedError("Complex.radius is not written yet")

    def angle(self) -> float:
        """Direction seen from 0, in all four quadrants.

        The tangent of the angle is imag / real, but so is that of the opposite direction: the quotient of −1 and −1
        is the one of 1 and 1. The signs of both parts are needed.

        Returns
        -------
        float
            in radians, −π < φ <= π; 0 for the number 0

        Not allowed here: ``numpy.angle``; from ``cmath``: ``phase``, ``polar``, ``log``.

        References
        ----------
        The Python Standard Library, ``math.atan2``
        """
        # TODO(day01): math.atan2 looks at the signs of both parts
        raise NotImplementedError("Complex.angle is not written yet")

    def multiply(self, other: Complex) -> Complex:
        """Product by the polar form: the radii are multiplied, the angles are added.

        So multiplying by a number of radius 1 is a rotation about 0. Multiplying (a + ib)(c + id) out, with
        i² = −1, gives the same and is accepted too.

        Returns
        -------
        Complex
            a new number

        Not allowed here: from ``cmath``: ``rect``, ``exp``.

        References
        ----------
        Needham, Visual Complex Analysis, chapter 1, part I
        """
        # TODO(day01): from_polar with the product of the radii and the sum of the angles
        raise NotImplementedError("Complex.multiply is not written yet")

    def conjugate(self) -> Complex:
        """Mirror image in the real axis: ``real − i · imag``.

        Returns
        -------
        Complex
            a new number

        References
        ----------
        Needham, Visual Complex Analysis, chapter 1, part I
        """
        # TODO(day01): return a new Complex; the imaginary part changes its sign
        raise NotImplementedError("Complex.conjugate is not written yet")

    def __eq__(self, other: object) -> bool:
        """What ``a == b`` means: both parts are equal, exactly.

        Anything that is not a Complex is not equal to one. Then return ``NotImplemented``, which makes Python ask
        the other side and say False in the end.

        References
        ----------
        The Python Language Reference, section 3.3.1, basic customization
        """
        # TODO(day01): NotImplemented unless isinstance(other, Complex), else compare both parts
        raise NotImplementedError("Complex.__eq__ is not written yet")

    def __repr__(self) -> str:
        """What a debugger and ``print`` show: ``Complex(1.5, -2.0)``, which typed in gives the number again.

        Both parts are written as ``repr`` writes a float, with all digits.

        References
        ----------
        The Python Language Reference, section 3.3.1, basic customization
        """
        # TODO(day01): an f-string; {value!r} writes repr(value)
        raise NotImplementedError("Complex.__repr__ is not written yet")

    def __add__(self, other: Complex) -> Complex:
        """Make ``a + b`` mean ``a.add(b)`` (given)."""
        return self.add(other)

    def __mul__(self, other: Complex) -> Complex:
        """Make ``a * b`` mean ``a.multiply(b)`` (given)."""
        return self.multiply(other)

    def __hash__(self) -> int:
        """Make equal numbers one key of a dict (given); a class with its own ``==`` has none otherwise."""
        return hash((self.real, self.imag))
