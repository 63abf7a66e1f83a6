"""The networks of the day (given): they are put together from your functions."""

import math

import torch
from torch import Tensor, nn

from day21_language.layers import attention, join_heads, split_heads
from day21_language.reading import bag_of_words, bidirectional, window_features
from day21_language.remembering import Cache, CachedAttention
from day21_language.translating import DecoderBlock


class Bag(nn.Module):
    """A classifier that sees how often each word occurs."""

    def __init__(self, size: int, classes: int = 2) -> None:
        super().__init__()
        self.size = size
        self.out = nn.Linear(size, classes)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        return self.out(torch.as_tensor(bag_of_words(ids, mask, self.size)).float())


class Windows(nn.Module):
    """A classifier that sees which patterns of k neighbouring words occur."""

    def __init__(self, size: int, classes: int = 2, width: int = 16, patterns: int = 32, k: int = 3) -> None:
        super().__init__()
        self.embedding = nn.Embedding(size, width)
        self.patterns = nn.Conv1d(width, patterns, k)
        self.out = nn.Linear(patterns, classes)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        features = window_features(self.embedding(ids), mask, self.patterns.weight, self.patterns.bias)
        return self.out(features)


class Tagger(nn.Module):
    """A tag for each word, from what stands before it and, with ``both``, behind it."""

    def __init__(self, size: int, tags: int, both: bool = True, width: int = 12, units: int = 16) -> None:
        super().__init__()
        self.both, self.units = both, units
        self.embedding = nn.Embedding(size, width)
        self.there, self.back = nn.GRUCell(width, units), nn.GRUCell(width, units)
        self.out = nn.Linear(2 * units, tags)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        states = bidirectional(self.embedding(ids), mask, self.there, self.back, self.units)
        if not self.both:
            states = torch.cat(
                [states[..., : self.units], torch.zeros_like(states[..., self.units :])], dim=-1
            )
        return self.out(states)


class Namer(nn.Module):
    """A recurrent model of characters: (b, t) ids to (b, t, size) logits of what follows."""

    def __init__(self, size: int, width: int = 24, units: int = 64) -> None:
        super().__init__()
        self.embedding = nn.Embedding(size, width)
        self.recurrent = nn.GRU(width, units, batch_first=True)
        self.out = nn.Linear(units, size)

    def forward(self, ids: Tensor) -> Tensor:
        return self.out(self.recurrent(self.embedding(ids))[0])


class EncoderBlock(nn.Module):
    """Attention that sees the whole source, and an MLP, each with its norm before and its input added."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))
        self.expand, self.contract = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        quiet = self.norm1(x)
        asked, offered, told = self.query(quiet), self.key(quiet), self.value(quiet)
        parts = [split_heads(one, self.heads) for one in (asked, offered, told)]
        x = x + self.out(join_heads(attention(*parts, mask[:, None, None])[0]))
        return x + self.contract(self.expand(self.norm2(x)).relu())


class Translator(nn.Module):
    """An encoder, and a decoder that looks back at what it has read."""

    def __init__(self, source: int, target: int, width: int = 48, heads: int = 4, longest: int = 40) -> None:
        super().__init__()
        self.source, self.target = nn.Embedding(source, width), nn.Embedding(target, width)
        self.source_places = nn.Parameter(0.1 * torch.randn(longest, width))
        self.target_places = nn.Parameter(0.1 * torch.randn(longest, width))
        self.encoder = EncoderBlock(width, heads)
        self.decoder = DecoderBlock(width, heads)
        self.norm = nn.LayerNorm(width)
        self.memory_norm = nn.LayerNorm(width)
        self.out = nn.Linear(width, target)

    def encode(self, ids: Tensor, mask: Tensor) -> Tensor:
        """(b, s) ids to (b, s, width) memory."""
        x = self.source(ids) + self.source_places[: ids.shape[1]]
        return self.memory_norm(self.encoder(x, mask))

    def decode(self, ids: Tensor, memory: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """(b, t) ids, ``BEGIN`` first, to (b, t, target) logits, and how the source was looked at (b, heads, t, s)."""
        x = self.target(ids) + self.target_places[: ids.shape[1]]
        x, weights = self.decoder(x, memory, mask)
        return self.out(self.norm(x)), weights


class Block(nn.Module):
    """A block of the language model: your attention with a memory, and an MLP."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = CachedAttention(width, heads)
        self.expand, self.contract = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: Tensor, cache: Cache | None) -> tuple[Tensor, Cache]:
        seen, cache = self.attention(self.norm1(x), cache)
        x = x + seen
        return x + self.contract(torch.relu(self.expand(self.norm2(x)))), cache


class LanguageModel(nn.Module):
    """The transformer of day 15, grown up: rotary positions, a cache, the same matrix for reading and writing."""

    def __init__(self, size: int, width: int = 64, heads: int = 4, layers: int = 2) -> None:
        super().__init__()
        self.embedding = nn.Embedding(size, width)
        nn.init.normal_(self.embedding.weight, std=1 / math.sqrt(width))
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(width)

    def forward(self, ids: Tensor, caches: list[Cache] | None = None) -> tuple[Tensor, list[Cache]]:
        """(b, t) new ids and what earlier calls remembered, to (b, t, size) logits and what is remembered now."""
        x = self.embedding(ids)
        remembered = []
        for number, block in enumerate(self.blocks):
            x, cache = block(x, None if caches is None else caches[number])
            remembered.append(cache)
        return self.norm(x) @ self.embedding.weight.T, remembered
