"""The ways in, as a client takes them, but for sockets, TLS and keys: those would need a key and a certificate of our own.

HTTP requests go to the applications behind the guard; calls of gRPC to what its services call. Everything from the reading of the
body on is what clients meet.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import httpx
import orjson
from google.protobuf.message import Message
from starlette.types import ASGIApp, Receive, Scope, Send

from otel_bridge.contract.row import Json
from otel_bridge_collector.access import ROOM, Access, asking
from otel_bridge_collector.access import Scope as KeyScope
from otel_bridge_collector.canary import request
from otel_bridge_collector.canary.secret import Secret
from otel_bridge_collector.ingest_protocols import Keep
from otel_bridge_collector.intake import Encoding
from otel_bridge_collector.receive.admission import Admission
from otel_bridge_collector.spool.record import CANARY_PROJECT

_ACCESS: Final = Access(
    name=CANARY_PROJECT, scopes=frozenset({KeyScope.INGEST}), projects=frozenset({CANARY_PROJECT})
)
_BASE: Final = "http://canary"
_PROTOBUF: Final = {"content-type": "application/x-protobuf"}
_JSON: Final = {"content-type": "application/json"}
_LOGS: Final = f"/v1/project_logs/{CANARY_PROJECT}"

SendSecrets: TypeAlias = Callable[[Sequence[Secret]], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """Where requests come in.

    Attributes:
        otlp: the application of the OTLP port, without its guard.
        api: that of the API's port.
        grpc: signal -> what the service of this signal calls.
        admission: room for requests.
    """

    otlp: ASGIApp
    api: ASGIApp
    grpc: Mapping[str, Keep]
    admission: Admission


class Ways:
    """Sends secrets through each way in."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors

    def all(self) -> Mapping[str, SendSecrets]:
        """Return the ways by name.

        Each raises:
            CollectorError: it was refused.
            httpx.HTTPStatusError: likewise.
        """
        otlp, api = self._doors.otlp, self._doors.api
        ways: dict[str, SendSecrets] = {}
        for signal, make in (("traces", request.traces), ("logs", request.logs)):
            ways[f"OTLP over gRPC, {signal}"] = self._call(signal, make)
            for port, app, prefix in (("OTLP", otlp, ""), ("API", api, "/otel")):
                path = f"{prefix}/v1/{signal}"
                ways[f"{port} port, {signal}, protobuf"] = self._post(app, path, _protobuf(make), _PROTOBUF)
                ways[f"{port} port, {signal}, JSON"] = self._post(app, path, _otlp_json(make), _JSON)
        rows: Mapping[str, tuple[str, Callable[[Sequence[Secret]], Json]]] = {
            "/logs3": ("/logs3", lambda given: {"rows": [request.project_row(given)], "api_version": 2}),
            "insert": (f"{_LOGS}/insert", lambda given: {"events": [request.row(given)]}),
            "feedback": (f"{_LOGS}/feedback", lambda given: {"feedback": [request.feedback(given)]}),
        }
        for name, (path, body) in rows.items():
            ways[name] = self._post(api, path, _json(body), _JSON)
        return ways

    def _call(self, signal: str, make: Callable[[Sequence[Secret]], Message]) -> SendSecrets:
        async def send(planted: Sequence[Secret]) -> None:
            with asking(_ACCESS):
                body = make(planted).SerializeToString()
                await self._doors.grpc[signal](body, Encoding.PROTOBUF, parent=None, transport="grpc")

        return send

    def _post(
        self,
        app: ASGIApp,
        path: str,
        make: Callable[[Sequence[Secret]], bytes],
        headers: Mapping[str, str],
    ) -> SendSecrets:
        async def send(planted: Sequence[Secret]) -> None:
            transport = httpx.ASGITransport(app=_Inside(app, self._doors.admission))
            async with httpx.AsyncClient(transport=transport, base_url=_BASE) as client:
                answer = await client.post(path, content=make(planted), headers=headers)
                answer.raise_for_status()

        return send


class _Inside:
    """An application behind its guard, as who may write to the canary's project only meets it."""

    def __init__(self, app: ASGIApp, admission: Admission) -> None:
        self._app = app
        self._admission = admission

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with asking(_ACCESS), self._admission.hold(_ACCESS.name) as hold:
            await self._app({**scope, ROOM: hold}, receive, send)


def _protobuf(make: Callable[[Sequence[Secret]], Message]) -> Callable[[Sequence[Secret]], bytes]:
    return lambda planted: make(planted).SerializeToString()


def _otlp_json(make: Callable[[Sequence[Secret]], Message]) -> Callable[[Sequence[Secret]], bytes]:
    return lambda planted: request.otlp_json(make(planted))


def _json(make: Callable[[Sequence[Secret]], Json]) -> Callable[[Sequence[Secret]], bytes]:
    return lambda planted: orjson.dumps(make(planted))
