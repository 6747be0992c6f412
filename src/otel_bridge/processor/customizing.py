"""The hooks of `set_span_customizers`: the app may change the row of a span of ours before it is masked and sent.

They run on the thread that exports, once for each span, on copies. What identifies a row and where it goes cannot be
changed. A hook that fails costs the content of that span, not the span: fail closed.

Source: `braintrust` 0.47.0 SDK, `span_customizer.py` (spec/translation.md section 1.10).
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import Status, StatusCode, format_span_id, format_trace_id

from otel_bridge import state
from otel_bridge.attributes.decode import decode
from otel_bridge.attributes.encode import Attributes, encode
from otel_bridge.attributes.to_json import clean, dump, to_json
from otel_bridge.contract import names
from otel_bridge.contract.row import Json
from otel_bridge.settings import ContentMode

logger = logging.getLogger(__name__)

_KEPT: Final = (names.PARENT, names.ROW_ID, names.UNFINISHED)
"""Attributes that no hook changes."""

_IDENTITY: Final = frozenset({"id", "span_id", "root_span_id", "span_parents"})


class CustomizingSpanExporter(SpanExporter):
    """Export what the hooks make of our own spans through `inner`; spans of others pass as they are.

    Args:
        inner: what exports.
        content: where chat messages of a changed row go.
    """

    def __init__(self, inner: SpanExporter, content: ContentMode) -> None:
        self._inner = inner
        self._content: ContentMode = content

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Customize and export."""
        customizers = state.process.customizers
        if not customizers:
            return self._inner.export(spans)
        return self._inner.export(
            [_customized(span, customizers, self._content) if _is_ours(span) else span for span in spans]
        )

    def shutdown(self) -> None:
        """Shut `inner` down."""
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Flush `inner`."""
        return self._inner.force_flush(timeout_millis)


def _is_ours(span: ReadableSpan) -> bool:
    return span.instrumentation_scope is not None and span.instrumentation_scope.name == names.SCOPE


def _customized(
    span: ReadableSpan, customizers: Sequence[state.Customizer], content: ContentMode
) -> ReadableSpan:
    before = _row(span)
    try:
        row = before
        for customizer in customizers:
            row = {
                **_checked(customizer.on_span_export(cast("dict[str, Any]", to_json(row)))),
                **_identity(before),
            }
        return _with_row(span, before, row, content)
    except Exception as error:  # noqa: BLE001 - the hook may raise anything
        if "customizer" not in state.process.warned:
            state.process.warned.add("customizer")
            kind = type(error).__name__  # and no more: the message may hold the secret
            logger.error("a span customizer failed (%s), the content of its spans is left out", kind)  # noqa: TRY400
        return _stripped(span, before)


def _row(span: ReadableSpan) -> dict[str, Json]:
    """The row of a span as its hooks see it."""
    own = span.get_span_context()
    ids: dict[str, Json] = {}
    if own is not None:
        ids = {"span_id": format_span_id(own.span_id), "root_span_id": format_trace_id(own.trace_id)}
    row = {"id": ids.get("span_id"), **ids, **decode(span.attributes or {})}
    told = row.get("span_attributes")
    row["span_attributes"] = {"name": span.name, **(told if isinstance(told, Mapping) else {})}
    if (error := _error(span)) is not None:
        row["error"] = error
    return row


def _error(span: ReadableSpan) -> str | None:
    for event in reversed(span.events):
        if event.name == names.EXCEPTION_EVENT and event.attributes:
            told = event.attributes
            return str(told.get(names.EXCEPTION_STACKTRACE) or told.get(names.EXCEPTION_MESSAGE, ""))
    return span.status.description


def _identity(row: Mapping[str, Json]) -> dict[str, Json]:
    return {name: row[name] for name in _IDENTITY if name in row}


def _checked(row: object) -> dict[str, Json]:
    if not isinstance(row, dict):
        raise TypeError(f"on_span_export returned a {type(row).__name__}, expected a dict")
    return cast("dict[str, Json]", to_json(cast("object", row)))


def _with_row(
    span: ReadableSpan, before: Mapping[str, Json], row: Mapping[str, Json], content: ContentMode
) -> ReadableSpan:
    if row == before:
        return span
    told = row.get("span_attributes")
    name = str(told.get("name") or span.name) if isinstance(told, Mapping) else span.name
    said = {field: value for field, value in row.items() if field not in _IDENTITY | {"error"}}
    attributes = encode(said, content=content, name=name)
    if row.get("error") == before.get("error"):
        return _copy(span, attributes, name=clean(name), same_error=True)
    if (error := row.get("error")) is not None:
        attributes[names.ERROR_JSON] = dump(error)
    return _copy(span, attributes, name=clean(name), same_error=False)


def _stripped(span: ReadableSpan, before: Mapping[str, Json]) -> ReadableSpan:
    told = before.get("span_attributes")
    kind = told.get("type") if isinstance(told, Mapping) else None
    row: dict[str, Json] = {
        "context": {"customizer_error": True},
        "span_attributes": {"type": kind} if kind else {},
    }
    return _copy(span, encode(row), name="", same_error=False)


def _copy(span: ReadableSpan, attributes: Attributes, *, name: str, same_error: bool) -> ReadableSpan:
    kept = {key: value for key, value in (span.attributes or {}).items() if key in _KEPT}
    has_error = same_error or names.ERROR_JSON in attributes
    return ReadableSpan(
        name=name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes={**attributes, **kept},
        events=span.events if same_error else (),
        links=span.links,
        kind=span.kind,
        status=span.status if same_error else Status(StatusCode.ERROR if has_error else StatusCode.UNSET),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )
