"""The pictures of the day, drawn through your own functions (given).

Each function is one picture; the first line of its docstring is the caption. Two networks are trained for them, each
for some seconds: an LSTM on a part of NumPy's docstrings and a transformer on a tiny language.
"""

from functools import cache

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course.data import load_text, make_sentences
from course.plots import BLUE, COLOURS, GREEN, GREY, ORANGE, PURPLE, RED, label, panels
from day15_sequence.attention import attention, causal_mask, multi_head_attention, sinusoidal_positions
from day15_sequence.convolution import causal_conv1d, receptive_field
from day15_sequence.gated import gru_step, gru_step_backward, lstm_forward, lstm_step, lstm_step_backward
from day15_sequence.language_model import CharLSTM, evaluate, generate, next_probabilities, train
from day15_sequence.rnn import gradient_norms, rnn_forward
from day15_sequence.text import build_vocabulary, decode, encode
from day15_sequence.train_text import bigram_bits, split_text
from day15_sequence.transformer import Transformer, continue_prompt

PROMPT = "Returns\n-------\nout : "


def figure_gradients() -> Figure:
    """How much of a gradient arrives k steps back: it vanishes, explodes, or travels along the cell state."""
    steps, units, batch = 50, 64, 8
    rng = np.random.default_rng(0)
    x = 0.3 * rng.normal(size=(batch, steps, units))
    h0 = np.zeros((batch, units))
    grad = rng.normal(size=(batch, units))
    square = rng.normal(size=(units, units)) / np.sqrt(units)  # spectral radius about 1
    figure, (left, right) = panels(1, 2, size=(5.0, 3.8))
    for radius, colour, style in ((0.5, BLUE, "-"), (1.0, GREEN, "--"), (2.0, PURPLE, ":"), (4.0, RED, "-.")):
        hs, _ = rnn_forward(0.1 * x, h0, np.eye(units), radius * square, np.zeros(units))
        norms = gradient_norms(grad, hs, radius * square)
        left.semilogy(norms / norms[0], color=colour, linestyle=style, label=f"radius of W_hh {radius:g}")
    label(left, "steps back in time", "norm, relative to the start", "plain RNN", legend=True)
    hs, _ = rnn_forward(x, h0, np.eye(units), 0.5 * square, np.zeros(units))
    curves = {
        "RNN, radius 0.5": gradient_norms(grad, hs, 0.5 * square),
        "GRU": _gru_norms(x, grad, rng),
        "LSTM, forget bias 0": _lstm_norms(x, grad, rng, 0.0),
        "LSTM, forget bias 2": _lstm_norms(x, grad, rng, 2.0),
    }
    for (name, norms), colour, style in zip(curves.items(), COLOURS, ("-", "--", ":", "-."), strict=False):
        right.semilogy(norms / norms[0], color=colour, linestyle=style, label=name)
    label(right, "steps back in time", "norm, relative to the start", "fresh cells", legend=True)
    return figure


