"""The linear autoencoder: the simplest machine that writes a picture down in fewer numbers, and the only one that can
be solved on paper.

Samples are the rows of x, (n, d). Before they are written down the mean of x is taken off, and added again at the end,
so all errors are those of ``x - x.mean(0)``. The encoder is a matrix (d, k) and the decoder one of (k, d). Arguments
come back unchanged.
"""

import torch
from torch import Tensor


def least_error(x: Tensor, k: int) -> float:
    """The smallest mean squared error with which k numbers for each sample can be turned back into the samples.

    No linear encoder and decoder do better, however they are trained. With the singular values s₁ ≥ s₂ ≥ … of x minus
    its mean,

        1/(n d) · (s²_{k+1} + s²_{k+2} + …) :

    what is thrown away by keeping the k strongest directions. With k ≥ min(n, d) nothing is thrown away.

    Parameters
    ----------
    x : (n, d) float tensor
    k : numbers of a code, 0 or more

    Returns
    -------
    float

    References
    ----------
    Eckart and Young (1936), Psychometrika 1; Bishop, Pattern Recognition and Machine Learning, section 12.1.2
    """
    ### BEGIN SOLUTION torch.linalg.svdvals of the centred samples; squares of those behind the first k
    values = torch.linalg.svdvals(x - x.mean(dim=0))
    return float(values[k:].square().sum() / x.numel())
    ### END SOLUTION


def linear_loss(x: Tensor, encoder: Tensor, decoder: Tensor | None = None) -> Tensor:
    """Mean squared error of a linear autoencoder: the mean over all entries of (c E D − c)², with c = x − mean of x.

    Without a decoder the two are *tied*: the decoder is the transpose of the encoder, and the gradient comes from both
    places where it occurs. The check that trains on digits gives up after 90 seconds.

    Parameters
    ----------
    x : (n, d) float tensor
    encoder : (d, k) float tensor E
    decoder : (k, d) float tensor D, or None

    Returns
    -------
    float tensor of shape (), that can be differentiated by encoder and decoder

    References
    ----------
    Baldi and Hornik (1989), Neural networks and principal component analysis, Neural Networks 2
    """
    ### BEGIN SOLUTION
    centred = x - x.mean(dim=0)
    back = encoder.T if decoder is None else decoder
    return (centred @ encoder @ back - centred).square().mean()
    ### END SOLUTION


def subspace_angle(a: Tensor, b: Tensor) -> float:
    """How far two subspaces are apart: the largest of their principal angles (optional).

    The columns of a span one subspace, those of b the other; *which* columns span it does not matter. With orthonormal
    bases A and B of the two, the cosines of the angles are the singular values of AᵀB. Stable: never NaN, also when
    rounding makes a cosine larger than 1.

    Parameters
    ----------
    a, b : (d, k) float tensors with independent columns, k ≤ d

    Returns
    -------
    float, in radians, from 0 (the same subspace) to π/2 (some direction of one is orthogonal to all of the other)

    References
    ----------
    Björck and Golub (1973), Numerical methods for computing angles between linear subspaces
    """
    ### BEGIN SOLUTION torch.linalg.qr gives an orthonormal basis; the smallest cosine belongs to the largest angle
    cosines = torch.linalg.svdvals(torch.linalg.qr(a).Q.T @ torch.linalg.qr(b).Q)
    return float(torch.arccos(cosines.min().clamp(max=1)))
    ### END SOLUTION
