"""What is to be masked by its form: secrets, e-mail addresses, card and phone numbers. It decides nothing else.

Every pattern is anchored to something that rarely occurs (a prefix, an `@`, the beginning of a run), counted or
possessive, so that the time grows with the length of the text and nothing else. What they miss is listed in
docs/masking.md; a secret of no known form is found only by the name of its key.
"""

import re
from collections.abc import Callable
from typing import Final

from otel_bridge.contract.cards import replace_cards

__all__ = ["is_secret_key", "replace_cards", "replace_emails", "replace_phones", "replace_secrets"]

Shown = Callable[[str], str]
"""Takes what was found and returns what stands instead."""

_TOKENS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?:AKIA|ASIA|AGPA|AIDA|AROA|ANPA|ANVA)[A-Z0-9]{16}\b",  # AWS
        r"\bgh[pousr]_[A-Za-z0-9]{20,255}",  # GitHub
        r"\bgithub_pat_[A-Za-z0-9_]{20,255}",
        r"\bglpat-[\w-]{16,255}",  # GitLab
        r"\bsk-[A-Za-z0-9_-]{16,}",  # OpenAI, Anthropic, Langfuse, OpenRouter, Braintrust
        r"\bbt-st-[A-Za-z0-9_-]{16,}",  # Braintrust service tokens
        r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{10,}",  # Stripe
        r"\bwhsec_[A-Za-z0-9+/=]{16,}",
        r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}",  # Slack
        r"\bxapp-[A-Za-z0-9-]{10,}",
        r"\bAIza[\w-]{35}",  # Google
        r"\bya29\.[\w-]{20,}",
        r"\bhf_[A-Za-z0-9]{20,}",  # Hugging Face
        r"\bgsk_[A-Za-z0-9]{20,}",  # Groq
        r"\bxai-[A-Za-z0-9]{20,}",
        r"\bpplx-[A-Za-z0-9]{20,}",
        r"\bnpm_[A-Za-z0-9]{36}",
        r"\bpypi-[\w-]{16,}",
        r"\bSG\.[\w-]{16,}\.[\w-]{16,}",  # SendGrid
        r"\bdapi[0-9a-f]{32}\b",  # Databricks
        r"\bdop_v1_[0-9a-f]{32,}",
        r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}(?:\.[\w-]*)?",  # JSON Web Token
        r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----(?s:.*?)(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|\Z)",
    )
)
"""Whole matches are replaced."""

_ASSIGNED: Final = (
    # `password=...`, `"api_key": "..."`, `Authorization: Bearer ...`, `--token ...`; in quotes, also escaped ones, up to their end
    re.compile(
        r"""((?:passw(?:or)?d|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential|authorization|cookie)"""
        r"""(?:\\{0,3}["'])?[ \t]{0,3}(?::=|=>|[:=])[ \t]{0,3}(\\{0,3}["'])?+(?:(?:Bearer|Basic|Token)[ \t]{1,3})?)"""
        r"""(?(2)(?:(?!(?<!\\)\2)[^\n])++|[^\s"'\\,;&<>(){}\[\]]{3,})""",
        re.IGNORECASE,
    ),
    re.compile(r"(\bBearer[ \t]{1,3})[A-Za-z0-9._~+/=-]{16,}", re.IGNORECASE),
    re.compile(r"(\bBasic[ \t]{1,3})[A-Za-z0-9+/]{20,}={0,2}"),
    # the password of an address: `postgres://user:password@host`
    re.compile(r"(://[^\s/:@\"']{0,256}:)[^\s/\"']{1,256}(?=@)"),
)
"""What stands after the first group is replaced."""

_KEY_ENDINGS: Final = (
    "password", "passwd", "passphrase", "pwd", "secret", "apikey", "accesskey", "secretkey", "privatekey",
    "accesstoken", "refreshtoken", "idtoken", "authtoken", "bearertoken", "sessiontoken", "apitoken",
    "authorization", "cookie", "credential", "credentials",
)  # fmt: skip
_KEYS: Final = frozenset({"token", "pin", "cvv", "cvc", "ssn"})

_LOCAL: Final = r"\w.!#$'*+^`{|}~-"
_EMAIL: Final = re.compile(
    rf"(?<![{_LOCAL}])[{_LOCAL}]++(?:@|%40)(?:[^\W_][\w-]{{0,62}}\.){{1,8}}[^\W\d_]{{2,63}}"
)

_PHONE: Final = re.compile(
    r"(?<![\w.+])(?:"
    r"(?:\+|00)[1-9]\d{0,2}(?:[ \u00a0./-]?(?:\(\d{1,5}\)|\d{1,12})){1,6}"  # +49 30 1234567
    r"|(?:\(\d{3}\)[ ]?|\d{3}[-. ])\d{3}[-. ]\d{4}"  # (212) 555-0100
    r"|0\d{1,4}(?:[ \u00a0/-]\d{2,8}){1,4}"  # 030 1234567, 06 12 34 56 78
    r")(?!\w)"
)
_PHONE_DIGITS: Final = range(9, 16)


def replace_secrets(text: str, shown: Shown) -> str:
    """Return `text` with what `shown` makes of each secret in it."""
    for pattern in _TOKENS:
        text = pattern.sub(lambda found: shown(found[0]), text)
    for pattern in _ASSIGNED:
        text = pattern.sub(lambda found: found[1] + shown(found[0][len(found[1]) :]), text)
    return text


def replace_emails(text: str, shown: Shown) -> str:
    """Return `text` with what `shown` makes of each e-mail address, also in URLs (`%40`) and letters of any script."""
    return _EMAIL.sub(lambda found: shown(found[0]), text)


def replace_phones(text: str, shown: Shown) -> str:
    """Return `text` with what `shown` makes of each phone number."""
    return _PHONE.sub(lambda found: shown(found[0]) if _is_phone(found[0]) else found[0], text)


def is_secret_key(key: str) -> bool:
    """Tell whether what stands below a key, or below an attribute (`user.pin`), is a secret, whatever form it has."""
    plain = _plain(key)
    return plain.endswith(_KEY_ENDINGS) or plain in _KEYS or _plain(key.rpartition(".")[2]) in _KEYS


def _plain(key: str) -> str:
    return re.sub(r"[\W_]", "", key).lower()


def _is_phone(found: str) -> bool:
    return sum(character.isdigit() for character in found) in _PHONE_DIGITS
