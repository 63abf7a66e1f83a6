"""Notebooks of the days: made from the single source and the sheet, read back into the student's modules.

Text in, text out: nothing here runs a cell, imports student code, or knows what a check says.
"""
