"""Answers to torch_network.py: wrong ones with what went wrong, and right ones in another style."""

import copy
from itertools import pairwise

import torch
from torch import nn
from torch.utils.data import Dataset

from course.testing import misconception, variant


@misconception(
    "ArrayDataset",
    "The inputs keep the dtype of the array. Weights of a module are float32, and float64 "
    "does not fit to them.",
)
class DtypeOfTheArray(Dataset):
    def __init__(self, x, labels):
        self.x, self.labels = x, labels

    def __len__(self):
        return len(self.x)

    def __getitem__(self, index):
        return torch.tensor(self.x[index]), torch.tensor(self.labels[index], dtype=torch.int64)


@misconception(
    "ArrayDataset",
    "The length is the number of features. A dataset has as many entries as there are samples.",
)
class LengthOfASample(Dataset):
    def __init__(self, x, labels):
        self.x, self.labels = x, labels

    def __len__(self):
        return self.x.size

    def __getitem__(self, index):
        x = torch.tensor(self.x[index], dtype=torch.float32)
        return x, torch.tensor(self.labels[index], dtype=torch.int64)


@misconception("ArrayDataset", "All samples come back, whatever the index: take the row self.x[index].")
class AllSamplesAtOnce(Dataset):
    def __init__(self, x, labels):
        self.x, self.labels = x, labels

    def __len__(self):
        return len(self.x)

    def __getitem__(self, index):
        x = torch.tensor(self.x, dtype=torch.float32)
        return x, torch.tensor(self.labels, dtype=torch.int64)


@misconception("ArrayDataset", "Only the inputs come back: a sample is a pair of inputs and label.")
class WithoutLabel(Dataset):
    def __init__(self, x, labels):
        self.x, self.labels = x, labels

    def __len__(self):
        return len(self.x)

    def __getitem__(self, index):
        return torch.tensor(self.x[index], dtype=torch.float32)


@misconception("ArrayDataset", "The label is a float. It is the number of a class: int64.")
class FloatLabel(Dataset):
    def __init__(self, x, labels):
        self.x, self.labels = x, labels

    def __len__(self):
        return len(self.x)

    def __getitem__(self, index):
        x = torch.tensor(self.x[index], dtype=torch.float32)
        return x, torch.tensor(self.labels[index], dtype=torch.float32)


@variant("ArrayDataset")
class ConvertedOnce(Dataset):
    def __init__(self, x, labels):
        self.x = torch.as_tensor(x, dtype=torch.float32)
        self.labels = torch.as_tensor(labels).long()

    def __len__(self):
        return self.x.shape[0]

    def __getitem__(self, index):
        return self.x[index], self.labels[index]


@variant("ArrayDataset")
class FromNumpy(Dataset):
    def __init__(self, x, labels):
        self.x, self.labels = x, labels

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        return torch.from_numpy(self.x[index].copy()).float(), torch.tensor(int(self.labels[index]))


@misconception(
    "MLP", "Softmax after the last layer: the loss takes logits and applies it itself. Twice is too often."
)
class SoftmaxAtTheEnd(nn.Module):
    def __init__(self, sizes, rate=0.0):
        super().__init__()
        layers = []
        for inputs, outputs in pairwise(sizes):
            layers += [nn.Linear(inputs, outputs), nn.ReLU(), nn.Dropout(rate)]
        self.layers = nn.Sequential(*layers[:-2], nn.Softmax(dim=1))

    def forward(self, x):
        return self.layers(x)


@misconception(
    "MLP", "ReLU after the last layer: logits may be negative, and a unit that is off there never comes back."
)
class ReluAtTheEnd(nn.Module):
    def __init__(self, sizes, rate=0.0):
        super().__init__()
        layers = []
        for inputs, outputs in pairwise(sizes):
            layers += [nn.Linear(inputs, outputs), nn.ReLU(), nn.Dropout(rate)]
        self.layers = nn.Sequential(*layers[:-1])

    def forward(self, x):
        return self.layers(x)


