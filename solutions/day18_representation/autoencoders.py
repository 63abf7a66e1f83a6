"""Autoencoders with hidden layers: one step of training, noise for it, and the layer that makes pictures larger.

A network that is trained to give its own input back has no labels to learn from, and needs none. Apart from the
network and the optimiser in a step of training, arguments come back unchanged.
"""

import torch
from torch import Tensor, nn


def corrupt(x: Tensor, noise: Tensor, sigma: float) -> Tensor:
    """Noisy pictures: x + sigma · noise, and what leaves the range from 0 to 1 is set to its end.

    The check that trains with such noise gives up after 90 seconds.

    Parameters
    ----------
    x : float tensor of any shape, between 0 and 1
    noise : float tensor of the same shape, drawn from N(0, 1)
    sigma : standard deviation of the noise before clipping, 0 or more

    Returns
    -------
    float tensor of the same shape, between 0 and 1

    References
    ----------
    Vincent, Larochelle, Bengio and Manzagol (2008), Extracting and composing robust features with denoising
    autoencoders, ICML
    """
    ### BEGIN SOLUTION
    return (x + sigma * noise).clamp(0, 1)
    ### END SOLUTION


def train_step(model: nn.Module, optimizer: torch.optim.Optimizer, seen: Tensor, wanted: Tensor) -> float:
    """One step of training an autoencoder.

    The network is shown ``seen``, and the loss is the mean squared error over all entries of what it answers against
    ``wanted``. A plain autoencoder wants what it has seen; a denoising one sees noise, and wants the clean picture.
    Gradients of earlier steps do not count, and the parameters are changed by the optimiser alone. The checks that
    train on digits give up after 90 seconds.

    Parameters
    ----------
    model : from (b, …) to (b, …)
    optimizer : of the parameters of the model
    seen, wanted : (b, …) float tensors

    Returns
    -------
    float, the loss before the step

    References
    ----------
    Hinton and Salakhutdinov (2006), Reducing the dimensionality of data with neural networks, Science 313
    """
    ### BEGIN SOLUTION the loss, zero_grad, backward, step
    loss = (model(seen) - wanted).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
    ### END SOLUTION


def transposed_conv2d(z: Tensor, weight: Tensor, stride: int = 1) -> Tensor:
    """The transposed convolution, by which a decoder makes a picture larger.

    Every entry of z is a brush: it stamps the kernel, multiplied by itself, on the picture, and the next entry stamps
    ``stride`` places further on. Where stamps overlap they are added up:

        y[n, o, i · stride + p, j · stride + q] += z[n, c, i, j] · weight[c, o, p, q]

    for all n, c, o, i, j, p and q. It is the transpose of the convolution with the same kernel and stride, as a
    matrix; not its inverse.

    Parameters
    ----------
    z : (b, c, h, w) float tensor
    weight : (c, o, kh, kw) float tensor
    stride : 1 or more, the same in both directions

    Returns
    -------
    (b, o, (h − 1) · stride + kh, (w − 1) · stride + kw) float tensor
        that can be differentiated by z and by the weight

    References
    ----------
    Dumoulin and Visin (2016), A guide to convolution arithmetic for deep learning, arXiv:1603.07285, chapter 4
    """
    ### BEGIN SOLUTION loop over the places of the kernel; each one adds to every stride-th row and column
    b, _, h, w = z.shape
    _, o, kh, kw = weight.shape
    y = z.new_zeros(b, o, (h - 1) * stride + kh, (w - 1) * stride + kw)
    for p in range(kh):
        for q in range(kw):
            stamp = torch.einsum("bchw,co->bohw", z, weight[:, :, p, q])
            y[:, :, p : p + h * stride : stride, q : q + w * stride : stride] += stamp
    return y
    ### END SOLUTION
