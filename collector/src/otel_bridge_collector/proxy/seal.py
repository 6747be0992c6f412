"""Encryption of what the cache keeps: by the key of the caller, which is never kept. Who has the file alone reads nothing.

The key of a caller gives two keys (HKDF-SHA256, RFC 5869, with a salt of the file): one names entries (HMAC-SHA256), so that names tell nothing
of what was asked, and one encrypts them (AES-256-GCM, with the name authenticated beside).
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from typing import Final

_NONCE_BYTES: Final = 12
_KEY_BYTES: Final = 32
_INFO: Final = b"otel-bridge proxy cache 1"


class SealError(Exception):
    """What is to be opened was not sealed with this key, or is damaged."""


@dataclass(frozen=True, slots=True)
class Seal:
    """The keys of one caller."""

    _naming: bytes = field(repr=False)
    _sealing: bytes = field(repr=False)

    def name(self, *parts: bytes) -> bytes:
        """Return the name of an entry, 32 bytes; parts that are cut elsewhere give another."""
        digest = hmac.new(self._naming, digestmod=hashlib.sha256)
        for part in parts:
            digest.update(len(part).to_bytes(8, "big") + part)
        return digest.digest()

    def closed(self, name: bytes, content: bytes) -> bytes:
        """Return content encrypted."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - loaded when first used

        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + AESGCM(self._sealing).encrypt(nonce, content, name)

    def opened(self, name: bytes, sealed: bytes) -> bytes:
        """Return what `closed` was given.

        Raises:
            SealError: it was sealed with another key or under another name, or is damaged.
        """
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - loaded when first used
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - as above

        try:
            return AESGCM(self._sealing).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], name)
        except (InvalidTag, ValueError) as error:
            raise SealError("it cannot be opened") from error


def seal_of(token: str, salt: bytes) -> Seal:
    """Return the seal of a caller.

    Args:
        token: its API key.
        salt: random, and the same as long as what was sealed is to be opened.
    """
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - loaded when first used
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415 - as above

    derived = HKDF(SHA256(), 2 * _KEY_BYTES, salt, _INFO).derive(token.encode())
    return Seal(derived[:_KEY_BYTES], derived[_KEY_BYTES:])
