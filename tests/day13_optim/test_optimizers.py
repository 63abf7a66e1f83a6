"""Checks of optimizers.py: every optimiser against torch.optim, step for step, on the same gradients."""

import numpy as np
import torch

from course.testing import assert_close, assert_dtype, assert_parts, assert_unchanged, hidden, points

SHAPES = [(3, 4), (4,), (2, 1, 3), (1,)]
TORCH_NAMES = {"learning_rate": "lr", "epsilon": "eps"}


def run_steps(module, name, params, grads, options, rates):
    """All parameters after each step, one row per step: the arrays that the optimiser was given."""
    import numpy as np

    params = [p.copy() for p in params]
    optimizer = getattr(module, name)(params, **options)
    rows = []
    for step, now in enumerate(grads):
        if rates is not None:
            optimizer.learning_rate = rates[step]
        optimizer.step(now)
        rows.append(np.concatenate([p.ravel() for p in params]))
    return np.stack(rows)


def torch_steps(torch_class, params, grads, options, rates):
    """The same with an optimiser of torch.optim, in double precision."""
    tensors = [torch.nn.Parameter(torch.tensor(p, dtype=torch.float64)) for p in params]
    optimizer = torch_class(tensors, **{TORCH_NAMES.get(k, k): value for k, value in options.items()})
    rows = []
    for step, now in enumerate(grads):
        if rates is not None:
            optimizer.param_groups[0]["lr"] = rates[step]
        for tensor, grad in zip(tensors, now, strict=True):
            tensor.grad = torch.tensor(grad, dtype=torch.float64)
        optimizer.step()
        rows.append(np.concatenate([t.detach().numpy().ravel() for t in tensors]))
    return np.stack(rows)


def draw(rng, steps, shapes=SHAPES, dtype=np.float64, scale=1.0):
    """Parameters of several shapes and gradients for every step, with sizes that differ from number to number."""
    params = [(rng.normal(size=shape) + 0.5).astype(dtype) for shape in shapes]
    sizes = [scale * 10 ** rng.uniform(-1, 1, size=shape) for shape in shapes]
    grads = [[(rng.normal(size=s.shape) * s + 0.3 * s).astype(dtype) for s in sizes] for _ in range(steps)]
    return params, grads


def assert_like_torch(student, rng, name, torch_class, options, rates=None, scale=1.0):
    params, grads = draw(rng, 50, scale=scale)
    with assert_unchanged(grads):
        rows = student.run(run_steps, name, params, grads, options, rates)
    expected = torch_steps(torch_class, params, grads, options, rates)
    assert_close(rows, expected, rtol=1e-8, atol=1e-10, name="list of all parameters (one row per step)")


def steps_by_hand(module, name, start, grads, options):
    """A single small parameter after each of some steps: short enough to follow with a pencil."""
    p, after = start.copy(), []
    optimizer = getattr(module, name)([p], **options)
    for grad in grads:
        optimizer.step([grad])
        after.append(p.copy())
    return after


def assert_first_steps(student, rng, name, torch_class, options, cause="", shape=(3,)):
    params, grads = draw(rng, 2, shapes=[shape])
    expected = torch_steps(torch_class, params, grads, options, None)
    now = [step[0] for step in grads]
    with assert_unchanged(*now):
        after = assert_parts(student.run(steps_by_hand, name, params[0], now, options), 2)
    for number, which in enumerate(("first", "second")):
        assert_close(
            after[number],
            expected[number].reshape(shape),
            name=f"parameter after the {which} step",
            cause=cause,
        )


def assert_keeps_single_precision(student, rng, name, torch_class, options):
    params, grads = draw(rng, 20, dtype=np.float32)
    rows = student.run(run_steps, name, params, grads, options, None)
    assert_dtype(rows, np.float32, name="list of parameters")
    expected = torch_steps(torch_class, params, grads, options, None)
    assert_close(rows, expected, rtol=1e-3, atol=1e-3, name="list of all parameters (one row per step)")


@points(1)
def test_sgd_step_by_hand(student, rng):
    options = {"learning_rate": rng.uniform(0.05, 0.2)}
    assert_first_steps(student, rng, "SGD", torch.optim.SGD, options)
    options["weight_decay"] = rng.uniform(0.3, 0.6)
    cause = "is weight_decay · w added to the gradient?"
    assert_first_steps(student, rng, "SGD", torch.optim.SGD, options, cause, shape=(2, 2))


@points(1)
def test_sgd_step_equals_torch_for_50_steps(student, rng):
    assert_like_torch(student, rng, "SGD", torch.optim.SGD, {})
    options = {"learning_rate": rng.uniform(0.01, 0.05), "weight_decay": rng.uniform(0.1, 0.4)}
    assert_like_torch(student, rng, "SGD", torch.optim.SGD, options)
    assert_keeps_single_precision(student, rng, "SGD", torch.optim.SGD, options)


@points(1)
def test_momentum_step_heavy_ball(student, rng):
    options = {"learning_rate": rng.uniform(0.05, 0.2), "momentum": rng.uniform(0.6, 0.8)}
    assert_first_steps(student, rng, "Momentum", torch.optim.SGD, options)
    options["weight_decay"] = rng.uniform(0.1, 0.4)
    assert_like_torch(student, rng, "Momentum", torch.optim.SGD, options)
    assert_keeps_single_precision(student, rng, "Momentum", torch.optim.SGD, options)


@points(1)
def test_momentum_step_nesterov(student, rng):
    options = {"learning_rate": rng.uniform(0.05, 0.2), "momentum": rng.uniform(0.6, 0.8), "nesterov": True}
    assert_first_steps(student, rng, "Momentum", torch.optim.SGD, options)
    options["weight_decay"] = rng.uniform(0.1, 0.4)
    assert_like_torch(student, rng, "Momentum", torch.optim.SGD, options)


