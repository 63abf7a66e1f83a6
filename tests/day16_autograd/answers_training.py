"""Answers to training.py: wrong loops with what went wrong, and right ones in another style."""

import numpy as np

from course.testing import misconception, variant
from day16_autograd.training import descend


@misconception(
    "descend",
    "The gradients of the step before are still there, and the new ones are added to them: zero_grad first.",
)
def without_zero_grad(loss, parameters, learning_rate):
    loss.backward()
    for p in parameters:
        p.data = p.data - learning_rate * p.grad


@misconception("descend", "This climbs: the step goes against the gradient.")
def uphill(loss, parameters, learning_rate):
    for p in parameters:
        p.zero_grad()
    loss.backward()
    for p in parameters:
        p.data = p.data + learning_rate * p.grad


@misconception(
    "descend", "The gradients are forgotten between the backward pass and the step, so nothing moves."
)
def forgotten_too_late(loss, parameters, learning_rate):
    loss.backward()
    for p in parameters:
        p.zero_grad()
        p.data = p.data - learning_rate * p.grad


@misconception(
    "descend",
    "A new node takes the place of the parameter in the list, and the network keeps the old one: change its `data`.",
)
def new_nodes(loss, parameters, learning_rate):
    for p in parameters:
        p.zero_grad()
    loss.backward()
    for p in parameters:
        p = p.data - learning_rate * p.grad


@misconception(
    "descend",
    "backward() is called once for every parameter, and the gradients add up: once for all of them.",
)
def backward_for_each(loss, parameters, learning_rate):
    for p in parameters:
        p.zero_grad()
    for p in parameters:
        loss.backward()
        p.data = p.data - learning_rate * p.grad


@misconception("descend", "The learning rate is missing.")
def without_learning_rate(loss, parameters, learning_rate):
    for p in parameters:
        p.zero_grad()
    loss.backward()
    for p in parameters:
        p.data = p.data - p.grad


@variant("descend")
def three_comprehensions(loss, parameters, learning_rate):
    parameters = list(parameters)
    _ = [p.zero_grad() for p in parameters]
    loss.backward()
    steps = [learning_rate * p.grad for p in parameters]
    for p, step in zip(parameters, steps, strict=True):
        p.data = p.data + (-step)


@variant("descend")
def operator_with_assignment(loss, parameters, learning_rate):
    for parameter in parameters:
        parameter.zero_grad()
    loss.backward()
    for parameter in parameters:
        parameter.data -= learning_rate * parameter.grad


@misconception("train", "The samples are in the same order in every epoch: draw a new permutation in each.")
def one_order(loss_of, parameters, samples, batch_size, epochs, learning_rate, rng):
    history = []
    order = rng.permutation(samples)
    for _ in range(epochs):
        total = 0.0
        for start in range(0, samples, batch_size):
            batch = order[start : start + batch_size]
            loss = loss_of(batch)
            descend(loss, parameters, learning_rate)
            total += float(loss.data) * len(batch)
        history.append(total / samples)
    return history


@misconception("train", "What is left over at the end of an epoch is dropped. It is a smaller batch.")
def last_batch_dropped(loss_of, parameters, samples, batch_size, epochs, learning_rate, rng):
    history = []
    for _ in range(epochs):
        order = rng.permutation(samples)
        total = 0.0
        for start in range(0, samples - batch_size + 1, batch_size):
            batch = order[start : start + batch_size]
            loss = loss_of(batch)
            descend(loss, parameters, learning_rate)
            total += float(loss.data) * len(batch)
        history.append(total / samples)
    return history


@misconception(
    "train", "The mean is over batches, and a smaller batch counts as much as the others. It is over samples."
)
def mean_over_batches(loss_of, parameters, samples, batch_size, epochs, learning_rate, rng):
    history = []
    for _ in range(epochs):
        order = rng.permutation(samples)
        losses = []
        for start in range(0, samples, batch_size):
            loss = loss_of(order[start : start + batch_size])
            descend(loss, parameters, learning_rate)
            losses.append(float(loss.data))
        history.append(sum(losses) / len(losses))
    return history


@misconception(
    "train",
    "The samples of a batch are drawn anew each time, so some come twice in an epoch and others not at all.",
)
def drawn_with_replacement(loss_of, parameters, samples, batch_size, epochs, learning_rate, rng):
    history = []
    for _ in range(epochs):
        total = 0.0
        for start in range(0, samples, batch_size):
            batch = rng.integers(0, samples, size=min(batch_size, samples - start))
            loss = loss_of(batch)
            descend(loss, parameters, learning_rate)
            total += float(loss.data) * len(batch)
        history.append(total / samples)
    return history


@misconception("train", "The list has an entry for every batch. It has one for every epoch.")
def loss_of_every_batch(loss_of, parameters, samples, batch_size, epochs, learning_rate, rng):
    history = []
    for _ in range(epochs):
        order = rng.permutation(samples)
        for start in range(0, samples, batch_size):
            loss = loss_of(order[start : start + batch_size])
            descend(loss, parameters, learning_rate)
            history.append(float(loss.data))
    return history


