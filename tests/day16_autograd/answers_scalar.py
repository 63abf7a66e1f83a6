"""Answers to scalar.py: wrong engines with what went wrong, and right ones in another style."""

import math
from collections import defaultdict

from course.testing import misconception, variant
from day16_autograd.scalar import Value, as_value, topological_order


@misconception(
    "Value.__mul__", "The slopes stand in the wrong order: the slope by a is b, and the slope by b is a."
)
def slopes_swapped(self, other):
    other = as_value(other)
    return Value(self.data * other.data, (self, other), (self.data, other.data), "*")


@misconception(
    "Value.__mul__", "The slopes of a sum are 1 and 1. A product grows as fast as the other factor is large."
)
def slopes_of_a_sum(self, other):
    other = as_value(other)
    return Value(self.data * other.data, (self, other), (1.0, 1.0), "*")


@misconception("Value.__mul__", "The other factor is no parent, so it never gets a gradient.")
def one_parent(self, other):
    other = as_value(other)
    return Value(self.data * other.data, (self,), (other.data,), "*")


@misconception("Value.__mul__", "The product has no parents: it has forgotten what it was made of.")
def no_parents(self, other):
    return Value(self.data * as_value(other).data, operation="*")


@misconception(
    "Value.__mul__", "Both slopes are the product itself. By a it is a · b divided by a, which is b."
)
def slopes_are_the_product(self, other):
    other = as_value(other)
    y = self.data * other.data
    return Value(y, (self, other), (y, y), "*")


@misconception(
    "Value.__mul__", "Both slopes are the other factor. By the other factor the slope is this one: (b, a)."
)
def other_factor_twice(self, other):
    other = as_value(other)
    return Value(self.data * other.data, (self, other), (other.data, other.data), "*")


@variant("Value.__mul__")
def numbers_first(self, other):
    if not isinstance(other, Value):
        return Value(self.data * other, [self], [other], "*")
    return Value(self.data * other.data, [self, other], [other.data, self.data], operation="*")


@variant("Value.__mul__")
def by_half_a_square(self, other):
    other = other if isinstance(other, Value) else Value(other)
    a, b = self.data, other.data
    return Value(operation="*", data=b * a, parents=(other, self), slopes=(a, b))


@misconception(
    "Value.__pow__", "The exponent of the slope is still n. Every derivative takes one away: n xⁿ⁻¹."
)
def exponent_kept(self, exponent):
    return Value(self.data**exponent, (self,), (exponent * self.data**exponent,), f"**{exponent}")


@misconception("Value.__pow__", "The factor n is missing in the slope n xⁿ⁻¹.")
def factor_missing(self, exponent):
    slope = self.data ** (exponent - 1) if exponent else 0.0
    return Value(self.data**exponent, (self,), (slope,), f"**{exponent}")


@misconception("Value.__pow__", "The slope of x² is taken, 2x, whatever the exponent is.")
def always_a_square(self, exponent):
    return Value(self.data**exponent, (self,), (2 * self.data,), f"**{exponent}")


@misconception(
    "Value.__pow__",
    "At x = 0 the slope of x ** 0 is 0 · 0⁻¹, and Python raises an error. A constant has the slope 0: ask "
    "for n = 0 first.",
)
def zero_to_minus_one(self, exponent):
    return Value(self.data**exponent, (self,), (exponent * self.data ** (exponent - 1),), f"**{exponent}")


@misconception(
    "Value.__pow__", "This is the derivative of nˣ by x, n the basis. Here x is the basis: n xⁿ⁻¹."
)
def derivative_of_an_exponential(self, exponent):
    y = self.data**exponent
    return Value(y, (self,), (y * math.log(abs(self.data) or 1.0),), f"**{exponent}")


@misconception(
    "Value.__pow__",
    "At x = 0 every slope is taken for 0. That of x itself, n = 1, is 1 there too: ask for n = 0, not for x = 0.",
)
def zero_at_zero(self, exponent):
    slope = exponent * self.data ** (exponent - 1) if self.data else 0.0
    return Value(self.data**exponent, (self,), (slope,), f"**{exponent}")


