"""Answers to tsne.py: wrong ones with what went wrong, and right ones in another style."""

import math

import numpy as np
import torch
from scipy.optimize import brentq
from torch import Tensor

from course.testing import misconception, variant
from day18_representation.tsne import kl_gradient, map_probabilities


@misconception(
    "row_probabilities",
    "The perplexity was compared with the entropy itself. Perplexity is exp of the entropy: ln(perplexity) is its aim.",
)
def perplexity_as_entropy(squared_distances, perplexity):
    n = len(squared_distances)
    others = ~torch.eye(n, dtype=torch.bool)
    distances = squared_distances[others].reshape(n, n - 1)
    distances = distances - distances.amin(dim=1, keepdim=True)
    distances = distances / distances.mean(dim=1, keepdim=True)
    low, high = torch.full((n, 1), -40.0).to(distances), torch.full((n, 1), 40.0).to(distances)
    for _ in range(60):
        middle = (low + high) / 2
        p = torch.softmax(-middle.exp() * distances, dim=1)
        too_many = -torch.xlogy(p, p).sum(dim=1, keepdim=True) > perplexity
        low, high = torch.where(too_many, middle, low), torch.where(too_many, high, middle)
    table = torch.zeros_like(squared_distances)
    table[others] = p.flatten()
    return table


@misconception(
    "row_probabilities",
    "The entropy is in nats and its aim in bits: ln belongs to exp, log₂ to 2 to the power.",
)
def nats_and_bits(squared_distances, perplexity):
    n = len(squared_distances)
    others = ~torch.eye(n, dtype=torch.bool)
    distances = squared_distances[others].reshape(n, n - 1)
    distances = distances - distances.amin(dim=1, keepdim=True)
    distances = distances / distances.mean(dim=1, keepdim=True)
    low, high = torch.full((n, 1), -40.0).to(distances), torch.full((n, 1), 40.0).to(distances)
    for _ in range(60):
        middle = (low + high) / 2
        p = torch.softmax(-middle.exp() * distances, dim=1)
        too_many = -torch.xlogy(p, p).sum(dim=1, keepdim=True) > math.log2(perplexity)
        low, high = torch.where(too_many, middle, low), torch.where(too_many, high, middle)
    table = torch.zeros_like(squared_distances)
    table[others] = p.flatten()
    return table


@misconception(
    "row_probabilities",
    "Everybody is a neighbour of himself here. The diagonal has to be left out before the row is divided by its sum.",
)
def itself_is_a_neighbour(squared_distances, perplexity):
    n = len(squared_distances)
    distances = squared_distances / squared_distances.mean(dim=1, keepdim=True)
    low, high = torch.full((n, 1), -40.0).to(distances), torch.full((n, 1), 40.0).to(distances)
    for _ in range(60):
        middle = (low + high) / 2
        p = torch.softmax(-middle.exp() * distances, dim=1)
        too_many = -torch.xlogy(p, p).sum(dim=1, keepdim=True) > math.log(perplexity)
        low, high = torch.where(too_many, middle, low), torch.where(too_many, high, middle)
    return p


@misconception(
    "row_probabilities",
    "One b for all rows. Each row has its own, so that everybody has as many neighbours, in the crowd and outside.",
)
def one_width_for_all(squared_distances, perplexity):
    n = len(squared_distances)
    others = ~torch.eye(n, dtype=torch.bool)
    distances = squared_distances[others].reshape(n, n - 1)
    distances = distances - distances.amin(dim=1, keepdim=True)
    distances = distances / distances.mean()
    low, high = torch.tensor(-40.0).to(distances), torch.tensor(40.0).to(distances)
    for _ in range(60):
        middle = (low + high) / 2
        p = torch.softmax(-middle.exp() * distances, dim=1)
        too_many = -torch.xlogy(p, p).sum(dim=1).mean() > math.log(perplexity)
        low, high = torch.where(too_many, middle, low), torch.where(too_many, high, middle)
    table = torch.zeros_like(squared_distances)
    table[others] = p.flatten()
    return table


