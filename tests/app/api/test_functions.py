"""Functions at a server, beside the real SDK: what is asked, and what becomes of the answers."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import braintrust
import braintrust.logger
import pytest
from braintrust.functions.stream import BraintrustInvokeError as RealInvokeError
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF

import otel_bridge
from otel_bridge import SpanComponents, init_function, invoke, invoke_async
from otel_bridge.errors import BraintrustInvokeError, ControlError
from tests.support.app import App
from tests.support.function_server import FunctionServer, function_server

REAL: Any = braintrust


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FunctionServer]:
    with function_server() as running:
        for name, value in (("API_URL", running.url), ("APP_URL", running.url), ("API_KEY", "k")):
            monkeypatch.setenv(f"BRAINTRUST_{name}", value)
        braintrust.logger._internal_reset_global_state()
        yield running
        braintrust.logger._internal_reset_global_state()


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param({"function_id": "f", "version": "1"}, id="by id"),
        pytest.param({"project_name": "p", "slug": "s", "input": {"a": [1, None]}}, id="by name"),
        pytest.param({"global_function": "Factuality", "function_type": "scorer", "input": 1}, id="a global one"),
        pytest.param({"prompt_session_id": "a", "prompt_session_function_id": "b"}, id="of a playground"),
        pytest.param(
            {
                "slug": "s", "project_name": "p", "project_id": "ctx", "org_name": "acme", "input": "x", "tags": ["t"],
                "metadata": {"m": 1}, "messages": [{"role": "user", "content": "hi"}], "mode": "parallel",
                "strict": True, "overrides": {"model": "m"}, "parent": "slug",
            },
            id="everything",
        ),
    ],
)  # fmt: skip
def test_what_is_asked_is_what_the_real_sdk_asks(server: FunctionServer, arguments: dict[str, Any]) -> None:
    server.body = b'{"b": 2}'

    answers = [invoke(**arguments), REAL.invoke(**arguments)]

    assert answers == [{"b": 2}] * 2
    assert server.bodies[0] == server.bodies[1]
    named = ("authorization", "accept", "content-type", "x-bt-project-id", "x-bt-org-name")
    ours, theirs = ({name: each.get(name) for name in named} for each in server.headers)
    assert ours == theirs


def test_a_stream_comes_as_the_real_sdk_reads_it(server: FunctionServer) -> None:
    server.events = [("start", ""), ("text_delta", '"a"'), ("text_delta", '"\\n"'), ("done", "")]

    ours, theirs = (sdk.invoke(function_id="f", stream=True) for sdk in (otel_bridge, braintrust))

    assert [chunk.data for chunk in ours.copy()] == [chunk.data for chunk in theirs.copy()] == ["a", "\n"]
    assert ours.final_value() == theirs.final_value() == "a\n"
    assert server.bodies[0] == server.bodies[1]


def test_asynchronously(server: FunctionServer) -> None:
    server.body = b'"x"'
    server.events = [("json_delta", "[1,"), ("json_delta", "2]"), ("done", "")]

    async def both() -> tuple[Any, list[str]]:
        stream = await invoke_async(function_id="f", stream=True)
        return await invoke_async(function_id="f"), [chunk.data async for chunk in stream]

    assert asyncio.run(both()) == ("x", ["[1,", "2]"])


@pytest.mark.parametrize("stream", [False, True])
def test_a_function_that_failed_raises_as_in_the_real_sdk(server: FunctionServer, *, stream: bool) -> None:
    server.status, server.body = 500, b'{"Message": "boom"}'

    with pytest.raises(BraintrustInvokeError, match="boom"):
        invoke(function_id="f", stream=stream)
    with pytest.raises(RealInvokeError, match="boom"):
        REAL.invoke(function_id="f", stream=stream)
    assert len(server.bodies) == 2


def test_a_failure_in_the_middle_of_a_stream_raises_as_in_the_real_sdk(server: FunctionServer) -> None:
    server.events = [("text_delta", '"a"'), ("error", '"the model is away"')]

    with pytest.raises(BraintrustInvokeError, match="the model is away"):
        invoke(function_id="f", stream=True).final_value()
    with pytest.raises(RealInvokeError, match="the model is away"):
        REAL.invoke(function_id="f", stream=True).final_value()


def test_a_refusal_says_what_the_server_says_and_is_not_repeated(server: FunctionServer) -> None:
    server.status, server.body = 503, b'{"Message": "no provider"}'

    with pytest.raises(ControlError, match="503: no provider") as raised:
        invoke(function_id="f")

    assert (raised.value.status, len(server.bodies)) == (503, 1)


def test_a_stream_that_breaks_off_is_an_error(server: FunctionServer) -> None:
    server.events, server.is_cut = [("text_delta", '"a"')], True
    stream = invoke(function_id="f", stream=True)
    pieces = iter(stream)

    assert next(pieces).data == "a"
    with pytest.raises(ControlError, match="broke off"):
        next(pieces)


def test_an_answer_that_is_no_json_is_an_error(server: FunctionServer) -> None:
    server.body = b"<html>"

    with pytest.raises(ControlError, match="no JSON"):
        invoke(function_id="f")


def test_another_address_for_functions(server: FunctionServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRAINTRUST_API_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("BRAINTRUST_PROXY_URL", f"{server.url}/v1/proxy")
    server.body = b"1"

    assert invoke(function_id="f") == 1


def test_the_login_names_the_address_of_functions(
    server: FunctionServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRAINTRUST_API_URL", "http://127.0.0.1:9")
    server.body = b"1"

    assert invoke(function_id="f") == 1


def test_a_login_can_be_forced(server: FunctionServer, monkeypatch: pytest.MonkeyPatch) -> None:
    otel_bridge.login()
    monkeypatch.setenv("BRAINTRUST_API_KEY", "other")

    invoke(function_id="f", api_key="new", force_login=True)
    invoke(function_id="f")

    assert [each["authorization"] for each in server.headers] == ["Bearer new"] * 2


def test_the_current_span_is_the_parent(server: FunctionServer, app: App) -> None:
    with app.logger.start_span(name="outer") as span:
        invoke(function_id="f")

    told = SpanComponents.decode(server.bodies[0]["parent"])
    assert (told.row_id, told.span_id, told.root_span_id) == (span.id, span.span_id, span.root_span_id)
    assert server.bodies[0]["parent"] == span.export()


def test_a_span_of_others_is_the_parent_too(server: FunctionServer, app: App) -> None:
    with app.tracer.start_as_current_span("theirs") as span:
        invoke(function_id="f")

    told = SpanComponents.decode(server.bodies[0]["parent"])
    assert told.span_id == f"{span.get_span_context().span_id:016x}"


def test_without_a_span_the_logger_is_the_parent(server: FunctionServer, app: App) -> None:
    invoke(function_id="f")

    assert server.bodies[0]["parent"] == app.logger.export()


def test_without_anything_current_nothing_is_logged(server: FunctionServer) -> None:
    invoke(function_id="f")

    assert server.bodies[0]["parent"] == ""


@pytest.mark.usefixtures("receiver")
def test_what_is_not_sampled_is_not_logged(server: FunctionServer) -> None:
    provider = TracerProvider(sampler=ALWAYS_OFF, shutdown_on_exit=False)
    otel_bridge.init_logger(project="p", tracer_provider=provider)
    with otel_bridge.start_span(name="unseen"):
        invoke(function_id="f")

    assert server.bodies[0]["parent"] == ""


@pytest.mark.parametrize("as_headers", [False, True])
def test_a_parent_of_another_process(server: FunctionServer, app: App, *, as_headers: bool) -> None:
    span = app.logger.start_span(name="there")
    parent = otel_bridge.extract_trace_context(span.inject()) if as_headers else span.export()
    with otel_bridge.parent_context(parent):
        invoke(function_id="f")
    span.end()

    told = SpanComponents.decode(server.bodies[0]["parent"])
    assert (told.span_id, told.root_span_id) == (span.span_id, span.root_span_id)


@pytest.mark.parametrize("of", ["span", "logger", "slug"])
def test_a_parent_that_is_said(server: FunctionServer, app: App, of: str) -> None:
    span = app.logger.start_span(name="said")
    parents: dict[str, Any] = {"span": span, "logger": app.logger, "slug": span.export()}
    invoke(function_id="f", parent=parents[of])
    span.end()

    assert server.bodies[0]["parent"] == (app.logger if of == "logger" else span).export()


def test_a_function_as_a_task_and_as_a_scorer(server: FunctionServer) -> None:
    ours, theirs = (sdk.init_function("p", "s", version="3") for sdk in (otel_bridge, braintrust))

    for function in (ours, theirs):
        function("in", {"hooks": True})
        function(input=1, output=2, expected=3, metadata={"m": 1})

    assert ours.__name__ == theirs.__name__ == "init_function-p-s-3"
    assert server.bodies[:2] == server.bodies[2:]
    assert server.bodies[0] == {
        "api_version": 1, "input": "in", "metadata": None, "tags": None, "parent": "", "stream": False,
        "project_name": "p", "slug": "s", "version": "3",
    }  # fmt: skip
    assert server.bodies[1]["input"] == {"input": 1, "output": 2, "expected": 3, "metadata": {"m": 1}}
    assert init_function("p", "s").__name__ == "init_function-p-s-latest"


def test_in_an_evaluation_the_score_has_the_name_that_was_returned(server: FunctionServer) -> None:
    server.body = json.dumps({"name": "n", "score": 0.5, "metadata": {"why": 1}}).encode()

    result = otel_bridge.Eval(
        "p", data=[{"input": 1}], task=init_function("p", "task"), scores=[init_function("p", "scr")],
        no_send_logs=True,
    )  # fmt: skip

    assert result.results[0].scores == {"n": 0.5}
    assert server.bodies[0]["input"] == 1
    assert server.bodies[1]["input"]["output"] == {"name": "n", "score": 0.5, "metadata": {"why": 1}}
