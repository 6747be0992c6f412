"""Rows that came as rows: how each is written."""

from typing import cast

from otel_bridge.contract.row import Row
from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.translate.native import native_write


def written(row: Row) -> RowWrite:
    return native_write(row, fact="fact", received_ns=5)


def test_a_row_is_written_as_it_is() -> None:
    row = Row(id="r", project_id="p", input=1, created="2026-01-05T09:00:00Z")

    assert written(row) == RowWrite(row=row)


def test_a_row_that_says_no_time_is_of_the_time_when_it_came() -> None:
    row = Row(id="r", project_id="p")

    assert native_write(row, fact="f", received_ns=1_700_000_000_123_456_789).row == {
        **row,
        "created": "2023-11-14T22:13:20.123456+00:00",
    }


def test_feedback_is_a_fact_about_its_row() -> None:
    row = Row(id="r", project_id="p", _is_merge=True, _audit_source="external", scores={"s": 1})

    assert written(row) == RowWrite(row=row, fact="fact", fact_ns=5)


def test_a_later_write_to_a_span_is_a_merge_and_no_fact() -> None:
    row = Row(id="r", span_id="s", project_id="p", _is_merge=True, output=1)

    assert written(row) == RowWrite(row=row)


def test_a_comment_becomes_part_of_the_row_that_it_is_about() -> None:
    row = Row(
        id="c",
        project_id="p",
        created="2026-01-02T00:00:00Z",
        origin={"id": "r"},
        comment={"text": "nice"},
        _audit_source="app",
    )

    write = written(row)

    assert (write.fact, write.row["id"], write.row.get("comment")) == ("c", "r", None)
    assert write.row["comments"] == [
        {"id": "c", "created": "2026-01-02T00:00:00Z", "comment": {"text": "nice"}, "source": "app"}
    ]


def test_feedback_that_names_itself_is_a_fact_of_that_name() -> None:
    row = Row(id="r", project_id="p", _is_merge=True, _audit_source="external", scores={"s": 1})
    named = cast("Row", {**row, "_fact_id": "said"})

    assert written(named) == RowWrite(row=row, fact="said", fact_ns=5)
