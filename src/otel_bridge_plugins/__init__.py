"""Entry points that others load early or in every process: they import nothing of `otel_bridge` until they are used."""
