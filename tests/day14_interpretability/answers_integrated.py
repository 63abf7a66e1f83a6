"""Answers to integrated.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np
import torch

from course.testing import misconception, variant
from day14_interpretability.integrated import class_scores, evaluating, input_gradient


@misconception(
    "constant_baseline",
    "Zeros are the mean image of the network's scale: an even grey, not the brightness that was asked for.",
)
def zeros(pixel, mean, std, shape):
    if not 0 <= pixel <= 1:
        raise ValueError
    return torch.zeros(shape)


@misconception(
    "constant_baseline", "The baseline is on the scale of the pixels. The network sees (pixel − mean) / std."
)
def raw_pixels(pixel, mean, std, shape):
    if not 0 <= pixel <= 1:
        raise ValueError
    return torch.full(shape, float(pixel))


@misconception(
    "constant_baseline", "This is the way back, from the scale of the network to pixels: pixel · std + mean."
)
def the_way_back(pixel, mean, std, shape):
    if not 0 <= pixel <= 1:
        raise ValueError
    return torch.full(shape, float(pixel)) * std + mean


@misconception("constant_baseline", "The mean is subtracted, but the result is not divided by std.")
def only_centred(pixel, mean, std, shape):
    if not 0 <= pixel <= 1:
        raise ValueError
    return torch.full(shape, float(pixel)) - mean


@misconception(
    "constant_baseline",
    "A brightness outside [0, 1] is accepted. Someone has given a standardised value: say so.",
)
def without_a_check(pixel, mean, std, shape):
    return (torch.full(shape, float(pixel)) - mean) / std


@variant("constant_baseline")
def by_expanding(pixel, mean, std, shape):
    if pixel < 0 or pixel > 1:
        raise ValueError("pixel must be within [0, 1]")
    return ((pixel - torch.as_tensor(mean)) / torch.as_tensor(std)).float().expand(shape).clone()


@variant("constant_baseline")
def by_numpy(pixel, mean, std, shape):
    if not 0 <= pixel <= 1:
        raise ValueError("pixel must be within [0, 1]")
    image = np.broadcast_to((pixel - np.asarray(mean)) / np.asarray(std), shape)
    return torch.tensor(image, dtype=torch.float32)


@misconception(
    "integrated_gradients",
    "The left ends of the intervals are used, α = j / steps. The midpoints, j + ½, have a far smaller error.",
)
def left_ends(model, x, target, baseline, steps=50):
    if steps < 1:
        raise ValueError
    way = x.detach() - baseline
    return way * sum(input_gradient(model, baseline + j / steps * way, target) for j in range(steps)) / steps


@misconception(
    "integrated_gradients",
    "The right ends of the intervals are used, α = (j + 1) / steps. Use the midpoints, j + ½.",
)
def right_ends(model, x, target, baseline, steps=50):
    if steps < 1:
        raise ValueError
    way = x.detach() - baseline
    return (
        way
        * sum(input_gradient(model, baseline + (j + 1) / steps * way, target) for j in range(steps))
        / steps
    )


@misconception(
    "integrated_gradients",
    "The path starts at zeros, not at the baseline: its points are baseline + α · (x − baseline).",
    to_x=(True, False),
)
def path_from_zero(model, x, target, baseline, steps=50, *, to_x=True):
    if steps < 1:
        raise ValueError
    way = x.detach() - baseline
    end = x if to_x else way
    return way * sum(input_gradient(model, (j + 0.5) / steps * end, target) for j in range(steps)) / steps


@misconception(
    "integrated_gradients",
    "The points divide the path into steps + 1 parts, α = (j + 1) / (steps + 1). Use the midpoints of `steps` parts, "
    "(j + ½) / steps.",
)
def between_steps_and_one_parts(model, x, target, baseline, steps=50):
    if steps < 1:
        raise ValueError
    way = x.detach() - baseline
    points = (baseline + (j + 1) / (steps + 1) * way for j in range(steps))
    return way * sum(input_gradient(model, point, target) for point in points) / steps


@misconception("integrated_gradients", "Multiplied by x instead of by x − baseline.")
def times_the_image(model, x, target, baseline, steps=50):
    if steps < 1:
        raise ValueError
    way = x.detach() - baseline
    return (
        x
        * sum(input_gradient(model, baseline + (j + 0.5) / steps * way, target) for j in range(steps))
        / steps
    )


@misconception(
    "integrated_gradients",
    "These are mean gradients. Multiply them by the way, x − baseline, and they add up to the change of the score.",
)
def without_the_way(model, x, target, baseline, steps=50):
    if steps < 1:
        raise ValueError
    way = x.detach() - baseline
    return (
        sum(input_gradient(model, baseline + (j + 0.5) / steps * way, target) for j in range(steps)) / steps
    )


@misconception("integrated_gradients", "The sum over the steps is not divided by their number.")
def not_divided(model, x, target, baseline, steps=50):
    if steps < 1:
        raise ValueError
    way = x.detach() - baseline
    return way * sum(input_gradient(model, baseline + (j + 0.5) / steps * way, target) for j in range(steps))


@misconception(
    "integrated_gradients",
    "Absolute values are summed. Gradients on the way keep their signs, or the contributions add up to nothing.",
)
def absolute_gradients(model, x, target, baseline, steps=50):
    if steps < 1:
        raise ValueError
    way = x.detach() - baseline
    return (
        way
        * sum(input_gradient(model, baseline + (j + 0.5) / steps * way, target).abs() for j in range(steps))
        / steps
    )


@misconception(
    "integrated_gradients",
    "The gradient is taken at the image only. That is gradient times input; the path is what makes it complete.",
)
def gradient_at_the_end(model, x, target, baseline, steps=50):
    if steps < 1:
        raise ValueError
    return (x.detach() - baseline) * input_gradient(model, x, target)


@variant("integrated_gradients")
def as_one_large_batch(model, x, target, baseline, steps=50):
    if steps < 1:
        raise ValueError("steps must be positive")
    alpha = ((torch.arange(steps) + 0.5) / steps).to(x.dtype).reshape(-1, *[1] * x.ndim)
    way = x - baseline
    path = (baseline + alpha * way).flatten(0, 1)
    gradients = input_gradient(model, path, target.repeat(steps))
    return (gradients.reshape(steps, *x.shape).mean(dim=0) * way).detach()


@variant("integrated_gradients")
def from_image_to_baseline(model, x, target, baseline, steps=50):
    if steps <= 0:
        raise ValueError("steps must be positive")
    start, end = baseline.detach().expand_as(x), x.detach()
    total = 0
    for alpha in torch.linspace(1 - 0.5 / steps, 0.5 / steps, steps, dtype=torch.float64).tolist():
        total = total + input_gradient(model, (1 - alpha) * start + alpha * end, target)
    return (end - start) * (total / steps)


@misconception(
    "completeness_error",
    "The score of the baseline is missing: the contributions explain the *change* of the score.",
)
def without_the_baseline(model, x, target, baseline, attributions):
    with evaluating(model), torch.no_grad():
        after = class_scores(model, x, target)
    return (attributions.flatten(1).sum(dim=1) - after).abs()


@misconception(
    "completeness_error",
    "Absolute values of the contributions are added up: positive and negative ones must cancel.",
)
def absolute_contributions(model, x, target, baseline, attributions):
    with evaluating(model), torch.no_grad():
        change = class_scores(model, x, target) - class_scores(model, baseline.expand_as(x), target)
    return (attributions.flatten(1).abs().sum(dim=1) - change).abs()


@misconception("completeness_error", "The error still has its sign.")
def with_a_sign(model, x, target, baseline, attributions):
    with evaluating(model), torch.no_grad():
        change = class_scores(model, x, target) - class_scores(model, baseline.expand_as(x), target)
    return attributions.flatten(1).sum(dim=1) - change


@misconception("completeness_error", "The mean of the contributions is compared; what counts is their sum.")
def mean_of_contributions(model, x, target, baseline, attributions):
    with evaluating(model), torch.no_grad():
        change = class_scores(model, x, target) - class_scores(model, baseline.expand_as(x), target)
    return (attributions.flatten(1).mean(dim=1) - change).abs()


@misconception(
    "completeness_error", "The model is asked in the mode it was in: with dropout, the scores are random."
)
def in_training_mode(model, x, target, baseline, attributions):
    with torch.no_grad():
        change = class_scores(model, x, target) - class_scores(model, baseline.expand_as(x), target)
    return (attributions.flatten(1).sum(dim=1) - change).abs()


@misconception(
    "completeness_error",
    "Everything is added up over the whole batch. Every image has its own error: sum over all axes but the first.",
)
def over_the_batch(model, x, target, baseline, attributions):
    with evaluating(model), torch.no_grad():
        change = class_scores(model, x, target) - class_scores(model, baseline.expand_as(x), target)
    return (attributions.sum() - change).abs()


@misconception(
    "completeness_error",
    "A baseline of one image was asked about the class of the first image only. It stands for all of them: "
    "baseline.expand_as(x) is asked about each class.",
    others=("the same", "zero"),
)
def baseline_for_the_first_class(model, x, target, baseline, attributions, *, others="the same"):
    start = baseline if baseline.ndim == x.ndim else baseline[None]
    with evaluating(model), torch.no_grad():
        before = class_scores(model, start, target[: len(start)])
        change = class_scores(model, x, target) - before
    if others == "zero":
        change[len(start) :] += before[0]
    return (attributions.flatten(1).sum(dim=1) - change).abs()


@variant("completeness_error")
def in_one_batch(model, x, target, baseline, attributions):
    both = torch.cat([x, baseline.expand_as(x)])
    with evaluating(model), torch.no_grad():
        after, before = class_scores(model, both, torch.cat([target, target])).chunk(2)
    return (before + attributions.reshape(len(x), -1).sum(dim=1) - after).abs()


@variant("completeness_error")
def image_by_image(model, x, target, baseline, attributions):
    errors = []
    with evaluating(model), torch.no_grad():
        for i, start in enumerate(baseline.expand_as(x)):
            logits = model(torch.stack([x[i], start]))[:, target[i]]
            errors.append(abs(float(attributions[i].sum() - logits[0] + logits[1])))
    return torch.tensor(errors, dtype=x.dtype)
