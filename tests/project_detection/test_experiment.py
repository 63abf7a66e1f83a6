"""Checks of experiment.py: every method, and whether the figures of results.json can be had again."""

import numpy as np

from course.testing import (
    assert_parts,
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

DIGITS = 10
APART = {"mAP50": 0.05}
"""Of a figure that is computed again. The reference method, trained on with first weights that were changed by one part
in ten million, on one thread and on two (`benchmarks/reproducing.py`, seeds 0 and 1 with six runs each), moved by up to
0.015 by day and by up to 0.021 at night; half of the runs moved by less than 0.008.
"""


def streets(n, seed, name="day"):
    """Some streets of the course's own making."""
    known = given_module(__file__, "project_detection.data").load(name, seed).known
    return known.x[:n], known.boxes[:n], known.labels[:n]


def overlap(a, b):
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    both = max(width, 0.0) * max(height, 0.0)
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)


def average_precision(right, things):
    """Of detections in the order of their scores: for each thing that is found, the best precision from there on."""
    shares = [sum(right[: k + 1]) / (k + 1) for k in range(len(right))]
    return sum(max(shares[k:]) for k, one in enumerate(right) if one) / things


def mean_average_precision(found, boxes, labels):
    """At an overlap of a half, over the digits that occur; every thing is found once, by the surest detection."""
    areas = []
    for digit in range(DIGITS):
        real = {
            i: [(x - w / 2, y - h / 2, x + w / 2, y + h / 2) for x, y, w, h in some[known == digit].tolist()]
            for i, (some, known) in enumerate(zip(boxes, labels, strict=True))
        }
        said = [
            (float(score), i, corners)
            for i, (places, names, scores) in enumerate(found)
            for corners, name, score in zip(places, names, scores, strict=True)
            if int(name) == digit
        ]
        right, taken = [], set()
        for _, i, corners in sorted(said, key=lambda one: -one[0]):
            best = max(
                (k for k in range(len(real[i])) if (i, k) not in taken),
                key=lambda k: overlap(corners, real[i][k]),
                default=None,
            )
            right.append(best is not None and overlap(corners, real[i][best]) >= 0.5)
            if right[-1]:
                taken.add((i, best))
        things = sum(map(len, real.values()))
        if things:
            areas.append(average_precision(right, things))
    return float(np.mean(areas))


def found_on(student, model, x):
    """What `predict` says, as arrays, once it has the form that the docstring promises."""
    found = []
    for one in assert_parts(student.predict(model, x), len(x)):
        corners, labels, scores = assert_parts(one, 3)
        try:
            k = len(corners)
        except TypeError:  # a single number, None
            k = 1
        places = plain_numbers(corners, (k, 4)).tolist() if k else []
        found.append((places, *(plain_numbers(part, (k,)).tolist() for part in (labels, scores))))
    return found


def same_scores(found, again):
    """Whether as many things are found, as surely."""
    return all(
        len(a[2]) == len(b[2]) and np.allclose(a[2], b[2], rtol=1e-3, atol=1e-5)
        for a, b in zip(found, again, strict=True)
    )


def measured(student, name, method, seed, of=None):
    """The figure of a method on the streets of that name and seed, or of the seed `of`, from what the student's code
    finds there.
    """
    known, new = given_module(__file__, "project_detection.data").load(name, seed if of is None else of)
    model = student.fit(known.x, known.boxes, known.labels, method, seed)
    return {"mAP50": mean_average_precision(found_on(student, model, new.x), new.boxes, new.labels)}


@training
@points(2)
def test_predict_finds_more_than_guessing_with_every_method(student, rng):
    seed = int(rng.integers(1000, 2000))
    x, boxes, labels = streets(300, seed)
    new_x, new_boxes, new_labels = streets(100, seed + 5000)
    for method in judged_methods(student, rng):
        model = student.fit(x, boxes, labels, method, 1)
        found = found_on(student, model, new_x)
        figure = mean_average_precision(found, new_boxes, new_labels)
        assert_that(
            figure > 0.05,
            f"What {method!r} finds after 300 streets is hardly better than guessing: its mAP50 is {figure:.3f}.",
            cause="are the boxes corners in pixels, (left, top, right, bottom)?",
        )


@training
@points(1)
def test_predict_of_one_street_leaves_it_as_it_was(student, rng):
    x, boxes, labels = streets(40, int(rng.integers(1000, 2000)))
    method = named_methods(student)[int(rng.integers(len(named_methods(student))))]
    model = student.fit(x, boxes, labels, method, 0)
    with assert_unchanged(x):
        one = assert_parts(student.predict(model, x[:1]), 1)[0]
    assert_parts(one, 3)
    before = found_on(student, model, x[:5])
    student.fit(*streets(40, int(rng.integers(2000, 3000))), method, 0)
    assert_kept(same_scores(before, found_on(student, model, x[:5])), method)


@training
@points(2)
def test_fit_draws_from_the_seed_alone(student, rng):
    x, boxes, labels = streets(60, int(rng.integers(1000, 2000)))
    seed = int(rng.integers(100))
    method = named_methods(student)[-1]
    with assert_unchanged(x, boxes, labels):
        first = found_on(student, student.fit(x, boxes, labels, method, seed), x[:10])
    again = found_on(student, student.fit(x, boxes, labels, method, seed), x[:10])
    assert_that(
        same_scores(first, again),
        f"{method!r} trained twice with seed {seed} finds different things: something is drawn without the seed.",
    )


@points(1)
def test_fit_refuses_an_unknown_method(student, rng):
    x, boxes, labels = streets(20, int(rng.integers(1000, 2000)))
    with assert_raises(ValueError):
        student.fit(x, boxes, labels, f"no such method {int(rng.integers(100))}", 0)


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
def test_fit_holds_on_other_streets(student, rng):
    results = handed_in_results(student, __file__)
    method, (seed, of) = named_methods(student)[-1], rng.integers(10_000, 10**6, size=2).tolist()
    again = measured(student, chosen(results, __file__), method, seed, of)["mAP50"]
    assert_holds(results, method, "mAP50", again, 0.1, on="other streets")
