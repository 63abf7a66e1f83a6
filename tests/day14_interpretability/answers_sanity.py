"""Answers to sanity.py: wrong ones with what went wrong, and right ones in another style."""

import copy

import numpy as np
import torch
from scipy.stats import rankdata

from course.testing import misconception, variant
from day14_interpretability.sanity import rank_correlation, saliency


@misconception(
    "rank_correlation", "This is Pearson's correlation of the values. Replace them by their ranks first."
)
def of_the_values(first, second):
    r, q = (maps.detach().flatten(1).double().numpy() for maps in (first, second))
    r, q = (v - v.mean(axis=1, keepdims=True) for v in (r, q))
    lengths = np.sqrt((r**2).sum(axis=1) * (q**2).sum(axis=1))
    return (r * q).sum(axis=1) / np.where(lengths > 0, lengths, 1)


@misconception(
    "rank_correlation",
    "Equal values get different ranks, in the order in which they stand. They share the mean of their ranks.",
)
def ties_by_position(first, second):
    r, q = (rankdata(maps.detach().flatten(1), method="ordinal", axis=1) for maps in (first, second))
    r, q = (v - v.mean(axis=1, keepdims=True) for v in (r, q))
    return (r * q).sum(axis=1) / np.sqrt((r**2).sum(axis=1) * (q**2).sum(axis=1))


@misconception(
    "rank_correlation",
    "A constant map gives 0/0. It has no order, so the correlation is to be 0.",
    instead=("nan", "1"),
)
def nan_for_constant_maps(first, second, *, instead="nan"):
    r, q = (rankdata(maps.detach().flatten(1), axis=1) for maps in (first, second))
    r, q = (v - v.mean(axis=1, keepdims=True) for v in (r, q))
    lengths = np.sqrt((r**2).sum(axis=1) * (q**2).sum(axis=1))
    return np.where(lengths > 0, (r * q).sum(axis=1) / np.where(lengths > 0, lengths, 1), float(instead))


@misconception("rank_correlation", "The ranks are taken over the whole batch: every image has its own.")
def ranks_over_the_batch(first, second):
    r, q = (rankdata(maps.detach()).reshape(len(maps), -1) for maps in (first, second))
    r, q = (v - v.mean(axis=1, keepdims=True) for v in (r, q))
    lengths = np.sqrt((r**2).sum(axis=1) * (q**2).sum(axis=1))
    return (r * q).sum(axis=1) / np.where(lengths > 0, lengths, 1)


@misconception(
    "rank_correlation", "The mean of the ranks is not subtracted: this is a cosine, always positive."
)
def not_centred(first, second):
    r, q = (rankdata(maps.detach().flatten(1), axis=1) for maps in (first, second))
    return (r * q).sum(axis=1) / np.sqrt((r**2).sum(axis=1) * (q**2).sum(axis=1))


@misconception(
    "rank_correlation", "argsort gives the places of the sorted values, not the ranks: apply it twice."
)
def argsort_for_ranks(first, second):
    r, q = (np.argsort(maps.detach().flatten(1).numpy(), axis=1) for maps in (first, second))
    r, q = (v - v.mean(axis=1, keepdims=True) for v in (r, q))
    return (r * q).sum(axis=1) / np.sqrt((r**2).sum(axis=1) * (q**2).sum(axis=1))


@misconception(
    "rank_correlation",
    "One number for the whole batch: every image has a correlation of its own. Sum over the pixels, axis 1.",
)
def one_number_for_the_batch(first, second):
    r, q = (rankdata(maps.detach().flatten(1), axis=1) for maps in (first, second))
    r, q = (v - v.mean(axis=1, keepdims=True) for v in (r, q))
    lengths = np.sqrt((r**2).sum() * (q**2).sum())
    return (r * q).sum() / (lengths if lengths > 0 else 1)


@misconception(
    "rank_correlation",
    "Each row of a map was ranked for itself. Flatten first: all pixels of an image are ranked together.",
)
def ranked_row_by_row(first, second):
    r, q = (rankdata(maps.detach(), axis=-1).reshape(len(maps), -1) for maps in (first, second))
    r, q = (v - v.mean(axis=1, keepdims=True) for v in (r, q))
    lengths = np.sqrt((r**2).sum(axis=1) * (q**2).sum(axis=1))
    return (r * q).sum(axis=1) / np.where(lengths > 0, lengths, 1)


@misconception(
    "rank_correlation",
    "1 − 6 Σ d² / (n (n² − 1)) holds only where no two values are equal. Take the correlation of the ranks.",
)
def formula_without_ties(first, second):
    r, q = (rankdata(maps.detach().flatten(1), axis=1) for maps in (first, second))
    n = r.shape[1]
    return 1 - 6 * ((r - q) ** 2).sum(axis=1) / (n * (n**2 - 1))