@misconception(
    "row_probabilities",
    "exp(−b D) of large distances is 0, all of a row may be, and 0/0 is NaN: comparisons with NaN are false, so b is "
    "sought on the wrong side. Take the smallest distance of the row off, or use torch.softmax.",
)
def zero_by_zero(squared_distances, perplexity):
    n = len(squared_distances)
    others = 1 - torch.eye(n, dtype=squared_distances.dtype)
    low, high = torch.full((n, 1), -40.0).to(others), torch.full((n, 1), 40.0).to(others)
    for _ in range(80):
        middle = (low + high) / 2
        weights = torch.exp(-middle.exp() * squared_distances) * others
        p = weights / weights.sum(dim=1, keepdim=True)
        too_few = -torch.xlogy(p, p).sum(dim=1, keepdim=True) < math.log(perplexity)
        high, low = torch.where(too_few, middle, high), torch.where(too_few, low, middle)
    return p


@misconception(
    "row_probabilities",
    "Where all distances of a row are large and nearly alike, exp(−b D) is 0 for all before b is large enough. "
    "Take the smallest distance of the row off, or use torch.softmax.",
)
def nothing_taken_off(squared_distances, perplexity):
    n = len(squared_distances)
    others = 1 - torch.eye(n, dtype=squared_distances.dtype)
    low, high = torch.full((n, 1), -40.0).to(others), torch.full((n, 1), 40.0).to(others)
    for _ in range(80):
        middle = (low + high) / 2
        weights = torch.exp(-middle.exp() * squared_distances) * others
        p = weights / weights.sum(dim=1, keepdim=True)
        too_many = -torch.xlogy(p, p).sum(dim=1, keepdim=True) > math.log(perplexity)
        low, high = torch.where(too_many, middle, low), torch.where(too_many, high, middle)
    return p


@misconception(
    "row_probabilities",
    "The entropy is NaN: 0 · ln 0 on the diagonal. Comparisons with NaN are false, so b runs to an end. "
    "torch.xlogy and torch.special.entr know that it is 0.",
    by_too_many=(True, False),
)
def zero_times_infinity(squared_distances, perplexity, *, by_too_many=True):
    n = len(squared_distances)
    distances = squared_distances.clone().fill_diagonal_(torch.inf)
    low, high = torch.full((n, 1), -40.0).to(distances), torch.full((n, 1), 40.0).to(distances)
    for _ in range(60):
        middle = (low + high) / 2
        p = torch.softmax(-middle.exp() * distances, dim=1)
        entropy = -(p * p.log()).sum(dim=1, keepdim=True)
        aim = math.log(perplexity)
        grow = entropy > aim if by_too_many else ~(entropy < aim)
        low, high = torch.where(grow, middle, low), torch.where(grow, high, middle)
    return p


@misconception(
    "row_probabilities",
    "The interval of b was not halved often enough: the perplexity has to be right to one part in a million.",
)
def halved_too_seldom(squared_distances, perplexity):
    n = len(squared_distances)
    others = ~torch.eye(n, dtype=torch.bool)
    distances = squared_distances[others].reshape(n, n - 1)
    low, high = torch.full((n, 1), -60.0).to(distances), torch.full((n, 1), 60.0).to(distances)
    for _ in range(20):
        middle = (low + high) / 2
        p = torch.softmax(-middle.exp() * distances, dim=1)
        too_many = -torch.xlogy(p, p).sum(dim=1, keepdim=True) > math.log(perplexity)
        low, high = torch.where(too_many, middle, low), torch.where(too_many, high, middle)
    table = torch.zeros_like(squared_distances)
    table[others] = p.flatten()
    return table


@misconception(
    "row_probabilities",
    "b is sought between 0 and 100 only. Where all distances are tiny it is much larger: go on doubling, or divide the "
    "distances of each row by their mean first.",
)
def small_interval(squared_distances, perplexity):
    n = len(squared_distances)
    others = ~torch.eye(n, dtype=torch.bool)
    distances = squared_distances[others].reshape(n, n - 1)
    distances = distances - distances.amin(dim=1, keepdim=True)
    low, high = torch.zeros(n, 1).to(distances), torch.full((n, 1), 100.0).to(distances)
    for _ in range(100):
        middle = (low + high) / 2
        p = torch.softmax(-middle * distances, dim=1)
        too_many = -torch.xlogy(p, p).sum(dim=1, keepdim=True) > math.log(perplexity)
        low, high = torch.where(too_many, middle, low), torch.where(too_many, high, middle)
    table = torch.zeros_like(squared_distances)
    table[others] = p.flatten()
    return table


