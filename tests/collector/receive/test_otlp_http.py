"""OTLP over HTTP, through a real socket into a real spool."""

import gzip
import socket
import zlib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from google.protobuf.json_format import Parse
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from otel_bridge_collector.access import Scope
from otel_bridge_collector.decode.protobuf import parse_traces
from otel_bridge_collector.metrics.catalog import REFUSED_POINTS, REFUSED_REQUESTS
from tests.support.compiled import WAYS
from tests.support.otlp_request import log_record, logs, metrics, span, to_json, traces
from tests.support.quotas import Clock, key, quotas_of
from tests.support.receivers import Receivers, receiving

PROTOBUF = {"content-type": "application/x-protobuf"}
JSON = {"content-type": "application/json"}
LIMIT = 100_000


@pytest.fixture(params=WAYS)
def receivers(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Receivers]:
    with receiving(tmp_path, max_body_bytes=LIMIT, compiled=request.param) as running:
        yield running


def post(
    receivers: Receivers, content: bytes, *, path: str = "/v1/traces", headers: dict[str, str] = PROTOBUF
) -> httpx.Response:
    return httpx.post(receivers.http + path, content=content, headers=headers)


def status_of(response: httpx.Response) -> Status:
    assert response.headers["content-type"] == "application/x-protobuf"
    return Status.FromString(response.content)


@pytest.mark.parametrize("path", ["/v1/traces", "/v1/traces/", "/otel/v1/traces", "/otel/v1/traces/"])
def test_traces_are_kept_as_they_were_received(receivers: Receivers, path: str) -> None:
    body = traces(span(1), span(2)).SerializeToString()

    response = post(receivers, body, path=path)

    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["content-type"] == "application/x-protobuf"
    (record,) = receivers.records()
    assert (record.payload, record.routing.signal, record.routing.parent) == (body, "traces", None)


@pytest.mark.parametrize("path", ["/v1/logs", "/otel/v1/logs"])
def test_logs_are_kept_as_they_were_received(receivers: Receivers, path: str) -> None:
    body = logs(log_record()).SerializeToString()

    response = post(receivers, body, path=path)

    assert response.status_code == 200
    (record,) = receivers.records()
    assert (record.payload, record.routing.signal) == (body, "logs")


def test_json_is_kept_as_protobuf_and_answered_in_json(receivers: Receivers) -> None:
    request = traces(span(7, name="a"))

    response = post(receivers, to_json(request), headers={"content-type": "application/json; charset=utf-8"})

    assert (response.status_code, response.json()) == (200, {})
    assert response.headers["content-type"] == "application/json"
    (record,) = receivers.records()
    assert parse_traces(record.payload) == request


@pytest.mark.parametrize(
    ("encoding", "compress"),
    [
        pytest.param("gzip", gzip.compress, id="gzip"),
        pytest.param("GZIP", gzip.compress, id="in capitals"),
        pytest.param("deflate", zlib.compress, id="deflate"),
        pytest.param("identity", bytes, id="none"),
    ],
)  # fmt: skip
def test_compressed_requests_are_kept_decompressed(
    receivers: Receivers, encoding: str, compress: type[bytes]
) -> None:
    body = traces(span()).SerializeToString()

    response = post(receivers, compress(body), headers={**PROTOBUF, "content-encoding": encoding})

    assert response.status_code == 200
    assert [record.payload for record in receivers.records()] == [body]


def test_an_empty_request_is_fine_and_leaves_nothing(receivers: Receivers) -> None:
    assert post(receivers, b"").status_code == 200
    assert receivers.records() == []


def test_a_parent_header_goes_with_the_request(receivers: Receivers) -> None:
    headers = {**PROTOBUF, "X-BT-Parent": "project_name:my app"}

    post(receivers, traces(span()).SerializeToString(), headers=headers)

    (record,) = receivers.records()
    assert record.routing.parent == "project_name:my app"


