"""Answers to networks.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np

from course.testing import misconception, variant
from day11_fcn.activations import softmax
from day11_fcn.networks import (
    activate,
    activate_backward,
    cross_entropy,
    cross_entropy_gradient,
    dense,
    dense_backward,
    dropout,
    squared_error,
)


@misconception(
    "softmax_regression", "Divided by n twice: the gradient of the mean cross-entropy contains 1/n already."
)
def averaged_twice(x, labels, w, b):
    logits = dense(x, w, b)
    _, grad_w, grad_b = dense_backward(cross_entropy_gradient(logits, labels), x, w)
    return cross_entropy(logits, labels), grad_w / len(x), grad_b / len(x)


@misconception("softmax_regression", "The bias is left out of the logits.")
def bias_left_out(x, labels, w, b):
    logits = dense(x, w, 0 * b)
    _, grad_w, grad_b = dense_backward(cross_entropy_gradient(logits, labels), x, w)
    return cross_entropy(logits, labels), grad_w, grad_b


@misconception(
    "softmax_regression", "The gradients are those of the sum of the losses; the loss is their mean."
)
def gradients_of_the_sum(x, labels, w, b):
    logits = dense(x, w, b)
    _, grad_w, grad_b = dense_backward(len(x) * cross_entropy_gradient(logits, labels), x, w)
    return cross_entropy(logits, labels), grad_w, grad_b


@misconception(
    "softmax_regression",
    "The logits went through ReLU first: there is no hidden layer here, and logits may be negative.",
)
def rectified_logits(x, labels, w, b):
    logits = np.maximum(dense(x, w, b), 0)
    _, grad_w, grad_b = dense_backward(cross_entropy_gradient(logits, labels) * (logits > 0), x, w)
    return cross_entropy(logits, labels), grad_w, grad_b


@misconception(
    "softmax_regression",
    "The gradients come back in the wrong order: loss, grad_w, grad_b.",
)
def bias_first(x, labels, w, b):
    logits = dense(x, w, b)
    _, grad_w, grad_b = dense_backward(cross_entropy_gradient(logits, labels), x, w)
    return cross_entropy(logits, labels), grad_b, grad_w


@misconception(
    "softmax_regression",
    "The gradient by x comes back as well. Asked for are the loss and the gradients by w and b.",
)
def gradient_by_x_too(x, labels, w, b):
    logits = dense(x, w, b)
    return cross_entropy(logits, labels), *dense_backward(cross_entropy_gradient(logits, labels), x, w)


@misconception(
    "softmax_regression",
    "The gradient starts from the probabilities, without the right classes: softmax(Z) − one_hot(t), "
    "divided by n.",
)
def labels_not_subtracted(x, labels, w, b):
    logits = dense(x, w, b)
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    _, grad_w, grad_b = dense_backward(p / len(x), x, w)
    return cross_entropy(logits, labels), grad_w, grad_b


@misconception(
    "softmax_regression",
    "Softmax twice: cross_entropy and its gradient take logits and apply softmax themselves. Hand them Z as it is.",
    to=("both", "loss", "gradient"),
)
def probabilities_for_logits(x, labels, w, b, *, to="both"):
    logits = dense(x, w, b)
    p = softmax(logits)
    loss = cross_entropy(logits if to == "gradient" else p, labels)
    grad = cross_entropy_gradient(logits if to == "loss" else p, labels)
    return loss, *dense_backward(grad, x, w)[1:]


@variant("softmax_regression")
def in_one_piece(x, labels, w, b):
    z = x @ w + b
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    rows = np.arange(len(x))
    loss = -np.mean(np.log(p[rows, labels]))
    p[rows, labels] -= 1
    return loss, x.T @ p / len(x), p.mean(axis=0)


@variant("softmax_regression")
def sample_by_sample(x, labels, w, b):
    loss, grad_w, grad_b = 0.0, np.zeros(w.shape), np.zeros(b.shape)
    for row, label in zip(x, labels, strict=True):
        z = dense(row[np.newaxis], w, b)
        g = cross_entropy_gradient(z, np.array([label])) / len(x)
        loss += cross_entropy(z, np.array([label])) / len(x)
        grad_w += np.outer(row, g)
        grad_b += g[0]
    return [loss, grad_w, grad_b]


@misconception(
    "two_layer",
    "The derivative of tanh is missing on the way back: the first layer gets the gradient "
    "of H, not that of A.",
)
def activation_skipped_on_the_way_back(parameters, x, target):
    (w1, b1), (w2, b2) = parameters
    h = activate(dense(x, w1, b1), "tanh")
    loss, grad_p = squared_error(dense(h, w2, b2), target)
    grad_h, grad_w2, grad_b2 = dense_backward(grad_p, h, w2)
    _, grad_w1, grad_b1 = dense_backward(grad_h, x, w1)
    return loss, [(grad_w1, grad_b1), (grad_w2, grad_b2)]


@misconception("two_layer", "activate_backward was given the output of tanh. It wants the input, A.")
def output_for_input(parameters, x, target):
    (w1, b1), (w2, b2) = parameters
    h = activate(dense(x, w1, b1), "tanh")
    loss, grad_p = squared_error(dense(h, w2, b2), target)
    grad_h, grad_w2, grad_b2 = dense_backward(grad_p, h, w2)
    _, grad_w1, grad_b1 = dense_backward(activate_backward(h, grad_h, "tanh"), x, w1)
    return loss, [(grad_w1, grad_b1), (grad_w2, grad_b2)]


@misconception(
    "two_layer",
    "The output went through tanh as well. It is linear, or nothing beyond ±1 could ever be predicted.",
)
def squashed_output(parameters, x, target):
    (w1, b1), (w2, b2) = parameters
    a = dense(x, w1, b1)
    h = activate(a, "tanh")
    z = dense(h, w2, b2)
    loss, grad_p = squared_error(activate(z, "tanh"), target)
    grad_h, grad_w2, grad_b2 = dense_backward(activate_backward(z, grad_p, "tanh"), h, w2)
    _, grad_w1, grad_b1 = dense_backward(activate_backward(a, grad_h, "tanh"), x, w1)
    return loss, [(grad_w1, grad_b1), (grad_w2, grad_b2)]


@misconception(
    "two_layer",
    "The gradients come in the order of the way back, the last layer first. They must stand in the "
    "order of the parameters.",
)
def last_layer_first(parameters, x, target):
    (w1, b1), (w2, b2) = parameters
    a = dense(x, w1, b1)
    h = activate(a, "tanh")
    loss, grad_p = squared_error(dense(h, w2, b2), target)
    grad_h, grad_w2, grad_b2 = dense_backward(grad_p, h, w2)
    _, grad_w1, grad_b1 = dense_backward(activate_backward(a, grad_h, "tanh"), x, w1)
    return loss, [(grad_w2, grad_b2), (grad_w1, grad_b1)]


@misconception(
    "two_layer",
    "The second layer's weights were changed before the gradient passed through them. All gradients "
    "belong to the same state.",
)
def passed_through_new_weights(parameters, x, target):
    (w1, b1), (w2, b2) = parameters
    a = dense(x, w1, b1)
    h = activate(a, "tanh")
    loss, grad_p = squared_error(dense(h, w2, b2), target)
    _, grad_w2, grad_b2 = dense_backward(grad_p, h, w2)
    grad_h, _, _ = dense_backward(grad_p, h, w2 - 0.1 * grad_w2)
    _, grad_w1, grad_b1 = dense_backward(activate_backward(a, grad_h, "tanh"), x, w1)
    return loss, [(grad_w1, grad_b1), (grad_w2, grad_b2)]


@misconception(
    "two_layer",
    "The hidden units saturate or are ignored: the prediction is made from the weights, not "
    "from H. P = H W₂ + b₂.",
)
def second_layer_without_the_first(parameters, x, target):
    (w1, b1), (w2, b2) = parameters
    h = np.ones((len(x), len(w2)))
    loss, grad_p = squared_error(dense(h, w2, b2), target)
    _, grad_w2, grad_b2 = dense_backward(grad_p, h, w2)
    return loss, [(np.zeros_like(w1), np.zeros_like(b1)), (grad_w2, grad_b2)]


@misconception(
    "two_layer",
    "The gradients are one flat list. They are pairs, layer by layer: [(grad_w1, grad_b1), (grad_w2, "
    "grad_b2)].",
)
def flat_list(parameters, x, target):
    (w1, b1), (w2, b2) = parameters
    a = dense(x, w1, b1)
    h = activate(a, "tanh")
    loss, grad_p = squared_error(dense(h, w2, b2), target)
    grad_h, grad_w2, grad_b2 = dense_backward(grad_p, h, w2)
    _, grad_w1, grad_b1 = dense_backward(activate_backward(a, grad_h, "tanh"), x, w1)
    return loss, [grad_w1, grad_b1, grad_w2, grad_b2]


@misconception(
    "two_layer",
    "The gradient by W₂ was taken with A. The second layer was given H, after the tanh.",
)
def before_the_tanh(parameters, x, target):
    (w1, b1), (w2, b2) = parameters
    a = dense(x, w1, b1)
    h = activate(a, "tanh")
    loss, grad_p = squared_error(dense(h, w2, b2), target)
    grad_h, _, grad_b2 = dense_backward(grad_p, h, w2)
    _, grad_w1, grad_b1 = dense_backward(activate_backward(a, grad_h, "tanh"), x, w1)
    return loss, [(grad_w1, grad_b1), (a.T @ grad_p, grad_b2)]


@misconception(
    "two_layer", "The hidden units are not tanh: another activation was taken.", name=("relu", "sigmoid")
)
def another_activation(parameters, x, target, *, name="relu"):
    (w1, b1), (w2, b2) = parameters
    a = dense(x, w1, b1)
    h = activate(a, name)
    loss, grad_p = squared_error(dense(h, w2, b2), target)
    grad_h, grad_w2, grad_b2 = dense_backward(grad_p, h, w2)
    _, grad_w1, grad_b1 = dense_backward(activate_backward(a, grad_h, name), x, w1)
    return loss, [(grad_w1, grad_b1), (grad_w2, grad_b2)]


@variant("two_layer")
def written_out(parameters, x, target):
    (w1, b1), (w2, b2) = parameters
    h = np.tanh(x @ w1 + b1)
    d = h @ w2 + b2 - target
    g = 2 * d / d.size
    back = (g @ w2.T) * (1 - h * h)
    return np.mean(d * d), [[x.T @ back, back.sum(0)], [h.T @ g, g.sum(0)]]


@variant("two_layer")
def one_sample_at_a_time(parameters, x, target):
    (w1, b1), (w2, b2) = parameters
    loss, grads = 0.0, [np.zeros(part.shape) for part in (w1, b1, w2, b2)]
    for row, wanted in zip(x, target, strict=True):
        h = np.tanh(row @ w1 + b1)
        d = h @ w2 + b2 - wanted
        g = 2 * d / target.size
        back = (w2 @ g) * (1 - h**2)
        loss += np.sum(d**2) / target.size
        for total, part in zip(grads, (np.outer(row, back), back, np.outer(h, g), g), strict=True):
            total += part
    return loss, [(grads[0], grads[1]), (grads[2], grads[3])]


@variant("two_layer")
def layers_with_a_method_backward(parameters, x, target):
    class Dense:
        def __init__(self, w, b):
            self.w, self.b = w, b

        def forward(self, x):
            self.x = x
            return x @ self.w + self.b

        def backward(self, grad):
            self.grads = self.x.T @ grad, grad.sum(axis=0)
            return grad @ self.w.T

    class Tanh:
        def forward(self, a):
            self.h = np.tanh(a)
            return self.h

        def backward(self, grad):
            return grad * (1 - self.h**2)

    layers = [Dense(*parameters[0]), Tanh(), Dense(*parameters[1])]
    for layer in layers:
        x = layer.forward(x)
    grad = 2 * (x - target) / target.size
    for layer in reversed(layers):
        grad = layer.backward(grad)
    return np.mean((x - target) ** 2), [layers[0].grads, layers[2].grads]


@misconception(
    "mlp", "The last layer has an activation as well. It gives logits, which may be negative and large."
)
def activation_after_the_last_layer(parameters, x, activation="relu", rate=0.0, rng=None):
    cache = []
    for w, b in parameters:
        a = dense(x, w, b)
        y, mask = dropout(activate(a, activation), rate, rng)
        cache.append((x, a, mask))
        x = y
    return x, cache


@misconception("mlp", "The name of the activation is ignored: it is always ReLU.")
def always_relu(parameters, x, activation="relu", rate=0.0, rng=None):
    cache = []
    for w, b in parameters[:-1]:
        a = dense(x, w, b)
        y, mask = dropout(activate(a, "relu"), rate, rng)
        cache.append((x, a, mask))
        x = y
    cache.append((x, None, None))
    return dense(x, *parameters[-1]), cache


@misconception(
    "mlp",
    "There is no activation between the layers. Without one, many layers are no more than "
    "a single linear one.",
)
def only_linear(parameters, x, activation="relu", rate=0.0, rng=None):
    cache = []
    for w, b in parameters[:-1]:
        a = dense(x, w, b)
        y, mask = dropout(a, rate, rng)
        cache.append((x, a, mask))
        x = y
    cache.append((x, None, None))
    return dense(x, *parameters[-1]), cache


@misconception(
    "mlp",
    "The inputs are dropped, not the hidden units: dropout comes after the activation of a hidden layer.",
)
def inputs_dropped(parameters, x, activation="relu", rate=0.0, rng=None):
    cache = []
    for w, b in parameters[:-1]:
        x, mask = dropout(x, rate, rng)
        a = dense(x, w, b)
        cache.append((x, a, mask))
        x = activate(a, activation)
    cache.append((x, None, None))
    return dense(x, *parameters[-1]), cache


@misconception("mlp", "Dropout is never applied.")
def dropout_forgotten(parameters, x, activation="relu", rate=0.0, rng=None):
    cache = []
    for w, b in parameters[:-1]:
        a = dense(x, w, b)
        cache.append((x, a, np.ones_like(a)))
        x = activate(a, activation)
    cache.append((x, None, None))
    return dense(x, *parameters[-1]), cache


@misconception("mlp", "Without a generator, a new one is made, so units are dropped in evaluation too.")
def dropped_in_evaluation(parameters, x, activation="relu", rate=0.0, rng=None):
    rng = rng or np.random.default_rng(0)
    cache = []
    for w, b in parameters[:-1]:
        a = dense(x, w, b)
        y, mask = dropout(activate(a, activation), rate, rng)
        cache.append((x, a, mask))
        x = y
    cache.append((x, None, None))
    return dense(x, *parameters[-1]), cache


@misconception(
    "mlp",
    "Only the logits come back. Two things are asked for, the logits and what the backward pass will need.",
)
def cache_not_returned(parameters, x, activation="relu", rate=0.0, rng=None):
    for w, b in parameters[:-1]:
        x, _ = dropout(activate(dense(x, w, b), activation), rate, rng)
    return dense(x, *parameters[-1])


@misconception(
    "mlp",
    "Dropout comes before the activation. It comes after it, at the end of a hidden layer.",
)
def dropout_before_the_activation(parameters, x, activation="relu", rate=0.0, rng=None):
    cache = []
    for w, b in parameters[:-1]:
        a, mask = dropout(dense(x, w, b), rate, rng)
        cache.append((x, a, mask))
        x = activate(a, activation)
    cache.append((x, None, None))
    return dense(x, *parameters[-1]), cache


@misconception(
    "mlp",
    "The outputs are dropped as well: dropout belongs to the hidden layers.",
)
def outputs_dropped(parameters, x, activation="relu", rate=0.0, rng=None):
    cache = []
    for w, b in parameters[:-1]:
        a = dense(x, w, b)
        y, mask = dropout(activate(a, activation), rate, rng)
        cache.append((x, a, mask))
        x = y
    cache.append((x, None, None))
    logits, _ = dropout(dense(x, *parameters[-1]), rate, rng)
    return logits, cache


@variant("mlp")
def three_lists(parameters, x, activation="relu", rate=0.0, rng=None):
    inputs, sums, masks = [x], [None], [None]
    for k, (w, b) in enumerate(parameters):
        out = inputs[-1] @ w + b
        if k + 1 == len(parameters):
            break
        mask = (
            (rng.random(out.shape) < 1 - rate) / (1 - rate)
            if rng is not None and rate > 0
            else np.ones(out.shape)
        )
        sums.append(out)
        masks.append(mask)
        inputs.append(mask * activate(out, activation))
    return out, list(zip(inputs, [*sums[1:], None], [*masks[1:], None], strict=True))


@variant("mlp")
def by_recursion(parameters, x, activation="relu", rate=0.0, rng=None):
    (w, b), *rest = parameters
    a = dense(x, w, b)
    if not rest:
        return a, [(x, None, None)]
    y, mask = dropout(activate(a, activation), rate, rng)
    logits, cache = mlp(rest, y, activation, rate, rng)  # noqa: F821
    return logits, [(x, a, mask), *cache]


@misconception("mlp_backward", "The gradients stand in the order of the way back, the last layer first.")
def not_reversed(parameters, cache, grad, activation="relu"):
    gradients = []
    for (w, _), (x, a, mask) in zip(reversed(parameters), reversed(cache), strict=True):
        if a is not None:
            grad = activate_backward(a, grad * mask, activation)
        grad, grad_w, grad_b = dense_backward(grad, x, w)
        gradients.append((grad_w, grad_b))
    return gradients


@misconception("mlp_backward", "The activation is left out on the way back: only dense layers are passed.")
def only_dense_layers(parameters, cache, grad, activation="relu"):
    gradients = []
    for (w, _), (x, _, mask) in zip(reversed(parameters), reversed(cache), strict=True):
        if mask is not None:
            grad = grad * mask
        grad, grad_w, grad_b = dense_backward(grad, x, w)
        gradients.append((grad_w, grad_b))
    return gradients[::-1]


@misconception(
    "mlp_backward",
    "The mask of dropout is left out on the way back: what was dropped gets a gradient all the same.",
)
def mask_forgotten(parameters, cache, grad, activation="relu"):
    gradients = []
    for (w, _), (x, a, _) in zip(reversed(parameters), reversed(cache), strict=True):
        if a is not None:
            grad = activate_backward(a, grad, activation)
        grad, grad_w, grad_b = dense_backward(grad, x, w)
        gradients.append((grad_w, grad_b))
    return gradients[::-1]


@misconception(
    "mlp_backward",
    "Every layer gets the gradient of the logits. Each must get what the layer behind it has "
    "returned for its input.",
)
def same_gradient_for_all(parameters, cache, grad, activation="relu"):
    gradients = []
    for (w, b), (x, _, _) in zip(parameters, cache, strict=True):
        here = np.resize(grad, (len(x), len(b)))
        gradients.append(dense_backward(here, x, w)[1:])
    return gradients


@misconception("mlp_backward", "The name of the activation is ignored: the way back is always that of ReLU.")
def always_back_through_relu(parameters, cache, grad, activation="relu"):
    gradients = []
    for (w, _), (x, a, mask) in zip(reversed(parameters), reversed(cache), strict=True):
        if a is not None:
            grad = activate_backward(a, grad * mask, "relu")
        grad, grad_w, grad_b = dense_backward(grad, x, w)
        gradients.append((grad_w, grad_b))
    return gradients[::-1]


@misconception(
    "mlp_backward", "Divided by n in every layer. The n of the mean is in the gradient that comes in."
)
def divided_in_every_layer(parameters, cache, grad, activation="relu"):
    gradients = []
    n = len(grad)
    for (w, _), (x, a, mask) in zip(reversed(parameters), reversed(cache), strict=True):
        if a is not None:
            grad = activate_backward(a, grad * mask, activation)
        grad, grad_w, grad_b = dense_backward(grad, x, w)
        gradients.append((grad_w / n, grad_b / n))
    return gradients[::-1]


@misconception(
    "mlp_backward",
    "The activation's backward pass was given its output. It wants its input, what the dense layer made.",
)
def output_of_the_activation(parameters, cache, grad, activation="relu"):
    gradients = []
    for (w, _), (x, a, mask) in zip(reversed(parameters), reversed(cache), strict=True):
        if a is not None:
            grad = activate_backward(activate(a, activation), grad * mask, activation)
        grad, grad_w, grad_b = dense_backward(grad, x, w)
        gradients.append((grad_w, grad_b))
    return gradients[::-1]


@misconception(
    "mlp_backward",
    "On the way back the last layer has an activation too, which it had not on the way there: its output "
    "are the logits.",
)
def activation_of_the_last_layer_too(parameters, cache, grad, activation="relu"):
    gradients = []
    for (w, b), (x, _, _) in zip(reversed(parameters), reversed(cache), strict=True):
        grad = activate_backward(dense(x, w, b), grad, activation)
        grad, grad_w, grad_b = dense_backward(grad, x, w)
        gradients.append((grad_w, grad_b))
    return gradients[::-1]


@misconception(
    "mlp_backward",
    "The gradient of a hidden layer's weights was taken with what the layer gave, H_l. It belongs to what it was "
    "given, H_{l−1}: look at what `mlp` keeps in the cache, and which entry is taken from it.",
)
def output_of_the_layer(parameters, cache, grad, activation="relu"):
    gradients = []
    inputs = [x for x, _, _ in cache]
    for k in reversed(range(len(parameters))):
        _, a, mask = cache[k]
        x = inputs[k] if a is None else inputs[k + 1]
        if a is not None:
            grad = activate_backward(a, grad * mask, activation)
        grad, grad_w, grad_b = grad @ parameters[k][0].T, x.T @ grad, grad.sum(axis=0)
        gradients.append((grad_w, grad_b))
    return gradients[::-1]


@misconception(
    "mlp_backward",
    "None came out of the cache and was multiplied. Behind the last layer there is neither activation nor mask: those "
    "belong to the hidden layer before it, and are passed after its dense layer. And a mask that is None, if `mlp` "
    "keeps one where nothing is dropped, is left out.",
    first=("grad", "mask"),
)
def none_for_a_mask(parameters, cache, grad, activation="relu", *, first="grad"):
    gradients = []
    for k in reversed(range(len(parameters))):
        grad, grad_w, grad_b = dense_backward(grad, cache[k][0], parameters[k][0])
        gradients.append((grad_w, grad_b))
        if k:
            grad = grad * None if first == "grad" else None * grad
    return gradients[::-1]


@variant("mlp_backward")
def by_index(parameters, cache, grad, activation="relu"):
    gradients = [None] * len(parameters)
    for k in range(len(parameters) - 1, -1, -1):
        x, a, mask = cache[k]
        if k < len(parameters) - 1:
            grad = grad * mask * activate_backward(a, np.ones(a.shape), activation)
        gradients[k] = [x.T @ grad, np.sum(grad, axis=0)]
        grad = grad @ parameters[k][0].T
    return gradients


@variant("mlp_backward")
def inserted_at_the_front(parameters, cache, grad, activation="relu"):
    result = []
    steps = list(zip(parameters, cache, strict=True))
    while steps:
        (w, _), (x, a, mask) = steps.pop()
        g = grad if a is None else activate_backward(a, mask * grad, activation)
        grad, *own = dense_backward(g, x, w)
        result.insert(0, tuple(own))
    return result
