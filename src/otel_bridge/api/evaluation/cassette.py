"""The calls of tools and models that a trace holds, by what was called and with what: they answer when its case runs again.

| a call | gets |
| --- | --- |
| of a tool or model that the trace has with this input | the recorded output; the same call again gets the next one, and after the last the last again |
| that failed then | `RecordedError` with the recorded text |
| that the trace has not | `UnrecordedCallError`; or it is made, where that is allowed |

Inputs are compared as JSON, whatever the order of keys, and 1 is 1.0; the `self` of a method does not count.
"""

import json
import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

from otel_bridge.api.recorded import STOOD_IN, Answer, Call
from otel_bridge.api.records import resolved
from otel_bridge.attributes.to_json import to_json
from otel_bridge.control.trials import canonical
from otel_bridge.errors import RecordedError, UnrecordedCallError

_OWNERS: Final = frozenset({"self", "cls"})
"""Arguments that are another text in each process."""

_Key = tuple[str, str, str]


class Tally:
    """What became of the calls of an evaluation; cases count from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.answered = 0
        self.unrecorded: Counter[str] = Counter()

    def add(self, call: Call, *, is_answered: bool) -> None:
        """Count a call."""
        with self._lock:
            if is_answered:
                self.answered += 1
            else:
                self.unrecorded[f"{call.kind} {call.name}"] += 1


class Cassette:
    """The recorded calls of one case.

    Args:
        rows: of its trace.
        tally: counts what becomes of calls.
        makes_others: whether calls that were not recorded are made.
    """

    def __init__(self, rows: Iterable[Mapping[str, Any]], tally: Tally, *, makes_others: bool) -> None:
        self._tally, self._makes_others = tally, makes_others
        self._lock = threading.Lock()
        self._rows: defaultdict[_Key, list[Mapping[str, Any]]] = defaultdict(list)
        for row in sorted(rows, key=_began):
            attributes: Mapping[str, Any] = row.get("span_attributes") or {}
            kind = str(attributes.get("type"))
            # Without an input its arguments were kept out of the span, and its result too.
            if kind in STOOD_IN and attributes.get("purpose") != "scorer" and row.get("input") is not None:
                self._rows[kind, str(attributes.get("name")), _canonical(row["input"])].append(row)

    def answer(self, call: Call) -> Answer | None:
        """Return what a call gave; see `recorded.Recorded`."""
        row = self._next((call.kind, call.name, _canonical(to_json(call.arguments))))
        self._tally.add(call, is_answered=row is not None)
        if row is not None:
            if row.get("error") is not None:
                raise RecordedError(f"{call.name} failed when it was recorded: {_text(row['error'])}")
            return Answer(output=resolved(row.get("output")))
        if self._makes_others:
            return None
        raise UnrecordedCallError(
            f"the {call.kind} {call.name} was not called with this input when the case was recorded, so no answer of it can"
            " stand in; --call-unrecorded calls it"
        )

    def _next(self, key: _Key) -> Mapping[str, Any] | None:
        with self._lock:
            rows = self._rows.get(key)
            if not rows:
                return None
            return rows.pop(0) if len(rows) > 1 else rows[0]


def _began(row: Mapping[str, Any]) -> tuple[float, float]:
    metrics: Mapping[str, Any] = row.get("metrics") or {}
    attributes: Mapping[str, Any] = row.get("span_attributes") or {}
    return metrics.get("start") or 0.0, attributes.get("exec_counter") or 0


def _canonical(value: Any) -> str:
    if isinstance(value, Mapping):
        given = cast("Mapping[str, Any]", value)
        value = {name: item for name, item in given.items() if name not in _OWNERS}
    return canonical(value)


def _text(error: Any) -> str:
    """The last line of a traceback, or all of another text."""
    text = error if isinstance(error, str) else json.dumps(error)
    return text.rstrip().rpartition("\n")[2]
