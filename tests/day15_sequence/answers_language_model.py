"""Answers to language_model.py: wrong ones with what went wrong, and right ones in another style."""

import math

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from course.testing import misconception, variant
from day15_sequence.language_model import next_probabilities, stateful_batches


@misconception(
    "train_step",
    "The state is handed on with its graph. The next backward pass then runs into the batch before, whose graph is "
    "gone: detach() it.",
)
def state_not_detached(model, optimizer, x, y, state, max_norm=1.0):
    model.train()
    logits, state = model(x, state)
    loss = cross_entropy(logits.flatten(0, 1), y.flatten())
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), state


@misconception(
    "train_step",
    "The state is not carried: every batch starts from zeros, although it continues the one before.",
)
def state_forgotten(model, optimizer, x, y, state, max_norm=1.0):
    model.train()
    logits, state = model(x)
    loss = cross_entropy(logits.flatten(0, 1), y.flatten())
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), tuple(part.detach() for part in state)


@misconception("train_step", "The gradients of all batches pile up: zero_grad() before each backward pass.")
def gradients_pile_up(model, optimizer, x, y, state, max_norm=1.0):
    model.train()
    logits, state = model(x, state)
    loss = cross_entropy(logits.flatten(0, 1), y.flatten())
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), tuple(part.detach() for part in state)


@misconception(
    "train_step",
    "Nothing was clipped: one steep batch can throw the weights away. The gradient is there after backward(), and is "
    "used by step(): clip between the two.",
    at=("never", "before backward", "after the step"),
)
def not_clipped(model, optimizer, x, y, state, max_norm=1.0, *, at="never"):
    model.train()
    logits, state = model(x, state)
    loss = cross_entropy(logits.flatten(0, 1), y.flatten())
    optimizer.zero_grad()
    if at == "before backward":
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    loss.backward()
    optimizer.step()
    if at == "after the step":
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    return loss.item(), tuple(part.detach() for part in state)


@misconception(
    "train_step",
    "The weights have not moved. Either step() is never called, or it finds no gradient, because backward() comes "
    "after it or zero_grad() just before it. The order is zero_grad, backward, clip, step.",
    step=("before backward", "after zero_grad", "never"),
)
def weights_not_moved(model, optimizer, x, y, state, max_norm=1.0, *, step="never"):
    model.train()
    logits, state = model(x, state)
    loss = cross_entropy(logits.flatten(0, 1), y.flatten())
    if step == "before backward":
        optimizer.step()
        optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    if step == "after zero_grad":
        optimizer.zero_grad()
        optimizer.step()
    return loss.item(), tuple(part.detach() for part in state)


@misconception(
    "train_step",
    "Every number of the gradient was clipped by itself, which turns its direction. Clip the norm of all.",
)
def clipped_by_value(model, optimizer, x, y, state, max_norm=1.0):
    model.train()
    logits, state = model(x, state)
    loss = cross_entropy(logits.flatten(0, 1), y.flatten())
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_value_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), tuple(part.detach() for part in state)


@misconception(
    "train_step",
    "The loss is a sum over the places of the batch; a mean is asked for, or the step grows with the batch.",
)
def summed_loss(model, optimizer, x, y, state, max_norm=1.0):
    model.train()
    logits, state = model(x, state)
    loss = cross_entropy(logits.flatten(0, 1), y.flatten(), reduction="sum")
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), tuple(part.detach() for part in state)


@misconception(
    "train_step",
    "The loss compares with x, the characters that were just read, instead of y, those that follow.",
)
def input_for_target(model, optimizer, x, y, state, max_norm=1.0):
    model.train()
    logits, state = model(x, state)
    loss = cross_entropy(logits.flatten(0, 1), x.flatten())
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), tuple(part.detach() for part in state)


@misconception(
    "train_step",
    "Only the last place of every row counts: a network that is unrolled learns from all of them.",
)
def last_place_only(model, optimizer, x, y, state, max_norm=1.0):
    model.train()
    logits, state = model(x, state)
    loss = cross_entropy(logits[:, -1], y[:, -1])
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), tuple(part.detach() for part in state)


@misconception(
    "train_step",
    "Training mode comes after the model was run, or never: dropout does nothing. model.train() is first.",
)
def training_mode_too_late(model, optimizer, x, y, state, max_norm=1.0):
    logits, state = model(x, state)
    model.train()
    loss = cross_entropy(logits.flatten(0, 1), y.flatten())
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), tuple(part.detach() for part in state)


@misconception(
    "train_step",
    "The loss comes back as a tensor. A float is asked for: loss.item() (the tensor would keep its whole "
    "graph in memory).",
)
def loss_as_a_tensor(model, optimizer, x, y, state, max_norm=1.0):
    model.train()
    logits, state = model(x, state)
    loss = cross_entropy(logits.flatten(0, 1), y.flatten())
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss, tuple(part.detach() for part in state)


