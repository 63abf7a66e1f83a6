"""Answers to decoding.py: wrong ones with what went wrong, and right ones in another style."""

import heapq

import numpy as np
import torch

from course.testing import misconception, variant
from day22_captioning.decoding import pick
from day22_captioning.words import END, PAD, START


@misconception(
    "pick",
    "The logits were multiplied by the temperature. They are divided by it: high temperatures make all words alike.",
)
def temperature_upside_down(logits, temperature=0.0, generator=None):
    if temperature == 0:
        return logits.argmax(dim=1)
    return torch.multinomial((logits * temperature).softmax(dim=1), 1, generator=generator)[:, 0]


@misconception(
    "pick", "The temperature is ignored above 0: words are drawn from the probabilities as they are."
)
def temperature_ignored(logits, temperature=0.0, generator=None):
    if temperature == 0:
        return logits.argmax(dim=1)
    return torch.multinomial(logits.softmax(dim=1), 1, generator=generator)[:, 0]


@misconception("pick", "The best word is taken at every temperature. Above 0 it is drawn.")
def always_the_best(logits, temperature=0.0, generator=None):
    return logits.argmax(dim=1)


@misconception(
    "pick",
    "The temperature divides the probabilities, after the softmax. Divide the logits, before it.",
)
def probabilities_divided(logits, temperature=0.0, generator=None):
    if temperature == 0:
        return logits.argmax(dim=1)
    p = (logits.softmax(dim=1) / temperature).softmax(dim=1)
    return torch.multinomial(p, 1, generator=generator)[:, 0]


@misconception(
    "pick", "The generator that is given is not used. Then the same seed does not give the same words again."
)
def generator_ignored(logits, temperature=0.0, generator=None):
    if temperature == 0:
        return logits.argmax(dim=1)
    return torch.multinomial((logits / temperature).softmax(dim=1), 1)[:, 0]


@misconception("pick", "The answer has a second axis of length 1. It is one word for each row, (b,).")
def with_an_axis_of_one(logits, temperature=0.0, generator=None):
    if temperature == 0:
        return logits.argmax(dim=1, keepdim=True)
    return torch.multinomial((logits / temperature).softmax(dim=1), 1, generator=generator)


@misconception("pick", "At temperature 0 the word with the *smallest* logit was taken.")
def the_worst(logits, temperature=0.0, generator=None):
    if temperature == 0:
        return logits.argmin(dim=1)
    return torch.multinomial((logits / temperature).softmax(dim=1), 1, generator=generator)[:, 0]


@variant("pick")
def by_the_cumulative_sum(logits, temperature=0.0, generator=None):
    if temperature <= 0:
        return logits.max(dim=1).indices
    scaled = logits.double() / temperature
    grown = (scaled - scaled.max(dim=1, keepdim=True).values).exp()
    p = grown / grown.sum(dim=1, keepdim=True)
    u = torch.rand(len(p), 1, generator=generator, dtype=p.dtype)
    return (p.cumsum(dim=1) < u).sum(dim=1).clamp(max=p.shape[1] - 1)


@variant("pick")
def with_gumbel_noise(logits, temperature=0.0, generator=None):
    if temperature == 0:
        return torch.argmax(logits, -1)
    u = torch.rand(logits.shape, generator=generator, dtype=torch.float64).clamp(min=1e-300)
    return (logits / temperature - (-u.log()).log()).argmax(dim=-1)


@misconception(
    "generate",
    "A row goes on after its END. It is finished: PAD follows, whatever the model says.",
)
def end_ignored(model, images, max_length, temperature=0.0, generator=None):
    ids = torch.full((len(images), 1), START)
    with torch.no_grad():
        for _ in range(max_length):
            words = pick(model(images, ids)[:, -1], temperature, generator)
            ids = torch.cat([ids, words[:, None]], dim=1)
    return ids[:, 1:]


@misconception(
    "generate", "START is in the answer. It is what the model is asked with, no word that it has said."
)
def start_in_the_answer(model, images, max_length, temperature=0.0, generator=None):
    ids, finished = torch.full((len(images), 1), START), torch.zeros(len(images), dtype=torch.bool)
    with torch.no_grad():
        for _ in range(max_length):
            words = pick(model(images, ids)[:, -1], temperature, generator).masked_fill(finished, PAD)
            finished = finished | (words == END)
            ids = torch.cat([ids, words[:, None]], dim=1)
    return ids


