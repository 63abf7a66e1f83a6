"""Answers to tensor.py: wrong rules with what went wrong, and right ones in another style."""

import numpy as np

from course.testing import misconception, variant
from day16_autograd.scalar import topological_order
from day16_autograd.tensor import Tensor, unbroadcast


@misconception(
    "unbroadcast", "Axes of length 1 that were stretched are left as they are: sum over them, and keep them."
)
def new_axes_only(gradient, shape):
    return gradient.sum(axis=tuple(range(gradient.ndim - len(shape))))


@misconception("unbroadcast", "Gradients of a number that was used many times are averaged: they add up.")
def averaged(gradient, shape):
    new = gradient.ndim - len(shape)
    gradient = gradient.mean(axis=tuple(range(new)))
    stretched = tuple(axis for axis, length in enumerate(shape) if length == 1)
    return gradient.mean(axis=stretched, keepdims=True)


@misconception("unbroadcast", "One of the gradients is taken in the place of their sum.")
def the_first_one(gradient, shape):
    while gradient.ndim > len(shape):
        gradient = gradient[0]
    for axis, length in enumerate(shape):
        if length == 1:
            gradient = gradient[(slice(None),) * axis + (slice(0, 1),)]
    return gradient


@misconception(
    "unbroadcast",
    "The new axes are looked for on the right. NumPy puts missing axes on the left, so those are the ones to "
    "sum over.",
)
def new_axes_on_the_right(gradient, shape):
    while gradient.ndim > len(shape):
        gradient = gradient.sum(axis=-1)
    stretched = tuple(axis for axis, length in enumerate(shape) if length == 1 and gradient.shape[axis] != 1)
    return gradient.sum(axis=stretched, keepdims=True)


@misconception(
    "unbroadcast",
    "All axes of length 1 are taken away. The operand had them, so its gradient has them too: keepdims=True.",
)
def without_keepdims(gradient, shape):
    new = gradient.ndim - len(shape)
    stretched = tuple(new + axis for axis, length in enumerate(shape) if length == 1)
    return gradient.sum(axis=(*range(new), *stretched))


@variant("unbroadcast")
def step_by_step(gradient, shape):
    while gradient.ndim > len(shape):
        gradient = gradient.sum(axis=0)
    for axis in range(len(shape)):
        if shape[axis] == 1:
            gradient = gradient.sum(axis=axis, keepdims=True)
    return gradient


@variant("unbroadcast")
def sum_and_reshape(gradient, shape):
    padded = (1,) * (np.ndim(gradient) - len(shape)) + tuple(shape)
    axes = tuple(i for i, (old, now) in enumerate(zip(padded, np.shape(gradient), strict=True)) if old != now)
    return np.sum(gradient, axis=axes).reshape(shape)


@misconception(
    "Tensor.backward", "A gradient overwrites the one that was there. What arrives on several ways is added."
)
def overwrites(self, seed=None):
    if seed is None:
        if self.data.size != 1:
            raise ValueError("a seed is needed")
        seed = np.ones_like(self.data)
    order = topological_order(self)
    for node in order:
        if node.parents:
            node.zero_grad()
    self.grad = self.grad + seed
    for node in reversed(order):
        if node.parents:
            for parent, gradient in zip(node.parents, node.rule(node.grad), strict=True):
                parent.grad = gradient


@misconception(
    "Tensor.backward",
    "The second call hands on what the first has left in the nodes between. Only leaves keep their grad; "
    "that of all other nodes "
    "begins at zero in each call.",
)
def nodes_keep_theirs(self, seed=None):
    if seed is None:
        if self.data.size != 1:
            raise ValueError("a seed is needed")
        seed = np.ones_like(self.data)
    self.grad = self.grad + seed
    for node in reversed(topological_order(self)):
        if node.parents:
            for parent, gradient in zip(node.parents, node.rule(node.grad), strict=True):
                parent.grad = parent.grad + gradient


