"""Names of models and providers in one spelling.

Source: Braintrust documentation, OpenTelemetry page (provider prefixes of models); semantic-conventions-genai at
2781a13, `gen_ai.provider.name`; spec/translation.md section 4.2.
"""

from typing import Final

_MODEL_PREFIXES: Final = (
    "openai/", "anthropic/", "google/", "azure/", "bedrock/", "groq/", "mistral/", "xai/", "cohere/", "deepseek/",
    "models/",
)  # fmt: skip

_PROVIDERS: Final = (
    ("gcp", "google"),
    ("google", "google"),
    ("gemini", "google"),
    ("vertex", "google"),
    ("aws", "bedrock"),
    ("amazon", "bedrock"),
    ("azure", "azure"),
    ("az.ai", "azure"),
    ("x_ai", "xai"),
    ("mistral", "mistral"),
)
"""Beginning of a name to the provider's name; the first that fits."""


def model_name(name: str) -> str:
    """Return a model's name without the provider in front; `models/` is Google's."""
    for prefix in _MODEL_PREFIXES:
        if name.startswith(prefix) and len(name) > len(prefix):
            return name[len(prefix) :]
    return name


def provider_name(name: str) -> str:
    """Return one name for each provider: lower case, without the product behind a dot."""
    folded = name.lower()
    for beginning, provider in _PROVIDERS:
        if folded.startswith(beginning):
            return provider
    return folded.split(".")[0]
