"""OTLP request bytes to spans and log records; knows no convention."""
