"""Answers to optimisers.py: wrong ones with what went wrong, and right ones in another style."""

import math

import numpy as np

from course.testing import misconception, variant
from day17_library.optimisers import Adam


@misconception(
    "SGD.step",
    "The learning rate is inside of the velocity. It stands outside, so that a new rate counts at once.",
)
def rate_inside(self):
    for i, p in enumerate(self.parameters):
        self.velocities[i] = self.momentum * self.velocities[i] + self.learning_rate * p.grad
        p.data = p.data - self.velocities[i]


@misconception(
    "SGD.step", "The gradient counts with 1 − μ. That is an average; here the velocity is μ v + g."
)
def averaged(self):
    for i, p in enumerate(self.parameters):
        self.velocities[i] = self.momentum * self.velocities[i] + (1 - self.momentum) * p.grad
        p.data = p.data - self.learning_rate * self.velocities[i]


@misconception(
    "SGD.step",
    "Momentum is left out, or the velocity is not stored in `velocities[i]`: it must carry μ times what it was into "
    "the next step.",
)
def no_momentum(self):
    for p in self.parameters:
        p.data = p.data - self.learning_rate * p.grad


@misconception("SGD.step", "The step goes uphill: the gradient points there. Subtract it.")
def uphill(self):
    for i, p in enumerate(self.parameters):
        self.velocities[i] = self.momentum * self.velocities[i] + p.grad
        p.data = p.data + self.learning_rate * self.velocities[i]


@misconception(
    "SGD.step",
    "This is Nesterov's momentum, which looks ahead. Here the step is made with the velocity itself.",
)
def nesterov(self):
    for i, p in enumerate(self.parameters):
        self.velocities[i] = self.momentum * self.velocities[i] + p.grad
        p.data = p.data - self.learning_rate * (p.grad + self.momentum * self.velocities[i])


@variant("SGD.step")
def in_place(self):
    for p, v in zip(self.parameters, self.velocities, strict=True):
        v *= self.momentum
        v += p.grad
        p.data -= self.learning_rate * v


@variant("SGD.step")
def all_velocities_first(self):
    self.velocities = [
        self.momentum * v + p.grad for v, p in zip(self.velocities, self.parameters, strict=True)
    ]
    for p, v in zip(self.parameters, self.velocities, strict=True):
        p.data = p.data - np.multiply(self.learning_rate, v).astype(p.data.dtype)


@misconception(
    "Adam.step",
    "t is counted for every parameter: the second one is corrected as if it were a step further. It counts "
    "steps.",
)
def t_per_parameter(self):
    first, second = self.betas
    for i, p in enumerate(self.parameters):
        self.t += 1
        self.means[i] = first * self.means[i] + (1 - first) * p.grad
        self.squares[i] = second * self.squares[i] + (1 - second) * p.grad**2
        mean, square = self.means[i] / (1 - first**self.t), self.squares[i] / (1 - second**self.t)
        p.data = p.data - self.learning_rate * mean / (np.sqrt(square) + self.eps)


@misconception("Adam.step", "The bias is not corrected: the first steps are wrong by a factor of about 3.")
def not_corrected(self):
    first, second = self.betas
    self.t += 1
    for i, p in enumerate(self.parameters):
        self.means[i] = first * self.means[i] + (1 - first) * p.grad
        self.squares[i] = second * self.squares[i] + (1 - second) * p.grad**2
        p.data = p.data - self.learning_rate * self.means[i] / (np.sqrt(self.squares[i]) + self.eps)


@misconception("Adam.step", "ε stands inside of the root. Here it is added to the root.")
def epsilon_inside(self):
    first, second = self.betas
    self.t += 1
    for i, p in enumerate(self.parameters):
        self.means[i] = first * self.means[i] + (1 - first) * p.grad
        self.squares[i] = second * self.squares[i] + (1 - second) * p.grad**2
        mean, square = self.means[i] / (1 - first**self.t), self.squares[i] / (1 - second**self.t)
        p.data = p.data - self.learning_rate * mean / np.sqrt(square + self.eps)