@misconception(
    "row_probabilities",
    "The square roots of the squared distances were used: the tail of a normal distribution needs the squares.",
)
def plain_distances(squared_distances, perplexity):
    n = len(squared_distances)
    others = ~torch.eye(n, dtype=torch.bool)
    distances = squared_distances.sqrt()[others].reshape(n, n - 1)
    distances = distances - distances.amin(dim=1, keepdim=True)
    distances = distances / distances.mean(dim=1, keepdim=True)
    low, high = torch.full((n, 1), -40.0).to(distances), torch.full((n, 1), 40.0).to(distances)
    for _ in range(60):
        middle = (low + high) / 2
        p = torch.softmax(-middle.exp() * distances, dim=1)
        too_many = -torch.xlogy(p, p).sum(dim=1, keepdim=True) > math.log(perplexity)
        low, high = torch.where(too_many, middle, low), torch.where(too_many, high, middle)
    table = torch.zeros_like(squared_distances)
    table[others] = p.flatten()
    return table


@variant("row_probabilities")
def by_doubling_and_halving(squared_distances, perplexity):
    d = np.asarray(squared_distances, dtype=float)
    table = np.zeros_like(d)
    for i in range(len(d)):
        row = np.delete(d[i], i)
        row = row - row.min()
        beta, low, high = 1.0, 0.0, np.inf
        for _ in range(300):
            weights = np.exp(-beta * row)
            total = weights.sum()
            entropy = np.log(total) + beta * (row * weights).sum() / total
            if abs(entropy - np.log(perplexity)) < 1e-9:
                break
            if entropy > np.log(perplexity):
                low = beta
                beta = 2 * beta if np.isinf(high) else (beta + high) / 2
            else:
                high = beta
                beta = (beta + low) / 2
        table[i] = np.insert(weights / total, i, 0.0)
    return torch.tensor(table)


@variant("row_probabilities")
def by_root_finding(squared_distances, perplexity):
    n = len(squared_distances)
    rows = []
    for i in range(n):
        d = torch.cat([squared_distances[i, :i], squared_distances[i, i + 1 :]])
        scale = (d - d.min()).mean()

        def probabilities(log_b: float, d: Tensor = d, scale: Tensor = scale) -> Tensor:
            return torch.softmax(-d / scale * math.exp(log_b), dim=0)

        def miss(log_b: float, probabilities=probabilities) -> float:
            return torch.special.entr(probabilities(log_b)).sum().item() - math.log(perplexity)

        p = probabilities(brentq(miss, -40, 40, xtol=1e-12))
        rows.append(torch.cat([p[:i], torch.zeros(1, dtype=p.dtype), p[i:]]))
    return torch.stack(rows)


@misconception("joint_probabilities", "Divided by n only: the table adds up to 2.")
def adds_up_to_two(rows):
    return (rows + rows.T) / len(rows)


@misconception(
    "joint_probabilities",
    "The rows are not added to their transpose. Whose neighbour j is has to be in it, too.",
)
def not_symmetric(rows):
    return rows / len(rows)


@misconception(
    "joint_probabilities", "The mean of the two directions is not divided by n: the table adds up to n."
)
def adds_up_to_n(rows):
    return (rows + rows.T) / 2


@misconception(
    "joint_probabilities",
    "Products of the two directions. They are added: an outlier would have no part in a product.",
)
def products(rows):
    both = rows * rows.T
    return both / both.sum()


@variant("joint_probabilities")
def divided_by_the_sum(rows):
    both = rows + rows.transpose(0, 1)
    return both / both.sum()


@variant("joint_probabilities")
def with_numpy(rows):
    p = np.asarray(rows) / np.asarray(rows).shape[0]
    return torch.from_numpy(0.5 * (p + p.T))


@misconception(
    "map_probabilities",
    "A normal distribution on the map, exp(−‖…‖²). Student's has a heavy tail: 1 / (1 + ‖…‖²).",
)
def gaussian(y):
    weights = torch.exp(-torch.cdist(y, y).square()).fill_diagonal_(0)
    return weights / weights.sum()


@misconception("map_probabilities", "The distances were not squared.")
def not_squared(y):
    weights = (1 / (1 + torch.cdist(y, y))).fill_diagonal_(0)
    return weights / weights.sum()


@misconception("map_probabilities", "The diagonal is not 0: nobody is his own neighbour.")
def with_the_diagonal(y):
    weights = 1 / (1 + torch.cdist(y, y).square())
    return weights / weights.sum()


