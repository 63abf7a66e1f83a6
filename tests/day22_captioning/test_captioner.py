"""Checks of captioner.py: words one by one, gates written out, steps by hand, and pictures of two patches."""

import copy
import math

import numpy as np
import torch
from torch import nn
from torch.nn.functional import conv2d, cross_entropy

from course.testing import (
    assert_between,
    assert_close,
    assert_dtype,
    assert_finite,
    assert_parts,
    assert_unchanged,
    hidden,
    points,
    training,
)
from course.testing.networks import draw, fill

PAD, START, END = 0, 1, 2


def draw_rows(rng, lengths, words):
    """Rows of numbers, of which so many are words or END; behind them is PAD."""
    width = max(lengths)
    rows = rng.integers(START, words, size=(len(lengths), width))
    for row, length in zip(rows, lengths, strict=True):
        row[length:] = PAD
    return torch.tensor(rows)


def cost_by_loops(logits, targets):
    """The mean of −ln p over the words, one by one, in double precision."""
    costs = []
    for row, wanted in zip(np.asarray(logits, dtype=float), targets.tolist(), strict=True):
        for scores, k in zip(row, wanted, strict=True):
            if k != PAD:
                costs.append(scores.max() + math.log(np.exp(scores - scores.max()).sum()) - scores[k])
    return float(np.mean(costs))


@points(2)
def test_masked_cross_entropy_word_by_word(student, rng):
    for lengths, words in [([4, 1, 2], 6), ([3], 5), ([1, 5], 4), ([6, 2, 2, 3], 11)]:
        targets = draw_rows(rng, lengths, words)
        logits = 2 * draw(rng, *targets.shape, words) + 0.5
        with assert_unchanged(logits, targets):
            result = student.masked_cross_entropy(logits, targets)
        assert_close(result, cost_by_loops(logits, targets), name="loss")
    logits = logits.float()
    assert_close(
        student.masked_cross_entropy(logits, targets), cost_by_loops(logits, targets), name="loss in float32"
    )
    logits = 900 * draw(rng, *targets.shape, 11)
    result = student.masked_cross_entropy(logits, targets)
    assert_finite(result, name="loss for large logits")
    assert_close(result, cost_by_loops(logits, targets), name="loss for large logits")


def slope_by_logits(module, logits, targets):
    """The gradient of the loss."""
    import torch

    logits = logits.clone().requires_grad_()
    (slope,) = torch.autograd.grad(module.masked_cross_entropy(logits, targets), logits)
    return slope


@points(1)
def test_masked_cross_entropy_can_be_differentiated(student, rng):
    targets = draw_rows(rng, [4, 2, 5], 6)
    logits = draw(rng, 3, 5, 6)
    slope = student.run(slope_by_logits, logits, targets)
    expected = logits.softmax(dim=2) - torch.eye(6, dtype=torch.float64)[targets]
    expected = expected * (targets != PAD)[:, :, None] / 11
    cause = "the logits of PAD have no part in the loss"
    assert_close(slope, expected, name="gradient by the logits", cause=cause)


@hidden
@points(1)
def test_masked_cross_entropy_of_large_logits(student, rng):
    targets = draw_rows(rng, [3, 5, 1], 7)
    logits = 1000 * draw(rng, 3, 5, 7)
    result = student.masked_cross_entropy(logits, targets)
    assert_finite(result, name="loss for logits of 1000")
    assert_close(result, cost_by_loops(logits, targets), name="loss for logits of 1000")


SHAPES = {
    "eye.where": (16, 32),
    "eye.layers.0.weight": (24, 3, 4, 4),
    "eye.layers.0.bias": (24,),
    "eye.layers.2.weight": (32, 24, 4, 4),
    "eye.layers.2.bias": (32,),
}


def draw_parameters(rng, words, image_size, word_size, hidden):
    """Parameters of a CaptionNet by their names."""
    shapes = SHAPES | {
        "squeeze.weight": (image_size, 512),
        "squeeze.bias": (image_size,),
        "embedding.weight": (words, word_size),
        "gru.weight_ih_l0": (3 * hidden, word_size + image_size),
        "gru.weight_hh_l0": (3 * hidden, hidden),
        "gru.bias_ih_l0": (3 * hidden,),
        "gru.bias_hh_l0": (3 * hidden,),
        "out.weight": (words, hidden),
        "out.bias": (words,),
    }
    state = {}
    for name, shape in shapes.items():
        state[name] = draw(rng, *shape) * (2 / math.sqrt(math.prod(shape[1:])) if len(shape) > 1 else 0.3)
    state["embedding.weight"] = draw(rng, words, word_size)
    return state