@variant("Value.__pow__")
def with_a_branch(self, exponent):
    if exponent == 0:
        return Value(1.0, (self,), (0.0,), f"**{exponent}")
    return Value(self.data**exponent, [self], [exponent * self.data ** (exponent - 1)], f"**{exponent}")


@variant("Value.__pow__")
def by_math(self, exponent):
    slope = 0.0
    if exponent:
        slope = exponent * math.pow(self.data, exponent - 1)
    return Value(math.pow(self.data, exponent), (self,), (slope,), operation="**" + str(exponent))


@misconception("Value.tanh", "The slope is 1 − x². It is made of the result, 1 − tanh² x.")
def slope_of_the_argument(self):
    return Value(math.tanh(self.data), (self,), (1 - self.data**2,), "tanh")


@misconception("Value.tanh", "The slope y (1 − y) belongs to the sigmoid. That of tanh is 1 − y².")
def slope_of_the_sigmoid(self):
    y = math.tanh(self.data)
    return Value(y, (self,), (y * (1 - y),), "tanh")


@misconception("Value.tanh", "The slope 1 − y has lost its square: 1 − tanh² x.")
def square_missing(self):
    y = math.tanh(self.data)
    return Value(y, (self,), (1 - y,), "tanh")


@misconception(
    "Value.tanh",
    "exp(x) overflows for large x, though tanh is at most 1: use math.tanh, or exponents that are never positive.",
)
def overflows(self):
    up, down = math.exp(self.data), math.exp(-self.data)
    y = (up - down) / (up + down)
    return Value(y, (self,), (1 - y * y,), "tanh")


@misconception(
    "Value.tanh",
    "tanh is taken of the result once more. The slope is 1 − y² with y = tanh x, the result itself.",
)
def tanh_twice(self):
    y = math.tanh(self.data)
    return Value(y, (self,), (1 - math.tanh(y) ** 2,), "tanh")


@variant("Value.tanh")
def factors(self):
    y = math.tanh(self.data)
    return Value(y, [self], [(1 - y) * (1 + y)], "tanh")


@variant("Value.tanh")
def by_exponentials_that_fall(self):
    e = math.exp(-2 * abs(self.data))
    y = math.copysign((1 - e) / (1 + e), self.data)
    return Value(y, (self,), (4 * e / (1 + e) ** 2,), operation="tanh")


@misconception(
    "Arithmetic",
    "The r is for right: in __rsub__ self stands on the right, so 2 - x is (-x) + 2. Here x - 2 comes out.",
)
class DifferenceTurnedRound:
    __array_ufunc__ = None

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + (-other)

    def __rsub__(self, other):
        return self - other

    def __truediv__(self, other):
        return self * (1 / other)

    def __rtruediv__(self, other):
        return self**-1 * other


@misconception("Arithmetic", "2 / x comes out as x / 2: in __rtruediv__ self is the denominator.")
class QuotientTurnedRound:
    __array_ufunc__ = None

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + (-other)

    def __rsub__(self, other):
        return (-self) + other

    def __truediv__(self, other):
        return self * other**-1

    def __rtruediv__(self, other):
        return self * (1 / other)


@misconception("Arithmetic", "-x gives x back: it is the product with -1.")
class NegativeForgotten:
    __array_ufunc__ = None

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __neg__(self):
        return self * 1

    def __sub__(self, other):
        return self + (other * -1)

    def __rsub__(self, other):
        return self * -1 + other

    def __truediv__(self, other):
        return self * (1 / other)

    def __rtruediv__(self, other):
        return self**-1 * other


@misconception("Arithmetic", "x - y gives y - x: the other one is what becomes negative.")
class WrongOneNegative:
    __array_ufunc__ = None

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return (-self) + other

    def __rsub__(self, other):
        return (-self) + other

    def __truediv__(self, other):
        return self * (1 / other)

    def __rtruediv__(self, other):
        return self**-1 * other


