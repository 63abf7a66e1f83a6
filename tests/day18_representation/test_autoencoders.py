"""Checks of autoencoders.py: steps written out, PyTorch's transposed convolution, and digits under noise."""

import copy

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn.functional import conv2d, conv_transpose2d

from course.testing import (
    assert_between,
    assert_close,
    assert_parts,
    assert_shape,
    assert_unchanged,
    hidden,
    points,
    training,
)
from course.testing.networks import draw, fill


@points(1)
def test_corrupt_adds_and_clips(student, rng):
    for shape, sigma in [((4, 6), 0.5), ((2, 3, 5), 0.2), ((30,), 1.5), ((1, 8), 0.8)]:
        x, noise = torch.tensor(rng.uniform(size=shape)), draw(rng, *shape)
        with assert_unchanged(x, noise):
            result = student.corrupt(x, noise, sigma)
        assert_close(result, np.clip(x.numpy() + sigma * noise.numpy(), 0, 1), name="noisy picture")
    x, noise = torch.tensor(rng.uniform(size=(5, 4)), dtype=torch.float32), draw(rng, 5, 4).float()
    expected = np.clip(x.double().numpy() + 0.3 * noise.double().numpy(), 0, 1)
    assert_close(student.corrupt(x, noise, 0.3), expected, name="noisy picture")


def new_network(rng, d):
    return fill(nn.Sequential(nn.Linear(d, 3), nn.Tanh(), nn.Linear(3, d)), rng)


def walk(module, network, batches, learning_rate, momentum):
    """A step for each pair of batches: the losses and the parameters. Old gradients lie about."""
    import torch

    optimizer = torch.optim.SGD(network.parameters(), lr=learning_rate, momentum=momentum)
    for p in network.parameters():
        p.grad = torch.full_like(p, 5.0)
    losses = [float(module.train_step(network, optimizer, seen, wanted)) for seen, wanted in batches]
    return losses, [p.detach() for p in network.parameters()]


def walk_by_hand(network, batches, learning_rate, momentum):
    """The same on a copy: gradients by autograd, steps written out."""
    network = copy.deepcopy(network)
    losses, speeds = [], {}
    for seen, wanted in batches:
        loss = ((network(seen) - wanted) ** 2).sum() / wanted.numel()
        grads = torch.autograd.grad(loss, list(network.parameters()))
        with torch.no_grad():
            for p, g in zip(network.parameters(), grads, strict=True):
                speeds[p] = momentum * speeds.get(p, 0.0) + g
                p -= learning_rate * speeds[p]
        losses.append(loss.item())
    return losses, [p.detach() for p in network.parameters()]


NAMES = ("first weights", "first biases", "last weights", "last biases")


def assert_walked(result, expected, cause=""):
    losses, parameters = assert_parts(result, 2)
    assert_close(losses, expected[0], name="list of losses, each before its step", cause=cause)
    for name, found, want in zip(NAMES, assert_parts(parameters, 4), expected[1], strict=True):
        assert_close(found, want, name=f"array of the {name}", cause=cause)


@points(2)
def test_train_step_wants_what_it_is_told(student, rng):
    for b, d, steps, momentum in [(5, 4, 1, 0.0), (3, 2, 3, 0.0), (1, 6, 2, 0.5)]:
        network = new_network(rng, d)
        batches = [(draw(rng, b, d), draw(rng, b, d) + 0.5) for _ in range(steps)]
        given = (network, batches, 0.4, momentum)
        with assert_unchanged(batches):
            result = student.run(walk, *given)
        assert_walked(result, walk_by_hand(*given))


@hidden
@points(1)
def test_train_step_with_momentum(student, rng):
    batches = [(draw(rng, 4, 3), draw(rng, 4, 3)) for _ in range(4)]
    given = (new_network(rng, 3), batches, 0.3, 0.9)
    cause = "the optimiser that is given takes the steps"
    assert_walked(student.run(walk, *given), walk_by_hand(*given), cause)


def load(rng):
    """Digits in [0, 1], 1,297 to learn from and 500 that are new."""
    images = load_digits().data[rng.permutation(1797)] / 16
    x = torch.tensor(images, dtype=torch.float32)
    return x[500:], x[:500]


def least_error(x, k):
    """What the best linear autoencoder of exactly these samples loses."""
    values = np.linalg.eigvalsh(np.cov(np.asarray(x, dtype=float), rowvar=False, ddof=0))
    return float(values[::-1][k:].sum() / x.shape[1])