@misconception("train", "There is one epoch only: `return` stands inside of the loop.")
def one_epoch(loss_of, parameters, samples, batch_size, epochs, learning_rate, rng):
    history = []
    for _ in range(epochs):
        order = rng.permutation(samples)
        total = 0.0
        for start in range(0, samples, batch_size):
            batch = order[start : start + batch_size]
            loss = loss_of(batch)
            descend(loss, parameters, learning_rate)
            total += float(loss.data) * len(batch)
        history.append(total / samples)
        return history


@misconception(
    "train",
    "The losses of an epoch are added up. What is asked for is their mean: divide by the number of samples.",
)
def total_loss(loss_of, parameters, samples, batch_size, epochs, learning_rate, rng):
    history = []
    for _ in range(epochs):
        order = rng.permutation(samples)
        total = 0.0
        for start in range(0, samples, batch_size):
            batch = order[start : start + batch_size]
            loss = loss_of(batch)
            descend(loss, parameters, learning_rate)
            total += float(loss.data) * len(batch)
        history.append(total)
    return history


@variant("train")
def by_shuffling(loss_of, parameters, samples, batch_size, epochs, learning_rate, rng):

    history, numbers = [], np.arange(samples)
    for _ in range(epochs):
        rng.shuffle(numbers)
        losses, weights = [], []
        for batch in np.split(numbers, range(batch_size, samples, batch_size)):
            loss = loss_of(batch.copy())
            losses.append(np.asarray(loss.data).item())
            weights.append(len(batch))
            descend(loss, parameters, learning_rate)
        history.append(float(np.average(losses, weights=weights)))
    return history


@variant("train")
def with_a_step_of_its_own(loss_of, parameters, samples, batch_size, epochs, learning_rate, rng):
    history = [0.0] * epochs
    for epoch in range(epochs):
        order, start = rng.permutation(samples), 0
        while start < samples:
            batch = order[start : min(start + batch_size, samples)]
            loss = loss_of(batch)
            for p in parameters:
                p.zero_grad()
            loss.backward()
            for p in parameters:
                p.data = p.data - learning_rate * p.grad
            history[epoch] += float(loss.data) * len(batch) / samples
            start += batch_size
    return history


@misconception(
    "descend",
    "The gradients are forgotten after the step only. Somebody else may have left some there before: zero_grad first.",
)
def forgotten_afterwards(loss, parameters, learning_rate):
    loss.backward()
    for p in parameters:
        p.data = p.data - learning_rate * p.grad
        p.zero_grad()


@misconception(
    "descend",
    "`p - …` makes a new node of the engine. The step is in the numbers: p.data = p.data − η p.grad.",
)
def nodes_for_numbers(loss, parameters, learning_rate):
    for p in parameters:
        p.zero_grad()
    loss.backward()
    for p in parameters:
        p.data = p - learning_rate * p.grad


@misconception(
    "train", "The loss is computed once more, after the step. What is reported is the loss just before it."
)
def loss_after_the_step(loss_of, parameters, samples, batch_size, epochs, learning_rate, rng):
    history = []
    for _ in range(epochs):
        order = rng.permutation(samples)
        total = 0.0
        for start in range(0, samples, batch_size):
            batch = order[start : start + batch_size]
            descend(loss_of(batch), parameters, learning_rate)
            total += float(loss_of(batch).data) * len(batch)
        history.append(total / samples)
    return history


@misconception("train", "The loss of the last batch stands for the epoch. It is the mean over all samples.")
def loss_of_the_last_batch(loss_of, parameters, samples, batch_size, epochs, learning_rate, rng):
    history = []
    for _ in range(epochs):
        order = rng.permutation(samples)
        for start in range(0, samples, batch_size):
            loss = loss_of(order[start : start + batch_size])
            descend(loss, parameters, learning_rate)
        history.append(float(loss.data))
    return history


@misconception(
    "train",
    "The order comes from NumPy's global generator. Whoever gives an `rng` wants to get the same order again from "
    "the same one.",
)
def global_chance(loss_of, parameters, samples, batch_size, epochs, learning_rate, rng):
    history = []
    for _ in range(epochs):
        order = np.random.permutation(samples)
        total = 0.0
        for start in range(0, samples, batch_size):
            batch = order[start : start + batch_size]
            loss = loss_of(batch)
            descend(loss, parameters, learning_rate)
            total += float(loss.data) * len(batch)
        history.append(total / samples)
    return history


@variant("train")
def from_the_end_of_a_queue(loss_of, parameters, samples, batch_size, epochs, learning_rate, rng):
    losses = np.zeros((epochs, samples))
    for epoch in range(epochs):
        queue = list(np.argsort(rng.random(samples)))
        while queue:
            batch = np.array(queue[-batch_size:])
            del queue[-batch_size:]
            loss = loss_of(batch)
            losses[epoch, batch] = float(loss.data)
            descend(loss, parameters, learning_rate)
    return losses.mean(axis=1)