@misconception(
    "Tensor.backward",
    "All grads are set to zero first, those of the leaves too: they are to add up from call to call.",
)
def leaves_forget(self, seed=None):
    if seed is None:
        if self.data.size != 1:
            raise ValueError("a seed is needed")
        seed = np.ones_like(self.data)
    order = topological_order(self)
    for node in order:
        node.zero_grad()
    self.grad = self.grad + seed
    for node in reversed(order):
        if node.parents:
            for parent, gradient in zip(node.parents, node.rule(node.grad), strict=True):
                parent.grad = parent.grad + gradient


@misconception(
    "Tensor.backward",
    "The first gradient is stored as it comes, and the next one is added to it in place. The same array may "
    "belong to "
    "another node, whose grad changes too: make a new array.",
)
def in_place(self, seed=None):
    if seed is None:
        if self.data.size != 1:
            raise ValueError("a seed is needed")
        seed = np.ones_like(self.data)
    order = topological_order(self)
    arrived = {id(node) for node in order if not node.parents and np.any(node.grad)}
    for node in order:
        if node.parents:
            node.zero_grad()
    self.grad = self.grad + seed
    for node in reversed(order):
        if node.parents:
            for parent, gradient in zip(node.parents, node.rule(node.grad), strict=True):
                if id(parent) in arrived:
                    parent.grad += gradient
                else:
                    parent.grad = gradient
                    arrived.add(id(parent))


@misconception(
    "Tensor.backward", "The seed is not looked at: every entry of the result counts once, whatever was asked."
)
def seed_ignored(self, seed=None):
    if seed is None and self.data.size != 1:
        raise ValueError("a seed is needed")
    order = topological_order(self)
    for node in order:
        if node.parents:
            node.zero_grad()
    self.grad = self.grad + np.ones_like(self.data)
    for node in reversed(order):
        if node.parents:
            for parent, gradient in zip(node.parents, node.rule(node.grad), strict=True):
                parent.grad = parent.grad + gradient


@misconception(
    "Tensor.backward",
    "Without a seed a result with several elements is taken as if it were summed. The docstring wants a "
    "ValueError there: "
    "nobody has said which number is meant.",
)
def ones_for_everything(self, seed=None):
    if seed is None:
        seed = np.ones_like(self.data)
    order = topological_order(self)
    for node in order:
        if node.parents:
            node.zero_grad()
    self.grad = self.grad + seed
    for node in reversed(order):
        if node.parents:
            for parent, gradient in zip(node.parents, node.rule(node.grad), strict=True):
                parent.grad = parent.grad + gradient


@misconception(
    "Tensor.backward",
    "Called on a leaf, it replaces the `grad` by the seed. Leaves add up from call to call, so the seed is added.",
)
def leaf_replaced(self, seed=None):
    if seed is None:
        if self.data.size != 1:
            raise ValueError("a seed is needed")
        seed = np.ones_like(self.data)
    order = topological_order(self)
    for node in order:
        if node.parents:
            node.zero_grad()
    self.grad = seed
    for node in reversed(order):
        if node.parents:
            for parent, gradient in zip(node.parents, node.rule(node.grad), strict=True):
                parent.grad = parent.grad + gradient


@variant("Tensor.backward")
def with_a_dict(self, seed=None):
    if seed is None and self.data.size > 1:
        raise ValueError("which of the numbers?")
    gradients = {self: np.ones(self.data.shape, self.data.dtype) if seed is None else np.asarray(seed)}
    for node in topological_order(self)[::-1]:
        gradient = gradients[node]
        if not node.parents:
            node.grad = node.grad + gradient
            continue
        node.grad = gradient
        for parent, part in zip(node.parents, node.rule(gradient), strict=True):
            gradients[parent] = gradients[parent] + part if parent in gradients else np.asarray(part)


@variant("Tensor.backward")
def copies_before_it_adds(self, seed=None):
    if seed is None:
        if self.data.shape not in ((), (1,), (1, 1)):
            raise ValueError("backward needs a seed")
        seed = 1.0
    order = list(topological_order(self))
    for node in order:
        if len(node.parents) > 0:
            node.grad = np.zeros(node.data.shape, dtype=node.data.dtype)
        else:
            node.grad = np.array(node.grad)
    self.grad += seed
    while order:
        node = order.pop()
        if node.rule is None:
            continue
        gradients = list(node.rule(node.grad))
        for i in range(len(gradients)):
            node.parents[i].grad += gradients[i]


