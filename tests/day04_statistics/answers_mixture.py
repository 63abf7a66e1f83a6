"""Answers to mixture.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np

from course.testing import misconception, variant
from day04_statistics.mixture import e_step, gaussian_log_density, log_sum_exp, m_step


@misconception(
    "e_step",
    "The weights π_k are missing: a large component claims more points than a small one of the same shape.",
)
def weights_forgotten(x, weights, means, covariances):
    log_joint = np.column_stack(
        [gaussian_log_density(x, m, c) for m, c in zip(means, covariances, strict=True)]
    )
    log_evidence = log_sum_exp(log_joint, axis=1)
    return np.exp(log_joint - log_evidence[:, None]), np.sum(log_evidence)


@misconception(
    "e_step",
    "Densities are divided by densities. Far from all components that is 0/0: subtract logarithms, take exp last.",
)
def quotient_of_densities(x, weights, means, covariances):
    densities = np.column_stack(
        [np.exp(gaussian_log_density(x, m, c)) for m, c in zip(means, covariances, strict=True)]
    )
    joint = weights * densities
    evidence = joint.sum(axis=1)
    with np.errstate(all="ignore"):
        return joint / evidence[:, None], np.sum(np.log(evidence))


@misconception(
    "e_step",
    "The sum runs over the points. A point is shared among the components: its row adds up to 1, so sum over axis 1.",
)
def shared_among_points(x, weights, means, covariances):
    log_joint = np.log(weights) + np.column_stack(
        [gaussian_log_density(x, m, c) for m, c in zip(means, covariances, strict=True)]
    )
    shares = np.exp(log_joint - log_sum_exp(log_joint, axis=0))
    return shares, np.sum(log_sum_exp(log_joint, axis=1))


@misconception(
    "e_step",
    "The log-likelihood is the sum over the points: here it was divided by their number.",
)
def mean_log_likelihood(x, weights, means, covariances):
    log_joint = np.log(weights) + np.column_stack(
        [gaussian_log_density(x, m, c) for m, c in zip(means, covariances, strict=True)]
    )
    log_evidence = log_sum_exp(log_joint, axis=1)
    return np.exp(log_joint - log_evidence[:, None]), np.mean(log_evidence)


@misconception(
    "e_step",
    "Every point is given to one component whole. That is k-means; in EM a point between two components "
    "belongs to both by shares.",
)
def hard_assignment(x, weights, means, covariances):
    log_joint = np.log(weights) + np.column_stack(
        [gaussian_log_density(x, m, c) for m, c in zip(means, covariances, strict=True)]
    )
    return np.eye(len(weights))[np.argmax(log_joint, axis=1)], np.sum(log_sum_exp(log_joint, axis=1))


@misconception(
    "e_step",
    "The logarithms were added up over the components. Densities are added, then the logarithm is taken: log_sum_exp.",
)
def sum_of_logarithms(x, weights, means, covariances):
    log_joint = np.log(weights) + np.column_stack(
        [gaussian_log_density(x, m, c) for m, c in zip(means, covariances, strict=True)]
    )
    return np.exp(log_joint - log_sum_exp(log_joint, axis=1)[:, None]), np.sum(log_joint)


@misconception(
    "e_step",
    "The responsibilities are not divided by p(x_n): each row has to add up to 1.",
)
def not_divided_by_the_evidence(x, weights, means, covariances):
    parts = [gaussian_log_density(x, m, c) for m, c in zip(means, covariances, strict=True)]
    log_joint = np.log(weights) + np.column_stack(parts)
    return np.exp(log_joint), np.sum(log_sum_exp(log_joint, axis=1))


@misconception("e_step", "These are the logarithms of the responsibilities: take exp in the end.")
def logarithms_returned(x, weights, means, covariances):
    parts = [gaussian_log_density(x, m, c) for m, c in zip(means, covariances, strict=True)]
    log_joint = np.log(weights) + np.column_stack(parts)
    log_evidence = log_sum_exp(log_joint, axis=1)
    return log_joint - log_evidence[:, None], np.sum(log_evidence)


@misconception(
    "e_step",
    "The weights multiply the log-densities. Logarithms of a product are added: ln π_k + ln p_k(x_n).",
)
def weights_times_logarithms(x, weights, means, covariances):
    parts = [gaussian_log_density(x, m, c) for m, c in zip(means, covariances, strict=True)]
    log_joint = weights * np.column_stack(parts)
    log_evidence = log_sum_exp(log_joint, axis=1)
    return np.exp(log_joint - log_evidence[:, None]), np.sum(log_evidence)


@variant("e_step")
def softmax_with_the_maximum(x, weights, means, covariances):
    scores = np.empty((len(x), len(weights)))
    for k in range(len(weights)):
        scores[:, k] = gaussian_log_density(x, means[k], covariances[k]) + np.log(weights[k])
    top = scores.max(axis=1, keepdims=True)
    joint = np.exp(scores - top)
    return joint / joint.sum(axis=1, keepdims=True), float((top[:, 0] + np.log(joint.sum(axis=1))).sum())


@variant("e_step")
def point_by_point(x, weights, means, covariances):
    rows, total = [], 0.0
    for point in np.asarray(x, dtype=float):
        a = []
        for weight, mean, covariance in zip(weights, means, covariances, strict=True):
            d = point - mean
            square = d @ np.linalg.solve(covariance, d)
            a.append(np.log(weight) - 0.5 * (square + np.linalg.slogdet(2 * np.pi * covariance)[1]))
        m = max(a)
        evidence = m + np.log(sum(np.exp(value - m) for value in a))
        rows.append([float(np.exp(value - evidence)) for value in a])
        total += evidence
    return rows, total


@misconception(
    "m_step",
    "Only the variances are kept. A component may be tilted: its covariances off the diagonal are parameters too.",
)
def diagonal_covariances(x, responsibilities):
    sizes = responsibilities.sum(axis=0)
    means = responsibilities.T @ x / sizes[:, None]
    variances = [r @ (x - m) ** 2 / s for r, m, s in zip(responsibilities.T, means, sizes, strict=True)]
    return sizes / len(x), means, np.array([np.diag(v) for v in variances])


@misconception(
    "m_step",
    "Something is added to the covariances so that they stay invertible. It cures the symptom, and the "
    "likelihood may now fall: the step no longer maximises it.",
)
def something_added(x, responsibilities):
    sizes = responsibilities.sum(axis=0)
    means = responsibilities.T @ x / sizes[:, None]
    covariances = [
        (r[:, None] * (x - m)).T @ (x - m) / s + 1e-6 * np.eye(x.shape[1])
        for r, m, s in zip(responsibilities.T, means, sizes, strict=True)
    ]
    return sizes / len(x), means, np.array(covariances)


@misconception(
    "m_step",
    "The covariances are divided by N_k − 1. Maximum likelihood divides by N_k.",
)
def divided_by_one_less(x, responsibilities):
    sizes = responsibilities.sum(axis=0)
    means = responsibilities.T @ x / sizes[:, None]
    covariances = [
        (r[:, None] * (x - m)).T @ (x - m) / (s - 1)
        for r, m, s in zip(responsibilities.T, means, sizes, strict=True)
    ]
    return sizes / len(x), means, np.array(covariances)


@misconception("m_step", "The weights are the N_k themselves. Divided by n they add up to 1.")
def sizes_as_weights(x, responsibilities):
    sizes = responsibilities.sum(axis=0)
    means = responsibilities.T @ x / sizes[:, None]
    covariances = [
        (r[:, None] * (x - m)).T @ (x - m) / s
        for r, m, s in zip(responsibilities.T, means, sizes, strict=True)
    ]
    return sizes, means, np.array(covariances)


@misconception(
    "m_step",
    "The means are divided by n. Component k has only N_k points: divide row k by N_k.",
)
def means_divided_by_n(x, responsibilities):
    sizes = responsibilities.sum(axis=0)
    means = responsibilities.T @ x / len(x)
    covariances = [
        (r[:, None] * (x - m)).T @ (x - m) / s
        for r, m, s in zip(responsibilities.T, means, sizes, strict=True)
    ]
    return sizes / len(x), means, np.array(covariances)


@misconception(
    "m_step",
    "The covariances are measured around the mean of all points. Each component spreads around its own mean.",
)
def around_the_common_mean(x, responsibilities):
    sizes = responsibilities.sum(axis=0)
    means = responsibilities.T @ x / sizes[:, None]
    d = x - x.mean(axis=0)
    covariances = [(r[:, None] * d).T @ d / s for r, s in zip(responsibilities.T, sizes, strict=True)]
    return sizes / len(x), means, np.array(covariances)


@misconception(
    "m_step",
    "Each point counts for its most likely component only. In EM it counts for all of them, by its shares.",
)
def winner_takes_all(x, responsibilities):
    shares = np.eye(responsibilities.shape[1])[np.argmax(responsibilities, axis=1)]
    sizes = np.maximum(shares.sum(axis=0), 1)
    means = shares.T @ x / sizes[:, None]
    covariances = [
        (r[:, None] * (x - m)).T @ (x - m) / s for r, m, s in zip(shares.T, means, sizes, strict=True)
    ]
    return sizes / len(x), means, np.array(covariances)


@misconception(
    "m_step",
    "The shares were squared: they multiply the product of the deviations once, not each deviation.",
)
def shares_squared(x, responsibilities):
    sizes = responsibilities.sum(axis=0)
    means = responsibilities.T @ x / sizes[:, None]
    covariances = []
    for r, m, s in zip(responsibilities.T, means, sizes, strict=True):
        d = r[:, None] * (x - m)
        covariances.append(d.T @ d / s)
    return sizes / len(x), means, np.array(covariances)


@misconception(
    "m_step",
    "The covariances are divided by the number of all points. Each belongs to one component: divide by its N_k.",
)
def covariances_divided_by_n(x, responsibilities):
    sizes = responsibilities.sum(axis=0)
    means = responsibilities.T @ x / sizes[:, None]
    covariances = []
    for share, mean in zip(responsibilities.T, means, strict=True):
        covariances.append((share[:, None] * (x - mean)).T @ (x - mean) / len(x))
    return sizes / len(x), means, np.array(covariances)


@variant("m_step")
def all_at_once(x, responsibilities):
    sizes = responsibilities.sum(axis=0)
    means = responsibilities.T @ x / sizes[:, None]
    d = x[:, None, :] - means
    covariances = np.einsum("nk,nki,nkj->kij", responsibilities, d, d) / sizes[:, None, None]
    return responsibilities.mean(axis=0), means, covariances


@variant("m_step")
def by_the_library(x, responsibilities):
    weights = responsibilities.sum(axis=0) / len(x)
    means = [np.average(x, axis=0, weights=share) for share in responsibilities.T]
    spreads = [np.atleast_2d(np.cov(x.T, aweights=share, ddof=0)) for share in responsibilities.T]
    return weights, means, spreads


@variant("m_step")
def with_loops(x, responsibilities):
    n, k = responsibilities.shape
    weights, means, covariances = [], [], []
    for c in range(k):
        size = sum(responsibilities[:, c])
        mean = sum(responsibilities[i, c] * x[i] for i in range(n)) / size
        total = sum(responsibilities[i, c] * np.outer(x[i] - mean, x[i] - mean) for i in range(n))
        weights.append(float(size / n))
        means.append(mean)
        covariances.append(total / size)
    return weights, means, covariances


@misconception(
    "fit_mixture",
    "The last log-likelihood is missing: after the last M step the parameters have changed once more.",
)
def history_too_short(x, weights, means, covariances, steps):
    history = []
    for _ in range(steps):
        responsibilities, log_likelihood = e_step(x, weights, means, covariances)
        history.append(log_likelihood)
        weights, means, covariances = m_step(x, responsibilities)
    return weights, means, covariances, np.array(history)


@misconception(
    "fit_mixture",
    "The log-likelihood of the start is missing, and that of the end is there twice. Append before the "
    "parameters change.",
)
def history_shifted(x, weights, means, covariances, steps):
    history = []
    for _ in range(steps):
        responsibilities, _ = e_step(x, weights, means, covariances)
        weights, means, covariances = m_step(x, responsibilities)
        history.append(e_step(x, weights, means, covariances)[1])
    return weights, means, covariances, np.array([*history, e_step(x, weights, means, covariances)[1]])


@misconception(
    "fit_mixture",
    "The responsibilities are computed once, before the loop. Every M step needs new ones.",
)
def stale_responsibilities(x, weights, means, covariances, steps):
    responsibilities, log_likelihood = e_step(x, weights, means, covariances)
    history = [log_likelihood]
    for _ in range(steps):
        weights, means, covariances = m_step(x, responsibilities)
        history.append(e_step(x, weights, means, covariances)[1])
    return weights, means, covariances, np.array(history)


@misconception("fit_mixture", "The parameters of the start came back: return those of the last M step.")
def start_returned(x, weights, means, covariances, steps):
    current, history = (weights, means, covariances), [e_step(x, weights, means, covariances)[1]]
    for _ in range(steps):
        current = m_step(x, e_step(x, *current)[0])
        history.append(e_step(x, *current)[1])
    return weights, means, covariances, np.array(history)


@misconception(
    "fit_mixture",
    "The weights keep their first values. They are parameters like means and covariances.",
)
def weights_kept(x, weights, means, covariances, steps):
    history = [e_step(x, weights, means, covariances)[1]]
    for _ in range(steps):
        responsibilities, _ = e_step(x, weights, means, covariances)
        _, means, covariances = m_step(x, responsibilities)
        history.append(e_step(x, weights, means, covariances)[1])
    return weights, means, covariances, np.array(history)


@misconception(
    "fit_mixture",
    "Something is added to the covariances in every step. The likelihood then falls near the maximum.",
)
def regularised(x, weights, means, covariances, steps):
    history = [e_step(x, weights, means, covariances)[1]]
    for _ in range(steps):
        weights, means, covariances = m_step(x, e_step(x, weights, means, covariances)[0])
        covariances = covariances + 1e-3 * np.eye(x.shape[1])
        history.append(e_step(x, weights, means, covariances)[1])
    return weights, means, covariances, np.array(history)


@misconception(
    "fit_mixture",
    "Every point is given to its most likely component. That is k-means with ellipses; EM uses the shares.",
)
def hard_em(x, weights, means, covariances, steps):
    history = [e_step(x, weights, means, covariances)[1]]
    for _ in range(steps):
        responsibilities, _ = e_step(x, weights, means, covariances)
        hard = 0.999 * np.eye(len(weights))[np.argmax(responsibilities, axis=1)] + 0.001 / len(weights)
        weights, means, covariances = m_step(x, hard)
        history.append(e_step(x, weights, means, covariances)[1])
    return weights, means, covariances, np.array(history)


@misconception(
    "fit_mixture",
    "Only the last log-likelihood is returned. The last part has steps + 1: before the first step, and after each.",
)
def last_likelihood_only(x, weights, means, covariances, steps):
    for _ in range(steps):
        weights, means, covariances = m_step(x, e_step(x, weights, means, covariances)[0])
    return weights, means, covariances, e_step(x, weights, means, covariances)[1]


@variant("fit_mixture")
def e_step_first(x, weights, means, covariances, steps):
    parameters = weights, means, covariances
    responsibilities, log_likelihood = e_step(x, *parameters)
    history = [float(log_likelihood)]
    for _ in range(steps):
        parameters = m_step(x, responsibilities)
        responsibilities, log_likelihood = e_step(x, *parameters)
        history.append(float(log_likelihood))
    return [*parameters, history]


@variant("fit_mixture")
def recursive(x, weights, means, covariances, steps):
    responsibilities, log_likelihood = e_step(x, weights, means, covariances)
    if steps == 0:
        return weights, means, covariances, np.array([log_likelihood])
    *parameters, history = recursive(x, *m_step(x, responsibilities), steps - 1)
    return (*parameters, np.concatenate([[log_likelihood], history]))
