# Write the parts marked TODO(day16). Made by `course sync` from the course's single source.
# skeleton 97869682c8568805
"""The tensor engine: the same idea with arrays, so that NumPy does the work and Python only the book-keeping.

The derivative of an array by an array would be a huge matrix, and nobody needs it. What is needed is its product with
the gradient that comes from above: each operation brings a *rule*, a function that takes the gradient of some number by
the result of the operation and returns those by its parents, each of the shape of its parent. An operation knows
its own rule and nothing else; `Tensor.backward` knows the order and nothing else. Arguments come back unchanged, apart
from the ``grad`` of the nodes of a graph. float32 in, float32 out.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from day16_autograd.scalar import Arithmetic, topological_order

Rule = Callable[[np.ndarray], Sequence[np.ndarray]]
"""From the gradient of the result to the gradients of the parents, in their order."""

Axis = int | tuple[int, ...] | None


def unbroadcast(gradient: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Bring the gradient of something that was broadcast back to the shape that it had before.

    NumPy broadcasts an array by repeating it: along new axes on the left, and along axes of length 1. A number that was
    used many times gets the *sum* of all gradients that arrive, so the gradient is summed over exactly these axes.

    Parameters
    ----------
    gradient : float array, of a shape that ``shape`` can be broadcast to
    shape : of the operand before it was broadcast; () for a single number

    Returns
    -------
    float array of the shape ``shape``, in the dtype of the gradient

    Not allowed here: ``torch.Tensor.sum_to_size``.

    References
    ----------
    Harris et al. (2020), Array programming with NumPy, Nature 585, 357-362, on broadcasting
    """
    # TODO(day16): first the axes that are new on the left, then those of length 1 that have been stretched
    raise NotImplementedError("unbroadcast is not written yet")


