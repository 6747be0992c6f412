"""OTLP over gRPC, through a real socket into a real spool."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import grpc
import pytest
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from otel_bridge_collector.access import Scope
from otel_bridge_collector.errors import SettingsError
from otel_bridge_collector.metrics.catalog import REFUSED_REQUESTS
from otel_bridge_collector.settings import parse_address
from tests.support.compiled import WAYS
from tests.support.otlp_request import log_record, logs, metrics, span, traces
from tests.support.quotas import Clock, key, quotas_of
from tests.support.receivers import Receivers, receiving

TRACES = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
LOGS = "/opentelemetry.proto.collector.logs.v1.LogsService/Export"
METRICS = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export"
LIMIT = 100_000


@pytest.fixture(params=WAYS)
def receivers(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Receivers]:
    with receiving(tmp_path, max_body_bytes=LIMIT, compiled=request.param) as running:
        yield running


def export(
    receivers: Receivers,
    body: bytes,
    *,
    method: str = TRACES,
    metadata: tuple[tuple[str, str], ...] = (),
    compression: grpc.Compression | None = None,
) -> bytes:
    with grpc.insecure_channel(receivers.grpc) as channel:
        answer = channel.unary_unary(method, None, None)(
            body, metadata=metadata, compression=compression, timeout=10
        )
        assert isinstance(answer, bytes)
        return answer


def refusal(receivers: Receivers, body: bytes, **options: object) -> grpc.Call:
    with pytest.raises(grpc.RpcError) as caught:
        export(receivers, body, **options)  # type: ignore[arg-type]  # options of export
    assert isinstance(caught.value, grpc.Call)
    return caught.value


def trailing(call: grpc.Call, key: str) -> bytes:
    value = dict(call.trailing_metadata())[key]
    assert isinstance(value, bytes)
    return value


def test_traces_are_kept_as_they_were_received(receivers: Receivers) -> None:
    body = traces(span(1), span(2)).SerializeToString()

    assert export(receivers, body) == b""
    assert [(record.payload, record.routing.signal) for record in receivers.records()] == [(body, "traces")]


def test_logs_are_kept_as_they_were_received(receivers: Receivers) -> None:
    body = logs(log_record()).SerializeToString()

    assert export(receivers, body, method=LOGS) == b""
    assert [(record.payload, record.routing.signal) for record in receivers.records()] == [(body, "logs")]


def test_compressed_calls_are_kept_decompressed(receivers: Receivers) -> None:
    body = traces(span(attributes={"text": "a" * 5_000})).SerializeToString()

    export(receivers, body, compression=grpc.Compression.Gzip)

    assert [record.payload for record in receivers.records()] == [body]


def test_a_parent_in_the_metadata_goes_with_the_request(receivers: Receivers) -> None:
    export(receivers, traces(span()).SerializeToString(), metadata=(("x-bt-parent", "project_id:p-1"),))

    assert [record.routing.parent for record in receivers.records()] == ["project_id:p-1"]


def test_a_parent_that_names_nothing_is_refused(receivers: Receivers) -> None:
    call = refusal(receivers, traces(span()).SerializeToString(), metadata=(("x-bt-parent", "nonsense"),))

    assert call.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "neither one of" in (call.details() or "")
    assert receivers.counters.values(REFUSED_REQUESTS) == {("grpc", "invalid"): 1}


def test_a_broken_span_is_rejected_and_the_others_are_kept(receivers: Receivers) -> None:
    broken = span(2)
    broken.span_id = b""

    answer = ExportTraceServiceResponse.FromString(
        export(receivers, traces(span(1), broken).SerializeToString())
    )

    assert answer.partial_success.rejected_spans == 1
    assert [record.payload for record in receivers.records()] == [traces(span(1)).SerializeToString()]


def test_a_broken_log_record_is_counted_as_such(receivers: Receivers) -> None:
    broken = log_record()
    broken.trace_id = b"short"

    answer = ExportLogsServiceResponse.FromString(
        export(receivers, logs(broken).SerializeToString(), method=LOGS)
    )

    assert answer.partial_success.rejected_log_records == 1


def test_a_message_that_is_no_otlp_is_refused(receivers: Receivers) -> None:
    call = refusal(receivers, b"this is not a protobuf")

    assert call.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert Status.FromString(trailing(call, "grpc-status-details-bin")).message == call.details()


@pytest.mark.parametrize("compression", [None, grpc.Compression.Gzip])
def test_a_message_above_the_limit_is_refused_for_good(
    receivers: Receivers, compression: grpc.Compression | None
) -> None:
    call = refusal(receivers, bytes(2 * LIMIT), compression=compression)

    assert call.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "google.rpc.retryinfo-bin" not in dict(call.trailing_metadata())


def test_a_spool_that_cannot_be_written_asks_for_a_retry(receivers: Receivers) -> None:
    receivers.spool.close(timeout_s=10)

    call = refusal(receivers, traces(span()).SerializeToString())

    assert call.code() is grpc.StatusCode.UNAVAILABLE
    assert RetryInfo.FromString(trailing(call, "google.rpc.retryinfo-bin")).retry_delay.seconds == 1


@pytest.mark.parametrize("method", [TRACES, LOGS])
def test_who_sends_more_than_its_quota_is_told_when_to_come_back(tmp_path: Path, method: str) -> None:
    request = traces(span(1), span(2)) if method == TRACES else logs(log_record(), log_record())
    body = request.SerializeToString()
    noisy, quiet = (("x-bt-parent", "project_name:noisy"),), (("x-bt-parent", "project_name:quiet"),)
    with receiving(tmp_path, quotas=quotas_of(Clock(), spans_per_second=1, burst=4)) as receivers:
        for _ in range(2):
            export(receivers, body, method=method, metadata=noisy)
        call = refusal(receivers, body, method=method, metadata=noisy)
        export(receivers, body, method=method, metadata=quiet)

        assert call.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert RetryInfo.FromString(trailing(call, "google.rpc.retryinfo-bin")).retry_delay.seconds == 1
        assert len(receivers.records()) == 3
        assert receivers.counters.values(REFUSED_REQUESTS) == {("grpc", "quota"): 1}


def test_who_may_send_no_more_is_told_before_its_request_is_read(tmp_path: Path) -> None:
    quotas = quotas_of(Clock(), access=lambda: key("k"), spans_per_second=1, burst=1)
    quotas.take(None, size_bytes=0, spans=1)
    with receiving(tmp_path, quotas=quotas) as receivers:
        call = refusal(receivers, b"this is not a protobuf")

    assert call.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


def test_of_metrics_every_data_point_is_rejected(receivers: Receivers) -> None:
    answer = ExportMetricsServiceResponse()

    answer.ParseFromString(export(receivers, metrics(points=2).SerializeToString(), method=METRICS))

    assert answer.partial_success.rejected_data_points == 2
    assert receivers.records() == []


def test_a_taken_port_is_a_clear_error(receivers: Receivers, tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()

    with (
        pytest.raises(SettingsError, match="choose another address with --otlp-grpc"),
        receiving(tmp_path / "second", grpc=parse_address(receivers.grpc)),
    ):
        pass


def test_a_call_for_which_there_is_no_room_is_told_when_to_come_back(tmp_path: Path) -> None:
    # There is never room for the largest request, which is what a call needs before it is read.
    with receiving(tmp_path, max_body_bytes=2_000, max_inflight_bytes=1_999) as receivers:
        call = refusal(receivers, traces(span()).SerializeToString())

    assert call.code() is grpc.StatusCode.UNAVAILABLE
    assert RetryInfo.FromString(trailing(call, "google.rpc.retryinfo-bin")).retry_delay.seconds == 1


def test_room_for_one_of_the_largest_requests_is_enough(tmp_path: Path) -> None:
    with receiving(tmp_path, max_body_bytes=2_000, max_inflight_bytes=2_000) as receivers:
        for number in range(1, 6):
            export(receivers, traces(span(number)).SerializeToString())

        assert len(receivers.records()) == 5


def test_a_message_that_does_not_come_is_not_waited_for(tmp_path: Path) -> None:
    def never() -> Iterator[bytes]:
        stopped.wait(20)
        yield from ()

    stopped = threading.Event()
    with receiving(tmp_path, timeout_s=0.2) as receivers, grpc.insecure_channel(receivers.grpc) as channel:
        with pytest.raises(grpc.RpcError) as caught:
            channel.stream_unary(TRACES, None, None)(never(), timeout=20)
        stopped.set()

    assert isinstance(caught.value, grpc.Call)
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert "too slowly" in (caught.value.details() or "")


def test_a_key_in_the_metadata_lets_a_call_in_where_it_is_for(receivers: Receivers) -> None:
    mine, theirs = (receivers.objects.create_project(name).id for name in ("mine", "theirs"))
    keys = receivers.objects.keys
    reader = keys.create("r", scopes=frozenset({Scope.READ}))[1]
    sender = keys.create("s", scopes=frozenset({Scope.INGEST}), projects=frozenset({mine}))[1]
    body = traces(span()).SerializeToString()

    export(receivers, body, metadata=(("authorization", f"Bearer {sender}"),))
    refused = [
        refusal(receivers, body, metadata=metadata).code()
        for metadata in (
            (),
            (("authorization", "Bearer wrong"),),
            (("authorization", f"Bearer {reader}"),),
            (("authorization", f"Bearer {sender}"), ("x-bt-parent", f"project_id:{theirs}")),
        )
    ]

    assert refused == [
        grpc.StatusCode.UNAUTHENTICATED,
        grpc.StatusCode.UNAUTHENTICATED,
        grpc.StatusCode.PERMISSION_DENIED,
        grpc.StatusCode.PERMISSION_DENIED,
    ]
    assert [record.routing.projects for record in receivers.records()] == [[mine]]


@pytest.mark.parametrize(
    "size", [pytest.param(60 << 10, id="under the limit"), pytest.param(90 << 10, id="over it")]
)
def test_metadata_has_a_limit(receivers: Receivers, size: int) -> None:
    body, metadata = traces(span()).SerializeToString(), (("x-large", "x" * size),)

    if size < 64 << 10:
        export(receivers, body, metadata=metadata)
    else:
        assert refusal(receivers, body, metadata=metadata).code() is grpc.StatusCode.RESOURCE_EXHAUSTED


@pytest.mark.parametrize(
    "connections", [pytest.param(1, id="of one connection"), pytest.param(2, id="of two")]
)
def test_calls_of_a_connection_beyond_its_limit_wait(tmp_path: Path, connections: int) -> None:
    # There is room for 100 calls of one caller: the next one is refused, unless it has not even begun.
    def never() -> Iterator[bytes]:
        stopped.wait(20)
        yield from ()

    stopped = threading.Event()
    options = [("grpc.use_local_subchannel_pool", 1)]
    with (
        receiving(tmp_path, max_body_bytes=100, max_inflight_bytes=15_000, timeout_s=3) as receivers,
        ExitStack() as stack,
    ):
        channels = [
            stack.enter_context(grpc.insecure_channel(receivers.grpc, options=options))
            for _ in range(connections)
        ]
        calls = [
            channels[number % connections].stream_unary(TRACES, None, None).future(never(), timeout=20)
            for number in range(101)
        ]
        codes = {call.code() for call in calls}
        stopped.set()

    assert (grpc.StatusCode.RESOURCE_EXHAUSTED in codes) == (connections == 2)
