"""Answers to captioner.py: wrong ones with what went wrong, and right ones in another style."""

import torch

from course.testing import misconception, variant
from day22_captioning.captioner import masked_cross_entropy
from day22_captioning.words import PAD


@misconception(
    "masked_cross_entropy",
    "The filling counts as words: PAD was wanted there and had to be paid for. Leave out what is PAD.",
)
def filling_counts(logits, targets):
    return -logits.log_softmax(dim=2).gather(2, targets[:, :, None]).mean()


@misconception(
    "masked_cross_entropy",
    "The costs of the words were divided by all places, those with PAD too. Divide by the number of words.",
)
def divided_by_all_places(logits, targets):
    log_p = logits.log_softmax(dim=2).gather(2, targets[:, :, None])[:, :, 0]
    return -(log_p * (targets != PAD)).mean()


@misconception(
    "masked_cross_entropy",
    "A mean over each caption was taken first, and then one over the captions. It is one mean over all words.",
)
def mean_of_means(logits, targets):
    log_p = logits.log_softmax(dim=2).gather(2, targets[:, :, None])[:, :, 0]
    real = targets != PAD
    return -((log_p * real).sum(dim=1) / real.sum(dim=1)).mean()


@misconception("masked_cross_entropy", "The sum over all words comes back. The loss is their mean.")
def sum_of_costs(logits, targets):
    log_p = logits.log_softmax(dim=2).gather(2, targets[:, :, None])[:, :, 0]
    return -log_p[targets != PAD].sum()


@misconception(
    "masked_cross_entropy", "The sum was divided by the number of captions, not by that of the words."
)
def divided_by_captions(logits, targets):
    log_p = logits.log_softmax(dim=2).gather(2, targets[:, :, None])[:, :, 0]
    return -log_p[targets != PAD].sum() / len(targets)


@misconception(
    "masked_cross_entropy",
    "The softmax runs over the steps of a caption. It runs over the words of the vocabulary.",
)
def softmax_over_steps(logits, targets):
    log_p = logits.log_softmax(dim=1).gather(2, targets[:, :, None])[:, :, 0]
    return -log_p[targets != PAD].mean()


@misconception("masked_cross_entropy", "The sign is wrong: ln p is negative, and the loss is −ln p.")
def without_the_minus(logits, targets):
    log_p = logits.log_softmax(dim=2).gather(2, targets[:, :, None])[:, :, 0]
    return log_p[targets != PAD].mean()


@misconception(
    "masked_cross_entropy",
    "END was left out too. It is what the network stops by, and has to be learnt like a word: only PAD is left out.",
)
def end_left_out(logits, targets):
    log_p = logits.log_softmax(dim=2).gather(2, targets[:, :, None])[:, :, 0]
    return -log_p[targets > 2].mean()


@misconception(
    "masked_cross_entropy",
    "softmax first and the logarithm afterwards: a probability that is rounded to 0 costs infinity. log_softmax does "
    "both at once.",
)
def logarithm_afterwards(logits, targets):
    p = logits.softmax(dim=2).gather(2, targets[:, :, None])[:, :, 0]
    return -p[targets != PAD].log().mean()


@variant("masked_cross_entropy")
def with_logsumexp(logits, targets):
    words = logits[targets != PAD]
    wanted = targets[targets != PAD]
    return (words.logsumexp(dim=1) - words[torch.arange(len(words)), wanted]).sum() / len(words)


@variant("masked_cross_entropy")
def with_one_hot(logits, targets):
    hot = torch.nn.functional.one_hot(targets, logits.shape[-1]).to(logits.dtype)
    costs = -(hot * torch.log_softmax(logits, dim=-1)).sum(dim=-1)
    mask = (targets != 0).to(logits.dtype)
    return (costs * mask).sum() / mask.sum()


@misconception(
    "CaptionNet.forward",
    "The picture stands before the word in what the GRU reads. The order is: first the word, then the picture.",
)
def picture_first(self, images, ids):
    vector = self.squeeze(self.eye(images).flatten(1))
    words = self.embedding(ids)
    return self.out(self.gru(torch.cat([vector[:, None].expand(-1, words.shape[1], -1), words], dim=2))[0])


@misconception(
    "CaptionNet.forward",
    "The picture is there at the first step only, and zeros at all others. Every step is told about it.",
)
def at_the_first_step_only(self, images, ids):
    vector = self.squeeze(self.eye(images).flatten(1))
    words = self.embedding(ids)
    seen = torch.zeros(*words.shape[:2], vector.shape[1], dtype=vector.dtype)
    seen[:, 0] = vector
    return self.out(self.gru(torch.cat([words, seen], dim=2))[0])


@misconception("CaptionNet.forward", "The image vector goes through a relu. It is squeeze and nothing else.")
def through_a_relu(self, images, ids):
    vector = self.squeeze(self.eye(images).flatten(1)).relu()
    words = self.embedding(ids)
    return self.out(self.gru(torch.cat([words, vector[:, None].expand(-1, words.shape[1], -1)], dim=2))[0])


@misconception(
    "CaptionNet.forward",
    "The features were flattened the other way round. flatten(1) of eye(images) has place after place, each with all "
    "its features.",
)
def feature_by_feature(self, images, ids):
    vector = self.squeeze(self.eye(images).transpose(1, 2).flatten(1))
    words = self.embedding(ids)
    return self.out(self.gru(torch.cat([words, vector[:, None].expand(-1, words.shape[1], -1)], dim=2))[0])


