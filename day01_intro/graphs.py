# Write the parts marked TODO(day01). Made by `course sync` from the course's single source.
# skeleton bca384f0487e865c
"""A formula as a graph, shown as text: the first look at what a deep-learning library keeps of your computation.

A node is a tuple ``(operation, operand, …)`` whose operands are nodes or leaves; a leaf is a name or a number.
``w · x + b`` is ``("add", ("multiply", "w", "x"), "b")``.
"""

from typing import Any

Node = tuple[Any, ...] | str | int | float


def graph_to_text(root: Node) -> str:
    """The graph of a formula, one node per line. Optional.

    Each operand stands below its operation, two spaces further in, in the order of the tuple:

        add
          multiply
            w
            x
          b

    Parameters
    ----------
    root : a node, or a leaf on its own; operations may have any number of operands, also none

    Returns
    -------
    str
        lines separated by one newline, none at the end

    References
    ----------
    Baydin, Pearlmutter, Radul and Siskind, Automatic Differentiation in Machine Learning: a Survey, section 3
    """
    # TODO(day01): a leaf is one line; a node is its operation, then each operand's text moved to the right
    raise NotImplementedError("graph_to_text is not written yet")
