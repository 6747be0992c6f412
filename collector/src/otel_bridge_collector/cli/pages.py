"""Pages of a query over HTTP, one after another, so that no command holds more than one."""

import json
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final, cast

import httpx

from otel_bridge_collector.cli.api_client import QueryFault, answer_fault, send
from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.page import encode_cursor
from otel_bridge_collector.query.parser import parse_expression

FIRST: Final = encode_cursor((0,))
"""The cursor in front of every row, where pages go by `_pagination_key` upwards."""


def clauses(source: str, condition: str | None, *more: str) -> str:
    """Return a query of clauses; a line each, so that a comment in one ends with it.

    Raises:
        QueryFault: the condition is none, with the place.
    """
    if condition is not None:
        _check(condition)
    parts = ["select: *", f"from: {source}", *([f"filter: {condition}"] if condition else []), *more]
    return "\n".join(parts)


def page(url: str, query: str, *, fmt: str = "json", cursor: str | None = None) -> httpx.Response:
    """Return the answer to a query, which begins behind `cursor`.

    Raises:
        QueryFault: the query is wrong; with the place, where the sidecar says it.
        ClickException: it cannot be asked.
    """
    body = {"query": query, "default_source": "project_logs", "fmt": fmt, "cursor": cursor}
    response = send(url, "POST", "/btql", body)
    if response.status_code < HTTPStatus.BAD_REQUEST:
        return response
    raise answer_fault(response.status_code, _json(response))


def row_pages(url: str, query: str, cursor: str | None) -> Iterator[tuple[list[dict[str, Any]], str]]:
    """Yield the rows of each page and the cursor behind it, until a page is empty."""
    while True:
        response = page(url, query, fmt="jsonl", cursor=cursor)
        rows = [json.loads(line) for line in response.text.splitlines()]
        behind = response.headers.get("x-bt-cursor", "")
        if rows:
            yield rows, behind
        if not rows or not behind:
            return
        cursor = behind


def count(url: str, source: str, condition: str | None) -> int:
    """Return how many rows a source has that pass a filter."""
    query = clauses(source, condition, "measures: count(1) as n").replace("select: *\n", "", 1)
    return int(page(url, query).json()["data"][0]["n"])


def cursor_behind(row: Mapping[str, Any]) -> str:
    """Return the cursor of the page that begins behind a row."""
    return encode_cursor((int(str(row["_pagination_key"]).removeprefix("p")),))


def _check(condition: str) -> None:
    try:
        parse_expression(condition)
    except QueryError as error:
        # Only a wrong condition waits for the import of the API.
        from otel_bridge_collector.api.errors import query_error_body  # noqa: PLC0415 - see above

        raise QueryFault(query_error_body(error, condition)) from error


def _json(response: httpx.Response) -> Mapping[str, object]:
    try:
        answer: object = response.json()
    except ValueError:
        answer = None
    if not isinstance(answer, Mapping):
        return {"message": f"the answer was {response.status_code} {response.reason_phrase}"}
    return cast("Mapping[str, object]", answer)