@misconception(
    "Tensor.sum", "The gradient is divided by the number of entries: that is the rule of the mean."
)
def rule_of_the_mean(self, axis=None, keepdims=False):
    kept = np.sum(self.data, axis=axis, keepdims=True)
    share = kept.size / self.data.size

    def rule(g):
        return (np.broadcast_to(np.reshape(g, kept.shape) * share, self.data.shape),)

    return Tensor(np.sum(self.data, axis=axis, keepdims=keepdims), (self,), rule, "sum")


@misconception(
    "Tensor.sum",
    "Without keepdims the axis is missing in the gradient, and NumPy puts a new one on the left, where it "
    "does not belong. "
    "Put the axis back where it was.",
)
def axis_on_the_left(self, axis=None, keepdims=False):
    def rule(g):
        return (g * np.ones_like(self.data),)

    return Tensor(np.sum(self.data, axis=axis, keepdims=keepdims), (self,), rule, "sum")


@misconception(
    "Tensor.sum", "All entries get the sum of all gradients. Each gets that of the one sum that it is in."
)
def one_gradient_for_all(self, axis=None, keepdims=False):
    def rule(g):
        return (np.full_like(self.data, np.sum(g)),)

    return Tensor(np.sum(self.data, axis=axis, keepdims=keepdims), (self,), rule, "sum")


@misconception("Tensor.sum", "`keepdims` is not looked at: with keepdims=True the axes stay, with length 1.")
def keepdims_ignored(self, axis=None, keepdims=False):
    kept = np.sum(self.data, axis=axis, keepdims=True).shape

    def rule(g):
        return (np.broadcast_to(np.reshape(g, kept), self.data.shape),)

    return Tensor(np.sum(self.data, axis=axis), (self,), rule, "sum")


@misconception("Tensor.sum", "`axis` is not looked at: everything is summed.")
def axis_ignored(self, axis=None, keepdims=False):
    def rule(g):
        return (np.broadcast_to(np.reshape(g, (1,) * self.data.ndim), self.data.shape),)

    return Tensor(np.sum(self.data, keepdims=keepdims), (self,), rule, "sum")


@misconception(
    "Tensor.sum",
    "np.ones(shape) is float64, and so is the gradient. float32 in, float32 out: np.ones_like, or np.broadcast_to.",
)
def ones_of_float64(self, axis=None, keepdims=False):
    kept = np.sum(self.data, axis=axis, keepdims=True).shape

    def rule(g):
        return (np.reshape(g, kept) * np.ones(self.data.shape),)

    return Tensor(np.sum(self.data, axis=axis, keepdims=keepdims), (self,), rule, "sum")


@variant("Tensor.sum")
def by_expand_dims(self, axis=None, keepdims=False):
    x = self.data

    def rule(g):
        if not keepdims and axis is not None:
            g = np.expand_dims(g, axis)
        return [g * np.ones_like(x)]

    return Tensor(x.sum(axis=axis, keepdims=keepdims), [self], rule, "sum")


@variant("Tensor.sum")
def by_a_list_of_axes(self, axis=None, keepdims=False):
    ndim = self.data.ndim
    axes = range(ndim) if axis is None else [axis] if isinstance(axis, int) else axis
    axes = {a % ndim for a in axes}
    shape = [1 if i in axes else n for i, n in enumerate(self.data.shape)]
    total = self.data
    for a in sorted(axes, reverse=True):
        total = total.sum(axis=a)
    if keepdims:
        total = total.reshape(shape)
    return Tensor(
        total, (self,), lambda g: (np.tile(np.reshape(g, shape), np.floor_divide(self.data.shape, shape)),)
    )


@misconception(
    "Tensor.transpose",
    "The gradient is moved by the same permutation once more. It goes back by the inverse one, which is "
    "another as soon as three "
    "axes move in a ring.",
)
def the_same_again(self, *axes):
    order = axes or tuple(range(self.data.ndim))[::-1]
    return Tensor(np.transpose(self.data, order), (self,), lambda g: (np.transpose(g, order),), "transpose")


