"""Checks of training.py: single epochs against plain PyTorch, scripted losses, planted faults, and real training."""

import copy
import math
import re

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from course.data import load_digits, make_trials
from course.testing import (
    assert_between,
    assert_close,
    assert_equal,
    assert_parts,
    assert_that,
    compare_by,
    hidden,
    points,
    training,
)


def small_model(rng, inputs, classes):
    """A network in double precision with random weights, not those of the global generator."""
    model = nn.Sequential(nn.Linear(inputs, 5), nn.Tanh(), nn.Linear(5, classes)).double()
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(torch.tensor(rng.normal(size=tuple(p.shape))))
    return model


def samples(rng, n, inputs, classes):
    return torch.tensor(rng.normal(size=(n, inputs))), torch.tensor(rng.integers(0, classes, size=n))


def run_epochs(module, model, x, y, epochs, batch_size, rate, max_norm):
    """Losses and final parameters of epochs of plain gradient descent."""
    import copy

    import torch

    class Descent:
        learning_rate = rate

        def __init__(self, params):
            self.params = params

        def step(self, grads):
            for p, g in zip(self.params, grads, strict=True):
                p -= rate * g

    model = copy.deepcopy(model)
    optimizer = Descent([p.detach().numpy() for p in model.parameters()])
    generator = torch.Generator().manual_seed(1)
    losses = [
        module.train_epoch(model, optimizer, x, y, batch_size, generator, max_norm) for _ in range(epochs)
    ]
    return losses, [p.detach() for p in model.parameters()]


def descend(model, x, y, epochs, rate, max_norm=math.inf):
    """The same with one batch per epoch, by torch.optim: losses, and the parameters after each epoch."""
    network, losses, states = copy.deepcopy(model), [], []
    optimizer = torch.optim.SGD(network.parameters(), lr=rate)
    for _ in range(epochs):
        optimizer.zero_grad()
        loss = cross_entropy(network(x), y)
        loss.backward()
        length = math.sqrt(sum(p.grad.square().sum().item() for p in network.parameters()))
        for p in network.parameters():
            p.grad.mul_(min(1, max_norm / length))  # exactly: clip_grad_norm_ adds 1e-6 to the length
        optimizer.step()
        losses.append(loss.item())
        states.append([p.detach().clone() for p in network.parameters()])
    return losses, states


def logits_with(model, state, x):
    """Logits of a network that has these parameters in place of its own."""
    names = [name for name, _ in model.named_parameters()]
    with torch.no_grad():
        return torch.func.functional_call(model, dict(zip(names, state, strict=True)), (x,))


def assert_parameters(params, expected, name):
    for actual, wanted in zip(assert_parts(params, len(expected)), expected, strict=True):
        assert_close(actual, wanted, name=name)


@points(1)
def test_train_epoch_equals_torch_for_one_batch(student, rng):
    for n, inputs, classes, max_norm in [(12, 4, 3, math.inf), (7, 2, 5, 0.1)]:
        model, (x, y) = small_model(rng, inputs, classes), samples(rng, n, inputs, classes)
        result = student.run(run_epochs, model, x, y, 4, n, 0.3, max_norm)
        losses, params = assert_parts(result, 2)
        expected, states = descend(model, x, y, 4, 0.3, max_norm)
        assert_close(losses, expected, name="list of losses, one per epoch")
        assert_parameters(params, states[-1], "parameter after 4 epochs")


def record_batches(module, n, batch_size, epochs):
    """Which samples came in which batch, in which mode, and the loss, while nothing is learned."""
    import torch
    from torch import nn

    class Spy(nn.Linear):
        def forward(self, x):
            seen.append((x[:, 0].tolist(), self.training))
            return super().forward(x)

    class Nothing:
        learning_rate = 0.0

        def step(self, grads):
            pass

    generator = torch.Generator().manual_seed(5)
    model = Spy(2, 3).double().eval()
    x = torch.stack([torch.arange(n), torch.sin(torch.arange(n))], dim=1).double()
    y = torch.arange(n) % 3
    epochs_seen = []
    for _ in range(epochs):
        seen = []
        loss = module.train_epoch(model, Nothing(), x, y, batch_size, generator)
        epochs_seen.append(([ids for ids, _ in seen], all(mode for _, mode in seen), loss))
    with torch.no_grad():
        expected = nn.functional.cross_entropy(nn.functional.linear(x, model.weight, model.bias), y)
    return epochs_seen, expected.item()


