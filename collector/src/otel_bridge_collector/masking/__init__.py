"""Masking: rules of the configuration applied to OTLP requests and rows, before anything else sees them."""
