"""Parts and networks that are given: the eye, a captioner that sees the picture only once, and two towers."""

import torch
from torch import Tensor, nn

from day22_captioning.words import PAD


class Eye(nn.Module):
    """Two convolutions: from pictures (b, 3, 16, 16) to places (b, 16, 32), row by row from the left top.

    Every place is a square of 4 × 4 pixels with its surroundings. A learnt vector for each place is added, so that a
    feature tells where it is.
    """

    places = 16
    features = 32

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(3, 24, 4, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(24, self.features, 4, stride=2, padding=1),
            nn.ReLU(),
        )
        self.where = nn.Parameter(0.1 * torch.randn(self.places, self.features))

    def forward(self, images: Tensor) -> Tensor:
        return self.layers(images).flatten(2).transpose(1, 2) + self.where


class OneLookNet(nn.Module):
    """A captioner that is shown the picture once, as the hidden state with which it begins to read. It fails; why?"""

    def __init__(self, words: int, word_size: int = 24, hidden: int = 64):
        super().__init__()
        self.eye = Eye()
        self.squeeze = nn.Linear(self.eye.places * self.eye.features, hidden)
        self.embedding = nn.Embedding(words, word_size)
        self.gru = nn.GRU(word_size, hidden, batch_first=True)
        self.out = nn.Linear(hidden, words)

    def forward(self, images: Tensor, ids: Tensor) -> Tensor:
        """Logits (b, t, words) for the word that comes after each of the words."""
        start = self.squeeze(self.eye(images).flatten(1)).tanh()
        states, _ = self.gru(self.embedding(ids), start[None])
        return self.out(states)


class Towers(nn.Module):
    """Pictures and sentences in one space: two networks that give codes of the same size."""

    def __init__(self, words: int, size: int = 32, hidden: int = 64):
        super().__init__()
        self.eye = Eye()
        self.of_picture = nn.Linear(self.eye.places * self.eye.features, size)
        self.embedding = nn.Embedding(words, 24)
        self.gru = nn.GRU(24, hidden, batch_first=True)
        self.of_sentence = nn.Linear(hidden, size)

    def encode_pictures(self, images: Tensor) -> Tensor:
        """Codes (b, size) of pictures (b, 3, 16, 16)."""
        return self.of_picture(self.eye(images).flatten(1))

    def encode_sentences(self, matrix: Tensor) -> Tensor:
        """Codes (b, size) of rows of a matrix of captions: what the GRU knows at the last number that is not PAD."""
        states, _ = self.gru(self.embedding(matrix))
        last = (matrix != PAD).sum(dim=1) - 1
        return self.of_sentence(states[torch.arange(len(matrix)), last])
