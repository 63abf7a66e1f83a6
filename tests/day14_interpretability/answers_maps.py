"""Answers to maps.py: wrong ones with what went wrong, and right ones in another style."""

import copy

import torch
from torch import nn
from torch.nn import functional as F

from course.testing import misconception, variant
from day14_interpretability.maps import class_scores, evaluating, input_gradient


@misconception(
    "occlusion",
    "The map holds the scores of the covered images. What is asked for is how much the score drops.",
)
def scores_when_covered(model, x, target, size, stride=1, fill=0.0):
    rows, columns = range(0, x.shape[2] - size + 1, stride), range(0, x.shape[3] - size + 1, stride)
    drops = torch.empty(len(x), len(rows), len(columns), dtype=x.dtype)
    with evaluating(model), torch.no_grad():
        for i, row in enumerate(rows):
            for j, column in enumerate(columns):
                covered = x.clone()
                covered[:, :, row : row + size, column : column + size] = fill
                drops[:, i, j] = class_scores(model, covered, target)
    return drops


@misconception("occlusion", "The sign is wrong: a drop is the score before minus the score after.")
def rise_instead_of_drop(model, x, target, size, stride=1, fill=0.0):
    rows, columns = range(0, x.shape[2] - size + 1, stride), range(0, x.shape[3] - size + 1, stride)
    drops = torch.empty(len(x), len(rows), len(columns), dtype=x.dtype)
    with evaluating(model), torch.no_grad():
        whole = class_scores(model, x, target)
        for i, row in enumerate(rows):
            for j, column in enumerate(columns):
                covered = x.clone()
                covered[:, :, row : row + size, column : column + size] = fill
                drops[:, i, j] = class_scores(model, covered, target) - whole
    return drops


@misconception("occlusion", "Squares stay covered: the copy has to be made anew for every position.")
def squares_accumulate(model, x, target, size, stride=1, fill=0.0):
    rows, columns = range(0, x.shape[2] - size + 1, stride), range(0, x.shape[3] - size + 1, stride)
    drops = torch.empty(len(x), len(rows), len(columns), dtype=x.dtype)
    covered = x.clone()
    with evaluating(model), torch.no_grad():
        whole = class_scores(model, x, target)
        for i, row in enumerate(rows):
            for j, column in enumerate(columns):
                covered[:, :, row : row + size, column : column + size] = fill
                drops[:, i, j] = whole - class_scores(model, covered, target)
    return drops


@misconception(
    "occlusion",
    "The fill value is ignored: covered pixels are always 0, which is grey for a standardised image.",
)
def always_zero(model, x, target, size, stride=1, fill=0.0):
    rows, columns = range(0, x.shape[2] - size + 1, stride), range(0, x.shape[3] - size + 1, stride)
    drops = torch.empty(len(x), len(rows), len(columns), dtype=x.dtype)
    with evaluating(model), torch.no_grad():
        whole = class_scores(model, x, target)
        for i, row in enumerate(rows):
            for j, column in enumerate(columns):
                covered = x.clone()
                covered[:, :, row : row + size, column : column + size] = 0
                drops[:, i, j] = whole - class_scores(model, covered, target)
    return drops


@misconception(
    "occlusion", "The last row and column of squares are missing: there are (h − size) // stride + 1 of them."
)
def last_squares_missing(model, x, target, size, stride=1, fill=0.0):
    rows, columns = range(0, x.shape[2] - size, stride), range(0, x.shape[3] - size, stride)
    drops = torch.empty(len(x), len(rows), len(columns), dtype=x.dtype)
    with evaluating(model), torch.no_grad():
        whole = class_scores(model, x, target)
        for i, row in enumerate(rows):
            for j, column in enumerate(columns):
                covered = x.clone()
                covered[:, :, row : row + size, column : column + size] = fill
                drops[:, i, j] = whole - class_scores(model, covered, target)
    return drops