@misconception("Arithmetic", "x / y is turned round: y has to get the exponent -1.")
class WrongOneInverted:
    __array_ufunc__ = None

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + (-other)

    def __rsub__(self, other):
        return (-self) + other

    def __truediv__(self, other):
        return self**-1 * other

    def __rtruediv__(self, other):
        return self**-1 * other


@variant("Arithmetic")
class EachForItself:
    __array_ufunc__ = None

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __neg__(self):
        return -1 * self

    def __sub__(self, other):
        return self + -1 * other

    def __rsub__(self, other):
        return self * -1 + other

    def __truediv__(self, other):
        return self * other**-1

    def __rtruediv__(self, other):
        return other * self**-1


@variant("Arithmetic")
class OneFromTheOther:
    __array_ufunc__ = None

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __neg__(self):
        return self.__mul__(-1)

    def __sub__(self, other):
        return -(-self + other)

    def __rsub__(self, other):
        return -(self - other)

    def __truediv__(self, other):
        return (self**-1 * other) ** -1

    def __rtruediv__(self, other):
        return (self / other) ** -1


@misconception(
    "topological_order",
    "This is recursive, and a chain of 5,000 nodes is deeper than Python's stack: keep a list of what is "
    "still to be visited.",
)
def recursive(root):
    order, seen = [], set()

    def visit(node):
        if id(node) not in seen:
            seen.add(id(node))
            for parent in node.parents:
                visit(parent)
            order.append(node)

    visit(root)
    return order


@misconception(
    "topological_order",
    "Children stand before their parents: the list is the right one, turned round. The root is the last.",
)
def turned_round(root):
    order, seen, stack = [], set(), [(root, False)]
    while stack:
        node, parents_done = stack.pop()
        if parents_done:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack.extend((parent, False) for parent in node.parents)
    return order[::-1]


@misconception(
    "topological_order",
    "Nodes stand in the order in which a search meets them. A node that is met early, over a short path, may "
    "come before "
    "one of its own parents' other children: append it on the way out, when all its parents are in the list.",
)
def order_of_meeting(root):
    order, seen, stack = [], {id(root)}, [root]
    while stack:
        node = stack.pop()
        order.append(node)
        for parent in node.parents:
            if id(parent) not in seen:
                seen.add(id(parent))
                stack.append(parent)
    return order[::-1]


@misconception(
    "topological_order",
    "A node that two others were made of stands in the list twice. Remember which nodes have been visited.",
)
def every_path(root):
    order, stack = [], [(root, False)]
    while stack and len(order) < 100_000:
        node, done = stack.pop()
        if done:
            order.append(node)
        else:
            stack.append((node, True))
            stack.extend((parent, False) for parent in node.parents)
    return order


@misconception("topological_order", "Leaves are missing: a node without parents belongs to the list too.")
def without_leaves(root):
    order, seen, stack = [], set(), [(root, False)]
    while stack:
        node, parents_done = stack.pop()
        if parents_done:
            order.append(node)
        elif id(node) not in seen and node.parents:
            seen.add(id(node))
            stack.append((node, True))
            stack.extend((parent, False) for parent in node.parents)
    return order


@misconception("topological_order", "The root is missing: it is the last node of the list.")
def without_the_root(root):
    order, seen, stack = [], set(), [(root, False)]
    while stack:
        node, parents_done = stack.pop()
        if parents_done:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack.extend((parent, False) for parent in node.parents)
    return order[:-1]


@misconception(
    "topological_order",
    "The nodes are sorted by their distance from the root. A parent at distance 1 may be a grandparent too, "
    "over another path: "
    "it then has to wait for the longer one.",
)
def by_distance(root):
    order, seen = [root], {id(root)}
    for node in order:
        for parent in node.parents:
            if id(parent) not in seen:
                seen.add(id(parent))
                order.append(parent)
    return order[::-1]


