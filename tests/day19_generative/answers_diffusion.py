"""Answers to diffusion.py: wrong ones with what went wrong, and right ones in another style."""

import math

import numpy as np
import torch

from course.testing import misconception, variant
from day19_generative.diffusion import add_noise


@misconception("cosine_schedule", "The cosine is not squared.")
def not_squared(steps, max_beta=0.999):
    aim = torch.cos((torch.arange(steps + 1) / steps + 0.008) / 1.008 * math.pi / 2)
    betas = (1 - aim[1:] / aim[:-1]).clamp(max=max_beta)
    return torch.cat([torch.ones(1), torch.cumprod(1 - betas, dim=0)])


@misconception(
    "cosine_schedule",
    "The shares β are returned. alpha_bar is what is left after all of them: a running product, with a 1 in front.",
)
def shares_returned(steps, max_beta=0.999):
    aim = torch.cos((torch.arange(steps + 1) / steps + 0.008) / 1.008 * math.pi / 2).square()
    return torch.cat([torch.zeros(1), (1 - aim[1:] / aim[:-1]).clamp(max=max_beta)])


@misconception("cosine_schedule", "The 1 in front is missing: alpha_bar[0] belongs to the picture itself.")
def without_time_zero(steps, max_beta=0.999):
    aim = torch.cos((torch.arange(steps + 1) / steps + 0.008) / 1.008 * math.pi / 2).square()
    return torch.cumprod(1 - (1 - aim[1:] / aim[:-1]).clamp(max=max_beta), dim=0)


@misconception("cosine_schedule", "max_beta is ignored: the last step replaces nearly everything.")
def largest_share_ignored(steps, max_beta=0.999):
    aim = torch.cos((torch.arange(steps + 1) / steps + 0.008) / 1.008 * math.pi / 2).square()
    return aim / aim[0]


@misconception(
    "cosine_schedule",
    "The product is limited instead of the shares. Each β is at most max_beta.",
)
def product_limited(steps, max_beta=0.999):
    aim = torch.cos((torch.arange(steps + 1) / steps + 0.008) / 1.008 * math.pi / 2).square()
    return (aim / aim[0]).clamp(min=1 - max_beta)


@misconception("cosine_schedule", "The small offset 0.008 is left out.")
def without_offset(steps, max_beta=0.999):
    aim = torch.cos(torch.arange(steps + 1) / steps * math.pi / 2).square()
    betas = (1 - aim[1:] / aim[:-1]).clamp(max=max_beta)
    return torch.cat([torch.ones(1), torch.cumprod(1 - betas, dim=0)])


@misconception(
    "cosine_schedule",
    "The cosine is read at T times, 1 … T or 0 … T − 1. There are T + 1 of them: t = 0, …, T.",
)
def ends_at_the_last_but_one(steps, max_beta=0.999):
    aim = torch.cos((torch.arange(steps) / steps + 0.008) / 1.008 * math.pi / 2).square()
    betas = (1 - aim[1:] / aim[:-1]).clamp(max=max_beta)
    return torch.cat([torch.ones(1), torch.cumprod(1 - betas, dim=0)])


@misconception(
    "cosine_schedule",
    "The share of the noise comes back, which grows from 0 to 1. alpha_bar is what is left of the picture: 1 − that.",
)
def noise_instead_of_picture(steps, max_beta=0.999):
    aim = torch.cos((torch.arange(steps + 1) / steps + 0.008) / 1.008 * math.pi / 2).square()
    betas = (1 - aim[1:] / aim[:-1]).clamp(max=max_beta)
    return 1 - torch.cat([torch.ones(1), torch.cumprod(1 - betas, dim=0)])


@variant("cosine_schedule")
def time_by_time(steps, max_beta=0.999):
    def aim(t):
        return math.cos((t / steps + 0.008) / 1.008 * math.pi / 2) ** 2

    left = [1.0]
    for t in range(1, steps + 1):
        left.append(left[-1] * max(aim(t) / aim(t - 1), 1 - max_beta))
    return torch.tensor(left)


@variant("cosine_schedule")
def with_numpy(steps, max_beta=0.999):
    aim = np.cos((np.linspace(0, 1, steps + 1) + 0.008) / 1.008 * np.pi / 2) ** 2
    betas = np.minimum(1 - aim[1:] / aim[:-1], max_beta)
    return torch.from_numpy(np.cumprod(np.concatenate([[1.0], 1 - betas])))


@misconception("add_noise", "The square roots are missing: alpha_bar is a share of the variance.")
def without_roots(x0, t, noise, alpha_bar):
    left = alpha_bar[t].reshape(-1, *[1] * (x0.ndim - 1))
    return left * x0 + (1 - left) * noise


@misconception("add_noise", "Picture and noise are exchanged: at t = 0 the picture is left.")
def weights_exchanged(x0, t, noise, alpha_bar):
    left = alpha_bar[t].reshape(-1, *[1] * (x0.ndim - 1))
    return (1 - left).sqrt() * x0 + left.sqrt() * noise


@misconception("add_noise", "The noise is added on top: the picture has to become weaker as well.")
def picture_not_weakened(x0, t, noise, alpha_bar):
    left = alpha_bar[t].reshape(-1, *[1] * (x0.ndim - 1))
    return x0 + (1 - left).sqrt() * noise


@misconception(
    "add_noise", "The weight of the noise is 1 − √alpha_bar. It is the *variances* that add up to 1."
)
def weights_add_up(x0, t, noise, alpha_bar):
    root = alpha_bar[t].reshape(-1, *[1] * (x0.ndim - 1)).sqrt()
    return root * x0 + (1 - root) * noise


@misconception("add_noise", "All pictures get the time of the first one.")
def first_time_for_all(x0, t, noise, alpha_bar):
    left = alpha_bar[t[0]]
    return left.sqrt() * x0 + (1 - left).sqrt() * noise


@misconception(
    "add_noise",
    "alpha_bar[t] belongs to time t: alpha_bar[0] = 1 is the picture itself, so nothing has to be taken off t.",
)
def one_time_early(x0, t, noise, alpha_bar):
    left = alpha_bar[(t - 1).clamp(min=0)].reshape(-1, *[1] * (x0.ndim - 1))
    return left.sqrt() * x0 + (1 - left).sqrt() * noise


@variant("add_noise")
def batch_axis_last(x0, t, noise, alpha_bar):
    left = alpha_bar[t]
    noisy = torch.sqrt(left) * x0.movedim(0, -1) + torch.sqrt(1 - left) * noise.movedim(0, -1)
    return noisy.movedim(-1, 0)


@variant("add_noise")
def by_einsum(x0, t, noise, alpha_bar):
    signal, rest = alpha_bar[t] ** 0.5, (1 - alpha_bar[t]) ** 0.5
    return torch.einsum("b,b...->b...", signal, x0) + torch.einsum("b,b...->b...", rest, noise)


@misconception(
    "denoising_loss",
    "The prediction is compared with the picture. The model is asked for the *noise*.",
)
def compared_with_the_picture(model, x0, t, noise, alpha_bar, labels=None):
    noisy = add_noise(x0, t, noise, alpha_bar)
    predicted = model(noisy, t) if labels is None else model(noisy, t, labels)
    return (predicted - x0).square().mean()


@misconception(
    "denoising_loss", "The model is shown the clean picture. It has to find the noise in the noisy one."
)
def clean_picture_shown(model, x0, t, noise, alpha_bar, labels=None):
    predicted = model(x0, t) if labels is None else model(x0, t, labels)
    return (predicted - noise).square().mean()


@misconception("denoising_loss", "The squares are added up. The mean over all entries is asked for.")
def sum_of_squares(model, x0, t, noise, alpha_bar, labels=None):
    noisy = add_noise(x0, t, noise, alpha_bar)
    predicted = model(noisy, t) if labels is None else model(noisy, t, labels)
    return (predicted - noise).square().sum()


@misconception("denoising_loss", "The squares of a picture are added up, and only the pictures averaged.")
def sum_over_a_picture(model, x0, t, noise, alpha_bar, labels=None):
    noisy = add_noise(x0, t, noise, alpha_bar)
    predicted = model(noisy, t) if labels is None else model(noisy, t, labels)
    return (predicted - noise).square().flatten(1).sum(dim=1).mean()


@misconception("denoising_loss", "Absolute errors were taken. Squared ones are asked for.")
def absolute_errors(model, x0, t, noise, alpha_bar, labels=None):
    noisy = add_noise(x0, t, noise, alpha_bar)
    predicted = model(noisy, t) if labels is None else model(noisy, t, labels)
    return (predicted - noise).abs().mean()


@misconception("denoising_loss", "The labels are not handed on to the model.")
def labels_ignored(model, x0, t, noise, alpha_bar, labels=None):
    return (model(add_noise(x0, t, noise, alpha_bar), t) - noise).square().mean()


@misconception(
    "denoising_loss",
    "The errors are weighted by how much of the picture is left. All times count alike.",
)
def weighted(model, x0, t, noise, alpha_bar, labels=None):
    noisy = add_noise(x0, t, noise, alpha_bar)
    predicted = model(noisy, t) if labels is None else model(noisy, t, labels)
    weights = alpha_bar[t].reshape(-1, *[1] * (x0.ndim - 1))
    return (weights * (predicted - noise).square()).mean()


@variant("denoising_loss")
def by_mse_loss(model, x0, t, noise, alpha_bar, labels=None):
    arguments = (add_noise(x0, t, noise, alpha_bar), t) + (() if labels is None else (labels,))
    return torch.nn.functional.mse_loss(model(*arguments), noise)


@variant("denoising_loss")
def mean_of_means(model, x0, t, noise, alpha_bar, labels=None):
    left = alpha_bar[t].view(-1, *[1] * (x0.dim() - 1))
    noisy = torch.sqrt(left) * x0 + torch.sqrt(1 - left) * noise
    error = noise - (model(noisy, t, labels) if labels is not None else model(noisy, t))
    return (error * error).flatten(1).mean(dim=1).mean()


@misconception(
    "ancestral_step",
    "The variance was multiplied with the noise instead of its square root.",
)
def variance_for_deviation(x, t, predicted, noise, alpha_bar):
    now, before = alpha_bar[t], alpha_bar[t - 1]
    alpha = now / before
    mean = (x - (1 - alpha) / (1 - now).sqrt() * predicted) / alpha.sqrt()
    return mean + (1 - alpha) * (1 - before) / (1 - now) * noise


@misconception(
    "ancestral_step",
    "The variance is β. That is the other choice of the paper; here it is β (1 − ᾱ_{t−1}) / (1 − ᾱ_t), which is "
    "0 at t = 1.",
)
def variance_beta(x, t, predicted, noise, alpha_bar):
    now, before = alpha_bar[t], alpha_bar[t - 1]
    alpha = now / before
    mean = (x - (1 - alpha) / (1 - now).sqrt() * predicted) / alpha.sqrt()
    return mean + (1 - alpha).sqrt() * noise


@misconception(
    "ancestral_step", "No noise is added: this is the mean of the step, and the samples come out blurred."
)
def without_noise(x, t, predicted, noise, alpha_bar):
    now, before = alpha_bar[t], alpha_bar[t - 1]
    alpha = now / before
    return (x - (1 - alpha) / (1 - now).sqrt() * predicted) / alpha.sqrt()


@misconception(
    "ancestral_step", "The whole predicted noise is taken away at once, √β of it, instead of β/√(1 − ᾱ)."
)
def too_much_at_once(x, t, predicted, noise, alpha_bar):
    now, before = alpha_bar[t], alpha_bar[t - 1]
    alpha = now / before
    mean = (x - (1 - alpha).sqrt() * predicted) / alpha.sqrt()
    return mean + ((1 - alpha) * (1 - before) / (1 - now)).sqrt() * noise


@misconception(
    "ancestral_step", "The mean is not stretched by 1/√α: going forward has made the picture weaker."
)
def not_stretched(x, t, predicted, noise, alpha_bar):
    now, before = alpha_bar[t], alpha_bar[t - 1]
    alpha = now / before
    mean = x - (1 - alpha) / (1 - now).sqrt() * predicted
    return mean + ((1 - alpha) * (1 - before) / (1 - now)).sqrt() * noise


@misconception(
    "ancestral_step",
    "alpha_bar[t] was taken for α. α is what one step leaves: alpha_bar[t]/alpha_bar[t − 1].",
)
def product_for_one_step(x, t, predicted, noise, alpha_bar):
    now, before = alpha_bar[t], alpha_bar[t - 1]
    mean = (x - (1 - now) / (1 - now).sqrt() * predicted) / now.sqrt()
    return mean + ((1 - now) * (1 - before) / (1 - now)).sqrt() * noise


@misconception("ancestral_step", "The predicted noise is added. It is taken away.")
def noise_added(x, t, predicted, noise, alpha_bar):
    now, before = alpha_bar[t], alpha_bar[t - 1]
    alpha = now / before
    mean = (x + (1 - alpha) / (1 - now).sqrt() * predicted) / alpha.sqrt()
    return mean + ((1 - alpha) * (1 - before) / (1 - now)).sqrt() * noise


@variant("ancestral_step")
def by_the_picture(x, t, predicted, noise, alpha_bar):
    now, before = alpha_bar[t], alpha_bar[t - 1]
    beta = 1 - now / before
    clean = (x - torch.sqrt(1 - now) * predicted) / torch.sqrt(now)
    mean = (torch.sqrt(before) * beta * clean + torch.sqrt(1 - beta) * (1 - before) * x) / (1 - now)
    return mean + torch.sqrt(beta * (1 - before) / (1 - now)) * noise


@variant("ancestral_step")
def with_plain_numbers(x, t, predicted, noise, alpha_bar):
    now, before = float(alpha_bar[t]), float(alpha_bar[t - 1])
    alpha = now / before
    deviation = math.sqrt((1 - alpha) * (1 - before) / (1 - now)) if t > 1 else 0.0
    return (x - predicted * (1 - alpha) / math.sqrt(1 - now)) / math.sqrt(alpha) + deviation * noise


@misconception("ddim_step", "The noise of time t is put back. At time s there is less of it: √(1 − ᾱ_s).")
def noise_of_the_old_time(x, t, s, predicted, alpha_bar):
    clean = (x - (1 - alpha_bar[t]).sqrt() * predicted) / alpha_bar[t].sqrt()
    return alpha_bar[s].sqrt() * clean + (1 - alpha_bar[t]).sqrt() * predicted


@misconception("ddim_step", "No noise is put back: this is a clean picture, only fainter.")
def no_noise_put_back(x, t, s, predicted, alpha_bar):
    clean = (x - (1 - alpha_bar[t]).sqrt() * predicted) / alpha_bar[t].sqrt()
    return alpha_bar[s].sqrt() * clean


@misconception("ddim_step", "New noise was drawn. A DDIM step puts the *predicted* noise back.")
def new_noise(x, t, s, predicted, alpha_bar):
    clean = (x - (1 - alpha_bar[t]).sqrt() * predicted) / alpha_bar[t].sqrt()
    return alpha_bar[s].sqrt() * clean + (1 - alpha_bar[s]).sqrt() * torch.randn_like(x)


@misconception("ddim_step", "The step always ends at t − 1. It may leap to any earlier time s.")
def always_one_step(x, t, s, predicted, alpha_bar):
    clean = (x - (1 - alpha_bar[t]).sqrt() * predicted) / alpha_bar[t].sqrt()
    return alpha_bar[t - 1].sqrt() * clean + (1 - alpha_bar[t - 1]).sqrt() * predicted


@misconception("ddim_step", "The picture itself comes back, whatever s is.")
def clean_picture(x, t, s, predicted, alpha_bar):
    return (x - (1 - alpha_bar[t]).sqrt() * predicted) / alpha_bar[t].sqrt()


@variant("ddim_step")
def by_one_factor(x, t, s, predicted, alpha_bar):
    now, then = float(alpha_bar[t]), float(alpha_bar[s])
    factor = math.sqrt(then / now)
    return factor * x + (math.sqrt(1 - then) - factor * math.sqrt(1 - now)) * predicted


@variant("ddim_step")
def by_adding_noise(x, t, s, predicted, alpha_bar):
    clean = x / alpha_bar[t].sqrt() - predicted * (1 / alpha_bar[t] - 1).sqrt()
    return add_noise(clean, torch.full((len(x),), s), predicted, alpha_bar)


@misconception(
    "guided_noise",
    "The weight is counted from 0: here (1 + weight) is applied. In this course 1 is what the label says, as in "
    "without + weight · (with − without).",
)
def weight_from_zero(model, x, t, labels, weight, nobody):
    told, untold = model(x, t, labels), model(x, t, torch.full_like(labels, nobody))
    return (1 + weight) * told - weight * untold


