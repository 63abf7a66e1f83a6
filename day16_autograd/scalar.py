# Write the parts marked TODO(day16). Made by `course sync` from the course's single source.
# skeleton 148a65473c8debb4
"""The scalar engine: a number that remembers what it was made of.

A `Value` holds a number, the values it was computed from (its *parents*), and for each of them a *slope*: the
derivative of the number by that parent, which every operation knows at the moment when it computes. Nothing else is
needed. The derivative by anything, however far back, is a sum over paths of products of slopes, and `Value.backward`
adds it up in one pass over the graph. Arguments come back unchanged, apart from the ``grad`` of the nodes of a graph.
"""

import math
from collections.abc import Sequence
from typing import Any


class Arithmetic:
    """The five operators that are made of +, · and **: negative, difference and quotient.

    Whoever has ``__add__``, ``__mul__`` and ``__pow__``, also with plain numbers on the right, gets the rest from here
    for nothing. So each method below is an expression in +, · and ** (and in methods above it), and knows neither what
    its operands hold nor anything of derivatives: `Value` is made of numbers, `tensor.Tensor` of arrays.

    Python asks for ``2 - x`` in this order: can the number subtract a Value? It cannot, so ``x.__rsub__(2)`` is asked.
    The *r* says that ``self`` stands on the right.

    References
    ----------
    The Python Language Reference, section 3.3.8, Emulating numeric types
    """

    __array_ufunc__ = None  # so that NumPy's numbers and arrays leave `array + x` to us

    def __radd__(self, other: Any) -> Any:
        """``other + self``, where ``other`` is a number (given)."""
        return self + other

    def __rmul__(self, other: Any) -> Any:
        """``other * self``, where ``other`` is a number (given)."""
        return self * other

    def __neg__(self) -> Any:
        """``-self``."""
        # TODO(day16): a product with a number
        raise NotImplementedError("Arithmetic.__neg__ is not written yet")

    def __sub__(self, other: Any) -> Any:
        """``self - other``, where ``other`` is of the same class or a number."""
        # TODO(day16): a sum
        raise NotImplementedError("Arithmetic.__sub__ is not written yet")

    def __rsub__(self, other: Any) -> Any:
        """``other - self``, where ``other`` is a number."""
        # TODO(day16): the other way round
        raise NotImplementedError("Arithmetic.__rsub__ is not written yet")

    def __truediv__(self, other: Any) -> Any:
        """``self / other``, where ``other`` is of the same class or a number, and an integer is a number too."""
        # TODO(day16): a product with 1 / other
        raise NotImplementedError("Arithmetic.__truediv__ is not written yet")

    def __rtruediv__(self, other: Any) -> Any:
        """``other / self``, where ``other`` is a number."""
        # TODO(day16): a power with exponent -1
        raise NotImplementedError("Arithmetic.__rtruediv__ is not written yet")


