"""Answers to optimizers.py: wrong steps with what went wrong, and right ones in another style."""

import numpy as np

from course.testing import misconception, variant
from day13_optim.optimizers import Adam


@misconception("SGD.step", "This climbs: the step goes against the gradient, θ − η g.")
def uphill(self, grads):
    for p, g in zip(self.params, grads, strict=True):
        p += self.learning_rate * (g + self.weight_decay * p)


@misconception(
    "SGD.step",
    "A new array is made for every parameter, and the network keeps the old one: nothing is ever learned. "
    "Change the array in place, p -= …",
)
def new_arrays(self, grads):
    self.params = [
        p - self.learning_rate * (g + self.weight_decay * p) for p, g in zip(self.params, grads, strict=True)
    ]


@misconception(
    "SGD.step",
    "The decay is not multiplied by the learning rate. It is a part of the gradient, so η scales both.",
)
def decay_without_learning_rate(self, grads):
    for p, g in zip(self.params, grads, strict=True):
        p -= self.learning_rate * g + self.weight_decay * p


@misconception("SGD.step", "The weights grow: the gradient of λ/2 ‖θ‖² is +λ θ, added to g.")
def weights_grow(self, grads):
    for p, g in zip(self.params, grads, strict=True):
        p -= self.learning_rate * (g - self.weight_decay * p)


@misconception(
    "SGD.step",
    "Biases do not decay. The formula is the same for all arrays: λ θ is added for every one of them.",
)
def biases_spared(self, grads):
    for p, g in zip(self.params, grads, strict=True):
        p -= self.learning_rate * (g + self.weight_decay * p if p.ndim > 1 else g)


@misconception("SGD.step", "The weight decay is missing: add λ θ to the gradient.")
def no_decay(self, grads):
    for p, g in zip(self.params, grads, strict=True):
        p -= self.learning_rate * g


@misconception(
    "SGD.step",
    "The gradient is changed in place, g += λ p. Whoever uses it afterwards (a plot, a second optimiser) gets wrong "
    "numbers; make a new array.",
)
def changes_the_gradient(self, grads):
    for p, g in zip(self.params, grads, strict=True):
        g += self.weight_decay * p
        p -= self.learning_rate * g


@misconception(
    "SGD.step",
    "Half of the decay is missing or it is there twice: the gradient of λ/2 ‖θ‖² is λ θ.",
    share=(2.0, 0.5),
)
def decay_with_a_factor(self, grads, *, share=2.0):
    for p, g in zip(self.params, grads, strict=True):
        p -= self.learning_rate * (g + share * self.weight_decay * p)


@misconception(
    "SGD.step", "Only the first parameter makes its step: `return` (or `break`) stands inside of the loop."
)
def only_the_first(self, grads):
    for p, g in zip(self.params, grads, strict=True):
        p -= self.learning_rate * (g + self.weight_decay * p)
        return


@misconception(
    "SGD.step",
    "The decay comes after the step and also shrinks the step. Both belong to the old θ: add λ θ to g first.",
)
def decay_of_the_new_parameter(self, grads):
    for p, g in zip(self.params, grads, strict=True):
        p -= self.learning_rate * g
        p -= self.learning_rate * self.weight_decay * p


@variant("SGD.step")
def shrink_then_step(self, grads):
    for p, g in zip(self.params, grads, strict=True):
        p *= 1 - self.learning_rate * self.weight_decay
        p -= self.learning_rate * g


@variant("SGD.step")
def by_index(self, grads):
    for i in range(len(grads)):
        self.params[i][...] = self.params[i] - self.learning_rate * (
            grads[i] + self.weight_decay * self.params[i]
        )


@variant("SGD.step")
def by_copyto(self, grads):
    keep = 1 - self.learning_rate * self.weight_decay
    for i in range(len(grads)):
        np.copyto(self.params[i], keep * self.params[i] - self.learning_rate * np.asarray(grads[i]))


@misconception(
    "Momentum.step",
    "Dampening: the new gradient is multiplied by 1 − μ. Here v is a sum and not an average, v ← μ v + g.",
)
def dampened(self, grads):
    for p, grad, v in zip(self.params, grads, self.velocities, strict=True):
        g = grad + self.weight_decay * p
        v *= self.momentum
        v += (1 - self.momentum) * g
        p -= self.learning_rate * (g + self.momentum * v if self.nesterov else v)


@misconception(
    "Momentum.step",
    "The learning rate is inside the velocity. As long as it is constant nobody notices; with a "
    "schedule, old steps keep "
    "their old learning rate. Multiply by η when the step is made.",
)
def learning_rate_in_the_velocity(self, grads):
    for p, grad, v in zip(self.params, grads, self.velocities, strict=True):
        g = self.learning_rate * (grad + self.weight_decay * p)
        v *= self.momentum
        v += g
        p -= g + self.momentum * v if self.nesterov else v


@misconception(
    "Momentum.step",
    "The velocity is forgotten after every step: v = μ v + g makes a new array, and self.velocities stays zero.",
)
def forgets_the_velocity(self, grads):
    for p, grad, v in zip(self.params, grads, self.velocities, strict=True):
        g = grad + self.weight_decay * p
        v = self.momentum * v + g
        p -= self.learning_rate * (g + self.momentum * v if self.nesterov else v)


@misconception(
    "Momentum.step",
    "This is the heavy ball: `nesterov` is not looked at, or g + μ v was computed with the old v. It is the new one.",
)
def always_heavy_ball(self, grads):
    for p, grad, v in zip(self.params, grads, self.velocities, strict=True):
        v *= self.momentum
        v += grad + self.weight_decay * p
        p -= self.learning_rate * v


@misconception("Momentum.step", "Nesterov's step adds the whole velocity to the gradient; it is g + μ v.")
def whole_velocity(self, grads):
    for p, grad, v in zip(self.params, grads, self.velocities, strict=True):
        g = grad + self.weight_decay * p
        v *= self.momentum
        v += g
        p -= self.learning_rate * (g + v if self.nesterov else v)


@misconception("Momentum.step", "The velocity is not damped by μ: v grows like the sum of all gradients.")
def without_friction(self, grads):
    for p, grad, v in zip(self.params, grads, self.velocities, strict=True):
        g = grad + self.weight_decay * p
        v += g
        p -= self.learning_rate * (g + self.momentum * v if self.nesterov else v)


@misconception(
    "Momentum.step",
    "The old velocity makes the step, and is updated too late: the first step then goes nowhere. First v ← μ v + g, "
    "then θ.",
)
def step_before_the_velocity(self, grads):
    for p, grad, v in zip(self.params, grads, self.velocities, strict=True):
        g = grad + self.weight_decay * p
        p -= self.learning_rate * (g + self.momentum * (self.momentum * v + g) if self.nesterov else v)
        v *= self.momentum
        v += g


@misconception("Momentum.step", "The weight decay is missing: add λ θ to the gradient first.")
def momentum_without_decay(self, grads):
    for p, g, v in zip(self.params, grads, self.velocities, strict=True):
        v *= self.momentum
        v += g
        p -= self.learning_rate * (g + self.momentum * v if self.nesterov else v)


@misconception(
    "Momentum.step",
    "The decay is added to the step and not to the gradient. It must go into the velocity: g ← g + λ θ comes first.",
)
def decay_beside_the_velocity(self, grads):
    for p, g, v in zip(self.params, grads, self.velocities, strict=True):
        v *= self.momentum
        v += g
        step = g + self.momentum * v if self.nesterov else v
        p -= self.learning_rate * (step + self.weight_decay * p)


