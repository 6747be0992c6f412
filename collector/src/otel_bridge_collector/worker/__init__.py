"""Processes beside the sidecar that run what must not run in it, within limits."""
