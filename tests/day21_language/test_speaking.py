"""Checks of speaking.py: loops over tokens, counts of what is drawn, and models that are tables."""

import math
from itertools import pairwise

import numpy as np
import torch

from course.testing import (
    assert_between,
    assert_close,
    assert_dtype,
    assert_equal,
    assert_parts,
    assert_raises,
    assert_that,
    assert_unchanged,
    compare_by,
    hidden,
    points,
    training,
)
from course.testing.networks import draw

BEGIN, END = 1, 2


def pairs_by_hand(words, begin, end, padding):
    width = max(map(len, words)) + 1
    inputs = [[begin, *word] + [padding] * (width - 1 - len(word)) for word in words]
    targets = [[*word, end] + [padding] * (width - 1 - len(word)) for word in words]
    mask = [[True] * (len(word) + 1) + [False] * (width - 1 - len(word)) for word in words]
    return np.array(inputs), np.array(targets), np.array(mask)


@points(2)
def test_shifted_pairs_of_words(student, rng):
    for lengths, begin, end, padding in [
        ([3], 1, 2, 0),
        ([4, 2, 5], 1, 2, 0),
        ([1, 0, 3, 3], 9, 8, 7),
        ([0], 3, 4, 4),
    ]:
        words = [[int(i) for i in rng.integers(3, 20, size=n)] for n in lengths]
        with assert_unchanged(words):
            result = student.shifted_pairs(words, begin, end, padding)
        parts = assert_parts(result, 3)
        expected = pairs_by_hand(words, begin, end, padding)
        for name, found, want in zip(("inputs", "targets", "mask"), parts, expected, strict=True):
            assert_equal(found, want, name=f"matrix of the {name}" if name != "mask" else "mask")
    x, y, _ = assert_parts(student.shifted_pairs(words, 3, 4), 3)
    assert_equal(y, pairs_by_hand(words, 3, 4, 0)[1], name="matrix of the targets")
    assert_dtype(x, torch.int64)
    assert_dtype(y, torch.int64)


def kept_rows(logits, choose):
    """Row by row −∞ for all but what `choose` names."""
    rows = logits.reshape(-1, logits.shape[-1]).tolist()
    kept = []
    for row in rows:
        order = sorted(range(len(row)), key=lambda i: -row[i])
        stay = set(choose(row, order))
        kept.append([value if i in stay else -math.inf for i, value in enumerate(row)])
    return torch.tensor(kept, dtype=logits.dtype).reshape(logits.shape)


def apart(rng, *shape):
    """Logits of which no two of a row are nearly equal."""
    v = shape[-1]
    values = rng.permuted(np.tile(np.arange(v), (*shape[:-1], 1)), axis=-1) + 0.3 * rng.uniform(
        -1, 1, size=shape
    )
    return torch.tensor(0.8 * (values - 0.6 * v))


@points(2)
def test_keep_top_k_of_rows(student, rng):
    for shape, k in [((3, 6), 2), ((5,), 1), ((2, 3, 7), 4), ((4, 3), 3), ((2, 4), 9)]:
        logits = apart(rng, *shape)
        with assert_unchanged(logits):
            result = student.keep_top_k(logits, k)
        expected = kept_rows(logits, lambda row, order, k=k: order[:k])
        assert_close(result, expected, name="tensor of logits")
    single = student.keep_top_k(apart(rng, 2, 5).float(), 2)
    assert_dtype(single, torch.float32)
    equal = float(rng.uniform(0.5, 2)) * torch.tensor([[1.0, 2.0, 1.0, 1.0, 0.5], [2.0, 2.0, 2.0, 1.0, 2.0]])
    stay = np.isfinite(np.asarray(student.keep_top_k(equal, 3), dtype=float)).sum(axis=-1)
    cause = "of equal logits some stay and some do not: it is always k"
    assert_close(stay, np.full(2, 3.0), name="number of logits that stay in each row", cause=cause)


@hidden
@points(1)
def test_keep_top_k_among_equals(student, rng):
    value = float(rng.uniform(0.5, 2))  # not below 0, where the sum of what stays could be near it
    logits = torch.full((3, 6), value)
    logits[1, int(rng.integers(6))] += 2
    for k in (1, 3):
        result = np.asarray(student.keep_top_k(logits, k), dtype=float)
        finite = np.isfinite(result)
        assert_close(finite.sum(axis=-1), np.full(3, float(k)), name="number of logits that stay in each row")
        assert_close(result[finite].sum(), 3 * k * value + 2, rtol=1e-4, name="sum of the logits that stay")


