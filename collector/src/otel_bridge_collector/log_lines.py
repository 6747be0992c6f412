"""The sidecar's own log lines, on stderr: plain or JSON, and never with the message of an exception. It writes none itself.

| who logs | from which level on |
| --- | --- |
| the sidecar | the one of the settings |
| libraries | warning, whatever the settings say: at lower levels they tell of headers, addresses and bodies |
| exporters of OpenTelemetry | never: they log what the other side answered, and we say ourselves that sending fails |
"""

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Final, TypeAlias

from otel_bridge_collector.config.model import LogEncoding, LogLevel

_OURS: Final = ("otel_bridge", "otel_bridge_collector")
_MUTE: Final = "opentelemetry.exporter"
_FORMAT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"

_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""What would end a line, or tell a terminal something."""

_Raised: TypeAlias = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def log_to_stderr(level: LogLevel, encoding: LogEncoding = "console") -> None:
    """Send the logs of the process to stderr; stdout belongs to the ready line."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if encoding == "json" else ConsoleLines(_FORMAT))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger(_MUTE).setLevel(logging.CRITICAL + 1)
    set_level(level)


def set_level(level: LogLevel) -> None:
    """Let the sidecar log from this level on."""
    for name in _OURS:
        logging.getLogger(name).setLevel(level.upper())


class ConsoleLines(logging.Formatter):
    """Lines for people; behind the one of an error stands where it was raised, and of which kind it is."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        return super().format(_first_line(record))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name is logging's
        """Return the first line, in which what a sender has named cannot look like another one."""
        return _CONTROLS.sub(lambda found: repr(found[0])[1:-1], super().formatMessage(record))

    def formatException(self, ei: _Raised) -> str:  # noqa: N802 - the name is logging's
        """Return frames and kinds of an error and its causes, without their messages: those may hold data."""
        return "\n".join(_frames(ei[1])) if ei[1] else ""


class JsonLines(logging.Formatter):
    """One object a line: `ts`, `level`, `logger`, `msg`, and of an error `error`, its kind, and `stacktrace`, its frames."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        line = {
            "ts": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "msg": _first_line(record).getMessage(),
        }
        error = record.exc_info[1] if record.exc_info else None
        if error:
            line |= {"error": type(error).__name__, "stacktrace": "\n".join(_frames(error))}
        return json.dumps(line, ensure_ascii=False)


def _first_line(record: logging.LogRecord) -> logging.LogRecord:
    """Return a record without what asyncio writes below: the task or future, with the message of its exception."""
    if record.name.startswith(_OURS) or not record.exc_info:
        return record
    message = record.getMessage().splitlines()
    return logging.makeLogRecord({**record.__dict__, "msg": message[0] if message else "", "args": ()})


def _frames(error: BaseException) -> list[str]:
    """Return the frames of an error, below those of what caused it."""
    before = error.__cause__ or error.__context__
    frames = [line.rstrip() for line in traceback.format_tb(error.__traceback__)]
    return [*(_frames(before) if before else []), *frames, type(error).__name__]
