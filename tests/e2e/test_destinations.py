"""One sidecar, several destinations, all real: a second sidecar as Braintrust, OTLP over HTTP and gRPC, files."""

import json
import signal
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.support.collector import Collector, running_collector
from tests.support.otlp_receiver import otlp_receiver, wait_until
from tests.support.otlp_request import log_record, logs, span, traces
from tests.support.receivers import receiving

pytestmark = pytest.mark.one_python

PROTOBUF = {"content-type": "application/x-protobuf", "x-bt-parent": "project_name:shop"}


def send(collector: Collector, *spans: Span) -> bytes:
    body = traces(*spans).SerializeToString()
    response = httpx.post(f"{collector.otlp_http}/v1/traces", content=body, headers=PROTOBUF, timeout=60)
    assert response.status_code == 200
    return body


def lag(collector: Collector) -> dict[str, dict[str, Any]]:
    destinations = httpx.get(f"{collector.api}/v1/delivery", timeout=60).json()["destinations"]
    return {each["name"]: each for each in destinations}


def wait_for(collector: Collector, *names: str) -> None:
    wait_until(lambda: all(lag(collector)[name]["waiting_records"] == 0 for name in names), timeout_s=60)


def feedback(collector: Collector, row_id: str, score: float) -> None:
    project = httpx.post(f"{collector.api}/v1/project", json={"name": "shop"}, timeout=60).json()["id"]
    body = {
        "feedback": [
            {"id": row_id, "scores": {"helpful": score}, "comment": "well said", "source": "external"}
        ]
    }
    response = httpx.post(f"{collector.api}/v1/project_logs/{project}/feedback", json=body, timeout=60)
    assert response.status_code == 200, response.text


@pytest.mark.timeout(240)
def test_rows_feedback_and_comments_arrive_at_braintrust_under_another_project(tmp_path: Path) -> None:
    with running_collector(tmp_path / "there") as there:
        exporter = f"{{api_url: '{there.api}', api_key: k, projects: {{shop: store}}}}"
        with running_collector(
            tmp_path / "here", "--config", f"yaml:exporters: {{braintrust: {exporter}}}"
        ) as here:
            feedback(here, f"{1:016x}", 0.25)
            send(here, span(1, name="answer"), span(2, name="tool", parent=1))
            feedback(here, f"{2:016x}", 0.75)
            wait_for(here, "braintrust")

        rows = there.query("SELECT id, span_parents, scores, comments FROM project_logs('store')")

    found: dict[str, Any] = {str(row["id"]): row for row in rows}
    assert sorted(found) == [f"{1:016x}", f"{2:016x}"]
    assert [found[key]["scores"] for key in sorted(found)] == [{"helpful": 0.25}, {"helpful": 0.75}]
    assert found[f"{2:016x}"]["span_parents"] == [f"{1:016x}"]
    (comment,) = found[f"{1:016x}"]["comments"]
    assert comment["comment"] == {"text": "well said"}


@pytest.mark.timeout(240)
def test_bytes_arrive_untouched_over_http_and_grpc_and_a_dead_backend_holds_up_none(tmp_path: Path) -> None:
    (tmp_path / "backend").mkdir()
    with receiving(tmp_path / "backend") as backend, otlp_receiver() as broken:
        broken.status = 503
        exporters = (
            f"{{otlp: {{endpoint: '{backend.grpc}', tls: {{insecure: true}}, headers: {{X-Team: t}}}},"
            f" otlphttp/a: {{endpoint: '{backend.http}'}},"
            f" otlphttp/dead: {{endpoint: '{broken.url}', retry_on_failure: {{max_interval: 100ms}}}}}}"
        )
        with running_collector(tmp_path / "here", "--config", f"yaml:exporters: {exporters}") as here:
            body = send(here, span(1, name="answer", attributes={"input": "x" * 5000}))
            request = logs(log_record("hello")).SerializeToString()
            httpx.post(f"{here.otlp_http}/v1/logs", content=request, headers=PROTOBUF, timeout=60)
            wait_for(here, "otlp", "otlphttp/a", "store")
            wait_until(lambda: lag(here)["otlphttp/dead"]["state"] == "down", timeout_s=30)
            dead = lag(here)["otlphttp/dead"]
            broken.status = 200
            wait_for(here, "otlphttp/dead")
            healthy = lag(here)["otlphttp/dead"]

        records = backend.records()

    assert sorted(record.payload for record in records) == sorted([body, body, request, request])
    assert (dead["waiting_records"], "503" in dead["last_error"], dead["lag_s"] > 0) == (2, True, True)
    assert (healthy["state"], healthy["last_error"]) == ("delivering", "")
    assert list(broken.spans) == ["answer"]