def nucleus(row, order, p):
    """One token after the other until p is reached."""
    largest = row[order[0]]
    weights = [math.exp(row[i] - largest) for i in order]
    total, taken = sum(weights), 0.0
    for number, weight in enumerate(weights):
        taken += weight / total
        if taken >= p:
            return order[: number + 1]
    return order


def draw_p(rng, logits):
    """A share in the middle of a step of the sums of all rows, so that rounding does not decide."""
    sums = logits.softmax(dim=-1).sort(dim=-1, descending=True).values.cumsum(dim=-1).flatten().tolist()
    edges = sorted({0.05, 0.97, *(s for s in sums if 0.05 < s < 0.97)})
    gaps = sorted(pairwise(edges), key=lambda gap: gap[0] - gap[1])[:3]
    low, high = gaps[int(rng.integers(len(gaps)))]
    return (low + high) / 2


@points(2)
def test_keep_nucleus_of_rows(student, rng):
    for shape in [(4,), (3, 6), (2, 2, 5), (5, 3), (1, 2)]:
        logits = 1.5 * apart(rng, *shape) / shape[-1] ** 0.5
        p = draw_p(rng, logits)
        with assert_unchanged(logits):
            result = student.keep_nucleus(logits, p)
        expected = kept_rows(logits, lambda row, order, p=p: nucleus(row, order, p))
        assert_close(result, expected, name="tensor of logits")
    single = student.keep_nucleus(apart(rng, 2, 5).float(), 0.5)
    assert_dtype(single, torch.float32)
    some = kept_rows(apart(rng, 2, 5) / 2, lambda row, order: order[:3])
    p = draw_p(rng, some[torch.isfinite(some)].reshape(2, 3))
    expected = kept_rows(some, lambda row, order: nucleus(row, order, p))
    cause = "the probability of −∞ is 0, and the others make up the whole"
    result = student.keep_nucleus(some, p)
    assert_close(result, expected, name="tensor of logits, some of them −∞ before,", cause=cause)


@points(1)
def test_keep_nucleus_is_never_empty(student, rng):
    logits = apart(rng, 3, 5) * 4
    for p in (0.01, 0.2):
        expected = kept_rows(logits, lambda row, order: order[:1])
        cause = "however small p is, the most probable token stays"
        assert_close(student.keep_nucleus(logits, p), expected, name="tensor of logits", cause=cause)


@hidden
@points(1)
def test_keep_nucleus_after_top_k(student, rng):
    logits = apart(rng, 4, 8) / 3
    hidden_ones = kept_rows(logits, lambda row, order: order[:4])
    finite = torch.isfinite(hidden_ones)
    p = draw_p(rng, hidden_ones[finite].reshape(4, 4))
    expected = kept_rows(hidden_ones, lambda row, order: nucleus(row, order, p))
    cause = "the probability of −∞ is 0, and the others make up the whole"
    assert_close(student.keep_nucleus(hidden_ones, p), expected, name="tensor of logits", cause=cause)


def shares(chosen, v):
    return np.bincount(np.asarray(chosen), minlength=v) / len(chosen)


def frequencies(drawn):
    """The shares of the first three tokens, in even rows and in odd ones, and how many axes there are."""
    drawn = np.asarray(drawn)
    shares = tuple(float((drawn[part::2] == token).mean()) for part in (0, 1) for token in range(3))
    return *shares, float(drawn.ndim)


def choose_many(module, logits, temperature, keep, seed):
    """What is drawn, and what is drawn again from a generator that begins with the same seed."""
    import torch

    def once():
        chance = torch.Generator().manual_seed(seed)
        return torch.as_tensor(module.choose(logits, temperature, keep, chance))

    first = once()
    torch.rand(7)
    return first, bool(torch.equal(first, once()))


def largest_only(logits):
    """−∞ for all but the largest."""
    return logits.masked_fill(logits < logits.amax(dim=-1, keepdim=True), -math.inf)


def above_a_quarter(logits):
    """−∞ for what is less probable than a quarter."""
    return logits.masked_fill(logits.softmax(dim=-1) < 0.25, -math.inf)


