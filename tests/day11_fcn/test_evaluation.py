"""Checks of evaluation.py against pairs counted one by one, with classes that never occur."""

from collections import Counter

import numpy as np

from course.testing import (
    assert_close,
    assert_equal,
    assert_parts,
    assert_that,
    assert_unchanged,
    hidden,
    points,
)


def counted(labels, answers, classes):
    """The confusion matrix, pair by pair."""
    pairs = Counter(zip(labels.tolist(), answers.tolist(), strict=True))
    return np.array([[pairs[truth, answer] for answer in range(classes)] for truth in range(classes)])


def scores_of(c, labels, answers):
    """Precision, recall and F1 of class c, from the samples; 0 where there is nothing to divide by."""
    found, answered, there = ((labels == c) & (answers == c)).sum(), (answers == c).sum(), (labels == c).sum()
    return found / max(answered, 1), found / max(there, 1), 2 * found / max(answered + there, 1)


def accuracies_of(module, batches):
    """The accuracy of each batch."""
    return [module.accuracy(logits, labels) for logits, labels in batches]


@points(1)
def test_accuracy_of_logits(student, rng):
    batches = []
    for n, classes in [(40, 5), (1, 3), (25, 2), (60, 10)]:
        logits, labels = rng.normal(size=(n, classes)) - 2, rng.integers(0, classes, size=n)
        logits[: n // 2, :] += 1.5 * np.eye(classes)[labels[: n // 2]]
        batches += [(logits, labels), (logits.astype(np.float32) + 9, labels)]
    with assert_unchanged(batches):
        result = student.run(accuracies_of, batches)
    expected = [np.mean(np.argsort(z, axis=1)[:, -1] == labels) for z, labels in batches]
    assert_close(result, expected, name="list of the accuracies of eight batches")


@points(1)
def test_confusion_matrix_counts_pairs(student, rng):
    for n, classes in [(60, 4), (1, 3), (80, 2), (50, 6)]:
        labels = rng.integers(0, classes, size=n)
        answers = np.where(rng.random(n) < 0.4, labels, rng.integers(0, classes, size=n))
        answers[0] = (labels[0] + 1) % classes
        with assert_unchanged(labels, answers):
            result = student.confusion_matrix(labels, answers, classes)
        expected = counted(labels, answers, classes)
        assert_equal(result, expected, name="confusion matrix")
        cause = "counts are integers: np.zeros makes floats unless it is told otherwise"
        assert_that(np.asarray(result).dtype.kind in "iu", "The entries are not integers.", cause=cause)


@hidden
@points(1)
def test_confusion_matrix_with_classes_that_never_occur(student, rng):
    labels, answers = rng.integers(1, 4, size=30), rng.integers(0, 3, size=30)
    expected = counted(labels, answers, 7)
    result = student.confusion_matrix(labels, answers, 7)
    assert_equal(result, expected, name="confusion matrix", cause="it has a row and a column for every class")


@points(0)
def test_precision_recall_f1_of_every_class(student, rng):
    for classes, n in [(4, 80), (2, 30), (6, 40)]:
        labels, answers = rng.integers(0, classes, size=n), rng.integers(0, classes, size=n)
        answers = np.where(rng.random(n) < 0.5, labels, answers)
        confusion = counted(labels, answers, classes)
        with assert_unchanged(confusion):
            result = student.precision_recall_f1(confusion)
        expected = zip(*(scores_of(c, labels, answers) for c in range(classes)), strict=True)
        names = ("precision", "recall", "F1")
        for name, found, wanted in zip(names, assert_parts(result, 3), expected, strict=True):
            assert_close(found, wanted, name=name)


@points(0)
def test_precision_recall_f1_without_answers_or_samples(student, rng):
    a, b = (int(n) for n in rng.integers(3, 9, size=2))
    confusion = np.array([[a, 0, 0], [b, 0, 0], [0, 0, 0]])
    precision, recall, f1 = assert_parts(student.precision_recall_f1(confusion), 3)
    cause = "a class that is never answered has precision 0, one that never occurs has recall 0: not nan"
    assert_close(precision, [a / (a + b), 0, 0], name="precision", cause=cause)
    assert_close(recall, [1, 0, 0], name="recall", cause=cause)
    assert_close(f1, [2 * a / (2 * a + b), 0, 0], name="F1", cause=cause)
    single = assert_parts(student.precision_recall_f1(np.diag([a, 1])), 3)
    for name, found in zip(("precision", "recall", "F1"), single, strict=True):
        assert_close(found, [1, 1], name=f"{name} when everything is right")
