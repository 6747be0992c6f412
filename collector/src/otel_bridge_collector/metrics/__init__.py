"""What the sidecar counts of itself, and how that is read."""
