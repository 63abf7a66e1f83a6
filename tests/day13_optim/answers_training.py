"""Answers to training.py: wrong ones with what went wrong, and right ones in another style."""

import copy
import math

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy
from tqdm import tqdm

from course.testing import misconception, variant
from day13_optim.regularization import clip_by_norm
from day13_optim.training import evaluate, gradients_of, parameters_of, train_epoch


@misconception("train_epoch", "zero_grad is missing: the gradients of all batches so far add up.")
def gradients_pile_up(model, optimizer, x, y, batch_size, generator, max_norm=math.inf):
    model.train()
    total = 0.0
    for batch in torch.randperm(len(x), generator=generator).split(batch_size):
        loss = cross_entropy(model(x[batch]), y[batch])
        loss.backward()
        grads, _ = clip_by_norm(gradients_of(model), max_norm)
        optimizer.step(grads)
        total += loss.item() * len(batch)
    return total / len(x)


@misconception(
    "train_epoch", "The samples are not shuffled; every epoch has the same batches in the same order."
)
def never_shuffled(model, optimizer, x, y, batch_size, generator, max_norm=math.inf):
    model.train()
    total = 0.0
    for batch in torch.arange(len(x)).split(batch_size):
        loss = cross_entropy(model(x[batch]), y[batch])
        model.zero_grad()
        loss.backward()
        grads, _ = clip_by_norm(gradients_of(model), max_norm)
        optimizer.step(grads)
        total += loss.item() * len(batch)
    return total / len(x)


@misconception("train_epoch", "The last, smaller batch is dropped: some samples are not used in this epoch.")
def last_batch_dropped(model, optimizer, x, y, batch_size, generator, max_norm=math.inf):
    model.train()
    total, seen = 0.0, 0
    for batch in torch.randperm(len(x), generator=generator).split(batch_size):
        if len(batch) < batch_size:
            continue
        loss = cross_entropy(model(x[batch]), y[batch])
        model.zero_grad()
        loss.backward()
        grads, _ = clip_by_norm(gradients_of(model), max_norm)
        optimizer.step(grads)
        total += loss.item() * len(batch)
        seen += len(batch)
    return total / seen


@misconception(
    "train_epoch",
    "The mean of the batch losses counts a sample of a small last batch more than the others; weigh each "
    "by its number of "
    "samples.",
)
def mean_of_batches(model, optimizer, x, y, batch_size, generator, max_norm=math.inf):
    model.train()
    losses = []
    for batch in torch.randperm(len(x), generator=generator).split(batch_size):
        loss = cross_entropy(model(x[batch]), y[batch])
        model.zero_grad()
        loss.backward()
        grads, _ = clip_by_norm(gradients_of(model), max_norm)
        optimizer.step(grads)
        losses.append(loss.item())
    return sum(losses) / len(losses)


@misconception(
    "train_epoch", "model.train() is missing: after the first evaluation, dropout stays off for ever."
)
def left_in_evaluation_mode(model, optimizer, x, y, batch_size, generator, max_norm=math.inf):
    total = 0.0
    for batch in torch.randperm(len(x), generator=generator).split(batch_size):
        loss = cross_entropy(model(x[batch]), y[batch])
        model.zero_grad()
        loss.backward()
        grads, _ = clip_by_norm(gradients_of(model), max_norm)
        optimizer.step(grads)
        total += loss.item() * len(batch)
    return total / len(x)


@misconception(
    "train_epoch",
    "The order is drawn from PyTorch's global generator: nobody can repeat this training. Use the one that is given.",
)
def global_generator(model, optimizer, x, y, batch_size, generator, max_norm=math.inf):
    model.train()
    total = 0.0
    for batch in torch.randperm(len(x)).split(batch_size):
        loss = cross_entropy(model(x[batch]), y[batch])
        model.zero_grad()
        loss.backward()
        optimizer.step(clip_by_norm(gradients_of(model), max_norm)[0])
        total += loss.item() * len(batch)
    return total / len(x)


@misconception(
    "train_epoch",
    "Long gradients are not clipped: max_norm is not used, or what clip_by_norm returns is thrown away. It returns new "
    "arrays, and these are for the optimiser.",
)
def never_clipped(model, optimizer, x, y, batch_size, generator, max_norm=math.inf):
    model.train()
    total = 0.0
    for batch in torch.randperm(len(x), generator=generator).split(batch_size):
        loss = cross_entropy(model(x[batch]), y[batch])
        model.zero_grad()
        loss.backward()
        optimizer.step(gradients_of(model))
        total += loss.item() * len(batch)
    return total / len(x)


@misconception(
    "train_epoch",
    "The loss is the sum over the batch: its gradient, and the step, are as many times too large as "
    "there are samples.",
)
def sum_of_losses(model, optimizer, x, y, batch_size, generator, max_norm=math.inf):
    model.train()
    total = 0.0
    for batch in torch.randperm(len(x), generator=generator).split(batch_size):
        loss = cross_entropy(model(x[batch]), y[batch], reduction="sum")
        model.zero_grad()
        loss.backward()
        grads, _ = clip_by_norm(gradients_of(model), max_norm)
        optimizer.step(grads)
        total += loss.item()
    return total / len(x)


@misconception(
    "train_epoch",
    "The gradients are set to zero after backward() and before they are used: nothing is learned. First "
    "zero_grad, then backward, then the step.",
)
def zeroed_after_backward(model, optimizer, x, y, batch_size, generator, max_norm=math.inf):
    model.train()
    total = 0.0
    for batch in torch.randperm(len(x), generator=generator).split(batch_size):
        loss = cross_entropy(model(x[batch]), y[batch])
        loss.backward()
        model.zero_grad()
        grads, _ = clip_by_norm(gradients_of(model), max_norm)
        optimizer.step(grads)
        total += loss.item() * len(batch)
    return total / len(x)


@misconception(
    "train_epoch",
    "The logits went through softmax, and cross_entropy does that again: it wants logits.",
)
def softmax_twice(model, optimizer, x, y, batch_size, generator, max_norm=math.inf):
    model.train()
    total = 0.0
    for batch in torch.randperm(len(x), generator=generator).split(batch_size):
        loss = cross_entropy(model(x[batch]).softmax(1), y[batch])
        model.zero_grad()
        loss.backward()
        grads, _ = clip_by_norm(gradients_of(model), max_norm)
        optimizer.step(grads)
        total += loss.item() * len(batch)
    return total / len(x)


@misconception(
    "train_epoch",
    "The loss is that of the last batch. Asked for is the mean over all samples of the epoch.",
)
def loss_of_the_last_batch(model, optimizer, x, y, batch_size, generator, max_norm=math.inf):
    model.train()
    for batch in torch.randperm(len(x), generator=generator).split(batch_size):
        loss = cross_entropy(model(x[batch]), y[batch])
        model.zero_grad()
        loss.backward()
        grads, _ = clip_by_norm(gradients_of(model), max_norm)
        optimizer.step(grads)
    return loss.item()


