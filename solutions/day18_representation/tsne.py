"""A map of many dimensions: t-SNE, which puts neighbours next to each other and gives up everything else.

Two tables of probabilities are compared, (n, n) each: P says who is whose neighbour in the data, Q who is whose
neighbour on the map. Nobody is a neighbour of himself, so both have zeros on the diagonal. Arguments come back
unchanged.
"""

import math

import torch
from torch import Tensor


def row_probabilities(squared_distances: Tensor, perplexity: float) -> Tensor:
    """Who is a neighbour of whom, with the same number of neighbours for everybody.

    In row i, with a precision b_i > 0 of its own,

        p_{j|i} = exp(−b_i · D_ij) / Σ_{l ≠ i} exp(−b_i · D_il)   for j ≠ i ,   p_{i|i} = 0 ,

    and b_i is chosen such that the *perplexity* of the row, exp(−Σ_j p_{j|i} ln p_{j|i}), is the one that is asked for,
    to one part in a million. It falls when b_i grows, so b_i can be found by bisection. Rows have sizes of their own:
    a million times the distances give the same answer. Stable: no overflow and no NaN, also for distances of 10⁶.

    Parameters
    ----------
    squared_distances : (n, n) float tensor D, 0 on the diagonal, different numbers elsewhere; not always symmetric
    perplexity : more than 1 and less than n − 1

    Returns
    -------
    (n, n) float tensor whose rows add up to 1

    References
    ----------
    van der Maaten and Hinton (2008), Visualizing data using t-SNE, JMLR 9, section 2
    """
    ### BEGIN SOLUTION bisect the logarithm of b, all rows at once; torch.softmax over the others is stable
    n = len(squared_distances)
    others = ~torch.eye(n, dtype=torch.bool)
    distances = squared_distances[others].reshape(n, n - 1)
    low, high = torch.full((n, 1), -40.0).to(distances), torch.full((n, 1), 40.0).to(distances)
    for _ in range(60):
        middle = (low + high) / 2
        p = torch.softmax(-middle.exp() * distances, dim=1)
        entropy = -torch.xlogy(p, p).sum(dim=1, keepdim=True)
        too_many = entropy > math.log(perplexity)
        low, high = torch.where(too_many, middle, low), torch.where(too_many, high, middle)
    table = torch.zeros_like(squared_distances)
    table[others] = p.flatten()
    return table
    ### END SOLUTION


def joint_probabilities(rows: Tensor) -> Tensor:
    """One table of all pairs: P_ij = (p_{j|i} + p_{i|j}) / (2n).

    It is symmetric and adds up to 1, and everybody, outliers too, has a part of at least 1/(2n) in it.

    Parameters
    ----------
    rows : (n, n) float tensor, rows add up to 1

    Returns
    -------
    (n, n) float tensor

    References
    ----------
    van der Maaten and Hinton (2008), Visualizing data using t-SNE, JMLR 9, section 3.1
    """
    ### BEGIN SOLUTION
    return (rows + rows.T) / (2 * len(rows))
    ### END SOLUTION


def map_probabilities(y: Tensor) -> Tensor:
    """Who is whose neighbour on the map, by Student's distribution with one degree of freedom.

        Q_ij = w_ij / Σ_{k ≠ l} w_kl ,   w_ij = 1 / (1 + ‖y_i − y_j‖²) ,   Q_ii = 0

    The sum runs over all pairs of the table, not over a row. Its heavy tail lets those who are not neighbours be far
    apart without being punished.

    Parameters
    ----------
    y : (n, 2) float tensor, places on the map; any number of columns

    Returns
    -------
    (n, n) float tensor that adds up to 1

    References
    ----------
    van der Maaten and Hinton (2008), Visualizing data using t-SNE, JMLR 9, equation 4
    """
    ### BEGIN SOLUTION
    weights = 1 / (1 + torch.cdist(y, y).square())
    weights = weights.fill_diagonal_(0)
    return weights / weights.sum()
    ### END SOLUTION