@misconception("Tensor.transpose", "The gradient is not moved at all, and has the shape of the result.")
def gradient_left(self, *axes):
    order = axes or tuple(range(self.data.ndim))[::-1]
    return Tensor(np.transpose(self.data, order), (self,), lambda g: (g,), "transpose")


@misconception(
    "Tensor.transpose",
    "The gradient is reshaped. It gets the right shape, and its entries are in the wrong places.",
)
def reshaped(self, *axes):
    order = axes or tuple(range(self.data.ndim))[::-1]
    return Tensor(
        np.transpose(self.data, order), (self,), lambda g: (np.reshape(g, self.data.shape),), "transpose"
    )


@misconception(
    "Tensor.transpose",
    "argsort gives the inverse of a permutation only when all its entries count from the front: bring −1 to "
    "ndim − 1 first.",
)
def argsort_of_negative_axes(self, *axes):
    order = axes or tuple(range(self.data.ndim))[::-1]
    return Tensor(
        np.transpose(self.data, order), (self,), lambda g: (np.transpose(g, np.argsort(order)),), "transpose"
    )


@misconception("Tensor.transpose", "The axes are not looked at, and their order is turned round always.")
def always_turned_round(self, *axes):
    return Tensor(self.data.T, (self,), lambda g: (np.transpose(g),), "transpose")


@variant("Tensor.transpose")
def into_an_empty_array(self, *axes):
    order = axes if axes else None

    def rule(g):
        gradient = np.empty_like(self.data)
        gradient.transpose(order)[...] = g
        return (gradient,)

    return Tensor(self.data.transpose(order), (self,), rule, "transpose")


@variant("Tensor.transpose")
def by_moveaxis(self, *axes):
    ndim = self.data.ndim
    axes = list(axes) if axes else list(range(ndim - 1, -1, -1))
    here = list(range(ndim))
    return Tensor(np.moveaxis(self.data, axes, here), [self], lambda g: [np.moveaxis(g, here, axes)], "T")


@misconception(
    "Tensor.__getitem__",
    "An entry that was taken twice gets one of its two gradients: `gradient[index] += g` reads all, adds, "
    "and then writes "
    "each entry once. np.add.at adds as often as an entry stands in the index.",
)
def counted_once(self, index):
    def rule(g):
        gradient = np.zeros_like(self.data)
        gradient[index] += g
        return (gradient,)

    return Tensor(self.data[index], (self,), rule, "[]")


@misconception(
    "Tensor.__getitem__",
    "The gradient has the shape of the part. It belongs into an array of zeros of the shape of x.",
)
def shape_of_the_part(self, index):
    return Tensor(self.data[index], (self,), lambda g: (g,), "[]")


@misconception("Tensor.__getitem__", "Entries that were not taken get a gradient too: theirs is 0.")
def ones_elsewhere(self, index):
    def rule(g):
        gradient = np.ones_like(self.data)
        np.add.at(gradient, index, np.asarray(g) - 1)
        return (gradient,)

    return Tensor(self.data[index], (self,), rule, "[]")


@misconception("Tensor.__getitem__", "Ones stand where g belongs: the gradient that arrives is forgotten.")
def forgets_g(self, index):
    def rule(g):
        gradient = np.zeros_like(self.data)
        np.add.at(gradient, index, 1)
        return (gradient,)

    return Tensor(self.data[index], (self,), rule, "[]")


@variant("Tensor.__getitem__")
def by_numbers(self, index):
    numbers = np.arange(self.data.size).reshape(self.data.shape)[index]

    def rule(g):
        weights = np.bincount(np.ravel(numbers), np.ravel(g), minlength=self.data.size)
        return [weights.reshape(self.data.shape).astype(self.data.dtype)]

    return Tensor(self.data[index], [self], rule, "[]")


@variant("Tensor.__getitem__")
def a_copy_of_the_part(self, index):
    def rule(g):
        gradient = np.zeros(self.data.shape, self.data.dtype)
        np.add.at(gradient, index, np.asarray(g))
        return [gradient]

    return Tensor(np.array(self.data[index]), (self,), rule, operation="getitem")