@misconception(
    "train_epoch",
    "Inputs and labels are in different orders: index both with the same permutation.",
)
def labels_in_another_order(model, optimizer, x, y, batch_size, generator, max_norm=math.inf):
    model.train()
    total = 0.0
    a, b = torch.randperm(len(x), generator=generator), torch.randperm(len(x), generator=generator)
    for i, j in zip(a.split(batch_size), b.split(batch_size), strict=True):
        loss = cross_entropy(model(x[i]), y[j])
        model.zero_grad()
        loss.backward()
        grads, _ = clip_by_norm(gradients_of(model), max_norm)
        optimizer.step(grads)
        total += loss.item() * len(i)
    return total / len(x)


@misconception(
    "train_epoch",
    "The loss is that of the network after the epoch. Each sample counts with its loss at the time its batch was "
    "used.",
)
def loss_after_the_epoch(model, optimizer, x, y, batch_size, generator, max_norm=math.inf):
    model.train()
    for batch in torch.randperm(len(x), generator=generator).split(batch_size):
        loss = cross_entropy(model(x[batch]), y[batch])
        model.zero_grad()
        loss.backward()
        grads, _ = clip_by_norm(gradients_of(model), max_norm)
        optimizer.step(grads)
    return cross_entropy(model(x), y).item()


@variant("train_epoch")
def with_log_softmax(model, optimizer, x, y, batch_size, generator, max_norm=math.inf):
    model.train()
    order = torch.randperm(len(x), generator=generator)
    losses = []
    for start in range(0, len(order), batch_size):
        batch = order[start : start + batch_size]
        model.zero_grad(set_to_none=False)
        rows = -torch.log_softmax(model(x[batch]), dim=1)[torch.arange(len(batch)), y[batch]]
        rows.mean().backward()
        losses += rows.tolist()
        optimizer.step(clip_by_norm(gradients_of(model), max_norm)[0])
    return sum(losses) / len(losses)


@variant("train_epoch")
def with_autograd_grad(model, optimizer, x, y, batch_size, generator, max_norm=math.inf):
    model.train()
    total = 0.0
    for batch in torch.split(torch.randperm(x.shape[0], generator=generator), batch_size):
        loss = nn.CrossEntropyLoss()(model(x[batch]), y[batch])
        grads = torch.autograd.grad(loss, list(model.parameters()), allow_unused=True, materialize_grads=True)
        clipped, _ = clip_by_norm([g.numpy() for g in grads], max_norm)
        optimizer.step(clipped)
        total += float(loss) * batch.numel()
    return np.float64(total / x.shape[0])


@misconception(
    "EarlyStopping",
    "The weights that come back are the last ones, not the best. state_dict() hands out the network's own tensors, "
    "which go on changing: keep a deep copy, and only when the loss is an improvement.",
)
class ShallowCopy:
    def __init__(self, patience, min_delta=0.0):
        self.patience, self.min_delta = patience, min_delta
        self.best_loss, self.best_epoch, self.best_state, self.epoch = math.inf, -1, None, -1

    def update(self, loss, model):
        self.epoch += 1
        if loss < self.best_loss - self.min_delta:
            self.best_loss, self.best_epoch = loss, self.epoch
            self.best_state = dict(model.state_dict())
        return self.epoch - self.best_epoch >= self.patience

    def restore(self, model):
        if self.best_state is not None:
            model.load_state_dict(self.best_state)


@misconception(
    "EarlyStopping",
    "It stops one epoch too late: after `patience` epochs without improvement, not after one more.",
)
class OneEpochLate:
    def __init__(self, patience, min_delta=0.0):
        self.patience, self.min_delta = patience, min_delta
        self.best_loss, self.best_epoch, self.best_state, self.epoch = math.inf, -1, None, -1

    def update(self, loss, model):
        self.epoch += 1
        if loss < self.best_loss - self.min_delta:
            self.best_loss, self.best_epoch = loss, self.epoch
            self.best_state = copy.deepcopy(model.state_dict())
        return self.epoch - self.best_epoch > self.patience

    def restore(self, model):
        if self.best_state is not None:
            model.load_state_dict(self.best_state)


@misconception("EarlyStopping", "Bad epochs are counted, but an improvement does not start the count again.")
class CountNeverReset:
    def __init__(self, patience, min_delta=0.0):
        self.patience, self.min_delta = patience, min_delta
        self.best_loss, self.best_epoch, self.best_state, self.epoch = math.inf, -1, None, -1
        self.waited = 0

    def update(self, loss, model):
        self.epoch += 1
        if loss < self.best_loss - self.min_delta:
            self.best_loss, self.best_epoch = loss, self.epoch
            self.best_state = copy.deepcopy(model.state_dict())
        else:
            self.waited += 1
        return self.waited >= self.patience

    def restore(self, model):
        if self.best_state is not None:
            model.load_state_dict(self.best_state)


@misconception(
    "EarlyStopping", "The loss is compared with that of the epoch before; compare it with the best one."
)
class AgainstTheLastEpoch:
    def __init__(self, patience, min_delta=0.0):
        self.patience, self.min_delta = patience, min_delta
        self.best_loss, self.best_epoch, self.best_state, self.epoch = math.inf, -1, None, -1

    def update(self, loss, model):
        self.epoch += 1
        if loss < self.best_loss - self.min_delta:
            self.best_epoch = self.epoch
            self.best_state = copy.deepcopy(model.state_dict())
        self.best_loss = loss
        return self.epoch - self.best_epoch >= self.patience

    def restore(self, model):
        if self.best_state is not None:
            model.load_state_dict(self.best_state)


@misconception(
    "EarlyStopping",
    "best_loss moves with every fall, also with those too small to count, so that a slow descent never counts. It is "
    "the loss of the last *improvement*: leave it where it was.",
)
class MovedByTinyFalls:
    def __init__(self, patience, min_delta=0.0):
        self.patience, self.min_delta = patience, min_delta
        self.best_loss, self.best_epoch, self.best_state, self.epoch = math.inf, -1, None, -1

    def update(self, loss, model):
        self.epoch += 1
        if loss < self.best_loss - self.min_delta:
            self.best_epoch = self.epoch
            self.best_state = copy.deepcopy(model.state_dict())
        if loss < self.best_loss:
            self.best_loss = loss
        return self.epoch - self.best_epoch >= self.patience

    def restore(self, model):
        if self.best_state is not None:
            model.load_state_dict(self.best_state)


@misconception("EarlyStopping", "min_delta is not subtracted: any fall of the loss counts, however small.")
class AnyImprovement:
    def __init__(self, patience, min_delta=0.0):
        self.patience, self.min_delta = patience, min_delta
        self.best_loss, self.best_epoch, self.best_state, self.epoch = math.inf, -1, None, -1

    def update(self, loss, model):
        self.epoch += 1
        if loss < self.best_loss:
            self.best_loss, self.best_epoch = loss, self.epoch
            self.best_state = copy.deepcopy(model.state_dict())
        return self.epoch - self.best_epoch >= self.patience

    def restore(self, model):
        if self.best_state is not None:
            model.load_state_dict(self.best_state)


