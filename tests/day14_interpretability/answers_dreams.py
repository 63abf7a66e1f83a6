"""Answers to dreams.py: wrong ones with what went wrong, and right ones in another style."""

import math

import torch

from course.testing import misconception, variant
from day14_interpretability.dreams import class_scores, evaluating, penalty


@misconception(
    "penalty", "Means instead of sums: the price of an image then depends on how many pixels it has."
)
def means(x, l2, smoothness):
    down, across = x.diff(dim=2), x.diff(dim=3)
    rough = down.square().sum(dim=(1, 2, 3)) + across.square().sum(dim=(1, 2, 3))
    return (l2 / 2 * x.square().sum(dim=(1, 2, 3)) + smoothness / 2 * rough) / x[0].numel()


@misconception("penalty", "The factors ½ are missing.")
def without_halves(x, l2, smoothness):
    down, across = x.diff(dim=2), x.diff(dim=3)
    rough = down.square().sum(dim=(1, 2, 3)) + across.square().sum(dim=(1, 2, 3))
    return l2 * x.square().sum(dim=(1, 2, 3)) + smoothness * rough


@misconception("penalty", "Only neighbours in one direction are compared. An image has rows and columns.")
def one_direction(x, l2, smoothness):
    return l2 / 2 * x.square().sum(dim=(1, 2, 3)) + smoothness / 2 * x.diff(dim=3).square().sum(dim=(1, 2, 3))


@misconception("penalty", "One price for the whole batch: every image has its own.")
def one_price_for_all(x, l2, smoothness):
    rough = x.diff(dim=2).square().sum() + x.diff(dim=3).square().sum()
    return l2 / 2 * x.square().sum() + smoothness / 2 * rough


@misconception("penalty", "Absolute values instead of squares.")
def absolute_values(x, l2, smoothness):
    rough = x.diff(dim=2).abs().sum(dim=(1, 2, 3)) + x.diff(dim=3).abs().sum(dim=(1, 2, 3))
    return l2 / 2 * x.abs().sum(dim=(1, 2, 3)) + smoothness / 2 * rough


@misconception("penalty", "The image wraps round: the last pixel of a row is no neighbour of the first.")
def round_the_edge(x, l2, smoothness):
    rough = sum((x.roll(1, dims=d) - x).square().sum(dim=(1, 2, 3)) for d in (2, 3))
    return l2 / 2 * x.square().sum(dim=(1, 2, 3)) + smoothness / 2 * rough


@misconception(
    "penalty",
    "The channels are compared with each other. Neighbours are pixels: of (b, c, h, w) the axes 2 and 3.",
    other=(2, 3),
)
def channels_as_neighbours(x, l2, smoothness, *, other=2):
    rough = sum(x.diff(dim=d).square().sum(dim=(1, 2, 3)) for d in (1, other))
    return l2 / 2 * x.square().sum(dim=(1, 2, 3)) + smoothness / 2 * rough


@misconception(
    "penalty",
    "Pairs in the last row and in the last column are lost: cut to one size, both differences miss some of theirs. "
    "Sum each for itself.",
)
def pairs_at_the_edge_lost(x, l2, smoothness):
    down, across = x.diff(dim=2)[..., :-1], x.diff(dim=3)[:, :, :-1]
    rough = (down.square() + across.square()).sum(dim=(1, 2, 3))
    return l2 / 2 * x.square().sum(dim=(1, 2, 3)) + smoothness / 2 * rough


@variant("penalty")
def by_slices(x, l2, smoothness):
    down = ((x[:, :, 1:] - x[:, :, :-1]) ** 2).flatten(1).sum(dim=1)
    across = ((x[..., 1:] - x[..., :-1]) ** 2).flatten(1).sum(dim=1)
    return 0.5 * (l2 * (x**2).flatten(1).sum(dim=1) + smoothness * (down + across))


@variant("penalty")
def image_by_image(x, l2, smoothness):
    prices = []
    for image in x:
        rough = torch.diff(image, dim=-1).pow(2).sum() + torch.diff(image, dim=-2).pow(2).sum()
        prices.append((l2 * (image * image).sum() + smoothness * rough) / 2)
    return torch.stack(prices)


