"""Answers to validation.py: wrong ones with what went wrong, and right ones in another style."""

import numpy as np

from course.testing import misconception, variant
from day13_optim.validation import cross_validate


@misconception(
    "standardize",
    "Every set is standardised with its own mean or deviation. The same signal then means different things in "
    "training and in the test; use the numbers of `train` for all.",
    own=("both", "mean", "deviation"),
)
def own_statistics(train, *others, own="both"):
    def scale(x):
        std = (train if own == "mean" else x).std(axis=(0, 2), keepdims=True)
        mean = (train if own == "deviation" else x).mean(axis=(0, 2), keepdims=True)
        return (x - mean) / np.where(std == 0, 1, std)

    return tuple(scale(x) for x in (train, *others))


@misconception(
    "standardize",
    "Mean and deviation are those of all sets together: the test set has leaked into training. Use `train` alone.",
)
def statistics_of_all(train, *others):
    values = np.concatenate([np.moveaxis(x, 1, 0).reshape(x.shape[1], -1) for x in (train, *others)], axis=1)
    mean, std = values.mean(axis=1)[:, None], values.std(axis=1)[:, None]
    return tuple((x - mean) / np.where(std == 0, 1, std) for x in (train, *others))


@misconception(
    "standardize",
    "Each recording is standardised by itself, over its times. One mean per channel, over all recordings and times.",
)
def per_recording(train, *others):
    def scale(x):
        std = x.std(axis=2, keepdims=True)
        return (x - x.mean(axis=2, keepdims=True)) / np.where(std == 0, 1, std)

    return tuple(scale(x) for x in (train, *others))


@misconception(
    "standardize",
    "One mean for all channels: quiet channels stay quiet and shifted. Each channel has its own.",
)
def one_for_all_channels(train, *others):
    return tuple((x - train.mean()) / train.std() for x in (train, *others))


@misconception("standardize", "Divided by the variance instead of the standard deviation.")
def by_the_variance(train, *others):
    mean, var = train.mean(axis=(0, 2), keepdims=True), train.var(axis=(0, 2), keepdims=True)
    return tuple((x - mean) / np.where(var == 0, 1, var) for x in (train, *others))


@misconception("standardize", "A channel that never changes is divided by zero.")
def constant_channel_divided_by_zero(train, *others):
    mean, std = train.mean(axis=(0, 2), keepdims=True), train.std(axis=(0, 2), keepdims=True)
    with np.errstate(all="ignore"):
        return tuple((x - mean) / std for x in (train, *others))


@misconception("standardize", "ddof is 1: it divides by n − 1. Here it is 0, as in np.std by itself.")
def ddof_one(train, *others):
    mean, std = train.mean(axis=(0, 2), keepdims=True), train.std(axis=(0, 2), keepdims=True, ddof=1)
    return tuple((x - mean) / np.where(std == 0, 1, std) for x in (train, *others))


@misconception(
    "standardize",
    "Only `train` was standardised. The other sets go through the same numbers, or a network sees something quite "
    "different in them.",
)
def others_left_alone(train, *others):
    mean, std = train.mean(axis=(0, 2), keepdims=True), train.std(axis=(0, 2), keepdims=True)
    return ((train - mean) / std, *others)


@misconception(
    "standardize",
    "Scaled between minimum and maximum. To standardise is to subtract the mean and divide by the standard "
    "deviation.",
)
def scaled_to_an_interval(train, *others):
    lo, hi = train.min(axis=(0, 2), keepdims=True), train.max(axis=(0, 2), keepdims=True)
    return tuple((x - lo) / (hi - lo) for x in (train, *others))


@misconception(
    "standardize",
    "One array comes back. The result has a part for each argument: `train` and all the others, also if there are "
    "none.",
)
def one_array_only(train, *others):
    mean, std = train.mean(axis=(0, 2), keepdims=True), train.std(axis=(0, 2), keepdims=True)
    return (train - mean) / std


@misconception(
    "standardize",
    "The mean is subtracted, but nothing is divided by the standard deviation.",
)
def only_centred(train, *others):
    mean = train.mean(axis=(0, 2), keepdims=True)
    return tuple(x - mean for x in (train, *others))


