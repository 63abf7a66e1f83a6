"""Answers to adapting.py: wrong ones with what went wrong, and right ones in another style."""

import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, linear, logsigmoid, softplus

from course.testing import misconception, variant
from day21_language.adapting import Adapter


@misconception("Adapter.forward", "`scale` is missing.")
def scale_missing(self, x):
    return self.base(x) + x @ self.down.T @ self.up.T


@misconception("Adapter.forward", "The base is left out: its answer and that of the thin layer are added.")
def base_left_out(self, x):
    return self.scale * (x @ self.down.T @ self.up.T)


@misconception("Adapter.forward", "The base is scaled, too. Only the change is.")
def base_scaled(self, x):
    return self.scale * (self.base(x) + x @ self.down.T @ self.up.T)


@misconception("Adapter.forward", "There is a relu between down and up. Their product is to be one matrix.")
def relu_between(self, x):
    return self.base(x) + self.scale * (torch.relu(x @ self.down.T) @ self.up.T)


@variant("Adapter.forward")
def by_two_linears(self, x):
    change = linear(linear(x, self.down), self.up)
    return torch.add(self.base(x), change, alpha=self.scale)


@variant("Adapter.forward")
def by_one_matrix(self, x):
    return linear(x, self.base.weight + self.scale * self.up @ self.down, self.base.bias)


@misconception("Adapter.merged_weight", "The weight of the base is changed. A new tensor is asked for.")
def base_changed(self):
    with torch.no_grad():
        self.base.weight += self.scale * self.up @ self.down
    return self.base.weight.detach()


@misconception("Adapter.merged_weight", "The weight of the base is missing.")
def change_alone(self):
    return (self.scale * self.up @ self.down).detach()


@misconception("Adapter.merged_weight", "`scale` is missing.")
def scale_left_out(self):
    return (self.base.weight + self.up @ self.down).detach()


@misconception("Adapter.merged_weight", "The result belongs to a graph. It is to be detached.")
def in_a_graph(self):
    with torch.enable_grad():
        return self.base.weight + self.scale * self.up @ self.down


@variant("Adapter.merged_weight")
def by_adding_products(self):
    with torch.no_grad():
        return torch.addmm(self.base.weight, self.up, self.down, alpha=self.scale)


@variant("Adapter.merged_weight")
def column_by_column(self):
    size = self.base.in_features
    with torch.no_grad():
        at_zero = self(torch.zeros(1, size).to(self.base.weight))
        return (self(torch.eye(size).to(self.base.weight)) - at_zero).T


@misconception("add_lora", "Adapters are frozen as well: freeze first, then add them.")
def adapters_frozen(model, names, rank, alpha):
    learning = 0
    for parent in list(model.modules()):
        for name, layer in list(parent.named_children()):
            if isinstance(layer, nn.Linear) and name in names:
                adapter = Adapter(layer, rank, alpha)
                setattr(parent, name, adapter)
                learning += adapter.down.numel() + adapter.up.numel()
    if not learning:
        raise ValueError("no layer")
    model.requires_grad_(False)
    return learning


@misconception(
    "add_lora", "Only the replaced layers are frozen. All parameters that the model has stand still."
)
def the_rest_learns(model, names, rank, alpha):
    learning = 0
    for parent in list(model.modules()):
        for name, layer in list(parent.named_children()):
            if isinstance(layer, nn.Linear) and name in names:
                layer.requires_grad_(False)
                adapter = Adapter(layer, rank, alpha)
                setattr(parent, name, adapter)
                learning += adapter.down.numel() + adapter.up.numel()
    if not learning:
        raise ValueError("no layer")
    return learning


@misconception("add_lora", "Only layers at the top are looked at. They may lie at any depth.")
def at_the_top_only(model, names, rank, alpha):
    model.requires_grad_(False)
    learning = 0
    for name, layer in list(model.named_children()):
        if isinstance(layer, nn.Linear) and name in names:
            adapter = Adapter(layer, rank, alpha)
            setattr(model, name, adapter)
            learning += adapter.down.numel() + adapter.up.numel()
    return learning


@misconception(
    "add_lora",
    "Every layer of that name is replaced. Only linear layers are: an embedding may have the name, too.",
)
def other_kinds_too(model, names, rank, alpha):
    model.requires_grad_(False)
    learning = 0
    for parent in list(model.modules()):
        for name, layer in list(parent.named_children()):
            if name in names:
                if isinstance(layer, nn.Embedding):
                    layer = nn.Linear(layer.num_embeddings, layer.embedding_dim).to(layer.weight)
                adapter = Adapter(layer, rank, alpha)
                setattr(parent, name, adapter)
                learning += adapter.down.numel() + adapter.up.numel()
    if not learning:
        raise ValueError("no layer")
    return learning


