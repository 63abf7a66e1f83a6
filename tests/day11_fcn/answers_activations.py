"""Answers to activations.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np
import torch
from scipy.special import erf

from course.testing import misconception, variant
from day11_fcn.activations import activate, log_sum_exp, sigmoid


@misconception(
    "sigmoid",
    "exp(−x) is computed for large negative x, and overflows. exp(x) / (1 + exp(x)) is right there, but np.where "
    "between the two does not help: it computes both for every x, and only then picks. exp(−|x|) serves both sides.",
    picked=(False, True),
)
def exp_of_large_numbers(x, *, picked=False):
    left = 1 / (1 + np.exp(-x))
    return np.where(x >= 0, left, np.exp(x) / (1 + np.exp(x))) if picked else left


@misconception(
    "sigmoid", "exp(x) overflows for large positive x, and inf / inf is nan. Use 1 / (1 + exp(−x)) there."
)
def the_other_form_for_all(x):
    return np.exp(x) / (1 + np.exp(x))


@misconception("sigmoid", "The sign of x is lost: this is 1 / (1 + exp(x)), which falls from 1 to 0.")
def falling(x):
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, e, 1) / (1 + e)


@misconception("sigmoid", "This is symmetric: for negative x the numerator is exp(x), not 1.")
def symmetric(x):
    return 1 / (1 + np.exp(-np.abs(x)))


@misconception("sigmoid", "This is tanh, between −1 and 1. The sigmoid lies between 0 and 1.")
def hyperbolic(x):
    return np.sign(x) * (1 - np.exp(-2 * np.abs(x))) / (1 + np.exp(-2 * np.abs(x)))


@misconception(
    "sigmoid",
    "1 − 1 / (1 + exp(x)) is exact only to 16 digits after the point: far to the left, all "
    "of them are cancelled.",
)
def by_cancellation(x):
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + e), 1 - 1 / (1 + e))


@misconception(
    "sigmoid",
    "Far out the input, or the output, is cut off (np.clip): everything to the left of the limit gets the same value. "
    "Nothing has to be cut off: exp(−|x|) never overflows, and exp(x) is the sigmoid far to the left.",
    limit=(10, 12, 15, 17, 18.5, 20, 23, 25, 27.6, 30, 32, 34.5, 36, 40, 46, 50, 60, 80, 88, 100, 200),
)
def cut_off(x, *, limit=30):
    return 1 / (1 + np.exp(-np.clip(x, -limit, limit)))


@variant("sigmoid")
def with_two_masks(x):
    result = np.empty(x.shape)
    right = x >= 0
    result[right] = 1 / (1 + np.exp(-x[right]))
    e = np.exp(x[~right])
    result[~right] = e / (1 + e)
    return result


@variant("sigmoid")
def in_logarithms(x):
    return np.exp(np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x))))


@variant("sigmoid")
def by_pieces_of_torch(x):
    t = torch.from_numpy(np.array(x))
    e = torch.exp(-t.abs())
    return torch.where(t >= 0, 1 / (1 + e), e / (1 + e)).numpy()


@variant("sigmoid")
def clipped_far_out(x):
    x = np.clip(x, -500 if x.dtype == np.float64 else -80, None)
    return 1 / (1 + np.exp(-x))


@misconception("activate", "tanh x is 2 σ(2x) − 1: the argument is doubled as well.")
def argument_not_doubled(x, activation):
    if activation == "sigmoid":
        return sigmoid(x)
    if activation == "tanh":
        return 2 * sigmoid(x) - 1
    if activation == "relu":
        return np.maximum(x, 0)
    raise ValueError(activation)


@misconception("activate", "An absolute value is not a ReLU: negative numbers become 0.")
def absolute_value(x, activation):
    if activation == "sigmoid":
        return sigmoid(x)
    if activation == "tanh":
        return 2 * sigmoid(2 * x) - 1
    if activation == "relu":
        return np.abs(x)
    raise ValueError(activation)


@misconception(
    "activate", "A name that is not known falls through to the last case. It must raise ValueError."
)
def last_case_for_the_rest(x, activation):
    if activation == "sigmoid":
        return sigmoid(x)
    if activation == "tanh":
        return 2 * sigmoid(2 * x) - 1
    return np.maximum(x, 0)


@misconception(
    "activate",
    "The quotient of exponentials is inf / inf for large x. Through the sigmoid nothing overflows.",
)
def tanh_by_its_definition(x, activation):
    if activation == "sigmoid":
        return sigmoid(x)
    if activation == "tanh":
        return (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))
    if activation == "relu":
        return np.maximum(x, 0)
    raise ValueError(activation)


@misconception(
    "activate", "ReLU gives the number itself where it is positive, not 1: this is its derivative."
)
def step_for_relu(x, activation):
    if activation == "sigmoid":
        return sigmoid(x)
    if activation == "tanh":
        return 2 * sigmoid(2 * x) - 1
    if activation == "relu":
        return np.where(x > 0, 1.0, 0.0)
    raise ValueError(activation)


@misconception("activate", "The sigmoid stands for tanh as well: look at what each name stands for.")
def sigmoid_for_tanh(x, activation):
    if activation not in ("sigmoid", "tanh", "relu"):
        raise ValueError
    return np.maximum(x, 0) if activation == "relu" else sigmoid(x)


@variant("activate")
def by_a_table(x, activation):
    table = {
        "sigmoid": lambda: sigmoid(x),
        "tanh": lambda: sigmoid(2 * x) - sigmoid(-2 * x),
        "relu": lambda: np.where(x > 0, x, 0),
    }
    if activation not in table:
        raise ValueError(f"unknown activation {activation}")
    return table[activation]()


@variant("activate")
def with_match(x, activation):
    match activation:
        case "sigmoid":
            return sigmoid(x)
        case "tanh":
            e = np.exp(-2 * np.abs(x))
            return np.sign(x) * (1 - e) / (1 + e)
        case "relu":
            return x * (x > 0)
    raise ValueError("no such activation")


@misconception(
    "activate_backward",
    "The derivative is right, but the chain rule is missing: it is multiplied by the gradient "
    "that comes from behind.",
)
def without_the_chain(x, grad, activation):
    y = activate(x, activation)
    return {"sigmoid": y * (1 - y), "tanh": 1 - y**2, "relu": 1.0 * (x > 0)}[activation]


@misconception(
    "activate_backward",
    "y (1 − y) and 1 − y² hold for the output y. Here x was put in.",
    of=("both", "tanh"),
)
def formulas_of_the_input(x, grad, activation, *, of="both"):
    y = activate(x, activation)
    s = y if of == "tanh" else x
    return grad * {"sigmoid": s * (1 - s), "tanh": 1 - x**2, "relu": 1.0 * (x > 0)}[activation]


@misconception(
    "activate_backward",
    "This is the forward pass of the gradient. An activation's way back multiplies by its derivative at x.",
)
def forward_on_the_gradient(x, grad, activation):
    return activate(grad, activation)


@misconception(
    "activate_backward",
    "ReLU lets the gradient through where its *input* x was positive, whatever the sign of the gradient.",
)
def gate_of_the_gradient(x, grad, activation):
    y = activate(x, activation)
    if activation == "sigmoid":
        return grad * y * (1 - y)
    if activation == "tanh":
        return grad * (1 - y**2)
    return np.maximum(grad, 0) * (x > 0)


@misconception(
    "activate_backward", "The derivative of tanh is 1 − y², not y (1 − y), which is that of the sigmoid."
)
def sigmoid_for_both(x, grad, activation):
    y = activate(x, activation)
    return grad * (x > 0) if activation == "relu" else grad * y * (1 - y)


@misconception("activate_backward", "At the kink of ReLU, x = 0, the derivative counts as 0 here.")
def one_at_the_kink(x, grad, activation):
    y = activate(x, activation)
    return grad * {"sigmoid": y * (1 - y), "tanh": 1 - y**2, "relu": 1.0 * (x >= 0)}[activation]


@misconception(
    "activate_backward",
    "The derivative of ReLU is x where x is positive. It is 1 there: the gradient passes unchanged.",
)
def relu_times_input(x, grad, activation):
    y = activate(x, activation)
    if activation == "sigmoid":
        return grad * y * (1 - y)
    return grad * (1 - y**2) if activation == "tanh" else grad * y


@misconception(
    "activate_backward",
    "The derivative of tanh is 1 − y², not 1 − y: the square is missing.",
)
def without_the_square(x, grad, activation):
    y = activate(x, activation)
    if activation == "sigmoid":
        return grad * y * (1 - y)
    return grad * (1 - y) if activation == "tanh" else grad * (x > 0)


@misconception(
    "activate_backward",
    "A name that is not known falls through to the last case. It must raise ValueError, as in `activate`.",
)
def any_other_name_is_relu(x, grad, activation):
    if activation in ("sigmoid", "tanh"):
        y = activate(x, activation)
        return grad * (y * (1 - y) if activation == "sigmoid" else 1 - y**2)
    return grad * (x > 0)


@variant("activate_backward")
def three_returns(x, grad, activation):
    if activation == "relu":
        return np.where(x > 0, grad, 0)
    if activation == "sigmoid":
        return grad * sigmoid(x) * sigmoid(-x)
    if activation == "tanh":
        return 4 * grad * sigmoid(2 * x) * sigmoid(-2 * x)
    raise ValueError("no such activation")


@variant("activate_backward")
def entry_by_entry(x, grad, activation):
    y = np.asarray(activate(x, activation))
    slope = {"sigmoid": lambda v: v - v * v, "tanh": lambda v: 1 - v * v, "relu": lambda v: float(v > 0)}[
        activation
    ]
    result = np.zeros(x.shape)
    for k in np.ndindex(x.shape):
        result[k] = slope(y[k]) * grad[k]
    return result


@misconception(
    "log_sum_exp",
    "exp overflows for large entries, and the logarithm of 0 is −inf for very negative ones. "
    "Subtract the maximum first.",
)
def without_the_maximum(z):
    return np.log(np.sum(np.exp(z), axis=-1))


@misconception("log_sum_exp", "The maximum was subtracted, but not added again after the logarithm.")
def maximum_not_put_back(z):
    return np.log(np.exp(z - z.max(axis=-1, keepdims=True)).sum(axis=-1))


@misconception(
    "log_sum_exp",
    "One maximum for the whole array is not enough: a row far below it vanishes, and its logarithm is −inf.",
)
def one_maximum_for_all(z):
    m = z.max()
    return m + np.log(np.exp(z - m).sum(axis=-1))


@misconception(
    "log_sum_exp",
    "The sum runs over the first axis, the samples. The scores of one sample are its last axis.",
)
def over_the_first_axis(z):
    m = z.max(axis=0)
    return m + np.log(np.exp(z - m).sum(axis=0))


@misconception(
    "log_sum_exp",
    "This is the maximum: close to the log-sum-exp when one entry is far above the others, "
    "but not equal to it.",
)
def only_the_maximum(z):
    return z.max(axis=-1)


@misconception(
    "log_sum_exp", "The axis that is summed over is still there, with length 1; remove it from the result."
)
def axis_kept(z):
    m = z.max(axis=-1, keepdims=True)
    return m + np.log(np.exp(z - m).sum(axis=-1, keepdims=True))


@variant("log_sum_exp")
def squeezed(z):
    m = np.max(z, axis=-1, keepdims=True)
    return np.squeeze(m + np.log(np.sum(np.exp(z - m), axis=-1, keepdims=True)), axis=-1)


@variant("log_sum_exp")
def two_at_a_time(z):
    result = z[..., 0]
    for c in range(1, z.shape[-1]):
        larger, smaller = np.maximum(result, z[..., c]), np.minimum(result, z[..., c])
        result = larger + np.log1p(np.exp(smaller - larger))
    return result


@misconception(
    "softmax", "exp overflows for large logits. Subtract the maximum, or the log-sum-exp, before exp."
)
def overflowing(z):
    e = np.exp(z)
    return e / e.sum(axis=-1, keepdims=True)


@misconception("softmax", "The columns add up to 1. The probabilities of a sample lie along the last axis.")
def columns_sum_to_one(z):
    e = np.exp(z - z.max(axis=0))
    return e / e.sum(axis=0)


@misconception("softmax", "Everything together adds up to 1. Each row must: sum over the last axis only.")
def everything_sums_to_one(z):
    e = np.exp(z - z.max())
    return e / e.sum()


@misconception("softmax", "This is the logarithm of softmax; exp is missing.")
def logarithm_of_softmax(z):
    return z - log_sum_exp(z)[..., np.newaxis]


@misconception(
    "softmax",
    "These are sigmoids, each for itself: the classes do not compete, and a row does not add up to 1.",
)
def independent_sigmoids(z):
    return sigmoid(z)


@misconception(
    "softmax",
    "One maximum for the whole array is not enough: a row far below it becomes 0 / 0. Take that of each row.",
    quiet=(False, True),
)
def common_maximum(z, *, quiet=False):
    with np.errstate(**({"all": "ignore"} if quiet else {})):
        e = np.exp(z - z.max())
        return e / e.sum(axis=-1, keepdims=True)


@misconception(
    "softmax",
    "Scores are divided by their sum. Probabilities come from their exponentials.",
)
def shares_of_the_scores(z):
    return z / z.sum(axis=-1, keepdims=True)


@variant("softmax")
def minus_the_maximum(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


@variant("softmax")
def by_differences(z):
    difference = z[..., np.newaxis, :] - z[..., :, np.newaxis]
    return 1 / np.exp(np.minimum(difference, 700 if z.dtype == np.float64 else 80)).sum(axis=-1)


@misconception(
    "modern_activation",
    "GELU is an approximation here, by tanh or by σ(1.702 x). The exact form is asked for: x Φ(x), with erf.",
    way=("tanh", "sigmoid"),
)
def gelu_by_tanh(x, activation, *, way="tanh"):
    slope = np.where(x > 0, 1, 0.01)
    e = np.exp(np.minimum(x, 0))
    s = sigmoid(x)
    k = np.sqrt(2 / np.pi)
    t = np.tanh(k * (x + 0.044715 * x**3))
    gelu = (0.5 * x * (1 + t), 0.5 * (1 + t) + 0.5 * x * (1 - t**2) * k * (1 + 3 * 0.044715 * x**2))
    if way == "sigmoid":
        fast = sigmoid(1.702 * x)
        gelu = (x * fast, fast + 1.702 * x * fast * (1 - fast))
    return {
        "leaky_relu": (slope * x, slope),
        "elu": (np.where(x > 0, x, e - 1), e),
        "silu": (x * s, s + x * s * (1 - s)),
        "gelu": gelu,
    }[activation]


@misconception(
    "modern_activation", "The product rule has two terms: the derivative of x σ(x) is σ(x) + x σ′(x)."
)
def half_of_the_product_rule(x, activation):
    slope = np.where(x > 0, 1, 0.01)
    e = np.exp(np.minimum(x, 0))
    s = sigmoid(x)
    cumulative = (1 + erf(x / np.sqrt(2))) / 2
    return {
        "leaky_relu": (slope * x, slope),
        "elu": (np.where(x > 0, x, e - 1), e),
        "silu": (x * s, x * s * (1 - s)),
        "gelu": (x * cumulative, x * np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)),
    }[activation]


@misconception("modern_activation", "The leaky slope for negative x is 0.01, not 0.1.")
def steep_leak(x, activation):
    slope = np.where(x > 0, 1, 0.1)
    e = np.exp(np.minimum(x, 0))
    s = sigmoid(x)
    cumulative = (1 + erf(x / np.sqrt(2))) / 2
    density = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
    return {
        "leaky_relu": (slope * x, slope),
        "elu": (np.where(x > 0, x, e - 1), e),
        "silu": (x * s, s + x * s * (1 - s)),
        "gelu": (x * cumulative, cumulative + x * density),
    }[activation]


@misconception(
    "modern_activation",
    "np.where computes both branches, so exp(x) of ELU overflows for large x although it is not used.",
)
def unused_branch_overflows(x, activation):
    if activation == "leaky_relu":
        slope = np.where(x > 0, 1, 0.01)
        return slope * x, slope
    if activation == "elu":
        e = np.exp(x)
        return np.where(x > 0, x, e - 1), np.where(x > 0, 1, e)
    s = sigmoid(x)
    if activation == "silu":
        return x * s, s + x * s * (1 - s)
    if activation == "gelu":
        cumulative = (1 + erf(x / np.sqrt(2))) / 2
        return x * cumulative, cumulative + x * np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
    raise ValueError(activation)


@misconception(
    "modern_activation",
    "Only the activation comes back. Two things are asked for: f(x) and f′(x).",
)
def derivative_missing(x, activation):
    known = {
        "leaky_relu": lambda: np.where(x > 0, x, 0.01 * x),
        "elu": lambda: np.where(x > 0, x, np.exp(np.minimum(x, 0)) - 1),
        "silu": lambda: x * sigmoid(x),
        "gelu": lambda: x * (1 + erf(x / np.sqrt(2))) / 2,
    }
    if activation not in known:
        raise ValueError
    return known[activation]()


@misconception(
    "modern_activation",
    "The derivative of ELU is exp(x) for positive x too. There it is 1.",
)
def elu_goes_on(x, activation):
    if activation == "leaky_relu":
        slope = np.where(x > 0, 1, 0.01)
        return slope * x, slope
    if activation == "elu":
        return np.where(x > 0, x, np.exp(np.minimum(x, 0)) - 1), np.exp(np.minimum(x, 700))
    if activation == "silu":
        s = sigmoid(x)
        return x * s, s + x * s * (1 - s)
    if activation == "gelu":
        cumulative, density = (1 + erf(x / np.sqrt(2))) / 2, np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
        return x * cumulative, cumulative + x * density
    raise ValueError


@misconception(
    "modern_activation",
    "The derivative of ELU for negative x is exp(x) − 1 here, the function itself. The constant falls away: exp(x).",
)
def constant_kept(x, activation):
    if activation == "leaky_relu":
        slope = np.where(x > 0, 1, 0.01)
        return slope * x, slope
    if activation == "elu":
        e = np.exp(np.minimum(x, 0))
        return np.where(x > 0, x, e - 1), np.where(x > 0, 1, e - 1)
    if activation == "silu":
        s = sigmoid(x)
        return x * s, s + x * s * (1 - s)
    if activation == "gelu":
        cumulative, density = (1 + erf(x / np.sqrt(2))) / 2, np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
        return x * cumulative, cumulative + x * density
    raise ValueError


@variant("modern_activation")
def with_masks(x, activation):
    negative = x < 0
    if activation == "leaky_relu":
        slope = np.ones(x.shape)
        slope[negative] = 0.01
        return x * slope, slope
    if activation == "elu":
        y, slope = x.astype(float), np.ones(x.shape)
        y[negative], slope[negative] = np.expm1(x[negative]), np.exp(x[negative])
        return y, slope
    if activation == "silu":
        s = sigmoid(x)
        return x * s, s * (1 + x * sigmoid(-x))
    if activation == "gelu":
        cumulative = 0.5 + 0.5 * erf(np.sqrt(0.5) * x)
        return x * cumulative, cumulative + x * np.exp(-0.5 * x * x) / np.sqrt(2 * np.pi)
    raise ValueError("no such activation")


@variant("modern_activation")
def as_lists(x, activation):
    if activation not in ("leaky_relu", "elu", "silu", "gelu"):
        raise ValueError("no such activation")
    s = sigmoid(x)
    e = np.exp(-np.abs(x))
    cumulative = (1 + erf(x / np.sqrt(2))) / 2
    density = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
    y, slope = {
        "leaky_relu": (np.maximum(x, 0.01 * x), np.where(x > 0, 1, 0.01)),
        "elu": (np.maximum(x, 0) + np.where(x > 0, 0, e - 1), np.where(x > 0, 1, e)),
        "silu": (x * s, s + x * s * (1 - s)),
        "gelu": (x * cumulative, cumulative + x * density),
    }[activation]
    return [y, slope]
