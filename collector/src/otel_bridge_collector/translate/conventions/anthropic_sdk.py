"""Calls that Anthropic's own SDK traces (`com.anthropic.sdk.python`), where it says more than `gen_ai.*` does.

| attribute | field |
| --- | --- |
| `anthropic.usage.cache_creation.ephemeral_5m_input_tokens` | `metrics.prompt_cache_creation_5m_tokens` |
| `anthropic.usage.cache_creation.ephemeral_1h_input_tokens` | `metrics.prompt_cache_creation_1h_tokens` |

The rest (`anthropic.request.id`, ...) stays in `metadata` under its own name.

Source: the tracing of anthropic 2.x, as recorded in tests/conventions/gen_ai.
"""

from typing import Final

from otel_bridge_collector.model import Span
from otel_bridge_collector.translate.partial import Partial
from otel_bridge_collector.translate.usage import METRIC_OF, Count, token_metrics

NAME: Final = "anthropic_sdk"

_USAGE: Final = "anthropic.usage."


def claims(span: Span) -> bool:
    """Tell whether Anthropic's SDK counted tokens on the span."""
    return any(attribute.startswith(_USAGE) for attribute in span.attributes)


def translate(span: Span) -> Partial:
    """Read the `anthropic.usage.*` attributes of `span`."""
    counts = [
        Count(metric, value, (attribute,))
        for attribute, value in span.attributes.items()
        if attribute.startswith(_USAGE) and (metric := METRIC_OF.get(attribute.removeprefix(_USAGE)))
    ]
    return Partial(readings=tuple(token_metrics(counts)))