@misconception("occlusion", "The model is asked in training mode: with dropout the drops are random.")
def in_training_mode(model, x, target, size, stride=1, fill=0.0):
    rows, columns = range(0, x.shape[2] - size + 1, stride), range(0, x.shape[3] - size + 1, stride)
    drops = torch.empty(len(x), len(rows), len(columns), dtype=x.dtype)
    with torch.no_grad():
        whole = class_scores(model, x, target)
        for i, row in enumerate(rows):
            for j, column in enumerate(columns):
                covered = x.clone()
                covered[:, :, row : row + size, column : column + size] = fill
                drops[:, i, j] = whole - class_scores(model, covered, target)
    return drops


@misconception(
    "occlusion",
    "The squares are `stride` apart, but entry (i, j) was asked of row i and column j: cover rows from i · stride on.",
)
def stride_for_the_count_only(model, x, target, size, stride=1, fill=0.0):
    rows, columns = range(0, x.shape[2] - size + 1, stride), range(0, x.shape[3] - size + 1, stride)
    drops = torch.empty(len(x), len(rows), len(columns), dtype=x.dtype)
    with evaluating(model), torch.no_grad():
        whole = class_scores(model, x, target)
        for i in range(len(rows)):
            for j in range(len(columns)):
                covered = x.clone()
                covered[:, :, i : i + size, j : j + size] = fill
                drops[:, i, j] = whole - class_scores(model, covered, target)
    return drops


@misconception("occlusion", "The stride is not used: there is a square at every pixel.")
def stride_ignored(model, x, target, size, stride=1, fill=0.0):
    rows, columns = range(x.shape[2] - size + 1), range(x.shape[3] - size + 1)
    drops = torch.empty(len(x), len(rows), len(columns), dtype=x.dtype)
    with evaluating(model), torch.no_grad():
        whole = class_scores(model, x, target)
        for i in rows:
            for j in columns:
                covered = x.clone()
                covered[:, :, i : i + size, j : j + size] = fill
                drops[:, i, j] = whole - class_scores(model, covered, target)
    return drops


@misconception(
    "occlusion", "Only the first channel is covered: a square hides all channels, [:, :, rows, columns]."
)
def first_channel_only(model, x, target, size, stride=1, fill=0.0):
    rows, columns = (range(0, length - size + 1, stride) for length in x.shape[2:])
    drops = x.new_empty(len(x), len(rows), len(columns))
    with evaluating(model), torch.no_grad():
        whole = class_scores(model, x, target)
        for i, row in enumerate(rows):
            for j, column in enumerate(columns):
                covered = x.clone()
                covered[:, 0, row : row + size, column : column + size] = fill
                drops[:, i, j] = whole - class_scores(model, covered, target)
    return drops


