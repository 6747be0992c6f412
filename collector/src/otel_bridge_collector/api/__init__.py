"""Braintrust's HTTP protocol, one resource a module."""
