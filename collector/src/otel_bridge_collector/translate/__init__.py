"""Spans and log records to rows; does no I/O."""
