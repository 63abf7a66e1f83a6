"""Checks of modules.py: trees of modules that the checks build, walked, switched, stored and loaded."""

import numpy as np

from course.testing import (
    assert_close,
    assert_dtype,
    assert_equal,
    assert_parts,
    assert_raises,
    assert_that,
    assert_unchanged,
    hidden,
    points,
)


def build_flat(module, arrays):
    """A module with three parameters, an array, a number, and a result that it has kept."""
    from day17_library.engine import Tensor

    root = module.Module()
    root.weight = module.Parameter(arrays[0])
    root.size = 3
    root.result = Tensor(arrays[0])
    root.mean = np.array(arrays[1])
    root.scale = module.Parameter(arrays[2])
    return root


def build_nested(module, arrays):
    """Modules in attributes, lists, dicts and tuples, at several depths."""

    def leaf(array, mean=None):
        part = module.Module()
        part.weight = module.Parameter(array)
        if mean is not None:
            part.mean = np.array(mean)
        return part

    root = module.Module()
    root.first = module.Parameter(arrays[0])
    root.layers = [leaf(arrays[1], arrays[2]), [leaf(arrays[3])], module.Parameter(arrays[4])]
    root.body = module.Module()
    root.body.inner = leaf(arrays[5], arrays[6])
    root.body.name = "body"
    root.heads = {
        "left": leaf(arrays[7]),
        "right": (leaf(arrays[8]), None),
        "both": {"deep": module.Parameter(arrays[9])},
    }
    root.last = module.Parameter(arrays[10])
    return root


def build_shared(module, arrays):
    """Two modules with one parameter, one module twice, and a part that knows its owner."""
    root = module.Module()
    shared = module.Parameter(arrays[0])
    root.encoder, root.decoder = module.Module(), module.Module()
    root.encoder.table, root.decoder.table = shared, shared
    root.decoder.bias = module.Parameter(arrays[1])
    root.again = [root.encoder, module.Parameter(arrays[2])]
    root.decoder.owner = root
    root.mean = np.array(arrays[3])
    root.same_mean = root.mean
    return root


NESTED = [
    "first",
    "layers.0.weight",
    "layers.0.mean",
    "layers.1.0.weight",
    "layers.2",
    "body.inner.weight",
    "body.inner.mean",
    "heads.left.weight",
    "heads.right.0.weight",
    "heads.both.deep",
    "last",
]
MODULES = ["", "layers.0", "layers.1.0", "body", "body.inner", "heads.left", "heads.right.0"]
SHARED = ["encoder.table", "decoder.bias", "again.1", "mean"]
TREES = [(build_flat, ["weight", "mean", "scale"]), (build_nested, NESTED), (build_shared, SHARED)]


def draw_arrays(rng, count, dtype=np.float64):
    """Arrays of shapes that are all different, some with one axis, one with three."""
    shapes = [(2, 3), (4,), (1, 5), (3, 1, 2), (6,), (2, 2), (7,), (5, 2), (1,), (3, 3), (2, 4)]
    return [(rng.normal(size=shape) + 0.3).astype(dtype) for shape in shapes[:count]]


def walked(module, build, arrays):
    """The names that walk gives, with what they stand for, whether it is what it is called; the names once more."""
    root = build(module, arrays)
    pairs = module.walk(root)
    again = [name for name, _ in module.walk(root)]
    kinds = [
        "module"
        if isinstance(thing, module.Module)
        else "parameter"
        if isinstance(thing, module.Parameter)
        else "array"
        for _, thing in pairs
    ]
    contents = [
        thing if isinstance(thing, np.ndarray) else thing.data
        for kind, (_, thing) in zip(kinds, pairs, strict=True)
        if kind != "module"
    ]
    return [name for name, _ in pairs], kinds, contents, again


def assert_walked(student, build, arrays, names, modules):
    found, kinds, contents, again = assert_parts(student.run(walked, build, arrays), 4)
    things = [name for name, kind in zip(found, kinds, strict=True) if kind != "module"]
    assert_equal(things, names, name="list of names of parameters and arrays")
    for content, array, name in zip(contents, arrays, names, strict=True):
        assert_close(content, array, name=f"array of {name!r}")
    inside = [name for name, kind in zip(found, kinds, strict=True) if kind == "module"]
    assert_equal(inside, modules, name="list of names of modules")
    assert_equal(again, found, name="list of names of a second walk through the same module")
    return found


