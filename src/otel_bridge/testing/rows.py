"""Rows out of what would have been sent, as far as the app side can say: our own attributes, without the sidecar.

| field | of a span |
| --- | --- |
| `id`, `span_id`, `root_span_id`, `span_parents`, `is_root` | its place; `id` as the app named it |
| `input`, `output`, `expected`, `scores`, `metrics`, `tags`, `error`, `span_attributes` | what our attributes say |
| `metadata` | what was logged, and every other attribute under its own name |
| `created`, `metrics.start`, `metrics.end` | the n-th moment of the test, in seconds since 2026-01-01, UTC |
| `parent` | the parent string of its object |

The place of a call (`code.*`), which changes with every edit, is left out. The attributes of other conventions stay what they are: to read them is the work of the sidecar. Feedback and updates
are merged into their rows.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from otel_bridge.attributes.decode import decode, parse
from otel_bridge.contract import names
from otel_bridge.contract.merge import merge_row
from otel_bridge.contract.row import Json, Row

BEGIN: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""The first moment of every test."""

_CONSUMED: Final = ("braintrust.", "code.", "gen_ai.input.messages", "gen_ai.output.messages")

_FEEDBACK_JSON: Final = {names.FEEDBACK_SCORES: "scores", names.FEEDBACK_EXPECTED_JSON: "expected"}


def rows_of(spans: Iterable[Span], records: Iterable[LogRecord]) -> list[Row]:
    """Return the rows in the order in which their spans started; those that only a fact names come last."""
    ordered = sorted(spans, key=lambda span: (span.start_time_unix_nano, span.span_id))
    moments = sorted(
        {time for span in ordered for time in (span.start_time_unix_nano, span.end_time_unix_nano)}
    )
    rows: dict[str, Row] = {}
    for span in ordered:
        row = _row(span, moments)
        rows[row.get("id", "")] = row
    for record in records:
        update = _update(record)
        row_id = update.get("id", "")
        rows[row_id] = merge_row(rows.get(row_id, {}), update)
    return list(rows.values())


def _row(span: Span, moments: list[int]) -> Row:
    attributes = _attributes(span)
    said = decode(attributes)
    said.pop("context", None)
    start, end = moments.index(span.start_time_unix_nano), moments.index(span.end_time_unix_nano)
    place: dict[str, Json] = {
        "id": span.span_id.hex(),
        "span_id": span.span_id.hex(),
        "root_span_id": span.trace_id.hex(),
        "span_parents": [span.parent_span_id.hex()] if span.parent_span_id else None,
        "is_root": not span.parent_span_id,
        "created": (BEGIN + timedelta(seconds=start)).isoformat(),
        "parent": cast("Json", attributes.get(names.PARENT)),
    }
    named = {"name": span.name, **_object(said.get("span_attributes"))}
    times = {"start": BEGIN.timestamp() + start, "end": BEGIN.timestamp() + end}
    row: dict[str, Json] = {**place, **said, "span_attributes": named}
    row["metrics"] = {**_object(said.get("metrics")), **times}
    others = {key: value for key, value in attributes.items() if not key.startswith(_CONSUMED)}
    if metadata := {**others, **_object(said.get("metadata"))}:
        row["metadata"] = metadata
    if "error" not in row and span.status.code == Status.STATUS_CODE_ERROR:
        row["error"] = span.status.message
    return cast("Row", {key: value for key, value in row.items() if key != "parent" or value is not None})


def _update(record: LogRecord) -> Row:
    attributes = _attributes(record)
    if record.event_name == names.UPDATE_EVENT:
        fields = {"id": record.span_id.hex(), **decode(attributes)}
        fields.pop("context", None)
        return cast("Row", fields)
    update: dict[str, Json] = {"id": cast("Json", attributes.get(names.FEEDBACK_ID, record.span_id.hex()))}
    for attribute, field in _FEEDBACK_JSON.items():
        if (parsed := parse(attributes.get(attribute))) is not None:
            update[field] = parsed[0]
    if tags := attributes.get(names.FEEDBACK_TAGS):
        update["tags"] = cast("Json", tags)
    if comment := attributes.get(names.FEEDBACK_COMMENT):
        update["comments"] = [{"text": cast("Json", comment)}]
    return cast("Row", update)


def _attributes(message: Span | LogRecord) -> dict[str, Any]:
    return {pair.key: _value(pair.value) for pair in message.attributes}


def _value(value: AnyValue) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_value(item) for item in value.array_value.values]
    if kind == "kvlist_value":
        return {pair.key: _value(pair.value) for pair in value.kvlist_value.values}
    return getattr(value, kind) if kind else None


def _object(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}
