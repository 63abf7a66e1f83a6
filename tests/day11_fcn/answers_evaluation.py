"""Answers to evaluation.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np

from course.testing import misconception, variant


@misconception("accuracy", "This is the number of right answers. Accuracy is their share, between 0 and 1.")
def counted(logits, labels):
    return float(np.sum(logits.argmax(axis=1) == labels))


@misconception(
    "accuracy",
    "The largest logit is sought down the columns: over axis 0. The answer for a sample "
    "is in its row, axis 1.",
)
def down_the_columns(logits, labels):
    answers = logits.argmax(axis=0)
    return float(np.mean(np.resize(answers, len(labels)) == labels))


@misconception("accuracy", "In percent. Accuracy lies between 0 and 1.")
def in_percent(logits, labels):
    return 100 * float(np.mean(logits.argmax(axis=1) == labels))


@misconception("accuracy", "This is the share of wrong answers.")
def error_rate(logits, labels):
    return float(np.mean(logits.argmax(axis=1) != labels))


@misconception(
    "accuracy", "A logit of the right class above 0 is not enough: it must be the largest of its row."
)
def positive_is_enough(logits, labels):
    return float(np.mean(logits[np.arange(len(labels)), labels] > 0))


@variant("accuracy")
def in_a_loop(logits, labels):
    right = 0
    for row, label in zip(logits.tolist(), labels.tolist(), strict=True):
        right += row.index(max(row)) == label
    return right / len(labels)


@variant("accuracy")
def by_the_maximum(logits, labels):
    return np.mean(logits[np.arange(len(labels)), labels] >= logits.max(axis=1))


@misconception("confusion_matrix", "Rows and columns are exchanged: rows are the truth, columns the answers.")
def exchanged(labels, answers, classes):
    counts = np.zeros((classes, classes), dtype=int)
    np.add.at(counts, (answers, labels), 1)
    return counts


@misconception(
    "confusion_matrix",
    "counts[labels, answers] += 1 adds 1 only once to a place that occurs many times. Use "
    "a loop or np.add.at.",
)
def every_pair_once(labels, answers, classes):
    counts = np.zeros((classes, classes), dtype=int)
    counts[labels, answers] += 1
    return counts


@misconception(
    "confusion_matrix", "Rows are divided by their sums. Counts are asked for; shares are made of them later."
)
def as_shares(labels, answers, classes):
    counts = np.zeros((classes, classes))
    np.add.at(counts, (labels, answers), 1)
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


@misconception(
    "confusion_matrix",
    "The size is taken from the labels that occur. There is a row and a column for every class.",
)
def only_classes_that_occur(labels, answers, classes):
    names = np.union1d(labels, answers)
    return np.array([[np.sum((labels == i) & (answers == j)) for j in names] for i in names])


@misconception("confusion_matrix", "Only right answers are counted: everything off the diagonal is missing.")
def only_the_diagonal(labels, answers, classes):
    return np.diag(np.bincount(labels[labels == answers], minlength=classes))


@misconception(
    "confusion_matrix",
    "Columns are divided by their sums. Counts are asked for, as integers; shares are made of them later.",
)
def shares_of_the_answers(labels, answers, classes):
    counts = np.zeros((classes, classes))
    np.add.at(counts, (labels, answers), 1)
    return counts / np.maximum(counts.sum(axis=0), 1)


@misconception(
    "confusion_matrix",
    "The right answers are left out, so that the diagonal is 0. They are counted too: the sum is n.",
)
def mistakes_only(labels, answers, classes):
    counts = np.zeros((classes, classes), dtype=int)
    np.add.at(counts, (labels, answers), 1)
    return counts - np.diag(np.diag(counts))


@variant("confusion_matrix")
def by_bincount(labels, answers, classes):
    return np.bincount(labels * classes + answers, minlength=classes**2).reshape(classes, classes)


@variant("confusion_matrix")
def by_products(labels, answers, classes):
    truth, said = np.eye(classes, dtype=int)[labels], np.eye(classes, dtype=int)[answers]
    return truth.T @ said


@variant("confusion_matrix")
def in_two_lists(labels, answers, classes):
    counts = [[0] * classes for _ in range(classes)]
    for label, answer in zip(labels, answers, strict=True):
        counts[label][answer] += 1
    return counts


@misconception(
    "precision_recall_f1",
    "Precision and recall are exchanged: precision divides by the answers, a column; recall "
    "by the samples, a row.",
)
def exchanged_sums(confusion):
    right, samples, answers = np.diag(confusion), confusion.sum(axis=1), confusion.sum(axis=0)
    f1 = 2 * right / np.maximum(answers + samples, 1)
    return right / np.maximum(samples, 1), right / np.maximum(answers, 1), f1


@misconception(
    "precision_recall_f1", "F1 is the harmonic mean of precision and recall, not their arithmetic mean."
)
def arithmetic_mean(confusion):
    right, samples, answers = np.diag(confusion), confusion.sum(axis=1), confusion.sum(axis=0)
    precision, recall = right / np.maximum(answers, 1), right / np.maximum(samples, 1)
    return precision, recall, (precision + recall) / 2


@misconception(
    "precision_recall_f1", "0 / 0 is nan. A class that is never answered, or never occurs, counts as 0."
)
def nan_for_empty_classes(confusion):
    with np.errstate(all="ignore"):
        right = np.diag(confusion)
        precision, recall = right / confusion.sum(axis=0), right / confusion.sum(axis=1)
        return precision, recall, 2 * precision * recall / (precision + recall)


@misconception(
    "precision_recall_f1",
    "Divided by all samples. Each class is measured by its own answers and its own samples.",
)
def divided_by_everything(confusion):
    share = np.diag(confusion) / confusion.sum()
    return share, share, share


@misconception(
    "precision_recall_f1",
    "The factor 2 of F1 is missing: 2 · precision · recall / (precision + recall).",
)
def without_the_two(confusion):
    right, samples, answers = np.diag(confusion), confusion.sum(axis=1), confusion.sum(axis=0)
    f1 = right / np.maximum(answers + samples, 1)
    return right / np.maximum(answers, 1), right / np.maximum(samples, 1), f1


@misconception(
    "precision_recall_f1",
    "One number comes back for all classes. Each class has its own.",
)
def mean_over_classes(confusion):
    right, samples, answers = np.diag(confusion), confusion.sum(axis=1), confusion.sum(axis=0)
    parts = (
        right / np.maximum(answers, 1),
        right / np.maximum(samples, 1),
        2 * right / np.maximum(answers + samples, 1),
    )
    return tuple(float(part.mean()) for part in parts)


@variant("precision_recall_f1")
def class_by_class(confusion):
    parts = []
    for c in range(len(confusion)):
        right = confusion[c, c]
        answers, samples = sum(confusion[:, c]), sum(confusion[c, :])
        precision = right / answers if answers else 0.0
        recall = right / samples if samples else 0.0
        total = precision + recall
        parts.append((precision, recall, 2 * precision * recall / total if total else 0.0))
    return tuple(np.array(parts).T)


@variant("precision_recall_f1")
def with_divide(confusion):
    right = np.diag(confusion).astype(float)

    def share(of):
        return np.divide(right, of, out=np.zeros_like(right), where=of > 0)

    samples, answers = confusion.sum(axis=1), confusion.sum(axis=0)
    return share(answers), share(samples), share((samples + answers) / 2)