@misconception(
    "generate",
    "The logits of the first step decide every word. Those of the last step are about the word that comes.",
)
def logits_of_the_first_step(model, images, max_length, temperature=0.0, generator=None):
    ids, finished = torch.full((len(images), 1), START), torch.zeros(len(images), dtype=torch.bool)
    with torch.no_grad():
        for _ in range(max_length):
            words = pick(model(images, ids)[:, 0], temperature, generator).masked_fill(finished, PAD)
            finished = finished | (words == END)
            ids = torch.cat([ids, words[:, None]], dim=1)
    return ids[:, 1:]


@misconception(
    "generate",
    "END is replaced by PAD too: finished is asked for before the word is there. Keep END, and fill up behind it.",
)
def end_lost(model, images, max_length, temperature=0.0, generator=None):
    ids, finished = torch.full((len(images), 1), START), torch.zeros(len(images), dtype=torch.bool)
    with torch.no_grad():
        for _ in range(max_length):
            words = pick(model(images, ids)[:, -1], temperature, generator)
            finished = finished | (words == END)
            words = words.masked_fill(finished, PAD)
            ids = torch.cat([ids, words[:, None]], dim=1)
    return ids[:, 1:]


@misconception(
    "generate",
    "All rows end when the first of them has said END. Go on until all are finished, or the length is reached.",
)
def over_with_the_first(model, images, max_length, temperature=0.0, generator=None):
    ids, finished = torch.full((len(images), 1), START), torch.zeros(len(images), dtype=torch.bool)
    with torch.no_grad():
        for _ in range(max_length):
            words = pick(model(images, ids)[:, -1], temperature, generator).masked_fill(finished, PAD)
            if bool(finished.any()):
                words = torch.full_like(words, PAD)
            finished = finished | (words == END)
            ids = torch.cat([ids, words[:, None]], dim=1)
    return ids[:, 1:]


@misconception(
    "generate", "The model is in evaluation mode afterwards. It is left in the mode in which it is."
)
def mode_changed(model, images, max_length, temperature=0.0, generator=None):
    ids, finished = torch.full((len(images), 1), START), torch.zeros(len(images), dtype=torch.bool)
    with torch.no_grad():
        for _ in range(max_length):
            words = pick(model(images, ids)[:, -1], temperature, generator).masked_fill(finished, PAD)
            finished = finished | (words == END)
            ids = torch.cat([ids, words[:, None]], dim=1)
    model.eval()
    return ids[:, 1:]


@misconception(
    "generate", "Temperature and generator are not handed on to pick: the best word is taken always."
)
def always_greedy(model, images, max_length, temperature=0.0, generator=None):
    ids, finished = torch.full((len(images), 1), START), torch.zeros(len(images), dtype=torch.bool)
    with torch.no_grad():
        for _ in range(max_length):
            words = pick(model(images, ids)[:, -1]).masked_fill(finished, PAD)
            finished = finished | (words == END)
            ids = torch.cat([ids, words[:, None]], dim=1)
    return ids[:, 1:]


@variant("generate")
def into_a_matrix(model, images, max_length, temperature=0.0, generator=None):
    with torch.inference_mode():
        matrix = torch.zeros(len(images), max_length + 1, dtype=torch.int64)
        matrix[:, 0] = START
        for t in range(max_length):
            logits = model(images, matrix[:, : t + 1])[:, t]
            over = (matrix[:, 1 : t + 1] == END).any(dim=1)
            matrix[:, t + 1] = torch.where(over, PAD, pick(logits, temperature, generator))
            if bool((matrix == END).any(dim=1).all()):
                break
    return matrix[:, 1:].clone()


@variant("generate")
@torch.no_grad()
def with_lists(model, images, max_length, temperature=0.0, generator=None):
    rows = [[START] for _ in images]
    for _ in range(max_length):
        words = pick(model(images, torch.tensor(rows))[:, -1, :], temperature, generator).tolist()
        for row, word in zip(rows, words, strict=True):
            row.append(PAD if row[-1] in (END, PAD) and len(row) > 1 and END in row else word)
    return torch.tensor([row[1:] for row in rows])