@misconception(
    "Tensor.__matmul__",
    "The two gradients are exchanged: that by the left factor is G Bᵀ, that by the right one Aᵀ G.",
)
def gradients_exchanged(self, other):
    other = self.like(other)
    a = self.data[None, :] if self.data.ndim == 1 else self.data
    b = other.data[:, None] if other.data.ndim == 1 else other.data
    product = a @ b

    def rule(g):
        g = np.reshape(g, product.shape)
        by_a = unbroadcast(g @ np.swapaxes(b, -1, -2), a.shape)
        by_b = unbroadcast(np.swapaxes(a, -1, -2) @ g, b.shape)
        return np.reshape(by_b, other.data.shape), np.reshape(by_a, self.data.shape)

    return Tensor(self.data @ other.data, (self, other), rule, "@")


@misconception(
    "Tensor.__matmul__",
    "`.T` turns all axes round. In a stack only the last two are those of the matrix: np.swapaxes(b, -1, -2).",
)
def all_axes_turned(self, other):
    other = self.like(other)
    a = self.data[None, :] if self.data.ndim == 1 else self.data
    b = other.data[:, None] if other.data.ndim == 1 else other.data
    product = a @ b

    def rule(g):
        g = np.reshape(g, product.shape)
        by_a, by_b = unbroadcast(g @ b.T, a.shape), unbroadcast(a.T @ g, b.shape)
        return np.reshape(by_a, self.data.shape), np.reshape(by_b, other.data.shape)

    return Tensor(self.data @ other.data, (self, other), rule, "@")


@misconception(
    "Tensor.__matmul__",
    "A matrix that stands in all products of a stack was broadcast: its gradients are summed over the axes in front.",
)
def not_unbroadcast(self, other):
    other = self.like(other)
    a = self.data[None, :] if self.data.ndim == 1 else self.data
    b = other.data[:, None] if other.data.ndim == 1 else other.data
    product = a @ b

    def rule(g):
        g = np.reshape(g, product.shape)
        by_a, by_b = g @ np.swapaxes(b, -1, -2), np.swapaxes(a, -1, -2) @ g
        if by_a.size == a.size:
            by_a = by_a.reshape(self.data.shape)
        if by_b.size == b.size:
            by_b = by_b.reshape(other.data.shape)
        return by_a, by_b

    return Tensor(self.data @ other.data, (self, other), rule, "@")


@misconception(
    "Tensor.__matmul__", "Vectors are missing: make a row or a column of them before the formulas are used."
)
def matrices_only(self, other):
    other = self.like(other)
    a, b = self.data, other.data

    def rule(g):
        by_a = unbroadcast(g @ np.swapaxes(b, -1, -2), a.shape)
        by_b = unbroadcast(np.swapaxes(a, -1, -2) @ g, b.shape)
        return by_a, by_b

    return Tensor(a @ b, (self, other), rule, "@")


@misconception("Tensor.__matmul__", "Only the left factor gets a gradient: both are parents.")
def left_only(self, other):
    other = self.like(other)
    a = self.data[None, :] if self.data.ndim == 1 else self.data
    b = other.data[:, None] if other.data.ndim == 1 else other.data
    product = a @ b

    def rule(g):
        by_a = unbroadcast(np.reshape(g, product.shape) @ np.swapaxes(b, -1, -2), a.shape)
        return (np.reshape(by_a, self.data.shape),)

    return Tensor(self.data @ other.data, (self,), rule, "@")


@variant("Tensor.__matmul__")
def case_by_case(self, other):
    other = self.like(other)
    a, b = self.data, other.data

    def rule(g):
        if a.ndim == 1 and b.ndim == 1:
            return g * b, g * a
        if b.ndim == 1:
            return unbroadcast(g[..., None] * b, a.shape), unbroadcast(g[..., None] * a, b.shape)
        if a.ndim == 1:
            return unbroadcast((b @ g[..., None])[..., 0], a.shape), unbroadcast(
                a[:, None] * g[..., None, :], b.shape
            )
        return unbroadcast(g @ b.swapaxes(-1, -2), a.shape), unbroadcast(a.swapaxes(-1, -2) @ g, b.shape)

    return Tensor(a @ b, (self, other), rule, "@")