@misconception("guided_noise", "With and without are exchanged: a large weight leads away from the label.")
def questions_exchanged(model, x, t, labels, weight, nobody):
    told, untold = model(x, t, labels), model(x, t, torch.full_like(labels, nobody))
    return told + weight * (untold - told)


@misconception(
    "guided_noise", "The weighted difference is missing its beginning: without + weight · (with − without)."
)
def difference_only(model, x, t, labels, weight, nobody):
    told, untold = model(x, t, labels), model(x, t, torch.full_like(labels, nobody))
    return weight * (told - untold)


@misconception(
    "guided_noise", "Label 0 was taken for 'no label'. Zero is a class of its own; the label is `nobody`."
)
def zero_for_nobody(model, x, t, labels, weight, nobody):
    told, untold = model(x, t, labels), model(x, t, torch.zeros_like(labels))
    return untold + weight * (told - untold)


@misconception("guided_noise", "The weight is cut off at 1. Beyond 1 is what guidance is for.")
def weight_cut_off(model, x, t, labels, weight, nobody):
    told, untold = model(x, t, labels), model(x, t, torch.full_like(labels, nobody))
    return untold + min(weight, 1.0) * (told - untold)


@variant("guided_noise")
def in_one_batch(model, x, t, labels, weight, nobody):
    both = torch.cat([labels, torch.full_like(labels, nobody)])
    told, untold = model(torch.cat([x, x]), torch.cat([t, t]), both).chunk(2)
    return weight * told + (1 - weight) * untold


@variant("guided_noise")
def by_lerp(model, x, t, labels, weight, nobody):
    untold = model(x, t, labels * 0 + nobody)
    return torch.lerp(untold, model(x, t, labels), weight)


@misconception(
    "perfect_noise",
    "The nearest picture was taken. Every picture may be the origin; they are weighted by their probabilities.",
)
def nearest_picture(x, t, data, alpha_bar):
    left = alpha_bar[t]
    expected = data[torch.cdist(x, left.sqrt() * data).argmin(dim=1)]
    return (x - left.sqrt() * expected) / (1 - left).sqrt()


@misconception(
    "perfect_noise",
    "x is compared with the pictures as they are. At time t they have become weaker: √alpha_bar[t] · d_i.",
)
def pictures_not_weakened(x, t, data, alpha_bar):
    left = alpha_bar[t]
    scores = -torch.cdist(x, data).square() / (2 * (1 - left))
    expected = torch.softmax(scores, dim=1) @ data
    return (x - left.sqrt() * expected) / (1 - left).sqrt()


@misconception("perfect_noise", "The mean picture comes back. The noise is what is left of x without it.")
def mean_picture(x, t, data, alpha_bar):
    left = alpha_bar[t]
    scores = -torch.cdist(x, left.sqrt() * data).square() / (2 * (1 - left))
    return torch.softmax(scores, dim=1) @ data


@misconception("perfect_noise", "The factor 2 in the exponent is missing.")
def exponent_without_two(x, t, data, alpha_bar):
    left = alpha_bar[t]
    scores = -torch.cdist(x, left.sqrt() * data).square() / (1 - left)
    expected = torch.softmax(scores, dim=1) @ data
    return (x - left.sqrt() * expected) / (1 - left).sqrt()


@misconception(
    "perfect_noise",
    "All exponentials are rounded to 0 when little noise is there, and 0/0 is NaN. softmax takes the largest off.",
)
def exponentials_by_hand(x, t, data, alpha_bar):
    left = alpha_bar[t]
    weights = torch.exp(-torch.cdist(x, left.sqrt() * data).square() / (2 * (1 - left)))
    expected = weights @ data / weights.sum(dim=1, keepdim=True)
    return (x - left.sqrt() * expected) / (1 - left).sqrt()


@misconception("perfect_noise", "The softmax runs over the samples. For each sample the pictures share 1.")
def softmax_over_samples(x, t, data, alpha_bar):
    left = alpha_bar[t]
    scores = -torch.cdist(x, left.sqrt() * data).square() / (2 * (1 - left))
    expected = torch.softmax(scores, dim=0) @ data
    return (x - left.sqrt() * expected) / (1 - left).sqrt()


