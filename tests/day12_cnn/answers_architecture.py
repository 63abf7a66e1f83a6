"""Answers to architecture.py: wrong ones with what went wrong, and right ones in another style."""

import math

from course.testing import misconception, variant
from day12_cnn.architecture import output_size


@misconception("summary", "The biases are missing: one per filter, and one per feature of a dense layer.")
def without_biases(layers, input_shape):
    shape, result = input_shape, []
    for layer in layers:
        parameters = 0
        match layer:
            case ("conv", filters, (kh, kw), (sh, sw), (ph, pw)):
                c, h, w = shape
                parameters = filters * c * kh * kw
                shape = (filters, output_size(h, kh, sh, ph), output_size(w, kw, sw, pw))
            case ("max_pool", (kh, kw), (sh, sw)):
                c, h, w = shape
                shape = (c, output_size(h, kh, sh), output_size(w, kw, sw))
            case ("batch_norm",):
                parameters = 2 * shape[0]
            case ("flatten",):
                shape = (math.prod(shape),)
            case ("dense", features):
                parameters, shape = shape[0] * features, (features,)
        result.append((shape, parameters))
    return result


@misconception(
    "summary",
    "Pooling is taken to move on by its own size: the stride is ignored where it differs from the window.",
)
def pooled_by_the_window(layers, input_shape):
    shape, result = input_shape, []
    for layer in layers:
        parameters = 0
        match layer:
            case ("conv", filters, (kh, kw), (sh, sw), (ph, pw)):
                c, h, w = shape
                parameters = filters * c * kh * kw + filters
                shape = (filters, output_size(h, kh, sh, ph), output_size(w, kw, sw, pw))
            case ("max_pool", (kh, kw), _):
                c, h, w = shape
                shape = (c, h // kh, w // kw)
            case ("batch_norm",):
                parameters = 2 * shape[0]
            case ("flatten",):
                shape = (math.prod(shape),)
            case ("dense", features):
                parameters, shape = shape[0] * features + features, (features,)
        result.append((shape, parameters))
    return result


@misconception(
    "summary",
    "A filter has a kernel for every channel of its input; the number of channels before the layer is missing.",
)
def channels_forgotten(layers, input_shape):
    shape, result = input_shape, []
    for layer in layers:
        parameters = 0
        match layer:
            case ("conv", filters, (kh, kw), (sh, sw), (ph, pw)):
                c, h, w = shape
                parameters = filters * kh * kw + filters
                shape = (filters, output_size(h, kh, sh, ph), output_size(w, kw, sw, pw))
            case ("max_pool", (kh, kw), (sh, sw)):
                c, h, w = shape
                shape = (c, output_size(h, kh, sh), output_size(w, kw, sw))
            case ("batch_norm",):
                parameters = 2 * shape[0]
            case ("flatten",):
                shape = (math.prod(shape),)
            case ("dense", features):
                parameters, shape = shape[0] * features + features, (features,)
        result.append((shape, parameters))
    return result


@misconception(
    "summary",
    "Height and width are exchanged in the stride or the padding: the first number of a pair is the vertical one.",
)
def pairs_exchanged(layers, input_shape):
    shape, result = input_shape, []
    for layer in layers:
        parameters = 0
        match layer:
            case ("conv", filters, (kh, kw), (sw, sh), (pw, ph)):
                c, h, w = shape
                parameters = filters * c * kh * kw + filters
                shape = (filters, output_size(h, kh, sh, ph), output_size(w, kw, sw, pw))
            case ("max_pool", (kh, kw), (sw, sh)):
                c, h, w = shape
                shape = (c, output_size(h, kh, sh), output_size(w, kw, sw))
            case ("batch_norm",):
                parameters = 2 * shape[0]
            case ("flatten",):
                shape = (math.prod(shape),)
            case ("dense", features):
                parameters, shape = shape[0] * features + features, (features,)
        result.append((shape, parameters))
    return result


@misconception("summary", "A convolution was given a single bias. It has one for each of its filters.")
def one_bias_per_convolution(layers, input_shape):
    shape, result = input_shape, []
    for layer in layers:
        parameters = 0
        match layer:
            case ("conv", filters, (kh, kw), (sh, sw), (ph, pw)):
                c, h, w = shape
                parameters = filters * c * kh * kw + 1
                shape = (filters, output_size(h, kh, sh, ph), output_size(w, kw, sw, pw))
            case ("max_pool", (kh, kw), (sh, sw)):
                c, h, w = shape
                shape = (c, output_size(h, kh, sh), output_size(w, kw, sw))
            case ("batch_norm",):
                parameters = 2 * shape[0]
            case ("flatten",):
                shape = (math.prod(shape),)
            case ("dense", features):
                parameters, shape = (shape[0] + 1) * features, (features,)
        result.append((shape, parameters))
    return result


@misconception(
    "summary",
    "Batch normalisation learns γ and β, two numbers per channel; the running statistics are not learned.",
    numbers=(0, 1, 4),
)
def normalisation_miscounted(layers, input_shape, *, numbers=0):
    shape, result = input_shape, []
    for layer in layers:
        parameters = 0
        match layer:
            case ("conv", filters, (kh, kw), (sh, sw), (ph, pw)):
                c, h, w = shape
                parameters = filters * c * kh * kw + filters
                shape = (filters, output_size(h, kh, sh, ph), output_size(w, kw, sw, pw))
            case ("max_pool", (kh, kw), (sh, sw)):
                c, h, w = shape
                shape = (c, output_size(h, kh, sh), output_size(w, kw, sw))
            case ("batch_norm",):
                parameters = numbers * shape[0]
            case ("flatten",):
                shape = (math.prod(shape),)
            case ("dense", features):
                parameters, shape = shape[0] * features + features, (features,)
        result.append((shape, parameters))
    return result


@misconception(
    "summary",
    "The weights are shared by all positions: the number of positions does not multiply them.",
    biases=("each", "shared"),
)
def weights_per_position(layers, input_shape, *, biases="each"):
    shape, result = input_shape, []
    for layer in layers:
        parameters = 0
        match layer:
            case ("conv", filters, (kh, kw), (sh, sw), (ph, pw)):
                c, h, w = shape
                shape = (filters, output_size(h, kh, sh, ph), output_size(w, kw, sw, pw))
                parameters = (c * kh * kw + 1) * math.prod(shape)
                if biases == "shared":
                    parameters = c * kh * kw * math.prod(shape) + filters
            case ("max_pool", (kh, kw), (sh, sw)):
                c, h, w = shape
                shape = (c, output_size(h, kh, sh), output_size(w, kw, sw))
            case ("batch_norm",):
                parameters = 2 * shape[0]
            case ("flatten",):
                shape = (math.prod(shape),)
            case ("dense", features):
                parameters, shape = shape[0] * features + features, (features,)
        result.append((shape, parameters))
    return result


@misconception(
    "summary",
    "A layer of a kind that does not exist is passed over, as if it changed nothing. Raise ValueError for it.",
)
def unknown_kinds_passed_over(layers, input_shape):
    shape, result = input_shape, []
    for layer in layers:
        parameters = 0
        if layer[0] == "conv":
            _, filters, (kh, kw), (sh, sw), (ph, pw) = layer
            c, h, w = shape
            parameters = filters * (c * kh * kw + 1)
            shape = (filters, output_size(h, kh, sh, ph), output_size(w, kw, sw, pw))
        elif layer[0] == "max_pool":
            _, (kh, kw), (sh, sw) = layer
            shape = (shape[0], output_size(shape[1], kh, sh), output_size(shape[2], kw, sw))
        elif layer[0] == "batch_norm":
            parameters = 2 * shape[0]
        elif layer[0] == "flatten":
            shape = (math.prod(shape),)
        elif layer[0] == "dense":
            parameters, shape = (shape[0] + 1) * layer[1], (layer[1],)
        result.append((shape, parameters))
    return result


@variant("summary")
def with_ifs(layers, input_shape):
    result, shape = [], tuple(input_shape)
    for kind, *options in layers:
        count = 0
        if kind in ("conv", "max_pool"):
            filters = options.pop(0) if kind == "conv" else shape[0]
            kernel, stride = options[0], options[1]
            padding = options[2] if kind == "conv" else (0, 0)
            if kind == "conv":
                count = filters * (shape[0] * kernel[0] * kernel[1] + 1)
            sizes = [
                output_size(n, k, s, p) for n, k, s, p in zip(shape[1:], kernel, stride, padding, strict=True)
            ]
            shape = (filters, *sizes)
        elif kind == "batch_norm":
            count = shape[0] + shape[0]
        elif kind == "flatten":
            shape = (math.prod(shape),)
        elif kind == "dense":
            count, shape = (shape[0] + 1) * options[0], (options[0],)
        elif kind != "relu":
            raise ValueError(kind)
        result.append((shape, count))
    return result


@variant("summary")
def lists_inside(layers, input_shape):
    shape, rows = list(input_shape), []
    for layer in layers:
        kind, count = layer[0], 0
        if kind == "conv":
            _, f, k, s, p = layer
            count = f * shape[0] * k[0] * k[1] + f
            shape = [f, output_size(shape[1], k[0], s[0], p[0]), output_size(shape[2], k[1], s[1], p[1])]
        elif kind == "max_pool":
            _, k, s = layer
            shape = [shape[0], output_size(shape[1], k[0], s[0]), output_size(shape[2], k[1], s[1])]
        elif kind == "dense":
            count = shape[0] * layer[1] + layer[1]
            shape = [layer[1]]
        elif kind == "flatten":
            shape = [math.prod(shape)]
        elif kind == "batch_norm":
            count = 2 * shape[0]
        elif kind != "relu":
            raise ValueError(f"unknown layer {kind}")
        rows.append((tuple(shape), count))
    return tuple(rows)


@misconception(
    "receptive_field",
    "Strides are ignored: after a stride of 2, neighbours are two pixels of the input apart.",
)
def strides_ignored(layers):
    field = [1, 1]
    for layer in layers:
        if layer[0] in ("conv", "max_pool"):
            kernel = layer[2] if layer[0] == "conv" else layer[1]
            field = [field[axis] + kernel[axis] - 1 for axis in (0, 1)]
    return field[0], field[1]


@misconception(
    "receptive_field", "The stride of a layer enlarges the field of the layers after it, not its own."
)
def stride_too_early(layers):
    field, jump = [1, 1], [1, 1]
    for layer in layers:
        if layer[0] in ("conv", "max_pool"):
            kernel, stride = layer[2:4] if layer[0] == "conv" else layer[1:3]
            for axis in (0, 1):
                jump[axis] *= stride[axis]
                field[axis] += (kernel[axis] - 1) * jump[axis]
    return field[0], field[1]


@misconception(
    "receptive_field",
    "The distance between neighbours is the product of all strides so far: j ← j · s.",
    jump=("the last stride", "the sum"),
)
def other_jumps(layers, *, jump="the last stride"):
    field, jumps = [1, 1], [1, 1]
    for layer in layers:
        if layer[0] in ("conv", "max_pool"):
            kernel, stride = layer[2:4] if layer[0] == "conv" else layer[1:3]
            for axis in (0, 1):
                field[axis] += (kernel[axis] - 1) * jumps[axis]
                jumps[axis] = stride[axis] if jump == "the last stride" else jumps[axis] + stride[axis]
    return field[0], field[1]


@misconception(
    "receptive_field", "Pooling is left out: its window and its stride count like those of a convolution."
)
def pooling_ignored(layers):
    field, jump = [1, 1], [1, 1]
    for layer in layers:
        if layer[0] == "conv":
            for axis in (0, 1):
                field[axis] += (layer[2][axis] - 1) * jump[axis]
                jump[axis] *= layer[3][axis]
    return field[0], field[1]


@misconception("receptive_field", "A kernel of k adds k − 1 steps, not k.")
def whole_kernels(layers):
    field, jump = [1, 1], [1, 1]
    for layer in layers:
        if layer[0] in ("conv", "max_pool"):
            kernel, stride = layer[2:4] if layer[0] == "conv" else layer[1:3]
            for axis in (0, 1):
                field[axis] += kernel[axis] * jump[axis]
                jump[axis] *= stride[axis]
    return field[0], field[1]


@variant("receptive_field")
def backwards(layers):
    sizes = []
    for axis in (0, 1):
        size = 1
        for layer in reversed(layers):
            if layer[0] in ("conv", "max_pool"):
                kernel, stride = layer[2:4] if layer[0] == "conv" else layer[1:3]
                size = (size - 1) * stride[axis] + kernel[axis]
        sizes.append(size)
    return tuple(sizes)


@variant("receptive_field")
def in_a_list(layers):
    field, jump = [1, 1], [1, 1]
    for kind, *options in layers:
        if kind == "conv":
            options = options[1:]
        elif kind != "max_pool":
            continue
        (kh, kw), (sh, sw) = options[:2]
        field = [field[0] + (kh - 1) * jump[0], field[1] + (kw - 1) * jump[1]]
        jump = [jump[0] * sh, jump[1] * sw]
    return field
