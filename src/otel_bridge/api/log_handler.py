"""Records of Python's `logging` as rows of type `log`. Nothing is installed: the app adds the handler where it wants it.

Source: `braintrust` 0.47.0 SDK, `logs.BraintrustLogHandler`, measured (spec/app-api.md section 11).
"""

import logging
from collections.abc import Mapping
from typing import Any, Final, cast

from otel_bridge.api.application_log import PARAMETER, TEMPLATE, LogLevel
from otel_bridge.api.logger import Logger

_IGNORED: Final = ("braintrust", "otel_bridge", "opentelemetry", "urllib3")
"""Loggers that speak of the sending itself: a row for each of their records would never end."""

_STANDARD: Final = frozenset(vars(logging.LogRecord("", 0, "", 0, "", (), None))) | {"message", "asctime"}

_LEVELS: Final[tuple[tuple[int, LogLevel], ...]] = (
    (logging.CRITICAL, "fatal"),
    (logging.ERROR, "error"),
    (logging.WARNING, "warn"),
    (logging.INFO, "info"),
    (logging.DEBUG, "debug"),
)


class BraintrustLogHandler(logging.Handler):
    """Log each record as a row, beside the span that is current where the handler runs.

        logging.getLogger().addHandler(BraintrustLogHandler(logger))

    Args:
        logger: whose project the rows go to.
        level: records below it are left out.
    """

    def __init__(self, logger: Logger, level: int | str = logging.NOTSET) -> None:
        super().__init__(level)
        self._logger = logger
        self.addFilter(lambda record: record.name.partition(".")[0] not in _IGNORED)

    def emit(self, record: logging.LogRecord) -> None:
        """Log a record; what goes wrong goes to `handleError`, as with every handler."""
        try:
            self._logger.emit_log(self.format(record), _level(record.levelno), _metadata(record))
        except Exception:  # noqa: BLE001 - a log call must never fail
            self.handleError(record)


def _level(number: int) -> LogLevel:
    for least, level in _LEVELS:
        if number >= least:
            return level
    return "trace"


def _metadata(record: logging.LogRecord) -> dict[str, Any]:
    extra = {
        key: value for key, value in vars(record).items() if key not in _STANDARD and not key.startswith("_")
    }
    return {
        **extra,
        **_template(record),
        "logger.name": record.name,
        "code.file.path": record.pathname,
        "code.function.name": record.funcName,
        "code.line.number": record.lineno,
    }


def _template(record: logging.LogRecord) -> dict[str, Any]:
    if not record.args or not isinstance(cast("object", record.msg), str):
        return {}
    items = record.args.items() if isinstance(record.args, Mapping) else enumerate(record.args)
    return {TEMPLATE: record.msg} | {f"{PARAMETER}{key}": value for key, value in items}
