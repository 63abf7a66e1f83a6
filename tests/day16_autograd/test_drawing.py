"""Checks of drawing.py: the text is read back, and must be the graph that was drawn."""

import re

from course.testing import assert_equal, assert_that, hidden, points


class Node:
    """What a drawing needs of a Value: no engine."""

    def __init__(self, data, parents, operation, grad):
        self.data, self.parents, self.operation, self.grad = data, tuple(parents), operation, grad
        self.slopes = (1.0,) * len(self.parents)


def draw(module, name, graph):
    """The drawing of a graph of (data, parents, operation, grad), from its last node."""
    nodes = []
    for data, parents, operation, grad in graph:
        nodes.append(Node(data, [nodes[i] for i in parents], operation, grad))
    return getattr(module, name)(nodes[-1])


def random_graph(rng, parents_of):
    """Numbers that tell every node from every other, and operations."""
    graph = []
    for number, parents in enumerate(parents_of):
        operation = str(rng.choice(["+", "*", "tanh", "**2", "exp"])) if parents else f"x{number}"
        graph.append((float(round(rng.uniform(-9, 9), 3)), parents, operation, float(round(rng.normal(), 2))))
    return graph


def described(graph):
    return [f"{operation}  data {data:.6g}  grad {grad:.6g}" for data, _, operation, grad in graph]


def used(graph):
    """The nodes that the last one was made of, and itself."""
    found, stack = set(), [len(graph) - 1]
    while stack:
        node = stack.pop()
        if node not in found:
            found.add(node)
            stack.extend(graph[node][1])
    return sorted(found)


GRAPHS = [
    [[], [0, 0]],
    [[], [], [0, 1]],
    [[], [], [1, 0], [2], [3, 2], [0, 4]],
    [[]],
    [[], [], [0], [1, 2], [2, 3], [4, 4], [], [5, 0]],
]


def assert_text(student, graph):
    """Line by line: number, description, numbers of the parents in their order."""
    text = student.run(draw, "graph_text", graph)
    assert_that(isinstance(text, str), "The drawing must be a text.")
    nodes, descriptions = used(graph), described(graph)
    lines = text.split("\n")
    assert_equal(len(lines), len(nodes), name="number of lines")
    what = [line.partition(": ")[2].partition("  <- ")[0] for line in lines]
    assert_equal(sorted(what), sorted(descriptions[node] for node in nodes), name="set of descriptions")
    number = {node: what.index(descriptions[node]) for node in nodes}
    expected = [""] * len(nodes)
    for node in nodes:
        parents = " ".join(str(number[parent]) for parent in graph[node][1])
        expected[number[node]] = f"{number[node]}: {descriptions[node]}" + (
            f"  <- {parents}" if parents else ""
        )
        late = [parent for parent in graph[node][1] if number[parent] > number[node]]
        assert_that(not late, f"Line {number[node]} stands before the line of one of its parents.")
    assert_equal(lines, expected, name="list of lines (in this order of the nodes)")


@points(1)
def test_graph_text_of_small_graphs(student, rng):
    for parents_of in GRAPHS:
        assert_text(student, random_graph(rng, parents_of))


@points(1)
def test_graph_text_of_random_graphs(student, rng):
    for count in (12, 25):
        parents_of = [
            [],
            [],
            *([int(p) for p in rng.integers(0, i, size=rng.integers(1, 3))] for i in range(2, count)),
        ]
        assert_text(student, random_graph(rng, parents_of))
    chain = [[], *([i] for i in range(1500))]
    assert_text(student, [(float(i), p, "+" if p else "x", 0.5) for i, p in enumerate(chain)])


NODE = re.compile(r'(n\d+) \[label="((?:[^"\\]|\\.)*)"\];')
ARROW = re.compile(r"(n\d+) -> (n\d+);")


def unescaped(label):
    return re.sub(r"\\(.)", r"\1", label)


def assert_dot(student, graph):
    """First and last line, a statement for each node, a statement for each arrow."""
    text = student.run(draw, "graph_dot", graph)
    assert_that(isinstance(text, str), "The drawing must be a text.")
    lines = [line.strip() for line in text.strip().split("\n")]
    assert_equal([lines[0], lines[-1]], ["digraph {", "}"], name="pair of the first and the last line")
    named = {m[1]: unescaped(m[2]) for m in map(NODE.fullmatch, lines) if m}
    arrows = [(m[1], m[2]) for m in map(ARROW.fullmatch, lines) if m]
    strange = [line for line in lines[1:-1] if not NODE.fullmatch(line) and not ARROW.fullmatch(line)]
    assert_that(not strange, f"A line is neither a node nor an arrow: {strange[:2]}")
    nodes, descriptions = used(graph), described(graph)
    assert_equal(sorted(named.values()), sorted(descriptions[node] for node in nodes), name="set of labels")
    unknown = {name for arrow in arrows for name in arrow} - set(named)
    assert_that(not unknown, f"An arrow goes to or from a node that is not there: {sorted(unknown)[:2]}")
    expected = sorted((descriptions[p], descriptions[node]) for node in nodes for p in graph[node][1])
    found = sorted((named[a], named[b]) for a, b in arrows)
    assert_equal(
        [list(pair) for pair in found], [list(pair) for pair in expected], name="list of arrows (by labels)"
    )
    count = sum(bool(NODE.fullmatch(line)) for line in lines)
    assert_equal(count, len(nodes), name="number of node lines")


@points(0)
def test_graph_dot_of_several_graphs(student, rng):
    for parents_of in GRAPHS:
        assert_dot(student, random_graph(rng, parents_of))
    (data, parents, _, grad), child = random_graph(rng, [[], [0, 0]])
    assert_dot(student, [(data, parents, 'x \\ "y"', grad), child])


@hidden
@points(0)
def test_graph_dot_with_quotation_marks(student, rng):
    graph = random_graph(rng, [[], [], [0, 1], [2, 0]])
    data, parents, _, grad = graph[0]
    for name in ('the "x"', "a\\b", 'both \\" of them'):
        assert_dot(student, [(data, parents, name, grad), *graph[1:]])
