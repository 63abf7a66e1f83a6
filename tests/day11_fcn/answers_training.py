"""Answers to training.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np

from course.testing import misconception, variant
from day11_fcn.training import (
    Standardizer,
    accuracy,
    cross_entropy,
    cross_entropy_gradient,
    fit,
    initialise_layers,
    minibatches,
    mlp,
    mlp_backward,
    sgd_step,
    two_layer,
)


@misconception("sgd_step", "The step goes uphill: the gradient is subtracted.")
def uphill(parameters, gradients, learning_rate):
    pairs = zip(parameters, gradients, strict=True)
    return [(w + learning_rate * gw, b + learning_rate * gb) for (w, b), (gw, gb) in pairs]


@misconception(
    "sgd_step",
    "The arrays of the caller were changed. An earlier state could no longer be kept; return new arrays.",
)
def in_place(parameters, gradients, learning_rate):
    for (w, b), (gw, gb) in zip(parameters, gradients, strict=True):
        w -= learning_rate * gw
        b -= learning_rate * gb
    return parameters


@misconception("sgd_step", "The biases stay where they are. They are learned like the weights.")
def biases_forgotten(parameters, gradients, learning_rate):
    pairs = zip(parameters, gradients, strict=True)
    return [(w - learning_rate * gw, b) for (w, b), (gw, _) in pairs]


@misconception("sgd_step", "The learning rate is not used.")
def full_step(parameters, gradients, learning_rate):
    pairs = zip(parameters, gradients, strict=True)
    return [(w - gw, b - gb) for (w, b), (gw, gb) in pairs]


@misconception("sgd_step", "These are the changes. The new parameters are the old ones plus the changes.")
def only_the_change(parameters, gradients, learning_rate):
    return [(-learning_rate * gw, -learning_rate * gb) for gw, gb in gradients]


@variant("sgd_step")
def copies_first(parameters, gradients, learning_rate):
    new = [[w.copy(), b.copy()] for w, b in parameters]
    for pair, slopes in zip(new, gradients, strict=True):
        for part, slope in zip(pair, slopes, strict=True):
            part -= learning_rate * slope
    return new


@variant("sgd_step")
def nested_comprehension(parameters, gradients, learning_rate):
    return [
        tuple(np.add(part, -learning_rate * slope) for part, slope in zip(pair, slopes, strict=True))
        for pair, slopes in zip(parameters, gradients, strict=True)
    ]


@misconception(
    "train_denoiser",
    "The loss is recorded after the step. The list begins with the loss of the initial parameters.",
)
def recorded_after_the_step(parameters, noisy, clean, learning_rate, steps):
    losses = []
    for _ in range(steps):
        _, gradients = two_layer(parameters, noisy, clean)
        parameters = sgd_step(parameters, gradients, learning_rate)
        losses.append(two_layer(parameters, noisy, clean)[0])
    return parameters, losses


@misconception(
    "train_denoiser",
    "Every step begins at the initial parameters: what sgd_step returns must be kept for the next one, "
    "parameters = sgd_step(parameters, …).",
    returned=("the last", "the first"),
)
def steps_from_the_beginning(parameters, noisy, clean, learning_rate, steps, *, returned="the last"):
    losses, new = [], parameters
    for _ in range(steps):
        loss, gradients = two_layer(parameters, noisy, clean)
        new = sgd_step(parameters, gradients, learning_rate)
        losses.append(loss)
    return new if returned == "the last" else parameters, losses


@misconception(
    "train_denoiser", "Inputs and targets are exchanged: the network learns to make clean signals noisy."
)
def learns_to_make_noise(parameters, noisy, clean, learning_rate, steps):
    losses = []
    for _ in range(steps):
        loss, gradients = two_layer(parameters, clean, noisy)
        parameters = sgd_step(parameters, gradients, learning_rate)
        losses.append(loss)
    return parameters, losses


@misconception(
    "train_denoiser",
    "The target is the noisy signal itself: the network learns to repeat its input, noise and all.",
)
def target_is_the_input(parameters, noisy, clean, learning_rate, steps):
    losses = []
    for _ in range(steps):
        loss, gradients = two_layer(parameters, noisy, noisy)
        parameters = sgd_step(parameters, gradients, learning_rate)
        losses.append(loss)
    return parameters, losses


@misconception(
    "train_denoiser", "One step too many is made: the list has one loss for each of the `steps` steps."
)
def one_step_too_many(parameters, noisy, clean, learning_rate, steps):
    losses = []
    for _ in range(steps + 1):
        loss, gradients = two_layer(parameters, noisy, clean)
        parameters = sgd_step(parameters, gradients, learning_rate)
        losses.append(loss)
    return parameters, losses


@misconception(
    "train_denoiser",
    "Only the parameters come back. Two things are asked for: they, and the list of losses.",
)
def losses_missing(parameters, noisy, clean, learning_rate, steps):
    for _ in range(steps):
        _, gradients = two_layer(parameters, noisy, clean)
        parameters = sgd_step(parameters, gradients, learning_rate)
    return parameters


@misconception(
    "train_denoiser",
    "The last loss comes back alone. Asked for are those of all steps.",
)
def last_loss_only(parameters, noisy, clean, learning_rate, steps):
    for _ in range(steps):
        loss, gradients = two_layer(parameters, noisy, clean)
        parameters = sgd_step(parameters, gradients, learning_rate)
    return parameters, loss


@variant("train_denoiser")
def with_a_while_loop(parameters, noisy, clean, learning_rate, steps):
    losses = np.zeros(steps)
    step = 0
    while step < steps:
        losses[step], gradients = two_layer(parameters, noisy, clean)
        parameters = sgd_step(parameters, gradients, learning_rate)
        step += 1
    return parameters, losses


@variant("train_denoiser")
def with_its_own_step(parameters, noisy, clean, learning_rate, steps):
    losses = []
    layers = [[np.array(w), np.array(b)] for w, b in parameters]
    for _ in range(steps):
        loss, gradients = two_layer(layers, noisy, clean)
        for layer, slopes in zip(layers, gradients, strict=True):
            layer[0] = layer[0] - learning_rate * slopes[0]
            layer[1] = layer[1] - learning_rate * slopes[1]
        losses.append(float(loss))
    return layers, losses


@misconception(
    "fit", "The last state is returned. The state with the smallest validation loss was asked for."
)
def last_state(parameters, train, validation, learning_rate, batch_size, epochs, rng, rate=0.0):
    history = {"train_loss": [], "validation_loss": [], "validation_accuracy": []}
    for _ in range(epochs):
        for x, labels in minibatches(*train, batch_size, rng):
            logits, cache = mlp(parameters, x, rate=rate, rng=rng)
            gradients = mlp_backward(parameters, cache, cross_entropy_gradient(logits, labels))
            parameters = sgd_step(parameters, gradients, learning_rate)
        logits, _ = mlp(parameters, validation[0])
        history["train_loss"].append(cross_entropy(mlp(parameters, train[0])[0], train[1]))
        history["validation_loss"].append(cross_entropy(logits, validation[1]))
        history["validation_accuracy"].append(accuracy(logits, validation[1]))
    return parameters, history


@misconception(
    "fit",
    "The training loss was averaged over the batches while the weights were changing. It is measured at the end "
    "of the epoch, on all training samples, like the validation loss.",
)
def averaged_over_the_batches(
    parameters, train, validation, learning_rate, batch_size, epochs, rng, rate=0.0
):
    history = {"train_loss": [], "validation_loss": [], "validation_accuracy": []}
    best = parameters
    for _ in range(epochs):
        losses = []
        for x, labels in minibatches(*train, batch_size, rng):
            logits, cache = mlp(parameters, x, rate=rate, rng=rng)
            losses.append(cross_entropy(logits, labels))
            gradients = mlp_backward(parameters, cache, cross_entropy_gradient(logits, labels))
            parameters = sgd_step(parameters, gradients, learning_rate)
        logits, _ = mlp(parameters, validation[0])
        history["train_loss"].append(float(np.mean(losses)))
        history["validation_loss"].append(cross_entropy(logits, validation[1]))
        history["validation_accuracy"].append(accuracy(logits, validation[1]))
        if history["validation_loss"][-1] == min(history["validation_loss"]):
            best = parameters
    return best, history


@misconception(
    "fit",
    "The state was chosen by the validation accuracy. Asked for is that with the smallest validation loss: an accuracy "
    "counts samples, and many states share it.",
    of_equals=("first", "last"),
)
def chosen_by_accuracy(
    parameters, train, validation, learning_rate, batch_size, epochs, rng, rate=0.0, *, of_equals="first"
):
    history = {"train_loss": [], "validation_loss": [], "validation_accuracy": []}
    best, highest = parameters, -1.0
    for _ in range(epochs):
        for x, labels in minibatches(*train, batch_size, rng):
            logits, cache = mlp(parameters, x, rate=rate, rng=rng)
            gradients = mlp_backward(parameters, cache, cross_entropy_gradient(logits, labels))
            parameters = sgd_step(parameters, gradients, learning_rate)
        logits, _ = mlp(parameters, validation[0])
        history["train_loss"].append(cross_entropy(mlp(parameters, train[0])[0], train[1]))
        history["validation_loss"].append(cross_entropy(logits, validation[1]))
        history["validation_accuracy"].append(accuracy(logits, validation[1]))
        now = history["validation_accuracy"][-1]
        if now > highest or (now == highest and of_equals == "last"):
            best, highest = parameters, now
    return best, history


@misconception("fit", "The losses are those of before the epoch: measure at its end, after the steps.")
def measured_before_the_epoch(
    parameters, train, validation, learning_rate, batch_size, epochs, rng, rate=0.0
):
    history = {"train_loss": [], "validation_loss": [], "validation_accuracy": []}
    best = parameters
    for _ in range(epochs):
        logits, _ = mlp(parameters, validation[0])
        history["train_loss"].append(cross_entropy(mlp(parameters, train[0])[0], train[1]))
        history["validation_loss"].append(cross_entropy(logits, validation[1]))
        history["validation_accuracy"].append(accuracy(logits, validation[1]))
        for x, labels in minibatches(*train, batch_size, rng):
            logits, cache = mlp(parameters, x, rate=rate, rng=rng)
            gradients = mlp_backward(parameters, cache, cross_entropy_gradient(logits, labels))
            parameters = sgd_step(parameters, gradients, learning_rate)
        if history["validation_loss"][-1] == min(history["validation_loss"]):
            best = parameters
    return best, history


@misconception("fit", "One step an epoch, on the first batch only: the loop over the batches ends too early.")
def one_batch_per_epoch(parameters, train, validation, learning_rate, batch_size, epochs, rng, rate=0.0):
    history = {"train_loss": [], "validation_loss": [], "validation_accuracy": []}
    best = parameters
    for _ in range(epochs):
        x, labels = next(iter(minibatches(*train, batch_size, rng)))
        logits, cache = mlp(parameters, x, rate=rate, rng=rng)
        gradients = mlp_backward(parameters, cache, cross_entropy_gradient(logits, labels))
        parameters = sgd_step(parameters, gradients, learning_rate)
        logits, _ = mlp(parameters, validation[0])
        history["train_loss"].append(cross_entropy(mlp(parameters, train[0])[0], train[1]))
        history["validation_loss"].append(cross_entropy(logits, validation[1]))
        history["validation_accuracy"].append(accuracy(logits, validation[1]))
        if history["validation_loss"][-1] == min(history["validation_loss"]):
            best = parameters
    return best, history


@misconception(
    "fit", "Losses are measured with dropout. Evaluation is without a generator, so that nothing is dropped."
)
def dropout_while_measuring(parameters, train, validation, learning_rate, batch_size, epochs, rng, rate=0.0):
    history = {"train_loss": [], "validation_loss": [], "validation_accuracy": []}
    best = parameters
    for _ in range(epochs):
        for x, labels in minibatches(*train, batch_size, rng):
            logits, cache = mlp(parameters, x, rate=rate, rng=rng)
            gradients = mlp_backward(parameters, cache, cross_entropy_gradient(logits, labels))
            parameters = sgd_step(parameters, gradients, learning_rate)
        logits, _ = mlp(parameters, validation[0], rate=rate, rng=rng)
        trained, _ = mlp(parameters, train[0], rate=rate, rng=rng)
        history["train_loss"].append(cross_entropy(trained, train[1]))
        history["validation_loss"].append(cross_entropy(logits, validation[1]))
        history["validation_accuracy"].append(accuracy(logits, validation[1]))
        if history["validation_loss"][-1] == min(history["validation_loss"]):
            best = parameters
    return best, history


@misconception("fit", "The rate is not handed on: nothing is ever dropped in training.")
def rate_not_handed_on(parameters, train, validation, learning_rate, batch_size, epochs, rng, rate=0.0):
    history = {"train_loss": [], "validation_loss": [], "validation_accuracy": []}
    best = parameters
    for _ in range(epochs):
        for x, labels in minibatches(*train, batch_size, rng):
            logits, cache = mlp(parameters, x)
            gradients = mlp_backward(parameters, cache, cross_entropy_gradient(logits, labels))
            parameters = sgd_step(parameters, gradients, learning_rate)
        logits, _ = mlp(parameters, validation[0])
        history["train_loss"].append(cross_entropy(mlp(parameters, train[0])[0], train[1]))
        history["validation_loss"].append(cross_entropy(logits, validation[1]))
        history["validation_accuracy"].append(accuracy(logits, validation[1]))
        if history["validation_loss"][-1] == min(history["validation_loss"]):
            best = parameters
    return best, history


@misconception(
    "fit", "The network is trained on the validation samples as well; then they can no longer judge."
)
def trained_on_validation_too(
    parameters, train, validation, learning_rate, batch_size, epochs, rng, rate=0.0
):
    everything = [np.concatenate(parts) for parts in zip(train, validation, strict=True)]
    history = {"train_loss": [], "validation_loss": [], "validation_accuracy": []}
    best = parameters
    for _ in range(epochs):
        for x, labels in minibatches(*everything, batch_size, rng):
            logits, cache = mlp(parameters, x, rate=rate, rng=rng)
            gradients = mlp_backward(parameters, cache, cross_entropy_gradient(logits, labels))
            parameters = sgd_step(parameters, gradients, learning_rate)
        logits, _ = mlp(parameters, validation[0])
        history["train_loss"].append(cross_entropy(mlp(parameters, train[0])[0], train[1]))
        history["validation_loss"].append(cross_entropy(logits, validation[1]))
        history["validation_accuracy"].append(accuracy(logits, validation[1]))
        if history["validation_loss"][-1] == min(history["validation_loss"]):
            best = parameters
    return best, history


@variant("fit")
def states_in_a_list(parameters, train, validation, learning_rate, batch_size, epochs, rng, rate=0.0):
    states, rows = [], []
    for _ in range(epochs):
        for x, labels in minibatches(train[0], train[1], batch_size, rng):
            logits, cache = mlp(parameters, x, "relu", rate, rng)
            grad = cross_entropy_gradient(logits, labels)
            parameters = sgd_step(parameters, mlp_backward(parameters, cache, grad, "relu"), learning_rate)
        states.append(parameters)
        seen, held_out = mlp(parameters, train[0])[0], mlp(parameters, validation[0])[0]
        rows.append(
            (
                cross_entropy(seen, train[1]),
                cross_entropy(held_out, validation[1]),
                accuracy(held_out, validation[1]),
            )
        )
    names = ("train_loss", "validation_loss", "validation_accuracy")
    history = dict(zip(names, np.array(rows).T, strict=True))
    return states[int(history["validation_loss"].argmin())], history


@variant("fit")
def with_a_running_minimum(parameters, train, validation, learning_rate, batch_size, epochs, rng, rate=0.0):
    history = {"validation_accuracy": [], "validation_loss": [], "train_loss": []}
    best, smallest = None, np.inf
    for _ in range(epochs):
        order = rng.permutation(len(train[0]))
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            logits, cache = mlp(parameters, train[0][rows], rate=rate, rng=rng)
            gradients = mlp_backward(parameters, cache, cross_entropy_gradient(logits, train[1][rows]))
            parameters = [
                (w - learning_rate * gw, b - learning_rate * gb)
                for (w, b), (gw, gb) in zip(parameters, gradients, strict=True)
            ]
        logits = mlp(parameters, validation[0], rate=rate)[0]
        loss = cross_entropy(logits, validation[1])
        history["train_loss"].append(cross_entropy(mlp(parameters, train[0])[0], train[1]))
        history["validation_loss"].append(loss)
        history["validation_accuracy"].append(accuracy(logits, validation[1]))
        if loss < smallest:
            best, smallest = [(w.copy(), b.copy()) for w, b in parameters], loss
    return best, history


@misconception(
    "experiment",
    "Every set is standardized by its own statistics. Mean and variance of the training samples "
    "belong to the model.",
)
def each_set_by_itself(
    train, validation, test, rng, hidden=(128,), learning_rate=0.1, batch_size=32, epochs=40, rate=0.3
):
    prepared = []
    for x, labels in (train, validation, test):
        standardizer = Standardizer()
        standardizer.fit(x)
        prepared.append((standardizer.transform(x), labels))
    parameters = initialise_layers([train[0].shape[1], *hidden, int(train[1].max()) + 1], "relu", rng)
    parameters, history = fit(parameters, *prepared[:2], learning_rate, batch_size, epochs, rng, rate)
    return parameters, history, accuracy(mlp(parameters, prepared[2][0])[0], test[1])


@misconception(
    "experiment",
    "Mean and variance come from all samples together, so the test set has a say in the model: leakage.",
)
def statistics_of_everything(
    train, validation, test, rng, hidden=(128,), learning_rate=0.1, batch_size=32, epochs=40, rate=0.3
):
    standardizer = Standardizer()
    standardizer.fit(np.concatenate([train[0], validation[0], test[0]]))
    prepared = [(standardizer.transform(x), labels) for x, labels in (train, validation, test)]
    parameters = initialise_layers([train[0].shape[1], *hidden, int(train[1].max()) + 1], "relu", rng)
    parameters, history = fit(parameters, *prepared[:2], learning_rate, batch_size, epochs, rng, rate)
    return parameters, history, accuracy(mlp(parameters, prepared[2][0])[0], test[1])


@misconception(
    "experiment",
    "The state was chosen by the test set. What has chosen can no longer judge: that is the job "
    "of the validation set.",
)
def chosen_by_the_test_set(
    train, validation, test, rng, hidden=(128,), learning_rate=0.1, batch_size=32, epochs=40, rate=0.3
):
    standardizer = Standardizer()
    standardizer.fit(train[0])
    prepared = [(standardizer.transform(x), labels) for x, labels in (train, validation, test)]
    parameters = initialise_layers([train[0].shape[1], *hidden, int(train[1].max()) + 1], "relu", rng)
    parameters, history = fit(
        parameters, prepared[0], prepared[2], learning_rate, batch_size, epochs, rng, rate
    )
    return parameters, history, accuracy(mlp(parameters, prepared[2][0])[0], test[1])


@misconception(
    "experiment",
    "This is the accuracy on the validation set. It has been used to choose, so it is too good; the test "
    "set was not looked at.",
)
def validation_accuracy_reported(
    train, validation, test, rng, hidden=(128,), learning_rate=0.1, batch_size=32, epochs=40, rate=0.3
):
    standardizer = Standardizer()
    standardizer.fit(train[0])
    prepared = [(standardizer.transform(x), labels) for x, labels in (train, validation, test)]
    parameters = initialise_layers([train[0].shape[1], *hidden, int(train[1].max()) + 1], "relu", rng)
    parameters, history = fit(parameters, *prepared[:2], learning_rate, batch_size, epochs, rng, rate)
    return parameters, history, accuracy(mlp(parameters, prepared[1][0])[0], validation[1])


@misconception("experiment", "The inputs are not standardized.")
def raw_inputs(
    train, validation, test, rng, hidden=(128,), learning_rate=0.1, batch_size=32, epochs=40, rate=0.3
):
    parameters = initialise_layers([train[0].shape[1], *hidden, int(train[1].max()) + 1], "relu", rng)
    parameters, history = fit(parameters, train, validation, learning_rate, batch_size, epochs, rng, rate)
    return parameters, history, accuracy(mlp(parameters, test[0])[0], test[1])


@misconception("experiment", "There is no hidden layer: the sizes are inputs, then `hidden`, then classes.")
def without_hidden_layer(
    train, validation, test, rng, hidden=(128,), learning_rate=0.1, batch_size=32, epochs=40, rate=0.3
):
    standardizer = Standardizer()
    standardizer.fit(train[0])
    prepared = [(standardizer.transform(x), labels) for x, labels in (train, validation, test)]
    parameters = initialise_layers([train[0].shape[1], int(train[1].max()) + 1], "relu", rng)
    parameters, history = fit(parameters, *prepared[:2], learning_rate, batch_size, epochs, rng, rate)
    return parameters, history, accuracy(mlp(parameters, prepared[2][0])[0], test[1])


@misconception(
    "experiment",
    "The network has an output for each label that occurs. Labels are positions, also when one of them is rare or "
    "missing: there are outputs from 0 to the largest training label.",
)
def an_output_for_each_label_that_occurs(
    train, validation, test, rng, hidden=(128,), learning_rate=0.1, batch_size=32, epochs=40, rate=0.3
):
    standardizer = Standardizer()
    standardizer.fit(train[0])
    sets = [(standardizer.transform(x), labels) for x, labels in (train, validation, test)]
    sizes = [train[0].shape[1], *hidden, len(set(train[1]))]
    start = initialise_layers(sizes, "relu", rng)
    best, history = fit(start, sets[0], sets[1], learning_rate, batch_size, epochs, rng, rate)
    return best, history, accuracy(mlp(best, sets[2][0])[0], test[1])


@misconception(
    "experiment",
    'The first weights are not He\'s, which belong to ReLU: initialise_layers(sizes, "relu", rng).',
)
def weights_for_tanh(
    train, validation, test, rng, hidden=(128,), learning_rate=0.1, batch_size=32, epochs=40, rate=0.3
):
    standardizer = Standardizer()
    standardizer.fit(train[0])
    sets = [(standardizer.transform(x), labels) for x, labels in (train, validation, test)]
    sizes = [train[0].shape[1], *hidden, int(train[1].max()) + 1]
    start = initialise_layers(sizes, "tanh", rng)
    best, history = fit(start, sets[0], sets[1], learning_rate, batch_size, epochs, rng, rate)
    return best, history, accuracy(mlp(best, sets[2][0])[0], sets[2][1])


@variant("experiment")
def one_line_after_the_other(
    train, validation, test, rng, hidden=(128,), learning_rate=0.1, batch_size=32, epochs=40, rate=0.3
):
    (x_train, t_train), (x_validation, t_validation), (x_test, t_test) = train, validation, test
    scale = Standardizer()
    scale.fit(x_train)
    classes = 1 + max(t_train)
    first = initialise_layers([x_train.shape[1], *hidden, classes], "relu", rng)
    best, history = fit(
        first,
        (scale.transform(x_train), t_train),
        (scale.transform(x_validation), t_validation),
        learning_rate,
        batch_size,
        epochs,
        rng,
        rate=rate,
    )
    answers = np.argmax(mlp(best, scale.transform(x_test))[0], axis=1)
    return best, history, np.mean(answers == t_test)


@variant("experiment")
def standardized_by_hand(
    train, validation, test, rng, hidden=(128,), learning_rate=0.1, batch_size=32, epochs=40, rate=0.3
):
    mean, spread = np.mean(train[0], axis=0), np.sqrt(np.var(train[0], axis=0) + 0.03)
    sets = [((x - mean) / spread, labels) for x, labels in (train, validation, test)]
    sizes = (len(mean), *hidden, 1 + max(train[1]))
    layers = initialise_layers(list(sizes), "relu", rng)
    layers, history = fit(layers, sets[0], sets[1], learning_rate, batch_size, epochs, rng, rate)
    return [layers, history, accuracy(mlp(layers, sets[2][0])[0], sets[2][1])]
