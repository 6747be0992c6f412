"""TLS on every port of a sidecar, in a process of its own."""

import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import grpc
import httpx
import pytest

from tests.support.collector import ANY_PORTS, COMMAND, Collector, running_collector
from tests.support.otlp_receiver import wait_until
from tests.support.otlp_request import span, traces
from tests.support.tls import Authority, Files, expired

EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
BODY = traces(span(1)).SerializeToString()
PROTOBUF = {"content-type": "application/x-protobuf"}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def client(authority: Authority) -> Files:
    return authority.issue("client")


@pytest.fixture(scope="module")
def mutual(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[Collector]:
    """A sidecar that asks for certificates on every port."""
    options = (*authority.issue("mutual").options(), "--tls-client-ca-file", str(authority.ca_file))
    with running_collector(tmp_path_factory.mktemp("mutual") / "data", *options) as running:
        yield running


def credentials(authority: Authority, own: Files | None = None) -> grpc.ChannelCredentials:
    return grpc.ssl_channel_credentials(
        authority.ca_file.read_bytes(),
        own.key.read_bytes() if own else None,
        own.cert.read_bytes() if own else None,
    )


def channel(collector: Collector, using: grpc.ChannelCredentials | None) -> grpc.Channel:
    target = collector.otlp_grpc.removeprefix("https://")
    return grpc.secure_channel(target, using) if using else grpc.insecure_channel(target)


def export(collector: Collector, using: grpc.ChannelCredentials | None) -> object:
    with channel(collector, using) as opened:
        return opened.unary_unary(EXPORT, None, None)(BODY, timeout=10)


def test_the_ready_line_says_which_ports_speak_tls(mutual: Collector) -> None:
    assert [url.partition("://")[0] for url in (mutual.otlp_grpc, mutual.otlp_http, mutual.api)] == [
        "https"
    ] * 3


def test_a_trusted_client_is_answered_on_every_port(
    mutual: Collector, authority: Authority, client: Files
) -> None:
    context = authority.client_context(client)

    assert export(mutual, credentials(authority, client)) == b""
    for url in (mutual.otlp_http, mutual.api):
        sent = httpx.post(f"{url}/v1/traces", content=BODY, headers=PROTOBUF, verify=context)
        assert sent.status_code == 200


def test_a_client_without_a_certificate_is_answered_on_no_port(
    mutual: Collector, authority: Authority
) -> None:
    with pytest.raises(grpc.RpcError):
        export(mutual, credentials(authority))
    for url in (mutual.otlp_http, mutual.api):
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{url}/healthz", verify=authority.client_context())


def test_plain_text_is_answered_on_no_port(mutual: Collector) -> None:
    with pytest.raises(grpc.RpcError):
        export(mutual, None)
    for url in (mutual.otlp_http, mutual.api):
        answer = httpx.post(f"{url.replace('https', 'http')}/v1/traces", content=BODY, headers=PROTOBUF)
        assert (answer.status_code, answer.json()["code"]) == (400, "tlsNeeded")


def test_the_command_line_asks_over_tls(mutual: Collector, authority: Authority, client: Files) -> None:
    own = ("--cert-file", client.cert, "--key-file", client.key)
    ran = [
        subprocess.run(
            [COMMAND, "status", "--url", mutual.api, *options], capture_output=True, text=True, check=False
        )
        for options in (("--ca-file", authority.ca_file, *own), ("--ca-file", authority.ca_file), ())
    ]

    assert [one.returncode for one in ran] == [0, 1, 1]
    assert "delivering" in ran[0].stdout
    assert "--cert-file" in ran[1].stderr
    assert "name who signed its certificate with --ca-file" in ran[2].stderr


def test_a_new_certificate_is_shown_while_requests_go_on(tmp_path: Path, authority: Authority) -> None:
    """SIGHUP brings it; what was open stays, and no request is lost."""
    files, other = authority.issue("changing"), Authority(tmp_path, "other")
    options = (*files.options(), "--set", "extensions.tls.reload_interval=0")

    with (
        running_collector(tmp_path / "data", *options) as collector,
        sending(collector, authority) as answers,
    ):
        files.replace(other.issue("second"))
        collector.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "the configuration was read again" in collector.log.read_text())
        shown = [
            httpx.get(f"{url}/healthz", verify=other.client_context()).status_code
            for url in (collector.otlp_http, collector.api)
        ]
        shown_by_grpc = export(collector, credentials(other))
        before = len(answers)
        wait_until(lambda: len(answers) > before + 20)

    assert (shown, shown_by_grpc) == ([200, 200], b"")
    assert set(answers) == {200, b""}


