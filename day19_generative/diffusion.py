# Write the parts marked TODO(day19). Made by `course sync` from the course's single source.
# skeleton 4a33c72f3398a5ca
"""Diffusion: destroy a picture in small steps that are known exactly, and learn to take them back.

Time t runs from 0, the picture, to T, pure noise. ``alpha_bar[t]`` says how much of the picture's variance is left at
time t: a tensor (T + 1,) that begins with alpha_bar[0] = 1 and falls. A model is asked for the *noise* that is in a
picture, ``model(x_t, t)`` or ``model(x_t, t, labels)`` with int64 tensors (b,) of times and labels. Samples are the
rows of a tensor (b, …), whatever their shape. Arguments come back unchanged.
"""

import math

import torch
from torch import Tensor, nn


def cosine_schedule(steps: int, max_beta: float = 0.999) -> Tensor:
    """How much of the picture is left at each time.

    The aim is a cosine, f(t) = cos²((t/T + 0.008)/1.008 · π/2) for t = 0, …, T. From time t − 1 to t, the share

        β_t = min(1 − f(t)/f(t − 1), max_beta)

    of the variance is replaced by noise. So alpha_bar[0] = 1 and alpha_bar[t] = alpha_bar[t − 1] · (1 − β_t).

    Parameters
    ----------
    steps : T, 1 or more
    max_beta : largest share that one step may replace, between 0 and 1

    Returns
    -------
    (T + 1,) float tensor, alpha_bar

    References
    ----------
    Nichol and Dhariwal (2021), Improved denoising diffusion probabilistic models, section 3.2
    """
    # TODO(day19): f for all times, β from neighbours, then torch.cumprod
    raise NotImplementedError("cosine_schedule is not written yet")


def add_noise(x0: Tensor, t: Tensor, noise: Tensor, alpha_bar: Tensor) -> Tensor:
    """Pictures at time t, in one leap.

        x_t = √alpha_bar[t] · x_0 + √(1 − alpha_bar[t]) · noise ,

    each picture with its own time. The t small steps x_s = √(1 − β_s) x_{s−1} + √β_s · (new noise) have the same
    distribution, because sums of normal numbers are normal.

    Parameters
    ----------
    x0 : (b, …) float tensor
    t : (b,) int64 tensor of times
    noise : float tensor of the shape of x0, drawn from N(0, 1)
    alpha_bar : (T + 1,) float tensor

    Returns
    -------
    float tensor of the shape of x0

    References
    ----------
    Ho, Jain and Abbeel (2020), Denoising diffusion probabilistic models, equation 4
    """
    # TODO(day19): give alpha_bar[t] as many axes as x0 has
    raise NotImplementedError("add_noise is not written yet")


def denoising_loss(
    model: nn.Module, x0: Tensor, t: Tensor, noise: Tensor, alpha_bar: Tensor, labels: Tensor | None = None
) -> Tensor:
    """How well the model finds the noise: the mean squared error over all entries of all pictures.

    The model is given the noisy pictures of `add_noise` and their times, and the labels if there are any (without
    labels it is called with two arguments). The check that trains on a spiral gives up after 90 seconds.

    Parameters
    ----------
    model : ``model(x_t, t)`` or ``model(x_t, t, labels)``, a prediction of the noise in the shape of x_t
    x0, t, noise, alpha_bar : as in `add_noise`
    labels : (b,) int64 tensor or None

    Returns
    -------
    float tensor of shape (), that can be differentiated by the parameters of the model

    References
    ----------
    Ho, Jain and Abbeel (2020), Denoising diffusion probabilistic models, equation 14
    """
    # TODO(day19): How well the model finds the noise: the mean squared error over all entries of all
    #   pictures
    raise NotImplementedError("denoising_loss is not written yet")


