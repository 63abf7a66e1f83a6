"""The variational autoencoder: pictures out of a few numbers that are drawn from a normal distribution.

An encoder says for each picture x where its numbers z probably are, N(mu, σ²) in every direction; a decoder says what
picture belongs to z. The encoder works with log σ², which may be any number. Arguments come back unchanged.
"""

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits


def reparameterise(mu: Tensor, log_variance: Tensor, noise: Tensor) -> Tensor:
    """A sample of N(mu, σ²) that can be differentiated by mu and σ.

        z = mu + σ · noise ,   σ = exp(log_variance / 2)

    The chance is in the noise, which depends on nothing; so the gradient has a way past it.

    Parameters
    ----------
    mu, log_variance : float tensors of the same shape
    noise : float tensor of the same shape, drawn from N(0, 1)

    Returns
    -------
    float tensor of the same shape

    References
    ----------
    Kingma and Welling (2014), Auto-encoding variational Bayes, section 2.4
    """
    ### BEGIN SOLUTION
    return mu + torch.exp(log_variance / 2) * noise
    ### END SOLUTION


def gaussian_kl(mu: Tensor, log_variance: Tensor) -> Tensor:
    """How far N(mu, σ²) is from N(0, 1): the Kullback-Leibler divergence in nats, for each row.

        KL = 1/2 · Σ_dimensions (mu² + σ² − 1 − log σ²)

    Parameters
    ----------
    mu, log_variance : (b, k) float tensors

    Returns
    -------
    (b,) float tensor, nowhere negative, that can be differentiated

    References
    ----------
    Kingma and Welling (2014), Auto-encoding variational Bayes, appendix B
    """
    ### BEGIN SOLUTION
    return 0.5 * (mu.square() + log_variance.exp() - 1 - log_variance).sum(dim=1)
    ### END SOLUTION


def negative_elbo(
    logits: Tensor, x: Tensor, mu: Tensor, log_variance: Tensor, beta: float = 1.0
) -> tuple[Tensor, Tensor, Tensor]:
    """What a variational autoencoder makes smaller, and the two parts of it.

        reconstruction = Σ_pixels −(x log p + (1 − x) log(1 − p)) ,   p = σ(logits) ,
        loss = reconstruction + beta · KL ,

    each the mean over the batch of a *sum*: over the pixels, over the dimensions. Stable: finite for logits of ±1000.
    With beta = 1 the loss is an upper bound of −log p(x). The check that trains on digits gives up after 90 seconds.

    Parameters
    ----------
    logits : (b, d) float tensor, what the decoder says
    x : (b, d) float tensor between 0 and 1, what it should have said
    mu, log_variance : (b, k) float tensors, what the encoder says
    beta : price of a nat

    Returns
    -------
    loss, reconstruction, kl : float tensors of shape (), in nats, that can be differentiated;
        kl without beta

    References
    ----------
    Kingma and Welling (2014), Auto-encoding variational Bayes, section 2.3; Higgins et al. (2017), β-VAE
    """
    ### BEGIN SOLUTION binary_cross_entropy_with_logits is allowed; mind its mean
    reconstruction = binary_cross_entropy_with_logits(logits, x, reduction="sum") / len(x)
    kl = gaussian_kl(mu, log_variance).mean()
    return reconstruction + beta * kl, reconstruction, kl
    ### END SOLUTION


def warm_up(step: int, steps: int, beta: float = 1.0) -> float:
    """The price of a nat while training: it rises in a straight line from 0 at step 0 to beta at ``steps``, and stays.

    With ``steps`` = 0 it is beta from the beginning. The check that trains twice, with and without warm-up, gives up
    after 90 seconds.

    Parameters
    ----------
    step : number of the step, 0 for the first
    steps : length of the warm-up, 0 or more
    beta : where it ends

    Returns
    -------
    float

    References
    ----------
    Bowman, Vilnis, Vinyals, Dai, Jozefowicz and Bengio (2016), Generating sentences from a continuous space, section
    3.1; Sønderby, Raiko, Maaløe, Sønderby and Winther (2016), Ladder variational autoencoders, section 2.2
    """
    ### BEGIN SOLUTION
    return beta if step >= steps else beta * step / steps
    ### END SOLUTION


def active_units(mu: Tensor, threshold: float = 0.01) -> int:
    """How many of the latent dimensions say anything about the picture (optional).

    A dimension is active when its mean moves from picture to picture: when the variance of mu over the pictures (with
    n in the denominator) is larger than the threshold. A dimension that has collapsed has mu ≈ 0 for every picture.

    Parameters
    ----------
    mu : (n, k) float tensor, one row for each picture
    threshold : of the variance

    Returns
    -------
    int

    References
    ----------
    Burda, Grosse and Salakhutdinov (2016), Importance weighted autoencoders, section 5.2
    """
    ### BEGIN SOLUTION
    return int((mu.var(dim=0, correction=0) > threshold).sum())
    ### END SOLUTION


def latent_grid(n: int) -> Tensor:
    """Points of the plane at which to look at a decoder with two latent dimensions (optional).

    In both directions the same n numbers, the quantiles (i + 1/2)/n of N(0, 1), i = 0, …, n − 1: so each of the n²
    cells around the points is equally probable, and the map is drawn densely where the pictures are.

    The first coordinate grows from left to right, the second from the bottom to the top; the points are listed row by
    row from the top, as a page is read.

    Parameters
    ----------
    n : points in each direction

    Returns
    -------
    (n², 2) float tensor

    References
    ----------
    Kingma and Welling (2014), Auto-encoding variational Bayes, appendix A
    """
    ### BEGIN SOLUTION `torch.special.ndtri` is the quantile function; cartesian_prod counts the last entry first
    quantiles = torch.special.ndtri((torch.arange(n) + 0.5) / n)
    return torch.cartesian_prod(quantiles.flip(0), quantiles).flip(1)
    ### END SOLUTION