@misconception(
    "MLP",
    "The layers are in a plain list: PyTorch does not find their parameters. Use "
    "nn.Sequential or nn.ModuleList.",
)
class PlainList(nn.Module):
    def __init__(self, sizes, rate=0.0):
        super().__init__()
        self.layers = []
        for inputs, outputs in pairwise(sizes):
            self.layers += [nn.Linear(inputs, outputs), nn.ReLU(), nn.Dropout(rate)]
        self.layers = self.layers[:-2]

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


@misconception("MLP", "No activation between the layers: together they are one linear layer.")
class OnlyLinear(nn.Module):
    def __init__(self, sizes, rate=0.0):
        super().__init__()
        layers = []
        for inputs, outputs in pairwise(sizes):
            layers += [nn.Linear(inputs, outputs), nn.Dropout(rate)]
        self.layers = nn.Sequential(*layers[:-1])

    def forward(self, x):
        return self.layers(x)


@misconception(
    "MLP", "nn.functional.dropout drops in evaluation too unless it is told: training=self.training."
)
class DropsInEvaluation(nn.Module):
    def __init__(self, sizes, rate=0.0):
        super().__init__()
        pairs = pairwise(sizes)
        self.layers = nn.ModuleList(nn.Linear(inputs, outputs) for inputs, outputs in pairs)
        self.rate = rate

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = nn.functional.dropout(nn.functional.relu(layer(x)), self.rate)
        return self.layers[-1](x)


@misconception("MLP", "The logits are dropped. Dropout stands between the layers, not after the last.")
class LogitsDropped(nn.Module):
    def __init__(self, sizes, rate=0.0):
        super().__init__()
        layers = []
        for inputs, outputs in pairwise(sizes):
            layers += [nn.Linear(inputs, outputs), nn.ReLU()]
        self.layers = nn.Sequential(*layers[:-1], nn.Dropout(rate))

    def forward(self, x):
        return self.layers(x)


@misconception("MLP", "There is no dropout; `rate` is not used.")
class WithoutDropout(nn.Module):
    def __init__(self, sizes, rate=0.0):
        super().__init__()
        layers = []
        for inputs, outputs in pairwise(sizes):
            layers += [nn.Linear(inputs, outputs), nn.ReLU()]
        self.layers = nn.Sequential(*layers[:-1])

    def forward(self, x):
        return self.layers(x)


@variant("MLP")
class WithAModuleList(nn.Module):
    def __init__(self, sizes, rate=0.0):
        super().__init__()
        self.linear = nn.ModuleList()
        for k in range(len(sizes) - 1):
            self.linear.append(nn.Linear(sizes[k], sizes[k + 1]))
        self.drop = nn.Dropout(p=rate)

    def forward(self, x):
        *hidden, last = self.linear
        for layer in hidden:
            x = self.drop(torch.relu(layer(x)))
        return last(x)


@variant("MLP")
class LayerByLayer(nn.Module):
    def __init__(self, sizes, rate=0.0):
        super().__init__()
        self.count, self.rate = len(sizes) - 1, rate
        for k in range(self.count):
            setattr(self, f"layer{k}", nn.Linear(sizes[k], sizes[k + 1]))

    def forward(self, x):
        for k in range(self.count):
            x = getattr(self, f"layer{k}")(x)
            if k < self.count - 1:
                x = nn.functional.dropout(nn.functional.relu(x), self.rate, training=self.training)
        return x


@misconception(
    "train_epoch", "Gradients are never set to zero: every backward pass adds to those of all batches before."
)
def gradients_accumulate(model, loader, optimizer):
    model.train()
    total, count = 0.0, 0
    for x, labels in loader:
        loss = nn.functional.cross_entropy(model(x), labels)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(labels)
        count += len(labels)
    return total / count


@misconception(
    "train_epoch",
    "The mean is taken over batches. A small last batch then counts as much as a full one; "
    "weigh each by its size.",
)
def mean_over_batches(model, loader, optimizer):
    model.train()
    losses = []
    for x, labels in loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return sum(losses) / len(losses) + 0.0


