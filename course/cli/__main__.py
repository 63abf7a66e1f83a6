"""``python -m course.cli`` is the command ``course``."""

from course.cli import main

main()
