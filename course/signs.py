"""Signs for any terminal: what its encoding cannot show is spelt in ASCII, so that no output ends in an error."""

from __future__ import annotations

import codecs
import re
import sys
import unicodedata
from io import TextIOWrapper

_GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon "
    "phi chi psi omega"
)
_SPELT = {
    "−": "-", "–": "-", "—": "-", "‑": "-", "…": "...", "⋮": "...",
    "·": ".", "•": "*", "×": "x", "⊙": "(.)", "∘": " o ",
    "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "′": "'",
    "→": "->", "←": "<-", "↔": "<->", "⇒": "=>", "⇔": "<=>", "↦": "|->",
    "≤": "<=", "≥": ">=", "≠": "!=", "≈": "~", "±": "+-", "∈": " in ", "⊆": " subset of ", "∪": " or ", "∩": " and ",
    "∑": "sum", "∏": "prod", "∫": "int", "√": "sqrt", "∂": "d", "∇": "grad", "∞": "inf", "‖": "||", "ℓ": "l",
    "⟨": "<", "⟩": ">", "⌊": "floor(", "⌋": ")", "⌈": "ceil(", "⌉": ")", "½": "1/2", "¼": "1/4", "¾": "3/4",
    "∝": " proportional to ", "€": "EUR",
    "\u0302": "_hat", "\u0304": "_bar", "\u0303": "_tilde", "ŷ": "y_hat", "ū": "u_bar", "ᾱ": "alpha_bar",
    "⊤": "T", "■": "#", "□": ".", "█": "#", "▌": "|", "✓": "v",
    "ε": "epsilon", "ς": "sigma", "ϕ": "phi", "ϑ": "theta", "°": " degrees", "\u00a0": " ",
    "ß": "ss", "æ": "ae", "ø": "o", "ł": "l",
    **{chr(0x2500 + n): "-" for n in (0, 1)}, **{chr(0x2500 + n): "|" for n in (2, 3)},
    **{chr(n): "+" for n in range(0x250C, 0x2580)},
}  # fmt: skip
_CODES = [code for code in range(0x3B1, 0x3CA) if code != 0x3C2]
_SPELT |= {chr(code): name for code, name in zip(_CODES, _GREEK.split(), strict=True)}
_SPELT |= {chr(code - 0x20): name.title() for code, name in zip(_CODES, _GREEK.split(), strict=True)}
HANDLER = "course-spelt"


_RAISED = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿⁱᵀᵗᵖᵏᵐʲˣ]+")
_LOWERED = re.compile("[₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ]+")


def spelt(text: str) -> str:
    """The text in ASCII: a word or a similar sign for each that has one, a question mark for the others."""
    text = _LOWERED.sub(
        lambda run: f"_{_on_the_line(run[0])}", _RAISED.sub(lambda run: f"^{_on_the_line(run[0])}", text)
    )
    return "".join(sign if sign.isascii() else _spelt(sign) for sign in text)


def _on_the_line(small: str) -> str:
    """A run of raised or lowered signs as a word, in brackets where it is a sum or a difference."""
    plain = unicodedata.normalize("NFKD", small).replace("−", "-")
    return f"({plain})" if any(sign in plain[1:] for sign in "+-") else plain


def _spelt(sign: str) -> str:
    if sign in _SPELT:
        return _SPELT[sign]
    plain = unicodedata.normalize("NFKD", sign)
    if unicodedata.combining(plain[0]):
        return ""
    return "".join(part for part in plain if part.isascii()) or "?"


def fitting(text: str, encoding: str) -> str:
    """The text with what an encoding does not have spelt in ASCII."""
    settle()
    return text.encode(encoding, HANDLER).decode(encoding, "replace")


def _handle(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return spelt(error.object[error.start : error.end]), error.end


def settle() -> None:
    """Make the handler known to Python."""
    try:
        codecs.lookup_error(HANDLER)
    except LookupError:
        codecs.register_error(HANDLER, _handle)


def settle_streams() -> None:
    """Let standard output and error spell what their encoding does not have, whatever PYTHONIOENCODING says."""
    settle()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors=HANDLER)
