"""Checks of regularization.py. What is random is checked by what must hold for every draw, and by large samples."""

import numpy as np
import torch

from course.testing import (
    assert_between,
    assert_close,
    assert_dtype,
    assert_parts,
    assert_shape,
    assert_that,
    assert_unchanged,
    compare_by,
    hidden,
    points,
)

SHAPES = [(3, 4), (5,), (2, 1, 3)]


def random_arrays(rng, dtype=np.float64):
    return [rng.normal(size=shape).astype(dtype) for shape in SHAPES]


def length(arrays):
    """Norm of all arrays as one long vector."""
    return float(np.linalg.norm(np.concatenate([np.ravel(a).astype(float) for a in arrays])))


@points(1)
def test_clip_by_value_bounds_every_entry(student, rng):
    for dtype in (np.float64, np.float32):
        grads = [3 * g for g in random_arrays(rng, dtype)]
        limit = rng.uniform(0.5, 1.5)
        with assert_unchanged(*grads):
            result = student.clip_by_value(grads, limit)
        for clipped, g in zip(assert_parts(result, len(grads)), grads, strict=True):
            expected = torch.tensor(g, dtype=torch.float64).clamp(-limit, limit)
            assert_close(clipped, expected, name="clipped gradient")
            assert_dtype(clipped, dtype, name="clipped gradient")


@points(1)
def test_clip_by_norm_of_a_long_gradient(student, rng):
    for dtype in (np.float64, np.float32):
        grads = random_arrays(rng, dtype)
        norm = length(grads)
        limit = norm * rng.uniform(0.1, 0.6)
        with assert_unchanged(*grads):
            result = student.clip_by_norm(grads, limit)
        clipped, measured = assert_parts(result, 2)
        for part, g in zip(assert_parts(clipped, len(grads)), grads, strict=True):
            assert_close(part, g * (limit / norm), rtol=1e-4, name="clipped gradient")
            assert_dtype(part, dtype, name="clipped gradient")
        assert_close(measured, norm, rtol=1e-5, name="norm before clipping")
    tiny = [1e-6 * g.astype(float) for g in grads]
    clipped, _ = assert_parts(student.clip_by_norm(tiny, length(tiny) / 2), 2)
    for part, g in zip(assert_parts(clipped, len(tiny)), tiny, strict=True):
        cause = "is something added to ‖g‖? The factor is max_norm / ‖g‖"
        assert_close(part, g / 2, rtol=1e-4, atol=1e-14, name="clipped gradient", cause=cause)


@points(1)
def test_clip_by_norm_leaves_short_gradients(student, rng):
    grads = random_arrays(rng)
    for limit in (length(grads) * rng.uniform(1.5, 3), np.inf):
        clipped, norm = assert_parts(student.clip_by_norm(grads, limit), 2)
        for part, g in zip(assert_parts(clipped, len(grads)), grads, strict=True):
            assert_close(part, g, rtol=1e-4, name="clipped gradient")
        assert_close(norm, length(grads), name="norm before clipping")
    zeros = [np.zeros(3), np.zeros((2, 2))]
    clipped, norm = assert_parts(student.clip_by_norm(zeros, rng.uniform(0.5, 2)), 2)
    for part, zero in zip(assert_parts(clipped, 2), zeros, strict=True):
        assert_close(part, zero, name="clipped gradient of zeros")
    assert_close(norm, 0.0, name="norm of zeros before clipping")


@hidden
@points(1)
def test_clip_by_norm_of_zeros_and_of_one_array(student, rng):
    zeros = [np.zeros((2, 3)), np.zeros(4)]
    clipped, norm = assert_parts(student.clip_by_norm(zeros, rng.uniform(0.5, 2)), 2)
    for part, zero in zip(assert_parts(clipped, 2), zeros, strict=True):
        assert_close(part, zero, name="clipped gradient")
    assert_close(norm, 0.0, name="norm before clipping")
    alone = [rng.normal(size=7)]
    clipped, _ = assert_parts(student.clip_by_norm(alone, 1e-3), 2)
    expected = 1e-3 * alone[0] / np.linalg.norm(alone[0])
    assert_close(assert_parts(clipped, 1)[0], expected, rtol=1e-4, atol=1e-12, name="clipped gradient")