@misconception("Adam.step", "The corrected averages are stored, and corrected again in the next step.")
def corrected_in_place(self):
    first, second = self.betas
    self.t += 1
    for i, p in enumerate(self.parameters):
        self.means[i] = (first * self.means[i] + (1 - first) * p.grad) / (1 - first**self.t)
        self.squares[i] = (second * self.squares[i] + (1 - second) * p.grad**2) / (1 - second**self.t)
        p.data = p.data - self.learning_rate * self.means[i] / (np.sqrt(self.squares[i]) + self.eps)


@misconception(
    "Adam.step", "The correction has the power t − 1: t is counted at the end of the step, or not at all."
)
def counted_too_late(self):
    first, second = self.betas
    for i, p in enumerate(self.parameters):
        self.means[i] = first * self.means[i] + (1 - first) * p.grad
        self.squares[i] = second * self.squares[i] + (1 - second) * p.grad**2
        mean = self.means[i] / (1 - first**self.t) if self.t else self.means[i]
        square = self.squares[i] / (1 - second**self.t) if self.t else self.squares[i]
        p.data = p.data - self.learning_rate * mean / (np.sqrt(square) + self.eps)
    self.t += 1


@misconception(
    "Adam.step",
    "t is 0 in the first step, and 1 − β⁰ = 0 is divided by: NaN. Count the step before you correct.",
)
def t_is_zero(self):
    first, second = self.betas
    for i, p in enumerate(self.parameters):
        self.means[i] = first * self.means[i] + (1 - first) * p.grad
        self.squares[i] = second * self.squares[i] + (1 - second) * p.grad**2
        mean, square = self.means[i] / (1 - first**self.t), self.squares[i] / (1 - second**self.t)
        p.data = p.data - self.learning_rate * mean / (np.sqrt(square) + self.eps)
    self.t += 1


@misconception(
    "Adam.step", "The correction has β without its power: divide by 1 − βᵗ, which grows with the steps."
)
def without_the_power(self):
    first, second = self.betas
    self.t += 1
    for i, p in enumerate(self.parameters):
        self.means[i] = first * self.means[i] + (1 - first) * p.grad
        self.squares[i] = second * self.squares[i] + (1 - second) * p.grad**2
        mean, square = self.means[i] / (1 - first), self.squares[i] / (1 - second)
        p.data = p.data - self.learning_rate * mean / (np.sqrt(square) + self.eps)


@variant("Adam.step")
def as_pytorch_writes_it(self):
    beta1, beta2 = self.betas
    self.t += 1
    step_size = self.learning_rate / (1 - beta1**self.t)
    root = math.sqrt(1 - beta2**self.t)
    for p, m, v in zip(self.parameters, self.means, self.squares, strict=True):
        m *= beta1
        m += (1 - beta1) * p.grad
        v *= beta2
        v += (1 - beta2) * p.grad * p.grad
        p.data -= step_size * m / (np.sqrt(v) / root + self.eps)


@variant("Adam.step")
def lists_at_once(self):
    b1, b2 = self.betas
    self.t = self.t + 1
    self.means = [b1 * m + (1 - b1) * p.grad for m, p in zip(self.means, self.parameters, strict=True)]
    self.squares = [b2 * s + (1 - b2) * p.grad**2 for s, p in zip(self.squares, self.parameters, strict=True)]
    for p, m, s in zip(self.parameters, self.means, self.squares, strict=True):
        denominator = np.sqrt(s / (1 - b2**self.t)) + self.eps
        p.data = p.data - self.learning_rate * (m / (1 - b1**self.t)) / denominator