@misconception(
    "EarlyStopping", "NaN counts as an improvement: `not loss >= …` is true for NaN, `loss < …` is not."
)
class NanImproves:
    def __init__(self, patience, min_delta=0.0):
        self.patience, self.min_delta = patience, min_delta
        self.best_loss, self.best_epoch, self.best_state, self.epoch = math.inf, -1, None, -1

    def update(self, loss, model):
        self.epoch += 1
        if not loss >= self.best_loss - self.min_delta:
            self.best_loss, self.best_epoch = loss, self.epoch
            self.best_state = copy.deepcopy(model.state_dict())
        return self.epoch - self.best_epoch >= self.patience

    def restore(self, model):
        if self.best_state is not None:
            model.load_state_dict(self.best_state)


@misconception(
    "EarlyStopping",
    "restore() fails when no epoch was ever an improvement (all losses NaN). Then nothing is to be put back.",
)
class NothingToRestore:
    def __init__(self, patience, min_delta=0.0):
        self.patience, self.min_delta = patience, min_delta
        self.best_loss, self.best_epoch, self.best_state, self.epoch = math.inf, -1, None, -1

    def update(self, loss, model):
        self.epoch += 1
        if loss < self.best_loss - self.min_delta:
            self.best_loss, self.best_epoch = loss, self.epoch
            self.best_state = copy.deepcopy(model.state_dict())
        return self.epoch - self.best_epoch >= self.patience

    def restore(self, model):
        model.load_state_dict(self.best_state)


@misconception(
    "EarlyStopping",
    "An equal loss counts as an improvement; it must be below best_loss − min_delta.",
)
class EqualCounts:
    def __init__(self, patience, min_delta=0.0):
        self.patience, self.min_delta = patience, min_delta
        self.best_loss, self.best_epoch, self.best_state, self.epoch = math.inf, -1, None, -1
        self.waited = 0

    def update(self, loss, model):
        self.epoch += 1
        if loss <= self.best_loss - self.min_delta:
            self.best_loss, self.best_epoch = loss, self.epoch
            self.best_state = copy.deepcopy(model.state_dict())
            self.waited = 0
        else:
            self.waited += 1
        return self.waited >= self.patience

    def restore(self, model):
        if self.best_state is not None:
            model.load_state_dict(self.best_state)


@variant("EarlyStopping")
class CountingBadEpochs:
    def __init__(self, patience, min_delta=0.0):
        self.patience, self.min_delta = patience, min_delta
        self.best_loss, self.best_epoch, self.best_state = float("inf"), -1, None
        self.epoch, self.waited = -1, 0

    def update(self, loss, model):
        self.epoch += 1
        if self.best_loss - loss > self.min_delta:
            self.best_loss, self.best_epoch, self.waited = loss, self.epoch, 0
            self.best_state = {name: value.clone() for name, value in model.state_dict().items()}
            return False
        self.waited += 1
        return self.waited == self.patience

    def restore(self, model):
        if self.best_state:
            model.load_state_dict({name: value.clone() for name, value in self.best_state.items()})


@variant("EarlyStopping")
class KeepingArrays:
    def __init__(self, patience, min_delta=0.0):
        self.patience = patience
        self.min_delta = min_delta
        self.losses = []
        self.best_loss, self.best_epoch, self.best_state = math.inf, -1, None

    def update(self, loss, model):
        self.losses.append(loss)
        if loss < self.best_loss - self.min_delta:
            self.best_loss = loss
            self.best_epoch = len(self.losses) - 1
            self.best_state = [np.array(value) for value in model.state_dict().values()]
        return bool(len(self.losses) - 1 - self.best_epoch >= self.patience)

    def restore(self, model):
        if self.best_state is None:
            return
        with torch.no_grad():
            for tensor, array in zip(model.state_dict().values(), self.best_state, strict=True):
                tensor.copy_(torch.from_numpy(array))


@misconception(
    "train",
    "Ctrl-C is not caught: the program ends, and hours of training are lost. `except Exception` does not catch it "
    "either, for KeyboardInterrupt is no Exception: name it.",
)
def dies_of_ctrl_c(
    model, optimizer, training, validation, epochs, batch_size=32, max_norm=math.inf, stopping=None, seed=0
):
    generator = torch.Generator().manual_seed(seed)
    history = {"train_loss": [], "validation_loss": [], "validation_accuracy": []}
    with tqdm(range(epochs), unit="epoch", disable=None) as progress:
        for _ in progress:
            train_loss = train_epoch(model, optimizer, *training, batch_size, generator, max_norm)
            loss, accuracy = evaluate(model, *validation)
            history["train_loss"].append(train_loss)
            history["validation_loss"].append(loss)
            history["validation_accuracy"].append(accuracy)
            progress.set_postfix(train=train_loss, validation=loss)
            if stopping is not None and stopping.update(loss, model):
                break
        if stopping is not None:
            stopping.restore(model)
    return history


@misconception(
    "train",
    "The best weights are not put back: after patience has run out, the network is `patience` epochs past its best.",
)
def keeps_the_last_weights(
    model, optimizer, training, validation, epochs, batch_size=32, max_norm=math.inf, stopping=None, seed=0
):
    generator = torch.Generator().manual_seed(seed)
    history = {"train_loss": [], "validation_loss": [], "validation_accuracy": []}
    with tqdm(range(epochs), unit="epoch", disable=None) as progress:
        try:
            for _ in progress:
                train_loss = train_epoch(model, optimizer, *training, batch_size, generator, max_norm)
                loss, accuracy = evaluate(model, *validation)
                history["train_loss"].append(train_loss)
                history["validation_loss"].append(loss)
                history["validation_accuracy"].append(accuracy)
                progress.set_postfix(train=train_loss, validation=loss)
                if stopping is not None and stopping.update(loss, model):
                    break
        except KeyboardInterrupt:
            pass
    return history


@misconception(
    "train",
    "The epoch in which it stops is not in the history: record the losses before you ask whether to stop.",
)
def last_epoch_not_recorded(
    model, optimizer, training, validation, epochs, batch_size=32, max_norm=math.inf, stopping=None, seed=0
):
    generator = torch.Generator().manual_seed(seed)
    history = {"train_loss": [], "validation_loss": [], "validation_accuracy": []}
    with tqdm(range(epochs), unit="epoch", disable=None) as progress:
        try:
            for _ in progress:
                train_loss = train_epoch(model, optimizer, *training, batch_size, generator, max_norm)
                loss, accuracy = evaluate(model, *validation)
                progress.set_postfix(train=train_loss, validation=loss)
                if stopping is not None and stopping.update(loss, model):
                    break
                history["train_loss"].append(train_loss)
                history["validation_loss"].append(loss)
                history["validation_accuracy"].append(accuracy)
        except KeyboardInterrupt:
            pass
        if stopping is not None:
            stopping.restore(model)
    return history


@misconception(
    "train", "Early stopping listens to the training loss, which falls for ever; the validation loss decides."
)
def stops_by_the_training_loss(
    model, optimizer, training, validation, epochs, batch_size=32, max_norm=math.inf, stopping=None, seed=0
):
    generator = torch.Generator().manual_seed(seed)
    history = {"train_loss": [], "validation_loss": [], "validation_accuracy": []}
    with tqdm(range(epochs), unit="epoch", disable=None) as progress:
        try:
            for _ in progress:
                train_loss = train_epoch(model, optimizer, *training, batch_size, generator, max_norm)
                loss, accuracy = evaluate(model, *validation)
                history["train_loss"].append(train_loss)
                history["validation_loss"].append(loss)
                history["validation_accuracy"].append(accuracy)
                progress.set_postfix(train=train_loss, validation=loss)
                if stopping is not None and stopping.update(train_loss, model):
                    break
        except KeyboardInterrupt:
            pass
        if stopping is not None:
            stopping.restore(model)
    return history