@variant("standardize")
def channel_by_channel(train, *others):
    results = [np.array(x, dtype=float) for x in (train, *others)]
    for c in range(train.shape[1]):
        mean, std = np.mean(train[:, c]), np.std(train[:, c])
        for result in results:
            result[:, c] = (result[:, c] - mean) / (std if std > 0 else 1.0)
    return results


@variant("standardize")
def by_moments(train, *others):
    columns = np.moveaxis(train, 1, -1).reshape(-1, train.shape[1]).astype(float)
    mean = columns.sum(axis=0) / len(columns)
    std = np.sqrt(((columns - mean) ** 2).sum(axis=0) / len(columns))
    std[std == 0] = 1.0
    return tuple((x - mean[:, None]) / std[:, None] for x in (train, *others))


@misconception(
    "k_fold", "Nothing is shuffled: when the data is sorted, a fold holds one kind of sample only."
)
def in_order(groups, k, rng):
    names = np.unique(groups)
    if len(names) < k:
        raise ValueError("too few groups")
    held_out = [np.isin(groups, part) for part in np.array_split(names, k)]
    return [(np.flatnonzero(~mask), np.flatnonzero(mask)) for mask in held_out]


@misconception("k_fold", "Samples are dealt, not groups: recordings of one person are on both sides.")
def groups_torn_apart(groups, k, rng):
    if len(np.unique(groups)) < k:
        raise ValueError("too few groups")
    order = rng.permutation(len(groups))
    return [(np.setdiff1d(order, part), part) for part in np.array_split(order, k)]


@misconception("k_fold", "With n // k groups per fold, what is left over is never used for validation.")
def remainder_lost(groups, k, rng):
    names = rng.permutation(np.unique(groups))
    if len(names) < k:
        raise ValueError("too few groups")
    size = len(names) // k
    held_out = [np.isin(groups, names[i * size : (i + 1) * size]) for i in range(k)]
    return [(np.flatnonzero(~mask), np.flatnonzero(mask)) for mask in held_out]


@misconception("k_fold", "The two parts are exchanged: k − 1 folds are for training, one is for validation.")
def parts_exchanged(groups, k, rng):
    names = rng.permutation(np.unique(groups))
    if len(names) < k:
        raise ValueError("too few groups")
    held_out = [np.isin(groups, part) for part in np.array_split(names, k)]
    return [(np.flatnonzero(mask), np.flatnonzero(~mask)) for mask in held_out]


