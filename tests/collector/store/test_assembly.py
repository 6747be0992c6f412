"""Writes and facts to the row that a reader sees."""

from collections.abc import Mapping
from typing import Any, cast

import pytest

from otel_bridge.contract.row import Row
from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.store.assembly import Entry, changed_fields
from tests.support.rows import XACT, row


def entry(*writes: RowWrite) -> Entry:
    made = Entry()
    for write in writes:
        made.write(write)
    return made


def visible(*writes: RowWrite) -> Mapping[str, object]:
    found = entry(*writes).visible()
    assert found is not None
    return cast("Mapping[str, object]", found)


def fact(name: str, *, stated_ns: int = 0, fills_only: bool = False, **fields: Any) -> RowWrite:
    return RowWrite(row=row("a", **fields), fact=name, fact_ns=stated_ns, fills_only=fills_only)


def test_a_row_replaces_a_row() -> None:
    found = visible(RowWrite(row=row("a", input=1, output=2)), RowWrite(row=row("a", input=3)))

    assert (found["input"], "output" in found) == (3, False)


def test_a_merge_row_is_merged_into_a_row() -> None:
    found = visible(
        RowWrite(row=row("a", metadata={"x": 1}, span_parents=None)),
        RowWrite(row=row("a", metadata={"y": 2}, span_parents=["p"], _is_merge=True)),
    )

    assert (found["metadata"], found["span_parents"]) == ({"x": 1, "y": 2}, None)


def test_a_merge_row_without_a_row_is_a_row() -> None:
    found = visible(RowWrite(row=row("a", input=1, _is_merge=True)))

    assert (found["input"], "_is_merge" in found) == (1, False)


def test_a_row_gets_the_ids_that_it_lacks() -> None:
    found = visible(RowWrite(row=cast("Row", {**row("a"), "span_id": "", "root_span_id": None})))

    assert (found["span_id"], found["root_span_id"], found["span_parents"]) == ("a", "a", None)


def test_a_deleted_row_is_gone_with_its_facts() -> None:
    made = entry(
        RowWrite(row=row("a")), fact("f", scores={"s": 1}), RowWrite(row=row("a", _object_delete=True))
    )

    assert (made.visible(), made.facts, made.deleted) == (None, {}, True)


@pytest.mark.parametrize(
    "first",
    [
        pytest.param("row", id="row-first"),
        pytest.param("fact", id="fact-first"),
        pytest.param("twice", id="re-sent"),
    ],
)
def test_a_fact_holds_whenever_it_comes(first: str) -> None:
    span, feedback = RowWrite(row=row("a", input=1)), fact("f", scores={"s": 1})
    orders = {"row": (span, feedback), "fact": (feedback, span), "twice": (span, feedback, span)}

    found = visible(*orders[first])

    assert (found["input"], found["scores"]) == (1, {"s": 1})


def test_a_fact_without_a_row_is_kept_and_not_seen() -> None:
    made = entry(fact("f", scores={"s": 1}))

    assert made.visible() is None
    assert made.new_facts == {"f"}


def test_a_fact_stated_twice_is_one_fact() -> None:
    made = entry(
        RowWrite(row=row("a")), fact("f", comments=[{"text": "x"}]), fact("f", comments=[{"text": "x"}])
    )

    assert made.visible() is not None
    assert len(made.facts) == 1


def test_of_two_facts_the_later_stated_wins() -> None:
    found = visible(
        fact("late", stated_ns=2, scores={"s": 1}),
        fact("early", stated_ns=1, scores={"s": 0}),
        RowWrite(row=row("a")),
    )

    assert found["scores"] == {"s": 1}


def test_a_fact_that_fills_gives_only_what_the_row_does_not_say() -> None:
    found = visible(
        fact("f", fills_only=True, input="fact", output="fact"), RowWrite(row=row("a", input="row"))
    )

    assert (found["input"], found["output"]) == ("row", "fact")


@pytest.mark.parametrize("said", [None, "soon"])
def test_a_fact_does_not_date_a_row_that_has_no_time(said: str | None) -> None:
    later = str((1_800_000_000 << 16) | 1)

    found = visible(
        RowWrite(row=row("a", created=said, _xact_id=str(1_700_000_000 << 16))), fact("f", _xact_id=later)
    )

    assert found["created"] == "2023-11-14T22:13:20.000000Z"


def test_a_fact_does_not_move_the_row() -> None:
    found = visible(
        RowWrite(row=row("a", created="2026-01-01T00:00:00Z")),
        fact("f", created="2030-01-01T00:00:00Z", span_id="other", root_span_id="other", experiment_id="x"),
    )

    assert (found["created"], found["span_id"], found["root_span_id"]) == (
        "2026-01-01T00:00:00.000000Z",
        "a",
        "t",
    )
    assert "experiment_id" not in found


def test_the_transaction_is_the_newest_and_the_place_the_first() -> None:
    made = entry(
        RowWrite(row=row("a", index=5)),
        RowWrite(row=row("a", index=6, xact=XACT + 1)),
        RowWrite(row=row("a", scores={}, xact=XACT + 2), fact="f"),
    )

    found = made.visible()
    assert found is not None
    assert (found["_xact_id"], made.pagination_key & 0xFFFF) == (str(XACT + 2), 5)


def test_an_audit_that_the_row_brings_is_kept() -> None:
    assert visible(RowWrite(row=row("a", audit_data=["own"])))["audit_data"] == ["own"]


def test_the_audit_says_how_a_row_was_written() -> None:
    found = visible(
        RowWrite(row=row("a")),
        RowWrite(row=row("a", _is_merge=True, _audit_source="app", _audit_metadata={"who": "me"})),
        fact("f", scores={"s": 1}, _audit_source="external"),
        fact("g", output=1),
    )

    assert found["audit_data"] == [
        {"_xact_id": str(XACT), "audit_data": {"action": "upsert"}, "metadata": {}, "source": "api"},
        {
            "_xact_id": str(XACT),
            "audit_data": {"action": "merge"},
            "metadata": {"who": "me"},
            "source": "app",
        },
        {
            "_xact_id": str(XACT),
            "audit_data": {"action": "merge", "scores": {"s": 1}},
            "metadata": {},
            "source": "external",
        },
    ]


def test_changed_fields_are_counted_by_row() -> None:
    pairs: list[tuple[Row | None, Row | None]] = [
        ({"id": "a", "input": 1}, {"id": "a", "input": 2, "output": 3}),
        ({"id": "b", "input": 1}, {"id": "b"}),
        (None, {"id": "c"}),
        ({"id": "d"}, {"id": "d"}),
        (None, None),
    ]

    assert changed_fields(pairs) == {"input": 2, "output": 1, "": 1}
