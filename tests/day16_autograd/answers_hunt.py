"""Answers to hunt.py: wrong places and wrong repairs with what is the matter, and right ones in another style."""

import numpy as np

from course.testing import misconception, variant
from day16_autograd import broken


@misconception("case_1", "The sum is right: each entry has the slope 1. Check each operation alone.")
def blames_the_sum():
    def sum_(self):
        return type(self)(np.sum(self.data), (self,), lambda g: (g * np.ones_like(self.data),))

    return "sum", sum_


@misconception("case_1", "The product is right: the slope by a is b. Check each operation alone.")
def blames_the_product():
    return "__mul__", broken.Engine.__mul__


@misconception(
    "case_1", "The place is right. The repair is the slope of the sigmoid, y (1 − y); that of tanh is 1 − y²."
)
def slope_of_the_sigmoid():
    def tanh(self):
        y = np.tanh(self.data)
        return type(self)(y, (self,), lambda g: (g * y * (1 - y),))

    return "tanh", tanh


@misconception(
    "case_1", "The place is right, and the repair is what was there: 1 − x², with x in the place of tanh x."
)
def as_it_was():
    return "tanh", broken.Engine1.tanh


@variant("case_1")
def by_cosh():
    def mended(self):
        x = self.data
        return type(self)(np.tanh(x), [self], lambda g: [g / np.cosh(x) ** 2])

    return "tanh", mended


@variant("case_1")
def the_base_class():
    return ("tanh", broken.Engine.tanh)


@misconception("case_2", "The sum is right: both operands get the gradient. Check a + b, and then a + a.")
def blames_the_sum_in_case_2():
    return "__add__", broken.Engine.__add__


@misconception("case_2", "1/cosh² is 1 − tanh², so tanh is right. Check a node that is used twice.")
def blames_tanh():
    return "tanh", broken.Engine.tanh


@misconception(
    "case_2",
    "The place is right. The repair goes from the leaves to the root, so nodes hand on what they have not got yet.",
)
def forwards():
    def backward(self):
        self.grad = np.ones(self.data.shape)
        for node in self.order():
            if node.grad is None:
                node.grad = np.zeros(node.data.shape)
        for node in self.order():
            if node.rule is not None:
                for parent, gradient in zip(node.parents, node.rule(node.grad), strict=True):
                    parent.grad = parent.grad + gradient

    return "backward", backward


@misconception(
    "case_2",
    "The place is right, and the repair is what was there: the second gradient of a node overwrites the first.",
)
def as_it_was_in_case_2():
    return "backward", broken.Engine2.backward


@variant("case_2")
def adds_by_hand():
    def backward(self):
        order = self.order()
        for node in order:
            node.grad = np.zeros(node.data.shape)
        self.grad = np.ones(self.data.shape)
        for node in order[::-1]:
            if node.parents:
                for parent, gradient in zip(node.parents, node.rule(node.grad), strict=True):
                    parent.grad = parent.grad + gradient

    return "backward", backward


@variant("case_2")
def the_base_class_in_case_2():
    return "backward", broken.Engine.backward


@misconception(
    "case_3",
    "The product only passes gradients to unbroadcast, and is right for equal shapes. What happens to other shapes?",
)
def blames_the_product_in_case_3():
    return "__mul__", broken.Engine.__mul__


@misconception(
    "case_3",
    "np.full repeats the gradient for all entries, which is right. Add arrays of the shapes (3, 1) and (3, 4).",
)
def blames_the_sum_in_case_3():
    return "sum", broken.Engine.sum


@misconception("case_3", "The place is right. Axes of length 1 have to stay in the shape: keepdims=True.")
def without_keepdims():
    def unbroadcast(self, gradient, shape):
        while gradient.ndim > len(shape):
            gradient = gradient.sum(axis=0)
        return gradient.sum(axis=tuple(i for i, n in enumerate(shape) if n == 1))

    return "unbroadcast", unbroadcast


@misconception(
    "case_3", "The place is right. Gradients of a number that was repeated are summed, not averaged."
)
def mean_of_the_stretched():
    def unbroadcast(self, gradient, shape):
        while gradient.ndim > len(shape):
            gradient = gradient.sum(axis=0)
        return gradient.mean(axis=tuple(i for i, n in enumerate(shape) if n == 1), keepdims=True)

    return "unbroadcast", unbroadcast


@misconception(
    "case_3",
    "The place is right. reshape cannot take entries away: axes of length 1 that were stretched are summed.",
)
def reshaped():
    def unbroadcast(self, gradient, shape):
        while gradient.ndim > len(shape):
            gradient = gradient.sum(axis=0)
        return gradient.reshape(shape)

    return "unbroadcast", unbroadcast


@variant("case_3")
def the_base_class_in_case_3():
    return "unbroadcast", broken.Engine.unbroadcast


@variant("case_3")
def all_at_once():
    def unbroadcast(self, gradient, shape):
        padded = (1,) * (gradient.ndim - len(shape)) + tuple(shape)
        axes = tuple(i for i, n in enumerate(padded) if n == 1)
        return np.sum(gradient, axis=axes).reshape(shape)

    return "unbroadcast", unbroadcast


