"""The vectors of spec/app-api.md section 13 about instrumented libraries: 57 to 64, each test is named after the one
that it holds to.

What is measured there are rows of Braintrust's own wrapper of the `openai` client. We have no wrapper: the published instrumentor
of OpenTelemetry traces the same client, and the sidecar makes rows of its spans. So names and the shape of outputs are those of
the GenAI conventions (a list of messages instead of choices), and where the wrapper loses something (an error, 58), we do not.

| vector | here |
| --- | --- |
| 57 chat, 60 tools | messages, tokens, model and parameters as measured |
| 58 HTTP 400 | diff: the row has the error |
| 59 streams | as measured, but a stream that is closed early keeps what had come |
| 61 embeddings | model and tokens as measured; diff: the length of the vector stands in `metadata` |
| 62 responses | messages, as for chat |
| 63 a second `auto_instrument` | as measured |
| 64 auto and a wrapper | `wrap_openai` switches the same instrumentor on; two instrumentors of one client give one row |
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest

from tests.support.collector import Collector, running_collector
from tests.support.openai_server import MODEL, openai_server
from tests.support.otlp_receiver import OtlpReceiver
from tests.support.program import run_program

PROGRAM: Final = """
import os
import otel_bridge, openai

logger = otel_bridge.init_logger(project="openai")
otel_bridge.auto_instrument()
client = openai.OpenAI(api_key="k", base_url=os.environ["OPENAI_SERVER"], max_retries=0)
hello = [{"role": "user", "content": "hello"}]
tools = [{"type": "function", "function": {"name": "add", "parameters": {"type": "object", "properties": {}}}}]

def chat(**options):
    return client.chat.completions.create(**{"model": "gpt-4o-mini", "messages": hello, **options})

def refused():
    try:
        chat(model="no-such-model")
    except openai.BadRequestError:
        pass

def closed_early():
    stream = chat(stream=True)
    next(stream), next(stream)
    stream.close()

CALLS = {
    "chat": lambda: chat(temperature=0.5),
    "refused": refused,
    "stream": lambda: list(chat(stream=True)),
    "stream with usage": lambda: list(chat(stream=True, stream_options={"include_usage": True})),
    "closed early": closed_early,
    "tools": lambda: chat(tools=tools),
    "tools stream": lambda: list(chat(tools=tools, stream=True)),
    "embeddings": lambda: client.embeddings.create(model="text-embedding-3-small", input="hello"),
    "responses": lambda: client.responses.create(model="gpt-4o-mini", input="hello"),
    "responses stream": lambda: list(client.responses.create(model="gpt-4o-mini", input="hello", stream=True)),
}
for name, call in CALLS.items():
    with logger.start_span(name):
        call()
otel_bridge.flush()
"""

ASKED: Final = [{"role": "user", "content": "hello"}]


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Any]]:
    """The row of each call of the program, by the name of the span around it."""
    with running_collector(tmp_path_factory.mktemp("openai") / "data") as collector, openai_server() as url:
        run_program(PROGRAM, None, OTEL_BRIDGE_ENDPOINT=collector.otlp_http, OPENAI_SERVER=url)
        yield _calls(collector)


def _calls(collector: Collector) -> Mapping[str, Any]:
    found = collector.query("select: * | from: project_logs('openai')")
    names: dict[Any, Any] = {row["span_id"]: row["span_attributes"]["name"] for row in found}  # type: ignore[index]  # an object
    return {names[row["span_parents"][0]]: row for row in found if row["span_parents"]}  # type: ignore[index]  # a list


def said(row: Any) -> list[tuple[Any, Any]]:
    return [(message["role"], message["content"]) for message in row["output"]]


def tokens(row: Any) -> tuple[Any, ...]:
    return tuple(row["metrics"].get(name) for name in ("prompt_tokens", "completion_tokens", "tokens"))


def test_v57_a_chat_has_messages_parameters_and_tokens(rows: Mapping[str, Any]) -> None:
    row = rows["chat"]

    assert (row["span_attributes"]["type"], row["input"], said(row)) == ("llm", ASKED, [("assistant", "hi")])
    told = {name: row["metadata"][name] for name in ("model", "temperature", "provider")}
    assert told == {"model": MODEL, "temperature": 0.5, "provider": "openai"}
    assert tokens(row) == (5, 2, 7)


def test_v58_a_refused_chat_has_its_error(rows: Mapping[str, Any]) -> None:
    row = rows["refused"]

    assert (row["input"], row["output"]) == (ASKED, None)
    assert row["error"] == "Error code: 400 - there is no such model"


@pytest.mark.parametrize(
    ("name", "text", "counted"),
    [
        pytest.param("stream", "hi", (None, None, None), id="as it comes"),
        pytest.param("stream with usage", "hi", (5, 2, 7), id="with usage"),
        pytest.param("closed early", "h", (None, None, None), id="closed early"),
    ],
)
def test_v59_a_stream_has_what_came(rows: Mapping[str, Any], name: str, text: str, counted: Any) -> None:
    row = rows[name]

    assert (said(row), tokens(row)) == ([("assistant", text)], counted)
    assert row["metrics"]["time_to_first_token"] > 0


@pytest.mark.parametrize("name", ["tools", "tools stream"])
def test_v60_calls_of_tools_are_joined(rows: Mapping[str, Any], name: str) -> None:
    (message,) = rows[name]["output"]

    function = {"name": "add", "arguments": '{"a":1}'}
    assert message["tool_calls"] == [{"id": "call_1", "type": "function", "function": function}]
    assert rows[name]["metadata"]["gen_ai.response.finish_reasons"] == ["tool_calls"]
    assert [tool["function"]["name"] for tool in rows[name]["metadata"]["tools"]] == ["add"]


def test_v61_an_embedding_tells_its_model_length_and_tokens(rows: Mapping[str, Any]) -> None:
    row = rows["embeddings"]

    assert row["span_attributes"]["type"] == "llm"
    assert row["metadata"]["model"] == "text-embedding-3-small"
    assert row["metadata"]["gen_ai.embeddings.dimension.count"] == 3
    assert row["metrics"]["prompt_tokens"] == 5


@pytest.mark.parametrize("name", ["responses", "responses stream"])
def test_v62_responses_are_messages(rows: Mapping[str, Any], name: str) -> None:
    row = rows[name]

    assert (row["input"], said(row), tokens(row)) == (ASKED, [("assistant", "hi")], (5, 2, 7))


def test_v63_a_second_auto_instrument_says_the_same() -> None:
    run_program(
        """
        import otel_bridge
        first = otel_bridge.auto_instrument()
        assert (len(first), otel_bridge.auto_instrument()) == (30, first)
        assert "openai" not in otel_bridge.auto_instrument(openai=False)
        """
    )


def test_v64_two_that_instrument_one_client_give_one_span(receiver: OtlpReceiver) -> None:
    with openai_server() as url:
        run_program(
            """
            import os
            import otel_bridge, openai
            from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor

            otel_bridge.init_logger(project="p")
            OpenAIInstrumentor().instrument(tracer_provider=otel_bridge.tracer_provider())
            otel_bridge.auto_instrument()
            client = openai.OpenAI(api_key="k", base_url=os.environ["OPENAI_SERVER"])
            client.embeddings.create(model="text-embedding-3-small", input="hello")
            """,
            receiver,
            OPENAI_SERVER=url,
        )

    assert len(receiver.raw_spans) == 1
