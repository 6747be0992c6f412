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
