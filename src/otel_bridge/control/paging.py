"""The rows of one dataset or experiment, page by page, while others write.

Pages come latest written first, so a row that is written anew between two pages moves to the front and is on none of
those that follow. After the last page the front is therefore read again, until it holds nothing new: every row that
was there the whole time comes once.

Source: `braintrust` 0.47.0 SDK, `logger.ObjectFetcher` (spec/wire.md sections 5, 7 and 11).
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from otel_bridge.control.account import Account
from otel_bridge.errors import AnswerTooLargeError, ControlError

PAGE_ROWS: Final = 1_000

_ROUNDS: Final = 10
"""Times that the front is read again; an object that is written faster than it is read is not followed for ever."""

EventRow = Mapping[str, Any]


class ObjectRows:
    """The rows of one object.

    Args:
        account: what is asked.
        kind: `dataset` or `experiment`.
        object_id: which one.
        version: as it was then, or None for now.
        btql: clauses of a query in Braintrust's JSON tree, which are asked instead of all rows.
    """

    def __init__(
        self, account: Account, kind: str, object_id: str, *, version: str | None = None,
        btql: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        self._account, self._kind, self._object_id = account, kind, object_id
        self._version, self._btql = version, btql
        self._limit = PAGE_ROWS

    def read(self, batch_size: int | None = None) -> Iterator[EventRow]:
        """Yield the rows, latest written first; those that moved to the front meanwhile come last.

        Raises:
            ControlError: a page could not be had.
        """
        self._limit = batch_size or PAGE_ROWS
        seen: dict[str, None] = {}
        newest, pages = "", 0
        for page in self._pages():
            pages += 1
            newest = max([newest, *(_xact(row) for row in page)])
            yield from _unseen(page, seen)
        if pages > 1 and self._version is None and not self._btql:
            yield from self._moved(newest, seen)

    def _moved(self, newest: str, seen: dict[str, None]) -> Iterator[EventRow]:
        for _ in range(_ROUNDS):
            front: list[EventRow] = []
            for page in self._pages():
                front += [row for row in page if _xact(row) > newest]
                if not page or _xact(page[-1]) <= newest:
                    break
            if not front:
                return
            newest = max(_xact(row) for row in front)
            yield from _unseen(front, seen)

    def _pages(self) -> Iterator[list[EventRow]]:
        cursor: str | None = None
        while True:
            answer = self._page(cursor)
            rows = answer.get("data" if self._btql else "events")
            if not isinstance(rows, list):
                raise ControlError(f"the answer to a fetch of {self._kind} rows has no list of rows")
            yield cast("list[EventRow]", rows)
            cursor = answer.get("cursor")
            if not cursor:
                return

    def _page(self, cursor: str | None) -> Mapping[str, Any]:
        while True:
            try:
                return self._query(cursor) if self._btql else self._fetch(cursor)
            except AnswerTooLargeError:
                if self._limit == 1:
                    raise
                self._limit = max(1, self._limit // 4)

    def _fetch(self, cursor: str | None) -> Mapping[str, Any]:
        asked: dict[str, Any] = {"limit": self._limit}
        asked |= {"cursor": cursor} if cursor else {}
        asked |= {"version": self._version} if self._version is not None else {}
        return self._account.request("POST", f"/v1/{self._kind}/{self._object_id}/fetch", json=asked)

    def _query(self, cursor: str | None) -> Mapping[str, Any]:
        source = {
            "op": "function",
            "name": {"op": "ident", "name": [self._kind]},
            "args": [{"op": "literal", "value": self._object_id}],
        }
        query = {
            "select": [{"op": "star"}], "limit": self._limit, **(self._btql or {}), "from": source, "cursor": cursor,
        }  # fmt: skip
        asked: dict[str, Any] = {
            "query": query, "use_columnstore": False, "brainstore_realtime": True,
            "query_source": f"py_sdk_object_fetcher_{self._kind}",
        }  # fmt: skip
        asked |= {"version": self._version} if self._version is not None else {}
        return self._account.request("POST", "/btql", json=asked)


def _xact(row: EventRow) -> str:
    """Of constant width, so they compare as texts; see spec/wire.md section 7."""
    return str(row.get("_xact_id") or "0")


def _unseen(rows: list[EventRow], seen: dict[str, None]) -> Iterator[EventRow]:
    for row in rows:
        row_id = str(row.get("id"))
        if row_id not in seen:
            seen[row_id] = None
            yield row
