"""Which exercise is about which topic: ``tests/topics.toml`` has their titles, ``exercises.toml`` names them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping

from course.catalog import Course
from course.errors import CourseError

TOPICS = "tests/topics.toml"


def topics_table(course: Course) -> str:
    """Topics × exercises as a Markdown table, and what has none. Drafts are left out.

    Raises CourseError for an exercise that names one that is not listed.
    """
    titles = _titles(course)
    if not titles:
        return ""
    found: dict[str, list[str]] = {topic: [] for topic in titles}
    for day in (day for day in course.days if not day.draft):
        for topic, names in _names_by_topic(course, day.name, titles).items():
            found[topic].append(f"[{day.name[:5]}](../{day.name}/README.md): {', '.join(names)}")
    rows = ["| topic | exercises |", "|---|---|"]
    rows += [f"| {topic} {titles[topic]} | {' · '.join(days) or '–'} |" for topic, days in found.items()]
    return "\n".join([*rows, "", *_without(titles, found), ""])


def _titles(course: Course) -> dict[str, str]:
    path = course.root / TOPICS
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CourseError(f"{TOPICS} is not valid TOML: {error}.") from None


def _names_by_topic(course: Course, day: str, titles: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for exercise in course.day(day).exercises:
        for topic in exercise.topics:
            if topic not in titles:
                raise CourseError(
                    f"tests/{day}/exercises.toml: {exercise.name} is about {topic!r}, which {TOPICS} does not list."
                )
            found.setdefault(topic, []).append(f"`{exercise.qualname}`")
    return found


def _without(titles: Mapping[str, str], found: Mapping[str, list[str]]) -> Iterator[str]:
    missing = [f"{topic} ({titles[topic]})" for topic, days in found.items() if not days]
    if missing:
        yield f"{len(titles) - len(missing)} of {len(titles)} topics have an exercise. None yet: {', '.join(missing)}."
    else:
        yield f"All {len(titles)} topics have an exercise."
