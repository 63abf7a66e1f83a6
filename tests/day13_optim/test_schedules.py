"""Checks of schedules.py against torch.optim.lr_scheduler, step by step."""

import numpy as np
import torch
from torch.optim import lr_scheduler

from course.testing import assert_close, assert_equal, assert_parts, hidden, points


def torch_rates(make_schedule, learning_rate, steps):
    """The learning rates that a scheduler of PyTorch gives to the first steps."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))], lr=learning_rate)
    schedule = make_schedule(optimizer)
    rates = [optimizer.param_groups[0]["lr"]]
    for _ in range(steps - 1):
        optimizer.step()
        schedule.step()
        rates.append(optimizer.param_groups[0]["lr"])
    return rates


def rates_of(module, name, steps, args):
    """Learning rates of several steps, one call each."""
    return [getattr(module, name)(step, *args) for step in steps]


@points(1)
def test_step_decay_equals_torch(student, rng):
    for size in (6, 7):
        eta, gamma = rng.uniform(0.05, 0.5), rng.uniform(0.3, 0.9)
        expected = torch_rates(lambda o, n=size, g=gamma: lr_scheduler.StepLR(o, n, g), eta, 30)
        for step in (size + 1, size // 2 + 1, 0, 1, size - 1, size, 2 * size, 29):
            assert_close(student.step_decay(step, eta, size, gamma), expected[step], name="learning rate")


@hidden
@points(1)
def test_step_decay_of_every_step_is_exponential_decay(student, rng):
    eta, gamma = rng.uniform(0.05, 0.5), rng.uniform(0.7, 0.95)
    expected = torch_rates(lambda o: lr_scheduler.ExponentialLR(o, gamma), eta, 100)
    actual = student.run(rates_of, "step_decay", range(100), (eta, 1, gamma))
    assert_close(actual, expected, name="list of learning rates")


@points(1)
def test_cosine_annealing_equals_torch(student, rng):
    for steps, share in [(10, 0.1), (37, 0.3), (1, 0.5)]:
        eta = rng.uniform(0.05, 0.5)
        expected = torch_rates(
            lambda o, n=steps, low=share * eta: lr_scheduler.CosineAnnealingLR(o, n, low), eta, steps + 1
        )
        for step in (0, steps, 1, steps // 3, steps - 1):
            rate = student.cosine_annealing(step, eta, steps, share * eta)
            assert_close(rate, expected[step], name="learning rate")
    expected = torch_rates(lambda o: lr_scheduler.CosineAnnealingLR(o, 100), eta, 101)
    actual = student.run(rates_of, "cosine_annealing", range(101), (eta, 100))
    assert_close(actual, expected, name="list of learning rates")


def torch_warmup_cosine(optimizer, warmup, steps, start):
    first = lr_scheduler.LinearLR(optimizer, start_factor=start, total_iters=warmup)
    second = lr_scheduler.CosineAnnealingLR(optimizer, steps - warmup)
    return lr_scheduler.SequentialLR(optimizer, [first, second], milestones=[warmup])


@points(1)
def test_warmup_cosine_equals_torch(student, rng):
    for warmup, steps in [(5, 20), (1, 9), (30, 100)]:
        eta, start = rng.uniform(0.05, 0.5), rng.uniform(0.05, 0.4)
        expected = torch_rates(
            lambda o, w=warmup, n=steps, s=start: torch_warmup_cosine(o, w, n, s), eta, steps + 1
        )
        for step in sorted({0, warmup - 1, warmup, warmup + 1, steps - 1}):
            rate = student.warmup_cosine(step, eta, warmup, steps, start)
            assert_close(rate, expected[step], name="learning rate")
        actual = student.run(rates_of, "warmup_cosine", range(steps + 1), (eta, warmup, steps, start))
        assert_close(actual, expected, name="list of learning rates")


@points(1)
def test_one_cycle_equals_torch(student, rng):
    for steps, rise in [(20, 0.3), (50, 0.45), (33, 0.2)]:
        peak, div, final = rng.uniform(0.05, 0.5), rng.uniform(5, 20), rng.uniform(2, 50)
        options = {"pct_start": rise, "div_factor": div, "final_div_factor": final, "cycle_momentum": False}
        expected = torch_rates(
            lambda o, p=peak, n=steps, rest=options: lr_scheduler.OneCycleLR(o, p, total_steps=n, **rest),
            1.0,
            steps,
        )
        top = int(rise * steps - 1)
        for step in (0, 1, top, top + 1, steps - 2, steps - 1):
            rate = student.one_cycle(step, peak, steps, rise, div, final)
            assert_close(rate, expected[step], name="learning rate")
        actual = student.run(rates_of, "one_cycle", range(steps), (peak, steps, rise, div, final))
        assert_close(actual, expected, name="list of learning rates")


@hidden
@points(1)
def test_one_cycle_with_its_defaults(student, rng):
    peak = rng.uniform(0.05, 0.5)
    expected = torch_rates(
        lambda o: lr_scheduler.OneCycleLR(o, peak, total_steps=100, cycle_momentum=False), 1.0, 100
    )
    actual = student.run(rates_of, "one_cycle", range(100), (peak, 100))
    assert_close(actual, expected, name="list of learning rates", atol=1e-10)


def record_range_test(module, losses, low, high, steps):
    """Result of a range test on a given sequence of losses, and the learning rates that were asked for."""
    asked = []

    def train_step(rate):
        asked.append(float(rate))
        return losses[len(asked) - 1]

    rates, measured = module.range_test(train_step, low, high, steps)
    return rates, measured, asked


@points(1)
def test_range_test_visits_every_learning_rate_once(student, rng):
    for steps in (2, 5, 12):
        low = 10 ** rng.uniform(-6, -4)
        high = low * 10 ** rng.uniform(2, 4)
        losses = rng.uniform(1, 3, size=steps).tolist()
        result = student.run(record_range_test, losses, low, high, steps)
        rates, measured, asked = assert_parts(result, 3)
        expected = low * (high / low) ** (np.arange(steps) / (steps - 1))
        assert_close(rates, expected, name="list of learning rates", atol=0)
        assert_close(measured, losses, name="list of losses")
        assert_close(asked, expected, name="list of learning rates that were tried", atol=0)


@points(1)
def test_range_test_stops_when_the_loss_explodes(student, rng):
    scale = rng.uniform(1, 2)
    for tail in ([4.5, 14.0, 60.0, 0.2], [np.nan, 0.2, 0.2], [np.inf, 0.2, 0.2]):
        losses = [scale * value for value in [3.0, 2.0, 1.0, 2.6, 3.6, *tail]]
        result = student.run(record_range_test, losses, 1e-4, 1.0, len(losses))
        rates, measured, asked = assert_parts(result, 3)
        assert_close(len(asked), 6, name="number of training steps")
        assert_close(measured, losses[:6], name="list of losses", nan=True)
        assert_close(rates, np.geomspace(1e-4, 1, len(losses))[:6], name="list of learning rates", atol=0)
    losses = [2.0, 1.0, 4.0, 3.0]  # four times the smallest is not more than four times the smallest
    _, measured, _ = assert_parts(student.run(record_range_test, losses, 1e-4, 1.0, 4), 3)
    assert_close(measured, losses, name="list of losses")


def plateau_rates(module, options, losses):
    """The learning rate after each loss."""
    schedule = module.ReduceOnPlateau(**options)
    return [schedule.update(loss) for loss in losses]


def torch_plateau_rates(options, losses):
    """The same by ReduceLROnPlateau."""
    names = {"minimum": "min_lr"}
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=options["learning_rate"])
    rest = {names.get(key, key): value for key, value in options.items() if key != "learning_rate"}
    schedule = lr_scheduler.ReduceLROnPlateau(optimizer, threshold_mode="abs", eps=0, **rest)
    rates = []
    for loss in losses:
        schedule.step(loss)
        rates.append(optimizer.param_groups[0]["lr"])
    return rates


@points(0)
def test_reduce_on_plateau_update_equals_torch(student, rng):
    noisy = (np.exp(-np.arange(40) / 10) + 0.1 * rng.normal(size=40)).tolist()
    slow = [2 - 0.02 * i for i in range(40)]  # falls by less than the threshold
    exact = [1.0, 0.75, 0.25, 0.0, -0.25, -0.75]  # some fall by the threshold exactly, which is too little
    for losses, patience, threshold in [
        (noisy, 2, 1e-4),
        (noisy, 0, 0.05),
        (noisy, 4, 0.0),
        (slow, 1, 0.05),
        (exact, 0, 0.25),
    ]:
        options = {
            "learning_rate": rng.uniform(0.3, 0.6),
            "factor": rng.uniform(0.6, 0.8),
            "patience": patience,
            "threshold": threshold,
            "minimum": 0.01,
        }
        actual = student.run(plateau_rates, options, losses)
        assert_equal(len(actual), len(losses), name="number of learning rates")
        assert_close(actual, torch_plateau_rates(options, losses), name="list of learning rates")
