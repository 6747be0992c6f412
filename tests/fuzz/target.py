"""What a fuzz campaign is about: one parser, how inputs for it are made, and what it may do with them."""

from dataclasses import dataclass
from random import Random
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Input:
    """One input.

    Attributes:
        kind: which way it goes, in the target's own words; one line.
        body: what is parsed.
    """

    kind: str
    body: bytes

    def as_bytes(self) -> bytes:
        """Return it as a file holds it."""
        return self.kind.encode("utf-8", "surrogateescape") + b"\n" + self.body

    @classmethod
    def from_bytes(cls, data: bytes) -> "Input":
        """Read what `as_bytes` gave."""
        kind, _, body = data.partition(b"\n")
        return cls(kind.decode("utf-8", "surrogateescape"), body)


class Target(Protocol):
    """One parser."""

    name: str

    def make(self, chance: Random) -> Input:
        """Return an input; all of it follows from `chance`."""
        ...

    def check(self, given: Input) -> None:
        """Let it be parsed.

        Raises:
            Exception: it did what it should never do.
        """
        ...

    def close(self) -> None:
        """Let go of what it runs."""
        ...
