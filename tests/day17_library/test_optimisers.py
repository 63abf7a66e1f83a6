"""Checks of optimisers.py: step by step with torch.optim, on gradients that are drawn."""

import math

import numpy as np
import torch
from torch.optim.adamw import adamw as functional_adamw
from torch.optim.sgd import sgd as functional_sgd

from course.testing import (
    assert_close,
    assert_dtype,
    assert_parts,
    assert_unchanged,
    points,
)

SHAPES = [[(2, 3), (3,)], [(4,)], [(2, 1, 2), (5, 1), (1,), (2, 2)]]


def stepped(module, name, start, gradients, rates, *settings):
    """All parameters after every step, with the learning rate of each step."""
    from day17_library.modules import Parameter

    parameters = [Parameter(array) for array in start]
    optimiser = getattr(module, name)(parameters, rates[0], *settings)
    path = []
    for step, rate in zip(gradients, rates, strict=True):
        for p, g in zip(parameters, step, strict=True):
            p.grad = g
        optimiser.learning_rate = rate
        optimiser.step()
        path.append([np.array(p.data) for p in parameters])
    return path


def by_torch(begin, start, gradients, rates):
    """The same by PyTorch."""
    parameters = [torch.tensor(array) for array in start]
    move = begin(parameters)
    path = []
    for step, rate in zip(gradients, rates, strict=True):
        move([torch.tensor(g) for g in step], rate)
        path.append([p.clone().numpy() for p in parameters])
    return path


def sizes(shape):
    """Small and large gradients in one parameter: of the small ones ε is a part that can be seen."""
    return np.geomspace(1e-4, 1, math.prod(shape)).reshape(shape)


def assert_steps(
    student, rng, name, begin, *settings, shapes, count=6, cause="", rates=None, dtype=np.float64
):
    start = [(rng.normal(size=s) + 0.2).astype(dtype) for s in shapes]
    gradients = [
        [(sizes(s) * (rng.normal(size=s) + 0.3)).astype(dtype) for s in shapes] for _ in range(count)
    ]
    rates = rates or [float(rng.uniform(0.01, 0.2))] * count
    with assert_unchanged(gradients):
        path = student.run(stepped, name, start, gradients, rates, *settings)
    expected = by_torch(begin, start, gradients, rates)
    single = dtype == np.float32
    for number, (found, right) in enumerate(zip(assert_parts(path, count), expected, strict=True), start=1):
        for i, (a, b) in enumerate(zip(assert_parts(found, len(shapes)), right, strict=True)):
            what = f"parameter {i} after step {number}"
            assert_close(
                a, b, name=what, cause=cause, rtol=1e-4 if single else 1e-6, atol=1e-5 if single else 1e-8
            )
            if single:
                assert_dtype(a, np.float32, name=what)


PLAIN = {"foreach": False, "maximize": False}


def sgd(momentum):
    """PyTorch's function, as the two below: an object of its classes imports a compiler first, which takes seconds."""

    def begin(parameters):
        velocities = [None for _ in parameters]
        settings = {"momentum": momentum, "weight_decay": 0.0, "dampening": 0.0, "nesterov": False, **PLAIN}
        return lambda grads, rate: functional_sgd(parameters, grads, velocities, lr=rate, **settings)

    return begin


@points(1)
def test_sgd_step_without_momentum(student, rng):
    for shapes in SHAPES:
        assert_steps(student, rng, "SGD", sgd(0.0), shapes=shapes, count=3)
    assert_steps(student, rng, "SGD", sgd(0.0), shapes=[(3, 2)], count=3, dtype=np.float32)
    start, *gradients = ([rng.normal(size=shape) for shape in SHAPES[0]] for _ in range(3))
    found = assert_parts(student.run(velocities, start, gradients, 0.0), 2)
    for v, g in zip(found, gradients[-1], strict=True):
        assert_close(v, g, name="velocity, which without momentum is the newest gradient")


def velocities(module, start, gradients, momentum):
    """What a step without momentum leaves for later."""
    from day17_library.modules import Parameter

    parameters = [Parameter(array) for array in start]
    optimiser = module.SGD(parameters, 0.1, momentum)
    for step in gradients:
        for p, g in zip(parameters, step, strict=True):
            p.grad = g
        optimiser.step()
    return optimiser.velocities


@points(1)
def test_sgd_step_with_momentum(student, rng):
    for shapes in SHAPES:
        momentum = float(rng.uniform(0.3, 0.95))
        assert_steps(student, rng, "SGD", sgd(momentum), momentum, shapes=shapes, cause="v = μ v + g")
    rates = [float(rate) for rate in rng.uniform(0.01, 0.3, size=4)]
    cause = "the learning rate stands outside of the velocity"
    assert_steps(student, rng, "SGD", sgd(0.8), 0.8, shapes=SHAPES[0], count=4, rates=rates, cause=cause)


def adam(betas=(0.9, 0.999), eps=1e-8, decay=0.0):
    """PyTorch's AdamW; where nothing decays it is Adam."""

    def begin(parameters):
        means, squares = ([torch.zeros_like(p) for p in parameters] for _ in range(2))
        steps = [torch.tensor(0.0) for _ in parameters]
        settings = {"beta1": betas[0], "beta2": betas[1], "eps": eps, "amsgrad": False, **PLAIN}

        def move(grads, rate):
            for i, p in enumerate(parameters):
                state = ([p], [grads[i]], [means[i]], [squares[i]], [], [steps[i]])
                functional_adamw(*state, lr=rate, weight_decay=decay if p.ndim >= 2 else 0.0, **settings)

        return move

    return begin


@points(2)
def test_adam_step_of_several_parameters(student, rng):
    for shapes in SHAPES:
        assert_steps(student, rng, "Adam", adam(), shapes=shapes, cause="t counts steps, not parameters")
    assert_steps(student, rng, "Adam", adam(), shapes=[(3, 2), (2,)], count=3, dtype=np.float32)


