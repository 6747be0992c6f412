"""Braintrust's programming model: what an app calls."""
