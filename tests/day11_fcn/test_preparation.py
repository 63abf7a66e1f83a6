"""Checks of preparation.py: what is random is checked by what must hold for every random draw."""

import numpy as np

from course.testing import (
    assert_between,
    assert_close,
    assert_equal,
    assert_parts,
    assert_shape,
    assert_that,
    assert_unchanged,
    compare_by,
    hidden,
    points,
)


def split_twice(module, n, fractions, seeds):
    """A split for each seed."""
    import numpy as np

    return [list(module.split(n, fractions, np.random.default_rng(seed))) for seed in seeds]


def assert_partition(parts, n):
    """Every index from 0 to n − 1 is in exactly one part."""
    joined = np.concatenate([np.asarray(part) for part in parts])
    assert_equal(
        np.unique(joined), np.arange(n), name="set of all indices", cause="each from 0 to n − 1 is in a part"
    )
    assert_equal(len(joined), n, name="number of indices", cause="an index comes twice")


def assert_same_chance(first, second):
    """Two generators with the same seed give the same parts."""
    same = all(np.array_equal(np.asarray(a), np.asarray(b)) for a, b in zip(first, second, strict=True))
    cause = "np.random is asked for chance, or a generator of its own, and not the one that is given"
    assert_that(same, "The same generator gives something else each time.", cause)


def how_split(result, n):
    """Of two splits: shares of the parts, of different indices within a part and in all, and whether the splits are
    alike or in the order given.
    """
    first, second = ([np.asarray(part) for part in parts] for parts in result)
    joined = np.concatenate(first)
    within = min(len(np.unique(part)) / len(part) for part in first)
    alike = np.array_equal(joined, np.concatenate(second))
    in_order = np.array_equal(joined, np.arange(len(joined)))
    return [*(len(part) / n for part in first), within, len(np.unique(joined)) / n, alike, in_order]


@points(1)
def test_split_puts_every_sample_into_one_part(student, rng):
    for n, fractions in [
        (200, (0.6, 0.2, 0.2)),
        (101, (0.7, 0.1, 0.2)),
        (50, (0.5, 0.5)),
        (83, (0.4, 0.3, 0.2, 0.1)),
    ]:
        seeds = [int(seed) for seed in rng.integers(2**32, size=2)]
        result = student.run(split_twice, n, fractions, seeds)
        compare_by(how_split, result, n, slack=0.12)
        for parts in result:
            assert_parts(parts, len(fractions), name="list of parts")
            assert_partition(parts, n)
            for part, fraction in zip(parts, fractions, strict=True):
                low, high = fraction * n - len(fractions), fraction * n + len(fractions)
                assert_between(len(part), low, high, name=f"number of samples in the part of {fraction:.0%}")
        cause = "the samples are drawn without the generator; data often comes sorted"
        differ = set(np.asarray(result[0][0]).tolist()) != set(np.asarray(result[1][0]).tolist())
        assert_that(differ, "Two seeds give the same training part.", cause=cause)
        head = list(range(len(result[0][0])))
        assert_that(
            sorted(np.asarray(result[0][0]).tolist()) != head,
            "The first part holds the first samples.",
            cause,
        )
        assert_same_chance(result[0], student.run(split_twice, n, fractions, seeds[:1])[0])


@points(1)
def test_standardizer_applies_the_statistics_of_training(student, rng):
    for n, m, d in [(20, 7, 3), (9, 1, 5), (30, 12, 1)]:
        train = rng.uniform(0.5, 3, size=d) * rng.normal(size=(n, d)) + rng.uniform(2, 9, size=d)
        new = 2 * rng.normal(size=(m, d)) - 1
        epsilon = rng.uniform(0.05, 0.5)
        standardizer = student.Standardizer(epsilon)
        with assert_unchanged(train, new):
            standardizer.fit(train)
            fitted, transformed = standardizer.transform(train), standardizer.transform(new)
        scale = np.sqrt(train.var(axis=0) + epsilon)
        assert_close(
            fitted, (train - train.mean(axis=0)) / scale, name="array of standardized training samples"
        )
        cause = "new samples are shifted and scaled by the statistics of the training samples"
        expected = (new - train.mean(axis=0)) / scale
        assert_close(transformed, expected, name="array of standardized new samples", cause=cause)


@hidden
@points(1)
def test_standardizer_of_constant_features(student, rng):
    train = rng.normal(size=(12, 4)) + 3
    train[:, 2] = 5.0
    standardizer = student.Standardizer(0.1)
    standardizer.fit(train)
    result = standardizer.transform(train)
    assert_close(np.asarray(result)[:, 2], np.zeros(12), name="constant feature")
    single = standardizer.transform(train[:1].astype(np.float32))
    expected = (train[:1] - train.mean(axis=0)) / np.sqrt(train.var(axis=0) + 0.1)
    assert_close(single, expected, rtol=1e-4, atol=1e-4, name="single sample")
    exact = student.Standardizer(0.0)
    exact.fit(train[:, :2])
    z = np.asarray(exact.transform(train[:, :2]))
    assert_close(z.mean(axis=0), np.zeros(2), name="mean of each feature for ε = 0")
    assert_close(z.std(axis=0), np.ones(2), name="standard deviation of each feature for ε = 0")