@contextmanager
def sending(collector: Collector, authority: Authority) -> Iterator[list[object]]:
    """Send over one connection of each kind meanwhile; what was answered is in the list."""

    def send_over_http() -> None:
        with httpx.Client(verify=authority.client_context()) as session:
            while not stop.is_set():
                sent = session.post(f"{collector.otlp_http}/v1/traces", content=BODY, headers=PROTOBUF)
                answers.append(sent.status_code)

    def send_over_grpc() -> None:
        with channel(collector, credentials(authority)) as opened:
            while not stop.is_set():
                answers.append(opened.unary_unary(EXPORT, None, None)(BODY, timeout=10))

    stop, answers = threading.Event(), list[object]()
    senders = [threading.Thread(target=send) for send in (send_over_http, send_over_grpc)]
    for sender in senders:
        sender.start()
    wait_until(lambda: {200, b""} <= set(answers))
    try:
        yield answers
    finally:
        stop.set()
        for sender in senders:
            sender.join()


def test_a_certificate_that_cannot_be_used_stops_the_start(tmp_path: Path, authority: Authority) -> None:
    options = authority.issue("old", not_after=expired()).options()
    result = subprocess.run(
        [COMMAND, "serve", "--data-dir", tmp_path / "data", *ANY_PORTS, *options],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert result.returncode == 1
    assert "Error: cannot speak TLS on --otlp-grpc: no client would take" in result.stderr
    assert "certificate has expired" in result.stderr


def test_our_app_side_sends_over_tls(mutual: Collector, authority: Authority, client: Files) -> None:
    program = (
        "import otel_bridge as b; b.init_logger(project='tls'); b.start_span(name='s').end(); b.flush()\n"
        "raise SystemExit(b.stats().spans.delivered != 1)"
    )
    ran = subprocess.run(
        [
            "/usr/bin/env",
            *(
                "-u",
                "REQUESTS_CA_BUNDLE",
                "-u",
                "CURL_CA_BUNDLE",
            ),  # requests lets them go before OpenTelemetry's
            f"OTEL_BRIDGE_ENDPOINT={mutual.otlp_http}",
            f"OTEL_EXPORTER_OTLP_CERTIFICATE={authority.ca_file}",
            f"OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE={client.cert}",
            f"OTEL_EXPORTER_OTLP_CLIENT_KEY={client.key}",
            str(Path(COMMAND).with_name("python")),
            "-c",
            program,
        ],
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr


EVERYTHING = """
import otel_bridge as b
logger = b.init_logger(project="one-variable")
with logger.start_span("s") as span:
    span.log(input={"file": b.Attachment(data=b"bytes", filename="f.txt", content_type="text/plain")})
logger.log_feedback(id=span.id, scores={"helpful": 1})
assert len(logger.id) == 36
b.flush()
stats = b.stats()
raise SystemExit(stats.spans.delivered != 1 or stats.facts.delivered != 1)
"""
"""Asks all that the app side asks: spans, feedback, a project, an attachment."""


def test_one_variable_trusts_a_private_authority_for_all_that_our_app_side_asks(
    tmp_path: Path, authority: Authority
) -> None:
    other = Authority(tmp_path, "other").ca_file
    with running_collector(tmp_path / "data", *authority.issue("sidecar").options()) as over_tls:
        ran = subprocess.run(
            [str(Path(COMMAND).with_name("python")), "-c", EVERYTHING],
            env={
                "OTEL_BRIDGE_ENDPOINT": over_tls.otlp_http,
                "OTEL_BRIDGE_API_URL": over_tls.api,
                "OTEL_BRIDGE_API_KEY": "any",
                "OTEL_BRIDGE_CA_FILE": str(authority.ca_file),
                "REQUESTS_CA_BUNDLE": str(other),
                "OTEL_EXPORTER_OTLP_CERTIFICATE": str(other),
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        stored = list((over_tls.data_dir / "attachments").rglob("*"))

    assert ran.returncode == 0, ran.stderr
    assert [path.read_bytes() for path in stored if path.is_file() and path.stat().st_size == 5] == [b"bytes"]
