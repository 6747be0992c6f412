"""OTLP over HTTP: the only place that imports the exporters, and only when it is asked to build one."""