def figure_learning() -> Figure:
    """The LSTM in training, against models that only count, and with a memory of k characters."""
    model, losses, training, held_out, vocabulary = _trained_lstm()
    bits = np.array(losses) / np.log(2)
    window = 15
    smooth = np.convolve(bits, np.ones(window) / window, mode="valid")
    levels = {
        "all equally likely": np.log2(len(vocabulary)),
        "pairs counted": bigram_bits(training, held_out, len(vocabulary)),
        "LSTM": evaluate(model, held_out)[0],
    }
    figure, (curve, bars, memory) = panels(1, 3, size=(4.2, 3.5))
    curve.plot(bits, color=GREY, linewidth=0.6, label="each batch")
    curve.plot(
        np.arange(len(smooth)) + window // 2, smooth, color=BLUE, label=f"running mean of {window} batches"
    )
    label(curve, "batch", "bits per character", "training", legend=True)
    curve.set_ylim(1, 7)
    drawn = bars.bar(list(levels), list(levels.values()), color=[GREY, ORANGE, BLUE])
    bars.bar_label(drawn, fmt="%.2f")
    label(bars, "model", "bits per character", "held-out text")
    windows = [1, 2, 4, 8, 16, 32, 64, 128, 256]
    measured = [evaluate(model, held_out, batch_size=(len(held_out) - 1) // k, steps=k)[0] for k in windows]
    memory.semilogx(windows, measured, color=BLUE, marker="o", base=2)
    label(memory, "characters read from zero state", "bits per character", "what a longer memory is worth")
    return figure


def figure_gates() -> Figure:
    """Gates of the trained LSTM over a piece of held-out text, through your lstm_step."""
    model, _, _, held_out, vocabulary = _trained_lstm()
    text = decode(held_out, vocabulary)
    start = text.index("\nReturns\n") - 40
    ids = held_out[start : start + 90]
    weights = [p.detach().double().numpy() for p in model.lstm.parameters()]
    x = model.embedding(torch.as_tensor(ids)).detach().double().numpy()[None]
    zeros = np.zeros((1, model.lstm.hidden_size))
    trace = lstm_forward(x, zeros, zeros, *weights)
    gates = np.concatenate(trace.gates).reshape(len(ids), 4, -1)
    shown = np.tanh(np.concatenate(trace.cs))
    figure, axes = panels(4, 1, size=(11.0, 1.9))
    for ax, (block, name) in zip(
        axes, ((0, "input gate i"), (1, "forget gate f"), (3, "output gate o")), strict=False
    ):
        values = gates[:, block].T
        chosen = np.argsort(-values.std(axis=1))[:24]
        image = ax.imshow(values[chosen], aspect="auto", cmap="viridis", vmin=0, vmax=1)
        label(ax, "", "unit", f"{name}: the 24 units that change most")
        figure.colorbar(image, ax=ax, pad=0.01)
    late = shown[10:]  # the first steps only leave the zero state
    roughness = np.abs(np.diff(late, axis=0)).sum(axis=0) / np.ptp(late, axis=0)
    roughness[np.ptp(late, axis=0) < 0.7] = np.inf
    for unit, colour in zip(np.argsort(roughness)[:4], COLOURS, strict=False):
        axes[3].plot(shown[:, unit], color=colour, label=f"unit {unit}")
    label(
        axes[3],
        "character read (· is a blank, ↵ a line end)",
        "tanh c",
        "four cells that change slowly",
    )
    axes[3].legend(fontsize=7, ncols=4, loc="lower left")
    axes[3].set_xlim(-0.5, len(ids) - 0.5)
    for ax in axes:
        ax.grid(visible=False)
        ax.set_xticks(
            range(len(ids)), [_visible(c) for c in decode(ids, vocabulary)], fontsize=6, family="monospace"
        )
    return figure


def figure_temperature() -> Figure:
    """Probabilities of the next character after the same prompt, at three temperatures and with top-k."""
    model, _, _, _, vocabulary = _trained_lstm()
    with torch.no_grad():
        logits, _ = model(torch.as_tensor(encode(PROMPT, vocabulary))[None])
    logits = logits[0, -1]
    likely = logits.topk(15).indices
    settings = ((0.5, None), (1.0, None), (2.0, None), (2.0, 5))
    figure, axes = panels(1, 4, size=(3.4, 3.2))
    for ax, (temperature, top_k), colour in zip(axes, settings, COLOURS, strict=False):
        p = next_probabilities(logits, temperature, top_k)
        ax.bar(range(15), p[likely], color=colour)
        ax.set_xticks(range(15), [_visible(vocabulary[i]) for i in likely], family="monospace")
        title = f"temperature {temperature}" + (f", top {top_k}" if top_k else "")
        label(ax, "character after 'out : '", "probability", title)
        ax.set_ylim(0, 1)
    return figure


def figure_samples() -> Figure:
    """What the LSTM writes after the same prompt at temperature 0.5, 1 and 1.5."""
    model, _, _, _, vocabulary = _trained_lstm()
    figure, axes = panels(1, 3, size=(4.1, 4.4))
    prompt = torch.as_tensor(encode(PROMPT, vocabulary))
    for ax, temperature in zip(axes, (0.5, 1.0, 1.5), strict=True):
        written = generate(model, prompt, 500, temperature, seed=4)
        _show_text(ax, PROMPT, decode(np.asarray(written), vocabulary), f"temperature {temperature}")
    return figure


def figure_positions() -> Figure:
    """Positions as clocks of many speeds, and how similar two positions are."""
    positions = sinusoidal_positions(100, 64)
    figure, (stripes, similar) = panels(1, 2, size=(4.8, 3.6))
    image = stripes.imshow(positions, aspect="auto", cmap="RdBu", vmin=-1, vmax=1)
    label(stripes, "feature", "position", "sines and cosines by turns")
    stripes.grid(visible=False)
    figure.colorbar(image, ax=stripes)
    for place, colour, style in ((10, BLUE, "-"), (50, RED, "--"), (80, GREEN, ":")):
        similar.plot(
            positions @ positions[place], color=colour, linestyle=style, label=f"with position {place}"
        )
    label(similar, "position", "scalar product", "near positions are similar", legend=True)
    return figure


def figure_masks() -> Figure:
    """The same random attention without a mask, with a causal mask, and with fewer queries than keys."""
    rng = torch.Generator().manual_seed(3)
    q, k = (1.5 * torch.randn(10, 8, generator=rng) for _ in range(2))
    shown = {
        "no mask": attention(q, k, k)[1],
        "causal": attention(q, k, k, causal_mask(10, 10))[1],
        "causal, the last 4 queries": attention(q[-4:], k, k, causal_mask(4, 10))[1],
    }
    figure, axes = panels(1, 3, size=(3.6, 3.2))
    for ax, (title, weights) in zip(axes, shown.items(), strict=True):
        extent = (-0.5, 9.5, 9.5, 9.5 - len(weights))
        image = ax.imshow(weights, cmap="Blues", vmin=0, vmax=1, extent=extent)
        label(ax, "place of the key", "place of the query", title)
        ax.grid(visible=False)
    figure.colorbar(image, ax=axes, label="weight")
    return figure


def figure_attention() -> Figure:
    """Where the heads of a trained transformer look while they read: each has found something else to look at."""
    model, vocabulary = _trained_transformer()
    text = "the deep layer follows the small batch."
    ids = torch.as_tensor(encode(text, vocabulary))[None]
    figure, axes = panels(2, 4, size=(3.6, 3.5))
    with torch.no_grad():
        x = model.embedding(ids) + sinusoidal_positions(len(text), model.embedding.embedding_dim)
        mask = causal_mask(len(text), len(text))
        for number, block in enumerate(model.blocks):
            normed = block.norm1(x)
            weights = (layer.weight for layer in (block.query, block.key, block.value, block.out))
            _, maps = multi_head_attention(normed, normed, *weights, block.heads, mask)
            for head in range(4):
                ax = axes[4 * number + head]
                ax.imshow(maps[0, head], cmap="Blues", vmin=0, vmax=1)
                label(ax, "looked at", "reading", f"block {number}, head {head}")
                ax.grid(visible=False)
                for ticks in (ax.set_xticks, ax.set_yticks):
                    ticks(range(len(text)), [_visible(c) for c in text], fontsize=5, family="monospace")
            x = block(x, mask)
    return figure


def figure_continued() -> Figure:
    """What the transformer writes after a prompt, once it has learned the tiny language."""
    model, vocabulary = _trained_transformer()
    figure, axes = panels(1, 3, size=(4.1, 1.9))
    prompt = "the deep layer fol"
    ids = torch.as_tensor(encode(prompt, vocabulary))
    for ax, temperature in zip(axes, (0.5, 1.0, 1.5), strict=True):
        text = decode(np.asarray(continue_prompt(model, ids, 220, temperature, seed=1)), vocabulary)
        _show_text(ax, prompt, text[len(prompt) :], f"temperature {temperature}")
    return figure


def figure_dilation() -> Figure:
    """Optional: what one impulse reaches through four causal convolutions, with and without dilation."""
    x = torch.zeros(1, 1, 32, dtype=torch.float64)
    x[0, 0, 4] = 1.0
    weight = torch.full((1, 1, 2), 0.5, dtype=torch.float64)
    figure, axes = panels(1, 2, size=(5.0, 3.2))
    for ax, dilations in zip(axes, ([1, 1, 1, 1], [1, 2, 4, 8]), strict=True):
        y = x
        for depth, dilation in enumerate(dilations):
            y = causal_conv1d(y, weight, dilation)
            reached = np.flatnonzero(y[0, 0])
            ax.plot(reached, np.full(len(reached), depth + 1), "s", color=BLUE, markersize=6)
        ax.plot([4], [0], "s", color=RED, markersize=6)
        title = f"dilations {', '.join(map(str, dilations))}: receptive field {receptive_field(2, dilations)}"
        label(ax, "time step", "layer", title)
        ax.set(xlim=(-1, 32), yticks=range(5))
    return figure


@cache
def _trained_lstm() -> tuple[CharLSTM, list[float], np.ndarray, np.ndarray, str]:
    """An LSTM after some seconds on a part of the docstrings: model, losses, training and held-out ids, vocabulary."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    training, held_out, vocabulary = split_text(load_text())
    model = CharLSTM(len(vocabulary), units=160)
    losses = train(model, training[:800_000], 1.0)
    return model, losses, training, held_out[:40_000], vocabulary


@cache
def _trained_transformer() -> tuple[Transformer, str]:
    """A transformer that has learned the tiny language, and the vocabulary."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    text = make_sentences(1000, np.random.default_rng(0))
    vocabulary = build_vocabulary(text)
    model = Transformer(len(vocabulary), width=48, context=48, dropout=0.05)
    train(model, encode(text, vocabulary), 8.0, 16, 48, 6e-3)
    return model.eval(), vocabulary


def _draw_weights(
    rng: np.random.Generator, blocks: int, units: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights of a fresh gated cell as PyTorch draws them, uniform in ±1/√units, and zero biases."""
    bound = 1 / np.sqrt(units)
    w_ih, w_hh = rng.uniform(-bound, bound, size=(2, blocks * units, units))
    return w_ih, w_hh, np.zeros(blocks * units)


def _lstm_norms(x: np.ndarray, grad: np.ndarray, rng: np.random.Generator, forget_bias: float) -> np.ndarray:
    """Norms of ∂L/∂h and ∂L/∂c together, k steps back, through your LSTM step."""
    batch, steps, units = x.shape
    w_ih, w_hh, b = _draw_weights(rng, 4, units)
    b[units : 2 * units] = forget_bias
    h, c = np.zeros((2, batch, units))
    taken = []
    for t in range(steps):
        h_next, c_next, gates = lstm_step(x[:, t], h, c, w_ih, w_hh, b, np.zeros_like(b))
        taken.append((x[:, t], h, c, c_next, gates))
        h, c = h_next, c_next
    grad_h, grad_c, norms = grad, np.zeros_like(grad), []
    for step in reversed(taken):
        norms.append(np.hypot(np.linalg.norm(grad_h), np.linalg.norm(grad_c)))
        _, grad_h, grad_c, *_ = lstm_step_backward(grad_h, grad_c, *step, w_ih, w_hh)
    return np.array(norms)


def _gru_norms(x: np.ndarray, grad: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Norms of ∂L/∂h, k steps back, through your GRU step."""
    batch, steps, units = x.shape
    w_ih, w_hh, b = _draw_weights(rng, 3, units)
    h = np.zeros((batch, units))
    taken = []
    for t in range(steps):
        h_next, gates = gru_step(x[:, t], h, w_ih, w_hh, b, b)
        taken.append((x[:, t], h, gates))
        h = h_next
    norms = []
    for step in reversed(taken):
        norms.append(np.linalg.norm(grad))
        _, grad, *_ = gru_step_backward(grad, *step, w_ih, w_hh, b)
    return np.array(norms)


def _visible(character: str) -> str:
    """A character as a tick label: blanks and line ends can be seen."""
    return {" ": "·", "\n": "↵"}.get(character, character)


def _show_text(ax: Axes, prompt: str, written: str, title: str) -> None:
    """Prompt and what was written after it, in lines of at most 48 characters."""
    lines: list[str] = []
    for line in (prompt + written).split("\n"):
        lines += [line[i : i + 48] for i in range(0, max(len(line), 1), 48)]
    shown = "\n".join(lines[:26]).replace("$", r"\$")
    ax.text(0, 1, shown, family="monospace", fontsize=8, va="top", transform=ax.transAxes)
    ax.set_title(title, fontsize=11)
    ax.set_axis_off()
