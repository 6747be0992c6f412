"""Runs the cases of an evaluation against what was recorded when they were traced: which trace is whose, and what came of it.

A case names the row that it was made from as its `origin`: records that `promote` made do, and those of an experiment. Its trace
is read before the case begins, so that reading is no part of its time.
"""

import asyncio
import sys
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from otel_bridge.api.evaluation.case import EvalCase
from otel_bridge.api.evaluation.cassette import Cassette, Tally
from otel_bridge.api.recorded import STOOD_IN, standing_in
from otel_bridge.control.account import Account
from otel_bridge.control.paging import ObjectRows
from otel_bridge.errors import BridgeError, UnrecordedCallError

_READ: Final = frozenset({"project_logs", "experiment"})
"""Kinds of objects that hold traces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What answers the calls of a case, or what is wrong with it."""

    cassette: Cassette | None = None
    fault: Exception | None = None

    @contextmanager
    def standing_in(self) -> Generator[None]:
        """Let calls inside be answered.

        Raises:
            ControlError: the trace could not be read.
            UnrecordedCallError: there is no trace, and nothing may be called.
        """
        if self.fault is not None:
            raise self.fault
        with standing_in(self.cassette):
            yield


UNCHANGED: Final = Prepared()
"""Calls are made."""


class Replay:
    """What stands in for the calls of one evaluation.

    Args:
        account: where the traces are.
        calls_unrecorded: whether calls that were not recorded are made.
    """

    def __init__(self, account: Account, *, calls_unrecorded: bool) -> None:
        self._account, self._calls_unrecorded = account, calls_unrecorded
        self._tally = Tally()
        self._without_trace = 0

    async def prepare(self, case: EvalCase[Any, Any]) -> Prepared:
        """Read what is recorded of a case; a trial each gets its answers from the first on."""
        try:
            rows = await asyncio.to_thread(self._rows, case.origin or {})
        except BridgeError as error:
            self._without_trace += 1
            return Prepared(fault=error)
        if rows is None:
            self._without_trace += 1
            if not self._calls_unrecorded:
                return Prepared(fault=UnrecordedCallError(_no_trace(case)))
        return Prepared(cassette=Cassette(rows or (), self._tally, makes_others=self._calls_unrecorded))

    def tell(self) -> bool:
        """Say on stderr what came of it; return whether nothing was called for that was not recorded, unless that is allowed."""
        unrecorded = self._tally.unrecorded
        became = "made" if self._calls_unrecorded else "not made"
        lines = [f"Replay: {_counted(self._tally.answered, 'call')} answered as recorded"]
        lines += [
            f"  not recorded, {became}: {name}, {_counted(n, 'call')}"
            for name, n in sorted(unrecorded.items())
        ]
        if self._without_trace:
            lines.append(f"  {_counted(self._without_trace, 'case')} without a recorded trace")
        sys.stderr.write("\n".join([*lines, ""]))
        return self._calls_unrecorded or not (unrecorded or self._without_trace)

    def _rows(self, origin: Mapping[str, Any]) -> Iterable[Mapping[str, Any]] | None:
        """Return the rows of tools and models in the trace of a row; None where there is no such row."""
        if origin.get("object_type") not in _READ:
            return None
        kind, object_id = str(origin["object_type"]), str(origin.get("object_id"))
        named = next(iter(self._read(kind, object_id, _is("id", origin.get("id")), {"limit": 1})), None)
        if named is None:
            return None
        types = {"op": "in", "left": _path("span_attributes", "type"), "right": _literal(sorted(STOOD_IN))}
        wanted = {"op": "and", "left": _is("root_span_id", named["root_span_id"]), "right": types}
        return list(self._read(kind, object_id, wanted, {}))

    def _read(
        self, kind: str, object_id: str, condition: Mapping[str, Any], more: Mapping[str, Any]
    ) -> Iterator[Mapping[str, Any]]:
        asked = {"filter": condition, **more}
        return ObjectRows(self._account, kind, object_id, btql=asked).read()


def _no_trace(case: EvalCase[Any, Any]) -> str:
    row = (case.origin or {}).get("id")
    what = (
        f"the row {row} that it was made from is not there"
        if row
        else "it has no origin in logs or an experiment"
    )
    return f"nothing is recorded of the case: {what}; --call-unrecorded runs it with calls"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _path(*parts: str) -> dict[str, Any]:
    return {"op": "ident", "name": list(parts)}


def _literal(value: Any) -> dict[str, Any]:
    return {"op": "literal", "value": value}


def _is(name: str, value: Any) -> dict[str, Any]:
    return {"op": "eq", "left": _path(name), "right": _literal(value)}