@misconception("log_likelihood", "The mean over the words comes back. ln p of a whole sentence is the sum.")
def mean_over_words(model, images, matrix):
    def log_p_of(model, images, matrix):
        with torch.no_grad():
            log_p = model(images, matrix[:, :-1]).log_softmax(dim=2)
        return log_p.gather(2, matrix[:, 1:, None])[:, :, 0]

    real = matrix[:, 1:] != PAD
    return (log_p_of(model, images, matrix) * real).sum(dim=1) / real.sum(dim=1)


@misconception("log_likelihood", "The filling has a part in the sum. PAD is not said by anybody.")
def filling_has_a_part(model, images, matrix):
    def log_p_of(model, images, matrix):
        with torch.no_grad():
            log_p = model(images, matrix[:, :-1]).log_softmax(dim=2)
        return log_p.gather(2, matrix[:, 1:, None])[:, :, 0]

    return log_p_of(model, images, matrix).sum(dim=1)


@misconception("log_likelihood", "END was left out. That a sentence stops here is a part of its probability.")
def end_left_out(model, images, matrix):
    def log_p_of(model, images, matrix):
        with torch.no_grad():
            log_p = model(images, matrix[:, :-1]).log_softmax(dim=2)
        return log_p.gather(2, matrix[:, 1:, None])[:, :, 0]

    return (log_p_of(model, images, matrix) * (matrix[:, 1:] > END)).sum(dim=1)


@misconception("log_likelihood", "The sign is wrong: ln p of a sentence is 0 at most.")
def costs(model, images, matrix):
    def log_p_of(model, images, matrix):
        with torch.no_grad():
            log_p = model(images, matrix[:, :-1]).log_softmax(dim=2)
        return log_p.gather(2, matrix[:, 1:, None])[:, :, 0]

    return -(log_p_of(model, images, matrix) * (matrix[:, 1:] != PAD)).sum(dim=1)


@misconception("log_likelihood", "The probability comes back, and not its logarithm.")
def probability(model, images, matrix):
    def log_p_of(model, images, matrix):
        with torch.no_grad():
            log_p = model(images, matrix[:, :-1]).log_softmax(dim=2)
        return log_p.gather(2, matrix[:, 1:, None])[:, :, 0]

    return (log_p_of(model, images, matrix) * (matrix[:, 1:] != PAD)).sum(dim=1).exp()


@misconception(
    "log_likelihood", "The logits of the words were added up. They are no logarithms of probabilities."
)
def sum_of_logits(model, images, matrix):
    with torch.no_grad():
        logits = model(images, matrix[:, :-1]).gather(2, matrix[:, 1:, None])[:, :, 0]
    return (logits * (matrix[:, 1:] != PAD)).sum(dim=1)


@misconception(
    "log_likelihood", "A graph comes back. These are numbers to look at: torch.no_grad() or detach()."
)
def with_a_graph(model, images, matrix):
    log_p = model(images, matrix[:, :-1]).log_softmax(dim=2).gather(2, matrix[:, 1:, None])[:, :, 0]
    return (log_p * (matrix[:, 1:] != PAD)).sum(dim=1)


@variant("log_likelihood")
def by_cross_entropy(model, images, matrix):
    logits = model(images, matrix)[:, :-1].detach()
    costs = torch.nn.functional.cross_entropy(
        logits.transpose(1, 2), matrix[:, 1:], ignore_index=PAD, reduction="none"
    )
    return -costs.sum(dim=1)


@variant("log_likelihood")
def row_by_row(model, images, matrix):
    result = []
    with torch.inference_mode():
        for image, row in zip(images, matrix, strict=True):
            words = row[row != PAD]
            log_p = torch.log_softmax(model(image[None], words[None, :-1])[0], dim=-1)
            result.append(log_p[torch.arange(len(words) - 1), words[1:]].sum())
    return torch.stack(result).clone()


