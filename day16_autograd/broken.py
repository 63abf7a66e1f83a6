"""Six small engines, each of them wrong in one place (given): read them, do not mend them here.

They are tensor engines in a few lines. `Engine` is right in everything when your `topological_order` and
`unbroadcast` are. Each of the six others writes some methods anew, in another style; one of these is wrong, and the
others are right. A rule may do what it may do in `tensor.py`: hand the same array to two parents, or one that somebody
else holds.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from day16_autograd.scalar import topological_order
from day16_autograd.tensor import unbroadcast


class Engine:
    """The right one: ``data``, ``grad`` (None until a gradient arrives), ``parents``, ``rule``."""

    def __init__(
        self, data: Any, parents: Sequence["Engine"] = (), rule: Callable[..., Any] | None = None
    ) -> None:
        self.data = np.asarray(data, dtype=np.float64)
        self.parents, self.rule = tuple(parents), rule
        self.grad: np.ndarray | None = None

    def unbroadcast(self, gradient: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        """The gradient of an operand of this shape, from that of what it was broadcast to: yours."""
        return np.asarray(unbroadcast(gradient, shape))

    def __add__(self, other: "Engine") -> "Engine":
        return type(self)(
            self.data + other.data,
            (self, other),
            lambda g: (self.unbroadcast(g, self.data.shape), self.unbroadcast(g, other.data.shape)),
        )

    def __mul__(self, other: "Engine") -> "Engine":
        def rule(g: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            by_self, by_other = g * other.data, g * self.data
            return self.unbroadcast(by_self, self.data.shape), self.unbroadcast(by_other, other.data.shape)

        return type(self)(self.data * other.data, (self, other), rule)

    def tanh(self) -> "Engine":
        y = np.tanh(self.data)
        return type(self)(y, (self,), lambda g: (g * (1 - y**2),))

    def sum(self) -> "Engine":
        return type(self)(self.data.sum(), (self,), lambda g: (np.broadcast_to(g, self.data.shape),))

    def order(self) -> list["Engine"]:
        """All nodes, parents before children: yours."""
        return topological_order(self)

    def accumulate(self, gradient: np.ndarray) -> None:
        """Add a gradient that arrives at this node."""
        self.grad = gradient if self.grad is None else self.grad + gradient

    def backward(self) -> None:
        """The gradient of the sum of all entries of this node, in ``grad`` of every node."""
        self.accumulate(np.ones_like(self.data))
        for node in self.order()[::-1]:
            gradients = () if node.rule is None else node.rule(node.grad)
            for number, gradient in enumerate(gradients):
                node.parents[number].accumulate(gradient)


class Engine1(Engine):
    def __mul__(self, other: "Engine") -> "Engine":
        a, b = self.data, other.data
        return type(self)(
            a * b,
            (self, other),
            lambda g: (self.unbroadcast(g * b, a.shape), self.unbroadcast(g * a, b.shape)),
        )

    def tanh(self) -> "Engine":
        x = self.data
        return type(self)(np.tanh(x), (self,), lambda g: (g * (1 - x * x),))

    def sum(self) -> "Engine":
        x = self.data
        return type(self)(np.sum(x), (self,), lambda g: (g * np.ones_like(x),))


class Engine2(Engine):
    def __add__(self, other: "Engine") -> "Engine":
        def rule(g: np.ndarray) -> list[np.ndarray]:
            return [self.unbroadcast(g, operand.data.shape) for operand in (self, other)]

        return type(self)(self.data + other.data, (self, other), rule)

    def backward(self) -> None:
        self.grad = np.ones(self.data.shape)
        nodes = list(self.order())
        while nodes:
            node = nodes.pop()
            if node.rule is not None:
                for number, gradient in enumerate(node.rule(node.grad)):
                    node.parents[number].grad = gradient

    def tanh(self) -> "Engine":
        def rule(g: np.ndarray) -> list[np.ndarray]:
            return [g / np.cosh(self.data) ** 2]

        return type(self)(np.tanh(self.data), (self,), rule)


class Engine3(Engine):
    def __mul__(self, other: "Engine") -> "Engine":
        pair = (self, other)

        def rule(g: np.ndarray) -> list[np.ndarray]:
            return [
                self.unbroadcast(g * factor.data, operand.data.shape)
                for operand, factor in zip(pair, pair[::-1], strict=True)
            ]

        return type(self)(self.data * other.data, pair, rule)

    def unbroadcast(self, gradient: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        while gradient.ndim > len(shape):
            gradient = gradient.sum(axis=0)
        return gradient

    def sum(self) -> "Engine":
        return type(self)(self.data.sum(), (self,), lambda g: (np.full(self.data.shape, g),))


class Engine4(Engine):
    def __add__(self, other: "Engine") -> "Engine":
        shapes = self.data.shape, other.data.shape
        return type(self)(
            self.data + other.data, (self, other), lambda g: [self.unbroadcast(g, shape) for shape in shapes]
        )

    def sum(self) -> "Engine":
        return type(self)(np.sum(self.data), [self], lambda g: [np.ones(self.data.shape) * g])

    def __getitem__(self, index: Any) -> "Engine":
        def rule(g: np.ndarray) -> list[np.ndarray]:
            gradient = np.zeros(self.data.shape)
            gradient[index] += g
            return [gradient]

        return type(self)(self.data[index], [self], rule)


class Engine5(Engine):
    def tanh(self) -> "Engine":
        out = type(self)(np.tanh(self.data), (self,))
        out.rule = lambda g: (g - g * out.data * out.data,)
        return out

    def order(self) -> list["Engine"]:
        order: list[Engine] = [self]
        for node in order:  # it grows while we walk
            order.extend(parent for parent in dict.fromkeys(node.parents) if parent not in order)
        return order[::-1]

    def accumulate(self, gradient: np.ndarray) -> None:
        if self.grad is None:
            self.grad = np.zeros(self.data.shape)
        self.grad = self.grad + gradient


class Engine6(Engine):
    def __add__(self, other: "Engine") -> "Engine":
        def rule(g: np.ndarray) -> tuple[np.ndarray, ...]:
            return tuple(
                g if g.shape == x.data.shape else self.unbroadcast(g, x.data.shape) for x in (self, other)
            )

        return type(self)(self.data + other.data, (self, other), rule)

    def sum(self) -> "Engine":
        n = self.data.shape
        return type(self)(np.sum(self.data), (self,), lambda g: (np.tile(g, n).reshape(n),))

    def accumulate(self, gradient: np.ndarray) -> None:
        if self.grad is None:
            self.grad = gradient
        else:
            self.grad += gradient
