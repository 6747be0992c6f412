"""The columns of many rows at once, a column at a time: value for value what `columns.to_columns` returns for each. Pure.

Most of a batch can be said of a whole column in one step: that all of its values are texts without a character beyond ASCII, or
that none of the rows has the field. So a row costs a fraction of what it costs by itself (docs/performance.md).
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from itertools import repeat
from typing import Final, NamedTuple, TypeAlias, cast

import orjson

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.store.columns import (
    COST,
    EXTRA,
    HOT_NUMBERS,
    HOT_STRINGS,
    JSON_FIELDS,
    KNOWN_FIELDS,
    SIZE,
    TEXT_FIELDS,
    RowKey,
    created_in,
    extra_of,
    is_root,
    number_of,
    string_of,
    text_of,
    utf8_bytes,
)
from otel_bridge_collector.store.json_text import encode_json

AUDIT: Final = "audit_data"
BASE: Final = "base"
ENCODED: Final = frozenset({*JSON_FIELDS, EXTRA, BASE})
"""Columns of which the values are UTF-8."""

_NULL: Final = type(None)
_TEXTS: Final = frozenset({str, _NULL})
_FLOATS: Final = frozenset({float, _NULL})
_INTEGERS: Final = frozenset({int, _NULL})
_HOT_PARENTS: Final = frozenset(parent for parent, _ in (*HOT_NUMBERS, *HOT_STRINGS))

Column: TypeAlias = Sequence[object]
_Fields: TypeAlias = Mapping[str, Json]


class Shown(NamedTuple):
    """A row as readers see it, with what its columns say beside.

    Attributes:
        key: `columns.key_of(row)`.
        row: as it is to be read.
        pagination_key: see `assembly.Entry`.
        xact_id: of `row`.
        base: the row without its facts, where it has any.
        audit: JSON that stands for the `audit_data` of the row; None where it has its own.
        cost: US dollars that it counts with.
    """

    key: RowKey
    row: Row
    pagination_key: int
    xact_id: int
    base: Row | None
    audit: bytes | None
    cost: float | None


def batch_columns(shown: Sequence[Shown]) -> dict[str, Column]:
    """Return the values of each column for some rows, in order; a column that is NULL throughout may be left out.

    JSON is UTF-8 (`ENCODED`); all else is as `to_columns` has it.
    """
    if not shown:
        return {}
    keys, given, pagination_keys, xact_ids, bases, audits, costs = zip(*shown, strict=True)
    rows = cast("Sequence[_Fields]", given)
    names = set[str]().union(*rows)
    object_types, object_ids, _ = zip(*keys, strict=True)
    hot = {parent: _objects(rows, parent) for parent in _HOT_PARENTS & names}
    texts = {"object_type": object_types, "object_id": object_ids, **_texts(rows, names, hot)}
    encoded = _encoded(rows, names, audits, bases)
    lengths = [*map(_text_bytes, texts.values()), *map(_lengths, encoded.values())]
    return {
        "xact_id": xact_ids,
        "pagination_key": pagination_keys,
        "created": [created_in(row, xact_id) for row, xact_id in zip(rows, xact_ids, strict=True)],
        "is_root": [is_root(row) for row in rows],
        **{
            column: _numbers([each.get(name) for each in hot[parent]])
            for (parent, name), column in HOT_NUMBERS.items()
            if parent in hot
        },
        **texts,
        **encoded,
        COST: costs,
        SIZE: list(map(sum, zip(*lengths, strict=True))),
    }


def _objects(rows: Sequence[_Fields], parent: str) -> list[_Fields]:
    return [value if isinstance(value := row.get(parent), dict) else {} for row in rows]


def _texts(
    rows: Sequence[_Fields], names: set[str], hot: Mapping[str, Sequence[_Fields]]
) -> dict[str, Sequence[str | None]]:
    texts: dict[str, Sequence[str | None]] = {
        name: _clean([row.get(name) for row in rows], text_of) for name in TEXT_FIELDS if name in names
    }
    for (parent, name), column in HOT_STRINGS.items():
        if parent in hot:
            texts[column] = _clean([each.get(name) for each in hot[parent]], string_of)
    return texts


def _clean(values: Sequence[Json], one: Callable[[Json], str | None]) -> Sequence[str | None]:
    """Return a column of texts; `one` makes a text of each value where not all are texts without anything beyond ASCII."""
    if _TEXTS.issuperset(map(type, values)):
        texts = cast("Sequence[str | None]", values)
        if "".join(filter(None, texts)).isascii():
            return texts
    return list(map(one, values))


def _numbers(values: Sequence[Json]) -> Sequence[float | None]:
    kinds = set(map(type, values))
    if kinds <= _FLOATS:
        return cast("Sequence[float | None]", values)
    if kinds <= _INTEGERS:
        # One beyond any double has none, which `number_of` knows.
        with suppress(OverflowError):
            return [None if value is None else float(value) for value in cast("Sequence[int | None]", values)]
    return list(map(number_of, values))


def _encoded(
    rows: Sequence[_Fields],
    names: set[str],
    audits: Sequence[bytes | None],
    bases: Sequence[Row | None],
) -> dict[str, Sequence[bytes | None]]:
    encoded: dict[str, Sequence[bytes | None]] = {
        name: _json([row.get(name) for row in rows]) for name in JSON_FIELDS if name in names
    }
    own = encoded.get(AUDIT, repeat(None, len(rows)))
    encoded[AUDIT] = [audit or each for audit, each in zip(audits, own, strict=True)]
    if not KNOWN_FIELDS.issuperset(names):
        encoded[EXTRA] = _json([None if KNOWN_FIELDS.issuperset(row) else extra_of(row) for row in rows])
    if bases.count(None) < len(bases):
        encoded[BASE] = _json(cast("Sequence[Json]", bases))
    return encoded


def _json(values: Sequence[Json]) -> list[bytes | None]:
    try:
        return [None if value is None else orjson.dumps(value) for value in values]
    except TypeError:
        return [None if value is None else encode_json(value) for value in values]


def _text_bytes(texts: Sequence[str | None]) -> Sequence[int]:
    if None not in texts and "".join(cast("Sequence[str]", texts)).isascii():
        return list(map(len, cast("Sequence[str]", texts)))
    return [0 if text is None else utf8_bytes(text) for text in texts]


def _lengths(column: Sequence[bytes | None]) -> Sequence[int]:
    return [0 if each is None else len(each) for each in column]
