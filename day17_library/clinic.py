# Write the parts marked TODO(day17). Made by `course sync` from the course's single source.
# skeleton fa27bef0e4f29b4d
"""The training clinic: eight sicknesses that a training can have, to be told from the numbers that it has left.

A *record* is a dict of plain numbers. Sick trainings do not raise exceptions, and most of them still learn something:

    classes          number of classes
    losses           list of floats: loss of each step; NaN or inf where numbers have overflowed
    first_gradients  list of floats: norm of the gradient of each weight matrix, in the first step
    spreads          list of floats: standard deviation of the outputs of each hidden layer, before the first step
    batch_gradients  list of floats: norm of the gradient of the batch alone, in each step
    used_gradients   list of floats: norm of what the optimiser found in ``grad``, in each step
    dead             list of floats: share of dead units in each hidden layer, after the last step
    twice            list of 2 floats: the loss on all test data, computed twice after the last step
    mean_used        list of floats: what was subtracted from each feature of the inputs
    mean_train       list of floats: the mean of each feature over the training data
    mean_all         list of floats: the mean of each feature over training and test data together
    confusion        (classes, classes) int array: test samples by their label (row) and the answer (column)

Each function below looks at some of them, asks in the order of its docstring, and returns the first name that fits, or
``"no finding"``. Arguments come back unchanged.
"""

from typing import Any

import numpy as np

Record = dict[str, Any]


def at_the_start(record: Record) -> str:
    """What can be seen before the first step.

    1. ``"zero init"``: all ``first_gradients`` are 0, and the first loss is ln C, up to 1 %. All weights are zero, so
    all
       units are alike and nothing flows back; the network says nothing, and this costs ln C for C classes.
    2. ``"exploding depth"``: the spread of the last hidden layer is more than 10 times that of the first.

    Parameters
    ----------
    record : dict, see above

    Returns
    -------
    str
        one of the two names, or ``"no finding"``

    References
    ----------
    Glorot and Bengio (2010), Understanding the difficulty of training deep feedforward neural networks
    """
    # TODO(day17): np.log is the natural logarithm; "up to 1 %" is a relative difference
    raise NotImplementedError("at_the_start is not written yet")


def on_the_way(record: Record) -> str:
    """What can be seen while it trains.

    1. ``"missing zero_grad"``: in some step the gradient that was used has another norm than that of the batch, by
    more than
       1 % of the latter.
    2. ``"rate too large"``: some loss is not finite, or the mean of the last ten losses is above the first loss.
    3. ``"dead units"``: in some hidden layer more than half of the units are dead.

    Parameters
    ----------
    record : dict, see above; there are ten steps or more. Where losses are not finite, gradients may be neither

    Returns
    -------
    str
        one of the three names, or ``"no finding"``

    References
    ----------
    Karpathy, A recipe for training neural networks (2019)
    """
    # TODO(day17): np.isfinite; with NaN every comparison is false
    raise NotImplementedError("on_the_way is not written yet")


def at_the_end(record: Record) -> str:
    """What can be seen in the test.

    1. ``"eval mode forgotten"``: the two losses of ``twice`` differ by more than a millionth of the first: something
    is
       still drawn at random, so dropout is still on.
    2. ``"leak of test statistics"``: what was subtracted is nearer to the mean of all data than to that of the
    training data,
       by the Euclidean distance: the test data had a say in the training.
    3. ``"labels shifted"``: more than half of the test samples have the answer (label + s) mod C, with the same s ≠ 0
    for all. The
       network has understood everything, and somebody has counted from 1.

    Parameters
    ----------
    record : dict, see above

    Returns
    -------
    str
        one of the three names, or ``"no finding"``

    References
    ----------
    Kaufman, Rosset, Perlich and Stitelman (2012), Leakage in data mining, ACM TKDD 6(4)
    """
    # TODO(day17): for 3., the answers of a row are rolled by s, and the trace counts those that fit
    raise NotImplementedError("at_the_end is not written yet")


def diagnose(record: Record) -> str:
    """The first finding, from the start to the end (given)."""
    findings = [look(record) for look in (at_the_start, on_the_way, at_the_end)]
    return next((finding for finding in findings if finding != "no finding"), "no finding")
