"""Checks of scalar.py: slopes against PyTorch, orders by their definition, random graphs by linear algebra.

The derivatives of an operation are read off the graph that it has made, path by path, so each is judged without the
student's `backward`.
"""

import numpy as np
import torch

from course.testing import assert_close, assert_equal, assert_parts, assert_that, hidden, points


def read_off(module, f, numbers):
    """The number of f(…), the derivatives by its arguments as its graph holds them, and its operation."""
    leaves = [module.Value(x) for x in numbers]
    root = f(*leaves)
    total, paths = {}, [(root, 1.0)]
    while paths:  # one by one, which is quick enough for a handful of nodes
        node, product = paths.pop()
        total[id(node)] = total.get(id(node), 0.0) + product
        paths += [(p, product * float(slope)) for p, slope in zip(node.parents, node.slopes, strict=True)]
    return root.data, [total.get(id(leaf), 0.0) for leaf in leaves], root.operation


def by_torch(f, numbers):
    """The number and the derivatives by autograd."""
    leaves = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in numbers]
    root = f(*leaves)
    grads = torch.autograd.grad(root, leaves, allow_unused=True)
    return root.item(), [0.0 if g is None else g.item() for g in grads]


def assert_slopes(student, f, numbers, operation=None, cause=""):
    """The number and the slopes of an expression are those of PyTorch."""
    data, slopes, found = assert_parts(student.run(read_off, f, numbers), 3)
    expected, wanted = by_torch(f, numbers)
    assert_close(data, expected, name="number")
    assert_close(slopes, wanted, name="list of derivatives", cause=cause)
    if operation is not None:
        assert_equal(found, operation, name="operation")


def signed(rng, low, high):
    """A number of either sign with this range of sizes."""
    return float(rng.choice([-1, 1]) * rng.uniform(low, high))


def multiply(a, b):
    return a * b


def square(a):
    return a * a


@points(1)
def test_value_mul_of_two_values(student, rng):
    for _ in range(3):
        numbers = [signed(rng, 0.5, 3), signed(rng, 0.5, 3)]
        assert_slopes(student, multiply, numbers, "*", cause="the slope by a is b, and the slope by b is a")
    assert_slopes(student, square, [signed(rng, 0.6, 3)], "*", cause="both parents are the same node")


@points(1)
def test_value_mul_with_a_number(student, rng):
    for number in (signed(rng, 1.2, 4), int(rng.integers(2, 9))):
        assert_slopes(student, lambda a, n=number: a * n, [signed(rng, 0.5, 3)], "*")
        assert_slopes(student, lambda a, n=number: n * a, [signed(rng, 0.5, 3)], "*")


@points(1)
def test_value_pow_of_several_exponents(student, rng):
    for exponent in (2, 3, -1, -2, 0.5, 1.7, 1):
        assert_slopes(student, lambda a, n=exponent: a**n, [rng.uniform(0.6, 3)], f"**{exponent}")
    for exponent in (2, 3, -3):
        assert_slopes(student, lambda a, n=exponent: a**n, [-rng.uniform(0.6, 2)], f"**{exponent}")
    assert_slopes(student, lambda a: a**0, [rng.uniform(0.6, 3)], "**0")
    assert_slopes(student, lambda a: a**1, [0.0], "**1", cause="n xⁿ⁻¹ is 1 for n = 1, at x = 0 too")
    assert_slopes(student, lambda a: a**0, [0.0], "**0", cause="x ** 0 is 1 everywhere, with the slope 0")


@hidden
@points(1)
def test_value_pow_at_zero(student, rng):
    assert_slopes(student, lambda a: a**2.5, [rng.uniform(0.6, 3)])
    for x in (0.0, rng.uniform(0.6, 3)):
        assert_slopes(student, lambda a: a**0, [x], cause="x ** 0 is 1 everywhere, with the slope 0")
        assert_slopes(student, lambda a: a**1, [x])
        assert_slopes(student, lambda a: a**2, [x])


def tanh(a):
    return a.tanh()


@points(1)
def test_value_tanh_of_several_numbers(student, rng):
    for x in (signed(rng, 0.2, 0.6), signed(rng, 0.8, 1.5), signed(rng, 2, 4)):
        assert_slopes(student, tanh, [x], "tanh", cause="the slope is made of the result, 1 − tanh²")
    for x in (float(rng.uniform(750, 1500)), -float(rng.uniform(750, 1500))):
        assert_slopes(student, tanh, [x], "tanh", cause="exp of such a number overflows")