@misconception(
    "beam_search",
    "Sentences that are finished have fallen out of the beam. They stay in it as they are, and compete with the rest.",
)
def finished_ones_dropped(next_log_p, width, max_length):
    def search(next_log_p, width, max_length, choose):
        """A beam search with another choice of the next beam: (finished, candidates, width) -> beam."""
        beam = [(0.0, [START])]
        for _ in range(max_length):
            unfinished = [entry for entry in beam if entry[1][-1] != END]
            finished = [entry for entry in beam if entry[1][-1] == END]
            if not unfinished:
                break
            rows = next_log_p(torch.tensor([words for _, words in unfinished])).tolist()
            candidates = [
                (score + more, [*words, word])
                for (score, words), row in zip(unfinished, rows, strict=True)
                for word, more in enumerate(row)
            ]
            beam = choose(finished, candidates, width)
        return [(words[1:], score) for score, words in sorted(beam, key=lambda entry: -entry[0])]

    def best(entries, width):
        return sorted(entries, key=lambda entry: -entry[0])[:width]

    return search(next_log_p, width, max_length, lambda finished, open_, width: best(open_, width))


@misconception(
    "beam_search",
    "Finished sentences take no place in the beam here, so that more than `width` come back. All compete for the same "
    "places.",
)
def finished_ones_apart(next_log_p, width, max_length):
    def search(next_log_p, width, max_length, choose):
        """A beam search with another choice of the next beam: (finished, candidates, width) -> beam."""
        beam = [(0.0, [START])]
        for _ in range(max_length):
            unfinished = [entry for entry in beam if entry[1][-1] != END]
            finished = [entry for entry in beam if entry[1][-1] == END]
            if not unfinished:
                break
            rows = next_log_p(torch.tensor([words for _, words in unfinished])).tolist()
            candidates = [
                (score + more, [*words, word])
                for (score, words), row in zip(unfinished, rows, strict=True)
                for word, more in enumerate(row)
            ]
            beam = choose(finished, candidates, width)
        return [(words[1:], score) for score, words in sorted(beam, key=lambda entry: -entry[0])]

    def best(entries, width):
        return sorted(entries, key=lambda entry: -entry[0])[:width]

    return search(next_log_p, width, max_length, lambda finished, open_, width: finished + best(open_, width))


@misconception("beam_search", "The width is ignored: only the best sentence goes on.")
def width_ignored(next_log_p, width, max_length):
    def search(next_log_p, width, max_length, choose):
        """A beam search with another choice of the next beam: (finished, candidates, width) -> beam."""
        beam = [(0.0, [START])]
        for _ in range(max_length):
            unfinished = [entry for entry in beam if entry[1][-1] != END]
            finished = [entry for entry in beam if entry[1][-1] == END]
            if not unfinished:
                break
            rows = next_log_p(torch.tensor([words for _, words in unfinished])).tolist()
            candidates = [
                (score + more, [*words, word])
                for (score, words), row in zip(unfinished, rows, strict=True)
                for word, more in enumerate(row)
            ]
            beam = choose(finished, candidates, width)
        return [(words[1:], score) for score, words in sorted(beam, key=lambda entry: -entry[0])]

    def best(entries, width):
        return sorted(entries, key=lambda entry: -entry[0])[:width]

    return search(next_log_p, 1, max_length, lambda finished, open_, width: best(finished + open_, 1))


@misconception(
    "beam_search",
    "Every sentence goes on with its own best word only. The best `width` of *all* continuations form the next beam.",
)
def best_word_of_each(next_log_p, width, max_length):
    def search(next_log_p, width, max_length, choose):
        """A beam search with another choice of the next beam: (finished, candidates, width) -> beam."""
        beam = [(0.0, [START])]
        for _ in range(max_length):
            unfinished = [entry for entry in beam if entry[1][-1] != END]
            finished = [entry for entry in beam if entry[1][-1] == END]
            if not unfinished:
                break
            rows = next_log_p(torch.tensor([words for _, words in unfinished])).tolist()
            candidates = [
                (score + more, [*words, word])
                for (score, words), row in zip(unfinished, rows, strict=True)
                for word, more in enumerate(row)
            ]
            beam = choose(finished, candidates, width)
        return [(words[1:], score) for score, words in sorted(beam, key=lambda entry: -entry[0])]

    def best(entries, width):
        return sorted(entries, key=lambda entry: -entry[0])[:width]

    first = True

    def choose(finished, open_, width):
        nonlocal first
        if first:
            first = False
            return best(finished + open_, width)
        heads = {}
        for score, words in open_:
            key = tuple(words[:-1])
            if key not in heads or score > heads[key][0]:
                heads[key] = (score, words)
        return best(finished + list(heads.values()), width)

    return search(next_log_p, width, max_length, choose)


