"""Answers to convolution.py: wrong ones with what went wrong, and right ones in another style."""

import torch

from course.testing import misconception, variant


@misconception("causal_conv1d", "The zeros are on both sides: half of the kernel looks into the future.")
def padded_on_both_sides(x, weight, dilation=1):
    taps, steps = weight.shape[-1], x.shape[-1]
    left = (taps - 1) * dilation // 2
    padded = torch.nn.functional.pad(x, (left, (taps - 1) * dilation - left))
    shifted = [padded[:, :, j * dilation : j * dilation + steps] for j in range(taps)]
    return sum(torch.einsum("oc,bct->bot", weight[:, :, j], shifted[j]) for j in range(taps))


@misconception("causal_conv1d", "The kernel is turned round: its last entry meets the present.")
def kernel_turned_round(x, weight, dilation=1):
    taps, steps = weight.shape[-1], x.shape[-1]
    padded = torch.nn.functional.pad(x, ((taps - 1) * dilation, 0))
    shifted = [padded[:, :, j * dilation : j * dilation + steps] for j in range(taps)]
    return sum(torch.einsum("oc,bct->bot", weight[:, :, taps - 1 - j], shifted[j]) for j in range(taps))


@misconception("causal_conv1d", "The dilation is ignored.")
def dilation_ignored(x, weight, dilation=1):
    taps, steps = weight.shape[-1], x.shape[-1]
    padded = torch.nn.functional.pad(x, (taps - 1, 0))
    return sum(torch.einsum("oc,bct->bot", weight[:, :, j], padded[:, :, j : j + steps]) for j in range(taps))


@variant("causal_conv1d")
def step_by_step(x, weight, dilation=1):
    b, _, steps = x.shape
    o, _, taps = weight.shape
    y = torch.zeros(b, o, steps, dtype=x.dtype)
    for t in range(steps):
        for j in range(taps):
            past = t - (taps - 1 - j) * dilation
            if past >= 0:
                y[:, :, t] += x[:, :, past] @ weight[:, :, j].T
    return y


@variant("causal_conv1d")
def by_unfolding(x, weight, dilation=1):
    taps = weight.shape[-1]
    reach = (taps - 1) * dilation
    windows = torch.nn.functional.pad(x, (reach, 0)).unfold(2, reach + 1, 1)[..., ::dilation]
    return torch.tensordot(weight, windows, dims=([1, 2], [1, 3])).transpose(0, 1)


@misconception("receptive_field", "The present step itself is not counted.")
def present_not_counted(kernel_size, dilations):
    return sum((kernel_size - 1) * dilation for dilation in dilations)


@misconception("receptive_field", "Every layer adds (k − 1) · dilation, not k · dilation.")
def whole_kernels(kernel_size, dilations):
    return 1 + sum(kernel_size * dilation for dilation in dilations)


@misconception("receptive_field", "Only the widest layer is counted; the layers add up.")
def widest_layer(kernel_size, dilations):
    return 1 + (kernel_size - 1) * max(dilations, default=0)


@variant("receptive_field")
def layer_by_layer(kernel_size, dilations):
    field = 1
    for dilation in dilations:
        field += (kernel_size - 1) * dilation
    return field


@variant("receptive_field")
def by_reach(kernel_size, dilations):
    return int(sum(dilations)) * (kernel_size - 1) + 1


@misconception(
    "rollout", "The same known values are used for every step: a prediction must become an input of the next."
)
def always_from_the_known(predict, x, steps):
    return torch.stack([predict(x) for _ in range(steps)], dim=1)


@misconception("rollout", "The newest value is dropped instead of the oldest.")
def newest_dropped(predict, x, steps):
    predictions = []
    for _ in range(steps):
        following = predict(x)
        predictions.append(following)
        x = torch.cat([following[:, None], x[:, :-1]], dim=1)
    return torch.stack(predictions, dim=1)


@misconception(
    "rollout", "The known values stand in front of the result: only the predictions are asked for."
)
def known_values_too(predict, x, steps):
    rows = x
    for _ in range(steps):
        rows = torch.cat([rows, predict(rows[:, -x.shape[1] :])[:, None]], dim=1)
    return rows


@variant("rollout")
def growing(predict, x, steps):
    n, rows = x.shape[1], x
    for _ in range(steps):
        rows = torch.cat([rows, predict(rows[:, -n:]).reshape(-1, 1)], dim=1)
    return rows[:, n:]


@variant("rollout")
def into_a_tensor(predict, x, steps):
    n = x.shape[1]
    rows = torch.cat([x, torch.zeros(len(x), steps, dtype=x.dtype)], dim=1)
    for step in range(steps):
        rows[:, n + step] = predict(rows[:, step : step + n])
    return rows[:, n:].clone()
