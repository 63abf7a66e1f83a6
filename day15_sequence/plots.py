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
from course.plots import BLACK, BLUE, COLOURS, GREEN, GREY, ORANGE, PURPLE, RED, label, panels
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
    """Gates of the trained LSTM over held-out text, through your lstm_step, and cells that know where they are."""
    model, _, _, held_out, vocabulary = _trained_lstm()
    heading = decode(held_out, vocabulary).index("\nReturns\n", 2000)
    ids = held_out[heading - 2000 : heading + 50]
    text = decode(ids, vocabulary)
    weights = [p.detach().double().numpy() for p in model.lstm.parameters()]
    x = model.embedding(torch.as_tensor(ids)).detach().double().numpy()[None]
    zeros = np.zeros((1, model.lstm.hidden_size))
    trace = lstm_forward(x, zeros, zeros, *weights)
    gates = np.concatenate(trace.gates).reshape(len(ids), 4, -1)
    cells = np.concatenate(trace.cs)
    cells = (cells - cells.mean(axis=0)) / cells.std(axis=0)
    shown = slice(-90, None)

    figure, axes = panels(5, 1, size=(11.0, 1.7))
    for ax, (block, name) in zip(axes, ((0, "input"), (1, "forget"), (3, "output")), strict=False):
        values = gates[shown, block].T
        chosen = np.argsort(-values.std(axis=1))[:12]
        image = ax.imshow(values[chosen], aspect="auto", cmap="viridis", vmin=0, vmax=1)
        label(ax, "", "unit", f"{name} gate: the 12 units that change most")
        ax.set_yticks([])
        figure.colorbar(image, ax=ax, pad=0.01)
    for ax, colour, (name, place) in zip(axes[3:], (BLUE, RED), _places(text).items(), strict=True):
        place = (place - place.mean()) / place.std()
        likeness = cells.T @ place / len(place)  # correlation of each cell with the place
        unit = np.argmax(np.abs(likeness))
        ax.plot(place[shown], color=GREY, linestyle=":", label=name)
        ax.plot(np.sign(likeness[unit]) * cells[shown, unit], color=colour, label=f"cell {unit}")
        label(
            ax, "", "standardised", f"cell {unit} follows the {name}, |correlation| {abs(likeness[unit]):.2f}"
        )
        ax.set(xlim=(-0.5, 89.5), ylim=(None, 1.4 * ax.get_ylim()[1]))  # room for the legend
        ax.legend(fontsize=8, loc="upper center", ncols=2)
    for ax in axes:
        ax.grid(visible=False)
        ax.set_xticks(range(90), [_visible(c) for c in text[shown]], fontsize=6.5, family="monospace")
    axes[-1].set_xlabel("character read (· is a blank, ↵ a line end)")
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
    figure, axes = panels(1, 3, size=(4.0, 3.6))
    prompt = torch.as_tensor(encode(PROMPT, vocabulary))
    for ax, temperature in zip(axes, (0.5, 1.0, 1.5), strict=True):
        written = generate(model, prompt, 900, temperature, seed=4)
        _show_text(ax, PROMPT, decode(np.asarray(written), vocabulary), f"temperature {temperature}", 22)
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
        similar.plot(positions @ positions[place], color=colour, linestyle=style, label=f"with {place}")
    label(similar, "position", "scalar product", "near positions are similar")
    similar.set_ylim(10, 38)
    similar.legend(fontsize=9, ncols=3, loc="upper center", columnspacing=1.0, handlelength=1.5)
    return figure


def figure_masks() -> Figure:
    """The same random attention without a mask, with a causal mask, and with fewer queries than keys (grey: hidden)."""
    rng = torch.Generator().manual_seed(3)
    q, k = (1.5 * torch.randn(10, 8, generator=rng) for _ in range(2))
    masks = {
        "no mask": torch.ones(10, 10, dtype=torch.bool),
        "causal": causal_mask(10, 10),
        "causal, the last 4 queries": causal_mask(4, 10),
    }
    figure, axes = panels(1, 3, size=(3.6, 3.2))
    for ax, (title, mask) in zip(axes, masks.items(), strict=True):
        _, weights = attention(q[-len(mask) :], k, k, mask)
        extent = (-0.5, 9.5, 9.5, 9.5 - len(mask))
        ax.set_facecolor("0.85")
        visible = np.ma.masked_array(weights.numpy(), ~mask.numpy())
        image = ax.imshow(visible, cmap="Blues", vmin=0, vmax=1, extent=extent)
        label(ax, "place of the key", "place of the query", title)
        ax.grid(visible=False)
    figure.colorbar(image, ax=axes, label="weight")
    return figure


def figure_attention() -> Figure:
    """Where the heads of a trained transformer look while they read: each has found something else to look at."""
    model, vocabulary = _trained_transformer()
    text = "the deep layer follows the small batch."
    ids = torch.as_tensor(encode(text, vocabulary))[None]
    figure, axes = panels(2, 4, size=(4.3, 4.2))
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
                    ticks(range(len(text)), [_visible(c) for c in text], fontsize=6.5, family="monospace")
            x = block(x, mask)
    return figure


def figure_continued() -> Figure:
    """What the transformer writes after a prompt, once it has learned the tiny language."""
    model, vocabulary = _trained_transformer()
    figure, axes = panels(1, 3, size=(4.0, 1.1))
    prompt = "the deep layer fol"
    ids = torch.as_tensor(encode(prompt, vocabulary))
    for ax, temperature in zip(axes, (0.5, 1.0, 1.5), strict=True):
        text = decode(np.asarray(continue_prompt(model, ids, 220, temperature, seed=1)), vocabulary)
        _show_text(ax, prompt, text[len(prompt) :], f"temperature {temperature}", 5)
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


def _places(text: str) -> dict[str, np.ndarray]:
    """At every character, how many there have been since the line began, and since the word did."""
    places: dict[str, list[int]] = {"place in the line": [], "place in the word": []}
    in_line = in_word = 0
    for character in text:
        in_line = 0 if character == "\n" else in_line + 1
        in_word = in_word + 1 if character.isalnum() else 0
        places["place in the line"].append(in_line)
        places["place in the word"].append(in_word)
    return {name: np.array(numbers, dtype=float) for name, numbers in places.items()}


def _visible(character: str) -> str:
    """A character as a tick label: blanks and line ends can be seen."""
    return {" ": "·", "\n": "↵"}.get(character, character)


def _show_text(ax: Axes, prompt: str, written: str, title: str, rows: int) -> None:
    """The prompt in blue and what was written after it in black: the first rows, of at most 50 characters each."""
    lines: list[str] = []
    for line in (prompt + written).split("\n"):
        lines += [line[i : i + 50] for i in range(0, max(len(line), 1), 50)]
    inked = 0  # characters of the prompt that have been drawn
    for row, line in enumerate(lines[:rows]):
        blue = line[: max(len(prompt) - inked, 0)]
        inked += len(line) + 1
        for text, colour in ((blue, BLUE), (" " * len(blue) + line[len(blue) :], BLACK)):
            place = {"x": 0.0, "y": 1 - row / rows, "transform": ax.transAxes, "va": "top"}
            ax.text(s=text.replace("$", r"\$"), color=colour, family="monospace", fontsize=8, **place)
    ax.set_title(title, fontsize=11, loc="left")
    ax.set_axis_off()
