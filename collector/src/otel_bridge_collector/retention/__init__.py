"""Retention: what is older or more than the configuration keeps goes, in small steps."""
