"""Our own log records to facts about the row that they name: feedback, and later writes to a span.

| event | fact |
| --- | --- |
| `braintrust.feedback` | scores, expected value and tags merged over the row; the comment; who said it, for the audit log |
| `braintrust.update` | the fields that its attributes say, merged over the row |

Source: contract/names.py; spec/translation.md sections 1.7 and 8.
"""

from typing import cast

from otel_bridge.contract import names
from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.model import LogRecord, RowWrite
from otel_bridge_collector.translate import json_text
from otel_bridge_collector.translate.conventions import braintrust, gen_ai
from otel_bridge_collector.translate.log_row import record_id, record_ns
from otel_bridge_collector.translate.merge import merge
from otel_bridge_collector.translate.parent import named_parent
from otel_bridge_collector.translate.partial import Content, Partial
from otel_bridge_collector.translate.row import created, object_fields


def feedback_fact(record: LogRecord) -> RowWrite | None:
    """Return the fact that a `braintrust.feedback` record states; None when it names no row."""
    row_id = _text(record.attributes.get(names.FEEDBACK_ID)) or record.span_id
    if not row_id:
        return None
    fact = _text(record.attributes.get(names.FEEDBACK_FACT_ID)) or record_id(record)
    source = _text(record.attributes.get(names.FEEDBACK_SOURCE)) or "external"
    said: Row = {"_audit_source": source, **_judgement(record), **_comment(record, fact, source)}
    metadata = json_text.structure(record.attributes.get(names.FEEDBACK_METADATA))
    if metadata and metadata.value is not None:
        said["_audit_metadata"] = metadata.value
    return _fact(record, row_id, fact, said)


def update_fact(record: LogRecord) -> RowWrite | None:
    """Return the fact that a `braintrust.update` record states; None when it names no row."""
    attributes = record.attributes
    # Messages may have taken the standard attribute instead of `braintrust.input_json`; the others are twins.
    messages = tuple(reading for reading in gen_ai.read(attributes).readings if isinstance(reading, Content))
    own = Partial(readings=tuple(braintrust.fields(attributes)))
    merged = merge([own, Partial(readings=messages)], attributes)
    said = cast("Row", {**object_fields(merged), **merged.contents})
    row_id = said.get("id") or record.span_id
    return _fact(record, row_id, record_id(record), said) if row_id else None


def _judgement(record: LogRecord) -> Row:
    judgement: Row = {}
    scores = json_text.structure(record.attributes.get(names.FEEDBACK_SCORES))
    if scores and isinstance(scores.value, dict):
        judgement["scores"] = cast("dict[str, float | None]", scores.value)
    if expected := json_text.parse(record.attributes.get(names.FEEDBACK_EXPECTED_JSON)):
        judgement["expected"] = expected.value
    tags = record.attributes.get(names.FEEDBACK_TAGS)
    if isinstance(tags, list):
        judgement["tags"] = [str(tag) for tag in tags]
    return judgement


def _comment(record: LogRecord, fact: str, source: str) -> Row:
    text = _text(record.attributes.get(names.FEEDBACK_COMMENT))
    if not text:
        return {}
    return {
        "comments": [
            {"id": fact, "created": created(record_ns(record)), "comment": {"text": text}, "source": source}
        ]
    }


def _fact(record: LogRecord, row_id: str, fact: str, said: Row) -> RowWrite:
    identity: Row = {"id": row_id, "_is_merge": True}
    return RowWrite(
        row={**said, **identity},
        parent=named_parent(record.attributes),
        fact=fact,
        fact_ns=record_ns(record),
    )


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""
