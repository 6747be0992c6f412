"""Addresses to listen on, as text and back. It opens nothing."""

from dataclasses import dataclass
from typing import Annotated, TypeAlias

from pydantic import BeforeValidator, WithJsonSchema


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where to listen; port 0 stands for any free port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_address(text: object) -> Address:
    """Read `HOST:PORT`; an IPv6 host stands in brackets, and the URL that `serve` prints will do.

    Raises:
        ValueError: it is neither that nor an `Address`.
    """
    if isinstance(text, Address):
        return text
    host, colon, port = str(text).removeprefix("http://").removeprefix("https://").rstrip("/").rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not port.isascii() or not port.isdecimal() or int(port) > 65_535:  # noqa: PLR2004 - ports
        raise ValueError("expected HOST:PORT, for example 127.0.0.1:4318")
    return Address(host=host, port=int(port))


Endpoint: TypeAlias = Annotated[
    Address,
    BeforeValidator(parse_address),
    WithJsonSchema({"type": "string", "pattern": "^.+:[0-9]+$", "examples": ["127.0.0.1:4318"]}),
]
"""An address as a setting: read from text."""
