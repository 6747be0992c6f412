"""Cheap conditions that every row meets which meets a filter, to be asked before it.

A row whose `metadata.user_id` is '1234' has the text "1234", quotes included, in its metadata: JSON is stored as `dump_json` writes it,
and so is the constant. To look for a text is several times faster than to parse the JSON of every row, and a typed column faster
still.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from otel_bridge.contract.row import Json
from otel_bridge_collector.query.columns import full_path
from otel_bridge_collector.query.syntax import Binary, Expression, In, Literal, Path
from otel_bridge_collector.query.trace import terms_of
from otel_bridge_collector.query.value import Bindings
from otel_bridge_collector.store.columns import HOT_NUMBERS, HOT_STRINGS, JSON_FIELDS
from otel_bridge_collector.store.json_text import dump_json

_MAX_VALUES: Final = 4
"""Constants of one list beyond which looking for each costs more than parsing."""


def narrowing(condition: Expression, bindings: Bindings) -> list[str]:
    """Return SQL that is true of every row of which `condition` is true."""
    return [sql for term in terms_of(condition) for sql in _of_term(term, bindings)]


def _of_term(term: Expression, bindings: Bindings) -> Iterator[str]:
    match term:
        case Binary(operator="eq", left=Path(parts=parts), right=Literal(value=value)):
            path = full_path(parts)
            if isinstance(value, str) and (column := _typed(HOT_STRINGS, path)):
                yield f"{column} = {bindings.text(value)}"
            elif (
                isinstance(value, int | float)
                and not isinstance(value, bool)
                and (column := _typed(HOT_NUMBERS, path))
            ):
                yield f"{column} = {bindings.add(float(value))}::DOUBLE"
            else:
                yield from _of_texts(path, [value], bindings)
        case In(operand=Path(parts=parts), values=values) if len(values) <= _MAX_VALUES:
            # No typed column here: of a list, IN asks the elements.
            yield from _of_texts(full_path(parts), values, bindings)
        case _:
            return


def _of_texts(path: tuple[str | int, ...], values: Sequence[Json], bindings: Bindings) -> Iterator[str]:
    texts = [value for value in values if isinstance(value, str)]
    if len(texts) == len(values) and len(path) > 1 and path[0] in JSON_FIELDS:
        found = (f"contains({path[0]}, {bindings.text(dump_json(text))})" for text in texts)
        yield f"({' OR '.join(found)})"


def _typed(columns: Mapping[tuple[str, str], str], path: tuple[str | int, ...]) -> str | None:
    return next((name for typed, name in columns.items() if typed == path), None)
