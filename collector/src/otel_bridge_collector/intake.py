"""An OTLP request to what is kept of it: bounded, parsed, checked span by span, masked. It keeps nothing, and knows no caller."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from otel_bridge.contract.names import PARENT
from otel_bridge_collector.compiled import Library
from otel_bridge_collector.decode import otlp_json, protobuf
from otel_bridge_collector.decode.sender import Sender, senders_of
from otel_bridge_collector.decode.size import check_json, check_protobuf
from otel_bridge_collector.decode.sound import sound_senders
from otel_bridge_collector.decode.structure import Checked, ParentFault, check_logs, check_traces
from otel_bridge_collector.masking.otlp import masked_logs, masked_traces
from otel_bridge_collector.masking.rules import RuleSet

_PARENT: Final = PARENT.encode()


class Encoding(Enum):
    """The two forms of an OTLP request."""

    PROTOBUF = "protobuf"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a request; what is accepted is durable.

    Attributes:
        accepted: spans or log records kept.
        rejected: those that no row can be made of.
        reason: the first fault among them; empty when nothing is rejected.
    """

    accepted: int
    rejected: int
    reason: str

    @property
    def total(self) -> int:
        """Spans or log records that came."""
        return self.accepted + self.rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What is kept of a request, as protobuf, and what became of the rest.

    Attributes:
        senders: the resources of its spans; None for log records.
    """

    outcome: Outcome
    payload: bytes
    senders: Sequence[Sender] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What a request may be.

    Attributes:
        max_messages: how many messages it may hold.
        parent_fault: says what speaks against a parent; None when the caller may write everywhere.
        rules: what is masked before it is kept; None for nothing.
        compiled: judges trace requests in protobuf before Python does; None where it is not there.
    """

    max_messages: int
    parent_fault: ParentFault | None
    rules: RuleSet | None
    compiled: Library | None = None


def trace_intake(body: bytes, encoding: Encoding, bounds: Bounds) -> Intake:
    """Return what is kept of a trace request.

    Raises:
        MalformedBodyError: `body` is no trace request.
        BodyTooLargeError: it holds more than may be parsed.
    """
    if encoding is Encoding.PROTOBUF:
        if sound := _sound(body, bounds):
            return sound
        check_protobuf(body, ExportTraceServiceRequest.DESCRIPTOR, max_messages=bounds.max_messages)
        checked, received = check_traces(protobuf.parse_traces(body), _asked(bounds, body)), body
    else:
        check_json(body, max_brackets=2 * bounds.max_messages)
        checked, received = check_traces(otlp_json.parse_traces(body), bounds.parent_fault), None
    received = None if checked.rejected else received
    masked = masked_traces(checked.request, received, bounds.rules) if bounds.rules else None
    return _checked(checked, masked, received)


def log_intake(body: bytes, encoding: Encoding, bounds: Bounds) -> Intake:
    """Return what is kept of a log request; errors as with `trace_intake`."""
    if encoding is Encoding.PROTOBUF:
        check_protobuf(body, ExportLogsServiceRequest.DESCRIPTOR, max_messages=bounds.max_messages)
        checked, received = check_logs(protobuf.parse_logs(body), _asked(bounds, body)), body
    else:
        check_json(body, max_brackets=2 * bounds.max_messages)
        checked, received = check_logs(otlp_json.parse_logs(body), bounds.parent_fault), None
    received = None if checked.rejected else received
    masked = masked_logs(checked.request, received, bounds.rules) if bounds.rules else None
    return _checked(checked, masked, received)


def metric_points(body: bytes, encoding: Encoding, bounds: Bounds) -> int:
    """Return how many data points a metric request holds; errors as with `trace_intake`."""
    if encoding is Encoding.PROTOBUF:
        check_protobuf(body, ExportMetricsServiceRequest.DESCRIPTOR, max_messages=bounds.max_messages)
        request = protobuf.parse_metrics(body)
    else:
        check_json(body, max_brackets=2 * bounds.max_messages)
        request = otlp_json.parse_metrics(body)
    metrics = (
        metric
        for resource in request.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    )
    return sum(
        len(getattr(metric, kind).data_points) for metric in metrics if (kind := metric.WhichOneof("data"))
    )


def _sound(body: bytes, bounds: Bounds) -> Intake | None:
    """Return a trace request as it came, where nothing of it needs a look by Python: what happens to most."""
    if bounds.compiled is None or bounds.rules:
        return None
    senders = sound_senders(
        bounds.compiled,
        body,
        max_messages=bounds.max_messages,
        is_parent_asked=bounds.parent_fault is not None,
    )
    if senders is None:
        return None
    accepted = sum(sender["spans"] for sender in senders)
    return Intake(outcome=Outcome(accepted=accepted, rejected=0, reason=""), payload=body, senders=senders)


def _asked(bounds: Bounds, body: bytes) -> ParentFault | None:
    """Return the question to ask of parents, unless a body in protobuf cannot name any."""
    return bounds.parent_fault if bounds.parent_fault and _PARENT in body else None


def _checked(
    checked: Checked[ExportTraceServiceRequest] | Checked[ExportLogsServiceRequest],
    masked: bytes | None,
    received: bytes | None,
) -> Intake:
    """Keep the bytes as masked, else as `received`, unless they are no protobuf or hold what was rejected."""
    outcome = Outcome(accepted=checked.accepted, rejected=checked.rejected, reason=checked.reason)
    if masked is None:
        masked = checked.request.SerializeToString() if received is None else received
    senders = senders_of(checked.facts) if isinstance(checked.request, ExportTraceServiceRequest) else None
    return Intake(outcome=outcome, payload=masked, senders=senders)
