"""Building beside the real SDK: the same saved prompt, the same variables."""

import json
from collections.abc import Mapping
from typing import Any

import braintrust.prompt
import pytest
from braintrust.util import LazyValue

import otel_bridge
from otel_bridge.control.once import Once


def saved(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": "i", "project_id": "p", "_xact_id": "7", "name": "N", "slug": "s", "description": None,
        "prompt_data": data, "tags": None,
    }  # fmt: skip


def built(data: Mapping[str, Any], defaults: Mapping[str, Any] | None = None, **variables: Any) -> Any:
    return otel_bridge.Prompt(Once(lambda: saved(data)), defaults).build(**variables)


def built_there(data: Mapping[str, Any], defaults: Mapping[str, Any] | None = None, **variables: Any) -> Any:
    schema: Any = braintrust.prompt.PromptSchema.from_dict_deep(json.loads(json.dumps(saved(data))))
    lazy = LazyValue(lambda: schema, use_mutex=False)
    theirs: Any = braintrust.Prompt
    return theirs(lazy, defaults or {}, no_trace=False).build(**variables)


def chat(
    *messages: Mapping[str, Any], params: Mapping[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    return {
        "prompt": {"type": "chat", "messages": list(messages), **more},
        "options": {"model": "m", "params": params or {}},
    }


USER = {"role": "user", "content": "{{x}} {{{y.z}}} {{#l}}<{{.}}>{{/l}}"}
TOOLS = '[{"type":"function","function":{"name":"{{x}}","parameters":{"type":"object","properties":{}}}}]'
SCHEMA = {
    "type": "object",
    "description": "{{x}}",
    "properties": {"d": {"enum": ["{{y}}", "b"]}, "n": {"minimum": 1}},
}


def with_schema(schema: object) -> dict[str, Any]:
    named = {"name": "answer", "strict": True, "schema": schema}
    return chat(USER, params={"response_format": {"type": "json_schema", "json_schema": named}})


@pytest.mark.parametrize(
    "data",
    [
        chat(USER),
        chat({"role": "system", "content": "s"}, {"role": "assistant", "content": None, "name": "a"}),
        chat({"role": "user", "content": [{"type": "text", "text": "{{x}}"}]}),
        chat({"role": "user", "content": [{"type": "image_url", "image_url": {"url": "{{{x}}}", "detail": "low"}}]}),
        chat(USER, params={"temperature": 0.1, "max_tokens": 7, "use_cache": True}),
        chat(USER, tools=TOOLS),
        chat(USER, tools="  "),
        {"prompt": {"type": "completion", "content": "Say {{x}}"}, "options": {"model": "m", "params": {"use_cache": True}}},
        with_schema(SCHEMA),
        with_schema("{{{y}}}"),
        chat(USER, params={"response_format": {"type": "json_object"}}),
    ],
    ids=["chat", "no content", "text part", "image", "params", "tools", "blank tools", "completion", "schema", "text schema", "json object"],
)  # fmt: skip
@pytest.mark.parametrize("strict", [False, True])
def test_what_is_built_is_what_the_real_sdk_builds(data: Mapping[str, Any], *, strict: bool) -> None:
    variables = {"x": "value", "y": {"z": "deep <&>"}, "l": ["a", "b"], "strict": strict}
    defaults = {"temperature": 0.9, "top_p": 0.5, "model": "d"}

    assert built(data, defaults, **variables) == built_there(data, defaults, **variables)


@pytest.mark.parametrize(
    ("data", "variables"),
    [
        ({"prompt": {"type": "completion", "content": "x"}, "options": {}}, {}),
        ({"options": {"model": "m"}}, {}),
        (chat({"role": "user", "content": [{"type": "audio"}]}), {}),
        (chat(USER), {"strict": True, "x": 1}),
        (chat({"role": "user", "content": "{{#q}}a{{/q}}"}), {"strict": True}),
    ],
    ids=["no model", "no prompt", "audio", "missing", "missing section"],
)
def test_what_cannot_be_built_raises_as_there(data: Mapping[str, Any], variables: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".+") as there:
        built_there(data, **variables)
    with pytest.raises(ValueError, match=r".+") as here:
        built(data, **variables)

    assert str(here.value).splitlines()[0].startswith(str(there.value).splitlines()[0])


def test_a_missing_variable_is_an_empty_text() -> None:
    assert built(chat({"role": "user", "content": "[{{x}}]"}))["messages"][0]["content"] == "[]"


def test_answers_of_tools_and_their_calls_stay() -> None:
    call = {"id": "{{id}}", "type": "function", "function": {"name": "add", "arguments": '{"a": {{a}}}'}}
    messages: list[Mapping[str, Any]] = [
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "content": "3", "tool_call_id": "{{id}}"},
    ]

    asked, answered = built(chat(*messages), id="c1", a=1)["messages"]

    assert asked["tool_calls"] == [{**call, "id": "c1", "function": {"name": "add", "arguments": '{"a": 1}'}}]
    assert answered["tool_call_id"] == "c1"


def test_a_variable_cannot_break_the_json_of_tools() -> None:
    name = built(chat(USER, tools=TOOLS), x='a "b" <c>')["tools"][0]["function"]["name"]

    assert name == 'a "b" <c>'


def test_tools_may_come_from_a_variable() -> None:
    assert built(chat(USER, tools="[{{{tool}}}]"), tool={"type": "function"})["tools"] == [
        {"type": "function"}
    ]


def test_tools_that_are_no_json_say_so() -> None:
    with pytest.raises(ValueError, match="the tools of the prompt are no JSON once the variables are in"):
        built(chat(USER, tools="[{{{tool}}}]"), tool="{")


def test_a_file_may_be_given_by_its_id_alone() -> None:
    message = {"role": "user", "content": [{"type": "file", "file": {"file_id": "{{f}}"}}]}

    assert built(chat(message), f="f1")["messages"][0]["content"] == [
        {"type": "file", "file": {"file_id": "f1"}}
    ]
