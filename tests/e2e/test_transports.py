"""One trace, whatever way it comes in, gives the same rows."""

import gzip
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import grpc
import httpx
import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import (
    AnyValue,
    ArrayValue,
    InstrumentationScope,
    KeyValue,
    KeyValueList,
)
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, SeverityNumber
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

from tests.support.collector import Collector, running_collector
from tests.support.otlp_request import TRACE_ID, logs, to_json

START_NS: Final = 1_700_000_000_250_000_001
OWN_FIELDS: Final = ("project_id", "_xact_id", "_pagination_key", "audit_data")
"""What must differ: each way sends to a project of its own, in transactions of its own."""

TRACE_METHOD: Final = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
LOG_METHOD: Final = "/opentelemetry.proto.collector.logs.v1.LogsService/Export"

Request = ExportTraceServiceRequest | ExportLogsServiceRequest
Send = Callable[[Collector, Request, str], None]


def values() -> list[KeyValue]:
    """An attribute of every kind that OTLP has."""
    nested = KeyValueList(values=[KeyValue(key="inner", value=AnyValue(int_value=-1))])
    mixed = ArrayValue(values=[AnyValue(string_value="a"), AnyValue(bool_value=False), AnyValue()])
    return [
        KeyValue(key="text", value=AnyValue(string_value='quotes " and \u2028 and \U0001f600')),
        KeyValue(key="truth", value=AnyValue(bool_value=True)),
        KeyValue(key="large", value=AnyValue(int_value=2**63 - 1)),
        KeyValue(key="float", value=AnyValue(double_value=0.1)),
        KeyValue(key="bytes", value=AnyValue(bytes_value=b"\x00\xff\xfe")),
        KeyValue(key="array", value=AnyValue(array_value=mixed)),
        KeyValue(key="object", value=AnyValue(kvlist_value=nested)),
        KeyValue(key="nothing", value=AnyValue()),
    ]


def text(key: str, value: str) -> KeyValue:
    return KeyValue(key=key, value=AnyValue(string_value=value))


def trace() -> ExportTraceServiceRequest:
    """A root with every kind of value, an event and a link; below it a chat call, and a call that failed."""
    root = Span(
        trace_id=TRACE_ID,
        span_id=b"rootroot",
        name="agent",
        kind=Span.SPAN_KIND_SERVER,
        start_time_unix_nano=START_NS,
        end_time_unix_nano=START_NS + 3_000_000_003,
        attributes=[*values(), text("braintrust.input_json", '{"question": "why?"}')],
        events=[Span.Event(name="cache miss", time_unix_nano=START_NS + 5, attributes=values())],
        links=[Span.Link(trace_id=TRACE_ID[::-1], span_id=b"linklink", attributes=values())],
        dropped_attributes_count=2,
    )
    chat = Span(
        trace_id=TRACE_ID,
        span_id=b"chatchat",
        parent_span_id=root.span_id,
        name="chat gpt-5",
        kind=Span.SPAN_KIND_CLIENT,
        start_time_unix_nano=START_NS + 10,
        end_time_unix_nano=START_NS + 20,
        attributes=[
            text("gen_ai.operation.name", "chat"),
            text("gen_ai.request.model", "gpt-5"),
            text("gen_ai.input.messages", '[{"role":"user","parts":[{"type":"text","content":"why?"}]}]'),
            text("gen_ai.output.messages", '[{"role":"assistant","parts":[{"type":"text","content":"so"}]}]'),
            KeyValue(key="gen_ai.usage.input_tokens", value=AnyValue(int_value=12)),
        ],
    )
    failed = Span(
        trace_id=TRACE_ID,
        span_id=b"failfail",
        parent_span_id=root.span_id,
        name="tool",
        start_time_unix_nano=START_NS + 30,
        end_time_unix_nano=START_NS + 40,
        status=Status(code=Status.STATUS_CODE_ERROR, message="no such city"),
    )
    scope = InstrumentationScope(name="app", version="1.2", attributes=values())
    return ExportTraceServiceRequest(
        resource_spans=[
            ResourceSpans(
                resource=Resource(attributes=[text("service.name", "shop"), *values()]),
                scope_spans=[ScopeSpans(scope=scope, spans=[chat, failed, root])],
            )
        ]
    )


