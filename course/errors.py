"""The errors a user can cause. They are printed as one sentence with the next step, never as a traceback."""


class CourseError(Exception):
    """Something a person can mend: one sentence that says what is wrong and what to do next.

    ``status`` is the exit status of the command: 1 when work could not be done.
    """

    status = 1


class UsageError(CourseError):
    """The command was called with something it does not know: exit status 2."""

    status = 2
