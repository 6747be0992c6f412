"""What tracing costs an app: ours beside plain OpenTelemetry and the libraries that do the same."""