@misconception(
    "CaptionNet.forward",
    "The GRU went through the captions instead of through the words: its first axis is the batch (batch_first).",
)
def batch_taken_for_time(self, images, ids):
    vector = self.squeeze(self.eye(images).flatten(1))
    words = self.embedding(ids)
    steps = torch.cat([words, vector[:, None].expand(-1, words.shape[1], -1)], dim=2)
    return self.out(self.gru(steps.transpose(0, 1))[0].transpose(0, 1))


@misconception("CaptionNet.forward", "Log probabilities come back. Logits are asked for: out(h_t) as it is.")
def log_probabilities(self, images, ids):
    vector = self.squeeze(self.eye(images).flatten(1))
    words = self.embedding(ids)
    steps = torch.cat([words, vector[:, None].expand(-1, words.shape[1], -1)], dim=2)
    return self.out(self.gru(steps)[0]).log_softmax(dim=2)


@misconception(
    "CaptionNet.forward",
    "The last state answers for all steps. Each step has a state of its own: the first part of what the GRU gives.",
)
def last_state_for_all(self, images, ids):
    vector = self.squeeze(self.eye(images).flatten(1))
    words = self.embedding(ids)
    steps = torch.cat([words, vector[:, None].expand(-1, words.shape[1], -1)], dim=2)
    _, last = self.gru(steps)
    return self.out(last[0])[:, None].expand(-1, words.shape[1], -1)


@variant("CaptionNet.forward")
def step_by_step(self, images, ids):
    places = self.eye(images)
    vector = self.squeeze(places.reshape(len(places), -1))
    state, logits = None, []
    for t in range(ids.shape[1]):
        now = torch.cat([self.embedding(ids[:, t]), vector], dim=1)[:, None]
        output, state = self.gru(now, state)
        logits.append(self.out(output[:, 0]))
    return torch.stack(logits, dim=1)


@variant("CaptionNet.forward")
def with_repeat(self, images, ids):
    b, t = ids.shape
    vector = self.squeeze(torch.flatten(self.eye(images), start_dim=1)).unsqueeze(1).repeat(1, t, 1)
    start = torch.zeros(1, b, self.gru.hidden_size, dtype=vector.dtype)
    return self.out(self.gru(torch.concat((self.embedding(ids), vector), -1), start)[0])


@misconception(
    "caption_step",
    "The gradients of earlier steps are still there: zero_grad before backward.",
)
def zero_grad_forgotten(model, optimizer, images, matrix):
    loss = masked_cross_entropy(model(images, matrix[:, :-1]), matrix[:, 1:])
    loss.backward()
    optimizer.step()
    return loss.item()


@misconception(
    "caption_step",
    "The model is asked for the word that it has just read. What is wanted is one place further on: matrix[:, 1:].",
)
def not_shifted(model, optimizer, images, matrix):
    loss = masked_cross_entropy(model(images, matrix[:, :-1]), matrix[:, :-1])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


@misconception(
    "caption_step",
    "Input and target are exchanged: the model reads a word and is to say the one before it.",
)
def backwards(model, optimizer, images, matrix):
    loss = masked_cross_entropy(model(images, matrix[:, 1:]), matrix[:, :-1])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


@misconception("caption_step", "The optimiser never takes its step.")
def step_forgotten(model, optimizer, images, matrix):
    loss = masked_cross_entropy(model(images, matrix[:, :-1]), matrix[:, 1:])
    optimizer.zero_grad()
    loss.backward()
    return loss.item()


@misconception(
    "caption_step", "The loss is computed once more after the step. The loss *before* the step is asked for."
)
def loss_after_the_step(model, optimizer, images, matrix):
    loss = masked_cross_entropy(model(images, matrix[:, :-1]), matrix[:, 1:])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return masked_cross_entropy(model(images, matrix[:, :-1]), matrix[:, 1:]).item()


@misconception("caption_step", "The filling has a part in the loss. masked_cross_entropy leaves it out.")
def filling_in_the_loss(model, optimizer, images, matrix):
    logits = model(images, matrix[:, :-1])
    loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), matrix[:, 1:].flatten())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


@misconception(
    "caption_step",
    "A new optimiser is made in every step. The one that is given remembers the steps before.",
)
def optimizer_of_its_own(model, optimizer, images, matrix):
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    loss = masked_cross_entropy(model(images, matrix[:, :-1]), matrix[:, 1:])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


@variant("caption_step")
def the_whole_row(model, optimizer, images, matrix):
    optimizer.zero_grad(set_to_none=True)
    logits = model(images, matrix)[:, :-1]
    loss = masked_cross_entropy(logits, matrix[:, 1:])
    loss.backward()
    optimizer.step()
    return loss.detach()


@variant("caption_step")
def with_a_closure(model, optimizer, images, matrix):
    read, wanted = matrix[:, :-1], matrix[:, 1:]

    def again():
        optimizer.zero_grad()
        loss = masked_cross_entropy(model(images, read), wanted)
        loss.backward()
        return loss

    return float(optimizer.step(again))


@variant("caption_step")
def by_gradients_of_its_own(model, optimizer, images, matrix):
    loss = masked_cross_entropy(model(images, matrix[:, :-1]), matrix[:, 1:])
    parameters = list(model.parameters())
    for p, g in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
        p.grad = g
    optimizer.step()
    return loss.item()
