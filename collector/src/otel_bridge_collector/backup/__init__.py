"""Backup of a data folder while the sidecar runs, and restore into a new one."""
