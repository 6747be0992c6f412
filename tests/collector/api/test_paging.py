"""Pages of lists."""

import pytest
from starlette.requests import Request

from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.paging import page_of


def page(query: str) -> list[str]:
    request = Request({"type": "http", "query_string": query.encode(), "headers": []})
    return list(page_of(request, ["c", "b", "a"], str))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["c", "b", "a"]),
        ("limit=2", ["c", "b"]),
        ("starting_after=c&limit=1", ["b"]),
        ("starting_after=nosuch", []),
        ("ending_before=a", ["c", "b"]),
        ("ending_before=a&limit=1", ["b"]),
        ("ending_before=a&limit=0", []),
        ("ending_before=a&limit=9", ["c", "b"]),
        ("ids=a&ids=c", ["c", "a"]),
    ],
)
def test_the_query_string_chooses_a_page(query: str, expected: list[str]) -> None:
    assert page(query) == expected


@pytest.mark.parametrize("limit", ["-1", "²", "9" * 5_000])
def test_a_limit_is_a_whole_number(limit: str) -> None:
    with pytest.raises(RequestError, match="limit is no whole number"):
        page(f"limit={limit}")
