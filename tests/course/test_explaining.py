"""`course explain`: the sheet of an exercise in a terminal, its mathematics readable there."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from course.catalog import Course
from course.cli import main
from course.report.mathematics import readable, split_formulas
from course.signs import fitting, settle_streams, spelt


@pytest.mark.parametrize(
    ("latex", "shown", "plain"),
    [
        (r"x_{t+1} = x_t - \eta \nabla f(x_t)", "xₜ₊₁ = xₜ − η ∇ f(xₜ)", "x_(t+1) = x_t - eta grad f(x_t)"),
        (r"\frac12 (a + b)", "1/2 (a + b)", "1/2 (a + b)"),
        (r"f_i = \frac{s_i^2}{s_i^2 + \varepsilon}", "fᵢ = sᵢ²/(sᵢ² + ε)", "f_i = (s_i^2)/(s_i^2 + epsilon)"),
        (r"A = U \mathrm{diag}(s) V^\top", "A = U diag(s) Vᵀ", "A = U diag(s) V^T"),
        (r"\bar x, \hat{y}", "x\u0304, y\u0302", "bar(x), hat(y)"),
        (r"\sqrt{\kappa} \le s_\text{max}", "√κ ≤ sₘₐₓ", "sqrt(kappa) <= s_max"),
        (
            r"\begin{pmatrix} a & b \cr c & d \end{pmatrix}",
            "( a b; c d)",
            "( a b; c d)",
        ),
        (r"a , \qquad b", "a,     b", "a,     b"),
        (r"\ln \det C + \ln 2\pi", "ln det C + ln 2π", "ln det C + ln 2pi"),
    ],
)
def test_a_formula_becomes_a_line(latex: str, shown: str, plain: str) -> None:
    assert readable(latex) == shown
    assert readable(latex, plain=True) == plain


@pytest.mark.parametrize("plain", [False, True])
def test_of_every_sheet_no_command_of_latex_is_left(real: Course, plain: bool) -> None:
    left = set()
    for day in real.days:
        sheet = real.sheet(day).read_text(encoding="utf-8")
        seen: list[str] = []
        seen += [piece for piece, is_formula in split_formulas(sheet, seen.append, plain=plain) if is_formula]
        for line in seen:
            assert line.isascii() or not plain, line
            left |= set(re.findall(r"\\[a-zA-Z]+|\?", line))
    assert left == set()


def test_code_in_a_sheet_is_no_formula() -> None:
    text = "Type `echo $HOME $PATH`:\n\n```sh\necho $a $b\n```\nand $x$.\n"
    assert list(split_formulas(text, str, plain=False)) == [(text.replace("$x$", "x"), False)]


@pytest.mark.parametrize("columns", ["40", "80"])
def test_the_section_of_an_exercise_fits_the_screen(
    real: Course, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.chdir(real.root)
    result = CliRunner().invoke(main, ["explain", "day03/ridge"], env={"COLUMNS": columns})
    assert result.exit_code == 0
    assert result.output.startswith("Spectral filter and ridge\n")
    assert "fᵢ = sᵢ²/(sᵢ² + ε)" in " ".join(result.output.split())
    assert max(map(len, result.output.splitlines())) <= int(columns)


def test_explaining_is_for_one_section(real: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(real.root)
    result = CliRunner().invoke(main, ["explain", "day03"])
    assert result.exit_code == 2
    assert "for one exercise" in result.output


def test_signs_are_spelt_where_an_encoding_has_none() -> None:
    assert spelt("α − β → ∑ é 日") == "alpha - beta -> sum e ?"
    assert spelt("A⁻¹ x² xₜ₊₁ ᾱ ½ ŷ x̂ ⌈n⌉") == "A^-1 x^2 x_(t+1) alpha_bar 1/2 y_hat x_hat ceil(n)"
    assert fitting("10 °C − é", "cp1252") == "10 °C - é"
    assert fitting("10 °C − é", "utf-8") == "10 °C − é"
    settle_streams()  # of a test, which are no files
