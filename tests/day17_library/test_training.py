"""Checks of training.py: batches counted, an epoch replayed, modes watched, and two networks at work."""

import numpy as np

from course.testing import (
    assert_between,
    assert_close,
    assert_equal,
    assert_parts,
    assert_that,
    assert_unchanged,
    compare_by,
    hidden,
    points,
    training,
)


def iterated(module, arrays, batch_size, seed, drop_last, epochs):
    """All batches of some epochs, and what became of the arrays."""
    rng = None if seed is None else np.random.default_rng(seed)
    loader = module.DataLoader(*arrays, batch_size=batch_size, rng=rng, drop_last=drop_last)
    return [[list(batch) for batch in loader] for _ in range(epochs)]


def draw_samples(rng, n):
    """Two arrays that belong together: row i of the second says which row of the first it is."""
    return [rng.normal(size=(n, 2, 3)), np.arange(n) * 3 + 1]


SIZES = [(10, 4, False), (10, 4, True), (12, 3, False), (5, 8, False), (9, 1, False), (7, 7, True)]


def assert_batches(epoch, arrays, batch_size, drop_last):
    """Sizes of the batches, and that rows stay together; the numbers of the samples come back."""
    n = len(arrays[0])
    sizes = [batch_size] * (n // batch_size) + ([n % batch_size] if n % batch_size and not drop_last else [])
    for batch in epoch:
        assert_parts(batch, 2)
    assert_equal([len(batch[1]) for batch in epoch], sizes, name="list of the sizes of the batches")
    numbers = np.concatenate([np.ravel(batch[1]) for batch in epoch]).astype(int) // 3
    rows = np.concatenate([np.asarray(batch[0]) for batch in epoch])
    assert_close(
        rows, arrays[0][numbers], name="array of all samples", cause="what belongs together stays together"
    )
    return numbers


@points(1)
def test_data_loader_iter_in_order(student, rng):
    for n, batch_size, drop_last in SIZES:
        arrays = draw_samples(rng, n)
        with assert_unchanged(*arrays):
            epochs = assert_parts(student.run(iterated, arrays, batch_size, None, drop_last, 2), 2)
        for epoch in epochs:
            numbers = assert_batches(epoch, arrays, batch_size, drop_last)
            assert_equal(
                [int(i) for i in numbers],
                list(range(len(numbers))),
                name="list of the numbers of the samples",
            )
    array = rng.normal(size=(7, 2))
    batches = student.run(iterated_alone, array, 3)
    for batch, part in zip(assert_parts(batches, 3), (array[:3], array[3:6], array[6:]), strict=True):
        assert_close(assert_parts(batch, 1)[0], part, name="batch of a single array")


def iterated_alone(module, array, batch_size):
    return [list(batch) for batch in module.DataLoader(array, batch_size=batch_size)]


@points(1)
def test_data_loader_iter_takes_every_sample_once(student, rng):
    for n, batch_size, drop_last in [*SIZES, (40, 16, False)]:
        arrays = draw_samples(rng, n)
        with assert_unchanged(*arrays):
            epochs = student.run(iterated, arrays, batch_size, int(rng.integers(10**6)), drop_last, 3)
        for epoch in assert_parts(epochs, 3):
            numbers = assert_batches(epoch, arrays, batch_size, drop_last)
            left_out = n - len(numbers)
            assert_equal(
                len(set(numbers.tolist())) + left_out,
                n,
                name="number of different samples, with those left out",
            )


@points(1)
def test_data_loader_iter_shuffles_anew(student, rng):
    arrays = draw_samples(rng, 60)
    epochs = assert_parts(student.run(iterated, arrays, 8, int(rng.integers(10**6)), False, 3), 3)
    orders = [assert_batches(epoch, arrays, 8, False) for epoch in epochs]
    for a, b in [(0, 1), (1, 2), (0, 2)]:
        same = float(np.mean(orders[a] == orders[b]))
        headline = "Two epochs have the same order."
        assert_that(same < 0.5, headline, "the permutation is drawn when somebody begins to iterate")
    first = np.mean([order[:30] for order in orders])
    assert_between(float(first), 15, 44, name="mean number of the samples in the first halves")
    first, again = (student.run(iterated, arrays, 8, 7, False, 1) for _ in range(2))
    compare_by(same_order, first, again, slack=0.3)
    orders = [assert_batches(assert_parts(epochs, 1)[0], arrays, 8, False) for epochs in (first, again)]
    headline = "With an equal generator, a second loader has another order."
    same = bool(np.array_equal(*orders))
    assert_that(same, headline, "all that is drawn comes from the generator of the loader")


def same_order(first, again):
    """The share of samples that two loaders have at the same place."""
    numbers = [np.concatenate([np.ravel(batch[1]) for batch in epochs[0]]) for epochs in (first, again)]
    return float(np.mean(numbers[0] == numbers[1]))


def replayed(module, arrays, batch_sizes, start, max_norm, rates, momentum, held=2):
    """An epoch on a linear model with two outputs: what is called in which order, the losses and the parameters."""
    from day17_library.modules import Module, Parameter

    calls = []

    class Model(Module):
        def __init__(self):
            self.weight, self.bias = Parameter(start[0]), Parameter(start[1])

        def forward(self, x):
            calls.append("forward in training" if self.training else "forward while judged")
            return self.weight * x.sum(axis=0) + self.bias

    class Watched:
        learning_rate = 0.25

        def __init__(self, parameters):
            self.parameters = parameters
            self.speeds = [0.0] * len(parameters)

        def zero_grad(self):
            calls.append("zero_grad")
            for p in self.parameters:
                p.zero_grad()

        def step(self):
            calls.append(f"step with {self.learning_rate:.6f}")
            self.speeds = [momentum * v + p.grad for v, p in zip(self.speeds, self.parameters, strict=True)]
            for v, p in zip(self.speeds, self.parameters, strict=True):
                p.data = p.data - v * self.learning_rate

    model = Model()
    model.training = False
    parts = [model.weight, model.bias][:held]
    for p in parts:
        p.grad = p.grad + 7.0
    ends = np.cumsum(batch_sizes)
    batches = [(arrays[end - size : end],) for end, size in zip(ends, batch_sizes, strict=True)]
    rate = None if rates is None else iter(rates).__next__
    loss = module.train_epoch(
        model,
        iter(batches),
        lambda x: (model(x) ** 2).sum(),
        Watched(parts),
        max_norm,
        rate,
    )
    return float(loss), model.weight.data, model.bias.data, calls


def by_hand(arrays, batch_sizes, start, max_norm, rates, momentum, held=2):
    """The same with the gradients written out. What the optimiser does not hold stays; its gradient counts once."""
    weight, bias = start
    vw, vb, total = 0.0, 0.0, 0.0
    begin = 0
    for number, size in enumerate(batch_sizes):
        x = arrays[begin : begin + size].sum(axis=0)
        begin += size
        y = weight * x + bias
        total += float(np.sum(y**2)) * size
        gw, gb = 2 * y * x, 2 * y
        norm = np.sqrt(np.sum(gw**2) + np.sum(gb**2))
        factor = min(1.0, max_norm / norm) if max_norm is not None else 1.0
        vw, vb = momentum * vw + factor * gw, momentum * vb + factor * gb
        rate = 0.25 if rates is None else rates[number]
        weight, bias = weight - rate * vw, bias - rate * vb * (held == 2)
    return total / sum(batch_sizes), weight, bias


def assert_epoch(student, rng, batch_sizes, max_norm=None, rates=None, momentum=0.0, held=2):
    arrays = rng.normal(size=(sum(batch_sizes), 2)) * 0.4
    start = [rng.normal(size=2) + 0.5, rng.normal(size=2)]
    given = (arrays, batch_sizes, start, max_norm, rates, momentum, held)
    loss, weight, bias, calls = assert_parts(student.run(replayed, *given), 4)
    expected, right_weight, right_bias = by_hand(*given)
    cause = "gradients are forgotten before each batch"
    assert_close(weight, right_weight, name="weight after the epoch", cause=cause)
    assert_close(bias, right_bias, name="bias after the epoch", cause=cause)
    assert_close(
        loss, expected, name="mean loss", cause="the mean is over samples, so a smaller batch counts less"
    )
    forward = [call for call in calls if call.startswith("forward")]
    assert_equal(forward, ["forward in training"] * len(batch_sizes), name="list of the calls of the model")
    return calls


@points(1)
def test_train_epoch_step_by_step(student, rng):
    for batch_sizes, momentum in [([3, 3, 3], 0.0), ([4, 4, 1], 0.6), ([2], 0.0)]:
        assert_epoch(student, rng, batch_sizes, momentum=momentum)


@points(1)
def test_train_epoch_clips_and_sets_the_learning_rate(student, rng):
    for batch_sizes in ([3, 3, 2], [2, 2, 2, 1]):
        rates = [float(rate) for rate in rng.uniform(0.05, 0.4, size=len(batch_sizes))]
        assert_epoch(student, rng, batch_sizes, max_norm=float(rng.uniform(0.1, 0.4)))
        calls = assert_epoch(student, rng, batch_sizes, max_norm=0.3, rates=rates, momentum=0.5)
        steps = [call for call in calls if call.startswith("step")]
        assert_equal(steps, [f"step with {rate:.6f}" for rate in rates], name="list of the steps")
    assert_epoch(student, rng, [3], max_norm=0.2, held=1)


def digits_trained(module, x, y, x_new, y_new, seed, epochs):
    """A convolutional network of the library on digits; the losses, and its accuracy on new ones."""
    from day17_library.losses import cross_entropy
    from day17_library.networks import DigitNet
    from day17_library.optimisers import AdamW

    rng = np.random.default_rng(seed)
    model = DigitNet(rng).to(np.float32)
    loader = module.DataLoader(x, y, batch_size=32, rng=rng)
    optimiser = AdamW(model.parameters(), 3e-3)

    def loss_of(images, labels):
        return cross_entropy(model(images), labels)

    losses = [float(module.train_epoch(model, loader, loss_of, optimiser)) for _ in range(epochs)]
    new = module.DataLoader(x_new, y_new, batch_size=100)
    right = module.evaluate(
        model, new, lambda images, labels: float(np.mean(model(images).data.argmax(axis=1) == labels))
    )
    return losses, float(right)


@training
@points(2)
def test_train_epoch_reads_digits(student, rng):
    """Over 10 seeds: 95.0 to 97.8 %, median 96.5 %, in 2 s of processor. After 6 epochs the loss is 0.27 to 0.33."""
    from course.data import load_digits

    images, labels = load_digits()
    order = rng.permutation(1797)
    x, y = images[order, None].astype(np.float32), labels[order]
    given = (x[500:], y[500:], x[:500], y[:500], int(rng.integers(1000)), 8)
    losses, accuracy = assert_parts(student.run(digits_trained, *given), 2)
    assert_equal(len(losses), 8, name="number of losses")
    assert_between(losses[-1], 0, 0.5, name="loss of the last epoch")
    assert_between(accuracy, 0.9, 1, name="accuracy on 500 digits that it has not seen")


def text_trained(module, train, test, letters, seed):
    """A small transformer of the library on a text: bits per letter of new text."""
    from day17_library.losses import cross_entropy
    from day17_library.networks import SmallTransformer
    from day17_library.optimisers import AdamW

    rng = np.random.default_rng(seed)
    model = SmallTransformer(letters, 24, rng, 32, 2, 1).to(np.float32)
    loader = module.DataLoader(train, batch_size=16, rng=rng)
    count = len(loader)
    rates = iter([4e-3 * min(1, (step + 1) / 20, (count - step) / 60) for step in range(count)])

    def loss_of(sequences):
        return cross_entropy(model(sequences[:, :-1]), sequences[:, 1:])

    module.train_epoch(model, loader, loss_of, AdamW(model.parameters()), 1.0, lambda: next(rates))
    return float(module.evaluate(model, module.DataLoader(test, batch_size=50), loss_of)) / float(np.log(2))


@training
@points(2)
def test_train_epoch_learns_to_write(student, rng):
    """Over 12 seeds: 0.62 to 0.70 bits, median 0.66, in 1.4 s of processor. Who knows nothing pays 4.5 bits."""
    from course.data.text import make_sentences

    texts = [make_sentences(count, rng) for count in (1000, 100)]
    letters = "".join(sorted(set(texts[0])))
    numbers = [np.array([letters.index(letter) for letter in text]) for text in texts]
    train, test = (
        n[np.asarray(begin)[:, None] + np.arange(25)]
        for n, begin in (
            (numbers[0], rng.integers(len(numbers[0]) - 25, size=180 * 16)),
            (numbers[1], np.arange(0, len(numbers[1]) - 25, 24)),
        )
    )
    bits = student.run(text_trained, train, test, len(letters), int(rng.integers(1000)))
    assert_between(bits, 0.2, 1.2, name="bits per letter of new sentences")


def watched(module, batches, mode, fails):
    """The value of evaluate, the modes seen during it and afterwards, of the model and of a part of it."""
    from day17_library.engine import Tensor
    from day17_library.modules import Module

    model = Module()
    model.parts = [Module()]
    model.train(mode)
    seen = []

    def measure(x, *others):
        seen.append([model.training, model.parts[0].training])
        if fails:
            raise RuntimeError("measured")
        value = np.mean(x * others[0] if others else x)
        return (Tensor(value), value, float(value))[len(x) % 3]

    value = None
    try:
        value = module.evaluate(model, batches, measure)
    except RuntimeError:
        seen.append("failed")
    return value, seen, [model.training, model.parts[0].training]


def draw_batches(rng, sizes):
    return [tuple(rng.normal(size=(2, size)) + 0.5) for size in sizes]


def assert_evaluated(student, rng, sizes, mode):
    batches = draw_batches(rng, sizes)
    value, seen, after = assert_parts(student.run(watched, batches, mode, False), 3)
    products = np.concatenate([x * y for x, y in batches])
    cause = "the mean is over samples, so a smaller batch counts less"
    assert_close(value, float(np.mean(products)), name="value of evaluate", cause=cause)
    assert_equal(
        [list(pair) for pair in seen],
        [[False, False]] * len(sizes),
        name="list of modes while it is measured",
    )
    assert_equal(list(after), [mode, mode], name="list of modes afterwards")


@points(1)
def test_evaluate_is_a_mean_over_samples(student, rng):
    for sizes, mode in [([4, 4, 1], True), ([3], True), ([2, 5, 1, 1], False)]:
        assert_evaluated(student, rng, sizes, mode)
    x = rng.normal(size=5)
    value, _, _ = assert_parts(student.run(watched, [(x[:3],), (x[3:],)], True, False), 3)
    assert_close(value, float(np.mean(x)), name="value of evaluate for batches with a single array")
    _, seen, after = assert_parts(student.run(watched, draw_batches(rng, [2]), True, True), 3)
    assert_equal(seen[-1], "failed", name="text that the exception of measure has left")
    assert_equal(list(after), [True, True], name="list of modes after an exception of measure")


@hidden
@points(1)
def test_evaluate_puts_the_mode_back(student, rng):
    for mode in (False, True):
        assert_evaluated(student, rng, [3, 2], mode)
        _, seen, after = assert_parts(student.run(watched, draw_batches(rng, [3]), mode, True), 3)
        assert_equal(seen[-1], "failed", name="text that the exception of measure has left")
        assert_equal(list(after), [mode, mode], name="list of modes after an exception")
