"""Takes `span_info` of `Prompt.build` off the arguments of a client's call, and lets the span of that call inherit it.

It stands around the methods that an instrumentor has wrapped, so that neither the client nor the instrumentor sees the argument.
"""

import functools
import inspect
import sys
from collections.abc import Awaitable, Callable, Mapping
from importlib import import_module
from types import FunctionType
from typing import Any, Final, cast

from opentelemetry import context as otel_context
from opentelemetry.context import Context

from otel_bridge.processor.inheriting import hand_over

METHODS: Final[Mapping[str, tuple[tuple[str, str, str], ...]]] = {
    "openai": (
        ("openai.resources.chat.completions", "Completions", "create"),
        ("openai.resources.chat.completions", "AsyncCompletions", "create"),
        ("openai.resources.responses", "Responses", "create"),
        ("openai.resources.responses", "AsyncResponses", "create"),
    ),
    "anthropic": (
        ("anthropic.resources.messages", "Messages", "create"),
        ("anthropic.resources.messages", "AsyncMessages", "create"),
    ),
}
"""By flag of the integration: module, class and method."""

_MARK: Final = "_otel_bridge_links"


def link(flag: str) -> None:
    """Stand around the methods of an integration, once; a version of the client that has no such method is left as it is."""
    for module, owner, method in METHODS.get(flag, ()):
        try:
            found: type = getattr(import_module(module), owner)
            inner: object = vars(found)[method]
        except (ImportError, AttributeError, KeyError):
            continue
        if not hasattr(inner, _MARK):
            setattr(found, method, _linking(inner))


def unlink() -> None:
    """Put the methods back as they were, but for those that others have wrapped since."""
    for module, owner, method in (each for methods in METHODS.values() for each in methods):
        found: type | None = getattr(sys.modules.get(module), owner, None)
        function: Any = vars(found).get(method) if found else None
        if isinstance(function, FunctionType) and hasattr(function, _MARK):
            setattr(found, method, function.__wrapped__)  # type: ignore[attr-defined]  # `functools.wraps` leaves it


def _linking(inner: Any) -> Callable[..., Any]:
    @functools.wraps(inner)
    def method(self: object, *args: Any, **kwargs: Any) -> Any:
        call = inner.__get__(self, type(self))
        info = kwargs.pop("span_info", None)
        if not isinstance(info, Mapping):
            return call(*args, **kwargs)
        context = hand_over(cast("Mapping[str, Any]", info))
        token = otel_context.attach(context)
        try:
            result = call(*args, **kwargs)
        finally:
            otel_context.detach(token)
        # The method of an async client begins its span when it is awaited.
        return _awaited(result, context) if inspect.isawaitable(result) else result

    setattr(method, _MARK, True)
    return method


async def _awaited(result: Awaitable[Any], context: Context) -> Any:
    token = otel_context.attach(context)
    try:
        return await result
    finally:
        otel_context.detach(token)
