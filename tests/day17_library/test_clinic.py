"""Checks of clinic.py: records that are drawn, each with what it should be called, well away from every border."""

import numpy as np

from course.testing import assert_equal, assert_unchanged, hidden, points


def healthy(rng):
    """The record of a training with nothing to find."""
    classes, layers, features = (int(rng.integers(low, high)) for low, high in ((5, 12), (3, 7), (4, 9)))
    steps = int(rng.integers(25, 60))
    falling = np.log(classes) * np.exp(-np.linspace(0, 2, steps)) * rng.uniform(0.9, 1.1, size=steps)
    falling[0] = np.log(classes) * rng.uniform(1.05, 1.6)
    gradients = 10.0 ** rng.integers(-2, 3) * rng.uniform(0.5, 2, size=steps)
    gradients[int(rng.integers(5, 20))] = 0
    train, shift = rng.normal(size=features), 0.2 * rng.normal(size=features)
    confusion = rng.integers(0, 3, size=(classes, classes)) + np.diag(rng.integers(40, 60, size=classes))
    loss = float(10.0 ** rng.integers(-2, 3) * rng.uniform(0.2, 0.8))
    return {
        "classes": classes,
        "losses": [float(loss) for loss in falling],
        "first_gradients": [float(g) for g in rng.uniform(0.1, 2, size=layers + 1)],
        "spreads": [float(s) for s in rng.uniform(0.5, 1.5, size=layers)],
        "batch_gradients": [float(g) for g in gradients],
        "used_gradients": [float(g) for g in gradients],
        "dead": [float(share) for share in rng.uniform(0, 0.3, size=layers)],
        "twice": [loss, loss],
        "mean_used": [float(m) for m in train],
        "mean_train": [float(m) for m in train],
        "mean_all": [float(m) for m in train + shift],
        "confusion": confusion,
    }


def with_zeros(record, rng):
    record["first_gradients"] = [0.0] * len(record["first_gradients"])
    record["losses"][0] = float(np.log(record["classes"]) * (1 + rng.choice([-0.009, -0.004, 0.004, 0.009])))
    return record


def without_gradients(record, rng):
    """All gradients are 0, but the loss is another: the network says something."""
    record["first_gradients"] = [0.0] * len(record["first_gradients"])
    record["losses"][0] = float(np.log(record["classes"]) * rng.choice([0.8, 0.985, 1.015, 1.6]))
    return record


def with_a_quiet_start(record, rng):
    """The first loss is ln C, and there are gradients."""
    record["losses"][0] = float(np.log(record["classes"]))
    return record


def with_some_gradients(record, rng):
    """The first loss is ln C, and some gradients are 0, but not all."""
    record["first_gradients"][int(rng.integers(0, 3))] = 0.0
    record["losses"][0] = float(np.log(record["classes"]))
    return record


def with_depth(record, rng, factor=None):
    factor = factor or rng.choice([10.3, 30.0, 1000.0])
    first = 10.0 ** rng.uniform(-1.5, 1.5)
    between = first * 10.0 ** rng.uniform(-1, 2, size=len(record["spreads"]) - 2)
    record["spreads"] = [float(spread) for spread in (first, *between, first * factor)]
    return record


def with_old_gradients(record, rng):
    batch = np.asarray(record["batch_gradients"])
    used = batch.copy()
    used[1:] *= rng.choice([0.8, 1.3, 1.6], size=len(used) - 1)
    record["used_gradients"] = [float(g) for g in used]
    return record


def with_old_gradients_once(record, rng):
    step = int(rng.integers(20, 24))
    record["used_gradients"][step] *= float(rng.choice([0.985, 1.015]))
    return record


def with_small_differences(record, rng):
    """Less than 1 % of the norms of the batches."""
    record["used_gradients"] = [g * float(rng.choice([0.99005, 1.008])) for g in record["batch_gradients"]]
    return record


def with_a_rate(record, rng):
    losses = np.asarray(record["losses"])
    losses[5:] = losses[0] * rng.uniform(1.5, 3, size=len(losses) - 5)
    record["losses"] = [float(loss) for loss in losses]
    return record


def with_an_overflow(record, rng):
    begin = int(rng.integers(5, 15))
    for name in ("losses", "batch_gradients", "used_gradients"):
        record[name][begin:] = [float("nan")] * (len(record[name]) - begin)
    if rng.random() < 0.5:
        record["losses"][begin] = float("inf")
    return record


def with_one_infinity(record, rng):
    """Only one loss was infinite, and it is long ago."""
    record["losses"][int(rng.integers(3, 8))] = float("inf")
    return record


