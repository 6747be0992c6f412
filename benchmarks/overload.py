"""More than a sidecar can take, for a while: its memory against its cap. `python benchmarks/overload.py --seconds 600 --limit-mib 512`.

Requests of several sizes and forms come side by side, faster than they can be delivered; those that are refused come again at once. The
peak of the resident memory is the kernel's (`VmHWM`), so nothing between two looks is missed; that of the process that translates, as it is
while it is there, is added. It exits 1 when the sum is more than the cap and 100 MB.
"""

import argparse
import contextlib
import gzip
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import grpc
import httpx
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span

from tests.support.collector import Collector, running_command
from tests.support.otlp_request import to_json

ALLOWANCE_BYTES: Final = 100_000_000
_EXPORT: Final = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
_LOOK_EVERY_S: Final = 0.5
_QUERY: Final = (
    "from: project_logs('default-otel-project') | dimensions: span_attributes.name | measures: count(1) as n"
)
_TEXT: Final = "".join(random.Random(0).choices("abcdefgh ", k=1 << 20))  # noqa: S311 - text, not secrecy

_EMPTY_SPANS: Final = ExportTraceServiceRequest(
    resource_spans=[ResourceSpans(scope_spans=[ScopeSpans(spans=[Span()] * 150_000)])]
).SerializeToString()
"""What takes most memory for its bytes."""

Send = Callable[[int], str]


