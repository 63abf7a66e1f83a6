"""The engine under your library (given): arrays that remember what they were made of.

It speaks the language of day 16: a `Tensor` has ``data`` and ``grad``, is made of parents by an operation, and the
*rule* of the operation takes the gradient of the result to those of its parents. Operations of your own are written
in the same way: compute an array, and return ``Tensor(array, parents, rule)``.

Two things are new. A plain array in an expression is a constant: nobody asks for its gradient, and none is computed.
And nodes are numbered as they are made, so that "children before parents" is the order from the youngest to the
oldest.
"""

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Rule = Callable[[np.ndarray], Sequence[np.ndarray]]
"""From the gradient of the result to the gradients of the parents, in their order."""

Axis = int | tuple[int, ...] | None

_ages = itertools.count()


class Tensor:
    """An array in a computational graph.

    Parameters
    ----------
    data : the array; integers become float64
    parents : the tensors it was computed from; empty for a leaf
    rule : from the gradient of this tensor to those of its parents; None for a leaf
    operation : what it is called, for those who draw graphs

    Attributes
    ----------
    grad : the gradient of some number by this tensor, an array of its shape. That of a leaf begins with zeros and adds
        up from call to call of `backward`; that of any other node is None until there is one
    constant : whether nobody asks for its gradient
    """

    def __init__(
        self,
        data: Any,
        parents: Sequence["Tensor"] = (),
        rule: Rule | None = None,
        operation: str = "",
        constant: bool = False,
    ) -> None:
        self.data = np.asarray(data)
        if self.data.dtype.kind != "f":
            self.data = self.data.astype(float)
        self.parents, self.rule, self.operation = tuple(parents), rule, operation
        self.constant = all(parent.constant for parent in parents) if parents else constant
        self.age = next(_ages)
        self.grad: Any = None
        if not parents and not constant:
            self.zero_grad()

    def __repr__(self) -> str:
        return f"Tensor({self.data}, operation={self.operation!r})"

    @property
    def shape(self) -> tuple[int, ...]:
        return self.data.shape

    def zero_grad(self) -> None:
        """Forget the gradient."""
        self.grad = np.zeros_like(self.data)

    def backward(self, seed: Any = None) -> None:
        """The gradient of the sum of this tensor times ``seed``; without a seed, of its only element."""
        if seed is None and self.data.size > 1:
            raise ValueError(f"backward() of a tensor of shape {self.shape} needs a seed of that shape")
        first = np.ones(self.shape) if seed is None else np.asarray(seed)
        arrived = {self: first.astype(self.data.dtype)}
        for node in self._family():
            gradient = arrived.pop(node)
            if not node.parents:
                node.grad = node.grad + gradient
                continue
            node.grad = gradient
            for parent, part in zip(node.parents, node.rule(gradient), strict=True):
                if not parent.constant:
                    arrived[parent] = arrived[parent] + part if parent in arrived else part

    def _family(self) -> list["Tensor"]:
        """This node and all that it was made of and somebody asks about, the youngest first."""
        known, waiting = {self}, [self]
        for node in waiting:
            new = {parent for parent in node.parents if not parent.constant} - known
            known |= new
            waiting.extend(new)
        return sorted(known, key=lambda node: -node.age)

    def like(self, other: Any) -> "Tensor":
        """A Tensor as it is; an array as a constant of the dtype of this tensor."""
        if isinstance(other, Tensor):
            return other
        return Tensor(np.asarray(other, dtype=self.data.dtype), constant=True)

    def __add__(self, other: Any) -> "Tensor":
        if isinstance(other, int | float):
            return Tensor(self.data + other, [self], lambda g: [g], "+")
        b = self.like(other)
        return Tensor(self.data + b.data, [self, b], lambda g: [fit(g, self), fit(g, b)], "+")

    def __mul__(self, other: Any) -> "Tensor":
        if isinstance(other, int | float):
            return Tensor(self.data * other, [self], lambda g: [g * other], "*")
        b = self.like(other)
        return Tensor(
            self.data * b.data, [self, b], lambda g: [fit(g * b.data, self), fit(g * self.data, b)], "*"
        )

    def __pow__(self, exponent: float) -> "Tensor":
        y = self.data**exponent
        return Tensor(y, [self], lambda g: [exponent * g * self.data ** (exponent - 1)], "**")

    __radd__ = __add__
    __rmul__ = __mul__
    __array_ufunc__ = None  # an array on the left of an operator leaves the operator to the tensor

    def __neg__(self) -> "Tensor":
        return self * -1.0

    def __sub__(self, other: Any) -> "Tensor":
        return self + (-other)

    def __rsub__(self, other: Any) -> "Tensor":
        return -self + other

    def __truediv__(self, other: Any) -> "Tensor":
        return self * (other**-1.0)

    def __rtruediv__(self, other: Any) -> "Tensor":
        return self**-1.0 * other

    def __matmul__(self, other: Any) -> "Tensor":
        """Product of matrices, or of stacks of them: both operands have two axes or more."""
        a, b = self, self.like(other)

        def rule(g: np.ndarray) -> list[Any]:
            down = None if a.constant else fit(g @ b.data.swapaxes(-1, -2), a)
            if b.constant:
                return [down, None]
            if b.data.ndim == 2:  # one large product in the place of many small ones and their sum
                return [down, _rows(a.data).T @ _rows(g)]
            return [down, fit(a.data.swapaxes(-1, -2) @ g, b)]

        return Tensor(a.data @ b.data, [a, b], rule, "@")

    def exp(self) -> "Tensor":
        y = np.exp(self.data)
        return Tensor(y, [self], lambda g: [y * g], "exp")

    def log(self) -> "Tensor":
        return Tensor(np.log(self.data), [self], lambda g: [g / self.data], "log")

    def tanh(self) -> "Tensor":
        y = np.tanh(self.data)
        return Tensor(y, [self], lambda g: [g - g * y * y], "tanh")

    def relu(self) -> "Tensor":
        y = np.maximum(self.data, 0)
        return Tensor(y, [self], lambda g: [np.where(y > 0, g, 0)], "relu")

    def sum(self, axis: Axis = None, keepdims: bool = False) -> "Tensor":
        """Sum over one axis, several, or all of them."""
        axes = _all_axes(axis, self.data.ndim)
        y = self.data.sum(axis=axes, keepdims=keepdims)

        def rule(g: np.ndarray) -> list[np.ndarray]:
            return [np.broadcast_to(g if keepdims else np.expand_dims(g, axes), self.shape)]

        return Tensor(y, [self], rule, "sum")

    def mean(self, axis: Axis = None, keepdims: bool = False) -> "Tensor":
        """Mean over one axis, several, or all of them."""
        y = self.sum(axis, keepdims)
        return y * (y.data.size / self.data.size)

    def max(self, axis: int, keepdims: bool = False) -> "Tensor":
        """The largest entries along an axis; among equal ones the first gets the gradient."""
        where = np.expand_dims(self.data.argmax(axis=axis), axis)
        y = np.take_along_axis(self.data, where, axis)

        def rule(g: np.ndarray) -> list[np.ndarray]:
            spread = np.zeros_like(self.data)
            np.put_along_axis(spread, where, g if keepdims else np.expand_dims(g, axis), axis)
            return [spread]

        return Tensor(y if keepdims else y.squeeze(axis), [self], rule, "max")

    def reshape(self, *shape: int) -> "Tensor":
        """The same entries in another shape."""
        return Tensor(self.data.reshape(shape), [self], lambda g: [g.reshape(self.shape)], "reshape")

    def transpose(self, *axes: int) -> "Tensor":
        """The axes in another order, without arguments turned round."""
        turned = self.data.transpose(axes or None)

        def rule(g: np.ndarray) -> list[np.ndarray]:
            return [np.moveaxis(g, range(g.ndim), axes or range(g.ndim)[::-1])]

        return Tensor(turned, [self], rule, "transpose")

    def __getitem__(self, index: Any) -> "Tensor":
        """A part of the entries, by whatever NumPy takes as an index."""

        def rule(g: np.ndarray) -> list[np.ndarray]:
            spread = np.zeros_like(self.data)
            if all(
                isinstance(part, int | slice) for part in (index if isinstance(index, tuple) else [index])
            ):
                spread[index] = g  # nothing is taken twice
            else:
                np.add.at(spread, index, g)
            return [spread]

        return Tensor(self.data[index], [self], rule, "[]")