def with_a_peak(record, rng):
    """Large losses in the middle, and none at the end."""
    record["losses"][3:6] = [float(loss) for loss in rng.uniform(20, 50, size=3)]
    return record


def with_a_late_rise(record, rng):
    """The last ten are a little above the first loss; what was just before them, and the second one, are not."""
    first = record["losses"][0]
    record["losses"][-11:] = [0.0] + [1.05 * first] * 10
    record["losses"][1] = 3 * first
    return record


def with_a_quick_start(record, rng):
    """The last ten are above the mean of the first ten, and below the first loss."""
    first = record["losses"][0]
    record["losses"] = [first] + [0.3 * first] * 14 + [0.8 * first] * 10
    for name in ("batch_gradients", "used_gradients"):
        record[name] = record[name][:25]
    return record


def with_a_rise_at_once(record, rng):
    """The last ten are above the first loss, and below the mean of the first ten."""
    first = record["losses"][0]
    record["losses"] = [first] + [4 * first] * 14 + [1.2 * first] * 10
    for name in ("batch_gradients", "used_gradients"):
        record[name] = record[name][:25]
    return record


def with_one_peak_among_ten(record, rng):
    """The tenth from the end lifts the mean of ten above the first loss."""
    first = record["losses"][0]
    record["losses"][-10:] = [3 * first] + [0.9 * first] * 9
    return record


def with_nothing_learnt(record, rng):
    """All losses are the same number."""
    record["losses"] = [2.0] * len(record["losses"])
    return record


def with_half_dead(record, rng):
    record["dead"][0] = 0.5
    return record


def with_late_peaks(record, rng):
    """The last loss is large, the mean of the last ten is not."""
    record["losses"][-1] = 1.5 * record["losses"][0]
    return record


def with_dead_units(record, rng):
    record["dead"][int(rng.integers(0, len(record["dead"])))] = float(rng.uniform(0.6, 1))
    return record


def with_many_dead(record, rng):
    """Less than half of every layer."""
    record["dead"] = [float(rng.uniform(0.35, 0.45)) for _ in record["dead"]]
    return record


def with_dropout(record, rng):
    record["twice"][1] *= 1 + float(rng.choice([-1, 1]) * rng.choice([3e-6, 1e-4, 0.1]))
    return record


def with_little_dropout(record, rng):
    """A network that is sure of everything."""
    record["twice"] = [0.01, 0.01 * (1 + float(rng.uniform(3e-6, 5e-6)))]
    return record


def with_rounding(record, rng):
    record["twice"][1] *= 1 + float(rng.choice([-3e-7, 3e-7]))
    return record


def with_perfect_answers(record, rng):
    record["twice"] = [0.0, 0.0]
    return record


def with_equal_means(record, rng):
    """The mean of the test data happens to be that of the training data."""
    record["mean_all"] = list(record["mean_train"])
    return record


def with_a_leak(record, rng):
    record["mean_used"] = list(record["mean_all"])
    return record


def with_part_of_a_leak(record, rng, share=None):
    share = share or rng.uniform(0.6, 0.9)
    train, everything = np.asarray(record["mean_train"]), np.asarray(record["mean_all"])
    record["mean_used"] = [float(m) for m in train + share * (everything - train)]
    return record


def with_a_shift(record, rng):
    record["confusion"] = np.roll(record["confusion"], int(rng.choice([1, 2, record["classes"] - 1])), axis=1)
    return record


def with_a_shift_by(number):
    def change(record, rng):
        record["confusion"] = np.roll(record["confusion"], number, axis=1)
        return record

    return change


def with_half_a_shift(record, rng):
    """Half of the samples are right, and half are wrong by the same number."""
    right = np.diag(rng.integers(20, 30, size=record["classes"]))
    record["confusion"] = right + np.roll(right, int(rng.integers(1, record["classes"])), axis=1)
    return record


def with_many_errors(record, rng):
    """Most answers are wrong, in no particular way."""
    record["confusion"] = rng.integers(20, 40, size=record["confusion"].shape)
    return record


def assert_called(student, rng, function, cases, rounds=3):
    """Every record is called by its name."""
    for _ in range(rounds):
        for index in rng.permutation(len(cases)):
            change, name = cases[index]
            record = healthy(rng) if change is None else change(healthy(rng), rng)
            with assert_unchanged(record):
                found = getattr(student, function)(record)
            assert_equal(found, name, name="finding")


