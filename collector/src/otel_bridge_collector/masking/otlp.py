"""Apply rules to OTLP requests, in place: every text in them, wherever it stands, but ids, times and where a row goes.

Source: opentelemetry-proto 1.x, `trace.proto`, `logs.proto`, `common.proto`.
"""

import json
from collections.abc import Callable
from typing import Any, Final, Literal, TypeAlias

from google.protobuf.message import Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, InstrumentationScope, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from otel_bridge.contract import names
from otel_bridge.contract.row import Json
from otel_bridge_collector.decode.protobuf import parse_logs, parse_traces
from otel_bridge_collector.decode.value import json_value
from otel_bridge_collector.masking.address import UNTOUCHED, attribute_place, event_place
from otel_bridge_collector.masking.path import Place, root
from otel_bridge_collector.masking.proof import is_proof, proof_of
from otel_bridge_collector.masking.rules import RuleSet, Texts
from otel_bridge_collector.masking.walk import Dropped, Found, Masked, Walk

Attributes: TypeAlias = Any
"""A repeated field of `KeyValue`; protobuf's stubs and its containers do not agree on its type."""

PlaceOf: TypeAlias = Callable[[str], Place]

_KNOWN_NAMES: Final = (names.EXCEPTION_EVENT, "gen_ai.", "braintrust.")
_BODY: Final = root("body", "output", "input")
_STATUS: Final = root("status.message", "error")
_NAME: Final = root("name", "span_attributes.name")
_STATE: Final = root("trace_state")


def mask_request(signal: Literal["traces", "logs"], body: bytes, rules: RuleSet) -> bytes:
    """Return a request in protobuf masked; the bytes as they are if nothing in them is to be masked."""
    if signal == "traces":
        return masked_traces(parse_traces(body), body, rules)
    return masked_logs(parse_logs(body), body, rules)


def masked_traces(request: ExportTraceServiceRequest, received: bytes | None, rules: RuleSet) -> bytes:
    """Mask a request in place and return its bytes.

    Args:
        request: of OTLP traces.
        received: the bytes that it was read from, which are returned if nothing in them is to be masked; or None.
        rules: what is masked. Fields that OTLP does not have, which nobody can look into, are left out.
    """
    masker = OtlpMasker(rules)
    request.DiscardUnknownFields()
    masker.traces(request)
    return _bytes_of(request, received, masker)


def masked_logs(request: ExportLogsServiceRequest, received: bytes | None, rules: RuleSet) -> bytes:
    """The same for OTLP logs."""
    masker = OtlpMasker(rules)
    request.DiscardUnknownFields()
    masker.logs(request)
    return _bytes_of(request, received, masker)


def _bytes_of(request: Message, received: bytes | None, masker: "OtlpMasker") -> bytes:
    written = request.SerializeToString()
    # A field that stands twice or is not known makes the received bytes longer than what was read from them.
    return (
        received if received is not None and not masker.changed and len(written) == len(received) else written
    )


class OtlpMasker:
    """Masks requests.

    Args:
        rules: what is masked.
        found: is told of each thing that was masked.

    Attributes:
        changed: whether anything was.
    """

    def __init__(self, rules: RuleSet, found: Found | None = None) -> None:
        self._rules = rules
        self._found = found
        self.changed = False

    def traces(self, request: ExportTraceServiceRequest) -> None:
        """Mask a trace request in place."""
        for resource_spans in request.resource_spans:
            self._resource(resource_spans.resource)
            self._text_of(resource_spans, "schema_url")
            for scope_spans in resource_spans.scope_spans:
                self._scope(scope_spans.scope)
                self._text_of(scope_spans, "schema_url")
                for span in scope_spans.spans:
                    self._span(span)

    def logs(self, request: ExportLogsServiceRequest) -> None:
        """Mask a log request in place."""
        for resource_logs in request.resource_logs:
            self._resource(resource_logs.resource)
            self._text_of(resource_logs, "schema_url")
            for scope_logs in resource_logs.scope_logs:
                self._scope(scope_logs.scope)
                self._text_of(scope_logs, "schema_url")
                for record in scope_logs.log_records:
                    self._record(record)

    def _walk(self) -> Walk:
        return Walk(self._rules, self._found)

    def _text_of(self, message: Message, field: str) -> None:
        if getattr(message, field):
            walk = self._walk()
            _text(walk, message, field, root(field))
            self.changed = self.changed or walk.count > 0

    def _resource(self, resource: Resource) -> None:
        walk = self._walk()
        _attributes(walk, resource.attributes, _under("resource"))
        for entity in resource.entity_refs:
            _text(walk, entity, "schema_url", root("schema_url"))
            _text(walk, entity, "type", root("resource.entity_refs.type"))
            for keys in (entity.id_keys, entity.description_keys):
                shown = [_entity_key(walk, key) for key in keys]
                if shown != list(keys):
                    keys[:] = shown
        self._prove(walk, resource.attributes)

    def _scope(self, scope: InstrumentationScope) -> None:
        walk = self._walk()
        _text(walk, scope, "name", root("scope.name"))
        _text(walk, scope, "version", root("scope.version"))
        _attributes(walk, scope.attributes, _under("scope"))
        self._prove(walk, scope.attributes)

    def _span(self, span: Span) -> None:
        walk = self._walk()
        _attributes(walk, span.attributes, attribute_place)
        _text(walk, span.status, "message", _STATUS)
        _text(walk, span, "trace_state", _STATE)
        if self._rules.span_names:
            _text(walk, span, "name", _NAME)
        for event in span.events:
            _attributes(walk, event.attributes, _of_event(event.name))
            self._event_name(walk, event, "name")
        for link in span.links:
            _attributes(walk, link.attributes, _under("links"))
            _text(walk, link, "trace_state", _STATE)
        self._prove(walk, span.attributes)

    def _record(self, record: LogRecord) -> None:
        walk = self._walk()
        _attributes(walk, record.attributes, attribute_place)
        _text(walk, record, "severity_text", root("severity_text"))
        self._event_name(walk, record, "event_name")
        if isinstance(_value(walk, record.body, _BODY, walk.texts_at(_BODY)), Dropped):
            record.ClearField("body")
        self._prove(walk, record.attributes)

    def _event_name(self, walk: Walk, owner: Message, field: str) -> None:
        if self._rules.span_names and not getattr(owner, field).startswith(_KNOWN_NAMES):
            _text(walk, owner, field, root("name"))

    def _prove(self, walk: Walk, attributes: Attributes) -> None:
        """Say in an attribute that something was masked; it replaces one that says more than a proof does."""
        before = [each for each in attributes if each.key == names.MASKED]
        said: Json = before[0].value.string_value if before else None
        if walk.count == 0 and (not before or (len(before) == 1 and is_proof(said))):
            return
        self.changed = True
        kept = [each for each in attributes if each.key != names.MASKED]
        if before:
            del attributes[:]
            attributes.extend(kept)
        proof = json.dumps(proof_of(self._rules, walk, said), separators=(",", ":"))
        attributes.append(KeyValue(key=names.MASKED, value=AnyValue(string_value=proof)))


