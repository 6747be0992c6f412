"""The standard attributes that say once more what a Braintrust field says, for readers that know only those.

The app side writes them beside the field and masks them with it; the sidecar leaves them out of the row again. Tables only.

| field | twins |
| --- | --- |
| `metadata` of an llm span | `gen_ai.request.*`, `gen_ai.provider.name`, `gen_ai.response.model` |
| `metadata` | `gen_ai.conversation.id`, `user.id` |
| `metrics` of an llm span | `gen_ai.usage.*`, `gen_ai.response.time_to_first_chunk` |
| `context` | `code.*` |
| type and name | `gen_ai.operation.name`, `gen_ai.tool.name` |

Source: spec/translation.md section 8.
"""

from collections.abc import Mapping
from typing import Final

from otel_bridge.contract import names

REQUEST_TWINS: Final[Mapping[str, str]] = {
    names.GEN_AI_REQUEST_MODEL: "model",
    names.GEN_AI_RESPONSE_MODEL: "response_model",
    names.GEN_AI_PROVIDER_NAME: "provider",
    names.GEN_AI_REQUEST_TEMPERATURE: "temperature",
    names.GEN_AI_REQUEST_TOP_P: "top_p",
    names.GEN_AI_REQUEST_TOP_K: "top_k",
    names.GEN_AI_REQUEST_MAX_TOKENS: "max_tokens",
    names.GEN_AI_REQUEST_FREQUENCY_PENALTY: "frequency_penalty",
    names.GEN_AI_REQUEST_PRESENCE_PENALTY: "presence_penalty",
    names.GEN_AI_REQUEST_SEED: "seed",
    names.GEN_AI_REQUEST_STOP_SEQUENCES: "stop",
}
"""Attribute to key of `metadata`, on llm spans."""

IDENTITY_TWINS: Final[Mapping[str, str]] = {
    names.GEN_AI_CONVERSATION_ID: "session_id",
    names.USER_ID: "user_id",
}
"""Attribute to key of `metadata`, on every span."""

USAGE_TWINS: Final[Mapping[str, str]] = {
    names.GEN_AI_USAGE_INPUT_TOKENS: "prompt_tokens",
    names.GEN_AI_USAGE_OUTPUT_TOKENS: "completion_tokens",
    names.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS: "prompt_cached_tokens",
    names.GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS: "prompt_cache_creation_tokens",
    names.GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS: "prompt_cache_creation_tokens",
    names.GEN_AI_USAGE_REASONING_OUTPUT_TOKENS: "completion_reasoning_tokens",
    names.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK: "time_to_first_token",
}
"""Attribute to key of `metrics`, on llm spans."""

CODE_TWINS: Final[Mapping[str, str]] = {
    names.CODE_FUNCTION_NAME: "caller_functionname",
    names.CODE_FILE_PATH: "caller_filename",
    names.CODE_LINE_NUMBER: "caller_lineno",
}
"""Attribute to key of `context`."""

FIELD_TWINS: Final[Mapping[str, Mapping[str, str]]] = {
    "metadata": {**REQUEST_TWINS, **IDENTITY_TWINS},
    "context": CODE_TWINS,
    "metrics": USAGE_TWINS,
}
"""Field to its twins."""