@misconception("Momentum.step", "Nesterov's step lacks the gradient itself: it is g + μ v, not μ v alone.")
def nesterov_without_the_gradient(self, grads):
    for p, grad, v in zip(self.params, grads, self.velocities, strict=True):
        g = grad + self.weight_decay * p
        v *= self.momentum
        v += g
        p -= self.learning_rate * (self.momentum * v if self.nesterov else v)


@misconception(
    "Momentum.step",
    "There is one minus too many, so that it climbs: v ← μ v + g and θ ← θ − η v, one minus in all.",
)
def two_signs(self, grads):
    for p, grad, v in zip(self.params, grads, self.velocities, strict=True):
        g = grad + self.weight_decay * p
        v *= self.momentum
        v -= g
        p -= self.learning_rate * (self.momentum * v - g if self.nesterov else v)


@misconception(
    "Momentum.step",
    "The parameters have not moved. `p = p − …` makes a new array and leaves the one in `params` as it was: "
    "write `p -= …`.",
)
def velocities_only(self, grads):
    for p, grad, v in zip(self.params, grads, self.velocities, strict=True):
        v[...] = self.momentum * v + grad + self.weight_decay * p
        _ = p - self.learning_rate * (
            grad + self.weight_decay * p + self.momentum * v if self.nesterov else v
        )


@variant("Momentum.step")
def velocities_replaced(self, grads):
    for i, grad in enumerate(grads):
        g = grad + self.weight_decay * self.params[i]
        self.velocities[i] = self.momentum * self.velocities[i] + g
        step = self.velocities[i]
        if self.nesterov:
            step = g + self.momentum * step
        self.params[i] -= self.learning_rate * step


@variant("Momentum.step")
def nesterov_by_the_old_velocity(self, grads):
    mu = self.momentum
    for p, grad, v in zip(self.params, grads, self.velocities, strict=True):
        g = grad + self.weight_decay * p
        p -= self.learning_rate * ((1 + mu) * g + mu**2 * v if self.nesterov else mu * v + g)
        v[...] = mu * v + g


@variant("Momentum.step")
def from_all_past_gradients(self, grads):
    if not hasattr(self, "past"):
        self.past = []
    now = [g + self.weight_decay * p for p, g in zip(self.params, grads, strict=True)]
    self.past.append(now)
    for i, p in enumerate(self.params):
        v = sum((self.momentum**k * g[i] for k, g in enumerate(reversed(self.past))), np.zeros_like(p))
        if self.nesterov:
            v = now[i] + self.momentum * v
        p[...] = p - (self.learning_rate * v).astype(p.dtype)


@misconception(
    "AdaGrad.step",
    "The root is missing: divide by √s, so that the step does not depend on the unit of the loss.",
)
def without_the_root(self, grads):
    for p, grad, s in zip(self.params, grads, self.sums, strict=True):
        g = grad + self.weight_decay * p
        s += g**2
        p -= self.learning_rate * g / (s + self.epsilon)


@misconception("AdaGrad.step", "ε stands inside the root; here it is added to √s.")
def epsilon_inside_the_root(self, grads):
    for p, grad, s in zip(self.params, grads, self.sums, strict=True):
        g = grad + self.weight_decay * p
        s += g**2
        p -= self.learning_rate * g / np.sqrt(s + self.epsilon)


@misconception(
    "AdaGrad.step", "Only the newest square is used. s is the sum of all squared gradients: s += g²."
)
def forgets_the_sum(self, grads):
    for p, grad in zip(self.params, grads, strict=True):
        g = grad + self.weight_decay * p
        p -= self.learning_rate * g / (np.sqrt(g**2) + self.epsilon)


@misconception(
    "AdaGrad.step",
    "The gradient is divided before its own square is added; the first step divides by ε alone.",
)
def divides_too_early(self, grads):
    for p, grad, s in zip(self.params, grads, self.sums, strict=True):
        g = grad + self.weight_decay * p
        p -= self.learning_rate * g / (np.sqrt(s) + self.epsilon)
        s += g**2


@misconception(
    "AdaGrad.step",
    "The decay is applied to the parameter beside the step. In this optimiser λ θ is a part of g, also "
    "of its square.",
)
def decoupled(self, grads):
    for p, g, s in zip(self.params, grads, self.sums, strict=True):
        s += g**2
        p -= self.learning_rate * (g / (np.sqrt(s) + self.epsilon) + self.weight_decay * p)


@misconception(
    "AdaGrad.step", "ε is missing: it is added to √s, or a gradient that has always been 0 gives 0 / 0."
)
def without_epsilon(self, grads):
    for p, grad, s in zip(self.params, grads, self.sums, strict=True):
        g = grad + self.weight_decay * p
        s += g**2
        p -= self.learning_rate * g / np.sqrt(s)


@misconception(
    "AdaGrad.step",
    "ε is added to the quotient, not to the denominator: a / b + ε is (a / b) + ε. Put parentheses around √s + ε.",
)
def epsilon_beside_the_fraction(self, grads):
    for p, grad, s in zip(self.params, grads, self.sums, strict=True):
        g = grad + self.weight_decay * p
        s += g**2
        p -= self.learning_rate * g / np.sqrt(s) + self.epsilon


@misconception(
    "AdaGrad.step", "The gradients are added up without being squared: s ← s + g².", sign=(True, False)
)
def not_squared(self, grads, *, sign=True):
    for p, grad, s in zip(self.params, grads, self.sums, strict=True):
        g = grad + self.weight_decay * p
        s += g if sign else np.abs(g)
        with np.errstate(invalid="ignore"):
            p -= self.learning_rate * g / (np.sqrt(s) + self.epsilon)


@misconception(
    "AdaGrad.step",
    "The sum is divided by the number of steps. AdaGrad adds squares up; to average them is RMSProp's idea.",
)
def mean_of_the_squares(self, grads):
    self.t = getattr(self, "t", 0) + 1
    for p, grad, s in zip(self.params, grads, self.sums, strict=True):
        g = grad + self.weight_decay * p
        s += g**2
        p -= self.learning_rate * g / (np.sqrt(s / self.t) + self.epsilon)


@misconception(
    "AdaGrad.step",
    "The squares of a whole array are added up, so that all its entries share one learning rate. Each keeps its own "
    "sum: g**2, without np.sum.",
)
def one_sum_per_array(self, grads):
    for p, grad, s in zip(self.params, grads, self.sums, strict=True):
        g = grad + self.weight_decay * p
        s += np.sum(g**2)
        p -= self.learning_rate * g / (np.sqrt(s) + self.epsilon)


@misconception("AdaGrad.step", "The weight decay is missing: add λ θ to the gradient first.")
def ada_grad_without_decay(self, grads):
    for p, g, s in zip(self.params, grads, self.sums, strict=True):
        s += g**2
        p -= self.learning_rate * g / (np.sqrt(s) + self.epsilon)


@misconception(
    "AdaGrad.step",
    "The parameters have not moved. `p = p − …` makes a new array and leaves the one in `params` as it was: "
    "write `p -= …`.",
)
def sums_only(self, grads):
    for p, grad, s in zip(self.params, grads, self.sums, strict=True):
        g = grad + self.weight_decay * p
        s += g**2
        _ = p - self.learning_rate * g / (np.sqrt(s) + self.epsilon)


