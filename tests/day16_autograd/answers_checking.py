"""Answers to checking.py: wrong checks with what went wrong, and right ones in another style."""

import numpy as np

from course.testing import misconception, variant
from day16_autograd.tensor import Tensor


@misconception(
    "gradient_check",
    "These are forward differences, whose error is of the order of h: take f at x + h and at x − h, and "
    "divide by 2h.",
)
def forward_differences(f, arrays, engine=Tensor, h=1e-5):
    inputs = [np.array(array, dtype=np.float64) for array in arrays]
    leaves = [engine(array.copy()) for array in inputs]
    f(*leaves).backward()
    start = float(np.sum(f(*[engine(a.copy()) for a in inputs]).data))
    errors = []
    for array, leaf in zip(inputs, leaves, strict=True):
        numerical = np.zeros_like(array)
        for where in np.ndindex(array.shape):
            array[where] += h
            numerical[where] = (float(np.sum(f(*[engine(a.copy()) for a in inputs]).data)) - start) / h
            array[where] -= h
        scale = max(1.0, float(np.max(np.abs(numerical))))
        errors.append(float(np.max(np.abs(leaf.grad - numerical))) / scale)
    return errors


@misconception("gradient_check", "The difference of two points that are 2h apart is divided by h.")
def divided_by_h(f, arrays, engine=Tensor, h=1e-5):
    inputs = [np.array(array, dtype=np.float64) for array in arrays]
    leaves = [engine(array.copy()) for array in inputs]
    f(*leaves).backward()
    errors = []
    for array, leaf in zip(inputs, leaves, strict=True):
        numerical = np.zeros_like(array)
        for where in np.ndindex(array.shape):
            x, values = array[where], []
            for moved in (x + h, x - h):
                array[where] = moved
                values.append(float(np.sum(f(*[engine(a.copy()) for a in inputs]).data)))
            array[where] = x
            numerical[where] = (values[0] - values[1]) / h
        scale = max(1.0, float(np.max(np.abs(numerical))))
        errors.append(float(np.max(np.abs(leaf.grad - numerical))) / scale)
    return errors


@misconception(
    "gradient_check",
    "The entry is not put back before the next one is moved, so all later differences are taken at another point.",
)
def not_put_back(f, arrays, engine=Tensor, h=1e-5):
    inputs = [np.array(array, dtype=np.float64) for array in arrays]
    leaves = [engine(array.copy()) for array in inputs]
    f(*leaves).backward()
    errors = []
    for array, leaf in zip(inputs, leaves, strict=True):
        numerical = np.zeros_like(array)
        for where in np.ndindex(array.shape):
            x, values = array[where], []
            for moved in (x + h, x - h):
                array[where] = moved
                values.append(float(np.sum(f(*[engine(a.copy()) for a in inputs]).data)))
            array[where] = 0
            numerical[where] = (values[0] - values[1]) / (2 * h)
        scale = max(1.0, float(np.max(np.abs(numerical))))
        errors.append(float(np.max(np.abs(leaf.grad - numerical))) / scale)
    return errors


@misconception(
    "gradient_check",
    "Differences may have either sign, and a negative one is never the largest: take absolute values first.",
)
def without_absolute_values(f, arrays, engine=Tensor, h=1e-5):
    inputs = [np.array(array, dtype=np.float64) for array in arrays]
    leaves = [engine(array.copy()) for array in inputs]
    f(*leaves).backward()
    errors = []
    for array, leaf in zip(inputs, leaves, strict=True):
        numerical = np.zeros_like(array)
        for where in np.ndindex(array.shape):
            x, values = array[where], []
            for moved in (x + h, x - h):
                array[where] = moved
                values.append(float(np.sum(f(*[engine(a.copy()) for a in inputs]).data)))
            array[where] = x
            numerical[where] = (values[0] - values[1]) / (2 * h)
        scale = max(1.0, float(np.max(np.abs(numerical))))
        errors.append(float(np.max(leaf.grad - numerical)) / scale)
    return errors


@misconception(
    "gradient_check",
    "The error is the mean over all entries: one wrong entry among many hides in it. Take the largest.",
)
def mean_error(f, arrays, engine=Tensor, h=1e-5):
    inputs = [np.array(array, dtype=np.float64) for array in arrays]
    leaves = [engine(array.copy()) for array in inputs]
    f(*leaves).backward()
    errors = []
    for array, leaf in zip(inputs, leaves, strict=True):
        numerical = np.zeros_like(array)
        for where in np.ndindex(array.shape):
            x, values = array[where], []
            for moved in (x + h, x - h):
                array[where] = moved
                values.append(float(np.sum(f(*[engine(a.copy()) for a in inputs]).data)))
            array[where] = x
            numerical[where] = (values[0] - values[1]) / (2 * h)
        scale = max(1.0, float(np.max(np.abs(numerical))))
        errors.append(float(np.mean(np.abs(leaf.grad - numerical))) / scale)
    return errors


@misconception(
    "gradient_check",
    "The error is divided by the largest difference also where that is below 1, and where a gradient is 0 by "
    "almost nothing.",
)
def never_by_one(f, arrays, engine=Tensor, h=1e-5):
    inputs = [np.array(array, dtype=np.float64) for array in arrays]
    leaves = [engine(array.copy()) for array in inputs]
    f(*leaves).backward()
    errors = []
    for array, leaf in zip(inputs, leaves, strict=True):
        numerical = np.zeros_like(array)
        for where in np.ndindex(array.shape):
            x, values = array[where], []
            for moved in (x + h, x - h):
                array[where] = moved
                values.append(float(np.sum(f(*[engine(a.copy()) for a in inputs]).data)))
            array[where] = x
            numerical[where] = (values[0] - values[1]) / (2 * h)
        errors.append(float(np.max(np.abs(leaf.grad - numerical))) / float(np.max(np.abs(numerical))))
    return errors


@misconception(
    "gradient_check",
    "The error is not divided by the size of the gradient: a large gradient has a large rounding error.",
)
def absolute_error(f, arrays, engine=Tensor, h=1e-5):
    inputs = [np.array(array, dtype=np.float64) for array in arrays]
    leaves = [engine(array.copy()) for array in inputs]
    f(*leaves).backward()
    errors = []
    for array, leaf in zip(inputs, leaves, strict=True):
        numerical = np.zeros_like(array)
        for where in np.ndindex(array.shape):
            x, values = array[where], []
            for moved in (x + h, x - h):
                array[where] = moved
                values.append(float(np.sum(f(*[engine(a.copy()) for a in inputs]).data)))
            array[where] = x
            numerical[where] = (values[0] - values[1]) / (2 * h)
        errors.append(float(np.max(np.abs(leaf.grad - numerical))))
    return errors


@misconception("gradient_check", "`h` is not looked at: the step is 1e-5 always.")
def step_ignored(f, arrays, engine=Tensor, h=1e-5):
    h = 1e-5
    inputs = [np.array(array, dtype=np.float64) for array in arrays]
    leaves = [engine(array.copy()) for array in inputs]
    f(*leaves).backward()
    errors = []
    for array, leaf in zip(inputs, leaves, strict=True):
        numerical = np.zeros_like(array)
        for where in np.ndindex(array.shape):
            x, values = array[where], []
            for moved in (x + h, x - h):
                array[where] = moved
                values.append(float(np.sum(f(*[engine(a.copy()) for a in inputs]).data)))
            array[where] = x
            numerical[where] = (values[0] - values[1]) / (2 * h)
        scale = max(1.0, float(np.max(np.abs(numerical))))
        errors.append(float(np.max(np.abs(leaf.grad - numerical))) / scale)
    return errors


@variant("gradient_check")
def with_new_arrays(f, arrays, engine=Tensor, h=1e-5):
    inputs = [np.asarray(array, dtype=float) for array in arrays]
    leaves = [engine(array) for array in inputs]
    f(*leaves).backward()

    def value(i, step):
        moved = [x + step if j == i else x for j, x in enumerate(inputs)]
        return np.asarray(f(*map(engine, moved)).data).item()

    result = []
    for i, x in enumerate(inputs):
        numerical = []
        for k in range(x.size):
            step = np.zeros(x.size)
            step[k] = h
            step = step.reshape(x.shape)
            numerical.append((value(i, step) - value(i, -step)) / (2 * h))
        numerical = np.array(numerical)
        difference = np.abs(np.ravel(leaves[i].grad) - numerical).max()
        result.append(difference / max(np.abs(numerical).max(), 1))
    return result


@variant("gradient_check")
def with_flat_views(f, arrays, engine=Tensor, h=1e-5):
    inputs = [np.array(array, dtype="float64") for array in arrays]

    def value():
        return float(np.ravel(f(*(engine(np.copy(a)) for a in inputs)).data)[0])

    nodes = [engine(np.copy(a)) for a in inputs]
    result = f(*nodes)
    result.backward()
    errors = []
    for node, array in zip(nodes, inputs, strict=True):
        flat, grad = array.reshape(-1), np.reshape(node.grad, -1)
        worst, largest = 0.0, 1.0
        for k in range(flat.size):
            kept = flat[k]
            flat[k] = kept + h
            above = value()
            flat[k] = kept - h
            below = value()
            flat[k] = kept
            slope = (above - below) / (2.0 * h)
            worst, largest = max(worst, abs(grad[k] - slope)), max(largest, abs(slope))
        errors.append(worst / largest)
    return errors


@variant("gradient_check")
def moves_the_leaves(f, arrays, engine=Tensor, h=1e-5):
    leaves = [engine(np.array(array, dtype=np.float64)) for array in arrays]
    f(*leaves).backward()
    errors = []
    for leaf in leaves:
        numerical = np.zeros(leaf.data.shape)
        for where in np.ndindex(leaf.data.shape):
            leaf.data[where] += h
            above = float(f(*leaves).data)
            leaf.data[where] -= 2 * h
            below = float(f(*leaves).data)
            leaf.data[where] += h
            numerical[where] = (above - below) / (2 * h)
        errors.append(np.abs(leaf.grad - numerical).max() / np.maximum(np.abs(numerical).max(), 1))
    return errors


@variant("gradient_check")
def gradients_in_the_dtype_of_the_arrays(f, arrays, engine=Tensor, h=1e-5):
    leaves = [engine(array) for array in arrays]
    f(*leaves).backward()
    errors = []
    for i, leaf in enumerate(leaves):
        numerical = np.zeros(np.shape(arrays[i]))
        for where in np.ndindex(numerical.shape):
            pair = []
            for step in (h, -h):
                moved = [np.array(array, dtype=np.float64) for array in arrays]
                moved[i][where] += step
                pair.append(np.sum(f(*[engine(array) for array in moved]).data))
            numerical[where] = (pair[0] - pair[1]) / (2 * h)
        errors.append(float(np.amax(np.abs(leaf.grad - numerical)) / max(1, np.amax(np.abs(numerical)))))
    return errors


@misconception("gradient_check", "`engine` is not looked at: the leaves are Tensors always.")
def always_tensors(f, arrays, engine=Tensor, h=1e-5):
    leaves = [Tensor(a) for a in arrays]
    f(*leaves).backward()
    inputs, errors = [np.array(a, dtype=np.float64) for a in arrays], []
    for leaf, array in zip(leaves, inputs, strict=True):
        numerical = np.zeros(array.shape)
        for where in np.ndindex(array.shape):
            old, values = array[where], []
            for step in (h, -h):
                array[where] = old + step
                values.append(float(np.ravel(f(*[Tensor(a) for a in inputs]).data)[0]))
            array[where] = old
            numerical[where] = (values[0] - values[1]) / (2 * h)
        scale = max(1.0, float(np.max(np.abs(numerical))))
        errors.append(float(np.max(np.abs(leaf.grad - numerical))) / scale)
    return errors


@misconception(
    "gradient_check",
    "The differences are taken in the dtype of the arrays. In float32 rounding eats a step of 1e-5: move copies in "
    "float64.",
)
def in_single_precision(f, arrays, engine=Tensor, h=1e-5):
    leaves = [engine(a) for a in arrays]
    f(*leaves).backward()
    inputs, errors = [np.array(a) for a in arrays], []
    for leaf, array in zip(leaves, inputs, strict=True):
        numerical = np.zeros(array.shape)
        for where in np.ndindex(array.shape):
            old, values = array[where], []
            for step in (h, -h):
                array[where] = old + step
                values.append(float(np.ravel(f(*[engine(a) for a in inputs]).data)[0]))
            array[where] = old
            numerical[where] = (values[0] - values[1]) / (2 * h)
        scale = max(1.0, float(np.max(np.abs(numerical))))
        errors.append(float(np.max(np.abs(leaf.grad - numerical))) / scale)
    return errors


@misconception(
    "gradient_check",
    "All entries of an array are moved together: the difference is a sum of derivatives. Move one at a time.",
)
def all_entries_at_once(f, arrays, engine=Tensor, h=1e-5):
    leaves = [engine(a) for a in arrays]
    f(*leaves).backward()
    errors = []
    for i, leaf in enumerate(leaves):
        values = []
        for step in (h, -h):
            moved = [engine(np.asarray(a, dtype=np.float64) + step * (i == j)) for j, a in enumerate(arrays)]
            values.append(float(np.ravel(f(*moved).data)[0]))
        numerical = (values[0] - values[1]) / (2 * h)
        errors.append(float(np.max(np.abs(leaf.grad - numerical))) / max(1.0, abs(numerical)))
    return errors


@variant("gradient_check")
def in_one_long_vector(f, arrays, engine=Tensor, h=1e-5):
    arrays = [np.asarray(a, dtype=np.float64) for a in arrays]
    leaves = [engine(a) for a in arrays]
    f(*leaves).backward()
    flat = np.concatenate([a.ravel() for a in arrays])
    ends = np.cumsum([a.size for a in arrays])[:-1]

    def value(point):
        parts = np.split(point, ends)
        nodes = [engine(part.reshape(a.shape)) for part, a in zip(parts, arrays, strict=True)]
        return np.asarray(f(*nodes).data).item()

    numerical = np.array(
        [(value(flat + step) - value(flat - step)) / (2 * h) for step in h * np.eye(flat.size)]
    )
    return np.array(
        [
            np.max(np.abs(np.ravel(leaf.grad) - n)) / max(1.0, np.max(np.abs(n)))
            for leaf, n in zip(leaves, np.split(numerical, ends), strict=True)
        ]
    )
