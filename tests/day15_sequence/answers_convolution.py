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


@misconception(
    "causal_conv1d",
    "The zeros stand on the right, so that every output sees what comes after it. A causal convolution is"
    " padded on the left.",
)
def padded_on_the_right(x, weight, dilation=1):
    taps, steps = weight.shape[-1], x.shape[-1]
    padded = torch.nn.functional.pad(x, (0, (taps - 1) * dilation))
    shifted = [padded[:, :, j * dilation : j * dilation + steps] for j in range(taps)]
    return sum(torch.einsum("oc,bct->bot", weight[:, :, j], part) for j, part in enumerate(shifted))


@misconception(
    "causal_conv1d",
    "There are k − 1 zeros on the left, whatever the dilation. The oldest tap looks (k − 1) · dilation "
    "steps back: so many.",
)
def too_few_zeros(x, weight, dilation=1):
    taps = weight.shape[-1]
    padded = torch.nn.functional.pad(x, (taps - 1, 0))
    steps = padded.shape[-1] - (taps - 1) * dilation
    shifted = [padded[:, :, j * dilation : j * dilation + steps] for j in range(taps)]
    return sum(torch.einsum("oc,bct->bot", weight[:, :, j], part) for j, part in enumerate(shifted))


@misconception(
    "causal_conv1d",
    "Nothing is padded, and the output is shorter than the input. Put (k − 1) · dilation zeros on the left.",
)
def not_padded(x, weight, dilation=1):
    taps = weight.shape[-1]
    steps = x.shape[-1] - (taps - 1) * dilation
    shifted = [x[:, :, j * dilation : j * dilation + steps] for j in range(taps)]
    return sum(torch.einsum("oc,bct->bot", weight[:, :, j], part) for j, part in enumerate(shifted))


@misconception(
    "causal_conv1d",
    "There are k · dilation zeros on the left, one step too many: the present step is not seen. It is (k "
    "− 1) · dilation.",
)
def present_not_seen(x, weight, dilation=1):
    taps, steps = weight.shape[-1], x.shape[-1]
    padded = torch.nn.functional.pad(x, (taps * dilation, 0))
    shifted = [padded[:, :, j * dilation : j * dilation + steps] for j in range(taps)]
    return sum(torch.einsum("oc,bct->bot", weight[:, :, j], part) for j, part in enumerate(shifted))


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


@misconception(
    "receptive_field",
    "The layers are multiplied. They add: each one reaches (k − 1) · dilation steps further back.",
)
def layers_multiplied(kernel_size, dilations):
    seen = 1
    for dilation in dilations:
        seen *= (kernel_size - 1) * dilation + 1
    return seen


@misconception(
    "receptive_field",
    "The dilations are left out: every layer reaches (k − 1) · dilation steps further back.",
)
def dilations_left_out(kernel_size, dilations):
    return 1 + (kernel_size - 1) * len(dilations)


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


@misconception(
    "rollout",
    "The input grows with every prediction. It keeps its length: the oldest value drops out when a new "
    "one comes in.",
)
def input_grows(predict, x, steps):
    n = x.shape[1]
    for _ in range(steps):
        x = torch.cat([x, predict(x)[:, None]], dim=1)
    return x[:, n:]


@misconception(
    "rollout",
    "Steps and rows are exchanged: a row of the result belongs to a row of x, (b, steps).",
)
def steps_first(predict, x, steps):
    predictions = []
    for _ in range(steps):
        following = predict(x)
        predictions.append(following)
        x = torch.cat([x[:, 1:], following[:, None]], dim=1)
    return torch.stack(predictions)


@misconception(
    "rollout",
    "Only the last prediction comes back. Asked for are all of them, (b, steps).",
)
def last_prediction_only(predict, x, steps):
    for _ in range(steps):
        following = predict(x)
        x = torch.cat([x[:, 1:], following[:, None]], dim=1)
    return following


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