@misconception(
    "train_step",
    "A softmax was taken before cross_entropy, which takes one itself. Hand it the logits as they are.",
)
def softmax_twice(model, optimizer, x, y, state, max_norm=1.0):
    model.train()
    logits, state = model(x, state)
    loss = cross_entropy(logits.softmax(dim=-1).flatten(0, 1), y.flatten())
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), tuple(part.detach() for part in state)


@misconception(
    "train_step",
    "Every parameter was clipped by itself, which turns the gradient. Its length is that of all "
    "parameters together.",
)
def clipped_one_by_one(model, optimizer, x, y, state, max_norm=1.0):
    model.train()
    logits, state = model(x, state)
    loss = cross_entropy(logits.flatten(0, 1), y.flatten())
    optimizer.zero_grad()
    loss.backward()
    for parameter in model.parameters():
        nn.utils.clip_grad_norm_([parameter], max_norm)
    optimizer.step()
    return loss.item(), tuple(part.detach() for part in state)


@misconception(
    "train_step",
    "The gradient always gets the length max_norm. Only one that is longer is shortened; a shorter one "
    "stays as it is.",
)
def always_of_that_length(model, optimizer, x, y, state, max_norm=1.0):
    model.train()
    logits, state = model(x, state)
    loss = cross_entropy(logits.flatten(0, 1), y.flatten())
    optimizer.zero_grad()
    loss.backward()
    norm = torch.sqrt(sum((parameter.grad**2).sum() for parameter in model.parameters()))
    for parameter in model.parameters():
        parameter.grad *= max_norm / norm
    optimizer.step()
    return loss.item(), tuple(part.detach() for part in state)


@misconception(
    "train_step",
    "The state is replaced by zeros when it is handed on. detach() cuts it from the graph and keeps its "
    "values.",
)
def state_zeroed(model, optimizer, x, y, state, max_norm=1.0):
    model.train()
    logits, state = model(x, state)
    loss = cross_entropy(logits.flatten(0, 1), y.flatten())
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), tuple(torch.zeros_like(part) for part in state)


@misconception(
    "train_step",
    "The state is that of the model after the step, from running it once more. It comes from the run that"
    " the loss was computed in.",
)
def state_after_the_step(model, optimizer, x, y, state, max_norm=1.0):
    model.train()
    logits, _ = model(x, state)
    loss = cross_entropy(logits.flatten(0, 1), y.flatten())
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    _, state = model(x, state)
    return loss.item(), tuple(part.detach() for part in state)


@misconception(
    "train_step",
    "The logits were reshaped to (v, b t), which mixes places and characters. Join batch and time, "
    "flatten(0, 1), and leave the characters last.",
)
def mixed_up_by_a_reshape(model, optimizer, x, y, state, max_norm=1.0):
    model.train()
    logits, state = model(x, state)
    loss = cross_entropy(logits.reshape(logits.shape[-1], -1).T, y.flatten())
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), tuple(part.detach() for part in state)


@misconception(
    "train_step",
    "cross_entropy was given (b, t, v): it takes the axis after the first for the classes. Join batch and"
    " time, flatten(0, 1), or transpose(1, 2).",
)
def classes_on_the_wrong_axis(model, optimizer, x, y, state, max_norm=1.0):
    model.train()
    logits, state = model(x, state)
    loss = cross_entropy(logits, y)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), tuple(part.detach() for part in state)


@misconception(
    "train_step",
    "The loss is the one after the step. Asked for is the loss that the gradient was taken of.",
)
def loss_after_the_step(model, optimizer, x, y, state, max_norm=1.0):
    model.train()
    logits, after = model(x, state)
    loss = cross_entropy(logits.flatten(0, 1), y.flatten())
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    logits, _ = model(x, state)
    loss = cross_entropy(logits.flatten(0, 1), y.flatten())
    return loss.item(), tuple(part.detach() for part in after)


@misconception(
    "train_step",
    "The loss comes back in bits. Training counts in nats, what cross_entropy gives; bits are for "
    "`evaluate`.",
)
def bits_for_nats(model, optimizer, x, y, state, max_norm=1.0):
    model.train()
    logits, state = model(x, state)
    loss = cross_entropy(logits.flatten(0, 1), y.flatten())
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item() / math.log(2), tuple(part.detach() for part in state)


@variant("train_step")
def with_classes_second(model, optimizer, x, y, state, max_norm=1.0):
    model.train()
    optimizer.zero_grad()
    if state is not None:
        state = tuple(part.detach().clone() for part in state)
    logits, state = model(x, state)
    loss = nn.CrossEntropyLoss()(logits.transpose(1, 2), y)
    loss.backward()
    nn.utils.clip_grad_norm_(list(model.parameters()), max_norm)
    optimizer.step()
    return float(loss.detach()), tuple(part.detach() for part in state)


@variant("train_step")
def clipped_by_hand(model, optimizer, x, y, state, max_norm=1.0):
    model.train()
    logits, state = model(x, state)
    log_p = torch.log_softmax(logits, dim=2)
    loss = -log_p.gather(2, y.unsqueeze(2)).sum() / y.numel()
    for p in model.parameters():
        p.grad = None
    loss.backward()
    norm = math.sqrt(sum(p.grad.pow(2).sum().item() for p in model.parameters()))
    if norm > max_norm:
        for p in model.parameters():
            p.grad *= max_norm / norm
    optimizer.step()
    return loss.item(), [part.data for part in state]


