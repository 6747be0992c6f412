"""Routing: which object each row of a request belongs to, and its number there. It translates nothing.

Source: spec/translation.md section 2. A parent that the span or record names itself counts more than the
request's, and that more than the default. Under a slug the request's trace hangs below the slug's span: spans
without a parent get that span for one, and every row of the slug's object takes its root.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

from otel_bridge.contract.parent import Parent, ParentError, parse_parent
from otel_bridge.contract.row import Row
from otel_bridge.contract.slug import SpanComponents
from otel_bridge_collector.errors import RetryableError
from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.spool.record import Routing
from otel_bridge_collector.store.xact import pagination_key


class Resolver(Protocol):
    """Knows the objects; `store.objects.Objects` does."""

    def resolve(self, parent: Parent) -> dict[str, str]:
        """Return the ids that a row of the object carries, and make the object where there is none."""
        ...


class Router:
    """Puts rows where their parents say."""

    def __init__(self, objects: Resolver, *, default_parent: str) -> None:
        self._objects = objects
        self._default = parse_parent(default_parent)

    def route(self, routing: Routing, writes: Iterable[RowWrite]) -> list[RowWrite]:
        """Return the writes of one request with object ids, `_xact_id` and `_pagination_key`, in order.

        Raises:
            RetryableError: the objects cannot be read or made now.
        """
        requested = _readable(routing.parent) or self._default
        home = self._resolve(requested)
        routed: list[RowWrite] = []
        rows = 0
        for write in writes:
            named = _object_of(write.row) or _readable(write.parent)
            ids = self._resolve(named) if named else home
            nested = _below(requested.span, write) if requested.span and ids == home else Row()
            place = Row(_xact_id=str(routing.xact), _pagination_key=pagination_key(routing.xact, rows))
            rows += write.fact is None  # a fact has the key of its row
            routed.append(replace(write, row={**write.row, **nested, **ids, **place}))  # type: ignore[typeddict-item]  # ids are fields of Row
        return routed

    def _resolve(self, parent: Parent) -> dict[str, str]:
        try:
            return self._objects.resolve(parent)
        except sqlite3.Error as error:
            raise RetryableError(f"the objects cannot be read now: {error}") from error


def _object_of(row: Row) -> Parent | None:
    """The object that a row names by itself, as rows do that came as rows; one of a span names none yet."""
    if experiment_id := row.get("experiment_id"):
        return Parent(kind="experiment_id", value=experiment_id)
    if dataset_id := row.get("dataset_id"):
        return Parent(kind="dataset_id", value=dataset_id)
    if prompt_session_id := row.get("prompt_session_id"):
        return Parent(kind="playground_id", value=prompt_session_id)
    project_id = row.get("project_id")
    return Parent(kind="project_id", value=project_id) if project_id else None


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