def correlated(rng, n, d):
    """n samples of d features, all of them correlated, none centred."""
    return rng.normal(size=(n, d)) @ rng.normal(size=(d, d)) + rng.uniform(2, 5, size=d)


@points(1)
def test_whitening_leaves_nothing_correlated(student, rng):
    for n, d in [(40, 3), (30, 5), (20, 1)]:
        train = correlated(rng, n, d)
        whitening = student.Whitening(0.0)
        with assert_unchanged(train):
            whitening.fit(train)
            result = whitening.transform(train)
        assert_shape(result, (n, d), name="array of whitened samples")
        z = np.asarray(result)
        assert_close(z.mean(axis=0), np.zeros(d), name="mean of the whitened samples")
        assert_close(z.T @ z / n, np.eye(d), atol=1e-6, name="covariance of the whitened samples")
    for n, d, epsilon in [(30, 3, 0.0), (35, 3, 0.4), (4, 6, 0.2)]:
        assert_whitens_new_samples(student, rng, n, d, epsilon)


def assert_whitens_new_samples(student, rng, n, d, epsilon):
    """Products of whitened samples, which no rotation changes, of samples that `fit` has not seen."""
    train, new = correlated(rng, n, d), correlated(rng, 6, d)
    whitening = student.Whitening(epsilon)
    whitening.fit(train)
    result = whitening.transform(new)
    assert_shape(result, (6, d), name="array of whitened samples")
    z, centred = np.asarray(result), new - train.mean(axis=0)
    inverse = np.linalg.inv(np.cov(train.T, ddof=0).reshape(d, d) + epsilon * np.eye(d))
    cause = "z zᵀ must be (x − m) (C + ε I)⁻¹ (x − m)ᵀ with mean m and covariance C of the training samples"
    name = "products of whitened samples"
    assert_close(z @ z.T, centred @ inverse @ centred.T, rtol=1e-6, atol=1e-6, name=name, cause=cause)


@hidden
@points(1)
def test_whitening_of_new_samples_and_of_fewer_samples_than_features(student, rng):
    for n, d, epsilon in [(40, 4, 0.5), (5, 8, 0.3), (25, 2, 0.1)]:
        assert_whitens_new_samples(student, rng, n, d, epsilon)


def epochs_of(module, x, labels, batch_size, seed, epochs):
    """The batches of several epochs from one generator, as they were when they came; without a generator when there is
    no seed.
    """
    import numpy as np

    rng = None if seed is None else np.random.default_rng(seed)
    return [
        [tuple(map(np.array, pair)) for pair in module.minibatches(x, labels, batch_size, rng)]
        for _ in range(epochs)
    ]


def how_shuffled(epochs, x, labels):
    """Shares of samples that came, and of labels that came with their sample; whether batches are cut from the data in
    its order, samples are in the order given, and epochs are alike.
    """
    batches = epochs[0]
    came = np.concatenate([np.asarray(part) for _, part in batches])
    samples = np.concatenate([np.asarray(part) for part, _ in batches])
    position = np.argsort(labels)
    places = [position[np.asarray(part)] for _, part in batches]
    return [
        len(np.unique(came)) / len(x),
        len(came) / len(x),
        np.all(np.isclose(samples, x[position[came]]).reshape(len(came), -1), axis=1).mean(),
        all((np.diff(place) == 1).all() for place in places),
        np.array_equal(came, labels[: len(came)]),
        len(epochs) > 1 and np.array_equal(came, np.concatenate([np.asarray(part) for _, part in epochs[1]])),
    ]


@points(1)
def test_minibatches_are_shuffled_anew_or_not_at_all(student, rng):
    x, labels = rng.normal(size=(40, 2)).astype(np.float32), rng.permutation(40)
    seed = int(rng.integers(2**32))
    first, second = student.run(epochs_of, x, labels, 8, seed, 2)
    compare_by(how_shuffled, (first, second), x, labels, slack=0.2)
    orders = [np.concatenate([np.asarray(part) for _, part in epoch]) for epoch in (first, second)]
    assert_equal(np.sort(orders[0]), np.arange(40), name="sorted list of the labels of an epoch")
    assert_that(
        not np.array_equal(orders[0], labels), "The samples come in the order in which they were given."
    )
    positions = np.argsort(labels)[np.asarray(first[0][1])]
    cause = "the order of the samples is random, not only that of the batches"
    assert_that(np.ptp(positions) > 7, "The samples of a batch are neighbours in the data.", cause)
    cause = "every epoch draws a new order from the generator it is given"
    assert_that(not np.array_equal(*orders), "Two epochs have the same order.", cause)
    [again] = student.run(epochs_of, x, labels, 8, seed, 1)
    assert_same_chance([part for _, part in first], [part for _, part in again])
    [plain] = student.run(epochs_of, x, labels, 7, None, 1)
    in_order = np.concatenate([np.asarray(part) for _, part in plain])
    assert_equal(in_order, labels, name="list of labels without a generator")
    assert_equal(str(plain[0][0].dtype), "float32", name="dtype of the samples")


