"""Canaries: made-up secrets that the sidecar sends to itself, to see that masking at the door works."""
