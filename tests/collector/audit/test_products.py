"""What rules have made is not found again."""

from typing import Any, cast

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from otel_bridge.contract.row import Row
from otel_bridge_collector.audit.findings import Finding, Findings
from otel_bridge_collector.audit.products import audit_rules
from otel_bridge_collector.audit.rows import RowAudit
from otel_bridge_collector.config.model import Config
from otel_bridge_collector.decode import otlp_json, protobuf
from otel_bridge_collector.masking.otlp import OtlpMasker
from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.pipeline.masks import door_rules
from otel_bridge_collector.translate import span_writes
from otel_bridge_collector.translate.assembly import final_rows
from tests.support.conventions import Case, cases
from tests.support.masking import KEY, config_of

ALL = "patterns: [secrets, emails, card_numbers, phone_numbers]"
PSEUDONYM = f"action: pseudonym, prefix: user, key: {KEY}"
RULES = (
    pytest.param([f"{{{ALL}}}"], id="patterns"),
    pytest.param([f"{{{ALL}, action: hash}}"], id="hashes"),
    pytest.param([f"{{{ALL}, {PSEUDONYM}}}", r"{regexes: ['\d{4,}']}"], id="pseudonyms with digits"),
    pytest.param(["{fields: [input, output, expected]}", f"{{{ALL}}}"], id="content as a whole"),
    pytest.param([f"{{fields: [user.id, session.id], {PSEUDONYM}}}"], id="fields"),
    pytest.param([f"{{{ALL}, action: drop}}"], id="drop"),
    pytest.param([r"{regexes: ['(?i)\bthe \w+'], replacement: 'the other'}"], id="found in its replacement"),
)


def found_in_row(row: dict[str, Any], config: Config) -> list[Finding]:
    rules = audit_rules(config)
    assert rules is not None
    findings = Findings(rules)
    RowAudit(rules, findings.at("row")).row(cast("Row", row))
    return findings.listed()


def masked_at_door(case: Case, config: Config) -> ExportTraceServiceRequest:
    rules = door_rules(config)
    assert rules is not None
    request = otlp_json.parse_traces(case.traces())
    OtlpMasker(rules).traces(request)
    return request


@pytest.mark.parametrize("rules", RULES)
def test_no_recording_that_was_masked_has_anything_left(rules: list[str]) -> None:
    config = config_of(*rules)
    audit = audit_rules(config)
    assert audit is not None
    findings = Findings(audit)
    for case in cases():
        request = masked_at_door(case, config)
        writes: list[RowWrite] = [
            write for span in protobuf.spans(request) for write in span_writes(span) or ()
        ]
        OtlpMasker(audit, findings.at(f"request {case.convention}/{case.name}")).traces(request)
        for row in final_rows(writes):
            RowAudit(audit, findings.at(f"row {case.convention}/{case.name}")).row(row)

    # A key of `metadata` that has the name of a field may be an attribute of this name, so rules for the field hold there.
    assert [each for each in findings.listed() if each.field != "metadata.output"] == []


def test_without_rules_at_the_door_there_is_nothing_to_look_for() -> None:
    assert audit_rules(Config()) is None


def test_what_stands_beside_a_product_is_found() -> None:
    config = config_of(f"{{{ALL}, {PSEUDONYM}}}")

    found = found_in_row({"input": "user_0123456789abcdef and bob@x.example"}, config)

    assert [(each.field, each.rule, each.count) for each in found] == [("input", "masking[0]", 1)]


def test_a_value_with_something_beside_products_is_found() -> None:
    config = config_of("{fields: [output]}")

    assert found_in_row({"output": [{"role": "user", "content": "[masked]"}]}, config) == []
    assert found_in_row({"output": [{"role": "user", "content": "[masked]", "name": "Bob"}]}, config) != []


def test_a_product_under_a_key_that_was_masked_is_not_found() -> None:
    config = config_of(f"{{{ALL}}}")

    assert found_in_row({"input": {"[secret]": "x", "[secret]'": "y"}}, config) == []
    assert found_in_row({"input": {"secret": "x"}}, config) != []


def test_a_replacement_is_no_excuse_for_what_holds_it() -> None:
    config = config_of("{patterns: [emails], replacement: x}")

    assert found_in_row({"input": "x@x.example"}, config) != []