def test_a_parent_that_names_nothing_is_refused(receivers: Receivers) -> None:
    headers = {**PROTOBUF, "x-bt-parent": "nonsense"}

    response = post(receivers, traces(span()).SerializeToString(), headers=headers)

    assert response.status_code == 400
    assert "neither one of project_id:<value>" in status_of(response).message
    assert receivers.records() == []


def test_a_broken_span_is_rejected_and_the_others_are_kept(
    receivers: Receivers, caplog: pytest.LogCaptureFixture
) -> None:
    broken = span(2)
    broken.trace_id = b"short"

    response = post(receivers, traces(span(1), broken, span(3)).SerializeToString())

    answer = ExportTraceServiceResponse.FromString(response.content).partial_success
    assert (response.status_code, answer.rejected_spans) == (200, 1)
    assert "trace id" in answer.error_message
    (record,) = receivers.records()
    assert record.payload == traces(span(1), span(3)).SerializeToString()
    assert "1 of a request's spans rejected" in caplog.text


def test_a_broken_log_record_is_counted_as_such(receivers: Receivers) -> None:
    broken = log_record()
    broken.span_id = b"short"

    response = post(receivers, logs(broken).SerializeToString(), path="/v1/logs")

    answer = ExportLogsServiceResponse.FromString(response.content).partial_success
    assert answer.rejected_log_records == 1


def test_a_rejection_is_told_in_json_where_json_was_sent(receivers: Receivers) -> None:
    body = b'{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"zz","spanId":"0b","name":"a"}]}]}]}'

    answer = post(receivers, body, headers=JSON).json()

    assert answer["partialSuccess"]["rejectedSpans"] == "1"
    assert "trace id" in answer["partialSuccess"]["errorMessage"]


@pytest.mark.parametrize("path", ["/v1/traces", "/v1/logs"])
def test_a_body_that_is_no_otlp_is_refused(receivers: Receivers, path: str) -> None:
    response = post(receivers, b"this is not a protobuf", path=path)

    status = status_of(response)
    assert (response.status_code, status.code) == (400, 3)
    assert "protobuf" in status.message


@pytest.mark.parametrize(
    ("path", "field"),
    [
        pytest.param("/v1/traces", "resourceSpans", id="traces"),
        pytest.param("/v1/logs", "resourceLogs", id="logs"),
    ],
)
def test_json_that_is_no_otlp_is_told_what_is_missing(receivers: Receivers, path: str, field: str) -> None:
    response = post(receivers, b'{"a":1}', path=path, headers=JSON)

    assert response.status_code == 400
    assert f'"{field}"' in response.json()["message"]


def test_an_empty_request_in_json_is_fine(receivers: Receivers) -> None:
    assert post(receivers, b"{}", headers=JSON).status_code == 200


def test_a_wrong_value_is_named_by_its_place_and_logged_without_it(
    receivers: Receivers, caplog: pytest.LogCaptureFixture
) -> None:
    body = b'{"resourceSpans":[{"scopeSpans":[{"spans":[{"startTimeUnixNano":"secret"}]}]}]}'

    response = post(receivers, body, headers=JSON)

    assert response.status_code == 200
    rejected = response.json()["partialSuccess"]
    assert rejected["errorMessage"] == "spans[0].startTimeUnixNano has a value of the wrong kind"
    assert "startTimeUnixNano" in caplog.text
    assert "secret" not in caplog.text + response.text


