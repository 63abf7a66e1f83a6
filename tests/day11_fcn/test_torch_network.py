"""Checks of torch_network.py: drivers build models and batches next to the student's code, references are apart."""

from itertools import pairwise

import numpy as np
import torch
from torch.nn import functional

from course.data import load_digits
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


def samples_of(module, x, labels, indices):
    """The length of a dataset, and single samples with their dtypes."""
    import torch

    dataset = module.ArrayDataset(x, labels)
    samples = [dataset[index] for index in indices]
    return len(dataset), [
        (*sample, *(str(torch.as_tensor(part).dtype) for part in sample)) for sample in samples
    ]


@points(1)
def test_array_dataset_gives_single_samples(student, rng):
    for n, d, kind in [(7, 3, np.float64), (1, 5, np.float32), (12, 1, np.float64)]:
        x, labels = rng.normal(size=(n, d)).astype(kind), rng.integers(0, 9, size=n).astype(np.int32)
        indices = sorted({0, n // 2, n - 1})
        length, samples = student.run(samples_of, x, labels, indices)
        assert_equal(length, n, name="length")
        for index, parts in zip(indices, samples, strict=True):
            parts = assert_parts(parts, 4, name=f"sample {index} with its dtypes")
            assert_close(parts[0], x[index], rtol=1e-5, atol=1e-6, name=f"input of sample {index}")
            assert_equal(parts[1], int(labels[index]), name=f"label of sample {index}")
            cause = "weights of a module are float32, and cross_entropy wants labels of 64 bits"
            assert_equal(parts[2:], ("torch.float32", "torch.int64"), name="pair of dtypes", cause=cause)


def parameters_and_logits(module, sizes, x, seed):
    """The parameters of a model, drawn anew, and its logits in evaluation."""
    import torch

    torch.manual_seed(seed)
    model = module.MLP(sizes, 0.5)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    model.eval()
    with torch.no_grad():
        return [parameter.detach() for parameter in model.parameters()], model(x)


@points(1)
def test_mlp_has_its_layers_and_gives_logits(student, rng):
    for sizes in ([4, 3], [5, 6, 2], [3, 7, 5, 4]):
        x = torch.tensor(2 * rng.normal(size=(6, sizes[0])) + 1, dtype=torch.float32)
        result = student.run(parameters_and_logits, sizes, x, int(rng.integers(2**32)))
        parameters, logits = assert_parts(result, 2)
        shapes = [list(parameter.shape) for parameter in parameters]
        pairs = list(pairwise(sizes))
        expected = [shape for inputs, outputs in pairs for shape in ([outputs, inputs], [outputs])]
        cause = "one linear layer for each pair of sizes; only modules that are attributes are found"
        assert_equal(shapes, expected, name="list of the shapes of all parameters", cause=cause)
        h = x
        for k in range(0, len(parameters) - 2, 2):
            h = functional.relu(functional.linear(h, *parameters[k : k + 2]))
        h = functional.linear(h, *parameters[-2:])
        cause = "linear, ReLU, …, linear: nothing after the last layer, nothing dropped in evaluation"
        assert_close(logits, h, rtol=1e-4, atol=1e-5, name="array of logits", cause=cause)
    assert_drops_hidden_units(student, rng, [5, 30, 2], 0.3)


def logits_in_training(module, sizes, rate, x, seed):
    """Many rows of logits of one sample in training mode, and the parameters, drawn anew."""
    import torch

    torch.manual_seed(seed)
    model = module.MLP(sizes, rate)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    model.train()
    with torch.no_grad():
        return [parameter.detach() for parameter in model.parameters()], model(x)


def assert_drops_hidden_units(student, rng, sizes, rate):
    """Mean and deviation of each logit of many copies of one sample in training mode."""
    row = rng.uniform(0.5, 1.5, size=(1, sizes[0]))
    x = torch.tensor(np.repeat(row, 20_000, axis=0), dtype=torch.float32)
    result = student.run(logits_in_training, sizes, rate, x, int(rng.integers(2**32)))
    parameters, logits = assert_parts(result, 2)
    w1, b1, w2, b2 = (parameter.double().numpy() for parameter in assert_parts(parameters, 4))
    units = np.maximum(x[0].double().numpy() @ w1.T + b1, 0)
    expected, deviation = w2 @ units + b2, np.sqrt(rate / (1 - rate) * w2**2 @ units**2)
    compare_by(lambda found: in_deviations(found, expected, deviation), logits, slack=0.1)
    logits, error = np.asarray(logits, dtype=np.float64), 6 * deviation / np.sqrt(len(x))
    cause = "hidden units, and only they, are dropped with probability `rate`"
    for k, (centre, width, slack) in enumerate(zip(expected, deviation, error, strict=True)):
        mean, spread = logits[:, k].mean(), logits[:, k].std()
        assert_between(mean, centre - slack, centre + slack, name="mean logit in training", cause=cause)
        name = "standard deviation of a logit in training"
        assert_between(spread, 0.94 * width, 1.06 * width, name=name, cause=cause)


def in_deviations(logits, expected, deviation):
    """Mean and deviation of each logit, for an expected mean of 0 and a deviation of 1."""
    scaled = (np.asarray(logits, dtype=np.float64) - expected) / deviation
    return [*scaled.mean(axis=0), *scaled.std(axis=0)]


@hidden
@points(1)
def test_mlp_drops_hidden_units_in_training(student, rng):
    assert_drops_hidden_units(student, rng, [6, 40, 3], 0.4)


def epochs_of_linear(module, w, b, batches, learning_rate, epochs):
    """Train a linear model from given weights; losses, weights, and whether a step of the optimizer came."""
    import torch

    model = torch.nn.Linear(w.shape[1], w.shape[0])
    with torch.no_grad():
        model.weight.copy_(w)
        model.bias.copy_(b)
    optimizer, steps = torch.optim.SGD(model.parameters(), lr=learning_rate), []
    optimizer.register_step_pre_hook(lambda *_: steps.append(True))
    losses = [module.train_epoch(model, batches, optimizer) for _ in range(epochs)]
    return losses, model.weight.detach(), model.bias.detach(), bool(steps)


def random_batches(rng, sizes, d, classes):
    """Batches of these sizes, as a loader would yield them."""
    return [
        (
            torch.tensor(rng.normal(size=(n, d)), dtype=torch.float32),
            torch.tensor(rng.integers(0, classes, size=n)),
        )
        for n in sizes
    ]


@points(1)
def test_train_epoch_steps_after_every_batch(student, rng):
    for sizes, d, classes in [([5, 5, 2], 4, 3), ([6, 1], 3, 5), ([4], 2, 2)]:
        w = torch.tensor(rng.normal(size=(classes, d)), dtype=torch.float32)
        b = torch.tensor(rng.normal(size=classes), dtype=torch.float32)
        batches = random_batches(rng, sizes, d, classes)
        leaves = [w.clone().requires_grad_(), b.clone().requires_grad_()]
        expected = []
        for _ in range(2):
            total = 0.0
            for x, labels in batches:
                loss = functional.cross_entropy(functional.linear(x, *leaves), labels)
                total += loss.item() * len(labels)
                slopes = torch.autograd.grad(loss, leaves)
                leaves = [
                    (p - 0.4 * g).detach().requires_grad_() for p, g in zip(leaves, slopes, strict=True)
                ]
            expected.append(total / sum(sizes))
        result = student.run(epochs_of_linear, w, b, batches, 0.4, 2)
        losses, weight, bias, _ = assert_parts(result, 4)  # the last one tells mistakes apart
        cause = "after every batch one step along the gradient of its own mean loss, and of nothing else"
        assert_close(weight, leaves[0], rtol=1e-4, atol=1e-5, name="matrix of weights", cause=cause)
        assert_close(bias, leaves[1], rtol=1e-4, atol=1e-5, name="bias", cause=cause)
        cause = "the mean over samples: a batch of 2 counts less than a batch of 5"
        assert_close(losses, expected, rtol=1e-4, name="list of the losses of two epochs", cause=cause)


def modes_of_training(module, batches, before):
    """Whether the model was in training mode at each forward pass, the loss, and the weights."""
    import torch

    linear, seen = torch.nn.Linear(3, 2), []
    model = torch.nn.Sequential(linear).train(before)
    model.register_forward_hook(lambda model, *_: seen.append(model.training))
    loss = module.train_epoch(model, batches, torch.optim.SGD(model.parameters(), lr=0.0))
    return seen, loss, linear.weight.detach(), linear.bias.detach()


def modes_of_evaluation(module, batches):
    """Whether the model was in training mode, and its result had a graph behind it, at each forward pass; what came
    back; and the weights.
    """
    import torch

    linear, seen = torch.nn.Linear(3, 2), []
    model = torch.nn.Sequential(linear).train()
    # a copy of the model has this hook too, and fills the same list
    model.register_forward_hook(lambda model, _, y: seen.append((model.training, y.requires_grad)))
    result = module.evaluate(model, batches)
    return seen, result, linear.weight.detach(), linear.bias.detach()


def mean_cross_entropy(batches, w, b):
    """Of a linear model, over all samples of the batches."""
    logits = functional.linear(torch.cat([x for x, _ in batches]), w, b)
    return functional.cross_entropy(logits, torch.cat([labels for _, labels in batches]))


@points(1)
def test_train_epoch_trains_in_training_mode(student, rng):
    batches = random_batches(rng, [4, 3], 3, 2)
    for before in (False, True):
        seen, loss, w, b = assert_parts(student.run(modes_of_training, batches, before), 4)
        expected = mean_cross_entropy(batches, w, b)
        assert_close(loss, expected, rtol=1e-4, name="mean loss with a learning rate of 0")
        cause = (
            "model.train() at the beginning: the evaluation of the epoch before has left evaluation mode on"
        )
        assert_equal(seen, [True] * len(seen), name="training mode in every forward pass", cause=cause)


def evaluation_of(module, w, b, batches):
    """Evaluate a linear model with given weights that drops inputs in training."""
    import torch

    linear = torch.nn.Linear(w.shape[1], w.shape[0])
    with torch.no_grad():
        linear.weight.copy_(w)
        linear.bias.copy_(b)
    model = torch.nn.Sequential(torch.nn.Dropout(0.5), linear)
    return module.evaluate(model, batches)


@points(1)
def test_evaluate_is_the_mean_over_samples(student, rng):
    for sizes, d, classes in [([5, 5, 2], 4, 3), ([7, 1], 3, 5), ([4], 2, 2)]:
        w = torch.tensor(rng.normal(size=(classes, d)), dtype=torch.float32)
        b = torch.tensor(rng.normal(size=classes), dtype=torch.float32)
        batches = random_batches(rng, sizes, d, classes)
        logits = functional.linear(torch.cat([x for x, _ in batches]), w, b)
        labels = torch.cat([part for _, part in batches])
        loss, accuracy = assert_parts(student.run(evaluation_of, w, b, batches), 2)
        cause = "sum over samples, one division at the end; nothing is dropped in evaluation"
        expected = functional.cross_entropy(logits, labels)
        assert_close(loss, expected, rtol=1e-4, name="mean cross-entropy", cause=cause)
        expected = (logits.argmax(dim=1) == labels).double().mean()
        assert_close(accuracy, expected, rtol=1e-5, name="accuracy", cause=cause)
    assert_neither_trains_nor_records(student, random_batches(rng, [5, 2], 3, 2))


def assert_neither_trains_nor_records(student, batches):
    """Evaluation mode and no graph in every forward pass."""
    seen, result, w, b = assert_parts(student.run(modes_of_evaluation, batches), 4)
    loss, _ = assert_parts(result, 2)
    assert_close(loss, mean_cross_entropy(batches, w, b), rtol=1e-4, name="mean cross-entropy")
    never = [False] * len(seen)
    assert_equal([part[0] for part in seen], never, name="training mode in every forward pass")
    cause = (
        "is the forward pass under torch.no_grad()? Else it builds a graph and keeps all intermediate results"
    )
    assert_equal([part[1] for part in seen], never, name="recording of gradients", cause=cause)


@hidden
@points(1)
def test_evaluate_neither_trains_nor_records(student, rng):
    assert_neither_trains_nor_records(student, random_batches(rng, [4, 3], 3, 2))


def train_on_digits(module, train, test, seed):
    """The student's dataset, model, epoch and evaluation together."""
    import torch
    from torch.utils.data import DataLoader

    torch.manual_seed(seed)
    model = module.MLP([64, 128, 10], 0.2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
    loader = DataLoader(module.ArrayDataset(*train), batch_size=32, shuffle=True)
    losses = [module.train_epoch(model, loader, optimizer) for _ in range(15)]
    return losses, module.evaluate(model, DataLoader(module.ArrayDataset(*test), batch_size=200))


@training
@points(1)
def test_train_epoch_learns_to_read_digits(student, rng):
    images, labels = load_digits()
    x = (images.reshape(len(images), -1) - images.mean()) / images.std()
    order = rng.permutation(len(x))
    train, test = ((x[part], labels[part]) for part in (order[500:], order[:500]))
    result = student.run(train_on_digits, train, test, int(rng.integers(2**32)))
    losses, evaluation = assert_parts(result, 2)
    loss, accuracy = assert_parts(evaluation, 2)
    assert_that(
        losses[-1] < 0.3 * losses[0], "The loss of the last epoch is not much smaller than that of the first."
    )
    assert_between(
        accuracy,
        0.93,
        1,
        name="accuracy on 500 unseen digits",
        cause="97 % is usual",
    )
    assert_between(loss, 0, 0.35, name="cross-entropy on 500 unseen digits")
