"""The fake model of the examples, asked by a real client as the docs ask a real one."""

import importlib
from collections.abc import Iterator
from typing import Any

import pytest
from fake_openai import fake_openai
from openai import OpenAI

pytestmark = pytest.mark.one_python

autoevals: Any = importlib.import_module("autoevals")  # exports nothing to type checkers

KNOWS: Any = [
    {"role": "system", "content": "Green tea is in stock. We are open until nine."},
    {"role": "user", "content": "Is green tea in stock?"},
]
TOOL: Any = {
    "type": "function",
    "function": {
        "name": "count",
        "parameters": {
            "type": "object",
            "properties": {"what": {"type": "string"}, "number": {"type": "integer"}},
        },
    },
}


@pytest.fixture
def client() -> Iterator[OpenAI]:
    with fake_openai() as url, OpenAI(api_key="k", base_url=url) as asked:
        yield asked


def test_a_chat_comes_as_a_stream(client: OpenAI) -> None:
    stream = client.chat.completions.create(
        model="gpt-4o-mini", messages=KNOWS, stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)

    texts = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    assert "".join(texts) == "Green tea is in stock."
    assert len([text for text in texts if text]) > 1
    assert chunks[-1].usage
    assert chunks[-1].usage.prompt_tokens == 15


def test_without_a_tool_it_calls_none(client: OpenAI) -> None:
    asked: Any = [{"role": "user", "content": "What is the weather in Oslo?"}]

    (choice,) = client.chat.completions.create(model="gpt-4o-mini", messages=asked).choices

    assert (choice.finish_reason, choice.message.tool_calls) == ("stop", None)


def test_a_tool_that_it_must_call_gets_arguments_of_their_types(client: OpenAI) -> None:
    (choice,) = client.chat.completions.create(
        model="gpt-4o-mini", messages=KNOWS, tools=[TOOL], tool_choice="required"
    ).choices

    assert choice.message.tool_calls
    (call,) = choice.message.tool_calls
    assert call.type == "function"
    assert call.function.arguments == '{"what": "Is green tea in stock?", "number": 1}'


def test_a_tool_that_it_may_call_is_not_called(client: OpenAI) -> None:
    (choice,) = client.chat.completions.create(model="gpt-4o-mini", messages=KNOWS, tools=[TOOL]).choices

    assert choice.message.content == "Green tea is in stock."


@pytest.mark.parametrize("stream", [False, True])
def test_it_answers_as_the_responses_api_does(client: OpenAI, stream: bool) -> None:  # noqa: FBT001 - a case
    asked: dict[str, Any] = {
        "model": "gpt-4o-mini", "instructions": KNOWS[0]["content"], "input": "Is green tea in stock?",
    }  # fmt: skip
    if stream:
        with client.responses.stream(**asked) as events:
            response = events.get_final_response()
    else:
        response = client.responses.create(**asked)

    assert response.output_text == "Green tea is in stock."


@pytest.mark.parametrize("format", ["float", "base64"])
def test_texts_of_the_same_words_have_the_same_embedding(client: OpenAI, format: Any) -> None:
    asked = ["green tea", "Tea, green", "nothing alike"]

    found = client.embeddings.create(model="text-embedding-3-small", input=asked, encoding_format=format).data

    first, second, third = (each.embedding for each in found)
    assert first == second
    assert first != third


def test_it_lists_its_models(client: OpenAI) -> None:
    assert "gpt-4o-mini" in [each.id for each in client.models.list()]


@pytest.mark.parametrize("uses_responses", [False, True])
def test_a_judge_gets_the_first_choice(client: OpenAI, uses_responses: bool) -> None:  # noqa: FBT001 - a case
    judge = autoevals.Factuality(model="gpt-4o-mini", client=client, use_responses_api=uses_responses)

    score = judge(input="Is green tea in stock?", output="Yes", expected="Yes")

    assert (score.score, score.metadata["choice"]) == (0.4, "A")
