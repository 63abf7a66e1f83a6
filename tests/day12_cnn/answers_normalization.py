"""Answers to normalization.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np
import torch

from course.testing import misconception, variant
from day12_cnn.normalization import over_all_but_channels, per_channel


@misconception(
    "batch_norm",
    "Mean and variance are taken over the batch only, pixel by pixel. A channel has one of each, over batch, height "
    "and width.",
)
def pixel_by_pixel(x, gamma, beta, running_mean, running_var, training, momentum=0.1, eps=1e-5):
    mean, var = per_channel(running_mean, x), per_channel(running_var, x)
    if training:
        m = x.size // x.shape[1]
        if m == 1:
            raise ValueError("no variance")
        mean, var = x.mean(axis=0, keepdims=True), x.var(axis=0, keepdims=True)
        axes = over_all_but_channels(x)
        running_mean = (1 - momentum) * running_mean + momentum * mean.mean(axis=axes)
        running_var = (1 - momentum) * running_var + momentum * var.mean(axis=axes) * m / (m - 1)
    return (
        (x - mean) / np.sqrt(var + eps) * per_channel(gamma, x) + per_channel(beta, x),
        running_mean,
        running_var,
    )


@misconception(
    "batch_norm",
    "The batch is normalised with the unbiased variance (ddof 1). That one is for the running statistics only.",
)
def normalised_unbiased(x, gamma, beta, running_mean, running_var, training, momentum=0.1, eps=1e-5):
    mean, var = running_mean, running_var
    if training:
        axes, m = over_all_but_channels(x), x.size // x.shape[1]
        if m == 1:
            raise ValueError("no variance")
        mean, var = x.mean(axis=axes), x.var(axis=axes, ddof=1)
        running_mean = (1 - momentum) * running_mean + momentum * mean
        running_var = (1 - momentum) * running_var + momentum * var
    normalised = (x - per_channel(mean, x)) / np.sqrt(per_channel(var, x) + eps)
    return per_channel(gamma, x) * normalised + per_channel(beta, x), running_mean, running_var


@misconception(
    "batch_norm",
    "m is taken to be the number of images. A channel has b · h · w values, so that s² is σ² m / (m − 1) with that m.",
)
def m_counts_images(x, gamma, beta, running_mean, running_var, training, momentum=0.1, eps=1e-5):
    mean, var = running_mean, running_var
    if training:
        axes, m = over_all_but_channels(x), len(x)
        if x.size == x.shape[1]:
            raise ValueError("no variance")
        mean, var = x.mean(axis=axes), x.var(axis=axes)
        running_mean = (1 - momentum) * running_mean + momentum * mean
        with np.errstate(all="ignore"):
            running_var = (1 - momentum) * running_var + momentum * var * np.float64(m) / (m - 1)
    normalised = (x - per_channel(mean, x)) / np.sqrt(per_channel(var, x) + eps)
    return per_channel(gamma, x) * normalised + per_channel(beta, x), running_mean, running_var


@misconception(
    "batch_norm",
    "The running variance is fed with the biased variance (ddof 0), which is too small on average: take ddof 1.",
)
def running_biased(x, gamma, beta, running_mean, running_var, training, momentum=0.1, eps=1e-5):
    mean, var = running_mean, running_var
    if training:
        axes = over_all_but_channels(x)
        if x.size == x.shape[1]:
            raise ValueError("no variance")
        mean, var = x.mean(axis=axes), x.var(axis=axes)
        running_mean = (1 - momentum) * running_mean + momentum * mean
        running_var = (1 - momentum) * running_var + momentum * var
    normalised = (x - per_channel(mean, x)) / np.sqrt(per_channel(var, x) + eps)
    return per_channel(gamma, x) * normalised + per_channel(beta, x), running_mean, running_var


@misconception(
    "batch_norm",
    "Momentum is the other way round: it is the share of the *new* statistics, the old ones keep 1 − momentum.",
)
def momentum_exchanged(x, gamma, beta, running_mean, running_var, training, momentum=0.1, eps=1e-5):
    mean, var = running_mean, running_var
    if training:
        axes, m = over_all_but_channels(x), x.size // x.shape[1]
        if m == 1:
            raise ValueError("no variance")
        mean, var = x.mean(axis=axes), x.var(axis=axes)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var * m / (m - 1)
    normalised = (x - per_channel(mean, x)) / np.sqrt(per_channel(var, x) + eps)
    return per_channel(gamma, x) * normalised + per_channel(beta, x), running_mean, running_var


@misconception(
    "batch_norm",
    "In evaluation the batch is still normalised by its own statistics. Then the answer for an image depends on its "
    "neighbours: take the running ones.",
    move=(False, True),
)
def always_training(
    x, gamma, beta, running_mean, running_var, training, momentum=0.1, eps=1e-5, *, move=False
):
    axes, m = over_all_but_channels(x), x.size // x.shape[1]
    mean, var = x.mean(axis=axes), x.var(axis=axes)
    if training or (move and m > 1):
        if m == 1:
            raise ValueError("no variance")
        running_mean = (1 - momentum) * running_mean + momentum * mean
        running_var = (1 - momentum) * running_var + momentum * var * m / (m - 1)
    normalised = (x - per_channel(mean, x)) / np.sqrt(per_channel(var, x) + eps)
    return per_channel(gamma, x) * normalised + per_channel(beta, x), running_mean, running_var


@misconception(
    "batch_norm", "ε is added to the standard deviation; it belongs under the root, to the variance."
)
def eps_outside_the_root(x, gamma, beta, running_mean, running_var, training, momentum=0.1, eps=1e-5):
    mean, var = running_mean, running_var
    if training:
        axes, m = over_all_but_channels(x), x.size // x.shape[1]
        if m == 1:
            raise ValueError("no variance")
        mean, var = x.mean(axis=axes), x.var(axis=axes)
        running_mean = (1 - momentum) * running_mean + momentum * mean
        running_var = (1 - momentum) * running_var + momentum * var * m / (m - 1)
    normalised = (x - per_channel(mean, x)) / (np.sqrt(per_channel(var, x)) + eps)
    return per_channel(gamma, x) * normalised + per_channel(beta, x), running_mean, running_var


@misconception(
    "batch_norm",
    "One mean and one variance are taken over everything. Every channel has its own: over all axes but axis 1.",
)
def one_mean_for_all(x, gamma, beta, running_mean, running_var, training, momentum=0.1, eps=1e-5):
    m = x.size // x.shape[1]
    mean, var = running_mean, running_var
    if training:
        if m == 1:
            raise ValueError("no variance")
        mean, var = np.full(x.shape[1], x.mean()), np.full(x.shape[1], x.var())
        running_mean = (1 - momentum) * running_mean + momentum * mean
        running_var = (1 - momentum) * running_var + momentum * var * m / (m - 1)
    normalised = (x - per_channel(mean, x)) / np.sqrt(per_channel(var, x) + eps)
    return per_channel(gamma, x) * normalised + per_channel(beta, x), running_mean, running_var


@misconception(
    "batch_norm",
    "x − μ is divided by the variance. Divide by its root, the standard deviation: √(σ² + ε).",
)
def without_the_root(x, gamma, beta, running_mean, running_var, training, momentum=0.1, eps=1e-5):
    axes, m = over_all_but_channels(x), x.size // x.shape[1]
    mean, var = running_mean, running_var
    if training:
        if m == 1:
            raise ValueError("no variance")
        mean, var = x.mean(axis=axes), x.var(axis=axes)
        running_mean = (1 - momentum) * running_mean + momentum * mean
        running_var = (1 - momentum) * running_var + momentum * var * m / (m - 1)
    normalised = (x - per_channel(mean, x)) / (per_channel(var, x) + eps)
    return per_channel(gamma, x) * normalised + per_channel(beta, x), running_mean, running_var


@misconception(
    "batch_norm", "γ and β are not used: the network could not undo the normalisation where it hurts."
)
def without_scale_and_shift(x, gamma, beta, running_mean, running_var, training, momentum=0.1, eps=1e-5):
    mean, var = running_mean, running_var
    if training:
        axes, m = over_all_but_channels(x), x.size // x.shape[1]
        if m == 1:
            raise ValueError("no variance")
        mean, var = x.mean(axis=axes), x.var(axis=axes)
        running_mean = (1 - momentum) * running_mean + momentum * mean
        running_var = (1 - momentum) * running_var + momentum * var * m / (m - 1)
    return (x - per_channel(mean, x)) / np.sqrt(per_channel(var, x) + eps), running_mean, running_var


@misconception(
    "batch_norm",
    "A single value per channel is normalised in training: it has no variance, and m − 1 is 0. Raise ValueError there.",
)
def one_value_normalised(x, gamma, beta, running_mean, running_var, training, momentum=0.1, eps=1e-5):
    mean, var = running_mean, running_var
    if training:
        axes, m = over_all_but_channels(x), x.size // x.shape[1]
        mean, var = x.mean(axis=axes), x.var(axis=axes)
        running_mean = (1 - momentum) * running_mean + momentum * mean
        with np.errstate(all="ignore"):
            running_var = (1 - momentum) * running_var + momentum * var * m / (m - 1)
    normalised = (x - per_channel(mean, x)) / np.sqrt(per_channel(var, x) + eps)
    return per_channel(gamma, x) * normalised + per_channel(beta, x), running_mean, running_var


@misconception(
    "batch_norm",
    "The running statistics are overwritten in place, although they are arguments. Return new arrays: (1 "
    "− momentum) · old + momentum · new.",
)
def changed_in_place(x, gamma, beta, running_mean, running_var, training, momentum=0.1, eps=1e-5):
    mean, var = running_mean, running_var
    if training:
        axes, m = over_all_but_channels(x), x.size // x.shape[1]
        if m == 1:
            raise ValueError
        mean, var = x.mean(axis=axes), x.var(axis=axes)
        running_mean *= 1 - momentum
        running_mean += momentum * mean
        running_var *= 1 - momentum
        running_var += momentum * var * m / (m - 1)
    normalised = (x - per_channel(mean, x)) / np.sqrt(per_channel(var, x) + eps)
    return per_channel(gamma, x) * normalised + per_channel(beta, x), running_mean, running_var


@misconception(
    "batch_norm",
    "In training the running statistics are used to normalise. They are for evaluation; in training the "
    "batch has its own.",
)
def normalised_by_the_running(x, gamma, beta, running_mean, running_var, training, momentum=0.1, eps=1e-5):
    if training:
        axes, m = over_all_but_channels(x), x.size // x.shape[1]
        if m == 1:
            raise ValueError
        running_mean = (1 - momentum) * running_mean + momentum * x.mean(axis=axes)
        running_var = (1 - momentum) * running_var + momentum * x.var(axis=axes, ddof=1)
    normalised = (x - per_channel(running_mean, x)) / np.sqrt(per_channel(running_var, x) + eps)
    return per_channel(gamma, x) * normalised + per_channel(beta, x), running_mean, running_var


@misconception(
    "batch_norm",
    "The running statistics also move in evaluation. There they stay as they are.",
)
def moving_in_evaluation(x, gamma, beta, running_mean, running_var, training, momentum=0.1, eps=1e-5):
    axes, m = over_all_but_channels(x), x.size // x.shape[1]
    if training and m == 1:
        raise ValueError
    mean, var = (x.mean(axis=axes), x.var(axis=axes)) if training else (running_mean, running_var)
    normalised = (x - per_channel(mean, x)) / np.sqrt(per_channel(var, x) + eps)
    running_mean = (1 - momentum) * running_mean + momentum * x.mean(axis=axes)
    running_var = (1 - momentum) * running_var + momentum * x.var(axis=axes) * m / max(m - 1, 1)
    return per_channel(gamma, x) * normalised + per_channel(beta, x), running_mean, running_var


@misconception(
    "batch_norm",
    "Only the result comes back. Three things are asked for, the new running statistics as well.",
)
def statistics_not_returned(x, gamma, beta, running_mean, running_var, training, momentum=0.1, eps=1e-5):
    mean, var = running_mean, running_var
    if training:
        mean, var = x.mean(axis=over_all_but_channels(x)), x.var(axis=over_all_but_channels(x))
    normalised = (x - per_channel(mean, x)) / np.sqrt(per_channel(var, x) + eps)
    return per_channel(gamma, x) * normalised + per_channel(beta, x)


@variant("batch_norm")
def channel_by_channel(x, gamma, beta, running_mean, running_var, training, momentum=0.1, eps=1e-5):
    y, means, variances = np.empty(x.shape), running_mean.copy(), running_var.copy()
    for c in range(x.shape[1]):
        values = x[:, c].astype(float)
        mean, var = running_mean[c], running_var[c]
        if training:
            if values.size < 2:
                raise ValueError("no variance")
            mean, var = values.mean(), values.var()
            means[c] += momentum * (mean - means[c])
            variances[c] += momentum * (values.var(ddof=1) - variances[c])
        y[:, c] = gamma[c] * (values - mean) / np.sqrt(var + eps) + beta[c]
    return y, means, variances


@variant("batch_norm")
def scale_and_shift_folded(x, gamma, beta, running_mean, running_var, training, momentum=0.1, eps=1e-5):
    rows = np.moveaxis(x, 1, 0).reshape(x.shape[1], -1)
    mean, var = running_mean, running_var
    if training:
        if rows.shape[1] == 1:
            raise ValueError("no variance")
        mean, var = rows.mean(axis=1), rows.var(axis=1)
        running_mean = running_mean + momentum * (mean - running_mean)
        running_var = running_var + momentum * (rows.var(axis=1, ddof=1) - running_var)
    scale = gamma / np.sqrt(var + eps)
    return [x * per_channel(scale, x) + per_channel(beta - mean * scale, x), running_mean, running_var]


@misconception(
    "batch_norm_backward",
    "Mean and variance are treated as constants. They depend on every x of the channel, which gives two more terms.",
)
def constant_statistics(grad, x, gamma, eps=1e-5):
    axes = over_all_but_channels(x)
    std = np.sqrt(x.var(axis=axes, keepdims=True) + eps)
    normalised = (x - x.mean(axis=axes, keepdims=True)) / std
    return per_channel(gamma, x) / std * grad, np.sum(grad * normalised, axis=axes), np.sum(grad, axis=axes)


@misconception(
    "batch_norm_backward",
    "The term from the variance is missing: moving an x also changes the standard deviation of its channel.",
)
def variance_forgotten(grad, x, gamma, eps=1e-5):
    axes = over_all_but_channels(x)
    std = np.sqrt(x.var(axis=axes, keepdims=True) + eps)
    normalised = (x - x.mean(axis=axes, keepdims=True)) / std
    dx = per_channel(gamma, x) / std * (grad - grad.mean(axis=axes, keepdims=True))
    return dx, np.sum(grad * normalised, axis=axes), np.sum(grad, axis=axes)


@misconception("batch_norm_backward", "γ is missing in dx: x̂ was multiplied by it on the way forward.")
def gamma_forgotten(grad, x, gamma, eps=1e-5):
    axes, m = over_all_but_channels(x), x.size // x.shape[1]
    std = np.sqrt(x.var(axis=axes, keepdims=True) + eps)
    normalised = (x - x.mean(axis=axes, keepdims=True)) / std
    dgamma, dbeta = np.sum(grad * normalised, axis=axes), np.sum(grad, axis=axes)
    return (grad - per_channel(dbeta, x) / m - normalised * per_channel(dgamma, x) / m) / std, dgamma, dbeta


@misconception(
    "batch_norm_backward",
    "Means are taken over the batch only, pixel by pixel. A channel has one of each, over batch, height and width: "
    "over all axes but axis 1.",
    which=("of the gradient", "all"),
)
def means_pixel_by_pixel(grad, x, gamma, eps=1e-5, *, which="all"):
    axes = over_all_but_channels(x)
    own = 0 if which == "all" else axes
    std = np.sqrt(x.var(axis=own, keepdims=True) + eps)
    normalised = (x - x.mean(axis=own, keepdims=True)) / std
    dgamma, dbeta = np.sum(grad * normalised, axis=axes), np.sum(grad, axis=axes)
    centred = grad - grad.mean(axis=0) - normalised * (grad * normalised).mean(axis=0)
    return per_channel(gamma, x) / std * centred, dgamma, dbeta


@misconception(
    "batch_norm_backward",
    "The means inside dx run over the batch only. m counts batch, height and width.",
)
def mean_over_images(grad, x, gamma, eps=1e-5):
    axes = over_all_but_channels(x)
    std = np.sqrt(x.var(axis=axes, keepdims=True) + eps)
    normalised = (x - x.mean(axis=axes, keepdims=True)) / std
    dgamma, dbeta = np.sum(grad * normalised, axis=axes), np.sum(grad, axis=axes)
    centred = grad - (per_channel(dbeta, x) + normalised * per_channel(dgamma, x)) / len(x)
    return per_channel(gamma, x) / std * centred, dgamma, dbeta


@misconception("batch_norm_backward", "dγ is the sum of g times x̂, the normalised x, not of g times x.")
def gamma_by_x(grad, x, gamma, eps=1e-5):
    axes, m = over_all_but_channels(x), x.size // x.shape[1]
    std = np.sqrt(x.var(axis=axes, keepdims=True) + eps)
    normalised = (x - x.mean(axis=axes, keepdims=True)) / std
    dgamma, dbeta = np.sum(grad * normalised, axis=axes), np.sum(grad, axis=axes)
    dx = (
        per_channel(gamma, x)
        / std
        * (grad - per_channel(dbeta, x) / m - normalised * per_channel(dgamma, x) / m)
    )
    return dx, np.sum(grad * x, axis=axes), dbeta


@misconception(
    "batch_norm_backward",
    "The term of the mean is missing: g − mean(g). Moving an x also moves the mean of its channel.",
)
def mean_forgotten(grad, x, gamma, eps=1e-5):
    axes, m = over_all_but_channels(x), x.size // x.shape[1]
    std = np.sqrt(x.var(axis=axes, keepdims=True) + eps)
    normalised = (x - x.mean(axis=axes, keepdims=True)) / std
    dgamma, dbeta = np.sum(grad * normalised, axis=axes), np.sum(grad, axis=axes)
    centred = grad - normalised * per_channel(dgamma, x) / m
    return per_channel(gamma, x) / std * centred, dgamma, dbeta


@misconception(
    "batch_norm_backward",
    "dγ and dβ are means. They are sums over everything that γ and β were used for.",
)
def means_for_sums(grad, x, gamma, eps=1e-5):
    axes = over_all_but_channels(x)
    std = np.sqrt(x.var(axis=axes, keepdims=True) + eps)
    normalised = (x - x.mean(axis=axes, keepdims=True)) / std
    dgamma, dbeta = np.mean(grad * normalised, axis=axes), np.mean(grad, axis=axes)
    centred = grad - per_channel(dbeta, x) - normalised * per_channel(dgamma, x)
    return per_channel(gamma, x) / std * centred, dgamma, dbeta


@misconception(
    "batch_norm_backward",
    "The sums are subtracted without being divided by m: inside of dx they are *means* over the values of"
    " a channel.",
)
def sums_for_means(grad, x, gamma, eps=1e-5):
    axes = over_all_but_channels(x)
    std = np.sqrt(x.var(axis=axes, keepdims=True) + eps)
    normalised = (x - x.mean(axis=axes, keepdims=True)) / std
    dgamma, dbeta = np.sum(grad * normalised, axis=axes), np.sum(grad, axis=axes)
    centred = grad - per_channel(dbeta, x) - normalised * per_channel(dgamma, x)
    return per_channel(gamma, x) / std * centred, dgamma, dbeta


@misconception(
    "batch_norm_backward",
    "dγ and dβ keep the axes of the images, or those of the pixels: sum over all but the channels.",
    kept=("batch", "pixels"),
)
def not_summed_over_all(grad, x, gamma, eps=1e-5, *, kept="batch"):
    axes, m = over_all_but_channels(x), x.size // x.shape[1]
    std = np.sqrt(x.var(axis=axes, keepdims=True) + eps)
    normalised = (x - x.mean(axis=axes, keepdims=True)) / std
    dgamma, dbeta = np.sum(grad * normalised, axis=axes), np.sum(grad, axis=axes)
    centred = grad - per_channel(dbeta, x) / m - normalised * per_channel(dgamma, x) / m
    summed = axes[1:] if kept == "batch" else (0,)
    return per_channel(gamma, x) / std * centred, (grad * normalised).sum(axis=summed), grad.sum(axis=summed)


@misconception(
    "batch_norm_backward",
    "dx is divided by the variance instead of the standard deviation: γ / √(σ² + ε).",
)
def divided_by_the_variance(grad, x, gamma, eps=1e-5):
    axes, m = over_all_but_channels(x), x.size // x.shape[1]
    var = x.var(axis=axes, keepdims=True) + eps
    normalised = (x - x.mean(axis=axes, keepdims=True)) / np.sqrt(var)
    dgamma, dbeta = np.sum(grad * normalised, axis=axes), np.sum(grad, axis=axes)
    centred = grad - per_channel(dbeta, x) / m - normalised * per_channel(dgamma, x) / m
    return per_channel(gamma, x) / var * centred, dgamma, dbeta


@variant("batch_norm_backward")
def step_by_step(grad, x, gamma, eps=1e-5):
    axes, m = over_all_but_channels(x), x.size // x.shape[1]
    centred = x - x.mean(axis=axes, keepdims=True)
    var = np.mean(centred**2, axis=axes, keepdims=True)
    inverse = (var + eps) ** -0.5
    dnormalised = grad * per_channel(gamma, x)
    dvar = np.sum(dnormalised * centred, axis=axes, keepdims=True) * -0.5 * inverse**3
    dmean = -np.sum(dnormalised * inverse, axis=axes, keepdims=True)
    dx = dnormalised * inverse + dvar * 2 * centred / m + dmean / m
    return dx, np.sum(grad * centred * inverse, axis=axes), grad.sum(axis=axes)


@variant("batch_norm_backward")
def channel_after_channel(grad, x, gamma, eps=1e-5):
    dx, dgamma, dbeta = np.empty_like(x), np.empty_like(gamma), np.empty_like(gamma)
    for c in range(x.shape[1]):
        g, values = grad[:, c], x[:, c]
        std = np.sqrt(values.var() + eps)
        normalised = (values - values.mean()) / std
        dx[:, c] = gamma[c] / std * (g - g.mean() - normalised * np.mean(g * normalised))
        dgamma[c], dbeta[c] = np.sum(g * normalised), np.sum(g)
    return [dx, dgamma, dbeta]


@misconception(
    "group_norm",
    "Statistics are taken per channel: that is instance normalisation, as many groups as channels.",
)
def instances(x, groups, gamma, beta, eps=1e-5):
    if x.shape[1] % groups:
        raise ValueError("groups")
    mean, var = x.mean(axis=(2, 3), keepdims=True), x.var(axis=(2, 3), keepdims=True)
    return per_channel(gamma, x) * (x - mean) / np.sqrt(var + eps) + per_channel(beta, x)


@misconception(
    "group_norm",
    "`groups` is taken for the number of channels in a group. It is the number of groups: each has c / groups "
    "channels.",
)
def groups_of_so_many_channels(x, groups, gamma, beta, eps=1e-5):
    if x.shape[1] % groups:
        raise ValueError("groups")
    rows = x.reshape(len(x), x.shape[1] // groups, -1)
    normalised = (rows - rows.mean(axis=2, keepdims=True)) / np.sqrt(rows.var(axis=2, keepdims=True) + eps)
    return per_channel(gamma, x) * normalised.reshape(x.shape) + per_channel(beta, x)


@misconception(
    "group_norm", "Statistics are taken over all channels: that is layer normalisation, one group."
)
def one_group(x, groups, gamma, beta, eps=1e-5):
    if x.shape[1] % groups:
        raise ValueError("groups")
    mean, var = x.mean(axis=(1, 2, 3), keepdims=True), x.var(axis=(1, 2, 3), keepdims=True)
    return per_channel(gamma, x) * (x - mean) / np.sqrt(var + eps) + per_channel(beta, x)


@misconception("group_norm", "Every groups-th channel was put into a group; neighbouring channels form one.")
def interleaved(x, groups, gamma, beta, eps=1e-5):
    if x.shape[1] % groups:
        raise ValueError("groups")
    y = np.empty(x.shape)
    for g in range(groups):
        part = x[:, g::groups]
        mean, var = part.mean(axis=(1, 2, 3), keepdims=True), part.var(axis=(1, 2, 3), keepdims=True)
        y[:, g::groups] = (part - mean) / np.sqrt(var + eps)
    return per_channel(gamma, x) * y + per_channel(beta, x)


@variant("group_norm")
def group_by_group(x, groups, gamma, beta, eps=1e-5):
    size, rest = divmod(x.shape[1], groups)
    if rest:
        raise ValueError("groups")
    y = np.empty(x.shape)
    for start in range(0, x.shape[1], size):
        part = x[:, start : start + size]
        mean, var = part.mean(axis=(1, 2, 3), keepdims=True), part.var(axis=(1, 2, 3), keepdims=True)
        y[:, start : start + size] = (part - mean) / np.sqrt(var + eps)
    return per_channel(gamma, x) * y + per_channel(beta, x)


@variant("group_norm")
def in_tensors(x, groups, gamma, beta, eps=1e-5):
    if x.shape[1] % groups:
        raise ValueError("groups")
    rows = torch.tensor(x).reshape(x.shape[0], groups, -1)
    rows = (rows - rows.mean(dim=2, keepdim=True)) / torch.sqrt(
        rows.var(dim=2, correction=0, keepdim=True) + eps
    )
    return rows.reshape(x.shape) * torch.tensor(per_channel(gamma, x)) + torch.tensor(per_channel(beta, x))
