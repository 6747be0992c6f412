"""Feedback gives the same row whenever it comes and however it names the row."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.store.columns import COLUMNS, SIZE
from otel_bridge_collector.store.duckdb import DuckDBStore
from otel_bridge_collector.store.interface import Statement
from otel_bridge_collector.translate.native import native_write
from tests.support.rows import XACT, row

PARENT: Final = row("row", span_id="span", root_span_id="trace", output="o", scores={"auto": 0.5}, tags=["t"])
CHILD: Final = row("child", span_id="below", root_span_id="trace", span_parents=["span"], index=1)
LOG: Final = row("log", span_id="span", root_span_id="trace", span_attributes={"type": "log"}, index=2)


@st.composite
def feedbacks(draw: st.DrawFn, names: st.SearchStrategy[str]) -> list[RowWrite]:
    """Some feedback, each stated at a time of its own."""
    writes: list[RowWrite] = []
    for number in range(1, draw(st.integers(1, 4)) + 1):
        audit: dict[str, Any] = {"_audit_source": "app", "_audit_metadata": {"by": f"rater {number}"}}
        said: dict[str, Any] = {
            "_is_merge": True,
            "scores": {"thumbs": number / 4},
            "tags": [f"tag {number}"],
        }
        if draw(st.booleans()):
            said = {"comment": {"text": f"said {number}"}, "origin": {"id": draw(names)}}
        told = row(
            draw(names) if "comment" not in said else f"comment-{number}", xact=XACT + number, **audit, **said
        )
        del told["span_id"], told["root_span_id"]  # feedback of the SDKs names none
        writes.append(native_write(told, fact=f"fact-{number}", received_ns=number))
    return writes


def visible(batches: Sequence[Sequence[RowWrite]]) -> list[tuple[object, ...]]:
    names = ", ".join(name for name in COLUMNS if name not in ("base", SIZE))
    with TemporaryDirectory() as folder:
        store = DuckDBStore(Path(folder) / "rows.duckdb", means_ratings=lambda _: True)
        for next_seq, batch in enumerate(batches, start=1):
            store.apply(batch, next_seq=next_seq)
        rows = store.select(Statement(sql=f"SELECT {names} FROM store.rows ORDER BY id"), timeout_s=30)  # noqa: S608 - our own names
        store.close()
    return rows


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.data())
def test_feedback_in_any_order_under_any_name_gives_one_row(data: st.DataObject) -> None:
    rows = [RowWrite(row=cast("Row", dict(each))) for each in (PARENT, CHILD, LOG)]
    told = data.draw(feedbacks(st.sampled_from(["row", "span", "trace"])))
    shuffled = data.draw(
        st.permutations([*rows, *told, *data.draw(st.lists(st.sampled_from(told), max_size=2))])
    )
    cuts = sorted(data.draw(st.lists(st.integers(0, len(shuffled)), max_size=4)))
    batches = [shuffled[start:end] for start, end in zip([0, *cuts], [*cuts, len(shuffled)], strict=True)]

    by_id = [_under_the_row_id(write) for write in told]

    assert visible(batches) == visible([[*rows, *by_id]])


def _under_the_row_id(write: RowWrite) -> RowWrite:
    fields: dict[str, Json] = {**cast("dict[str, Json]", write.row), "id": "row"}
    return RowWrite(row=cast("Row", fields), fact=write.fact, fact_ns=write.fact_ns)
