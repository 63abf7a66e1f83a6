# Write the parts marked TODO(day21). Made by `course sync` from the course's single source.
# skeleton 1a28f3f9b43cbc32
"""To write at length: positions that turn, a memory that spares reading everything again, and an honest measure.

Arguments come back unchanged. A check that trains gives up after 90 seconds.
"""

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from day21_language.layers import attention, causal_mask, join_heads, split_heads
from day21_language.speaking import Keep, choose

Cache = tuple[Tensor, Tensor]
"""Keys and values of all places so far, (b, heads, s, width / heads) each."""


def rotate(x: Tensor, start: int = 0) -> Tensor:
    """Rotary positions: turn each vector by angles that grow with its place.

    Features 2i and 2i + 1 are the two coordinates of a hand of a clock. At place p, counted from ``start``, it is
    turned by the angle p · θ_i with θ_i = 10000^(−2i/d):

        (a, b) → (a cos − b sin, a sin + b cos) .

    The product of two vectors that are turned so, one at place m, one at place n, depends on m − n alone, not on where
    in the text they stand.

    Parameters
    ----------
    x : (…, t, d) float tensor, d even
    start : place of the first vector; the others follow one by one

    Returns
    -------
    (…, t, d) float tensor
        in the dtype of ``x``; angles in single precision are good enough

    Raises
    ------
    ValueError
        when d is odd

    References
    ----------
    Su, Lu, Pan, Murtadha, Wen and Liu (2021), RoFormer: enhanced transformer with rotary position embedding,
    section 3.2
    """
    # TODO(day21): angles (t, d/2); even features a, odd features b; `stack(…, dim=-1).flatten(-2)`
    #   interleaves
    raise NotImplementedError("rotate is not written yet")


class CachedAttention(nn.Module):
    """Causal self-attention that remembers (layers given).

    Parameters
    ----------
    width : features of each place
    heads : divides width, and width / heads is even
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width, bias=False)
        self.key = nn.Linear(width, width, bias=False)
        self.value = nn.Linear(width, width, bias=False)
        self.out = nn.Linear(width, width, bias=False)

    def forward(self, x: Tensor, cache: Cache | None = None) -> tuple[Tensor, Cache]:
        """Attention of new places to themselves and to all earlier ones.

        Queries, keys and values of the new places only; split into heads; queries and keys turned by `rotate`, at the
        places where they stand in the whole text. New keys and values are put behind those of the cache. Every place
        sees itself and what is before it. Then heads side by side, and ``out``.

        A text that is read in parts, each with the cache of the parts before, gives the same outputs as the same text
        read at once. But none of the layers ``query``, ``key``, ``value``, ``out`` sees an earlier place again.

        Call the layers and leave their weights to them: in ``adapting.py`` layers with adapters take their places.

        Parameters
        ----------
        x : (b, t, width) float tensor, the new places
        cache : what an earlier call returned, or None when nothing was read before

        Returns
        -------
        output : (b, t, width) float tensor
        cache : keys (turned) and values of all places so far, two (b, heads, s, width / heads) tensors; the tensors
            of the cache that came in stay as they are

        Not allowed here: ``torch.nn.MultiheadAttention``.

        References
        ----------
        Pope et al. (2023), Efficiently scaling transformer inference, section 2; Su et al. (2021), section 3.2
        """
        # TODO(day21): the number of places in the cache is where the new ones start
        raise NotImplementedError("CachedAttention.forward is not written yet")


@torch.no_grad()
def generate(
    model: Callable[..., tuple[Tensor, list[Cache]]],
    prompt: Tensor,
    length: int,
    temperature: float = 1.0,
    keep: Keep | None = None,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Let a model go on with a text, and read every token once.

    The first call of the model gets the whole prompt, each later one the single token that was chosen last, with the
    caches that the call before returned. The logits of the last place go through `choose`. After the last token has
    been chosen, the model is not asked again: ``length`` calls in all.

    Parameters
    ----------
    model : ``logits, caches = model(ids, caches)`` with ids (1, t), logits (1, t, v); caches None at first. A model
        that drops out comes in evaluation mode
    prompt : (p,) int64 tensor with at least one id
    length : tokens to write, 1 or more
    temperature, keep, generator : of `choose`

    Returns
    -------
    (length,) int64 tensor
        what was written, without the prompt

    References
    ----------
    Pope et al. (2023), Efficiently scaling transformer inference, section 2
    """
    # TODO(day21): what goes in next is what was chosen last
    raise NotImplementedError("generate is not written yet")


def perplexities(nats: Tensor, ids: Sequence[int], vocabulary: Sequence[bytes]) -> tuple[float, float]:
    """Perplexity by token, and perplexity by byte.

    With L, the sum of the losses −ln p of all tokens of a text,

        by token = e^(L / number of tokens) ,   by byte = e^(L / number of bytes) .

    By token, whoever cuts the text into longer tokens looks worse, since each of them is harder to guess. By byte, two
    models with different tokens can be compared.

    Parameters
    ----------
    nats : (n,) float tensor, the loss of each token
    ids : n ids of these tokens
    vocabulary : bytes of each id, as `token_bytes` gives them

    Returns
    -------
    by_token, by_byte : floats

    References
    ----------
    Gao et al. (2020), The Pile: an 800GB dataset of diverse text for language modeling, section 3.1, on bits per byte
    """
    # TODO(day21): one sum, divided by two different lengths
    raise NotImplementedError("perplexities is not written yet")


def grouped_attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
    """Optional: several heads of queries share a head of keys and values, so that the cache is smaller.

    With h heads of queries and g heads of keys, g divides h, and the first h/g heads of queries look at the first head
    of keys and values, the next h/g at the second one, and so on.

    Parameters
    ----------
    q : (b, h, t, d) float tensor
    k, v : (b, g, s, d) float tensors
    mask : bool tensor that broadcasts to (t, s), as in `attention` of ``layers.py``; None: everything may be seen

    Returns
    -------
    (b, h, t, d) float tensor

    Raises
    ------
    ValueError
        when g does not divide h

    References
    ----------
    Ainslie et al. (2023), GQA: training generalized multi-query transformer models from multi-head checkpoints
    """
    # TODO(day21): `repeat_interleave` along the heads
    raise NotImplementedError("grouped_attention is not written yet")