def log_request() -> ExportLogsServiceRequest:
    return logs(
        LogRecord(
            trace_id=TRACE_ID,
            span_id=b"rootroot",
            time_unix_nano=START_NS + 50,
            severity_number=SeverityNumber.SEVERITY_NUMBER_ERROR,
            severity_text="ERROR",
            body=AnyValue(kvlist_value=KeyValueList(values=values())),
            attributes=values(),
        )
    )


def by_grpc(
    collector: Collector, request: Request, parent: str, compression: grpc.Compression | None = None
) -> None:
    method = TRACE_METHOD if isinstance(request, ExportTraceServiceRequest) else LOG_METHOD
    with grpc.insecure_channel(collector.otlp_grpc) as channel:
        channel.unary_unary(method, None, None)(
            request.SerializeToString(),
            metadata=(("x-bt-parent", parent),),
            compression=compression,
            timeout=30,
        )


def by_grpc_gzip(collector: Collector, request: Request, parent: str) -> None:
    by_grpc(collector, request, parent, grpc.Compression.Gzip)


def by_http(
    url: str, request: Request, parent: str, *, content: bytes, media_type: str, encoding: str = "identity"
) -> None:
    signal = "traces" if isinstance(request, ExportTraceServiceRequest) else "logs"
    headers = {"content-type": media_type, "content-encoding": encoding, "x-bt-parent": parent}
    response = httpx.post(f"{url}/v1/{signal}", content=content, headers=headers, timeout=30)
    assert response.status_code == 200, response.text


def by_http_protobuf(collector: Collector, request: Request, parent: str) -> None:
    content = request.SerializeToString()
    by_http(collector.otlp_http, request, parent, content=content, media_type="application/x-protobuf")


def by_http_json(collector: Collector, request: Request, parent: str) -> None:
    by_http(collector.otlp_http, request, parent, content=to_json(request), media_type="application/json")


def by_http_gzip(collector: Collector, request: Request, parent: str) -> None:
    content = gzip.compress(request.SerializeToString())
    by_http(
        collector.otlp_http, request, parent, content=content, media_type="application/x-protobuf", encoding="gzip"
    )  # fmt: skip


def by_http_json_deflate(collector: Collector, request: Request, parent: str) -> None:
    content = zlib.compress(to_json(request))
    by_http(
        collector.otlp_http,
        request,
        parent,
        content=content,
        media_type="application/json",
        encoding="deflate",
    )


def by_the_api_port(collector: Collector, request: Request, parent: str) -> None:
    content = request.SerializeToString()
    by_http(f"{collector.api}/otel", request, parent, content=content, media_type="application/x-protobuf")


def rows_of(collector: Collector, send: Send) -> list[dict[str, object]]:
    """Send trace and log one way into a project of its own; return its rows without what must differ."""
    project = send.__name__
    send(collector, trace(), f"project_name:{project}")
    send(collector, log_request(), f"project_name:{project}")
    rows = collector.query(f"from: project_logs('{project}') | select: * | limit: 100")
    kept = [{name: value for name, value in row.items() if name not in OWN_FIELDS} for row in rows]
    return sorted(kept, key=lambda row: str(row["id"]))


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    data_dir: Path = tmp_path_factory.mktemp("transports") / "data"
    with running_collector(data_dir) as running:
        yield running


@pytest.fixture(scope="module")
def reference(collector: Collector) -> list[dict[str, object]]:
    """What gRPC gives."""
    return rows_of(collector, by_grpc)


def test_the_trace_arrives(reference: list[dict[str, object]]) -> None:
    names = {(row["span_attributes"] or {}).get("name") for row in reference}  # type: ignore[attr-defined]  # an object

    assert {"agent", "chat gpt-5", "tool"} <= names


@pytest.mark.parametrize(
    "send",
    [by_grpc_gzip, by_http_protobuf, by_http_json, by_http_gzip, by_http_json_deflate, by_the_api_port],
)
def test_every_transport_gives_the_same_rows(
    collector: Collector, reference: list[dict[str, object]], send: Send
) -> None:
    rows = rows_of(collector, send)

    assert [sorted(row) for row in rows] == [sorted(row) for row in reference]
    for row, expected in zip(rows, reference, strict=True):
        for name, value in row.items():
            assert (name, value) == (name, expected[name])