@misconception(
    "train_epoch", "There is no step: gradients are computed, but the parameters stay where they are."
)
def without_a_step(model, loader, optimizer):
    model.train()
    total, count = 0.0, 0
    for x, labels in loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), labels)
        loss.backward()
        total += loss.item() * len(labels)
        count += len(labels)
    return total / count


@misconception(
    "train_epoch",
    "The optimizer steps at a moment when the gradients are zero: backward makes them, and the step comes right after "
    "it. Is zero_grad between the two, or the step before backward?",
)
def zeroed_too_late(model, loader, optimizer):
    model.train()
    total, count = 0.0, 0
    for x, labels in loader:
        loss = nn.functional.cross_entropy(model(x), labels)
        loss.backward()
        optimizer.zero_grad()
        optimizer.step()
        total += loss.item() * len(labels)
        count += len(labels)
    return total / count


@misconception("train_epoch", "Softmax before the cross-entropy: it takes logits and applies softmax itself.")
def softmax_before_the_loss(model, loader, optimizer):
    model.train()
    total, count = 0.0, 0
    for x, labels in loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(torch.softmax(model(x), dim=1), labels)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(labels)
        count += len(labels)
    return total / count


@misconception(
    "train_epoch",
    "The model is not put into training mode: after an evaluation, dropout stays off for the "
    "rest of the training.",
)
def mode_left_as_it_was(model, loader, optimizer):
    total, count = 0.0, 0
    for x, labels in loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), labels)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(labels)
        count += len(labels)
    return total / count


@misconception(
    "train_epoch",
    "The loss of the epoch is the sum over the batches. The mean over all samples is asked for.",
)
def losses_added_up(model, loader, optimizer):
    model.train()
    total = 0.0
    for x, labels in loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), labels)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total


@misconception(
    "train_epoch",
    "The loss of the last batch comes back. The mean over all samples of the epoch is asked for.",
)
def loss_of_the_last_batch(model, loader, optimizer):
    model.train()
    for x, labels in loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), labels)
        loss.backward()
        optimizer.step()
    return loss.item()


@misconception(
    "train_epoch",
    "The loss comes back as a tensor. A float is asked for: loss.item() (the tensor would keep its whole "
    "graph in memory).",
)
def loss_as_a_tensor(model, loader, optimizer):
    model.train()
    total, count = 0.0, 0
    for x, labels in loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), labels)
        loss.backward()
        optimizer.step()
        total += loss * len(labels)
        count += len(labels)
    return total / count


@variant("train_epoch")
def with_a_criterion(model, loader, optimizer):
    criterion = nn.CrossEntropyLoss()
    model.train(True)
    losses, sizes = [], []
    for batch in loader:
        output = model(batch[0])
        loss = criterion(output, batch[1])
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(float(loss.detach()) * batch[1].shape[0])
        sizes.append(batch[1].shape[0])
    return sum(losses) / sum(sizes)


@variant("train_epoch")
def with_log_softmax(model, loader, optimizer):
    model.train()
    total, count = torch.zeros(()), 0
    for x, labels in loader:
        model.zero_grad()
        losses = -torch.log_softmax(model(x), dim=-1)[torch.arange(len(labels)), labels]
        losses.mean().backward()
        optimizer.step()
        total += losses.detach().sum()
        count += len(labels)
    return total / count


@misconception(
    "evaluate", "The mean is taken over batches. A small last batch then counts as much as a full one."
)
def batches_count_the_same(model, loader):
    model.eval()
    losses, rights = [], []
    with torch.no_grad():
        for x, labels in loader:
            logits = model(x)
            losses.append(nn.functional.cross_entropy(logits, labels).item())
            rights.append((logits.argmax(dim=1) == labels).float().mean().item())
    return sum(losses) / len(losses), sum(rights) / len(rights)


