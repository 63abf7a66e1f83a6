"""From the single source to what students get: skeletons here; student repository and notebooks build on
them.
"""