@misconception("maximise_activation", "This goes downhill: the gradient has to be added to climb.")
def descent(
    model, label, starts, steps=200, learning_rate=0.1, l2=0.0, smoothness=0.0, low=-math.inf, high=math.inf
):
    target, x = torch.full((len(starts),), label), starts.detach().clone()
    with evaluating(model):
        for _ in range(steps):
            x.requires_grad_()
            objective = class_scores(model, x, target) - penalty(x, l2, smoothness)
            (gradient,) = torch.autograd.grad(objective.sum(), x)
            x = (x.detach() - learning_rate * gradient).clamp(low, high)
        objective = (class_scores(model, x, target) - penalty(x, l2, smoothness)).detach()
    order = objective.argsort(descending=True)
    return x[order], objective[order]


@misconception(
    "maximise_activation",
    "The penalty is added: loud and rough images are rewarded. J is the score minus the penalty.",
)
def penalty_as_a_reward(
    model, label, starts, steps=200, learning_rate=0.1, l2=0.0, smoothness=0.0, low=-math.inf, high=math.inf
):
    target, x = torch.full((len(starts),), label), starts.detach().clone()
    with evaluating(model):
        for _ in range(steps):
            x.requires_grad_()
            objective = class_scores(model, x, target) + penalty(x, l2, smoothness)
            (gradient,) = torch.autograd.grad(objective.sum(), x)
            x = (x.detach() + learning_rate * gradient).clamp(low, high)
        objective = (class_scores(model, x, target) + penalty(x, l2, smoothness)).detach()
    order = objective.argsort(descending=True)
    return x[order], objective[order]


@misconception("maximise_activation", "The penalty is forgotten.")
def without_penalty(
    model, label, starts, steps=200, learning_rate=0.1, l2=0.0, smoothness=0.0, low=-math.inf, high=math.inf
):
    target, x = torch.full((len(starts),), label), starts.detach().clone()
    with evaluating(model):
        for _ in range(steps):
            x.requires_grad_()
            (gradient,) = torch.autograd.grad(class_scores(model, x, target).sum(), x)
            x = (x.detach() + learning_rate * gradient).clamp(low, high)
        objective = class_scores(model, x, target).detach()
    order = objective.argsort(descending=True)
    return x[order], objective[order]


@misconception(
    "maximise_activation", "The results stand in the order of the starts. The best one comes first."
)
def not_sorted(
    model, label, starts, steps=200, learning_rate=0.1, l2=0.0, smoothness=0.0, low=-math.inf, high=math.inf
):
    target, x = torch.full((len(starts),), label), starts.detach().clone()
    with evaluating(model):
        for _ in range(steps):
            x.requires_grad_()
            objective = class_scores(model, x, target) - penalty(x, l2, smoothness)
            (gradient,) = torch.autograd.grad(objective.sum(), x)
            x = (x.detach() + learning_rate * gradient).clamp(low, high)
        objective = (class_scores(model, x, target) - penalty(x, l2, smoothness)).detach()
    return x, objective


@misconception(
    "maximise_activation",
    "The mean over the starts is maximised: each start climbs only a fraction of a step.",
)
def mean_of_the_starts(
    model, label, starts, steps=200, learning_rate=0.1, l2=0.0, smoothness=0.0, low=-math.inf, high=math.inf
):
    target, x = torch.full((len(starts),), label), starts.detach().clone()
    with evaluating(model):
        for _ in range(steps):
            x.requires_grad_()
            objective = class_scores(model, x, target) - penalty(x, l2, smoothness)
            (gradient,) = torch.autograd.grad(objective.mean(), x)
            x = (x.detach() + learning_rate * gradient).clamp(low, high)
        objective = (class_scores(model, x, target) - penalty(x, l2, smoothness)).detach()
    order = objective.argsort(descending=True)
    return x[order], objective[order]