def train_digits(module, x, new, code, epochs, sigma, seed):
    """What an autoencoder makes of new pictures after training through the given loop."""
    import torch

    from day18_representation.networks import Autoencoder
    from day18_representation.training import train_autoencoder

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    model = Autoencoder(code=code)
    train_autoencoder(model, x, epochs, sigma, seed=seed)
    with torch.no_grad():
        return model(new)


@training
@points(1)
def test_train_step_goes_below_the_linear_bound(student, rng):
    """Over 12 seeds: 0.73 to 0.86 of the bound; 1 s."""
    x, new = load(rng)
    result = student.run(train_digits, x, new, 8, 30, 0.0, int(rng.integers(2**31)))
    assert_shape(result, (500, 64))
    error = np.mean((np.asarray(result, dtype=float) - new.numpy()) ** 2)
    name = "error on new digits, in parts of what the best linear autoencoder has"
    assert_between(error / least_error(new, 8), 0.3, 0.95, name=name)


@training
@points(1)
def test_corrupt_teaches_to_look_through_noise(student, rng):
    """Over 12 seeds: error 0.040 to 0.044, the plain one 1.39 to 1.70 times as much; 2 s for both."""
    x, new = load(rng)
    noisy = (new + 0.5 * draw(rng, *new.shape).float()).clamp(0, 1)
    seed, errors = int(rng.integers(2**31)), []
    for sigma in (0.5, 0.0):
        result = student.run(train_digits, x, noisy, 16, 25, sigma, seed)
        assert_shape(result, (500, 64))
        errors.append(float(np.mean((np.asarray(result, dtype=float) - new.numpy()) ** 2)))
    assert_between(errors[0], 0.01, 0.05, name="error of the denoising autoencoder")
    assert_between(errors[1] / errors[0], 1.15, 5, name="error of the plain one, in parts of that")


@points(2)
def test_transposed_conv2d_stamps(student, rng):
    for b, c, o, h, w, kh, kw, stride in [
        (2, 3, 2, 3, 4, 2, 3, 2),
        (1, 1, 1, 2, 2, 3, 3, 1),
        (3, 2, 4, 2, 5, 3, 2, 3),
        (1, 2, 1, 1, 1, 4, 3, 2),
        (2, 1, 2, 3, 2, 2, 1, 3),
    ]:
        z, weight = draw(rng, b, c, h, w), draw(rng, c, o, kh, kw)
        with assert_unchanged(z, weight):
            result = student.transposed_conv2d(z, weight, stride)
        assert_close(result, conv_transpose2d(z, weight, stride=stride), name="picture")
    z, weight = draw(rng, 2, 2, 3, 2).float(), draw(rng, 2, 3, 2, 2).float()
    expected = conv_transpose2d(z.double(), weight.double())
    assert_close(student.transposed_conv2d(z, weight), expected, name="picture with the usual stride")


@hidden
@points(1)
def test_transposed_conv2d_with_gaps(student, rng):
    for b, c, o, h, w, kh, kw, stride in [(2, 2, 3, 3, 2, 1, 1, 2), (1, 3, 1, 2, 3, 2, 1, 4)]:
        z, weight = draw(rng, b, c, h, w), draw(rng, c, o, kh, kw)
        result = student.transposed_conv2d(z, weight, stride)
        cause = "where no stamp falls there is 0"
        assert_close(result, conv_transpose2d(z, weight, stride=stride), name="picture", cause=cause)


def slopes(module, z, weight, stride, seen):
    """The gradients of Σ seen · y by z and by the weight."""
    import torch

    leaves = [z.clone().requires_grad_(), weight.clone().requires_grad_()]
    return torch.autograd.grad((module.transposed_conv2d(*leaves, stride) * seen).sum(), leaves)


@hidden
@points(1)
def test_transposed_conv2d_is_the_transpose(student, rng):
    for b, c, o, h, w, kh, kw, stride in [(2, 3, 2, 3, 2, 3, 2, 2), (1, 1, 2, 2, 4, 2, 2, 3)]:
        z, weight = draw(rng, b, c, h, w), draw(rng, c, o, kh, kw)
        seen = draw(rng, b, o, (h - 1) * stride + kh, (w - 1) * stride + kw)
        by_z, by_weight = assert_parts(student.run(slopes, z, weight, stride, seen), 2)
        assert_close(by_z, conv2d(seen, weight, stride=stride), name="gradient by z")
        kernel = weight.clone().requires_grad_()
        (conv2d(seen, kernel, stride=stride) * z).sum().backward()
        assert_close(by_weight, kernel.grad, name="gradient by the weight")
