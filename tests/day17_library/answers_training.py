"""Answers to training.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np

from course.testing import misconception, variant
from day17_library.engine import Tensor
from day17_library.optimisers import clip_gradients


@misconception(
    "DataLoader.__iter__",
    "The order is the same in every epoch. Draw a new one each time that somebody begins to iterate.",
)
def one_order_for_all(self):
    if not hasattr(self, "order"):
        n = len(self.arrays[0])
        self.order = np.arange(n) if self.rng is None else self.rng.permutation(n)
    for number in range(len(self)):
        chosen = self.order[number * self.batch_size : (number + 1) * self.batch_size]
        yield tuple(array[chosen] for array in self.arrays)


@misconception(
    "DataLoader.__iter__",
    "Every batch is drawn by itself: some samples come twice in an epoch, and others not at all.",
)
def drawn_with_replacement(self):
    n = len(self.arrays[0])
    for number in range(len(self)):
        chosen = np.arange(n)[number * self.batch_size : (number + 1) * self.batch_size]
        if self.rng is not None:
            chosen = self.rng.integers(0, n, size=len(chosen))
        yield tuple(array[chosen] for array in self.arrays)


@misconception(
    "DataLoader.__iter__", "Every array is shuffled by itself, and what belongs together is torn apart."
)
def torn_apart(self):
    n = len(self.arrays[0])
    orders = [np.arange(n) if self.rng is None else self.rng.permutation(n) for _ in self.arrays]
    for number in range(len(self)):
        part = slice(number * self.batch_size, (number + 1) * self.batch_size)
        yield tuple(array[order[part]] for array, order in zip(self.arrays, orders, strict=True))


@misconception(
    "DataLoader.__iter__",
    "A smaller batch at the end is always left out. That is asked for with `drop_last` only.",
)
def always_dropped(self):
    n = len(self.arrays[0])
    order = np.arange(n) if self.rng is None else self.rng.permutation(n)
    for start in range(0, n - self.batch_size + 1, self.batch_size):
        chosen = order[start : start + self.batch_size]
        yield tuple(array[chosen] for array in self.arrays)


@misconception(
    "DataLoader.__iter__", "A smaller batch at the end is never left out, whatever `drop_last` says."
)
def never_dropped(self):
    n = len(self.arrays[0])
    order = np.arange(n) if self.rng is None else self.rng.permutation(n)
    for start in range(0, n, self.batch_size):
        chosen = order[start : start + self.batch_size]
        yield tuple(array[chosen] for array in self.arrays)


@misconception(
    "DataLoader.__iter__",
    "The arrays themselves are shuffled, and they belong to somebody else. Shuffle indices instead.",
)
def shuffled_in_place(self):
    n = len(self.arrays[0])
    if self.rng is not None:
        order = self.rng.permutation(n)
        for array in self.arrays:
            array[...] = array[order]
    for number in range(len(self)):
        part = slice(number * self.batch_size, (number + 1) * self.batch_size)
        yield tuple(array[part] for array in self.arrays)


@misconception(
    "DataLoader.__iter__",
    "`np.random` is a generator that all programs share, and nobody can repeat what it drew. Draw from `self.rng`.",
)
def global_generator(self):
    n = len(self.arrays[0])
    order = np.arange(n) if self.rng is None else np.random.permutation(n)
    for number in range(len(self)):
        chosen = order[number * self.batch_size : (number + 1) * self.batch_size]
        yield tuple(array[chosen] for array in self.arrays)


@misconception(
    "DataLoader.__iter__",
    "Of a single array, the batches are bare arrays. A batch is always a tuple, of one array if need be.",
)
def bare_arrays(self):
    n = len(self.arrays[0])
    order = np.arange(n) if self.rng is None else self.rng.permutation(n)
    for number in range(len(self)):
        chosen = order[number * self.batch_size : (number + 1) * self.batch_size]
        batch = tuple(array[chosen] for array in self.arrays)
        yield batch if len(batch) > 1 else batch[0]


@variant("DataLoader.__iter__")
def by_shuffle(self):
    order = np.arange(len(self.arrays[0]))
    if self.rng is not None:
        self.rng.shuffle(order)
    batches = [order[start : start + self.batch_size] for start in range(0, len(order), self.batch_size)]
    if self.drop_last and len(batches[-1]) < self.batch_size:
        batches.pop()
    return iter([tuple(np.take(array, batch, axis=0) for array in self.arrays) for batch in batches])


@variant("DataLoader.__iter__")
def copies_first(self):
    n = len(self.arrays[0])
    order = slice(None) if self.rng is None else self.rng.permutation(n)
    mixed = [np.asarray(array)[order] for array in self.arrays]
    start = 0
    while start < n:
        stop = start + self.batch_size
        if stop > n and self.drop_last:
            return
        yield tuple([array[start:stop] for array in mixed])
        start = stop


@misconception(
    "train_epoch",
    "Gradients are not forgotten, so every batch adds to those before. Call optimiser.zero_grad() for each.",
)
def never_forgets(model, loader, loss_of, optimiser, max_norm=None, rate=None):
    model.train()
    total, count = 0.0, 0
    for batch in loader:
        loss = loss_of(*batch)
        loss.backward()
        if max_norm is not None:
            clip_gradients(model.parameters(), max_norm)
        if rate is not None:
            optimiser.learning_rate = rate()
        optimiser.step()
        total += float(loss.data) * len(batch[0])
        count += len(batch[0])
    return total / count


@misconception(
    "train_epoch", "Gradients are forgotten between backward and the step: nothing is left to step with."
)
def forgets_too_late(model, loader, loss_of, optimiser, max_norm=None, rate=None):
    model.train()
    total, count = 0.0, 0
    for batch in loader:
        loss = loss_of(*batch)
        loss.backward()
        optimiser.zero_grad()
        if rate is not None:
            optimiser.learning_rate = rate()
        optimiser.step()
        total += float(loss.data) * len(batch[0])
        count += len(batch[0])
    return total / count


@misconception("train_epoch", "The model was left as it was: it is to be switched to training first.")
def mode_left(model, loader, loss_of, optimiser, max_norm=None, rate=None):
    total, count = 0.0, 0
    for batch in loader:
        optimiser.zero_grad()
        loss = loss_of(*batch)
        loss.backward()
        if max_norm is not None:
            clip_gradients(model.parameters(), max_norm)
        if rate is not None:
            optimiser.learning_rate = rate()
        optimiser.step()
        total += float(loss.data) * len(batch[0])
        count += len(batch[0])
    return total / count


@misconception(
    "train_epoch",
    "The mean is over batches, so a smaller batch counts as much as a full one. It is over samples.",
)
def mean_of_batches(model, loader, loss_of, optimiser, max_norm=None, rate=None):
    model.train()
    losses = []
    for batch in loader:
        optimiser.zero_grad()
        loss = loss_of(*batch)
        loss.backward()
        if max_norm is not None:
            clip_gradients(model.parameters(), max_norm)
        if rate is not None:
            optimiser.learning_rate = rate()
        optimiser.step()
        losses.append(float(loss.data))
    return float(np.mean(losses))


@misconception(
    "train_epoch",
    "The gradients are clipped after the step, or before `backward` has computed them: clip between the two.",
)
def clipped_afterwards(model, loader, loss_of, optimiser, max_norm=None, rate=None):
    model.train()
    total, count = 0.0, 0
    for batch in loader:
        optimiser.zero_grad()
        loss = loss_of(*batch)
        loss.backward()
        if rate is not None:
            optimiser.learning_rate = rate()
        optimiser.step()
        if max_norm is not None:
            clip_gradients(model.parameters(), max_norm)
        total += float(loss.data) * len(batch[0])
        count += len(batch[0])
    return total / count


@misconception(
    "train_epoch", "The learning rate is set after the step: every step is made with that of the one before."
)
def rate_too_late(model, loader, loss_of, optimiser, max_norm=None, rate=None):
    model.train()
    total, count = 0.0, 0
    for batch in loader:
        optimiser.zero_grad()
        loss = loss_of(*batch)
        loss.backward()
        if max_norm is not None:
            clip_gradients(model.parameters(), max_norm)
        optimiser.step()
        if rate is not None:
            optimiser.learning_rate = rate()
        total += float(loss.data) * len(batch[0])
        count += len(batch[0])
    return total / count


@misconception(
    "train_epoch",
    "The gradients that the optimiser holds are clipped. It may hold a part of the model only: model.parameters() is "
    "asked for.",
)
def clips_what_the_optimiser_holds(model, loader, loss_of, optimiser, max_norm=None, rate=None):
    model.train()
    total, count = 0.0, 0
    for batch in loader:
        optimiser.zero_grad()
        loss = loss_of(*batch)
        loss.backward()
        if max_norm is not None:
            clip_gradients(optimiser.parameters, max_norm)
        if rate is not None:
            optimiser.learning_rate = rate()
        optimiser.step()
        total += float(loss.data) * len(batch[0])
        count += len(batch[0])
    return total / count


@misconception(
    "train_epoch",
    "`rate()` is called once, before the loop: all batches get the same learning rate. It is called for each batch.",
)
def one_rate_for_all(model, loader, loss_of, optimiser, max_norm=None, rate=None):
    model.train()
    if rate is not None:
        optimiser.learning_rate = rate()
    total, count = 0.0, 0
    for batch in loader:
        optimiser.zero_grad()
        loss = loss_of(*batch)
        loss.backward()
        if max_norm is not None:
            clip_gradients(model.parameters(), max_norm)
        optimiser.step()
        total += float(loss.data) * len(batch[0])
        count += len(batch[0])
    return total / count


@misconception(
    "train_epoch",
    "The loss is computed once more after the step. Asked for is the loss that each sample had before it.",
)
def loss_after_the_step(model, loader, loss_of, optimiser, max_norm=None, rate=None):
    model.train()
    total, count = 0.0, 0
    for batch in loader:
        optimiser.zero_grad()
        loss = loss_of(*batch)
        loss.backward()
        if max_norm is not None:
            clip_gradients(model.parameters(), max_norm)
        if rate is not None:
            optimiser.learning_rate = rate()
        optimiser.step()
        total += float(loss_of(*batch).data) * len(batch[0])
        count += len(batch[0])
    return total / count


@misconception(
    "train_epoch",
    "This is the loss of the last batch. The mean over all samples of the epoch is asked for.",
)
def last_loss(model, loader, loss_of, optimiser, max_norm=None, rate=None):
    model.train()
    for batch in loader:
        optimiser.zero_grad()
        loss = loss_of(*batch)
        loss.backward()
        if max_norm is not None:
            clip_gradients(model.parameters(), max_norm)
        if rate is not None:
            optimiser.learning_rate = rate()
        optimiser.step()
    return float(loss.data)


@misconception(
    "train_epoch",
    "Gradients are forgotten after each step only: what was there before the first batch is added to it. Forget first.",
)
def forgets_after_the_step_only(model, loader, loss_of, optimiser, max_norm=None, rate=None):
    model.train()
    total, count = 0.0, 0
    for batch in loader:
        loss = loss_of(*batch)
        loss.backward()
        if max_norm is not None:
            clip_gradients(model.parameters(), max_norm)
        if rate is not None:
            optimiser.learning_rate = rate()
        optimiser.step()
        optimiser.zero_grad()
        total += float(loss.data) * len(batch[0])
        count += len(batch[0])
    return total / count


@variant("train_epoch")
def with_lists(model, loader, loss_of, optimiser, max_norm=None, rate=None):
    model.train(True)
    losses, sizes = [], []
    parameters = model.parameters()
    for batch in loader:
        if rate is not None:
            optimiser.learning_rate = rate()
        optimiser.zero_grad()
        loss = loss_of(*batch)
        loss.backward()
        if max_norm:
            clip_gradients(parameters, max_norm)
        optimiser.step()
        losses.append(loss.data.item())
        sizes.append(len(batch[0]))
    return float(np.average(losses, weights=sizes))


@variant("train_epoch")
def forgetting_at_the_end(model, loader, loss_of, optimiser, max_norm=None, rate=None):
    model.train()
    optimiser.zero_grad()
    total = samples = 0
    for first, *others in loader:
        loss = loss_of(first, *others)
        loss.backward()
        if max_norm is not None:
            clip_gradients(model.parameters(), max_norm)
        if rate:
            optimiser.learning_rate = rate()
        optimiser.step()
        optimiser.zero_grad()
        total, samples = total + loss.data * first.shape[0], samples + first.shape[0]
    return float(total / samples)


@misconception("evaluate", "The model stays switched to judging: its next epoch would be without dropout.")
def stays_judged(model, loader, measure):
    model.eval()
    total, count = 0.0, 0
    for batch in loader:
        value = measure(*batch)
        total += float(value.data if isinstance(value, Tensor) else value) * len(batch[0])
        count += len(batch[0])
    return total / count


@misconception(
    "evaluate",
    "The model is not switched to judging: dropout goes on, and batch normalisation learns from the test.",
)
def not_judged(model, loader, measure):
    total, count = 0.0, 0
    for batch in loader:
        value = measure(*batch)
        total += float(value.data if isinstance(value, Tensor) else value) * len(batch[0])
        count += len(batch[0])
    return total / count


@misconception("evaluate", "The model is always switched to training afterwards. It is to be what it was.")
def always_training_afterwards(model, loader, measure):
    model.eval()
    try:
        total, count = 0.0, 0
        for batch in loader:
            value = measure(*batch)
            total += float(value.data if isinstance(value, Tensor) else value) * len(batch[0])
            count += len(batch[0])
        return total / count
    finally:
        model.train()


@misconception(
    "evaluate",
    "The mean is over batches, so a smaller batch counts as much as a full one. It is over samples.",
)
def over_batches(model, loader, measure):
    before = model.training
    model.eval()
    try:
        values = [measure(*batch) for batch in loader]
        return float(np.mean([value.data if isinstance(value, Tensor) else value for value in values]))
    finally:
        model.train(before)


@misconception(
    "evaluate",
    "After an exception of `measure` the model stays switched to judging. What has to happen in any case "
    "stands in `finally`.",
)
def without_finally(model, loader, measure):
    before = model.training
    model.eval()
    total, count = 0.0, 0
    for batch in loader:
        value = measure(*batch)
        total += float(value.data if isinstance(value, Tensor) else value) * len(batch[0])
        count += len(batch[0])
    model.train(before)
    return total / count


@variant("evaluate")
def by_average(model, loader, measure):
    mode = model.training
    model.train(False)
    values, weights = [], []
    try:
        for batch in loader:
            result = measure(*batch)
            values.append(
                float(getattr(result, "data", result)) if isinstance(result, Tensor) else float(result)
            )
            weights.append(batch[0].shape[0])
    finally:
        model.train(mode)
    return np.average(values, weights=weights)


@variant("evaluate")
def by_exception(model, loader, measure):
    was_training = model.training
    model.eval()
    total = samples = 0.0
    try:
        for first, *others in loader:
            value = measure(first, *others)
            if isinstance(value, Tensor):
                value = value.data.item()
            total += value * len(first)
            samples += len(first)
    except BaseException:
        model.train(was_training)
        raise
    model.train(was_training)
    return total / samples
