"""What a form says becomes a decision in the book: in one transaction, and only if nobody has decided meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from course.errors import UsageError
from course.results.adjusting import fill_in, note_points
from course.results.appeals import note_answer, note_question, read_appeals
from course.results.reading import Adjustment, machine_score
from course.results.reviews import note_review
from course.results.store import Store
from course.review.desk import Desk
from course.review.places import Place

Form = Mapping[str, str]
LONGEST_COMMENT = 20_000


class MeanwhileError(UsageError):
    """Somebody else has decided about the same since the page was shown."""


def save(desk: Desk, place: Place, form: Form) -> None:
    """Carry out what a form of the page at ``place`` asks for.

    Raises UsageError for what cannot be meant, MeanwhileError where somebody was faster, CourseError where the store
    cannot be written. Then nothing of it is kept.
    """
    name = form.get("do", "").removesuffix("_next")
    action = _ACTIONS.get(name)
    if action is None or place.module or not place.stem:
        raise UsageError("This form asks for nothing that there is; load the page again.")
    with desk.store() as store, store.at_once():
        action(desk, store, place, form)
    desk.table_is_old |= name in _GIVE_POINTS


def state_of(given: Iterable[Adjustment], day: str, exercise: str = "", *, rubric: bool = False) -> str:
    """What stands about an exercise, a day or a rubric, so that it can be told whether it is still so."""
    return " ".join(str(one.number) for one in _about(given, day, exercise, rubric))


def _about(given: Iterable[Adjustment], day: str, exercise: str, rubric: bool) -> list[Adjustment]:
    return [
        one for one in given if one.day == day and one.exercise == exercise and bool(one.criterion) == rubric
    ]


def _save(desk: Desk, store: Store, place: Place, form: Form) -> None:
    """Points and comment for an exercise, or for the day; whoever saves has looked at the exercise."""
    entry, record = desk.entry(place.stem), desk.listing.record(place.stem)
    exercise, comment = form.get("exercise", ""), _text(form, "comment")
    if machine_score(record, place.name, exercise) is None:
        raise UsageError("There is no result for it any more; load the page again.")
    points = _points(form.get("points", ""))
    if points or comment:
        there = store.adjustments(entry.student)
        mine = (points, comment, desk.author)
        standing = _about(there, place.name, exercise, rubric=False)
        if state_of(there, place.name, exercise) != form.get("seen", ""):
            if standing and (standing[-1].points, standing[-1].comment, standing[-1].author) == mine:
                return  # the same form, sent twice
            raise _meanwhile(standing)
        force, by = bool(form.get("force")), "the tick beside the points"
        note_points(store, record, place.name, exercise, points, comment, desk.author, force=force, by=by)
    if exercise:
        work = entry.days[place.name].work
        note_review(store, entry.student, place.name, exercise, work, desk.author)


def _look(desk: Desk, store: Store, place: Place, form: Form) -> None:
    """The whole day has been looked at."""
    entry = desk.entry(place.stem)
    if place.name not in entry.days:
        raise UsageError("There is no result for it any more; load the page again.")
    note_review(store, entry.student, place.name, "", entry.days[place.name].work, desk.author)


def _take_back(desk: Desk, store: Store, place: Place, form: Form) -> None:
    number = _number(form)
    known = [one.number for one in store.adjustments(desk.entry(place.stem).student)]
    if number not in known:
        raise MeanwhileError("It is taken back already.")
    store.remove_adjustment(number, desk.author)


def _mark(desk: Desk, store: Store, place: Place, form: Form) -> None:
    """Levels and comments of a rubric, by the number of the criterion in it; for a team that has handed in the same, if
    that is ticked. What one of them has been given otherwise stays.
    """
    entry, rubric = desk.entry(place.stem), desk.names.rubrics.get(place.name)
    student = entry.student
    if rubric is None:
        raise UsageError(f"There is no rubric of {place.name} any more; load the page again.")
    levels = {}
    for at, criterion in enumerate(rubric.criteria):
        level, comment = form.get(f"level-{at}", ""), _text(form, f"comment-{at}")
        if level:
            levels[criterion.name] = (level, comment)
        elif comment:
            raise UsageError(f"Choose a level for {criterion.title!r}, of which there is a comment.")
    if not levels:
        raise UsageError("Choose a level for at least one criterion.")
    standing = _about(store.adjustments(student), place.name, "", rubric=True)
    said = {one.criterion: (one.level, one.comment) for one in standing}
    if state_of(standing, place.name, rubric=True) != form.get("seen", ""):
        if levels.items() <= said.items():
            return  # the same form, sent twice
        raise _meanwhile(standing)
    fill_in(store, student, rubric, levels, desk.author)
    for mate in desk.listing.mates(entry, place.name) if form.get("team") else ():
        theirs = _about(store.adjustments(mate.student), place.name, "", rubric=True)
        otherwise = {one.criterion for one in theirs if said.get(one.criterion) != (one.level, one.comment)}
        same = {name: level for name, level in levels.items() if name not in otherwise}
        fill_in(store, mate.student, rubric, same, desk.author)


def _ask(desk: Desk, store: Store, place: Place, form: Form) -> None:
    student, exercise, says = desk.entry(place.stem).student, form.get("exercise", ""), _said(form)
    if machine_score(desk.listing.record(place.stem), place.name, exercise) is None:
        raise UsageError("There is no result for it any more; load the page again.")
    there = read_appeals(store, student)
    if any((one.day, one.exercise, one.says) == (place.name, exercise, says) for one in there):
        return
    note_question(store, student, place.name, exercise, says, desk.author)


def _answer(desk: Desk, store: Store, place: Place, form: Form) -> None:
    number, says = _number(form), _said(form)
    asked = next((one for one in read_appeals(store) if one.number == number), None)
    if asked is None:
        raise UsageError(f"There is no question {number} any more; load the page again.")
    if str(len(asked.answers)) != form.get("seen", ""):
        last = asked.answers[-1]
        if (last.says, last.author) == (says, desk.author):
            return
        raise MeanwhileError(f"{last.author} has answered meanwhile: look at it, then save again.")
    note_answer(store, number, says, desk.author)


_ACTIONS: dict[str, Callable[[Desk, Store, Place, Form], None]] = {
    "save": _save,
    "look": _look,
    "take_back": _take_back,
    "mark": _mark,
    "ask": _ask,
    "answer": _answer,
}
_GIVE_POINTS = ("save", "take_back", "mark")


def _meanwhile(standing: list[Adjustment]) -> MeanwhileError:
    who = standing[-1].author if standing else "Somebody"
    return MeanwhileError(
        f"{who} has decided about it meanwhile: look at what stands there now, then save again."
    )


def _points(word: str) -> float:
    try:
        return float(word.strip().replace(",", ".") or 0)
    except ValueError:
        raise UsageError("Points are a number, such as 1, 0.5 or -2.") from None


def _number(form: Form) -> int:
    word = form.get("number", "")
    if not word.isascii() or not word.isdecimal() or len(word) > 9:
        raise UsageError("This form names nothing that there is; load the page again.")
    return int(word)


def _said(form: Form) -> str:
    """A question or an answer."""
    says = _text(form, "says")
    if not says:
        raise UsageError("There is nothing to note: write it into the field above the button.")
    return says


def _text(form: Form, name: str) -> str:
    text = form.get(name, "").replace("\r\n", "\n").strip()
    if len(text) > LONGEST_COMMENT:
        raise UsageError(
            f"A comment has at most {LONGEST_COMMENT} characters, this one {len(text)}; shorten it."
        )
    return text
