"""Answers to graphs.py: wrong ones with what went wrong, and right ones in another style."""

from course.testing import misconception, variant


@misconception(
    "graph_to_text",
    "All nodes stand at the left edge: each operand is two spaces further in than its operation.",
)
def without_indentation(root):
    if not isinstance(root, tuple):
        return str(root)
    return "\n".join([root[0], *(without_indentation(operand) for operand in root[1:])])


@misconception(
    "graph_to_text",
    "Only the first line of an operand is moved to the right. Everything below it must move as well: every "
    "line of its text.",
)
def first_line_only(root):
    if not isinstance(root, tuple):
        return str(root)
    return "\n".join([root[0], *("  " + first_line_only(operand) for operand in root[1:])])


@misconception(
    "graph_to_text", "The operands stand above their operation; it comes first, they follow below."
)
def operation_last(root):
    if not isinstance(root, tuple):
        return str(root)
    lines = []
    for operand in root[1:]:
        lines += ["  " + line for line in operation_last(operand).splitlines()]
    return "\n".join([*lines, root[0]])


@misconception(
    "graph_to_text", "There is a newline at the end; lines are separated by newlines, the last one has none."
)
def newline_at_the_end(root):
    def lines(node, depth):
        if not isinstance(node, tuple):
            return "  " * depth + f"{node}\n"
        return "  " * depth + f"{node[0]}\n" + "".join(lines(operand, depth + 1) for operand in node[1:])

    return lines(root, 0)


@variant("graph_to_text")
def with_the_depth(root):
    def walk(node, depth):
        name, operands = (node[0], node[1:]) if isinstance(node, tuple) else (node, ())
        yield "  " * depth + str(name)
        for operand in operands:
            yield from walk(operand, depth + 1)

    return "\n".join(walk(root, 0))


@variant("graph_to_text")
def with_a_stack(root):
    lines, waiting = [], [(0, root)]
    while waiting:
        depth, node = waiting.pop()
        if isinstance(node, tuple):
            lines.append("  " * depth + node[0])
            waiting += [(depth + 1, operand) for operand in reversed(node[1:])]
        else:
            lines.append("  " * depth + str(node))
    return "\n".join(lines)