@misconception(
    "add_lora",
    "Adapters are put in while `modules()` still goes through the model, so it goes into them, too: make a list of all "
    "first.",
)
def put_in_while_walking(model, names, rank, alpha):
    model.requires_grad_(False)
    learning = 0
    for parent in model.modules():
        for name, layer in parent.named_children():
            if isinstance(layer, nn.Linear) and name in names:
                adapter = Adapter(layer, rank, alpha)
                setattr(parent, name, adapter)
                learning += adapter.down.numel() + adapter.up.numel()
    if not learning:
        raise ValueError("no layer")
    return learning


@misconception("add_lora", "All parameters of the model were counted. The numbers that learn are asked for.")
def all_counted(model, names, rank, alpha):
    model.requires_grad_(False)
    found = False
    for parent in list(model.modules()):
        for name, layer in list(parent.named_children()):
            if isinstance(layer, nn.Linear) and name in names:
                setattr(parent, name, Adapter(layer, rank, alpha))
                found = True
    if not found:
        raise ValueError("no layer")
    return sum(p.numel() for p in model.parameters())


@misconception("add_lora", "Tensors were counted. Count the numbers in them.")
def tensors_counted(model, names, rank, alpha):
    model.requires_grad_(False)
    learning = 0
    for parent in list(model.modules()):
        for name, layer in list(parent.named_children()):
            if isinstance(layer, nn.Linear) and name in names:
                setattr(parent, name, Adapter(layer, rank, alpha))
                learning += 2
    if not learning:
        raise ValueError("no layer")
    return learning


@misconception(
    "add_lora",
    "Where no layer has any of the names, ValueError is asked for: a typing error would go unseen.",
)
def no_error(model, names, rank, alpha):
    model.requires_grad_(False)
    learning = 0
    for parent in list(model.modules()):
        for name, layer in list(parent.named_children()):
            if isinstance(layer, nn.Linear) and name in names:
                adapter = Adapter(layer, rank, alpha)
                setattr(parent, name, adapter)
                learning += adapter.down.numel() + adapter.up.numel()
    return learning


@misconception(
    "add_lora",
    "A name counts here wherever it stands in the path. The own name of the layer, the last part, decides.",
)
def anywhere_in_the_path(model, names, rank, alpha):
    model.requires_grad_(False)
    learning = 0
    for path, layer in list(model.named_modules()):
        if isinstance(layer, nn.Linear) and any(name in path.split(".") for name in names):
            above, _, own = path.rpartition(".")
            adapter = Adapter(layer, rank, alpha)
            setattr(model.get_submodule(above), own, adapter)
            learning += adapter.down.numel() + adapter.up.numel()
    if not learning:
        raise ValueError("nobody is called so")
    return learning


@variant("add_lora")
def by_full_names(model, names, rank, alpha):
    places = [
        place
        for place, layer in model.named_modules()
        if type(layer) is nn.Linear and place.split(".")[-1] in set(names)
    ]
    if len(places) == 0:
        raise ValueError(f"{names} are not in the model")
    for p in model.parameters():
        p.requires_grad = False
    for place in places:
        above, _, own = place.rpartition(".")
        parent = model.get_submodule(above)
        setattr(parent, own, Adapter(getattr(parent, own), rank, alpha))
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


@variant("add_lora")
def by_recursion(model, names, rank, alpha):
    def visit(parent):
        total = 0
        for name, child in parent._modules.items():
            if isinstance(child, nn.Linear):
                if name in names:
                    parent._modules[name] = Adapter(child, rank, alpha)
                    total += rank * (child.in_features + child.out_features)
            elif child is not None:
                total += visit(child)
        return total

    for p in model.parameters():
        p.requires_grad_(False)
    count = visit(model)
    if count == 0:
        raise ValueError("nothing to adapt")
    return count


@misconception("answer_loss", "Questions count, too. They are given and need not be guessed.")
def questions_count(logits, ids, prompts, lengths):
    place = torch.arange(1, ids.shape[1])
    mask = place < lengths[:, None]
    return cross_entropy(logits[:, :-1][mask], ids[:, 1:][mask])


@misconception("answer_loss", "Padding counts, too: an answer ends at its length.")
def padding_counts(logits, ids, prompts, lengths):
    place = torch.arange(1, ids.shape[1])
    mask = (place >= prompts[:, None]) & (place < ids.shape[1])
    return cross_entropy(logits[:, :-1][mask], ids[:, 1:][mask])


