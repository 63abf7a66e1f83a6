"""The side on which student code runs: the warm process, its forks and their walls, the session next to the module."""
