"""What the store keeps does not depend on how it arrived, and comes back as it was."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.store.columns import COLUMNS, SIZE, from_columns, to_columns
from otel_bridge_collector.store.duckdb import DuckDBStore
from otel_bridge_collector.store.interface import Statement
from otel_bridge_collector.store.json_text import dump_json, load_json
from tests.support.rows import XACT, row

pytestmark = pytest.mark.one_python

TEXTS: Final = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
JSON: Final[st.SearchStrategy[Json]] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
OBJECTS: Final = st.dictionaries(TEXTS, JSON, max_size=3)
FIELDS: Final[st.SearchStrategy[dict[str, Any]]] = st.fixed_dictionaries(
    {},
    optional={
        "input": JSON,
        "output": JSON,
        "error": JSON,
        "metadata": OBJECTS,
        "scores": st.dictionaries(TEXTS, st.floats(0, 1), max_size=2),
        "tags": st.lists(TEXTS, max_size=3, unique=True),
        "unnamed": JSON,
    },
)  # fmt: skip
ORIGIN: Final[dict[str, Any]] = {"span_parents": ["parent"], "created": "2026-01-05T09:00:00.123Z"}


@st.composite
def arrivals(draw: st.DrawFn) -> tuple[list[RowWrite], list[list[RowWrite]]]:
    """A row with facts in the order in which they were stated, and the same in any order, repeated and in batches."""
    span = RowWrite(row=row("a", **ORIGIN, **draw(FIELDS)))
    facts = [
        RowWrite(
            row=row("a", xact=XACT + number, **draw(FIELDS)),
            fact=f"fact-{number}",
            fact_ns=draw(st.integers(0, 3)),
            fills_only=draw(st.booleans()),
        )
        for number in range(draw(st.integers(0, 4)))
    ]
    writes = [span, *facts]
    shuffled = draw(st.permutations([*writes, *draw(st.lists(st.sampled_from(writes), max_size=2))]))
    cuts = sorted(draw(st.lists(st.integers(0, len(shuffled)), max_size=3)))
    batches = [
        list(shuffled[start:end]) for start, end in zip([0, *cuts], [*cuts, len(shuffled)], strict=True)
    ]
    return writes, batches


def stored(batches: Sequence[Sequence[RowWrite]]) -> list[Mapping[str, Any]]:
    """What readers see after some batches; `base`, what facts are assembled onto again, is the store's own, and the size has it in."""
    with TemporaryDirectory() as folder:
        store = DuckDBStore(Path(folder) / "rows.duckdb")
        for next_seq, batch in enumerate(batches, start=1):
            store.apply(batch, next_seq=next_seq)
        rows = store.select(Statement(sql="SELECT * FROM store.rows"), timeout_s=30)
        store.close()
    return [{**dict(zip(COLUMNS, values, strict=True)), "base": None, SIZE: None} for values in rows]


@settings(max_examples=30, deadline=None)
@given(arrivals())
def test_the_order_of_arrival_never_changes_the_row(
    arrival: tuple[list[RowWrite], list[list[RowWrite]]],
) -> None:
    in_order, batches = arrival

    assert stored(batches) == stored([in_order])


@settings(max_examples=30, deadline=None)
@given(st.lists(FIELDS, min_size=1, max_size=4), st.data())
def test_batches_never_change_what_merges_make(updates: list[dict[str, Any]], data: st.DataObject) -> None:
    writes = [
        RowWrite(row=row("a", xact=XACT + number, **ORIGIN, **fields, _is_merge=data.draw(st.booleans())))
        for number, fields in enumerate(updates)
    ]

    one_by_one = stored([[write] for write in writes])

    assert _merged(one_by_one) == _merged(stored([writes]))


def _merged(rows: list[Mapping[str, Any]]) -> list[Row]:
    return [from_columns(values) for values in rows]


@given(FIELDS)
def test_a_row_comes_back_as_it_was(fields: dict[str, Any]) -> None:
    given_row = row("a", **ORIGIN, **fields)

    found = from_columns(dict(zip(COLUMNS, to_columns(given_row, pagination_key=1, base=None), strict=True)))

    expected = {
        name: value for name, value in given_row.items() if value is not None and name != "_pagination_key"
    }
    assert found == {**expected, "created": "2026-01-05T09:00:00.123000Z"}


@given(JSON)
def test_json_comes_back_as_it_was(value: Json) -> None:
    assert load_json(dump_json(value)) == value


@given(st.text(), st.integers(), st.floats())
def test_everything_can_be_stored_as_json(text: str, number: int, fraction: float) -> None:
    load_json(dump_json({"text": text, "number": number, "fraction": fraction, text: [text]}))