@misconception(
    "map_probabilities", "Every row was divided by its own sum. On the map there is one sum over all pairs."
)
def rows_add_up(y):
    weights = (1 / (1 + torch.cdist(y, y).square())).fill_diagonal_(0)
    return weights / weights.sum(dim=1, keepdim=True)


@misconception(
    "map_probabilities", "The diagonal became 0 only after the division, so the table does not add up to 1."
)
def diagonal_too_late(y):
    weights = 1 / (1 + torch.cdist(y, y).square())
    return (weights / weights.sum()).fill_diagonal_(0)


@misconception("map_probabilities", "The weights came back without being divided by their sum.")
def not_divided(y):
    return (1 / (1 + torch.cdist(y, y).square())).fill_diagonal_(0)


@variant("map_probabilities")
def by_differences(y):
    arrows = y.unsqueeze(1) - y.unsqueeze(0)
    weights = (1 + (arrows**2).sum(-1)) ** -1
    weights = weights * (1 - torch.eye(len(y), dtype=y.dtype))
    return weights / weights.sum()


@variant("map_probabilities")
def by_norms_in_numpy(y):
    y = np.asarray(y, dtype=float)
    squares = np.sum(y * y, axis=1)
    w = 1.0 / (1.0 + np.maximum(squares[:, None] + squares - 2 * y @ y.T, 0))
    np.fill_diagonal(w, 0)
    return w / np.sum(w)


@misconception("kl_gradient", "The factor 4 is missing.")
def without_the_four(p, y):
    forces = (p - map_probabilities(y)) / (1 + torch.cdist(y, y).square())
    return forces.sum(dim=1, keepdim=True) * y - forces @ y


@misconception(
    "kl_gradient",
    "Only the places of the others are here, −Σ F_ij y_j. The arrow is y_i − y_j: y_i times the row sum is missing.",
)
def without_the_place_itself(p, y):
    forces = (p - map_probabilities(y)) / (1 + torch.cdist(y, y).square())
    return -4 * forces @ y


@misconception("kl_gradient", "The sign is wrong: this is the direction in which KL falls.")
def downhill(p, y):
    forces = (p - map_probabilities(y)) / (1 + torch.cdist(y, y).square())
    return -4 * (forces.sum(dim=1, keepdim=True) * y - forces @ y)


@misconception(
    "kl_gradient",
    "The weight w_ij is missing: without it this is the gradient of SNE, whose map has no heavy tail.",
)
def without_the_weights(p, y):
    forces = p - map_probabilities(y)
    return 4 * (forces.sum(dim=1, keepdim=True) * y - forces @ y)


@misconception("kl_gradient", "Q was put where w belongs. w is not divided by its sum.")
def q_for_w(p, y):
    q = map_probabilities(y)
    forces = (p - q) * q
    return 4 * (forces.sum(dim=1, keepdim=True) * y - forces @ y)


@misconception("kl_gradient", "Only the part that pushes is here, or only the pull: P − Q has both.")
def nothing_but_pull(p, y):
    forces = p / (1 + torch.cdist(y, y).square())
    return 4 * (forces.sum(dim=1, keepdim=True) * y - forces @ y)


@misconception(
    "kl_gradient", "P was made to add up to 1 again. It is used as it is; otherwise there is no exaggeration."
)
def p_divided_by_its_sum(p, y):
    forces = (p / p.sum() - map_probabilities(y)) / (1 + torch.cdist(y, y).square())
    return 4 * (forces.sum(dim=1, keepdim=True) * y - forces @ y)


@variant("kl_gradient")
def by_all_arrows(p, y):
    arrows = y[:, None, :] - y[None, :, :]
    w = 1 / (1 + (arrows**2).sum(dim=2))
    q = w - torch.diag(torch.diag(w))
    q = q / q.sum()
    return 4 * (((p - q) * w)[:, :, None] * arrows).sum(dim=1)


@variant("kl_gradient")
def by_a_laplacian(p, y):
    squares = (y * y).sum(dim=1)
    w = 1.0 / (1.0 + (squares[:, None] + squares[None] - 2 * y @ y.T).clamp(min=0))
    forces = (p - torch.as_tensor(map_probabilities(y), dtype=y.dtype)) * w
    return 4 * (torch.diag(forces.sum(dim=0)) - forces) @ y


@misconception("descend", "No exaggeration: in the first steps P is multiplied.")
def never_exaggerated(p, start, steps, learning_rate, early=50, exaggeration=4.0):
    y, velocity = start, torch.zeros_like(start)
    for t in range(steps):
        velocity = (0.5 if t < early else 0.8) * velocity - learning_rate * kl_gradient(p, y)
        y = y + velocity
    return y


