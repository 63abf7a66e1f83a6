"""Answers to lenet.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np

from course.testing import misconception, variant
from day12_cnn.lenet import (
    backward,
    conv2d,
    conv2d_backward,
    cross_entropy,
    forward,
    max_pool2d,
    max_pool2d_backward,
)


@misconception(
    "forward", "The ReLU is missing: without it, convolutions and dense layers collapse into one linear map."
)
def without_relu(parameters, images):
    p = parameters
    conv1 = conv2d(images, p["conv1.weight"], p["conv1.bias"], padding=(1, 1))
    pool1 = max_pool2d(conv1, (2, 2), (2, 2))
    conv2 = conv2d(pool1, p["conv2.weight"], p["conv2.bias"], padding=(1, 1))
    pool2 = max_pool2d(conv2, (2, 2), (2, 2))
    flat = pool2.reshape(len(images), -1)
    dense1 = flat @ p["dense1.weight"].T + p["dense1.bias"]
    logits = dense1 @ p["dense2.weight"].T + p["dense2.bias"]
    return {
        "conv1": conv1,
        "pool1": pool1,
        "conv2": conv2,
        "pool2": pool2,
        "flat": flat,
        "dense1": dense1,
        "logits": logits,
    }


@misconception(
    "forward", "The pixels of pool2 are flattened with the channel last. The order is channel, row, column."
)
def channel_last(parameters, images):
    p = parameters
    conv1 = conv2d(images, p["conv1.weight"], p["conv1.bias"], padding=(1, 1))
    pool1 = max_pool2d(np.maximum(conv1, 0), (2, 2), (2, 2))
    conv2 = conv2d(pool1, p["conv2.weight"], p["conv2.bias"], padding=(1, 1))
    pool2 = max_pool2d(np.maximum(conv2, 0), (2, 2), (2, 2))
    flat = pool2.transpose(0, 2, 3, 1).reshape(len(images), -1)
    dense1 = flat @ p["dense1.weight"].T + p["dense1.bias"]
    logits = np.maximum(dense1, 0) @ p["dense2.weight"].T + p["dense2.bias"]
    return {
        "conv1": conv1,
        "pool1": pool1,
        "conv2": conv2,
        "pool2": pool2,
        "flat": flat,
        "dense1": dense1,
        "logits": logits,
    }


@misconception(
    "forward",
    "The logits went through a softmax. The cross-entropy takes logits and applies it itself.",
)
def probabilities(parameters, images):
    p = parameters
    conv1 = conv2d(images, p["conv1.weight"], p["conv1.bias"], padding=(1, 1))
    pool1 = max_pool2d(np.maximum(conv1, 0), (2, 2), (2, 2))
    conv2 = conv2d(pool1, p["conv2.weight"], p["conv2.bias"], padding=(1, 1))
    pool2 = max_pool2d(np.maximum(conv2, 0), (2, 2), (2, 2))
    flat = pool2.reshape(len(images), -1)
    dense1 = flat @ p["dense1.weight"].T + p["dense1.bias"]
    logits = np.maximum(dense1, 0) @ p["dense2.weight"].T + p["dense2.bias"]
    logits = np.exp(logits - logits.max(axis=1, keepdims=True))
    logits = logits / logits.sum(axis=1, keepdims=True)
    return {
        "conv1": conv1,
        "pool1": pool1,
        "conv2": conv2,
        "pool2": pool2,
        "flat": flat,
        "dense1": dense1,
        "logits": logits,
    }


@misconception("forward", "There is a ReLU after the last layer as well: logits may be negative.")
def rectified_logits(parameters, images):
    p = parameters
    conv1 = conv2d(images, p["conv1.weight"], p["conv1.bias"], padding=(1, 1))
    pool1 = max_pool2d(np.maximum(conv1, 0), (2, 2), (2, 2))
    conv2 = conv2d(pool1, p["conv2.weight"], p["conv2.bias"], padding=(1, 1))
    pool2 = max_pool2d(np.maximum(conv2, 0), (2, 2), (2, 2))
    flat = pool2.reshape(len(images), -1)
    dense1 = flat @ p["dense1.weight"].T + p["dense1.bias"]
    logits = np.maximum(np.maximum(dense1, 0) @ p["dense2.weight"].T + p["dense2.bias"], 0)
    return {
        "conv1": conv1,
        "pool1": pool1,
        "conv2": conv2,
        "pool2": pool2,
        "flat": flat,
        "dense1": dense1,
        "logits": logits,
    }


@misconception("forward", "The biases of the convolutions were forgotten.")
def unbiased_convolutions(parameters, images):
    p = parameters
    conv1 = conv2d(images, p["conv1.weight"], None, padding=(1, 1))
    pool1 = max_pool2d(np.maximum(conv1, 0), (2, 2), (2, 2))
    conv2 = conv2d(pool1, p["conv2.weight"], None, padding=(1, 1))
    pool2 = max_pool2d(np.maximum(conv2, 0), (2, 2), (2, 2))
    flat = pool2.reshape(len(images), -1)
    dense1 = flat @ p["dense1.weight"].T + p["dense1.bias"]
    logits = np.maximum(dense1, 0) @ p["dense2.weight"].T + p["dense2.bias"]
    return {
        "conv1": conv1,
        "pool1": pool1,
        "conv2": conv2,
        "pool2": pool2,
        "flat": flat,
        "dense1": dense1,
        "logits": logits,
    }


@misconception(
    "forward",
    '"conv1", "conv2" or "dense1" was kept after its ReLU. They are asked for *before* it: the backward '
    "pass must see where the input of the ReLU was positive.",
    kept=(("conv1", "conv2", "dense1"), ("conv1", "conv2"), ("dense1",)),
)
def kept_after_the_relu(parameters, images, *, kept=("conv1", "conv2", "dense1")):
    p = parameters
    a = {"conv1": conv2d(images, p["conv1.weight"], p["conv1.bias"], padding=(1, 1))}
    a["pool1"] = max_pool2d(np.maximum(a["conv1"], 0), (2, 2), (2, 2))
    a["conv2"] = conv2d(a["pool1"], p["conv2.weight"], p["conv2.bias"], padding=(1, 1))
    a["pool2"] = max_pool2d(np.maximum(a["conv2"], 0), (2, 2), (2, 2))
    a["flat"] = a["pool2"].reshape(len(images), -1)
    a["dense1"] = a["flat"] @ p["dense1.weight"].T + p["dense1.bias"]
    a["logits"] = np.maximum(a["dense1"], 0) @ p["dense2.weight"].T + p["dense2.bias"]
    return a | {name: np.maximum(a[name], 0) for name in kept}


@misconception(
    "forward",
    'Only the logits come back. A dict of all activations is asked for, the logits under "logits".',
)
def logits_alone(parameters, images):
    p = parameters
    pool1 = max_pool2d(
        np.maximum(conv2d(images, p["conv1.weight"], p["conv1.bias"], padding=(1, 1)), 0), (2, 2), (2, 2)
    )
    pool2 = max_pool2d(
        np.maximum(conv2d(pool1, p["conv2.weight"], p["conv2.bias"], padding=(1, 1)), 0), (2, 2), (2, 2)
    )
    dense1 = pool2.reshape(len(images), -1) @ p["dense1.weight"].T + p["dense1.bias"]
    return np.maximum(dense1, 0) @ p["dense2.weight"].T + p["dense2.bias"]


@variant("forward")
def pooled_before_the_relu(parameters, images):
    a, x = {"input": images}, images
    for number in (1, 2):
        weight, bias = parameters[f"conv{number}.weight"], parameters[f"conv{number}.bias"]
        a[f"conv{number}"] = conv2d(x, weight, bias, (1, 1), (1, 1))
        x = a[f"pool{number}"] = np.maximum(max_pool2d(a[f"conv{number}"], (2, 2), (2, 2)), 0)
    a["flat"] = x.reshape(x.shape[0], 128)
    a["dense1"] = np.einsum("bi,oi->bo", a["flat"], parameters["dense1.weight"]) + parameters["dense1.bias"]
    a["relu"] = a["dense1"] * (a["dense1"] > 0)
    a["logits"] = np.dot(a["relu"], parameters["dense2.weight"].T) + parameters["dense2.bias"]
    return a


@variant("forward")
def image_by_image(parameters, images):
    p, rows = parameters, []
    for image in images:
        conv1 = conv2d(image[None], p["conv1.weight"], p["conv1.bias"], padding=(1, 1))
        pool1 = max_pool2d(np.clip(conv1, 0, None), (2, 2), (2, 2))
        conv2 = conv2d(pool1, p["conv2.weight"], p["conv2.bias"], padding=(1, 1))
        pool2 = max_pool2d(np.clip(conv2, 0, None), (2, 2), (2, 2))
        flat = pool2.reshape(1, -1)
        dense1 = flat @ p["dense1.weight"].T + p["dense1.bias"]
        logits = np.clip(dense1, 0, None) @ p["dense2.weight"].T + p["dense2.bias"]
        rows.append((conv1, pool1, conv2, pool2, flat, dense1, logits))
    names = ("conv1", "pool1", "conv2", "pool2", "flat", "dense1", "logits")
    return {name: np.concatenate(parts) for name, parts in zip(names, zip(*rows, strict=True), strict=True)}


@misconception(
    "backward",
    "A ReLU lets every gradient through; it does so only where its input was positive. There is one after dense1, and "
    "one after each convolution, before the pooling.",
    kept=("none", "dense1", "convolutions"),
)
def relu_ignored(parameters, images, activations, grad, *, kept="none"):
    p, a = parameters, activations
    grads = {"dense2.weight": grad.T @ np.maximum(a["dense1"], 0), "dense2.bias": grad.sum(axis=0)}
    grad = grad @ p["dense2.weight"]
    if kept == "dense1":
        grad = grad * (a["dense1"] > 0)
    grads |= {"dense1.weight": grad.T @ a["flat"], "dense1.bias": grad.sum(axis=0)}
    grad = (grad @ p["dense1.weight"]).reshape(a["pool2"].shape)
    for conv, x in (("conv2", a["pool1"]), ("conv1", images)):
        grad = max_pool2d_backward(grad, np.maximum(a[conv], 0), (2, 2), (2, 2))
        if kept == "convolutions":
            grad = grad * (a[conv] > 0)
        grad, grads[f"{conv}.weight"], grads[f"{conv}.bias"] = conv2d_backward(
            grad, x, p[f"{conv}.weight"], padding=(1, 1)
        )
    return grads


@misconception(
    "backward", "The biases receive a mean over the batch. They receive the sum; the loss is a mean already."
)
def mean_of_biases(parameters, images, activations, grad):
    p, a = parameters, activations
    grads = {"dense2.weight": grad.T @ np.maximum(a["dense1"], 0), "dense2.bias": grad.mean(axis=0)}
    grad = (grad @ p["dense2.weight"]) * (a["dense1"] > 0)
    grads |= {"dense1.weight": grad.T @ a["flat"], "dense1.bias": grad.mean(axis=0)}
    grad = (grad @ p["dense1.weight"]).reshape(a["pool2"].shape)
    for conv, x in (("conv2", a["pool1"]), ("conv1", images)):
        grad = max_pool2d_backward(grad, np.maximum(a[conv], 0), (2, 2), (2, 2)) * (a[conv] > 0)
        grad, grads[f"{conv}.weight"], bias = conv2d_backward(grad, x, p[f"{conv}.weight"], padding=(1, 1))
        grads[f"{conv}.bias"] = bias / len(images)
    return grads


@misconception(
    "backward",
    "The gradient of dense2 by its weights uses dense1 before the ReLU; the layer was given the numbers after it.",
)
def before_the_relu(parameters, images, activations, grad):
    p, a = parameters, activations
    grads = {"dense2.weight": grad.T @ a["dense1"], "dense2.bias": grad.sum(axis=0)}
    grad = (grad @ p["dense2.weight"]) * (a["dense1"] > 0)
    grads |= {"dense1.weight": grad.T @ a["flat"], "dense1.bias": grad.sum(axis=0)}
    grad = (grad @ p["dense1.weight"]).reshape(a["pool2"].shape)
    for conv, x in (("conv2", a["pool1"]), ("conv1", images)):
        grad = max_pool2d_backward(grad, np.maximum(a[conv], 0), (2, 2), (2, 2)) * (a[conv] > 0)
        grad, grads[f"{conv}.weight"], grads[f"{conv}.bias"] = conv2d_backward(
            grad, x, p[f"{conv}.weight"], padding=(1, 1)
        )
    return grads


@misconception(
    "backward",
    "The gradient is divided by the batch once more. It came from a loss that is a mean, so it is divided already.",
)
def divided_twice(parameters, images, activations, grad):
    p, a = parameters, activations
    grad = grad / len(images)
    grads = {"dense2.weight": grad.T @ np.maximum(a["dense1"], 0), "dense2.bias": grad.sum(axis=0)}
    grad = (grad @ p["dense2.weight"]) * (a["dense1"] > 0)
    grads |= {"dense1.weight": grad.T @ a["flat"], "dense1.bias": grad.sum(axis=0)}
    grad = (grad @ p["dense1.weight"]).reshape(a["pool2"].shape)
    for conv, x in (("conv2", a["pool1"]), ("conv1", images)):
        grad = max_pool2d_backward(grad, np.maximum(a[conv], 0), (2, 2), (2, 2)) * (a[conv] > 0)
        grad, grads[f"{conv}.weight"], grads[f"{conv}.bias"] = conv2d_backward(
            grad, x, p[f"{conv}.weight"], padding=(1, 1)
        )
    return grads


@misconception("backward", "conv1 receives no gradient: the way back ends at the second convolution.")
def first_layer_frozen(parameters, images, activations, grad):
    p, a = parameters, activations
    grads = {"dense2.weight": grad.T @ np.maximum(a["dense1"], 0), "dense2.bias": grad.sum(axis=0)}
    grad = (grad @ p["dense2.weight"]) * (a["dense1"] > 0)
    grads |= {"dense1.weight": grad.T @ a["flat"], "dense1.bias": grad.sum(axis=0)}
    grad = (grad @ p["dense1.weight"]).reshape(a["pool2"].shape)
    grad = max_pool2d_backward(grad, np.maximum(a["conv2"], 0), (2, 2), (2, 2)) * (a["conv2"] > 0)
    _, grads["conv2.weight"], grads["conv2.bias"] = conv2d_backward(
        grad, a["pool1"], p["conv2.weight"], padding=(1, 1)
    )
    grads["conv1.weight"], grads["conv1.bias"] = np.zeros((16, 1, 3, 3)), np.zeros(16)
    return grads


@misconception(
    "backward",
    "The ReLU on the way back looks at the gradient: it lets through where the *input* of the forward "
    "pass was positive, whatever the sign of the gradient.",
)
def relu_of_the_gradient(parameters, images, activations, grad):
    p, a = parameters, activations
    grads = {"dense2.weight": grad.T @ np.maximum(a["dense1"], 0), "dense2.bias": grad.sum(axis=0)}
    grad = np.maximum(grad @ p["dense2.weight"], 0)
    grads |= {"dense1.weight": grad.T @ a["flat"], "dense1.bias": grad.sum(axis=0)}
    grad = (grad @ p["dense1.weight"]).reshape(a["pool2"].shape)
    for conv, x in (("conv2", a["pool1"]), ("conv1", images)):
        grad = max_pool2d_backward(grad, np.maximum(a[conv], 0), (2, 2), (2, 2))
        grad, grads[f"{conv}.weight"], grads[f"{conv}.bias"] = conv2d_backward(
            np.maximum(grad, 0), x, p[f"{conv}.weight"], padding=(1, 1)
        )
    return grads


@misconception(
    "backward",
    "The ReLU lets the gradient through where its input was exactly 0. It does so only where it was "
    "positive: > 0, not >= 0.",
)
def open_at_zero(parameters, images, activations, grad):
    p, a = parameters, activations
    grads = {"dense2.weight": grad.T @ np.maximum(a["dense1"], 0), "dense2.bias": grad.sum(axis=0)}
    grad = (grad @ p["dense2.weight"]) * (a["dense1"] >= 0)
    grads |= {"dense1.weight": grad.T @ a["flat"], "dense1.bias": grad.sum(axis=0)}
    grad = (grad @ p["dense1.weight"]).reshape(a["pool2"].shape)
    for conv, x in (("conv2", a["pool1"]), ("conv1", images)):
        grad = max_pool2d_backward(grad, np.maximum(a[conv], 0), (2, 2), (2, 2)) * (a[conv] >= 0)
        grad, grads[f"{conv}.weight"], grads[f"{conv}.bias"] = conv2d_backward(
            grad, x, p[f"{conv}.weight"], padding=(1, 1)
        )
    return grads


@misconception(
    "backward",
    "The gradients of the dense weights are transposed. Each has the shape of its weights: gᵀ x.",
)
def dense_transposed(parameters, images, activations, grad):
    p, a = parameters, activations
    grads = {"dense2.weight": np.maximum(a["dense1"], 0).T @ grad, "dense2.bias": grad.sum(axis=0)}
    grad = (grad @ p["dense2.weight"]) * (a["dense1"] > 0)
    grads |= {"dense1.weight": a["flat"].T @ grad, "dense1.bias": grad.sum(axis=0)}
    grad = (grad @ p["dense1.weight"]).reshape(a["pool2"].shape)
    for conv, x in (("conv2", a["pool1"]), ("conv1", images)):
        grad = max_pool2d_backward(grad, np.maximum(a[conv], 0), (2, 2), (2, 2)) * (a[conv] > 0)
        grad, grads[f"{conv}.weight"], grads[f"{conv}.bias"] = conv2d_backward(
            grad, x, p[f"{conv}.weight"], padding=(1, 1)
        )
    return grads


@misconception(
    "backward",
    "The padding of the convolutions is left out on the way back. The forward pass had padding=(1, 1), so"
    " conv2d_backward needs it too.",
)
def padding_left_out(parameters, images, activations, grad):
    p, a = parameters, activations
    grads = {"dense2.weight": grad.T @ np.maximum(a["dense1"], 0), "dense2.bias": grad.sum(axis=0)}
    grad = (grad @ p["dense2.weight"]) * (a["dense1"] > 0)
    grads |= {"dense1.weight": grad.T @ a["flat"], "dense1.bias": grad.sum(axis=0)}
    grad = (grad @ p["dense1.weight"]).reshape(a["pool2"].shape)
    for conv, x in (("conv2", a["pool1"]), ("conv1", images)):
        grad = max_pool2d_backward(grad, np.maximum(a[conv], 0), (2, 2), (2, 2)) * (a[conv] > 0)
        grad, grads[f"{conv}.weight"], grads[f"{conv}.bias"] = conv2d_backward(grad, x, p[f"{conv}.weight"])
    return grads


@variant("backward")
def layer_by_layer(parameters, images, activations, grad):
    p, a, grads = parameters, activations, {}
    hidden = a["dense1"] * (a["dense1"] > 0)
    grads["dense2.weight"] = np.einsum("bo,bi->oi", grad, hidden)
    grads["dense2.bias"] = np.sum(grad, axis=0)
    grad = np.where(a["dense1"] > 0, grad @ p["dense2.weight"], 0)
    grads["dense1.weight"], grads["dense1.bias"] = grad.T @ a["flat"], np.sum(grad, axis=0)
    grad = np.reshape(grad @ p["dense1.weight"], (-1, 32, 2, 2))
    grad = np.where(a["conv2"] > 0, max_pool2d_backward(grad, a["conv2"], (2, 2), (2, 2)), 0)
    grad, grads["conv2.weight"], grads["conv2.bias"] = conv2d_backward(
        grad, a["pool1"], p["conv2.weight"], (1, 1), (1, 1)
    )
    grad = np.where(a["conv1"] > 0, max_pool2d_backward(grad, a["conv1"], (2, 2), (2, 2)), 0)
    _, grads["conv1.weight"], grads["conv1.bias"] = conv2d_backward(
        grad, images, p["conv1.weight"], (1, 1), (1, 1)
    )
    return grads


@variant("backward")
def sum_over_single_images(parameters, images, activations, grad):
    p, total = parameters, {name: np.zeros(value.shape) for name, value in parameters.items()}
    for n in range(len(images)):
        a = {name: value[n : n + 1] for name, value in activations.items()}
        g = grad[n : n + 1]
        total["dense2.weight"] += g.T @ np.maximum(a["dense1"], 0)
        total["dense2.bias"] += g[0]
        g = g @ p["dense2.weight"] * (a["dense1"] > 0)
        total["dense1.weight"] += np.outer(g, a["flat"])
        total["dense1.bias"] += g[0]
        g = (g @ p["dense1.weight"]).reshape(a["pool2"].shape)
        for conv, x in (("conv2", a["pool1"]), ("conv1", images[n : n + 1])):
            g = max_pool2d_backward(g, np.maximum(a[conv], 0), (2, 2), (2, 2)) * (a[conv] > 0)
            g, dweight, dbias = conv2d_backward(g, x, p[f"{conv}.weight"], padding=(1, 1))
            total[f"{conv}.weight"] += dweight
            total[f"{conv}.bias"] += dbias
    return total


@misconception(
    "train",
    "The rate falls too early: e counts from 0, so that the first epoch has the whole learning rate, and the last one "
    "not 0.",
)
def falls_one_epoch_early(
    parameters, images, labels, epochs=10, batch_size=32, learning_rate=0.02, momentum=0.9, seed=0
):
    rng = np.random.default_rng(seed)
    parameters = {name: value.copy() for name, value in parameters.items()}
    velocity = {name: np.zeros_like(value) for name, value in parameters.items()}
    losses = []
    for epoch in range(epochs):
        rate = learning_rate * (1 - (epoch + 1) / epochs)
        order, total = rng.permutation(len(images)), 0.0
        for start in range(0, len(order), batch_size):
            batch = order[start : start + batch_size]
            activations = forward(parameters, images[batch])
            loss, grad = cross_entropy(activations["logits"], labels[batch])
            grads = backward(parameters, images[batch], activations, grad)
            total += loss * len(batch)
            for name in parameters:
                velocity[name] = momentum * velocity[name] + grads[name]
                parameters[name] -= rate * velocity[name]
        losses.append(total / len(images))
    return parameters, losses


@misconception(
    "train",
    "Images and labels no longer belong together: the same order has to pick both.",
    labels_of=("the old order", "an order of their own"),
)
def labels_apart(
    parameters,
    images,
    labels,
    epochs=10,
    batch_size=32,
    learning_rate=0.02,
    momentum=0.9,
    seed=0,
    *,
    labels_of="the old order",
):
    rng = np.random.default_rng(seed)
    parameters = {name: value.copy() for name, value in parameters.items()}
    velocity = {name: np.zeros_like(value) for name, value in parameters.items()}
    losses = []
    for epoch in range(epochs):
        rate = learning_rate * (1 - epoch / epochs)
        order, total = rng.permutation(len(images)), 0.0
        for start in range(0, len(order), batch_size):
            batch = order[start : start + batch_size]
            other = (
                np.arange(len(images))[start : start + batch_size]
                if labels_of == "the old order"
                else rng.permutation(len(images))[: len(batch)]
            )
            activations = forward(parameters, images[batch])
            loss, grad = cross_entropy(activations["logits"], labels[other])
            grads = backward(parameters, images[batch], activations, grad)
            total += loss * len(batch)
            for name in parameters:
                velocity[name] = momentum * velocity[name] + grads[name]
                parameters[name] -= rate * velocity[name]
        losses.append(total / len(images))
    return parameters, losses


@misconception("train", "The step goes uphill: subtract learning_rate times the velocity.")
def uphill(parameters, images, labels, epochs=10, batch_size=32, learning_rate=0.02, momentum=0.9, seed=0):
    rng = np.random.default_rng(seed)
    parameters = {name: value.copy() for name, value in parameters.items()}
    velocity = {name: np.zeros_like(value) for name, value in parameters.items()}
    losses = []
    for epoch in range(epochs):
        rate = learning_rate * (1 - epoch / epochs)
        order, total = rng.permutation(len(images)), 0.0
        for start in range(0, len(order), batch_size):
            batch = order[start : start + batch_size]
            activations = forward(parameters, images[batch])
            loss, grad = cross_entropy(activations["logits"], labels[batch])
            grads = backward(parameters, images[batch], activations, grad)
            total += loss * len(batch)
            for name in parameters:
                velocity[name] = momentum * velocity[name] + grads[name]
                parameters[name] += rate * velocity[name]
        losses.append(total / len(images))
    return parameters, losses


@misconception(
    "train",
    "The steps of earlier epochs are forgotten: momentum is not used, or the velocity begins at 0 in every epoch "
    "instead of once, before the first.",
)
def plain_descent(
    parameters, images, labels, epochs=10, batch_size=32, learning_rate=0.02, momentum=0.9, seed=0
):
    rng = np.random.default_rng(seed)
    parameters = {name: value.copy() for name, value in parameters.items()}
    losses = []
    for epoch in range(epochs):
        rate = learning_rate * (1 - epoch / epochs)
        order, total = rng.permutation(len(images)), 0.0
        for start in range(0, len(order), batch_size):
            batch = order[start : start + batch_size]
            activations = forward(parameters, images[batch])
            loss, grad = cross_entropy(activations["logits"], labels[batch])
            grads = backward(parameters, images[batch], activations, grad)
            total += loss * len(batch)
            for name in parameters:
                parameters[name] -= rate * grads[name]
        losses.append(total / len(images))
    return parameters, losses


@misconception(
    "train",
    "The gradient is weighted with 1 − momentum, as in an average. In the formula it counts in full.",
)
def averaged_velocity(
    parameters, images, labels, epochs=10, batch_size=32, learning_rate=0.02, momentum=0.9, seed=0
):
    rng = np.random.default_rng(seed)
    parameters = {name: value.copy() for name, value in parameters.items()}
    velocity = {name: np.zeros_like(value) for name, value in parameters.items()}
    losses = []
    for epoch in range(epochs):
        rate = learning_rate * (1 - epoch / epochs)
        order, total = rng.permutation(len(images)), 0.0
        for start in range(0, len(order), batch_size):
            batch = order[start : start + batch_size]
            activations = forward(parameters, images[batch])
            loss, grad = cross_entropy(activations["logits"], labels[batch])
            grads = backward(parameters, images[batch], activations, grad)
            total += loss * len(batch)
            for name in parameters:
                velocity[name] = momentum * velocity[name] + (1 - momentum) * grads[name]
                parameters[name] -= rate * velocity[name]
        losses.append(total / len(images))
    return parameters, losses


@misconception("train", "The last, smaller batch of an epoch is left out.")
def last_batch_dropped(
    parameters, images, labels, epochs=10, batch_size=32, learning_rate=0.02, momentum=0.9, seed=0
):
    rng = np.random.default_rng(seed)
    parameters = {name: value.copy() for name, value in parameters.items()}
    velocity = {name: np.zeros_like(value) for name, value in parameters.items()}
    losses = []
    for epoch in range(epochs):
        rate = learning_rate * (1 - epoch / epochs)
        order, total = rng.permutation(len(images)), 0.0
        used = len(order) // batch_size * batch_size
        for start in range(0, used, batch_size):
            batch = order[start : start + batch_size]
            activations = forward(parameters, images[batch])
            loss, grad = cross_entropy(activations["logits"], labels[batch])
            grads = backward(parameters, images[batch], activations, grad)
            total += loss * len(batch)
            for name in parameters:
                velocity[name] = momentum * velocity[name] + grads[name]
                parameters[name] -= rate * velocity[name]
        losses.append(total / used)
    return parameters, losses


@misconception(
    "train",
    "The loss of an epoch is a mean over batches, in which the samples of the last, smaller batch count for more.",
)
def mean_over_batches(
    parameters, images, labels, epochs=10, batch_size=32, learning_rate=0.02, momentum=0.9, seed=0
):
    rng = np.random.default_rng(seed)
    parameters = {name: value.copy() for name, value in parameters.items()}
    velocity = {name: np.zeros_like(value) for name, value in parameters.items()}
    losses = []
    for epoch in range(epochs):
        rate = learning_rate * (1 - epoch / epochs)
        order, batch_losses = rng.permutation(len(images)), []
        for start in range(0, len(order), batch_size):
            batch = order[start : start + batch_size]
            activations = forward(parameters, images[batch])
            loss, grad = cross_entropy(activations["logits"], labels[batch])
            grads = backward(parameters, images[batch], activations, grad)
            batch_losses.append(loss)
            for name in parameters:
                velocity[name] = momentum * velocity[name] + grads[name]
                parameters[name] -= rate * velocity[name]
        losses.append(np.mean(batch_losses))
    return parameters, losses


@misconception(
    "train", "The samples are not shuffled: with sorted data, every batch pulls the network somewhere else."
)
def never_shuffled(
    parameters, images, labels, epochs=10, batch_size=32, learning_rate=0.02, momentum=0.9, seed=0
):
    parameters = {name: value.copy() for name, value in parameters.items()}
    velocity = {name: np.zeros_like(value) for name, value in parameters.items()}
    losses = []
    for epoch in range(epochs):
        rate = learning_rate * (1 - epoch / epochs)
        total = 0.0
        for start in range(0, len(images), batch_size):
            batch = slice(start, start + batch_size)
            activations = forward(parameters, images[batch])
            loss, grad = cross_entropy(activations["logits"], labels[batch])
            grads = backward(parameters, images[batch], activations, grad)
            total += loss * len(labels[batch])
            for name in parameters:
                velocity[name] = momentum * velocity[name] + grads[name]
                parameters[name] -= rate * velocity[name]
        losses.append(total / len(images))
    return parameters, losses


@misconception("train", "The learning rate stays as it is; it falls from epoch to epoch, linearly towards 0.")
def constant_rate(
    parameters, images, labels, epochs=10, batch_size=32, learning_rate=0.02, momentum=0.9, seed=0
):
    rng = np.random.default_rng(seed)
    parameters = {name: value.copy() for name, value in parameters.items()}
    velocity = {name: np.zeros_like(value) for name, value in parameters.items()}
    losses = []
    for _ in range(epochs):
        order, total = rng.permutation(len(images)), 0.0
        for start in range(0, len(order), batch_size):
            batch = order[start : start + batch_size]
            activations = forward(parameters, images[batch])
            loss, grad = cross_entropy(activations["logits"], labels[batch])
            grads = backward(parameters, images[batch], activations, grad)
            total += loss * len(batch)
            for name in parameters:
                velocity[name] = momentum * velocity[name] + grads[name]
                parameters[name] -= learning_rate * velocity[name]
        losses.append(total / len(images))
    return parameters, losses


@misconception(
    "train",
    "The samples are shuffled once, before the first epoch. Shuffle anew in every epoch: draw the permutation "
    "inside of the loop.",
)
def shuffled_once(
    parameters, images, labels, epochs=10, batch_size=32, learning_rate=0.02, momentum=0.9, seed=0
):
    rng = np.random.default_rng(seed)
    parameters = {name: value.copy() for name, value in parameters.items()}
    velocity = {name: np.zeros_like(value) for name, value in parameters.items()}
    losses, order = [], rng.permutation(len(images))
    for epoch in range(epochs):
        rate, total = learning_rate * (1 - epoch / epochs), 0.0
        for start in range(0, len(order), batch_size):
            batch = order[start : start + batch_size]
            activations = forward(parameters, images[batch])
            loss, grad = cross_entropy(activations["logits"], labels[batch])
            grads = backward(parameters, images[batch], activations, grad)
            total += loss * len(batch)
            for name in parameters:
                velocity[name] = momentum * velocity[name] + grads[name]
                parameters[name] -= rate * velocity[name]
        losses.append(total / len(images))
    return parameters, losses


@variant("train")
def steps_without_a_loop_over_names(
    parameters, images, labels, epochs=10, batch_size=32, learning_rate=0.02, momentum=0.9, seed=0
):
    rng, n = np.random.default_rng(seed), len(images)
    velocity, losses = dict.fromkeys(parameters, 0.0), []
    for rate in np.linspace(learning_rate, 0, epochs, endpoint=False):
        order, per_batch, sizes = rng.permutation(n), [], []
        for batch in np.split(order, range(batch_size, n, batch_size)):
            activations = forward(parameters, images[batch])
            loss, grad = cross_entropy(activations["logits"], labels[batch])
            grads = backward(parameters, images[batch], activations, grad)
            velocity = {name: momentum * velocity[name] + grads[name] for name in grads}
            parameters = {name: value - rate * velocity[name] for name, value in parameters.items()}
            per_batch.append(loss)
            sizes.append(len(batch))
        losses.append(np.average(per_batch, weights=sizes))
    return parameters, np.array(losses)


@variant("train")
def other_shuffling(
    parameters, images, labels, epochs=10, batch_size=32, learning_rate=0.02, momentum=0.9, seed=0
):
    shuffling = np.random.RandomState(seed)
    p = {name: np.array(value, copy=True) for name, value in parameters.items()}
    v = {name: 0 * value for name, value in p.items()}
    losses, order = [], np.arange(len(images))
    for epoch in range(epochs, 0, -1):
        shuffling.shuffle(order)
        total, first = 0.0, 0
        while first < len(order):
            batch = order[first : first + batch_size]
            a = forward(p, images[batch])
            loss, grad = cross_entropy(a["logits"], labels[batch])
            grads = backward(p, images[batch], a, grad)
            for name in p:
                v[name] = momentum * v[name] + grads[name]
                p[name] = p[name] - learning_rate * epoch / epochs * v[name]
            total += float(loss) * len(batch)
            first += batch_size
        losses.append(total / len(order))
    return p, losses
