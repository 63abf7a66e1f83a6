"""The page for staff: the figures of a class, put into the template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from course.report.charts import histogram, seconds_histogram
from course.report.class_figures import NOT_STARTED, ClassFigures, ExerciseFigures
from course.report.pages import CourseNames, environment
from course.results.names import shown
from course.results.reading import Adjustment

MOST_ROWS = 300
"""A larger class is shown in groups, and everyone in a list of which only the part in sight is drawn."""
BANDS = 40
SIGNS = {NOT_STARTED: "."} | dict(enumerate("0123456789A"))


def staff_page(
    names: CourseNames,
    figures: ClassFigures,
    adjustments: list[tuple[Adjustment, str]],
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
        everyone=_everyone(figures, files_of) if large else [],
        link=lambda student: f"students/{quote(files_of.get(student, ''), safe='')}.html",
        settled=bool(adjustments) or figures.late > 0,
        points=histogram(points, 0, max(figures.max_score, *points, 1), 20, "points"),
        seconds=seconds_histogram(figures.seconds),
        hardest=hardest,
        left_out=len(figures.tests) - len(hardest),
        slowest=figures.slowest(),
        hidden=names.hidden,
        misconceptions=_misconceptions(names, figures),
        adjustments=adjustments,
    )


class _Column:
    """An exercise with the names the page shows."""

    def __init__(self, names: CourseNames, figures: ExerciseFigures) -> None:
        self._figures = figures
        self.title = names.exercises.get((figures.day, figures.exercise), figures.exercise)
        self.short = figures.exercise.partition(".")[2] or figures.exercise

    def __getattr__(self, name: str) -> Any:
        return getattr(self._figures, name)


def _everyone(figures: ClassFigures, files_of: Mapping[str, str]) -> list[list[Any]]:
    """A short row per student for the list that is drawn in the browser: a sign per exercise, and the name of the page
    where it is not the student's.
    """
    width = len(figures.exercises)
    rows = []
    for row in figures.rows:
        signs = ["-" if share is None else SIGNS[share] for share in row.shares]
        name, page = shown(row.student), files_of[row.student]
        rows.append([name, row.sums.total, "".join(signs).ljust(width, "-"), row.incidents])
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
        }
        for (day, exercise, name), count in figures.misconceptions.most_common()
    ]