def look_by_hand(state, images):
    """The places of the pictures, (b, 16, 32)."""
    x = conv2d(images, state["eye.layers.0.weight"], state["eye.layers.0.bias"], stride=2, padding=1)
    x = conv2d(x.relu(), state["eye.layers.2.weight"], state["eye.layers.2.bias"], stride=2, padding=1)
    b = len(images)
    return x.relu().reshape(b, 32, 16).permute(0, 2, 1) + state["eye.where"]


def read_by_hand(state, inputs):
    """The states of a GRU over inputs (b, t, d), gate by gate."""
    h = torch.zeros(len(inputs), state["gru.weight_hh_l0"].shape[1], dtype=inputs.dtype)
    states = []
    for x in inputs.unbind(dim=1):
        a = (x @ state["gru.weight_ih_l0"].T + state["gru.bias_ih_l0"]).chunk(3, dim=1)
        b = (h @ state["gru.weight_hh_l0"].T + state["gru.bias_hh_l0"]).chunk(3, dim=1)
        reset, update = torch.sigmoid(a[0] + b[0]), torch.sigmoid(a[1] + b[1])
        h = (1 - update) * torch.tanh(a[2] + reset * b[2]) + update * h
        states.append(h)
    return torch.stack(states, dim=1)


def describe_by_hand(state, images, ids):
    """The logits of a CaptionNet, row by row."""
    rows = []
    for image, words in zip(images, ids, strict=True):
        vector = (
            look_by_hand(state, image[None]).reshape(-1) @ state["squeeze.weight"].T + state["squeeze.bias"]
        )
        inputs = torch.stack([torch.cat([state["embedding.weight"][k], vector]) for k in words.tolist()])
        states = read_by_hand(state, inputs[None])[0]
        rows.append(states @ state["out.weight"].T + state["out.bias"])
    return torch.stack(rows)


def describe(module, sizes, state, images, ids):
    """The logits of a network with these parameters."""
    model = module.CaptionNet(*sizes).to(images.dtype)
    model.load_state_dict(state)
    return model(images, ids).detach()


@points(2)
def test_caption_net_forward_by_gates(student, rng):
    for sizes, b, t in [((7, 5, 4, 6), 3, 4), ((9, 3, 6, 5), 1, 1), ((5, 4, 4, 3), 2, 6)]:
        state, images = draw_parameters(rng, *sizes), draw(rng, b, 3, 16, 16)
        ids = torch.tensor(rng.integers(0, sizes[0], size=(b, t)))
        with assert_unchanged(images, ids):
            result = student.run(describe, sizes, state, images, ids)
        assert_close(result, describe_by_hand(state, images, ids), name="array of logits")


@hidden
@points(1)
def test_caption_net_forward_in_single_precision(student, rng):
    sizes, images = (11, 6, 3, 7), draw(rng, 4, 3, 16, 16)
    state, ids = draw_parameters(rng, *sizes), torch.tensor(rng.integers(0, 11, size=(4, 3)))
    expected = describe_by_hand(state, images, ids)
    state = {name: value.float() for name, value in state.items()}
    result = student.run(describe, sizes, state, images.float(), ids)
    assert_close(result, expected, rtol=1e-4, atol=1e-5, name="array of logits")
    assert_dtype(result, "float32")


class Teller(nn.Module):
    """A small captioner without a memory: what is seen plus what was read, through tanh."""

    def __init__(self, words, pixels):
        super().__init__()
        self.seen = nn.Linear(pixels, 4)
        self.read = nn.Embedding(words, 4)
        self.out = nn.Linear(4, words)

    def forward(self, images, ids):
        return self.out(torch.tanh(self.seen(images.flatten(1))[:, None] + self.read(ids)))


def learn(module, model, batches, learning_rate, momentum):
    """The losses of some steps, and the parameters behind them; old gradients are lying about."""
    import torch

    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=momentum)
    for p in model.parameters():
        p.grad = torch.full_like(p, 5.0)
    losses = [float(module.caption_step(model, optimizer, images, matrix)) for images, matrix in batches]
    return losses, [p.detach() for p in model.parameters()]


