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
from tests.support.shown import by_itself, shown, together

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


NAMES: Final = st.sampled_from("abcde")
ODD: Final = st.text(max_size=4) | st.integers(-(10**30), 10**30) | st.floats() | st.none() | st.booleans()
WRITTEN: Final[st.SearchStrategy[dict[str, Any]]] = st.fixed_dictionaries(
    {"id": NAMES},
    optional={
        "span_id": NAMES | st.none(),
        "root_span_id": NAMES,
        "span_parents": st.none() | st.lists(NAMES, max_size=1),
        "span_attributes": st.dictionaries(st.sampled_from(["type", "name"]), st.just("log") | ODD)
        | st.none(),
        "metadata": st.dictionaries(st.just("model"), ODD) | ODD,
        "metrics": st.dictionaries(st.sampled_from(["start", "tokens"]), ODD) | ODD,
        "created": st.just("2026-01-05T10:00:00+01:00") | ODD,
        "log_id": ODD,
        "input": JSON | ODD,
        "experiment_id": NAMES,
        "unnamed": ODD,
    },
)


@st.composite
def writes_of_all_kinds(draw: st.DrawFn) -> list[list[RowWrite]]:
    """Batches of whole rows, updates, deletions and facts, with few names, so that they meet."""
    batches: list[list[RowWrite]] = []
    for number in range(draw(st.integers(1, 3))):
        batch: list[RowWrite] = []
        for index, fields in enumerate(draw(st.lists(WRITTEN, min_size=1, max_size=6))):
            kind = draw(st.sampled_from(["whole", "whole", "whole", "fact", "_is_merge", "_object_delete"]))
            said = {name: value for name, value in fields.items() if name != "id"}
            if kind == "fact":
                about = row(fields["id"], xact=XACT + number, scores={"s": index}, _is_merge=True)
                batch.append(RowWrite(row=about, fact=draw(NAMES), fact_ns=index))
                continue
            control = {} if kind == "whole" else {kind: True}
            batch.append(RowWrite(row=row(fields["id"], index=index, xact=XACT + number, **said, **control)))
        batches.append(batch)
    return batches


def _told_twice(batch: Sequence[RowWrite]) -> list[RowWrite]:
    """The same writes, but whole rows twice: it changes nothing, and no row stands for itself (`store.fresh`)."""
    return [write for each in batch for write in ([each] if _is_more(each) else [each, each])]


def _is_more(write: RowWrite) -> bool:
    return write.fact is not None or "_is_merge" in write.row or "_object_delete" in write.row


@settings(max_examples=40, deadline=None)
@given(writes_of_all_kinds())
def test_a_row_that_stands_for_itself_is_kept_as_all_others(batches: list[list[RowWrite]]) -> None:
    assert _tables(batches) == _tables([_told_twice(batch) for batch in batches])


def _tables(batches: Sequence[Sequence[RowWrite]]) -> str:
    """All that the store keeps of some batches, in the order in which it is kept; NaN equals itself."""
    with TemporaryDirectory() as folder:
        store = DuckDBStore(Path(folder) / "rows.duckdb", price=lambda row: len(str(row.get("metrics"))))
        for next_seq, batch in enumerate(batches, start=1):
            store.apply(batch, next_seq=next_seq)
        found = [
            store.select(Statement(sql=f"SELECT * FROM store.{table} ORDER BY rowid"), timeout_s=30)  # noqa: S608 - our names
            for table in ("rows", "history", "facts")
        ]
        store.close()
    return repr(found)


@given(st.lists(WRITTEN, min_size=1, max_size=4))
def test_rows_have_the_same_columns_together(written: list[dict[str, Any]]) -> None:
    rows = [row(str(number), **each) for number, each in enumerate(_without_id(written))]
    given_rows = [shown(each, pagination_key=number, base=None) for number, each in enumerate(rows)]

    assert repr(together(given_rows)) == repr(by_itself(given_rows))


def _without_id(written: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in each.items() if name != "id"} for each in written]


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
