"""What a receiver says of a request that it does not take, or not all of: its status and its own words. It asks nothing.

Source: OTLP 1.x, "OTLP/HTTP Response": the body of a failure is a `google.rpc.Status`, in protobuf or JSON; what stands before
a receiver, and Braintrust's API, answer with JSON or text of their own. A success may name a number that was rejected
("Partial Success"); what it says of none is a warning and passed over.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from json import loads
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    import requests

MAX_CHARACTERS: Final = 300
"""Of the receiver's words; it may be anybody."""

_KEYS: Final = ("message", "Message", "error", "detail")


@dataclass(frozen=True, slots=True)
class Fault:
    """An answer that is no success, or not for all that was sent.

    Attributes:
        status: of HTTP.
        said: one line, bounded; the name of the status where the body says nothing.
        rejected: how many of the request a success left out; 0 where it was no success.
    """

    status: int
    said: str
    rejected: int = 0

    def __str__(self) -> str:
        if self.rejected:
            return f"it took the request without them: {self.said}"
        return f"it answered {self.status}: {self.said}"


def fault_of(response: "requests.Response", body: bytes | None = None) -> Fault:
    """Read an answer that is no success; never raises for what is in its body.

    Args:
        response: the answer.
        body: what was read of it already; None to read it here.
    """
    told = response.content if body is None else body
    words = _words(response.headers.get("content-type", ""), told)
    return Fault(response.status_code, _line(words) or _line(response.reason or "no reason given"))


def rejection_of(response: "requests.Response") -> Fault | None:
    """Return what a success says that it left out; None where it took everything, or says nothing that can be read."""
    if not response.content or "protobuf" not in response.headers.get("content-type", ""):
        return None
    # That of logs has the same members under the same numbers. As below, `import otel_bridge` must not load it.
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (  # noqa: PLC0415 - see above
        ExportTraceServiceResponse,
    )

    try:
        told = ExportTraceServiceResponse.FromString(response.content).partial_success
    except Exception:  # noqa: BLE001 - protobuf's own error, whose module is not ours to import
        return None
    if told.rejected_spans <= 0:
        return None
    return Fault(response.status_code, _line(told.error_message) or "no reason given", told.rejected_spans)


def _line(words: str) -> str:
    shown = " ".join(words.split())
    cut = shown if len(shown) <= MAX_CHARACTERS else f"{shown[:MAX_CHARACTERS]}..."
    return "".join(each if each.isprintable() else "?" for each in cut)


def _words(kind: str, body: bytes) -> str:
    if "protobuf" in kind:
        return _in_protobuf(body)
    return _in_json(body) if "json" in kind else ""


def _in_protobuf(body: bytes) -> str:
    # `import otel_bridge` must not load it. OpenTelemetry brings no `google.rpc.Status`; this has the same members on the wire: a
    # number, then a text.
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (  # noqa: PLC0415 - see above
        ExportTracePartialSuccess,
    )

    try:
        return ExportTracePartialSuccess.FromString(body).error_message
    except Exception:  # noqa: BLE001 - protobuf's own error, whose module is not ours to import
        return ""


def _in_json(body: bytes) -> str:
    try:
        told: object = loads(body)
    except (ValueError, RecursionError):
        return ""
    for _ in range(2):  # the words themselves, or an object that has them
        if isinstance(told, dict):
            members = cast("Mapping[str, object]", told)
            told = next((members[key] for key in _KEYS if members.get(key)), "")
    return told if isinstance(told, str) else ""