@points(1)
def test_momentum_step_when_the_learning_rate_changes(student, rng):
    rates = rng.uniform(0.01, 0.1, size=50).tolist()
    for nesterov in (False, True):
        options = {"learning_rate": rates[0], "momentum": 0.85, "nesterov": nesterov, "weight_decay": 0.2}
        assert_like_torch(student, rng, "Momentum", torch.optim.SGD, options, rates=rates)


@points(1)
def test_ada_grad_step_by_hand(student, rng):
    options = {"learning_rate": rng.uniform(0.1, 0.5), "epsilon": rng.uniform(0.1, 0.3)}
    assert_first_steps(student, rng, "AdaGrad", torch.optim.Adagrad, options)


@points(1)
def test_ada_grad_step_equals_torch_for_50_steps(student, rng):
    assert_like_torch(student, rng, "AdaGrad", torch.optim.Adagrad, {}, scale=1e-4)
    options = {"learning_rate": rng.uniform(0.1, 0.5), "weight_decay": rng.uniform(0.3, 0.6)}
    assert_like_torch(student, rng, "AdaGrad", torch.optim.Adagrad, options)
    options["epsilon"] = rng.uniform(0.1, 0.3)
    assert_like_torch(student, rng, "AdaGrad", torch.optim.Adagrad, options)
    assert_keeps_single_precision(student, rng, "AdaGrad", torch.optim.Adagrad, options)


@points(1)
def test_rms_prop_step_by_hand(student, rng):
    options = {"learning_rate": rng.uniform(0.1, 0.5), "alpha": rng.uniform(0.6, 0.9)}
    options["epsilon"] = rng.uniform(0.1, 0.3)
    assert_first_steps(student, rng, "RMSProp", torch.optim.RMSprop, options)


@points(1)
def test_rms_prop_step_equals_torch_for_50_steps(student, rng):
    assert_like_torch(student, rng, "RMSProp", torch.optim.RMSprop, {}, scale=1e-4)
    options = {"learning_rate": rng.uniform(0.1, 0.5), "alpha": rng.uniform(0.6, 0.9), "weight_decay": 0.4}
    assert_like_torch(student, rng, "RMSProp", torch.optim.RMSprop, options)
    options["epsilon"] = rng.uniform(0.1, 0.3)
    assert_like_torch(student, rng, "RMSProp", torch.optim.RMSprop, options)
    assert_keeps_single_precision(student, rng, "RMSProp", torch.optim.RMSprop, options)


def adam_options(rng):
    betas = (rng.uniform(0.6, 0.9), rng.uniform(0.92, 0.99))
    return {"learning_rate": rng.uniform(0.05, 0.2), "betas": betas}


@points(1)
def test_adam_step_by_hand(student, rng):
    options = {**adam_options(rng), "epsilon": rng.uniform(0.1, 0.3)}
    assert_first_steps(student, rng, "Adam", torch.optim.Adam, options)


@points(2)
def test_adam_step_equals_torch_for_50_steps(student, rng):
    assert_like_torch(student, rng, "Adam", torch.optim.Adam, {}, scale=1e-4)
    assert_like_torch(student, rng, "Adam", torch.optim.Adam, {**adam_options(rng), "weight_decay": 0.5})


@hidden
@points(1)
def test_adam_step_when_the_learning_rate_changes(student, rng):
    options = {**adam_options(rng), "weight_decay": 0.3, "epsilon": rng.uniform(0.1, 0.3)}
    rates = rng.uniform(0.01, 0.1, size=50).tolist()
    assert_like_torch(student, rng, "Adam", torch.optim.Adam, options, rates=rates)
    assert_keeps_single_precision(student, rng, "Adam", torch.optim.Adam, options)


@points(1)
def test_adam_w_step_by_hand(student, rng):
    options = {**adam_options(rng), "epsilon": rng.uniform(0.1, 0.3), "weight_decay": rng.uniform(0.5, 1)}
    assert_first_steps(student, rng, "AdamW", torch.optim.AdamW, options)


@points(1)
def test_adam_w_step_equals_torch_for_50_steps(student, rng):
    assert_like_torch(student, rng, "AdamW", torch.optim.AdamW, {}, scale=1e-4)
    assert_like_torch(student, rng, "AdamW", torch.optim.AdamW, {**adam_options(rng), "weight_decay": 0.5})


@hidden
@points(1)
def test_adam_w_step_when_the_learning_rate_changes(student, rng):
    options = {**adam_options(rng), "weight_decay": 0.3, "epsilon": rng.uniform(0.1, 0.3)}
    rates = rng.uniform(0.01, 0.1, size=50).tolist()
    assert_like_torch(student, rng, "AdamW", torch.optim.AdamW, options, rates=rates)
    assert_keeps_single_precision(student, rng, "AdamW", torch.optim.AdamW, options)


@points(0)
def test_adadelta_step_equals_torch_for_50_steps(student, rng):
    options = {"learning_rate": rng.uniform(0.5, 2), "epsilon": rng.uniform(0.01, 0.1), "rho": 0.8}
    assert_first_steps(student, rng, "Adadelta", torch.optim.Adadelta, options)
    assert_like_torch(student, rng, "Adadelta", torch.optim.Adadelta, {}, scale=1e-4)
    assert_like_torch(student, rng, "Adadelta", torch.optim.Adadelta, {**options, "weight_decay": 0.4})
    assert_keeps_single_precision(student, rng, "Adadelta", torch.optim.Adadelta, options)
