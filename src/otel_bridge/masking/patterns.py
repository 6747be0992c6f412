"""Maskers that know what they look for by its form: secrets, e-mail addresses, card and phone numbers.

The forms stand in `contract.sensitive`, since the sidecar looks for the same ones.
"""

from otel_bridge.contract.sensitive import (
    is_secret_key,
    replace_cards,
    replace_emails,
    replace_phones,
    replace_secrets,
)
from otel_bridge.masking.text import Masker


def secrets(mask: str = "[secret]") -> Masker:
    """Return a masker of passwords, tokens and keys.

    It finds the keys of well-known services by their form, JSON Web Tokens, private keys in PEM, what is assigned
    to a telling name (`password=`, `api_key:`, `Authorization: Bearer`), passwords in URLs, and replaces the whole
    value below a telling key, also of an attribute.

    Args:
        mask: what stands instead.
    """
    return Masker(
        f"secrets({mask!r})",
        lambda text: replace_secrets(text, lambda _: mask),
        hides=is_secret_key,
        mask=mask,
    )


def emails(mask: str = "[email]") -> Masker:
    """Return a masker of e-mail addresses, also of those in URLs (`%40`) and with letters of any script."""
    return Masker(f"emails({mask!r})", lambda text: replace_emails(text, lambda _: mask))


def card_numbers(mask: str = "[card]") -> Masker:
    """Return a masker of payment card numbers: 13 to 19 digits whose checksum (Luhn) is right."""
    return Masker(f"card_numbers({mask!r})", lambda text: replace_cards(text, lambda _: mask), numbers=True)


def phone_numbers(mask: str = "[phone]") -> Masker:
    """Return a masker of phone numbers: international, North American, and national ones in groups."""
    return Masker(f"phone_numbers({mask!r})", lambda text: replace_phones(text, lambda _: mask))
