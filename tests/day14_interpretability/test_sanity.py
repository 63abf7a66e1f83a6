"""Checks of sanity.py: SciPy's rank correlation, maps compared by hand, and networks that are taken apart."""

import copy

import numpy as np
import torch
from torch import nn

from course.testing import (
    assert_between,
    assert_close,
    assert_equal,
    assert_parts,
    assert_that,
    assert_unchanged,
    hidden,
    points,
)
from course.testing.networks import draw, draw_classes, fill, smooth_net


def spearman(first, second):
    """The correlation of the ranks, image by image; equal values share the mean of their ranks."""
    pairs = zip(np.asarray(first), np.asarray(second), strict=True)
    return np.array([np.corrcoef(ranks(a.ravel()), ranks(b.ravel()))[0, 1] for a, b in pairs])


def ranks(values):
    """How many are smaller, and half of those that are equal."""
    below, equal = values < values[:, np.newaxis], values == values[:, np.newaxis]
    return below.sum(axis=1) + equal.sum(axis=1) / 2


@points(1)
def test_rank_correlation_equals_spearmans(student, rng):
    for b, shape in [(5, (4, 3)), (1, (6, 7)), (3, (2, 3, 4)), (4, (9,)), (3, (2,))]:
        first = draw(rng, b, *shape)
        second = first + rng.uniform(0.3, 2) * draw(rng, b, *shape)
        with assert_unchanged(first, second):
            result = student.rank_correlation(first, torch.exp(second))
        assert_close(result, spearman(first, second), name="list of correlations")
        tracked = first.float().requires_grad_()
        result = student.rank_correlation(tracked, second.float())
        assert_close(result, spearman(first.float(), second.float()), name="list of correlations")
    first = torch.tensor(rng.integers(0, 4, size=(4, 5, 6))).double()
    second = first + torch.tensor(rng.integers(0, 3, size=(4, 5, 6)))
    cause = "equal values share the mean of their ranks"
    result = student.rank_correlation(first, second)
    assert_close(result, spearman(first, second), name="list of correlations of maps with ties", cause=cause)
    second[2] = 1.5
    expected = np.insert(spearman(first[[0, 1, 3]], second[[0, 1, 3]]), 2, 0)
    cause = "where a map is constant, 0/0 is to become 0"
    result = student.rank_correlation(first, second)
    assert_close(result, expected, name="list of correlations, of which one map is constant", cause=cause)


@hidden
@points(1)
def test_rank_correlation_of_equal_and_constant_values(student, rng):
    first = torch.tensor(rng.integers(0, 4, size=(5, 6, 4))).double()
    second = torch.tensor(rng.integers(0, 3, size=(5, 6, 4))).double() + 0.5 * first.floor()
    cause = "equal values share the mean of their ranks"
    assert_close(
        student.rank_correlation(first, second),
        spearman(first, second),
        name="list of correlations",
        cause=cause,
    )
    first[1], second[3] = 2.0, 0.0
    expected = spearman(first[[0, 2, 4]], second[[0, 2, 4]])
    cause = "where a map is constant, 0/0 is to become 0"
    result = student.rank_correlation(first, second)
    assert_close(result, np.insert(expected, [1, 2], 0), name="list of correlations", cause=cause)


def gradient_maps(model, x, target):
    """Saliency by its definition, in evaluation mode."""
    network, x = copy.deepcopy(model).eval(), x.detach().clone().requires_grad_()
    scores = network(x)[torch.arange(len(x)), target]
    return torch.autograd.grad(scores.sum(), x)[0].abs().amax(dim=1)


@points(1)
def test_saliency_change_compares_maps_of_one_class(student, rng):
    for b, shape, classes in [(5, (2, 4, 3), 4), (1, (1, 5, 4), 3)]:
        model, x = smooth_net(rng, shape, classes), draw(rng, b, *shape)
        adversarial, target = x + draw(rng, b, *shape), draw_classes(rng, b, classes)
        with assert_unchanged(x, adversarial, target):
            result = student.saliency_change(model, x, adversarial, target)
        expected = spearman(gradient_maps(model, x, target), gradient_maps(model, adversarial, target))
        assert_close(result, expected, name="list of correlations")


@hidden
@points(1)
def test_saliency_change_of_a_linear_classifier_is_none(student, rng):
    x, target = draw(rng, 4, 2, 3, 4), draw_classes(rng, 4, 3)
    model, adversarial = smooth_net(rng, (2, 3, 4), 3), x + draw(rng, 4, 2, 3, 4)
    expected = spearman(gradient_maps(model, x, target), gradient_maps(model, adversarial, target))
    result = student.saliency_change(model, x, adversarial, target)
    assert_close(result, expected, name="list of correlations of another network")
    model = fill(nn.Sequential(nn.Flatten(), nn.Linear(24, 3)), rng)
    result = student.saliency_change(model, x, x + draw(rng, 4, 2, 3, 4), target)
    cause = "the saliency of a linear classifier does not depend on the image, only on the class"
    assert_close(result, np.ones(4), name="list of correlations", cause=cause)


