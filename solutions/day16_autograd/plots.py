"""FILL(day16_autograd): what the pictures show. Each is given, a function figure_name() -> Figure."""
