# Write the parts marked TODO(day02). Made by `course sync` from the course's single source.
# skeleton 1edafdac12ad8322
"""The same by automatic differentiation: PyTorch follows the computation and applies the chain rule to it.

No formula on paper, no step size, exact to the last digit, and for any number of variables at the price of
about one more evaluation. How it works inside is a later day's work; here it is put to use, and shown where a
derivative does not exist. Arguments come back unchanged.
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor


def autodiff_gradient(f: Callable[[Tensor], Tensor], x: np.ndarray) -> np.ndarray:
    """Gradient of a function that is written in PyTorch.

    ``torch.func.grad(f)`` is the function x ↦ ∇f(x). It takes a tensor, so x is converted to one, in double
    precision (PyTorch's own default is single), and the result is converted back.

    Parameters
    ----------
    f : takes an (n,) float64 tensor and returns a tensor without dimensions
    x : (n,) array of numbers

    Returns
    -------
    (n,) float64 array

    References
    ----------
    Baydin, Pearlmutter, Radul and Siskind (2018), Automatic differentiation in machine learning: a survey,
    Journal of Machine Learning Research 18, 1-43
    """
    # TODO(day02): to a float64 tensor, through torch.func.grad, and back to NumPy
    raise NotImplementedError("autodiff_gradient is not written yet")


def slopes_at(f: Callable[[Tensor], Tensor], x: float, h: float = 1e-6) -> tuple[float, float, float]:
    """Slope of a function at a point: from the left, from the right, and according to PyTorch.

        left = (f(x) − f(x − h)) / h ,   right = (f(x + h) − f(x)) / h

    Where f is smooth all three agree. At a kink, such as that of relu(x) = max(x, 0) at 0, left and right do
    not, there is no derivative, and PyTorch returns *a* number nevertheless: which one is a convention of how f
    was written.

    Parameters
    ----------
    f : takes a float64 tensor without dimensions and returns one
    x : where to look
    h : step, more than 0

    Returns
    -------
    left, right, automatic : three floats

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 6.3
    """
    # TODO(day02): three numbers, all in double precision
    raise NotImplementedError("slopes_at is not written yet")
