"""Answers to attention.py: wrong ones with what went wrong, and right ones in another style."""

import math

import torch

from course.testing import misconception, variant
from day22_captioning.attention import attend


@misconception(
    "attend", "The scores were not divided by √d. In many dimensions the softmax sees one place only then."
)
def not_scaled(queries, keys, values):
    weights = (queries @ keys.transpose(1, 2)).softmax(dim=2)
    return weights @ values, weights


@misconception("attend", "The scores were divided by d. It is the root of d.")
def divided_by_d(queries, keys, values):
    weights = (queries @ keys.transpose(1, 2) / keys.shape[2]).softmax(dim=2)
    return weights @ values, weights


@misconception("attend", "The scores were divided by the root of the number of places. It is the root of d.")
def by_the_places(queries, keys, values):
    weights = (queries @ keys.transpose(1, 2) / keys.shape[1] ** 0.5).softmax(dim=2)
    return weights @ values, weights


@misconception(
    "attend",
    "The softmax runs over the queries. Each query has weights of its own, which sum to 1 over the places.",
)
def over_the_queries(queries, keys, values):
    weights = (queries @ keys.transpose(1, 2) / keys.shape[2] ** 0.5).softmax(dim=1)
    return weights @ values, weights


@misconception("attend", "The scores come back in the place of the weights: they do not sum to 1.")
def scores_for_weights(queries, keys, values):
    scores = queries @ keys.transpose(1, 2) / keys.shape[2] ** 0.5
    return scores.softmax(dim=2) @ values, scores


@misconception(
    "attend", "The context is made of the keys. Keys are what a query is compared with, values what is seen."
)
def keys_for_values(queries, keys, values):
    weights = (queries @ keys.transpose(1, 2) / keys.shape[2] ** 0.5).softmax(dim=2)
    return weights @ keys, weights


@misconception(
    "attend", "exp of a large score is infinity, and infinity over infinity is NaN. softmax takes care of it."
)
def exponentials_as_they_are(queries, keys, values):
    scores = (queries @ keys.transpose(1, 2) / keys.shape[2] ** 0.5).exp()
    weights = scores / scores.sum(dim=2, keepdim=True)
    return weights @ values, weights


@misconception("attend", "Weights and context are exchanged: the context is the first part of the answer.")
def parts_exchanged(queries, keys, values):
    weights = (queries @ keys.transpose(1, 2) / keys.shape[2] ** 0.5).softmax(dim=2)
    return weights, weights @ values


@variant("attend")
def with_einsum(queries, keys, values):
    scores = torch.einsum("btd,bpd->btp", queries, keys) / math.sqrt(queries.shape[-1])
    weights = torch.softmax(scores, dim=-1)
    return torch.einsum("btp,bpe->bte", weights, values), weights


@variant("attend")
def place_by_place(queries, keys, values):
    d = queries.shape[2]
    scores = torch.stack([(queries * key[:, None]).sum(dim=2) for key in keys.unbind(dim=1)], dim=2)
    scores = scores * d**-0.5
    grown = (scores - scores.max(dim=2, keepdim=True).values).exp()
    weights = grown / grown.sum(dim=2, keepdim=True)
    context = 0
    for p in range(keys.shape[1]):
        context = context + weights[:, :, p, None] * values[:, None, p]
    return context, weights


@misconception(
    "AttentionNet.look", "self.key made the values too. They have a layer of their own, self.value."
)
def keys_twice(self, images, ids):
    places = self.eye(images)
    states, _ = self.gru(self.embedding(ids))
    return states, *attend(self.query(states), self.key(places), self.key(places))


@misconception(
    "AttentionNet.look", "What is seen are the places as they are. The values are self.value(places)."
)
def values_as_they_are(self, images, ids):
    places = self.eye(images)
    states, _ = self.gru(self.embedding(ids))
    return states, *attend(self.query(states), self.key(places), places)


@misconception("AttentionNet.look", "The keys are the places as they are. They are self.key(places).")
def keys_as_they_are(self, images, ids):
    places = self.eye(images)
    states, _ = self.gru(self.embedding(ids))
    return states, *attend(self.query(states), places, self.value(places))


@misconception(
    "AttentionNet.look",
    "The state of the step before asks: it does not know the word that was just read.",
)
def state_before_asks(self, images, ids):
    places = self.eye(images)
    states, _ = self.gru(self.embedding(ids))
    before = torch.cat([torch.zeros_like(states[:, :1]), states[:, :-1]], dim=1)
    return states, *attend(self.query(before), self.key(places), self.value(places))


@misconception("AttentionNet.look", "The last state asks for all steps. Each word asks for itself.")
def last_state_asks(self, images, ids):
    places = self.eye(images)
    states, _ = self.gru(self.embedding(ids))
    last = states[:, -1:].expand_as(states)
    return states, *attend(self.query(last), self.key(places), self.value(places))


@misconception("AttentionNet.look", "The order of the parts is another one: states, context, weights.")
def weights_before_context(self, images, ids):
    places = self.eye(images)
    states, _ = self.gru(self.embedding(ids))
    context, weights = attend(self.query(states), self.key(places), self.value(places))
    return states, weights, context


@misconception(
    "AttentionNet.look",
    "The GRU went through the captions instead of through the words: its first axis is the batch (batch_first).",
)
def batch_taken_for_time(self, images, ids):
    places = self.eye(images)
    states = self.gru(self.embedding(ids).transpose(0, 1))[0].transpose(0, 1)
    return states, *attend(self.query(states), self.key(places), self.value(places))


@variant("AttentionNet.look")
def step_by_step(self, images, ids):
    places = self.eye(images)
    keys, values = self.key(places), self.value(places)
    state, parts = None, []
    for t in range(ids.shape[1]):
        output, state = self.gru(self.embedding(ids[:, t : t + 1]), state)
        parts.append((output, *attend(self.query(output), keys, values)))
    return tuple(torch.cat(part, dim=1) for part in zip(*parts, strict=True))


@variant("AttentionNet.look")
def without_attend(self, images, ids):
    places = self.eye(images)
    states = self.gru(self.embedding(ids))[0]
    scores = torch.bmm(self.query(states), self.key(places).mT) / places.shape[-1] ** 0.5
    weights = scores.softmax(-1)
    return [states, torch.bmm(weights, self.value(places)), weights]


@misconception("effective_places", "This is the entropy. The number of places is its exponential.")
def entropy_itself(weights):
    return torch.special.entr(weights).sum(dim=-1)


@misconception(
    "effective_places",
    "This is 1 / Σ w², another number of effective places (of order 2). Asked for is the exponential of the entropy.",
)
def inverse_of_squares(weights):
    return 1 / weights.square().sum(dim=-1)


@misconception("effective_places", "The entropy is in bits, and the exponential belongs to nats.")
def bits_and_nats(weights):
    return (torch.special.entr(weights).sum(dim=-1) / math.log(2)).exp()


@misconception(
    "effective_places", "0 · ln 0 is NaN in the computer. Here it has to be 0: torch.special.entr."
)
def nan_at_zero(weights):
    return (-(weights * weights.log()).sum(dim=-1)).exp()


@misconception(
    "effective_places", "Every place with any weight counts whole. A place with little weight counts little."
)
def places_with_weight(weights):
    return (weights > 0).sum(dim=-1).to(weights.dtype)


@variant("effective_places")
def with_xlogy(weights):
    return torch.exp(-torch.xlogy(weights, weights).sum(-1))


@variant("effective_places")
def as_a_product(weights):
    return (weights**-weights).prod(dim=-1)