class Tensor(Arithmetic):
    """An array in a computational graph.

    Parameters
    ----------
    data : the array; integers become float64
    parents : the tensors it was computed from; empty for a leaf
    rule : from the gradient of this tensor to those of its parents; None for a leaf
    operation : what it is called in drawings

    Attributes
    ----------
    grad : the gradient of some number by this tensor, an array of its shape and dtype; zeros until `backward`
    """

    def __init__(
        self, data: Any, parents: Sequence["Tensor"] = (), rule: Rule | None = None, operation: str = ""
    ) -> None:
        array = np.asarray(data)
        self.data = array if array.dtype.kind == "f" else array.astype(np.float64)
        self.parents = tuple(parents)
        self.rule = rule
        self.operation = operation
        self.grad = np.zeros_like(self.data)

    def __repr__(self) -> str:
        return f"Tensor({self.data}, operation={self.operation!r})"

    def like(self, other: Any) -> "Tensor":
        """A Tensor as it is; a number or an array as a leaf of the dtype of this tensor (given)."""
        return other if isinstance(other, Tensor) else Tensor(np.asarray(other, dtype=self.data.dtype))

    def zero_grad(self) -> None:
        """Forget the gradient (given)."""
        self.grad = np.zeros_like(self.data)

    def backward(self, seed: np.ndarray | None = None) -> None:
        """The gradient of a number by every tensor of the graph, added to their ``grad``.

        The number is this tensor itself where it has one element. Otherwise it is the sum of this tensor times
        ``seed``, entry by entry. The walk is that of the scalar engine: this tensor's ``grad`` is the seed, and from
        the end of `topological_order` to its beginning ``node.rule(node.grad)`` gives what is added to the ``grad`` of
        each parent. As there, leaves add up from call to call, and the ``grad`` of all other nodes begins at zero.

        No gradient may be changed in place: a rule is free to hand the same array to two parents.

        Parameters
        ----------
        seed : array of the shape of this tensor; ones when it is left out

        Raises
        ------
        ValueError
            when the seed is left out and this tensor has more than one element

        Not allowed here: ``torch.Tensor.backward``; from ``torch.autograd``: ``grad``, ``backward``; from
        ``torch.func``: ``grad``, ``vjp``, ``jacrev``, ``grad_and_value``, ``jvp``, ``jacfwd``,
        ``linearize``; from ``torch.autograd.functional``: ``vjp``, ``jvp``, ``jacobian``.

        References
        ----------
        Baydin, Pearlmutter, Radul and Siskind (2018), Automatic differentiation in machine learning: a survey,
        JMLR 18(153), section 3.2
        """
        # TODO(day16): check the seed; then as in scalar.py, with rules in the place of slopes
        raise NotImplementedError("Tensor.backward is not written yet")

    def __add__(self, other: Any) -> "Tensor":
        """Sum with broadcasting (given, as an example)."""
        other = self.like(other)

        def rule(g: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            return unbroadcast(g, self.data.shape), unbroadcast(g, other.data.shape)

        return Tensor(self.data + other.data, (self, other), rule, "+")

    def __mul__(self, other: Any) -> "Tensor":
        """Product entry by entry, with broadcasting (given)."""
        other = self.like(other)

        def rule(g: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            return unbroadcast(g * other.data, self.data.shape), unbroadcast(g * self.data, other.data.shape)

        return Tensor(self.data * other.data, (self, other), rule, "*")

    def __pow__(self, exponent: float) -> "Tensor":
        """Power of every entry with a constant exponent (given)."""
        slope = exponent * self.data ** (exponent - 1)
        return Tensor(self.data**exponent, (self,), lambda g: (g * slope,), f"**{exponent}")

    def exp(self) -> "Tensor":
        """Exponential of every entry (given)."""
        y = np.exp(self.data)
        return Tensor(y, (self,), lambda g: (g * y,), "exp")

    def log(self) -> "Tensor":
        """Natural logarithm of every entry (given)."""
        return Tensor(np.log(self.data), (self,), lambda g: (g / self.data,), "log")

    def tanh(self) -> "Tensor":
        """Hyperbolic tangent of every entry (given)."""
        y = np.tanh(self.data)
        return Tensor(y, (self,), lambda g: (g * (1 - y**2),), "tanh")

    def relu(self) -> "Tensor":
        """max(x, 0) of every entry, with the slope 0 at 0 (given)."""
        positive = self.data > 0
        return Tensor(self.data * positive, (self,), lambda g: (g * positive,), "relu")

    def reshape(self, *shape: int) -> "Tensor":
        """The same entries in another shape (given): so is the gradient."""
        return Tensor(
            self.data.reshape(shape), (self,), lambda g: (np.reshape(g, self.data.shape),), "reshape"
        )

    def mean(self, axis: Axis = None, keepdims: bool = False) -> "Tensor":
        """Mean over axes (given): made of `sum`, so it needs no rule."""
        total = self.sum(axis, keepdims)
        return total * (total.data.size / self.data.size)

    def sum(self, axis: Axis = None, keepdims: bool = False) -> "Tensor":
        """Sum over one axis, several, or all of them.

        Parameters
        ----------
        axis : int, tuple of ints, or None for all; negative ones count from the end, as in NumPy
        keepdims : whether the axes stay, with length 1

        Returns
        -------
        Tensor

        Not allowed here: ``torch.sum``.

        References
        ----------
        Griewank and Walther, Evaluating Derivatives, 2nd ed., section 3.2
        """
        # TODO(day16): every entry of a sum has the slope 1: put the axes back, then repeat the gradient
        raise NotImplementedError("Tensor.sum is not written yet")

    def transpose(self, *axes: int) -> "Tensor":
        """The axes in another order.

        Parameters
        ----------
        axes : axis i of the result is axis ``axes[i]`` of this tensor, and negative ones count from the end, as in
            NumPy; none at all turn their order round

        Returns
        -------
        Tensor

        Not allowed here: from ``torch``: ``permute``, ``transpose``.

        References
        ----------
        Magnus and Neudecker, Matrix Differential Calculus, 3rd ed., section 3.7
        """
        # TODO(day16): the gradient goes back by the inverse permutation
        raise NotImplementedError("Tensor.transpose is not written yet")

    def __getitem__(self, index: Any) -> "Tensor":
        """A part of the entries: ``x[2]``, ``x[:, 1:3]``, ``x[rows, columns]``, ``x[mask]``.

        The gradient arrives at the entries that were taken; all others get 0. Arrays of integers may take an entry
        several times, and then its gradients add up.

        Parameters
        ----------
        index : whatever NumPy takes as an index: integers, slices, None, …, arrays of integers or truth values

        Returns
        -------
        Tensor

        Not allowed here: from ``torch``: ``gather``, ``index_select``.

        References
        ----------
        NumPy reference, ufunc.at
        """
        # TODO(day16): zeros[index] += g counts an entry that was taken twice only once; np.add.at does not
        raise NotImplementedError("Tensor.__getitem__ is not written yet")

    def __matmul__(self, other: Any) -> "Tensor":
        """Matrix product, with everything that NumPy's ``@`` can do.

        For matrices C = A B, with the gradient G of the shape of C, they are G Bᵀ by A and Aᵀ G by B. In stacks
        of matrices, (…, n, k) @ (…, k, m), the axes in front are broadcast. A vector on the left is a row, a vector on
        the right a column, and the axis that was added is missing in the result.

        Parameters
        ----------
        other : Tensor or array with one axis or more

        Returns
        -------
        Tensor

        Not allowed here: from ``torch``: ``matmul``, ``bmm``, ``mm``.

        References
        ----------
        Giles (2008), Collected matrix derivative results for forward and reverse mode algorithmic differentiation,
        section 2.2.2
        """
        # TODO(day16): make matrices of vectors, use the two formulas, unbroadcast, and take the axis away
        #   again
        raise NotImplementedError("Tensor.__matmul__ is not written yet")
