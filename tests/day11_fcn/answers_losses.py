"""Answers to losses.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np

from course.testing import misconception, variant
from day11_fcn.activations import log_sum_exp, sigmoid, softmax
from day11_fcn.losses import cross_entropy, one_hot


@misconception(
    "one_hot",
    "The number of columns is taken from the labels. It is `classes`, also when the last "
    "class does not occur.",
)
def columns_from_the_labels(labels, classes):
    if np.any(labels < 0) or np.any(labels >= classes):
        raise ValueError("label out of range")
    return np.eye(labels.max() + 1)[labels]


@misconception(
    "one_hot",
    "Classes count from 0: label 0 is the first column. Here every one stands one column "
    "too far to the left.",
)
def counted_from_one(labels, classes):
    if np.any(labels < 0) or np.any(labels >= classes):
        raise ValueError("label out of range")
    return np.eye(classes)[labels - 1]


@misconception("one_hot", "Rows and columns are exchanged: a row belongs to a sample.")
def a_column_for_each_sample(labels, classes):
    if np.any(labels < 0) or np.any(labels >= classes):
        raise ValueError("label out of range")
    return np.eye(classes)[labels].T


@misconception(
    "one_hot",
    "A label of −1 counts from the end and becomes the last class without a word; check the range first.",
)
def no_check_of_the_range(labels, classes):
    return np.eye(classes)[labels]


@misconception(
    "one_hot",
    "result[:, labels] = 1 fills whole columns. One entry in each row is meant: "
    "result[np.arange(n), labels].",
)
def whole_columns(labels, classes):
    if np.any(labels < 0) or np.any(labels >= classes):
        raise ValueError("label out of range")
    result = np.zeros((len(labels), classes))
    result[:, labels] = 1
    return result


@misconception(
    "one_hot",
    "A label that is as large as `classes` comes through. The last class is classes − 1, so that labels >= classes are "
    "out of range as well.",
    way=("eye", "zeros"),
)
def one_label_too_many(labels, classes, *, way="eye"):
    if np.any(labels < 0) or np.any(labels > classes):
        raise ValueError("label out of range")
    if way == "eye":
        return np.eye(classes)[labels]
    result = np.zeros((len(labels), classes))
    result[np.arange(len(labels)), labels] = 1
    return result


@variant("one_hot")
def by_comparison(labels, classes):
    if not ((labels >= 0) & (labels < classes)).all():
        raise ValueError("label out of range")
    return (labels[:, np.newaxis] == np.arange(classes)).astype(float)


@variant("one_hot")
def in_a_loop(labels, classes):
    result = []
    for label in labels:
        if label not in range(classes):
            raise ValueError("label out of range")
        result.append([1 if c == label else 0 for c in range(classes)])
    return result


@misconception(
    "cross_entropy", "The losses are added up. On every day of the course, a loss is the mean over the batch."
)
def sum_of_the_losses(logits, labels):
    return float(np.sum(log_sum_exp(logits) - logits[np.arange(len(labels)), labels]))


@misconception(
    "cross_entropy",
    "The mean is over samples and classes. It is over the samples: this is too small by a factor of c.",
)
def mean_over_classes_too(logits, labels):
    chosen = one_hot(labels, logits.shape[1]) * (log_sum_exp(logits)[:, np.newaxis] - logits)
    return float(np.mean(chosen))


@misconception(
    "cross_entropy",
    "log of softmax is −inf when a probability underflows to 0. Never build the softmax: log p "
    "= z − log-sum-exp(z).",
)
def logarithm_of_softmax(logits, labels):
    with np.errstate(all="ignore"):
        return float(-np.mean(np.log(softmax(logits)[np.arange(len(labels)), labels])))


@misconception(
    "cross_entropy",
    "A small number inside the logarithm, or a limit for the probability, hides the overflow and falsifies the loss: "
    "a certain mistake costs 28 instead of 1000. Never build the softmax: log p = z − log-sum-exp(z).",
    eps=(1e-15, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5),
    clipped=(False, True),
)
def a_small_number_in_the_logarithm(logits, labels, *, eps=1e-12, clipped=False):
    p = softmax(logits)[np.arange(len(labels)), labels]
    return float(-np.mean(np.log(np.clip(p, eps, 1 - eps) if clipped else p + eps)))


@misconception("cross_entropy", "The sign is missing: the loss is minus the logarithm of the probability.")
def negative_loss(logits, labels):
    return float(np.mean(logits[np.arange(len(labels)), labels] - log_sum_exp(logits)))


@misconception(
    "cross_entropy",
    "logits[:, labels] takes whole columns. One entry of each row is meant: logits[np.arange(n), labels].",
)
def columns_of_the_labels(logits, labels):
    return float(np.mean(log_sum_exp(logits)[:, np.newaxis] - logits[:, labels]))


@misconception("cross_entropy", "Logits are treated as probabilities: softmax is applied a second time.")
def softmax_twice(logits, labels):
    p = softmax(logits)
    return float(np.mean(log_sum_exp(p) - p[np.arange(len(labels)), labels]))


@misconception(
    "cross_entropy",
    "log 0 = −∞ was replaced by a large number (np.nan_to_num). Nothing overflows when the softmax is never "
    "built: log p = z − log-sum-exp(z).",
)
def infinity_cut_off(logits, labels):
    e = np.exp(logits - logits.max(1, keepdims=True))
    p = e / e.sum(1, keepdims=True)
    with np.errstate(all="ignore"):
        return -np.mean(np.nan_to_num(np.log(p[range(len(labels)), labels])))


@misconception(
    "cross_entropy",
    "The logarithm has another base: np.log is the natural one, and all losses of the course are in nats.",
    base=(2, 10),
)
def another_base(logits, labels, *, base=2):
    z = logits - logits.max(1, keepdims=True)
    return -np.mean(z[range(len(labels)), labels] - np.log(np.exp(z).sum(1))) / np.log(base)


@misconception(
    "cross_entropy",
    "There is a loss for each sample. Asked for is one number, their mean.",
)
def a_loss_for_each_sample(logits, labels):
    z = logits - logits.max(1, keepdims=True)
    return -(z[range(len(labels)), labels] - np.log(np.exp(z).sum(1)))


@misconception(
    "cross_entropy",
    "The term (1 − t) log(1 − p) belongs to the binary cross-entropy. With classes that exclude each other only "
    "−log p of the right one counts.",
)
def binary_term_for_every_class(logits, labels):
    e = np.exp(logits - logits.max(1, keepdims=True))
    p = e / e.sum(1, keepdims=True)
    t = np.eye(logits.shape[1])[labels]
    with np.errstate(all="ignore"):
        return -np.mean(np.sum(t * np.log(p) + (1 - t) * np.log(1 - p), axis=1))


@variant("cross_entropy")
def with_one_hot(logits, labels):
    return np.sum(one_hot(labels, logits.shape[1]) * (log_sum_exp(logits)[:, np.newaxis] - logits)) / len(
        logits
    )


@variant("cross_entropy")
def row_by_row(logits, labels):
    total = 0.0
    for z, label in zip(logits, labels, strict=True):
        m = max(z)
        total += m + np.log(sum(np.exp(v - m) for v in z)) - z[label]
    return total / len(labels)


@misconception(
    "cross_entropy_gradient", "The loss is a mean over n samples, so its gradient is divided by n."
)
def not_divided_by_n(logits, labels):
    return softmax(logits) - one_hot(labels, logits.shape[1])


@misconception(
    "cross_entropy_gradient",
    "The sign is the wrong way round: softmax − target. Where the network is too sure, the logit must fall.",
)
def target_minus_softmax(logits, labels):
    return (one_hot(labels, logits.shape[1]) - softmax(logits)) / len(labels)


@misconception(
    "cross_entropy_gradient", "The target is missing: one-hot must be subtracted, also in the derivative."
)
def softmax_only(logits, labels):
    return softmax(logits) / len(labels)


@misconception("cross_entropy_gradient", "Divided by all entries; the mean is over the n samples only.")
def divided_by_all_entries(logits, labels):
    return (softmax(logits) - one_hot(labels, logits.shape[1])) / logits.size


@misconception(
    "cross_entropy_gradient",
    "The target is subtracted from the logits. It must be subtracted from the probabilities.",
)
def logits_minus_target(logits, labels):
    return (logits - one_hot(labels, logits.shape[1])) / len(labels)


@misconception(
    "cross_entropy_gradient", "The ones stand one column too far to the left: label 0 is the first column."
)
def one_hot_shifted(logits, labels):
    return (softmax(logits) - np.eye(logits.shape[1])[labels - 1]) / len(labels)


@misconception(
    "cross_entropy_gradient",
    "p[labels] takes whole rows, p[:, labels] whole columns. The 1 belongs to one entry of each row: "
    "p[np.arange(n), labels] −= 1.",
    part=("rows", "columns"),
)
def ones_subtracted_in_too_many_places(logits, labels, *, part="rows"):
    p = softmax(logits)
    if part == "rows":
        p[labels] -= 1
    else:
        p[:, labels] -= 1
    return p / len(labels)


@variant("cross_entropy_gradient")
def minus_one_in_place(logits, labels):
    p = softmax(logits)
    p[np.arange(len(labels)), labels] -= 1
    return p / len(labels)


@variant("cross_entropy_gradient")
def sample_by_sample(logits, labels):
    rows = []
    for z, label in zip(logits, labels, strict=True):
        e = np.exp(z - z.max())
        rows.append([(e[c] / e.sum() - (c == label)) / len(labels) for c in range(len(z))])
    return rows


@misconception(
    "squared_error", "The gradient is half of what belongs to the loss: the derivative of d² is 2d."
)
def half_the_gradient(prediction, target):
    if prediction.shape != target.shape:
        raise ValueError("shapes differ")
    d = prediction - target
    return float(np.mean(d**2)), d / d.size


@misconception("squared_error", "Divided by the number of rows. The mean is over all entries.")
def mean_over_rows(prediction, target):
    if prediction.shape != target.shape:
        raise ValueError("shapes differ")
    d = prediction - target
    return float(np.sum(d**2) / len(d)), 2 * d / len(d)


@misconception("squared_error", "The squares are added up, not averaged.")
def sum_of_squares(prediction, target):
    if prediction.shape != target.shape:
        raise ValueError("shapes differ")
    d = prediction - target
    return float(np.sum(d**2)), 2 * d


@misconception(
    "squared_error",
    "The gradient has the wrong sign: it is taken with respect to the prediction, 2 (p − t) / N.",
)
def gradient_of_the_target(prediction, target):
    if prediction.shape != target.shape:
        raise ValueError("shapes differ")
    d = prediction - target
    return float(np.mean(d**2)), -2 * d / d.size


@misconception(
    "squared_error",
    "The shapes are not compared: (n, 1) minus (n,) becomes (n, n), and the loss looks quite reasonable.",
)
def shapes_not_compared(prediction, target):
    d = prediction - target
    return float(np.mean(d**2)), 2 * d / d.size


@variant("squared_error")
def by_norm(prediction, target):
    if np.shape(prediction) != np.shape(target):
        raise ValueError("shapes differ")
    d = np.subtract(prediction, target)
    return np.linalg.norm(d) ** 2 / d.size, d * (2 / d.size)


@variant("squared_error")
def as_a_list(prediction, target):
    if prediction.ndim != target.ndim or any(
        a != b for a, b in zip(prediction.shape, target.shape, strict=True)
    ):
        raise ValueError("shapes differ")
    d = prediction.ravel() - target.ravel()
    return [d @ d / len(d), (2 * d / len(d)).reshape(prediction.shape).tolist()]


@misconception(
    "binary_cross_entropy",
    "The loss is infinite: exp overflows, or the sigmoid rounds to 1 and log(1 − σ) is −∞. The form with max(z, 0) "
    "gives exp only −|z|.",
)
def through_the_sigmoid(logits, targets):
    s = sigmoid(logits)
    with np.errstate(all="ignore"):
        losses = -targets * np.log(s) - (1 - targets) * np.log(1 - s)
    return float(np.mean(losses)), (s - targets) / len(logits)


@misconception(
    "binary_cross_entropy", "Only the second class costs anything: the term (1 − t) log(1 − σ) is missing."
)
def one_half_of_the_loss(logits, targets):
    losses = targets * (np.maximum(-logits, 0) + np.log1p(np.exp(-np.abs(logits))))
    return float(np.mean(losses)), targets * (sigmoid(logits) - 1) / len(logits)


@misconception("binary_cross_entropy", "The gradient is not divided by n, the loss is.")
def gradient_of_the_sum(logits, targets):
    losses = np.maximum(logits, 0) - logits * targets + np.log1p(np.exp(-np.abs(logits)))
    return float(np.mean(losses)), sigmoid(logits) - targets


@misconception(
    "binary_cross_entropy",
    "The gradient has the wrong sign: (σ(z) − t) / n.",
)
def target_minus_sigmoid(logits, targets):
    losses = np.maximum(logits, 0) - logits * targets + np.log1p(np.exp(-np.abs(logits)))
    return float(np.mean(losses)), (targets - sigmoid(logits)) / len(logits)


@misconception(
    "binary_cross_entropy",
    "The losses are added up. A loss is the mean over the batch.",
    gradient=("sum", "mean"),
)
def sum_for_the_mean(logits, targets, *, gradient="sum"):
    losses = np.maximum(logits, 0) - logits * targets + np.log1p(np.exp(-np.abs(logits)))
    return float(np.sum(losses)), (sigmoid(logits) - targets) / (1 if gradient == "sum" else len(logits))


@misconception(
    "binary_cross_entropy",
    "The gradient is taken by the probability, not by the logit: the factor σ (1 − σ) makes (σ − t) / n "
    "of it.",
)
def gradient_by_the_probability(logits, targets):
    losses = np.maximum(logits, 0) - logits * targets + np.log1p(np.exp(-np.abs(logits)))
    p = sigmoid(logits)
    with np.errstate(all="ignore"):
        return float(np.mean(losses)), (p - targets) / (p * (1 - p)) / len(logits)


@misconception(
    "binary_cross_entropy",
    "A limit for the probability, or a small number inside the logarithm, hides the overflow and falsifies the loss: "
    "what is certain and wrong costs 28 instead of 1000. The form with max(z, 0) needs neither.",
    eps=(1e-15, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6),
    clipped=(False, True),
)
def a_small_number_beside_the_probability(logits, targets, *, eps=1e-12, clipped=False):
    s = sigmoid(logits)
    if clipped:
        p = np.clip(s, eps, 1 - eps)
        losses = -targets * np.log(p) - (1 - targets) * np.log(1 - p)
    else:
        losses = -targets * np.log(s + eps) - (1 - targets) * np.log(1 - s + eps)
    return float(np.mean(losses)), (s - targets) / len(logits)


@variant("binary_cross_entropy")
def as_two_logits(logits, targets):
    both = np.stack([np.zeros_like(logits), logits], axis=1)
    normaliser = log_sum_exp(both)
    return float(np.mean(normaliser - targets * logits)), (softmax(both)[:, 1] - targets) / len(logits)


@variant("binary_cross_entropy")
def one_after_the_other(logits, targets):
    total = 0.0
    for z, t in zip(logits.tolist(), targets.tolist(), strict=True):
        total += max(z, 0) - z * t + np.log(1 + np.exp(-abs(z)))
    return total / len(logits), [(s - t) / len(logits) for s, t in zip(sigmoid(logits), targets, strict=True)]


@misconception(
    "weighted_cross_entropy", "Divided by n. A weighted mean is divided by the sum of the weights."
)
def divided_by_n(logits, labels, weights):
    share = weights[labels] / len(labels)
    losses = log_sum_exp(logits) - logits[np.arange(len(labels)), labels]
    gradient = share[:, np.newaxis] * (softmax(logits) - one_hot(labels, logits.shape[1]))
    return float(np.sum(share * losses)), gradient


@misconception("weighted_cross_entropy", "The weights are not used.")
def weights_ignored(logits, labels, weights):
    n, classes = logits.shape
    return cross_entropy(logits, labels), (softmax(logits) - one_hot(labels, classes)) / n


@misconception(
    "weighted_cross_entropy",
    "Divided by the sum of the weights of the classes. It is the sum of the weights of the samples.",
)
def divided_by_the_weights_of_the_classes(logits, labels, weights):
    share = weights[labels] / weights.sum()
    losses = log_sum_exp(logits) - logits[np.arange(len(labels)), labels]
    gradient = share[:, np.newaxis] * (softmax(logits) - one_hot(labels, logits.shape[1]))
    return float(np.sum(share * losses)), gradient


@misconception(
    "weighted_cross_entropy",
    "The gradient is not weighted, the loss is: every row has its share, w_t / Σ w_t.",
)
def gradient_not_weighted(logits, labels, weights):
    share = weights[labels] / np.sum(weights[labels])
    loss = np.sum(share * (log_sum_exp(logits) - logits[np.arange(len(labels)), labels]))
    return float(loss), (softmax(logits) - one_hot(labels, logits.shape[1])) / len(labels)


@misconception(
    "weighted_cross_entropy",
    "The logits of a class are multiplied by its weight. The weight belongs to the loss of a sample.",
)
def logits_weighted(logits, labels, weights):
    z = logits * weights
    return float(np.mean(log_sum_exp(z) - z[np.arange(len(labels)), labels])), weights * (
        softmax(z) - one_hot(labels, logits.shape[1])
    ) / len(labels)


@misconception(
    "weighted_cross_entropy",
    "The loss is divided by the sum of the weights, its gradient by n. What the loss is divided by, the gradient is "
    "divided by too: row i is w_t / Σ w_t · (softmax − one-hot).",
)
def gradient_divided_by_n(logits, labels, weights):
    w = weights[labels]
    losses = log_sum_exp(logits) - logits[np.arange(len(labels)), labels]
    gradient = w[:, np.newaxis] * (softmax(logits) - one_hot(labels, logits.shape[1])) / len(labels)
    return float(np.sum(w * losses) / np.sum(w)), gradient


@variant("weighted_cross_entropy")
def samples_in_a_loop(logits, labels, weights):
    total, norm, rows = 0.0, 0.0, []
    for z, label in zip(logits, labels, strict=True):
        w = weights[label]
        total += w * (log_sum_exp(z) - z[label])
        rows.append(w * (softmax(z) - (np.arange(len(z)) == label)))
        norm += w
    return total / norm, np.array(rows) / norm


@variant("weighted_cross_entropy")
def with_np_average(logits, labels, weights):
    w = np.take(weights, labels)
    targets = one_hot(labels, logits.shape[1])
    losses = np.sum(targets * (log_sum_exp(logits)[:, None] - logits), axis=1)
    return np.average(losses, weights=w), w[:, None] * (softmax(logits) - targets) / w.sum()


@misconception(
    "huber", "The straight line does not continue the parabola: δ |r| − δ²/2 is missing its second term."
)
def line_without_offset(prediction, target, delta):
    r = prediction - target
    losses = np.where(np.abs(r) <= delta, r**2 / 2, delta * np.abs(r))
    return float(np.mean(losses)), np.clip(r, -delta, delta) / r.size


@misconception("huber", "This is the squared error everywhere: beyond δ the loss is a straight line.")
def always_squared(prediction, target, delta):
    r = prediction - target
    return float(np.mean(r**2) / 2), r / r.size


@misconception(
    "huber",
    "The line rises with slope 1 beyond the parabola. Its slope is δ, so that the gradient has no jump.",
)
def slope_one(prediction, target, delta):
    r = prediction - target
    inside = np.abs(r) <= delta
    losses = np.where(inside, r**2 / 2, np.abs(r) - delta / 2)
    return float(np.mean(losses)), np.where(inside, r, np.sign(r)) / r.size


@misconception(
    "huber",
    "The parabola is not halved: r² / 2 up to δ.",
)
def parabola_not_halved(prediction, target, delta):
    r = prediction - target
    loss = np.where(np.abs(r) <= delta, r**2, delta * (np.abs(r) - delta / 2))
    return float(np.mean(loss)), np.clip(r, -delta, delta) / r.size


@misconception(
    "huber",
    "The gradient is not divided by the number of entries, the loss is.",
)
def slope_not_averaged(prediction, target, delta):
    r = prediction - target
    loss = np.where(np.abs(r) <= delta, r**2 / 2, delta * (np.abs(r) - delta / 2))
    return float(np.mean(loss)), np.clip(r, -delta, delta)


@misconception(
    "huber",
    "The gradient of the line lacks its sign: it is −δ where the prediction is too small.",
)
def slope_without_a_sign(prediction, target, delta):
    r = prediction - target
    loss = np.where(np.abs(r) <= delta, r**2 / 2, delta * (np.abs(r) - delta / 2))
    return float(np.mean(loss)), np.where(np.abs(r) <= delta, r, delta) / r.size


@misconception(
    "huber",
    "The result is divided by δ, so that it is a mean absolute error for small δ. The loss itself is not "
    "divided.",
)
def divided_by_delta(prediction, target, delta):
    r = prediction - target
    loss = np.where(np.abs(r) <= delta, r**2 / 2, delta * (np.abs(r) - delta / 2))
    return float(np.mean(loss)) / delta, np.clip(r, -delta, delta) / r.size / delta


@variant("huber")
def two_cases(prediction, target, delta):
    r = prediction - target
    size = np.abs(r)
    losses = np.where(size <= delta, 0.5 * r * r, delta * (size - 0.5 * delta))
    return losses.mean(), np.where(size <= delta, r, delta * np.sign(r)) / losses.size


@variant("huber")
def entry_by_entry(prediction, target, delta):
    total, gradient = 0.0, np.zeros(prediction.shape)
    for k in np.ndindex(prediction.shape):
        r = float(prediction[k] - target[k])
        total += r * r / 2 if abs(r) <= delta else delta * (abs(r) - delta / 2)
        gradient[k] = max(-delta, min(r, delta)) / prediction.size
    return total / prediction.size, gradient


@misconception("hinge", "Only wrong signs cost something here. The hinge asks for a margin of 1: 1 − t s.")
def without_a_margin(scores, labels):
    loss = np.maximum(-labels * scores, 0)
    return float(np.mean(loss)), np.where(loss > 0, -labels, 0) / len(scores)


@misconception(
    "hinge", "The gradient does not stop: samples that are right by a margin of 1 have gradient 0."
)
def gradient_everywhere(scores, labels):
    return float(np.mean(np.maximum(1 - labels * scores, 0))), -labels / len(scores)


@misconception("hinge", "The gradient is not divided by n, the loss is.")
def gradient_not_averaged(scores, labels):
    margin = 1 - labels * scores
    return float(np.mean(np.maximum(margin, 0))), np.where(margin > 0, -labels, 0)


@misconception(
    "hinge",
    "The margin is squared. The hinge grows along a straight line: max(0, 1 − t s).",
)
def squared_hinge(scores, labels):
    margin = np.maximum(1 - labels * scores, 0)
    return float(np.mean(margin**2)), -2 * labels * margin / len(scores)


@misconception(
    "hinge",
    "The gradient has the wrong sign, or lacks the label: where the margin is below 1 it is −t / n.",
    factor=(1, "label"),
)
def gradient_with_another_sign(scores, labels, *, factor=1):
    margin = 1 - labels * scores
    slope = labels if factor == "label" else -np.ones(len(scores))
    return float(np.mean(np.maximum(margin, 0))), np.where(margin > 0, slope, 0) / len(scores)


@variant("hinge")
def by_a_mask(scores, labels):
    active = labels * scores < 1
    return np.sum(1 - (labels * scores)[active]) / len(scores), -labels * active / len(scores)


@variant("hinge")
def one_score_at_a_time(scores, labels):
    losses = [max(0.0, 1 - t * s) for s, t in zip(scores, labels, strict=True)]
    return sum(losses) / len(losses), [
        -t / len(losses) if loss > 0 else 0.0 for t, loss in zip(labels, losses, strict=True)
    ]


@misconception("kl_divergence", "p and q are exchanged: D(p‖q) is not D(q‖p). The mean is taken over p.")
def exchanged(p, q):
    with np.errstate(all="ignore"):
        return np.sum(q * np.log(q / p), axis=-1)


@misconception("kl_divergence", "0 · log 0 is nan for NumPy. Where p is 0, the term counts as 0.")
def nan_from_zeros(p, q):
    with np.errstate(all="ignore"):
        return np.sum(p * np.log(p / q), axis=-1)


@misconception(
    "kl_divergence", "This is the cross-entropy −Σ p log q: the entropy of p must be subtracted. D(p‖p) is 0."
)
def cross_entropy_only(p, q):
    with np.errstate(all="ignore"):
        return -np.sum(np.where(p > 0, p * np.log(q), 0), axis=-1)


@misconception("kl_divergence", "The terms are averaged over the classes; they must be added up.")
def mean_over_classes(p, q):
    with np.errstate(all="ignore"):
        return np.mean(np.where(p > 0, p * np.log(p / q), 0), axis=-1)


@misconception(
    "kl_divergence",
    "The sign is the wrong way round: the logarithm is that of p / q, so that the divergence is not "
    "negative.",
)
def negative(p, q):
    with np.errstate(all="ignore"):
        terms = np.where(p > 0, p * np.log(np.where(p > 0, q, 1) / np.where(p > 0, p, 1)), 0)
    return terms.sum(axis=-1)


@misconception(
    "kl_divergence",
    "These are bits: log₂ was taken. Nats are asked for, the natural logarithm.",
)
def bits(p, q):
    possible = p > 0
    with np.errstate(divide="ignore"):
        ratio = np.log2(np.where(possible, p, 1)) - np.log2(np.where(possible, q, 1))
    return np.sum(p * ratio, axis=-1)


@misconception(
    "kl_divergence",
    "A small number was added inside of the logarithm. Where q is 0 and p is not, the divergence is "
    "infinite, and elsewhere the number makes it inexact.",
    eps=(1e-12, 1e-10, 1e-9, 1e-8, 1e-6),
)
def log_of_q_plus_eps(p, q, *, eps=1e-12):
    return np.sum(p * np.log((p + eps) / (q + eps)), axis=-1)


@misconception(
    "kl_divergence",
    "One number comes back for all rows. Each distribution has its own: sum over the last axis.",
)
def summed_over_everything(p, q):
    possible = p > 0
    with np.errstate(divide="ignore"):
        ratio = np.log(np.where(possible, p, 1)) - np.log(np.where(possible, q, 1))
    return np.sum(p * ratio)


@misconception(
    "kl_divergence",
    "Where q is 0 and p is not, the term was left out. What q holds for impossible and happens all the "
    "same costs infinitely much.",
)
def zero_where_q_is_zero(p, q):
    possible = (p > 0) & (q > 0)
    return np.sum(
        np.where(possible, p * np.log(np.where(possible, p, 1) / np.where(possible, q, 1)), 0), axis=-1
    )


@variant("kl_divergence")
def entropy_subtracted(p, q):
    with np.errstate(all="ignore"):
        log_p, log_q = np.where(p > 0, np.log(p), 0), np.where(p > 0, np.log(q), 0)
    return -np.sum(p * log_q, axis=-1) + np.sum(p * log_p, axis=-1)


@variant("kl_divergence")
def term_by_term(p, q):
    result = np.zeros(p.shape[:-1])
    for k in np.ndindex(result.shape):
        for a, b in zip(p[k], q[k], strict=True):
            if a > 0:
                result[k] += a * np.log(a / b) if b > 0 else np.inf
    return result
