"""Ready-made masking functions for `set_masking_function`; each can be combined with any other."""

from otel_bridge.masking.patterns import card_numbers, emails, phone_numbers, secrets
from otel_bridge.masking.presidio import presidio
from otel_bridge.masking.text import Combined, Masker, combine

__all__ = [
    "Combined",
    "Masker",
    "card_numbers",
    "combine",
    "emails",
    "phone_numbers",
    "presidio",
    "secrets",
]
