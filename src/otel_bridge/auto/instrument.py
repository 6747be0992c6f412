"""`auto_instrument`: switch on the installed instrumentors of AI libraries, and `uninstrument`, which undoes it.

It needs the extra `auto` (`opentelemetry-instrumentation`), which every published instrumentor brings along. Spans
go through the tracer provider of the current logger, which is the global one where the app has set one.

Source: `braintrust` 0.47.0 SDK, `auto.auto_instrument` (spec/app-api.md section 6).
"""

import logging
from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

from otel_bridge.api.logger import current_bridge
from otel_bridge.auto.integrations import INTEGRATIONS, Integration, rank
from otel_bridge.auto.linking import link, unlink
from otel_bridge.launch import set_content_defaults
from otel_bridge.settings import process_environment
from otel_bridge.state import process
from otel_bridge.variables import read_switch

logger = logging.getLogger(__name__)

_GROUP: Final = "opentelemetry_instrumentor"


def auto_instrument(  # noqa: PLR0913 - Braintrust's signature
    *,
    openai: bool = True,
    anthropic: bool = True,
    litellm: bool = True,
    ai_sdk: bool = True,
    pydantic_ai: bool = True,
    google_genai: bool = True,
    google_discoveryengine: bool = True,
    instructor: bool = True,
    openrouter: bool = True,
    mistral: bool = True,
    huggingface_hub: bool = True,
    transformers: bool = True,
    agno: bool = True,
    agentscope: bool = True,
    claude_agent_sdk: bool = True,
    cursor_sdk: bool = True,
    dspy: bool = True,
    adk: bool = True,
    langchain: bool = True,
    llamaindex: bool = True,
    openai_agents: bool = True,
    cohere: bool = True,
    autogen: bool = True,
    bedrock: bool = True,
    crewai: bool = True,
    strands: bool = True,
    temporal: bool = True,
    livekit_agents: bool = True,
    pipecat: bool = True,
    typesafe: bool = True,
) -> dict[str, bool]:
    """Trace the calls of every AI library that is installed together with an instrumentor for it.

    Call it after `init_logger` and before clients are made. A second call changes nothing and returns the same.
    Instrumentations record messages from then on, unless `OTEL_BRIDGE_CAPTURE_CONTENT` or their own variables say
    otherwise. `uninstrument` undoes it.

    Returns:
        per library whether it is traced now: False without the library, without an instrumentor for its version, or
        where the instrumentor failed, which is logged. Libraries whose flag is False are absent. The key of `bedrock`
        is `bedrock_runtime`.

    Raises:
        SettingsError: a setting of the environment cannot be used.
    """
    wanted = locals()
    return instrument([one for one in INTEGRATIONS if wanted[one.flag]])


def instrument(integrations: Sequence[Integration]) -> dict[str, bool]:
    """Trace the calls of these libraries; see `auto_instrument`."""
    captured = read_switch(process_environment(), "OTEL_BRIDGE_CAPTURE_CONTENT")
    set_content_defaults(process_environment(), captured=captured is not False)
    installed = tuple(entry_points(group=_GROUP))
    provider = current_bridge().provider
    traced = {integration: _switch_on(integration, installed, provider) for integration in integrations}
    for integration, is_traced in traced.items():
        if is_traced:
            link(integration.flag)
    return {integration.result_key: is_traced for integration, is_traced in traced.items()}


def uninstrument() -> None:
    """Switch off what `auto_instrument` has switched on; instrumentors that others switched on stay as they are."""
    unlink()
    while process.instrumentors:
        value, instrumentor = process.instrumentors.popitem()
        try:
            instrumentor.uninstrument()
        except Exception:  # the instrumentor is others' code
            logger.exception("failed to switch off %s", value)


def _switch_on(integration: Integration, installed: tuple[EntryPoint, ...], provider: object) -> bool:
    """Switch on the best instrumentor that can trace the installed library; True if one does."""
    known = [one for one in installed if integration.claims(one.name)]
    return any(_instrument(one, provider) for one in sorted(known, key=lambda one: rank(one.module)))


def _instrument(entry_point: EntryPoint, provider: object) -> bool:
    try:
        instrumentor = entry_point.load()()
        if instrumentor.is_instrumented_by_opentelemetry:
            return True
        if not _library_fits(instrumentor):
            return False
        instrumentor.instrument(tracer_provider=provider, skip_dep_check=True)
    except ImportError as error:
        logger.debug("%s is not complete: %s", entry_point.value, type(error).__name__)
        return False
    except Exception:  # the instrumentor is others' code
        logger.exception("failed to instrument with %s", entry_point.value)
        return False
    process.instrumentors[entry_point.value] = instrumentor
    return True


def _library_fits(instrumentor: Any) -> bool:
    """Whether the library is installed in a version that the instrumentor knows."""
    # Inside a function: the extra `auto` may be missing, and then no instrumentor is there either.
    from opentelemetry.instrumentation.dependencies import get_dependency_conflicts  # noqa: PLC0415

    conflict = get_dependency_conflicts(instrumentor.instrumentation_dependencies())
    if conflict:
        logger.debug("not instrumented: %s", conflict)
    return not conflict
