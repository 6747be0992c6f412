"""Signed texts that stand in a URL for a while: who has one may do what it says, and nobody can make another. Pure.

A token is unpadded URL-safe base64 of the claims as JSON, a dot, and the same of their HMAC-SHA256.
"""

import base64
import binascii
import hmac
from collections.abc import Mapping

import orjson

_EXPIRES = "expires_s"


def sign(claims: Mapping[str, str], secret: bytes, *, expires_s: float) -> str:
    """Return a token for claims; `expires_s` is Unix seconds."""
    body = orjson.dumps({**claims, _EXPIRES: expires_s})
    return f"{_encode(body)}.{_encode(_digest(body, secret))}"


def read_signed(token: str, secret: bytes, *, now_s: float) -> Mapping[str, str] | None:
    """Return the claims of a token; None when it was not signed with `secret`, or has expired."""
    body_text, _, digest_text = token.partition(".")
    try:
        body, digest = _decode(body_text), _decode(digest_text)
    except (binascii.Error, ValueError):
        return None
    if not hmac.compare_digest(digest, _digest(body, secret)):
        return None
    claims = orjson.loads(body)
    expires_s = claims.pop(_EXPIRES)
    return claims if now_s < expires_s else None


def _digest(body: bytes, secret: bytes) -> bytes:
    return hmac.digest(secret, body, "sha256")


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _decode(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
