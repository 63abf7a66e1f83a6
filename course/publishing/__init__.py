"""Feedback goes back: a page for each student, by the way the class uses. Hidden checks appear only by the kind of
their mistake.
"""
