"""Answers to clinic.py: wrong ones with what went wrong, and right ones in another style."""

import math

import numpy as np

from course.testing import misconception, variant


@misconception(
    "at_the_start",
    "The loss is compared with log₁₀ C, log₂ C, or ln 10 whatever C is. A network that says nothing pays ln C.",
    base=(10.0, 2.0),
)
def another_logarithm(record, *, base=10.0):
    nothing = math.log(record["classes"], base)
    if not np.any(record["first_gradients"]) and abs(record["losses"][0] - nothing) <= 0.01 * nothing:
        return "zero init"
    if record["spreads"][-1] > 10 * record["spreads"][0]:
        return "exploding depth"
    return "no finding"


@misconception(
    "at_the_start", "The loss is not asked about: where all units are dead, there is no gradient either."
)
def gradients_only(record):
    if not np.any(record["first_gradients"]):
        return "zero init"
    if record["spreads"][-1] > 10 * record["spreads"][0]:
        return "exploding depth"
    return "no finding"


@misconception("at_the_start", "The gradients are not asked about: a healthy network begins near ln C too.")
def loss_only(record):
    nothing = np.log(record["classes"])
    if abs(record["losses"][0] - nothing) <= 0.01 * nothing:
        return "zero init"
    if record["spreads"][-1] > 10 * record["spreads"][0]:
        return "exploding depth"
    return "no finding"


@misconception("at_the_start", "A spread that falls from layer to layer is called exploding too.")
def either_way(record):
    nothing = np.log(record["classes"])
    if not np.any(record["first_gradients"]) and abs(record["losses"][0] - nothing) <= 0.01 * nothing:
        return "zero init"
    ratio = record["spreads"][-1] / record["spreads"][0]
    return "exploding depth" if ratio > 10 or ratio < 0.1 else "no finding"


@misconception("at_the_start", "One gradient that is 0 is taken for all of them.")
def one_is_enough(record):
    nothing = np.log(record["classes"])
    if min(record["first_gradients"]) == 0 and abs(record["losses"][0] - nothing) <= 0.01 * nothing:
        return "zero init"
    if record["spreads"][-1] > 10 * record["spreads"][0]:
        return "exploding depth"
    return "no finding"


@misconception(
    "at_the_start",
    "The largest spread is compared with the smallest. It is the last one that is compared with the first.",
)
def any_two_layers(record):
    nothing = np.log(record["classes"])
    if not np.any(record["first_gradients"]) and abs(record["losses"][0] - nothing) <= 0.01 * nothing:
        return "zero init"
    return "exploding depth" if max(record["spreads"]) > 10 * min(record["spreads"]) else "no finding"


@variant("at_the_start")
def by_all(record):
    silent = all(g == 0 for g in record["first_gradients"])
    if silent and math.isclose(record["losses"][0], math.log(record["classes"]), rel_tol=0.01):
        return "zero init"
    first, *_, last = record["spreads"]
    return "exploding depth" if last / first > 10 else "no finding"


@variant("at_the_start")
def by_a_table(record):
    ratio = record["losses"][0] / np.log(record["classes"])
    signs = {
        "zero init": max(record["first_gradients"]) == 0 and 0.99 <= ratio <= 1.01,
        "exploding depth": np.divide(record["spreads"][-1], record["spreads"][0]) > 10,
        "no finding": True,
    }
    return next(name for name, so in signs.items() if so)


@misconception(
    "on_the_way",
    "With NaN every comparison is false: a loss that is not a number passes for a small one. Ask np.isfinite.",
)
def nan_passes(record):
    batch, used = np.asarray(record["batch_gradients"]), np.asarray(record["used_gradients"])
    losses = np.asarray(record["losses"])
    if np.any(np.abs(used - batch) > 0.01 * batch):
        return "missing zero_grad"
    if np.mean(losses[-10:]) > losses[0]:
        return "rate too large"
    return "dead units" if max(record["dead"]) > 0.5 else "no finding"


@misconception(
    "on_the_way", "Only the last loss is looked at. One batch may be hard: take the mean of the last ten."
)
def last_loss_only(record):
    batch, used = np.asarray(record["batch_gradients"]), np.asarray(record["used_gradients"])
    losses = np.asarray(record["losses"])
    if np.any(np.abs(used - batch) > 0.01 * batch):
        return "missing zero_grad"
    if not np.all(np.isfinite(losses)) or losses[-1] > losses[0]:
        return "rate too large"
    return "dead units" if max(record["dead"]) > 0.5 else "no finding"