@misconception("train", "The validation loss is that of the training samples; it will never warn you.")
def validated_on_training(
    model, optimizer, training, validation, epochs, batch_size=32, max_norm=math.inf, stopping=None, seed=0
):
    generator = torch.Generator().manual_seed(seed)
    history = {"train_loss": [], "validation_loss": [], "validation_accuracy": []}
    with tqdm(range(epochs), unit="epoch", disable=None) as progress:
        try:
            for _ in progress:
                train_loss = train_epoch(model, optimizer, *training, batch_size, generator, max_norm)
                loss, accuracy = evaluate(model, *training)
                history["train_loss"].append(train_loss)
                history["validation_loss"].append(loss)
                history["validation_accuracy"].append(accuracy)
                progress.set_postfix(train=train_loss, validation=loss)
                if stopping is not None and stopping.update(loss, model):
                    break
        except KeyboardInterrupt:
            pass
        if stopping is not None:
            stopping.restore(model)
    return history


@misconception(
    "train",
    "The progress bar shows no losses. Give it both after every epoch, progress.set_postfix(train=…, validation=…).",
)
def bar_without_losses(
    model, optimizer, training, validation, epochs, batch_size=32, max_norm=math.inf, stopping=None, seed=0
):
    generator = torch.Generator().manual_seed(seed)
    history = {"train_loss": [], "validation_loss": [], "validation_accuracy": []}
    try:
        for _ in tqdm(range(epochs), unit="epoch", disable=None):
            train_loss = train_epoch(model, optimizer, *training, batch_size, generator, max_norm)
            loss, accuracy = evaluate(model, *validation)
            for name, value in zip(history, (train_loss, loss, accuracy), strict=True):
                history[name].append(value)
            if stopping is not None and stopping.update(loss, model):
                break
    except KeyboardInterrupt:
        pass
    if stopping is not None:
        stopping.restore(model)
    return history


@misconception(
    "train",
    "print is noise where nobody looks: let the progress bar show the losses (set_postfix), it is silent by itself.",
)
def prints_every_epoch(
    model, optimizer, training, validation, epochs, batch_size=32, max_norm=math.inf, stopping=None, seed=0
):
    generator = torch.Generator().manual_seed(seed)
    history = {"train_loss": [], "validation_loss": [], "validation_accuracy": []}
    try:
        for epoch in range(epochs):
            train_loss = train_epoch(model, optimizer, *training, batch_size, generator, max_norm)
            loss, accuracy = evaluate(model, *validation)
            history["train_loss"].append(train_loss)
            history["validation_loss"].append(loss)
            history["validation_accuracy"].append(accuracy)
            print(f"epoch {epoch}: train={train_loss:.3f} validation={loss:.3f}")
            if stopping is not None and stopping.update(loss, model):
                break
    except KeyboardInterrupt:
        pass
    if stopping is not None:
        stopping.restore(model)
    return history


@misconception(
    "train",
    "The try stands inside the loop: Ctrl-C ends one epoch, and the next one begins. It belongs around the loop.",
)
def try_inside_the_loop(
    model, optimizer, training, validation, epochs, batch_size=32, max_norm=math.inf, stopping=None, seed=0
):
    generator = torch.Generator().manual_seed(seed)
    history = {"train_loss": [], "validation_loss": [], "validation_accuracy": []}
    with tqdm(range(epochs), unit="epoch", disable=None) as progress:
        for _ in progress:
            try:
                train_loss = train_epoch(model, optimizer, *training, batch_size, generator, max_norm)
                loss, accuracy = evaluate(model, *validation)
                history["train_loss"].append(train_loss)
                history["validation_loss"].append(loss)
                history["validation_accuracy"].append(accuracy)
                progress.set_postfix(train=f"{train_loss:.3f}", validation=f"{loss:.3f}")
                if stopping is not None and stopping.update(loss, model):
                    break
            except KeyboardInterrupt:
                progress.set_description("interrupted")
        if stopping is not None:
            stopping.restore(model)
    return history


@variant("train")
def with_a_while_loop(
    model, optimizer, training, validation, epochs, batch_size=32, max_norm=math.inf, stopping=None, seed=0
):
    x, y = training
    generator = torch.Generator()
    generator.manual_seed(seed)
    rows, stop = [], False
    with tqdm(total=epochs, disable=None) as progress:
        try:
            while len(rows) < epochs and not stop:
                train_loss = train_epoch(model, optimizer, x, y, batch_size, generator, max_norm=max_norm)
                rows.append((train_loss, *evaluate(model, validation[0], validation[1])))
                progress.set_postfix({"train": rows[-1][0], "validation": rows[-1][1]})
                progress.update()
                stop = stopping.update(rows[-1][1], model) if stopping else False
        except KeyboardInterrupt:
            stop = True
    if stopping:
        stopping.restore(model)
    names = ("train_loss", "validation_loss", "validation_accuracy")
    return {name: [row[i] for row in rows] for i, name in enumerate(names)}


@variant("train")
def restoring_in_finally(
    model, optimizer, training, validation, epochs, batch_size=32, max_norm=math.inf, stopping=None, seed=0
):
    generator = torch.Generator().manual_seed(seed)
    losses, validation_losses, accuracies = [], [], []
    with tqdm(range(epochs), disable=None) as progress:
        try:
            for _ in progress:
                train_loss = train_epoch(model, optimizer, *training, batch_size, generator, max_norm)
                loss, accuracy = evaluate(model, *validation)
                losses.append(train_loss)
                validation_losses.append(loss)
                accuracies.append(accuracy)
                progress.set_postfix_str(f"train={train_loss:.4f}, validation={loss:.4f}")
                if stopping is not None and stopping.update(loss, model):
                    break
        except KeyboardInterrupt:
            progress.set_description("stopped")
        finally:
            if stopping is not None:
                stopping.restore(model)
    return {"train_loss": losses, "validation_loss": validation_losses, "validation_accuracy": accuracies}


@misconception(
    "sanity_checks",
    "The network itself is trained by the checks; afterwards it is no longer fresh. Work on a deep copy.",
)
def trains_the_model(model, make_optimizer, x, y, steps=100):
    optimizer = make_optimizer(parameters_of(model))
    generator = torch.Generator()
    logits = model(x)
    guess = math.log(logits.shape[1])
    loss = cross_entropy(logits, y)
    loss.backward()
    gradients = all(np.any(g != 0) for g in gradients_of(model))
    before = [p.copy() for p in parameters_of(model)]
    train_epoch(model, optimizer, x, y, len(x), generator)
    updates = all(np.any(p != q) for p, q in zip(parameters_of(model), before, strict=True))
    for _ in range(steps - 1):
        train_epoch(model, optimizer, x, y, len(x), generator)
    return {
        "initial_loss": abs(loss.item() - guess) < 0.5,
        "uses_input": not torch.allclose(logits, logits[:1]),
        "gradients": gradients,
        "updates": updates,
        "overfits": evaluate(model, x, y)[0] < 0.1 * guess,
    }


