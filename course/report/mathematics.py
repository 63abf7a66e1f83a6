"""The mathematics of a sheet, from LaTeX to a line that can be read in a terminal: ``x_{t+1} \\le \\frac12`` becomes
``xₜ₊₁ ≤ 1/2``, and where only ASCII can be shown ``x_(t+1) <= 1/2``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from course.signs import spelt

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[{}_^&$]|\s+|\d+|.", re.DOTALL)
_GREEK = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho".split()
_GREEK += "varsigma sigma tau upsilon phi chi psi omega".split()
_SIGNS = {name: chr(0x3B1 + number) for number, name in enumerate(_GREEK)}
_SIGNS |= {name.title(): sign.upper() for name, sign in _SIGNS.items() if name != "varsigma"}
_SIGNS |= {
    "varepsilon": "ε", "varphi": "φ", "vartheta": "θ", "partial": "∂", "nabla": "∇", "infty": "∞", "ell": "ℓ",
    "top": "⊤", "cdot": "·", "times": "×", "odot": "⊙", "circ": "∘", "pm": "±", "dots": "…", "cdots": "…",
    "vdots": "⋮", "ldots": "…", "leftarrow": "←", "to": "→", "rightarrow": "→", "mapsto": "↦",
    "Longleftrightarrow": "⇔", "Rightarrow": "⇒", "le": "≤", "ge": "≥", "leq": "≤", "geq": "≥", "ne": "≠",
    "neq": "≠", "approx": "≈", "in": "∈", "subseteq": "⊆", "cup": "∪", "cap": "∩", "setminus": "\\",
    "sum": "∑", "prod": "∏", "int": "∫", "Vert": "‖", "mid": "|", "vert": "|", "langle": "⟨", "rangle": "⟩",
    "lfloor": "⌊", "rfloor": "⌋", "sim": "~", "ll": "<<", "gg": ">>", "forall": "for all ", "exists": "exists ",
    "quad": "\0" * 3, "qquad": "\0" * 5, "cr": "; ", "prime": "′", "star": "*", "ast": "*",
}  # fmt: skip
_WORDS = frozenset("ln log exp sin cos tan tanh max min det arg lim diag sup inf".split())
_NOTHING = frozenset("left right bigl bigr Bigl Bigr big Big textstyle displaystyle limits nolimits".split())
_AS_TEXT = frozenset("text mathrm texttt mathbf mathbb mathcal operatorname boldsymbol textbf".split())
_OVER = {"bar": "\u0304", "overline": "\u0304", "hat": "\u0302", "tilde": "\u0303", "dot": "\u0307"}
_LOW = dict(zip("0123456789+-=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
_HIGH = dict(
    zip(
        "0123456789+-=()abcdefghijklmnoprstuvwxyzT⊤",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀᵀ",
        strict=True,
    )
)
_BRACKETS = {"pmatrix": "()", "bmatrix": "[]", "cases": "{ "}  # of an environment: before and behind
_LONGEST = 5  # signs of an index that are set small


def readable(latex: str, *, plain: bool = False) -> str:
    """A formula as one line of text; ``plain`` for ASCII only."""
    line = " ".join(_Formula(latex, plain).read().split())
    line = re.sub(r" ([,.;:)\]])", r"\1", spelt(line) if plain else line)
    return re.sub(r" ?(\0+) ?", lambda wide: " " * len(wide.group(1)), line)


class _Formula:
    """Reads the tokens of one formula from left to right."""

    def __init__(self, latex: str, plain: bool) -> None:
        self._tokens: list[str] = _TOKEN.findall(latex)
        self._plain = plain
        self._at = 0

    def read(self, end: str = "") -> str:
        """Everything up to the token ``end``, or to the end."""
        parts: list[str] = []
        while self._at < len(self._tokens):
            token = self._next()
            if token == end:
                break
            if token in "_^":
                parts.append(self._index(token))
            else:
                parts.append(self._one(token))
        return "".join(parts)

    def _next(self) -> str:
        token: str = self._tokens[self._at]
        self._at += 1
        return token

    def _argument(self) -> str:
        """A group, a command with its own arguments, or one sign."""
        while self._at < len(self._tokens) and self._tokens[self._at].isspace():
            self._at += 1
        if self._at == len(self._tokens):
            return ""
        token = self._next()
        if token.isdigit() and len(token) > 1:  # \frac12
            self._at -= 1
            self._tokens[self._at] = token[1:]
            return token[0]
        return self._one(token)

    def _one(self, token: str) -> str:
        if token == "{":
            return self.read("}")
        if token == "&":
            return " "
        if token.startswith("\\"):
            return self._command(token[1:])
        return "−" if token == "-" and not self._plain else " " if token.isspace() else token

    def _command(self, name: str) -> str:
        if name in _AS_TEXT:
            return self._argument()
        if name in ("frac", "tfrac", "dfrac"):
            return f"{_closed(self._argument())}/{_closed(self._argument())}"
        if name == "sqrt":
            root = _closed(self._argument())
            return f"√{root}" if not self._plain or root.startswith("(") else f"√({root})"
        if name in _OVER:
            return self._with_sign_over(name, self._argument())
        if name in ("begin", "end"):
            return _BRACKETS.get(self._argument(), "  ")[name == "end"]
        if name in ("underbrace", "overbrace"):
            return _closed(self._argument())
        if name in _WORDS:
            return f" {name} " if self._tokens[self._at : self._at + 1] not in (["("], ["_"], ["^"]) else name
        if name in _NOTHING:
            return ""
        return _SIGNS.get(name, name if name.isalpha() else self._sign(name))

    @staticmethod
    def _sign(name: str) -> str:
        return {"\\": "; ", "|": "‖"}.get(name, " " if name in ",;:! " else name)

    def _with_sign_over(self, name: str, what: str) -> str:
        if self._plain or len(what) != 1:
            return f"{'bar' if name == 'overline' else name}({what})"
        return what + _OVER[name]

    def _index(self, kind: str) -> str:
        text = self._argument().strip().replace("−", "-")
        small = _LOW if kind == "_" else _HIGH
        if not self._plain and len(text) <= _LONGEST and all(sign in small for sign in text):
            return "".join(small[sign] for sign in text)
        shown = text if self._plain else text.replace("-", "−")
        return f"{kind}{shown}" if re.fullmatch(r"\w+|.", text) else f"{kind}({shown})"


def _closed(text: str) -> str:
    """In brackets, unless it is one thing."""
    text = text.strip()
    return text if re.fullmatch(r"[∂δ√]?[\w.\u0300-\u036f]+|.|\(.[^()]*\)", text) else f"({text})"


_CODE = re.compile(r"(^ {0,3}```.*?^ {0,3}```|^ {0,3}~~~.*?^ {0,3}~~~|`[^`\n]+`)", re.DOTALL | re.MULTILINE)
_DISPLAY = re.compile(r"\$\$(.+?)\$\$", re.DOTALL)
_INLINE = re.compile(r"(?<![\\$])\$([^$]+?)\$")


def split_formulas(
    text: str, escape: Callable[[str], str | None], *, plain: bool
) -> Iterator[tuple[str, bool]]:
    """A text of Markdown in pieces: those with False are Markdown whose formulas can be read, those with True
    formulas on lines of their own. ``escape`` protects what stands in Markdown; code stays as it is.
    """
    piece = ""
    for part in _CODE.split(text):
        if _CODE.fullmatch(part):
            piece += part
            continue
        for number, shown in enumerate(_DISPLAY.split(part)):
            if number % 2:
                yield piece, False
                yield readable(shown, plain=plain), True
                piece = ""
            else:
                piece += _INLINE.sub(lambda match: escape(readable(match.group(1), plain=plain)) or "", shown)
    yield piece, False
