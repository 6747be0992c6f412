"""Lists of the REST API: filtered by the query string, newest first, a page at a time."""

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from starlette.requests import Request

from otel_bridge_collector.api.errors import RequestError

_Listed = TypeVar("_Listed")
_DIGITS: Final = 18


def page_of(request: Request, found: Sequence[_Listed], id_of: Callable[[_Listed], str]) -> Sequence[_Listed]:
    """Return the page that `ids`, `starting_after`, `ending_before` and `limit` of a request choose.

    `ending_before` goes back: its page ends right before the one that it names.

    Raises:
        RequestError: `limit` is no whole number.
    """
    query = request.query_params
    ids = [id_of(each) for each in found]
    after, before = query.get("starting_after"), query.get("ending_before")
    if after is not None:
        found = found[ids.index(after) + 1 :] if after in ids else []
    elif before is not None:
        found = found[: ids.index(before)] if before in ids else []
    if wanted := query.getlist("ids"):
        found = [each for each in found if id_of(each) in wanted]
    limit = limit_of(request)
    if before is not None and after is None and limit is not None:
        return found[max(0, len(found) - limit) :]
    return found[:limit]


def limit_of(request: Request) -> int | None:
    """Return `limit` of a request; None when it names none.

    Raises:
        RequestError: it is no whole number.
    """
    text = request.query_params.get("limit")
    if text is None:
        return None
    return whole_number(text)


def whole_number(text: str) -> int:
    """Return `limit` as a number.

    Raises:
        RequestError: it is no whole number, or has more digits than any that says something.
    """
    if not text.isascii() or not text.isdecimal() or len(text) > _DIGITS:
        raise RequestError("limit is no whole number", code="badLimit")
    return int(text)