@misconception(
    "k_fold",
    "Each split is drawn afresh, so some samples are held out twice and others never. Deal once, then take turns.",
)
def drawn_afresh(groups, k, rng):
    names = np.unique(groups)
    if len(names) < k:
        raise ValueError("too few groups")
    folds = []
    for _ in range(k):
        mask = np.isin(groups, rng.permutation(names)[: len(names) // k])
        folds.append((np.flatnonzero(~mask), np.flatnonzero(mask)))
    return folds


@misconception("k_fold", "With fewer groups than folds, some folds stay empty; raise ValueError.")
def empty_folds(groups, k, rng):
    names = rng.permutation(np.unique(groups))
    held_out = [np.isin(groups, part) for part in np.array_split(names, k)]
    return [(np.flatnonzero(~mask), np.flatnonzero(mask)) for mask in held_out]


@misconception(
    "k_fold",
    "The parts hold names of groups. Asked for are positions of samples in `groups`, "
    "np.flatnonzero(np.isin(groups, names)).",
)
def names_for_indices(groups, k, rng):
    names = rng.permutation(np.unique(groups))
    if len(names) < k:
        raise ValueError("few")
    parts = np.array_split(names, k)
    return [(np.concatenate(parts[:i] + parts[i + 1 :]), parts[i]) for i in range(k)]


@misconception(
    "k_fold",
    "The parts hold the groups of the samples, groups[mask]. Asked for are the positions, np.flatnonzero(mask).",
)
def groups_of_the_samples(groups, k, rng):
    names = rng.permutation(np.unique(groups))
    if len(names) < k:
        raise ValueError("few")
    return [(groups[~np.isin(groups, p)], groups[np.isin(groups, p)]) for p in np.array_split(names, k)]


@misconception(
    "k_fold",
    "The parts are masks, True or False for each sample. Asked for are the positions, np.flatnonzero(mask).",
)
def masks_for_indices(groups, k, rng):
    names = rng.permutation(np.unique(groups))
    if len(names) < k:
        raise ValueError("few")
    return [(~np.isin(groups, p), np.isin(groups, p)) for p in np.array_split(names, k)]


@variant("k_fold")
def dealt_like_cards(groups, k, rng):
    names = sorted(set(groups.tolist()))
    if len(names) < k:
        raise ValueError("too few groups")
    rng.shuffle(names)
    fold_of = {name: i % k for i, name in enumerate(names)}
    fold = [fold_of[group] for group in groups.tolist()]
    return [
        ([i for i, f in enumerate(fold) if f != j], [i for i, f in enumerate(fold) if f == j])
        for j in range(k)
    ]


@variant("k_fold")
def by_inverse_index(groups, k, rng):
    names, index = np.unique(groups, return_inverse=True)
    if k > len(names):
        raise ValueError("too few groups")
    fold = rng.permutation(np.arange(len(names)) % k)[index]
    return [(np.where(fold != j)[0], np.where(fold == j)[0]) for j in range(k)]


@misconception(
    "cross_validate",
    "The model is fitted to all samples, so it has already seen those it is judged by. Fit it to the "
    "training part of the fold.",
)
def fitted_to_everything(fit, score, x, y, folds):
    model = fit(x, y)
    return np.array([score(model, x[held_out], y[held_out]) for _, held_out in folds])


@misconception(
    "cross_validate",
    "The model is judged by the samples it was fitted to; the score belongs to the held-out part.",
)
def judged_by_training(fit, score, x, y, folds):
    return np.array([score(fit(x[train], y[train]), x[train], y[train]) for train, _ in folds])


@misconception(
    "cross_validate", "Training and validation parts are exchanged: the model is fitted to the small one."
)
def folds_exchanged(fit, score, x, y, folds):
    return np.array([score(fit(x[b], y[b]), x[a], y[a]) for a, b in folds])


@misconception(
    "cross_validate", "Only the mean is returned. One score per fold also shows how far to trust it."
)
def mean_only(fit, score, x, y, folds):
    return np.mean([score(fit(x[a], y[a]), x[b], y[b]) for a, b in folds])


@misconception("cross_validate", "The model of the first fold is used for all; each fold needs a new one.")
def first_model_for_all(fit, score, x, y, folds):
    model = fit(x[folds[0][0]], y[folds[0][0]])
    return np.array([score(model, x[b], y[b]) for _, b in folds])


@misconception(
    "cross_validate",
    "The model is judged by all samples, most of which it was fitted to; the score belongs to the held-out part.",
)
def judged_by_everything(fit, score, x, y, folds):
    return [score(fit(x[a], y[a]), x, y) for a, b in folds]


@variant("cross_validate")
def by_a_loop(fit, score, x, y, folds):
    scores = []
    for train, held_out in folds:
        model = fit(x[train], y[train])
        scores.append(float(score(model, x[held_out], y[held_out])))
    return scores


@variant("cross_validate")
def by_masks(fit, score, x, y, folds):
    scores = np.empty(len(folds))
    for i, (_, held_out) in enumerate(folds):
        mask = np.zeros(len(x), dtype=bool)
        mask[held_out] = True
        scores[i] = score(fit(x[~mask], y[~mask]), x[mask], y[mask])
    return scores


@misconception(
    "search",
    "The winner is chosen by the test score. The test set then is one more validation set, and nothing "
    "is left to be honest with.",
)
def chosen_by_the_test_set(candidates, fit, score, x, y, folds, test):
    scores = np.array(
        [cross_validate(lambda x, y, c=c: fit(c, x, y), score, x, y, folds).mean() for c in candidates]
    )
    tested = [score(fit(c, x, y), *test) for c in candidates]
    best = int(np.argmax(tested))
    return candidates[best], scores, tested[best]


@misconception("search", "The smallest score wins; here larger is better.")
def smallest_score(candidates, fit, score, x, y, folds, test):
    scores = np.array(
        [cross_validate(lambda x, y, c=c: fit(c, x, y), score, x, y, folds).mean() for c in candidates]
    )
    best = candidates[int(np.argmin(scores))]
    return best, scores, score(fit(best, x, y), *test)


@misconception(
    "search",
    "The model that is tested has seen only a part of the data: that of the last fold. Fit the winner "
    "anew to all of it.",
)
def model_of_the_last_fold(candidates, fit, score, x, y, folds, test):
    scores = np.array(
        [cross_validate(lambda x, y, c=c: fit(c, x, y), score, x, y, folds).mean() for c in candidates]
    )
    best = candidates[int(np.argmax(scores))]
    train, _ = folds[-1]
    return best, scores, score(fit(best, x[train], y[train]), *test)


@misconception(
    "search",
    "The validation score of the winner is reported as its test score. It is the largest of many, hence too good.",
)
def validation_for_test(candidates, fit, score, x, y, folds, test):
    scores = np.array(
        [cross_validate(lambda x, y, c=c: fit(c, x, y), score, x, y, folds).mean() for c in candidates]
    )
    best = int(np.argmax(scores))
    return candidates[best], scores, scores[best]


@misconception(
    "search",
    "All candidates are scored on the test set, even if only one score is reported. Open it for the winner only.",
)
def tests_everything(candidates, fit, score, x, y, folds, test):
    scores = np.array(
        [cross_validate(lambda x, y, c=c: fit(c, x, y), score, x, y, folds).mean() for c in candidates]
    )
    tested = [score(fit(c, x, y), *test) for c in candidates]
    best = int(np.argmax(scores))
    return candidates[best], scores, tested[best]


@misconception("search", "The position of the winner is returned instead of the candidate.")
def position_of_the_winner(candidates, fit, score, x, y, folds, test):
    scores = np.array(
        [cross_validate(lambda x, y, c=c: fit(c, x, y), score, x, y, folds).mean() for c in candidates]
    )
    best = int(np.argmax(scores))
    return best, scores, score(fit(candidates[best], x, y), *test)


@misconception(
    "search",
    "The candidates are compared on the test set. It is for the end; to choose, cross-validate on (x, y).",
)
def scores_of_the_test_set(candidates, fit, score, x, y, folds, test):
    scores = [score(fit(c, x, y), *test) for c in candidates]
    best = int(np.argmax(scores))
    return candidates[best], np.array(scores), scores[best]


@misconception(
    "search",
    "The candidates are compared on the samples they were fitted to, where the wildest wins. Cross-validate them.",
)
def scores_of_the_training(candidates, fit, score, x, y, folds, test):
    scores = [score(fit(c, x, y), x, y) for c in candidates]
    best = candidates[int(np.argmax(scores))]
    return best, np.array(scores), score(fit(best, x, y), *test)


@misconception(
    "search",
    "The score of a candidate is that of its luckiest fold; it is the mean over the folds.",
)
def luckiest_fold(candidates, fit, score, x, y, folds, test):
    scores = np.array(
        [np.max(cross_validate(lambda x, y, c=c: fit(c, x, y), score, x, y, folds)) for c in candidates]
    )
    best = candidates[int(np.argmax(scores))]
    return best, scores, score(fit(best, x, y), *test)


@misconception(
    "search",
    "All candidates have the same score, the last one's: a lambda looks c up when it is called, after the loop. "
    "Bind it, lambda x, y, c=c: …",
)
def late_binding(candidates, fit, score, x, y, folds, test):
    fits = [lambda x, y: fit(c, x, y) for c in candidates]  # noqa: B023 (the mistake itself)
    scores = np.array([cross_validate(f, score, x, y, folds).mean() for f in fits])
    best = candidates[int(np.argmax(scores))]
    return best, scores, score(fit(best, x, y), *test)


@misconception(
    "search",
    "Only the winner's score comes back. There is one for each candidate, to see how close the others were.",
)
def score_of_the_winner_only(candidates, fit, score, x, y, folds, test):
    scores = np.array(
        [cross_validate(lambda x, y, c=c: fit(c, x, y), score, x, y, folds).mean() for c in candidates]
    )
    best = candidates[int(np.argmax(scores))]
    return best, scores.max(), score(fit(best, x, y), *test)


@misconception(
    "search",
    "The models of the folds were tested, which have seen only a part of the data. Fit the winner anew to all of "
    "it.",
)
def models_of_the_folds(candidates, fit, score, x, y, folds, test):
    scores = np.array(
        [cross_validate(lambda x, y, c=c: fit(c, x, y), score, x, y, folds).mean() for c in candidates]
    )
    best = candidates[int(np.argmax(scores))]
    return best, scores, np.mean([score(fit(best, x[a], y[a]), *test) for a, _ in folds])


@variant("search")
def keeping_the_best(candidates, fit, score, x, y, folds, test):
    best, scores = None, []
    for candidate in candidates:
        parts = [score(fit(candidate, x[a], y[a]), x[b], y[b]) for a, b in folds]
        scores.append(float(np.mean(parts)))
        if best is None or scores[-1] > max(scores[:-1]):
            best = candidate
    x_test, y_test = test
    return best, scores, score(fit(best, x, y), x_test, y_test)


@variant("search")
def with_max(candidates, fit, score, x, y, folds, test):
    def mean_score(candidate):
        return float(np.mean(cross_validate(lambda x, y: fit(candidate, x, y), score, x, y, folds)))

    scores = [mean_score(candidate) for candidate in candidates]
    best = max(zip(scores, range(len(scores)), strict=True), key=lambda pair: (pair[0], -pair[1]))[1]
    return candidates[best], np.array(scores), score(fit(candidates[best], x, y), test[0], test[1])


@misconception(
    "k_fold",
    "np.random is asked for chance, and nothing comes out the same way again. Ask the generator that is given: `rng`.",
)
def chance_from_elsewhere(groups, k, rng):
    names = np.random.permutation(np.unique(groups))
    if len(names) < k:
        raise ValueError("there are not enough groups")
    held_out = [np.isin(groups, part) for part in np.array_split(names, k)]
    return [(np.flatnonzero(~mask), np.flatnonzero(mask)) for mask in held_out]


@misconception(
    "search",
    "Of several candidates with the largest score the largest one wins: max of pairs (score, candidate) compares the "
    "candidates too. The first is asked for, as np.argmax finds it.",
)
def largest_of_equals(candidates, fit, score, x, y, folds, test):
    scores = [cross_validate(lambda x, y, c=c: fit(c, x, y), score, x, y, folds).mean() for c in candidates]
    best = max(zip(scores, candidates, strict=True))[1]
    return best, np.array(scores), score(fit(best, x, y), *test)


@misconception(
    "search",
    "Of several candidates with the largest score the last one wins, as `>=` in a loop has it. The first "
    "is asked for: `>`, or np.argmax.",
)
def last_of_equals(candidates, fit, score, x, y, folds, test):
    scores = np.array(
        [cross_validate(lambda x, y, c=c: fit(c, x, y), score, x, y, folds).mean() for c in candidates]
    )
    best = candidates[max(i for i in range(len(scores)) if scores[i] == scores.max())]
    return best, scores, score(fit(best, x, y), *test)


@misconception(
    "standardize",
    "The sets are put together for the mean, which fails where their lengths differ, and would let the "
    "test have a say. Mean and deviation come from `train` alone.",
)
def concatenated(train, *others):
    everything = np.concatenate([train, *others])
    mean, std = everything.mean(axis=(0, 2), keepdims=True), everything.std(axis=(0, 2), keepdims=True)
    return tuple((x - mean) / std for x in (train, *others))


@misconception(
    "standardize",
    "The mean is taken over the times alone: one for each recording of `train`, which fits no other set. "
    "Over recordings *and* times, axis=(0, 2).",
)
def over_time_only(train, *others):
    mean, std = train.mean(axis=2, keepdims=True), train.std(axis=2, keepdims=True)
    return tuple((x - mean) / std for x in (train, *others))


@misconception(
    "search",
    "The search starts from a best score of 0, which no candidate need reach: scores may be negative. "
    "Start from −infinity, or use np.argmax.",
)
def starts_from_zero(candidates, fit, score, x, y, folds, test):
    best, top, scores = None, 0.0, []
    for c in candidates:
        scores.append(cross_validate(lambda x, y, c=c: fit(c, x, y), score, x, y, folds).mean())
        if scores[-1] > top:
            best, top = c, scores[-1]
    return best, np.array(scores), score(fit(best, x, y), *test)