@points(1)
def test_minibatches_bring_every_sample_once(student, rng):
    for n, batch_size, shape in [(10, 4, (3,)), (12, 3, (2, 2)), (5, 8, (1,)), (7, 1, ()), (1, 1, (4,))]:
        x, labels = rng.normal(size=(n, *shape)), rng.permutation(n)
        seed = int(rng.integers(2**32))
        with assert_unchanged(x, labels):
            result = student.run(epochs_of, x, labels, batch_size, seed, 1)
        compare_by(how_shuffled, result, x, labels, slack=0.6)
        batches = [assert_parts(batch, 2, name="batch") for batch in result[0]]
        sizes = [batch_size] * (n // batch_size) + ([n % batch_size] if n % batch_size else [])
        cause = "when the batch size does not divide n, the last batch is smaller, and it is kept"
        found = [len(np.asarray(part)) for _, part in batches]
        assert_equal(found, sizes, name="list of batch sizes", cause=cause)
        seen = np.concatenate([np.asarray(part) for _, part in batches])
        assert_equal(np.sort(seen), np.arange(n), name="sorted list of the labels of an epoch")
        position = np.argsort(labels)
        cause = "samples and labels are in different orders"
        samples = np.concatenate([np.asarray(part) for part, _ in batches])
        assert_close(
            samples, x[position[seen]], name="array of samples that came with the labels", cause=cause
        )


def two_index_lists(module, name, values, fraction, seeds):
    """For each seed, the two parts."""
    import numpy as np

    return [list(getattr(module, name)(values, fraction, np.random.default_rng(seed))) for seed in seeds]


@points(0)
def test_stratified_split_keeps_the_shares_of_classes(student, rng):
    for counts, fraction in [((50, 30, 20), 0.3), ((90, 10), 0.2), ((7, 40, 13), 0.5)]:
        labels = rng.permutation(np.repeat(np.arange(len(counts)), counts))
        seeds = [int(seed) for seed in rng.integers(2**32, size=2)]
        with assert_unchanged(labels):
            result = student.run(two_index_lists, "stratified_split", labels, fraction, seeds)
        for parts in result:
            assert_parts(parts, 2, name="list of parts")
            assert_partition(parts, len(labels))
            taken = np.bincount(labels[np.asarray(parts[1])], minlength=len(counts))
            for label, count in enumerate(counts):
                low, high = np.floor(fraction * count), np.ceil(fraction * count)
                assert_between(
                    taken[label], low, high, name=f"number of samples of class {label} in the second part"
                )
        differ = set(np.asarray(result[0][1]).tolist()) != set(np.asarray(result[1][1]).tolist())
        assert_that(differ, "Two seeds give the same split.")
        again = student.run(two_index_lists, "stratified_split", labels, fraction, seeds[:1])[0]
        assert_same_chance(result[0], again)


@points(0)
def test_group_split_keeps_groups_together(student, rng):
    for group_count, size, fraction in [(10, 6, 0.3), (8, 5, 0.25), (20, 3, 0.5)]:
        names = rng.choice(1000, size=group_count, replace=False)
        groups = rng.permutation(np.repeat(names, size))
        seeds = [int(seed) for seed in rng.integers(2**32, size=6)]
        with assert_unchanged(groups):
            result = student.run(two_index_lists, "group_split", groups, fraction, seeds)
        for parts in result:
            assert_parts(parts, 2, name="list of parts")
            assert_partition(parts, len(groups))
            sides = [set(groups[np.asarray(part)].tolist()) for part in parts]
            cause = "choose among the groups; all samples of a group go with it"
            assert_that(not sides[0] & sides[1], "A group is in both parts.", cause)
            low, high = np.floor(fraction * group_count), np.ceil(fraction * group_count)
            assert_between(len(sides[1]), low, high, name="number of groups in the second part")
        chosen = {tuple(sorted(np.asarray(parts[1]).tolist())) for parts in result}
        assert_that(len(chosen) > 1, "Six seeds give the same split.")
        again = student.run(two_index_lists, "group_split", groups, fraction, seeds[:1])[0]
        assert_same_chance(result[0], again)
