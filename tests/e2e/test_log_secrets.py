"""Secrets put into everything that reaches a sidecar which logs all that it can: none of them stands in what it writes."""

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import grpc
import httpx
import pytest

from tests.support.collector import Collector, running_collector
from tests.support.keys import bearer, make_key
from tests.support.otlp_receiver import OtlpReceiver, otlp_receiver, wait_until
from tests.support.otlp_request import span, traces

pytestmark = pytest.mark.one_python

SECRET: Final = "hunter2-s3cret"  # noqa: S105 - made up
"""Part of every secret below; keys and ids of ours hold it nowhere."""

PROTOBUF: Final = {"content-type": "application/x-protobuf"}
JSON: Final = {"content-type": "application/json"}
EXPORT: Final = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"


def config(files: Path, refusing: str) -> str:
    key = f"headers: {{authorization: 'Bearer {SECRET}'}}"
    return f"""yaml:
exporters:
  otlphttp/refusing: {{endpoint: '{refusing}', {key}}}
  otlphttp/away: {{endpoint: 'http://127.0.0.1:1/{SECRET}', {key}}}
  otlp/away: {{endpoint: '127.0.0.1:1', tls: {{insecure: true}}, {key}}}
  braintrust: {{api_url: '{refusing}', app_url: '{refusing}', api_key: '{SECRET}'}}
  file: {{directory: '{files}'}}
processors:
  filter/some: {{keep: "metadata.x != '{SECRET}' AND input > 1"}}
service:
  telemetry: {{metrics: {{readers: [{{periodic: {{interval: 100, exporter: {{otlp: {{endpoint: '{refusing}', {key}}}}}}}}}]}}}}
  pipelines:
    traces: {{receivers: [otlp, braintrust], exporters: [otlphttp/refusing, otlphttp/away, otlp/away, braintrust]}}
    traces/file: {{receivers: [otlp], processors: [filter/some], exporters: [file]}}
"""


@contextmanager
def verbose(folder: Path, encoding: str) -> Iterator[tuple[Collector, OtlpReceiver]]:
    """A sidecar at the most verbose level whose destinations refuse or are away."""
    with otlp_receiver() as backend:
        backend.status = 400
        arguments = ("--config", config(folder / "files", backend.url), "--log-level", "debug")
        with running_collector(folder / "data", *arguments, "--log-encoding", encoding) as collector:
            yield collector, backend


def send_everything(collector: Collector, key: str) -> list[int]:
    """Send secrets in every place; return the statuses of the answers."""
    good = traces(span(attributes={"braintrust.input": SECRET, SECRET: SECRET})).SerializeToString()
    text = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": SECRET}]}]}]})
    wrong = bearer(f"sk-{SECRET}")
    with httpx.Client(timeout=60, headers=bearer(key)) as client:
        project = client.post(f"{collector.api}/v1/project", json={"name": "p"}).json()["id"]
        rows = [
            {"id": "r", "project_id": project, "log_id": "g", "input": SECRET, "output": {SECRET: SECRET}}
        ]
        feedback = {"feedback": [{"id": "r", "comment": SECRET, "scores": {SECRET: 0.5}, "source": "app"}]}
        logs = f"{collector.api}/v1/project_logs/{project}"
        otlp = f"{collector.otlp_http}/v1/traces"
        answers = [
            client.post(otlp, content=good, headers=PROTOBUF),
            client.post(otlp, content=good, headers={**PROTOBUF, **wrong}),
            client.post(otlp, content=good, headers={**PROTOBUF, "x-bt-parent": f"nothing:{SECRET}"}),
            client.post(otlp, content=b"\xff\xff" + SECRET.encode(), headers=PROTOBUF),
            client.post(otlp, content=f'{{"resourceSpans": "{SECRET}'.encode(), headers=JSON),
            client.post(otlp, content=text.encode(), headers=JSON),
            client.post(
                otlp,
                content=gzip.compress(SECRET.encode())[:-6],
                headers={**PROTOBUF, "content-encoding": "gzip"},
            ),
            client.post(otlp, content=good, headers={**PROTOBUF, "content-encoding": SECRET}),
            client.post(f"{collector.api}/logs3", json={"rows": rows, "api_version": 2}),
            client.post(
                f"{collector.api}/logs3", json={"rows": [{"id": SECRET, "scores": {SECRET: SECRET}}]}
            ),
            client.post(f"{collector.api}/logs3", content=f'{{"rows": [{SECRET}'.encode(), headers=JSON),
            client.post(f"{collector.api}/logs3", json={"rows": rows}, headers=wrong),
            client.post(f"{logs}/insert", json={"events": [{"input": SECRET, "created": SECRET}]}),
            client.post(f"{logs}/feedback", json=feedback),
            client.post(f"{logs}/feedback", json={"feedback": SECRET}),
            client.post(f"{collector.api}/btql", json={"query": f"from: '{SECRET}"}),
            client.post(
                f"{collector.api}/btql",
                json={"query": f"from: project_logs('p') | filter: input > '{SECRET}' | select: *"},
            ),
            client.get(f"{collector.api}/{SECRET}", params={"token": SECRET}, headers={"cookie": SECRET}),
        ]
    return [answer.status_code for answer in answers]


def call_grpc(collector: Collector, key: str) -> None:
    with grpc.insecure_channel(collector.otlp_grpc) as channel:
        call = channel.unary_unary(EXPORT, bytes, bytes)
        for body, token in ((b"\xff" + SECRET.encode(), key), (b"", SECRET)):
            with pytest.raises(grpc.RpcError):
                call(body, metadata=(("authorization", f"Bearer {token}"), ("x-more", SECRET)), timeout=30)


@pytest.mark.parametrize("encoding", ["console", "json"])
def test_no_secret_stands_in_what_a_verbose_sidecar_writes(tmp_path: Path, encoding: str) -> None:
    with verbose(tmp_path, encoding) as (collector, backend):
        key = make_key(collector.data_dir, "admin")
        statuses = send_everything(collector, key)
        call_grpc(collector, key)
        wait_until(lambda: "refusing" in collector.log.read_text() and "away" in collector.log.read_text())
        wait_until(lambda: any("/v1/metrics" in path for path, _ in backend.requests))
        collector.stop()
        assert collector.process.stdout is not None
        written = collector.process.stdout.read() + collector.log.read_text()

    assert {200, 400, 401, 404} <= set(statuses)
    assert SECRET not in written
    assert key not in written
