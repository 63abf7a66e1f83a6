"""The page for staff: the figures of a class, put into the template."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from statistics import fmean
from typing import Any
from urllib.parse import quote

from course.report.charts import Curve, curve, histogram, seconds_histogram
from course.report.class_figures import NOT_STARTED, ClassFigures, ExerciseFigures
from course.report.pages import CourseNames, environment
from course.results.names import shown
from course.results.reading import Adjustment, Appeal

MOST_ROWS = 300
"""A larger class is shown in groups, and everyone in a list of which only the part in sight is drawn."""
BANDS = 40
SIGNS = {NOT_STARTED: "."} | dict(enumerate("0123456789A"))


def staff_page(
    names: CourseNames,
    figures: ClassFigures,
    adjustments: list[tuple[Adjustment, str]],
    appeals: list[Appeal],
    files_of: Mapping[str, str],
    made: str,
) -> str:
    """``files_of`` has the name of each student's page, without its ending."""
    large = figures.students > MOST_ROWS
    hardest = [test for test in figures.hardest() if test.share < 1]
    points = [row.sums.total for row in figures.rows]
    template = environment().get_template("staff.html")
    return template.render(
        course=names.course,
        figures=figures,
        made=made,
        exercises=[_Column(names, one) for one in figures.exercises.values()],
        rows=figures.rows,
        bands=list(figures.bands(BANDS)) if large else [],
        kinds=figures.kinds,
        everyone=_everyone(figures, files_of) if large else [],
        link=lambda student: f"students/{quote(files_of.get(student, ''), safe='')}.html",
        days=list(figures.by_day.values()),
        curve=_curve(figures),
        settled=bool(adjustments) or figures.late > 0,
        points=histogram(points, 0, max(figures.max_score, *points, 1), 20, "points"),
        seconds=seconds_histogram(figures.seconds),
        hardest=hardest,
        left_out=len(figures.tests) - len(hardest),
        slowest=figures.slowest(),
        hidden=names.hidden,
        misconceptions=_misconceptions(names, figures),
        adjustments=[(one, said) for one, said in adjustments if not one.criterion],
        rubrics=_rubrics(names, [one for one, _ in adjustments if one.criterion]),
        appeals=sorted(appeals, key=lambda one: (bool(one.answers), one.number)),
    )


class _Column:
    """An exercise with the names the page shows."""

    def __init__(self, names: CourseNames, figures: ExerciseFigures) -> None:
        self._figures = figures
        self.title = names.exercises.get((figures.day, figures.exercise), figures.exercise)
        self.short = figures.exercise.partition(".")[2] or figures.exercise

    def __getattr__(self, name: str) -> Any:
        return getattr(self._figures, name)


def _curve(figures: ClassFigures) -> Curve:
    """The mean of those who handed in, day by day, and between what the middle half of them is."""
    days = [day for day in figures.by_day.values() if day.shares]
    quartiles = [day.quartiles for day in days]
    return curve([day.mean or 0 for day in days], [q[0] for q in quartiles], [q[2] for q in quartiles])


def _everyone(figures: ClassFigures, files_of: Mapping[str, str]) -> list[list[Any]]:
    """A short row per student for the list that is drawn in the browser: a sign per exercise, the numbers of
    what the student is counted among, and the name of the page where it is not the student's.
    """
    numbers = {kind: at for at, kind in enumerate(figures.kinds)}
    width = len(figures.exercises)
    rows = []
    for row in figures.rows:
        signs = ["-" if share is None else SIGNS[share] for share in row.shares]
        name, page = shown(row.student), files_of[row.student]
        rows.append([name, row.sums.total, "".join(signs).ljust(width, "-"), row.incidents])
        rows[-1].append([numbers[kind] for kind in row.kinds])
        rows[-1] += [page] if page != name else []
    return rows


def _misconceptions(names: CourseNames, figures: ClassFigures) -> list[dict[str, Any]]:
    return [
        {
            "count": count,
            "day": day,
            "exercise": exercise,
            "name": name,
            "says": names.misconceptions.get((day, exercise, name), ""),
            "students": figures.holders[day, exercise, name],
        }
        for (day, exercise, name), count in figures.misconceptions.most_common()
    ]


def _rubrics(names: CourseNames, marks: list[Adjustment]) -> list[dict[str, Any]]:
    """By rubric and criterion, how many reached which level, and the mean; each mark stands on its student's page."""
    found: dict[tuple[str, str], list[Adjustment]] = {}
    for one in marks:
        found.setdefault((one.day, one.criterion), []).append(one)
    return [
        {
            "where": names.days.get(rubric, rubric),
            "name": rubric,
            "criterion": names.criterion(rubric, criterion),
            "possible": max(one.possible for one in given),
            "mean": fmean(one.points for one in given),
            "levels": Counter(one.level for one in sorted(given, key=lambda one: -one.points)),
            "count": len(given),
        }
        for (rubric, criterion), given in found.items()
    ]
