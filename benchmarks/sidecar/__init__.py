"""What the sidecar costs, beside its goals and its peer: `python -m benchmarks.sidecar`."""