@variant("topological_order")
def by_iterators(root):
    order, seen, stack = [], {id(root)}, [(root, iter(root.parents))]
    while stack:
        node, parents = stack[-1]
        parent = next(parents, None)
        if parent is None:
            order.append(node)
            stack.pop()
        elif id(parent) not in seen:
            seen.add(id(parent))
            stack.append((parent, iter(parent.parents)))
    return order


@variant("topological_order")
def by_counting_children(root):
    nodes, children, stack = {id(root)}, defaultdict(int), [root]
    while stack:
        for parent in stack.pop().parents:
            children[id(parent)] += 1
            if id(parent) not in nodes:
                nodes.add(id(parent))
                stack.append(parent)
    order, free = [], [root]
    while free:
        node = free.pop()
        order.append(node)
        for parent in node.parents:
            children[id(parent)] -= 1
            if children[id(parent)] == 0:
                free.append(parent)
    return order[::-1]


@variant("topological_order")
def until_all_parents_are_there(root):
    order, done, stack = [], set(), [root]
    while stack:
        waiting = [parent for parent in stack[-1].parents if parent not in done]
        if waiting:
            stack.extend(waiting)
            continue
        node = stack.pop()
        if node not in done:
            done.add(node)
            order.append(node)
    return order


@misconception(
    "Value.backward",
    "A gradient overwrites the one that was there. What arrives on several ways is added: +=.",
)
def overwrites(self):
    order = topological_order(self)
    for node in order:
        if node.parents:
            node.grad = 0.0
    self.grad += 1.0
    for node in reversed(order):
        for parent, slope in zip(node.parents, node.slopes, strict=True):
            parent.grad = slope * node.grad


@misconception(
    "Value.backward",
    "The walk goes from the leaves to the root, so every node hands on a gradient that it has not got yet: "
    "take the order "
    "from its end.",
)
def forwards(self):
    order = topological_order(self)
    for node in order:
        if node.parents:
            node.grad = 0.0
    self.grad += 1.0
    for node in order:
        for parent, slope in zip(node.parents, node.slopes, strict=True):
            parent.grad += slope * node.grad


@misconception(
    "Value.backward",
    "The second call hands on what the first has left in the nodes between, and the leaves get too much. "
    "Only leaves keep their "
    "grad; that of all other nodes begins at 0 in each call.",
)
def nodes_keep_theirs(self):
    self.grad = 1.0
    for node in reversed(topological_order(self)):
        for parent, slope in zip(node.parents, node.slopes, strict=True):
            parent.grad += slope * node.grad


@misconception(
    "Value.backward",
    "All grads are set to 0 first, those of the leaves too: they are to add up from call to call.",
)
def leaves_forget(self):
    order = topological_order(self)
    for node in order:
        node.grad = 0.0
    self.grad = 1.0
    for node in reversed(order):
        for parent, slope in zip(node.parents, node.slopes, strict=True):
            parent.grad += slope * node.grad


@misconception(
    "Value.backward",
    "The slope alone is handed on. By the chain rule it is multiplied by the grad of the node.",
)
def without_the_chain(self):
    order = topological_order(self)
    for node in order:
        if node.parents:
            node.grad = 0.0
    self.grad += 1.0
    for node in reversed(order):
        for parent, slope in zip(node.parents, node.slopes, strict=True):
            parent.grad += slope


@misconception(
    "Value.backward",
    "Everything is 0: the derivative of the result by itself is 1, and the walk begins with it.",
)
def without_the_one(self):
    order = topological_order(self)
    for node in order:
        if node.parents:
            node.grad = 0.0
    for node in reversed(order):
        for parent, slope in zip(node.parents, node.slopes, strict=True):
            parent.grad += slope * node.grad


@misconception(
    "Value.backward",
    "A node is handled once for every path that leads to it, each time with all that has arrived so far: too "
    "much. Handle "
    "each node once, when all its children are done.",
)
def without_an_order(self):
    for node in topological_order(self):
        if node.parents:
            node.grad = 0.0
    self.grad += 1.0
    stack = [self]
    for _ in range(20_000):
        if not stack:
            break
        node = stack.pop()
        for parent, slope in zip(node.parents, node.slopes, strict=True):
            parent.grad += slope * node.grad
            stack.append(parent)


