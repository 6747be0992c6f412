"""Secrets as clients would send them: in spans, log records, rows and feedback."""

import base64
import json
import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Final

import orjson
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, ResourceLogs, ScopeLogs
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span

from otel_bridge.contract import names
from otel_bridge.contract.row import Json
from otel_bridge_collector.canary.secret import Secret
from otel_bridge_collector.spool.record import CANARY_PROJECT

_ATTRIBUTES: Final = {
    "input": names.INPUT_JSON,
    "output": names.OUTPUT_JSON,
    "expected": names.EXPECTED_JSON,
}
_IDS: Final = frozenset({"traceId", "spanId"})
_NAME: Final = "masking canary"


def traces(planted: Sequence[Secret]) -> ExportTraceServiceRequest:
    """Return a span with the secrets in its attributes."""
    now_ns = time.time_ns()
    span = Span(
        trace_id=secrets.token_bytes(16),
        span_id=secrets.token_bytes(8),
        name=_NAME,
        start_time_unix_nano=now_ns,
        end_time_unix_nano=now_ns,
        attributes=_attributes(planted),
    )
    return ExportTraceServiceRequest(resource_spans=[ResourceSpans(scope_spans=[ScopeSpans(spans=[span])])])


def logs(planted: Sequence[Secret]) -> ExportLogsServiceRequest:
    """Return a log record with the secrets in its attributes."""
    record = LogRecord(
        trace_id=secrets.token_bytes(16),
        time_unix_nano=time.time_ns(),
        body=AnyValue(string_value=_NAME),
        attributes=_attributes(planted),
    )
    return ExportLogsServiceRequest(
        resource_logs=[ResourceLogs(scope_logs=[ScopeLogs(log_records=[record])])]
    )


def otlp_json(request: Message) -> bytes:
    """Return a request in OTLP/JSON: protobuf's JSON with ids in hex."""
    return orjson.dumps(_with_hex_ids(MessageToDict(request)))


def row(planted: Sequence[Secret]) -> dict[str, Json]:
    """Return a row with the secrets, which names no project."""
    row_id = secrets.token_hex(8)
    return {"id": row_id, "span_id": row_id, "root_span_id": row_id, **_fields(planted)}


def project_row(planted: Sequence[Secret]) -> dict[str, Json]:
    """Return the same as `/logs3` wants it."""
    return {**row(planted), "project_id": CANARY_PROJECT, "log_id": "g"}


def feedback(planted: Sequence[Secret]) -> dict[str, Json]:
    """Return feedback on a row that never comes; it has no input and no output."""
    said = [each for each in planted if each.field not in ("input", "output")]
    return {"id": secrets.token_hex(8), "comment": _NAME, "source": "app", **_fields(said)}


def _attributes(planted: Sequence[Secret]) -> list[KeyValue]:
    return [
        KeyValue(
            key=_ATTRIBUTES.get(field, field.removeprefix("metadata.")),
            value=AnyValue(string_value=json.dumps(text) if field in _ATTRIBUTES else text),
        )
        for field, text in _texts(planted).items()
    ]


def _fields(planted: Sequence[Secret]) -> dict[str, Json]:
    texts = _texts(planted)
    metadata: dict[str, Json] = {
        field.removeprefix("metadata."): text for field, text in texts.items() if field not in _ATTRIBUTES
    }
    return {**{field: text for field, text in texts.items() if field in _ATTRIBUTES}, "metadata": metadata}


def _texts(planted: Sequence[Secret]) -> Mapping[str, str]:
    texts: dict[str, str] = {}
    for each in planted:
        texts[each.field] = f"{texts[each.field]}, {each.text}" if each.field in texts else each.text
    return texts


def _with_hex_ids(value: Json) -> Json:
    if isinstance(value, list):
        return [_with_hex_ids(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: base64.b64decode(str(each)).hex() if key in _IDS else _with_hex_ids(each)
        for key, each in value.items()
    }
