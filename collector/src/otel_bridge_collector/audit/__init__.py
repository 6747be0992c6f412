"""Audit: what masking rules would mask in what was kept. It changes nothing."""