@misconception("evaluate", "These are nats, not bits: divide by ln 2.")
@torch.no_grad()
def nats_for_bits(model, ids, batch_size=16, steps=64):
    model.eval()
    state, total, count = None, 0.0, 0
    for x, y in stateful_batches(ids, batch_size, steps):
        logits, state = model(torch.as_tensor(x), state)
        total += cross_entropy(logits.flatten(0, 1), torch.as_tensor(y).flatten()).item() * y.size
        count += y.size
    return total / count, math.exp(total / count)


@misconception(
    "evaluate", "The perplexity is e to the power of the bits. It is 2 to the bits, or e to the nats."
)
@torch.no_grad()
def mixed_bases(model, ids, batch_size=16, steps=64):
    model.eval()
    state, total, count = None, 0.0, 0
    for x, y in stateful_batches(ids, batch_size, steps):
        logits, state = model(torch.as_tensor(x), state)
        total += cross_entropy(logits.flatten(0, 1), torch.as_tensor(y).flatten()).item() * y.size
        count += y.size
    bits = total / count / math.log(2)
    return bits, math.exp(bits)


@misconception(
    "evaluate", "The state is thrown away after every batch, although the next batch goes on with the text."
)
@torch.no_grad()
def state_thrown_away(model, ids, batch_size=16, steps=64):
    model.eval()
    total, count = 0.0, 0
    for x, y in stateful_batches(ids, batch_size, steps):
        logits, _ = model(torch.as_tensor(x), None)
        total += cross_entropy(logits.flatten(0, 1), torch.as_tensor(y).flatten()).item() * y.size
        count += y.size
    nats = total / count
    return nats / math.log(2), math.exp(nats)


@misconception(
    "evaluate",
    "The mean of the batches' means counts a short last batch like a full one. Weigh by the number of places.",
)
@torch.no_grad()
def mean_of_means(model, ids, batch_size=16, steps=64):
    model.eval()
    state, losses = None, []
    for x, y in stateful_batches(ids, batch_size, steps):
        logits, state = model(torch.as_tensor(x), state)
        losses.append(cross_entropy(logits.flatten(0, 1), torch.as_tensor(y).flatten()).item())
    nats = sum(losses) / len(losses)
    return nats / math.log(2), math.exp(nats)


@misconception(
    "evaluate", "Dropout is still on: model.eval() is missing, and every evaluation gives another number."
)
@torch.no_grad()
def dropout_left_on(model, ids, batch_size=16, steps=64):
    model.train()
    state, total, count = None, 0.0, 0
    for x, y in stateful_batches(ids, batch_size, steps):
        logits, state = model(torch.as_tensor(x), state)
        total += cross_entropy(logits.flatten(0, 1), torch.as_tensor(y).flatten()).item() * y.size
        count += y.size
    nats = total / count
    return nats / math.log(2), math.exp(nats)


@misconception(
    "evaluate",
    "The mean loss of a batch was multiplied by its number of rows, but divided by the number of places. "
    "Weigh it by its places, y.size.",
)
@torch.no_grad()
def summed_per_row(model, ids, batch_size=16, steps=64):
    model.eval()
    state, total, count = None, 0.0, 0
    for x, y in stateful_batches(ids, batch_size, steps):
        logits, state = model(torch.as_tensor(x), state)
        total += cross_entropy(logits.flatten(0, 1), torch.as_tensor(y).flatten()).item() * len(y)
        count += y.size
    nats = total / count
    return nats / math.log(2), math.exp(nats)


@misconception(
    "evaluate",
    "The nats are multiplied by ln 2. One bit is ln 2 = 0.69 nats, so there are more bits than nats: divide.",
)
@torch.no_grad()
def multiplied_by_ln_2(model, ids, batch_size=16, steps=64):
    model.eval()
    state, total, count = None, 0.0, 0
    for x, y in stateful_batches(ids, batch_size, steps):
        logits, state = model(torch.as_tensor(x), state)
        total += cross_entropy(logits.flatten(0, 1), torch.as_tensor(y).flatten()).item() * y.size
        count += y.size
    nats = total / count
    return nats * math.log(2), math.exp(nats)


@misconception(
    "evaluate",
    "The perplexity is 2 to the power of the nats. It is e to the nats, or 2 to the bits.",
)
@torch.no_grad()
def two_to_the_nats(model, ids, batch_size=16, steps=64):
    model.eval()
    state, total, count = None, 0.0, 0
    for x, y in stateful_batches(ids, batch_size, steps):
        logits, state = model(torch.as_tensor(x), state)
        total += cross_entropy(logits.flatten(0, 1), torch.as_tensor(y).flatten()).item() * y.size
        count += y.size
    nats = total / count
    return nats / math.log(2), 2**nats


