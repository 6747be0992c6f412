"""The row of one span while the span is open, and its one writing as attributes.

It is written just before the OTel span ends, or on the thread that exports where nobody looks before (`processor.writing`).
The row waits here because OTel attributes replace and never merge. It knows no parent, child or current span.
"""

import logging
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final, TypeGuard

from opentelemetry import trace
from opentelemetry.trace import StatusCode

from otel_bridge.api.fields import merged
from otel_bridge.api.moment import nanoseconds
from otel_bridge.attributes.decode import attributes_of
from otel_bridge.attributes.encode import Attributes, encode
from otel_bridge.attributes.to_json import Sized, clean, dump, json_bytes
from otel_bridge.contract import names
from otel_bridge.contract.kinds import MAPPINGS, NUMBERS
from otel_bridge.contract.row import Json
from otel_bridge.processor.light import is_light
from otel_bridge.processor.writing import may_wait
from otel_bridge.settings import ContentMode
from otel_bridge.state import Unwritten, ending

logger = logging.getLogger(__name__)

_TRUNCATED: Final = ('{"_truncated":true}', "{}")
"""What stands for JSON that the provider's length limit would cut in the middle; the second for tiny limits."""

_UNFINISHED: Final[Attributes] = {names.UNFINISHED: True}
_NOTHING_FURTHER: Final[Attributes] = {}

MERGED_AT: Final = 16
"""Logged pieces that wait to be merged; of an output that is logged anew for each token, no more are kept."""


class Recording:
    """The row of an OTel span.

    Args:
        span: the OTel span, started.
        row: the fields so far.
        content: where chat messages go.

    Attributes:
        is_sampled: False where a sampler dropped the span; what is logged to it goes nowhere.
    """

    def __init__(self, span: trace.Span, row: Mapping[str, Json], content: ContentMode) -> None:
        self._span = span
        self._content: ContentMode = content
        # The first row, and what was logged since. Logging appends, which needs no lock: the pieces are merged when the span ends.
        self._pieces: list[Mapping[str, Json]] = [row]
        self._lock = threading.Lock()
        self.is_sampled = span.is_recording()
        self._ended_s: float | None = None
        self._logged_end_s = _end_in(row) if "metrics" in row else None
        self._failed = False

    @property
    def is_over(self) -> bool:
        """Whether the span has ended, or an end was logged."""
        return self._ended_s is not None or self._logged_end_s is not None

    def merge(self, fields: Mapping[str, Json]) -> Mapping[str, Json] | None:
        """Merge `fields` into the row; return fields for which it is too late, None if there are none."""
        if self._ended_s is not None:
            return self._late(fields)
        if "metrics" in fields:
            self._logged_end_s = _end_in(fields) or self._logged_end_s
        self._pieces.append(fields)
        if self._ended_s is not None:
            return self._left()
        if len(self._pieces) > MERGED_AT:
            with self._lock:
                if self._ended_s is None:  # else its end has just taken them
                    self._pieces.insert(0, _joined(self._taken()))
        return None

    def fail(self, error: BaseException) -> None:
        """Record the exception that ended the span; it takes the place of an error that was logged."""
        self._failed = True
        kind, message = type(error).__qualname__, clean(_text(error))
        # Not `Span.record_exception`: it raises what the exception's own `__str__` raises.
        self._span.add_event(
            names.EXCEPTION_EVENT,
            {
                names.EXCEPTION_TYPE: kind
                if type(error).__module__ == "builtins"
                else f"{type(error).__module__}.{kind}",
                names.EXCEPTION_MESSAGE: message,
                names.EXCEPTION_STACKTRACE: clean("".join(traceback.format_exception(error))),
            },
        )
        self._span.set_attribute(names.ERROR_TYPE, kind)
        self._span.set_status(StatusCode.ERROR, f"{kind}: {message}")

    def end(self, end_s: float | None, *, unfinished: bool = False) -> tuple[float, Mapping[str, Json]]:
        """Write the row and end the span, once; return when it ended and what could not be written.

        Something is left over when others have ended the OTel span before.
        """
        with self._lock:
            if self._ended_s is not None:
                return self._ended_s, {}
            said_s = self._logged_end_s or end_s
            ended_s = said_s if said_s and nanoseconds(said_s) is not None else time.time()
            self._ended_s = ended_s
            pieces = self._taken()
        further = _UNFINISHED if unfinished else _NOTHING_FURTHER
        if not self.is_sampled or self._end_late(ended_s, pieces, further):
            return ended_s, {}
        row = _without_end(_joined(pieces))
        if self._failed:
            row.pop("error", None)
        if not self._span.is_recording():
            return ended_s, row
        token = ending.set(self._write(row, further))
        self._end_span(round(ended_s * 1e9))
        ending.reset(token)
        return ended_s, {}

    def _end_late(self, ended_s: float, pieces: Sequence[Mapping[str, Json]], further: Attributes) -> bool:
        """End a light span with all of its row left to the thread that exports; tell whether that could be."""
        span = self._span
        if self._failed or not is_light(span):
            return False
        fields = size_bytes = 0
        for piece in pieces:
            if "error" in piece:
                return False
            fields += len(piece)
            size_bytes += piece.size_bytes if type(piece) is Sized else json_bytes(piece)
        late_row = partial(_late_row, pieces, self._content, further)
        return span.end_late(round(ended_s * 1e9), late_row, fields, size_bytes)

    def _end_span(self, end_ns: int) -> None:
        try:
            self._span.end(end_ns)
        except Exception as error:  # noqa: BLE001 - the processors of others run here, and may raise anything
            logger.warning("a span processor raised %s at the end of a span", type(error).__name__)

    def _late(self, fields: Mapping[str, Json]) -> Mapping[str, Json] | None:
        return fields if self.is_sampled else None

    def _left(self) -> Mapping[str, Json] | None:
        """What was not merged before the span ended meanwhile in another thread, whoever logged it."""
        try:
            return self._late(self._pieces.pop())
        except IndexError:
            return None

    def _taken(self) -> list[Mapping[str, Json]]:
        """The pieces, taken one by one: another thread may be about to log."""
        pieces = self._pieces
        taken = [pieces.pop(0)]
        while pieces:
            taken.append(pieces.pop(0))
        return taken

    def _write(self, row: Mapping[str, Json], further: Attributes) -> Unwritten | None:
        """Write the row; return what is left of that for after the end of the span, if anything."""
        try:
            name, row = _name(row)
            self._span.update_name(name)
            self._write_error(row.get("error"))
            write = partial(_attributes, row, self._content, name, further)
            if may_wait(self._span, len(row)):
                return Unwritten(self._span.get_span_context(), write, json_bytes(row))
            self._set(write())
        except Exception as error:  # noqa: BLE001 - the app goes on, with a span that says less
            logger.warning("a span is sent without what was logged to it: %s", type(error).__name__)
        return None

    def _write_error(self, error: Json) -> None:
        if error is None:
            return
        text = clean(error if isinstance(error, str) else dump(error))
        self._span.set_status(StatusCode.ERROR, text)
        self._span.add_event(names.EXCEPTION_EVENT, {names.EXCEPTION_MESSAGE: text})

    def _set(self, attributes: Attributes) -> None:
        """Set `attributes`, and see to it that a length limit leaves no broken JSON."""
        self._span.set_attributes(attributes)
        if self._holds_longest(attributes):
            return
        texts = {name: value for name, value in attributes.items() if _is_json(value)}
        for stand_in in _TRUNCATED:
            texts = dict.fromkeys(self._cut(texts), stand_in)
            if not texts:
                return
            self._span.set_attributes(texts)

    def _holds_longest(self, attributes: Attributes) -> bool:
        """Whether the span holds the longest text as it is, and so all of them."""
        longest, length = "", 0
        for name, value in attributes.items():
            if isinstance(value, str) and len(value) > length:
                longest, length = name, len(value)
        return not length or attributes_of(self._span).get(longest) == attributes[longest]

    def _cut(self, texts: Mapping[str, str]) -> list[str]:
        """The names of the texts that the span does not hold as they are."""
        held = attributes_of(self._span)
        return [name for name, text in texts.items() if held.get(name) != text]