@points(1)
def test_choose_draws_from_the_softmax(student, rng):
    v = 4
    for temperature in (0.5, 1.0, 2.0):
        rows = apart(rng, 2, v) / 2
        rows[1, rows[0].argmax()] = rows[1].min() - 0.3
        logits = rows.repeat(3000, 1)
        with assert_unchanged(logits):
            result = student.run(choose_many, logits, temperature, None, int(rng.integers(2**31)))
        chosen, again = assert_parts(result, 2)
        compare_by(frequencies, chosen, slack=0.04)
        assert_that(
            np.shape(chosen) == (6000,), "One token for each row is asked for: a tensor of shape (b,)."
        )
        for part in (0, 1):
            expected = (rows[part] / temperature).softmax(dim=0).numpy()
            far = float(np.abs(shares(np.asarray(chosen)[part::2], v) - expected).max())
            assert_between(
                far, 0, 0.05, name="largest distance of the shares that are drawn from the softmax"
            )
        assert_that(again is True, "The same generator, begun with the same seed, draws something else.")
    row = torch.log(torch.tensor([0.5, 0.3, 0.2]))[torch.tensor(rng.permutation(3))]
    given = row.expand(2000, 3), 0.5, above_a_quarter, int(rng.integers(2**31))
    chosen, _ = assert_parts(student.run(choose_many, *given), 2)
    compare_by(frequencies, chosen, slack=0.05)
    cause = "keep is called, and with the logits after the division"
    name = "tensor of tokens where `keep` leaves one in each row"
    assert_equal(chosen, np.full(2000, int(row.argmax())), name=name, cause=cause)


@points(1)
def test_choose_takes_the_largest_at_temperature_zero(student, rng):
    logits = apart(rng, 5, 7)
    with assert_unchanged(logits):
        result = student.choose(logits, 0)
    assert_equal(result, logits.argmax(dim=-1), name="tensor of tokens")
    assert_equal(student.choose(logits, 0.0), logits.argmax(dim=-1), name="tensor of tokens")
    with assert_raises(ValueError):
        student.choose(logits, -0.5)


@hidden
@points(1)
def test_choose_lets_keep_see_the_probabilities(student, rng):
    row = torch.log(torch.tensor([0.45, 0.33, 0.22]))[torch.tensor(rng.permutation(3))]
    for temperature, allowed in [(1.0, 2), (4.0, 3), (0.2, 1)]:
        result = student.run(choose_many, row.expand(4000, 3), temperature, above_a_quarter, 5)
        chosen, _ = assert_parts(result, 2)
        found = shares(chosen, 3)
        expected = above_a_quarter(row / temperature).softmax(dim=0).numpy()
        assert_that(
            int((found > 0).sum()) == allowed,
            f"At temperature {temperature:g}, {allowed} of 3 tokens are to be chosen; it is another number.",
            "keep is called with the logits after the division",
        )
        assert_between(float(np.abs(found - expected).max()), 0, 0.04, name="largest distance of the shares")


def write_by_table(module, table, count, longest, temperature, seed):
    """Words by a model whose logits depend on the last id, and how often the model was asked for what."""
    import torch

    shapes = []

    def next_logits(ids):
        shapes.append([int(ids.shape[0]), int(ids.shape[1]), int((ids[:, 0] == 1).all())])
        return table[ids[:, -1]]

    chance = torch.Generator().manual_seed(seed)
    words = module.write(next_logits, count, 1, 2, longest, temperature, None, chance)
    return [[int(i) for i in word] for word in words], shapes


def walked(table, longest):
    """The greedy word of a table."""
    word, last = [], BEGIN
    while len(word) < longest:
        last = int(table[last].argmax())
        if last == END:
            break
        word.append(last)
    return word


def write_by_tables(module, tables, longest, keep):
    """Words by a model with a table of logits for each row, and how often it was asked."""
    import torch

    asked = []

    def next_logits(ids):
        asked.append(len(ids))
        return tables[torch.arange(len(tables)), ids[:, -1]]

    chance = torch.Generator().manual_seed(0)
    words = module.write(next_logits, len(tables), 1, 2, longest, 3.0, keep, chance)
    return [[int(i) for i in word] for word in words], len(asked)