@misconception(
    "AdaGrad.step",
    "The argument `grads` is changed (grad += …): make a new array, g = grad + λ p.",
)
def gradients_changed(self, grads):
    for p, grad, s in zip(self.params, grads, self.sums, strict=True):
        grad += self.weight_decay * p
        s += grad**2
        p -= self.learning_rate * grad / (np.sqrt(s) + self.epsilon)


@variant("AdaGrad.step")
def sums_replaced(self, grads):
    for i, (p, grad) in enumerate(zip(self.params, grads, strict=True)):
        g = grad + self.weight_decay * p
        self.sums[i] = self.sums[i] + g * g
        p -= (self.learning_rate / (self.sums[i] ** 0.5 + self.epsilon)) * g


@variant("AdaGrad.step")
def with_ufuncs(self, grads):
    for p, grad, s in zip(self.params, grads, self.sums, strict=True):
        g = np.add(grad, np.multiply(self.weight_decay, p))
        np.add(s, np.square(g), out=s)
        np.subtract(p, self.learning_rate * g / (np.sqrt(s) + self.epsilon), out=p)


@variant("AdaGrad.step")
def roots_by_hypot(self, grads):
    if not hasattr(self, "roots"):
        self.roots = [np.zeros(np.shape(p)) for p in self.params]
    for i in range(len(self.params)):
        g = grads[i] + self.params[i] * self.weight_decay
        self.roots[i] = np.hypot(self.roots[i], g)
        step = self.learning_rate * g / (self.roots[i] + self.epsilon)
        self.params[i] -= step.astype(self.params[i].dtype)


@misconception("RMSProp.step", "α and 1 − α are exchanged: α is the share of the *old* average.")
def shares_exchanged(self, grads):
    for p, grad, s in zip(self.params, grads, self.averages, strict=True):
        g = grad + self.weight_decay * p
        s[...] = (1 - self.alpha) * s + self.alpha * g**2
        p -= self.learning_rate * g / (np.sqrt(s) + self.epsilon)


@misconception(
    "RMSProp.step", "This is AdaGrad: squares are added up instead of averaged, and the steps die out."
)
def sum_of_squares(self, grads):
    for p, grad, s in zip(self.params, grads, self.averages, strict=True):
        g = grad + self.weight_decay * p
        s += g**2
        p -= self.learning_rate * g / (np.sqrt(s) + self.epsilon)


@misconception("RMSProp.step", "ε stands inside the root; here it is added to √s.")
def rms_epsilon_inside_the_root(self, grads):
    for p, grad, s in zip(self.params, grads, self.averages, strict=True):
        g = grad + self.weight_decay * p
        s[...] = self.alpha * s + (1 - self.alpha) * g**2
        p -= self.learning_rate * g / np.sqrt(s + self.epsilon)


@misconception(
    "RMSProp.step",
    "ε is added to the quotient, not to the denominator: a / b + ε is (a / b) + ε. Put parentheses around √s + ε.",
)
def rms_epsilon_beside_the_fraction(self, grads):
    for p, grad, s in zip(self.params, grads, self.averages, strict=True):
        g = grad + self.weight_decay * p
        s[...] = self.alpha * s + (1 - self.alpha) * g**2
        p -= self.learning_rate * (g / np.sqrt(s) + self.epsilon)


@misconception(
    "RMSProp.step",
    "One average serves a whole array: np.mean mixes its numbers. Each number has an average of its own.",
)
def one_average_for_an_array(self, grads):
    for p, grad, s in zip(self.params, grads, self.averages, strict=True):
        g = grad + self.weight_decay * p
        s[...] = self.alpha * s + (1 - self.alpha) * np.mean(g**2)
        p -= self.learning_rate * g / (np.sqrt(s) + self.epsilon)


@misconception("RMSProp.step", "The root is missing: the name says root of the mean of squares.")
def mean_square_without_root(self, grads):
    for p, grad, s in zip(self.params, grads, self.averages, strict=True):
        g = grad + self.weight_decay * p
        s[...] = self.alpha * s + (1 - self.alpha) * g**2
        p -= self.learning_rate * g / (s + self.epsilon)


@misconception(
    "RMSProp.step",
    "The average is forgotten after every step: s = α s + … makes a new array, and self.averages stays zero.",
)
def forgets_the_average(self, grads):
    for p, grad, s in zip(self.params, grads, self.averages, strict=True):
        g = grad + self.weight_decay * p
        s = self.alpha * s + (1 - self.alpha) * g**2
        p -= self.learning_rate * g / (np.sqrt(s) + self.epsilon)


@misconception(
    "RMSProp.step",
    "The gradient is divided by the average *before* its own square has gone in; the first step divides by ε alone. "
    "First the average, then the step.",
)
def divided_by_the_old_average(self, grads):
    for p, grad, s in zip(self.params, grads, self.averages, strict=True):
        g = grad + self.weight_decay * p
        p -= self.learning_rate * g / (np.sqrt(s) + self.epsilon)
        s *= self.alpha
        s += (1 - self.alpha) * g**2


@misconception(
    "RMSProp.step",
    "The factor 1 − α is missing: with weights α and 1 the sum is no average, it becomes 1 / (1 − α) of it.",
)
def square_without_its_share(self, grads):
    for p, grad, s in zip(self.params, grads, self.averages, strict=True):
        g = grad + self.weight_decay * p
        s *= self.alpha
        s += g**2
        p -= self.learning_rate * g / (np.sqrt(s) + self.epsilon)


@misconception("RMSProp.step", "ε is missing: it is added to √s.")
def rms_without_epsilon(self, grads):
    for p, grad, s in zip(self.params, grads, self.averages, strict=True):
        g = grad + self.weight_decay * p
        s *= self.alpha
        s += (1 - self.alpha) * g**2
        p -= self.learning_rate * g / np.sqrt(s)


@misconception(
    "RMSProp.step",
    "The gradients are averaged without being squared: s ← α s + (1 − α) g².",
    sign=(True, False),
)
def rms_not_squared(self, grads, *, sign=True):
    for p, grad, s in zip(self.params, grads, self.averages, strict=True):
        g = grad + self.weight_decay * p
        s *= self.alpha
        s += (1 - self.alpha) * (g if sign else np.abs(g))
        with np.errstate(invalid="ignore"):
            p -= self.learning_rate * g / (np.sqrt(s) + self.epsilon)


@misconception("RMSProp.step", "The weight decay is missing: add λ θ to the gradient first.")
def rms_without_decay(self, grads):
    for p, g, s in zip(self.params, grads, self.averages, strict=True):
        s *= self.alpha
        s += (1 - self.alpha) * g**2
        p -= self.learning_rate * g / (np.sqrt(s) + self.epsilon)


@misconception(
    "RMSProp.step",
    "The average is corrected for its start at zero. That is Adam's idea; RMSProp takes s as it is.",
)
def rms_with_bias_correction(self, grads):
    self.t = getattr(self, "t", 0) + 1
    for p, grad, s in zip(self.params, grads, self.averages, strict=True):
        g = grad + self.weight_decay * p
        s *= self.alpha
        s += (1 - self.alpha) * g**2
        p -= self.learning_rate * g / (np.sqrt(s / (1 - self.alpha**self.t)) + self.epsilon)


@misconception(
    "RMSProp.step",
    "The parameters have not moved. `p = p − …` makes a new array and leaves the one in `params` as it was: "
    "write `p -= …`.",
)
def averages_only(self, grads):
    for p, grad, s in zip(self.params, grads, self.averages, strict=True):
        g = grad + self.weight_decay * p
        s[...] = self.alpha * s + (1 - self.alpha) * g**2
        _ = p - self.learning_rate * g / (np.sqrt(s) + self.epsilon)