def penalty_reference(params, l1, l2):
    """Value and gradients by autograd: the weights are the arrays with two or more dimensions."""
    tensors = [torch.tensor(p, dtype=torch.float64, requires_grad=True) for p in params]
    value = sum(l1 * t.abs().sum() + 0.5 * l2 * (t * t).sum() for t in tensors if t.ndim >= 2)
    value = value + 0 * sum(t.sum() for t in tensors)
    return value.item(), torch.autograd.grad(value, tensors)


def assert_penalty(student, params, l1, l2):
    with assert_unchanged(*params):
        result = student.penalty(params, l1=l1, l2=l2)
    value, grads = assert_parts(result, 2)
    expected, expected_grads = penalty_reference(params, l1, l2)
    assert_close(value, expected, rtol=1e-5, name="penalty")
    for grad, wanted in zip(assert_parts(grads, len(params)), expected_grads, strict=True):
        assert_close(grad, wanted, name="gradient of the penalty")


@points(1)
def test_penalty_of_weights(student, rng):
    for shapes in ([(3, 4)], [(1, 5), (2, 3, 2)]):
        params = [rng.normal(size=shape) for shape in shapes]
        assert_penalty(student, params, 0.0, rng.uniform(0.3, 2))
        assert_penalty(student, params, rng.uniform(0.3, 2), 0.0)
    assert_penalty(student, [p.astype(np.float32) for p in params], 0.7, 0.4)


@points(1)
def test_penalty_spares_biases(student, rng):
    params = [rng.normal(size=(3, 4)), rng.normal(size=4), rng.normal(size=(4, 2)), rng.normal(size=2)]
    assert_penalty(student, params, rng.uniform(0.3, 2), rng.uniform(0.3, 2))
    params[0][0, 1] = params[2][3, 1] = 0.0
    assert_penalty(student, params, rng.uniform(0.3, 2), 0.0)


def apply_dropout(module, p, x, modes, apart=False):
    """Outputs of one dropout layer for the same input, or a copy of it each time, in training mode (True) or evaluation
    mode.
    """
    layer = module.Dropout(p)
    return [layer.train(mode)(x.clone() if apart else x) for mode in modes]


def zeros_and_factors(x, *outputs):
    """Of each output, the share of zeros and by how much the rest is larger than x."""
    for y in map(np.asarray, outputs):
        kept = y != 0
        yield 1 - kept.mean()
        yield np.median((y / np.asarray(x))[kept]) if kept.any() else 0.0


def which_were_dropped(x, first, second, off):
    """Also how the zeros are spread over rows and columns, and how many come twice."""
    yield from zeros_and_factors(x, first, off)
    dropped, again = np.asarray(first) == 0, np.asarray(second) == 0
    yield dropped.mean(axis=0).std()
    yield dropped.mean(axis=1).std()
    yield (dropped & again).mean()


def numbers(statistic):
    """A function that gives a list of what this generator yields."""
    return lambda *values: list(statistic(*values))


@points(1)
def test_dropout_forward_does_nothing_at_evaluation(student, rng):
    x = torch.tensor(rng.uniform(0.5, 2, size=(120, 100)))
    in_training, y = assert_parts(student.run(apply_dropout, 0.4, x, [True, False], True), 2)
    compare_by(numbers(zeros_and_factors), x, in_training, y, slack=0.04)
    cause = "only in evaluation mode nothing is to be done; in training mode it drops"
    share = (np.asarray(in_training) == 0).mean()
    assert_between(share, 0.3, 0.5, name="share of zeros in training mode with p = 0.4", cause=cause)
    assert_close(y, x, name="output in evaluation mode, after training mode")
    for shape, p in [((6, 5), 0.5), ((2, 3, 4), 0.3), ((1, 1), 0.8)]:
        x = torch.tensor(rng.normal(size=shape))
        with assert_unchanged(x):
            (y,) = assert_parts(student.run(apply_dropout, p, x, [False]), 1)
        assert_close(y, x, name="output in evaluation mode")
    x = torch.tensor(rng.normal(size=(4, 5)))
    (y,) = assert_parts(student.run(apply_dropout, 0.0, x, [True]), 1)
    assert_close(y, x, name="output in training mode with p = 0")


