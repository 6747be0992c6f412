"""Durable, append-only segments between receiving and delivery."""