@variant("RMSProp.step")
def averages_replaced(self, grads):
    for i, (p, grad) in enumerate(zip(self.params, grads, strict=True)):
        g = grad + self.weight_decay * p
        self.averages[i] = self.averages[i] + (1 - self.alpha) * (g**2 - self.averages[i])
        p -= self.learning_rate * g / (np.sqrt(self.averages[i]) + self.epsilon)


@variant("RMSProp.step")
def three_passes(self, grads):
    full = [g + self.weight_decay * p for p, g in zip(self.params, grads, strict=True)]
    self.averages = [
        self.alpha * s + (1 - self.alpha) * g * g for s, g in zip(self.averages, full, strict=True)
    ]
    for p, g, s in zip(self.params, full, self.averages, strict=True):
        p -= self.learning_rate * (g / (s**0.5 + self.epsilon))


@variant("RMSProp.step")
def entry_by_entry(self, grads):
    for i, p in enumerate(self.params):
        for j in np.ndindex(p.shape):
            g = grads[i][j] + self.weight_decay * p[j]
            self.averages[i][j] = self.alpha * self.averages[i][j] + (1 - self.alpha) * g * g
            p[j] -= self.learning_rate * g / (self.averages[i][j] ** 0.5 + self.epsilon)


@misconception(
    "Adam.step",
    "No bias correction: m and v start at zero, so the first averages are too small, v more so than m. Divide by "
    "1 − βᵗ.",
)
def no_bias_correction(self, grads):
    beta1, beta2 = self.betas
    for p, grad, m, v in zip(self.params, grads, self.first, self.second, strict=True):
        g = grad + self.weight_decay * p
        m[...] = beta1 * m + (1 - beta1) * g
        v[...] = beta2 * v + (1 - beta2) * g**2
        p -= self.learning_rate * m / (np.sqrt(v) + self.epsilon)


@misconception(
    "Adam.step",
    "t is counted once per parameter and not once per step: with four arrays, the second step is already number "
    "five. Count before the loop.",
)
def counts_parameters(self, grads):
    beta1, beta2 = self.betas
    for p, grad, m, v in zip(self.params, grads, self.first, self.second, strict=True):
        self.t += 1
        g = grad + self.weight_decay * p
        m[...] = beta1 * m + (1 - beta1) * g
        v[...] = beta2 * v + (1 - beta2) * g**2
        m_hat, v_hat = m / (1 - beta1**self.t), v / (1 - beta2**self.t)
        p -= self.learning_rate * m_hat / (np.sqrt(v_hat) + self.epsilon)


@misconception(
    "Adam.step",
    "ε is added to the quotient, not to the denominator: a / b + ε is (a / b) + ε. Put parentheses around √v̂ + ε.",
)
def adam_epsilon_beside_the_fraction(self, grads):
    beta1, beta2 = self.betas
    self.t += 1
    for p, grad, m, v in zip(self.params, grads, self.first, self.second, strict=True):
        g = grad + self.weight_decay * p
        m[...] = beta1 * m + (1 - beta1) * g
        v[...] = beta2 * v + (1 - beta2) * g**2
        m_hat, v_hat = m / (1 - beta1**self.t), v / (1 - beta2**self.t)
        p -= self.learning_rate * (m_hat / np.sqrt(v_hat) + self.epsilon)


@misconception(
    "Adam.step",
    "The bias corrections are mixed up: m is divided by 1 − β₁ᵗ and v by 1 − β₂ᵗ, each by its own β.",
    wrong=("second", "first", "both"),
)
def corrections_mixed_up(self, grads, *, wrong="second"):
    beta1, beta2 = self.betas
    self.t += 1
    of_m, of_v = 1 - beta1**self.t, 1 - beta2**self.t
    for p, grad, m, v in zip(self.params, grads, self.first, self.second, strict=True):
        g = grad + self.weight_decay * p
        m[...] = beta1 * m + (1 - beta1) * g
        v[...] = beta2 * v + (1 - beta2) * g**2
        m_hat, v_hat = m / (of_m if wrong == "second" else of_v), v / (of_v if wrong == "first" else of_m)
        p -= self.learning_rate * m_hat / (np.sqrt(v_hat) + self.epsilon)


@misconception("Adam.step", "ε stands inside the root; here it is added to √v̂.")
def adam_epsilon_inside_the_root(self, grads):
    beta1, beta2 = self.betas
    self.t += 1
    for p, grad, m, v in zip(self.params, grads, self.first, self.second, strict=True):
        g = grad + self.weight_decay * p
        m[...] = beta1 * m + (1 - beta1) * g
        v[...] = beta2 * v + (1 - beta2) * g**2
        m_hat, v_hat = m / (1 - beta1**self.t), v / (1 - beta2**self.t)
        p -= self.learning_rate * m_hat / np.sqrt(v_hat + self.epsilon)


@misconception(
    "Adam.step",
    "This is AdamW: the decay acts on the parameter. In Adam, λ θ is a part of g and is rescaled with it.",
)
def decoupled_decay(self, grads):
    beta1, beta2 = self.betas
    self.t += 1
    for p, g, m, v in zip(self.params, grads, self.first, self.second, strict=True):
        m[...] = beta1 * m + (1 - beta1) * g
        v[...] = beta2 * v + (1 - beta2) * g**2
        m_hat, v_hat = m / (1 - beta1**self.t), v / (1 - beta2**self.t)
        p -= self.learning_rate * (m_hat / (np.sqrt(v_hat) + self.epsilon) + self.weight_decay * p)


@misconception(
    "Adam.step",
    "The corrected averages are stored back, so that they are corrected again and again. m̂ and v̂ are "
    "for this step only: m and v stay as they are.",
    stored=("both", "m", "v"),
)
def correction_stored(self, grads, *, stored="both"):
    beta1, beta2 = self.betas
    self.t += 1
    for p, grad, m, v in zip(self.params, grads, self.first, self.second, strict=True):
        g = grad + self.weight_decay * p
        m[...] = beta1 * m + (1 - beta1) * g
        v[...] = beta2 * v + (1 - beta2) * g**2
        m_hat, v_hat = m / (1 - beta1**self.t), v / (1 - beta2**self.t)
        m[...] = m if stored == "v" else m_hat
        v[...] = v if stored == "m" else v_hat
        p -= self.learning_rate * m_hat / (np.sqrt(v_hat) + self.epsilon)


@misconception("Adam.step", "t starts one too late: before the first division it must be 1, else 1 − β⁰ = 0.")
def counts_after_the_step(self, grads):
    beta1, beta2 = self.betas
    for p, grad, m, v in zip(self.params, grads, self.first, self.second, strict=True):
        g = grad + self.weight_decay * p
        m[...] = beta1 * m + (1 - beta1) * g
        v[...] = beta2 * v + (1 - beta2) * g**2
        with np.errstate(all="ignore"):
            m_hat, v_hat = m / (1 - beta1**self.t), v / (1 - beta2**self.t)
            p -= self.learning_rate * m_hat / (np.sqrt(v_hat) + self.epsilon)
    self.t += 1


