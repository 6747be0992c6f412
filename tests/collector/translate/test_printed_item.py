"""Items of OpenAI's responses that Python printed."""

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate.printed_item import unprinted


def read(text: str) -> Json:
    parts = unprinted([{"type": "text", "content": text}])
    return parts[0] if isinstance(parts, list) else None


def test_a_printed_call_is_the_call() -> None:
    text = "ResponseFunctionToolCall(arguments='{\"a\": 1}', call_id='c', name='f', type='function_call', status=None)"

    assert read(text) == {"arguments": '{"a": 1}', "call_id": "c", "name": "f", "type": "function_call"}


def test_what_a_printed_thought_holds_is_free_of_its_classes() -> None:
    text = (
        "ResponseReasoningItem(id='r', summary=[Summary(text='Hm.', type='summary_text')], type='reasoning')"
    )

    assert read(text) == {
        "id": "r",
        "summary": [{"text": "Hm.", "type": "summary_text"}],
        "type": "reasoning",
    }


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Response: hi", id="a text"),
        pytest.param("ResponseItem(", id="cut"),
        pytest.param("ResponseItem(id='r')", id="without a type"),
        pytest.param("ResponseItem()", id="without fields"),
    ],
)
def test_any_other_text_stays_text(text: str) -> None:
    assert read(text) == {"type": "text", "content": text}


@pytest.mark.parametrize(
    "parts", ["hi", None, ["hi"], [{"type": "text"}], [{"type": "blob", "content": "R"}]]
)
def test_what_is_no_text_stays(parts: Json) -> None:
    assert unprinted(parts) == parts