@pytest.mark.timeout(240)
def test_files_hold_what_their_filter_lets_through(tmp_path: Path) -> None:
    config = (
        f"yaml:exporters: {{file: {{directory: '{tmp_path}/all'}}, file/tools: {{directory: '{tmp_path}/tools', format: parquet,"
        " rotation: {max_size: 1}}}\n"
        "processors: {filter: {keep: span_attributes.name = 'tool'}, fields: {set: {metadata.region: eu}}}\n"
        "service: {pipelines: {traces: {receivers: [otlp], exporters: [file]},"
        " traces/tools: {receivers: [otlp], processors: [filter, fields], exporters: [file/tools]}}}"
    )
    with running_collector(tmp_path / "here", "--config", config) as here:
        send(here, span(1, name="answer"), span(2, name="tool", parent=1))
        wait_for(here, "file", "file/tools")

    lines = [json.loads(line) for line in (tmp_path / "all" / "rows.jsonl.part").read_text().splitlines()]
    assert [row["span_attributes"]["name"] for row in lines] == ["answer", "tool"]
    (closed,) = (tmp_path / "tools").glob("*.parquet")
    found = duckdb.read_parquet(str(closed)).project("id, name, metadata, is_merge").fetchall()
    assert [(row[0], row[1], json.loads(row[2])["region"], row[3]) for row in found] == [
        (f"{2:016x}", "tool", "eu", False)
    ]


@pytest.mark.timeout(240)
def test_a_reload_changes_destinations_without_loss(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    with otlp_receiver() as first, otlp_receiver() as second:
        config.write_text(f"exporters: {{otlphttp: {{endpoint: '{first.url}'}}}}")
        with running_collector(tmp_path / "here", "--config", str(config)) as here:
            send(here, span(1, name="one"))
            wait_for(here, "otlphttp")
            first.status = 503
            send(here, span(2, name="two"))
            config.write_text("exporters: {otlphttp: {endpoint: nonsense}}")
            here.process.send_signal(signal.SIGHUP)
            wait_until(lambda: "the configuration stays as it was" in here.log.read_text(), timeout_s=30)
            config.write_text(
                f"exporters: {{otlphttp: {{endpoint: '{second.url}'}}}}\nextensions: {{api: {{read_wait: 1s}}}}"
            )
            here.process.send_signal(signal.SIGHUP)
            wait_until(lambda: "two" in second.spans, timeout_s=60)
            log = here.log.read_text()

    assert (list(first.spans), list(second.spans)) == (["one"], ["two"])
    assert "extensions.api.read_wait stays 5.0: 1.0 needs a new start" in log


@pytest.mark.timeout(240)
def test_rows_of_the_sdk_arrive_too_and_a_restart_goes_on_where_it_was(tmp_path: Path) -> None:
    config = f"yaml:exporters: {{file: {{directory: '{tmp_path}/rows'}}}}"
    row = {
        "id": "r1",
        "project_id": "p1",
        "log_id": "g",
        "input": "hi",
        "span_attributes": {"name": "native"},
    }
    update = {"id": "r1", "project_id": "p1", "log_id": "g", "_is_merge": True, "output": "ho"}

    for sent in (row, update):
        with running_collector(tmp_path / "here", "--config", config) as here:
            response = httpx.post(f"{here.api}/logs3", json={"rows": [sent], "api_version": 2}, timeout=60)
            assert response.status_code == 200
            wait_for(here, "file")
            here.kill()

    lines = [json.loads(line) for line in (tmp_path / "rows" / "rows.jsonl.part").read_text().splitlines()]
    assert [(line["id"], line.get("_is_merge"), line.get("output")) for line in lines] == [
        ("r1", None, None),
        ("r1", True, "ho"),
    ]


@pytest.mark.timeout(240)
def test_a_spool_that_is_full_refuses_until_its_destination_is_back_and_loses_nothing(tmp_path: Path) -> None:
    with otlp_receiver() as backend:
        backend.status = 503
        config = f"yaml:exporters: {{otlphttp: {{endpoint: '{backend.url}', retry_on_failure: {{max_interval: 100ms}}}}}}"
        room = ("--set", "extensions.file_storage.max_size=20KB")
        with running_collector(tmp_path / "here", "--config", config, *room) as here:
            taken: list[str] = []
            for number in range(1, 50):
                body = traces(span(number, name=f"n{number}", attributes={"input": "x" * 1000}))
                answer = httpx.post(
                    f"{here.otlp_http}/v1/traces",
                    content=body.SerializeToString(),
                    headers=PROTOBUF,
                    timeout=60,
                )
                if answer.status_code != 200:
                    break
                taken.append(f"n{number}")
            refused = (answer.status_code, answer.headers.get("retry-after"))
            backend.status = 200
            wait_for(here, "otlphttp")
            send(here, span(99, name="later"))
            wait_for(here, "otlphttp")

    assert refused == (503, "10")
    assert 5 < len(taken) < 20
    assert sorted(backend.spans) == sorted([*taken, "later"])