@misconception(
    "sanity_checks",
    "`before` holds the arrays of the network and not copies of them, so before and after are always equal.",
)
def compares_with_itself(model, make_optimizer, x, y, steps=100):
    model = copy.deepcopy(model).train()
    optimizer = make_optimizer(parameters_of(model))
    generator = torch.Generator()
    logits = model(x)
    guess = math.log(logits.shape[1])
    loss = cross_entropy(logits, y)
    loss.backward()
    gradients = all(np.any(g != 0) for g in gradients_of(model))
    before = parameters_of(model)
    train_epoch(model, optimizer, x, y, len(x), generator)
    updates = all(np.any(p != q) for p, q in zip(parameters_of(model), before, strict=True))
    for _ in range(steps - 1):
        train_epoch(model, optimizer, x, y, len(x), generator)
    return {
        "initial_loss": abs(loss.item() - guess) < 0.5,
        "uses_input": not torch.allclose(logits, logits[:1]),
        "gradients": gradients,
        "updates": updates,
        "overfits": evaluate(model, x, y)[0] < 0.1 * guess,
    }


@misconception(
    "sanity_checks",
    'The network is trained for one step too many or too few: the step of "updates" is the first of the `steps`.',
    more=(1, -1),
)
def other_number_of_steps(model, make_optimizer, x, y, steps=100, *, more=1):
    model = copy.deepcopy(model).train()
    optimizer = make_optimizer(parameters_of(model))
    generator = torch.Generator()
    logits = model(x)
    guess = math.log(logits.shape[1])
    loss = cross_entropy(logits, y)
    loss.backward()
    gradients = all(np.any(g != 0) for g in gradients_of(model))
    before = [p.copy() for p in parameters_of(model)]
    train_epoch(model, optimizer, x, y, len(x), generator)
    updates = all(np.any(p != q) for p, q in zip(parameters_of(model), before, strict=True))
    for _ in range(steps - 1 + more):
        train_epoch(model, optimizer, x, y, len(x), generator)
    return {
        "initial_loss": abs(loss.item() - guess) < 0.5,
        "uses_input": not torch.allclose(logits, logits[:1]),
        "gradients": gradients,
        "updates": updates,
        "overfits": evaluate(model, x, y)[0] < 0.1 * guess,
    }


@misconception(
    "sanity_checks",
    "A first loss far below ln C passes. It is as suspicious as one above: the difference counts, whatever its sign.",
)
def without_the_absolute_value(model, make_optimizer, x, y, steps=100):
    model = copy.deepcopy(model).train()
    optimizer = make_optimizer(parameters_of(model))
    generator = torch.Generator()
    logits = model(x)
    guess = math.log(logits.shape[1])
    loss = cross_entropy(logits, y)
    loss.backward()
    gradients = all(np.any(g != 0) for g in gradients_of(model))
    before = [p.copy() for p in parameters_of(model)]
    train_epoch(model, optimizer, x, y, len(x), generator)
    updates = all(np.any(p != q) for p, q in zip(parameters_of(model), before, strict=True))
    for _ in range(steps - 1):
        train_epoch(model, optimizer, x, y, len(x), generator)
    return {
        "initial_loss": loss.item() - guess < 0.5,
        "uses_input": not torch.allclose(logits, logits[:1]),
        "gradients": gradients,
        "updates": updates,
        "overfits": evaluate(model, x, y)[0] < 0.1 * guess,
    }


@misconception(
    "sanity_checks",
    "The bar for overfitting is another one: it is 0.1 · ln C, a tenth of what guessing costs.",
    bar=("0.1", "log 10", "half"),
)
def another_bar(model, make_optimizer, x, y, steps=100, *, bar="0.1"):
    model = copy.deepcopy(model).train()
    optimizer = make_optimizer(parameters_of(model))
    generator = torch.Generator()
    logits = model(x)
    guess = math.log(logits.shape[1])
    loss = cross_entropy(logits, y)
    loss.backward()
    gradients = all(np.any(g != 0) for g in gradients_of(model))
    before = [p.copy() for p in parameters_of(model)]
    train_epoch(model, optimizer, x, y, len(x), generator)
    updates = all(np.any(p != q) for p, q in zip(parameters_of(model), before, strict=True))
    for _ in range(steps - 1):
        train_epoch(model, optimizer, x, y, len(x), generator)
    below = {"0.1": 0.1, "log 10": 0.1 * math.log(10), "half": 0.5 * guess}[bar]
    return {
        "initial_loss": abs(loss.item() - guess) < 0.5,
        "uses_input": not torch.allclose(logits, logits[:1]),
        "gradients": gradients,
        "updates": updates,
        "overfits": evaluate(model, x, y)[0] < below,
    }


@misconception(
    "sanity_checks",
    "Only the first two samples are compared, which may be alike by chance: do *all* samples have the same logits?",
)
def first_two_samples(model, make_optimizer, x, y, steps=100):
    model = copy.deepcopy(model).train()
    optimizer = make_optimizer(parameters_of(model))
    generator = torch.Generator()
    logits = model(x)
    guess = math.log(logits.shape[1])
    loss = cross_entropy(logits, y)
    loss.backward()
    gradients = all(np.any(g != 0) for g in gradients_of(model))
    before = [p.copy() for p in parameters_of(model)]
    train_epoch(model, optimizer, x, y, len(x), generator)
    updates = all(np.any(p != q) for p, q in zip(parameters_of(model), before, strict=True))
    for _ in range(steps - 1):
        train_epoch(model, optimizer, x, y, len(x), generator)
    return {
        "initial_loss": abs(loss.item() - guess) < 0.5,
        "uses_input": not torch.allclose(logits[0], logits[1]),
        "gradients": gradients,
        "updates": updates,
        "overfits": evaluate(model, x, y)[0] < 0.1 * guess,
    }


@misconception(
    "sanity_checks",
    "One parameter with a gradient is enough for this check; *every* one must have one, and change.",
)
def any_parameter(model, make_optimizer, x, y, steps=100):
    model = copy.deepcopy(model).train()
    optimizer = make_optimizer(parameters_of(model))
    generator = torch.Generator()
    logits = model(x)
    guess = math.log(logits.shape[1])
    loss = cross_entropy(logits, y)
    loss.backward()
    gradients = any(np.any(g != 0) for g in gradients_of(model))
    before = [p.copy() for p in parameters_of(model)]
    train_epoch(model, optimizer, x, y, len(x), generator)
    updates = any(np.any(p != q) for p, q in zip(parameters_of(model), before, strict=True))
    for _ in range(steps - 1):
        train_epoch(model, optimizer, x, y, len(x), generator)
    return {
        "initial_loss": abs(loss.item() - guess) < 0.5,
        "uses_input": not torch.allclose(logits, logits[:1]),
        "gradients": gradients,
        "updates": updates,
        "overfits": evaluate(model, x, y)[0] < 0.1 * guess,
    }


