"""Fields of forms whose text is JSON: what it holds, or where it is wrong. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.errors import RequestError

Expected: TypeAlias = Literal["anything", "object", "texts", "objects"]
"""What the JSON of a field has to be."""

_CONTEXT: Final = 40
_WORDS: Final[Mapping[Expected, str]] = {
    "object": 'is no object, as {"a": 1} is one',
    "texts": 'is no list of texts, as ["a", "b"] is one',
    "objects": 'is no list of objects, as [{"a": 1}] is one',
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldFault:
    """What is wrong in a field.

    Attributes:
        field: its label.
        line: of the place in its text, from 1; 0 where it is wrong as a whole.
        column: of the place, from 1.
        snippet: the part of its line around the place, and a mark under the place; empty without a place.
    """

    field: str
    message: str
    line: int = 0
    column: int = 0
    snippet: str = ""

    @property
    def told(self) -> str:
        """What is wrong, and where."""
        place = f", line {self.line}, column {self.column}" if self.line else ""
        return f"{self.field}{place}: {self.message}"


class FieldError(RequestError):
    """A form that is wrong at one of its fields.

    Attributes:
        fault: what is wrong.
        name: of the field, as the form sends it.
    """

    def __init__(self, fault: FieldFault, name: str) -> None:
        super().__init__(fault.told, code="badForm", hint="go back and mend it, or leave it empty")
        self.fault = fault
        self.name = name


def json_in(field: str, text: str, expected: Expected = "anything") -> "Json | FieldFault":
    """Return the value of a field; empty is None, whatever is expected."""
    if not text.strip():
        return None
    try:
        value: Json = json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        return fault_at(field, text, error.msg.lower(), error.pos)
    except (ValueError, RecursionError) as error:
        return fault_at(field, text, str(error), 0)
    return value if _is(value, expected) else fault_at(field, text, _WORDS[expected], 0)


def json_text(value: Json) -> str:
    """Return a value as a field shows it."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def fault_at(field: str, text: str, message: str, position: int = 0) -> FieldFault:
    """Return what is wrong at a character of a field's text."""
    begin = text.rfind("\n", 0, position) + 1
    end = text.find("\n", position)
    line = text[begin : end if end >= 0 else len(text)]
    column = position - begin
    first = max(0, column - _CONTEXT)
    return FieldFault(
        field=field,
        message=message,
        line=text.count("\n", 0, position) + 1,
        column=column + 1,
        snippet=f"{line[first : column + _CONTEXT]}\n{' ' * (column - first)}^",
    )


def _is(value: Json, expected: Expected) -> bool:
    match expected:
        case "anything":
            return True
        case "object":
            return isinstance(value, Mapping)
        case "texts":
            return isinstance(value, list) and all(isinstance(each, str) for each in value)
        case "objects":
            return isinstance(value, list) and all(isinstance(each, Mapping) for each in value)


def _no_number(name: str) -> Json:
    raise ValueError(f"{name} is no number of JSON")
