# Given: read it, there is nothing to write. Made by `course sync` from the course's single source.
# skeleton 8123d050394fd714
"""The pictures of the day, drawn through your own functions (given)."""