@points(1)
def test_at_the_start_finds_zeros_and_explosions(student, rng):
    cases = [(with_zeros, "zero init"), (with_depth, "exploding depth"), (None, "no finding")]
    cases += [(with_a_quiet_start, "no finding")]
    cases += [(lambda r, g: with_zeros(with_depth(r, g), g), "zero init")]
    assert_called(student, rng, "at_the_start", cases)


@points(1)
def test_at_the_start_finds_nothing_where_nothing_is(student, rng):
    assert_called(student, rng, "at_the_start", [(with_a_quiet_start, "no finding")])
    cases = [
        (without_gradients, "no finding"),
        (with_some_gradients, "no finding"),
        (lambda r, g: with_depth(r, g, g.choice([4.0, 9.7])), "no finding"),
        (lambda r, g: with_depth(r, g, g.uniform(0.01, 0.05)), "no finding"),
        (lambda r, g: with_depth(without_gradients(r, g), g), "exploding depth"),
    ]
    assert_called(student, rng, "at_the_start", cases)


@points(1)
def test_on_the_way_finds_three_sicknesses(student, rng):
    cases = [
        (with_old_gradients, "missing zero_grad"),
        (with_a_rate, "rate too large"),
        (with_dead_units, "dead units"),
        (with_a_rise_at_once, "rate too large"),
        (None, "no finding"),
    ]
    assert_called(student, rng, "on_the_way", [(with_a_quick_start, "no finding")])
    assert_called(student, rng, "on_the_way", cases)
    assert_called(student, rng, "on_the_way", [(with_late_peaks, "no finding")])


@points(1)
def test_on_the_way_with_numbers_that_overflow(student, rng):
    cases = [
        (with_an_overflow, "rate too large"),
        (with_one_infinity, "rate too large"),
        (lambda r, g: with_an_overflow(with_dead_units(r, g), g), "rate too large"),
        (lambda r, g: with_an_overflow(with_old_gradients(r, g), g), "missing zero_grad"),
        (None, "no finding"),
    ]
    assert_called(student, rng, "on_the_way", cases)


@hidden
@points(1)
def test_on_the_way_near_the_borders(student, rng):
    cases = [
        (with_old_gradients_once, "missing zero_grad"),
        (with_a_peak, "no finding"),
        (with_late_peaks, "no finding"),
        (with_many_dead, "no finding"),
        (with_half_dead, "no finding"),
        (with_small_differences, "no finding"),
        (with_nothing_learnt, "no finding"),
        (with_a_late_rise, "rate too large"),
        (with_one_peak_among_ten, "rate too large"),
        (lambda r, g: with_dead_units(with_a_rate(r, g), g), "rate too large"),
        (lambda r, g: with_old_gradients(with_dead_units(r, g), g), "missing zero_grad"),
    ]
    assert_called(student, rng, "on_the_way", cases)


@points(1)
def test_at_the_end_finds_three_sicknesses(student, rng):
    assert_called(student, rng, "at_the_end", [(with_a_shift_by(2), "labels shifted")])
    cases = [
        (with_dropout, "eval mode forgotten"),
        (with_little_dropout, "eval mode forgotten"),
        (with_a_leak, "leak of test statistics"),
        (with_a_shift_by(1), "labels shifted"),
        (with_a_shift_by(2), "labels shifted"),
        (with_a_shift_by(-1), "labels shifted"),
        (None, "no finding"),
    ]
    assert_called(student, rng, "at_the_end", cases)


@points(1)
def test_at_the_end_tells_errors_from_shifts(student, rng):
    cases = [
        (with_many_errors, "no finding"),
        (with_rounding, "no finding"),
        (with_perfect_answers, "no finding"),
        (with_equal_means, "no finding"),
        (with_half_a_shift, "no finding"),
        (with_a_shift, "labels shifted"),
    ]
    assert_called(student, rng, "at_the_end", cases)


@hidden
@points(1)
def test_at_the_end_in_the_order_of_the_questions(student, rng):
    cases = [
        (lambda r, g: with_a_shift(with_a_leak(with_dropout(r, g), g), g), "eval mode forgotten"),
        (lambda r, g: with_a_shift(with_a_leak(r, g), g), "leak of test statistics"),
        (with_part_of_a_leak, "leak of test statistics"),
        (lambda r, g: with_part_of_a_leak(r, g, g.uniform(0.1, 0.4)), "no finding"),
        (lambda r, g: with_part_of_a_leak(r, g, g.uniform(-0.9, -0.5)), "no finding"),
        (lambda r, g: with_a_shift(with_rounding(r, g), g), "labels shifted"),
    ]
    assert_called(student, rng, "at_the_end", cases)
