"""The sidecar of otel-bridge: OTLP in, Braintrust rows out."""
