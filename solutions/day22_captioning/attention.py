"""Where to look for the next word: attention over the places of a picture.

Arguments come back unchanged.
"""

import torch
from torch import Tensor, nn

from day22_captioning.networks import Eye


def attend(queries: Tensor, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
    """Each query looks at all places, most at those whose key is like it.

        weights[b, t, p] = exp(q · k_p / √d) / Σ over the places p′ of exp(q · k_p′ / √d) ,
        context[b, t]    = Σ over the places p of weights[b, t, p] v_p .

    Stable: finite for scores of ±1000.

    Parameters
    ----------
    queries : (b, t, d) float tensor
    keys : (b, places, d) float tensor
    values : (b, places, e) float tensor, e need not be d

    Returns
    -------
    context : (b, t, e) float tensor, that can be differentiated
    weights : (b, t, places) float tensor, they sum to 1 over the places

    References
    ----------
    Xu et al. (2015), Show, attend and tell, section 3.1; Vaswani et al. (2017), Attention is all you need, equation 1
    """
    ### BEGIN SOLUTION
    scores = queries @ keys.transpose(1, 2) / keys.shape[2] ** 0.5
    weights = scores.softmax(dim=2)
    return weights @ values, weights
    ### END SOLUTION


class AttentionNet(nn.Module):
    """A captioner that looks at the places of the picture again for every word.

    Its GRU reads words only. What is known of the picture comes through the context, so that the weights tell where
    each word comes from. You write `look`.
    """

    def __init__(self, words: int, word_size: int = 24, hidden: int = 64):
        super().__init__()
        self.eye = Eye()
        size = self.eye.features
        self.embedding = nn.Embedding(words, word_size)
        self.gru = nn.GRU(word_size, hidden, batch_first=True)
        self.query = nn.Linear(hidden, size)
        self.key = nn.Linear(size, size)
        self.value = nn.Linear(size, size)
        self.out = nn.Sequential(nn.Linear(hidden + size, hidden), nn.ReLU(), nn.Linear(hidden, words))

    def look(self, images: Tensor, ids: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """What the words so far say, what is seen, and where.

            states h_1 … h_T = gru(embedding(ids)), from 0
            context, weights = attend(query(h_t), key(places), value(places)),   places = eye(images)

        Parameters
        ----------
        images : (b, 3, 16, 16) float tensor
        ids : (b, t) int64 tensor, b and t at least 1

        Returns
        -------
        states : (b, t, hidden) float tensor
        context : (b, t, 32) float tensor
        weights : (b, t, 16) float tensor, row by row from the left top of the picture

        References
        ----------
        Luong, Pham and Manning (2015), Effective approaches to attention-based neural machine translation, section 3.1;
        Xu et al. (2015), Show, attend and tell
        """
        ### BEGIN SOLUTION
        places = self.eye(images)
        states, _ = self.gru(self.embedding(ids))
        context, weights = attend(self.query(states), self.key(places), self.value(places))
        return states, context, weights
        ### END SOLUTION

    def forward(self, images: Tensor, ids: Tensor) -> Tensor:
        """Logits (b, t, words) for the word that comes after each of the words."""
        states, context, _ = self.look(images, ids)
        return self.out(torch.cat([states, context], dim=2))


def effective_places(weights: Tensor) -> Tensor:
    """At how many places does it look? The exponential of the entropy of the weights (optional).

        exp( − Σ over the places of w ln w ) ,   where 0 ln 0 is 0

    It is 1 for a look at one place, and the number of places for a look at all of them alike.

    Parameters
    ----------
    weights : (…, places) float tensor of any number of axes, at least 0, with sum 1 over the last one

    Returns
    -------
    (…) float tensor, finite

    References
    ----------
    Hill (1973), Diversity and evenness: a unifying notation and its consequences: the number of order 1
    """
    ### BEGIN SOLUTION torch.special.entr(w) is −w ln w, and 0 at 0
    return torch.special.entr(weights).sum(dim=-1).exp()
    ### END SOLUTION