@points(1)
def test_adam_step_with_other_settings(student, rng):
    for shapes in SHAPES[:2]:
        betas, eps = (
            (float(rng.uniform(0.2, 0.8)), float(rng.uniform(0.5, 0.95))),
            float(rng.uniform(0.05, 0.5)),
        )
        assert_steps(
            student, rng, "Adam", adam(betas, eps), betas, eps, shapes=shapes, cause="ε outside of the root"
        )
    rates = [float(rate) for rate in rng.uniform(0.01, 0.3, size=4)]
    assert_steps(student, rng, "Adam", adam((0.7, 0.9)), (0.7, 0.9), shapes=SHAPES[0], count=4, rates=rates)


def adamw(decay, betas=(0.9, 0.999), eps=1e-8):
    return adam(betas, eps, decay)


@points(1)
def test_adam_w_step_shrinks_matrices(student, rng):
    for shapes in ([(2, 3)], [(2, 2), (1, 4)], [(3, 1, 2)]):
        decay = float(rng.uniform(0.2, 1.5))
        cause = "the decay is no part of the gradient"
        assert_steps(student, rng, "AdamW", adamw(decay), decay, shapes=shapes, cause=cause)
    assert_steps(student, rng, "AdamW", adamw(0.3), 0.3, shapes=[(3, 2)], count=3, dtype=np.float32)


@points(1)
def test_adam_w_step_leaves_vectors_alone(student, rng):
    for shapes in SHAPES:
        decay = float(rng.uniform(0.2, 1.5))
        assert_steps(student, rng, "AdamW", adamw(decay), decay, shapes=shapes, cause="vectors do not decay")
    rates = [float(rate) for rate in rng.uniform(0.01, 0.3, size=4)]
    settings = (0.5, (0.7, 0.9), 0.1)
    assert_steps(student, rng, "AdamW", adamw(*settings), *settings, shapes=SHAPES[2], count=4, rates=rates)


def clipped(module, gradients, max_norm):
    from day17_library.modules import Parameter

    parameters = [Parameter(np.ones_like(g)) for g in gradients]
    for p, g in zip(parameters, gradients, strict=True):
        p.grad = g
    norm = module.clip_gradients(parameters, max_norm)
    return norm, [p.grad for p in parameters], [p.data for p in parameters]


def assert_clipped(student, rng, shapes, share, dtype=np.float64, scale=1.0):
    """max_norm is a share of the norm."""
    gradients = [(scale * (rng.normal(size=shape) + 0.2)).astype(dtype) for shape in shapes]
    norm = math.sqrt(sum(float(np.sum(g.astype(float) ** 2)) for g in gradients))
    with assert_unchanged(gradients):
        found, grads, data = assert_parts(student.run(clipped, gradients, share * norm), 3)
    rtol = 1e-4 if dtype == np.float32 else 1e-6
    assert_close(found, norm, name="norm before", cause="one norm of all gradients together", rtol=rtol)
    for i, (grad, g) in enumerate(zip(assert_parts(grads, len(gradients)), gradients, strict=True)):
        assert_close(grad, min(share, 1.0) * g, name=f"gradient of parameter {i}", rtol=rtol)
        if dtype == np.float32:
            assert_dtype(grad, np.float32, name=f"gradient of parameter {i}")
    assert_close(data[0], np.ones(shapes[0]), name="data of parameter 0, which stays")


@points(1)
def test_clip_gradients_that_are_too_long(student, rng):
    for shapes in SHAPES:
        assert_clipped(student, rng, shapes, float(rng.uniform(0.1, 0.8)))
    assert_clipped(student, rng, SHAPES[0], 0.5, np.float32)
    assert_clipped(student, rng, SHAPES[0], 0.5, scale=1e-5)


@points(1)
def test_clip_gradients_that_are_short_enough(student, rng):
    for shapes in SHAPES:
        assert_clipped(student, rng, shapes, float(rng.uniform(1.05, 3)))
        assert_clipped(student, rng, shapes, float(rng.uniform(0.9, 0.98)))


def trapezium(steps, peak, warmup, decay):
    """The schedule as points that are joined by lines."""
    xs = [-1, warmup - 1, steps - decay - 1, steps]
    ys = [0 if warmup else peak, peak, peak, 0]
    keep = [0, 1, 2, 3] if warmup else [1, 2, 3]
    return np.interp(np.arange(steps), [xs[i] for i in keep], [ys[i] for i in keep])


@points(1)
def test_warmup_stable_decay_at_every_step(student, rng):
    for steps, warmup, decay in [(10, 3, 4), (12, 4, 5), (9, 1, 1)]:
        peak = float(rng.uniform(0.1, 2))
        found = [student.warmup_stable_decay(step, peak, warmup, steps, decay) for step in range(steps)]
        assert_close(found, trapezium(steps, peak, warmup, decay), name="list of learning rates of all steps")


@points(1)
def test_warmup_stable_decay_at_the_edges(student, rng):
    for steps, warmup, decay in [(8, 0, 3), (8, 3, 0), (7, 3, 4), (6, 0, 0), (5, 0, 5), (4, 4, 0)]:
        peak = float(rng.uniform(0.1, 2))
        found = [student.warmup_stable_decay(step, peak, warmup, steps, decay) for step in range(steps + 3)]
        right = np.zeros(steps + 3)
        right[:steps] = peak
        right[:warmup] = peak * np.arange(1, warmup + 1) / max(warmup, 1)
        right[steps - decay : steps] = peak * np.arange(decay, 0, -1) / (decay + 1)
        assert_close(found, right, name="list of learning rates of all steps and of three behind the end")