@points(1)
def test_train_epoch_uses_every_sample_once(student, rng):
    for n, batch_size in [(20, 8), (9, 4)]:
        epochs, expected_loss = assert_parts(student.run(record_batches, n, batch_size, 2), 2)
        orders = []
        for batches, in_training_mode, loss in epochs:
            sizes = [batch_size] * (n // batch_size) + ([n % batch_size] if n % batch_size else [])
            assert_equal([len(batch) for batch in batches], sizes, name="list of batch sizes")
            orders.append([int(i) for batch in batches for i in batch])
            assert_equal(sorted(orders[-1]), list(range(n)), name="list of samples used in an epoch, sorted")
            assert_that(
                in_training_mode, "The network was not in training mode.", cause="call model.train() first"
            )
            cause = "every sample counts the same, also one in a small last batch"
            assert_close(loss, expected_loss, name="mean loss of the epoch", cause=cause)
        assert_that(orders[0] != orders[1], "Two epochs use the samples in the same order.")
        assert_that(orders[0] != sorted(orders[0]), "The samples are not shuffled.")
    again, _ = assert_parts(student.run(record_batches, n, batch_size, 2), 2)
    order = [int(i) for batch in again[0][0] for i in batch]
    cause = "the order must come from the generator, and from nothing else"
    assert_equal(order, orders[0], name="order of a second training with the same generator", cause=cause)


@hidden
@points(1)
def test_train_epoch_clips_long_gradients(student, rng):
    model, (x, y) = small_model(rng, 3, 4), samples(rng, 10, 3, 4)
    for max_norm in (0.05, 100.0):
        result = student.run(run_epochs, model, x, y, 3, 10, 0.3, max_norm)
        losses, _ = assert_parts(result, 2)
        expected, _ = descend(model, x, y, 3, 0.3, max_norm)
        assert_close(losses, expected, name="list of losses, one per epoch", rtol=1e-4)


def follow(module, patience, min_delta, losses):
    """Feed losses until early stopping says stop. The weight of the model is 10, 11, 12, … from epoch to epoch, the
    running mean of its normalisation ten times that. At the end another network is restored as well, and then the
    first one again, whose weight is 99 by then.
    """
    import copy

    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(1, 1, bias=False), nn.BatchNorm1d(1))
    weight, mean = model[0].weight, model[1].running_mean
    shared = weight.detach().numpy()
    stopping = module.EarlyStopping(patience, min_delta)

    def fill(value):
        with torch.no_grad():
            weight.fill_(value)
            mean.fill_(10 * value)

    def now():
        return [float(model[0].weight), float(model[1].running_mean), float(shared[0, 0])]

    answers = []
    for epoch, loss in enumerate(losses):
        fill(10 + epoch)
        answers.append(stopping.update(loss, model))
        if answers[-1]:
            break
    stopping.restore(model)
    once, other = now(), copy.deepcopy(model)
    with torch.no_grad():
        model[0].weight.fill_(99)
        other[0].weight.fill_(77)
    stopping.restore(other)
    stopping.restore(model)
    return answers, stopping.best_epoch, stopping.best_loss, once, [float(other[0].weight), now()[0]]


def assert_stops(student, patience, min_delta, losses, stop, best):
    result = student.run(follow, patience, min_delta, losses)
    answers, best_epoch, best_loss, once, again = assert_parts(result, 5)
    cause = "count the epochs since the best one; an improvement starts the count again"
    if min_delta:
        cause = "only a loss more than min_delta below the best so far counts as better"
    elif not all(loss == loss for loss in losses) or len(set(losses)) < len(losses):
        cause = "an equal loss is no improvement, and neither is NaN, for which every comparison is False"
    expected = [False] * stop + [True] if stop is not None else [False] * len(losses)
    assert_equal(answers, expected, name="list of answers, one per epoch", cause=cause)
    assert_equal(best_epoch, best, name="best epoch", cause=cause)
    assert_close(best_loss, losses[best], name="best loss", cause=cause)
    assert_restored(once, 10 + best, again)


