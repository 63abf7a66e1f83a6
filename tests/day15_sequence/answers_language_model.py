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


@misconception("train_step", "The gradient is not clipped: one steep batch can throw the weights away.")
def not_clipped(model, optimizer, x, y, state, max_norm=1.0):
    model.train()
    logits, state = model(x, state)
    loss = cross_entropy(logits.flatten(0, 1), y.flatten())
    optimizer.zero_grad()
    loss.backward()
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
    "train_step", "The optimiser takes its step before the gradient is clipped: then clipping has no effect."
)
def clipped_too_late(model, optimizer, x, y, state, max_norm=1.0):
    model.train()
    logits, state = model(x, state)
    loss = cross_entropy(logits.flatten(0, 1), y.flatten())
    optimizer.step()
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), max_norm)
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
    if temperature == 0:
        p = torch.zeros_like(logits)
        p[logits.argmax()] = 1
        return p
    if top_k is not None:
        logits = logits.topk(top_k).values
    return torch.softmax(logits / temperature, -1)


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