@misconception(
    "Adam.step", "The root is missing: m̂ is divided by √v̂, so that numerator and denominator have one unit."
)
def adam_without_the_root(self, grads):
    beta1, beta2 = self.betas
    self.t += 1
    for p, grad, m, v in zip(self.params, grads, self.first, self.second, strict=True):
        g = grad + self.weight_decay * p
        m[...] = beta1 * m + (1 - beta1) * g
        v[...] = beta2 * v + (1 - beta2) * g**2
        m_hat, v_hat = m / (1 - beta1**self.t), v / (1 - beta2**self.t)
        p -= self.learning_rate * m_hat / (v_hat + self.epsilon)


@misconception(
    "Adam.step",
    "This is the short form with η √(1 − β₂ᵗ) / (1 − β₁ᵗ). Its ε (“epsilon hat” in the paper) is another one: "
    "√(1 − β₂ᵗ) scales it too. Correct m and v first, and add ε to √v̂.",
)
def epsilon_hat(self, grads):
    beta1, beta2 = self.betas
    self.t += 1
    rate = self.learning_rate * np.sqrt(1 - beta2**self.t) / (1 - beta1**self.t)
    for p, grad, m, v in zip(self.params, grads, self.first, self.second, strict=True):
        g = grad + self.weight_decay * p
        m[...] = beta1 * m + (1 - beta1) * g
        v[...] = beta2 * v + (1 - beta2) * g**2
        p -= rate * m / (np.sqrt(v) + self.epsilon)


@misconception(
    "Adam.step",
    "t runs ahead: in the first step it must be 1, so that m̂ is exactly g. It was counted twice, or began above 0.",
    first=(1, 2),
)
def counts_from_two(self, grads, *, first=1):
    beta1, beta2 = self.betas
    self.t += 1
    t = self.t + first
    for p, grad, m, v in zip(self.params, grads, self.first, self.second, strict=True):
        g = grad + self.weight_decay * p
        m[...] = beta1 * m + (1 - beta1) * g
        v[...] = beta2 * v + (1 - beta2) * g**2
        m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
        p -= self.learning_rate * m_hat / (np.sqrt(v_hat) + self.epsilon)


@misconception(
    "Adam.step",
    "The correction has no power t: 1 − β is right in the first step only. It is 1 − βᵗ, which goes to 1, because the "
    "averages forget the zeros they started from.",
)
def correction_without_the_power(self, grads):
    beta1, beta2 = self.betas
    for p, grad, m, v in zip(self.params, grads, self.first, self.second, strict=True):
        g = grad + self.weight_decay * p
        m[...] = beta1 * m + (1 - beta1) * g
        v[...] = beta2 * v + (1 - beta2) * g**2
        p -= self.learning_rate * (m / (1 - beta1)) / (np.sqrt(v / (1 - beta2)) + self.epsilon)


@misconception(
    "Adam.step",
    "β t was taken for βᵗ: the correction is 1 − β ** t, a power and not a product.",
    power=(False, True),
)
def product_or_power_of_the_difference(self, grads, *, power=False):
    beta1, beta2 = self.betas
    self.t += 1
    one, two = ((1 - b) ** self.t if power else 1 - b * self.t for b in (beta1, beta2))
    for p, grad, m, v in zip(self.params, grads, self.first, self.second, strict=True):
        g = grad + self.weight_decay * p
        m[...] = beta1 * m + (1 - beta1) * g
        v[...] = beta2 * v + (1 - beta2) * g**2
        with np.errstate(invalid="ignore"):
            p -= self.learning_rate * (m / one) / (np.sqrt(v / two) + self.epsilon)


@misconception(
    "Adam.step",
    "Only one of the two averages is corrected. Both start at zero, so both are divided: m by 1 − β₁ᵗ, v by 1 − β₂ᵗ.",
    which=("m", "v"),
)
def half_corrected(self, grads, *, which="m"):
    beta1, beta2 = self.betas
    self.t += 1
    for p, grad, m, v in zip(self.params, grads, self.first, self.second, strict=True):
        g = grad + self.weight_decay * p
        m[...] = beta1 * m + (1 - beta1) * g
        v[...] = beta2 * v + (1 - beta2) * g**2
        m_hat = m / (1 - beta1**self.t) if which == "m" else m
        v_hat = v / (1 - beta2**self.t) if which == "v" else v
        p -= self.learning_rate * m_hat / (np.sqrt(v_hat) + self.epsilon)


@misconception("Adam.step", "β₁ and β₂ are exchanged: the first belongs to m, the second to v.")
def betas_exchanged(self, grads):
    beta2, beta1 = self.betas
    self.t += 1
    for p, grad, m, v in zip(self.params, grads, self.first, self.second, strict=True):
        g = grad + self.weight_decay * p
        m[...] = beta1 * m + (1 - beta1) * g
        v[...] = beta2 * v + (1 - beta2) * g**2
        m_hat, v_hat = m / (1 - beta1**self.t), v / (1 - beta2**self.t)
        p -= self.learning_rate * m_hat / (np.sqrt(v_hat) + self.epsilon)


@misconception(
    "Adam.step",
    "The averages are forgotten after every step: m = β₁ m + … makes a new array, and self.first stays zero. Write "
    "m[...] = …, or put it back into the list.",
)
def forgets_the_averages(self, grads):
    beta1, beta2 = self.betas
    self.t += 1
    for p, grad in zip(self.params, grads, strict=True):
        g = grad + self.weight_decay * p
        m_hat, v_hat = (1 - beta1) * g / (1 - beta1**self.t), (1 - beta2) * g**2 / (1 - beta2**self.t)
        p -= self.learning_rate * m_hat / (np.sqrt(v_hat) + self.epsilon)


@misconception("Adam.step", "v averages the squares of m here. It averages those of the gradient, g².")
def squares_of_the_average(self, grads):
    beta1, beta2 = self.betas
    self.t += 1
    for p, grad, m, v in zip(self.params, grads, self.first, self.second, strict=True):
        g = grad + self.weight_decay * p
        m[...] = beta1 * m + (1 - beta1) * g
        v[...] = beta2 * v + (1 - beta2) * m**2
        m_hat, v_hat = m / (1 - beta1**self.t), v / (1 - beta2**self.t)
        p -= self.learning_rate * m_hat / (np.sqrt(v_hat) + self.epsilon)


@misconception("Adam.step", "The step is made with g instead of m̂: without the momentum this is RMSProp.")
def gradient_for_the_average(self, grads):
    _, beta2 = self.betas
    self.t += 1
    for p, grad, v in zip(self.params, grads, self.second, strict=True):
        g = grad + self.weight_decay * p
        v[...] = beta2 * v + (1 - beta2) * g**2
        p -= self.learning_rate * g / (np.sqrt(v / (1 - beta2**self.t)) + self.epsilon)


@misconception("Adam.step", "The weight decay is missing: add λ θ to the gradient first.")
def adam_without_decay(self, grads):
    beta1, beta2 = self.betas
    self.t += 1
    for p, g, m, v in zip(self.params, grads, self.first, self.second, strict=True):
        m[...] = beta1 * m + (1 - beta1) * g
        v[...] = beta2 * v + (1 - beta2) * g**2
        m_hat, v_hat = m / (1 - beta1**self.t), v / (1 - beta2**self.t)
        p -= self.learning_rate * m_hat / (np.sqrt(v_hat) + self.epsilon)


