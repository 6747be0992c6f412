"""Routing: which object each row of a request belongs to, and its number there. It translates nothing.

Whoever sent the request, no row gets into a project out of its sender's reach. The ports have refused such rows before
(`store.gate`); one that is met here all the same, because an object has moved since then, is left out.

Source: spec/translation.md section 2. A parent that the span or record names itself counts more than the
request's, and that more than the default. Under a slug the request's trace hangs below the slug's span: spans
without a parent get that span for one, and every row of the slug's object takes its root.
"""

import logging
import sqlite3
from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import Protocol, Self

from otel_bridge.contract.parent import Parent, ParentError, ParentKind, parse_parent
from otel_bridge.contract.row import Row
from otel_bridge.contract.slug import SpanComponents
from otel_bridge_collector.access import Access
from otel_bridge_collector.errors import ForbiddenError, RetryableError
from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.spool.record import Routing
from otel_bridge_collector.store.xact import pagination_key
from otel_bridge_collector.telemetry import RareLog
from otel_bridge_collector.translate.parent import named_object

logger = logging.getLogger(__name__)


class Resolver(Protocol):
    """Knows the objects; `store.objects.Objects` does."""

    def seen_by(self, access: Callable[[], Access]) -> Self:
        """Return the same objects as far as `access` reaches."""
        ...

    def resolve(self, parent: Parent) -> dict[str, str]:
        """Return the ids that a row of the object carries, and make the object where there is none.

        Raises:
            ForbiddenError: the object is out of reach.
        """
        ...


class Router:
    """Puts rows where their parents say."""

    def __init__(self, objects: Resolver, *, default_parent: str) -> None:
        self._objects = objects
        self._default = parse_parent(default_parent)
        self._refusals = RareLog(logger)

    def route(self, routing: Routing, writes: Iterable[RowWrite]) -> list[RowWrite]:
        """Return the writes of one request with object ids, `_xact_id` and `_pagination_key`, in order.

        Raises:
            RetryableError: the objects cannot be read or made now.
        """
        requested = _readable(routing.parent) or self._default
        objects = self._objects.seen_by(partial(_reach_of, routing))

        @cache  # most rows of a request go to one object; the span of a slug, which has no hash, makes no difference
        def resolve(kind: ParentKind, value: str) -> dict[str, str] | None:
            return self._resolve(objects, Parent(kind=kind, value=value))

        xact = str(routing.xact)
        routed: list[RowWrite] = []
        rows = 0
        for write in writes:
            named = named_object(write.row) or _readable(write.parent)
            # The request's own object is made when a row goes there, not before: most rows name theirs.
            target = named or requested
            ids = resolve(target.kind, target.value)
            if ids is None:
                self._refusals.warning("a row was left out: its sender does not reach %s", target)
                continue
            is_home = requested.span and ids == resolve(requested.kind, requested.value)
            row = write.row
            if is_home and requested.span:
                row = Row({**row, **_below(requested.span, write)})
            placed = {
                **row,
                **ids,
                "_xact_id": xact,
                "_pagination_key": pagination_key(routing.xact, rows),
            }
            rows += write.fact is None  # a fact has the key of its row
            # Not `_replace`, which takes four times as long.
            routed.append(RowWrite(placed, *write[1:]))  # type: ignore[arg-type]  # ids are fields of Row
        return routed

    def _resolve(self, objects: Resolver, parent: Parent) -> dict[str, str] | None:
        """Return the ids of an object; None when it is out of the sender's reach."""
        try:
            return objects.resolve(parent)
        except ForbiddenError:
            return None
        except sqlite3.Error as error:
            raise RetryableError(f"the objects cannot be read now: {error}") from error


def _reach_of(routing: Routing) -> Access:
    """Return the sender's reach; what it might do beside, the ports have asked."""
    projects = None if routing.projects is None else frozenset(routing.projects)
    return Access(scopes=frozenset(), projects=projects)


def _readable(text: str | None) -> Parent | None:
    """A parent that cannot be read counts as none: its text stays in the row's metadata, where it can be seen."""
    try:
        return parse_parent(text) if text else None
    except ParentError:
        return None


def _below(span: SpanComponents, write: RowWrite) -> Row:
    nested = Row()
    if span.root_span_id and "root_span_id" in write.row:
        nested["root_span_id"] = span.root_span_id
    if span.span_id and _is_local_root(write.row):
        nested["span_parents"] = [span.span_id]
        if "is_root" in write.row:
            nested["is_root"] = False
    return nested


def _is_local_root(row: Row) -> bool:
    """Log rows never have parents, so theirs say nothing."""
    is_log = (row.get("span_attributes") or {}).get("type") == "log"
    return "span_parents" in row and not row["span_parents"] and not is_log