@points(1)
def test_write_waits_for_the_last_word(student, rng):
    v = 12
    for lengths, longest in [((3, 1, 5), 8), ((5, 2), 8), ((0, 7, 2, 7), 6)]:
        tables = draw(rng, len(lengths), v, v)
        for table, length in zip(tables, lengths, strict=True):
            path = [BEGIN, *(int(i) for i in rng.permutation(np.arange(3, v))[:length]), END]
            for here, there in pairwise(path):
                table[here, there] = 9.0
        words, asked = assert_parts(student.run(write_by_tables, tables, longest, largest_only), 2)
        cause = "`keep` leaves one token; each row ends by itself, and is asked for more until all have ended"
        expected = [walked(table, longest) for table in tables]
        assert_equal(words, expected, name="list of words, one table of logits each", cause=cause)
        assert_equal(asked, min(max(lengths) + 1, longest), name="number of questions", cause=cause)


@points(1)
def test_write_walks_through_a_table(student, rng):
    v = 9
    for length, longest in [(3, 8), (5, 5), (6, 4), (0, 3)]:
        path = [BEGIN, *(int(i) for i in rng.permutation(np.arange(3, v))[:length]), END]
        table = draw(rng, v, v)
        for here, there in pairwise(path):
            table[here, there] = 9.0
        words, shapes = assert_parts(student.run(write_by_table, table, 3, longest, 0, 0), 2)
        assert_equal(words, [walked(table, longest)] * 3, name="list of words, all drawn at temperature 0")
        asked = min(length + 1, longest)
        expected = [[3, 1 + step, 1] for step in range(asked)]
        cause = "the model gets all ids so far, begin in front, and is not asked when all have ended"
        assert_equal(
            shapes, expected, name="list of (rows, places, begin in front) of all questions", cause=cause
        )


@points(1)
def test_write_ends_each_word_by_itself(student, rng):
    v, count, longest = 5, 2500, 4
    table = draw(rng, v, v) / 2
    table[:, :2] = -40.0
    seed = int(rng.integers(2**31))
    words, _ = assert_parts(student.run(write_by_table, table, count, longest, 1.0, seed), 2)
    assert_that(len(words) == count, f"{count} words are asked for.")
    assert_that(all(END not in word for word in words), "The id that ends a word is part of a word.")
    first = np.bincount([word[0] if word else END for word in words], minlength=v) / count
    far = float(np.abs(first - table[BEGIN].softmax(dim=0).numpy()).max()) if len(first) == v else 1.0
    assert_between(
        far, 0, 0.05, name="largest distance of the shares of first tokens from those of the model"
    )
    p = table.softmax(dim=-1)
    state, lengths = p[BEGIN], []
    for _ in range(longest):
        lengths.append(float(state[END]))
        state = state.clone()
        state[END] = 0
        state = state @ p
    expected = np.array([*lengths, 1 - sum(lengths)])
    found = np.bincount([len(word) for word in words], minlength=longest + 1)
    assert_that(len(found) == longest + 1, f"A word has more than {longest} tokens.")
    far = float(np.abs(found / count - expected).max())
    assert_between(far, 0, 0.05, name="largest distance of the shares of lengths from those of the model")
    again, _ = assert_parts(student.run(write_by_table, table, count, longest, 1.0, seed), 2)
    assert_that(
        again == words,
        "From the same generator, begun with the same seed, it writes other words.",
        "does choose draw from the generator that was given?",
    )


def learn_names(module, seed):
    """Shares of names that follow the rules, at three temperatures."""
    import numpy as np
    import torch

    from day21_language.data import BEGIN, END, Words, is_name, make_names
    from day21_language.training import train_namer

    torch.set_num_threads(1)
    names = make_names(1500, np.random.default_rng(seed))
    letters = Words([letter for name in names for letter in name])
    model = train_namer([letters.encode(name) for name in names], len(letters), seed=seed)
    shares = []
    for temperature in (0.5, 1.0, 2.0):
        chance = torch.Generator().manual_seed(seed)
        words = module.write(lambda ids: model(ids)[:, -1], 300, BEGIN, END, 15, temperature, None, chance)
        shares.append(np.mean([is_name("".join(letters.decode([int(i) for i in word]))) for word in words]))
    return [float(share) for share in shares]


@training
@points(1)
def test_write_makes_up_names(student, rng):
    """Over 20 seeds: 0.99 to 1.0, 0.94 to 0.98, 0.35 to 0.45; 1.3 s."""
    shares = assert_parts(student.run(learn_names, int(rng.integers(2**31))), 3)
    assert_between(shares[0], 0.9, 1, name="share of names by the rules at temperature 0.5")
    assert_between(shares[1], 0.85, 1, name="share of names by the rules at temperature 1")
    assert_between(shares[2], 0.15, 0.7, name="share of names by the rules at temperature 2")
