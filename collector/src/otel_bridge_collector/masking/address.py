"""The addresses of attributes: what each may become in a row, so that a rule for a field holds before there is a row.

| attribute | beside its own name it is |
| --- | --- |
| `braintrust.metadata` and the like | the field that it carries |
| of any convention, with content (`CONTENT`) | `input`, `output`, both, or `expected` |
| any other of a span or log record | `metadata.NAME` |

Source: what the conventions in `translate/conventions` read; tests ask them for every recorded span, and for every name in their code.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from otel_bridge.contract import names
from otel_bridge_collector.masking.path import Place, root

UNTOUCHED: Final = frozenset({
    names.PARENT, names.ORG, names.APP_URL, names.ROW_ID, names.UNFINISHED, names.PRESERVE_ATTRIBUTES,
    names.FEEDBACK_ID, names.FEEDBACK_FACT_ID, names.FEEDBACK_SOURCE, names.MASKED,
})  # fmt: skip
"""Attributes that say where a row goes and which it is; they are never masked."""

_CARRIERS: Final[Mapping[str, str]] = {
    names.INPUT_JSON: "input", names.INPUT: "input",
    names.OUTPUT_JSON: "output", names.OUTPUT: "output",
    names.EXPECTED_JSON: "expected", names.EXPECTED: "expected", names.FEEDBACK_EXPECTED_JSON: "expected",
    names.METADATA: "metadata", names.FEEDBACK_METADATA: "metadata",
    names.CONTEXT_JSON: "context", names.SCORES: "scores", names.FEEDBACK_SCORES: "scores",
    names.METRICS: "metrics", names.TAGS: "tags", names.FEEDBACK_TAGS: "tags",
    names.SPAN_ATTRIBUTES: "span_attributes", names.ORIGIN: "origin",
    names.EXCEPTION_MESSAGE: "error", names.EXCEPTION_STACKTRACE: "error",
}  # fmt: skip

CONTENT: Final[Mapping[str, tuple[str, ...]]] = {
    "input": (
        "agentops.entity.input", "agentops.task.input", "agentops.tool.input", "ai.documents", "ai.prompt",
        "db.vector.query.content", "spring.ai.chat.client.system.text", "spring.ai.chat.client.user.text",
        "spring.ai.tool.call.arguments",
        "ai.toolCall.args", "ai.value", "ai.values", "embedding.embeddings", "embedding.invocation_parameters",
        "gcp.vertex.agent.data", "gcp.vertex.agent.llm_request", "gcp.vertex.agent.tool_call_args",
        "gen_ai.input.messages", "gen_ai.prompt", "gen_ai.prompt_json", "gen_ai.retrieval.query.text",
        "gen_ai.system_instructions", "gen_ai.task.input", "gen_ai.tool.call.arguments", "gen_ai.tool.input", "genkit:input",
        "haystack.component.input", "haystack.pipeline.input_data", "input.value", "langfuse.observation.input",
        "lk.function_tool.arguments", "lk.input_text", "lk.pii.chat_ctx", "lk.pii.function_tool.arguments",
        "lk.pii.user_input", "lk.user_input", "llm.input_messages", "llm.invocation_parameters", "llm.prompts",
        "mcp.request.argument", "mlflow.spanInputs", "model_request_parameters", "new_context", "raw_input",
        "request_data", "tool.parameters", "tool_arguments", "tool_input", "traceloop.entity.input", "user_prompt",
    ),
    "output": (
        "agentops.entity.output", "agentops.task.output", "agentops.tool.output", "ai.embedding", "ai.embeddings",
        "db.vector.query.response.documents", "spring.ai.tool.call.result",
        "ai.ranking", "ai.response.files", "ai.response.object", "ai.response.reasoning", "ai.response.text",
        "ai.response.toolCalls", "ai.result.object", "ai.result.text", "ai.result.toolCalls", "ai.toolCall.result",
        "embedding.embeddings", "final_result", "gcp.vertex.agent.llm_response", "gcp.vertex.agent.tool_response",
        "gen_ai.completion", "gen_ai.completion_json", "gen_ai.output.messages", "gen_ai.retrieval.documents",
        "gen_ai.task.output", "gen_ai.tool.args", "gen_ai.tool.call.result", "gen_ai.tool.output", "genkit:output",
        "haystack.component.output", "haystack.pipeline.output_data", "langfuse.observation.output",
        "lk.function_tool.output", "lk.pii.function_tool.output", "lk.pii.response", "lk.response.text",
        "lk.user_transcript", "llm.choices", "llm.output_messages", "logfire.msg", "mcp.response.value",
        "mlflow.spanOutputs", "new_context", "output.value", "response.model_output", "response_data",
        "retrieval.documents", "tool_response", "traceloop.entity.output",
    ),
    "expected": ("langfuse.experiment.item.expected_output",),
}  # fmt: skip
"""Field -> attributes that become it, or whose names begin with one of these and a dot."""

BOTH: Final = ("all_messages_events", "events", "pydantic_ai.all_messages")
"""Attributes with what was said in both directions."""

_CONTENT_EVENTS: Final = frozenset({"tool.output"})
"""Events beside those of the GenAI conventions that hold content: of Claude Code."""

_INDEXED: Final = re.compile(
    r"(?:gen_ai\.(prompt|completion)|llm\.(input|output)_messages)\.(\d+)\.(?:message\.)?(.+)", re.DOTALL
)
_OF_MASTRA: Final = re.compile(r"(?:mastra\.[^.]+\.)?(input|output)", re.DOTALL)
"""Its types of spans stand in the names of what they were given and returned; early versions leave them out."""
_FIELD_OF: Final = {"prompt": "input", "completion": "output", "input": "input", "output": "output"}
_CACHED: Final = 4096


@lru_cache(maxsize=_CACHED)
def attribute_place(key: str) -> Place:
    """Return the place of an attribute of a span or log record."""
    if key in _CARRIERS:
        return root(_CARRIERS[key], key)
    if message := _INDEXED.fullmatch(key):
        field = _FIELD_OF[message[1] or message[2]]
        return root(key, f"{field}[{message[3]}].{message[4]}")
    fields = [field for field, families in CONTENT.items() if _is_one_of(key, families)]
    if told := _OF_MASTRA.fullmatch(key):
        fields = [told[1]]
    if _is_one_of(key, BOTH):
        fields = ["input", "output"]
    return root(key, f"metadata.{key}", *fields)


@lru_cache(maxsize=_CACHED)
def event_place(event: str, key: str) -> Place:
    """Return the place of an attribute of a span's event; events may hold messages."""
    own = f"events.{event}.{key}"
    if key in (names.EXCEPTION_MESSAGE, names.EXCEPTION_STACKTRACE):
        return root(own, key, "error", "output")
    if event.startswith("gen_ai.") or event in _CONTENT_EVENTS:
        return root(own, key, "input", "output")
    return root(own, key, f"metadata.{key}")


def _is_one_of(key: str, families: tuple[str, ...]) -> bool:
    return any(key == family or key.startswith(f"{family}.") for family in families)