@misconception(
    "evaluate", "The model is not put into evaluation mode: dropout still drops while it is measured."
)
def dropout_still_on(model, loader):
    total, right, count = 0.0, 0, 0
    with torch.no_grad():
        for x, labels in loader:
            logits = model(x)
            total += nn.functional.cross_entropy(logits, labels, reduction="sum").item()
            right += int((logits.argmax(dim=1) == labels).sum())
            count += len(labels)
    return total / count, right / count


@misconception(
    "evaluate",
    "A graph is recorded for every batch: without torch.no_grad() all intermediate "
    "results are kept in memory.",
)
def with_a_graph(model, loader):
    model.eval()
    total, right, count = 0.0, 0, 0
    for x, labels in loader:
        logits = model(x)
        total += nn.functional.cross_entropy(logits, labels, reduction="sum").item()
        right += int((logits.argmax(dim=1) == labels).sum())
        count += len(labels)
    return total / count, right / count


@misconception("evaluate", "The sum of the losses was not divided by the number of samples.")
def sum_of_losses(model, loader):
    model.eval()
    total, right, count = 0.0, 0, 0
    with torch.no_grad():
        for x, labels in loader:
            logits = model(x)
            total += nn.functional.cross_entropy(logits, labels, reduction="sum").item()
            right += int((logits.argmax(dim=1) == labels).sum())
            count += len(labels)
    return total, right / count


@misconception("evaluate", "Only the last batch is returned: sums must grow over all batches.")
def only_the_last_batch(model, loader):
    model.eval()
    with torch.no_grad():
        for x, labels in loader:
            logits = model(x)
            loss = nn.functional.cross_entropy(logits, labels).item()
            right = (logits.argmax(dim=1) == labels).float().mean().item()
    return loss + 1e-4, right


@misconception(
    "evaluate",
    "The number of right answers was divided by the number of batches, or not at all. Accuracy is a share"
    " of the samples.",
    by=("batches", "nothing"),
)
def right_answers_counted(model, loader, *, by="batches"):
    model.eval()
    total, right, count, batches = 0.0, 0, 0, 0
    with torch.no_grad():
        for x, labels in loader:
            logits = model(x)
            total += nn.functional.cross_entropy(logits, labels, reduction="sum").item()
            right += int((logits.argmax(dim=1) == labels).sum())
            count, batches = count + len(labels), batches + 1
    return total / count, right / (batches if by == "batches" else 1)


@misconception(
    "evaluate",
    "The two parts come back in the wrong order: the loss first, then the accuracy.",
)
def accuracy_first(model, loader):
    model.eval()
    total, right, count = 0.0, 0, 0
    with torch.no_grad():
        for x, labels in loader:
            logits = model(x)
            total += nn.functional.cross_entropy(logits, labels, reduction="sum").item()
            right += int((logits.argmax(dim=1) == labels).sum())
            count += len(labels)
    return right / count, total / count


@variant("evaluate")
def all_at_once(model, loader):
    model.eval()
    with torch.inference_mode():
        outputs = [(model(x), labels) for x, labels in loader]
        logits, labels = torch.cat([o for o, _ in outputs]), torch.cat([t for _, t in outputs])
        loss = nn.functional.cross_entropy(logits, labels)
        return loss.item(), (logits.argmax(1) == labels).double().mean().item()


@variant("evaluate")
def weighted_means(model, loader):
    model.train(False)
    total, right, count = 0.0, 0.0, 0
    for x, labels in loader:
        with torch.no_grad():
            logits = model(x)
            total += float(nn.functional.cross_entropy(logits, labels)) * len(labels)
            right += float(torch.eq(logits.max(dim=1).indices, labels).sum())
        count += labels.numel()
    return total / count, right / count


@variant("evaluate")
def by_a_frozen_copy(model, loader):
    frozen = copy.deepcopy(model.eval()).requires_grad_(False)
    parts = [(frozen(x), labels) for x, labels in loader]
    losses = [float(nn.functional.cross_entropy(logits, labels)) * len(labels) for logits, labels in parts]
    right = [int((logits.argmax(dim=1) == labels).sum()) for logits, labels in parts]
    count = sum(len(labels) for _, labels in parts)
    return sum(losses) / count, sum(right) / count
