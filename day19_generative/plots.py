"""The pictures of the day."""
