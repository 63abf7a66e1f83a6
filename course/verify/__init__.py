"""Proof that the tests are right: every skeleton fails, every right answer passes, every wrong one is found.

``course verify`` asks the suite of each day the questions that a grader has to answer yes to before a student meets it
(:func:`course.verify.proving.verify`). What it proves, how to read what it prints, and what it cannot prove stands in
docs/verify.md.
"""