@misconception(
    "evaluate",
    "A softmax was taken before cross_entropy, which takes one itself. Hand it the logits as they are.",
)
@torch.no_grad()
def softmax_before_the_loss(model, ids, batch_size=16, steps=64):
    model.eval()
    state, total, count = None, 0.0, 0
    for x, y in stateful_batches(ids, batch_size, steps):
        logits, state = model(torch.as_tensor(x), state)
        p = logits.softmax(dim=-1)
        total += cross_entropy(p.flatten(0, 1), torch.as_tensor(y).flatten()).item() * y.size
        count += y.size
    nats = total / count
    return nats / math.log(2), math.exp(nats)


@misconception(
    "evaluate",
    "The perplexity is the mean of the batches' perplexities. Take the mean of the loss over all places "
    "first, then e to its power.",
)
@torch.no_grad()
def mean_of_perplexities(model, ids, batch_size=16, steps=64):
    model.eval()
    state, total, count, perplexity = None, 0.0, 0, 0.0
    for x, y in stateful_batches(ids, batch_size, steps):
        logits, state = model(torch.as_tensor(x), state)
        loss = cross_entropy(logits.flatten(0, 1), torch.as_tensor(y).flatten()).item()
        total += loss * y.size
        perplexity += math.exp(loss) * y.size
        count += y.size
    return total / count / math.log(2), perplexity / count


@misconception(
    "evaluate",
    "The state of the first batch is used for all that follow. Hand on the newest one.",
)
@torch.no_grad()
def first_state_kept(model, ids, batch_size=16, steps=64):
    model.eval()
    state, total, count = None, 0.0, 0
    for x, y in stateful_batches(ids, batch_size, steps):
        logits, after = model(torch.as_tensor(x), state)
        state = after if state is None else state
        total += cross_entropy(logits.flatten(0, 1), torch.as_tensor(y).flatten()).item() * y.size
        count += y.size
    nats = total / count
    return nats / math.log(2), math.exp(nats)


@misconception(
    "evaluate",
    "Only the loss of the last batch comes back: add up over all of them.",
)
@torch.no_grad()
def last_batch_only(model, ids, batch_size=16, steps=64):
    model.eval()
    state = None
    for x, y in stateful_batches(ids, batch_size, steps):
        logits, state = model(torch.as_tensor(x), state)
        nats = cross_entropy(logits.flatten(0, 1), torch.as_tensor(y).flatten()).item()
    return nats / math.log(2), math.exp(nats)


@variant("evaluate")
@torch.no_grad()
def all_losses_together(model, ids, batch_size=16, steps=64):
    model.eval()
    state, losses = None, []
    for x, y in stateful_batches(ids, batch_size, steps):
        logits, state = model(torch.tensor(x), state)
        losses.append(cross_entropy(logits.transpose(1, 2), torch.tensor(y), reduction="none"))
    nats = torch.cat(losses, dim=1).mean().item()
    bits = nats / math.log(2)
    return bits, 2**bits


@variant("evaluate")
@torch.no_grad()
def in_bits_from_the_start(model, ids, batch_size=16, steps=64):
    was_training = model.training
    model.eval()
    state, total, count = None, 0.0, 0
    for x, y in stateful_batches(ids, batch_size, steps):
        logits, state = model(torch.from_numpy(x.copy()), state)
        p = logits.softmax(dim=2).gather(2, torch.from_numpy(y.copy())[:, :, None])
        total -= torch.log2(p).sum().item()
        count += p.numel()
    model.train(was_training)
    return [total / count, 2 ** (total / count)]


@misconception(
    "next_probabilities",
    "The temperature multiplies the logits. It divides them: a low temperature makes the likely likelier.",
)
def temperature_multiplies(logits, temperature=1.0, top_k=None):
    if temperature < 0 or (top_k is not None and top_k < 1):
        raise ValueError
    if temperature == 0:
        return nn.functional.one_hot(logits.argmax(), len(logits)).to(logits.dtype)
    if top_k is not None and top_k < len(logits):
        logits = logits.masked_fill(logits < logits.topk(top_k).values[-1], -math.inf)
    return torch.softmax(logits * temperature, dim=0)


@misconception(
    "next_probabilities",
    "The probabilities were divided by the temperature after the softmax and normalised again, which changes nothing.",
)
def probabilities_divided(logits, temperature=1.0, top_k=None):
    if temperature < 0 or (top_k is not None and top_k < 1):
        raise ValueError
    if temperature == 0:
        return nn.functional.one_hot(logits.argmax(), len(logits)).to(logits.dtype)
    if top_k is not None and top_k < len(logits):
        logits = logits.masked_fill(logits < logits.topk(top_k).values[-1], -math.inf)
    p = torch.softmax(logits, dim=0) / temperature
    return p / p.sum()