def request(first: int, spans: int, input_bytes: int) -> ExportTraceServiceRequest:
    """Return a request of model calls with new ids."""
    made = [
        Span(
            trace_id=(number // 8 + 1).to_bytes(16, "big"),
            span_id=(number + 1).to_bytes(8, "big"),
            name="chat",
            start_time_unix_nano=1_700_000_000_000_000_000,
            end_time_unix_nano=1_700_000_001_000_000_000,
            attributes=[
                KeyValue(key="braintrust.input", value=AnyValue(string_value=_text(number, input_bytes))),
                KeyValue(key="gen_ai.request.model", value=AnyValue(string_value="gpt-4o")),
                KeyValue(key="gen_ai.usage.input_tokens", value=AnyValue(int_value=number % 1000)),
            ],
        )
        for number in range(first, first + spans)
    ]
    return ExportTraceServiceRequest(resource_spans=[ResourceSpans(scope_spans=[ScopeSpans(spans=made)])])


def _text(number: int, size: int) -> str:
    start = number * 7919 % max(len(_TEXT) - size, 1)
    return _TEXT[start : start + size]


class Senders:
    """What sends to one sidecar, in all forms; any thread may call."""

    def __init__(self, collector: Collector) -> None:
        self._collector = collector
        self._http = httpx.Client(timeout=60, limits=httpx.Limits(max_connections=200))
        options = [("grpc.max_send_message_length", 64 << 20)]
        channel = grpc.insecure_channel(collector.otlp_grpc, options=options)
        self._export = channel.unary_unary(_EXPORT, _as_is, _as_is)

    def kinds(self) -> Sequence[Send]:
        """Return the kinds of request: each sends one that begins with a span's number, and tells the answer."""
        return [
            lambda first: self._traces(protobuf(first, 50, 500)),
            lambda first: self._traces(protobuf(first, 500, 6000)),
            lambda first: self._traces(protobuf(first, 2000, 200)),
            lambda first: self._traces(gzip.compress(protobuf(first, 2000, 6000), 1), encoding="gzip"),
            lambda first: self._traces(to_json(request(first, 300, 3000)), kind="json"),
            lambda _: self._traces(_EMPTY_SPANS),
            lambda first: self._call(protobuf(first, 500, 6000)),
            lambda first: self._call(protobuf(first, 10, 1000)),
            self._rows,
            lambda _: "query " + self._post(f"{self._collector.api}/btql", json={"query": _QUERY}),
        ]

    def _traces(self, body: bytes, *, kind: str = "x-protobuf", encoding: str = "identity") -> str:
        headers = {"content-type": f"application/{kind}", "content-encoding": encoding}
        return self._post(f"{self._collector.otlp_http}/v1/traces", content=body, headers=headers)

    def _rows(self, first: int) -> str:
        sent = [
            {"id": f"row-{number}", "project_id": "p", "log_id": "g", "input": _text(number, 4000)}
            for number in range(first, first + 200)
        ]
        return self._post(f"{self._collector.api}/logs3", json={"rows": sent})

    def _post(self, url: str, **request: Any) -> str:
        try:
            return str(self._http.post(url, **request).status_code)
        except httpx.TransportError as error:
            return type(error).__name__

    def _call(self, body: bytes) -> str:
        try:
            self._export(body, timeout=60)
        except grpc.RpcError as error:
            return str(error.code().name)
        return "OK"


def protobuf(first: int, spans: int, input_bytes: int) -> bytes:
    """Return the bytes of `request`."""
    return request(first, spans, input_bytes).SerializeToString()


def _as_is(body: bytes) -> bytes:
    return body


def memory(pid: int) -> dict[str, int]:
    """Return what the kernel says of a process's memory, in bytes."""
    lines = (line.split() for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return {parts[0].rstrip(":"): int(parts[1]) << 10 for parts in lines if parts[0].startswith("Vm")}


def memory_beside(pid: int) -> int:
    """Return the peaks of the resident memory of what a process has begun and is still there, in bytes, added up."""
    told = [each.read_text() for each in Path(f"/proc/{pid}/task").glob("*/children")]
    beside = 0
    for child in " ".join(told).split():
        with contextlib.suppress(OSError):  # it has just ended
            beside += memory(int(child)).get("VmHWM", 0)
    return beside


def overload(collector: Collector, *, seconds: float, threads: int) -> tuple[Counter[str], int]:
    """Send for a time; return how often each answer came, and the most bytes of memory beside the sidecar's own process."""
    answers: Counter[str] = Counter()
    beside = 0
    numbers = iter(range(0, 1 << 40, 5000))
    end = time.monotonic() + seconds
    lock = threading.Lock()

    def run(send: Send) -> None:
        while time.monotonic() < end:
            with lock:
                first = next(numbers)
            answer = send(first)
            with lock:
                answers[answer] += 1

    kinds = Senders(collector).kinds()
    running = [
        threading.Thread(target=run, args=(kinds[number % len(kinds)],), daemon=True)
        for number in range(threads)
    ]
    for thread in running:
        thread.start()
    looked = time.monotonic()
    while time.monotonic() < end:
        time.sleep(_LOOK_EVERY_S)
        beside = max(beside, memory_beside(collector.process.pid))
        if time.monotonic() - looked > seconds / 20:
            looked = time.monotonic()
            now = memory(collector.process.pid)
            print(
                f"rss {now['VmRSS'] >> 20} MiB, peak {now['VmHWM'] >> 20} MiB, {sum(answers.values())} answers",
                flush=True,
            )
    for thread in running:
        thread.join(70)
    return answers, beside


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument(
        "--limit-mib", type=int, default=512, help="the cap: extensions.memory_limiter.limit_mib"
    )
    parser.add_argument("--threads", type=int, default=40, help="requests at a time")
    parser.add_argument(
        "--set", action="append", default=[], help="more settings of the sidecar, as serve takes them"
    )
    arguments = parser.parse_args()
    options = [part for each in arguments.set for part in ("--set", each)]
    if arguments.limit_mib:
        options += ["--set", f"extensions.memory_limiter.limit_mib={arguments.limit_mib}"]
    with (
        tempfile.TemporaryDirectory(prefix="overload-") as folder,
        running_command(Path(folder) / "data", *options) as collector,
    ):
        idle = memory(collector.process.pid)["VmRSS"]
        answers, beside = overload(collector, seconds=arguments.seconds, threads=arguments.threads)
        peak = memory(collector.process.pid)["VmHWM"] + beside
        collector.kill()
    allowed = (arguments.limit_mib << 20) + ALLOWANCE_BYTES
    print(f"answers: {dict(sorted(answers.items()))}")
    print(
        f"rss at the start {idle / 1e6:.0f} MB, peak {peak / 1e6:.0f} MB ({beside / 1e6:.0f} of it beside), cap {arguments.limit_mib} MiB, allowed {allowed / 1e6:.0f} MB"
    )
    sys.exit(1 if arguments.limit_mib and peak > allowed else 0)


if __name__ == "__main__":
    main()
