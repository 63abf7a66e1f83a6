"""From evidence to findings: each function answers one question about a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from course.testing.fingerprints import same
from course.verify.evidence import Evidence, RefusalTrial
from course.verify.findings import Finding
from course.verify.margins import ENOUGH, Margins
from course.verify.trials import Trial

SLOW_SECONDS = 2.0
FEWEST_SPELLINGS = 5


def faults_in(evidence: Evidence, margins: Margins) -> Iterator[Finding]:
    """Every finding that the evidence holds, except what mutants say."""
    for label, problem in evidence.broken:
        yield Finding("catalogue", evidence.day.name, f"the job {label!r} gave no answer: {problem}.")
    yield from broken_checks(evidence)
    yield from untouched_skeletons(evidence)
    yield from wrong_solutions(evidence)
    yield from wrong_elsewhere(evidence)
    yield from unequal_questions(evidence)
    yield from unlucky_draws(evidence)
    yield from slow_checks(evidence)
    yield from rejected_variants(evidence)
    yield from rejected_precision(evidence)
    yield from accepted_misconceptions(evidence)
    yield from unseen_misconceptions(evidence)
    yield from unnamed_misconceptions(evidence)
    yield from missed_refusals(evidence)
    yield from undeserved_points(evidence)
    for where, says in evidence.given:
        yield Finding("given code", where, says)
    for where, says in evidence.cascades:
        yield Finding("cascade", where, says)
    yield from narrow_margins(evidence, margins)


def _by_check(trials: Iterable[Trial]) -> dict[str, list[Trial]]:
    found: dict[str, list[Trial]] = defaultdict(list)
    for trial in trials:
        found[trial.check].append(trial)
    return found


def broken_checks(evidence: Evidence) -> Iterator[Finding]:
    """A check that fails by itself, before it has asked anything, judges nobody."""
    everything = [
        *evidence.solution,
        *evidence.skeleton,
        *(t for ts in evidence.answered.values() for t in ts),
    ]
    for check, trials in _by_check(t for t in everything if t.outcome == "grader_fault").items():
        yield Finding("solution", check, trials[0].headline)


def untouched_skeletons(evidence: Evidence) -> Iterator[Finding]:
    """No test passes when nothing is written, or when all is written but its own exercise."""
    for trials, says in (
        (evidence.skeleton, "the untouched skeleton passes this test."),
        (evidence.isolated_skeleton, "the untouched skeleton passes this test in isolation."),
        (evidence.stubbed, "this test passes although its exercise is not written: it asks another one."),
    ):
        for trial in trials:
            if trial.passed:
                yield Finding("skeleton", trial.check, says)


def wrong_solutions(evidence: Evidence) -> Iterator[Finding]:
    """The solution passes every check under every seed; what changes between two runs of one seed is flaky."""
    for check, trials in _by_check(evidence.solution).items():
        failed = [trial for trial in trials if not trial.passed and trial.outcome != "grader_fault"]
        if not failed:
            continue
        first = failed[0]
        if any("passed" in trial.again for trial in failed):
            yield Finding(
                "flaky test",
                check,
                f"one seed, two verdicts (seed {first.seed}: {first.outcome}, then {', '.join(first.again)}); "
                "it depends on chance that does not come from rng, on time, or on the tests before it.",
            )
            continue
        yield Finding(
            "solution",
            check,
            f"the solution fails under {len(failed)} of {len(trials)} seeds ({_seeds(failed)}): {first.headline}"
            f"{_suspect(evidence, first.exercise, check)}",
        )


def wrong_elsewhere(evidence: Evidence) -> Iterator[Finding]:
    """What the solution passes in this process, it passes in isolation and in every environment."""
    for place, trials in evidence.elsewhere.items():
        for trial in trials:
            if not trial.passed and not _fails_anyway(evidence, trial):
                yield Finding(
                    "solution", trial.check, f"the solution fails {_where(place)}: {trial.headline}"
                )


def _fails_anyway(evidence: Evidence, trial: Trial) -> bool:
    return any(t.check == trial.check and t.seed == trial.seed and not t.passed for t in evidence.solution)


def _where(place: str) -> str:
    return "in isolation" if place == "isolated" else f"with {place}"


def _suspect(evidence: Evidence, exercise: str, check: str) -> str:
    """Whether the other right answers fail as well, which speaks against the test."""
    variants = evidence.of("variant", exercise)
    failing = [
        a.name for a, trials in variants.items() if any(t.check == check and not t.passed for t in trials)
    ]
    if variants and len(failing) == len(variants):
        return " All variants fail it too: the expected value of the test is likely to be wrong."
    if variants and not failing:
        return " All variants pass it: the solution is likely to be wrong."
    return ""


def _seeds(trials: Sequence[Trial]) -> str:
    return _first_of([trial.seed for trial in trials])


def _first_of(seeds: Sequence[int]) -> str:
    return ", ".join(map(str, seeds[:3])) + (", …" if len(seeds) > 3 else "")


def unequal_questions(evidence: Evidence) -> Iterator[Finding]:
    """One seed asks the same questions in every process, or no verdict could be replayed."""
    here = {(trial.check, trial.seed): trial for trial in evidence.solution if trial.passed}
    for place, trials in evidence.elsewhere.items():
        if "threads" in place:  # sums in another order may steer a training, and what is asked after it
            continue
        for trial in trials:
            mine = here.get((trial.check, trial.seed))
            if mine is not None and trial.passed and not same(mine.questions, trial.questions):
                yield Finding(
                    "flaky test",
                    trial.check,
                    f"seed {trial.seed} asks other questions {_where(place)} than in process; "
                    "draw every input from rng.",
                )


def unlucky_draws(evidence: Evidence) -> Iterator[Finding]:
    """No seed is unlucky: what a check draws never breaks its reference, or asks for digits that nobody has."""
    known = {finding.where for finding in wrong_solutions(evidence)}
    for drawn in evidence.drawn:
        if not drawn.failed or drawn.check in known:
            continue
        first = f"seed {drawn.failed[0]}"
        if "passed" in drawn.again:
            known.add(drawn.check)
            yield Finding(
                "flaky test",
                drawn.check,
                f"one seed, two verdicts ({first}: failed among others, passed by itself); "
                "it depends on chance that does not come from rng, on time, or on the tests before it.",
            )
            continue
        if not drawn.answer:
            known.add(drawn.check)
        whose = f"the variant {drawn.answer}" if drawn.answer else "the solution"
        yield Finding(
            "unlucky draw",
            drawn.check,
            f"{whose} fails under {len(drawn.failed)} of {drawn.tried} seeds more ({_first_of(drawn.failed)}): "
            f"{drawn.headline}",
        )


def slow_checks(evidence: Evidence) -> Iterator[Finding]:
    """No check but a training test takes long."""
    training = {check.name for e in evidence.day.exercises for check in e.checks if check.training}
    for check in _by_check(evidence.solution):
        seconds = evidence.seconds(check)
        if seconds > SLOW_SECONDS and check not in training:
            yield Finding(
                "slow test",
                check,
                f"takes {seconds:.1f} s of processor time; make it smaller or mark it @training.",
            )


def rejected_variants(evidence: Evidence) -> Iterator[Finding]:
    """Every right answer earns every point under every seed, where the solution does so in the same process."""
    wrong = {finding.where for finding in wrong_solutions(evidence)}
    for answer, trials in evidence.answered.items():
        if answer.kind != "variant":
            continue
        for check, mine in _by_check(t for t in trials if t.outcome != "grader_fault").items():
            failed = [trial for trial in mine if not trial.passed]
            if failed and check not in wrong:
                yield Finding(
                    "variant",
                    f"{answer.exercise}: {answer.label}",
                    f"fails {check} under {len(failed)} of {len(mine)} seeds ({_seeds(failed)}): {failed[0].headline}",
                )


def rejected_precision(evidence: Evidence) -> Iterator[Finding]:
    """Where the sheet allows single precision, what the solution gives passes in it."""
    wrong = {finding.where for finding in wrong_solutions(evidence)}
    for check, trials in _by_check(evidence.rounded).items():
        failed = [trial for trial in trials if not trial.passed]
        if failed and check not in wrong:
            yield Finding(
                "variant",
                f"{failed[0].exercise}: in single precision",
                f"the sheet allows it, but what the solution gives fails so in {check} under {len(failed)} of "
                f"{len(trials)} seeds ({_seeds(failed)}): {failed[0].headline}",
            )


def accepted_misconceptions(evidence: Evidence) -> Iterator[Finding]:
    """Every wrong answer fails at least one check, whatever the seed."""
    for answer, trials in evidence.answered.items():
        if answer.kind != "misconception":
            continue
        seeds = sorted({trial.seed for trial in trials})
        passing = [seed for seed in seeds if all(t.passed for t in trials if t.seed == seed)]
        untrained = _has_training(evidence, answer.exercise) and len(passing) < len(seeds)
        if passing and not (untrained and _only_untrained(evidence, trials, passing)):
            yield Finding(
                "misconception",
                f"{answer.exercise}: {answer.label}",
                f"passes every test under {len(passing)} of {len(seeds)} seeds ({', '.join(map(str, passing[:3]))}); "
                "a test is missing, or its inputs are too weak.",
            )


def unseen_misconceptions(evidence: Evidence) -> Iterator[Finding]:
    """Every wrong answer fails a check that students have, under the seed that they have: or they read that all is
    done, and lose points without a word.
    """
    exercises = {exercise.name: exercise for exercise in evidence.exercises}
    for answer, trials in evidence.answered.items():
        at_home = {c.name: c for c in exercises[answer.exercise].checks if not c.hidden}
        if answer.kind != "misconception" or any(check.training for check in at_home.values()):
            continue  # a test that trains may see it, and is not asked where a hidden one has
        first = min((trial.seed for trial in trials), default=0)
        failed = [trial for trial in trials if trial.seed == first and not trial.passed]
        if failed and not any(trial.check in at_home for trial in failed):
            yield Finding(
                "unseen at home",
                f"{answer.exercise}: {answer.label}",
                f"fails {failed[0].check} alone, which is hidden: its author reads at home that all is done.",
            )


def _has_training(evidence: Evidence, exercise: str) -> bool:
    return any(c.training for e in evidence.day.exercises if e.name == exercise for c in e.checks)


def _only_untrained(evidence: Evidence, trials: Sequence[Trial], passing: Sequence[int]) -> bool:
    """Whether the seeds that let it pass are those for which the training tests were not run."""
    training = {c.name for e in evidence.day.exercises for c in e.checks if c.training}
    trained = {trial.seed for trial in trials if trial.check in training}
    return not trained.intersection(passing)


def unnamed_misconceptions(evidence: Evidence) -> Iterator[Finding]:
    """On the first test it fails, every misconception is told by its name, and no two are the same."""
    twins = {(n.exercise, frozenset((n.answer, twin))) for n in evidence.namings for twin in n.twins}
    for exercise, pair in sorted(twins, key=lambda twin: (twin[0], sorted(twin[1]))):
        one, other = sorted(pair)
        yield Finding(
            "indistinguishable",
            exercise,
            f"{one} and {other} give the same answers in every test: they are one misconception, or a test is missing.",
        )
    for naming in evidence.namings:
        if naming.named == naming.answer or naming.twins:
            continue
        where = f"{naming.exercise}: {naming.label}"
        at = f"on {naming.check}, the first test it fails (seed {naming.seed})"
        if naming.alike:
            says = f"cannot be told from {', '.join(naming.alike)} {at}; put a test before it that tells them apart."
        else:
            says = f"is not named {at}, which ends with {naming.outcome!r}."
        yield Finding("naming", where, says)


def missed_refusals(evidence: Evidence) -> Iterator[Finding]:
    """Every refused call is refused, in at least five spellings."""
    rows: dict[tuple[str, str], list[RefusalTrial]] = defaultdict(list)
    for trial in evidence.refusals:
        rows[trial.exercise, trial.name].append(trial)
    for (exercise, name), trials in rows.items():
        missed = [trial.spelling for trial in trials if not trial.found]
        if not trials[0].spelling:
            yield Finding(
                "refused call", exercise, f"{name} is not refused: no installed package has that name."
            )
        elif missed:
            yield Finding("refused call", exercise, f"{name} is not refused when spelt {missed[0]!r}.")
        elif len(trials) < FEWEST_SPELLINGS:
            yield Finding("refused call", exercise, f"{name} was tried in {len(trials)} spellings only.")


def undeserved_points(evidence: Evidence) -> Iterator[Finding]:
    """No submission that knows nothing passes a test."""
    cheats: dict[str, list[str]] = defaultdict(list)
    for undeserved in evidence.undeserved:
        cheats[undeserved.check].append(undeserved.cheat)
    for check, names in cheats.items():
        more = f" (and {len(names) - 1} more)" if len(names) > 1 else ""
        yield Finding(
            "undeserved points",
            check,
            f"is passed by a submission that {names[0]}{more}; ask for one right answer first.",
        )


def narrow_margins(evidence: Evidence, margins: Margins) -> Iterator[Finding]:
    """Every tolerance is ten times away from right answers and from wrong ones."""
    modules = {c.name: c.module for e in evidence.day.exercises for c in e.checks}
    for site in margins.sites.values():
        where = f"tests/{evidence.day.name}/test_{modules[site.test]}.py:{site.line}"
        if site.to_right < ENOUGH:
            yield Finding(
                "tolerance",
                where,
                f"too tight in {site.test}: {site.widest} comes within a factor {site.to_right:.2g} of the tolerance; "
                f"{ENOUGH:g} is wanted.",
            )
        if site.to_wrong < ENOUGH:
            yield Finding(
                "tolerance",
                where,
                f"too loose in {site.test}: {site.wrong} is only {site.to_wrong:.2g} times the tolerance away; "
                f"{ENOUGH:g} is wanted.",
            )