def assert_restored(once, value, again):
    """The weight, the running mean and the optimiser's array have come back; so they do a second time."""
    weight, mean, shared = assert_parts(once, 3)
    cause = "is the state copied in `update`, and is it the network that `restore` writes into?"
    assert_close(weight, value, name="weight after restoring the best state (10 + best epoch)", cause=cause)
    cause = "a state has more than parameters: state_dict() and load_state_dict() have the buffers as well"
    assert_close(mean, 10 * value, name="running mean after restoring the best state", cause=cause)
    cause = "p.data = … gives the network another tensor, and the optimiser keeps the old one"
    assert_close(shared, value, name="optimiser's array of the weight after restoring", cause=cause)
    cause = "`best_state` has changed with the network: restore must copy out of it"
    assert_close(
        again, [value, value], name="weight of another network, and of this one once more", cause=cause
    )


@points(1)
def test_early_stopping_waits_for_its_patience(student, rng):
    scale = rng.uniform(1, 3)
    falling = [scale * value for value in [1.0, 0.8, 0.5]]
    risen = [scale * value for value in [0.6, 0.55, 0.7, 0.9, 0.65]]
    for patience in (1, 2, 4):
        assert_stops(student, patience, 0.0, falling + risen, 2 + patience, 2)
    recovering = falling + [scale * value for value in [0.6, 0.7, 0.4, 0.5, 0.45, 0.6]]
    assert_stops(student, 3, 0.0, recovering, 8, 5)
    assert_stops(student, 4, 0.0, recovering, None, 5)


@points(1)
def test_early_stopping_ignores_tiny_improvements(student, rng):
    delta = rng.uniform(0.05, 0.2)
    slowly = [1 - 0.4 * delta * i for i in range(8)]
    assert_stops(student, 3, delta, slowly, None, 6)
    assert_stops(student, 2, delta, slowly, 2, 0)
    assert_stops(student, 3, 10 * delta, slowly, 3, 0)
    scale = rng.uniform(1, 3)
    assert_stops(student, 3, 0.0, [scale, 0.6 * scale, 0.6 * scale, 0.6 * scale, 0.6 * scale], 4, 1)
    assert_stops(student, 3, 0.0, [scale, 0.6 * scale, math.nan, 0.7 * scale, math.nan], 4, 1)
    answers, best_epoch, _, once, _ = assert_parts(student.run(follow, 3, 0.0, [math.nan] * 5), 5)
    assert_equal(answers, [False, False, True], name="list of answers when every loss is NaN")
    assert_equal(best_epoch, -1, name="best epoch when every loss is NaN")
    cause = "without a best state, restoring leaves the network as it is"
    assert_close(once, [12, 120, 12], name="state after restoring when there is no best state", cause=cause)


@hidden
@points(1)
def test_early_stopping_is_not_fooled_by_nan_and_equal_losses(student, rng):
    scale = rng.uniform(1, 3)
    assert_stops(student, 2, 0.0, [scale, 0.5 * scale, math.nan, math.nan, 0.7 * scale], 3, 1)
    assert_stops(student, 2, 0.0, [scale, 0.7 * scale, 0.7 * scale, 0.7 * scale], 3, 1)
    answers, best_epoch, best_loss, once, _ = assert_parts(student.run(follow, 2, 0.0, [math.nan] * 4), 5)
    assert_equal(answers, [False, True], name="list of answers when every loss is NaN")
    assert_equal(best_epoch, -1, name="best epoch when every loss is NaN")
    assert_equal(best_loss, math.inf, name="best loss when every loss is NaN")
    assert_close(once, [11, 110, 11], name="state after restoring when there is no best state")


def run_training(
    module, model, parts, epochs, rate, patience=None, max_norm=None, interrupt=None, late=False
):
    """A whole training by plain gradient descent, one batch per epoch. ``interrupt`` presses Ctrl-C in that epoch:
    while the network is trained, or ``late``, while it is evaluated.
    """
    import copy
    import math

    class Descent:
        learning_rate = rate

        def __init__(self, params):
            self.params = params

        def step(self, grads):
            for p, g in zip(self.params, grads, strict=True):
                p -= rate * g

    passes = []

    def press(layer, inputs):
        if layer.training:
            passes.append(1)
        if len(passes) - 1 == interrupt and layer.training != late:
            passes.append(1)  # once
            raise KeyboardInterrupt

    model = copy.deepcopy(model)
    model.register_forward_pre_hook(press)
    stopping = None if patience is None else module.EarlyStopping(patience)
    optimizer = Descent([p.detach().numpy() for p in model.parameters()])
    options = {"batch_size": len(parts[0][0]), "max_norm": max_norm or math.inf, "stopping": stopping}
    try:
        history = module.train(model, optimizer, *parts, epochs, **options)
    except KeyboardInterrupt:
        return "Ctrl-C ended the program"
    return dict(history), [p.detach() for p in model.parameters()]


