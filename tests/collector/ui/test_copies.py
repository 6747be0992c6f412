"""What a page gives to copy; that it runs is tested in `tests/e2e/page/test_trace.py`."""

import json

from otel_bridge_collector.query.parser import parse
from otel_bridge_collector.ui.copies import copies_of, curl, json_text, python
from otel_bridge_collector.ui.trace_rows import equal

API = "http://127.0.0.1:8585"


def test_json_hides_nothing_and_changes_nothing() -> None:
    row = {"id": "a", "input": "pay \u202e001 é \U000e0041 \ud800 \x07"}

    text = json_text(row)

    assert json.loads(text) == row
    assert "\\u202e" in text
    assert "é" in text
    assert "\u202e" not in text


def test_a_row_has_its_json_and_a_query_for_each_condition() -> None:
    found = copies_of(
        {"id": "a"}, "project_logs", "p", {"this row": equal("id", "a")}, api=API, needs_key=False
    )

    assert [each.label for each in found] == ["JSON", "curl: this row", "Python: this row"]


def test_a_row_that_is_too_long_for_a_page_is_left_out() -> None:
    (whole,) = copies_of({"id": "a" * 200_000}, "project_logs", "p", {}, api=API, needs_key=False)

    assert (whole.text, whole.left_out) == ("", True)


def test_ids_with_quotes_stay_within_their_query() -> None:
    found = copies_of(
        {"id": "x"}, "project_logs", "o'p", {"row": equal("id", "a' or 1=1")}, api=API, needs_key=False
    )

    query = json.loads(found[1].text.split("--data-raw '")[1][:-1].replace("'\"'\"'", "'"))["query"]
    parsed = parse(query)
    assert parsed.source is not None
    assert parsed.source.references == ("o'p",)
    assert parsed.filter == equal("id", "a' or 1=1")


def test_a_key_is_read_from_the_environment() -> None:
    assert '"authorization: Bearer $BRAINTRUST_API_KEY"' in curl(API, "q", needs_key=True)
    assert 'os.environ["BRAINTRUST_API_KEY"]' in python(API, "q", needs_key=True)
    assert "BRAINTRUST_API_KEY" not in curl(API, "q", needs_key=False) + python(API, "q", needs_key=False)
