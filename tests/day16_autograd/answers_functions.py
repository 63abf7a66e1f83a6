"""Answers to functions.py: wrong functions with what went wrong, and right ones in another style."""

import numpy as np

from course.testing import misconception, variant
from day16_autograd.functions import logsumexp, softmax
from day16_autograd.tensor import Tensor


@misconception("logsumexp", "The maximum is subtracted before exp and not added again after log.")
def maximum_lost(x, axis=None, keepdims=False):
    m = np.max(x.data, axis=axis, keepdims=True)
    e = np.exp(x.data - m)
    total = np.sum(e, axis=axis, keepdims=True)

    def rule(g):
        return (np.reshape(g, total.shape) * (e / total),)

    y = np.log(total)
    return Tensor(y if keepdims else np.sum(y, axis=axis), (x,), rule, "logsumexp")


@misconception(
    "logsumexp",
    "exp of a large number is infinite, and of a very negative one 0, whose log is −∞: subtract the maximum "
    "of each slice first.",
)
def overflows(x, axis=None, keepdims=False):
    return x.exp().sum(axis, keepdims).log()


@misconception(
    "logsumexp",
    "One maximum is subtracted everywhere. In a slice that is far below it all exponentials are 0: the "
    "maximum is over `axis`.",
)
def one_maximum_for_all(x, axis=None, keepdims=False):
    return (x - np.max(x.data)).exp().sum(axis, keepdims).log() + np.max(x.data)


@misconception(
    "logsumexp",
    "The gradient lacks the axes of the sum, and NumPy puts them on the left: bring g to the shape with "
    "keepdims first.",
)
def axes_on_the_left(x, axis=None, keepdims=False):
    m = np.max(x.data, axis=axis, keepdims=True)
    e = np.exp(x.data - m)
    total = np.sum(e, axis=axis, keepdims=True)
    y = m + np.log(total)
    return Tensor(y if keepdims else np.sum(y, axis=axis), (x,), lambda g: (g * (e / total),), "logsumexp")


@misconception("logsumexp", "`axis` is not looked at: everything is summed.")
def axis_ignored(x, axis=None, keepdims=False):
    m = np.max(x.data)
    e = np.exp(x.data - m)
    y = np.asarray(m + np.log(np.sum(e)))
    if keepdims:
        y = y.reshape((1,) * x.data.ndim)
    return Tensor(y, (x,), lambda g: (np.reshape(g, (1,) * x.data.ndim) * (e / np.sum(e)),), "logsumexp")


@misconception(
    "logsumexp", "Every entry gets the whole gradient: the slope is the softmax, its share of the sum."
)
def slope_of_a_sum(x, axis=None, keepdims=False):
    m = np.max(x.data, axis=axis, keepdims=True)
    y = m + np.log(np.sum(np.exp(x.data - m), axis=axis, keepdims=True))

    def rule(g):
        return (np.reshape(g, y.shape) * np.ones_like(x.data),)

    return Tensor(y if keepdims else np.sum(y, axis=axis), (x,), rule, "logsumexp")


@variant("logsumexp")
def composed(x, axis=None, keepdims=False):
    m = x.data.max(axis=axis, keepdims=True)
    total = (x + -m).exp().sum(axis, keepdims).log()
    return total + (m if keepdims else m.reshape(total.data.shape))


@variant("logsumexp")
def slope_from_the_result(x, axis=None, keepdims=False):
    m = np.amax(x.data, axis=axis, keepdims=True)
    y = np.log(np.exp(x.data - m).sum(axis=axis, keepdims=True)) + m
    result = y if keepdims else y.sum(axis=axis)
    return Tensor(result, [x], lambda g: [np.reshape(g, y.shape) * np.exp(x.data - y)], "logsumexp")


@variant("logsumexp")
def axis_by_axis(x, axis=None, keepdims=False):
    if axis is None:
        axis = tuple(range(x.data.ndim))
    axes = sorted({a % x.data.ndim for a in (axis if isinstance(axis, tuple) else (axis,))}, reverse=True)
    shape = np.sum(x.data, axis=tuple(axes), keepdims=keepdims).shape
    for a in axes:
        m = x.data.max(axis=a, keepdims=True)
        x = (x + -m).exp().sum(a, True).log() + m
    return x.reshape(*shape)


