"""Values for a table as an Arrow array, which the engine reads a column at a time. It touches no database.

Bound as lists, each value becomes an object of the engine's first, which takes several times as long (docs/performance.md).
"""

from array import array
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, cast

import nanoarrow

_arrow: Final = cast("Any", nanoarrow)  # it has no types
_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - as the column has it: UTC without a zone
_MICROSECOND: Final = timedelta(microseconds=1)

_TYPES: Final[Mapping[str, Any]] = {
    "VARCHAR": _arrow.string(),
    "DOUBLE": _arrow.float64(),
    "UBIGINT": _arrow.uint64(),
    "BIGINT": _arrow.int64(),
    "BOOLEAN": _arrow.bool_(),
    "TIMESTAMP": _arrow.timestamp("us"),
}
"""The engine's type -> the Arrow type that it reads as the same."""

_SCHEMAS: Final[Mapping[str, Any]] = {kind: _arrow.c_schema(type_) for kind, type_ in _TYPES.items()}
_BYTES: Final = _arrow.c_schema(_arrow.binary())
_CODES: Final = {"DOUBLE": "d", "UBIGINT": "Q", "BIGINT": "q", "TIMESTAMP": "q"}
"""The engine's type -> the code of an `array.array` with the same numbers."""


def arrow_table(
    types: Mapping[str, str], columns: Mapping[str, Sequence[object]], encoded: Collection[str] = ()
) -> tuple[Sequence[str], Any]:
    """Return columns as an Arrow array of structs, with their names: those that are NULL throughout are left out.

    Args:
        types: of each column and maybe of more, by name.
        columns: the values, at least one in each, and as many in all.
        encoded: the columns of texts that are given as UTF-8.

    Raises:
        ValueError: a value is not of its column's type.
    """
    given = {name: values for name, values in columns.items() if values.count(None) < len(values)}
    array_ = _arrow.c_array_from_buffers(
        _arrow.struct({name: _TYPES[types[name]] for name in given}),
        len(next(iter(columns.values()))),
        [None],
        # Bytes lie in Arrow as texts do, so that they need not be made texts to become bytes again.
        children=[
            _arrow.c_array(values, _BYTES) if name in encoded else _child(types[name], values)
            for name, values in given.items()
        ],
    )
    return list(given), _arrow.Array(array_)


def _child(kind: str, values: Sequence[Any]) -> Any:
    if kind == "TIMESTAMP":
        values = [None if value is None else (value - _EPOCH) // _MICROSECOND for value in values]
    code = _CODES.get(kind)
    if code is None:
        return _arrow.c_array(values, _SCHEMAS[kind])
    try:
        return _numbers(code, kind, values)
    except (OverflowError, TypeError) as error:
        raise ValueError(f"a value of a column is no {kind}") from error


def _numbers(code: str, kind: str, values: Sequence[Any]) -> Any:
    """Return numbers by their buffers: one by one they take three times as long."""
    valid: bytes | None = None
    if None in values:
        bits = "".join(["0" if value is None else "1" for value in reversed(values)])
        valid = int(bits, 2).to_bytes((len(values) + 7) >> 3, "little")
        values = [0 if value is None else value for value in values]
    return _arrow.c_array_from_buffers(_SCHEMAS[kind], len(values), [valid, array(code, values)])
