"""FILL(day19_generative): what the pictures show. Each is given, a function figure_name() -> Figure."""
