"""Destinations of rows; each has its own cursor on the spool."""
