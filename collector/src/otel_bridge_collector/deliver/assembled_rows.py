"""A spool record to rows as a destination other than the store takes them: whole rows, and updates to rows it has.

Facts may come before or after their row, and a destination that has no facts would keep whichever came last. So the rows and
facts of the newest records are remembered, within a limit of number and bytes:

| what comes | what is sent |
| --- | --- |
| a row | the row with what fills it, then every feedback that is known of it, in the order in which it was stated |
| what fills a row | the same again, when the row is known; else it waits for its row |
| feedback | it, as an update (`_is_merge`), and all that was stated after it; where rows are selected, it waits for its row |
| an update of a sender's own | it, as it is |

A row is sent once it gets through all steps with everything that is known of it; from then on everything about it is sent.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, cast

from otel_bridge.contract.merge import assemble, merge_row
from otel_bridge.contract.row import Row
from otel_bridge_collector.deliver.preparation import Prepared
from otel_bridge_collector.deliver.routed_rows import RoutedRows
from otel_bridge_collector.deliver.step import Step, passing, shaped
from otel_bridge_collector.errors import MalformedBodyError, RetryableError
from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.spool.record import Record, Signal
from otel_bridge_collector.store.aim import Identity, identity_of
from otel_bridge_collector.store.columns import RowKey, key_of

MAX_ROWS: Final = 20_000
MAX_BYTES: Final = 32 << 20
"""Of the requests that remembered rows came in."""

_PLACE: Final = frozenset(
    {"id", "org_id", "project_id", "experiment_id", "dataset_id", "prompt_session_id", "log_id"}
)


@dataclass(slots=True)
class _Known:
    """What is remembered of a row.

    Attributes:
        base: the row without its facts; None while it has not come.
        facts: by their id.
        signal: what brought the row, which says which steps it goes through.
        is_sent: whether the destination has it, or is about to.
    """

    signal: Signal
    base: Row | None = None
    facts: dict[str, RowWrite] = field(default_factory=dict[str, RowWrite])
    is_sent: bool = False
    size: int = 0

    def whole(self) -> Row | None:
        """The row with what fills it."""
        if self.base is None:
            return None
        return assemble(self.base, fills=(_content(fact) for fact in self.stated(fills=True)))

    def state(self) -> Row | None:
        """The row with everything that is known of it."""
        whole = self.whole()
        return whole and assemble(whole, merges=(_content(fact) for fact in self.stated(fills=False)))

    def stated(self, *, fills: bool) -> list[RowWrite]:
        """The facts of one kind, in the order in which they were stated."""
        facts = (fact for fact in self.facts.values() if fact.fills_only is fills)
        return sorted(facts, key=lambda fact: (fact.fact_ns, fact.fact or ""))


@dataclass(slots=True)
class _Change:
    """What a record changes about a row."""

    is_whole: bool = False
    deletion: Row | None = None
    updates: list[Row] = field(default_factory=list[Row])
    facts: set[str] = field(default_factory=set[str])


class AssembledRows:
    """Prepares rows for a destination that keeps no facts."""

    def __init__(
        self,
        rows: RoutedRows,
        steps: Mapping[Signal, Sequence[Step]],
        *,
        max_rows: int = MAX_ROWS,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        """Make one that remembers nothing.

        Args:
            rows: what makes rows of records.
            steps: what rows go through, by the signal that brings them; a signal that is not there is not wanted.
            max_rows: rows to remember.
            max_bytes: see `MAX_BYTES`.
        """
        self._rows = rows
        self._steps = steps
        self._max_rows = max_rows
        self._max_bytes = max_bytes
        self._known: OrderedDict[RowKey, _Known] = OrderedDict()
        self._aliases: dict[RowKey, RowKey] = {}
        self._size = 0

    def prepare(self, record: Record) -> Prepared[Row]:
        """See `Preparation`."""
        prepared = self._rows.prepare(record)
        if record.routing.signal not in self._steps:
            return Prepared(writes=[])
        size = len(record.payload) // max(len(prepared.writes), 1)
        changes: dict[RowKey, _Change] = {}
        for write in prepared.writes:
            aimed = self._aimed(write)
            key = key_of(aimed.row)
            known = self._remembered(key, record.routing.signal, size)
            _apply(aimed, known, changes.setdefault(key, _Change()), record.routing.signal)
            if identity := identity_of(key, write.row) if write.fact is None else None:
                self._name(identity)
        rows = self._outgoing(changes)
        self._forget()
        return Prepared(writes=rows, faults=prepared.faults)

    def remember(self, records: Iterable[Record]) -> None:
        """See `Preparation`."""
        for record in records:
            # What cannot be read was buried when it was delivered.
            with suppress(MalformedBodyError, RetryableError, ValueError):
                self.prepare(record)

    def _remembered(self, key: RowKey, signal: Signal, size: int) -> _Known:
        known = self._known.setdefault(key, _Known(signal=signal))
        self._known.move_to_end(key)
        known.size += size
        self._size += size
        return known

    def _aimed(self, write: RowWrite) -> RowWrite:
        """Return a fact at the row that it means: it may call the row by its span or its trace (`store.aim`)."""
        key = key_of(write.row)
        known = self._known.get(key)
        if write.fact is None or (known and known.base is not None) or key not in self._aliases:
            return write
        return _at_row(write, self._aliases[key])

    def _name(self, identity: Identity) -> None:
        """Remember the other names of a row, and give it the facts that waited under them."""
        for alias in identity.aliases:
            self._aliases.setdefault(alias, identity.key)
            waiting = self._known.get(alias)
            if waiting and waiting.base is None:
                moved = {name: _at_row(fact, identity.key) for name, fact in waiting.facts.items()}
                self._known[identity.key].facts |= moved
                waiting.facts.clear()

    def _forget(self) -> None:
        while len(self._known) > self._max_rows or (self._size > self._max_bytes and self._known):
            key, known = self._known.popitem(last=False)
            self._size -= known.size
            if known.base is not None and (identity := identity_of(key, known.base)):
                for alias in identity.aliases:
                    self._aliases.pop(alias, None)

    def _outgoing(self, changes: Mapping[RowKey, _Change]) -> list[Row]:
        newly = self._newly_passing([key for key in changes if not self._known[key].is_sent])
        rows: list[Row] = []
        for key, change in changes.items():
            known = self._known[key]
            if change.deletion is not None:
                rows.append(change.deletion)
            if known.base is None:
                rows += self._without_base(known, change)
            elif key in newly or (known.is_sent and change.is_whole):
                rows += self._all_of(known)
            elif known.is_sent:
                rows += self._what_changed(known, change)
            known.is_sent = known.is_sent or key in newly
        return rows

    def _newly_passing(self, keys: Sequence[RowKey]) -> set[RowKey]:
        found: set[RowKey] = set()
        for signal, steps in self._steps.items():
            states = {
                key: state
                for key in keys
                if self._known[key].signal == signal and (state := self._known[key].state()) is not None
            }
            found |= {
                key
                for key, passes in zip(states, passing(steps, list(states.values())), strict=True)
                if passes
            }
        return found

    def _all_of(self, known: _Known) -> list[Row]:
        steps = self._steps[known.signal]
        whole = known.whole()
        facts = (shaped(steps, fact.row) for fact in known.stated(fills=False))
        return [shaped(steps, whole), *facts] if whole is not None else []

    def _what_changed(self, known: _Known, change: _Change) -> list[Row]:
        steps = self._steps[known.signal]
        facts = known.stated(fills=False)
        first = next((index for index, fact in enumerate(facts) if fact.fact in change.facts), len(facts))
        return [shaped(steps, row) for row in (*change.updates, *(fact.row for fact in facts[first:]))]

    def _without_base(self, known: _Known, change: _Change) -> list[Row]:
        """What can be sent about a row that is not known: it came long ago, or comes later."""
        steps = self._steps[known.signal]
        updates = [
            row for row, passes in zip(change.updates, passing(steps, change.updates), strict=True) if passes
        ]
        is_selected = any(step.selects for step in steps)
        facts = (
            []
            if is_selected
            else [fact.row for fact in known.stated(fills=False) if fact.fact in change.facts]
        )
        return [shaped(steps, row) for row in (*updates, *facts)]


def _apply(write: RowWrite, known: _Known, change: _Change, signal: Signal) -> None:
    if write.fact is not None:
        known.facts[write.fact] = write
        change.facts.add(write.fact)
        change.is_whole = change.is_whole or write.fills_only
    elif write.row.get("_object_delete"):
        known.base, known.is_sent = None, False
        known.facts.clear()
        change.deletion, change.is_whole = write.row, False
        change.updates.clear()
        change.facts.clear()
    elif write.row.get("_is_merge"):
        known.base = known.base and merge_row(known.base, write.row)
        change.updates.append(write.row)
    else:
        known.base, known.signal = write.row, signal
        change.is_whole = True


def _at_row(fact: RowWrite, key: RowKey) -> RowWrite:
    return fact._replace(row={**fact.row, "id": key.id})


def _content(fact: RowWrite) -> Row:
    return cast("Row", {name: value for name, value in fact.row.items() if name not in _PLACE})
