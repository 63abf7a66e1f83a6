"""Answers to playground.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np

from course.testing import misconception, variant
from day02_optimization.derivatives import sigmoid
from day02_optimization.playground import classifier_gradient


@misconception(
    "polynomial_features", "The products are missing: x_0 x_1 is what tells opposite quadrants apart."
)
def without_products(x, degree):
    x0, x1 = np.asarray(x, dtype=float).T
    columns = [np.ones(len(x0))]
    for power in range(1, degree + 1):
        columns += [x0**power, x1**power]
    return np.column_stack(columns)


@misconception(
    "polynomial_features",
    "The column of ones is missing: without it every boundary passes through the origin.",
)
def without_the_one(x, degree):
    x0, x1 = np.asarray(x, dtype=float).T
    columns = [x0 ** (t - j) * x1**j for t in range(1, degree + 1) for j in range(t + 1)]
    return np.column_stack(columns) if columns else np.empty((len(x0), 0))


@misconception(
    "polynomial_features", "Small integers overflow: 200 · 200 does not fit into 8 bits. Make x float first."
)
def in_the_dtype_of_x(x, degree):
    x0, x1 = x.T
    return np.column_stack([x0 ** (t - j) * x1**j for t in range(degree + 1) for j in range(t + 1)])


@misconception(
    "polynomial_features",
    "Each power runs up to the degree by itself. It is their sum that must not exceed it.",
)
def too_many(x, degree):
    x0, x1 = np.asarray(x, dtype=float).T
    return np.column_stack([x0**i * x1**j for i in range(degree + 1) for j in range(degree + 1)])


@misconception(
    "polynomial_features",
    "Within one degree the order is turned round: x_0 comes first, then the power of x_1 grows: x_0², x_0 x_1, x_1².",
)
def second_coordinate_first(x, degree):
    x0, x1 = np.asarray(x, dtype=float).T
    columns = [x0**j * x1 ** (total - j) for total in range(degree + 1) for j in range(total + 1)]
    return np.column_stack(columns)


@variant("polynomial_features")
def row_by_row(x, degree):
    return [
        [float(a) ** (t - j) * float(b) ** j for t in range(degree + 1) for j in range(t + 1)] for a, b in x
    ]


@variant("polynomial_features")
def degree_by_degree(x, degree):
    x = np.asarray(x, dtype=float)
    layers = [np.ones((len(x), 1))]
    for _ in range(degree):
        last = layers[-1]
        layers.append(np.hstack([last * x[:, :1], last[:, -1:] * x[:, 1:]]))
    return np.hstack(layers)


@misconception(
    "classifier_gradient", "Summed over the rows; the likelihood is a mean, and so is its gradient."
)
def summed_over_rows(weights, features, labels):
    return features.T @ (sigmoid(features @ weights) - labels)


@misconception("classifier_gradient", "The residual has the wrong sign: p − y, not y − p.")
def sign_reversed(weights, features, labels):
    return features.T @ (labels - sigmoid(features @ weights)) / len(labels)


@misconception(
    "classifier_gradient",
    "The sigmoid is missing: z itself is compared with the labels. p is sigmoid(features @ weights).",
)
def without_the_sigmoid(weights, features, labels):
    return features.T @ (features @ weights - labels) / len(labels)


@variant("classifier_gradient")
def as_a_mean(weights, features, labels):
    return np.mean((sigmoid(features @ weights) - labels)[:, None] * features, axis=0)


@variant("classifier_gradient")
def column_by_column(weights, features, labels):
    residual = sigmoid(np.sum(features * weights, axis=1)) - labels
    return [float(np.mean(residual * column)) for column in features.T]


@misconception(
    "train_classifier",
    "The velocity is not carried over from step to step: set it to zeros before the loop, not in it.",
)
def without_momentum(features, labels, rng, learning_rate=0.5, momentum=0.9, batch=16, steps=600):
    weights = np.zeros(features.shape[1])
    for _ in range(steps):
        rows = rng.choice(len(labels), size=batch, replace=False)
        weights = weights - learning_rate * classifier_gradient(weights, features[rows], labels[rows])
    return weights


@misconception(
    "train_classifier",
    "The rows are drawn with replacement: some appear twice in a batch, others not at all.",
)
def with_replacement(features, labels, rng, learning_rate=0.5, momentum=0.9, batch=16, steps=600):
    weights = np.zeros(features.shape[1])
    velocity = np.zeros_like(weights)
    for _ in range(steps):
        rows = rng.integers(0, len(labels), size=batch)
        velocity = momentum * velocity - learning_rate * classifier_gradient(
            weights, features[rows], labels[rows]
        )
        weights = weights + velocity
    return weights


@misconception(
    "train_classifier", "Features and labels are drawn separately: each label must stay with its row."
)
def labels_torn_off(features, labels, rng, learning_rate=0.5, momentum=0.9, batch=16, steps=600):
    weights = np.zeros(features.shape[1])
    velocity = np.zeros_like(weights)
    for _ in range(steps):
        rows, others = (rng.choice(len(labels), size=batch, replace=False) for _ in range(2))
        velocity = momentum * velocity - learning_rate * classifier_gradient(
            weights, features[rows], labels[others]
        )
        weights = weights + velocity
    return weights


@variant("train_classifier")
def by_shuffling(features, labels, rng, learning_rate=0.5, momentum=0.9, batch=16, steps=600):
    weights, total = np.zeros(features.shape[1]), 0.0
    for _ in range(steps):
        rows = rng.permutation(len(labels))[:batch]
        total = momentum * total + classifier_gradient(weights, features[rows], labels[rows])
        weights = weights - learning_rate * total
    return weights


@variant("train_classifier")
def in_single_precision(features, labels, rng, learning_rate=0.5, momentum=0.9, batch=16, steps=600):
    features = np.asarray(features, dtype=np.float32)
    weights = np.zeros(features.shape[1], dtype=np.float32)
    velocity = np.zeros_like(weights)
    for _ in range(steps):
        rows = rng.choice(len(labels), size=batch, replace=False)
        gradient = np.float32(classifier_gradient(weights, features[rows], labels[rows]))
        velocity = np.float32(momentum) * velocity - np.float32(learning_rate) * gradient
        weights = weights + velocity
    return weights


@misconception(
    "train_classifier",
    "np.random is asked for chance, and nothing comes out the same way again. Ask the generator that is given: `rng`.",
)
def rows_from_elsewhere(features, labels, rng, learning_rate=0.5, momentum=0.9, batch=16, steps=600):
    weights = np.zeros(features.shape[1])
    velocity = np.zeros_like(weights)
    for _ in range(steps):
        rows = np.random.choice(len(labels), size=batch, replace=False)
        velocity = momentum * velocity - learning_rate * classifier_gradient(
            weights, features[rows], labels[rows]
        )
        weights = weights + velocity
    return weights
