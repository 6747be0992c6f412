"""Where in the app a span was started, and by what: the `context` of its row.

Source: `braintrust` 0.47.0 SDK, `util.get_caller_location` and `span_origin.py`.
"""

import inspect
from collections.abc import Mapping
from functools import lru_cache
from pathlib import PurePath
from types import FrameType
from typing import Final

from otel_bridge.configure import VERSION
from otel_bridge.contract.row import Json

_PACKAGE: Final = "otel_bridge"

_ORIGIN: Final[Mapping[str, Json]] = {
    "name": "otel-bridge.python",
    "version": VERSION,
    "instrumentation": {"name": "otel-bridge-python-logger"},
}


def caller_context(environment: Mapping[str, str]) -> dict[str, Json]:
    """Return the `context` of a span that is being started: the app's line, and this library.

    Args:
        environment: `type` and `name` of the place where the process runs; may be empty.
    """
    origin = {**_ORIGIN, "environment": dict(environment)} if environment else _ORIGIN
    return {**_location(), "span_origin": origin}


def caller_name(context: Mapping[str, Json]) -> str:
    """Return the name of a span that is given none: `function:file.py:line`."""
    if "caller_filename" not in context:
        return "subspan"
    file = PurePath(str(context["caller_filename"])).name
    return f"{context['caller_functionname']}:{file}:{context['caller_lineno']}"


def _location() -> dict[str, Json]:
    frame = inspect.currentframe()
    while frame is not None and _is_ours(frame):
        frame = frame.f_back
    if frame is None:
        return {}
    return {
        "caller_functionname": frame.f_code.co_name,
        "caller_filename": frame.f_code.co_filename,
        "caller_lineno": frame.f_lineno,
    }


def _is_ours(frame: FrameType) -> bool:
    return _is_of_package(frame.f_globals.get("__name__"))


@lru_cache(maxsize=1024)
def _is_of_package(module: object) -> bool:
    return str(module).partition(".")[0] == _PACKAGE
