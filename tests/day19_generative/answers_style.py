"""Answers to style.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np
import torch

from course.testing import misconception, variant
from day19_generative.style import gram_matrix, style_loss


@misconception(
    "gram_matrix",
    "The products are added up over the places, but not divided by their number: a larger picture would have "
    "a larger "
    "style.",
)
def sum_over_places(features):
    rows = features.flatten(1)
    return rows @ rows.T


@misconception(
    "gram_matrix",
    "The divisor is c·h·w. The mean is over the places only; the number of feature maps does not belong there.",
)
def divided_by_everything(features):
    rows = features.flatten(1)
    return rows @ rows.T / features.numel()


@misconception(
    "gram_matrix",
    "The means of the feature maps are taken off first. That is their covariance; the Gram matrix keeps the means.",
)
def covariance(features):
    rows = features.flatten(1)
    rows = rows - rows.mean(dim=1, keepdim=True)
    return rows @ rows.T / rows.shape[1]


@misconception(
    "gram_matrix",
    "Places are compared instead of features: the answer has a row for each place. One row for each feature map, "
    "times its transpose.",
)
def places_for_features(features):
    rows = features.flatten(1)
    return rows.T @ rows / rows.shape[1]


@misconception(
    "gram_matrix",
    "The feature maps are multiplied as matrices, row by column. Multiply place by place: flatten each to one row.",
)
def maps_as_matrices(features):
    return torch.einsum("ihw,jkw->ij", features, features) / features[0].numel()


@misconception(
    "gram_matrix",
    "The rows are made shorter to length 1 first, so that only angles are left. How strong a feature is belongs to "
    "the style.",
)
def cosines(features):
    rows = features.flatten(1)
    rows = rows / rows.norm(dim=1, keepdim=True)
    return rows @ rows.T


@variant("gram_matrix")
def by_einsum(features):
    return torch.einsum("ihw,jhw->ij", features, features) / features[0].numel()


@variant("gram_matrix")
def by_means_of_products(features):
    return (features[:, None] * features[None]).mean(dim=(2, 3))


@misconception(
    "transfer",
    "The picture begins as noise. It begins as the content, of which it has to keep as much as it can.",
)
def from_noise(network, content, style, steps=200, learning_rate=0.02, content_weight=1.0):
    with torch.no_grad():
        grams = [gram_matrix(maps) for maps in network(style)]
        places = network(content)[-1]
    image = torch.randn_like(content).requires_grad_()
    optimizer = torch.optim.Adam([image], lr=learning_rate)
    losses = []
    for _ in range(steps):
        maps = network(image)
        loss = style_loss(maps, grams) + content_weight * (maps[-1] - places).square().mean()
        (image.grad,) = torch.autograd.grad(loss, image)
        optimizer.step()
        losses.append(loss.item())
    return image.detach(), losses


@misconception(
    "transfer",
    "The roles are exchanged: this paints the style in the manner of the content.",
)
def roles_exchanged(network, content, style, steps=200, learning_rate=0.02, content_weight=1.0):
    with torch.no_grad():
        grams = [gram_matrix(maps) for maps in network(content)]
        places = network(style)[-1]
    image = style.detach().clone().requires_grad_()
    optimizer = torch.optim.Adam([image], lr=learning_rate)
    losses = []
    for _ in range(steps):
        maps = network(image)
        loss = style_loss(maps, grams) + content_weight * (maps[-1] - places).square().mean()
        (image.grad,) = torch.autograd.grad(loss, image)
        optimizer.step()
        losses.append(loss.item())
    return image.detach(), losses


@misconception(
    "transfer",
    "The gradients of all steps add up: set the gradient of the image anew in every step.",
)
def gradients_add_up(network, content, style, steps=200, learning_rate=0.02, content_weight=1.0):
    with torch.no_grad():
        grams = [gram_matrix(maps) for maps in network(style)]
        places = network(content)[-1]
    image = content.detach().clone().requires_grad_()
    optimizer = torch.optim.Adam([image], lr=learning_rate)
    losses = []
    for _ in range(steps):
        maps = network(image)
        loss = style_loss(maps, grams) + content_weight * (maps[-1] - places).square().mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return image.detach(), losses


@misconception(
    "transfer",
    "The content is left out of the loss: with content_weight the last feature maps have to stay near those of the "
    "content.",
)
def style_only(network, content, style, steps=200, learning_rate=0.02, content_weight=1.0):
    with torch.no_grad():
        grams = [gram_matrix(maps) for maps in network(style)]
    image = content.detach().clone().requires_grad_()
    optimizer = torch.optim.Adam([image], lr=learning_rate)
    losses = []
    for _ in range(steps):
        loss = style_loss(network(image), grams)
        (image.grad,) = torch.autograd.grad(loss, image)
        optimizer.step()
        losses.append(loss.item())
    return image.detach(), losses


@misconception(
    "transfer",
    "The content is compared in the pixels. The loss compares the last feature maps, which forgive a changed "
    "surface.",
)
def content_in_pixels(network, content, style, steps=200, learning_rate=0.02, content_weight=1.0):
    with torch.no_grad():
        grams = [gram_matrix(maps) for maps in network(style)]
    image = content.detach().clone().requires_grad_()
    optimizer = torch.optim.Adam([image], lr=learning_rate)
    losses = []
    for _ in range(steps):
        loss = style_loss(network(image), grams) + content_weight * (image - content).square().mean()
        (image.grad,) = torch.autograd.grad(loss, image)
        optimizer.step()
        losses.append(loss.item())
    return image.detach(), losses


@misconception(
    "transfer",
    "Plain gradient descent was used. The task asks for Adam, whose steps do not depend on how small the loss is.",
)
def plain_descent(network, content, style, steps=200, learning_rate=0.02, content_weight=1.0):
    with torch.no_grad():
        grams = [gram_matrix(maps) for maps in network(style)]
        places = network(content)[-1]
    image = content.detach().clone().requires_grad_()
    losses = []
    for _ in range(steps):
        maps = network(image)
        loss = style_loss(maps, grams) + content_weight * (maps[-1] - places).square().mean()
        (gradient,) = torch.autograd.grad(loss, image)
        image = (image.detach() - learning_rate * gradient).requires_grad_()
        losses.append(loss.item())
    return image.detach(), losses


@misconception(
    "transfer",
    "backward() fills the grad of the network's weights as well. Ask for the gradient of the image alone: "
    "torch.autograd.grad.",
)
def by_backward(network, content, style, steps=200, learning_rate=0.02, content_weight=1.0):
    with torch.no_grad():
        grams = [gram_matrix(maps) for maps in network(style)]
        places = network(content)[-1]
    image = content.detach().clone().requires_grad_()
    optimizer = torch.optim.Adam([image], lr=learning_rate)
    losses = []
    for _ in range(steps):
        maps = network(image)
        loss = style_loss(maps, grams) + content_weight * (maps[-1] - places).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return image.detach(), losses


@variant("transfer")
def adam_by_hand(network, content, style, steps=200, learning_rate=0.02, content_weight=1.0):
    grams = [gram_matrix(maps).detach() for maps in network(style)]
    places = network(content)[-1].detach()
    image, m, v, losses = content.detach().clone(), 0.0, 0.0, []
    for step in range(steps):
        leaf = image.clone().requires_grad_()
        maps = network(leaf)
        loss = style_loss(maps, grams) + content_weight * torch.nn.functional.mse_loss(maps[-1], places)
        (gradient,) = torch.autograd.grad(loss, leaf)
        m, v = 0.9 * m + 0.1 * gradient, 0.999 * v + 0.001 * gradient**2
        rate = learning_rate / (1 - 0.9 ** (step + 1))
        image = image - rate * m / ((v / (1 - 0.999 ** (step + 1))).sqrt() + 1e-8)
        losses.append(float(loss))
    return image, losses


@variant("transfer")
def losses_in_an_array(network, content, style, steps=200, learning_rate=0.02, content_weight=1.0):
    with torch.no_grad():
        aims, places = network(style), network(content)
        grams = [gram_matrix(maps) for maps in aims]
    image = torch.nn.Parameter(content.detach().clone())
    optimizer = torch.optim.Adam([image], learning_rate)
    losses = np.zeros(steps)
    for i in range(steps):
        seen = network(image)
        total = content_weight * ((seen[-1] - places[-1]) ** 2).mean()
        for maps, gram in zip(seen, grams, strict=True):
            total = total + ((gram_matrix(maps) - gram) ** 2).mean()
        image.grad = torch.autograd.grad(total, [image])[0]
        optimizer.step()
        losses[i] = total.item()
    return [image.data, losses]


@misconception(
    "gram_matrix",
    "reshape(h·w, c) cuts the numbers as they stand in memory, so a row is no place. One row for each feature map is "
    "reshape(c, h·w).",
)
def cut_into_wrong_rows(features):
    c, h, w = features.shape
    rows = features.reshape(h * w, c)
    return rows.T @ rows / (h * w)


@misconception(
    "gram_matrix",
    "The result has no graph, so no gradient reaches the pixels: leave out detach and no_grad here.",
)
def without_a_graph(features):
    rows = features.detach().flatten(1)
    return rows @ rows.T / rows.shape[1]


@misconception("transfer", "The content is compared in the first feature maps. The last ones are asked for.")
def first_maps_compared(network, content, style, steps=200, learning_rate=0.02, content_weight=1.0):
    with torch.no_grad():
        grams, places = [gram_matrix(f) for f in network(style)], network(content)[0]
    image, losses = content.clone().requires_grad_(), []
    optimizer = torch.optim.Adam([image], lr=learning_rate)
    for _ in range(steps):
        maps = network(image)
        loss = style_loss(maps, grams) + content_weight * (maps[0] - places).square().mean()
        (image.grad,) = torch.autograd.grad(loss, image)
        optimizer.step()
        losses.append(loss.item())
    return image.detach(), losses


@misconception("transfer", "The squares of the feature maps are added up. Their mean is in the loss.")
def sum_over_the_maps(network, content, style, steps=200, learning_rate=0.02, content_weight=1.0):
    with torch.no_grad():
        grams, places = [gram_matrix(f) for f in network(style)], network(content)[-1]
    image, losses = content.clone().requires_grad_(), []
    optimizer = torch.optim.Adam([image], lr=learning_rate)
    for _ in range(steps):
        maps = network(image)
        loss = style_loss(maps, grams) + content_weight * (maps[-1] - places).square().sum()
        (image.grad,) = torch.autograd.grad(loss, image)
        optimizer.step()
        losses.append(loss.item())
    return image.detach(), losses