@misconception(
    "Value.backward",
    "Called on a leaf, it replaces the `grad` by 1. Leaves add up from call to call, so 1 is added.",
)
def leaf_replaced(self):
    order = topological_order(self)
    for node in order:
        if node.parents:
            node.grad = 0.0
    self.grad = 1.0
    for node in reversed(order):
        for parent, slope in zip(node.parents, node.slopes, strict=True):
            parent.grad += slope * node.grad


@variant("Value.backward")
def with_a_dict(self):
    gradients = {id(self): 1.0}
    for node in topological_order(self)[::-1]:
        grad = gradients.get(id(node), 0.0)
        node.grad = grad if node.parents else node.grad + grad
        for parent, slope in zip(node.parents, node.slopes, strict=True):
            gradients[id(parent)] = gradients.get(id(parent), 0.0) + slope * grad


@variant("Value.backward")
def with_an_order_of_its_own(self):
    waiting, nodes, stack = {id(self): 0}, [self], [self]
    while stack:
        for parent in stack.pop().parents:
            if id(parent) not in waiting:
                waiting[id(parent)] = 0
                nodes.append(parent)
                stack.append(parent)
            waiting[id(parent)] += 1
    for node in nodes:
        if len(node.parents) > 0:
            node.grad = 0.0
    self.grad = self.grad + 1
    ready = [self]
    while ready:
        node = ready.pop()
        for i in range(len(node.parents)):
            parent = node.parents[i]
            parent.grad = parent.grad + node.slopes[i] * node.grad
            waiting[id(parent)] -= 1
            if waiting[id(parent)] == 0:
                ready.append(parent)


@misconception(
    "forward_mode", "The derivative of the leaf by itself is 1: with 0 to begin with everything stays 0."
)
def begins_with_zero(root, leaf):
    tangents = {id(leaf): 0.0}
    for node in topological_order(root):
        if node.parents:
            pairs = zip(node.parents, node.slopes, strict=True)
            tangents[id(node)] = sum(slope * tangents.get(id(parent), 0.0) for parent, slope in pairs)
    return tangents.get(id(root), 0.0)


@misconception(
    "forward_mode",
    "All leaves have the derivative 1: that is the derivative in the direction of all of them at once.",
)
def every_leaf(root, leaf):
    tangents = {}
    for node in topological_order(root):
        pairs = zip(node.parents, node.slopes, strict=True)
        tangents[id(node)] = (
            sum(slope * tangents[id(parent)] for parent, slope in pairs) if node.parents else 1.0
        )
    return tangents[id(root)]


@misconception("forward_mode", "Only the last parent counts: a node has the sum over all its parents.")
def last_parent_only(root, leaf):
    tangents = {id(leaf): 1.0}
    for node in topological_order(root):
        for parent, slope in zip(node.parents, node.slopes, strict=True):
            tangents[id(node)] = slope * tangents.get(id(parent), 0.0)
    return tangents.get(id(root), 0.0)


@misconception(
    "forward_mode",
    "This is backward(), which writes into the grad of every node. Forward mode changes no grad.",
)
def by_backward(root, leaf):
    for node in topological_order(root):
        node.grad = 0.0
    root.backward()
    return leaf.grad


@variant("forward_mode")
def rows_of_a_list(root, leaf):
    order = topological_order(root)
    place = {id(node): i for i, node in enumerate(order)}
    derivatives = []
    for node in order:
        derivative = 1.0 if node is leaf else 0.0
        for parent, slope in zip(node.parents, node.slopes, strict=True):
            derivative += slope * derivatives[place[id(parent)]]
        derivatives.append(derivative)
    return derivatives[-1]