@misconception(
    "AdamW.step",
    "The decay is a part of the gradient, so that Adam divides it by the size of the gradients. That is Adam "
    "with L2, not AdamW.",
)
def in_the_gradient(self):
    kept = [p.grad for p in self.parameters]
    for p in self.parameters:
        if p.data.ndim >= 2:
            p.grad = p.grad + self.weight_decay * p.data
    Adam.step(self)
    for p, grad in zip(self.parameters, kept, strict=True):
        p.grad = grad


@misconception("AdamW.step", "The decay is λ θ. It is η λ θ, and falls with the learning rate.")
def without_the_rate(self):
    for p in self.parameters:
        if p.data.ndim >= 2:
            p.data = p.data * (1 - self.weight_decay)
    Adam.step(self)


@misconception("AdamW.step", "Vectors decay too. Biases and scales are left alone.")
def everything_decays(self):
    for p in self.parameters:
        p.data = p.data * (1 - self.learning_rate * self.weight_decay)
    Adam.step(self)


@misconception(
    "AdamW.step",
    "The decay comes after the step of Adam, and shrinks that step as well. θ is that from before.",
)
def afterwards(self):
    Adam.step(self)
    for p in self.parameters:
        if p.data.ndim >= 2:
            p.data = p.data * (1 - self.learning_rate * self.weight_decay)


@misconception("AdamW.step", "Nothing decays: this is Adam. Before its step the matrices shrink by η λ θ.")
def adam_alone(self):
    Adam.step(self)


@misconception(
    "AdamW.step",
    "Only parameters with exactly two axes decay. Those with more do too, such as the kernels of a convolution.",
)
def exactly_two_axes(self):
    for p in self.parameters:
        if p.data.ndim == 2:
            p.data = p.data * (1 - self.learning_rate * self.weight_decay)
    Adam.step(self)


@misconception(
    "AdamW.step",
    "A matrix with one row or one column is taken for a vector. It has two axes, and decays.",
)
def axes_of_length_one_left_out(self):
    for p in self.parameters:
        if p.data.squeeze().ndim > 1:
            p.data = p.data * (1 - self.learning_rate * self.weight_decay)
    Adam.step(self)


@variant("AdamW.step")
def remember_what_was(self):
    before = [p.data.copy() for p in self.parameters]
    super(type(self), self).step()
    for p, old in zip(self.parameters, before, strict=True):
        if old.ndim > 1:
            p.data = p.data - self.learning_rate * self.weight_decay * old


@variant("AdamW.step")
def in_place_of_matrices(self):
    matrices = [p for p in self.parameters if len(p.data.shape) >= 2]
    for p in matrices:
        p.data -= self.learning_rate * self.weight_decay * p.data
    Adam.step(self)


@misconception(
    "clip_gradients",
    "Every gradient is clipped by itself. They are shortened together, so that the direction stays.",
)
def one_by_one(parameters, max_norm):
    norm = math.sqrt(sum(float(np.sum(p.grad**2)) for p in parameters))
    for p in parameters:
        own = np.linalg.norm(p.grad)
        if own > max_norm:
            p.grad = p.grad * (max_norm / own)
    return norm


@misconception("clip_gradients", "Gradients that are short enough are made longer. They stay as they are.")
def also_longer(parameters, max_norm):
    norm = math.sqrt(sum(float(np.sum(p.grad**2)) for p in parameters))
    for p in parameters:
        p.grad = p.grad * (max_norm / norm)
    return norm


@misconception("clip_gradients", "The norm after clipping comes back. The one before is asked for.")
def norm_afterwards(parameters, max_norm):
    norm = math.sqrt(sum(float(np.sum(p.grad**2)) for p in parameters))
    if norm > max_norm:
        for p in parameters:
            p.grad = p.grad * (max_norm / norm)
    return min(norm, max_norm)


@misconception(
    "clip_gradients",
    "Entries are cut off at ±max_norm. That turns the gradient; the norm is what has to be shortened.",
)
def by_value(parameters, max_norm):
    norm = math.sqrt(sum(float(np.sum(p.grad**2)) for p in parameters))
    for p in parameters:
        p.grad = np.clip(p.grad, -max_norm, max_norm)
    return norm


