"""Answers to layers.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np

from course.testing import misconception, variant


@misconception("dense", "The bias is missing.")
def without_bias(x, w, b):
    return x @ w


@misconception(
    "dense", "The bias belongs to the outputs and is added once, after the product. Here it is multiplied."
)
def bias_multiplied(x, w, b):
    return (x @ w) * b


@misconception("dense", "The result is transposed: rows are samples.")
def transposed(x, w, b):
    return (x @ w + b).T


@misconception("dense", "A layer is linear. The activation is a function of its own and comes afterwards.")
def with_relu(x, w, b):
    return np.maximum(x @ w + b, 0)


@misconception(
    "dense",
    "The bias stands as a column. Broadcasting compares shapes from the right, so that b of shape (outputs,) is added "
    "to every row as it is.",
)
def bias_as_a_column(x, w, b):
    return x @ w + b[:, None]


@variant("dense")
def with_a_column_of_ones(x, w, b):
    return np.hstack([x, np.ones((len(x), 1))]) @ np.vstack([w, b])


@variant("dense")
def two_loops(x, w, b):
    return [[sum(row * w[:, j]) + b[j] for j in range(w.shape[1])] for row in x]


@misconception(
    "dense_backward",
    "The gradient of the bias is not summed over the batch. b was added to every row, so "
    "every row has a say.",
)
def bias_not_summed(grad, x, w):
    return grad @ w.T, x.T @ grad, grad


@misconception(
    "dense_backward",
    "Gradients of samples add up; nothing is divided by n here. The n of the mean is in the loss.",
)
def averaged_over_the_batch(grad, x, w):
    return grad @ w.T, x.T @ grad / len(x), grad.mean(axis=0)


@misconception(
    "dense_backward",
    "The gradient of the bias is summed over the outputs. It has an entry for each output: sum "
    "over the rows, axis 0.",
)
def bias_summed_over_outputs(grad, x, w):
    return grad @ w.T, x.T @ grad, grad.sum(axis=1)


@misconception(
    "dense_backward", "The gradient of w is transposed: it must have the shape of w, inputs × outputs."
)
def weights_transposed(grad, x, w):
    return grad @ w.T, grad.T @ x, grad.sum(axis=0)


@misconception("dense_backward", "The gradient of the bias is that of the first sample only.")
def first_row_for_the_bias(grad, x, w):
    return grad @ w.T, x.T @ grad, grad[0]


@misconception(
    "dense_backward",
    "The gradients have the wrong sign. Going downhill is the business of the step, not "
    "of the backward pass.",
)
def negative(grad, x, w):
    return -grad @ w.T, -x.T @ grad, -grad.sum(axis=0)


@misconception(
    "dense_backward",
    "The gradient of w is summed over the batch, so that every input is treated alike. It is Xᵀ G: each "
    "sample's outer product, added up.",
)
def outer_product_of_sums(grad, x, w):
    return grad @ w.T, np.outer(x.sum(axis=0), grad.sum(axis=0)), grad.sum(axis=0)


@variant("dense_backward")
def sum_of_outer_products(grad, x, w):
    grad_w = sum(np.outer(row, g) for row, g in zip(x, grad, strict=True))
    return np.array([w @ g for g in grad]), grad_w, sum(grad)


@variant("dense_backward")
def with_einsum(grad, x, w):
    return [np.einsum("no,io->ni", grad, w), np.einsum("ni,no->io", x, grad), np.einsum("no->o", grad)]


@misconception(
    "dropout",
    "What is kept is not divided by 1 − rate in training. As first published, evaluation was multiplied by 1 − rate "
    "instead; inverted dropout, which is asked for, does all of it in training and nothing in evaluation.",
    evaluation=("as it is", "weaker"),
)
def not_scaled(x, rate, rng, *, evaluation="as it is"):
    if not 0 <= rate < 1:
        raise ValueError("rate out of range")
    left = 1 - rate if evaluation == "weaker" else 1.0
    mask = np.full_like(x, left) if rng is None else (rng.random(x.shape) >= rate).astype(float)
    return x * mask, mask


@misconception(
    "dropout",
    "Keeping and dropping are exchanged: `rate` is the probability of being dropped.",
    by=("kept", "dropped", "nothing"),
)
def kept_with_the_rate(x, rate, rng, *, by="kept"):
    if not 0 <= rate < 1:
        raise ValueError("rate out of range")
    if rng is None:
        return x.copy(), np.ones_like(x)
    mask = (rng.random(x.shape) < rate) / {"kept": rate or 1, "dropped": 1 - rate, "nothing": 1}[by]
    return x * mask, mask


@misconception("dropout", "One mask for all samples: each entry of the array is dropped on its own.")
def one_mask_for_all_rows(x, rate, rng):
    if not 0 <= rate < 1:
        raise ValueError("rate out of range")
    row = np.ones(x.shape[-1]) if rng is None else (rng.random(x.shape[-1]) >= rate) / (1 - rate)
    mask = np.broadcast_to(row, x.shape) if x.ndim > 1 else np.full_like(x, row[0])
    return x * mask, np.array(mask)


@misconception(
    "dropout",
    "In evaluation the output is multiplied by 1 − rate. With inverted dropout the training has "
    "been corrected already.",
    returned=("ones", "mask"),
)
def corrected_twice(x, rate, rng, *, returned="ones"):
    if not 0 <= rate < 1:
        raise ValueError("rate out of range")
    mask = np.full_like(x, 1 - rate) if rng is None else (rng.random(x.shape) >= rate) / (1 - rate)
    return x * mask, mask if rng is not None or returned == "mask" else np.ones_like(x)


@misconception(
    "dropout",
    "The mask that is returned lacks the factor 1 / (1 − rate), so the backward pass would be too weak.",
)
def mask_without_the_factor(x, rate, rng):
    if not 0 <= rate < 1:
        raise ValueError("rate out of range")
    if rng is None:
        return x.copy(), np.ones_like(x)
    mask = (rng.random(x.shape) >= rate).astype(float)
    return x * mask / (1 - rate), mask


@misconception("dropout", "The rate is not checked: at 1 everything is dropped and divided by 0.")
def rate_not_checked(x, rate, rng):
    with np.errstate(all="ignore"):
        mask = np.ones_like(x) if rng is None else (rng.random(x.shape) >= rate) / (np.float64(1) - rate)
        return x * mask, mask


@misconception(
    "dropout", "The mask comes from a generator with a seed of its own: every call drops the same entries."
)
def always_the_same_mask(x, rate, rng):
    if not 0 <= rate < 1:
        raise ValueError("rate out of range")
    mask = np.ones_like(x)
    if rng is not None:
        mask = (np.random.default_rng(0).random(x.shape) >= rate) / (1 - rate)
    return x * mask, mask


@misconception(
    "dropout",
    "The numbers are normally distributed, so the share that is dropped is not `rate`. Uniform ones come from "
    "rng.random.",
)
def normal_numbers_for_uniform(x, rate, rng):
    if not 0 <= rate < 1:
        raise ValueError("r")
    if rng is None:
        return x.copy(), np.ones_like(x)
    mask = (rng.normal(size=x.shape) > rate) / (1 - rate)
    return x * mask, mask


@misconception(
    "dropout",
    "What is kept is divided by `rate`. A share of 1 − rate stays, so it is divided by that.",
)
def divided_by_the_rate(x, rate, rng):
    if not 0 <= rate < 1:
        raise ValueError("r")
    if rng is None:
        return x.copy(), np.ones_like(x)
    mask = rng.choice([0, 1], p=[rate, 1 - rate], size=x.shape) / (rate or 1)
    return x * mask, mask


@misconception(
    "dropout",
    "A rate of 0 is refused. It is allowed, and nothing is dropped then: the rate is at least 0 and less than 1.",
)
def rate_of_zero_refused(x, rate, rng):
    if rate <= 0 or rate >= 1:
        raise ValueError("the rate must lie between 0 and 1")
    mask = np.ones_like(x) if rng is None else (rng.random(x.shape) >= rate) / (1 - rate)
    return x * mask, mask


@variant("dropout")
def with_binomial(x, rate, rng):
    if rate < 0 or rate >= 1:
        raise ValueError("rate out of range")
    if rng is None:
        return x, np.ones(x.shape)
    mask = rng.binomial(1, 1 - rate, size=x.shape) / (1 - rate)
    return x * mask, mask


@variant("dropout")
def with_where(x, rate, rng):
    if not (0 <= rate < 1):
        raise ValueError("rate out of range")
    keep = 1 - rate
    mask = np.where(rng.uniform(size=x.shape) < keep, 1 / keep, 0.0) if rng else np.ones(x.shape)
    return np.multiply(x, mask), mask


@misconception("initialise", "rng.normal wants the standard deviation, the square root of the variance.")
def variance_for_deviation(fan_in, fan_out, scheme, rng):
    if scheme == "glorot":
        bound = np.sqrt(6 / (fan_in + fan_out))
        return rng.uniform(-bound, bound, size=(fan_in, fan_out))
    if scheme == "he":
        return rng.normal(scale=2 / fan_in, size=(fan_in, fan_out))
    raise ValueError(scheme)


@misconception("initialise", "He's variance is 2 / fan_in: the number of inputs counts, not that of outputs.")
def fan_out_for_fan_in(fan_in, fan_out, scheme, rng):
    if scheme == "glorot":
        bound = np.sqrt(6 / (fan_in + fan_out))
        return rng.uniform(-bound, bound, size=(fan_in, fan_out))
    if scheme == "he":
        return rng.normal(scale=np.sqrt(2 / fan_out), size=(fan_in, fan_out))
    raise ValueError(scheme)


@misconception("initialise", "He's variance is 2 / fan_in, not 1 / fan_in: ReLU halves the signal.")
def without_the_two(fan_in, fan_out, scheme, rng):
    if scheme == "glorot":
        bound = np.sqrt(6 / (fan_in + fan_out))
        return rng.uniform(-bound, bound, size=(fan_in, fan_out))
    if scheme == "he":
        return rng.normal(scale=np.sqrt(1 / fan_in), size=(fan_in, fan_out))
    raise ValueError(scheme)


@misconception(
    "initialise",
    "The bound of the uniform distribution is its standard deviation here. A uniform distribution from "
    "−a to a has the variance a²/3.",
)
def deviation_for_bound(fan_in, fan_out, scheme, rng):
    if scheme == "glorot":
        bound = np.sqrt(2 / (fan_in + fan_out))
        return rng.uniform(-bound, bound, size=(fan_in, fan_out))
    if scheme == "he":
        return rng.normal(scale=np.sqrt(2 / fan_in), size=(fan_in, fan_out))
    raise ValueError(scheme)


@misconception("initialise", "Glorot's weights are normally distributed here; the uniform form is asked for.")
def normal_for_uniform(fan_in, fan_out, scheme, rng):
    if scheme == "glorot":
        return rng.normal(scale=np.sqrt(2 / (fan_in + fan_out)), size=(fan_in, fan_out))
    if scheme == "he":
        return rng.normal(scale=np.sqrt(2 / fan_in), size=(fan_in, fan_out))
    raise ValueError(scheme)


@misconception(
    "initialise",
    "All weights are positive: without −a as the lower bound, every unit starts by adding up its inputs.",
)
def only_positive(fan_in, fan_out, scheme, rng):
    if scheme == "glorot":
        return rng.uniform(0, np.sqrt(6 / (fan_in + fan_out)), size=(fan_in, fan_out))
    if scheme == "he":
        return np.abs(rng.normal(scale=np.sqrt(2 / fan_in), size=(fan_in, fan_out)))
    raise ValueError(scheme)


@misconception(
    "initialise",
    "The deviation is 0.01, whatever the size of the layer. It is made of fan_in and fan_out: √(2 / fan_in) for "
    "He.",
)
def one_deviation_for_all(fan_in, fan_out, scheme, rng):
    if scheme not in ("he", "glorot"):
        raise ValueError(scheme)
    return 0.01 * rng.standard_normal((fan_in, fan_out))


@misconception(
    "initialise",
    "He's weights are uniformly distributed here; the normal form is asked for.",
)
def uniform_for_normal(fan_in, fan_out, scheme, rng):
    if scheme == "he":
        a = np.sqrt(6 / fan_in)
    elif scheme == "glorot":
        a = np.sqrt(6 / (fan_in + fan_out))
    else:
        raise ValueError(scheme)
    return rng.uniform(-a, a, (fan_in, fan_out))


@variant("initialise")
def scaled_afterwards(fan_in, fan_out, scheme, rng):
    if scheme not in ("glorot", "he"):
        raise ValueError("no such scheme")
    if scheme == "he":
        return rng.standard_normal((fan_in, fan_out)) * (2 / fan_in) ** 0.5
    return (2 * rng.random((fan_in, fan_out)) - 1) * (6 / (fan_in + fan_out)) ** 0.5


@variant("initialise")
def in_single_precision(fan_in, fan_out, scheme, rng):
    if scheme == "he":
        return (2 / fan_in) ** 0.5 * rng.standard_normal((fan_in, fan_out), dtype=np.float32)
    if scheme == "glorot":
        bound = np.float32((6 / (fan_in + fan_out)) ** 0.5)
        return bound * (2 * rng.random((fan_in, fan_out), dtype=np.float32) - 1)
    raise ValueError("no such scheme")


@variant("initialise")
def column_by_column(fan_in, fan_out, scheme, rng):
    match scheme:
        case "glorot":
            a = np.sqrt(6) / np.sqrt(fan_in + fan_out)
            return np.column_stack([rng.uniform(-a, a, size=fan_in) for _ in range(fan_out)])
        case "he":
            deviation = np.sqrt(2) / np.sqrt(fan_in)
            return np.column_stack([rng.normal(0, deviation, size=fan_in) for _ in range(fan_out)])
    raise ValueError("no such scheme")


@misconception(
    "gradient_error",
    "All other entries are set to zero while one moves. They must keep their values, or a function that "
    "couples them is differentiated elsewhere.",
)
def other_entries_zero(f, gradient, x, step=1e-5):
    numerical = np.zeros_like(x)
    for k in np.ndindex(x.shape):
        above, below = np.zeros_like(x), np.zeros_like(x)
        above[k], below[k] = x[k] + step, x[k] - step
        numerical[k] = (f(above) - f(below)) / (2 * step)
    size = np.linalg.norm(gradient) + np.linalg.norm(numerical)
    return float(np.linalg.norm(gradient - numerical) / size) if size else 0.0


@misconception(
    "gradient_error",
    "All entries are moved at once, and every n_k is the sum of all slopes. Move entry k alone: above[k] += step.",
)
def all_entries_moved(f, gradient, x, step=1e-5):
    numerical = np.zeros_like(x)
    for k in np.ndindex(x.shape):
        numerical[k] = (f(x + step) - f(x - step)) / (2 * step)
    size = np.linalg.norm(gradient) + np.linalg.norm(numerical)
    return float(np.linalg.norm(gradient - numerical) / size) if size else 0.0


@misconception(
    "gradient_error",
    "The difference is one-sided. Its error is proportional to the step, that of a central "
    "difference to its square.",
)
def one_sided(f, gradient, x, step=1e-5):
    numerical = np.zeros_like(x)
    for k in np.ndindex(x.shape):
        above = x.copy()
        above[k] += step
        numerical[k] = (f(above) - f(x)) / step
    size = np.linalg.norm(gradient) + np.linalg.norm(numerical)
    return float(np.linalg.norm(gradient - numerical) / size) if size else 0.0


@misconception("gradient_error", "Divided by h: from x − h to x + h it is 2h.")
def divided_by_one_step(f, gradient, x, step=1e-5):
    numerical = np.zeros_like(x)
    for k in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[k] += step
        below[k] -= step
        numerical[k] = (f(above) - f(below)) / step
    size = np.linalg.norm(gradient) + np.linalg.norm(numerical)
    return float(np.linalg.norm(gradient - numerical) / size) if size else 0.0


@misconception(
    "gradient_error",
    "This is the absolute error. Whether 0.01 is much depends on the size of the gradient: divide by "
    "the sum of the norms.",
)
def absolute_error(f, gradient, x, step=1e-5):
    numerical = np.zeros_like(x)
    for k in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[k] += step
        below[k] -= step
        numerical[k] = (f(above) - f(below)) / (2 * step)
    return float(np.linalg.norm(gradient - numerical))


@misconception(
    "gradient_error",
    "x itself was moved and not put back exactly: x + h − 2h + h is not x in floating point. Work on a copy.",
)
def moved_and_not_copied(f, gradient, x, step=1e-5):
    numerical = np.zeros_like(x)
    for k in np.ndindex(x.shape):
        x[k] += step
        above = f(x)
        x[k] -= 2 * step
        numerical[k] = (above - f(x)) / (2 * step)
    size = np.linalg.norm(gradient) + np.linalg.norm(numerical)
    return float(np.linalg.norm(gradient - numerical) / size) if size else 0.0


@misconception(
    "gradient_error",
    "The lengths of the two gradients are compared. Gradients of the same length can point in opposite "
    "directions: take the norm of the difference.",
)
def difference_of_norms(f, gradient, x, step=1e-5):
    numerical = np.zeros_like(x)
    for k in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[k] += step
        below[k] -= step
        numerical[k] = (f(above) - f(below)) / (2 * step)
    size = np.linalg.norm(gradient) + np.linalg.norm(numerical)
    return float(abs(np.linalg.norm(gradient) - np.linalg.norm(numerical)) / size) if size else 0.0


@misconception(
    "gradient_error",
    "The brackets around the sum of the norms are missing: a / b + c is (a / b) + c. Write a / (b + c).",
)
def without_the_brackets(f, gradient, x, step=1e-5):
    numerical = np.zeros_like(x)
    for k in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[k] += step
        below[k] -= step
        numerical[k] = (f(above) - f(below)) / (2 * step)
    difference = np.linalg.norm(gradient - numerical)
    return float(difference / np.linalg.norm(gradient) + np.linalg.norm(numerical))


@misconception(
    "gradient_error",
    "The difference is divided by something else than asked for: it is the sum of both norms, ‖g‖ + ‖n‖, so that the "
    "error is never above 1.",
    size=("larger", "gradient", "numerical", "mean", "root", "squares"),
)
def another_divisor(f, gradient, x, step=1e-5, *, size="larger"):
    numerical = np.zeros_like(x)
    for k in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[k] += step
        below[k] -= step
        numerical[k] = (f(above) - f(below)) / (2 * step)
    g, n, d = (np.linalg.norm(part) for part in (gradient, numerical, gradient - numerical))
    sizes = {"larger": max(g, n), "gradient": g, "numerical": n, "mean": (g + n) / 2, "root": np.hypot(g, n)}
    if size == "squares":
        return float(d**2 / (g**2 + n**2)) if g + n else 0.0
    return float(d / sizes[size]) if sizes[size] else 0.0


@misconception(
    "gradient_error",
    "0 / 0 is nan. Where the gradient and the differences are both zero, the error is 0: ask before dividing.",
)
def zero_by_zero(f, gradient, x, step=1e-5):
    numerical = np.zeros_like(x)
    for k in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[k] += step
        below[k] -= step
        numerical[k] = (f(above) - f(below)) / (2 * step)
    with np.errstate(invalid="ignore"):
        return np.linalg.norm(gradient - numerical) / (np.linalg.norm(gradient) + np.linalg.norm(numerical))


@variant("gradient_error")
def along_unit_vectors(f, gradient, x, step=1e-5):
    units = np.eye(x.size).reshape(x.size, *x.shape)
    numerical = np.array([(f(x + step * e) - f(x - step * e)) / 2 / step for e in units])
    difference = np.asarray(gradient).ravel() - numerical
    size = np.sqrt(np.sum(np.asarray(gradient) ** 2)) + np.sqrt(np.sum(numerical**2))
    return np.sqrt(np.sum(difference**2)) / size if size > 0 else 0.0


@variant("gradient_error")
def through_a_flat_view(f, gradient, x, step=1e-5):
    moved = np.array(x, dtype=float)
    flat, numerical = moved.reshape(-1), np.zeros(x.size)
    for k in range(x.size):
        held = flat[k]
        flat[k] = held + step
        above = f(moved)
        flat[k] = held - step
        numerical[k] = (above - f(moved)) / (2 * step)
        flat[k] = held
    size = np.linalg.norm(numerical) + np.linalg.norm(gradient)
    if size == 0:
        return 0.0
    return np.linalg.norm(numerical - np.reshape(gradient, -1)) / size


@misconception(
    "initialise",
    "np.random is asked for chance, and nothing comes out the same way again. Ask the generator that is given: `rng`.",
)
def weights_from_elsewhere(fan_in, fan_out, scheme, rng):
    if scheme == "he":
        return np.random.normal(0, np.sqrt(2 / fan_in), size=(fan_in, fan_out))
    if scheme == "glorot":
        a = np.sqrt(6 / (fan_in + fan_out))
        return np.random.uniform(-a, a, size=(fan_in, fan_out))
    raise ValueError(f"unknown scheme {scheme!r}")
