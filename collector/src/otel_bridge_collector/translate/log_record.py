"""Log records to rows: a row of type `log` each, and what some events say of the span that they belong to.

| event | becomes |
| --- | --- |
| `braintrust.feedback`, `braintrust.update` | a fact about the row that it names, and no row of its own |
| `braintrust.log` | a log row, whose fields travel as on a span |
| `gen_ai.system.message` and the like, `gen_ai.choice` | a log row; and messages that fill the span's `input` or `output` |
| `gen_ai.client.inference.operation.details` | a log row; and content, metadata and metrics that fill those of the span |
| `gen_ai.evaluation.result` | a log row; and a score merged over the span's row. Of our own app side nothing: its rows have the scores |
| any other | a log row |

Source: spec/translation.md section 5; semantic-conventions-genai at 2781a13, events.
"""

from collections.abc import Mapping
from typing import Final, cast

from otel_bridge.contract import names
from otel_bridge.contract.row import Row
from otel_bridge_collector.model import Attributes, LogRecord, RowWrite
from otel_bridge_collector.translate import json_text
from otel_bridge_collector.translate.conventions import braintrust, gen_ai
from otel_bridge_collector.translate.feedback import feedback_fact, update_fact
from otel_bridge_collector.translate.log_row import record_id, record_ns, record_row
from otel_bridge_collector.translate.merge import merge
from otel_bridge_collector.translate.parent import named_parent
from otel_bridge_collector.translate.partial import Partial
from otel_bridge_collector.translate.row import object_fields
from otel_bridge_collector.translate.truncation import Whole, note, whole_attributes

_MOMENT: Final = frozenset({"id", "span_id", "root_span_id", "span_parents", "created", "metrics"})
"""What the record itself says of a line of our own app side."""


def record_writes(record: LogRecord) -> list[RowWrite]:
    """Return what a log record is to write: its own row first, then what it says of its span."""
    if record.event_name == names.FEEDBACK_EVENT and (fact := feedback_fact(record)):
        return [fact]
    if record.event_name == names.UPDATE_EVENT and (fact := update_fact(record)):
        return [fact]
    if record.event_name == names.LOG_EVENT:
        return [RowWrite(row=_line(record), parent=named_parent(record.attributes))]
    if record.event_name == names.GEN_AI_EVALUATION_RESULT_EVENT and record.scope.name == names.SCOPE:
        return []
    own = RowWrite(row=record_row(record), parent=named_parent(record.attributes))
    return [own, *_facts(record)]


def _facts(record: LogRecord) -> list[RowWrite]:
    if record.span_id is None or record.trace_id is None:
        return []
    # Semantic Kernel writes the body of an event as JSON text.
    body = json_text.decoded(record.body)
    given = {**record.attributes, **body} if isinstance(body, dict) else record.attributes
    told, rests = whole_attributes(given) or Whole(given, {})
    if record.event_name == gen_ai.DETAILS_EVENT:
        # One id for each span: a repetition of the event says the same again.
        return [_fact(record, _details(told, rests), fact=gen_ai.DETAILS_EVENT)]
    if record.event_name == names.GEN_AI_EVALUATION_RESULT_EVENT:
        return _evaluation(record, told)
    message = gen_ai.message(record.event_name, told)
    return [_fact(record, cast("Row", {message.field: message.value}))] if message else []


def _line(record: LogRecord) -> Row:
    """The row of a line that our own app side wrote: the ids and the moment are the record's, the rest is told."""
    whole = record_row(record)
    moment = {field: value for field, value in whole.items() if field in _MOMENT}
    merged = merge([Partial(readings=tuple(braintrust.fields(record.attributes)))], record.attributes)
    return cast("Row", {**moment, **object_fields(merged), **merged.contents})


def _details(told: Attributes, rests: Mapping[str, str]) -> Row:
    merged = merge([gen_ai.read(told), note(rests)], told)
    objects = {
        field: entries for field, entries in merged.objects.items() if field in ("metadata", "metrics")
    }
    return cast("Row", {**merged.contents, **objects})


def _evaluation(record: LogRecord, told: Attributes) -> list[RowWrite]:
    merged = merge([Partial(readings=tuple(gen_ai.evaluation(told)))], told)
    said = object_fields(merged)
    return [_fact(record, {**said, "_audit_source": "api"}, fills_only=False)] if said else []


def _fact(record: LogRecord, said: Row, *, fact: str = "", fills_only: bool = True) -> RowWrite:
    identity = {
        "id": record.span_id,
        "span_id": record.span_id,
        "root_span_id": record.trace_id,
        "_is_merge": True,
    }
    return RowWrite(
        row=cast("Row", {**identity, **said}),
        parent=named_parent(record.attributes),
        fact=fact or record_id(record),
        fact_ns=record_ns(record),
        fills_only=fills_only,
    )