def _entity_key(walk: Walk, key: str) -> str:
    """Return the key of an attribute of the resource as it is masked there."""
    place = _under("resource")(key)
    return walk.key(key, place, walk.texts_at(place))


def _under(owner: str) -> PlaceOf:
    return lambda key: root(f"{owner}.{key}", key, f"context.otel.{owner}.{key}")


def _of_event(event: str) -> PlaceOf:
    return lambda key: event_place(event, key)


def _text(walk: Walk, message: Message, field: str, place: Place) -> None:
    """Mask a field that is a text."""
    text: str = getattr(message, field)
    if text and (masked := walk.value(text, place)) is not text:
        setattr(message, field, "" if isinstance(masked, Dropped) else str(masked))


def _attributes(walk: Walk, attributes: Attributes, place_of: PlaceOf, above: Texts | None = None) -> None:
    dropped: list[int] = []
    for index, each in enumerate(attributes):
        key: str = each.key
        if key in UNTOUCHED:
            continue
        place = place_of(key)
        texts = walk.texts_at(place, above)
        if isinstance(_value(walk, each.value, place, texts, key), Dropped):
            dropped.append(index)
        if (shown := walk.key(key, place, texts)) is not key:
            each.key = shown
    for index in reversed(dropped):
        del attributes[index]


def _value(walk: Walk, value: AnyValue, place: Place, texts: Texts, key: str = "") -> Masked:
    """Mask a value in place, and say whether it is to go."""
    kind = value.WhichOneof("value")
    if kind is None or kind == "bool_value":
        return None
    if kind == "string_value" and not texts.hides(key):
        return _put(value, value.string_value, walk.value(value.string_value, place, texts))
    rule = walk.rules.whole_at(place) if walk.rules.names_fields else None
    hiding = (rule.name, rule.whole) if rule else walk.hiding(key, kind, texts)
    if hiding:
        told = json_value(value)
        return None if told == "" else _put(value, told, walk.put(*hiding, told, place))
    match kind:
        case "array_value":
            _elements(walk, value, place, texts)
        case "kvlist_value":
            _attributes(walk, value.kvlist_value.values, place.below, texts)
        case "bytes_value":
            return _bytes(walk, value, place, texts)
        case "int_value" if texts.looks_at_numbers:
            return _put(value, value.int_value, walk.number(value.int_value, place, texts))
        case _:
            pass
    return None


def _put(value: AnyValue, before: Json, masked: Masked) -> Masked:
    if masked is not before and not isinstance(masked, Dropped):
        value.string_value = str(masked)
    return masked


def _bytes(walk: Walk, value: AnyValue, place: Place, texts: Texts) -> Masked:
    """Bytes may be text of any encoding: what stands in them as ASCII or UTF-8 is found."""
    text = value.bytes_value.decode("utf-8", "surrogateescape")
    masked = walk.text(text, place, texts)
    if masked is not text and not isinstance(masked, Dropped):
        value.bytes_value = str(masked).encode("utf-8", "replace")
    return masked


def _elements(walk: Walk, value: AnyValue, place: Place, texts: Texts) -> None:
    elements = value.array_value.values
    for index in reversed(range(len(elements))):
        here = place.below(index)
        if isinstance(_value(walk, elements[index], here, walk.texts_at(here, texts)), Dropped):
            del elements[index]