@misconception(
    "sanity_checks",
    "“The loss has fallen” is not “it overfits”: any loop does that. A tenth of ln C is the bar.",
)
def content_with_any_fall(model, make_optimizer, x, y, steps=100):
    model = copy.deepcopy(model).train()
    optimizer = make_optimizer(parameters_of(model))
    generator = torch.Generator()
    logits = model(x)
    guess = math.log(logits.shape[1])
    loss = cross_entropy(logits, y)
    loss.backward()
    gradients = all(np.any(g != 0) for g in gradients_of(model))
    before = [p.copy() for p in parameters_of(model)]
    train_epoch(model, optimizer, x, y, len(x), generator)
    updates = all(np.any(p != q) for p, q in zip(parameters_of(model), before, strict=True))
    for _ in range(steps - 1):
        train_epoch(model, optimizer, x, y, len(x), generator)
    return {
        "initial_loss": abs(loss.item() - guess) < 0.5,
        "uses_input": not torch.allclose(logits, logits[:1]),
        "gradients": gradients,
        "updates": updates,
        "overfits": evaluate(model, x, y)[0] < loss.item(),
    }


@variant("sanity_checks")
def check_by_check(model, make_optimizer, x, y, steps=100):
    network = copy.deepcopy(model)
    with torch.no_grad():
        logits = network(x)
        first = float(cross_entropy(logits, y))
    classes = logits.shape[1]
    result = {
        "initial_loss": bool(np.isclose(first, np.log(classes), rtol=0, atol=0.5)),
        "uses_input": bool((logits - logits[0]).abs().max() > 1e-6),
    }
    cross_entropy(network(x), y).backward()
    result["gradients"] = all(p.grad is not None and bool(p.grad.any()) for p in network.parameters())
    optimizer = make_optimizer(parameters_of(network))
    generator = torch.Generator().manual_seed(3)
    old = copy.deepcopy(network)
    train_epoch(network, optimizer, x, y, batch_size=len(x), generator=generator)
    pairs = zip(network.parameters(), old.parameters(), strict=True)
    result["updates"] = not any(torch.equal(p, q) for p, q in pairs)
    last = math.inf
    for _ in range(steps - 1):
        train_epoch(network, optimizer, x, y, batch_size=len(x), generator=generator)
    last, _ = evaluate(network, x, y)
    result["overfits"] = last < math.log(classes) / 10
    return result


@variant("sanity_checks")
def two_copies(model, make_optimizer, x, y, steps=100):
    def steps_made(count):
        network = copy.deepcopy(model)
        optimizer, generator = make_optimizer(parameters_of(network)), torch.Generator()
        for _ in range(count):
            train_epoch(network, optimizer, x, y, len(x), generator)
        return network

    one, many = steps_made(1), steps_made(steps)
    fresh = copy.deepcopy(model).train()
    logits = fresh(x)
    loss = cross_entropy(logits, y)
    loss.backward()
    chance = np.log(logits.shape[1])
    return {
        "overfits": bool(evaluate(many, x, y)[0] < 0.1 * chance),
        "updates": all(
            (p != q).any().item() for p, q in zip(one.parameters(), model.parameters(), strict=True)
        ),
        "gradients": all(np.abs(g).max() > 0 for g in gradients_of(fresh)),
        "uses_input": not torch.allclose(logits, logits[0].expand_as(logits)),
        "initial_loss": bool(abs(float(loss) - chance) < 0.5),
    }


@misconception(
    "dead_relu_fraction",
    "Zeros are counted, not units: about half of all outputs are 0 in a healthy layer. A unit is dead "
    "when it is 0 for *every* sample.",
)
def share_of_zeros(model, x):
    fractions = []
    layers = [layer for layer in model.modules() if isinstance(layer, nn.ReLU)]
    hooks = [
        layer.register_forward_hook(lambda layer, i, out: fractions.append((out == 0).double().mean().item()))
        for layer in layers
    ]
    with torch.no_grad():
        model(x)
    for hook in hooks:
        hook.remove()
    return fractions


@misconception(
    "dead_relu_fraction",
    "The hooks stay in the network: every later forward pass runs them again. Call remove().",
)
def leaves_hooks(model, x):
    fractions = []

    def record(layer, inputs, output):
        alive = (output != 0).transpose(0, 1).flatten(1).any(dim=1)
        fractions.append(1 - alive.double().mean().item())

    for layer in model.modules():
        if isinstance(layer, nn.ReLU):
            layer.register_forward_hook(record)
    with torch.no_grad():
        model(x)
    return list(fractions)


@misconception(
    "dead_relu_fraction", "This is the share of units that live; asked for is that of the dead ones."
)
def share_of_the_living(model, x):
    fractions = []

    def record(layer, inputs, output):
        fractions.append((output != 0).transpose(0, 1).flatten(1).any(dim=1).double().mean().item())

    hooks = [layer.register_forward_hook(record) for layer in model.modules() if isinstance(layer, nn.ReLU)]
    with torch.no_grad():
        model(x)
    for hook in hooks:
        hook.remove()
    return fractions


@misconception(
    "dead_relu_fraction",
    "In a convolution every position is taken for a unit of its own; a unit is a channel.",
)
def positions_as_units(model, x):
    fractions = []

    def record(layer, inputs, output):
        fractions.append((output == 0).all(dim=0).double().mean().item())

    hooks = [layer.register_forward_hook(record) for layer in model.modules() if isinstance(layer, nn.ReLU)]
    with torch.no_grad():
        model(x)
    for hook in hooks:
        hook.remove()
    return fractions


@misconception(
    "dead_relu_fraction",
    "Only layers directly below the network are found; model.modules() also finds those inside of others.",
)
def children_only(model, x):
    fractions = []

    def record(layer, inputs, output):
        fractions.append(1 - (output != 0).transpose(0, 1).flatten(1).any(dim=1).double().mean().item())

    hooks = [layer.register_forward_hook(record) for layer in model.children() if isinstance(layer, nn.ReLU)]
    with torch.no_grad():
        model(x)
    for hook in hooks:
        hook.remove()
    return fractions


@misconception(
    "dead_relu_fraction",
    "A unit counts as dead when it is 0 for *some* sample; that is what a ReLU is for. It is dead when it is 0 "
    "for every one.",
)
def zero_for_some_sample(model, x):
    out = []
    hooks = [
        m.register_forward_hook(
            lambda m, i, o: out.append((o == 0).transpose(0, 1).flatten(1).any(dim=1).float().mean().item())
        )
        for m in model.modules()
        if isinstance(m, nn.ReLU)
    ]
    model(x)
    for h in hooks:
        h.remove()
    return out


@misconception(
    "dead_relu_fraction",
    "Samples are counted for which all units are 0. Asked for are units that are 0 for all samples: all over axis "
    "0.",
)
def dead_samples(model, x):
    out = []
    hooks = [
        m.register_forward_hook(
            lambda m, i, o: out.append((o == 0).flatten(1).all(dim=1).float().mean().item())
        )
        for m in model.modules()
        if isinstance(m, nn.ReLU)
    ]
    model(x)
    for h in hooks:
        h.remove()
    return out


@misconception(
    "dead_relu_fraction",
    "This is the number of dead units. Asked for is their share, between 0 and 1.",
)
def number_of_units(model, x):
    out = []
    hooks = [
        m.register_forward_hook(
            lambda m, i, o: out.append((o == 0).transpose(0, 1).flatten(1).all(dim=1).sum().item())
        )
        for m in model.modules()
        if isinstance(m, nn.ReLU)
    ]
    model(x)
    for h in hooks:
        h.remove()
    return out