@misconception(
    "next_probabilities",
    "What is left after top-k does not add up to 1: leave out before the softmax, or divide by the sum.",
)
def not_normalised_again(logits, temperature=1.0, top_k=None):
    if temperature < 0 or (top_k is not None and top_k < 1):
        raise ValueError
    if temperature == 0:
        return nn.functional.one_hot(logits.argmax(), len(logits)).to(logits.dtype)
    p = torch.softmax(logits / temperature, dim=0)
    if top_k is not None and top_k < len(logits):
        p = torch.where(p < p.topk(top_k).values[-1], 0.0, p)
    return p


@misconception("next_probabilities", "top_k is ignored.")
def top_k_ignored(logits, temperature=1.0, top_k=None):
    if temperature < 0 or (top_k is not None and top_k < 1):
        raise ValueError
    if temperature == 0:
        return nn.functional.one_hot(logits.argmax(), len(logits)).to(logits.dtype)
    return torch.softmax(logits / temperature, dim=0)


@misconception(
    "next_probabilities",
    "The logits outside the top k were set to 0, and e⁰ is 1: they keep a probability. Use −∞.",
)
def zero_for_minus_infinity(logits, temperature=1.0, top_k=None):
    if temperature < 0 or (top_k is not None and top_k < 1):
        raise ValueError
    if temperature == 0:
        return nn.functional.one_hot(logits.argmax(), len(logits)).to(logits.dtype)
    if top_k is not None and top_k < len(logits):
        logits = logits.masked_fill(logits < logits.topk(top_k).values[-1], 0.0)
    return torch.softmax(logits / temperature, dim=0)


@misconception(
    "next_probabilities",
    "e to the power of large logits overflows, and ∞/∞ is NaN. Subtract the largest first, or use softmax.",
)
def overflowing(logits, temperature=1.0, top_k=None):
    if temperature < 0 or (top_k is not None and top_k < 1):
        raise ValueError
    if temperature == 0:
        return nn.functional.one_hot(logits.argmax(), len(logits)).to(logits.dtype)
    if top_k is not None and top_k < len(logits):
        logits = logits.masked_fill(logits < logits.topk(top_k).values[-1], -math.inf)
    e = torch.exp(logits / temperature)
    return e / e.sum()


@misconception(
    "next_probabilities", "At temperature 0 the logits are divided by 0: NaN. Greedy is a case of its own."
)
def divided_by_zero(logits, temperature=1.0, top_k=None):
    if temperature < 0 or (top_k is not None and top_k < 1):
        raise ValueError
    if top_k is not None and top_k < len(logits):
        logits = logits.masked_fill(logits < logits.topk(top_k).values[-1], -math.inf)
    return torch.softmax(logits / temperature, dim=0)


@misconception(
    "next_probabilities",
    "The least likely were kept: argsort goes up, so that the largest are the last; or use topk.",
)
def least_likely_kept(logits, temperature=1.0, top_k=None):
    if temperature < 0 or (top_k is not None and top_k < 1):
        raise ValueError
    if temperature == 0:
        p = torch.zeros_like(logits)
        p[logits.argmax()] = 1
        return p
    if top_k is not None:
        keep = logits.argsort()[:top_k]
        m = torch.full_like(logits, -math.inf)
        m[keep] = logits[keep]
        logits = m
    return torch.softmax(logits / temperature, -1)


@misconception(
    "next_probabilities",
    "These are logarithms of probabilities: softmax, without log.",
)
def logarithms(logits, temperature=1.0, top_k=None):
    if temperature == 0:
        p = torch.zeros_like(logits)
        p[logits.argmax()] = 1
        return p
    if top_k is not None:
        v = logits.topk(top_k).values[-1]
        logits = logits.masked_fill(logits < v, -math.inf)
    return torch.log_softmax(logits / temperature, -1)


@misconception(
    "next_probabilities",
    "Only k probabilities come back. There is one for every id of the vocabulary; the others are 0.",
)
def k_numbers_only(logits, temperature=1.0, top_k=None):
    if temperature < 0 or (top_k is not None and top_k < 1):
        raise ValueError
    if temperature == 0:
        p = torch.zeros_like(logits)
        p[logits.argmax()] = 1
        return p
    if top_k is not None:
        logits = logits.topk(top_k).values
    return torch.softmax(logits / temperature, -1)


@misconception(
    "next_probabilities",
    "At temperature 0 the answer is not an error: it is *greedy*, probability 1 for the largest logit.",
)
def greedy_refused(logits, temperature=1.0, top_k=None):
    if temperature <= 0 or (top_k is not None and top_k < 1):
        raise ValueError
    if top_k is not None and top_k < len(logits):
        logits = logits.masked_fill(logits < logits.topk(top_k).values[-1], -math.inf)
    return torch.softmax(logits / temperature, dim=0)


@misconception(
    "next_probabilities",
    "A temperature below 0, or a top_k below 1, is to raise ValueError.",
    checked=("temperature", "top_k", "neither"),
)
def settings_not_checked(logits, temperature=1.0, top_k=None, *, checked="temperature"):
    if (checked == "temperature" and temperature < 0) or (
        checked == "top_k" and top_k is not None and top_k < 1
    ):
        raise ValueError
    if temperature == 0:
        return nn.functional.one_hot(logits.argmax(), len(logits)).to(logits.dtype)
    if top_k is not None and top_k < len(logits):
        kept = logits.topk(top_k).indices
        logits = torch.full_like(logits, -math.inf).index_copy(0, kept, logits[kept])
    return torch.softmax(logits / temperature, dim=0)


