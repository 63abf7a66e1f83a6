"""Repositories of students, on any host: what was there at a due time is brought here, as data."""
