"""Answers to networks.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np
import torch
from torch import nn
from torch.nn.functional import conv2d, max_pool2d

from course.testing import misconception, variant
from day20_detection.networks import residual_forward


@misconception(
    "one_kernel", "That is the mean over all places, where one good place drowns. Take the maximum."
)
def mean_over_places(x, kernel, weight, bias):
    return weight * conv2d(x[:, None], kernel[None, None]).mean(dim=(1, 2, 3)) + bias


@misconception(
    "one_kernel",
    "The line comes before the maximum. With a negative weight that is the smallest answer: maximum first.",
)
def line_before_the_maximum(x, kernel, weight, bias):
    return (weight * conv2d(x[:, None], kernel[None, None]) + bias).amax(dim=(1, 2, 3))


@misconception("one_kernel", "The kernel was turned round. Cross-correlation leaves it as it is.")
def kernel_turned(x, kernel, weight, bias):
    return weight * conv2d(x[:, None], kernel.flip(0, 1)[None, None]).amax(dim=(1, 2, 3)) + bias


@misconception("one_kernel", "The largest answer of the whole batch was taken. Each picture has its own.")
def maximum_of_the_batch(x, kernel, weight, bias):
    return weight * conv2d(x[:, None], kernel[None, None]).max().expand(len(x)) + bias


@misconception(
    "one_kernel", "The picture was padded with zeros. Only places where the whole kernel fits count."
)
def with_padding(x, kernel, weight, bias):
    answers = conv2d(x[:, None], kernel[None, None], padding=kernel.shape[0] // 2)
    return weight * answers.amax(dim=(1, 2, 3)) + bias


@misconception("one_kernel", "A sigmoid was applied. The logit is asked for.")
def probability(x, kernel, weight, bias):
    return torch.sigmoid(weight * conv2d(x[:, None], kernel[None, None]).amax(dim=(1, 2, 3)) + bias)


@misconception(
    "one_kernel", "The absolute value was taken: a place that is the opposite of the kernel is no find."
)
def absolute_answers(x, kernel, weight, bias):
    return weight * conv2d(x[:, None], kernel[None, None]).abs().amax(dim=(1, 2, 3)) + bias


@variant("one_kernel")
def by_unfold(x, kernel, weight, bias):
    k = kernel.shape[0]
    windows = x.unfold(1, k, 1).unfold(2, k, 1)
    answers = torch.einsum("nijab,ab->nij", windows, kernel)
    return weight * answers.flatten(1).max(dim=1).values + bias


@variant("one_kernel")
def place_by_place(x, kernel, weight, bias):
    k = len(kernel)
    places = [
        (x[:, i : i + k, j : j + k] * kernel).sum(dim=(1, 2))
        for i in range(x.shape[1] - k + 1)
        for j in range(x.shape[2] - k + 1)
    ]
    return torch.stack(places).max(dim=0)[0] * weight + bias


@misconception(
    "face_reader",
    "These are more than 30,000 parameters. A dense layer over all places costs most: pool more before it.",
)
def too_large(people):
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(32 * 12 * 12, people),
    )


@misconception("face_reader", "There are always eight logits. There is to be one for each of ``people``.")
def eight_whatever_is_asked(people):
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.BatchNorm2d(16),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 64, 3, padding=1),
        nn.BatchNorm2d(64),
        nn.ReLU(),
        nn.AdaptiveMaxPool2d(1),
        nn.Flatten(),
        nn.Linear(64, 8),
    )


@misconception(
    "face_reader", "The network comes back in evaluation mode, and nobody will put it into training mode."
)
def in_evaluation_mode(people):
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.BatchNorm2d(16),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 64, 3, padding=1),
        nn.BatchNorm2d(64),
        nn.ReLU(),
        nn.AdaptiveMaxPool2d(1),
        nn.Flatten(),
        nn.Linear(64, people),
    ).eval()


@misconception(
    "face_reader",
    "Nothing bends between the layers: without ReLU the convolutions and the head together are one line.",
)
def nothing_that_bends(people):
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.AvgPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.AvgPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(64, people),
    )


@misconception(
    "face_reader",
    "This is a dense network, only a small one: it has to learn each person anew for each place.",
)
def small_but_dense(people):
    return nn.Sequential(nn.Flatten(), nn.Linear(24 * 24, 48), nn.ReLU(), nn.Linear(48, people))


@variant("face_reader")
class WithoutNormalisation(nn.Module):
    """Plain convolutions with steps of two, and a head that sees the places."""

    def __init__(self, people):
        super().__init__()
        self.first, self.second = nn.Conv2d(1, 16, 5, padding=2), nn.Conv2d(16, 24, 3, padding=1)
        self.third = nn.Conv2d(24, 32, 3, padding=1)
        self.head = nn.Linear(32 * 3 * 3, people)

    def forward(self, x):
        for layer in (self.first, self.second, self.third):
            x = max_pool2d(torch.relu(layer(x)), 2)
        return self.head(x.flatten(1))


@variant("face_reader")
def with_a_mean_at_the_end(people):
    layers, before = [], 1
    for kernels in (12, 24, 48):
        layers += [
            nn.Conv2d(before, kernels, 3),
            nn.BatchNorm2d(kernels),
            nn.GELU(),
            nn.MaxPool2d(2, ceil_mode=True),
        ]
        before = kernels
    return nn.Sequential(*layers[:-1], nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten(), nn.LazyLinear(people))


@misconception(
    "residual_forward", "The way around adds the first x in each layer. It adds what came into *this* layer."
)
def first_input_added(x, weights, skip):
    start = x
    for weight in weights:
        answer = torch.tanh(x @ weight)
        x = start + answer if skip else answer
    return x


@misconception("residual_forward", "x is added inside of the tanh. The way around goes past it.")
def added_inside(x, weights, skip):
    for weight in weights:
        x = torch.tanh(x @ weight + (x if skip else 0))
    return x


@misconception("residual_forward", "The way around is there always; skip says whether.")
def always_around(x, weights, skip):
    for weight in weights:
        x = x + torch.tanh(x @ weight)
    return x


@misconception("residual_forward", "There is no way around, whatever skip says.")
def never_around(x, weights, skip):
    for weight in weights:
        x = torch.tanh(x @ weight)
    return x


@misconception("residual_forward", "The weights are transposed: x W, with x from the left.")
def transposed(x, weights, skip):
    for weight in weights:
        answer = torch.tanh(x @ weight.T)
        x = x + answer if skip else answer
    return x


@misconception(
    "residual_forward", "The first x is added once, at the end. There is a way around *each* layer."
)
def added_once_at_the_end(x, weights, skip):
    start = x
    for weight in weights:
        x = torch.tanh(x @ weight)
    return start + x if skip else x


@variant("residual_forward")
def by_einsum(x, weights, skip):
    for weight in weights:
        x = (x if skip else 0) + torch.tanh(torch.einsum("nd,de->ne", x, weight))
    return x


@variant("residual_forward")
def by_reduce(x, weights, skip):
    from functools import reduce

    return reduce(lambda h, w: float(skip) * h + torch.matmul(h, w).tanh(), weights, x)


@misconception(
    "input_slope", "The mean was taken without absolute values: positive and negative slopes cancel."
)
def without_absolute_values(x, weights, skip, probe):
    start = x.detach().clone().requires_grad_()
    (grad,) = torch.autograd.grad((probe * residual_forward(start, weights, skip)).sum(), start)
    return grad.mean().item()


@misconception("input_slope", "The probe is missing: the gradient of the plain sum is another one.")
def without_the_probe(x, weights, skip, probe):
    start = x.detach().clone().requires_grad_()
    (grad,) = torch.autograd.grad(residual_forward(start, weights, skip).sum(), start)
    return grad.abs().mean().item()


@misconception("input_slope", "That is the sum of the absolute values. The mean is asked for.")
def sum_of_sizes(x, weights, skip, probe):
    start = x.detach().clone().requires_grad_()
    (grad,) = torch.autograd.grad((probe * residual_forward(start, weights, skip)).sum(), start)
    return grad.abs().sum().item()


@misconception(
    "input_slope", "That is the length of the gradient. The mean of the absolute values is asked for."
)
def length(x, weights, skip, probe):
    start = x.detach().clone().requires_grad_()
    (grad,) = torch.autograd.grad((probe * residual_forward(start, weights, skip)).sum(), start)
    return grad.norm().item()


@misconception(
    "input_slope",
    "backward() wrote into the grad fields of the weights. torch.autograd.grad asks for x alone.",
)
def by_backward(x, weights, skip, probe):
    start = x.detach().clone().requires_grad_()
    (probe * residual_forward(start, weights, skip)).sum().backward()
    return start.grad.abs().mean().item()


@misconception("input_slope", "The mean of the results was differentiated. It is the sum of probe · result.")
def mean_of_results(x, weights, skip, probe):
    start = x.detach().clone().requires_grad_()
    (grad,) = torch.autograd.grad((probe * residual_forward(start, weights, skip)).mean(), start)
    return grad.abs().mean().item()


@misconception(
    "input_slope", "x itself requires a gradient from now on. Take a copy that does: x.detach().clone()."
)
def x_itself_requires_a_gradient(x, weights, skip, probe):
    x.requires_grad_()
    (grad,) = torch.autograd.grad((probe * residual_forward(x, weights, skip)).sum(), x)
    return grad.abs().mean().item()


@variant("input_slope")
def by_vjp(x, weights, skip, probe):
    _, back = torch.func.vjp(lambda start: residual_forward(start, weights, skip), x.detach())
    return float(back(probe)[0].abs().mean())


@variant("input_slope")
def on_detached_weights(x, weights, skip, probe):
    start = x.detach().requires_grad_(True)
    result = residual_forward(start, [w.detach() for w in weights], skip)
    result.backward(gradient=probe)
    return np.abs(start.grad.numpy()).mean()


@misconception(
    "separable_conv2d", "The channels were only added up. pointwise says how each counts for each output."
)
def second_step_missing(x, depthwise, pointwise):
    own = conv2d(x, depthwise[:, None], groups=x.shape[1])
    return own.sum(dim=1, keepdim=True).expand(-1, len(pointwise), -1, -1)


@misconception("separable_conv2d", "The kernels were turned round. They stay as they are.")
def kernels_turned(x, depthwise, pointwise):
    own = conv2d(x, depthwise.flip(1, 2)[:, None], groups=x.shape[1])
    return conv2d(own, pointwise[:, :, None, None])


@misconception("separable_conv2d", "Every channel got the kernel of the first one. Each has its own.")
def one_kernel_for_all(x, depthwise, pointwise):
    own = conv2d(x, depthwise[:1].expand_as(depthwise)[:, None], groups=x.shape[1])
    return conv2d(own, pointwise[:, :, None, None])


@misconception("separable_conv2d", "The picture was padded. Without padding the result is smaller by k − 1.")
def padded(x, depthwise, pointwise):
    own = conv2d(x, depthwise[:, None], groups=x.shape[1], padding=depthwise.shape[1] // 2)
    return conv2d(own, pointwise[:, :, None, None])


@variant("separable_conv2d")
def one_kernel_of_both(x, depthwise, pointwise):
    return conv2d(x, torch.einsum("oc,chw->ochw", pointwise, depthwise))


@variant("separable_conv2d")
def by_windows(x, depthwise, pointwise):
    k = depthwise.shape[1]
    windows = x.unfold(2, k, 1).unfold(3, k, 1)
    return torch.einsum("ncijab,cab,oc->noij", windows, depthwise, pointwise)


@misconception(
    "convolution_cost", "The places are those of the picture that comes in. The result is smaller by k − 1."
)
def places_of_the_input(channels, outputs, kernel, height, width, separable):
    weights = channels * kernel**2 + channels * outputs if separable else channels * outputs * kernel**2
    return weights, weights * height * width


@misconception("convolution_cost", "The kernel has k² weights, and not k.")
def kernel_not_squared(channels, outputs, kernel, height, width, separable):
    weights = channels * kernel + channels * outputs if separable else channels * outputs * kernel
    return weights, weights * (height - kernel + 1) * (width - kernel + 1)


@misconception("convolution_cost", "The second step, across the channels, is missing.")
def second_step_not_counted(channels, outputs, kernel, height, width, separable):
    weights = channels * kernel**2 if separable else channels * outputs * kernel**2
    return weights, weights * (height - kernel + 1) * (width - kernel + 1)


@misconception("convolution_cost", "The two are exchanged: it goes in two steps where separable is True.")
def exchanged(channels, outputs, kernel, height, width, separable):
    weights = channels * outputs * kernel**2 if separable else channels * kernel**2 + channels * outputs
    return weights, weights * (height - kernel + 1) * (width - kernel + 1)


@variant("convolution_cost")
def by_steps(channels, outputs, kernel, height, width, separable):
    h, w = height - kernel + 1, width - kernel + 1
    steps = (
        [(channels, kernel * kernel), (outputs, channels)] if separable else [(outputs, channels * kernel**2)]
    )
    count = sum(a * b for a, b in steps)
    return count, sum(a * b * h * w for a, b in steps)


@variant("convolution_cost")
def by_making_it(channels, outputs, kernel, height, width, separable):
    groups = channels if separable else 1
    first = torch.nn.Conv2d(channels, channels if separable else outputs, kernel, bias=False, groups=groups)
    layers = [first, torch.nn.Conv2d(channels, outputs, 1, bias=False)] if separable else [first]
    weights = sum(p.numel() for layer in layers for p in layer.parameters())
    return weights, weights * (height - kernel + 1) * (width - kernel + 1)
