"""Transport of OTLP: bytes and headers in, OTLP status out."""