@misconception(
    "on_the_way",
    "The mean of the layers is asked for dead units. One dead layer is enough to stop everything.",
)
def mean_of_the_layers(record):
    batch, used = np.asarray(record["batch_gradients"]), np.asarray(record["used_gradients"])
    losses = np.asarray(record["losses"])
    if np.any(np.abs(used - batch) > 0.01 * batch):
        return "missing zero_grad"
    if not np.all(np.isfinite(losses)) or np.mean(losses[-10:]) > losses[0]:
        return "rate too large"
    return "dead units" if np.mean(record["dead"]) > 0.5 else "no finding"


@misconception(
    "on_the_way",
    "The norms are compared in one direction only. Old gradients may point elsewhere, and make the sum "
    "shorter.",
)
def only_longer(record):
    batch, used = np.asarray(record["batch_gradients"]), np.asarray(record["used_gradients"])
    losses = np.asarray(record["losses"])
    if np.any(used[:3] > 1.01 * batch[:3]):
        return "missing zero_grad"
    if not np.all(np.isfinite(losses)) or np.mean(losses[-10:]) > losses[0]:
        return "rate too large"
    return "dead units" if max(record["dead"]) > 0.5 else "no finding"


@misconception(
    "on_the_way",
    "The questions are asked in another order: dead units come last, for too large a rate kills units as well.",
)
def dead_units_first(record):
    batch, used = np.asarray(record["batch_gradients"]), np.asarray(record["used_gradients"])
    losses = np.asarray(record["losses"])
    if max(record["dead"]) > 0.5:
        return "dead units"
    if np.any(np.abs(used - batch) > 0.01 * batch):
        return "missing zero_grad"
    if not np.all(np.isfinite(losses)) or np.mean(losses[-10:]) > losses[0]:
        return "rate too large"
    return "no finding"


@misconception(
    "on_the_way",
    "The last ten losses are compared with the mean of the first ten. It is the first loss that they are compared "
    "with.",
)
def first_ten_losses(record):
    batch, used = np.asarray(record["batch_gradients"]), np.asarray(record["used_gradients"])
    losses = np.asarray(record["losses"])
    if np.any(np.abs(used - batch) > 0.01 * batch):
        return "missing zero_grad"
    if not np.all(np.isfinite(losses)) or np.mean(losses[-10:]) > np.mean(losses[:10]):
        return "rate too large"
    return "dead units" if max(record["dead"]) > 0.5 else "no finding"


@variant("on_the_way")
def in_plain_python(record):
    for used, batch in zip(record["used_gradients"], record["batch_gradients"], strict=True):
        if abs(used - batch) > 0.01 * batch:
            return "missing zero_grad"
    losses = record["losses"]
    if any(not math.isfinite(loss) for loss in losses) or sum(losses[-10:]) / 10 > losses[0]:
        return "rate too large"
    if any(share > 0.5 for share in record["dead"]):
        return "dead units"
    return "no finding"


@variant("on_the_way")
def by_isclose(record):
    used, batch = (np.array(record[name]) for name in ("used_gradients", "batch_gradients"))
    if not np.allclose(used, batch, rtol=0.01, atol=0, equal_nan=True):
        return "missing zero_grad"
    end = np.mean(record["losses"][-10:])
    if not (np.isfinite(record["losses"]).all() and end <= record["losses"][0]):
        return "rate too large"
    return "dead units" if (np.array(record["dead"]) > 0.5).any() else "no finding"


@misconception(
    "at_the_end",
    "Few right answers are called a shift. It is one only if the wrong ones are all wrong by the same number.",
)
def low_accuracy(record):
    first, second = record["twice"]
    if abs(second - first) > 1e-6 * abs(first):
        return "eval mode forgotten"
    used = np.asarray(record["mean_used"])
    if np.linalg.norm(used - record["mean_all"]) < np.linalg.norm(used - record["mean_train"]):
        return "leak of test statistics"
    confusion = np.asarray(record["confusion"])
    return "labels shifted" if np.trace(confusion) < confusion.sum() / 2 else "no finding"


@misconception("at_the_end", "Only a shift by 1 is looked for. It may be any number, and −1 is C − 1.")
def by_one_only(record):
    first, second = record["twice"]
    if abs(second - first) > 1e-6 * abs(first):
        return "eval mode forgotten"
    used = np.asarray(record["mean_used"])
    if np.linalg.norm(used - record["mean_all"]) < np.linalg.norm(used - record["mean_train"]):
        return "leak of test statistics"
    confusion = np.asarray(record["confusion"])
    return (
        "labels shifted" if np.trace(np.roll(confusion, -1, axis=1)) > confusion.sum() / 2 else "no finding"
    )