@variant("Tensor.__matmul__")
def by_products_and_sums(self, other):
    other = self.like(other)
    a = self.reshape(1, -1) if self.data.ndim == 1 else self
    b = other.reshape(-1, 1) if other.data.ndim == 1 else other
    a_shape, b_shape = a.data.shape, b.data.shape
    product = a.reshape(*a_shape, 1) * b.reshape(*b_shape[:-2], 1, *b_shape[-2:])
    result = product.sum(axis=-2)
    return result.reshape(*np.matmul(self.data, other.data).shape)


@misconception(
    "unbroadcast", "The result is a float64 array that is made anew: it has the dtype of the gradient."
)
def always_double(gradient, shape):
    places = np.broadcast_to(np.arange(np.prod(shape, dtype=int)).reshape(shape), gradient.shape)
    sums = np.bincount(places.ravel(), weights=gradient.ravel(), minlength=int(np.prod(shape)))
    return sums.reshape(shape)


@misconception(
    "Tensor.backward",
    "The gradient of a node is None until one arrives, and then is that very array. It may belong to another node as "
    "well, and += changes it for both: make a new array.",
)
def none_at_first(self, seed=None):
    if seed is None:
        if self.data.size > 1:
            raise ValueError("a seed is needed")
        seed = np.ones_like(self.data)
    order = topological_order(self)
    for node in order:
        if node.parents:
            node.grad = None
    self.grad = self.grad + seed if self.grad is not None else seed
    for node in reversed(order):
        if node.parents:
            for parent, gradient in zip(node.parents, node.rule(node.grad), strict=True):
                if parent.grad is None:
                    parent.grad = gradient
                else:
                    parent.grad += gradient


@misconception("Tensor.backward", "Leaves have no rule, and so there is nothing to hand on: leave them out.")
def rules_of_leaves(self, seed=None):
    if seed is None:
        if self.data.size > 1:
            raise ValueError("a seed is needed")
        seed = np.ones_like(self.data)
    order = topological_order(self)
    for node in order:
        if node.parents:
            node.zero_grad()
    self.grad = self.grad + seed
    for node in reversed(order):
        for parent, gradient in zip(node.parents, node.rule(node.grad), strict=True):
            parent.grad = parent.grad + gradient


@misconception("Tensor.sum", "Ones stand where g belongs: the gradient that arrives is forgotten.")
def ones_for_g(self, axis=None, keepdims=False):
    y = np.sum(self.data, axis=axis, keepdims=keepdims)
    return Tensor(y, (self,), lambda g: (np.ones_like(self.data),), "sum")


@misconception(
    "Tensor.sum",
    "The result has no parents: it has forgotten what it was made of, and no gradient comes back.",
)
def no_parents(self, axis=None, keepdims=False):
    return Tensor(np.sum(self.data, axis=axis, keepdims=keepdims))


@variant("unbroadcast")
def by_places(gradient, shape):
    places = np.broadcast_to(np.arange(np.prod(shape, dtype=int)).reshape(shape), gradient.shape)
    sums = np.bincount(places.ravel(), weights=gradient.ravel(), minlength=int(np.prod(shape)))
    return sums.reshape(shape).astype(gradient.dtype)


@variant("Tensor.transpose")
def by_choosing(self, *axes):
    places = np.arange(self.data.size).reshape(self.data.shape).transpose(axes or None)
    return self.reshape(-1)[places]


@variant("Tensor.__getitem__")
def by_a_table(self, index):
    places = np.asarray(np.arange(self.data.size).reshape(self.data.shape)[index])
    table = np.zeros((places.size, self.data.size), dtype=self.data.dtype)
    table[np.arange(places.size), places.ravel()] = 1

    def rule(g):
        return ((np.ravel(g) @ table).reshape(self.data.shape),)

    return Tensor((table @ self.data.ravel()).reshape(places.shape), (self,), rule)