@hidden
@points(1)
def test_value_tanh_is_finite_for_large_numbers(student, rng):
    for x in (signed(rng, 0.5, 1), 1000.0, -1000.0, signed(rng, 20, 30)):
        assert_slopes(student, tanh, [x], "tanh")


def results_of(module, cases, names):
    """Negative, differences and quotients of numbers that have only sums, products and powers of their own."""

    class Real(module.Arithmetic, float):
        def __add__(self, other):
            return Real(float(self) + float(other))

        def __mul__(self, other):
            return Real(float(self) * float(other))

        def __pow__(self, exponent):
            return Real(float(self) ** exponent)

    rows = []
    for x, y, n in cases:
        x, y = Real(x), Real(y)
        own = isinstance(x, Real) and isinstance(y, Real)
        rows.append({"its own": own, **{name: float(OPERATIONS[name](x, y, n)) for name in names}})
    return rows


OPERATIONS = {
    "-x": lambda x, y, n: -x,
    "x - y": lambda x, y, n: x - y,
    "x - n": lambda x, y, n: x - n,
    "n - x": lambda x, y, n: n - x,
    "x / y": lambda x, y, n: x / y,
    "x / n": lambda x, y, n: x / n,
    "n / x": lambda x, y, n: n / x,
}


def assert_operators(student, rng, names):
    numbers = (int(rng.integers(2, 9)), -3, signed(rng, 1.5, 4))
    cases = [(signed(rng, 0.4, 3), signed(rng, 0.4, 3), n) for n in numbers]
    rows = student.run(results_of, cases, names)
    for row, (x, y, n) in zip(rows, cases, strict=True):
        assert_that(row["its own"], "A class that inherits from Arithmetic must make objects of its own.")
        for name in names:
            where = f"x = {x:.3f}, y = {y:.3f}, n = {n:.3f}"
            assert_close(row[name], OPERATIONS[name](x, y, n), name=f"value of {name} for {where}")


@points(1)
def test_arithmetic_of_numbers(student, rng):
    assert_operators(student, rng, ["-x", "x - y", "x - n", "x / y", "x / n"])


@points(1)
def test_arithmetic_with_a_number_on_the_left(student, rng):
    assert_operators(student, rng, ["n - x", "n / x"])


@points(1)
def test_value_pow_with_all_other_operators(student, rng):
    def expression(a, b):
        return (a - b) / (b * 3 - 7) - 2 / a + (1 - b) * (-a) - a / 4

    for _ in range(3):
        assert_slopes(student, expression, [signed(rng, 0.5, 2), signed(rng, 0.5, 2)])


class Node:
    """A node of a graph without numbers: all that an order needs."""

    def __init__(self, parents=()):
        self.parents = tuple(parents)


def order_of(module, parents_of, root):
    """The order of a graph whose node i has the parents parents_of[i], by numbers; −1 for what is no node of it."""
    nodes = []
    for parents in parents_of:
        nodes.append(Node([nodes[i] for i in parents]))
    numbers = {id(node): number for number, node in enumerate(nodes)}
    return [numbers.get(id(node), -1) for node in module.topological_order(nodes[root])]


def reachable(parents_of, root):
    found, stack = set(), [root]
    while stack:
        node = stack.pop()
        if node not in found:
            found.add(node)
            stack.extend(parents_of[node])
    return found


def assert_order(student, parents_of, root):
    """Each node that the root was made of is there once, behind all its parents."""
    order = [int(number) for number in student.run(order_of, parents_of, root)]
    assert_that(-1 not in order, "The list holds something that is no node of the graph.")
    assert_equal(len(order), len(set(order)), name="number of different nodes in the list")
    nodes = np.array(sorted(reachable(parents_of, root)))
    assert_equal(np.array(sorted(order)), nodes, name="set of nodes (by their numbers)")
    place = {node: position for position, node in enumerate(order)}
    late = [(p, node) for node in order for p in parents_of[node] if place[p] > place[node]]
    assert_that(
        not late, f"A node stands before one of its parents: {late[:3]} (parent, node), in {order[:30]}."
    )


def random_graph(rng, count):
    """Parents of each node: none for the first three and for some others, one or two for the rest."""
    parents_of = [[], [], []]
    for number in range(3, count):
        size = int(rng.choice([0, 1, 2, 2, 2]))
        parents_of.append([int(p) for p in rng.integers(0, number, size=size)])
    return parents_of


@points(1)
def test_topological_order_of_random_graphs(student, rng):
    assert_order(student, [[], [0], [1, 0], [0, 2], [3, 1], [4, 2]], 5)
    for count in (6, 15, 40):
        parents_of = random_graph(rng, count)
        assert_order(student, [*parents_of, [count - 1, count - 2]], count)
    for parents in ([0, 1], [1, 0]):  # a node that is met early, and has to wait
        assert_order(student, [[], [0], parents], 2)


