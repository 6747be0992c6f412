"""What a function gives, piece by piece, and how it fails. Shapes only."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from otel_bridge.contract.row import Json


class FunctionError(Exception):
    """A function failed, or cannot be run.

    Attributes:
        is_refused: it was not run: what is asked for is wrong, missing or not allowed.
        status: the HTTP status of the answer.
    """

    def __init__(self, message: str, *, is_refused: bool = False, status: int | None = None) -> None:
        super().__init__(message)
        self.is_refused = is_refused
        self.status = status or (400 if is_refused else 500)

    def of(self, label: str) -> "FunctionError":
        """Return the same with the function in its text."""
        if label in str(self):
            return self
        return FunctionError(f"{label}: {self}", is_refused=self.is_refused, status=self.status)


@dataclass(frozen=True, slots=True)
class Text:
    """A part of a text."""

    text: str


@dataclass(frozen=True, slots=True)
class JsonText:
    """A part of a JSON text."""

    text: str


@dataclass(frozen=True, slots=True)
class Value:
    """A whole value."""

    value: Json


@dataclass(frozen=True, slots=True)
class Console:
    """Something that was printed."""

    text: str
    stream: Literal["stdout", "stderr"]


Piece: TypeAlias = Text | JsonText | Value | Console