@misconception("maximise_activation", "Pixels leave their range: clip after every step.")
def without_clipping(
    model, label, starts, steps=200, learning_rate=0.1, l2=0.0, smoothness=0.0, low=-math.inf, high=math.inf
):
    target, x = torch.full((len(starts),), label), starts.detach().clone()
    with evaluating(model):
        for _ in range(steps):
            x.requires_grad_()
            objective = class_scores(model, x, target) - penalty(x, l2, smoothness)
            (gradient,) = torch.autograd.grad(objective.sum(), x)
            x = x.detach() + learning_rate * gradient
        objective = (class_scores(model, x, target) - penalty(x, l2, smoothness)).detach()
    order = objective.argsort(descending=True)
    return x[order], objective[order]


@misconception(
    "maximise_activation",
    "Pixels are clipped at the end only. The ascent must feel the walls, or it ends beside the maximum.",
)
def clipped_at_the_end(
    model, label, starts, steps=200, learning_rate=0.1, l2=0.0, smoothness=0.0, low=-math.inf, high=math.inf
):
    target, x = torch.full((len(starts),), label), starts.detach().clone()
    with evaluating(model):
        for _ in range(steps):
            x.requires_grad_()
            objective = class_scores(model, x, target) - penalty(x, l2, smoothness)
            (gradient,) = torch.autograd.grad(objective.sum(), x)
            x = x.detach() + learning_rate * gradient
        x = x.clamp(low, high)
        objective = (class_scores(model, x, target) - penalty(x, l2, smoothness)).detach()
    order = objective.argsort(descending=True)
    return x[order], objective[order]


@misconception(
    "maximise_activation",
    "backward() also fills the grad of the parameters, although they are not to be trained.",
)
def by_backward(
    model, label, starts, steps=200, learning_rate=0.1, l2=0.0, smoothness=0.0, low=-math.inf, high=math.inf
):
    target, x = torch.full((len(starts),), label), starts.detach().clone()
    with evaluating(model):
        for _ in range(steps):
            x = x.detach().requires_grad_()
            (class_scores(model, x, target) - penalty(x, l2, smoothness)).sum().backward()
            x = (x.detach() + learning_rate * x.grad).clamp(low, high)
        objective = (class_scores(model, x, target) - penalty(x, l2, smoothness)).detach()
    order = objective.argsort(descending=True)
    return x[order], objective[order]


@misconception(
    "maximise_activation",
    "J is that of the images before the last step. Evaluate it once more for the images that are returned.",
)
def objective_before_the_last_step(
    model, label, starts, steps=200, learning_rate=0.1, l2=0.0, smoothness=0.0, low=-math.inf, high=math.inf
):
    target, x = torch.full((len(starts),), label), starts.detach().clone()
    objective = torch.zeros(len(starts), dtype=x.dtype)
    with evaluating(model):
        for _ in range(steps):
            x.requires_grad_()
            objective = class_scores(model, x, target) - penalty(x, l2, smoothness)
            (gradient,) = torch.autograd.grad(objective.sum(), x)
            x = (x.detach() + learning_rate * gradient).clamp(low, high)
    order = objective.argsort(descending=True)
    return x[order], objective.detach()[order]


@misconception(
    "maximise_activation",
    "One step too few, or one too many: range(steps) makes `steps` of them, range(1, steps) one less.",
    more=(-1, 1),
)
def another_number_of_steps(
    model,
    label,
    starts,
    steps=200,
    learning_rate=0.1,
    l2=0.0,
    smoothness=0.0,
    low=-math.inf,
    high=math.inf,
    *,
    more=-1,
):
    target, x = torch.full((len(starts),), label), starts.detach().clone()
    with evaluating(model):
        for _ in range(steps + more):
            x.requires_grad_()
            objective = class_scores(model, x, target) - penalty(x, l2, smoothness)
            (gradient,) = torch.autograd.grad(objective.sum(), x)
            x = (x.detach() + learning_rate * gradient).clamp(low, high)
        objective = (class_scores(model, x, target) - penalty(x, l2, smoothness)).detach()
    order = objective.argsort(descending=True)
    return x[order], objective[order]