@misconception(
    "clip_gradients",
    "The norms of the parameters are added up. Add up their squares, and take the root of the sum.",
)
def sum_of_norms(parameters, max_norm):
    norm = float(sum(np.sqrt(np.sum(p.grad**2)) for p in parameters))
    if norm > max_norm:
        for p in parameters:
            p.grad = p.grad * (max_norm / norm)
    return norm


@misconception(
    "clip_gradients",
    "The arrays of the gradients are changed in place (`*=`), and somebody else may hold them. Make new ones.",
)
def changed_in_place(parameters, max_norm):
    norm = math.sqrt(sum(float(np.sum(p.grad**2)) for p in parameters))
    if norm > max_norm:
        for p in parameters:
            p.grad *= max_norm / norm
    return norm


@misconception(
    "clip_gradients",
    "Something is added to the norm before the division, and small gradients become too short. It is above max_norm, "
    "so it cannot be 0.",
)
def norm_plus_epsilon(parameters, max_norm):
    norm = math.sqrt(sum(float(np.sum(p.grad**2)) for p in parameters))
    if norm > max_norm:
        for p in parameters:
            p.grad = p.grad * (max_norm / (norm + 1e-6))
    return norm


@variant("clip_gradients")
def one_long_vector(parameters, max_norm):
    norm = float(np.linalg.norm(np.concatenate([np.ravel(p.grad) for p in parameters])))
    factor = min(1.0, max_norm / norm) if norm else 1.0
    for p in parameters:
        p.grad = factor * p.grad
    return norm


@variant("clip_gradients")
def norm_of_norms(parameters, max_norm):
    norm = np.linalg.norm([np.linalg.norm(p.grad.ravel()) for p in parameters])
    if norm > max_norm:
        for p in parameters:
            p.grad = (p.grad / norm * max_norm).astype(p.grad.dtype)
    return norm


@misconception(
    "warmup_stable_decay", "The warm-up begins at 0, so that the first step moves nothing: step + 1."
)
def begins_at_zero(step, peak, warmup, steps, decay):
    if step >= steps:
        return 0.0
    if step < warmup:
        return peak * step / warmup
    if step >= steps - decay:
        return peak * (steps - step) / (decay + 1)
    return peak


@misconception(
    "warmup_stable_decay",
    "The fall begins too late: the first of the last `decay` steps already is below the peak, by decay + 1.",
)
def falls_late(step, peak, warmup, steps, decay):
    if step >= steps:
        return 0.0
    if step < warmup:
        return peak * (step + 1) / warmup
    if step >= steps - decay:
        return peak * (steps - step) / decay
    return peak


@misconception(
    "warmup_stable_decay",
    "Behind the end the learning rate becomes negative, and training would go uphill. It is 0 there.",
)
def below_zero(step, peak, warmup, steps, decay):
    if step < warmup:
        return peak * (step + 1) / warmup
    if step >= steps - decay:
        return peak * (steps - step) / (decay + 1)
    return peak


@misconception(
    "warmup_stable_decay",
    "The learning rate never falls: in the last `decay` steps it goes down in a straight line.",
)
def never_falls(step, peak, warmup, steps, decay):
    return peak * min(1, (step + 1) / max(warmup, 1)) if step < steps else 0.0


@variant("warmup_stable_decay")
def smallest_of_three(step, peak, warmup, steps, decay):
    rise = (step + 1) / warmup if warmup else 1.0
    fall = (steps - step) / (decay + 1)
    return peak * max(0.0, min(1.0, rise, fall))


@variant("warmup_stable_decay")
def case_by_case(step, peak, warmup, steps, decay):
    left = steps - step
    if left <= 0:
        factor = 0
    elif step + 1 <= warmup:
        factor = (step + 1) / warmup
    elif left <= decay:
        factor = left / (decay + 1)
    else:
        factor = 1
    return factor * peak
