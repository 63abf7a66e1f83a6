"""Answers to transfer.py: wrong ones with what went wrong, and right ones in another style."""

import copy

import numpy as np
import torch
from torch import nn

from course.testing import misconception, variant


@misconception(
    "preprocess", "mean and std are of pictures between 0 and 1. Divide by 255 first, then normalise."
)
def normalised_before_scaling(images, side, mean, std):
    top, left = (images.shape[1] - side) // 2, (images.shape[2] - side) // 2
    square = images[:, top : top + side, left : left + side].permute(0, 3, 1, 2).float()
    return (square - torch.tensor(mean).reshape(3, 1, 1)) / torch.tensor(std).reshape(3, 1, 1) / 255


@misconception("preprocess", "The numbers are still 0 to 255: divide by 255.")
def not_scaled(images, side, mean, std):
    top, left = (images.shape[1] - side) // 2, (images.shape[2] - side) // 2
    square = images[:, top : top + side, left : left + side].permute(0, 3, 1, 2).float()
    return (square - torch.tensor(mean).reshape(3, 1, 1)) / torch.tensor(std).reshape(3, 1, 1)


@misconception("preprocess", "The square is the left upper corner. It is to be the middle of the picture.")
def corner_of_the_picture(images, side, mean, std):
    square = images[:, :side, :side].permute(0, 3, 1, 2).float() / 255
    return (square - torch.tensor(mean).reshape(3, 1, 1)) / torch.tensor(std).reshape(3, 1, 1)


@misconception(
    "preprocess",
    "Each picture is normalised by its own mean. The numbers of the network's training are to be used.",
)
def own_numbers(images, side, mean, std):
    top, left = (images.shape[1] - side) // 2, (images.shape[2] - side) // 2
    square = images[:, top : top + side, left : left + side].permute(0, 3, 1, 2).float() / 255
    return (square - square.mean(dim=(2, 3), keepdim=True)) / square.std(dim=(2, 3), keepdim=True)


@misconception("preprocess", "The colours are still the last axis. PyTorch wants (n, 3, side, side).")
def colours_last(images, side, mean, std):
    top, left = (images.shape[1] - side) // 2, (images.shape[2] - side) // 2
    square = images[:, top : top + side, left : left + side].float() / 255
    return (square - torch.tensor(mean)) / torch.tensor(std)


@misconception("preprocess", "The spread was multiplied. Take the mean off and *divide* by std.")
def multiplied_by_std(images, side, mean, std):
    top, left = (images.shape[1] - side) // 2, (images.shape[2] - side) // 2
    square = images[:, top : top + side, left : left + side].permute(0, 3, 1, 2).float() / 255
    return (square - torch.tensor(mean).reshape(3, 1, 1)) * torch.tensor(std).reshape(3, 1, 1)


@misconception("preprocess", "Height and width are exchanged on the way: permute(0, 3, 1, 2).")
def transposed(images, side, mean, std):
    top, left = (images.shape[1] - side) // 2, (images.shape[2] - side) // 2
    square = images[:, top : top + side, left : left + side].permute(0, 3, 2, 1).float() / 255
    return (square - torch.tensor(mean).reshape(3, 1, 1)) / torch.tensor(std).reshape(3, 1, 1)


@misconception(
    "preprocess",
    "The numbers were reshaped, so that pixels and colours mix. permute(0, 3, 1, 2) moves axes.",
)
def reshaped(images, side, mean, std):
    top, left = (images.shape[1] - side) // 2, (images.shape[2] - side) // 2
    square = images[:, top : top + side, left : left + side].reshape(-1, 3, side, side).float() / 255
    return (square - torch.tensor(mean).reshape(3, 1, 1)) / torch.tensor(std).reshape(3, 1, 1)


@misconception(
    "preprocess",
    "The mean and the spread of *these* pictures were used. Those of the network's training are to be used.",
    correction=(1, 0),
)
def numbers_of_these_pictures(images, side, mean, std, *, correction=1):
    top, left = (images.shape[1] - side) // 2, (images.shape[2] - side) // 2
    square = images[:, top : top + side, left : left + side].permute(0, 3, 1, 2).float() / 255
    centre = square.mean(dim=(0, 2, 3), keepdim=True)
    return (square - centre) / square.std(dim=(0, 2, 3), keepdim=True, correction=correction)


