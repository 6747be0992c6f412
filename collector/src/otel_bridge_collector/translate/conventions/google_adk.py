"""Google's Agent Development Kit (`gcp.vertex.agent.*`), beside the `gen_ai.*` attributes that it writes.

| attribute | field |
| --- | --- |
| `gcp.vertex.agent.llm_request` | `input`: the system instruction and `contents` as OpenAI chat messages; `metadata.model`, `.tools`, `.temperature` and so on from its `model` and `config` |
| `gcp.vertex.agent.llm_response` | `output`: `content` as a message, with its finish reason; `metrics` from `usage_metadata` |
| `gcp.vertex.agent.tool_call_args`, `.tool_response` | `input`, `output` of a tool |
| `gcp.vertex.agent.data` | `input`: what was sent to the agent while it ran |
| `gcp.vertex.agent.session_id` | `metadata.session_id` |

What else a request or a response says stays in `metadata`, for example as `gcp.vertex.agent.llm_response.usage_metadata`.
The rest (invocation id, event id) stays under its own name.

Source: google-adk 2.13.0, `telemetry/tracing.py`, and 1.14.1; spec/translation.md section 4.5.
"""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Final

from otel_bridge.contract.row import Json
from otel_bridge_collector.model import Attributes, Span
from otel_bridge_collector.translate import json_text
from otel_bridge_collector.translate.messages import chat_messages, with_instructions
from otel_bridge_collector.translate.model_name import model_name
from otel_bridge_collector.translate.partial import Content, Entry, Partial, Rank, Reading
from otel_bridge_collector.translate.tools import tool_definitions
from otel_bridge_collector.translate.usage import Count, is_measure, token_metrics

NAME: Final = "google_adk"

Object = Mapping[str, Json]

_PREFIX: Final = "gcp.vertex.agent."
_REQUEST: Final = "gcp.vertex.agent.llm_request"
_RESPONSE: Final = "gcp.vertex.agent.llm_response"
_SESSION: Final = "gcp.vertex.agent.session_id"
_VALUES: Final = (
    ("input", "gcp.vertex.agent.tool_call_args", Rank.TOOL_CALL),
    ("output", "gcp.vertex.agent.tool_response", Rank.TOOL_CALL),
    ("input", "gcp.vertex.agent.data", Rank.VALUE),
)
_NOTHING: Final = ("N/A", "<not serializable>")
"""What stands where there is no value."""

_CONTENTS: Final = "contents"
_CONFIG: Final = "config"
_INSTRUCTION: Final = "system_instruction"
_TOOLS: Final = "tools"
_PARAMETERS: Final[Mapping[str, str]] = {
    "temperature": "temperature",
    "top_p": "top_p",
    "top_k": "top_k",
    "max_output_tokens": "max_tokens",
    "stop_sequences": "stop",
    "candidate_count": "n",
    "seed": "seed",
    "frequency_penalty": "frequency_penalty",
    "presence_penalty": "presence_penalty",
}
_METRIC_OF: Final[Mapping[str, str]] = {
    "total_token_count": "tokens",
    "cached_content_token_count": "prompt_cached_tokens",
    "thoughts_token_count": "completion_reasoning_tokens",
}
_SUM_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "prompt_tokens": ("prompt_token_count", "tool_use_prompt_token_count"),
    "completion_tokens": ("candidates_token_count", "thoughts_token_count"),
}
"""Google counts apart what its own tools found, and thoughts."""


def claims(span: Span) -> bool:
    """Tell whether the span has any attribute of the kit's own."""
    return any(attribute.startswith(_PREFIX) for attribute in span.attributes)


def translate(span: Span) -> Partial:
    """Read the `gcp.vertex.agent.*` attributes of `span`."""
    attributes = span.attributes
    request, response = _object(attributes.get(_REQUEST)), _object(attributes.get(_RESPONSE))
    readings: Iterator[Reading] = chain(
        _request(request), _response(response), _values(attributes), _session(attributes)
    )
    empty = tuple(name for name in (_REQUEST, _RESPONSE) if attributes.get(name) == "{}")
    return Partial(readings=tuple(readings), spent=empty)


def _request(request: Object) -> Iterator[Reading]:
    if not request:
        return
    config = _object(request.get(_CONFIG))
    instruction, messages = _instruction(config), chat_messages(_with_roles(request.get(_CONTENTS)))
    told = with_instructions(instruction, messages) if instruction else messages
    yield Content("input", told, Rank.VALUE, (_REQUEST,))
    model, tools = request.get("model"), tool_definitions(config.get(_TOOLS))
    if isinstance(model, str):
        yield Entry("metadata", "model", model_name(model), (_REQUEST,))
    if tools:
        yield Entry("metadata", "tools", tools, (_REQUEST,))
    for name, value in config.items():
        if key := _PARAMETERS.get(name):
            yield Entry("metadata", key, value, (_REQUEST,))
    is_read = {"model": isinstance(model, str), _CONTENTS: True, _CONFIG: bool(config)}
    yield from _rest(_REQUEST, request, is_read)
    is_instructed = bool(instruction) and isinstance(told, list)
    is_read = {_INSTRUCTION: is_instructed, _TOOLS: bool(tools), **dict.fromkeys(_PARAMETERS, True)}
    yield from _rest(f"{_REQUEST}.{_CONFIG}", config, is_read)


def _instruction(config: Object) -> Json:
    instruction = config.get(_INSTRUCTION)
    if isinstance(instruction, dict):
        instruction = instruction.get("parts")
    return instruction if isinstance(instruction, str | list) else None


def _with_roles(contents: Json) -> Json:
    """Contents without a role are the user's."""
    if not isinstance(contents, list):
        return contents
    return [{"role": "user", **item} if isinstance(item, dict) else item for item in contents]


def _response(response: Object) -> Iterator[Reading]:
    content, reason = response.get("content"), response.get("finish_reason")
    has_message = isinstance(content, dict)
    if isinstance(content, dict):
        message: Json = {"role": "model", **content, **({"finish_reason": reason} if reason else {})}
        yield Content("output", chat_messages(message), Rank.VALUE, (_RESPONSE,))
    yield from token_metrics(_counts(_object(response.get("usage_metadata"))))
    yield from _rest(_RESPONSE, response, {"content": has_message, "finish_reason": has_message})


def _counts(usage: Object) -> Iterator[Count]:
    for name, metric in _METRIC_OF.items():
        if name in usage:
            yield Count(metric, usage[name], ())
    for metric, names in _SUM_OF.items():
        if parts := [value for name in names if is_measure(value := usage.get(name))]:
            yield Count(metric, sum(parts), ())


def _rest(attribute: str, told: Object, is_read: Mapping[str, bool]) -> Iterator[Entry]:
    for key, value in told.items():
        if not is_read.get(key):
            yield Entry("metadata", f"{attribute}.{key}", value, (attribute,))


def _values(attributes: Attributes) -> Iterator[Content]:
    for field, attribute, rank in _VALUES:
        if attribute in attributes and attributes[attribute] not in _NOTHING:
            yield Content(field, chat_messages(json_text.decoded(attributes[attribute])), rank, (attribute,))


def _session(attributes: Attributes) -> Iterator[Entry]:
    if _SESSION in attributes:
        yield Entry("metadata", "session_id", attributes[_SESSION], (_SESSION,))


def _object(value: Json) -> Object:
    parsed = json_text.structure(value)
    return parsed.value if parsed and isinstance(parsed.value, dict) else {}
