"""OTLP through the real ports, HTTP in both encodings and gRPC: with hostile bodies, headers, encodings and compression."""

import gzip
import json
import zlib
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, Final

import grpc
import httpx
from backports import zstd

from tests.fuzz.bytes import ODD_BYTES, dumped, mutated_bytes, mutated_json
from tests.fuzz.http import exchange, request
from tests.fuzz.mutation import mutated
from tests.fuzz.recorded import recorded_requests
from tests.fuzz.running import RunningTarget
from tests.fuzz.target import Input
from tests.support.otlp_request import to_json

_PATHS: Final = (
    "/v1/traces",
    "/v1/logs",
    "/otel/v1/traces",
    "/v1/traces/",
    "/v1/metrics",
    "/v1/traces?a=%00",
    "//v1/traces",
)
_SERVICES: Final = ("trace.v1.TraceService", "logs.v1.LogsService")
_PARENTS: Final = (
    "project_name:fuzz",
    "project_id:",
    "project_name:\udcff",
    "BAAA",
    "AwEA" + "A" * 2000,
    "x" * 9000,
    "experiment_id:\udc80e",
    "",
)
_CALLED: Final = (_PARENTS[0], _PARENTS[1], _PARENTS[4], _PARENTS[5])
"""Those that gRPC's client sends."""

_TYPES: Final = (
    "application/x-protobuf",
    "application/json",
    "application/json; charset=utf-16",
    "text/plain",
    "",
    "application/x-protobuf;a",
)
_ENCODE: Final[Sequence[tuple[str, Callable[[bytes], bytes]]]] = (
    ("identity", bytes), ("gzip", lambda body: gzip.compress(body, 1)), ("deflate", zlib.compress), ("zstd", zstd.compress), ("br", bytes),
    ("gzip, gzip", bytes), ("", bytes),
)  # fmt: skip
_REFUSED: Final = frozenset({grpc.StatusCode.UNKNOWN, grpc.StatusCode.INTERNAL, grpc.StatusCode.DATA_LOSS})
_BROKEN: Final = frozenset({500, 501, 502, 504})
"""503 is what comes too fast."""


class OtlpTarget(RunningTarget):
    """Requests over both transports."""

    name = "otlp"

    def prepare(self) -> None:
        """See `RunningTarget`."""
        self._recorded = recorded_requests()
        self._channel = grpc.insecure_channel(self.sidecar.otlp_grpc)

    def close(self) -> None:
        """See `Target`."""
        answer = httpx.get(f"{self.sidecar.api}/livez", timeout=30)
        assert answer.status_code == 200, answer.text
        self._channel.close()
        super().close()

    def make(self, chance: Random) -> Input:
        """See `Target`."""
        recorded = chance.choice(self._recorded)
        body = mutated(recorded, chance.choice(self._recorded), chance)
        if chance.random() < 0.4:
            return _call(body, chance)
        media = chance.choice(_TYPES[:2]) if chance.random() < 0.8 else chance.choice(_TYPES)
        if media == "application/json":
            body = _as_json(recorded, chance)
        if chance.random() < 0.2:
            body = mutated_bytes(body, chance)
        encoding, encode = chance.choice(_ENCODE)
        body = encode(body)
        if chance.random() < 0.1:
            body = mutated_bytes(body, chance)
        return Input(json.dumps({"media": media, "encoding": encoding, **_head(chance)}), body)

    def check(self, given: Input) -> None:
        """See `Target`."""
        head: dict[str, Any] = json.loads(given.kind)
        if "service" in head:
            self._check_call(head, given.body)
            return
        length = str(len(given.body) + head["more"])
        headers = [
            ("host", head["host"]),
            ("connection", "close"),
            ("content-length", length),
            ("content-type", head["media"]),
        ]
        headers += [("content-encoding", head["encoding"])] if head["encoding"] else []
        headers += [(name, value) for name, value in head["headers"]]
        sent = request(head["method"], head["path"], headers, given.body)
        status = exchange(self.sidecar.otlp_http.removeprefix("http://"), sent)
        if status in _BROKEN:
            raise AssertionError(f"answered {status}")

    def _check_call(self, head: dict[str, Any], body: bytes) -> None:
        path = f"/opentelemetry.proto.collector.{head['service']}/Export"
        export = self._channel.unary_unary(path, bytes, bytes)
        metadata = tuple(
            (name, value.encode("utf-8", "surrogateescape").decode("latin-1"))
            for name, value in head["headers"]
        )
        try:
            export(body, metadata=metadata, timeout=8, compression=grpc.Compression(head["compression"]))
        except grpc.RpcError as error:
            # What is not even sent has no bytes that metadata may have.
            if (
                error.code() in _REFUSED
                and "illegal" not in str(error.details()).lower()
                and "metadata" not in str(error.details()).lower()
            ):
                raise AssertionError(f"{error.code().name}: {error.details()}") from None
            if error.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
                raise AssertionError("no answer in time") from None


def _call(body: bytes, chance: Random) -> Input:
    headers = [("x-bt-parent", chance.choice(_CALLED))] if chance.random() < 0.5 else []
    head = {"service": chance.choice(_SERVICES), "compression": chance.choice((0, 1, 2)), "headers": headers}
    return Input(json.dumps(head), mutated_bytes(body, chance) if chance.random() < 0.2 else body)


def _head(chance: Random) -> dict[str, Any]:
    headers: list[tuple[str, str]] = []
    if chance.random() < 0.5:
        headers.append(("x-bt-parent", chance.choice(_PARENTS)))
    if chance.random() < 0.2:
        odd = chance.choice(ODD_BYTES).decode("utf-8", "surrogateescape")
        name = chance.choice(
            (
                "authorization",
                "origin",
                "x-bt-parent",
                "expect",
                "transfer-encoding",
                "range",
                "traceparent",
                odd,
            )
        )
        headers.append(
            (name, chance.choice(("Bearer ", "Bearer obk_a_b", "chunked", "100-continue", odd, "x" * 3000)))
        )
    is_plain = chance.random() < 0.9
    return {
        "method": "POST" if is_plain else chance.choice(("GET", "PUT", "HEAD", "OPTIONS", "X", "PO ST")),
        "path": chance.choice(_PATHS[:2]) if is_plain else chance.choice(_PATHS),
        "host": "localhost" if is_plain else chance.choice(("localhost", "evil.test", "", "[::1", "a b")),
        "headers": headers,
        "more": 0 if is_plain else chance.choice((0, 1, -1, 5000)),
    }  # fmt: skip


def _as_json(recorded: Any, chance: Random) -> bytes:
    return (
        dumped(mutated_json(json.loads(to_json(recorded)), chance, changes=4))
        if chance.random() < 0.9
        else to_json(recorded)
    )