@misconception("softmax", "The axis is the last one, whatever `axis` is.")
def always_the_last_axis(x, axis=-1):
    e = np.exp(x.data - np.max(x.data, axis=-1, keepdims=True))
    p = e / np.sum(e, axis=-1, keepdims=True)
    return Tensor(p, (x,), lambda g: (p * (g - np.sum(g * p, axis=-1, keepdims=True)),), "softmax")


@misconception(
    "softmax",
    "The rule p (1 − p) g is that of a single sigmoid. An entry of softmax depends on all entries along the "
    "axis: p (g − Σ g p).",
)
def rule_of_the_sigmoid(x, axis=-1):
    e = np.exp(x.data - np.max(x.data, axis=axis, keepdims=True))
    p = e / np.sum(e, axis=axis, keepdims=True)
    return Tensor(p, (x,), lambda g: (p * (1 - p) * g,), "softmax")


@misconception(
    "softmax", "The sum in the rule is over the last axis, in the values over `axis`: both are the same axis."
)
def rule_over_the_last_axis(x, axis=-1):
    e = np.exp(x.data - np.max(x.data, axis=axis, keepdims=True))
    p = e / np.sum(e, axis=axis, keepdims=True)
    return Tensor(p, (x,), lambda g: (p * (g - np.sum(g * p, axis=-1, keepdims=True)),), "softmax")


@misconception(
    "softmax", "exp overflows for large x, and ∞/∞ is NaN: subtract the maximum along the axis first."
)
def overflows_in_softmax(x, axis=-1):
    e = np.exp(x.data)
    p = e / np.sum(e, axis=axis, keepdims=True)
    return Tensor(p, (x,), lambda g: (p * (g - np.sum(g * p, axis=axis, keepdims=True)),), "softmax")


@misconception("softmax", "The factor p in front is missing in the rule p (g − Σ g p).")
def factor_missing(x, axis=-1):
    e = np.exp(x.data - np.max(x.data, axis=axis, keepdims=True))
    p = e / np.sum(e, axis=axis, keepdims=True)
    return Tensor(p, (x,), lambda g: (g - np.sum(g * p, axis=axis, keepdims=True),), "softmax")


@misconception(
    "softmax",
    "One maximum is subtracted everywhere, and a slice far below it becomes 0/0: the maximum is along `axis`.",
)
def one_maximum_for_all_in_softmax(x, axis=-1):
    e = np.exp(x.data - np.max(x.data))
    p = e / np.sum(e, axis=axis, keepdims=True)
    return Tensor(p, (x,), lambda g: (p * (g - np.sum(g * p, axis=axis, keepdims=True)),), "softmax")


@variant("softmax")
def composed_in_softmax(x, axis=-1):
    e = (x - x.data.max(axis=axis, keepdims=True)).exp()
    return e / e.sum(axis, True)


@variant("softmax")
def from_logsumexp(x, axis=-1):
    return (x - logsumexp(x, axis=axis, keepdims=True)).exp()


@variant("softmax")
def one_jacobian_for_each(x, axis=-1):
    z = np.moveaxis(x.data, axis, -1)
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)

    def rule(g):
        g = np.moveaxis(np.asarray(g), axis, -1)
        jacobian = p[..., :, None] * (np.eye(p.shape[-1], dtype=p.dtype) - p[..., None, :])
        return [np.moveaxis((jacobian @ g[..., None])[..., 0], -1, axis)]

    return Tensor(np.moveaxis(p, -1, axis), [x], rule, "softmax")


@misconception("cross_entropy", "The loss is summed over the samples. It is their mean.")
def summed(logits, labels):
    chosen = logits[np.arange(len(labels)), labels]
    return (logsumexp(logits, axis=1) - chosen).sum()


@misconception(
    "cross_entropy",
    "The mean is over n · c numbers, of which only n are not 0: divide by the number of samples.",
)
def mean_over_classes(logits, labels):
    chosen = logits[np.arange(len(labels)), labels]
    return (logsumexp(logits, axis=1) - chosen).mean() * (1 / logits.data.shape[1])


@misconception("cross_entropy", "The sign is turned round: a good network has a small loss, −log p.")
def log_likelihood(logits, labels):
    chosen = logits[np.arange(len(labels)), labels]
    return (chosen - logsumexp(logits, axis=1)).mean()


