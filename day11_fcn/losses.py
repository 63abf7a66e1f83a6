# Write the parts marked TODO(day11). Made by `course sync` from the course's single source.
# skeleton 967289005305605f
"""Losses: one number that says how wrong a network is, and its gradient, where backpropagation begins.

On every day of the course a loss is the *mean* over the batch, and classification losses take logits: scores of any
size that have not been through a softmax or sigmoid. Arguments come back unchanged.
"""

import numpy as np

from day11_fcn.activations import log_sum_exp, sigmoid, softmax


def one_hot(labels: np.ndarray, classes: int) -> np.ndarray:
    """Labels as rows of zeros with a single one.

    Parameters
    ----------
    labels : (n,) integer array with values from 0 to classes − 1
    classes : number of classes, also when not all of them occur

    Returns
    -------
    (n, classes) float array
        row i is 1 at ``labels[i]`` and 0 elsewhere

    Raises
    ------
    ValueError
        when a label is negative or is not below ``classes``: NumPy would count −1 from the end

    Not allowed here: ``torch.nn.functional.one_hot``; from ``sklearn.preprocessing``: ``OneHotEncoder``,
    ``LabelBinarizer``, ``label_binarize``.

    References
    ----------
    Bishop, Pattern Recognition and Machine Learning, section 4.3.4
    """
    # TODO(day11): check the range; row i of the result is row labels[i] of an identity matrix
    raise NotImplementedError("one_hot is not written yet")


def cross_entropy(logits: np.ndarray, labels: np.ndarray) -> float:
    """Mean cross-entropy of logits with the right classes, numerically stable.

    L = 1/n · Σ_i −log softmax(z_i)[t_i] = 1/n · Σ_i ( log Σ_c exp(z_ic) − z_i,t_i )

    Parameters
    ----------
    logits : (n, c) float array z, of entries of any size
    labels : (n,) integer array t

    Returns
    -------
    float
        in nats, not negative; log c when all logits of a row are equal

    Not allowed here: ``sklearn.metrics.log_loss``, ``scipy.special.log_softmax``, ``torch.log_softmax``;
    from ``torch.nn.functional``: ``cross_entropy``, ``nll_loss``, ``log_softmax``; from ``torch.nn``:
    ``CrossEntropyLoss``, ``NLLLoss``.

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 6.2.2
    """
    # TODO(day11): the right-hand form: no softmax, and no logarithm of a number that may be 0
    raise NotImplementedError("cross_entropy is not written yet")


