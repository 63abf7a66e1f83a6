"""Checks of experiment.py: every method, and whether the figures of results.json can be had again."""

import numpy as np

from course.testing import (
    assert_close,
    assert_raises,
    assert_that,
    assert_unchanged,
    hidden,
    points,
    training,
)
from course.testing.handed_in import (
    assert_holds,
    assert_kept,
    assert_reproduced,
    chosen,
    drawn,
    given_module,
    handed_in_results,
    judged_methods,
    named_methods,
    plain_numbers,
)

APART = {"accuracy": 0.04, "nll": 0.13}
"""Of a figure that is computed again. The reference method, trained on with first weights that were changed by one part
in ten million, on one thread and on two (`benchmarks/reproducing.py`), moved by 0 and by less than 0.0000001, and as
little in float32. With momentum of 0.9 at its learning rate of 0.1 it moved by up to 0.0074 and 0.006, and with two
hidden layers and batches of 16 beside, on `cancer`, by up to 0.018 and 0.083. A training that comes to nothing on
`digits` (an accuracy of 0.1) has no figure that could be had again.
"""


def blobs(rng, n=90, d=5, classes=3):
    """Samples in `classes` heaps that lie apart, in units of their own."""
    y = np.concatenate([np.arange(classes), rng.integers(classes, size=n - classes)])
    middles = 4 * rng.normal(size=(classes, d))
    units, zero = 10 ** rng.uniform(-1, 2, size=d), 50 * rng.normal(size=d)
    return (middles[y] + rng.normal(size=(n, d))) * units + zero, y


def probabilities(student, model, x, classes):
    """What `predict` says, once it has the form that the docstring promises."""
    p = plain_numbers(student.predict(model, x), (len(x), classes))
    assert_that(bool((p >= -1e-6).all()), "Some of the probabilities are negative.")
    assert_close(
        p.sum(axis=1), np.ones(len(x)), atol=1e-4, name="vector of sums of the rows of probabilities"
    )
    return p


def measured(student, name, method, seed, of=None):
    """The figures of a method on the samples of that name and seed, or of the seed `of`, from what the student's code
    says of them.
    """
    load = given_module(__file__, "project_backpropagation.data").load
    x, y, x_new, y_new = load(name, seed if of is None else of)
    p = probabilities(student, student.fit(x, y, method, seed), x_new, int(y.max()) + 1)
    truth = p[np.arange(len(p)), y_new]
    return {
        "accuracy": float(np.mean(p.argmax(axis=1) == y_new)),
        "nll": float(-np.mean(np.log(np.maximum(truth, 1e-12)))),
    }


@training
@points(3)
def test_predict_tells_heaps_apart_with_every_method(student, rng):
    for method in judged_methods(student, rng):
        x, y = blobs(rng, 240)
        model = student.fit(x[:180], y[:180], method, int(rng.integers(100)))
        p = probabilities(student, model, x[180:], 3)
        right = float(np.mean(p.argmax(axis=1) == y[180:]))
        assert_that(
            right > 0.6,
            f"{method!r} is right about {right:.0%} of new samples from three heaps that lie apart.",
            cause="are columns in large units and columns in small ones on a scale before the network sees them?",
        )


@training
@points(1)
def test_predict_of_one_sample_leaves_it_as_it_was(student, rng):
    x, y = blobs(rng)
    method = named_methods(student)[int(rng.integers(len(named_methods(student))))]
    model = student.fit(x, y, method, 0)
    with assert_unchanged(x):
        one = probabilities(student, model, x[:1], 3)
    among = probabilities(student, model, x, 3)
    assert_close(one, among[:1], atol=1e-5, name="array of probabilities of a sample alone")
    student.fit(*blobs(rng), method, 0)
    assert_kept(np.allclose(probabilities(student, model, x, 3), among, atol=1e-5), method)


@training
@points(2)
def test_fit_draws_from_the_seed_alone(student, rng):
    x, y = blobs(rng)
    seed, method = int(rng.integers(100)), named_methods(student)[-1]
    with assert_unchanged(x, y):
        first = probabilities(student, student.fit(x, y, method, seed), x, 3)
    again = probabilities(student, student.fit(x, y, method, seed), x, 3)
    assert_that(
        np.allclose(first, again, atol=1e-4),
        f"{method!r} trained twice with seed {seed} says different things: something is drawn without the seed.",
    )


@points(1)
def test_fit_refuses_an_unknown_method(student, rng):
    x, y = blobs(rng, 20)
    with assert_raises(ValueError):
        student.fit(x, y, f"no such method {int(rng.integers(100))}", 0)


@training
@points(4)
def test_fit_gives_the_figures_of_the_results(student, rng):
    results = handed_in_results(student, __file__)
    method = named_methods(student)[-1]
    seed = drawn(results, method, rng)
    again = measured(student, chosen(results, __file__), method, seed)
    assert_reproduced(results, method, seed, again, APART)


@hidden
@training
@points(3)
def test_fit_holds_on_another_split(student, rng):
    results = handed_in_results(student, __file__)
    method, (seed, of) = named_methods(student)[-1], rng.integers(10_000, 10**6, size=2).tolist()
    again = measured(student, chosen(results, __file__), method, seed, of)["accuracy"]
    assert_holds(results, method, "accuracy", again, 0.1, on="another split")
