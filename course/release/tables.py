"""Tables in the documents that are made from the source: the days, the formats of results, the assertions.

Each stands between markers, ``<!-- days -->`` and ``<!-- /days -->``, and is written by ``course sync``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from course.catalog import Course, Day
from course.release.topics import topics_table
from course.results.exports import FORMATS

ASSERTIONS = Path(__file__).parents[1] / "testing" / "assertions.py"


def documents_with_tables(course: Course) -> Iterator[tuple[Path, str, str]]:
    """Each document that is there, as it is and as it is to be."""
    for name, table, rows in (
        ("README.md", "days", days_table(course)),
        ("docs/results.md", "formats", formats_table()),
        ("docs/topics.md", "topics", topics_table(course)),
        ("docs/authoring.md", "assertions", assertions_table(ASSERTIONS.read_text(encoding="utf-8"))),
    ):
        path = course.root / name
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            begin, end = f"<!-- {table} -->\n", f"<!-- /{table} -->"
            before, _, rest = text.partition(begin)
            _, there, after = rest.partition(end)
            yield path, text, f"{before}{begin}{rows}{end}{after}" if there else text


def days_table(course: Course) -> str:
    """The days of the course as a Markdown table; a draft stands in none."""
    rows = ["| day | topic |", "|---|---|"]
    for title, days in by_part(course, [day for day in course.units if not day.draft]):
        rows += [f"| **{title}** | |"] if title else []
        rows += [f"| [{day.name}]({day.name}/README.md) | {day.title} |" for day in days]
    return "\n".join(rows) + "\n"


def by_part(course: Course, days: Sequence[Day]) -> Iterator[tuple[str, Sequence[Day]]]:
    """The days of each part below its title, such as ``Part 1 · Basics``; below none where the course gives none. Then
    the projects.
    """
    for (number, projects), some in groupby(days, key=lambda day: (day.part, day.is_project)):
        title = f"Part {number} · {course.parts[number]}" if number in course.parts else ""
        yield "Projects" if projects else title, list(some)


def formats_table() -> str:
    """What `course export` writes, for whom, as a Markdown table."""
    rows = ["| format | file | for |", "|---|---|---|"]
    rows += [f"| `{name}` | `{one.file}` | {one.reader} |" for name, one in FORMATS.items()]
    return "\n".join(rows) + "\n"


def assertions_table(source: str) -> str:
    """What a test can call, with its docstring, as a Markdown table: assertions first."""
    functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    functions = [node for node in functions if node.name.startswith(("assert_", "compare_by", "in_place"))]
    functions.sort(key=lambda node: not node.name.startswith("assert_"))
    rows = ["| call | what it does |", "|---|---|"]
    rows += [
        f"| `{_call(node, source)}` | {_on_one_line(ast.get_docstring(node) or '')} |" for node in functions
    ]
    return "\n".join(rows) + "\n"


def _call(node: ast.FunctionDef, source: str) -> str:
    """How it is written in a test; `name` and `cause`, which nearly all have, are explained below the table."""
    manager = any(isinstance(d, ast.Name) and d.id == "contextmanager" for d in node.decorator_list)
    plain, keywords = node.args.args, node.args.kwonlyargs
    defaults = [None] * (len(plain) - len(node.args.defaults)) + node.args.defaults + node.args.kw_defaults
    words = [
        argument.arg if default is None else f"{argument.arg}={ast.get_source_segment(source, default)}"
        for argument, default in zip([*plain, *keywords], defaults, strict=True)
        if argument.arg not in ("name", "cause")
    ]
    if node.args.vararg:
        words.insert(len(plain), f"*{node.args.vararg.arg}")
    call = f"{node.name}({', '.join(words)})"
    return f"with {call}:" if manager else call


def _on_one_line(docstring: str) -> str:
    return " ".join(docstring.split()).replace("``", "`").replace("|", "\\|")
