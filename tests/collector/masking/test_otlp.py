"""Masking OTLP requests."""

import json

import pytest
from opentelemetry.proto.common.v1.common_pb2 import (
    AnyValue,
    ArrayValue,
    EntityRef,
    InstrumentationScope,
    KeyValue,
    KeyValueList,
)
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from otel_bridge.contract.names import MASKED, PARENT
from otel_bridge_collector.masking.otlp import mask_request
from otel_bridge_collector.masking.rules import RuleSet
from tests.support.masking import rules_of
from tests.support.otlp_request import log_record, logs, span, traces

MAIL = "bob@x.example"
EMAILS = "{patterns: [emails]}"


def masked_span(given: Span, rules: RuleSet | None = None) -> Span:
    request = traces(given)
    request.ParseFromString(mask_request("traces", request.SerializeToString(), rules or rules_of(EMAILS)))
    return request.resource_spans[0].scope_spans[0].spans[0]


def attributes_of(given: Span) -> dict[str, str]:
    return {each.key: each.value.string_value for each in given.attributes}


def of_text(text: str) -> AnyValue:
    return AnyValue(string_value=text)


def test_what_nothing_is_found_in_keeps_its_bytes() -> None:
    body = traces(span(attributes={"a": '{ "b" : 1 }'})).SerializeToString()

    assert mask_request("traces", body, rules_of(EMAILS)) is body


@pytest.mark.parametrize(
    "hidden",
    [
        pytest.param(b"\xfa\x3f\x0d" + MAIL.encode(), id="a field that OTLP does not have"),
        pytest.param(b"", id="a field that stands twice"),
    ],
)
def test_what_cannot_be_seen_in_a_request_is_left_out(hidden: bytes) -> None:
    twice = Span(name=MAIL).SerializeToString() + span().SerializeToString()
    scope = b"\x12" + bytes([len(twice)]) + twice
    resource = b"\x12" + bytes([len(scope)]) + scope
    body = b"\x0a" + bytes([len(resource)]) + resource
    given = body if not hidden else traces(span()).SerializeToString() + hidden

    masked = mask_request("traces", given, rules_of(EMAILS, more=", span_names: true"))

    assert MAIL.encode() in given
    assert MAIL.encode() not in masked
    assert masked == traces(span()).SerializeToString()


def test_every_text_of_a_request_is_masked() -> None:
    given = span(attributes={"a": MAIL, MAIL: "b", "j": json.dumps({"c": MAIL})})
    given.status.CopyFrom(Status(message=MAIL))
    given.trace_state = f"k={MAIL}"
    given.attributes.extend(
        [
            KeyValue(key="l", value=AnyValue(array_value=ArrayValue(values=[of_text(MAIL)]))),
            KeyValue(
                key="m",
                value=AnyValue(kvlist_value=KeyValueList(values=[KeyValue(key=MAIL, value=of_text(MAIL))])),
            ),
            KeyValue(key="b", value=AnyValue(bytes_value=b"\xff" + MAIL.encode())),
        ]
    )
    given.events.add(name="e", attributes=[KeyValue(key="a", value=of_text(MAIL))])
    given.links.add(trace_state=MAIL, attributes=[KeyValue(key="a", value=of_text(MAIL))])
    request = traces(given)
    of_resource = request.resource_spans[0]
    of_resource.schema_url = MAIL
    of_resource.resource.CopyFrom(
        Resource(
            attributes=[KeyValue(key="a", value=of_text(MAIL))],
            entity_refs=[EntityRef(schema_url=MAIL, type=MAIL, id_keys=["a", MAIL], description_keys=[MAIL])],
        )
    )
    of_resource.scope_spans[0].scope.CopyFrom(
        InstrumentationScope(name=MAIL, version=MAIL, attributes=[KeyValue(key="a", value=of_text(MAIL))])
    )
    of_resource.scope_spans[0].schema_url = MAIL

    masked = mask_request("traces", request.SerializeToString(), rules_of(EMAILS))

    assert MAIL.encode() not in masked
    request.ParseFromString(masked)
    shown = request.resource_spans[0].scope_spans[0].spans[0]
    assert attributes_of(shown)["j"] == '{"c":"[email]"}'
    assert shown.status.message == "[email]"
    assert request.resource_spans[0].resource.entity_refs[0].id_keys == ["a", "[email]"]
    assert shown.attributes[5].value.bytes_value.endswith(b"[email]")