@misconception(
    "next_probabilities",
    "At temperature 0 all of the largest logits share the probability, or get 1 each. It is the *first* "
    "of them alone.",
    share=(True, False),
)
def greedy_for_all_of_them(logits, temperature=1.0, top_k=None, *, share=True):
    if temperature < 0 or (top_k is not None and top_k < 1):
        raise ValueError
    if temperature == 0:
        p = (logits == logits.max()).to(logits.dtype)
        return p / p.sum() if share else p
    if top_k is not None and top_k < len(logits):
        logits = logits.masked_fill(logits < logits.topk(top_k).values[-1], -math.inf)
    return torch.softmax(logits / temperature, dim=0)


@misconception(
    "next_probabilities",
    "topk cannot take more than there are: a top_k larger than the vocabulary means all of it, min(top_k,"
    " len(logits)).",
)
def more_than_there_are(logits, temperature=1.0, top_k=None):
    if temperature < 0 or (top_k is not None and top_k < 1):
        raise ValueError
    if temperature == 0:
        return nn.functional.one_hot(logits.argmax(), len(logits)).to(logits.dtype)
    if top_k is not None:
        logits = logits.masked_fill(logits < logits.topk(top_k).values[-1], -math.inf)
    return torch.softmax(logits / temperature, dim=0)


@misconception(
    "next_probabilities",
    "At temperature 0 the *id* of the largest logit comes back. A vector of probabilities is asked for, "
    "with a 1 at this id.",
)
def greedy_id(logits, temperature=1.0, top_k=None):
    if temperature < 0 or (top_k is not None and top_k < 1):
        raise ValueError
    if temperature == 0:
        return logits.argmax()
    if top_k is not None and top_k < len(logits):
        logits = logits.masked_fill(logits < logits.topk(top_k).values[-1], -math.inf)
    return torch.softmax(logits / temperature, dim=0)


@misconception(
    "next_probabilities",
    "The argument itself was changed. Work on a copy, or let masked_fill make one.",
)
def argument_changed(logits, temperature=1.0, top_k=None):
    if temperature < 0 or (top_k is not None and top_k < 1):
        raise ValueError
    if temperature == 0:
        return nn.functional.one_hot(logits.argmax(), len(logits)).to(logits.dtype)
    if top_k is not None and top_k < len(logits):
        logits[logits < logits.topk(top_k).values[-1]] = -math.inf
    return torch.softmax(logits / temperature, dim=0)


@variant("next_probabilities")
def by_sorting(logits, temperature=1.0, top_k=None):
    if temperature < 0:
        raise ValueError("the temperature is below 0")
    if top_k is not None and top_k < 1:
        raise ValueError("top_k is below 1")
    p = torch.zeros_like(logits)
    if temperature == 0:
        p[torch.argmax(logits)] = 1.0
        return p
    order = torch.argsort(logits, descending=True)[:top_k]
    kept = logits[order] - logits[order[0]]
    e = torch.exp(kept / temperature)
    p[order] = e / e.sum()
    return p


@variant("next_probabilities")
def left_out_after_the_softmax(logits, temperature=1.0, top_k=None):
    if temperature < 0 or (top_k is not None and top_k <= 0):
        raise ValueError("out of range")
    if temperature == 0:
        return (torch.arange(len(logits)) == logits.argmax()).to(logits.dtype)
    p = torch.softmax(logits / temperature, dim=-1)
    if top_k is not None:
        values, places = torch.topk(p, min(top_k, len(p)))
        p = torch.zeros_like(p).scatter(0, places, values / values.sum())
    return p


@misconception(
    "generate",
    "The model forgets: every step starts from zero state and sees one character only. Hand the state on.",
)
@torch.no_grad()
def forgets_at_every_step(model, prompt, length, temperature=1.0, top_k=None, seed=0):
    model.eval()
    generator = torch.Generator().manual_seed(seed)
    written, ids = [], prompt
    for _ in range(length):
        logits, _ = model(ids[None], None)
        p = next_probabilities(logits[0, -1], temperature, top_k)
        ids = torch.multinomial(p, 1, generator=generator)
        written.append(int(ids))
    return torch.tensor(written, dtype=torch.int64)


@misconception(
    "generate",
    "Only the last character of the prompt was read. The whole prompt goes through the model first.",
)
@torch.no_grad()
def end_of_the_prompt_only(model, prompt, length, temperature=1.0, top_k=None, seed=0):
    model.eval()
    generator = torch.Generator().manual_seed(seed)
    written, ids, state = [], prompt[-1:], None
    for _ in range(length):
        logits, state = model(ids[None], state)
        p = next_probabilities(logits[0, -1], temperature, top_k)
        ids = torch.multinomial(p, 1, generator=generator)
        written.append(int(ids))
    return torch.tensor(written, dtype=torch.int64)


