"""The parent of a whole request."""

import pytest

from otel_bridge.contract.parent import ParentError
from otel_bridge_collector.receive.parent import check_parent


@pytest.mark.parametrize("text", [None, "", "  "])
def test_a_request_may_name_no_parent(text: str | None) -> None:
    assert check_parent(text) is None


def test_a_parent_loses_the_blanks_around_it() -> None:
    assert check_parent(" project_name:my app ") == "project_name:my app"


def test_a_parent_that_names_nothing_is_an_error() -> None:
    with pytest.raises(ParentError):
        check_parent("project_id:")


@pytest.mark.parametrize(
    "sent", ["ünï", "ünï".encode().decode("latin-1"), "名"], ids=["latin-1", "utf-8", "text"]
)
def test_a_name_is_read_in_the_encoding_that_it_was_sent_in(sent: str) -> None:
    assert check_parent(f"project_name:{sent}") in ("project_name:ünï", "project_name:名")
