"""Answers to transformer.py: wrong ones with what went wrong, and right ones in another style."""

import torch
from torch.nn import functional

from course.testing import misconception, variant
from day15_sequence.transformer import (
    causal_mask,
    multi_head_attention,
    next_probabilities,
    sinusoidal_positions,
)


@misconception(
    "Block.forward",
    "The norm comes after the addition (post-norm, as in 2017). Here each branch begins with it.",
)
def post_norm(self, x, mask=None):
    weights = (layer.weight for layer in (self.query, self.key, self.value, self.out))
    attended, _ = multi_head_attention(x, x, *weights, self.heads, mask)
    x = self.norm1(x + self.dropout(attended))
    return self.norm2(x + self.dropout(self.contract(torch.relu(self.expand(x)))))


@misconception(
    "Block.forward", "The residual paths are missing: what a branch computes must be added to its input."
)
def without_residuals(self, x, mask=None):
    normed = self.norm1(x)
    weights = (layer.weight for layer in (self.query, self.key, self.value, self.out))
    attended, _ = multi_head_attention(normed, normed, *weights, self.heads, mask)
    x = self.dropout(attended)
    return self.dropout(self.contract(torch.relu(self.expand(self.norm2(x)))))


@misconception("Block.forward", "Dropout was created but never applied.")
def dropout_never_applied(self, x, mask=None):
    normed = self.norm1(x)
    weights = (layer.weight for layer in (self.query, self.key, self.value, self.out))
    attended, _ = multi_head_attention(normed, normed, *weights, self.heads, mask)
    x = x + attended
    return x + self.contract(torch.relu(self.expand(self.norm2(x))))


@misconception(
    "Block.forward",
    "Only the queries come from the normalised x, keys and values from x itself. All three come from norm1(x).",
)
def memory_not_normalised(self, x, mask=None):
    weights = (layer.weight for layer in (self.query, self.key, self.value, self.out))
    attended, _ = multi_head_attention(self.norm1(x), x, *weights, self.heads, mask)
    x = x + self.dropout(attended)
    return x + self.dropout(self.contract(torch.relu(self.expand(self.norm2(x)))))


@misconception("Block.forward", "The mask is not handed on to the attention.")
def mask_not_handed_on(self, x, mask=None):
    normed = self.norm1(x)
    weights = (layer.weight for layer in (self.query, self.key, self.value, self.out))
    attended, _ = multi_head_attention(normed, normed, *weights, self.heads)
    x = x + self.dropout(attended)
    return x + self.dropout(self.contract(torch.relu(self.expand(self.norm2(x)))))


@misconception(
    "Block.forward",
    "The normalised x replaced x on the residual path: x itself goes on, only the branch is normalised.",
)
def normed_residual(self, x, mask=None):
    x = self.norm1(x)
    weights = (layer.weight for layer in (self.query, self.key, self.value, self.out))
    attended, _ = multi_head_attention(x, x, *weights, self.heads, mask)
    x = self.norm2(x + self.dropout(attended))
    return x + self.dropout(self.contract(torch.relu(self.expand(x))))


@misconception(
    "Block.forward",
    "What the second branch adds is added to the input of the block: the sum of the first branch is lost. The second "
    "sum begins with the first one.",
)
def first_sum_lost(self, x, mask=None):
    normed = self.norm1(x)
    weights = (layer.weight for layer in (self.query, self.key, self.value, self.out))
    attended, _ = multi_head_attention(normed, normed, *weights, self.heads, mask)
    y = x + self.dropout(attended)
    return x + self.dropout(self.contract(torch.relu(self.expand(self.norm2(y)))))


@misconception("Block.forward", "Without the ReLU the two linear layers of the MLP are one.")
def without_relu(self, x, mask=None):
    normed = self.norm1(x)
    weights = (layer.weight for layer in (self.query, self.key, self.value, self.out))
    attended, _ = multi_head_attention(normed, normed, *weights, self.heads, mask)
    x = x + self.dropout(attended)
    return x + self.dropout(self.contract(self.expand(self.norm2(x))))


@misconception(
    "Block.forward",
    "Dropout is applied to the sums, so that it drops parts of x itself. It belongs to what a branch "
    "adds: x + dropout(branch).",
)
def sums_dropped(self, x, mask=None):
    normed = self.norm1(x)
    weights = (layer.weight for layer in (self.query, self.key, self.value, self.out))
    attended, _ = multi_head_attention(normed, normed, *weights, self.heads, mask)
    x = self.dropout(x + attended)
    return self.dropout(x + self.contract(torch.relu(self.expand(self.norm2(x)))))


@misconception(
    "Block.forward",
    "`x += …` writes into the argument, which must come back unchanged (and PyTorch forbids it for a leaf"
    " that wants a gradient). Write `x = x + …`.",
)
def added_in_place(self, x, mask=None):
    normed = self.norm1(x)
    weights = (layer.weight for layer in (self.query, self.key, self.value, self.out))
    attended, _ = multi_head_attention(normed, normed, *weights, self.heads, mask)
    x += self.dropout(attended)
    return x + self.dropout(self.contract(torch.relu(self.expand(self.norm2(x)))))


@misconception(
    "Block.forward",
    "Dropout stands at the end of only one of the two branches. Both need it: the attention and the MLP.",
    dropped=("attention", "mlp"),
)
def one_branch_dropped(self, x, mask=None, *, dropped="attention"):
    normed = self.norm1(x)
    weights = (layer.weight for layer in (self.query, self.key, self.value, self.out))
    attended, _ = multi_head_attention(normed, normed, *weights, self.heads, mask)
    x = x + (self.dropout(attended) if dropped == "attention" else attended)
    thought = self.contract(torch.relu(self.expand(self.norm2(x))))
    return x + (self.dropout(thought) if dropped == "mlp" else thought)


@misconception(
    "Block.forward",
    "The dropout of the MLP stands between its two layers. It comes at the end of the branch, after "
    "`contract`.",
)
def hidden_layer_dropped(self, x, mask=None):
    normed = self.norm1(x)
    weights = (layer.weight for layer in (self.query, self.key, self.value, self.out))
    attended, _ = multi_head_attention(normed, normed, *weights, self.heads, mask)
    x = x + self.dropout(attended)
    return x + self.contract(self.dropout(torch.relu(self.expand(self.norm2(x)))))


@misconception(
    "Block.forward",
    "This is GELU, as in many transformers; here the MLP has a ReLU between its two layers.",
    approximate=("none", "tanh"),
)
def gelu_for_relu(self, x, mask=None, *, approximate="none"):
    normed = self.norm1(x)
    weights = (layer.weight for layer in (self.query, self.key, self.value, self.out))
    attended, _ = multi_head_attention(normed, normed, *weights, self.heads, mask)
    x = x + self.dropout(attended)
    hidden = functional.gelu(self.expand(self.norm2(x)), approximate=approximate)
    return x + self.dropout(self.contract(hidden))


@misconception(
    "Block.forward",
    "multi_head_attention was given the layers. It takes their weights: `self.query.weight` and so on.",
)
def layers_for_weights(self, x, mask=None):
    normed = self.norm1(x)
    layers = (self.query, self.key, self.value, self.out)
    attended, _ = multi_head_attention(normed, normed, *layers, self.heads, mask)
    x = x + self.dropout(attended)
    return x + self.dropout(self.contract(torch.relu(self.expand(self.norm2(x)))))


@misconception(
    "Block.forward",
    "x goes through `query` and `key` twice: multi_head_attention multiplies by their weights itself, so "
    "hand it norm1(x) for both.",
)
def projected_twice(self, x, mask=None):
    normed = self.norm1(x)
    weights = (layer.weight for layer in (self.query, self.key, self.value, self.out))
    attended, _ = multi_head_attention(self.query(normed), self.key(normed), *weights, self.heads, mask)
    x = x + self.dropout(attended)
    return x + self.dropout(self.contract(torch.relu(self.expand(self.norm2(x)))))


