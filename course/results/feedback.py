"""A student's page in nbgrader's ``feedback/`` tree: points, what the checks say, and the answer they say it of.

nbgrader's own page takes seconds per notebook and shows hidden checks; after manual grading
`nbgrader generate_feedback --force` replaces this one with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from course.catalog import Day
from course.results.names import written

if TYPE_CHECKING:
    from jinja2 import Template

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ day.title }}: {{ student }}</title>
<style>
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; }
td, th { padding: .2rem .8rem .2rem 0; text-align: left; border-bottom: 1px solid #8884; }
td.points { text-align: right; font-variant-numeric: tabular-nums; }
pre { background: #8881; padding: .8rem; border-radius: .3rem; overflow-x: auto; font-size: .85rem; }
section { margin-top: 2.5rem; }
.best { color: light-dark(#15722b, #6bd487); }
</style>
</head>
<body>
<h1>{{ day.title }}</h1>
<p><b>{{ student }}</b>: {{ total }} of {{ entry.max_score }} points{% if late %} ({{ late }} less for being late)\
{% endif %}</p>
<table>
{% for exercise in entry.exercises %}
<tr><td><a href="#{{ exercise.exercise }}">{{ exercise.exercise }}</a></td>
<td class="points{% if complete(exercise) %} best{% endif %}">\
{{ points(exercise) }}</td></tr>
{% endfor %}
</table>
{% for exercise in entry.exercises %}
<section id="{{ exercise.exercise }}">
<h2>{{ exercise.exercise }} · {{ points(exercise) }}</h2>
<pre>{{ report(exercise) }}</pre>
{% if answer(exercise) %}
<details{% if not complete(exercise) %} open{% endif %}><summary>what you wrote</summary>
<pre>{{ answer(exercise) }}</pre></details>
{% endif %}
</section>
{% endfor %}
</body>
</html>
"""


def feedback_page(
    day: Day, record: Mapping[str, Any], entry: Mapping[str, Any], answers: Mapping[str, str]
) -> str:
    """The page of one submission; everything that comes from the student is escaped."""
    late = entry.get("late", {}).get("points", 0)
    return _template().render(
        day=day,
        student=record["student"],
        entry=entry,
        late=late,
        total=max(0, entry["score"] - late),
        report=report,
        points=_points,
        complete=_is_complete,
        answer=lambda exercise: answers.get("-".join(exercise["exercise"].split(".")[:2]), ""),
    )


@cache
def _template() -> Template:
    from jinja2 import Environment

    return Environment(autoescape=True, trim_blocks=True, finalize=written).from_string(_PAGE)


def _points(exercise: Mapping[str, Any]) -> str:
    return f"{exercise['score']}/{exercise['max_score']}" if exercise["max_score"] else "optional"


def _is_complete(exercise: Mapping[str, Any]) -> bool:
    """Whether every check passed: points do not tell where there are none."""
    return all(test["outcome"] == "passed" for test in exercise["tests"])


def report(exercise: Mapping[str, Any]) -> str:
    """The verdicts of an exercise, and what is said about those that did not pass."""
    lines = [
        f"{test['test']}  {test['points']}/{test['max_points']}  {test['outcome']}"
        for test in exercise["tests"]
    ]
    for test in exercise["tests"]:
        if test["message"]:
            lines += ["", test["test"], test["message"]]
    return "\n".join(lines) + "\n"