class Value(Arithmetic):
    """A number in a computational graph.

    Parameters
    ----------
    data : the number
    parents : the values it was computed from; empty for a *leaf*, such as an input or a weight
    slopes : for each parent the derivative of this value by that parent
    operation : what it is called in drawings: "+", "tanh", or the name of a leaf

    Attributes
    ----------
    grad : the derivative of some result by this value; 0 until `backward` of that result has been called
    """

    def __init__(
        self, data: float, parents: Sequence["Value"] = (), slopes: Sequence[float] = (), operation: str = ""
    ) -> None:
        self.data = data
        self.parents = tuple(parents)
        self.slopes = tuple(slopes)
        self.operation = operation
        self.grad = 0.0

    def __repr__(self) -> str:
        return f"Value({self.data:.6g}, grad={self.grad:.6g})"

    def __add__(self, other: "Value | float") -> "Value":
        """Sum (given, as an example): ∂(a + b)/∂a = 1 and ∂(a + b)/∂b = 1."""
        other = as_value(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0), "+")

    def __mul__(self, other: "Value | float") -> "Value":
        """Product of this value and another one, or a number.

        Parameters
        ----------
        other : Value, or a number, which `as_value` makes a Value of

        Returns
        -------
        Value
            with the operation "*"

        Not allowed here: ``torch.autograd.grad``; from ``torch.func``: ``grad``, ``vjp``, ``jacrev``,
        ``grad_and_value``, ``jvp``, ``jacfwd``, ``linearize``; from ``torch.autograd.functional``:
        ``vjp``, ``jvp``, ``jacobian``.

        References
        ----------
        Griewank and Walther, Evaluating Derivatives, 2nd ed., table 2.3
        """
        # TODO(day16): as in `__add__`, with the slopes of a product
        raise NotImplementedError("Value.__mul__ is not written yet")

    def __pow__(self, exponent: float) -> "Value":
        """Power with a constant exponent: ∂(xⁿ)/∂x = n xⁿ⁻¹.

        x ** 0 is 1 everywhere, with the slope 0, also at x = 0.

        Parameters
        ----------
        exponent : a number n, integer or not, and no Value

        Returns
        -------
        Value
            with the operation f"**{exponent}"

        Not allowed here: ``torch.autograd.grad``; from ``torch.func``: ``grad``, ``vjp``, ``jacrev``,
        ``grad_and_value``, ``jvp``, ``jacfwd``, ``linearize``; from ``torch.autograd.functional``:
        ``vjp``, ``jvp``, ``jacobian``.

        References
        ----------
        Griewank and Walther, Evaluating Derivatives, 2nd ed., table 2.3
        """
        # TODO(day16): one parent, one slope; 0.0 ** -1 is an error
        raise NotImplementedError("Value.__pow__ is not written yet")

    def exp(self) -> "Value":
        """Exponential (given): its own derivative, so the slope is the result."""
        y = math.exp(self.data)
        return Value(y, (self,), (y,), "exp")

    def log(self) -> "Value":
        """Natural logarithm (given)."""
        return Value(math.log(self.data), (self,), (1 / self.data,), "log")

    def relu(self) -> "Value":
        """max(x, 0), with the slope 0 where x is 0 (given)."""
        positive = self.data > 0
        return Value(self.data if positive else 0.0, (self,), (1.0 if positive else 0.0,), "relu")

    def tanh(self) -> "Value":
        """Hyperbolic tangent: ∂ tanh x/∂x = 1 − tanh² x. Stable: finite for every number, 1000 and −1000 too.

        Returns
        -------
        Value
            with the operation "tanh"

        Not allowed here: ``torch.tanh``, ``torch.autograd.grad``; from ``torch.func``: ``grad``, ``vjp``,
        ``jacrev``, ``grad_and_value``, ``jvp``, ``jacfwd``, ``linearize``; from
        ``torch.autograd.functional``: ``vjp``, ``jvp``, ``jacobian``.

        References
        ----------
        Goodfellow, Bengio and Courville, Deep Learning, section 6.3.2
        """
        # TODO(day16): the slope is made of the result, not of x
        raise NotImplementedError("Value.tanh is not written yet")

    def zero_grad(self) -> None:
        """Forget the gradient (given)."""
        self.grad = 0.0

    def backward(self) -> None:
        """The derivative of this value by every node of its graph, added to their ``grad``.

        The ``grad`` of this value is 1. Going through `topological_order` from the end to the beginning, each node
        hands to each of its parents its own ``grad`` times the slope, and what arrives at a parent from several
        children, or twice from the same one as in ``x * x``, is added.

        Leaves keep what they had: a second call adds to their ``grad``, until `zero_grad`. The ``grad`` of all other
        nodes belongs to the last call alone and begins at 0 in each. Called on a leaf, it adds 1 to its ``grad``.

        Not allowed here: ``torch.Tensor.backward``; from ``torch.autograd``: ``grad``, ``backward``; from
        ``torch.func``: ``grad``, ``vjp``, ``jacrev``, ``grad_and_value``, ``jvp``, ``jacfwd``,
        ``linearize``; from ``torch.autograd.functional``: ``vjp``, ``jvp``, ``jacobian``.

        References
        ----------
        Rumelhart, Hinton and Williams (1986), Learning representations by back-propagating errors, Nature 323, 533-536
        """
        # TODO(day16): set the grad of all nodes with parents to 0, then that of this node; then walk back
        raise NotImplementedError("Value.backward is not written yet")


def as_value(x: "Value | float") -> Value:
    """A Value as it is, and a number as a leaf that is called like the number (given)."""
    return x if isinstance(x, Value) else Value(x, operation=f"{x:.3g}")


def topological_order(root: Any) -> list[Any]:
    """All nodes that ``root`` was made of, and ``root``: parents before children.

    Each node stands in the list once, however many paths lead to it. Graphs are deeper than Python's stack (a sum of
    5,000 numbers is a chain of 5,000 nodes), so the walk keeps a list of what is still to be visited in the place of
    recursive calls. And there may be far more paths than nodes: visit each node once.

    Parameters
    ----------
    root : Value, or any object with ``parents``, a tuple of such objects

    Returns
    -------
    list of nodes
        with every node behind all its parents, so that ``root`` is the last

    Not allowed here: ``graphlib.TopologicalSorter``.

    References
    ----------
    Cormen, Leiserson, Rivest and Stein, Introduction to Algorithms, 4th ed., section 20.4
    """
    # TODO(day16): a node is met twice: on the way in push its parents, on the way out append it
    raise NotImplementedError("topological_order is not written yet")


def forward_mode(root: Value, leaf: Value) -> float:
    """The derivative of ``root`` by ``leaf`` in the other direction: from the leaf to the root.

    Every node has a derivative by the leaf: that of the leaf is 1, that of other leaves 0, and that of any other node
    the sum over its parents of the slope times the parent's derivative. One pass gives the derivatives of *all nodes by
    one leaf*, where `backward` gives those of *one node by all leaves*. No ``grad`` is changed.

    Parameters
    ----------
    root : Value
    leaf : Value without parents; where ``root`` was not made of it, the derivative is 0

    Returns
    -------
    float

    Not allowed here: ``torch.autograd.grad``; from ``torch.func``: ``jvp``, ``grad``, ``grad_and_value``,
    ``vjp``, ``jacrev``, ``jacfwd``, ``linearize``; from ``torch.autograd.functional``: ``jvp``, ``vjp``,
    ``jacobian``.

    References
    ----------
    Wengert (1964), A simple automatic derivative evaluation program, Communications of the ACM 7, 463-464
    """
    # TODO(day16): a dict from id(node) to its derivative, filled in topological order
    raise NotImplementedError("forward_mode is not written yet")
