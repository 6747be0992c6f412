"""Rows as `/logs3` takes them."""

from typing import Any, cast

import pytest

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.sinks.braintrust_row import attachments_in, outgoing


def rows(**fields: Any) -> list[Row]:
    return list(outgoing(cast("Row", {"id": "a", "project_id": "p", **fields}), {"project_id": "q"}))


def test_control_fields_stay() -> None:
    (sent,) = rows(_is_merge=True, scores={"s": 1}, _audit_source="app")

    assert sent == {
        "id": "a",
        "project_id": "q",
        "_is_merge": True,
        "scores": {"s": 1},
        "_audit_source": "app",
    }


def test_an_update_that_says_nothing_but_a_comment_is_the_comment_alone() -> None:
    (sent,) = rows(_is_merge=True, _audit_source="app", comments=[{"id": "c", "comment": {"text": "x"}}])

    assert (sent["id"], sent["_audit_source"], cast("Any", sent)["origin"]) == ("c", "api", {"id": "a"})


@pytest.mark.parametrize("comments", [None, [], ["text"], [{"id": "c"}]])
def test_what_is_no_comment_makes_no_row(comments: Any) -> None:
    assert len(rows(comments=comments)) == 1


def test_references_are_found_at_any_depth() -> None:
    reference: Json = {
        "type": "braintrust_attachment",
        "key": "k",
        "filename": "f",
        "content_type": "t",
        "x": 1,
    }

    found = list(attachments_in({"input": [{"a": reference}], "output": {"type": "braintrust_attachment"}}))

    assert found == [{"key": "k", "filename": "f", "content_type": "t"}]