def train_reference(model, fitting, validation, epochs, rate, max_norm=math.inf):
    """History, and the parameters after each epoch."""
    losses, states = descend(model, *fitting, epochs, rate, max_norm)
    logits = [logits_with(model, state, validation[0]) for state in states]
    history = {
        "train_loss": losses,
        "validation_loss": [cross_entropy(z, validation[1]).item() for z in logits],
        "validation_accuracy": [(z.argmax(dim=1) == validation[1]).double().mean().item() for z in logits],
    }
    return history, states


def assert_history(history, expected, epochs):
    assert_equal(sorted(history), sorted(expected), name="list of keys of the history")
    for key, values in expected.items():
        assert_close(history[key], values[:epochs], name=f"history of {key}")


def record_orders(module, n, batch_size, epochs, seed):
    """Which samples were trained with, one list per epoch, while nothing is learned."""
    import torch
    from torch import nn

    class Spy(nn.Linear):
        def forward(self, x):
            if self.training:
                seen.extend(x[:, 0].long().tolist())
            return super().forward(x)

    class Nothing:
        learning_rate = 0.0

        def step(self, grads):
            pass

    seen, x, y = [], torch.stack([torch.arange(n), torch.ones(n)], dim=1).double(), torch.arange(n) % 3
    module.train(Spy(2, 3).double(), Nothing(), (x, y), (x, y), epochs, batch_size=batch_size, seed=seed)
    return [seen[i * n : (i + 1) * n] for i in range(epochs)]


@points(1)
def test_train_records_every_epoch(student, rng):
    for max_norm in (math.inf, 0.1):
        model, fitting, validation = small_model(rng, 3, 4), samples(rng, 12, 3, 4), samples(rng, 9, 3, 4)
        result = student.run(run_training, model, (fitting, validation), 5, 0.2, None, max_norm)
        history, params = assert_parts(result, 2)
        expected, states = train_reference(model, fitting, validation, 5, 0.2, max_norm)
        assert_history(history, expected, 5)
        assert_parameters(params, states[-1], "parameter after the last epoch")
    seed = int(rng.integers(2**31))
    orders, others = (student.run(record_orders, 15, 6, 2, seed + i) for i in (0, 1))
    for order in assert_parts(orders, 2):
        assert_equal(sorted(order), list(range(15)), name="list of samples used in an epoch, sorted")
    assert_that(orders[0] != orders[1], "The second epoch uses the samples in the same order as the first.")
    assert_that(orders != others, "Another seed gives the same order.", cause="is `generator` handed on?")
    model, fitting, validation = small_model(rng, 2, 3), samples(rng, 10, 2, 3), samples(rng, 8, 2, 3)
    assert_shows_progress(student, model, fitting, validation)


def best_before_stop(losses, patience):
    """The epoch that early stopping keeps, and the number of epochs made."""
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        elif epoch - best >= patience:
            return best, epoch + 1
    return best, len(losses)


@points(1)
def test_train_stops_early_and_restores_the_best_weights(student, rng):
    for patience in (2, 4, 60):  # with the last, the epochs run out first
        model, fitting = small_model(rng, 3, 4), samples(rng, 12, 3, 4)
        validation = samples(rng, 40, 3, 4)  # labels without a law: there is nothing to learn but noise
        result = student.run(run_training, model, (fitting, validation), 60, 0.5, patience)
        history, params = assert_parts(result, 2)
        expected, states = train_reference(model, fitting, validation, 60, 0.5)
        best, epochs = best_before_stop(expected["validation_loss"], patience)
        assert_history(history, expected, epochs)
        assert_parameters(params, states[best], f"parameter of epoch {best}, the best one,")