@misconception(
    "at_the_end",
    "The losses are compared exactly, or by a fixed number. A millionth of the first is rounding, no dropout.",
)
def exactly_equal(record):
    first, second = record["twice"]
    if first != second:
        return "eval mode forgotten"
    used = np.asarray(record["mean_used"])
    if np.linalg.norm(used - record["mean_all"]) < np.linalg.norm(used - record["mean_train"]):
        return "leak of test statistics"
    confusion = np.asarray(record["confusion"])
    shifts = [np.trace(np.roll(confusion, -s, axis=1)) for s in range(1, len(confusion))]
    return "labels shifted" if max(shifts) > confusion.sum() / 2 else "no finding"


@misconception("at_the_end", "The shift is not looked for modulo C: the last labels go round to the first.")
def without_going_round(record):
    first, second = record["twice"]
    if abs(second - first) > 1e-6 * abs(first):
        return "eval mode forgotten"
    used = np.asarray(record["mean_used"])
    if np.linalg.norm(used - record["mean_all"]) < np.linalg.norm(used - record["mean_train"]):
        return "leak of test statistics"
    confusion = np.asarray(record["confusion"])
    shifts = [np.trace(confusion, offset=s) for s in range(1, len(confusion))]
    return "labels shifted" if max(shifts) > confusion.sum() / 2 else "no finding"


@misconception(
    "at_the_end",
    "The distances are compared the wrong way round: look again at which of the two has to be the smaller one.",
)
def nearer_to_the_training(record):
    first, second = record["twice"]
    if abs(second - first) > 1e-6 * abs(first):
        return "eval mode forgotten"
    used = np.asarray(record["mean_used"])
    if np.linalg.norm(used - record["mean_all"]) > np.linalg.norm(used - record["mean_train"]):
        return "leak of test statistics"
    confusion = np.asarray(record["confusion"])
    shifts = [np.trace(np.roll(confusion, -s, axis=1)) for s in range(1, len(confusion))]
    return "labels shifted" if max(shifts) > confusion.sum() / 2 else "no finding"


@misconception("at_the_end", "A shift by 0 is counted too: these are the right answers. s begins at 1.")
def no_shift_is_a_shift(record):
    first, second = record["twice"]
    if abs(second - first) > 1e-6 * first:
        return "eval mode forgotten"
    used = np.asarray(record["mean_used"])
    if np.linalg.norm(used - record["mean_all"]) < np.linalg.norm(used - record["mean_train"]):
        return "leak of test statistics"
    confusion = np.asarray(record["confusion"])
    shifts = [np.trace(np.roll(confusion, -s, axis=1)) for s in range(0, len(confusion))]
    return "labels shifted" if max(shifts) > confusion.sum() / 2 else "no finding"


@misconception(
    "at_the_end", "Where both means are equally near, there is no leak: nearer to that of all data means <."
)
def equally_near(record):
    first, second = record["twice"]
    if abs(second - first) > 1e-6 * first:
        return "eval mode forgotten"
    used = np.asarray(record["mean_used"])
    if np.linalg.norm(used - record["mean_all"]) <= np.linalg.norm(used - record["mean_train"]):
        return "leak of test statistics"
    confusion = np.asarray(record["confusion"])
    shifts = [np.trace(np.roll(confusion, -s, axis=1)) for s in range(1, len(confusion))]
    return "labels shifted" if max(shifts) > confusion.sum() / 2 else "no finding"


@variant("at_the_end")
def by_counting(record):
    a, b = record["twice"]
    if not math.isclose(a, b, rel_tol=1e-6):
        return "eval mode forgotten"
    used, train, everything = (record[f"mean_{which}"] for which in ("used", "train", "all"))
    if math.dist(used, everything) < math.dist(used, train):
        return "leak of test statistics"
    classes, confusion = record["classes"], record["confusion"]
    counts = [0] * classes
    for label in range(classes):
        for answer in range(classes):
            counts[(answer - label) % classes] += confusion[label][answer]
    return "labels shifted" if max(counts[1:]) > sum(counts) / 2 else "no finding"


@variant("at_the_end")
def by_indices(record):
    if abs(np.subtract(*record["twice"])) > 1e-6 * record["twice"][0]:
        return "eval mode forgotten"
    away = [
        np.sum(np.subtract(record["mean_used"], record[name]) ** 2) for name in ("mean_train", "mean_all")
    ]
    if np.argmin(away) == 1:
        return "leak of test statistics"
    labels, answers = np.indices(record["confusion"].shape)
    shares = np.bincount(((answers - labels) % len(labels)).ravel(), np.ravel(record["confusion"]))
    shift = int(np.argmax(shares))
    return "labels shifted" if shift != 0 and shares[shift] > shares.sum() / 2 else "no finding"