def test_every_text_of_a_log_request_is_masked() -> None:
    record = log_record(MAIL, attributes={"a": MAIL})
    record.severity_text = MAIL

    masked = mask_request("logs", logs(record).SerializeToString(), rules_of(EMAILS))

    assert MAIL.encode() not in masked


def test_names_pass_unless_they_are_asked_for() -> None:
    given = span(name=MAIL)
    given.events.add(name=MAIL)
    given.events.add(name="gen_ai.choice")

    kept = masked_span(given)
    shown = masked_span(given, rules_of(EMAILS, more=", span_names: true"))

    assert (kept.name, kept.events[0].name) == (MAIL, MAIL)
    assert (shown.name, shown.events[0].name, shown.events[1].name) == ("[email]", "[email]", "gen_ai.choice")


def test_where_a_row_goes_is_not_masked() -> None:
    parent = "project_name:bob@x.example"

    assert attributes_of(masked_span(span(attributes={PARENT: parent}))) == {PARENT: parent}


def test_a_telling_key_hides_a_value_of_any_kind() -> None:
    given = span(attributes={"api_key": "x", "empty_secret": ""})
    given.attributes.extend([KeyValue(key="pin", value=AnyValue(int_value=1234))])

    shown = attributes_of(masked_span(given, rules_of("{patterns: [secrets]}")))

    assert (shown["api_key"], shown["pin"], shown["empty_secret"]) == ("[secret]", "[secret]", "")


def test_a_field_is_masked_whatever_attribute_it_comes_in() -> None:
    given = span(
        attributes={
            "gen_ai.input.messages": "hello",
            "llm.input_messages.0.message.content": "hello",
            "braintrust.input_json": '"hello"',
            "user.email": "hello",
            "braintrust.metadata": '{"user": {"email": "hello"}, "a": "b"}',
            "output.value": "bye",
        }
    )

    shown = attributes_of(masked_span(given, rules_of("{fields: [input, metadata.user.email]}")))

    assert {key: value for key, value in shown.items() if key != MASKED} == {
        "gen_ai.input.messages": "[masked]",
        "llm.input_messages.0.message.content": "[masked]",
        "braintrust.input_json": "[masked]",
        "user.email": "[masked]",
        "braintrust.metadata": '{"user":{"email":"[masked]"},"a":"b"}',
        "output.value": "bye",
    }


def test_what_is_dropped_is_gone() -> None:
    given = span(attributes={"a": MAIL, "b": "x"})
    given.attributes.extend(
        [KeyValue(key="l", value=AnyValue(array_value=ArrayValue(values=[of_text(MAIL), of_text("y")])))]
    )
    given.status.message = MAIL

    shown = masked_span(given, rules_of("{patterns: [emails], action: drop}"))

    assert [each.key for each in shown.attributes] == ["b", "l", MASKED]
    assert [each.string_value for each in shown.attributes[1].value.array_value.values] == ["y"]
    assert shown.status.message == ""


def test_a_body_that_is_dropped_is_gone() -> None:
    request = logs(log_record(MAIL))

    request.ParseFromString(
        mask_request("logs", request.SerializeToString(), rules_of("{fields: [body], action: drop}"))
    )

    assert not request.resource_logs[0].scope_logs[0].log_records[0].HasField("body")


def test_what_was_masked_carries_the_proof_beside_that_of_the_app() -> None:
    rules = rules_of(EMAILS)
    own = '{"function":"0123456789abcdef","values":2}'

    shown = masked_span(span(attributes={"a": MAIL, MASKED: own}), rules)
    forged = masked_span(span(attributes={MASKED: MAIL}), rules)

    assert json.loads(attributes_of(shown)[MASKED]) == {
        "function": "0123456789abcdef", "values": 2, "rules": rules.fingerprint, "masked": 1,
    }  # fmt: skip
    assert json.loads(attributes_of(forged)[MASKED]) == {"rules": rules.fingerprint, "masked": 0}
