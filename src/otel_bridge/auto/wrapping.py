"""`wrap_openai` and the like: what a program of Braintrust's calls to have a client traced.

There is no wrapper: the instrumentor of the library is switched on, as `auto_instrument` does it, and traces every client of it
in the process. The client is given back as it is.

Source: `braintrust` 0.47.0 SDK, `wrap_openai` and the others of its top level (spec/app-api.md section 6).
"""

import logging
from typing import Any, Final

from otel_bridge.auto.instrument import instrument
from otel_bridge.auto.integrations import INTEGRATIONS
from otel_bridge.state import process

logger = logging.getLogger(__name__)

_BY_FLAG: Final = {integration.flag: integration for integration in INTEGRATIONS}


def wrap_openai(client: Any) -> Any:
    """Return `client`, and have the calls of every client of `openai` traced from now on; see `auto_instrument`."""
    _trace("openai")
    return client


def wrap_anthropic(client: Any) -> Any:
    """Return `client`, and have the calls of every client of `anthropic` traced from now on; see `auto_instrument`."""
    _trace("anthropic")
    return client


def wrap_litellm(litellm: Any) -> Any:
    """Return the module, and have its calls traced from now on; see `auto_instrument`."""
    _trace("litellm")
    return litellm


def wrap_instructor(client: Any) -> Any:
    """Return `client`, and have the calls of `instructor` traced from now on; see `auto_instrument`."""
    _trace("instructor")
    return client


def wrap_openrouter(client: Any) -> Any:
    """Return `client`, and have the calls of `openrouter` traced from now on; see `auto_instrument`."""
    _trace("openrouter")
    return client


def _trace(flag: str) -> None:
    integration = _BY_FLAG[flag]
    kind = f"wrap_{flag}"
    if instrument([integration])[integration.result_key] or kind in process.warned:
        return
    process.warned.add(kind)
    logger.warning(
        "%s: its calls are not traced, because no instrumentor for it is installed, or none for this version of it;"
        " the extras of otel-bridge bring them, for example otel-bridge[openai]",
        kind,
    )