@variant("dead_relu_fraction")
def by_maxima(model, x):
    outputs = []
    hooks = []
    for layer in model.modules():
        if isinstance(layer, nn.ReLU):
            hooks.append(layer.register_forward_hook(lambda layer, inputs, out: outputs.append(out.detach())))
    model(x)
    for hook in hooks:
        hook.remove()
    return [(out.movedim(1, 0).reshape(out.shape[1], -1).amax(dim=1) <= 0).float().mean() for out in outputs]


@variant("dead_relu_fraction")
def by_numpy(model, x):
    result = {}
    layers = [layer for layer in model.modules() if type(layer) is nn.ReLU]

    def record(layer, inputs, output):
        array = np.asarray(output.detach())
        axes = tuple(axis for axis in range(array.ndim) if axis != 1)
        result[layer] = float(np.mean((array == 0).all(axis=axes)))

    hooks = [layer.register_forward_hook(record) for layer in layers]
    try:
        model(x)
    finally:
        [hook.remove() for hook in hooks]
    return [result[layer] for layer in layers]


@misconception(
    "train",
    "The best weights come back only where patience has run out. When the epochs run out first, or after "
    "Ctrl-C, the last ones stay: call `restore` behind the loop.",
)
def restores_where_patience_ends(
    model, optimizer, training, validation, epochs, batch_size=32, max_norm=math.inf, stopping=None, seed=0
):
    generator = torch.Generator().manual_seed(seed)
    history = {"train_loss": [], "validation_loss": [], "validation_accuracy": []}
    with tqdm(range(epochs), unit="epoch", disable=None) as progress:
        try:
            for _ in progress:
                train_loss = train_epoch(model, optimizer, *training, batch_size, generator, max_norm)
                loss, accuracy = evaluate(model, *validation)
                history["train_loss"].append(train_loss)
                history["validation_loss"].append(loss)
                history["validation_accuracy"].append(accuracy)
                progress.set_postfix(train=train_loss, validation=loss)
                if stopping is not None and stopping.update(loss, model):
                    stopping.restore(model)
                    break
        except KeyboardInterrupt:
            pass
    return history


@misconception(
    "train",
    "After Ctrl-C the best weights are not put back: `return` leaves before `restore`. End the loop, and "
    "go on behind it.",
)
def returns_at_ctrl_c(
    model, optimizer, training, validation, epochs, batch_size=32, max_norm=math.inf, stopping=None, seed=0
):
    generator = torch.Generator().manual_seed(seed)
    history = {"train_loss": [], "validation_loss": [], "validation_accuracy": []}
    with tqdm(range(epochs), unit="epoch", disable=None) as progress:
        try:
            for _ in progress:
                train_loss = train_epoch(model, optimizer, *training, batch_size, generator, max_norm)
                loss, accuracy = evaluate(model, *validation)
                history["train_loss"].append(train_loss)
                history["validation_loss"].append(loss)
                history["validation_accuracy"].append(accuracy)
                progress.set_postfix(train=train_loss, validation=loss)
                if stopping is not None and stopping.update(loss, model):
                    break
        except KeyboardInterrupt:
            return history
        if stopping is not None:
            stopping.restore(model)
    return history


@misconception(
    "train",
    "max_norm never arrives: hand it on to train_epoch, which clips the gradients.",
)
def max_norm_not_handed_on(
    model, optimizer, training, validation, epochs, batch_size=32, max_norm=math.inf, stopping=None, seed=0
):
    generator = torch.Generator().manual_seed(seed)
    history = {"train_loss": [], "validation_loss": [], "validation_accuracy": []}
    with tqdm(range(epochs), unit="epoch", disable=None) as progress:
        try:
            for _ in progress:
                train_loss = train_epoch(model, optimizer, *training, batch_size, generator)
                loss, accuracy = evaluate(model, *validation)
                history["train_loss"].append(train_loss)
                history["validation_loss"].append(loss)
                history["validation_accuracy"].append(accuracy)
                progress.set_postfix(train=train_loss, validation=loss)
                if stopping is not None and stopping.update(loss, model):
                    break
        except KeyboardInterrupt:
            pass
        if stopping is not None:
            stopping.restore(model)
    return history


@misconception(
    "train",
    "The generator is made anew in every epoch, so that all epochs have the same order. One for the whole "
    "training, made before the loop.",
)
def a_generator_per_epoch(
    model, optimizer, training, validation, epochs, batch_size=32, max_norm=math.inf, stopping=None, seed=0
):
    history = {"train_loss": [], "validation_loss": [], "validation_accuracy": []}
    with tqdm(range(epochs), unit="epoch", disable=None) as progress:
        try:
            for _ in progress:
                generator = torch.Generator().manual_seed(seed)
                train_loss = train_epoch(model, optimizer, *training, batch_size, generator, max_norm)
                loss, accuracy = evaluate(model, *validation)
                history["train_loss"].append(train_loss)
                history["validation_loss"].append(loss)
                history["validation_accuracy"].append(accuracy)
                progress.set_postfix(train=train_loss, validation=loss)
                if stopping is not None and stopping.update(loss, model):
                    break
        except KeyboardInterrupt:
            pass
        if stopping is not None:
            stopping.restore(model)
    return history


@misconception(
    "train",
    "The training loss is recorded before the epoch is finished: Ctrl-C while the network is evaluated "
    "leaves a list that is one longer than the others. First evaluate, then record all three.",
)
def recorded_before_the_evaluation(
    model, optimizer, training, validation, epochs, batch_size=32, max_norm=math.inf, stopping=None, seed=0
):
    generator = torch.Generator().manual_seed(seed)
    history = {"train_loss": [], "validation_loss": [], "validation_accuracy": []}
    with tqdm(range(epochs), unit="epoch", disable=None) as progress:
        try:
            for _ in progress:
                train_loss = train_epoch(model, optimizer, *training, batch_size, generator, max_norm)
                history["train_loss"].append(train_loss)
                loss, accuracy = evaluate(model, *validation)
                history["validation_loss"].append(loss)
                history["validation_accuracy"].append(accuracy)
                progress.set_postfix(train=train_loss, validation=loss)
                if stopping is not None and stopping.update(loss, model):
                    break
        except KeyboardInterrupt:
            pass
        if stopping is not None:
            stopping.restore(model)
    return history


@misconception(
    "train",
    "The best weights are put back after every epoch, so that each begins where the best one ended. Once, "
    "behind the loop.",
)
def restores_after_every_epoch(
    model, optimizer, training, validation, epochs, batch_size=32, max_norm=math.inf, stopping=None, seed=0
):
    generator = torch.Generator().manual_seed(seed)
    history = {"train_loss": [], "validation_loss": [], "validation_accuracy": []}
    with tqdm(range(epochs), unit="epoch", disable=None) as progress:
        try:
            for _ in progress:
                train_loss = train_epoch(model, optimizer, *training, batch_size, generator, max_norm)
                loss, accuracy = evaluate(model, *validation)
                history["train_loss"].append(train_loss)
                history["validation_loss"].append(loss)
                history["validation_accuracy"].append(accuracy)
                progress.set_postfix(train=train_loss, validation=loss)
                if stopping is not None and stopping.update(loss, model):
                    break
                if stopping is not None:
                    stopping.restore(model)
        except KeyboardInterrupt:
            pass
        if stopping is not None:
            stopping.restore(model)
    return history


