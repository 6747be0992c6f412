"""What the filter may propose."""

import pytest
from starlette.testclient import TestClient

from otel_bridge.contract.row import Json
from otel_bridge_collector.query.parser import parse_expression
from otel_bridge_collector.ui.words import words_of


def test_the_fields_of_the_newest_rows_come_with_their_frequent_values(browser: TestClient) -> None:
    fields = browser.get("/app/o/p/p/logs/words").json()["fields"]

    assert fields["metadata.model"] == ["'claude'", "'gpt-4'"]
    assert fields["tags"] == ["'triage'", "'done'"]
    assert fields["scores.Factuality"] == []
    assert "error" in fields


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("x" * 81, id="long"),
        pytest.param("pay \u202e001", id="hidden direction"),
        pytest.param("two\nlines", id="lines"),
        pytest.param(None, id="none"),
    ],
)
def test_a_value_that_nobody_can_choose_is_left_out(value: Json) -> None:
    assert words_of([{"metadata": {"a": value}}]).get("metadata.a", []) == []


@pytest.mark.parametrize("value", ["it's", 12, 1.5, True])
def test_a_value_is_written_as_the_language_has_it(value: Json) -> None:
    (literal,) = words_of([{"metadata": {"a": value}}])["metadata.a"]

    parse_expression(f"metadata.a = {literal}")


def test_a_name_that_needs_quotes_is_left_out() -> None:
    assert not [path for path in words_of([{"metadata": {"<script>": 1, "a b": 1}}]) if "metadata" in path]


def test_fields_are_looked_for_so_deep_and_no_deeper() -> None:
    nested: Json = {"a": {"b": {"c": {"d": {"e": 1}}}}}

    assert "metadata.a.b.c.d.e" not in words_of([{"metadata": nested}])