def test_a_body_that_is_no_json_is_refused_in_json(receivers: Receivers) -> None:
    response = post(receivers, b"{", headers=JSON)

    assert (response.status_code, response.json()["code"]) == (400, 3)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"not gzip at all", id="not gzip"),
        pytest.param(gzip.compress(traces(span()).SerializeToString())[:-9], id="cut"),
    ],
)
def test_a_body_that_is_not_compressed_as_it_says_is_refused(receivers: Receivers, body: bytes) -> None:
    response = post(receivers, body, headers={**PROTOBUF, "content-encoding": "gzip"})

    assert response.status_code == 400
    assert "gzip" in status_of(response).message


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"content-type": "text/plain"}, id="media type"),
        pytest.param({}, id="no media type"),
        pytest.param({**PROTOBUF, "content-encoding": "br"}, id="compression"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_can(receivers: Receivers, headers: dict[str, str]) -> None:
    response = post(receivers, b"", headers=headers)

    assert response.status_code == 415
    assert b"application/x-protobuf" in response.content
    assert b"gzip" in response.content


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        pytest.param(b"x" * (LIMIT + 1), "identity", id="plain"),
        pytest.param(gzip.compress(bytes(50 * LIMIT)), "gzip", id="gzip bomb"),
        pytest.param(zlib.compress(bytes(50 * LIMIT)), "deflate", id="deflate bomb"),
    ],
)
def test_a_body_above_the_limit_is_refused(receivers: Receivers, body: bytes, encoding: str) -> None:
    response = post(receivers, body, headers={**PROTOBUF, "content-encoding": encoding})

    assert (response.status_code, status_of(response).code) == (413, 8)
    assert receivers.counters.values(REFUSED_REQUESTS) == {("http", "too_large"): 1}
    assert "retry-after" not in response.headers


@pytest.mark.parametrize(
    "path", ["/v1/trace", "/", "/api/traces", "/v1/traces/extra", "/otel", "/otel/v1/trace"]
)
def test_a_wrong_path_is_told_the_right_one(receivers: Receivers, path: str) -> None:
    response = post(receivers, b"", path=path)

    assert (response.status_code, status_of(response).code) == (404, 5)
    assert "traces to /v1/traces and logs to /v1/logs" in status_of(response).message


def test_a_wrong_method_is_told_the_right_one(receivers: Receivers) -> None:
    response = httpx.get(receivers.http + "/v1/traces")

    assert (response.status_code, response.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("headers", [pytest.param(PROTOBUF, id="protobuf"), pytest.param(JSON, id="json")])
def test_of_metrics_every_data_point_is_rejected_and_counted(
    receivers: Receivers, headers: dict[str, str]
) -> None:
    request = metrics(points=3)
    body = to_json(request) if headers is JSON else request.SerializeToString()

    response = post(receivers, body, path="/v1/metrics", headers=headers)

    answer = ExportMetricsServiceResponse()
    if headers is JSON:
        Parse(response.content, answer)
    else:
        answer.ParseFromString(response.content)
    assert (response.status_code, answer.partial_success.rejected_data_points) == (200, 3)
    assert "OTEL_METRICS_EXPORTER=none" in answer.partial_success.error_message
    assert receivers.counters.values(REFUSED_POINTS) == {("otlp", "http", "not_kept"): 3}
    assert receivers.records() == []


def test_what_is_no_metric_request_is_malformed(receivers: Receivers) -> None:
    assert post(receivers, b"\xff", path="/v1/metrics").status_code == 400


def test_langfuse_s_place_of_otlp_takes_traces(receivers: Receivers) -> None:
    body = traces(span()).SerializeToString()

    assert post(receivers, body, path="/api/public/otel/v1/traces").status_code == 200

    assert [record.payload for record in receivers.records()] == [body]


@pytest.mark.parametrize("headers", [pytest.param(PROTOBUF, id="protobuf"), pytest.param(JSON, id="json")])
def test_a_spool_that_cannot_be_written_asks_for_a_retry(
    receivers: Receivers, headers: dict[str, str]
) -> None:
    receivers.spool.close(timeout_s=10)
    body = to_json(traces(span())) if headers is JSON else traces(span()).SerializeToString()

    response = post(receivers, body, headers=headers)

    assert (response.status_code, response.headers["retry-after"]) == (503, "1")


def test_the_time_to_retry_stands_in_the_status_too(receivers: Receivers) -> None:
    receivers.spool.close(timeout_s=10)

    (detail,) = status_of(post(receivers, traces(span()).SerializeToString())).details

    retry = RetryInfo()
    assert detail.Unpack(retry)
    assert retry.retry_delay.seconds == 1


@pytest.mark.parametrize("path", ["/v1/traces", "/v1/logs"])
@pytest.mark.parametrize("media_type", ["application/x-protobuf", "application/json"])
def test_who_sends_more_than_its_quota_is_told_when_to_come_back(
    tmp_path: Path, path: str, media_type: str
) -> None:
    request = traces(span(1), span(2)) if path == "/v1/traces" else logs(log_record(), log_record())
    body = to_json(request) if media_type == "application/json" else request.SerializeToString()
    quotas = quotas_of(Clock(), spans_per_second=1, burst=4)
    with receiving(tmp_path, quotas=quotas) as receivers:
        answers = [
            post(receivers, body, path=path, headers={"content-type": media_type, "x-bt-parent": parent})
            for parent in ["project_name:noisy"] * 3 + ["project_name:quiet"]
        ]

        assert [answer.status_code for answer in answers] == [200, 200, 429, 200]
        assert (answers[2].headers["retry-after"], answers[2].headers["content-type"]) == ("1", media_type)
        assert len(receivers.records()) == 3
        assert receivers.counters.values(REFUSED_REQUESTS) == {("http", "quota"): 1}


def test_who_may_send_no_more_is_told_before_its_request_is_read(tmp_path: Path) -> None:
    quotas = quotas_of(Clock(), access=lambda: key("k"), spans_per_second=1, burst=1)
    quotas.take(None, size_bytes=0, spans=1)
    with receiving(tmp_path, quotas=quotas) as receivers:
        assert post(receivers, b"this is not a protobuf").status_code == 429


def test_the_same_refusal_is_logged_once(receivers: Receivers, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(5):
        post(receivers, b"this is not a protobuf")

    assert len([message for message in caplog.messages if "refused with 400" in message]) == 1


def test_a_request_for_which_there_is_no_room_is_told_when_to_come_back(tmp_path: Path) -> None:
    with receiving(tmp_path, max_body_bytes=2_000, max_inflight_bytes=1_000) as receivers:
        fits = post(receivers, traces(span(attributes={"a": "x" * 800})).SerializeToString())
        body = traces(span(attributes={"a": "x" * 1_500})).SerializeToString()
        plain = post(receivers, body)
        packed = post(receivers, gzip.compress(body), headers=PROTOBUF | {"content-encoding": "gzip"})

    assert fits.status_code == 200
    for response in (plain, packed):
        assert (response.status_code, response.headers["retry-after"]) == (503, "1")
        assert "too many requests are in flight" in status_of(response).message


def test_a_body_that_stops_half_way_is_not_waited_for(tmp_path: Path) -> None:
    with receiving(tmp_path, timeout_s=0.2) as receivers:
        host, _, port = receivers.http.removeprefix("http://").rpartition(":")
        with socket.create_connection((host, int(port)), timeout=20) as connection:
            head = "POST /v1/traces HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-protobuf\r\n"
            connection.sendall(f"{head}content-length: 100\r\n\r\nhalf".encode())
            answer = b"".join(iter(lambda: connection.recv(65_536), b""))

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close" in answer
    assert b"the body came too slowly: 4 bytes" in answer


def test_a_key_may_be_sent_with_and_must_be_for_what_is_sent(receivers: Receivers) -> None:
    mine, theirs = (receivers.objects.create_project(name).id for name in ("mine", "theirs"))
    key = receivers.objects.keys.create("k", scopes=frozenset({Scope.INGEST}), projects=frozenset({mine}))[1]
    headers = PROTOBUF | {"authorization": f"Bearer {key}"}
    body = traces(span()).SerializeToString()

    statuses = [
        post(receivers, body, headers=given).status_code
        for given in (PROTOBUF, headers, headers | {"x-bt-parent": f"project_id:{theirs}"})
    ]

    assert statuses == [401, 200, 403]
    (record,) = receivers.records()
    assert (record.routing.parent, record.routing.projects) == (f"project_id:{mine}", [mine])
