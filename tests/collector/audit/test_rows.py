"""Rows and fields of objects."""

from typing import Any

import pytest

from otel_bridge_collector.audit.findings import Findings
from otel_bridge_collector.audit.rows import RowAudit
from tests.support.masking import rules_of
from tests.support.rows import row

RULES = rules_of("{fields: [output]}")


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        pytest.param({"output": "x", "span_attributes": {"type": "log", "name": "x"}}, [], id="name"),
        pytest.param({"output": "y", "span_attributes": {"type": "log", "name": "x"}}, ["output"], id="text"),
        pytest.param({"output": "x", "span_attributes": {"type": "llm", "name": "x"}}, ["output"], id="span"),
        pytest.param({"output": "x"}, ["output"], id="without a name"),
    ],
)
def test_the_name_of_an_event_is_no_content(fields: dict[str, Any], found: list[str]) -> None:
    findings = Findings(RULES)

    RowAudit(RULES, findings.at("row")).row(row("a", **fields))

    assert [each.field for each in findings.listed()] == found


def test_the_fields_of_an_object_are_looked_through() -> None:
    findings = Findings(RULES)

    RowAudit(RULES, findings.at("objects")).fields({"output": "x"})

    assert [each.field for each in findings.listed()] == ["output"]
