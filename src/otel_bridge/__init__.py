"""Braintrust's programming model on plain OpenTelemetry: the public names of the app side."""