def kl_gradient(p: Tensor, y: Tensor) -> Tensor:
    """The gradient of KL(P ‖ Q) by the places on the map.

        ∂/∂y_i Σ_jk P_jk ln(P_jk / Q_jk) = 4 Σ_j (P_ij − Q_ij) · w_ij · (y_i − y_j) ,   w_ij = 1 / (1 + ‖y_i − y_j‖²) :

    springs that pull neighbours together and push all others apart. The formula is for a symmetric P. That of P which
    does not add up to 1 is used as it is (descent begins with four times P).

    Parameters
    ----------
    p : (n, n) float tensor, symmetric, 0 on the diagonal
    y : (n, 2) float tensor

    Returns
    -------
    float tensor of the shape of y

    References
    ----------
    van der Maaten and Hinton (2008), Visualizing data using t-SNE, JMLR 9, equation 5 and appendix A
    """
    ### BEGIN SOLUTION Σ_j F_ij (y_i − y_j) = (row sum of F) · y_i − (F y)_i
    weights = 1 / (1 + torch.cdist(y, y).square())
    forces = (p - map_probabilities(y)) * weights
    return 4 * (forces.sum(dim=1, keepdim=True) * y - forces @ y)
    ### END SOLUTION


def descend(
    p: Tensor, start: Tensor, steps: int, learning_rate: float, early: int = 50, exaggeration: float = 4.0
) -> Tensor:
    """Draw the map: gradient descent with momentum, and with exaggeration in the beginning.

    With velocity 0 at first, step number t = 0, …, steps − 1 is

        velocity ← m · velocity − learning_rate · kl_gradient(e · P, y) ,   y ← y + velocity .

    In the first ``early`` steps e is the exaggeration and m = 0.5: neighbours are pulled together before they lose each
    other. After that e = 1 and m = 0.8. The check that draws the digits gives up after 90 seconds.

    Parameters
    ----------
    p : (n, n) float tensor, `joint_probabilities`
    start : (n, 2) float tensor, where everybody stands at first
    steps : how many, 0 or more
    learning_rate : of the descent
    early : how many steps of them are exaggerated
    exaggeration : factor of P in these steps

    Returns
    -------
    (n, 2) float tensor, all finite

    References
    ----------
    van der Maaten and Hinton (2008), Visualizing data using t-SNE, JMLR 9, sections 3.3 and 3.4
    """
    ### BEGIN SOLUTION
    y, velocity = start, torch.zeros_like(start)
    for t in range(steps):
        factor, momentum = (exaggeration, 0.5) if t < early else (1.0, 0.8)
        velocity = momentum * velocity - learning_rate * torch.as_tensor(kl_gradient(factor * p, y))
        y = y + velocity
    return y
    ### END SOLUTION


def trustworthiness(x: Tensor, y: Tensor, k: int) -> float:
    """Are those who are neighbours on the map neighbours in the data as well? (optional)

        1 − 2 / (n k (2n − 3k − 1)) · Σ_i Σ_j (r(i, j) − k)

    j runs over the k nearest others of i *on the map* which are not among its k nearest others in the data, and r(i, j)
    says as the how-many-eth nearest other of i in the data j comes (1 for the nearest). 1 is a map without lies. It
    does not say whether neighbours were torn apart; for that the two are exchanged.

    Parameters
    ----------
    x : (n, d) float tensor, the data
    y : (n, 2) float tensor, the map; no two distances of a sample are equal, in either
    k : 1 or more, less than n/2

    Returns
    -------
    float

    References
    ----------
    Venna and Kaski (2001), Neighborhood preservation in nonlinear projection methods, section 2.1
    """
    ### BEGIN SOLUTION ranks are argsort of argsort; where r ≤ k nothing is added
    n = len(x)
    in_data = torch.cdist(x, x).fill_diagonal_(-1)
    on_map = torch.cdist(y, y).fill_diagonal_(torch.inf)
    ranks = in_data.argsort(dim=1).argsort(dim=1)
    found = on_map.topk(k, largest=False).indices
    excess = int((ranks.gather(1, found) - k).clamp(min=0).sum())
    return 1 - 2 / (n * k * (2 * n - 3 * k - 1)) * excess
    ### END SOLUTION
