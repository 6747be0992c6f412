"""What stands instead of what was found: a text, a hash, a pseudonym, or nothing. It finds nothing.

What an action made is not masked again, so that data that comes by twice (a restored dataset, a second sidecar with the same key)
stays as it is.
"""

import hashlib
import hmac
import re
from collections.abc import Callable
from typing import Final, TypeAlias

Action: TypeAlias = Callable[[str], str]
"""Takes what was found and returns what stands instead."""

_HASH: Final = re.compile(r"sha256:[0-9a-f]{64}")
_PSEUDONYM_DIGITS: Final = 16


class Drop(Exception):  # noqa: N818 - a decision, not an error
    """The value in which something was found is to go as a whole."""


def replace_by(text: str) -> Action:
    """Return the action that puts `text` there."""
    return lambda _: text


def hashed(found: str) -> str:
    """Return `sha256:` and 64 hex digits; who can list the possible values can find them again."""
    return found if _HASH.fullmatch(found) else f"sha256:{hashlib.sha256(_bytes(found)).hexdigest()}"


def pseudonym_by(key: bytes, *, prefix: str, key_id: str) -> Action:
    """Return the action that puts `PREFIX_DIGITS` or `PREFIX_KEYID_DIGITS` there, 16 hex digits of an HMAC-SHA256.

    The same value under the same key is always the same pseudonym, whatever sidecar makes it; without the key nobody can try values.
    """
    begin = f"{prefix}_{key_id}_" if key_id else f"{prefix}_"
    own = re.compile(rf"{re.escape(prefix)}_(?:[A-Za-z0-9-]+_)?[0-9a-f]{{{_PSEUDONYM_DIGITS}}}")

    def act(found: str) -> str:
        if own.fullmatch(found):
            return found
        digest = hmac.new(key, _bytes(found), hashlib.sha256).hexdigest()
        return begin + digest[:_PSEUDONYM_DIGITS]

    return act


def drop(found: str) -> str:
    """Take the value out.

    Raises:
        Drop: always.
    """
    del found
    raise Drop


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
