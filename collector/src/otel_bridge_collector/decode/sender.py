"""Who sent the spans of a request, as their resources say: counted for the receipts, never part of a row.

Source: OpenTelemetry semantic conventions, `service.*` and `telemetry.sdk.*` of a resource (stable).
"""

from collections.abc import Iterable, Sequence
from typing import Final, TypedDict

from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource

from otel_bridge_collector.decode.facts import ResourceFacts, SpanFacts

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


def senders_of(facts: Iterable[ResourceFacts]) -> list[Sender]:
    """Return the senders of a request, at most `MAX_SENDERS`; those without spans are left out."""
    found: dict[tuple[str, str, str], list[SpanFacts]] = {}
    for each in facts:
        if each.spans:
            key = _key(each.resource)
            if key not in found and len(found) >= MAX_SENDERS - 1:
                key = ("", "", "")
            found.setdefault(key, []).extend(each.spans)
    return [_sender(key, spans) for key, spans in found.items()]


def _sender(key: tuple[str, str, str], spans: Sequence[SpanFacts]) -> Sender:
    service, instance, sdk = key
    _, _, _, ends_ns, dropped = zip(*spans, strict=True)
    return Sender(
        service=service,
        instance=instance,
        sdk=sdk,
        spans=len(spans),
        newest_end_ns=max(ends_ns),
        dropped_attributes=sum(dropped),
    )


def _key(resource: Resource) -> tuple[str, str, str]:
    said = _texts(resource.attributes)
    service = "/".join(part for part in (said.get("service.namespace"), said.get("service.name")) if part)
    sdk = " ".join(said[name] for name in _SDK if name in said)
    return service[:_MAX_CHARACTERS], said.get("service.instance.id", ""), sdk[:_MAX_CHARACTERS]


def _texts(attributes: Iterable[KeyValue]) -> dict[str, str]:
    return {
        each.key: each.value.string_value[:_MAX_CHARACTERS] for each in attributes if each.value.string_value
    }