@misconception("descend", "The exaggeration is never taken back: it is for the first steps only.")
def always_exaggerated(p, start, steps, learning_rate, early=50, exaggeration=4.0):
    y, velocity = start, torch.zeros_like(start)
    for t in range(steps):
        velocity = (0.5 if t < early else 0.8) * velocity - learning_rate * kl_gradient(exaggeration * p, y)
        y = y + velocity
    return y


@misconception(
    "descend", "There is no momentum: the velocity of the step before counts, half of it or four fifths."
)
def without_momentum(p, start, steps, learning_rate, early=50, exaggeration=4.0):
    y = start
    for t in range(steps):
        factor = exaggeration if t < early else 1.0
        y = y - learning_rate * kl_gradient(factor * p, y)
    return y


@misconception("descend", "It climbs: the gradient is taken off.")
def uphill(p, start, steps, learning_rate, early=50, exaggeration=4.0):
    y, velocity = start, torch.zeros_like(start)
    for t in range(steps):
        factor, momentum = (exaggeration, 0.5) if t < early else (1.0, 0.8)
        velocity = momentum * velocity + learning_rate * kl_gradient(factor * p, y)
        y = y + velocity
    return y


@misconception("descend", "The exaggeration lasts one step too long: it ends when t is `early`.")
def one_step_too_long(p, start, steps, learning_rate, early=50, exaggeration=4.0):
    y, velocity = start, torch.zeros_like(start)
    for t in range(steps):
        factor, momentum = (exaggeration, 0.5) if t <= early else (1.0, 0.8)
        velocity = momentum * velocity - learning_rate * kl_gradient(factor * p, y)
        y = y + velocity
    return y


@misconception(
    "descend",
    "The momentum is the same all the time: 0.5 in the early steps, 0.8 after.",
    momentum=(0.8, 0.5),
)
def one_momentum(p, start, steps, learning_rate, early=50, exaggeration=4.0, *, momentum=0.8):
    y, velocity = start, torch.zeros_like(start)
    for t in range(steps):
        factor = exaggeration if t < early else 1.0
        velocity = momentum * velocity - learning_rate * kl_gradient(factor * p, y)
        y = y + velocity
    return y


@misconception("descend", "The learning rate counts twice: the velocity has it already, y ← y + velocity.")
def rate_taken_twice(p, start, steps, learning_rate, early=50, exaggeration=4.0):
    y, velocity = start, torch.zeros_like(start)
    for t in range(steps):
        factor, momentum = (exaggeration, 0.5) if t < early else (1.0, 0.8)
        velocity = momentum * velocity - learning_rate * kl_gradient(factor * p, y)
        y = y + learning_rate * velocity
    return y


@misconception("descend", "This is Nesterov's momentum, a look ahead. Here y moves by the velocity itself.")
def by_nesterov(p, start, steps, learning_rate, early=50, exaggeration=4.0):
    y, velocity = start, torch.zeros_like(start)
    for t in range(steps):
        factor, momentum = (exaggeration, 0.5) if t < early else (1.0, 0.8)
        step = -learning_rate * kl_gradient(factor * p, y)
        velocity = momentum * velocity + step
        y = y + momentum * velocity + step
    return y


@misconception(
    "descend",
    "The gradient is multiplied by the exaggeration. It is P that is multiplied: only the pull grows.",
)
def gradient_exaggerated(p, start, steps, learning_rate, early=50, exaggeration=4.0):
    y, velocity = start, torch.zeros_like(start)
    for t in range(steps):
        factor, momentum = (exaggeration, 0.5) if t < early else (1.0, 0.8)
        velocity = momentum * velocity - learning_rate * factor * kl_gradient(p, y)
        y = y + velocity
    return y


@variant("descend")
def by_an_optimizer(p, start, steps, learning_rate, early=50, exaggeration=4.0):
    y = start.clone().requires_grad_()
    optimizer = torch.optim.SGD([y], lr=learning_rate, momentum=0.5)
    for t in range(steps):
        if t == early:
            optimizer.param_groups[0]["momentum"] = 0.8
        y.grad = torch.as_tensor(kl_gradient(p * (exaggeration if t < early else 1), y.detach())).to(start)
        optimizer.step()
    return y.detach()


