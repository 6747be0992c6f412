"""What a batch of writes makes of one row: pure, between what the store holds and what it is to hold.

A row is its base (the row as its own writes left it) with its facts assembled into it. The base is kept apart
from the facts, so that a row that is sent again replaces the base and wipes no feedback, and so that a fact may come
before its row. A fact without a row waits: it knows neither trace nor parent nor start, and as a row it would
be a false root and count twice; it is kept, and it is visible as soon as its row is there.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Final, NamedTuple, cast

from otel_bridge.contract.merge import assemble, merge_row
from otel_bridge.contract.row import CONTROL_FIELDS, Json, Row
from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.store.columns import (
    OBJECT_ID_FIELDS,
    RowKey,
    created_of,
    created_text,
    key_of,
    pagination_key_of,
    xact_id_of,
)

_ROUTING_FIELDS: Final = frozenset({
    *OBJECT_ID_FIELDS.values(), "org_id", "log_id", "id", "_xact_id", "_pagination_key",
})  # fmt: skip

_IDENTITY_FIELDS: Final = frozenset({
    *OBJECT_ID_FIELDS.values(), "org_id", "log_id", "id", "span_id", "root_span_id", "span_parents", "created",
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something stated about a row apart from it.

    Attributes:
        content: the fields it states, without those that say where it belongs.
        xact_id: the transaction that brought it.
    """

    id: str
    stated_ns: int
    fills_only: bool
    content: Row
    xact_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A row as readers saw it until a later transaction.

    Attributes:
        until: the transaction that changed or deleted it.
    """

    row: Row
    until: int


@dataclass(slots=True)
class Entry:
    """One row while a batch is applied.

    Attributes:
        base: the row without its facts; None while there is none.
        pagination_key: as the first write of the row had it; it never moves (spec/btql.md section 7.3).
        facts: by their id, those of the store and those of this batch.
        new_facts: ids of the facts that this batch brought.
        deleted: whether this batch deleted the row with what the store holds about it.
        past: what readers saw before each transaction of this batch that changed it.
        means_ratings: whether the row shows the mean of the scores that several raters gave, or the last.
    """

    base: Row | None = None
    pagination_key: int = 0
    facts: dict[str, Fact] = field(default_factory=dict[str, Fact])
    new_facts: set[str] = field(default_factory=set[str])
    deleted: bool = False
    past: list[Past] = field(default_factory=list[Past])
    means_ratings: Callable[[Row], bool] = lambda _: False

    def write(self, write: RowWrite) -> None:
        """Take one more write; writes come in order."""
        if write.fact in self.facts:
            return
        xact_id = xact_id_of(write.row)
        self._keep_past(xact_id)
        if write.fact is not None:
            self._state(write, write.fact, xact_id)
        elif write.row.get("_object_delete"):
            self._bury(write.row)
            self.base, self.deleted = None, True
            self.facts.clear()
            self.new_facts.clear()
        elif self.base is not None and write.row.get("_is_merge"):
            self.base = merge_row(self.base, _audited(write.row, action="merge"))
        else:
            self._replace(write.row)

    def visible(self) -> Row | None:
        """Return the row as a reader sees it, or None when there is none."""
        if self.base is None:
            return None
        if not self.facts:
            return self.base
        ordered = sorted(self.facts.values(), key=lambda fact: (fact.stated_ns, fact.id))
        row = assemble(
            self.base,
            fills=(fact.content for fact in ordered if fact.fills_only),
            merges=(fact.content for fact in ordered if not fact.fills_only),
        )
        if self.means_ratings(self.base):
            row = _with_means(row, ordered)
        return cast("Row", {**row, "_xact_id": str(self._newest(self.base))})

    def _newest(self, base: Row) -> int:
        return max([xact_id_of(base), *(fact.xact_id for fact in self.facts.values())])

    def _keep_past(self, xact_id: int) -> None:
        """Keep what readers see now, unless the transaction that comes has made it itself."""
        if (
            self.base is not None
            and self._newest(self.base) < xact_id
            and (row := self.visible()) is not None
        ):
            self.past.append(Past(row=row, until=xact_id))

    def _bury(self, deletion: Row) -> None:
        """Keep that the row was deleted: a state that ended at once, so that no version shows it."""
        if self.base is None:
            return
        kept = {name: value for name, value in self.base.items() if name in _IDENTITY_FIELDS}
        told = _audited(cast("Row", {**kept, "_xact_id": str(xact_id_of(deletion))}), action="delete")
        self.past.append(Past(row=told, until=xact_id_of(deletion)))

    def _state(self, write: RowWrite, fact: str, xact_id: int) -> None:
        content = {
            name: value
            for name, value in cast("Mapping[str, Json]", _fact_audited(write.row)).items()
            if name not in _ROUTING_FIELDS
        }
        self.facts[fact] = Fact(
            id=fact,
            stated_ns=write.fact_ns,
            fills_only=write.fills_only,
            content=cast("Row", content),
            xact_id=xact_id,
        )
        self.new_facts.add(fact)

    def _replace(self, row: Row) -> None:
        if self.base is None:
            self.pagination_key = pagination_key_of(row)
        span_id = row.get("span_id") or key_of(row).id
        new: dict[str, Json] = {
            **cast("Mapping[str, Json]", _audited(row, action="upsert")),
            "span_id": span_id,
            "root_span_id": row.get("root_span_id") or span_id,
            "span_parents": row.get("span_parents") or None,
            # Its own time: that of the row as it is read is the time of its newest fact.
            "created": created_text(created_of(row)),
        }
        if not CONTROL_FIELDS.isdisjoint(new):
            new = {name: value for name, value in new.items() if name not in CONTROL_FIELDS}
        self.base = cast("Row", new)


def upsert_entry(row: Row) -> dict[str, Json]:
    """Return the entry of `audit_data` that a row gets which is written whole, and has none of its own."""
    return _entry(row, "upsert", None)


class Assembled(NamedTuple):
    """What becomes of writes of a batch.

    Attributes:
        keys: of each write, a fact's that of the row which it means.
        entries: the rows.
        has_facts: those that have facts in the store.
        before: rows that are written again, as they were.
    """

    keys: Sequence[RowKey]
    entries: Mapping[RowKey, Entry]
    has_facts: Sequence[RowKey]
    before: Mapping[RowKey, Row | None]


def changed_fields(pairs: Iterable[tuple[Row | None, Row | None]]) -> Counter[str]:
    """Return in how many of some rows each field changed; `""` counts rows that were not there.

    Args:
        pairs: each row as it was and as it is; None where there was or is none.
    """
    changed: Counter[str] = Counter()
    for before, after in pairs:
        old, new = (cast("Mapping[str, Json]", row or {}) for row in (before, after))
        if before is None and after is not None:
            changed[""] += 1
        elif old != new:
            changed.update(name for name in {**old, **new} if old.get(name) != new.get(name))
    return changed


def _audited(row: Row, *, action: str, scores: Mapping[str, float | None] | None = None) -> Row:
    """Return `row` with an entry in `audit_data` that says how it was written, as Braintrust returns it."""
    if row.get("audit_data") is not None:
        return row
    return cast("Row", {**row, "audit_data": [_entry(row, action, scores)]})


def _entry(row: Row, action: str, scores: Mapping[str, float | None] | None) -> dict[str, Json]:
    return {
        "_xact_id": str(xact_id_of(row)),
        "audit_data": {"action": action, **({"scores": dict(scores)} if scores else {})},
        "metadata": row.get("_audit_metadata") or {},
        "source": row.get("_audit_source") or "api",
    }


def _fact_audited(row: Row) -> Row:
    """Return feedback with who gave it, and which scores: the row shows one score of a name, the audit data each."""
    return _audited(row, action="merge", scores=row.get("scores")) if row.get("_audit_source") else row


def _with_means(row: Row, facts: Iterable[Fact]) -> Row:
    given: dict[str, list[float]] = {}
    for fact in facts:
        if fact.content.get("audit_data"):
            for name, score in (fact.content.get("scores") or {}).items():
                if score is not None:
                    given.setdefault(name, []).append(score)
    means = {name: fmean(scores) for name, scores in given.items()}
    return cast("Row", {**row, "scores": {**(row.get("scores") or {}), **means}}) if means else row
