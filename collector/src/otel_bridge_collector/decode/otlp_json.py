"""OTLP/JSON request bodies to the protobuf messages that everything behind them reads.

Source: OTLP specification 1.x, "JSON Protobuf Encoding": the protobuf JSON mapping, except that ids are hex
and unknown fields are ignored. Ids that are not hex stay in as broken ids, and spans that protobuf cannot hold as unreadable
ones, for `structure` to reject span by span.
"""

import base64
from collections.abc import Iterator, Sequence
from typing import Final, TypeVar, cast

import orjson
from google.protobuf import json_format
from google.protobuf.message import Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from otel_bridge_collector.decode import json_fault
from otel_bridge_collector.decode.structure import NOT_HEX, UNREADABLE
from otel_bridge_collector.errors import MalformedBodyError

_MAX_NESTING: Final = 100
"""Messages within messages; protobuf's own limit for the binary form."""

_ID_FIELDS: Final = ("traceId", "trace_id", "spanId", "span_id", "parentSpanId", "parent_span_id")

_Request = TypeVar("_Request", bound=Message)


def parse_traces(body: bytes) -> ExportTraceServiceRequest:
    """Read an OTLP/JSON trace request.

    Raises:
        MalformedBodyError: `body` is not JSON, or not a request of this kind.
    """
    document = _document(body, "resourceSpans", "resource_spans")
    for scope_spans in _scopes(document, "resourceSpans", "resource_spans", "scopeSpans", "scope_spans"):
        for span in _objects(scope_spans, "spans"):
            _pack_ids(span)
            for link in _objects(span, "links"):
                _pack_ids(link)
    try:
        return _parse(ExportTraceServiceRequest(), document)
    except MalformedBodyError:
        for scope_spans in _scopes(document, "resourceSpans", "resource_spans", "scopeSpans", "scope_spans"):
            _replace_unreadable(scope_spans, ("spans",), Span, "name")
        return _parse(ExportTraceServiceRequest(), document)


def parse_logs(body: bytes) -> ExportLogsServiceRequest:
    """Read an OTLP/JSON log request.

    Raises:
        MalformedBodyError: `body` is not JSON, or not a request of this kind.
    """
    document = _document(body, "resourceLogs", "resource_logs")
    for scope_logs in _scopes(document, "resourceLogs", "resource_logs", "scopeLogs", "scope_logs"):
        for record in _objects(scope_logs, "logRecords", "log_records"):
            _pack_ids(record)
    try:
        return _parse(ExportLogsServiceRequest(), document)
    except MalformedBodyError:
        for scope_logs in _scopes(document, "resourceLogs", "resource_logs", "scopeLogs", "scope_logs"):
            _replace_unreadable(scope_logs, ("logRecords", "log_records"), LogRecord, "severityText")
        return _parse(ExportLogsServiceRequest(), document)


def parse_metrics(body: bytes) -> ExportMetricsServiceRequest:
    """Read an OTLP/JSON metric request, but for the ids of its exemplars.

    Raises:
        MalformedBodyError: `body` is not JSON, or not a request of this kind.
    """
    return _parse(ExportMetricsServiceRequest(), _document(body, "resourceMetrics", "resource_metrics"))


def _document(body: bytes, *names: str) -> dict[str, object]:
    """Return the object in a body; `names` are those of its field, and an empty object is an empty request."""
    try:
        document: object = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise MalformedBodyError(f"the body is no JSON: {error}") from error
    if not isinstance(document, dict) or (document and not any(name in document for name in names)):
        raise MalformedBodyError(f'the body is no JSON object with "{names[0]}"')
    return cast("dict[str, object]", document)


def _parse(request: _Request, document: dict[str, object]) -> _Request:
    try:
        json_format.ParseDict(document, request, ignore_unknown_fields=True, max_recursion_depth=_MAX_NESTING)
    except json_format.ParseError as error:
        raise MalformedBodyError(
            f"the body is no {request.DESCRIPTOR.name}: {json_fault.describe(error)}"
        ) from error
    return request


def _replace_unreadable(
    parent: dict[str, object], names: Sequence[str], message: type[Message], reason_field: str
) -> None:
    """Put an unreadable span or record in the place of each that protobuf cannot hold."""
    for name in names:
        items = parent.get(name)
        if isinstance(items, list):
            for index, item in enumerate(cast("list[object]", items)):
                if fault := _fault(message(), item, f"{name}[{index}]"):
                    marker = base64.b64encode(UNREADABLE).decode("ascii")
                    items[index] = {"traceId": marker, reason_field: fault}


def _fault(message: Message, item: object, place: str) -> str:
    """Say what is wrong with a span or record, and where; empty when protobuf can hold it."""
    if not isinstance(item, dict):
        return f"{place} is no object"
    try:
        json_format.ParseDict(
            cast("dict[str, object]", item),
            message,
            ignore_unknown_fields=True,
            max_recursion_depth=_MAX_NESTING,
        )
    except json_format.ParseError as error:
        return f"{place}.{json_fault.describe(error)}"
    return ""


def _scopes(document: dict[str, object], *names: str) -> Iterator[dict[str, object]]:
    """Yield the objects per scope; `names` are those of the two levels above them, each in both spellings."""
    for resource in _objects(document, *names[:2]):
        yield from _objects(resource, *names[2:])


def _objects(parent: dict[str, object], *names: str) -> Iterator[dict[str, object]]:
    for name in names:
        items = parent.get(name)
        if isinstance(items, list):
            for item in cast("list[object]", items):
                if isinstance(item, dict):
                    yield cast("dict[str, object]", item)


def _pack_ids(owner: dict[str, object]) -> None:
    """Turn the hex ids of a freshly parsed object into base64, in place: what the protobuf mapping expects."""
    for name in _ID_FIELDS:
        value = owner.get(name)
        if isinstance(value, str):
            owner[name] = base64.b64encode(_id_bytes(value)).decode("ascii")


def _id_bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return NOT_HEX