@misconception("Adam.step", "ε is missing: it is added to √v̂.")
def adam_without_epsilon(self, grads):
    beta1, beta2 = self.betas
    self.t += 1
    for p, grad, m, v in zip(self.params, grads, self.first, self.second, strict=True):
        g = grad + self.weight_decay * p
        m[...] = beta1 * m + (1 - beta1) * g
        v[...] = beta2 * v + (1 - beta2) * g**2
        m_hat, v_hat = m / (1 - beta1**self.t), v / (1 - beta2**self.t)
        p -= self.learning_rate * m_hat / np.sqrt(v_hat)


@misconception(
    "Adam.step",
    "The parameters have not moved. `p = p − …` makes a new array and leaves the one in `params` as it was: "
    "write `p -= …`.",
)
def moments_only(self, grads):
    self.t += 1
    b1, b2 = self.betas
    for p, grad, m, v in zip(self.params, grads, self.first, self.second, strict=True):
        g = grad + self.weight_decay * p
        m[...] = b1 * m + (1 - b1) * g
        v[...] = b2 * v + (1 - b2) * g**2
        _ = p - self.learning_rate * m / (1 - b1**self.t) / (np.sqrt(v / (1 - b2**self.t)) + self.epsilon)


@variant("Adam.step")
def averages_as_new_arrays(self, grads):
    beta1, beta2 = self.betas
    self.t = self.t + 1
    for i, (p, grad) in enumerate(zip(self.params, grads, strict=True)):
        g = grad + self.weight_decay * p
        self.first[i] = self.first[i] + (1 - beta1) * (g - self.first[i])
        self.second[i] = self.second[i] + (1 - beta2) * (g * g - self.second[i])
        m_hat = self.first[i] / (1 - beta1**self.t)
        v_hat = self.second[i] / (1 - beta2**self.t)
        p[...] = p - self.learning_rate * m_hat / (v_hat**0.5 + self.epsilon)


@variant("Adam.step")
def correction_in_the_step_size(self, grads):
    beta1, beta2 = self.betas
    self.t += 1
    rate = self.learning_rate / (1 - beta1**self.t)
    for p, grad, m, v in zip(self.params, grads, self.first, self.second, strict=True):
        g = grad + self.weight_decay * p
        m[...] = beta1 * m + (1 - beta1) * g
        v[...] = beta2 * v + (1 - beta2) * g**2
        p -= rate * m / (np.sqrt(v) / (1 - beta2**self.t) ** 0.5 + self.epsilon)


@variant("Adam.step")
def out_of_place_and_back(self, grads):
    beta1, beta2 = self.betas
    self.t = self.t + 1
    correction = (1 - beta2**self.t) ** 0.5

    def one(i):
        p = self.params[i]
        g = np.add(grads[i], np.multiply(self.weight_decay, p))
        self.first[i] = np.multiply(beta1, self.first[i]) + g - beta1 * g
        self.second[i] = self.second[i] * beta2 + np.square(g) * (1 - beta2)
        size = self.learning_rate / (1 - beta1**self.t)
        np.subtract(p, size * self.first[i] / (np.sqrt(self.second[i]) / correction + self.epsilon), out=p)

    list(map(one, range(len(grads))))


@misconception(
    "AdamW.step",
    "This is Adam: λ θ is a part of g, so it is divided by √v̂, and weights with large gradients are hardly decayed. "
    "Shrink the parameter itself.",
)
def decay_in_the_gradient(self, grads):
    beta1, beta2 = self.betas
    self.t += 1
    for p, grad, m, v in zip(self.params, grads, self.first, self.second, strict=True):
        g = grad + self.weight_decay * p
        m[...] = beta1 * m + (1 - beta1) * g
        v[...] = beta2 * v + (1 - beta2) * g**2
        m_hat, v_hat = m / (1 - beta1**self.t), v / (1 - beta2**self.t)
        p -= self.learning_rate * m_hat / (np.sqrt(v_hat) + self.epsilon)


@misconception(
    "AdamW.step",
    "The decay is not multiplied by the learning rate; a schedule must slow it down together with the step.",
)
def adam_w_decay_without_learning_rate(self, grads):
    beta1, beta2 = self.betas
    self.t += 1
    for p, g, m, v in zip(self.params, grads, self.first, self.second, strict=True):
        m[...] = beta1 * m + (1 - beta1) * g
        v[...] = beta2 * v + (1 - beta2) * g**2
        m_hat, v_hat = m / (1 - beta1**self.t), v / (1 - beta2**self.t)
        p -= self.weight_decay * p
        p -= self.learning_rate * m_hat / (np.sqrt(v_hat) + self.epsilon)


@misconception(
    "AdamW.step", "The decay comes after the step and also shrinks the step; decay the old value first."
)
def decay_after_the_step(self, grads):
    beta1, beta2 = self.betas
    self.t += 1
    for p, g, m, v in zip(self.params, grads, self.first, self.second, strict=True):
        m[...] = beta1 * m + (1 - beta1) * g
        v[...] = beta2 * v + (1 - beta2) * g**2
        m_hat, v_hat = m / (1 - beta1**self.t), v / (1 - beta2**self.t)
        p -= self.learning_rate * m_hat / (np.sqrt(v_hat) + self.epsilon)
        p -= self.learning_rate * self.weight_decay * p


@misconception("AdamW.step", "No bias correction: m and v start at zero; divide by 1 − βᵗ as in Adam.")
def adam_w_without_correction(self, grads):
    beta1, beta2 = self.betas
    for p, g, m, v in zip(self.params, grads, self.first, self.second, strict=True):
        m[...] = beta1 * m + (1 - beta1) * g
        v[...] = beta2 * v + (1 - beta2) * g**2
        p -= self.learning_rate * self.weight_decay * p
        p -= self.learning_rate * m / (np.sqrt(v) + self.epsilon)


@misconception("AdamW.step", "ε stands inside the root; here it is added to √v̂.")
def adam_w_epsilon_inside_the_root(self, grads):
    beta1, beta2 = self.betas
    self.t += 1
    for p, g, m, v in zip(self.params, grads, self.first, self.second, strict=True):
        m[...] = beta1 * m + (1 - beta1) * g
        v[...] = beta2 * v + (1 - beta2) * g**2
        m_hat, v_hat = m / (1 - beta1**self.t), v / (1 - beta2**self.t)
        p -= self.learning_rate * (m_hat / np.sqrt(v_hat + self.epsilon) + self.weight_decay * p)


@misconception(
    "AdamW.step",
    "t is counted once per parameter and not once per step. Count before the loop.",
)
def adam_w_counts_parameters(self, grads):
    beta1, beta2 = self.betas
    for p, g, m, v in zip(self.params, grads, self.first, self.second, strict=True):
        self.t += 1
        m[...] = beta1 * m + (1 - beta1) * g
        v[...] = beta2 * v + (1 - beta2) * g**2
        m_hat, v_hat = m / (1 - beta1**self.t), v / (1 - beta2**self.t)
        p -= self.learning_rate * (m_hat / (np.sqrt(v_hat) + self.epsilon) + self.weight_decay * p)


@misconception(
    "AdamW.step",
    "This is the short form with η √(1 − β₂ᵗ) / (1 − β₁ᵗ), in which √(1 − β₂ᵗ) also scales ε. Correct m and v first, "
    "and add ε to √v̂.",
)
def adam_w_epsilon_hat(self, grads):
    beta1, beta2 = self.betas
    self.t += 1
    rate = self.learning_rate * np.sqrt(1 - beta2**self.t) / (1 - beta1**self.t)
    for p, g, m, v in zip(self.params, grads, self.first, self.second, strict=True):
        m[...] = beta1 * m + (1 - beta1) * g
        v[...] = beta2 * v + (1 - beta2) * g**2
        p *= 1 - self.learning_rate * self.weight_decay
        p -= rate * m / (np.sqrt(v) + self.epsilon)


