"""What a model is asked for a prompt and a call."""

from typing import Any

import pytest

from otel_bridge_collector.functions.definition import Call, Definition
from otel_bridge_collector.functions.piece import FunctionError
from otel_bridge_collector.functions.prompt import request_of


def definition(*contents: str, **more: Any) -> Definition:
    data = {
        "prompt": {"type": "chat", "messages": [{"role": "user", "content": text} for text in contents]},
        "options": {"model": "m", "params": {"temperature": 0, "use_cache": True, "stream": True}},
        **more,
    }
    return Definition(name="Greet", slug="greet", version="7", prompt_data=data)


def contents(request: dict[str, Any]) -> list[Any]:
    return [message["content"] for message in request["messages"]]


def test_variables_are_put_in_as_they_are() -> None:
    request = request_of(
        definition("{{name}} {{input.name}} {{list}} {{metadata.k}}"),
        Call(input={"name": "<T&'>", "list": [1]}, metadata={"k": "v"}),
    )

    assert contents(request) == ["<T&'> <T&'> [1] v"]
    assert {name: value for name, value in request.items() if name != "messages"} == {
        "model": "m",
        "temperature": 0,
    }


def test_an_input_that_is_no_object_is_called_input() -> None:
    assert contents(request_of(definition("{{input}}"), Call(input="x"))) == ["x"]


def test_messages_of_the_call_stand_behind_those_of_the_prompt() -> None:
    call = Call(messages=[{"role": "user", "content": "{{more}}"}])

    assert contents(request_of(definition("first"), call)) == ["first", "{{more}}"]


def test_a_completion_is_asked_for_as_a_message() -> None:
    data = {"prompt": {"type": "completion", "content": "say {{x}}"}, "options": {"model": "m"}}
    request = request_of(Definition(name="p", prompt_data=data), Call(input={"x": 1}))

    assert request == {"model": "m", "messages": [{"role": "user", "content": "say 1"}]}


def test_a_scorer_has_to_choose() -> None:
    parser = {"type": "llm_classifier", "use_cot": True, "choice_scores": {"a": 1}}

    assert "tool_choice" in request_of(definition("{{output}}", parser=parser), Call(input={"output": 1}))


@pytest.mark.parametrize(
    ("function", "call", "error"),
    [
        pytest.param(definition("{{a}} {{b}}"), Call(strict=True), "greet.*version 7.*'a'; Could not find key 'b'", id="missing variables"),
        pytest.param(definition("{{#a}}"), Call(), "greet.*Template rendering failed", id="a broken template"),
        pytest.param(definition("x", options={}), Call(), "greet.*No model specified", id="no model"),
        pytest.param(Definition(name="f", slug="f"), Call(), '"f" has no prompt', id="no prompt"),
        pytest.param(definition("x", prompt=None), Call(), "Empty prompt", id="no text"),
        pytest.param(definition("x", template_format="nunjucks"), Call(), 'templates of "nunjucks", expected mustache', id="other templates"),
        pytest.param(definition("x", tool_functions=[{"type": "function", "id": "i"}]), Call(), "tools that are functions", id="tools to run"),
        pytest.param(definition("{{#l}}{{#l}}{{#l}}{{x}}{{/l}}{{/l}}{{/l}}"), Call(input={"l": list(range(100))}), "more than 200000", id="too much work"),
    ],
)  # fmt: skip
def test_what_cannot_be_built_names_the_function_and_what_is_missing(
    function: Definition, call: Call, error: str
) -> None:
    with pytest.raises(FunctionError, match=error) as raised:
        request_of(function, call)

    assert raised.value.status == 400
