"""Another's manner: a picture that keeps its content and takes over the style of a second one.

A network of fixed random weights looks at both. What is where is its feature maps; the style is what is left of them
when the places are forgotten: how strongly any two features occur together. Nothing is trained but the pixels.
Arguments come back unchanged.
"""

from collections.abc import Callable

import torch
from torch import Tensor


def gram_matrix(features: Tensor) -> Tensor:
    """How strongly any two feature maps occur at the same places.

        G_ij = 1/(h w) · Σ_places F_i F_j

    The mean over the places, so that pictures of different sizes can be compared. Where something is does not
    matter: the Gram matrix stays the same when the places are shuffled.

    Parameters
    ----------
    features : (c, h, w) float tensor F, c feature maps

    Returns
    -------
    (c, c) float tensor
        that can be differentiated by the features

    References
    ----------
    Gatys, Ecker and Bethge (2016), Image style transfer using convolutional neural networks, section 2.2
    """
    ### BEGIN SOLUTION one row for each feature map, then a product with the transpose
    rows = features.flatten(1)
    return rows @ rows.T / rows.shape[1]
    ### END SOLUTION


def style_loss(maps: list[Tensor], grams: list[Tensor]) -> Tensor:
    """Mean squared difference of the Gram matrices, added up over the layers (given)."""
    return torch.stack([(gram_matrix(f) - g).square().mean() for f, g in zip(maps, grams, strict=True)]).sum()


def transfer(
    network: Callable[[Tensor], list[Tensor]],
    content: Tensor,
    style: Tensor,
    steps: int = 200,
    learning_rate: float = 0.02,
    content_weight: float = 1.0,
) -> tuple[Tensor, list[float]]:
    """Paint the content in the manner of the style.

    Begin with the content and take ``steps`` steps of ``torch.optim.Adam`` (its other settings as they are) on the
    pixels, to make

        style_loss(network(image), Gram matrices of the style)
            + content_weight · mean((last feature maps of the image − last feature maps of the content)²)

    smaller. The Gram matrices of the style and the feature maps of the content are aims: they are computed once. The
    weights of the network stay as they are, and so does their ``grad``. The check that paints a photograph gives up
    after 90 seconds.

    Parameters
    ----------
    network : from an image to the list of its feature maps, one (c, h, w) tensor for each layer
    content : (3, h, w) float tensor
    style : (3, h', w') float tensor, possibly of another size
    steps : how many, 0 or more
    learning_rate : of Adam
    content_weight : what a wrong place costs, 0 or more

    Returns
    -------
    image : (3, h, w) float tensor without a graph
    losses : list of ``steps`` floats, the loss just before each step

    References
    ----------
    Gatys, Ecker and Bethge (2016), Image style transfer using convolutional neural networks, section 2.3
    Ustyuzhaninov, Brendel, Gatys and Bethge (2016), arXiv:1606.00021: that random weights are good enough
    """
    ### BEGIN SOLUTION aims without a graph; a copy of the content that requires a gradient; torch.autograd.grad for it
    with torch.no_grad():
        grams = [gram_matrix(maps) for maps in network(style)]
        places = network(content)[-1]
    image = content.clone().requires_grad_()
    optimizer = torch.optim.Adam([image], lr=learning_rate)
    losses = []
    for _ in range(steps):
        maps = network(image)
        loss = style_loss(maps, grams) + content_weight * (maps[-1] - places).square().mean()
        (image.grad,) = torch.autograd.grad(loss, image)
        optimizer.step()
        losses.append(loss.item())
    return image.detach(), losses
    ### END SOLUTION