@variant("perfect_noise")
def noise_by_noise(x, t, data, alpha_bar):
    left = float(alpha_bar[t])
    candidates = (x[:, None] - math.sqrt(left) * data) / math.sqrt(1 - left)
    logs = -0.5 * candidates.square().sum(dim=2)
    weights = torch.exp(logs - torch.logsumexp(logs, dim=1, keepdim=True))
    return (weights[..., None] * candidates).sum(dim=1)


@variant("perfect_noise")
def sample_by_sample(x, t, data, alpha_bar):
    rows = []
    for point in x:
        noises = (point - alpha_bar[t].sqrt() * data) / (1 - alpha_bar[t]).sqrt()
        rows.append(torch.softmax(-(noises**2).sum(dim=1) / 2, dim=0) @ noises)
    return torch.stack(rows)


@misconception(
    "add_noise",
    "alpha_bar[t] got one more axis, which is enough for rows of numbers. It needs as many axes as x0 has.",
)
def one_axis_more(x0, t, noise, alpha_bar):
    left = alpha_bar[t][:, None]
    return left.sqrt() * x0 + (1 - left).sqrt() * noise


@misconception(
    "add_noise",
    "alpha_bar[t] lies along the *last* axis of x0 here. Its entries belong to the pictures: give it more "
    "axes on the right.",
)
def times_along_the_last_axis(x0, t, noise, alpha_bar):
    left = alpha_bar[t]
    return left.sqrt() * x0 + (1 - left).sqrt() * noise


@misconception(
    "denoising_loss",
    "New noise is drawn. The noise is an argument: it makes the picture noisy, and it is what the model has to find.",
)
def noise_drawn_anew(model, x0, t, noise, alpha_bar, labels=None):
    noise = torch.randn_like(x0)
    given = (
        (add_noise(x0, t, noise, alpha_bar), t)
        if labels is None
        else (add_noise(x0, t, noise, alpha_bar), t, labels)
    )
    return (model(*given) - noise).square().mean()


@misconception(
    "denoising_loss",
    "The model is called with None where there are no labels. Without labels it takes two arguments.",
)
def none_for_labels(model, x0, t, noise, alpha_bar, labels=None):
    return (model(add_noise(x0, t, noise, alpha_bar), t, labels) - noise).square().mean()


@misconception(
    "ancestral_step",
    "The variance is β wherever something is drawn. Here it is β (1 − ᾱ_{t−1}) / (1 − ᾱ_t), which is 0 at t = "
    "1 by itself.",
)
def variance_beta_but_for_the_last(x, t, predicted, noise, alpha_bar):
    now, before = alpha_bar[t], alpha_bar[t - 1]
    alpha = now / before
    mean = (x - (1 - alpha) / (1 - now).sqrt() * predicted) / alpha.sqrt()
    return mean + (1 - alpha).sqrt() * noise if t > 1 else mean


@misconception(
    "ancestral_step",
    "New noise is drawn. The noise is an argument, so that the same call gives the same step.",
)
def noise_of_its_own(x, t, predicted, noise, alpha_bar):
    now, before = alpha_bar[t], alpha_bar[t - 1]
    alpha = now / before
    mean = (x - (1 - alpha) / (1 - now).sqrt() * predicted) / alpha.sqrt()
    return mean + ((1 - alpha) * (1 - before) / (1 - now)).sqrt() * torch.randn_like(x)


@variant("add_noise")
def picture_by_picture(x0, t, noise, alpha_bar):
    rows = zip(alpha_bar[t], x0, noise, strict=True)
    return torch.stack([left.sqrt() * picture + (1 - left).sqrt() * own for left, picture, own in rows])


@variant("guided_noise")
def each_for_itself(model, x, t, labels, weight, nobody):
    answers = []
    for i in range(len(x)):
        part = slice(i, i + 1)
        without = model(x[part], t[part], torch.tensor([nobody]))
        answers.append(without + weight * (model(x[part], t[part], labels[part]) - without))
    return torch.cat(answers)


@misconception(
    "ancestral_step",
    "All of the noise of time t is taken away, √(1 − ᾱ_t) of it. A single step takes β/√(1 − ᾱ_t).",
)
def all_noise_at_once(x, t, predicted, noise, alpha_bar):
    now, before = alpha_bar[t], alpha_bar[t - 1]
    alpha = now / before
    mean = (x - (1 - now).sqrt() * predicted) / alpha.sqrt()
    return mean + ((1 - alpha) * (1 - before) / (1 - now)).sqrt() * noise
