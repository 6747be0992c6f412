"""Tracing without code: the entry points of `opentelemetry-instrument`, and `auto_instrument`."""
