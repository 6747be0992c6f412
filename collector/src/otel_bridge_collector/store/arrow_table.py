"""Values for a table as an Arrow array, which the engine reads a column at a time. It touches no database.

Bound as lists, each value becomes an object of the engine's first, which takes several times as long (docs/performance.md).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, cast

import nanoarrow

_arrow: Final = cast("Any", nanoarrow)  # it has no types
_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - as the column has it: UTC without a zone
_MICROSECOND: Final = timedelta(microseconds=1)

_TYPES: Final[Mapping[str, Callable[[], Any]]] = {
    "VARCHAR": _arrow.string,
    "DOUBLE": _arrow.float64,
    "UBIGINT": _arrow.uint64,
    "BIGINT": _arrow.int64,
    "BOOLEAN": _arrow.bool_,
    "TIMESTAMP": lambda: _arrow.timestamp("us"),
}
"""The engine's type -> the Arrow type that it reads as the same."""


def arrow_table(columns: Mapping[str, str], rows: Sequence[Sequence[object]]) -> tuple[Sequence[str], Any]:
    """Return rows as an Arrow array of structs, with the names of its columns: those that are NULL throughout are left out.

    Args:
        columns: name -> type.
        rows: at least one, each with a value for every column.

    Raises:
        ValueError: a value is not of its column's type.
    """
    given = {
        name: (_TYPES[kind](), _plain(kind, values))
        for (name, kind), values in zip(columns.items(), zip(*rows, strict=True), strict=True)
        if values.count(None) < len(values)
    }
    array = _arrow.c_array_from_buffers(
        _arrow.struct({name: kind for name, (kind, _) in given.items()}),
        len(rows),
        [None],
        children=[_arrow.c_array(values, kind) for kind, values in given.values()],
    )
    return list(given), _arrow.Array(array)


def _plain(kind: str, values: Sequence[Any]) -> Sequence[object]:
    if kind != "TIMESTAMP":
        return values
    return [None if value is None else (value - _EPOCH) // _MICROSECOND for value in values]