@misconception(
    "generate",
    "The end of the prompt was read twice, once with the prompt and once as the first input after it.",
)
@torch.no_grad()
def end_of_the_prompt_twice(model, prompt, length, temperature=1.0, top_k=None, seed=0):
    model.eval()
    generator = torch.Generator().manual_seed(seed)
    _, state = model(prompt[None], None)
    written, ids = [], prompt[-1:]
    for _ in range(length):
        logits, state = model(ids[None], state)
        p = next_probabilities(logits[0, -1], temperature, top_k)
        ids = torch.multinomial(p, 1, generator=generator)
        written.append(int(ids))
    return torch.tensor(written, dtype=torch.int64)


@misconception("generate", "The prompt is part of the result. Only what was written is asked for.")
@torch.no_grad()
def prompt_returned_too(model, prompt, length, temperature=1.0, top_k=None, seed=0):
    model.eval()
    generator = torch.Generator().manual_seed(seed)
    written, ids, state = prompt.tolist(), prompt, None
    for _ in range(length):
        logits, state = model(ids[None], state)
        p = next_probabilities(logits[0, -1], temperature, top_k)
        ids = torch.multinomial(p, 1, generator=generator)
        written.append(int(ids))
    return torch.tensor(written, dtype=torch.int64)


@misconception(
    "generate", "The likeliest character is always taken: nothing is drawn, and the text soon repeats itself."
)
@torch.no_grad()
def always_the_likeliest(model, prompt, length, temperature=1.0, top_k=None, seed=0):
    model.eval()
    written, ids, state = [], prompt, None
    for _ in range(length):
        logits, state = model(ids[None], state)
        ids = logits[0, -1].argmax()[None]
        written.append(int(ids))
    return torch.tensor(written, dtype=torch.int64)


@misconception("generate", "temperature and top_k are not handed to next_probabilities.")
@torch.no_grad()
def settings_ignored(model, prompt, length, temperature=1.0, top_k=None, seed=0):
    model.eval()
    generator = torch.Generator().manual_seed(seed)
    written, ids, state = [], prompt, None
    for _ in range(length):
        logits, state = model(ids[None], state)
        ids = torch.multinomial(next_probabilities(logits[0, -1]), 1, generator=generator)
        written.append(int(ids))
    return torch.tensor(written, dtype=torch.int64)


@misconception("generate", "Dropout is still on: the model must be in evaluation mode when it writes.")
@torch.no_grad()
def in_training_mode(model, prompt, length, temperature=1.0, top_k=None, seed=0):
    model.train()
    generator = torch.Generator().manual_seed(seed)
    written, ids, state = [], prompt, None
    for _ in range(length):
        logits, state = model(ids[None], state)
        p = next_probabilities(logits[0, -1], temperature, top_k)
        ids = torch.multinomial(p, 1, generator=generator)
        written.append(int(ids))
    return torch.tensor(written, dtype=torch.int64)


@misconception(
    "generate",
    "Every step starts from the state after the prompt: the new state is thrown away, so nothing that was written "
    "is remembered. logits, state = model(…) in every step.",
)
def state_of_the_prompt(model, prompt, length, temperature=1.0, top_k=None, seed=0):
    model.eval()
    g = torch.Generator().manual_seed(seed)
    out = []
    with torch.no_grad():
        logits, state = model(prompt[None], None)
        for _ in range(length):
            i = torch.multinomial(next_probabilities(logits[0, -1], temperature, top_k), 1, generator=g)
            out.append(i.item())
            logits, _ = model(i[None], state)
    return torch.tensor(out, dtype=torch.int64)


@misconception(
    "generate",
    "The logits of the first place were used. What comes next stands at the last one, logits[0, -1].",
)
def logits_of_the_first_place(model, prompt, length, temperature=1.0, top_k=None, seed=0):
    model.eval()
    g = torch.Generator().manual_seed(seed)
    out, ids, state = [], prompt, None
    with torch.no_grad():
        for _ in range(length):
            logits, state = model(ids[None], state)
            ids = torch.multinomial(next_probabilities(logits[0, 0], temperature, top_k), 1, generator=g)
            out.append(ids.item())
    return torch.tensor(out, dtype=torch.int64)


@misconception(
    "generate",
    "The whole text is read again in every step, and the state of all of it is handed on as well: everything "
    "counts twice. With a state only the newest id is the input.",
)
def text_read_again(model, prompt, length, temperature=1.0, top_k=None, seed=0):
    model.eval()
    g = torch.Generator().manual_seed(seed)
    text, state = prompt, None
    with torch.no_grad():
        for _ in range(length):
            logits, state = model(text[None], state)
            text = torch.cat(
                [
                    text,
                    torch.multinomial(next_probabilities(logits[0, -1], temperature, top_k), 1, generator=g),
                ]
            )
    return text[len(prompt) :]


