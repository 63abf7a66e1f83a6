# Write the parts marked TODO(day15). Made by `course sync` from the course's single source.
# skeleton 619fd7a0dd0f1c1c
"""A small transformer that writes: attention instead of recurrence.

    ids ─ embedding + positions ─ dropout ─ block ─ … ─ block ─ LayerNorm ─ linear ─ logits

No state is carried from step to step. Every place sees all earlier ones directly, up to the length of the context.
Arguments come back unchanged.
"""

import torch
from torch import Tensor, nn

from day15_sequence.attention import causal_mask, multi_head_attention, sinusoidal_positions
from day15_sequence.language_model import State, next_probabilities


class Block(nn.Module):
    """A pre-norm transformer block: attention to mix the places, an MLP to think about each (layers given).

    Parameters
    ----------
    width : features of each place
    heads : of the attention, divides width
    dropout : share dropped from what each of the two branches adds
    """

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(width)
        self.query = nn.Linear(width, width, bias=False)
        self.key = nn.Linear(width, width, bias=False)
        self.value = nn.Linear(width, width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        self.norm2 = nn.LayerNorm(width)
        self.expand = nn.Linear(width, 4 * width)
        self.contract = nn.Linear(4 * width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Two branches, each normalised at its *beginning*, dropped out at its end and added to its input:

            x ← x + dropout(attention(norm1(x))) ,   x ← x + dropout(contract(relu(expand(norm2(x))))) .

        Parameters
        ----------
        x : (b, t, width) float tensor
        mask : as in `multi_head_attention`, which is used with the weights of ``query``, ``key``, ``value``, ``out``

        Returns
        -------
        (b, t, width) float tensor

        Not allowed here: from ``torch.nn``: ``TransformerEncoderLayer``, ``MultiheadAttention``; from
        ``torch.nn.functional``: ``scaled_dot_product_attention``, ``multi_head_attention_forward``.

        References
        ----------
        Xiong et al. (2020), On layer normalization in the transformer architecture, section 3; dropout as in
        Vaswani et al. (2017), section 5.4
        """
        # TODO(day15): queries, keys and values all come from the normalised x
        raise NotImplementedError("Block.forward is not written yet")


class Transformer(nn.Module):
    """A causal language model (layers given).

    Parameters
    ----------
    size : length of the vocabulary
    width, heads, dropout : of the blocks
    layers : number of blocks
    context : longest sequence it can be given
    """

    def __init__(
        self,
        size: int,
        width: int = 64,
        heads: int = 4,
        layers: int = 2,
        context: int = 64,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.context = context
        self.embedding = nn.Embedding(size, width)
        self.dropout = nn.Dropout(dropout)
        self.blocks = nn.ModuleList(Block(width, heads, dropout) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.out = nn.Linear(width, size)

    def forward(self, ids: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Logits of what follows each place, from this place and those before it.

        Embedding plus `sinusoidal_positions`, dropout, the blocks with a causal mask, ``norm``, ``out``. The check that
        trains the model on sentences gives up after 90 seconds.

        Parameters
        ----------
        ids : (b, t) int64 tensor
        state : not used: a transformer remembers nothing, it looks again. So `train_step`, `train` and `evaluate`
            work for this model too

        Returns
        -------
        logits : (b, t, size) float tensor
        state : ()

        Raises
        ------
        ValueError
            when t is larger than ``context``

        Not allowed here: from ``torch.nn``: ``TransformerEncoder``, ``TransformerEncoderLayer``,
        ``Transformer``.

        References
        ----------
        Radford, Wu, Child, Luan, Amodei and Sutskever (2019), Language models are unsupervised multitask learners,
        section 2.3
        """
        # TODO(day15): give the positions the dtype of the embedding: `.to(x)`
        raise NotImplementedError("Transformer.forward is not written yet")


@torch.no_grad()
def continue_prompt(
    model: Transformer,
    prompt: Tensor,
    length: int,
    temperature: float = 1.0,
    top_k: int | None = None,
    seed: int = 0,
) -> Tensor:
    """Let a transformer go on with a text.

    For each new character the model reads again what stands there so far, the prompt and its own characters, of which
    the last ``model.context`` fit in. Dropout is off.

    Parameters
    ----------
    model : put into evaluation mode here
    prompt : (p,) int64 tensor with at least one id, possibly more than ``model.context``
    length : number of characters to write, 0 or more
    temperature, top_k : see `next_probabilities`
    seed : of a generator of its own, used for nothing else

    Returns
    -------
    (p + length,) int64 tensor
        the prompt and what was written after it

    References
    ----------
    Radford, Wu, Child, Luan, Amodei and Sutskever (2019), Language models are unsupervised multitask learners,
    section 3.6
    """
    # TODO(day15): the last logits of the last `context` ids
    raise NotImplementedError("continue_prompt is not written yet")
