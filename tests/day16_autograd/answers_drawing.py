"""Answers to drawing.py: wrong drawings with what went wrong, and right ones in another style."""

from course.testing import misconception, variant
from day16_autograd.drawing import describe
from day16_autograd.scalar import topological_order


@misconception("graph_text", "Children come first here: a line may only point to lines above it.")
def children_first(root):
    order = topological_order(root)[::-1]
    numbers = {id(node): number for number, node in enumerate(order)}
    lines = []
    for node in order:
        parents = [str(numbers[id(parent)]) for parent in node.parents]
        lines.append(
            f"{numbers[id(node)]}: {describe(node)}" + ("  <- " + " ".join(parents) if parents else "")
        )
    return "\n".join(lines)


@misconception("graph_text", "Nodes are numbered from 1: the first line is number 0.")
def from_one(root):
    order = topological_order(root)
    numbers = {id(node): number for number, node in enumerate(order, start=1)}
    lines = []
    for node in order:
        parents = [str(numbers[id(parent)]) for parent in node.parents]
        lines.append(
            f"{numbers[id(node)]}: {describe(node)}" + ("  <- " + " ".join(parents) if parents else "")
        )
    return "\n".join(lines)


@misconception("graph_text", "A parent that is used twice is named once: x * x has the parents 0 0.")
def parents_once(root):
    order = topological_order(root)
    numbers = {id(node): number for number, node in enumerate(order)}
    lines = []
    for node in order:
        parents = list(dict.fromkeys(str(numbers[id(parent)]) for parent in node.parents))
        lines.append(
            f"{numbers[id(node)]}: {describe(node)}" + ("  <- " + " ".join(parents) if parents else "")
        )
    return "\n".join(lines)


@misconception("graph_text", "A leaf has no parents, and so no arrow: its line ends after the description.")
def arrows_without_parents(root):
    order = topological_order(root)
    numbers = {id(node): number for number, node in enumerate(order)}
    return "\n".join(
        f"{numbers[id(node)]}: {describe(node)}  <- "
        + " ".join(str(numbers[id(parent)]) for parent in node.parents)
        for node in order
    )


@misconception(
    "graph_text",
    "The parents are sorted: they stand in the order of `parents`, which is that of the operands.",
)
def sorted_parents(root):
    order = topological_order(root)
    numbers = {id(node): number for number, node in enumerate(order)}
    lines = []
    for node in order:
        parents = [str(number) for number in sorted(numbers[id(parent)] for parent in node.parents)]
        lines.append(
            f"{numbers[id(node)]}: {describe(node)}" + ("  <- " + " ".join(parents) if parents else "")
        )
    return "\n".join(lines)


@misconception("graph_text", "Between the numbers of the parents stands a space, and no comma.")
def commas(root):
    order = topological_order(root)
    numbers = {id(node): number for number, node in enumerate(order)}
    lines = []
    for node in order:
        parents = [str(numbers[id(parent)]) for parent in node.parents]
        lines.append(
            f"{numbers[id(node)]}: {describe(node)}" + ("  <- " + ", ".join(parents) if parents else "")
        )
    return "\n".join(lines)


@variant("graph_text")
def as_it_goes(root):
    numbers, text = {}, ""
    for node in topological_order(root):
        numbers[node] = len(numbers)
        text += f"{numbers[node]}: " + describe(node)
        if node.parents:
            text += "  <-"
            for parent in node.parents:
                text += f" {numbers[parent]}"
        text += "\n"
    return text.rstrip("\n")


@variant("graph_text")
def by_index(root):
    order = topological_order(root)
    ids = [id(node) for node in order]
    where = dict(zip(ids, range(len(ids)), strict=True))
    rows = []
    for i in range(len(order)):
        row = str(i) + ": " + describe(order[i])
        if len(order[i].parents) != 0:
            row = row + "  <- " + " ".join(map(str, [where[id(p)] for p in order[i].parents]))
        rows.append(row)
    return chr(10).join(rows)


