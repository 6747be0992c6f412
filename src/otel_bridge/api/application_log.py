"""Lines of an application log: rows of type `log` beside the spans. They are rendered here and sent by the logger.

Source: `braintrust` 0.47.0 SDK, `logger.Logger.emit_log`, measured (spec/app-api.md section 2).
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, cast, get_args

from opentelemetry import trace
from opentelemetry._logs import SeverityNumber

from otel_bridge import state
from otel_bridge.api.caller import caller_context
from otel_bridge.api.fields import checked
from otel_bridge.attributes.encode import Attributes, encode
from otel_bridge.attributes.to_json import clean, dump, to_json
from otel_bridge.contract.row import Json

LogLevel: TypeAlias = Literal["trace", "debug", "info", "warn", "error", "fatal"]

_SEVERITIES: Final[Mapping[LogLevel, SeverityNumber]] = {
    "trace": SeverityNumber.TRACE,
    "debug": SeverityNumber.DEBUG,
    "info": SeverityNumber.INFO,
    "warn": SeverityNumber.WARN,
    "error": SeverityNumber.ERROR,
    "fatal": SeverityNumber.FATAL,
}

TEMPLATE: Final = "braintrust.template"
PARAMETER: Final = "braintrust.template.parameter."


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """A line as it is sent.

    Attributes:
        body: what the row has as output.
        level: how grave it is.
        metadata: of the row, or None.
    """

    body: Json
    level: LogLevel
    metadata: Mapping[str, Json] | None

    @property
    def severity(self) -> SeverityNumber:
        """The level as OpenTelemetry has it."""
        return _SEVERITIES[self.level]

    @property
    def text(self) -> str:
        """The body for those who know OpenTelemetry only."""
        return clean(self.body) if isinstance(self.body, str) else dump(self.body)

    def attributes(self, environment: Mapping[str, str]) -> Attributes:
        """Return the attributes that say what the row says."""
        row: dict[str, Json] = {
            "output": self.body,
            "span_attributes": {
                "type": "log", "log_level": self.level, "exec_counter": next(state.process.spans_started),
            },
            "context": caller_context(environment),
        }  # fmt: skip
        return encode({**row, "metadata": self.metadata} if self.metadata else row)


def render_line(
    body: Any, level: LogLevel, metadata: Mapping[str, Any] | None, parameters: Mapping[str, object]
) -> LogLine:
    """Return a line with its parameters filled in.

    Raises:
        ValueError: for another level.
        TypeError: `body` is no text, and there are parameters.
    """
    if level not in _SEVERITIES:
        known = ", ".join(get_args(LogLevel))
        raise ValueError(f"Invalid log level {level!r}. Expected one of: {known}")
    told = dict(metadata or {})
    if parameters:
        if not isinstance(body, str):
            raise TypeError("Log body must be a string when template parameters are provided")
        told |= {f"{PARAMETER}{name}": value for name, value in parameters.items()} | {TEMPLATE: body}
        body = _filled(body, parameters)
    fields = checked({"metadata": told} if told else {})
    return LogLine(
        body=to_json(body), level=level, metadata=cast("Mapping[str, Json] | None", fields.get("metadata"))
    )


def span_context_now() -> trace.SpanContext | None:
    """Return the ids of the current span, whoever made it; None where none is current."""
    found = trace.get_current_span(state.live_context()).get_span_context()
    return found if found.is_valid else None


def new_span_context(root_span_id: str) -> trace.SpanContext:
    """Return the ids of a span that is not there, in that trace."""
    span_id = int(secrets.token_hex(8), 16) or 1
    return trace.SpanContext(trace_id=int(root_span_id, 16), span_id=span_id, is_remote=False)


class _Missing(dict[str, object]):
    """Parameters, of which those that are not given stand for themselves."""

    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"


def _filled(template: str, parameters: Mapping[str, object]) -> str:
    try:
        return template.format_map(_Missing(parameters))
    except Exception:  # noqa: BLE001 - a template or a parameter may be broken, and logging goes on
        return template
