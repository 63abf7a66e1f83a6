"""From a picture to the next word: a network that sees the picture at every step, and how it learns.

Apart from networks and optimisers in a step of training, arguments come back unchanged.
"""

import torch
from torch import Tensor, nn

from day22_captioning.networks import Eye
from day22_captioning.words import PAD


class CaptionNet(nn.Module):
    """A picture and the words so far; out come logits for the next word.

    The eye looks at the places of the picture, `squeeze` makes one vector of all of them, and a GRU reads the words.
    All parts are made for you in `__init__`; you write `forward`.
    """

    def __init__(self, words: int, image_size: int = 48, word_size: int = 24, hidden: int = 64):
        super().__init__()
        self.eye = Eye()
        self.squeeze = nn.Linear(self.eye.places * self.eye.features, image_size)
        self.embedding = nn.Embedding(words, word_size)
        self.gru = nn.GRU(word_size + image_size, hidden, batch_first=True)
        self.out = nn.Linear(hidden, words)

    def forward(self, images: Tensor, ids: Tensor) -> Tensor:
        """Logits for the word that comes after each of the words, with the image vector at *every* step.

            image vector     v   = squeeze(all places of eye(images), flattened)
            input at step t  x_t = [embedding(ids_t), v]      first the word, then the picture
            hidden states    h_1 … h_T = gru(x_1 … x_T), from 0
            logits                     = out(h_t)

        Logits of step t depend on the words 1 … t and on the picture of their own row, and on nothing else.

        Parameters
        ----------
        images : (b, 3, 16, 16) float tensor
        ids : (b, t) int64 tensor, b and t at least 1

        Returns
        -------
        (b, t, words) float tensor of the dtype of the parameters

        References
        ----------
        Mao et al. (2015), Deep captioning with multimodal recurrent neural networks (m-RNN), section 4: the picture at
        every step; Vinyals et al. (2015), Show and tell, for the other choice
        """
        ### BEGIN SOLUTION expand the image vector to (b, t, image_size) and put it beside the words, torch.cat
        vector = self.squeeze(self.eye(images).flatten(1))
        words = self.embedding(ids)
        steps = torch.cat([words, vector[:, None].expand(-1, words.shape[1], -1)], dim=2)
        states, _ = self.gru(steps)
        return self.out(states)
        ### END SOLUTION


def masked_cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """What the words cost that were really there: the mean of −ln p(target) over all targets that are not PAD.

    It is the mean over *words*, not over captions: a long caption counts more than a short one. A PAD costs nothing and
    counts for nothing, and no gradient comes from its logits. Stable: finite for logits of ±1000.

    Parameters
    ----------
    logits : (b, t, words) float tensor
    targets : (b, t) int64 tensor, at least one of them is not PAD

    Returns
    -------
    float tensor of shape (), in nats per word, that can be differentiated
    """
    ### BEGIN SOLUTION log_softmax, gather the targets, and keep those that are not PAD
    log_p = logits.log_softmax(dim=2).gather(2, targets[:, :, None])[:, :, 0]
    return -log_p[targets != PAD].mean()
    ### END SOLUTION


def caption_step(model: nn.Module, optimizer: torch.optim.Optimizer, images: Tensor, matrix: Tensor) -> float:
    """One step of learning, with teacher forcing: whatever the model would say, it reads the right words.

    The model is given each row but its last number, and has to say each row but its first: at START the first word, at
    the last word END. The loss is `masked_cross_entropy`. Gradients of earlier steps do not count. The check that
    trains on scenes gives up after 90 seconds.

    Parameters
    ----------
    model : from images (b, …) and ids (b, t) to logits (b, t, words)
    optimizer : of the parameters of the model
    images : (b, …) float tensor
    matrix : (b, t + 1) int64 tensor, as `captions_to_matrix` gives it

    Returns
    -------
    float, the loss before the step

    References
    ----------
    Williams and Zipser (1989), A learning algorithm for continually running fully recurrent neural networks: teacher
    forcing
    """
    ### BEGIN SOLUTION matrix[:, :-1] goes in and matrix[:, 1:] is wanted; zero_grad, backward, step
    loss = masked_cross_entropy(model(images, matrix[:, :-1]), matrix[:, 1:])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
    ### END SOLUTION
