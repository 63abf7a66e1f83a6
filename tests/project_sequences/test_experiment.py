"""Checks of experiment.py: honest probabilities, every method, and whether figures can be had again."""

import numpy as np
import torch

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

SIZE = 96
APART = {"bits": 0.1}  # of a figure that is computed again


def circle(rng, n, around=8):
    """Characters that follow each other in a circle, each with one that comes next, from somewhere on."""
    members = rng.permutation(SIZE)[:around]
    return torch.from_numpy(members[(int(rng.integers(around)) + np.arange(n)) % around])


def text(rng, n):
    """Characters of which three in four are what the one before it says, and the others anything."""
    after, ids = rng.permutation(SIZE), [int(rng.integers(SIZE))]
    for _ in range(n - 1):
        ids.append(int(after[ids[-1]]) if rng.random() < 0.75 else int(rng.integers(SIZE)))
    return torch.tensor(ids)


def log_probabilities(student, model, ids):
    """What `predict` says, once it has the form that the docstring promises."""
    log_p = plain_numbers(student.predict(model, ids), (*ids.shape, SIZE))
    sums = np.exp(np.minimum(log_p, 50)).sum(axis=2)
    assert_close(
        sums,
        np.ones(sums.shape),
        atol=1e-3,
        name="array of what the probabilities exp(result) add up to",
        cause="logits, or probabilities, where their logarithms are asked for?",
    )
    return log_p


def changed_later(ids, cuts, rng):
    """Each row as it was up to its cut, and behind it what another row has there, moved on by one and more."""
    others = torch.roll(ids, (1, 1 + int(rng.integers(5))), dims=(0, 1))
    others = (others + int(rng.integers(1, SIZE))) % SIZE
    return torch.where(torch.arange(ids.shape[1]) <= cuts[:, None], ids, others)


def said_without_looking_ahead(student, model, ids, rng):
    """Log-probabilities of rows, and a failure where they change with what comes later. Which of two questions is the
    real one cannot be told.
    """
    cuts = torch.from_numpy(rng.integers(ids.shape[1] - 1, size=len(ids)))
    both = [ids, changed_later(ids, cuts, rng)]
    order = rng.permutation(2).tolist()
    said = {which: log_probabilities(student, model, both[which]) for which in order}
    before = (torch.arange(ids.shape[1]) <= cuts[:, None]).numpy()
    off = np.abs(said[0] - said[1])[before]
    slack = 0.01 + 1e-3 * np.abs(said[0])[before]
    assert_that(
        bool((off <= slack).all()),
        f"What is said at a place changes, by up to {off.max():.3g}, when only later characters or other rows change.",
        cause="does the answer at place t see what stands at t + 1, or what other rows hold?",
    )
    return said[0]


def bits(log_p, targets):
    """Per character."""
    return float(-np.mean(np.take_along_axis(log_p, targets.numpy()[..., None], axis=2)) / np.log(2))


def measured(student, name, method, seed, rng, of=None):
    """The figure of a method on the text of that name and seed, or of the seed `of`, from what the student's code says
    of new rows.
    """
    known, new = given_module(__file__, "project_sequences.data").load(name, seed if of is None else of)
    log_p = said_without_looking_ahead(student, student.fit(known, method, seed), new[:, :-1], rng)
    return {"bits": bits(log_p, new[:, 1:])}


@training
@points(2)
def test_predict_follows_a_circle(student, rng):
    for method in judged_methods(student, rng):
        ids = circle(rng, 4200)
        model = student.fit(ids[:4000], method, int(rng.integers(100)))
        rows = ids[4000:4192].reshape(2, 96)
        cost = bits(log_probabilities(student, model, rows[:, :-1]), rows[:, 1:])
        assert_that(
            cost < 1,
            f"{method!r} has read 4,000 characters that go in a circle, and needs {cost:.2f} bits for each new one.",
            cause="is what is said at place t about the character at place t + 1?",
        )


@training
@points(2)
def test_predict_does_not_look_ahead(student, rng):
    ids = text(rng, 4000)
    for method in judged_methods(student, rng):
        model = student.fit(ids, method, int(rng.integers(100)))
        said_without_looking_ahead(student, model, ids[:768].reshape(6, 128), rng)


@training
@points(1)
def test_predict_of_one_row_leaves_it_as_it_was(student, rng):
    ids = text(rng, 4000)
    method = named_methods(student)[int(rng.integers(len(named_methods(student))))]
    model = student.fit(ids, method, 0)
    rows = ids[: 5 * 40].reshape(5, 40)
    row = int(rng.integers(5))
    with assert_unchanged(rows):
        among = log_probabilities(student, model, rows)[row]
    alone = log_probabilities(student, model, rows[row : row + 1])[0]
    assert_close(alone, among, atol=0.01, rtol=1e-3, name="array of what is said of a row alone")
    first = log_probabilities(student, model, rows[row : row + 1, :1])[0]
    assert_close(
        first, among[:1], atol=0.01, rtol=1e-3, name="array of what is said of its first character alone"
    )
    student.fit(text(rng, 4000), method, 0)
    later = log_probabilities(student, model, rows)[row]
    assert_kept(np.allclose(later, among, atol=0.01, rtol=1e-3), method)


@training
@points(2)
def test_fit_draws_from_the_seed_alone(student, rng):
    ids, seed = text(rng, 4000), int(rng.integers(100))
    method = named_methods(student)[-1]
    rows = ids[:128].reshape(2, 64)
    with assert_unchanged(ids):
        first = log_probabilities(student, student.fit(ids, method, seed), rows)
    again = log_probabilities(student, student.fit(ids, method, seed), rows)
    assert_that(
        np.allclose(first, again, atol=0.01, rtol=1e-3),
        f"{method!r} trained twice with seed {seed} says different things: something is drawn without the seed.",
    )


@points(1)
def test_fit_refuses_an_unknown_method(student, rng):
    with assert_raises(ValueError):
        student.fit(text(rng, 4000), f"no such method {int(rng.integers(100))}", 0)


@training
@points(4)
def test_fit_gives_the_figures_of_the_results(student, rng):
    results = handed_in_results(student, __file__)
    method = named_methods(student)[-1]
    seed = drawn(results, method, rng)
    again = measured(student, chosen(results, __file__), method, seed, rng)
    assert_reproduced(results, method, seed, again, APART)


@hidden
@training
@points(3)
def test_fit_holds_on_another_cut(student, rng):
    results = handed_in_results(student, __file__)
    method, (seed, of) = named_methods(student)[-1], rng.integers(10_000, 10**6, size=2).tolist()
    again = measured(student, chosen(results, __file__), method, seed, rng, of)["bits"]
    assert_holds(results, method, "bits", again, 0.2, on="another cut", low=True)
