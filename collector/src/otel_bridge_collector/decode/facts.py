"""What reception looks at in the spans of a request, read in one walk: for the structural check and for the account of senders.

The fields of many spans are fetched by C code (`map` and `attrgetter`), some three times as fast as by a loop in Python.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Final, TypeAlias, cast

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.resource.v1.resource_pb2 import Resource

SpanFacts: TypeAlias = tuple[bytes, bytes, bytes, int, int]
"""Trace id, span id, parent span id, end in Unix nanoseconds, number of dropped attributes."""

_FACTS: Final = attrgetter(
    "trace_id", "span_id", "parent_span_id", "end_time_unix_nano", "dropped_attributes_count"
)


@dataclass(frozen=True, slots=True)
class ResourceFacts:
    """The spans of one resource, in their order."""

    resource: Resource
    spans: Sequence[SpanFacts]


def facts_of(request: ExportTraceServiceRequest) -> list[ResourceFacts]:
    """Return the facts of each resource in a request, in its order."""
    found: list[ResourceFacts] = []
    for group in request.resource_spans:
        spans: list[SpanFacts] = []
        for scope in group.scope_spans:
            spans += cast("map[SpanFacts]", map(_FACTS, scope.spans))
        found.append(ResourceFacts(group.resource, spans))
    return found