@variant("rank_correlation")
def by_corrcoef(first, second):
    result = []
    for a, b in zip(first.detach().numpy(), second.detach().numpy(), strict=True):
        a, b = rankdata(a.ravel()), rankdata(b.ravel())
        constant = a.std() == 0 or b.std() == 0
        result.append(0.0 if constant else np.corrcoef(a, b)[0, 1])
    return np.array(result)


@variant("rank_correlation")
def by_counting(first, second):
    def ranks(maps):
        values = maps.detach().flatten(1)
        below = (values[:, None] < values[:, :, None]).sum(dim=2)
        equal = (values[:, None] == values[:, :, None]).sum(dim=2)
        return below + (equal + 1) / 2

    r, q = (ranks(maps).double() for maps in (first, second))
    r, q = (v - v.mean(dim=1, keepdim=True) for v in (r, q))
    lengths = r.norm(dim=1) * q.norm(dim=1)
    return torch.where(lengths > 0, (r * q).sum(dim=1) / lengths.clamp(min=1e-300), torch.zeros_like(lengths))


@misconception(
    "saliency_change",
    "After the attack the map of the class that wins now is taken. That is another question: ask about the same class.",
)
def class_of_the_winner(model, x, adversarial, target):
    winner = copy.deepcopy(model).eval()(adversarial).argmax(dim=1)
    return rank_correlation(saliency(model, x, target), saliency(model, adversarial, winner))


@misconception("saliency_change", "The images are compared instead of their saliency maps.")
def images_compared(model, x, adversarial, target):
    return rank_correlation(x, adversarial)


@misconception("saliency_change", "1 − ρ measures how much was lost; ρ itself is asked for.")
def one_minus(model, x, adversarial, target):
    return 1 - rank_correlation(saliency(model, x, target), saliency(model, adversarial, target))


@misconception("saliency_change", "Only one number for the batch: every image has its own.")
def mean_over_the_batch(model, x, adversarial, target):
    return rank_correlation(saliency(model, x, target), saliency(model, adversarial, target)).mean()


@variant("saliency_change")
def in_one_batch(model, x, adversarial, target):
    maps = saliency(model, torch.cat([x, adversarial]), torch.cat([target, target]))
    return rank_correlation(*maps.chunk(2))


@variant("saliency_change")
def image_by_image(model, x, adversarial, target):
    result = []
    for i in range(len(x)):
        one = slice(i, i + 1)
        before, after = (saliency(model, images[one], target[one]) for images in (x, adversarial))
        result.append(rank_correlation(before, after)[0])
    return result


@misconception(
    "randomise_layers",
    "The layers are broken from the first to the last. Cascading goes from the output to the input.",
)
def from_the_first(model, x, target, explain, seed=0):
    intact, broken, similarity = explain(model, x, target), copy.deepcopy(model), {}
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for name, layer in broken.named_modules():
            if hasattr(layer, "reset_parameters"):
                layer.reset_parameters()
                similarity[name] = float(rank_correlation(intact, explain(broken, x, target)).mean())
    return similarity


@misconception(
    "randomise_layers", "Each layer is broken in a fresh copy. In a cascade the layers stay broken."
)
def one_layer_at_a_time(model, x, target, explain, seed=0):
    intact, similarity = explain(model, x, target), {}
    names = [name for name, layer in model.named_modules() if hasattr(layer, "reset_parameters")]
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for name in reversed(names):
            broken = copy.deepcopy(model)
            broken.get_submodule(name).reset_parameters()
            similarity[name] = float(rank_correlation(intact, explain(broken, x, target)).mean())
    return similarity


@misconception(
    "randomise_layers",
    "The model itself is broken. Work on copy.deepcopy(model), or its owner has lost it.",
    forked=(True, False),
)
def without_a_copy(model, x, target, explain, seed=0, *, forked=True):
    intact, similarity = explain(model, x, target), {}
    layers = [(name, layer) for name, layer in model.named_modules() if hasattr(layer, "reset_parameters")]
    with torch.random.fork_rng(enabled=forked):
        torch.manual_seed(seed)
        for name, layer in reversed(layers):
            layer.reset_parameters()
            similarity[name] = float(rank_correlation(intact, explain(model, x, target)).mean())
    return similarity


@misconception(
    "randomise_layers", "Each map is compared with the one before. The measure is the intact model."
)
def compared_with_the_last(model, x, target, explain, seed=0):
    last, broken, similarity = explain(model, x, target), copy.deepcopy(model), {}
    layers = [(name, layer) for name, layer in broken.named_modules() if hasattr(layer, "reset_parameters")]
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for name, layer in reversed(layers):
            layer.reset_parameters()
            now = explain(broken, x, target)
            similarity[name] = float(rank_correlation(last, now).mean())
            last = now
    return similarity


