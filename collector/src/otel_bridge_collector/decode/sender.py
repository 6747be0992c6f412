"""Who sent the spans of a request, as their resources say: counted for the receipts, never part of a row.

Source: OpenTelemetry semantic conventions, `service.*` and `telemetry.sdk.*` of a resource (stable).
"""

from collections.abc import Iterable
from typing import Final, TypedDict

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, Span

MAX_SENDERS: Final = 8
"""Of one request, as a Collector may send them; the spans of further ones count for one without a name."""

_MAX_CHARACTERS: Final = 128
_SDK: Final = ("telemetry.sdk.name", "telemetry.sdk.language", "telemetry.sdk.version")


class Sender(TypedDict):
    """Spans of one process in a request.

    Attributes:
        service: `service.name`, behind `service.namespace` and a slash where there is one; empty when it says none.
        instance: `service.instance.id`; likewise.
        sdk: name, language and version of its OpenTelemetry SDK, in words; likewise.
        spans: how many.
        newest_end_ns: when the last of them ended, by the clock of the process.
        dropped_attributes: how many attributes the SDK has dropped from them.
    """

    service: str
    instance: str
    sdk: str
    spans: int
    newest_end_ns: int
    dropped_attributes: int


def senders_of(request: ExportTraceServiceRequest) -> list[Sender]:
    """Return the senders of a request, at most `MAX_SENDERS`; those without spans are left out."""
    found: dict[tuple[str, str, str], list[Span]] = {}
    for group in request.resource_spans:
        spans = [span for scope in group.scope_spans for span in scope.spans]
        if spans:
            key = _key(group)
            if key not in found and len(found) >= MAX_SENDERS - 1:
                key = ("", "", "")
            found.setdefault(key, []).extend(spans)
    return [_sender(key, spans) for key, spans in found.items()]


def _sender(key: tuple[str, str, str], spans: Iterable[Span]) -> Sender:
    service, instance, sdk = key
    spans = list(spans)
    return Sender(
        service=service,
        instance=instance,
        sdk=sdk,
        spans=len(spans),
        newest_end_ns=max(span.end_time_unix_nano for span in spans),
        dropped_attributes=sum(span.dropped_attributes_count for span in spans),
    )


def _key(group: ResourceSpans) -> tuple[str, str, str]:
    said = _texts(group.resource.attributes)
    service = "/".join(part for part in (said.get("service.namespace"), said.get("service.name")) if part)
    sdk = " ".join(said[name] for name in _SDK if name in said)
    return service[:_MAX_CHARACTERS], said.get("service.instance.id", ""), sdk[:_MAX_CHARACTERS]


def _texts(attributes: Iterable[KeyValue]) -> dict[str, str]:
    return {
        each.key: each.value.string_value[:_MAX_CHARACTERS] for each in attributes if each.value.string_value
    }
