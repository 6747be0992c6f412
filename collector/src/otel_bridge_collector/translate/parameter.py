"""Parameters of a call, as the providers' APIs name and group them, in the spelling of OpenAI's chat API.

Which of them are content is the subject of the conventions. Source: the API references of Anthropic, Bedrock and Google.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from otel_bridge.contract.row import Json

MODEL_KEYS: Final = ("model", "model_name", "modelId")
"""How a request names its model."""

_KEY_OF: Final[Mapping[str, str]] = {
    "maxTokens": "max_tokens",
    "maxOutputTokens": "max_tokens",
    "max_output_tokens": "max_tokens",
    "topP": "top_p",
    "topK": "top_k",
    "maxTokenCount": "max_tokens",
    "stopSequences": "stop",
    "stop_sequences": "stop",
    "frequencyPenalty": "frequency_penalty",
    "presencePenalty": "presence_penalty",
}
_GROUPS: Final = (
    "config",
    "generation_config",
    "generationConfig",
    "inferenceConfig",
    "textGenerationConfig",
)


def key_of(name: str) -> str:
    """Return OpenAI's name of a parameter."""
    return _KEY_OF.get(name, name)


def flat(parameters: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    """Yield the parameters that have a value, under their own names and without the model; providers group some of them."""
    for name, value in parameters.items():
        if name in _GROUPS and isinstance(value, dict):
            yield from flat(value)
        elif name not in MODEL_KEYS and value not in (None, "", [], {}):
            yield name, value