@misconception(
    "cross_entropy",
    "log(softmax) is −∞ as soon as a probability is too small for a number. logsumexp(z) − z stays finite.",
)
def log_of_softmax(logits, labels):
    return softmax(logits, axis=1)[np.arange(len(labels)), labels].log().mean() * -1


@misconception(
    "cross_entropy",
    "logits[:, labels] takes all these columns of every row, a matrix of n × n numbers. One number of each row is "
    "logits[np.arange(n), labels].",
)
def columns_of_every_row(logits, labels):
    return (logsumexp(logits, axis=1, keepdims=True) - logits[:, labels]).mean()


@misconception(
    "cross_entropy",
    "The normalisation is over the samples. Each sample has its own: the sum runs over the classes, axis 1.",
)
def over_the_samples(logits, labels):
    rows = np.arange(len(labels))
    log_p = logits - logsumexp(logits, axis=0, keepdims=True)
    return log_p[rows, labels].mean() * -1


@variant("cross_entropy")
def with_a_rule(logits, labels):
    z = logits.data - logits.data.max(axis=1, keepdims=True)
    e = np.exp(z)
    p = e / e.sum(axis=1, keepdims=True)
    n = len(labels)
    loss = np.mean(np.log(e.sum(axis=1)) - z[np.arange(n), labels])

    def rule(g):
        gradient = p.copy()
        gradient[np.arange(n), labels] -= 1
        return (gradient * (g / n).astype(p.dtype),)

    return Tensor(loss, (logits,), rule, "cross-entropy")


@variant("cross_entropy")
def with_one_hot(logits, labels):
    n, c = logits.data.shape
    one_hot = np.eye(c, dtype=logits.data.dtype)[np.asarray(labels)]
    log_p = logits - logsumexp(logits, axis=-1, keepdims=True)
    return (log_p * one_hot).sum() * (-1 / n)


@misconception(
    "einsum",
    "An index that only one operand has is summed over in the forward pass, and its gradient is not repeated "
    "on the way back: "
    "an operand of ones brings the index.",
)
def lonely_index_forgotten(subscripts, *operands):
    inputs, output = subscripts.split("->")
    terms, arrays = inputs.split(","), [x.data for x in operands]

    def rule(g):
        gradients = []
        for i, term in enumerate(terms):
            others = [t for j, t in enumerate(terms) if j != i]
            known = set(output).union(*others)
            kept = "".join(c for c in term if c in known)
            part = np.einsum(",".join([output, *others]) + "->" + kept, g, *arrays[:i], *arrays[i + 1 :])
            shape = [n if c in known else 1 for c, n in zip(term, arrays[i].shape, strict=True)]
            share = np.zeros_like(arrays[i])
            share[tuple(slice(0, n) for n in shape)] = part.reshape(shape)
            gradients.append(share)
        return gradients

    return Tensor(np.einsum(subscripts, *arrays), operands, rule, "einsum")


@misconception("einsum", "Only the first operand gets a gradient.")
def first_operand_only(subscripts, *operands):
    inputs, output = subscripts.split("->")
    terms, arrays = inputs.split(","), [x.data for x in operands]

    def rule(g):
        spec = ",".join([output, *terms[1:], terms[0]]) + "->" + terms[0]
        first = np.einsum(spec, g, *arrays[1:], np.ones_like(arrays[0]))
        return [first, *(np.zeros_like(array) for array in arrays[1:])]

    return Tensor(np.einsum(subscripts, *arrays), operands, rule, "einsum")


@misconception(
    "einsum", "The operand itself is multiplied in once more. Its gradient is made of all *other* operands."
)
def itself_too(subscripts, *operands):
    inputs, output = subscripts.split("->")
    terms, arrays = inputs.split(","), [x.data for x in operands]

    def rule(g):
        spec = ",".join([output, *terms]) + "->"
        return [np.einsum(spec + term, g, *arrays) for term in terms]

    return Tensor(np.einsum(subscripts, *arrays), operands, rule, "einsum")


@misconception("einsum", "The gradient that arrives is not used: ones stand in its place.")
def forgets_g(subscripts, *operands):
    inputs, output = subscripts.split("->")
    terms, arrays = inputs.split(","), [x.data for x in operands]

    def rule(g):
        gradients = []
        for i, term in enumerate(terms):
            spec = ",".join([output, *terms[:i], *terms[i + 1 :], term]) + "->" + term
            gradients.append(
                np.einsum(spec, np.ones_like(g), *arrays[:i], *arrays[i + 1 :], np.ones_like(arrays[i]))
            )
        return gradients

    return Tensor(np.einsum(subscripts, *arrays), operands, rule, "einsum")


