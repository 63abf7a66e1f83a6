"""Answers to autoencoders.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np
import torch
from torch.nn import functional as F

from course.testing import misconception, variant


@misconception("corrupt", "Nothing was clipped: ink below 0 and above 1 is no ink.")
def not_clipped(x, noise, sigma):
    return x + sigma * noise


@misconception("corrupt", "The noise was clipped instead of the picture.")
def noise_clipped(x, noise, sigma):
    return x + (sigma * noise).clamp(0, 1)


@misconception("corrupt", "The noise is added as it is. sigma says how strong it is.")
def sigma_ignored(x, noise, sigma):
    return (x + noise).clamp(0, 1)


@misconception(
    "corrupt", "The noise is multiplied by the square root of sigma. sigma is the deviation already."
)
def sigma_as_variance(x, noise, sigma):
    return (x + sigma**0.5 * noise).clamp(0, 1)


@misconception(
    "corrupt",
    "The picture was scaled to its own smallest and largest value. What leaves 0 to 1 is set to its end.",
)
def rescaled(x, noise, sigma):
    y = x + sigma * noise
    return (y - y.min()) / (y.max() - y.min())


@misconception("corrupt", "New noise is drawn. The noise is an argument.")
def noise_drawn_anew(x, noise, sigma):
    return (x + sigma * torch.randn_like(x)).clamp(0, 1)


@variant("corrupt")
def by_minimum_and_maximum(x, noise, sigma):
    noisy = torch.add(x, noise, alpha=sigma)
    return torch.minimum(torch.maximum(noisy, torch.zeros_like(x)), torch.ones_like(x))


@variant("corrupt")
def by_numpy(x, noise, sigma):
    return torch.from_numpy(np.clip(x.numpy() + sigma * noise.numpy(), 0.0, 1.0))


@misconception(
    "train_step",
    "The answer is compared with what was seen, noise and all. It is `wanted` that the network should answer.",
)
def wants_what_it_saw(model, optimizer, seen, wanted):
    loss = (model(seen) - seen).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


@misconception("train_step", "The network was shown what is wanted. Shown is `seen`.")
def shows_what_is_wanted(model, optimizer, seen, wanted):
    loss = (model(wanted) - wanted).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


@misconception("train_step", "Seen and wanted are exchanged.")
def exchanged(model, optimizer, seen, wanted):
    loss = (model(wanted) - seen).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


@misconception(
    "train_step", "Gradients of earlier steps were not cleared: optimizer.zero_grad() before backward()."
)
def gradients_add_up(model, optimizer, seen, wanted):
    loss = (model(seen) - wanted).square().mean()
    loss.backward()
    optimizer.step()
    return loss.item()


@misconception("train_step", "The gradients are cleared between backward() and step(), so nothing moves.")
def cleared_too_late(model, optimizer, seen, wanted):
    loss = (model(seen) - wanted).square().mean()
    loss.backward()
    optimizer.zero_grad()
    optimizer.step()
    return loss.item()


@misconception("train_step", "The squares were added up. The loss is their mean over all entries.")
def sum_of_squares(model, optimizer, seen, wanted):
    loss = (model(seen) - wanted).square().sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


@misconception("train_step", "The loss after the step came back. Asked for is the one before.")
def loss_after_the_step(model, optimizer, seen, wanted):
    loss = (model(seen) - wanted).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return (model(seen) - wanted).square().mean().item()


@variant("train_step")
def by_mse_loss(model, optimizer, seen, wanted):
    optimizer.zero_grad(set_to_none=False)
    loss = F.mse_loss(model(seen), wanted)
    loss.backward()
    optimizer.step()
    return float(loss.detach())


@variant("train_step")
def by_a_criterion(model, optimizer, seen, wanted):
    criterion = torch.nn.MSELoss()
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            parameter.grad = None
    loss = criterion(wanted, model(seen))
    loss.backward()
    optimizer.step()
    return loss


@misconception("transposed_conv2d", "Where stamps overlap the last one wins. They are added up: +=.")
def last_stamp_wins(z, weight, stride=1):
    b, _, h, w = z.shape
    _, o, kh, kw = weight.shape
    y = z.new_zeros(b, o, (h - 1) * stride + kh, (w - 1) * stride + kw)
    for i in range(h):
        for j in range(w):
            stamp = torch.einsum("bc,copq->bopq", z[:, :, i, j], weight)
            y[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw] = stamp
    return y


@misconception("transposed_conv2d", "The kernel is turned upside down. A stamp leaves it as it is.")
def kernel_flipped(z, weight, stride=1):
    weight = weight.flip(2, 3)
    b, _, h, w = z.shape
    _, o, kh, kw = weight.shape
    y = z.new_zeros(b, o, (h - 1) * stride + kh, (w - 1) * stride + kw)
    for p in range(kh):
        for q in range(kw):
            stamp = torch.einsum("bchw,co->bohw", z, weight[:, :, p, q])
            y[:, :, p : p + h * stride : stride, q : q + w * stride : stride] += stamp
    return y


@misconception("transposed_conv2d", "The stride is ignored: stamps have to be `stride` places apart.")
def stride_ignored(z, weight, stride=1):
    b, _, h, w = z.shape
    _, o, kh, kw = weight.shape
    y = z.new_zeros(b, o, h - 1 + kh, w - 1 + kw)
    for p in range(kh):
        for q in range(kw):
            y[:, :, p : p + h, q : q + w] += torch.einsum("bchw,co->bohw", z, weight[:, :, p, q])
    return y


@misconception(
    "transposed_conv2d",
    "The picture is h · stride rows high. The last stamp is a whole kernel: (h − 1) · stride + kh rows.",
)
def cut_at_the_border(z, weight, stride=1):
    b, _, h, w = z.shape
    _, o, kh, kw = weight.shape
    y = z.new_zeros(b, o, (h - 1) * stride + kh, (w - 1) * stride + kw)
    for p in range(kh):
        for q in range(kw):
            stamp = torch.einsum("bchw,co->bohw", z, weight[:, :, p, q])
            y[:, :, p : p + h * stride : stride, q : q + w * stride : stride] += stamp
    return y[:, :, : h * stride, : w * stride]


@misconception(
    "transposed_conv2d",
    "Only the channel of the same number goes to a map. Every map gets stamps of all channels.",
)
def channels_apart(z, weight, stride=1):
    b, c, h, w = z.shape
    _, o, kh, kw = weight.shape
    y = z.new_zeros(b, o, (h - 1) * stride + kh, (w - 1) * stride + kw)
    for p in range(kh):
        for q in range(kw):
            for m in range(o):
                stamp = z[:, m % c] * weight[m % c, m, p, q]
                y[:, m, p : p + h * stride : stride, q : q + w * stride : stride] += stamp
    return y


@variant("transposed_conv2d")
def entry_by_entry(z, weight, stride=1):
    b, _, h, w = z.shape
    o, kh, kw = weight.shape[1:]
    y = torch.zeros(b, o, stride * (h - 1) + kh, stride * (w - 1) + kw, dtype=z.dtype)
    for i in range(h):
        for j in range(w):
            top, left = i * stride, j * stride
            y[:, :, top : top + kh, left : left + kw] += torch.tensordot(z[:, :, i, j], weight, dims=1)
    return y


@variant("transposed_conv2d")
def zeros_between_and_a_full_convolution(z, weight, stride=1):
    b, c, h, w = z.shape
    kh, kw = weight.shape[2:]
    wide = z.new_zeros(b, c, (h - 1) * stride + 1, (w - 1) * stride + 1)
    wide[:, :, ::stride, ::stride] = z
    return F.conv2d(F.pad(wide, (kw - 1, kw - 1, kh - 1, kh - 1)), weight.flip(2, 3).transpose(0, 1))


@variant("transposed_conv2d")
def by_fold(z, weight, stride=1):
    b, c, h, w = z.shape
    kh, kw = weight.shape[2:]
    columns = weight.reshape(c, -1).T @ z.reshape(b, c, -1)
    size = ((h - 1) * stride + kh, (w - 1) * stride + kw)
    return F.fold(columns, size, (kh, kw), stride=stride)