def watch_layers(module, model, x, target, seed):
    """The answer, the parameters in each call of the explanation and its maps, and what is different from before."""
    import numpy as np
    import torch

    def explain(net, images, classes):
        asked.append(torch.equal(images, x) and torch.equal(classes, target))
        images = images.detach().clone().requires_grad_()
        logits = net(images)
        score = logits.gather(1, classes[:, None]).sum()
        (gradient,) = torch.autograd.grad(score, images)
        maps.append(gradient.numpy().copy())
        seen.append({key: value.detach().numpy().copy() for key, value in net.named_parameters()})
        return gradient

    maps, seen, asked = [], [], []
    before = {key: value.detach().clone() for key, value in model.named_parameters()}
    state = torch.random.get_rng_state()
    similarity = module.randomise_layers(model, x, target, explain, seed)
    changes = {
        "parameters of the model": any(
            not np.array_equal(before[key], value.detach()) for key, value in model.named_parameters()
        ),
        "images or classes that explain was given": not all(asked),
        "state of PyTorch's random numbers": not torch.equal(state, torch.random.get_rng_state()),
    }
    return list(similarity.items()), seen, maps, [key for key, changed in changes.items() if changed]


def layered_net(rng, inputs, classes):
    """A network with layers inside of layers and a normalisation, whose weights are larger than those of a new one."""
    inner = nn.Sequential(nn.Linear(8, 8), nn.Tanh(), nn.LayerNorm(8))
    model = fill(nn.Sequential(nn.Linear(inputs, 8), nn.Tanh(), inner, nn.Linear(8, classes)), rng)
    with torch.no_grad():
        for p in model.parameters():
            p.add_(3 * p.sign())
    return model


LAYERS = ["3", "2.2", "2.0", "0"]
DENSE = ["3", "2.0", "0"]


def assert_similarities(similarity, model, seen, maps):
    """The values are those that the maps give which were asked for."""
    learned = {key: value.detach().numpy() for key, value in model.named_parameters()}
    intact = [all(np.array_equal(now[key], learned[key]) for key in learned) for now in seen]
    assert_that(any(intact), "The map of the intact model was never asked for.")
    assert_that(
        not all(intact),
        "The map of a broken copy was never asked for: explain gets the intact model each time.",
    )
    reference = maps[intact.index(True)]
    expected = [spearman(reference, m).mean() for m, whole in zip(maps, intact, strict=True) if not whole]
    values = [value for _, value in similarity]
    cause = "each map is compared with that of the intact model, and the mean over the batch is taken"
    assert_close(values, expected, name="list of similarities", cause=cause)


@points(1)
def test_randomise_layers_from_the_last_to_the_first(student, rng):
    for b, inputs, classes in [(4, 6, 3), (1, 9, 5)]:
        model, x, target = (
            layered_net(rng, inputs, classes),
            draw(rng, b, inputs),
            draw_classes(rng, b, classes),
        )
        answer = student.run(watch_layers, model, x, target, int(rng.integers(1000)))
        similarity, seen, maps, _ = assert_parts(answer, 4)
        assert_equal([name for name, _ in similarity], LAYERS, name="list of layers, the last one first")
        assert_similarities(similarity, model, seen, maps)
        learned = {key: value.detach().numpy() for key, value in model.named_parameters()}
        broken = [
            [name for name in LAYERS if not np.array_equal(now[f"{name}.weight"], learned[f"{name}.weight"])]
            for now in seen
        ]
        broken = [names for names in broken if names]
        cause = "the layers that were broken before stay broken"
        expected = [LAYERS[:1], LAYERS[:2], LAYERS[:3], LAYERS]
        assert_equal(broken, expected, name="list of broken layers in each call of explain", cause=cause)
        for name in DENSE:
            weight = seen[-1][f"{name}.weight"]
            bound = 1 / np.sqrt(weight.shape[1])
            name = f"largest weight of layer {name} after its reset_parameters()"
            assert_between(float(np.abs(weight).max()), 0.3 * bound, bound, name=name)


@points(1)
def test_randomise_layers_compares_with_the_intact_model(student, rng):
    model, x, target = layered_net(rng, 8, 4), draw(rng, 5, 8), draw_classes(rng, 5, 4)
    answer = student.run(watch_layers, model, x, target, int(rng.integers(1000)))
    similarity, seen, maps, changes = assert_parts(answer, 4)
    assert_similarities(similarity, model, seen, maps)
    twins = [seen[-1][f"{name}.weight"] for name in ("0", "2.0")]
    cause = "seed the generator once, before the first layer"
    assert_that(
        not np.array_equal(*twins), "Two layers of the same shape get the same random weights.", cause=cause
    )
    cause = "use copy.deepcopy and fork_rng"
    assert_equal(changes, [], name="list of what the call has changed", cause=cause)


def explain_by_brightness(net, images, classes):
    """An explanation that does not look at the network at all."""
    return images**2


@hidden
@points(1)
def test_randomise_layers_works_on_a_copy(student, rng):
    model, x, target = layered_net(rng, 6, 3), draw(rng, 4, 6), draw_classes(rng, 4, 3)
    seed = int(rng.integers(1000))
    first, seen, maps, changes = assert_parts(student.run(watch_layers, model, x, target, seed), 4)
    assert_similarities(first, model, seen, maps)
    assert_equal(
        changes, [], name="list of what the call has changed", cause="use copy.deepcopy and fork_rng"
    )
    again, _, _, _ = assert_parts(student.run(watch_layers, model, x, target, seed), 4)
    assert_close(
        [v for _, v in again],
        [v for _, v in first],
        name="list of similarities of a second call with the same seed",
    )
    _, other, _, _ = assert_parts(student.run(watch_layers, model, x, target, seed + 1), 4)
    same = [np.array_equal(seen[-1][f"{name}.weight"], other[-1][f"{name}.weight"]) for name in DENSE]
    assert_equal(same, [False] * 3, name="list of answers to whether another seed gives the same weights")
    result = student.randomise_layers(model, x, target, explain_by_brightness, seed)
    cause = "an explanation that ignores the network does not notice that it is broken"
    assert_close([result[name] for name in LAYERS], np.ones(4), name="list of similarities", cause=cause)
