"""The pictures of the day, drawn through your own functions (given)."""