@misconception("answer_loss", "Nothing is shifted: the logits at place p speak about the token at p + 1.")
def nothing_shifted(logits, ids, prompts, lengths):
    place = torch.arange(ids.shape[1])
    mask = (place >= prompts[:, None]) & (place < lengths[:, None])
    return cross_entropy(logits[mask], ids[mask])


@misconception(
    "answer_loss",
    "The first token of the answer is left out. It is guessed at the last place of the question.",
)
def first_token_left_out(logits, ids, prompts, lengths):
    place = torch.arange(1, ids.shape[1])
    mask = (place > prompts[:, None]) & (place < lengths[:, None])
    if not mask.any():
        return logits.sum() * 0.0
    return cross_entropy(logits[:, :-1][mask], ids[:, 1:][mask])


@misconception("answer_loss", "The last token of the question is guessed, too.")
def one_token_too_early(logits, ids, prompts, lengths):
    place = torch.arange(1, ids.shape[1])
    mask = (place >= prompts[:, None] - 1) & (place < lengths[:, None])
    return cross_entropy(logits[:, :-1][mask], ids[:, 1:][mask])


@misconception("answer_loss", "The last token of each answer is left out.")
def last_token_left_out(logits, ids, prompts, lengths):
    place = torch.arange(1, ids.shape[1])
    mask = (place >= prompts[:, None]) & (place < lengths[:, None] - 1)
    if not mask.any():
        return logits.sum() * 0.0
    return cross_entropy(logits[:, :-1][mask], ids[:, 1:][mask])


@misconception(
    "answer_loss",
    "The mean of the means of the answers: tokens of short ones weigh more. All weigh the same.",
)
def mean_of_answers(logits, ids, prompts, lengths):
    place = torch.arange(1, ids.shape[1])
    mask = (place >= prompts[:, None]) & (place < lengths[:, None])
    losses = cross_entropy(logits[:, :-1].transpose(1, 2), ids[:, 1:], reduction="none")
    return ((losses * mask).sum(dim=1) / mask.sum(dim=1)).mean()


@variant("answer_loss")
def by_ignored_targets(logits, ids, prompts, lengths):
    targets = ids.clone()
    for row, (first, last) in enumerate(zip(prompts.tolist(), lengths.tolist(), strict=True)):
        targets[row, :first] = -100
        targets[row, last:] = -100
    return cross_entropy(logits[:, :-1].reshape(-1, logits.shape[-1]), targets[:, 1:].reshape(-1))


@variant("answer_loss")
def answer_by_answer(logits, ids, prompts, lengths):
    losses = []
    for said, row, first, last in zip(logits, ids, prompts, lengths, strict=True):
        log_p = said[first - 1 : last - 1].log_softmax(dim=-1)
        losses.append(-log_p.gather(1, row[first:last, None])[:, 0])
    return torch.cat(losses).mean()


@misconception(
    "preference_loss", "The reference is not used: what counts is what the model has gained over it."
)
def reference_not_used(chosen, rejected, reference_chosen, reference_rejected, beta):
    return -logsigmoid(beta * (chosen - rejected)).mean()


@misconception("preference_loss", "Chosen and rejected are exchanged.")
def exchanged(chosen, rejected, reference_chosen, reference_rejected, beta):
    gain = (chosen - reference_chosen) - (rejected - reference_rejected)
    return -logsigmoid(-beta * gain).mean()


@misconception(
    "preference_loss", "The logarithm of a probability that has been rounded to 0 is −∞: use logsigmoid."
)
def logarithm_of_zero(chosen, rejected, reference_chosen, reference_rejected, beta):
    gain = (chosen - reference_chosen) - (rejected - reference_rejected)
    return -torch.log(torch.sigmoid(beta * gain)).mean()


@misconception("preference_loss", "beta stands outside. It multiplies the gain, inside of the sigmoid.")
def beta_outside(chosen, rejected, reference_chosen, reference_rejected, beta):
    gain = (chosen - reference_chosen) - (rejected - reference_rejected)
    return -beta * logsigmoid(gain).mean()


@misconception("preference_loss", "The sum over the pairs. The mean is asked for.")
def sum_over_pairs(chosen, rejected, reference_chosen, reference_rejected, beta):
    gain = (chosen - reference_chosen) - (rejected - reference_rejected)
    return -logsigmoid(beta * gain).sum()


@variant("preference_loss")
def by_softplus(chosen, rejected, reference_chosen, reference_rejected, beta):
    lost = (rejected - reference_rejected) - (chosen - reference_chosen)
    return softplus(beta * lost).mean()


@variant("preference_loss")
def by_cross_entropy(chosen, rejected, reference_chosen, reference_rejected, beta):
    gain = chosen - rejected - (reference_chosen - reference_rejected)
    return binary_cross_entropy_with_logits(beta * gain, torch.ones_like(gain))
