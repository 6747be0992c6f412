"""The configuration file: YAML in the OpenTelemetry Collector's shape, checked, with a place for every fault."""
