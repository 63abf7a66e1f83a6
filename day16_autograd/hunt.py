# Write the parts marked TODO(day16). Made by `course sync` from the course's single source.
# skeleton f2f5861ace98bc0f
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
    # TODO(day16): What is wrong in `broken.Engine1`, and what is right
    raise NotImplementedError("case_1 is not written yet")


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
    # TODO(day16): What is wrong in `broken.Engine2`, and what is right
    raise NotImplementedError("case_2 is not written yet")


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
    # TODO(day16): What is wrong in `broken.Engine3`, and what is right
    raise NotImplementedError("case_3 is not written yet")


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
    # TODO(day16): What is wrong in `broken.Engine4`, and what is right
    raise NotImplementedError("case_4 is not written yet")


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
    # TODO(day16): What is wrong in `broken.Engine5`, and what is right
    raise NotImplementedError("case_5 is not written yet")


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
    # TODO(day16): What is wrong in `broken.Engine6`, and what is right
    raise NotImplementedError("case_6 is not written yet")