@misconception(
    "beam_search", "START is in the sentences that come back. It is what they begin with, and no word."
)
def start_kept(next_log_p, width, max_length):
    def search(next_log_p, width, max_length, choose):
        """A beam search with another choice of the next beam: (finished, candidates, width) -> beam."""
        beam = [(0.0, [START])]
        for _ in range(max_length):
            unfinished = [entry for entry in beam if entry[1][-1] != END]
            finished = [entry for entry in beam if entry[1][-1] == END]
            if not unfinished:
                break
            rows = next_log_p(torch.tensor([words for _, words in unfinished])).tolist()
            candidates = [
                (score + more, [*words, word])
                for (score, words), row in zip(unfinished, rows, strict=True)
                for word, more in enumerate(row)
            ]
            beam = choose(finished, candidates, width)
        return [(words[1:], score) for score, words in sorted(beam, key=lambda entry: -entry[0])]

    def best(entries, width):
        return sorted(entries, key=lambda entry: -entry[0])[:width]

    found = search(
        next_log_p, width, max_length, lambda finished, open_, width: best(finished + open_, width)
    )
    return [([START, *words], score) for words, score in found]


@misconception("beam_search", "END was taken away from the sentences. It stays where it was said.")
def end_taken_away(next_log_p, width, max_length):
    def search(next_log_p, width, max_length, choose):
        """A beam search with another choice of the next beam: (finished, candidates, width) -> beam."""
        beam = [(0.0, [START])]
        for _ in range(max_length):
            unfinished = [entry for entry in beam if entry[1][-1] != END]
            finished = [entry for entry in beam if entry[1][-1] == END]
            if not unfinished:
                break
            rows = next_log_p(torch.tensor([words for _, words in unfinished])).tolist()
            candidates = [
                (score + more, [*words, word])
                for (score, words), row in zip(unfinished, rows, strict=True)
                for word, more in enumerate(row)
            ]
            beam = choose(finished, candidates, width)
        return [(words[1:], score) for score, words in sorted(beam, key=lambda entry: -entry[0])]

    def best(entries, width):
        return sorted(entries, key=lambda entry: -entry[0])[:width]

    found = search(
        next_log_p, width, max_length, lambda finished, open_, width: best(finished + open_, width)
    )
    return [([word for word in words if word != END], score) for words, score in found]


@misconception(
    "beam_search",
    "The log probabilities were divided by the length of the sentence. Here the sums themselves are compared.",
)
def means_compared(next_log_p, width, max_length):
    def search(next_log_p, width, max_length, choose):
        """A beam search with another choice of the next beam: (finished, candidates, width) -> beam."""
        beam = [(0.0, [START])]
        for _ in range(max_length):
            unfinished = [entry for entry in beam if entry[1][-1] != END]
            finished = [entry for entry in beam if entry[1][-1] == END]
            if not unfinished:
                break
            rows = next_log_p(torch.tensor([words for _, words in unfinished])).tolist()
            candidates = [
                (score + more, [*words, word])
                for (score, words), row in zip(unfinished, rows, strict=True)
                for word, more in enumerate(row)
            ]
            beam = choose(finished, candidates, width)
        return [(words[1:], score) for score, words in sorted(beam, key=lambda entry: -entry[0])]

    def choose(finished, open_, width):
        return sorted(finished + open_, key=lambda e: -e[0] / (len(e[1]) - 1))[:width]

    return search(next_log_p, width, max_length, choose)


@misconception(
    "beam_search",
    "A sentence goes on after its END. It is finished, and stays as it is while the others go on.",
)
def going_on_after_the_end(next_log_p, width, max_length):
    def best(entries, width):
        return sorted(entries, key=lambda entry: -entry[0])[:width]

    beam = [(0.0, [START])]
    for _ in range(max_length):
        rows = next_log_p(torch.tensor([words for _, words in beam])).tolist()
        beam = best(
            [
                (score + more, [*words, word])
                for (score, words), row in zip(beam, rows, strict=True)
                for word, more in enumerate(row)
            ],
            width,
        )
    return [(words[1:], score) for score, words in beam]


