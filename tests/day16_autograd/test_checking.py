"""Checks of checking.py: an engine whose gradients are right, or wrong by a known amount, is told so."""

import numpy as np

from course.testing import assert_between, assert_close, assert_parts, assert_unchanged, hidden, points


class Planted:
    """A leaf of an engine that can do one function only."""

    def __init__(self, data):
        self.data = np.asarray(data)
        self.grad = None


class Result:
    """Σ sin x + Π of the sums, and a backward pass that writes down the right gradients plus planted mistakes."""

    def __init__(self, leaves, mistakes):
        if not all(isinstance(leaf, Planted) for leaf in leaves):
            raise TypeError("f is given nodes of another engine than the one that was asked for")
        sums = [np.sum(leaf.data) for leaf in leaves]
        self.leaves, self.mistakes, self.sums = leaves, mistakes, sums
        self.data = np.array(sum(np.sum(np.sin(leaf.data)) for leaf in leaves) + np.prod(sums))

    def backward(self):
        for number, leaf in enumerate(self.leaves):
            others = np.prod([s for i, s in enumerate(self.sums) if i != number])
            leaf.grad = np.cos(leaf.data) + others + self.mistakes[number]


def check_planted(module, arrays, mistakes, h=None):
    """The check of the planted engine."""
    options = {} if h is None else {"h": h}
    return module.gradient_check(lambda *leaves: Result(leaves, mistakes), arrays, Planted, **options)


def true_gradients(arrays):
    sums = [np.sum(a, dtype=np.float64) for a in arrays]
    return [
        np.cos(np.float64(a)) + np.prod([s for j, s in enumerate(sums) if j != i])
        for i, a in enumerate(arrays)
    ]


def expected_errors(arrays, mistakes):
    """Largest mistake over the largest gradient, or over 1."""
    pairs = zip(mistakes, true_gradients(arrays), strict=True)
    return [np.max(np.abs(m)) / max(1.0, np.max(np.abs(g))) for m, g in pairs]


def inputs(rng, shapes, scale=1.0):
    return [np.asarray(rng.normal(size=shape) * scale + 0.3 * scale) for shape in shapes]


@points(1)
def test_gradient_check_finds_mistakes_of_a_known_size(student, rng):
    for shapes in [[(3,), (2, 2)], [(4,)], [(1,), (2,), (1, 3)]]:
        arrays = inputs(rng, shapes)
        mistakes = [rng.choice([-1, 1]) * rng.uniform(0.2, 0.9, size=shape) for shape in shapes]
        if len(shapes) == 1:  # all gradients are below 1: cos x + 1, with x around π
            arrays = [rng.uniform(2.3, 3.8, size=shape) for shape in shapes]
        with assert_unchanged(*arrays):
            errors = student.run(check_planted, arrays, mistakes)
        assert_close(errors, expected_errors(arrays, mistakes), rtol=1e-4, atol=1e-6, name="list of errors")


@points(1)
def test_gradient_check_believes_right_gradients(student, rng):
    for shapes in [[(3,), (2, 2)], [(2, 3)], [(), (2,)]]:
        arrays = inputs(rng, shapes)
        mistakes = [np.zeros(shape) for shape in shapes]
        mistakes[0] = mistakes[0] + 0.5
        errors = assert_parts(student.run(check_planted, arrays, mistakes), len(shapes))
        assert_close(
            errors[0], expected_errors(arrays, mistakes)[0], rtol=1e-4, atol=1e-6, name="first error"
        )
        for error in errors[1:]:
            assert_between(error, 0, 1e-6, name="error of a right gradient")
    arrays = [a.astype(np.float32) for a in inputs(rng, [(2,), (3,)])]
    errors = assert_parts(student.run(check_planted, arrays, [np.full(2, 0.5), np.zeros(3)]), 2)
    expected = expected_errors(arrays, [np.full(2, 0.5), np.zeros(3)])
    assert_close(errors[0], expected[0], rtol=1e-3, atol=1e-5, name="first error, of float32 arrays,")
    cause = "are differences taken in float64?"
    assert_between(errors[1], 0, 1e-5, name="error of a right gradient, of float32 arrays,", cause=cause)


@hidden
@points(1)
def test_gradient_check_of_one_wrong_entry_in_single_precision(student, rng):
    for scale in (0.2, 3.0):
        arrays = [a.astype(np.float32) for a in inputs(rng, [(3, 2), (4,)], scale)]
        mistakes = [np.zeros((3, 2)), np.zeros(4)]
        mistakes[0][tuple(rng.integers(0, 2, size=2))] = rng.choice([-1, 1]) * rng.uniform(0.1, 0.9)
        errors = assert_parts(student.run(check_planted, arrays, mistakes), 2)
        assert_close(
            errors[0], expected_errors(arrays, mistakes)[0], rtol=1e-3, atol=1e-5, name="first error"
        )
        assert_between(
            errors[1], 0, 1e-5, name="error of a right gradient", cause="are differences taken in float64?"
        )


@points(1)
def test_gradient_check_with_another_step(student, rng):
    """With h = 0.5 the differences of sin are wrong by a factor of sin(h)/h, which is the error that must come out."""
    for h in (0.5, 0.3):
        (x,) = inputs(rng, [(5,)])
        numerical = np.cos(x) * np.sin(h) / h + 1
        expected = np.max(np.abs(np.cos(x) + 1 - numerical)) / max(1.0, np.max(np.abs(numerical)))
        errors = student.run(check_planted, [x], [np.zeros(5)], h)
        assert_close(errors, [expected], rtol=1e-5, name="list of errors")
