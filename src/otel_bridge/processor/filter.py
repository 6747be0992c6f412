"""Which ended spans leave: all of them, unless the user asked for AI spans only.

A pure rule over a finished span. The attributes that routing puts on every span do not make it an AI span.

Source: `braintrust` 0.47.0 SDK, `otel/__init__.py`, `AISpanProcessor` (spec/app-api.md section 8), whose filter
the attribute `braintrust.parent` defeats (spec/features.md R21).
"""

import logging
from collections.abc import Callable
from typing import Final, TypeAlias

from opentelemetry.sdk.trace import ReadableSpan

from otel_bridge.contract import names

logger = logging.getLogger(__name__)

CustomFilter: TypeAlias = Callable[[ReadableSpan], bool | None]
"""True keeps the span, False drops it, None leaves it to the filter for AI spans."""

AI_PREFIXES: Final = ("gen_ai.", "braintrust.", "llm.", "ai.", "traceloop.")

ROUTING: Final = frozenset({names.PARENT, names.ORG, names.APP_URL, names.CONTEXT_JSON})


def keeps(
    span: ReadableSpan,
    *,
    ai_only: bool,
    custom: CustomFilter | None = None,
    routing: frozenset[str] = ROUTING,
) -> bool:
    """Tell whether `span` leaves; an attribute of `routing` is no AI content."""
    decided = None if custom is None else _decision(custom, span)
    if decided is not None:
        return decided
    return not ai_only or _is_ai(span, routing)


def _decision(custom: CustomFilter, span: ReadableSpan) -> bool | None:
    try:
        return custom(span)
    except Exception as error:  # noqa: BLE001 - the user's function may raise anything
        logger.debug(
            "the span filter raised %s, the span is treated as if it were not there", type(error).__name__
        )
        return None


def _is_ai(span: ReadableSpan, routing: frozenset[str]) -> bool:
    if span.name.startswith(AI_PREFIXES):
        return True
    return any(key.startswith(AI_PREFIXES) and key not in routing for key in span.attributes or ())