@misconception(
    "beam_search",
    "The search is over as soon as one sentence is finished. Others may still become more probable than this one.",
)
def over_with_the_first_sentence(next_log_p, width, max_length):
    def best(entries, width):
        return sorted(entries, key=lambda entry: -entry[0])[:width]

    beam = [(0.0, [START])]
    for _ in range(max_length):
        rows = next_log_p(torch.tensor([words for _, words in beam])).tolist()
        candidates = [
            (score + more, [*words, word])
            for (score, words), row in zip(beam, rows, strict=True)
            for word, more in enumerate(row)
        ]
        beam = best(candidates, width)
        if any(words[-1] == END for _, words in beam):
            break
    return [(words[1:], score) for score, words in beam]


@variant("beam_search")
def with_tensors(next_log_p, width, max_length):
    ids, scores = torch.tensor([[START]]), torch.zeros(1, dtype=torch.float64)
    done = torch.zeros(1, dtype=torch.bool)
    for _ in range(max_length):
        if bool(done.all()):
            break
        length = ids.shape[1]
        log_p = torch.as_tensor(next_log_p(ids[~done])).double()
        table = torch.full((len(ids), log_p.shape[1]), -torch.inf, dtype=torch.float64)
        table[~done] = log_p
        table[done, PAD] = 0.0
        table = scores[:, None] + table
        allowed = torch.ones_like(table, dtype=torch.bool)
        allowed[done] = False
        allowed[done, PAD] = True
        flat = torch.where(allowed, table, -torch.inf).flatten()
        places = torch.nonzero(allowed.flatten())[:, 0]
        order = places[flat[places].argsort(descending=True, stable=True)][:width]
        parents, words = order // table.shape[1], order % table.shape[1]
        ids = torch.cat([ids[parents], words[:, None]], dim=1)
        scores = flat[order]
        done = done[parents] | (words == END)
        assert ids.shape[1] == length + 1
    found = []
    for row, score in zip(ids.tolist(), scores.tolist(), strict=True):
        row = row[1:]
        found.append((row[: row.index(END) + 1] if END in row else row, score))
    return found


@variant("beam_search")
def with_a_heap(next_log_p, width, max_length):
    beam = [(0.0, (START,))]
    for _ in range(max_length):
        following = []
        for score, words in beam:
            if words[-1] == END:
                following.append((score, words))
                continue
            row = np.asarray(next_log_p(torch.tensor([list(words)])))[0]
            following.extend((score + float(row[k]), (*words, k)) for k in range(len(row)))
        beam = heapq.nlargest(width, following, key=lambda entry: entry[0])
        if all(words[-1] == END for _, words in beam):
            break
    return [[list(words[1:]), score] for score, words in beam]


@misconception(
    "consensus", "A caption was compared with itself too. Whoever is most like himself is not the consensus."
)
def with_itself(captions, likeness):
    totals = [sum(likeness(caption, other) for other in captions) for caption in captions]
    return totals.index(max(totals))


@misconception(
    "consensus",
    "Captions that are equal to the one in question were left out. They are others that agree, and count.",
)
def doubles_left_out(captions, likeness):
    totals = [sum(likeness(caption, other) for other in captions if other != caption) for caption in captions]
    return totals.index(max(totals))


@misconception(
    "consensus", "The two arguments of likeness are exchanged: first the caption, then the other one."
)
def arguments_exchanged(captions, likeness):
    totals = [
        sum(likeness(other, caption) for j, other in enumerate(captions) if j != i)
        for i, caption in enumerate(captions)
    ]
    return totals.index(max(totals))


@misconception("consensus", "This is the caption that is *least* like the others.")
def the_odd_one(captions, likeness):
    totals = [
        sum(likeness(caption, other) for j, other in enumerate(captions) if j != i)
        for i, caption in enumerate(captions)
    ]
    return totals.index(min(totals))


@misconception("consensus", "The largest single likeness decides here. It is the mean over the others.")
def one_friend_is_enough(captions, likeness):
    largest = [
        max(likeness(caption, other) for j, other in enumerate(captions) if j != i)
        for i, caption in enumerate(captions)
    ]
    return largest.index(max(largest))


@variant("consensus")
def with_a_table(captions, likeness):
    table = np.array([[likeness(one, other) for other in captions] for one in captions])
    np.fill_diagonal(table, 0.0)
    return int(table.sum(axis=1).argmax())


@variant("consensus")
def with_max(captions, likeness):
    def mean(i):
        others = [*captions[:i], *captions[i + 1 :]]
        return sum(likeness(captions[i], other) for other in others) / len(others)

    return max(range(len(captions)), key=mean)