def samples_that_get_worse(model, fitting, epochs, rate):
    """Inputs of the training samples with those labels whose probability falls most while the network is trained."""
    _, states = descend(model, *fitting, epochs, rate)
    first, last = (logits_with(model, states[i], fitting[0]).log_softmax(dim=1) for i in (0, -1))
    return fitting[0], (last - first).argmin(dim=1)


@points(1)
def test_train_survives_ctrl_c(student, rng):
    cause = "catch KeyboardInterrupt around the loop over the epochs"
    for patience, late in [(None, False), (30, False), (None, True), (30, True)]:
        model, fitting = small_model(rng, 3, 4), samples(rng, 12, 3, 4)
        validation = samples_that_get_worse(model, fitting, 3, 0.1)
        parts = fitting, validation
        result = student.run(run_training, model, parts, 20, 0.1, patience, None, 3, late)
        assert_that(
            not isinstance(result, str), "Ctrl-C ended the program instead of the training.", cause=cause
        )
        history, params = assert_parts(result, 2)
        expected, states = train_reference(model, *parts, 4, 0.1)
        assert_history(history, expected, 3)
        if patience is None:
            assert_parameters(params, states[3 if late else 2], "parameter after the interruption")
        else:
            best = int(np.argmin(expected["validation_loss"][:3]))
            assert_parameters(params, states[best], f"parameter of epoch {best}, the best one,")


def watch_training(module, model, fitting, validation, terminal):
    """What training writes to standard error, which is a terminal or is not, and to standard output; the history."""
    import contextlib
    import copy
    import io

    from tqdm import tqdm

    class Screen(io.StringIO):
        def isatty(self):
            return terminal

    class Nothing:
        learning_rate = 0.0

        def step(self, grads):
            pass

    tqdm.monitor_interval = 0
    error, output = Screen(), io.StringIO()
    with contextlib.redirect_stderr(error), contextlib.redirect_stdout(output):
        history = module.train(copy.deepcopy(model), Nothing(), fitting, validation, 3)
    return error.getvalue(), output.getvalue(), dict(history)


def shows(screen, word, losses):
    """Whether a line has this word and, behind it, one of these losses, in whatever format."""
    found = re.findall(rf"{word}([^\r\n]*)", screen, re.IGNORECASE)
    numbers = [float(text) for rest in found for text in re.findall(r"\d+\.?\d*(?:e[+-]?\d+)?", rest)]
    return any(abs(number - loss) < 0.06 * (1 + loss) for number in numbers for loss in losses)


def assert_shows_progress(student, model, fitting, validation):
    """Nothing is written without a terminal; on one, both words are shown, and behind each its loss."""
    expected, _ = train_reference(model, fitting, validation, 3, 0.0)
    result = student.run(watch_training, model, fitting, validation, False)
    shown, printed, history = assert_parts(result, 3)
    assert_history(history, expected, 3)
    assert_equal(shown + printed, "", name="output without a terminal", cause="is there a print in the loop?")
    result = student.run(watch_training, model, fitting, validation, True)
    shown, _, _ = assert_parts(result, 3)
    words = ("train", "validation")
    compare_by(lambda text: [shows(text, word, expected[f"{word}_loss"]) for word in words], shown)
    for word in words:
        assert_that(
            shows(shown, word, expected[f"{word}_loss"]),
            f"The progress bar on a terminal does not show the word {word} and behind it that loss.",
            cause="use progress.set_postfix",
        )


@hidden
@points(1)
def test_train_shows_progress_on_a_terminal_only(student, rng):
    model, fitting, validation = small_model(rng, 3, 4), samples(rng, 12, 3, 4), samples(rng, 9, 3, 4)
    assert_shows_progress(student, model, fitting, validation)


def train_and_predict(module, model, optimizer, options, parts, epochs, patience, max_norm, seed):
    """Predictions for the last of three sets, by your optimiser, your early stopping and your loop."""
    import copy
    import importlib

    import torch

    torch.set_num_threads(1)
    fitting, validation, x_test = parts
    model = copy.deepcopy(model)
    make_optimizer = getattr(importlib.import_module("day13_optim.optimizers"), optimizer)
    optimizer = make_optimizer([p.detach().numpy() for p in model.parameters()], **options)
    stopping = module.EarlyStopping(patience)
    module.train(
        model, optimizer, fitting, validation, epochs, max_norm=max_norm, stopping=stopping, seed=seed
    )
    model.eval()
    with torch.no_grad():
        return model(x_test).argmax(dim=1)


