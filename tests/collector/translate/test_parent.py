"""The parent that a span names itself."""

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate.parent import named_parent


def test_a_parent_is_named_by_its_attribute() -> None:
    assert named_parent({"braintrust.parent": "project_name:shop"}) == "project_name:shop"


@pytest.mark.parametrize("value", ["", 5, None])
def test_anything_but_text_names_none(value: Json) -> None:
    assert named_parent({"braintrust.parent": value}) is None