def learn_by_hand(model, batches, learning_rate, momentum):
    """The same on a copy: the loss by PyTorch, the steps written out."""
    model, losses, speeds = copy.deepcopy(model), [], {}
    for images, matrix in batches:
        logits = model(images, matrix[:, :-1])
        loss = cross_entropy(logits.flatten(0, 1), matrix[:, 1:].flatten(), ignore_index=PAD)
        slopes = torch.autograd.grad(loss, list(model.parameters()))
        with torch.no_grad():
            for p, slope in zip(model.parameters(), slopes, strict=True):
                speeds[p] = momentum * speeds.get(p, 0.0) + slope
                p -= learning_rate * speeds[p]
        losses.append(loss.item())
    return losses, [p.detach() for p in model.parameters()]


def draw_batch(rng, lengths, words):
    """Pictures (b, 2, 3), and rows of a matrix: START, words, END, PAD."""
    rows = draw_rows(rng, lengths, words - 3)
    matrix = torch.full((len(lengths), max(lengths) + 2), PAD)
    matrix[:, 0] = START
    for row, words_of_row, length in zip(matrix, rows, lengths, strict=True):
        row[1 : length + 1] = words_of_row[:length] + 2
        row[length + 1] = END
    return draw(rng, len(lengths), 2, 3), matrix


NAMES = ["weights of seen", "biases of seen", "embedding", "weights of out", "biases of out"]


def assert_learnt(result, expected, cause=None):
    losses, parameters = assert_parts(result, 2)
    assert_close(losses, expected[0], name="list of losses, each before its step")
    for name, found, want in zip(NAMES, assert_parts(parameters, 5), expected[1], strict=True):
        assert_close(found, want, name=f"array of {name} after the steps", cause=cause)


@points(2)
def test_caption_step_by_hand(student, rng):
    for lengths, words, steps, momentum in [([3, 1, 4], 8, 1, 0.0), ([2], 6, 2, 0.0), ([5, 2], 9, 3, 0.6)]:
        model = fill(Teller(words, 6), rng)
        batches = [draw_batch(rng, lengths, words) for _ in range(steps)]
        with assert_unchanged(*[part for batch in batches for part in batch]):
            result = student.run(learn, model, batches, 0.3, momentum)
        assert_learnt(result, learn_by_hand(model, batches, 0.3, momentum))


@hidden
@points(1)
def test_caption_step_with_momentum(student, rng):
    model = fill(Teller(7, 6), rng)
    batches = [draw_batch(rng, [2, 4], 7) for _ in range(3)]
    cause = "the optimiser that is given takes the steps"
    result = student.run(learn, model, batches, 0.2, 0.8)
    assert_learnt(result, learn_by_hand(model, batches, 0.2, 0.8), cause)


def draw_patches(rng, n):
    """Pictures with a patch of some colour on either side, and "left colour, right colour" or the other way round.

    Words: 4 to 6 are colours, 7 and 8 say which side comes first. The captions are 7 c d or 8 d c.
    """
    left, right, order = rng.integers(3, size=(3, n))
    images = 0.1 * rng.normal(size=(n, 3, 16, 16))
    images[np.arange(n), left, 4:12, 1:7] += 1
    images[np.arange(n), right, 4:12, 9:15] += 1
    order = order % 2
    first, second = np.where(order == 0, left, right), np.where(order == 0, right, left)
    ends = np.full((n, 1), END), np.full((n, 1), PAD)
    rows = [np.full((n, 1), START), 7 + order[:, None], 4 + first[:, None], 4 + second[:, None], *ends]
    return torch.tensor(images, dtype=torch.float32), torch.tensor(np.concatenate(rows, axis=1))


def train_on_patches(module, images, matrix, seed, new_images, new_matrix):
    """The logits of a CaptionNet for new pictures, after some epochs."""
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    model = module.CaptionNet(9)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for _ in range(4):
        for batch in torch.randperm(len(images)).split(32):
            module.caption_step(model, optimizer, images[batch], matrix[batch])
    with torch.no_grad():
        return model(new_images, new_matrix[:, :-1])


@training
@points(2)
def test_caption_step_learns_to_describe(student, rng):
    """A quarter of ln 2 is the floor, 0.173; who does not see pays 0.173 + ln(3) / 2 = 0.722."""
    known, new = draw_patches(rng, 960), draw_patches(rng, 200)
    logits = student.run(train_on_patches, *known, int(rng.integers(2**31)), *new)
    cost = cost_by_loops(logits, new[1][:, 1:])
    assert_between(cost, 0.1, 0.26, name="cross-entropy of new captions")
    words = np.asarray(logits)[:, 1:3].argmax(axis=2)
    right = (words == new[1][:, 2:4].numpy()).mean()
    assert_between(float(right), 0.95, 1, name="share of the colours that are right")
