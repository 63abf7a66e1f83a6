"""The bug hunt: in each of the six engines of ``broken.py`` one method is wrong.

Find it by gradient checking, `gradient_check(f, arrays, engine=broken.Engine1)`, with expressions that use one
operation at a time, and then nodes that are used twice, shapes that are broadcast, deeper graphs. Then read. Each
function below returns the name of the wrong method, and a function that is right in its place: it takes the arguments
of the method, ``self`` first. The check replaces this one method in a subclass of the engine, and compares gradients;
so new nodes are made with ``type(self)(…)``, as the engines do.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from day16_autograd import broken

Repair = tuple[str, Callable[..., Any]]
"""The name of a method, such as ``"__mul__"``, and what it should have been."""


def case_1() -> Repair:
    """What is wrong in `broken.Engine1`, and what is right.

    Returns
    -------
    name : str, the wrong method
    method : function with the arguments of that method

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 6.3.2
    """
    ### BEGIN SOLUTION

    def tanh(self: broken.Engine) -> broken.Engine:
        y = np.tanh(self.data)
        slope = 1 - y * y
        return type(self)(y, (self,), lambda g: (slope * g,))

    return "tanh", tanh
    ### END SOLUTION


def case_2() -> Repair:
    """What is wrong in `broken.Engine2`, and what is right.

    Returns
    -------
    name : str, the wrong method
    method : function with the arguments of that method

    References
    ----------
    Griewank and Walther, Evaluating Derivatives, 2nd ed., section 3.2
    """
    ### BEGIN SOLUTION

    def backward(self: broken.Engine) -> None:
        self.accumulate(np.ones(self.data.shape))
        for node in reversed(self.order()):
            if node.parents:
                for parent, part in zip(node.parents, node.rule(node.grad), strict=True):
                    parent.accumulate(part)

    return "backward", backward
    ### END SOLUTION


def case_3() -> Repair:
    """What is wrong in `broken.Engine3`, and what is right.

    Returns
    -------
    name : str, the wrong method
    method : function with the arguments of that method

    References
    ----------
    Harris et al. (2020), Array programming with NumPy, Nature 585, 357-362, on broadcasting
    """
    ### BEGIN SOLUTION

    def unbroadcast(self: broken.Engine, gradient: np.ndarray, shape: tuple[int, ...]) -> Any:
        padded = (1,) * (gradient.ndim - len(shape)) + shape
        repeated = tuple(axis for axis, length in enumerate(padded) if length == 1)
        return np.sum(gradient, axis=repeated).reshape(shape)

    return "unbroadcast", unbroadcast
    ### END SOLUTION


def case_4() -> Repair:
    """What is wrong in `broken.Engine4`, and what is right.

    Returns
    -------
    name : str, the wrong method
    method : function with the arguments of that method

    References
    ----------
    NumPy reference, ufunc.at
    """
    ### BEGIN SOLUTION

    def getitem(self: broken.Engine, index: Any) -> broken.Engine:
        def rule(g: np.ndarray) -> tuple[np.ndarray]:
            total = np.zeros_like(self.data)
            np.add.at(total, index, g)
            return (total,)

        return type(self)(self.data[index], (self,), rule)

    return "__getitem__", getitem
    ### END SOLUTION


def case_5() -> Repair:
    """What is wrong in `broken.Engine5`, and what is right.

    Returns
    -------
    name : str, the wrong method
    method : function with the arguments of that method

    References
    ----------
    Cormen, Leiserson, Rivest and Stein, Introduction to Algorithms, 4th ed., section 20.4
    """
    ### BEGIN SOLUTION

    def order(self: broken.Engine) -> list[broken.Engine]:
        order: list[broken.Engine] = []
        stack = [(self, False)]
        while stack:
            node, parents_done = stack.pop()
            if parents_done:
                order.append(node)
            elif node not in order:
                stack.append((node, True))
                stack.extend((parent, False) for parent in node.parents)
        return order

    return "order", order
    ### END SOLUTION


def case_6() -> Repair:
    """What is wrong in `broken.Engine6`, and what is right.

    Returns
    -------
    name : str, the wrong method
    method : function with the arguments of that method

    References
    ----------
    NumPy user guide, Copies and views
    """
    ### BEGIN SOLUTION

    def accumulate(self: broken.Engine, gradient: np.ndarray) -> None:
        self.grad = np.add(0.0 if self.grad is None else self.grad, gradient)

    return "accumulate", accumulate
    ### END SOLUTION
