"""An app that puts secrets into everything it can; run as a program by the tests.

usage: canary_app.py MASK WAY...   MASK is good, broken or off; WAY is the name of a function below
"""

import json
import re
import sys
from contextlib import suppress
from importlib import import_module
from typing import Any, Final

from opentelemetry import baggage, trace
from opentelemetry import context as otel_context
from opentelemetry._logs import LogRecord
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Span, SpanProcessor, TracerProvider
from opentelemetry.trace import Link, StatusCode

import otel_bridge

SECRETS: Final = ("CANARY one & only", 'CANARY "zwölf"')
"""One that URLs write otherwise, and one that JSON does."""

S: Final = " and ".join(SECRETS)


def good(value: Any) -> Any:
    """Replace the secrets in every text, keys included."""
    if isinstance(value, dict):
        return {good(key): good(item) for key, item in value.items()}
    if isinstance(value, list):
        return [good(item) for item in value]
    return re.sub("|".join(map(re.escape, SECRETS)), "M", value) if isinstance(value, str) else value


def broken(value: Any) -> Any:
    """Fail, with the value in the message."""
    raise RuntimeError(f"cannot mask {value}")


class BaggageToAttributes(SpanProcessor):
    """What `opentelemetry-processor-baggage` does."""

    def on_start(self, span: Span, parent_context: otel_context.Context | None = None) -> None:
        for key, value in baggage.get_all(parent_context).items():
            span.set_attribute(key, str(value))


PROVIDER: Final = TracerProvider(resource=Resource({"host.name": S}))
LOGS: Final = LoggerProvider()


def fields() -> None:
    with otel_bridge.start_span("a", input=S, output={"deep": [S]}, expected=S) as span:
        span.log(metadata={"m": S, S: "key", "model": S, "user_id": S}, error=S, context={"c": S}, foo=S)
        span.log(scores={S: 0.5}, metrics={S: 1})
    with otel_bridge.start_span("chat", type="llm") as span:
        span.log(input=[{"role": "user", "content": S}], output=[{"role": "assistant", "content": S}])
    with otel_bridge.start_span("tool", type="tool", input={"q": S}, output=S):
        pass
    otel_bridge.current_logger().log(input=S, output=S, allow_concurrent_with_spans=True)  # type: ignore[union-attr]


def traced() -> None:
    @otel_bridge.traced
    def answer(question: str, **more: str) -> str:
        return question + str(more)

    answer(S, more=S)


def exception() -> None:
    @otel_bridge.traced
    def fail(text: str) -> None:
        raise ValueError(text)

    with suppress(ValueError):
        fail(S)
    with suppress(ValueError), trace.get_tracer("t").start_as_current_span("theirs"):
        raise ValueError(S) from KeyError(S)


def attributes() -> None:
    tracer = trace.get_tracer("t", attributes={"scope": S})
    other = tracer.start_span("other").get_span_context()
    names = (
        "x",
        "llm.prompts",
        "gen_ai.prompt.0.content",
        "traceloop.entity.input",
        "ai.prompt",
        "input.value",
    )
    span = tracer.start_span("a", attributes=dict.fromkeys(names, S), links=[Link(other, {"why": S})])
    span.set_attributes({"list": [S, S], "json": f'{{"a":{_json(S)}}}', "otel_bridge.masked": S})
    span.set_attribute(
        "gen_ai.input.messages", _json([{"role": "user", "parts": [{"type": "text", "content": S}]}])
    )
    span.set_attribute("gen_ai.system_instructions", _json([{"type": "text", "content": S}]))
    span.add_event("said", {"x": S})
    span.add_event("gen_ai.content.prompt", {"gen_ai.prompt": S})
    span.set_status(StatusCode.ERROR, S)
    span.end()


def names() -> None:
    with otel_bridge.start_span(S, span_attributes={"more": S}):
        pass
    with otel_bridge.start_span(S, type="tool"):
        pass
    trace.get_tracer("t").start_span(S).add_event(S)
    span = trace.get_tracer("t").start_span(S)
    span.add_event(S)
    span.end()


