"""From a prompt and a call to what a model is asked. Pure.

Variables are written as they are, without HTML's escapes: models read them, no browser does (docs/functions.md).
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any, Final, cast

from otel_bridge.contract.prompt import build
from otel_bridge.contract.row import Json
from otel_bridge.contract.template import Engine, Renderer
from otel_bridge_collector.functions.classifier import classifying, parser_of
from otel_bridge_collector.functions.definition import Call, Definition
from otel_bridge_collector.functions.piece import FunctionError

MAX_TEXT_BYTES: Final = 16 << 20
"""Of one text of a prompt with its variables."""

_RENDER: Final = cast("Callable[..., str]", import_module("mstache").render)
"""Of a library whose types say less than it takes."""

_TEMPLATES: Final = (None, "mustache")
_NEVER: Final = frozenset({"stream", "stream_options"})
"""Parameters that are this module's own matter."""


def request_of(definition: Definition, call: Call) -> dict[str, Json]:
    """Return the body of a request for a chat completion.

    Raises:
        FunctionError: the prompt cannot be built: it names no model, say, or a variable is missing.
    """
    data = definition.prompt_data
    _check(definition)
    renderer = Renderer(
        cast("Engine", _engine),
        call.variables(),
        strict=call.strict,
        escapes=False,
        max_bytes=MAX_TEXT_BYTES,
    )
    try:
        built = build(data, renderer)
    except ValueError as error:
        raise FunctionError(f"{definition.label} cannot be built: {error}", is_refused=True) from error
    text = built.pop("prompt", None)
    if text is not None:
        built["messages"] = [{"role": "user", "content": text}]
    built["messages"] = [*built["messages"], *call.messages]
    request = {name: value for name, value in built.items() if name not in _NEVER}
    parser = parser_of(definition)
    return request if parser is None else classifying(request, parser)


def _check(definition: Definition) -> None:
    data = definition.prompt_data
    if not data:
        raise FunctionError(f"{definition.label} has no prompt", is_refused=True)
    if data.get("template_format") not in _TEMPLATES:
        raise FunctionError(
            f'{definition.label} is written in templates of "{data["template_format"]}", expected mustache',
            is_refused=True,
        )
    if data.get("tool_functions"):
        raise FunctionError(
            f"{definition.label} has tools that are functions, which are not run by themselves: give their definitions in tools",
            is_refused=True,
        )


def _engine(template: str, scope: object, **how: Any) -> str:
    # A cache of its own: the engine's is shared by all threads without a lock.
    return _RENDER(template, scope, cache={}, **how)