@misconception(
    "EarlyStopping",
    "`restore` does nothing to the network: `model = …` only gives a name to something else. Write into "
    "it, model.load_state_dict(self.best_state).",
)
class RestoreRenames:
    def __init__(self, patience, min_delta=0.0):
        self.patience, self.min_delta = patience, min_delta
        self.best_loss, self.best_epoch, self.best_state, self.epoch = math.inf, -1, None, -1

    def update(self, loss, model):
        self.epoch += 1
        if loss < self.best_loss - self.min_delta:
            self.best_loss, self.best_epoch = loss, self.epoch
            self.best_state = copy.deepcopy(model.state_dict())
        return self.epoch - self.best_epoch >= self.patience

    def restore(self, model):
        if self.best_state is not None:
            model = self.best_state  # noqa: F841 (the mistake itself)


@misconception(
    "EarlyStopping",
    "Only the parameters are kept. The state has buffers too, such as the running mean of a "
    "normalisation: copy model.state_dict(), all of it.",
)
class ParametersOnly:
    def __init__(self, patience, min_delta=0.0):
        self.patience, self.min_delta = patience, min_delta
        self.best_loss, self.best_epoch, self.best_state, self.epoch = math.inf, -1, None, -1

    def update(self, loss, model):
        self.epoch += 1
        if loss < self.best_loss - self.min_delta:
            self.best_loss, self.best_epoch = loss, self.epoch
            self.best_state = {key: value.detach().clone() for key, value in model.named_parameters()}
        return self.epoch - self.best_epoch >= self.patience

    def restore(self, model):
        if self.best_state is not None:
            model.load_state_dict(self.best_state)


@misconception(
    "EarlyStopping",
    "`restore` puts the parameters back and leaves the buffers, such as the running mean of a "
    "normalisation, as they are: load_state_dict does both.",
)
class BuffersLeft:
    def __init__(self, patience, min_delta=0.0):
        self.patience, self.min_delta = patience, min_delta
        self.best_loss, self.best_epoch, self.best_state, self.epoch = math.inf, -1, None, -1

    def update(self, loss, model):
        self.epoch += 1
        if loss < self.best_loss - self.min_delta:
            self.best_loss, self.best_epoch = loss, self.epoch
            self.best_state = copy.deepcopy(model.state_dict())
        return self.epoch - self.best_epoch >= self.patience

    def restore(self, model):
        if self.best_state is not None:
            with torch.no_grad():
                for key, value in model.named_parameters():
                    value.copy_(self.best_state[key])


@misconception(
    "EarlyStopping",
    "p.data = … gives the network the tensors of `best_state` themselves: they go on changing with it, "
    "the optimiser keeps the old ones, and buffers are left out. load_state_dict copies the numbers.",
)
class OtherTensors:
    def __init__(self, patience, min_delta=0.0):
        self.patience, self.min_delta = patience, min_delta
        self.best_loss, self.best_epoch, self.best_state, self.epoch = math.inf, -1, None, -1

    def update(self, loss, model):
        self.epoch += 1
        if loss < self.best_loss - self.min_delta:
            self.best_loss, self.best_epoch = loss, self.epoch
            self.best_state = copy.deepcopy(model.state_dict())
        return self.epoch - self.best_epoch >= self.patience

    def restore(self, model):
        if self.best_state is not None:
            for value, best in zip(model.parameters(), self.best_state.values(), strict=False):
                value.data = best


@misconception(
    "EarlyStopping",
    "The epochs are counted from 1. The first call of `update` is epoch 0, so that `best_epoch` is one "
    "too large.",
    more=(0, 1),
)
class CountedFromOne:
    def __init__(self, patience, min_delta=0.0):
        self.patience, self.min_delta = patience, min_delta
        self.best_loss, self.best_epoch, self.best_state, self.epoch = math.inf, -1, None, 0

    def update(self, loss, model, *, more=0):
        self.epoch += 1
        if loss < self.best_loss - self.min_delta:
            self.best_loss, self.best_epoch = loss, self.epoch
            self.best_state = copy.deepcopy(model.state_dict())
        return self.epoch - more - self.best_epoch >= self.patience

    def restore(self, model):
        if self.best_state is not None:
            model.load_state_dict(self.best_state)


@misconception(
    "EarlyStopping",
    "The epoch is counted after it is noted, so that `best_epoch` is one too small. The first call of "
    "`update` is epoch 0: self.epoch += 1 comes first.",
    later=(1, 0),
)
class CountedTooLate:
    def __init__(self, patience, min_delta=0.0):
        self.patience, self.min_delta = patience, min_delta
        self.best_loss, self.best_epoch, self.best_state, self.epoch = math.inf, -1, None, -1

    def update(self, loss, model, *, later=1):
        if loss < self.best_loss - self.min_delta:
            self.best_loss, self.best_epoch = loss, self.epoch
            self.best_state = copy.deepcopy(model.state_dict())
        self.epoch += 1
        return self.epoch - self.best_epoch >= self.patience + later

    def restore(self, model):
        if self.best_state is not None:
            model.load_state_dict(self.best_state)


@variant("train")
def losses_in_the_description(
    model, optimizer, training, validation, epochs, batch_size=32, max_norm=math.inf, stopping=None, seed=0
):
    generator = torch.Generator().manual_seed(seed)
    history = {"train_loss": [], "validation_loss": [], "validation_accuracy": []}
    with tqdm(range(epochs), unit="epoch", disable=None) as progress:
        try:
            for _ in progress:
                train_loss = train_epoch(model, optimizer, *training, batch_size, generator, max_norm)
                loss, accuracy = evaluate(model, *validation)
                history["train_loss"].append(train_loss)
                history["validation_loss"].append(loss)
                history["validation_accuracy"].append(accuracy)
                progress.set_description(f"train {train_loss:.3f} validation {loss:.3f}")
                if stopping is not None and stopping.update(loss, model):
                    break
        except KeyboardInterrupt:
            pass
        if stopping is not None:
            stopping.restore(model)
    return history


@variant("train")
def losses_with_a_colon(
    model, optimizer, training, validation, epochs, batch_size=32, max_norm=math.inf, stopping=None, seed=0
):
    generator = torch.Generator().manual_seed(seed)
    history = {"train_loss": [], "validation_loss": [], "validation_accuracy": []}
    with tqdm(range(epochs), unit="epoch", disable=None) as progress:
        try:
            for _ in progress:
                train_loss = train_epoch(model, optimizer, *training, batch_size, generator, max_norm)
                loss, accuracy = evaluate(model, *validation)
                history["train_loss"].append(train_loss)
                history["validation_loss"].append(loss)
                history["validation_accuracy"].append(accuracy)
                progress.set_postfix_str(f"train: {train_loss:.2e}, validation: {loss:.2e}")
                if stopping is not None and stopping.update(loss, model):
                    break
        except KeyboardInterrupt:
            pass
        if stopping is not None:
            stopping.restore(model)
    return history