def cross_entropy_gradient(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Gradient of the mean cross-entropy with respect to the logits.

    ∂L/∂z = (softmax(z) − one_hot(t)) / n

    Parameters
    ----------
    logits : (n, c) float array z, of entries of any size
    labels : (n,) integer array t

    Returns
    -------
    (n, c) float array
        every row has sum 0: what the right class gains, the others lose

    Not allowed here: the method ``.backward``, ``torch.autograd.grad``,
    ``torch.nn.functional.cross_entropy``; from ``torch.func``: ``grad``, ``vjp``, ``jacrev``,
    ``grad_and_value``, ``jvp``, ``jacfwd``, ``linearize``; from ``torch.autograd.functional``: ``vjp``,
    ``jvp``, ``jacobian``.

    References
    ----------
    Bishop, Pattern Recognition and Machine Learning, section 4.3.4, equation (4.109)
    """
    # TODO(day11): two of your functions, and the n of the mean
    raise NotImplementedError("cross_entropy_gradient is not written yet")


def squared_error(prediction: np.ndarray, target: np.ndarray) -> tuple[float, np.ndarray]:
    """Mean squared error over all entries, and its gradient.

    L = 1/N · Σ (p − t)² ,  ∂L/∂p = 2 (p − t) / N ,  N the number of entries.

    Parameters
    ----------
    prediction, target : float arrays p, t of the same shape, whatever it is

    Returns
    -------
    loss : float
    gradient : float array of the shape of ``prediction``

    Raises
    ------
    ValueError
        when the shapes differ: (n, 1) minus (n,) would silently be (n, n)

    Not allowed here: ``torch.nn.functional.mse_loss``, ``torch.nn.MSELoss``,
    ``sklearn.metrics.mean_squared_error``.

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 5.1.4
    """
    # TODO(day11): compare the shapes, then both from the difference
    raise NotImplementedError("squared_error is not written yet")


def binary_cross_entropy(logits: np.ndarray, targets: np.ndarray) -> tuple[float, np.ndarray]:
    """Mean cross-entropy of two classes from one logit each, and its gradient (optional).

    L = 1/n · Σ_i ( max(z_i, 0) − z_i t_i + log(1 + exp(−|z_i|)) ) ,  ∂L/∂z = (σ(z) − t) / n .

    Parameters
    ----------
    logits : (n,) float array z, of any size
    targets : (n,) float array t, probabilities of the second class: 0, 1 or between

    Returns
    -------
    loss : float
    gradient : (n,) float array

    Not allowed here: ``sklearn.metrics.log_loss``, ``scipy.special.log_expit``; from
    ``torch.nn.functional``: ``binary_cross_entropy_with_logits``, ``binary_cross_entropy``; from
    ``torch.nn``: ``BCEWithLogitsLoss``, ``BCELoss``.

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 6.2.2.2
    """
    # TODO(day11): np.log1p(e) is accurate for log(1 + e) of a tiny e
    raise NotImplementedError("binary_cross_entropy is not written yet")


def weighted_cross_entropy(
    logits: np.ndarray, labels: np.ndarray, weights: np.ndarray
) -> tuple[float, np.ndarray]:
    """Cross-entropy in which every class has a weight, and its gradient (optional).

    L = Σ_i w_{t_i} ℓ_i / Σ_i w_{t_i} ,  ℓ_i = log Σ_c exp(z_ic) − z_i,t_i .

    It is a weighted mean: with equal weights it is the mean cross-entropy, whatever their size. Weights such as
    `class_weights` make a rare class count as much as a common one.

    Parameters
    ----------
    logits : (n, c) float array z
    labels : (n,) integer array t
    weights : (c,) float array w, positive

    Returns
    -------
    loss : float
    gradient : (n, c) float array

    Not allowed here: ``torch.nn.CrossEntropyLoss``, ``torch.autograd.grad``; from
    ``torch.nn.functional``: ``cross_entropy``, ``nll_loss``; from ``torch.func``: ``grad``, ``vjp``,
    ``jacrev``, ``grad_and_value``, ``jvp``, ``jacfwd``, ``linearize``; from
    ``torch.autograd.functional``: ``vjp``, ``jvp``, ``jacobian``.

    References
    ----------
    PyTorch's manual, ``torch.nn.CrossEntropyLoss``, parameter ``weight``
    """
    # TODO(day11): the share of each sample replaces 1/n
    raise NotImplementedError("weighted_cross_entropy is not written yet")


def class_weights(labels: np.ndarray, classes: int) -> np.ndarray:
    """Weights that make all classes count the same: n / (classes · number of samples of the class) (given).

    Parameters
    ----------
    labels : (n,) integer array in which every class occurs
    classes : their number

    Returns
    -------
    (classes,) float array
    """
    return len(labels) / (classes * np.bincount(labels, minlength=classes))


def huber(prediction: np.ndarray, target: np.ndarray, delta: float) -> tuple[float, np.ndarray]:
    """Huber's loss, mean over all entries, and its gradient (optional).

    With r = p − t, an entry costs r²/2 where |r| <= δ, and δ (|r| − δ/2) beyond: a square that goes on as a straight
    line, so that an outlier pulls with the force δ and no more. For δ → 0, the loss divided by δ is the mean
    absolute error.

    Parameters
    ----------
    prediction, target : float arrays p, t of the same shape
    delta : where the line begins, more than 0

    Returns
    -------
    loss : float
    gradient : float array of the shape of ``prediction``

    Not allowed here: from ``torch.nn.functional``: ``huber_loss``, ``smooth_l1_loss``; from ``torch.nn``:
    ``HuberLoss``, ``SmoothL1Loss``; from ``scipy.special``: ``huber``, ``pseudo_huber``.

    References
    ----------
    Huber (1964), Robust estimation of a location parameter, Annals of Mathematical Statistics 35, 73-101
    """
    # TODO(day11): the derivative is the residual, clipped to [−δ, δ]
    raise NotImplementedError("huber is not written yet")


def hinge(scores: np.ndarray, labels: np.ndarray) -> tuple[float, np.ndarray]:
    """Hinge loss of a support vector machine, and its gradient (optional).

    L = 1/n · Σ_i max(0, 1 − t_i s_i): a sample costs nothing once it is right by a margin of 1.

    Parameters
    ----------
    scores : (n,) float array s
    labels : (n,) array t of −1 and 1

    Returns
    -------
    loss : float
    gradient : (n,) float array; 0 where t s = 1 exactly

    Not allowed here: ``sklearn.metrics.hinge_loss``, ``torch.nn.functional.hinge_embedding_loss``,
    ``torch.nn.MultiMarginLoss``.

    References
    ----------
    Bishop, Pattern Recognition and Machine Learning, section 7.1.2
    """
    # TODO(day11): only samples with a margin below 1 have a gradient
    raise NotImplementedError("hinge is not written yet")


def kl_divergence(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """Kullback-Leibler divergence of distributions: what it costs to believe q when p is true (optional).

    D(p‖q) = Σ_c p_c log(p_c / q_c) ,  with 0 · log 0 = 0.

    It is the cross-entropy −Σ p log q less the entropy −Σ p log p: with one-hot p, both are the same.

    Parameters
    ----------
    p, q : (…, c) float arrays, not negative, with sum 1 along the last axis

    Returns
    -------
    (…) float array
        in nats, not negative; infinite where q is 0 and p is not

    Not allowed here: ``scipy.stats.entropy``, ``torch.nn.functional.kl_div``,
    ``torch.distributions.kl_divergence``, ``torch.nn.KLDivLoss``, ``torch.xlogy``; from
    ``scipy.special``: ``rel_entr``, ``kl_div``, ``xlogy``.

    References
    ----------
    Cover and Thomas, Elements of Information Theory, 2nd ed., section 2.3
    """
    # TODO(day11): no logarithm where p is 0
    raise NotImplementedError("kl_divergence is not written yet")
