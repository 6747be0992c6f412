"""The addresses of attributes."""

from pathlib import Path
from typing import Final

import pytest

from otel_bridge_collector.decode import otlp_json, protobuf
from otel_bridge_collector.masking.address import attribute_place, event_place
from otel_bridge_collector.translate.provenance import explain

CASES: Final = Path(__file__).parents[2] / "conventions"
RECORDED: Final = sorted(path for path in CASES.rglob("*.otlp.json") if b"resourceSpans" in path.read_bytes())


@pytest.mark.parametrize(
    ("key", "address"),
    [
        pytest.param("braintrust.metadata", "metadata", id="a carrier"),
        pytest.param("gen_ai.input.messages", "input", id="content"),
        pytest.param("gen_ai.prompt.0.content", "input[0].content", id="a message, one attribute each"),
        pytest.param("llm.output_messages.1.message.content", "output[1].content", id="the same elsewhere"),
        pytest.param("mastra.agent_run.input", "input", id="content of a type that the name tells"),
        pytest.param("user.email", "metadata.user.email", id="any other"),
        pytest.param("user.email", "user.email", id="its own name"),
    ],
)
def test_an_attribute_has_the_address_of_what_it_becomes(key: str, address: str) -> None:
    assert address in attribute_place(key).addresses


def test_attributes_of_events_have_addresses() -> None:
    assert event_place("exception", "exception.message").addresses == (
        "events.exception.exception.message", "exception.message", "error", "output",
    )  # fmt: skip
    assert "input" in event_place("gen_ai.user.message", "content").addresses
    assert event_place("cache", "user.email").addresses[-1] == "metadata.user.email"


@pytest.mark.parametrize(
    "case", [pytest.param(path, id=path.name.removesuffix(".otlp.json")) for path in RECORDED]
)
def test_whatever_a_convention_reads_as_content_has_the_address_of_its_field(case: Path) -> None:
    spans = protobuf.spans(otlp_json.parse_traces(case.read_bytes()))

    read = [
        (cell.field, attribute)
        for span in spans
        for explanation in [explain(span, [])]
        for cell in (*explanation.cells, *explanation.passed_over)
        for attribute in cell.attributes
        if cell.field in ("input", "output", "expected") and attribute in span.attributes
    ]

    missing = {
        (field, attribute)
        for field, attribute in read
        if not any(address.partition("[")[0] == field for address in attribute_place(attribute).addresses)
    }
    assert missing == set()