@misconception("preprocess", "The whole picture was made smaller. The square in its middle is to be cut out.")
def made_smaller(images, side, mean, std):
    whole = images.permute(0, 3, 1, 2).float() / 255
    square = nn.functional.interpolate(whole, (side, side), mode="bilinear")
    return (square - torch.tensor(mean).reshape(3, 1, 1)) / torch.tensor(std).reshape(3, 1, 1)


@variant("preprocess")
def in_numpy(images, side, mean, std):
    pixels = np.asarray(images)
    h, w = pixels.shape[1:3]
    top, left = (h - side) // 2, (w - side) // 2
    square = pixels[:, top : top + side, left : left + side] / 255.0
    return np.moveaxis((square - np.array(mean)) / np.array(std), -1, 1).astype(np.float32)


@variant("preprocess")
def colour_by_colour(images, side, mean, std):
    h, w = images.shape[1:3]
    rows = slice((h - side) // 2, (h - side) // 2 + side)
    columns = slice((w - side) // 2, (w - side) // 2 + side)
    planes = [(images[:, rows, columns, k] / 255 - mean[k]) / std[k] for k in range(3)]
    return torch.stack(planes, dim=1)


@misconception("top_k", "These are logits. Probabilities are asked for: softmax first.")
def logits_for_probabilities(logits, names, k):
    values, places = logits.topk(k)
    return [(names[i], v) for i, v in zip(places.tolist(), values.tolist(), strict=True)]


@misconception(
    "top_k", "The k were taken first, and the softmax runs over them alone. It runs over all classes."
)
def softmax_of_the_k(logits, names, k):
    values, places = logits.topk(k)
    return [(names[i], v) for i, v in zip(places.tolist(), values.softmax(dim=0).tolist(), strict=True)]


@misconception("top_k", "Numbers of the classes instead of their names.")
def numbers_for_names(logits, names, k):
    p, places = logits.softmax(dim=0).topk(k)
    return [(i, v) for i, v in zip(places.tolist(), p.tolist(), strict=True)]


@misconception("top_k", "These are the least probable ones.")
def the_least_probable(logits, names, k):
    p, places = logits.softmax(dim=0).topk(k, largest=False)
    return [(names[i], v) for i, v in zip(places.tolist(), p.tolist(), strict=True)]


@misconception("top_k", "Probability and name are exchanged.")
def probability_first(logits, names, k):
    p, places = logits.softmax(dim=0).topk(k)
    return [(v, names[i]) for i, v in zip(places.tolist(), p.tolist(), strict=True)]


@misconception(
    "top_k", "Each logit went through a sigmoid. The classes exclude each other: softmax over all of them."
)
def sigmoid_of_each(logits, names, k):
    values, places = torch.sigmoid(logits).topk(k)
    return [(names[i], v) for i, v in zip(places.tolist(), values.tolist(), strict=True)]


@misconception(
    "top_k", "A dict from names to probabilities. A list of pairs (name, probability) is asked for."
)
def as_a_dict(logits, names, k):
    p, places = logits.softmax(dim=0).topk(k)
    return {names[i]: value for i, value in zip(places.tolist(), p.tolist(), strict=True)}


@variant("top_k")
def by_sorting_pairs(logits, names, k):
    p = torch.exp(logits - logits.logsumexp(dim=0)).tolist()
    return sorted(zip(names, p, strict=True), key=lambda pair: -pair[1])[:k]


@variant("top_k")
def by_argsort(logits, names, k):
    z = np.asarray(logits, dtype=float)
    p = np.exp(z - z.max())
    p /= p.sum()
    return tuple((names[i], float(p[i])) for i in np.argsort(-p)[:k])


@misconception(
    "fool",
    "The pictures go away from the targets. The loss with the targets is to fall: step against its gradient.",
)
def away_from_the_targets(model, images, targets, radius, steps, mean, std):
    centre, spread = (torch.tensor(list(v), dtype=images.dtype).reshape(-1, 1, 1) for v in (mean, std))
    modes = {module: module.training for module in model.modules()}
    model.eval()
    x = images.clone()
    for _ in range(steps):
        x.requires_grad_()
        (grad,) = torch.autograd.grad(nn.functional.cross_entropy(model((x - centre) / spread), targets), x)
        x = x.detach() + 2.5 * radius / steps * grad.sign()
        x = (images + (x - images).clamp(-radius, radius)).clamp(0, 1)
    for module, mode in modes.items():
        module.training = mode
    return x


@misconception(
    "fool",
    "The step is the gradient itself. Only its sign is asked for, so that all pixels move equally far.",
)
def step_of_the_gradient(model, images, targets, radius, steps, mean, std):
    centre, spread = (torch.tensor(list(v), dtype=images.dtype).reshape(-1, 1, 1) for v in (mean, std))
    modes = {module: module.training for module in model.modules()}
    model.eval()
    x = images.clone()
    for _ in range(steps):
        x.requires_grad_()
        (grad,) = torch.autograd.grad(nn.functional.cross_entropy(model((x - centre) / spread), targets), x)
        x = x.detach() - 2.5 * radius / steps * grad
        x = (images + (x - images).clamp(-radius, radius)).clamp(0, 1)
    for module, mode in modes.items():
        module.training = mode
    return x


@misconception("fool", "The network gets the pictures as they are. It was trained with (x − mean) / std.")
def not_normalised(model, images, targets, radius, steps, mean, std):
    centre, spread = (
        torch.tensor(list(v), dtype=images.dtype).reshape(-1, 1, 1)
        for v in ([0.0] * len(mean), [1.0] * len(std))
    )
    modes = {module: module.training for module in model.modules()}
    model.eval()
    x = images.clone()
    for _ in range(steps):
        x.requires_grad_()
        (grad,) = torch.autograd.grad(nn.functional.cross_entropy(model((x - centre) / spread), targets), x)
        x = x.detach() - 2.5 * radius / steps * grad.sign()
        x = (images + (x - images).clamp(-radius, radius)).clamp(0, 1)
    for module, mode in modes.items():
        module.training = mode
    return x


@misconception("fool", "Pixels leave 0 … 1. No screen shows such a picture: bring them back after each step.")
def out_of_range(model, images, targets, radius, steps, mean, std):
    centre, spread = (torch.tensor(list(v), dtype=images.dtype).reshape(-1, 1, 1) for v in (mean, std))
    modes = {module: module.training for module in model.modules()}
    model.eval()
    x = images.clone()
    for _ in range(steps):
        x.requires_grad_()
        (grad,) = torch.autograd.grad(nn.functional.cross_entropy(model((x - centre) / spread), targets), x)
        x = x.detach() - 2.5 * radius / steps * grad.sign()
        x = images + (x - images).clamp(-radius, radius)
    for module, mode in modes.items():
        module.training = mode
    return x


@misconception(
    "fool",
    "Pixels go further than the radius from where they began. Measure from the pictures, not from the step before.",
)
def too_far(model, images, targets, radius, steps, mean, std):
    centre, spread = (torch.tensor(list(v), dtype=images.dtype).reshape(-1, 1, 1) for v in (mean, std))
    modes = {module: module.training for module in model.modules()}
    model.eval()
    x = images.clone()
    for _ in range(steps):
        x.requires_grad_()
        (grad,) = torch.autograd.grad(nn.functional.cross_entropy(model((x - centre) / spread), targets), x)
        x = x.detach() - 2.5 * radius / steps * grad.sign()
        x = x.clamp(0, 1)
    for module, mode in modes.items():
        module.training = mode
    return x


@misconception(
    "fool",
    "The network worked in the modes in which it was. Evaluation mode is asked for: dropout makes the slopes random.",
)
def in_the_modes_as_they_are(model, images, targets, radius, steps, mean, std):
    buffers = [b.clone() for b in model.buffers()]
    centre, spread = (torch.tensor(list(v), dtype=images.dtype).reshape(-1, 1, 1) for v in (mean, std))
    x = images.clone()
    for _ in range(steps):
        x.requires_grad_()
        (grad,) = torch.autograd.grad(nn.functional.cross_entropy(model((x - centre) / spread), targets), x)
        x = x.detach() - 2.5 * radius / steps * grad.sign()
        x = (images + (x - images).clamp(-radius, radius)).clamp(0, 1)
    for mine, before in zip(model.buffers(), buffers, strict=True):
        mine.copy_(before)
    return x


@misconception(
    "fool", "Afterwards the network is in evaluation mode. Each module is to be in the mode in which it was."
)
def fooled_and_left_in_evaluation(model, images, targets, radius, steps, mean, std):
    centre, spread = (torch.tensor(list(v), dtype=images.dtype).reshape(-1, 1, 1) for v in (mean, std))
    model.eval()
    x = images.clone()
    for _ in range(steps):
        x.requires_grad_()
        (grad,) = torch.autograd.grad(nn.functional.cross_entropy(model((x - centre) / spread), targets), x)
        x = x.detach() - 2.5 * radius / steps * grad.sign()
        x = (images + (x - images).clamp(-radius, radius)).clamp(0, 1)
    return x


@misconception(
    "fool",
    "loss.backward() leaves gradients in the network. Ask torch.autograd.grad for that of the picture alone.",
)
def gradients_left_behind(model, images, targets, radius, steps, mean, std):
    centre, spread = (torch.tensor(list(v), dtype=images.dtype).reshape(-1, 1, 1) for v in (mean, std))
    modes = {module: module.training for module in model.modules()}
    model.eval()
    x = images.clone()
    for _ in range(steps):
        x.requires_grad_()
        (grad,) = torch.autograd.grad(nn.functional.cross_entropy(model((x - centre) / spread), targets), x)
        x = x.detach() - 2.5 * radius / steps * grad.sign()
        x = (images + (x - images).clamp(-radius, radius)).clamp(0, 1)
    for module, mode in modes.items():
        module.training = mode
    nn.functional.cross_entropy(model((images - centre) / spread), targets).backward()
    return x


@variant("fool")
def with_numpy_and_bounds(model, images, targets, radius, steps, mean, std):
    centre, spread = (torch.as_tensor(v, dtype=images.dtype).view(1, -1, 1, 1) for v in (mean, std))
    modules, x = list(model.modules()), images.numpy().copy()
    modes = [module.training for module in modules]
    for module in modules:
        module.training = False
    for _ in range(steps):
        leaf = torch.from_numpy(x).requires_grad_(True)
        chosen = model((leaf - centre) / spread).log_softmax(dim=1).gather(1, targets[:, None])
        slope = torch.autograd.grad(chosen.mean(), [leaf])[0].numpy()
        x = x + radius * 2.5 / steps * np.sign(slope)
        x = np.clip(x, np.maximum(images.numpy() - radius, 0), np.minimum(images.numpy() + radius, 1))
    for module, mode in zip(modules, modes, strict=True):
        module.training = mode
    return x


@variant("fool")
def with_a_copy_and_backward(model, images, targets, radius, steps, mean, std):
    twin = copy.deepcopy(model).eval().requires_grad_(False)
    shift = torch.zeros_like(images)
    for _ in range(steps):
        leaf = (images + shift).detach().requires_grad_()
        normal = torch.stack([(leaf[:, k] - mean[k]) / std[k] for k in range(len(mean))], dim=1)
        nn.CrossEntropyLoss(reduction="sum")(twin(normal), targets).backward()
        shift = torch.clamp(shift - 2.5 * (radius / steps) * torch.sign(leaf.grad), -radius, radius)
        shift = torch.clamp(images + shift, 0, 1) - images
    return images + shift


@misconception(
    "load_body",
    "Names alone were compared: a tensor of another shape stops everything. The head for other classes is such a one.",
)
def stopped_by_a_shape(model, state):
    own = list(model.state_dict())
    if not any(name in own for name in state):
        raise ValueError("nothing fits")
    model.load_state_dict({k: v for k, v in state.items() if k in own}, strict=False)
    return [name for name in own if name not in state]


@misconception(
    "load_body", "These are the names that were filled. Those that kept their numbers are asked for."
)
def the_names_that_were_filled(model, state):
    own = model.state_dict()
    fits = {k: v for k, v in state.items() if k in own and v.shape == own[k].shape}
    if not fits:
        raise ValueError("nothing fits")
    model.load_state_dict(fits, strict=False)
    return list(fits)


@misconception("load_body", "Only parameters were filled. Running means and variances have been learnt, too.")
def parameters_only(model, state):
    kept = []
    parameters = dict(model.named_parameters())
    for name in model.state_dict():
        if name in state and name in parameters and state[name].shape == parameters[name].shape:
            with torch.no_grad():
                parameters[name].copy_(state[name])
        else:
            kept.append(name)
    if len(kept) == len(model.state_dict()):
        raise ValueError("nothing fits")
    return kept


@misconception(
    "load_body",
    "Names of the file that the network does not have are listed. Names of the network are asked for.",
)
def names_of_the_file(model, state):
    own = model.state_dict()
    fits = {k: v for k, v in state.items() if k in own and v.shape == own[k].shape}
    if not fits:
        raise ValueError("nothing fits")
    model.load_state_dict(fits, strict=False)
    return [name for name in state if name not in own]


@misconception(
    "load_body",
    "Where nothing fits, a ValueError is asked for: otherwise nobody notices that it was the wrong file.",
)
def silent_about_the_wrong_file(model, state):
    own = model.state_dict()
    fits = {k: v for k, v in state.items() if k in own and v.shape == own[k].shape}
    model.load_state_dict(fits, strict=False)
    return [name for name in own if name not in fits]


@misconception(
    "load_body", "The head was left out whatever its size. What has the same name and shape goes in."
)
def without_the_head(model, state):
    own = model.state_dict()
    *_, before_last, last = own
    fits = {
        k: v
        for k, v in state.items()
        if k in own and v.shape == own[k].shape and k not in (before_last, last)
    }
    if not fits:
        raise ValueError("nothing fits")
    model.load_state_dict(fits, strict=False)
    return [name for name in own if name not in fits]


@variant("load_body")
def tensor_by_tensor(model, state):
    kept, own = [], model.state_dict()
    for name, mine in own.items():
        new = state.get(name)
        if new is None or new.size() != mine.size():
            kept.append(name)
            continue
        mine.copy_(new)
    if len(kept) == len(own):
        raise ValueError("another network")
    return kept


@variant("load_body")
def with_everything_merged(model, state):
    merged, kept = dict(model.state_dict()), []
    for name in merged:
        if name in state and list(state[name].shape) == list(merged[name].shape):
            merged[name] = state[name]
        else:
            kept.append(name)
    if len(kept) == len(merged):
        raise ValueError("another network")
    model.load_state_dict(merged)
    return tuple(kept)


@misconception("replace_head", "The network that was given has lost its head. Make a new list of modules.")
def in_place(model, classes):
    model[-1] = nn.Linear(model[-1].in_features, classes)
    return model


@misconception(
    "replace_head",
    "The body is a copy: what one network learns the other does not. The same modules are asked for.",
)
def copied_body(model, classes):
    new = copy.deepcopy(model)
    new[-1] = nn.Linear(model[-1].in_features, classes)
    return new


@misconception("replace_head", "The new head was put behind the old one. It is to take its place.")
def behind_the_old_head(model, classes):
    return nn.Sequential(*model, nn.Linear(model[-1].out_features, classes))


@misconception("replace_head", "The body is new as well, and knows nothing. Keep the modules of the old one.")
def new_body(model, classes):
    new = copy.deepcopy(model)
    for module in new.modules():
        if hasattr(module, "reset_parameters"):
            module.reset_parameters()
    return nn.Sequential(*new[:-1], nn.Linear(model[-1].in_features, classes))


@misconception(
    "replace_head", "The new head gets what the old one *gives*. It gets what the old one got: in_features."
)
def head_of_the_wrong_size(model, classes):
    return nn.Sequential(*model[:-1], nn.Linear(model[-1].out_features, classes))


@misconception("replace_head", "The new head has no bias. It is to have one, as nn.Linear makes it.")
def without_a_bias(model, classes):
    return nn.Sequential(*model[:-1], nn.Linear(model[-1].in_features, classes, bias=False))


@variant("replace_head")
def in_a_loop(model, classes):
    new = nn.Sequential()
    for number, module in enumerate(model):
        last = number == len(model) - 1
        new.append(nn.Linear(module.in_features, classes) if last else module)
    return new


@variant("replace_head")
def body_as_one_part(model, classes):
    return nn.Sequential(model[:-1], nn.Linear(model[-1].in_features, classes))


@variant("replace_head")
def from_children(model, classes):
    *body, head = model.children()
    return nn.Sequential(*body, type(head)(head.weight.shape[1], classes))


@misconception("freeze_body", "The head is frozen, too: nothing can learn.")
def all_frozen(model):
    model.train()
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    for module in model.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            module.eval()


@misconception(
    "freeze_body",
    "Batch normalisation is still in training mode: its statistics follow every batch, without any gradient.",
)
def statistics_go_on(model):
    model.train()
    for parameter in model[:-1].parameters():
        parameter.requires_grad_(False)
    for parameter in model[-1].parameters():
        parameter.requires_grad_(True)


@misconception(
    "freeze_body",
    "The whole network is in evaluation mode, or was left in it. Set every module: only batch "
    "normalisation of the body is to be in it.",
)
def everything_in_evaluation(model):
    model.eval()
    for parameter in model[:-1].parameters():
        parameter.requires_grad_(False)
    for parameter in model[-1].parameters():
        parameter.requires_grad_(True)


@misconception(
    "freeze_body", "The head may have been frozen before: its parameters have to ask for a gradient."
)
def head_left_as_it_was(model):
    model.train()
    for parameter in model[:-1].parameters():
        parameter.requires_grad_(False)
    for module in model[:-1].modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            module.eval()


@misconception(
    "freeze_body",
    "Only modules that stand in the list itself were looked at. Batch normalisation may be inside of one.",
)
def children_only(model):
    model.train()
    for parameter in model[:-1].parameters():
        parameter.requires_grad_(False)
    for parameter in model[-1].parameters():
        parameter.requires_grad_(True)
    for module in model[:-1]:
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            module.eval()


@misconception("freeze_body", "Body and head are exchanged.")
def head_frozen(model):
    model.train()
    for parameter in model[:-1].parameters():
        parameter.requires_grad_(True)
    for parameter in model[-1].parameters():
        parameter.requires_grad_(False)
    for module in model[:-1].modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            module.eval()


@misconception(
    "freeze_body",
    "The whole body is in evaluation mode. Dropout in it is to go on: only batch normalisation stands still.",
)
def body_in_evaluation(model):
    model.train()
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    for parameter in model[-1].parameters():
        parameter.requires_grad_(True)
    model[:-1].eval()


@variant("freeze_body")
def by_identity(model):
    head = {id(p) for p in model[-1].parameters()}
    for p in model.parameters():
        p.requires_grad = id(p) in head
    kinds = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)
    for module in model.modules():
        module.training = not isinstance(module, kinds)


@variant("freeze_body")
def by_names(model):
    last = f"{len(model) - 1}."
    model.train()
    for name, p in model.named_parameters():
        p.requires_grad_(name.startswith(last))
    for name, module in model.named_modules():
        if "BatchNorm" in type(module).__name__ and not name.startswith(last):
            module.train(False)


@misconception(
    "extract_features", "Dropout and batch normalisation work as in training. Evaluation mode is asked for."
)
def in_training_mode(model, x):
    with torch.no_grad():
        return model[:-1](x)


@misconception("extract_features", "The head was used as well: these are logits.")
def logits(model, x):
    modes = {module: module.training for module in model.modules()}
    model.eval()
    with torch.no_grad():
        features = model(x)
    for module, mode in modes.items():
        module.training = mode
    return features


@misconception("extract_features", "There is a graph behind the features. Work inside torch.no_grad().")
def with_a_graph(model, x):
    modes = {module: module.training for module in model.modules()}
    model.eval()
    features = model[:-1](x)
    for module, mode in modes.items():
        module.training = mode
    return features


@misconception(
    "extract_features",
    "Afterwards the network is in evaluation mode. Each module is to be in the mode in which it was.",
)
def left_in_evaluation(model, x):
    model.eval()
    with torch.no_grad():
        return model[:-1](x)


@misconception(
    "extract_features", "Afterwards the whole network is in training mode, whatever it was before."
)
def left_in_training(model, x):
    model.eval()
    with torch.no_grad():
        features = model[:-1](x)
    model.train()
    return features


@variant("extract_features")
def module_by_module(model, x):
    modules = list(model.modules())
    modes = [module.training for module in modules]
    model.train(False)
    with torch.inference_mode():
        for module in list(model)[:-1]:
            x = module(x)
    for module, mode in zip(modules, modes, strict=True):
        module.training = mode
    return x.clone()


@variant("extract_features")
@torch.no_grad()
def on_a_copy(model, x):
    return copy.deepcopy(model).eval()[:-1](x).numpy()


@misconception("parameter_groups", "The rates are exchanged: the first one is the body's.")
def rates_exchanged(model, body_rate, head_rate):
    groups = []
    for part, rate in ((model[:-1], head_rate), (model[-1], body_rate)):
        params = [p for p in part.parameters() if p.requires_grad]
        if params:
            groups.append({"params": params, "lr": rate})
    return groups


@misconception(
    "parameter_groups", "Frozen parameters are in the groups, too. Leave out those that ask for no gradient."
)
def with_frozen_ones(model, body_rate, head_rate):
    return [
        {"params": list(model[:-1].parameters()), "lr": body_rate},
        {"params": list(model[-1].parameters()), "lr": head_rate},
    ]


@misconception("parameter_groups", "A group without any parameter is left out.")
def empty_groups(model, body_rate, head_rate):
    return [
        {"params": [p for p in part.parameters() if p.requires_grad], "lr": rate}
        for part, rate in ((model[:-1], body_rate), (model[-1], head_rate))
    ]


@misconception("parameter_groups", "The head comes first here. The body is the first group.")
def head_first(model, body_rate, head_rate):
    groups = []
    for part, rate in ((model[-1], head_rate), (model[:-1], body_rate)):
        params = [p for p in part.parameters() if p.requires_grad]
        if params:
            groups.append({"params": params, "lr": rate})
    return groups


@misconception("parameter_groups", "All parameters are in one group, with one rate.")
def one_group(model, body_rate, head_rate):
    return [{"params": [p for p in model.parameters() if p.requires_grad], "lr": head_rate}]


@misconception("parameter_groups", '"params" is a generator, which can be read once. A list is asked for.')
def generators(model, body_rate, head_rate):
    groups = []
    for part, rate in ((model[:-1], body_rate), (model[-1], head_rate)):
        if any(p.requires_grad for p in part.parameters()):
            groups.append({"params": (p for p in part.parameters() if p.requires_grad), "lr": rate})
    return groups


@variant("parameter_groups")
def by_identity_of_the_head(model, body_rate, head_rate):
    head = {id(p) for p in model[-1].parameters()}
    asking = [p for p in model.parameters() if p.requires_grad]
    parts = [[p for p in asking if id(p) not in head], [p for p in asking if id(p) in head]]
    return [
        {"params": part, "lr": rate} for part, rate in zip(parts, (body_rate, head_rate), strict=True) if part
    ]


@variant("parameter_groups")
def with_filter(model, body_rate, head_rate):
    groups = [
        {"lr": body_rate, "params": list(filter(lambda p: p.requires_grad, model[:-1].parameters()))},
        {"lr": head_rate, "params": list(filter(lambda p: p.requires_grad, model[-1].parameters()))},
    ]
    return [group for group in groups if len(group["params"]) > 0]