@misconception(
    "AdamW.step",
    "The correction has no power t: 1 − β is right in the first step only. It is 1 − βᵗ, as in Adam.",
)
def adam_w_correction_without_the_power(self, grads):
    beta1, beta2 = self.betas
    for p, g, m, v in zip(self.params, grads, self.first, self.second, strict=True):
        m[...] = beta1 * m + (1 - beta1) * g
        v[...] = beta2 * v + (1 - beta2) * g**2
        p *= 1 - self.learning_rate * self.weight_decay
        p -= self.learning_rate * (m / (1 - beta1)) / (np.sqrt(v / (1 - beta2)) + self.epsilon)


@misconception("AdamW.step", "t runs ahead: in the first step it must be 1.")
def adam_w_counts_from_two(self, grads):
    beta1, beta2 = self.betas
    self.t += 1
    for p, g, m, v in zip(self.params, grads, self.first, self.second, strict=True):
        m[...] = beta1 * m + (1 - beta1) * g
        v[...] = beta2 * v + (1 - beta2) * g**2
        p *= 1 - self.learning_rate * self.weight_decay
        m_hat, v_hat = m / (1 - beta1 ** (self.t + 1)), v / (1 - beta2 ** (self.t + 1))
        p -= self.learning_rate * m_hat / (np.sqrt(v_hat) + self.epsilon)


@misconception(
    "AdamW.step", "The weights do not decay: θ ← θ − η λ θ is missing, or makes a new array and is lost."
)
def adam_w_without_decay(self, grads):
    beta1, beta2 = self.betas
    self.t += 1
    for p, g, m, v in zip(self.params, grads, self.first, self.second, strict=True):
        m[...] = beta1 * m + (1 - beta1) * g
        v[...] = beta2 * v + (1 - beta2) * g**2
        m_hat, v_hat = m / (1 - beta1**self.t), v / (1 - beta2**self.t)
        p -= self.learning_rate * m_hat / (np.sqrt(v_hat) + self.epsilon)


@misconception("AdamW.step", "The weights grow: the decay is subtracted, θ ← θ − η λ θ.")
def decay_that_grows(self, grads):
    beta1, beta2 = self.betas
    self.t += 1
    for p, g, m, v in zip(self.params, grads, self.first, self.second, strict=True):
        m[...] = beta1 * m + (1 - beta1) * g
        v[...] = beta2 * v + (1 - beta2) * g**2
        m_hat, v_hat = m / (1 - beta1**self.t), v / (1 - beta2**self.t)
        p *= 1 + self.learning_rate * self.weight_decay
        p -= self.learning_rate * m_hat / (np.sqrt(v_hat) + self.epsilon)


@misconception(
    "AdamW.step",
    "The decay acts twice: on the parameter, and in the gradient as well. AdamW leaves the gradient alone.",
)
def decay_in_both_places(self, grads):
    beta1, beta2 = self.betas
    self.t += 1
    for p, grad, m, v in zip(self.params, grads, self.first, self.second, strict=True):
        g = grad + self.weight_decay * p
        m[...] = beta1 * m + (1 - beta1) * g
        v[...] = beta2 * v + (1 - beta2) * g**2
        m_hat, v_hat = m / (1 - beta1**self.t), v / (1 - beta2**self.t)
        p *= 1 - self.learning_rate * self.weight_decay
        p -= self.learning_rate * m_hat / (np.sqrt(v_hat) + self.epsilon)


@misconception(
    "AdamW.step",
    "The averages are forgotten after every step: m = β₁ m + … makes a new array, and self.first stays zero.",
)
def adam_w_forgets_the_averages(self, grads):
    beta1, beta2 = self.betas
    self.t += 1
    for p, g in zip(self.params, grads, strict=True):
        m_hat, v_hat = (1 - beta1) * g / (1 - beta1**self.t), (1 - beta2) * g**2 / (1 - beta2**self.t)
        p *= 1 - self.learning_rate * self.weight_decay
        p -= self.learning_rate * m_hat / (np.sqrt(v_hat) + self.epsilon)


@misconception(
    "AdamW.step",
    "The parameters have not moved. `p = p − …` makes a new array and leaves the one in `params` as it was: "
    "write `p -= …`.",
)
def nothing_decayed(self, grads):
    for p in self.params:
        _ = p - self.learning_rate * p


@variant("AdamW.step")
def in_one_formula(self, grads):
    beta1, beta2 = self.betas
    self.t += 1
    for p, g, m, v in zip(self.params, grads, self.first, self.second, strict=True):
        m[...] = beta1 * m + (1 - beta1) * g
        v[...] = beta2 * v + (1 - beta2) * g**2
        m_hat, v_hat = m / (1 - beta1**self.t), v / (1 - beta2**self.t)
        p -= self.learning_rate * (m_hat / (np.sqrt(v_hat) + self.epsilon) + self.weight_decay * p)


@variant("AdamW.step")
def shrinking_first(self, grads):
    beta1, beta2 = self.betas
    self.t += 1
    for i, g in enumerate(grads):
        self.params[i] *= 1 - self.learning_rate * self.weight_decay
        self.first[i] = beta1 * self.first[i] + (1 - beta1) * g
        self.second[i] = beta2 * self.second[i] + (1 - beta2) * np.square(g)
        root = np.sqrt(self.second[i] / (1 - beta2**self.t))
        self.params[i] -= self.learning_rate / (1 - beta1**self.t) * self.first[i] / (root + self.epsilon)


@variant("AdamW.step")
def towards_the_gradient(self, grads):
    beta1, beta2 = self.betas
    self.t += 1
    for i in range(len(self.params)):
        theta = self.params[i].copy()
        self.first[i] += (1 - beta1) * (grads[i] - self.first[i])
        self.second[i] += (1 - beta2) * (grads[i] ** 2 - self.second[i])
        m_hat, v_hat = self.first[i] / (1 - beta1**self.t), self.second[i] / (1 - beta2**self.t)
        step = m_hat / (v_hat**0.5 + self.epsilon) + self.weight_decay * theta
        self.params[i][...] = theta - self.learning_rate * step


@misconception(
    "Adadelta.step",
    "ε stands outside of the roots, as in the other optimisers, or is missing above. Here, and only here, it is added "
    "inside of both roots.",
    where=("both", "above", "below", "below alone"),
)
def epsilon_outside(self, grads, *, where="both"):
    for p, grad, s, u in zip(self.params, grads, self.gradients, self.updates, strict=True):
        g = grad + self.weight_decay * p
        s[...] = self.rho * s + (1 - self.rho) * g**2
        inside = np.sqrt(u + self.epsilon), np.sqrt(s + self.epsilon)
        above = np.sqrt(u) + (0.0 if where == "below alone" else self.epsilon)
        below = np.sqrt(s) + self.epsilon
        delta = (inside[0] if where == "below" else above) / (inside[1] if where == "above" else below) * g
        u[...] = self.rho * u + (1 - self.rho) * delta**2
        p -= self.learning_rate * delta


@misconception("Adadelta.step", "The numerator is missing: this is RMSProp, whose steps have no unit.")
def numerator_missing(self, grads):
    for p, grad, s in zip(self.params, grads, self.gradients, strict=True):
        g = grad + self.weight_decay * p
        s[...] = self.rho * s + (1 - self.rho) * g**2
        p -= self.learning_rate * g / np.sqrt(s + self.epsilon)