def _joined(pieces: Sequence[Mapping[str, Json]]) -> dict[str, Json]:
    """The row of which these pieces were logged, in their order."""
    row = dict(pieces[0])
    for piece in pieces[1:]:
        row = merged(row, piece)
    return row


def _late_row(
    pieces: Sequence[Mapping[str, Json]], content: ContentMode, further: Attributes
) -> tuple[str, Attributes]:
    name, row = _name(_without_end(_joined(pieces)))
    return name, _attributes(row, content, name, further)


def _attributes(row: Mapping[str, Json], content: ContentMode, name: str, further: Attributes) -> Attributes:
    return {**encode(row, content=content, name=name), **further}


def _end_in(fields: Mapping[str, Json]) -> float | None:
    metrics = fields.get("metrics")
    end = metrics.get("end") if isinstance(metrics, MAPPINGS) else None
    return float(end) if isinstance(end, NUMBERS) else None


def _is_json(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and value[:1] in {"{", "[", '"'}


def _name(row: Mapping[str, Json]) -> tuple[str, dict[str, Json]]:
    """The name of the span, and the row without it: OTel has a place of its own for it."""
    span_attributes = row.get("span_attributes")
    if not isinstance(span_attributes, MAPPINGS):
        return "", dict(row)
    rest = {key: value for key, value in span_attributes.items() if key != "name"}
    return clean(str(span_attributes.get("name", ""))), {**row, "span_attributes": rest}


def _without_end(row: dict[str, Json]) -> dict[str, Json]:
    """The row without what the OTel span itself says."""
    metrics = row.get("metrics")
    if not isinstance(metrics, MAPPINGS) or (metrics and "end" not in metrics):
        return row
    rest = {key: value for key, value in metrics.items() if key != "end"}
    kept = {key: value for key, value in row.items() if key != "metrics"}
    return {**kept, "metrics": rest} if rest else kept


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - the exception's own `__str__` may raise anything
        return ""
