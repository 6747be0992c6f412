"""A small weather agent, traced three ways into one tree.

- its own functions by `@traced`,
- one span by plain OpenTelemetry,
- the chat calls of the real `openai` client by a published OTel instrumentation.

One tool call fails, and the finished trace gets feedback. `make demo` runs it beside a sidecar and a fake
OpenAI server; alone it needs OPENAI_BASE_URL and a running sidecar (`make run`).
"""

import json
from typing import Any, Final

from openai import OpenAI
from openai.types.chat import ChatCompletionMessageFunctionToolCall
from opentelemetry import trace
from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor

from otel_bridge import current_span, flush, init_logger, traced, tracer_provider

PROJECT: Final = "weather-agent"
QUESTION: Final = "What is the weather in Lisbon and Atlantis?"
FORECASTS: Final = {"Lisbon": {"city": "Lisbon", "sky": "sunny", "celsius": 24}}
TOOL: Final = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather of a city, now",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}

tracer = trace.get_tracer("weather.client")


@traced(type="tool")
def get_weather(city: str) -> dict[str, Any]:
    """Look a city up; fails for one that is on no map."""
    with tracer.start_as_current_span(
        "GET /forecast", attributes={"http.request.method": "GET", "city": city}
    ) as span:
        span.set_attribute("http.response.status_code", 200 if city in FORECASTS else 404)
    if city not in FORECASTS:
        raise LookupError(f"no city named {city}")
    return FORECASTS[city]


def call_tool(call: ChatCompletionMessageFunctionToolCall) -> dict[str, Any]:
    """Run one tool call; the model gets the error as the tool's answer."""
    try:
        content = json.dumps(get_weather(**json.loads(call.function.arguments)))
    except LookupError as error:
        content = str(error)
    return {"role": "tool", "tool_call_id": call.id, "content": content}


@traced
def answer(question: str, client: OpenAI) -> str:
    """Let the model call tools once, then answer."""
    messages: list[Any] = [
        {"role": "system", "content": "You are a terse weather assistant."},
        {"role": "user", "content": question},
    ]
    tools: list[Any] = [TOOL]
    asked = client.chat.completions.create(
        model="gpt-4o-mini", temperature=0.2, messages=messages, tools=tools
    )
    message = asked.choices[0].message
    calls = [
        call for call in message.tool_calls or [] if isinstance(call, ChatCompletionMessageFunctionToolCall)
    ]
    messages += [message.model_dump(exclude_none=True), *(call_tool(call) for call in calls)]
    answered = client.chat.completions.create(
        model="gpt-4o-mini", temperature=0.2, messages=messages, tools=tools
    )
    current_span().log(metadata={"cities": len(calls)})
    return answered.choices[0].message.content or ""


def main() -> None:
    """Ask one question, then rate the answer as a user would."""
    logger = init_logger(project=PROJECT)
    trace.set_tracer_provider(
        tracer_provider()
    )  # the spans of others come along; we never take that place unasked
    OpenAIInstrumentor().instrument()

    with (
        logger.start_span(name="weather question", input=QUESTION) as span,
        OpenAI(api_key="not-needed") as client,
    ):
        reply = answer(QUESTION, client)
        span.log(output=reply, scores={"mentions_city": float("Lisbon" in reply)}, tags=["demo"])
    flush()

    logger.log_feedback(id=span.id, scores={"helpful": 1}, comment="Right about Lisbon.", source="app")
    flush()
    print(reply)


if __name__ == "__main__":
    main()
