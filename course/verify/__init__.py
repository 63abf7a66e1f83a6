"""Proof that the tests are right: every skeleton fails, every right answer passes, every wrong one is found.

``course verify`` asks the suite of each day the questions that a grader has to answer yes to before a
student meets it. What it proves, how to read what it prints, and what it cannot prove stands in docs/verify.md.
"""

from course.verify.findings import DayReport, Finding, Report
from course.verify.proving import Options, verify

__all__ = ["DayReport", "Finding", "Options", "Report", "verify"]
