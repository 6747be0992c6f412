"""Rows as Braintrust itself made them of spans are what we make of such spans.

Source: `btql` answers recorded in May 2026 in the test harness of braintrust-sdk-java at ec18bef (Apache-2.0), for spans that came
over OTLP; `braintrust/recorded_rows.json` holds all 63 of them.
"""

import json
from typing import Final

import pytest

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.model import Span
from otel_bridge_collector.translate import translate
from tests.support.conventions import FOLDER
from tests.support.otlp import make_span

RECORDED: Final[list[Row]] = json.loads(
    (FOLDER / "braintrust" / "recorded_rows.json").read_text(encoding="utf-8")
)
GIVEN_BY_THE_SERVER: Final = {
    "_xact_id", "_pagination_key", "_async_scoring_state", "audit_data", "is_root", "log_id", "org_id", "project_id",
    "context",
}  # fmt: skip
"""Fields that come with storing a row, and `context`, in which we say more."""

PLAIN_ATTRIBUTES: Final = ("client", "braintrust.parent")


def sent(row: Row) -> Span:
    """Return the span that Braintrust's Java SDK sent for a recorded row."""
    metadata, metrics = row.get("metadata") or {}, row.get("metrics") or {}
    attributes: dict[str, Json] = {key: metadata[key] for key in PLAIN_ATTRIBUTES if key in metadata}
    objects: dict[str, dict[str, Json]] = {
        "metadata": {key: value for key, value in metadata.items() if key not in PLAIN_ATTRIBUTES},
        "metrics": {key: value for key, value in metrics.items() if key not in ("start", "end")},
    }
    span_attributes = row.get("span_attributes") or {}
    if objects["metrics"]:
        attributes |= {f"braintrust.{field}": json.dumps(value) for field, value in objects.items()}
        attributes["braintrust.span_attributes"] = json.dumps({"type": span_attributes["type"]})
        attributes["braintrust.input_json"] = json.dumps(row.get("input"))
        attributes["braintrust.output_json"] = json.dumps(row.get("output"))
    parents = row.get("span_parents")
    span = make_span(
        attributes,
        name=str(span_attributes["name"]),
        span_id=row.get("span_id", ""),
        parent=parents[0] if parents else None,
    )
    start_ns, end_ns = (round(metrics[name] * 10**9) for name in ("start", "end"))
    return span._replace(trace_id=row.get("root_span_id", ""), start_ns=start_ns, end_ns=end_ns)


@pytest.mark.parametrize("recorded", [pytest.param(row, id=row.get("id", "")) for row in RECORDED])
def test_a_span_gives_the_row_that_braintrust_made_of_it(recorded: Row) -> None:
    said = {field: value for field, value in recorded.items() if field not in GIVEN_BY_THE_SERVER}

    row = dict(translate(sent(recorded)))

    # What a row does not say, the server returns as null.
    assert {field: row.get(field) for field in said} == said


def test_the_recording_has_roots_calls_and_attachments() -> None:
    types = {(row.get("span_attributes") or {})["type"] for row in RECORDED}

    assert types == {"task", "llm"}
    assert any("braintrust_attachment" in json.dumps(row) for row in RECORDED)