@misconception("graph_dot", "The arrows point the wrong way: from a parent to its child.")
def arrows_turned_round(root):
    order = topological_order(root)
    names = {id(node): f"n{number}" for number, node in enumerate(order)}
    lines = ["digraph {"]
    for node in order:
        label = describe(node).replace("\\", "\\\\").replace('"', '\\"')
        lines.append(f'  {names[id(node)]} [label="{label}"];')
        lines.extend(f"  {names[id(node)]} -> {names[id(parent)]};" for parent in node.parents)
    return "\n".join([*lines, "}"])


@misconception("graph_dot", "A parent that is used twice has two arrows to its child.")
def one_arrow_each(root):
    order = topological_order(root)
    names = {id(node): f"n{number}" for number, node in enumerate(order)}
    lines = ["digraph {"]
    for node in order:
        label = describe(node).replace("\\", "\\\\").replace('"', '\\"')
        lines.append(f'  {names[id(node)]} [label="{label}"];')
        lines.extend(f"  {name} -> {names[id(node)]};" for name in {names[id(p)] for p in node.parents})
    return "\n".join([*lines, "}"])


@misconception(
    "graph_dot",
    "A quotation mark inside of a label ends it, and Graphviz refuses the file: write a backslash before it.",
)
def not_escaped(root):
    order = topological_order(root)
    names = {id(node): f"n{number}" for number, node in enumerate(order)}
    lines = ["digraph {"]
    for node in order:
        lines.append(f'  {names[id(node)]} [label="{describe(node)}"];')
        lines.extend(f"  {names[id(parent)]} -> {names[id(node)]};" for parent in node.parents)
    return "\n".join([*lines, "}"])


@misconception(
    "graph_dot",
    "The backslashes that were put before quotation marks are doubled afterwards: escape backslashes first.",
)
def escaped_in_the_wrong_order(root):
    order = topological_order(root)
    names = {id(node): f"n{number}" for number, node in enumerate(order)}
    lines = ["digraph {"]
    for node in order:
        label = describe(node).replace('"', '\\"').replace("\\", "\\\\")
        lines.append(f'  {names[id(node)]} [label="{label}"];')
        lines.extend(f"  {names[id(parent)]} -> {names[id(node)]};" for parent in node.parents)
    return "\n".join([*lines, "}"])


@variant("graph_dot")
def nodes_first(root):
    order = topological_order(root)
    numbers = {node: number for number, node in enumerate(order)}
    escaped = str.maketrans({'"': '\\"', "\\": "\\\\"})
    text = "digraph {\n"
    for node, number in numbers.items():
        text += f'\tn{number} [label="{describe(node).translate(escaped)}"];\n'
    for node, number in numbers.items():
        for parent in node.parents:
            text += f"\tn{numbers[parent]} -> n{number};\n"
    return text + "}"


@variant("graph_dot")
def from_the_root(root):
    order = topological_order(root)[::-1]
    names = [f"n{10 * number}" for number in range(len(order))]
    lines = []
    for name, node in zip(names, order, strict=True):
        label = "".join("\\" + c if c in '"\\' else c for c in describe(node))
        lines.append(name + ' [label="' + label + '"];')
        for parent in node.parents:
            lines.append(names[[other is parent for other in order].index(True)] + " -> " + name + ";")
    return "\n".join(["digraph {", *lines, "}"])


@misconception(
    "graph_text",
    "A line break stands at the end, and with it a last line that is empty: join the lines with line breaks.",
)
def line_break_at_the_end(root):
    order = topological_order(root)
    numbers = {id(node): i for i, node in enumerate(order)}
    text = ""
    for i, node in enumerate(order):
        arrow = "  <- " if node.parents else ""
        text += f"{i}: {describe(node)}{arrow}{' '.join(str(numbers[id(p)]) for p in node.parents)}\n"
    return text


@misconception("graph_text", "Before `<-` stand two spaces.")
def one_space(root):
    order = topological_order(root)
    numbers = {id(node): i for i, node in enumerate(order)}
    lines = []
    for i, node in enumerate(order):
        arrow = " <- " if node.parents else ""
        lines.append(f"{i}: {describe(node)}{arrow}{' '.join(str(numbers[id(p)]) for p in node.parents)}")
    return "\n".join(lines)
