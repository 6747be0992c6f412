"""Reading our own attributes back; the inverse in general is in tests/property."""

import pytest

from otel_bridge.attributes.decode import attributes_of, decode, parse


@pytest.mark.parametrize(
    "attributes",
    [
        pytest.param({"braintrust.input_json": "{oops"}, id="broken JSON"),
        pytest.param({"braintrust.input_json": 7}, id="a number"),
        pytest.param({"braintrust.row_id": 7}, id="an id that is a number"),
        pytest.param({"braintrust.tags": "a"}, id="tags that are text"),
        pytest.param({"gen_ai.input.messages": "[oops"}, id="broken messages"),
        pytest.param({"http.method": "GET"}, id="an attribute of others"),
        pytest.param({"braintrust.input_json": "[" * 100_000}, id="deep nesting"),
    ],
)
def test_what_encode_does_not_write_counts_as_absent(attributes: dict[str, object]) -> None:
    assert decode(attributes) == {}


def test_messages_become_chat_messages() -> None:
    text = '[{"role":"user","parts":[{"type":"text","content":"hi"}]}]'

    assert decode({"gen_ai.input.messages": text}) == {"input": [{"role": "user", "content": "hi"}]}


def test_the_field_wins_over_its_messages() -> None:
    attributes = {"braintrust.input_json": "1", "gen_ai.input.messages": "[]"}

    assert decode(attributes) == {"input": 1}


def test_null_is_not_absent() -> None:
    assert parse("null") == (None,)
    assert parse("nothing") is None


def test_a_span_that_records_nothing_has_no_attributes() -> None:
    assert attributes_of(object()) == {}