@misconception("Adadelta.step", "u averages the squares of the steps Δ, not those of the gradients.")
def averages_gradients_twice(self, grads):
    for p, grad, s, u in zip(self.params, grads, self.gradients, self.updates, strict=True):
        g = grad + self.weight_decay * p
        s[...] = self.rho * s + (1 - self.rho) * g**2
        delta = np.sqrt(u + self.epsilon) / np.sqrt(s + self.epsilon) * g
        u[...] = self.rho * u + (1 - self.rho) * g**2
        p -= self.learning_rate * delta


@misconception("Adadelta.step", "u takes in the newest step before that step is computed: Δ uses the old u.")
def average_of_steps_too_early(self, grads):
    for p, grad, s, u in zip(self.params, grads, self.gradients, self.updates, strict=True):
        g = grad + self.weight_decay * p
        s[...] = self.rho * s + (1 - self.rho) * g**2
        delta = np.sqrt(u + self.epsilon) / np.sqrt(s + self.epsilon) * g
        u[...] = self.rho * u + (1 - self.rho) * delta**2
        p -= self.learning_rate * np.sqrt(u + self.epsilon) / np.sqrt(s + self.epsilon) * g


@misconception(
    "Adadelta.step",
    "The learning rate went into Δ and so into u; it only multiplies Δ when θ makes its step.",
)
def learning_rate_in_the_average(self, grads):
    for p, grad, s, u in zip(self.params, grads, self.gradients, self.updates, strict=True):
        g = grad + self.weight_decay * p
        s[...] = self.rho * s + (1 - self.rho) * g**2
        delta = self.learning_rate * np.sqrt(u + self.epsilon) / np.sqrt(s + self.epsilon) * g
        u[...] = self.rho * u + (1 - self.rho) * delta**2
        p -= delta


@variant("Adadelta.step")
def under_one_root(self, grads):
    for p, grad, s, u in zip(self.params, grads, self.gradients, self.updates, strict=True):
        g = grad + self.weight_decay * p
        s[...] = self.rho * s + (1 - self.rho) * g**2
        delta = np.sqrt((u + self.epsilon) / (s + self.epsilon)) * g
        u[...] = self.rho * u + (1 - self.rho) * delta**2
        p -= self.learning_rate * delta


@variant("Adadelta.step")
def adadelta_by_index(self, grads):
    for i, p in enumerate(self.params):
        g = grads[i] + self.weight_decay * p
        self.gradients[i] = self.rho * self.gradients[i] + (1 - self.rho) * g * g
        delta = g * (self.updates[i] + self.epsilon) ** 0.5 / (self.gradients[i] + self.epsilon) ** 0.5
        self.updates[i] = self.rho * self.updates[i] + (1 - self.rho) * delta * delta
        p -= self.learning_rate * delta


@misconception(
    "Momentum.step",
    "The look-ahead g + μ v is kept as the velocity. v stays μ v + g; the look-ahead is only for the step.",
)
def look_ahead_kept(self, grads):
    for p, grad, v in zip(self.params, grads, self.velocities, strict=True):
        g = grad + self.weight_decay * p
        v *= self.momentum
        v += g
        if self.nesterov:
            v *= self.momentum
            v += g
        p -= self.learning_rate * v


@misconception(
    "Momentum.step",
    "Nesterov's step takes the gradient without its decay: g is g + λ θ everywhere, in g + μ v too.",
)
def look_ahead_without_the_decay(self, grads):
    for p, grad, v in zip(self.params, grads, self.velocities, strict=True):
        g = grad + self.weight_decay * p
        v *= self.momentum
        v += g
        p -= self.learning_rate * (grad + self.momentum * v if self.nesterov else v)


@misconception(
    "AdaGrad.step",
    "The decay is added behind the sum: s is the sum of the squares of g + λ θ. Add λ θ first, then square.",
)
def decay_behind_the_sum(self, grads):
    for p, grad, s in zip(self.params, grads, self.sums, strict=True):
        s += grad**2
        p -= self.learning_rate * (grad + self.weight_decay * p) / (np.sqrt(s) + self.epsilon)


@misconception(
    "RMSProp.step",
    "The decay is added behind the average: s averages the squares of g + λ θ. Add λ θ first, then square.",
)
def decay_behind_the_average(self, grads):
    for p, grad, s in zip(self.params, grads, self.averages, strict=True):
        s *= self.alpha
        s += (1 - self.alpha) * grad**2
        p -= self.learning_rate * (grad + self.weight_decay * p) / (np.sqrt(s) + self.epsilon)


@misconception(
    "RMSProp.step",
    "s is added to itself: s += α s + … makes (1 + α) s of it. Either s *= α and then s += …, or s[...] = "
    "α s + …",
)
def added_to_itself(self, grads):
    for p, grad, s in zip(self.params, grads, self.averages, strict=True):
        g = grad + self.weight_decay * p
        s += self.alpha * s + (1 - self.alpha) * g**2
        p -= self.learning_rate * g / (np.sqrt(s) + self.epsilon)


@misconception(
    "Adam.step",
    "One of the averages is forgotten after every step: m = β₁ m + … makes a new array, and the one in "
    "`self.first` stays zero. Change it in place, m *= β₁, m += … (and so v).",
    which=("m", "v"),
)
def forgets_one_average(self, grads, *, which="m"):
    beta1, beta2 = self.betas
    self.t += 1
    for p, grad, m, v in zip(self.params, grads, self.first, self.second, strict=True):
        g = grad + self.weight_decay * p
        if which == "m":
            m = beta1 * m + (1 - beta1) * g
            v[...] = beta2 * v + (1 - beta2) * g**2
        else:
            m[...] = beta1 * m + (1 - beta1) * g
            v = beta2 * v + (1 - beta2) * g**2
        m_hat, v_hat = m / (1 - beta1**self.t), v / (1 - beta2**self.t)
        p -= self.learning_rate * m_hat / (np.sqrt(v_hat) + self.epsilon)


@misconception(
    "AdamW.step",
    "One of the averages is forgotten after every step: m = β₁ m + … makes a new array, and the one in "
    "`self.first` stays zero. Change it in place, m *= β₁, m += … (and so v).",
    which=("m", "v"),
)
def adam_w_forgets_one_average(self, grads, *, which="m"):
    beta1, beta2 = self.betas
    self.t += 1
    for p, grad, m, v in zip(self.params, grads, self.first, self.second, strict=True):
        g = grad
        if which == "m":
            m = beta1 * m + (1 - beta1) * g
            v[...] = beta2 * v + (1 - beta2) * g**2
        else:
            m[...] = beta1 * m + (1 - beta1) * g
            v = beta2 * v + (1 - beta2) * g**2
        m_hat, v_hat = m / (1 - beta1**self.t), v / (1 - beta2**self.t)
        p -= self.learning_rate * self.weight_decay * p
        p -= self.learning_rate * m_hat / (np.sqrt(v_hat) + self.epsilon)


@misconception(
    "AdamW.step",
    "A new optimiser makes every step, so that its averages start from zero each time and t is always 1. "
    "Keep them in `self`.",
)
def a_new_adam_in_every_step(self, grads):
    for p in self.params:
        p *= 1 - self.learning_rate * self.weight_decay
    Adam(self.params, self.learning_rate, self.betas, self.epsilon).step(grads)