@misconception(
    "generate",
    "The generator is seeded anew for every character, so that all are drawn with the same random number."
    " Make it once, before the loop.",
)
@torch.no_grad()
def generator_anew(model, prompt, length, temperature=1.0, top_k=None, seed=0):
    model.eval()
    written, ids, state = [], prompt, None
    for _ in range(length):
        generator = torch.Generator().manual_seed(seed)
        logits, state = model(ids[None], state)
        p = next_probabilities(logits[0, -1], temperature, top_k)
        ids = torch.multinomial(p, 1, generator=generator)
        written.append(int(ids))
    return torch.tensor(written, dtype=torch.int64)


@misconception(
    "generate",
    "The seed is not used: hand torch.multinomial a generator of its own, "
    "torch.Generator().manual_seed(seed).",
)
@torch.no_grad()
def seed_not_used(model, prompt, length, temperature=1.0, top_k=None, seed=0):
    model.eval()
    written, ids, state = [], prompt, None
    for _ in range(length):
        logits, state = model(ids[None], state)
        ids = torch.multinomial(next_probabilities(logits[0, -1], temperature, top_k), 1)
        written.append(int(ids))
    return torch.tensor(written, dtype=torch.int64)


@misconception(
    "generate",
    "One character too many was written: the one after the prompt counts already.",
)
@torch.no_grad()
def one_too_many(model, prompt, length, temperature=1.0, top_k=None, seed=0):
    model.eval()
    generator = torch.Generator().manual_seed(seed)
    written, ids, state = [], prompt, None
    for _ in range(length + 1):
        logits, state = model(ids[None], state)
        ids = torch.multinomial(next_probabilities(logits[0, -1], temperature, top_k), 1, generator=generator)
        written.append(int(ids))
    return torch.tensor(written, dtype=torch.int64)


@misconception(
    "generate",
    "With length 0 nothing is written, and torch.tensor([]) holds floats. Ids are int64 also then: "
    "torch.tensor(written, dtype=torch.int64).",
)
@torch.no_grad()
def floats_when_empty(model, prompt, length, temperature=1.0, top_k=None, seed=0):
    model.eval()
    generator = torch.Generator().manual_seed(seed)
    written, ids, state = [], prompt, None
    for _ in range(length):
        logits, state = model(ids[None], state)
        ids = torch.multinomial(next_probabilities(logits[0, -1], temperature, top_k), 1, generator=generator)
        written.append(int(ids))
    return torch.tensor(written)


@misconception(
    "generate",
    "The model was given ids without the axis of a batch, (t,) instead of (1, t): model(ids[None], state).",
)
@torch.no_grad()
def without_a_batch_axis(model, prompt, length, temperature=1.0, top_k=None, seed=0):
    model.eval()
    generator = torch.Generator().manual_seed(seed)
    written, ids, state = [], prompt, None
    for _ in range(length):
        logits, state = model(ids, state)
        ids = torch.multinomial(next_probabilities(logits[-1], temperature, top_k), 1, generator=generator)
        written.append(int(ids))
    return torch.tensor(written, dtype=torch.int64)


@misconception(
    "generate",
    "The temperature is used twice: next_probabilities divides by it already.",
)
@torch.no_grad()
def temperature_used_twice(model, prompt, length, temperature=1.0, top_k=None, seed=0):
    model.eval()
    generator = torch.Generator().manual_seed(seed)
    written, ids, state = [], prompt, None
    for _ in range(length):
        logits, state = model(ids[None], state)
        last = logits[0, -1] / temperature if temperature else logits[0, -1]
        ids = torch.multinomial(next_probabilities(last, temperature, top_k), 1, generator=generator)
        written.append(int(ids))
    return torch.tensor(written, dtype=torch.int64)


@variant("generate")
@torch.no_grad()
def by_a_threshold(model, prompt, length, temperature=1.0, top_k=None, seed=0):
    model.eval()
    generator = torch.Generator().manual_seed(seed)
    written = torch.zeros(length, dtype=torch.int64)
    logits, state = model(prompt.unsqueeze(0), None)
    for place in range(length):
        p = next_probabilities(logits[0, -1], temperature, top_k).double()
        threshold = torch.rand(1, generator=generator, dtype=torch.float64) * p.sum()
        written[place] = torch.searchsorted(p.cumsum(0), threshold, right=True).clamp(max=len(p) - 1)
        logits, state = model(written[place].reshape(1, 1), state)
    return written


@variant("generate")
def reading_letter_by_letter(model, prompt, length, temperature=1.0, top_k=None, seed=0):
    model.eval()
    generator = torch.Generator().manual_seed(seed)
    state, written = None, []
    with torch.no_grad():
        for number in prompt.tolist():
            logits, state = model(torch.tensor([[number]]), state)
        while len(written) < length:
            p = next_probabilities(logits[0, 0], temperature, top_k)
            written.append(torch.multinomial(p, 1, generator=generator).item())
            logits, state = model(torch.tensor([[written[-1]]]), state)
    return torch.tensor(written, dtype=torch.int64)