@misconception(
    "Block.forward",
    "multi_head_attention returns two things, the result and the weights of the attention. Only the first"
    " goes on: `attended, _ = …`.",
)
def both_results_taken(self, x, mask=None):
    normed = self.norm1(x)
    weights = (layer.weight for layer in (self.query, self.key, self.value, self.out))
    attended = multi_head_attention(normed, normed, *weights, self.heads, mask)
    x = x + self.dropout(attended)
    return x + self.dropout(self.contract(torch.relu(self.expand(self.norm2(x)))))


@misconception(
    "Block.forward",
    "Both branches use norm1. The MLP has a norm of its own, norm2.",
)
def norm1_for_both(self, x, mask=None):
    normed = self.norm1(x)
    weights = (layer.weight for layer in (self.query, self.key, self.value, self.out))
    attended, _ = multi_head_attention(normed, normed, *weights, self.heads, mask)
    x = x + self.dropout(attended)
    return x + self.dropout(self.contract(torch.relu(self.expand(self.norm1(x)))))


@misconception(
    "Block.forward",
    "The branch of the MLP is not normalised: it begins with norm2(x).",
)
def norm2_missing(self, x, mask=None):
    normed = self.norm1(x)
    weights = (layer.weight for layer in (self.query, self.key, self.value, self.out))
    attended, _ = multi_head_attention(normed, normed, *weights, self.heads, mask)
    x = x + self.dropout(attended)
    return x + self.dropout(self.contract(torch.relu(self.expand(x))))


@misconception(
    "Block.forward",
    "One of the two residual paths is missing. Each branch is added to what it was given: x = x + branch,"
    " twice.",
    kept=("attention", "mlp"),
)
def one_residual_missing(self, x, mask=None, *, kept="attention"):
    normed = self.norm1(x)
    weights = (layer.weight for layer in (self.query, self.key, self.value, self.out))
    attended, _ = multi_head_attention(normed, normed, *weights, self.heads, mask)
    x = self.dropout(attended) + (x if kept == "attention" else 0)
    thought = self.dropout(self.contract(torch.relu(self.expand(self.norm2(x)))))
    return thought + (x if kept == "mlp" else 0)


@misconception(
    "Block.forward",
    "Both branches start from the same x. The MLP comes second: it works on x after the attention has "
    "been added.",
)
def side_by_side(self, x, mask=None):
    normed = self.norm1(x)
    weights = (layer.weight for layer in (self.query, self.key, self.value, self.out))
    attended, _ = multi_head_attention(normed, normed, *weights, self.heads, mask)
    thought = self.contract(torch.relu(self.expand(self.norm2(x))))
    return x + self.dropout(attended) + self.dropout(thought)


@variant("Block.forward")
def branch_by_branch(self, x, mask=None):
    a = self.norm1(x)
    projections = [self.query.weight, self.key.weight, self.value.weight, self.out.weight]
    mixed = multi_head_attention(a, a, *projections, heads=self.heads, mask=mask)[0]
    mixed = self.dropout(mixed) + x
    thought = self.contract(functional.relu(self.expand(self.norm2(mixed))))
    return self.dropout(thought) + mixed


@variant("Block.forward")
def with_functional_dropout(self, x, mask=None):
    normed = self.norm1(x)
    out, _ = multi_head_attention(
        normed,
        normed,
        self.query.weight,
        self.key.weight,
        self.value.weight,
        self.out.weight,
        self.heads,
        mask,
    )
    x = x + functional.dropout(out, self.dropout.p, self.training)
    hidden = self.expand(self.norm2(x)).clamp(min=0)
    return x + functional.dropout(self.contract(hidden), self.dropout.p, self.training)