def attributes(thing: Any) -> list[tuple[str, Any]]:
    """Names and values of what an object holds, in the order in which it got them: how a module looks inside itself."""
    return list(vars(thing).items())


def as_tensor(x: Any) -> Tensor:
    """A Tensor as it is; an array as a constant."""
    return x if isinstance(x, Tensor) else Tensor(x, constant=True)


def softmax(x: Tensor) -> Tensor:
    """Positive numbers with the sum 1 along the last axis, without overflow."""
    p = np.exp(x.data - x.data.max(-1, keepdims=True))
    p /= p.sum(-1, keepdims=True)

    def rule(g: np.ndarray) -> list[np.ndarray]:
        weighted = g * p
        return [weighted - weighted.sum(-1, keepdims=True) * p]

    return Tensor(p, [x], rule, "softmax")


def log_softmax(x: Tensor) -> Tensor:
    """Logarithm of `softmax`, finite where a probability is too small to be written down."""
    y = x.data - x.data.max(-1, keepdims=True)
    y = y - np.log(np.exp(y).sum(-1, keepdims=True))
    return Tensor(y, [x], lambda g: [g - np.exp(y) * g.sum(-1, keepdims=True)], "log softmax")


def fit(gradient: np.ndarray, to: Tensor) -> np.ndarray:
    """The gradient of something that was broadcast, summed to the shape that it had before."""
    if gradient.shape == to.shape:
        return gradient
    full = (1,) * (gradient.ndim - len(to.shape)) + to.shape
    repeated = tuple(i for i, (a, b) in enumerate(zip(gradient.shape, full, strict=True)) if a != b)
    return gradient.sum(axis=repeated, keepdims=True).reshape(to.shape)


def _rows(x: np.ndarray) -> np.ndarray:
    return x.reshape(-1, x.shape[-1])


def _all_axes(axis: Axis, count: int) -> tuple[int, ...]:
    if axis is None:
        return tuple(range(count))
    return (axis,) if isinstance(axis, int) else tuple(axis)