@points(1)
def test_dropout_forward_drops_and_scales_in_training(student, rng):
    for p in (0.2, 0.7):
        x = torch.tensor(rng.uniform(0.5, 2, size=(200, 500)))
        with assert_unchanged(x):
            first, second, off = assert_parts(student.run(apply_dropout, p, x, [True, True, False]), 3)
        compare_by(numbers(which_were_dropped), x, first, second, off, slack=0.03)
        assert_shape(first, (200, 500), name="output")
        dropped = np.asarray(first) == 0
        assert_between(dropped.mean(), p - 0.02, p + 0.02, name=f"share of zeros with p = {p}")
        expected = np.where(dropped, 0, np.asarray(x) / (1 - p))
        assert_close(first, expected, name="output in training mode")
        assert_close(off, x, name="output in evaluation mode")
        for axis in (0, 1):
            spread = dropped.mean(axis=axis)
            cause = "each number of each sample must be dropped independently of the others"
            assert_between(
                spread.min(), p - 0.3, p + 0.3, name="share of zeros in a row or column", cause=cause
            )
            assert_between(
                spread.max(), p - 0.3, p + 0.3, name="share of zeros in a row or column", cause=cause
            )
        both = (dropped & (np.asarray(second) == 0)).mean()
        cause = "a new mask must be drawn in every call"
        assert_between(
            both, p * p - 0.02, p * p + 0.02, name="share dropped in both of two calls", cause=cause
        )
    p, x = rng.uniform(0.3, 0.7), torch.tensor(rng.uniform(0.5, 2, size=(40, 30)), dtype=torch.float32)
    y, grad = assert_parts(student.run(dropout_gradient, p, x), 2)
    assert_dtype(y, torch.float32, name="output")
    expected = np.where(np.asarray(y) == 0, 0, 1 / (1 - p))
    cause = "the gradient passes through the mask and the factor: is x taken out of its graph on the way?"
    assert_close(grad, expected, name="gradient by x of the sum of the output", rtol=1e-5, cause=cause)


def dropout_gradient(module, p, x):
    """Output and gradient of its sum."""
    x = x.clone().requires_grad_()
    y = module.Dropout(p).train()(x)
    y.sum().backward()
    return y.detach(), x.grad


@hidden
@points(1)
def test_dropout_forward_passes_the_gradient_through_the_mask(student, rng):
    for dtype in (torch.float64, torch.float32):
        x = torch.tensor(rng.uniform(0.5, 2, size=(30, 20)), dtype=dtype)
        y, grad = assert_parts(student.run(dropout_gradient, 0.4, x), 2)
        assert_dtype(y, dtype, name="output")
        expected = np.where(np.asarray(y) == 0, 0, 1 / 0.6)
        assert_close(grad, expected, name="gradient", rtol=1e-5)
        assert_between((np.asarray(y) == 0).mean(), 0.2, 0.6, name="share of zeros with p = 0.4")


def shifted(recordings, shift):
    """Recordings, shifted along the last axis by zero padding and cutting."""
    time = recordings.shape[-1]
    padded = np.pad(recordings, [*[(0, 0)] * (recordings.ndim - 1), (time, time)])
    return padded[..., time - shift : 2 * time - shift]


def find_shifts(recordings, result, limit, move=shifted):
    """The shift of up to ``limit`` that makes each of ``result``; None where there is none."""
    moved = np.stack([move(recordings, shift) for shift in range(-limit, limit + 1)])
    fits = np.isclose(moved, result).all(axis=(2, 3))
    return [int(column.argmax()) - limit if column.any() else None for column in fits.T]


def around(recordings, shift):
    """Recordings, shifted as a ring: what leaves at one end comes in at the other."""
    return np.roll(recordings, shift, axis=-1)


def generator(rng):
    return np.random.default_rng(int(rng.integers(2**32)))


def how_shifted(x, result, limit):
    """Shares of recordings that were shifted at all, with zeros and as a ring; and how the shifts of the first channel
    are spread.
    """
    result = np.asarray(result)
    with_zeros = np.mean([shift is not None for shift in find_shifts(x, result, limit)])
    as_a_ring = np.mean([shift is not None for shift in find_shifts(x, result, limit, around)])
    shifts, rings = find_shifts(x[:, :1], result[:, :1], limit), range(-limit, limit + 1)
    counts = np.array([shifts.count(shift) for shift in rings]) / len(x)
    return [with_zeros, as_a_ring, *(counts if counts.max() < 1 else 0 * counts)]