@misconception("Transformer.forward", "There is no mask: every place sees the character it is to predict.")
def looks_ahead(self, ids, state=None):
    length = ids.shape[1]
    if length > self.context:
        raise ValueError
    x = self.embedding(ids)
    x = self.dropout(x + sinusoidal_positions(length, x.shape[-1]).to(x))
    for block in self.blocks:
        x = block(x)
    return self.out(self.norm(x)), ()


@misconception(
    "Transformer.forward", "The positions are missing: without them the order of the past does not matter."
)
def without_positions(self, ids, state=None):
    length = ids.shape[1]
    if length > self.context:
        raise ValueError
    x = self.dropout(self.embedding(ids))
    mask = causal_mask(length, length)
    for block in self.blocks:
        x = block(x, mask)
    return self.out(self.norm(x)), ()


@misconception(
    "Transformer.forward",
    "The norm before the last layer is missing: in a pre-norm network nothing else bounds x.",
)
def without_the_last_norm(self, ids, state=None):
    length = ids.shape[1]
    if length > self.context:
        raise ValueError
    x = self.embedding(ids)
    x = self.dropout(x + sinusoidal_positions(length, x.shape[-1]).to(x))
    mask = causal_mask(length, length)
    for block in self.blocks:
        x = block(x, mask)
    return self.out(x), ()


@misconception(
    "Transformer.forward", "Only one block is used: x must go through all of them, one after the other."
)
def one_block(self, ids, state=None):
    length = ids.shape[1]
    if length > self.context:
        raise ValueError
    x = self.embedding(ids)
    x = self.dropout(x + sinusoidal_positions(length, x.shape[-1]).to(x))
    x = self.blocks[0](x, causal_mask(length, length))
    return self.out(self.norm(x)), ()


@misconception("Transformer.forward", "The dropout after embedding and positions is missing.")
def embedding_not_dropped(self, ids, state=None):
    length = ids.shape[1]
    if length > self.context:
        raise ValueError
    x = self.embedding(ids)
    x = x + sinusoidal_positions(length, x.shape[-1]).to(x)
    mask = causal_mask(length, length)
    for block in self.blocks:
        x = block(x, mask)
    return self.out(self.norm(x)), ()


@misconception(
    "Transformer.forward",
    "Probabilities, or their logarithms, come back instead of logits: the softmax belongs to the loss.",
    last=("softmax", "log_softmax"),
)
def probabilities(self, ids, state=None, *, last="softmax"):
    length = ids.shape[1]
    if length > self.context:
        raise ValueError
    x = self.embedding(ids)
    x = self.dropout(x + sinusoidal_positions(length, x.shape[-1]).to(x))
    mask = causal_mask(length, length)
    for block in self.blocks:
        x = block(x, mask)
    return getattr(torch, last)(self.out(self.norm(x)), dim=-1), ()


@misconception(
    "Transformer.forward",
    "Only the logits come back. Two things are asked for, the logits and an empty state: `return logits, "
    "()`.",
)
def logits_only(self, ids, state=None):
    length = ids.shape[1]
    if length > self.context:
        raise ValueError
    x = self.embedding(ids)
    x = self.dropout(x + sinusoidal_positions(length, x.shape[-1]).to(x))
    mask = causal_mask(length, length)
    for block in self.blocks:
        x = block(x, mask)
    return self.out(self.norm(x))


@misconception(
    "Transformer.forward",
    "The mask is upside down: True means *may look*, and every place sees only what comes after it. "
    "`causal_mask` makes the right one.",
)
def sees_only_what_comes(self, ids, state=None):
    length = ids.shape[1]
    if length > self.context:
        raise ValueError
    x = self.embedding(ids)
    x = self.dropout(x + sinusoidal_positions(length, x.shape[-1]).to(x))
    mask = ~causal_mask(length, length)
    for block in self.blocks:
        x = block(x, mask)
    return self.out(self.norm(x)), ()


