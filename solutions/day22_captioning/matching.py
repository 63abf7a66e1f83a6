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
    ### BEGIN SOLUTION normalize; cross_entropy with the numbers 0 … b − 1, of the matrix and of its transpose
    scores = normalize(pictures, dim=1) @ normalize(sentences, dim=1).T / temperature
    partners = torch.arange(len(scores))
    return (cross_entropy(scores, partners) + cross_entropy(scores.T, partners)) / 2
    ### END SOLUTION


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
    ### BEGIN SOLUTION topk gives columns; right.gather looks them up
    best = scores.topk(k, dim=1).indices
    return right.gather(1, best).any(dim=1).double().mean().item()
    ### END SOLUTION


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
    ### BEGIN SOLUTION `same` divided by its row sums are targets for cross_entropy; so is its transpose
    scores = normalize(pictures, dim=1) @ normalize(sentences, dim=1).T / temperature
    wanted = same.to(scores.dtype)
    by_rows = cross_entropy(scores, wanted / wanted.sum(dim=1, keepdim=True))
    by_columns = cross_entropy(scores.T, wanted.T / wanted.T.sum(dim=1, keepdim=True))
    return (by_rows + by_columns) / 2
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    classes = normalize(normalize(prompts, dim=2).mean(dim=1), dim=1)
    return (normalize(pictures, dim=1) @ classes.T).argmax(dim=1)
    ### END SOLUTION
