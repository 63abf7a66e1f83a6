"""To answer: a trained model learns a new trade, with few new weights, and from the answers alone.

Arguments come back unchanged, apart from the model that gets adapters. A check that trains gives up after 90 seconds.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import logsigmoid

from day21_language.reading import masked_loss


class Adapter(nn.Module):
    """LoRA: a linear layer that stands still, and beside it a thin one that learns (layers given).

    ``up`` begins as zeros: at first nothing changes.

    Parameters
    ----------
    base : the layer that was trained; it is used, not copied
    rank : numbers between ``down`` and ``up``
    alpha : strength of the change; ``scale`` = alpha / rank
    """

    def __init__(self, base: nn.Linear, rank: int, alpha: float) -> None:
        super().__init__()
        self.base = base
        self.scale = alpha / rank
        like = base.weight
        self.down = nn.Parameter(torch.randn(rank, base.in_features).to(like) / math.sqrt(base.in_features))
        self.up = nn.Parameter(torch.zeros(base.out_features, rank).to(like))

    def forward(self, x: Tensor) -> Tensor:
        """base(x) + scale · (x downᵀ) upᵀ.

        Parameters
        ----------
        x : (…, in) float tensor

        Returns
        -------
        (…, out) float tensor

        References
        ----------
        Hu et al. (2022), LoRA: low-rank adaptation of large language models, section 4.1
        """
        ### BEGIN SOLUTION first down to a few numbers, then up
        return self.base(x) + self.scale * (x @ self.down.T @ self.up.T)
        ### END SOLUTION

    def merged_weight(self) -> Tensor:
        """Optional: the one matrix that does the same, so that the change costs nothing any more.

        Returns
        -------
        (out, in) float tensor
            W + scale · up down, detached, in the dtype of the weight W of ``base``, which stays as it is

        References
        ----------
        Hu et al. (2022), section 4.1, on no additional inference latency
        """
        ### BEGIN SOLUTION the product of the thin matrices has the shape of W
        return (self.base.weight + self.scale * self.up @ self.down).detach()
        ### END SOLUTION


def add_lora(model: nn.Module, names: Sequence[str], rank: int, alpha: float) -> int:
    """Let a model stand still, and give some of its linear layers adapters; the model is changed in place.

    All parameters that the model has are frozen (``requires_grad`` False). Every ``torch.nn.Linear`` whose own name is
    in ``names`` is replaced by a `Adapter` around it, at any depth: of ``blocks.1.attention.query`` the own name is
    ``query``. The parameters ``down`` and ``up`` learn, and nothing else does.

    Parameters
    ----------
    model : holds its linear layers inside; is changed
    names : own names of layers
    rank, alpha : of the adapters

    Returns
    -------
    int
        how many numbers learn; a plain number without a graph

    Raises
    ------
    ValueError
        when no linear layer of the model has any of the names

    References
    ----------
    Hu et al. (2022), section 4.2
    """
    ### BEGIN SOLUTION freeze first; `list(model.named_modules())` before anything is replaced; `setattr(parent, …)`
    model.requires_grad_(False)
    learning = 0
    for parent in list(model.modules()):
        for name, layer in list(parent.named_children()):
            if isinstance(layer, nn.Linear) and name in names:
                adapter = Adapter(layer, rank, alpha)
                setattr(parent, name, adapter)
                learning += adapter.down.numel() + adapter.up.numel()
    if not learning:
        raise ValueError(f"no linear layer is called one of {names}")
    return learning
    ### END SOLUTION


def answer_loss(logits: Tensor, ids: Tensor, prompts: Tensor, lengths: Tensor) -> Tensor:
    """Mean loss of the tokens of the answers: what was asked is given, and need not be guessed.

    Row i of ``ids`` holds a question of ``prompts[i]`` tokens, then the answer up to token number ``lengths[i]``, then
    padding. The logits at place p speak about the token at place p + 1. Every token of an answer counts, from the
    first, which is guessed at the last place of the question, to the last. All of them weigh the same.

    Parameters
    ----------
    logits : (b, t, v) float tensor, what the model says about ``ids``
    ids : (b, t) int64 tensor
    prompts : (b,) int64 tensor, 1 or more
    lengths : (b,) int64 tensor, more than ``prompts``, at most t

    Returns
    -------
    () float tensor, differentiable, in nats

    References
    ----------
    Ouyang et al. (2022), Training language models to follow instructions with human feedback, section 3.4 on supervised
    fine-tuning
    """
    ### BEGIN SOLUTION targets ids[:, 1:] at the places 1, 2, …; the mask says which places belong to an answer
    place = torch.arange(1, ids.shape[1])
    mask = (place >= prompts[:, None]) & (place < lengths[:, None])
    return masked_loss(logits[:, :-1], ids[:, 1:], mask)
    ### END SOLUTION


def preference_loss(
    chosen: Tensor, rejected: Tensor, reference_chosen: Tensor, reference_rejected: Tensor, beta: float
) -> Tensor:
    """Optional: learn from pairs of answers, of which somebody likes one better (direct preference optimisation).

        loss = mean of −ln σ(beta · [(chosen − reference_chosen) − (rejected − reference_rejected)]) .

    Parameters
    ----------
    chosen, rejected : (b,) float tensors, log-probabilities of whole answers by the model that learns
    reference_chosen, reference_rejected : (b,) float tensors, by the model as it was
    beta : how dear it is to move away from the model as it was

    Returns
    -------
    () float tensor, differentiable, finite also for differences of 1000

    References
    ----------
    Rafailov et al. (2023), Direct preference optimization: your language model is secretly a reward model, section 4
    """
    ### BEGIN SOLUTION `logsigmoid` is stable
    gain = (chosen - reference_chosen) - (rejected - reference_rejected)
    return -logsigmoid(beta * gain).mean()
    ### END SOLUTION
