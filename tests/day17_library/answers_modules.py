"""Answers to modules.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np

from course.testing import misconception, variant
from day17_library.engine import Tensor, attributes
from day17_library.modules import Module, Parameter, walk


@misconception(
    "walk", "Lists, tuples and dicts are not entered: a network whose layers stand in a list has no layers."
)
def attributes_only(root):
    found, seen = [], set()

    def enter(thing, name):
        if id(thing) in seen or not isinstance(thing, Module | Parameter | np.ndarray):
            return
        seen.add(id(thing))
        found.append((name, thing))
        if isinstance(thing, Module):
            for key, part in attributes(thing):
                enter(part, f"{name}.{key}" if name else key)

    enter(root, "")
    return found


@misconception("walk", "Lists are entered, dicts are not: what stands in a dict is not found.")
def lists_only(root):
    found, seen = [], set()

    def enter(thing, path):
        if id(thing) in seen:
            return
        if isinstance(thing, Module | Parameter | np.ndarray):
            seen.add(id(thing))
            found.append((".".join(path), thing))
        if isinstance(thing, Module):
            for key, part in attributes(thing):
                enter(part, (*path, key))
        elif isinstance(thing, list | tuple):
            for number, part in enumerate(thing):
                enter(part, (*path, str(number)))

    enter(root, ())
    return found


@misconception(
    "walk",
    "What two modules share is listed twice, so an optimiser would move it twice. Remember what you have seen.",
)
def everything_as_often_as_it_stands_there(root):
    found, open_modules = [], []

    def enter(thing, path):
        if any(thing is other for other in open_modules):
            return
        if isinstance(thing, Module | Parameter | np.ndarray):
            found.append((".".join(path), thing))
        inside = {}
        if isinstance(thing, Module):
            inside = dict(attributes(thing))
        elif isinstance(thing, dict):
            inside = thing
        elif isinstance(thing, list | tuple):
            inside = dict(enumerate(thing))
        if isinstance(thing, Module):
            open_modules.append(thing)
        for key, part in inside.items():
            enter(part, (*path, str(key)))
        if isinstance(thing, Module):
            open_modules.pop()

    enter(root, ())
    return found


@misconception("walk", "Plain arrays are left out: the running mean of a batch normalisation would be lost.")
def without_arrays(root):
    found, seen = [], set()

    def enter(thing, path):
        if id(thing) in seen:
            return
        if isinstance(thing, Module | Parameter):
            seen.add(id(thing))
            found.append((".".join(path), thing))
        inside = {}
        if isinstance(thing, Module):
            inside = dict(attributes(thing))
        elif isinstance(thing, dict):
            inside = thing
        elif isinstance(thing, list | tuple):
            inside = dict(enumerate(thing))
        for key, part in inside.items():
            enter(part, (*path, str(key)))

    enter(root, ())
    return found


@misconception(
    "walk", "Tensors that are no Parameters are listed too: a result that a module keeps is nothing to learn."
)
def all_tensors(root):
    found, seen = [], set()

    def enter(thing, path):
        if id(thing) in seen:
            return
        if isinstance(thing, Module | Tensor | np.ndarray):
            seen.add(id(thing))
            found.append((".".join(path), thing))
        inside = {}
        if isinstance(thing, Module):
            inside = dict(attributes(thing))
        elif isinstance(thing, dict):
            inside = thing
        elif isinstance(thing, list | tuple):
            inside = dict(enumerate(thing))
        for key, part in inside.items():
            enter(part, (*path, str(key)))

    enter(root, ())
    return found


@misconception(
    "walk",
    "What has been seen is remembered from one call to the next (a default that is a set or a list is made once, with "
    "the function): the second walk finds nothing. Begin with an empty set in every call.",
)
def remembers_the_last_walk(root, seen=[]):  # noqa: B006
    # a list of the things, not of their id(): these are given to others as soon as a thing is gone
    found = []

    def enter(thing, path):
        if any(thing is other for other in seen):
            return
        if isinstance(thing, Module | Parameter | np.ndarray):
            seen.append(thing)
            found.append((".".join(path), thing))
        inside = {}
        if isinstance(thing, Module):
            inside = dict(attributes(thing))
        elif isinstance(thing, dict):
            inside = thing
        elif isinstance(thing, list | tuple):
            inside = dict(enumerate(thing))
        for key, part in inside.items():
            enter(part, (*path, str(key)))

    enter(root, ())
    return found


@variant("walk")
def by_a_generator(root):
    seen = set()

    def parts(thing):
        if isinstance(thing, Module):
            return attributes(thing)
        if isinstance(thing, dict):
            return list(thing.items())
        if isinstance(thing, (list, tuple)):
            return list(enumerate(thing))
        return []

    def visit(thing, prefix):
        listed = isinstance(thing, (Module, Parameter, np.ndarray))
        if listed and id(thing) in seen:
            return
        if listed:
            seen.add(id(thing))
            yield prefix, thing
        for key, part in parts(thing):
            yield from visit(part, f"{prefix}.{key}" if prefix else str(key))

    return list(visit(root, ""))


@variant("walk")
def by_a_stack(root):
    result, seen, stack = [], [], [("", root)]
    while stack:
        name, thing = stack.pop()
        if any(thing is other for other in seen):
            continue
        if isinstance(thing, (Module, Parameter, np.ndarray)):
            seen.append(thing)
            result.append((name, thing))
        children = []
        if isinstance(thing, Module):
            children = attributes(thing)
        if isinstance(thing, dict):
            children = list(thing.items())
        if isinstance(thing, (list, tuple)):
            children = [(str(i), part) for i, part in enumerate(thing)]
        for key, part in reversed(children):
            stack.append((name + "." + str(key) if name else str(key), part))
    return result


@misconception("Module.train", "Only the outermost module is switched: the dropout inside of it goes on.")
def outermost_only(self, mode=True):
    self.training = mode
    return self


@misconception("Module.train", "The mode is not looked at: `train(False)` switches to training too.")
def always_on(self, mode=True):
    for _, thing in walk(self):
        if isinstance(thing, Module):
            thing.training = True
    return self


@misconception(
    "Module.train", "The class is switched in the place of the object, and with it every module in the world."
)
def the_class(self, mode=True):
    for _, thing in walk(self):
        if isinstance(thing, Module):
            type(thing).training = mode
    return self


@misconception("Module.train", "Nothing comes back. `net = Net().train()` is to work, so return the module.")
def returns_nothing(self, mode=True):
    for _, thing in walk(self):
        if isinstance(thing, Module):
            thing.training = mode


@misconception(
    "Module.train", "Only modules that are attributes of this one are switched, not those further inside."
)
def one_level(self, mode=True):
    self.training = mode
    for name, thing in walk(self):
        if isinstance(thing, Module) and "." not in name:
            thing.training = mode
    return self


@variant("Module.train")
def a_list_first(self, mode=True):
    modules = [thing for _, thing in walk(self) if isinstance(thing, Module)]
    for module in modules:
        module.training = bool(mode)
    return modules[0]


@variant("Module.train")
def not_an_array(self, mode=True):
    for thing in dict(walk(self)).values():
        if not isinstance(thing, (Parameter, np.ndarray)):
            thing.training = mode
    return self


@misconception(
    "Module.state_dict", "The arrays are those of the network, which go on changing. Put copies aside."
)
def no_copies(self):
    return {
        name: thing.data if isinstance(thing, Parameter) else thing
        for name, thing in walk(self)
        if not isinstance(thing, Module)
    }


@misconception(
    "Module.state_dict",
    "Only parameters are put aside. Plain arrays, such as running means, belong to the state too.",
)
def parameters_only(self):
    return {name: parameter.data.copy() for name, parameter in self.named_parameters()}


@misconception("Module.state_dict", "The values are Parameters. Put their arrays aside.")
def parameters_as_they_are(self):
    return {
        name: Parameter(thing.data.copy()) if isinstance(thing, Parameter) else thing.copy()
        for name, thing in walk(self)
        if not isinstance(thing, Module)
    }


@misconception(
    "Module.state_dict",
    "Plain arrays are copied, those of the parameters are not: they go on changing with the network.",
)
def only_arrays_are_copied(self):
    return {
        name: thing.data if isinstance(thing, Parameter) else np.array(thing)
        for name, thing in walk(self)
        if not isinstance(thing, Module)
    }


@variant("Module.state_dict")
def by_np_array(self):
    return {
        name: np.array(thing.data if isinstance(thing, Parameter) else thing)
        for name, thing in walk(self)
        if not isinstance(thing, Module)
    }


@variant("Module.state_dict")
def by_deepcopy(self):
    import copy

    state = {}
    for name, thing in walk(self):
        if isinstance(thing, Module):
            continue
        state[name] = copy.deepcopy(thing.data if isinstance(thing, Parameter) else thing)
    return state


@misconception(
    "Module.load_state_dict",
    "What is found in the state is loaded, what is missing is passed over in silence: a KeyError is asked for.",
)
def whatever_fits(self, state):
    for name, thing in walk(self):
        if isinstance(thing, Module) or name not in state:
            continue
        array = thing.data if isinstance(thing, Parameter) else thing
        if np.shape(state[name]) != array.shape:
            raise ValueError(name)
    for name, thing in walk(self):
        if isinstance(thing, Parameter) and name in state:
            thing.data[...] = state[name]
        elif isinstance(thing, np.ndarray) and name in state:
            thing[...] = state[name]


@misconception(
    "Module.load_state_dict",
    "Names that only the state has are passed over in silence: a KeyError is asked for.",
)
def more_names_are_fine(self, state):
    places = {
        name: thing.data if isinstance(thing, Parameter) else thing
        for name, thing in walk(self)
        if not isinstance(thing, Module)
    }
    for name in places:
        if name not in state:
            raise KeyError(name)
    for name, array in places.items():
        if np.shape(state[name]) != array.shape:
            raise ValueError(name)
    for name, array in places.items():
        array[...] = state[name]


@misconception(
    "Module.load_state_dict",
    "Half of the state is loaded before the wrong name or shape is found. Check everything first.",
)
def checks_on_the_way(self, state):
    places = {
        name: thing.data if isinstance(thing, Parameter) else thing
        for name, thing in walk(self)
        if not isinstance(thing, Module)
    }
    for name, array in places.items():
        if name not in state:
            raise KeyError(name)
        if np.shape(state[name]) != array.shape:
            raise ValueError(name)
        array[...] = state[name]
    if len(state) > len(places):
        raise KeyError("more")


@misconception(
    "Module.load_state_dict",
    "The network takes over the arrays of the state themselves, and changes them when it learns. Copy the "
    "entries.",
)
def shares_arrays(self, state):
    places = {name: thing for name, thing in walk(self) if not isinstance(thing, Module)}
    if places.keys() != state.keys():
        raise KeyError(str(places.keys() ^ state.keys()))
    for name, thing in places.items():
        array = thing.data if isinstance(thing, Parameter) else thing
        if np.shape(state[name]) != array.shape:
            raise ValueError(name)
    for name, thing in places.items():
        if isinstance(thing, Parameter):
            thing.data = state[name]
        else:
            thing[...] = state[name]


@misconception(
    "Module.load_state_dict", "Shapes are not compared: an array of one number is broadcast over all weights."
)
def broadcasts(self, state):
    places = {
        name: thing.data if isinstance(thing, Parameter) else thing
        for name, thing in walk(self)
        if not isinstance(thing, Module)
    }
    if places.keys() != state.keys():
        raise KeyError("names")
    for name, array in places.items():
        np.broadcast_to(state[name], array.shape)
    for name, array in places.items():
        array[...] = state[name]


@misconception(
    "Module.load_state_dict",
    "The entries are loaded as float64, and a network in float32 is one no longer. Keep the dtype of the network.",
)
def in_double_precision(self, state):
    places = {name: thing for name, thing in walk(self) if not isinstance(thing, Module)}
    if places.keys() != state.keys():
        raise KeyError("names")
    for name, thing in places.items():
        array = thing.data if isinstance(thing, Parameter) else thing
        if np.shape(state[name]) != array.shape:
            raise ValueError(name)
    for name, thing in places.items():
        if isinstance(thing, Parameter):
            thing.data = np.array(state[name], dtype=float)
        else:
            thing[...] = state[name]


@variant("Module.load_state_dict")
def by_copyto(self, state):
    pairs = [(name, thing) for name, thing in walk(self) if isinstance(thing, (Parameter, np.ndarray))]
    missing = {name for name, _ in pairs} - set(state)
    unknown = set(state) - {name for name, _ in pairs}
    if missing or unknown:
        raise KeyError(f"missing {missing}, unknown {unknown}")
    targets = [
        (thing.data if isinstance(thing, Parameter) else thing, np.asarray(state[name]))
        for name, thing in pairs
    ]
    if any(target.shape != value.shape for target, value in targets):
        raise ValueError("shapes")
    for target, value in targets:
        np.copyto(target, value)


@variant("Module.load_state_dict")
def new_arrays_for_parameters(self, state):
    things = dict(walk(self))
    things = {name: thing for name, thing in things.items() if not isinstance(thing, Module)}
    if sorted(things) != sorted(state):
        raise KeyError("the names differ")
    for name, thing in things.items():
        shape = thing.data.shape if isinstance(thing, Parameter) else thing.shape
        if np.asarray(state[name]).shape != shape:
            raise ValueError(name)
    for name, thing in things.items():
        if isinstance(thing, Parameter):
            thing.data = np.array(state[name])
        else:
            thing[:] = state[name]
