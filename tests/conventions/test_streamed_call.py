"""One streamed call of a tool, recorded through eleven instrumentations, gives the row of what crossed the wire.

A system and a user message, one tool offered, `stream=True` with usage; the server on 127.0.0.1 sends the arguments of the
one call in six chunks, then the usage. What each recording leaves out, or says otherwise:

| recording | made by | leaves out |
| --- | --- | --- |
| `genai-openai` | opentelemetry-instrumentation-genai-openai 1.3b0, content in the span | |
| `genai-openai-events` | the same, content in a log record | |
| `langfuse` | langfuse 5.0.4, `langfuse.openai` | |
| `langsmith` | langsmith 0.15.0, `wrap_openai`, exported by OpenTelemetry only | |
| `litellm` | litellm 1.106.2, callback `otel` | the id of the call; names the model that was asked for |
| `logfire` | logfire 5.2.0, `instrument_openai` | names the model that was asked for; the span of the request has no answer, its log has |
| `openai-v2` | opentelemetry-instrumentation-openai-v2 2.4b0, opentelemetry-util-genai 0.4b0 | |
| `openai-v2-old` | opentelemetry-instrumentation-openai-v2 2.1b0, content in log records | |
| `openinference` | openinference-instrumentation-openai 0.1.66 | |
| `openlit` | openlit 1.45.0 | |
| `openllmetry` | opentelemetry-instrumentation-openai 0.62.4 | |
| `openllmetry-old` | opentelemetry-instrumentation-openai 0.40.14 | tokens |
| `pydantic-ai` | pydantic-ai-slim 2.68.0, `model_request_stream_sync` | |
| `vercel-ai` | ai 6.0.326 with @ai-sdk/openai 3.0.141, `streamText` | |

Finish reasons are not compared: the recordings spell the same one in three ways.
"""

from typing import Any, Final

import pytest

from tests.support.conventions import Case, cases
from tests.support.conversation import calls, told

RECORDINGS: Final = [case for case in cases() if case.convention == "streamed_call"]
EACH: Final = [pytest.param(case, id=case.name) for case in RECORDINGS]

ASKED_FOR: Final = "gpt-4o-mini"
ANSWERED: Final = "gpt-4o-mini-2024-07-18"
NAME_WHAT_WAS_ASKED_FOR: Final = ("litellm", "logfire")
LEAVE_OUT_TOKENS: Final = ("openllmetry-old",)
LEAVE_OUT_IDS: Final = ("litellm",)

QUESTION: Final = [
    {"role": "system", "content": "You are ACME's support assistant. Answer briefly."},
    {"role": "user", "content": "What's the weather in Zürich?"},
]
CALL: Final = {
    "id": "call_stream0001",
    "type": "function",
    "function": {"name": "get_weather", "arguments": '{"city": "Zürich"}'},
}
ANSWER: Final = [{"role": "assistant", "content": None, "tool_calls": [CALL]}]
TOKENS: Final = {"prompt_tokens": 71, "completion_tokens": 17, "tokens": 88}


def answered(case: Case) -> dict[str, Any]:
    """The one row that has the answer."""
    (row,) = (row for row in calls(case) if row.get("output"))
    return row


@pytest.mark.parametrize("case", EACH)
def test_the_messages_read_the_same_through_every_instrumentation(case: Case) -> None:
    row = answered(case)

    assert told(row["input"]) == told(QUESTION)
    assert told(row["output"]) == told(ANSWER)


@pytest.mark.parametrize("case", EACH)
def test_the_call_has_its_id_where_the_payload_has_it(case: Case) -> None:
    (call,) = answered(case)["output"][0]["tool_calls"]

    assert call.get("id") == (None if case.name in LEAVE_OUT_IDS else CALL["id"])


@pytest.mark.parametrize("case", EACH)
def test_the_model_is_the_one_that_the_payload_says_answered(case: Case) -> None:
    named = ASKED_FOR if case.name in NAME_WHAT_WAS_ASKED_FOR else ANSWERED

    assert answered(case)["metadata"]["model"] == named


@pytest.mark.parametrize("case", EACH)
def test_tokens_are_those_of_the_last_chunk(case: Case) -> None:
    metrics = answered(case)["metrics"]

    counted = {name: count for name, count in metrics.items() if name.endswith("tokens")}
    parts = {count for name, count in counted.items() if name not in TOKENS}
    assert {name: counted[name] for name in TOKENS if name in counted} == (
        {} if case.name in LEAVE_OUT_TOKENS else TOKENS
    )
    assert parts <= {0}


def test_there_are_at_least_eight_instrumentations() -> None:
    assert len({case.name.removesuffix("-events").removesuffix("-old") for case in RECORDINGS}) >= 8
