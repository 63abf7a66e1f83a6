"""To translate: one network reads, another one writes and looks back at what was read; and a search for the best text.

Arguments come back unchanged. A check that trains gives up after 90 seconds.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from day21_language.layers import attention, causal_mask, join_heads, split_heads

Scored = tuple[list[int], float]
"""Tokens, and a score."""


class DecoderBlock(nn.Module):
    """A block of a decoder: look at what is written so far, look at the source, think (layers given).

    Parameters
    ----------
    width : features of each place
    heads : of both attentions, divides width
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2, self.norm3 = (nn.LayerNorm(width) for _ in range(3))
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))
        self.cross_query, self.cross_key, self.cross_value, self.cross_out = (
            nn.Linear(width, width) for _ in range(4)
        )
        self.expand = nn.Linear(width, 4 * width)
        self.contract = nn.Linear(4 * width, width)

    def forward(self, x: Tensor, memory: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Three branches, each normalised at its beginning and added to its input:

            x ← x + out(self-attention, causal, of norm1(x)) ,
            x ← x + cross_out(attention with queries from norm2(x), keys and values from memory) ,
            x ← x + contract(relu(expand(norm3(x)))) .

        The memory is used as it is, without a norm. `attention` and the functions for the heads are given in
        ``layers.py``.

        Parameters
        ----------
        x : (b, t, width) float tensor, places of the text that is written
        memory : (b, s, width) float tensor, places of the source, as the encoder returns them
        mask : (b, s) bool tensor, True where the source has a token, at least once in each row

        Returns
        -------
        x : (b, t, width) float tensor
        weights : (b, heads, t, s) float tensor
            of the attention to the source; 0 at padding

        References
        ----------
        Vaswani et al. (2017), Attention is all you need, section 3.1, with the norms of Xiong et al. (2020);
        ``torch.nn.TransformerDecoderLayer(norm_first=True)``
        """
        ### BEGIN SOLUTION the mask of the source wants axes for heads and queries: mask[:, None, None]
        normed = self.norm1(x)
        q, k, v = (split_heads(layer(normed), self.heads) for layer in (self.query, self.key, self.value))
        seen, _ = attention(q, k, v, causal_mask(x.shape[1], x.shape[1]))
        x = x + self.out(join_heads(seen))
        q = split_heads(self.cross_query(self.norm2(x)), self.heads)
        k, v = (split_heads(layer(memory), self.heads) for layer in (self.cross_key, self.cross_value))
        found, weights = attention(q, k, v, mask[:, None, None])
        x = x + self.cross_out(join_heads(found))
        return x + self.contract(torch.relu(self.expand(self.norm3(x)))), weights
        ### END SOLUTION


def beam_search(
    next_log_probabilities: Callable[[list[int]], Tensor],
    begin: int,
    end: int,
    width: int,
    longest: int,
    alpha: float = 0.0,
) -> list[Scored]:
    """Search for the most probable text with ``width`` beginnings at a time.

    At first there is one open beginning, ``[begin]``. In each step all extensions of all open beginnings by one token
    compete, and those ``width`` of them stay that have the largest log-probability (the sum over all their tokens).
    Of these, the ones that end in ``end`` are finished, and the others are open. It is over when nothing is open, or
    after ``longest`` steps; what is still open then counts as finished, as it is.

    The finished ones are ordered by their score, the best first,

        score = log-probability / (number of tokens)^alpha ,

    where ``end`` is a token and ``begin`` is none. With alpha = 0 it is the log-probability itself, and with ``width``
    1 it is the greedy choice.

    Parameters
    ----------
    next_log_probabilities : from a list of ids, ``begin`` first, to the (v,) log-probabilities of what comes next, all
        finite
    begin, end : ids
    width : 1 or more, possibly more than there are extensions
    longest : most tokens, 1 or more
    alpha : 0 or more; the larger, the longer the texts that win

    Returns
    -------
    list of pairs (tokens, score)
        at most ``width``, the best finished ones. Tokens are a list of ints without ``begin``, with ``end`` where it
        was reached; the score is a float

    References
    ----------
    Sutskever, Vinyals and Le (2014), Sequence to sequence learning with neural networks, section 3.2; Wu et al. (2016),
    Google's neural machine translation system, section 7, on the length
    """
    ### BEGIN SOLUTION two lists, open and finished; never change a beginning in place, several extensions share it
    open_: list[Scored] = [([], 0.0)]
    finished: list[Scored] = []
    for _ in range(longest):
        extensions: list[Scored] = []
        for tokens, total in open_:
            following = torch.as_tensor(next_log_probabilities([begin, *tokens])).tolist()
            extensions += [([*tokens, token], total + value) for token, value in enumerate(following)]
        best = sorted(extensions, key=lambda scored: -scored[1])[:width]
        finished += [scored for scored in best if scored[0][-1] == end]
        open_ = [scored for scored in best if scored[0][-1] != end]
    ranked = [(tokens, total / len(tokens) ** alpha) for tokens, total in finished + open_]
    return sorted(ranked, key=lambda scored: -scored[1])[:width]
    ### END SOLUTION


def exhaustive_search(
    next_log_probabilities: Callable[[list[int]], Tensor], begin: int, end: int, longest: int
) -> list[Scored]:
    """Optional: all texts there are, with their log-probabilities.

    All that end in ``end`` within ``longest`` tokens, and all of ``longest`` tokens without ``end``. Together their
    probabilities are 1. Only for vocabularies and lengths that are tiny: there are about v^longest.

    Parameters
    ----------
    next_log_probabilities, begin, end, longest : as in `beam_search`

    Returns
    -------
    list of pairs (tokens, log-probability)
        all of them, the most probable first; tokens as in `beam_search`

    References
    ----------
    Stahlberg and Byrne (2019), On NMT search errors and model errors: cat got your tongue?
    """

    ### BEGIN SOLUTION a function that calls itself, or a list of open beginnings from which nothing is left out
    def continued(tokens: list[int], total: float) -> list[Scored]:
        if len(tokens) == longest or tokens[-1:] == [end]:
            return [(tokens, total)]
        following = torch.as_tensor(next_log_probabilities([begin, *tokens])).tolist()
        found: list[Scored] = []
        for token, value in enumerate(following):
            found += continued([*tokens, token], total + value)
        return found

    return sorted(continued([], 0.0), key=lambda scored: -scored[1])
    ### END SOLUTION
