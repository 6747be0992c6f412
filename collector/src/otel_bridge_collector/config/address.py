"""Addresses to listen on, as text and back. It opens nothing."""

from dataclasses import dataclass, field
from typing import Annotated, Final, TypeAlias

from pydantic import BeforeValidator, WithJsonSchema

_SCHEMES: Final = ("http", "https")
_LAST_PORT: Final = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where to listen; port 0 stands for any free port.

    Attributes:
        scheme: `http` or `https` where it was written as a URL, else empty; two addresses that differ in it alone are the same.
    """

    host: str
    port: int
    scheme: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_address(text: object) -> Address:
    """Read `HOST:PORT`; an IPv6 host stands in brackets, and the URL that `serve` prints will do.

    Raises:
        ValueError: it is neither that nor an `Address`.
    """
    if isinstance(text, Address):
        return text
    scheme, is_url, rest = str(text).partition("://")
    if scheme not in _SCHEMES or not is_url:
        scheme, rest = "", str(text)
    host, _, port = rest.rstrip("/").rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or "/" in host or not _is_port(port):
        raise ValueError("expected HOST:PORT with a port up to 65535, for example 127.0.0.1:4318")
    return Address(host=host, port=int(port), scheme=scheme)


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdecimal() and int(text) <= _LAST_PORT


Endpoint: TypeAlias = Annotated[
    Address,
    BeforeValidator(parse_address),
    WithJsonSchema({"type": "string", "pattern": "^.+:[0-9]+$", "examples": ["127.0.0.1:4318"]}),
]
"""An address as a setting: read from text."""
