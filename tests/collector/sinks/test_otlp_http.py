"""OTLP over HTTP to a real receiver."""

import asyncio
import ssl
from pathlib import Path
from typing import Literal

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from otel_bridge_collector.sinks.otlp_http import OtlpHttpOptions, OtlpHttpTransport, rejected
from otel_bridge_collector.sinks.otlp_request import OtlpRequest
from tests.support.otlp_receiver import otlp_receiver
from tests.support.otlp_request import log_record, logs, span, traces
from tests.support.receivers import receiving

TRACES = OtlpRequest(seq=1, signal="traces", body=traces(span(1, name="a")).SerializeToString())
LOGS = OtlpRequest(seq=2, signal="logs", body=logs(log_record()).SerializeToString())


def export(url: str, compression: Literal["gzip", "none"] = "gzip") -> list[str]:
    async def run() -> list[str]:
        options = OtlpHttpOptions(
            urls={"traces": f"{url}/v1/traces", "logs": f"{url}/v1/logs"},
            headers={"x-team": "t"},
            compression=compression,
            timeout_s=10,
            tls=ssl.create_default_context(),
        )
        transport = OtlpHttpTransport(options)
        try:
            return [await transport.export(request) for request in (TRACES, LOGS)]
        finally:
            await transport.close()

    return asyncio.run(run())


@pytest.mark.parametrize("compression", ["gzip", "none"])
def test_a_receiver_gets_the_bytes_as_they_are(tmp_path: Path, compression: Literal["gzip", "none"]) -> None:
    with receiving(tmp_path) as receivers:
        answers = export(receivers.http, compression)

        assert [record.payload for record in receivers.records()] == [TRACES.body, LOGS.body]
    assert answers == ["", ""]


def test_headers_go_along() -> None:
    with otlp_receiver() as receiver:
        export(receiver.url)

    path, headers = receiver.requests[0]
    assert (path, headers["x-team"], headers["content-encoding"]) == ("/v1/traces", "t", "gzip")


def test_partial_success_is_told() -> None:
    answer = ExportTraceServiceResponse()
    answer.partial_success.rejected_spans = 3
    answer.partial_success.error_message = "too old"

    assert rejected(TRACES, answer.SerializeToString()) == "the backend rejected 3 of a request: too old"


@pytest.mark.parametrize("answer", [b"", b"\xff\xff", ExportLogsServiceResponse().SerializeToString()])
def test_an_answer_that_rejects_nothing_is_good(answer: bytes) -> None:
    assert rejected(LOGS, answer) == ""