@points(1)
def test_walk_of_a_module_without_modules(student, rng):
    arrays = draw_arrays(rng, 3)
    found = assert_walked(student, build_flat, arrays, ["weight", "mean", "scale"], [""])
    assert_equal(found, ["", "weight", "mean", "scale"], name="list of all names")


@points(2)
def test_walk_into_lists_and_dicts(student, rng):
    arrays = draw_arrays(rng, 11)
    found = assert_walked(student, build_nested, arrays, NESTED, MODULES)
    assert_equal(found[:4], ["", "first", "layers.0", "layers.0.weight"], name="list of the first four names")


@points(1)
def test_walk_lists_what_is_shared_once(student, rng):
    arrays = draw_arrays(rng, 4)
    assert_walked(student, build_shared, arrays, SHARED, ["", "encoder", "decoder"])


def switched(module, build, arrays, modes):
    """The modes of all modules that a tree has, after some calls of train; and whether the call gave the module."""
    root = build(module, arrays)
    if build.__name__ == "build_nested":
        parts = [
            root,
            root.layers[0],
            root.layers[1][0],
            root.body,
            root.body.inner,
            *root.heads["right"][:1],
        ]
    else:
        parts = [root, root.encoder, root.decoder, root.again[0]]
    states = []
    for mode in modes:
        parts[-1].training = not mode
        same = root.train(mode) is root if mode is not None else root.train() is root
        states.append([part.training for part in parts] + [same])
    return states


@points(1)
def test_module_train_reaches_every_depth(student, rng):
    for build, count, parts in ((build_nested, 11, 6), (build_shared, 4, 4)):
        modes = [False, *(bool(mode) for mode in rng.integers(2, size=3)), True, False]
        states = student.run(switched, build, draw_arrays(rng, count), modes)
        for mode, state in zip(modes, assert_parts(states, len(modes)), strict=True):
            assert_equal(state[:-1], [mode] * parts, name=f"list of the modes after train({mode})")
            assert_that(state[-1] is True, "train does not give the module itself.")


def alone(module, arrays, kinds):
    """What is switched besides the modules: a class attribute would switch all modules of the world."""
    first, second = build_flat(module, arrays), build_flat(module, arrays)
    found = []
    for kind in kinds:
        first.train(kind)
        second.train(not kind)
        found.append([bool(first.training), bool(second.training), bool(module.Module.training)])
    return found


@points(1)
def test_module_train_leaves_other_modules_alone(student, rng):
    kinds = [False, True, *(bool(kind) for kind in rng.integers(2, size=2))]
    found = student.run(alone, draw_arrays(rng, 3), kinds)
    expected = [[kind, not kind, True] for kind in kinds]
    assert_equal(found, expected, name="list of the modes of one module, of another, and of the class")


def stored(module, build, arrays, change):
    """The state, before and after the network has gone on learning; the order of its names."""
    root = build(module, [array.copy() for array in arrays])
    state = root.state_dict()
    before = {name: np.array(value) for name, value in state.items()}
    for _, thing in module.walk(root):
        if isinstance(thing, module.Module):
            continue
        (thing.data if isinstance(thing, module.Parameter) else thing)[...] += change
    kinds = [type(value) is np.ndarray for value in state.values()]
    return list(state), list(before.values()), list(state.values()), all(kinds)


@points(1)
def test_module_state_dict_holds_parameters_and_arrays(student, rng):
    for build, expected in TREES:
        arrays = draw_arrays(rng, len(expected))
        names, before, _, plain = assert_parts(student.run(stored, build, arrays, 1.0), 4)
        assert_equal(names, expected, name="list of the names in the state")
        for found, array, name in zip(before, arrays, expected, strict=True):
            assert_close(found, array, name=f"array of {name!r}")
        assert_that(plain is True, "A value in the state is no array.")


@points(1)
def test_module_state_dict_holds_copies(student, rng):
    for build, expected in TREES[:2]:
        arrays = draw_arrays(rng, len(expected), np.float32)
        _, _, after, _ = assert_parts(student.run(stored, build, arrays, 2.5), 4)
        for found, array, name in zip(after, arrays, expected, strict=True):
            cause = "the state holds the array of the network itself, which goes on learning"
            assert_close(found, array, name=f"array of {name!r} after more learning", cause=cause)
            assert_dtype(found, np.float32, name=f"array of {name!r}")


