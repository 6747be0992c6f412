"""Encoding a row as attributes loses nothing, for any JSON and in every content mode."""

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_bridge.attributes.decode import decode
from otel_bridge.attributes.encode import encode
from otel_bridge.attributes.messages import from_gen_ai, to_gen_ai
from otel_bridge.attributes.to_json import to_json
from otel_bridge.contract.row import Json
from otel_bridge.settings import ContentMode

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NUMBER = st.floats(allow_nan=False, allow_infinity=False)
SCALAR = st.none() | st.booleans() | st.integers() | NUMBER | TEXT
JSON: st.SearchStrategy[Any] = st.recursive(
    SCALAR, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=8
)
OBJECT = st.dictionaries(TEXT, JSON, max_size=4)

CONTENT_PART = st.one_of(
    st.fixed_dictionaries({"type": st.just("text"), "text": TEXT}),
    st.fixed_dictionaries(
        {
            "type": st.just("image_url"),
            "image_url": st.fixed_dictionaries(
                {"url": TEXT | st.just("data:image/png;base64,aGk=")}, optional={"detail": TEXT}
            ),
        }
    ),
    OBJECT,
)
TOOL_CALL = st.fixed_dictionaries(
    {
        "id": TEXT,
        "type": st.just("function"),
        "function": st.fixed_dictionaries({"name": TEXT, "arguments": TEXT | OBJECT}),
    }
)
MESSAGE = st.fixed_dictionaries(
    {"role": st.sampled_from(["system", "user", "assistant", "tool", "developer"])},
    optional={
        "content": TEXT | st.none() | st.lists(CONTENT_PART, max_size=3) | JSON,
        "tool_calls": st.lists(TOOL_CALL, max_size=2),
        "tool_call_id": TEXT,
        "name": TEXT,
        "finish_reason": TEXT,
        "refusal": st.none(),
    },
)
CONTENT = JSON | st.lists(MESSAGE, max_size=3)

ROW = st.fixed_dictionaries(
    {},
    optional={
        "id": TEXT,
        "input": CONTENT,
        "output": CONTENT,
        "expected": JSON,
        "error": JSON,
        "scores": st.dictionaries(TEXT, NUMBER | st.none(), max_size=3),
        "metadata": OBJECT | st.fixed_dictionaries({"model": JSON, "temperature": JSON, "stop": JSON}),
        "metrics": st.dictionaries(TEXT, NUMBER, max_size=3)
        | st.fixed_dictionaries({"prompt_tokens": st.integers()}),
        "tags": st.lists(TEXT, max_size=3),
        "span_attributes": st.fixed_dictionaries(
            {"type": st.sampled_from(["llm", "tool", "task"])}, optional={"purpose": TEXT, "name": TEXT}
        ),
        "context": OBJECT,
        "origin": st.fixed_dictionaries({"object_type": TEXT, "object_id": TEXT, "id": TEXT}),
        "classifications": JSON,
        "facets": JSON,
        "foo": JSON,
    },
)


@pytest.mark.parametrize("mode", get_args(ContentMode))
@given(row=ROW)
def test_decoding_an_encoded_row_gives_the_row(mode: ContentMode, row: dict[str, Json]) -> None:
    assert decode(encode(row, content=mode, name="span")) == row


@given(row=ROW)
def test_every_attribute_is_one_that_opentelemetry_holds(row: dict[str, Json]) -> None:
    for value in encode(row).values():
        assert isinstance(value, str | bool | int | float) or all(isinstance(item, str) for item in value)
        assert not isinstance(value, int) or -(2**63) <= value < 2**63


@given(messages=st.lists(MESSAGE, max_size=4))
def test_converted_messages_come_back_unchanged(messages: list[Json]) -> None:
    converted = to_gen_ai(messages)

    assert converted is None or from_gen_ai(converted) == messages


@given(value=JSON)
def test_json_is_copied_as_it_is(value: Json) -> None:
    assert to_json(value) == value
