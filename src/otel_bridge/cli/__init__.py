"""The command `otel-bridge`."""
