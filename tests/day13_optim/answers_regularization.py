"""Answers to regularization.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np
import torch

from course.testing import misconception, variant


@misconception("clip_by_value", "Only large positive entries are cut; the bound on the other side is −limit.")
def upper_bound_only(grads, limit):
    return [np.minimum(g, limit) for g in grads]


@misconception(
    "clip_by_value",
    "Every array is scaled until its largest entry fits. That is not clipping: small entries stay as they are.",
)
def scaled_to_fit(grads, limit):
    return [g * min(1, limit / np.abs(g).max()) for g in grads]


@misconception(
    "clip_by_value", "Entries beyond the limit are set to zero; they are set to the limit, with their sign."
)
def outliers_to_zero(grads, limit):
    return [np.where(np.abs(g) > limit, 0, g) for g in grads]


@misconception("clip_by_value", "The gradients of the caller are changed in place; return new arrays.")
def clipped_in_place(grads, limit):
    for g in grads:
        np.clip(g, -limit, limit, out=g)
    return list(grads)


@misconception(
    "clip_by_value", "The signs are lost with np.abs. Negative entries stay negative, and end at −limit."
)
def absolute_values(grads, limit):
    return [np.clip(np.abs(g), 0, limit) for g in grads]


@misconception("clip_by_value", "Negative entries become 0: the lower bound is −limit, not 0.")
def from_zero_to_the_limit(grads, limit):
    return [np.clip(g, 0, limit) for g in grads]


@misconception(
    "clip_by_value",
    "Nothing is clipped: np.clip makes a new array, and g = np.clip(g, …) in a loop leaves the list as it is. Collect "
    "the new ones.",
)
def result_thrown_away(grads, limit):
    for g in grads:
        np.clip(g, -limit, limit)
    return list(grads)


@variant("clip_by_value")
def by_two_bounds(grads, limit):
    return tuple(np.maximum(np.minimum(g, limit), -limit) for g in grads)


@variant("clip_by_value")
def by_sign(grads, limit):
    return [np.sign(g) * np.minimum(np.abs(g), limit) for g in grads]


@misconception(
    "clip_by_norm",
    "Each array is clipped by its own norm, which changes the direction of the step. One norm for all "
    "arrays together.",
)
def one_norm_per_array(grads, max_norm):
    norm = float(np.sqrt(sum(np.sum(g**2) for g in grads)))
    return [g * min(1, max_norm / max(np.linalg.norm(g), 1e-300)) for g in grads], norm


@misconception("clip_by_norm", "Short gradients are lengthened to max_norm as well; they stay as they are.")
def always_rescaled(grads, max_norm):
    norm = float(np.sqrt(sum(np.sum(g**2) for g in grads)))
    with np.errstate(all="ignore"):
        factor = float(max_norm / np.float64(norm))
    return [g * factor for g in grads], norm


@misconception("clip_by_norm", "The root is missing: this is the square of the norm.")
def squared_norm(grads, max_norm):
    norm = float(sum(np.sum(g**2) for g in grads))
    return [g * (max_norm / norm if norm > max_norm else 1.0) for g in grads], norm


@misconception(
    "clip_by_norm",
    "The norm that is returned is the one after clipping, which is never news; return ‖g‖ from before.",
)
def norm_after_clipping(grads, max_norm):
    norm = float(np.sqrt(sum(np.sum(g**2) for g in grads)))
    return [g * (max_norm / norm if norm > max_norm else 1.0) for g in grads], min(norm, max_norm)


@misconception(
    "clip_by_norm",
    "1e-6 is added to ‖g‖, as PyTorch does: a gradient of that size comes out too short. Divide by ‖g‖ itself.",
)
def as_in_pytorch(grads, max_norm):
    norm = sum(float((g * g).sum()) for g in grads) ** 0.5
    scale = min(1.0, max_norm / (norm + 1e-6))
    return [g * scale for g in grads], norm


@misconception(
    "clip_by_norm",
    "A gradient of zeros is divided by its norm, 0. It is not longer than max_norm, so nothing happens to it: first "
    "ask whether it is.",
    zero=("raises", "nan"),
)
def divides_by_the_norm_of_zeros(grads, max_norm, *, zero="raises"):
    norm = float(np.sqrt(sum(np.sum(g**2) for g in grads)))
    with np.errstate(all="ignore"):
        share = max_norm / norm if zero == "raises" or norm else np.nan
    return [(g * min(1.0, share) if norm or zero == "raises" else g * np.nan) for g in grads], norm


@misconception("clip_by_norm", "The norms of the arrays are added up; squares are what adds up.")
def sum_of_norms(grads, max_norm):
    norm = float(sum(np.linalg.norm(g) for g in grads))
    return [g * (max_norm / norm if norm > max_norm else 1.0) for g in grads], norm


@misconception(
    "clip_by_norm",
    "Another norm: the length of a vector is the root of the sum of squares, √(Σ g²).",
    which=("max", "sum"),
)
def another_norm(grads, max_norm, *, which="max"):
    sizes = np.concatenate([np.abs(g).ravel() for g in grads])
    norm = float(sizes.max() if which == "max" else sizes.sum())
    scale = max_norm / norm if norm > max_norm else 1.0
    return [scale * g for g in grads], norm


@misconception("clip_by_norm", "Long gradients get the length 1, not max_norm: the factor is max_norm / ‖g‖.")
def shortened_to_one(grads, max_norm):
    norm = float(np.sqrt(sum(np.sum(g**2) for g in grads)))
    return [g / norm if norm > max_norm else g for g in grads], norm


@misconception(
    "clip_by_norm", "The factor is upside down, so that long gradients become longer: max_norm / ‖g‖."
)
def lengthened(grads, max_norm):
    norm = float(np.sqrt(sum(np.sum(g**2) for g in grads)))
    return [g * (norm / max_norm) if norm > max_norm else g for g in grads], norm


@misconception(
    "clip_by_norm", "Only the gradients come back. The norm before clipping is the second part of the result."
)
def norm_not_returned(grads, max_norm):
    norm = float(np.sqrt(sum(np.sum(g**2) for g in grads)))
    scale = max_norm / norm if norm > max_norm else 1.0
    return [scale * g for g in grads]


@misconception(
    "clip_by_norm", "The gradients of the caller are shortened in place, g *= …; return new arrays."
)
def shortened_in_place(grads, max_norm):
    norm = float(np.sqrt(sum(np.sum(g**2) for g in grads)))
    for g in grads:
        g *= max_norm / norm if norm > max_norm else 1.0
    return list(grads), norm


@misconception(
    "clip_by_norm",
    "np.linalg.norm takes one array, not a list of arrays of different shapes. Add up the sums of squares of all of "
    "them, then take the root.",
)
def norm_of_the_list(grads, max_norm):
    norm = float(np.linalg.norm(grads))
    return [g * (max_norm / norm if norm > max_norm else 1.0) for g in grads], norm


@variant("clip_by_norm")
def as_one_vector(grads, max_norm):
    norm = np.linalg.norm(np.concatenate([np.ravel(g) for g in grads]))
    return [g / max(1.0, norm / max_norm) for g in grads], norm


@variant("clip_by_norm")
def square_by_square(grads, max_norm):
    norm = sum(float((g * g).sum()) for g in grads) ** 0.5
    return [g if norm <= max_norm else g / norm * max_norm for g in grads], norm


@misconception("penalty", "Biases are penalised too. Arrays with one dimension are left out.")
def biases_penalised(params, l1=0.0, l2=0.0):
    value = float(sum(l1 * np.sum(np.abs(p)) + l2 / 2 * np.sum(p**2) for p in params))
    return value, [l1 * np.sign(p) + l2 * p for p in params]


@misconception("penalty", "The ½ of the L2 penalty is missing: here its gradient is l2 · w, without a 2.")
def without_the_half(params, l1=0.0, l2=0.0):
    weights = [p for p in params if p.ndim > 1]
    value = float(sum(l1 * np.sum(np.abs(p)) + l2 * np.sum(p**2) for p in weights))
    return value, [l1 * np.sign(p) + 2 * l2 * p if p.ndim > 1 else 0 * p for p in params]


@misconception("penalty", "The mean over the entries is taken; a penalty is a sum.")
def means(params, l1=0.0, l2=0.0):
    weights = [p for p in params if p.ndim > 1]
    value = float(sum(l1 * np.mean(np.abs(p)) + l2 / 2 * np.mean(p**2) for p in weights))
    return value, [(l1 * np.sign(p) + l2 * p) / p.size if p.ndim > 1 else 0 * p for p in params]


@misconception(
    "penalty", "The derivative of |w| is the sign of w: −1 for negative weights, which pulls them up to zero."
)
def sign_forgotten(params, l1=0.0, l2=0.0):
    weights = [p for p in params if p.ndim > 1]
    value = float(sum(l1 * np.sum(np.abs(p)) + l2 / 2 * np.sum(p**2) for p in weights))
    return value, [l1 + l2 * p if p.ndim > 1 else 0 * p for p in params]


@misconception(
    "penalty",
    "The square is missing: the L2 part is half of Σ w², which is ‖w‖² and not ‖w‖.",
    gradient=("of the norm", "right"),
)
def norm_not_squared(params, l1=0.0, l2=0.0, *, gradient="of the norm"):
    weights = [p for p in params if p.ndim > 1]
    value = float(sum(l1 * np.sum(np.abs(p)) + l2 / 2 * np.linalg.norm(p) for p in weights))
    lengths = [2 * np.linalg.norm(p) if gradient == "of the norm" else 1.0 for p in params]
    grads = [
        l1 * np.sign(p) + l2 * p / n if p.ndim > 1 else 0 * p for p, n in zip(params, lengths, strict=True)
    ]
    return value, grads


@misconception(
    "penalty",
    "The ½ is in the gradient as well: the derivative of ½ l2 · w² is l2 · w, since that of the square is 2 w.",
)
def half_of_the_gradient(params, l1=0.0, l2=0.0):
    value, grads = 0.0, []
    for p in params:
        weights = p if p.ndim > 1 else 0 * p
        value += float(l1 * np.sum(np.abs(weights)) + l2 / 2 * np.sum(weights**2))
        grads.append(l1 * np.sign(weights) + l2 / 2 * weights)
    return value, grads


@misconception("penalty", "The gradient of the L2 part is twice what belongs to ½ w²: it is l2 · w.")
def gradient_without_the_half(params, l1=0.0, l2=0.0):
    value, grads = 0.0, []
    for p in params:
        weights = p if p.ndim > 1 else 0 * p
        value += float(l1 * np.sum(np.abs(weights)) + l2 / 2 * np.sum(weights**2))
        grads.append(l1 * np.sign(weights) + 2 * l2 * weights)
    return value, grads


@misconception(
    "penalty",
    "Biases have no gradient in the list, so that the others stand in wrong places. Give them zeros of their shape.",
)
def biases_without_a_gradient(params, l1=0.0, l2=0.0):
    weights = [p for p in params if p.ndim >= 2]
    value = sum(float(l1 * np.sum(np.abs(p)) + l2 / 2 * np.sum(p**2)) for p in weights)
    return value, [l1 * np.sign(p) + l2 * p for p in weights]


@misconception("penalty", "The weights are added up with their signs and cancel: L1 is the sum of |w|.")
def signs_cancel(params, l1=0.0, l2=0.0):
    value, grads = 0.0, []
    for p in params:
        weights = p if p.ndim > 1 else 0 * p
        value += float(l1 * np.sum(weights) + l2 / 2 * np.sum(weights**2))
        grads.append(l1 * np.sign(weights) + l2 * weights)
    return value, grads


@misconception(
    "penalty",
    "Where w = 0, |w| has no derivative and 0 is wanted: w / |w| gives NaN there, a comparison ±1. Use np.sign.",
    way=("quotient", "minus", "plus"),
)
def sign_at_zero(params, l1=0.0, l2=0.0, *, way="quotient"):
    value, grads = 0.0, []
    for p in params:
        if p.ndim < 2:
            grads.append(np.zeros_like(p))
            continue
        value += float(l1 * np.sum(np.abs(p)) + l2 / 2 * np.sum(p**2))
        with np.errstate(invalid="ignore"):
            signs = {
                "quotient": p / np.abs(p),
                "minus": np.where(p > 0, 1, -1),
                "plus": np.where(p < 0, -1, 1),
            }
        grads.append(l1 * signs[way] + l2 * p)
    return value, grads


@variant("penalty")
def with_a_mask(params, l1=0.0, l2=0.0):
    mask = [float(p.ndim > 1) for p in params]
    value = sum(m * (l1 * np.abs(p) + 0.5 * l2 * p * p).sum() for m, p in zip(mask, params, strict=True))
    return value, [m * (l1 * np.sign(p) + l2 * p) for m, p in zip(mask, params, strict=True)]


@variant("penalty")
def by_autograd(params, l1=0.0, l2=0.0):
    tensors = [torch.tensor(p, dtype=torch.float64, requires_grad=p.ndim > 1) for p in params]
    weights = [t for t in tensors if t.requires_grad]
    value = sum(l1 * t.abs().sum() + l2 / 2 * t.square().sum() for t in weights)
    value.backward()
    return value.item(), [t.grad if t.requires_grad else torch.zeros_like(t) for t in tensors]


@misconception(
    "Dropout.forward",
    "Keep and drop are exchanged: p is the probability of being thrown away.",
    by=("kept", "dropped", "nothing"),
)
def keep_and_drop_exchanged(self, x, *, by="kept"):
    if not self.training:
        return x
    factor = {"kept": max(self.p, 1e-12), "dropped": 1 - self.p, "nothing": 1.0}
    return x * (torch.rand_like(x) < self.p) / factor[by]


@misconception(
    "Dropout.forward",
    "What is kept is not scaled by 1/(1 − p), so that everything behind the layer sees smaller numbers "
    "in training than "
    "at evaluation.",
)
def not_scaled(self, x):
    return x * (torch.rand_like(x) >= self.p) if self.training else x


@misconception(
    "Dropout.forward", "Dropout is active at evaluation: ask self.training, or predictions become a lottery."
)
def active_at_evaluation(self, x):
    return x * (torch.rand_like(x) >= self.p) / (1 - self.p)


@misconception(
    "Dropout.forward",
    "This is dropout as first published: scaled by 1 − p at evaluation. Here the scaling belongs to "
    "training, and evaluation "
    "does nothing.",
)
def scaled_at_evaluation(self, x):
    return x * (torch.rand_like(x) >= self.p) if self.training else (1 - self.p) * x


@misconception(
    "Dropout.forward", "All samples of the batch lose the same units; draw a number for every entry."
)
def one_mask_for_the_batch(self, x):
    if not self.training:
        return x
    return x * (torch.rand_like(x[0]) >= self.p) / (1 - self.p)


@misconception(
    "Dropout.forward",
    "The mask is always the same: drawn once and kept, or with a fixed seed. Draw a new one in every call.",
)
def one_mask_for_ever(self, x):
    if not self.training:
        return x
    if not hasattr(self, "mask"):
        self.mask = torch.rand_like(x) >= self.p
    return x * self.mask / (1 - self.p)


@misconception("Dropout.forward", "The graph is cut: through x.detach() or NumPy no gradient comes back.")
def cuts_the_graph(self, x):
    if not self.training:
        return x
    keep = torch.rand_like(x) >= self.p
    return x.detach() * keep / (1 - self.p) + 0 * x


@misconception(
    "Dropout.forward",
    "What is kept has the wrong factor. A share of 1 − p stays, so divide by 1 − p: not by p, and do not multiply.",
    way=("by p", "times"),
)
def wrong_factor(self, x, *, way="by p"):
    if not self.training:
        return x
    keep = torch.rand_like(x) >= self.p
    return x * keep / self.p if way == "by p" else x * keep * (1 - self.p)


@misconception(
    "Dropout.forward", "Training and evaluation are exchanged: units are to be dropped in training only."
)
def modes_exchanged(self, x):
    if self.training:
        return x
    return x * (torch.rand_like(x) >= self.p) / (1 - self.p)


@misconception(
    "Dropout.forward",
    "The numbers are normally distributed, so the share that is dropped is not p. Uniform ones come from torch.rand, "
    "without the n.",
)
def randn_for_rand(self, x):
    if not self.training:
        return x
    return x * (torch.randn_like(x) >= self.p) / (1 - self.p)


@variant("Dropout.forward")
def with_bernoulli(self, x):
    if not self.training:
        return x.clone()
    return x * torch.bernoulli(torch.full_like(x, 1 - self.p)) / (1 - self.p)


@variant("Dropout.forward")
def with_where(self, x):
    if not self.training or self.p == 0:
        return x
    return torch.where(torch.rand(x.shape) < self.p, torch.zeros_like(x), x / (1 - self.p))


@variant("Dropout.forward")
def by_uniform_(self, x):
    if self.training:
        drop = torch.empty(x.shape).uniform_() < self.p
        return torch.where(drop, torch.zeros((), dtype=x.dtype), x / (1 - self.p))
    return x + 0


@misconception(
    "augment",
    "What leaves on one side comes in on the other: after a shift there are zeros, not the end of the recording.",
)
def wraps_around(x, rng, max_shift=0, noise=0.0):
    n, _, time = x.shape
    y = np.empty_like(x)
    for i, shift in enumerate(rng.integers(-max_shift, max_shift + 1, size=n)):
        y[i] = x[i][:, (np.arange(time) - shift) % time]
    return y + (noise * rng.normal(size=x.shape)).astype(x.dtype)


@misconception("augment", "All recordings are shifted alike; each needs a shift of its own.")
def one_shift_for_all(x, rng, max_shift=0, noise=0.0):
    _, _, time = x.shape
    shift = int(rng.integers(-max_shift, max_shift + 1))
    y = np.zeros_like(x)
    y[:, :, max(shift, 0) : time + min(shift, 0)] = x[:, :, max(-shift, 0) : time - max(shift, 0)]
    return y + (noise * rng.normal(size=x.shape)).astype(x.dtype)


@misconception(
    "augment", "Each channel is shifted on its own: what happened at the same time no longer does."
)
def channels_apart(x, rng, max_shift=0, noise=0.0):
    n, channels, time = x.shape
    y = np.zeros_like(x)
    for i in range(n):
        for c, shift in enumerate(rng.integers(-max_shift, max_shift + 1, size=channels)):
            y[i, c, max(shift, 0) : time + min(shift, 0)] = x[i, c, max(-shift, 0) : time - max(shift, 0)]
    return y + (noise * rng.normal(size=x.shape)).astype(x.dtype)


@misconception("augment", "rng.integers leaves out its upper bound: shifts by +max_shift never come.")
def upper_bound_left_out(x, rng, max_shift=0, noise=0.0):
    n, _, time = x.shape
    y = np.zeros_like(x)
    for i, shift in enumerate(rng.integers(-max_shift, max(max_shift, 1 - max_shift), size=n)):
        y[i, :, max(shift, 0) : time + min(shift, 0)] = x[i, :, max(-shift, 0) : time - max(shift, 0)]
    return y + (noise * rng.normal(size=x.shape)).astype(x.dtype)


@misconception("augment", "All recordings get the same noise; draw a number for every number of x.")
def same_noise_for_all(x, rng, max_shift=0, noise=0.0):
    n, _, time = x.shape
    y = np.zeros_like(x)
    for i, shift in enumerate(rng.integers(-max_shift, max_shift + 1, size=n)):
        y[i, :, max(shift, 0) : time + min(shift, 0)] = x[i, :, max(-shift, 0) : time - max(shift, 0)]
    return y + (noise * rng.normal(size=x.shape[1:])).astype(x.dtype)


@misconception(
    "augment",
    "The noise comes before the shift, so that the zeros that move in have none. First shift, then add noise to every "
    "number.",
)
def noise_before_the_shift(x, rng, max_shift=0, noise=0.0):
    n, _, time = x.shape
    noisy = x + (noise * rng.normal(size=x.shape)).astype(x.dtype)
    y = np.zeros_like(x)
    for i, shift in enumerate(rng.integers(-max_shift, max_shift + 1, size=n)):
        y[i, :, max(shift, 0) : time + min(shift, 0)] = noisy[i, :, max(-shift, 0) : time - max(shift, 0)]
    return y


@misconception("augment", "`noise` is a standard deviation; here it is used as a variance.")
def noise_as_a_variance(x, rng, max_shift=0, noise=0.0):
    n, _, time = x.shape
    y = np.zeros_like(x)
    for i, shift in enumerate(rng.integers(-max_shift, max_shift + 1, size=n)):
        y[i, :, max(shift, 0) : time + min(shift, 0)] = x[i, :, max(-shift, 0) : time - max(shift, 0)]
    return y + (np.sqrt(noise) * rng.normal(size=x.shape)).astype(x.dtype)


@misconception(
    "augment", "All shifts go to one side; they are drawn from −max_shift to +max_shift.", sign=(1, -1)
)
def to_one_side(x, rng, max_shift=0, noise=0.0, *, sign=1):
    n, _, time = x.shape
    y = np.zeros_like(x)
    for i, size in enumerate(rng.integers(0, max_shift + 1, size=n)):
        shift = sign * size
        y[i, :, max(shift, 0) : time + min(shift, 0)] = x[i, :, max(-shift, 0) : time - max(shift, 0)]
    return y + (noise * rng.normal(size=x.shape)).astype(x.dtype)


@misconception("augment", "Nothing is shifted, or the shifted array is not the one that is returned.")
def never_shifted(x, rng, max_shift=0, noise=0.0):
    return x + (noise * rng.normal(size=x.shape)).astype(x.dtype)


@misconception(
    "augment",
    "Signals in float32 come back in float64: NumPy draws noise in double precision, which wins. Round it to "
    "the dtype of x.",
)
def noise_in_double_precision(x, rng, max_shift=0, noise=0.0):
    time = x.shape[2]
    padded = np.pad(x, ((0, 0), (0, 0), (max_shift, max_shift)))
    starts = rng.integers(0, 2 * max_shift + 1, size=len(x))
    y = np.stack([recording[:, a : a + time] for recording, a in zip(padded, starts, strict=True)])
    return y + rng.normal(scale=noise, size=y.shape)


@misconception(
    "augment",
    "np.random is asked for chance, and nothing comes out the same way again. Ask the generator that is given: `rng`.",
)
def augmented_by_chance_from_elsewhere(x, rng, max_shift=0, noise=0.0):
    time = x.shape[2]
    padded = np.pad(x, ((0, 0), (0, 0), (max_shift, max_shift)))
    starts = np.random.randint(0, 2 * max_shift + 1, size=len(x))
    y = np.stack([recording[:, a : a + time] for recording, a in zip(padded, starts, strict=True)])
    return (y + np.random.normal(scale=noise, size=y.shape)).astype(x.dtype)


@variant("augment")
def by_padding(x, rng, max_shift=0, noise=0.0):
    time = x.shape[2]
    padded = np.pad(x, ((0, 0), (0, 0), (max_shift, max_shift)))
    starts = rng.integers(0, 2 * max_shift + 1, size=len(x))
    y = np.stack([recording[:, a : a + time] for recording, a in zip(padded, starts, strict=True)])
    return (y + rng.normal(scale=noise, size=y.shape)).astype(x.dtype)


@variant("augment")
def by_fancy_indexing(x, rng, max_shift=0, noise=0.0):
    n, _, time = x.shape
    shifts = rng.choice(np.arange(-max_shift, max_shift + 1), size=n)
    source = np.arange(time)[None, :] - shifts[:, None]
    inside = (source >= 0) & (source < time)
    y = np.take_along_axis(x, np.broadcast_to(source.clip(0, time - 1)[:, None, :], x.shape), axis=2)
    y = y * inside[:, None, :].astype(x.dtype)
    return y + noise * rng.standard_normal(x.shape, dtype=x.dtype)


@variant("augment")
def by_source_index(x, rng, max_shift=0, noise=0.0):
    n, _, time = x.shape
    shift = rng.integers(2 * max_shift + 1, size=(n, 1, 1)) - max_shift
    source = np.arange(time)[None, None] - shift
    inside = (source >= 0) & (source < time)
    taken = np.take_along_axis(x, np.broadcast_to(source.clip(0, time - 1), x.shape), axis=2)
    return np.asarray(np.where(inside, taken, 0) + rng.normal(scale=noise, size=x.shape), dtype=x.dtype)


@misconception(
    "clip_by_norm",
    "Gradients in float32 come back in float64: the factor is a number of NumPy in double precision, "
    "which wins. float(…) makes it one of Python.",
)
def in_double_precision(grads, max_norm):
    norm = np.sqrt(sum(np.sum(g.astype(float) ** 2) for g in grads))
    return [g * (max_norm / norm) if norm > max_norm else g for g in grads], norm


@misconception(
    "augment",
    "Zeros get no noise. It is added to every number, also to those that are 0 or were moved in.",
)
def zeros_without_noise(x, rng, max_shift=0, noise=0.0):
    y = np.zeros_like(x)
    time = x.shape[2]
    for i, s in enumerate(rng.integers(-max_shift, max_shift + 1, size=len(x))):
        y[i, :, max(s, 0) : time + min(s, 0)] = x[i, :, max(-s, 0) : time - max(s, 0)]
    return y + (noise * rng.normal(size=x.shape) * (y != 0)).astype(x.dtype)


@misconception(
    "clip_by_norm",
    "Each array is clipped by its own norm, and the norm of the last one is returned. Add up the squares "
    "of all arrays first; then one factor for all.",
    shared=(False, True),
)
def last_norm_of_a_loop(grads, max_norm, *, shared=False):
    clipped = []
    for g in grads:
        norm = float(np.linalg.norm(g))
        clipped.append(g * min(1.0, max_norm / max(norm, 1e-300)))
    return [g * min(1.0, max_norm / max(norm, 1e-300)) for g in grads] if shared else clipped, norm


@misconception(
    "penalty",
    "Only matrices count as weights. An array with three or four dimensions, as of a convolution, is a "
    "weight as well: two *or more*.",
)
def matrices_only(params, l1=0.0, l2=0.0):
    weights = [p for p in params if p.ndim == 2]
    value = float(sum(l1 * np.sum(np.abs(p)) + l2 / 2 * np.sum(p**2) for p in weights))
    return value, [l1 * np.sign(p) + l2 * p if p.ndim == 2 else 0 * p for p in params]


@misconception(
    "penalty",
    "The gradient of |w| is sign(w), not |w|.",
)
def sizes_for_signs(params, l1=0.0, l2=0.0):
    weights = [p for p in params if p.ndim > 1]
    value = float(sum(l1 * np.sum(np.abs(p)) + l2 / 2 * np.sum(p**2) for p in weights))
    return value, [l1 * np.abs(p) + l2 * p if p.ndim > 1 else 0 * p for p in params]


@misconception(
    "Dropout.forward",
    "What is kept is divided by the share that happens to be left, which differs from call to call. Divide by the "
    "expected share, 1 − p.",
)
def by_the_share_that_is_left(self, x):
    if not self.training:
        return x
    kept = (torch.rand_like(x) >= self.p).to(x.dtype)
    return x * kept / kept.mean()


@misconception(
    "Dropout.forward",
    "The input itself is changed: x[mask] = 0 and x *= mask write into the batch of the caller. Make a new tensor, x * "
    "mask.",
)
def drops_in_place(self, x):
    if not self.training:
        return x
    x[torch.rand_like(x) < self.p] = 0
    return x / (1 - self.p)
