# Write the parts marked TODO(day16). Made by `course sync` from the course's single source.
# skeleton a7576fde71a87d18
"""A graph that can be looked at: as lines of text, and as a source for Graphviz.

Both take the root of a graph of `scalar.Value` or of `tensor.Tensor`, number its nodes, and say of each what it is and
what it was made of. The graph itself stays unchanged.
"""

from typing import Any

import numpy as np

from day16_autograd.scalar import topological_order


def describe(node: Any) -> str:
    """What is written about a node (given): ``"tanh  data 0.4621  grad 1"``, or the shape of an array."""
    if np.ndim(node.data) > 0:
        return f"{node.operation}  shape {np.shape(node.data)}"
    return f"{node.operation}  data {node.data:.6g}  grad {node.grad:.6g}"


def graph_text(root: Any) -> str:
    """The graph as text: a line for every node, parents before children.

    Nodes are numbered 0, 1, 2, … from line to line. A line consists of the number, a colon, a space and what `describe`
    says of the node; then, for a node with parents, two spaces, ``<-``, and the number of each parent after a space, in
    the order of ``parents``. So ``x * x`` with x = 3, after `backward`, is

        0: x  data 3  grad 6
        1: *  data 9  grad 1  <- 0 0

    Parameters
    ----------
    root : Value or Tensor

    Returns
    -------
    str
        lines separated by "\\n", without one at the end; any order with parents before children will do

    References
    ----------
    Cormen, Leiserson, Rivest and Stein, Introduction to Algorithms, 4th ed., section 20.4
    """
    # TODO(day16): a dict from id(node) to its number
    raise NotImplementedError("graph_text is not written yet")


def graph_dot(root: Any) -> str:
    """The graph in the language of Graphviz, which draws it: ``dot -Tsvg graph.dot``.

    The first line is ``digraph {`` and the last ``}``. Between them stand, in any order, a line ``n0 [label="…"];`` for
    every node, with a number of its own and what `describe` says of it, and a line ``n0 -> n1;`` for every arrow from
    a parent to its child; for ``x * x`` there are two of them. Inside of the label a quotation mark is written ``\\"``
    and a backslash ``\\\\``. Lines may be indented.

    Parameters
    ----------
    root : Value or Tensor

    Returns
    -------
    str
        lines separated by "\\n"

    References
    ----------
    Gansner, Koutsofios and North, Drawing graphs with dot, section 1
    """
    # TODO(day16): a line per node, and one per pair of parent and child
    raise NotImplementedError("graph_dot is not written yet")
