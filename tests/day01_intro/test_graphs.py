"""Checks of graphs.py: random formulas of random depth."""

from course.testing import assert_equal, points

OPERATIONS = ["add", "multiply", "exp", "maximum", "sigmoid"]
LEAVES = ["w", "x", "b", 2, 0.5, -3]


def draw_formula(rng, depth):
    """A random formula with its lines as pairs of indentation and label."""
    if depth == 0 or rng.uniform() < 0.2:
        leaf = LEAVES[rng.integers(len(LEAVES))]
        return leaf, [(0, str(leaf))]
    operation = str(rng.choice(OPERATIONS))
    operands, lines = [], [(0, operation)]
    for _ in range(rng.integers(1, 4)):
        operand, below = draw_formula(rng, depth - 1)
        operands.append(operand)
        lines += [(level + 1, label) for level, label in below]
    return (operation, *operands), lines


@points(0)
def test_graph_to_text_of_small_formulas(student, rng):
    w, x, b = rng.permutation(["w", "x", "b", "u", "v"])[:3].tolist()
    expected = f"add\n  multiply\n    {w}\n    {x}\n  {b}"
    assert_equal(student.graph_to_text(("add", ("multiply", w, x), b)), expected, name="text")
    assert_equal(student.graph_to_text(w), w, name="text of a leaf")
    assert_equal(student.graph_to_text(0.25), "0.25", name="text of a number")
    assert_equal(student.graph_to_text(("random",)), "random", name="text of an operation without operands")


@points(0)
def test_graph_to_text_of_random_formulas(student, rng):
    for depth in (1, 2, 3, 4):
        formula, lines = draw_formula(rng, depth)
        while not isinstance(formula, tuple):
            formula, lines = draw_formula(rng, depth)
        expected = "\n".join("  " * level + label for level, label in lines)
        assert_equal(student.graph_to_text(formula), expected, name="text")
