"""The pages of a review. Every word of a student, and of whoever marks, is escaped by the templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import escape

from course.catalog.model import PROJECT
from course.catalog.rubrics import Rubric
from course.errors import UsageError
from course.report.pages import environment
from course.report.terminal import LABELS
from course.results.appeals import read_appeals
from course.results.names import shown, written
from course.results.reading import (
    Adjustment,
    Appeal,
    Review,
    Totals,
    day_totals,
    is_missing,
    was_handed_in,
)
from course.results.store import Store
from course.review.desk import Desk, Looked, of_day
from course.review.handed_in import Line, Work, code_of
from course.review.listing import Entry
from course.review.places import Place
from course.review.saving import state_of
from course.testing.results import verdict_of


@dataclass(frozen=True)
class Problem:
    """Why a form was not saved, which one, and what stood in it."""

    says: str
    entered: Mapping[str, str] = field(default_factory=dict)

    @property
    def form(self) -> tuple[str, str, str]:
        """What tells the form from the others of its page."""
        do = self.entered.get("do", "").removesuffix("_next")
        return do, self.entered.get("exercise", ""), self.entered.get("number", "")


def page(desk: Desk, root: str, place: Place, problem: Problem | None = None) -> str:
    """The page at ``place``; ``root`` stands before every address. Raises UsageError where there is none.

    What is wrong with a form stands beside it; where the page has no such form, alone.
    """
    make = {"": _first, "questions": _questions, "day": _day, "rubric": _rubric}[place.kind]
    template, words = make(desk, place)
    text = _render(desk, root, template, {"place": place, "problem": problem, **words})
    unsaid = problem is not None and str(escape(written(problem.says))) not in text
    return problem_page(problem.says) if problem is not None and unsaid else text


def problem_page(says: str) -> str:
    """A page that says one thing and leads nowhere, for there may be no token to lead with."""
    return environment().get_template("review_problem.html").render(says=says, course=None)


def next_of(desk: Desk, place: Place) -> Place:
    """Where to go on from a student: the next one, of those who wait where only they are wanted, or the list."""
    with desk.store() as store:
        entries, waits = _those(desk, store, place)
    stems = [one.stem for one in entries]
    later = entries[stems.index(place.stem) + 1 :] if place.stem in stems else []
    found = next((one for one in later if not place.waiting or waits(one)), None)
    return place.at(found.stem) if found is not None else place.everybody


_Words = tuple[str, dict[str, Any]]


def _render(desk: Desk, root: str, template: str, words: dict[str, Any]) -> str:
    return environment().get_template(template).render(
        course=desk.course,
        author=desk.author,
        to=lambda place, anchor="": f"{root}{place.path}{anchor}",
        Place=Place,
        root=root,
        names=desk.names,
        **words,
    )  # fmt: skip


def _first(desk: Desk, place: Place) -> _Words:
    entries = desk.listing.entries()
    days = []
    with desk.store() as store:
        appeals = read_appeals(store)
        there_is = dict.fromkeys(name for entry in entries for name in entry.days)
        for name in there_is:
            of_it, looked = of_day(entries, name), Looked.of(store, name)
            waiting = sum(looked.waits(entry) for entry in of_it)
            there = sum(not entry.days[name].missing for entry in of_it)
            days.append({"name": name, "students": len(of_it), "handed_in": there, "waiting": waiting})
        rubrics = [
            {"rubric": one, "done": sum(map(bool, filled.values())), "students": len(filled)}
            for one in desk.names.rubrics.values()
            if (filled := _filled(store.adjustments(), one.name, len(one.criteria), entries))
            and (not one.name.startswith(PROJECT) or one.name in there_is or any(filled.values()))
        ]
    return "review_first.html", {"days": days, "rubrics": rubrics, "waiting": _open(appeals)}


def _open(appeals: Sequence[Appeal]) -> int:
    return sum(not one.answers for one in appeals)


def _filled(
    given: Sequence[Adjustment], rubric: str, criteria: int, entries: Sequence[Entry]
) -> dict[str, bool]:
    """By student, whether every criterion of a rubric is filled in."""
    marks: dict[str, set[str]] = {}
    for one in given:
        if one.day == rubric and one.criterion:
            marks.setdefault(one.student, set()).add(one.criterion)
    return {entry.student: len(marks.get(entry.student, ())) >= criteria for entry in entries}


def _questions(desk: Desk, place: Place) -> _Words:
    with desk.store() as store:
        appeals = read_appeals(store)
    stems = {entry.student: entry.stem for entry in desk.listing.entries()}
    ordered = sorted(appeals, key=lambda one: (bool(one.answers), one.number))
    rows = [
        (one, Place("day", one.day, stems.get(one.student, ""), exercise=one.exercise)) for one in ordered
    ]
    return "review_questions.html", {"rows": rows, "waiting": _open(appeals)}


def _day(desk: Desk, place: Place) -> _Words:
    if place.module:
        return _module(desk, place)
    return _student(desk, place) if place.stem else _class(desk, place)


def _class(desk: Desk, place: Place) -> _Words:
    """Everybody of a day, and its exercises."""
    with desk.store() as store:
        entries, waits = _those(desk, store, place)
        looked, given = Looked.of(store, place.name), store.adjustments_by_student()
        asked = {(one.student, one.day) for one in read_appeals(store) if not one.answers}
    if not entries:
        raise UsageError(f"There is no result of {place.name}; go back to the first page.")
    names = list(dict.fromkeys(name for entry in entries for name in entry.days[place.name].exercises))
    exercises = [
        {
            "name": name,
            "title": desk.names.exercises.get((place.name, name), name),
            "waiting": sum(looked.waits(one, name) for one in of_day(entries, place.name, name)),
            "first": next(
                (one for one in of_day(entries, place.name, name) if looked.waits(one, name)), None
            ),
        }
        for name in names
    ]
    rows = [
        {
            "entry": one,
            "day": one.days[place.name],
            "sums": _sums(one, place.name, given.get(one.student, [])),
            "looked": looked.count(one),
            "asked": (one.student, place.name) in asked,
        }
        for one in entries
        if not place.waiting or waits(one)
    ]
    return "review_class.html", {"rows": rows, "exercises": exercises, "all": len(entries)}


def _sums(entry: Entry, day: str, given: Sequence[Adjustment]) -> Totals:
    """What counts of a day."""
    one = entry.days[day]
    late = {"points": one.late}
    return day_totals({"day": day, "score": one.score, "max_score": one.max_score, "late": late}, given)


def _those(desk: Desk, store: Store, place: Place) -> tuple[list[Entry], Callable[[Entry], bool]]:
    """Who is gone through from this place, and who of them waits."""
    entries = desk.listing.entries()
    if place.kind == "rubric":
        rubric = _rubric_of(desk, place)
        filled = _filled(store.adjustments(), rubric.name, len(rubric.criteria), entries)
        return entries, lambda entry: not filled[entry.student]
    looked = Looked.of(store, place.name)
    return of_day(entries, place.name, place.exercise), lambda entry: looked.waits(entry, place.exercise)


def _beside(desk: Desk, store: Store, place: Place) -> dict[str, Any]:
    """The students before and after, and where in the class this one is."""
    entries, waits = _those(desk, store, place)
    kept = [one for one in entries if one.stem == place.stem or not place.waiting or waits(one)]
    stems = [one.stem for one in kept]
    at = stems.index(place.stem)
    return {
        "before": kept[at - 1] if at else None,
        "after": kept[at + 1] if at + 1 < len(kept) else None,
        "position": at + 1,
        "all": len(kept),
    }


def _student(desk: Desk, place: Place) -> _Words:
    entry = desk.entry(place.stem)
    if place.name not in entry.days:
        raise UsageError(f"There is no result of this student for {place.name}; go back to the list.")
    if place.exercise and place.exercise not in entry.days[place.name].exercises:
        raise UsageError(
            f"There is no result of this student for {shown(place.exercise)}; go back to the list."
        )
    record = desk.listing.record(place.stem)
    day = next(one for one in record["days"] if one["day"] == place.name)
    work = desk.handed_in.work(entry.student, place.name, entry.days[place.name].work, _why_nothing(day))
    with desk.store() as store:
        given, appeals = store.adjustments(entry.student), read_appeals(store, entry.student)
        looked, beside = Looked.of(store, place.name), _beside(desk, store, place)
    of_it = [one for one in given if one.day == place.name]
    asked = [one for one in appeals if one.day == place.name]
    chosen = [one for one in day["exercises"] if place.exercise in ("", one["exercise"])]
    return "review_student.html", {
        "entry": entry,
        "day": day,
        "sums": day_totals(day, given),
        "late": day.get("late", {}).get("reason", ""),
        "work": work,
        "notes": [note for note in (record.get("note", ""), *record.get("tamper", ())) if note],
        "exercises": [
            _exercise(desk, place.name, one, work, of_it, asked, looked.at(entry, one["exercise"]))
            for one in chosen
        ],
        "given": [one for one in of_it if not one.exercise and not one.criterion],
        "asked": [one for one in asked if not one.exercise],
        "seen": state_of(of_it, place.name),
        "looked": not looked.waits(entry, place.exercise),
        **beside,
        **_filled_rubric(desk, place, of_it),
    }


def _why_nothing(day: dict[str, Any]) -> str:
    """Why there was no work of a day to be graded; empty where there was some."""
    if is_missing(day):
        return "Nothing of this day was handed in."
    return "" if was_handed_in(day) else "What was handed in could not be read, so nothing of it was graded."


def _exercise(
    desk: Desk,
    day: str,
    exercise: dict[str, Any],
    work: Work,
    given: Sequence[Adjustment],
    asked: Sequence[Appeal],
    looked: Review | None,
) -> dict[str, Any]:
    name = exercise["exercise"]
    module, _, qualname = name.partition(".")
    source = work.modules.get(module)
    tests = [_test(desk, day, name, test) for test in exercise["tests"]]
    return {
        "name": name,
        "title": desk.names.exercises.get((day, name), name),
        "score": exercise["score"],
        "max_score": exercise["max_score"],
        "module": module,
        "there": source is not None,
        "code": code_of(source, qualname) if source is not None else [],
        "tests": tests,
        "first": next((test["name"] for test in tests if not test["passed"]), ""),
        "given": [one for one in given if one.exercise == name],
        "asked": [one for one in asked if one.exercise == name],
        "seen": state_of(given, day, name),
        "looked": looked,
    }


def _test(desk: Desk, day: str, exercise: str, test: dict[str, Any]) -> dict[str, Any]:
    """A verdict as staff see it: hidden checks as well, and the misconception by its name."""
    first, _, rest = test["message"].partition("\n")
    wrong = test.get("misconception") or ""
    return {
        "name": test["test"],
        "label": LABELS[verdict_of(test)],
        "passed": test["outcome"] == "passed",
        "hidden": test.get("hidden") or (day, test["test"]) in desk.names.hidden,
        "points": test["points"],
        "max_points": test["max_points"],
        "first": first,
        "rest": rest.strip("\n"),
        "note": test.get("note", ""),
        "misconception": wrong,
        "says": desk.names.misconceptions.get((day, exercise, wrong), ""),
    }


def _module(desk: Desk, place: Place) -> _Words:
    """One file of a hand-in."""
    entry = desk.entry(place.stem)
    if place.name not in entry.days:
        raise UsageError(f"There is no result of this student for {place.name}; go back to the list.")
    work = desk.handed_in.work(entry.student, place.name, entry.days[place.name].work)
    if place.module not in work.modules:
        raise UsageError(f"There is no {shown(place.module)}.py in this hand-in; go back to the student.")
    lines: list[Line] = code_of(work.modules[place.module])
    return "review_module.html", {"entry": entry, "code": lines, "work": work}


def _rubric_of(desk: Desk, place: Place) -> Rubric:
    rubric = desk.names.rubrics.get(place.name)
    if rubric is None:
        raise UsageError(f"There is no rubric of {shown(place.name)}; go back to the first page.")
    return rubric


def _rubric(desk: Desk, place: Place) -> _Words:
    rubric = _rubric_of(desk, place)
    if place.stem:
        entry = desk.entry(place.stem)
        with desk.store() as store:
            given, beside = store.adjustments(entry.student), _beside(desk, store, place)
        day = entry.days.get(place.name)
        work = desk.handed_in.work(entry.student, place.name, day.work) if day else Work()
        return "review_rubric.html", {
            "entry": entry,
            "work": work,
            **beside,
            **_filled_rubric(desk, place, given),
        }
    with desk.store() as store:
        entries, waits = _those(desk, store, place)
        given_by = store.adjustments_by_student()
    rows = []
    for entry in entries:
        marks = [one for one in given_by.get(entry.student, []) if one.day == rubric.name and one.criterion]
        if waits(entry) or not place.waiting:
            rows.append({"entry": entry, "filled": len(marks), "points": sum(one.points for one in marks)})
    return "review_rubrics.html", {"rubric": rubric, "rows": rows, "all": len(entries)}


def _filled_rubric(desk: Desk, place: Place, given: Sequence[Adjustment]) -> dict[str, Any]:
    """The rubric of a day or project, and what of it is filled in."""
    rubric = desk.names.rubrics.get(place.name)
    marks = {one.criterion: one for one in given if one.day == place.name and one.criterion}
    return {
        "rubric": rubric,
        "marks": marks,
        "gone": [
            one for name, one in marks.items() if not rubric or name not in [c.name for c in rubric.criteria]
        ],
        "marks_seen": state_of(given, place.name, rubric=True),
        "mates": desk.listing.mates(desk.entry(place.stem), place.name) if rubric else [],
    }
