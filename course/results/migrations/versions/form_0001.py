"""The first form: one row for each student, which every regrade replaced."""

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Nothing: stores of this form were made before there were steps."""
