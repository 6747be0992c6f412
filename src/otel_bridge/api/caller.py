"""Where in the app a span was started, and by what: the `context` of its row.

Source: `braintrust` 0.47.0 SDK, `util.get_caller_location` and `span_origin.py`.
"""

import sys
from collections.abc import Mapping
from functools import lru_cache
from pathlib import PurePath
from types import FrameType
from typing import Final

from otel_bridge.attributes.to_json import Written
from otel_bridge.configure import VERSION
from otel_bridge.contract.row import Json

_PACKAGE: Final = "otel_bridge"

START_FRAMES: Final = 2
"""`start` and who calls it, which is no app."""

START_AT_FRAMES: Final = 3
"""The same where that is the `start_at` of a logger, an experiment or a span: no app calls that, either."""

_ORIGIN: Final[Mapping[str, Json]] = {
    "name": "otel-bridge.python",
    "version": VERSION,
    "instrumentation": {"name": "otel-bridge-python-logger"},
}


def caller_context(environment: Mapping[str, str], own_frames: int = 0) -> Written:
    """Return the `context` of a span that is being started: the app's line, and this library.

    Args:
        environment: `type` and `name` of the place where the process runs; may be empty.
        own_frames: callers of which it is known that they are of this library; each that is looked at costs an object.
    """
    # `inspect.currentframe` is this without a depth.
    frame: FrameType | None = sys._getframe(1 + own_frames)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    while frame is not None and _is_of_package(frame.f_globals.get("__name__")):
        frame = frame.f_back
    place = None if frame is None else (frame.f_code.co_name, frame.f_code.co_filename, frame.f_lineno)
    return _context(place, tuple(environment.items()) if environment else ())


def caller_name(context: Mapping[str, Json]) -> str:
    """Return the name of a span that is given none: `function:file.py:line`."""
    if "caller_filename" not in context:
        return "subspan"
    file = PurePath(str(context["caller_filename"])).name
    return f"{context['caller_functionname']}:{file}:{context['caller_lineno']}"


@lru_cache(maxsize=1024)
def _context(place: tuple[str, str, int] | None, environment: tuple[tuple[str, str], ...]) -> Written:
    """One object for all spans that are started at a line."""
    origin = {**_ORIGIN, "environment": dict(environment)} if environment else _ORIGIN
    if place is None:
        return Written(span_origin=origin)
    function, file, line = place
    return Written(caller_functionname=function, caller_filename=file, caller_lineno=line, span_origin=origin)


@lru_cache(maxsize=1024)
def _is_of_package(module: object) -> bool:
    return str(module).partition(".")[0] == _PACKAGE
