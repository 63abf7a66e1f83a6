# Write the parts marked TODO(day19). Made by `course sync` from the course's single source.
# skeleton dec1b5400b7b2ee6
"""Is it any good? Judges for things that somebody made up.

There is no right answer to compare a sample with, so *sets* are compared. No judge sees everything: each of these has
a forger whom it lets pass. Samples are rows. Arguments come back unchanged.
"""

import torch
from torch import Tensor


def nearest(samples: Tensor, training: Tensor) -> tuple[Tensor, Tensor]:
    """The training sample that each made-up sample is most like, by Euclidean distance.

    Right for copies as well, whose distance is far smaller than the numbers themselves: subtract before you square.

    Parameters
    ----------
    samples : (n, d) float tensor
    training : (m, d) float tensor

    Returns
    -------
    distances : (n,) float tensor
    indices : (n,) int64 tensor, rows of ``training``; any of them when several are equally near

    References
    ----------
    Theis, van den Oord and Bethge (2016), A note on the evaluation of generative models, section 3.3
    """
    # TODO(day19): all distances (n, m), then the smallest of each row
    raise NotImplementedError("nearest is not written yet")


def mmd(x: Tensor, y: Tensor, bandwidth: float) -> float:
    """Squared maximum mean discrepancy of two samples, without bias.

    With the kernel k(a, b) = exp(−‖a − b‖² / (2 bandwidth²)), how alike two points are,

        mean over i ≠ j of k(x_i, x_j)  +  mean over i ≠ j of k(y_i, y_j)  −  2 · mean over all i, j of k(x_i, y_j) .

    No point is compared with itself. So the expected value is exactly 0 when both come from the same distribution, and
    a single value may be a little below 0.

    Parameters
    ----------
    x : (n, d) float tensor, n at least 2
    y : (m, d) float tensor, m at least 2
    bandwidth : distance at which points stop being alike

    Returns
    -------
    float

    References
    ----------
    Gretton, Borgwardt, Rasch, Schölkopf and Smola (2012), A kernel two-sample test, JMLR 13, lemma 6
    """

    # TODO(day19): three kernel matrices; leave the diagonal out of the first two
    raise NotImplementedError("mmd is not written yet")


def precision_recall(real: Tensor, fake: Tensor, k: int = 5) -> tuple[float, float]:
    """Are the samples believable, and is everything there?

    Around every point of a set lies a ball that reaches to its k-th nearest *other* point of the set, the border
    included. All balls together are where the set is at home.

        precision = share of the fake samples that lie in a ball of the real ones,
        recall = share of the real samples that lie in a ball of the fake ones.

    Parameters
    ----------
    real : (n, d) float tensor, n larger than k
    fake : (m, d) float tensor, m larger than k
    k : 1 or more

    Returns
    -------
    precision, recall : floats

    References
    ----------
    Kynkäänniemi, Karras, Laine, Lehtinen and Aila (2019), Improved precision and recall metric for assessing
    generative models, section 2
    """

    # TODO(day19): the sorted row of distances to the own set begins with 0, the point itself: entry k is
    #   the radius
    raise NotImplementedError("precision_recall is not written yet")


def authenticity(samples: Tensor, training: Tensor) -> float:
    """Share of the samples that are no copies (optional).

    A sample is a copy when it is nearer to its nearest training sample than this training sample is to its own nearest
    *other* training sample. New data of the same kind are authentic about half of the time or more often; samples of
    somebody who learned the data by heart are not.

    Parameters
    ----------
    samples : (n, d) float tensor
    training : (m, d) float tensor, m at least 2, no two rows alike

    Returns
    -------
    float between 0 and 1

    References
    ----------
    Alaa, van Breugel, Saveliev and van der Schaar (2022), How faithful is your synthetic data?, section 3.3
    """
    # TODO(day19): distances among the training samples need a diagonal that never is the smallest
    raise NotImplementedError("authenticity is not written yet")