@variant("forward_mode")
def from_above(root, leaf):
    weights, result = {id(root): 1.0}, 0.0
    for node in reversed(topological_order(root)):
        weight = weights.pop(id(node))
        if node is leaf:
            result = weight
        for parent, slope in zip(node.parents, node.slopes, strict=True):
            weights[id(parent)] = weights.get(id(parent), 0.0) + weight * slope
    return result


@misconception("Value.__mul__", "The slopes are Values. A slope is a number: the `data` of the other factor.")
def slopes_are_values(self, other):
    other = as_value(other)
    return Value(self.data * other.data, (self, other), (other, self), "*")


@misconception(
    "Value.__mul__",
    "A plain number, as in x * 2, has no `data`: as_value(other) makes a Value of what is none.",
)
def numbers_have_no_data(self, other):
    return Value(self.data * other.data, (self, other), (other.data, self.data), "*")


@misconception("Value.__pow__", "`n * x ** n - 1` is (n xⁿ) − 1: the exponent n − 1 needs brackets.")
def brackets_missing(self, exponent):
    slope = exponent * self.data**exponent - 1 if exponent else 0.0
    return Value(self.data**exponent, (self,), (slope,), f"**{exponent}")


@misconception(
    "Value.__pow__", "`(slope)` is a number in brackets. With a comma it is a tuple of one slope: `(slope,)`."
)
def comma_missing(self, exponent):
    slope = exponent * self.data ** (exponent - 1) if exponent else 0.0
    return Value(self.data**exponent, (self,), (slope), f"**{exponent}")  # type: ignore[arg-type]


@misconception(
    "Value.tanh",
    "`(1 - y**2)` is a number in brackets. With a comma it is a tuple of one slope: `(1 - y**2,)`.",
)
def comma_missing_in_tanh(self):
    y = math.tanh(self.data)
    return Value(y, (self,), (1 - y**2), "tanh")  # type: ignore[arg-type]


@misconception(
    "topological_order",
    "A node is marked when it is put on the stack. It may be needed earlier, below another child that is above it on "
    "the stack: mark it when it is taken off.",
)
def marked_too_early(root):
    order, stack, marked = [], [(root, False)], {id(root)}
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
            continue
        stack.append((node, True))
        for parent in node.parents:
            if id(parent) not in marked:
                marked.add(id(parent))
                stack.append((parent, False))
    return order


@misconception(
    "Arithmetic",
    "Both engines inherit these operators, and `data` is a number in the one and an array in the other: use +, · "
    "and ** of self and other themselves.",
)
class DataTaken:
    __array_ufunc__ = None

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __neg__(self):
        return Value(-self.data)

    def __sub__(self, other):
        return Value(self.data - other.data)

    def __rsub__(self, other):
        return Value(other - self.data)

    def __truediv__(self, other):
        return Value(self.data / other.data)

    def __rtruediv__(self, other):
        return Value(other / self.data)


@misconception(
    "forward_mode",
    "This is backward() on top of what was there: it adds to every grad. Forward mode changes no grad.",
)
def by_backward_on_top(root, leaf):
    root.backward()
    return leaf.grad


@variant("Value.backward")
def rows_of_a_column(self):
    order = topological_order(self)
    place = {id(node): i for i, node in enumerate(order)}
    column = [0.0] * len(order)
    column[-1] = 1.0
    for i in reversed(range(len(order))):
        for parent, slope in zip(order[i].parents, order[i].slopes, strict=True):
            column[place[id(parent)]] += slope * column[i]
    for node, total in zip(order, column, strict=True):
        node.grad = total if node.parents else node.grad + total


@variant("topological_order")
def by_longest_path(root):
    todo, met, seen = [(root, False)], [], set()
    while todo:
        node, done = todo.pop()
        if done:
            met.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            todo += [(node, True), *((parent, False) for parent in node.parents)]
    level = {}
    for node in met:
        level[id(node)] = 1 + max((level[id(parent)] for parent in node.parents), default=0)
    return sorted(met, key=lambda node: level[id(node)])
