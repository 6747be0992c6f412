"""The columns that a table of rows shows: pure, from what a URL says to what is read and shown of each row."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from otel_bridge.contract.row import Json
from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.columns import columns_of
from otel_bridge_collector.query.parser import parse_expression
from otel_bridge_collector.query.printer import print_path
from otel_bridge_collector.query.syntax import Call, Path, Selected
from otel_bridge_collector.ui.urls import Kind
from otel_bridge_collector.ui.values import Row, duration_s

MAX_COLUMNS: Final = 20
COST: Final = Selected(expression=Call(name="estimated_cost"), alias="usd")

Look = Literal["text", "name", "output", "error", "scores", "tags", "number", "seconds", "dollars", "any"]
"""How a cell shows its value; `any` goes by the value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table.

    Attributes:
        name: as the URL has it.
        label: its heading.
        path: where the value stands in a row, its field first.
    """

    name: str
    label: str
    path: tuple[str | int, ...]
    look: Look

    def value(self, row: Row) -> Json:
        """Return what a row has there; None where it has nothing."""
        if self.look == "seconds":
            return duration_s(row)
        found: Json = dict(row)
        for step in self.path:
            found = _member(found, step)
        return found

    @property
    def is_number(self) -> bool:
        """Whether its values are numbers, over which the heading stands."""
        is_metric = len(self.path) > 1 and self.path[0] in ("scores", "metrics")
        return self.look in ("number", "seconds", "dollars") or is_metric


def _standard(name: str, label: str, look: Look, *path: str) -> Column:
    return Column(name=name, label=label, path=path or (name,), look=look)


_NAMED: Final[Mapping[str, Column]] = {
    column.name: column
    for column in (
        _standard("name", "Name", "name", "span_attributes", "name"),
        _standard("type", "Type", "text", "span_attributes", "type"),
        _standard("input", "Input", "text"),
        _standard("output", "Output", "output"),
        _standard("expected", "Expected", "text"),
        _standard("error", "Error", "error"),
        _standard("scores", "Scores", "scores"),
        _standard("duration", "Duration", "seconds", "metrics"),
        _standard("tokens", "Tokens", "number", "metrics", "tokens"),
        _standard("cost", "Cost", "dollars", "usd"),
        _standard("metadata", "Metadata", "text"),
        _standard("tags", "Tags", "tags"),
    )
}

_SHOWN: Final[Mapping[Kind, Sequence[str]]] = {
    "project_logs": ("name", "input", "output", "scores", "duration", "tokens", "tags"),
    "experiment": ("name", "input", "output", "expected", "scores", "duration", "tokens", "tags"),
    "dataset": ("input", "expected", "tags"),
}
_AS_IN: Final[Mapping[Kind, str]] = {
    **dict.fromkeys(("project_logs", "experiment"), "metadata.user_id or scores.Factuality"),
    "dataset": "metadata.user_id",
}
_OF_RECORDS: Final = ("input", "expected", "metadata", "tags")


def standard_columns(kind: Kind) -> Mapping[str, Column]:
    """Return what a table can show beside paths, by name."""
    return {name: _NAMED[name] for name in _OF_RECORDS} if kind == "dataset" else _NAMED


def shown_columns(kind: Kind) -> tuple[Column, ...]:
    """Return what a table shows where its URL does not say it."""
    return tuple(_NAMED[name] for name in _SHOWN[kind])


def read_columns(kind: Kind, asked: str) -> tuple[Column, ...]:
    """Return the columns that a URL asks for in their order, each once.

    Args:
        kind: of the rows.
        asked: names and paths with commas between them, as in `input, metadata.user_id`; empty for the usual ones.

    Raises:
        QueryError: one is neither, or there are too many.
    """
    if not asked:
        return shown_columns(kind)
    columns = {column.name: column for column in (_column(kind, path) for path in _paths(asked))}
    if len(columns) > MAX_COLUMNS:
        raise _wrong(f"{len(columns)} columns are too many", f"choose {MAX_COLUMNS} at most")
    return tuple(columns.values())


def fields_of(columns: Sequence[Column]) -> tuple[str, ...]:
    """Return the fields of rows that columns are read from, each once; what is computed is none of them."""
    fields = dict.fromkeys(str(column.path[0]) for column in columns)
    return tuple(field for field in fields if field != COST.alias)


def has_cost(columns: Sequence[Column]) -> bool:
    """Tell whether `COST` is among what is read."""
    return any(column.path == (COST.alias,) for column in columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A column that is shown, and what the URL says where it stands elsewhere; empty where it cannot."""

    label: str
    left: str
    right: str
    away: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What can be chosen.

    Attributes:
        text: the columns that are shown, as the URL has them.
        more: label of a column that is not shown -> what the URL says with it.
    """

    text: str
    shown: Sequence[Choice]
    more: Mapping[str, str]


def choices_of(kind: Kind, columns: Sequence[Column]) -> Choices:
    """Return what can be done with the columns of a table, each by one link; where there are none, with the usual ones."""
    columns = columns or shown_columns(kind)
    names = [column.name for column in columns]
    return Choices(
        text=", ".join(names),
        shown=[
            Choice(
                label=column.label,
                left=_swapped(names, at - 1) if at else "",
                right=_swapped(names, at) if at + 1 < len(names) else "",
                away=", ".join([*names[:at], *names[at + 1 :]]),
            )
            for at, column in enumerate(columns)
        ],
        more={
            column.label: ", ".join([*names, column.name])
            for column in standard_columns(kind).values()
            if column not in columns
        },
    )


def _swapped(names: Sequence[str], at: int) -> str:
    """Return the names with that at a place behind the next one."""
    return ", ".join([*names[:at], names[at + 1], names[at], *names[at + 2 :]])


def _paths(asked: str) -> Sequence[Path]:
    """Return what stands between the commas, as the parser of arguments reads it."""
    expected = "names and paths with commas between them, as in input, metadata.user_id"
    try:
        listed = parse_expression(f"columns({asked})")
    except QueryError as error:
        raise _wrong("the columns cannot be read", f"write {expected}") from error
    paths = listed.arguments if isinstance(listed, Call) and listed.name == "columns" else ()
    found = [path for path in paths if isinstance(path, Path)]
    if not found or len(found) != len(paths):
        raise _wrong("a column is no path", f"write {expected}")
    return found


def check_field(kind: Kind, path: Path) -> None:
    """Check that a path begins with a field of rows, or is the name of a column.

    Raises:
        QueryError: it does not.
    """
    first = str(path.parts[0])
    standard, fields = standard_columns(kind), columns_of(kind)
    if first not in fields and print_path(path.parts) not in standard:
        known = tuple(dict.fromkeys((*standard, *fields)))
        near = difflib.get_close_matches(first, known, n=1)
        meant = f"did you mean {near[0]}?" if near else f"expected one of {', '.join(known)};"
        raise _wrong(
            f'a row has no field "{first}"', f"{meant} a path goes on behind it, as in {_AS_IN[kind]}"
        )


def _column(kind: Kind, path: Path) -> Column:
    printed = print_path(path.parts)
    check_field(kind, path)
    own = Column(name=printed, label=printed, path=path.parts, look="any")
    return standard_columns(kind).get(printed, own)


def _member(value: Json, step: str | int) -> Json:
    found: Json = None
    if isinstance(value, Mapping) and isinstance(step, str):
        found = value.get(step)
    elif isinstance(value, list) and isinstance(step, int) and -len(value) <= step < len(value):
        found = value[step]
    return found


def _wrong(message: str, suggestion: str) -> QueryError:
    return QueryError(message, code="badColumns", suggestion=suggestion)