@misconception(
    "Transformer.forward",
    "The positions are added again in front of every block. They are added once, to the embedding.",
)
def positions_in_every_block(self, ids, state=None):
    length = ids.shape[1]
    if length > self.context:
        raise ValueError
    x = self.embedding(ids)
    positions = sinusoidal_positions(length, x.shape[-1]).to(x)
    x, mask = self.dropout(x + positions), causal_mask(length, length)
    for number, block in enumerate(self.blocks):
        x = block(x + positions if number else x, mask)
    return self.out(self.norm(x)), ()


@misconception(
    "Transformer.forward",
    "The embedding was multiplied by √width, as in the paper of 2017. Here the positions are added to it "
    "as it is.",
)
def embedding_scaled(self, ids, state=None):
    length = ids.shape[1]
    if length > self.context:
        raise ValueError
    x = self.embedding(ids) * self.embedding.embedding_dim**0.5
    x = self.dropout(x + sinusoidal_positions(length, x.shape[-1]).to(x))
    mask = causal_mask(length, length)
    for block in self.blocks:
        x = block(x, mask)
    return self.out(self.norm(x)), ()


@misconception(
    "Transformer.forward",
    "The dropout comes before the positions are added. It is applied to the sum of embedding and positions.",
)
def positions_not_dropped(self, ids, state=None):
    length = ids.shape[1]
    if length > self.context:
        raise ValueError
    x = self.dropout(self.embedding(ids))
    x = x + sinusoidal_positions(length, x.shape[-1]).to(x)
    mask = causal_mask(length, length)
    for block in self.blocks:
        x = block(x, mask)
    return self.out(self.norm(x)), ()


@variant("Transformer.forward")
def with_a_batched_mask(self, ids, state=None):
    batch, length = ids.shape
    if length > self.context:
        raise ValueError(f"at most {self.context} places")
    x = self.embedding.weight[ids]
    positions = sinusoidal_positions(self.context, x.shape[-1]).to(x.dtype)[:length]
    x = self.dropout(x + positions.expand(batch, -1, -1))
    mask = causal_mask(length, length).expand(batch, 1, length, length)
    for number in range(len(self.blocks)):
        x = self.blocks[number](x, mask)
    return self.out(self.norm(x)), ()


@variant("Transformer.forward")
def with_its_own_triangle(self, ids, state=None):
    length = ids.shape[-1]
    if not length <= self.context:
        raise ValueError("too long")
    x = self.embedding(ids)
    x = x + sinusoidal_positions(length, self.embedding.embedding_dim).double().to(x.dtype)
    x = self.dropout(x)
    mask = torch.tril(torch.ones(length, length, dtype=torch.bool))
    for block in self.blocks:
        x = block(x, mask=mask)
    x = self.norm(x)
    return [self.out(x), ()]


@misconception(
    "continue_prompt", "The text grows beyond the context. Only its last model.context ids fit in."
)
@torch.no_grad()
def context_ignored(model, prompt, length, temperature=1.0, top_k=None, seed=0):
    model.eval()
    generator = torch.Generator().manual_seed(seed)
    ids = prompt
    for _ in range(length):
        logits, _ = model(ids[None])
        p = next_probabilities(logits[0, -1], temperature, top_k)
        ids = torch.cat([ids, torch.multinomial(p, 1, generator=generator)])
    return ids


@misconception(
    "continue_prompt",
    "The *first* ids that fit are kept: the model then never sees what it has just written.",
)
@torch.no_grad()
def first_places_kept(model, prompt, length, temperature=1.0, top_k=None, seed=0):
    model.eval()
    generator = torch.Generator().manual_seed(seed)
    ids = prompt
    for _ in range(length):
        logits, _ = model(ids[None, : model.context])
        p = next_probabilities(logits[0, -1], temperature, top_k)
        ids = torch.cat([ids, torch.multinomial(p, 1, generator=generator)])
    return ids