@misconception(
    "einsum",
    "An index that only this operand has stands in the result of the second einsum and in none of its "
    "operands: bring it, with "
    "an operand of ones.",
)
def lonely_index_missing(subscripts, *operands):
    inputs, output = subscripts.split("->")
    terms, arrays = inputs.split(","), [x.data for x in operands]

    def rule(g):
        gradients = []
        for i, term in enumerate(terms):
            spec = ",".join([output, *terms[:i], *terms[i + 1 :]]) + "->" + term
            gradients.append(np.einsum(spec, g, *arrays[:i], *arrays[i + 1 :]))
        return gradients

    return Tensor(np.einsum(subscripts, *arrays), operands, rule, "einsum")


@variant("einsum")
def by_broadcasting(subscripts, *operands):
    inputs, output = subscripts.split("->")
    terms, arrays = inputs.split(","), [x.data for x in operands]

    def gradient(i, g):
        others = [t for j, t in enumerate(terms) if j != i]
        known = set(output).union(*others)
        kept = "".join(c for c in terms[i] if c in known)
        part = np.einsum(",".join([output, *others]) + "->" + kept, g, *arrays[:i], *arrays[i + 1 :])
        shape = [n if c in known else 1 for c, n in zip(terms[i], arrays[i].shape, strict=True)]
        return np.broadcast_to(np.reshape(part, shape), arrays[i].shape)

    return Tensor(
        np.einsum(subscripts, *arrays),
        operands,
        lambda g: [gradient(i, g) for i in range(len(arrays))],
        subscripts,
    )


@variant("einsum")
def by_products_and_sums(subscripts, *operands):
    inputs, output = subscripts.split("->")
    letters = sorted(set(inputs) - {","}, key=(output + inputs).index)
    product = None
    for term, x in zip(inputs.split(","), operands, strict=True):
        order = sorted(range(len(term)), key=lambda i, term=term: letters.index(term[i]))
        moved = x.transpose(*order) if order else x
        sizes = dict(zip(term, x.data.shape, strict=True))
        factor = moved.reshape(*[sizes.get(letter, 1) for letter in letters])
        product = factor if product is None else product * factor
    summed = tuple(range(len(output), len(letters)))
    return product.sum(summed) if summed else product


@misconception(
    "logsumexp",
    "All axes of length 1 are taken away in the end. Only those that were summed over go: np.squeeze(y, axis).",
)
def every_short_axis_gone(x, axis=None, keepdims=False):
    m = np.max(x.data, axis=axis, keepdims=True)
    y = (x - m).exp().sum(axis, True).log() + m
    return y if keepdims else y.reshape(*np.squeeze(y.data).shape)


@misconception(
    "logsumexp",
    "The result has no parents: NumPy has computed it, and no gradient finds its way back. Give it a rule.",
)
def no_graph(x, axis=None, keepdims=False):
    m = np.max(x.data, axis=axis, keepdims=True)
    y = m + np.log(np.sum(np.exp(x.data - m), axis=axis, keepdims=True))
    return Tensor(y if keepdims else np.sum(y, axis=axis))


@misconception("softmax", "The sum is over all entries: it is along `axis` only, with keepdims=True.")
def sum_of_everything(x, axis=-1):
    e = (x - np.max(x.data)).exp()
    return e / e.sum()


@misconception("softmax", "The sum in the rule is that of g. It is that of g · p: p (g − Σ g p).")
def sum_of_g(x, axis=-1):
    e = np.exp(x.data - np.max(x.data, axis=axis, keepdims=True))
    p = e / np.sum(e, axis=axis, keepdims=True)
    return Tensor(p, (x,), lambda g: (p * (g - np.sum(g, axis=axis, keepdims=True)),), "softmax")


@misconception(
    "cross_entropy", "One log-sum-exp is taken of all logits together. Each sample has its own: axis=1."
)
def one_for_all_samples(logits, labels):
    return (logsumexp(logits) - logits[np.arange(len(labels)), labels]).mean()


@variant("cross_entropy")
def sample_by_sample(logits, labels):
    total = 0
    for row, label in enumerate(labels):
        z = logits[row]
        total = total + logsumexp(z) - z[int(label)]
    return total / len(labels)