@misconception(
    "randomise_layers",
    "Only the direct children are broken. model.named_modules() also finds the layers inside.",
)
def children_only(model, x, target, explain, seed=0):
    intact, broken, similarity = explain(model, x, target), copy.deepcopy(model), {}
    layers = [(name, layer) for name, layer in broken.named_children() if hasattr(layer, "reset_parameters")]
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for name, layer in reversed(layers):
            layer.reset_parameters()
            similarity[name] = float(rank_correlation(intact, explain(broken, x, target)).mean())
    return similarity


@misconception(
    "randomise_layers",
    "The weights are set to zero. Then there is no gradient at all; random weights are the question.",
)
def zeros_for_random(model, x, target, explain, seed=0):
    intact, broken, similarity = explain(model, x, target), copy.deepcopy(model), {}
    layers = [(name, layer) for name, layer in broken.named_modules() if hasattr(layer, "reset_parameters")]
    for name, layer in reversed(layers):
        for p in layer.parameters():
            torch.nn.init.zeros_(p)
        similarity[name] = float(rank_correlation(intact, explain(broken, x, target)).mean())
    return similarity


@misconception(
    "randomise_layers", "The global random numbers are seeded and not put back: use torch.random.fork_rng()."
)
def without_fork_rng(model, x, target, explain, seed=0):
    intact, broken, similarity = explain(model, x, target), copy.deepcopy(model), {}
    layers = [(name, layer) for name, layer in broken.named_modules() if hasattr(layer, "reset_parameters")]
    torch.manual_seed(seed)
    for name, layer in reversed(layers):
        layer.reset_parameters()
        similarity[name] = float(rank_correlation(intact, explain(broken, x, target)).mean())
    return similarity


@misconception(
    "randomise_layers",
    "The generator is seeded anew for each layer, so that layers of one shape get the same weights. Seed it once, "
    "before the first.",
)
def seeded_for_every_layer(model, x, target, explain, seed=0):
    intact, broken, similarity = explain(model, x, target), copy.deepcopy(model), {}
    layers = [(name, layer) for name, layer in broken.named_modules() if hasattr(layer, "reset_parameters")]
    with torch.random.fork_rng():
        for name, layer in reversed(layers):
            torch.manual_seed(seed)
            layer.reset_parameters()
            similarity[name] = float(rank_correlation(intact, explain(broken, x, target)).mean())
    return similarity


@misconception(
    "randomise_layers",
    "Only dense layers and convolutions are broken. Every module with a method reset_parameters counts, a "
    "normalisation too: hasattr(layer, 'reset_parameters').",
)
def dense_and_convolutions_only(model, x, target, explain, seed=0):
    intact, broken, similarity = explain(model, x, target), copy.deepcopy(model), {}
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for name, layer in reversed(list(broken.named_modules())):
            if isinstance(layer, (torch.nn.Linear, torch.nn.Conv2d)):
                layer.reset_parameters()
                similarity[name] = float(rank_correlation(intact, explain(broken, x, target)).mean())
    return similarity


@misconception(
    "randomise_layers",
    "The map of the intact model is compared with itself: explain is never called with the broken copy.",
)
def the_intact_model_explained(model, x, target, explain, seed=0):
    intact, broken, similarity = explain(model, x, target), copy.deepcopy(model), {}
    layers = [(name, layer) for name, layer in broken.named_modules() if hasattr(layer, "reset_parameters")]
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for name, layer in reversed(layers):
            layer.reset_parameters()
            similarity[name] = float(rank_correlation(intact, explain(model, x, target)).mean())
    return similarity


@variant("randomise_layers")
def with_the_state_put_back(model, x, target, explain, seed=0):
    state = torch.random.get_rng_state()
    try:
        torch.manual_seed(seed)
        broken, similarity = copy.deepcopy(model), {}
        for name, layer in list(broken.named_modules())[::-1]:
            if callable(getattr(layer, "reset_parameters", None)):
                layer.reset_parameters()
                maps = explain(model, x, target), explain(broken, x, target)
                similarity[name] = np.mean(rank_correlation(*maps)).item()
        return similarity
    finally:
        torch.random.set_rng_state(state)


@variant("randomise_layers")
def from_new_copies(model, x, target, explain, seed=0):
    names = [name for name, layer in model.named_modules() if hasattr(layer, "reset_parameters")][::-1]
    intact, similarity = explain(model, x, target), {}
    for depth, last in enumerate(names, 1):
        broken = copy.deepcopy(model)
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            for name in names[:depth]:
                broken.get_submodule(name).reset_parameters()
        similarity[last] = float(np.mean(rank_correlation(intact, explain(broken, x, target))))
    return similarity
