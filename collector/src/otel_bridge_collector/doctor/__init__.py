"""Checks of a sidecar and of what is sent to it: each says what is wrong, and the variable or command that mends it."""