def loaded(module, build, arrays, state, change):
    """What a tree holds after it has taken over a state; then it learns, and the state is looked at."""
    root = build(module, [array.copy() for array in arrays])
    things = [thing for _, thing in module.walk(root) if not isinstance(thing, module.Module)]
    error = ""
    try:
        root.load_state_dict(state)
    except (KeyError, ValueError) as problem:
        error = type(problem).__name__
    now = [thing for _, thing in module.walk(root) if not isinstance(thing, module.Module)]
    same = len(now) == len(things) and all(a is b for a, b in zip(now, things, strict=True))
    contents = [np.array(thing.data if isinstance(thing, module.Parameter) else thing) for thing in now]
    for thing in now:
        (thing.data if isinstance(thing, module.Parameter) else thing)[...] += change
    return contents, same, error


@points(1)
def test_module_load_state_dict_of_every_tree(student, rng):
    for build, names in TREES:
        arrays = draw_arrays(rng, len(names))
        state = dict(zip(names, [2 * array - 1 for array in arrays], strict=True))
        with assert_unchanged(state):
            contents, same, _ = assert_parts(student.run(loaded, build, arrays, state, 1.0), 3)
        for found, name in zip(assert_parts(contents, len(names)), names, strict=True):
            assert_close(found, state[name], name=f"array of {name!r} after loading")
        assert_that(same is True, "After loading, a parameter or an array is another object than before.")
    arrays = draw_arrays(rng, 3, np.float32)
    state = dict(zip(TREES[0][1], [2 * array - 1 for array in arrays], strict=True))
    contents, _, _ = assert_parts(student.run(loaded, build_flat, arrays, state, 1.0), 3)
    for found, name in zip(assert_parts(contents, 3), state, strict=True):
        assert_close(found, state[name], name=f"array of {name!r} after loading")
        assert_dtype(found, np.float32, name=f"array of {name!r} after loading")


def assert_refused(student, rng, change, error):
    """A state that does not fit: nothing changes, and the error is the right one; the right state is taken."""
    for build, names in TREES[:2]:
        arrays = draw_arrays(rng, len(names))
        right = dict(zip(names, [array + 1 for array in arrays], strict=True))
        contents, _, no_error = assert_parts(student.run(loaded, build, arrays, right, 0.0), 3)
        assert_equal(no_error, "", name="text of the error for a state that fits")
        assert_close(contents[-1], right[names[-1]], name="last array after loading")
        contents, _, found = assert_parts(student.run(loaded, build, arrays, change(dict(right)), 0.0), 3)
        assert_equal(found, error, name="name of the error")
        for content, array, name in zip(contents, arrays, names, strict=True):
            assert_close(content, array, name=f"array of {name!r}, which must not change")


@points(1)
def test_module_load_state_dict_refuses_what_does_not_fit(student, rng):
    def without_the_last(state):
        state.popitem()
        return state

    assert_refused(student, rng, without_the_last, "KeyError")
    assert_refused(student, rng, lambda state: {**state, "more": np.ones(2)}, "KeyError")
    with assert_raises(KeyError):
        student.run(load_plainly, draw_arrays(rng, 3), {"weight": np.ones((2, 3)), "mean": np.ones(4)})
    assert_refused(student, rng, lambda state: {**state, list(state)[-1]: np.ones(())}, "ValueError")


def load_plainly(module, arrays, state):
    build_flat(module, [array.copy() for array in arrays]).load_state_dict(state)


@hidden
@points(1)
def test_module_load_state_dict_refuses_other_shapes(student, rng):
    def with_a_last_of(shape):
        return lambda state: {
            name: state[name] if name != list(state)[-1] else np.ones(shape) for name in state
        }

    for shape in [(1,), (3, 2, 1), ()]:
        assert_refused(student, rng, with_a_last_of(shape), "ValueError")
    with assert_raises(ValueError):
        wrong = {"weight": np.ones((3, 2)), "mean": np.ones(4), "scale": np.ones((1, 5))}
        student.run(load_plainly, draw_arrays(rng, 3), wrong)