@misconception(
    "maximise_activation",
    "The ascent feels the penalty, but what is returned is the score alone. J is the score minus the penalty.",
)
def score_for_the_objective(
    model, label, starts, steps=200, learning_rate=0.1, l2=0.0, smoothness=0.0, low=-math.inf, high=math.inf
):
    target, x = torch.full((len(starts),), label), starts.detach().clone()
    with evaluating(model):
        for _ in range(steps):
            x.requires_grad_()
            objective = class_scores(model, x, target) - penalty(x, l2, smoothness)
            (gradient,) = torch.autograd.grad(objective.sum(), x)
            x = (x.detach() + learning_rate * gradient).clamp(low, high)
        objective = class_scores(model, x, target).detach()
    order = objective.argsort(descending=True)
    return x[order], objective[order]


@misconception(
    "maximise_activation",
    "The penalty is in J, but not in the ascent: the gradient of the score alone was followed. Differentiate J.",
)
def penalty_not_in_the_ascent(
    model, label, starts, steps=200, learning_rate=0.1, l2=0.0, smoothness=0.0, low=-math.inf, high=math.inf
):
    target, x = torch.full((len(starts),), label), starts.detach().clone()
    with evaluating(model):
        for _ in range(steps):
            x.requires_grad_()
            (gradient,) = torch.autograd.grad(class_scores(model, x, target).sum(), x)
            x = (x.detach() + learning_rate * gradient).clamp(low, high)
        objective = (class_scores(model, x, target) - penalty(x, l2, smoothness)).detach()
    order = objective.argsort(descending=True)
    return x[order], objective[order]


@misconception(
    "maximise_activation",
    "The gradients of all steps so far are added up: backward() adds to x.grad, which is never emptied.",
)
def gradients_added_up(
    model, label, starts, steps=200, learning_rate=0.1, l2=0.0, smoothness=0.0, low=-math.inf, high=math.inf
):
    target, x, total = torch.full((len(starts),), label), starts.detach().clone(), 0
    with evaluating(model):
        for _ in range(steps):
            x.requires_grad_()
            objective = class_scores(model, x, target) - penalty(x, l2, smoothness)
            total = total + torch.autograd.grad(objective.sum(), x)[0]
            x = (x.detach() + learning_rate * total).clamp(low, high)
        objective = (class_scores(model, x, target) - penalty(x, l2, smoothness)).detach()
    order = objective.argsort(descending=True)
    return x[order], objective[order]


@variant("maximise_activation")
def with_an_optimizer(
    model, label, starts, steps=200, learning_rate=0.1, l2=0.0, smoothness=0.0, low=-math.inf, high=math.inf
):
    x = starts.detach().clone().requires_grad_()
    optimizer = torch.optim.SGD([x], lr=learning_rate, maximize=True)
    with evaluating(model):
        for _ in range(steps):
            optimizer.zero_grad()
            (model(x)[:, label] - penalty(x, l2, smoothness)).sum().backward(inputs=[x])
            optimizer.step()
            with torch.no_grad():
                x.clamp_(low, high)
        with torch.no_grad():
            values = model(x)[:, label] - penalty(x, l2, smoothness)
    values, order = values.sort(descending=True)
    return x.detach()[order], values


@variant("maximise_activation")
def start_by_start(
    model, label, starts, steps=200, learning_rate=0.1, l2=0.0, smoothness=0.0, low=-math.inf, high=math.inf
):
    def objective(x):
        return model(x)[0, label] - penalty(x, l2, smoothness)[0]

    arrived = []
    with evaluating(model):
        for start in starts:
            x = start[None].detach()
            for _ in range(steps):
                (gradient,) = torch.autograd.grad(objective(x.requires_grad_()), x)
                x = torch.clamp(x.detach() + learning_rate * gradient, low, high)
            arrived.append((objective(x).item(), x[0].detach()))
    arrived.sort(key=lambda pair: pair[0], reverse=True)
    return torch.stack([x for _, x in arrived]), [value for value, _ in arrived]