def accuracy_on_digits(student, seed):
    """Test accuracy of a small network on real handwritten digits, by your Adam."""
    images, labels = load_digits()
    order = np.random.default_rng(seed).permutation(len(images))
    x = torch.tensor(images.reshape(len(images), -1)[order], dtype=torch.float32) - 0.3
    y = torch.tensor(labels[order])
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    parts = (x[:1100], y[:1100]), (x[1100:1400], y[1100:1400]), x[1400:]
    answers = student.run(train_and_predict, model, "Adam", {"learning_rate": 3e-3}, parts, 20, 5, 5.0, seed)
    return float(np.mean(np.asarray(answers) == y[1400:].numpy()))


@training
@points(1)
def test_train_reads_digits(student, rng):
    accuracies = [accuracy_on_digits(student, int(rng.integers(2**31))) for _ in range(2)]
    assert_between(np.mean(accuracies), 0.93, 1.0, name="mean test accuracy of 2 trainings on digits")


def accuracy_on_signals(student, seed):
    """Test accuracy on trials of people that were neither trained with nor used to stop, by your AdamW."""
    trials = make_trials()
    people = np.random.default_rng(seed).permutation(12)
    fit, check, test = (np.isin(trials.subjects, part) for part in np.split(people, [6, 9]))
    mean = trials.signals[fit].mean(axis=(0, 2), keepdims=True)
    std = trials.signals[fit].std(axis=(0, 2), keepdims=True)
    x = torch.tensor((trials.signals - mean) / std, dtype=torch.float32)
    y = torch.tensor(trials.labels)
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Conv1d(4, 16, 9, padding=4),
        nn.ReLU(),
        nn.MaxPool1d(2),
        nn.Conv1d(16, 32, 9, padding=4),
        nn.ReLU(),
        nn.AdaptiveAvgPool1d(1),
        nn.Flatten(),
        nn.Dropout(0.2),
        nn.Linear(32, 3),
    )
    parts = (x[fit], y[fit]), (x[check], y[check]), x[test]
    answers = student.run(train_and_predict, model, "AdamW", {"learning_rate": 5e-3}, parts, 20, 8, 1.0, seed)
    return float(np.mean(np.asarray(answers) == y[test].numpy()))


@training
@points(1)
def test_train_finds_rhythms_in_signals(student, rng):
    accuracies = [accuracy_on_signals(student, int(rng.integers(2**31))) for _ in range(2)]
    assert_between(np.mean(accuracies), 0.8, 1.0, name="mean test accuracy of 2 trainings on signals")


class Detached(nn.Module):
    """A network whose first layer is cut off from the gradient."""

    def __init__(self, first, second):
        super().__init__()
        self.first, self.second = first, second

    def forward(self, x):
        return self.second(self.first(x).detach())


def run_sanity_checks(module, model, x, y, rate, steps):
    """Answers, and whether the model is as it was."""
    import copy

    import torch

    class Descent:
        learning_rate = rate

        def __init__(self, params):
            self.params = params
            self.velocities = [0 * p for p in params]

        def step(self, grads):
            for p, g, v in zip(self.params, grads, self.velocities, strict=True):
                v *= 0.9
                v += g
                p -= rate * v

    before = copy.deepcopy(model.state_dict())
    answers = module.sanity_checks(model, Descent, x, y, steps)
    unchanged = all(torch.equal(value, model.state_dict()[key]) for key, value in before.items())
    return dict(answers), unchanged


def network(rng, last=()):
    """A healthy small network for 6 inputs and 4 classes."""
    model = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 4), *last)
    with torch.no_grad():
        for p in model.parameters():
            bound = 0.4 if p.shape[0] == 32 else 0.17
            p.copy_(torch.tensor(rng.uniform(-bound, bound, size=tuple(p.shape))))
    return model


CAUSES = {
    "initial_loss": "is the loss that of the fresh network, and C the number of logits of a sample, logits.shape[1]?",
    "uses_input": "are the logits of all samples compared with those of the first one, by torch.allclose?",
    "gradients": "all parameters, any entry: each has a gradient that is not 0 somewhere, and p.grad = None is none",
    "updates": "all parameters, any entry: is the optimiser made from the arrays of the copy that is trained, and does "
    "`before` hold copies?",
    "overfits": "is one copy trained for all the steps, by the optimiser made for it, and then 0.1 ln C the bar?",
}