@misconception(
    "continue_prompt",
    "Only the last character is shown to the model, as to a recurrent one. A transformer has no state: show it "
    "everything.",
)
@torch.no_grad()
def last_character_only(model, prompt, length, temperature=1.0, top_k=None, seed=0):
    model.eval()
    generator = torch.Generator().manual_seed(seed)
    ids, shown = prompt, prompt[-model.context :]
    for _ in range(length):
        logits, _ = model(shown[None])
        p = next_probabilities(logits[0, -1], temperature, top_k)
        shown = torch.multinomial(p, 1, generator=generator)
        ids = torch.cat([ids, shown])
    return ids


@misconception(
    "continue_prompt", "The logits of the first place were used; what comes next stands at the last place."
)
@torch.no_grad()
def first_logits(model, prompt, length, temperature=1.0, top_k=None, seed=0):
    model.eval()
    generator = torch.Generator().manual_seed(seed)
    ids = prompt
    for _ in range(length):
        logits, _ = model(ids[None, -model.context :])
        p = next_probabilities(logits[0, 0], temperature, top_k)
        ids = torch.cat([ids, torch.multinomial(p, 1, generator=generator)])
    return ids


@misconception("continue_prompt", "The prompt is missing in front of what was written.")
@torch.no_grad()
def prompt_missing(model, prompt, length, temperature=1.0, top_k=None, seed=0):
    model.eval()
    generator = torch.Generator().manual_seed(seed)
    ids = prompt
    for _ in range(length):
        logits, _ = model(ids[None, -model.context :])
        p = next_probabilities(logits[0, -1], temperature, top_k)
        ids = torch.cat([ids, torch.multinomial(p, 1, generator=generator)])
    return ids[len(prompt) :]


@misconception("continue_prompt", "Dropout is still on: the model must be in evaluation mode when it writes.")
@torch.no_grad()
def in_training_mode(model, prompt, length, temperature=1.0, top_k=None, seed=0):
    model.train()
    generator = torch.Generator().manual_seed(seed)
    ids = prompt
    for _ in range(length):
        logits, _ = model(ids[None, -model.context :])
        p = next_probabilities(logits[0, -1], temperature, top_k)
        ids = torch.cat([ids, torch.multinomial(p, 1, generator=generator)])
    return ids


@misconception(
    "continue_prompt",
    "The generator is seeded anew for every character, so that all are drawn with the same random number."
    " Make it once, before the loop.",
)
@torch.no_grad()
def generator_anew(model, prompt, length, temperature=1.0, top_k=None, seed=0):
    model.eval()
    ids = prompt
    for _ in range(length):
        generator = torch.Generator().manual_seed(seed)
        logits, _ = model(ids[None, -model.context :])
        p = next_probabilities(logits[0, -1], temperature, top_k)
        ids = torch.cat([ids, torch.multinomial(p, 1, generator=generator)])
    return ids


@misconception(
    "continue_prompt",
    "The seed is not used: hand torch.multinomial a generator of its own, "
    "torch.Generator().manual_seed(seed).",
)
@torch.no_grad()
def seed_not_used(model, prompt, length, temperature=1.0, top_k=None, seed=0):
    model.eval()
    ids = prompt
    for _ in range(length):
        logits, _ = model(ids[None, -model.context :])
        p = next_probabilities(logits[0, -1], temperature, top_k)
        ids = torch.cat([ids, torch.multinomial(p, 1)])
    return ids


@misconception(
    "continue_prompt",
    "The axis of the batch is still there. The model needs it, `ids[None]`; the result is one row of ids,"
    " (p + length,).",
)
@torch.no_grad()
def batch_axis_left(model, prompt, length, temperature=1.0, top_k=None, seed=0):
    model.eval()
    generator = torch.Generator().manual_seed(seed)
    ids = prompt[None]
    for _ in range(length):
        logits, _ = model(ids[:, -model.context :])
        p = next_probabilities(logits[0, -1], temperature, top_k)
        ids = torch.cat([ids, torch.multinomial(p, 1, generator=generator)[None]], dim=1)
    return ids