def ancestral_step(x: Tensor, t: int, predicted: Tensor, noise: Tensor, alpha_bar: Tensor) -> Tensor:
    """One step back in time, from t to t − 1.

    With α = alpha_bar[t] / alpha_bar[t − 1] and β = 1 − α,

        mean = (x − β / √(1 − alpha_bar[t]) · predicted) / √α ,
        variance = β · (1 − alpha_bar[t − 1]) / (1 − alpha_bar[t]) ,
        x_{t−1} = mean + √variance · noise :

    the distribution of x_{t−1}, given x_t and the picture that the predicted noise leaves over. At t = 1 the variance
    is 0, and nothing is drawn any more. The check that paints a spiral gives up after 90 seconds.

    Parameters
    ----------
    x : (b, …) float tensor, all at time t
    t : int, 1 or more
    predicted : what the model says of x, a tensor of the same shape
    noise : float tensor of the same shape, drawn from N(0, 1)
    alpha_bar : (T + 1,) float tensor

    Returns
    -------
    float tensor of the shape of x, at time t − 1

    References
    ----------
    Ho, Jain and Abbeel (2020), Denoising diffusion probabilistic models, algorithm 2, with σ² = β̃ of equation 7
    """
    # TODO(day19): One step back in time, from t to t − 1
    raise NotImplementedError("ancestral_step is not written yet")


def ddim_step(x: Tensor, t: int, s: int, predicted: Tensor, alpha_bar: Tensor) -> Tensor:
    """A step back from t to any earlier time s, without drawing anything (optional).

    Compute the picture that is left over when the predicted noise is taken away, then put the *same* noise back, as
    much of it as belongs to time s:

        x_0 = (x − √(1 − alpha_bar[t]) · predicted) / √alpha_bar[t] ,
        x_s = √alpha_bar[s] · x_0 + √(1 − alpha_bar[s]) · predicted .

    Parameters
    ----------
    x : (b, …) float tensor, all at time t
    t, s : ints, 0 ≤ s < t
    predicted : what the model says of x, a tensor of the same shape
    alpha_bar : (T + 1,) float tensor

    Returns
    -------
    float tensor of the shape of x, at time s

    References
    ----------
    Song, Meng and Ermon (2021), Denoising diffusion implicit models, equation 12 with σ = 0
    """
    # TODO(day19): A step back from t to any earlier time s, without drawing anything (optional)
    raise NotImplementedError("ddim_step is not written yet")


def guided_noise(
    model: nn.Module, x: Tensor, t: Tensor, labels: Tensor, weight: float, nobody: int
) -> Tensor:
    """The noise as a model sees it that is told more loudly what to paint (optional).

    The model is asked with the labels and with ``nobody``, the label that stands for "no label", for every picture:

        predicted = without + weight · (with − without) .

    0 paints anything, 1 what the label says, more than 1 exaggerates. Of other pictures in the batch, and of the order
    in which the model is asked, nothing depends.

    Parameters
    ----------
    model : ``model(x, t, labels)``, which treats every picture by itself
    x : (b, …) float tensor
    t : (b,) int64 tensor of times
    labels : (b,) int64 tensor
    weight : of the guidance
    nobody : the label without a meaning

    Returns
    -------
    float tensor of the shape of x

    References
    ----------
    Ho and Salimans (2022), Classifier-free diffusion guidance, arXiv:2207.12598, algorithm 2, where w = weight − 1
    """
    # TODO(day19): two questions, the second with torch.full_like(labels, nobody)
    raise NotImplementedError("guided_noise is not written yet")


def perfect_noise(x: Tensor, t: int, data: Tensor, alpha_bar: Tensor) -> Tensor:
    """What the best possible model would answer, if there is nothing in the world but the training data (optional).

    No network has a smaller `denoising_loss` on the data. A noisy x may have come from any of the n pictures d_i, all
    equally probable beforehand; afterwards

        p_i ∝ exp(−‖x − √alpha_bar[t] · d_i‖² / (2 (1 − alpha_bar[t]))) ,

    and the best guess of the noise is the mean of (x − √alpha_bar[t] · d_i) / √(1 − alpha_bar[t]) with these
    probabilities. Stable: no overflow and no NaN when alpha_bar[t] is nearly 1.

    Parameters
    ----------
    x : (b, d) float tensor, all at time t
    t : int, 1 or more
    data : (n, d) float tensor
    alpha_bar : (T + 1,) float tensor

    Returns
    -------
    (b, d) float tensor

    References
    ----------
    Vincent (2011), A connection between score matching and denoising autoencoders; Karras, Aittala, Aila and Laine
    (2022), Elucidating the design space of diffusion-based generative models, appendix B.3
    """
    # TODO(day19): probabilities by torch.softmax, then the mean picture, then the noise that is left
    raise NotImplementedError("perfect_noise is not written yet")