def assert_checks(student, model, x, y, expected, rate=0.1, steps=150):
    answers, unchanged = assert_parts(student.run(run_sanity_checks, model, x, y, rate, steps), 2)
    keys = ["gradients", "initial_loss", "overfits", "updates", "uses_input"]
    assert_equal(sorted(answers), keys, name="list of the names of the checks")
    for key, wanted in expected.items():
        assert_equal(answers[key], wanted, name=f"answer {key!r}", cause=CAUSES[key])
    assert_that(
        unchanged, "The checks changed the network; they must work on a copy.", cause="use copy.deepcopy"
    )


def batch(rng):
    return torch.tensor(rng.normal(size=(12, 6)), dtype=torch.float32), torch.arange(12) % 4


@points(1)
def test_sanity_checks_of_a_healthy_network(student, rng):
    x, y = batch(rng)
    healthy = dict.fromkeys(["initial_loss", "uses_input", "gradients", "updates", "overfits"], True)
    assert_checks(student, network(rng), x, y, healthy)
    assert_checks(student, network(rng), x, y, {**healthy, "overfits": False}, steps=2)
    twins = x.clone()
    twins[1] = twins[0]  # two samples may be alike
    assert_checks(student, network(rng), twins, y, {"uses_input": True}, steps=2)


@points(1)
def test_sanity_checks_name_planted_faults(student, rng):
    x, y = batch(rng)
    frozen = {
        "initial_loss": True,
        "uses_input": True,
        "gradients": True,
        "updates": False,
        "overfits": False,
    }
    assert_checks(student, network(rng), x, y, frozen, rate=0.0, steps=20)
    healthy = network(rng)
    cut = Detached(healthy[:2], healthy[2])
    expected = {"initial_loss": True, "uses_input": True, "gradients": False, "updates": False}
    assert_checks(student, cut, x, y, expected, steps=2)
    softmax = network(rng, last=[nn.Softmax(dim=1)])
    expected = {
        "initial_loss": True,
        "uses_input": True,
        "gradients": True,
        "updates": True,
        "overfits": False,
    }
    assert_checks(student, softmax, x, y, expected)
    dead = network(rng)
    loud = network(rng)
    with torch.no_grad():
        dead[0].bias.fill_(-100.0)
        loud[2].weight *= 100.0
    expected = {
        "initial_loss": True,
        "uses_input": False,
        "gradients": False,
        "updates": False,
        "overfits": False,
    }
    assert_checks(student, dead, x, y, expected, steps=20)
    expected = {"initial_loss": False, "uses_input": True, "gradients": True}
    assert_checks(student, loud, x, y, expected, steps=2)
    only = torch.zeros(12, dtype=torch.int64)
    # ln 4 = 1.39, and the loss is 0.03: one so far below a guess is as suspicious as one above
    assert_checks(student, biased(rng, 4.5), x, only, {"initial_loss": False}, steps=2)
    # 0.1 ln 4 = 0.139, and the losses are 0.334 (0.184 a step later), 0.201 (0.167), 0.184 (0.098) and 0.098
    for stride, steps, overfitted in [
        (0.675, 3, False),
        (0.2, 13, False),
        (0.675, 4, False),
        (0.675, 5, True),
    ]:
        result = student.run(overfits_by_walking, biased(rng, 0.0), x, only, stride, steps)
        assert_equal(result, overfitted, name=f'answer "overfits" after {steps} steps')
    # the loss is 0.120: more than 0.1, and less than 0.1 ln 4
    result = student.run(overfits_by_walking, biased(rng, 0.0), x, only, 1.05, 3)
    assert_equal(result, True, name='answer "overfits" after 3 steps', cause=CAUSES["overfits"])


def overfits_by_walking(module, model, x, y, stride, steps):
    """The answer "overfits" for an optimiser that raises the last bias of class 0 by ``stride`` in every step."""

    class Walk:
        learning_rate = 0.0

        def __init__(self, params):
            self.params = params

        def step(self, grads):
            self.params[-1][0] += stride

    return bool(module.sanity_checks(model, Walk, x, y, steps)["overfits"])


