"""From submissions to verdicts: intake, scheduling, results and their files."""
