"""``report.md`` of a project, as teams get it: `course sync` writes it into the folder of each."""

import re

TEMPLATE = """\
# Title

<!-- One report for a team, three to five pages. Keep every heading; notes like this one do not show. -->

**Team:**

## Question

<!-- What do you want to know, and why would anybody? One question that your figures can answer. What did you
expect? -->

## Data and split

<!-- Which of the data sets, how many examples, what is in them and what is not. What is learnt from, what choices were
made on, what the figures are of. Could an example, or something that gives it away, stand on both sides? -->

## Baseline

<!-- The simplest thing that could work, given the same data and the same care. -->

## Method

<!-- So that somebody could do it again from this text alone: model, loss, optimiser, every setting, seeds. -->

## Results

<!-- A table: each method, mean and spread over seeds (say which spread), of figures that stand in results.json. Is the
difference larger than the spread? Pictures are not handed in: say what one would show. -->

## Failure cases

<!-- Look at what it gets wrong, case by case, before you count. Which kinds are there, and what would mend each? -->

## Who may be harmed

<!-- Whom would what the model gets wrong hurt, if somebody used it? Who is missing from the data? What should it not be
used for? -->

## What was learnt

<!-- The answer to your question, how sure you are of it, what surprised you, what you would do next. -->

## Who did what

<!-- Members of the team, and help from people, code and assistants. -->

## Checklist

- [ ] Leakage: nothing of the held-out data was trained on, and nothing in the inputs gives the answer away.
- [ ] Tuning: every choice was made on data of which no figure of this report is; the held-out data was used once.
- [ ] Seeds: every figure is over at least three seeds and has its spread; no claim rests on a single seed.
- [ ] Baseline: it had the same data, and as much care as the method.
- [ ] Failure cases were looked at one by one, not only counted.
- [ ] Harm: the report says who may be harmed by what the model gets wrong.
- [ ] Figures: results.json was written by the measuring program, from the code as it is handed in.
"""


def without_notes(report: str) -> str:
    """A report without the notes of the template, which are for those who write it; what a team has added stays."""
    for note in re.findall(r"<!--.*?-->\n\n?", TEMPLATE, re.DOTALL):
        report = report.replace(note, "").replace(note.rstrip("\n"), "")
    return report
