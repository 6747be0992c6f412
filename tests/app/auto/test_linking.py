"""Calls of a real client with what `Prompt.build` returns; each in a process of its own."""

import json

import pytest

from tests.support.otlp_receiver import OtlpReceiver
from tests.support.program import run_program as run

PROMPT = """
import asyncio, sys
sys.path.insert(0, "examples")
from fake_openai import fake_openai
from openai import AsyncOpenAI, OpenAI
import otel_bridge
from otel_bridge.control.once import Once

otel_bridge.init_logger(project="p")
data = {"prompt": {"type": "chat", "messages": [{"role": "user", "content": "{{x}}"}]}, "options": {"model": "m"}}
prompt = otel_bridge.Prompt(Once(lambda: {"id": "1", "project_id": "2", "_xact_id": "3", "prompt_data": data}))

def ask():
    with fake_openai() as url, OpenAI(api_key="k", base_url=url) as client:
        client.chat.completions.create(**prompt.build(x="hello"))
        client.chat.completions.create(model="m", messages=[{"role": "user", "content": "other"}])

async def ask_async():
    with fake_openai() as url:
        async with AsyncOpenAI(api_key="k", base_url=url) as client:
            await client.chat.completions.create(**prompt.build(x="hello"))
            await client.chat.completions.create(model="m", messages=[{"role": "user", "content": "other"}])
"""
TOLD = {"prompt": {"variables": {"x": "hello"}, "id": "1", "project_id": "2", "version": "3"}}


@pytest.mark.parametrize("call", ["ask()", "asyncio.run(ask_async())"])
def test_the_span_of_the_call_says_which_prompt_it_came_from_and_no_other(
    receiver: OtlpReceiver, call: str
) -> None:
    run(f"{PROMPT}\notel_bridge.auto_instrument()\n{call}\n", receiver)

    told = [
        json.loads(attribute.value.string_value)
        for span in receiver.raw_spans
        for attribute in span.attributes
        if attribute.key == "braintrust.metadata"
    ]
    assert len(receiver.raw_spans) == 2
    assert told == [TOLD]


@pytest.mark.parametrize(
    "variable",
    [
        pytest.param(
            "otel_bridge.Attachment(data=b'x', filename='f', content_type='text/plain')", id="attachment"
        ),
        pytest.param("lambda text, render: render(text)", id="function"),
        pytest.param("__import__('datetime').datetime(2026, 1, 1)", id="time"),
        pytest.param("float('nan')", id="no number of JSON"),
    ],
)
def test_any_variable_reaches_the_model_and_its_span(receiver: OtlpReceiver, variable: str) -> None:
    call = f"""
with fake_openai() as url, OpenAI(api_key="k", base_url=url) as client:
    client.chat.completions.create(**prompt.build(x="hello", y={variable}))
"""
    run(f"{PROMPT}\notel_bridge.auto_instrument()\n{call}", receiver)

    (span,) = receiver.raw_spans
    (told,) = [
        attribute.value.string_value
        for attribute in span.attributes
        if attribute.key == "braintrust.metadata"
    ]
    assert json.loads(told)["prompt"]["variables"]["x"] == "hello"


def test_a_client_is_as_it_was_once_it_is_undone(receiver: OtlpReceiver) -> None:
    run(
        f"""{PROMPT}
from openai.resources.chat.completions import Completions
before = Completions.create
otel_bridge.auto_instrument()
otel_bridge.auto_instrument()
otel_bridge.uninstrument()
assert Completions.create is before
""",
        receiver,
    )


def test_without_it_the_client_refuses_the_argument(receiver: OtlpReceiver) -> None:
    run(
        f"""{PROMPT}
try:
    ask()
except TypeError as error:
    assert "span_info" in str(error)
else:
    raise AssertionError
""",
        receiver,
    )
