"""The command ``course``: one thin function per subcommand, no logic, and nothing heavy imported before it
is needed. The order of the imports is the order in the help.
"""

# isort: off
from course.cli.group import main
from course.cli import students, grades, reviewing, terms, forks, publishing, releases, authors

__all__ = ["authors", "forks", "grades", "main", "publishing", "releases", "reviewing", "students", "terms"]
