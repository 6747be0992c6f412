"""OTLP over gRPC to a real receiver."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import grpc
import pytest
from google.rpc.status_pb2 import Status

from otel_bridge_collector.errors import PermanentError, RetryableError
from otel_bridge_collector.receive.fault import Fault
from otel_bridge_collector.sinks.otlp_grpc import OtlpGrpcOptions, OtlpGrpcTransport
from otel_bridge_collector.sinks.otlp_request import OtlpRequest
from tests.support.otlp_request import log_record, logs, span, traces
from tests.support.receivers import receiving

TRACES = OtlpRequest(seq=1, signal="traces", body=traces(span(1, name="a")).SerializeToString())
LOGS = OtlpRequest(seq=2, signal="logs", body=logs(log_record()).SerializeToString())


def export(target: str, *requests: OtlpRequest) -> None:
    async def run() -> None:
        transport = OtlpGrpcTransport(
            OtlpGrpcOptions(
                target=target, metadata={"x-team": "t"}, compression="gzip", timeout_s=10, credentials=None
            )
        )
        try:
            for request in requests:
                await transport.export(request)
        finally:
            await transport.close()

    asyncio.run(run())


@contextmanager
def answering(abort: Callable[[grpc.ServicerContext], None]) -> Iterator[str]:
    """A server that ends every call as told."""

    def call(_: bytes, context: grpc.ServicerContext) -> bytes:
        abort(context)
        return b""

    class Handler(grpc.GenericRpcHandler):  # type: ignore[type-arg]  # generic in the stubs only
        def service(
            self, handler_call_details: grpc.HandlerCallDetails
        ) -> "grpc.RpcMethodHandler[bytes, bytes]":
            del handler_call_details
            return grpc.unary_unary_rpc_method_handler(call)

    server = grpc.server(ThreadPoolExecutor(1), handlers=[Handler()])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(0).wait()


def abort_with(code: grpc.StatusCode, fault: Fault | None = None) -> Callable[[grpc.ServicerContext], None]:
    def abort(context: grpc.ServicerContext) -> None:
        status: Status | None = fault.status() if fault else None
        if status:
            context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
        context.abort(code, "no")

    return abort


def test_a_receiver_gets_the_bytes_as_they_are(tmp_path: Path) -> None:
    with receiving(tmp_path) as receivers:
        export(receivers.grpc, TRACES, LOGS)

        assert [record.payload for record in receivers.records()] == [TRACES.body, LOGS.body]


@pytest.mark.parametrize("code", [grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.RESOURCE_EXHAUSTED])
def test_data_at_fault_never_passes(code: grpc.StatusCode) -> None:
    with answering(abort_with(code)) as target, pytest.raises(PermanentError, match=code.name):
        export(target, TRACES)


@pytest.mark.parametrize(
    "code", [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.INTERNAL]
)
def test_whatever_else_is_wrong_may_pass(code: grpc.StatusCode) -> None:
    with answering(abort_with(code)) as target, pytest.raises(RetryableError, match=code.name):
        export(target, TRACES)


def test_the_time_to_come_back_is_read() -> None:
    fault = Fault(http_status=503, code=8, message="full", retry_after_s=7)
    with (
        answering(abort_with(grpc.StatusCode.RESOURCE_EXHAUSTED, fault)) as target,
        pytest.raises(RetryableError) as caught,
    ):
        export(target, TRACES)

    assert caught.value.retry_after_s == 7