@variant("descend")
def in_two_phases(p, start, steps, learning_rate, early=50, exaggeration=4.0):
    y = start.clone()
    last = y.clone()

    def walk(y, last, pairs, momentum, count):
        for _ in range(count):
            y, last = y - learning_rate * kl_gradient(pairs, y) + momentum * (y - last), y
        return y, last

    first = min(early, steps)
    y, last = walk(y, last, exaggeration * p, 0.5, first)
    return walk(y, last, p, 0.8, steps - first)[0]


@misconception(
    "trustworthiness",
    "Ranks and neighbours are exchanged: neighbours on the map, ranks in the data. This is called continuity.",
)
def continuity(x, y, k):
    n = len(x)
    ranks = torch.cdist(y, y).fill_diagonal_(-1).argsort(dim=1).argsort(dim=1)
    found = torch.cdist(x, x).fill_diagonal_(torch.inf).topk(k, largest=False).indices
    excess = (ranks.gather(1, found) - k).clamp(min=0).sum()
    return float(1 - 2 / (n * k * (2 * n - 3 * k - 1)) * excess)


@misconception("trustworthiness", "Ranks begin at 0 here: the nearest other has rank 1.")
def ranks_from_zero(x, y, k):
    n = len(x)
    ranks = torch.cdist(x, x).fill_diagonal_(torch.inf).argsort(dim=1).argsort(dim=1)
    found = torch.cdist(y, y).fill_diagonal_(torch.inf).topk(k, largest=False).indices
    excess = (ranks.gather(1, found) - k).clamp(min=0).sum()
    return float(1 - 2 / (n * k * (2 * n - 3 * k - 1)) * excess)


@misconception(
    "trustworthiness",
    "The order was taken for the ranks: argsort says who comes where, argsort of it who has which rank.",
)
def order_for_ranks(x, y, k):
    n = len(x)
    ranks = torch.cdist(x, x).fill_diagonal_(-1).argsort(dim=1)
    found = torch.cdist(y, y).fill_diagonal_(torch.inf).topk(k, largest=False).indices
    excess = (ranks.gather(1, found) - k).clamp(min=0).sum()
    return float(1 - 2 / (n * k * (2 * n - 3 * k - 1)) * excess)


@misconception(
    "trustworthiness",
    "Neighbours that are right have r − k below 0, and make up for lies. Nothing is added for them.",
)
def truth_pays_for_lies(x, y, k):
    n = len(x)
    ranks = torch.cdist(x, x).fill_diagonal_(-1).argsort(dim=1).argsort(dim=1)
    found = torch.cdist(y, y).fill_diagonal_(torch.inf).topk(k, largest=False).indices
    return float(1 - 2 / (n * k * (2 * n - 3 * k - 1)) * (ranks.gather(1, found) - k).sum())


@misconception("trustworthiness", "The sum itself came back, or the share of lies: 1 minus it is asked for.")
def share_of_lies(x, y, k):
    n = len(x)
    ranks = torch.cdist(x, x).fill_diagonal_(-1).argsort(dim=1).argsort(dim=1)
    found = torch.cdist(y, y).fill_diagonal_(torch.inf).topk(k, largest=False).indices
    return float(2 / (n * k * (2 * n - 3 * k - 1)) * (ranks.gather(1, found) - k).clamp(min=0).sum())


@variant("trustworthiness")
def sample_by_sample(x, y, k):
    n, total = len(x), 0
    for i in range(n):
        order = [int(j) for j in (x - x[i]).norm(dim=1).argsort() if j != i]
        on_map = [int(j) for j in (y - y[i]).norm(dim=1).argsort() if j != i][:k]
        total += sum(order.index(j) + 1 - k for j in on_map if j not in order[:k])
    return 1 - 2 * total / (n * k * (2 * n - 3 * k - 1))


@variant("trustworthiness")
def by_counting(x, y, k):
    x, y, n = np.asarray(x), np.asarray(y), len(x)
    dx = np.linalg.norm(x[:, None] - x, axis=2)
    dy = np.linalg.norm(y[:, None] - y, axis=2)
    np.fill_diagonal(dy, np.inf)
    found = np.argsort(dy, axis=1)[:, :k]
    ranks = (dx[:, None, :] < np.take_along_axis(dx, found, axis=1)[:, :, None]).sum(axis=2)
    return 1 - 2 * np.maximum(ranks - k, 0).sum() / (n * k * (2 * n - 3 * k - 1))
