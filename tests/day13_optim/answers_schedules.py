"""Answers to schedules.py: wrong ones with what went wrong, and right ones in another style."""

import math

import numpy as np

from course.testing import misconception, variant
from day13_optim.schedules import cosine_annealing


@misconception("step_decay", "The exponent is not rounded down: this is a smooth decay without stairs.")
def smooth(step, learning_rate, step_size, gamma):
    return learning_rate * gamma ** (step / step_size)


@misconception(
    "step_decay", "The stairs begin one step too early: step 0 is the first of step_size equal ones."
)
def one_step_early(step, learning_rate, step_size, gamma):
    return learning_rate * gamma ** ((step + 1) // step_size)


@misconception(
    "step_decay", "The learning rate falls only once; it is multiplied by γ after every step_size steps."
)
def falls_once(step, learning_rate, step_size, gamma):
    return learning_rate * (gamma if step >= step_size else 1)


@misconception(
    "step_decay",
    "The exponent is rounded to the nearest integer, so that the stairs begin half a stair early: ⌊t / step_size⌋ "
    "rounds down, as // does.",
)
def rounded(step, learning_rate, step_size, gamma):
    return learning_rate * gamma ** round(step / step_size)


@misconception(
    "step_decay",
    "** comes before //, so that the learning rate itself is divided by step_size and rounded. The exponent stands in "
    "brackets: γ ** (… // …).",
    first=("power", "product"),
)
def exponent_without_brackets(step, learning_rate, step_size, gamma, *, first="product"):
    if first == "power":
        return learning_rate * (gamma**step // step_size)
    return learning_rate * gamma**step // step_size


@misconception("step_decay", "The learning rate is divided by γ: it grows.")
def grows(step, learning_rate, step_size, gamma):
    return learning_rate / gamma ** (step // step_size)


@misconception(
    "step_decay",
    "γ is multiplied by the number of stairs instead of taken to this power. Step 0 has η₀ itself: γ⁰ = 1.",
)
def product_for_power(step, learning_rate, step_size, gamma):
    return learning_rate * gamma * (step // step_size)


@misconception(
    "step_decay",
    "The remainder was taken: step % step_size is the position on a stair. Which stair it is tells step // "
    "step_size.",
)
def position_on_the_stair(step, learning_rate, step_size, gamma):
    return learning_rate * gamma ** (step % step_size)


@misconception(
    "step_decay",
    "The exponent is rounded up, so that the stairs begin early: ⌊t / step_size⌋ rounds down, as // does.",
)
def rounded_up(step, learning_rate, step_size, gamma):
    return learning_rate * gamma ** math.ceil(step / step_size)


@variant("step_decay")
def by_a_loop(step, learning_rate, step_size, gamma):
    for t in range(1, step + 1):
        if t % step_size == 0:
            learning_rate *= gamma
    return learning_rate


@variant("step_decay")
def with_numpy_floor(step, learning_rate, step_size, gamma):
    return np.float64(learning_rate) * np.power(gamma, np.floor(step / step_size))


@misconception(
    "cosine_annealing", "A whole period instead of a half: half-way it is at the minimum, and then it rises."
)
def whole_period(step, learning_rate, steps, minimum=0.0):
    return minimum + (learning_rate - minimum) * (1 + math.cos(2 * math.pi * step / steps)) / 2


@misconception(
    "cosine_annealing", "The minimum is added, but the amplitude is not reduced by it: it starts too high."
)
def starts_too_high(step, learning_rate, steps, minimum=0.0):
    return minimum + learning_rate * (1 + math.cos(math.pi * step / steps)) / 2


@misconception(
    "cosine_annealing", "A quarter of a cosine: it ends with its steepest descent instead of flat."
)
def quarter_period(step, learning_rate, steps, minimum=0.0):
    return minimum + (learning_rate - minimum) * math.cos(math.pi * step / steps / 2)


@misconception(
    "cosine_annealing", "The minimum is reached one step early: at t = steps, not at t = steps − 1."
)
def ends_one_step_early(step, learning_rate, steps, minimum=0.0):
    return minimum + (learning_rate - minimum) * (1 + math.cos(math.pi * step / max(steps - 1, 1))) / 2


@misconception(
    "cosine_annealing",
    "The ½ is missing: 1 + cos goes from 2 down to 0, so it starts at twice the learning rate.",
)
def without_the_half(step, learning_rate, steps, minimum=0.0):
    return minimum + (learning_rate - minimum) * (1 + math.cos(math.pi * step / steps))


@misconception(
    "cosine_annealing",
    "The angle is in degrees: math.cos wants radians, π for half a turn.",
)
def degrees(step, learning_rate, steps, minimum=0.0):
    return minimum + (learning_rate - minimum) * (1 + math.cos(180 * step / steps)) / 2


@misconception(
    "cosine_annealing",
    "The minimum is only taken off the amplitude, and not added: it falls to 0, from η₀ − η_min.",
)
def minimum_not_added(step, learning_rate, steps, minimum=0.0):
    return (learning_rate - minimum) * (1 + math.cos(math.pi * step / steps)) / 2


@misconception(
    "cosine_annealing",
    "The minimum is not used: it falls to 0 instead of η_min.",
)
def minimum_ignored(step, learning_rate, steps, minimum=0.0):
    return learning_rate * (1 + math.cos(math.pi * step / steps)) / 2


@misconception(
    "cosine_annealing",
    "The curve goes to 0 and is cut off at the minimum. It is squeezed instead: the amplitude is ½ (η₀ − η_min).",
)
def cut_at_the_minimum(step, learning_rate, steps, minimum=0.0):
    return max(minimum, learning_rate * (1 + math.cos(math.pi * step / steps)) / 2)


@misconception(
    "cosine_annealing",
    "This is a sine: it starts half-way up and rises at first. A cosine starts at its top.",
)
def sine(step, learning_rate, steps, minimum=0.0):
    return minimum + (learning_rate - minimum) * (1 + math.sin(math.pi * step / steps)) / 2


@misconception(
    "cosine_annealing",
    "The curve is upside down: 1 + cos falls, 1 − cos rises.",
)
def upside_down(step, learning_rate, steps, minimum=0.0):
    return minimum + (learning_rate - minimum) * (1 - math.cos(math.pi * step / steps)) / 2


@misconception(
    "cosine_annealing",
    "The division by `steps` stands behind the cosine. It belongs inside: the angle is π t / steps.",
)
def divided_outside(step, learning_rate, steps, minimum=0.0):
    return minimum + (learning_rate - minimum) * (1 + math.cos(math.pi * step) / steps) / 2


@misconception(
    "cosine_annealing",
    "π is missing: the angle goes from 0 to 1, so that it never comes down. Half a turn is π.",
)
def without_pi(step, learning_rate, steps, minimum=0.0):
    return minimum + (learning_rate - minimum) * (1 + math.cos(step / steps)) / 2


@variant("cosine_annealing")
def by_the_half_angle(step, learning_rate, steps, minimum=0.0):
    share = np.cos(np.pi * step / (2 * steps)) ** 2
    return share * learning_rate + (1 - share) * minimum


@variant("cosine_annealing")
def around_the_middle(step, learning_rate, steps, minimum=0.0):
    middle, half = (learning_rate + minimum) / 2, (learning_rate - minimum) / 2
    return np.float64(middle + half * math.cos(math.pi * step / steps))


@misconception(
    "warmup_cosine", "Warm-up begins at zero: `start` is not used, and the first step does nothing."
)
def warms_up_from_zero(step, learning_rate, warmup, steps, start=0.1):
    if step < warmup:
        return learning_rate * step / warmup
    return cosine_annealing(step - warmup, learning_rate, steps - warmup)


@misconception(
    "warmup_cosine",
    "The cosine is counted from step 0, so that the learning rate jumps down at the end of warm-up.",
)
def cosine_from_step_zero(step, learning_rate, warmup, steps, start=0.1):
    if step < warmup:
        return learning_rate * (start + (1 - start) * step / warmup)
    return cosine_annealing(step, learning_rate, steps)


@misconception(
    "warmup_cosine", "The cosine has `steps` steps of its own: at the end it has not come down to zero."
)
def cosine_too_long(step, learning_rate, warmup, steps, start=0.1):
    if step < warmup:
        return learning_rate * (start + (1 - start) * step / warmup)
    return cosine_annealing(step - warmup, learning_rate, steps)


@misconception("warmup_cosine", "The peak is reached one step early: at t = warmup, not at t = warmup − 1.")
def peak_one_step_early(step, learning_rate, warmup, steps, start=0.1):
    if step < warmup:
        return learning_rate * (start + (1 - start) * (step + 1) / warmup)
    return cosine_annealing(step - warmup, learning_rate, steps - warmup)


@misconception(
    "warmup_cosine",
    "`start` was taken for a learning rate. It is a share of the peak: step 0 has η₀ s.",
)
def start_as_a_rate(step, learning_rate, warmup, steps, start=0.1):
    if step < warmup:
        return start + (learning_rate - start) * step / warmup
    return cosine_annealing(step - warmup, learning_rate, steps - warmup)


@misconception(
    "warmup_cosine",
    "Warm-up counts from 1 and ignores `start`: step t has the share s + (1 − s) t / warmup, so step 0 has s.",
)
def counted_from_one(step, learning_rate, warmup, steps, start=0.1):
    if step < warmup:
        return learning_rate * (step + 1) / warmup
    return cosine_annealing(step - warmup, learning_rate, steps - warmup)


@misconception(
    "warmup_cosine",
    "(1 − s) is missing in the warm-up: it rises from s by a whole peak, and ends above it. It rises by (1 − s) t / "
    "warmup.",
)
def above_the_peak(step, learning_rate, warmup, steps, start=0.1):
    if step < warmup:
        return learning_rate * (start + step / warmup)
    return cosine_annealing(step - warmup, learning_rate, steps - warmup)


@misconception(
    "warmup_cosine",
    "The learning rate does not rise during warm-up: from s it grows linearly to 1, by (1 − s) t / warmup.",
)
def constant_warm_up(step, learning_rate, warmup, steps, start=0.1):
    if step < warmup:
        return learning_rate * start
    return cosine_annealing(step - warmup, learning_rate, steps - warmup)


@misconception(
    "warmup_cosine",
    "After the peak it falls to the learning rate of the start. It falls to zero.",
)
def falls_to_the_start(step, learning_rate, warmup, steps, start=0.1):
    if step < warmup:
        return learning_rate * (start + (1 - start) * step / warmup)
    return cosine_annealing(step - warmup, learning_rate, steps - warmup, start * learning_rate)


@misconception(
    "warmup_cosine",
    "The warm-up is a line from 0 that is cut off at `start`. It is a line that begins there: s + (1 − s) t / "
    "warmup.",
)
def start_as_a_lower_bound(step, learning_rate, warmup, steps, start=0.1):
    if step < warmup:
        return learning_rate * max(start, step / warmup)
    return cosine_annealing(step - warmup, learning_rate, steps - warmup)


@misconception(
    "warmup_cosine",
    "The rise is (1 − s) times too steep or too long: it goes from the share s to 1 in `warmup` steps, not in `steps`.",
)
def rises_over_all_steps(step, learning_rate, warmup, steps, start=0.1):
    if step < warmup:
        return learning_rate * (start + (1 - start) * step / steps)
    return cosine_annealing(step - warmup, learning_rate, steps - warmup)


@variant("warmup_cosine")
def by_interpolation(step, learning_rate, warmup, steps, start=0.1):
    if step <= warmup:
        return np.interp(step, [0, warmup], [start * learning_rate, learning_rate])
    return learning_rate * 0.5 * (1 + np.cos(np.pi * (step - warmup) / (steps - warmup)))


@variant("warmup_cosine")
def as_a_factor(step, learning_rate, warmup, steps, start=0.1):
    factor = start + (1 - start) * step / warmup
    if step >= warmup:
        factor = math.cos(math.pi / 2 * (step - warmup) / (steps - warmup)) ** 2
    return learning_rate * factor


@misconception(
    "one_cycle", "The peak is one step late: steps are counted from 0, so the rise ends at rise · steps − 1."
)
def peak_one_step_late(step, peak, steps, rise=0.3, div=25.0, final_div=1e4):
    start, top = peak / div, rise * steps
    if step <= top:
        return cosine_annealing(step, start, top, minimum=peak)
    return cosine_annealing(step - top, peak, steps - 1 - top, minimum=start / final_div)


@misconception(
    "one_cycle",
    "The way down is counted from step 0, so that it jumps at the peak: its fraction is (t − top) / (steps − 1 − top), "
    "from 0 to 1.",
    fraction=("of all", "from the start"),
)
def falls_from_the_start(step, peak, steps, rise=0.3, div=25.0, final_div=1e4, *, fraction="of all"):
    start, top = peak / div, rise * steps - 1
    if step <= top:
        return cosine_annealing(step, start, top, minimum=peak)
    left = steps - 1 if fraction == "of all" else steps - 1 - top
    return cosine_annealing(step, peak, left, minimum=start / final_div)


@misconception(
    "one_cycle", "The end is peak / final_div; it is meant to be start / final_div, far below where it began."
)
def ends_below_the_peak(step, peak, steps, rise=0.3, div=25.0, final_div=1e4):
    start, top = peak / div, rise * steps - 1
    if step <= top:
        return cosine_annealing(step, start, top, minimum=peak)
    return cosine_annealing(step - top, peak, steps - 1 - top, minimum=peak / final_div)


@misconception("one_cycle", "Straight lines: both halves follow half a cosine.")
def triangle(step, peak, steps, rise=0.3, div=25.0, final_div=1e4):
    start, top = peak / div, rise * steps - 1
    return float(np.interp(step, [0, top, steps - 1], [start, peak, start / final_div]))


@misconception(
    "one_cycle", "The end is reached at t = steps, which never comes: the last step is number steps − 1."
)
def never_arrives(step, peak, steps, rise=0.3, div=25.0, final_div=1e4):
    start, top = peak / div, rise * steps - 1
    if step <= top:
        return cosine_annealing(step, start, top, minimum=peak)
    return cosine_annealing(step - top, peak, steps - top, minimum=start / final_div)


@misconception(
    "one_cycle",
    "The step of the peak is rounded to an integer. Here it is not: top = rise · steps − 1.",
)
def peak_rounded(step, peak, steps, rise=0.3, div=25.0, final_div=1e4):
    start = peak / div
    top = int(rise * steps) - 1
    if step <= top:
        return cosine_annealing(step, start, top, minimum=peak) if top else peak
    return cosine_annealing(step - top, peak, steps - 1 - top, minimum=start / final_div)


@misconception(
    "one_cycle",
    "It ends where it began. The end is start / final_div, almost nothing.",
)
def ends_where_it_began(step, peak, steps, rise=0.3, div=25.0, final_div=1e4):
    start = peak / div
    top = rise * steps - 1
    if step <= top:
        return cosine_annealing(step, start, top, minimum=peak)
    return cosine_annealing(step - top, peak, steps - 1 - top, minimum=start)


@misconception(
    "one_cycle",
    "It ends at zero; the end is start / final_div.",
)
def ends_at_zero(step, peak, steps, rise=0.3, div=25.0, final_div=1e4):
    start = peak / div
    top = rise * steps - 1
    if step <= top:
        return cosine_annealing(step, start, top, minimum=peak)
    return cosine_annealing(step - top, peak, steps - 1 - top)


@misconception(
    "one_cycle",
    "The first half goes from the peak down to the start: from a to b, a is the beginning.",
)
def first_half_upside_down(step, peak, steps, rise=0.3, div=25.0, final_div=1e4):
    start = peak / div
    top = rise * steps - 1
    if step <= top:
        return cosine_annealing(step, peak, top, minimum=start)
    return cosine_annealing(step - top, peak, steps - 1 - top, minimum=start / final_div)


@variant("one_cycle")
def by_fractions(step, peak, steps, rise=0.3, div=25.0, final_div=1e4):
    top = rise * steps - 1
    if step < top:
        a, b, f = peak / div, peak, step / top
    else:
        a, b, f = peak, peak / div / final_div, (step - top) / (steps - 1 - top)
    return b + (a - b) / 2 * (1 + math.cos(math.pi * f))


@variant("one_cycle")
def by_squares(step, peak, steps, rise=0.3, div=25.0, final_div=1e4):
    top, start = rise * steps - 1, peak / div
    if step <= top:
        return start + (peak - start) * np.sin(np.pi / 2 * step / top) ** 2
    end = start / final_div
    return end + (peak - end) * np.cos(np.pi / 2 * (step - top) / (steps - 1 - top)) ** 2


@misconception(
    "range_test",
    "The learning rates have equal differences. Nearly all of them are then large; equal factors visit "
    "every size alike.",
)
def equal_differences(train_step, low, high, steps):
    rates, losses = np.linspace(low, high, steps), []
    for rate in rates:
        losses.append(train_step(float(rate)))
        if not math.isfinite(losses[-1]) or losses[-1] > 4 * min(losses):
            break
    return rates[: len(losses)], np.array(losses)


@misconception(
    "range_test",
    "It never stops: after a loss that exploded, the network is ruined, and so are all later losses.",
)
def never_stops(train_step, low, high, steps):
    rates = np.geomspace(low, high, steps)
    return rates, np.array([train_step(float(rate)) for rate in rates])


@misconception("range_test", "`high` is never reached: both ends are included.")
def without_the_last(train_step, low, high, steps):
    rates, losses = np.geomspace(low, high, steps + 1)[:-1], []
    for rate in rates:
        losses.append(train_step(float(rate)))
        if not math.isfinite(losses[-1]) or losses[-1] > 4 * min(losses):
            break
    return rates[: len(losses)], np.array(losses)


@misconception(
    "range_test",
    "The loss is compared with the first one. After a good start it must rise far before anybody notices.",
)
def compared_with_the_first(train_step, low, high, steps):
    rates, losses = np.geomspace(low, high, steps), []
    for rate in rates:
        losses.append(train_step(float(rate)))
        if not math.isfinite(losses[-1]) or losses[-1] > 4 * losses[0]:
            break
    return rates[: len(losses)], np.array(losses)


@misconception("range_test", "The loss that ended the test is thrown away; it is recorded like the others.")
def last_loss_lost(train_step, low, high, steps):
    rates, losses = np.geomspace(low, high, steps), []
    for rate in rates:
        loss = train_step(float(rate))
        if not math.isfinite(loss) or loss > 4 * min([*losses, loss]):
            break
        losses.append(loss)
    return rates[: len(losses)], np.array(losses)


@misconception(
    "range_test", "NaN is not larger than anything, so a comparison never finds it: ask math.isfinite."
)
def blind_to_nan(train_step, low, high, steps):
    rates, losses = np.geomspace(low, high, steps), []
    for rate in rates:
        losses.append(train_step(float(rate)))
        if losses[-1] > 4 * min(losses):
            break
    return rates[: len(losses)], np.array(losses)


@misconception(
    "range_test",
    "np.logspace takes exponents: its limits are 10**low and 10**high. np.geomspace takes the numbers themselves.",
)
def limits_as_exponents(train_step, low, high, steps):
    rates, losses = np.logspace(low, high, steps), []
    for rate in rates:
        losses.append(train_step(float(rate)))
        if not math.isfinite(losses[-1]) or losses[-1] > 4 * min(losses):
            break
    return rates[: len(losses)], np.array(losses)


@misconception(
    "range_test",
    "Learning rates come back that were never tried. Return as many as there are losses.",
)
def rates_not_tried(train_step, low, high, steps):
    rates, losses = np.geomspace(low, high, steps), []
    for rate in rates:
        losses.append(train_step(float(rate)))
        if not math.isfinite(losses[-1]) or losses[-1] > 4 * min(losses):
            break
    return rates, np.array(losses)


@misconception(
    "range_test",
    "It stops when the loss rises at all. Losses go up and down; stop when one is more than 4 times the smallest.",
)
def stops_at_any_rise(train_step, low, high, steps):
    rates, losses = np.geomspace(low, high, steps), []
    for rate in rates:
        losses.append(train_step(float(rate)))
        if not math.isfinite(losses[-1]) or losses[-1] > min(losses):
            break
    return rates[: len(losses)], np.array(losses)


@variant("range_test")
def factor_by_factor(train_step, low, high, steps):
    factor = (high / low) ** (1 / (steps - 1))
    rates, losses, best = [], [], math.inf
    for i in range(steps):
        rates.append(low * factor**i)
        losses.append(train_step(rates[-1]))
        best = min(best, losses[-1])
        if not np.isfinite(losses[-1]) or losses[-1] > 4 * best:
            break
    return rates, losses


@variant("range_test")
def with_logspace(train_step, low, high, steps):
    rates, losses = np.logspace(np.log10(low), np.log10(high), steps), np.full(steps, np.nan)
    for i, rate in enumerate(rates):
        losses[i] = train_step(rate)
        if not losses[i] <= 4 * losses[: i + 1].min():
            return rates[: i + 1], losses[: i + 1]
        if np.isinf(losses[i]):
            return rates[: i + 1], losses[: i + 1]
    return rates, losses


@misconception(
    "ReduceOnPlateau.update", "One epoch too early: it is lowered after *more than* `patience` bad epochs."
)
def impatient(self, loss):
    if loss < self.best - self.threshold:
        self.best, self.waited = loss, 0
    else:
        self.waited += 1
    if self.waited >= max(self.patience, 1):
        self.learning_rate = max(self.factor * self.learning_rate, self.minimum)
        self.waited = 0
    return self.learning_rate


@misconception(
    "ReduceOnPlateau.update",
    "Counting does not start again, so the learning rate is lowered in every epoch from then on.",
)
def keeps_lowering(self, loss):
    if loss < self.best - self.threshold:
        self.best, self.waited = loss, 0
    else:
        self.waited += 1
    if self.waited > self.patience:
        self.learning_rate = max(self.factor * self.learning_rate, self.minimum)
    return self.learning_rate


@misconception(
    "ReduceOnPlateau.update", "The loss is compared with that of the epoch before, not with the best one."
)
def compared_with_the_last(self, loss):
    if loss < self.best - self.threshold:
        self.waited = 0
    else:
        self.waited += 1
    self.best = loss
    if self.waited > self.patience:
        self.learning_rate = max(self.factor * self.learning_rate, self.minimum)
        self.waited = 0
    return self.learning_rate


@misconception(
    "ReduceOnPlateau.update",
    "The learning rate falls below `minimum`.",
)
def minimum_not_respected(self, loss):
    if loss < self.best - self.threshold:
        self.best, self.waited = loss, 0
    else:
        self.waited += 1
    if self.waited > self.patience:
        self.learning_rate *= self.factor
        self.waited = 0
    return self.learning_rate


@misconception(
    "ReduceOnPlateau.update",
    "`threshold` is not used: any fall of the loss counts, however small.",
)
def threshold_ignored(self, loss):
    if loss < self.best:
        self.best, self.waited = loss, 0
    else:
        self.waited += 1
    if self.waited > self.patience:
        self.learning_rate = max(self.minimum, self.learning_rate * self.factor)
        self.waited = 0
    return self.learning_rate


@variant("ReduceOnPlateau.update")
def counting_down(self, loss):
    self.waited += 1
    if self.best - loss > self.threshold:
        self.best = loss
        self.waited = 0
    elif self.waited == self.patience + 1:
        self.learning_rate *= self.factor
        self.learning_rate = self.minimum if self.learning_rate < self.minimum else self.learning_rate
        self.waited = 0
    return self.learning_rate


@variant("ReduceOnPlateau.update")
def returning_numpy(self, loss):
    improved = loss + self.threshold < self.best
    self.best = loss if improved else self.best
    self.waited = 0 if improved else self.waited + 1
    if self.waited > self.patience:
        self.learning_rate, self.waited = np.maximum(self.factor * self.learning_rate, self.minimum), 0
    return np.float64(self.learning_rate)


@misconception(
    "step_decay",
    "The stairs begin one step late: at t = step_size the rate has fallen already, t // step_size with t "
    "from 0.",
)
def one_step_late(step, learning_rate, step_size, gamma):
    return learning_rate * gamma ** ((step - 1) // step_size)


@misconception(
    "cosine_annealing",
    "Parentheses are missing: both 1 and cos are multiplied by ½ (η₀ − η_min), as in half * (1 + cos). Without them it "
    "starts elsewhere than at η₀.",
    inside=("1", "half of the cosine", "1 and no half"),
)
def without_brackets(step, learning_rate, steps, minimum=0.0, *, inside="1"):
    fall, cosine = learning_rate - minimum, math.cos(math.pi * step / steps)
    if inside == "1":
        return minimum + fall / 2 * 1 + cosine
    return (
        minimum
        + (fall * 1 if inside == "1 and no half" else 1)
        + cosine / 2 * (1 if "no" in inside else fall)
    )


@misconception(
    "warmup_cosine",
    "After the warm-up the cosine counts from step 0 again: its step is t − warmup, so that it begins at "
    "the peak.",
)
def cosine_of_the_whole_step(step, learning_rate, warmup, steps, start=0.1):
    if step < warmup:
        return learning_rate * (start + (1 - start) * step / warmup)
    return cosine_annealing(step, learning_rate, steps - warmup)


@misconception(
    "warmup_cosine",
    "η₀ multiplies only the first part of the warm-up: parentheses are missing, η₀ (s + (1 − s) t / warmup).",
)
def rate_times_the_start_only(step, learning_rate, warmup, steps, start=0.1):
    if step < warmup:
        return learning_rate * start + (1 - start) * step / warmup
    return cosine_annealing(step - warmup, learning_rate, steps - warmup)


@misconception(
    "range_test",
    "The loss is compared with the one before it, not with the smallest so far: it may rise step by step "
    "and never be caught.",
)
def compared_with_the_one_before(train_step, low, high, steps):
    rates, losses = np.geomspace(low, high, steps), []
    for rate in rates:
        losses.append(train_step(float(rate)))
        if not math.isfinite(losses[-1]) or losses[-1] > 4 * losses[max(len(losses) - 2, 0)]:
            break
    return rates[: len(losses)], np.array(losses)
