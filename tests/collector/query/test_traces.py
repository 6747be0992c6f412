"""Traces by what their spans are."""

import pytest

from tests.support.rows import Asking


@pytest.mark.parametrize(
    ("clauses", "expected"),
    [
        pytest.param("sort: metrics.tokens desc", "cdabe", id="best-span-first"),
        pytest.param("sort: created", "abcde", id="earliest-first"),
        pytest.param("sort: metrics.tokens desc | limit: 1", "cd", id="limit-counts-traces"),
        pytest.param(
            "sort: metrics.tokens | filter: type = 'llm' | limit: 1", "ba", id="best-of-those-that-pass"
        ),
        pytest.param("filter: ANY_SPAN(type = 'llm') AND metrics.tokens > 90 | limit: 1", "cd", id="limit"),
        pytest.param("filter: type = 'llm' OR metrics.tokens = 20", "ecdab", id="or"),
    ],
)
def test_traces(example: Asking, clauses: str, expected: str) -> None:
    rows = example.rows(f"select: id | from: project_logs('p') traces | {clauses}")

    assert "".join(str(row["id"]) for row in rows) == expected
