"""How good is it, and what does it get wrong? Rows of a confusion matrix are the truth, columns the answers.

Arguments come back unchanged.
"""

import numpy as np

from day11_fcn.activations import log_sum_exp


def accuracy(logits: np.ndarray, labels: np.ndarray) -> float:
    """Share of the samples whose largest logit is that of the right class.

    Parameters
    ----------
    logits : (n, c) float array; probabilities will do as well
    labels : (n,) integer array

    Returns
    -------
    float
        between 0 and 1

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 5.1.2
    """
    ### BEGIN SOLUTION the answer is the position of the largest logit of each row
    return float(np.mean(logits.argmax(axis=1) == labels))
    ### END SOLUTION


def confusion_matrix(labels: np.ndarray, answers: np.ndarray, classes: int) -> np.ndarray:
    """Which class is taken for which, in counts.

    Entry (i, j) is the number of samples of class i that were taken for class j: the diagonal is right.

    Parameters
    ----------
    labels : (n,) integer array, the truth
    answers : (n,) integer array, what the network said
    classes : number of classes, also when not all of them occur

    Returns
    -------
    (classes, classes) integer array
        with sum n

    References
    ----------
    Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd ed., section 9.2.5
    """
    ### BEGIN SOLUTION count pairs; mind that the same pair occurs many times
    counts = np.zeros((classes, classes), dtype=int)
    np.add.at(counts, (labels, answers), 1)
    return counts
    ### END SOLUTION


def precision_recall_f1(confusion: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Precision, recall and F1 of every class (optional).

    precision_c = right answers "c" / all answers "c" ,   recall_c = right answers "c" / all samples of class c ,
    F1_c = 2 · precision · recall / (precision + recall) ,   and 0 where a denominator is 0.

    With rare classes, accuracy says little: answering "healthy" to everybody is right 99 times out of 100. The mean
    of the recalls ("balanced accuracy") notices.

    Parameters
    ----------
    confusion : (c, c) integer array, rows are the truth

    Returns
    -------
    precision, recall, f1 : (c,) float arrays

    References
    ----------
    van Rijsbergen, Information Retrieval, 2nd ed., chapter 7
    """
    ### BEGIN SOLUTION F1 = 2 right / (answers + samples), so that nothing is 0/0 but what really is
    right, samples, answers = np.diag(confusion), confusion.sum(axis=1), confusion.sum(axis=0)
    precision = right / np.maximum(answers, 1)
    recall = right / np.maximum(samples, 1)
    return precision, recall, 2 * right / np.maximum(answers + samples, 1)
    ### END SOLUTION


def most_confused(confusion: np.ndarray) -> tuple[int, int]:
    """The class that is most often wrong in one way, and what it is taken for (given).

    Parameters
    ----------
    confusion : (c, c) integer array

    Returns
    -------
    truth, answer : two different classes
    """
    wrong = confusion - np.diag(np.diag(confusion))
    truth, answer = np.unravel_index(wrong.argmax(), wrong.shape)
    return int(truth), int(answer)


def worst_examples(logits: np.ndarray, labels: np.ndarray, count: int) -> np.ndarray:
    """The samples that surprise the network most: those of largest cross-entropy, the largest first (given).

    Look at them before you look at anything else: they show wrong labels, and what the network has not understood.

    Parameters
    ----------
    logits : (n, c) float array
    labels : (n,) integer array
    count : how many

    Returns
    -------
    (count,) integer array of indices
    """
    losses = log_sum_exp(logits) - logits[np.arange(len(labels)), labels]
    return np.argsort(-losses)[:count]
