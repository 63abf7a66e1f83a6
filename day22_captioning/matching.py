# Write the parts marked TODO(day22). Made by `course sync` from the course's single source.
# skeleton 13de1784aa1dfa9e
"""Pictures and sentences in one space: each finds its partner among all others (CLIP, in small).

Codes of pictures and of sentences are rows; row i of both belongs together. What matters is the angle between two
codes, not their lengths. Arguments come back unchanged.
"""

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, normalize


def matching_loss(pictures: Tensor, sentences: Tensor, temperature: float) -> Tensor:
    """Find the sentence of each picture, and the picture of each sentence: the symmetric InfoNCE.

    With all codes at length 1, s_ij = picture_i · sentence_j / temperature, and

        loss = ½ ( mean over i of −ln softmax(row i of s)_i  +  mean over j of −ln softmax(column j of s)_j ) .

    Stable: finite for temperatures of 0.001. The check that trains two towers gives up after 90 seconds.

    Parameters
    ----------
    pictures, sentences : (b, d) float tensors, b at least 2, no row is 0
    temperature : more than 0

    Returns
    -------
    float tensor of shape (), in nats, that can be differentiated by both

    References
    ----------
    Radford et al. (2021), Learning transferable visual models from natural language supervision, section 2.3, figure 3
    """
    # TODO(day22): normalize; cross_entropy with the numbers 0 … b − 1, of the matrix and of its transpose
    raise NotImplementedError("matching_loss is not written yet")


def recall_at_k(scores: Tensor, right: Tensor, k: int) -> float:
    """For how many of the rows is one of the k best answers right?

    Parameters
    ----------
    scores : (n, m) float tensor, larger is better; no two in a row are equal
    right : (n, m) bool tensor, several answers of a row may be right
    k : 1 … m

    Returns
    -------
    float, share of the rows that have something right among their k largest scores

    References
    ----------
    Radford et al. (2021), Learning transferable visual models from natural language supervision, appendix E.1
    """
    # TODO(day22): topk gives columns; right.gather looks them up
    raise NotImplementedError("recall_at_k is not written yet")


def matching_loss_with_doubles(
    pictures: Tensor, sentences: Tensor, temperature: float, same: Tensor
) -> Tensor:
    """`matching_loss` where several answers may be right (optional).

    In a batch the same thing may be said twice, and `matching_loss` calls one of the two wrong. Here each row of s
    wants all its right answers alike:

        loss of row i = − mean over the right j of ln softmax(row i of s)_j ,

    the same for the columns, the mean over all rows, the mean over all columns, and half of their sum. With only the
    partners right it is `matching_loss`.

    Parameters
    ----------
    pictures, sentences : (b, d) float tensors, b at least 2, no row is 0
    temperature : more than 0
    same : (b, b) bool tensor: picture i and sentence j belong together; True on the diagonal, need not be symmetric

    Returns
    -------
    float tensor of shape (), in nats, that can be differentiated by both

    References
    ----------
    Khosla et al. (2020), Supervised contrastive learning, equation 2, for the mean outside of the logarithm
    """
    # TODO(day22): `same` divided by its row sums are targets for cross_entropy; so is its transpose
    raise NotImplementedError("matching_loss_with_doubles is not written yet")


def zero_shot(pictures: Tensor, prompts: Tensor) -> Tensor:
    """Classes from sentences alone, without a classifier: which class is said most like the picture (optional)?

    Every class is described by several sentences. Its code is the mean of their codes, each of them at length 1; the
    answer is the class whose code has the largest cosine with that of the picture.

    Parameters
    ----------
    pictures : (n, d) float tensor, no row is 0
    prompts : (classes, sentences, d) float tensor, codes of sentences, none is 0

    Returns
    -------
    (n,) int64 tensor of classes

    References
    ----------
    Radford et al. (2021), Learning transferable visual models from natural language supervision, sections 3.1.2, 3.1.4
    """
    # TODO(day22): Classes from sentences alone, without a classifier: which class is said most like the
    #   picture (optional)?
    raise NotImplementedError("zero_shot is not written yet")
