# Write the parts marked TODO(day23). Made by `course sync` from the course's single source.
# skeleton 4c86323a3e6abfc9
"""To say "I don't know" in the right places: scores for what is strange, and what refusing costs and brings.

A score of strangeness is larger the stranger a sample is. Arguments come back unchanged.
"""

import torch
from torch import Tensor


def auroc(known: Tensor, unknown: Tensor) -> float:
    """How well a score tells the unknown from the known, without any threshold.

    It is the probability that a random unknown sample has a larger score than a random known one; where both are equal
    it counts one half. 1 is perfect, 0.5 is a coin.

    Parameters
    ----------
    known : (n,) float tensor, scores of samples of the kind that was learnt
    unknown : (m,) float tensor, scores of others

    Returns
    -------
    float between 0 and 1

    Not allowed here: ``sklearn.metrics.roc_auc_score``, ``scipy.stats.mannwhitneyu``.

    References
    ----------
    Fawcett (2006), An introduction to ROC analysis, Pattern Recognition Letters 27, section 7
    """
    # TODO(day23): all pairs, as a table
    raise NotImplementedError("auroc is not written yet")


def risk_coverage(score: Tensor, wrong: Tensor) -> tuple[Tensor, Tensor]:
    """What happens if one answers only the k samples one is surest of, for k = 1 … n.

    Samples are taken from the smallest score to the largest. The scores are all different.

    Parameters
    ----------
    score : (n,) float tensor, larger where the answer is less sure
    wrong : (n,) bool tensor, whether the answer was wrong

    Returns
    -------
    coverage : (n,) float tensor, the share k/n that is answered
    risk : (n,) float tensor, the share of wrong answers among these k

    References
    ----------
    Geifman and El-Yaniv (2017), Selective classification for deep neural networks, NIPS 30
    """
    # TODO(day23): sort, then a cumulative sum
    raise NotImplementedError("risk_coverage is not written yet")


def refuse(score: Tensor, known: Tensor, share: float) -> Tensor:
    """Whom to refuse, when a share of the *known* samples may be refused by mistake.

    The limit is set on known samples that were not learnt from, so that nothing unknown has to be seen for it: it is
    the smallest of their scores that at most ``share`` of them lie above. Refused is who lies above the limit.

    Parameters
    ----------
    score : (m,) float tensor, of those who are to be judged
    known : (n,) float tensor, of known samples
    share : between 0 and 1, neither included

    Returns
    -------
    (m,) bool tensor

    References
    ----------
    Hendrycks and Gimpel (2017), A baseline for detecting misclassified and out-of-distribution examples, ICLR
    """
    # TODO(day23): sorted, ⌊share · n⌋ may lie behind the limit
    raise NotImplementedError("refuse is not written yet")


def energy(logits: Tensor, temperature: float = 1.0) -> Tensor:
    """Another score of strangeness: −T ln Σ_k exp(logit_k / T), finite for logits of any size (optional).

    Parameters
    ----------
    logits : (n, c) float tensor
    temperature : T, above 0

    Returns
    -------
    (n,) float tensor

    References
    ----------
    Liu, Wang, Owens and Li (2020), Energy-based out-of-distribution detection, NeurIPS 33
    """
    # TODO(day23): Another score of strangeness: −T ln Σ_k exp(logit_k / T), finite for logits of any size
    #   (optional)
    raise NotImplementedError("energy is not written yet")
