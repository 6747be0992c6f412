"""Names of models and providers in one spelling, and the metadata that they are.

Source: Braintrust documentation, OpenTelemetry page (provider prefixes of models); semantic-conventions-genai at
2781a13, `gen_ai.provider.name`; spec/translation.md section 4.2.
"""

from collections.abc import Iterator
from typing import Final

from otel_bridge.contract.row import Json
from otel_bridge_collector.model import Attributes
from otel_bridge_collector.translate.partial import Entry

_MODEL_PREFIXES: Final = (
    "openai/", "anthropic/", "google/", "azure/", "bedrock/", "groq/", "mistral/", "xai/", "cohere/", "deepseek/",
    "gemini/", "vertex_ai/", "models/",
)  # fmt: skip

_PROVIDERS: Final = (
    ("gcp", "google"),
    ("google", "google"),
    ("gemini", "google"),
    ("vertex", "google"),
    ("aws", "bedrock"),
    ("amazon", "bedrock"),
    ("bedrock", "bedrock"),
    ("azure", "azure"),
    ("az.ai", "azure"),
    ("x_ai", "xai"),
    ("mistral", "mistral"),
)
"""Beginning of a name to the provider's name; the first that fits."""
_BEGINNINGS: Final = tuple(beginning for beginning, _ in _PROVIDERS)

_API_HOST: Final = 2
"""A host of an API has more labels than these: `api`, the provider and a domain."""


def model_name(name: str) -> str:
    """Return a model's name without the provider in front; `models/` is Google's."""
    if not name.startswith(_MODEL_PREFIXES):
        return name
    for prefix in _MODEL_PREFIXES:
        if name.startswith(prefix) and len(name) > len(prefix):
            return name[len(prefix) :]
    return name


def provider_name(name: str) -> str:
    """Return one name for each provider: lower case, without the product behind a dot; `api.openai.com` is one too."""
    folded = name.lower()
    for beginning, provider in _PROVIDERS if folded.startswith(_BEGINNINGS) else ():
        if folded.startswith(beginning):
            return provider
    labels = folded.split(".")
    return labels[1] if labels[0] == "api" and len(labels) > _API_HOST else labels[0]


def models(attributes: Attributes, *, answered: str, asked: str) -> Iterator[Entry]:
    """Yield the model from the attributes that name who answered and who was asked.

    The first is `metadata.model`; the second, where it differs, `metadata.request_model`.
    """
    who_asked, who_answered = _model(attributes.get(asked)), _model(attributes.get(answered))
    if who_answered:
        yield Entry("metadata", "model", who_answered, (answered,))
    if who_asked:
        key = "request_model" if who_answered and who_asked != who_answered else "model"
        yield Entry("metadata", key, who_asked, (asked,))


def _model(name: Json) -> str:
    return model_name(name) if isinstance(name, str) else ""


def providers(attributes: Attributes, *names: str) -> Iterator[Entry]:
    """Yield the provider that each attribute names; one in another spelling stays as a leftover too."""
    for attribute in names:
        name = attributes.get(attribute)
        if isinstance(name, str) and name:
            folded = provider_name(name)
            yield Entry("metadata", "provider", folded, (attribute,) if folded == name else ())