@variant("occlusion")
def by_masks(model, x, target, size, stride=1, fill=0.0):
    h, w = x.shape[2:]
    places = [(r, c) for r in range(0, h - size + 1, stride) for c in range(0, w - size + 1, stride)]
    with evaluating(model), torch.inference_mode():
        drops = []
        for row, column in places:
            mask = torch.zeros(h, w, dtype=torch.bool)
            mask[row : row + size, column : column + size] = True
            drops.append(
                class_scores(model, x, target) - class_scores(model, x.masked_fill(mask, fill), target)
            )
    return torch.stack(drops, dim=1).reshape(len(x), (h - size) // stride + 1, -1).clone()


@variant("occlusion")
def one_batch_per_image(model, x, target, size, stride=1, fill=0.0):
    rows, columns = ((n - size) // stride + 1 for n in x.shape[2:])
    maps = []
    with evaluating(model), torch.no_grad():
        for image, label in zip(x, target, strict=True):
            batch = image.repeat(rows * columns + 1, 1, 1, 1)
            for place in range(rows * columns):
                top, left = (stride * n for n in divmod(place, columns))
                batch[place, :, top : top + size, left : left + size] = fill
            scores = model(batch)[:, label]
            maps.append((scores[-1] - scores[:-1]).reshape(rows, columns))
    return torch.stack(maps)


@misconception("class_activation_map", "The maps of all channels are averaged without their weights.")
def without_weights(features, weight, target):
    return features.mean(dim=1)


@misconception(
    "class_activation_map",
    "Negative places are cut off. That belongs to Grad-CAM; here the mean must give the score.",
)
def positive_part(features, weight, target):
    return torch.einsum("bc,bchw->bhw", weight[target], features).relu()


@misconception("class_activation_map", "All images get the weights of the class of the first one.")
def class_of_the_first(features, weight, target):
    return torch.einsum("c,bchw->bhw", weight[target[0]], features)


@misconception("class_activation_map", "The mean over the channels was taken instead of the sum.")
def mean_over_channels(features, weight, target):
    return (weight[target][:, :, None, None] * features).mean(dim=1)


@misconception("class_activation_map", "Image i gets the weights of class i: target is not used.")
def class_of_the_index(features, weight, target):
    classes = torch.arange(len(features)) % len(weight)
    return torch.einsum("bc,bchw->bhw", weight[classes], features)


@variant("class_activation_map")
def by_broadcasting(features, weight, target):
    return (weight[target, :, None, None] * features).sum(dim=1)


@variant("class_activation_map")
def by_a_convolution(features, weight, target):
    maps = F.conv2d(features, weight[:, :, None, None])
    return maps[torch.arange(len(target)), target]


@variant("class_activation_map")
def by_batched_products(features, weight, target):
    flat = features.flatten(start_dim=2)
    return torch.bmm(weight[target][:, None], flat).reshape(len(flat), *features.shape[2:])


@misconception("grad_cam", "The ReLU at the end is missing: only what speaks for the class is shown.")
def negative_part_kept(model, layer, x, target):
    kept = []
    hook = layer.register_forward_hook(lambda _, __, output: kept.append(output))
    try:
        with evaluating(model):
            scores = class_scores(model, x.detach().requires_grad_(), target)
    finally:
        hook.remove()
    (gradient,) = torch.autograd.grad(scores.sum(), kept[0])
    return torch.einsum("bc,bchw->bhw", gradient.mean(dim=(2, 3)), kept[0]).detach()


@misconception("grad_cam", "α is the sum of the gradient over the positions; it should be the mean.")
def sum_over_positions(model, layer, x, target):
    kept = []
    hook = layer.register_forward_hook(lambda _, __, output: kept.append(output))
    try:
        with evaluating(model):
            scores = class_scores(model, x.detach().requires_grad_(), target)
    finally:
        hook.remove()
    (gradient,) = torch.autograd.grad(scores.sum(), kept[0])
    return torch.einsum("bc,bchw->bhw", gradient.sum(dim=(2, 3)), kept[0]).relu().detach()


@misconception(
    "grad_cam", "Every channel was cut off at zero before the sum. First add up, then take the positive part."
)
def positive_part_of_each_channel(model, layer, x, target):
    kept = []
    hook = layer.register_forward_hook(lambda _, __, output: kept.append(output))
    try:
        with evaluating(model):
            scores = class_scores(model, x.detach().requires_grad_(), target)
    finally:
        hook.remove()
    (gradient,) = torch.autograd.grad(scores.sum(), kept[0])
    alpha = gradient.mean(dim=(2, 3), keepdim=True)
    return (alpha * kept[0]).relu().sum(dim=1).detach()


@misconception(
    "grad_cam",
    "Gradient times feature map, place by place, is another method. In Grad-CAM each channel has one weight.",
)
def without_averaging(model, layer, x, target):
    kept = []
    hook = layer.register_forward_hook(lambda _, __, output: kept.append(output))
    try:
        with evaluating(model):
            scores = class_scores(model, x.detach().requires_grad_(), target)
    finally:
        hook.remove()
    (gradient,) = torch.autograd.grad(scores.sum(), kept[0])
    return (gradient * kept[0]).sum(dim=1).relu().detach()


@misconception(
    "grad_cam", "The hook stays on the layer and goes on collecting outputs: remove it, in a finally block."
)
def hook_left(model, layer, x, target):
    kept = []
    layer.register_forward_hook(lambda _, __, output: kept.append(output))
    with evaluating(model):
        scores = class_scores(model, x.detach().requires_grad_(), target)
    (gradient,) = torch.autograd.grad(scores.sum(), kept[0])
    return torch.einsum("bc,bchw->bhw", gradient.mean(dim=(2, 3)), kept[0]).relu().detach()


@misconception("grad_cam", "When the model raises an error, the hook is never removed: use try and finally.")
def hook_left_after_an_error(model, layer, x, target):
    kept = []
    hook = layer.register_forward_hook(lambda _, __, output: kept.append(output))
    with evaluating(model):
        scores = class_scores(model, x.detach().requires_grad_(), target)
    hook.remove()
    (gradient,) = torch.autograd.grad(scores.sum(), kept[0])
    return torch.einsum("bc,bchw->bhw", gradient.mean(dim=(2, 3)), kept[0]).relu().detach()


@misconception(
    "grad_cam", "backward() also fills the grad of every parameter behind the layer: use torch.autograd.grad."
)
def by_backward(model, layer, x, target):
    kept = []

    def keep(_, __, output):
        output.retain_grad()
        kept.append(output)

    hook = layer.register_forward_hook(keep)
    try:
        with evaluating(model):
            class_scores(model, x.detach().requires_grad_(), target).sum().backward()
    finally:
        hook.remove()
    return torch.einsum("bc,bchw->bhw", kept[0].grad.mean(dim=(2, 3)), kept[0]).relu().detach()


@misconception(
    "grad_cam",
    "α is averaged over the images of the batch as well: each image has weights of its own, mean((2, 3)).",
)
def averaged_over_the_batch(model, layer, x, target):
    kept = []
    hook = layer.register_forward_hook(lambda _, __, output: kept.append(output))
    try:
        with evaluating(model):
            scores = class_scores(model, x.detach().requires_grad_(), target)
    finally:
        hook.remove()
    (gradient,) = torch.autograd.grad(scores.sum(), kept[0])
    return torch.einsum("c,bchw->bhw", gradient.mean(dim=(0, 2, 3)), kept[0]).relu().detach()


@variant("grad_cam")
def image_by_image(model, layer, x, target):
    maps = []
    for image, label in zip(x, target, strict=True):
        kept = {}
        hook = layer.register_forward_hook(lambda _, __, output, kept=kept: kept.update(output=output))
        try:
            with evaluating(model):
                score = model(image[None].detach().requires_grad_())[0, label]
        finally:
            hook.remove()
        (gradient,) = torch.autograd.grad(score, kept["output"])
        alpha = gradient[0].mean(dim=(1, 2))
        maps.append(torch.tensordot(alpha, kept["output"][0], dims=1).clamp(min=0).detach())
    return torch.stack(maps)


@variant("grad_cam")
def with_a_hooked_tensor(model, layer, x, target):
    outputs, gradients = [], []

    def keep(_, __, output):
        outputs.append(output)
        output.register_hook(gradients.append)

    handle = layer.register_forward_hook(keep)
    try:
        with evaluating(model):
            place = x.detach().clone().requires_grad_()
            torch.autograd.grad(class_scores(model, place, target).sum(), place)
    finally:
        handle.remove()
    alpha = gradients[0].mean(dim=(2, 3), keepdim=True)
    return torch.relu((alpha * outputs[0]).sum(dim=1)).detach()


@misconception(
    "guided_gradient",
    "The positive part was taken of the gradient at the input only. Every ReLU of the network has to be guided.",
)
def positive_part_of_the_gradient(model, x, target):
    return input_gradient(model, x, target).clamp(min=0)


@misconception(
    "guided_gradient",
    "This is the ordinary gradient: the hooks change nothing. A backward hook has to return the new gradient.",
)
def hooks_without_effect(model, x, target):
    hooks = [
        m.register_full_backward_hook(lambda _, grads, __: None)
        for m in model.modules()
        if isinstance(m, nn.ReLU)
    ]
    try:
        return input_gradient(model, x, target)
    finally:
        for hook in hooks:
            hook.remove()


@misconception(
    "guided_gradient",
    "The mask of the forward pass is lost (the rule of 'deconvnet'): g also stops where the input was negative.",
)
def without_the_forward_mask(model, x, target):
    hooks = [
        m.register_full_backward_hook(lambda _, __, grads: (grads[0].clamp(min=0),))
        for m in model.modules()
        if isinstance(m, nn.ReLU)
    ]
    try:
        return input_gradient(model, x, target)
    finally:
        for hook in hooks:
            hook.remove()


@misconception("guided_gradient", "Negative gradients are turned round instead of being stopped.")
def absolute_values(model, x, target):
    hooks = [
        m.register_full_backward_hook(lambda _, grads, __: (grads[0].abs(),))
        for m in model.modules()
        if isinstance(m, nn.ReLU)
    ]
    try:
        return input_gradient(model, x, target)
    finally:
        for hook in hooks:
            hook.remove()


@misconception(
    "guided_gradient",
    "Only the direct children of the model have hooks. model.modules() also finds the ReLUs inside.",
)
def children_only(model, x, target):
    hooks = [
        m.register_full_backward_hook(lambda _, grads, __: (grads[0].clamp(min=0),))
        for m in model.children()
        if isinstance(m, nn.ReLU)
    ]
    try:
        return input_gradient(model, x, target)
    finally:
        for hook in hooks:
            hook.remove()


@misconception("guided_gradient", "The hooks stay: from now on every gradient of this model is a guided one.")
def hooks_left(model, x, target):
    for m in model.modules():
        if isinstance(m, nn.ReLU):
            m.register_full_backward_hook(lambda _, grads, __: (grads[0].clamp(min=0),))
    return input_gradient(model, x, target)


@misconception(
    "guided_gradient", "When the model raises an error, the hooks are never removed: use try and finally."
)
def hooks_left_after_an_error(model, x, target):
    hooks = [
        m.register_full_backward_hook(lambda _, grads, __: (grads[0].clamp(min=0),))
        for m in model.modules()
        if isinstance(m, nn.ReLU)
    ]
    gradient = input_gradient(model, x, target)
    for hook in hooks:
        hook.remove()
    return gradient


@misconception("guided_gradient", "Only negative gradients pass. Kept is what is positive: clamp(min=0).")
def only_negative_gradients(model, x, target):
    hooks = [
        m.register_full_backward_hook(lambda _, grads, __: (grads[0].clamp(max=0),))
        for m in model.modules()
        if isinstance(m, nn.ReLU)
    ]
    try:
        return input_gradient(model, x, target)
    finally:
        for hook in hooks:
            hook.remove()


@variant("guided_gradient")
def with_hooks_before_the_relu(model, x, target):
    def stop_negative(_, grads):
        return (torch.where(grads[0] > 0, grads[0], torch.zeros_like(grads[0])),)

    hooks = [
        m.register_full_backward_pre_hook(stop_negative) for m in model.modules() if isinstance(m, nn.ReLU)
    ]
    try:
        return input_gradient(model, x, target)
    finally:
        for hook in hooks:
            hook.remove()


@variant("guided_gradient")
def on_a_copy(model, x, target):
    guided = copy.deepcopy(model)
    for m in guided.modules():
        if isinstance(m, nn.ReLU):
            m.register_full_backward_hook(lambda _, grads, __: (F.relu(grads[0]),))
    return input_gradient(guided, x, target)
