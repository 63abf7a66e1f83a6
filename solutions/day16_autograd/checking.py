"""Gradient checking: an engine is believed when central differences agree with it.

It needs of an engine nothing but values, so it cannot share a mistake with it. Arguments come back unchanged.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from day16_autograd.tensor import Tensor


def gradient_check(
    f: Callable[..., Any],
    arrays: Sequence[np.ndarray],
    engine: Callable[[Any], Any] = Tensor,
    h: float = 1e-5,
) -> list[float]:
    """How far the gradients of an engine are from central differences, for each argument of a function.

    The gradients are what ``backward()`` of ``f(engine(a), engine(b), …)`` leaves in the ``grad`` of the leaves. The
    numerical ones take two values of f for every entry, in double precision whatever the arrays are, with this entry
    moved by h and −h and all others where they are:

        n = ( f(…, x + h, …) − f(…, x − h, …) ) / 2h

    Parameters
    ----------
    f : function of as many nodes of the engine as there are arrays, that returns a node with one element
    arrays : of any shapes, also ()
    engine : what makes a leaf of an array: `Tensor`, or another class with ``data``, ``grad`` and ``backward()``
    h : step of the differences

    Returns
    -------
    list of floats, one for each array
        the largest |grad − n| of its entries, divided by the largest |n| of its entries or by 1, whichever is larger

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 11.5
    """
    ### BEGIN SOLUTION np.ndindex(shape) walks over all entries; `[...]` with an index of () is the whole array
    inputs = [np.array(array, dtype=np.float64) for array in arrays]
    leaves = [engine(array) for array in inputs]
    f(*leaves).backward()

    errors = []
    for array, leaf in zip(inputs, leaves, strict=True):
        numerical = np.empty_like(array)
        for where in np.ndindex(array.shape):
            x = array[where]
            array[where] = x + h
            above = f(*map(engine, inputs)).data.item()
            array[where] = x - h
            below = f(*map(engine, inputs)).data.item()
            array[where] = x
            numerical[where] = (above - below) / (2 * h)
        scale = max(1.0, np.max(np.abs(numerical)))
        errors.append(float(np.max(np.abs(leaf.grad - numerical)) / scale))
    return errors
    ### END SOLUTION