def biased(rng, bias):
    """A network whose logits are nearly ``bias`` for class 0 and 0 for the other three, whatever it is given."""
    model = network(rng)
    with torch.no_grad():
        model[2].weight *= 1e-3
        model[2].bias.copy_(torch.tensor([bias, 0.0, 0.0, 0.0]))
    return model


@hidden
@points(1)
def test_sanity_checks_keep_to_their_bounds(student, rng):
    x, _ = batch(rng)
    mostly, only = torch.tensor([0] * 9 + [1, 2, 3]), torch.zeros(12, dtype=torch.int64)
    # ln 4 = 1.39; the losses are 0.94, 0.64 and 0.02: one so far below a guess is as suspicious as one above
    for bias, y, healthy in [(1.2, mostly, True), (1.2, only, False), (5.0, only, False)]:
        assert_checks(student, biased(rng, bias), x, y, {"initial_loss": healthy}, steps=2)
    # one bold step is enough for a batch of one class, if it is made with the right labels
    assert_checks(student, biased(rng, 0.0), x, only + 1, {"overfits": True}, rate=20.0, steps=1)
    # 0.1 ln 4 = 0.139; after 5 steps the loss is 0.184, after 6 it is 0.111
    for steps, expected in [(5, False), (6, True)]:
        result = student.run(overfits_by_walking, biased(rng, 0.0), x, only, 0.54, steps)
        assert_equal(result, expected, name=f'answer "overfits" after {steps} steps')


def measure_dead(module, model, x):
    """Fractions of dead units, and the number of hooks left behind."""
    fractions = module.dead_relu_fraction(model, x)
    return fractions, sum(len(layer._forward_hooks) for layer in model.modules())


@points(1)
def test_dead_relu_fraction_of_dense_layers(student, rng):
    model = nn.Sequential(
        nn.Linear(3, 8), nn.ReLU(), nn.Sequential(nn.Linear(8, 5), nn.ReLU()), nn.Linear(5, 2)
    )
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(torch.tensor(rng.uniform(0.2, 1, size=tuple(p.shape))))
        model[0].bias[:2] = -1000.0
        model[0].bias[4] = -0.3  # alive for some samples only
        model[2][0].bias[1:4] = -1e6
    x = torch.tensor(rng.normal(size=(200, 3)), dtype=torch.float32)
    fractions, hooks = assert_parts(student.run(measure_dead, model, x), 2)
    assert_close(fractions, [2 / 8, 3 / 5], name="list of fractions")
    assert_equal(hooks, 0, name="number of hooks left in the network")
    model = nn.Sequential(nn.Conv2d(1, 5, 2), nn.ReLU(), nn.Conv2d(5, 3, 2), nn.ReLU())
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(torch.tensor(rng.uniform(0.2, 1, size=tuple(p.shape))))
        model[0].bias[2:4] = -1000.0
        model[2].bias[1] = -1e6
    x = torch.tensor(rng.normal(size=(30, 1, 7, 6)), dtype=torch.float32)
    x[:, :, :, :3] -= 50.0
    fractions, _ = assert_parts(student.run(measure_dead, model, x), 2)
    cause = "a unit is a channel here: it is dead when it is 0 at every position of every sample"
    assert_close(fractions, [2 / 5, 1 / 3], name="list of fractions of convolutions", cause=cause)


@hidden
@points(1)
def test_dead_relu_fraction_of_convolutions(student, rng):
    model = nn.Sequential(nn.Conv1d(2, 6, 3), nn.ReLU(), nn.Conv1d(6, 4, 3), nn.ReLU())
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(torch.tensor(rng.uniform(0.2, 1, size=tuple(p.shape))))
        model[0].bias[1] = -1000.0
        model[2].bias[[0, 3]] = -1e6
    x = torch.tensor(rng.normal(size=(40, 2, 15)), dtype=torch.float32)
    x[:, :, :6] -= 50.0  # zeros at some positions do not make a channel dead
    fractions, hooks = assert_parts(student.run(measure_dead, model, x), 2)
    assert_close(fractions, [1 / 6, 2 / 4], name="list of fractions")
    assert_equal(hooks, 0, name="number of hooks left in the network")