@misconception(
    "continue_prompt",
    "The model was given ids without the axis of a batch, (t,) instead of (1, t): model(ids[None]).",
)
@torch.no_grad()
def without_a_batch_axis(model, prompt, length, temperature=1.0, top_k=None, seed=0):
    model.eval()
    generator = torch.Generator().manual_seed(seed)
    ids = prompt
    for _ in range(length):
        logits, _ = model(ids[-model.context :])
        p = next_probabilities(logits[-1], temperature, top_k)
        ids = torch.cat([ids, torch.multinomial(p, 1, generator=generator)])
    return ids


@misconception(
    "continue_prompt",
    "The likeliest character is always taken: nothing is drawn, and the text soon repeats itself.",
)
@torch.no_grad()
def always_the_likeliest(model, prompt, length, temperature=1.0, top_k=None, seed=0):
    model.eval()
    ids = prompt
    for _ in range(length):
        logits, _ = model(ids[None, -model.context :])
        ids = torch.cat([ids, logits[0, -1].argmax()[None]])
    return ids


@misconception(
    "continue_prompt",
    "temperature and top_k are not handed to next_probabilities.",
)
@torch.no_grad()
def settings_ignored(model, prompt, length, temperature=1.0, top_k=None, seed=0):
    model.eval()
    generator = torch.Generator().manual_seed(seed)
    ids = prompt
    for _ in range(length):
        logits, _ = model(ids[None, -model.context :])
        ids = torch.cat([ids, torch.multinomial(next_probabilities(logits[0, -1]), 1, generator=generator)])
    return ids


@misconception(
    "continue_prompt",
    "The model sees one id less than fits in. The last model.context ids are ids[-model.context :].",
)
@torch.no_grad()
def one_place_too_few(model, prompt, length, temperature=1.0, top_k=None, seed=0):
    model.eval()
    generator = torch.Generator().manual_seed(seed)
    ids = prompt
    for _ in range(length):
        logits, _ = model(ids[None, -(model.context - 1) :])
        p = next_probabilities(logits[0, -1], temperature, top_k)
        ids = torch.cat([ids, torch.multinomial(p, 1, generator=generator)])
    return ids


@misconception(
    "continue_prompt",
    "The text itself was cut to the context. Cut only what the model is shown: the whole prompt and "
    "everything written come back.",
)
@torch.no_grad()
def text_cut(model, prompt, length, temperature=1.0, top_k=None, seed=0):
    model.eval()
    generator = torch.Generator().manual_seed(seed)
    ids = prompt
    for _ in range(length):
        ids = ids[-model.context :]
        logits, _ = model(ids[None])
        p = next_probabilities(logits[0, -1], temperature, top_k)
        ids = torch.cat([ids, torch.multinomial(p, 1, generator=generator)])
    return ids


@variant("continue_prompt")
@torch.no_grad()
def with_a_list(model, prompt, length, temperature=1.0, top_k=None, seed=0):
    model.eval()
    generator = torch.Generator().manual_seed(seed)
    ids = prompt.tolist()
    for _ in range(length):
        seen = torch.tensor([ids[max(0, len(ids) - model.context) :]])
        p = next_probabilities(model(seen)[0][0, -1], temperature, top_k)
        ids.append(torch.multinomial(p, 1, generator=generator).item())
    return torch.tensor(ids, dtype=torch.int64)


@variant("continue_prompt")
def into_a_tensor(model, prompt, length, temperature=1.0, top_k=None, seed=0):
    model.eval()
    generator = torch.Generator().manual_seed(seed)
    start = len(prompt)
    ids = torch.zeros(start + length, dtype=torch.int64)
    ids[:start] = prompt
    with torch.no_grad():
        for place in range(start, start + length):
            logits, _ = model(ids[max(0, place - model.context) : place].unsqueeze(0))
            p = next_probabilities(logits[0, -1], temperature, top_k)
            ids[place] = torch.multinomial(p, 1, generator=generator)[0]
    return ids
