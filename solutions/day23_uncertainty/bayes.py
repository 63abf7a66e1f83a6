"""A line that knows how little it has seen: Bayesian linear regression, exactly and by variational inference.

The model of this module: weights w are drawn from N(0, prior_std² I), and values are y = x w + noise, the noise of each
from N(0, noise_std²). Arguments come back unchanged.
"""

import math

import torch
from torch import Tensor


def posterior(x: Tensor, y: Tensor, prior_std: float, noise_std: float) -> tuple[Tensor, Tensor]:
    """What is known of the weights after the data: a normal distribution N(mean, covariance).

        covariance = (xᵀx / noise_std² + I / prior_std²)⁻¹,    mean = covariance xᵀy / noise_std²

    Without any row it is the prior.

    Parameters
    ----------
    x : (n, d) float tensor, n may be 0
    y : (n,) float tensor
    prior_std, noise_std : above 0

    Returns
    -------
    mean : (d,) float tensor
    covariance : (d, d) float tensor

    References
    ----------
    Bishop (2006), Pattern Recognition and Machine Learning, section 3.3.1
    """
    ### BEGIN SOLUTION the inverse of the covariance is called precision, and precisions add up
    precision = x.T @ x / noise_std**2 + torch.eye(x.shape[1], dtype=x.dtype) / prior_std**2
    covariance = torch.linalg.inv(precision)
    return covariance @ (x.T @ y) / noise_std**2, covariance
    ### END SOLUTION


def predictive(x: Tensor, mean: Tensor, covariance: Tensor, noise_std: float) -> tuple[Tensor, Tensor]:
    """What to expect of new values: their means and standard deviations.

    Two things are uncertain, the weights and the noise of the new value, and their variances add up:
    xᵀ covariance x + noise_std² for one row x. There may be many rows: a table of all pairs of them would not fit into
    memory.

    Parameters
    ----------
    x : (n, d) float tensor
    mean : (d,) float tensor
    covariance : (d, d) float tensor
    noise_std : above 0

    Returns
    -------
    mean, std : (n,) float tensors

    References
    ----------
    Bishop (2006), Pattern Recognition and Machine Learning, section 3.3.2
    """
    ### BEGIN SOLUTION one number for each row: no (n, n) table is needed
    variance = ((x @ covariance) * x).sum(dim=1) + noise_std**2
    return x @ mean, variance.sqrt()
    ### END SOLUTION


def negative_elbo(
    x: Tensor, y: Tensor, mean: Tensor, std: Tensor, prior_std: float, noise_std: float
) -> Tensor:
    """The loss of variational inference, for a posterior in which the weights know nothing of each other.

    With q(w) = Π N(w_j; mean_j, std_j²) it is the expected negative log-likelihood of *all* values under q, constants
    included, and the divergence of q from the prior, both in nats:

        E_q[−ln p(y | x, w)]  +  KL(q ‖ prior) .

    For this model the expectation has a closed form: each squared error becomes that of the mean, and Σ_j x_j² std_j²
    more. Nothing is drawn. Differentiable by mean and std.

    Parameters
    ----------
    x : (n, d) float tensor
    y : (n,) float tensor
    mean, std : (d,) float tensors, std above 0
    prior_std, noise_std : above 0

    Returns
    -------
    float tensor of shape (), never below the negative logarithm of the evidence

    References
    ----------
    Blei, Kucukelbir and McAuliffe (2017), Variational inference: a review for statisticians, JASA 112, section 2.2
    """
    ### BEGIN SOLUTION sums over the values and over the weights, no means
    squares = (y - x @ mean).square() + (x.square() @ std.square())
    expected = (squares / (2 * noise_std**2) + 0.5 * math.log(2 * math.pi * noise_std**2)).sum()
    ratio = std / prior_std
    divergence = 0.5 * (ratio.square() + (mean / prior_std).square() - 1 - 2 * ratio.log()).sum()
    return expected + divergence
    ### END SOLUTION


def fit_variational(x: Tensor, y: Tensor, prior_std: float, noise_std: float) -> tuple[Tensor, Tensor]:
    """The mean and the standard deviation of each weight for which ``negative_elbo`` is smallest, found by descent.

    It has arrived when the loss is within a tenth of a nat of the smallest one there is. That is asked for the ten
    ``bumps`` of data.py, too: they overlap, so in some directions the loss hardly falls, and a descent needs more steps
    or longer ones. A deviation has to stay above 0 on the way; its logarithm may be any number. Where you begin, and
    which optimiser you take, is up to you. Without a graph. The check gives up after 90 seconds.

    Parameters
    ----------
    x : (n, d) float64 tensor
    y : (n,) float64 tensor
    prior_std, noise_std : above 0

    Returns
    -------
    mean, std : (d,) float tensors, finite, and all std above 0

    References
    ----------
    Blei, Kucukelbir and McAuliffe (2017), Variational inference: a review for statisticians, JASA 112, section 2.3
    """
    ### BEGIN SOLUTION move the mean and ln std; nothing is drawn here, so that a method with a line search works
    mean = torch.zeros(x.shape[1], dtype=x.dtype, requires_grad=True)
    log_std = torch.zeros(x.shape[1], dtype=x.dtype, requires_grad=True)
    optimizer = torch.optim.LBFGS([mean, log_std], max_iter=300, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = negative_elbo(x, y, mean, log_std.exp(), prior_std, noise_std)
        loss.backward()
        return loss

    optimizer.step(closure)
    return mean.detach(), log_std.exp().detach()
    ### END SOLUTION


def log_evidence(x: Tensor, y: Tensor, prior_std: float, noise_std: float) -> float:
    """ln p(y | x), in nats: how probable the data were before anything was learnt from them (optional).

    Under the model y is normal with mean 0 and covariance prior_std² x xᵀ + noise_std² I. A model that could produce
    anything finds nothing probable, so the evidence has an opinion on how many features are too many, and needs no
    data put aside for it.

    Parameters
    ----------
    x : (n, d) float tensor
    y : (n,) float tensor
    prior_std, noise_std : above 0

    Returns
    -------
    float

    References
    ----------
    MacKay (1992), Bayesian interpolation, Neural Computation 4
    """
    ### BEGIN SOLUTION a Cholesky factor gives the logarithm of the determinant without overflow
    covariance = prior_std**2 * x @ x.T + noise_std**2 * torch.eye(len(x), dtype=x.dtype)
    factor = torch.linalg.cholesky(covariance)
    white = torch.linalg.solve_triangular(factor, y[:, None], upper=False)
    log_det = 2 * factor.diagonal().log().sum()
    return float(-0.5 * (white.square().sum() + log_det + len(y) * math.log(2 * math.pi)))
    ### END SOLUTION
