"""Answers to committee.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np
import torch
from torch import nn

from course.testing import misconception, variant
from day23_uncertainty.committee import predictive_entropy


@misconception(
    "mc_probabilities",
    "The whole network is in training mode. Batch normalisation then uses the batch, and changes its statistics: only "
    "dropout is to be switched on.",
)
def everything_in_training(model, x, passes):
    model.train()
    with torch.no_grad():
        result = torch.stack([model(x).softmax(dim=1) for _ in range(passes)])
    model.eval()
    return result


@misconception(
    "mc_probabilities", "Dropout is off: all passes give the same. Call .train() of each nn.Dropout."
)
def everything_in_evaluation(model, x, passes):
    before = {module: module.training for module in model.modules()}
    model.eval()
    with torch.no_grad():
        result = torch.stack([model(x).softmax(dim=1) for _ in range(passes)])
    for module, mode in before.items():
        module.training = mode
    return result


@misconception(
    "mc_probabilities",
    "Afterwards the modules are not in the mode in which they were. Note each one's before.",
)
def modes_left(model, x, passes):
    model.eval()
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.train()
    with torch.no_grad():
        return torch.stack([model(x).softmax(dim=1) for _ in range(passes)])


@misconception(
    "mc_probabilities",
    "Dropout that is deeper inside stays off: children() are the outermost modules only. modules() walks through all.",
)
def outermost_only(model, x, passes):
    before = {module: module.training for module in model.modules()}
    model.eval()
    for module in model.children():
        if isinstance(module, nn.Dropout):
            module.train()
    with torch.no_grad():
        result = torch.stack([model(x).softmax(dim=1) for _ in range(passes)])
    for module, mode in before.items():
        module.training = mode
    return result


@misconception(
    "mc_probabilities",
    "model.train(mode) writes one mode into all modules. Note the mode of each, and write each one back.",
)
def one_mode_for_all(model, x, passes):
    mode = model.training
    model.eval()
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.train()
    with torch.no_grad():
        result = torch.stack([model(x).softmax(dim=1) for _ in range(passes)])
    model.train(mode)
    return result


@misconception("mc_probabilities", "These are logits. Probabilities are asked for: softmax over the classes.")
def logits(model, x, passes):
    before = {module: module.training for module in model.modules()}
    model.eval()
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.train()
    with torch.no_grad():
        result = torch.stack([model(x) for _ in range(passes)])
    for module, mode in before.items():
        module.training = mode
    return result


@misconception("mc_probabilities", "One pass was repeated. Every pass has to go through the network anew.")
def one_pass_repeated(model, x, passes):
    before = {module: module.training for module in model.modules()}
    model.eval()
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.train()
    with torch.no_grad():
        result = model(x).softmax(dim=1)[None].repeat(passes, 1, 1)
    for module, mode in before.items():
        module.training = mode
    return result


@misconception("mc_probabilities", "There is a graph behind the result. Work inside torch.no_grad().")
def with_a_graph(model, x, passes):
    before = {module: module.training for module in model.modules()}
    model.eval()
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.train()
    result = torch.stack([model(x).softmax(dim=1) for _ in range(passes)])
    for module, mode in before.items():
        module.training = mode
    return result


@misconception("mc_probabilities", "The passes are averaged already. All of them are asked for, (m, n, c).")
def averaged(model, x, passes):
    before = {module: module.training for module in model.modules()}
    model.eval()
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.train()
    with torch.no_grad():
        result = torch.stack([model(x).softmax(dim=1) for _ in range(passes)]).mean(dim=0)
    for module, mode in before.items():
        module.training = mode
    return result


@variant("mc_probabilities")
@torch.no_grad()
def modes_in_a_list(model, x, passes):
    modules = list(model.modules())
    modes = [module.training for module in modules]
    for module in modules:
        module.training = isinstance(module, nn.Dropout)
    out = torch.empty(0)
    rows = []
    for _ in range(passes):
        out = model(x)
        rows.append(torch.exp(out - out.logsumexp(dim=1, keepdim=True)))
    for module, mode in zip(modules, modes, strict=True):
        module.training = mode
    return torch.stack(rows)


@variant("mc_probabilities")
def on_a_copy(model, x, passes):
    import copy

    twin = copy.deepcopy(model).eval()
    for module in twin.modules():
        if isinstance(module, nn.Dropout):
            module.train()
    with torch.inference_mode():
        return np.stack([torch.softmax(twin(x), dim=-1).numpy() for _ in range(passes)])


@misconception(
    "combine",
    "The mean was taken of the logits. A member who is very sure then outvotes all others: take the mean of the "
    "probabilities.",
)
def mean_of_logits(logits):
    return logits.mean(dim=0).softmax(dim=1)


@misconception(
    "combine", "softmax runs over the samples here. It has to run over the classes, the last axis."
)
def softmax_over_samples(logits):
    return logits.softmax(dim=1).mean(dim=0)


@misconception(
    "combine", "softmax runs over the members here. It has to run over the classes, the last axis."
)
def softmax_over_members(logits):
    return logits.softmax(dim=0).mean(dim=0)


@misconception(
    "combine", "exp of a large logit is infinity. Take the largest one off before, or use softmax."
)
def overflowing(logits):
    e = torch.exp(logits)
    return (e / e.sum(dim=2, keepdim=True)).mean(dim=0)


@misconception("combine", "The members' votes were counted. Their probabilities are to be averaged.")
def by_votes(logits):
    votes = torch.nn.functional.one_hot(logits.argmax(dim=2), logits.shape[2]).to(logits.dtype)
    return votes.mean(dim=0)


@variant("combine")
def member_by_member(logits):
    total = torch.zeros_like(logits[0])
    for member in logits:
        total += torch.exp(torch.log_softmax(member, dim=-1))
    return total / len(logits)


@variant("combine")
def with_numpy(logits):
    z = np.asarray(logits, dtype=float)
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return np.mean(e / e.sum(axis=-1, keepdims=True), axis=0)


@misconception(
    "predictive_entropy", "0 · ln 0 gives NaN. An impossible class adds nothing: torch.xlogy(p, p)."
)
def nan_of_zero(p):
    return -(p * p.log()).sum(dim=1)


@misconception("predictive_entropy", "That is in bits. Take the natural logarithm.")
def in_bits(p):
    return -torch.xlogy(p, p).sum(dim=1) / np.log(2)


@misconception("predictive_entropy", "The sign is wrong: entropy is never negative.")
def negative(p):
    return torch.xlogy(p, p).sum(dim=1)


@misconception("predictive_entropy", "The sum runs over the samples. There is one entropy for each row.")
def over_samples(p):
    return -torch.xlogy(p, p).sum(dim=0)


@misconception("predictive_entropy", "The mean over the classes was taken. Entropy is the sum.")
def mean_over_classes(p):
    return -torch.xlogy(p, p).mean(dim=1)


@misconception(
    "predictive_entropy",
    "A small number inside of the logarithm shifts every entropy a little. torch.xlogy needs none.",
    eps=(1e-6, 1e-4, 1e-3),
)
def with_epsilon(p, *, eps=1e-6):
    return -(p * (p + eps).log()).sum(dim=1)


@variant("predictive_entropy")
def by_where(p):
    return -(p * torch.where(p > 0, p, torch.ones_like(p)).log()).sum(dim=-1)


@variant("predictive_entropy")
def nan_to_nothing(p):
    return (-p * torch.log(p)).nan_to_num(nan=0.0).sum(dim=1)


@variant("predictive_entropy")
def row_by_row(p):
    import math

    return [-sum(v * math.log(v) for v in row if v > 0) for row in p.tolist()]


@misconception(
    "mutual_information", "That is the entropy of the mean. Take the mean of the members' entropies off."
)
def only_the_first(p):
    return torch.as_tensor(predictive_entropy(p.mean(dim=0)))


@misconception(
    "mutual_information",
    "That is the mean of the members' entropies. It is to be taken off the entropy of the mean.",
)
def only_the_second(p):
    return torch.stack([torch.as_tensor(predictive_entropy(member)) for member in p]).mean(dim=0)


@misconception("mutual_information", "The two are exchanged: the entropy of the mean is the larger one.")
def exchanged(p):
    alone = torch.stack([torch.as_tensor(predictive_entropy(member)) for member in p]).mean(dim=0)
    return alone - torch.as_tensor(predictive_entropy(p.mean(dim=0)))


@misconception(
    "mutual_information",
    "That is a variance of the members. It tells something alike, but it is not in nats. Take the entropy of "
    "the mean, less the mean of the entropies.",
    kind=("sum, n", "sum, n - 1", "mean, n", "mean, n - 1"),
)
def a_variance(p, *, kind="sum, n"):
    each = p.var(dim=0, unbiased=kind.endswith("1"))
    return each.sum(dim=1) if kind.startswith("sum") else each.mean(dim=1)


@misconception("mutual_information", "The mean is taken over the samples. Members are the first axis.")
def mean_over_samples(p):
    alone = torch.stack([torch.as_tensor(predictive_entropy(member)) for member in p]).mean(dim=1)
    return torch.as_tensor(predictive_entropy(p.mean(dim=1))) - alone


@variant("mutual_information")
def by_divergences(p):
    mean = p.mean(dim=0, keepdim=True)
    return (torch.xlogy(p, p) - torch.xlogy(p, mean)).sum(dim=2).mean(dim=0)


@variant("mutual_information")
def all_at_once(p):
    m, n, c = p.shape
    alone = torch.as_tensor(predictive_entropy(p.reshape(m * n, c))).reshape(m, n)
    return torch.as_tensor(predictive_entropy(p.sum(dim=0) / m)) - alone.sum(dim=0) / m
