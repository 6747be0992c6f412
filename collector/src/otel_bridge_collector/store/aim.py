"""Which row a fact is about, where it names the row by its span or its trace instead of its id. Pure.

A fact names a row by id; where no row has that id, it means the row of that span, and where there is none, the root of that
trace. A fact may come before its row: it waits under the name that it gave, and goes to the row when that comes.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, cast

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.store.columns import RowKey, is_root


class Identity(NamedTuple):
    """The names of a row: `span_id` is empty on a log row, which shares it with its span; `trace` on all but a root."""

    key: RowKey
    span_id: str
    trace: str

    @property
    def aliases(self) -> Sequence[RowKey]:
        """What a fact may call the row beside its id, the surer first."""
        own = self.key.id
        return [_named(self.key, name) for name in (self.span_id, self.trace) if name and name != own]


def identity_of(key: RowKey, row: Row) -> Identity | None:
    """Return the names of a row that is written; None when the write does not say them."""
    if row.get("_object_delete") or (row.get("_is_merge") and not row.get("span_id")):
        return None
    fields = cast("Mapping[str, Json]", row)
    span_id = str(fields.get("span_id") or key.id)
    is_log = (row.get("span_attributes") or {}).get("type") == "log"
    trace = str(fields.get("root_span_id") or span_id) if is_root(fields) else ""
    return Identity(key=key, span_id="" if is_log else span_id, trace=trace)


def aim(
    keyed: Sequence[tuple[RowKey, RowWrite]], identities: Sequence[Identity]
) -> list[tuple[RowKey, RowWrite]]:
    """Return writes with each fact at the row that it means, as far as `identities` tell, those of the writes among them."""
    ids = {each.key for each in identities}
    ids.update(key for key, write in keyed if write.fact is None)
    if all(key in ids for key, _ in keyed):
        return list(keyed)
    spans: dict[RowKey, RowKey] = {}
    traces: dict[RowKey, RowKey] = {}
    for each in identities:
        if each.span_id:
            spans.setdefault(_named(each.key, each.span_id), each.key)
        if each.trace:
            traces.setdefault(_named(each.key, each.trace), each.key)

    def meant(key: RowKey) -> RowKey:
        return key if key in ids else spans.get(key) or traces.get(key) or key

    return [(key if write.fact is None else meant(key), write) for key, write in keyed]


def identities_of(keyed: Iterable[tuple[RowKey, RowWrite]]) -> list[Identity]:
    """Return the names of the rows among writes."""
    named = (identity_of(key, write.row) for key, write in keyed if write.fact is None)
    return [each for each in named if each is not None]


def _named(key: RowKey, name: str) -> RowKey:
    return RowKey(key.object_type, key.object_id, name)
