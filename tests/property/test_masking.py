"""Secrets in random places of random payloads, through every way in of a real sidecar; then no byte that it wrote holds one."""

import asyncio
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import grpc
import httpx
import pytest
from click.testing import CliRunner
from google.protobuf.message import Message
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from otel_bridge_collector.cli.main import main
from tests.support.collector import Collector, running_collector
from tests.support.otlp_receiver import wait_until
from tests.support.otlp_request import log_record, logs, span, to_json, traces

MARK: Final = "zqleak"
"""Stands in every secret, and nowhere else."""

CONFIG: Final = """yaml:
processors:
  masking:
    rules: [{{patterns: [emails, secrets]}}, {{regexes: ['PLANT-zqleak-[0-9]+'], action: drop}}]
    span_names: true
exporters: {{file: {{directory: '{files}', start_at: beginning}}}}
service:
  pipelines:
    traces: {{receivers: [otlp, braintrust], processors: [masking], exporters: [store, file]}}
    logs: {{receivers: [otlp], exporters: [file]}}
"""
ROUNDS: Final = 12


class Sower:
    """Makes values that hold secrets."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - to be had again

    def secret(self) -> str:
        number = self._random.randrange(10**6)
        return self._random.choice(
            [f"{MARK}{number}@x.example", f"sk-{MARK}aaaaaaaaaaaa{number}", f"PLANT-{MARK}-{number}"]
        )

    def text(self) -> str:
        plain = f"to {self.secret()} and on"
        return self._random.choice(
            [
                plain,
                json.dumps({"a": [plain]}),
                json.dumps({"a": plain}).replace("@", "\\u0040"),
                json.dumps(json.dumps({"a": plain})),
                json.dumps({"a": plain}).replace("@", "\\u0040")[:-2],
                f'{{"a": "{plain}", "a": 1}}',
            ]
        )

    def value(self, depth: int = 0) -> Any:
        kind = self._random.randrange(5) if depth < 4 else 0
        if kind == 3:
            return {self.secret(): self.value(depth + 1), "n": self._random.random()}
        if kind == 4:
            return [None, self.value(depth + 1), True]
        return {"api_key": f"short {MARK}"} if kind == 2 else self.text()

    def any_value(self, depth: int = 0) -> AnyValue:
        kind = self._random.randrange(4) if depth < 3 else 0
        if kind == 1:
            return AnyValue(array_value=ArrayValue(values=[self.any_value(depth + 1)]))
        if kind == 2:
            return AnyValue(kvlist_value=KeyValueList(values=[self.key_value(depth + 1)]))
        return (
            AnyValue(bytes_value=self.secret().encode()) if kind == 3 else AnyValue(string_value=self.text())
        )

    def key_value(self, depth: int = 0) -> KeyValue:
        keys = ["a", "gen_ai.input.messages", "braintrust.metadata", "braintrust.tags", self.secret()]
        return KeyValue(key=self._random.choice(keys), value=self.any_value(depth))

    def span(self) -> Span:
        made = span(self._random.randrange(1, 1 << 40), name=self.secret())
        made.attributes.extend(self.key_value() for _ in range(3))
        made.status.message, made.trace_state = self.text(), f"k={self.secret()}"
        made.events.add(name=self.secret(), attributes=[self.key_value()])
        made.links.add(trace_id=made.trace_id, span_id=made.span_id, attributes=[self.key_value()])
        return made

    def record(self) -> LogRecord:
        made = log_record(self.text())
        made.time_unix_nano += self._random.randrange(1 << 40)
        made.body.CopyFrom(self.any_value())
        made.attributes.append(self.key_value())
        return made

    def traces(self) -> Message:
        request = traces(self.span())
        request.resource_spans[0].resource.attributes.append(self.key_value())
        request.resource_spans[0].scope_spans[0].scope.name = self.secret()
        return request

    def row(self, number: int) -> dict[str, Any]:
        fields = ("input", "output", "expected", "error", "unknown")
        return {
            "id": f"row{number}", "span_id": f"s{number}", "root_span_id": f"s{number}", "tags": [self.secret()],
            "metadata": {"x": self.value()}, "context": {"x": self.value()},
            "span_attributes": {"name": self.secret()}, **{field: self.value() for field in fields},
        }  # fmt: skip

    def feedback(self, number: int) -> dict[str, Any]:
        return {
            "id": f"row{number}", "comment": self.text(), "expected": self.value(), "tags": [self.secret()],
            "metadata": {"x": self.value()}, "source": "app",
        }  # fmt: skip


def ways_in(sidecar: Collector, sower: Sower) -> Iterator[Callable[[int], httpx.Response]]:
    """Each way in, ready to take a number and send something."""
    protobuf, as_json = {"content-type": "application/x-protobuf"}, {"content-type": "application/json"}
    project = post(sidecar, "/v1/project", {"name": "shop", "description": sower.text()}).json()["id"]
    logged = f"/v1/project_logs/{project}"
    for base in (f"{sidecar.otlp_http}/v1", f"{sidecar.api}/otel/v1"):
        for signal, make in (("traces", sower.traces), ("logs", lambda: logs(sower.record()))):
            url = f"{base}/{signal}"
            yield lambda _, url=url, make=make: httpx.post(  # type: ignore[misc]  # bound early
                url, content=make().SerializeToString(), headers=protobuf
            )
            yield lambda _, url=url, make=make: httpx.post(  # type: ignore[misc]  # as above
                url, content=to_json(make()), headers=as_json
            )
    rows: Callable[[int], list[Any]] = lambda n: [{**sower.row(n), "project_id": project, "log_id": "g"}]  # noqa: E731
    yield lambda n: post(sidecar, "/logs3", {"rows": rows(n), "api_version": 2})
    yield lambda n: by_the_way_round(sidecar, rows(n))
    yield lambda n: post(sidecar, f"{logged}/insert", {"events": [sower.row(n)]})
    yield lambda n: post(sidecar, f"{logged}/feedback", {"feedback": [sower.feedback(n)]})
    yield lambda n: post(
        sidecar,
        "/v1/insert",
        {"project_logs": {project: {"events": [sower.row(n)], "feedback": [sower.feedback(n)]}}},
    )
    dataset = post(sidecar, "/v1/dataset", {"project_id": project, "name": "d", "description": sower.text()})
    yield lambda n: post(sidecar, f"/v1/dataset/{dataset.json()['id']}/insert", {"events": [sower.row(n)]})
    yield lambda n: post(
        sidecar,
        "/v1/prompt",
        {"project_id": project, "name": f"p{n}", "slug": f"p{n}", "prompt_data": {"x": sower.value()}},
    )
    yield lambda n: post(
        sidecar, "/v1/experiment", {"project_id": project, "name": f"e{n}", "metadata": {"x": sower.value()}}
    )
    yield lambda n: post(
        sidecar,
        "/attachment/status",
        {"key": f"k{n}", "status": {"upload_status": "error", "error_message": sower.text()}},
    )


def post(sidecar: Collector, path: str, body: object) -> httpx.Response:
    return httpx.post(f"{sidecar.api}{path}", json=body, timeout=60)


def by_the_way_round(sidecar: Collector, rows: list[Any]) -> httpx.Response:
    told = post(sidecar, "/logs3/overflow", {"content_type": "application/json"}).json()
    httpx.put(told["signedUrl"], json={"rows": rows, "api_version": 2}, timeout=60).raise_for_status()
    return post(sidecar, "/logs3", {"rows": {"type": "logs3_overflow", "key": told["key"]}, "api_version": 2})


async def by_grpc(target: str, sower: Sower) -> None:
    async with grpc.aio.insecure_channel(target) as channel:
        for service, request in (
            ("trace.v1.TraceService", sower.traces()),
            ("logs.v1.LogsService", logs(sower.record())),
        ):
            call = channel.unary_unary(f"/opentelemetry.proto.collector.{service}/Export", None, None)
            await call(request.SerializeToString())


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_no_secret_gets_past_the_door_by_any_way(tmp_path: Path) -> None:
    sower, config = Sower(7), CONFIG.format(files=tmp_path / "files")
    with running_collector(tmp_path / "data", "--config", config) as sidecar:
        for number, send in enumerate(way for _ in range(ROUNDS) for way in ways_in(sidecar, sower)):
            answer = send(number)
            assert answer.is_success, answer.text
        for _ in range(ROUNDS):
            asyncio.run(by_grpc(sidecar.otlp_grpc, sower))
        wait_until(lambda: waiting(sidecar) == 0, timeout_s=60)
        shown = [
            httpx.post(f"{sidecar.api}/btql", json={"query": query, "fmt": "json"}, timeout=60).text
            for query in (
                "from: project_logs('shop') | select: * | limit: 1000",
                "from: project_logs('default-otel-project') | select: * | limit: 1000",
            )
        ]

    arguments = ["audit-mask", "--config", config, "--data-dir", str(tmp_path / "data")]
    assert CliRunner().invoke(main, arguments).output == "nothing was found that the rules would mask\n"
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path for path in written if MARK.encode() in path.read_bytes()] == []
    assert all("[email]" in text and "[secret]" in text and MARK not in text for text in shown)


def waiting(sidecar: Collector) -> int:
    destinations = httpx.get(f"{sidecar.api}/v1/delivery", timeout=60).json()["destinations"]
    return sum(each["waiting_records"] for each in destinations)
