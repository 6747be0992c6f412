"""Pages of a query over HTTP."""

import click
import pytest

from otel_bridge_collector.cli.pages import FIRST, clauses, count, cursor_behind, page, row_pages


def test_pages_follow_each_other(example_url: str) -> None:
    query = clauses("project_logs('p')", None, "sort: _pagination_key", "limit: 2")

    pages = [[row["id"] for row in rows] for rows, _ in row_pages(example_url, query, FIRST)]

    assert pages == [["a", "b"], ["c", "d"], ["e"]]


def test_a_row_says_where_the_next_page_begins(example_url: str) -> None:
    query = clauses("project_logs", None, "sort: _pagination_key", "limit: 2")
    rows, cursor = next(row_pages(example_url, query, FIRST))

    assert cursor_behind(rows[-1]) == cursor


def test_rows_are_counted(example_url: str) -> None:
    assert count(example_url, "project_logs", "error IS NOT NULL") == 1


def test_a_comment_in_a_filter_ends_with_its_line(example_url: str) -> None:
    assert count(example_url, "project_logs", "id = 'a' -- only this one") == 1


def test_a_wrong_query_is_shown_with_its_place(example_url: str) -> None:
    with pytest.raises(click.ClickException, match="unknown function") as caught:
        page(example_url, clauses("project_logs", "cuont(1) = 1"))

    assert "^^^^^" in caught.value.message
