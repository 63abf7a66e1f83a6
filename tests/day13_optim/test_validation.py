"""Checks of validation.py. Splits are judged by what must hold for every one of them, not by their order."""

import numpy as np

from course.testing import (
    assert_between,
    assert_close,
    assert_equal,
    assert_parts,
    assert_raises,
    assert_that,
    assert_unchanged,
    compare_by,
    hidden,
    points,
)


def scaled(train, x):
    """x standardised with the statistics of train, one channel after the other; one that never changes is centred."""
    channels = []
    for seen, channel in zip(np.moveaxis(train, 1, 0).astype(float), np.moveaxis(x, 1, 0), strict=True):
        centre = seen.sum() / seen.size
        spread = np.sqrt(np.square(seen - centre).sum() / seen.size)
        channels.append((channel - centre) / (spread if np.ptp(seen) else 1.0))
    return np.stack(channels, axis=1)


def signals(rng, n, channels, time):
    """Channels with different means and standard deviations, recordings with different ones too."""
    gain, offset = rng.uniform(0.5, 5, size=(channels, 1)), rng.uniform(-9, 9, size=(channels, 1))
    drift = rng.uniform(1, 3, size=(n, 1, 1)) * rng.normal(size=(n, 1, 1))
    return gain * (rng.normal(size=(n, channels, time)) + drift) + offset


@points(1)
def test_standardize_with_the_statistics_of_training(student, rng):
    for n, channels, time in [(6, 3, 5), (4, 1, 7), (5, 2, 9)]:
        train = signals(rng, n, channels, time)
        others = [signals(rng, 3, channels, time) + 2, signals(rng, 2, channels, time + 1) * 2]
        with assert_unchanged(train, *others):
            result = student.standardize(train, *others)
        for part, x in zip(assert_parts(result, 3), [train, *others], strict=True):
            assert_close(part, scaled(train, x), name="array of standardised signals")
    train = train.astype(np.float32)
    (alone,) = assert_parts(student.standardize(train), 1)
    assert_close(alone, scaled(train, train), rtol=1e-3, atol=1e-3, name="array of standardised signals")
    train, other = signals(rng, 5, 2, 4), signals(rng, 3, 2, 6)
    train[:, 0] = -2.5
    cause = "a channel with standard deviation 0 is only centred"
    parts = assert_parts(student.standardize(train, other), 2)
    for part, x, name in zip(parts, (train, other), ("training", "other"), strict=True):
        name = f"array of standardised {name} signals, one channel constant"
        assert_close(part, scaled(train, x), name=name, cause=cause)


@hidden
@points(1)
def test_standardize_a_channel_that_never_changes(student, rng):
    train, other = signals(rng, 4, 3, 6), signals(rng, 2, 3, 6)
    train[:, 1] = 4.0
    first, second = assert_parts(student.standardize(train, other), 2)
    cause = "a channel with standard deviation 0 is only centred"
    assert_close(first, scaled(train, train), name="array of standardised signals", cause=cause)
    assert_close(second, scaled(train, other), name="array of standardised signals", cause=cause)


def generator(rng):
    return np.random.default_rng(int(rng.integers(2**32)))


def assert_folds(result, n, k):
    """k splits; each is all indices, each once; so are the validation parts together. They are returned."""
    folds = []
    for fold in assert_parts(result, k, name="list of folds"):
        train, held_out = (np.asarray(part) for part in assert_parts(fold, 2, name="fold"))
        together = np.sort(np.concatenate([train, held_out]))
        assert_equal(together, np.arange(n), name="list of all indices in a fold, sorted")
        folds.append((train, held_out))
    everything = np.sort(np.concatenate([held_out for _, held_out in folds]))
    assert_equal(everything, np.arange(n), name="list of all validation indices, sorted")
    return folds


