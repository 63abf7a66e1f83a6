"""What a shell completes: commands, days and exercises. Click writes the scripts, but for PowerShell's."""

from __future__ import annotations

import os

import click
from click.shell_completion import CompletionItem, ShellComplete, add_completion_class, get_completion_class

from course.errors import CourseError

_VARIABLE = "_COURSE_COMPLETE"


def complete_days(context: click.Context, parameter: click.Parameter, word: str) -> list[CompletionItem]:
    """The days that begin so."""
    from course.catalog import find_root, load_course

    try:
        course = load_course(find_root())
    except CourseError:  # such as: this is no folder of the course
        return []
    return [CompletionItem(day.number, help=day.title) for day in course.units if day.number.startswith(word)]


def complete_exercises(context: click.Context, parameter: click.Parameter, word: str) -> list[CompletionItem]:
    """The days that begin so; behind ``day03/`` its exercises. Only that day is read, for a shell waits."""
    from course.catalog import find_root, load_course
    from course.catalog.selecting import find_day
    from course.practice.progress import Placed

    if "/" not in word:
        return complete_days(context, parameter, word)
    written, _, rest = word.partition("/")
    try:
        day = find_day(load_course(find_root()), written)
        names = {Placed(day, one).typed.partition("/")[2]: one.title for one in day.exercises}
    except CourseError:
        return []
    return [CompletionItem(f"{written}/{n}", help=title) for n, title in names.items() if n.startswith(rest)]


class _PowerShell(ShellComplete):
    """PowerShell 5 and later: it gives the words and the place of the one to be completed."""

    name = "powershell"
    source_template = """\
Register-ArgumentCompleter -Native -CommandName %(prog_name)s -ScriptBlock {
    param($word, $line, $position)
    $env:COMP_WORDS = $line.ToString()
    $env:COMP_WORD = $word
    $env:%(complete_var)s = "powershell_complete"
    %(prog_name)s | ForEach-Object {
        $value, $help = $_ -split "`t", 2
        if (-not $help) { $help = $value }
        [System.Management.Automation.CompletionResult]::new($value, $value, "ParameterValue", $help)
    }
    Remove-Item Env:COMP_WORDS, Env:COMP_WORD, Env:%(complete_var)s
}
"""

    def get_completion_args(self) -> tuple[list[str], str]:
        words = os.environ["COMP_WORDS"].split()[1:]
        word = os.environ.get("COMP_WORD", "")
        return words[:-1] if word and words[-1:] == [word] else words, word

    def format_completion(self, item: CompletionItem) -> str:
        return f"{item.value}\t{item.help or ''}"


add_completion_class(_PowerShell)


def script(shell: str) -> str:
    """What a shell is to run so that it completes; click knows bash, zsh and fish."""
    from course.cli.group import main

    found = get_completion_class(shell)
    assert found is not None
    completing = found(main, {}, "course", _VARIABLE)
    return completing.source_template % completing.source_vars()