@points(1)
def test_topological_order_of_a_long_chain(student, rng):
    assert_order(student, [*random_graph(rng, 6), [5, 4]], 6)
    count = int(rng.integers(5000, 5500))
    assert_order(student, [[], *([number] for number in range(count))], count)


@points(1)
def test_topological_order_where_there_are_more_paths_than_nodes(student, rng):
    count = int(rng.integers(60, 80))
    assert_order(student, [[], *([number, number] for number in range(count))], count)
    assert_order(student, [[], [0], *([number + 1, number] for number in range(count))], count + 1)


@hidden
@points(1)
def test_topological_order_leaves_out_what_the_root_was_not_made_of(student, rng):
    parents_of = random_graph(rng, 30)
    parents_of.append([20, 12])
    for root in (30, 17, 24):
        assert_order(student, parents_of, root)
    assert_order(student, parents_of, 1)


def grads_of(module, graph, root, calls=1, reset=False):
    """Build a graph from (parents, slopes) of each node, call backward of a node, and return every grad."""
    nodes = []
    for parents, slopes in graph:
        nodes.append(module.Value(1.0, [nodes[i] for i in parents], slopes))
    for _ in range(calls):
        if reset:
            for node in nodes:
                node.zero_grad()
        nodes[root].backward()
    return [float(node.grad) for node in nodes]


def with_slopes(rng, parents_of):
    """A slope for every parent, of a size that lets products stay near 1."""
    return [(parents, [signed(rng, 0.4, 1.1) for _ in parents]) for parents in parents_of]


def sums_over_paths(graph, root):
    """The derivative of the root by every node: the row of (1 − S)⁻¹ = 1 + S + S² + …, where S holds the slopes."""
    s = np.zeros((len(graph), len(graph)))
    for node, (parents, slopes) in enumerate(graph):
        for parent, slope in zip(parents, slopes, strict=True):
            s[node, parent] += slope
    return np.linalg.solve((np.eye(len(graph)) - s).T, np.eye(len(graph))[root])


def assert_leaf(student, rng):
    """Called on a leaf, backward adds 1 to its grad, and nothing else happens."""
    graph, calls = with_slopes(rng, [[], [0], [1]]), int(rng.integers(2, 5))
    grads = student.run(grads_of, graph, 0, calls)
    assert_close(grads, [calls, 0, 0], name=f"list of grads after call {calls} of backward on a leaf")


@points(1)
def test_value_backward_twice(student, rng):
    graph = with_slopes(rng, [[], [], [0, 1], [2, 0], [3, 2]])
    once = sums_over_paths(graph, 4)
    leaves = np.array([1, 1, 0, 0, 0])
    for calls in (1, 2, 3):
        grads = student.run(grads_of, graph, 4, calls)
        cause = "leaves add up from call to call, the grad of all other nodes begins at 0 in each"
        name = f"list of grads after call {calls} of backward"
        assert_close(grads, once * np.where(leaves, calls, 1), name=name, cause=cause)
    assert_close(student.run(grads_of, graph, 4, 2, True), once, name="list of grads after zero_grad")
    assert_leaf(student, rng)


@points(1)
def test_value_backward_of_small_graphs(student, rng):
    for parents_of in ([[], [], [0, 1]], [[], [0, 0]], [[], [0], [1, 0], [2, 1]], [[], [0], [1], [2, 1]]):
        graph = with_slopes(rng, parents_of)
        root = len(graph) - 1
        grads = student.run(grads_of, graph, root)
        cause = "what arrives at a node on several ways is added"
        name = "list of grads (of all nodes, the root last)"
        assert_close(grads, sums_over_paths(graph, root), name=name, cause=cause)
    assert_leaf(student, rng)


@points(1)
def test_value_backward_of_random_graphs(student, rng):
    for count in (8, 20, 40):
        graph = with_slopes(rng, [*random_graph(rng, count), [count - 1, count - 2]])
        grads = student.run(grads_of, graph, count)
        assert_close(
            grads, sums_over_paths(graph, count), rtol=1e-6, atol=1e-7, name="list of grads of all nodes"
        )
    assert_leaf(student, rng)


def chain(module, count, slope):
    """A chain of nodes, each with the one before it and the first for parents."""
    first = node = module.Value(1.0)
    for _ in range(count):
        node = module.Value(1.0, [node, first], [slope, 1.0])
    node.backward()
    return first.grad