@points(1)
def test_augment_shifts_every_recording(student, rng):
    for channels, time, limit in [(2, 7, 2), (1, 5, 1), (3, 6, 3)]:
        x = rng.normal(size=(600, channels, time)) + 1
        with assert_unchanged(x):
            result = student.augment(x, generator(rng), max_shift=limit)
        compare_by(how_shifted, x, result, limit, slack=0.12)
        assert_shape(result, x.shape, name="array of shifted signals")
        shifts = find_shifts(x, np.asarray(result), limit)
        odd = shifts.index(None) if None in shifts else 0
        a, b = x[odd], np.asarray(result)[odd]
        assert_that(
            np.isclose(b[..., None, None], a).any(axis=(2, 3))[~np.isclose(b, 0)].all(),
            "There are numbers in the result that the recording has not, although noise is 0.",
            cause="is noise its standard deviation, and its mean 0?",
        )
        assert_that(
            None not in shifts,
            "A recording is not what comes of shifting it: all channels together, zeros where nothing moves in.",
        )
        expected = 600 / (2 * limit + 1)
        for shift in range(-limit, limit + 1):
            assert_between(
                shifts.count(shift), 0.4 * expected, 1.6 * expected, name=f"number of shifts by {shift}"
            )


def how_noisy(difference, scale):
    """Standard deviation and mean of the noise, and its deviation within each axis, for a deviation of 1."""
    within = [difference.std(axis=axis).mean() for axis in (0, 1, 2)]
    return np.array([difference.std(), difference.mean(), *within]) / scale


@points(1)
def test_augment_adds_noise(student, rng):
    x = rng.normal(size=(60, 4, 50)) + 2
    x[:, :, :20] = 0.0  # zeros are numbers like all others
    scale = rng.uniform(0.2, 0.6)
    with assert_unchanged(x):
        result = student.augment(x, generator(rng), noise=scale)
    compare_by(lambda y: how_noisy(np.asarray(y) - x, scale), result, slack=0.08)
    assert_shape(result, x.shape, name="array of noisy signals")
    difference = np.asarray(result) - x
    assert_between(difference.std(), 0.93 * scale, 1.07 * scale, name="standard deviation of the noise")
    assert_between(difference.mean(), -0.06 * scale, 0.06 * scale, name="mean of the noise")
    for axis in (0, 1, 2):
        assert_between(
            difference.std(axis=axis).mean(),
            0.7 * scale,
            1.3 * scale,
            name="standard deviation of the noise within one axis",
            cause="every number of every recording gets a random number of its own",
        )
    x, seed = x[:4].astype(np.float32), int(rng.integers(2**32))
    single, again = (student.augment(x, np.random.default_rng(seed), 2, scale) for _ in range(2))
    compare_by(lambda a, b: [np.asarray(a).dtype.itemsize, np.array_equal(a, b)], single, again, slack=0.1)
    assert_dtype(single, np.float32, name="array of signals in single precision, shifted and with noise")
    cause = "noise is added to every number, after the shift: also to the zeros that moved in"
    assert_that(np.all(np.asarray(single) != 0), "There are zeros in the result, without noise.", cause=cause)
    cause = "np.random is asked for chance, or a generator of its own, and not the one that is given"
    assert_close(again, single, name="result of a second call with a generator of the same seed", cause=cause)


@hidden
@points(1)
def test_augment_of_single_precision_and_with_nothing_to_do(student, rng):
    x = rng.normal(size=(5, 2, 6)).astype(np.float32)
    with assert_unchanged(x):
        result = student.augment(x, generator(rng), max_shift=0, noise=0.0)
    assert_close(result, x, name="array of signals that nothing was done to")
    result = student.augment(x, generator(rng), max_shift=3, noise=0.5)
    assert_dtype(result, np.float32, name="array of augmented signals")
    assert_that(not np.allclose(result, x), "Nothing was done to the signals.")
    y = student.augment(x, np.random.default_rng(7), max_shift=3, noise=0.5)
    again = student.augment(x, np.random.default_rng(7), max_shift=3, noise=0.5)
    assert_close(y, again, name="result of a second call with a generator of the same seed")
