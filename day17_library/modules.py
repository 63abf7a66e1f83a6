# Write the parts marked TODO(day17). Made by `course sync` from the course's single source.
# skeleton e3f8d0df610c2a28
"""Modules: networks that know their own parts.

A `Module` is a part of a network: it holds parameters, numbers that it remembers besides (the running mean of a batch
normalisation: plain arrays), and other modules, as attributes or in lists, tuples and dicts. Whoever trains, stores or
moves a network asks its outermost module, and this one has to find all that is inside. Nobody has to register
anything.
"""

from typing import Any

import numpy as np

from day17_library.engine import Tensor, attributes


class Parameter(Tensor):
    """A leaf that an optimiser moves (given)."""

    def __init__(self, data: Any) -> None:
        super().__init__(data, operation="parameter")


class Module:
    """A part of a network, and all that is inside of it.

    Subclasses make their parts in ``__init__`` and compute in ``forward``; ``module(x)`` is ``module.forward(x)``.

    Attributes
    ----------
    training : True while the network learns, False while it is judged; `Dropout` and `BatchNorm` ask for it
    """

    training = True

    def __call__(self, *inputs: Any) -> Any:
        return self.forward(*inputs)

    def forward(self, *inputs: Any) -> Any:
        """What the module computes (given: every subclass has its own)."""
        raise TypeError(f"{type(self).__name__} has no method forward")

    def named_parameters(self) -> list[tuple[str, Parameter]]:
        """All parameters with their names (given)."""
        return [(name, thing) for name, thing in walk(self) if isinstance(thing, Parameter)]

    def parameters(self) -> list[Parameter]:
        """All parameters (given)."""
        return [parameter for _, parameter in self.named_parameters()]

    def eval(self) -> "Module":
        """``train(False)`` (given)."""
        return self.train(False)

    def to(self, dtype: type) -> "Module":
        """The parameters in another dtype, float32 or float64; the module itself comes back (given)."""
        for parameter in self.parameters():
            parameter.data = parameter.data.astype(dtype)
            parameter.zero_grad()
        return self

    def train(self, mode: bool = True) -> "Module":
        """Switch to training or, with False, to judging: in this module and in all modules inside, at any depth.

        Parameters
        ----------
        mode : what the attribute ``training`` of each of them becomes

        Returns
        -------
        Module
            this module itself, so that ``model = Net().train()`` works

        References
        ----------
        PyTorch's manual, ``torch.nn.Module.train``
        """
        # TODO(day17): `walk` finds all modules, the outermost one too
        raise NotImplementedError("Module.train is not written yet")

    def state_dict(self) -> dict[str, np.ndarray]:
        """All that the network has learnt: the arrays of its parameters, and the plain arrays that it keeps besides.

        They are **copies**. Training that goes on does not change what has been put aside, and so the best network of
        a training can be kept.

        Returns
        -------
        dict from the name (that `walk` gives) to an array of the same shape and dtype, in the order of `walk`

        References
        ----------
        PyTorch's manual, ``torch.nn.Module.state_dict``
        """
        # TODO(day17): parameters have their array in `data`; modules have none
        raise NotImplementedError("Module.state_dict is not written yet")

    def load_state_dict(self, state: dict[str, np.ndarray]) -> None:
        """Take over what `state_dict` has put aside: all of it, or nothing.

        The entries of ``state`` are copied to where `walk` finds these names, so that later training does not change
        ``state``. Parameters stay the same objects, for an optimiser holds them, and so do arrays: their entries are
        replaced (``array[...] = …``). A network in float32 that takes over float32 stays so: float32 in, float32 out.
        Arguments come back unchanged.

        Parameters
        ----------
        state : from names to arrays

        Raises
        ------
        KeyError
            when a name is missing in ``state``, or ``state`` has one that this module has not
        ValueError
            when an array has another shape than the one in its place; broadcasting is not meant

            After either of the two nothing has changed.

        References
        ----------
        PyTorch's manual, ``torch.nn.Module.load_state_dict``
        """
        # TODO(day17): check all names and shapes first, then copy
        raise NotImplementedError("Module.load_state_dict is not written yet")


def walk(root: "Module") -> list[tuple[str, Any]]:
    """Everything inside of a module that matters: modules, parameters and arrays, each with its name.

    The first pair is ``("", root)``. Then come the attributes of the module, in the order of ``attributes(root)``: a
    Parameter or an array is listed; a Module is listed, and then its own attributes follow, before the next attribute
    of ``root``; a list, a tuple or a dict is not listed itself, but entered in its order, and may hold more of them;
    all else is left out, also a Tensor that is no Parameter. A name is the way to the thing, with dots between:
    ``"body.layers.0.weight"`` is ``root.body.layers[0].weight``; for dicts, the key takes the place of the number.

    Every thing is listed **once**, with the first name: a parameter that two modules share must not be moved twice,
    and a module that knows its owner must not send you in circles. Each walk begins anew: a second one gives the same.

    Parameters
    ----------
    root : Module

    Returns
    -------
    list of pairs (name, Module or Parameter or array)

    References
    ----------
    PyTorch's manual, ``torch.nn.Module.named_modules`` and ``named_parameters``
    """
    # TODO(day17): a function inside that calls itself, and a set of the id() of what has been seen
    raise NotImplementedError("walk is not written yet")