def what_is_amiss(result, groups):
    """Of all splits together, whether samples are held out twice or never, the larger part is for validation, a split
    lacks samples or has some twice, and groups are on both sides. Where something else than positions came back, only
    how many of it.
    """
    groups, folds = np.asarray(groups), [[np.asarray(part) for part in fold] for fold in result]
    if any(part.max(initial=0) >= len(groups) for fold in folds for part in fold):
        return [9, np.mean([len(a) + len(b) == len(groups) for a, b in folds]), 0, 0, 0]
    folds = [[part.astype(int) for part in fold] for fold in folds]
    held_out = np.bincount(np.concatenate([b for _, b in folds]), minlength=len(groups))
    return [
        (held_out > 1).any(),
        (held_out == 0).any(),
        sum(len(b) for _, b in folds) > sum(len(a) for a, _ in folds),
        any(len(a) + len(b) != len(groups) for a, b in folds),
        any(np.isin(groups[a], groups[b]).any() for a, b in folds),
    ]


@points(1)
def test_k_fold_of_independent_samples(student, rng):
    for n, k in [(10, 5), (11, 3), (4, 4), (23, 2)]:
        groups = np.arange(n)
        with assert_unchanged(groups):
            result = student.k_fold(groups, k, generator(rng))
        compare_by(what_is_amiss, result, groups)
        for _, held_out in assert_folds(result, n, k):
            assert_between(len(held_out), n // k, -(-n // k), name="number of validation samples")
    groups, seed = np.arange(90), int(rng.integers(2**31))
    first, again, other = (
        [np.sort(held_out).tolist() for _, held_out in assert_folds(folds, 90, 3)]
        for folds in [student.k_fold(groups, 3, np.random.default_rng(seed + i)) for i in (0, 0, 1)]
    )
    cause = "np.random is asked for chance, or a generator of its own, and not the one that is given"
    assert_that(first == again, "The same generator gives other folds each time.", cause=cause)
    cause = "the groups are not shuffled, or not by `rng`"
    assert_that(first != other, "Two different generators give the same folds.", cause=cause)


@points(1)
def test_k_fold_keeps_groups_together(student, rng):
    for people, k in [(7, 3), (5, 5), (12, 4)]:
        names = rng.permutation(100)[:people]
        groups = rng.permutation(np.concatenate([names, rng.choice(names, size=40)]))
        with assert_unchanged(groups):
            result = student.k_fold(groups, k, generator(rng))
        compare_by(what_is_amiss, result, groups)
        for train, held_out in assert_folds(result, len(groups), k):
            shared = np.intersect1d(groups[train], groups[held_out])
            assert_equal(len(shared), 0, name="number of groups on both sides of a split")
            count = len(np.unique(groups[held_out]))
            assert_between(count, people // k, -(-people // k), name="number of validation groups")
    names = rng.permutation(100)[:4]
    with assert_raises(ValueError, cause="with fewer groups than folds a fold would be empty"):
        student.k_fold(rng.permutation(np.repeat(names, 3)), 5, generator(rng))


@hidden
@points(1)
def test_k_fold_shuffles_and_needs_enough_groups(student, rng):
    n = 120
    first = assert_folds(student.k_fold(np.arange(n), 3, generator(rng)), n, 3)
    second = assert_folds(student.k_fold(np.arange(n), 3, generator(rng)), n, 3)
    for (_, a), (_, b) in zip(first, second, strict=True):
        differ = not np.array_equal(np.sort(a), np.sort(b))
        assert_that(
            differ, "Two different generators give the same folds.", cause="the groups are not shuffled"
        )
    neighbours = np.isin(np.arange(40), first[0][1]).sum()
    assert_between(neighbours, 1, 39, name="number of the first 40 samples in the first fold")
    seed = int(rng.integers(2**32))
    once, again = (student.k_fold(np.arange(n), 3, np.random.default_rng(seed)) for _ in range(2))
    held_out = [np.sort(fold[1]) for fold in assert_folds(once, n, 3)]
    same = all(
        np.array_equal(a, np.sort(b[1])) for a, b in zip(held_out, assert_folds(again, n, 3), strict=True)
    )
    cause = "np.random is asked for chance, or a generator of its own, and not the one that is given"
    assert_that(same, "The same generator gives other folds each time.", cause=cause)
    with assert_raises(ValueError):
        student.k_fold(np.array([3, 3, 8, 8, 8]), 3, generator(rng))


def fit_ridge(x, y):
    """A linear model; what it learns depends on all it is given, and on how much that is."""
    import numpy as np

    x, y = np.asarray(x), np.asarray(y)
    return np.linalg.solve(x.T @ x + np.eye(x.shape[1]), x.T @ y)


def negative_error(w, x, y):
    import numpy as np

    return -float(np.mean((np.asarray(x) @ w - np.asarray(y)) ** 2))


def split(rng, n, k):
    """A hand-made list of k folds of different sizes."""
    bounds = np.sort(rng.permutation(np.arange(2, n - 1))[: k - 1])
    order = rng.permutation(n)
    parts = np.split(order, bounds)
    return [(np.setdiff1d(order, part), part) for part in parts if len(part)]


def problem(rng, n, d, noise=1.0):
    x = rng.normal(size=(n, d)) + 0.3
    return x, x @ rng.normal(size=d) + noise * rng.normal(size=n)


@points(1)
def test_cross_validate_scores_what_was_held_out(student, rng):
    for n, d, k in [(12, 3, 3), (9, 2, 2), (20, 4, 5)]:
        x, y = problem(rng, n, d)
        folds = split(rng, n, k)
        with assert_unchanged(x, y):
            result = student.cross_validate(fit_ridge, negative_error, x, y, folds)
        expected = [negative_error(fit_ridge(x[a], y[a]), x[b], y[b]) for a, b in folds]
        assert_close(result, expected, name="list of scores")


def run_search(module, strengths, x, y, folds, x_test, y_test):
    """Result of a search over ridge strengths, whose sign says nothing, and how often the test set was used."""
    import numpy as np

    tested = []

    def fit(strength, x, y):
        return np.linalg.solve(x.T @ x + abs(strength) * np.eye(x.shape[1]), x.T @ y)

    def score(w, x, y):
        if np.array_equal(x, x_test):
            tested.append(w)
        return -float(np.mean((x @ w - y) ** 2))

    best, scores, test_score = module.search(strengths, fit, score, x, y, folds, (x_test, y_test))
    return best, scores, test_score, len(tested)


def search_reference(strengths, x, y, folds, x_test, y_test):
    def fit(strength, x, y):
        rows = np.vstack([x, np.sqrt(abs(strength)) * np.eye(x.shape[1])])
        return np.linalg.lstsq(rows, np.append(y, np.zeros(x.shape[1])))[0]

    scores = [
        np.mean([-np.mean((x[b] @ fit(s, x[a], y[a]) - y[b]) ** 2) for a, b in folds]) for s in strengths
    ]
    best = strengths[int(np.argmax(scores))]
    return best, scores, -np.mean((x_test @ fit(best, x, y) - y_test) ** 2)


def tempting(rng):
    """Samples that want little regularisation, and a test set that, if it were asked, would want a lot."""
    x, y = problem(rng, 30, 4, noise=0.2)
    x_test = rng.normal(size=(11, 4)) + 0.3
    return x, y, x_test, 0.05 * rng.normal(size=11)


@points(1)
def test_search_chooses_by_validation(student, rng):
    equals = [70.0, 2.0, -2.0, 500.0], [70.0, -2.0, 2.0, 500.0]
    for strengths in ([1.0, 30.0, 400.0], [200.0, 3.0, 50.0, 1000.0], *equals):
        x, y, x_test, y_test = tempting(rng)
        folds = split(rng, 30, 3)
        result = student.run(run_search, strengths, x, y, folds, x_test, y_test)
        best, scores, test_score, _ = assert_parts(result, 4)
        expected_best, expected_scores, expected_test = search_reference(
            strengths, x, y, folds, x_test, y_test
        )
        assert_close(scores, expected_scores, name="list of mean validation scores")
        cause = "of several with the largest score, the first wins"
        assert_close(best, expected_best, name="winner", cause=cause)
        cause = "the score of a new model, fitted to all of x and y with the winner"
        assert_close(test_score, expected_test, name="test score", cause=cause)


@points(1)
def test_search_opens_the_test_set_once(student, rng):
    x, y, x_test, y_test = tempting(rng)
    search = [0.1, 5.0, 70.0, 900.0], x, y, split(rng, 30, 4), x_test, y_test
    _, _, test_score, count = assert_parts(student.run(run_search, *search), 4)
    assert_close(test_score, search_reference(*search)[2], name="test score")
    assert_equal(count, 1, name="number of times that the test set was scored")
