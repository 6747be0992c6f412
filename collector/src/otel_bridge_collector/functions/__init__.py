"""Saved functions: what they ask of a model or run as code, what they return, and the rows of that."""