def feedback() -> None:
    logger = otel_bridge.current_logger()
    assert logger is not None
    logger.log_feedback("row", comment=S, expected=S, metadata={"m": S}, scores={S: 1})
    logger.update_span("row", output=S, metadata={"m": S}, scores={S: 1})


def attachments() -> None:
    attachment = otel_bridge.Attachment(data=b"content", filename=f"{S}.txt", content_type="text/plain")
    with otel_bridge.start_span("a", input={"file": attachment}):
        pass
    with otel_bridge.start_span("b", input=otel_bridge.JSONAttachment({"a": 1}, filename=S)):
        pass


def log_records() -> None:
    logger = LOGS.get_logger("t")
    with otel_bridge.start_span("a"):
        logger.emit(LogRecord(body=S, attributes={"x": S, "y": {"z": [S]}}))
        logger.emit(LogRecord(body={"a": [S]}, event_name="gen_ai.client.inference.operation.details"))


def in_baggage() -> None:
    token = otel_context.attach(baggage.set_baggage("user", S))
    with otel_bridge.start_span("a"):
        trace.get_tracer("t").start_span("theirs").end()
    otel_context.detach(token)


def openai() -> None:
    from openai import OpenAI  # noqa: PLC0415 - one of the ways
    from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor  # noqa: PLC0415

    OpenAIInstrumentor().instrument(tracer_provider=PROVIDER, logger_provider=LOGS)
    tool = {"type": "function", "function": {"name": "f", "description": S, "parameters": {}}}
    with OpenAI(api_key="not-needed") as client:
        client.chat.completions.create(
            model="gpt-4o-mini",
            messages=[{"role": "system", "content": S}, {"role": "user", "content": f"{S} in Lisbon"}],
            tools=[tool],  # type: ignore[list-item]  # what the API takes
        )
        result = {"role": "tool", "tool_call_id": "1", "content": S}
        client.chat.completions.create(
            model="gpt-4o-mini",
            messages=[{"role": "user", "content": S}, result],  # type: ignore[list-item]  # likewise
        )
        with suppress(Exception):
            client.completions.create(model=S, prompt=S)


def langchain() -> None:
    # Not in the environment of the other tests, nor in that of the type checkers.
    prompts: Any = import_module("langchain_core.prompts")
    tools: Any = import_module("langchain_core.tools")
    models: Any = import_module("langchain_openai")
    import_module("openinference.instrumentation.langchain").LangChainInstrumentor().instrument(
        tracer_provider=PROVIDER
    )

    def lookup(query: str) -> str:
        """Look something up."""
        return query

    def fails(query: str) -> str:
        """Fail."""
        raise ValueError(query)

    prompt = prompts.ChatPromptTemplate.from_messages([("system", "be terse"), ("user", "{question}")])
    model = models.ChatOpenAI(model="gpt-4o-mini", api_key="not-needed").bind_tools([tools.tool(lookup)])
    (prompt | model).invoke({"question": f"{S} in Lisbon"}, config={"metadata": {"m": S}})
    tools.tool(lookup).invoke({"query": S})
    with suppress(ValueError):
        tools.tool(fails).invoke({"query": S})


def _json(value: object) -> str:
    return json.dumps(value)


def main() -> None:
    """Set up, mask, and go all the ways."""
    kind, *ways = sys.argv[1:]
    trace.set_tracer_provider(PROVIDER)
    PROVIDER.add_span_processor(BaggageToAttributes())
    otel_bridge.init_logger(project="p")
    logs = otel_bridge.BridgeLogRecordProcessor()
    LOGS.add_log_record_processor(logs)
    if kind != "off":
        function = {"good": good, "broken": broken}[kind]
        otel_bridge.set_masking_function(function, mask_span_names=True, mask_resource=True)
    for way in ways:
        globals()[way]()
        otel_bridge.flush()


if __name__ == "__main__":
    main()