@misconception(
    "case_4", "Both operands get the gradient in their shapes: this sum is right. Take an entry twice."
)
def blames_the_sum_in_case_4():
    return "__add__", broken.Engine.__add__


@misconception("case_4", "The sum of all entries is right: each has the slope 1. Take an entry twice.")
def blames_the_sum_of_entries():
    return "sum", broken.Engine.sum


@misconception(
    "case_4",
    "The place is right. `gradient[index] = g` keeps one of several gradients, just as `+=` does: np.add.at.",
)
def without_the_plus():
    def getitem(self, index):
        def rule(g):
            gradient = np.zeros(self.data.shape)
            gradient[index] = g
            return [gradient]

        return type(self)(self.data[index], [self], rule)

    return "__getitem__", getitem


@misconception(
    "case_4", "The place is right. The repair counts how often an entry was taken, and forgets what arrives."
)
def counts_only():
    def getitem(self, index):
        def rule(g):
            gradient = np.zeros(self.data.shape)
            np.add.at(gradient, index, 1.0)
            return [gradient]

        return type(self)(self.data[index], [self], rule)

    return "__getitem__", getitem


@variant("case_4")
def that_of_the_tensor_engine():
    def getitem(self, index):
        def rule(g):
            mask = np.zeros(self.data.shape)
            for place, part in zip(
                np.arange(mask.size).reshape(mask.shape)[index].flat, np.ravel(g), strict=True
            ):
                mask.flat[place] += part
            return [mask]

        return type(self)(self.data[index], [self], rule)

    return "__getitem__", getitem


@variant("case_4")
def by_bincount():
    def getitem(self, index):
        places = np.arange(self.data.size).reshape(self.data.shape)[index]

        def rule(g):
            sums = np.bincount(places.ravel(), weights=np.ravel(g), minlength=self.data.size)
            return (sums.reshape(self.data.shape),)

        return type(self)(self.data[index], (self,), rule)

    return "__getitem__", getitem


@misconception(
    "case_5",
    "g − g y² is g (1 − y²): tanh is right. Use a node twice, once directly and once through another.",
)
def blames_tanh_in_case_5():
    return "tanh", broken.Engine.tanh


@misconception(
    "case_5", "It adds, into an array of its own: accumulate is right. In which order do the nodes hand on?"
)
def blames_accumulate():
    return "accumulate", broken.Engine.accumulate


@misconception(
    "case_5",
    "The place is right. A search in depth that appends a node on the way *in* has the same fault: append it "
    "on the way out.",
)
def in_depth_on_the_way_in():
    def order(self):
        order, stack = [], [self]
        while stack:
            node = stack.pop()
            if node not in order:
                order.append(node)
                stack.extend(node.parents)
        return order[::-1]

    return "order", order


@misconception(
    "case_5", "The place is right. The repair has the root first; backward wants parents before children."
)
def turned_round():
    def order(self):
        return broken.Engine.order(self)[::-1]

    return "order", order


@variant("case_5")
def the_base_class_in_case_5():
    return "order", broken.Engine.order


@variant("case_5")
def recursive():
    def order(self):
        order = []

        def visit(node):
            if node not in order:
                for parent in node.parents:
                    visit(parent)
                order.append(node)

        visit(self)
        return order

    return "order", order


@misconception(
    "case_6",
    "Handing g to both parents is allowed, see the first lines of broken.py. Who changes it afterwards?",
)
def blames_add():
    def add(self, other):
        def rule(g):
            return tuple(self.unbroadcast(g.copy(), x.data.shape) for x in (self, other))

        return type(self)(self.data + other.data, (self, other), rule)

    return "__add__", add


@misconception(
    "case_6", "np.tile makes a new array with the gradient everywhere: the sum is right. Who shares an array?"
)
def blames_sum():
    return "sum", broken.Engine.sum


@misconception(
    "case_6",
    "The place is right. Now the second gradient overwrites the first: it has to be added, into a new array.",
)
def overwrites():
    def accumulate(self, gradient):
        self.grad = gradient

    return "accumulate", accumulate


@misconception(
    "case_6",
    "The place is right, and the repair is what was there: += writes into an array that two nodes hold.",
)
def as_it_was_in_case_6():
    return "accumulate", broken.Engine6.accumulate


@variant("case_6")
def copies_first():
    def accumulate(self, gradient):
        if self.grad is None:
            self.grad = np.array(gradient)
        else:
            self.grad += gradient

    return "accumulate", accumulate


@variant("case_6")
def from_zero():
    def accumulate(self, gradient):
        self.grad = (0.0 if self.grad is None else self.grad) + gradient

    return "accumulate", accumulate


@misconception(
    "case_1",
    "The place is right. The slope of the repair is right as well, and the gradient that arrives, g, is missing in it.",
)
def forgets_g():
    def tanh(self):
        y = np.tanh(self.data)
        return type(self)(y, (self,), lambda g: (1 - y**2,))

    return "tanh", tanh


@misconception(
    "case_1",
    "The place is right, and so is the rule. The result is made as an Engine1, whose tanh is the wrong one: "
    "type(self)(…), as the engines do.",
)
def engine_by_name():
    def tanh(self):
        y = np.tanh(self.data)
        return broken.Engine1(y, (self,), lambda g: (g * (1 - y**2),))

    return "tanh", tanh