@points(1)
def test_value_backward_of_a_long_chain_and_of_a_leaf(student, rng):
    count, slope = int(rng.integers(5000, 5200)), float(rng.uniform(0.5, 0.9))
    expected = slope**count + (1 - slope**count) / (1 - slope)
    assert_close(student.run(chain, count, slope), expected, name="grad of the first node of a chain")
    graph = with_slopes(rng, [[], [0], [1]])
    assert_close(student.run(grads_of, graph, 0), [1, 0, 0], name="list of grads after backward of a leaf")
    assert_close(
        student.run(grads_of, graph, 0, 2), [2, 0, 0], name="list of grads after two calls on a leaf"
    )


def random_program(rng, inputs, length):
    """Instructions (operation, operand, operand, number) on a growing list of values."""
    names = ["+", "-", "*", "/", "number -", "** 2", "tanh", "exp of tanh", "log of 1 + square"]
    return [
        (
            str(rng.choice(names)),
            int(rng.integers(0, inputs + step)),
            int(rng.integers(0, inputs + step)),
            float(rng.uniform(0.5, 2)),
        )
        for step in range(length)
    ]


def execute(program, values):
    """The sum of the last three results of a program, for numbers of any kind."""
    values = list(values)
    for name, i, j, number in program:
        x, y = values[i], values[j]
        values.append(
            {
                "+": lambda x=x, y=y, n=number: x + y * n,
                "-": lambda x=x, y=y, n=number: x - y,
                "*": lambda x=x, y=y, n=number: (x * y).tanh(),
                "/": lambda x=x, y=y, n=number: x / (y * y + n),
                "number -": lambda x=x, y=y, n=number: n - x,
                "** 2": lambda x=x, y=y, n=number: (x.tanh()) ** 2 * n,
                "tanh": lambda x=x, y=y, n=number: x.tanh(),
                "exp of tanh": lambda x=x, y=y, n=number: (x.tanh()).exp(),
                "log of 1 + square": lambda x=x, y=y, n=number: (x * x + n).log(),
            }[name]()
        )
    return values[-1] + values[-2] + values[-3]


def backward_of_a_program(module, program, numbers):
    leaves = [module.Value(x) for x in numbers]
    root = execute(program, leaves)
    root.backward()
    return root.data, [leaf.grad for leaf in leaves]


@hidden
@points(1)
def test_value_backward_of_random_expressions(student, rng):
    for length in (4, 8, 16, 30, 30, 30):
        program, numbers = random_program(rng, 3, length), [signed(rng, 0.3, 1.5) for _ in range(3)]
        data, grads = assert_parts(student.run(backward_of_a_program, program, numbers), 2)
        expected, wanted = by_torch(lambda *leaves, p=program: execute(p, leaves), numbers)
        assert_close(data, expected, name="number of a random expression")
        assert_close(grads, wanted, rtol=1e-6, atol=1e-7, name="list of derivatives of a random expression")


def forward_of(module, graph, root, leaf):
    """The derivative in forward mode, and all grads, which nobody was to touch."""
    nodes = []
    for parents, slopes in graph:
        nodes.append(module.Value(1.0, [nodes[i] for i in parents], slopes))
    for number, node in enumerate(nodes):
        node.grad = 10.0 + number
    return float(module.forward_mode(nodes[root], nodes[leaf])), [float(node.grad) for node in nodes]


def assert_forward(student, graph, root, leaf):
    result, grads = assert_parts(student.run(forward_of, graph, root, leaf), 2)
    assert_close(
        result, sums_over_paths(graph, root)[leaf], rtol=1e-6, atol=1e-7, name="derivative by the leaf"
    )
    assert_close(grads, 10.0 + np.arange(len(graph)), name="list of grads, which stay as they are")


@points(0)
def test_forward_mode_of_random_graphs(student, rng):
    for parents_of, leaf in ([[], [], [0, 1]], 1), ([[], [0], [1, 0], [2, 1]], 0):
        assert_forward(student, with_slopes(rng, parents_of), len(parents_of) - 1, leaf)
    for count in (8, 20, 40):
        graph = with_slopes(rng, [*random_graph(rng, count), [count - 1, count - 2]])
        used = [leaf for leaf in reachable([parents for parents, _ in graph], count) if not graph[leaf][0]]
        for leaf in used[:3]:
            assert_forward(student, graph, count, leaf)


@hidden
@points(0)
def test_forward_mode_of_a_leaf_that_is_not_in_the_graph(student, rng):
    graph = with_slopes(rng, [[], [], [0], [2, 0], [1, 3]])
    for root, leaf in [(3, 0), (3, 1), (0, 0), (0, 1), (4, 1)]:
        assert_forward(student, graph, root, leaf)
